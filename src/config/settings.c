/*
 * The table of settings, and the one place that judges a value: every error names the file, the line, the key, the
 * value and what would be right.  Passwords go from the JSON into secrets, and the JSON text is overwritten.
 * What several databases may not have in common is compare.c's matter.
 */
#include <stddef.h>

#include "base/text.h"
#include "config/setting.h"

/* For what others do, if nobody says how long. */
#define PATIENCE_SECONDS 300

/* For a hook. */
#define HOOK_SECONDS 60

/* A database while its entry is read: what is needed until all keys are known. */
struct draft {
    struct database_config database; /* first: this is what the configuration holds */
    const char *type;
    const char *dev_type;
    const struct setting_value *sync_url;
    const struct setting_value *async_url;
    const struct setting_value *dev_url;
};

/* One value under judgement. */
struct judged {
    struct ctx *ctx;
    const struct setting_file *file;
    const struct setting_entry *entry;
    const struct setting_value *value;
};

struct setting {
    const char *key;
    int (*take)(struct judged *judged, void *member);
    size_t offset; /* in struct draft */
    bool told;     /* as it is written, by commands that show the configuration */
};

/* The value for a message: passwords masked, what is not a text by its type. */
static const char *shown(struct ctx *ctx, const struct json *value)
{
    const char *type = json_get_text(value, "type");
    if (type)
        return arena_printf(ctx->mem, "a %s", type);
    if (value->type == JSON_TEXT)
        return arena_printf(ctx->mem, "\"%s\"", url_mask(ctx->mem, value->text));
    return value->type == JSON_ARRAY ? "a list" : json_text(ctx->mem, value, JSON_PYTHON);
}

static const char *key_shown(const struct judged *judged)
{
    return judged->value->shown ? judged->value->shown : judged->value->key;
}

static int refuse(struct judged *judged, const char *must, const char *hint)
{
    struct ctx *ctx = judged->ctx;
    fail(ctx, ERR_CONFIG, "%s is %s: it must be %s", key_shown(judged), shown(ctx, judged->value->value), must);
    fail_at(ctx, judged->entry->source, judged->value->line, 0);
    return hint ? fail_hint(ctx, "%s", hint) : ERR_CONFIG;
}

static bool matches(const char *text, bool underscore_first)
{
    bool starts = char_is_alpha((unsigned char)*text) || (underscore_first && *text == '_');
    for (const char *at = text; *at; at++)
        if (!char_is_word((unsigned char)*at))
            return false;
    return starts;
}

static int take_text(struct judged *judged, const char **text)
{
    if (judged->value->value->type != JSON_TEXT || !*judged->value->value->text)
        return refuse(judged, "a text that is not empty", NULL);
    *text = judged->value->value->text;
    return 0;
}

static int take_name(struct judged *judged, void *member)
{
    const char **name = member;
    if (judged->value->value->type != JSON_TEXT || !matches(judged->value->value->text, false))
        return refuse(judged, "a letter followed by letters, digits and underscores", NULL);
    *name = judged->value->value->text;
    return 0;
}

static int take_table(struct judged *judged, void *member)
{
    const char **name = member;
    if (judged->value->value->type != JSON_TEXT || !matches(judged->value->value->text, true))
        return refuse(judged, "a letter or underscore followed by letters, digits and underscores", NULL);
    *name = judged->value->value->text;
    return 0;
}

static bool is_plain(const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
    return *text && !text[strspn(text, plain)];
}

/* It becomes a part of paths and statements as it stands. */
static int take_cluster(struct judged *judged, void *member)
{
    const char **name = member;
    if (judged->value->value->type != JSON_TEXT || !is_plain(judged->value->value->text))
        return refuse(judged, "the name of a cluster: letters, digits, \"_\", \"-\" and \".\"", NULL);
    *name = judged->value->value->text;
    return 0;
}

static int take_type(struct judged *judged, void *member)
{
    const char **type = member;
    struct names known = {0};
    for (unsigned bit = 1; bit <= ENGINE_ALL; bit <<= 1)
        names_add(judged->ctx->mem, &known, engine_name((enum engine)bit));
    const char *text = judged->value->value->type == JSON_TEXT ? judged->value->value->text : "";
    const char *meant = text_nearest(&known, text);
    if (text_equal(text, "postgres"))
        meant = "postgresql";
    if (!names_have(&known, text))
        return refuse(judged, arena_printf(judged->ctx->mem, "one of %s", names_join(judged->ctx->mem, &known, ", ")),
                      meant ? arena_printf(judged->ctx->mem, "Did you mean \"%s\"?", meant) : NULL);
    *type = text;
    return 0;
}

static int take_flag(struct judged *judged, void *member)
{
    const struct json *value = judged->value->value;
    bool *flag = member;
    bool is_number = value->type == JSON_INT && (value->number == 0 || value->number == 1);
    if (value->type != JSON_BOOL && !is_number)
        return refuse(judged, "true or false", NULL);
    *flag = is_number ? value->number == 1 : value->truth;
    return 0;
}

static int take_names(struct judged *judged, void *member)
{
    const struct json *value = judged->value->value;
    struct names *names = member;
    if (value->type == JSON_TEXT)
        return refuse(judged, "a list of texts", arena_printf(judged->ctx->mem, "Write [\"%s\"].", value->text));
    if (value->type != JSON_ARRAY)
        return refuse(judged, "a list of texts", NULL);
    for (int i = 0; i < value->n; i++) {
        if (value->item[i]->type != JSON_TEXT || !*value->item[i]->text)
            return refuse(judged, "a list of texts that are not empty", NULL);
        names_add(judged->ctx->mem, names, value->item[i]->text);
    }
    return 0;
}

/* A text is a program without arguments; what looks like a line for a shell is not guessed at. */
static int take_command(struct judged *judged, void *member)
{
    const struct json *value = judged->value->value;
    struct names *names = member;
    struct arena *mem = judged->ctx->mem;
    if (value->type == JSON_TEXT && *value->text && !value->text[strcspn(value->text, " \t\n")]) {
        names_add(mem, names, value->text);
        return 0;
    }
    if (value->type == JSON_ARRAY && value->n && value->item[0]->type == JSON_TEXT)
        return take_names(judged, member);
    return refuse(judged, "a program, or a list of a program and its arguments",
                  "No shell is involved; to use one write [\"sh\", \"-c\", \"...\"].");
}

static int take_duration(struct judged *judged, void *member)
{
    const struct json *value = judged->value->value;
    double *seconds = member;
    double number = value->type == JSON_INT ? (double)value->number : value->type == JSON_REAL ? value->real : -1;
    bool is_text = value->type == JSON_TEXT, good = is_text ? text_to_seconds(value->text, seconds) : number >= 0;
    if (good && !is_text)
        *seconds = number;
    return good ? 0
                : refuse(judged, "a number of seconds, or a text such as \"500ms\", \"2s\", \"5min\" or \"off\"", NULL);
}

static int take_snapshots(struct judged *judged, void *member)
{
    const struct json *value = judged->value->value;
    bool *each = member;
    bool is_each = value->type == JSON_TEXT && text_equal(value->text, "each");
    if (!is_each && !(value->type == JSON_TEXT && text_equal(value->text, "last")))
        return refuse(judged, "\"last\" or \"each\"", NULL);
    *each = is_each;
    return 0;
}

static int take_format(struct judged *judged, void *member)
{
    const struct json *value = judged->value->value;
    for (int i = 0; value->type == JSON_TEXT && i < LAYOUTS; i++)
        if (text_equal(value->text, layout_names[i])) {
            *(enum layout *)member = (enum layout)i;
            return 0;
        }
    return refuse(judged, "\"dbwarden\" or \"fastmigrate\"", NULL);
}

static int take_tool(struct judged *judged, void *member)
{
    const struct json *value = judged->value->value;
    if (value->type != JSON_TEXT || !text_equal(value->text, "alembic"))
        return refuse(judged, "\"alembic\"", NULL);
    *(const char **)member = value->text;
    return 0;
}

static int take_normalise(struct judged *judged, void *member)
{
    static const char *const modes[] = {"auto", "server", "offline", NULL};
    const char **mode = member, *text = judged->value->value->type == JSON_TEXT ? judged->value->value->text : "";
    for (int i = 0; modes[i] && !*mode; i++)
        if (text_equal(text, modes[i]))
            *mode = modes[i];
    return *mode ? 0 : refuse(judged, "\"auto\", \"server\" or \"offline\"", NULL);
}

static int take_manage(struct judged *judged, void *member)
{
    struct filter *filter = member;
    struct names names = {0};
    TRY(take_names(judged, &names));
    for (int i = 0; i < names.n; i++) {
        bool grants = text_equal(names.item[i], "grants"), ownership = text_equal(names.item[i], "ownership");
        if (!grants && !ownership)
            return refuse(judged, "a list of \"grants\" and \"ownership\"", NULL);
        filter->grants |= grants;
        filter->ownership |= ownership;
    }
    return 0;
}

/* {"type": ..., "keys": {...}}, as readers hand on a mapping. */
static int take_target_text(struct judged *judged, const struct json *value, const char *key, const char **text)
{
    if (value->type != JSON_TEXT || !*value->text) {
        fail(judged->ctx, ERR_CONFIG, "targets: %s must be a text that is not empty", key);
        return fail_at(judged->ctx, judged->entry->source, judged->value->line, 0);
    }
    *text = value->text;
    return 0;
}

const char *const hook_names[HOOKS] = {
    [HOOK_BEFORE_RUN] = "before_run", [HOOK_AFTER_RUN] = "after_run",   [HOOK_BEFORE_FILE] = "before_file",
    [HOOK_AFTER_FILE] = "after_file", [HOOK_ON_FAILURE] = "on_failure",
};

static const struct {
    const char *key;
    enum targets_kind kind;
} target_kinds[] = {
    {"schemas", TARGETS_SCHEMAS}, {"databases", TARGETS_DATABASES}, {"files", TARGETS_FILES}, {"urls", TARGETS_URLS}};
enum { TARGET_KINDS = sizeof target_kinds / sizeof *target_kinds };

static enum targets_kind target_kind(const char *text)
{
    for (int i = 0; text && i < TARGET_KINDS; i++)
        if (text_equal(target_kinds[i].key, text))
            return target_kinds[i].kind;
    return TARGETS_NONE;
}

static int refuse_targets(struct judged *judged, const char *why)
{
    fail(judged->ctx, ERR_CONFIG, "targets: %s", why);
    fail_at(judged->ctx, judged->entry->source, judged->value->line, 0);
    return fail_hint(judged->ctx,
                     "Give one of schemas: \"tenant_%%\", databases: \"shop_%%\", files: \"data/*.db\", or "
                     "query: \"SELECT ...\" with of: schemas, databases, files or urls.");
}

static int take_target_key(struct judged *judged, struct targets_config *targets, const char *key,
                           const struct json *value)
{
    struct arena *mem = judged->ctx->mem;
    enum targets_kind kind = target_kind(key);
    const char *of = NULL;
    if (kind != TARGETS_NONE && kind != TARGETS_URLS) {
        if (targets->pattern)
            return refuse_targets(judged, arena_printf(mem, "%s cannot stand beside another pattern", key));
        targets->kind = kind;
        return take_target_text(judged, value, key, &targets->pattern);
    }
    if (text_equal(key, "query"))
        return take_target_text(judged, value, key, &targets->query);
    if (text_equal(key, "of")) {
        TRY(take_target_text(judged, value, key, &of));
        targets->kind = target_kind(of);
        return targets->kind ? 0 : refuse_targets(judged, arena_printf(mem, "of is \"%s\"", of));
    }
    if (!text_equal(key, "search_path"))
        return refuse_targets(judged, arena_printf(mem, "there is no key \"%s\"", key));
    for (int i = 0; value->type == JSON_ARRAY && i < value->n; i++) {
        TRY(take_target_text(judged, value->item[i], key, &of));
        names_add(mem, &targets->search_path, of);
    }
    return value->type == JSON_ARRAY ? 0 : refuse_targets(judged, "search_path is not a list");
}

static int take_targets(struct judged *judged, void *member)
{
    struct targets_config *targets = member;
    const struct json *keys = json_get(judged->value->value, "keys");
    if (!keys)
        return refuse(judged, "a mapping such as {schemas: \"tenant_%\"}", NULL);
    targets->source = judged->entry->source;
    targets->line = judged->value->line;
    for (int i = 0; i < keys->n; i++)
        TRY(take_target_key(judged, targets, keys->key[i], keys->item[i]));
    if (targets->pattern && targets->query)
        return refuse_targets(judged, "a pattern and a query cannot stand beside each other");
    if (!targets->pattern && !targets->query)
        return refuse_targets(judged, "there is neither a pattern nor a query");
    if (!targets->kind)
        return refuse_targets(judged, "it is not said of what the query gives the names");
    return !targets->search_path.n || targets->kind == TARGETS_SCHEMAS
               ? 0
               : refuse_targets(judged, "search_path goes with schemas only");
}

/* Where a relative path ends up: -1 above the folder, 0 in it, else below. */
static int depth_of(struct arena *mem, const char *path)
{
    struct names parts = text_split(mem, path, '/');
    int depth = 0;
    for (int i = 0; i < parts.n && depth >= 0; i++) {
        if (text_equal(parts.item[i], ".."))
            depth--;
        else if (*parts.item[i] && !text_equal(parts.item[i], "."))
            depth++;
    }
    return depth;
}

static int take_folder(struct judged *judged, void *member)
{
    const char **folder = member;
    const char *root = judged->file->folder;
    TRY(take_text(judged, folder));
    const char *inside = *folder;
    if (text_starts(inside, root) && inside[strlen(root)] == '/')
        inside += strlen(root) + 1;
    if (*inside == '/' || depth_of(judged->ctx->mem, inside) <= 0)
        return refuse(judged, arena_printf(judged->ctx->mem, "a folder below %s", root), NULL);
    return 0;
}

/* An empty text is no URL, as 0.8.2 had it: it stands for "not given". */
static int take_url(struct judged *judged, void *member)
{
    const struct setting_value **url = member;
    if (judged->value->value->type != JSON_TEXT)
        return refuse(judged, "a text such as postgresql://user:password@host:5432/name", NULL);
    if (*judged->value->value->text)
        *url = judged->value;
    return 0;
}

/* For the sessions of the Python package, which reads it itself; not shown, since arguments of a driver may hold what nobody should read. */
static int take_engine_options(struct judged *judged, void *member)
{
    return json_get(judged->value->value, "keys") ? 0 : refuse(judged, "a dictionary", NULL);
}

/* {rule: "off", "info", "warning" or "error"}; which rules there are is known where they are asked. */
static int take_severities(struct judged *judged, void *member)
{
    static const char *const levels[] = {"off", "info", "warning", "error"};
    struct json **severities = member;
    *severities = json_get(judged->value->value, "keys");
    bool good = *severities;
    for (int i = 0; good && i < (*severities)->n; i++) {
        bool found = false;
        for (int l = 0; l < 4; l++)
            found = found || text_equal((*severities)->item[i]->text, levels[l]);
        good = found && (*severities)->item[i]->type == JSON_TEXT;
    }
    return good ? 0 : refuse(judged, "a mapping of rules to \"off\", \"info\", \"warning\" or \"error\"", NULL);
}

/* {thing: regular expression}; which things there are is known where they are asked. */
static int take_naming(struct judged *judged, void *member)
{
    struct json **naming = member;
    *naming = json_get(judged->value->value, "keys");
    bool good = *naming;
    for (int i = 0; good && i < (*naming)->n; i++)
        good = (*naming)->item[i]->type == JSON_TEXT;
    return good ? 0 : refuse(judged, "a mapping such as {table: \"^[a-z_]+$\"}", NULL);
}

#define DATABASE(member) offsetof(struct draft, database.member)
static const struct setting setting_table[] = {
    {"database_name", take_name, DATABASE(name)},
    {"database_type", take_type, offsetof(struct draft, type)},
    {"database_url_sync", take_url, offsetof(struct draft, sync_url)},
    {"database_url_async", take_url, offsetof(struct draft, async_url)},
    {"secure_values", take_flag, DATABASE(secure_values)},
    {"default", take_flag, DATABASE(is_default)},
    {"format", take_format, DATABASE(layout), true},
    {"keep_in_step", take_tool, DATABASE(keep_in_step), true},
    {"migrations_dir", take_folder, DATABASE(migrations_dir)},
    {"migration_table", take_table, DATABASE(migration_table)},
    {"seed_table", take_table, DATABASE(seed_table)},
    {"model_paths", take_names, DATABASE(model_paths)},
    {"schema_files", take_names, DATABASE(schema_files)},
    {"include", take_names, DATABASE(filter.include), true},
    {"exclude", take_names, DATABASE(filter.exclude), true},
    {"manage", take_manage, DATABASE(filter), true},
    {"snapshots", take_snapshots, DATABASE(snapshots_each), true},
    {"normalise", take_normalise, DATABASE(normalise), true},
    {"online", take_flag, DATABASE(online), true},
    {"cluster", take_cluster, DATABASE(cluster), true},
    {"lock_timeout", take_duration, DATABASE(lock_timeout), true},
    {"statement_timeout", take_duration, DATABASE(statement_timeout), true},
    {"retry_for", take_duration, DATABASE(retry_for), true},
    {"wait_for_db", take_duration, DATABASE(wait_for_db), true},
    {"wait_for_runner", take_duration, DATABASE(wait_for_runner), true},
    {"before_run", take_command, DATABASE(hook[HOOK_BEFORE_RUN]), true},
    {"after_run", take_command, DATABASE(hook[HOOK_AFTER_RUN]), true},
    {"before_file", take_command, DATABASE(hook[HOOK_BEFORE_FILE]), true},
    {"after_file", take_command, DATABASE(hook[HOOK_AFTER_FILE]), true},
    {"on_failure", take_command, DATABASE(hook[HOOK_ON_FAILURE]), true},
    {"hook_timeout", take_duration, DATABASE(hook_timeout), true},
    {"check_severity", take_severities, DATABASE(severities), true},
    {"check_names", take_naming, DATABASE(naming), true},
    {"dev_database_type", take_type, offsetof(struct draft, dev_type)},
    {"dev_database_url", take_url, offsetof(struct draft, dev_url)},
    {"overlap_models", take_flag, DATABASE(overlap_models)},
    {"targets", take_targets, DATABASE(targets), true},
    {"engine_options", take_engine_options, DATABASE(name)},
};
enum { SETTINGS = sizeof setting_table / sizeof *setting_table };

static int refuse_key(struct judged *judged)
{
    struct ctx *ctx = judged->ctx;
    struct names known = {0};
    for (int i = 0; i < SETTINGS; i++)
        names_add(ctx->mem, &known, setting_table[i].key);
    const char *meant = text_nearest(&known, judged->value->key);
    fail(ctx, ERR_CONFIG, "%s has no setting \"%s\"", judged->file->call, judged->value->key);
    fail_at(ctx, judged->entry->source, judged->value->line, 0);
    if (meant)
        return fail_hint(ctx, "Did you mean %s?", meant);
    return fail_hint(ctx, "There are: %s.", names_join(ctx->mem, &known, ", "));
}

/* Arguments of commands may hold what nobody should read. */
static void tell_as_written(const struct judged *judged, struct database_config *database)
{
    struct arena *mem = judged->ctx->mem;
    const struct json *value = judged->value->value;
    bool command = false;
    for (int hook = 0; hook < HOOKS; hook++)
        command = command || text_equal(judged->value->key, hook_names[hook]);
    if (command && value->type == JSON_ARRAY)
        value = value->item[0];
    if (value->type == JSON_OBJECT)
        value = json_get(value, "keys");
    if (!database->told)
        database->told = json_object(mem);
    json_set(mem, database->told, judged->value->key, json_clone(mem, value));
}

static int take_value(struct judged *judged, struct draft *draft)
{
    for (int i = 0; i < SETTINGS; i++) {
        const struct setting *setting = &setting_table[i];
        if (!text_equal(setting->key, judged->value->key))
            continue;
        if (judged->value->value->type == JSON_NULL) /* the same as not written */
            return 0;
        TRY(setting->take(judged, (char *)draft + setting->offset));
        if (setting->told)
            tell_as_written(judged, &draft->database);
        return 0;
    }
    return refuse_key(judged);
}

/* What was wrong in the URL, with the key and the masked value before it. What is no URL at all may be a password. */
static int refuse_url(struct judged *judged)
{
    struct ctx *ctx = judged->ctx;
    const char *reason = ctx->error.message;
    const char *hint = ctx->error.hint;
    if (strstr(judged->value->value->text, "://"))
        fail(ctx, ERR_CONFIG, "%s is %s: %s", key_shown(judged), shown(ctx, judged->value->value), reason);
    else
        fail(ctx, ERR_CONFIG, "%s: %s", key_shown(judged), reason);
    fail_at(ctx, judged->entry->source, judged->value->line, 0);
    return hint ? fail_hint(ctx, "%s", hint) : ERR_CONFIG;
}

static int read_url(struct judged *judged, const struct setting_value *value, struct url *url)
{
    judged->value = value;
    return url_read(judged->ctx, value->value->text, url) < 0 ? refuse_url(judged) : 0;
}

static bool understands(const struct dialect *dialect, const char *scheme)
{
    for (const char *const *each = dialect->schemes; *each; each++)
        if (text_equal_nocase(*each, scheme))
            return true;
    return false;
}

/* The engine by its type, else by the URL. */
static int choose_dialect(struct judged *judged, const char *type, const char *type_key, const struct url *url,
                          const struct dialect **dialect)
{
    struct ctx *ctx = judged->ctx;
    const struct dialect *by_url = dialect_of_url(url);
    *dialect = type ? dialect_find(type) : by_url;
    if (!*dialect)
        return refuse(judged, "the URL of sqlite, postgresql, mysql, mariadb or clickhouse", NULL);
    if (understands(*dialect, url->dialect))
        return 0;
    fail(ctx, ERR_CONFIG, "%s is \"%s\", but %s is %s", type_key, type, key_shown(judged),
         shown(ctx, judged->value->value));
    fail_at(ctx, judged->entry->source, judged->value->line, 0);
    return fail_hint(ctx, "Change the one that is wrong.");
}

static const char *expression_of(struct ctx *ctx, const struct setting_value *value)
{
    return value && value->expression ? url_mask(ctx->mem, value->expression) : NULL;
}

/* The text of a URL is not needed any more once everything was compared. */
static void forget_text(const struct setting_value *value)
{
    if (!value || value->value->type != JSON_TEXT)
        return;
    char *text = (char *)(uintptr_t)value->value->text;
    explicit_bzero(text, strlen(text));
}

/* Files that a pattern names need no URL beside them. */
static int take_files(struct judged *judged, struct draft *draft)
{
    struct database_config *database = &draft->database;
    database->dialect = draft->type ? dialect_find(draft->type) : NULL;
    database->url.dialect = draft->type;
    if (database->dialect && database->dialect->is_file)
        return 0;
    fail(judged->ctx, ERR_CONFIG, "%s: files as targets need a database_type whose databases are files",
         database->name);
    return fail_at(judged->ctx, judged->entry->source, database->targets.line, 0);
}

/* What this engine has. */
static int check_targets(struct judged *judged, const struct database_config *database)
{
    static const char *const said[] = {"", "schemas", "databases", "files", "urls"};
    const struct targets_config *targets = &database->targets;
    const struct dialect *dialect = database->dialect;
    bool good[] = {true, dialect && dialect->schemas_like, dialect && dialect->databases_like,
                   dialect && dialect->is_file, true};
    if (!dialect || good[targets->kind])
        return 0;
    fail(judged->ctx, ERR_CONFIG, "%s: %s has no %s that could be targets", database->name, dialect->title,
         said[targets->kind]);
    return fail_at(judged->ctx, judged->entry->source, targets->line, 0);
}

static int take_dev_url(struct judged *judged, struct draft *draft)
{
    struct database_config *database = &draft->database;
    struct ctx *ctx = judged->ctx;
    database->dev_url_expression = expression_of(ctx, draft->dev_url);
    if (draft->dev_type && !draft->dev_url) {
        fail(ctx, ERR_CONFIG, "%s: dev_database_url is required when dev_database_type is set", database->name);
        return fail_at(ctx, judged->entry->source, judged->entry->line, 0);
    }
    if (!draft->dev_url)
        return 0;
    TRY(read_url(judged, draft->dev_url, &database->dev_url));
    return choose_dialect(judged, draft->dev_type, "dev_database_type", &database->dev_url, &database->dev_dialect);
}

static int take_urls(struct judged *judged, struct draft *draft)
{
    struct database_config *database = &draft->database;
    struct ctx *ctx = judged->ctx;
    const struct setting_value *first = draft->sync_url ? draft->sync_url : draft->async_url;
    if (!first && database->targets.kind == TARGETS_FILES && database->targets.pattern)
        return take_files(judged, draft) < 0 ? ERR_CONFIG : take_dev_url(judged, draft);
    if (!first) {
        fail(ctx, ERR_CONFIG, "%s: At least one of database_url_sync or database_url_async must be provided.",
             database->name);
        return fail_at(ctx, judged->entry->source, judged->entry->line, 0);
    }
    database->url_expression = expression_of(ctx, first);
    database->url_async_expression = expression_of(ctx, draft->async_url);
    database->has_async = draft->async_url;
    if (draft->async_url)
        TRY(read_url(judged, draft->async_url, &database->url_async));
    TRY(read_url(judged, first, &database->url));
    TRY(choose_dialect(judged, draft->type, "database_type", &database->url, &database->dialect));
    return take_dev_url(judged, draft);
}

static const char *const own[] = {"_dbwarden_migrations", "_dbwarden_seeds", LOCK_TABLE,
                                  "_dbwarden_journal",    RESTORING_TABLE,   "dbwarden_lock"};

void own_tables_add(struct arena *mem, struct names *names)
{
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        names_add(mem, names, own[i]);
}

void settings_layout(struct ctx *ctx, struct database_config *database, enum layout layout)
{
    database->layout = layout;
    database->migration_table = FASTMIGRATE_TABLE;
    names_add(ctx->mem, &database->filter.own, database->migration_table);
}

static void take_defaults(struct ctx *ctx, struct database_config *database)
{
    struct names *names = &database->filter.own;
    if (!database->migrations_dir)
        database->migrations_dir = arena_printf(ctx->mem, "migrations/%s", database->name);
    if (database->layout != LAYOUT_DBWARDEN)
        settings_layout(ctx, database, database->layout);
    if (!database->migration_table)
        database->migration_table = own[0];
    if (!database->seed_table)
        database->seed_table = own[1];
    own_tables_add(ctx->mem, names);
    if (!names_have(names, database->migration_table))
        names_add(ctx->mem, names, database->migration_table);
    if (!names_have(names, database->seed_table))
        names_add(ctx->mem, names, database->seed_table);
}

static int take_entry(struct ctx *ctx, const struct setting_file *file, const struct setting_entry *entry,
                      struct config *config)
{
    struct judged judged = {ctx, file, entry, NULL};
    struct draft *draft = NEW(ctx->mem, struct draft);
    struct database_config *database = &draft->database;
    list_add(ctx->mem, &config->databases, database); /* at once, so that config_close() finds its passwords */
    database->line = entry->line;
    database->lock_timeout = -1;
    database->hook_timeout = HOOK_SECONDS;
    database->retry_for = database->wait_for_runner = PATIENCE_SECONDS;
    if (entry->positional) {
        fail(ctx, ERR_CONFIG, "database_config() takes keyword arguments only");
        return fail_at(ctx, entry->source, entry->line, 0);
    }
    for (int i = 0; i < entry->values.n; i++) {
        judged.value = entry->values.item[i];
        TRY(take_value(&judged, draft));
    }
    if (!database->name) {
        fail(ctx, ERR_CONFIG, "database_name is missing");
        return fail_at(ctx, entry->source, entry->line, 0);
    }
    TRY(take_urls(&judged, draft));
    TRY(check_targets(&judged, database));
    take_defaults(ctx, database);
    forget_text(draft->sync_url);
    forget_text(draft->async_url);
    forget_text(draft->dev_url);
    return 0;
}

int settings_take(struct ctx *ctx, const struct setting_file *file, struct config *config)
{
    if (!file->entries.n) {
        fail(ctx, ERR_CONFIG, "No %s found in %s",
             text_equal(file->call, "databases") ? "database" : "database_config(...) call", file->source);
        return fail_hint(ctx, "Run \"dbwarden init\" to make a configuration.");
    }
    for (int i = 0; i < file->entries.n; i++)
        TRY(take_entry(ctx, file, file->entries.item[i], config));
    return 0;
}
