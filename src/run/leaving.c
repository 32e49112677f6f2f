/*
 * eject, from top to bottom: what the tool has already stays, what it does not have is written in its words, and its history
 * becomes what ours is.  Our own tables and files are left for whoever is sure.
 */
#include "run/takeover.h"

#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/text.h"
#include "run/parts.h"

struct going {
    struct leaving *leaving;
    struct list ejected; /* struct ejected *: all of ours, in order */
    struct map theirs;   /* struct foreign * by id: files that are there */
    struct map rows;     /* by id: not NULL if its history says that it is applied */
    struct list files;   /* struct file_new * */
    struct names heads;  /* of a graph: ids that no other comes after */
    int64_t last;        /* the highest number */
    int width;
    bool table;         /* of the history is there */
    const char *home;   /* of the tool's files */
    const char *before; /* what its history says before the names that we know files by */
};

static int fail_words(struct ctx *ctx, const struct leaving *leaving, const char *file, const char *what)
{
    fail(ctx, ERR_UNSUPPORTED, "%s has no words for %s, %s", leaving->format->title, file, what);
    return fail_hint(ctx, "Nothing has been written. Make a versioned migration of SQL of it first.");
}

/* ---- which files ---- */

static int fail_no_project(struct ctx *ctx, const struct leaving *leaving)
{
    fail(ctx, ERR_FILE, "there is no project of %s in %s", leaving->format->title, leaving->folder);
    return fail_hint(ctx, "Name the folder of its configuration, or begin one there first. Nothing has been written.");
}

static int theirs_ask(struct ctx *ctx, struct going *going, struct list *foreign)
{
    struct leaving *leaving = going->leaving;
    struct foreign_source source = {.format = leaving->format, .folder = leaving->folder, .graph = true};
    TRY(foreign_read(ctx, leaving->session, &source, foreign));
    leaving->format = source.format;
    leaving->folder = source.written ? source.written : leaving->folder;
    going->home = source.home;
    return 0;
}

/* `id` comes after all of `parents`. */
static void heads_move(struct ctx *ctx, struct names *heads, const struct names *parents, const char *id)
{
    struct names kept = {0};
    for (int i = 0; i < heads->n; i++)
        if (!names_have(parents, heads->item[i]))
            names_add(ctx->mem, &kept, heads->item[i]);
    names_add(ctx->mem, &kept, id);
    *heads = kept;
}

/* The number that the name begins with, or the id. */
static void number_see(struct ctx *ctx, struct going *going, const struct foreign *foreign)
{
    const char *name = path_name(foreign->path);
    size_t digits = strspn(name, "0123456789");
    int64_t number = 0;
    if (digits)
        going->width = (int)digits;
    if (!digits)
        digits = strspn(name = foreign->id, "0123456789");
    if (text_to_int(arena_copy(ctx->mem, name, digits), &number) && number > going->last)
        going->last = number;
}

static int theirs_read(struct ctx *ctx, struct going *going)
{
    struct leaving *leaving = going->leaving;
    struct list foreign = {0};
    bool any = false;
    map_init(&going->theirs, ctx->mem);
    going->width = leaving->format->digits;
    if (folder_exists(leaving->folder))
        TRY(format_owns(ctx, leaving->format, leaving->folder, &any));
    if (any)
        TRY(theirs_ask(ctx, going, &foreign));
    else if (!leaving->format->read)
        return fail_no_project(ctx, leaving);
    for (int i = 0; i < foreign.n; i++) {
        struct foreign *each = foreign.item[i];
        map_set(&going->theirs, each->id, each);
        heads_move(ctx, &going->heads, &each->needs, each->id);
        number_see(ctx, going, each);
    }
    return 0;
}

/* 20261130173000, which is what tools of 14 digits count in. */
static int64_t number_now(struct arena *mem)
{
    int64_t number = 0;
    for (const char *now = clock_iso(mem, clock_now_ms()); *now; now++)
        if (char_is_digit((unsigned char)*now))
            number = number * 10 + (*now - '0');
    return number;
}

/* An id that it had before, else the next one. */
static void number_give(struct ctx *ctx, struct going *going, struct ejected *ejected)
{
    enum { DIGITS_OF_A_TIME = 14 };
    int64_t number, now = going->width >= DIGITS_OF_A_TIME ? number_now(ctx->mem) : 0;
    if (ejected->id && !text_to_int(ejected->id, &number))
        return;
    if (!ejected->id) {
        number = now > going->last ? now : going->last + 1;
        ejected->id =
            arena_printf(ctx->mem, "%0*lld", going->leaving->format->bare ? 1 : going->width, (long long)number);
    }
    ejected->number = arena_printf(ctx->mem, "%0*lld", going->width, (long long)number);
    going->last = number > going->last ? number : going->last;
}

/* Tools whose migrations are a graph call them by hashes, and this one comes after all that there is. */
static void hash_give(struct ctx *ctx, struct going *going, struct ejected *ejected)
{
    enum { DIGITS_OF_A_HASH = 12 };
    const struct migration *migration = ejected->migration;
    const char *text = arena_printf(ctx->mem, "%s %s", migration->filename, migration->checksum);
    if (!ejected->id)
        ejected->id = arena_copy(ctx->mem, hash_sha256(ctx->mem, text, strlen(text)), DIGITS_OF_A_HASH);
    ejected->parents = going->heads;
    heads_move(ctx, &going->heads, &ejected->parents, ejected->id);
}

static int alone_find(struct ctx *ctx, const struct session *session, struct ejected *ejected)
{
    const struct migration *migration = ejected->migration;
    const unsigned char *marks;
    TRY(migration_marks(ctx, session->database->source, migration, false, &marks));
    ejected->alone = migration->no_transaction;
    for (int i = 0; i < migration->up.n; i++)
        ejected->alone = ejected->alone || (marks[i] & STATEMENT_ALONE);
    return 0;
}

static char *slug_of(struct arena *mem, const struct migration *migration)
{
    const char *after = strstr(migration->filename, migration->version) + strlen(migration->version);
    return path_stem(mem, after + strspn(after, "_"));
}

/* Is one of ours, and so is all that it needs: a file that holds a schema as it stands stands for these, too. */
static void ours_mark(const struct map *theirs, struct foreign *foreign)
{
    if (foreign->applied)
        return;
    foreign->applied = true;
    for (int i = 0; i < foreign->needs.n; i++) {
        struct foreign *parent = map_get(theirs, foreign->needs.item[i]);
        if (parent)
            ours_mark(theirs, parent);
    }
}

static int file_take(struct ctx *ctx, struct going *going, const struct migration *migration)
{
    struct leaving *leaving = going->leaving;
    struct ejected *ejected = NEW(ctx->mem, struct ejected);
    *ejected = (struct ejected){.migration = migration, .id = adopted_id(migration, leaving->format)};
    ejected->folder = leaving->folder;
    ejected->home = going->home;
    ejected->slug = slug_of(ctx->mem, migration);
    struct foreign *there = ejected->id ? map_get(&going->theirs, ejected->id) : NULL;
    list_add(ctx->mem, &going->ejected, ejected);
    if (there) {
        ours_mark(&going->theirs, there);
        leaving->kept++;
        ejected->script = path_name(there->path);
        ejected->checksum = there->checksum;
        ejected->parents = there->needs;
        return 0;
    }
    if (migration->script)
        return fail_words(ctx, leaving, migration->filename, "which is code");
    TRY(migration_check(ctx, migration, false));
    TRY(alone_find(ctx, leaving->session, ejected));
    if (leaving->format->history == HISTORY_HEADS)
        hash_give(ctx, going, ejected);
    else
        number_give(ctx, going, ejected);
    return leaving->format->write(ctx, ejected, &going->files);
}

static int files_take(struct ctx *ctx, struct going *going)
{
    const struct leaving *leaving = going->leaving;
    const struct folder *folder = leaving->session->folder;
    const struct list *const again[] = {&folder->always, &folder->on_change};
    TRY(theirs_read(ctx, going));
    for (int i = 0; i < 2; i++)
        if (again[i]->n)
            return fail_words(ctx, leaving, ((const struct migration *)again[i]->item[0])->filename,
                              "which runs again and again");
    for (int i = 0; i < folder->versioned.n; i++)
        TRY(file_take(ctx, going, folder->versioned.item[i]));
    for (int i = 0; i < going->theirs.n; i++) {
        const struct foreign *foreign = going->theirs.entry[i].value;
        if (foreign->applied)
            continue;
        fail(ctx, ERR_STATE, "%s is not one of the migrations in %s", foreign->path, folder->path);
        return fail_hint(ctx, "%s would run it. Take it out, or name another folder. Nothing has been written.",
                         leaving->format->title);
    }
    return 0;
}

/* ---- the history ---- */

/* As the files have it. */
static const char *id_known(struct ctx *ctx, struct going *going, const char *said)
{
    size_t before;
    for (int i = 0; i < going->ejected.n; i++) {
        const struct ejected *each = going->ejected.item[i];
        if (!id_is_said(each->id, said, &before))
            continue;
        going->before = arena_copy(ctx->mem, said, before);
        return each->id;
    }
    return said;
}

static int rows_read(struct ctx *ctx, struct going *going)
{
    const struct format *format = going->leaving->format;
    struct session *session = going->leaving->session;
    struct rows rows;
    map_init(&going->rows, ctx->mem);
    if (format->history == HISTORY_NONE)
        return 0;
    TRY(history_there(ctx, session, format, &going->table));
    if (going->table) {
        TRY(conn_query(ctx, session->conn, format->query, NULL, &rows));
        for (int i = 0; i < rows.row.n; i++) {
            const char **cell = rows.row.item[i];
            map_set(&going->rows, id_known(ctx, going, id_of_cells(ctx->mem, &rows, cell)),
                    cell_says_yes(cell[1]) ? going : NULL);
        }
        return 0;
    }
    if (format->create)
        return 0;
    fail(ctx, ERR_STATE, "there is no table %s in %s", format->table, session->conn->target);
    return fail_hint(ctx, "Let %s make it, by asking it for its status once, and do this again.", format->title);
}

static void word_set(struct arena *mem, const struct ident_rules *rules, const char **sql, const char *word,
                     const char *value)
{
    struct buf literal;
    buf_init(&literal, mem);
    if (value)
        literal_add(&literal, rules, value);
    *sql = text_replace(mem, *sql, word, value ? literal.data : "NULL");
}

/* Of an id, always the same. */
static const char *uuid_of(struct arena *mem, const char *id)
{
    const char *hash = hash_sha256(mem, id, strlen(id));
    return arena_printf(mem, "%.8s-%.4s-4%.3s-8%.3s-%.12s", hash, hash + 8, hash + 12, hash + 15, hash + 18);
}

/* "@part1" ...: the first is the name of a file. */
static void parts_set(struct arena *mem, const struct going *going, const char **sql, const char *id)
{
    const struct names part = text_split(mem, text_replace(mem, id, "::", "\n"), '\n');
    for (int i = 0; i < part.n && text_has(*sql, "@part"); i++)
        word_set(mem, going->leaving->session->conn->dialect->ident, sql, arena_printf(mem, "@part%d", i + 1),
                 i || !going->before ? part.item[i] : arena_printf(mem, "%s%s", going->before, part.item[i]));
}

static void step_add(struct ctx *ctx, struct going *going, struct batch *batch, const char *sql,
                     const struct ejected *ejected)
{
    struct arena *mem = ctx->mem;
    const struct ident_rules *rules = going->leaving->session->conn->dialect->ident;
    if (ejected) {
        word_set(mem, rules, &sql, "@id", ejected->id);
        parts_set(mem, going, &sql, ejected->id);
        word_set(mem, rules, &sql, "@title", text_replace(mem, ejected->slug, "_", " "));
        word_set(mem, rules, &sql, "@script", ejected->script);
        word_set(mem, rules, &sql, "@checksum", ejected->checksum);
        word_set(mem, rules, &sql, "@uuid", uuid_of(mem, ejected->id));
        sql = text_replace(mem, sql, "@rank", arena_printf(mem, "%d", going->rows.n + batch->n + 1));
    }
    batch->step[batch->n++] = (struct batch_step){.sql = sql, .length = strlen(sql)};
}

/* One row says all: there is nothing that has not run among those that have. */
static int last_write(struct ctx *ctx, struct going *going, struct batch *batch)
{
    struct leaving *leaving = going->leaving;
    const struct ejected *last = NULL, *gap = NULL;
    for (int i = 0; i < going->ejected.n; i++) {
        const struct ejected *each = going->ejected.item[i];
        bool applied = applied_version(&leaving->session->applied, each->migration->number);
        if (applied && gap) {
            fail(ctx, ERR_UNSUPPORTED, "%s cannot be told that %s has run and %s has not", leaving->format->title,
                 each->migration->filename, gap->migration->filename);
            return fail_hint(ctx, "Run it first: dbwarden migrate. Nothing has been written.");
        }
        last = applied ? each : last;
        gap = applied || gap ? gap : each;
    }
    if (last && map_get(&going->rows, last->id))
        return 0;
    step_add(ctx, going, batch, leaving->format->remove, NULL);
    if (last) {
        step_add(ctx, going, batch, leaving->format->insert, last);
        names_add(ctx->mem, &leaving->recorded, last->id);
    }
    return 0;
}

/* Those that are applied and that nothing applied comes after. */
static int heads_write(struct ctx *ctx, struct going *going, struct batch *batch)
{
    struct leaving *leaving = going->leaving;
    struct names heads = {0};
    for (int i = 0; i < going->ejected.n; i++) {
        const struct ejected *each = going->ejected.item[i];
        if (applied_version(&leaving->session->applied, each->migration->number))
            heads_move(ctx, &heads, &each->parents, each->id);
    }
    for (int i = 0; i < going->rows.n; i++)
        if (!names_have(&heads, going->rows.entry[i].key))
            names_add(ctx->mem, &leaving->forgotten, going->rows.entry[i].key);
    for (int i = 0; i < heads.n; i++)
        if (!map_get(&going->rows, heads.item[i]))
            names_add(ctx->mem, &leaving->recorded, heads.item[i]);
    if (!leaving->forgotten.n && !leaving->recorded.n)
        return 0;
    step_add(ctx, going, batch, leaving->format->remove, NULL);
    for (int i = 0; i < heads.n; i++)
        step_add(ctx, going, batch, leaving->format->insert, &(struct ejected){.id = heads.item[i], .slug = ""});
    return 0;
}

static int rows_write(struct ctx *ctx, struct going *going, struct batch *batch)
{
    struct leaving *leaving = going->leaving;
    const struct format *format = leaving->format;
    for (int i = 0; i < going->ejected.n; i++) {
        const struct ejected *each = going->ejected.item[i];
        bool applied = applied_version(&leaving->session->applied, each->migration->number);
        bool recorded = map_get(&going->rows, each->id);
        if (applied == recorded)
            continue;
        step_add(ctx, going, batch, applied ? format->insert : format->remove, each);
        names_add(ctx->mem, applied ? &leaving->recorded : &leaving->forgotten, each->id);
    }
    return 0;
}

static int history_plan(struct ctx *ctx, struct going *going, struct batch *batch)
{
    const struct format *format = going->leaving->format;
    batch->transaction = true;
    batch->step = NEW_ARRAY(ctx->mem, struct batch_step, going->ejected.n + 3);
    TRY(rows_read(ctx, going));
    if (format->history == HISTORY_NONE)
        return 0;
    if (!going->table)
        step_add(ctx, going, batch, format->create, NULL);
    return format->history == HISTORY_LAST    ? last_write(ctx, going, batch)
           : format->history == HISTORY_HEADS ? heads_write(ctx, going, batch)
                                              : rows_write(ctx, going, batch);
}

/* ---- */

/* Some tools list their files in one that is there already. */
static int files_keep(struct ctx *ctx, const struct going *going, struct list *kept)
{
    for (int i = 0; i < going->files.n; i++) {
        struct file_new *file = NEW(ctx->mem, struct file_new);
        const char *path =
            path_join(ctx->mem, going->leaving->folder, ((const struct file_new *)going->files.item[i])->name);
        char *text = NULL;
        size_t length;
        if (file_exists(path))
            TRY(file_read(ctx, path, 0, &text, &length));
        *file = (struct file_new){path, text};
        list_add(ctx->mem, kept, file);
    }
    return 0;
}

static void files_return(struct ctx *ctx, const struct going *going, const struct list *kept)
{
    const struct error error = ctx->error;
    for (int i = 0; i < kept->n; i++) {
        const struct file_new *file = kept->item[i];
        if (file->text)
            file_write(ctx, file->name, file->text, strlen(file->text), FILE_SHARED);
        else
            file_remove(ctx, file->name);
    }
    ctx->error = error;
}

static int write_all(struct ctx *ctx, struct going *going, struct batch *batch)
{
    const struct leaving *leaving = going->leaving;
    struct list kept = {0};
    TRY(folder_make(ctx, leaving->folder));
    for (int i = 0; i < going->files.n; i++) { /* some have a folder for each */
        const char *name = ((const struct file_new *)going->files.item[i])->name;
        TRY(folder_make(ctx, path_folder(ctx->mem, path_join(ctx->mem, leaving->folder, name))));
    }
    TRY(files_keep(ctx, going, &kept));
    int code = folder_write(ctx, leaving->folder, &going->files, FILE_SHARED);
    if (!code && batch->n)
        code = conn_batch(ctx, leaving->session->conn, batch);
    if (code < 0)
        files_return(ctx, going, &kept);
    return code;
}

int leaving_run(struct ctx *ctx, struct leaving *leaving)
{
    struct session *session = leaving->session;
    struct going going = {.leaving = leaving};
    struct batch batch = {0};
    TRY(session_folder(ctx, session));
    TRY(leaving->dry_run ? session_connect(ctx, session, true) : session_lock(ctx, session));
    TRY(session_reload(ctx, session));
    TRY(unfinished_check(ctx, session, false, false));
    TRY(files_take(ctx, &going));
    TRY(history_plan(ctx, &going, &batch));
    for (int i = 0; i < going.files.n; i++)
        names_add(ctx->mem, &leaving->written, ((const struct file_new *)going.files.item[i])->name);
    if (leaving->dry_run)
        return 0;
    TRY(write_all(ctx, &going, &batch));
    if (!leaving->drop)
        return 0;
    lock_release(&session->lock);
    return state_drop(ctx, &session->state);
}
