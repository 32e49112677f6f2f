/* Tokens concatenated are the input, their places are right, and every token's name and copy can be taken. */
#include "fuzz.h"

static void check_places(const struct token *token, int line, int column)
{
    CHECK(token->line == line);
    CHECK(token->column == column);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct dialect *dialect = fuzz_dialect(data, size);
    if (!dialect)
        return 0;
    const char *text = (const char *)data + 1;
    struct arena *mem = arena_open(0);
    struct lexer lexer;
    size_t offset = 0;
    int line = 1, column = 1;
    lex_open(&lexer, dialect->lex, text, size - 1);
    for (;;) {
        struct token token = lex_next(&lexer);
        CHECK(token.offset == offset);
        check_places(&token, line, column);
        if (token.kind == TOKEN_END)
            break;
        CHECK(token.length > 0 && token.text == text + offset && token.length <= size - 1 - offset);
        CHECK(!token.unfinished || offset + token.length == size - 1);
        token_name(mem, &token);
        for (size_t i = 0; i < token.length; i++) {
            column = token.text[i] == '\n' ? 1 : column + 1;
            line += token.text[i] == '\n';
        }
        offset += token.length;
    }
    CHECK(offset == size - 1);
    arena_close(mem);
    return 0;
}
