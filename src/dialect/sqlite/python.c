/* The type names that SQLAlchemy's classes give on SQLite, where any name is a type. */
#include "dialect/python.h"
#include "dialect/sqlite/sqlite.h"

static const struct python_type types[] = {
    {"INTEGER", "Integer", .python = "int"},
    {"SMALLINT", "SmallInteger", .python = "int"},
    {"BIGINT", "BigInteger", .python = "int"},
    {"REAL", "REAL", .python = "float"},
    {"FLOAT", "Float", .python = "float"},
    {"DOUBLE", "Double", .python = "float"},
    {"DOUBLE PRECISION", "DOUBLE_PRECISION", .python = "float"},
    {"NUMERIC", "Numeric", .python = "decimal.Decimal", .numbers = "precision,scale"},
    {"DECIMAL", "DECIMAL", .python = "decimal.Decimal", .numbers = "precision,scale"},
    {"BOOLEAN", "Boolean", .python = "bool"},
    {"VARCHAR", "String", .python = "str", .numbers = "length", .collates = true},
    {"NVARCHAR", "NVARCHAR", .python = "str", .numbers = "length", .collates = true},
    {"CHAR", "CHAR", .python = "str", .numbers = "length", .collates = true},
    {"TEXT", "Text", .python = "str", .collates = true},
    {"BLOB", "LargeBinary", .python = "bytes"},
    {"DATE", "Date", .python = "datetime.date"},
    {"TIME", "Time", .python = "datetime.time"},
    {"DATETIME", "DateTime", .python = "datetime.datetime"},
    {"TIMESTAMP", "TIMESTAMP", .python = "datetime.datetime"},
    {"JSON", "JSON", .python = "Any"},
    {0},
};

const struct python_words lite_python = {
    .module = "sqlalchemy.dialects.sqlite",
    .option = "sqlite_",
    .meta = "sq_",
    .type = types,
};
