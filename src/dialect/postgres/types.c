/*
 * Type names in the form in which the server prints them.
 *
 * A type text is read token by token into its parts (schema, name, arguments, what follows, array or not); a table
 * turns the many names of one type into the server's.  What is not in the table is a user's type and keeps its
 * name.  Does not check that a type exists.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

enum shape {
    PLAIN,    /* no arguments */
    LENGTH,   /* (n) as said */
    ONE,      /* (n), (1) if nothing is said */
    DECIMAL,  /* (p,s), s 0 if not said */
    CLOCK,    /* precision, and a time zone or none after it */
    INTERVAL, /* precision or fields */
    FLOATING  /* the precision chooses the type */
};

struct pg_alias {
    const char *words; /* lower case, one space between */
    const char *name;
    enum shape shape;
    const char *tail; /* the zone that the alias implies */
    bool serial;
};

#define WITH_ZONE "with time zone"
#define NO_ZONE   "without time zone"

static const struct pg_alias pg_aliases[] = {
    {"bigint", "bigint", PLAIN},
    {"bigserial", "bigint", PLAIN, NULL, true},
    {"bit", "bit", ONE},
    {"bit varying", "bit varying", LENGTH},
    {"bool", "boolean", PLAIN},
    {"boolean", "boolean", PLAIN},
    {"box", "box", PLAIN},
    {"bpchar", "bpchar", LENGTH},
    {"bytea", "bytea", PLAIN},
    {"char", "character", ONE},
    {"char varying", "character varying", LENGTH},
    {"character", "character", ONE},
    {"character varying", "character varying", LENGTH},
    {"cidr", "cidr", PLAIN},
    {"circle", "circle", PLAIN},
    {"date", "date", PLAIN},
    {"datemultirange", "datemultirange", PLAIN},
    {"daterange", "daterange", PLAIN},
    {"dec", "numeric", DECIMAL},
    {"decimal", "numeric", DECIMAL},
    {"double precision", "double precision", PLAIN},
    {"float", "double precision", FLOATING},
    {"float4", "real", PLAIN},
    {"float8", "double precision", PLAIN},
    {"inet", "inet", PLAIN},
    {"int", "integer", PLAIN},
    {"int2", "smallint", PLAIN},
    {"int4", "integer", PLAIN},
    {"int4multirange", "int4multirange", PLAIN},
    {"int4range", "int4range", PLAIN},
    {"int8", "bigint", PLAIN},
    {"int8multirange", "int8multirange", PLAIN},
    {"int8range", "int8range", PLAIN},
    {"integer", "integer", PLAIN},
    {"interval", "interval", INTERVAL},
    {"json", "json", PLAIN},
    {"jsonb", "jsonb", PLAIN},
    {"jsonpath", "jsonpath", PLAIN},
    {"line", "line", PLAIN},
    {"lseg", "lseg", PLAIN},
    {"macaddr", "macaddr", PLAIN},
    {"macaddr8", "macaddr8", PLAIN},
    {"money", "money", PLAIN},
    {"name", "name", PLAIN},
    {"national char", "character", ONE},
    {"national char varying", "character varying", LENGTH},
    {"national character", "character", ONE},
    {"national character varying", "character varying", LENGTH},
    {"nchar", "character", ONE},
    {"nchar varying", "character varying", LENGTH},
    {"numeric", "numeric", DECIMAL},
    {"nummultirange", "nummultirange", PLAIN},
    {"numrange", "numrange", PLAIN},
    {"oid", "oid", PLAIN},
    {"path", "path", PLAIN},
    {"pg_lsn", "pg_lsn", PLAIN},
    {"point", "point", PLAIN},
    {"polygon", "polygon", PLAIN},
    {"real", "real", PLAIN},
    {"regclass", "regclass", PLAIN},
    {"regconfig", "regconfig", PLAIN},
    {"regtype", "regtype", PLAIN},
    {"serial", "integer", PLAIN, NULL, true},
    {"serial2", "smallint", PLAIN, NULL, true},
    {"serial4", "integer", PLAIN, NULL, true},
    {"serial8", "bigint", PLAIN, NULL, true},
    {"smallint", "smallint", PLAIN},
    {"smallserial", "smallint", PLAIN, NULL, true},
    {"text", "text", PLAIN},
    {"time", "time", CLOCK, NO_ZONE},
    {"timestamp", "timestamp", CLOCK, NO_ZONE},
    {"timestamptz", "timestamp", CLOCK, WITH_ZONE},
    {"timetz", "time", CLOCK, WITH_ZONE},
    {"tsmultirange", "tsmultirange", PLAIN},
    {"tsquery", "tsquery", PLAIN},
    {"tsrange", "tsrange", PLAIN},
    {"tstzmultirange", "tstzmultirange", PLAIN},
    {"tstzrange", "tstzrange", PLAIN},
    {"tsvector", "tsvector", PLAIN},
    {"uuid", "uuid", PLAIN},
    {"varbit", "bit varying", LENGTH},
    {"varchar", "character varying", LENGTH},
    {"xml", "xml", PLAIN},
};

static const struct pg_alias *alias_find(const char *words)
{
    size_t low = 0, high = sizeof pg_aliases / sizeof *pg_aliases;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(words, pg_aliases[middle].words);
        if (order == 0)
            return &pg_aliases[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* The pieces of a type text before they are given a meaning. */
struct pieces {
    struct arena *mem;
    struct buf words; /* unquoted ones before the arguments */
    struct buf after; /* unquoted ones after them */
    struct buf args;
    const char *schema;
    const char *quoted; /* a name in quotes */
    bool has_args;
    bool array;
    bool wrong;
};

static void add_word(struct buf *buf, const char *word)
{
    if (buf->len > 0)
        buf_add_c(buf, ' ');
    buf_add(buf, word);
}

static void take_args(struct pieces *pieces, struct lexer *lexer)
{
    int depth = 1;

    pieces->wrong |= pieces->has_args;
    pieces->has_args = true;
    for (;;) {
        struct token token = lex_next_code(lexer);
        if (token.kind == TOKEN_END) {
            pieces->wrong = true;
            return;
        }
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (depth == 0)
            return;
        buf_add(&pieces->args, text_lower(pieces->mem, token_copy(pieces->mem, &token)));
    }
}

/* "[3]", "[]" and the word ARRAY all say the same: the server keeps no dimensions. */
static void take_array(struct pieces *pieces, struct lexer *lexer)
{
    struct token token;

    pieces->array = true;
    do
        token = lex_next_code(lexer);
    while (token.kind == TOKEN_NUMBER);
    pieces->wrong |= !token_is(&token, "]");
}

static void take_dot(struct pieces *pieces)
{
    const char *name = pieces->quoted ? pieces->quoted : pieces->words.data;

    pieces->wrong |= pieces->schema || name[0] == '\0';
    pieces->schema = arena_dup(pieces->mem, name);
    pieces->quoted = NULL;
    buf_cut(&pieces->words, 0);
}

static void take_token(struct pieces *pieces, struct lexer *lexer, const struct token *token)
{
    if (token_is(token, "("))
        take_args(pieces, lexer);
    else if (token_is(token, "["))
        take_array(pieces, lexer);
    else if (token_is(token, "array"))
        pieces->array = true;
    else if (token_is(token, "."))
        take_dot(pieces);
    else if (token->kind == TOKEN_QUOTED && pieces->words.len == 0)
        pieces->quoted = token_name(pieces->mem, token);
    else if (token->kind == TOKEN_WORD)
        add_word(pieces->has_args ? &pieces->after : &pieces->words,
                 text_lower(pieces->mem, token_copy(pieces->mem, token)));
    else
        pieces->wrong = true;
}

static bool pieces_read(struct arena *mem, const char *text, struct pieces *pieces)
{
    struct lexer lexer;

    *pieces = (struct pieces){.mem = mem};
    buf_init(&pieces->words, mem);
    buf_init(&pieces->after, mem);
    buf_init(&pieces->args, mem);
    lex_open(&lexer, &pg_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        take_token(pieces, &lexer, &token);
    return !pieces->wrong && (pieces->quoted || pieces->words.len > 0);
}

/* "timestamp with time zone" and "interval day to second" before the name is looked up: cut the tail off. */
static const char *cut_tail(struct pieces *pieces)
{
    static const char *const zones[] = {WITH_ZONE, NO_ZONE};
    const char *words = pieces->words.data;

    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        if (text_equal(pieces->after.data, zones[i]))
            return zones[i];
        if (text_ends(words, zones[i]) && pieces->words.len > strlen(zones[i])) {
            buf_cut(&pieces->words, pieces->words.len - strlen(zones[i]) - 1);
            return zones[i];
        }
    }
    if (text_starts(words, "interval ")) {
        const char *fields = arena_dup(pieces->mem, words + strlen("interval "));
        buf_cut(&pieces->words, strlen("interval"));
        return fields;
    }
    return pieces->after.len > 0 ? pieces->after.data : NULL;
}

static const char *decimal_args(struct arena *mem, const char *args)
{
    return !args || strchr(args, ',') ? args : arena_printf(mem, "%s,0", args);
}

static void give_shape(struct arena *mem, const struct pg_alias *alias, const char *tail, struct pg_type *type)
{
    int64_t digits;

    if (alias->shape == PLAIN)
        type->args = NULL;
    else if (alias->shape == ONE && !type->args)
        type->args = "1";
    else if (alias->shape == DECIMAL)
        type->args = decimal_args(mem, type->args);
    else if (alias->shape == FLOATING) {
        if (type->args && text_to_int(type->args, &digits) && digits <= 24)
            type->name = "real";
        type->args = NULL;
    }
    if (alias->shape == CLOCK)
        type->tail = tail ? tail : alias->tail;
    else if (alias->shape == INTERVAL)
        type->tail = tail;
    else if (tail)
        type->known = false;
    /* bpchar(n) is character(n); without a length it is a type of its own. */
    if (text_equal(type->name, "bpchar") && type->args)
        type->name = "character";
}

bool pg_type_read(struct arena *mem, const char *text, struct pg_type *type)
{
    struct pieces pieces;
    const struct pg_alias *alias;
    const char *tail;

    *type = (struct pg_type){0};
    if (!pieces_read(mem, text, &pieces))
        return false;
    type->array = pieces.array;
    type->args = pieces.has_args ? pieces.args.data : NULL;
    if (!text_equal(pieces.schema, "pg_catalog"))
        type->schema = pieces.schema;
    if (pieces.quoted) {
        type->name = pieces.quoted;
        type->tail = pieces.after.len > 0 ? pieces.after.data : NULL;
        return true;
    }
    tail = cut_tail(&pieces);
    alias = !type->schema ? alias_find(pieces.words.data) : NULL;
    if (!alias) {
        type->name = pieces.words.data;
        type->tail = tail;
        return true;
    }
    type->known = true;
    type->name = alias->name;
    type->serial = alias->serial;
    give_shape(mem, alias, tail, type);
    return true;
}

char *pg_type_text(struct arena *mem, const struct pg_type *type)
{
    struct buf out;
    bool fields = text_equal(type->name, "interval") && type->tail;

    buf_init(&out, mem);
    if (type->known)
        buf_add(&out, type->name);
    else
        ident_add_qualified(&out, &pg_ident, type->schema, type->name);
    if (fields)
        buf_addf(&out, " %s", type->tail);
    if (type->args)
        buf_addf(&out, "(%s)", type->args);
    if (type->tail && !fields)
        buf_addf(&out, " %s", type->tail);
    if (type->array)
        buf_add(&out, "[]");
    return out.data;
}

/* A user's type in the usual schema goes without it, unless the server has one of that name, which comes first. */
static char *normal_text(struct arena *mem, const char *type, const char *usual)
{
    struct pg_type read;

    if (!type)
        return NULL;
    if (!pg_type_read(mem, type, &read))
        return text_lower(mem, text_trim(mem, type));
    if (usual && text_equal(read.schema, usual) && !alias_find(read.name))
        read.schema = NULL;
    return pg_type_text(mem, &read);
}

char *pg_type_normal(struct arena *mem, const struct target *target, const char *type)
{
    return normal_text(mem, type, target_usual(target));
}

char *pg_type_plain(struct arena *mem, const char *type)
{
    return normal_text(mem, type, NULL);
}

const char *pg_serial_type(struct arena *mem, const char *type)
{
    struct pg_type read;

    if (!type || !pg_type_read(mem, type, &read) || !read.serial || read.array)
        return NULL;
    return read.name;
}

const char *pg_serial_name(struct arena *mem, const char *type)
{
    const char *normal = pg_type_plain(mem, type);

    if (text_equal(normal, "integer"))
        return "SERIAL";
    if (text_equal(normal, "bigint"))
        return "BIGSERIAL";
    return text_equal(normal, "smallint") ? "SMALLSERIAL" : NULL;
}

/* Types whose values may be moved out of the row; the rest of the known ones are plain. */
const char *pg_type_storage(struct arena *mem, const char *type)
{
    static const char *const extended[] = {
        "bit",          "bit varying",   "bpchar",         "bytea",          "character",      "character varying",
        "daterange",    "int4range",     "int8range",      "json",           "jsonb",          "jsonpath",
        "numrange",     "path",          "polygon",        "text",           "tsrange",        "tstzrange",
        "tsvector",     "xml",           "datemultirange", "int4multirange", "int8multirange", "nummultirange",
        "tsmultirange", "tstzmultirange"};
    static const char *const main_[] = {"cidr", "inet", "numeric"};
    struct pg_type read;

    if (!type || !pg_type_read(mem, type, &read))
        return NULL;
    if (read.array)
        return "extended";
    if (!read.known)
        return NULL;
    for (size_t i = 0; i < sizeof extended / sizeof *extended; i++)
        if (text_equal(read.name, extended[i]))
            return "extended";
    for (size_t i = 0; i < sizeof main_ / sizeof *main_; i++)
        if (text_equal(read.name, main_[i]))
            return "main";
    return "plain";
}
