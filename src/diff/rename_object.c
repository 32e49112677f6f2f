/*
 * Renames of what is neither a table nor a column: views, functions, types, indexes, triggers and so on.  A flag names the
 * kind, and what hangs on a table is named with it: "view a:b", "index t.a:b".
 * What the engine cannot rename is made anew under its new name, which loses nothing but what only its name held.
 */
#include "diff/rename_object.h"

#include <string.h>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/rename.h"

/* What kinds are called, too. */
static const struct {
    const char *word, *name;
} others[] = {{"materialized view", "view"}, {"foreign table", "table"}, {"procedure", "function"}};

char *rename_word(struct arena *mem, enum kind kind)
{
    return text_replace(mem, kind_table[kind].name, "_", " ");
}

char *rename_what(struct arena *mem, const struct rename *rename)
{
    return rename->kind ? rename_word(mem, rename->kind) : arena_dup(mem, rename->table ? "column" : "table");
}

static bool begins(const char *text, const char *word)
{
    return text_starts_nocase(text, word) && text[strlen(word)] == ' ';
}

bool rename_kind_read(struct arena *mem, const char **text, enum kind *kind)
{
    size_t longest = 0;
    for (int i = 1; i < KIND_COUNT; i++) {
        const char *word = rename_word(mem, (enum kind)i);
        if (!kind_is((enum kind)i, KIND_PART) && strlen(word) > longest && begins(*text, word)) {
            *kind = (enum kind)i;
            longest = strlen(word);
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (begins(*text, others[i].word)) {
            *kind = kind_find(others[i].name);
            longest = strlen(others[i].word);
        }
    *text += longest;
    *text += strspn(*text, " ");
    return longest;
}

bool rename_is_top(enum kind kind)
{
    return kind_is(kind_table[kind].parent[0], KIND_NAMESPACE);
}

bool rename_holds(const struct rename *holder, const struct rename *part)
{
    if (holder->table)
        return false;
    if (holder->kind || !part->kind)
        return holder->kind ? part->kind && kind_fits(part->kind, holder->kind) : true;
    for (const int *parent = kind_table[part->kind].parent; *parent != KIND_COUNT; parent++)
        if (kind_is((enum kind) * parent, KIND_HOLDS_ROWS))
            return true;
    return false;
}

struct object *rename_child(struct arena *mem, const struct target *target, struct object *parent, enum kind kind,
                            const char *name)
{
    struct object *found = NULL;
    if (kind_is(kind, KIND_LISTED))
        return parent ? object_entry(mem, parent, kind, name) : NULL;
    for (int i = 0; parent && i < parent->children.n; i++) {
        struct object *child = parent->children.item[i];
        if (child->kind != kind || !child->name)
            continue;
        if (compare_name(mem, target, child->name, name))
            return child;
        if (kind_is(kind, KIND_IS_CALLED) && text_equal(object_called(child), name)) {
            if (found)
                return NULL; /* which of them, only its arguments say */
            found = child;
        }
    }
    return found;
}

struct object *rename_holder(struct arena *mem, const struct target *target, const struct object *schema,
                             enum kind kind, const char *name)
{
    for (int i = 0; schema && i < schema->children.n; i++) {
        struct object *child = schema->children.item[i];
        if (kind_fits(kind, child->kind) && child->name && compare_name(mem, target, child->name, name))
            return child;
    }
    return NULL;
}

bool rename_takes_same(const char *from, const char *to)
{
    return text_equal(strchr(from, '('), strchr(to, '('));
}

/* Without the types of its arguments, if it says so. */
static const char *title_of(const struct object *object)
{
    const char *called = kind_is(object->kind, KIND_IS_CALLED) ? object_called(object) : NULL;
    return called ? called : object->name;
}

struct names rename_names(struct arena *mem, const struct object *parent, unsigned class, enum kind kind)
{
    struct names names = {0};
    const struct names *entries = parent && kind_is(kind, KIND_LISTED) ? object_entries(parent) : NULL;
    if (entries)
        return *entries;
    for (int i = 0; parent && i < parent->children.n; i++) {
        const struct object *child = parent->children.item[i];
        if (child->name && (kind ? child->kind == kind : kind_is(child->kind, class)))
            names_add(mem, &names, title_of(child));
    }
    return names;
}
