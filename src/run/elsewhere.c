/*
 * A file that makes another database and goes there: a dump of a whole one (pg_dump -C, mysqldump --databases). What it holds would be made beside
 * the database that is migrated, and recorded in it.
 */
#include "run/parts.h"

#include "base/text.h"

struct elsewhere {
    const struct sql_piece *made; /* CREATE DATABASE */
    const char *name;             /* of that */
    int entered;                  /* the line after which statements go there; 0 */
    const char *by;               /* what does it */
};

/* The name in CREATE DATABASE IF NOT EXISTS name, DROP DATABASE IF EXISTS name, USE name. */
static const char *name_after(struct arena *mem, struct lexer *lexer)
{
    static const char *const between[] = {"if", "not", "exists", NULL};
    struct token token = lex_next_bare(lexer);
    while (token.kind == TOKEN_WORD && token_is_one_of(&token, between))
        token = lex_next_bare(lexer);
    return token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED ? token_name(mem, &token) : NULL;
}

static int refuse_drop(struct ctx *ctx, const struct migration *migration, const struct sql_piece *piece,
                       const char *name)
{
    fail(ctx, ERR_UNSUPPORTED, "DROP of %s, the database that is migrated: its rows and the record of what is applied",
         name);
    fail_hint(ctx, "Nothing was run. Leave the statement out; mysqldump writes it with --add-drop-database.");
    return fail_at(ctx, migration->path, piece->line, piece->column);
}

/* A dump with -C that goes where a database of that name is already. */
static int refuse_made(struct ctx *ctx, const struct migration *migration, const struct sql_piece *piece,
                       const char *name)
{
    fail(ctx, ERR_UNSUPPORTED, "CREATE DATABASE %s, which is the database that is migrated: it is there", name);
    fail_hint(ctx, "Nothing was run. Leave the statement out; pg_dump writes it with -C (--create).");
    return fail_at(ctx, migration->path, piece->line, piece->column);
}

enum word { OTHER, CREATE, DROP, ENTER };

static enum word word_of(const struct dialect *dialect, struct lexer *lexer)
{
    struct token first = lex_next_bare(lexer);
    bool create = token_is(&first, "create");
    if (dialect->enters_database && token_is(&first, dialect->enters_database))
        return ENTER;
    if (!create && !token_is(&first, "drop"))
        return OTHER;
    struct token second = lex_next_bare(lexer);
    if (!token_is_one_of(&second, dialect->database_words))
        return OTHER;
    return create ? CREATE : DROP;
}

static int look_at(struct ctx *ctx, const struct session *session, const struct migration *migration,
                   const struct sql_piece *piece, struct elsewhere *elsewhere)
{
    const struct dialect *dialect = session->database->dialect;
    struct lexer lexer;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    enum word word = word_of(dialect, &lexer);
    const char *name = word == OTHER ? NULL : name_after(ctx->mem, &lexer);
    bool own = text_equal_nocase(name, session->database->url.database);
    if (own && word == CREATE && !dialect->enters_database)
        return refuse_made(ctx, migration, piece, name);
    if (!name || own != (word == DROP))
        return 0;
    if (word == DROP)
        return refuse_drop(ctx, migration, piece, name);
    if (word == ENTER && elsewhere->made && !elsewhere->entered) {
        elsewhere->entered = piece->line;
        elsewhere->by = "USE";
    }
    if (word == CREATE && !elsewhere->made) {
        elsewhere->made = piece;
        elsewhere->name = name;
    }
    return 0;
}

int elsewhere_check(struct ctx *ctx, const struct session *session, const struct migration *migration, bool down)
{
    const struct split *split = down ? &migration->down : &migration->up;
    struct elsewhere elsewhere = {.entered = split->connects, .by = "\\connect"};
    if (!session->database->dialect->database_words)
        return 0;
    for (int i = 0; i < split->n; i++) {
        struct arena_mark mark = arena_save(ctx->mem);
        const struct sql_piece *made = elsewhere.made;
        TRY(look_at(ctx, session, migration, &split->piece[i], &elsewhere));
        if (elsewhere.made == made)
            arena_rewind(ctx->mem, mark);
    }
    const struct sql_piece *made = elsewhere.made;
    if (!made)
        return 0;
    if (!elsewhere.entered) {
        emit_warning_at(ctx, (struct place){migration->path, made->line, made->column},
                        "creates the database %s, beside the one that is migrated", elsewhere.name);
        return 0;
    }
    fail(ctx, ERR_UNSUPPORTED, "CREATE DATABASE %s, and %s in line %d: the file is the dump of a whole database",
         elsewhere.name, elsewhere.by, elsewhere.entered);
    fail_hint(ctx,
              "Nothing was run. A migration fills the database that its URL leads to: take both lines out, or dump "
              "without %s.",
              session->database->dialect->whole_dump);
    return fail_at(ctx, migration->path, made->line, made->column);
}
