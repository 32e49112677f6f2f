/*
 * A table or column that is not there.  Either the file is mistaken, which is an error as it would be on the source itself; or what would have
 * made it was left out before, here or by an earlier run, and then what rests on it is left out too.
 */
#include "translate/parts.h"

#include <fnmatch.h>

#include "base/text.h"

static bool begins_with(const struct translator *t, const struct sql_piece *piece, const char *const *words)
{
    struct lexer lexer;
    lex_open(&lexer, t->source->lex, piece->text, piece->length);
    struct token first = lex_next_bare(&lexer);
    return first.kind == TOKEN_WORD && token_is_one_of(&first, words);
}

/* What may make something or give it a name, what may take it away, and those of them that need not name it. */
static const char *const makers[] = {"create", "alter", "rename", "select", "import", "do", "call", "execute", NULL};
static const char *const takers[] = {"drop", "alter", "rename", "select", "do", "call", "execute", NULL};
static const char *const programs[] = {"select", "do", "call", "execute", NULL};
static const char *const unnamed[] = {"import", "call", "execute", NULL};

/* As a word, in the texts of procedures too. */
static bool has_word(const struct sql_piece *piece, const char *word)
{
    size_t length = strlen(word);
    for (size_t at = 0; length && at + length <= piece->length; at++)
        if (strncasecmp(piece->text + at, word, length) == 0 && (!at || !char_is_word(piece->text[at - 1])) &&
            (at + length == piece->length || !char_is_word(piece->text[at + length])))
            return true;
    return false;
}

struct left_out {
    const char *path;
    const struct sql_piece *piece;
};

static void keep(struct translator *t, struct list *list, const char *path, const struct sql_piece *piece)
{
    struct left_out *left = NEW(t->mem, struct left_out);
    *left = (struct left_out){path, piece};
    list_add(t->mem, list, left);
}

void absent_left_out(struct translator *t)
{
    const struct left_out *last = t->left_out.n ? t->left_out.item[t->left_out.n - 1] : NULL;
    if (t->piece && !(last && last->piece == t->piece))
        keep(t, &t->left_out, t->path, t->piece);
}

void absent_followed(struct translator *t, const char *path, const struct sql_piece *piece)
{
    if (begins_with(t, piece, makers))
        keep(t, &t->followed, path, piece);
}

/* The last one that begins with one of these words and may have to do with the name. */
static const struct left_out *left_find(const struct translator *t, const struct list *list, const char *const *words,
                                        const char *name)
{
    for (int i = list->n - 1; i >= 0; i--) {
        const struct left_out *left = list->item[i];
        if (left->piece != t->piece && begins_with(t, left->piece, words) &&
            (has_word(left->piece, name) || begins_with(t, left->piece, unnamed)))
            return left;
    }
    return NULL;
}

static bool of_catalog(const struct translator *t, const char *name)
{
    for (const struct translate_word *row = t->rules->catalogs; row->from; row++)
        if ((row->engines & t->source->engine) && text_starts_nocase(name, row->from))
            return true;
    return false;
}

int absent(struct translator *t, const char *name, const char *message)
{
    const struct left_out *maker = left_find(t, &t->left_out, makers, name);
    if (!maker)
        maker = left_find(t, &t->followed, makers, name);
    if (maker)
        return fail(t->ctx, ERR_UNSUPPORTED, "%s (%s:%d, which may have made it, is left out)", message, maker->path,
                    maker->piece->line);
    if (t->following || of_catalog(t, name))
        return fail(t->ctx, ERR_UNSUPPORTED, "%s", message);
    fail(t->ctx, ERR_SQL, "%s", message);
    fail_hint(t->ctx,
              "Nothing was run. No statement that was left out would have made it: the name is a mistake in the "
              "file, or what makes it comes later.");
    return fail_at(t->ctx, t->path, t->piece->line, t->piece->column);
}

int depended_on(struct translator *t, const char *name, const char *message)
{
    const struct left_out *taker = left_find(t, &t->left_out, takers, name);
    if (!taker)
        taker = left_find(t, &t->followed, programs, name);
    if (taker)
        return fail(t->ctx, ERR_UNSUPPORTED, "%s (%s:%d, which may have dropped it, is left out)", message, taker->path,
                    taker->piece->line);
    fail(t->ctx, ERR_SQL, "%s", message);
    fail_hint(t->ctx, "Nothing was run. %s refuses it too: drop what depends on it first.", t->source->title);
    return fail_at(t->ctx, t->path, t->piece->line, t->piece->column);
}

int mistake(struct translator *t, const char *message)
{
    fail(t->ctx, ERR_SQL, "%s", message);
    fail_hint(t->ctx, "Nothing was run. %s refuses it too.", t->source->title);
    return fail_at(t->ctx, t->path, t->piece->line, t->piece->column);
}

/* ---- what the target says */

/* What stands for the first "*" of a pattern that the message fits. */
static const char *name_between(struct translator *t, const char *pattern, const char *message)
{
    size_t before = strcspn(pattern, "*");
    const char *next = pattern + before + (pattern[before] == '*');
    const char *after = arena_copy(t->mem, next, strcspn(next, "*"));
    const char *end = *after ? strstr(message + before, after) : NULL;
    return arena_copy(t->mem, message + before, end ? (size_t)(end - message) - before : strlen(message + before));
}

/* May what was left out have taken it away, or, of a table, given it columns? */
static bool is_doubtful(const struct translator *t, const struct translate_mistake *row, const char *name)
{
    if (row->of == MISTAKE_ALWAYS)
        return false;
    return left_find(t, &t->left_out, takers, name) || left_find(t, &t->left_out, makers, name) ||
           left_find(t, &t->followed, row->of == MISTAKE_COLUMNS ? takers : programs, name);
}

int present(struct translator *t, const char *name, const char *message)
{
    const struct translate_mistake there = {.of = MISTAKE_THERE};
    return is_doubtful(t, &there, name) ? fail(t->ctx, ERR_UNSUPPORTED, "%s", message) : mistake(t, message);
}

int mistaken(struct translator *t, const char *message)
{
    for (const struct translate_mistake *row = t->rules->mistakes; row->engines; row++) {
        if (!(row->engines & t->source->engine) || fnmatch(row->message, message, 0) != 0 ||
            (row->of == MISTAKE_RELATION && t->schemas.n > 1))
            continue;
        bool doubtful = is_doubtful(t, row, name_between(t, row->message, message));
        return doubtful ? 0 : mistake(t, message);
    }
    return 0;
}

static const char *name_said(const struct translator *t, const char *message)
{
    for (const char *const *row = t->rules->missing; *row; row++) {
        const char *found = **row == ' ' ? strstr(message, *row) : text_starts(message, *row) ? message : NULL;
        if (found)
            return found + strlen(*row);
    }
    return NULL;
}

/* count(u) of "users u": a whole row, which the target has no value for. */
static bool stands_for_rows(struct translator *t, const char *name)
{
    struct lexer lexer;
    struct tree *tree;
    struct token before = {0};
    bool aliased = false;
    if (shadow_tree(t, &tree) < 0)
        return false;
    lex_open(&lexer, t->source->lex, t->piece->text, t->piece->length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        bool named = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (named && text_equal_nocase(token_name(t->mem, &token), name))
            aliased = aliased || token_is(&before, ")") || table_find(t, tree, token_name(t->mem, &before));
        if (!token_is(&token, "as"))
            before = token;
    }
    return aliased || table_find(t, tree, name);
}

int absent_said(struct translator *t, const char *message)
{
    const char *said = name_said(t, message);
    if (!said)
        return 0;
    bool quoted = *said == '"';
    char *name = arena_copy(t->mem, said + quoted, quoted ? strcspn(said + 1, "\"") : strlen(said));
    const char *dot = strrchr(name, '.');
    if (!dot && stands_for_rows(t, name))
        return 0;
    return absent(t, dot ? dot + 1 : name, message);
}
