/*
 * Functions and procedures: the whole statement as the server prints it.  CREATE OR REPLACE does for a new body and for more
 * defaults; where the names of arguments, their modes or the result differ, the old one steps aside under another name until
 * all that call it have changed over.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static const char create[] = "CREATE ";

static const char *text_of(struct arena *mem, const struct function *function)
{
    return text_trim(mem, expr_text(&function->definition));
}

bool pg_is_procedure(const struct function *function)
{
    return text_starts(expr_text(&function->definition), "CREATE PROCEDURE");
}

static const char *word_of(const struct function *function)
{
    return pg_is_procedure(function) ? "PROCEDURE" : "FUNCTION";
}

void pg_call(struct buf *out, const struct function *function, const char *name)
{
    pg_sibling(out, &function->object, name);
    buf_add_c(out, '(');
    for (int i = 0; i < function->arguments.n; i++)
        buf_addf(out, "%s%s", i ? ", " : "", function->arguments.item[i]);
    buf_add_c(out, ')');
}

static void function_comment(struct render *render, const struct function *function)
{
    struct buf name = pg_begin(render, "");
    pg_call(&name, function, function->called);
    pg_comment(render, word_of(function), &name, function->comment);
}

static void function_create(struct render *render, const struct function *function)
{
    struct buf out = pg_begin(render, text_of(render->mem, function));
    render_statement(render, &out);
    if (function->comment)
        function_comment(render, function);
}

static const char *name_aside(struct arena *mem, const struct function *function)
{
    return pg_object_name(mem, function->called, NULL, "_old");
}

int pg_function_create(struct render *render, const struct change *change)
{
    function_create(render, (const struct function *)change->after);
    return 0;
}

int pg_function_rename(struct render *render, const struct change *change)
{
    const struct function *function = (const struct function *)change->renamed;
    const char *from = change->before->name, *to = change->after->name;
    struct buf out = pg_begin(render, "ALTER ");
    buf_addf(&out, "%s ", word_of(function));
    pg_call(&out, function, arena_copy(render->mem, from, strcspn(from, "(")));
    buf_add(&out, " RENAME TO ");
    pg_ident_add(&out, arena_copy(render->mem, to, strcspn(to, "(")));
    render_statement(render, &out);
    return 0;
}

int pg_function_drop(struct render *render, const struct change *change)
{
    const struct function *function = (const struct function *)change->before;
    if (pg_goes_with_type(change->before))
        return 0;
    struct buf out =
        pg_begin_drop(render, pg_is_procedure(function) ? "DROP PROCEDURE " : "DROP FUNCTION ", change->before);
    pg_call(&out, function, function->called);
    render_statement(render, &out);
    return 0;
}

static void step_aside(struct render *render, const struct function *function)
{
    struct buf out = pg_begin(render, "ALTER ");
    buf_addf(&out, "%s ", word_of(function));
    pg_call(&out, function, function->called);
    buf_add(&out, " RENAME TO ");
    pg_ident_add(&out, name_aside(render->mem, function));
    render_statement(render, &out);
}

int pg_function_alter(struct render *render, const struct change *change)
{
    const struct function *before = (const struct function *)change->before;
    const struct function *after = (const struct function *)change->after;
    if (change_has(change, FUNCTION_definition) && pg_function_is_remade(render->mem, before, after)) {
        step_aside(render, before);
        function_create(render, after);
        return 0;
    }
    if (change_has(change, FUNCTION_definition)) {
        struct buf out = pg_begin(render, "CREATE OR REPLACE ");
        buf_add(&out, text_of(render->mem, after) + strlen(create));
        render_statement(render, &out);
    }
    if (change_has(change, FUNCTION_comment))
        function_comment(render, after);
    return 0;
}

/* Whatever called the old one calls the new one by now. */
int pg_function_finish(struct render *render, const struct change *change)
{
    const struct function *before = (const struct function *)change->before;
    struct buf out = pg_begin(render, "DROP ");
    buf_addf(&out, "%s ", word_of(before));
    pg_call(&out, before, name_aside(render->mem, before));
    render_statement(render, &out);
    return 0;
}

/* ---- what CREATE OR REPLACE cannot change ---- */

static bool ends_head(const struct token *token)
{
    static const char *const words[] = {"language", "as", "begin", NULL};
    return token->kind == TOKEN_END || token_is_one_of(token, words);
}

/* Kind, arguments and result without the values of defaults, of which the number is counted. */
static const char *head_of(struct arena *mem, const struct function *function, int *defaults)
{
    struct lexer lexer;
    struct buf out;
    int depth = 0;
    bool given = false;
    const char *text = pg_without_in(mem, expr_text(&function->definition));
    buf_init(&out, mem);
    *defaults = 0;
    lex_open(&lexer, &pg_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (!depth && ends_head(&token))
            break;
        if (depth == 1 && token_is(&token, "default")) {
            given = true;
            ++*defaults;
        }
        given = given && depth && !(depth == 1 && token_is(&token, ","));
        if (!given)
            buf_addf(&out, "%s ", token_copy(mem, &token));
    }
    for (struct token token = lex_next_code(&lexer); !ends_head(&token) || token_is(&token, "language");
         token = lex_next_code(&lexer))
        if (token_is(&token, "window"))
            buf_add(&out, "WINDOW");
    return out.data;
}

bool pg_function_is_remade(struct arena *mem, const struct function *before, const struct function *after)
{
    int had, has;
    const char *was = head_of(mem, before, &had), *is = head_of(mem, after, &has);
    return !text_equal(was, is) || has < had;
}

bool pg_function_is_bound(const struct function *function)
{
    struct lexer lexer;
    static const char *const words[] = {"atomic", "return", NULL};
    const char *text = expr_text(&function->definition);
    lex_open(&lexer, &pg_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token_is_one_of(&token, words))
            return true;
    return false;
}
