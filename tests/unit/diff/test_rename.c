/* Which renames are guessed, and what flags are taken to mean: two schemas, folded names, other types. */
#include "trees.h"

#include "diff/rename.h"

static struct diff_input input_of(struct ctx *ctx, const char *engine, const char *const *before,
                                  const char *const *after)
{
    struct target *target = NEW(ctx->mem, struct target);
    *target = target_offline(dialect_find(engine), NULL);
    return (struct diff_input){.target = target,
                               .before = tree_of(ctx, target->dialect->engine, before),
                               .after = tree_of(ctx, target->dialect->engine, after)};
}

static const char *flags_of(struct ctx *ctx, const struct list *renames)
{
    struct names flags = {0};
    for (int i = 0; i < renames->n; i++)
        names_add(ctx->mem, &flags, rename_flag(ctx->mem, renames->item[i]));
    return names_join(ctx->mem, &flags, "; ");
}

static const char *guesses(struct ctx *ctx, const struct diff_input *input)
{
    struct list found = {0};
    assert_works(ctx, rename_guess(ctx, input, &found));
    return flags_of(ctx, &found);
}

static void the_likeliest_column_is_offered(void **state)
{
    struct ctx *ctx = *state;
    struct diff_input input = input_of(ctx, "sqlite", TABLES(".u: id INTEGER, mail VARCHAR(100), nick TEXT"),
                                       TABLES(".u: id INTEGER, nickname TEXT, email TEXT, site TEXT"));
    assert_string_equal(guesses(ctx, &input), "--rename u.mail:email; --rename u.nick:nickname");
}

static void another_type_needs_the_name_or_the_place(void **state)
{
    struct ctx *ctx = *state;
    struct diff_input place = input_of(ctx, "postgresql", TABLES(".t: id integer, price integer, z text"),
                                       TABLES(".t: id integer, cost numeric, z text"));
    assert_string_equal(guesses(ctx, &place), "--rename t.price:cost");
    struct diff_input apart = input_of(ctx, "postgresql", TABLES(".t: id integer, price integer, z text"),
                                       TABLES(".t: id integer, z text, born date, flag boolean"));
    assert_string_equal(guesses(ctx, &apart), "");
}

static void a_table_is_offered_once(void **state)
{
    struct ctx *ctx = *state;
    struct diff_input input = input_of(ctx, "postgresql", TABLES(".a: id integer, n text", ".user: id integer, n text"),
                                       TABLES(".users: id integer, n text", ".z: x date"));
    assert_string_equal(guesses(ctx, &input), "--rename-table user:users");
}

static void a_schema_is_named_where_it_has_to_be(void **state)
{
    struct ctx *ctx = *state;
    struct diff_input input = input_of(ctx, "postgresql", TABLES(".u: id integer, k text", "two.u: id integer, k text"),
                                       TABLES(".u: id integer, kk text", "two.u: id integer, kk text"));
    assert_string_equal(guesses(ctx, &input), "--rename public.u.k:kk; --rename two.u.k:kk");
}

static void another_case_is_a_rename_where_names_do_not_fold(void **state)
{
    struct ctx *ctx = *state;
    const char *const *before = TABLES(".u: Name TEXT"), *const *after = TABLES(".u: name TEXT");
    struct diff_input lite = input_of(ctx, "sqlite", before, after), pg = input_of(ctx, "postgresql", before, after);
    struct list decided = {0};
    assert_string_equal(guesses(ctx, &lite), "");
    assert_string_equal(guesses(ctx, &pg), "--rename u.Name:name");
    assert_works(ctx, rename_read_column(ctx, "u.Name:name", &decided));
    assert_works(ctx, rename_check(ctx, &pg, &decided));
    assert_string_equal(flags_of(ctx, &decided), "--rename u.Name:name");
    assert_works(ctx, rename_check(ctx, &lite, &decided));
    assert_int_equal(decided.n, 0);
}

static void a_flag_finds_its_schema(void **state)
{
    struct ctx *ctx = *state;
    struct diff_input input =
        input_of(ctx, "postgresql", TABLES("one.users: id integer, mail text", "two.users: id integer, mail text"),
                 TABLES("one.people: id integer, email text", "two.users: id integer, mail text"));
    struct list decided = {0};
    assert_works(ctx, rename_read_table(ctx, "users:people", &decided));
    assert_works(ctx, rename_read_column(ctx, "users.mail:email", &decided));
    assert_works(ctx, rename_check(ctx, &input, &decided));
    assert_string_equal(flags_of(ctx, &decided), "--rename-table one.users:people; --rename one.people.mail:email");
}

static int check_column(struct ctx *ctx, const struct diff_input *input, const char *flag)
{
    struct list decided = {0};
    TRY(rename_read_column(ctx, flag, &decided));
    return rename_check(ctx, input, &decided);
}

static void a_flag_that_fits_twice_or_nowhere_is_refused(void **state)
{
    struct ctx *ctx = *state;
    struct diff_input input =
        input_of(ctx, "postgresql", TABLES(".u: k text", "two.u: k text"), TABLES(".u: kk text", "two.u: kk text"));
    assert_fails(ctx, check_column(ctx, &input, "u.k:kk"), ERR_USAGE,
                 "--rename u.k:kk: several schemas have such a table");
    assert_string_equal(ctx->error.hint, "Say which is meant: --rename public.u.k:kk or --rename two.u.k:kk.");
    assert_works(ctx, check_column(ctx, &input, "public.u.k:kk"));
    assert_works(ctx, check_column(ctx, &input, "two.u.k:kk"));
    assert_works(ctx, check_column(ctx, &input, "two.u.\"k\":\"kk\""));
    assert_fails(ctx, check_column(ctx, &input, "tow.u.k:kk"), ERR_FAILED,
                 "--rename tow.u.k:kk: there is no schema \"tow\"");
    assert_string_equal(ctx->error.hint, "Did you mean \"two\"?");
    assert_fails(ctx, check_column(ctx, &input, "two.u.k:k2"), ERR_FAILED,
                 "--rename two.u.k:k2: the models have no column \"k2\"");
    assert_string_equal(ctx->error.hint, "Did you mean \"kk\"?");
    for (size_t i = 0; i < 5; i++) {
        static const char *const bad[] = {"u.k", "u.:kk", "a.b.c.d:e", "u.\"k:kk", ":kk"};
        assert_int_equal(check_column(ctx, &input, bad[i]), ERR_USAGE);
    }
}

static const char *checked(struct ctx *ctx, const struct diff_input *input, const char *const *flags)
{
    struct list decided = {0};
    for (; *flags; flags++)
        assert_works(ctx, strchr(*flags, '.') ? rename_read_column(ctx, *flags, &decided)
                                              : rename_read_table(ctx, *flags, &decided));
    assert_works(ctx, rename_check(ctx, input, &decided));
    return flags_of(ctx, &decided);
}

static void names_may_change_places_and_follow_each_other(void **state)
{
    struct ctx *ctx = *state;
    struct diff_input swap = input_of(ctx, "postgresql", TABLES(".a: x text, y text", ".b: x text, y text"),
                                      TABLES(".a: x text, y text", ".b: x text, y text"));
    assert_string_equal(checked(ctx, &swap, (const char *[]){"a:b", "b:a", "a.x:y", "a.y:x", NULL}),
                        "--rename-table a:b; --rename-table b:a; --rename b.x:y; --rename b.y:x");
    assert_string_equal(checked(ctx, &swap, (const char *[]){"public.a.x:y", "public.a.y:x", NULL}),
                        "--rename public.a.x:y; --rename public.a.y:x");
    struct diff_input chain =
        input_of(ctx, "sqlite", TABLES(".a: x TEXT", ".b: z TEXT"), TABLES(".B: x TEXT", ".c: z TEXT"));
    assert_string_equal(checked(ctx, &chain, (const char *[]){"a:b", "b:c", NULL}),
                        "--rename-table a:B; --rename-table b:c");
}

static void a_name_may_go_to_something_new_or_come_from_something_dropped(void **state)
{
    struct ctx *ctx = *state;
    struct diff_input new = input_of(ctx, "postgresql", TABLES(".t: a text"), TABLES(".t: b text, a integer"));
    assert_string_equal(checked(ctx, &new, (const char *[]){"t.a:b", NULL}), "--rename t.a:b");
    struct diff_input old = input_of(ctx, "postgresql", TABLES(".t: a text, b text"), TABLES(".t: b text"));
    assert_string_equal(checked(ctx, &old, (const char *[]){"t.a:b", NULL}), "--rename t.a:b");
    struct diff_input same = input_of(ctx, "postgresql", TABLES(".t: a text, b text"), TABLES(".t: a text, b text"));
    assert_fails(ctx, check_column(ctx, &same, "t.a:b"), ERR_FAILED,
                 "--rename t.a:b: both the models and the current schema have a column \"a\" and a column \"b\"");
    struct diff_input two =
        input_of(ctx, "postgresql", TABLES(".t: a text", "s.t: a text"), TABLES(".t: a text, b text", "s.t: b text"));
    assert_string_equal(checked(ctx, &two, (const char *[]){"t.a:b", NULL}), "--rename s.t.a:b");
}

static void what_a_rename_leaves_is_guessed_too(void **state)
{
    struct ctx *ctx = *state;
    struct diff_input input = input_of(ctx, "postgresql", TABLES(".t: id integer, a text, zz integer"),
                                       TABLES(".t: id integer, a integer, b text"));
    struct list decided = {0};
    assert_works(ctx, rename_read_column(ctx, "t.a:b", &decided));
    assert_works(ctx, rename_check(ctx, &input, &decided));
    input.renames = &decided;
    assert_string_equal(guesses(ctx, &input), "--rename t.zz:a");
}

static void flags_that_contradict_each_other_are_refused(void **state)
{
    struct ctx *ctx = *state;
    struct diff_input input = input_of(ctx, "sqlite", TABLES(".u: a TEXT, b TEXT"), TABLES(".u: c TEXT"));
    struct list decided = {0};
    assert_works(ctx, rename_read_column(ctx, "u.a:c", &decided));
    assert_works(ctx, rename_read_column(ctx, "u.b:c", &decided));
    assert_fails(ctx, rename_check(ctx, &input, &decided), ERR_USAGE, "--rename u.b:c contradicts --rename u.a:c");
}

UNIT_TESTS(UNIT(the_likeliest_column_is_offered), UNIT(another_type_needs_the_name_or_the_place),
           UNIT(a_table_is_offered_once), UNIT(a_schema_is_named_where_it_has_to_be),
           UNIT(another_case_is_a_rename_where_names_do_not_fold), UNIT(a_flag_finds_its_schema),
           UNIT(a_flag_that_fits_twice_or_nowhere_is_refused), UNIT(names_may_change_places_and_follow_each_other),
           UNIT(a_name_may_go_to_something_new_or_come_from_something_dropped),
           UNIT(what_a_rename_leaves_is_guessed_too), UNIT(flags_that_contradict_each_other_are_refused))
