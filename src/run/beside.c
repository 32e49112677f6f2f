/*
 * What is described beside the tables of models.  The models' own statements, as a plan from nothing writes them, come first;
 * then everything else, in rounds, because objects may name each other in any order: what a server refuses is tried again after
 * the others, as long as one more works.  What is about objects of the models (a trigger, a policy, ALTER, COMMENT) waits until
 * all else is there and was read once, so that its effect is seen as a difference of two readings of one server; the models keep
 * their own spellings.  Of the models' tables only those are made whose names stand anywhere in the texts.
 *
 * Not here: who describes an object twice (beside_twice.c), and putting two trees together (beside_graft.c).
 */
#include "run/beside.h"

#include "base/file.h"
#include "base/text.h"
#include "diff/plan.h"
#include "run/parts.h"
#include "run/scratch_place.h"

/* ---- the statements ---- */

static struct beside_part *part_add(struct beside *beside, const struct schema_statement *said)
{
    struct beside_part *part = NEW(beside->ctx->mem, struct beside_part);
    part->said = *said;
    list_add(beside->ctx->mem, &beside->parts, part);
    return part;
}

/* What opens or ends a transaction is left out: each statement stands for itself here. */
static void text_part_add(struct beside *beside, const struct schema_statement *said, const char *word)
{
    const struct classified *what = &said->what;
    if (what->touches == TOUCHES_TRANSACTION)
        return;
    struct beside_part *part = part_add(beside, said);
    part->word = word;
    part->sets = what->verb == VERB_SET || what->verb == VERB_SELECT || what->verb == VERB_PRAGMA;
}

static int declared_add(struct beside *beside, const struct json *one)
{
    struct ctx *ctx = beside->ctx;
    const struct dialect *dialect = beside->dialect;
    const char *sql = json_get_text(one, "sql"), *file = path_near(ctx, json_get_text(one, "file"));
    const struct sql_piece whole = {.text = sql, .length = strlen(sql), .line = (int)json_get_int(one, "line", 0)};
    struct split split;
    TRY(split_section(ctx, dialect->lex, file, &whole, &split));
    for (int i = 0; i < split.n; i++) {
        struct schema_statement said = {.file = file};
        if (dialect->reaches_beyond && dialect->reaches_beyond(&split.piece[i])) {
            beyond_warn(ctx, dialect, file, &split.piece[i]);
            continue;
        }
        classify(ctx->mem, dialect->classify, &split.piece[i], &said.what);
        text_part_add(beside, &said, json_get_text(one, "class"));
    }
    return 0;
}

static int texts_add(struct beside *beside)
{
    struct session *session = beside->session;
    const struct json *declared = beside->models->declared;
    for (int i = 0; declared && i < declared->n; i++)
        TRY(declared_add(beside, declared->item[i]));
    session->described = (struct list){0};
    TRY(schema_files_statements(beside->ctx, session, &session->described));
    for (int i = 0; i < session->described.n; i++)
        text_part_add(beside, session->described.item[i], NULL);
    return 0;
}

/* ---- those of the models ---- */

static bool char_is_of_name(unsigned char c)
{
    return char_is_word(c) || c == '$' || c >= 0x80;
}

static void words_add(struct map *words, const char *text, size_t length)
{
    for (size_t at = 0, end; at < length; at = end + 1) {
        for (end = at; end < length && char_is_of_name((unsigned char)text[end]); end++)
            ;
        if (end > at)
            map_set(words, text_lower(words->mem, arena_copy(words->mem, text + at, end - at)), words);
    }
}

/* A name of several words is taken to be named. */
static bool is_named(const struct map *words, const char *name)
{
    for (const char *at = name; *at; at++)
        if (!char_is_of_name((unsigned char)*at))
            return true;
    return map_get(words, text_lower(words->mem, name));
}

static void named_add(const struct object *object, struct map *words)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        if (!object_says(object, i) || field_is_none(object, i))
            continue;
        const struct refs *refs = info->field[i].type == FIELD_REFS ? object_field(object, i) : NULL;
        const struct expr *expr = info->field[i].type == FIELD_EXPR ? object_field(object, i) : NULL;
        const char *text = info->field[i].type == FIELD_REF ? ((const struct ref *)object_field(object, i))->name
                           : expr                           ? expr_text(expr)
                                                            : NULL;
        if (text)
            words_add(words, text, strlen(text));
        for (int k = 0; refs && k < refs->n; k++)
            words_add(words, refs->item[k].name, strlen(refs->item[k].name));
    }
}

/* Names in the texts, and then in what these name, but for foreign keys, which can be left out. */
static struct map words_of(const struct beside *beside, const struct tree *tree)
{
    struct map words, seen;
    int before = -1;
    map_init(&words, beside->ctx->mem);
    map_init(&seen, beside->ctx->mem);
    for (int i = 0; i < beside->parts.n; i++) {
        const struct beside_part *part = beside->parts.item[i];
        words_add(&words, part->said.what.piece.text, part->said.what.piece.length);
    }
    while (before != words.n) {
        before = words.n;
        for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
            const struct object *top = o->parent ? object_top(o) : NULL;
            if (top && top->name && !kind_is(o->kind, KIND_NEEDS_KEY) &&
                (!kind_is(top->kind, KIND_HOLDS_ROWS) || is_named(&words, top->name)))
                named_add(o, &words);
        }
    }
    return words;
}

static const struct ref *first_ref(const struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].type == FIELD_REF && object_says(object, i) && !field_is_none(object, i))
            return object_field(object, i);
    return NULL;
}

static struct tree *tree_of_parts(const struct beside *beside)
{
    struct arena *mem = beside->ctx->mem;
    struct tree *tree = tree_copy(mem, beside->models->tree);
    struct list out = {0};
    if (beside->whole)
        return tree;
    const struct map words = words_of(beside, tree);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (kind_is(o->kind, KIND_HOLDS_ROWS) && !is_named(&words, o->name))
            list_add(mem, &out, o);
    for (int i = 0; i < out.n; i++)
        object_remove(out.item[i]);
    out = (struct list){0};
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        const struct ref *ref = kind_is(o->kind, KIND_NEEDS_KEY | KIND_COUNTER) ? first_ref(o) : NULL;
        if (ref && !tree_find(tree, KIND_TABLE, ref->schema, ref->name))
            list_add(mem, &out, o);
    }
    for (int i = 0; i < out.n; i++)
        object_remove(out.item[i]);
    return tree;
}

static int models_add(struct beside *beside)
{
    struct ctx *ctx = beside->ctx;
    const struct list texts = beside->parts;
    struct plan *plan;
    TRY(plan_from_nothing(ctx, beside->session->target, tree_of_parts(beside), &plan));
    beside->parts = (struct list){0};
    for (int i = 0; i < plan->statements.n; i++) {
        const struct statement_out *statement = plan->statements.item[i];
        const struct sql_piece piece = {.text = statement->sql, .length = strlen(statement->sql)};
        struct schema_statement said = {0};
        classify(ctx->mem, beside->dialect->classify, &piece, &said.what);
        part_add(beside, &said)->of_models = true;
    }
    for (int i = 0; i < texts.n; i++)
        list_add(ctx->mem, &beside->parts, texts.item[i]);
    return 0;
}

static void later_mark(struct beside *beside)
{
    for (int i = 0; i < beside->parts.n; i++) {
        struct beside_part *part = beside->parts.item[i];
        part->later = !part->of_models && !part->sets &&
                      (part->said.what.verb == VERB_OTHER || beside_about_models(beside, &part->said.what));
    }
}

/* ---- in rounds ---- */

/* A schema that is said beside the models may be one that their tables are in. */
static bool is_there_already(const struct beside *beside, const struct beside_part *part)
{
    const struct classified *what = &part->said.what;
    return what->kind == KIND_SCHEMA && what->verb == VERB_CREATE && what->name &&
           (part->of_models || object_child(beside->models->tree->root, KIND_SCHEMA, what->name));
}

static int run_from(struct beside *beside, struct conn *conn, const struct list *pool, int *at)
{
    struct ctx *ctx = beside->ctx;
    struct batch batch = {.n = pool->n - *at};
    batch.step = NEW_ARRAY(ctx->mem, struct batch_step, batch.n + 1);
    for (int i = 0; i < batch.n; i++) {
        const struct sql_piece *piece = &((const struct beside_part *)pool->item[*at + i])->said.what.piece;
        batch.step[i] = (struct batch_step){piece->text, piece->length, NULL};
    }
    int code = conn_batch(ctx, conn, &batch), n = code < 0 ? batch.failed : batch.n;
    if (code < 0 && (code != ERR_SQL || n < 0 || n >= batch.n))
        return code;
    for (int i = 0; i < n; i++)
        ((struct beside_part *)pool->item[*at + i])->done = true;
    *at += n;
    if (code < 0) {
        struct beside_part *part = pool->item[(*at)++];
        part->error = ctx->error;
        part->done = is_there_already(beside, part);
        ctx->error = (struct error){0};
    }
    return 0;
}

/* How many of them are left. */
static int round_run(struct beside *beside, struct conn *conn, bool later, int *left)
{
    struct list pool = {0};
    *left = 0;
    for (int i = 0; i < beside->parts.n; i++) {
        struct beside_part *part = beside->parts.item[i];
        if (part->sets || (!part->done && (later || !part->later)))
            list_add(beside->ctx->mem, &pool, part);
    }
    for (int at = 0; at < pool.n;)
        TRY(run_from(beside, conn, &pool, &at));
    for (int i = 0; i < pool.n; i++)
        *left += !((const struct beside_part *)pool.item[i])->done;
    return 0;
}

static int session_begin_anew(struct ctx *ctx, struct conn *conn)
{
    const struct driver *driver = conn->dialect->driver;
    return driver->scratch_reopen ? driver->scratch_reopen(ctx, conn) : 0;
}

static int rounds_run(struct beside *beside, struct conn *conn, bool later, int *left)
{
    int before;
    TRY(round_run(beside, conn, later, left));
    do {
        before = *left;
        if (!before)
            return 0;
        TRY(session_begin_anew(beside->ctx, conn));
        TRY(round_run(beside, conn, later, left));
    } while (*left < before);
    return 0;
}

/* ---- what never works ---- */

/* What is missing may be missing because something else failed. */
static bool is_consequence(const struct error *error)
{
    static const char *const states[] = {"42P01", "42704", "42883", "3F000", NULL};
    for (int i = 0; states[i]; i++)
        if (text_equal(error->sqlstate, states[i]))
            return true;
    return text_has(error->message, "no such table");
}

static const char *part_title(struct arena *mem, const struct beside_part *part)
{
    const struct classified *what = &part->said.what;
    const char *name = what->name ? arena_printf(mem, " %s", what->name) : "";
    if (part->of_models)
        return arena_printf(mem, "%s%s of the models", what->word ? what->word : "a statement", name);
    return part->word ? arena_printf(mem, "the %s%s", part->word, name)
                      : arena_printf(mem, "%s%s", what->word ? what->word : "a statement", name);
}

static int fail_left(struct beside *beside)
{
    struct ctx *ctx = beside->ctx;
    const struct beside_part *first = NULL;
    struct names others = {0};
    for (int i = 0; i < beside->parts.n; i++) {
        const struct beside_part *part = beside->parts.item[i];
        if (!part->done && (!first || (is_consequence(&first->error) && !is_consequence(&part->error))))
            first = part;
    }
    for (int i = 0; i < beside->parts.n; i++) {
        const struct beside_part *part = beside->parts.item[i];
        if (!part->done && part != first)
            names_add(ctx->mem, &others,
                      part->of_models ? part_title(ctx->mem, part)
                                      : arena_printf(ctx->mem, "%s (%s:%d: %s)", part_title(ctx->mem, part),
                                                     part->said.file, part->said.what.piece.line, part->error.message));
    }
    fail(ctx, ERR_SQL, "%s cannot be made: %s", part_title(ctx->mem, first), first->error.message);
    ctx->error.sqlstate = first->error.sqlstate;
    ctx->error.detail = first->error.detail;
    if (first->said.file)
        fail_at(ctx, first->said.file, first->said.what.piece.line, 0);
    if (others.n)
        return fail_hint(ctx, "Nor can %s.", names_join(ctx->mem, &others, "; "));
    return fail_hint(ctx, "It was tried in a scratch database, after everything else that the models describe.");
}

/* ---- the scratch database ---- */

static int tree_load(struct beside *beside, struct conn *conn, struct tree **tree)
{
    struct ctx *ctx = beside->ctx;
    struct target *target = beside->session->target;
    TRY(session_begin_anew(ctx, conn));
    TRY(beside->dialect->load(ctx, conn, NULL, tree));
    if (!target->facts.usual_schema)
        target->facts.usual_schema = (*tree)->usual_schema;
    filter_apply(&beside->session->database->filter, target_usual(target), *tree);
    return 0;
}

static bool some_wait(const struct beside *beside)
{
    for (int i = 0; i < beside->parts.n; i++)
        if (!((const struct beside_part *)beside->parts.item[i])->done)
            return true;
    return false;
}

static int scratch_run(struct ctx *ctx, const struct url *server, void *sink)
{
    __attribute__((cleanup(conn_close))) struct conn *conn = NULL;
    struct beside *beside = sink;
    struct list statements = {0};
    struct tree *before, *after;
    int left;
    for (int i = 0; i < beside->parts.n; i++) {
        struct beside_part *part = beside->parts.item[i];
        part->done = false;
        list_add(ctx->mem, &statements, &part->said.what);
    }
    const struct scratch_spec spec = {.near = server, .statements = &statements};
    TRY(beside->dialect->driver->scratch(ctx, &spec, &conn));
    TRY(rounds_run(beside, conn, false, &left));
    TRY(tree_load(beside, conn, &before));
    after = before;
    if (some_wait(beside)) {
        TRY(rounds_run(beside, conn, true, &left));
        if (left)
            return fail_left(beside);
        TRY(tree_load(beside, conn, &after));
    }
    return beside_graft(beside, before, after);
}

/* First with the tables that are named; a text may need others all the same. */
static int beside_make(struct beside *beside)
{
    struct ctx *ctx = beside->ctx;
    const struct list texts = list_duplicate(ctx->mem, &beside->parts);
    int code = 0;
    for (int i = 0; i < 2; i++) {
        beside->whole = i == 1;
        beside->parts = list_duplicate(ctx->mem, &texts);
        TRY(models_add(beside));
        later_mark(beside);
        code = scratch_place_use(ctx, beside->session, scratch_run, beside);
        if (code != ERR_SQL)
            return code;
    }
    return code;
}

/* ---- where it is asked for ---- */

static const char *classes_shown(struct arena *mem, const struct json *declared)
{
    struct names names = {0};
    for (int i = 0; i < declared->n; i++) {
        const char *name = json_get_text(declared->item[i], "class");
        if (!names_have(&names, name))
            names_add(mem, &names, name);
    }
    names_sort(&names);
    return names_join(mem, &names, ", ");
}

/* Of a kind that models describe, too, or about an object of theirs: left out, it would look like something to undo. */
static const struct beside_part *missed_find(const struct beside *beside, const struct list *texts)
{
    for (int i = 0; i < texts->n; i++) {
        const struct beside_part *part = texts->item[i];
        const struct classified *what = &part->said.what;
        bool made = what->verb == VERB_CREATE && what->kind != KIND_COUNT;
        if (made ? tree_speaks(beside->models->tree, what->kind) : !part->sets && beside_about_models(beside, what))
            return part;
    }
    return NULL;
}

static int left_out_tell(struct beside *beside, const struct list *texts)
{
    struct ctx *ctx = beside->ctx;
    const struct json *declared = beside->models->declared, *first = declared->item[0];
    const struct place place = {path_near(ctx, json_get_text(first, "file")), (int)json_get_int(first, "line", 0), 0};
    const struct beside_part *missed = missed_find(beside, texts);
    if (missed) {
        const struct error why = ctx->error;
        fail(ctx, why.code, "%s cannot be compared without a scratch database: %s", part_title(ctx->mem, missed),
             why.message);
        fail_at(ctx, missed->said.file, missed->said.what.piece.line, 0);
        return fail_hint(ctx, "%s", why.hint ? why.hint : "Left out, it would look like something to undo.");
    }
    emit_warning_at(ctx, place, "not compared, although the models declare them: %d object%s (%s), because %s",
                    declared->n, declared->n == 1 ? "" : "s", classes_shown(ctx->mem, declared), ctx->error.message);
    ctx->error = (struct error){0};
    return 0;
}

int declared_before(struct ctx *ctx, struct session *session, struct names *kinds)
{
    if (!session->folder && !folder_exists(session_path(ctx, session, session->database->migrations_dir)))
        return 0;
    TRY(session_folder(ctx, session));
    for (int i = session->folder->versioned.n - 1; i >= 0; i--) {
        struct plan_note *note;
        TRY(plan_note_read(ctx, session->folder->versioned.item[i], &note));
        for (int k = 0; note && note->declared && k < note->declared->n; k++)
            names_add(ctx->mem, kinds, note->declared->item[k]->text);
        if (note && note->declared)
            return 0;
    }
    return 0;
}

static int kinds_remember(struct beside *beside)
{
    struct names kinds = {0};
    TRY(declared_before(beside->ctx, beside->session, &kinds));
    beside->session->declared_was = kinds.n;
    for (int i = 0; i < kinds.n; i++) {
        enum kind kind = kinds.item[i] ? kind_find(kinds.item[i]) : KIND_COUNT;
        if (kind != KIND_COUNT)
            kind_set_add(&beside->models->tree->kinds, kind);
    }
    return 0;
}

int beside_read(struct ctx *ctx, struct session *session, const struct models_said *models)
{
    struct beside beside = {.ctx = ctx, .session = session, .dialect = session->database->dialect, .models = models};
    bool files = session->database->schema_files.n;
    session->declared = (struct names){0};
    if (!files && !(models->declared && models->declared->n))
        return kinds_remember(&beside);
    TRY(texts_add(&beside));
    TRY(beside_check(&beside));
    const struct list texts = list_duplicate(ctx->mem, &beside.parts);
    int code = beside.dialect->driver->scratch
                   ? beside_make(&beside)
                   : fail(ctx, ERR_UNSUPPORTED, "SQL beside models cannot be read for %s yet", beside.dialect->title);
    names_sort(&session->declared);
    if ((code == ERR_UNSUPPORTED || code == ERR_CONNECT) && !files && !session->scratch_given)
        return left_out_tell(&beside, &texts);
    return code < 0 ? code : kinds_remember(&beside);
}
