/*
 * The rows of a table that is made again (render_rebuild.c), copied partition by partition.  Nobody but us writes to the new table, so
 * its rows and the numbers of its blocks tell whether a part came in; where it came in part, the copy begins anew with an empty table.
 */
#include <string.h>

#include "base/text.h"
#include "dialect/clickhouse/parts.h"
#include "dialect/clickhouse/schema.h"

#define WHOLE "*" /* the only part of a table that has no partitions */

/* "INSERT INTO _dbwarden_new_t (...) SELECT ... FROM t [SETTINGS ...]" */
struct copy_text {
    const char *to, *from;       /* names */
    size_t target_end, from_end; /* in the text */
};

static bool text_read(struct arena *mem, const struct sql_piece *piece, struct copy_text *text)
{
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, piece->text, piece->length);
    struct token token = lex_next_code(&lexer), into = lex_next_code(&lexer), name = lex_next_code(&lexer);
    if (!token_is(&token, "insert") || !token_is(&into, "into"))
        return false;
    *text = (struct copy_text){.to = token_name(mem, &name), .target_end = name.offset + name.length};
    while (token.kind != TOKEN_END && !token_is(&token, "from"))
        token = lex_next_code(&lexer);
    token = lex_next_code(&lexer);
    text->from = token_name(mem, &token);
    text->from_end = token.offset + token.length;
    token = lex_next_code(&lexer);
    return text_starts(text->to, CH_NEW) && text_equal(text->to + strlen(CH_NEW), text->from) &&
           (token.kind == TOKEN_END || token_is(&token, "settings"));
}

static bool is_copy(struct arena *mem, const struct classified *statement)
{
    struct copy_text text;
    return statement->verb == VERB_INSERT && statement->piece.length < 100000 &&
           text_read(mem, &statement->piece, &text);
}

/* `sql` with names for "@t" and literals for "?", and the only cell of its answer. */
static int cell_ask(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params, const char **cell)
{
    struct rows rows;
    TRY(ch_look(ctx, conn, ch_filled(ctx->mem, sql, params), &rows));
    *cell = rows.row.n && rows.columns.n ? ((const char **)rows.row.item[0])[0] : "";
    return 0;
}

/* "ROWS/BLOCKS"; of a table without blocks "ROWS". A merge changes neither the numbers of blocks, nor rows that are of no key. */
static int state_of(struct ctx *ctx, struct conn *conn, const char *table, const char **state)
{
    static const char engine[] =
        "SELECT engine LIKE '%MergeTree' FROM system.tables WHERE database = currentDatabase() AND name = ?";
    static const char blocks[] =
        "SELECT concat(toString(sum(r)), '/', toString(sum(b))) FROM (SELECT sum(rows) AS r, max(max_block_number) + 1 AS b "
        "FROM system.parts WHERE active AND database = currentDatabase() AND table = ? GROUP BY partition_id)";
    struct names params = {0};
    const char *kept;
    names_add(ctx->mem, &params, table);
    TRY(cell_ask(ctx, conn, engine, &params, &kept));
    if (text_equal(kept, "1"))
        return cell_ask(ctx, conn, blocks, &params, state);
    struct buf sql;
    buf_init(&sql, ctx->mem);
    buf_add(&sql, "SELECT count() FROM ");
    ident_add(&sql, &ch_ident, table);
    return cell_ask(ctx, conn, sql.data, NULL, state);
}

static const char *blocks_of(const char *state)
{
    const char *blocks = strchr(state, '/');
    return blocks ? blocks : state;
}

static int64_t rows_of(struct arena *mem, const char *state)
{
    int64_t n;
    return text_to_int(text_slice(mem, state, 0, strcspn(state, "/")), &n) ? n : -1;
}

static int parts_find(struct ctx *ctx, struct conn *conn, const char *table, struct names *parts)
{
    static const char sql[] =
        "SELECT partition_id, min(startsWith(name, concat(partition_id, '_'))) FROM system.parts WHERE active AND rows > 0 "
        "AND database = currentDatabase() AND table = ? GROUP BY partition_id ORDER BY partition_id";
    struct names params = {0};
    struct rows rows;
    bool known = true;
    names_add(ctx->mem, &params, table);
    TRY(ch_look(ctx, conn, ch_filled(ctx->mem, sql, &params), &rows));
    for (int i = 0; i < rows.row.n; i++) {
        const char *const *cell = rows.row.item[i];
        known = known && text_equal(cell[1], "1"); /* a table of the first kind calls its parts by days */
        names_add(ctx->mem, parts, cell[0]);
    }
    if (known && parts->n)
        return 0;
    *parts = (struct names){0};
    names_add(ctx->mem, parts, WHOLE);
    return 0;
}

/* What an earlier run began the server goes on with. */
static int running_wait(struct ctx *ctx, struct conn *conn, const struct classified *statement, size_t length)
{
    enum { DATABASE_SINCE = 220100 };
    const char *sql = arena_printf(ctx->mem, "SELECT count() FROM system.processes WHERE startsWith(query, ?)%s",
                                   conn->version >= DATABASE_SINCE ? " AND current_database = currentDatabase()" : "");
    struct names params = {0};
    names_add(ctx->mem, &params, arena_copy(ctx->mem, statement->piece.text, length));
    for (;;) {
        const char *running;
        TRY(cell_ask(ctx, conn, sql, &params, &running));
        if (text_equal(running, "0"))
            return 0;
        TRY(ctx_check(ctx));
        ctx_sleep(ctx, 0.2);
    }
}

/* Rows are copied on the server at hand: others have them only by replication. */
static int cluster_check(struct ctx *ctx, struct conn *conn, const struct copy_text *text)
{
    const struct ch_conn *ch = (const struct ch_conn *)conn;
    struct names params = {0};
    const char *whole;
    if (!ch->cluster)
        return 0;
    names_add(ctx->mem, &params, text->to);
    names_add(ctx->mem, &params, ch->cluster);
    TRY(cell_ask(
        ctx, conn,
        "SELECT uniqExact(shard_num) = 1 AND (count() = 1 OR (SELECT count() FROM system.replicas WHERE database = "
        "currentDatabase() AND table = ?) = 1) FROM system.clusters WHERE cluster = ?",
        &params, &whole));
    if (text_equal(whole, "1"))
        return 0;
    fail(ctx, ERR_UNSUPPORTED, "the rows of %s are on servers of the cluster that this one cannot copy them for",
         text->from);
    return fail_hint(ctx,
                     "Copy them on each of these servers by hand (the INSERT of this file), and then `dbwarden migrate "
                     "--interrupted done` goes on after it.");
}

/* Is the part at which an earlier run ended copied? DOUBT_OPEN: some of it, or nobody knows. */
static int part_doubt(struct ctx *ctx, struct conn *conn, const struct copy_text *text, const struct names *note,
                      enum doubt *doubt)
{
    struct names params = {0};
    const char *now, *part = note->item[0], *before = note->item[2], *more;
    TRY(state_of(ctx, conn, text->to, &now));
    *doubt = text_equal(blocks_of(now), blocks_of(before)) ? DOUBT_NOT_DONE : DOUBT_OPEN;
    if (*doubt == DOUBT_NOT_DONE)
        return 0;
    names_add(ctx->mem, &params, text->to);
    TRY(cell_ask(
        ctx, conn,
        "SELECT engine IN ('MergeTree', 'ReplicatedMergeTree', 'SharedMergeTree') OR engine NOT LIKE '%MergeTree' "
        "FROM system.tables WHERE database = currentDatabase() AND name = ?",
        &params, &more));
    if (!text_equal(more, "1"))
        return 0;
    params = (struct names){0};
    names_add(ctx->mem, &params, text->from);
    names_add(ctx->mem, &params, part);
    if (text_equal(part, WHOLE))
        TRY(state_of(ctx, conn, text->from, &more));
    else
        TRY(cell_ask(
            ctx, conn,
            "SELECT sum(rows) FROM system.parts WHERE active AND database = currentDatabase() AND table = ? AND "
            "partition_id = ?",
            &params, &more));
    if (rows_of(ctx->mem, now) == rows_of(ctx->mem, before) + rows_of(ctx->mem, more))
        *doubt = DOUBT_DONE;
    return 0;
}

static int begin(struct ctx *ctx, struct conn *conn, const char *note, struct table_copy *copy)
{
    struct copy_text text;
    struct names said = text_split(ctx->mem, note ? note : "", ' ');
    enum doubt doubt = DOUBT_OPEN;
    text_read(ctx->mem, &copy->statement->piece, &text);
    TRY(cluster_check(ctx, conn, &text));
    TRY(running_wait(ctx, conn, copy->statement, text.target_end));
    TRY(parts_find(ctx, conn, text.from, &copy->parts));
    if (said.n == 3)
        TRY(part_doubt(ctx, conn, &text, &said, &doubt));
    if (doubt == DOUBT_OPEN) {
        struct buf sql;
        buf_init(&sql, ctx->mem);
        buf_add(&sql, "TRUNCATE TABLE ");
        ident_add(&sql, &ch_ident, text.to);
        TRY(ch_send(ctx, (struct ch_conn *)conn, sql.data, sql.len));
        return state_of(ctx, conn, text.from, &copy->source);
    }
    const struct names parts = copy->parts;
    copy->source = said.item[1];
    copy->parts = (struct names){0};
    for (int i = 0; i < parts.n; i++)
        if (strcmp(parts.item[i], said.item[0]) >= (doubt == DOUBT_DONE ? 1 : 0))
            names_add(ctx->mem, &copy->parts, parts.item[i]);
    return 0;
}

static int note(struct ctx *ctx, struct conn *conn, const struct table_copy *copy, const char *part, const char **note)
{
    struct copy_text text;
    const char *state;
    text_read(ctx->mem, &copy->statement->piece, &text);
    TRY(state_of(ctx, conn, text.to, &state));
    *note = arena_printf(ctx->mem, "%s %s %s", part, copy->source, state);
    return 0;
}

static const char *part_text(struct arena *mem, const struct table_copy *copy, const char *part)
{
    const struct sql_piece *piece = &copy->statement->piece;
    struct copy_text text;
    struct buf out;
    buf_init(&out, mem);
    text_read(mem, piece, &text);
    buf_add_n(&out, piece->text, text.from_end);
    if (!text_equal(part, WHOLE)) {
        buf_add(&out, "\nWHERE startsWith(_part, ");
        literal_add(&out, &ch_ident, arena_printf(mem, "%s_", part));
        buf_add_c(&out, ')');
    }
    buf_add_n(&out, piece->text + text.from_end, piece->length - text.from_end);
    return out.data;
}

static int end(struct ctx *ctx, struct conn *conn, const struct table_copy *copy)
{
    struct copy_text text;
    const char *now;
    text_read(ctx->mem, &copy->statement->piece, &text);
    TRY(state_of(ctx, conn, text.from, &now));
    if (text_equal(blocks_of(now), blocks_of(copy->source)))
        return 0;
    fail(ctx, ERR_FAILED, "rows of %s changed while they were copied", text.from);
    return fail_hint(ctx, "Stop what writes to it, and run the same command again: it copies them anew.");
}

const struct copy_ways ch_copy = {.is = is_copy, .begin = begin, .note = note, .part = part_text, .end = end};
