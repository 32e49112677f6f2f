/* A file of metrics is read or refused whole; what was read is written so that it reads back the same. */
#include "base/text.h"
#include "command/exposition.h"
#include "fuzz.h"

static const struct family families[] = {{"a", "counter", "a"}, {"b", "histogram", "b"}, {0}};

static const char *written(const struct exposition *exposition)
{
    struct buf text;
    buf_init(&text, exposition->mem);
    exposition_write(exposition, &text);
    return text.data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx;
    struct exposition first, again;
    ctx_open(&ctx, 0);
    exposition_open(&first, ctx.mem, families);
    if (exposition_read(&first, arena_copy(ctx.mem, (const char *)data, size))) {
        exposition_open(&again, ctx.mem, families);
        CHECK(exposition_read(&again, written(&first)));
        CHECK(text_equal(written(&first), written(&again)));
    } else {
        CHECK(!*written(&first));
    }
    ctx_close(&ctx);
    return 0;
}
