/* What each statement of a file is to the run: whether it stands alone, ends a segment, is data, controls transactions, runs in batches. */
#include "migration/parts.h"

#include "base/text.h"
#include "sql/classify.h"

static int own_transaction(struct ctx *ctx, const struct migration *migration, const struct sql_piece *piece)
{
    int word = 0;
    while (word < (int)piece->length && char_is_word((unsigned char)piece->text[word]))
        word++;
    fail(ctx, ERR_SYNTAX, "%.*s in a migration that is a transaction itself", word, piece->text);
    fail_hint(ctx, "Remove it, or put \"-- transaction: none\" above \"-- upgrade\" to control transactions yourself.");
    return fail_at(ctx, migration->path, piece->line, piece->column);
}

static bool is_control(const struct classified *what)
{
    return what->verb == VERB_BEGIN || what->verb == VERB_COMMIT || what->verb == VERB_ROLLBACK;
}

static bool is_opaque(const struct classified *what)
{
    return what->touches == TOUCHES_ANYTHING || what->verb == VERB_SELECT;
}

static int no_batches(struct ctx *ctx, const struct dialect *dialect, const struct migration *migration)
{
    fail(ctx, ERR_UNSUPPORTED, "%s: files cannot run in batches on %s yet", migration->path, dialect->title);
    return fail_hint(ctx, "Without the header \"-- batches: ...\" the file runs as a whole.");
}

static unsigned char mark_of(const struct classified *what, bool batches)
{
    bool sliced = batches && (what->verb == VERB_UPDATE || what->verb == VERB_DELETE);
    const struct {
        bool holds;
        int mark;
    } marks[] = {{what->refuses_transaction || sliced, STATEMENT_ALONE},
                 {sliced, STATEMENT_BATCHES},
                 {what->ends_segment, STATEMENT_ENDS_SEGMENT},
                 {what->data_only && what->verb != VERB_SELECT, STATEMENT_DATA},
                 {is_control(what), STATEMENT_CONTROL},
                 {what->touches == TOUCHES_SESSION, STATEMENT_SESSION},
                 {is_opaque(what), STATEMENT_OPAQUE}};
    int mark = 0;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        mark |= marks[i].holds ? marks[i].mark : 0;
    return (unsigned char)mark;
}

int migration_marks(struct ctx *ctx, const struct dialect *dialect, const struct migration *migration, bool down,
                    const unsigned char **marks)
{
    const struct split *split = down ? &migration->down : &migration->up;
    unsigned char *mark = NEW_ARRAY(ctx->mem, unsigned char, split->n + 1);
    bool batches = migration->batches.rows && !migration->written[down];
    if (batches && !dialect->batch_key)
        return no_batches(ctx, dialect, migration);
    *marks = mark;
    for (int i = 0; i < split->n; i++) {
        const struct sql_piece *piece = &split->piece[i];
        struct arena_mark place = arena_save(ctx->mem);
        struct classified what = {0};
        classify(ctx->mem, dialect->classify, piece, &what);
        mark[i] = mark_of(&what, batches);
        arena_rewind(ctx->mem, place);
        if (is_control(&what) && !migration->no_transaction)
            return own_transaction(ctx, migration, piece);
    }
    return 0;
}
