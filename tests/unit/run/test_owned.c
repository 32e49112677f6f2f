/* What a project owns, from records and notes on, and how a database's tree is marked by it. */
#include "dialect/lite.h"

#include "run/parts.h"
#include "schema/managed.h"

#define HELD "CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT DEFAULT 'd', CHECK (y > 'a')); CREATE INDEX ix ON a (y);"

static void known_open(struct ctx *ctx, const char *sql, struct owned *owned)
{
    struct target *target = NEW(ctx->mem, struct target);
    *target = lite_target(0);
    struct tree *tree = lite_tree_of(ctx, sql);
    owned_open(ctx, target, tree, owned);
    owned_tree(owned, tree);
}

/* What is a stranger in a database of these statements, and which settings nobody spoke of. */
static const char *strange_in(struct ctx *ctx, struct owned *owned, const char *sql)
{
    struct tree *tree = lite_tree_of(ctx, sql);
    struct buf out;
    buf_init(&out, ctx->mem);
    owned_mark(owned, tree);
    for (const struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o)) {
        if (o->stranger && !kind_is(o->kind, KIND_PART))
            buf_addf(&out, "%s ", managed_path(ctx->mem, o));
        else if (o->unspoken.n)
            buf_addf(&out, "%s#%s ", managed_path(ctx->mem, o), names_join(ctx->mem, &o->unspoken, ","));
    }
    return out.data;
}

static struct plan_note *note_of(struct ctx *ctx, const char *written)
{
    struct plan_note *note = NEW(ctx->mem, struct plan_note);
    note->written = lite_tree_of(ctx, written);
    return note;
}

static void gone_add(struct ctx *ctx, struct plan_note *note, const char *name, const char *to)
{
    struct plan_gone *gone = NEW(ctx->mem, struct plan_gone);
    *gone = (struct plan_gone){.kind = KIND_TABLE, .schema = "", .name = name, .to = to};
    list_add(ctx->mem, &note->gone, gone);
}

static void all_of_a_record_is_owned_and_nothing_else(void **state)
{
    struct ctx *ctx = *state;
    struct owned owned;
    known_open(ctx, HELD, &owned);
    assert_string_equal(strange_in(ctx, &owned, HELD), "");
    assert_string_equal(
        strange_in(ctx, &owned,
                   "CREATE TABLE a (x INTEGER PRIMARY KEY DEFAULT 1, y TEXT DEFAULT 'e', z INT,"
                   " CHECK (y > 'a'), CHECK (y > 'a'), CHECK (y > 'b'), UNIQUE (z));"
                   "CREATE INDEX ix ON a (y); CREATE INDEX iy ON a (y); CREATE TABLE b (x INT);"),
        "table:.a/column:x#default_value table:.a/column:z table:.a/check(y > 'a') table:.a/check(y > 'b') table:.a/unique(z) table:.a/index:iy table:.b table:.b/column:x ");
    known_open(ctx, "CREATE TABLE a (x INT, CONSTRAINT positive CHECK (x > 0));", &owned);
    assert_string_equal(
        strange_in(ctx, &owned, "CREATE TABLE a (x INT, CHECK (x > 0), CONSTRAINT positive CHECK (x > 1));"),
        "table:.a/check(x > 0) ");
}

/* By the name that a server would give it, unless what has that name is something else, and it is there under another. */
static void a_usual_name_tells_less_than_the_content(void **state)
{
    struct ctx *ctx = *state;
    struct owned owned;
    struct target target = lite_target(0);
    struct tree *tree = lite_tree_of(ctx, "CREATE TABLE a (x INT, CONSTRAINT a_check CHECK (x > 0));");
    for (struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o))
        o->name_invented = o->kind == KIND_CHECK;
    owned_open(ctx, &target, tree, &owned);
    owned_tree(&owned, tree);
    assert_string_equal(strange_in(ctx, &owned, "CREATE TABLE a (x INT, CONSTRAINT a_check CHECK (x > 1));"), "");
    assert_string_equal(
        strange_in(ctx, &owned, "CREATE TABLE a (x INT, CONSTRAINT a_check CHECK (x > 1), CHECK (x > 0));"),
        "table:.a/check:a_check ");
    assert_string_equal(
        strange_in(ctx, &owned,
                   "CREATE TABLE a (x INT, CONSTRAINT other CHECK (x > 0), CONSTRAINT a_check CHECK (x > 0));"),
        "table:.a/check:other ");
}

static void strangers_of_a_record_stay_strangers(void **state)
{
    struct ctx *ctx = *state;
    struct owned owned;
    known_open(ctx, HELD, &owned);
    struct tree *tree = lite_tree_of(ctx, HELD "CREATE TABLE b (x INT);");
    owned_mark(&owned, tree);
    struct owned again;
    owned_open(ctx, owned.target, tree, &again);
    owned_tree(&again, tree);
    assert_string_equal(strange_in(ctx, &again, HELD "CREATE TABLE b (x INT);"), "table:.b table:.b/column:x ");
}

static void a_note_takes_the_place_of_what_was_described(void **state)
{
    struct ctx *ctx = *state;
    struct owned owned;
    known_open(ctx, HELD "CREATE TABLE b (x INT);", &owned);
    owned_note(&owned,
               note_of(ctx, "CREATE TABLE a (x INTEGER PRIMARY KEY, z TEXT DEFAULT 'd'); CREATE TABLE c (x INT);"));
    assert_string_equal(
        strange_in(
            ctx, &owned,
            "CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT, z TEXT DEFAULT 'e', CHECK (y > 'a')); CREATE INDEX ix ON a (y);"
            "CREATE TABLE b (x INT); CREATE TABLE c (x INT DEFAULT 1);"),
        "table:.a/column:y table:.a/check(y > 'a') table:.a/index:ix table:.c/column:x#default_value ");
}

static void a_note_drops_and_renames(void **state)
{
    struct ctx *ctx = *state;
    struct owned owned;
    static const char after[] =
        "CREATE TABLE a (y INT); CREATE TABLE b (x INT); CREATE TABLE c (x INT); CREATE TABLE d (x INT);";
    known_open(ctx, "CREATE TABLE a (x INT); CREATE TABLE b (y INT); CREATE TABLE c (x INT);", &owned);
    struct plan_note *note = note_of(ctx, "");
    gone_add(ctx, note, "a", "b");
    gone_add(ctx, note, "b", "a");
    gone_add(ctx, note, "c", NULL);
    gone_add(ctx, note, "nobodys", "d");
    gone_add(ctx, note, "nobodys_too", NULL);
    owned_note(&owned, note);
    assert_string_equal(strange_in(ctx, &owned, after), "table:.c table:.c/column:x table:.d table:.d/column:x ");
    note->gone.n = 0;
    gone_add(ctx, note, "b", "c");
    gone_add(ctx, note, "a", NULL);
    owned_note(&owned, note);
    assert_string_equal(strange_in(ctx, &owned, after),
                        "table:.a table:.a/column:y table:.b table:.b/column:x table:.d table:.d/column:x ");
}

/* Models say nothing of triggers: they stay owned, all else of the table that is not described is not any more. */
static void what_sources_do_not_speak_of_stays_owned(void **state)
{
    struct ctx *ctx = *state;
    struct owned owned;
    static const char now[] = HELD "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;";
    known_open(ctx, now, &owned);
    struct plan_note *note = note_of(ctx, "CREATE TABLE a (x INTEGER PRIMARY KEY);");
    kind_set_remove(&note->written->kinds, KIND_TRIGGER);
    owned_note(&owned, note);
    assert_string_equal(strange_in(ctx, &owned, now), "table:.a/column:y table:.a/check(y > 'a') table:.a/index:ix ");
}

/* What sources describe for the first time in objects that no statement touches. */
static void a_note_names_what_is_described_from_then_on(void **state)
{
    struct ctx *ctx = *state;
    struct owned owned;
    struct json *keys;
    static const char text[] = "{\"table:.b\": [\"column:x\"], \"table:.a\": [\"column:z#default_value\", 7]}";
    known_open(ctx, "CREATE TABLE a (x INT, z INT);", &owned);
    struct plan_note *note = note_of(ctx, "");
    assert_works(ctx, json_read(ctx, "note", text, strlen(text), &keys));
    note->owned = keys;
    owned_note(&owned, note);
    assert_string_equal(
        strange_in(ctx, &owned,
                   "CREATE TABLE a (x INT DEFAULT 1, z INT DEFAULT 1, y INT); CREATE TABLE b (x INT, y INT);"),
        "table:.a/column:x#default_value table:.a/column:y table:.b/column:y ");
}

static void old_notes_name_paths(void **state)
{
    struct ctx *ctx = *state;
    struct owned owned;
    known_open(ctx, "CREATE TABLE a (x INT);", &owned);
    struct plan_note *note = note_of(ctx, "");
    names_add(ctx->mem, &note->managed, "table:.b");
    names_add(ctx->mem, &note->managed, "index:.a.ix");
    owned_note(&owned, note);
    assert_string_equal(strange_in(ctx, &owned,
                                   "CREATE TABLE a (x INT); CREATE INDEX ix ON a (x); CREATE INDEX iy ON a (x);"
                                   "CREATE TABLE b (x INT); CREATE TABLE c (x INT);"),
                        "table:.a/index:iy table:.b/column:x table:.c table:.c/column:x ");
}

UNIT_TESTS(UNIT(all_of_a_record_is_owned_and_nothing_else), UNIT(a_usual_name_tells_less_than_the_content),
           UNIT(strangers_of_a_record_stay_strangers), UNIT(a_note_takes_the_place_of_what_was_described),
           UNIT(a_note_drops_and_renames), UNIT(what_sources_do_not_speak_of_stays_owned),
           UNIT(a_note_names_what_is_described_from_then_on), UNIT(old_notes_name_paths))
