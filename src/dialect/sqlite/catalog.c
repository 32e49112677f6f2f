/*
 * The live schema as a tree: one query over sqlite_master, whose texts parse_*.c read.
 * Shadow tables come and go with their virtual table, so they are only named; SQLite's own tables and what the filter leaves out
 * are not there at all.
 */
#include "dialect/sqlite/parse.h"

#include "base/text.h"
#include "schema/unmodelled.h"

struct lite_loader {
    struct ctx *ctx;
    struct conn *conn;
    struct tree *tree;
    struct object *schema;
    struct names hidden;  /* virtual and shadow tables, lower case */
    struct map tables;    /* lower-case name to table or view */
    struct arena *tokens; /* of the text at hand */
};

enum { CELL_TYPE, CELL_NAME, CELL_TABLE, CELL_SQL };

static bool starts_with_words(const char *sql, const char *words)
{
    return sql && strncasecmp(sql, words, strlen(words)) == 0;
}

static bool has_virtual(const struct rows *rows)
{
    for (int i = 0; i < rows->row.n; i++)
        if (starts_with_words(((const char *const *)rows->row.item[i])[CELL_SQL], "create virtual "))
            return true;
    return false;
}

/* Only SQLite knows which tables belong to a virtual one. */
static int hidden_find(struct lite_loader *loader)
{
    struct rows rows;
    if (loader->conn->version < 33700)
        return 0;
    TRY(lite_query(loader->ctx, loader->conn,
                   "SELECT lower(name) FROM pragma_table_list WHERE schema = 'main' AND type IN ('virtual', 'shadow')",
                   NULL, &rows));
    for (int i = 0; i < rows.row.n; i++)
        names_add(loader->ctx->mem, &loader->hidden, *(const char *const *)rows.row.item[i]);
    return 0;
}

static bool is_hidden(struct lite_loader *loader, const char *table, const char *sql)
{
    return starts_with_words(sql, "create virtual ") ||
           names_have(&loader->hidden, text_lower(loader->ctx->mem, table));
}

static struct object *last_child(const struct object *parent)
{
    return parent->children.item[parent->children.n - 1];
}

/* The shadow tables of a virtual table begin with its name; it stands before them in sqlite_master. */
static const char *virtual_of(const struct object *schema, const char *name)
{
    const char *owner = NULL;
    for (int i = 0; i < schema->children.n; i++) {
        const struct object *one = schema->children.item[i];
        size_t length = strlen(one->name);
        if (one->kind == KIND_VIRTUAL_TABLE && text_starts_nocase(name, one->name) && name[length] == '_' &&
            (!owner || length > strlen(owner)))
            owner = one->name;
    }
    return owner;
}

static int hidden_load(struct lite_loader *loader, const char *const *cell)
{
    const struct lite_text text = {cell[CELL_NAME], cell[CELL_SQL], loader->tokens};
    if (starts_with_words(cell[CELL_SQL], "create virtual "))
        return lite_parse_virtual_table(loader->ctx, loader->schema, &text);
    struct unmodelled *one = NEW(loader->ctx->mem, struct unmodelled);
    *one = (struct unmodelled){.kind = "shadow table",
                               .schema = "",
                               .name = cell[CELL_NAME],
                               .on_kind = "virtual table",
                               .on = virtual_of(loader->schema, cell[CELL_NAME])};
    list_add(loader->ctx->mem, &loader->tree->unmodelled, one);
    return 0;
}

static int top_load(struct lite_loader *loader, const char *const *cell)
{
    if (is_hidden(loader, cell[CELL_NAME], cell[CELL_SQL]))
        return hidden_load(loader, cell);
    const struct lite_text text = {cell[CELL_NAME], cell[CELL_SQL], loader->tokens};
    if (text_equal(cell[CELL_TYPE], "table"))
        TRY(lite_parse_table(loader->ctx, loader->schema, &text));
    else
        TRY(lite_parse_view(loader->ctx, loader->schema, &text));
    map_set(&loader->tables, text_lower(loader->ctx->mem, cell[CELL_NAME]), last_child(loader->schema));
    return 0;
}

static void trigger_add(struct arena *mem, struct object *parent, const char *name, const char *sql)
{
    struct trigger *trigger = (struct trigger *)object_new(mem, KIND_TRIGGER, parent, name);
    SAY(trigger, TRIGGER, definition, ((struct expr){.printed = sql}));
}

static int below_load(struct lite_loader *loader, const char *const *cell)
{
    struct object *parent = map_get(&loader->tables, text_lower(loader->ctx->mem, cell[CELL_TABLE]));
    if (!parent)
        return 0;
    const struct lite_text text = {cell[CELL_NAME], cell[CELL_SQL], loader->tokens};
    if (text_equal(cell[CELL_TYPE], "index"))
        return lite_parse_index(loader->ctx, parent, &text);
    trigger_add(loader->ctx->mem, parent, cell[CELL_NAME], cell[CELL_SQL]);
    return 0;
}

static struct object *named_in(const struct object *schema, const char *name)
{
    for (int i = 0; i < schema->children.n; i++) {
        struct object *child = schema->children.item[i];
        if ((child->kind == KIND_TABLE || child->kind == KIND_VIEW) && text_equal_nocase(child->name, name))
            return child;
    }
    return NULL;
}

int lite_text_load(struct ctx *ctx, const struct classified *what, struct tree *tree, struct object **made)
{
    const char *sql = arena_copy(ctx->mem, what->piece.text, what->piece.length);
    const struct lite_text text = {what->name, sql, ctx->mem};
    struct object *schema = tree_schema(ctx->mem, tree, "");
    struct object *parent = what->kind == KIND_VIEW ? schema : what->table ? named_in(schema, what->table) : NULL;
    *made = NULL;
    if (!parent || !what->name || what->touches == TOUCHES_SESSION)
        return 0;
    if (what->kind == KIND_VIEW)
        TRY(lite_parse_view(ctx, schema, &text));
    else if (what->kind == KIND_INDEX)
        TRY(lite_parse_index(ctx, parent, &text));
    else if (what->kind == KIND_TRIGGER)
        trigger_add(ctx->mem, parent, what->name, sql);
    else
        return 0;
    *made = last_child(parent);
    return 0;
}

/* The indexes that SQLite makes for keys have no text. A stored text keeps the comments after it, so none is added. */
static const char objects_query[] =
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
    "ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'view' THEN 2 ELSE 3 END, rowid";

static int objects_load(struct lite_loader *loader)
{
    struct rows rows;
    TRY(lite_query(loader->ctx, loader->conn, objects_query, NULL, &rows));
    if (has_virtual(&rows))
        TRY(hidden_find(loader));
    for (int i = 0; i < rows.row.n; i++) {
        const char *const *cell = rows.row.item[i];
        bool top = text_equal(cell[CELL_TYPE], "table") || text_equal(cell[CELL_TYPE], "view");
        TRY(ctx_check(loader->ctx));
        struct arena_mark mark = arena_save(loader->tokens);
        TRY(top ? top_load(loader, cell) : below_load(loader, cell));
        arena_rewind(loader->tokens, mark);
    }
    return 0;
}

static int load_consistently(struct lite_loader *loader)
{
    if (loader->conn->in_transaction)
        return objects_load(loader);
    TRY(lite_exec(loader->ctx, loader->conn, "BEGIN"));
    int result = objects_load(loader);
    sqlite3_exec(((struct lite_conn *)loader->conn)->db, "COMMIT", NULL, NULL, NULL);
    return lite_leave((struct lite_conn *)loader->conn, result);
}

int lite_load(struct ctx *ctx, struct conn *conn, const struct filter *filter, struct tree **tree)
{
    struct tree *made = tree_new(ctx->mem, ENGINE_LITE);
    struct lite_loader loader = {.ctx = ctx, .conn = conn, .tree = made, .schema = tree_schema(ctx->mem, made, "")};
    map_init(&loader.tables, ctx->mem);
    made->version = conn->version;
    made->names_unmodelled = true;
    made->kinds =
        kind_set_of(KIND_DATABASE, KIND_TABLE, KIND_COLUMN, KIND_PRIMARY_KEY, KIND_UNIQUE, KIND_CHECK, KIND_FOREIGN_KEY,
                    KIND_INDEX, KIND_INDEX_PART, KIND_VIEW, KIND_VIRTUAL_TABLE, KIND_TRIGGER);
    loader.tokens = arena_open(0);
    arena_alloc(loader.tokens, 1); /* so that rewinding keeps a chunk */
    int result = load_consistently(&loader);
    arena_close(loader.tokens);
    TRY(result);
    if (filter)
        filter_apply(filter, conn->dialect->usual_name, made);
    *tree = made;
    return 0;
}
