/*
 * What a change does, in one line.  Everything comes from descriptors: a field is called by its name, and no kind by
 * another word than its own.  An object that is replaced is described by what differs in it, not as a drop and a create.
 */
#include "diff/describe.h"

#include <string.h>

#include "base/text.h"

enum { VALUE_LIMIT = 40, PHRASE_LIMIT = 8 };

/* ---- fields ---- */

/* On one line; NULL if it is too long to be told. */
static const char *one_line(struct arena *mem, const char *text)
{
    struct buf out;
    buf_init(&out, mem);
    for (const char *c = text; *c && out.len <= VALUE_LIMIT; c++) {
        bool space = char_is_space(*c);
        if (!space)
            buf_add_c(&out, *c);
        else if (out.len && out.data[out.len - 1] != ' ')
            buf_add_c(&out, ' ');
    }
    return out.len <= VALUE_LIMIT ? out.data : NULL;
}

static const char *value_text(struct arena *mem, const struct object *object, int field)
{
    const char *text = object_value(mem, object, field);
    return text ? one_line(mem, text) : "none";
}

static char *field_text(struct arena *mem, const struct object *before, const struct object *after, int field)
{
    const struct field *info = &kind_table[after->kind].field[field];
    const char *name = text_replace(mem, info->name, "_", " ");
    if (info->type == FIELD_FLAG)
        return arena_printf(mem, "%s %s", *(const bool *)object_field(after, field) ? "now" : "no longer", name);
    if (text_ends(name, " value"))
        name = text_slice(mem, name, 0, strlen(name) - strlen(" value"));
    const char *from = value_text(mem, before, field), *to = value_text(mem, after, field);
    if (!from || !to)
        return arena_printf(mem, "%s changed", name);
    if (info->type == FIELD_TYPE)
        return arena_printf(mem, "%s → %s", from, to);
    return arena_printf(mem, "%s %s → %s", name, from, to);
}

static char *fields_text(struct arena *mem, const struct object *before, const struct object *after,
                         const uint64_t *fields)
{
    struct names found = {0};
    for (int i = 0; i < kind_table[after->kind].fields; i++)
        if (fields[i / 64] >> (i % 64) & 1)
            names_add(mem, &found, field_text(mem, before, after, i));
    if (fields[FIELD_PARTS / 64] >> (FIELD_PARTS % 64) & 1)
        names_add(mem, &found, "parts changed");
    return names_join(mem, &found, ", ");
}

/* Of something new that is finished once others stand. */
static char *fields_set(struct arena *mem, const struct change *change)
{
    struct names found = {0};
    for (int i = 0; i < kind_table[change->kind].fields; i++)
        if (change_has(change, i))
            names_add(mem, &found, arena_printf(mem, "%s set", kind_table[change->kind].field[i].name));
    return names_join(mem, &found, ", ");
}

char *change_details(struct arena *mem, const struct change *change)
{
    if (change->op == CHANGE_RENAME)
        return arena_printf(mem, "was %s", change->before->name);
    if (change->op == CHANGE_FINISH && !change->before)
        return fields_set(mem, change);
    bool differs = change->op == CHANGE_ALTER || change->op == CHANGE_FINISH;
    return differs ? fields_text(mem, change->before, change->after, change->fields) : arena_dup(mem, "");
}

/* ---- blocks ---- */

/* Neighbouring statements about one table, view ... */
struct block {
    struct arena *mem;
    const struct target *target;
    const struct plan *plan;
    const char *title;    /* of its object; NULL before the first */
    struct names phrases; /* what is done to it */
    struct names statements;
    const struct change **told; /* what its statements are for, each once */
    int n;
};

/* What stands alone in its schema, or is one. */
static const struct object *top_of(const struct object *object)
{
    while (object->parent && object->parent->parent && !kind_is(object->parent->kind, KIND_NAMESPACE))
        object = object->parent;
    return object;
}

/* "title", "foreign key (author_id)"; "" for the object that the block is about. */
static const char *label_of(struct arena *mem, const struct object *object)
{
    const char *path = object_path(mem, object);
    if (object == top_of(object))
        return "";
    if (kind_is(object->kind, KIND_IS_COLUMN))
        return object_title(mem, object);
    for (const char *step = strstr(path, " / "); step; step = strstr(path, " / "))
        path = step + strlen(" / ");
    return path;
}

static void phrase_add(struct block *block, const char *label, const char *text)
{
    const char *gap = *label && *text ? " " : "";
    const char *phrase = arena_printf(block->mem, "%s%s%s", label, gap, text);
    if (!names_have(&block->phrases, phrase))
        names_add(block->mem, &block->phrases, phrase);
}

static void pair_describe(struct block *block, const struct object *before, const struct object *after,
                          const char *same)
{
    uint64_t fields[SAID_WORDS];
    const char *text = same;
    if (!diff_equal(block->mem, block->target, before, after, fields))
        text = fields_text(block->mem, before, after, fields);
    if (text)
        phrase_add(block, label_of(block->mem, after), text);
}

static void gone_or_new(struct block *block, const struct object *object, const char *sign, const char *word)
{
    const char *label = label_of(block->mem, object);
    phrase_add(block, *label ? sign : word, label);
}

static void rebuild_describe(struct block *block, const struct object *before, const struct object *after)
{
    pair_describe(block, before, after, NULL);
    for (int i = 0; i < after->children.n; i++) {
        const struct object *child = after->children.item[i];
        if (child->peer)
            pair_describe(block, child->peer, child, NULL);
        else
            gone_or_new(block, child, "+", "");
    }
    for (int i = 0; i < before->children.n; i++)
        if (!((const struct object *)before->children.item[i])->peer)
            gone_or_new(block, before->children.item[i], "-", "");
}

/* Both halves of a replacement in one block are one phrase. */
static bool is_made_again(const struct block *block, const struct change *change)
{
    for (int i = 0; change->op == CHANGE_CREATE && change->replaced && i < block->n; i++) {
        const struct change *told = block->told[i];
        if (told->op == CHANGE_DROP && told->replaced && told->before == change->after->peer)
            return true;
    }
    return false;
}

static void rename_describe(struct block *block, const struct change *change)
{
    const char *label = label_of(block->mem, change->before);
    if (*label)
        phrase_add(block, label, arena_printf(block->mem, "renamed to %s", change->after->name));
    else
        phrase_add(block, "renamed from", change->before->name);
}

static void change_describe(struct block *block, const struct change *change)
{
    const struct object *object = change_object(change);
    switch (change->op) {
    case CHANGE_RENAME: rename_describe(block, change); break;
    case CHANGE_ALTER:
    case CHANGE_FINISH: phrase_add(block, label_of(block->mem, object), change_details(block->mem, change)); break;
    case CHANGE_REBUILD: rebuild_describe(block, change->before, change->after); break;
    case CHANGE_CREATE:
        if (change->replaced && object->peer)
            phrase_add(block, label_of(block->mem, object), "made again");
        else
            gone_or_new(block, object, "+", "created");
        break;
    case CHANGE_DROP:
        if (change->replaced && object->peer)
            pair_describe(block, object, object->peer, "dropped, to be made again");
        else
            gone_or_new(block, object, "-", "dropped");
        break;
    }
}

static void change_tell(struct block *block, const struct change *change)
{
    bool known = false;
    for (int i = 0; i < block->n && !known; i++)
        known = block->told[i] == change;
    if (known)
        return;
    if (!is_made_again(block, change))
        change_describe(block, change);
    block->told[block->n++] = change;
}

char *comment_line(struct arena *mem, const char *text)
{
    char *line = arena_dup(mem, text);
    for (char *at = line; *at; at++)
        if (*at == '\n' || *at == '\r')
            *at = ' ';
    return line;
}

static void comment_add(const struct block *block, struct buf *out)
{
    struct names shown = block->phrases;
    if (shown.n > PHRASE_LIMIT)
        shown.n = PHRASE_LIMIT;
    const char *phrases = names_join(block->mem, &shown, ", ");
    const char *line = arena_printf(block->mem, "%s: %s", block->title, text_replace(block->mem, phrases, "→", "->"));
    buf_addf(out, "-- %s", comment_line(block->mem, line));
    if (shown.n < block->phrases.n)
        buf_addf(out, " and %d more", block->phrases.n - shown.n);
    buf_add_c(out, '\n');
    for (int i = 0; i < block->plan->hazards.n; i++) {
        const struct hazard *hazard = block->plan->hazards.item[i];
        for (int k = 0; k < block->n && !hazard->expected; k++)
            if (block->told[k] == hazard->change)
                buf_addf(out, "-- warning: %s\n", comment_line(block->mem, hazard->text));
    }
}

static void block_end(struct block *block, struct buf *out)
{
    if (!block->statements.n)
        return;
    if (out->len)
        buf_add(out, "\n\n");
    if (block->phrases.n)
        comment_add(block, out);
    buf_addf(out, "%s;", names_join(block->mem, &block->statements, ";\n\n"));
    block->statements = block->phrases = (struct names){0};
    block->n = 0;
}

char *plan_commented(struct arena *mem, const struct target *target, const struct plan *plan)
{
    struct block block = {.mem = mem, .target = target, .plan = plan};
    int steps = 1;
    for (int i = 0; i < plan->statements.n; i++)
        steps += 1 + ((const struct statement_out *)plan->statements.item[i])->also.n;
    block.told = NEW_ARRAY(mem, const struct change *, steps);
    struct buf out;
    buf_init(&out, mem);
    for (int i = 0; i < plan->statements.n; i++) {
        const struct statement_out *statement = plan->statements.item[i];
        const struct change *change = statement->change;
        const char *title = change ? object_path(mem, top_of(change_object(change))) : NULL;
        if (!text_equal(title, block.title))
            block_end(&block, &out);
        block.title = title;
        if (change)
            change_tell(&block, change);
        for (int k = 0; k < statement->also.n; k++)
            change_tell(&block, statement->also.item[k]);
        names_add(mem, &block.statements, statement->sql);
    }
    block_end(&block, &out);
    return out.data;
}
