/*
 * After an interruption: was the statement done, and what did a half-done one leave?  And the session after a file.
 *
 * Only statements that refuse a transaction come here; the others are undone by the server.  The usual one is CREATE INDEX
 * CONCURRENTLY, whose failure leaves an invalid index.  Evidence is one line for each relation, index, child, database,
 * tablespace and subscription that a name of the statement means.  Before the statement it is written into the journal;
 * what CREATE has made is there afterwards and was not before, what DROP and DETACH have taken away was and is not.  Whatever
 * else has changed is somebody else's, and proves nothing.
 */
#include "base/text.h"
#include "dialect/common.h"
#include "dialect/postgres/pg.h"

enum { NAMES_LIMIT = 64 };

/* $1: names as a JSON array. "WHAT OID ... NAME"; "on" is an index of a table that is named. inhdetachpending came with 14, so it is read by way of JSON. */
static const char evidence_sql[] =
    "WITH named AS (SELECT value ->> 'schema' AS schema, value ->> 'name' AS name FROM jsonb_array_elements($1::jsonb)), "
    "near AS (SELECT c.oid, c.relfilenode, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
    "ON n.oid = c.relnamespace JOIN named ON c.relname = named.name AND CASE WHEN named.schema IS NULL "
    "THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = named.schema END) "
    "SELECT 'relation ' || oid || ' ' || relfilenode || ' ' || relname FROM near "
    "UNION SELECT w.what || x.indexrelid || CASE WHEN x.indisvalid THEN ' valid ' ELSE ' invalid ' END || c.relname "
    "FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid "
    "JOIN (VALUES ('on ', true), ('index ', false)) AS w (what, of_table) "
    "ON CASE WHEN of_table THEN x.indrelid ELSE x.indexrelid END IN (SELECT oid FROM near) "
    "UNION SELECT 'child ' || i.inhrelid || ' of ' || i.inhparent || CASE to_jsonb(i) ->> 'inhdetachpending' WHEN 'true' "
    "THEN ' pending ' ELSE ' ' END || c.relname FROM pg_catalog.pg_inherits i JOIN near ON near.oid = i.inhparent "
    "JOIN near AS c ON c.oid = i.inhrelid "
    "UNION SELECT 'database ' || oid || ' ' || datname FROM pg_catalog.pg_database JOIN named ON datname = name "
    "UNION SELECT 'tablespace ' || oid || ' ' || spcname FROM pg_catalog.pg_tablespace JOIN named ON spcname = name "
    "UNION SELECT 'subscription ' || hashtext(subname) || ' ' || subname FROM pg_catalog.pg_subscription JOIN named ON subname = name "
    "WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) ORDER BY 1";

static struct json *name_json(struct arena *mem, const char *schema, const char *name)
{
    struct json *object = json_object(mem);
    if (schema)
        json_set(mem, object, "schema", json_string(mem, schema));
    json_set(mem, object, "name", json_string(mem, name));
    return object;
}

const char *pg_names_json(struct arena *mem, const struct classified *statement)
{
    struct list names = {0};
    struct json *array = json_array(mem);
    statement_names(mem, &pg_lex, &statement->piece, NAMES_LIMIT, &names);
    for (int i = 0; i < names.n; i++) {
        const struct named *named = names.item[i];
        const char *schema = named->schema ? text_lower(mem, named->schema) : NULL;
        json_add(mem, array, name_json(mem, named->schema, named->name));
        json_add(mem, array, name_json(mem, schema, text_lower(mem, named->name)));
    }
    return json_text(mem, array, JSON_PYTHON);
}

static int evidence_read(struct ctx *ctx, struct conn *conn, const struct classified *statement, struct names *lines)
{
    struct names params = {0};
    struct rows rows;
    if (pg_is_reindex(statement))
        return pg_reindex_evidence(ctx, conn, statement, lines);
    names_add(ctx->mem, &params, pg_names_json(ctx->mem, statement));
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

int pg_drop_invalid(struct ctx *ctx, struct conn *conn, const char *line)
{
    struct names params = {0};
    struct rows rows;
    const char *after = line + strcspn(line, " ") + 1;
    names_add(ctx->mem, &params, text_slice(ctx->mem, after, 0, strcspn(after, " ")));
    TRY(pg_query(ctx, conn, "SELECT oid::regclass::text FROM pg_catalog.pg_class WHERE oid = $1::oid", &params, &rows));
    if (!rows.row.n)
        return 0;
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

/* The name that the server gives an index which is made without one begins so; "" where too long a name would be cut. */
static const char *implied_start(struct arena *mem, const struct classified *statement)
{
    enum { SURE = 40 };
    struct lexer lexer;
    const char *table = statement->table ? statement->table : "";
    lex_open(&lexer, &pg_lex, statement->piece.text, statement->piece.length);
    struct token token = lex_next_code(&lexer);
    while (token.kind != TOKEN_END && !token_is(&token, "("))
        token = lex_next_code(&lexer);
    token = lex_next_code(&lexer);
    const char *first = token_name(mem, &token);
    if (token.kind != TOKEN_WORD && token.kind != TOKEN_QUOTED)
        first = "";
    else if (token.kind == TOKEN_WORD)
        first = text_lower(mem, first);
    const char *start = arena_printf(mem, "%s_%s", table, first);
    return strlen(start) < SURE ? start : "";
}

/* What the two sides of an interruption are held against each other by: the lines of what the statement is about. */
struct proof {
    const char *what[4]; /* how they begin */
    const char *name;    /* and what of; NULL: any, because the lines are only of what the statement names */
    const char *start;   /* or how that begins */
};

static struct proof proof_of(struct arena *mem, const struct classified *statement)
{
    struct proof proof = {.what = {"database ", "tablespace ", "subscription "}};
    if (statement->verb == VERB_ALTER)
        return (struct proof){.what = {"child "}};
    if (statement->kind != KIND_INDEX)
        return proof;
    proof = (struct proof){.what = {statement->verb == VERB_CREATE ? "on " : "index "}, .name = statement->name};
    if (!statement->name)
        proof.start = implied_start(mem, statement);
    return proof;
}

static bool is_about(const struct proof *proof, const char *line)
{
    const char *name = NULL;
    for (int i = 0; proof->what[i] && !name; i++)
        name = text_starts(line, proof->what[i]) ? line : NULL;
    if (!name)
        return false;
    for (int words = 0; (proof->name || proof->start) && words < 3; words++)
        name = strchr(name, ' ') + 1;
    return (!proof->name || text_equal(name, proof->name)) && (!proof->start || text_starts(name, proof->start));
}

/* By what it is and its number: the rest of a line may change. */
static bool holds(const struct names *lines, const char *line)
{
    const char *blank = strchr(line, ' ');
    size_t length = blank ? (size_t)(blank - line) + 1 : 0;
    length += strcspn(line + length, " ");
    for (int i = 0; i < lines->n; i++)
        if (strlen(lines->item[i]) > length && !strncmp(lines->item[i], line, length) && lines->item[i][length] == ' ')
            return true;
    return false;
}

/* One of its lines that the other side has not. */
static bool has_more(const struct proof *proof, const struct names *lines, const struct names *than)
{
    for (int i = 0; i < lines->n; i++)
        if (is_about(proof, lines->item[i]) && !holds(than, lines->item[i]))
            return true;
    return false;
}

/* What was left half-done is taken away, or finished. */
static int settle(struct ctx *ctx, struct conn *conn, const struct classified *statement, const struct names *was,
                  const struct names *is)
{
    const struct proof proof = proof_of(ctx->mem, statement);
    for (int i = 0; i < is->n; i++) {
        const char *line = is->item[i];
        if (!is_about(&proof, line) || names_find(was, line) >= 0)
            continue;
        if (text_has(line, " pending "))
            TRY(detach_finish(ctx, conn, statement));
        else if (statement->verb == VERB_CREATE && text_has(line, " invalid ") && !holds(was, line))
            TRY(pg_drop_invalid(ctx, conn, line));
    }
    return 0;
}

int pg_statement_doubt(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *before,
                       enum doubt *doubt)
{
    struct names is = {0};
    *doubt = DOUBT_OPEN;
    if (!before)
        return 0;
    const struct names was = text_split(ctx->mem, before, '\n');
    if (pg_is_reindex(statement)) {
        *doubt = DOUBT_NOT_DONE;
        return pg_reindex_settle(ctx, conn, statement, &was);
    }
    TRY(evidence_read(ctx, conn, statement, &is));
    TRY(settle(ctx, conn, statement, &was, &is));
    is = (struct names){0};
    TRY(evidence_read(ctx, conn, statement, &is));
    const struct proof proof = proof_of(ctx->mem, statement);
    bool makes = statement->verb == VERB_CREATE, takes = statement->verb == VERB_DROP || statement->concurrently;
    if (makes || takes)
        *doubt = has_more(&proof, makes ? &is : &was, makes ? &was : &is) ? DOUBT_DONE : DOUBT_NOT_DONE;
    else if (text_equal(before, names_join(ctx->mem, &is, "\n")))
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
