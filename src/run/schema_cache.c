/*
 * The memory of schema files.  A key stands for all that the outcome depends on: the statements, the engine and its
 * version, what the dialect names of the database (settings, extensions), and this program.  So a hit is as good as the
 * scratch database would have been, and a file is never wrong, only unused: the oldest go when there are many.
 */
#include "run/schema_cache.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "run/parts.h"

enum { FORMAT = 2, FILES_KEPT = 40 };

static const char file_start[] = "schema-", last_start[] = "last-";

/* NULL: nobody wants it, or there is no place. */
static char *cache_folder(struct arena *mem)
{
    const char *wanted = getenv("DBWARDEN_CACHE"), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

    if (wanted && text_equal_nocase(wanted, "off"))
        return NULL;
    if (cache && *cache == '/')
        return path_join(mem, cache, "dbwarden");
    return home && *home == '/' ? path_join(mem, home, ".cache/dbwarden") : NULL;
}

/* A program that is built again without a new version number is another one. */
static void add_program(struct buf *out)
{
    struct stat program;
    buf_addf(out, "%d %s", FORMAT, DBW_VERSION);
    if (stat("/proc/self/exe", &program) == 0)
        buf_addf(out, " %" PRId64 " %" PRId64 " %ld", (int64_t)program.st_size, (int64_t)program.st_mtim.tv_sec,
                 program.st_mtim.tv_nsec);
    buf_add(out, "\n");
}

/* All but the texts: the engine, and what it names of the database. */
static int add_surroundings(struct ctx *ctx, struct conn *near, struct buf *out)
{
    struct error before = ctx->error;
    add_program(out);
    buf_addf(out, "%s %s\n", near->dialect->name, near->version_text);
    int code = near->dialect->scratch_facts ? near->dialect->scratch_facts(ctx, near, out) : 0;
    ctx->error = before;
    return code;
}

struct schema_cache schema_cache_of(struct ctx *ctx, const struct schema_files *source, const struct list *said)
{
    struct buf text;
    struct schema_cache cache = {0};
    buf_init(&text, ctx->mem);
    if (!source->near || !cache_folder(ctx->mem) || add_surroundings(ctx, source->near, &text) < 0)
        return cache;
    size_t length = text.len;
    buf_addf(&text, "\n%s\n%s", source->folder ? source->folder : "", names_join(ctx->mem, source->names, "\n"));
    cache.last = hash_sha256(ctx->mem, text.data, text.len);
    buf_cut(&text, length);
    for (int i = 0; i < said->n; i++)
        buf_addf(&text, "\n%s", ((const struct said *)said->item[i])->hash);
    cache.key = hash_sha256(ctx->mem, text.data, text.len);
    return cache;
}

static char *cache_path(struct arena *mem, const char *start, const char *key)
{
    return path_join(mem, cache_folder(mem), arena_printf(mem, "%s%s.json", start, key));
}

/* What others may write is not believed. */
static bool is_ours(const char *path)
{
    struct stat file;
    return lstat(path, &file) == 0 && S_ISREG(file.st_mode) && file.st_uid == geteuid() &&
           !(file.st_mode & (S_IWGRP | S_IWOTH));
}

/* NULL if it is not there, not ours or broken. */
static struct json *cache_read(struct ctx *ctx, const char *path)
{
    char *text;
    size_t length;
    struct json *json;
    struct error before = ctx->error;
    bool got =
        is_ours(path) && file_read(ctx, path, 0, &text, &length) == 0 && json_read(ctx, path, text, length, &json) == 0;
    ctx->error = before;
    return got ? json : NULL;
}

static struct json *dependencies_to_json(struct arena *mem, const struct list *dependencies)
{
    struct json *json = json_array(mem);
    for (int i = 0; i < dependencies->n; i++) {
        const struct dependency *one = dependencies->item[i];
        struct json *pair = json_array(mem);
        json_add(mem, pair, ref_to_json(mem, &one->from));
        json_add(mem, pair, ref_to_json(mem, &one->to));
        json_add(mem, json, pair);
    }
    return json;
}

static bool dependencies_from_json(struct arena *mem, const struct json *json, struct list *dependencies)
{
    for (int i = 0; json && json->type == JSON_ARRAY && i < json->n; i++) {
        const struct json *pair = json->item[i];
        struct dependency *one = NEW(mem, struct dependency);
        if (pair->type != JSON_ARRAY || pair->n != 2 || !ref_from_json(mem, pair->item[0], &one->from) ||
            !ref_from_json(mem, pair->item[1], &one->to))
            return false;
        list_add(mem, dependencies, one);
    }
    return json != NULL;
}

static struct json *held_to_json(struct arena *mem, const struct list *all)
{
    struct json *json = json_array(mem);
    for (int i = 0; i < all->n; i++) {
        const struct held *held = all->item[i];
        struct json *one = json_object(mem);
        json_set(mem, one, "what", ref_to_json(mem, &held->what));
        json_set_text(mem, one, "by", held->by);
        json_set_bool(mem, one, "goes_along", held->goes_along);
        json_add(mem, json, one);
    }
    return json;
}

static bool held_from_json(struct arena *mem, const struct json *json, struct list *all)
{
    for (int i = 0; json && json->type == JSON_ARRAY && i < json->n; i++) {
        const struct json *one = json->item[i], *what = json_get(one, "what");
        struct held *held = NEW(mem, struct held);
        held->by = json_get_text(one, "by");
        held->goes_along = json_get_bool(one, "goes_along", false);
        if (!held->by || !what || !ref_from_json(mem, what, &held->what))
            return false;
        list_add(mem, all, held);
    }
    return json != NULL;
}

static struct json *cache_read_key(struct ctx *ctx, const char *key, struct tree **tree)
{
    const char *path = cache_path(ctx->mem, file_start, key);
    struct json *json = cache_read(ctx, path);
    struct error before = ctx->error;
    bool got = json && text_equal(json_get_text(json, "key"), key) &&
               tree_from_json(ctx, path, json_get(json, "tree"), tree) == 0 &&
               dependencies_from_json(ctx->mem, json_get(json, "dependencies"), &(*tree)->dependencies) &&
               held_from_json(ctx->mem, json_get(json, "held"), &(*tree)->held);
    ctx->error = before;
    if (got)
        utimensat(AT_FDCWD, path, NULL, 0); /* used again: among the youngest */
    else if (file_exists(path))
        emit_debug(ctx, "%s cannot be read, and is left alone", path);
    return got ? json : NULL;
}

static void last_note(struct ctx *ctx, const struct schema_cache *cache)
{
    const char *path = cache_path(ctx->mem, last_start, cache->last);
    const struct json *there = cache_read(ctx, path);
    struct json *json = json_object(ctx->mem);
    if (there && text_equal(json_get_text(there, "key"), cache->key))
        return;
    json_set_text(ctx->mem, json, "key", cache->key);
    const char *text = json_text(ctx->mem, json, JSON_PYTHON);
    struct error before = ctx->error;
    file_write(ctx, path, text, strlen(text), 0600);
    ctx->error = before;
}

bool schema_cache_get(struct ctx *ctx, const struct schema_cache *cache, struct tree **tree)
{
    if (!cache->key || !cache_read_key(ctx, cache->key, tree))
        return false;
    emit_debug(ctx, "what the schema files mean is known");
    last_note(ctx, cache);
    return true;
}

/* "hash", or "hash owner" where it is understood. */
static bool said_from_json(struct arena *mem, const struct json *json, struct list *list)
{
    enum { DIGITS = 32 };
    for (int i = 0; json && json->type == JSON_ARRAY && i < json->n; i++) {
        const char *text = json->item[i]->text;
        struct said *said = NEW(mem, struct said);
        if (!text || strlen(text) < DIGITS)
            return false;
        said->hash = arena_copy(mem, text, DIGITS);
        said->owner = text[DIGITS] ? text + DIGITS + 1 : NULL;
        list_add(mem, list, said);
    }
    return json != NULL;
}

static struct json *said_to_json(struct arena *mem, const struct list *list)
{
    struct json *json = json_array(mem);
    for (int i = 0; i < list->n; i++) {
        const struct said *said = list->item[i];
        json_add(mem, json,
                 json_string(mem, said->owner ? arena_printf(mem, "%s %s", said->hash, said->owner) : said->hash));
    }
    return json;
}

bool schema_cache_get_last(struct ctx *ctx, const struct schema_cache *cache, struct list *said, struct tree **tree)
{
    const struct json *last = cache->key ? cache_read(ctx, cache_path(ctx->mem, last_start, cache->last)) : NULL;
    const char *key = last ? json_get_text(last, "key") : NULL;
    const struct json *json = key ? cache_read_key(ctx, key, tree) : NULL;
    return json && said_from_json(ctx->mem, json_get(json, "statements"), said);
}

struct kept {
    const char *path;
    struct timespec used;
};

static int kept_compare(const void *a, const void *b)
{
    const struct kept *left = a, *right = b;
    if (left->used.tv_sec != right->used.tv_sec)
        return left->used.tv_sec < right->used.tv_sec ? 1 : -1;
    return left->used.tv_nsec < right->used.tv_nsec ? 1 : left->used.tv_nsec > right->used.tv_nsec ? -1 : 0;
}

static void remove_oldest(struct ctx *ctx, const char *folder, const char *start)
{
    struct names names;
    struct list all = {0};
    if (folder_list(ctx, folder, &names) < 0)
        return;
    for (int i = 0; i < names.n; i++) {
        struct stat file;
        const char *path = path_join(ctx->mem, folder, names.item[i]);
        if (!text_starts(names.item[i], start) || stat(path, &file) != 0)
            continue;
        struct kept *one = NEW(ctx->mem, struct kept);
        *one = (struct kept){path, file.st_mtim};
        list_add(ctx->mem, &all, one);
    }
    list_sort(&all, kept_compare);
    for (int i = FILES_KEPT; i < all.n; i++)
        file_remove(ctx, ((const struct kept *)all.item[i])->path);
}

void schema_cache_put(struct ctx *ctx, const struct schema_cache *cache, const struct list *said,
                      const struct tree *tree)
{
    if (!cache->key)
        return;
    const char *folder = cache_folder(ctx->mem);
    struct error before = ctx->error;
    struct json *json = json_object(ctx->mem);
    json_set_text(ctx->mem, json, "key", cache->key);
    json_set(ctx->mem, json, "statements", said_to_json(ctx->mem, said));
    json_set(ctx->mem, json, "dependencies", dependencies_to_json(ctx->mem, &tree->dependencies));
    json_set(ctx->mem, json, "held", held_to_json(ctx->mem, &tree->held));
    json_set(ctx->mem, json, "tree", tree_to_json_short(ctx->mem, tree));
    const char *text = json_text(ctx->mem, json, JSON_PYTHON);
    bool made = !folder_exists(folder);
    int code = folder_make(ctx, folder);
    if (code == 0 && made)
        chmod(folder, 0700);
    if (code == 0)
        code = file_write(ctx, cache_path(ctx->mem, file_start, cache->key), text, strlen(text), 0600);
    if (code < 0) {
        emit_debug(ctx, "what the schema files mean cannot be remembered: %s", ctx->error.message);
    } else {
        last_note(ctx, cache);
        remove_oldest(ctx, folder, file_start);
        remove_oldest(ctx, folder, last_start);
    }
    ctx->error = before;
}
