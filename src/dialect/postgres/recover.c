/*
 * After an interruption: was the statement done, and what did a half-done one leave?  And the session after a file.
 *
 * Only statements that refuse a transaction come here; the others are undone by the server.  The usual one is CREATE INDEX
 * CONCURRENTLY, whose failure leaves an invalid index.  Evidence is one line per relation, index, child and database of
 * a name that the statement holds, with what makes it this one: before the statement it is written into the journal, and
 * what is there afterwards and was not before is the statement's.
 */
#include "base/text.h"
#include "dialect/common.h"
#include "dialect/postgres/pg.h"

enum { NAMES_LIMIT = 64 };

/* $1: names as a JSON array. inhdetachpending came with 14, so it is read by way of JSON. */
static const char evidence_sql[] =
    "WITH named AS (SELECT value AS name FROM jsonb_array_elements_text($1::jsonb)), "
    "near AS (SELECT c.oid, c.relkind, c.relfilenode, c.relname FROM pg_catalog.pg_class c JOIN named ON c.relname = name) "
    "SELECT 'relation ' || oid || ' ' || relname || ' ' || relkind::text || ' ' || relfilenode FROM near "
    "UNION SELECT 'index ' || x.indexrelid || ' ' || c.relfilenode || CASE WHEN x.indisvalid THEN ' valid' ELSE ' invalid' END "
    "FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid "
    "WHERE x.indrelid IN (SELECT oid FROM near) OR x.indexrelid IN (SELECT oid FROM near) "
    "UNION SELECT 'child ' || i.inhrelid || ' of ' || i.inhparent || COALESCE(' pending ' || NULLIF(to_jsonb(i) ->> "
    "'inhdetachpending', 'false'), '') FROM pg_catalog.pg_inherits i WHERE i.inhparent IN (SELECT oid FROM near) "
    "UNION SELECT 'database ' || oid || ' ' || datname FROM pg_catalog.pg_database JOIN named ON datname = name "
    "UNION SELECT 'tablespace ' || oid || ' ' || spcname FROM pg_catalog.pg_tablespace JOIN named ON spcname = name "
    "ORDER BY 1";

static const char *names_json(struct arena *mem, const struct classified *statement)
{
    struct list names = {0};
    struct json *array = json_array(mem);
    statement_names(mem, &pg_lex, &statement->piece, NAMES_LIMIT, &names);
    for (int i = 0; i < names.n; i++) {
        const struct named *named = names.item[i];
        json_add(mem, array, json_string(mem, named->name));
        json_add(mem, array, json_string(mem, text_lower(mem, named->name)));
    }
    return json_text(mem, array, JSON_PYTHON);
}

static int evidence_read(struct ctx *ctx, struct conn *conn, const struct classified *statement, struct names *lines)
{
    struct names params = {0};
    struct rows rows;
    names_add(ctx->mem, &params, names_json(ctx->mem, statement));
    TRY(pg_query(ctx, conn, evidence_sql, &params, &rows));
    for (int i = 0; i < rows.row.n; i++)
        names_add(ctx->mem, lines, ((const char **)rows.row.item[i])[0]);
    return 0;
}

int pg_statement_evidence(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char **evidence)
{
    struct names lines = {0};
    *evidence = NULL;
    if (statement->touches == TOUCHES_ANYTHING)
        return 0;
    TRY(evidence_read(ctx, conn, statement, &lines));
    *evidence = names_join(ctx->mem, &lines, "\n");
    return 0;
}

/* "index OID FILE invalid" that was not there before: what a build that was cut off left. */
static int drop_invalid(struct ctx *ctx, struct conn *conn, const char *line)
{
    struct names params = {0};
    struct rows rows;
    const char *after = line + strlen("index ");
    names_add(ctx->mem, &params, text_slice(ctx->mem, after, 0, strcspn(after, " ")));
    TRY(pg_query(ctx, conn, "SELECT $1::oid::regclass::text", &params, &rows));
    const char *name = ((const char **)rows.row.item[0])[0];
    emit_info(ctx, "removing the invalid index %s that an interrupted run left", name);
    return pg_exec(ctx, conn, arena_printf(ctx->mem, "DROP INDEX CONCURRENTLY IF EXISTS %s", name));
}

/* DETACH ... CONCURRENTLY that was cut off between its two transactions: only FINALIZE can follow. */
static int detach_finish(struct ctx *ctx, struct conn *conn, const struct classified *statement)
{
    struct arena *mem = ctx->mem;
    const char *text = arena_copy(mem, statement->piece.text, statement->piece.length);
    struct lexer lexer;
    lex_open(&lexer, &pg_lex, text, statement->piece.length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token_is(&token, "concurrently")) {
            const char *head = text_slice(mem, text, 0, token.offset), *tail = text + token.offset + token.length;
            emit_info(ctx, "finishing the DETACH that an interrupted run began");
            return pg_exec(ctx, conn, arena_printf(mem, "%sFINALIZE%s", head, tail));
        }
    return 0;
}

static int line_settle(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *line,
                       enum doubt *doubt)
{
    if (text_starts(line, "child ") && text_has(line, " pending"))
        return detach_finish(ctx, conn, statement);
    if (!text_starts(line, "index ") || !text_ends(line, " invalid"))
        return 0;
    *doubt = DOUBT_NOT_DONE;
    return statement->verb == VERB_DROP ? 0 : drop_invalid(ctx, conn, line);
}

int pg_statement_doubt(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *before,
                       enum doubt *doubt)
{
    struct names is = {0};
    *doubt = DOUBT_OPEN;
    if (!before)
        return 0;
    const struct names was = text_split(ctx->mem, before, '\n');
    TRY(evidence_read(ctx, conn, statement, &is));
    bool same = text_equal(before, names_join(ctx->mem, &is, "\n"));
    *doubt = DOUBT_DONE;
    for (int i = 0; i < is.n; i++) {
        if (names_find(&was, is.item[i]) >= 0)
            continue;
        TRY(line_settle(ctx, conn, statement, is.item[i], doubt));
    }
    if (same)
        *doubt = DOUBT_NOT_DONE;
    return 0;
}

const char *const pg_session_steps[] = {"RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL", NULL};

/* For the rest of the transaction: the backend is somebody else's afterwards, with the settings that it has now. */
const char *const pg_pooled_steps[] = {"SET LOCAL SESSION AUTHORIZATION DEFAULT", "SET LOCAL ROLE NONE",
                                       "SET LOCAL statement_timeout TO DEFAULT", "SET LOCAL lock_timeout TO DEFAULT",
                                       NULL};

int pg_session_reset(struct ctx *ctx, struct conn *conn, const struct sql_piece *piece, int n)
{
    (void)piece, (void)n;
    if (conn->pooled)
        return 0; /* nothing of it outlived its transaction, and whatever is set here is somebody else's */
    for (int i = 0; pg_session_steps[i]; i++)
        TRY(pg_exec(ctx, conn, pg_session_steps[i]));
    return pg_exec(ctx, conn, "CLOSE ALL; DEALLOCATE ALL; UNLISTEN *; DISCARD TEMP; DISCARD SEQUENCES");
}
