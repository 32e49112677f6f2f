/*
 * Pieces are in order and do not overlap; outside them stands only white space, comments, ";", lines for psql and DELIMITER's
 * doings; the pieces with ";" between them split into the same pieces; both ways to 0.8.2's checksum agree.
 */
#include "base/buf.h"
#include "base/text.h"
#include "fuzz.h"
#include "legacy/legacy.h"
#include "sql/split.h"

static bool has_delimiter_command(const struct dialect *dialect, const char *text, size_t length)
{
    struct lexer lexer;
    struct token token;
    lex_open(&lexer, dialect->lex, text, length);
    do {
        token = lex_next(&lexer);
    } while (token.kind != TOKEN_END && !(dialect->lex->delimiter_command && token_is(&token, "delimiter")));
    return token.kind != TOKEN_END;
}

static void check_gap(const struct dialect *dialect, const char *from, const char *to)
{
    struct lexer lexer;
    struct token token;
    CHECK(from <= to);
    lex_open(&lexer, dialect->lex, from, (size_t)(to - from));
    while ((token = lex_next_code(&lexer)).kind != TOKEN_END)
        CHECK(token_is(&token, ";") || token.kind == TOKEN_CLIENT);
}

static void check_pieces(const struct dialect *dialect, const struct split *split, const char *text, size_t length)
{
    const char *at = text;
    for (int i = 0; i < split->n; i++) {
        const struct sql_piece *piece = &split->piece[i];
        CHECK(piece->length > 0);
        check_gap(dialect, at, piece->text);
        at = piece->text + piece->length;
        CHECK(at <= text + length);
    }
    check_gap(dialect, at, text + length);
}

static void check_again(struct ctx *ctx, const struct dialect *dialect, const struct split *split)
{
    struct split again;
    struct buf joined;
    buf_init(&joined, ctx->mem);
    for (int i = 0; i < split->n; i++) {
        const struct sql_piece *piece = &split->piece[i];
        /* Rows of COPY end with the line "\\.", and would begin after a semicolon that ends one. */
        bool rows = piece->length >= 2 && !memcmp(piece->text + piece->length - 2, "\\.", 2);
        buf_add_n(&joined, piece->text, piece->length);
        buf_add(&joined, rows ? "\n; " : "; ");
    }
    CHECK(split_section(ctx, dialect->lex, "again.sql",
                        &(struct sql_piece){.text = joined.data, .length = joined.len, .line = 1}, &again) == 0);
    CHECK(again.n == split->n);
    CHECK(text_equal(lex_checksum(ctx->mem, dialect->lex, again.piece, again.n),
                     lex_checksum(ctx->mem, dialect->lex, split->piece, split->n)));
}

static void check_legacy(struct ctx *ctx, const char *text, size_t length)
{
    char *sum = legacy_checksum_of_text(ctx->mem, text, length);
    struct names statements = legacy_statements(ctx->mem, text, length);
    if (length == 0 || !memchr(text, '\0', length))
        CHECK(text_equal(sum, legacy_checksum(ctx->mem, &statements)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct dialect *dialect = fuzz_dialect(data, size);
    if (!dialect)
        return 0;
    struct ctx ctx;
    struct split split;
    const char *text = (const char *)data + 1;
    ctx_open(&ctx, 0);
    check_legacy(&ctx, text, size - 1);
    if (split_section(&ctx, dialect->lex, "fuzz.sql", &(struct sql_piece){.text = text, .length = size - 1, .line = 1},
                      &split) == 0) {
        for (int i = 0; i < split.n; i++) {
            struct classified what;
            classify(ctx.mem, dialect->classify, &split.piece[i], &what);
        }
        if (!has_delimiter_command(dialect, text, size - 1)) {
            check_pieces(dialect, &split, text, size - 1);
            check_again(&ctx, dialect, &split);
        }
    } else {
        CHECK(ctx.error.code == ERR_SYNTAX && ctx.error.place.line > 0 && ctx.error.place.column > 0);
    }
    ctx_close(&ctx);
    return 0;
}
