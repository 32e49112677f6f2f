/* A URL is read or refused with a reason; what is read is shown without its password and reads back the same. */
#include "base/text.h"
#include "base/url.h"
#include "fuzz.h"

static void check_shown(struct ctx *ctx, const struct url *url)
{
    struct url again;
    const char *shown = url_show(ctx->mem, url);
    if (url_read(ctx, shown, &again) < 0)
        return; /* shown for people: not every name survives */
    CHECK(text_equal(again.dialect, url->dialect));
    url_close(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx;
    struct url url;
    if (size > 0 && memchr(data, '\0', size))
        return 0;
    ctx_open(&ctx, 0);
    const char *text = arena_copy(ctx.mem, (const char *)data, size);
    CHECK(url_mask(ctx.mem, text));
    if (url_read(&ctx, text, &url) == 0) {
        check_shown(&ctx, &url);
        url_close(&url);
    } else {
        CHECK(ctx.error.code == ERR_CONFIG && ctx.error.message);
    }
    ctx_close(&ctx);
    return 0;
}
