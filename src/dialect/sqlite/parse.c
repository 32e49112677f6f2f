/*
 * Stored definitions: SQLite keeps the text of each CREATE as it was written and its pragmas tell only a part of it (no CHECK,
 * no constraint names, no COLLATE), so the text is the catalog.  The statements are read in parse_table.c and parse_index.c.
 */
#include "dialect/sqlite/parse.h"

#include "base/text.h"

static const struct cursor_rules rules = {
    .lex = &lite_lex, .string_names = true, .hint = "SELECT sql FROM sqlite_master"};

void lite_cursor_open(struct cursor *cursor, struct ctx *ctx, const struct lite_text *text, const char *kind)
{
    cursor->rules = &rules;
    cursor->what = text->name ? arena_printf(ctx->mem, "%s %s", kind, text->name) : kind;
    cursor_open(cursor, ctx, text->tokens, text->sql);
}

void lite_say_all(struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        bool soft = object->kind == KIND_COLUMN && i == COLUMN_default_soft;
        if ((info->field[i].engines & ENGINE_LITE) && !soft)
            settle_none(object, i);
    }
}

struct column *lite_column(const struct object *table, const char *name)
{
    for (int i = 0; table && i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        if (child->kind == KIND_COLUMN && text_equal_nocase(child->name, name))
            return (struct column *)child;
    }
    return NULL;
}
