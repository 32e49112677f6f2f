/*
 * The names that the servers give to constraints that were given none.  They are always written, so that the way back
 * knows them, and taken from what is free.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

char *my_name_fold(struct arena *mem, const struct target *target, const char *name)
{
    (void)target;
    return name ? text_lower(mem, name) : NULL;
}

int my_cases_fail(struct ctx *ctx, const struct object *a, const struct object *b)
{
    fail(ctx, ERR_UNSUPPORTED, "%s and %s have names that differ only by case, which is not managed yet",
         object_path(ctx->mem, a), object_path(ctx->mem, b));
    return fail_hint(ctx, "Leave one of them out with \"exclude\" in the configuration, or give it another name.");
}

/* Where a name of its kind must differ: checks of MariaDB in their table, all else in the database. */
static const struct object *scope_of(const struct tree *tree, const struct object *object)
{
    const struct object *schema = object_child(tree->root, KIND_SCHEMA, object_schema(object));
    bool near = object->kind == KIND_CHECK && tree->engine == ENGINE_MARIA;
    return near && schema ? object_child(schema, KIND_TABLE, object->parent->name) : schema;
}

static bool is_held(const struct tree *tree, const struct object *object, const char *name)
{
    const struct object *scope = scope_of(tree, object);
    for (const struct object *o = scope; o; o = object_next(scope, o))
        if (o->kind == object->kind && o != object && o != object->peer && o->name && text_equal_nocase(o->name, name))
            return true;
    return false;
}

const char *my_default_name(struct arena *mem, enum engine engine, const struct object *object, int number)
{
    const char *table = object->parent->name;
    if (object->kind == KIND_FOREIGN_KEY)
        return arena_printf(mem, "%s_ibfk_%d", table, number);
    return engine == ENGINE_MARIA ? arena_printf(mem, "CONSTRAINT_%d", number)
                                  : arena_printf(mem, "%s_chk_%d", table, number);
}

/* RENAME TABLE gives "old_ibfk_1" the name "new_ibfk_1", and MySQL so to checks, whoever gave them that name. */
void my_names_follow(struct arena *mem, struct object *object, const char *from)
{
    static const struct {
        enum kind kind;
        const char *mark;
    } following[] = {{KIND_FOREIGN_KEY, "_ibfk_"}, {KIND_CHECK, "_chk_"}};
    for (int i = 0; object->kind == KIND_TABLE && i < object->children.n; i++) {
        struct object *child = object->children.item[i];
        for (size_t k = 0; child->name && k < sizeof following / sizeof *following; k++) {
            const char *head = arena_printf(mem, "%s%s", from, following[k].mark);
            if (child->kind == following[k].kind && text_starts(child->name, head))
                child->name = arena_printf(mem, "%s%s", object->name, child->name + strlen(from));
        }
    }
}

/* The names that settle() made are the server's in a table of its own; beside others the next free one is taken. */
void my_choose_name(struct arena *mem, const struct changes *changes, struct object *object)
{
    bool counted = object->kind == KIND_FOREIGN_KEY || object->kind == KIND_CHECK;
    for (int number = 1; counted && !object->named &&
                         (!object->name || is_held(changes->before, object, object->name) ||
                          is_held(changes->after, object, object->name));
         number++)
        object->name = my_default_name(mem, changes->after->engine, object, number);
    object->named = object->name && object->kind != KIND_PRIMARY_KEY;
}

static bool mentions(struct arena *mem, const char *text, const char *name)
{
    struct lexer lexer;
    lex_open(&lexer, &my_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer), next; token.kind != TOKEN_END; token = next) {
        next = lex_next_code(&lexer);
        bool is_name = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (is_name && !token_is(&next, "(") && text_equal_nocase(token_name(mem, &token), name))
            return true;
    }
    return false;
}

struct object *my_check_column(struct arena *mem, const struct check *check)
{
    const struct object *table = check->object.parent;
    const char *text = expr_text(&check->expr);
    struct object *found = NULL;
    for (int i = 0; check->of_column && text && i < table->children.n; i++) {
        struct object *column = table->children.item[i];
        if (column->kind != KIND_COLUMN || !mentions(mem, text, column->name))
            continue;
        if (text_equal_nocase(column->name, check->object.name))
            return column;
        found = found ? found : column;
    }
    return found;
}
