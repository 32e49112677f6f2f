/*
 * What only SHOW CREATE TABLE says: the parser of a FULLTEXT index, which partition of a list takes all other values, the period of
 * an application.  Asked of tables that may have one of these, and of no other.
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"
#include "dialect/mysql/schema.h"
#include "schema/unmodelled.h"

static bool is_fulltext(const struct object *object)
{
    return object->kind == KIND_INDEX && text_equal(((const struct index *)object)->method, "fulltext");
}

static bool has_fulltext(const struct object *table)
{
    for (int i = 0; i < table->children.n; i++)
        if (is_fulltext(table->children.item[i]))
            return true;
    return false;
}

static void parser_set(struct arena *mem, const struct object *table, const char *name, const char *parser)
{
    struct index *index = (struct index *)object_child(table, KIND_INDEX, name);
    struct names options = {0};
    if (!index)
        return;
    names_add(mem, &options, arena_printf(mem, "parser=%s", parser));
    SAY(index, INDEX, options, options);
}

/* Lines such as: FULLTEXT KEY `words` (`title`,`body`) WITH PARSER `ngram`. Only these hold the two words. */
static void parsers_read(struct arena *mem, const char *said, const struct object *table)
{
    struct lexer lexer;
    const char *name = NULL;
    struct token last = {.kind = TOKEN_END, .text = ""}, token;
    lex_open(&lexer, &my_lex, said, strlen(said));
    for (; (token = lex_next_code(&lexer)).kind != TOKEN_END; last = token) {
        if (token_is(&last, "key") || token_is(&last, "index"))
            name = token_name(mem, &token);
        else if (token_is(&last, "parser") && name)
            parser_set(mem, table, name, token_name(mem, &token));
    }
}

/* ---- partitions ---- */

/* What takes all other values of a list is shown as 0 (MariaDB 10.11), and so is that value. */
static bool has_zero(const struct object *table)
{
    const struct object *partitioning = object_only(table, KIND_PARTITIONING);
    bool list = partitioning && text_equal(((const struct partitioning *)partitioning)->method, "LIST");
    for (int i = 0; list && i < partitioning->children.n; i++)
        if (text_equal(expr_text(&((const struct partition *)partitioning->children.item[i])->bound), "0"))
            return true;
    return false;
}

/* PARTITION `rest` DEFAULT */
static void defaults_read(struct arena *mem, const char *said, const struct object *table)
{
    const struct object *partitioning = object_only(table, KIND_PARTITIONING);
    struct lexer lexer;
    const char *name = NULL;
    struct token last = {.kind = TOKEN_END, .text = ""}, token;
    lex_open(&lexer, &my_lex, said, strlen(said));
    for (; (token = lex_next_code(&lexer)).kind != TOKEN_END; last = token) {
        struct object *partition =
            name && token_is(&token, "default") ? object_child(partitioning, KIND_PARTITION, name) : NULL;
        if (partition)
            ((struct partition *)partition)->bound = (struct expr){.printed = "DEFAULT"};
        name = token_is(&last, "partition") ? token_name(mem, &token) : NULL;
    }
}

/* ---- periods of an application (MariaDB) ---- */

/* One is shown as a check of its name, that it begins before it ends. */
static struct object *period_check(struct arena *mem, const struct object *table)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct check *check = table->children.item[i];
        struct names words = {0};
        struct lexer lexer;
        if (check->object.kind != KIND_CHECK || check->of_column)
            continue;
        const char *text = expr_text(&check->expr);
        lex_open(&lexer, &my_lex, text, strlen(text));
        for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
            names_add(mem, &words, token_copy(mem, &token));
        if (words.n == 3 && text_equal(words.item[1], "<") && *words.item[0] == '`' && *words.item[2] == '`')
            return table->children.item[i];
    }
    return NULL;
}

static void period_note(struct arena *mem, const struct object *table, const char *name, struct tree *tree)
{
    struct object *check = object_child(table, KIND_CHECK, name);
    struct unmodelled *one = NEW(mem, struct unmodelled);
    if (check)
        object_remove(check);
    *one = (struct unmodelled){
        .kind = "period", .schema = "", .name = name, .on_kind = "table", .on_schema = "", .on = table->name};
    list_add(mem, &tree->unmodelled, one);
}

/* PERIOD FOR `app` (`a`, `b`) */
static void periods_read(struct arena *mem, const char *said, const struct object *table, struct tree *tree)
{
    struct lexer lexer;
    struct token token;
    lex_open(&lexer, &my_lex, said, strlen(said));
    while ((token = lex_next_code(&lexer)).kind != TOKEN_END) {
        struct lexer ahead = lexer;
        struct token next = lex_next_code(&ahead), name = lex_next_code(&ahead);
        if (token_is(&token, "period") && token_is(&next, "for") && name.kind == TOKEN_QUOTED)
            period_note(mem, table, token_name(mem, &name), tree);
    }
}

/* ---- all of it ---- */

int my_show_tables(struct ctx *ctx, struct conn *conn, struct tree *tree)
{
    bool maria = conn->dialect->engine == ENGINE_MARIA;
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        struct buf sql, said;
        if (o->kind != KIND_TABLE)
            continue;
        bool parsers = has_fulltext(o), zero = maria && has_zero(o), period = maria && period_check(ctx->mem, o);
        if (!parsers && !zero && !period)
            continue;
        buf_init(&sql, ctx->mem);
        buf_init(&said, ctx->mem);
        buf_add(&sql, "SHOW CREATE TABLE ");
        ident_add(&sql, &my_ident, o->name);
        TRY(my_show(ctx, (struct my_conn *)conn, sql.data, &said));
        const char *statement =
            said.len > strlen(o->name) ? said.data + strlen(o->name) : ""; /* the name stands bare */
        if (parsers)
            parsers_read(ctx->mem, statement, o);
        if (zero)
            defaults_read(ctx->mem, statement, o);
        if (period)
            periods_read(ctx->mem, statement, o, tree);
    }
    return 0;
}
