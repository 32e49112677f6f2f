/*
 * adopt, from top to bottom: read, convert beside the project, run in a scratch database, compare, and only then give the folder
 * its name and write what is applied, as one transaction.
 */
#include "run/takeover.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/text.h"
#include "diff/describe.h"
#include "diff/diff.h"
#include "diff/plan.h"
#include "run/parts.h"
#include "run/replayed.h"
#include "run/scratch_place.h"
#include "schema/unmodelled.h"

/* ---- the new files ---- */

/* A program reaches the database of the project, so in the trial SQL stands in for it: what is known of what it does. */
struct conversion {
    struct list files;      /* struct file_new *: all, as they will be */
    struct list trial;      /* as they are tried */
    struct list programs;   /* of the former, what is not SQL */
    struct names stand_ins; /* of the latter, what stands for these */
};

/* Versions of those that it needs; where the order says all, not that of the one before it. */
static struct names needs_of(struct ctx *ctx, const struct takeover *takeover, int at)
{
    const struct foreign *foreign = takeover->foreign.item[at];
    struct names versions = {0};
    for (int i = 0; i < foreign->needs.n; i++)
        for (int k = 0; k < takeover->foreign.n; k++)
            if (text_equal(((const struct foreign *)takeover->foreign.item[k])->id, foreign->needs.item[i]) &&
                (k != at - 1 || foreign->needs.n > 1 || takeover->format->history == HISTORY_HEADS ||
                 takeover->format->history == HISTORY_EACH))
                names_add(ctx->mem, &versions, arena_printf(ctx->mem, "%04d", k + 1));
    return versions;
}

static int file_convert(struct ctx *ctx, struct takeover *takeover, int at, struct conversion *conversion)
{
    const struct foreign *foreign = takeover->foreign.item[at];
    const struct names needs = needs_of(ctx, takeover, at);
    const char *slug = name_slug(ctx->mem, foreign->title);
    struct file_new *file = NEW(ctx->mem, struct file_new), *program = file;
    file->name = name_file(ctx->mem, takeover->database->name, at + 1, *slug ? slug : "migration");
    file->text = foreign_text(ctx->mem, takeover->format, foreign, &needs);
    TRY(foreign_check(ctx, takeover->database->source, foreign, file->name, file->text));
    list_add(ctx->mem, &conversion->trial, file);
    if (foreign->source) {
        program = NEW(ctx->mem, struct file_new);
        program->name = arena_printf(ctx->mem, "%s.py", path_stem(ctx->mem, file->name));
        program->text = foreign_program(ctx->mem, takeover->format, foreign, &needs);
        list_add(ctx->mem, &conversion->programs, program);
        names_add(ctx->mem, &conversion->stand_ins, file->name);
    }
    names_add(ctx->mem, &takeover->files, program->name);
    list_add(ctx->mem, &conversion->files, program);
    return 0;
}

static int files_convert(struct ctx *ctx, struct takeover *takeover, struct conversion *conversion)
{
    for (int i = 0; i < takeover->foreign.n; i++)
        TRY(file_convert(ctx, takeover, i, conversion));
    return 0;
}

static void folder_remove(struct ctx *ctx, const char *folder)
{
    struct names names = {0};
    if (!folder_exists(folder) || folder_list(ctx, folder, &names) < 0)
        return;
    for (int i = 0; i < names.n; i++)
        unlink(path_join(ctx->mem, folder, names.item[i]));
    rmdir(folder);
}

static int fail_other_files(struct ctx *ctx, const struct takeover *takeover, const char *name)
{
    fail(ctx, ERR_STATE, "%s holds %s already, which does not come from %s", takeover->target, name, takeover->folder);
    return fail_hint(ctx,
                     "Adopt into an empty folder: set migrations_dir, or move these files. Nothing has been written.");
}

/* Files of an earlier adoption are those of another database of this project; they have to be the same, with ours after them. */
static int target_check(struct ctx *ctx, struct takeover *takeover, const struct list *files)
{
    struct names names = {0};
    if (!folder_exists(takeover->target))
        return 0;
    TRY(folder_list(ctx, takeover->target, &names));
    for (int i = 0; i < names.n && i < files->n; i++) {
        const struct file_new *file = files->item[i];
        char *text;
        size_t length;
        if (!text_equal(names.item[i], file->name))
            return fail_other_files(ctx, takeover, names.item[i]);
        TRY(file_read(ctx, path_join(ctx->mem, takeover->target, names.item[i]), 0, &text, &length));
        if (!text_equal(text, file->text))
            return fail_other_files(ctx, takeover, names.item[i]);
        takeover->there = true;
    }
    if (names.n && names.n < files->n)
        return fail_other_files(ctx, takeover, names.item[0]);
    return 0;
}

/* ---- what they lead to ---- */

struct trial {
    struct takeover *takeover;
    struct session replay;
    struct list all; /* struct migration * */
    struct tree *live;
    struct target target;
};

static void trial_close(struct trial *trial)
{
    session_close(&trial->replay);
}

/* As text, because nobody is going to run it. */
static int shape_compare(struct ctx *ctx, const struct target *target, struct tree *wanted, struct tree *live,
                         struct names *differences)
{
    static const char *const words[] = {
        [CHANGE_CREATE] = "comes from no file",       [CHANGE_DROP] = "is not in the database",
        [CHANGE_ALTER] = "differs in the database",   [CHANGE_RENAME] = "has another name in the database",
        [CHANGE_REBUILD] = "differs in the database", [CHANGE_FINISH] = "differs in the database"};
    const struct names gone = unmodelled_open(ctx->mem, wanted, live);
    const struct list extra = unmodelled_extra(ctx->mem, wanted, live);
    const struct names new = unmodelled_texts(ctx->mem, &extra);
    const struct diff_input input = {.target = target, .before = wanted, .after = live};
    struct changes *changes;
    TRY(diff_trees(ctx, &input, &changes));
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        const char *how = change_details(ctx->mem, change);
        names_add(ctx->mem, differences,
                  arena_printf(ctx->mem, "%s %s%s%s", object_path(ctx->mem, change_object(change)), words[change->op],
                               how && *how ? ": " : "", how ? how : ""));
    }
    for (int i = 0; i < gone.n; i++)
        names_add(ctx->mem, differences, arena_printf(ctx->mem, "%s is not in the database", gone.item[i]));
    for (int i = 0; i < new.n; i++)
        names_add(ctx->mem, differences, arena_printf(ctx->mem, "%s comes from no file", new.item[i]));
    return 0;
}

static int settle(struct ctx *ctx, const struct trial *trial, const struct target *target, struct tree *tree)
{
    filter_apply(&trial->takeover->database->filter, target_usual(target), tree);
    tree_settle(ctx->mem, target, tree);
    return 0;
}

static int live_read(struct ctx *ctx, struct trial *trial)
{
    struct takeover *takeover = trial->takeover;
    struct target target;
    TRY(target_read(ctx, takeover->session->conn, &target));
    TRY(takeover->database->dialect->load(ctx, takeover->session->conn, &takeover->database->filter, &trial->live));
    return settle(ctx, trial, &target, trial->live);
}

/* Those that the history says are applied, or (`up_to`) the first ones; the differences that are then. */
static int trial_run(struct ctx *ctx, struct trial *trial, int up_to, struct names *differences)
{
    struct list chosen = {0};
    struct tree *tree;
    for (int i = 0; i < trial->all.n; i++) {
        const struct migration *migration = trial->all.item[i];
        const struct foreign *foreign = trial->takeover->foreign.item[migration->number - 1];
        if (up_to < 0 ? foreign->applied : migration->number <= up_to)
            list_add(ctx->mem, &chosen, trial->all.item[i]);
    }
    trial->replay.folder->versioned = chosen;
    if (chosen.n)
        TRY(replay_run(ctx, &trial->replay, NULL));
    if (!differences)
        return 0;
    TRY(target_read(ctx, trial->replay.conn, &trial->target));
    TRY(replay_read(ctx, &trial->replay, &tree));
    TRY(settle(ctx, trial, &trial->target, tree));
    return shape_compare(ctx, &trial->target, tree, tree_copy(ctx->mem, trial->live), differences);
}

/* Without a history the schema itself says where the database stands, if only one place fits. */
static int place_find(struct ctx *ctx, struct trial *trial)
{
    struct takeover *takeover = trial->takeover;
    int first = -1, last = -1;
    for (int k = 0; k <= trial->all.n; k++) {
        struct names differences = {0};
        TRY(trial_run(ctx, trial, k, &differences));
        if (differences.n)
            continue;
        first = first < 0 ? k : first;
        last = k;
    }
    for (int k = 0; k < last; k++)
        ((struct foreign *)takeover->foreign.item[k])->applied = true;
    if (first >= 0 && first == last)
        return 0;
    if (first >= 0)
        fail(ctx, ERR_STATE, "whether %s has run up to %s or up to %s cannot be seen in its schema",
             takeover->session->conn->target, first ? takeover->files.item[first - 1] : "nothing",
             takeover->files.item[last - 1]);
    else
        fail(ctx, ERR_STATE, "%s is not as any of these files leaves it", takeover->session->conn->target);
    return fail_hint(ctx,
                     "Say which file was the last one that has run: --to-version NUMBER. Nothing has been written.");
}

static int up_to_mark(struct ctx *ctx, struct takeover *takeover)
{
    int64_t wanted;
    bool found = false;
    TRY(version_read(ctx, takeover->up_to, &wanted));
    for (int i = 0; i < takeover->foreign.n && !found; i++) {
        struct foreign *foreign = takeover->foreign.item[i];
        int64_t number;
        foreign->applied = wanted > 0;
        found = !wanted || (text_to_int(foreign->id, &number) && number == wanted);
    }
    return found ? 0 : fail(ctx, ERR_USAGE, "there is no file of version %s in %s", takeover->up_to, takeover->folder);
}

static int differences_check(struct ctx *ctx, const struct takeover *takeover)
{
    const struct names *differences = &takeover->differences;
    if (!differences->n || takeover->force || takeover->dry_run)
        return 0;
    fail(ctx, ERR_STATE, "%s is not what its applied migrations lead to: %s", takeover->session->conn->target,
         names_join(ctx->mem, differences, "; "));
    return fail_hint(ctx,
                     "Put that right, or, if it is meant, adopt with --force and write it into the next migration. "
                     "Nothing has been written.");
}

static int try_all(struct ctx *ctx, const struct url *server, void *sink)
{
    struct takeover *takeover = sink;
    const struct replay_options options = {.server = server};
    struct trial trial __attribute__((cleanup(trial_close))) = {.takeover = takeover};
    TRY(replay_open(ctx, takeover->session, &options, &trial.replay));
    trial.all = trial.replay.folder->versioned;
    TRY(live_read(ctx, &trial));
    if (takeover->format->history == HISTORY_NONE && !takeover->up_to)
        return place_find(ctx, &trial);
    TRY(trial_run(ctx, &trial, -1, &takeover->differences));
    TRY(differences_check(ctx, takeover));
    return trial_run(ctx, &trial, trial.all.n, NULL);
}

/* ---- written ---- */

static int target_take(struct ctx *ctx, const struct takeover *takeover, const char *beside)
{
    if (takeover->there) {
        folder_remove(ctx, beside);
        return 0;
    }
    rmdir(takeover->target); /* an empty one, or none */
    if (!rename(beside, takeover->target))
        return 0;
    return fail(ctx, ERR_FILE, "%s cannot be made: %s", takeover->target, strerror(errno));
}

static int history_write(struct ctx *ctx, struct takeover *takeover)
{
    struct session *session = takeover->session;
    struct batch batch = {.transaction = true};
    TRY(session_folder(ctx, session));
    batch.step = NEW_ARRAY(ctx->mem, struct batch_step, takeover->foreign.n * 2 + 1);
    for (int i = 0; i < takeover->foreign.n; i++) {
        struct migration *migration = folder_version(session->folder, i + 1);
        if (!((const struct foreign *)takeover->foreign.item[i])->applied)
            continue;
        if (!migration->token_checksum)
            migration->token_checksum = migration_tokens(ctx->mem, migration);
        batch.step[batch.n++] = state_record(ctx, &session->state, migration);
        batch.step[batch.n++] = journal_whole(ctx, &session->state, migration, false, 0);
    }
    if (batch.n)
        TRY(conn_batch(ctx, session->conn, &batch));
    return snapshot_take(ctx, session);
}

static int fail_adopted(struct ctx *ctx, const struct session *session)
{
    fail(ctx, ERR_STATE, "%s has a history of dbwarden's already: %d migrations are recorded in %s",
         session->conn->target, session->applied.n, session->state.migration_table);
    return fail_hint(ctx, "It was adopted before; `dbwarden status` shows what is there. Nothing has been written.");
}

static int programs_write(struct ctx *ctx, const char *beside, const struct conversion *conversion)
{
    for (int i = 0; i < conversion->stand_ins.n; i++)
        TRY(file_remove(ctx, path_join(ctx->mem, beside, conversion->stand_ins.item[i])));
    return conversion->programs.n ? folder_write(ctx, beside, &conversion->programs, FILE_SHARED) : 0;
}

static int files_try(struct ctx *ctx, struct takeover *takeover, const char *beside,
                     const struct conversion *conversion)
{
    const char *own = takeover->database->migrations_dir;
    TRY(folder_make(ctx, beside));
    TRY(folder_write(ctx, beside, &conversion->trial, FILE_SHARED));
    takeover->database->migrations_dir = beside;
    int code = scratch_place_try(ctx, &takeover->server, scratch_place_own(takeover->session), try_all, takeover);
    takeover->database->migrations_dir = own;
    return code < 0 ? code : programs_write(ctx, beside, conversion);
}

static void table_leave(struct arena *mem, struct takeover *takeover, const char *table)
{
    bool folds = takeover->session->database->dialect->ident->upper_needs_quotes;
    names_add(mem, &takeover->database->filter.own, folds ? text_lower(mem, table) : table);
}

/* The tool's own are nobody's business. */
static void tables_leave(struct arena *mem, struct takeover *takeover)
{
    const struct format *format = takeover->format;
    if (format->table)
        table_leave(mem, takeover, format->table);
    for (const char *const *table = format->tables; table && *table; table++)
        table_leave(mem, takeover, *table);
}

/* ---- as it stands ---- */

static int fail_stands(struct ctx *ctx, const struct takeover *takeover, const char *what)
{
    fail(ctx, ERR_STATE, "%s cannot be taken over as it stands: %s", takeover->session->conn->target, what);
    return fail_hint(ctx, "Bring it to the one head of %s first. Nothing has been written.", takeover->format->title);
}

/* The one that no other needs, after which all have run. */
static int head_find(struct ctx *ctx, const struct takeover *takeover, const char **head)
{
    struct names needed = {0}, heads = {0};
    for (int i = 0; i < takeover->foreign.n; i++) {
        const struct foreign *each = takeover->foreign.item[i];
        for (int k = 0; k < each->needs.n; k++)
            names_add(ctx->mem, &needed, each->needs.item[k]);
        if (!each->applied)
            return fail_stands(ctx, takeover, arena_printf(ctx->mem, "%s has not been run", each->path));
    }
    for (int i = 0; i < takeover->foreign.n; i++) {
        const struct foreign *each = takeover->foreign.item[i];
        if (!names_have(&needed, each->id))
            names_add(ctx->mem, &heads, each->id);
    }
    *head = heads.n == 1 ? heads.item[0] : NULL;
    return *head ? 0
                 : fail_stands(ctx, takeover,
                               arena_printf(ctx->mem, "the last ones are %s", names_join(ctx->mem, &heads, " and ")));
}

/* One takes the place of all. */
static int stands_take(struct ctx *ctx, struct takeover *takeover)
{
    struct foreign *whole = NEW(ctx->mem, struct foreign);
    struct trial reading = {.takeover = takeover};
    struct target target;
    struct plan *plan;
    TRY(head_find(ctx, takeover, &whole->id));
    TRY(live_read(ctx, &reading));
    TRY(target_read(ctx, takeover->session->conn, &target));
    TRY(plan_from_nothing(ctx, &target, reading.live, &plan));
    whole->title = "as_it_stands";
    whole->path = path_join(ctx->mem, takeover->folder, takeover->format->name);
    whole->up = plan_text(ctx->mem, plan);
    whole->no_way_back = arena_printf(ctx->mem, "it holds what %d migrations of %s have made", takeover->foreign.n,
                                      takeover->format->title);
    whole->applied = true;
    takeover->foreign = (struct list){0};
    list_add(ctx->mem, &takeover->foreign, whole);
    return 0;
}

static int take_over(struct ctx *ctx, struct takeover *takeover, const char *beside)
{
    struct session *session = takeover->session;
    struct conversion conversion = {0};
    struct foreign_source source = {.format = takeover->format,
                                    .folder = takeover->folder,
                                    .server = takeover->server,
                                    .graph = takeover->as_it_stands};
    TRY(foreign_read(ctx, session, &source, &takeover->foreign));
    takeover->format = source.format;
    TRY(takeover->dry_run ? session_connect(ctx, session, true) : session_hold(ctx, session));
    TRY(session_reload(ctx, session));
    if (session->applied.n)
        return fail_adopted(ctx, session);
    tables_leave(ctx->mem, takeover);
    TRY(history_read(ctx, takeover));
    if (takeover->up_to)
        TRY(up_to_mark(ctx, takeover));
    if (takeover->as_it_stands)
        TRY(stands_take(ctx, takeover));
    TRY(files_convert(ctx, takeover, &conversion));
    TRY(target_check(ctx, takeover, &conversion.files));
    TRY(files_try(ctx, takeover, beside, &conversion));
    for (int i = 0; i < takeover->foreign.n; i++)
        takeover->applied += ((const struct foreign *)takeover->foreign.item[i])->applied;
    if (takeover->dry_run)
        return 0;
    lock_release(&session->lock); /* session_lock() makes the tables too */
    TRY(session_lock(ctx, session));
    TRY(target_take(ctx, takeover, beside));
    return history_write(ctx, takeover);
}

int takeover_run(struct ctx *ctx, struct takeover *takeover)
{
    takeover->target = path_absolute(ctx, session_path(ctx, takeover->session, takeover->database->migrations_dir));
    const char *beside = arena_printf(ctx->mem, "%s.adopting", takeover->target);
    folder_remove(ctx, beside);
    if (text_equal(takeover->target, path_absolute(ctx, takeover->folder))) {
        fail(ctx, ERR_USAGE, "%s holds the files of %s, and cannot hold the new ones too", takeover->folder,
             takeover->format->title);
        return fail_hint(ctx, "Set migrations_dir to another folder, such as migrations/%s.", takeover->database->name);
    }
    int code = take_over(ctx, takeover, beside);
    folder_remove(ctx, beside);
    return code;
}
