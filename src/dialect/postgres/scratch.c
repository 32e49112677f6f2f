/*
 * An empty database of our own, gone when its connection is closed.
 *
 * A server that is given and lets us create a database is best: it is fast, and it is the very version that counts.
 * Else a private server is started from local binaries.  The database resembles the one that it is made for where SQL
 * text depends on it: search path, the schemas on it, extensions, and on a private server roles.
 *
 * Nothing is run in a database before it has proved to be the one that was made: a pooler or a proxy may ignore the
 * name and lead to a database that is in use.  The proof is its name together with a random mark, which stands in the
 * shared catalog as the comment of that database, and so can be found only on the very server that made it.  The name
 * also says which session made it, so that what a killed process left is dropped by the next one.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "dialect/postgres/pg.h"

/* What SQL text depends on in the database that a scratch database is made for. */
struct surroundings {
    int version;           /* 0: unknown */
    const char *path;      /* search_path as it is set; NULL: unknown */
    const char *user;      /* what "$user" means on it */
    struct rows schema;    /* those on it that exist, in order: name */
    struct rows extension; /* name, schema */
    struct rows role;      /* name */
    struct list loans;     /* struct loan *: what no kind models */
    bool no_public;        /* somebody dropped it */
};

static const char schemas_sql[] = "SELECT name FROM unnest(current_schemas(false)) WITH ORDINALITY AS s(name, place) "
                                  "ORDER BY place";
/* In the order in which they were made: one may need another.  What template0 holds too has a low number. */
static const char extensions_sql[] =
    "SELECT e.extname, n.nspname FROM pg_extension e "
    "JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.oid >= 16384 ORDER BY e.oid";
static const char roles_sql[] = "SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%' ORDER BY 1";

char *pg_random_text(struct arena *mem)
{
    __attribute__((cleanup(fd_close))) int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    unsigned long long number = 0;

    if (fd < 0 || read(fd, &number, sizeof number) != (ssize_t)sizeof number)
        number = (unsigned long long)getpid();
    return arena_printf(mem, "%016llx", number);
}

static const char *cell_at(const struct rows *rows, int row, int column)
{
    return row < rows->row.n ? ((const char *const *)rows->row.item[row])[column] : NULL;
}

static int surroundings_read(struct ctx *ctx, struct conn *near, struct surroundings *around)
{
    struct rows path;

    TRY(pg_query(ctx, near, "SELECT current_setting('search_path'), current_user, to_regnamespace('public') IS NULL",
                 NULL, &path));
    around->path = cell_at(&path, 0, 0);
    around->user = cell_at(&path, 0, 1);
    around->no_public = text_equal(cell_at(&path, 0, 2), "t");
    TRY(pg_query(ctx, near, schemas_sql, NULL, &around->schema));
    TRY(pg_query(ctx, near, extensions_sql, NULL, &around->extension));
    TRY(pg_query(ctx, near, roles_sql, NULL, &around->role));
    return pg_loans_read(ctx, near, &around->loans);
}

int pg_scratch_facts(struct ctx *ctx, struct conn *near, struct buf *facts)
{
    const char *const queries[] = {
        schemas_sql,
        "SELECT e.extname, n.nspname, e.extversion FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
        "ORDER BY 1",
        /* What was set for this session, role, database or server, and may change what a statement means or prints. */
        "SELECT name, setting FROM pg_settings WHERE source NOT IN ('default', 'override') AND context IN ('user', "
        "'superuser') AND name NOT IN ('application_name', 'client_encoding') ORDER BY 1",
        "SELECT current_user, current_setting('server_encoding'), datcollate, datctype, to_regnamespace('public') "
        "IS NULL FROM pg_database WHERE datname = 'template0'",
        arena_printf(ctx->mem, "SELECT md5(string_agg(definition, chr(10) ORDER BY definition)) FROM (%s) AS loan",
                     pg_borrow_sql),
    };

    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct rows rows;
        TRY(pg_query(ctx, near, queries[i], NULL, &rows));
        for (int row = 0; row < rows.row.n; row++)
            for (int column = 0; column < rows.columns.n; column++)
                buf_addf(facts, "%s\n", cell_at(&rows, row, column));
        buf_add(facts, "\n");
    }
    return 0;
}

/* What the texts make themselves must not be there before, unless they say IF NOT EXISTS. */
enum making { MAKES_NOT, MAKES_IF_MISSING, MAKES };

static enum making making_of(const struct list *texts, const char *what, const char *name, bool *version)
{
    for (int i = 0; texts && i < texts->n; i++) {
        const struct classified *statement = texts->item[i];
        struct lexer lexer;
        if (statement->verb != VERB_CREATE || !statement->name || !text_equal(statement->name, name))
            continue;
        lex_open(&lexer, &pg_lex, statement->piece.text, statement->piece.length);
        lex_next_code(&lexer);
        struct token kind = lex_next_code(&lexer), next = lex_next_code(&lexer);
        if (!token_is(&kind, what))
            continue;
        enum making making = token_is(&next, "if") ? MAKES_IF_MISSING : MAKES;
        while (version && !*version && next.kind != TOKEN_END) {
            next = lex_next_code(&lexer);
            *version = token_is(&next, "version");
        }
        return making;
    }
    return MAKES_NOT;
}

bool pg_texts_make_schema(const struct list *texts, const char *name)
{
    return making_of(texts, "schema", name, NULL) == MAKES;
}

void pg_scratch_trim(const struct pg_conn *conn, struct tree *tree)
{
    if (!conn->scratch_texts)
        return;
    for (int i = tree->root->children.n - 1; i >= 0; i--) {
        struct object *schema = tree->root->children.item[i];
        for (int k = schema->children.n - 1; k >= 0; k--) {
            struct object *object = schema->children.item[k];
            bool version = false;
            if (object->kind != KIND_EXTENSION)
                continue;
            if (making_of(conn->scratch_texts, "extension", object->name, &version) == MAKES_NOT)
                object_remove(object);
            else if (!version)
                object_unsay(object, EXTENSION_version);
        }
        if (!schema->children.n && names_have(&conn->lent_schemas, schema->name) &&
            making_of(conn->scratch_texts, "schema", schema->name, NULL) == MAKES_NOT)
            object_remove(schema);
    }
}

static int exec_named(struct ctx *ctx, struct conn *conn, const char *before, const char *name, const char *after)
{
    struct buf sql;

    buf_init(&sql, ctx->mem);
    buf_add(&sql, before);
    ident_add(&sql, &pg_ident, name);
    buf_add(&sql, after);
    return pg_exec(ctx, conn, sql.data);
}

static int schema_make(struct ctx *ctx, struct conn *conn, const struct scratch_spec *spec, const char *name)
{
    if (pg_texts_make_schema(spec->statements, name))
        return 0;
    return exec_named(ctx, conn, "CREATE SCHEMA IF NOT EXISTS ", name, "");
}

/* One that cannot be made is remembered: it may be why a text cannot be run. */
static int extension_make(struct ctx *ctx, struct pg_conn *conn, const struct scratch_spec *spec, const char *name,
                          const char *schema)
{
    struct buf sql;

    if (making_of(spec->statements, "extension", name, NULL) == MAKES)
        return 0;
    buf_init(&sql, ctx->mem);
    buf_add(&sql, "CREATE EXTENSION IF NOT EXISTS ");
    ident_add(&sql, &pg_ident, name);
    if (!text_equal(schema, "pg_catalog")) {
        if (pg_texts_make_schema(spec->statements, schema))
            return 0;
        TRY(schema_make(ctx, &conn->conn, spec, schema));
        if (!text_equal(schema, "public"))
            names_add(ctx->mem, &conn->lent_schemas, schema);
        buf_add(&sql, " SCHEMA ");
        ident_add(&sql, &pg_ident, schema);
    }
    if (pg_exec(ctx, &conn->conn, sql.data) == 0)
        return 0;
    if (ctx->error.code != ERR_SQL)
        return (int)ctx->error.code;
    emit_warning(ctx, "%s lacks the extension \"%s\" of the database: %s", conn->conn.target, name, ctx->error.message);
    ctx->error = (struct error){0};
    return 0;
}

static int path_set(struct ctx *ctx, struct conn *conn, const char *path)
{
    struct names params = {0};
    struct rows rows;

    names_add(ctx->mem, &params, path);
    return pg_query(ctx, conn, "SELECT set_config('search_path', $1, false)", &params, &rows);
}

/* The schemas that search_path names, whether they exist or not. */
static struct names path_names(struct arena *mem, const struct surroundings *around)
{
    struct names parts = text_split(mem, around->path, ','), names = {0};

    for (int i = 0; i < parts.n; i++) {
        const char *name = text_trim(mem, parts.item[i]);
        size_t length = strlen(name);
        if (length >= 2 && name[0] == '"')
            name = text_replace(mem, arena_copy(mem, name + 1, length - 2), "\"\"", "\"");
        if (text_equal(name, "$user"))
            name = around->user;
        if (name && *name)
            names_add(mem, &names, name);
    }
    return names;
}

/* Without the database: what the URL sets is what the session has, and all of it counts as there. */
static int surroundings_guess(struct ctx *ctx, struct conn *conn, struct surroundings *around)
{
    struct rows path;

    TRY(pg_query(ctx, conn, "SELECT current_setting('search_path')", NULL, &path));
    around->path = cell_at(&path, 0, 0);
    struct names names = path_names(ctx->mem, around);
    for (int i = 0; i < names.n; i++) {
        const char **cell = NEW_ARRAY(ctx->mem, const char *, 1);
        cell[0] = names.item[i];
        list_add(ctx->mem, &around->schema.row, cell);
    }
    return 0;
}

/* A name without a schema has to mean the same before and after the migration that is made of the texts. */
static int default_check(struct ctx *ctx, const struct scratch_spec *spec, const struct surroundings *around)
{
    struct names names = path_names(ctx->mem, around);
    const char *now = cell_at(&around->schema, 0, 0);

    for (int i = 0; i < names.n && !text_equal(names.item[i], now); i++) {
        if (making_of(spec->statements, "schema", names.item[i], NULL) == MAKES_NOT)
            continue;
        fail(
            ctx, ERR_CONFIG,
            "the new schema \"%s\" would come first on the search path (%s): names without a schema would mean other objects than now",
            names.item[i], around->path);
        return fail_hint(
            ctx,
            "Create that schema in the database first, or set another search path in its URL: ?options=-csearch_path%%3Dpublic");
    }
    return 0;
}

/* What the empty schema name means when the database is read: the first schema of this path. */
static char *reading_path(struct arena *mem, const struct surroundings *around)
{
    struct buf path;

    buf_init(&path, mem);
    for (int i = 0; i < around->schema.row.n; i++) {
        buf_add(&path, i > 0 ? ", " : "");
        ident_add(&path, &pg_ident, cell_at(&around->schema, i, 0));
    }
    return arena_dup(mem, path.len > 0 ? path.data : "public");
}

/* A role there already is the one that we are. */
static int roles_make(struct ctx *ctx, struct conn *conn, const struct surroundings *around)
{
    for (int i = 0; i < around->role.row.n; i++) {
        const char *name = cell_at(&around->role, i, 0);
        if (!text_equal(name, "postgres"))
            TRY(exec_named(ctx, conn, "CREATE ROLE ", name, ""));
    }
    return 0;
}

/* The connection may live longer than the list; the statements live as long as the operation. */
static const struct list *texts_keep(struct arena *mem, const struct list *statements)
{
    if (!statements)
        return NULL;
    struct list *kept = NEW(mem, struct list);
    *kept = list_duplicate(mem, statements);
    return kept;
}

static int furnish(struct ctx *ctx, struct pg_conn *conn, const struct scratch_spec *spec, struct surroundings *around)
{
    if (around->path)
        TRY(default_check(ctx, spec, around));
    else
        TRY(surroundings_guess(ctx, &conn->conn, around));
    if (around->no_public && pg_exec(ctx, &conn->conn, "DROP SCHEMA public") == ERR_SQL)
        ctx->error = (struct error){0}; /* before 15 it belongs to the superuser */
    for (int i = 0; i < around->schema.row.n; i++)
        TRY(schema_make(ctx, &conn->conn, spec, cell_at(&around->schema, i, 0)));
    for (int i = 0; i < around->extension.row.n; i++)
        TRY(extension_make(ctx, conn, spec, cell_at(&around->extension, i, 0), cell_at(&around->extension, i, 1)));
    conn->scratch_texts = texts_keep(conn->mem, spec->statements);
    conn->scratch_path = reading_path(conn->mem, around);
    pg_loans_choose(ctx, conn, &around->loans, spec->statements);
    if (!spec->statements && pg_loans_make(ctx, conn) < 0)
        return (int)ctx->error.code;
    return path_set(ctx, &conn->conn, around->path);
}

int pg_scratch_reopen(struct ctx *ctx, struct conn *conn)
{
    if (conn->in_transaction) {
        fail(ctx, ERR_FAILED, "a transaction is still open at the end");
        return fail_hint(ctx, "Add the COMMIT that belongs to it, or leave out its BEGIN.");
    }
    TRY(pg_exec(ctx, conn, "DISCARD ALL"));
    TRY(pg_loans_hide(ctx, (struct pg_conn *)conn));
    return path_set(ctx, conn, ((struct pg_conn *)conn)->scratch_path);
}

/* template0 is never connected to, and without whatever somebody put into template1. */
static int database_create(struct ctx *ctx, struct conn *near, const char *name, const char *mark)
{
    TRY(exec_named(ctx, near, "CREATE DATABASE ", name, " TEMPLATE template0"));
    return exec_named(ctx, near, "COMMENT ON DATABASE ", name, arena_printf(ctx->mem, " IS '%s'", mark));
}

static int database_prove(struct ctx *ctx, struct conn *conn, const char *name, const char *mark)
{
    struct names params = {0};
    struct rows rows;

    names_add(ctx->mem, &params, name);
    names_add(ctx->mem, &params, mark);
    TRY(pg_query(
        ctx, conn,
        "SELECT d.datname = $1 AND pg_catalog.shobj_description(d.oid, 'pg_database') IS NOT DISTINCT FROM $2, "
        "d.datname FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()",
        &params, &rows));
    const char *proved = cell_at(&rows, 0, 0);
    if (proved && text_equal(proved, "t"))
        return 0;
    fail(ctx, ERR_UNSUPPORTED,
         "a connection to a new database leads to \"%s\" instead, as through a pooler or proxy that ignores the name",
         proved ? cell_at(&rows, 0, 1) : "another server");
    return fail_hint(ctx, "Give a URL that leads to the server itself, or install PostgreSQL here.");
}

static int database_open(struct ctx *ctx, const char *name, struct conn **conn)
{
    struct url there = ((struct pg_conn *)*conn)->url;
    const char *mark = pg_random_text(ctx->mem);
    struct conn *made = NULL, *near = *conn;

    TRY(database_create(ctx, near, name, mark));
    there.database = name;
    TRY(pg_open(ctx, &there, NULL, &made));
    int result = database_prove(ctx, made, name, mark);
    if (result == 0)
        *conn = made;
    else
        pg_close(made);
    return result;
}

/* What a killed process of ours left: its name says who made it, who is gone, and nobody is in it. */
static void left_over_drop(struct ctx *ctx, struct conn *near)
{
    struct error error = ctx->error;
    struct rows rows;
    if (pg_query(ctx, near,
                 "SELECT d.datname FROM pg_catalog.pg_database d "
                 "WHERE d.datname ~ '^dbwarden_scratch_[0-9]{1,9}_[0-9a-f]{16}$' "
                 "AND pg_catalog.pg_get_userbyid(d.datdba) = current_user AND NOT EXISTS (SELECT FROM "
                 "pg_catalog.pg_stat_activity a WHERE a.datid = d.oid OR a.pid = split_part(d.datname, '_', 3)::int)",
                 NULL, &rows) == 0)
        for (int i = 0; i < rows.row.n; i++)
            exec_named(ctx, near, "DROP DATABASE IF EXISTS ", cell_at(&rows, i, 0), "");
    ctx->error = error; /* somebody who is faster, or just entered it, is not a fault of this run */
}

static int scratch_on(struct ctx *ctx, struct conn *near, struct conn **conn)
{
    struct conn *opened = near;
    struct rows rows;

    left_over_drop(ctx, near);
    TRY(pg_query(ctx, near, "SELECT pg_backend_pid()", NULL, &rows));
    const char *random = pg_random_text(ctx->mem);
    const char *name = arena_printf(ctx->mem, "dbwarden_scratch_%s_%s", cell_at(&rows, 0, 0), random);
    if (database_open(ctx, name, &opened) < 0) {
        struct error error = ctx->error;
        ((struct pg_conn *)near)->shielded = true; /* after Ctrl-C too */
        exec_named(ctx, near, "DROP DATABASE IF EXISTS ", name, "");
        ((struct pg_conn *)near)->shielded = false;
        ctx->error = error;
        return (int)error.code;
    }
    struct pg_conn *made = (struct pg_conn *)opened;
    made->scratch = arena_dup(made->mem, name);
    made->scratch_near = arena_dup(made->mem, PQdb(((struct pg_conn *)near)->pg));
    made->conn.target = "a scratch database";
    *conn = opened;
    return pg_exec(ctx, opened, "SET synchronous_commit = off"); /* nothing in it needs to survive a crash */
}

/* ERR_UNSUPPORTED if this server does not let us. `around` is filled as far as it is known. */
static int scratch_near(struct ctx *ctx, const struct url *url, struct surroundings *around, struct conn **conn)
{
    struct conn *near = NULL;
    struct rows rows;
    int result = pg_open(ctx, url, NULL, &near);

    if (result == 0) {
        around->version = near->version;
        result = surroundings_read(ctx, near, around);
    }
    if (result == 0)
        result = pg_query(ctx, near, "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user", NULL,
                          &rows);
    if (result == 0 && (rows.row.n == 0 || !text_equal(cell_at(&rows, 0, 0), "t")))
        result = fail(ctx, ERR_UNSUPPORTED, "the user may not create databases there");
    if (result == 0)
        result = scratch_on(ctx, near, conn);
    pg_close(near);
    return result;
}

static int scratch_private(struct ctx *ctx, const struct url *near, struct surroundings *around, struct conn **conn)
{
    struct scratch_server *server = NULL;
    struct url url = {.dialect = "postgresql", .user = "postgres", .database = "postgres", .port = 5432};
    const char *options = near ? url_option(near, "options") : NULL;

    TRY(scratch_server_start(ctx, &pg_server_spec, around->version, &server));
    url.host = scratch_server_folder(server);
    if (options) {
        names_add(ctx->mem, &url.keys, "options");
        names_add(ctx->mem, &url.values, options);
    }
    int result = pg_open(ctx, &url, NULL, conn);
    if (result < 0) {
        struct error error = ctx->error;
        scratch_server_stop(server);
        ctx->error = error;
        return result;
    }
    ((struct pg_conn *)*conn)->server = server;
    (*conn)->target = "a private PostgreSQL server";
    return roles_make(ctx, *conn, around);
}

/* A server that was given is used if it lets us; why not is said where somebody can do something about it. */
static int scratch_open(struct ctx *ctx, const struct scratch_spec *spec, struct surroundings *around,
                        struct conn **conn)
{
    if (!spec->near)
        return scratch_private(ctx, NULL, around, conn);
    int result = scratch_near(ctx, spec->near, around, conn);
    if (result == 0 || result == ERR_CANCELLED)
        return result;
    struct error error = ctx->error;
    if (error.code == ERR_UNSUPPORTED && error.hint)
        emit_warning(ctx, "%s: a private server is used", error.message);
    else
        emit_debug(ctx, "no scratch database on the given server (%s): a private server is started", error.message);
    result = scratch_private(ctx, spec->near, around, conn);
    if (result < 0 && ctx->error.code == ERR_UNSUPPORTED && (around->version == 0 || error.hint))
        ctx->error = error; /* what is wrong with the given server is what the user can fix */
    return result < 0 ? (int)ctx->error.code : 0;
}

int pg_scratch(struct ctx *ctx, const struct scratch_spec *spec, struct conn **conn)
{
    struct surroundings around = {0};

    TRY(scratch_open(ctx, spec, &around, conn));
    return furnish(ctx, (struct pg_conn *)*conn, spec, &around);
}

/*
 * Without anything in it, for a copy of the database that `near` is connected to. `server`: "given" if it has to be the one of
 * `spec`, "private" if it has to be one of our own; NULL: as above.
 */
int pg_scratch_bare(struct ctx *ctx, const struct scratch_spec *spec, struct conn *near, const char *server,
                    struct conn **conn)
{
    struct surroundings around = {.version = near->version}, there = {0};

    TRY(surroundings_read(ctx, near, &around));
    if (text_equal(server, "private"))
        TRY(scratch_private(ctx, spec->near, &around, conn));
    else if (text_equal(server, "given"))
        TRY(scratch_near(ctx, spec->near, &there, conn));
    else
        TRY(scratch_open(ctx, spec, &around, conn));
    if (around.no_public && pg_exec(ctx, *conn, "DROP SCHEMA public") == ERR_SQL)
        ctx->error = (struct error){0};
    return path_set(ctx, *conn, around.path);
}

/*
 * To be kept, it gets a name that nobody takes for something that was left over; nobody may be in it then.  The comment locks the
 * database until it has that name: who drops what was left over finds nobody in it, waits, and then finds no such name.
 */
static int scratch_rename(struct ctx *ctx, struct pg_conn *old, const char *name)
{
    struct url url = old->url;
    struct conn *near = NULL;

    url.database = old->scratch_near;
    TRY(pg_open(ctx, &url, NULL, &near));
    int code = pg_exec(ctx, near, "BEGIN");
    if (code == 0)
        code = exec_named(ctx, near, "COMMENT ON DATABASE ", old->scratch, " IS 'a sandbox that was kept'");
    if (code == 0) {
        PQfinish(old->pg);
        old->pg = NULL;
        const char *before = arena_printf(ctx->mem, "ALTER DATABASE %s RENAME TO ", old->scratch);
        code = exec_named(ctx, near, before, name, "");
    }
    if (code == 0)
        code = pg_exec(ctx, near, "COMMIT");
    pg_close(near);
    return code;
}

/*
 * The search path becomes the database's, so that it is there again whenever a session is reset; the session is a new one, and
 * in a database that stays if it is to be kept.
 */
int pg_scratch_settle(struct ctx *ctx, struct conn **conn, bool keep)
{
    struct pg_conn *old = (struct pg_conn *)*conn;
    struct url url = old->url;
    struct conn *opened = NULL;
    struct rows rows;

    TRY(pg_query(ctx, *conn, "SELECT current_database()", NULL, &rows));
    TRY(exec_named(ctx, *conn, "ALTER DATABASE ", cell_at(&rows, 0, 0), " SET search_path FROM CURRENT"));
    if (keep) {
        url.database = arena_printf(ctx->mem, "dbwarden_sandbox_%s", pg_random_text(ctx->mem));
        TRY(scratch_rename(ctx, old, url.database));
        old->scratch = NULL;
    }
    TRY(pg_open(ctx, &url, NULL, &opened));
    struct pg_conn *new = (struct pg_conn *)opened;
    new->server = old->server;
    new->scratch = old->scratch ? arena_dup(new->mem, old->scratch) : NULL;
    new->scratch_near = old->scratch_near ? arena_dup(new->mem, old->scratch_near) : NULL;
    if (!keep)
        new->conn.target = arena_dup(new->mem, old->conn.target);
    old->server = NULL;
    old->scratch = NULL;
    pg_close(*conn);
    *conn = opened;
    return 0;
}

/* Statements about the server as a whole, by their first words. */
static const char *const beyond[][3] = {
    {"create", "database"},     {"alter", "database"},
    {"drop", "database"},       {"comment", "on", "database"},
    {"create", "role"},         {"alter", "role"},
    {"drop", "role"},           {"comment", "on", "role"},
    {"create", "user"},         {"alter", "user"},
    {"drop", "user"},           {"create", "group"},
    {"alter", "group"},         {"drop", "group"},
    {"create", "tablespace"},   {"alter", "tablespace"},
    {"drop", "tablespace"},     {"comment", "on", "tablespace"},
    {"create", "subscription"}, {"alter", "subscription"},
    {"drop", "subscription"},   {"alter", "system"},
    {"drop", "owned"},          {"reassign", "owned"},
};

/* GRANT a TO b is about roles, GRANT ... ON DATABASE about what all databases share; ON TABLE and the like is not. */
static bool grant_reaches_beyond(struct lexer *lexer)
{
    struct token token = lex_next_code(lexer);

    while (token.kind != TOKEN_END && !token_is(&token, "on"))
        token = lex_next_code(lexer);
    if (token.kind == TOKEN_END)
        return true;
    token = lex_next_code(lexer);
    return token_is(&token, "database") || token_is(&token, "tablespace") || token_is(&token, "parameter");
}

bool pg_reaches_beyond(const struct sql_piece *statement)
{
    struct lexer lexer;
    struct token word[3];

    lex_open(&lexer, &pg_lex, statement->text, statement->length);
    word[0] = lex_next_code(&lexer);
    if (token_is(&word[0], "grant") || token_is(&word[0], "revoke"))
        return grant_reaches_beyond(&lexer);
    word[1] = lex_next_code(&lexer);
    word[2] = lex_next_code(&lexer);
    if (token_is(&word[2], "mapping")) /* CREATE USER MAPPING belongs to a foreign server of this database */
        return false;
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
        int same = 0;
        while (same < 3 && beyond[i][same] && token_is(&word[same], beyond[i][same]))
            same++;
        if (same == 3 || !beyond[i][same])
            return true;
    }
    return false;
}
