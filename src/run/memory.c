/*
 * What a database cannot tell.  A server prints an expression in its own words; that this is what the models mean by
 * theirs is known only from the moment when one became the other, so it is remembered from snapshot to snapshot.
 * A spelling is taken over only where the printed text is still the one that it belongs to, or where a plan was just
 * applied unchanged and nothing since has touched the table.
 * Not here: who owns what (owned.c), reading and writing snapshot files (snapshots.c) and what plans say (plan_note.c).
 */
#include "run/parts.h"

#include "base/map.h"
#include "base/text.h"

int64_t snapshot_number(const struct snapshot *snapshot)
{
    const char *at = snapshot->migration_id;
    int64_t number = 0;
    bool found = false;
    for (; at && *at; at++) {
        bool starts = at == snapshot->migration_id || at[-1] == '_' || at[-1] == '-';
        if (!starts || !char_is_digit((unsigned char)*at))
            continue;
        for (number = 0; char_is_digit((unsigned char)*at) && number < INT64_MAX / 10 - 9; at++)
            number = number * 10 + (*at - '0');
        found = true;
        break;
    }
    return found ? number : -1;
}

/* ---- spellings ---- */

struct carrying {
    struct arena *mem;
    bool trusted;              /* a printed text may be new */
    const struct names *only;  /* of a trusted one: tables and views that it is about; lower case */
    const struct names *never; /* ... but not these */
};

static bool has_expr(const struct object *object, int field)
{
    return kind_table[object->kind].field[field].type == FIELD_EXPR && object_says(object, field);
}

static void carry_fields(const struct carrying *carrying, struct object *to, const struct object *from)
{
    for (int i = 0; i < kind_table[to->kind].fields; i++) {
        if (!has_expr(to, i) || !has_expr(from, i))
            continue;
        struct expr *mine = object_field(to, i);
        const struct expr *theirs = object_field(from, i);
        if (mine->written || !mine->printed || !theirs->written)
            continue;
        if (text_equal(mine->printed, theirs->printed) || (carrying->trusted && !theirs->printed))
            mine->written = theirs->written;
    }
}

/* Do both hold the same printed expression in some field? */
static bool printed_alike(const struct object *a, const struct object *b)
{
    for (int i = 0; i < kind_table[a->kind].fields; i++) {
        if (!has_expr(a, i) || !has_expr(b, i))
            continue;
        const struct expr *x = object_field(a, i), *y = object_field(b, i);
        if (x->printed && text_equal(x->printed, y->printed))
            return true;
    }
    return false;
}

static int rank_of(const struct object *object)
{
    int rank = 0;
    const struct list *siblings = &object->parent->children;
    for (int i = 0; i < siblings->n && siblings->item[i] != object; i++)
        rank += ((const struct object *)siblings->item[i])->kind == object->kind;
    return rank;
}

static const struct object *child_at(const struct object *parent, enum kind kind, int rank)
{
    for (int i = 0; i < parent->children.n; i++) {
        const struct object *child = parent->children.item[i];
        if (child->kind == kind && rank-- == 0)
            return child;
    }
    return NULL;
}

/* Its name, given or made, is none of the other side's. */
static bool is_single(const struct object *object, const struct object *other)
{
    return !object->name || !object_child(other, object->kind, object->name);
}

/* The only child of a kind that has no name of its own, if the other side has one nameless or foreign object too. */
static const struct object *only_unnamed(const struct object *parent, const struct object *desired)
{
    const struct object *found = NULL;
    int here = 0, there = 0;
    for (int i = 0; i < parent->children.n; i++) {
        const struct object *child = parent->children.item[i];
        if (child->kind != desired->kind || (child->name && !child->name_invented) ||
            !is_single(child, desired->parent))
            continue;
        found = child;
        here++;
    }
    for (int i = 0; i < desired->parent->children.n; i++) {
        const struct object *sibling = desired->parent->children.item[i];
        there += sibling->kind == desired->kind && is_single(sibling, parent);
    }
    return here == 1 && there == 1 ? found : NULL;
}

static const struct object *match_of(const struct object *desired, const struct object *parent)
{
    unsigned marks = kind_table[desired->kind].marks;
    if (marks & KIND_PART)
        return child_at(parent, desired->kind, rank_of(desired));
    const struct object *named = desired->name ? object_child(parent, desired->kind, desired->name) : NULL;
    if (named || !(marks & KIND_CONTENT))
        return named;
    for (int i = 0; i < parent->children.n; i++) {
        const struct object *child = parent->children.item[i];
        if (child->kind == desired->kind && printed_alike(child, desired))
            return child;
    }
    return only_unnamed(parent, desired);
}

/* Tables and views are what a plan is about; what hangs on them follows. */
static bool is_left_out(const struct carrying *carrying, const struct object *object)
{
    if (!carrying->trusted || !object->name || object->kind == KIND_SCHEMA || object->parent->kind != KIND_SCHEMA)
        return false;
    const char *name = text_lower(carrying->mem, object->name);
    return !names_have(carrying->only, name) || names_have(carrying->never, name);
}

static void carry_object(const struct carrying *carrying, struct object *to, const struct object *from)
{
    if (is_left_out(carrying, to))
        return;
    carry_fields(carrying, to, from);
    for (int i = 0; i < to->children.n; i++) {
        struct object *child = to->children.item[i];
        const struct object *match = match_of(child, from);
        if (match)
            carry_object(carrying, child, match);
    }
}

void memory_carry(struct arena *mem, struct tree *to, const struct tree *from)
{
    struct carrying carrying = {.mem = mem};
    carry_object(&carrying, to->root, from->root);
}

/* ---- what files do ---- */

bool memory_is_later(const struct session *session, const struct migration *migration, int64_t since)
{
    for (int i = 0; i < session->ran.n; i++)
        if (session->ran.item[i] == migration)
            return true;
    return migration->number > since && applied_version(&session->applied, migration->number);
}

/* Adds what a file may have changed; false if it may have changed anything. */
static bool add_touched(struct ctx *ctx, const struct session *session, const struct migration *migration,
                        struct names *touched)
{
    const struct dialect *dialect = session->database->dialect;
    const unsigned char *marks = migration->marks[false];
    for (int i = 0; i < migration->up.n; i++) {
        const struct sql_piece *piece = &migration->up.piece[i];
        struct classified what;
        if (marks && marks[i] & STATEMENT_DATA)
            continue;
        classify(ctx->mem, dialect->classify, piece, &what);
        if (what.data_only || what.verb == VERB_COMMENT || what.verb == VERB_SET || what.verb == VERB_PRAGMA)
            continue;
        if (!what.name || (what.kind == KIND_INDEX && !what.table && what.verb != VERB_DROP))
            return false;
        const char *names[] = {what.name, what.table, what.new_name};
        for (int n = 0; n < 3; n++)
            if (names[n])
                names_add(ctx->mem, touched, text_lower(ctx->mem, names[n]));
    }
    return true;
}

struct later {
    const struct migration *migration;
    struct plan_note *note; /* NULL: written by hand, or edited since */
};

/* What was run after version `since`, newest first. */
static int find_later(struct ctx *ctx, const struct session *session, int64_t since, struct list *found)
{
    for (int i = session->folder->versioned.n - 1; i >= 0; i--) {
        const struct migration *migration = session->folder->versioned.item[i];
        struct plan_note *note = NULL;
        if (!memory_is_later(session, migration, since))
            continue;
        TRY(plan_note_read(ctx, migration, &note));
        struct later *later = NEW(ctx->mem, struct later);
        *later = (struct later){migration, note && note->trusted && note->written ? note : NULL};
        list_add(ctx->mem, found, later);
    }
    return 0;
}

/*
 * What files without a plan have touched: there, a plan's text and the server's may belong to different expressions.
 * False if that may be anything.
 */
static bool touched_by_hand(struct ctx *ctx, const struct session *session, const struct list *all,
                            struct names *touched)
{
    const struct list *repeatables[] = {&session->folder->always, &session->folder->on_change};
    bool known = true;
    for (int l = 0; l < 2; l++)
        for (int i = 0; i < repeatables[l]->n; i++)
            known = known && add_touched(ctx, session, repeatables[l]->item[i], touched);
    for (int i = 0; i < all->n; i++) {
        const struct later *later = all->item[i];
        known = known && (later->note || add_touched(ctx, session, later->migration, touched));
    }
    return known;
}

int memory_of_plans(struct ctx *ctx, struct session *session, int64_t since, struct tree *tree)
{
    struct list all = {0};
    struct names never = {0};
    if (session_translates(session)) /* their texts are of another engine */
        return 0;
    TRY(find_later(ctx, session, since, &all));
    if (!touched_by_hand(ctx, session, &all, &never))
        return 0;
    for (int i = 0; i < all.n; i++) {
        const struct later *later = all.item[i];
        struct names only = {0};
        if (!later->note || !add_touched(ctx, session, later->migration, &only))
            continue;
        struct carrying carrying = {.mem = ctx->mem, .trusted = true, .only = &only, .never = &never};
        carry_object(&carrying, tree->root, later->note->written->root);
        /* An older plan's text for the same table is out of date. */
        for (int n = 0; n < only.n; n++)
            names_add(ctx->mem, &never, only.item[n]);
    }
    return 0;
}
