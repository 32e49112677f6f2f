/*
 * A picture of a schema, or of the change from one to another, as text: for Graphviz, for Mermaid, as SVG, as a page.
 * What is drawn is found once (picture.c), and each format only spells it.
 */
#ifndef DIAGRAM_DIAGRAM_H
#define DIAGRAM_DIAGRAM_H

#include "dialect/target.h"
#include "schema/change.h"

/* A migration, for the page. All but `state` may be NULL. */
struct diagram_migration {
    const char *version;
    const char *filename;
    const char *description;
    const char *applied_at;
    const char *state; /* "applied", "pending", "file gone"; "" where no database was asked */
};

struct diagram_input {
    const struct target *target;
    const struct tree *tree;       /* settled; with `changes` it is not looked at */
    const struct changes *changes; /* NULL: a schema as it is */
    const char *title;
    const struct names
        *tables; /* patterns, see struct filter: only these, and the types of their columns; empty: all */
    const struct list *history; /* struct diagram_migration *; NULL: nothing is known of any */
};

struct diagram;

/* Needs the graphs of nobody: it builds those of the trees itself. */
int diagram_draw(struct ctx *ctx, const struct diagram_input *input, struct diagram **diagram);
int diagram_count(const struct diagram *diagram); /* of the boxes: tables, views and types */

struct diagram_format {
    const char *name;
    const char *ends; /* what names of such files end with: ".dot .gv" */
    /* The text ends with a line end. svg: ERR_UNSUPPORTED if the library is missing; html then has no picture, and warns. */
    int (*render)(struct ctx *ctx, const struct diagram *diagram, const char **text);
};
extern const struct diagram_format diagram_formats[]; /* ends with a NULL name */
const struct diagram_format *diagram_format_find(const char *name);
const struct diagram_format *diagram_format_of(const char *path); /* by its ending; NULL */

#endif
