/*
 * Whose an object is, and what others may do with it: only where the configuration says that the project manages that, else
 * nothing is said of it.
 *
 * Rights are texts as they stand in a GRANT, "SELECT TO app WITH GRANT OPTION"; what the owner may do is not among them. They
 * are compared as sets, and a difference is a GRANT or a REVOKE. What is given is given in the name of the owner.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static const char with_option[] = " WITH GRANT OPTION";

static int field_of(const struct object *object, unsigned mark)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].marks & mark)
            return i;
    return -1;
}

static const struct names *rights_of(const struct object *object)
{
    static const struct names none;
    int field = object ? field_of(object, FIELD_GRANTS) : -1;
    return field >= 0 && object_says(object, field) ? object_field(object, field) : &none;
}

static bool is_function(const struct object *object)
{
    return object->kind == KIND_FUNCTION;
}

static const char *called(struct arena *mem, const struct target *target, const struct object *object)
{
    struct buf out;
    buf_init(&out, mem);
    if (is_function(object))
        pg_call(&out, (const struct function *)object, ((const struct function *)object)->called);
    else if (kind_is(object->kind, KIND_IS_DEFINED))
        pg_defined_name(&out, object);
    else if (object->kind == KIND_SCHEMA)
        pg_ident_add(&out, *object->name ? object->name : target_usual(target));
    else
        pg_top(&out, object_top(object));
    return out.data;
}

/* "TABLE", as GRANT and as ALTER call it. */
static const char *word_of(const struct object *object, bool grant)
{
    if (is_function(object))
        return pg_is_procedure((const struct function *)object) ? "PROCEDURE" : "FUNCTION";
    if (object->kind == KIND_COLUMN)
        return "TABLE";
    if (object->kind == KIND_VIEW)
        return grant ? "TABLE" : ((const struct view *)object)->materialized ? "MATERIALIZED VIEW" : "VIEW";
    if (grant && (object->kind == KIND_SERVER || object->kind == KIND_WRAPPER))
        return object->kind == KIND_SERVER ? "FOREIGN SERVER" : "FOREIGN DATA WRAPPER";
    return grant && kind_is(object->kind, KIND_IS_TYPE) ? "TYPE" : kind_table[object->kind].sql;
}

/* ---- rights ---- */

static const char *tail_of(const char *right)
{
    const char *to = strstr(right, " TO ");
    return to ? to : "";
}

static const char *privilege_of(struct arena *mem, const struct object *object, const char *right)
{
    struct buf out;
    buf_init(&out, mem);
    buf_add(&out, arena_copy(mem, right, strlen(right) - strlen(tail_of(right))));
    if (object->kind == KIND_COLUMN) {
        buf_add(&out, " (");
        pg_ident_add(&out, object->name);
        buf_add(&out, ")");
    }
    return out.data;
}

static void right_statement(struct render *render, const struct object *object, bool grant, const char *privileges,
                            const char *tail)
{
    struct buf out = pg_begin(render, grant ? "GRANT " : "REVOKE ");
    buf_addf(&out, "%s ON %s %s", privileges, word_of(object, true), called(render->mem, render->target, object));
    if (grant)
        buf_add(&out, tail);
    else {
        const char *who = tail + strlen(" TO ");
        size_t length = strlen(who) - (text_ends(who, with_option) ? strlen(with_option) : 0);
        buf_addf(&out, " FROM %.*s", (int)length, who);
    }
    render_statement(render, &out);
}

/* Itself, or with the option to pass it on. */
static bool has_right(struct arena *mem, const struct names *rights, const char *right, bool or_more)
{
    return names_have(rights, right) || (or_more && names_have(rights, arena_printf(mem, "%s%s", right, with_option)));
}

/* Those of `some` that `others` lack, a statement for each whom they are about. */
static void rights_statements(struct render *render, const struct object *object, bool grant, const struct names *some,
                              const struct names *others)
{
    struct names tails = {0};
    for (int i = 0; i < some->n; i++)
        if (!has_right(render->mem, others, some->item[i], !grant) && !names_have(&tails, tail_of(some->item[i])))
            names_add(render->mem, &tails, tail_of(some->item[i]));
    for (int k = 0; k < tails.n; k++) {
        struct names privileges = {0};
        for (int i = 0; i < some->n; i++)
            if (!has_right(render->mem, others, some->item[i], !grant) &&
                text_equal(tail_of(some->item[i]), tails.item[k]))
                names_add(render->mem, &privileges, privilege_of(render->mem, object, some->item[i]));
        right_statement(render, object, grant, names_join(render->mem, &privileges, ", "), tails.item[k]);
    }
}

/* "SELECT TO app" of "GRANT SELECT ON TABLES TO app"; NULL: it is about other things, or about what others make. */
static const char *default_right(struct arena *mem, const struct object *object, const char *given)
{
    static const char start[] = "GRANT ";
    const char *on = strstr(given, " ON "), *to = strstr(given, " TO ");
    const char *what = kind_is(object->kind, KIND_HAS_COLUMNS) ? " ON TABLES TO "
                       : kind_is(object->kind, KIND_COUNTER)   ? " ON SEQUENCES TO "
                       : is_function(object)                   ? " ON FUNCTIONS TO "
                                                               : " ON TYPES TO ";
    if (!text_starts(given, start) || !on || !text_starts(on, what))
        return NULL;
    const char *privilege = given + strlen(start);
    return arena_printf(mem, "%.*s%s", (int)(on - privilege), privilege, to);
}

/* What others have of a new one as soon as it is made. */
static struct names usual_rights(const struct render *render, const struct object *object)
{
    struct names usual = {0};
    const struct schema *schema =
        (const struct schema *)object_child(render->before->root, KIND_SCHEMA, object_schema(object));
    if (is_function(object))
        names_add(render->mem, &usual, "EXECUTE TO PUBLIC");
    else if (kind_is(object->kind, KIND_IS_TYPE))
        names_add(render->mem, &usual, "USAGE TO PUBLIC");
    if (!schema || object->kind == KIND_SCHEMA || object->kind == KIND_COLUMN)
        return usual;
    for (int i = 0; i < schema->default_grants.n; i++) {
        const char *right = default_right(render->mem, object, schema->default_grants.item[i]);
        if (right && !names_have(&usual, right))
            names_add(render->mem, &usual, right);
    }
    return usual;
}

/* A REVOKE about a whole table takes the same right on its columns along. */
static void columns_again(struct render *render, const struct object *table, const struct names *before,
                          const struct names *after)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *column = table->children.item[i];
        const struct names *rights = rights_of(column);
        struct names taken = {0}, stay = {0};
        for (int k = 0; column->kind == KIND_COLUMN && column->peer && k < before->n; k++)
            if (!names_have(after, before->item[k]))
                names_add(render->mem, &taken, before->item[k]);
        for (int k = 0; k < rights->n; k++)
            if (!names_have(&taken, rights->item[k]) || !names_have(rights_of(column->peer), rights->item[k]))
                names_add(render->mem, &stay, rights->item[k]);
        rights_statements(render, column, true, rights, &stay);
    }
}

/* ---- rights on what is to be made ---- */

static void defaults_statement(struct render *render, const struct schema *schema, const char *right, bool grant)
{
    const char *verb = strstr(right, "GRANT ");
    struct buf out = pg_begin(render, "ALTER DEFAULT PRIVILEGES ");
    if (!verb)
        return;
    buf_add(&out, arena_copy(render->mem, right, (size_t)(verb - right)));
    buf_addf(&out, "IN SCHEMA %s ", called(render->mem, render->target, &schema->object));
    if (grant)
        buf_add(&out, verb);
    else {
        const char *what = verb + strlen("GRANT "), *to = strstr(what, " TO ");
        size_t length = strlen(to) - (text_ends(to, with_option) ? strlen(with_option) : 0) - strlen(" TO ");
        buf_addf(&out, "REVOKE %.*s FROM %.*s", (int)(to - what), what, (int)length, to + strlen(" TO "));
    }
    render_statement(render, &out);
}

/* When all else is made: what the plan makes has the rights that are wanted for it. */
int pg_schema_finish(struct render *render, const struct change *change)
{
    static const struct names none;
    const struct schema *before = (const struct schema *)change->before, *after = (const struct schema *)change->after;
    const struct names *was = before ? &before->default_grants : &none, *is = &after->default_grants;
    for (int i = 0; i < was->n; i++)
        if (!names_have(is, was->item[i]))
            defaults_statement(render, after, was->item[i], false);
    for (int i = 0; i < is->n; i++)
        if (!names_have(was, is->item[i]))
            defaults_statement(render, after, is->item[i], true);
    return 0;
}

/* ---- steps ---- */

static void owner_statement(struct render *render, const struct object *object, const char *owner)
{
    struct buf out = pg_begin(render, "ALTER ");
    buf_addf(&out, "%s %s OWNER TO %s", word_of(object, false), called(render->mem, render->target, object),
             owner ? owner : "CURRENT_USER");
    render_statement(render, &out);
}

static const char *owner_of(const struct object *object)
{
    int field = field_of(object, FIELD_OWNER);
    return field >= 0 && object_says(object, field) ? *(const char *const *)object_field(object, field) : NULL;
}

static void access_create(struct render *render, const struct object *object)
{
    int grants = field_of(object, FIELD_GRANTS);
    const struct names usual = usual_rights(render, object), *rights = rights_of(object);
    if (owner_of(object))
        owner_statement(render, object, owner_of(object));
    if (grants >= 0 && object_says(object, grants)) {
        rights_statements(render, object, false, &usual, rights);
        rights_statements(render, object, true, rights, &usual);
    }
    for (int i = 0; object->kind == KIND_TABLE && i < object->children.n; i++)
        rights_statements(render, object->children.item[i], true, rights_of(object->children.item[i]),
                          &(struct names){0});
}

static bool owner_changes(const struct object *object)
{
    return object->peer && !text_equal(owner_of(object), owner_of(object->peer));
}

/* The server hands what an owner has on columns on to the next one, so that is said again with the table. */
static void columns_rights(struct render *render, const struct object *table, bool grant)
{
    static const struct names none;
    for (int i = 0; i < table->children.n; i++) {
        const struct object *column = table->children.item[i];
        if (column->kind != KIND_COLUMN)
            continue;
        if (grant)
            rights_statements(render, column, true, rights_of(column), &none);
        else if (column->peer)
            rights_statements(render, column, false, rights_of(column->peer), rights_of(column));
    }
}

static bool both_say(const struct object *before, const struct object *after, int field)
{
    return field >= 0 && object_says(before, field) && object_says(after, field);
}

/* What is taken away goes first: a role that has rights and becomes the owner would lose its own. */
static void access_alter(struct render *render, const struct object *before, const struct object *object)
{
    const struct names *was = rights_of(before), *is = rights_of(object);
    bool table = object->kind == KIND_TABLE;
    bool others = both_say(before, object, field_of(object, FIELD_GRANTS)) && !names_equal(was, is);
    bool another =
        both_say(before, object, field_of(object, FIELD_OWNER)) && !text_equal(owner_of(before), owner_of(object));
    if (others)
        rights_statements(render, object, false, was, is);
    if (others && table && !another)
        columns_again(render, object, was, is);
    if (another && table)
        columns_rights(render, object, false);
    if (another)
        owner_statement(render, object, owner_of(object));
    if (another && table)
        columns_rights(render, object, true);
    if (others)
        rights_statements(render, object, true, is, was);
}

/* What is made again has all that it had here by now (keep.c), be it that only this database gave it. */
void pg_access(struct render *render, const struct change *step)
{
    bool promised = kind_is(step->kind, KIND_PROMISED);
    if (promised && step->finish)
        return; /* a shell has no owner that can change, and forgets its rights */
    if (promised && step->op == CHANGE_FINISH)
        access_create(render, step->after);
    bool again = step->op == CHANGE_CREATE && step->replaced && step->after->peer;
    if (again)
        access_alter(render, step->after->peer, step->after);
    else if (step->op == CHANGE_CREATE)
        access_create(render, step->after);
    else if (step->op == CHANGE_ALTER && !(step->kind == KIND_COLUMN && owner_changes(step->after->parent)))
        access_alter(render, step->before, step->after);
}
