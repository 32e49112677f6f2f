/*
 * Does what SHOW CREATE TABLE says now prove that a change of columns, indexes and constraints was done?  The evidence is a line
 * for each of those that the statement names: its sort, its name, and all that is said of it, as sums.  A statement is atomic,
 * so one proof is enough: a name that it adds is there and was not, one that it takes away was there and is not.  What it leaves
 * under its name proves nothing, because somebody else may have changed it meanwhile:
 *   - what is only changed in place (MODIFY, CHANGE x x, ALTER x SET DEFAULT) is run again, which is harmless;
 *   - where the same names come and go (DROP INDEX i, ADD INDEX i; names exchanged), any change counts.
 */
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "dialect/mysql/parts.h"

#define PARTS "parts\n"
enum { SUM_LENGTH = 8 };

/*
 * Sorts of parts, by the word that begins them; whatever else does begin so is a column.  A column, an index, a foreign key
 * and a check may have the same name: a foreign key leaves its index behind.
 */
enum { COLUMN = 'c', FOREIGN = 'f', CHECK = 'k', UNIQUE = 'u', INDEX = 'i', PRIMARY = 'p', NAMED = 'x' };
static const struct {
    const char *word;
    char sort;
} sorts[] = {{"constraint", NAMED}, {"foreign", FOREIGN}, {"check", CHECK}, {"unique", UNIQUE},  {"fulltext", 't'},
             {"spatial", 's'},      {"index", INDEX},     {"key", INDEX},   {"primary", PRIMARY}};

static char sort_of(const struct token *token)
{
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        if (token_is(token, sorts[i].word))
            return sorts[i].sort;
    return COLUMN;
}

static bool is_name(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED || token->kind == TOKEN_STRING;
}

/* With sql_mode ANSI a name in quotes is what is a text otherwise. */
static const char *name_of(struct arena *mem, const struct token *token)
{
    if (token->kind == TOKEN_STRING)
        return text_lower(mem, text_slice(mem, token->text, 1, token->length - 1));
    return text_lower(mem, token_name(mem, token));
}

static const char *sum_of(struct arena *mem, const char *text, size_t length)
{
    return arena_printf(mem, "%.*s", SUM_LENGTH, hash_sha256(mem, text, length));
}

static const char *key_of(struct arena *mem, bool column, const char *name)
{
    return arena_printf(mem, "%c%s", column ? COLUMN : NAMED, sum_of(mem, name, strlen(name)));
}

/* Sorts whose names are one space; NAMED: any of them, as DROP CONSTRAINT says. */
static char space_of(char sort)
{
    return sort == COLUMN || sort == FOREIGN || sort == CHECK || sort == NAMED ? sort : INDEX;
}

/* ---- evidence: "SORT KEY SUM" for each part */

static void skip_words(struct lexer *lexer, struct token *token, const char *const *words)
{
    while (token_is_one_of(token, words))
        *token = lex_next_code(lexer);
}

static void line_add(struct arena *mem, struct buf *out, const char *line, size_t length)
{
    static const char *const more[] = {"constraint", "unique", "fulltext", "spatial", "key", "index", NULL};
    struct lexer lexer;
    lex_open(&lexer, my_dialect.lex, line, length);
    struct token token = lex_next_code(&lexer);
    char sort = sort_of(&token);
    if (sort != COLUMN)
        skip_words(&lexer, &token, more);
    const char *name = is_name(&token) ? name_of(mem, &token) : "";
    if (sort == NAMED) {
        token = lex_next_code(&lexer);
        sort = sort_of(&token);
    }
    buf_addf(out, "%c %s %s\n", sort, key_of(mem, sort == COLUMN, name), sum_of(mem, line, length));
}

const char *my_parts_evidence(struct arena *mem, const char *lines)
{
    struct buf out;
    buf_init(&out, mem);
    buf_add(&out, PARTS);
    for (size_t length; *lines; lines += length + (lines[length] != '\0')) {
        length = strcspn(lines, "\n");
        line_add(mem, &out, lines, length);
    }
    return out.data;
}

/* ---- what the statement adds and takes away */

struct part_change {
    struct names added, removed; /* the space of the name, and its key */
    struct names unnamed;        /* sorts of what it adds without a name */
};

static const char *const fillers[] = {"column", "if", "not", "exists", "index", "key", NULL};

static void key_add(struct arena *mem, char sort, const char *name, struct names *names)
{
    names_add(mem, names, arena_printf(mem, "%c%s", space_of(sort), key_of(mem, sort == COLUMN, name)));
}

/* CONSTRAINT x ...; a primary key is shown without that name, and so by its own word, here and in lines. */
static void constraint_read(struct arena *mem, struct lexer *lexer, struct token *token, struct part_change *change)
{
    const struct token name = *token;
    *token = lex_next_code(lexer);
    key_add(mem, sort_of(token), name_of(mem, token_is(token, "primary") ? token : &name), &change->added);
}

static void add_read(struct arena *mem, struct lexer *lexer, struct token *token, struct part_change *change)
{
    static const char *const nameless[] = {"foreign", "check", "using", "unique", "(", NULL};
    char sort = sort_of(token);
    bool may_have = sort != FOREIGN && sort != CHECK;
    if (sort != COLUMN && sort != PRIMARY)
        *token = lex_next_code(lexer);
    skip_words(lexer, token, fillers);
    if (sort == NAMED && sort_of(token) == COLUMN) {
        constraint_read(mem, lexer, token, change);
        return;
    }
    if (sort == NAMED) /* the word alone */
        sort = sort_of(token);
    else if (sort == COLUMN && token_is(token, "("))
        *token = lex_next_code(lexer);
    if (may_have && is_name(token) && !token_is_one_of(token, nameless))
        key_add(mem, sort, name_of(mem, token), &change->added);
    else
        names_add(mem, &change->unnamed, arena_printf(mem, "%c", sort));
}

static void drop_read(struct arena *mem, struct lexer *lexer, struct token *token, struct part_change *change)
{
    static const char *const words[] = {"column", "index", "key",    "foreign", "constraint",
                                        "check",  "if",    "exists", NULL};
    char sort = sort_of(token);
    skip_words(lexer, token, words);
    if (is_name(token))
        key_add(mem, sort, name_of(mem, token), &change->removed);
}

/* RENAME COLUMN x TO y, RENAME INDEX x TO y, CHANGE x y ... */
static void rename_read(struct arena *mem, struct lexer *lexer, struct token *token, struct part_change *change)
{
    char sort = sort_of(token);
    skip_words(lexer, token, fillers);
    const char *from = is_name(token) ? name_of(mem, token) : "";
    *token = lex_next_code(lexer);
    if (token_is(token, "to"))
        *token = lex_next_code(lexer);
    const char *to = is_name(token) ? name_of(mem, token) : "";
    if (text_equal(from, to))
        return;
    key_add(mem, sort, from, &change->removed);
    key_add(mem, sort, to, &change->added);
}

static void action_read(struct arena *mem, struct lexer *lexer, struct token *token, struct part_change *change)
{
    static const char *const renames[] = {"rename", "change", NULL};
    bool adds = token_is(token, "add"), drops = token_is(token, "drop"), other = token_is_one_of(token, renames);
    if (adds || drops || other)
        *token = lex_next_code(lexer);
    if (adds)
        add_read(mem, lexer, token, change);
    else if (drops)
        drop_read(mem, lexer, token, change);
    else if (other)
        rename_read(mem, lexer, token, change);
}

static void change_read(struct arena *mem, const struct classified *statement, struct part_change *change)
{
    struct lexer lexer;
    *change = (struct part_change){0};
    if (statement->kind == KIND_INDEX) {
        struct names *names = statement->verb == VERB_DROP ? &change->removed : &change->added;
        key_add(mem, INDEX, text_lower(mem, statement->name ? statement->name : ""), names);
        return;
    }
    lex_open(&lexer, my_dialect.lex, statement->piece.text, statement->piece.length);
    for (struct token token = my_actions_begin(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        action_read(mem, &lexer, &token, change);
        my_action_skip(&lexer, &token);
    }
}

/* ---- the two together */

static bool shares_space(char one, char other)
{
    return one == other || one == NAMED || other == NAMED;
}

static bool has_key(const struct names *lines, const char *key)
{
    for (int i = 0; i < lines->n; i++) {
        const char *line = lines->item[i];
        if (strlen(line) > 2 && shares_space(space_of(line[0]), key[0]) && text_starts(line + 2, key + 1))
            return true;
    }
    return false;
}

static bool brings_back(const struct names *back, const char *key)
{
    for (int i = 0; i < back->n; i++)
        if (shares_space(back->item[i][0], key[0]) && text_equal(back->item[i] + 1, key + 1))
            return true;
    return false;
}

/* A key that `lines` have and `than` have not; of those of `mine` that `back` does not bring back. */
static bool has_more(const struct names *mine, const struct names *back, const struct names *lines,
                     const struct names *than, bool *any)
{
    bool found = false;
    for (int i = 0; i < mine->n; i++) {
        const char *key = mine->item[i];
        bool counts = !brings_back(back, key);
        *any = *any || counts;
        found = found || (counts && has_key(lines, key) && !has_key(than, key));
    }
    return found;
}

static bool has_new(const struct names *sorts_added, const struct names *now, const struct names *was)
{
    for (int i = 0; i < sorts_added->n; i++)
        for (int k = 0; k < now->n; k++)
            if (text_starts(now->item[k], sorts_added->item[i]) && names_find(was, now->item[k]) < 0)
                return true;
    return false;
}

enum doubt my_parts_doubt(struct arena *mem, const struct classified *statement, const char *before, const char *now)
{
    struct part_change change;
    if (!text_starts(before, PARTS)) /* of an earlier version */
        return DOUBT_OPEN;
    const struct names was = text_split(mem, before, '\n'), is = text_split(mem, now, '\n');
    change_read(mem, statement, &change);
    bool any = change.unnamed.n > 0;
    bool done = has_more(&change.added, &change.removed, &is, &was, &any);
    done = has_more(&change.removed, &change.added, &was, &is, &any) || done;
    done = done || has_new(&change.unnamed, &is, &was);
    if (!any && change.added.n)
        done = !text_equal(before, now);
    return done ? DOUBT_DONE : DOUBT_NOT_DONE;
}
