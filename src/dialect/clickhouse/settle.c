/*
 * ClickHouse's defaults made said, and several ways of asking for the same made one: Nested is columns of arrays, a primary key
 * of models is what a table is sorted by where nothing else says that, and a key is a list without what is around it.
 */
#include "base/text.h"
#include "dialect/clickhouse/parse.h"

struct settling {
    struct arena *mem;
    const struct target *target;
    const char *database; /* NULL: not known */
};

static const char *space_normal(struct arena *mem, const char *text)
{
    return text ? normal_space(mem, &ch_normal, text) : NULL;
}

static const char *without_empty_call(struct arena *mem, const char *text)
{
    return text && text_ends(text, "()") ? text_slice(mem, text, 0, strlen(text) - 2) : text;
}

static void key_settle(struct arena *mem, struct expr *key)
{
    key->written = ch_key_list(mem, key->written);
    key->printed = ch_key_list(mem, key->printed);
}

/* ---- tables ---- */

bool ch_is_merge_tree(const struct table *table)
{
    const char *engine = table->engine ? table->engine : "MergeTree";
    size_t length = strcspn(engine, "( ");
    return length >= strlen("MergeTree") && !strncmp(engine + length - strlen("MergeTree"), "MergeTree", 9);
}

/* The settings of a new MergeTree are all written down, this one among them. */
static void options_settle(struct arena *mem, struct names *options)
{
    struct names kept = {0};
    for (int i = 0; i < options->n; i++)
        if (!text_equal(options->item[i], "index_granularity=8192"))
            names_add(mem, &kept, options->item[i]);
    *options = kept;
}

/* Rows are told apart by nothing: what a model says is what it goes by. */
static void primary_key_fold(struct arena *mem, struct table *table)
{
    struct primary_key *key = (struct primary_key *)object_only(&table->object, KIND_PRIMARY_KEY);
    struct buf out;
    if (!key)
        return;
    buf_init(&out, mem);
    ident_add_names(&out, &ch_ident, &key->columns);
    if (ch_is_merge_tree(table) && !expr_text(&table->order_by) && !expr_text(&table->primary_by) && key->columns.n)
        SAY(table, TABLE, order_by, (struct expr){.written = out.data});
    object_remove(&key->object);
}

static void keys_settle(struct arena *mem, const struct target *target, struct table *table)
{
    key_settle(mem, &table->order_by);
    key_settle(mem, &table->primary_by);
    key_settle(mem, &table->partition_by);
    key_settle(mem, &table->sample_by);
    if (!expr_text(&table->order_by) && expr_text(&table->primary_by))
        SAY(table, TABLE, order_by, table->primary_by);
    if (!expr_text(&table->order_by) && ch_is_merge_tree(table))
        SAY(table, TABLE, order_by, (struct expr){.printed = "tuple()"});
    const char *order = ch_expr_normal(mem, target, expr_text(&table->order_by));
    if (text_equal(ch_expr_normal(mem, target, expr_text(&table->primary_by)), order))
        table->primary_by = (struct expr){0};
}

static void table_settle(struct settling *settling, struct table *table)
{
    struct arena *mem = settling->mem;
    if (!table->engine)
        SAY(table, TABLE, engine, "MergeTree");
    table->engine = without_empty_call(mem, space_normal(mem, table->engine));
    table->engine = ch_own_database(mem, settling->database, table->engine);
    primary_key_fold(mem, table);
    keys_settle(mem, settling->target, table);
    options_settle(mem, &table->options);
}

/* ---- columns ---- */

/* "a UInt8" as "a" and "UInt8" */
static const char *member_name(struct arena *mem, const char *member, const char **type)
{
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, member, strlen(member));
    struct token name = lex_next_code(&lexer);
    *type = text_trim(mem, member + lexer.offset);
    return token_name(mem, &name);
}

/* A column of type Nested is one array for each of its members, at its place. */
static void nested_spread(const struct settling *settling, struct object *table)
{
    struct arena *mem = settling->mem;
    struct list old = table->children;
    bool any = false;
    for (int i = 0; i < old.n && !any; i++) {
        struct column *column = old.item[i];
        any = column->object.kind == KIND_COLUMN && column->type && text_starts_nocase(column->type, "Nested");
    }
    if (!any)
        return;
    table->children = (struct list){0};
    for (int i = 0; i < old.n; i++) {
        struct column *column = old.item[i];
        const char *type =
            column->object.kind == KIND_COLUMN ? ch_type_normal(mem, settling->target, column->type) : NULL;
        const char *inside = type ? ch_type_inside(mem, type, "Nested") : NULL;
        if (!inside) {
            list_add(mem, &table->children, column);
            continue;
        }
        struct names members = ch_list_parts(mem, inside);
        for (int m = 0; m < members.n; m++) {
            struct column *part = (struct column *)object_copy(mem, &column->object, table);
            const char *of;
            const char *name = member_name(mem, members.item[m], &of);
            part->object.name = arena_printf(mem, "%s.%s", column->object.name, name);
            part->type = arena_printf(mem, "Array(%s)", of);
        }
    }
}

static void column_settle(const struct settling *settling, struct column *column)
{
    if (column->type)
        column->type = ch_type_normal(settling->mem, settling->target, column->type);
    SAY(column, COLUMN, nullable, ch_type_is_nullable(column->type));
    if (expr_text(&column->computed))
        settle_flag(&column->object, COLUMN_computed_stored, true);
}

/* ---- the rest ---- */

static void index_settle(struct arena *mem, struct index *index)
{
    index->is_unique = false;
    if (!index->method || text_equal(index->method, "btree"))
        SAY(index, INDEX, method, "minmax");
    index->method = without_empty_call(mem, space_normal(mem, index->method));
}

static void view_settle(struct arena *mem, struct view *view)
{
    static const char usual[] = " SETTINGS index_granularity = 8192";
    const char **text[] = {&view->storage.written, &view->storage.printed};
    for (int i = 0; i < 2; i++)
        if (*text[i])
            *text[i] = text_replace(mem, *text[i], usual, "");
    if (view->refresh)
        view->refresh = text_upper(mem, space_normal(mem, view->refresh));
}

/* Words in capitals; names stay as they are where they may stand. */
static void words_raise(struct arena *mem, struct expr *expr)
{
    const char **text[] = {&expr->written, &expr->printed};
    for (int i = 0; i < 2; i++) {
        struct lexer lexer;
        struct buf out;
        if (!*text[i])
            continue;
        buf_init(&out, mem);
        lex_open(&lexer, &ch_lex, *text[i], strlen(*text[i]));
        for (struct token token = lex_next(&lexer); token.kind != TOKEN_END; token = lex_next(&lexer)) {
            const char *word = token_copy(mem, &token);
            buf_add(&out,
                    token.kind == TOKEN_WORD && !text_has(word, "currentDatabase") ? text_upper(mem, word) : word);
        }
        *text[i] = out.data;
    }
}

static void dictionary_settle(const struct settling *settling, struct keyed_dictionary *dictionary)
{
    struct arena *mem = settling->mem;
    key_settle(mem, &dictionary->primary_key);
    dictionary->source.written = ch_own_database(mem, settling->database, dictionary->source.written);
    dictionary->source.printed = ch_own_database(mem, settling->database, dictionary->source.printed);
    words_raise(mem, &dictionary->source);
    words_raise(mem, &dictionary->layout);
    if (dictionary->lifetime && char_is_digit(*dictionary->lifetime))
        dictionary->lifetime = arena_printf(mem, "MIN 0 MAX %s", dictionary->lifetime);
    dictionary->lifetime = space_normal(mem, dictionary->lifetime);
    dictionary->range = space_normal(mem, dictionary->range);
}

static void function_settle(struct function *function)
{
    SAY(function, FUNCTION, called, function->object.name);
}

static void object_settle(struct settling *settling, struct object *object)
{
    switch (object->kind) {
    case KIND_TABLE: table_settle(settling, (struct table *)object); break;
    case KIND_COLUMN: column_settle(settling, (struct column *)object); break;
    case KIND_INDEX: index_settle(settling->mem, (struct index *)object); break;
    case KIND_VIEW: view_settle(settling->mem, (struct view *)object); break;
    case KIND_KEYED: dictionary_settle(settling, (struct keyed_dictionary *)object); break;
    case KIND_FUNCTION: function_settle((struct function *)object); break;
    default: break;
    }
}

void ch_settle(struct arena *mem, const struct target *target, struct tree *tree)
{
    struct settling settling = {.mem = mem, .target = target, .database = target_usual(target)};
    if (settling.database)
        tree_fold_schema(mem, tree, settling.database);
    for (struct object *object = tree->root; object; object = object_next(tree->root, object))
        if (object->kind == KIND_TABLE)
            nested_spread(&settling, object);
    for (struct object *object = tree->root; object; object = object_next(tree->root, object))
        if (object->kind == KIND_INDEX && !object_says(object, INDEX_method))
            SAY((struct index *)object, INDEX, method, "minmax");
    settle_unsaid(tree);
    for (struct object *object = tree->root; object; object = object_next(tree->root, object))
        object_settle(&settling, object);
}
