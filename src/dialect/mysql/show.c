/*
 * What only SHOW CREATE says: the parser of a FULLTEXT index, the block size of an index (InnoDB has none), which partition of a list
 * takes all other values, settings of partitions, partitions by system time, the period of an application, and on MySQL that a view
 * is a temporary table.
 * Asked of what may have one of these, and of no other, all in one message.
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"
#include "dialect/mysql/schema.h"
#include "schema/unmodelled.h"

struct shower {
    struct arena *mem;
    struct tree *tree;
    struct names views; /* those that are not updatable (MySQL) */
};

static bool is_fulltext(const struct object *object)
{
    return object->kind == KIND_INDEX && text_equal(((const struct index *)object)->method, "fulltext");
}

static bool has_blocks(const struct object *table)
{
    return table->kind == KIND_TABLE && !text_equal(((const struct table *)table)->engine, "InnoDB");
}

static bool has_options(const struct shower *shower, const struct object *table)
{
    (void)shower;
    bool blocks = has_blocks(table);
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (is_fulltext(child) || (blocks && child->kind == KIND_INDEX))
            return true;
    }
    return false;
}

static void option_set(struct arena *mem, const struct object *table, const char *name, const char *option)
{
    struct index *index = (struct index *)object_child(table, KIND_INDEX, name);
    if (!index)
        return;
    names_add(mem, &index->options, option);
    names_sort(&index->options);
    object_say(&index->object, INDEX_options);
}

/* FULLTEXT KEY `words` (`title`,`body`) KEY_BLOCK_SIZE=1024 WITH PARSER `ngram` */
static void options_read(const struct shower *shower, const char *said, const struct object *table)
{
    struct arena *mem = shower->mem;
    struct lexer lexer;
    const char *name = NULL;
    struct token last = {.kind = TOKEN_END, .text = ""}, token;
    lex_open(&lexer, &my_lex, said, strlen(said));
    for (; (token = lex_next_code(&lexer)).kind != TOKEN_END && !token_is(&token, "engine"); last = token) {
        if (token_is(&last, "key"))
            name = token_name(mem, &token);
        else if (token_is(&last, "parser") && name)
            option_set(mem, table, name, arena_printf(mem, "parser=%s", token_name(mem, &token)));
        else if (token_is(&last, "key_block_size") && name && has_blocks(table))
            option_set(
                mem, table, name,
                arena_printf(mem, "key_block_size=%s", token_copy(mem, (token = lex_next_code(&lexer), &token))));
    }
}

/* ---- partitions ---- */

/* What takes all other values of a list is shown as 0 (MariaDB 10.11), and so is that value. */
static bool has_zero(const struct shower *shower, const struct object *table)
{
    (void)shower;
    const struct object *partitioning = object_only(table, KIND_PARTITIONING);
    bool list = partitioning && text_equal(((const struct partitioning *)partitioning)->method, "LIST");
    for (int i = 0; list && i < partitioning->children.n; i++)
        if (text_equal(expr_text(&((const struct partition *)partitioning->children.item[i])->bound), "0"))
            return true;
    return false;
}

/* PARTITION `rest` DEFAULT */
static void defaults_read(const struct shower *shower, const char *said, const struct object *table)
{
    struct arena *mem = shower->mem;
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

static bool has_partitions(const struct shower *shower, const struct object *table)
{
    (void)shower;
    return object_only(table, KIND_PARTITIONING);
}

/* All of it again, out of a text that says more. */
static void settings_read(const struct shower *shower, const char *said, const struct object *table)
{
    struct arena *mem = shower->mem;
    static const char *const words[] = {"max_rows", "min_rows", "directory", "tablespace", "system_time", NULL};
    struct object *partitioning = object_only(table, KIND_PARTITIONING);
    const char *text = NULL;
    bool any = false;
    struct lexer lexer;
    struct token last = {.kind = TOKEN_END, .text = ""}, token;
    lex_open(&lexer, &my_lex, said, strlen(said));
    for (; (token = lex_next_code(&lexer)).kind != TOKEN_END; last = token) {
        if (!text && token_is(&last, "partition") && token_is(&token, "by"))
            text = token.text + token.length;
        any = any || (text && token_is_one_of(&token, words));
    }
    if (any)
        my_partitioning_take(mem, (struct partitioning *)partitioning, text);
}

/* ---- periods of an application (MariaDB) ---- */

/* One is shown as a check of its name, that it begins before it ends. */
static bool has_period(const struct shower *shower, const struct object *table)
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
            names_add(shower->mem, &words, token_copy(shower->mem, &token));
        if (words.n == 3 && text_equal(words.item[1], "<") && *words.item[0] == '`' && *words.item[2] == '`')
            return true;
    }
    return false;
}

/* A check of the same name is there as well, which no name tells from it. */
static void period_note(const struct shower *shower, const struct object *table, const char *name)
{
    struct unmodelled *one = NEW(shower->mem, struct unmodelled);
    *one = (struct unmodelled){
        .kind = "period", .schema = "", .name = name, .on_kind = "table", .on_schema = "", .on = table->name};
    list_add(shower->mem, &shower->tree->unmodelled, one);
}

/* The check that is shown of it: of its name, or of that and a number where there is another check of its name. */
static void period_take(const struct shower *shower, const struct object *table, const char *name)
{
    struct check *check = (struct check *)object_child(table, KIND_CHECK, name);
    struct object *second = object_child(table, KIND_CHECK, arena_printf(shower->mem, "%s_1", name));
    if (second) {
        object_remove(second);
        period_note(shower, table, name);
    } else if (check)
        SAY(check, CHECK, period, true);
}

static void overlaps_take(const struct object *table, const char *key, const char *period)
{
    struct object *index = key ? object_child(table, KIND_INDEX, key) : NULL,
                  *primary = object_only(table, KIND_PRIMARY_KEY);
    if (index)
        SAY((struct index *)index, INDEX, period, period);
    else if (!key && primary)
        SAY((struct primary_key *)primary, PRIMARY_KEY, period, period);
}

/* PERIOD FOR `app` (`a`, `b`), and of keys ... PRIMARY KEY (`id`,`app` WITHOUT OVERLAPS), UNIQUE KEY `u` (`id`,`app` WITHOUT OVERLAPS) */
static void periods_read(const struct shower *shower, const char *said, const struct object *table)
{
    struct arena *mem = shower->mem;
    struct lexer lexer;
    const char *key = NULL;
    struct token before = {.kind = TOKEN_END, .text = ""}, last = before, token;
    lex_open(&lexer, &my_lex, said, strlen(said));
    for (; (token = lex_next_code(&lexer)).kind != TOKEN_END; before = last, last = token) {
        if (token_is(&last, "key"))
            key = token.kind == TOKEN_QUOTED ? token_name(mem, &token) : NULL;
        else if (token_is(&token, "without") && last.kind == TOKEN_QUOTED)
            overlaps_take(table, key, token_name(mem, &last));
        else if (token_is(&before, "period") && token_is(&last, "for") && token.kind == TOKEN_QUOTED)
            period_take(shower, table, token_name(mem, &token));
    }
}

/* ---- views (MySQL) ---- */

/* MERGE is what both servers do where they can, and no other view without a query of its own is not updatable. */
static int views_ask(struct ctx *ctx, struct conn *conn, struct shower *shower)
{
    static const char sql[] = "SELECT v.table_name FROM information_schema.views v "
                              "WHERE v.table_schema = DATABASE() AND v.is_updatable = 'NO'";
    struct rows rows = {0};
    bool any = false;
    for (const struct object *o = shower->tree->root; o; o = object_next(shower->tree->root, o))
        any = any || o->kind == KIND_VIEW;
    if (any && conn->dialect == &my_dialect)
        TRY(my_query(ctx, conn, sql, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++)
        names_add(ctx->mem, &shower->views, *(const char *const *)rows.row.item[i]);
    return 0;
}

/* Whose text this user may see. */
static bool is_not_updatable(const struct shower *shower, const struct object *object)
{
    const char *query = object->kind == KIND_VIEW ? ((const struct view *)object)->query.printed : NULL;
    return query && *query && names_have(&shower->views, object->name);
}

static void algorithm_read(const struct shower *shower, const char *said, const struct object *object)
{
    struct view *view = (struct view *)(uintptr_t)object;
    if (!text_starts(said, "CREATE ALGORITHM=TEMPTABLE "))
        return;
    names_add(shower->mem, &view->options, "algorithm=temptable");
    names_sort(&view->options);
    object_say(&view->object, VIEW_options);
}

/* ---- all of it ---- */

static const struct way {
    unsigned engines;
    bool (*has)(const struct shower *shower, const struct object *object);
    void (*read)(const struct shower *shower, const char *said, const struct object *object);
} ways[] = {{ENGINE_MY | ENGINE_MARIA, has_options, options_read},
            {ENGINE_MY | ENGINE_MARIA, has_partitions, settings_read},
            {ENGINE_MARIA, has_zero, defaults_read},
            {ENGINE_MARIA, has_period, periods_read},
            {ENGINE_MY, is_not_updatable, algorithm_read}};
enum { WAYS = sizeof ways / sizeof *ways };

/* A bit for each way. */
static unsigned ways_of(const struct shower *shower, const struct object *object)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < WAYS; i++)
        if (ways[i].engines & shower->tree->engine && ways[i].has(shower, object))
            bits |= 1U << i;
    return bits;
}

static void answer_read(const struct shower *shower, const char *said, const struct object *object)
{
    unsigned bits = ways_of(shower, object);
    size_t length = strlen(object->name) + 1; /* the name stands bare before the statement */
    const char *statement = strlen(said) > length ? said + length : "";
    for (unsigned i = 0; i < WAYS; i++)
        if (bits >> i & 1)
            ways[i].read(shower, statement, object);
}

int my_show_more(struct ctx *ctx, struct conn *conn, struct tree *tree)
{
    struct shower shower = {.mem = ctx->mem, .tree = tree};
    struct names statements = {0};
    struct buf *said;
    struct list asked = {0};
    TRY(views_ask(ctx, conn, &shower));
    for (struct object *o = tree->root; o && !my_is_tidb(conn->dialect); o = object_next(tree->root, o)) {
        bool view = o->kind == KIND_VIEW;
        if ((!view && o->kind != KIND_TABLE) || !ways_of(&shower, o))
            continue;
        names_add(ctx->mem, &statements,
                  arena_printf(ctx->mem, "SHOW CREATE %s %s", view ? "VIEW" : "TABLE",
                               ident_text(ctx->mem, &my_ident, o->name)));
        list_add(ctx->mem, &asked, o);
    }
    TRY(my_show_all(ctx, (struct my_conn *)conn, &statements, &said));
    for (int i = 0; i < asked.n; i++)
        answer_read(&shower, said[i].data, asked.item[i]);
    return 0;
}
