/*
 * Types in the form in which both servers mean the same: one word for its many names, lengths that are not said made
 * explicit, widths of integers left out where they only pad.  A character set is not part of it: settle.c makes a
 * collation of that.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

enum shape {
    PLAIN,    /* what stands in parentheses means nothing */
    WIDTH,    /* likewise, but with ZEROFILL */
    BOOLEAN,  /* (1) is a type of its own */
    LENGTH,   /* (n) as said */
    ONE,      /* (n), (1) if nothing is said */
    DECIMAL,  /* (p,s) */
    CLOCK,    /* (n), nothing if 0 */
    FLOATING, /* (p) chooses the type */
    PAIR,     /* (m,d) as said */
    TEXTS,    /* (n) chooses the size */
    BLOBS,
    MEMBERS /* the list as it is */
};

struct alias {
    const char *words;
    const char *name;
    enum shape shape;
};

static const struct alias aliases[] = {
    {"bigint", "bigint", WIDTH},
    {"binary", "binary", ONE},
    {"bit", "bit", ONE},
    {"blob", "blob", BLOBS},
    {"bool", "tinyint(1)", PLAIN},
    {"boolean", "tinyint(1)", PLAIN},
    {"char", "char", ONE},
    {"char byte", "binary", ONE},
    {"char varying", "varchar", LENGTH},
    {"character", "char", ONE},
    {"character varying", "varchar", LENGTH},
    {"date", "date", PLAIN},
    {"datetime", "datetime", CLOCK},
    {"dec", "decimal", DECIMAL},
    {"decimal", "decimal", DECIMAL},
    {"double", "double", PAIR},
    {"double precision", "double", PAIR},
    {"enum", "enum", MEMBERS},
    {"fixed", "decimal", DECIMAL},
    {"float", "float", FLOATING},
    {"float4", "float", PLAIN},
    {"float8", "double", PLAIN},
    {"geomcollection", "geomcollection", PLAIN},
    {"geometry", "geometry", PLAIN},
    {"geometrycollection", "geomcollection", PLAIN},
    {"inet4", "inet4", PLAIN},
    {"inet6", "inet6", PLAIN},
    {"int", "int", WIDTH},
    {"int1", "tinyint", BOOLEAN},
    {"int2", "smallint", WIDTH},
    {"int3", "mediumint", WIDTH},
    {"int4", "int", WIDTH},
    {"int8", "bigint", WIDTH},
    {"integer", "int", WIDTH},
    {"json", "json", PLAIN},
    {"linestring", "linestring", PLAIN},
    {"long", "mediumtext", PLAIN},
    {"long binary", "mediumblob", PLAIN},
    {"long varbinary", "mediumblob", PLAIN},
    {"long varchar", "mediumtext", PLAIN},
    {"longblob", "longblob", PLAIN},
    {"longtext", "longtext", PLAIN},
    {"mediumblob", "mediumblob", PLAIN},
    {"mediumint", "mediumint", WIDTH},
    {"mediumtext", "mediumtext", PLAIN},
    {"middleint", "mediumint", WIDTH},
    {"multilinestring", "multilinestring", PLAIN},
    {"multipoint", "multipoint", PLAIN},
    {"multipolygon", "multipolygon", PLAIN},
    {"national char", "char", ONE},
    {"national char varying", "varchar", LENGTH},
    {"national character", "char", ONE},
    {"national character varying", "varchar", LENGTH},
    {"national varchar", "varchar", LENGTH},
    {"nchar", "char", ONE},
    {"nchar varchar", "varchar", LENGTH},
    {"nchar varying", "varchar", LENGTH},
    {"number", "decimal", DECIMAL},
    {"numeric", "decimal", DECIMAL},
    {"nvarchar", "varchar", LENGTH},
    {"point", "point", PLAIN},
    {"polygon", "polygon", PLAIN},
    {"real", "double", PAIR},
    {"set", "set", MEMBERS},
    {"smallint", "smallint", WIDTH},
    {"text", "text", TEXTS},
    {"time", "time", CLOCK},
    {"timestamp", "timestamp", CLOCK},
    {"tinyblob", "tinyblob", PLAIN},
    {"tinyint", "tinyint", BOOLEAN},
    {"tinytext", "tinytext", PLAIN},
    {"uuid", "uuid", PLAIN},
    {"varbinary", "varbinary", LENGTH},
    {"varchar", "varchar", LENGTH},
    {"varcharacter", "varchar", LENGTH},
    {"vector", "vector", LENGTH},
    {"year", "year", PLAIN},
};

static const struct alias *alias_find(const char *words)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (text_equal(aliases[i].words, words))
            return &aliases[i];
    return NULL;
}

/* A type text in its parts. */
struct pieces {
    struct buf words; /* before the arguments, in lower case */
    struct buf args;
    bool has_args, after_args;
    bool is_unsigned, zerofill, compressed, binary;
    const char *charset, *collation;
};

static const char *value_after(struct arena *mem, struct lexer *lexer)
{
    struct token token = lex_next_code(lexer);
    if (token_is(&token, "="))
        token = lex_next_code(lexer);
    return token.kind == TOKEN_END ? NULL : text_lower(mem, token_name(mem, &token));
}

static void args_take(struct pieces *pieces, struct lexer *lexer)
{
    int depth = 1;
    pieces->has_args = true;
    for (struct token token = lex_next_code(lexer); token.kind != TOKEN_END; token = lex_next_code(lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (!depth)
            return;
        if (token.kind == TOKEN_STRING)
            buf_add(&pieces->args, normal_expr(pieces->args.mem, &my_normal, token_copy(pieces->args.mem, &token)));
        else
            buf_add_n(&pieces->args, token.text, token.length);
    }
}

static bool mark_take(struct pieces *pieces, const struct token *token)
{
    bool zerofill = token_is(token, "zerofill"), compressed = token_is(token, "compressed");
    bool is_unsigned = zerofill || token_is(token, "unsigned");
    bool binary = token_is(token, "binary") && pieces->words.len && !text_equal(pieces->words.data, "long");
    pieces->is_unsigned |= is_unsigned;
    pieces->zerofill |= zerofill;
    pieces->compressed |= compressed;
    pieces->binary |= binary; /* of a text: sorted by its bytes */
    return is_unsigned || compressed || binary;
}

static void word_take(struct arena *mem, struct pieces *pieces, struct lexer *lexer, const struct token *token)
{
    struct lexer ahead = *lexer;
    struct token next = lex_next_code(&ahead);
    if (token_is(token, "charset") ||
        ((token_is(token, "character") || token_is(token, "char")) && token_is(&next, "set"))) {
        if (!token_is(token, "charset"))
            *lexer = ahead;
        pieces->charset = value_after(mem, lexer);
    } else if (token_is(token, "collate")) {
        pieces->collation = value_after(mem, lexer);
    } else if (mark_take(pieces, token)) {
        return;
    } else if (token_is(token, "ascii") || token_is(token, "unicode")) {
        pieces->charset = token_is(token, "ascii") ? "latin1" : "ucs2";
    } else if (!pieces->has_args && !token_is(token, "signed")) {
        buf_add(&pieces->words, pieces->words.len ? " " : "");
        buf_add(&pieces->words, text_lower(mem, token_copy(mem, token)));
    }
}

/* NCHAR, NATIONAL VARCHAR ... */
static bool is_national(const struct pieces *pieces)
{
    static const char *const starts[] = {"national ", "nchar", "nvarchar"};
    for (size_t i = 0; pieces->words.len && i < sizeof starts / sizeof *starts; i++)
        if (text_starts(pieces->words.data, starts[i]))
            return true;
    return false;
}

static void pieces_read(struct arena *mem, const char *type, struct pieces *pieces)
{
    struct lexer lexer;
    *pieces = (struct pieces){.charset = NULL};
    buf_init(&pieces->words, mem);
    buf_init(&pieces->args, mem);
    lex_open(&lexer, &my_lex, type, strlen(type));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (token_is(&token, "("))
            args_take(pieces, &lexer);
        else if (token.kind == TOKEN_WORD)
            word_take(mem, pieces, &lexer, &token);
    }
    if (is_national(pieces) && !pieces->charset)
        pieces->charset = "utf8mb3";
}

const char *my_type_without_charset(struct arena *mem, const char *type, const char **charset, const char **collation)
{
    struct pieces pieces;
    struct buf out;
    pieces_read(mem, type, &pieces);
    const char *sorted = pieces.charset ? pieces.charset : *charset;
    if (pieces.binary && !pieces.collation && sorted)
        pieces.collation = arena_printf(mem, "%s_bin", sorted);
    *charset = pieces.charset;
    *collation = pieces.collation;
    if (!pieces.charset && !pieces.collation)
        return type;
    const struct alias *plain = is_national(&pieces) ? alias_find(pieces.words.data) : NULL;
    buf_init(&out, mem);
    buf_add(&out, text_upper(mem, plain ? plain->name : pieces.words.data));
    if (pieces.has_args)
        buf_addf(&out, "(%s)", pieces.args.data);
    return out.data;
}

static int64_t number_of(struct arena *mem, const char *args)
{
    int64_t number = 0;
    return text_to_int(text_slice(mem, args, 0, strcspn(args, ",")), &number) ? number : 0;
}

/* The smallest that holds so many bytes, as both servers choose it. */
static const char *sized(const char *const *names, int64_t bytes)
{
    return bytes < 1 << 8 ? names[0] : bytes < 1 << 16 ? names[1] : bytes < 1 << 24 ? names[2] : names[3];
}

static const char *const texts[] = {"tinytext", "text", "mediumtext", "longtext"};
static const char *const blobs[] = {"tinyblob", "blob", "mediumblob", "longblob"};
enum { WIDEST_CHARACTER = 4, FLOAT_DIGITS = 24 };

static int width_of(const char *charset)
{
    bool narrow =
        charset && (text_starts(charset, "latin") || text_equal(charset, "ascii") || text_equal(charset, "binary"));
    return narrow ? 1 : charset && text_equal(charset, "utf8mb3") ? 3 : WIDEST_CHARACTER;
}

/* What is written of a type: its alias, and what stands in parentheses. */
struct spelling {
    struct buf *out;
    const struct alias *alias;
    const struct pieces *pieces;
    const char *args; /* NULL: none */
    int64_t number;   /* the first of them */
    int width;        /* of a character */
};

typedef void shape_fn(const struct spelling *type);

static void add_plain(const struct spelling *type)
{
    buf_add(type->out, type->alias->name);
}

static void add_args(const struct spelling *type, bool with)
{
    buf_add(type->out, type->alias->name);
    if (with && type->args)
        buf_addf(type->out, "(%s)", type->args);
}

static void add_length(const struct spelling *type)
{
    add_args(type, true);
}

static void add_width(const struct spelling *type)
{
    add_args(type, type->pieces->zerofill);
}

static void add_boolean(const struct spelling *type)
{
    add_args(type, type->pieces->zerofill || (type->number == 1 && !type->pieces->is_unsigned));
}

static void add_clock(const struct spelling *type)
{
    add_args(type, type->number);
}

static void add_one(const struct spelling *type)
{
    buf_addf(type->out, "%s(%s)", type->alias->name, type->args ? type->args : "1");
}

static void add_decimal(const struct spelling *type)
{
    bool scaled = type->args && strchr(type->args, ',');
    buf_addf(type->out, "decimal(%s%s)", type->args ? type->args : "10", scaled ? "" : ",0");
}

static void add_floating(const struct spelling *type)
{
    if (type->args && strchr(type->args, ','))
        add_args(type, true);
    else
        buf_add(type->out, type->number > FLOAT_DIGITS ? "double" : "float");
}

static void add_text(const struct spelling *type)
{
    buf_add(type->out, type->args ? sized(texts, type->number * type->width) : "text");
}

static void add_blob(const struct spelling *type)
{
    buf_add(type->out, type->args ? sized(blobs, type->number) : "blob");
}

static shape_fn *const shapes[] = {
    [PLAIN] = add_plain, [WIDTH] = add_width,     [BOOLEAN] = add_boolean, [LENGTH] = add_length,
    [ONE] = add_one,     [DECIMAL] = add_decimal, [CLOCK] = add_clock,     [FLOATING] = add_floating,
    [PAIR] = add_length, [TEXTS] = add_text,      [BLOBS] = add_blob,      [MEMBERS] = add_length,
};

static void shape_add(struct buf *out, const struct target *target, const struct alias *alias,
                      const struct pieces *pieces)
{
    const char *args = pieces->has_args ? pieces->args.data : NULL;
    const char *charset = pieces->charset || !target ? pieces->charset : target->facts.charset;
    shapes[alias->shape](&(struct spelling){.out = out,
                                            .alias = alias,
                                            .pieces = pieces,
                                            .args = args,
                                            .number = args ? number_of(out->mem, args) : 0,
                                            .width = width_of(charset)});
}

char *my_type_normal(struct arena *mem, const struct target *target, const char *type)
{
    struct pieces pieces;
    struct buf out;
    if (!type)
        return NULL;
    pieces_read(mem, type, &pieces);
    const struct alias *alias = alias_find(pieces.words.data);
    if (!alias)
        return normal_space(mem, &my_normal, type);
    buf_init(&out, mem);
    shape_add(&out, target, alias, &pieces);
    if (pieces.is_unsigned)
        buf_add(&out, pieces.zerofill ? " unsigned zerofill" : " unsigned");
    if (pieces.compressed)
        buf_add(&out, " compressed");
    return out.data;
}

bool my_type_is_of(struct arena *mem, const char *type, const char *const *names)
{
    const char *normal = my_type_normal(mem, NULL, type);
    size_t length = normal ? strcspn(normal, "( ") : 0;
    for (int i = 0; normal && names[i]; i++)
        if (strlen(names[i]) == length && strncmp(normal, names[i], length) == 0)
            return true;
    return false;
}

bool my_type_is(struct arena *mem, const char *type, const char *name)
{
    return my_type_is_of(mem, type, (const char *const[]){name, NULL});
}

bool my_type_is_numeric(struct arena *mem, const char *type)
{
    static const char *const numeric[] = {"tinyint", "smallint", "mediumint", "int",  "bigint",
                                          "decimal", "float",    "double",    "year", NULL};
    return my_type_is_of(mem, type, numeric);
}

/* ---- what a change of type does to values ---- */

static const struct type_ladder ladders[] = {
    {.type = {"tinyint", "smallint", "mediumint", "int", "bigint"}},
    {.type = {"tinyint unsigned", "smallint unsigned", "mediumint unsigned", "int unsigned", "bigint unsigned"}},
    {.type = {"tinyint unsigned", "smallint", "int", "bigint"}},
    {.type = {"smallint unsigned", "mediumint", "int", "bigint"}},
    {.type = {"int unsigned", "bigint"}},
    {.type = {"float", "double"}, .rounds = true},
    {.type = {"char", "varchar", "text", "mediumtext", "longtext"}},
    {.type = {"tinytext", "text", "mediumtext", "longtext"}},
    {.type = {"enum", "varchar", "text", "mediumtext", "longtext"}},
    {.type = {"set", "varchar", "text", "mediumtext", "longtext"}},
    {.type = {"binary", "varbinary", "blob", "mediumblob", "longblob"}},
    {.type = {"tinyblob", "blob", "mediumblob", "longblob"}},
    {.type = {"date", "datetime"}, .rounds = true},
    {.type = {"timestamp", "datetime"}},
    {{NULL}},
};

static const char *const rounded[] = {"decimal", "float", "double", "time", "datetime", "timestamp", NULL};

static const struct type_digits digits[] = {
    {"tinyint", 2, true}, {"smallint", 4, true}, {"mediumint", 6, true}, {"int", 9, true},
    {"bigint", 18, true}, {"float", 6, false},   {"double", 15, false},  {NULL, 0, false},
};

static const char *const unlimited[] = {"longtext", NULL};

static const char *type_rung(struct arena *mem, const char *type)
{
    char *plain = arena_dup(mem, type_without_numbers(mem, type));
    static const char *const same[] = {" zerofill", " compressed"}; /* which hold as much without it */
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        char *end = strstr(plain, same[i]);
        if (end)
            *end = '\0';
    }
    return plain;
}

const struct type_rules my_types = {
    .ladders = ladders, .rounded = rounded, .digits = digits, .unlimited = unlimited, .rung = type_rung};
