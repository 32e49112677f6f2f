#include "unit.h"

#include "base/buf.h"
#include "rules.h"

/* Tokens as "kind:text" with blanks between; a space token is "_". '!' marks an unfinished one. */
static const char *tokens_of(struct ctx *ctx, const struct lex_rules *rules, const char *text, size_t length)
{
    static const char letter[] = "E_cwqsnpox";
    struct lexer lexer;
    struct buf out;
    buf_init(&out, ctx->mem);
    lex_open(&lexer, rules, text, length);
    for (struct token token; (token = lex_next(&lexer)).kind != TOKEN_END;) {
        if (out.len > 0)
            buf_add_c(&out, ' ');
        if (token.kind == TOKEN_SPACE)
            buf_add_c(&out, '_');
        else
            buf_addf(&out, "%c%s:%.*s", letter[token.kind], token.unfinished ? "!" : "", (int)token.length, token.text);
    }
    return out.data;
}

static const char *tokens(struct ctx *ctx, const struct lex_rules *rules, const char *text)
{
    return tokens_of(ctx, rules, text, strlen(text));
}

static void knows_the_plain_tokens(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(tokens(ctx, &pg_lex, "SELECT a1,\"b c\".d FROM t;"),
                        "w:SELECT _ w:a1 x:, q:\"b c\" x:. w:d _ w:FROM _ w:t x:;");
    assert_string_equal(tokens(ctx, &pg_lex, "f(1, 2.5, .5, 1e-3, 0xFF, 1_000)"),
                        "w:f x:( n:1 x:, _ n:2.5 x:, _ n:.5 x:, _ n:1e-3 x:, _ n:0xFF x:, _ n:1_000 x:)");
    assert_string_equal(tokens(ctx, &pg_lex, "1..2"), "n:1 o:.. n:2");
}

static void numbers_end_where_they_must(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(tokens(ctx, &pg_lex, "0b1 0o7 0xfg 0x 1__0 1_"),
                        "n:0b1 _ n:0o7 _ n:0xf w:g _ n:0 w:x _ n:1 w:__0 _ n:1 w:_");
    assert_string_equal(tokens(ctx, &pg_lex, "1e+5 1e 1.e 1.5e-3x"), "n:1e+5 _ n:1 w:e _ n:1. w:e _ n:1.5e-3 w:x");
    assert_string_equal(tokens(ctx, &pg_lex, ".5.6 1...3 a..b a[1:2]"),
                        "n:.5 n:.6 _ n:1 o:.. n:.3 _ w:a o:.. w:b _ w:a x:[ n:1 o:: n:2 x:]");
}

static void strings_of_every_engine(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(tokens(ctx, &pg_lex, "'it''s' E'a\\'b' B'01' U&'\\0041'"),
                        "s:'it''s' _ s:E'a\\'b' _ s:B'01' _ s:U&'\\0041'");
    assert_string_equal(tokens(ctx, &pg_lex, "'a\\' 'b'"), "s:'a\\' _ s:'b'");
    assert_string_equal(tokens(ctx, &my_lex, "'a\\'b' \"c\\\"d\" `e``f`"), "s:'a\\'b' _ s:\"c\\\"d\" _ q:`e``f`");
    assert_string_equal(tokens(ctx, &lite_lex, "x'00' [a b] `c`"), "s:x'00' _ q:[a b] _ q:`c`");
    assert_string_equal(tokens(ctx, &lite_lex, "E'a' n'b'"), "w:E s:'a' _ s:n'b'");
    assert_string_equal(tokens(ctx, &my_lex, "U&'x'"), "w:U o:& s:'x'");
    assert_string_equal(tokens(ctx, &pg_lex, "u&\"a\" U&x e'\\'' #a `"),
                        "q:u&\"a\" _ w:U o:& w:x _ s:e'\\'' _ o:# w:a _ o:`");
}

static void dollar_quotes(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(tokens(ctx, &pg_lex, "$$a;'b$$ $x$ $$ $x$ $1 a$b$c"),
                        "s:$$a;'b$$ _ s:$x$ $$ $x$ _ p:$1 _ w:a$b$c");
    assert_string_equal(tokens(ctx, &pg_lex, "$x$ a $y$"), "s!:$x$ a $y$");
    assert_string_equal(tokens(ctx, &lite_lex, "$$"), "o:$ o:$");
    assert_string_equal(tokens(ctx, &pg_lex, "$a$b$a$ $1a$ $a b$"), "s:$a$b$a$ _ p:$1a$ _ o:$ w:a _ w:b$");
}

static void comments_of_every_engine(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(tokens(ctx, &pg_lex, "a--b;\r\n/* /* ' */ ; */c"), "w:a c:--b; _ c:/* /* ' */ ; */ w:c");
    assert_string_equal(tokens(ctx, &lite_lex, "/* /* */ b"), "c:/* /* */ _ w:b");
    assert_string_equal(tokens(ctx, &my_lex, "1--2 # x\n-- y"), "n:1 o:- o:- n:2 _ c:# x _ c:-- y");
    assert_string_equal(tokens(ctx, &pg_lex, "-- a\rb"), "c:-- a _ w:b");
    assert_string_equal(tokens(ctx, &my_lex, "-- a\rb"), "c:-- a\rb");
    assert_string_equal(tokens(ctx, &my_lex, "a--\tb\n#\r\n--"), "w:a c:--\tb _ c:# _ c:--");
    assert_string_equal(tokens(ctx, &pg_lex, "a\v\f\r--\n"), "w:a _ c:-- _");
}

static void conditional_comments_are_code(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(tokens(ctx, &my_lex, "/*!40101 SET a='*/' */; 2*/*M!1*/3"),
                        "o:/*!40101 _ w:SET _ w:a o:= s:'*/' _ o:*/ x:; _ n:2 o:* o:/*M!1 o:*/ n:3");
    assert_string_equal(tokens(ctx, &pg_lex, "/*!1 a*/"), "c:/*!1 a*/");
    assert_string_equal(tokens(ctx, &my_lex, "/*!1000001*/ 2*/3"), "o:/*!100000 n:1 o:*/ _ n:2 o:* o:/ n:3");
    assert_string_equal(tokens(ctx, &my_lex, "/*M!100100 a*/ /*M b*/ /*!*/"),
                        "o:/*M!100100 _ w:a o:*/ _ c:/*M b*/ _ o:/*! o:*/");
}

static void what_no_server_runs_is_a_comment(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(tokens(ctx, &my_lex, "/*M!999999\\- it's on */ SET"), "c:/*M!999999\\- it's on */ _ w:SET");
    assert_string_equal(tokens(ctx, &my_lex, "/*!999999 a /* b */ c */ d"), "c:/*!999999 a /* b */ c */ _ w:d");
    assert_string_equal(tokens(ctx, &my_lex, "/*!99999 a*/ /*M!99999 a*/"), "c:/*!99999 a*/ _ o:/*M!99999 _ w:a o:*/");
    assert_string_equal(tokens(ctx, &my_lex, "/* a /* b */ c"), "c:/* a /* b */ _ w:c");
    assert_string_equal(tokens(ctx, &my_lex, "/*!999999 a"), "c!:/*!999999 a");
}

static void marks_of_conditional_comments_are_not_bare(void **state)
{
    static const char *const texts[] = {"/*! */ SET @k = 5", "/*!50003 SET @k = 5 */", "/*! SET */ @k = 5",
                                        "/*M!999999\\- on */\nSET @k = 5"};
    struct lexer lexer;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lex_open(&lexer, &my_lex, texts[i], strlen(texts[i]));
        struct token set = lex_next_bare(&lexer), variable = lex_next_bare(&lexer);
        assert_true(token_is(&set, "set"));
        assert_memory_equal(variable.text, "@k", 2);
    }
}

static bool is_conditional(const struct lex_rules *rules, const char *text)
{
    struct lexer lexer;
    lex_open(&lexer, rules, text, strlen(text));
    lexer.conditional = 1;
    struct token token = lex_next(&lexer);
    return token_is_conditional(&token);
}

static void only_what_opens_or_closes_one_is_conditional(void **state)
{
    assert_true(is_conditional(&my_lex, "/*!1 a"));
    assert_true(is_conditional(&my_lex, "*/"));
    assert_false(is_conditional(&my_lex, "/* a */"));
    assert_false(is_conditional(&my_lex, "||"));
    assert_false(is_conditional(&my_lex, "/"));
    assert_false(is_conditional(&my_lex, "ab"));
}

static void operators_are_as_long_as_the_engine_has_them(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(
        tokens(ctx, &pg_lex, "a::text<>-1 b@>c d!~~e f*-1 g->>'h' i<->j"),
        "w:a o::: w:text o:<> o:- n:1 _ w:b o:@> w:c _ w:d o:!~~ w:e _ w:f o:* o:- n:1 _ w:g o:->> s:'h' _ "
        "w:i o:<-> w:j");
    assert_string_equal(tokens(ctx, &my_lex, "a<=>b||c>=-1"), "w:a o:<=> w:b o:|| w:c o:>= o:- n:1");
    assert_string_equal(tokens(ctx, &my_lex, "<< >> != := -> ->> && == => :: .. <> <="),
                        "o:<< _ o:>> _ o:!= _ o::= _ o:-> _ o:->> _ o:&& _ o:== _ o:=> _ o::: _ o:.. _ o:<> _ o:<=");
    assert_string_equal(tokens(ctx, &pg_lex, "a@-b a<-b a*--x"), "w:a o:@- w:b _ w:a o:< o:- w:b _ w:a o:* c:--x");
    assert_string_equal(tokens(ctx, &pg_lex, "a+/*x*/b @-"), "w:a o:+ c:/*x*/ w:b _ o:@-");
}

static void parameters_are_as_the_engine_has_them(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(tokens(ctx, &lite_lex, "? ?12 :a @b $c"), "p:? _ p:?12 _ p::a _ p:@b _ p:$c");
    assert_string_equal(tokens(ctx, &my_lex, "@a @@b.c l:BEGIN"), "p:@a _ p:@@b x:. w:c _ w:l o:: w:BEGIN");
    assert_string_equal(tokens(ctx, &pg_lex, "$1 :a ?|"), "p:$1 _ o:: w:a _ o:?|");
    assert_string_equal(tokens(ctx, &lite_lex, ":1 : ?1a @ @@x $"), "p::1 _ o:: _ p:?1 w:a _ o:@ _ p:@@x _ o:$");
    assert_string_equal(tokens(ctx, &my_lex, "@`a` @@ @'b' $1"), "o:@ q:`a` _ o:@ o:@ _ o:@ s:'b' _ p:$1");
}

static void says_what_is_unfinished(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(tokens(ctx, &pg_lex, "'a"), "s!:'a");
    assert_string_equal(tokens(ctx, &my_lex, "'a\\"), "s!:'a\\");
    assert_string_equal(tokens(ctx, &pg_lex, "\"a''"), "q!:\"a''");
    assert_string_equal(tokens(ctx, &pg_lex, "/* /* */"), "c!:/* /* */");
    assert_string_equal(tokens(ctx, &pg_lex, "/*/"), "c!:/*/");
}

/* Sections of files are read in place: the next section follows without a zero byte. */
static void what_stands_after_the_end_does_not_count(void **state)
{
    static const char *const texts[] = {
        "/* a */", "/*!40101 a*/", "'a''b'", "$x$ a $x$",  "$1a",     "U&\"a\"",   "--a\r\nb",
        "1.5e-3",  "0xFF",         "a->>b",  "\"a\"\"b\"", "'a\\'b'", "a.b..c",    "@@x",
        ":ab",     "?12",          "a@-b",   "1_000",      "[a b]",   "/*M!1 a*/", "--\tb",
    };
    static const struct lex_rules *const rules[] = {&pg_lex, &my_lex, &lite_lex};
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
            for (size_t n = 1; n < strlen(texts[i]); n++)
                assert_string_equal(tokens_of(ctx, rules[r], texts[i], n),
                                    tokens(ctx, rules[r], arena_copy(ctx->mem, texts[i], n)));
}

static void counts_lines_and_columns(void **state)
{
    struct lexer lexer;
    const char *text = "a 'x\ny' b\n/*\n*/  c";
    lex_open(&lexer, &pg_lex, text, strlen(text));
    lex_next_code(&lexer);
    struct token string = lex_next_code(&lexer), b = lex_next_code(&lexer), c = lex_next_code(&lexer);
    assert_int_equal(string.line, 1);
    assert_int_equal(string.column, 3);
    assert_int_equal(b.line, 2);
    assert_int_equal(b.column, 4);
    assert_int_equal(c.line, 4);
    assert_int_equal(c.column, 5);
    assert_int_equal(lex_next_code(&lexer).kind, TOKEN_END);
}

static const char *name_of(struct ctx *ctx, const struct lex_rules *rules, const char *text)
{
    struct lexer lexer;
    lex_open(&lexer, rules, text, strlen(text));
    struct token token = lex_next(&lexer);
    return token_name(ctx->mem, &token);
}

static void names_lose_their_quotes(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(name_of(ctx, &pg_lex, "Users"), "Users");
    assert_string_equal(name_of(ctx, &pg_lex, "\"a\"\"b\""), "a\"b");
    assert_string_equal(name_of(ctx, &my_lex, "`a``b`"), "a`b");
    assert_string_equal(name_of(ctx, &lite_lex, "[a[b]"), "a[b");
    assert_string_equal(name_of(ctx, &pg_lex, "U&\"d\\0061t\\+0000E4x\""), "dat\xC3\xA4x");
}

static void unicode_escapes_become_utf8_of_every_length(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(name_of(ctx, &pg_lex, "U&\"\\007F\\0080\\07FF\""), "\x7F\xC2\x80\xDF\xBF");
    assert_string_equal(name_of(ctx, &pg_lex, "U&\"\\0800\\FFFF\""), "\xE0\xA0\x80\xEF\xBF\xBF");
    assert_string_equal(name_of(ctx, &pg_lex, "U&\"\\+010000\\+10fffF\""), "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF");
    assert_string_equal(name_of(ctx, &pg_lex, "U&\"a\\006\""), "a\\006");
    assert_string_equal(name_of(ctx, &pg_lex, "U&\"a\\+00006\""), "a\\+00006");
    assert_string_equal(name_of(ctx, &pg_lex, "U&\"a\\006g\""), "a\\006g");
}

static const char *checksum(struct ctx *ctx, const char *text)
{
    struct sql_piece piece = {.text = text, .length = strlen(text)};
    return lex_checksum(ctx->mem, &pg_lex, &piece, 1);
}

static void the_checksum_sees_code_only(void **state)
{
    struct ctx *ctx = *state;
    const char *plain = checksum(ctx, "CREATE TABLE t (a text DEFAULT 'x\ny')");
    assert_string_equal(checksum(ctx, "CREATE TABLE t(\r\n  a text -- the a\r\n DEFAULT 'x\r\ny')\r\n"), plain);
    assert_string_not_equal(checksum(ctx, "CREATE TABLE t (a text DEFAULT 'x y')"), plain);
    assert_string_not_equal(checksum(ctx, "CREATE TABLE \"t\" (a text DEFAULT 'x\ny')"), plain);
    assert_string_not_equal(checksum(ctx, "ab"), checksum(ctx, "a b"));
}

static void the_checksum_sees_where_statements_end(void **state)
{
    struct ctx *ctx = *state;
    struct sql_piece one[] = {{.text = "a b c", .length = 5}};
    struct sql_piece two[] = {{.text = "a b", .length = 3}, {.text = "c", .length = 1}};
    assert_string_not_equal(lex_checksum(ctx->mem, &pg_lex, one, 1), lex_checksum(ctx->mem, &pg_lex, two, 2));
}

/* Journals in databases hold it: another value is a break that every user would see as edited files. */
static void the_checksum_never_changes(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(checksum(ctx, "SELECT \"a\", 'b', 1, $1 FROM t WHERE x <> 2"),
                        "6d3395a1609011162fca18e751780a358fd970ee2b14752d9eaab6f400363b6f");
}

UNIT_TESTS(UNIT(knows_the_plain_tokens), UNIT(numbers_end_where_they_must), UNIT(strings_of_every_engine),
           UNIT(dollar_quotes), UNIT(comments_of_every_engine), UNIT(conditional_comments_are_code),
           UNIT(what_no_server_runs_is_a_comment), UNIT(marks_of_conditional_comments_are_not_bare),
           UNIT(only_what_opens_or_closes_one_is_conditional), UNIT(operators_are_as_long_as_the_engine_has_them),
           UNIT(parameters_are_as_the_engine_has_them), UNIT(says_what_is_unfinished),
           UNIT(what_stands_after_the_end_does_not_count), UNIT(counts_lines_and_columns),
           UNIT(names_lose_their_quotes), UNIT(unicode_escapes_become_utf8_of_every_length),
           UNIT(the_checksum_sees_code_only), UNIT(the_checksum_sees_where_statements_end),
           UNIT(the_checksum_never_changes))
