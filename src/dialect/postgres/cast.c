/*
 * What ALTER COLUMN ... TYPE has to say so that the rows are converted.
 *
 * Where an assignment cast leads from the old type to the new one the server converts by itself, and a USING would
 * only be noise.  Elsewhere we name the way: an explicit cast where there is one, else by way of text, which is
 * always accepted and fails only if a row holds something that cannot be read as the new type.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

/* Types between which every pair has an assignment cast (pg_cast.castcontext 'i' or 'a', or input/output to a string). */
enum family {
    FAMILY_NONE,
    FAMILY_NUMBER,
    FAMILY_STRING,
    FAMILY_MOMENT,
    FAMILY_TIME,
    FAMILY_JSON,
    FAMILY_BITS,
    FAMILY_NET,
    FAMILY_MAC
};

static enum family family_of(const struct pg_type *type)
{
    static const struct {
        const char *name;
        enum family family;
    } members[] = {{"smallint", FAMILY_NUMBER},  {"integer", FAMILY_NUMBER},
                   {"bigint", FAMILY_NUMBER},    {"numeric", FAMILY_NUMBER},
                   {"real", FAMILY_NUMBER},      {"double precision", FAMILY_NUMBER},
                   {"text", FAMILY_STRING},      {"character varying", FAMILY_STRING},
                   {"character", FAMILY_STRING}, {"bpchar", FAMILY_STRING},
                   {"name", FAMILY_STRING},      {"timestamp", FAMILY_MOMENT},
                   {"date", FAMILY_MOMENT},      {"time", FAMILY_TIME},
                   {"json", FAMILY_JSON},        {"jsonb", FAMILY_JSON},
                   {"bit", FAMILY_BITS},         {"bit varying", FAMILY_BITS},
                   {"inet", FAMILY_NET},         {"cidr", FAMILY_NET},
                   {"macaddr", FAMILY_MAC},      {"macaddr8", FAMILY_MAC}};

    for (size_t i = 0; type->known && i < sizeof members / sizeof *members; i++)
        if (text_equal(type->name, members[i].name))
            return members[i].family;
    return FAMILY_NONE;
}

/* Single casts beside the families. */
static bool pair_assigns(const struct pg_type *from, const struct pg_type *to)
{
    static const char *const pairs[][2] = {
        {"timestamp", "time"}, {"time", "interval"}, {"interval", "time"}, {"smallint", "oid"},
        {"integer", "oid"},    {"bigint", "oid"},    {"integer", "money"}, {"bigint", "money"},
        {"numeric", "money"},  {"money", "numeric"}, {"oid", "bigint"},    {"oid", "integer"},
        {"box", "polygon"},    {"path", "polygon"},  {"polygon", "path"},  {"point", "box"}};

    for (size_t i = 0; from->known && to->known && i < sizeof pairs / sizeof *pairs; i++)
        if (text_equal(from->name, pairs[i][0]) && text_equal(to->name, pairs[i][1]))
            return !(text_equal(from->name, "time") && text_equal(from->tail, "with time zone"));
    return false;
}

static bool assigns(const struct pg_type *from, const struct pg_type *to)
{
    enum family a = family_of(from), b = family_of(to);

    if (from->array != to->array)
        return b == FAMILY_STRING && !to->array;
    if (b == FAMILY_STRING)
        return true;
    if (a != FAMILY_NONE && a == b)
        return true;
    if (pair_assigns(from, to))
        return true;
    return from->known == to->known && text_equal(from->schema, to->schema) && text_equal(from->name, to->name);
}

/* Pairs that have a cast of their own, though only an explicit one; anything from a string has one too. */
static bool casts(const struct pg_type *from, const struct pg_type *to)
{
    static const char *const pairs[][2] = {{"integer", "boolean"},
                                           {"boolean", "integer"},
                                           {"integer", "bit"},
                                           {"bigint", "bit"},
                                           {"bit", "integer"},
                                           {"bit", "bigint"},
                                           {"int4range", "int4multirange"},
                                           {"int8range", "int8multirange"},
                                           {"numrange", "nummultirange"},
                                           {"daterange", "datemultirange"},
                                           {"tsrange", "tsmultirange"},
                                           {"tstzrange", "tstzmultirange"}};

    if (family_of(from) == FAMILY_STRING && !from->array)
        return true;
    if (from->array || to->array || !from->known || !to->known)
        return false;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (text_equal(from->name, pairs[i][0]) && text_equal(to->name, pairs[i][1]))
            return true;
    return text_equal(from->name, "jsonb") && (family_of(to) == FAMILY_NUMBER || text_equal(to->name, "boolean"));
}

static bool is_boolean(const struct pg_type *type)
{
    return type->known && !type->array && text_equal(type->name, "boolean");
}

static bool is_number(const struct pg_type *type)
{
    return !type->array && family_of(type) == FAMILY_NUMBER;
}

static bool is_whole(const struct pg_type *type)
{
    return text_equal(type->name, "smallint") || text_equal(type->name, "integer") || text_equal(type->name, "bigint");
}

static bool is_padded(const struct pg_type *type)
{
    return text_equal(type->name, "character") || text_equal(type->name, "bpchar");
}

bool pg_same_family(struct arena *mem, const char *from, const char *to)
{
    struct pg_type a, b;
    if (!from || !to || !pg_type_read(mem, from, &a) || !pg_type_read(mem, to, &b) || a.array != b.array)
        return false;
    enum family family = family_of(&a);
    if (family == FAMILY_NONE)
        return a.known && b.known && text_equal(a.name, b.name);
    if (family == FAMILY_STRING && is_padded(&a) != is_padded(&b)) /* 'x'::bpchar would stay what it is */
        return false;
    if (family == FAMILY_NUMBER) /* a constant beside a numeric is printed, and kept, with another cast */
        return text_equal(a.name, b.name) || (is_whole(&a) && is_whole(&b));
    return family == family_of(&b);
}

/* A type that was made again under its name: its values change over by way of their texts. */
static char *same_again(struct arena *mem, const char *name, const struct pg_type *type, const char *text)
{
    return type->known ? NULL : arena_printf(mem, "%s::text%s::%s", name, type->array ? "[]" : "", text);
}

char *pg_using(struct arena *mem, const struct target *target, const char *column, const char *from, const char *to)
{
    struct pg_type a, b;
    const char *name = ident_text(mem, &pg_ident, column), *type = to;

    if (!from || !pg_type_read(mem, from, &a) || !pg_type_read(mem, to, &b))
        return NULL;
    if (text_equal(pg_type_normal(mem, target, from), pg_type_normal(mem, target, to)))
        return same_again(mem, name, &b, type);
    if (assigns(&a, &b))
        return NULL;
    if (casts(&a, &b))
        return arena_printf(mem, "%s::%s", name, type);
    if (is_boolean(&a) && is_number(&b))
        return arena_printf(mem, "%s::integer::%s", name, type);
    if (is_number(&a) && is_boolean(&b))
        return arena_printf(mem, "%s <> 0", name);
    if (b.array && !a.array &&
        assigns(&a, &(struct pg_type){b.schema, b.name, b.args, b.tail, false, b.known, b.serial}))
        return arena_printf(mem, "CASE WHEN %s IS NOT NULL THEN ARRAY[%s] END::%s", name, name, type);
    return arena_printf(mem, "%s::text::%s", name, type);
}
