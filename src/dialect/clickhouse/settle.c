/*
 * ClickHouse's defaults made said, and several ways of asking for the same made one: Nested is columns of arrays, a primary key
 * of models is what a table is sorted by where nothing else says that, and a key is a list without what is around it.
 */
#include "base/text.h"
#include "dialect/clickhouse/access.h"

struct settling {
    struct arena *mem;
    const struct target *target;
    const char *database; /* NULL: not known */
};

static const char *space_normal(struct arena *mem, const char *text)
{
    return text ? normal_space(mem, &ch_normal, text) : NULL;
}

/* "Name(arguments)": the name as it is, for Null is one too, and nothing instead of "()". */
static const char *call_normal(struct arena *mem, const char *text)
{
    text = text ? text : "";
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, text, strlen(text));
    struct token name = lex_next_code(&lexer);
    const char *arguments = space_normal(mem, text + lexer.offset);
    return arena_printf(mem, "%s%s", token_name(mem, &name), text_equal(arguments, "()") ? "" : arguments);
}

static void key_settle(struct arena *mem, struct expr *key)
{
    key->written = ch_key_list(mem, key->written);
    key->printed = ch_key_list(mem, key->printed);
}

/* ---- tables ---- */

static bool is_merge_tree(const char *engine)
{
    size_t length = engine ? strcspn(engine, "( ") : 0;
    return !engine ||
           (length >= strlen("MergeTree") && !strncmp(engine + length - strlen("MergeTree"), "MergeTree", 9));
}

bool ch_is_merge_tree(const struct table *table)
{
    return is_merge_tree(table->engine);
}

bool ch_keeps_rows(const char *engine)
{
    static const char *const others[] = {"Log", "TinyLog", "StripeLog", "Memory", NULL};
    size_t length = engine ? strcspn(engine, "( ") : 0;
    for (int i = 0; engine && others[i]; i++)
        if (strlen(others[i]) == length && !strncmp(engine, others[i], length))
            return true;
    return is_merge_tree(engine);
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

/* DELETE is what a TTL does anyway. */
static const char *ttl_item(struct arena *mem, const char *item)
{
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, item, strlen(item));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        struct lexer ahead = lexer;
        struct token next = lex_next_code(&ahead);
        if (token_is(&token, "delete") && (next.kind == TOKEN_END || token_is(&next, "where")))
            return text_trim(mem,
                             arena_printf(mem, "%.*s%s", (int)token.offset, item, text_trim(mem, item + lexer.offset)));
    }
    return item;
}

static const char *ttl_normal(struct arena *mem, const char *text)
{
    struct names items = ch_list_parts(mem, text ? text : "");
    for (int i = 0; i < items.n; i++)
        items.item[i] = ttl_item(mem, items.item[i]);
    return text ? names_join(mem, &items, ", ") : NULL;
}

static void table_settle(struct settling *settling, struct table *table)
{
    struct arena *mem = settling->mem;
    if (!table->engine)
        SAY(table, TABLE, engine, "MergeTree");
    table->engine = call_normal(mem, table->engine);
    table->engine = ch_own_database(mem, settling->database, table->engine);
    primary_key_fold(mem, table);
    keys_settle(mem, settling->target, table);
    table->ttl = (struct expr){ttl_normal(mem, table->ttl.written), ttl_normal(mem, table->ttl.printed)};
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

/* How many bytes a codec takes a value of the type for; 0: it takes none. */
static int width_of(struct arena *mem, const char *type)
{
    static const struct {
        const char *begin;
        int bytes;
    } widths[] = {{"UInt8", 1},  {"Int8", 1},     {"Bool", 1},   {"Enum8", 1},   {"UInt16", 2},     {"Int16", 2},
                  {"Enum16", 2}, {"BFloat16", 2}, {"UInt32", 4}, {"Int32", 4},   {"Float32", 4},    {"Date32", 4},
                  {"IPv4", 4},   {"UInt64", 8},   {"Int64", 8},  {"Float64", 8}, {"DateTime64", 8}, {"DateTime", 4},
                  {"Time64", 8}, {"Time", 4},     {"Date", 2}};
    int64_t digits;
    const char *inside = ch_types.inside(mem, type);
    const char *decimal = ch_type_inside(mem, inside, "Decimal");
    if (decimal && text_to_int(text_slice(mem, decimal, 0, strcspn(decimal, ",")), &digits))
        return digits <= 9 ? 4 : digits <= 18 ? 8 : 0;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        if (text_starts(inside, widths[i].begin))
            return widths[i].bytes;
    return 0;
}

/* Codecs with the arguments that the server writes down where none are said. */
static const char *codec_normal(struct arena *mem, const char *text, const char *type)
{
    static const char *const known[][2] = {
        {"ZSTD", "1"}, {"LZ4HC", "0"}, {"FPC", "12"}, {"Delta", NULL}, {"Gorilla", NULL}};
    struct names items = ch_list_parts(mem, text ? text : "");
    int width = type ? width_of(mem, type) : 0;
    for (int i = 0; i < items.n; i++) {
        items.item[i] = call_normal(mem, items.item[i]);
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            const char *argument = known[k][1] ? known[k][1] : width ? arena_printf(mem, "%d", width) : NULL;
            if (argument && text_equal(items.item[i], known[k][0]))
                items.item[i] = arena_printf(mem, "%s(%s)", known[k][0], argument);
        }
    }
    return text ? names_join(mem, &items, ", ") : NULL;
}

static void column_settle(const struct settling *settling, struct column *column)
{
    if (column->type)
        column->type = ch_type_normal(settling->mem, settling->target, column->type);
    SAY(column, COLUMN, nullable, ch_type_is_nullable(column->type));
    if (expr_text(&column->computed))
        settle_flag(&column->object, COLUMN_computed_stored, true);
    column->codec = (struct expr){codec_normal(settling->mem, column->codec.written, column->type),
                                  codec_normal(settling->mem, column->codec.printed, column->type)};
}

/* ---- the rest ---- */

static void index_settle(struct arena *mem, struct index *index)
{
    index->is_unique = false;
    if (!index->method || text_equal(index->method, "btree"))
        SAY(index, INDEX, method, "minmax");
    index->method = call_normal(mem, index->method);
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

/* Words in capitals, and a quote in a text in one of its two spellings; names stay as they are where they may stand. */
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
            if (token.kind == TOKEN_STRING)
                literal_add(&out, &ch_ident, ch_string_value(mem, &token));
            else
                buf_add(&out,
                        token.kind == TOKEN_WORD && !text_has(word, "currentDatabase") ? text_upper(mem, word) : word);
        }
        *text[i] = out.data;
    }
}

/* Names of attributes without the quotes that they need not. */
static const char *structure_normal(struct arena *mem, const char *text)
{
    struct names items = ch_list_parts(mem, text ? text : "");
    for (int i = 0; i < items.n; i++) {
        const char *rest;
        const char *name = member_name(mem, items.item[i], &rest);
        items.item[i] = arena_printf(mem, "%s %s", ident_text(mem, &ch_ident, name), rest);
    }
    return text ? names_join(mem, &items, ", ") : NULL;
}

static void dictionary_settle(const struct settling *settling, struct keyed_dictionary *dictionary)
{
    struct arena *mem = settling->mem;
    key_settle(mem, &dictionary->primary_key);
    dictionary->structure = (struct expr){structure_normal(mem, dictionary->structure.written),
                                          structure_normal(mem, dictionary->structure.printed)};
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
    case KIND_USER:
    case KIND_ROLE:
    case KIND_ROW_POLICY: ch_access_settle(settling->mem, settling->database, object); break;
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
