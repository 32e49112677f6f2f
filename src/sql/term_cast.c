/*
 * Which casts mean nothing.  PostgreSQL prints an expression with every cast that it added to make types fit; a
 * file holds it without them.  Types of columns are not known here, so a cast is dropped only where it cannot have
 * been decisive: a string literal cast to a string type, a number widened where it is only compared, a column cast
 * to text where it is matched with text.  Where in doubt it stays, and a server is asked.
 */
#include "base/text.h"
#include "sql/term.h"

struct spelling {
    const char *name;
    const char *type;
};

static const struct spelling spellings[] = {
    {"int", "integer"},
    {"int4", "integer"},
    {"integer", "integer"},
    {"int8", "bigint"},
    {"bigint", "bigint"},
    {"int2", "smallint"},
    {"smallint", "smallint"},
    {"decimal", "numeric"},
    {"dec", "numeric"},
    {"numeric", "numeric"},
    {"float", "double precision"},
    {"float8", "double precision"},
    {"double precision", "double precision"},
    {"float4", "real"},
    {"real", "real"},
    {"bool", "boolean"},
    {"boolean", "boolean"},
    {"text", "text"},
    {"varchar", "character varying"},
    {"char varying", "character varying"},
    {"character varying", "character varying"},
    {"char", "character"},
    {"character", "character"},
    {"bpchar", "bpchar"},
    {"name", "name"},
    {"date", "date"},
    {"time", "time without time zone"},
    {"timetz", "time with time zone"},
    {"timestamp", "timestamp without time zone"},
    {"timestamptz", "timestamp with time zone"},
    {"interval", "interval"},
    {"json", "json"},
    {"jsonb", "jsonb"},
    {"uuid", "uuid"},
    {"inet", "inet"},
    {"cidr", "cidr"},
    {"macaddr", "macaddr"},
    {"xml", "xml"},
    {"bytea", "bytea"},
    {"regconfig", "regconfig"},
    {"regclass", "regclass"},
    {"tsvector", "tsvector"},
    {"tsquery", "tsquery"},
    {"money", "money"},
    {"oid", "oid"},
    {"bit", "bit"},
    {"varbit", "bit varying"},
    {"bit varying", "bit varying"},
};

char *type_spelling(struct arena *mem, const char *name)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (text_equal(spellings[i].name, name))
            return arena_dup(mem, spellings[i].type);
    return NULL;
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (text_equal(word, words[i]))
            return true;
    return false;
}

static bool is_known_type(const char *type)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (text_starts(type, spellings[i].type)) /* with length or [] after it */
            return true;
    return text_starts(type, "time") || text_has(type, "(");
}

static bool is_decimal(const char *text)
{
    bool digits = false, point = false;
    for (text += *text == '-'; *text; text++) {
        if (*text == '.' && point)
            return false;
        point = point || *text == '.';
        digits = digits || char_is_digit((unsigned char)*text);
        if (*text != '.' && !char_is_digit((unsigned char)*text))
            return false;
    }
    return digits;
}

static bool is_whole(const char *text)
{
    return is_decimal(text) && !text_has(text, ".");
}

/* As the server would print it: no plus, no leading zeros. */
static bool is_plain_whole(const char *text)
{
    const char *digits = text + (*text == '-');
    return is_whole(text) && (digits[0] != '0' || text_equal(text, "0"));
}

static bool fits_integer(const char *text)
{
    int64_t value;
    return text_to_int(text, &value) && value >= INT32_MIN && value <= INT32_MAX;
}

static const char *unquoted(struct arena *mem, const struct term *string)
{
    return text_slice(mem, string->text, 1, strlen(string->text) - 1);
}

/* Negative and large numbers are printed as '-1'::integer, '9999999999'::bigint, '-1.5'::numeric. */
static struct term *number_of(struct arena *mem, const char *value, const char *type)
{
    if (text_equal(type, "integer") && is_plain_whole(value) && fits_integer(value))
        return term_new(mem, TERM_NUMBER, value);
    if (text_equal(type, "bigint") && is_plain_whole(value)) {
        struct term *number = term_new(mem, TERM_NUMBER, value);
        return fits_integer(value) ? term_cast(mem, number, type) : number;
    }
    if (text_equal(type, "numeric") && is_decimal(value)) {
        struct term *number = term_new(mem, TERM_NUMBER, value);
        return is_whole(value) ? term_cast(mem, number, type) : number;
    }
    return NULL;
}

struct term *term_cast(struct arena *mem, struct term *inner, const char *type)
{
    struct term *number = inner->kind == TERM_STRING ? number_of(mem, unquoted(mem, inner), type) : NULL;
    if (number)
        return number;
    /* From varchar(n) to text nothing changes, and the server adds it to whatever takes text. */
    bool from_string = inner->kind == TERM_CAST && text_starts(inner->type, "character varying");
    if (from_string && text_equal(type, "text"))
        return inner;
    struct term *term = term_new(mem, TERM_CAST, NULL);
    term->inner = inner;
    term->type = type;
    term->textual = text_equal(type, "text") || text_starts(type, "character varying");
    return term;
}

static bool ends_in_blank(const char *literal)
{
    return text_ends(literal, " '");
}

/* A literal has no type of its own: it takes that of what it stands beside, and there the server prints it. */
static bool is_added_to_string(const struct term *cast, enum place place)
{
    static const char *const strings[] = {"text", "character varying", NULL};
    static const char *const only_reading[] = {"json", "jsonb",     "uuid",     "inet",  "cidr", "macaddr",
                                               "xml",  "regconfig", "regclass", "bytea", NULL};
    if (is_one_of(cast->type, strings) || place == PLACE_WHOLE)
        return !text_has(cast->type, "(");
    if (text_equal(cast->type, "bpchar"))
        return !ends_in_blank(cast->inner->text);
    if (is_one_of(cast->type, only_reading) || text_ends(cast->type, "[]"))
        return place != PLACE_EXACT;
    return place == PLACE_COMPARED && !is_known_type(cast->type); /* an enum's */
}

static bool is_added_to_number(const struct term *cast, enum place place)
{
    static const char *const whole[] = {"smallint", "integer", "bigint", "numeric", "double precision", NULL};
    static const char *const broken[] = {"numeric", "double precision", NULL};
    bool harmless = place == PLACE_WHOLE || place == PLACE_COMPARED;
    if (is_plain_whole(cast->inner->text))
        return harmless && is_one_of(cast->type, whole);
    return harmless && is_decimal(cast->inner->text) && is_one_of(cast->type, broken);
}

static bool is_added(const struct term *cast, enum place place)
{
    switch (cast->inner->kind) {
    case TERM_STRING: return is_added_to_string(cast, place);
    case TERM_NUMBER: return is_added_to_number(cast, place);
    case TERM_NAME: return place == PLACE_TEXT && text_equal(cast->type, "text");
    case TERM_NULL: return place == PLACE_WHOLE;
    default: return false;
    }
}

struct term *term_settle(struct term *term, enum place place)
{
    return term->kind == TERM_CAST && is_added(term, place) ? term->inner : term;
}

/* Functions whose arguments are strings, so that (name)::text is name there. */
bool term_is_text_function(const char *name)
{
    static const char *const names[] = {"lower",
                                        "upper",
                                        "initcap",
                                        "length",
                                        "char_length",
                                        "character_length",
                                        "btrim",
                                        "ltrim",
                                        "rtrim",
                                        "trim",
                                        "substr",
                                        "substring",
                                        "replace",
                                        "position",
                                        "strpos",
                                        "left",
                                        "right",
                                        "md5",
                                        "regexp_replace",
                                        "regexp_match",
                                        "split_part",
                                        "translate",
                                        "reverse",
                                        "lpad",
                                        "rpad",
                                        "repeat",
                                        "starts_with",
                                        "to_tsvector",
                                        "ascii",
                                        "overlay",
                                        "unaccent",
                                        "regexp_matches",
                                        "similarity",
                                        "word_similarity",
                                        NULL};
    return is_one_of(name, names);
}

/*
 * Text that a column of another type could be compared with too: a number, a date, an array.  There the cast may
 * be the user's own and decide, unless it is a whole number spelled as the server spells it: then both say the same.
 */
static bool is_surely_string(const struct term *term)
{
    const char *value = term->text + 1;
    bool suspect = char_is_digit((unsigned char)*value) || (*value && strchr("+-.{[( ", *value));
    size_t length = strlen(value);
    bool digits = length > 1 && strspn(value, "0123456789") == length - 1 && (*value != '0' || length == 2);
    return !suspect || digits;
}

struct term *term_settle_equal(struct term *term, const struct list *others)
{
    term = term_settle(term, PLACE_COMPARED);
    if (term->kind != TERM_CAST || term->inner->kind != TERM_NAME || !text_equal(term->type, "text"))
        return term;
    for (int i = 0; i < others->n; i++) {
        struct term *other = term_settle(others->item[i], PLACE_COMPARED);
        bool string = other->kind == TERM_STRING ? is_surely_string(other) : other->textual && other->kind != TERM_CAST;
        if (!string)
            return term;
    }
    return term->inner;
}
