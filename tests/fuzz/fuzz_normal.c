/* Any text has a normal form, which white space and comments around its tokens do not change. */
#include "base/buf.h"
#include "base/text.h"
#include "fuzz.h"

static char *spread(struct arena *mem, const struct dialect *dialect, const char *text)
{
    struct lexer lexer;
    struct token token;
    struct buf out;
    buf_init(&out, mem);
    lex_open(&lexer, dialect->lex, text, strlen(text));
    while ((token = lex_next_code(&lexer)).kind != TOKEN_END) {
        if (token.unfinished)
            return arena_dup(mem, text);
        buf_add_n(&out, token.text, token.length);
        buf_add(&out, "\n /* a */ ");
    }
    return out.data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct dialect *dialect = fuzz_dialect(data, size);
    if (!dialect || memchr(data, '\0', size))
        return 0;
    struct arena *mem = arena_open(0);
    const char *text = arena_copy(mem, (const char *)data + 1, size - 1);
    const char *wide = spread(mem, dialect, text);
    CHECK(text_equal(normal_expr(mem, dialect->normal, text), normal_expr(mem, dialect->normal, wide)));
    CHECK(text_equal(normal_space(mem, dialect->normal, text), normal_space(mem, dialect->normal, wide)));
    arena_close(mem);
    return 0;
}
