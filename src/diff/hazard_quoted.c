/*
 * A body in quotes keeps the names that things had: nobody rewrites it, and the server reads it when it runs.  Where the project
 * leaves such a body as it is, a rename may be what breaks it.  Names in it are looked for as words, so this may be wrong.
 */
#include "base/text.h"
#include "diff/step.h"

/* The texts in quotes of its statement, but for values of its arguments; NULL: there is none. */
static const char *quoted_text(struct arena *mem, const struct target *target, const struct object *object)
{
    bool quotes = false; /* an engine that has no field for such a body reads it as a part of the statement */
    for (int i = 0; i < kind_table[object->kind].fields; i++)
        quotes = quotes || (kind_table[object->kind].field[i].marks & FIELD_UNHELD &&
                            kind_table[object->kind].field[i].engines & target->dialect->engine);
    int field = quotes ? field_find(object->kind, "definition") : -1;
    const char *text = field >= 0 ? expr_text(object_field(object, field)) : NULL;
    struct lexer lexer;
    struct buf out;
    int depth = 0;
    buf_init(&out, mem);
    lex_open(&lexer, target->dialect->lex, text ? text : "", text ? strlen(text) : 0);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (token.kind == TOKEN_STRING && !depth)
            buf_addf(&out, "%s\n", token_copy(mem, &token));
    }
    return out.len ? out.data : NULL;
}

/* Of a row that a trigger has at hand, or of a table that is named too. */
static bool names_column(struct arena *mem, const struct changes *changes, const char *text, const char *name,
                         const struct object *table)
{
    return text_has_word(text, arena_printf(mem, "new.%s", name)) ||
           text_has_word(text, arena_printf(mem, "old.%s", name)) ||
           (text_has_word(text, name) &&
            (text_has_word(text, table->name) || text_has_word(text, change_name_before(changes, table))));
}

/* What the rename takes away, as a text would say it. */
static const char *name_before(struct arena *mem, const struct change *rename)
{
    const char *name = rename->before->name;
    return kind_is(rename->kind, KIND_IS_CALLED) ? arena_copy(mem, name, strcspn(name, "(")) : name;
}

/* Something else has the name afterwards, and may be what is meant. */
static bool is_taken(const struct changes *changes, const struct change *rename)
{
    const struct object *entry = rename->renamed, *parent = entry->parent;
    if (!object_within(entry, changes->after->root))
        parent = parent ? parent->peer : NULL;
    if (!kind_is(rename->kind, KIND_LISTED))
        return parent && object_child(parent, rename->kind, rename->before->name);
    return parent && names_have(object_entries(parent), rename->before->name);
}

static bool may_name(struct arena *mem, const struct changes *changes, const char *text, const struct change *rename)
{
    const char *name = name_before(mem, rename);
    if (kind_is(rename->kind, KIND_LISTED))
        return text_has(text, arena_printf(mem, "'%s'", text_replace(mem, name, "'", "''")));
    name = text_replace(mem, name, "\"", "\"\"");
    if (kind_is(rename->kind, KIND_NAMESPACE))
        return text_has_word(text, name) &&
               (text_has(text, arena_printf(mem, "%s.", name)) || text_has(text, arena_printf(mem, "%s\".", name)));
    const struct object *holder = rename->renamed->parent;
    if (kind_is(rename->kind, KIND_IS_COLUMN))
        return names_column(mem, changes, text, name, holder);
    return text_has_word(text, name);
}

static void quoted_judge(struct arena *mem, const struct changes *changes, const struct object *object,
                         const char *text, struct list *hazards)
{
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *rename = changes->list.item[i];
        if (rename->op != CHANGE_RENAME || is_taken(changes, rename) || !may_name(mem, changes, text, rename))
            continue;
        struct hazard *hazard = NEW(mem, struct hazard);
        *hazard = (struct hazard){.code = "names-old", .change = rename};
        hazard->text = arena_printf(
            mem, "%s: its body in quotes may name %s %s, which gets another name: look at it", object_path(mem, object),
            text_replace(mem, kind_table[rename->kind].name, "_", " "), name_before(mem, rename));
        list_add(mem, hazards, hazard);
    }
}

void hazards_quoted(struct arena *mem, const struct target *target, const struct changes *changes, struct list *hazards)
{
    bool any = false;
    for (int i = 0; i < changes->list.n; i++)
        any = any || ((const struct change *)changes->list.item[i])->op == CHANGE_RENAME;
    for (struct object *o = changes->after->root; o && any && !changes->reversed;
         o = object_next(changes->after->root, o)) {
        const char *text = quoted_text(mem, target, o);
        if (text)
            quoted_judge(mem, changes, o, text, hazards);
    }
}
