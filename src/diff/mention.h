/*
 * Which objects the names in an SQL text mean.  Names are resolved by scope (FROM lists, aliases, OLD and NEW, the table
 * that an expression belongs to), never by word: a column is told from a table of the same name, from a function, from a
 * text in quotes.  Private to diff/.
 */
#ifndef DIFF_MENTION_H
#define DIFF_MENTION_H

#include "diff/directory.h"

struct mention {
    struct object *to;
    size_t offset; /* of the name in the text, quotes included */
    size_t length;
    bool literal; /* the name is a text in quotes, which are part of it */
    bool shown;   /* a view's column has its name from here: a whole item of the outermost select list, without AS */
};

/*
 * struct mention * into `found`, in no order.  `object` is whose text it is: a view's or a trigger's is read as a statement,
 * anything else as an expression over the columns of the table that holds it; `constant`: over no columns at all.
 */
void mentions_find(const struct directory *directory, const struct object *object, bool constant, const char *text,
                   struct list *found);
/* Does an expression in that field read no columns at all? */
bool reads_nothing(const struct target *target, enum kind kind, int field);
/* Of a type's text: the type that it names, if it is one of the tree. NULL else. */
struct object *mention_collation(const struct directory *directory, const char *text); /* likewise */
struct object *mention_type(const struct directory *directory, const char *text);

/* Of a text of names: all objects of such a name that are one statement each, as struct mention *. */
void mentions_of_defined(const struct directory *directory, const char *text, struct list *found);

#endif
