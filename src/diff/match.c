/*
 * Finding pairs.  Kind by kind from the top, so that when constraints are matched by content their tables and columns
 * already have their peers and the new names.  A rename is carried out in the tree at once: names, lists of names, and
 * names inside expressions; the change keeps small copies with the names before and after.
 */
#include "diff/match.h"

#include <string.h>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/step.h"

struct matcher {
    struct arena *mem;
    const struct dialect *dialect;
    const struct diff_input *input;
    struct changes *changes;
    struct object *before; /* the parents whose children are being matched */
    struct object *after;
    enum kind kind;
};

static void pair_up(struct object *before, struct object *after)
{
    before->peer = after;
    after->peer = before;
}

/* In an expression, the name `from` as a whole word becomes `to`. */
static const char *text_renamed(const struct matcher *matcher, const char *text, const char *from, const char *to)
{
    if (!text)
        return NULL;
    struct buf out;
    struct lexer lexer;
    buf_init(&out, matcher->mem);
    lex_open(&lexer, matcher->dialect->lex, text, strlen(text));
    for (struct token token = lex_next(&lexer); token.kind != TOKEN_END; token = lex_next(&lexer)) {
        bool is_name = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (is_name && compare_name(matcher->mem, matcher->dialect, token_name(matcher->mem, &token), from))
            ident_add(&out, matcher->dialect->ident, to);
        else
            buf_add_n(&out, token.text, token.length);
    }
    return out.data;
}

static void names_renamed(const struct matcher *matcher, struct names *names, const char *from, const char *to)
{
    for (int i = 0; i < names->n; i++)
        if (compare_name(matcher->mem, matcher->dialect, names->item[i], from))
            names->item[i] = to;
}

/* In every field of `object` that is marked `mark`, and in expressions if `exprs`, `from` becomes `to`. */
static void fields_renamed(const struct matcher *matcher, struct object *object, unsigned mark, const char *from,
                           const char *to)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        void *at = object_field(object, i);
        if (info->field[i].type == FIELD_EXPR) {
            struct expr *expr = at;
            expr->written = text_renamed(matcher, expr->written, from, to);
            expr->printed = text_renamed(matcher, expr->printed, from, to);
        } else if (info->field[i].marks & mark && info->field[i].type == FIELD_NAMES)
            names_renamed(matcher, at, from, to);
        else if (info->field[i].marks & mark && info->field[i].type == FIELD_TEXT &&
                 compare_name(matcher->mem, matcher->dialect, *(const char **)at, from))
            *(const char **)at = to;
    }
}

/*
 * References of `object` to the table, or to its column `from` (far columns, the part of a reference), take the new name.
 * A table's `from` is NULL.
 */
static void refs_renamed(const struct matcher *matcher, struct object *object, const struct object *table,
                         const char *from, const char *to)
{
    const struct kind_info *info = &kind_table[object->kind];
    bool refers = false;
    for (int i = 0; i < info->fields; i++) {
        void *at = object_field(object, i);
        struct refs one = {.item = at, .n = 1}, *refs = info->field[i].type == FIELD_REFS ? at : &one;
        if (info->field[i].type != FIELD_REF && info->field[i].type != FIELD_REFS)
            continue;
        for (int k = 0; k < refs->n; k++) {
            struct ref *ref = &refs->item[k];
            if (!compare_ref_is(matcher->mem, matcher->dialect, ref, table))
                continue;
            refers = true;
            if (!from)
                ref->name = to;
            else if (ref->part && compare_name(matcher->mem, matcher->dialect, ref->part, from))
                ref->part = to;
        }
    }
    for (int i = 0; refers && from && i < info->fields; i++)
        if (info->field[i].marks & FIELD_FAR_COLUMN_REF)
            names_renamed(matcher, object_field(object, i), from, to);
}

static void column_renamed(const struct matcher *matcher, struct object *column, const char *to)
{
    struct object *table = column->parent;
    const char *from = column->name;
    for (struct object *o = object_next(table, table); o; o = object_next(table, o))
        if (o->kind != KIND_COLUMN || ((struct column *)o)->computed.written || ((struct column *)o)->computed.printed)
            fields_renamed(matcher, o, FIELD_COLUMN_REF, from, to);
    for (struct object *o = matcher->changes->before->root; o; o = object_next(matcher->changes->before->root, o)) {
        refs_renamed(matcher, o, table, from, to);
        bool text = o->kind == KIND_VIEW || (o->kind == KIND_TRIGGER && o->parent != table);
        if (text && matcher->dialect->renames_in_text && references(matcher->mem, matcher->dialect, o, table))
            fields_renamed(matcher, o, 0, from, to);
    }
}

static void table_renamed(const struct matcher *matcher, struct object *table, const char *to)
{
    const char *from = table->name;
    struct object *root = matcher->changes->before->root;
    for (struct object *o = root; o; o = object_next(root, o)) {
        refs_renamed(matcher, o, table, NULL, to);
        if (kind_is(o->kind, KIND_IS_TEXT))
            fields_renamed(matcher, o, 0, from, to);
    }
}

static struct object *name_card(struct arena *mem, const struct object *object, const char *name)
{
    struct object *card = arena_alloc(mem, kind_table[object->kind].size);
    card->kind = object->kind;
    card->parent = object->parent;
    card->name = name;
    return card;
}

static const struct rename *rename_decided(const struct matcher *matcher, const struct object *before,
                                           const struct object *after)
{
    const struct list *renames = matcher->input->renames;
    bool column = kind_is(before->kind, KIND_IS_COLUMN);
    if (!column && !kind_is(before->kind, KIND_HOLDS_ROWS))
        return NULL;
    for (int i = 0; renames && i < renames->n; i++) {
        const struct rename *rename = renames->item[i];
        if (text_equal(rename->from, before->name) && text_equal(rename->to, after->name) &&
            text_equal(rename->schema, object_schema(after)) &&
            text_equal(rename->table, column ? after->parent->name : NULL))
            return rename;
    }
    return NULL;
}

static void rename_carry_out(struct matcher *matcher, struct object *before, struct object *after,
                             const char *resolved_from)
{
    struct change *change =
        change_add(matcher->mem, matcher->changes, CHANGE_RENAME, name_card(matcher->mem, before, before->name),
                   name_card(matcher->mem, after, after->name));
    change->resolved_from = resolved_from;
    if (before->kind == KIND_COLUMN)
        column_renamed(matcher, before, after->name);
    else if (before->kind == KIND_TABLE)
        table_renamed(matcher, before, after->name);
    before->name = after->name;
}

typedef bool pair_test(struct matcher *matcher, struct object *before, struct object *after);

static bool test_decided(struct matcher *matcher, struct object *before, struct object *after)
{
    const struct rename *rename = rename_decided(matcher, before, after);
    if (rename)
        rename_carry_out(matcher, before, after, rename->resolved_from);
    return rename != NULL;
}

static bool test_name(struct matcher *matcher, struct object *before, struct object *after)
{
    bool same = before->name && after->name && compare_name(matcher->mem, matcher->dialect, before->name, after->name);
    return same &&
           (!kind_is(before->kind, KIND_OVERLOADED) || compare_identity(matcher->mem, matcher->dialect, before, after));
}

/* Where the engine has no statement for it, another name makes another object. */
static bool can_rename(const struct matcher *matcher, enum kind kind)
{
    const struct render_kind *render = matcher->dialect->render;
    return !render || render[kind].rename;
}

static bool test_single(struct matcher *matcher, struct object *before, struct object *after)
{
    bool named = before->name && after->name && !before->name_invented && !after->name_invented;
    return kind_table[before->kind].marks & KIND_SINGLE && (!named || can_rename(matcher, before->kind));
}

static bool test_content(struct matcher *matcher, struct object *before, struct object *after)
{
    bool unnamed = !before->name || !after->name || before->name_invented || after->name_invented;
    return unnamed && kind_table[before->kind].marks & KIND_CONTENT &&
           compare_identity(matcher->mem, matcher->dialect, before, after);
}

/* Constraints and indexes that are the same but for their names: nothing is lost by renaming, so nobody is asked. */
static bool test_same_but_name(struct matcher *matcher, struct object *before, struct object *after)
{
    bool nameable = kind_is(before->kind, KIND_NAME_MADE | KIND_CONTENT);
    return nameable && can_rename(matcher, before->kind) && before->name && after->name &&
           diff_equal(matcher->mem, matcher->dialect, before, after, NULL);
}

static void pairs_find(struct matcher *matcher, pair_test *test)
{
    for (int i = 0; i < matcher->before->children.n; i++) {
        struct object *before = matcher->before->children.item[i];
        if (before->kind != matcher->kind || before->peer)
            continue;
        for (int k = 0; k < matcher->after->children.n && !before->peer; k++) {
            struct object *after = matcher->after->children.item[k];
            if (after->kind == matcher->kind && !after->peer && test(matcher, before, after))
                pair_up(before, after);
        }
    }
}

/* Paired in another way than by name, but both are named: the name changes too. */
static void names_align(struct matcher *matcher)
{
    for (int i = 0; i < matcher->before->children.n; i++) {
        struct object *before = matcher->before->children.item[i], *after = before->peer;
        if (before->kind != matcher->kind || !after || !before->name || !after->name || after->name_invented)
            continue;
        if (!compare_name(matcher->mem, matcher->dialect, before->name, after->name))
            rename_carry_out(matcher, before, after, NULL);
    }
}

static void children_match(struct matcher *matcher)
{
    static pair_test *const tests[] = {test_decided, test_name, test_single, test_content, test_same_but_name};
    if (kind_table[matcher->kind].marks & KIND_PART)
        return;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        pairs_find(matcher, tests[i]);
    names_align(matcher);
}

void match_trees(struct ctx *ctx, const struct diff_input *input, struct changes *changes)
{
    struct matcher matcher = {.mem = ctx->mem, .dialect = input->dialect, .input = input, .changes = changes};
    struct object *root = changes->before->root;
    pair_up(root, changes->after->root);
    for (int kind = KIND_DATABASE + 1; kind < KIND_COUNT; kind++)
        for (struct object *o = root; o; o = object_next(root, o)) {
            if (!o->peer || !kind_fits((enum kind)kind, o->kind))
                continue;
            matcher.kind = (enum kind)kind;
            matcher.before = o;
            matcher.after = o->peer;
            children_match(&matcher);
        }
}
