/*
 * What is not a difference, with the pairs found: an index that stands behind a foreign key is whose the key is, and need
 * not be there if another does its work.  And what is one, though it is said nowhere: where texts of a table are sorted
 * otherwise from now on, its columns that say nothing of their own are meant too.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

/* "a", "a_2": as a server calls the index that it makes. */
static bool is_named_after(const char *name, const char *column)
{
    size_t length = strlen(column);
    if (!text_starts_nocase(name, column))
        return false;
    const char *rest = name + length;
    if (*rest == '_' && char_is_digit(rest[1]))
        for (rest++; char_is_digit(*rest);)
            rest++;
    return !*rest;
}

static bool stands_behind(const struct target *target, const struct object *index, const struct foreign_key *key)
{
    return !((const struct index *)index)->is_unique && object_count(index, KIND_INDEX_PART) == key->columns.n &&
           my_covers(target, index, key) &&
           (text_equal_nocase(index->name, key->object.name) || is_named_after(index->name, key->columns.item[0]));
}

/* One that the server made for a key of ours goes with it. */
static void index_own(const struct target *target, struct object *index)
{
    const struct object *table = index->parent;
    for (int i = 0; i < table->children.n && index->stranger; i++) {
        const struct object *key = table->children.item[i];
        if (key->kind == KIND_FOREIGN_KEY && !key->peer && !key->stranger &&
            stands_behind(target, index, (const struct foreign_key *)key))
            index->stranger = false;
    }
}

static bool does_its_work(const struct target *target, const struct object *table, const struct object *made,
                          const struct foreign_key *key)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *other = table->children.item[i];
        bool stays = other->stranger || (other->peer && other->peer != made && my_covers(target, other->peer, key));
        if (stays && my_covers(target, other, key))
            return true;
    }
    return false;
}

/* settle() said one that nobody described: is there one in the database already? */
static bool is_needless(const struct target *target, const struct object *index)
{
    const struct object *table = index->parent;
    for (int i = 0; table->peer && i < table->children.n; i++) {
        const struct object *key = table->children.item[i];
        if (key->kind == KIND_FOREIGN_KEY && my_covers(target, index, (const struct foreign_key *)key))
            return does_its_work(target, table->peer, index, (const struct foreign_key *)key);
    }
    return false;
}

static void indexes_part(struct arena *mem, const struct target *target, struct changes *changes)
{
    struct list needless = {0};
    for (struct object *o = changes->before->root; o; o = object_next(changes->before->root, o))
        if (o->kind == KIND_INDEX && o->parent->kind == KIND_TABLE && o->stranger && !o->peer)
            index_own(target, o);
    for (struct object *o = changes->after->root; o; o = object_next(changes->after->root, o))
        if (o->kind == KIND_INDEX && o->parent->kind == KIND_TABLE && o->name_invented && !o->peer &&
            !((struct index *)o)->is_unique && is_needless(target, o))
            list_add(mem, &needless, o);
    for (int i = 0; i < needless.n; i++)
        object_remove(needless.item[i]);
}

/* Where the server itself adds partitions, those that it added are no difference. */
static void rotation_keeps(struct arena *mem, struct partitioning *before, struct partitioning *after)
{
    struct list fewer = {0};
    for (int i = 0; i < before->object.children.n; i++) {
        struct object *partition = before->object.children.item[i];
        partition->stranger = partition->stranger || !partition->peer;
    }
    for (int i = 0; i < after->object.children.n; i++)
        if (!((struct object *)after->object.children.item[i])->peer)
            list_add(mem, &fewer, after->object.children.item[i]);
    for (int i = 0; i < fewer.n; i++)
        object_remove(fewer.item[i]);
    if (before->number && after->number)
        SAY(after, PARTITIONING, number, before->number);
}

static bool is_text(struct arena *mem, const struct column *column)
{
    static const char *const texts[] = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (my_type_is(mem, column->type, texts[i]))
            return true;
    return false;
}

/* The same of what comes or goes with it, before the table changes or after. */
static void collations_keep(struct arena *mem, struct table *table)
{
    for (int i = 0; i < table->object.children.n; i++) {
        struct column *column = table->object.children.item[i];
        if (column->object.kind == KIND_COLUMN && !column->object.peer && !column->collation && is_text(mem, column))
            SAY(column, COLUMN, collation, table->collation);
    }
}

static void collations_follow(struct arena *mem, struct table *before, struct table *after)
{
    if (!before->collation || !after->collation || text_equal(before->collation, after->collation))
        return;
    collations_keep(mem, before);
    collations_keep(mem, after);
    for (int i = 0; i < before->object.children.n; i++) {
        struct column *old = before->object.children.item[i], *new = (struct column *)old->object.peer;
        if (old->object.kind != KIND_COLUMN || !new || !is_text(mem, old) || !is_text(mem, new))
            continue;
        const char *was = old->collation ? old->collation : before->collation;
        const char *is = new->collation ? new->collation : after->collation;
        SAY(old, COLUMN, collation, was);
        SAY(new, COLUMN, collation, is);
    }
}

void my_reconcile(struct arena *mem, const struct target *target, struct changes *changes)
{
    indexes_part(mem, target, changes);
    for (struct object *o = changes->before->root; o; o = object_next(changes->before->root, o))
        if (o->kind == KIND_TABLE && o->peer)
            collations_follow(mem, (struct table *)o, (struct table *)o->peer);
        else if (o->kind == KIND_PARTITIONING && o->peer && my_is_rotated((struct partitioning *)o) &&
                 my_is_rotated((struct partitioning *)o->peer))
            rotation_keeps(mem, (struct partitioning *)o, (struct partitioning *)o->peer);
}
