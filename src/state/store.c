/*
 * 0.8.2's own table of migrations, to the letter, and the odds and ends that all state tables share.  SQL comes from
 * the dialect; this file puts in the table's name and the parameters.
 * Names of tables were never quoted by 0.8.2, so where the engine folds unquoted names, they are folded here:
 * "MyTable" on PostgreSQL is the table mytable that it made.
 */
#include "state/parts.h"

#include <pwd.h>
#include <unistd.h>

#include "base/text.h"

static const char *folded(struct arena *mem, const struct conn *conn, const char *table)
{
    return conn->dialect->ident->upper_needs_quotes ? text_lower(mem, table) : table;
}

char *state_sql(struct ctx *ctx, const struct state *state, const char *text, const char *table)
{
    struct buf name;
    buf_init(&name, ctx->mem);
    ident_add_qualified(&name, state->conn->dialect->ident, state->home, folded(ctx->mem, state->conn, table));
    return text_replace(ctx->mem, text, "@t", name.data);
}

struct names *params_of(struct arena *mem, const char *const *item, int n)
{
    struct names *params = NEW(mem, struct names);
    params->item = NEW_ARRAY(mem, const char *, n);
    params->n = params->room = n;
    for (int i = 0; i < n; i++)
        params->item[i] = item[i];
    return params;
}

struct batch_step state_step(const char *sql, const struct names *params)
{
    return (struct batch_step){sql, strlen(sql), params};
}

/* Whoever says "nothing is applied" then would say it of a database that lost its schema. */
static int fail_homeless(struct ctx *ctx, const struct state *state)
{
    struct rows rows;
    struct conn *conn = state->conn;
    TRY(conn_query(ctx, conn, conn_state(conn)->homes, NULL, &rows));
    const char **cell = rows.row.item[0];
    fail(ctx, ERR_STATE, "no schema of search_path (%s) is there in %s, or may be used", cell[0], conn->target);
    return fail_hint(
        ctx,
        "Make it (CREATE SCHEMA %s;), or GRANT USAGE on it. If it was dropped, the record of what is applied "
        "went with it: a backup brings it back, else migrate begins anew.",
        cell[1] ? cell[1] : "public");
}

int state_look(struct ctx *ctx, struct state *state, const char *table, const char *column, struct look *look)
{
    struct rows rows;
    struct conn *conn = state->conn;
    const struct names *params = PARAMS(ctx->mem, column, folded(ctx->mem, conn, table));
    TRY(conn_query(ctx, conn, conn_state(conn)->table_exists, params, &rows));
    const char **cell = rows.row.item[0];
    if (!state->home && cell[0])
        state->home = arena_dup(ctx->mem, cell[0]);
    if (!state->home && conn_state(conn)->homes)
        return fail_homeless(ctx, state);
    look->table = cell[1];
    look->column = text_equal(cell[1], "1");
    return 0;
}

int state_has(struct ctx *ctx, struct state *state, const char *table, bool *exists)
{
    struct look look;
    TRY(state_look(ctx, state, table, "", &look));
    *exists = look.table;
    return 0;
}

int state_check_home(struct ctx *ctx, struct state *state)
{
    bool exists;
    return state_has(ctx, state, state->migration_table, &exists);
}

int state_create(struct ctx *ctx, struct state *state, const char *text, const char *table)
{
    bool exists;
    TRY(state_has(ctx, state, table, &exists));
    return exists ? 0 : conn_exec(ctx, state->conn, state_sql(ctx, state, text, table));
}

int state_tables(struct ctx *ctx, struct state *state, struct names *names)
{
    const char *const tables[] = {state->migration_table, JOURNAL_TABLE};
    for (int i = 0; i < 2; i++) {
        bool exists;
        TRY(state_has(ctx, state, tables[i], &exists));
        if (exists)
            names_add(ctx->mem, names, folded(ctx->mem, state->conn, tables[i]));
    }
    return 0;
}

int state_drop(struct ctx *ctx, struct state *state)
{
    const char *const tables[] = {state->migration_table, state->seed_table, JOURNAL_TABLE, LOCK_TABLE};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        bool exists;
        TRY(state_has(ctx, state, tables[i], &exists));
        if (exists)
            TRY(conn_exec(ctx, state->conn, state_sql(ctx, state, "DROP TABLE @t", tables[i])));
    }
    return 0;
}

static int prepare_journal(struct ctx *ctx, struct state *state)
{
    const struct state_sql *sql = conn_state(state->conn);
    const struct column_added *added = sql->journal_upgrade, *newest = added;
    struct look look;
    while (newest[1].column)
        newest++;
    TRY(state_look(ctx, state, JOURNAL_TABLE, newest->column, &look));
    if (look.column)
        return 0;
    if (!look.table)
        return conn_exec(ctx, state->conn, state_sql(ctx, state, sql->create_journal, JOURNAL_TABLE));
    for (; added->column; added++) {
        TRY(state_look(ctx, state, JOURNAL_TABLE, added->column, &look));
        if (!look.column)
            TRY(conn_exec(ctx, state->conn, state_sql(ctx, state, added->sql, JOURNAL_TABLE)));
    }
    return 0;
}

int state_prepare(struct ctx *ctx, struct state *state)
{
    if (state->layout == LAYOUT_FASTMIGRATE)
        TRY(meta_prepare(ctx, state));
    else
        TRY(state_create(ctx, state, conn_state(state->conn)->create_migrations, state->migration_table));
    return prepare_journal(ctx, state);
}

struct names state_texts(struct ctx *ctx, const struct state *state)
{
    const struct state_sql *sql = conn_state(state->conn);
    struct names texts = {0};
    names_add(ctx->mem, &texts, state_sql(ctx, state, sql->create_migrations, state->migration_table));
    names_add(ctx->mem, &texts, state_sql(ctx, state, sql->create_journal, JOURNAL_TABLE));
    return texts;
}

int state_prepare_seeds(struct ctx *ctx, struct state *state)
{
    TRY(state_create(ctx, state, conn_state(state->conn)->create_seeds, state->seed_table));
    return prepare_journal(ctx, state);
}

int state_exists(struct ctx *ctx, struct state *state, bool *exists)
{
    return state_has(ctx, state, state->migration_table, exists);
}

/* By number; repeatables after, in the order of the table. */
static int by_number(const void *a, const void *b)
{
    const struct applied *x = a, *y = b;
    if (x->number < 0 || y->number < 0)
        return (x->number < 0) - (y->number < 0);
    return (x->number > y->number) - (x->number < y->number);
}

/* As much as a person wants to read, and nothing that a terminal would obey. */
static char *value_shown(struct arena *mem, const char *value)
{
    enum { SHOWN = 60 };
    char *shown = arena_copy(mem, value, strnlen(value, SHOWN));
    for (char *at = shown; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 127)
            *at = '?';
    return strlen(value) > SHOWN ? arena_printf(mem, "\"%s...\"", shown) : arena_printf(mem, "\"%s\"", shown);
}

int state_damaged(struct ctx *ctx, const char *table, const char *file, const char *column, const char *value)
{
    return fail(ctx, ERR_STATE, "the row of %s in %s is damaged: %s is %s",
                file ? value_shown(ctx->mem, file) : "no file", table, column,
                value ? value_shown(ctx->mem, value) : "NULL");
}

/* With both tools versions are digits, a row without one is of a repeatable file, and every row has its file's name. */
static int applied_check(struct ctx *ctx, const char *table, struct applied *applied)
{
    const char *version = applied->version, *file = applied->filename;
    bool named = file && *file, numbered = version && char_is_digit((unsigned char)*version);
    if (named && (!version || (numbered && text_to_int(version, &applied->number))))
        return 0;
    state_damaged(ctx, table, file, named ? "version" : "filename", named ? version : file);
    return fail_hint(ctx, "Restore that row from a backup, or delete it if it is not there for a file: these rows say "
                          "what is applied.");
}

static int read_applied(struct ctx *ctx, struct state *state, const char *select, const char *table, struct list *rows)
{
    *rows = (struct list){0};
    bool exists;
    TRY(state_has(ctx, state, table, &exists));
    if (!exists)
        return 0;
    struct rows found;
    TRY(conn_query(ctx, state->conn, state_sql(ctx, state, select, table), NULL, &found));
    for (int i = 0; i < found.row.n; i++) {
        const char **cell = found.row.item[i];
        struct applied *applied = NEW(ctx->mem, struct applied);
        *applied = (struct applied){cell[0], -1, cell[1], cell[2], cell[3], cell[4], cell[5]};
        TRY(applied_check(ctx, table, applied));
        list_add(ctx->mem, rows, applied);
    }
    list_sort(rows, by_number);
    return 0;
}

int state_applied(struct ctx *ctx, struct state *state, struct list *rows)
{
    if (state->layout == LAYOUT_FASTMIGRATE)
        return meta_applied(ctx, state, rows);
    return read_applied(ctx, state, conn_state(state->conn)->select_migrations, state->migration_table, rows);
}

int state_seeds(struct ctx *ctx, struct state *state, struct list *rows)
{
    TRY(read_applied(ctx, state, conn_state(state->conn)->select_seeds, state->seed_table, rows));
    for (int i = 0; i < rows->n; i++)
        ((struct applied *)rows->item[i])->seed = true;
    return 0;
}

struct applied *applied_version(const struct list *rows, int64_t number)
{
    int low = 0, high = rows->n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        const struct applied *applied = rows->item[middle];
        if (applied->number >= 0 && applied->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    struct applied *applied = low < rows->n ? rows->item[low] : NULL;
    return applied && applied->number == number ? applied : NULL;
}

struct applied *applied_file(const struct list *rows, const char *filename)
{
    for (int i = 0; i < rows->n; i++) {
        struct applied *applied = rows->item[i];
        if (text_equal(applied->filename, filename))
            return applied;
    }
    return NULL;
}

struct batch_step state_record(struct ctx *ctx, struct state *state, const struct migration *migration)
{
    const struct state_sql *sql = conn_state(state->conn);
    bool versioned = migration->type == MIGRATION_VERSIONED, seed = migration->type == MIGRATION_SEED;
    if (state->layout == LAYOUT_FASTMIGRATE && !seed)
        return meta_record(ctx, state, migration);
    const char *type = !seed ? migration_type_name(migration->type) : script_kinds[migration->script].word;
    const struct names *params =
        versioned || seed ? PARAMS(ctx->mem, migration->version, migration->description, migration->filename, type,
                                   migration->checksum)
                          : PARAMS(ctx->mem, migration->description, migration->filename, type, migration->checksum);
    const char *text = versioned ? sql->insert_migration : seed ? sql->insert_seed : sql->upsert_repeatable;
    return state_step(state_sql(ctx, state, text, seed ? state->seed_table : state->migration_table), params);
}

struct batch_step state_unrecord(struct ctx *ctx, struct state *state, const struct applied *applied)
{
    if (state->layout == LAYOUT_FASTMIGRATE && !applied->seed)
        return meta_unrecord(ctx, state, applied);
    const struct state_sql *sql = conn_state(state->conn);
    const char *text = applied->version ? sql->delete_migration : sql->delete_repeatable;
    const char *table = applied->seed ? state->seed_table : state->migration_table;
    const char *key = applied->version ? applied->version : applied->filename;
    return state_step(state_sql(ctx, state, text, table), PARAMS(ctx->mem, key));
}

/* Looked up once: each time costs several files to be read, and the journal has it with every file. */
const char *state_user(struct arena *mem)
{
    /* Aligned as what follows: mold may leave less at the end of a page that is not there, and the program does not start. */
    static _Thread_local _Alignas(16) char known[256];
    static _Thread_local uid_t whose;
    char space[4096];
    struct passwd entry, *found = NULL;
    if (*known && whose == geteuid())
        return arena_dup(mem, known);
    whose = geteuid();
    if (!getpwuid_r(whose, &entry, space, sizeof space, &found) && found)
        snprintf(known, sizeof known, "%s", entry.pw_name);
    else
        snprintf(known, sizeof known, "uid %u", (unsigned)whose);
    return arena_dup(mem, known);
}

const char *state_host(struct arena *mem)
{
    char name[256] = "";
    return gethostname(name, sizeof name - 1) ? "unknown" : arena_dup(mem, name);
}
