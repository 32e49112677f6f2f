/* Help, man pages and completion say everything that the table of commands holds. */
#include "unit.h"

#include "base/process.h"
#include "base/text.h"
#include "cli/argv.h"
#include "cli/manual.h"
#include "cli/terminal.h"

static char *drawn(struct ctx *ctx, const struct report *report)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct terminal terminal = {.out = out};
    terminal_report(&terminal, ctx->mem, report);
    fclose(out);
    char *copy = arena_dup(ctx->mem, text);
    free(text);
    return copy;
}

static void every_option_is_documented(void **state)
{
    struct ctx *ctx = *state;
    const struct command *command;
    for (int i = 0; (command = command_at(i)); i++) {
        struct report report = {.mem = ctx->mem};
        manual_command(&report, command);
        char *help = drawn(ctx, &report);
        char *page = manual_page(ctx->mem, command);
        assert_true(*command->summary && command->summary[strlen(command->summary) - 1] != '.');
        for (const struct option_info *option = command->option; option->name; option++) {
            assert_true(option->help && *option->help);
            assert_true(text_has(help, option_usage(ctx->mem, option)));
            assert_true(text_has(page, text_replace(ctx->mem, option->name, "-", "\\-")));
        }
    }
}

static void help_fits_80_columns(void **state)
{
    struct ctx *ctx = *state;
    const struct command *command;
    for (int i = 0; (command = command_at(i)); i++) {
        struct report report = {.mem = ctx->mem};
        manual_command(&report, command);
        struct names lines = text_lines(ctx->mem, drawn(ctx, &report));
        for (int j = 0; j < lines.n; j++)
            if (!text_starts(lines.item[j], "  dbwarden") && strlen(lines.item[j]) > 80)
                fail_msg("%s: %s", command->name, lines.item[j]);
    }
}

static void every_command_is_in_the_overview(void **state)
{
    struct ctx *ctx = *state;
    const struct command *command;
    struct report report = {.mem = ctx->mem};
    manual_overview(&report, true);
    char *help = drawn(ctx, &report);
    for (int i = 0; (command = command_at(i)); i++)
        assert_true(text_has(help, command->group ? command->group : command->name));
    for (const struct option_info *option = global_options; option->name; option++)
        assert_true(text_has(help, option_usage(ctx->mem, option)));
}

static void the_reference_has_every_option(void **state)
{
    struct ctx *ctx = *state;
    const struct command *command;
    char *page = manual_markdown(ctx->mem);
    for (int i = 0; (command = command_at(i)); i++) {
        assert_true(text_has(page, arena_printf(ctx->mem, "\n### %s\n", command_title(ctx->mem, command))));
        for (const struct option_info *option = command->option; option->name; option++)
            assert_true(text_has(page, text_trim(ctx->mem, option_usage(ctx->mem, option))));
    }
}

static void completion_knows_every_command(void **state)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    struct ctx *ctx = *state;
    const struct command *command;
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        char *script = completion_script(ctx->mem, shells[i]);
        for (int j = 0; (command = command_at(j)); j++)
            assert_true(text_has(script, command->name));
    }
    assert_null(completion_script(ctx->mem, "tcsh"));
}

/* What bash would offer for the last of these words. */
static const char *offered(struct ctx *ctx, const char *words)
{
    const char *text = arena_printf(ctx->mem,
                                    "%s\nCOMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _dbwarden; "
                                    "printf %%s \"${COMPREPLY[*]}\" >&3",
                                    completion_script(ctx->mem, "bash"), words);
    const char *argv[] = {"bash", "-c", text, NULL};
    const struct process_spec spec = {.argv = argv, .folder = "/", .reply_fd = 3, .seconds = 20, .limit = 65536};
    struct process_result result;
    assert_works(ctx, process_run(ctx, &spec, &result));
    assert_string_equal(result.errors, "");
    return arena_copy(ctx->mem, result.reply, result.reply_length);
}

static void bash_offers_what_fits(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(offered(ctx, "dbwarden make-r"), "make-rollback");
    assert_string_equal(offered(ctx, "dbwarden --folder x settings database-s"), "database-set-dev");
    assert_string_equal(offered(ctx, "dbwarden check-db --out ''"), "json yaml txt sql");
    assert_string_equal(offered(ctx, "dbwarden check-db -o y"), "yaml");
    assert_string_equal(offered(ctx, "dbwarden make-migrations --explain c"), "current changes");
    assert_string_equal(offered(ctx, "dbwarden diff m"), "models migrations");
    assert_string_equal(offered(ctx, "dbwarden migrate --to"), "--to-version");
    assert_string_equal(offered(ctx, "dbwarden make-migrations --no-c"), "--no-color --no-concurrent");
    assert_string_equal(offered(ctx, "dbwarden --no-c"), "--no-color");
}

static void pages_escape_what_roff_would_take(void **state)
{
    struct ctx *ctx = *state;
    char *page = manual_page(ctx->mem, NULL);
    assert_true(text_starts(page, ".TH DBWARDEN 1"));
    assert_true(text_has(page, "\\-\\-lock\\-timeout"));
}

UNIT_TESTS(UNIT(every_option_is_documented), UNIT(help_fits_80_columns), UNIT(every_command_is_in_the_overview),
           UNIT(the_reference_has_every_option), UNIT(completion_knows_every_command), UNIT(bash_offers_what_fits),
           UNIT(pages_escape_what_roff_would_take))
