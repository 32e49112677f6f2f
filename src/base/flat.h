/*
 * Values in a row, for files that only this very program reads again: without names and types, and a text is read where it
 * stands.  What comes after what is said once, by functions that write it or read it as `reads` has it, so that both ways are
 * one.  What cannot be right breaks the whole: from then on every value is 0 or NULL, and there are none of anything.
 */
#ifndef BASE_FLAT_H
#define BASE_FLAT_H

#include "base/buf.h"
#include "base/list.h"

struct flat {
    struct arena *mem;
    struct buf out; /* where it is written */
    bool reads;
    bool broken;
    const char *at; /* what is left to read */
    const char *end;
};

void flat_write(struct flat *flat, struct arena *mem);
void flat_read(struct flat *flat, struct arena *mem, const char *data,
               size_t length);            /* keeps the data: texts are in it */
bool flat_ended(const struct flat *flat); /* all of it was read, and was right */
void flat_break(struct flat *flat);

void flat_number(struct flat *flat, int64_t *number);
void flat_flag(struct flat *flat, bool *flag);
void flat_text(struct flat *flat, const char **text);
void flat_names(struct flat *flat, struct names *names);
int flat_count(struct flat *flat, int n); /* of what comes next, each at least one byte */
/* The next one of a list: the one that it has there, or a new one of this size at its end. */
void *flat_item(struct flat *flat, struct list *list, int i, size_t size);

#endif
