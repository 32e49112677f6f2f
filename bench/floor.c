/*
 * floor: what the work costs at least: the same statements and the same commits as dbwarden's, by the engine's own C
 * library and nothing around them, no splitting, no checks, no journal.  One transaction a file, with one row of state; on
 * PostgreSQL one pipeline and so one round trip a file.
 *
 *   floor sqlite DATABASE FOLDER     runs the .sql files of the folder in the order of their names
 *   floor postgresql URL FOLDER      the same; a statement ends at the end of a line, which is true of what generate.py writes
 *   floor pipeline URL FOLDER        the same, and all files in one pipeline: a single round trip
 *   floor message URL FILE           one file as one message
 *   floor catalog URL                the whole schema in five queries, read to the last row
 *   floor mysql-catalog SOCKET DATABASE   the same of MySQL and MariaDB
 *   floor sums FOLDER                reads every file and adds its bytes up
 */
#include <dirent.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <mysql.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

static const char make_state[] = "create table state(version text primary key, name text, sum text)";

static const char *const catalog[] = {
    "select c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.reloptions from pg_class c join pg_namespace n"
    " on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'S')",
    "select a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,"
    " a.attgenerated, pg_get_expr(d.adbin, d.adrelid), co.collname from pg_attribute a join pg_class c on"
    " c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace left join pg_attrdef d on d.adrelid = a.attrelid"
    " and d.adnum = a.attnum left join pg_collation co on co.oid = a.attcollation where n.nspname = 'public' and"
    " c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped order by 1, 2",
    "select i.indrelid, c.relname, i.indisunique, i.indisprimary, i.indkey, m.amname, pg_get_expr(i.indpred,"
    " i.indrelid), pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am m"
    " on m.oid = c.relam join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public'",
    "select k.conrelid, k.conname, k.contype, k.conkey, k.confrelid, k.confkey, k.confupdtype, k.confdeltype,"
    " k.condeferrable, pg_get_constraintdef(k.oid) from pg_constraint k join pg_namespace n on n.oid = k.connamespace"
    " where n.nspname = 'public'",
    "select objoid, objsubid, description from pg_description where classoid = 'pg_class'::regclass",
};

static const char *const my_catalog[] = {
    "select table_name, table_type, engine, table_collation, create_options, table_comment from information_schema.tables"
    " where table_schema = database()",
    "select table_name, ordinal_position, column_name, column_type, is_nullable, column_default, extra, collation_name,"
    " generation_expression, column_comment from information_schema.columns where table_schema = database() order by 1, 2",
    "select table_name, index_name, seq_in_index, column_name, non_unique, index_type, collation, sub_part, index_comment"
    " from information_schema.statistics where table_schema = database() order by 1, 2, 3",
    "select k.table_name, k.constraint_name, k.ordinal_position, k.column_name, k.referenced_table_schema,"
    " k.referenced_table_name, k.referenced_column_name, r.update_rule, r.delete_rule from"
    " information_schema.key_column_usage k join (select distinct table_name, constraint_name, update_rule, delete_rule from"
    " information_schema.referential_constraints where constraint_schema = database()) r on r.constraint_name ="
    " k.constraint_name and r.table_name = k.table_name where k.table_schema = database() and k.constraint_schema = database()",
    "select constraint_name, check_clause from information_schema.check_constraints where constraint_schema ="
    " database()",
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "floor: %s: %s\n", what, why ? why : "failed");
    exit(1);
}

static char *file_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        die("cannot read", path);
    long size = ftell(file);
    rewind(file);
    char *text = malloc((size_t)size + 1);
    if (!text || fread(text, 1, (size_t)size, file) != (size_t)size)
        die("cannot read", path);
    text[size] = 0;
    fclose(file);
    return text;
}

static int is_sql(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".sql") == 0;
}

static char *entry_text(const char *folder, const struct dirent *entry)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    return file_text(path);
}

static void state_row(char *row, size_t size, const struct dirent *entry)
{
    snprintf(row, size, "insert into state(version, name, sum) values ('%.60s', '%.60s', 'x')", entry->d_name,
             entry->d_name);
}

/* ---- SQLite */

static void lite_run(sqlite3 *db, const char *sql)
{
    char *error = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        die("sqlite", error);
}

static void lite_apply(const char *path, const char *folder, struct dirent **entries, int n)
{
    sqlite3 *db;
    char row[256];
    if (sqlite3_open(path, &db) != SQLITE_OK)
        die("cannot open", path);
    lite_run(db, make_state);
    for (int i = 0; i < n; i++) {
        char *text = entry_text(folder, entries[i]);
        state_row(row, sizeof row, entries[i]);
        lite_run(db, "begin immediate");
        lite_run(db, text);
        lite_run(db, row);
        lite_run(db, "commit");
        free(text);
    }
    sqlite3_close(db);
}

/* ---- PostgreSQL */

static PGconn *pg_open(const char *url)
{
    PGconn *conn = PQconnectdb(url);
    if (PQstatus(conn) != CONNECTION_OK)
        die("cannot connect", PQerrorMessage(conn));
    return conn;
}

static void pg_good(PGconn *conn, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_PIPELINE_SYNC)
        die("postgresql", PQerrorMessage(conn));
    PQclear(result);
}

static void pg_send(PGconn *conn, const char *sql)
{
    if (!PQsendQueryParams(conn, sql, 0, NULL, NULL, NULL, NULL, 0))
        die("postgresql", PQerrorMessage(conn));
}

static void pg_finish_pipeline(PGconn *conn)
{
    bool synced = false;
    PQpipelineSync(conn);
    while (!synced) {
        PGresult *result = PQgetResult(conn);
        synced = result && PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        if (result)
            pg_good(conn, result);
    }
}

static void pg_apply(const char *url, const char *folder, struct dirent **entries, int n, bool together)
{
    PGconn *conn = pg_open(url);
    char row[256];
    pg_good(conn, PQexec(conn, make_state));
    PQenterPipelineMode(conn);
    for (int i = 0; i < n; i++) {
        char *text = entry_text(folder, entries[i]), *rest = text;
        state_row(row, sizeof row, entries[i]);
        pg_send(conn, "begin");
        for (char *end; (end = strstr(rest, ";\n")); rest = end + 2) {
            *end = 0;
            pg_send(conn, rest);
        }
        pg_send(conn, row);
        pg_send(conn, "commit");
        if (!together || i + 1 == n)
            pg_finish_pipeline(conn);
        free(text);
    }
    PQfinish(conn);
}

static void pg_message(const char *url, const char *path)
{
    PGconn *conn = pg_open(url);
    char *text = file_text(path);
    pg_good(conn, PQexec(conn, text)); /* one message is one transaction */
    free(text);
    PQfinish(conn);
}

static void pg_catalog(const char *url)
{
    PGconn *conn = pg_open(url);
    size_t bytes = 0;
    pg_good(conn, PQexec(conn, "begin isolation level repeatable read read only"));
    for (size_t i = 0; i < sizeof catalog / sizeof *catalog; i++) {
        PGresult *result = PQexec(conn, catalog[i]);
        for (int row = 0; row < PQntuples(result); row++)
            for (int field = 0; field < PQnfields(result); field++)
                bytes += strlen(PQgetvalue(result, row, field));
        pg_good(conn, result);
    }
    printf("%zu bytes\n", bytes);
    PQfinish(conn);
}

static void my_catalog_read(const char *socket, const char *database)
{
    MYSQL *mysql = mysql_init(NULL);
    unsigned long long bytes = 0;
    if (!mysql_real_connect(mysql, "localhost", "test", "test", database, 0, socket, 0))
        die("cannot connect", mysql_error(mysql));
    for (size_t i = 0; i < sizeof my_catalog / sizeof *my_catalog; i++) {
        MYSQL_RES *result = mysql_query(mysql, my_catalog[i]) ? NULL : mysql_store_result(mysql);
        if (!result)
            die(my_catalog[i], mysql_error(mysql));
        for (MYSQL_ROW row; (row = mysql_fetch_row(result));)
            for (unsigned field = 0; field < mysql_num_fields(result); field++)
                bytes += row[field] ? strlen(row[field]) : 0;
        mysql_free_result(result);
    }
    printf("%llu bytes\n", bytes);
    mysql_close(mysql);
}

/* ---- */

static void sums(const char *folder, struct dirent **entries, int n)
{
    unsigned long sum = 0;
    for (int i = 0; i < n; i++) {
        char *text = entry_text(folder, entries[i]);
        for (const char *at = text; *at; at++)
            sum = sum * 31 + (unsigned char)*at;
        free(text);
    }
    printf("%lx\n", sum);
}

/* One name of each library keeps it linked. */
int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    struct dirent **entries = NULL;
    const char *folder = argc > 3 ? argv[3] : argc > 2 ? argv[2] : ".";
    bool together = strcmp(mode, "pipeline") == 0;
    bool apply = argc == 4 && (together || strcmp(mode, "sqlite") == 0 || strcmp(mode, "postgresql") == 0);
    int n = apply || strcmp(mode, "sums") == 0 ? scandir(folder, &entries, is_sql, alphasort) : 0;
    if (n < 0)
        die("cannot read", folder);
    if (apply && mode[0] == 's')
        lite_apply(argv[2], folder, entries, n);
    else if (apply)
        pg_apply(argv[2], folder, entries, n, together);
    else if (strcmp(mode, "message") == 0 && argc == 4)
        pg_message(argv[2], argv[3]);
    else if (strcmp(mode, "catalog") == 0 && argc == 3)
        pg_catalog(argv[2]);
    else if (strcmp(mode, "mysql-catalog") == 0 && argc == 4)
        my_catalog_read(argv[2], argv[3]);
    else if (strcmp(mode, "sums") == 0 && argc == 3)
        sums(folder, entries, n);
    else
        die("usage", "floor sqlite | postgresql | pipeline | message | catalog | mysql-catalog | sums");
    return 0;
}
