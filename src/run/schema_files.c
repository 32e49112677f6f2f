/*
 * Schema files: their statements are run in a scratch database of the engine, and that is read back, so that it is the
 * server which says what they mean.
 */
#include "run/parts.h"

#include "base/file.h"

static int run_file(struct ctx *ctx, struct conn *conn, const char *path, const char *shown)
{
    char *text;
    size_t length;
    struct split split;
    TRY(file_read(ctx, path, 0, &text, &length));
    size_t start = length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;
    const struct sql_piece whole = {.text = text + start, .length = length - start, .line = 1};
    TRY(split_section(ctx, conn->dialect->lex, shown, &whole, &split));
    struct batch batch = {.n = split.n};
    batch.step = NEW_ARRAY(ctx->mem, struct batch_step, split.n + 1);
    for (int i = 0; i < split.n; i++)
        batch.step[i] = (struct batch_step){split.piece[i].text, split.piece[i].length, NULL};
    int code = conn_batch(ctx, conn, &batch);
    if (code == ERR_SQL && batch.failed >= 0 && batch.failed < split.n)
        fail_at(ctx, shown, split.piece[batch.failed].line, split.piece[batch.failed].column);
    return code;
}

int schema_files_read(struct ctx *ctx, const struct database_config *database, const char *folder,
                      const struct names *files, struct tree **tree)
{
    const struct dialect *dialect = database->dialect;
    __attribute__((cleanup(conn_close))) struct conn *conn = NULL;
    if (!dialect->driver->scratch || !dialect->load) {
        fail(ctx, ERR_UNSUPPORTED, "schema files cannot be read for %s yet", dialect->title);
        return fail_hint(ctx, "Describe the schema with models, or write the migrations by hand.");
    }
    TRY(dialect->driver->scratch(ctx, &database->url, &conn));
    for (int i = 0; i < files->n; i++)
        TRY(run_file(ctx, conn, path_join(ctx->mem, folder, files->item[i]), files->item[i]));
    TRY(dialect->load(ctx, conn, &database->filter, tree));
    dialect->settle(ctx->mem, *tree);
    return 0;
}

int ddl_read(struct ctx *ctx, const struct database_config *database, const struct names *files, struct tree **tree)
{
    return schema_files_read(ctx, database, NULL, files, tree);
}
