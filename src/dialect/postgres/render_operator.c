/*
 * Operators and their families.  Two that are each other's commutator or negator name each other, and are made in any order: the server makes a
 * shell of the one that is not there yet, fills it when that is made, and lets go of it when that is dropped (a shell that
 * nobody fills is not a link).  So a link that
 * differs because the other one comes or goes is the server's own work; of the rest, what is new can be set since 17, and
 * nothing can be taken back.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

void pg_operator_name(struct buf *out, const struct object *object)
{
    const struct operation *it = (const struct operation *)object;
    if (*object_schema(object)) {
        pg_ident_add(out, object_schema(object));
        buf_add(out, ".");
    }
    buf_addf(out, "%s (%s)", it->called, names_join(out->mem, &it->arguments, ", "));
}

/* ---- who is meant by a link ---- */

/* "===" or "OPERATOR(app.===)" */
static bool is_spelled(struct arena *mem, const struct operation *other, const char *link)
{
    struct buf out;
    if (text_equal(link, other->called))
        return true;
    buf_init(&out, mem);
    buf_add(&out, "OPERATOR(");
    pg_ident_add(&out, object_schema(&other->object));
    buf_addf(&out, ".%s)", other->called);
    return text_equal(link, out.data);
}

static bool has_sides(const struct operation *other, const struct operation *of, bool exchanged)
{
    const struct names *a = &other->arguments, *b = &of->arguments;
    return a->n == 2 && b->n == 2 && text_equal(a->item[0], b->item[exchanged]) &&
           text_equal(a->item[1], b->item[!exchanged]);
}

static const struct object *link_find(struct arena *mem, const struct tree *tree, const struct operation *of,
                                      const char *link, bool exchanged)
{
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        const struct operation *other = (const struct operation *)o;
        if (o->kind == KIND_OPERATOR && has_sides(other, of, exchanged) && is_spelled(mem, other, link))
            return o;
    }
    return NULL;
}

/* ---- what can be done in place ---- */

struct two {
    struct arena *mem;
    const struct tree *tree_before, *tree_after;
    const struct operation *before, *after;
    int version;
};

/* A link to what goes: the server lets go of it. */
static bool link_goes(const struct two *two, const char *link, bool exchanged)
{
    const struct object *other = link_find(two->mem, two->tree_before, two->before, link, exchanged);
    return other && !other->peer;
}

/* A link to what comes is set by that. */
static bool link_comes(const struct two *two, const char *link, bool exchanged)
{
    const struct object *other = link_find(two->mem, two->tree_after, two->after, link, exchanged);
    return other && !other->peer;
}

static bool link_is_set(const struct two *two, const char *was, const char *is, bool exchanged)
{
    if (text_equal(was, is) || !is)
        return text_equal(was, is) || link_goes(two, was, exchanged);
    return !was && link_comes(two, is, exchanged);
}

/* ALTER OPERATOR SET can say it. */
static bool link_can_be(const struct two *two, const char *was, const char *is, bool exchanged)
{
    bool added = two->version >= 170000 && !was && is;
    return added || link_is_set(two, was, is, exchanged);
}

static bool flag_can_be(const struct two *two, bool was, bool is)
{
    return was == is || (is && two->version >= 170000);
}

bool pg_operator_is_remade(const struct effect_case *effect)
{
    const struct operation *before = (const struct operation *)effect->change->before;
    const struct operation *after = (const struct operation *)effect->change->after;
    const struct two two = {effect->mem, effect->changes->before, effect->changes->after, before,
                            after,       effect->target->version};
    return !(link_can_be(&two, before->commutator, after->commutator, true) &&
             link_can_be(&two, before->negator, after->negator, false) &&
             flag_can_be(&two, before->hashes, after->hashes) && flag_can_be(&two, before->merges, after->merges));
}

/* ---- statements ---- */

static void option_add(struct buf *out, const char *word, const char *value)
{
    if (value)
        buf_addf(out, ", %s = %s", word, value);
}

int pg_operator_create(struct render *render, const struct change *change)
{
    const struct operation *after = (const struct operation *)change->after;
    const char *text = text_trim(render->mem, expr_text(&after->definition));
    struct buf out = pg_begin(render, arena_copy(render->mem, text, strlen(text) - strlen(")")));
    option_add(&out, "commutator", after->commutator);
    option_add(&out, "negator", after->negator);
    option_add(&out, "restrict", after->restrict_estimator);
    option_add(&out, "join", after->join_estimator);
    buf_add(&out, after->hashes ? ", hashes" : "");
    buf_add(&out, after->merges ? ", merges" : "");
    buf_add(&out, ")");
    render_statement(render, &out);
    if (after->comment)
        pg_defined_comment(render, &after->object);
    return 0;
}

int pg_operator_alter(struct render *render, const struct change *change)
{
    const struct operation *before = (const struct operation *)change->before;
    const struct operation *after = (const struct operation *)change->after;
    const struct two two = {render->mem, render->before, render->after, before, after, render->target->version};
    struct names said = {0};
    if (change_has(change, OPERATOR_restrict_estimator))
        names_add(
            render->mem, &said,
            arena_printf(render->mem, "RESTRICT = %s", after->restrict_estimator ? after->restrict_estimator : "NONE"));
    if (change_has(change, OPERATOR_join_estimator))
        names_add(render->mem, &said,
                  arena_printf(render->mem, "JOIN = %s", after->join_estimator ? after->join_estimator : "NONE"));
    if (change_has(change, OPERATOR_commutator) && !link_is_set(&two, before->commutator, after->commutator, true))
        names_add(render->mem, &said, arena_printf(render->mem, "COMMUTATOR = %s", after->commutator));
    if (change_has(change, OPERATOR_negator) && !link_is_set(&two, before->negator, after->negator, false))
        names_add(render->mem, &said, arena_printf(render->mem, "NEGATOR = %s", after->negator));
    if (after->hashes && !before->hashes)
        names_add(render->mem, &said, "HASHES");
    if (after->merges && !before->merges)
        names_add(render->mem, &said, "MERGES");
    if (said.n) {
        struct buf out = pg_defined_alter_begin(render, change->after);
        buf_addf(&out, " SET (%s)", names_join(render->mem, &said, ", "));
        render_statement(render, &out);
    }
    return pg_defined_alter(render, change);
}

/* ---- families ---- */

static void members_statement(struct render *render, const struct object *family, const char *verb,
                              const struct names *members)
{
    if (!members->n)
        return;
    struct buf out = pg_defined_alter_begin(render, family);
    buf_addf(&out, " %s %s", verb, names_join(render->mem, members, ", "));
    render_statement(render, &out);
}

/* "OPERATOR 1 (integer,bigint)" of "OPERATOR 1 <(integer,bigint)", "FUNCTION 1 (integer, bigint)" of that with a function after it. */
static const char *member_place(struct arena *mem, const char *member)
{
    const char *number = strchr(member, ' ') + 1, *end = strchr(number, ' ');
    const char *types = strchr(end, '('), *close = strchr(types, ')');
    return arena_printf(mem, "%.*s %.*s", (int)(end - member), member, (int)(close + 1 - types), types);
}

int pg_family_create(struct render *render, const struct change *change)
{
    TRY(pg_defined_create(render, change));
    members_statement(render, change->after, "ADD", &((const struct operator_family *)change->after)->members);
    return 0;
}

int pg_family_alter(struct render *render, const struct change *change)
{
    const struct names *before = &((const struct operator_family *)change->before)->members;
    const struct names *after = &((const struct operator_family *)change->after)->members;
    struct names gone = {0}, added = {0};
    for (int i = 0; i < before->n; i++)
        if (!names_have(after, before->item[i]))
            names_add(render->mem, &gone, member_place(render->mem, before->item[i]));
    for (int i = 0; i < after->n; i++)
        if (!names_have(before, after->item[i]))
            names_add(render->mem, &added, after->item[i]);
    members_statement(render, change->after, "DROP", &gone);
    members_statement(render, change->after, "ADD", &added);
    return pg_defined_alter(render, change);
}
