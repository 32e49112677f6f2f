/* Rights as the server keeps them: without the name of the own database, and without what a wider right has in it. */
#include "base/text.h"
#include "dialect/clickhouse/access.h"

/* "SELECT ON t" beside "SELECT ON *" or "SELECT ON *.*" */
static bool is_covered(struct arena *mem, const struct names *rights, const char *right)
{
    static const char *const wider[] = {"*", "*.*"};
    const char *on = strstr(right, " ON "), *option = on ? strstr(on, " WITH ") : NULL;
    for (size_t i = 0; on && i < sizeof wider / sizeof *wider; i++) {
        const char *wide = arena_printf(mem, "%.*s ON %s%s", (int)(on - right), right, wider[i], option ? option : "");
        if (!text_equal(wide, right) && names_have(rights, wide))
            return true;
    }
    return false;
}

/* A role that one begins with, one has. */
static void default_roles_settle(struct arena *mem, struct access_user *user)
{
    for (int i = 0; i < user->default_roles.n; i++) {
        const char *role = user->default_roles.item[i], *right = arena_printf(mem, "ROLE %s", role);
        if (text_starts(role, "ALL") || text_equal(role, "NONE"))
            return;
        if (!names_have(&user->grants, right) &&
            !names_have(&user->grants, arena_printf(mem, "%s WITH ADMIN OPTION", right)))
            names_add(mem, &user->grants, right);
    }
}

static void grants_settle(struct arena *mem, const char *database, struct names *grants)
{
    struct names all = {0}, kept = {0};
    for (int i = 0; i < grants->n; i++)
        names_add(mem, &all, ch_unqualified(mem, database, grants->item[i]));
    for (int i = 0; i < all.n; i++)
        if (!is_covered(mem, &all, all.item[i]) && !names_have(&kept, all.item[i]))
            names_add(mem, &kept, all.item[i]);
    names_sort(&kept);
    *grants = kept;
}

void ch_access_settle(struct arena *mem, const char *database, struct object *object)
{
    if (object->kind == KIND_ROW_POLICY) {
        struct row_policy *policy = (struct row_policy *)object;
        object->name = ch_unqualified(mem, database, object->name);
        policy->using = (struct expr){ch_unqualified(mem, database, policy->using.written),
                                      ch_unqualified(mem, database, policy->using.printed)};
        return;
    }
    struct access_user *user = (struct access_user *)object;
    if (object->kind == KIND_USER) {
        default_roles_settle(mem, user);
        if (!user->identified)
            user->identified = "no_password";
    }
    if (object_says(object, field_find(object->kind, "grants")))
        grants_settle(mem, database, ch_grants_of(object));
}

/* "ALL ON x" of those who get it is a list of rights on x where the server tells it: these are among them on every version. */
static bool is_all(const struct names *told, struct arena *mem, const char *target)
{
    static const char *const among[] = {"SELECT", "INSERT", "ALTER", "CREATE", "DROP", "OPTIMIZE"};
    for (size_t i = 0; i < sizeof among / sizeof *among; i++)
        if (!names_have(told, arena_printf(mem, "%s ON %s", among[i], target)))
            return false;
    return true;
}

static void all_take(struct arena *mem, struct names *told, const struct names *wanted)
{
    struct names kept;
    for (int i = 0; i < wanted->n; i++) {
        const char *target = wanted->item[i] + strlen("ALL ON ");
        if (!text_starts(wanted->item[i], "ALL ON ") || !is_all(told, mem, target))
            continue;
        kept = (struct names){0};
        for (int k = 0; k < told->n; k++) {
            const char *on = strstr(told->item[k], " ON ");
            if (!on || !text_equal(on + 4, target))
                names_add(mem, &kept, told->item[k]);
        }
        names_add(mem, &kept, wanted->item[i]);
        names_sort(&kept);
        *told = kept;
    }
}

void ch_access_reconcile(struct arena *mem, struct object *before)
{
    all_take(mem, ch_grants_of(before), ch_grants_of(before->peer));
    all_take(mem, ch_grants_of(before->peer), ch_grants_of(before));
}
