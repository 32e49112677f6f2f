/*
 * What make-migrations notes in the .plan.json beside a migration, for itself: how the sources spell the objects that the
 * file touches, which objects are gone after it, and what else the project owns from then on.
 * The one idea: a note is as large as its change.  Laid over the schema before the file, it gives the schema after it,
 * so that a chain of files that wait to be applied needs no copy of the whole schema in any of them.
 * Notes of the first format hold the whole schema, and are still read.
 */
#include "run/parts.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/text.h"
#include "diff/diff.h"
#include "schema/managed.h"
#include "schema/unmodelled.h"

enum { NOTE_FORMAT = 2 };

static const char *schema_name(const struct object *top)
{
    return kind_is(top->kind, KIND_NAMESPACE) ? NULL : top->parent->name;
}

static struct object *top_find(const struct tree *tree, enum kind kind, const char *schema, const char *name)
{
    return kind_is(kind, KIND_NAMESPACE) ? object_child(tree->root, kind, name) : tree_find(tree, kind, schema, name);
}

static const char *top_key(struct arena *mem, const struct object *top)
{
    static const struct key_forms exact = {0};
    return managed_top_key(mem, &exact, top);
}

/* ---- writing ---- */

struct noting {
    struct arena *mem;
    const struct tree *written;
    struct map touched; /* keys of top objects */
    struct json *gone;  /* {kind, schema, name}, its key as "part" of what it holds, the new name as "to" if renamed */
    struct names renamed; /* new names of whatever was renamed */
    struct names schemas; /* those of schemas */
};

static struct json *gone_add(struct noting *noting, const struct object *top, const char *name)
{
    struct json *json = json_object(noting->mem);
    json_set_text(noting->mem, json, "kind", kind_table[top->kind].name);
    if (schema_name(top))
        json_set_text(noting->mem, json, "schema", schema_name(top));
    json_set_text(noting->mem, json, "name", name);
    json_add(noting->mem, noting->gone, json);
    return json;
}

static const char *part_key(struct arena *mem, const struct object *object)
{
    static const struct key_forms exact = {0};
    return managed_any_key(mem, &exact, object);
}

static void rename_note(struct noting *noting, const struct changes *changes, const struct change *change)
{
    const struct object *before = change->before, *top = managed_top(before);
    bool part = kind_is(change->kind, KIND_IS_COLUMN | KIND_LISTED);
    names_add(noting->mem, &noting->renamed, change->after->name);
    if (kind_is(change->kind, KIND_NAMESPACE))
        names_add(noting->mem, &noting->schemas, change->after->name);
    if (top != before && !part)
        return;
    struct json *json = gone_add(noting, top, part ? change_name_before(changes, top) : before->name);
    if (part)
        json_set_text(noting->mem, json, "part", part_key(noting->mem, before));
    json_set_text(noting->mem, json, "to", change->after->name);
}

/* Of a part, where its sources' silence about it would let it stay. */
static void drop_note(struct noting *noting, const struct object *before)
{
    const struct object *top = managed_top(before);
    if (top == before) {
        if (!top_find(noting->written, top->kind, schema_name(top), top->name))
            gone_add(noting, top, top->name);
    } else if (before->stranger || before->by_element || !tree_speaks(noting->written, before->kind))
        json_set_text(noting->mem, gone_add(noting, top, top->name), "part", part_key(noting->mem, before));
}

static void touch(struct noting *noting, const struct object *object)
{
    const struct object *top = managed_top(object);
    if (top)
        map_set(&noting->touched, top_key(noting->mem, top), noting);
}

static void change_note(struct noting *noting, const struct changes *changes, const struct change *change)
{
    touch(noting, change->before);
    touch(noting, change->after);
    if (change->op == CHANGE_RENAME)
        rename_note(noting, changes, change);
    else if (change->op == CHANGE_DROP)
        drop_note(noting, change->before);
}

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; at && *at; at++) {
        bool starts = at == text || !char_is_word((unsigned char)at[-1]);
        if (starts && text_starts_nocase(at, word) && !char_is_word((unsigned char)at[length]))
            return true;
    }
    return false;
}

static bool ref_has_word(const struct ref *ref, const char *word)
{
    return has_word(ref->schema, word) || has_word(ref->name, word) || has_word(ref->part, word);
}

static bool field_has_word(const struct object *object, int field, const char *word)
{
    const void *value = object_field(object, field);
    const struct names *names = value;
    const struct refs *refs = value;
    const struct expr *expr = value;
    bool found = false;
    switch (kind_table[object->kind].field[field].type) {
    case FIELD_TEXT:
    case FIELD_TYPE: return has_word(*(const char *const *)value, word);
    case FIELD_EXPR: return has_word(expr->written, word) || has_word(expr->printed, word);
    case FIELD_NAMES:
        for (int i = 0; i < names->n; i++)
            found = found || has_word(names->item[i], word);
        return found;
    case FIELD_REF: return ref_has_word(value, word);
    case FIELD_REFS:
        for (int i = 0; i < refs->n; i++)
            found = found || ref_has_word(&refs->item[i], word);
        return found;
    case FIELD_FLAG:
    case FIELD_INT: break;
    }
    return false;
}

/* Who may name something that was renamed: it reads otherwise afterwards, although no statement is about it. */
static bool names_renamed(const struct noting *noting, const struct object *top)
{
    for (const struct object *o = top; o; o = object_next(top, o))
        for (int field = 0; field < kind_table[o->kind].fields; field++)
            for (int i = 0; object_says(o, field) && i < noting->renamed.n; i++)
                if (field_has_word(o, field, noting->renamed.item[i]))
                    return true;
    return false;
}

static bool is_touched(const struct noting *noting, const struct object *top)
{
    bool moved = !kind_is(top->kind, KIND_NAMESPACE) && names_have(&noting->schemas, top->parent->name);
    return moved || map_get(&noting->touched, top_key(noting->mem, top)) || names_renamed(noting, top);
}

static void fields_copy(struct arena *mem, struct object *to, const struct object *from)
{
    for (int field = 0; field < kind_table[from->kind].fields; field++)
        if (object_says(from, field))
            field_copy(mem, to, from, field);
}

static struct tree *touched_part(struct noting *noting)
{
    struct arena *mem = noting->mem;
    struct tree *part = tree_new(mem, noting->written->engine);
    part->version = noting->written->version;
    part->kinds = noting->written->kinds;
    for (int i = 0; i < noting->written->root->children.n; i++) {
        const struct object *schema = noting->written->root->children.item[i];
        if (map_get(&noting->touched, top_key(mem, schema)))
            fields_copy(mem, tree_schema(mem, part, schema->name), schema);
        for (int k = 0; k < schema->children.n; k++)
            if (is_touched(noting, schema->children.item[k]))
                object_copy(mem, schema->children.item[k], tree_schema(mem, part, schema->name));
    }
    return part;
}

static struct json *keys_under(const struct noting *noting, struct json *all, const char *top)
{
    for (int i = all->n - 1; i >= 0; i--)
        if (text_equal(all->key[i], top))
            return all->item[i];
    struct json *keys = json_array(noting->mem);
    keys->one_line = true;
    json_set(noting->mem, all, top, keys);
    return keys;
}

/* Of an object that was somebody else's, its key; and settings that nobody spoke of before. */
static struct names news_of(const struct noting *noting, const struct key_forms *forms, const struct object *object)
{
    struct arena *mem = noting->mem;
    const struct object *before = object->peer;
    const char *key = managed_any_key(mem, forms, object);
    struct names news = {0}, settings = settings_of(mem, object);
    if (key && before->stranger)
        names_add(mem, &news, key);
    for (int i = 0; key && i < settings.n; i++)
        if (names_have(&before->unspoken, settings.item[i]) && !names_have(&object->unspoken, settings.item[i]))
            names_add(mem, &news, arena_printf(mem, "%s#%s", key, settings.item[i]));
    return news;
}

/* What the sources describe for the first time in objects that no statement touches. */
static struct json *owned_json(struct noting *noting, const struct target *target, const struct changes *changes)
{
    const struct key_forms forms = key_forms_of(target);
    struct json *all = json_object(noting->mem);
    const struct object *root = changes->after->root;
    for (const struct object *o = object_next(root, root); o; o = object_next(root, o)) {
        const struct object *top = managed_top(o);
        bool namespace = kind_is(o->kind, KIND_NAMESPACE); /* is noted with what is in it, unless somebody made it */
        if (!o->peer || o->stranger || kind_is(o->kind, KIND_PART) || (namespace && !o->peer->stranger) ||
            is_touched(noting, top))
            continue;
        struct names news = news_of(noting, &forms, o);
        struct json *keys = news.n ? keys_under(noting, all, managed_top_key(noting->mem, &forms, top)) : NULL;
        for (int i = 0; i < news.n; i++)
            json_add(noting->mem, keys, json_string(noting->mem, news.item[i]));
    }
    return all;
}

struct json *plan_note_json(struct arena *mem, const struct target *target, const struct tree *written,
                            const struct changes *changes)
{
    struct noting noting = {.mem = mem, .written = written, .gone = json_array(mem)};
    map_init(&noting.touched, mem);
    for (int i = 0; i < changes->list.n; i++)
        change_note(&noting, changes, changes->list.item[i]);
    struct json *json = json_object(mem);
    json_set_int(mem, json, "format", NOTE_FORMAT);
    json_set(mem, json, "written", tree_to_json_short(mem, touched_part(&noting)));
    json_set(mem, json, "gone", noting.gone);
    json_set(mem, json, "owned", owned_json(&noting, target, changes));
    return json;
}

/* ---- reading ---- */

/* The upgrade part as make-migrations wrote it, for its checksum; NULL if the file does not look like that any more. */
static const char *planned_text(struct arena *mem, const struct migration *migration)
{
    static const char head[] = "-- upgrade\n\n", tail[] = "\n\n-- rollback\n";
    const char *start = strstr(migration->text, head);
    const char *end = start ? strstr(start, tail) : NULL;
    if (!end || start + sizeof head - 1 > end)
        return NULL;
    start += sizeof head - 1;
    return arena_copy(mem, start, (size_t)(end - start));
}

static bool plan_fits(struct arena *mem, const struct migration *migration, const struct json *plan)
{
    const char *text = planned_text(mem, migration), *sum = json_get_text(plan, "checksum");
    return text && sum && text_equal(hash_sha256(mem, text, strlen(text)), sum);
}

static int gone_read(struct ctx *ctx, const char *path, const struct json *json, struct list *gone)
{
    for (int i = 0; json && i < json->n; i++) {
        const char *kind = json_get_text(json->item[i], "kind"), *name = json_get_text(json->item[i], "name");
        struct plan_gone *one = NEW(ctx->mem, struct plan_gone);
        *one = (struct plan_gone){.kind = kind ? kind_find(kind) : KIND_COUNT,
                                  .schema = json_get_text(json->item[i], "schema"),
                                  .name = name,
                                  .part = json_get_text(json->item[i], "part"),
                                  .to = json_get_text(json->item[i], "to")};
        if (one->kind == KIND_COUNT || !name)
            return fail(ctx, ERR_SYNTAX, "%s: dbwarden.gone[%d]: needs the kind and the name of an object", path, i);
        list_add(ctx->mem, gone, one);
    }
    return 0;
}

static int note_from(struct ctx *ctx, const char *path, const struct migration *migration, struct plan_note *note)
{
    char *text;
    size_t length;
    struct json *plan;
    TRY(file_read(ctx, path, 0, &text, &length));
    TRY(json_read(ctx, path, text, length, &plan));
    const struct json *own = json_get(plan, "dbwarden");
    const struct json *written = json_get(own, "written");
    int64_t format = json_get_int(own, "format", 1);
    if (format > NOTE_FORMAT)
        return fail(ctx, ERR_UNSUPPORTED, "plan %s has format %" PRId64 ", which this version cannot read", path,
                    format);
    note->whole = format == 1;
    note->events = json_get(own, "events");
    note->owned = json_get(own, "owned");
    note->hazards = json_get(own, "hazards");
    note->declared = json_get(own, "declared");
    note->managed = json_get_names(ctx->mem, own, "managed");
    note->trusted = plan_fits(ctx->mem, migration, plan);
    TRY(gone_read(ctx, path, json_get(own, "gone"), &note->gone));
    return written ? tree_from_json(ctx, path, written, &note->written) : 0;
}

int plan_note_read(struct ctx *ctx, const struct migration *migration, struct plan_note **note)
{
    size_t stem = strlen(migration->path) - strlen(script_kinds[migration->script].suffix);
    const char *path = arena_printf(ctx->mem, "%.*s.plan.json", (int)stem, migration->path);
    *note = NULL;
    if (!file_exists(path))
        return 0;
    struct plan_note *found = NEW(ctx->mem, struct plan_note);
    int code = note_from(ctx, path, migration, found);
    if (code == ERR_CANCELLED)
        return code;
    if (code < 0) {
        emit_debug(ctx, "%s is not used: %s", path, ctx->error.message);
        ctx->error = (struct error){0};
    } else
        *note = found;
    return 0;
}

/* ---- laying it over a schema ---- */

static struct object *gone_find(struct arena *mem, const struct tree *tree, const struct plan_gone *gone)
{
    struct object *top = top_find(tree, gone->kind, gone->schema, gone->name);
    if (!gone->part)
        return top;
    const char *name = strchr(gone->part, ':');
    enum kind kind = kind_find(arena_copy(mem, gone->part, strcspn(gone->part, ":(")));
    if (top && name && kind < KIND_COUNT && kind_is(kind, KIND_LISTED))
        return object_entry(mem, top, kind, name + 1);
    for (int i = 0; top && i < top->children.n; i++)
        if (text_equal(part_key(mem, top->children.item[i]), gone->part))
            return top->children.item[i];
    return NULL;
}

/* What hangs on them and no kind models: before they are renamed. */
static void unmodelled_carry(struct arena *mem, struct tree *tree, const struct list *renamed)
{
    const struct list was = list_duplicate(mem, &tree->unmodelled);
    for (int i = 0; i < renamed->n; i++) {
        const struct renamed *one = renamed->item[i];
        const struct object *object = one->object, *top = managed_top(object);
        if (kind_is(object->kind, KIND_NAMESPACE)) {
            unmodelled_move(mem, tree, &was, object->name, one->to);
            continue;
        }
        const struct unmodelled from = {
            .schema = schema_name(top), .on = top->name, .column = top == object ? NULL : object->name};
        unmodelled_rename(mem, tree, &was, &from, one->to);
    }
}

static void unmodelled_forget(struct arena *mem, struct tree *tree, const struct object *dropped)
{
    const struct list all = tree->unmodelled, lost = unmodelled_on(mem, tree, dropped);
    tree->unmodelled = (struct list){0};
    for (int i = 0, k = 0; i < all.n; i++)
        if (k < lost.n && all.item[i] == lost.item[k])
            k++;
        else
            list_add(mem, &tree->unmodelled, all.item[i]);
}

/* Names may change places, so all are found before the first gets another; `schemas`: those, or all others. */
static void renames_apply(struct arena *mem, const struct target *target, const struct list *gone, bool schemas,
                          struct tree *tree)
{
    struct list renamed = {0};
    for (int i = 0; i < gone->n; i++) {
        const struct plan_gone *one = gone->item[i];
        if (kind_is(one->kind, KIND_NAMESPACE) != schemas)
            continue;
        struct renamed *found = NEW(mem, struct renamed);
        *found = (struct renamed){.object = one->to ? gone_find(mem, tree, one) : NULL, .to = one->to};
        if (found->object)
            list_add(mem, &renamed, found);
    }
    unmodelled_carry(mem, tree, &renamed);
    tree_rename(mem, target, tree, &renamed);
}

/* What stands in a schema is named with its new name; what is dropped maybe by a new name too. */
static void gone_apply(struct arena *mem, const struct target *target, const struct list *gone, struct tree *tree)
{
    renames_apply(mem, target, gone, true, tree);
    renames_apply(mem, target, gone, false, tree);
    for (int i = 0; i < gone->n; i++) {
        const struct plan_gone *one = gone->item[i];
        struct object *dropped = one->to ? NULL : gone_find(mem, tree, one);
        if (!dropped)
            continue;
        unmodelled_forget(mem, tree, dropped);
        object_remove(dropped);
    }
}

struct laying {
    struct arena *mem;
    const struct plan_note *note;
    struct key_forms forms;
};

static struct object *child_like(const struct laying *laying, const struct object *parent, const struct object *desired)
{
    const char *key = managed_any_key(laying->mem, &laying->forms, desired);
    for (int i = 0; key && i < parent->children.n; i++) {
        struct object *child = parent->children.item[i];
        if (child->kind == desired->kind && text_equal(key, managed_any_key(laying->mem, &laying->forms, child)))
            return child;
    }
    return NULL;
}

/* Of an object that takes another's place: what that one had and trees of the sources do not speak of, or is not ours. */
static void rest_keep(const struct laying *laying, struct object *to, const struct object *from)
{
    struct arena *mem = laying->mem;
    settings_keep(mem, &laying->forms, to, from);
    for (int i = 0; i < from->children.n; i++) {
        const struct object *child = from->children.item[i];
        if (kind_is(child->kind, KIND_PART))
            continue;
        struct object *same = child_like(laying, to, child);
        if (same)
            settings_keep(mem, &laying->forms, same, child);
        else if (child->stranger || child->by_element || !tree_speaks(laying->note->written, child->kind))
            object_copy(mem, child, to);
    }
}

static void top_replace(const struct laying *laying, struct object *home, const struct object *top)
{
    const char *key = managed_top_key(laying->mem, &laying->forms, top);
    struct object *old = NULL;
    for (int i = 0; i < home->children.n && !old; i++) {
        struct object *child = home->children.item[i];
        if (child->kind == top->kind && text_equal(key, managed_top_key(laying->mem, &laying->forms, child)))
            old = child;
    }
    struct object *copy = object_copy(laying->mem, top, home);
    if (!old)
        return;
    rest_keep(laying, copy, old);
    for (int i = 0; i < home->children.n; i++)
        if (home->children.item[i] == old)
            home->children.item[i] = copy;
    home->children.n--; /* its copy was the last one */
}

void plan_note_apply(struct arena *mem, const struct target *target, const struct plan_note *note, struct tree **tree)
{
    const struct laying laying = {mem, note, key_forms_of(target)};
    if (note->whole) {
        const struct tree *before = *tree;
        *tree = tree_copy(mem, note->written);
        (*tree)->version = before->version;
        (*tree)->names_unmodelled = before->names_unmodelled;
        (*tree)->unmodelled = before->unmodelled;
        return;
    }
    gone_apply(mem, target, &note->gone, *tree);
    for (int i = 0; i < note->written->root->children.n; i++) {
        const struct object *schema = note->written->root->children.item[i];
        struct object *home = tree_schema(mem, *tree, schema->name);
        fields_copy(mem, home, schema);
        for (int k = 0; k < schema->children.n; k++)
            top_replace(&laying, home, schema->children.item[k]);
    }
}
