/*
 * What the databases of a configuration may not have in common, in the order and with the words of 0.8.2.
 * Targets are compared without user, password and driver: two ways to one database are one database.
 */
#include "base/file.h"
#include "base/text.h"
#include "config/setting.h"

struct comparison {
    struct ctx *ctx;
    const struct setting_file *file;
    const struct config *config;
};

static const struct database_config *database_at(const struct comparison *comparison, int i)
{
    return comparison->config->databases.item[i];
}

static int refuse(const struct comparison *comparison, int line, const char *message, const char *hint)
{
    fail(comparison->ctx, ERR_CONFIG, "%s", message);
    fail_at(comparison->ctx, comparison->file->source, line, 0);
    return hint ? fail_hint(comparison->ctx, "%s", hint) : ERR_CONFIG;
}

static int check_default(const struct comparison *comparison)
{
    struct arena *mem = comparison->ctx->mem;
    int n = comparison->config->databases.n, found = 0, line = 0;
    struct names names = {0};
    for (int i = 0; i < n; i++) {
        const struct database_config *database = database_at(comparison, i);
        found += database->is_default;
        line = database->is_default ? database->line : line;
        if (database->is_default || !found)
            names_add(mem, &names, database->name);
    }
    if (found == 1)
        return 0;
    const char *hint =
        found ? "Take it away from all but one." : "Add it to the one that commands use without --database.";
    return refuse(comparison, found ? line : database_at(comparison, 0)->line,
                  arena_printf(mem, "Exactly one default=True required, found %d", found), hint);
}

/* A path without "." and empty pieces; ".." is taken literally away with what stands before it. */
static const char *tidy(struct arena *mem, const char *path)
{
    struct names parts = text_split(mem, path, '/');
    struct names kept = {0};
    for (int i = 0; i < parts.n; i++) {
        bool is_up = text_equal(parts.item[i], "..");
        if (is_up && kept.n && !text_equal(kept.item[kept.n - 1], ".."))
            kept.n--;
        else if (*parts.item[i] && !text_equal(parts.item[i], "."))
            names_add(mem, &kept, parts.item[i]);
    }
    return arena_printf(mem, "%s%s", *path == '/' ? "/" : "", names_join(mem, &kept, "/"));
}

static const char *absolute(const struct comparison *comparison, const char *path)
{
    struct arena *mem = comparison->ctx->mem;
    return tidy(mem, path_join(mem, comparison->file->folder, path));
}

/* What a URL leads to, or NULL if that is nobody else's: a database in memory. */
static const char *target_of(const struct comparison *comparison, const struct dialect *dialect, const struct url *url)
{
    struct arena *mem = comparison->ctx->mem;
    const char *type = dialect ? dialect->name : url->dialect;
    const char *name = url->database ? url->database : "";
    if (url->host || url->user || !dialect || !dialect->is_file)
        return arena_printf(mem, "%s::%s:%d/%s", type, url->host ? text_lower(mem, url->host) : "", url->port, name);
    if (!*name || text_starts(name, ":memory:"))
        return NULL;
    return arena_printf(mem, "%s::%s", type, absolute(comparison, name));
}

static bool same_url(const struct url *a, const struct url *b)
{
    return text_equal(a->dialect, b->dialect) && text_equal(a->driver, b->driver) && text_equal(a->user, b->user) &&
           text_equal(a->host, b->host) && a->port == b->port && text_equal(a->database, b->database) &&
           names_equal(&a->keys, &b->keys) && names_equal(&a->values, &b->values) &&
           text_equal(a->password.text, b->password.text);
}

static bool share(const struct comparison *comparison, const struct dialect *a_dialect, const struct url *a,
                  const struct dialect *b_dialect, const struct url *b)
{
    const char *target = target_of(comparison, a_dialect, a);
    return target && text_equal(target, target_of(comparison, b_dialect, b));
}

static int refuse_pair(const struct comparison *comparison, const char *what, const struct database_config *a,
                       const struct database_config *b)
{
    return refuse(comparison, b->line,
                  arena_printf(comparison->ctx->mem, "%s: '%s' and '%s' have the same", what, a->name, b->name), NULL);
}

static bool in_memory(const struct comparison *comparison, const struct database_config *database)
{
    return !target_of(comparison, database->dialect, &database->url);
}

static int check_async(const struct comparison *comparison, const struct database_config *a,
                       const struct database_config *b)
{
    if (a->has_async && b->has_async && share(comparison, a->dialect, &a->url_async, b->dialect, &b->url_async))
        return refuse_pair(comparison, "Duplicate database_url_async", a, b);
    if ((a->has_async && share(comparison, a->dialect, &a->url_async, b->dialect, &b->url)) ||
        (b->has_async && share(comparison, b->dialect, &b->url_async, a->dialect, &a->url)))
        return refuse_pair(comparison, "Duplicate database target detected (async)", a, b);
    return 0;
}

static int check_dev(const struct comparison *comparison, const struct database_config *a,
                     const struct database_config *b)
{
    if (a->dev_dialect && b->dev_dialect && share(comparison, a->dev_dialect, &a->dev_url, b->dev_dialect, &b->dev_url))
        return refuse_pair(comparison, "Duplicate dev_database_url", a, b);
    if ((a->dev_dialect && share(comparison, a->dev_dialect, &a->dev_url, b->dialect, &b->url)) ||
        (b->dev_dialect && share(comparison, b->dev_dialect, &b->dev_url, a->dialect, &a->url)))
        return refuse_pair(comparison, "Duplicate database target detected (dev_database_url)", a, b);
    return 0;
}

static int check_models_of(const struct comparison *comparison, const struct database_config *a,
                           const struct database_config *b)
{
    if (a->overlap_models || b->overlap_models)
        return 0;
    for (int i = 0; i < a->model_paths.n; i++)
        if (names_have(&b->model_paths, a->model_paths.item[i]))
            return refuse(comparison, b->line,
                          arena_printf(comparison->ctx->mem, "model_paths overlap: '%s' and '%s' both have %s", a->name,
                                       b->name, a->model_paths.item[i]),
                          "If that is meant, set overlap_models on one of them.");
    return 0;
}

static int check_pair(const struct comparison *comparison, const struct database_config *a,
                      const struct database_config *b)
{
    if (text_equal(a->name, b->name))
        return refuse(comparison, b->line, arena_printf(comparison->ctx->mem, "Duplicate database_name: '%s'", a->name),
                      NULL);
    if (text_equal(absolute(comparison, a->migrations_dir), absolute(comparison, b->migrations_dir)))
        return refuse_pair(comparison, "Duplicate migrations_dir", a, b);
    if (a->targets.kind || b->targets.kind) /* where the URL leads is only asked for targets */
        return 0;
    if (same_url(&a->url, &b->url) && !in_memory(comparison, a))
        return refuse_pair(comparison, "Duplicate database_url_sync", a, b);
    if (share(comparison, a->dialect, &a->url, b->dialect, &b->url))
        return refuse_pair(comparison, "Duplicate database target detected", a, b);
    TRY(check_async(comparison, a, b));
    return check_dev(comparison, a, b);
}

static int check_own_dev(const struct comparison *comparison, const struct database_config *database)
{
    if (database->dev_dialect &&
        share(comparison, database->dialect, &database->url, database->dev_dialect, &database->dev_url))
        return refuse(comparison, database->line,
                      arena_printf(comparison->ctx->mem,
                                   "Duplicate database target detected: dev_database_url of '%s' is its own database",
                                   database->name),
                      "The development database must be another one.");
    return 0;
}

int settings_compare(struct ctx *ctx, const struct setting_file *file, struct config *config)
{
    struct comparison comparison = {ctx, file, config};
    TRY(check_default(&comparison));
    for (int i = 0; i < config->databases.n; i++) {
        TRY(check_own_dev(&comparison, database_at(&comparison, i)));
        for (int j = 0; j < i; j++)
            TRY(check_pair(&comparison, database_at(&comparison, j), database_at(&comparison, i)));
    }
    for (int i = 0; i < config->databases.n; i++)
        for (int j = 0; j < i; j++)
            TRY(check_models_of(&comparison, database_at(&comparison, j), database_at(&comparison, i)));
    return 0;
}
