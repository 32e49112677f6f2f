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
    return dialect->engine == ENGINE_MARIA ? my_mariadb_queries : my_mysql_queries;
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

static int unmodelled_load(struct ctx *ctx, struct conn *conn, struct tree *tree)
{
    struct rows rows;
    bool maria = conn->dialect->engine == ENGINE_MARIA;
    TRY(my_query(ctx, conn, maria ? my_mariadb_unmodelled : my_mysql_unmodelled, NULL, &rows));
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
        if (other) {
            fail(ctx, ERR_UNSUPPORTED, "%s and %s have names that differ only by case, which is not managed yet",
                 object_path(ctx->mem, other), object_path(ctx->mem, o));
            return fail_hint(ctx, "Leave one of them out with \"exclude\" in the configuration, or rename it by hand.");
        }
        map_set(&seen, key, (void *)(uintptr_t)o);
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

int my_load(struct ctx *ctx, struct conn *conn, const struct filter *filter, struct tree **tree)
{
    struct tree *loaded = tree_new(ctx->mem, conn->dialect->engine);
    const struct catalog_query *queries = queries_of(conn->dialect);
    struct facts facts = {0};
    int n = 0;
    TRY(my_facts(ctx, conn, &facts));
    TRY(database_said(ctx, facts.usual_schema));
    loaded->version = conn->version;
    loaded->usual_schema = facts.usual_schema;
    tree_schema(ctx->mem, loaded, "");
    while (queries[n].sql)
        n++;
    TRY(catalog_load(ctx, conn, queries, n, loaded));
    TRY(my_sequences_load(ctx, conn, loaded));
    my_settle_partitions(ctx->mem, loaded);
    TRY(my_show_tables(ctx, conn, loaded));
    kind_set_add(&loaded->kinds, KIND_PARTITION);
    TRY(unmodelled_load(ctx, conn, loaded));
    for (struct object *o = loaded->root; o && conn->dialect->engine == ENGINE_MY; o = object_next(loaded->root, o))
        texts_unescape(ctx->mem, o);
    for (struct object *o = loaded->root; o; o = object_next(loaded->root, o))
        names_unqualify(ctx->mem, facts.usual_schema, o);
    if (filter)
        filter_apply(filter, loaded->usual_schema, loaded);
    TRY(cases_check(ctx, loaded));
    *tree = loaded;
    return 0;
}
