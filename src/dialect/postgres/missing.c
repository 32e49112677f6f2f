/*
 * What objects need of a database and it does not have: functions, types, collations, operator classes, access methods,
 * tablespaces and roles by name.  Names are read from texts and fields; the catalog says in one query which of them it knows.
 *
 * Only names are looked up, not arguments: whatever has the name counts as there.  What could be read in two ways (the alias
 * of a subquery with its columns, a common table expression) is not taken for a function.
 */
#include "base/json.h"
#include "base/text.h"
#include "dialect/postgres/pg.h"

struct needs {
    struct arena *mem;
    const struct object *object;
    struct list *found;  /* struct outside * */
    struct names before; /* of each found, the word that stands before it in its text; "" */
};

static void need_add(struct needs *needs, const char *kind, const struct ref *ref, const char *before)
{
    struct outside *one = NEW(needs->mem, struct outside);
    *one = (struct outside){.object = needs->object, .kind = kind, .schema = ref->schema, .name = ref->name};
    list_add(needs->mem, needs->found, one);
    names_add(needs->mem, &needs->before, before);
}

/* ---- texts ---- */

struct reading {
    struct needs *needs;
    struct list token; /* struct token *, the code of the text, with its end */
};

static const struct token *token_at(const struct reading *reading, int i)
{
    static const struct token none = {.kind = TOKEN_END, .text = ""};
    return i >= 0 && i < reading->token.n ? reading->token.item[i] : &none;
}

static bool is_name(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
}

static const char *name_at(const struct reading *reading, int i)
{
    const struct token *token = token_at(reading, i);
    const char *name = token_name(reading->needs->mem, token);
    return token->kind == TOKEN_WORD ? text_lower(reading->needs->mem, name) : name;
}

/* The name that begins at token `i`, with its schema; *i becomes its last token. */
static struct ref name_take(const struct reading *reading, int *i)
{
    struct ref ref = {.name = name_at(reading, *i)};
    while (token_is(token_at(reading, *i + 1), ".") && is_name(token_at(reading, *i + 2))) {
        *i += 2;
        ref.schema = ref.name;
        ref.name = name_at(reading, *i);
    }
    return ref;
}

/* "name (columns) AS (": a common table expression; `i` is at the parenthesis. */
static bool is_common_table(const struct reading *reading, int i)
{
    int depth = 0;
    for (; token_at(reading, i)->kind != TOKEN_END; i++) {
        depth += token_is(token_at(reading, i), "(") - token_is(token_at(reading, i), ")");
        if (!depth)
            break;
    }
    const struct token *next = token_at(reading, i + 2);
    return token_is(token_at(reading, i + 1), "as") &&
           (token_is(next, "(") || token_is(next, "not") || token_is(next, "materialized"));
}

/* `first` to `last` are a name. After these words it is one that the text itself gives, or no name at all. */
static bool is_call(const struct reading *reading, int first, int last)
{
    static const char *const giving[] = {"as", "with", "recursive", "using", ")", ".", "]", NULL};
    const struct token *before = token_at(reading, first - 1);
    for (int i = 0; giving[i]; i++)
        if (token_is(before, giving[i]))
            return false;
    return token_is(token_at(reading, last + 1), "(") && !is_common_table(reading, last + 1);
}

static void tokens_read(struct reading *reading, const char *text)
{
    struct lexer lexer;
    lex_open(&lexer, &pg_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        struct token *kept = NEW(reading->needs->mem, struct token);
        *kept = token;
        list_add(reading->needs->mem, &reading->token, kept);
    }
}

static bool is_cast(const struct token *token)
{
    return token->kind == TOKEN_OPERATOR && token->length == 2 && !strncmp(token->text, "::", 2);
}

static void text_read(struct needs *needs, const char *text)
{
    struct reading reading = {.needs = needs};
    tokens_read(&reading, text);
    for (int i = 0; i < reading.token.n; i++) {
        int first = i;
        if (!is_name(token_at(&reading, i)))
            continue;
        const struct token *before = token_at(&reading, first - 1);
        const struct ref ref = name_take(&reading, &i);
        const char *word = is_name(before) ? name_at(&reading, first - 1) : "";
        if (is_cast(before))
            need_add(needs, "type", &ref, "");
        else if (token_is(before, "collate"))
            need_add(needs, "collation", &ref, "");
        else if (is_call(&reading, first, i))
            need_add(needs, "function", &ref, word);
    }
}

/* ---- fields ---- */

static const struct {
    enum kind kind;
    int field;
    const char *names;
} named[] = {
    {KIND_TABLE, TABLE_tablespace, "tablespace"},         {KIND_PRIMARY_KEY, PRIMARY_KEY_tablespace, "tablespace"},
    {KIND_UNIQUE, UNIQUE_tablespace, "tablespace"},       {KIND_COLUMN, COLUMN_collation, "collation"},
    {KIND_INDEX, INDEX_method, "access method"},          {KIND_INDEX, INDEX_tablespace, "tablespace"},
    {KIND_INDEX_PART, INDEX_PART_collation, "collation"}, {KIND_INDEX_PART, INDEX_PART_opclass, "operator class"},
};

/* An operator class is spelled as in SQL, with parameters perhaps, and so is a collation with its schema; other names stand as they are. */
static void field_read(struct needs *needs, const char *kind, const char *text)
{
    struct ref ref = {.name = text};
    struct pg_type read;
    bool spelled = text_equal(kind, "operator class") || (text_equal(kind, "collation") && *text == '"');
    if (spelled && pg_type_read(needs->mem, text, &read))
        ref = (struct ref){.schema = read.schema, .name = read.name};
    need_add(needs, kind, &ref, "");
}

static void type_read(struct needs *needs, const char *text)
{
    struct pg_type read;
    if (text && pg_type_read(needs->mem, text, &read) && !read.known)
        need_add(needs, "type", &(struct ref){.schema = read.schema, .name = read.name}, "");
}

/* HASH (lower(name)): the strategy is not a function. */
static void expr_read(struct needs *needs, const char *text)
{
    bool partitioning = needs->object->kind == KIND_TABLE;
    text_read(needs, partitioning ? text + strcspn(text, "(") : text);
}

static void object_read(struct needs *needs, const struct object *object)
{
    needs->object = object;
    for (int i = 0; i < kind_table[object->kind].fields; i++) {
        enum field_type type = kind_table[object->kind].field[i].type;
        const void *value = object_field(object, i);
        if (type == FIELD_TYPE)
            type_read(needs, *(const char *const *)value);
        else if (type == FIELD_EXPR && expr_text(value))
            expr_read(needs, expr_text(value));
    }
    const struct names *roles = object->kind == KIND_POLICY ? &((const struct policy *)object)->roles : NULL;
    for (int i = 0; roles && i < roles->n; i++)
        field_read(needs, "role", roles->item[i]);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (named[i].kind != object->kind)
            continue;
        const char *text = *(const char *const *)object_field(object, named[i].field);
        if (text)
            field_read(needs, named[i].names, text);
    }
}

/* ---- the server ---- */

/*
 * A type's name can be called like a function. Without a schema a name is looked for where the search path leads; a collation's anywhere.
 * A keyword that is reserved nowhere may be a function's name too, but for those after which the grammar has a parenthesis itself.
 */
static const char unknown_sql[] =
    "WITH asked AS ("
    "  SELECT n - 1 AS n, e->>0 AS kind, e->>1 AS schema, e->>2 AS name, e->>3 AS before"
    "  FROM json_array_elements($1::json) WITH ORDINALITY AS a(e, n)), "
    "has AS ("
    "  SELECT 'function' AS kind, pronamespace AS home, proname AS name FROM pg_proc"
    "  UNION ALL SELECT kind, typnamespace, typname FROM pg_type, (VALUES ('type'), ('function')) AS k(kind)"
    "  UNION ALL SELECT 'collation', NULL, collname FROM pg_collation"
    "  UNION ALL SELECT 'operator class', opcnamespace, opcname FROM pg_opclass"
    "  UNION ALL SELECT 'access method', NULL, amname FROM pg_am"
    "  UNION ALL SELECT 'tablespace', NULL, spcname FROM pg_tablespace"
    "  UNION ALL SELECT 'role', NULL, rolname FROM pg_roles) "
    "SELECT a.n FROM asked a WHERE NOT EXISTS ("
    "  SELECT FROM has h LEFT JOIN pg_namespace s ON s.oid = h.home WHERE h.kind = a.kind AND h.name = a.name"
    "  AND (h.home IS NULL OR CASE WHEN a.schema IS NULL THEN s.nspname = ANY (current_schemas(true))"
    "       ELSE s.nspname = a.schema END)) "
    "AND NOT (a.schema IS NULL AND a.kind IN ('function', 'type')"
    "         AND EXISTS (SELECT FROM pg_get_keywords() k WHERE k.word = a.name AND (a.kind = 'type' OR k.catcode <> 'U'"
    "         OR k.word IN ('also', 'by', 'columns', 'conflict', 'content', 'cube', 'document', 'escape', 'filter', 'first',"
    "                       'insert', 'instead', 'keep', 'keys', 'materialized', 'next', 'omit', 'over', 'passing', 'range',"
    "                       'repeatable', 'return', 'rollup', 'second', 'set', 'sets', 'show', 'value', 'varying', 'zone')))) "
    "AND (a.before = '' OR EXISTS (SELECT FROM pg_get_keywords() k WHERE k.word = a.before)) ORDER BY 1";

static const char *asked_json(const struct needs *needs)
{
    struct json *list = json_array(needs->mem);
    for (int i = 0; i < needs->found->n; i++) {
        const struct outside *one = needs->found->item[i];
        const char *const text[] = {one->kind, one->schema, one->name, needs->before.item[i]};
        struct json *row = json_array(needs->mem);
        for (size_t k = 0; k < sizeof text / sizeof *text; k++)
            json_add(needs->mem, row, text[k] ? json_string(needs->mem, text[k]) : json_null(needs->mem));
        json_add(needs->mem, list, row);
    }
    return json_text(needs->mem, list, JSON_TIGHT);
}

int pg_missing(struct ctx *ctx, struct conn *conn, const struct list *objects, struct list *missing)
{
    struct list found = {0};
    struct needs needs = {.mem = ctx->mem, .found = &found};
    struct names params = {0};
    struct rows rows;
    for (int i = 0; i < objects->n; i++)
        object_read(&needs, objects->item[i]);
    if (!conn)
        *missing = found;
    if (!conn || !found.n)
        return 0;
    names_add(ctx->mem, &params, asked_json(&needs));
    TRY(pg_query(ctx, conn, unknown_sql, &params, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        int64_t n;
        if (text_to_int(((const char *const *)rows.row.item[i])[0], &n) && n < found.n)
            list_add(ctx->mem, missing, found.item[n]);
    }
    return 0;
}
