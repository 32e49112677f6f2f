/*
 * What only SHOW CREATE TABLE says: the parser of a FULLTEXT index.  Asked of tables that have such an index, and of no other.
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"
#include "dialect/mysql/schema.h"

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

int my_show_parsers(struct ctx *ctx, struct conn *conn, const struct tree *tree)
{
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        struct buf sql, said;
        if (o->kind != KIND_TABLE || !has_fulltext(o))
            continue;
        buf_init(&sql, ctx->mem);
        buf_init(&said, ctx->mem);
        buf_add(&sql, "SHOW CREATE TABLE ");
        ident_add(&sql, &my_ident, o->name);
        TRY(my_show(ctx, (struct my_conn *)conn, sql.data, &said));
        parsers_read(ctx->mem, said.data, o);
    }
    return 0;
}
