/*
 * Statements as acts.  Only what rules ask for is read; a statement that says nothing to any of them, as an INSERT of
 * values, leaves no act, so that a file of a million rows costs no memory.
 */
#include "base/text.h"
#include "lint/reader.h"

struct act *act_add(struct lint *lint, const struct act *act)
{
    struct act *added = NEW(lint->mem, struct act);
    *added = *act;
    added->index = lint->acts.n;
    list_add(lint->mem, &lint->acts, added);
    return added;
}

/* ---- what is about one name ---- */

static struct act *named(struct reader *reader, enum act_kind kind, unsigned marks)
{
    if (reader_take(reader, "if not exists") || reader_take(reader, "if exists"))
        marks |= MARK_IF_EXISTS;
    const char *path = reader_path(reader);
    struct act *act = reader_add(reader, kind, 0);
    act->name = path;
    act->marks |= marks;
    return act;
}

static void text_take(struct reader *reader, struct act *act)
{
    act->text = reader_source(reader, reader->at, reader->n);
}

/* ---- CREATE ---- */

static void index_created(struct reader *reader, unsigned marks)
{
    if (reader->rules->indexes_concurrently && reader_take(reader, "concurrently"))
        marks |= MARK_CONCURRENTLY;
    if (reader_take(reader, "if not exists"))
        marks |= MARK_IF_EXISTS;
    const char *name = reader_is(reader, reader->at, "on") ? NULL : reader_path(reader);
    while (reader->at < reader->n && !reader_take(reader, "on"))
        reader->at++;
    if (reader_take(reader, "only"))
        marks |= MARK_ONLY;
    reader->base.table = reader_path(reader);
    struct act *act = reader_add(reader, ACT_CREATE_INDEX, 0);
    act->name = name;
    if (reader_take(reader, "using"))
        act->other = reader_name(reader);
    act->columns = reader_keys(reader);
    for (int i = 0; i < act->columns.n; i++)
        if (!act->columns.item[i])
            marks |= MARK_COMPUTED_KEY;
    if (reader_find(reader, reader->at, reader->n, "where") >= 0)
        marks |= MARK_WHERE;
    act->marks |= marks;
}

static void view_created(struct reader *reader, unsigned marks)
{
    struct act *act = named(reader, ACT_VIEW, marks);
    text_take(reader, act);
    if (text_has_word(act->text, "security_invoker"))
        act->marks |= MARK_INVOKER;
}

static void domain_created(struct reader *reader, unsigned marks)
{
    struct act *act = named(reader, ACT_CREATE_DOMAIN, marks);
    if (reader_find(reader, reader->at, reader->n, "check") >= 0 ||
        reader_find(reader, reader->at, reader->n, "not") >= 0)
        act->marks |= MARK_CHECK;
}

static void function_created(struct reader *reader, unsigned marks)
{
    struct act *act = named(reader, ACT_FUNCTION, marks);
    int language = reader_find(reader, reader->at, reader->n, "language");
    int security = reader_find(reader, reader->at, reader->n, "security");
    if (language >= 0) {
        reader->at = language + 1;
        act->other = reader->token[reader->at].kind == TOKEN_STRING
                         ? text_lower(reader->mem, reader_source(reader, reader->at, reader->at + 1))
                         : reader_name(reader);
    }
    if (security >= 0 && reader_is(reader, security + 1, "definer"))
        act->marks |= MARK_DEFINER;
}

static void trigger_created(struct reader *reader, unsigned marks)
{
    reader_take(reader, "if not exists");
    const char *name = reader_path(reader);
    int on = reader_find(reader, reader->at, reader->n, "on");
    reader->at = on < 0 ? reader->n : on + 1;
    reader->base.table = reader_path(reader);
    struct act *act = reader_add(reader, ACT_TRIGGER, 0);
    act->name = name;
    act->marks |= marks;
}

static void policy_created(struct reader *reader, unsigned marks)
{
    const char *name = reader_name(reader);
    if (reader_take(reader, "on"))
        reader->base.table = reader_path(reader);
    struct act *act = reader_add(reader, ACT_POLICY, 0);
    act->name = name;
    act->marks |= marks;
}

static void extension_created(struct reader *reader, unsigned marks)
{
    named(reader, ACT_EXTENSION, marks);
}

static void type_created(struct reader *reader, unsigned marks)
{
    struct act *act = named(reader, ACT_CREATE_TYPE, marks);
    if (reader_take(reader, "as enum"))
        act->other = "enum";
}

static void sequence_created(struct reader *reader, unsigned marks)
{
    struct act *act = named(reader, ACT_SEQUENCE, marks);
    text_take(reader, act);
}

static const struct {
    const char *word;
    void (*read)(struct reader *reader, unsigned marks);
} created[] = {
    {"table", table_created},         {"index", index_created},       {"view", view_created},
    {"domain", domain_created},       {"function", function_created}, {"procedure", function_created},
    {"aggregate", function_created},  {"trigger", trigger_created},   {"policy", policy_created},
    {"extension", extension_created}, {"type", type_created},         {"sequence", sequence_created},
};

static const struct {
    const char *word;
    unsigned mark;
} modifiers[] = {
    {"or", 0},
    {"replace", MARK_IF_EXISTS},
    {"temp", MARK_TEMPORARY},
    {"temporary", MARK_TEMPORARY},
    {"global", 0},
    {"local", 0},
    {"unlogged", 0},
    {"foreign", 0},
    {"virtual", MARK_VIRTUAL},
    {"unique", MARK_UNIQUE},
    {"fulltext", MARK_FULL},
    {"spatial", MARK_FULL},
    {"constraint", 0},
    {"recursive", 0},
    {"materialized", MARK_MATERIALISED},
};

static bool modifier_take(struct reader *reader, unsigned *marks)
{
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++)
        if (reader_take(reader, modifiers[i].word)) {
            *marks |= modifiers[i].mark;
            return true;
        }
    return false;
}

static void create_read(struct reader *reader)
{
    unsigned marks = 0;
    while (modifier_take(reader, &marks))
        ;
    for (size_t i = 0; i < sizeof created / sizeof *created; i++)
        if (reader_take(reader, created[i].word)) {
            created[i].read(reader, marks);
            return;
        }
    struct act *act = reader_add(reader, ACT_OTHER, 0);
    act->other = reader_source(reader, reader->at, reader->at + 1);
    act->text = reader_source(reader, 0, reader->n);
}

/* ---- DROP ---- */

static const struct {
    const char *words;
    enum act_kind kind;
    bool is_table;
} dropped[] = {
    {"table", ACT_DROP_TABLE, true}, {"foreign table", ACT_DROP_TABLE, true},
    {"schema", ACT_DROP_SPACE},      {"database", ACT_DROP_SPACE},
    {"index", ACT_DROP_INDEX},
};

/* A list of names after DROP, each an act. */
static void dropped_read(struct reader *reader, enum act_kind kind, bool is_table, const char *what)
{
    unsigned marks = 0;
    if (reader_take(reader, "concurrently"))
        marks |= MARK_CONCURRENTLY;
    if (reader_take(reader, "if exists"))
        marks |= MARK_IF_EXISTS;
    if (reader_find(reader, reader->at, reader->n, "cascade") >= 0)
        marks |= MARK_CASCADE;
    do {
        int start = reader->at;
        const char *path = reader_path(reader);
        if (kind == ACT_DROP_INDEX || kind == ACT_DROP) {
            int on = reader_find(reader, reader->at, reader->n, "on");
            if (on >= 0) {
                reader->at = on + 1;
                reader->base.table = reader_path(reader);
            }
        }
        reader->base.table = is_table ? path : reader->base.table;
        struct act *act = reader_add(reader, kind, start);
        act->name = path;
        act->other = what;
        act->marks |= marks;
        int end = reader_end(reader);
        reader->at = end;
    } while (reader_take(reader, ","));
}

static void drop_read(struct reader *reader)
{
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
        if (reader_take(reader, dropped[i].words)) {
            dropped_read(reader, dropped[i].kind, dropped[i].is_table, NULL);
            return;
        }
    int start = reader->at;
    reader_take(reader, "materialized");
    const char *what = reader_word(reader);
    if (reader->at > start + 1)
        what = arena_printf(reader->mem, "materialized %s", what);
    dropped_read(reader, text_equal(what, "policy") ? ACT_POLICY : ACT_DROP, false, what);
}

/* ---- ALTER ---- */

static void grant_read(struct reader *reader)
{
    struct act *act = reader_add(reader, ACT_GRANT, 0);
    act->text = reader_source(reader, 0, reader->n);
    act->marks |= reader_is(reader, 0, "revoke") ? MARK_REVOKE : 0;
}

/* It is renamed, goes into another schema, or is given away; whatever else happens to it is an act too. */
static void object_altered(struct reader *reader, const char *what, const char *name)
{
    int start = reader->at;
    bool column = reader_take(reader, "rename column");
    bool renamed = column || reader_take(reader, "rename to") || reader_take(reader, "set schema");
    bool owner = !renamed && reader_take(reader, "owner to");
    struct act *act = reader_add(reader, renamed ? ACT_RENAME_OBJECT : owner ? ACT_OWNER : ACT_OTHER, start);
    if (column) {
        const char *from = reader_name(reader);
        reader_take(reader, "to");
        act->kind = ACT_RENAME_COLUMN;
        act->table = name;
        name = from;
    }
    act->name = name;
    act->other = renamed ? reader_path(reader) : what;
    act->type = what;
    act->text = reader_source(reader, 0, reader->n);
}

static void type_altered(struct reader *reader)
{
    const char *name = reader_path(reader);
    int start = reader->at;
    bool add = reader_take(reader, "add value");
    if (!add && !reader_take(reader, "rename value")) {
        object_altered(reader, "type", name);
        return;
    }
    reader_take(reader, "if not exists");
    const char *value = reader_source(reader, reader->at, reader->at + 1);
    struct act *act = reader_add(reader, add ? ACT_ENUM_ADD : ACT_ENUM_RENAME, start);
    act->name = name;
    act->other = value;
    if (reader_find(reader, reader->at, reader->n, "before") >= 0 ||
        reader_find(reader, reader->at, reader->n, "after") >= 0)
        act->marks |= MARK_PLACED;
}

static void domain_altered(struct reader *reader)
{
    const char *name = reader_path(reader);
    int start = reader->at;
    bool add = reader_take(reader, "add"), set = !add && reader_take(reader, "set not null");
    if (!add && !set) {
        object_altered(reader, "domain", name);
        return;
    }
    struct act *act = reader_add(reader, ACT_DOMAIN_CONSTRAINT, start);
    int valid = reader_find(reader, reader->at, reader->n, "valid");
    act->name = name;
    if (valid > 0 && reader_is(reader, valid - 1, "not"))
        act->marks |= MARK_NOT_VALID;
}

static void schema_altered(struct reader *reader)
{
    const char *name = reader_name(reader);
    int start = reader->at;
    if (!reader_take(reader, "rename to"))
        return;
    const char *to = reader_name(reader);
    struct act *act = reader_add(reader, ACT_RENAME_SCHEMA, start);
    act->name = name;
    act->other = to;
}

static void extension_altered(struct reader *reader)
{
    struct act *act = named(reader, ACT_EXTENSION, 0);
    act->text = reader_source(reader, 0, reader->n);
    if (reader_find(reader, reader->at, reader->n, "update") < 0)
        act->kind = ACT_OTHER;
}

static void policy_altered(struct reader *reader, int start)
{
    const char *name = reader_name(reader);
    if (reader_take(reader, "on"))
        reader->base.table = reader_path(reader);
    struct act *act = reader_add(reader, ACT_POLICY, start);
    act->name = name;
    act->text = reader_source(reader, 0, reader->n);
}

/* ALTER FUNCTION f(int) OWNER TO x, ALTER ROLE: of what anything can be said of. */
static void anything_altered(struct reader *reader)
{
    int security = reader_find(reader, reader->at, reader->n, "security");
    reader_take(reader, "materialized");
    const char *what = reader_word(reader);
    reader_take(reader, "if exists");
    const char *name = reader_path(reader);
    if (reader_is(reader, reader->at, "("))
        reader->at = reader_close(reader, reader->at) + 1;
    if (text_equal(what, "default")) { /* ALTER DEFAULT PRIVILEGES */
        grant_read(reader);
        return;
    }
    object_altered(reader, what, name);
    if (security < 0 || !reader_is(reader, security + 1, "definer"))
        return;
    struct act *act = reader->lint->acts.item[reader->lint->acts.n - 1];
    act->kind = ACT_FUNCTION;
    act->marks |= MARK_DEFINER;
    act->other = NULL; /* its language is not told */
}

static void index_altered(struct reader *reader, int start)
{
    if (reader_find(reader, start, reader->n, "tablespace") < 0)
        return;
    struct act *act = reader_add(reader, ACT_STORAGE, start);
    act->name = reader_name(reader);
}

static void alter_read(struct reader *reader)
{
    int start = reader->at;
    if (reader_take(reader, "table") || reader_take(reader, "foreign table"))
        table_altered(reader);
    else if (reader_take(reader, "type"))
        type_altered(reader);
    else if (reader_take(reader, "domain"))
        domain_altered(reader);
    else if (reader_take(reader, "schema"))
        schema_altered(reader);
    else if (reader_take(reader, "extension"))
        extension_altered(reader);
    else if (reader_take(reader, "index"))
        index_altered(reader, start);
    else if (reader_take(reader, "policy"))
        policy_altered(reader, start);
    else
        anything_altered(reader);
}

/* ---- rows, and the rest ---- */

static void update_read(struct reader *reader)
{
    reader_take(reader, "only");
    reader->base.table = reader_path(reader);
    struct act *act = reader_add(reader, ACT_UPDATE, 0);
    int set = reader_find(reader, reader->at, reader->n, "set");
    int where = reader_find(reader, reader->at, reader->n, "where");
    act->marks |= where >= 0 ? MARK_WHERE : 0;
    act->text = where >= 0 ? reader_source(reader, where + 1, reader->n) : NULL;
    reader->at = set < 0 ? reader->n : set + 1;
    for (int end = where < 0 ? reader->n : where; reader->at < end; reader->at++) {
        const struct names several = reader_keys(reader); /* (a, b) = (1, 2) */
        for (int i = 0; i < several.n; i++)
            names_add(reader->mem, &act->columns, several.item[i]);
        const char *name = several.n ? NULL : reader_name(reader);
        bool part = reader_is(reader, reader->at, "[") || reader_is(reader, reader->at, ".");
        if (name && !part)
            names_add(reader->mem, &act->columns, name);
        reader->at = reader_end(reader);
    }
}

static void delete_read(struct reader *reader)
{
    reader_take(reader, "from");
    reader_take(reader, "only");
    reader->base.table = reader_path(reader);
    struct act *act = reader_add(reader, ACT_DELETE, 0);
    int where = reader_find(reader, reader->at, reader->n, "where");
    act->marks |= where >= 0 ? MARK_WHERE : 0;
    act->text = where >= 0 ? reader_source(reader, where + 1, reader->n) : NULL;
}

/* Rows that stand in the file are a seed; rows that are selected are a backfill. */
static void insert_read(struct reader *reader)
{
    int select = reader_find(reader, reader->at, reader->n, "select");
    while (reader->at < reader->n && !reader_take(reader, "into"))
        reader->at++;
    const char *path = reader_path(reader);
    const struct act *last = reader->lint->acts.n ? reader->lint->acts.item[reader->lint->acts.n - 1] : NULL;
    bool again = select < 0 && last && last->kind == ACT_INSERT && text_equal(last->table, path) &&
                 last->migration == reader->base.migration;
    if (!path || again)
        return;
    reader->base.table = path;
    struct act *act = reader_add(reader, ACT_INSERT, 0);
    act->marks |= select >= 0 ? MARK_SELECT : 0;
    act->text = select >= 0 ? reader_source(reader, select, reader->n) : NULL;
    act->columns = reader_keys(reader);
}

static void select_read(struct reader *reader)
{
    int from = reader_find(reader, reader->at, reader->n, "from");
    reader->at = from < 0 ? reader->n : from + 1;
    reader_take(reader, "only");
    reader->base.table = reader_path(reader);
    struct act *act = reader_add(reader, ACT_SELECT, 0);
    act->text = reader_source(reader, 0, reader->n);
}

/* LOCK TABLE a, b IN SHARE MODE; without a mode it is the strongest. */
static void lock_read(struct reader *reader)
{
    int mode = reader_find(reader, reader->at, reader->n, "in");
    const char *said = mode < 0 ? NULL : reader_source(reader, mode + 1, reader->n);
    const char *text = said ? said : "access exclusive";
    reader_take(reader, "table");
    do {
        reader_take(reader, "only");
        int start = reader->at;
        reader->base.table = reader_path(reader);
        struct act *act = reader_add(reader, ACT_LOCK, start);
        act->name = act->table;
        act->text = text;
    } while (reader_take(reader, ","));
}

static void truncate_read(struct reader *reader)
{
    bool cascade = reader_find(reader, reader->at, reader->n, "cascade") >= 0;
    reader_take(reader, "table");
    reader_take(reader, "only");
    do {
        int start = reader->at;
        reader->base.table = reader_path(reader);
        struct act *act = reader_add(reader, ACT_TRUNCATE, start);
        act->name = act->table;
        act->marks |= cascade ? MARK_CASCADE : 0;
    } while (reader_take(reader, ","));
}

static unsigned option_mark(const struct reader *reader)
{
    return reader_is(reader, reader->at, "full")           ? MARK_FULL
           : reader_is(reader, reader->at, "concurrently") ? MARK_CONCURRENTLY
                                                           : 0;
}

/* "(VERBOSE, CONCURRENTLY FALSE, PARALLEL 2)", or words without parentheses; those that count as marks. */
static unsigned options_take(struct reader *reader)
{
    static const char *const words[] = {"verbose", "analyze", "freeze", "full", "concurrently", NULL};
    static const char *const no[] = {"false", "off", "0", NULL};
    unsigned marks = 0;
    if (reader_is(reader, reader->at, "(")) {
        int close = reader_close(reader, reader->at);
        for (reader->at++; reader->at < close; reader->at = reader_end(reader) + 1)
            if (!token_is_one_of(&reader->token[reader->at + 1], no))
                marks |= option_mark(reader);
        reader->at = close + 1;
    }
    for (; reader->at < reader->n && token_is_one_of(&reader->token[reader->at], words); reader->at++)
        marks |= option_mark(reader);
    return marks;
}

static void vacuum_read(struct reader *reader)
{
    unsigned marks = options_take(reader);
    do {
        int start = reader->at < reader->n ? reader->at : 0;
        reader->base.table = reader_path(reader);
        reader_add(reader, ACT_VACUUM, start)->marks |= marks;
        reader->at = reader_end(reader);
    } while (reader_take(reader, ","));
}

/* CLUSTER a USING i; as it was spelled long ago, CLUSTER i ON a. */
static void cluster_read(struct reader *reader)
{
    options_take(reader);
    const char *path = reader_path(reader);
    reader->base.table = reader_take(reader, "on") ? reader_path(reader) : path;
    reader_add(reader, ACT_CLUSTER, 0);
}

static void reindex_read(struct reader *reader)
{
    unsigned marks = options_take(reader);
    const char *what = reader_word(reader);
    marks |= options_take(reader);
    const char *name = reader_path(reader);
    reader->base.table = text_equal(what, "table") ? name : NULL;
    struct act *act = reader_add(reader, ACT_REINDEX, 0);
    act->name = name;
    act->other = what;
    act->marks |= marks;
}

static void refresh_read(struct reader *reader)
{
    reader_take(reader, "materialized view");
    unsigned marks = options_take(reader);
    const char *path = reader_path(reader);
    reader->base.table = path;
    struct act *act = reader_add(reader, ACT_REFRESH, 0);
    act->name = path;
    act->marks |= marks | (reader_find(reader, reader->at, reader->n, "no") >= 0 ? MARK_NOT_VALID : 0);
}

/* MySQL: RENAME TABLE a TO b, c TO d. */
static void rename_read(struct reader *reader)
{
    reader_take(reader, "table");
    do {
        int start = reader->at;
        reader->base.table = reader_path(reader);
        reader_take(reader, "to");
        const char *to = reader_path(reader);
        struct act *act = reader_add(reader, ACT_RENAME_TABLE, start);
        act->name = act->table;
        act->other = to;
    } while (reader_take(reader, ","));
}

static void set_read(struct reader *reader)
{
    unsigned marks = reader_take(reader, "local") ? MARK_ONLY : 0;
    reader_take(reader, "session");
    struct act *act = reader_add(reader, ACT_SET, 0);
    act->name = reader_name(reader);
    act->text = reader_source(reader, reader->at, reader->n);
    act->marks |= marks;
}

static void begin_read(struct reader *reader)
{
    reader_add(reader, ACT_BEGIN, 0);
}

static void commit_read(struct reader *reader)
{
    if (reader_find(reader, 0, reader->n, "to") < 0) /* ROLLBACK TO a savepoint */
        reader_add(reader, ACT_COMMIT, 0)->marks |= reader_is(reader, 0, "rollback") ? MARK_ROLLBACK : 0;
}

static void other_read(struct reader *reader)
{
    struct act *act = reader_add(reader, ACT_OTHER, 0);
    act->other = text_lower(reader->mem, reader_source(reader, 0, 1));
    act->text = reader_source(reader, 0, reader->n);
}

static void do_read(struct reader *reader)
{
    if (!block_read(reader))
        other_read(reader);
}

/* WITH a AS (DELETE FROM ...) UPDATE ...: what any of them does to rows, each as if it stood alone. */
static void with_read(struct reader *reader)
{
    static const struct {
        const char *word;
        void (*read)(struct reader *reader);
    } parts[] = {{"update", update_read}, {"delete", delete_read}, {"insert", insert_read}};
    const struct reader whole = *reader;
    for (int i = 1; i < whole.n; i++) {
        bool inside = reader_is(&whole, i - 1, "("), after = reader_is(&whole, i - 1, ")");
        for (size_t k = 0; (inside || after) && k < sizeof parts / sizeof *parts; k++) {
            if (!reader_is(&whole, i, parts[k].word))
                continue;
            *reader = whole;
            reader->at = i + 1;
            reader->n = inside ? reader_close(&whole, i - 1) : whole.n;
            parts[k].read(reader);
        }
    }
}

static const struct {
    const char *words;
    void (*read)(struct reader *reader);
} verbs[] = {
    {"create", create_read},   {"drop", drop_read},       {"alter", alter_read},       {"update", update_read},
    {"delete", delete_read},   {"insert", insert_read},   {"truncate", truncate_read}, {"vacuum", vacuum_read},
    {"cluster", cluster_read}, {"reindex", reindex_read}, {"refresh", refresh_read},   {"grant", grant_read},
    {"revoke", grant_read},    {"rename", rename_read},   {"set", set_read},           {"pragma", set_read},
    {"begin", begin_read},     {"start", begin_read},     {"commit", commit_read},     {"end", commit_read},
    {"rollback", commit_read}, {"do", do_read},           {"call", other_read},        {"select", select_read},
    {"lock", lock_read},       {"with", with_read},       {"exchange", other_read},
};

void acts_read(struct lint *lint, const struct act *base, const struct classified *what)
{
    struct reader reader = {.lint = lint, .mem = lint->mem, .rules = lint->dialect->classify, .base = *base};
    struct arena_mark mark = arena_save(lint->mem);
    int had = lint->acts.n;
    reader_open(&reader, base->piece, what->verb == VERB_INSERT);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (reader_take(&reader, verbs[i].words)) {
            verbs[i].read(&reader);
            break;
        }
    if (lint->acts.n == had)
        arena_rewind(lint->mem, mark);
}
