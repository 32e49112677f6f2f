/* Names in texts mean what their scope says: aliases, CTEs, subqueries, OLD and NEW, functions, strings, types. */
#include "trees.h"

#include "diff/mention.h"

static const char *const tables[] = {
    ".users: id integer, name text, email text, status text, len integer, team_id integer",
    ".teams: id integer, name text, users text",
    ".log: id integer, name text, at date",
    ".status: id integer, status text, year integer",
    "app.users: id integer, name text, mood text",
    NULL,
};

struct bench {
    struct ctx *ctx;
    struct tree *tree;
    struct directory directory;
};

static struct bench bench_of(struct ctx *ctx, const char *engine)
{
    struct target *target = NEW(ctx->mem, struct target);
    *target = target_offline(dialect_find(engine), NULL);
    struct bench bench = {.ctx = ctx, .tree = tree_of(ctx, target->dialect->engine, tables)};
    const char *const enums[] = {"mood", "name"};
    object_new(ctx->mem, KIND_ENUM, tree_schema(ctx->mem, bench.tree, ""), enums[0]);
    object_new(ctx->mem, KIND_ENUM, tree_schema(ctx->mem, bench.tree, "app"), enums[1]);
    object_new(ctx->mem, KIND_SEQUENCE, tree_schema(ctx->mem, bench.tree, "app"), "counter");
    directory_open(&bench.directory, ctx->mem, target, bench.tree);
    return bench;
}

static int by_offset(const void *a, const void *b)
{
    const struct mention *x = a, *y = b;
    return x->offset != y->offset ? (x->offset < y->offset ? -1 : 1) : 0;
}

static const char *where(struct ctx *ctx, const struct object *object)
{
    const char *schema = object_schema(object);
    const char *dot = *schema ? "." : "";
    if (object->kind == KIND_COLUMN)
        return arena_printf(ctx->mem, "%s%s%s.%s", schema, dot, object->parent->name, object->name);
    return arena_printf(ctx->mem, "%s%s%s", schema, dot, object->name);
}

/* What is named, in the order of the text; the place in the text must be that of the name. */
static const char *named(struct bench *bench, const struct object *object, bool constant, const char *text)
{
    struct ctx *ctx = bench->ctx;
    struct list found = {0};
    struct names out = {0};
    mentions_find(&bench->directory, object, constant, text, &found);
    list_sort(&found, by_offset);
    for (int i = 0; i < found.n; i++) {
        const struct mention *mention = found.item[i];
        const char *word = text_slice(ctx->mem, text, mention->offset, mention->offset + mention->length);
        assert_true(text_has(text_lower(ctx->mem, word), text_lower(ctx->mem, mention->to->name)));
        names_add(ctx->mem, &out,
                  arena_printf(ctx->mem, "%s%s", where(ctx, mention->to), mention->shown ? " shown" : ""));
    }
    return names_join(ctx->mem, &out, ", ");
}

static const char *in_view(struct bench *bench, const char *query)
{
    struct object *view = object_new(bench->ctx->mem, KIND_VIEW, tree_schema(bench->ctx->mem, bench->tree, ""), "v");
    return named(bench, view, false, query);
}

static const char *in_check(struct bench *bench, const char *table, const char *expr)
{
    struct object *owner = tree_find(bench->tree, KIND_TABLE, "", table);
    return named(bench, object_new(bench->ctx->mem, KIND_CHECK, owner, NULL), false, expr);
}

static const char *in_trigger(struct bench *bench, const char *text)
{
    struct object *owner = tree_find(bench->tree, KIND_TABLE, "", "users");
    return named(bench, object_new(bench->ctx->mem, KIND_TRIGGER, owner, "r"), false, text);
}

#define PAIRS(bench, in, ...)                                             \
    do {                                                                  \
        static const char *const pairs_[][2] = {__VA_ARGS__};             \
        for (size_t i_ = 0; i_ < sizeof pairs_ / sizeof *pairs_; i_++)    \
            assert_string_equal(in(bench, pairs_[i_][0]), pairs_[i_][1]); \
    } while (0)

static void aliases_hide_names(void **state)
{
    struct bench bench = bench_of(*state, "postgresql");
    PAIRS(&bench, in_view, {"SELECT name FROM users", "users.name shown, users"},
          {"SELECT u.name FROM users u", "users.name shown, users"},
          {"SELECT users.name AS n FROM users", "users, users.name, users"},
          {"SELECT users.name FROM teams AS users", "teams.name shown, teams"},
          {"SELECT users.name FROM users AS users", "users.name shown, users"},
          {"SELECT name + 1 FROM users name", "users.name, users"},
          {"SELECT status.status FROM status", "status, status.status shown, status"},
          {"SELECT status FROM users", "users.status shown, users"});
}

static void schemas_tell_tables_apart(void **state)
{
    struct bench bench = bench_of(*state, "postgresql");
    PAIRS(&bench, in_view, {"SELECT mood FROM app.users", "app.users.mood shown, app.users"},
          {"SELECT email FROM app.users", "app.users"},
          {"SELECT app.users.name FROM app.users", "app.users, app.users.name shown, app.users"},
          {"SELECT a.name, b.name AS n FROM users a JOIN app.users b ON a.id = b.id",
           "users.name shown, app.users.name, users, app.users, users.id, app.users.id"},
          {"SELECT public.users.email FROM public.users", "users, users.email shown, users"},
          {"SELECT 1 FROM other.users", ""});
}

static void joins_name_several(void **state)
{
    struct bench bench = bench_of(*state, "postgresql");
    PAIRS(&bench, in_view,
          {"SELECT email FROM users JOIN teams USING (id)", "users.email shown, users, teams, users.id, teams.id"},
          {"SELECT email FROM users, teams WHERE team_id = teams.id",
           "users.email shown, users, teams, users.team_id, teams, teams.id"},
          {"SELECT email FROM (users CROSS JOIN teams)", "users.email shown, users, teams"},
          {"SELECT l.at FROM users u LEFT JOIN LATERAL (SELECT at FROM log WHERE log.name = u.name) l ON true",
           "users, log.at, log, log, log.name, users.name"});
}

static void subqueries_look_outwards(void **state)
{
    struct bench bench = bench_of(*state, "postgresql");
    PAIRS(&bench, in_view,
          {"SELECT id FROM teams WHERE EXISTS (SELECT 1 FROM log WHERE log.name = users)",
           "teams.id shown, teams, log, log, log.name, teams.users"},
          {"SELECT (SELECT name FROM log LIMIT 1) AS x FROM users", "log.name, log, users"},
          {"SELECT s.name FROM (SELECT name FROM users) s", "users.name, users"},
          {"SELECT at FROM log UNION SELECT year FROM status ORDER BY 1", "log.at shown, log, status.year, status"});
}

static void ctes_are_no_tables(void **state)
{
    struct bench bench = bench_of(*state, "postgresql");
    PAIRS(&bench, in_view, {"WITH log AS (SELECT name FROM users) SELECT name FROM log", "users.name, users"},
          {"WITH RECURSIVE status (year) AS (SELECT 1 UNION ALL SELECT year + 1 FROM status) SELECT year FROM status",
           ""},
          {"WITH a AS (SELECT at FROM log), b AS (SELECT year FROM status) SELECT * FROM a, b, teams",
           "log.at, log, status.year, status, teams"});
}

static void words_of_the_language_are_no_names(void **state)
{
    struct bench bench = bench_of(*state, "postgresql");
    PAIRS(&bench, in_view, {"SELECT extract(year FROM at) AS y FROM log", "log.at, log"},
          {"SELECT 1 FROM users WHERE name IS DISTINCT FROM email", "users, users.name, users.email"},
          {"SELECT 1 FROM users WHERE name IS NOT DISTINCT FROM 'log'", "users, users.name"},
          {"SELECT 'name was ' || email AS \"name\" FROM users -- log", "users.email, users"},
          {"SELECT len(len) AS x FROM users", "users.len, users"},
          {"SELECT substring(name FROM 2) AS x FROM users", "users.name, users"});
}

static void quoted_names_are_taken_to_the_letter(void **state)
{
    struct bench bench = bench_of(*state, "postgresql"), lite = bench_of(*state, "sqlite");
    PAIRS(&bench, in_view, {"SELECT \"name\" FROM \"users\"", "users.name shown, users"},
          {"SELECT \"Name\" FROM users", "users"}, {"SELECT NAME FROM Users", "users.name shown, users"});
    PAIRS(&lite, in_view, {"SELECT \"Name\" FROM [USERS]", "users.name shown, users"},
          {"SELECT `name` FROM main.users", "users.name shown, users"});
}

static void constants_name_types_and_counters(void **state)
{
    struct bench bench = bench_of(*state, "postgresql");
    const struct object *users = tree_find(bench.tree, KIND_TABLE, "", "users");
    const struct object *column = object_child(users, KIND_COLUMN, "status");
    static const char *const pairs[][2] = {
        {"nextval('app.counter'::regclass)", "app.counter"},
        {"nextval('\"app\".\"counter\"'::regclass)", "app.counter"},
        {"nextval('counter')", ""},
        {"'name'::mood", "mood"},
        {"'x'::app.name", "app.name"},
        {"CAST('x' AS app.name)", "app.name"},
        {"name", ""},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_string_equal(named(&bench, column, true, pairs[i][0]), pairs[i][1]);
}

static const char *in_check_of_users(struct bench *bench, const char *expr)
{
    return in_check(bench, "users", expr);
}

static void expressions_see_their_own_table(void **state)
{
    struct bench bench = bench_of(*state, "postgresql");
    PAIRS(&bench, in_check_of_users, {"length(name) > len", "users.name, users.len"},
          {"users.name <> ''", "users, users.name"}, {"status = 'status'::mood", "users.status, mood"},
          {"app.users.name <> ''", "app.users, app.users.name"},
          {"extract(year from email::date) > 2000", "users.email"});
}

static void triggers_see_rows_and_what_they_write(void **state)
{
    struct bench bench = bench_of(*state, "sqlite");
    PAIRS(
        &bench, in_trigger,
        {"CREATE TRIGGER r AFTER UPDATE ON users BEGIN INSERT INTO log(name) VALUES ('name was ' || OLD.name); END",
         "users, log, log.name, users.name"},
        {"CREATE TRIGGER log AFTER UPDATE OF name, email ON users BEGIN SELECT 1; END",
         "users.name, users.email, users"},
        {"CREATE TRIGGER r AFTER INSERT ON users WHEN NEW.status = 'x' BEGIN UPDATE teams SET name = NEW.name, users = name "
         "WHERE id = NEW.team_id; END",
         "users, users.status, teams, teams.name, users.name, teams.users, teams.name, teams.id, users.team_id"},
        {"CREATE TRIGGER r AFTER DELETE ON users BEGIN DELETE FROM log WHERE name = OLD.name; UPDATE log SET at = 1 "
         "WHERE at > 2; END",
         "users, log, log.name, users.name, log, log.at, log.at"},
        {"CREATE TRIGGER r AFTER INSERT ON users BEGIN INSERT INTO log(id, name) SELECT id, name FROM teams; END",
         "users, log, log.id, log.name, teams.id, teams.name, teams"},
        {"CREATE TRIGGER r AFTER INSERT ON users BEGIN INSERT INTO log(id) VALUES (1) ON CONFLICT (id) DO UPDATE SET "
         "name = excluded.name RETURNING at; END",
         "users, log, log.id, log.id, log.name, log.name, log.at"});
}

UNIT_TESTS(UNIT(aliases_hide_names), UNIT(schemas_tell_tables_apart), UNIT(joins_name_several),
           UNIT(subqueries_look_outwards), UNIT(ctes_are_no_tables), UNIT(words_of_the_language_are_no_names),
           UNIT(quoted_names_are_taken_to_the_letter), UNIT(constants_name_types_and_counters),
           UNIT(expressions_see_their_own_table), UNIT(triggers_see_rows_and_what_they_write))
