/* What is drawn in place on a terminal: one row for each database at work and one for all, as many as the terminal has. */
#include "unit.h"

#include "base/text.h"
#include "cli/log.h"

struct screen {
    char *text;
    size_t size, seen;
    struct terminal terminal;
};

static void screen_open(struct screen *screen, int width, int height)
{
    screen->seen = 0;
    screen->terminal = (struct terminal){.tables = true, .width = width, .height = height};
    screen->terminal.out = open_memstream(&screen->text, &screen->size);
}

/* What was written since the last call. */
static const char *seen(struct ctx *ctx, struct screen *screen)
{
    fflush(screen->terminal.out);
    const char *text = arena_copy(ctx->mem, screen->text + screen->seen, screen->size - screen->seen);
    screen->seen = screen->size;
    return text;
}

static void screen_close(struct screen *screen)
{
    fclose(screen->terminal.out);
    free(screen->text);
}

static void rows_come_and_go_in_the_order_in_which_they_began(void **state)
{
    struct ctx *ctx = *state;
    struct screen screen;
    struct live live = {0};
    screen_open(&screen, 40, 10);
    live_draw(&live, &screen.terminal);
    assert_string_equal(seen(ctx, &screen), "");
    live_set(&live, "one", "0001");
    live_set(&live, "two", "0001");
    live_set(&live, "three", "0001");
    live_set(&live, "two", "0002");
    snprintf(live.last, sizeof live.last, "[0/3]");
    live_draw(&live, &screen.terminal);
    assert_string_equal(seen(ctx, &screen), "\r\033[Kone  0001\ntwo  0002\nthree  0001\n[0/3]");
    assert_int_equal(live.shown, 4);
    live_set(&live, "one", NULL);
    live_set(&live, "none", NULL);
    assert_int_equal(live.rows, 2);
    live_draw(&live, &screen.terminal);
    assert_string_equal(seen(ctx, &screen), "\033[3A\r\033[J\r\033[Ktwo  0002\nthree  0001\n[0/3]");
    live_erase(&live, &screen.terminal);
    assert_string_equal(seen(ctx, &screen), "\033[2A\r\033[J");
    live_erase(&live, &screen.terminal);
    assert_string_equal(seen(ctx, &screen), "");
    screen_close(&screen);
}

static void one_row_is_cleared_where_it_stands(void **state)
{
    struct ctx *ctx = *state;
    struct screen screen;
    struct live live = {.last = "[1/2] half"};
    screen_open(&screen, 6, 10);
    live_draw(&live, &screen.terminal);
    assert_string_equal(seen(ctx, &screen), "\r\033[K[1/2]");
    live_erase(&live, &screen.terminal);
    assert_string_equal(seen(ctx, &screen), "\r\033[K");
    screen.terminal.width = 0;
    live_draw(&live, &screen.terminal);
    assert_string_equal(seen(ctx, &screen), "\r\033[K");
    screen_close(&screen);
}

static void no_more_rows_than_the_terminal_has(void **state)
{
    struct ctx *ctx = *state;
    struct screen screen;
    struct live live = {.last = "all"};
    screen_open(&screen, 40, 4);
    for (int i = 0; i < LIVE_ROWS + 3; i++)
        live_set(&live, arena_printf(ctx->mem, "%d", i), "x");
    assert_int_equal(live.rows, LIVE_ROWS);
    live_draw(&live, &screen.terminal);
    assert_string_equal(seen(ctx, &screen), "\r\033[K0  x\n1  x\nall");
    screen.terminal.height = 1;
    live_erase(&live, &screen.terminal);
    seen(ctx, &screen);
    live_draw(&live, &screen.terminal);
    assert_string_equal(seen(ctx, &screen), "\r\033[Kall");
    assert_int_equal(live.shown, 1);
    screen_close(&screen);
}

static void progress_is_drawn_and_lines_go_above_it(void **state)
{
    struct ctx *ctx = *state;
    struct screen screen;
    struct log log = {.ctx = ctx, .mem = arena_open(0)};
    screen_open(&screen, 80, 10);
    log.terminal = screen.terminal;
    struct event event = {.kind = EVENT_PROGRESS, .text = "a.sql", .done = 0, .total = 2, .seconds = 1.25};
    log_event(&log, &event);
    assert_string_equal(seen(ctx, &screen), "\r\033[K[0/2] 1.2 s  a.sql");
    log_event(&log, &(struct event){.kind = EVENT_INFO, .text = "a line"});
    assert_string_equal(seen(ctx, &screen), "\r\033[Ka line\n\r\033[K[0/2] 1.2 s  a.sql");
    event.done = 2;
    log_event(&log, &event);
    assert_string_equal(seen(ctx, &screen), "\r\033[K\r\033[K[2/2] 1.2 s  a.sql");
    log_event(&log, &(struct event){.kind = EVENT_INFO, .text = "the end"});
    assert_string_equal(seen(ctx, &screen), "\r\033[Kthe end\n");
    log_close(&log);
    screen_close(&screen);
}

static void many_have_rows_until_their_part_is_done(void **state)
{
    struct ctx *ctx = *state;
    struct screen screen;
    struct log log = {.ctx = ctx, .mem = arena_open(0)};
    screen_open(&screen, 80, 10);
    log.terminal = screen.terminal;
    struct event event = {
        .kind = EVENT_PROGRESS, .text = "a.sql", .done = 1, .total = 2, .of_many = true, .database = "t:one"};
    log_event(&log, &event);
    assert_string_equal(seen(ctx, &screen), "\r\033[Kt:one  [1/2] 0.0 s  a.sql\n");
    log_event(&log, &(struct event){.kind = EVENT_WARNING, .text = "odd", .of_many = true, .database = "t:one"});
    assert_string_equal(seen(ctx, &screen), "\033[1A\r\033[Jwarning: [t:one] odd\n\r\033[Kt:one  [1/2] 0.0 s  a.sql\n");
    event.kind = EVENT_PART;
    event.done = event.total = 5;
    log_event(&log, &event);
    assert_string_equal(seen(ctx, &screen), "\033[1A\r\033[J\r\033[K[5/5] 0.0 s  ");
    assert_int_equal(log.live.rows, 0);
    log.quiet = true;
    log_event(&log, &event);
    event.kind = EVENT_PROGRESS;
    log_event(&log, &event);
    assert_string_equal(seen(ctx, &screen), "");
    log_close(&log);
    screen_close(&screen);
}

static void a_pipe_gets_a_line_for_each_part(void **state)
{
    struct ctx *ctx = *state;
    struct screen screen;
    struct log log = {.ctx = ctx, .mem = arena_open(0)};
    screen_open(&screen, 80, 10);
    log.terminal = screen.terminal;
    log.terminal.tables = false;
    struct event event = {.kind = EVENT_PART, .text = "1 applied", .done = 2, .total = 3, .database = "t:one"};
    log_event(&log, &event);
    assert_string_equal(seen(ctx, &screen), "[2/3] t:one: 1 applied\n");
    event.text = NULL;
    log_event(&log, &event);
    assert_string_equal(seen(ctx, &screen), "");
    log_close(&log);
    screen_close(&screen);
}

static void what_is_asked_stands_alone_if_nobody_answers(void **state)
{
    struct ctx *ctx = *state;
    struct screen screen;
    struct log log = {.ctx = ctx, .mem = arena_open(0)};
    static char typed[] = "  yes \n";
    FILE *kept = stdin;
    screen_open(&screen, 80, 10);
    log.terminal = screen.terminal;
    stdin = fmemopen(typed, sizeof typed - 1, "r");
    assert_string_equal(log_ask(&log, "Sure?"), "yes");
    assert_string_equal(seen(ctx, &screen), "Sure? ");
    assert_null(log_ask(&log, "Sure?"));
    assert_string_equal(seen(ctx, &screen), "Sure? \n");
    fclose(stdin);
    stdin = kept;
    log_close(&log);
    screen_close(&screen);
}

UNIT_TESTS(UNIT(rows_come_and_go_in_the_order_in_which_they_began), UNIT(one_row_is_cleared_where_it_stands),
           UNIT(no_more_rows_than_the_terminal_has), UNIT(progress_is_drawn_and_lines_go_above_it),
           UNIT(many_have_rows_until_their_part_is_done), UNIT(a_pipe_gets_a_line_for_each_part),
           UNIT(what_is_asked_stands_alone_if_nobody_answers))
