/*
 * Which objects a project looks at.
 * The one idea: what is left out leaves the tree before the diff sees it, together with what hangs on it
 * (its columns and indexes, the sequences that it owns, a schema that held nothing else), so that no later
 * stage has to ask.
 * Not here: which of them are its own (managed.c, run/owned.c).
 */
#include "schema/filter.h"

#include "base/text.h"
#include "schema/unmodelled.h"

/* Greedy with one step back: on a mismatch the last star swallows one more character. */
bool filter_match(const char *pattern, const char *name)
{
    const char *star = NULL;
    const char *after = NULL; /* where the text after the star is tried next */
    while (*name) {
        if (*pattern == '*') {
            star = pattern++;
            after = name;
        } else if (*pattern == '?' || *pattern == *name) {
            pattern++;
            /* A ? stands for a character, not for a byte of it. */
            bool whole = pattern[-1] == '?';
            name++;
            while (whole && ((unsigned char)*name & 0xC0) == 0x80)
                name++;
        } else if (star) {
            pattern = star + 1;
            name = ++after;
        } else
            return false;
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

static bool is_hit(const char *pattern, const char *schema, const char *name)
{
    const char *dot = strchr(pattern, '.');
    if (!dot)
        return filter_match(pattern, name);
    char part[256];
    size_t length = (size_t)(dot - pattern);
    if (length >= sizeof part)
        return false;
    memcpy(part, pattern, length);
    part[length] = 0;
    return filter_match(part, schema) && filter_match(dot + 1, name);
}

static bool any_hit(const struct names *patterns, const char *schema, const char *name)
{
    for (int i = 0; i < patterns->n; i++)
        if (is_hit(patterns->item[i], schema, name))
            return true;
    return false;
}

/* Our own tables are named exactly: an underscore or star in a configured name is not a pattern. */
static bool is_own(const struct filter *filter, const char *schema, const char *name)
{
    for (int i = 0; i < filter->own.n; i++) {
        const char *own = filter->own.item[i];
        size_t length = strlen(schema);
        if (text_equal(own, name))
            return true;
        if (length && !strncmp(own, schema, length) && own[length] == '.' && text_equal(own + length + 1, name))
            return true;
    }
    return false;
}

static bool is_left_out(const struct filter *filter, const char *usual, const char *schema, const char *name)
{
    if (!schema || !*schema)
        schema = usual ? usual : "";
    if (is_own(filter, schema, name) || any_hit(&filter->exclude, schema, name))
        return true;
    return filter->include.n && !any_hit(&filter->include, schema, name);
}

bool filter_takes(const struct filter *filter, const char *usual, const char *schema, const char *name)
{
    return !is_left_out(filter, usual, schema, name);
}

static bool goes(const struct filter *filter, const char *usual, const struct object *object)
{
    const struct ref *owner = &((const struct sequence *)object)->owned_by;
    if (object->kind == KIND_SEQUENCE)
        return owner->name && is_left_out(filter, usual, owner->schema, owner->name);
    if ((object->kind != KIND_TABLE && object->kind != KIND_VIEW && object->kind != KIND_VIRTUAL_TABLE) ||
        !object->name)
        return false;
    return is_left_out(filter, usual, object->parent->name, object->name);
}

static void filter_schema(const struct filter *filter, const char *usual, struct object *schema)
{
    struct list *all = &schema->children;
    int kept = 0;
    for (int i = 0; i < all->n; i++) {
        struct object *object = all->item[i];
        if (goes(filter, usual, object)) {
            object->parent = NULL;
            continue;
        }
        object->place = kept;
        all->item[kept++] = object;
    }
    all->n = kept;
}

/* What hangs on a table that is left out goes with it. Include patterns are about tables: a function needs none. */
static bool unmodelled_goes(const struct filter *filter, const char *usual, const struct unmodelled *one)
{
    static const char *const tables[] = {"table",         "view",          "materialized view", "partition",
                                         "foreign table", "virtual table", "shadow table"};
    const char *schema = one->on && one->on_schema ? one->on_schema : one->schema;
    if (filter->usual_only && schema && *schema)
        return true;
    const char *name = one->on ? one->on : one->name;
    const char *kind = one->on ? one->on_kind : one->kind;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (text_equal(kind, tables[i]))
            return is_left_out(filter, usual, schema, name);
    if (!schema || !name)
        return false;
    return any_hit(&filter->exclude, *schema || !usual ? schema : usual, name);
}

static void filter_unmodelled(const struct filter *filter, const char *usual, struct tree *tree)
{
    int kept = 0;
    for (int i = 0; i < tree->unmodelled.n; i++)
        if (!unmodelled_goes(filter, usual, tree->unmodelled.item[i]))
            tree->unmodelled.item[kept++] = tree->unmodelled.item[i];
    tree->unmodelled.n = kept;
}

/* ---- what is managed only if somebody says so ---- */

static void fields_unsay(const struct filter *filter, const struct tree *tree)
{
    const unsigned left_out = (filter->grants ? 0 : FIELD_GRANTS) | (filter->ownership ? 0 : FIELD_OWNER);
    for (struct object *o = tree->root; left_out && o; o = object_next(tree->root, o))
        for (int i = 0; i < kind_table[o->kind].fields; i++)
            if (kind_table[o->kind].field[i].marks & left_out)
                object_unsay(o, i);
}

/* Is it said by a field of an object? Rights of the owner are not, nor those on the sequence of a serial. */
static bool is_field_of(const struct tree *tree, const struct unmodelled *one)
{
    static const char *const words[] = {
        "table",    "view",      "materialized view", "schema",    "enum",       "domain", "composite type",
        "function", "procedure", "range type",        "base type", "shell type", "server", "foreign data wrapper"};
    const char *schema = one->on_schema ? one->on_schema : one->schema;
    if (one->column)
        return text_equal(one->on_kind, "table");
    if (text_equal(one->on_kind, "sequence"))
        return tree_find(tree, KIND_SEQUENCE, schema, one->on);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal(words[i], one->on_kind))
            return true;
    return false;
}

static bool is_managed(const struct filter *filter, const struct tree *tree, const struct unmodelled *one)
{
    bool usual = text_equal(one->kind, "revoke") && text_ends(one->name, " from public");
    if (text_equal(one->kind, "owner"))
        return filter->ownership;
    if (text_equal(one->kind, "default privileges"))
        return filter->grants && one->schema;
    return filter->grants && (usual || text_equal(one->kind, "grant")) && is_field_of(tree, one);
}

static void managed_take(const struct filter *filter, struct tree *tree)
{
    int kept = 0;
    for (int i = 0; i < tree->unmodelled.n; i++)
        if (!is_managed(filter, tree, tree->unmodelled.item[i]))
            tree->unmodelled.item[kept++] = tree->unmodelled.item[i];
    tree->unmodelled.n = kept;
    fields_unsay(filter, tree);
}

void filter_apply(const struct filter *filter, const char *usual, struct tree *tree)
{
    filter_unmodelled(filter, usual, tree);
    managed_take(filter, tree);
    for (int i = tree->root->children.n - 1; i >= 0; i--) {
        struct object *schema = tree->root->children.item[i];
        int before = schema->children.n;
        filter_schema(filter, usual, schema);
        /* A schema of which nothing is left is none of ours; the default one is always there. */
        bool other = schema->name && *schema->name;
        if (other && (filter->usual_only || (before && !schema->children.n)))
            object_remove(schema);
    }
}
