/*
 * Column types between an engine's spelling and 0.8.2's canonical form.
 * The one idea: both directions are tables.  Forth, a type first becomes what SQLAlchemy reflected for 0.8.2;
 * back, only a word that stands for one single type of the engine gives a type.
 * Not here: the canonical words themselves (type.c).
 */
#include "base/buf.h"
#include "base/text.h"
#include "base/utf8.h"
#include "legacy/parts.h"

/* ---- an engine's spelling as 0.8.2 would have reflected it ---- */

static const struct {
    const char *name, *reflected;
    bool keeps_arguments; /* others have a precision that 0.8.2 did not see */
    const char *pg_kind;  /* what 0.8.2 noted beside the canonical word */
    const char *storage;
} pg_types[] = {
    {"smallint", "SMALLINT", .storage = "PLAIN"},
    {"int2", "SMALLINT", .storage = "PLAIN"},
    {"smallserial", "SMALLINT", .storage = "PLAIN"},
    {"integer", "INTEGER", .storage = "PLAIN"},
    {"int", "INTEGER", .storage = "PLAIN"},
    {"int4", "INTEGER", .storage = "PLAIN"},
    {"serial", "INTEGER", .storage = "PLAIN"},
    {"bigint", "BIGINT", .storage = "PLAIN"},
    {"int8", "BIGINT", .storage = "PLAIN"},
    {"bigserial", "BIGINT", .storage = "PLAIN"},
    {"real", "REAL", .storage = "PLAIN"},
    {"float4", "REAL", .storage = "PLAIN"},
    {"double precision", "DOUBLE PRECISION", .storage = "PLAIN"},
    {"float8", "DOUBLE PRECISION", .storage = "PLAIN"},
    {"float", "DOUBLE PRECISION", .storage = "PLAIN"},
    {"numeric", "NUMERIC", .keeps_arguments = true, .storage = "MAIN"},
    {"decimal", "NUMERIC", .keeps_arguments = true, .storage = "MAIN"},
    {"money", "MONEY", .storage = "PLAIN"},
    {"boolean", "BOOLEAN", .storage = "PLAIN"},
    {"bool", "BOOLEAN", .storage = "PLAIN"},
    {"character varying", "VARCHAR", .keeps_arguments = true, .storage = "EXTENDED"},
    {"varchar", "VARCHAR", .keeps_arguments = true, .storage = "EXTENDED"},
    {"character", "CHAR", .keeps_arguments = true, .storage = "EXTENDED"},
    {"char", "CHAR", .keeps_arguments = true, .storage = "EXTENDED"},
    {"bpchar", "CHAR", .keeps_arguments = true, .storage = "EXTENDED"},
    {"text", "TEXT", .storage = "EXTENDED"},
    {"citext", "CITEXT", .storage = "EXTENDED"},
    {"bytea", "BYTEA", .storage = "EXTENDED"},
    {"json", "JSON", .storage = "EXTENDED"},
    {"jsonb", "JSONB", .pg_kind = "jsonb", .storage = "EXTENDED"},
    {"hstore", "HSTORE", .storage = "EXTENDED"},
    {"xml", "XML", .storage = "EXTENDED"},
    {"uuid", "UUID", .storage = "PLAIN"},
    {"date", "DATE", .storage = "PLAIN"},
    {"timestamp without time zone", "TIMESTAMP", .storage = "PLAIN"},
    {"timestamp", "TIMESTAMP", .storage = "PLAIN"},
    {"timestamp with time zone", "TIMESTAMP", .pg_kind = "timestamptz", .storage = "PLAIN"},
    {"timestamptz", "TIMESTAMP", .pg_kind = "timestamptz", .storage = "PLAIN"},
    {"time without time zone", "TIME", .storage = "PLAIN"},
    {"time with time zone", "TIME", .storage = "PLAIN"},
    {"time", "TIME", .storage = "PLAIN"},
    {"timetz", "TIME", .storage = "PLAIN"},
    {"interval", "INTERVAL", .storage = "PLAIN"},
    {"bit", "BIT", .keeps_arguments = true, .storage = "EXTENDED"},
    {"bit varying", "BIT VARYING", .keeps_arguments = true, .storage = "EXTENDED"},
    {"varbit", "BIT VARYING", .keeps_arguments = true, .storage = "EXTENDED"},
    {"inet", "INET", .storage = "MAIN"},
    {"cidr", "CIDR", .storage = "MAIN"},
    {"macaddr", "MACADDR", .storage = "PLAIN"},
    {"macaddr8", "MACADDR8", .storage = "PLAIN"},
    {"oid", "OID", .storage = "PLAIN"},
    {"tsvector", "TSVECTOR", .pg_kind = "tsvector", .storage = "EXTENDED"},
    {"tsquery", "TSQUERY", .storage = "PLAIN"},
    {"tstzrange", "TSTZRANGE", .storage = "EXTENDED"},
    {"tsrange", "TSRANGE", .storage = "EXTENDED"},
    {"daterange", "DATERANGE", .storage = "EXTENDED"},
    {"int4range", "INT4RANGE", .storage = "EXTENDED"},
    {"int8range", "INT8RANGE", .storage = "EXTENDED"},
    {"numrange", "NUMRANGE", .storage = "EXTENDED"},
};

static int pg_type_find(const char *name)
{
    for (size_t i = 0; i < sizeof pg_types / sizeof *pg_types; i++)
        if (text_equal(pg_types[i].name, name))
            return (int)i;
    return -1;
}

/* "(10, 2)" of a type, as SQLAlchemy spells it; "" if there is none. */
static char *reflected_arguments(struct arena *mem, const char *type)
{
    int64_t number[2];
    int n = type_arguments(mem, type, number);
    if (n == 2)
        return arena_printf(mem, "(%" PRId64 ", %" PRId64 ")", number[0], number[1]);
    return n ? arena_printf(mem, "(%" PRId64 ")", number[0]) : arena_dup(mem, "");
}

static struct json *pg_kind(struct arena *mem, const char *kind)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "kind", kind);
    return json;
}

static void write_enum(struct arena *mem, const struct enum_type *type, struct legacy_column_type *out)
{
    int64_t longest = 0;
    for (int i = 0; i < type->labels.n; i++) {
        int64_t length = (int64_t)utf8_count(type->labels.item[i]);
        longest = length > longest ? length : longest;
    }
    out->type = (struct legacy_type){"enum", false, longest, -1, -1};
    out->enum_name = type->object.name;
    out->pg_type = pg_kind(mem, "enum");
    json_set_text(mem, out->pg_type, "type_name", type->object.name);
    json_set(mem, out->pg_type, "values", json_names(mem, &type->labels));
    out->storage = "PLAIN";
}

/* The type in our spelling as SQLAlchemy's reflection spelt it for 0.8.2. */
static char *pg_reflected(struct arena *mem, const char *type, int *known)
{
    char *name = type_bare_name(mem, text_lower(mem, type));
    *known = pg_type_find(name);
    if (*known < 0)
        return text_trim(mem, type);
    const char *arguments = pg_types[*known].keeps_arguments ? reflected_arguments(mem, type) : "";
    /* SQLAlchemy knows no numeric(10) without a scale. */
    if (text_equal(pg_types[*known].reflected, "NUMERIC") && *arguments && !strchr(arguments, ','))
        arguments = text_replace(mem, arguments, ")", ", 0)");
    return arena_printf(mem, "%s%s", pg_types[*known].reflected, arguments);
}

static void pg_write_array(struct arena *mem, const char *type, struct legacy_column_type *out)
{
    int dimensions = 0;
    char *inner = text_trim(mem, type);
    while (text_ends(inner, "]") && strrchr(inner, '[')) {
        *strrchr(inner, '[') = 0;
        dimensions++;
    }
    int known;
    out->type = (struct legacy_type){"array", false, -1, -1, -1};
    out->pg_type = pg_kind(mem, "array");
    json_set_text(mem, out->pg_type, "inner", pg_reflected(mem, inner, &known));
    json_set_int(mem, out->pg_type, "dimensions", dimensions);
    out->storage = "EXTENDED";
}

/* The enum type of that name in the default schema, or NULL. */
static const struct enum_type *enum_find(struct arena *mem, const struct tree *tree, const char *type)
{
    size_t length = strlen(type);
    if (length > 2 && *type == '"' && type[length - 1] == '"')
        type = text_slice(mem, type, 1, length - 1);
    return (const struct enum_type *)tree_find(tree, KIND_ENUM, NULL, type);
}

static void pg_write(struct arena *mem, const struct tree *tree, const char *type, struct legacy_column_type *out)
{
    if (text_ends(type, "]")) {
        pg_write_array(mem, type, out);
        return;
    }
    int known;
    char *reflected = pg_reflected(mem, type, &known);
    const struct enum_type *named = known < 0 ? enum_find(mem, tree, type) : NULL;
    if (named) {
        write_enum(mem, named, out);
        return;
    }
    out->type = legacy_type_of(mem, reflected);
    out->storage = known < 0 ? "EXTENDED" : pg_types[known].storage;
    if (known >= 0 && pg_types[known].pg_kind)
        out->pg_type = pg_kind(mem, pg_types[known].pg_kind);
}

/* Upper case outside quotes, without character set and collation: they were no part of what 0.8.2 reflected. */
static char *plain_reflected(struct arena *mem, const char *type)
{
    struct buf out;
    buf_init(&out, mem);
    bool quoted = false;
    for (; *type; type++) {
        if (*type == '\'')
            quoted = !quoted;
        if (!quoted && (text_starts_nocase(type, " character set ") || text_starts_nocase(type, " collate ")))
            break;
        buf_add_c(&out, (char)(quoted ? *type : char_upper(*type)));
    }
    return out.data;
}

struct legacy_column_type legacy_type_write(struct arena *mem, const struct tree *tree, const char *type)
{
    struct legacy_column_type out = {0};
    if (!type || !*type)
        out.type = (struct legacy_type){"NULL", true, -1, -1, -1}; /* SQLAlchemy's word for a column without one */
    else if (tree->engine == ENGINE_PG)
        pg_write(mem, tree, type, &out);
    else
        out.type = legacy_type_of(mem, plain_reflected(mem, type));
    return out;
}

/* ---- canonical word to an engine's spelling ---- */

enum { LITE = ENGINE_LITE, PG = ENGINE_PG, MY = ENGINE_MY, MARIA = ENGINE_MARIA };
enum arguments { NO_ARGUMENTS, LENGTH, PRECISION };

struct spelling {
    const char *canonical, *type;
    unsigned engines;
    enum arguments arguments;
};

/*
 * Where only one type of the engine has this word.  Not here, for instance: "text" of MySQL (TEXT, MEDIUMTEXT,
 * LONGTEXT), "timestamp" of PostgreSQL (with or without a zone), "integer" of any engine.
 */
static const struct spelling exact_spellings[] = {
    {"varchar", "VARCHAR", LITE | PG | MY | MARIA, LENGTH},
    {"biginteger", "BIGINT", LITE | PG | MY | MARIA, NO_ARGUMENTS},
    {"date", "DATE", LITE | PG | MY | MARIA, NO_ARGUMENTS},
    {"json", "JSON", LITE | PG | MY, NO_ARGUMENTS},
    {"uuid", "UUID", PG | MARIA, NO_ARGUMENTS},
    {"numeric", "NUMERIC", PG | MY | MARIA, PRECISION},
    {"text", "TEXT", PG, NO_ARGUMENTS},
    {"boolean", "BOOLEAN", PG, NO_ARGUMENTS},
    {"bytes", "BYTEA", PG, NO_ARGUMENTS},
    {"tsvector", "TSVECTOR", PG, NO_ARGUMENTS},
    {"tstzrange", "TSTZRANGE", PG, NO_ARGUMENTS},
    {"tsrange", "TSRANGE", PG, NO_ARGUMENTS},
    {"daterange", "DATERANGE", PG, NO_ARGUMENTS},
    {"int4range", "INT4RANGE", PG, NO_ARGUMENTS},
    {"int8range", "INT8RANGE", PG, NO_ARGUMENTS},
    {"numrange", "NUMRANGE", PG, NO_ARGUMENTS},
};

/* What the type most probably was, of several that share a word: what SQLAlchemy makes of its own types. */
static const struct spelling likely_spellings[] = {
    {"integer", "INTEGER", LITE | PG | MY | MARIA, NO_ARGUMENTS},
    {"timestamp", "TIMESTAMP", PG, NO_ARGUMENTS},
    {"timestamp", "DATETIME", LITE | MY | MARIA, NO_ARGUMENTS},
    {"float", "DOUBLE PRECISION", PG, NO_ARGUMENTS},
    {"float", "FLOAT", LITE | MY | MARIA, NO_ARGUMENTS},
    {"numeric", "NUMERIC", LITE | MY | MARIA, PRECISION},
    {"text", "TEXT", LITE | MY | MARIA, NO_ARGUMENTS},
    {"boolean", "BOOLEAN", LITE, NO_ARGUMENTS},
    {"bytes", "BLOB", LITE | MY | MARIA, NO_ARGUMENTS},
};

static char *spell(struct arena *mem, const struct spelling *spelling, const struct json *column)
{
    int64_t length = json_get_int(column, "length", -1);
    int64_t precision = json_get_int(column, "precision", -1);
    if (spelling->arguments == LENGTH && length >= 0)
        return arena_printf(mem, "%s(%" PRId64 ")", spelling->type, length);
    if (spelling->arguments == PRECISION && precision >= 0)
        return arena_printf(mem, "%s(%" PRId64 ", %" PRId64 ")", spelling->type, precision,
                            json_get_int(column, "scale", 0));
    return arena_dup(mem, spelling->type);
}

static const struct spelling *spelling_find(const struct spelling *list, size_t n, enum engine engine,
                                            const char *canonical)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].engines & engine && text_equal(list[i].canonical, canonical))
            return &list[i];
    return NULL;
}

/* Its reflected text hides a zone, a precision or fields, or it says that there was no type. */
static bool hides_something(const char *reflected)
{
    static const char *const hiding[] = {"TIME", "TIMESTAMP", "INTERVAL", "NULL"};
    for (size_t i = 0; i < sizeof hiding / sizeof *hiding; i++)
        if (text_equal_nocase(reflected, hiding[i]))
            return true;
    return false;
}

static const char *pg_type_text(const struct json *column, const char *key)
{
    return json_get_text(json_get(column, "pg_type"), key);
}

/* Types that PostgreSQL names beside the canonical word. */
static char *pg_read(struct arena *mem, const char *canonical, const struct json *column)
{
    if (text_equal(canonical, "enum"))
        return arena_dup(mem, json_get_text(column, "enum_name"));
    if (text_equal(canonical, "array")) {
        const char *inner = pg_type_text(column, "inner");
        return inner && !hides_something(inner) ? arena_printf(mem, "%s[]", inner) : NULL;
    }
    if (text_equal(canonical, "json") && text_equal(pg_type_text(column, "kind"), "jsonb"))
        return arena_dup(mem, "JSONB");
    return NULL;
}

char *legacy_type_read(struct arena *mem, enum engine engine, const struct json *column)
{
    const char *canonical = json_get_text(column, "type");
    if (!canonical)
        return NULL;
    if (json_get_bool(column, "raw", false))
        return hides_something(canonical) ? NULL : arena_dup(mem, canonical);
    char *named = engine == ENGINE_PG ? pg_read(mem, canonical, column) : NULL;
    if (named)
        return named;
    const struct spelling *exact =
        spelling_find(exact_spellings, sizeof exact_spellings / sizeof *exact_spellings, engine, canonical);
    if (!exact)
        return NULL;
    /* MySQL's VARCHAR needs a length and its NUMERIC always has a precision: without them something was lost. */
    bool bare = (exact->arguments == LENGTH && !json_get(column, "length")) ||
                (exact->arguments == PRECISION && !json_get(column, "precision"));
    return bare && engine & (MY | MARIA) ? NULL : spell(mem, exact, column);
}

const char *legacy_type_guess(struct arena *mem, enum engine engine, const struct json *column)
{
    const char *canonical = json_get_text(column, "type");
    if (!canonical || json_get_bool(column, "raw", false))
        return text_equal(canonical, "NULL") ? NULL : canonical;
    char *exact = legacy_type_read(mem, engine, column);
    if (exact)
        return exact;
    if (engine == ENGINE_PG && text_equal(pg_type_text(column, "kind"), "timestamptz"))
        return "TIMESTAMP WITH TIME ZONE";
    if (engine == ENGINE_PG && text_equal(canonical, "array") && pg_type_text(column, "inner"))
        return arena_printf(mem, "%s[]", pg_type_text(column, "inner"));
    const struct spelling *likely =
        spelling_find(likely_spellings, sizeof likely_spellings / sizeof *likely_spellings, engine, canonical);
    return likely ? spell(mem, likely, column) : NULL;
}

static bool number_fits(int64_t number, const struct json *column, const char *key)
{
    int64_t recorded = json_get_int(column, key, -1);
    return number < 0 || recorded < 0 || number == recorded;
}

bool legacy_type_fits(struct arena *mem, const struct tree *tree, const char *type, const struct json *column)
{
    struct legacy_column_type own = legacy_type_write(mem, tree, type);
    if (!text_equal_nocase(own.type.type, json_get_text(column, "type")))
        return false;
    const char *inner = pg_type_text(column, "inner");
    const char *kind = pg_type_text(column, "kind");
    if (inner && !text_equal_nocase(json_get_text(own.pg_type, "inner"), inner))
        return false;
    if (kind && !text_equal(json_get_text(own.pg_type, "kind"), kind))
        return false;
    return number_fits(own.type.length, column, "length") && number_fits(own.type.precision, column, "precision") &&
           number_fits(own.type.scale, column, "scale");
}

bool legacy_storage_is_default(const struct json *column, const char *storage)
{
    static const struct {
        const char *canonical, *storage;
    } defaults[] = {
        {"integer", "PLAIN"},  {"biginteger", "PLAIN"}, {"boolean", "PLAIN"}, {"timestamp", "PLAIN"},
        {"date", "PLAIN"},     {"float", "PLAIN"},      {"uuid", "PLAIN"},    {"enum", "PLAIN"},
        {"numeric", "MAIN"},   {"INET", "MAIN"},        {"CIDR", "MAIN"},     {"TIME", "PLAIN"},
        {"INTERVAL", "PLAIN"}, {"MONEY", "PLAIN"},      {"MACADDR", "PLAIN"}, {"OID", "PLAIN"},
    };
    const char *type = json_get_text(column, "type");
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (text_equal(defaults[i].canonical, type))
            return text_equal(defaults[i].storage, storage);
    return text_equal(storage, "EXTENDED");
}
