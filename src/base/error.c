/* Failures, recorded once where they are discovered. */
#include "base/error.h"

#include "base/ctx.h"

int fail(struct ctx *ctx, enum err code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *message = arena_vprintf(ctx->mem, format, args);
    va_end(args);
    ctx->error = (struct error){.code = code, .message = message};
    return code;
}

int fail_hint(struct ctx *ctx, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    ctx->error.hint = arena_vprintf(ctx->mem, format, args);
    va_end(args);
    return ctx->error.code;
}

int fail_at(struct ctx *ctx, const char *file, int line, int column)
{
    ctx->error.place = (struct place){arena_dup(ctx->mem, file), line, column};
    return ctx->error.code;
}

const char *err_name(enum err code)
{
    switch (code) {
    case ERR_NONE: return "none";
    case ERR_FAILED: return "failed";
    case ERR_USAGE: return "usage";
    case ERR_CONFIG: return "config";
    case ERR_FILE: return "file";
    case ERR_SYNTAX: return "syntax";
    case ERR_CONNECT: return "connect";
    case ERR_SQL: return "sql";
    case ERR_LOCKED: return "locked";
    case ERR_CANCELLED: return "cancelled";
    case ERR_LIMIT: return "limit";
    case ERR_UNSUPPORTED: return "unsupported";
    case ERR_MODELS: return "models";
    case ERR_STATE: return "state";
    case ERR_HOOK: return "hook";
    }
    return "failed";
}
