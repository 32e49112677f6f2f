/*
 * make-rollback: the way back of a migration file, worked out from its own statements and written beside it for a
 * person to check.  The last statement is undone first.  What cannot be told from the text alone becomes a
 * comment; neither a database nor the file itself is touched.
 */
#include "command/commands.h"

#include "base/file.h"
#include "base/text.h"
#include "run/inverse.h"

struct inversion {
    struct arena *mem;
    const struct dialect *dialect;
    struct classified what;
    struct buf *out;
};

static void name_add(struct inversion *inversion, const char *schema, const char *name)
{
    ident_add_qualified(inversion->out, inversion->dialect->ident, schema, name);
}

/* CREATE OR REPLACE may have replaced something that only a person knows. */
static bool invert_create(struct inversion *inversion, const struct sql_piece *piece)
{
    return !create_replaces(inversion->dialect, piece) &&
           create_invert(inversion->mem, inversion->dialect, piece, inversion->out);
}

/* The words after ALTER TABLE name, up to the end. */
struct words {
    const struct inversion *inversion;
    struct lexer lexer;
    struct token token; /* the next one */
};

static void words_next(struct words *words)
{
    words->token = lex_next_bare(&words->lexer);
}

static bool words_take(struct words *words, const char *word)
{
    if (!token_is(&words->token, word))
        return false;
    words_next(words);
    return true;
}

static char *words_name(struct words *words)
{
    if (words->token.kind != TOKEN_WORD && words->token.kind != TOKEN_QUOTED)
        return NULL;
    char *name = token_name(words->inversion->mem, &words->token);
    words_next(words);
    return name;
}

static void words_open(struct words *words, const struct inversion *inversion, const struct sql_piece *piece)
{
    words->inversion = inversion;
    lex_open(&words->lexer, inversion->dialect->lex, piece->text, piece->length);
    words_next(words);
    words_take(words, "ALTER");
    words_take(words, "TABLE");
    if (words_take(words, "IF"))
        words_take(words, "EXISTS");
    words_take(words, "ONLY");
    words_name(words);
    while (words_take(words, "."))
        words_name(words);
}

static bool several_actions(const struct words *words)
{
    struct lexer rest = words->lexer;
    int depth = 0;
    for (struct token token = words->token; token.kind != TOKEN_END; token = lex_next_bare(&rest)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (depth == 0 && token_is(&token, ","))
            return true;
    }
    return false;
}

static bool invert_add(struct inversion *inversion, struct words *words, const char *table)
{
    const char *what = "COLUMN";
    if (words_take(words, "CONSTRAINT"))
        what = "CONSTRAINT";
    else if (!words_take(words, "COLUMN")) {
        static const char *const others[] = {"PRIMARY", "UNIQUE", "CHECK",     "FOREIGN",
                                             "INDEX",   "KEY",    "PARTITION", "EXCLUDE"};
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            if (token_is(&words->token, others[i]))
                return false;
    }
    if (words_take(words, "IF")) {
        words_take(words, "NOT");
        words_take(words, "EXISTS");
    }
    char *name = words_name(words);
    if (!name)
        return false;
    buf_addf(inversion->out, "ALTER TABLE %s DROP %s ", table, what);
    name_add(inversion, NULL, name);
    return true;
}

static bool invert_rename(struct inversion *inversion, struct words *words, const char *table)
{
    const struct classified *what = &inversion->what;
    if (words_take(words, "TO")) {
        char *new_name = words_name(words);
        if (!new_name)
            return false;
        buf_add(inversion->out, "ALTER TABLE ");
        name_add(inversion, what->schema, new_name);
        buf_add(inversion->out, " RENAME TO ");
        name_add(inversion, NULL, what->name);
        return true;
    }
    const char *word = words_take(words, "CONSTRAINT") ? "CONSTRAINT" : "COLUMN";
    words_take(words, "COLUMN");
    char *from = words_name(words);
    char *to = from && words_take(words, "TO") ? words_name(words) : NULL;
    if (!to)
        return false;
    buf_addf(inversion->out, "ALTER TABLE %s RENAME %s ", table, word);
    name_add(inversion, NULL, to);
    buf_add(inversion->out, " TO ");
    name_add(inversion, NULL, from);
    return true;
}

static bool invert_alter(struct inversion *inversion, const struct sql_piece *piece)
{
    struct words words;
    struct buf table;
    if (inversion->what.kind != KIND_TABLE || !inversion->what.name)
        return false;
    words_open(&words, inversion, piece);
    if (several_actions(&words))
        return false;
    buf_init(&table, inversion->mem);
    ident_add_qualified(&table, inversion->dialect->ident, inversion->what.schema, inversion->what.name);
    if (words_take(&words, "ADD"))
        return invert_add(inversion, &words, table.data);
    return words_take(&words, "RENAME") && invert_rename(inversion, &words, table.data);
}

static bool invert(struct inversion *inversion, const struct sql_piece *piece)
{
    if (inversion->what.verb == VERB_CREATE)
        return invert_create(inversion, piece);
    return (inversion->what.verb == VERB_ALTER || inversion->what.verb == VERB_RENAME) &&
           invert_alter(inversion, piece);
}

static void explain(struct inversion *inversion, const struct sql_piece *piece)
{
    char *text = arena_copy(inversion->mem, piece->text, piece->length);
    struct names lines = text_lines(inversion->mem, text);
    const char *first = lines.n ? text_trim(inversion->mem, lines.item[0]) : "";
    buf_addf(inversion->out, "-- not undone automatically (line %d), write it here:\n-- %s%s\n", piece->line, first,
             lines.n > 1 ? " ..." : "");
}

static int statements_invert(struct inversion *inversion, const struct migration *migration)
{
    int unknown = 0;
    for (int i = migration->up.n - 1; i >= 0; i--) {
        const struct sql_piece *piece = &migration->up.piece[i];
        buf_add_c(inversion->out, '\n');
        classify(inversion->mem, inversion->dialect->classify, piece, &inversion->what);
        size_t before = inversion->out->len;
        if (invert(inversion, piece)) {
            buf_add(inversion->out, ";\n");
            continue;
        }
        buf_cut(inversion->out, before);
        explain(inversion, piece);
        unknown++;
    }
    return unknown;
}

/* Whose SQL it is: the database whose migrations folder holds the file, else the one named or the default one. */
static int dialect_choose(struct ctx *ctx, const struct request *request, const char *path,
                          const struct dialect **dialect)
{
    struct config *config __attribute__((cleanup(config_close))) = NULL;
    struct database_config *chosen;
    TRY(config_open(ctx, request->where, &config));
    TRY(config_database(ctx, config, request_text(request, "database"), &chosen));
    const char *folder = path_absolute(ctx, path_folder(ctx->mem, path));
    for (int i = 0; i < config->databases.n && !request_text(request, "database"); i++) {
        struct database_config *database = config->databases.item[i];
        if (text_equal(path_absolute(ctx, path_join(ctx->mem, config->folder, database->migrations_dir)), folder))
            chosen = database;
    }
    *dialect = chosen->dialect;
    return 0;
}

static int path_resolve(struct ctx *ctx, const struct request *request, const char **path)
{
    const char *given = request_text(request, "migration_file"), *folder = request->where->folder;
    *path = folder ? path_join(ctx->mem, folder, given) : given;
    if (file_exists(*path))
        return 0;
    fail(ctx, ERR_FILE, "there is no file %s", *path);
    return fail_hint(ctx, "Give the path of a migration file, such as migrations/primary/primary__0001_users.sql.");
}

/* One that a person has worked on is kept. */
static int keep_old(struct ctx *ctx, const char *target, const struct buf *text, struct reply *reply)
{
    char *old;
    size_t length;
    if (!file_exists(target))
        return 0;
    TRY(file_read(ctx, target, 0, &old, &length));
    if (length == text->len && !memcmp(old, text->data, length))
        return 0;
    char *backup = arena_printf(ctx->mem, "%s.bak", target);
    report_line(&reply->report, TONE_PLAIN, "Kept the old file as %s", backup);
    return file_write(ctx, backup, old, length, FILE_SHARED);
}

static int make_rollback_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    const char *path;
    struct migration *migration;
    struct buf text;
    struct inversion inversion = {.mem = ctx->mem, .out = &text};
    TRY(path_resolve(ctx, request, &path));
    TRY(dialect_choose(ctx, request, path, &inversion.dialect));
    TRY(migration_read(ctx, inversion.dialect, path, &migration));
    TRY(migration_check(ctx, migration, false));
    if (!migration->up.n)
        return fail(ctx, ERR_FAILED, "%s has no statement to undo", path);
    buf_init(&text, ctx->mem);
    buf_add(&text, "-- rollback\n");
    int unknown = statements_invert(&inversion, migration);
    char *name = arena_printf(ctx->mem, "%s.rollback.sql", path_stem(ctx->mem, path));
    char *target = path_join(ctx->mem, path_folder(ctx->mem, path), name);
    if (text_starts(target, "./"))
        target += 2;
    TRY(keep_old(ctx, target, &text, reply));
    TRY(file_write(ctx, target, text.data, text.len, FILE_SHARED));
    json_set_text(ctx->mem, reply->json, "path", target);
    json_set_int(ctx->mem, reply->json, "statements", migration->up.n);
    json_set_int(ctx->mem, reply->json, "not_undone", unknown);
    report_line(&reply->report, TONE_GOOD, "Created rollback file: %s", target);
    if (unknown)
        emit_warning(ctx, "%d of %d statements cannot be undone from their text; %s says which", unknown,
                     migration->up.n, target);
    return 0;
}

static const struct option_info make_rollback_options[] = {
    {"MIGRATION_FILE", 0, OPTION_TEXT, OPTION_POSITIONAL | OPTION_REQUIRED, NULL, NULL, NULL,
     "the migration file to undo", 0},
    {.name = "database",
     .letter = 'd',
     .type = OPTION_TEXT,
     .value = "NAME",
     .help = "database whose SQL it is; without it the one whose migrations folder holds the file"},
    NO_MORE_OPTIONS,
};

const struct command make_rollback_command = {
    .name = "make-rollback",
    .summary = "Work out the way back of a migration file",
    .description = "Writes FILE.rollback.sql beside the migration: the inverse of each statement that can be told from "
                   "its text (CREATE, ADD COLUMN, RENAME ...), the last one first, and a comment for each other one. "
                   "Check it, and copy what you want into the migration's rollback section.\n"
                   "\n"
                   "Examples:\n"
                   "  dbwarden make-rollback migrations/primary/primary__0003_prices.sql",
    .option = make_rollback_options,
    .run = make_rollback_run,
    .topic = TOPIC_WRITE,
};
