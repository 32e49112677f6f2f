/*
 * Two sources of schemas, read for one target.  Databases come first, because they say what is planned for; then what is run
 * in scratch databases; then models, whose meaning depends on the target; and last what is filled in from the other side: an
 * old snapshot, and nothing at all.
 */
#include "run/source.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "run/parts.h"
#include "run/scratch_place.h"

/* ---- what a text names ---- */

static const struct {
    const char *word;
    enum source_kind kind;
} words[] = {
    {"models", SOURCE_MODELS},         {"db", SOURCE_DATABASE}, {"snapshot", SOURCE_SNAPSHOT},
    {"migrations", SOURCE_MIGRATIONS}, {"empty", SOURCE_EMPTY},
};

static int fail_unknown(struct ctx *ctx, const char *option, const char *text)
{
    struct names known = {0};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        names_add(ctx->mem, &known, words[i].word);
    const char *near = text_nearest(&known, text);
    fail(ctx, ERR_USAGE, "%s: there is no source \"%s\"", option, url_mask(ctx->mem, text));
    if (near)
        return fail_hint(ctx, "Did you mean %s?", near);
    return fail_hint(ctx,
                     "A source is one of %s, migrations@VERSION, a database URL, or a file of SQL or of a snapshot.",
                     names_join(ctx->mem, &known, ", "));
}

static bool has_word(struct source *source, const char *text)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        source->kind = words[i].kind;
        if (text_equal(text, words[i].word))
            return true;
    }
    return false;
}

int source_parse(struct ctx *ctx, const char *option, const char *text, struct source *source)
{
    static const char versioned[] = "migrations@";
    *source = (struct source){.title = url_mask(ctx->mem, text)};
    if (has_word(source, text))
        return 0;
    if (text_starts(text, versioned)) {
        source->kind = SOURCE_MIGRATIONS;
        source->version = text + strlen(versioned);
        return *source->version ? 0 : fail(ctx, ERR_USAGE, "%s: migrations@ needs a version after it", option);
    }
    if (text_has(text, "://")) {
        source->kind = SOURCE_DATABASE;
        source->url = text;
        return 0;
    }
    source->path = text;
    source->kind = text_ends(text, ".json") ? SOURCE_SNAPSHOT : SOURCE_SQL;
    bool is_file = text_ends(text, ".json") || text_ends(text, ".sql") || strchr(text, '/');
    bool is_secret = strchr(text, '@'); /* a URL without its beginning: what reads files would show all of it */
    return (is_file && !is_secret) || file_exists(text) ? 0 : fail_unknown(ctx, option, text);
}

bool source_needs_project(const struct source *source)
{
    return !source->path && !source->url && source->kind != SOURCE_EMPTY;
}

/* ---- of which engine ---- */

static int snapshot_open(struct ctx *ctx, const struct sources *sources, struct source *source)
{
    if (source->path) {
        TRY(snapshot_read(ctx, path_join(ctx->mem, sources->folder, source->path), &source->snapshot));
        source->dialect = dialect_of_engine(source->snapshot->tree->engine);
        return 0;
    }
    TRY(snapshot_latest(ctx, source->session, NULL, &source->snapshot));
    source->dialect = source->session->database->dialect;
    if (source->snapshot) {
        source->title = arena_printf(ctx->mem, "snapshot %s", source->snapshot->migration_id);
        return 0;
    }
    fail(ctx, ERR_STATE, "there is no snapshot of %s yet", source->session->database->name);
    return fail_hint(ctx, "migrate writes one after each run.");
}

/* Models can be read for another engine than the project's; SQL is of one. */
static int models_for(struct ctx *ctx, struct session *session, const struct dialect *dialect)
{
    const struct database_config *database = session->database;
    if (!dialect || database->dialect == dialect)
        return 0;
    if (database->schema_files.n) {
        fail(ctx, ERR_FAILED, "the schema files of %s are SQL of %s and cannot be read for %s", database->name,
             database->dialect->title, dialect->title);
        return fail_hint(ctx, "--dialect is for models.");
    }
    struct database_config *other = NEW(ctx->mem, struct database_config);
    *other = *database;
    other->dialect = other->source = dialect;
    other->url = (struct url){.database = database->url.database};
    session->database = other;
    return 0;
}

static int source_open(struct ctx *ctx, const struct sources *sources, const struct dialect *wanted,
                       struct source *source)
{
    if (source->kind == SOURCE_SNAPSHOT)
        return snapshot_open(ctx, sources, source);
    if (source->kind == SOURCE_MODELS) {
        session_as_source(ctx, source->session);
        source->session->offline = true;
        TRY(models_for(ctx, source->session, wanted));
    }
    source->dialect = source->session ? source->session->database->dialect : NULL;
    return 0;
}

static int fail_different(struct ctx *ctx, const struct source *a, const struct source *b)
{
    fail(ctx, ERR_FAILED, "%s is of %s and %s is of %s: schemas of different engines cannot be compared", a->title,
         a->dialect->title, b->title, b->dialect->title);
    if (a->kind == SOURCE_MODELS)
        return fail_hint(ctx, "--dialect %s reads the models for that engine.", b->dialect->name);
    if (b->kind == SOURCE_MODELS)
        return fail_hint(ctx, "--dialect %s reads the models for that engine.", a->dialect->name);
    return ERR_FAILED;
}

int sources_match(struct ctx *ctx, struct sources *sources, const struct dialect *wanted)
{
    struct source *from = &sources->side[0], *to = &sources->side[1];
    TRY(source_open(ctx, sources, wanted, from));
    TRY(source_open(ctx, sources, wanted, to));
    if (from->dialect && to->dialect && from->dialect != to->dialect)
        return fail_different(ctx, from, to);
    sources->dialect = from->dialect ? from->dialect : to->dialect ? to->dialect : wanted;
    if (!sources->dialect) {
        fail(ctx, ERR_USAGE, "neither %s nor %s says of which engine it is", from->title, to->title);
        return fail_hint(ctx, "Say it with --dialect.");
    }
    if (wanted && sources->dialect != wanted) {
        const struct source *said = from->dialect ? from : to;
        return fail(ctx, ERR_FAILED, "%s is of %s, not of %s as --dialect says", said->title, sources->dialect->title,
                    wanted->title);
    }
    from->dialect = to->dialect = sources->dialect;
    if (sources->dialect->load)
        return 0;
    return fail(ctx, ERR_UNSUPPORTED, "%s schemas cannot be compared yet", sources->dialect->title);
}

/* ---- reading ---- */

static int database_read(struct ctx *ctx, struct sources *sources, struct source *source)
{
    struct session *session = source->session;
    struct snapshot *snapshot = NULL;
    TRY(session_connect(ctx, session, true));
    if (!sources->target.version_known)
        TRY(target_read(ctx, session->conn, &sources->target));
    TRY(sources->dialect->load(ctx, session->conn, sources->filter, &source->tree));
    if (!source->url)
        TRY(snapshot_latest(ctx, session, NULL, &snapshot));
    if (snapshot && !snapshot->legacy)
        memory_carry(ctx->mem, source->tree, snapshot->tree);
    source->title = arena_dup(ctx->mem, session->conn->target);
    return 0;
}

/* The server of the user's that a scratch database may be on: one that is meant for it, else one that is compared anyway. */
static const struct url *server_of(const struct sources *sources)
{
    for (int i = 0; i < 2 && !sources->sandbox; i++)
        if (sources->side[i].kind == SOURCE_DATABASE)
            return &sources->side[i].session->database->url;
    return sources->sandbox;
}

static bool is_plain(const char *path)
{
    struct stat status;
    return !stat(path, &status) && S_ISREG(status.st_mode);
}

/* Both of its sections would be run, and nothing be left.  What can be read only once is no such file. */
static int migration_refuse(struct ctx *ctx, const struct sources *sources, const struct source *source)
{
    const char *path = path_join(ctx->mem, sources->folder, source->path);
    struct sql_piece whole = {.line = 1};
    struct migration *migration;
    struct error before = ctx->error;
    char *text;
    if (!is_plain(path) || file_read(ctx, path, 0, &text, &whole.length) < 0) {
        ctx->error = before; /* whoever reads it next says why */
        return 0;
    }
    whole.text = text;
    if (!text_has(text, "-- rollback"))
        return 0;
    TRY(migration_of_text(ctx, sources->dialect, path, &whole, &migration));
    if (!migration->has_down)
        return 0;
    fail(ctx, ERR_FAILED, "%s is a migration: its rollback would undo the rest of it", source->title);
    return fail_hint(ctx, "migrations@VERSION compares what the files of a project lead to.");
}

static int sql_read(struct ctx *ctx, struct sources *sources, const struct url *server, struct source *source)
{
    struct names names = {0};
    TRY(migration_refuse(ctx, sources, source));
    names_add(ctx->mem, &names, source->path);
    const struct schema_files files = {.dialect = sources->dialect,
                                       .filter = sources->filter,
                                       .server = server,
                                       .folder = sources->folder,
                                       .names = &names,
                                       .near = sources_conn(sources),
                                       .target = &sources->target,
                                       .learns = true,
                                       .kept = &source->scratch,
                                       .renames = &source->renames};
    source->renames = (struct list){0};
    return schema_files_read(ctx, &files, &source->tree);
}

static int replayed_read(struct ctx *ctx, struct sources *sources, const struct url *server, struct source *source)
{
    TRY(migrations_replay(ctx, source->session, server, source));
    if (!sources->target.version_known)
        TRY(target_read(ctx, source->scratch, &sources->target));
    return 0;
}

struct scratch_reading {
    struct sources *sources;
    struct source *source;
};

static int scratch_read_on(struct ctx *ctx, const struct url *server, void *sink)
{
    const struct scratch_reading *reading = sink;
    return reading->source->kind == SOURCE_SQL ? sql_read(ctx, reading->sources, server, reading->source)
                                               : replayed_read(ctx, reading->sources, server, reading->source);
}

static int scratch_read(struct ctx *ctx, struct sources *sources, struct source *source)
{
    const struct url *server = server_of(sources);
    const struct session *session = sources->side[0].session ? sources->side[0].session : sources->side[1].session;
    struct scratch_reading reading = {sources, source};
    return scratch_place_try(ctx, &server, scratch_place_own(session), scratch_read_on, &reading);
}

static int models_take(struct ctx *ctx, struct sources *sources, struct source *source)
{
    struct session *session = source->session;
    session->target = &sources->target;
    session->conn = sources_conn(sources); /* only lent, to be resembled */
    session->scratch_given = true;
    session->scratch_server = server_of(sources);
    int code = desired_read(ctx, session, &source->tree);
    source->renames = session->renames;
    session->conn = NULL;
    return code;
}

static void snapshot_take_over(struct ctx *ctx, struct source *source, const struct source *other)
{
    struct tree *nothing = tree_new(ctx->mem, source->snapshot->tree->engine);
    snapshot_complete(ctx, source->snapshot, other->tree ? other->tree : nothing);
    source->tree = source->snapshot->tree;
    for (struct object *o = source->tree->root; o; o = object_next(source->tree->root, o)) {
        o->stranger = false; /* two schemas are compared whole, whoever owns what */
        o->unspoken = (struct names){0};
    }
}

static int source_read(struct ctx *ctx, struct sources *sources, struct source *source, const struct source *other)
{
    switch (source->kind) {
    case SOURCE_DATABASE: return database_read(ctx, sources, source);
    case SOURCE_SQL:
    case SOURCE_MIGRATIONS: return scratch_read(ctx, sources, source);
    case SOURCE_MODELS: return models_take(ctx, sources, source);
    case SOURCE_SNAPSHOT: snapshot_take_over(ctx, source, other); return 0;
    case SOURCE_EMPTY: source->tree = tree_of_nothing(ctx->mem, sources->dialect, other->tree); return 0;
    }
    return 0;
}

/* Before models are read: what no server has said yet a snapshot may. */
static void target_settle(struct sources *sources)
{
    for (int i = 0; i < 2 && !sources->target.version_known; i++)
        if (sources->side[i].snapshot)
            sources->target = target_offline(sources->dialect, sources->side[i].snapshot->tree);
}

int sources_read(struct ctx *ctx, struct sources *sources)
{
    static const enum source_kind order[] = {SOURCE_DATABASE, SOURCE_MIGRATIONS, SOURCE_SQL,
                                             SOURCE_MODELS,   SOURCE_SNAPSHOT,   SOURCE_EMPTY};
    sources->target = target_offline(sources->dialect, NULL);
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        if (order[k] == SOURCE_MODELS)
            target_settle(sources);
        for (int i = 0; i < 2; i++)
            if (sources->side[i].kind == order[k])
                TRY(source_read(ctx, sources, &sources->side[i], &sources->side[!i]));
    }
    for (int i = 0; i < 2; i++) {
        filter_apply(sources->filter, target_usual(&sources->target), sources->side[i].tree);
        tree_settle(ctx->mem, &sources->target, sources->side[i].tree);
    }
    return 0;
}

struct conn *sources_conn(const struct sources *sources)
{
    for (int i = 0; i < 2; i++)
        if (sources->side[i].kind == SOURCE_DATABASE && sources->side[i].session->conn)
            return sources->side[i].session->conn;
    for (int i = 0; i < 2; i++)
        if (sources->side[i].scratch)
            return sources->side[i].scratch;
    return NULL;
}

void sources_close(struct sources *sources)
{
    conn_close(&sources->side[0].scratch);
    conn_close(&sources->side[1].scratch);
}
