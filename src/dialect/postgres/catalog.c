/*
 * What a PostgreSQL database holds, as one query per kind over pg_catalog; column aliases are field names.
 *
 * Never a query per table: each is set-based over the whole database, and all see one snapshot.  Left out: what the
 * server and extensions own, temporary tables, partitions (they come with their parent), sequences behind serial and
 * identity columns.  The current schema is called "".
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

/* clang-format off: SQL keeps the lines that it was given. */

/* Names of the current schema's objects are unqualified in the tree. */
#define SCHEMA_OF(n) "CASE WHEN " n ".nspname = current_schema() THEN '' ELSE " n ".nspname END"
#define OURS(n)      n ".nspname NOT LIKE 'pg\\_%' AND " n ".nspname <> 'information_schema'"
#define NO_MEMBER(class, oid)                                                                        \
    "NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '" class "'::regclass AND e.objid = " oid \
                                                                    " AND e.deptype = 'e')"
#define COMMENT_ON(class, oid, column) \
    " LEFT JOIN pg_description d ON d.classoid = '" class "'::regclass AND d.objoid = " oid " AND d.objsubid = " column
#define RELATIONS "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND " OURS("n")
/* What belongs to a table that is left out (an extension's) finds no parent, and is left out too. */
#define IS_TABLE "c.relkind IN ('r', 'p') AND NOT c.relispartition"

/*
 * A serial column: its default is nextval() of a sequence that belongs to it, and its type is one that serial has.
 * `o` is the dependency of the sequence on the column, `f` the column's default.  The sequence is compared as text,
 * because a join over pg_depend once more is estimated at one row and then costs seconds.
 */
#define BELONGS "o.classid = 'pg_class'::regclass AND o.objsubid = 0 AND o.refclassid = 'pg_class'::regclass"
#define IS_SERIAL(type)                                            \
    type " IN (20, 21, 23) AND pg_get_expr(f.adbin, f.adrelid) = " \
         "'nextval(' || quote_literal(o.objid::regclass) || '::regclass)'"

static const char schema_sql[] = "SELECT n.nspname AS name, d.description AS comment FROM pg_namespace n" COMMENT_ON(
    "pg_namespace", "n.oid",
    "0") " WHERE " OURS("n") " AND n.nspname IS DISTINCT FROM current_schema() AND " NO_MEMBER("pg_namespace",
                                                                                               "n.oid") " ORDER BY 1";

static const char enum_sql[] = "SELECT " SCHEMA_OF(
    "n") " AS schema, t.typname AS name, l.labels, d.description AS comment "
         "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace AND " OURS(
             "n") " JOIN (SELECT enumtypid, json_agg(enumlabel ORDER BY enumsortorder) AS labels FROM pg_enum GROUP BY 1) l "
                  "ON l.enumtypid = t.oid" COMMENT_ON("pg_type", "t.oid", "0") " WHERE t.typtype = 'e' AND " NO_MEMBER(
                      "pg_type", "t.oid") " ORDER BY 1, 2";

static const char sequence_sql[] = "SELECT " SCHEMA_OF(
    "n") " AS schema, c.relname AS name, format_type(s.seqtypid, NULL) AS type, "
         "s.seqstart AS start, s.seqincrement AS increment, s.seqmin AS min, s.seqmax AS max, s.seqcache AS cache, "
         "s.seqcycle AS cycle, ot.relname || '.' || oa.attname AS owned_by, d.description AS comment "
         "FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid "
         "JOIN pg_namespace n ON n.oid = c.relnamespace AND " OURS(
             "n") " LEFT JOIN pg_depend o ON " BELONGS
                  " AND o.objid = c.oid AND o.deptype IN ('a', 'i') AND o.refobjsubid > 0 "
                  "LEFT JOIN pg_class ot ON ot.oid = o.refobjid "
                  "LEFT JOIN pg_attribute oa ON oa.attrelid = o.refobjid AND oa.attnum = o.refobjsubid "
                  "LEFT JOIN pg_attrdef f ON f.adrelid = o.refobjid AND f.adnum = o.refobjsubid" COMMENT_ON(
                      "pg_class", "c.oid", "0") " WHERE o.deptype IS DISTINCT FROM 'i' AND c.relpersistence <> 't' AND "
                                                "(" IS_SERIAL("oa.atttypid") ") IS NOT TRUE AND " NO_MEMBER(
                                                    "pg_class", "c.oid") " ORDER BY 1, 2";

static const char table_sql[] = "SELECT " SCHEMA_OF(
    "n") " AS schema, c.relname AS name, d.description AS comment, "
         "c.relpersistence = 'u' AS unlogged, ts.spcname AS tablespace, h.parents AS inherits, "
         "CASE WHEN c.reloptions IS NOT NULL OR tc.reloptions IS NOT NULL THEN "
         "(SELECT json_agg(x ORDER BY x COLLATE \"C\") FROM (SELECT unnest(c.reloptions) UNION ALL "
         "SELECT 'toast.' || unnest(tc.reloptions)) AS r(x)) END AS options, "
         "CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by "
         "FROM " RELATIONS " LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace "
         "LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid "
         "LEFT JOIN (SELECT i.inhrelid, json_agg(CASE WHEN pn.nspname = current_schema() THEN p.relname::text "
         "ELSE pn.nspname || '.' || p.relname END ORDER BY i.inhseqno) AS parents FROM pg_inherits i "
         "JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace GROUP BY 1) h "
         "ON h.inhrelid = c.oid" COMMENT_ON("pg_class", "c.oid", "0") " WHERE " IS_TABLE " AND " NO_MEMBER(
             "pg_class", "c.oid") " ORDER BY 1, 2";

/* Rare things are looked up where they occur: each join less makes the planner's work shorter. */
#define COLLATION(oid) "(SELECT co.collname FROM pg_collation co WHERE co.oid = " oid ")"

/*
 * Column by column of all tables, inherited ones too; `storage` and `collation` only where they are not the type's own.
 */
#define COLUMN_SQL(compression)                                                                                                                                      \
    "SELECT " SCHEMA_OF(                                                                                                                                             \
        "n") " AS schema, c.relname AS table, a.attname AS name, "                                                                                                   \
             "format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable, "                                                                          \
             "CASE WHEN o.objid IS NULL AND a.attgenerated = '' THEN pg_get_expr(f.adbin, f.adrelid) END AS default_value, "                                         \
             "o.objid IS NOT NULL AS autoincrement, "                                                                                                                \
             "CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity, "                                                                \
             "q.seqstart AS identity_start, q.seqincrement AS identity_increment, q.seqmin AS identity_min, "                                                        \
             "q.seqmax AS identity_max, q.seqcache AS identity_cache, q.seqcycle AS identity_cycle, "                                                                \
             "CASE WHEN a.attgenerated <> '' THEN pg_get_expr(f.adbin, f.adrelid, true) END AS computed, "                                                           \
             "CASE WHEN a.attgenerated <> '' THEN a.attgenerated = 's' END AS computed_stored, "                                                                     \
             "CASE WHEN a.attcollation <> t.typcollation THEN " COLLATION(                                                                                           \
                 "a.attcollation") " END AS collation, "                                                                                                             \
                                   "d.description AS comment, "                                                                                                      \
                                   "CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'm' THEN 'main' "                       \
                                   "WHEN 'e' THEN 'external' ELSE 'extended' END END AS storage" compression " "                                                     \
                                   "FROM " RELATIONS                                                                                                                 \
                                   " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "                                             \
                                   "JOIN pg_type t ON t.oid = a.atttypid "                                                                                           \
                                   "LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum "                                                             \
                                   "LEFT JOIN pg_depend o ON " BELONGS                                                                                               \
                                   " AND o.deptype = 'a' AND o.refobjid = c.oid AND o.refobjsubid = a.attnum "                                                       \
                                   "AND " IS_SERIAL(                                                                                                                 \
                                       "a.atttypid") " LEFT JOIN pg_depend i ON a.attidentity <> '' AND i.refclassid = 'pg_class'::regclass AND i.refobjid = c.oid " \
                                                     "AND i.refobjsubid = a.attnum AND i.classid = 'pg_class'::regclass AND i.deptype = 'i' "                        \
                                                     "LEFT JOIN pg_sequence q ON q.seqrelid = i.objid" COMMENT_ON(                                                   \
                                                         "pg_class", "c.oid", "a.attnum") " WHERE " IS_TABLE                                                         \
                                                                                          " ORDER BY 1, 2, a.attnum"

static const char column_sql[] = COLUMN_SQL("");
static const char column_14_sql[] =
    COLUMN_SQL(", CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression");

/* Names of the columns whose numbers an array holds, as a JSON array in the array's order. */
#define COLUMN_NAMES(numbers, relation)                                                                           \
    "(SELECT json_agg(ka.attname ORDER BY k.place) FROM unnest(" numbers ") WITH ORDINALITY AS k(number, place) " \
    "JOIN pg_attribute ka ON ka.attrelid = " relation " AND ka.attnum = k.number)"
/* indkey counts from 0, so that its element number indnkeyatts is the first included one. */
#define INCLUDED                                                                                    \
    "CASE WHEN x.indnatts > x.indnkeyatts THEN " COLUMN_NAMES("(x.indkey::int2[])[x.indnkeyatts:]", \
                                                              "x.indrelid") " END AS include"

#define CONSTRAINTS                                                  \
    " FROM pg_constraint k0 JOIN pg_class c ON c.oid = k0.conrelid " \
    "JOIN pg_namespace n ON n.oid = c.relnamespace AND " OURS("n")
#define CONSTRAINT_OF "SELECT " SCHEMA_OF("n") " AS schema, c.relname AS table, k0.conname AS name, "
#define IN_ORDER      " AND " IS_TABLE " ORDER BY 1, 2, 3"

#define KEY_SQL(more, type)                                                                                    \
    CONSTRAINT_OF COLUMN_NAMES(                                                                                \
        "k0.conkey",                                                                                           \
        "k0.conrelid") " AS columns, " INCLUDED ", "                                                           \
                       "k0.condeferrable AS deferrable, k0.condeferred AS initially_deferred" more CONSTRAINTS \
                       " JOIN pg_index x ON x.indexrelid = k0.conindid WHERE k0.contype = '" type "'" IN_ORDER

static const char primary_key_sql[] = KEY_SQL("", "p");
static const char unique_sql[] = KEY_SQL("", "u");
static const char unique_15_sql[] = KEY_SQL(", x.indnullsnotdistinct AS nulls_not_distinct", "u");

static const char check_sql[] =
    CONSTRAINT_OF "pg_get_expr(k0.conbin, k0.conrelid, true) AS expr, k0.connoinherit AS no_inherit" CONSTRAINTS
                  " WHERE k0.contype = 'c' AND k0.conislocal" IN_ORDER;

static const char exclude_sql[] =
    CONSTRAINT_OF "substr(pg_get_constraintdef(k0.oid, true), length('EXCLUDE ') + 1) AS definition" CONSTRAINTS
                  " WHERE k0.contype = 'x'" IN_ORDER;

#define ACTION(member)                                                                              \
    "CASE k0." member " WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' " \
    "WHEN 'd' THEN 'SET DEFAULT' ELSE 'NO ACTION' END"
#define FOREIGN_KEY_SQL(columns)                                                                                       \
    CONSTRAINT_OF COLUMN_NAMES(                                                                                        \
        "k0.conkey",                                                                                                   \
        "k0.conrelid") " AS columns, "                                                                                 \
                       "NULLIF(" SCHEMA_OF("rn") ", '') AS ref_schema, r.relname AS ref_table, " COLUMN_NAMES(         \
                           "k0.confkey", "k0.confrelid") " AS ref_columns, " ACTION("confdeltype") columns             \
        " AS on_delete, " ACTION(                                                                                      \
            "confupdtype") " AS on_update, "                                                                           \
                           "CASE k0.confmatchtype WHEN 'f' THEN 'FULL' ELSE 'SIMPLE' END AS match, "                   \
                           "k0.condeferrable AS deferrable, k0.condeferred AS initially_deferred" CONSTRAINTS          \
                           " JOIN pg_class r ON r.oid = k0.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace " \
                           "WHERE k0.contype = 'f' AND k0.conparentid = 0" IN_ORDER

static const char foreign_key_sql[] = FOREIGN_KEY_SQL("");
/* SET NULL (a, b) of 15 is kept as part of the action. */
static const char foreign_key_15_sql[] =
    FOREIGN_KEY_SQL(" || COALESCE((SELECT ' (' || string_agg(quote_ident(ka.attname), ', ' ORDER BY k.place) || ')' "
                    "FROM unnest(k0.confdelsetcols) WITH ORDINALITY AS k(number, place) "
                    "JOIN pg_attribute ka ON ka.attrelid = k0.conrelid AND ka.attnum = k.number), '')");

#define INDEXES                                                                                         \
    " FROM pg_index x JOIN pg_class ic ON ic.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid " \
    "JOIN pg_namespace n ON n.oid = c.relnamespace AND " OURS("n")
#define IS_INDEX                                                                              \
    " WHERE " IS_TABLE " AND x.indislive AND NOT EXISTS (SELECT FROM pg_constraint k0 WHERE " \
    "k0.conindid = x.indexrelid AND k0.contype IN ('p', 'u', 'x'))"
#define INDEX_SQL(more)                                                                                                 \
    "SELECT " SCHEMA_OF(                                                                                                \
        "n") " AS schema, c.relname AS table, ic.relname AS name, x.indisunique AS is_unique, "                         \
             "am.amname AS method, pg_get_expr(x.indpred, x.indrelid, true) AS predicate, " INCLUDED ", "               \
             "CASE WHEN ic.reloptions IS NOT NULL THEN (SELECT json_agg(o ORDER BY o COLLATE \"C\") "                   \
             "FROM unnest(ic.reloptions) AS o) END AS options, ts.spcname AS tablespace, d.description AS comment" more \
                 INDEXES                                                                                                \
             " JOIN pg_am am ON am.oid = ic.relam LEFT JOIN pg_tablespace ts ON ts.oid = ic.reltablespace" COMMENT_ON(  \
                 "pg_class", "ic.oid", "0") IS_INDEX " ORDER BY 1, 2, 3"

static const char index_sql[] = INDEX_SQL("");
static const char index_15_sql[] = INDEX_SQL(", x.indnullsnotdistinct AS nulls_not_distinct");

/*
 * An operator class is said when it is not the default, or has parameters (13).  An expression has a collation of its
 * own, which only the printed definition tells from one that is said; 100 is the database's.
 */
#define PART_DEFINITION "pg_get_indexdef(x.indexrelid, p.place::integer, true)"
#define PART_SQL(parameters)                                                                                                                                               \
    "SELECT " SCHEMA_OF(                                                                                                                                                   \
        "n") " AS schema, ic.relname AS parent, a.attname AS column, "                                                                                                     \
             "CASE WHEN p.number = 0 THEN " PART_DEFINITION " END AS expr, "                                                                                               \
             "CASE WHEN NOT oc.opcdefault OR " parameters                                                                                                                  \
             " IS NOT NULL THEN CASE WHEN pg_opclass_is_visible(oc.oid) THEN '' "                                                                                          \
             "ELSE oc.opcnamespace::regnamespace || '.' END || quote_ident(oc.opcname) || COALESCE('(' || "                                                                \
             "array_to_string(" parameters ", ', ') || ')', '') END AS opclass, "                                                                                          \
             "CASE WHEN p.number > 0 AND p.collated <> a.attcollation THEN " COLLATION(                                                                                    \
                 "p.collated") " "                                                                                                                                         \
                               "WHEN p.number = 0 AND p.collated NOT IN (0, 100) AND strpos(pg_get_indexdef(x.indexrelid, 0, true), " PART_DEFINITION                      \
                               " || ' COLLATE ' || quote_ident(" COLLATION(                                                                                                \
                                   "p.collated") ")) > 0 "                                                                                                                 \
                                                 "THEN " COLLATION(                                                                                                        \
                                                     "p.collated") " END AS collation, "                                                                                   \
                                                                   "p.option & 1 = 1 AS descending, p.option & 2 = 2 AS nulls_first" INDEXES                               \
                                                                   " CROSS JOIN LATERAL unnest(x.indkey::int2[], x.indclass::oid[], x.indcollation::oid[], "               \
                                                                   "x.indoption::int2[]) WITH ORDINALITY AS p(number, class, collated, option, place) "                    \
                                                                   "JOIN pg_opclass oc ON oc.oid = p.class "                                                               \
                                                                   "LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = p.number AND p.number > 0" IS_INDEX \
                                                                   " AND p.place <= x.indnkeyatts ORDER BY 1, 2, p.place"

static const char part_sql[] = PART_SQL("NULL::text[]");
static const char part_13_sql[] =
    PART_SQL("(SELECT ia.attoptions FROM pg_attribute ia WHERE ia.attrelid = x.indexrelid AND ia.attnum = p.place)");

static const char view_sql[] = "SELECT " SCHEMA_OF(
    "n") " AS schema, c.relname AS name, CASE WHEN c.reloptions IS NULL THEN '' ELSE 'WITH (' || "
         "array_to_string(c.reloptions, ', ') || ') AS ' END || rtrim(pg_get_viewdef(c.oid, true), ';') AS query, "
         "c.relkind = 'm' AS materialized, d.description AS comment "
         "FROM " RELATIONS COMMENT_ON(
             "pg_class", "c.oid",
             "0") " WHERE c.relkind IN ('v', 'm') AND c.relpersistence <> 't' AND " NO_MEMBER("pg_class",
                                                                                              "c.oid") " ORDER BY 1, 2";

/* clang-format on */

const struct catalog_query pg_catalog[] = {
    {KIND_SCHEMA, 0, 0, schema_sql},
    {KIND_ENUM, 0, 0, enum_sql},
    {KIND_SEQUENCE, 0, 0, sequence_sql},
    {KIND_TABLE, 0, 0, table_sql},
    {KIND_COLUMN, 0, 140000, column_sql},
    {KIND_COLUMN, 140000, 0, column_14_sql},
    {KIND_PRIMARY_KEY, 0, 0, primary_key_sql},
    {KIND_UNIQUE, 0, 150000, unique_sql},
    {KIND_UNIQUE, 150000, 0, unique_15_sql},
    {KIND_CHECK, 0, 0, check_sql},
    {KIND_EXCLUDE, 0, 0, exclude_sql},
    {KIND_FOREIGN_KEY, 0, 150000, foreign_key_sql},
    {KIND_FOREIGN_KEY, 150000, 0, foreign_key_15_sql},
    {KIND_INDEX, 0, 150000, index_sql},
    {KIND_INDEX, 150000, 0, index_15_sql},
    {KIND_INDEX_PART, 0, 130000, part_sql},
    {KIND_INDEX_PART, 130000, 0, part_13_sql},
    {KIND_VIEW, 0, 0, view_sql},
};
const int pg_catalog_n = (int)(sizeof pg_catalog / sizeof *pg_catalog);

/* An index that an interrupted CREATE INDEX CONCURRENTLY left looks like any other, but serves no query. */
static int warn_invalid(struct ctx *ctx, struct conn *conn)
{
    struct rows rows;

    TRY(pg_query(ctx, conn,
                 "SELECT ic.relname, c.relname FROM pg_index x JOIN pg_class ic ON ic.oid = x.indexrelid AND "
                 "ic.relkind = 'i' JOIN pg_class c ON c.oid = x.indrelid WHERE NOT x.indisvalid ORDER BY 1",
                 NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        const char *const *cell = rows.row.item[i];
        emit_warning(ctx,
                     "index \"%s\" of table \"%s\" is invalid, as a failed CREATE INDEX CONCURRENTLY leaves it: "
                     "drop it, so that it is built again",
                     cell[0], cell[1]);
    }
    return 0;
}

static int load_all(struct ctx *ctx, struct conn *conn, struct tree *tree)
{
    TRY(catalog_load(ctx, conn, pg_catalog, pg_catalog_n, tree));
    return warn_invalid(ctx, conn);
}

int pg_load(struct ctx *ctx, struct conn *conn, const struct filter *filter, struct tree **tree)
{
    struct tree *loaded = tree_new(ctx->mem, ENGINE_PG);
    bool own = !conn->in_transaction;
    int result;

    loaded->version = conn->version;
    tree_schema(ctx->mem, loaded, "");
    if (own)
        TRY(pg_exec(ctx, conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL jit = off"));
    result = load_all(ctx, conn, loaded);
    if (own && result == 0)
        result = pg_exec(ctx, conn, "COMMIT");
    else if (own && PQstatus(((struct pg_conn *)conn)->pg) == CONNECTION_OK) {
        struct error error = ctx->error;
        ((struct pg_conn *)conn)->shielded = true;
        pg_exec(ctx, conn, "ROLLBACK");
        ((struct pg_conn *)conn)->shielded = false;
        ctx->error = error;
    }
    TRY(result);
    if (filter != NULL)
        filter_apply(filter, loaded);
    *tree = loaded;
    return 0;
}
