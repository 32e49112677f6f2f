/* Events on their way out: formatted, stamped with database and time, and handed to whoever listens. */
#include "base/event.h"

#include "base/clock.h"
#include "base/ctx.h"

static void send_event(struct ctx *ctx, struct event event)
{
    event.database = ctx->database;
    event.engine = ctx->engine;
    event.seconds = clock_monotonic() - ctx->started;
    ctx->on_event(ctx->sink, &event);
}

static void emit(struct ctx *ctx, enum event_kind kind, struct place place, const char *format, va_list args)
{
    if (!ctx->on_event)
        return;
    const char *text = arena_vprintf(ctx->mem, format, args);
    send_event(ctx, (struct event){.kind = kind, .text = text, .place = place});
}

void emit_debug(struct ctx *ctx, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    emit(ctx, EVENT_DEBUG, (struct place){0}, format, args);
    va_end(args);
}

void emit_info(struct ctx *ctx, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    emit(ctx, EVENT_INFO, (struct place){0}, format, args);
    va_end(args);
}

void emit_warning(struct ctx *ctx, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    emit(ctx, EVENT_WARNING, (struct place){0}, format, args);
    va_end(args);
}

void emit_warning_at(struct ctx *ctx, struct place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    emit(ctx, EVENT_WARNING, place, format, args);
    va_end(args);
}

void emit_part(struct ctx *ctx, int64_t done, int64_t total, const char *text)
{
    if (ctx->on_event)
        send_event(ctx, (struct event){.kind = EVENT_PART, .text = text, .done = done, .total = total});
}

void emit_progress(struct ctx *ctx, int64_t done, int64_t total, const char *text)
{
    if (ctx->on_event)
        send_event(ctx, (struct event){.kind = EVENT_PROGRESS, .text = text, .done = done, .total = total});
}
