/* dbmate: 20240101000000_words.sql with "-- migrate:up" and "-- migrate:down"; a row of schema_migrations for each. */
#include "migration/format_parts.h"

#include "base/text.h"

static const struct marker_row markers[] = {
    {"-- migrate:up", MARKER_UP, NULL},
    {"-- migrate:down", MARKER_DOWN, NULL},
    {"-- migrate:up", MARKER_NO_TRANSACTION, "transaction:false"},
    {"-- migrate:down", MARKER_NO_TRANSACTION, "transaction:false"},
    {0},
};
static const char *const words[] = {"-- migrate:up\n", "-- migrate:up transaction:false\n", "-- migrate:down\n",
                                    "-- migrate:down transaction:false\n", NULL};
static const char *const folders[] = {"db/migrations", "migrations", NULL};

static bool owns(const char *name, const char *text)
{
    return char_is_digit((unsigned char)*name) && has_marker(text, markers);
}

static int read_all(struct format_reading *reading)
{
    return marked_read(reading, markers, false);
}

static int write_one(struct ctx *ctx, struct ejected *ejected, struct list *files)
{
    return marked_write(ctx, ejected, words, files);
}

const struct format format_dbmate = {
    .name = "dbmate",
    .title = "dbmate",
    .folders = folders,
    .owns = owns,
    .read = read_all,
    .history = HISTORY_ROWS,
    .table = "schema_migrations",
    .query = "SELECT version, 1, 0, NULL FROM schema_migrations ORDER BY version",
    .create = "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)",
    .insert = "INSERT INTO schema_migrations (version) VALUES (@id)",
    .remove = "DELETE FROM schema_migrations WHERE version = @id",
    .digits = 14,
    .write = write_one,
};
