/*
 * Operator classes that an access method takes by itself, so that naming one is the same as naming none.
 * From pg_opclass.opcdefault of version 18; the classes of brin are called alike by rule.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

static const char *const ordered[] = {"array_ops",     "bit_ops",         "bool_ops",
                                      "bpchar_ops",    "bytea_ops",       "char_ops",
                                      "date_ops",      "enum_ops",        "float4_ops",
                                      "float8_ops",    "inet_ops",        "int2_ops",
                                      "int4_ops",      "int8_ops",        "interval_ops",
                                      "jsonb_ops",     "macaddr8_ops",    "macaddr_ops",
                                      "money_ops",     "multirange_ops",  "name_ops",
                                      "numeric_ops",   "oid_ops",         "oidvector_ops",
                                      "pg_lsn_ops",    "range_ops",       "record_ops",
                                      "text_ops",      "tid_ops",         "time_ops",
                                      "timestamp_ops", "timestamptz_ops", "timetz_ops",
                                      "tsquery_ops",   "tsvector_ops",    "uuid_ops",
                                      "varbit_ops",    "xid8_ops",        NULL};
static const char *const inverted[] = {"array_ops", "jsonb_ops", "tsvector_ops", NULL};
static const char *const searched[] = {"box_ops",   "circle_ops",  "multirange_ops", "point_ops", "poly_ops",
                                       "range_ops", "tsquery_ops", "tsvector_ops",   NULL};
static const char *const partitioned[] = {"box_ops",   "inet_ops", "poly_ops", "quad_point_ops",
                                          "range_ops", "text_ops", NULL};

static const struct {
    const char *method;
    const char *const *opclass;
} defaults[] = {{"btree", ordered}, {"hash", ordered}, {"gin", inverted}, {"gist", searched}, {"spgist", partitioned}};

bool pg_opclass_is_default(const char *method, const char *opclass)
{
    if (text_equal(method, "brin"))
        return (text_ends(opclass, "_minmax_ops") || text_ends(opclass, "_inclusion_ops"));
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
        if (!text_equal(method, defaults[i].method))
            continue;
        for (const char *const *known = defaults[i].opclass; *known; known++)
            if (text_equal_nocase(opclass, *known))
                return true;
    }
    return false;
}
