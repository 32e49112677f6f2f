/*
 * Copies on the server itself, for nothing else is a copy of what may be terabytes: BACKUP to the disk that the URL names
 * (?backup_disk=NAME), else parts that are frozen where they lie (FREEZE).  Our file says where that is, how it comes back, and
 * how everything was made.
 */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "dialect/clickhouse/parts.h"

enum { BACKUP_SINCE = 220800 };

#define BACK "-- comes back by: "

static const char *quoted(struct arena *mem, const char *text)
{
    struct buf out;
    buf_init(&out, mem);
    literal_add(&out, &ch_ident, text);
    return out.data;
}

static const char *named(struct arena *mem, const char *database, const char *table)
{
    struct buf out;
    buf_init(&out, mem);
    if (table)
        ident_add_qualified(&out, &ch_ident, database, table);
    else
        ident_add(&out, &ch_ident, database);
    return out.data;
}

static int to_disk(struct ctx *ctx, struct ch_conn *ch, const char *disk, const char *name, struct buf *file)
{
    const char *place = arena_printf(ctx->mem, "Disk(%s, %s)", quoted(ctx->mem, disk), quoted(ctx->mem, name));
    const char *database = named(ctx->mem, ch->home, NULL);
    if (ch->conn.version < BACKUP_SINCE)
        return fail(ctx, ERR_UNSUPPORTED, "backup_disk: ClickHouse %s has no BACKUP, which came with 22.8",
                    ch->conn.version_text);
    int code = ch_exec(ctx, &ch->conn,
                       arena_printf(ctx->mem, "BACKUP DATABASE %s EXCEPT TABLES %s TO %s", database,
                                    named(ctx->mem, ch->home, LOCK_TABLE), place));
    if (code == ERR_SQL)
        return fail_hint(ctx,
                         "The server has to allow it: <backups><allowed_disk> in its configuration, and GRANT BACKUP.");
    TRY(code);
    buf_addf(file, BACK "RESTORE DATABASE %s FROM %s, once its tables are dropped\n", database, place);
    return 0;
}

static int freeze(struct ctx *ctx, struct ch_conn *ch, const char *name, struct buf *file)
{
    struct rows rows;
    TRY(ch_query(
        ctx, &ch->conn,
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name NOT "
        "LIKE '\\\\_dbwarden\\\\_lock%' ORDER BY name",
        NULL, &rows));
    for (int i = 0; i < rows.row.n; i++)
        TRY(ch_exec(ctx, &ch->conn,
                    arena_printf(ctx->mem, "ALTER TABLE %s FREEZE WITH NAME %s",
                                 named(ctx->mem, ch->home, ((const char **)rows.row.item[i])[0]),
                                 quoted(ctx->mem, name))));
    buf_addf(file,
             BACK "ALTER TABLE ... ATTACH PART, after the parts in shadow/%s of the server's data are copied into "
                  "detached/ of each table\n",
             name);
    return 0;
}

/* How everything was made, whatever becomes of it. */
static int texts_add(struct ctx *ctx, struct ch_conn *ch, struct buf *file)
{
    struct rows rows;
    TRY(ch_query(
        ctx, &ch->conn,
        "SELECT create_table_query FROM system.tables WHERE database = currentDatabase() AND create_table_query != '' AND "
        "name NOT LIKE '.inner%' ORDER BY engine IN ('View', 'MaterializedView', 'Dictionary'), name",
        NULL, &rows));
    for (int i = 0; i < rows.row.n; i++)
        buf_addf(file, "%s;\n", ((const char **)rows.row.item[i])[0]);
    return 0;
}

static int save(struct ctx *ctx, struct conn *conn, const char *path)
{
    struct ch_conn *ch = (struct ch_conn *)conn;
    struct buf file;
    const char *disk = url_option(&ch->url, "backup_disk");
    const char *name = arena_printf(ctx->mem, "dbwarden_%s_%lld", ch->home, (long long)clock_now_ms());
    if (ch->cluster && !disk)
        emit_warning(ctx,
                     "parts are frozen on the server at hand alone: of the others of the cluster %s there is no backup",
                     ch->cluster);
    buf_init(&file, ctx->mem);
    TRY(disk ? to_disk(ctx, ch, disk, name, &file) : freeze(ctx, ch, name, &file));
    TRY(texts_add(ctx, ch, &file));
    return file_write(ctx, path, file.data, file.len, 0600);
}

/* Only the server's administrator can tell whether what came since may go. */
static int load(struct ctx *ctx, struct conn *conn, const char *path)
{
    char head[4096];
    size_t length = 0;
    TRY(file_head(ctx, path, head, sizeof head - 1, &length));
    head[length] = 0;
    head[strcspn(head, "\n")] = 0;
    if (!text_starts(head, BACK))
        return fail(ctx, ERR_FILE, "%s is not a backup of ClickHouse", path);
    fail(ctx, ERR_UNSUPPORTED, "restore does not drop tables of ClickHouse; the backup is on its server");
    return fail_hint(ctx, "It comes back by: %s.", head + strlen(BACK));
}

const struct backup_way ch_backup = {.ending = "sql", .save = save, .check = load, .load = load};
