/*
 * Types in the server's own words: one name for its many aliases (those of system.data_type_families in 26.7), what is not said
 * made explicit.  A type is a word or several, then arguments, which are types, values, or a name and a type.
 */
#include <stdio.h>

#include "base/text.h"
#include "dialect/clickhouse/parse.h"

enum shape {
    PLAIN,   /* what stands in parentheses means nothing */
    ARGS,    /* it is kept */
    DECIMAL, /* (p, s), (10, 0) if nothing is said */
    SCALE,   /* (s) of a Decimal of so many digits */
    CLOCK,   /* DateTime64 if it is a number, the zone else */
    FINE,    /* (n[, zone]), (3) if nothing is said */
    MEMBERS, /* 'a' = 1, and each further one is one more */
    CHOSEN   /* the like; the numbers say whether it is Enum8 */
};

struct alias {
    const char *words; /* in lower case */
    const char *name;
    enum shape shape;
    int digits; /* of SCALE */
};

/* clang-format off */
static const struct alias aliases[] = {
    {"bool", "Bool", PLAIN, 0}, {"boolean", "Bool", PLAIN, 0},
    {"date", "Date", PLAIN, 0}, {"date32", "Date32", PLAIN, 0},
    {"datetime", "DateTime", CLOCK, 0}, {"datetime32", "DateTime", CLOCK, 0}, {"timestamp", "DateTime", CLOCK, 0},
    {"datetime64", "DateTime64", FINE, 0}, {"time", "Time", PLAIN, 0}, {"time64", "Time64", FINE, 0},
    {"dec", "Decimal", DECIMAL, 0}, {"decimal", "Decimal", DECIMAL, 0}, {"fixed", "Decimal", DECIMAL, 0},
    {"numeric", "Decimal", DECIMAL, 0},
    {"decimal32", "Decimal", SCALE, 9}, {"decimal64", "Decimal", SCALE, 18}, {"decimal128", "Decimal", SCALE, 38},
    {"decimal256", "Decimal", SCALE, 76},
    {"enum", "Enum", CHOSEN, 0}, {"enum8", "Enum8", MEMBERS, 0}, {"enum16", "Enum16", MEMBERS, 0},
    {"binary", "FixedString", ARGS, 0},
    {"float", "Float32", PLAIN, 0}, {"real", "Float32", PLAIN, 0}, {"single", "Float32", PLAIN, 0},
    {"double", "Float64", PLAIN, 0}, {"double precision", "Float64", PLAIN, 0},
    {"inet4", "IPv4", PLAIN, 0}, {"inet6", "IPv6", PLAIN, 0},
    {"byte", "Int8", PLAIN, 0}, {"int1", "Int8", PLAIN, 0}, {"int1 signed", "Int8", PLAIN, 0},
    {"tinyint", "Int8", PLAIN, 0}, {"tinyint signed", "Int8", PLAIN, 0},
    {"smallint", "Int16", PLAIN, 0}, {"smallint signed", "Int16", PLAIN, 0},
    {"int", "Int32", PLAIN, 0}, {"int signed", "Int32", PLAIN, 0}, {"integer", "Int32", PLAIN, 0},
    {"integer signed", "Int32", PLAIN, 0}, {"mediumint", "Int32", PLAIN, 0}, {"mediumint signed", "Int32", PLAIN, 0},
    {"bigint", "Int64", PLAIN, 0}, {"bigint signed", "Int64", PLAIN, 0}, {"signed", "Int64", PLAIN, 0},
    {"int1 unsigned", "UInt8", PLAIN, 0}, {"tinyint unsigned", "UInt8", PLAIN, 0},
    {"smallint unsigned", "UInt16", PLAIN, 0}, {"year", "UInt16", PLAIN, 0},
    {"int unsigned", "UInt32", PLAIN, 0}, {"integer unsigned", "UInt32", PLAIN, 0}, {"mediumint unsigned", "UInt32", PLAIN, 0},
    {"bigint unsigned", "UInt64", PLAIN, 0}, {"bit", "UInt64", PLAIN, 0}, {"set", "UInt64", PLAIN, 0},
    {"unsigned", "UInt64", PLAIN, 0},
    {"json", "JSON", ARGS, 0}, {"string", "String", PLAIN, 0}, {"uuid", "UUID", PLAIN, 0}, {"geometry", "Geometry", PLAIN, 0},
    {"binary large object", "String", PLAIN, 0}, {"binary varying", "String", PLAIN, 0}, {"blob", "String", PLAIN, 0},
    {"bytea", "String", PLAIN, 0}, {"char", "String", PLAIN, 0}, {"char large object", "String", PLAIN, 0},
    {"char varying", "String", PLAIN, 0}, {"character", "String", PLAIN, 0}, {"character large object", "String", PLAIN, 0},
    {"character varying", "String", PLAIN, 0}, {"clob", "String", PLAIN, 0}, {"longblob", "String", PLAIN, 0},
    {"longtext", "String", PLAIN, 0}, {"mediumblob", "String", PLAIN, 0}, {"mediumtext", "String", PLAIN, 0},
    {"national char", "String", PLAIN, 0}, {"national char varying", "String", PLAIN, 0},
    {"national character", "String", PLAIN, 0}, {"national character large object", "String", PLAIN, 0},
    {"national character varying", "String", PLAIN, 0}, {"nchar", "String", PLAIN, 0},
    {"nchar large object", "String", PLAIN, 0}, {"nchar varying", "String", PLAIN, 0}, {"nvarchar", "String", PLAIN, 0},
    {"text", "String", PLAIN, 0}, {"tinyblob", "String", PLAIN, 0}, {"tinytext", "String", PLAIN, 0},
    {"varbinary", "String", PLAIN, 0}, {"varchar", "String", PLAIN, 0}, {"varchar2", "String", PLAIN, 0},
};
/* clang-format on */

static const struct alias *alias_find(const char *words)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (text_equal(aliases[i].words, words))
            return &aliases[i];
    return NULL;
}

struct reading {
    struct arena *mem;
    struct lexer lexer;
    struct token token; /* the one at hand */
    bool bad;           /* this is not a type as we know them */
};

static void next(struct reading *reading)
{
    reading->token = lex_next_code(&reading->lexer);
}

static bool ends_argument(const struct token *token)
{
    return token->kind == TOKEN_END || token_is(token, ",") || token_is(token, ")");
}

static const char *type_read(struct reading *reading);

/* Of names: quoted as a name in a type is. */
static const char *name_text(struct arena *mem, const struct token *token)
{
    return token->kind == TOKEN_QUOTED ? ident_text(mem, &ch_ident, token_name(mem, token)) : token_copy(mem, token);
}

/* The first word of an argument has been read and something follows: it is a name, and what follows its type. */
static bool is_name(const struct reading *reading)
{
    static const char *const more[] = {"precision", "varying",   "large", "object", "unsigned",
                                       "signed",    "character", "char",  NULL};
    const struct token *token = &reading->token;
    bool word = token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
    return word && !token_is_one_of(token, more);
}

/* "a.b" of a path in JSON. */
static const char *path_read(struct reading *reading, const char *first)
{
    while (token_is(&reading->token, ".")) {
        next(reading);
        first = arena_printf(reading->mem, "%s.%s", first, token_name(reading->mem, &reading->token));
        next(reading);
    }
    return first;
}

/* Something that is not a type: 3, 'UTC', max_types=3, quantiles(0.5). */
static const char *value_read(struct reading *reading, const char *first)
{
    struct buf out;
    int depth = 0;
    buf_init(&out, reading->mem);
    buf_add(&out, first);
    while (reading->token.kind != TOKEN_END && (depth || !ends_argument(&reading->token))) {
        depth += token_is(&reading->token, "(") - token_is(&reading->token, ")");
        buf_add_n(&out, reading->token.text, reading->token.length);
        if (token_is(&reading->token, ","))
            buf_add_c(&out, ' ');
        next(reading);
    }
    return out.data;
}

static const char *argument_read(struct reading *reading)
{
    struct token first = reading->token;
    struct reading back = *reading;
    if (first.kind != TOKEN_WORD && first.kind != TOKEN_QUOTED) {
        next(reading);
        return value_read(reading, token_copy(reading->mem, &first));
    }
    next(reading);
    const char *name = token_name(reading->mem, &first);
    if (token_is(&reading->token, "=") || first.kind == TOKEN_QUOTED || token_is(&reading->token, ".") ||
        is_name(reading)) {
        if (token_is(&reading->token, "="))
            return value_read(reading, name);
        bool path = token_is(&reading->token, ".");
        name = path ? ident_text(reading->mem, &ch_ident, path_read(reading, name)) : name_text(reading->mem, &first);
        return ends_argument(&reading->token) ? name : arena_printf(reading->mem, "%s %s", name, type_read(reading));
    }
    *reading = back;
    return type_read(reading);
}

/* After the "(". */
static struct names arguments_read(struct reading *reading, const char *of)
{
    bool function = text_equal(of, "AggregateFunction") || text_equal(of, "SimpleAggregateFunction");
    struct names args = {0};
    next(reading);
    while (reading->token.kind != TOKEN_END && !token_is(&reading->token, ")")) {
        if (function && !args.n) {
            struct token name = reading->token;
            next(reading);
            names_add(reading->mem, &args, value_read(reading, token_copy(reading->mem, &name)));
        } else {
            names_add(reading->mem, &args, argument_read(reading));
        }
        if (token_is(&reading->token, ","))
            next(reading);
    }
    reading->bad = reading->bad || reading->token.kind == TOKEN_END;
    next(reading);
    return args;
}

/* Each without a number has that of the one before and one more. */
static const char *members_text(struct arena *mem, const char *name, const struct names *args)
{
    struct buf out;
    int64_t number = 0, low = 0, high = 0;
    buf_init(&out, mem);
    for (int i = 0; i < args->n; i++) {
        struct lexer lexer;
        lex_open(&lexer, &ch_lex, args->item[i], strlen(args->item[i]));
        struct token member = lex_next_code(&lexer), sign = lex_next_code(&lexer);
        const char *said = token_is(&sign, "=") ? text_trim(mem, args->item[i] + lexer.offset) : NULL;
        if (!said || !text_to_int(said, &number))
            number++;
        low = number < low ? number : low;
        high = number > high ? number : high;
        buf_add(&out, i ? ", " : "");
        literal_add(&out, &ch_ident, ch_string_value(mem, &member));
        buf_addf(&out, " = %lld", (long long)number);
    }
    if (text_equal(name, "Enum"))
        name = low < -128 || high > 127 ? "Enum16" : "Enum8";
    return arena_printf(mem, "%s(%s)", name, out.data);
}

static const char *with_args(struct arena *mem, const char *name, const struct names *args)
{
    return args->n ? arena_printf(mem, "%s(%s)", name, names_join(mem, args, ", ")) : name;
}

static const char *shaped(struct arena *mem, const struct alias *alias, const struct names *args)
{
    bool digits = args->n && char_is_digit(args->item[0][0]);
    switch (alias->shape) {
    case PLAIN: return alias->name;
    case ARGS: return with_args(mem, alias->name, args);
    case DECIMAL:
        return arena_printf(mem, "Decimal(%s, %s)", args->n ? args->item[0] : "10", args->n > 1 ? args->item[1] : "0");
    case SCALE: return arena_printf(mem, "Decimal(%d, %s)", alias->digits, args->n ? args->item[0] : "0");
    case CLOCK: return with_args(mem, digits ? "DateTime64" : "DateTime", args);
    case FINE: return args->n ? with_args(mem, alias->name, args) : arena_printf(mem, "%s(3)", alias->name);
    case MEMBERS:
    case CHOSEN: return members_text(mem, alias->name, args);
    }
    return alias->name;
}

static const char *type_read(struct reading *reading)
{
    struct arena *mem = reading->mem;
    struct buf words;
    buf_init(&words, mem);
    for (; reading->token.kind == TOKEN_WORD; next(reading)) {
        if (token_is(&reading->token, "NULL")) /* "Int32 NULL" */
            break;
        buf_addf(&words, "%s%.*s", words.len ? " " : "", (int)reading->token.length, reading->token.text);
    }
    const struct alias *alias = alias_find(text_lower(mem, words.data));
    const char *name = alias ? alias->name : words.data;
    struct names args = token_is(&reading->token, "(") ? arguments_read(reading, name) : (struct names){0};
    for (; reading->token.kind == TOKEN_WORD && !token_is(&reading->token, "NULL");
         next(reading)) { /* INT(11) UNSIGNED */
        buf_addf(&words, " %.*s", (int)reading->token.length, reading->token.text);
        alias = alias_find(text_lower(mem, words.data));
    }
    const char *type = alias ? shaped(mem, alias, &args) : with_args(mem, name, &args);
    reading->bad = reading->bad || !words.len;
    if (!token_is(&reading->token, "NULL"))
        return type;
    next(reading);
    return text_starts(type, "Nullable(") ? type : arena_printf(mem, "Nullable(%s)", type);
}

char *ch_type_normal(struct arena *mem, const struct target *target, const char *type)
{
    struct reading reading = {.mem = mem};
    if (!type)
        return NULL;
    lex_open(&reading.lexer, &ch_lex, type, strlen(type));
    next(&reading);
    const char *normal = type_read(&reading);
    return arena_dup(mem, reading.bad || reading.token.kind != TOKEN_END ? type : normal);
}

const char *ch_type_inside(struct arena *mem, const char *type, const char *outer)
{
    size_t length = strlen(outer), whole = strlen(type);
    bool is = text_starts(type, outer) && type[length] == '(' && type[whole - 1] == ')';
    return is ? text_slice(mem, type, length + 1, whole - 1) : NULL;
}

bool ch_type_is_text(const char *type)
{
    return text_starts(type, "String") || text_starts(type, "FixedString");
}

bool ch_type_is_nullable(const char *type)
{
    return type && (text_starts(type, "Nullable(") || text_starts(type, "LowCardinality(Nullable("));
}

static const struct type_ladder ladders[] = {
    {.type = {"int8", "int16", "int32", "int64", "int128", "int256"}, .wraps = true},
    {.type = {"uint8", "uint16", "uint32", "uint64", "uint128", "uint256"}, .wraps = true},
    {.type = {"uint8", "int16", "int32", "int64", "int128", "int256"}, .wraps = true},
    {.type = {"uint16", "int32", "int64", "int128", "int256"}, .wraps = true},
    {.type = {"uint32", "int64", "int128", "int256"}, .wraps = true},
    {.type = {"uint64", "int128", "int256"}, .wraps = true},
    {.type = {"int8", "float32", "float64"}, .rounds = true},
    {.type = {"int16", "float32", "float64"}, .rounds = true},
    {.type = {"uint8", "float32", "float64"}, .rounds = true},
    {.type = {"uint16", "float32", "float64"}, .rounds = true},
    {.type = {"int32", "float64"}, .rounds = true},
    {.type = {"uint32", "float64"}, .rounds = true},
    {.type = {"fixedstring", "string"}},
    {.type = {"enum8", "enum16", "string"}},
    {.type = {"int8", "string"}},
    {.type = {"int16", "string"}},
    {.type = {"int32", "string"}},
    {.type = {"int64", "string"}},
    {.type = {"uint8", "string"}},
    {.type = {"uint16", "string"}},
    {.type = {"uint32", "string"}},
    {.type = {"uint64", "string"}},
    {.type = {"uuid", "string"}},
    {.type = {"date", "date32"}, .rounds = true},
    {.type = {"date", "datetime", "datetime64"}, .rounds = true},
    {{NULL}},
};

static const char *const rounded[] = {"decimal", "float32", "float64", "datetime64", "time64", NULL};
static const char *const unlimited[] = {"String", NULL};

/* Whether there may be NULL, and how values are kept, is not what they can be. */
static const char *type_inside(struct arena *mem, const char *type)
{
    static const char *const wraps[] = {"LowCardinality", "Nullable", NULL};
    for (int i = 0; wraps[i]; i++) {
        const char *within = ch_type_inside(mem, type, wraps[i]);
        type = within ? within : type;
    }
    return type;
}

static int step_of(const struct type_ladder *ladder, const char *type)
{
    for (int i = 0; ladder->type[i]; i++)
        if (text_equal(ladder->type[i], type))
            return i;
    return -1;
}

/* Decimal(p, s): both the digits before the point and those after it may only become more. */
static bool decimal_widens(const char *from, const char *to)
{
    int a[2], b[2];
    return sscanf(from, "Decimal(%d, %d)", &a[0], &a[1]) == 2 && sscanf(to, "Decimal(%d, %d)", &b[0], &b[1]) == 2 &&
           b[1] >= a[1] && b[0] - b[1] >= a[0] - a[1];
}

bool ch_type_widens(struct arena *mem, const char *from, const char *to)
{
    const char *a = type_without_numbers(mem, from), *b = type_without_numbers(mem, to);
    for (const struct type_ladder *ladder = ladders; ladder->type[0]; ladder++) {
        int at = step_of(ladder, a), wanted = step_of(ladder, b);
        if (at >= 0 && wanted > at)
            return true;
    }
    return decimal_widens(from, to);
}

const struct type_rules ch_types = {
    .ladders = ladders, .rounded = rounded, .unlimited = unlimited, .inside = type_inside};
