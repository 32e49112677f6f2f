/*
 * Names for new migration files, as 0.8.2 made them: a slug from a description, or a summary of the changes
 * ("add_columns_users_a_b_and_2_more"), at most 72 characters.
 */
#include "base/text.h"
#include "migration/migration.h"

enum { NAME_LONGEST = 72 };

char *name_slug(struct arena *mem, const char *description)
{
    char *slug = arena_dup(mem, description), *to = slug;
    for (const char *from = description; *from; from++) {
        int c = char_lower((unsigned char)*from);
        if (!char_is_word(c))
            c = '_';
        if (c != '_' || (to > slug && to[-1] != '_'))
            *to++ = (char)c;
    }
    if (to > slug && to[-1] == '_')
        to--;
    *to = 0;
    return slug;
}

int64_t name_next(const struct folder *folder)
{
    int64_t highest = 0;
    for (int i = 0; i < folder->versioned.n; i++) {
        int64_t number = ((const struct migration *)folder->versioned.item[i])->number;
        if (number > highest)
            highest = number;
    }
    return highest + 1;
}

char *name_file(struct arena *mem, const char *database, int64_t number, const char *slug)
{
    return arena_printf(mem, "%s__%04lld_%s.sql", database, (long long)number, slug);
}

static const char *plural(struct arena *mem, const char *operation)
{
    if (text_equal(operation, "add_index"))
        return "add_indexes";
    if (text_equal(operation, "drop_index"))
        return "drop_indexes";
    if (text_equal(operation, "add_foreign_key"))
        return "add_foreign_keys";
    if (text_equal(operation, "drop_foreign_key"))
        return "drop_foreign_keys";
    return arena_printf(mem, "%ss", operation);
}

/* The changes of one table. */
struct group {
    const char *table;
    const char *operation; /* NULL: several */
    struct names targets;
    int n;
};

static struct group *group_of(struct arena *mem, struct list *groups, const char *table)
{
    for (int i = 0; i < groups->n; i++) {
        struct group *group = groups->item[i];
        if (text_equal(group->table, table))
            return group;
    }
    struct group *group = NEW(mem, struct group);
    group->table = table;
    list_add(mem, groups, group);
    return group;
}

static void group_add(struct arena *mem, struct group *group, const struct legacy_operation *change)
{
    if (!group->n++)
        group->operation = change->word;
    else if (!text_equal(group->operation, change->word))
        group->operation = NULL;
    if (change->target)
        names_add(mem, &group->targets, change->target);
}

/* "_a", "_a_b", "_a_b_and_3_more": the first two targets, then how many there are. */
static void add_targets(struct buf *out, const struct names *targets, const char *more)
{
    for (int i = 0; i < targets->n && i < 2; i++)
        buf_addf(out, "_%s", targets->item[i]);
    if (targets->n > 2)
        buf_addf(out, "_and_%d_%s", targets->n - 2, more);
}

static void name_one_table(struct buf *out, const struct group *group)
{
    bool one_word = group->operation && group->targets.n;
    const char *operation = !one_word ? "alter" : group->n == 1 ? group->operation : plural(out->mem, group->operation);
    buf_addf(out, "%s_%s", operation, group->table);
    add_targets(out, &group->targets, "more");
}

static void name_one_change(struct buf *out, const struct legacy_operation *change)
{
    buf_addf(out, "%s_%s", change->word, change->table);
    if (change->target)
        buf_addf(out, "_%s", change->target);
    if (change->target && change->suffix)
        buf_addf(out, "_%s", change->suffix);
}

static bool same_everywhere(const struct list *groups)
{
    const struct group *first = groups->item[0];
    for (int i = 0; i < groups->n; i++) {
        const struct group *group = groups->item[i];
        if (!group->operation || !text_equal(group->operation, first->operation))
            return false;
    }
    return true;
}

static void name_several_tables(struct buf *out, const struct list *groups)
{
    const struct group *primary = groups->item[0];
    for (int i = 1; i < groups->n; i++) {
        const struct group *group = groups->item[i];
        if (group->n > primary->n)
            primary = group;
    }
    int others = groups->n - 1;
    const char *operation = primary->operation;
    if (primary->targets.n) {
        buf_addf(out, "%s_%s", same_everywhere(groups) ? operation : "alter", primary->table);
        add_targets(out, &primary->targets, "more_targets");
        buf_addf(out, "_and_%d_more_tables", others);
        return;
    }
    if (operation && others == 1) {
        const struct group *first = groups->item[0], *second = groups->item[1];
        buf_addf(out, "%s_%s_%s", plural(out->mem, operation), first->table, second->table);
    } else if (operation)
        buf_addf(out, "%s_%s_and_%d_more_tables", plural(out->mem, operation), primary->table, others);
    else if (primary->n >= 2)
        buf_addf(out, "alter_%s_%s_and_%d_more", primary->table, primary->table, primary->n - 1);
    else
        buf_addf(out, "alter_%s_and_%d_more_tables", primary->table, others);
}

static bool is_verb(const char *word)
{
    static const char *const verbs[] = {"add", "drop", "alter", "create", "rename"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (text_starts(word, verbs[i]) && (!word[strlen(verbs[i])] || text_equal(word + strlen(verbs[i]), "s")))
            return true;
    return false;
}

/* Leading verbs stay, then words as long as they fit; the last one is cut. */
static char *shorten(struct arena *mem, const char *name)
{
    if (strlen(name) <= NAME_LONGEST)
        return arena_dup(mem, name);
    struct names words = text_split(mem, name, '_');
    struct buf out;
    buf_init(&out, mem);
    bool leading = true;
    for (int i = 0; i < words.n; i++) {
        const char *word = words.item[i];
        leading = leading && is_verb(word);
        size_t needed = out.len + (out.len > 0) + strlen(word);
        if (!leading && needed > NAME_LONGEST) {
            if (out.len + 1 < NAME_LONGEST)
                buf_addf(&out, "_%.*s", (int)(NAME_LONGEST - out.len - 1), word);
            break;
        }
        buf_addf(&out, "%s%s", out.len ? "_" : "", word);
    }
    while (out.len && out.data[out.len - 1] == '_')
        buf_cut(&out, out.len - 1);
    return out.data;
}

char *name_auto(struct arena *mem, const struct list *changes)
{
    if (!changes->n)
        return arena_dup(mem, "auto_generated");
    struct list groups = {0};
    for (int i = 0; i < changes->n; i++) {
        const struct legacy_operation *change = changes->item[i];
        group_add(mem, group_of(mem, &groups, change->table), change);
    }
    struct buf out;
    buf_init(&out, mem);
    if (changes->n == 1)
        name_one_change(&out, changes->item[0]);
    else if (groups.n == 1)
        name_one_table(&out, groups.item[0]);
    else
        name_several_tables(&out, &groups);
    return name_slug(mem, shorten(mem, out.data));
}
