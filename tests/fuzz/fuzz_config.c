/* A dbwarden.yaml of any content is read, or refused with a reason. */
#include "config/config.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx;
    struct config *config;
    struct database_config *database;
    ctx_open(&ctx, 0);
    const char *path = fuzz_file("dbwarden.yaml", data, size);
    struct config_options options = {.folder = fuzz_folder(), .file = path};
    if (config_open(&ctx, &options, &config) == 0) {
        if (config_database(&ctx, config, NULL, &database) == 0)
            CHECK(database->name && database->dialect);
        config_close(&config);
    } else {
        CHECK(ctx.error.message);
    }
    ctx_close(&ctx);
    return 0;
}
