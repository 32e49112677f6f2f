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

enum { FORMAT = 1, FILES_KEPT = 40 };

static const char file_start[] = "schema-";

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

/* A program that is built anew without a new version number is another one. */
static void add_program(struct buf *out)
{
    struct stat program;
    buf_addf(out, "%d %s", FORMAT, DBW_VERSION);
    if (stat("/proc/self/exe", &program) == 0)
        buf_addf(out, " %" PRId64 " %" PRId64 " %ld", (int64_t)program.st_size, (int64_t)program.st_mtim.tv_sec,
                 program.st_mtim.tv_nsec);
    buf_add(out, "\n");
}

char *schema_cache_key(struct ctx *ctx, struct conn *near, const struct list *statements)
{
    struct buf text;
    if (!near || !cache_folder(ctx->mem))
        return NULL;
    buf_init(&text, ctx->mem);
    add_program(&text);
    buf_addf(&text, "%s %s\n", near->dialect->name, near->version_text);
    struct error before = ctx->error;
    if (near->dialect->scratch_facts && near->dialect->scratch_facts(ctx, near, &text) < 0) {
        ctx->error = before;
        return NULL;
    }
    for (int i = 0; i < statements->n; i++) {
        const struct sql_piece *piece = &((const struct classified *)statements->item[i])->piece;
        buf_addf(&text, "\n%zu:", piece->length);
        buf_add_n(&text, piece->text, piece->length);
    }
    return hash_sha256(ctx->mem, text.data, text.len);
}

static char *cache_path(struct arena *mem, const char *key)
{
    return path_join(mem, cache_folder(mem), arena_printf(mem, "%s%s.json", file_start, key));
}

/* What others may write is not believed. */
static bool is_ours(const char *path)
{
    struct stat file;
    return lstat(path, &file) == 0 && S_ISREG(file.st_mode) && file.st_uid == geteuid() &&
           !(file.st_mode & (S_IWGRP | S_IWOTH));
}

bool schema_cache_get(struct ctx *ctx, const char *key, struct tree **tree)
{
    char *text;
    size_t length;
    struct json *json;
    if (!key)
        return false;
    const char *path = cache_path(ctx->mem, key);
    if (!is_ours(path))
        return false;
    struct error before = ctx->error;
    bool got = file_read(ctx, path, 0, &text, &length) == 0 && json_read(ctx, path, text, length, &json) == 0 &&
               text_equal(json_get_text(json, "key"), key) &&
               tree_from_json(ctx, path, json_get(json, "tree"), tree) == 0;
    ctx->error = before;
    if (got)
        utimensat(AT_FDCWD, path, NULL, 0); /* used again: among the youngest */
    emit_debug(ctx, got ? "what the schema files mean is known from %s" : "%s cannot be read, and is left alone", path);
    return got;
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

static void remove_oldest(struct ctx *ctx, const char *folder)
{
    struct names names;
    struct list all = {0};
    if (folder_list(ctx, folder, &names) < 0)
        return;
    for (int i = 0; i < names.n; i++) {
        struct stat file;
        const char *path = path_join(ctx->mem, folder, names.item[i]);
        if (!text_starts(names.item[i], file_start) || stat(path, &file) != 0)
            continue;
        struct kept *one = NEW(ctx->mem, struct kept);
        *one = (struct kept){path, file.st_mtim};
        list_add(ctx->mem, &all, one);
    }
    list_sort(&all, kept_compare);
    for (int i = FILES_KEPT; i < all.n; i++)
        file_remove(ctx, ((const struct kept *)all.item[i])->path);
}

void schema_cache_put(struct ctx *ctx, const char *key, const struct tree *tree)
{
    if (!key)
        return;
    const char *folder = cache_folder(ctx->mem);
    struct error before = ctx->error;
    struct json *json = json_object(ctx->mem);
    json_set_text(ctx->mem, json, "key", key);
    json_set(ctx->mem, json, "tree", tree_to_json(ctx->mem, tree));
    const char *text = json_text(ctx->mem, json, JSON_PYTHON);
    bool made = !folder_exists(folder);
    int code = folder_make(ctx, folder);
    if (code == 0 && made)
        chmod(folder, 0700);
    if (code == 0)
        code = file_write(ctx, cache_path(ctx->mem, key), text, strlen(text), 0600);
    if (code < 0)
        emit_debug(ctx, "what the schema files mean cannot be remembered: %s", ctx->error.message);
    else
        remove_oldest(ctx, folder);
    ctx->error = before;
}
