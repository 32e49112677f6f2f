/* Indexes, as in CREATE TABLE and after ADD: the names of their methods stand before the word or after the columns. */
#include "base/text.h"
#include "dialect/mysql/render.h"

static bool is_method(const struct index *index, const char *name)
{
    return text_equal(index->method, name);
}

static void part_add(struct buf *out, const struct index_part *part)
{
    if (part->column) {
        my_ident_add(out, part->column);
        if (part->length)
            buf_addf(out, "(%lld)", (long long)part->length);
    } else {
        my_wrapped(out, expr_text(&part->expr));
    }
    if (part->descending)
        buf_add(out, " DESC");
}

static const char *visibility(const struct render *render, bool invisible)
{
    bool maria = render->target->dialect->engine == ENGINE_MARIA;
    return invisible ? maria ? "IGNORED" : "INVISIBLE" : maria ? "NOT IGNORED" : "VISIBLE";
}

static void options_add(struct buf *out, const struct index *index)
{
    for (int i = 0; i < index->options.n; i++) {
        const char *option = index->options.item[i], *value = strchr(option, '=') + 1;
        if (text_starts(option, "parser=")) {
            buf_add(out, " WITH PARSER ");
            my_ident_add(out, value);
        } else {
            buf_addf(out, " KEY_BLOCK_SIZE=%s", value);
        }
    }
}

void my_index_text(const struct render *render, struct buf *out, const struct index *index)
{
    static const char *const words[][2] = {{"fulltext", "FULLTEXT "}, {"spatial", "SPATIAL "}, {"vector", "VECTOR "}};
    int said = object_count(&index->object, KIND_INDEX_PART) - (index->period ? MY_PERIOD_COLUMNS : 0);
    bool first = true;
    if (index->is_unique)
        buf_add(out, "UNIQUE ");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_method(index, words[i][0]))
            buf_add(out, words[i][1]);
    buf_add(out, "INDEX ");
    my_ident_add(out, index->object.name);
    buf_add(out, " (");
    for (int i = 0; i < index->object.children.n; i++) {
        const struct object *part = index->object.children.item[i];
        if (part->kind != KIND_INDEX_PART || said-- <= 0)
            continue;
        buf_add(out, first ? "" : ", ");
        part_add(out, (const struct index_part *)part);
        first = false;
    }
    if (index->period)
        my_overlaps_add(out, index->period);
    buf_add_c(out, ')');
    if (is_method(index, "hash"))
        buf_add(out, " USING HASH");
    options_add(out, index);
    if (index->comment) {
        buf_add(out, " COMMENT ");
        my_literal_add(render, out, index->comment);
    }
    if (index->invisible)
        buf_addf(out, " %s", visibility(render, true));
}

/* In one statement with its DROP, MySQL takes a FULLTEXT index of the same columns for the one that is there, whatever its parser. */
static enum clause clause_of_new(const struct index *index)
{
    return !is_method(index, "fulltext") ? CLAUSE_PLAIN : index->object.peer ? CLAUSE_ALONE : CLAUSE_ADD_FULLTEXT;
}

/* One of a new table stands in its CREATE. */
int my_index_create(struct render *render, const struct change *change)
{
    const struct index *index = (const struct index *)change->after;
    struct buf out = my_begin(render, "ADD ");
    const struct object *table = change->after->parent;
    if (table->made && table->made->op == CHANGE_CREATE)
        return 0;
    my_index_text(render, &out, index);
    my_clause(render, change->after, clause_of_new(index), &out);
    return 0;
}

/* MySQL lets a column get another reference system only once the index is gone. */
static enum clause clause_of_old(const struct index *index)
{
    const struct index_part *part = (const struct index_part *)object_only(&index->object, KIND_INDEX_PART);
    const struct object *column =
        part && is_method(index, "spatial") ? object_child(index->object.parent, KIND_COLUMN, part->column) : NULL;
    bool moves = column && column->peer &&
                 !text_equal(((const struct column *)column)->srid, ((const struct column *)column->peer)->srid);
    return moves ? CLAUSE_ALONE : CLAUSE_PLAIN;
}

int my_index_drop(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, "DROP INDEX ");
    my_ident_add(&out, change->before->name);
    my_clause(render, change->before, clause_of_old((const struct index *)change->before), &out);
    return 0;
}

int my_index_alter(struct render *render, const struct change *change)
{
    const struct index *index = (const struct index *)change->after;
    struct buf out = my_begin(render, "ALTER INDEX ");
    my_ident_add(&out, change->after->name);
    buf_addf(&out, " %s", visibility(render, index->invisible));
    my_clause(render, change->after, CLAUSE_PLAIN, &out);
    return 0;
}

int my_index_rename(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, "RENAME INDEX ");
    my_ident_add(&out, change->before->name);
    buf_add(&out, " TO ");
    my_ident_add(&out, change->after->name);
    my_clause(render, change->renamed, CLAUSE_RENAME, &out);
    return 0;
}
