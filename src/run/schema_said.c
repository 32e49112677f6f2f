/*
 * What statements of schema files are about.  A statement is understood if it is of a shape listed here and nothing in it can
 * reach further than its words say; every doubt is "not understood", and costs only time.
 */
#include "run/schema_said.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/text.h"

enum { NAME_LENGTH = 60 }; /* PostgreSQL cuts names at 63 bytes, at a letter that may have four */

struct words {
    struct token *token;
    bool *in_key; /* part of a foreign key that can be left out */
    int n;
};

static struct words words_read(struct arena *mem, const struct dialect *dialect, const struct sql_piece *piece)
{
    struct words words = {0};
    struct lexer lexer;
    int room = 0;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    for (struct token token; (token = lex_next_code(&lexer)).kind != TOKEN_END; words.n++) {
        if (words.n == room) {
            int wider = room ? 2 * room : 64;
            words.token = arena_grow(mem, words.token, sizeof token * (size_t)room, sizeof token * (size_t)wider);
            room = wider;
        }
        words.token[words.n] = token;
    }
    words.in_key = NEW_ARRAY(mem, bool, words.n + 1);
    return words;
}

static bool word_is(const struct words *words, int at, const char *word)
{
    return at >= 0 && at < words->n && token_is(&words->token[at], word);
}

static bool word_in(const struct words *words, int at, const char *const *list)
{
    for (int i = 0; list[i]; i++)
        if (word_is(words, at, list[i]))
            return true;
    return false;
}

/* The place after the parenthesis that closes the one at `at`. */
static int skip_parens(const struct words *words, int at)
{
    int depth = 0;
    do {
        depth += word_is(words, at, "(") - word_is(words, at, ")");
        at++;
    } while (depth > 0 && at < words->n);
    return at;
}

/* ---- who owns a statement */

static bool has_outside(const struct words *words, int from, const char *const *list)
{
    for (int at = from; at < words->n; at = word_is(words, at, "(") ? skip_parens(words, at) : at + 1)
        if (word_in(words, at, list))
            return true;
    return false;
}

/* Names that are spelled by escapes, and schemas that are the session's own. */
static bool is_spelled_oddly(const struct words *words)
{
    enum { WORDS_BEFORE = 4 }; /* CREATE OR REPLACE TEMP */
    static const char *const sessions[] = {"temp", "temporary", "pg_temp", NULL};
    for (int i = 0; i < words->n; i++) {
        const struct token *token = &words->token[i];
        bool escapes = token->kind == TOKEN_STRING &&
                       (*token->text == 'e' || *token->text == 'E' || *token->text == 'u' || *token->text == 'U');
        if (escapes && memchr(token->text, '\\', token->length))
            return true;
        if (token->kind == TOKEN_QUOTED && (*token->text == 'u' || *token->text == 'U'))
            return true;
        if (token->unfinished || (word_in(words, i, sessions) && (i < WORDS_BEFORE || word_is(words, i + 1, "."))))
            return true;
    }
    return false;
}

/* CREATE [UNLOGGED] TABLE name (...) with nothing of another table in it. */
static bool is_plain_table(const struct words *words)
{
    static const char *const first[] = {"unlogged", "table", NULL};
    static const char *const further[] = {"inherits", "partition", "as", "of", "like", NULL};
    int at = 1;
    if (!word_in(words, at, first))
        return false;
    while (at < words->n && !word_is(words, at, "("))
        if (word_in(words, at++, further))
            return false;
    if (at == words->n)
        return false;
    for (int in = at; in < words->n; in++)
        if ((word_is(words, in - 1, "(") || word_is(words, in - 1, ",")) && word_is(words, in, "like"))
            return false;
    return !has_outside(words, skip_parens(words, at), further);
}

static bool is_plain_schema(const struct words *words)
{
    for (int i = 1; i < words->n; i++)
        if (word_is(words, i, "create") || word_is(words, i, "grant") || word_is(words, i, "authorization"))
            return false;
    return true;
}

/* The word for the kind of what is created. */
static int created_word(const struct words *words)
{
    return word_is(words, 1, "or") && word_is(words, 2, "replace") ? 3 : 1;
}

/* The name that begins at `at`, whatever schema it stands after; NULL: `ends` does not follow. */
static const char *name_at(struct arena *mem, const struct words *words, int at, const char *const *ends)
{
    if (word_is(words, at + 1, "."))
        at += 2;
    return at < words->n && (!ends || word_in(words, at + 1, ends)) ? token_name(mem, &words->token[at]) : NULL;
}

/* CREATE STATISTICS ... FROM table. */
static const char *owner_of_statistics(struct arena *mem, const struct words *words)
{
    int at = 1;
    while (at < words->n && !word_is(words, at, "from"))
        at = word_is(words, at, "(") ? skip_parens(words, at) : at + 1;
    return name_at(mem, words, at + 1, NULL);
}

static const char *owner_of_created(struct arena *mem, const struct classified *statement, const struct words *words)
{
    static const char *const for_all[] = {"function", "procedure", "type", NULL};
    static const char *const views[] = {"view", "materialized", NULL};
    static const char *const indexes[] = {"index", "unique", NULL};
    int word = created_word(words);
    switch (statement->kind) {
    case KIND_TABLE: return is_plain_table(words) ? statement->name : NULL;
    case KIND_VIEW: return word_in(words, word, views) ? statement->name : NULL;
    case KIND_INDEX: return word_in(words, word, indexes) ? statement->table : NULL;
    case KIND_TRIGGER:
    case KIND_POLICY:
    case KIND_RULE: return statement->table;
    case KIND_COMPOSITE:
    case KIND_ENUM: return word_is(words, word, "type") ? statement->name : NULL;
    case KIND_DOMAIN: return word_is(words, word, "domain") ? statement->name : NULL;
    case KIND_SEQUENCE: return word_is(words, word, "sequence") ? statement->name : NULL;
    case KIND_STATISTICS: return owner_of_statistics(mem, words);
    case KIND_SCHEMA: return is_plain_schema(words) ? "" : NULL;
    case KIND_EXTENSION: return "";
    case KIND_COUNT: return word_in(words, word, for_all) ? "" : NULL;
    default: return NULL;
    }
}

/* DROP of anything but a property: whether that is refused depends on what else is there. */
static bool drops_outside(const struct words *words)
{
    static const char *const properties[] = {"default", "not", "identity", "expression", NULL};
    for (int at = 2; at < words->n; at = word_is(words, at, "(") ? skip_parens(words, at) : at + 1)
        if (word_is(words, at, "drop") && !word_in(words, at + 1, properties))
            return true;
    return false;
}

static const char *owner_of_altered(const struct classified *statement, const struct words *words)
{
    static const char *const kinds[] = {"table", "sequence", "type", "domain", "view", "materialized", NULL};
    static const char *const further[] = {"rename", "inherit", "attach", "detach", "schema", "of", "attribute", NULL};
    if (!word_in(words, 1, kinds) || has_outside(words, 2, further) || drops_outside(words))
        return NULL;
    return statement->name;
}

/* Of an index it is known once all statements are read. */
static const char of_index[] = "\1";

static const char *owner_of_comment(const struct classified *statement, const struct words *words)
{
    static const char *const for_all[] = {"function", "procedure", NULL};
    switch (statement->kind) {
    case KIND_TABLE:
    case KIND_VIEW:
    case KIND_SEQUENCE:
    case KIND_DOMAIN:
    case KIND_ENUM: return statement->name;
    case KIND_INDEX: return of_index;
    case KIND_SCHEMA:
    case KIND_EXTENSION: return "";
    default: return word_in(words, 2, for_all) ? "" : statement->table;
    }
}

/* GRANT ... ON [TABLE] name TO somebody, or REVOKE: of one object, by its name. */
static const char *owner_of_granted(struct arena *mem, const struct words *words)
{
    static const char *const kinds[] = {"table", "sequence", "type", "domain", NULL};
    static const char *const for_all[] = {"function", "procedure", "routine", "schema", NULL};
    static const char *const ends[] = {"to", "from", NULL};
    int at = 1;
    while (at < words->n && !word_is(words, at, "on"))
        at = word_is(words, at, "(") ? skip_parens(words, at) : at + 1;
    at++;
    if (word_in(words, at, for_all) && !word_in(words, at + 1, ends))
        return "";
    if (word_in(words, at, kinds) && !word_in(words, at + 1, ends))
        at++;
    return name_at(mem, words, at, ends);
}

/* ALTER DEFAULT PRIVILEGES, which is about whatever is made after it. */
static bool is_about_all(const struct words *words)
{
    return word_is(words, 1, "default") && word_is(words, 2, "privileges");
}

static bool is_set_config(const struct words *words)
{
    return words->n > 3 &&
           (word_is(words, 1, "set_config") || (word_is(words, 1, "pg_catalog") && word_is(words, 3, "set_config")));
}

static const char *owner_of(struct arena *mem, const struct classified *statement, const struct words *words)
{
    if (is_spelled_oddly(words))
        return NULL;
    if (word_is(words, 0, "grant") || word_is(words, 0, "revoke"))
        return owner_of_granted(mem, words);
    switch (statement->verb) {
    case VERB_CREATE: return owner_of_created(mem, statement, words);
    case VERB_ALTER: return is_about_all(words) ? "" : owner_of_altered(statement, words);
    case VERB_COMMENT: return owner_of_comment(statement, words);
    case VERB_SELECT: return is_set_config(words) ? "" : NULL;
    case VERB_SET:
    case VERB_BEGIN:
    case VERB_COMMIT: return "";
    default: return NULL;
    }
}

/* ---- foreign keys that can be left out */

static int skip_action(const struct words *words, int at)
{
    static const char *const two[] = {"set", "no", NULL};
    at += word_in(words, at, two) ? 2 : 1;
    return word_is(words, at, "(") ? skip_parens(words, at) : at;
}

/* From REFERENCES to the end of what belongs to it. */
static int skip_references(const struct words *words, int at)
{
    at += 2;
    while (word_is(words, at, "."))
        at += 2;
    if (word_is(words, at, "("))
        at = skip_parens(words, at);
    for (;;) {
        bool negated = word_is(words, at, "not");
        if (word_is(words, at, "match") || word_is(words, at, "initially"))
            at += 2;
        else if (word_is(words, at, "on"))
            at = skip_action(words, at + 2);
        else if (word_is(words, at + negated, "deferrable") || word_is(words, at + negated, "enforced"))
            at += negated + 1;
        else
            return at;
    }
}

static void mark(struct words *words, int from, int to)
{
    for (int i = from; i < to; i++)
        words->in_key[i] = true;
}

/* A whole item of a CREATE TABLE goes with the comma before it, or after it. */
static void mark_item(struct words *words, int from, int to)
{
    mark(words, from, to);
    if (word_is(words, from - 1, ",") && !words->in_key[from - 1])
        mark(words, from - 1, from);
    else if (word_is(words, to, ","))
        mark(words, to, to + 1);
}

static int item_end(const struct words *words, int at)
{
    while (at < words->n && !word_is(words, at, ",") && !word_is(words, at, ")"))
        at = word_is(words, at, "(") ? skip_parens(words, at) : at + 1;
    return at;
}

static void mark_column_keys(struct words *words, int from, int to)
{
    for (int at = from; at < to; at = word_is(words, at, "(") ? skip_parens(words, at) : at + 1) {
        if (!word_is(words, at, "references"))
            continue;
        int start = word_is(words, at - 2, "constraint") && at - 2 > from ? at - 2 : at;
        int end = skip_references(words, at);
        mark(words, start, end < to ? end : to);
        at = end - 1;
    }
}

static void mark_in_create(struct words *words)
{
    int at = 0;
    while (at < words->n && !word_is(words, at, "("))
        at++;
    while (at < words->n && !word_is(words, at, ")")) {
        int from = at + 1, end = item_end(words, from);
        if (word_is(words, from, "foreign") ||
            (word_is(words, from, "constraint") && word_is(words, from + 2, "foreign")))
            mark_item(words, from, end);
        else
            mark_column_keys(words, from, end);
        at = end;
    }
}

/* ALTER TABLE t ADD [CONSTRAINT c] FOREIGN KEY ..., and nothing else. */
static void mark_in_alter(struct words *words)
{
    static const char *const comma[] = {",", NULL};
    int at = 2;
    while (at < words->n && !word_is(words, at, "add"))
        at++;
    at += word_is(words, at + 1, "constraint") ? 3 : 1;
    if (word_is(words, at, "foreign") && word_is(words, at + 1, "key") && !has_outside(words, at, comma))
        mark(words, 0, words->n);
}

static struct words words_marked(struct arena *mem, const struct dialect *dialect, const struct said *said)
{
    struct words words = words_read(mem, dialect, &said->statement->piece);
    if (said->statement->kind == KIND_TABLE && said->statement->verb == VERB_CREATE)
        mark_in_create(&words);
    if (said->statement->kind == KIND_TABLE && said->statement->verb == VERB_ALTER)
        mark_in_alter(&words);
    return words;
}

const char *said_without_keys(struct arena *mem, const struct dialect *dialect, const struct said *said)
{
    const struct words words = words_marked(mem, dialect, said);
    const char *source = said->statement->piece.text;
    struct buf text;
    buf_init(&text, mem);
    for (int from = 0, to; from < words.n; from = to) {
        to = from + 1;
        if (words.in_key[from])
            continue;
        while (to < words.n && !words.in_key[to])
            to++;
        const struct token *last = &words.token[to - 1];
        buf_add_n(&text, source + words.token[from].offset, last->offset + last->length - words.token[from].offset);
        buf_add(&text, "\n");
    }
    return text.len ? text.data : NULL;
}

/* ---- names */

bool said_has_owner(enum kind kind)
{
    return kind == KIND_TABLE || kind == KIND_VIEW || kind == KIND_SEQUENCE || kind_is(kind, KIND_IS_TYPE);
}

char *said_fold(struct arena *mem, const char *name)
{
    while (*name == '_') /* _t is PostgreSQL's name for the arrays of t */
        name++;
    char *folded = text_lower(mem, name);
    if (strlen(folded) > NAME_LENGTH)
        folded[NAME_LENGTH] = '\0';
    return folded;
}

static bool is_name_byte(char c)
{
    return char_is_word((unsigned char)c) || c == '$' || (unsigned char)c >= 0x80;
}

static void take_one(struct arena *mem, const struct said_taker *taker, const char *name, bool in_key)
{
    char *folded = said_fold(mem, name);
    taker->take(taker->sink, folded, in_key);
    if (!text_ends(folded, "_seq")) /* what a table is called whose column made the sequence */
        return;
    if (strlen(folded) > NAME_LENGTH - 4) /* may have been cut */
        taker->take(taker->sink, NULL, in_key);
    for (char *end = strrchr(folded, '_'); end; end = strrchr(folded, '_')) {
        *end = '\0';
        taker->take(taker->sink, folded, in_key);
    }
}

/* What is in a text may be code, or the name of a sequence: every word of it counts, and the whole of it. */
static void take_text(struct arena *mem, const struct said_taker *taker, const struct token *token, bool in_key)
{
    size_t start = 0;
    for (size_t i = 0; i <= token->length; i++) {
        if (i < token->length && is_name_byte(token->text[i]))
            continue;
        if (i > start)
            take_one(mem, taker, arena_copy(mem, token->text + start, i - start), in_key);
        start = i + 1;
    }
    if (token->length > 2)
        take_one(mem, taker, arena_copy(mem, token->text + 1, token->length - 2), in_key);
}

void said_names(struct arena *mem, const struct dialect *dialect, const struct said *said,
                const struct said_taker *taker)
{
    struct arena_mark before = arena_save(mem);
    const struct words words = words_marked(mem, dialect, said);
    for (int i = 0; i < words.n; i++) {
        const struct token *token = &words.token[i];
        if (token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED)
            take_one(mem, taker, token_name(mem, token), words.in_key[i]);
        if (token->kind == TOKEN_STRING || token->kind == TOKEN_QUOTED)
            take_text(mem, taker, token, words.in_key[i]);
    }
    arena_rewind(mem, before);
}

/* ---- all of them */

static const char *said_hash(struct arena *mem, const struct sql_piece *piece, int for_all)
{
    enum { DIGITS = 32 };
    struct buf text;
    buf_init(&text, mem);
    buf_addf(&text, "%d:", for_all);
    buf_add_n(&text, piece->text, piece->length);
    return arena_copy(mem, hash_sha256(mem, text.data, text.len), DIGITS);
}

static struct said *said_one(struct ctx *ctx, struct arena *aside, const struct dialect *dialect,
                             const struct classified *statement, int for_all)
{
    struct said *said = NEW(ctx->mem, struct said);
    *said = (struct said){.statement = statement, .hash = said_hash(ctx->mem, &statement->piece, for_all)};
    struct arena_mark before = arena_save(aside);
    const struct words words = words_read(aside, dialect, &statement->piece);
    const char *owner = owner_of(aside, statement, &words);
    said->owner = owner && *owner && owner != of_index ? said_fold(ctx->mem, owner) : owner;
    arena_rewind(aside, before);
    return said;
}

struct makers {
    struct map made;    /* struct said *, by what they make */
    struct map indexes; /* struct said *, by name */
    struct map twins;   /* names of several indexes */
};

static void makers_note(struct arena *mem, struct makers *makers, struct said *said)
{
    const struct classified *statement = said->statement;
    if (statement->verb != VERB_CREATE || !said->owner)
        return;
    if (said_has_owner(statement->kind))
        map_set(&makers->made, said->owner, said);
    if (statement->kind != KIND_INDEX || !statement->name)
        return;
    const char *name = said_fold(mem, statement->name);
    map_set(map_get(&makers->indexes, name) ? &makers->twins : &makers->indexes, name, said);
}

static void owner_settle(struct arena *mem, const struct makers *makers, struct said *said)
{
    if (said->owner == of_index) {
        const char *name = said_fold(mem, said->statement->name);
        const struct said *index = map_get(&makers->indexes, name);
        said->owner = index && !map_get(&makers->twins, name) ? index->owner : NULL;
    }
    if (said->owner && *said->owner && !map_get(&makers->made, said->owner))
        said->owner = NULL;
}

struct list said_read(struct ctx *ctx, const struct dialect *dialect, const struct list *statements)
{
    struct list all = {0};
    struct makers makers;
    struct arena *aside = arena_open(0);
    int for_all = 0;
    map_init(&makers.made, ctx->mem);
    map_init(&makers.indexes, ctx->mem);
    map_init(&makers.twins, ctx->mem);
    for (int i = 0; i < statements->n; i++) {
        struct said *said = said_one(ctx, aside, dialect, statements->item[i], for_all);
        for_all += said->owner && !*said->owner;
        list_add(ctx->mem, &all, said);
        makers_note(ctx->mem, &makers, said);
    }
    arena_close(aside);
    for (int i = 0; i < all.n; i++)
        owner_settle(ctx->mem, &makers, all.item[i]);
    return all;
}
