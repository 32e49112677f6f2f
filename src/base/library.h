/*
 * A shared library that is loaded when it is first needed, so that a start pays only for what it uses, and a machine needs
 * only the client libraries of the servers that it talks to.  What calls it is written as if it were linked: for each
 * function there is one of the same name that passes the call on (library_calls.h).
 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include "base/ctx.h"

struct library_symbol {
    const char *name;
    void *at; /* address of the function pointer that it fills */
};
struct library {
    const char *file;                    /* "libpq.so.5" */
    const char *hint;                    /* how to come by it */
    const struct library_symbol *symbol; /* ends with a NULL name */
    bool loaded;
};
/* Once; safe in several threads. Never unloaded. ERR_UNSUPPORTED if it is missing or too old. */
int library_load(struct ctx *ctx, struct library *library);
/* Where it was loaded from; NULL if that is not known. Of one that is loaded. */
char *library_folder(struct arena *mem, const struct library *library);

#endif
