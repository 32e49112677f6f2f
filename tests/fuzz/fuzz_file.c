/* A migration file of any content is read, or refused with a reason and a place. */
#include "fuzz.h"
#include "migration/migration.h"

static void check_told(const struct ctx *ctx)
{
    CHECK(ctx->error.message && ctx->error.hint);
    CHECK(ctx->error.place.file && ctx->error.place.line > 0 && ctx->error.place.column > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct dialect *dialect = fuzz_dialect(data, size);
    if (!dialect)
        return 0;
    struct ctx ctx;
    struct migration *migration;
    const unsigned char *marks;
    ctx_open(&ctx, 0);
    const char *path = fuzz_file("db__0001_fuzz.sql", data + 1, size - 1);
    if (migration_read(&ctx, dialect, path, &migration) < 0) {
        CHECK(ctx.error.message);
    } else {
        CHECK(migration->checksum && migration_tokens(ctx.mem, migration));
        for (int down = 0; down <= 1; down++) {
            if (migration_check(&ctx, migration, down) < 0)
                check_told(&ctx);
            if (migration_marks(&ctx, dialect, migration, down, &marks) < 0)
                check_told(&ctx);
        }
    }
    ctx_close(&ctx);
    return 0;
}
