/*
 * check --fix: safe forms written into files that wait.  An applied file is never touched, nor one whose plan describes it: the
 * plan would not be believed any more.
 */
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "lint/fix.h"
#include "run/check.h"
#include "run/parts.h"

struct fixing {
    struct ctx *ctx;
    struct session *session;
    struct names *written, *left;
    const struct check_found *found;
    struct names later, undo; /* statements for a file of their own, and what undoes them */
};

static const struct migration *migration_at(const struct session *session, const char *path)
{
    const struct list *versioned = &session->folder->versioned;
    for (int i = 0; i < versioned->n; i++)
        if (text_equal(((const struct migration *)versioned->item[i])->path, path))
            return versioned->item[i];
    return NULL;
}

/* Why it stays as it is; NULL: it may be written. */
static const char *reason_not(struct fixing *fixing, const struct migration *migration)
{
    struct arena *mem = fixing->ctx->mem;
    const struct session *session = fixing->session;
    if (!session->conn)
        return "the database cannot be asked whether it is applied";
    if (applied_version(&session->applied, migration->number) || journal_unfinished(session, migration))
        return "it is applied, or has begun";
    const char *plan = arena_printf(mem, "%.*s.plan.json", (int)strlen(migration->path) - 4, migration->path);
    return file_exists(plan) ? "its plan describes it as it is; make it again with make-migrations --concurrent" : NULL;
}

static int edit_compare(const void *a, const void *b)
{
    const struct edit *first = a, *second = b;
    return first->offset < second->offset ? -1 : first->offset > second->offset;
}

static int edits_write(struct fixing *fixing, const struct migration *migration, struct list *edits)
{
    struct ctx *ctx = fixing->ctx;
    struct buf text;
    size_t at = 0;
    buf_init(&text, ctx->mem);
    list_sort(edits, edit_compare);
    for (int i = 0; i < edits->n; i++) {
        const struct edit *edit = edits->item[i];
        buf_add_n(&text, migration->text + at, edit->offset - at);
        buf_add(&text, edit->insert);
        at = edit->offset + edit->removes;
    }
    buf_add_n(&text, migration->text + at, migration->length - at);
    TRY(file_write(ctx, migration->path, text.data, text.len, FILE_SHARED));
    names_add(ctx->mem, fixing->written, migration->path);
    return 0;
}

static void fix_add(struct fixing *fixing, struct fix *fix, struct list *edits)
{
    struct arena *mem = fixing->ctx->mem;
    for (int i = 0; i < fix->n; i++)
        list_add(mem, edits, &fix->edit[i]);
    if (!fix->later)
        return;
    names_add(mem, &fixing->later, fix->later);
    names_add(mem, &fixing->undo, fix->undo);
}

static int file_fix(struct fixing *fixing, const char *path)
{
    struct ctx *ctx = fixing->ctx;
    const struct list *findings = &fixing->found->findings;
    const struct lint_input input = {.target = fixing->session->target, .tree = fixing->found->tree};
    const struct migration *migration = migration_at(fixing->session, path);
    struct list fixes = {0}, edits = {0};
    for (int i = 0; migration && i < findings->n; i++) {
        const struct finding *finding = findings->item[i];
        struct fix *fix = NEW(ctx->mem, struct fix);
        if (text_equal(finding->file, path) && fix_of(ctx->mem, &input, migration, finding, fix))
            list_add(ctx->mem, &fixes, fix);
    }
    const char *reason = fixes.n ? reason_not(fixing, migration) : NULL;
    if (reason)
        names_add(ctx->mem, fixing->left, arena_printf(ctx->mem, "%s stays as it is: %s", path, reason));
    if (!fixes.n || reason)
        return 0;
    for (int i = 0; i < fixes.n; i++)
        fix_add(fixing, fixes.item[i], &edits);
    return edits_write(fixing, migration, &edits);
}

static int later_write(struct fixing *fixing)
{
    struct ctx *ctx = fixing->ctx;
    const struct session *session = fixing->session;
    struct buf text;
    if (!fixing->later.n)
        return 0;
    buf_init(&text, ctx->mem);
    buf_addf(&text, "-- upgrade\n\n%s;\n\n-- rollback\n\n", names_join(ctx->mem, &fixing->later, ";\n"));
    for (int i = fixing->undo.n - 1; i >= 0; i--)
        buf_addf(&text, "%s;\n", fixing->undo.item[i]);
    const char *file = name_file(ctx->mem, session->database->name, name_next(session->folder), "validate_constraints");
    const char *path = path_join(ctx->mem, session->folder->path, file);
    TRY(file_write(ctx, path, text.data, text.len, FILE_SHARED));
    names_add(ctx->mem, fixing->written, path);
    return 0;
}

int check_fix(struct ctx *ctx, struct session *session, const struct check_found *found, struct names *written,
              struct names *left)
{
    struct fixing fixing = {.ctx = ctx, .session = session, .found = found, .written = written, .left = left};
    struct names paths = {0};
    for (int i = 0; i < found->findings.n; i++) {
        const char *path = ((const struct finding *)found->findings.item[i])->file;
        if (path && !names_have(&paths, path))
            names_add(ctx->mem, &paths, path);
    }
    if (session->conn)
        TRY(session_reload(ctx, session));
    for (int i = 0; i < paths.n; i++)
        TRY(file_fix(&fixing, paths.item[i]));
    return later_write(&fixing);
}
