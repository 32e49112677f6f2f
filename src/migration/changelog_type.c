/* Types and values of changelogs as the engines spell them: those of Liquibase's list; what is not in it is the engine's own. */
#include "migration/changelog_parts.h"

#include "base/text.h"

/* "*": where the parameters are kept, "(10, 2)"; where it is absent they go. */
static const struct {
    const char *name, *spelled[SPELLINGS];
} types[] = {
    {"int", {"INTEGER", "INT", "INT", "INTEGER"}},
    {"integer", {"INTEGER", "INT", "INT", "INTEGER"}},
    {"bigint", {"BIGINT", "BIGINT", "BIGINT", "BIGINT"}},
    {"smallint", {"SMALLINT", "SMALLINT", "SMALLINT", "SMALLINT"}},
    {"tinyint", {"SMALLINT", "TINYINT*", "TINYINT*", "TINYINT*"}},
    {"boolean", {"BOOLEAN", "TINYINT", "TINYINT(1)", "BOOLEAN"}},
    {"bit", {"BIT*", "BIT*", "BIT*", "BOOLEAN"}},
    {"decimal", {"DECIMAL*", "DECIMAL*", "DECIMAL*", "DECIMAL*"}},
    {"numeric", {"NUMERIC*", "NUMERIC*", "NUMERIC*", "NUMBER*"}},
    {"number", {"NUMERIC*", "NUMERIC*", "NUMERIC*", "NUMBER*"}},
    {"currency", {"DECIMAL", "DECIMAL", "DECIMAL", "REAL"}},
    {"double", {"DOUBLE PRECISION", "DOUBLE*", "DOUBLE*", "DOUBLE"}},
    {"double precision", {"DOUBLE PRECISION", "DOUBLE PRECISION", "DOUBLE PRECISION", "DOUBLE PRECISION"}},
    {"float", {"FLOAT*", "FLOAT*", "FLOAT*", "FLOAT*"}},
    {"real", {"REAL", "REAL", "REAL", "FLOAT"}},
    {"char", {"CHAR*", "CHAR*", "CHAR*", "CHAR*"}},
    {"varchar", {"VARCHAR*", "VARCHAR*", "VARCHAR*", "VARCHAR*"}},
    {"character varying", {"VARCHAR*", "VARCHAR*", "VARCHAR*", "VARCHAR*"}},
    {"nvarchar", {"VARCHAR*", "NVARCHAR*", "NVARCHAR*", "NVARCHAR*"}},
    {"text", {"TEXT", "TEXT", "TEXT", "TEXT"}},
    {"clob", {"TEXT", "LONGTEXT", "LONGTEXT", "TEXT"}},
    {"longtext", {"TEXT", "LONGTEXT", "LONGTEXT", "TEXT"}},
    {"mediumtext", {"TEXT", "MEDIUMTEXT", "MEDIUMTEXT", "TEXT"}},
    {"nclob", {"TEXT", "LONGTEXT CHARACTER SET utf8", "LONGTEXT CHARACTER SET utf8", "TEXT"}},
    {"blob", {"OID", "BLOB", "BLOB", "BLOB"}},
    {"longblob", {"BYTEA", "LONGBLOB", "LONGBLOB", "BLOB"}},
    {"binary", {"BYTEA", "BINARY*", "BINARY*", "BLOB*"}},
    {"varbinary", {"BYTEA", "VARBINARY*", "VARBINARY*", "BLOB*"}},
    {"uuid", {"UUID", "CHAR(36)", "UUID", "TEXT"}},
    {"json", {"JSON", "JSON", "JSON", "JSON"}},
    {"jsonb", {"JSONB", "JSONB", "JSONB", "JSONB"}},
    {"date", {"DATE", "DATE", "DATE", "DATE"}},
    {"time", {"TIME* WITHOUT TIME ZONE", "TIME*", "TIME*", "TIME"}},
    {"datetime", {"TIMESTAMP* WITHOUT TIME ZONE", "DATETIME*", "DATETIME*", "TEXT"}},
    {"timestamp", {"TIMESTAMP* WITHOUT TIME ZONE", "TIMESTAMP*", "TIMESTAMP*", "TEXT"}},
    {"timestamptz", {"TIMESTAMP* WITH TIME ZONE", "TIMESTAMP*", "TIMESTAMP*", "TEXT"}},
    {"timestamp with time zone", {"TIMESTAMP* WITH TIME ZONE", "TIMESTAMP*", "TIMESTAMP*", "TEXT"}},
    {"timestamp without time zone", {"TIMESTAMP* WITHOUT TIME ZONE", "TIMESTAMP*", "TIMESTAMP*", "TEXT"}},
    {NULL, {NULL}},
};
static const char *const numbers[] = {"INT",     "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "DECIMAL",
                                      "NUMERIC", "NUMBER",  "DOUBLE", "FLOAT",    "REAL",    NULL};

int spelling_of(const struct dialect *dialect)
{
    switch (dialect->engine) {
    case ENGINE_PG: return 0;
    case ENGINE_MY: return 1;
    case ENGINE_MARIA: return 2;
    case ENGINE_LITE: return 3;
    default: return -1;
    }
}

const char *type_spelled(struct arena *mem, const struct dialect *dialect, const char *type)
{
    if (text_starts(type, "java.sql.Types."))
        type += strlen("java.sql.Types.");
    const char *open = strchr(type, '('), *close = open ? strchr(open, ')') : NULL;
    const char *word =
        text_lower(mem, text_trim(mem, arena_copy(mem, type, open ? (size_t)(open - type) : strlen(type))));
    const char *params = close ? arena_copy(mem, open, (size_t)(close + 1 - open)) : "";
    if (close && close[1])
        word = arena_printf(mem, "%s%s", word, text_lower(mem, close + 1));
    for (int i = 0; types[i].name; i++)
        if (text_equal(types[i].name, word))
            return text_replace(mem, types[i].spelled[spelling_of(dialect)], "*", params);
    return type;
}

static bool is_number(struct arena *mem, const char *type, const char *text)
{
    const char *word = arena_copy(mem, type, strcspn(type, "( "));
    bool known = false;
    for (int i = 0; numbers[i]; i++)
        known = known || text_equal(numbers[i], word);
    return known && *text && strspn(text, "+-.0123456789") == strlen(text);
}

static const char *quoted(struct arena *mem, const struct dialect *dialect, const char *text)
{
    struct buf out;
    buf_init(&out, mem);
    literal_add(&out, dialect->ident, text);
    return out.data;
}

static const char *value_plain(struct change_sql *sql, const char *type, const char *text)
{
    return is_number(sql->ctx->mem, type, text) ? text : quoted(sql->ctx->mem, sql->dialect, text);
}

static const char *value_number(struct change_sql *sql, const char *type, const char *text)
{
    return text;
}

static const char *value_truth(struct change_sql *sql, const char *type, const char *text)
{
    bool truth = text_equal_nocase(text, "true") || text_equal(text, "1");
    if (spelling_of(sql->dialect) == 0)
        return truth ? "TRUE" : "FALSE";
    return truth ? "1" : "0";
}

static const char *value_computed(struct change_sql *sql, const char *type, const char *text)
{
    bool now = text_equal_nocase(text, "current_timestamp") || text_equal_nocase(text, "now()") ||
               text_equal_nocase(text, "current_datetime");
    return !now ? text : spelling_of(sql->dialect) == 3 ? "CURRENT_TIMESTAMP" : "NOW()";
}

static const char *value_date(struct change_sql *sql, const char *type, const char *text)
{
    if (!char_is_digit((unsigned char)*text))
        return value_computed(sql, type, text);
    return quoted(sql->ctx->mem, sql->dialect, text_replace(sql->ctx->mem, text, "T", " "));
}

static const struct {
    const char *end; /* of the attribute's name */
    const char *(*spell)(struct change_sql *sql, const char *type, const char *text);
} values[] = {{"", value_plain},    {"Numeric", value_number},    {"Boolean", value_truth},
              {"Date", value_date}, {"Computed", value_computed}, {NULL, NULL}};

const char *value_spelled(struct change_sql *sql, const struct node *node, const char *stem, const char *type)
{
    for (int i = 0; values[i].end; i++) {
        const char *text = node_text(node, arena_printf(sql->ctx->mem, "%s%s", stem, values[i].end));
        if (text)
            return values[i].spell(sql, type, text);
    }
    return NULL;
}
