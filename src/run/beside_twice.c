/*
 * What is described twice: by a class of the models and beside them, or by two statements.  One of the two would be made and the
 * other be an error of the server's that names neither place, or, with OR REPLACE and IF NOT EXISTS, silently lost.
 */
#include "run/beside.h"

#include "base/text.h"
#include "run/parts.h"

static const char *key_of(const struct beside *beside, const char *schema, const char *name)
{
    const char *usual = target_usual(beside->session->target);
    if (!schema || (usual && text_equal(schema, usual)))
        schema = "";
    return arena_printf(beside->ctx->mem, "%s.%s", name_fold(beside->ctx->mem, beside->session->target, schema),
                        name_fold(beside->ctx->mem, beside->session->target, name));
}

static void names_read(struct beside *beside)
{
    const struct tree *tree = beside->models->tree;
    map_init(&beside->names, beside->ctx->mem);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->name && o->kind == KIND_SCHEMA && *o->name)
            map_set(&beside->names, key_of(beside, NULL, o->name), o);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->name && (o->kind == KIND_INDEX || (o->parent && o->parent->kind == KIND_SCHEMA)))
            map_set(&beside->names, key_of(beside, object_schema(o), o->name), o);
}

bool beside_about_models(const struct beside *beside, const struct classified *what)
{
    bool makes_schema = what->kind == KIND_SCHEMA && what->verb == VERB_CREATE;
    if (makes_schema)
        return false;
    return (what->name && map_get(&beside->names, key_of(beside, what->schema, what->name))) ||
           (what->table && map_get(&beside->names, key_of(beside, what->schema, what->table)));
}

/* ---- statements that make an object ---- */

/* The types of its arguments, or whatever stands in the first parentheses. */
static const char *arguments_of(const struct beside *beside, const struct sql_piece *piece)
{
    struct lexer lexer;
    struct names words = {0};
    int depth = 0;
    lex_open(&lexer, beside->dialect->lex, piece->text, piece->length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (depth)
            names_add(beside->ctx->mem, &words, text_lower(beside->ctx->mem, token_copy(beside->ctx->mem, &token)));
        else if (words.n)
            break;
    }
    return names_join(beside->ctx->mem, &words, " ");
}

static bool has_condition(const struct beside *beside, const struct sql_piece *piece)
{
    struct lexer lexer;
    lex_open(&lexer, beside->dialect->lex, piece->text, piece->length);
    for (int i = 0; i < 6; i++) {
        const struct token token = lex_next_code(&lexer);
        if (token_is(&token, "if"))
            return true;
    }
    return false;
}

static bool is_called_by_arguments(const struct classified *what)
{
    return text_equal(what->word, "function") || text_equal(what->word, "procedure") ||
           text_equal(what->word, "aggregate");
}

/* CREATE TYPE and a name: what makes it follows, when its functions are there. */
static bool is_promise(const struct beside *beside, const struct classified *what)
{
    struct token last = {0};
    struct lexer lexer;
    lex_open(&lexer, beside->dialect->lex, what->piece.text, what->piece.length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (!token_is(&token, ";"))
            last = token;
    return text_equal(what->word, "type") && last.length &&
           text_equal_nocase(token_name(beside->ctx->mem, &last), what->name);
}

/* What nothing else may be called; NULL: nothing is claimed of it. */
static const char *made_by(const struct beside *beside, const struct classified *what)
{
    struct arena *mem = beside->ctx->mem;
    bool known = what->kind != KIND_COUNT;
    if (what->verb != VERB_CREATE || !what->name || !what->word || is_promise(beside, what))
        return NULL;
    if ((what->kind == KIND_SCHEMA || what->kind == KIND_EXTENSION) && has_condition(beside, &what->piece))
        return NULL;
    const char *key = key_of(beside, what->schema, what->name);
    if (is_called_by_arguments(what))
        return arena_printf(mem, "function %s(%s)", key, arguments_of(beside, &what->piece));
    if (known && kind_is(what->kind, KIND_RELATION))
        return arena_printf(mem, "relation %s", key);
    if (what->table)
        return arena_printf(mem, "%s %s on %s", what->word, key, what->table);
    return known || text_equal(what->word, "type") ? arena_printf(mem, "%s %s", what->word, key) : NULL;
}

/* In a script one may be taken away, and another come. */
static bool takes_away(const struct classified *what)
{
    return what->verb == VERB_DROP || what->verb == VERB_RENAME;
}

/* ---- in words ---- */

static const char *place_shown(struct arena *mem, const char *file, int line)
{
    return line > 0 ? arena_printf(mem, "%s:%d", file, line) : file;
}

static const char *place_of_models(const struct beside *beside, const struct object *object)
{
    struct ctx *ctx = beside->ctx;
    const struct object *top = object_top(object);
    const char *schema = object_schema(top);
    const char *key = *schema ? arena_printf(ctx->mem, "%s.%s", schema, top->name) : top->name;
    const struct json *place = beside->models->places ? json_get(beside->models->places, key) : NULL;
    if (!place || place->n < 2)
        return "a column of the models";
    return place_shown(ctx->mem, path_near(ctx, place->item[0]->text), (int)place->item[1]->number);
}

static int fail_twice(const struct beside *beside, const struct beside_part *part, const char *other)
{
    struct ctx *ctx = beside->ctx;
    const struct classified *what = &part->said.what;
    const char *here = place_shown(ctx->mem, part->said.file, what->piece.line);
    fail(ctx, ERR_MODELS, "%s %s is described twice: in %s and in %s", what->word, what->name, other, here);
    fail_at(ctx, part->said.file, what->piece.line, 0);
    return fail_hint(ctx, "Take it out of one of them.");
}

static bool is_same_sort(const struct object *object, const struct classified *what)
{
    bool type =
        kind_is(object->kind, KIND_IS_TYPE) && (text_equal(what->word, "type") || text_equal(what->word, "domain"));
    bool relation =
        kind_is(object->kind, KIND_RELATION) && what->kind != KIND_COUNT && kind_is(what->kind, KIND_RELATION);
    return type || relation;
}

int beside_check(struct beside *beside)
{
    struct map made;
    bool script = false;
    names_read(beside);
    map_init(&made, beside->ctx->mem);
    for (int i = 0; i < beside->parts.n; i++)
        script = script || takes_away(&((const struct beside_part *)beside->parts.item[i])->said.what);
    for (int i = 0; i < beside->parts.n; i++) {
        struct beside_part *part = beside->parts.item[i];
        const struct classified *what = &part->said.what;
        const char *key = made_by(beside, what);
        const struct object *object = key ? map_get(&beside->names, key_of(beside, what->schema, what->name)) : NULL;
        if (object && is_same_sort(object, what))
            return fail_twice(beside, part, place_of_models(beside, object));
        const struct beside_part *other = key ? map_get(&made, key) : NULL;
        if (other && !script)
            return fail_twice(beside, part,
                              place_shown(beside->ctx->mem, other->said.file, other->said.what.piece.line));
        if (key)
            map_set(&made, key, part);
    }
    return 0;
}
