/*
 * What a database of ClickHouse holds: one query for its tables, views and dictionaries, whose definitions parse*.c read, and one
 * for the functions of the server.
 */
#include "base/text.h"
#include "dialect/clickhouse/access.h"
#include "dialect/clickhouse/parts.h"
#include "schema/unmodelled.h"

/* Tables that a materialized view keeps its rows in go by its name, or by its number. */
static const char tables[] =
    "SELECT name, engine, create_table_query, currentDatabase() AS own FROM system.tables WHERE database = "
    "currentDatabase() AND is_temporary = 0 AND name NOT LIKE '.inner%' AND NOT startsWith(name, '" CH_NEW
    "') AND NOT startsWith(name, '" CH_OLD "') ORDER BY name";

enum { FUNCTIONS_SINCE = 211000, ACCESS_SINCE = 200500, COLLECTIONS_SINCE = 221200 };
static const char functions[] =
    "SELECT name, create_query AS definition FROM system.functions WHERE origin = 'SQLUserDefined' ORDER BY name";

int ch_facts(struct ctx *ctx, struct conn *conn, struct facts *facts)
{
    struct rows rows;
    TRY(ch_query(
        ctx, conn,
        "SELECT currentDatabase() AS usual_schema, timezone() AS time_zone, (SELECT engine FROM system.databases "
        "WHERE name = currentDatabase()) AS engine",
        NULL, &rows));
    facts->usual_schema = rows_cell(&rows, 0, "usual_schema");
    facts->time_zone = rows_cell(&rows, 0, "time_zone");
    facts->database_engine = rows_cell(&rows, 0, "engine");
    return 0;
}

static void unmodelled_add(struct arena *mem, struct tree *tree, const char *kind, const struct ch_text *text)
{
    struct unmodelled *one = NEW(mem, struct unmodelled);
    *one = (struct unmodelled){.kind = kind, .schema = "", .name = text->name, .definition = text->sql};
    list_add(mem, &tree->unmodelled, one);
}

static int object_load(struct ctx *ctx, struct tree *tree, const char *engine, struct ch_text *text)
{
    static const char *const unknown[] = {"LiveView", "WindowView", "TimeSeries", NULL};
    struct object *schema = tree_schema(ctx->mem, tree, "");
    for (int i = 0; unknown[i]; i++)
        if (text_equal(unknown[i], engine))
            return unmodelled_add(ctx->mem, tree, text_lower(ctx->mem, engine), text), 0;
    if (text_equal(engine, "Dictionary") && text_has(text->sql, "DICTIONARY")) {
        text->kind = "dictionary";
        return ch_parse_dictionary(ctx, schema, text);
    }
    text->kind = text_ends(engine, "View") ? "view" : "table";
    if (!*text->sql) /* of a file of the server's configuration */
        return unmodelled_add(ctx->mem, tree, text->kind, text), 0;
    return text_ends(engine, "View") ? ch_parse_view(ctx, schema, text) : ch_parse_table(ctx, schema, text);
}

static int tables_load(struct ctx *ctx, struct conn *conn, struct tree *tree)
{
    struct rows rows;
    struct arena *tokens = arena_open(0);
    const char *user = ((struct ch_conn *)conn)->url.user;
    int code = ch_query(ctx, conn, tables, NULL, &rows);
    for (int i = 0; code == 0 && i < rows.row.n; i++) {
        struct arena_mark mark = arena_save(tokens);
        struct ch_text text = {.name = rows_cell(&rows, i, "name"),
                               .database = rows_cell(&rows, i, "own"),
                               .user = user ? user : "default",
                               .sql = rows_cell(&rows, i, "create_table_query"),
                               .tokens = tokens};
        code = object_load(ctx, tree, rows_cell(&rows, i, "engine"), &text);
        arena_rewind(tokens, mark);
    }
    arena_close(tokens);
    return code;
}

/* ---- what is of the whole server ---- */

static int function_read(struct ctx *ctx, struct object *schema, const struct ch_text *text)
{
    struct function *function = (struct function *)object_new(ctx->mem, KIND_FUNCTION, schema, text->name);
    SAY(function, FUNCTION, called, text->name);
    SAY(function, FUNCTION, definition, ((struct expr){.printed = text->sql}));
    return 0;
}

/* It was written by somebody, and no server has printed it. */
static void texts_written(struct object *object)
{
    for (struct object *o = object; o; o = object_next(object, o))
        for (int i = 0; i < kind_table[o->kind].fields; i++) {
            struct expr *expr = object_field(o, i);
            if (kind_table[o->kind].field[i].type == FIELD_EXPR && expr->printed)
                *expr = (struct expr){.written = expr->printed};
        }
}

static int access_text_load(struct ctx *ctx, const struct ch_text *text, struct object *schema, struct object **made)
{
    TRY(ch_parse_access(ctx, schema, text, made));
    if (*made)
        texts_written(*made);
    return 0;
}

int ch_text_load(struct ctx *ctx, const struct classified *what, struct tree *tree, struct object **made)
{
    static const struct {
        const char *word;
        int (*read)(struct ctx *ctx, struct object *schema, const struct ch_text *text);
    } known[] = {{"function", function_read},
                 {"table", ch_parse_table},
                 {"view", ch_parse_view},
                 {"dictionary", ch_parse_dictionary}};
    struct object *schema = tree_schema(ctx->mem, tree, "");
    const struct ch_text text = {.name = what->name,
                                 .kind = what->word,
                                 .sql = arena_copy(ctx->mem, what->piece.text, what->piece.length),
                                 .tokens = ctx->mem};
    *made = NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known && what->verb == VERB_CREATE && what->name; i++) {
        if (!text_equal(known[i].word, what->word))
            continue;
        TRY(known[i].read(ctx, schema, &text));
        *made = schema->children.item[schema->children.n - 1];
        texts_written(*made);
        return 0;
    }
    return ch_reaches_beyond(&what->piece) ? access_text_load(ctx, &text, schema, made) : 0;
}

/* What a scratch database was not told, or does not tell again: replicas, queues, the password of a dictionary, POPULATE. */
static void object_complete(struct arena *mem, struct object *object, const struct object *said)
{
    struct table *table = (struct table *)object;
    const struct table *wanted = (const struct table *)said;
    if (object->kind == KIND_TABLE && wanted->engine) {
        bool queue = ch_is_queue(wanted->engine);
        if (queue || ch_replica_prefix(wanted->engine) || ch_has_secret(table->engine))
            table->engine = wanted->engine;
        if (ch_has_secret(names_join(mem, &table->options, ",")))
            table->options = wanted->options;
        if (queue) {
            table->options = wanted->options;
            table->comment = wanted->comment;
        }
    }
    if (object->kind == KIND_KEYED && ch_has_secret(expr_text(&((struct keyed_dictionary *)object)->source)))
        ((struct keyed_dictionary *)object)->source.written =
            expr_text(&((const struct keyed_dictionary *)said)->source);
    if (object->kind == KIND_VIEW && ch_has_secret(expr_text(&((struct view *)object)->storage)))
        ((struct view *)object)->storage = ((const struct view *)said)->storage;
    if (object->kind == KIND_VIEW && ((const struct view *)said)->populate)
        SAY((struct view *)object, VIEW, populate, true);
}

void ch_text_complete(struct ctx *ctx, const struct classified *statement, struct tree *tree)
{
    struct tree *apart = tree_new(ctx->mem, ENGINE_CH);
    struct error error = ctx->error;
    struct object *said = NULL;
    if (ch_text_load(ctx, statement, apart, &said) == 0 && said) {
        struct object *object = tree_find(tree, said->kind, "", said->name);
        if (object)
            object_complete(ctx->mem, object, said);
    }
    ctx->error = error;
}

/* They are of the whole server, and no part of a scratch database. */
static int functions_load(struct ctx *ctx, struct conn *conn, struct tree *tree)
{
    struct rows rows;
    if (conn->version < FUNCTIONS_SINCE || ((struct ch_conn *)conn)->harmless)
        return 0;
    kind_set_add(&tree->kinds, KIND_FUNCTION);
    TRY(ch_query(ctx, conn, functions, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++)
        TRY(function_read(
            ctx, tree_schema(ctx->mem, tree, ""),
            &(struct ch_text){.name = rows_cell(&rows, i, "name"), .sql = rows_cell(&rows, i, "definition")}));
    return 0;
}

/* What a configuration file of the server says is nobody's to change. */
static const char made_here[] =
    " WHERE storage NOT IN (SELECT name FROM system.user_directories WHERE type LIKE 'users%' OR type LIKE 'ldap%')";

static int access_names(struct ctx *ctx, struct conn *conn, struct names *names)
{
    static const struct {
        const char *word, *table;
    } of[] = {{"user", "users"},
              {"role", "roles"},
              {"quota", "quotas"},
              {"settings_profile", "settings_profiles"},
              {"row_policy", "row_policies"}};
    struct buf sql;
    struct rows rows;
    buf_init(&sql, ctx->mem);
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        buf_addf(&sql, "%sSELECT concat('%s ', name) FROM system.%s%s", i ? " UNION ALL " : "", of[i].word, of[i].table,
                 made_here);
    TRY(ch_query(ctx, conn, sql.data, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++)
        names_add(ctx->mem, names, ((const char **)rows.row.item[i])[0]);
    return 0;
}

/* A statement that nobody here understands: "masking policy m", "grant select on". */
static void access_unknown(struct ctx *ctx, struct tree *tree, const char *sql)
{
    struct lexer lexer;
    const char *word[4];
    lex_open(&lexer, &ch_lex, sql, strlen(sql));
    for (int i = 0; i < 4; i++) {
        struct token token = lex_next_code(&lexer);
        word[i] = token.kind == TOKEN_END ? "" : token_copy(ctx->mem, &token);
    }
    bool grant = !text_equal(word[0], "CREATE");
    const char *kind = grant ? "right" : text_lower(ctx->mem, arena_printf(ctx->mem, "%s %s", word[1], word[2]));
    const char *name = grant ? arena_printf(ctx->mem, "%s %s %s", word[1], word[2], word[3]) : word[3];
    unmodelled_add(ctx->mem, tree, kind, &(struct ch_text){.name = name});
}

/* All is read, for rights name users; what is not made here goes again. */
static int access_load(struct ctx *ctx, struct conn *conn, struct tree *tree)
{
    static const enum kind kinds[] = {KIND_USER, KIND_ROLE, KIND_QUOTA, KIND_PROFILE, KIND_ROW_POLICY};
    struct names here = {0};
    struct rows rows;
    struct object *schema = tree_schema(ctx->mem, tree, "");
    if (conn->version < ACCESS_SINCE || ((struct ch_conn *)conn)->harmless)
        return 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        kind_set_add(&tree->kinds, kinds[i]);
    TRY(access_names(ctx, conn, &here));
    TRY(ch_query(ctx, conn, "SHOW ACCESS", NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        const struct ch_text text = {
            .kind = "access", .name = "", .sql = ((const char **)rows.row.item[i])[0], .tokens = ctx->mem};
        struct error error = ctx->error;
        struct object *made;
        int n = schema->children.n;
        if (ch_parse_access(ctx, schema, &text, &made) == 0 && made)
            continue;
        ctx->error = error;
        while (schema->children.n > n)
            object_remove(schema->children.item[schema->children.n - 1]);
        access_unknown(ctx, tree, text.sql);
    }
    for (int i = schema->children.n - 1; i >= 0; i--) {
        struct object *object = schema->children.item[i];
        const char *name = arena_printf(ctx->mem, "%s %s", kind_table[object->kind].name, object->name);
        if (kind_is(object->kind, KIND_IS_ACCESS) && !names_have(&here, name))
            object_remove(object);
    }
    return 0;
}

/* Keys alone; a server that tells the statement tells which of them may be overridden too. */
static void collection_read(struct ctx *ctx, struct tree *tree, const struct rows *rows, int row)
{
    const char *source = rows_cell(rows, row, "source"), *sql = rows_cell(rows, row, "create_query");
    struct object *made = NULL, *schema = tree_schema(ctx->mem, tree, "");
    const struct ch_text text = {
        .kind = "named collection", .name = rows_cell(rows, row, "name"), .sql = sql, .tokens = ctx->mem};
    struct error error = ctx->error;
    if (source && !text_equal(source, "SQL"))
        return;
    if (sql && ch_parse_access(ctx, schema, &text, &made) == 0 && made) {
        ((struct named_collection *)made)->secret = NULL;
        return;
    }
    ctx->error = error;
    if (made)
        object_remove(made);
    struct named_collection *collection =
        (struct named_collection *)object_new(ctx->mem, KIND_COLLECTION, schema, text.name);
    const char *keys = rows_cell(rows, row, "keys_of");
    SAY(collection, COLLECTION, keys, keys && *keys ? text_split(ctx->mem, keys, ',') : (struct names){0});
    names_sort(&collection->keys);
}

static int collections_load(struct ctx *ctx, struct conn *conn, struct tree *tree)
{
    struct rows rows;
    if (conn->version < COLLECTIONS_SINCE || ((struct ch_conn *)conn)->harmless)
        return 0;
    kind_set_add(&tree->kinds, KIND_COLLECTION);
    TRY(ch_query(
        ctx, conn,
        "SELECT *, arrayStringConcat(mapKeys(collection), ',') AS keys_of FROM system.named_collections ORDER BY name",
        NULL, &rows));
    for (int i = 0; i < rows.row.n; i++)
        collection_read(ctx, tree, &rows, i);
    return 0;
}

int ch_load(struct ctx *ctx, struct conn *conn, const struct filter *filter, struct tree **tree)
{
    struct tree *loaded = tree_new(ctx->mem, ENGINE_CH);
    struct facts facts = {0};
    TRY(ch_facts(ctx, conn, &facts));
    loaded->version = conn->version;
    loaded->usual_schema = facts.usual_schema;
    loaded->kinds = kind_set_of(KIND_SCHEMA, KIND_TABLE, KIND_COLUMN, KIND_INDEX, KIND_INDEX_PART, KIND_CHECK,
                                KIND_PROJECTION, KIND_VIEW, KIND_KEYED);
    loaded->names_unmodelled = true;
    tree_schema(ctx->mem, loaded, "");
    TRY(tables_load(ctx, conn, loaded));
    TRY(functions_load(ctx, conn, loaded));
    TRY(collections_load(ctx, conn, loaded));
    if (filter && filter->grants)
        TRY(access_load(ctx, conn, loaded));
    if (filter)
        filter_apply(filter, loaded->usual_schema, loaded);
    *tree = loaded;
    return 0;
}
