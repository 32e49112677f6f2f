/* The types of MySQL and MariaDB as SQLAlchemy has them, and what is put before its options. */
#include "dialect/python.h"
#include "base/json.h"
#include "base/text.h"
#include "dialect/mysql/schema.h"

#define UNSIGNED "unsigned=True"
#define ZEROFILL "zerofill=True"

static const struct python_type types[] = {
    {"tinyint(1)", "Boolean", .python = "bool"},
    {"tinyint", "TINYINT", true, "int", .counts = true},
    {"smallint", "SmallInteger", .python = "int", .counts = true},
    {"mediumint", "MEDIUMINT", true, "int", .counts = true},
    {"int", "Integer", .python = "int", .counts = true},
    {"bigint", "BigInteger", .python = "int", .counts = true},
    {"tinyint unsigned", "TINYINT", true, "int", .argument = UNSIGNED, .counts = true},
    {"smallint unsigned", "SMALLINT", true, "int", .argument = UNSIGNED, .counts = true},
    {"mediumint unsigned", "MEDIUMINT", true, "int", .argument = UNSIGNED, .counts = true},
    {"int unsigned", "INTEGER", true, "int", .argument = UNSIGNED, .counts = true},
    {"bigint unsigned", "BIGINT", true, "int", .argument = UNSIGNED, .counts = true},
    {"tinyint unsigned zerofill", "TINYINT", true, "int", "display_width", ZEROFILL, .counts = true},
    {"smallint unsigned zerofill", "SMALLINT", true, "int", "display_width", ZEROFILL, .counts = true},
    {"mediumint unsigned zerofill", "MEDIUMINT", true, "int", "display_width", ZEROFILL, .counts = true},
    {"int unsigned zerofill", "INTEGER", true, "int", "display_width", ZEROFILL, .counts = true},
    {"bigint unsigned zerofill", "BIGINT", true, "int", "display_width", ZEROFILL, .counts = true},
    {"decimal", "Numeric", .python = "decimal.Decimal", .numbers = "precision,scale"},
    {"decimal unsigned", "DECIMAL", true, "decimal.Decimal", "precision,scale", UNSIGNED},
    {"float", "FLOAT", true, "float", "precision,scale"},
    {"float unsigned", "FLOAT", true, "float", "precision,scale", UNSIGNED},
    {"double", "DOUBLE", true, "float", "precision,scale"},
    {"double unsigned", "DOUBLE", true, "float", "precision,scale", UNSIGNED},
    {"bit", "BIT", true, "Any", "length"},
    {"varchar", "String", .python = "str", .numbers = "length", .collates = true},
    {"char", "CHAR", .python = "str", .numbers = "length", .collates = true},
    {"text", "Text", .python = "str", .collates = true},
    {"tinytext", "TINYTEXT", true, "str", .collates = true},
    {"mediumtext", "MEDIUMTEXT", true, "str", .collates = true},
    {"longtext", "LONGTEXT", true, "str", .collates = true},
    {"enum", "Enum", .python = "str", .members = true},
    {"set", "SET", true, "Any", .members = true},
    {"binary", "BINARY", .python = "bytes", .numbers = "length"},
    {"varbinary", "VARBINARY", .python = "bytes", .numbers = "length"},
    {"blob", "LargeBinary", .python = "bytes"},
    {"tinyblob", "TINYBLOB", true, "bytes"},
    {"mediumblob", "MEDIUMBLOB", true, "bytes"},
    {"longblob", "LONGBLOB", true, "bytes"},
    {"date", "Date", .python = "datetime.date"},
    {"time", "Time", .python = "datetime.time"},
    {"time", "TIME", true, "datetime.time", "fsp="},
    {"datetime", "DateTime", .python = "datetime.datetime"},
    {"datetime", "DATETIME", true, "datetime.datetime", "fsp="},
    {"timestamp", "TIMESTAMP", .python = "datetime.datetime"},
    {"timestamp", "TIMESTAMP", true, "datetime.datetime", "fsp="},
    {"year", "YEAR", true, "int"},
    {"json", "JSON", .python = "Any"},
    {0},
};

/* The engine that everybody has, and what the database sorts texts by. */
static void leave_out(struct arena *mem, const struct target *target, struct tree *tree)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        struct table *table = (struct table *)o;
        if (o->kind != KIND_TABLE)
            continue;
        if (text_equal_nocase(table->engine, "InnoDB"))
            object_unsay(o, TABLE_engine);
        if (text_equal(table->collation, target->facts.collation))
            object_unsay(o, TABLE_collation);
    }
}

static const char *partition_by(struct arena *mem, const struct object *table)
{
    const struct object *partitioning = object_only(table, KIND_PARTITIONING);
    struct buf out;
    if (!partitioning)
        return NULL;
    buf_init(&out, mem);
    my_partitioning_text(&out, (const struct partitioning *)partitioning, "");
    return out.data;
}

static void table_options(struct arena *mem, const struct object *object, struct json *words)
{
    const struct table *table = (const struct table *)object;
    const char *parted = partition_by(mem, object);
    if (table->engine)
        json_set_text(mem, words, "engine", table->engine);
    if (table->collation)
        json_set_text(mem, words, "collate", table->collation);
    for (int i = 0; i < table->options.n; i++) {
        size_t length = strcspn(table->options.item[i], "=");
        if (table->options.item[i][length])
            json_set_text(mem, words, text_slice(mem, table->options.item[i], 0, length),
                          table->options.item[i] + length + 1);
    }
    if (parted)
        json_set_text(mem, words, "partition_by", parted);
}

static const char *const table_fields[] = {"engine", "collation", "options", NULL};
static const char *const prefixes[] = {"fulltext", "spatial", NULL};

const struct python_words my_python = {
    .module = "sqlalchemy.dialects.mysql",
    .option = "mysql_",
    .meta = "my_",
    .numbers_keys = true,
    .index_prefixes = prefixes,
    .leave_out = leave_out,
    .table_options = table_options,
    .table_fields = table_fields,
    .type = types,
};

const struct python_words my_mariadb_python = {
    .module = "sqlalchemy.dialects.mysql",
    .option = "mysql_",
    .meta = "my_", /* which both read, so that mysql:// leads to MariaDB as well */
    .numbers_keys = true,
    .index_prefixes = prefixes,
    .leave_out = leave_out,
    .table_options = table_options,
    .table_fields = table_fields,
    .type = types,
};
