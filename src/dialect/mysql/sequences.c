/*
 * Sequences of MariaDB.  What one counts by stands in no view of the catalog but in the sequence itself, which is read like a
 * table of one row: all of them in one query.  Where it has counted to is never looked at.
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"
#include "dialect/mysql/render.h"

/* ---- reading ---- */

static const struct {
    const char *column;
    int field;
} cells[] = {
    {"start_value", SEQUENCE_start}, {"increment", SEQUENCE_increment}, {"minimum_value", SEQUENCE_min},
    {"maximum_value", SEQUENCE_max}, {"cache_size", SEQUENCE_cache},
};

static void sequence_fill(struct sequence *sequence, const struct rows *rows, int row)
{
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        if (text_to_int(rows_cell(rows, row, cells[i].column), object_field(&sequence->object, cells[i].field)))
            object_say(&sequence->object, cells[i].field);
    SAY(sequence, SEQUENCE, cycle, !text_equal(rows_cell(rows, row, "cycle_option"), "0"));
}

enum { AT_ONCE = 500 };

static int some_load(struct ctx *ctx, struct conn *conn, const struct list *sequences, int from)
{
    struct buf sql;
    struct rows rows;
    int n = sequences->n - from < AT_ONCE ? sequences->n - from : AT_ONCE;
    buf_init(&sql, ctx->mem);
    for (int i = 0; i < n; i++) {
        const struct object *sequence = sequences->item[from + i];
        buf_addf(&sql, "%sSELECT %d AS place, s.* FROM ", i ? " UNION ALL " : "", from + i);
        my_ident_add(&sql, sequence->name);
        buf_add(&sql, " s");
    }
    TRY(my_query(ctx, conn, sql.data, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        int64_t place;
        if (text_to_int(rows_cell(&rows, i, "place"), &place))
            sequence_fill(sequences->item[place], &rows, i);
    }
    return 0;
}

int my_sequences_load(struct ctx *ctx, struct conn *conn, const struct tree *tree)
{
    struct list sequences = {0};
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->kind == KIND_SEQUENCE)
            list_add(ctx->mem, &sequences, o);
    for (int from = 0; from < sequences.n; from += AT_ONCE)
        TRY(some_load(ctx, conn, &sequences, from));
    return 0;
}

/* ---- what silence means ---- */

static const struct {
    const char *type;
    int64_t least, most;
} bounds[] = {
    {"tinyint", -127, 126},           {"tinyint unsigned", 1, 254},     {"smallint", -32767, 32766},
    {"smallint unsigned", 1, 65534},  {"mediumint", -8388607, 8388606}, {"mediumint unsigned", 1, 16777214},
    {"int", -2147483647, 2147483646}, {"int unsigned", 1, 4294967294},  {"bigint", -INT64_MAX, INT64_MAX - 1},
};

enum { USUAL_CACHE = 1000 };

static void number_settle(struct object *sequence, int field, int64_t value)
{
    if (object_says(sequence, field))
        return;
    *(int64_t *)object_field(sequence, field) = value;
    object_say(sequence, field);
}

/* What both ends are where nothing is said; not known of a type that holds more than we count. */
static bool ends_of(struct arena *mem, const struct target *target, const struct sequence *sequence, int64_t ends[2])
{
    const char *type = my_type_normal(mem, target, sequence->type);
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (text_equal(bounds[i].type, type)) {
            ends[0] = sequence->increment < 0 ? bounds[i].least : 1;
            ends[1] = sequence->increment < 0 ? -1 : bounds[i].most;
            return true;
        }
    return false;
}

void my_sequence_settle(struct arena *mem, const struct target *target, struct sequence *sequence)
{
    struct object *object = &sequence->object;
    int64_t ends[2];
    if (sequence->type)
        SAY(sequence, SEQUENCE, type, my_type_normal(mem, target, sequence->type));
    number_settle(object, SEQUENCE_cache, USUAL_CACHE);
    if (!ends_of(mem, target, sequence, ends))
        return;
    number_settle(object, SEQUENCE_min, ends[0]);
    number_settle(object, SEQUENCE_max, ends[1]);
    number_settle(object, SEQUENCE_start, sequence->increment < 0 ? sequence->max : sequence->min);
}

/* ---- writing ---- */

static const struct {
    int field;
    const char *word;
} words[] = {
    {SEQUENCE_start, "START WITH"},       {SEQUENCE_min, "MINVALUE"}, {SEQUENCE_max, "MAXVALUE"},
    {SEQUENCE_increment, "INCREMENT BY"}, {SEQUENCE_cache, "CACHE"},
};

static void number_add(struct buf *out, const struct sequence *sequence, size_t i)
{
    int64_t value = *(const int64_t *)object_field(&sequence->object, words[i].field);
    if (words[i].field == SEQUENCE_cache && !value)
        buf_add(out, " NOCACHE");
    else
        buf_addf(out, " %s %lld", words[i].word, (long long)value);
}

/* Only what the server would not choose by itself. */
static void numbers_add(const struct render *render, struct buf *out, const struct sequence *sequence)
{
    struct sequence usual = {.object.kind = KIND_SEQUENCE, .increment = sequence->increment, .type = sequence->type};
    my_sequence_settle(render->mem, render->target, &usual);
    usual.increment = 1;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        int field = words[i].field;
        bool start = field == SEQUENCE_start;
        int64_t as_usual = start ? (sequence->increment < 0 ? sequence->max : sequence->min)
                                 : *(const int64_t *)object_field(&usual.object, field);
        if (object_says(&sequence->object, field) &&
            *(const int64_t *)object_field(&sequence->object, field) != as_usual)
            number_add(out, sequence, i);
    }
}

static bool is_plain_type(const struct render *render, const struct sequence *sequence)
{
    return text_equal(my_type_normal(render->mem, render->target, sequence->type), "bigint");
}

int my_sequence_create(struct render *render, const struct change *change)
{
    const struct sequence *sequence = (const struct sequence *)change->after;
    struct buf out = my_begin(render, "CREATE SEQUENCE ");
    my_top(&out, change->after);
    if (!is_plain_type(render, sequence))
        buf_addf(&out, " AS %s", sequence->type);
    numbers_add(render, &out, sequence);
    if (sequence->cycle)
        buf_add(&out, " CYCLE");
    if (sequence->comment) {
        buf_add(&out, " COMMENT=");
        literal_add(&out, &my_ident, sequence->comment);
    }
    render_statement(render, &out);
    return 0;
}

int my_sequence_drop(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, "DROP SEQUENCE ");
    my_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}

static void comment_change(struct render *render, const struct sequence *sequence)
{
    struct buf out = my_begin(render, "ALTER TABLE ");
    my_top(&out, &sequence->object);
    buf_add(&out, " COMMENT=");
    literal_add(&out, &my_ident, sequence->comment ? sequence->comment : "");
    render_statement(render, &out);
}

int my_sequence_alter(struct render *render, const struct change *change)
{
    const struct sequence *sequence = (const struct sequence *)change->after;
    struct buf out = my_begin(render, "ALTER SEQUENCE ");
    my_top(&out, change->after);
    size_t bare = out.len;
    if (change_has(change, SEQUENCE_type))
        buf_addf(&out, " AS %s", sequence->type);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (change_has(change, words[i].field))
            number_add(&out, sequence, i);
    if (change_has(change, SEQUENCE_cycle))
        buf_add(&out, sequence->cycle ? " CYCLE" : " NOCYCLE");
    if (out.len > bare)
        render_statement(render, &out);
    if (change_has(change, SEQUENCE_comment))
        comment_change(render, sequence);
    return 0;
}
