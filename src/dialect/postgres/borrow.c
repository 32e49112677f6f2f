/*
 * What the database has that a scratch database is made for, that no kind models, and that a text needs: functions, domains,
 * collations, operators.
 *
 * A text that makes all it needs gets nothing.  Where one fails for want of something, what the texts name and do not make is
 * made in the scratch database, with what that names, and the text is run again: so what comes first in the texts (an enum) can
 * be what a copy needs.  Names are compared as words: one copy too many does no harm.  What the texts have in the end is read
 * without the copies.
 */
#include "base/map.h"
#include "base/text.h"
#include "dialect/postgres/pg.h"

struct loan {
    const char *schema; /* NULL: a cast */
    const char *name;
    const char *definition;
};

static int loans_take(struct ctx *ctx, struct conn *near, struct list *loans)
{
    struct rows rows;

    TRY(pg_query(ctx, near, pg_borrow_sql, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        struct loan *loan = NEW(ctx->mem, struct loan);
        *loan = (struct loan){.schema = rows_cell(&rows, i, "schema"),
                              .name = rows_cell(&rows, i, "name"),
                              .definition = rows_cell(&rows, i, "definition")};
        if (loan->definition)
            list_add(ctx->mem, loans, loan);
    }
    return 0;
}

/* The path is empty, so that every name is qualified, and for no longer: behind a pooler the session is somebody else's next. */
int pg_loans_read(struct ctx *ctx, struct conn *near, struct list *loans)
{
    TRY(pg_exec(ctx, near, "BEGIN; SET LOCAL search_path = ''"));
    return pg_aside_end(ctx, near, loans_take(ctx, near, loans));
}

/* ---- which ---- */

static bool is_operator_char(int c)
{
    return c && strchr("+-*/<>=~!@#%^&|`?", c);
}

static bool is_name_char(int c)
{
    return char_is_word(c) || c == '$' || (unsigned char)c >= 0x80;
}

/* The next word or run of operator characters, in lower case; NULL at the end. Strings and comments are read like all else. */
static const char *word_next(struct arena *mem, const char **at, const char *end)
{
    while (*at < end && !is_name_char(**at) && !is_operator_char(**at))
        ++*at;
    const char *start = *at;
    if (start == end)
        return NULL;
    bool (*is_more)(int) = is_name_char(*start) ? is_name_char : is_operator_char;
    while (*at < end && is_more(**at))
        ++*at;
    return text_lower(mem, arena_copy(mem, start, (size_t)(*at - start)));
}

static void words_add(struct map *words, const char *text, size_t length)
{
    const char *at = text, *word;
    while ((word = word_next(words->mem, &at, text + length)))
        if (!map_get(words, word))
            map_set(words, word, words);
}

static bool words_have(const struct map *words, const char *name)
{
    const char *at = name, *end = name + strlen(name), *word;
    while ((word = word_next(words->mem, &at, end)))
        if (!map_get(words, word))
            return false;
    return true;
}

/* Of a CREATE what comes before its first detail, where the name is. */
static size_t made_length(const struct sql_piece *piece)
{
    static const char *const details[] = {"(", "as", "on", "for", "execute", NULL};
    struct lexer lexer;
    bool is_cast = false;

    lex_open(&lexer, &pg_lex, piece->text, piece->length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        is_cast |= token_is(&token, "cast");
        for (int i = 0; details[i] && !is_cast; i++)
            if (token_is(&token, details[i]))
                return (size_t)(token.text - piece->text);
    }
    return piece->length;
}

static void made_add(struct map *made, const struct classified *statement)
{
    if (statement->verb != VERB_CREATE)
        return;
    if (statement->kind != KIND_COUNT && statement->name)
        words_add(made, statement->name, strlen(statement->name));
    else
        words_add(made, statement->piece.text, made_length(&statement->piece));
}

/* What `needed` names, and what that names in turn. */
static void choose(struct pg_conn *conn, const struct list *loans, struct map *needed, const struct map *made)
{
    struct list left = {0};
    for (int i = 0; i < loans->n; i++) {
        const struct loan *loan = loans->item[i];
        if (!words_have(made, loan->name))
            list_add(needed->mem, &left, loans->item[i]);
    }
    for (bool more = true; more;) {
        more = false;
        for (int i = left.n - 1; i >= 0; i--) {
            struct loan *loan = left.item[i];
            if (!words_have(needed, loan->name))
                continue;
            words_add(needed, loan->definition, strlen(loan->definition));
            list_add(needed->mem, &conn->loans, loan);
            list_remove(&left, i);
            more = true;
        }
    }
}

void pg_loans_choose(struct ctx *ctx, struct pg_conn *conn, const struct list *loans, const struct list *texts)
{
    struct map needed, made;

    map_init(&needed, ctx->mem);
    map_init(&made, ctx->mem);
    if (!texts)
        conn->loans = *loans;
    for (int i = 0; texts && loans->n && i < texts->n; i++) {
        const struct classified *statement = texts->item[i];
        words_add(&needed, statement->piece.text, statement->piece.length);
        made_add(&made, statement);
    }
    if (texts)
        choose(conn, loans, &needed, &made);
}

/* ---- making them ---- */

/* What this transaction has made, whatever it is. */
static const char made_sql[] =
    "SELECT concat(tableoid::oid, ':', oid) FROM ("
    "  SELECT tableoid, oid, xmin FROM pg_proc UNION ALL SELECT tableoid, oid, xmin FROM pg_type"
    "  UNION ALL SELECT tableoid, oid, xmin FROM pg_class UNION ALL SELECT tableoid, oid, xmin FROM pg_collation"
    "  UNION ALL SELECT tableoid, oid, xmin FROM pg_operator UNION ALL SELECT tableoid, oid, xmin FROM pg_opclass"
    "  UNION ALL SELECT tableoid, oid, xmin FROM pg_opfamily UNION ALL SELECT tableoid, oid, xmin FROM pg_cast"
    "  UNION ALL SELECT tableoid, oid, xmin FROM pg_ts_dict UNION ALL SELECT tableoid, oid, xmin FROM pg_ts_config"
    ") AS made WHERE xmin::text = (txid_current() % 4294967296)::text";

static int loan_make(struct ctx *ctx, struct pg_conn *conn, const struct loan *loan)
{
    struct buf sql;
    struct rows rows;

    buf_init(&sql, ctx->mem);
    buf_add(&sql, "BEGIN; SET LOCAL check_function_bodies = off; SET LOCAL search_path = ''; ");
    if (loan->schema && !pg_texts_make_schema(conn->scratch_texts, loan->schema)) {
        buf_add(&sql, "CREATE SCHEMA IF NOT EXISTS ");
        ident_add(&sql, &pg_ident, loan->schema);
        buf_add(&sql, "; ");
    }
    buf_add(&sql, loan->definition);
    TRY(pg_exec(ctx, &conn->conn, sql.data));
    TRY(pg_query(ctx, &conn->conn, made_sql, NULL, &rows));
    TRY(pg_exec(ctx, &conn->conn, "COMMIT"));
    for (int i = 0; i < rows.row.n; i++)
        names_add(ctx->mem, &conn->lent, ((const char *const *)rows.row.item[i])[0]);
    if (loan->schema && !names_have(&conn->lent_schemas, loan->schema))
        names_add(ctx->mem, &conn->lent_schemas, loan->schema);
    return 0;
}

/* Until no more can be made; one may need another. */
int pg_loans_make(struct ctx *ctx, struct pg_conn *conn)
{
    int made = 0, before = -1;

    while (made != before) {
        before = made;
        for (int i = conn->loans.n - 1; i >= 0; i--) {
            const struct loan *loan = conn->loans.item[i];
            int code = loan_make(ctx, conn, loan);
            if (code == 0) {
                list_remove(&conn->loans, i);
                made++;
                continue;
            }
            if (code != ERR_SQL)
                return code;
            emit_debug(ctx, "\"%s\" is not copied: %s", loan->name, ctx->error.message);
            ctx->error = (struct error){0};
            TRY(pg_exec(ctx, &conn->conn, "ROLLBACK"));
        }
    }
    return made;
}

bool pg_loans_may_help(const struct pg_conn *conn, const struct error *error)
{
    /* undefined_object, _function, invalid_schema_name, cannot_coerce, datatype_mismatch */
    static const char *const states[] = {"42704", "42883", "3F000", "42846", "42804", NULL};

    for (int i = 0; conn->loans.n && states[i]; i++)
        if (text_equal(error->sqlstate, states[i]))
            return true;
    return false;
}

/* From the queries that read what is there. */
int pg_loans_hide(struct ctx *ctx, struct pg_conn *conn)
{
    struct names params = {0};
    struct rows rows;

    names_add(ctx->mem, &params, names_join(ctx->mem, &conn->lent, " "));
    return pg_query(ctx, &conn->conn, "SELECT set_config('dbwarden.borrowed', $1, false)", &params, &rows);
}
