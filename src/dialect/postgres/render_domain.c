/*
 * Domains.  All but the base type and its collation can be changed in place; for another of these a new domain comes under
 * the old name (render_type.c), with the conditions that have no step of their own.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static const struct object *check_at(const struct object *domain, int i)
{
    const struct object *check = domain->children.item[i];
    return check->apart || check->made ? NULL : check;
}

static bool is_not_valid(const struct object *check)
{
    return ((const struct check *)check)->not_valid;
}

/* What is of another domain takes over the default of that unless it says its own. */
static bool is_of_domain(const struct render *render, const struct domain *domain)
{
    struct pg_type type;
    return pg_type_read(render->mem, domain->type, &type) && !type.known && !type.array &&
           tree_find(render->after, KIND_DOMAIN, type.schema, type.name);
}

static void create_domain(struct render *render, const struct domain *domain)
{
    struct buf out = pg_begin(render, "CREATE DOMAIN ");
    pg_top(&out, &domain->object);
    buf_addf(&out, " AS %s", domain->type);
    if (domain->collation) {
        buf_add(&out, " COLLATE ");
        pg_collation_add(&out, domain->collation);
    }
    if (pg_expr_said(&domain->default_value)) {
        buf_add(&out, " DEFAULT ");
        pg_default_text(&out, expr_text(&domain->default_value));
    } else if (is_of_domain(render, domain))
        buf_add(&out, " DEFAULT NULL");
    if (!domain->nullable)
        buf_add(&out, " NOT NULL");
    for (int i = 0; i < domain->object.children.n; i++) {
        const struct object *check = check_at(&domain->object, i);
        if (!check || is_not_valid(check))
            continue;
        buf_add(&out, "\n    ");
        pg_constraint_text(&out, check);
    }
    render_statement(render, &out);
    for (int i = 0; i < domain->object.children.n; i++) {
        struct object *check = domain->object.children.item[i];
        if (check_at(&domain->object, i) && is_not_valid(check))
            pg_constraint_create(render, &(struct change){.op = CHANGE_CREATE, .kind = KIND_CHECK, .after = check});
        else if (check_at(&domain->object, i))
            pg_constraint_after(render, check);
    }
    if (domain->comment)
        pg_type_comment(render, &domain->object, domain->comment);
}

int pg_domain_create(struct render *render, const struct change *change)
{
    create_domain(render, (const struct domain *)change->after);
    return 0;
}

static void alter_simple(struct render *render, const struct domain *domain, const char *what)
{
    struct buf out = pg_alter_top(render, &domain->object);
    buf_add(&out, what);
    render_statement(render, &out);
}

int pg_domain_alter(struct render *render, const struct change *change)
{
    const struct domain *domain = (const struct domain *)change->after;
    const char *value = expr_text(&domain->default_value);
    if (change_has(change, DOMAIN_type) || change_has(change, DOMAIN_collation)) {
        pg_type_step_aside(render, change->after);
        create_domain(render, domain);
        return 0;
    }
    if (change_has(change, DOMAIN_default_value))
        alter_simple(render, domain, value ? arena_printf(render->mem, "SET DEFAULT %s", value) : "DROP DEFAULT");
    if (change_has(change, DOMAIN_nullable))
        alter_simple(render, domain, domain->nullable ? "DROP NOT NULL" : "SET NOT NULL");
    if (change_has(change, DOMAIN_comment))
        pg_type_comment(render, change->after, domain->comment);
    return 0;
}
