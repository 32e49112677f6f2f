/*
 * The caller's thread does no work of its own: it waits for something to tell, hands on what asks it to stop, and is the
 * only one that calls on_event and ask, because those who listen were promised that (Python's interpreter is one).
 */
#include "base/crew.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/list.h"

/* How long a signal may take to reach the threads. */
#define LOOK_SECONDS 0.05

/* Progress of one thread is told that often at most. */
#define PROGRESS_SECONDS 0.05

/* After so many different ones, all are told. */
#define MOST_WARNINGS 100

struct shift;
struct worker {
    struct shift *shift;
    struct ctx ctx;
    pthread_t thread;
    double told; /* when progress was told last */
};

/* One call of crew_run(). */
struct shift {
    struct ctx *ctx;
    const struct crew *crew;
    pthread_mutex_t lock;
    pthread_cond_t wake; /* of the caller: there is an event, or a thread ended */
    pthread_cond_t told; /* of threads that have an event */
    const struct event *event;
    const char *question; /* of a thread; NULL */
    const char *answer;   /* to it */
    struct names warned;  /* when nothing is said twice */
    struct worker *worker;
    int workers, alive;
    int next, end; /* items that are not begun */
    bool stop;
    int asked; /* how often the threads were asked to stop */
};

/* Under the lock. */
static bool was_told(struct shift *shift, const struct event *event)
{
    if (!shift->crew->quiet || event->kind != EVENT_WARNING || shift->warned.n >= MOST_WARNINGS)
        return false;
    if (names_have(&shift->warned, event->text))
        return true;
    names_add(shift->ctx->mem, &shift->warned, arena_dup(shift->ctx->mem, event->text));
    return false;
}

static bool is_wanted(struct worker *worker, const struct event *event)
{
    bool progress = event->kind == EVENT_PROGRESS;
    double now = clock_monotonic();
    if (worker->shift->crew->quiet && (event->kind == EVENT_INFO || event->kind == EVENT_DEBUG))
        return false;
    if (progress && event->done < event->total && now - worker->told < PROGRESS_SECONDS)
        return false;
    worker->told = progress ? now : worker->told;
    return true;
}

/* Waits until it is told: the event lives in the memory of its thread. */
static void tell(void *sink, const struct event *event)
{
    struct worker *worker = sink;
    struct shift *shift = worker->shift;
    struct event part = *event;
    part.of_many = true;
    if (!is_wanted(worker, event))
        return;
    pthread_mutex_lock(&shift->lock);
    bool wait = !was_told(shift, event);
    while (wait && shift->event)
        pthread_cond_wait(&shift->told, &shift->lock);
    if (wait) {
        shift->event = &part;
        pthread_cond_signal(&shift->wake);
    }
    while (wait && shift->event == &part)
        pthread_cond_wait(&shift->told, &shift->lock);
    pthread_mutex_unlock(&shift->lock);
}

/* By the caller's thread, which is the one that a signal interrupts. */
static const char *ask(void *sink, const char *question)
{
    struct worker *worker = sink;
    struct shift *shift = worker->shift;
    pthread_mutex_lock(&shift->lock);
    while (shift->question)
        pthread_cond_wait(&shift->told, &shift->lock);
    shift->question = question;
    pthread_cond_signal(&shift->wake);
    while (shift->question == question)
        pthread_cond_wait(&shift->told, &shift->lock);
    const char *answer = arena_dup(worker->ctx.mem, shift->answer);
    pthread_mutex_unlock(&shift->lock);
    return answer;
}

static void item_do(struct worker *worker, int item)
{
    struct shift *shift = worker->shift;
    const struct crew *crew = shift->crew;
    struct ctx *ctx = &worker->ctx;
    struct arena_mark mark = arena_save(ctx->mem);
    ctx->error = (struct error){0};
    ctx->database = ctx->engine = NULL;
    ctx->grace = ctx->asked = 0;
    void *result = crew->work(ctx, crew->sink, item);
    pthread_mutex_lock(&shift->lock);
    if (!crew->end(ctx, crew->sink, item, result))
        shift->stop = true;
    pthread_mutex_unlock(&shift->lock);
    if (crew->tell)
        crew->tell(ctx, crew->sink, item, result);
    arena_rewind(ctx->mem, mark);
}

static int item_next(struct shift *shift)
{
    pthread_mutex_lock(&shift->lock);
    bool over = shift->stop || shift->asked || shift->next == shift->end;
    int item = over ? -1 : shift->next++;
    pthread_mutex_unlock(&shift->lock);
    return item;
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct shift *shift = worker->shift;
    for (int item = item_next(shift); item >= 0; item = item_next(shift))
        item_do(worker, item);
    pthread_mutex_lock(&shift->lock);
    shift->alive--;
    pthread_cond_signal(&shift->wake);
    pthread_mutex_unlock(&shift->lock);
    return NULL;
}

static void worker_open(struct shift *shift, struct worker *worker)
{
    worker->shift = shift;
    ctx_open(&worker->ctx, 0);
    worker->ctx.started = shift->ctx->started;
    worker->ctx.sink = worker;
    worker->ctx.on_event = shift->ctx->on_event ? tell : NULL;
    worker->ctx.ask = shift->ctx->ask ? ask : NULL;
}

/* Under the lock, so that no thread ends before it is counted. Fewer than were asked for are enough. */
static int threads_start(struct shift *shift, int n)
{
    int code = 0;
    while (shift->workers < n && !code) {
        struct worker *worker = &shift->worker[shift->workers];
        worker_open(shift, worker);
        code = pthread_create(&worker->thread, NULL, work, worker);
        if (code)
            ctx_close(&worker->ctx);
        else
            shift->workers++;
    }
    shift->alive = shift->workers;
    return shift->workers ? 0 : fail(shift->ctx, ERR_LIMIT, "cannot start a thread: %s", strerror(code));
}

static void hand_on_cancel(struct shift *shift)
{
    for (int asked = ctx_asked(shift->ctx); shift->asked < asked; shift->asked++)
        for (int i = 0; i < shift->workers; i++)
            atomic_fetch_add(&shift->worker[i].ctx.cancel, 1);
}

static void wait_a_little(struct shift *shift)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(LOOK_SECONDS * 1e9);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&shift->wake, &shift->lock, &until);
}

static void attend(struct shift *shift)
{
    while (shift->alive) {
        hand_on_cancel(shift);
        if (shift->event) {
            shift->ctx->on_event(shift->ctx->sink, shift->event);
            shift->event = NULL;
        } else if (shift->question) {
            shift->answer = shift->ctx->ask(shift->ctx->sink, shift->question);
            hand_on_cancel(shift); /* a signal may have been the answer */
            shift->question = NULL;
        } else {
            wait_a_little(shift);
            continue;
        }
        pthread_cond_broadcast(&shift->told);
    }
}

static void shift_open(struct shift *shift)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&shift->wake, &monotonic);
    pthread_cond_init(&shift->told, NULL);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&shift->lock, NULL);
}

static void shift_close(struct shift *shift)
{
    for (int i = 0; i < shift->workers; i++) {
        pthread_join(shift->worker[i].thread, NULL);
        ctx_close(&shift->worker[i].ctx);
    }
    pthread_cond_destroy(&shift->wake);
    pthread_cond_destroy(&shift->told);
    pthread_mutex_destroy(&shift->lock);
}

int crew_run(struct ctx *ctx, const struct crew *crew, int first, int n)
{
    int jobs = crew->jobs < n ? crew->jobs : n;
    struct shift shift = {.ctx = ctx, .crew = crew, .next = first, .end = first + n};
    TRY(ctx_check(ctx));
    if (n <= 0)
        return 0;
    shift.worker = NEW_ARRAY(ctx->mem, struct worker, jobs);
    shift_open(&shift);
    pthread_mutex_lock(&shift.lock);
    int code = threads_start(&shift, jobs);
    attend(&shift);
    pthread_mutex_unlock(&shift.lock);
    shift_close(&shift);
    return code < 0 ? code : ctx_check(ctx);
}
