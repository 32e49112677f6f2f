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
    [TOKEN_CLIENT] = 'c', [TOKEN_ROWS] = 'r',
};

/* Tokens are short, and libmd is slow on short texts: they are gathered first. */
struct gathered {
    SHA256_CTX hash;
    size_t used;
    uint8_t bytes[4096];
};

static void hash_gathered(struct gathered *gathered)
{
    SHA256Update(&gathered->hash, gathered->bytes, gathered->used);
    gathered->used = 0;
}

static void add_bytes(struct gathered *gathered, const char *bytes, size_t length)
{
    if (length > sizeof gathered->bytes - gathered->used)
        hash_gathered(gathered);
    if (length > sizeof gathered->bytes) {
        SHA256Update(&gathered->hash, (const uint8_t *)bytes, length);
        return;
    }
    memcpy(gathered->bytes + gathered->used, bytes, length);
    gathered->used += length;
}

/* Without the \r of \r\n: a checkout may change the line ends within strings too. */
static void add_text(struct gathered *gathered, const char *text, size_t length)
{
    const char *end = text + length;
    for (const char *carriage; (carriage = memchr(text, '\r', (size_t)(end - text))); text = carriage + 1) {
        bool line_end = carriage + 1 < end && carriage[1] == '\n';
        add_bytes(gathered, text, (size_t)(carriage - text) + (line_end ? 0 : 1));
    }
    add_bytes(gathered, text, (size_t)(end - text));
}

static void add_piece(struct gathered *gathered, const struct lex_rules *rules, const struct sql_piece *piece)
{
    struct lexer lexer;
    struct token token;
    lex_open(&lexer, rules, piece->text, piece->length);
    do {
        token = lex_next_code(&lexer);
        add_bytes(gathered, &kind_letter[token.kind], 1);
        add_text(gathered, token.text, token.length);
        add_bytes(gathered, "", 1);
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
    struct gathered gathered = {.used = 0};
    SHA256Init(&gathered.hash);
    for (int i = 0; i < n; i++)
        add_piece(&gathered, rules, &piece[i]);
    hash_gathered(&gathered);
    return checksum_text(mem, &gathered.hash);
}
