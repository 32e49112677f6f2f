/* What the files of diagram/ share: the picture itself, before it is spelled. */
#ifndef DIAGRAM_PARTS_H
#define DIAGRAM_PARTS_H

#include "diagram/diagram.h"

enum shade { SHADE_SAME, SHADE_ADDED, SHADE_CHANGED, SHADE_REMOVED, SHADES };

/* All texts are fit to be shown, but not yet for any format: text_shown(). */
struct row {
    const struct object *object; /* a column, an attribute; NULL: a label, or a domain's type */
    const char *name;
    const char *type; /* "" */
    const char *keys; /* "PK FK U" */
    bool nullable;
    enum shade shade;
    const char *details; /* what differs; "" */
};

struct box {
    const struct object *object;
    int number;        /* from 1, in the order of the tree */
    const char *title; /* "users", "app.users" */
    const char *word;  /* "table", "materialized view", "enum" */
    enum shade shade;
    const char *details;
    struct list rows; /* struct row * */
    bool drawn;
};

enum line_how { LINE_KEY, LINE_BASE, LINE_INHERITS, LINE_PARTITION, LINE_TYPE };

/* Between rows of two boxes; -1: the whole box. A foreign key of two columns is two lines. */
struct line {
    enum line_how how;
    struct box *from, *to;
    int from_row, to_row;
    bool first;        /* of those of one foreign key */
    bool one;          /* no two rows refer to the same one */
    bool optional;     /* need not refer to any */
    bool there[2];     /* before, after */
    const char *label; /* "team_id", "view of" */
    enum shade shade;
};

struct diagram {
    const struct diagram_input *input;
    struct list boxes;  /* struct box *, drawn */
    struct list lines;  /* struct line *, between these */
    struct list others; /* const struct object *: on top, and not drawn */
    const struct noted *noted;
    int notes;
};

/* As a person reads it: what cannot be printed is a sign for it, no name is invisible; `lines`: line ends stay. */
const char *text_shown(struct arena *mem, const char *text, bool lines);
const char *name_shown(struct arena *mem, const char *name);
/* Of one field: "a, b", "yes"; NULL where it says nothing, or what silence means. */
const char *field_shown(struct arena *mem, const struct object *object, int field);
/* At most `limit` characters of it, the last one "…" where it is longer. */
const char *text_short(struct arena *mem, const char *text, size_t limit);

enum shade shade_of(const struct diagram *diagram, const struct object *object);
const char *details_of(struct arena *mem, const struct diagram *diagram,
                       const struct object *object); /* what differs */
/* Its children as they are shown: those that are, then those that go; parts of others are not among them. */
struct list children_of(struct arena *mem, const struct diagram *diagram, const struct object *object);
extern const char *const shade_sign[SHADES]; /* "", "+ ", "~ ", "− " */
extern const char *const shade_word[SHADES];

/* Colors by what they are for, for a light and a dark background. */
enum color {
    PAPER,
    INK,
    QUIET,
    EDGE,
    TABLE_HEAD,
    VIEW_HEAD,
    TYPE_HEAD,
    ADDED,
    CHANGED,
    REMOVED,
    ADDED_EDGE,
    CHANGED_EDGE,
    REMOVED_EDGE,
    COLORS
};
extern const struct palette {
    const char *name, *light, *dark;
} palette[COLORS];
enum color head_color(const struct box *box);
enum color row_color(enum shade shade);
enum color edge_color(enum shade shade);
/* The rules by which a picture with the light colors is shown with the dark ones; `within` stands before each selector. */
void palette_dark(struct buf *out, const char *within, bool variables);

void xml_add(struct buf *out, const char *text); /* escaped, for a text and for an attribute */

enum { DOT_FONT = 12, SVG_FONT = 11 }; /* laid out for the first, shown in the second: fonts differ in their widths */
/* With links to the sections of the page, or without. */
const char *dot_text(struct ctx *ctx, const struct diagram *diagram, bool links);
/* From its <svg> on. */
int svg_text(struct ctx *ctx, const struct diagram *diagram, bool links, const char **text);
int graphviz_draw(struct ctx *ctx, const char *dot, const char **svg);

int dot_render(struct ctx *ctx, const struct diagram *diagram, const char **text);
int mermaid_render(struct ctx *ctx, const struct diagram *diagram, const char **text);
int svg_render(struct ctx *ctx, const struct diagram *diagram, const char **text);
int html_render(struct ctx *ctx, const struct diagram *diagram, const char **text);

#endif
