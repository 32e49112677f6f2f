/*
 * The names that PostgreSQL gives to constraints and indexes that were given none, so that our plans and rollbacks
 * can speak of them.  The rules are the server's: table, columns and a label joined by "_", the longer part cut
 * until all of it fits into 63 bytes, and a number after the label when the name is taken.
 */
#include "base/map.h"
#include "base/text.h"
#include "base/utf8.h"
#include "dialect/postgres/pg.h"

char *pg_object_name(struct arena *mem, const char *first, const char *second, const char *label)
{
    size_t a = strlen(first), b = second ? strlen(second) : 0;
    size_t extra = strlen(label) + 1 + (second ? 1 : 0);

    while (a + b + extra > PG_NAME_BYTES) {
        if (a > b)
            a--;
        else
            b--;
    }
    a = utf8_cut(first, a);
    if (!second)
        return arena_printf(mem, "%.*s_%s", (int)a, first, label);
    return arena_printf(mem, "%.*s_%.*s_%s", (int)a, first, (int)utf8_cut(second, b), second, label);
}

/* Column names joined as the server does: it stops once the text is as long as a name can be. */
static char *join_columns(struct arena *mem, const struct names *columns)
{
    struct buf out;

    buf_init(&out, mem);
    for (int i = 0; i < columns->n; i++) {
        if (i > 0)
            buf_add_c(&out, '_');
        buf_add(&out, columns->item[i]);
        if (out.len > PG_NAME_BYTES)
            break;
    }
    return out.data;
}

static bool token_names(struct arena *mem, const struct token *token, const char *name)
{
    const char *said;

    if (token->kind != TOKEN_WORD && token->kind != TOKEN_QUOTED)
        return false;
    said = token_name(mem, token);
    return text_equal(token->kind == TOKEN_WORD ? text_lower(mem, said) : said, name);
}

/* Is this the name of a function, of a type, or of what stands before a dot? */
static bool names_no_column(const struct token *next, bool type)
{
    return type || token_is(next, "(") || token_is(next, ".");
}

bool pg_expr_mentions(struct arena *mem, const char *expr, const char *name)
{
    struct lexer lexer;
    bool type = false; /* a type stands here */
    if (!expr || !name)
        return false;
    lex_open(&lexer, &pg_lex, expr, strlen(expr));
    for (struct token token = lex_next_code(&lexer), next; token.kind != TOKEN_END; token = next) {
        next = lex_next_code(&lexer);
        if (token_names(mem, &token, name) && !names_no_column(&next, type))
            return true;
        type = token_is(&token, "::") || token_is(&token, "as") || (type && token_is(&next, ".")) ||
               (type && token_is(&token, "."));
    }
    return false;
}

/* The one column that a condition is about; NULL if it is about none or several. */
static const char *only_column(struct arena *mem, const struct object *table, const char *expr)
{
    const char *found = NULL;

    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind != KIND_COLUMN || !pg_expr_mentions(mem, expr, child->name))
            continue;
        if (found)
            return NULL;
        found = child->name;
    }
    return found;
}

/* ---- what the server calls an expression of an index: the function, the column or the type that it ends as */

struct tokens {
    struct arena *mem;
    struct token *token; /* n of them, and a TOKEN_END */
    int n;
};

static struct tokens tokens_of(struct arena *mem, const char *text)
{
    size_t room = strlen(text) + 1;
    struct tokens tokens = {.mem = mem, .token = NEW_ARRAY(mem, struct token, room + 1)};
    struct lexer lexer;
    lex_open(&lexer, &pg_lex, text, strlen(text));
    do
        tokens.token[tokens.n] = lex_next_code(&lexer);
    while (tokens.token[tokens.n++].kind != TOKEN_END);
    tokens.n--;
    return tokens;
}

static int depth_of(const struct token *token)
{
    bool opens = token_is(token, "(") || token_is(token, "[") || token_is(token, "case");
    bool closes = token_is(token, ")") || token_is(token, "]") || token_is(token, "end");
    return opens - closes;
}

/* The last of these words outside of parentheses; -1. */
static int last_of(const struct tokens *tokens, int from, int to, const char *const *words)
{
    int depth = 0;
    for (int i = to - 1; i >= from; i--) {
        depth += depth_of(&tokens->token[i]);
        if (!depth && token_is_one_of(&tokens->token[i], words))
            return i;
    }
    return -1;
}

/* Where the parenthesis at `from` is closed. */
static int closed_at(const struct tokens *tokens, int from, int to)
{
    int depth = 0;
    for (int i = from; i < to; i++) {
        depth += depth_of(&tokens->token[i]);
        if (!depth)
            return i;
    }
    return to;
}

/* integer is int4: the name that the server has for it. */
static const char *type_name(const struct tokens *tokens, int from, int to)
{
    static const char *const inner[][2] = {
        {"integer", "int4"},
        {"int", "int4"},
        {"bigint", "int8"},
        {"smallint", "int2"},
        {"boolean", "bool"},
        {"real", "float4"},
        {"double", "float8"},
        {"character", "bpchar"},
        {"char", "bpchar"},
        {"varying", "varchar"},
        {"decimal", "numeric"},
        {"dec", "numeric"},
        {"timestamp with", "timestamptz"},
        {"time with", "timetz"},
    };
    while (from + 2 < to && token_is(&tokens->token[from + 1], "."))
        from += 2;
    const char *name = token_name(tokens->mem, &tokens->token[from]);
    bool varying = token_is(&tokens->token[from + 1], "varying"), quoted = tokens->token[from].kind == TOKEN_QUOTED;
    for (int i = from + 1; i < to; i++)
        if (token_is(&tokens->token[i], "with") && token_is(&tokens->token[i + 1], "time"))
            name = arena_printf(tokens->mem, "%s with", name);
    for (size_t i = 0; i < sizeof inner / sizeof *inner && !quoted; i++)
        if (text_equal_nocase(varying ? "varying" : name, inner[i][0]))
            return inner[i][1];
    return quoted ? name : text_lower(tokens->mem, name);
}

static const char *call_name(const struct tokens *tokens, int at)
{
    const struct token *token = &tokens->token[at], *first = &tokens->token[at + 2];
    if (token_is(token, "trim"))
        return token_is(first, "leading") ? "ltrim" : token_is(first, "trailing") ? "rtrim" : "btrim";
    const char *name = token_name(tokens->mem, token);
    return token->kind == TOKEN_QUOTED ? name : text_lower(tokens->mem, name);
}

/* Has it an operator between operands? Those have no name. */
static bool is_joined(const struct tokens *tokens, int from, int to)
{
    static const char *const marks[] = {"::", ".", ",", "(", ")", "[", "]", NULL};
    int depth = 0;
    for (int i = from; i < to; i++) {
        const struct token *token = &tokens->token[i];
        depth += depth_of(token);
        if (!depth && token->kind == TOKEN_OPERATOR && !token_is_one_of(token, marks))
            return true;
    }
    return false;
}

static const char *figure(const struct tokens *tokens, int from, int to, bool *weak);

/* What is inside has the name, or else the cast or CASE itself, which is `weak`: a cast around it has a better one. */
static const char *figure_inside(const struct tokens *tokens, int from, int to, const char *own, bool *weak)
{
    const char *inner = from < to ? figure(tokens, from, to, weak) : NULL;
    if (inner && !*weak)
        return inner;
    *weak = true;
    return own;
}

/* The column or function that all of it is. */
static const char *figure_called(const struct tokens *tokens, int from, int to)
{
    const struct token *token = tokens->token;
    while (from + 2 < to && token_is(&token[from + 1], "."))
        from += 2;
    if (token[from].kind != TOKEN_WORD && token[from].kind != TOKEN_QUOTED)
        return NULL;
    bool alone = from + 1 == to, array = token_is(&token[from], "array"), refused = token_is(&token[from], "not");
    bool called = !alone && token_is(&token[from + 1], array ? "[" : "(") && !refused;
    return alone || (called && closed_at(tokens, from + 1, to) == to - 1) ? call_name(tokens, from) : NULL;
}

static const char *figure(const struct tokens *tokens, int from, int to, bool *weak)
{
    static const char *const casts[] = {"::", NULL}, *const collates[] = {"collate", NULL}, *const as[] = {"as", NULL},
                             *const others[] = {"else", NULL}, *const zones[] = {"at", NULL};
    const struct token *token = tokens->token;
    int at;
    *weak = false;
    for (; from + 1 < to && token_is(&token[from], "(") && closed_at(tokens, from, to) == to - 1; to--)
        from++;
    if (from >= to)
        return NULL;
    if ((at = last_of(tokens, from, to, collates)) > from)
        return figure(tokens, from, at, weak);
    if (is_joined(tokens, from, to))
        return NULL;
    if ((at = last_of(tokens, from, to, zones)) > from && token_is(&token[at + 1], "time"))
        return "timezone";
    if ((at = last_of(tokens, from, to, casts)) > from)
        return figure_inside(tokens, from, at, type_name(tokens, at + 1, to), weak);
    if (token_is(&token[from], "cast") && (at = last_of(tokens, from + 2, to - 1, as)) > 0)
        return figure_inside(tokens, from + 2, at, type_name(tokens, at + 1, to - 1), weak);
    if (token_is(&token[from], "case")) {
        at = last_of(tokens, from + 1, to - 1, others);
        return figure_inside(tokens, at < 0 ? to : at + 1, to - 1, "case", weak);
    }
    return figure_called(tokens, from, to);
}

static const char *expression_name(struct arena *mem, const char *text)
{
    const struct tokens tokens = tokens_of(mem, text ? text : "");
    bool weak;
    const char *name = figure(&tokens, 0, tokens.n, &weak);
    return name ? name : "expr";
}

/* Elements of an index by name; a name that comes again gets a number. */
static struct names index_columns(struct arena *mem, const struct object *index)
{
    struct names names = {0};

    for (int i = 0; i < index->children.n; i++) {
        const struct index_part *part = index->children.item[i];
        const char *base = part->column ? part->column : expression_name(mem, expr_text(&part->expr)), *name = base;
        for (int number = 1; names_have(&names, name); number++)
            name = arena_printf(mem, "%s%d", base, number);
        names_add(mem, &names, name);
    }
    const struct names *include = &((const struct index *)index)->include;
    for (int i = 0; i < include->n; i++)
        names_add(mem, &names, include->item[i]);
    return names;
}

/* What is only included counts too. */
static struct names unique_columns(struct arena *mem, const struct unique *unique)
{
    struct names names = names_copy(mem, &unique->columns);

    for (int i = 0; i < unique->include.n; i++)
        names_add(mem, &names, unique->include.item[i]);
    return names;
}

static char *exclude_name(struct arena *mem, const struct object *object, const char *label)
{
    const struct exclude *exclude = (const struct exclude *)object;
    const char *text = exclude->definition.written ? exclude->definition.written : exclude->definition.printed;
    const struct object *table = object->parent;
    struct names columns = {0};

    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_COLUMN && pg_expr_mentions(mem, text, child->name))
            names_add(mem, &columns, child->name);
    }
    return pg_object_name(mem, table->name, join_columns(mem, &columns), label);
}

static char *columns_name(struct arena *mem, const struct object *object, const struct names *columns,
                          const char *label)
{
    return pg_object_name(mem, object->parent->name, join_columns(mem, columns), label);
}

static char *name_with_label(struct arena *mem, const struct object *object, int number)
{
    static const char *const labels[KIND_COUNT] = {
        [KIND_PRIMARY_KEY] = "pkey", [KIND_UNIQUE] = "key",       [KIND_CHECK] = "check",
        [KIND_EXCLUDE] = "excl",     [KIND_FOREIGN_KEY] = "fkey", [KIND_INDEX] = "idx"};
    const char *label = labels[object->kind];
    struct names columns;

    if (!label || !object->parent || !object->parent->name)
        return NULL;
    if (number > 0)
        label = arena_printf(mem, "%s%d", label, number);
    switch (object->kind) {
    case KIND_PRIMARY_KEY: return pg_object_name(mem, object->parent->name, NULL, label);
    case KIND_UNIQUE:
        columns = unique_columns(mem, (const struct unique *)object);
        return columns_name(mem, object, &columns, label);
    case KIND_FOREIGN_KEY: return columns_name(mem, object, &((const struct foreign_key *)object)->columns, label);
    case KIND_CHECK: {
        const struct check *check = (const struct check *)object;
        return pg_object_name(mem, object->parent->name, only_column(mem, object->parent, expr_text(&check->expr)),
                              label);
    }
    case KIND_INDEX: columns = index_columns(mem, object); return columns_name(mem, object, &columns, label);
    default: return exclude_name(mem, object, label);
    }
}

char *pg_default_name(struct arena *mem, const struct object *object)
{
    return name_with_label(mem, object, 0);
}

/* One that takes no name among the relations. */
bool pg_is_bare_type(enum kind kind)
{
    return kind_is(kind, KIND_IS_TYPE) && !kind_is(kind, KIND_RELATION);
}

/* Relations and constraints of a schema share no name that the server invents. */
static void collect_names(const struct object *schema, struct map *taken)
{
    for (const struct object *object = schema; object; object = object_next(schema, object))
        if (object->name && object->kind != KIND_COLUMN && object->kind != KIND_ATTRIBUTE &&
            object->kind != KIND_SCHEMA && object->kind != KIND_INDEX_PART && !pg_is_bare_type(object->kind))
            map_set(taken, object->name, taken);
}

static void name_one(struct arena *mem, struct object *object, struct map *taken)
{
    char *name = name_with_label(mem, object, 0);

    for (int number = 1; name && map_get(taken, name); number++)
        name = name_with_label(mem, object, number);
    if (!name)
        return;
    object->name = name;
    object->name_invented = true;
    map_set(taken, name, taken);
}

static bool is_unnamed(const struct object *object)
{
    return !object->name && object->kind != KIND_INDEX_PART && object->kind != KIND_DATABASE;
}

static void name_schema(struct arena *mem, struct object *schema)
{
    struct map taken = {0};

    for (struct object *object = schema; object; object = object_next(schema, object)) {
        if (!is_unnamed(object))
            continue;
        if (!taken.mem) {
            map_init(&taken, mem);
            collect_names(schema, &taken);
        }
        name_one(mem, object, &taken);
    }
}

void pg_name_unnamed(struct arena *mem, struct tree *tree)
{
    for (int i = 0; i < tree->root->children.n; i++)
        name_schema(mem, tree->root->children.item[i]);
}

const char *pg_sequence_name(struct arena *mem, const struct column *column)
{
    return column->sequence ? column->sequence
                            : pg_object_name(mem, column->object.parent->name, column->object.name, "seq");
}

static void card_add(struct arena *mem, struct list *cards, enum kind kind, struct object *parent, const char *name)
{
    struct object *card = arena_alloc(mem, kind_table[kind].size);
    card->kind = kind;
    card->parent = parent;
    card->name = name;
    list_add(mem, cards, card);
}

/* The sequence of a serial or an identity column; the same check in each table that inherits. */
void pg_implied(struct arena *mem, const struct object *object, struct list *implied)
{
    const struct column *column = (const struct column *)object;
    if (object->kind == KIND_COLUMN && (column->autoincrement || column->identity))
        card_add(mem, implied, KIND_SEQUENCE, object->parent->parent, pg_sequence_name(mem, column));
    if (object->kind != KIND_CHECK || ((const struct check *)object)->no_inherit)
        return;
    for (const struct edge *edge = object->parent->needed; edge; edge = edge->next_needed)
        if (edge->from->kind == KIND_TABLE && edge->field == TABLE_inherits)
            card_add(mem, implied, KIND_CHECK, edge->from, object->name);
}
