/*
 * The gentlest ALGORITHM and LOCK for each change of a table, as the server says by taking it on an empty copy.
 *
 * A statement that is not done in an instant as a whole is tried clause by clause, so that one clause for which the table is
 * copied does not take the others along.  Neighbours with the same answer are joined again, and so is all from the first clause
 * that copies to the last, because a table is copied once.  What came of that is tried a second time, on new copies.
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"
#include "dialect/mysql/schema.h"

/* Not for this clause, or not known to this server: INSTANT came with MySQL 8.0.12. */
static bool is_too_gentle(const struct conn *scratch)
{
    enum {
        ER_UNKNOWN_ALTER_ALGORITHM = 1800,
        ER_ALTER_OPERATION_NOT_SUPPORTED = 1845,
        ER_ALTER_OPERATION_NOT_SUPPORTED_REASON = 1846
    };
    unsigned code = mysql_errno(((const struct my_conn *)scratch)->mysql);
    return code == ER_UNKNOWN_ALTER_ALGORITHM || code == ER_ALTER_OPERATION_NOT_SUPPORTED ||
           code == ER_ALTER_OPERATION_NOT_SUPPORTED_REASON;
}

/* Words after the head, where clauses of every kind may follow. */
static const char *with_form(struct arena *mem, const struct statement_out *statement, const char *form)
{
    return arena_printf(mem, "%s%s, %s", statement->head, form, statement->sql + strlen(statement->head));
}

/* As a whole; *form is what was taken, NULL: none. */
static int whole_try(struct ctx *ctx, struct conn *scratch, struct statement_out *statement, const char **form)
{
    const char *const *forms = scratch->dialect->online_forms;
    for (int i = 0; forms[i]; i++) {
        *form = forms[i];
        int code = my_exec(ctx, scratch, with_form(ctx->mem, statement, *form));
        if (code == 0)
            statement->sql = with_form(ctx->mem, statement, *form);
        if (code != ERR_SQL || !is_too_gentle(scratch))
            return code;
        statement->offline = ctx->error.message;
        ctx->error = (struct error){0};
    }
    *form = NULL;
    return my_exec(ctx, scratch, statement->sql);
}

static const struct change *change_at(const struct statement_out *statement, int at)
{
    return ((const struct clause_out *)statement->clauses.item[at])->change;
}

static bool is_replaced_by(const struct change *drop, const struct change *create)
{
    return drop->op == CHANGE_DROP && drop->replaced && create->replaced && drop->before->peer == create->after;
}

static bool is_about_needed(const struct change *change, const struct change *drop)
{
    for (const struct object *o = drop->before; o; o = object_next(drop->before, o))
        for (const struct edge *edge = o->needs; edge; edge = edge->next_need)
            if (edge->to == change->before)
                return true;
    return false;
}

/* What is replaced goes right before its successor comes, unless a clause in between changes what it is over. */
static void replacements_meet(struct arena *mem, struct list *clauses)
{
    for (int i = clauses->n - 1; i >= 0; i--) {
        struct clause_out *clause = clauses->item[i], *next = NULL;
        int to = i + 1;
        while (to < clauses->n && !is_replaced_by(clause->change, (next = clauses->item[to])->change) &&
               !is_about_needed(next->change, clause->change))
            to++;
        if (to == clauses->n || !is_replaced_by(clause->change, next->change))
            continue;
        list_remove(clauses, i);
        list_insert(mem, clauses, to - 1, clause);
    }
}

/* What comes in place of another, and all that one change says, stays together: a key is never away between two statements. */
static int inseparable_end(const struct statement_out *statement, int from)
{
    int end = from + 1;
    for (int i = from; i < end; i++)
        for (int k = end; k < statement->clauses.n; k++) {
            const struct change *change = change_at(statement, i), *later = change_at(statement, k);
            if (change == later || is_replaced_by(change, later))
                end = k + 1;
        }
    return end;
}

static struct statement_out *piece_of(struct arena *mem, const struct statement_out *statement, int from, int to)
{
    struct statement_out *piece = NEW(mem, struct statement_out);
    piece->head = statement->head;
    for (int i = from; i < to; i++)
        statement_clause_add(mem, piece, statement->clauses.item[i]);
    return piece;
}

struct answer {
    struct statement_out *piece;
    int from, to;     /* its clauses */
    const char *form; /* NULL: none */
};

/* The shortest piece that the server takes: a clause may need one that comes after it. */
static int piece_try(struct ctx *ctx, struct conn *scratch, const struct statement_out *statement,
                     struct answer *answer)
{
    int code = ERR_SQL;
    for (answer->to = answer->from; code == ERR_SQL && answer->to < statement->clauses.n;) {
        answer->to = inseparable_end(statement, answer->to);
        answer->piece = piece_of(ctx->mem, statement, answer->from, answer->to);
        ctx->error = (struct error){0};
        code = whole_try(ctx, scratch, answer->piece, &answer->form);
    }
    if (answer->form)
        answer->piece->offline = NULL;
    return code;
}

static void join(struct arena *mem, struct statement_out *statement, const struct list *answers)
{
    const struct answer *const *answer = (const struct answer *const *)answers->item;
    int copies_end = 0;
    for (int i = 0; i < answers->n; i++)
        copies_end = answer[i]->form ? copies_end : i + 1;
    for (int i = 0, end; i < answers->n; i = end) {
        const struct answer *first = answer[i];
        end = first->form ? i + 1 : copies_end;
        while (first->form && end < answers->n && text_equal(answer[end]->form, first->form))
            end++;
        struct statement_out *joined = first->piece;
        if (end > i + 1) {
            joined = piece_of(mem, statement, first->from, answer[end - 1]->to);
            joined->sql = first->form ? with_form(mem, joined, first->form) : joined->sql;
            joined->offline = first->piece->offline;
        }
        for (int k = i; end > i + 1 && k < end; k++)
            list_add(mem, &joined->instead, answer[k]->piece);
        list_add(mem, &statement->instead, joined);
    }
}

static int clauses_try(struct ctx *ctx, struct conn *scratch, struct statement_out *statement)
{
    struct list answers = {0};
    statement->clauses = list_duplicate(ctx->mem, &statement->clauses);
    replacements_meet(ctx->mem, &statement->clauses);
    for (int from = 0; from < statement->clauses.n;) {
        struct answer *answer = NEW(ctx->mem, struct answer);
        *answer = (struct answer){.from = from};
        TRY(piece_try(ctx, scratch, statement, answer));
        list_add(ctx->mem, &answers, answer);
        from = answer->to;
    }
    join(ctx->mem, statement, &answers);
    return 0;
}

int my_online_try(struct ctx *ctx, struct conn *scratch, struct statement_out *statement)
{
    if (!statement->head)
        return my_exec(ctx, scratch, statement->sql);
    const char *instant = with_form(ctx->mem, statement, scratch->dialect->online_forms[0]);
    int code = my_exec(ctx, scratch, instant);
    if (code == 0)
        statement->sql = instant;
    if (code != ERR_SQL || !is_too_gentle(scratch))
        return code;
    ctx->error = (struct error){0};
    return clauses_try(ctx, scratch, statement);
}

bool my_online_has_joined(const struct judgement *judgement)
{
    bool found = false;
    for (int i = 0; i < judgement->statements->n; i++) {
        const struct statement_out *statement = judgement->statements->item[i];
        for (int k = 0; k < statement->instead.n; k++)
            found = found || ((const struct statement_out *)statement->instead.item[k])->instead.n;
    }
    return found;
}

/* What is not taken together stays apart. */
static int joined_prove(struct ctx *ctx, struct conn *scratch, struct statement_out *joined, struct list *proved)
{
    int code = my_exec(ctx, scratch, joined->sql);
    if (code != ERR_SQL || !joined->instead.n) {
        list_add(ctx->mem, proved, joined);
        return code;
    }
    ctx->error = (struct error){0};
    for (int i = 0; i < joined->instead.n; i++) {
        const struct statement_out *piece = joined->instead.item[i];
        TRY(my_exec(ctx, scratch, piece->sql));
        list_add(ctx->mem, proved, joined->instead.item[i]);
    }
    return 0;
}

/* Up to what the server refused the first time. */
int my_online_prove(struct ctx *ctx, struct conn *scratch, struct judgement *judgement)
{
    const struct declined *refused = judgement->refused.n ? judgement->refused.item[0] : NULL;
    for (int i = 0; i < judgement->statements->n; i++) {
        struct statement_out *statement = judgement->statements->item[i];
        struct list proved = {0};
        if (refused && refused->statement == statement)
            return 0;
        if (!statement->instead.n)
            TRY(my_exec(ctx, scratch, statement->sql));
        for (int k = 0; k < statement->instead.n; k++)
            TRY(joined_prove(ctx, scratch, statement->instead.item[k], &proved));
        statement->instead = proved;
    }
    return 0;
}
