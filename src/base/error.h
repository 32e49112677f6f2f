/*
 * Failures.  A function that can fail returns int: 0, or a negative enum err.  Whoever discovers a
 * failure records it in the context with fail(); everyone else passes the code on with TRY().
 * Messages are lower case without a full stop; hints are sentences.  Secrets never go into either.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

#include "base/arena.h"

enum err {
    ERR_NONE = 0,
    ERR_FAILED = -1,       /* something the user asked for did not work */
    ERR_USAGE = -2,        /* unknown option, missing argument */
    ERR_CONFIG = -3,       /* the configuration is wrong or absent */
    ERR_FILE = -4,         /* a file cannot be read or written */
    ERR_SYNTAX = -5,       /* a file or text of the user is malformed */
    ERR_CONNECT = -6,      /* no connection to the database */
    ERR_SQL = -7,          /* the server refused a statement */
    ERR_LOCKED = -8,       /* another runner holds the lock */
    ERR_CANCELLED = -9,    /* the user interrupted */
    ERR_LIMIT = -10,       /* an input is larger than the limits allow, or memory is */
    ERR_UNSUPPORTED = -11, /* this engine or version cannot do that, or we cannot yet */
    ERR_MODELS = -12,      /* the models cannot be read */
    ERR_STATE = -13,       /* the recorded state contradicts the files */
    ERR_HOOK = -14         /* a command of the user's, called before something, says no or fails */
};

struct place {
    const char *file; /* as the user knows it; NULL if there is none */
    int line;         /* from 1; 0 if unknown */
    int column;       /* from 1, in bytes; 0 if unknown */
};

struct error {
    enum err code;
    const char *message;
    const char *hint;     /* NULL if there is none */
    const char *sqlstate; /* five characters, or the engine's own number; NULL if there is none */
    const char *detail;   /* what the server said beside its message; NULL if nothing */
    struct place place;
    bool partly;  /* some of it may be done: several servers do it */
    bool passing; /* time may cure it: a lock of another session's, a server that is not up yet */
};

struct ctx;

/* Record a failure and return `code`, so that `return fail(...)` is one line. A second fail() replaces the first. */
int fail(struct ctx *ctx, enum err code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Add to the failure just recorded; both return its code. */
int fail_hint(struct ctx *ctx, const char *format, ...) __attribute__((format(printf, 2, 3)));
int fail_at(struct ctx *ctx, const char *file, int line, int column);

const char *err_name(enum err code); /* "config", "sql" ..., for JSON */

#define TRY(call)          \
    do {                   \
        int try_ = (call); \
        if (try_ < 0)      \
            return try_;   \
    } while (0)

#endif
