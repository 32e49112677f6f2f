/*
 * Schema files: their statements are run in a scratch database of the engine, and that is read back, so that it is the
 * server which says what they mean.  Statements that reach beyond that database are left out, and named.
 */
#include "run/parts.h"

#include "base/file.h"
#include "base/text.h"
#include "run/schema_cache.h"
#include "run/schema_partial.h"

struct schema_file {
    const char *shown;      /* its name as it was given */
    struct sql_piece whole; /* its text */
    struct list statements; /* struct classified * */
    struct list apart;      /* likewise: of the whole server, but what they make can be told without running them */
};

/* Not the whole statement: it may hold a password. */
static const char *first_words(struct arena *mem, const struct lex_rules *rules, const struct sql_piece *piece)
{
    enum { WORDS = 3 };
    struct names words = {0};
    struct lexer lexer;
    lex_open(&lexer, rules, piece->text, piece->length);
    for (int i = 0; i < WORDS; i++) {
        struct token token = lex_next_code(&lexer);
        if (token.kind != TOKEN_END)
            names_add(mem, &words, token_copy(mem, &token));
    }
    return names_join(mem, &words, " ");
}

void beyond_warn(struct ctx *ctx, const struct dialect *dialect, const char *path, const struct sql_piece *piece)
{
    const struct place place = {path, piece->line, piece->column};
    emit_warning_at(ctx, place, "left out, because it reaches beyond this database: %s",
                    first_words(ctx->mem, dialect->lex, piece));
}

/* They are part of no schema, but nobody should wait for a migration that brings them. */
static void rows_tell(struct ctx *ctx, const struct schema_file *file)
{
    int n = 0, line = 0;
    for (int i = file->statements.n - 1; i >= 0; i--) {
        const struct classified *statement = file->statements.item[i];
        if (statement->data_only && statement->verb != VERB_SELECT) {
            line = statement->piece.line;
            n++;
        }
    }
    if (n)
        emit_info(ctx, "%s: rows are not compared: %d statement%s, the first in line %d", file->shown, n,
                  n == 1 ? "" : "s", line);
}

/* Does its text alone say what it makes? */
static bool is_told(struct ctx *ctx, const struct dialect *dialect, const struct classified *statement)
{
    struct error error = ctx->error;
    struct object *made = NULL;
    int code =
        dialect->text_load ? dialect->text_load(ctx, statement, tree_of_nothing(ctx->mem, dialect, NULL), &made) : 0;
    ctx->error = error;
    return code == 0 && made;
}

/* The first character of a text in it that takes more than three bytes in UTF-8; NULL: there is none. */
static const char *wide_character(const struct dialect *dialect, const struct sql_piece *piece)
{
    struct lexer lexer;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        for (size_t i = 0; token.kind == TOKEN_STRING && i < token.length; i++)
            if ((unsigned char)token.text[i] >= 0xF0)
                return token.text + i;
    return NULL;
}

/* Some servers say "?" for it in defaults, members, comments and conditions of tables, and a plan would write that. */
static int wide_check(struct ctx *ctx, const struct dialect *dialect, const char *path, const struct classified *what)
{
    int line, column;
    const char *at = dialect->tables_forget_wide && (kind_is(what->kind, KIND_HOLDS_ROWS) || what->kind == KIND_INDEX)
                         ? wide_character(dialect, &what->piece)
                         : NULL;
    if (!at)
        return 0;
    piece_place(&what->piece, at - what->piece.text, &line, &column);
    fail(
        ctx, ERR_UNSUPPORTED,
        "a character beyond U+FFFF (an emoji) stands in a text of a table: %s tells of it as \"?\", so that it cannot be "
        "compared",
        dialect->title);
    fail_hint(ctx, "Leave it out here, and set it by a migration of your own.");
    return fail_at(ctx, path, line, column);
}

static int file_classify(struct ctx *ctx, const struct dialect *dialect, const char *path, struct schema_file *file)
{
    char *text;
    size_t length;
    struct split split;
    TRY(file_read(ctx, path, 0, &text, &length));
    size_t start = length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;
    file->whole = (struct sql_piece){.text = text + start, .length = length - start, .line = 1};
    TRY(split_section(ctx, dialect->lex, file->shown, &file->whole, &split));
    for (int i = 0; i < split.n; i++) {
        struct classified *statement = NEW(ctx->mem, struct classified);
        bool beyond = dialect->reaches_beyond && dialect->reaches_beyond(&split.piece[i]);
        classify(ctx->mem, dialect->classify, &split.piece[i], statement);
        TRY(wide_check(ctx, dialect, file->shown, statement));
        if (beyond && !is_told(ctx, dialect, statement))
            beyond_warn(ctx, dialect, file->shown, &split.piece[i]);
        else
            list_add(ctx->mem, beyond ? &file->apart : &file->statements, statement);
    }
    rows_tell(ctx, file);
    return 0;
}

static int file_run(struct ctx *ctx, struct conn *conn, const struct schema_file *file)
{
    const struct list *statements = &file->statements;
    struct batch batch = {.n = statements->n};
    batch.step = NEW_ARRAY(ctx->mem, struct batch_step, statements->n + 1);
    for (int i = 0; i < statements->n; i++) {
        const struct sql_piece *piece = &((const struct classified *)statements->item[i])->piece;
        batch.step[i] = (struct batch_step){piece->text, piece->length, NULL};
    }
    int code = conn_batch(ctx, conn, &batch);
    if (code == ERR_SQL && batch.failed >= 0 && batch.failed < batch.n) {
        int line, column;
        piece_place(&((const struct classified *)statements->item[batch.failed])->piece, batch.position, &line,
                    &column);
        fail_at(ctx, file->shown, line, column);
    }
    return code;
}

struct texts {
    const struct schema_files *source;
    const struct dialect *dialect;
    struct list files;      /* struct schema_file * */
    struct list statements; /* struct classified *, of all files */
    struct list said;
};

static int scratch_open(struct ctx *ctx, const struct texts *texts, struct conn **conn)
{
    const struct scratch_spec spec = {.near = texts->source->server, .statements = &texts->statements};
    struct target *target = texts->source->target;
    TRY(texts->dialect->driver->scratch(ctx, &spec, conn));
    return texts->source->learns && !target->version_known ? target_read(ctx, *conn, target) : 0;
}

static int scratch_read(struct ctx *ctx, struct conn *conn, struct tree **tree)
{
    const struct dialect *dialect = conn->dialect;
    if (dialect->driver->scratch_reopen)
        TRY(dialect->driver->scratch_reopen(ctx, conn));
    return dialect->load(ctx, conn, NULL, tree);
}

static int files_run(struct ctx *ctx, const struct texts *texts, struct tree **tree)
{
    __attribute__((cleanup(conn_close))) struct conn *conn = NULL;
    TRY(scratch_open(ctx, texts, &conn));
    for (int i = 0; i < texts->files.n; i++)
        TRY(file_run(ctx, conn, texts->files.item[i]));
    TRY(scratch_read(ctx, conn, tree));
    if (texts->source->kept) {
        *texts->source->kept = conn;
        conn = NULL;
    }
    return 0;
}

static int pieces_run(struct ctx *ctx, const struct texts *texts, const struct list *pieces, struct tree **tree)
{
    __attribute__((cleanup(conn_close))) struct conn *conn = NULL;
    struct batch batch = {.n = pieces->n, .step = NEW_ARRAY(ctx->mem, struct batch_step, pieces->n + 1)};
    for (int i = 0; i < pieces->n; i++) {
        const struct sql_piece *piece = pieces->item[i];
        batch.step[i] = (struct batch_step){piece->text, piece->length, NULL};
    }
    TRY(scratch_open(ctx, texts, &conn));
    TRY(conn_batch(ctx, conn, &batch));
    return scratch_read(ctx, conn, tree);
}

/* The quickest way first. Errors are for the next one to tell. */
static int part_run(struct ctx *ctx, const struct texts *texts, const struct list *pieces, struct tree **tree)
{
    const struct driver *driver = texts->dialect->driver;
    struct error error = ctx->error;
    if (!driver->draft)
        return pieces_run(ctx, texts, pieces, tree);
    int code = driver->draft(ctx, texts->source->near, pieces, tree);
    if (code == 0 || code == ERR_CANCELLED)
        return code;
    emit_debug(ctx, "not tried out beside the database: %s", ctx->error.message);
    ctx->error = error;
    return pieces_run(ctx, texts, pieces, tree);
}

/* Too many for one database, where that is slow to fill. */
static bool is_slow(const struct texts *texts, int statements)
{
    enum { SOON_DONE = 200 };
    return texts->dialect->create_reads_all && statements >= SOON_DONE;
}

/* Where the last texts are known: false if all has to be run, for whatever reason. Errors are for the whole text to tell. */
static bool changes_run(struct ctx *ctx, const struct texts *texts, const struct schema_cache *cache,
                        struct tree **tree)
{
    struct partial partial = {.ctx = ctx, .dialect = texts->dialect};
    struct list before = {0};
    struct tree *fresh;
    struct error error = ctx->error;
    bool done = schema_cache_get_last(ctx, cache, &before, tree) && partial_choose(&partial, &before, &texts->said) &&
                !is_slow(texts, partial.statements.n) && part_run(ctx, texts, &partial.statements, &fresh) == 0 &&
                partial_merge(&partial, fresh, *tree);
    if (done)
        emit_debug(ctx, "%d of %d statements are run, the rest is known", partial.statements.n, texts->statements.n);
    else
        ctx->error = error;
    return done;
}

/* Where a database of many tables is slow to make: in several. False as above. */
static bool slices_run(struct ctx *ctx, const struct texts *texts, struct tree **tree)
{
    enum { SLICE = 50 };
    const struct dialect *dialect = texts->dialect;
    struct partial partial = {.ctx = ctx, .dialect = dialect, .slice = SLICE};
    struct error error = ctx->error;
    if (!is_slow(texts, texts->statements.n) || !partial_slices(&partial, &texts->said))
        return false;
    *tree = tree_new(ctx->mem, dialect->engine);
    bool done = true;
    while (done && partial_slice_next(&partial)) {
        struct tree *fresh;
        done = pieces_run(ctx, texts, &partial.statements, &fresh) == 0 && partial_slice_take(&partial, fresh, *tree);
    }
    ctx->error = error;
    return done && partial_slices_end(&partial, *tree);
}

static void statements_note(struct arena *mem, const struct schema_file *file, struct list *described)
{
    for (int i = 0; described && i < file->statements.n; i++) {
        struct schema_statement *statement = NEW(mem, struct schema_statement);
        *statement = (struct schema_statement){file->shown, *(const struct classified *)file->statements.item[i]};
        list_add(mem, described, statement);
    }
}

static int notes_read(struct ctx *ctx, const struct dialect *dialect, const struct schema_file *file,
                      struct list *renames)
{
    const struct sql_piece *whole = &file->whole;
    const struct noted_text text = {file->shown, whole->text, whole->length, whole->line, &file->statements};
    return renames ? renames_of_text(ctx, dialect, &text, renames) : 0;
}

int schema_files_statements(struct ctx *ctx, struct session *session, struct list *statements)
{
    const struct database_config *database = session->database;
    for (int i = 0; i < database->schema_files.n; i++) {
        struct schema_file file = {.shown = database->schema_files.item[i]};
        TRY(file_classify(ctx, database->dialect, path_join(ctx->mem, session->config->folder, file.shown), &file));
        statements_note(ctx->mem, &file, statements);
        TRY(notes_read(ctx, database->dialect, &file, &session->renames));
    }
    return 0;
}

static int texts_read(struct ctx *ctx, const struct schema_files *source, struct texts *texts)
{
    const struct dialect *dialect = source->dialect;
    for (int i = 0; i < source->names->n; i++) {
        struct schema_file *file = NEW(ctx->mem, struct schema_file);
        file->shown = source->names->item[i];
        TRY(file_classify(ctx, dialect, path_join(ctx->mem, source->folder, file->shown), file));
        list_add(ctx->mem, &texts->files, file);
        statements_note(ctx->mem, file, source->described);
        TRY(notes_read(ctx, dialect, file, source->renames));
        for (int at = 0; at < file->statements.n; at++)
            list_add(ctx->mem, &texts->statements, file->statements.item[at]);
    }
    texts->said = said_read(ctx, dialect, &texts->statements);
    return 0;
}

/* Who may do what is compared where the project says so. */
static int access_leave(struct ctx *ctx, const struct texts *texts, const struct schema_file *file,
                        const struct classified *statement, struct object *made)
{
    const struct place place = {file->shown, statement->piece.line, statement->piece.column};
    emit_warning_at(ctx, place, "left out, because the setting manage does not name grants: %s",
                    first_words(ctx->mem, texts->dialect->lex, &statement->piece));
    if (made->parent)
        object_remove(made);
    return 0;
}

static int stranger_fail(struct ctx *ctx, const struct schema_file *file, const struct classified *statement,
                         const struct object *made)
{
    fail(ctx, ERR_CONFIG, "nothing before this says who %s is", made->name);
    fail_at(ctx, file->shown, statement->piece.line, statement->piece.column);
    return fail_hint(ctx, "Describe the user or role in the schema files, above what it is granted.");
}

/* Nobody should wait for a migration that brings another password. */
static bool holds_secret(const struct object *object)
{
    for (int i = 0; i < kind_table[object->kind].fields; i++)
        if (kind_table[object->kind].field[i].marks & FIELD_UNTOLD && object_says(object, i) &&
            !field_is_none(object, i))
            return true;
    return false;
}

static void secrets_tell(struct ctx *ctx, const struct tree *tree)
{
    int n = 0;
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        n += holds_secret(o);
    if (n)
        emit_info(ctx, "passwords and the values of named collections are not compared: of %d object%s", n,
                  n == 1 ? "" : "s");
}

static int apart_add(struct ctx *ctx, const struct texts *texts, struct tree *tree)
{
    const enum kind *kinds = texts->dialect->apart;
    for (; kinds && *kinds != KIND_COUNT; kinds++)
        if (texts->source->filter->grants || !kind_is(*kinds, KIND_IS_ACCESS))
            kind_set_add(&tree->kinds, *kinds);
    for (int i = 0; i < texts->files.n; i++) {
        const struct schema_file *file = texts->files.item[i];
        for (int at = 0; at < file->apart.n; at++) {
            const struct classified *statement = file->apart.item[at];
            struct object *made;
            TRY(texts->dialect->text_load(ctx, statement, tree, &made));
            if (kind_is(made->kind, KIND_IS_ACCESS) && !texts->source->filter->grants)
                TRY(access_leave(ctx, texts, file, statement, made));
            else if (!made->parent)
                return stranger_fail(ctx, file, statement, made);
        }
    }
    return 0;
}

int schema_files_read(struct ctx *ctx, const struct schema_files *source, struct tree **tree)
{
    const struct dialect *dialect = source->dialect;
    struct texts texts = {.source = source, .dialect = dialect};
    if (!dialect->driver->scratch || !dialect->load) {
        fail(ctx, ERR_UNSUPPORTED, "schema files cannot be read for %s yet", dialect->title);
        return fail_hint(ctx, "Describe the schema with models, or write the migrations by hand.");
    }
    TRY(texts_read(ctx, source, &texts));
    const struct schema_cache cache = schema_cache_of(ctx, source, &texts.said);
    if (!schema_cache_get(ctx, &cache, tree)) {
        if (!changes_run(ctx, &texts, &cache, tree) && !slices_run(ctx, &texts, tree))
            TRY(files_run(ctx, &texts, tree));
        schema_cache_put(ctx, &cache, &texts.said, *tree);
    }
    TRY(apart_add(ctx, &texts, *tree));
    secrets_tell(ctx, *tree);
    for (int i = 0; dialect->text_complete && i < texts.statements.n; i++)
        dialect->text_complete(ctx, texts.statements.item[i], *tree);
    if (!source->target->facts.usual_schema)
        source->target->facts.usual_schema = (*tree)->usual_schema;
    filter_apply(source->filter, target_usual(source->target), *tree);
    tree_settle(ctx->mem, source->target, *tree);
    return 0;
}
