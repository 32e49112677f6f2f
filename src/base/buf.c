/* A text that grows in an arena by doubling, so that adding is cheap whatever the order of sizes. */
#include "base/buf.h"

#define FIRST_ROOM 64

/* Pieces of a drained text are about as long. */
#define DRAIN_BYTES 65536

void buf_init(struct buf *buf, struct arena *mem)
{
    *buf = (struct buf){.mem = mem, .data = arena_alloc(mem, FIRST_ROOM), .room = FIRST_ROOM};
}

void buf_drain(struct buf *buf, struct arena *mem, void (*drain)(void *sink, const char *text, size_t length),
               void *sink)
{
    buf_init(buf, mem);
    buf->drain = drain;
    buf->sink = sink;
}

void buf_drained(struct buf *buf)
{
    buf->drain(buf->sink, buf->data, buf->len);
    buf_cut(buf, 0);
}

/* Room for `more` bytes and the zero after them. */
static void make_room(struct buf *buf, size_t more)
{
    if (buf->drain && buf->len >= DRAIN_BYTES)
        buf_drained(buf);
    size_t needed = buf->len + more + 1;
    if (needed <= buf->room)
        return;
    size_t room = buf->room * 2 > needed ? buf->room * 2 : needed;
    buf->data = arena_grow(buf->mem, buf->data, buf->room, room);
    buf->room = room;
}

void buf_add_n(struct buf *buf, const char *text, size_t length)
{
    if (!length)
        return;
    if (buf->drain && length >= DRAIN_BYTES) { /* as it is, instead of a copy */
        buf_drained(buf);
        buf->drain(buf->sink, text, length);
        return;
    }
    make_room(buf, length);
    memcpy(buf->data + buf->len, text, length);
    buf->len += length;
    buf->data[buf->len] = 0;
}

void buf_add(struct buf *buf, const char *text)
{
    if (text)
        buf_add_n(buf, text, strlen(text));
}

void buf_add_c(struct buf *buf, char c)
{
    buf_add_n(buf, &c, 1);
}

void buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(buf->data + buf->len, buf->room - buf->len, format, args);
    if (length > 0 && (size_t)length >= buf->room - buf->len) {
        make_room(buf, (size_t)length);
        vsnprintf(buf->data + buf->len, buf->room - buf->len, format, again);
    }
    if (length > 0)
        buf->len += (size_t)length;
    va_end(again);
    va_end(args);
}

void buf_cut(struct buf *buf, size_t len)
{
    if (len >= buf->len)
        return;
    buf->len = len;
    buf->data[len] = 0;
}
