/*
 * Random columns: a table of types with what goes with each (a default, a wider type, the family that decides which
 * indexes and conditions it can have), and the choices that a column has beside its type.
 */
#include <string.h>

#include "base/text.h"
#include "random.h"

enum { LITE = ENGINE_LITE, PG = ENGINE_PG, BOTH = ENGINE_MY | ENGINE_MARIA };
enum { STRICT = 1 }; /* SQLite's STRICT tables know only these */

static const struct type_choice {
    const char *type;
    unsigned engines;
    enum family family;
    unsigned flags;
    const char *defaults[2];
    const char *wider;
} types[] = {
    {"INTEGER", LITE, FAMILY_INT, STRICT, {"0", "-17"}, "NUMERIC"},
    {"BIGINT", LITE, FAMILY_INT, 0, {"1", "42"}, "NUMERIC"},
    {"SMALLINT", LITE, FAMILY_INT, 0, {"1", "+7"}, "INTEGER"},
    {"REAL", LITE, FAMILY_NUMBER, STRICT, {"0.5", "-1e3"}, NULL},
    {"NUMERIC(10, 2)", LITE, FAMILY_NUMBER, 0, {"1.50", "0"}, "NUMERIC(12, 2)"},
    {"VARCHAR(50)", LITE, FAMILY_TEXT, 0, {"'x'", "'it''s'"}, "VARCHAR(100)"},
    {"TEXT", LITE, FAMILY_TEXT, STRICT, {"''", "'two words'"}, NULL},
    {"BOOLEAN", LITE, FAMILY_BOOL, 0, {"1", "FALSE"}, NULL},
    {"DATETIME", LITE, FAMILY_TIME, 0, {"CURRENT_TIMESTAMP", "'2026-01-01 00:00:00'"}, NULL},
    {"DATE", LITE, FAMILY_TIME, 0, {"CURRENT_DATE", "date('now')"}, NULL},
    {"JSON", LITE, FAMILY_JSON, 0, {"'{}'", "'[1, 2]'"}, NULL},
    {"BLOB", LITE, FAMILY_OTHER, STRICT, {"x'00ff'", NULL}, NULL},
    {"ANY", LITE, FAMILY_OTHER, STRICT, {NULL, NULL}, NULL},

    {"smallint", BOTH, FAMILY_INT, 0, {"0", "-17"}, "int"},
    {"int", BOTH, FAMILY_INT, 0, {"1", "42"}, "bigint"},
    {"int unsigned", BOTH, FAMILY_INT, 0, {"1", NULL}, "bigint unsigned"},
    {"bigint", BOTH, FAMILY_INT, 0, {"1", "9000000000"}, NULL},
    {"decimal(10,2)", BOTH, FAMILY_NUMBER, 0, {"1.50", "0"}, "decimal(12,2)"},
    {"double", BOTH, FAMILY_OTHER, 0, {"0.5", NULL}, NULL},
    {"varchar(50)", BOTH, FAMILY_TEXT, 0, {"'x'", "'it''s'"}, "varchar(100)"},
    {"char(8)", BOTH, FAMILY_TEXT, 0, {"'x'", NULL}, "varchar(20)"},
    {"text", BOTH, FAMILY_OTHER, 0, {NULL, NULL}, "mediumtext"},
    {"tinyint(1)", BOTH, FAMILY_BOOL, 0, {"1", "false"}, NULL},
    {"datetime", BOTH, FAMILY_TIME, 0, {"CURRENT_TIMESTAMP", "'2026-01-01 00:00:00'"}, NULL},
    {"datetime(3)", BOTH, FAMILY_TIME, 0, {"CURRENT_TIMESTAMP(3)", NULL}, "datetime(6)"},
    {"timestamp", BOTH, FAMILY_TIME, 0, {"now()", "CURRENT_TIMESTAMP"}, NULL},
    {"date", BOTH, FAMILY_TIME, 0, {"'2026-01-01'", NULL}, "datetime"},
    {"json", BOTH, FAMILY_OTHER, 0, {NULL, NULL}, NULL},
    {"mediumblob", BOTH, FAMILY_OTHER, 0, {NULL, NULL}, "longblob"},
    {"enum('a','b''c')", BOTH, FAMILY_OTHER, 0, {"'a'", "'b''c'"}, "enum('a','b''c','d')"},
    {"set('x','y')", BOTH, FAMILY_OTHER, 0, {"'x,y'", NULL}, NULL},
    {"bit(3)", BOTH, FAMILY_OTHER, 0, {"b'101'", NULL}, NULL},
    {"tinyint unsigned", BOTH, FAMILY_INT, 0, {"7", NULL}, "smallint unsigned"},
    {"mediumint", BOTH, FAMILY_INT, 0, {"-1", "0"}, "int"},
    {"float", BOTH, FAMILY_OTHER, 0, {"0.25", NULL}, "double"},
    {"year", BOTH, FAMILY_OTHER, 0, {"2026", NULL}, NULL},
    {"time(2)", BOTH, FAMILY_OTHER, 0, {"'10:00:00'", NULL}, "time(4)"},
    {"varbinary(20)", BOTH, FAMILY_OTHER, 0, {"'x'", NULL}, "varbinary(40)"},
    {"mediumtext", BOTH, FAMILY_OTHER, 0, {NULL, NULL}, "longtext"},
    {"decimal(8,3) unsigned", BOTH, FAMILY_NUMBER, 0, {"0.125", NULL}, NULL},

    {"smallint", PG, FAMILY_INT, 0, {"0", "-17"}, "integer"},
    {"integer", PG, FAMILY_INT, 0, {"0", "42"}, "bigint"},
    {"int", PG, FAMILY_INT, 0, {"1", "-1"}, "bigint"},
    {"bigint", PG, FAMILY_INT, 0, {"1", "9000000000"}, "numeric(20,0)"},
    {"numeric(10,2)", PG, FAMILY_NUMBER, 0, {"1.50", "0"}, "numeric(12,2)"},
    {"numeric", PG, FAMILY_NUMBER, 0, {"0.1", NULL}, NULL},
    {"double precision", PG, FAMILY_NUMBER, 0, {"0.5", NULL}, NULL},
    {"real", PG, FAMILY_NUMBER, 0, {"0", NULL}, "double precision"},
    {"varchar(50)", PG, FAMILY_TEXT, 0, {"'x'", "'it''s'"}, "varchar(100)"},
    {"character varying(80)", PG, FAMILY_TEXT, 0, {"'x'", NULL}, "text"},
    {"varchar", PG, FAMILY_TEXT, 0, {"''", NULL}, "text"},
    {"text", PG, FAMILY_TEXT, 0, {"''", "'a ; b'"}, NULL},
    {"boolean", PG, FAMILY_BOOL, 0, {"true", "false"}, NULL},
    {"timestamp", PG, FAMILY_TIME, 0, {"now()", "CURRENT_TIMESTAMP"}, NULL},
    {"timestamp with time zone", PG, FAMILY_TIME, 0, {"now()", "CURRENT_TIMESTAMP"}, NULL},
    {"timestamp(3) without time zone", PG, FAMILY_TIME, 0, {NULL, NULL}, "timestamp(6) without time zone"},
    {"date", PG, FAMILY_TIME, 0, {"CURRENT_DATE", "'2026-01-01'"}, "timestamp without time zone"},
    {"interval", PG, FAMILY_OTHER, 0, {"'1 day'", NULL}, NULL},
    {"json", PG, FAMILY_OTHER, 0, {"'{}'", NULL}, NULL},
    {"jsonb", PG, FAMILY_JSON, 0, {"'{}'", "'[1, 2]'"}, NULL},
    {"uuid", PG, FAMILY_OTHER, 0, {"gen_random_uuid()", NULL}, NULL},
    {"bytea", PG, FAMILY_OTHER, 0, {NULL, NULL}, NULL},
    {"inet", PG, FAMILY_OTHER, 0, {"'10.0.0.1'", NULL}, NULL},
    {"integer[]", PG, FAMILY_ARRAY, 0, {"'{}'", NULL}, "bigint[]"},
    {"text[]", PG, FAMILY_ARRAY, 0, {"'{}'", "'{a,b}'"}, NULL},
    {"int4range", PG, FAMILY_RANGE, 0, {NULL, NULL}, NULL},
};

enum { TYPES = sizeof types / sizeof *types };

static const struct type_choice *type_find(enum engine engine, const char *type)
{
    for (int i = 0; i < TYPES; i++)
        if (types[i].engines & engine && text_equal(types[i].type, type))
            return &types[i];
    return NULL;
}

const struct enum_type *enum_of(const struct dice *dice, const char *type)
{
    struct ref ref = ref_from_text(dice->mem, type);
    bool can = dice->engine == ENGINE_PG && !strchr(type, '(');
    return can ? (const struct enum_type *)tree_find(dice->tree, KIND_ENUM, ref.schema, ref.name) : NULL;
}

/* A type that only widening leads to is of the family that its beginning says. */
static enum family family_of_text(const char *type)
{
    static const struct {
        const char *start;
        enum family family;
    } starts[] = {{"numeric", FAMILY_NUMBER}, {"decimal", FAMILY_NUMBER}, {"varchar", FAMILY_TEXT},
                  {"timestamp", FAMILY_TIME}, {"datetime", FAMILY_TIME},  {"bigint", FAMILY_INT}};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (text_starts_nocase(type, starts[i].start))
            return starts[i].family;
    return text_ends(type, "[]") ? FAMILY_ARRAY : FAMILY_OTHER;
}

enum family column_family(const struct dice *dice, const struct column *column)
{
    if (enum_of(dice, column->type))
        return FAMILY_ENUM;
    const struct domain *domain = domain_of(dice, column->type);
    if (domain)
        return domain_family(dice, domain);
    const struct type_choice *choice = type_find(dice->engine, column->type);
    return choice ? choice->family : family_of_text(column->type);
}

static bool is_strict(const struct column *column)
{
    return ((const struct table *)column->object.parent)->strict;
}

void random_type(struct dice *dice, struct column *column)
{
    /* no arrays of domains: the server refuses new conditions under them */
    enum kind kind = dice_chance(dice, 50)   ? KIND_ENUM
                     : dice_chance(dice, 60) ? KIND_DOMAIN
                     : dice_chance(dice, 50) ? KIND_COMPOSITE
                                             : KIND_BASE;
    const struct object *own = dice->engine == ENGINE_PG && dice_chance(dice, 16) ? random_of_kind(dice, kind) : NULL;
    const char *many = own && kind == KIND_COMPOSITE && dice_chance(dice, 20) ? "[]" : "";
    const struct type_choice *choice;
    do
        choice = &PICK(dice, types);
    while (!(choice->engines & dice->engine) || (is_strict(column) && !(choice->flags & STRICT)));
    SAY(column, COLUMN, type, own ? arena_printf(dice->mem, "%s%s", qualified(dice, own), many) : choice->type);
}

const char *random_default(struct dice *dice, const struct column *column)
{
    const struct enum_type *labels = enum_of(dice, column->type);
    if (labels)
        return arena_printf(
            dice->mem, "'%s'",
            text_replace(dice->mem, labels->labels.item[dice_below(dice, labels->labels.n)], "'", "''"));
    const struct type_choice *choice = type_find(dice->engine, column->type);
    bool draws = choice && choice->family == FAMILY_INT && dice_chance(dice, 15);
    const struct object *sequence = draws ? random_of_kind(dice, KIND_SEQUENCE) : NULL;
    if (sequence && speaks_mysql(dice))
        return arena_printf(dice->mem, "nextval(%s)", quoted(dice, sequence->name));
    if (sequence)
        return arena_printf(dice->mem, "nextval('%s'::regclass)",
                            text_replace(dice->mem, qualified(dice, sequence), "'", "''"));
    return choice ? choice->defaults[dice_below(dice, 2)] : NULL;
}

const char *wider_type(struct dice *dice, const struct column *column)
{
    const struct type_choice *choice = type_find(dice->engine, column->type);
    return choice && !is_strict(column) ? choice->wider : NULL;
}

struct column *pick_column(struct dice *dice, const struct object *table, unsigned families, bool plain)
{
    struct column *found = NULL;
    int seen = 0;
    for (int i = 0; i < table->children.n; i++) {
        struct column *column = table->children.item[i];
        if (column->object.kind != KIND_COLUMN || !(families >> column_family(dice, column) & 1) ||
            (plain && column->computed.written) || (speaks_mysql(dice) && !plain && column->autoincrement))
            continue;
        if (!dice_below(dice, ++seen)) /* each of those seen is as likely */
            found = column;
    }
    return found;
}

char *random_condition(struct dice *dice, const struct object *table)
{
    static const char *const of_text[] = {"%s <> ''", "length(%s) > 2", "%s IN ('a', 'b', 'it''s')", "%s IS NOT NULL"};
    static const char *const of_int[] = {"%s > 0", "%s >= 0 AND %s < 1000", "%s BETWEEN 1 AND 10 OR %s IS NULL",
                                         "NOT %s = 5"};
    const struct column *column =
        pick_column(dice, table, 1 << FAMILY_INT | 1 << FAMILY_TEXT | 1 << FAMILY_ENUM, false);
    if (!column || (speaks_mysql(dice) && my_is_acted_on(column)))
        return NULL;
    if (column_family(dice, column) == FAMILY_ENUM)
        return arena_printf(dice->mem, "%s = %s::%s", quoted(dice, column->object.name), random_default(dice, column),
                            column->type);
    const struct operation *operation = (const struct operation *)random_of_kind(dice, KIND_OPERATOR);
    if (operation && text_equal(operation->arguments.item[0], "integer") && dice_chance(dice, 60))
        return arena_printf(dice->mem, "%s IS NULL OR 3 %s %d", quoted(dice, column->object.name),
                            random_symbol(dice, operation), dice_below(dice, 9));
    const char *pattern = column_family(dice, column) == FAMILY_INT ? PICK(dice, of_int) : PICK(dice, of_text);
    return text_replace(dice->mem, pattern, "%s", quoted(dice, column->object.name));
}

/* ---- what else a column has ---- */

static void make_plain(struct column *column)
{
    for (int i = 0; i < COLUMN_FIELDS; i++)
        if (i != COLUMN_comment)
            object_unsay(&column->object, i);
}

static void random_generation(struct dice *dice, struct column *column)
{
    const struct column *source = pick_column(dice, column->object.parent, 1 << FAMILY_INT | 1 << FAMILY_TEXT, true);
    bool padded = speaks_mysql(dice) && source && text_starts(source->type, "char"); /* that depends on a mode */
    if (!source || source == column || source->autoincrement || padded ||
        (speaks_mysql(dice) && my_is_acted_on(source)))
        return;
    make_plain(column);
    bool number = column_family(dice, source) == FAMILY_INT;
    const char *text = speaks_mysql(dice) ? "varchar(60)" : "text";
    const char *type = dice->engine == ENGINE_LITE ? (number ? "INTEGER" : "TEXT") : (number ? "bigint" : text);
    const char *name = quoted(dice, source->object.name);
    bool stored = dice->engine == ENGINE_PG || dice_chance(dice, 50);
    SAY(column, COLUMN, type, type);
    SAY(column, COLUMN, computed, written(arena_printf(dice->mem, number ? "%s * 2" : "upper(%s)", name)));
    SAY(column, COLUMN, computed_stored, stored);
    SAY(column, COLUMN, nullable, true);
}

static void random_identity(struct dice *dice, struct column *column)
{
    make_plain(column);
    SAY(column, COLUMN, type, "integer");
    SAY(column, COLUMN, nullable, false);
    SAY(column, COLUMN, identity, dice_chance(dice, 50) ? "always" : "by default");
    if (dice_chance(dice, 30))
        SAY(column, COLUMN, identity_start, 1 + dice_below(dice, 100));
    if (dice_chance(dice, 20))
        SAY(column, COLUMN, identity_increment, 1 + dice_below(dice, 3));
    if (dice_chance(dice, 20))
        SAY(column, COLUMN, identity_max, 100000 + dice_below(dice, 3));
    if (dice_chance(dice, 20))
        SAY(column, COLUMN, identity_min, dice_below(dice, 2));
    if (dice_chance(dice, 20))
        SAY(column, COLUMN, identity_cache, 1 + dice_below(dice, 20));
    if (dice_chance(dice, 20))
        SAY(column, COLUMN, identity_cycle, true);
    if (dice_chance(dice, 20))
        SAY(column, COLUMN, counter_comment, random_comment(dice));
}

static void random_text_options(struct dice *dice, struct column *column)
{
    static const char *const lite_collations[] = {"NOCASE", "RTRIM"};
    static const char *const pg_collations[] = {"C", "POSIX"};
    static const char *const my_collations[] = {"latin1_bin", "utf8mb4_bin"};
    static const char *const storages[] = {"main", "external"};
    if (dice_chance(dice, 15))
        SAY(column, COLUMN, collation,
            dice->engine == ENGINE_LITE ? PICK(dice, lite_collations)
            : speaks_mysql(dice)        ? PICK(dice, my_collations)
                                        : PICK(dice, pg_collations));
    if (dice->engine == ENGINE_PG && dice_chance(dice, 10))
        SAY(column, COLUMN, storage, PICK(dice, storages));
    if (dice->engine == ENGINE_PG && dice_chance(dice, 10))
        SAY(column, COLUMN, compression, "pglz");
}

static void random_value(struct dice *dice, struct column *column)
{
    static const char *const conflicts[] = {"IGNORE", "FAIL", "ROLLBACK"};
    const char *value = dice_chance(dice, 35) ? random_default(dice, column) : NULL;
    SAY(column, COLUMN, nullable, dice_chance(dice, 60));
    if (value)
        SAY(column, COLUMN, default_value, written(value));
    if (dice->engine == ENGINE_LITE && !column->nullable && dice_chance(dice, 10))
        SAY(column, COLUMN, not_null_conflict, PICK(dice, conflicts));
}

static void random_clause_names(struct dice *dice, struct column *column)
{
    static const int fields[] = {COLUMN_not_null_name, COLUMN_default_name, COLUMN_collation_name,
                                 COLUMN_computed_name};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (dice->engine != ENGINE_LITE || !dice_chance(dice, 10))
            continue;
        *(const char **)object_field(&column->object, fields[i]) = i % 2 ? "given name" : "named";
        object_say(&column->object, fields[i]);
    }
}

struct column *random_column(struct dice *dice, struct object *table)
{
    struct column *column =
        (struct column *)object_new(dice->mem, KIND_COLUMN, table, random_name_in(dice, KIND_COLUMN, table));
    random_type(dice, column);
    random_value(dice, column);
    if (column_family(dice, column) == FAMILY_TEXT)
        random_text_options(dice, column);
    if (speaks_mysql(dice))
        my_column_settings(dice, column);
    if (dice->engine != ENGINE_LITE && dice_chance(dice, 10))
        SAY(column, COLUMN, comment, random_comment(dice));
    random_clause_names(dice, column);
    return column;
}

/* Generated and identity columns are made of plain ones, when the table has its others. */
void specialise_column(struct dice *dice, struct column *column)
{
    if (dice->engine == ENGINE_PG && dice_chance(dice, 40))
        random_identity(dice, column);
    else
        random_generation(dice, column);
}
