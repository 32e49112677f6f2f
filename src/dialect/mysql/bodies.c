/*
 * The bodies of routines, triggers and events as they were written: information_schema shows them without the escapes of their texts
 * and with "?" for what it cannot spell, which holds for queries of views as well.  SHOW CREATE is asked of those that hold a quote, a
 * backslash or such a character, of all in one message.
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"
#include "dialect/mysql/schema.h"

static const struct way {
    enum kind kind;
    int field;
    const char *show;
    int before, after; /* cells around the statement */
} ways[] = {{KIND_FUNCTION, FUNCTION_definition, "FUNCTION", 2, 3},
            {KIND_TRIGGER, TRIGGER_definition, "TRIGGER", 2, 4},
            {KIND_EVENT, EVENT_definition, "EVENT", 3, 3},
            {KIND_VIEW, VIEW_query, "VIEW", 1, 2}};

static const struct way *way_of(const struct object *object)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (ways[i].kind == object->kind)
            return &ways[i];
    return NULL;
}

static struct expr *text_of(const struct way *way, const struct object *object)
{
    return object_field((struct object *)(uintptr_t)object, way->field);
}

static bool is_changed(const char *text)
{
    for (const char *at = text; *at; at++)
        if (strchr("'\"\\?`", *at) || (unsigned char)*at >= 0x80)
            return true;
    return false;
}

/* Where the lines of a routine that say how it behaves are over. */
static const char *behaviour_skip(const char *at)
{
    static const char *const words[] = {"    DETERMINISTIC", "    NO SQL",  "    READS SQL", "    MODIFIES SQL",
                                        "    SQL SECURITY",  "    COMMENT", "    LANGUAGE",  NULL};
    while ((at = strchr(at, '\n'))) {
        bool more = false;
        for (int i = 0; words[i]; i++)
            more = more || text_starts(at + 1, words[i]);
        at++;
        if (!more)
            return at;
    }
    return NULL;
}

static const char *routine_body(const char *statement)
{
    struct lexer lexer;
    int depth = 0;
    lex_open(&lexer, &my_lex, statement, strlen(statement));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (token_is(&token, ")") && depth == 0)
            return behaviour_skip(token.text);
    }
    return NULL;
}

static const char *trigger_body(const char *statement)
{
    static const char *const orders[] = {"follows", "precedes", NULL};
    struct lexer lexer;
    struct token before = {.kind = TOKEN_END, .text = ""}, token;
    lex_open(&lexer, &my_lex, statement, strlen(statement));
    for (; (token = lex_next_code(&lexer)).kind != TOKEN_END; before = token)
        if (token_is(&before, "each") && token_is(&token, "row"))
            break;
    token = lex_next_code(&lexer);
    if (token_is_one_of(&token, orders)) {
        lex_next_code(&lexer);
        token = lex_next_code(&lexer);
    }
    return token.kind == TOKEN_END ? NULL : token.text;
}

static const char *event_body(const char *statement)
{
    struct lexer lexer;
    lex_open(&lexer, &my_lex, statement, strlen(statement));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token_is(&token, "do"))
            return token.text;
    return NULL;
}

/* CREATE ... VIEW `v` (`a`, `b`) AS select ... WITH LOCAL CHECK OPTION, of which the last is a field of its own. */
static const char *view_body(struct arena *mem, const char *statement)
{
    static const char *const ends[] = {" WITH LOCAL CHECK OPTION", " WITH CASCADED CHECK OPTION"};
    struct lexer lexer;
    bool named = false;
    lex_open(&lexer, &my_lex, statement, strlen(statement));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        named = named || token_is(&token, "view");
        if (!named || !token_is(&token, "as"))
            continue;
        const char *query = text_trim(mem, token.text + token.length);
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
            if (text_ends(query, ends[i]))
                return arena_copy(mem, query, strlen(query) - strlen(ends[i]));
        return query;
    }
    return NULL;
}

/* What the catalog query says before the body ends with a line. */
static size_t head_length(const char *definition)
{
    struct lexer lexer;
    lex_open(&lexer, &my_lex, definition, strlen(definition));
    const char *end = definition;
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        const char *line = memchr(end, '\n', (size_t)(token.text - end));
        if (line)
            return (size_t)(line - definition) + 1;
        end = token.text + token.length;
    }
    return 0;
}

static size_t head_of(const struct way *way, const char *text)
{
    return way->kind == KIND_VIEW ? 0 : head_length(text);
}

/* May it have lost something? */
static bool is_doubtful(const struct way *way, const char *text)
{
    if (way->kind == KIND_VIEW)
        return strchr(text, '?');
    size_t head = head_length(text);
    return head && is_changed(text + head);
}

/* The cell of the answer that is the statement; NULL: the user may not see it. */
static const char *statement_of(struct arena *mem, const struct way *way, const char *said)
{
    const char *end = said + strlen(said);
    for (int i = 0; i < way->before && said; i++) {
        said = strchr(said, '\t');
        said = said ? said + 1 : NULL;
    }
    for (int i = 0; i <= way->after && said && end > said; i++)
        do
            end--;
        while (end > said && *end != '\t');
    return said && end > said && text_starts_nocase(said, "CREATE") ? arena_copy(mem, said, (size_t)(end - said))
                                                                    : NULL;
}

static void body_take(struct ctx *ctx, const struct way *way, const struct object *object, const char *said)
{
    struct arena *mem = ctx->mem;
    struct expr *text = text_of(way, object);
    const char *statement = statement_of(mem, way, said), *definition = text->printed;
    const char *body = !statement                   ? NULL
                       : way->kind == KIND_FUNCTION ? routine_body(statement)
                       : way->kind == KIND_TRIGGER  ? trigger_body(statement)
                       : way->kind == KIND_VIEW     ? view_body(mem, statement)
                                                    : event_body(statement);
    size_t head = head_of(way, definition);
    if (body && (head || way->kind == KIND_VIEW))
        text->printed = arena_printf(mem, "%.*s%s", (int)head, definition, body);
    else if (statement)
        emit_warning(ctx, "%s: where its body begins is not understood, so texts in it may have lost their escapes",
                     object_path(mem, object));
}

static const char *show_text(struct arena *mem, const struct way *way, const struct object *object)
{
    const char *name = object->kind == KIND_FUNCTION ? ((const struct function *)object)->called : object->name;
    bool procedure = object->kind == KIND_FUNCTION && text_starts(object->name, "CALL ");
    return arena_printf(mem, "SHOW CREATE %s %s", procedure ? "PROCEDURE" : way->show,
                        ident_text(mem, &my_ident, name));
}

int my_bodies_load(struct ctx *ctx, struct conn *conn, const struct tree *tree)
{
    struct names statements = {0};
    struct list asked = {0};
    struct buf *said;
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        const struct way *way = way_of(o);
        const char *text = way ? text_of(way, o)->printed : NULL;
        if (!text || !is_doubtful(way, text))
            continue;
        names_add(ctx->mem, &statements, show_text(ctx->mem, way, o));
        list_add(ctx->mem, &asked, o);
    }
    TRY(my_show_all(ctx, (struct my_conn *)conn, &statements, &said));
    for (int i = 0; i < asked.n; i++)
        body_take(ctx, way_of(asked.item[i]), asked.item[i], said[i].data);
    return 0;
}
