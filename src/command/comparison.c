/*
 * The road that make-migrations and diff share: what is wanted, what is there, which renames are meant, what differs.
 * Renames are never guessed where nobody can be asked: then the two steps stay, and a warning names the flag.
 */
#include "command/comparison.h"

#include <string.h>

#include "base/text.h"
#include "diff/rename.h"

static int flags_read(struct ctx *ctx, const struct request *request, struct list *renames)
{
    struct names columns = request_list(ctx->mem, request, "rename");
    struct names tables = request_list(ctx->mem, request, "rename_table");
    for (int i = 0; i < tables.n; i++)
        TRY(rename_read_table(ctx, tables.item[i], renames));
    for (int i = 0; i < columns.n; i++)
        TRY(rename_read_column(ctx, columns.item[i], renames));
    return 0;
}

static char *rename_text(struct arena *mem, const struct rename *rename, const char *arrow)
{
    if (rename->kind == KIND_TABLE)
        return arena_printf(mem, "%s%s%s", rename->from, arrow, rename->to);
    return arena_printf(mem, "%s.%s%s%s%s", rename->table, rename->from, arrow,
                        rename->kind == KIND_COLUMN && text_equal(arrow, " → ") ? rename->table : "",
                        text_equal(arrow, " → ") ? arena_printf(mem, ".%s", rename->to) : rename->to);
}

static const char *question_for(struct arena *mem, const struct list *guesses)
{
    const struct rename *first = guesses->item[0];
    struct buf out;
    buf_init(&out, mem);
    if (guesses->n == 1 && first->kind == KIND_TABLE) {
        buf_addf(&out,
                 "Possible table rename detected:\n  %s (%d%% columns "
                 "match)\n\nTreat as rename? [Y/n]: ",
                 rename_text(mem, first, " → "), first->percent);
        return out.data;
    }
    if (guesses->n == 1) {
        buf_addf(&out, "Detected rename: %s. Confirm rename? [Y/n]: ", rename_text(mem, first, " → "));
        return out.data;
    }
    buf_add(&out, first->kind == KIND_TABLE ? "Possible table renames detected:\n" : "Detected column renames:\n");
    for (int i = 0; i < guesses->n; i++)
        buf_addf(&out, "  [%d] %s\n", i + 1, rename_text(mem, guesses->item[i], " → "));
    buf_add(&out, "  [a] Accept all\n  [s] Skip all\nSelect renames to confirm "
                  "(e.g. 1,3 or a or s): ");
    return out.data;
}

static bool answer_accepts(struct arena *mem, const struct list *guesses, int at, const char *answer)
{
    const char *word = text_lower(mem, text_trim(mem, answer));
    if (guesses->n == 1)
        return !*word || text_equal(word, "y") || text_equal(word, "yes");
    if (text_equal(word, "a") || text_equal(word, "all"))
        return true;
    struct names numbers = text_split(mem, text_replace(mem, word, " ", ","), ',');
    for (int i = 0; i < numbers.n; i++) {
        int64_t number;
        if (text_to_int(numbers.item[i], &number) && number == at + 1)
            return true;
    }
    return false;
}

static int guesses_ask(struct ctx *ctx, const struct list *guesses, struct list *renames)
{
    const char *answer = ctx->ask(ctx->sink, question_for(ctx->mem, guesses));
    if (!answer)
        return fail(ctx, ERR_CANCELLED, "no answer to the question about renames");
    for (int i = 0; i < guesses->n; i++) {
        struct rename *guess = guesses->item[i];
        if (!answer_accepts(ctx->mem, guesses, i, answer))
            continue;
        guess->resolved_from = "prompt";
        list_add(ctx->mem, renames, guess);
    }
    return 0;
}

static void guesses_warn(struct ctx *ctx, const struct list *guesses)
{
    for (int i = 0; i < guesses->n; i++) {
        const struct rename *guess = guesses->item[i];
        const char *flag = guess->kind == KIND_TABLE ? "--rename-table" : "--rename";
        emit_warning(ctx,
                     "%s may be a rename, but nobody is here to ask: it becomes a "
                     "drop and an add; use %s %s",
                     rename_text(ctx->mem, guess, " → "), flag, rename_text(ctx->mem, guess, ":"));
    }
}

static void guesses_of_kind(struct arena *mem, const struct list *guesses, enum kind kind, struct list *found)
{
    *found = (struct list){0};
    for (int i = 0; i < guesses->n; i++)
        if (((const struct rename *)guesses->item[i])->kind == kind)
            list_add(mem, found, guesses->item[i]);
}

static struct diff_input comparison_input(const struct dialect *dialect, const struct comparison *comparison)
{
    return (struct diff_input){.dialect = dialect,
                               .before = comparison->current,
                               .after = comparison->wanted,
                               .managed = &comparison->managed,
                               .renames = &comparison->renames};
}

/* Tables first: whether a table was renamed decides which columns there are to compare. */
static int renames_settle(struct ctx *ctx, const struct dialect *dialect, struct comparison *comparison)
{
    static const enum kind kinds[] = {KIND_TABLE, KIND_COLUMN};
    TRY(rename_check(ctx, comparison->current, comparison->wanted, &comparison->renames));
    const struct diff_input input = comparison_input(dialect, comparison);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct list all = {0}, guesses;
        TRY(rename_guess(ctx, &input, &all));
        guesses_of_kind(ctx->mem, &all, kinds[i], &guesses);
        if (!guesses.n)
            continue;
        if (ctx->ask)
            TRY(guesses_ask(ctx, &guesses, &comparison->renames));
        else
            guesses_warn(ctx, &guesses);
    }
    return 0;
}

int comparison_make(struct ctx *ctx, struct session *session, const struct request *request,
                    struct comparison *comparison)
{
    const struct dialect *dialect = session->database->dialect;
    *comparison = (struct comparison){0};
    TRY(flags_read(ctx, request, &comparison->renames));
    TRY(wanted_read(ctx, session, &comparison->wanted));
    filter_apply(&session->database->filter, comparison->wanted);
    struct current current;
    TRY(current_read(ctx, session, false, &current));
    comparison->current = current.tree;
    comparison->managed = current.managed;
    comparison->source = current.source;
    comparison->written = tree_copy(ctx->mem, comparison->wanted);
    TRY(renames_settle(ctx, dialect, comparison));
    const struct diff_input input = comparison_input(dialect, comparison);
    TRY(diff_trees(ctx, &input, &comparison->changes));
    if (comparison->changes->unmanaged.n)
        emit_info(ctx, "not managed by this project, left alone: %s",
                  names_join(ctx->mem, &comparison->changes->unmanaged, "; "));
    return 0;
}

struct json *change_json(struct arena *mem, const struct change *change)
{
    struct json *json = json_object(mem), *fields = json_array(mem);
    const struct kind_info *info = &kind_table[change->kind];
    for (int i = 0; change->op == CHANGE_ALTER && i < info->fields; i++)
        if (change_has(change, i))
            json_add(mem, fields, json_string(mem, info->field[i].name));
    json_set_text(mem, json, "change", change_op_name(change->op));
    json_set_text(mem, json, "kind", info->name);
    json_set_text(mem, json, "object", object_path(mem, change_object(change)));
    json_set(mem, json, "fields", fields);
    return json;
}
