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
#include "schema/tree_flat.h"

enum { FORMAT = 3, FILES_KEPT = 40 };

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

/* What a file holds has no names in it, so the kinds and fields that this code knows are part of its key. */
static void add_kinds(struct buf *out)
{
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        buf_addf(out, "\n%s", kind_table[kind].name);
        for (int i = 0; i < kind_table[kind].fields; i++)
            buf_addf(out, " %s:%d", kind_table[kind].field[i].name, (int)kind_table[kind].field[i].type);
    }
}

/* A program that is built again without a new version number is another one; the library has no program of its own to look at. */
static void add_program(struct buf *out)
{
    struct stat program;
    buf_addf(out, "%d %s", FORMAT, DBW_VERSION);
    add_kinds(out);
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
    cache.engine = source->near->dialect->engine;
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
    return path_join(mem, cache_folder(mem), arena_printf(mem, "%s%s", start, key));
}

/* What others may write is not believed. */
static bool is_ours(const char *path)
{
    struct stat file;
    return lstat(path, &file) == 0 && S_ISREG(file.st_mode) && file.st_uid == geteuid() &&
           !(file.st_mode & (S_IWGRP | S_IWOTH));
}

/* False if it is not there or not ours. */
static bool cache_read(struct ctx *ctx, const char *path, char **data, size_t *length)
{
    struct error before = ctx->error;
    bool got = is_ours(path) && file_read(ctx, path, 0, data, length) == 0;
    ctx->error = before;
    return got;
}

/* What a file holds: whose it is, what the statements were about, and what came of them. */
struct memory {
    const char *key;
    struct list said; /* struct said *, without statement */
    struct tree *tree;
};

static void memory_flat(struct flat *flat, struct memory *memory)
{
    flat_text(flat, &memory->key);
    const int n = flat_count(flat, memory->said.n);
    for (int i = 0; i < n; i++) {
        struct said *said = flat_item(flat, &memory->said, i, sizeof *said);
        flat_text(flat, &said->hash);
        flat_text(flat, &said->owner);
        if (flat->reads && !said->hash)
            flat_break(flat);
    }
    tree_flat(flat, memory->tree);
}

static bool memory_read(struct ctx *ctx, const struct schema_cache *cache, const char *key, struct memory *memory)
{
    const char *path = cache_path(ctx->mem, file_start, key);
    struct flat flat;
    char *data;
    size_t length;
    if (!cache_read(ctx, path, &data, &length))
        return false;
    *memory = (struct memory){.tree = tree_new(ctx->mem, cache->engine)};
    flat_read(&flat, ctx->mem, data, length);
    memory_flat(&flat, memory);
    bool right = flat_ended(&flat) && text_equal(memory->key, key);
    if (right)
        utimensat(AT_FDCWD, path, NULL, 0); /* used again: among the youngest */
    else
        emit_debug(ctx, "%s cannot be read, and is left alone", path);
    return right;
}

/* The key that was noted last, or NULL. */
static const char *last_key(struct ctx *ctx, const struct schema_cache *cache)
{
    char *key;
    size_t length;
    return cache_read(ctx, cache_path(ctx->mem, last_start, cache->last), &key, &length) ? key : NULL;
}

static void last_note(struct ctx *ctx, const struct schema_cache *cache)
{
    struct error before = ctx->error;
    if (text_equal(last_key(ctx, cache), cache->key))
        return;
    file_write(ctx, cache_path(ctx->mem, last_start, cache->last), cache->key, strlen(cache->key), 0600);
    ctx->error = before;
}

bool schema_cache_get(struct ctx *ctx, const struct schema_cache *cache, struct tree **tree)
{
    struct memory memory;
    if (!cache->key || !memory_read(ctx, cache, cache->key, &memory))
        return false;
    *tree = memory.tree;
    emit_debug(ctx, "what the schema files mean is known");
    last_note(ctx, cache);
    return true;
}

bool schema_cache_get_last(struct ctx *ctx, const struct schema_cache *cache, struct list *said, struct tree **tree)
{
    const char *key = cache->key ? last_key(ctx, cache) : NULL;
    struct memory memory;
    if (!key || !memory_read(ctx, cache, key, &memory))
        return false;
    *said = memory.said;
    *tree = memory.tree;
    return true;
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

void schema_cache_put(struct ctx *ctx, const struct schema_cache *cache, const struct list *said, struct tree *tree)
{
    if (!cache->key)
        return;
    const char *folder = cache_folder(ctx->mem);
    struct error before = ctx->error;
    struct memory memory = {cache->key, *said, tree};
    struct flat flat;
    flat_write(&flat, ctx->mem);
    memory_flat(&flat, &memory);
    bool made = !folder_exists(folder);
    int code = folder_make(ctx, folder);
    if (code == 0 && made)
        chmod(folder, 0700);
    if (code == 0)
        code = file_write(ctx, cache_path(ctx->mem, file_start, cache->key), flat.out.data, flat.out.len, 0600);
    if (code < 0) {
        emit_debug(ctx, "what the schema files mean cannot be remembered: %s", ctx->error.message);
    } else {
        last_note(ctx, cache);
        remove_oldest(ctx, folder, file_start);
        remove_oldest(ctx, folder, last_start);
    }
    ctx->error = before;
}
