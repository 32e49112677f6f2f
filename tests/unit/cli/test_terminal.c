/* Reports in a pipe are plain, aligned and never folded; on a terminal they are drawn, colored only if wanted. */
#include "unit.h"

#include "base/text.h"
#include "cli/terminal.h"

static char *drawn(struct ctx *ctx, struct terminal terminal, const struct report *report)
{
    char *text = NULL;
    size_t size = 0;
    terminal.out = open_memstream(&text, &size);
    terminal_report(&terminal, ctx->mem, report);
    fclose(terminal.out);
    char *copy = arena_dup(ctx->mem, text);
    free(text);
    return copy;
}

static struct report sample(struct ctx *ctx)
{
    static const char *const columns[] = {"Status", "Version", "Filename", NULL};
    struct report report = {.mem = ctx->mem};
    struct report_block *table = report_table(&report, "Title", columns);
    report_row(&report, table, TONE_GOOD, (const char *[]){"Applied", "0001", "a.sql"});
    report_row(&report, table, TONE_WARN, (const char *[]){"Pending", "0002", "größe.sql"});
    report_line(&report, TONE_BAD, "%s", "a line");
    report_raw(&report, "SELECT 1;");
    return report;
}

static void pipes_get_plain_columns(void **state)
{
    struct ctx *ctx = *state;
    struct report report = sample(ctx);
    assert_string_equal(drawn(ctx, (struct terminal){0}, &report), "Title\n"
                                                                   "Status   Version  Filename\n"
                                                                   "Applied  0001     a.sql\n"
                                                                   "Pending  0002     größe.sql\n"
                                                                   "a line\n"
                                                                   "SELECT 1;\n");
}

static void long_cells_are_never_folded_in_a_pipe(void **state)
{
    static const char *const columns[] = {"A", "B", NULL};
    struct ctx *ctx = *state;
    struct report report = {.mem = ctx->mem};
    char *wide = arena_alloc(ctx->mem, 501);
    memset(wide, 'x', 500);
    report_row(&report, report_table(&report, NULL, columns), TONE_PLAIN, (const char *[]){wide, "two\nlines"});
    char *text = drawn(ctx, (struct terminal){0}, &report);
    assert_int_equal(text_lines(ctx->mem, text).n, 2);
    assert_true(text_has(text, "two lines"));
}

static void terminals_get_tables_without_colors_if_unwanted(void **state)
{
    struct ctx *ctx = *state;
    struct report report = sample(ctx);
    char *text = drawn(ctx, (struct terminal){.tables = true, .width = 80}, &report);
    assert_true(text_has(text, "größe.sql"));
    assert_null(strchr(text, '\033'));
    text = drawn(ctx, (struct terminal){.tables = true, .colors = true, .width = 80}, &report);
    assert_non_null(strchr(text, '\033'));
}

static void a_file_is_no_terminal(void **state)
{
    FILE *out = tmpfile();
    struct terminal terminal = terminal_open(out, false);
    assert_false(terminal.tables);
    assert_false(terminal.colors);
    fclose(out);
}

UNIT_TESTS(UNIT(pipes_get_plain_columns), UNIT(long_cells_are_never_folded_in_a_pipe),
           UNIT(terminals_get_tables_without_colors_if_unwanted), UNIT(a_file_is_no_terminal))
