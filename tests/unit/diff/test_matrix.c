/*
 * Kinds x engines: what each dialect can do with each kind that it has, asked of the same tables that the planner works by.
 * A cell that is missing has to be in the list of gaps, and a gap that is filled has to leave it: the list only gets
 * shorter.  docs/kinds.md is the same cells in words; with --update it is written again.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "dialect/target.h"

/* "engine kind: cell" */
/* What is of the whole server ClickHouse has in no scratch database: tests/integration/test_clickhouse_schema.py, ..._access.py. */
static const char *const gaps[] = {"clickhouse function: golden case",
                                   "clickhouse named_collection: golden case",
                                   "clickhouse settings_profile: golden case",
                                   "clickhouse role: golden case",
                                   "clickhouse user: golden case",
                                   "clickhouse quota: golden case",
                                   "clickhouse row_policy: golden case",
                                   NULL};

enum cell { LOAD, SETTLE, CREATE, DROP, ALTER, RENAME, CASE, CELLS };
static const char *const cell_names[CELLS] = {"load", "settle", "create", "drop", "alter", "rename", "golden case"};

/* Of the sources: the tests say where they are; by hand it is run there. */
static const char *in_sources(struct ctx *ctx, const char *path)
{
    const char *root = getenv("DBWARDEN_SOURCE");
    return path_join(ctx->mem, root ? root : ".", path);
}

static bool has_kind(const struct dialect *dialect, const struct kind_info *info)
{
    for (int i = 0; dialect->folds && dialect->folds[i] != KIND_COUNT; i++)
        if (dialect->folds[i] == info->kind)
            return false;
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].engines & dialect->engine)
            return !(info->marks & KIND_PART);
    return false;
}

/* ---- what the tables say ---- */

/* The row by which a step of that kind makes its table again; NULL: none does. */
static const struct effect_row *rebuild_row(const struct dialect *dialect, const struct kind_info *info, unsigned on)
{
    for (const struct effect_row *row = dialect->effects; row->on; row++)
        if (row->kind == info->kind && row->on & on && row->dependent == ITSELF && row->effect == EFFECT_REBUILD)
            return row;
    return NULL;
}

/* Has an ALTER of it, or of this field, that effect? */
static bool alters_by(const struct dialect *dialect, const struct kind_info *info, int field, enum effect effect)
{
    for (const struct effect_row *row = dialect->effects; row->on; row++)
        if (row->kind == info->kind && row->on & ON(ALTER) && row->dependent == ITSELF && row->effect == effect &&
            (field == ANY_FIELD || row->field == field))
            return true;
    return false;
}

/* Is there a difference that the engine can only make by dropping and creating it? */
static bool is_replaced(const struct dialect *dialect, const struct kind_info *info)
{
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].engines & dialect->engine && info->field[i].marks & FIELD_REPLACE &&
            !alters_by(dialect, info, i, EFFECT_REFUSE))
            return true;
    return alters_by(dialect, info, ANY_FIELD, EFFECT_REPLACE);
}

/* Without ALTER every difference drops and creates, which a kind that holds rows, values or a state cannot bear. */
static const char *alter_word(const struct dialect *dialect, const struct kind_info *info)
{
    const struct effect_row *rebuild = rebuild_row(dialect, info, ON(ALTER));
    if (rebuild)
        return rebuild->when ? "in place where it can be, else the table is rebuilt" : "the table is rebuilt";
    if (!dialect->render[info->kind].alter && alters_by(dialect, info, ANY_FIELD, EFFECT_REFUSE))
        return "refused with the reason";
    if (!dialect->render[info->kind].alter)
        return kind_is(info->kind, KIND_HOLDS_ROWS | KIND_IS_COLUMN | KIND_COUNTER) ? NULL : "dropped and created";
    bool replaced = is_replaced(dialect, info);
    if (alters_by(dialect, info, ANY_FIELD, EFFECT_REFUSE))
        return replaced ? "some in place, some dropped and created, some refused with the reason"
                        : "in place, or refused with the reason";
    return replaced ? "some in place, else dropped and created" : "in place";
}

static const char *make_word(const struct dialect *dialect, const struct kind_info *info, unsigned on, bool renders)
{
    const struct effect_row *rebuild = rebuild_row(dialect, info, on);
    if (rebuild)
        return rebuild->when && renders ? "yes, or the table is rebuilt" : "the table is rebuilt";
    return renders ? "yes" : NULL;
}

static const char *rename_word(const struct dialect *dialect, const struct kind_info *info)
{
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (kind_is((enum kind)kind, KIND_LISTED) && kind_fits((enum kind)kind, info->kind) &&
            dialect->render[kind].rename)
            return "in place, its values too, if you say so";
    if (dialect->render[info->kind].rename)
        return kind_is(info->kind, KIND_NAME_MADE | KIND_CONTENT | KIND_SINGLE) ? "in place"
                                                                                : "in place, if you say so";
    if (dialect->rows_move && kind_is(info->kind, KIND_INLINE) && kind_is(info->kind, KIND_HOLDS_ROWS))
        return "another object, which takes its rows";
    if (kind_is(info->kind, KIND_HOLDS_ROWS | KIND_IS_COLUMN))
        return NULL;
    return rebuild_row(dialect, info, ON(ALTER)) ? "the table is rebuilt" : "another object";
}

/* ---- what is tried ---- */

static struct object *parent_of(struct ctx *ctx, const struct dialect *dialect, struct tree *tree, enum kind kind)
{
    enum kind parent = (enum kind)kind_table[kind].parent[0];
    if (parent == KIND_DATABASE)
        return tree->root;
    if (parent == KIND_SCHEMA)
        return tree_schema(ctx->mem, tree, "");
    return object_new(ctx->mem, parent, parent_of(ctx, dialect, tree, parent), "holder");
}

/* Of an object about which nothing is said, all is said that silence means something for. */
static bool settles(struct ctx *ctx, const struct dialect *dialect, const struct kind_info *info)
{
    struct tree *tree = tree_new(ctx->mem, dialect->engine);
    const struct target target = target_offline(dialect, tree);
    struct object *object =
        object_new(ctx->mem, info->kind, parent_of(ctx, dialect, tree, info->kind), info->kind ? "it" : NULL);
    tree_settle(ctx->mem, &target, tree);
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].engines & dialect->engine && info->field[i].unsaid && !object_says(object, i))
            return false;
    return true;
}

/* A database with one of each kind, for the engine that needs no server. */
static int loaded(struct ctx *ctx, const struct dialect *dialect, struct tree **tree)
{
    static const char *const ddl[] = {
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER UNIQUE, m INTEGER REFERENCES t (id), CHECK (n > 0))",
        "CREATE INDEX i ON t (n)",
        "CREATE VIEW v AS SELECT n FROM t",
        "CREATE VIRTUAL TABLE f USING fts5(body)",
        "CREATE TRIGGER g AFTER DELETE ON t BEGIN SELECT 1; END",
    };
    __attribute__((cleanup(conn_close))) struct conn *conn = NULL;
    struct filter everything = {0};
    TRY(dialect->driver->scratch(ctx, &(struct scratch_spec){0}, &conn));
    for (size_t i = 0; i < sizeof ddl / sizeof *ddl; i++)
        TRY(conn_exec(ctx, conn, ddl[i]));
    return dialect->load(ctx, conn, &everything, tree);
}

static const char *const catalogs[] = {"src/dialect/postgres/catalog", "src/dialect/mysql/catalog",
                                       "src/dialect/mysql/catalog/mysql", "src/dialect/mysql/catalog/mariadb", NULL};

static bool reads_from(struct ctx *ctx, const struct dialect *dialect, const char *catalog)
{
    if (dialect->engine == ENGINE_PG)
        return text_has(catalog, "/postgres/");
    return text_ends(catalog, "/mysql/catalog") ||
           text_ends(catalog, arena_printf(ctx->mem, "/catalog/%s", dialect->name));
}

/* Texts with one of each kind, for the engine whose server tells of each thing the statement that makes it. */
static int told(struct ctx *ctx, const struct dialect *dialect, struct tree **tree)
{
    static const char *const ddl[] = {
        "CREATE TABLE t (id UInt64, INDEX i id TYPE minmax, PROJECTION p (SELECT id), CONSTRAINT c CHECK id > 0) "
        "ENGINE = MergeTree ORDER BY id",
        "CREATE VIEW v AS SELECT id FROM t",
        "CREATE DICTIONARY d (id UInt64) PRIMARY KEY id SOURCE(NULL()) LAYOUT(FLAT())",
        "CREATE FUNCTION f AS (x) -> x + 1",
        "CREATE NAMED COLLECTION c AS a = 'x'",
        "CREATE SETTINGS PROFILE s SETTINGS max_threads = 1",
        "CREATE ROLE r",
        "CREATE USER u IDENTIFIED BY 'x'",
        "CREATE QUOTA q FOR INTERVAL 1 hour MAX queries = 1",
        "CREATE ROW POLICY p ON t USING id > 0 TO r",
    };
    *tree = tree_new(ctx->mem, dialect->engine);
    for (size_t i = 0; i < sizeof ddl / sizeof *ddl; i++) {
        const struct sql_piece piece = {.text = ddl[i], .length = strlen(ddl[i]), .line = 1};
        struct classified what;
        struct object *made;
        classify(ctx->mem, dialect->classify, &piece, &what);
        TRY(dialect->text_load(ctx, &what, *tree, &made));
    }
    return 0;
}

/* Those that MySQL and MariaDB are asked for together. */
static bool shares_query(const char *kind)
{
    static const char *const kinds[] = {"primary_key", "index", "index_part"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_equal(kinds[i], kind))
            return true;
    return false;
}

/* A server is read with a query for every kind, parts of a single thing with it; a file is read, and what comes out is looked at. */
static bool loads(struct ctx *ctx, const struct dialect *dialect, const struct kind_info *info)
{
    struct tree *tree;
    if (kind_is((enum kind)info->parent[0], KIND_SINGLE))
        info = &kind_table[info->parent[0]];
    for (int i = 0; !dialect->is_file && catalogs[i]; i++)
        if (reads_from(ctx, dialect, catalogs[i]) &&
            (file_exists(in_sources(ctx, arena_printf(ctx->mem, "%s/%s.sql", catalogs[i], info->name))) ||
             (shares_query(info->name) &&
              file_exists(in_sources(ctx, arena_printf(ctx->mem, "%s/statistics.sql", catalogs[i]))))))
            return true;
    if (!dialect->is_file && !dialect->text_load)
        return false;
    assert_works(ctx, (dialect->is_file ? loaded : told)(ctx, dialect, &tree));
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->kind == info->kind)
            return true;
    return false;
}

/* What the text cases of the engine run, up and down. */
static const char *cases_text(struct ctx *ctx, const struct dialect *dialect)
{
    struct names files;
    struct buf all;
    const char *folder = in_sources(ctx, arena_printf(ctx->mem, "tests/golden/diff/%s", dialect->name));
    buf_init(&all, ctx->mem);
    assert_works(ctx, folder_list(ctx, folder, &files));
    for (int i = 0; i < files.n; i++) {
        char *text;
        size_t length;
        assert_works(ctx, file_read(ctx, path_join(ctx->mem, folder, files.item[i]), 0, &text, &length));
        const char *up = strstr(text, "== up");
        buf_add(&all, up ? up : "");
    }
    return all.data;
}

static bool has_case(struct ctx *ctx, const struct kind_info *info, const char *cases)
{
    static const char *const before[] = {"CREATE ", "ALTER ", "DROP ", "ADD "};
    if (kind_is(info->kind, KIND_INLINE))
        return text_has(cases, info->sql);
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (text_has(cases, arena_printf(ctx->mem, "%s%s ", before[i], info->sql)))
            return true;
    return false;
}

/* ---- the cells ---- */

struct row {
    const char *cell[CELLS]; /* a word; NULL: missing */
};

static struct row row_of(struct ctx *ctx, const struct dialect *dialect, const struct kind_info *info,
                         const char *cases)
{
    const struct render_kind *render = &dialect->render[info->kind];
    return (struct row){{
        [LOAD] = loads(ctx, dialect, info) ? "yes" : NULL,
        [SETTLE] = settles(ctx, dialect, info) ? "yes" : NULL,
        [CREATE] = make_word(dialect, info, ON(CREATE), render->create),
        [DROP] = make_word(dialect, info, ON(DROP), render->drop),
        [ALTER] = alter_word(dialect, info),
        [RENAME] = rename_word(dialect, info),
        [CASE] = has_case(ctx, info, cases) ? "yes" : NULL,
    }};
}

static void every_cell_is_filled_or_a_known_gap(void **state)
{
    struct ctx *ctx = *state;
    struct names missing = {0}, known = {0};
    for (const struct dialect *const *dialect = dialect_list; *dialect; dialect++) {
        const char *cases = (*dialect)->render ? cases_text(ctx, *dialect) : NULL;
        for (int kind = 0; cases && kind < KIND_COUNT; kind++) {
            const struct kind_info *info = &kind_table[kind];
            struct row row = has_kind(*dialect, info) ? row_of(ctx, *dialect, info, cases) : (struct row){{NULL}};
            for (int i = 0; has_kind(*dialect, info) && i < CELLS; i++)
                if (!row.cell[i])
                    names_add(ctx->mem, &missing,
                              arena_printf(ctx->mem, "%s %s: %s", (*dialect)->name, info->name, cell_names[i]));
        }
    }
    for (int i = 0; gaps[i]; i++)
        names_add(ctx->mem, &known, gaps[i]);
    assert_string_equal(names_join(ctx->mem, &missing, "\n"), names_join(ctx->mem, &known, "\n"));
    assert_int_equal(missing.n, known.n);
}

/* ---- the page ---- */

static const char *title_of(struct ctx *ctx, const struct kind_info *info)
{
    return text_replace(ctx->mem, info->name, "_", " ");
}

static void fields_add(struct ctx *ctx, struct buf *page, const struct dialect *dialect, const struct kind_info *info)
{
    struct names docs = {0};
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].engines & dialect->engine && !(info->field[i].marks & FIELD_SILENT))
            names_add(ctx->mem, &docs, arena_printf(ctx->mem, "`%s` %s", info->field[i].name, info->field[i].doc));
    if (docs.n)
        buf_addf(page, "- **%s**: %s\n", title_of(ctx, info), names_join(ctx->mem, &docs, " · "));
}

static void engine_add(struct ctx *ctx, struct buf *page, const struct dialect *dialect)
{
    const char *cases = cases_text(ctx, dialect);
    buf_addf(page, "\n## %s\n\n| object | created | dropped | changed | renamed |\n|---|---|---|---|---|\n",
             dialect->title);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        if (!has_kind(dialect, &kind_table[kind]))
            continue;
        const struct row row = row_of(ctx, dialect, &kind_table[kind], cases);
        buf_addf(page, "| %s", title_of(ctx, &kind_table[kind]));
        for (int i = CREATE; i <= RENAME; i++)
            buf_addf(page, " | %s", row.cell[i] ? row.cell[i] : "no");
        buf_add(page, " |\n");
    }
    buf_add(page, "\nWhat is read, compared and written of each:\n\n");
    for (int kind = 0; kind < KIND_COUNT; kind++)
        fields_add(ctx, page, dialect, &kind_table[kind]);
}

static const char *page_text(struct ctx *ctx)
{
    struct buf page;
    struct names others = {0};
    buf_init(&page, ctx->mem);
    buf_add(
        &page,
        "# What is managed\n\n"
        "Which kinds of database objects are read from a database, compared with your models or `schema.sql`, and\n"
        "changed by generated migrations. What is not listed is left alone and named in the output of\n"
        "`make-migrations` and `diff`.\n\n"
        "- **The table is rebuilt**: a new table is made, the rows are copied, and the new one takes the old name;\n"
        "  indexes and triggers come back with it. Columns, keys and constraints of a new table are part of its\n"
        "  CREATE TABLE. On ClickHouse `make-migrations --rebuild` asks for it; else it is refused.\n"
        "- **Dropped and created**: what rests on it makes room and comes back; rows stay.\n"
        "- **If you say so**: a question, a note in the sources, `--rename`, `--rename-table` or `--rename-object`; else it is one dropped and one new.\n"
        "- **Another object**: under another name it is a new one, and the old one is dropped.\n");
    for (const struct dialect *const *dialect = dialect_list; *dialect; dialect++) {
        if ((*dialect)->render)
            engine_add(ctx, &page, *dialect);
        else
            names_add(ctx->mem, &others, (*dialect)->title);
    }
    if (others.n)
        buf_addf(&page, "\n## %s\n\nMigrations are written by hand; they are run, locked and undone as everywhere.\n",
                 names_join(ctx->mem, &others, ", "));
    return page.data;
}

static void the_page_says_the_same(void **state)
{
    struct ctx *ctx = *state;
    char *page;
    size_t length;
    assert_works(ctx, file_read(ctx, in_sources(ctx, "docs/kinds.md"), 0, &page, &length));
    if (!text_equal(page, page_text(ctx)))
        fail_msg("docs/kinds.md is not what the tables say: run build/tests/unit/diff_test_matrix --update here");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {UNIT(every_cell_is_filled_or_a_known_gap), UNIT(the_page_says_the_same)};
    if (argc < 2 || !text_equal(argv[1], "--update"))
        return cmocka_run_group_tests(tests, NULL, NULL);
    struct ctx ctx;
    ctx_open(&ctx, 0);
    const char *page = page_text(&ctx);
    int code = file_write(&ctx, in_sources(&ctx, "docs/kinds.md"), page, strlen(page), 0644);
    ctx_close(&ctx);
    return code < 0;
}
