/*
 * The checksum of statements that does not see comments, white space and line ends, so that a file which was
 * only reformatted is not an edited one.  What is hashed is part of the state that we leave in databases:
 * letters stand for the kinds of tokens here, so that the order of an enum may change and checksums do not.
 */
#include "sql/checksum.h"

#include "sql/lex.h"

static const char kind_letter[] = {
    [TOKEN_END] = ';',    [TOKEN_WORD] = 'w',      [TOKEN_QUOTED] = 'q',   [TOKEN_STRING] = 's',
    [TOKEN_NUMBER] = 'n', [TOKEN_PARAMETER] = 'p', [TOKEN_OPERATOR] = 'o', [TOKEN_PUNCTUATION] = 'x',
};

static void hash_bytes(SHA256_CTX *hash, const char *bytes, size_t length)
{
    SHA256Update(hash, (const uint8_t *)bytes, length);
}

/* Without the \r of \r\n: a checkout may change the line ends within strings too. */
static void hash_text(SHA256_CTX *hash, const char *text, size_t length)
{
    const char *end = text + length;
    for (const char *carriage; (carriage = memchr(text, '\r', (size_t)(end - text))); text = carriage + 1) {
        bool line_end = carriage + 1 < end && carriage[1] == '\n';
        hash_bytes(hash, text, (size_t)(carriage - text) + (line_end ? 0 : 1));
    }
    hash_bytes(hash, text, (size_t)(end - text));
}

static void hash_piece(SHA256_CTX *hash, const struct lex_rules *rules, const struct sql_piece *piece)
{
    struct lexer lexer;
    struct token token;
    lex_open(&lexer, rules, piece->text, piece->length);
    do {
        token = lex_next_code(&lexer);
        hash_bytes(hash, &kind_letter[token.kind], 1);
        hash_text(hash, token.text, token.length);
        hash_bytes(hash, "", 1);
    } while (token.kind != TOKEN_END);
}

char *checksum_text(struct arena *mem, SHA256_CTX *hash)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256Final(digest, hash);
    char *text = arena_alloc(mem, 2 * sizeof digest + 1);
    for (size_t i = 0; i < sizeof digest; i++) {
        text[2 * i] = hex[digest[i] >> 4];
        text[2 * i + 1] = hex[digest[i] & 15];
    }
    return text;
}

char *lex_checksum(struct arena *mem, const struct lex_rules *rules, const struct sql_piece *piece, int n)
{
    SHA256_CTX hash;
    SHA256Init(&hash);
    for (int i = 0; i < n; i++)
        hash_piece(&hash, rules, &piece[i]);
    return checksum_text(mem, &hash);
}
