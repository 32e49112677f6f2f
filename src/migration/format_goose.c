/*
 * goose: 00001_words.sql with "-- +goose Up" and "-- +goose Down"; goose_db_version has a row for each step up or down, and its
 * first row, of version 0, is of nothing.
 */
#include "migration/format_parts.h"

#include "base/text.h"

static const struct marker_row markers[] = {
    {"-- +goose up", MARKER_UP, NULL},
    {"-- +goose down", MARKER_DOWN, NULL},
    {"-- +goose statementbegin", MARKER_LEFT_OUT, NULL},
    {"-- +goose statementend", MARKER_LEFT_OUT, NULL},
    {"-- +goose no transaction", MARKER_NO_TRANSACTION, NULL},
    {"-- +goose envsub off", MARKER_LEFT_OUT, NULL},
    {"-- +goose", MARKER_REFUSED, NULL},
    {0},
};
static const char *const words[] = {"-- +goose Up\n",
                                    "-- +goose NO TRANSACTION\n-- +goose Up\n",
                                    "-- +goose Down\n",
                                    "-- +goose Down\n",
                                    "-- +goose StatementBegin\n",
                                    "-- +goose StatementEnd\n"};
static const char *const folders[] = {"migrations", "db/migrations", "sql", NULL};

static bool owns(const char *name, const char *text)
{
    return char_is_digit((unsigned char)*name) && has_marker(text, markers);
}

static int read_all(struct format_reading *reading)
{
    struct ctx *ctx = reading->ctx;
    const char *digits, *name;
    for (int i = 0; i < reading->names.n; i++)
        if (!text_ends(reading->names.item[i], "_test.go") &&
            numbered_name(ctx->mem, reading->names.item[i], ".go", &digits, &name))
            return fail_foreign(ctx, path_join(ctx->mem, reading->folder, reading->names.item[i]), "it is Go");
    return marked_read(reading, markers, true);
}

static int write_one(struct ctx *ctx, struct ejected *ejected, struct list *files)
{
    return marked_write(ctx, ejected, words, files);
}

const struct format format_goose = {
    .name = "goose",
    .title = "goose",
    .folders = folders,
    .owns = owns,
    .read = read_all,
    .history = HISTORY_ROWS,
    .table = "goose_db_version",
    .query =
        "SELECT version_id, CASE WHEN is_applied THEN 1 ELSE 0 END, 0, NULL FROM goose_db_version WHERE version_id > 0 "
        "ORDER BY id",
    .insert = "INSERT INTO goose_db_version (version_id, is_applied) VALUES (@id, true)",
    .remove = "DELETE FROM goose_db_version WHERE version_id = @id",
    .digits = 5,
    .bare = true,
    .write = write_one,
};
