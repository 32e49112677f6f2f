/*
 * Snapshot files: the envelope, the checksum, and our own key in it.
 * The one idea: the file stays one that 0.8.2 could have written, checksum rule included; what it could not
 * express lives whole under one more key, and where that key is, nothing else in the file is believed.
 * Not here: 0.8.2's part of the file (legacy/), which snapshot is
 * the latest (run/).
 */
#include "migration/snapshot.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "legacy/legacy.h"
#include "schema/managed.h"

enum { FORMAT_VERSION = 1, OWN_FORMAT = 2 };

/* ---- writing ---- */

static void sum_piece(void *sink, const char *text, size_t length)
{
    hash_add(sink, text, length);
}

/* SHA-256 over the sorted one-line form of everything but the checksum itself. */
static char *checksum_of(struct arena *mem, const struct json *json)
{
    struct json *rest = json_object(mem);
    for (int i = 0; i < json->n; i++)
        if (!text_equal(json->key[i], "checksum"))
            json_set(mem, rest, json->key[i], json->item[i]);
    struct arena *own = arena_open(0);
    struct hash hash;
    struct buf text;
    hash_open(&hash);
    buf_drain(&text, own, sum_piece, &hash);
    json_write(&text, rest, JSON_PYTHON_SORTED);
    buf_drained(&text);
    arena_close(own);
    return hash_close(mem, &hash);
}

/* What is owned is nearly everything: the rest is named, and so are settings that nobody of the project spoke of. */
static struct json *left_alone_json(struct arena *mem, const struct tree *tree)
{
    struct names paths = {0};
    for (const struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o)) {
        if (kind_is(o->kind, KIND_PART))
            continue;
        const char *path = managed_path(mem, o);
        if (o->stranger)
            names_add(mem, &paths, path);
        for (int i = 0; !o->stranger && i < o->unspoken.n; i++)
            names_add(mem, &paths, arena_printf(mem, "%s#%s", path, o->unspoken.item[i]));
    }
    names_sort(&paths);
    struct json *json = json_names(mem, &paths);
    json->one_line = true;
    return json;
}

static struct map map_of(struct arena *mem, const struct names *names)
{
    struct map map;
    map_init(&map, mem);
    for (int i = 0; i < names->n; i++)
        map_set(&map, names->item[i], &map);
    return map;
}

/* Of a stranger nobody spoke at all. */
static void left_alone_mark(struct arena *mem, const struct tree *tree, const struct names *paths)
{
    struct map left = map_of(mem, paths);
    for (struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o)) {
        if (kind_is(o->kind, KIND_PART))
            continue;
        const char *path = managed_path(mem, o);
        struct names settings = settings_of(mem, o);
        o->stranger = map_get(&left, path);
        for (int i = 0; i < settings.n; i++)
            if (o->stranger || map_get(&left, arena_printf(mem, "%s#%s", path, settings.item[i])))
                names_add(mem, &o->unspoken, settings.item[i]);
    }
}

/* Before records per part, one list or the other said which objects are owned, parts with what holds them. */
static void old_records_mark(struct arena *mem, const struct tree *tree, const struct json *own)
{
    bool listed = !json_get(own, "unmanaged");
    struct names paths = json_get_names(mem, own, listed ? "managed" : "unmanaged");
    struct map named = map_of(mem, &paths);
    for (struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o))
        o->stranger = o->name && *o->name && !kind_is(o->kind, KIND_PART) &&
                      (map_get(&named, managed_old_path(mem, o)) != NULL) != listed;
}

static struct json *own_part(struct arena *mem, const struct snapshot *snapshot)
{
    struct json *own = json_object(mem);
    json_set_int(mem, own, "format", OWN_FORMAT);
    json_set(mem, own, "tree", tree_to_json_short(mem, snapshot->tree));
    json_set(mem, own, "left_alone", left_alone_json(mem, snapshot->tree));
    if (snapshot->events)
        json_set(mem, own, "events", snapshot->events);
    return own;
}

static struct json *snapshot_json(struct arena *mem, const struct snapshot *snapshot)
{
    struct json *json = json_object(mem);
    json_set_int(mem, json, "format_version", FORMAT_VERSION);
    json_set_text(mem, json, "migration_id", snapshot->migration_id);
    json_set_text(mem, json, "database_name", snapshot->database_name);
    json_set_text(mem, json, "database_type",
                  snapshot->database_type ? snapshot->database_type : engine_name(snapshot->tree->engine));
    json_set_text(mem, json, "applied_at", snapshot->applied_at);
    legacy_write(mem, json, snapshot->tree, snapshot->document);
    if (!snapshot->legacy)
        json_set(mem, json, "dbwarden", own_part(mem, snapshot));
    json_set_text(mem, json, "checksum", checksum_of(mem, json));
    return json;
}

static void add_text(struct buf *out, const void *json)
{
    json_write(out, json, JSON_INDENTED);
    buf_add_c(out, '\n');
}

char *snapshot_to_text(struct arena *mem, const struct snapshot *snapshot)
{
    struct buf out;
    buf_init(&out, mem);
    add_text(&out, snapshot_json(mem, snapshot));
    return out.data;
}

int snapshot_write(struct ctx *ctx, const char *path, const struct snapshot *snapshot)
{
    TRY(folder_make(ctx, path_folder(ctx->mem, path)));
    struct arena *own = arena_open(0);
    const struct json *json = snapshot_json(own, snapshot);
    int code = file_write_as(ctx, path, FILE_SHARED, add_text, json);
    arena_close(own);
    return code;
}

/* ---- reading ---- */

static const char renew[] = "Restore the file from version control, or delete it so that the database is read instead.";

static int not_a_snapshot(struct ctx *ctx, const char *name, const char *why)
{
    fail(ctx, ERR_SYNTAX, "%s is not a snapshot: %s", name, why);
    fail_at(ctx, name, 0, 0);
    return fail_hint(ctx, "%s", renew);
}

static int check_envelope(struct ctx *ctx, const char *name, const struct json *json)
{
    if (json->type != JSON_OBJECT)
        return not_a_snapshot(ctx, name, "it must be a JSON object");
    if (json_get_int(json, "format_version", FORMAT_VERSION) > FORMAT_VERSION)
        return fail(ctx, ERR_UNSUPPORTED, "snapshot %s has format %" PRId64 ", which this version cannot read", name,
                    json_get_int(json, "format_version", 0));
    const struct json *recorded = json_get(json, "checksum");
    if (!recorded)
        return 0; /* 0.8.2 took such files too: people remove the checksum on purpose to edit one */
    if (recorded->type == JSON_TEXT && text_equal(recorded->text, checksum_of(ctx->mem, json)))
        return 0;
    fail(ctx, ERR_SYNTAX, "snapshot %s was changed after it was written (checksum does not match)", name);
    fail_at(ctx, name, 0, 0);
    return fail_hint(ctx, "%s", renew);
}

static int read_own(struct ctx *ctx, const char *name, const struct json *own, struct snapshot *snapshot)
{
    int64_t format = json_get_int(own, "format", -1);
    if (format < 1 || format > OWN_FORMAT) {
        fail(ctx, ERR_UNSUPPORTED,
             "snapshot %s was written by another version of dbwarden, whose format this one "
             "cannot read",
             name);
        return fail_hint(ctx, "Use that version, or delete the file so that the database is read instead.");
    }
    TRY(tree_from_json(ctx, arena_printf(ctx->mem, "%s: dbwarden.tree", name), json_get(own, "tree"), &snapshot->tree));
    snapshot->events = json_get(own, "events");
    snapshot->recorded = json_get(own, "left_alone") != NULL;
    struct names left = json_get_names(ctx->mem, own, "left_alone");
    if (snapshot->recorded)
        left_alone_mark(ctx->mem, snapshot->tree, &left);
    else
        old_records_mark(ctx->mem, snapshot->tree, own);
    return 0;
}

static int read_legacy(struct ctx *ctx, const char *name, const struct json *json, struct snapshot *snapshot)
{
    unsigned engine = snapshot->database_type ? engine_find(snapshot->database_type) : 0;
    if (!engine)
        return not_a_snapshot(ctx, name, "its database_type is none of sqlite, postgresql, mysql, mariadb, clickhouse");
    snapshot->legacy = true;
    snapshot->document = json;
    return legacy_read(ctx, name, json, (enum engine)engine, &snapshot->tree);
}

int snapshot_from_text(struct ctx *ctx, const char *name, const char *text, size_t length, struct snapshot **snapshot)
{
    struct json *json;
    if (json_read(ctx, name, text, length, &json) < 0)
        return fail_hint(ctx, "%s", renew);
    TRY(check_envelope(ctx, name, json));
    struct snapshot *made = NEW(ctx->mem, struct snapshot);
    made->migration_id = json_get_text(json, "migration_id");
    made->database_name = json_get_text(json, "database_name");
    made->database_type = json_get_text(json, "database_type");
    made->applied_at = json_get_text(json, "applied_at");
    const struct json *own = json_get(json, "dbwarden");
    if (own)
        TRY(read_own(ctx, name, own, made));
    else
        TRY(read_legacy(ctx, name, json, made));
    *snapshot = made;
    return 0;
}

int snapshot_read(struct ctx *ctx, const char *path, struct snapshot **snapshot)
{
    char *text;
    size_t length;
    TRY(file_read(ctx, path, 0, &text, &length));
    return snapshot_from_text(ctx, path, text, length, snapshot);
}

void snapshot_assume(struct arena *mem, struct snapshot *snapshot, const struct tree *desired)
{
    if (snapshot->legacy)
        legacy_assume(mem, snapshot->tree, snapshot->document, desired);
}
