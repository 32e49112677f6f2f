/*
 * A snapshot is read or refused with a reason; what is read and written reads again, and is then written the same.
 * Its checksum is taken out first: no fuzzer would ever find one that fits.
 */
#include "base/json.h"
#include "base/text.h"
#include "fuzz.h"
#include "migration/snapshot.h"

static const char *without_checksum(struct ctx *ctx, const char *text, size_t length)
{
    struct json *document;
    if (json_read(ctx, "fuzz", text, length, &document) < 0 || document->type != JSON_OBJECT)
        return text;
    struct json *copy = json_object(ctx->mem);
    for (int i = 0; i < document->n; i++)
        if (!text_equal(document->key[i], "checksum"))
            json_set(ctx->mem, copy, document->key[i], document->item[i]);
    return json_text(ctx->mem, copy, JSON_INDENTED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx;
    struct snapshot *snapshot, *again;
    ctx_open(&ctx, 0);
    const char *text = arena_copy(ctx.mem, (const char *)data, size);
    if (!memchr(text, '\0', size)) {
        text = without_checksum(&ctx, text, size);
        size = strlen(text);
    }
    if (snapshot_from_text(&ctx, "fuzz.schema.json", text, size, &snapshot) == 0) {
        char *first = snapshot_to_text(ctx.mem, snapshot);
        CHECK(snapshot_from_text(&ctx, "again.schema.json", first, strlen(first), &again) == 0);
        CHECK(text_equal(snapshot_to_text(ctx.mem, again), first));
    } else {
        CHECK(ctx.error.message);
    }
    ctx_close(&ctx);
    return 0;
}
