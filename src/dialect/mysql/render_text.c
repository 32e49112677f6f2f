/* What is one statement, and has no other way to change than to be made again: triggers, routines, events. */
#include "base/text.h"
#include "dialect/mysql/render.h"

static const char *definition_of(const struct object *object)
{
    switch (object->kind) {
    case KIND_TRIGGER: return expr_text(&((const struct trigger *)object)->definition);
    case KIND_FUNCTION: return expr_text(&((const struct function *)object)->definition);
    case KIND_EVENT: return expr_text(&((const struct scheduled_event *)object)->definition);
    default: return NULL;
    }
}

/* The word after CREATE and who defines it: what DROP wants, too. */
static const char *word_of(const struct object *object)
{
    static const char *const words[] = {"trigger", "function", "procedure", "event", NULL};
    static const char *const upper[] = {"TRIGGER", "FUNCTION", "PROCEDURE", "EVENT"};
    const char *text = definition_of(object);
    struct lexer lexer;
    lex_open(&lexer, &my_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        for (int i = 0; words[i]; i++)
            if (token_is(&token, words[i]))
                return upper[i];
    return kind_table[object->kind].sql;
}

static void name_add(struct buf *out, const struct object *object)
{
    const char *name = object->kind == KIND_FUNCTION ? object_called(object) : object->name;
    ident_add_qualified(out, &my_ident, object_schema(object), name);
}

int my_text_create(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, definition_of(change->after));
    render_statement(render, &out);
    return 0;
}

int my_text_drop(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, "DROP ");
    buf_addf(&out, "%s ", word_of(change->before));
    name_add(&out, change->before);
    render_statement(render, &out);
    return 0;
}
