/* A text that grows in an arena; always ends with a zero byte that `len` does not count. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"

struct buf {
    struct arena *mem;
    char *data; /* never NULL after buf_init() */
    size_t len;
    size_t room;
    void (*drain)(void *sink, const char *text, size_t length); /* NULL: everything stays */
    void *sink;
};

void buf_init(struct buf *buf, struct arena *mem);
/* A text that somebody else takes piece by piece, so that it is never whole; buf_drained() gives the last piece. */
void buf_drain(struct buf *buf, struct arena *mem, void (*drain)(void *sink, const char *text, size_t length),
               void *sink);
void buf_drained(struct buf *buf);
void buf_add(struct buf *buf, const char *text); /* NULL adds nothing */
void buf_add_n(struct buf *buf, const char *text, size_t length);
void buf_add_c(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_cut(struct buf *buf, size_t len); /* shortens to `len` */

#endif
