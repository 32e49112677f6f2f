/*
 * Users, roles, quotas, profiles, row policies and named collections as statements.  What holds a secret is made from the text of the schema
 * file; where nobody tells it any more, as on the way back, the plan says so.
 */
#include "base/text.h"
#include "dialect/clickhouse/access.h"
#include "dialect/clickhouse/render.h"

static const struct access_kind *kind_of(enum kind kind)
{
    const struct access_kind *known = ch_access_kinds;
    while (known->kind != kind)
        known++;
    return known;
}

/* "p ON t" is spelled already. */
static void head_add(struct buf *out, const struct object *object)
{
    const struct access_kind *kind = kind_of(object->kind);
    buf_addf(out, "%s%s%s ", kind->first, kind->second ? " " : "", kind->second ? kind->second : "");
    if (object->kind == KIND_ROW_POLICY)
        buf_add(out, object->name);
    else
        ch_ident_add(out, object->name);
}

static int secret_missing(struct render *render, const struct object *object, const char *what)
{
    fail(render->ctx, ERR_UNSUPPORTED, "%s would have to be made with %s that nobody tells",
         object_path(render->mem, object), what);
    return fail_hint(render->ctx, "Write that statement as a migration of your own.");
}

/* ---- clauses: of a new object what is there, of an ALTER what differs ---- */

struct spelling {
    struct render *render;
    const struct change *change;
    struct buf out;
};

static bool is_said(const struct spelling *spelling, int field)
{
    const struct change *change = spelling->change;
    return change->op == CHANGE_CREATE ? !field_is_none(change->after, field) : change_has(change, field);
}

static void list_add_text(struct spelling *spelling, int field, const char *words, const char *none)
{
    const struct names *list = object_field(spelling->change->after, field);
    if (is_said(spelling, field))
        buf_addf(&spelling->out, " %s%s", words, list->n ? names_join(spelling->render->mem, list, ", ") : none);
}

static void text_add(struct spelling *spelling, int field, const char *words, const char *none)
{
    const char *text = *(const char *const *)object_field(spelling->change->after, field);
    if (is_said(spelling, field))
        buf_addf(&spelling->out, " %s%s", words, text ? text : none);
}

/* A method that needs no secret is said as it is. */
static int identified_add(struct spelling *spelling)
{
    const struct access_user *user = (const struct access_user *)spelling->change->after;
    if (!is_said(spelling, USER_identified))
        return 0;
    if (text_equal(user->identified, "no_password"))
        buf_add(&spelling->out, " NOT IDENTIFIED");
    else if (user->secret)
        buf_addf(&spelling->out, " IDENTIFIED %s", user->secret);
    else if (text_has(user->identified, "_password") || text_has(user->identified, "ssh_key"))
        return secret_missing(spelling->render, &user->object, "a password");
    else
        buf_addf(&spelling->out, " IDENTIFIED WITH %s", user->identified);
    return 0;
}

static int user_clauses(struct spelling *spelling)
{
    TRY(identified_add(spelling));
    list_add_text(spelling, USER_hosts, "HOST ", "ANY");
    text_add(spelling, USER_valid_until, "VALID UNTIL ", "'infinity'");
    list_add_text(spelling, USER_default_roles, "DEFAULT ROLE ", "ALL");
    text_add(spelling, USER_default_database, "DEFAULT DATABASE ", "NONE");
    list_add_text(spelling, USER_grantees, "GRANTEES ", "ANY");
    list_add_text(spelling, USER_settings, "SETTINGS ", "NONE");
    return 0;
}

static int role_clauses(struct spelling *spelling)
{
    list_add_text(spelling, ROLE_settings, "SETTINGS ", "NONE");
    return 0;
}

/* Whom a new one is for is said once they are there. */
static int profile_clauses(struct spelling *spelling)
{
    list_add_text(spelling, PROFILE_settings, "SETTINGS ", "NONE");
    if (spelling->change->op != CHANGE_CREATE)
        list_add_text(spelling, PROFILE_roles, "TO ", "NONE");
    return 0;
}

/* Intervals that are not said stay, so one that goes has no limits. */
static int quota_clauses(struct spelling *spelling)
{
    const struct access_quota *before = (const struct access_quota *)spelling->change->before,
                              *quota = (const struct access_quota *)spelling->change->after;
    struct names limits = quota->limits;
    text_add(spelling, QUOTA_keyed_by, quota->keyed_by ? "KEYED BY " : "", "NOT KEYED");
    for (int i = 0; before && spelling->change->op == CHANGE_ALTER && i < before->limits.n; i++) {
        struct arena *mem = spelling->render->mem;
        const char *was = before->limits.item[i], *max = strstr(was, " MAX ");
        const char *interval = max ? arena_printf(mem, "%.*s ", (int)(max - was), was) : was;
        bool stays = false;
        for (int k = 0; k < quota->limits.n; k++)
            stays |= text_starts(quota->limits.item[k], interval);
        if (!stays)
            names_add(mem, &limits, arena_printf(mem, "%sNO LIMITS", interval));
    }
    for (int i = 0; is_said(spelling, QUOTA_limits) && i < limits.n; i++)
        buf_addf(&spelling->out, "%s FOR %s", i ? "," : "", limits.item[i]);
    list_add_text(spelling, QUOTA_roles, "TO ", "NONE");
    return 0;
}

static int policy_clauses(struct spelling *spelling)
{
    const struct row_policy *policy = (const struct row_policy *)spelling->change->after;
    const char *using = expr_text(&policy->using);
    if (is_said(spelling, ROW_POLICY_restrictive))
        buf_addf(&spelling->out, " AS %s", policy->restrictive ? "RESTRICTIVE" : "PERMISSIVE");
    if (is_said(spelling, ROW_POLICY_using))
        buf_addf(&spelling->out, " USING %s", using ? using : "NONE");
    list_add_text(spelling, ROW_POLICY_roles, "TO ", "NONE");
    return 0;
}

/* ---- what is granted ---- */

/* The server takes a role that goes from whoever has it. */
static bool goes_by_itself(const struct render *render, const char *right)
{
    static const char role[] = "ROLE ";
    if (!text_starts(right, role))
        return false;
    const char *name = text_slice(render->mem, right, strlen(role), strlen(role) + strcspn(right + strlen(role), " "));
    return !tree_find(render->after, KIND_ROLE, "", name) && tree_find(render->before, KIND_ROLE, "", name);
}

/* "SELECT ON t WITH GRANT OPTION" given to, or taken from, somebody. */
static void right_render(struct render *render, const struct object *whom, const char *right, bool given)
{
    static const char with[] = " WITH ", revoke[] = "REVOKE ", role[] = "ROLE ";
    bool partial = text_starts(right, revoke);
    const char *text = right + (partial ? strlen(revoke) : text_starts(right, role) ? strlen(role) : 0);
    const char *option = strstr(text, with);
    bool grant = given != partial;
    struct buf out = ch_begin(render, grant ? "GRANT " : "REVOKE ");
    buf_addf(&out, "%.*s %s ", (int)(option ? (size_t)(option - text) : strlen(text)), text, grant ? "TO" : "FROM");
    ch_ident_add(&out, whom->name);
    if (grant && option)
        buf_add(&out, option);
    render_statement(render, &out);
}

/* What goes first, for a wide right that goes takes narrower ones along; what a right leaves out comes after it. */
static void rights_render(struct render *render, const struct change *change)
{
    const struct names none = {0}, *before = &none, *after = ch_grants_of(change->after);
    if (change->before)
        before = ch_grants_of(change->before);
    for (int i = 0; i < before->n; i++)
        if (!names_have(after, before->item[i]) && !goes_by_itself(render, before->item[i]))
            right_render(render, change->after, before->item[i], false);
    for (int partial = 0; partial < 2; partial++)
        for (int i = 0; i < after->n; i++)
            if (text_starts(after->item[i], "REVOKE ") == partial && !names_have(before, after->item[i]))
                right_render(render, change->after, after->item[i], true);
}

/* ---- steps ---- */

static int statement(struct render *render, const struct change *change, const char *verb)
{
    static int (*const clauses[KIND_COUNT])(struct spelling * spelling) = {
        [KIND_USER] = user_clauses,   [KIND_ROLE] = role_clauses,         [KIND_PROFILE] = profile_clauses,
        [KIND_QUOTA] = quota_clauses, [KIND_ROW_POLICY] = policy_clauses,
    };
    struct spelling spelling = {render, change, ch_begin(render, verb)};
    head_add(&spelling.out, change->after);
    size_t length = spelling.out.len;
    TRY(clauses[change->kind](&spelling));
    if (change->op == CHANGE_CREATE || spelling.out.len > length)
        render_statement(render, &spelling.out);
    return 0;
}

int ch_access_create(struct render *render, const struct change *change)
{
    return statement(render, change, "CREATE ");
}

int ch_access_alter(struct render *render, const struct change *change)
{
    int grants = field_find(change->kind, "grants");
    TRY(statement(render, change, "ALTER "));
    if (grants >= 0 && change_has(change, grants))
        rights_render(render, change);
    return 0;
}

/* Of a new one, what needs others: its rights, or whom a profile is for. */
int ch_access_finish(struct render *render, const struct change *change)
{
    if (change->kind != KIND_PROFILE) {
        rights_render(render, change);
        return 0;
    }
    return statement(render, change, "ALTER ");
}

int ch_access_drop(struct render *render, const struct change *change)
{
    struct buf out = ch_begin(render, "DROP ");
    head_add(&out, change->before);
    render_statement(render, &out);
    return 0;
}

/* ---- named collections ---- */

int ch_collection_create(struct render *render, const struct change *change)
{
    const struct named_collection *collection = (const struct named_collection *)change->after;
    struct buf out = ch_begin(render, "CREATE ");
    if (!collection->secret)
        return secret_missing(render, change->after, "values");
    head_add(&out, change->after);
    buf_addf(&out, " AS %s", collection->secret);
    render_statement(render, &out);
    return 0;
}

static const char *key_of(struct arena *mem, const char *item)
{
    return text_slice(mem, item, 0, strcspn(item, " ="));
}

static bool has_key(struct arena *mem, const struct names *keys, const char *key)
{
    for (int i = 0; i < keys->n; i++)
        if (text_equal(key_of(mem, keys->item[i]), key))
            return true;
    return false;
}

/* All keys are set again: who changes one has them before the eyes. */
int ch_collection_alter(struct render *render, const struct change *change)
{
    const struct named_collection *before = (const struct named_collection *)change->before;
    const struct named_collection *after = (const struct named_collection *)change->after;
    struct names gone = {0};
    bool comes = false;
    for (int i = 0; i < before->keys.n; i++)
        if (!has_key(render->mem, &after->keys, key_of(render->mem, before->keys.item[i])))
            names_add(render->mem, &gone, key_of(render->mem, before->keys.item[i]));
    for (int i = 0; i < after->keys.n; i++)
        comes |= !names_have(&before->keys, after->keys.item[i]);
    if (comes && !after->secret)
        return secret_missing(render, change->after, "values");
    struct buf out = ch_begin(render, "ALTER ");
    head_add(&out, change->after);
    if (comes)
        buf_addf(&out, " SET %s", after->secret);
    if (gone.n)
        buf_addf(&out, " DELETE %s", names_join(render->mem, &gone, ", "));
    render_statement(render, &out);
    return 0;
}
