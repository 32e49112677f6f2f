/*
 * What no ALTER leads to: a new table, its rows copied and compared, the two exchanged.  The old one is kept under another name, of
 * which no schema speaks, until the table is made again once more.  Nothing waits for writers: rows that come in between are found
 * when both are compared, before the exchange, and the file stops there (see copy.c).
 */
#include "base/text.h"
#include "dialect/clickhouse/parse.h"
#include "dialect/clickhouse/parts.h"
#include "dialect/clickhouse/render.h"

enum { SYNC_SINCE = 201200, PARTITIONS_SINCE = 200100, MESSAGE_SINCE = 190600 };

struct rebuild {
    struct render *render;
    const struct table *before, *after;
    struct names columns; /* that are copied */
};

static void name_add(struct buf *out, const struct rebuild *rebuild, const char *prefix)
{
    const struct object *table = &rebuild->after->object;
    ident_add_qualified(out, &ch_ident, object_schema(table), arena_printf(out->mem, "%s%s", prefix, table->name));
}

static void say(const struct rebuild *rebuild, const char *words, const char *prefix, const char *after)
{
    struct buf out = ch_begin(rebuild->render, words);
    name_add(&out, rebuild, prefix);
    buf_add(&out, after);
    render_statement(rebuild->render, &out);
}

/* ---- replicas ---- */

/* "/path" of ReplicatedMergeTree('/path', '{replica}'); NULL: the server's usual one. */
static const char *path_of(struct arena *mem, const struct table *table)
{
    struct lexer lexer;
    if (!table->engine || !ch_replica_prefix(table->engine))
        return NULL;
    lex_open(&lexer, &ch_lex, table->engine, strlen(table->engine));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token.kind == TOKEN_STRING)
            return token_copy(mem, &token);
    return NULL;
}

/* Two tables cannot be one replica, and one that is called by a macro can have no other name. */
static int path_check(const struct rebuild *rebuild)
{
    struct render *render = rebuild->render;
    const char *path = path_of(render->mem, rebuild->after), *was = path_of(render->mem, rebuild->before);
    if (!path || (text_has(path, "{uuid}") && !text_has(path, "{table}")))
        return 0;
    if (!text_has(path, "{table}") && !text_equal(path, was))
        return 0;
    fail(render->ctx, ERR_UNSUPPORTED, "%s cannot be made again beside itself under the path %s in ZooKeeper",
         object_path(render->mem, &rebuild->after->object), path);
    return fail_hint(render->ctx, "Give its engine another path, without {table}; one with {uuid} serves for ever.");
}

/* ---- rows ---- */

static bool has_values(const struct column *column)
{
    return !column->ephemeral && !expr_text(&column->computed);
}

static void columns_find(struct rebuild *rebuild)
{
    const struct object *table = &rebuild->after->object;
    for (int i = 0; i < table->children.n; i++) {
        const struct column *column = table->children.item[i];
        if (column->object.kind == KIND_COLUMN && column->object.peer && has_values(column) &&
            !((const struct column *)column->object.peer)->ephemeral)
            names_add(rebuild->render->mem, &rebuild->columns, column->object.name);
    }
}

static const char *columns_text(const struct rebuild *rebuild)
{
    struct buf out = ch_begin(rebuild->render, "");
    for (int i = 0; i < rebuild->columns.n; i++) {
        buf_add(&out, i ? ", " : "");
        ch_ident_add(&out, rebuild->columns.item[i]);
    }
    return out.data;
}

/* A partition of the old table may be many of the new one; replicas are not to take two blocks for one. */
static void copy_say(const struct rebuild *rebuild)
{
    const char *columns = columns_text(rebuild);
    struct buf out = ch_begin(rebuild->render, "INSERT INTO ");
    if (!rebuild->columns.n)
        return;
    name_add(&out, rebuild, CH_NEW);
    buf_addf(&out, " (%s)\nSELECT %s\nFROM ", columns, columns);
    name_add(&out, rebuild, "");
    if (rebuild->render->target->version >= PARTITIONS_SINCE)
        buf_add(&out, "\nSETTINGS max_partitions_per_insert_block = 0, insert_deduplicate = 0");
    render_statement(rebuild->render, &out);
}

/* ---- what has to be the same in both ---- */

static struct names arguments_of(struct arena *mem, const char *engine)
{
    const char *open = engine ? strchr(engine, '(') : NULL;
    if (!open)
        return (struct names){0};
    return ch_list_parts(mem, text_slice(mem, open + 1, 0, strlen(open) - 2));
}

enum merging { MERGES_NOTHING, MERGES_BY_KEY, MERGES_BY_SIGN };

static enum merging merging_of(const struct table *table)
{
    const char *engine = table->engine ? table->engine : "";
    size_t length = strcspn(engine, "( ");
    const char *name = engine + ch_replica_prefix(engine);
    if (text_starts(name, "CollapsingMergeTree") || text_starts(name, "VersionedCollapsingMergeTree"))
        return MERGES_BY_SIGN;
    return ch_is_merge_tree(table) && length > strlen("MergeTree") && !text_starts(name, "MergeTree") ? MERGES_BY_KEY
                                                                                                      : MERGES_NOTHING;
}

/* The column of 1 and -1, whose sum no merge changes. */
static const char *sign_of(struct arena *mem, const struct table *table)
{
    struct names arguments = arguments_of(mem, table->engine);
    for (int i = 0; i < arguments.n; i++)
        if (*arguments.item[i] != '\'')
            return arguments.item[i];
    return NULL;
}

/* "a, b" of what both are sorted by, of those that merge rows: how many different ones there are no merge changes. */
static const char *kept_keys(struct arena *mem, const struct rebuild *rebuild)
{
    const char *was = merging_of(rebuild->before) ? expr_text(&rebuild->before->order_by) : NULL;
    const char *is = merging_of(rebuild->after) ? expr_text(&rebuild->after->order_by) : NULL;
    struct names keys = ch_list_parts(mem, is ? is : was ? was : ""), kept = {0};
    struct names others = ch_list_parts(mem, was ? was : is ? is : "");
    for (int i = 0; i < keys.n; i++)
        if (names_have(&others, keys.item[i]) && !text_equal(keys.item[i], "tuple()"))
            names_add(mem, &kept, keys.item[i]);
    return kept.n ? names_join(mem, &kept, ", ") : NULL;
}

/* What is neither text nor number has no hash on every server, but a spelling. */
static bool has_hash(const char *type)
{
    static const char *const none[] = {"Nullable", "Aggregate", "JSON",  "Object", "Dynamic",
                                       "Variant",  "Map",       "Tuple", NULL};
    for (int i = 0; none[i]; i++)
        if (text_has(type, none[i]))
            return false;
    return true;
}

static const char *row_hash(const struct rebuild *rebuild)
{
    struct buf out = ch_begin(rebuild->render, "");
    const struct object *table = &rebuild->after->object;
    for (int i = 0; i < rebuild->columns.n; i++) {
        const struct column *column = (const struct column *)object_child(table, KIND_COLUMN, rebuild->columns.item[i]);
        if (!text_equal(column->type, ((const struct column *)column->object.peer)->type))
            continue;
        buf_add(&out, out.len ? ", " : "sum(cityHash64(");
        buf_add(&out, has_hash(column->type) ? "" : "toString(tuple(");
        ch_ident_add(&out, column->object.name);
        buf_add(&out, has_hash(column->type) ? "" : "))");
    }
    return out.len ? arena_printf(out.mem, "%s))", out.data) : "0";
}

/* "count() AS n, sum(...) AS s": alike in both tables, whatever merges do meanwhile. */
static const char *sums_text(const struct rebuild *rebuild, const char **keys)
{
    struct arena *mem = rebuild->render->mem;
    enum merging was = merging_of(rebuild->before), is = merging_of(rebuild->after);
    *keys = NULL;
    if (!was && !is)
        return arena_printf(mem, "count() AS n, %s AS s", row_hash(rebuild));
    const char *sign = sign_of(mem, was == MERGES_BY_SIGN ? rebuild->before : rebuild->after);
    bool by_sign = (was == MERGES_BY_SIGN || is == MERGES_BY_SIGN) && was != MERGES_BY_KEY && is != MERGES_BY_KEY;
    if (by_sign)
        return arena_printf(mem, "count() > 0 AS n, sum(toInt64(%s)) AS s", sign);
    *keys = was == MERGES_BY_SIGN || is == MERGES_BY_SIGN ? NULL : kept_keys(mem, rebuild);
    if (!*keys)
        return "count() > 0 AS n, 0 AS s";
    return arena_printf(mem, "count() AS n, sum(cityHash64(toString(tuple(%s)))) AS s", *keys);
}

static void side_add(struct buf *out, const struct rebuild *rebuild, const char *prefix)
{
    const char *keys, *sums = sums_text(rebuild, &keys);
    buf_addf(out, "SELECT %s FROM ", sums);
    if (keys)
        buf_addf(out, "(SELECT DISTINCT %s FROM ", keys);
    name_add(out, rebuild, prefix);
    buf_add(out, keys ? ")" : "");
}

static void compare_say(const struct rebuild *rebuild)
{
    struct buf out = ch_begin(rebuild->render, "SELECT throwIf(uniqExact(n, s) != 1");
    if (rebuild->render->target->version >= MESSAGE_SINCE) {
        buf_add(&out, ", ");
        ch_literal_add(&out,
                       arena_printf(out.mem,
                                    "the rows of %s are not those of its copy: stop what writes to it, copy them "
                                    "again (TRUNCATE TABLE, and the INSERT above), and run the same command again",
                                    rebuild->after->object.name));
    }
    buf_add(&out, ")\nFROM (");
    side_add(&out, rebuild, "");
    buf_add(&out, "\n    UNION ALL ");
    side_add(&out, rebuild, CH_NEW);
    buf_add_c(&out, ')');
    render_statement(rebuild->render, &out);
}

/* ---- whose name is whose ---- */

/* Materialized views that rows of the table go through, and that stand all the while. */
static bool is_fed(const struct edge *edge)
{
    const struct object *view = edge->from;
    return view->kind == KIND_VIEW && ((const struct view *)view)->materialized && edge->field == VIEW_query &&
           view->peer && !(view->unmade && view->unmade->op == CHANGE_DROP);
}

static void views_say(const struct rebuild *rebuild, const char *words)
{
    const struct object *last = NULL;
    for (const struct edge *edge = rebuild->before->object.needed; edge; edge = edge->next_needed) {
        struct buf out = ch_begin(rebuild->render, words);
        if (!is_fed(edge) || edge->from == last)
            continue;
        last = edge->from;
        ch_top(&out, edge->from);
        render_statement(rebuild->render, &out);
    }
}

static void exchange_say(const struct rebuild *rebuild)
{
    const char *engine = rebuild->render->target->facts.database_engine;
    struct buf out = ch_begin(rebuild->render, "EXCHANGE TABLES ");
    bool one = engine && !text_equal(engine, "Ordinary") && !text_equal(engine, "Memory");
    if (one) {
        name_add(&out, rebuild, CH_NEW);
        buf_add(&out, " AND ");
        name_add(&out, rebuild, "");
        render_statement(rebuild->render, &out);
    }
    out = ch_begin(rebuild->render, "RENAME TABLE ");
    name_add(&out, rebuild, one ? CH_NEW : "");
    buf_add(&out, " TO ");
    name_add(&out, rebuild, CH_OLD);
    if (!one) {
        buf_add(&out, ", ");
        name_add(&out, rebuild, CH_NEW);
        buf_add(&out, " TO ");
        name_add(&out, rebuild, "");
    }
    render_statement(rebuild->render, &out);
}

int ch_table_rebuild(struct render *render, const struct change *change)
{
    struct rebuild rebuild = {
        .render = render, .before = (const struct table *)change->before, .after = (const struct table *)change->after};
    const char *sync = render->target->version >= SYNC_SINCE ? " SYNC" : "";
    TRY(path_check(&rebuild));
    columns_find(&rebuild);
    say(&rebuild, "DROP TABLE IF EXISTS ", CH_OLD, sync);
    say(&rebuild, "DROP TABLE IF EXISTS ", CH_NEW, sync);
    TRY(ch_table_create_as(render, change->after, arena_printf(render->mem, CH_NEW "%s", change->after->name)));
    copy_say(&rebuild);
    compare_say(&rebuild);
    views_say(&rebuild, "DETACH TABLE ");
    exchange_say(&rebuild);
    views_say(&rebuild, "ATTACH TABLE IF NOT EXISTS ");
    return 0;
}

const char *ch_rebuild_hazard(struct arena *mem, const struct change *change)
{
    const struct object *table = change->after;
    return arena_printf(
        mem,
        "%s is made again and its rows are copied: stop what writes to it, also through materialized views, "
        "or the file stops before the new one takes its place; what was is kept as " CH_OLD
        "%s until you drop it, or the table is made again once more",
        object_path(mem, table), table->name);
}
