/*
 * What a project owns: remembered from snapshot to snapshot, and followed through the notes beside migration files.
 * The one idea: everything that the sources describe in a note is the project's, and nothing else is; so a rebuild that
 * names somebody else's column does not take it over.  Files without a note are read for what they make (owned_file.c).
 * Not here: keys (schema/managed.c), and what ownership means for a plan (diff/).
 */
#include "run/events.h"
#include "run/parts.h"

#include "base/text.h"

void owned_open(struct ctx *ctx, const struct target *target, const struct tree *tree, struct owned *owned)
{
    *owned = (struct owned){.ctx = ctx, .target = target, .tree = tree, .forms = key_forms_of(target)};
    map_init(&owned->tops, ctx->mem);
    map_init(&owned->old, ctx->mem);
}

struct owned_top *owned_top(struct owned *owned, const char *key)
{
    struct owned_top *top = map_get(&owned->tops, key);
    if (top)
        return top;
    top = NEW(owned->ctx->mem, struct owned_top);
    map_init(&top->parts, owned->ctx->mem);
    map_init(&top->usual, owned->ctx->mem);
    map_set(&owned->tops, key, top);
    return top;
}

void owned_part(struct owned *owned, struct owned_top *top, const char *key, bool is)
{
    if (is || map_get(&top->parts, key))
        map_set(&top->parts, arena_dup(owned->ctx->mem, key), is ? owned : NULL);
}

void owned_rename(struct owned *owned, const char *from, const char *to)
{
    struct owned_top *top = map_get(&owned->tops, from);
    if (!top)
        return;
    map_set(&owned->tops, from, NULL);
    map_set(&owned->tops, to, top);
}

/* ---- records ---- */

static struct owned_top *top_around(struct owned *owned, const struct object *object)
{
    return owned_top(owned, managed_top_key(owned->ctx->mem, &owned->forms, managed_top(object)));
}

static void settings_add(struct owned *owned, struct owned_top *top, const char *key, const struct object *object)
{
    struct arena *mem = owned->ctx->mem;
    struct names settings = settings_of(mem, object);
    for (int i = 0; i < settings.n; i++)
        if (!names_have(&object->unspoken, settings.item[i]))
            owned_part(owned, top, arena_printf(mem, "%s#%s", key, settings.item[i]), true);
}

/* By its name and, if that is not what a server will call it, by its content. */
static void object_add(struct owned *owned, struct owned_top *top, const struct object *object)
{
    struct arena *mem = owned->ctx->mem;
    char *contents[2], *key = managed_key(mem, &owned->forms, object);
    int n = !key || object->name_invented ? managed_content_keys(mem, &owned->forms, object, contents) : 0;
    if (key && !*key)
        top->itself = true;
    if (key) {
        owned_part(owned, top, key, true);
        if (n)
            map_set(&top->usual, arena_dup(mem, key), arena_dup(mem, contents[n - 1]));
        settings_add(owned, top, key, object);
    }
    for (int i = 0; i < n; i++) {
        owned_part(owned, top, contents[i], true);
        settings_add(owned, top, contents[i], object);
    }
}

void owned_tree(struct owned *owned, const struct tree *tree)
{
    for (const struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o))
        if (!o->stranger && !kind_is(o->kind, KIND_PART))
            object_add(owned, top_around(owned, o), o);
}

/* Of a snapshot from before records per part: what has no owner of its own. */
static void owned_alone(struct owned *owned, const struct tree *tree)
{
    for (const struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o)) {
        const char *key = managed_key(owned->ctx->mem, &owned->forms, o);
        struct owned_top *top = top_around(owned, o);
        if (o->stranger || kind_is(o->kind, KIND_PART | KIND_OWNED) || !key)
            continue;
        top->itself = top->itself || !*key;
        owned_part(owned, top, key, true);
    }
}

/* ---- notes ---- */

static const char *gone_key(struct owned *owned, const struct plan_gone *gone, const char *name)
{
    return managed_top_key_of(owned->ctx->mem, &owned->forms, gone->kind, gone->schema, name);
}

static void gone_forget(struct owned *owned, const struct plan_gone *gone)
{
    const char *key = gone_key(owned, gone, gone->name);
    if (map_get(&owned->tops, key))
        map_set(&owned->tops, key, NULL);
}

/* "table:old.users": all that stands in a schema which gets another name. */
static void schemas_note(struct owned *owned, const struct list *gone)
{
    struct arena *mem = owned->ctx->mem;
    struct names keys = {0};
    struct list tops = {0};
    for (int i = 0; i < owned->tops.n; i++) {
        const char *key = owned->tops.entry[i].key, *rest = strchr(key, ':');
        for (int k = 0; owned->tops.entry[i].value && rest && k < gone->n; k++) {
            const struct plan_gone *one = gone->item[k];
            size_t length = strlen(one->name);
            bool within = one->to && kind_is(one->kind, KIND_NAMESPACE) && text_starts(rest + 1, one->name) &&
                          rest[1 + length] == '.';
            if (!within)
                continue;
            names_add(mem, &keys, arena_printf(mem, "%.*s:%s%s", (int)(rest - key), key, one->to, rest + 1 + length));
            list_add(mem, &tops, owned->tops.entry[i].value);
            owned->tops.entry[i].value = NULL;
            break;
        }
    }
    for (int i = 0; i < keys.n; i++)
        map_set(&owned->tops, keys.item[i], tops.item[i]);
}

/* Names may change places: all records are taken up before the first is put down again. */
static void gone_note(struct owned *owned, const struct list *gone)
{
    schemas_note(owned, gone);
    struct owned_top **moved = NEW_ARRAY(owned->ctx->mem, struct owned_top *, gone->n + 1);
    for (int i = 0; i < gone->n; i++) {
        const struct plan_gone *one = gone->item[i];
        moved[i] = one->to && !one->part ? map_get(&owned->tops, gone_key(owned, one, one->name)) : NULL;
    }
    for (int i = 0; i < gone->n; i++)
        if (moved[i])
            gone_forget(owned, gone->item[i]);
    for (int i = 0; i < gone->n; i++) {
        const struct plan_gone *one = gone->item[i];
        if (moved[i])
            map_set(&owned->tops, gone_key(owned, one, one->to), moved[i]);
    }
    for (int i = 0; i < gone->n; i++) {
        const struct plan_gone *one = gone->item[i];
        if (!one->to && !one->part)
            gone_forget(owned, one);
    }
}

static enum kind kind_of_key(struct arena *mem, const char *key)
{
    return kind_find(arena_copy(mem, key, strcspn(key, ":(#")));
}

/* What it describes takes the place of what was there, but for kinds that its sources do not speak of. */
static void top_note(struct owned *owned, const struct tree *written, const struct object *described)
{
    struct owned_top *top = top_around(owned, described);
    for (int i = 0; i < top->parts.n; i++) {
        enum kind kind = kind_of_key(owned->ctx->mem, top->parts.entry[i].key);
        if (kind == KIND_COUNT || tree_speaks(written, kind))
            top->parts.entry[i].value = NULL;
    }
    for (const struct object *o = described; o; o = object_next(described, o))
        if (!kind_is(o->kind, KIND_PART))
            object_add(owned, top, o);
}

void owned_note(struct owned *owned, const struct plan_note *note)
{
    const struct object *root = note->written->root;
    gone_note(owned, &note->gone);
    for (int i = 0; i < root->children.n; i++) {
        const struct object *schema = root->children.item[i];
        settings_add(owned, top_around(owned, schema), "", schema);
        for (int k = 0; k < schema->children.n; k++)
            top_note(owned, note->written, schema->children.item[k]);
    }
    for (int i = 0; note->owned && i < note->owned->n; i++) {
        struct owned_top *top = owned_top(owned, note->owned->key[i]);
        const struct json *keys = note->owned->item[i];
        top->itself = true;
        for (int k = 0; k < keys->n; k++)
            if (keys->item[k]->type == JSON_TEXT)
                owned_part(owned, top, keys->item[k]->text, true);
    }
    for (int i = 0; i < note->managed.n; i++)
        map_set(&owned->old, note->managed.item[i], owned);
}

/* ---- marking ---- */

/* The key by which it is owned; NULL if it is not. */
static const char *key_by_name(struct owned *owned, const struct owned_top *top, const struct object *object)
{
    struct arena *mem = owned->ctx->mem;
    const char *key = managed_key(mem, &owned->forms, object);
    bool old = key && owned->old.n && !kind_is(object->kind, KIND_OWNED) &&
               map_get(&owned->old, managed_old_path(mem, object));
    if (!key || !top)
        return old ? key : NULL;
    return old || (*key ? map_get(&top->parts, key) != NULL : top->itself) ? key : NULL;
}

/* What is told by its content counts once: a second one of the same content is somebody else's. */
static const char *key_by_content(struct owned *owned, const struct owned_top *top, struct map *taken,
                                  const struct object *object, bool take)
{
    char *contents[2];
    int n = top ? managed_content_keys(owned->ctx->mem, &owned->forms, object, contents) : 0;
    const char *found = NULL;
    for (int i = 0; i < n && !found; i++)
        if (map_get(&top->parts, contents[i]) && (take || !map_get(taken, contents[i])))
            found = contents[i];
    for (int i = 0; i < n && (found || take); i++)
        map_set(taken, contents[i], taken);
    return found;
}

static void object_mark(struct owned *owned, const struct owned_top *top, struct object *object, const char *key)
{
    struct arena *mem = owned->ctx->mem;
    struct names settings = settings_of(mem, object);
    object->stranger = !key && !object->by_element;
    object->unspoken = (struct names){0};
    for (int i = 0; i < settings.n; i++)
        if (!key || !top || !map_get(&top->parts, arena_printf(mem, "%s#%s", key, settings.item[i])))
            names_add(mem, &object->unspoken, settings.item[i]);
}

static bool has_content(struct owned *owned, const struct object *object, const char *content)
{
    char *contents[2];
    int n = managed_content_keys(owned->ctx->mem, &owned->forms, object, contents);
    return (n > 0 && text_equal(contents[0], content)) || (n > 1 && text_equal(contents[1], content));
}

/* Is what was to get this usual name there under another, because somebody else has it? */
static bool is_elsewhere(struct owned *owned, const struct owned_top *top, const struct object *object, const char *key)
{
    const char *content = top && key ? map_get(&top->usual, key) : NULL;
    if (!content || has_content(owned, object, content))
        return false;
    for (int i = 0; i < object->parent->children.n; i++)
        if (has_content(owned, object->parent->children.item[i], content))
            return true;
    return false;
}

static void top_mark(struct owned *owned, struct object *top)
{
    struct arena *mem = owned->ctx->mem;
    const struct owned_top *known = map_get(&owned->tops, managed_top_key(mem, &owned->forms, top));
    struct map taken;
    map_init(&taken, mem);
    for (struct object *o = top; o; o = object_next(top, o)) {
        if (kind_is(o->kind, KIND_PART))
            continue;
        const char *key = key_by_name(owned, known, o);
        if (is_elsewhere(owned, known, o, key))
            key = NULL;
        if (key)
            key_by_content(owned, known, &taken, o, true);
        object_mark(owned, known, o, key);
    }
    for (struct object *o = top; o; o = object_next(top, o)) {
        const char *key = o->stranger ? key_by_content(owned, known, &taken, o, false) : NULL;
        if (key)
            object_mark(owned, known, o, key);
    }
}

/* The usual schema is there without anybody's doing. */
static void schema_mark(struct owned *owned, struct object *schema)
{
    const char *key = managed_top_key(owned->ctx->mem, &owned->forms, schema);
    const struct owned_top *known = map_get(&owned->tops, key);
    object_mark(owned, known, schema, "");
    schema->stranger = *schema->name && !(known && known->itself) && !map_get(&owned->old, key);
}

void owned_mark(struct owned *owned, struct tree *tree)
{
    for (int i = 0; i < tree->root->children.n; i++) {
        struct object *schema = tree->root->children.item[i];
        schema_mark(owned, schema);
        for (int k = 0; k < schema->children.n; k++)
            top_mark(owned, schema->children.item[k]);
    }
}

/* ---- reading ---- */

static bool is_applied(const struct session *session, const struct snapshot *before, const struct migration *migration)
{
    if (session->conn)
        return applied_version(&session->applied, migration->number);
    return before && migration->number <= snapshot_number(before);
}

static int applied_read(struct owned *owned, const struct migration *migration)
{
    struct plan_note *note = NULL;
    TRY(plan_note_read(owned->ctx, migration, &note));
    bool noted = note && note->written;
    owned_file(owned, migration, !noted ? OWNED_ALL : note->trusted ? OWNED_SCHEMAS : OWNED_CREATED);
    if (noted && !owned->only)
        owned_note(owned, note);
    return 0;
}

static int files_read(struct owned *owned, const struct session *session, const struct snapshot *before, int64_t since,
                      bool later)
{
    for (int i = 0; i < session->folder->versioned.n; i++) {
        const struct migration *migration = session->folder->versioned.item[i];
        if (is_applied(session, before, migration) && memory_is_later(session, migration, since) == later)
            TRY(applied_read(owned, migration));
    }
    return 0;
}

/* A snapshot from before a kind was managed says nothing of it: what files made is the project's. */
static int newer_read(struct owned *owned, const struct session *session, const struct snapshot *before,
                      const struct tree *tree)
{
    struct kind_set newer = {0};
    for (const struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o))
        if (!tree_speaks(before->tree, o->kind))
            kind_set_add(&newer, o->kind);
    if (kind_set_empty(&newer))
        return 0;
    owned->only = &newer;
    int code = files_read(owned, session, before, snapshot_number(before), false);
    owned->only = NULL;
    return code;
}

int owned_read(struct ctx *ctx, struct session *session, const struct snapshot *before, struct tree *tree)
{
    struct owned owned;
    struct list events;
    const struct list *repeatables[] = {&session->folder->always, &session->folder->on_change};
    bool known = before && !before->legacy;
    int64_t since = known ? snapshot_number(before) : -1;
    if (session_translates(
            session)) /* of a development database all is the project's; records are of another engine's trees */
        return 0;
    TRY(session_target(ctx, session));
    owned_open(ctx, session->target, tree, &owned);
    if (known && before->recorded) {
        owned_tree(&owned, before->tree);
        TRY(newer_read(&owned, session, before, tree));
    } else {
        TRY(files_read(&owned, session, before, since, false));
    }
    if (known && !before->recorded)
        owned_alone(&owned, before->tree);
    TRY(files_read(&owned, session, before, since, true));
    for (int l = 0; l < 2; l++)
        for (int i = 0; i < repeatables[l]->n; i++)
            owned_file(&owned, repeatables[l]->item[i], OWNED_ALL);
    owned_mark(&owned, tree);
    TRY(events_known(ctx, session, &events));
    events_claim(ctx, session->database->dialect, &events, tree);
    return 0;
}
