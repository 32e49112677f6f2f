/* A snapshot is read or refused with a reason; what is read and written reads again, and is then written the same. */
#include "base/text.h"
#include "fuzz.h"
#include "schema/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx;
    struct snapshot *snapshot, *again;
    ctx_open(&ctx, 0);
    const char *text = arena_copy(ctx.mem, (const char *)data, size);
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
