/*
 * Was a statement done before an interruption?  What the system tables say of all that it names is one thing before it and
 * another after it.  The sum over that is written into the journal before the statement, and compared when a run is taken up.
 *
 * A mutation goes on without us: that it was begun is as good as done, once it has ended.  An INSERT that is made of several
 * blocks may be there in part, and rows of others look like ours: if anything came into its table, nobody can tell.
 */
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "dialect/clickhouse/parts.h"
#include "dialect/common.h"

enum {
    NAMES_LIMIT = 256,
    REASON_SINCE = 190000,
    UUID_SINCE = 200100,
    FUNCTIONS_SINCE = 211100,
    COLLECTIONS_SINCE = 221200
};

/* "(database, name) IN (...)" of all that a statement names; NULL: it names nothing. */
/* `home` says where names without a database are: where the session is, or one by name. */
static const char *named_in(struct arena *mem, const struct classified *statement, const char *home)
{
    struct list names = {0};
    struct buf out;
    statement_names(mem, &ch_lex, &statement->piece, NAMES_LIMIT, &names);
    buf_init(&out, mem);
    for (int i = 0; i < names.n; i++) {
        const struct named *named = names.item[i];
        buf_add(&out, i ? ", (" : "(");
        if (named->schema)
            literal_add(&out, &ch_ident, named->schema);
        else if (home)
            literal_add(&out, &ch_ident, home);
        else
            buf_add(&out, "currentDatabase()");
        buf_add(&out, ", ");
        literal_add(&out, &ch_ident, named->name);
        buf_add(&out, ")");
    }
    return names.n ? out.data : NULL;
}

/* Whom to ask, and of what. */
struct asked {
    struct conn *conn;
    struct ch_replica *on; /* NULL: the server at hand */
    const char *named;
};

static int ask(struct ctx *ctx, const struct asked *asked, const char *sql, struct buf *said)
{
    struct rows rows;
    const char *text = text_replace(ctx->mem, sql, "@n", asked->named);
    TRY(asked->on ? ch_replica_ask(ctx, (struct ch_conn *)asked->conn, asked->on, text, &rows)
                  : ch_look(ctx, asked->conn, text, &rows));
    buf_add(said, "\n");
    for (int i = 0; i < rows.row.n; i++)
        for (int c = 0; c < rows.columns.n; c++)
            buf_addf(said, "%s\t",
                     ((const char **)rows.row.item[i])[c] ? ((const char **)rows.row.item[i])[c] : "NULL");
    return 0;
}

/* Users, roles, quotas: none of the tables that are asked has them. */
static bool is_elsewhere(const struct classified *statement)
{
    static const char *const words[] = {"user",     "role",    "quota",    "row",      "policy",
                                        "settings", "profile", "resource", "workload", NULL};
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, statement->piece.text, statement->piece.length);
    struct token first = lex_next_bare(&lexer), second = lex_next_bare(&lexer);
    if (token_is(&second, "or")) {
        lex_next_bare(&lexer);
        second = lex_next_bare(&lexer);
    }
    return token_is(&first, "grant") || token_is(&first, "revoke") || token_is_one_of(&second, words);
}

int ch_rows_stay(struct ctx *ctx, struct conn *conn, const struct classified *statement, bool *stay)
{
    *stay = true;
    return 0;
}

static int catalog_said(struct ctx *ctx, const struct asked *asked, struct buf *said)
{
    int version = asked->conn->version;
    bool known = version >= UUID_SINCE;
    TRY(ask(
        ctx, asked,
        known
            ? "SELECT database, name, uuid, create_table_query FROM system.tables WHERE (database, name) IN (@n) ORDER BY "
              "database, name"
            : "SELECT database, name, engine, create_table_query FROM system.tables WHERE (database, name) IN (@n) ORDER "
              "BY database, name",
        said));
    TRY(ask(
        ctx, asked,
        "SELECT database, table, max(toUInt64OrZero(replaceRegexpAll(mutation_id, '[^0-9]', ''))) FROM system.mutations "
        "WHERE (database, table) IN (@n) GROUP BY database, table ORDER BY database, table",
        said));
    TRY(ask(ctx, asked,
            "SELECT name, engine FROM system.databases WHERE (currentDatabase(), name) IN (@n) ORDER BY name", said));
    if (version < FUNCTIONS_SINCE)
        return 0;
    TRY(ask(
        ctx, asked,
        "SELECT name, create_query FROM system.functions WHERE origin = 'SQLUserDefined' AND (currentDatabase(), name) "
        "IN (@n) ORDER BY name",
        said));
    if (version < COLLECTIONS_SINCE)
        return 0;
    return ask(
        ctx, asked,
        "SELECT name, mapKeys(collection) FROM system.named_collections WHERE (currentDatabase(), name) IN (@n) ORDER "
        "BY name",
        said);
}

static bool is_everywhere(struct arena *mem, const struct conn *conn, const struct classified *statement)
{
    return ((const struct ch_conn *)conn)->replicas.n &&
           ch_on_cluster(mem, statement->piece.text, statement->piece.length);
}

/* "SUM,SUM,...": one for each replica of the cluster. */
static int everywhere_said(struct ctx *ctx, struct conn *conn, const struct classified *statement,
                           const char **evidence)
{
    const struct list *replicas = &((struct ch_conn *)conn)->replicas;
    struct names sums = {0};
    struct rows rows;
    TRY(ch_look(ctx, conn, "SELECT currentDatabase()", &rows));
    const char *home = ((const char **)rows.row.item[0])[0];
    for (int i = 0; i < replicas->n; i++) {
        const struct asked asked = {conn, replicas->item[i], named_in(ctx->mem, statement, home)};
        struct buf said;
        buf_init(&said, ctx->mem);
        TRY(catalog_said(ctx, &asked, &said));
        names_add(ctx->mem, &sums, hash_sha256(ctx->mem, said.data, said.len));
    }
    *evidence = names_join(ctx->mem, &sums, ",");
    return 0;
}

/* Nothing comes of it where it was done before. */
static bool may_come_twice(const struct classified *statement)
{
    struct lexer lexer;
    struct token token;
    lex_open(&lexer, &ch_lex, statement->piece.text, statement->piece.length);
    for (token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token_is(&token, "if"))
            return statement->verb == VERB_CREATE || statement->verb == VERB_DROP;
    return false;
}

/* Who has done it, and who has not; false: the replicas are not those of before. */
static bool replicas_part(struct arena *mem, const struct list *replicas, const char *before, const char *now,
                          struct names parts[2])
{
    const struct names was = text_split(mem, before, ','), is = text_split(mem, now, ',');
    parts[0] = parts[1] = (struct names){0};
    for (int i = 0; i < replicas->n && was.n == replicas->n && is.n == replicas->n; i++)
        names_add(mem, &parts[text_equal(was.item[i], is.item[i])],
                  ((const struct ch_replica *)replicas->item[i])->name);
    return parts[0].n || parts[1].n;
}

/* What one replica of a table has done comes to the others a moment later, after the queue is worked off. */
static int everywhere_doubt(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *before,
                            enum doubt *doubt)
{
    enum { TRIES = 12 };
    struct names parts[2];
    for (int tries = 0;; tries++) {
        const char *now;
        TRY(ch_statement_evidence(ctx, conn, statement, &now));
        *doubt = DOUBT_OPEN;
        if (!now || !replicas_part(ctx->mem, &((struct ch_conn *)conn)->replicas, before, now, parts))
            return 0;
        if (!parts[0].n || !parts[1].n || may_come_twice(statement)) {
            *doubt = parts[1].n ? DOUBT_NOT_DONE : DOUBT_DONE;
            return 0;
        }
        if (tries == TRIES)
            break;
        ctx_sleep(ctx, 0.5);
        TRY(ctx_check(ctx));
    }
    emit_warning(ctx, "the statement was done on %s, and not on %s", names_join(ctx->mem, &parts[0], ", "),
                 names_join(ctx->mem, &parts[1], ", "));
    return 0;
}

/* "INSERT INTO [TABLE] name": what comes after these words. */
static bool is_target(struct arena *mem, const struct classified *statement, const char *name)
{
    static const char *const words[] = {"insert", "into", "table", NULL};
    struct list names = {0};
    statement_names(mem, &ch_lex, &statement->piece, NAMES_LIMIT, &names);
    for (int i = 0; i < names.n; i++) {
        const struct named *named = names.item[i];
        bool word = false;
        for (int w = 0; words[w]; w++)
            word |= named->bare && text_equal_nocase(words[w], named->name);
        if (!word)
            return text_equal(named->name, name);
    }
    return false;
}

/* All in one question, because files of data have many of these. A table that counts no rows proves nothing. */
static int insert_said(struct ctx *ctx, const struct asked *asked, const struct classified *statement,
                       const char **evidence)
{
    static const char parts[] =
        " FROM system.tables WHERE (database, name) IN (@n) UNION ALL SELECT database, table, '', "
        "toString(max(max_block_number)) AS many, toString(sum(rows)) AS size FROM system.parts WHERE active AND (database, "
        "table) IN (@n) GROUP BY database, table) ORDER BY database, name, counted, many, size";
    const char *sql =
        asked->conn->version >= UUID_SINCE
            ? "SELECT * FROM (SELECT database, name, multiIf(engine LIKE '%MergeTree', 'parts', engine IN ('Memory', 'Log', "
              "'TinyLog', 'StripeLog') AND total_rows IS NOT NULL, 'rows', 'nothing') AS counted, if(engine LIKE "
              "'%MergeTree', '', ifNull(toString(total_rows), '')) AS many, toString(uuid) AS size"
            : "SELECT * FROM (SELECT database, name, if(engine LIKE '%MergeTree', 'parts', 'nothing') AS counted, '' AS many, "
              "'' AS size";
    struct buf said;
    struct rows rows;
    TRY(ch_look(ctx, asked->conn,
                text_replace(ctx->mem, arena_printf(ctx->mem, "%s%s", sql, parts), "@n", asked->named), &rows));
    buf_init(&said, ctx->mem);
    for (int i = 0; i < rows.row.n; i++) {
        const char *const *cell = rows.row.item[i];
        if (text_equal(cell[2], "nothing") && is_target(ctx->mem, statement, cell[1]))
            return 0;
        for (int c = 0; c < rows.columns.n; c++)
            buf_addf(&said, "%s\t", cell[c]);
    }
    *evidence = hash_sha256(ctx->mem, said.data, said.len);
    return 0;
}

int ch_statement_evidence(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char **evidence)
{
    struct buf said;
    const struct asked asked = {conn, NULL, named_in(ctx->mem, statement, NULL)};
    *evidence = NULL;
    bool rows = statement->touches == TOUCHES_ROWS;
    if (!asked.named || is_elsewhere(statement) || (!rows && statement->touches != TOUCHES_CATALOG))
        return 0;
    if (is_everywhere(ctx->mem, conn, statement))
        return everywhere_said(ctx, conn, statement, evidence);
    if (rows && statement->verb == VERB_INSERT)
        return insert_said(ctx, &asked, statement, evidence);
    buf_init(&said, ctx->mem);
    TRY(catalog_said(ctx, &asked, &said));
    if (rows)
        TRY(ask(
            ctx, &asked,
            "SELECT database, table, max(max_block_number), sum(rows) FROM system.parts WHERE active AND (database, table) "
            "IN (@n) GROUP BY database, table ORDER BY database, table",
            &said));
    *evidence = hash_sha256(ctx->mem, said.data, said.len);
    return 0;
}

/* Until all mutations of what it names have ended. */
static int mutations_wait(struct ctx *ctx, struct conn *conn, const char *named)
{
    for (;;) {
        struct rows rows;
        const char *sql =
            text_replace(ctx->mem,
                         conn->version < REASON_SINCE
                             ? "SELECT table, command, '' FROM system.mutations WHERE is_done = 0 AND "
                               "(database, table) IN (@n)"
                             : "SELECT table, command, latest_fail_reason FROM system.mutations WHERE is_done = 0 AND "
                               "(database, table) IN (@n)",
                         "@n", named);
        TRY(ch_look(ctx, conn, sql, &rows));
        if (!rows.row.n)
            return 0;
        const char *const *cell = rows.row.item[0];
        if (cell[2] && *cell[2]) {
            fail(ctx, ERR_SQL, "a mutation of %s (%s) fails: %s", cell[0], cell[1], cell[2]);
            return fail_hint(ctx,
                             "Put its rows in order, or end it with KILL MUTATION, and run the same command again.");
        }
        TRY(ctx_check(ctx));
        ctx_sleep(ctx, 0.5);
    }
}

/* Of several tables some may be gone: neither "done" nor "not done". */
static int drop_doubt(struct ctx *ctx, struct conn *conn, const char *named, enum doubt *doubt)
{
    struct buf said;
    buf_init(&said, ctx->mem);
    TRY(ask(ctx, &(struct asked){conn, NULL, named}, "SELECT name FROM system.tables WHERE (database, name) IN (@n)",
            &said));
    *doubt = said.len > 1 ? DOUBT_OPEN : DOUBT_DONE;
    return 0;
}

/* The server may be at it yet, for somebody who is gone: a table is then there, and not as it was. */
static int drop_end(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *before,
                    enum doubt *doubt)
{
    enum { TRIES = 15 };
    const char *named = named_in(ctx->mem, statement, NULL), *now;
    for (int tries = 0;; tries++) {
        TRY(drop_doubt(ctx, conn, named, doubt));
        if (*doubt == DOUBT_DONE || tries == TRIES)
            return 0;
        ctx_sleep(ctx, 0.2);
        TRY(ctx_check(ctx));
        TRY(ch_statement_evidence(ctx, conn, statement, &now));
        if (text_equal(before, now)) {
            *doubt = DOUBT_NOT_DONE;
            return 0;
        }
    }
}

int ch_statement_doubt(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *before,
                       enum doubt *doubt)
{
    const char *now, *named = named_in(ctx->mem, statement, NULL);
    *doubt = DOUBT_OPEN;
    if (!before || !named)
        return 0;
    TRY(ch_statement_evidence(ctx, conn, statement, &now));
    if (!now)
        return 0;
    bool same = text_equal(before, now);
    if (!same && is_everywhere(ctx->mem, conn, statement)) {
        TRY(everywhere_doubt(ctx, conn, statement, before, doubt));
        return *doubt == DOUBT_DONE ? mutations_wait(ctx, conn, named) : 0;
    }
    if (statement->touches == TOUCHES_ROWS && statement->verb == VERB_INSERT) {
        *doubt = same ? DOUBT_NOT_DONE : DOUBT_OPEN;
        return 0;
    }
    *doubt = same ? DOUBT_NOT_DONE : DOUBT_DONE;
    if (same)
        return 0;
    if (statement->verb == VERB_DROP)
        return drop_end(ctx, conn, statement, before, doubt);
    return mutations_wait(ctx, conn, named);
}
