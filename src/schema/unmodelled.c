/*
 * Naming what no kind models, and finding it by what it hangs on or whose name it has.
 * The one idea: a server names its objects in its own words, and those words are kept as they are; the few that mean
 * something to a plan stand in one table.
 * Not here: the inventories themselves (dialect/), what a plan does about it (diff/).
 */
#include "schema/unmodelled.h"

#include <stddef.h>
#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/text.h"

enum {
    TAKES_NAME = 1, /* no table, view, sequence or type can have its name beside it */
    IN_CREATE = 2,  /* CREATE of what it hangs on would make something else without it */
    IS_PART = 4,    /* is "of" what it hangs on, and not "on" it */
    IMPLIED = 8,    /* comes and goes with what it hangs on, so it is not news of its own */
    HAS_ROWS = 16,  /* other objects may read it */
    ALONG = 32      /* the engine makes it with what it hangs on */
};

static const struct {
    const char *kind;
    unsigned marks;
} words[] = {
    {.kind = "partition", .marks = TAKES_NAME | IN_CREATE | IS_PART | HAS_ROWS},
    {.kind = "foreign table", .marks = TAKES_NAME | HAS_ROWS},
    {.kind = "foreign table with secrets", .marks = TAKES_NAME | HAS_ROWS},
    {.kind = "composite type", .marks = TAKES_NAME},
    {.kind = "domain", .marks = TAKES_NAME},
    {.kind = "range type", .marks = TAKES_NAME},
    {.kind = "base type", .marks = TAKES_NAME},
    {.kind = "shell type", .marks = TAKES_NAME},
    {.kind = "virtual table", .marks = TAKES_NAME | HAS_ROWS},
    {.kind = "shadow table", .marks = TAKES_NAME | IS_PART | IMPLIED | HAS_ROWS | ALONG},
    {.kind = "partitioning", .marks = IN_CREATE | IS_PART},
    {.kind = "period", .marks = IN_CREATE | IS_PART},
    {.kind = "owner", .marks = IS_PART | IMPLIED},
    {.kind = "OF type", .marks = IN_CREATE},
    {.kind = "not valid constraint", .marks = IN_CREATE},
    {.kind = "not enforced constraint", .marks = IN_CREATE},
    {.kind = "not null constraint", .marks = IN_CREATE},
    {.kind = "constraint without overlaps", .marks = IN_CREATE},
    {.kind = "foreign key with period", .marks = IN_CREATE},
};

static bool is_marked(const struct unmodelled *one, unsigned mark)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal(words[i].kind, one->kind))
            return words[i].marks & mark;
    return false;
}

bool unmodelled_is_relation(const struct unmodelled *one)
{
    return one->name && is_marked(one, HAS_ROWS);
}

bool unmodelled_comes_along(const struct unmodelled *one)
{
    return is_marked(one, ALONG);
}

/* ---- in words ---- */

static const char *schema_of_on(const struct unmodelled *one)
{
    const char *schema = one->on_schema ? one->on_schema : one->schema;
    return schema ? schema : "";
}

static void add_qualified(struct buf *out, const char *schema, const char *name)
{
    if (schema && *schema)
        buf_addf(out, "%s.", schema);
    buf_add(out, name);
}

/* "server with secrets": of a server that cannot be managed because of them.  The end of that, or of the whole. */
static const char *kind_rest(const char *kind)
{
    const char *rest = strstr(kind, " with secrets");
    return rest ? rest : kind + strlen(kind);
}

bool unmodelled_has_secrets(const struct unmodelled *one)
{
    return *kind_rest(one->kind);
}

static void add_on(struct buf *out, const struct unmodelled *one)
{
    const char *word = one->column ? "column" : one->on_kind;
    buf_addf(out, " %s %.*s ", is_marked(one, IS_PART) ? "of" : "on", (int)(kind_rest(word) - word), word);
    bool is_schema = text_equal(one->on_kind, "schema");
    add_qualified(out, is_schema ? NULL : schema_of_on(one), one->on);
    if (one->column)
        buf_addf(out, ".%s", one->column);
}

char *unmodelled_text(struct arena *mem, const struct unmodelled *one)
{
    const char *rest = kind_rest(one->kind);
    struct buf out;
    buf_init(&out, mem);
    buf_add_n(&out, one->kind, (size_t)(rest - one->kind));
    if (one->name) {
        bool own = !one->on || is_marked(one, TAKES_NAME);
        buf_add_c(&out, ' ');
        add_qualified(&out, own ? one->schema : NULL, one->name);
    }
    if (one->on)
        add_on(&out, one);
    buf_add(&out, rest);
    return out.data;
}

struct names unmodelled_texts(struct arena *mem, const struct list *list)
{
    struct names texts = {0};
    for (int i = 0; i < list->n; i++)
        if (!unmodelled_comes_along(list->item[i]))
            names_add(mem, &texts, unmodelled_text(mem, list->item[i]));
    return texts;
}

static const char *plural(struct arena *mem, const char *kind)
{
    const char *rest = kind_rest(kind);
    kind = arena_copy(mem, kind, (size_t)(rest - kind));
    if (text_ends(kind, "y"))
        return arena_printf(mem, "%.*sies%s", (int)strlen(kind) - 1, kind, rest);
    if (text_ends(kind, "s"))
        return arena_printf(mem, "%s%s%s", kind, text_ends(kind, "ss") ? "es" : "", rest);
    return arena_printf(mem, "%ss%s", kind, rest);
}

char *unmodelled_counts(struct arena *mem, const struct list *list)
{
    struct names kinds = {0};
    for (int i = 0; i < list->n; i++) {
        const struct unmodelled *one = list->item[i];
        if (!unmodelled_comes_along(one) && !names_have(&kinds, one->kind))
            names_add(mem, &kinds, one->kind);
    }
    for (int i = 0; i < kinds.n; i++) {
        int n = 0;
        for (int j = 0; j < list->n; j++)
            n += text_equal(((const struct unmodelled *)list->item[j])->kind, kinds.item[i]);
        kinds.item[i] = arena_printf(mem, "%d %s", n, n == 1 ? kinds.item[i] : plural(mem, kinds.item[i]));
    }
    return names_join(mem, &kinds, ", ");
}

/* ---- two trees ---- */

static const char *digest(struct arena *mem, const char *definition)
{
    if (!definition || text_starts(definition, "sha256:"))
        return definition;
    return arena_printf(mem, "sha256:%s", hash_sha256(mem, definition, strlen(definition)));
}

bool unmodelled_is(struct arena *mem, const struct unmodelled *one, const char *definition)
{
    return one->definition && text_equal(digest(mem, one->definition), digest(mem, definition));
}

static bool same_definition(struct arena *mem, const struct unmodelled *a, const struct unmodelled *b)
{
    if (!a->definition || !b->definition)
        return true;
    return text_equal(a->definition, b->definition) ||
           text_equal(digest(mem, a->definition), digest(mem, b->definition));
}

static struct map *by_text(struct arena *mem, const struct list *list)
{
    struct map *map = NEW(mem, struct map);
    map_init(map, mem);
    for (int i = 0; i < list->n; i++)
        map_set(map, unmodelled_text(mem, list->item[i]), list->item[i]);
    return map;
}

static bool prints_alike(const struct tree *a, const struct tree *b)
{
    return !a->version || !b->version || a->version / 10000 == b->version / 10000;
}

struct names unmodelled_open(struct arena *mem, const struct tree *desired, const struct tree *current)
{
    struct names open = {0};
    const struct map *there = by_text(mem, &current->unmodelled);
    for (int i = 0; i < desired->unmodelled.n; i++) {
        const struct unmodelled *one = desired->unmodelled.item[i];
        if (is_marked(one, IMPLIED))
            continue;
        const char *text = unmodelled_text(mem, one);
        const struct unmodelled *other = map_get(there, text);
        if (!other)
            names_add(mem, &open, text);
        else if (prints_alike(desired, current) && !same_definition(mem, one, other))
            names_add(mem, &open, arena_printf(mem, "%s (another definition)", text));
    }
    return open;
}

struct list unmodelled_extra(struct arena *mem, const struct tree *desired, const struct tree *current)
{
    struct list extra = {0};
    const struct map *wanted = by_text(mem, &desired->unmodelled);
    for (int i = 0; i < current->unmodelled.n; i++) {
        struct unmodelled *one = current->unmodelled.item[i];
        if (!is_marked(one, IMPLIED) && !map_get(wanted, unmodelled_text(mem, one)))
            list_add(mem, &extra, one);
    }
    return extra;
}

/* The definition holds the old name, so it is no longer known. */
void unmodelled_rename(struct arena *mem, struct tree *tree, const struct list *was, const struct unmodelled *from,
                       const char *to)
{
    for (int i = 0; i < tree->unmodelled.n; i++) {
        const struct unmodelled *one = was->item[i];
        if (!text_equal(one->on, from->on) || !text_equal(schema_of_on(one), schema_of_on(from)) ||
            (from->column && !text_equal(one->column, from->column)))
            continue;
        struct unmodelled *renamed = NEW(mem, struct unmodelled);
        *renamed = *(const struct unmodelled *)tree->unmodelled.item[i];
        *(from->column ? &renamed->column : &renamed->on) = to;
        renamed->definition = NULL;
        tree->unmodelled.item[i] = renamed;
    }
}

void unmodelled_move(struct arena *mem, struct tree *tree, const struct list *was, const char *from, const char *to)
{
    for (int i = 0; i < tree->unmodelled.n; i++) {
        const struct unmodelled *one = was->item[i];
        bool own = text_equal(one->schema, from), on = text_equal(one->on_schema, from);
        if (!own && !on)
            continue;
        struct unmodelled *moved = NEW(mem, struct unmodelled);
        *moved = *(const struct unmodelled *)tree->unmodelled.item[i];
        moved->schema = own ? to : moved->schema;
        moved->on_schema = on ? to : moved->on_schema;
        moved->definition = NULL;
        tree->unmodelled.item[i] = moved;
    }
}

/* ---- one object ---- */

static bool is_top(const struct object *object)
{
    return object->name && object->parent && object->parent->kind == KIND_SCHEMA;
}

static const char *schema_of(const struct object *top)
{
    return top->parent->name ? top->parent->name : "";
}

/* Has one with secrets the kind and the name of this one? */
static bool is_its_secret(const struct unmodelled *one, const struct object *object)
{
    const char *rest = kind_rest(one->kind), *word = kind_table[object->kind].sql;
    return *rest && !one->on && strlen(word) == (size_t)(rest - one->kind) && text_starts_nocase(one->kind, word) &&
           text_equal(one->name, object->name);
}

const struct unmodelled *unmodelled_instead(const struct tree *tree, const struct object *object)
{
    bool (*same)(const char *, const char *) = tree->engine == ENGINE_LITE ? text_equal_nocase : text_equal;
    bool apart = kind_is(object->kind, KIND_IS_CALLED) ||
                 (kind_is(object->kind, KIND_IS_DEFINED) && !kind_is(object->kind, KIND_IS_TYPE));
    for (int i = 0; is_top(object) && i < tree->unmodelled.n; i++) {
        const struct unmodelled *one = tree->unmodelled.item[i];
        if (is_its_secret(one, object))
            return one;
        if (!apart && is_marked(one, TAKES_NAME) && same(one->name, object->name) &&
            text_equal(one->schema, schema_of(object)))
            return one;
    }
    return NULL;
}

static bool hangs_on_top(const struct unmodelled *one, const struct object *top)
{
    return !text_equal(one->on_kind, "schema") && text_equal(one->on, top->name) &&
           text_equal(schema_of_on(one), schema_of(top));
}

/* "cluster on i", "constraint c" of a comment */
static bool is_about(const struct unmodelled *one, const char *name)
{
    if (!one->name || !name)
        return false;
    size_t length = strlen(one->name), tail = strlen(name);
    return length > tail && one->name[length - tail - 1] == ' ' && text_equal(one->name + length - tail, name);
}

/* `object` is a column, a constraint, an index. */
static bool hangs_on_part(const struct unmodelled *one, const struct object *object)
{
    if (!is_top(object->parent) || !hangs_on_top(one, object->parent))
        return false;
    if (object->kind == KIND_COLUMN)
        return text_equal(one->column, object->name) && one->column;
    bool same = one->name && text_equal(one->name, object->name);
    return same ? is_marked(one, IN_CREATE) || text_equal(one->kind, "disabled trigger") : is_about(one, object->name);
}

static bool hangs_on(const struct unmodelled *one, const struct object *object)
{
    if (object->kind == KIND_SCHEMA)
        return text_equal(one->schema, object->name ? object->name : "");
    if (is_top(object))
        return hangs_on_top(one, object);
    return object->parent && one->on && hangs_on_part(one, object);
}

const struct unmodelled *unmodelled_in_create(const struct tree *tree, const struct object *object)
{
    for (int i = 0; i < tree->unmodelled.n; i++) {
        const struct unmodelled *one = tree->unmodelled.item[i];
        if (is_marked(one, IN_CREATE) && hangs_on(one, object))
            return one;
    }
    return NULL;
}

struct list unmodelled_on(struct arena *mem, const struct tree *tree, const struct object *object)
{
    struct list found = {0};
    for (int i = 0; i < tree->unmodelled.n; i++)
        if (hangs_on(tree->unmodelled.item[i], object))
            list_add(mem, &found, tree->unmodelled.item[i]);
    return found;
}

/* ---- JSON ---- */

static const struct {
    const char *key;
    size_t offset;
} members[] = {
    {.key = "kind", .offset = offsetof(struct unmodelled, kind)},
    {.key = "schema", .offset = offsetof(struct unmodelled, schema)},
    {.key = "name", .offset = offsetof(struct unmodelled, name)},
    {.key = "on_kind", .offset = offsetof(struct unmodelled, on_kind)},
    {.key = "on_schema", .offset = offsetof(struct unmodelled, on_schema)},
    {.key = "on", .offset = offsetof(struct unmodelled, on)},
    {.key = "column", .offset = offsetof(struct unmodelled, column)},
    {.key = "definition", .offset = offsetof(struct unmodelled, definition)},
};

static const char **member(struct unmodelled *one, size_t i)
{
    return (const char **)((char *)one + members[i].offset);
}

struct json *unmodelled_to_json(struct arena *mem, const struct list *list)
{
    struct json *array = json_array(mem);
    for (int i = 0; i < list->n; i++) {
        struct unmodelled one = *(const struct unmodelled *)list->item[i];
        struct json *json = json_object(mem);
        one.definition = digest(mem, one.definition);
        for (size_t j = 0; j < sizeof members / sizeof *members; j++)
            if (*member(&one, j))
                json_set_text(mem, json, members[j].key, *member(&one, j));
        json_add(mem, array, json);
    }
    return array;
}

int unmodelled_from_json(struct ctx *ctx, const char *name, const struct json *json, struct list *list)
{
    *list = (struct list){0};
    if (!json || json->type != JSON_ARRAY)
        return fail(ctx, ERR_SYNTAX, "%s: unmodelled: must be a list", name);
    for (int i = 0; i < json->n; i++) {
        struct unmodelled *one = NEW(ctx->mem, struct unmodelled);
        for (size_t j = 0; j < sizeof members / sizeof *members; j++) {
            const char *text = json_get_text(json->item[i], members[j].key);
            *member(one, j) = text ? arena_dup(ctx->mem, text) : NULL;
        }
        if (!one->kind)
            return fail(ctx, ERR_SYNTAX, "%s: unmodelled[%d]: must be an object with a \"kind\"", name, i);
        list_add(ctx->mem, list, one);
    }
    return 0;
}
