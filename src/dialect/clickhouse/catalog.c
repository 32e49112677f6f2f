/*
 * What a database of ClickHouse holds: one query for its tables, views and dictionaries, whose definitions parse*.c read, and one
 * for the functions of the server.
 */
#include "base/text.h"
#include "dialect/clickhouse/parse.h"
#include "dialect/clickhouse/parts.h"
#include "schema/unmodelled.h"

/* Tables that a materialized view keeps its rows in go by its name, or by its number. */
static const char tables[] =
    "SELECT name, engine, create_table_query, currentDatabase() AS own FROM system.tables WHERE database = "
    "currentDatabase() AND is_temporary = 0 AND name NOT LIKE '.inner%' AND NOT startsWith(name, '" CH_NEW
    "') AND NOT startsWith(name, '" CH_OLD "') ORDER BY name";

enum { FUNCTIONS_SINCE = 211000 };
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
    }
    return 0;
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
    if (filter)
        filter_apply(filter, loaded->usual_schema, loaded);
    *tree = loaded;
    return 0;
}
