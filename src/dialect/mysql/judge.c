/*
 * How the server spells things: they are made in a scratch database beside the one that is looked at, read back with the queries
 * of catalog/, and go with that database.  Nothing of the user's is touched or locked.
 *
 * DDL commits by itself, so there is no transaction to roll back.
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"
#include "dialect/mysql/schema.h"

/* What may be there when the migration runs: a table, a routine, a right, a sequence, the table of a foreign key. */
static bool is_missing(const struct my_conn *my)
{
    enum {
        ER_TABLEACCESS_DENIED = 1142,
        ER_NO_SUCH_TABLE = 1146,
        ER_SP_DOES_NOT_EXIST = 1305,
        ER_PROCACCESS_DENIED = 1370,
        ER_FK_CANNOT_OPEN_PARENT = 1824,
        ER_UNKNOWN_SEQUENCES = 4091
    };
    switch (mysql_errno(my->mysql)) {
    case ER_TABLEACCESS_DENIED:
    case ER_NO_SUCH_TABLE:
    case ER_SP_DOES_NOT_EXIST:
    case ER_PROCACCESS_DENIED:
    case ER_FK_CANNOT_OPEN_PARENT:
    case ER_UNKNOWN_SEQUENCES: return true;
    default: return false;
    }
}

/* The rest tells of the server and not of the statement: connections, disk, locks. */
static bool is_telling(const struct error *error)
{
    return text_starts(error->sqlstate, "42") || text_starts(error->sqlstate, "22") ||
           text_starts(error->sqlstate, "23") || text_equal(error->sqlstate, "HY000");
}

static struct declined *declined_add(struct ctx *ctx, struct judgement *judgement, struct statement_out *statement)
{
    struct declined *declined = NEW(ctx->mem, struct declined);
    *declined = (struct declined){.statement = statement, .error = ctx->error};
    list_add(ctx->mem, &judgement->refused, declined);
    ctx->error = (struct error){0};
    return declined;
}

/* Whose definer is not there: the server takes it, and nobody can use it.  A private server knows no users. */
static int definer_check(struct ctx *ctx, struct my_conn *scratch, struct statement_out *statement,
                         struct judgement *judgement)
{
    struct names said[MY_WARNINGS] = {0};
    if (scratch->server || !judgement->until_refused)
        return 0;
    TRY(my_warnings(ctx, scratch, said));
    if (!said[MY_NO_DEFINER].n)
        return 0;
    fail(ctx, ERR_SQL, "%s", said[MY_NO_DEFINER].item[0]);
    fail_hint(ctx, "Make that user, or leave DEFINER out: then it is whoever migrates. With --normalise offline it is "
                   "written all the same, for a server that has the user.");
    struct declined *declined = declined_add(ctx, judgement, statement);
    declined->useless = declined->telling = true;
    return 0;
}

static int statement_try(struct ctx *ctx, struct conn *scratch, struct statement_out *statement,
                         struct judgement *judgement)
{
    struct my_conn *my = (struct my_conn *)scratch;
    int code = judgement->online ? my_online_try(ctx, scratch, statement) : my_exec(ctx, scratch, statement->sql);
    if (code == 0)
        return definer_check(ctx, my, statement, judgement);
    if (code != ERR_SQL)
        return code;
    struct declined *declined = declined_add(ctx, judgement, statement);
    declined->missing = is_missing(my);
    declined->telling = !declined->missing && is_telling(&declined->error);
    return 0;
}

static int make_and_read(struct ctx *ctx, struct conn *scratch, struct judgement *judgement)
{
    for (int i = 0; i < judgement->statements->n && !(judgement->until_refused && judgement->refused.n); i++)
        TRY(statement_try(ctx, scratch, judgement->statements->item[i], judgement));
    return judgement->until_refused ? 0 : my_load(ctx, scratch, NULL, &judgement->tree);
}

static int in_scratch(struct ctx *ctx, struct conn *conn, struct judgement *judgement,
                      int (*work)(struct ctx *, struct conn *, struct judgement *))
{
    const struct scratch_spec spec = {.near = &((struct my_conn *)conn)->url};
    struct conn *scratch = NULL;
    int code = conn->dialect->driver->scratch(ctx, &spec, &scratch);
    if (code == ERR_UNSUPPORTED) /* neither here nor on a private server */
        ctx->error.code = code = ERR_SQL;
    TRY(code);
    code = work(ctx, scratch, judgement);
    struct error error = ctx->error;
    conn_close(&scratch);
    ctx->error = error;
    return code;
}

int my_judge(struct ctx *ctx, struct conn *conn, struct judgement *judgement)
{
    TRY(in_scratch(ctx, conn, judgement, make_and_read));
    return my_online_has_joined(judgement) ? in_scratch(ctx, conn, judgement, my_online_prove) : 0;
}
