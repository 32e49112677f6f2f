/*
 * Every rule by its examples (tests/golden/lint/<engine>.txt): SQL, and all that the rules say of it.  A rule of statements has a
 * bad example, of which it speaks, and a good one, of which it does not.  docs/rules.md is the table and the examples in
 * words; with --update both are written again.
 *
 *     == CODE bad|good [known] [alone] [sized] [waits] [unlimited] [locked] [named] [on]: what it shows
 *     SQL, with "++" on a line between two files
 *     ~~
 *     what is said: FILE:LINE:COLUMN CODE severity message
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "lint/parts.h"

static bool update;

static const char *in_sources(struct ctx *ctx, const char *path)
{
    const char *root = getenv("DBWARDEN_SOURCE");
    return path_join(ctx->mem, root ? root : ".", path);
}

struct example {
    const char *title; /* "PG101 bad known: ..." */
    const char *code, *sql, *said;
    bool bad, known, alone, sized, waits, unlimited, locked, named, on;
};

static bool has_word(const char *title, const char *word)
{
    const char *colon = strchr(title, ':'), *at = strstr(title, word);
    return at && (!colon || at < colon);
}

static struct example *example_read(struct ctx *ctx, const char *title)
{
    struct example *example = NEW(ctx->mem, struct example);
    *example = (struct example){.title = title,
                                .code = arena_copy(ctx->mem, title, strcspn(title, " ")),
                                .bad = has_word(title, " bad"),
                                .known = has_word(title, " known"),
                                .alone = has_word(title, " alone"),
                                .sized = has_word(title, " sized"),
                                .waits = has_word(title, " waits"),
                                .unlimited = has_word(title, " unlimited"),
                                .locked = has_word(title, " locked"),
                                .named = has_word(title, " named"),
                                .on = has_word(title, " on:")};
    return example;
}

static struct list examples_read(struct ctx *ctx, const char *path)
{
    char *text;
    size_t length;
    struct list list = {0};
    struct example *example = NULL;
    struct buf part;
    assert_works(ctx, file_read(ctx, in_sources(ctx, path), 0, &text, &length));
    struct names lines = text_lines(ctx->mem, text);
    for (int i = 0; i <= lines.n; i++) {
        const char *line = i < lines.n ? lines.item[i] : "== ";
        if (text_starts(line, "== ")) {
            if (example)
                example->said = part.data;
            example = example_read(ctx, line + 3);
            if (i < lines.n)
                list_add(ctx->mem, &list, example);
            buf_init(&part, ctx->mem);
        } else if (text_equal(line, "~~")) {
            example->sql = part.data;
            buf_init(&part, ctx->mem);
        } else if (example && (i + 1 < lines.n || *line))
            buf_addf(&part, "%s\n", line);
    }
    return list;
}

/* ---- what is known of the database in them ---- */

static struct tree *known_tree(struct ctx *ctx, const char *engine)
{
    char *text;
    size_t length;
    struct json *json;
    struct tree *tree;
    const char *path = in_sources(ctx, arena_printf(ctx->mem, "tests/golden/lint/%s.json", engine));
    assert_works(ctx, file_read(ctx, path, 0, &text, &length));
    assert_works(ctx, json_read(ctx, path, text, length, &json));
    assert_works(ctx, tree_from_json(ctx, path, json, &tree));
    return tree;
}

/* What a project asks of names in the examples. */
static void naming_of(struct ctx *ctx, struct list *naming)
{
    static const char text[] = "{\"table\": \"^[a-z_]+$\", \"index\": \"_idx$\", \"foreign_key\": \"_fk$\"}";
    struct json *given;
    assert_works(ctx, json_read(ctx, "check_names", text, sizeof text - 1, &given));
    assert_works(ctx, naming_open(ctx, given, naming));
}

static const char *examples_of(struct ctx *ctx, const struct example *example, const struct dialect *dialect)
{
    static struct table_size large = {38000000, INT64_C(12) << 30}, small = {12, 8192};
    static enum severity on = SEVERITY_INFO;
    struct map sizes, severities;
    struct list files = {0}, found = {0}, naming = {0};
    struct buf said;
    struct target target = target_offline(dialect, NULL);
    map_init(&sizes, ctx->mem);
    map_init(&severities, ctx->mem);
    if (example->on)
        map_set(&severities, example->code, &on);
    if (example->named)
        naming_of(ctx, &naming);
    map_set(&sizes, "large", &large);
    map_set(&sizes, "small", &small);
    const struct lint_input input = {.target = &target,
                                     .tree = example->known ? known_tree(ctx, dialect->name) : NULL,
                                     .sizes = example->sized ? &sizes : NULL,
                                     .severities = &severities,
                                     .naming = &naming,
                                     .waits_for_locks = example->waits,
                                     .runs_without_limit = example->unlimited,
                                     .writer_is_alone = example->locked};
    const char *rest = example->sql;
    for (int n = 1; rest; n++) {
        const char *end = strstr(rest, "++\n");
        const struct sql_piece text = {
            .line = 1, .column = 1, .text = rest, .length = end ? (size_t)(end - rest) : strlen(rest)};
        struct migration *migration;
        bool program = text_starts(rest, "def ");
        const char *name = arena_printf(ctx->mem, "%04d_example.%s", n, program ? "py" : "sql");
        assert_works(ctx, program || strstr(rest, "-- upgrade")
                              ? migration_of_text(ctx, dialect, name, &text, &migration)
                              : lint_text(ctx, dialect, name, &text, &migration));
        migration->no_transaction = migration->no_transaction || example->alone;
        list_add(ctx->mem, &files, migration);
        rest = end ? end + 3 : NULL;
    }
    assert_works(ctx, lint_files(ctx, &input, &files, &found));
    naming_close(&naming);
    buf_init(&said, ctx->mem);
    for (int i = 0; i < found.n; i++) {
        const struct finding *finding = found.item[i];
        buf_addf(&said, "%.4s:%d:%d %s %s %s\n", finding->file, finding->line, finding->column_at, finding->rule->code,
                 severity_names[finding->severity], finding->message);
    }
    return said.data;
}

static bool speaks(const char *said, const char *code)
{
    const char *at = strstr(said, code);
    return at && at[-1] == ' ';
}

static const char *const engines[] = {"postgresql", "sqlite", "mysql", "clickhouse"};

static const char *examples_path(struct ctx *ctx, const char *engine)
{
    return arena_printf(ctx->mem, "tests/golden/lint/%s.txt", engine);
}

static void examples_are_judged_as_recorded(void **state)
{
    struct ctx *ctx = *state;
    struct buf wrong;
    buf_init(&wrong, ctx->mem);
    for (size_t e = 0; e < sizeof engines / sizeof *engines; e++) {
        const struct list list = examples_read(ctx, examples_path(ctx, engines[e]));
        struct buf text;
        buf_init(&text, ctx->mem);
        for (int i = 0; i < list.n; i++) {
            const struct example *example = list.item[i];
            const char *said = examples_of(ctx, example, dialect_find(engines[e]));
            if (speaks(said, example->code) != example->bad)
                buf_addf(&wrong, "%s: %s\n%s says:\n%s\n", engines[e], example->title, example->sql, said);
            else if (!update && !text_equal(said, example->said))
                buf_addf(&wrong, "%s: %s\n%s says:\n%sinstead of\n%s\n", engines[e], example->title, example->sql, said,
                         example->said);
            buf_addf(&text, "== %s\n%s~~\n%s", example->title, example->sql, said);
        }
        if (update)
            assert_works(ctx,
                         file_write(ctx, in_sources(ctx, examples_path(ctx, engines[e])), text.data, text.len, 0644));
    }
    if (wrong.len)
        fail_msg("%s", wrong.data);
}

/* ---- what other linters say, in words of our own (tests/golden/lint/public.txt) ---- */

enum { PUBLIC_LEAST = 600, PUBLIC_SHARE = 98 };

struct assertion {
    const char *line, *engine, *code, *source, *differs;
    struct example example;
    bool agrees;
};

/* The fields of a row, which " | " is between. */
static int fields_split(struct arena *mem, const char *line, const char **field, int room)
{
    int n = 0;
    while (line && n < room) {
        const char *end = strstr(line, " | ");
        field[n++] = arena_copy(mem, line, end ? (size_t)(end - line) : strlen(line));
        line = end ? end + strlen(" | ") : NULL;
    }
    return n;
}

static struct assertion *assertion_read(struct ctx *ctx, const char *line)
{
    const char *field[5] = {0};
    int n = fields_split(ctx->mem, line, field, 5);
    if (n < 4 || !dialect_find(field[0]) || (n == 5 && !text_starts(field[4], "differs: ")))
        fail_msg("not a row of an assertion: %s", line);
    struct assertion *assertion = NEW(ctx->mem, struct assertion);
    const char *code = field[1] + strcspn(field[1], " ") + 1;
    *assertion = (struct assertion){.line = line,
                                    .engine = field[0],
                                    .code = arena_copy(ctx->mem, code, strcspn(code, " ")),
                                    .source = field[2],
                                    .differs = n == 5 ? field[4] + strlen("differs: ") : NULL};
    const char *title = arena_printf(ctx->mem, "%s %s:", assertion->code, field[1]);
    assertion->example = *example_read(ctx, title);
    assertion->example.bad = text_starts(field[1], "bad ");
    assertion->example.sql = arena_printf(ctx->mem, "%s\n", text_replace(ctx->mem, field[3], " ++ ", "\n++\n"));
    if (!text_equal(assertion->code, "*") && !rule_find(assertion->code))
        fail_msg("there is no rule %s: %s", assertion->code, line);
    return assertion;
}

static bool is_agreed(struct ctx *ctx, const struct assertion *assertion)
{
    const char *said = examples_of(ctx, &assertion->example, dialect_find(assertion->engine));
    if (text_equal(assertion->code, "*"))
        return !text_has(said, " warning ") && !text_has(said, " error ");
    return speaks(said, assertion->code) == assertion->example.bad;
}

static struct list assertions_judge(struct ctx *ctx)
{
    char *text;
    size_t length;
    struct list list = {0};
    assert_works(ctx, file_read(ctx, in_sources(ctx, "tests/golden/lint/public.txt"), 0, &text, &length));
    const struct names lines = text_lines(ctx->mem, text);
    for (int i = 0; i < lines.n; i++) {
        if (!*lines.item[i] || *lines.item[i] == '#')
            continue;
        struct assertion *assertion = assertion_read(ctx, lines.item[i]);
        assertion->agrees = is_agreed(ctx, assertion);
        list_add(ctx->mem, &list, assertion);
    }
    return list;
}

static int agreed_count(const struct list *list)
{
    int n = 0;
    for (int i = 0; i < list->n; i++)
        n += ((const struct assertion *)list->item[i])->agrees;
    return n;
}

/* A row that is as its reason does not say, and the other way round, is as wrong as too many of them. */
static void others_agree(void **state)
{
    struct ctx *ctx = *state;
    const struct list list = assertions_judge(ctx);
    int agreed = agreed_count(&list), wrong = 0;
    for (int i = 0; i < list.n; i++) {
        const struct assertion *one = list.item[i];
        if (one->agrees == !one->differs)
            continue;
        wrong++;
        fprintf(stderr, "%s: %s\nsays:\n%s", one->agrees ? "agrees by now" : "differs without a reason", one->line,
                examples_of(ctx, &one->example, dialect_find(one->engine)));
    }
    print_message("# %d of %d public assertions agree: %.1f %%\n", agreed, list.n, 100.0 * agreed / list.n);
    assert_int_equal(wrong, 0);
    assert_true(list.n >= PUBLIC_LEAST);
    assert_true(agreed * 100 >= list.n * PUBLIC_SHARE);
}

/* A statement may end anywhere, as while somebody writes it. */
static void what_ends_early_is_judged_too(void **state)
{
    struct ctx *ctx = *state;
    const struct list list = assertions_judge(ctx);
    for (int i = 0; i < list.n; i++) {
        const struct assertion *one = list.item[i];
        char *text = arena_dup(ctx->mem, one->example.sql);
        struct example cut = one->example;
        cut.sql = text;
        for (char *space = strrchr(text, ' '); space; space = strrchr(text, ' ')) {
            struct arena_mark mark = arena_save(ctx->mem);
            *space = 0;
            if (!strpbrk(text, "'\"`$") && !text_has(text, "++")) /* what is never closed is refused before */
                examples_of(ctx, &cut, dialect_find(one->engine));
            arena_rewind(ctx->mem, mark);
        }
    }
}

static const struct example *example_find(struct ctx *ctx, const char *code, bool bad)
{
    for (size_t e = 0; e < sizeof engines / sizeof *engines; e++) {
        const struct list list = examples_read(ctx, examples_path(ctx, engines[e]));
        for (int i = 0; i < list.n; i++) {
            const struct example *example = list.item[i];
            if (text_equal(example->code, code) && example->bad == bad)
                return example;
        }
    }
    return NULL;
}

/* What is of no statement comes from plans and records. */
static void each_rule_has_examples(void **state)
{
    struct ctx *ctx = *state;
    struct buf missing;
    buf_init(&missing, ctx->mem);
    for (const struct lint_rule *rule = rule_table; rule->code; rule++)
        for (int bad = 0; bad < 2; bad++)
            if (rule->on && !example_find(ctx, rule->code, bad))
                buf_addf(&missing, "%s %s\n", rule->code, bad ? "bad" : "good");
    if (missing.len)
        fail_msg("no example of\n%s", missing.data);
}

static void codes_and_names_are_each_one_rule(void **state)
{
    for (const struct lint_rule *rule = rule_table; rule->code; rule++) {
        assert_ptr_equal(rule_find(rule->code), rule);
        assert_ptr_equal(rule_find(rule->name), rule);
    }
}

/* What plans know (diff/hazard.c, and files without one) has a code of the table, whatever it is. */
static void each_hazard_is_a_rule(void **state)
{
    static const char *const files[] = {"src/diff/hazard.c", "src/diff/unmodelled.c", "src/run/file_hazard.c",
                                        "src/run/rehearsal.c"};
    static const char *const marks[] = {"hazard_add(finder, change, \"", ".code = \"", "] = {\""};
    struct ctx *ctx = *state;
    int found = 0;
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        char *text;
        size_t length;
        assert_works(ctx, file_read(ctx, in_sources(ctx, files[f]), 0, &text, &length));
        for (size_t m = 0; m < sizeof marks / sizeof *marks; m++)
            for (const char *at = strstr(text, marks[m]); at; at = strstr(at, marks[m])) {
                at += strlen(marks[m]);
                const char *code = arena_copy(ctx->mem, at, strcspn(at, "\""));
                if (char_is_alpha((unsigned char)*code) && !rule_of_hazard(code, NULL))
                    fail_msg("%s: no rule is about the hazard %s", files[f], code);
                found++;
            }
    }
    assert_true(found > 10);
}

/* ---- the page ---- */

static void example_add(struct buf *out, const struct example *example, const char *title)
{
    if (!example)
        return;
    buf_addf(out, "%s\n\n```sql\n%s```\n\n", title, example->sql);
}

static void rule_add(struct ctx *ctx, struct buf *out, const struct lint_rule *rule)
{
    static const char *const marks[] = {"{table}", "{name}", "{other}", "{new}", "{type}", "{text}"};
    static const char *const words[] = {"*table*", "*name*", "*other*", "*name*", "*type*", "*what*"};
    const char *says = rule->says;
    struct names on = {0};
    for (int i = 0; i < 6; i++)
        says = text_replace(ctx->mem, says, marks[i], words[i]);
    for (unsigned engine = 1; engine < ENGINE_ALL; engine <<= 1) {
        const struct dialect *dialect = dialect_of_engine((enum engine)engine);
        if (rule->engines & engine && dialect)
            names_add(ctx->mem, &on, dialect->title);
    }
    buf_addf(out, "## %s %s\n\n%s%s; %s%s%s.\n\n", rule->code, rule->name,
             (char[]){(char)char_upper(severity_names[rule->severity][0]), 0}, severity_names[rule->severity] + 1,
             names_join(ctx->mem, &on, ", "), rule->lock ? "; lock: " : "", rule->lock ? rule->lock : "");
    buf_addf(out, "Says: %s. %s\n\nInstead: %s\n\n", says, rule->why, rule->safe);
    example_add(out, example_find(ctx, rule->code, true), "Bad:");
    example_add(out, example_find(ctx, rule->code, false), "Good:");
}

/* With what else is said otherwise: how many assertions were held against the rules, and where they differ. */
static void differences_add(struct ctx *ctx, struct buf *out)
{
    const struct list list = assertions_judge(ctx);
    buf_addf(out,
             "%d assertions of such pages and tests, in words of our own, are held against these rules "
             "(`tests/golden/lint/public.txt`): %d agree, some with a rule that is off until it is turned on. "
             "The others:\n\n| they say | who | here |\n|---|---|---|\n",
             list.n, agreed_count(&list));
    for (int i = 0; i < list.n; i++) {
        const struct assertion *one = list.item[i];
        const char *sql = text_trim(ctx->mem, one->example.sql);
        if (one->differs)
            buf_addf(out, "| %s: `%s` | %s | %s |\n", one->example.bad ? "bad" : "good", sql, one->source,
                     one->differs);
    }
    buf_add_c(out, '\n');
}

static void the_page_of_rules_is_the_table(void **state)
{
    struct ctx *ctx = *state;
    struct buf page;
    char *now, *head;
    size_t length;
    const char *path = in_sources(ctx, "docs/rules.md");
    assert_works(ctx, file_read(ctx, in_sources(ctx, "tests/golden/lint/head.md"), 0, &head, &length));
    buf_init(&page, ctx->mem);
    buf_add(&page, head);
    differences_add(ctx, &page);
    buf_add(&page, "| code | name | severity | lock |\n|---|---|---|---|\n");
    for (const struct lint_rule *rule = rule_table; rule->code; rule++)
        buf_addf(&page, "| %s | %s | %s | %s |\n", rule->code, rule->name, severity_names[rule->severity],
                 rule->lock ? rule->lock : "");
    buf_add_c(&page, '\n');
    for (const struct lint_rule *rule = rule_table; rule->code; rule++)
        rule_add(ctx, &page, rule);
    buf_cut(&page, page.len - 1);
    if (update)
        assert_works(ctx, file_write(ctx, path, page.data, page.len, 0644));
    assert_works(ctx, file_read(ctx, path, 0, &now, &length));
    if (!text_equal(now, page.data))
        fail_msg("docs/rules.md is not what the table says: lint_test_rules --update writes it");
}

int main(int argc, char **argv)
{
    update = argc > 1 && text_equal(argv[1], "--update");
    const struct CMUnitTest tests[] = {
        UNIT(examples_are_judged_as_recorded), UNIT(each_rule_has_examples), UNIT(codes_and_names_are_each_one_rule),
        UNIT(each_hazard_is_a_rule),           UNIT(others_agree),           UNIT(what_ends_early_is_judged_too),
        UNIT(the_page_of_rules_is_the_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
