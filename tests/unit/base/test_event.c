/* Events arrive as they were sent, stamped with database and time, or go nowhere. */
#include "unit.h"

static struct event last;
static int received;

static void listen_to(void *sink, const struct event *event)
{
    assert_ptr_equal(sink, &last);
    last = *event;
    received++;
}

static int open_listening(void **state)
{
    unit_open(state);
    struct ctx *ctx = *state;
    ctx->on_event = listen_to;
    ctx->sink = &last;
    ctx->database = "primary";
    received = 0;
    return 0;
}

#define LISTENING(test) cmocka_unit_test_setup_teardown(test, open_listening, unit_close)

static void log_lines_are_formatted_and_stamped(void **state)
{
    struct ctx *ctx = *state;
    emit_info(ctx, "%d applied", 3);
    assert_int_equal(received, 1);
    assert_int_equal(last.kind, EVENT_INFO);
    assert_string_equal(last.text, "3 applied");
    assert_string_equal(last.database, "primary");
    assert_true(last.seconds >= 0 && last.seconds < 60);
    emit_debug(ctx, "detail");
    assert_int_equal(last.kind, EVENT_DEBUG);
}

static void warnings_know_their_place(void **state)
{
    struct ctx *ctx = *state;
    emit_warning(ctx, "beware of %s", "dogs");
    assert_int_equal(last.kind, EVENT_WARNING);
    assert_string_equal(last.text, "beware of dogs");
    assert_null(last.place.file);
    emit_warning_at(ctx, (struct place){"a.sql", 4, 2}, "here");
    assert_string_equal(last.place.file, "a.sql");
    assert_int_equal(last.place.line, 4);
    assert_int_equal(last.place.column, 2);
}

static void progress_is_counted(void **state)
{
    struct ctx *ctx = *state;
    emit_progress(ctx, 2, 5, "0002.sql");
    assert_int_equal(last.kind, EVENT_PROGRESS);
    assert_int_equal(last.done, 2);
    assert_int_equal(last.total, 5);
    assert_string_equal(last.text, "0002.sql");
}

static void without_a_listener_nothing_happens(void **state)
{
    struct ctx *ctx = *state;
    size_t used = arena_used(ctx->mem);
    emit_info(ctx, "%1000d", 1);
    emit_progress(ctx, 1, 2, NULL);
    assert_int_equal(arena_used(ctx->mem), used);
}

UNIT_TESTS(LISTENING(log_lines_are_formatted_and_stamped), LISTENING(warnings_know_their_place),
           LISTENING(progress_is_counted), UNIT(without_a_listener_nothing_happens))
