/* What a person is asked on a terminal when a migration is made, and what each answer leads to. */
#include "spot.h"

struct talk {
    const char *const *answer; /* NULL ends them: nobody answers any more */
    struct names questions;
    struct arena *mem;
};

static const char *ask(void *sink, const char *question)
{
    struct talk *talk = sink;
    names_add(talk->mem, &talk->questions, question);
    return *talk->answer ? *talk->answer++ : NULL;
}

/* Two databases' worth of change: `before` is there, `after` is wanted. */
static void talk_open(struct spot *spot, struct ctx *ctx, const char *before, const char *after)
{
    spot_open(spot, ctx);
    spot->where.schema_file = "schema.sql";
    file_put(spot, "schema.sql", before);
    assert_works(ctx, call(spot, "make-migrations", "{\"description\": \"first\"}"));
    assert_works(ctx, call(spot, "migrate", "{}"));
    file_put(spot, "schema.sql", after);
}

/* The plan's statements after these answers, and the questions in `talk`; NULL if it failed. */
static const char *plan_after(struct spot *spot, const char *const *answers, struct talk *talk)
{
    struct ctx *ctx = spot->ctx;
    *talk = (struct talk){.answer = answers, .mem = ctx->mem};
    ctx->ask = ask;
    ctx->sink = talk;
    int code = call(spot, "make-migrations", "{\"explain\": \"up\"}");
    ctx->ask = NULL;
    return code < 0 ? NULL : json_text(ctx->mem, spot->reply.json, JSON_PYTHON);
}

#define RENAMED_MAIL  "RENAME COLUMN email TO mail"
#define RENAMED_TITLE "RENAME COLUMN title TO titles"

struct answer_case {
    const char *answers[4];
    int questions;
    bool fails, mail, title;
};

static void cases_hold(struct spot *spot, const struct answer_case *cases, int n)
{
    for (int i = 0; i < n; i++) {
        const struct answer_case *c = &cases[i];
        struct talk talk;
        const char *plan = plan_after(spot, c->answers, &talk);
        assert_int_equal(talk.questions.n, c->questions);
        assert_int_equal(!plan, c->fails);
        if (!plan)
            assert_int_equal((int)spot->ctx->error.code, ERR_CANCELLED);
        assert_int_equal(plan && text_has(plan, RENAMED_MAIL), c->mail);
        assert_int_equal(plan && text_has(plan, RENAMED_TITLE), c->title);
    }
}

static void one_rename_is_a_yes_or_a_no(void **state)
{
    static const struct answer_case cases[] = {{{"y"}, 1, .mail = true},
                                               {{" YES "}, 1, .mail = true},
                                               {{"n"}, 1},
                                               {{"No"}, 1},
                                               {{"skip"}, 1},
                                               {{"1", "", "n"}, 3},
                                               {{NULL}, 1, .fails = true},
                                               {{"a", "y"}, 2, .mail = true},
                                               {{"perhaps"}, 2, .fails = true}};
    struct spot spot;
    struct talk talk;
    talk_open(&spot, *state, "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT);\n",
              "CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT);\n");
    cases_hold(&spot, cases, sizeof cases / sizeof *cases);
    plan_after(&spot, cases[5].answers, &talk);
    assert_string_equal(talk.questions.item[0],
                        "Possible column rename: people.email → people.mail\n"
                        "  If not, email is dropped with its values, and mail is added without any.\n"
                        "Rename the column? [y/n]:");
    assert_string_equal(talk.questions.item[1], "Please answer y for yes or n for no:");
    plan_after(&spot, cases[6].answers, &talk);
    assert_string_equal(spot.ctx->error.hint, "Without a terminal, say it: --rename people.email:mail.");
    spot_close(&spot);
}

static void several_renames_are_chosen_by_number(void **state)
{
    static const struct answer_case cases[] = {{{"a"}, 1, .mail = true, .title = true},
                                               {{"1,2"}, 1, .mail = true, .title = true},
                                               {{"2 1"}, 1, .mail = true, .title = true},
                                               {{"1"}, 1, .mail = true},
                                               {{" 2, "}, 1, .title = true},
                                               {{"none"}, 1},
                                               {{"0", "3", "2"}, 3, .title = true},
                                               {{"1,x", "n"}, 2},
                                               {{"y", ",", "1"}, 3, .mail = true},
                                               {{"", "s"}, 2}};
    struct spot spot;
    struct talk talk;
    talk_open(&spot, *state,
              "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT);\n"
              "CREATE TABLE texts (id INTEGER PRIMARY KEY, title TEXT);\n",
              "CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT);\n"
              "CREATE TABLE texts (id INTEGER PRIMARY KEY, titles TEXT);\n");
    cases_hold(&spot, cases, sizeof cases / sizeof *cases);
    plan_after(&spot, cases[7].answers, &talk);
    assert_string_equal(talk.questions.item[0],
                        "Possible column renames:\n  [1] people.email → people.mail\n  [2] texts.title → texts.titles\n"
                        "  What is not renamed is dropped with its values, and the new column is added without any.\n"
                        "Which are renames? [numbers as in 1,2; a for all; n for none]:");
    assert_string_equal(talk.questions.item[1], "Please answer with numbers of the list, a for all, or n for none:");
    spot_close(&spot);
}

static void a_table_may_be_renamed_too(void **state)
{
    static const char *const yes[] = {"y", NULL}, *const no[] = {"n", NULL};
    struct spot spot;
    struct talk talk;
    talk_open(&spot, *state, "CREATE TABLE pets (id INTEGER PRIMARY KEY, name TEXT, age INTEGER);\n",
              "CREATE TABLE animals (id INTEGER PRIMARY KEY, name TEXT, age INTEGER);\n");
    assert_true(text_has(plan_after(&spot, yes, &talk), "ALTER TABLE pets RENAME TO animals"));
    assert_string_equal(talk.questions.item[0],
                        "Possible table rename: pets → animals (100% of the columns match)\n"
                        "  If not, pets is dropped with its rows, and animals is created empty.\n"
                        "Rename the table? [y/n]:");
    assert_true(text_has(plan_after(&spot, no, &talk), "DROP TABLE pets"));
    spot_close(&spot);
}

/* A column that comes to be NOT NULL: a value, or nothing to go on without. */
static void a_value_is_asked_for(void **state)
{
    static const struct {
        const char *answers[4];
        int questions;
        const char *value; /* as the rows get it; NULL: none */
    } cases[] = {{{"'x'"}, 1, "('x')"}, {{"  lower('X')  "}, 1, "(lower('X'))"}, {{""}, 1, NULL},
                 {{"  "}, 1, NULL},     {{"1; DROP TABLE p", "2"}, 2, "(2)"},    {{"-- no", ""}, 2, NULL}};
    static const char *const nobody[] = {NULL};
    struct spot spot;
    struct talk talk;
    talk_open(&spot, *state, "CREATE TABLE p (id INTEGER PRIMARY KEY);\n",
              "CREATE TABLE p (id INTEGER PRIMARY KEY, s TEXT NOT NULL);\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *plan = plan_after(&spot, cases[i].answers, &talk);
        assert_non_null(plan);
        assert_int_equal(talk.questions.n, cases[i].questions);
        assert_int_equal(text_has(plan, "INSERT INTO"), cases[i].value != NULL);
        if (cases[i].value)
            assert_true(text_has(plan, cases[i].value));
    }
    assert_true(
        text_starts(talk.questions.item[0], "p.s is NOT NULL, and nothing says what the rows that are there get.\n"));
    assert_string_equal(talk.questions.item[1], "Please give one SQL expression, or nothing:");
    assert_null(plan_after(&spot, nobody, &talk));
    assert_int_equal((int)spot.ctx->error.code, ERR_CANCELLED);
    spot_close(&spot);
}

UNIT_TESTS(UNIT(one_rename_is_a_yes_or_a_no), UNIT(several_renames_are_chosen_by_number),
           UNIT(a_table_may_be_renamed_too), UNIT(a_value_is_asked_for))
