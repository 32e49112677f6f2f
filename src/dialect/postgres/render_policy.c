/*
 * Row-level security policies.  ALTER POLICY can change whom one is about and what it says, but not take away a condition: one
 * that loses it is replaced (effects.c).
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static void policy_comment(struct render *render, const struct policy *policy)
{
    struct buf name = pg_name_on(render, &policy->object);
    pg_comment(render, "POLICY", &name, policy->comment);
}

static void roles_add(struct buf *out, const struct names *roles)
{
    buf_add(out, roles->n ? " TO " : " TO PUBLIC");
    for (int i = 0; i < roles->n; i++) {
        buf_add(out, i ? ", " : "");
        pg_ident_add(out, roles->item[i]);
    }
}

static void condition_add(struct buf *out, const char *words, const struct expr *condition)
{
    if (!pg_expr_said(condition))
        return;
    buf_add(out, words);
    pg_wrapped(out, expr_text(condition));
}

int pg_policy_create(struct render *render, const struct change *change)
{
    const struct policy *policy = (const struct policy *)change->after;
    struct buf out = pg_begin(render, "CREATE POLICY ");
    buf_add(&out, pg_name_on(render, change->after).data);
    buf_add(&out, policy->restrictive ? " AS RESTRICTIVE" : "");
    if (!text_equal(policy->command, "ALL"))
        buf_addf(&out, " FOR %s", policy->command);
    if (policy->roles.n)
        roles_add(&out, &policy->roles);
    condition_add(&out, " USING ", &policy->using);
    condition_add(&out, " WITH CHECK ", &policy->with_check);
    render_statement(render, &out);
    if (policy->comment)
        policy_comment(render, policy);
    return 0;
}

int pg_policy_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_begin_drop(render, "DROP POLICY ", change->before);
    buf_add(&out, pg_name_on(render, change->before).data);
    render_statement(render, &out);
    return 0;
}

int pg_policy_alter(struct render *render, const struct change *change)
{
    const struct policy *policy = (const struct policy *)change->after;
    struct buf out = pg_begin(render, "ALTER POLICY "), name = pg_name_on(render, change->after);
    buf_add(&out, name.data);
    if (change_has(change, POLICY_roles))
        roles_add(&out, &policy->roles);
    if (change_has(change, POLICY_using))
        condition_add(&out, " USING ", &policy->using);
    if (change_has(change, POLICY_with_check))
        condition_add(&out, " WITH CHECK ", &policy->with_check);
    if (change_has(change, POLICY_roles) || change_has(change, POLICY_using) || change_has(change, POLICY_with_check))
        render_statement(render, &out);
    if (change_has(change, POLICY_comment))
        policy_comment(render, policy);
    return 0;
}

int pg_policy_rename(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "ALTER POLICY ");
    buf_add(&out, pg_name_on(render, change->before).data);
    buf_add(&out, " RENAME TO ");
    pg_ident_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}
