/*
 * What a database of MySQL or MariaDB holds, as one query per kind over information_schema: the files in catalog/, which run
 * in the client as they are; column aliases are field names.  Where the two differ, each has a file of its own.
 *
 * Never a query per table, but for the few that have what only SHOW CREATE says (show.c).  The database that we are connected to is called "".
 */
#include "base/text.h"
#include "base/utf8.h"
#include "dialect/mysql/parts.h"
#include "dialect/mysql/schema.h"
#include "schema/unmodelled.h"

static const struct catalog_query *queries_of(const struct dialect *dialect)
{
    return dialect->engine == ENGINE_MARIA ? my_mariadb_queries
           : my_is_tidb(dialect)           ? my_tidb_queries
                                           : my_mysql_queries;
}

/* MySQL shows texts that are SQL with their quotes escaped, and then looks like another text. */
static const char *unescaped(struct arena *mem, const char *text)
{
    struct buf out;
    if (!text || !strchr(text, '\\'))
        return text;
    buf_init(&out, mem);
    for (const char *at = text; *at; at++) {
        if (*at == '\\' && at[1])
            at++;
        buf_add_c(&out, *at);
    }
    return out.data;
}

/* And it takes their bytes for characters (seen in 9.7): "Ã¶" for "ö". */
static const char *undoubled(struct arena *mem, const char *text)
{
    struct buf out;
    bool any = false;
    size_t wrong;
    buf_init(&out, mem);
    for (const unsigned char *at = (const unsigned char *)text; at && *at; at++) {
        bool pair = (*at == 0xC2 || *at == 0xC3) && (at[1] & 0xC0) == 0x80;
        if (*at >= 0x80 && !pair)
            return text;
        buf_add_c(&out, (char)(pair ? (*at & 3) << 6 | (at[1] & 0x3F) : *at));
        any = any || pair;
        at += pair;
    }
    return any && utf8_valid(out.data, out.len, &wrong) ? out.data : text;
}

static void texts_unescape(struct arena *mem, struct object *object)
{
    static const struct {
        enum kind kind;
        int field;
    } escaped[] = {{KIND_COLUMN, COLUMN_computed}, {KIND_CHECK, CHECK_expr}, {KIND_INDEX_PART, INDEX_PART_expr}};
    for (size_t i = 0; i < sizeof escaped / sizeof *escaped; i++) {
        if (object->kind != escaped[i].kind)
            continue;
        struct expr *expr = object_field(object, escaped[i].field);
        expr->printed = undoubled(mem, unescaped(mem, expr->printed));
    }
    struct column *column = (struct column *)object;
    const char *text = object->kind == KIND_COLUMN ? column->default_value.printed : NULL;
    if (text && *text != '\'' && text_has(text, "\\'"))
        column->default_value.printed = undoubled(mem, unescaped(mem, text));
}

/* Names of this database qualified by it, as both servers print queries, without that. */
static const char *unqualified(struct arena *mem, const char *database, const char *text)
{
    struct lexer lexer;
    struct buf out;
    buf_init(&out, mem);
    lex_open(&lexer, &my_lex, text, strlen(text));
    for (struct token token = lex_next(&lexer); token.kind != TOKEN_END;) {
        struct token next = lex_next(&lexer);
        bool ours = token.kind == TOKEN_QUOTED && token_is(&next, ".") && text_equal(token_name(mem, &token), database);
        if (!ours)
            buf_add_n(&out, token.text, token.length);
        token = ours ? lex_next(&lexer) : next;
    }
    return out.data;
}

/* Of a view; and of a default, which may ask a sequence. */
static void names_unqualify(struct arena *mem, const char *database, struct object *object)
{
    struct expr *text = object->kind == KIND_VIEW     ? &((struct view *)object)->query
                        : object->kind == KIND_COLUMN ? &((struct column *)object)->default_value
                                                      : NULL;
    if (text && text->printed)
        text->printed = unqualified(mem, database, text->printed);
}

/* The names that a printed query gives its columns: each is the last word of its item. */
static struct names names_shown(struct arena *mem, const char *query)
{
    static const char *const ends[] = {"from", "union", "except", "intersect", "limit", NULL};
    struct names names = {0};
    struct lexer lexer;
    const char *last = NULL;
    int depth = 0;
    lex_open(&lexer, &my_lex, query, strlen(query));
    for (struct token token = lex_next_code(&lexer);; token = lex_next_code(&lexer)) {
        bool end = token.kind == TOKEN_END || (!depth && token.kind == TOKEN_WORD && token_is_one_of(&token, ends));
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (end || (!depth && token_is(&token, ",")))
            names_add(mem, &names, last ? last : "");
        if (end)
            return names;
        last = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED ? token_name(mem, &token) : NULL;
    }
}

/* MySQL tells what the columns of a view are called, also where nobody gave them other names than the query has. */
static void columns_fold(struct arena *mem, struct view *view)
{
    const struct names shown = names_shown(mem, view->query.printed);
    if (names_equal(&view->columns, &shown))
        view->columns = (struct names){0};
}

static const char *unmodelled_of(const struct dialect *dialect)
{
    return dialect->engine == ENGINE_MARIA ? my_mariadb_unmodelled
           : my_is_tidb(dialect)           ? my_tidb_unmodelled
                                           : my_mysql_unmodelled;
}

static int unmodelled_load(struct ctx *ctx, struct conn *conn, struct tree *tree)
{
    struct rows rows;
    TRY(my_query(ctx, conn, unmodelled_of(conn->dialect), NULL, &rows));
    tree->names_unmodelled = true;
    for (int i = 0; i < rows.row.n; i++) {
        struct unmodelled *one = NEW(ctx->mem, struct unmodelled);
        *one = (struct unmodelled){.kind = rows_cell(&rows, i, "kind"),
                                   .schema = rows_cell(&rows, i, "schema"),
                                   .name = rows_cell(&rows, i, "name"),
                                   .on_kind = rows_cell(&rows, i, "on_kind"),
                                   .on_schema = rows_cell(&rows, i, "on_schema"),
                                   .on = rows_cell(&rows, i, "on_name"),
                                   .definition = rows_cell(&rows, i, "definition")};
        list_add(ctx->mem, &tree->unmodelled, one);
    }
    return 0;
}

/* Names are compared as if case told nothing, which holds for columns everywhere, and for tables not on every server. */
static int cases_check(struct ctx *ctx, const struct tree *tree)
{
    struct map seen;
    map_init(&seen, ctx->mem);
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        if (o->kind != KIND_TABLE && o->kind != KIND_VIEW)
            continue;
        const char *key = text_lower(ctx->mem, o->name);
        const struct object *other = map_get(&seen, key);
        if (other)
            return my_cases_fail(ctx, other, o);
        map_set(&seen, key, (void *)(uintptr_t)o);
    }
    return 0;
}

/* What somebody may use and not see comes without its text, and would be taken for nothing. */
static int rights_check(struct ctx *ctx, const struct tree *tree)
{
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        int field =
            kind_is(o->kind, KIND_IS_TEXT) ? field_find(o->kind, o->kind == KIND_VIEW ? "query" : "definition") : -1;
        const char *text = field >= 0 ? expr_text(object_field(o, field)) : "?";
        if (text && *text)
            continue;
        fail(ctx, ERR_SQL, "the server does not show the text of %s to this user", object_path(ctx->mem, o));
        return fail_hint(
            ctx, "The user needs SHOW VIEW, and for routines of others SHOW_ROUTINE (MySQL) or SELECT on mysql.proc "
                 "(MariaDB).");
    }
    return 0;
}

static int database_said(struct ctx *ctx, const char *name)
{
    if (name)
        return 0;
    fail(ctx, ERR_CONFIG, "the URL names no database");
    return fail_hint(ctx, "Write it after the host: mysql://user@host/database.");
}

/* "'it\'s'" as "'it''s'", which every mode reads alike. */
static const char *quotes_doubled(struct arena *mem, const char *text)
{
    struct lexer lexer;
    struct buf out;
    if (!text || !text_has(text, "\\'"))
        return text;
    buf_init(&out, mem);
    lex_open(&lexer, &my_lex, text, strlen(text));
    for (struct token token = lex_next(&lexer); token.kind != TOKEN_END; token = lex_next(&lexer))
        for (size_t i = 0; i < token.length; i++) {
            bool escapes = token.kind == TOKEN_STRING && token.text[i] == '\\' && i + 1 < token.length;
            buf_add_c(&out, escapes && token.text[i + 1] == '\'' ? '\'' : token.text[i]);
            if (escapes)
                buf_add_c(&out, token.text[++i]);
        }
    return out.data;
}

/* Of what the server spells itself; a body stays as somebody wrote it. */
static void texts_tidy(struct arena *mem, struct tree *tree)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        for (int i = 0; i < kind_table[o->kind].fields; i++) {
            bool body = kind_is(o->kind, KIND_IS_TEXT) && o->kind != KIND_VIEW;
            struct expr *expr = object_field(o, i);
            if (kind_table[o->kind].field[i].type == FIELD_EXPR && !body)
                expr->printed = quotes_doubled(mem, expr->printed);
        }
}

/* Modes in which texts are spelled, or read, in another way, and those that stand for several. */
static const char *const spelling_modes[] = {
    "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ANSI", "DB2", "MAXDB", "MSSQL", "ORACLE", "POSTGRESQL"};

static bool changes_spelling(const char *mode)
{
    for (size_t i = 0; i < sizeof spelling_modes / sizeof *spelling_modes; i++)
        if (text_equal(spelling_modes[i], mode))
            return true;
    return false;
}

/* The modes without those; NULL: none of them is set. */
static const char *usual_modes(struct arena *mem, const char *modes)
{
    struct names kept = {0};
    bool any = false;
    for (const char *at = modes ? modes : ""; *at; at += *at == ',') {
        const char *mode = text_slice(mem, at, 0, strcspn(at, ","));
        if (changes_spelling(mode))
            any = true;
        else
            names_add(mem, &kept, mode);
        at += strlen(mode);
    }
    return any ? names_join(mem, &kept, ",") : NULL;
}

static int modes_set(struct ctx *ctx, struct conn *conn, const char *modes)
{
    return my_exec(ctx, conn, arena_printf(ctx->mem, "SET SESSION sql_mode = '%s'", modes));
}

/* What a column has from its table is not its own. */
static void collations_leave(const struct tree *tree)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        struct column *column = (struct column *)o;
        if (o->kind == KIND_COLUMN && text_equal(column->collation, ((const struct table *)o->parent)->collation))
            column->collation = NULL;
    }
}

/* MariaDB opens every table for it; one with partitions says so beside its options. */
static bool has_partitions(const struct tree *tree)
{
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        const struct names *options = &((const struct table *)o)->options;
        if (o->kind == KIND_TABLE && options->n && text_has(options->item[0], "partitioned"))
            return true;
    }
    return tree->engine != ENGINE_MARIA;
}

/* `n` kinds and what none models, in one message. */
static int together_read(struct ctx *ctx, struct conn *conn, const struct catalog_query *queries, int n,
                         struct tree *tree)
{
    struct names asked = {0};
    for (int i = 0; i < n; i++)
        if (!names_have(&asked, queries[i].sql))
            names_add(ctx->mem, &asked, queries[i].sql);
    names_add(ctx->mem, &asked, unmodelled_of(conn->dialect));
    int code = my_ahead_send(ctx, (struct my_conn *)conn, &asked);
    if (code == 0)
        code = catalog_load(ctx, conn, queries, n, tree);
    if (code == 0)
        code = unmodelled_load(ctx, conn, tree);
    my_ahead_end((struct my_conn *)conn);
    return code;
}

static int catalog_read(struct ctx *ctx, struct conn *conn, struct tree *tree)
{
    const struct catalog_query *queries = queries_of(conn->dialect);
    int n = 0;
    while (queries[n].kind != KIND_PARTITIONING)
        n++;
    TRY(together_read(ctx, conn, queries, n, tree));
    TRY(catalog_load(ctx, conn, queries + n, has_partitions(tree), tree));
    kind_set_add(&tree->kinds, KIND_PARTITIONING);
    kind_set_add(&tree->kinds, KIND_PARTITION);
    collations_leave(tree);
    TRY(my_sequences_load(ctx, conn, tree));
    my_settle_partitions(ctx->mem, tree);
    TRY(my_bodies_load(ctx, conn, tree));
    return my_show_more(ctx, conn, tree);
}

/* Whatever the modes of the session, the server spells texts as it does without them. */
static int catalog_read_plainly(struct ctx *ctx, struct conn *conn, const char *modes, struct tree *tree)
{
    const char *usual = usual_modes(ctx->mem, modes);
    if (!usual)
        return catalog_read(ctx, conn, tree);
    TRY(modes_set(ctx, conn, usual));
    int code = catalog_read(ctx, conn, tree);
    const struct error error = ctx->error;
    int back = modes_set(ctx, conn, modes);
    if (code < 0)
        ctx->error = error;
    return code < 0 ? code : back;
}

int my_load(struct ctx *ctx, struct conn *conn, const struct filter *filter, struct tree **tree)
{
    struct tree *loaded = tree_new(ctx->mem, conn->dialect->engine);
    struct facts facts = {0};
    TRY(my_facts(ctx, conn, &facts));
    TRY(database_said(ctx, facts.usual_schema));
    loaded->version = conn->version;
    loaded->usual_schema = facts.usual_schema;
    loaded->usual_collation = facts.collation;
    tree_schema(ctx->mem, loaded, "");
    TRY(catalog_read_plainly(ctx, conn, facts.sql_mode, loaded));
    for (struct object *o = loaded->root; o && conn->dialect == &my_dialect; o = object_next(loaded->root, o))
        texts_unescape(ctx->mem, o);
    for (struct object *o = loaded->root; o; o = object_next(loaded->root, o)) {
        names_unqualify(ctx->mem, facts.usual_schema, o);
        if (o->kind == KIND_VIEW && ((struct view *)o)->query.printed)
            columns_fold(ctx->mem, (struct view *)o);
    }
    texts_tidy(ctx->mem, loaded);
    if (filter)
        filter_apply(filter, loaded->usual_schema, loaded);
    TRY(rights_check(ctx, loaded));
    TRY(cases_check(ctx, loaded));
    *tree = loaded;
    return 0;
}
