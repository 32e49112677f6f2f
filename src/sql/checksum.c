/*
 * The checksum of statements that does not see comments, white space and line ends, so that a file which was
 * only reformatted is not an edited one.  What is hashed is part of the state that we leave in databases:
 * letters stand for the kinds of tokens here, so that the order of an enum may change and checksums do not.
 */
#include "sql/lex.h"

#include "base/hash.h"

static const char kind_letter[] = {
    [TOKEN_END] = ';',    [TOKEN_WORD] = 'w',      [TOKEN_QUOTED] = 'q',   [TOKEN_STRING] = 's',
    [TOKEN_NUMBER] = 'n', [TOKEN_PARAMETER] = 'p', [TOKEN_OPERATOR] = 'o', [TOKEN_PUNCTUATION] = 'x',
    [TOKEN_CLIENT] = 'c', [TOKEN_ROWS] = 'r',
};

/* Without the \r of \r\n: a checkout may change the line ends within strings too. */
static void add_text(struct hash *hash, const char *text, size_t length)
{
    const char *end = text + length;
    for (const char *carriage; (carriage = memchr(text, '\r', (size_t)(end - text))); text = carriage + 1) {
        bool line_end = carriage + 1 < end && carriage[1] == '\n';
        hash_add(hash, text, (size_t)(carriage - text) + (line_end ? 0 : 1));
    }
    hash_add(hash, text, (size_t)(end - text));
}

static void add_piece(struct hash *hash, const struct lex_rules *rules, const struct sql_piece *piece)
{
    struct lexer lexer;
    struct token token;
    lex_open(&lexer, rules, piece->text, piece->length);
    do {
        lex_take_code(&lexer, &token);
        hash_add(hash, &kind_letter[token.kind], 1);
        add_text(hash, token.text, token.length);
        hash_add(hash, "", 1);
    } while (token.kind != TOKEN_END);
}

char *lex_checksum(struct arena *mem, const struct lex_rules *rules, const struct sql_piece *piece, int n)
{
    struct hash hash;
    hash_open(&hash);
    for (int i = 0; i < n; i++)
        add_piece(&hash, rules, &piece[i]);
    return hash_close(mem, &hash);
}
