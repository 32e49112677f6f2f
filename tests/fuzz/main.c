/* Runs a fuzz target over files and over the files in folders, for builds without a fuzzer. */
#include "base/file.h"
#include "fuzz.h"

static void run_file(struct ctx *ctx, const char *path)
{
    char *text;
    size_t length;
    CHECK(file_read(ctx, path, 0, &text, &length) == 0);
    /* A copy without the zero byte after it, so that sanitizers see a read beyond the end. */
    uint8_t *exact = malloc(length > 0 ? length : 1);
    CHECK(exact);
    memcpy(exact, text, length);
    LLVMFuzzerTestOneInput(exact, length);
    free(exact);
}

static void run_folder(struct ctx *ctx, const char *path)
{
    struct names names = {0};
    CHECK(folder_list(ctx, path, &names) == 0);
    for (int i = 0; i < names.n; i++)
        run_file(ctx, path_join(ctx->mem, path, names.item[i]));
    printf("%s: %d inputs\n", path, names.n);
    CHECK(names.n > 0);
}

int main(int argc, char **argv)
{
    struct ctx ctx;
    ctx_open(&ctx, 0);
    for (int i = 1; i < argc; i++) {
        if (folder_exists(argv[i]))
            run_folder(&ctx, argv[i]);
        else
            run_file(&ctx, argv[i]);
    }
    ctx_close(&ctx);
    return 0;
}
