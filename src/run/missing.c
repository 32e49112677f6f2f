/*
 * Functions, domains, collations and other things that no kind models, and that a desired object names.  A migration does not
 * make them, so they have to be there before it runs: the database has them, a hand-written migration that waits makes
 * them, or a DDL element of the models does.  Else it is better said now than by the server.
 */
#include "run/missing.h"

#include "base/text.h"
#include "schema/unmodelled.h"

static bool word_is(const struct token *token, const char *name)
{
    bool quoted = token->kind == TOKEN_QUOTED;
    if (token->kind != TOKEN_WORD && !quoted)
        return false;
    size_t length = token->length - 2 * quoted;
    const char *text = token->text + quoted;
    return strlen(name) == length && !(quoted ? strncmp : strncasecmp)(text, name, length);
}

/* Enough for a statement that somebody wrote to make it; a block of code or an extension may make anything. */
static bool statement_makes(struct arena *mem, const struct dialect *dialect, const struct sql_piece *piece,
                            const char *name)
{
    struct classified what;
    struct lexer lexer;
    classify(mem, dialect->classify, piece, &what);
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    struct token token = lex_next_code(&lexer);
    if (token_is(&token, "do") || (what.verb == VERB_CREATE && what.kind == KIND_EXTENSION))
        return true;
    for (; what.verb == VERB_CREATE && token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (word_is(&token, name))
            return true;
    return false;
}

static bool pending_makes(struct arena *mem, const struct session *session, const char *name)
{
    const struct list *files = &session->folder->versioned;
    for (int i = 0; i < files->n; i++) {
        const struct migration *migration = files->item[i];
        if (session->conn && applied_version(&session->applied, migration->number))
            continue;
        for (int k = 0; k < migration->up.n; k++)
            if (statement_makes(mem, session->database->dialect, &migration->up.piece[k], name))
                return true;
    }
    return false;
}

static bool events_make(struct arena *mem, const struct dialect *dialect, const struct event_plan *events,
                        const char *name)
{
    for (int i = 0; i < events->before.n; i++) {
        const struct sql_piece piece = {.text = events->before.item[i], .length = strlen(events->before.item[i])};
        if (statement_makes(mem, dialect, &piece, name))
            return true;
    }
    return false;
}

static bool comes_along(const struct object *object, const char *name)
{
    int field = field_find(object->kind, "along");
    return field >= 0 && names_have(object_field(object, field), name);
}

/* A type, a collation or a function that the schema itself describes. Whose schema it is does not matter: what is not managed is looked for. */
static bool is_described(const struct tree *desired, const struct outside *one)
{
    for (const struct object *o = desired->root; o; o = object_next(desired->root, o))
        if ((kind_is(o->kind, KIND_IS_TYPE | KIND_RELATION | KIND_IS_COLLATION) && text_equal(o->name, one->name)) ||
            (kind_is(o->kind, KIND_IS_CALLED | KIND_IS_DEFINED) && text_equal(object_called(o), one->name)) ||
            comes_along(o, one->name))
            return true;
    return false;
}

/* "f(integer)", "cls using btree" */
static bool is_called(const struct unmodelled *there, const char *name)
{
    size_t length = strlen(name);
    bool begins = there->name && !there->on && text_starts(there->name, name);
    return begins && (!there->name[length] || there->name[length] == '(' || there->name[length] == ' ');
}

static const struct unmodelled *unmodelled_called(const struct tree *tree, const char *name)
{
    for (int i = 0; i < tree->unmodelled.n; i++)
        if (is_called(tree->unmodelled.item[i], name))
            return tree->unmodelled.item[i];
    return NULL;
}

/* What is created is new with all that hangs on it; what changes was there, but its new text was not. */
static struct list objects_find(struct arena *mem, const struct changes *changes)
{
    struct list found = {0};
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        struct object *whole = change->after;
        if (change->op != CHANGE_CREATE && change->op != CHANGE_ALTER)
            continue;
        for (struct object *o = whole; o; o = object_next(whole, o))
            if (o == whole || change->op == CHANGE_CREATE || kind_is(o->kind, KIND_PART))
                list_add(mem, &found, o);
    }
    return found;
}

static bool makes_extension(const struct changes *changes)
{
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        if (change->op == CHANGE_CREATE && change->kind == KIND_EXTENSION)
            return true;
    }
    return false;
}

/* ---- relations that no kind models ---- */

/* "INSERT INTO docs", "FROM docs": a relation of that name, not a column or a function. */
static bool reads_relation(struct arena *mem, const struct dialect *dialect, const char *text, const char *name)
{
    static const char *const words[] = {"into", "from", "join", "update", ".", NULL};
    struct lexer lexer;
    struct token before = {.text = ""};
    lex_open(&lexer, dialect->lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        bool named = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (named && token_is_one_of(&before, words) && text_equal_nocase(token_name(mem, &token), name))
            return true;
        before = token;
    }
    return false;
}

static bool object_reads(struct arena *mem, const struct dialect *dialect, const struct object *object,
                         const char *name)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; kind_is(object->kind, KIND_IS_TEXT) && i < info->fields; i++) {
        if (info->field[i].type != FIELD_EXPR || !object_says(object, i))
            continue;
        const char *text = expr_text(object_field(object, i));
        if (text && reads_relation(mem, dialect, text, name))
            return true;
    }
    return false;
}

/* An engine takes a text that names what is not there, or it does not: either way the object is of no use. */
static void relations_find(struct arena *mem, const struct dialect *dialect, const struct changes *changes,
                           const struct list *objects, struct list *missing)
{
    for (int i = 0; i < changes->after->unmodelled.n; i++) {
        const struct unmodelled *wanted = changes->after->unmodelled.item[i];
        if (!unmodelled_is_relation(wanted) || unmodelled_called(changes->before, wanted->name))
            continue;
        for (int k = 0; k < objects->n; k++) {
            const struct object *object = objects->item[k];
            if (!object_reads(mem, dialect, object, wanted->name))
                continue;
            struct outside *one = NEW(mem, struct outside);
            *one = (struct outside){.object = object, .kind = wanted->kind, .name = wanted->name};
            list_add(mem, missing, one);
        }
    }
}

/* ---- in words ---- */

static bool is_about(const struct schema_statement *statement, const struct object *object)
{
    const struct classified *what = &statement->what;
    return what->verb == VERB_CREATE && what->kind == object->kind && text_equal(what->name, object->name) &&
           (!what->schema || !*object_schema(object) || text_equal(what->schema, object_schema(object)));
}

/* Where the object is created, or what holds it. */
static void place_add(struct ctx *ctx, const struct session *session, const struct object *object)
{
    for (; object && object->name; object = object->parent)
        for (int i = 0; i < session->described.n; i++) {
            const struct schema_statement *statement = session->described.item[i];
            if (!is_about(statement, object))
                continue;
            fail_at(ctx, statement->file, statement->what.piece.line, statement->what.piece.column);
            return;
        }
}

static int missing_fail(struct ctx *ctx, const struct session *session, const struct outside *one,
                        const struct unmodelled *desired)
{
    const char *name = one->schema ? arena_printf(ctx->mem, "%s.%s", one->schema, one->name) : one->name;
    const char *what = desired ? unmodelled_text(ctx->mem, desired) : arena_printf(ctx->mem, "%s %s", one->kind, name);
    const char *place = session->conn ? session->conn->target : "the last snapshot";
    const struct object *whole = object_whole(one->object);
    fail(ctx, ERR_UNSUPPORTED, "%s needs %s, which %s does not have%s", object_path(ctx->mem, whole), what, place,
         desired ? " and which is not managed yet" : "");
    fail_hint(ctx,
              "Create it in a hand-written migration first (\"dbwarden new\" makes the file)%s; then run "
              "make-migrations again.",
              desired ? "" : ", or correct the name");
    place_add(ctx, session, whole);
    return ERR_UNSUPPORTED;
}

int missing_check(struct ctx *ctx, const struct session *session, const struct changes *changes,
                  const struct event_plan *events)
{
    const struct dialect *dialect = session->database->dialect;
    struct list missing = {0};
    const struct list objects = objects_find(ctx->mem, changes);
    bool extension = makes_extension(changes);
    if (!objects.n)
        return 0;
    if (dialect->missing)
        TRY(dialect->missing(ctx, session->conn, &objects, &missing));
    relations_find(ctx->mem, dialect, changes, &objects, &missing);
    for (int i = 0; i < missing.n; i++) {
        const struct outside *one = missing.item[i];
        const struct unmodelled *desired = unmodelled_called(changes->after, one->name);
        bool unsure = !session->conn && (!desired || unmodelled_called(changes->before, one->name));
        bool comes = extension && !desired; /* an extension may bring anything, but not what the sources make */
        if (unsure || comes || is_described(changes->after, one) || pending_makes(ctx->mem, session, one->name) ||
            events_make(ctx->mem, dialect, events, one->name))
            continue;
        return missing_fail(ctx, session, one, desired);
    }
    return 0;
}
