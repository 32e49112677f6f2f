/*
 * Partitioning and partitions.  Their statements stand alone, for the servers take none of them beside other changes; several
 * partitions that come or go together are one statement, told at the first of their steps.
 */
#include "base/text.h"
#include "dialect/mysql/render.h"

static const char separator[] = "\n    ";

static int scheme_said(struct render *render, const struct object *partitioning)
{
    struct buf out = my_begin(render, "PARTITION BY ");
    my_partitioning_text(&out, (const struct partitioning *)partitioning, separator);
    my_clause(render, partitioning, CLAUSE_ALONE, &out);
    return 0;
}

int my_partitioning_create(struct render *render, const struct change *change)
{
    return scheme_said(render, change->after);
}

int my_partitioning_drop(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, "REMOVE PARTITIONING");
    my_clause(render, change->before, CLAUSE_ALONE, &out);
    return 0;
}

/* More or fewer of those that have no names of their own. */
int my_partitioning_alter(struct render *render, const struct change *change)
{
    const struct partitioning *before = (const struct partitioning *)change->before;
    const struct partitioning *after = (const struct partitioning *)change->after;
    bool counted = !before->object.children.n && !after->object.children.n && before->number && after->number;
    bool loses = text_equal(after->method, "SYSTEM_TIME") && after->number < before->number; /* what rows were */
    struct buf out = my_begin(render, "");
    if (my_scheme_changes(change->after) || !counted || loses)
        return scheme_said(render, change->after);
    if (after->number > before->number)
        buf_addf(&out, "ADD PARTITION PARTITIONS %lld", (long long)(after->number - before->number));
    else
        buf_addf(&out, "COALESCE PARTITION %lld", (long long)(before->number - after->number));
    my_clause(render, change->after, CLAUSE_ALONE, &out);
    return 0;
}

/* ---- partitions ---- */

static const struct change *step_of(const struct object *partition)
{
    return partition->made ? partition->made : partition->unmade;
}

static void steps_add(struct arena *mem, struct list *steps, const struct list *partitions)
{
    for (int i = 0; i < partitions->n; i++) {
        const struct change *step = step_of(partitions->item[i]);
        if (step && !list_has(steps, step))
            list_add(mem, steps, (void *)(uintptr_t)step);
    }
}

static int by_place(const void *a, const void *b)
{
    return ((const struct change *)a)->at - ((const struct change *)b)->at;
}

/* In the order in which they come up. */
static struct list steps_of(struct arena *mem, const struct my_work *work)
{
    struct list steps = {0};
    steps_add(mem, &steps, &work->from);
    steps_add(mem, &steps, &work->to);
    list_sort(&steps, by_place);
    return steps;
}

static void names_said(struct buf *out, const struct list *partitions)
{
    for (int i = 0; i < partitions->n; i++) {
        buf_add(out, i ? ", " : " ");
        my_ident_add(out, ((const struct object *)partitions->item[i])->name);
    }
}

static void definitions_said(struct buf *out, const struct list *partitions)
{
    for (int i = 0; i < partitions->n; i++) {
        buf_addf(out, "%s%s", i ? "," : " (", separator);
        my_partition_text(out, partitions->item[i]);
    }
    buf_add_c(out, ')');
}

static void work_text(struct buf *out, const struct my_work *work)
{
    static const char *const words[] = {[MY_WORK_ADD] = "ADD PARTITION",
                                        [MY_WORK_DROP] = "DROP PARTITION",
                                        [MY_WORK_REORGANIZE] = "REORGANIZE PARTITION"};
    buf_add(out, words[work->way]);
    names_said(out, &work->from);
    buf_add(out, work->way == MY_WORK_REORGANIZE ? " INTO" : "");
    if (work->to.n)
        definitions_said(out, &work->to);
}

/* What is said of the scheme says all of its partitions too. */
int my_partition_change(struct render *render, const struct change *change)
{
    struct arena_mark mark = arena_save(render->mem); /* there may be many partitions */
    const struct my_work *work = my_work_of(render->mem, change, render->back);
    const struct object *partition = change->after ? change->after : change->before;
    const struct list steps = work ? steps_of(render->mem, work) : (struct list){0};
    if (!steps.n || steps.item[0] != change) {
        arena_rewind(render->mem, mark);
        return 0;
    }
    if (work->way == MY_WORK_AGAIN)
        scheme_said(render, change->after ? change->after->parent : change->before->parent->peer);
    else {
        struct buf out = my_begin(render, "");
        work_text(&out, work);
        my_clause(render, partition, CLAUSE_ALONE, &out);
    }
    struct statement_out *statement = render->out.item[render->out.n - 1];
    for (int i = 1; i < steps.n; i++)
        list_add(render->mem, &statement->also, steps.item[i]);
    return 0;
}
