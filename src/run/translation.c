/*
 * A database that stands in for one of another engine: what its files are there.  A side of a file is translated when it is
 * chosen, after the ones before it, so that everything that cannot be said is known before anything runs.
 * What is recorded of a file (its checksums, its name) is that of the file as it stands.
 * Not here: how SQL is translated (translate/).
 */
#include "run/parts.h"

bool session_translates(const struct session *session)
{
    return translate_needed(session->database->source, session->database->dialect);
}

bool session_as_source(struct ctx *ctx, struct session *session)
{
    if (!session_translates(session))
        return false;
    struct database_config *production = NEW(ctx->mem, struct database_config);
    *production = *session->database;
    production->dialect = production->source;
    production->url = (struct url){.database = production->source_name};
    session->database = production;
    session->as_source = session->offline = true;
    return true;
}

static bool has_run(const struct session *session, const struct migration *migration)
{
    if (migration->type == MIGRATION_VERSIONED)
        return applied_version(&session->applied, migration->number) != NULL;
    return applied_file(&session->applied, migration->filename) != NULL;
}

static int follow_list(struct session *session, const struct list *migrations)
{
    for (int i = 0; i < migrations->n; i++) {
        const struct migration *migration = migrations->item[i];
        if (has_run(session, migration) && !migration->up_error)
            TRY(translator_follow(session->translator, migration->path, &migration->up));
    }
    return 0;
}

/* Types and schemas that applied files made, and what of them may have been left out: the database itself does not say. */
static int follow_applied(struct ctx *ctx, struct session *session)
{
    if (!session->folder)
        TRY(session_folder(ctx, session));
    TRY(follow_list(session, &session->folder->versioned));
    TRY(follow_list(session, &session->folder->always));
    return follow_list(session, &session->folder->on_change);
}

static int begin(struct ctx *ctx, struct session *session)
{
    struct tree *tree;
    const struct database_config *database = session->database;
    if (session->translator)
        return 0;
    TRY(session_target(ctx, session));
    TRY(database->dialect->load(ctx, session->conn, &database->filter, &tree));
    TRY(translator_open(ctx, database->source, session->target, tree, &session->translator));
    return follow_applied(ctx, session);
}

static void tell(struct ctx *ctx, const struct translation_note *note)
{
    if (note->kind == NOTE_CANNOT)
        emit_warning_at(ctx, note->place, "%s", note->text);
    else
        emit_info(ctx, "%s:%d: %s", note->place.file, note->place.line, note->text);
}

static int refuse(struct ctx *ctx, const struct session *session, const struct translation_note *note)
{
    const struct dialect *dialect = session->database->dialect;
    fail(ctx, ERR_UNSUPPORTED, "cannot be translated for %s: %s", dialect->title, note->text);
    fail_hint(ctx, "Nothing was run. Without --strict-translation it is left out, with a warning.");
    return fail_at(ctx, note->place.file, note->place.line, note->place.column);
}

/* The notes since the last call. */
static int tell_new(struct ctx *ctx, struct session *session)
{
    const struct list *notes = translator_notes(session->translator);
    for (; session->notes_told < notes->n; session->notes_told++) {
        const struct translation_note *note = notes->item[session->notes_told];
        if (session->config->strict_translation && note->kind == NOTE_CANNOT)
            return refuse(ctx, session, note);
        tell(ctx, note);
    }
    return 0;
}

int translation_make(struct ctx *ctx, struct session *session, struct migration *migration, bool down)
{
    struct split *split = down ? &migration->down : &migration->up, *written = NEW(ctx->mem, struct split);
    if (migration->script || migration->written[down])
        return 0;
    TRY(begin(ctx, session));
    *written = *split;
    TRY(translate_split(session->translator, migration->path, written, split));
    migration->written[down] = written;
    migration->no_transaction = false; /* what needed that is left out */
    return tell_new(ctx, session);
}

/* After the files that are not applied yet, on a session of its own. */
static int try_after_pending(struct ctx *ctx, struct session *session, struct migration *migration)
{
    TRY(session_folder(ctx, session));
    TRY(session_connect(ctx, session, true));
    TRY(session_reload(ctx, session));
    TRY(begin(ctx, session));
    for (int i = 0; i < session->folder->versioned.n; i++) {
        const struct migration *pending = session->folder->versioned.item[i];
        struct split ignored;
        if (!applied_version(&session->applied, pending->number) && !pending->up_error)
            TRY(translate_split(session->translator, pending->path, &pending->up, &ignored));
    }
    session->notes_told = translator_notes(session->translator)->n;
    return translation_make(ctx, session, migration, false);
}

int translation_try(struct ctx *ctx, const struct session *session, const char *path, const struct sql_piece *text)
{
    __attribute__((cleanup(session_close))) struct session dev = {0};
    struct migration *migration;
    TRY(session_open(ctx, session->config, session->database->name, &dev));
    TRY(migration_of_text(ctx, session->database->dialect, path, text, &migration));
    int code = try_after_pending(ctx, &dev, migration);
    if (code == ERR_UNSUPPORTED)
        fail_hint(ctx, "%s is not written. Without --strict-translation it is, with a warning.", path);
    return code;
}

static int count(const struct list *notes, enum note_kind kind)
{
    int n = 0;
    for (int i = 0; i < notes->n; i++)
        n += ((const struct translation_note *)notes->item[i])->kind == kind;
    return n;
}

static struct json *notes_json(struct arena *mem, const struct list *notes, enum note_kind kind)
{
    struct json *list = json_array(mem);
    for (int i = 0; i < notes->n; i++) {
        const struct translation_note *note = notes->item[i];
        if (note->kind != kind)
            continue;
        struct json *entry = json_object(mem);
        json_set_text(mem, entry, "file", note->place.file);
        json_set_int(mem, entry, "line", note->place.line);
        json_set_text(mem, entry, "text", note->text);
        json_add(mem, list, entry);
    }
    return list;
}

void translation_report(struct ctx *ctx, const struct session *session, struct json *report)
{
    static const struct list none;
    if (!session_translates(session))
        return;
    const struct list *notes = session->translator ? translator_notes(session->translator) : &none;
    struct json *json = json_object(ctx->mem);
    json_set_text(ctx->mem, json, "from", session->database->source->name);
    json_set(ctx->mem, json, "changed", notes_json(ctx->mem, notes, NOTE_CHANGED));
    json_set(ctx->mem, json, "left_out", notes_json(ctx->mem, notes, NOTE_LEFT_OUT));
    json_set(ctx->mem, json, "not_translated", notes_json(ctx->mem, notes, NOTE_CANNOT));
    json_set(ctx->mem, report, "translation", json);
    int cannot = count(notes, NOTE_CANNOT), left = count(notes, NOTE_LEFT_OUT), changed = count(notes, NOTE_CHANGED);
    if (cannot + left + changed)
        emit_info(ctx, "Translated from %s: %d left out without loss, %d said in another way, %d not translated",
                  session->database->source->title, left, changed, cannot);
}
