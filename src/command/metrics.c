/*
 * Metrics for Prometheus: 0.8.2's six families, with its names and labels.  A run is over before anybody could ask it, so they go
 * into a file, which a node exporter's textfile collector or a web server hands on: read, added to, and replaced in one step.
 * So counters keep growing from run to run, and databases that were migrated one by one are in it together.
 */
#include "command/metrics.h"

#include <fcntl.h>
#include <sys/file.h>

#include "base/file.h"
#include "base/text.h"
#include "command/commands.h"
#include "command/exposition.h"

enum { MIGRATIONS, DURATION, SCHEMA_VERSION, SEED_VERSION, PENDING, ERRORS };
static const struct family families[] = {
    [MIGRATIONS] = {"dbwarden_migrations_total", "counter", "Total number of migrations applied"},
    [DURATION] = {"dbwarden_migration_duration_seconds", "histogram",
                  "Duration of individual migration steps in seconds"},
    [SCHEMA_VERSION] = {"dbwarden_schema_version", "gauge", "Applied schema version per database"},
    [SEED_VERSION] = {"dbwarden_seed_version", "gauge", "Applied seed version per database"},
    [PENDING] = {"dbwarden_migrations_pending", "gauge", "Number of pending migrations per database"},
    [ERRORS] = {"dbwarden_migration_errors_total", "counter", "Total number of migration failures"},
    {0},
};

static const struct {
    double seconds;
    const char *shown;
} buckets[] = {{0.01, "0.01"}, {0.05, "0.05"}, {0.1, "0.1"}, {0.5, "0.5"}, {1, "1.0"},  {2.5, "2.5"},
               {5, "5.0"},     {10, "10.0"},   {30, "30.0"}, {60, "60.0"}, {-1, "+Inf"}};

#define LABELS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void count_duration(struct exposition *to, const char *database, const char *version, double seconds)
{
    for (size_t i = 0; i < sizeof buckets / sizeof *buckets; i++)
        *exposition_at(to, DURATION, "_bucket",
                       LABELS("database", database, "le", buckets[i].shown, "version", version)) +=
            buckets[i].seconds < 0 || seconds <= buckets[i].seconds;
    *exposition_at(to, DURATION, "_count", LABELS("database", database, "version", version)) += 1;
    *exposition_at(to, DURATION, "_sum", LABELS("database", database, "version", version)) += seconds;
}

static void count_applied(struct exposition *to, const char *database, const struct json *applied)
{
    for (int i = 0; applied && i < applied->n; i++) {
        const char *version = json_get_text(applied->item[i], "version");
        const struct json *seconds = json_get(applied->item[i], "seconds");
        *exposition_at(to, MIGRATIONS, "", LABELS("database", database, "success", "True", "version", version)) += 1;
        count_duration(to, database, version, seconds ? seconds->real : 0);
    }
}

static double last_version(const struct list *rows)
{
    int64_t last = 0;
    for (int i = 0; i < rows->n; i++) {
        const struct applied *row = rows->item[i];
        last = row->number > last ? row->number : last;
    }
    return (double)last;
}

static double pending(const struct session *session)
{
    int n = 0;
    for (int i = 0; i < session->folder->versioned.n; i++) {
        const struct migration *migration = session->folder->versioned.item[i];
        n += !applied_version(&session->applied, migration->number);
    }
    return n;
}

/* As the database says now; where it does not answer any more, what was known of it stays. */
static void gauges_read(struct ctx *ctx, struct session *session, struct metrics_part *part)
{
    if (!session->conn || ctx_asked(ctx) || session_reload(ctx, session) < 0)
        return;
    part->schema_version = last_version(&session->applied);
    if (session->folder)
        part->pending = pending(session);
    if (session->seeds && session_seed_rows(ctx, session) == 0)
        part->seed_version = last_version(&session->seed_rows);
}

static void gauge_set(struct exposition *to, int family, const char *database, double value)
{
    if (value >= 0)
        *exposition_at(to, family, "", LABELS("database", database)) = value;
}

static void part_set(struct exposition *to, const char *database, const struct metrics_part *part)
{
    gauge_set(to, SCHEMA_VERSION, database, part->schema_version);
    gauge_set(to, PENDING, database, part->pending);
    gauge_set(to, SEED_VERSION, database, part->seed_version);
}

static void part_count(struct exposition *to, const char *database, const struct metrics_part *part)
{
    count_applied(to, database, part->applied);
    *exposition_at(to, ERRORS, "", LABELS("database", database)) += part->failed;
}

/* What the run before left. A file that is not ours is left alone; one of ours that is damaged starts from 0. */
static int last_read(struct ctx *ctx, const char *path, struct exposition *exposition)
{
    char *text;
    size_t length;
    if (!file_exists(path))
        return 0;
    TRY(file_read(ctx, path, 0, &text, &length));
    const char *start = arena_printf(ctx->mem, "# HELP %s", "dbwarden_");
    if (length && !text_starts(text, start)) {
        fail(ctx, ERR_FILE, "%s holds something other than metrics of dbwarden", path);
        return fail_hint(ctx, "Give another name, or remove that file.");
    }
    if (strlen(text) != length || !exposition_read(exposition, text))
        emit_warning(ctx, "%s was damaged; its counters start from 0", path);
    return 0;
}

/* Runs on other databases may write it at the same time; the lock goes with the descriptor, and leaves no file. */
static int write_locked(struct ctx *ctx, const char *path, const char *database, const struct exposition *counted,
                        const struct metrics_part *gauges)
{
    __attribute__((cleanup(fd_close))) int fd = open(path_folder(ctx->mem, path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        flock(fd, LOCK_EX);
    struct exposition exposition;
    struct buf text;
    exposition_open(&exposition, ctx->mem, families);
    TRY(last_read(ctx, path, &exposition));
    exposition_add(&exposition, counted);
    part_set(&exposition, database, gauges);
    buf_init(&text, ctx->mem);
    exposition_write(&exposition, &text);
    return file_write(ctx, path, text.data, text.len, FILE_SHARED);
}

/* NULL: nobody wants any. A program that has the configuration itself has metrics of its own, and is asked for them. */
static const char *metrics_path(struct ctx *ctx, const struct request *request, const struct session *session)
{
    const char *option = request_text(request, "metrics_file"), *variable = getenv("DBWARDEN_METRICS_FILE");
    if (request->where->given)
        return option;
    if (option || (variable && *variable))
        return option ? option : variable;
    if (!text_says_yes(getenv("DBWARDEN_METRICS")))
        return NULL;
    const char *path = session_path(ctx, session, "dbwarden/metrics.prom");
    return folder_make(ctx, path_folder(ctx->mem, path)) < 0 ? NULL : path;
}

static void write_all(struct ctx *ctx, const char *path, const char *database, const struct exposition *counted,
                      const struct metrics_part *gauges)
{
    struct error error = ctx->error;
    if (write_locked(ctx, path, database, counted, gauges) < 0)
        emit_warning(ctx, "metrics are not written: %s", ctx->error.message);
    ctx->error = error;
}

int metrics_note(struct ctx *ctx, const struct request *request, struct session *session, const struct metrics_run *run,
                 int code)
{
    struct error error = ctx->error;
    struct metrics_part part = {.noted = true,
                                .failed = run->changes && code < 0 && code != ERR_USAGE && code != ERR_CANCELLED,
                                .schema_version = -1,
                                .seed_version = -1,
                                .pending = -1,
                                .applied = run->applied};
    bool wanted = !session->sandbox && !request_flag(request, "dry_run");
    const char *path = wanted ? metrics_path(ctx, request, session) : NULL;
    if (!path)
        return code;
    if (session->metrics || !session->place) /* one target alone does not say how all of them are */
        gauges_read(ctx, session, &part);
    ctx->error = error;
    if (session->metrics) {
        *session->metrics = part;
        return code;
    }
    struct exposition counted;
    exposition_open(&counted, ctx->mem, families);
    part_count(&counted, session->database->name, &part);
    write_all(ctx, path, session->database->name, &counted, &part);
    return code;
}

/* ---- many targets */

struct metrics_sum {
    struct exposition counted;
    struct metrics_part gauges;
};

struct metrics_sum *metrics_gather(struct arena *mem)
{
    struct metrics_sum *sum = NEW(mem, struct metrics_sum);
    exposition_open(&sum->counted, mem, families);
    sum->gauges = (struct metrics_part){.schema_version = -1, .seed_version = -1, .pending = -1};
    return sum;
}

static void lower(double *value, double other)
{
    if (other >= 0 && (*value < 0 || other < *value))
        *value = other;
}

void metrics_add(struct metrics_sum *sum, const char *database, const struct metrics_part *part)
{
    if (!part->noted)
        return;
    part_count(&sum->counted, database, part);
    lower(&sum->gauges.schema_version, part->schema_version);
    lower(&sum->gauges.seed_version, part->seed_version);
    if (part->pending > sum->gauges.pending)
        sum->gauges.pending = part->pending;
    sum->gauges.noted = true;
}

void metrics_write(struct ctx *ctx, const struct request *request, const struct session *entry,
                   const struct metrics_sum *sum)
{
    const char *path = sum->gauges.noted ? metrics_path(ctx, request, entry) : NULL;
    if (path)
        write_all(ctx, path, entry->database->name, &sum->counted, &sum->gauges);
}
