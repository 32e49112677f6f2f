/*
 * CREATE TABLE and ALTER TABLE as acts: one for each column, constraint and clause.  A clause that nobody asks for is an act
 * too (ACT_ALTER_TABLE), because it takes a lock all the same.
 */
#include <string.h>

#include "base/text.h"
#include "lint/reader.h"

/* ---- columns ---- */

static const char *const column_words[] = {"constraint",
                                           "not",
                                           "null",
                                           "default",
                                           "primary",
                                           "unique",
                                           "references",
                                           "check",
                                           "generated",
                                           "collate",
                                           "as",
                                           "comment",
                                           "deferrable",
                                           "storage",
                                           "compression",
                                           "auto_increment",
                                           "autoincrement",
                                           "first",
                                           "after",
                                           "virtual",
                                           "stored",
                                           "character",
                                           "invisible",
                                           "visible",
                                           "on",
                                           "initially",
                                           "using",
                                           "key",
                                           "without",
                                           "with",
                                           NULL};

/* "timestamp with time zone", "character varying": words of a type, though others begin a constraint. */
static bool goes_on_as_type(const struct reader *reader, int at)
{
    if (reader_is(reader, at, "with") || reader_is(reader, at, "without"))
        return reader_is(reader, at + 1, "time");
    return false;
}

static int type_end(const struct reader *reader, int from, int to)
{
    int at = from;
    while (at < to) {
        if (goes_on_as_type(reader, at)) {
            at += 3;
            continue;
        }
        if (at > from && token_is_one_of(&reader->token[at], column_words) &&
            !(reader_is(reader, at, "character") && at == from))
            break;
        if (at == from && token_is_one_of(&reader->token[at], column_words) && !reader_is(reader, at, "character"))
            break;
        at = reader_is(reader, at, "(") ? reader_close(reader, at) + 1 : at + 1;
    }
    return at < to ? at : to;
}

/* A default ends where the next constraint begins, and is one token at least: DEFAULT NULL. */
static int default_end(const struct reader *reader, int from, int to)
{
    int at = from;
    while (at < to && (at == from || !token_is_one_of(&reader->token[at], column_words)))
        at = reader_is(reader, at, "(") ? reader_close(reader, at) + 1 : at + 1;
    return at < to ? at : to;
}

/* GENERATED ... AS IDENTITY (...), or AS (...) STORED; other words may follow. */
static int generated_read(struct reader *reader, struct act *act, int at, int to)
{
    int identity = reader_find(reader, at, to, "identity");
    if (identity >= 0) {
        act->marks |= MARK_IDENTITY;
        return reader_is(reader, identity + 1, "(") ? reader_close(reader, identity + 1) + 1 : identity + 1;
    }
    bool stored = reader_find(reader, at, to, "stored") >= 0;
    act->marks |= stored ? MARK_STORED : MARK_VIRTUAL;
    while (at < to && !reader_is(reader, at, "("))
        at++;
    return at < to ? reader_close(reader, at) + 1 : to;
}

static int references_read(struct reader *reader, struct act *act, int at)
{
    reader->at = at + 1;
    act->marks |= MARK_REFERENCES;
    act->other = reader_path(reader);
    return reader->at;
}

static const struct {
    const char *word, *second;
    unsigned mark;
} column_marks[] = {
    {"not", "null", MARK_NOT_NULL}, {"primary", "key", MARK_PRIMARY | MARK_NOT_NULL}, {"unique", NULL, MARK_UNIQUE},
    {"check", NULL, MARK_CHECK},    {"auto_increment", NULL, MARK_IDENTITY},          {"first", NULL, MARK_PLACED},
    {"after", NULL, MARK_PLACED},
};

/* One thing that is said of a column after its type; where the next one begins. */
static int column_word(struct reader *reader, struct act *act, int at, int to)
{
    if (reader_is(reader, at, "default")) {
        int end = default_end(reader, at + 1, to);
        act->text = reader_source(reader, at + 1, end);
        return end;
    }
    if (reader_is(reader, at, "references"))
        return references_read(reader, act, at);
    if (reader_is(reader, at, "generated") || (reader_is(reader, at, "as") && reader_is(reader, at + 1, "(")))
        return generated_read(reader, act, at, to);
    for (size_t i = 0; i < sizeof column_marks / sizeof *column_marks; i++)
        if (reader_is(reader, at, column_marks[i].word) &&
            (!column_marks[i].second || reader_is(reader, at + 1, column_marks[i].second)))
            act->marks |= column_marks[i].mark;
    return reader_is(reader, at, "(") ? reader_close(reader, at) + 1 : at + 1;
}

static bool is_serial(const char *type)
{
    static const char *const types[] = {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (text_equal_nocase(type, types[i]))
            return true;
    return false;
}

/* From its name to `to`. */
static void column_read(struct reader *reader, enum act_kind kind, unsigned marks, int to)
{
    int start = reader->at;
    struct act act = {.name = reader_name(reader)};
    int end = type_end(reader, reader->at, to);
    act.type = reader_source(reader, reader->at, end);
    if (act.type && is_serial(act.type))
        act.marks |= MARK_IDENTITY | MARK_SERIAL;
    for (int at = end; at < to;)
        at = column_word(reader, &act, at, to);
    struct act *added = reader_add(reader, kind, start);
    added->name = act.name;
    added->type = act.type;
    added->text = act.text;
    added->other = act.other;
    added->marks |= marks | act.marks;
    reader->at = to;
}

/* ---- constraints ---- */

static const struct {
    const char *words;
    unsigned mark;
} constraint_words[] = {
    {"primary key", MARK_PRIMARY}, {"unique", MARK_UNIQUE},   {"foreign key", MARK_REFERENCES},
    {"check", MARK_CHECK},         {"exclude", MARK_EXCLUDE}, {"not null", MARK_NOT_NULL},
};

static unsigned constraint_mark(struct reader *reader)
{
    for (size_t i = 0; i < sizeof constraint_words / sizeof *constraint_words; i++)
        if (reader_take(reader, constraint_words[i].words))
            return constraint_words[i].mark;
    return 0;
}

static void constraint_rest(struct reader *reader, struct act *act, int end)
{
    int references = reader_find(reader, reader->at, end, "references");
    int valid = reader_find(reader, reader->at, end, "valid");
    if (act->marks & MARK_NOT_NULL) {
        act->columns = (struct names){0};
        names_add(reader->mem, &act->columns, reader_name(reader));
    } else if (act->marks & MARK_CHECK) {
        int close = reader_close(reader, reader->at);
        act->text = reader_source(reader, reader->at + 1, close);
        reader->at = close;
    } else if (reader_take(reader, "using index")) {
        act->marks |= MARK_USING_INDEX;
        act->other = reader_name(reader);
    } else {
        if (act->marks & MARK_UNIQUE && (reader_take(reader, "key") || reader_take(reader, "index")))
            reader_name(reader); /* MySQL: UNIQUE KEY name (a) */
        if (!reader_take(reader, "nulls not distinct"))
            reader_take(reader, "nulls distinct");
        if (!reader_is(reader, reader->at, "(") && act->marks & (MARK_UNIQUE | MARK_REFERENCES))
            act->name = reader_name(reader);
        act->columns = reader_keys(reader);
    }
    if (references >= 0 && act->marks & MARK_REFERENCES) {
        reader->at = references + 1;
        act->other = reader_path(reader);
    }
    if (valid > 0 && reader_is(reader, valid - 1, "not"))
        act->marks |= MARK_NOT_VALID;
}

bool table_constraint(struct reader *reader, int end, unsigned marks)
{
    int start = reader->at;
    struct act act = {0};
    if (reader_take(reader, "constraint")) {
        act.name = reader_name(reader);
        if (!act.name)
            return false;
    }
    act.marks = constraint_mark(reader);
    if (!act.marks) {
        reader->at = start;
        return false;
    }
    constraint_rest(reader, &act, end);
    struct act *added = reader_add(reader, ACT_CONSTRAINT, start);
    added->name = act.name;
    added->marks |= act.marks | marks;
    added->columns = act.columns;
    added->other = act.other;
    added->text = act.text;
    reader->at = end;
    return true;
}

/* ---- CREATE TABLE ---- */

static void elements_read(struct reader *reader)
{
    static const char *const other[] = {"like", "key", "index", "period", "fulltext", "spatial", NULL};
    int close = reader_close(reader, reader->at);
    reader->at++;
    while (reader->at < close) {
        int end = reader_end(reader);
        bool skipped =
            token_is_one_of(&reader->token[reader->at], other) && reader->token[reader->at].kind == TOKEN_WORD;
        if (!skipped && !table_constraint(reader, end, MARK_AS))
            column_read(reader, ACT_COLUMN, 0, end);
        reader->at = end + 1;
    }
    reader->at = close + 1;
}

/* (a, (b), lower(c)): "a" and "b", and NULL for what is an expression. */
static struct names partition_keys(struct reader *reader)
{
    struct reader at = *reader;
    struct names keys = reader_keys(reader);
    at.at++;
    for (int i = 0; i < keys.n; i++) {
        int start = at.at, end = reader_end(&at);
        if (!keys.item[i] && end == start + 3 && reader_is(&at, start, "(")) {
            at.at = start + 1;
            keys.item[i] = reader_name(&at);
        }
        at.at = end + 1;
    }
    return keys;
}

/* ON CLUSTER c */
static void cluster_skip(struct reader *reader)
{
    if (reader_take(reader, "on cluster"))
        reader_name(reader);
}

void table_created(struct reader *reader, unsigned marks)
{
    static const char *const open[] = {"as", "like", "inherits", "partition", "of", "select", NULL};
    if (reader_take(reader, "if not exists"))
        marks |= MARK_IF_EXISTS;
    reader->base.table = reader_path(reader);
    cluster_skip(reader);
    struct act *act = reader_add(reader, ACT_CREATE_TABLE, 0);
    act->name = act->table;
    act->marks |= marks;
    if (reader_is(reader, reader->at, "(") && reader_is(reader, reader->at + 1, "like"))
        act->marks |= MARK_AS;
    for (int i = reader->at; i < reader->n; i = reader_is(reader, i, "(") ? reader_close(reader, i) + 1 : i + 1) {
        if (reader_is(reader, i, "partition") && reader_is(reader, i + 1, "by")) {
            struct reader keys = *reader;
            keys.at = i + 3; /* PARTITION BY RANGE (a) */
            act->marks |= MARK_PARTITIONED;
            act->columns = partition_keys(&keys);
        } else if (token_is_one_of(&reader->token[i], open))
            act->marks |= MARK_AS;
        if (reader_is(reader, i, "partition") && reader_is(reader, i + 1, "of"))
            act->marks |= MARK_PARTITION_OF;
    }
    if (reader_take(reader, "partition of") || reader_take(reader, "of"))
        act->other = reader_path(reader);
    if (reader_is(reader, reader->at, "("))
        elements_read(reader);
    act->text = reader_source(reader, reader->at, reader->n);
}

/* ---- ALTER TABLE ---- */

static void simple(struct reader *reader, int start, int end)
{
    reader->at = start;
    reader_add(reader, ACT_ALTER_TABLE, start)->text = reader_source(reader, start, end);
}

static void add_read(struct reader *reader, int start, int end)
{
    reader->at = start + 1;
    if (table_constraint(reader, end, 0))
        return;
    static const char *const other[] = {"partition", "index", "key", "fulltext", "spatial", "period", "table", NULL};
    bool said = reader_take(reader, "column");
    if (!said && token_is_one_of(&reader->token[reader->at], other)) {
        simple(reader, start, end);
        return;
    }
    unsigned marks = reader_take(reader, "if not exists") ? MARK_IF_EXISTS : 0;
    if (reader_is(reader, reader->at, "(")) { /* MySQL: ADD (a int, b int) */
        int close = reader_close(reader, reader->at);
        reader->at++;
        while (reader->at < close) {
            column_read(reader, ACT_ADD_COLUMN, marks, reader_end(reader));
            reader->at++;
        }
        return;
    }
    column_read(reader, ACT_ADD_COLUMN, marks, end);
}

/* DROP PROJECTION p, which a column of that name has no second name for. */
static bool drops_projection(const struct reader *reader, int end)
{
    int at = reader->at;
    return at + 1 < end && token_is(&reader->token[at], "projection") && !token_is(&reader->token[at + 1], "cascade") &&
           !token_is(&reader->token[at + 1], "restrict");
}

static void drop_read(struct reader *reader, int start, int end)
{
    reader->at = start + 1;
    enum act_kind kind = ACT_DROP_COLUMN;
    unsigned marks = 0;
    static const char *const other[] = {"index", "key", "period", "not", "default", "expression", NULL};
    if (reader_take(reader, "constraint") || reader_take(reader, "foreign key") || reader_take(reader, "check"))
        kind = ACT_DROP_CONSTRAINT;
    else if (reader_take(reader, "primary key")) {
        kind = ACT_DROP_CONSTRAINT;
        marks = MARK_PRIMARY;
    } else if (reader_take(reader, "partition"))
        kind = ACT_DROP_PARTITION;
    else if (drops_projection(reader, end) ||
             (!reader_take(reader, "column") && token_is_one_of(&reader->token[reader->at], other))) {
        simple(reader, start, end);
        return;
    }
    if (reader_take(reader, "if exists"))
        marks |= MARK_IF_EXISTS;
    const char *name = marks & MARK_PRIMARY ? NULL : reader_name(reader);
    if (reader_find(reader, reader->at, end, "cascade") >= 0)
        marks |= MARK_CASCADE;
    struct act *act = reader_add(reader, kind, start);
    act->name = name;
    act->marks |= marks;
}

static void type_read(struct reader *reader, const char *name, int start, int end)
{
    int to = type_end(reader, reader->at, end);
    struct act *act = reader_add(reader, ACT_COLUMN_TYPE, start);
    act->name = name;
    act->type = reader_source(reader, reader->at, to);
    if (reader_find(reader, to, end, "using") >= 0)
        act->marks |= MARK_USING;
}

static const struct {
    const char *words;
    enum act_kind kind;
} column_changes[] = {
    {"set not null", ACT_SET_NOT_NULL},
    {"drop not null", ACT_DROP_NOT_NULL},
    {"set default", ACT_SET_DEFAULT},
    {"drop default", ACT_DROP_DEFAULT},
};

static void alter_column(struct reader *reader, int start, int end)
{
    reader->at = start + 1;
    if (reader_take(reader, "constraint")) {
        simple(reader, start, end);
        return;
    }
    reader_take(reader, "column");
    const char *name = reader_name(reader);
    for (size_t i = 0; i < sizeof column_changes / sizeof *column_changes; i++)
        if (reader_take(reader, column_changes[i].words)) {
            struct act *act = reader_add(reader, column_changes[i].kind, start);
            act->name = name;
            act->text = reader_source(reader, reader->at, end);
            return;
        }
    if (reader_take(reader, "set data type") || reader_take(reader, "type"))
        type_read(reader, name, start, end);
    else
        simple(reader, start, end);
}

static void rename_read(struct reader *reader, int start)
{
    reader->at = start + 1;
    enum act_kind kind = ACT_RENAME_COLUMN;
    if (reader_take(reader, "to") || reader_take(reader, "as"))
        kind = ACT_RENAME_TABLE;
    else if (reader_take(reader, "constraint") || reader_take(reader, "index") || reader_take(reader, "key"))
        kind = ACT_RENAME_CONSTRAINT;
    else
        reader_take(reader, "column");
    const char *from = kind == ACT_RENAME_TABLE ? reader->base.table : reader_name(reader);
    if (kind != ACT_RENAME_TABLE)
        reader_take(reader, "to");
    const char *to = reader_name(reader);
    struct act *act = reader_add(reader, kind, start);
    act->name = from;
    act->other = to;
}

/* MySQL: MODIFY a int, CHANGE a b int. */
static void modify_read(struct reader *reader, int start, int end)
{
    bool change = reader_is(reader, start, "change");
    reader->at = start + 1;
    reader_take(reader, "column");
    int name_at = reader->at;
    const char *name = reader_name(reader), *to = change ? reader_name(reader) : name;
    if (!text_equal(name, to)) {
        struct act *act = reader_add(reader, ACT_RENAME_COLUMN, start);
        act->name = name;
        act->other = to;
    }
    reader->at = change ? name_at + 1 : name_at;
    column_read(reader, ACT_COLUMN_TYPE, 0, end);
}

static void partition_read(struct reader *reader, int start, int end)
{
    bool attach = reader_is(reader, start, "attach");
    reader->at = start + 1;
    reader_take(reader, "partition");
    const char *path = reader_path(reader);
    struct act *act = reader_add(reader, attach ? ACT_ATTACH : ACT_DETACH, start);
    act->name = path;
    if (reader_find(reader, reader->at, end, "concurrently") >= 0)
        act->marks |= MARK_CONCURRENTLY;
    if (reader_find(reader, reader->at, end, "finalize") >= 0)
        act->marks |= MARK_PLACED;
    if (attach && reader_find(reader, reader->at, end, "default") >= 0)
        act->marks |= MARK_FULL;
}

static const struct {
    const char *words;
    enum act_kind kind;
} table_changes[] = {
    {"validate constraint", ACT_VALIDATE},
    {"set tablespace", ACT_STORAGE},
    {"set logged", ACT_STORAGE},
    {"set unlogged", ACT_STORAGE},
    {"set access method", ACT_STORAGE},
    {"enable row level security", ACT_ROW_SECURITY},
    {"disable row level security", ACT_ROW_SECURITY},
    {"force row level security", ACT_ROW_SECURITY},
    {"no force row level security", ACT_ROW_SECURITY},
    {"enable trigger", ACT_TRIGGER_STATE},
    {"enable always trigger", ACT_TRIGGER_STATE},
    {"enable replica trigger", ACT_TRIGGER_STATE},
    {"disable trigger", ACT_TRIGGER_STATE},
    {"owner to", ACT_OWNER},
};

/* SET SCHEMA: its path is another one from then on. */
static void moved_read(struct reader *reader, int start)
{
    const char *table = reader->base.table, *dot = table ? strrchr(table, '.') : NULL;
    const char *schema = reader_name(reader), *name = dot ? dot + 1 : table;
    bool usual = !schema || text_equal(schema, reader->lint->usual);
    struct act *act = reader_add(reader, ACT_RENAME_TABLE, start);
    act->name = table;
    act->other = usual || !name ? name : arena_printf(reader->mem, "%s.%s", schema, name);
    act->type = "schema"; /* `other` is a whole path */
}

static void other_clause(struct reader *reader, int start, int end)
{
    reader->at = start;
    if (reader_take(reader, "set schema")) {
        moved_read(reader, start);
        return;
    }
    for (size_t i = 0; i < sizeof table_changes / sizeof *table_changes; i++) {
        if (!reader_take(reader, table_changes[i].words))
            continue;
        const char *text = reader_source(reader, start, end);
        const char *name = reader_name(reader);
        struct act *act = reader_add(reader, table_changes[i].kind, start);
        act->name = name;
        act->text = text;
        return;
    }
    simple(reader, start, end);
}

static void clause_read(struct reader *reader, int start, int end)
{
    if (reader_is(reader, start, "add"))
        add_read(reader, start, end);
    else if (reader_is(reader, start, "drop"))
        drop_read(reader, start, end);
    else if (reader_is(reader, start, "alter"))
        alter_column(reader, start, end);
    else if (reader_is(reader, start, "rename"))
        rename_read(reader, start);
    else if (reader_is(reader, start, "modify") && reader->rules->modified && start + 1 < reader->n &&
             token_is_one_of(&reader->token[start + 1], reader->rules->modified))
        simple(reader, start, end);
    else if (reader_is(reader, start, "modify") || reader_is(reader, start, "change"))
        modify_read(reader, start, end);
    else if (reader_is(reader, start, "attach") || reader_is(reader, start, "detach"))
        partition_read(reader, start, end);
    else
        other_clause(reader, start, end);
}

void table_altered(struct reader *reader)
{
    if (reader_take(reader, "if exists"))
        reader->base.marks |= MARK_IF_EXISTS;
    if (reader_take(reader, "only"))
        reader->base.marks |= MARK_ONLY;
    reader->base.table = reader_path(reader);
    cluster_skip(reader);
    reader_take(reader, "*");
    reader->base.marks &= ~(unsigned)MARK_IF_EXISTS;
    while (reader->at < reader->n) {
        int start = reader->at, end = reader_end(reader);
        clause_read(reader, start, end);
        reader->at = end + 1;
    }
}
