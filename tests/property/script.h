/*
 * A file of cases: comments, then parts, each a head that a mark begins and the lines up to the next one.  What comes out of them is
 * put together beside them, and may take the place of the file.
 */
#ifndef PROPERTY_SCRIPT_H
#define PROPERTY_SCRIPT_H

#include "base/buf.h"
#include "base/ctx.h"
#include "base/list.h"

struct script_part {
    const char *head; /* with its mark */
    const char *body; /* without blank lines around it, and one line break at its end */
};

struct script {
    const char *path;
    struct list parts; /* struct script_part * */
    struct buf made;   /* the comments, and what script_add() has added */
};

/* `marks` ends with NULL: "== " and the like, with which a head begins. */
int script_read(struct ctx *ctx, const char *path, const char *const *marks, struct script *script);
void script_add(struct script *script, const char *head, const char *body);
int script_write(struct ctx *ctx, const struct script *script);

#endif
