/*
 * The defaults of both servers made said, so that the diff need not know them, and several ways of asking for the same
 * made one: a character set becomes a collation, a UNIQUE the index that it is (keys.c), JSON of MariaDB the type that
 * people wrote.  What belongs to the table (its engine, collation, row format) stays unsaid where a source does not say it.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

struct settling {
    struct arena *mem;
    const struct target *target;
    bool maria;
};

static struct primary_key *key_of(const struct object *table)
{
    return (struct primary_key *)object_only(table, KIND_PRIMARY_KEY);
}

/* ---- tables ---- */

static void option_take(struct arena *mem, struct names *options, const char *name, const char *value)
{
    static const char *const told[] = {"partitioned", "row_format=default", NULL}; /* what says nothing */
    const char *option =
        value ? arena_printf(mem, "%s=%s", text_lower(mem, name), text_lower(mem, value)) : text_lower(mem, name);
    for (int i = 0; told[i]; i++)
        if (text_equal(told[i], option))
            return;
    names_add(mem, options, option);
}

/* "ROW_FORMAT=DYNAMIC `page_compressed`='ON'" and a list of the same: sorted, name=value. */
static void options_settle(struct arena *mem, struct names *options)
{
    struct names tidy = {0};
    for (int i = 0; i < options->n; i++) {
        struct lexer lexer;
        lex_open(&lexer, &my_lex, options->item[i], strlen(options->item[i]));
        struct token token = lex_next_code(&lexer);
        while (token.kind != TOKEN_END) {
            struct token next = lex_next_code(&lexer);
            struct token value = token_is(&next, "=") ? lex_next_code(&lexer) : (struct token){.kind = TOKEN_END};
            bool has = value.kind != TOKEN_END;
            const char *text = has ? token_copy(mem, &value) : NULL;
            if (value.kind == TOKEN_STRING)
                text = text_slice(mem, text, 1, strlen(text) - 1);
            option_take(mem, &tidy, token_name(mem, &token), text);
            token = has ? lex_next_code(&lexer) : next;
        }
    }
    names_sort(&tidy);
    *options = tidy;
}

static void table_settle(struct settling *settling, struct table *table)
{
    struct arena *mem = settling->mem;
    table->collation = my_collation_name(mem, table->collation);
    if (table->charset && !object_says(&table->object, TABLE_collation))
        SAY(table, TABLE, collation, my_collation_of(mem, settling->target, table->charset));
    table->charset = NULL;
    object_unsay(&table->object, TABLE_charset);
    options_settle(mem, &table->options);
}

/* ---- columns ---- */

bool my_is_row_bound(const struct column *column)
{
    const char *text = expr_text(&column->computed);
    return text && (text_equal_nocase(text, "ROW START") || text_equal_nocase(text, "ROW END"));
}

/* What texts of the table are sorted by where a column says nothing; NULL: not known. */
static const char *table_collation(const struct settling *settling, const struct object *object)
{
    const struct table *table = (const struct table *)object->parent;
    const char *own = table->collation ? table->collation : settling->target->facts.collation;
    return my_collation_name(settling->mem, own);
}

static void collation_settle(const struct settling *settling, struct column *column)
{
    struct arena *mem = settling->mem;
    const char *usual = table_collation(settling, &column->object), *collation = NULL;
    const char *charset = usual ? my_charset_of(mem, usual) : NULL;
    if (column->type)
        column->type = my_type_without_charset(mem, column->type, &charset, &collation);
    if (column->type && !column->collation && (collation || charset))
        SAY(column, COLUMN, collation, collation ? collation : my_collation_of(mem, settling->target, charset));
    column->collation = my_collation_name(mem, column->collation);
    if (column->collation && text_equal(column->collation, usual))
        column->collation = NULL;
}

static void value_absent(struct expr *expr)
{
    const char *text = expr_text(expr);
    if (text && text_equal_nocase(text, "NULL"))
        *expr = (struct expr){0};
}

/* Models say "CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP" as a default, because that is where SQLAlchemy writes it. */
static void default_part(struct arena *mem, struct column *column)
{
    const char *text = expr_text(&column->default_value);
    struct lexer lexer;
    struct token token = {.kind = TOKEN_END}, next = token;
    if (!text)
        return;
    lex_open(&lexer, &my_lex, text, strlen(text));
    for (next = lex_next_code(&lexer); next.kind != TOKEN_END; next = lex_next_code(&lexer)) {
        if (token_is(&token, "on") && token_is(&next, "update"))
            break;
        token = next;
    }
    if (next.kind == TOKEN_END)
        return;
    if (!expr_text(&column->on_update))
        SAY(column, COLUMN, on_update, ((struct expr){.written = text_trim(mem, next.text + next.length)}));
    char *value = text_trim(mem, text_slice(mem, text, 0, (size_t)(token.text - text)));
    SAY(column, COLUMN, default_value, ((struct expr){.written = value}));
}

static bool in_key(const struct column *column)
{
    const struct primary_key *key = key_of(column->object.parent);
    return key && names_have_nocase(&key->columns, column->object.name);
}

/* SERIAL is an unsigned number that counts. */
static void serial_settle(struct column *column)
{
    if (!text_equal_nocase(column->type, "serial"))
        return;
    SAY(column, COLUMN, type, "BIGINT UNSIGNED");
    SAY(column, COLUMN, autoincrement, true);
    SAY(column, COLUMN, nullable, false);
}

/* MariaDB puts a time of zeros into what is set by every UPDATE alone, and may not be NULL. */
static void update_settle(const struct settling *settling, struct column *column)
{
    bool zeros = settling->maria && !column->nullable && expr_text(&column->on_update) && column->type;
    if (!zeros || expr_text(&column->default_value))
        return;
    const char *digits = strchr(my_type_normal(settling->mem, settling->target, column->type), '(');
    int64_t number = 0;
    if (digits)
        text_to_int(text_slice(settling->mem, digits, 1, strcspn(digits, ")")), &number);
    const char *fraction = number ? arena_printf(settling->mem, ".%.*s", (int)number, "000000") : "";
    SAY(column, COLUMN, default_value,
        ((struct expr){.printed = arena_printf(settling->mem, MY_ZERO_TIME "%s'", fraction)}));
}

static void column_settle(const struct settling *settling, struct column *column)
{
    serial_settle(column);
    collation_settle(settling, column);
    default_part(settling->mem, column);
    value_absent(&column->default_value);
    if (in_key(column))
        SAY(column, COLUMN, nullable, false);
    update_settle(settling, column);
    if (expr_text(&column->computed))
        settle_flag(&column->object, COLUMN_computed_stored, false);
}

/* What MariaDB keeps of a JSON column: LONGTEXT of a certain collation, which has to be valid. */
static bool is_json_check(struct arena *mem, const struct check *check, const char *column)
{
    const char *text = expr_text(&check->expr);
    char *normal = text ? normal_expr(mem, &my_normal, text) : NULL;
    return normal && text_equal_nocase(normal, arena_printf(mem, "json_valid(%s)", ident_text(mem, &my_ident, column)));
}

static void json_settle(const struct settling *settling, struct object *table)
{
    struct list gone = {0};
    for (int i = 0; i < table->children.n; i++) {
        struct check *check = table->children.item[i];
        struct object *column = check->object.kind == KIND_CHECK ? my_check_column(settling->mem, check) : NULL;
        if (!column || !is_json_check(settling->mem, check, column->name) ||
            !my_type_is(settling->mem, ((struct column *)column)->type, "longtext"))
            continue;
        struct column *json = (struct column *)column;
        SAY(json, COLUMN, type, "json");
        list_add(settling->mem, &gone, check);
    }
    for (int i = 0; i < gone.n; i++)
        object_remove(gone.item[i]);
}

/* It is binary whatever is said of it. */
static void json_collation_settle(const struct settling *settling, struct column *column)
{
    if (column->collation && settling->maria && my_type_is(settling->mem, column->type, "json"))
        column->collation = NULL;
}

/* ---- constraints ---- */

static const char *action_settle(struct arena *mem, const char *action)
{
    char *upper = action ? text_upper(mem, text_trim(mem, action)) : NULL;
    return !upper || text_equal(upper, "RESTRICT") ? "NO ACTION" : upper;
}

static void foreign_key_settle(struct arena *mem, const struct tree *tree, struct foreign_key *key)
{
    SAY(key, FOREIGN_KEY, on_delete, action_settle(mem, key->on_delete));
    SAY(key, FOREIGN_KEY, on_update, action_settle(mem, key->on_update));
    const struct object *table = key->ref_columns.n ? NULL : tree_find_ref(tree, KIND_TABLE, &key->ref_table);
    if (table && key_of(table))
        SAY(key, FOREIGN_KEY, ref_columns, key_of(table)->columns);
}

static const char *row_end_of(const struct object *table)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct column *column = table->children.item[i];
        if (column->object.kind == KIND_COLUMN && my_is_row_bound(column) &&
            text_ends(expr_text(&column->computed), "END"))
            return column->object.name;
    }
    return NULL;
}

/* A table that keeps what its rows were tells them apart by their end too: the server adds that to each key. */
static void history_settle(struct object *table)
{
    const char *end = row_end_of(table);
    for (int i = 0; end && i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        struct names *columns = child->kind == KIND_PRIMARY_KEY ? &((struct primary_key *)child)->columns : NULL;
        bool unique = child->kind == KIND_INDEX && ((struct index *)child)->is_unique && child->children.n > 1;
        struct index_part *part = unique ? child->children.item[child->children.n - 1] : NULL;
        if (columns && columns->n > 1 && text_equal(columns->item[columns->n - 1], end))
            columns->n--;
        if (part && part->object.kind == KIND_INDEX_PART && text_equal(part->column, end))
            child->children.n--;
    }
}

static void orders_settle(struct arena *mem, struct names *orders)
{
    bool any = false;
    for (int i = 0; i < orders->n; i++) {
        orders->item[i] = text_upper(mem, orders->item[i]);
        any = any || *orders->item[i];
    }
    if (!any)
        *orders = (struct names){0};
}

/* The most bytes that one of the characters has. */
static int bytes_of(struct arena *mem, const char *collation)
{
    static const struct {
        const char *charset;
        int bytes;
    } most[] = {{"utf8mb4", 4}, {"utf8mb3", 3}, {"utf8", 3},    {"utf16", 4},  {"utf16le", 4}, {"utf32", 4},
                {"ucs2", 2},    {"sjis", 2},    {"cp932", 2},   {"gbk", 2},    {"big5", 2},    {"gb2312", 2},
                {"euckr", 2},   {"ujis", 3},    {"eucjpms", 3}, {"gb18030", 4}};
    const char *charset = collation ? my_charset_of(mem, collation) : "";
    for (size_t i = 0; i < sizeof most / sizeof *most; i++)
        if (text_equal(most[i].charset, charset))
            return most[i].bytes;
    return 1;
}

/* How many bytes a value has at most; 0: it is not one that a key may be too short for. */
static int64_t bytes_at_most(const struct settling *settling, const struct column *column, int each)
{
    static const char *const large[] = {"text", "mediumtext", "longtext", "blob", "mediumblob", "longblob", NULL};
    static const char *const sized[] = {"varchar", "varbinary", NULL};
    struct arena *mem = settling->mem;
    int64_t length = 0;
    if (my_type_is_of(mem, column->type, large))
        return INT64_MAX;
    if (!my_type_is_of(mem, column->type, sized))
        return 0;
    const char *digits = strchr(column->type, '(');
    if (digits)
        text_to_int(text_slice(mem, digits, 1, strcspn(digits, ")")), &length);
    return length * each;
}

/* MariaDB makes an index over one column that is too long for it a prefix, and a unique one a hash, without a word. */
static void index_shorten(const struct settling *settling, struct index *index)
{
    enum { KEY_BYTES = 3072 };
    struct index_part *part = (struct index_part *)object_only(&index->object, KIND_INDEX_PART);
    if (!settling->maria || object_count(&index->object, KIND_INDEX_PART) != 1 || !part->column || part->length ||
        !text_equal(index->method, "btree"))
        return;
    const struct column *column = (const struct column *)object_child(index->object.parent, KIND_COLUMN, part->column);
    bool binary = column && (text_has(text_lower(settling->mem, column->type), "blob") ||
                             my_type_is(settling->mem, column->type, "varbinary"));
    const char *own = column ? column->collation : NULL;
    int each = !column || binary ? 1 : bytes_of(settling->mem, own ? own : table_collation(settling, &column->object));
    if (!column || bytes_at_most(settling, column, each) <= KEY_BYTES)
        return;
    if (index->is_unique)
        SAY(index, INDEX, method, "hash");
    else
        SAY(part, INDEX_PART, length, KEY_BYTES / each);
}

static void index_settle(const struct settling *settling, struct index *index)
{
    index->method = index->method ? text_lower(settling->mem, index->method) : "btree";
    index_shorten(settling, index);
}

static void object_settle(struct settling *settling, const struct tree *tree, struct object *object)
{
    switch (object->kind) {
    case KIND_TABLE: table_settle(settling, (struct table *)object); break;
    case KIND_COLUMN: column_settle(settling, (struct column *)object); break;
    case KIND_PRIMARY_KEY:
        settle_none(object, PRIMARY_KEY_orders);
        orders_settle(settling->mem, &((struct primary_key *)object)->orders);
        break;
    case KIND_FOREIGN_KEY: foreign_key_settle(settling->mem, tree, (struct foreign_key *)object); break;
    case KIND_SEQUENCE:
        if (settling->maria)
            my_sequence_settle(settling->mem, settling->target, (struct sequence *)object);
        break;
    case KIND_INDEX: index_settle(settling, (struct index *)object); break;
    default: break;
    }
}

void my_settle(struct arena *mem, const struct target *target, struct tree *tree)
{
    struct settling settling = {.mem = mem, .target = target, .maria = target->dialect->engine == ENGINE_MARIA};
    if (target_usual(target))
        tree_fold_schema(mem, tree, target_usual(target));
    my_settle_keys(mem, target, tree);
    my_settle_partitions(mem, tree);
    settle_unsaid(tree);
    for (struct object *object = tree->root; object; object = object_next(tree->root, object))
        object_settle(&settling, tree, object);
    for (struct object *object = tree->root; object; object = object_next(tree->root, object)) {
        if (object->kind == KIND_TABLE && settling.maria) {
            json_settle(&settling, object);
            history_settle(object);
        } else if (object->kind == KIND_COLUMN)
            json_collation_settle(&settling, (struct column *)object);
    }
}
