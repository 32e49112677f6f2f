/*
 * Was a statement done before an interruption?  DDL commits by itself here, but each statement is atomic (since MySQL 8.0
 * and MariaDB 10.6), so what SHOW CREATE says of what the statement changes is one thing before it and another after it.
 * The sum over that is written into the journal before the statement, and compared when a run is taken up.
 *
 * So that what others do in between is not taken for the statement's doing, only what it is about counts: of what is created,
 * that alone; of a table whose columns, indexes and constraints are changed, what it adds and takes away (proof.c); of everything
 * else, all that is named.
 *
 * What stays as it was may be run again: either it was not done, or it changes nothing that shows.  A counter moves by
 * itself and is left out.  Renames are seen by the names that there are, whatever became of the tables; in a ring these stay the
 * same, so there it is the identity of a table that has another name; where that may not be read, nothing is proved.
 */
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "dialect/common.h"
#include "dialect/mysql/parts.h"

enum { NAMES_LIMIT = 256 };
#define NAME_IS_THERE "name "
#define SHOWS_MORE    "more "
#define NOBODY_TELLS  "identities are not for us"

struct evidence {
    struct ctx *ctx;
    struct my_conn *my;
    const struct classified *statement;
    struct buf said;
};

/* It would have shown it, had nobody stood in the way, and no limit: a lock, a time-out, a cancel, no memory. */
static bool is_hindered(const struct error *error)
{
    return error->passing || text_equal(error->sqlstate, "70100") || text_equal(error->sqlstate, "HY001");
}

/* What the server refuses to show is not there, or not for us; a lost connection is another matter. */
static int show(struct evidence *evidence, const char *sql)
{
    struct ctx *ctx = evidence->ctx;
    struct error error = ctx->error;
    buf_add(&evidence->said, "\n");
    int code = my_show(ctx, evidence->my, sql, &evidence->said);
    if (code != ERR_SQL || is_hindered(&ctx->error))
        return code;
    ctx->error = error;
    return 0;
}

static int show_named(struct evidence *evidence, const char *what, const struct named *named)
{
    struct buf sql;
    buf_init(&sql, evidence->ctx->mem);
    buf_addf(&sql, "SHOW CREATE %s ", what);
    ident_add_qualified(&sql, my_dialect.ident, named->schema, named->name);
    return show(evidence, sql.data);
}

/* What no version of either server takes as a name without quotes: it is shown as what is not there, without a question. */
static bool is_keyword(const struct named *named)
{
    static const char *const words[] = {
        "add",  "alter", "as",  "change", "check", "column",  "constraint", "create", "default", "drop",    "exists",
        "from", "if",    "in",  "index",  "key",   "foreign", "fulltext",   "not",    "null",    "on",      "primary",
        "to",   "table", "set", "rename", "using", "trigger", "references", "unique", "values",  "replace", "select"};
    for (size_t i = 0; named->bare && i < sizeof words / sizeof *words; i++)
        if (text_equal_nocase(words[i], named->name))
            return true;
    return false;
}

static int show_table(struct evidence *evidence, const struct named *named)
{
    if (!is_keyword(named))
        return show_named(evidence, "TABLE", named);
    buf_add(&evidence->said, "\n");
    return 0;
}

/* " AUTO_INCREMENT=17" of tables: rows of an application move it. */
static char *without_counters(struct arena *mem, const char *text)
{
    static const char mark[] = " AUTO_INCREMENT=";
    struct buf out;
    buf_init(&out, mem);
    for (const char *found; (found = strstr(text, mark)); text = found) {
        buf_add_n(&out, text, (size_t)(found - text));
        found += sizeof mark - 1;
        found += strspn(found, "0123456789");
    }
    buf_add(&out, text);
    return out.data;
}

static bool is_word(const struct classified *statement, const char *word)
{
    struct lexer lexer;
    lex_open(&lexer, my_dialect.lex, statement->piece.text, statement->piece.length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token_is(&token, word))
            return true;
    return false;
}

/* Things that have names of their own kind: of those only the one that the statement is about. */
static int show_object(struct evidence *evidence)
{
    static const struct {
        const char *word, *shown;
    } kinds[] = {{"procedure", "PROCEDURE"}, {"function", "FUNCTION"}, {"event", "EVENT"}, {"trigger", "TRIGGER"},
                 {"database", "DATABASE"},   {"schema", "DATABASE"},   {"user", "USER"}};
    const struct classified *statement = evidence->statement;
    const struct named named = {statement->schema, statement->name, false};
    for (size_t i = 0; statement->name && i < sizeof kinds / sizeof *kinds; i++)
        if (is_word(statement, kinds[i].word))
            TRY(show_named(evidence, kinds[i].shown, &named));
    return 0;
}

static bool is_of_rights(const struct classified *statement)
{
    return is_word(statement, "grant") || is_word(statement, "revoke") || is_word(statement, "user") ||
           is_word(statement, "role");
}

/* Where the accounts begin: after CREATE and DROP USER or ROLE, after the TO of a GRANT and the FROM of a REVOKE. */
static struct token accounts_begin(struct lexer *lexer, const struct classified *statement)
{
    static const char *const heads[] = {"user", "role", NULL}, *const fillers[] = {"if", "not", "exists", NULL};
    lex_open(lexer, my_dialect.lex, statement->piece.text, statement->piece.length);
    struct token token = lex_next_code(lexer);
    bool grants = token_is(&token, "grant"), revokes = token_is(&token, "revoke");
    const char *word = grants ? "to" : revokes ? "from" : NULL;
    while (token.kind != TOKEN_END && !(word ? token_is(&token, word) : token_is_one_of(&token, heads)))
        token = lex_next_code(lexer);
    do
        token = lex_next_code(lexer);
    while (token_is_one_of(&token, fillers));
    return token;
}

/* What the views below leave out: rights to routines, roles that were given to others. */
static int show_grants(struct evidence *evidence)
{
    static const char *const ends[] = {"with",    "require",  "identified", "as",        "default",
                                       "account", "password", "comment",    "attribute", NULL};
    struct lexer lexer;
    struct token token = accounts_begin(&lexer, evidence->statement);
    while (token.kind != TOKEN_END && !token_is_one_of(&token, ends)) {
        size_t from = token.offset, to = from;
        for (; token.kind != TOKEN_END && !token_is(&token, ",") && !token_is_one_of(&token, ends);
             token = lex_next_code(&lexer))
            to = token.offset + token.length;
        const char *account = arena_copy(evidence->ctx->mem, evidence->statement->piece.text + from, to - from);
        TRY(show(evidence, arena_printf(evidence->ctx->mem, "SHOW GRANTS FOR %s", account)));
        if (token_is(&token, ","))
            token = lex_next_code(&lexer);
    }
    return 0;
}

static int show_rights(struct evidence *evidence)
{
    static const char *const views[] = {"user_privileges", "schema_privileges", "table_privileges",
                                        "column_privileges"};
    bool asked = is_of_rights(evidence->statement);
    for (size_t i = 0; asked && i < sizeof views / sizeof *views; i++)
        TRY(show(evidence, arena_printf(evidence->ctx->mem,
                                        "SELECT * FROM information_schema.%s ORDER BY 1, 2, 3, 4, 5", views[i])));
    return asked ? show_grants(evidence) : 0;
}

/* InnoDB writes other characters than these in a way of its own. */
static bool identity_name(struct evidence *evidence, const struct named *named, struct buf *sql)
{
    const char *schema = named->schema ? named->schema : evidence->my->url.database;
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    if (schema[strspn(schema, plain)] || named->name[strspn(named->name, plain)])
        return false;
    buf_addf(sql, ", '%s/%s'", text_lower(evidence->ctx->mem, schema), text_lower(evidence->ctx->mem, named->name));
    return true;
}

/* Numbers that stay with a table through renames; needs the right PROCESS. */
static int show_identities(struct evidence *evidence, const struct list *names, bool *proves)
{
    struct ctx *ctx = evidence->ctx;
    struct error error = ctx->error;
    bool maria = evidence->my->conn.dialect == &my_mariadb_dialect;
    struct buf sql;
    buf_init(&sql, ctx->mem);
    buf_addf(
        &sql,
        "SELECT CONCAT('id ', table_id, ' ', LOWER(name), '\n') FROM information_schema.%s WHERE LOWER(SUBSTRING_INDEX(name, '#', 1)) IN (''",
        maria ? "innodb_sys_tables" : "innodb_tables");
    *proves = true;
    for (int i = 0; i < names->n; i++)
        *proves = *proves && identity_name(evidence, names->item[i], &sql);
    buf_add(&sql, ") ORDER BY 1");
    int code = my_show(ctx, evidence->my, sql.data, &evidence->said);
    *proves = *proves && code == 0;
    if (code != ERR_SQL || is_hindered(&ctx->error))
        return code;
    ctx->error = error;
    return 0;
}

/* The one table that a change of columns, indexes and constraints is of; NULL: the statement is, or may be, of another kind. */
static const struct named *changed_table(struct arena *mem, const struct classified *statement, struct list *names)
{
    struct named *table = NEW(mem, struct named);
    table->schema = statement->schema;
    table->name = statement->kind == KIND_INDEX ? statement->table : statement->name;
    if (!table->name || !my_changes_parts(statement))
        return NULL;
    for (int i = 0; i < names->n; i++) {
        const struct named *named = names->item[i];
        if (text_equal(named->name, table->name) && named->schema)
            table->schema = named->schema;
    }
    return table;
}

/* What a CREATE makes, where it is seen by that alone. */
static bool makes_one(const struct classified *statement)
{
    static const char *const kinds[] = {"procedure", "function", "event", "trigger"};
    if (statement->verb != VERB_CREATE || !statement->name)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (is_word(statement, kinds[i]))
            return true;
    return statement->kind == KIND_TABLE || statement->kind == KIND_VIEW;
}

static int show_tables(struct evidence *evidence, struct list *names)
{
    const struct classified *statement = evidence->statement;
    const struct named *changed = changed_table(evidence->ctx->mem, statement, names);
    const struct named made = {statement->schema, statement->name, false};
    if (changed)
        return show_table(evidence, changed);
    if (makes_one(statement))
        return show_table(evidence, &made);
    for (int i = 0; i < names->n; i++)
        TRY(show_table(evidence, names->item[i]));
    return 0;
}

/* Things that nothing shows to everybody who may make them: a server of FEDERATED, a tablespace, a package ... */
static bool is_hidden(const struct classified *statement)
{
    static const char *const shown[] = {"table", "view",     "index",  "trigger", "procedure", "function", "sequence",
                                        "event", "database", "schema", "user",    "role",      NULL};
    static const char *const hidden[] = {"server",    "tablespace", "logfile", "resource",
                                         "reference", "package",    "library", NULL};
    struct lexer lexer;
    if (statement->verb != VERB_CREATE && statement->verb != VERB_DROP)
        return false;
    lex_open(&lexer, my_dialect.lex, statement->piece.text, statement->piece.length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token_is_one_of(&token, shown) || token_is_one_of(&token, hidden))
            return token_is_one_of(&token, hidden);
    return false;
}

static int collect(struct evidence *evidence, bool *proves)
{
    struct ctx *ctx = evidence->ctx;
    const struct classified *statement = evidence->statement;
    struct list names = {0};
    *proves = !is_hidden(statement);
    statement_names(ctx->mem, my_dialect.lex, &statement->piece, NAMES_LIMIT, &names);
    TRY(show_tables(evidence, &names));
    TRY(show_object(evidence));
    TRY(show_rights(evidence));
    return is_word(statement, "exchange") ? show_identities(evidence, &names, proves) : 0;
}

/* What is renamed is seen by which names there are; where these stay the same, by what they stand for. */
static bool renames(const struct classified *statement)
{
    bool of_table = statement->kind == KIND_TABLE && (statement->verb == VERB_RENAME || statement->verb == VERB_ALTER);
    return of_table && is_word(statement, "rename") && !my_changes_parts(statement);
}

static int renames_evidence(struct evidence *evidence, const char **text)
{
    struct ctx *ctx = evidence->ctx;
    struct list names = {0};
    struct buf said, *shown = &evidence->said;
    bool proves;
    buf_init(&said, ctx->mem);
    statement_names(ctx->mem, my_dialect.lex, &evidence->statement->piece, NAMES_LIMIT, &names);
    for (int i = 0; i < names.n; i++) {
        const struct named *named = names.item[i];
        buf_cut(shown, 0);
        TRY(show_table(evidence, named));
        if (strspn(shown->data, "\n") < shown->len)
            buf_addf(&said, NAME_IS_THERE "%s.%s\n", named->schema ? named->schema : "", named->name);
    }
    buf_cut(shown, 0);
    TRY(show_identities(evidence, &names, &proves));
    *text = arena_printf(ctx->mem, "%s%s", said.data, proves ? shown->data : NOBODY_TELLS);
    return 0;
}

/* "id NUMBER NAME": the same number under another name. */
static bool has_moved(const struct names *was, const struct names *is)
{
    for (int i = 0; i < is->n; i++) {
        const char *line = is->item[i] + (is->item[i][0] == '\t');
        size_t length = text_starts(line, "id ") ? 3 + strcspn(line + 3, " ") + 1 : 0;
        for (int k = 0; length && k < was->n; k++) {
            const char *before = was->item[k] + (was->item[k][0] == '\t');
            if (!strncmp(before, line, length) && !text_equal(before, line))
                return true;
        }
    }
    return false;
}

static int count_there(const struct names *lines, const struct names *also_in)
{
    int n = 0;
    for (int i = 0; i < lines->n; i++)
        n += text_starts(lines->item[i], NAME_IS_THERE) && (!also_in || names_find(also_in, lines->item[i]) >= 0);
    return n;
}

static enum doubt renames_doubt(struct arena *mem, const char *before, const char *now)
{
    const struct names was = text_split(mem, before, '\n'), is = text_split(mem, now, '\n');
    int both = count_there(&was, &is);
    if (both < count_there(&was, NULL) || both < count_there(&is, NULL))
        return DOUBT_DONE;
    if (text_ends(before, NOBODY_TELLS) || text_ends(now, NOBODY_TELLS))
        return DOUBT_OPEN;
    return has_moved(&was, &is) ? DOUBT_DONE : DOUBT_NOT_DONE;
}

static bool is_of_partitions(const struct classified *statement)
{
    bool alters = statement->kind == KIND_TABLE && statement->verb == VERB_ALTER;
    return alters && (is_word(statement, "partition") || is_word(statement, "partitioning"));
}

/* What else is said of the table may be somebody else's doing; the identities of what is exchanged stay. */
static const char *partition_lines(struct arena *mem, const char *said)
{
    const struct names lines = text_lines(mem, said);
    struct buf out;
    buf_init(&out, mem);
    for (int i = 0; i < lines.n; i++)
        if (text_has(lines.item[i], "PARTITION") || text_has(lines.item[i], "id "))
            buf_addf(&out, "%s\n", lines.item[i]);
    return out.data;
}

/* Than an earlier version, whose sums do not compare. */
static bool shows_more(const struct classified *statement)
{
    return is_of_rights(statement) || is_word(statement, "schema");
}

int my_statement_evidence(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char **text)
{
    struct evidence evidence = {.ctx = ctx, .my = (struct my_conn *)conn, .statement = statement};
    bool proves;
    *text = NULL;
    if (statement->touches == TOUCHES_ROWS)
        return my_rows_evidence(ctx, conn, statement, text);
    if (statement->touches != TOUCHES_CATALOG)
        return 0;
    buf_init(&evidence.said, ctx->mem);
    if (renames(statement))
        return renames_evidence(&evidence, text);
    TRY(collect(&evidence, &proves));
    const char *said = without_counters(ctx->mem, evidence.said.data);
    if (is_of_partitions(statement))
        said = partition_lines(ctx->mem, said);
    if (my_changes_parts(statement))
        *text = my_parts_evidence(ctx->mem, my_lines_about(ctx->mem, said, statement));
    else
        *text = proves ? arena_printf(ctx->mem, "%s%s", shows_more(statement) ? SHOWS_MORE : "",
                                      hash_sha256(ctx->mem, said, strlen(said)))
                       : NULL;
    return 0;
}

/* Of several tables some may be gone: neither "done" nor "not done". */
static int drop_doubt(struct ctx *ctx, struct conn *conn, const struct classified *statement, enum doubt *doubt)
{
    struct list names = {0};
    statement_names(ctx->mem, my_dialect.lex, &statement->piece, NAMES_LIMIT, &names);
    struct evidence evidence = {.ctx = ctx, .my = (struct my_conn *)conn, .statement = statement};
    buf_init(&evidence.said, ctx->mem);
    for (int i = 0; i < names.n; i++)
        TRY(show_table(&evidence, names.item[i]));
    *doubt = strspn(evidence.said.data, "\n") == evidence.said.len ? DOUBT_DONE : DOUBT_OPEN;
    return 0;
}

int my_statement_doubt(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *before,
                       enum doubt *doubt)
{
    const char *now;
    *doubt = DOUBT_OPEN;
    if (!before)
        return 0;
    TRY(my_statement_evidence(ctx, conn, statement, &now));
    if (!now || (statement->touches == TOUCHES_ROWS && !text_equal(before, now)))
        return 0;
    if (text_starts(now, SHOWS_MORE) && !text_starts(before, SHOWS_MORE))
        return 0;
    *doubt = text_equal(before, now) ? DOUBT_NOT_DONE : DOUBT_DONE;
    if (my_changes_parts(statement))
        *doubt = my_parts_doubt(ctx->mem, statement, before, now);
    else if (renames(statement))
        *doubt = renames_doubt(ctx->mem, before, now);
    bool drops = statement->verb == VERB_DROP && (statement->kind == KIND_TABLE || statement->kind == KIND_VIEW);
    if (*doubt == DOUBT_NOT_DONE || !drops)
        return 0;
    if (!is_word(statement, "exists"))
        return drop_doubt(ctx, conn, statement, doubt);
    *doubt = DOUBT_NOT_DONE; /* DROP ... IF EXISTS drops what is left of them */
    return 0;
}
