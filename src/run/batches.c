/*
 * An UPDATE or DELETE in batches: many short transactions in the order of the table's key, each with its note in the
 * journal, up to which key they are done.  A run that was interrupted, whatever ended it, goes on after that key; between
 * two batches nothing is held.  The statement in the file is whole: what runs is it and a range of keys.
 * Rows that come during the run with a lower key than the one that it has reached are not looked at.
 */
#include "run/execution.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define MARK         "batch "
#define TELL_SECONDS 5.0

enum { KEY_ROOM = 20000 }; /* a key of an index is no longer than 2,704 bytes, each six as JSON at most */

struct batches {
    struct execution *execution;
    struct arena *mem;
    const struct sql_piece *piece;
    const char *table; /* as the statement has it */
    const char *alias; /* what columns are qualified with */
    size_t where;      /* after WHERE; 0: there is none */
    struct names key;
    const char *estimate; /* of rows in the table; NULL */
    int64_t rows;         /* that were looked at */
    char *last;           /* of those done, a JSON list of texts; "": none */
    double told;
};

bool batches_begun(const char *evidence)
{
    return evidence && text_has(evidence, ":" MARK);
}

/* ---- the statement ---- */

static int fail_shape(const struct batches *batches, const char *why)
{
    const struct execution *execution = batches->execution;
    fail(execution->ctx, ERR_UNSUPPORTED, "the statement cannot run in batches: %s", why);
    fail_hint(
        execution->ctx,
        "Write it as UPDATE table SET ... WHERE ... or DELETE FROM table WHERE ..., or leave the header \"-- batches: "
        "...\" out.");
    return fail_at(execution->ctx, execution->migration->path, batches->piece->line, batches->piece->column);
}

static bool is_name(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
}

/* UPDATE [ONLY] a.b [AS] c SET, DELETE FROM [ONLY] a.b [AS] c: the table, and what it is called. */
static struct token table_read(struct batches *batches, struct lexer *lexer)
{
    struct token token = lex_next_code(lexer);
    const char *start, *end;
    while (token_is(&token, "from") || token_is(&token, "only"))
        token = lex_next_code(lexer);
    start = end = token.text;
    while (is_name(&token) || token_is(&token, ".")) {
        bool dot = token_is(&token, ".");
        end = token.text + token.length;
        token = lex_next_code(lexer);
        if (!dot && !token_is(&token, "."))
            break;
    }
    batches->table = batches->alias = arena_copy(batches->mem, start, (size_t)(end - start));
    if (token_is(&token, "*") || token_is(&token, "as"))
        token = lex_next_code(lexer);
    if (is_name(&token) && !token_is(&token, "set") && !token_is(&token, "where") && !token_is(&token, "using") &&
        !token_is(&token, "returning"))
        batches->alias = arena_copy(batches->mem, token.text, token.length);
    return token;
}

static int statement_read(struct batches *batches)
{
    const struct lex_rules *rules = batches->execution->conn->dialect->lex;
    struct lexer lexer;
    int depth = 0;
    lex_open(&lexer, rules, batches->piece->text, batches->piece->length);
    struct token token = lex_next_code(&lexer);
    if (!token_is(&token, "update") && !token_is(&token, "delete"))
        return fail_shape(batches, "it does not begin with UPDATE or DELETE");
    for (token = table_read(batches, &lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (!depth && token_is(&token, "returning"))
            return fail_shape(batches, "it returns rows");
        if (!depth && token_is(&token, "where"))
            batches->where = (size_t)(token.text - batches->piece->text) + token.length;
    }
    return *batches->table ? 0 : fail_shape(batches, "it names no table");
}

/* ---- its key ---- */

static int key_read(struct batches *batches)
{
    struct execution *execution = batches->execution;
    struct names params = {0};
    struct rows rows;
    names_add(batches->mem, &params, batches->table);
    TRY(conn_query(execution->ctx, execution->conn, execution->conn->dialect->batch_key, &params, &rows));
    for (int i = 0; i < rows.row.n; i++)
        names_add(batches->mem, &batches->key, rows_cell(&rows, i, "name"));
    if (!rows.row.n)
        return fail_shape(
            batches,
            arena_printf(batches->mem,
                         "there is no table %s with a primary key, or a unique one over columns that are NOT NULL, to "
                         "go by",
                         batches->table));
    const char *estimate = rows_cell(&rows, 0, "rows");
    batches->estimate = estimate && *estimate != '-' && !text_equal(estimate, "0") ? estimate : NULL;
    return 0;
}

static bool is_of_key(const struct batches *batches, const struct token *token)
{
    const char *name = token_name(batches->mem, token);
    for (int i = 0; i < batches->key.n; i++)
        if (token->kind == TOKEN_QUOTED ? text_equal(name, batches->key.item[i])
                                        : text_equal_nocase(name, batches->key.item[i]))
            return true;
    return false;
}

/* A row that gets a higher key would come once more. */
static int check_key_stays(const struct batches *batches)
{
    static const char *const ends[] = {"from", "where", NULL};
    struct lexer lexer;
    struct token token;
    bool set = false, target = false; /* a, (a, b) before its "=" */
    int depth = 0;
    lex_open(&lexer, batches->execution->conn->dialect->lex, batches->piece->text, batches->piece->length);
    do {
        token = lex_next_code(&lexer);
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (target && is_name(&token) && is_of_key(batches, &token))
            return fail_shape(batches, arena_printf(batches->mem, "it changes %s, which the batches go by",
                                                    token_name(batches->mem, &token)));
        if (!depth && (token_is(&token, "set") || token_is(&token, ",")))
            target = set = set || token_is(&token, "set");
        else if (!depth && token_is(&token, "="))
            target = false;
    } while (token.kind != TOKEN_END && !(set && !depth && token_is_one_of(&token, ends)));
    return 0;
}

static void columns_add(const struct batches *batches, struct buf *out, const char *alias)
{
    for (int i = 0; i < batches->key.n; i++) {
        buf_add(out, i ? ", " : "");
        if (alias)
            buf_addf(out, "%s.", alias);
        ident_add(out, batches->execution->conn->dialect->ident, batches->key.item[i]);
    }
}

/* "(t.a, t.b) > ('1', 'x')"; literals without a type are read as their columns' */
static int compare_add(const struct batches *batches, struct buf *out, const char *alias, const char *operator,
                       const char * key)
{
    struct json *values;
    TRY(json_read(batches->execution->ctx, "the journal", key, strlen(key), &values));
    buf_add_c(out, '(');
    columns_add(batches, out, alias);
    buf_addf(out, ") %s (", operator);
    for (int i = 0; i < values->n; i++) {
        buf_add(out, i ? ", " : "");
        literal_add(out, batches->execution->conn->dialect->ident, values->item[i]->text);
    }
    buf_add_c(out, ')');
    return 0;
}

/* The key of the last row of the next batch; "": what is left is less than one. */
static int key_next(const struct batches *batches, const char **next)
{
    struct execution *execution = batches->execution;
    struct rows rows;
    struct buf sql;
    buf_init(&sql, batches->mem);
    buf_add(&sql, "SELECT ");
    columns_add(batches, &sql, NULL);
    buf_addf(&sql, " FROM %s", batches->table);
    if (*batches->last) {
        buf_add(&sql, " WHERE ");
        TRY(compare_add(batches, &sql, NULL, ">", batches->last));
    }
    buf_add(&sql, " ORDER BY ");
    columns_add(batches, &sql, NULL);
    buf_addf(&sql, " OFFSET %d LIMIT 1", execution->migration->batches.rows - 1);
    TRY(conn_query(execution->ctx, execution->conn, sql.data, NULL, &rows));
    struct names values = {0};
    for (int i = 0; rows.row.n && i < batches->key.n; i++)
        names_add(batches->mem, &values, ((const char **)rows.row.item[0])[i]);
    *next = values.n ? json_text(batches->mem, json_names(batches->mem, &values), JSON_TIGHT) : "";
    return strlen(*next) < KEY_ROOM ? 0 : fail_shape(batches, "its key is too long");
}

/* The statement for the rows after `last`, up to `next`. */
static int range_text(const struct batches *batches, const char *next, const char **sql)
{
    const struct sql_piece *piece = batches->piece;
    size_t head = batches->where ? batches->where : piece->length;
    struct buf out;
    buf_init(&out, batches->mem);
    buf_add_n(&out, piece->text, head);
    buf_add(&out, batches->where ? " " : "\nWHERE ");
    if (*batches->last)
        TRY(compare_add(batches, &out, batches->alias, ">", batches->last));
    if (*batches->last && *next)
        buf_add(&out, " AND ");
    if (*next)
        TRY(compare_add(batches, &out, batches->alias, "<=", next));
    if (!*batches->last && !*next)
        buf_add(&out, "TRUE");
    if (batches->where) {
        buf_add(&out, " AND (");
        buf_add_n(&out, piece->text + head, piece->length - head);
        buf_add(&out, "\n)");
    }
    *sql = out.data;
    return 0;
}

/* ---- running ---- */

static int batch_run(struct batches *batches, const char *next, const char *chain)
{
    struct execution *execution = batches->execution;
    struct ctx *ctx = execution->ctx;
    int at = execution->done;
    const char *sql;
    TRY(range_text(batches, next, &sql));
    execution_begin_batch(execution, at, 1, true);
    execution_add(execution, (struct batch_step){sql, strlen(sql), NULL});
    execution->count = 1;
    if (!*next) {
        execution_add_done(execution, at + 1, chain);
        return execution_run_batch(execution);
    }
    const char *note = arena_printf(ctx->mem, "%s" MARK "%" PRId64 " [%s, %s]", execution_evidence_head(execution),
                                    batches->rows + execution->migration->batches.rows, next,
                                    json_text(ctx->mem, json_names(ctx->mem, &batches->key), JSON_TIGHT));
    execution_add(execution, journal_evidence(ctx, &execution->session->state, execution->migration, note));
    return execution_run_batch(execution);
}

static void tell(struct batches *batches, bool always)
{
    double now = clock_monotonic();
    if (!always && now - batches->told < TELL_SECONDS)
        return;
    batches->told = now;
    const char *of = batches->estimate ? arena_printf(batches->mem, " of about %s", batches->estimate) : "";
    emit_info(batches->execution->ctx, "statement %d of %s: %" PRId64 "%s rows of %s are done",
              batches->execution->done + 1, batches->execution->migration->filename, batches->rows, of, batches->table);
}

/* Of "[values, names]"; earlier versions wrote the values alone, which were always of the primary key. */
static int last_read(struct batches *batches, const char *said)
{
    struct execution *execution = batches->execution;
    struct json *note;
    TRY(json_read(execution->ctx, "the journal", said, strlen(said), &note));
    const struct json *values = note->n == 2 && note->item[0]->type == JSON_ARRAY ? note->item[0] : note;
    const struct json *names = values == note ? NULL : note->item[1];
    bool same = values->n == batches->key.n;
    for (int i = 0; names && same && i < names->n; i++)
        same = text_equal(names->item[i]->text, batches->key.item[i]);
    if (!same) {
        fail(execution->ctx, ERR_STATE,
             "the statement was interrupted, and the key of %s that its batches went by is not there any more",
             batches->table);
        fail_hint(execution->ctx,
                  "Make that key again, or change the statement so that it leaves out the rows that are "
                  "done; it begins anew then.");
        return fail_at(execution->ctx, execution->migration->path, batches->piece->line, batches->piece->column);
    }
    snprintf(batches->last, KEY_ROOM, "%s", json_text(batches->mem, values, JSON_TIGHT));
    return 0;
}

/* What an earlier run has done of this very statement. */
static int resume(struct batches *batches)
{
    struct execution *execution = batches->execution;
    const char *said = execution->evidence, *head = execution_evidence_head(execution);
    execution->doubtful = -1;
    execution->evidence = NULL;
    if (!said || !text_starts(said, head) || !text_starts(said + strlen(head), MARK))
        return 0;
    const char *rows = said + strlen(head) + strlen(MARK), *key = strchr(rows, ' ');
    if (!key || !text_to_int(text_slice(batches->mem, rows, 0, (size_t)(key - rows)), &batches->rows))
        return 0;
    TRY(last_read(batches, key + 1));
    tell(batches, true);
    return 0;
}

static int run_all(struct batches *batches, const char *chain)
{
    struct execution *execution = batches->execution;
    struct ctx *ctx = execution->ctx;
    for (;;) {
        struct arena_mark mark = arena_save(ctx->mem);
        const char *next;
        TRY(ctx_check(ctx));
        TRY(key_next(batches, &next));
        TRY(batch_run(batches, next, chain));
        if (!*next)
            return 0;
        batches->rows += execution->migration->batches.rows;
        snprintf(batches->last, KEY_ROOM, "%s", next);
        tell(batches, false);
        execution->batch = (struct batch){0};
        arena_rewind(ctx->mem, mark);
        ctx_sleep(ctx, execution->migration->batches.pause);
    }
}

int execution_batches(struct execution *execution, const char *chain)
{
    struct batches batches = {.execution = execution,
                              .mem = execution->ctx->mem,
                              .piece = &execution->split->piece[execution->done],
                              .last = arena_alloc(execution->ctx->mem, KEY_ROOM),
                              .told = clock_monotonic()};
    *batches.last = 0;
    TRY(statement_read(&batches));
    TRY(key_read(&batches));
    TRY(check_key_stays(&batches));
    TRY(resume(&batches));
    execution->in_batches = true;
    int code = run_all(&batches, chain);
    execution->in_batches = false;
    return code;
}
