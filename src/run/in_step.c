/*
 * `keep_in_step: alembic`: while a team changes over, every step that records a revision of Alembic's as applied, or forgets it, is
 * followed by what alembic_version says then, in the same transaction.  There a row stands for a revision that no other applied one
 * comes after; which come after which, `depends_on` of the files that `adopt` wrote says.
 */
#include "base/text.h"
#include "migration/format.h"
#include "run/parts.h"

static const struct format *format_kept(const struct session *session)
{
    const struct format *format = NULL;
    for (int i = 0; session->database->keep_in_step && format_table[i]; i++)
        if (text_equal(format_table[i]->name, session->database->keep_in_step))
            format = format_table[i];
    return format;
}

int in_step_prepare(struct ctx *ctx, struct session *session)
{
    const struct format *format = format_kept(session);
    bool exists;
    if (!format)
        return 0;
    TRY(state_has(ctx, &session->state, format->table, &exists));
    if (exists)
        return 0;
    emit_info(ctx, "keep_in_step: %s has no table %s yet, so it is made", session->conn->target, format->table);
    return conn_exec(ctx, session->conn, format->create);
}

static void literals_add(struct buf *out, const struct session *session, const struct names *texts)
{
    for (int i = 0; i < texts->n; i++) {
        buf_add(out, i ? ", " : "");
        literal_add(out, session->conn->dialect->ident, texts->item[i]);
    }
}

static struct names parents_of(struct ctx *ctx, const struct format *format, const struct migration *migration)
{
    struct names parents = {0};
    for (int i = 0; i < migration->needs.n; i++) {
        const char *id = adopted_id(migration->needs.item[i], format);
        if (id)
            names_add(ctx->mem, &parents, id);
    }
    return parents;
}

/* Versions of those that come after `parent`, too. */
static struct names siblings_of(struct ctx *ctx, const struct session *session, const struct migration *parent,
                                const struct migration *child)
{
    struct names versions = {0};
    for (int i = 0; i < session->folder->versioned.n; i++) {
        const struct migration *other = session->folder->versioned.item[i];
        for (int k = 0; k < other->needs.n && other != child; k++)
            if (other->needs.item[k] == parent)
                names_add(ctx->mem, &versions, other->version);
    }
    return versions;
}

static struct batch_step step_of(struct ctx *ctx, const struct session *session, const struct buf *sql)
{
    const char *text = state_sql(ctx, &session->state, sql->data, format_kept(session)->table);
    return (struct batch_step){text, strlen(text), NULL};
}

static int up_steps(struct ctx *ctx, const struct session *session, const struct names *parents, const char *id,
                    struct batch_step *step)
{
    struct names ids = {0}, gone = {0};
    struct buf out, in;
    names_add(ctx->mem, &ids, id);
    for (int i = 0; i < parents->n; i++)
        names_add(ctx->mem, &gone, parents->item[i]);
    names_add(ctx->mem, &gone, id); /* it may be there already */
    buf_init(&out, ctx->mem);
    buf_add(&out, "DELETE FROM @t WHERE version_num IN (");
    literals_add(&out, session, &gone);
    buf_add(&out, ")");
    buf_init(&in, ctx->mem);
    buf_add(&in, "INSERT INTO @t (version_num) VALUES (");
    literals_add(&in, session, &ids);
    buf_add(&in, ")");
    step[0] = step_of(ctx, session, &out);
    step[1] = step_of(ctx, session, &in);
    return 2;
}

struct back {
    struct ctx *ctx;
    const struct session *session;
    const struct migration *child; /* that is forgotten */
    struct buf in;
};

/* A parent stands for itself again, unless another that comes after it is applied. */
static void parent_add(struct back *back, const struct migration *parent, const char *id)
{
    struct buf *in = &back->in;
    const struct state *state = &back->session->state;
    const struct names siblings = siblings_of(back->ctx, back->session, parent, back->child);
    buf_add(in, in->len ? " UNION ALL " : "INSERT INTO @t (version_num) ");
    buf_add(in, "SELECT v FROM (SELECT ");
    literal_add(in, back->session->conn->dialect->ident, id);
    buf_add(in, " AS v) AS one");
    if (!siblings.n)
        return;
    const char *ours = state_sql(back->ctx, state, "@t", state->migration_table);
    buf_addf(in, " WHERE NOT EXISTS (SELECT 1 FROM %s WHERE version IN (", ours);
    literals_add(in, back->session, &siblings);
    buf_add(in, "))");
}

static int down_steps(struct back *back, const struct format *format, struct batch_step *step)
{
    const struct migration *migration = back->child;
    struct buf out;
    buf_init(&out, back->ctx->mem);
    buf_add(&out, "DELETE FROM @t WHERE version_num = ");
    literal_add(&out, back->session->conn->dialect->ident, adopted_id(migration, format));
    step[0] = step_of(back->ctx, back->session, &out);
    buf_init(&back->in, back->ctx->mem);
    for (int i = 0; i < migration->needs.n; i++) {
        const char *id = adopted_id(migration->needs.item[i], format);
        if (id)
            parent_add(back, migration->needs.item[i], id);
    }
    if (back->in.len)
        step[1] = step_of(back->ctx, back->session, &back->in);
    return back->in.len ? 2 : 1;
}

int in_step_add(struct ctx *ctx, const struct session *session, const struct migration *migration, bool down,
                struct batch_step *step)
{
    const struct format *format = format_kept(session);
    const char *id = format && migration->type == MIGRATION_VERSIONED ? adopted_id(migration, format) : NULL;
    if (!id)
        return 0;
    const struct names parents = parents_of(ctx, format, migration);
    struct back back = {.ctx = ctx, .session = session, .child = migration};
    return down ? down_steps(&back, format, step) : up_steps(ctx, session, &parents, id, step);
}
