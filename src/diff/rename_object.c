/*
 * Renames of what is neither a table nor a column: views, functions, types, indexes, triggers and so on.  A flag names the
 * kind, and what hangs on a table is named with it: "view a:b", "index t.a:b".
 * What the engine cannot rename is made anew under its new name, which loses nothing but what only its name held.
 */
#include "diff/rename_object.h"

#include <string.h>

#include "base/text.h"
#include "diff/compare.h"

/* What kinds are called, too. */
static const struct {
    const char *word, *name;
} others[] = {{"materialized view", "view"}, {"foreign table", "table"}, {"procedure", "function"}};

char *rename_word(struct arena *mem, enum kind kind)
{
    return text_replace(mem, kind_table[kind].name, "_", " ");
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

const struct object *rename_child(struct arena *mem, const struct target *target, const struct object *parent,
                                  enum kind kind, const char *name)
{
    const struct object *found = NULL;
    for (int i = 0; parent && i < parent->children.n; i++) {
        const struct object *child = parent->children.item[i];
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

const struct object *rename_holder(struct arena *mem, const struct target *target, const struct object *schema,
                                   enum kind kind, const char *name)
{
    for (int i = 0; schema && i < schema->children.n; i++) {
        const struct object *child = schema->children.item[i];
        if (kind_fits(kind, child->kind) && child->name && compare_name(mem, target, child->name, name))
            return child;
    }
    return NULL;
}

bool rename_takes_same(const char *from, const char *to)
{
    return text_equal(strchr(from, '('), strchr(to, '('));
}
