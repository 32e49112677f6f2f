/*
 * Safe forms: a word that is put into a statement, and perhaps a statement that follows in a file of its own.  What cannot be
 * written so (a unique index that has to be built first, rows that have to be filled) is left to the person.
 */
#include "lint/fix.h"

#include <string.h>

#include "base/text.h"
#include "lint/parts.h"

enum spot { AFTER_INDEX, AFTER_SECOND_WORD, END_OF_CLAUSE };

static const struct {
    const char *code;
    enum spot spot;
    const char *insert;
    bool validates; /* a constraint, later */
} fixes[] = {
    {"PG101", AFTER_INDEX, " CONCURRENTLY", false},       {"PG102", AFTER_INDEX, " CONCURRENTLY", false},
    {"PG105", AFTER_SECOND_WORD, " CONCURRENTLY", false}, {"PG107", END_OF_CLAUSE, " CONCURRENTLY", false},
    {"PG114", END_OF_CLAUSE, " NOT VALID", true},         {"PG116", END_OF_CLAUSE, " NOT VALID", true},
};

/* After the first INDEX, or the second word: CREATE UNIQUE INDEX, REINDEX TABLE. */
static bool after_word(const struct lex_rules *rules, const struct sql_piece *piece, enum spot spot, size_t *offset)
{
    struct lexer lexer;
    struct token token;
    int n = 0;
    lex_open(&lexer, rules, piece->text, piece->length);
    for (lex_take_code(&lexer, &token); token.kind != TOKEN_END; lex_take_code(&lexer, &token)) {
        n++;
        if (token_is(&token, "("))
            return false;
        if (spot == AFTER_INDEX ? token_is(&token, "index") : n == 2) {
            *offset = token.offset + token.length;
            return true;
        }
    }
    return false;
}

/* Where the clause that begins at `from` ends: before a comma outside of parentheses, or with the statement. */
static size_t clause_end(const struct lex_rules *rules, const struct sql_piece *piece, size_t from)
{
    struct lexer lexer;
    struct token token;
    size_t end = from;
    int depth = 0;
    lex_open(&lexer, rules, piece->text, piece->length);
    for (lex_take_code(&lexer, &token); token.kind != TOKEN_END; lex_take_code(&lexer, &token)) {
        if (token.offset < from)
            continue;
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (!depth && (token_is(&token, ",") || token_is(&token, ";")))
            break;
        end = token.offset + token.length;
    }
    return end;
}

/* "DROP INDEX a, b" and CASCADE cannot be CONCURRENTLY. */
static bool is_plain(const struct lex_rules *rules, const struct sql_piece *piece)
{
    struct lexer lexer;
    struct token token;
    lex_open(&lexer, rules, piece->text, piece->length);
    for (lex_take_code(&lexer, &token); token.kind != TOKEN_END; lex_take_code(&lexer, &token))
        if (token_is(&token, ",") || token_is(&token, "cascade"))
            return false;
    return true;
}

static const char *validation(struct arena *mem, const struct dialect *dialect, const struct finding *finding)
{
    struct buf out;
    const char *dot = strrchr(finding->table, '.');
    buf_init(&out, mem);
    buf_add(&out, "ALTER TABLE ");
    ident_add_qualified(&out, dialect->ident,
                        dot ? arena_copy(mem, finding->table, (size_t)(dot - finding->table)) : NULL,
                        dot ? dot + 1 : finding->table);
    buf_add(&out, " VALIDATE CONSTRAINT ");
    ident_add(&out, dialect->ident, finding->column);
    return out.data;
}

/* A constraint needs its name, to be validated by it; what comes once into a statement, one that has no list. */
static bool is_open_to(const struct dialect *dialect, const struct sql_piece *piece, const struct finding *finding,
                       int at)
{
    bool listed = fixes[at].validates || fixes[at].spot == AFTER_INDEX;
    if (text_equal(fixes[at].code, "PG102") || !listed)
        return is_plain(dialect->lex, piece);
    return !fixes[at].validates || finding->column;
}

static int fix_find(const struct finding *finding)
{
    for (size_t i = 0; finding->statement && finding->rule && i < sizeof fixes / sizeof *fixes; i++)
        if (text_equal(fixes[i].code, finding->rule->code))
            return (int)i;
    return -1;
}

bool fix_of(struct arena *mem, const struct dialect *dialect, const struct migration *migration,
            const struct finding *finding, struct fix *fix)
{
    int at = fix_find(finding);
    if (at < 0)
        return false;
    const struct sql_piece *piece = &migration->up.piece[finding->statement - 1];
    bool within = piece->text >= migration->text && piece->text < migration->text + migration->length;
    if (!within || !is_open_to(dialect, piece, finding, at))
        return false;
    size_t offset = clause_end(dialect->lex, piece, finding->offset);
    if (fixes[at].spot != END_OF_CLAUSE && !after_word(dialect->lex, piece, fixes[at].spot, &offset))
        return false;
    *fix = (struct fix){.offset = (size_t)(piece->text - migration->text) + offset,
                        .insert = fixes[at].insert,
                        .later = fixes[at].validates ? validation(mem, dialect, finding) : NULL};
    return true;
}
