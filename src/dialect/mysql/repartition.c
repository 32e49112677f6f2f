/*
 * From the partitions that a table has to those that it shall have, in the fewest statements that keep its rows: partitions that
 * stay part the others into groups, and what is between two of them is added, dropped, or made of the other by REORGANIZE.
 *
 * Only on the way up a partition goes with its rows, where nothing new takes its place; on the way back they go to the one
 * that takes them, because that is where they came from.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

struct sorter {
    struct arena *mem;
    const struct partitioning *before, *after;
    bool back, list;
    struct list works; /* struct my_work * */
};

static const char *bound_of(const struct partition *partition)
{
    const char *text = expr_text(&partition->bound);
    return text ? text : "";
}

/* ---- works ---- */

static struct my_work *work_add(struct sorter *sorter, enum my_work_way way, const struct list *from,
                                const struct list *to)
{
    struct my_work *work = NEW(sorter->mem, struct my_work);
    *work = (struct my_work){.way = way, .from = *from, .to = *to};
    list_add(sorter->mem, &sorter->works, work);
    return work;
}

static bool stays(const struct partition *partition)
{
    return partition->object.peer && !partition->object.unmade && !partition->object.made;
}

/* All partitions at once, by saying PARTITION BY again. */
static void all_again(struct sorter *sorter)
{
    sorter->works = (struct list){0};
    work_add(sorter, MY_WORK_AGAIN, &sorter->before->object.children, &sorter->after->object.children);
}

static int upper_compare(const struct sorter *sorter, const struct list *before, const struct list *after)
{
    return my_bound_compare(sorter->mem, before->item[before->n - 1], after->item[after->n - 1]);
}

/* Are they put into others as they are, so that no other partition takes part? */
static bool is_level(const struct sorter *sorter, const struct list *from, const struct list *to,
                     const struct partition *rest)
{
    return from->n && to->n && (!rest || (!sorter->list && upper_compare(sorter, from, to) == 0));
}

static void reorganize(struct sorter *sorter, struct list *from, struct list *to, struct partition *rest)
{
    if (!is_level(sorter, from, to, rest)) {
        list_add(sorter->mem, from, rest->object.peer);
        list_add(sorter->mem, to, rest);
    }
    work_add(sorter, MY_WORK_REORGANIZE, from, to);
}

/* `rest`: the one after them that stays, and takes the rows up to its own bound; NULL: there is none. */
static void group_work(struct sorter *sorter, struct list *from, struct list *to, struct partition *rest)
{
    static const struct list nothing = {0};
    if (!from->n && !to->n)
        return;
    if (!to->n && (!sorter->back || !rest))
        work_add(sorter, MY_WORK_DROP, from, &nothing);
    else if (!from->n && !rest)
        work_add(sorter, MY_WORK_ADD, &nothing, to);
    else
        reorganize(sorter, from, to, rest);
}

/* REORGANIZE takes nothing from the end of all. */
static bool ends_sooner(const struct sorter *sorter, const struct list *from, const struct list *to,
                        const struct partition *rest)
{
    return from->n && to->n && !rest && upper_compare(sorter, from, to) > 0;
}

static int group_take(const struct sorter *sorter, const struct list *all, int at, struct list *group)
{
    *group = (struct list){0};
    for (; at < all->n && !stays(all->item[at]); at++)
        list_add(sorter->mem, group, all->item[at]);
    return at;
}

static void ranges_work(struct sorter *sorter)
{
    struct list before = my_partitions_sorted(sorter->mem, sorter->before), from, to;
    struct list after = my_partitions_sorted(sorter->mem, sorter->after);
    for (int i = 0, k = 0; i < before.n || k < after.n; i++, k++) {
        i = group_take(sorter, &before, i, &from);
        k = group_take(sorter, &after, k, &to);
        struct partition *rest = k < after.n ? after.item[k] : NULL;
        const struct partition *same = i < before.n ? before.item[i] : NULL;
        bool level = rest ? same && rest->object.peer == &same->object : !same;
        if (!level || ends_sooner(sorter, &from, &to, rest)) {
            all_again(sorter);
            return;
        }
        group_work(sorter, &from, &to, rest);
    }
}

/* ---- lists ---- */

static bool shares_value(const struct sorter *sorter, const struct partition *partition, const struct list *others)
{
    struct names own = my_bound_values(sorter->mem, bound_of(partition));
    for (int i = 0; i < others->n; i++) {
        struct names values = my_bound_values(sorter->mem, bound_of(others->item[i]));
        for (int k = 0; k < values.n; k++)
            if (names_have(&own, values.item[k]))
                return true;
    }
    return false;
}

/* Takes out of a group those whose values the other group says nothing of. */
static struct list apart_take(const struct sorter *sorter, struct list *group, const struct list *others)
{
    struct list apart = {0};
    for (int i = group->n - 1; i >= 0; i--) {
        struct partition *partition = group->item[i];
        if (partition->object.peer || shares_value(sorter, partition, others))
            continue;
        list_insert(sorter->mem, &apart, 0, partition);
        list_remove(group, i);
    }
    return apart;
}

/* What takes what belongs nowhere else (MariaDB); NULL: nothing does. */
static struct partition *default_in(const struct list *partitions)
{
    for (int i = 0; i < partitions->n; i++)
        if (text_equal(bound_of(partitions->item[i]), "DEFAULT"))
            return partitions->item[i];
    return NULL;
}

/* Is each value of these in one of the others? */
static bool holds_values(const struct sorter *sorter, const struct list *group, const struct list *others)
{
    struct names all = {0};
    for (int i = 0; i < others->n; i++) {
        struct names values = my_bound_values(sorter->mem, bound_of(others->item[i]));
        for (int k = 0; k < values.n; k++)
            names_add(sorter->mem, &all, values.item[k]);
    }
    for (int i = 0; i < group->n; i++) {
        struct names values = my_bound_values(sorter->mem, bound_of(group->item[i]));
        for (int k = 0; k < values.n; k++)
            if (!names_have(&all, values.item[k]))
                return false;
    }
    return true;
}

/* "When reorganizing a set of partitions they must be in consecutive order", which on the way back may be another one. */
static bool is_apart(const struct sorter *sorter, const struct list *from)
{
    const struct list *all = &sorter->before->object.children;
    int first = 0;
    while (from->n && all->item[first] != from->item[0])
        first++;
    for (int i = 1; i < from->n; i++)
        if (sorter->back || first + i >= all->n || all->item[first + i] != from->item[i])
            return true;
    return false;
}

static void moving_take(struct sorter *sorter, const struct partitioning *partitioning, struct list *moving)
{
    for (int i = 0; i < partitioning->object.children.n; i++)
        if (!stays(partitioning->object.children.item[i]))
            list_add(sorter->mem, moving, partitioning->object.children.item[i]);
}

/*
 * REORGANIZE of both servers takes rows away without a word where their value is in no list any more (seen in 10.11 and 9.7), and
 * MariaDB makes no DEFAULT of others by it, and none alone; PARTITION BY refuses.
 */
static bool needs_all(const struct sorter *sorter, const struct list *from, const struct list *to, bool default_ends)
{
    bool narrower = from->n && !holds_values(sorter, from, &sorter->after->object.children);
    bool default_alone = to->n == 1 && text_equal(bound_of(to->item[0]), "DEFAULT");
    return narrower || default_alone || (default_ends && to->n) || is_apart(sorter, from);
}

static void lists_work(struct sorter *sorter)
{
    struct partition *taker = default_in(&sorter->after->object.children), *rest = taker && stays(taker) ? taker : NULL;
    struct list from = {0}, to = {0}, nothing = {0}, comes = {0};
    moving_take(sorter, sorter->before, &from);
    moving_take(sorter, sorter->after, &to);
    /* Beside a DEFAULT, ADD PARTITION leaves its rows there that belong into the new one (MariaDB 10.11). */
    bool parts = default_in(&from), ends = parts && !default_in(&to);
    struct list goes = apart_take(sorter, &from, &to);
    if (!parts)
        comes = apart_take(sorter, &to, &from);
    if (needs_all(sorter, &from, &to, ends) || (goes.n && taker && (sorter->back || !rest))) {
        all_again(sorter);
        return;
    }
    group_work(sorter, &nothing, &comes, rest);
    group_work(sorter, &from, &to, NULL);
    nothing = (struct list){0};
    group_work(sorter, &goes, &nothing, rest);
}

/* By system time: one that goes would take history along, which PARTITION BY keeps. */
static void times_work(struct sorter *sorter)
{
    struct list nothing = {0}, comes = {0};
    bool gone = false;
    for (int i = 0; i < sorter->before->object.children.n; i++)
        gone = gone || !stays(sorter->before->object.children.item[i]);
    for (int i = 0; i < sorter->after->object.children.n; i++) {
        struct partition *partition = sorter->after->object.children.item[i];
        gone = gone || (!stays(partition) && !text_equal(bound_of(partition), "HISTORY"));
        if (!stays(partition))
            list_add(sorter->mem, &comes, partition);
    }
    if (gone)
        all_again(sorter);
    else
        work_add(sorter, MY_WORK_ADD, &nothing, &comes);
}

bool my_scheme_changes(const struct object *partitioning)
{
    static const int fields[] = {PARTITIONING_method, PARTITIONING_expr, PARTITIONING_sub_method, PARTITIONING_sub_expr,
                                 PARTITIONING_sub_number};
    const struct change *step = partitioning->made;
    for (size_t i = 0; step && step->op == CHANGE_ALTER && i < sizeof fields / sizeof *fields; i++)
        if (change_has(step, fields[i]))
            return true;
    return step && step->op == CHANGE_CREATE;
}

/* The partitioning that a step about one of its partitions is about, as it shall be; NULL: it goes. */
static const struct object *scheme_of(const struct change *step)
{
    return step->after ? step->after->parent : step->before->parent->peer;
}

const struct my_work *my_work_of(struct arena *mem, const struct change *step, bool back)
{
    const struct object *object = step->after ? step->after : step->before, *after = scheme_of(step);
    struct sorter sorter = {.mem = mem, .back = back};
    if (!after || !after->peer || my_scheme_changes(after))
        return NULL;
    sorter.after = (const struct partitioning *)after;
    sorter.before = (const struct partitioning *)after->peer;
    sorter.list = text_starts(sorter.after->method, "LIST");
    if (sorter.list)
        lists_work(&sorter);
    else if (text_starts(sorter.after->method, "RANGE"))
        ranges_work(&sorter);
    else if (text_equal(sorter.after->method, "SYSTEM_TIME"))
        times_work(&sorter);
    else
        all_again(&sorter);
    for (int i = 0; i < sorter.works.n; i++) {
        const struct my_work *work = sorter.works.item[i];
        if (list_has(&work->from, object) || list_has(&work->to, object))
            return work;
    }
    return NULL;
}

bool my_rows_move(struct arena *mem, const struct change *drop, bool back)
{
    if (drop->kind != KIND_PARTITION)
        return false;
    struct arena_mark mark = arena_save(mem);
    const struct my_work *work = my_work_of(mem, drop, back);
    bool moves = !work || work->way != MY_WORK_DROP;
    arena_rewind(mem, mark);
    return moves;
}
