/*
 * Python text, laid out as its usual formatters do: a bracket stands on one line where it fits, else each of its items has
 * one.  Knows the language and nothing of models.  Private to this folder.
 */
#ifndef MODELS_PYTHON_H
#define MODELS_PYTHON_H

#include "base/json.h"
#include "base/map.h"

/* A piece of an expression: `head` alone, or with brackets and what is between them. */
struct python_doc {
    const char *head;
    char open; /* ( [ {; 0: only the head */
    bool tuple;
    struct list items; /* struct python_doc * */
};

struct python_doc *python_atom(struct arena *mem, const char *text);
struct python_doc *python_call(struct arena *mem, const char *head);
struct python_doc *python_tuple(struct arena *mem);
/* Adds the item, after "name=" where a name is given; gives `doc`. */
struct python_doc *python_add(struct arena *mem, struct python_doc *doc, const char *name, struct python_doc *item);
void python_add_text(struct arena *mem, struct python_doc *doc, const char *name, const char *text); /* as a literal */
/* None, numbers, texts, lists and dicts. */
struct python_doc *python_value(struct arena *mem, const struct json *value);
char *python_string(struct arena *mem, const char *text);
/* What SQLAlchemy's text() takes for `sql`, where a colon and a name would be a parameter; as a literal. */
char *python_sql(struct arena *mem, const char *sql);

/* A line of that indentation: `start` and the expression after it. */
void python_line(struct buf *out, int indent, const char *start, const struct python_doc *doc);

/* ---- names ---- */

/* An identifier of the letters and digits of `text`; "" if there are none. */
char *python_identifier(struct arena *mem, const char *text);
/* Each word with a capital: "order_items" is OrderItems. */
char *python_class_name(struct arena *mem, const char *text);
bool python_reserved(const char *name);
/* `name`, or with the first number that makes it new in `taken`, where it is noted. */
const char *python_unique(struct arena *mem, struct map *taken, const char *name);

/* ---- a module ---- */

struct python_module {
    struct arena *mem;
    const char *name; /* of its file, without .py */
    const struct map
        *hidden;         /* names that a class gives a meaning of its own, so that nothing imported may be called so */
    struct map from;     /* module -> struct names *: "String", "text as sa_text" */
    struct map imported; /* "module name" -> what it is called here */
    struct map later;    /* module -> struct names *: imported for those who check types alone */
    struct buf body;
};

void python_open(struct python_module *module, struct arena *mem, const char *name, const struct map *hidden);
/* The name in this module of what `from` has; `name` NULL: the module `from` itself. */
const char *python_use(struct python_module *module, const char *from, const char *name);
/* For names in quotes: the import would go round in a circle where it is run. */
void python_later(struct python_module *module, const char *from, const char *name);
/* The whole file; `intro` is its docstring. */
char *python_text(struct python_module *module, const char *intro);

#endif
