/*
 * Which renames are meant, beside those that flags say: notes in the sources that are still to be done, and questions.  A note
 * may stay where it is: it counts as long as the old name is there and the new one is free, or gets free by another.
 */
#include "command/renames.h"

#include <string.h>

#include "base/text.h"
#include "command/comparison.h"

static bool is_said(const struct list *renames, const struct rename *note)
{
    for (int i = 0; i < renames->n; i++) {
        const struct rename *rename = renames->item[i];
        if (rename->kind == note->kind && text_equal(rename->from, note->from) && text_equal(rename->to, note->to))
            return true;
    }
    return false;
}

static bool is_named(const struct object *object, const char *name)
{
    return text_equal(kind_is(object->kind, KIND_IS_CALLED) ? object_called(object) : object->name, name);
}

/* Does a column or a value of this name stand in a table or type that is there? */
static bool is_in(const struct object *holder, const struct rename *note, const char *name)
{
    const struct names *entries = note->kind ? object_entries(holder) : NULL;
    return note->kind ? entries && names_have(entries, name) : object_child(holder, KIND_COLUMN, name) != NULL;
}

/* Is it, or was it by another note, what holds what this one is about? */
static bool holds(const struct object *object, const struct list *notes, const struct rename *note)
{
    bool fits = note->kind ? kind_fits(note->kind, object->kind) : kind_is(object->kind, KIND_HOLDS_ROWS);
    for (int i = 0; fits && i < notes->n; i++) {
        const struct rename *other = notes->item[i];
        bool alike = other->kind ? other->kind == object->kind : kind_is(object->kind, KIND_HOLDS_ROWS);
        if (alike && !other->table && text_equal(other->to, note->table) && is_named(object, other->from))
            return true;
    }
    return fits && is_named(object, note->table);
}

static bool is_part(const struct rename *note)
{
    return note->table && (!note->kind || kind_is(note->kind, KIND_LISTED));
}

static bool is_about(const struct object *object, const struct rename *note)
{
    bool same = note->kind ? object->kind == note->kind : kind_is(object->kind, KIND_HOLDS_ROWS);
    return same && (is_named(object, note->to) || is_named(object, note->from));
}

/* Has the current tree what a note is about, under one of the two names?  In a new table it has no column to find. */
static bool is_known(const struct diff_input *input, const struct list *notes, const struct rename *note)
{
    bool any = false, found = false, known = false;
    for (const struct object *o = input->before->root; o && !known; o = object_next(input->before->root, o)) {
        bool holder = is_part(note) && holds(o, notes, note);
        any |= !kind_is(o->kind, KIND_NAMESPACE) && o->parent && !o->stranger;
        found |= holder;
        known = is_part(note) ? holder && (is_in(o, note, note->to) || is_in(o, note, note->from)) : is_about(o, note);
    }
    return known || !any || (is_part(note) && !found);
}

/* What a note may have meant: of its kind, and in the table that it is about if it is about a column. */
static const char *meant_by(struct arena *mem, const struct diff_input *input, const struct rename *note)
{
    bool column = !note->kind && note->table;
    struct names known = {0};
    for (const struct object *o = input->before->root; o; o = object_next(input->before->root, o)) {
        const struct names *entries =
            note->kind && kind_is(note->kind, KIND_LISTED) && is_named(o, note->table) ? object_entries(o) : NULL;
        for (int i = 0; entries && i < entries->n; i++)
            names_add(mem, &known, entries->item[i]);
        bool alike = note->kind ? o->kind == note->kind
                     : column   ? kind_is(o->kind, KIND_IS_COLUMN) && is_named(o->parent, note->table)
                                : kind_is(o->kind, KIND_HOLDS_ROWS);
        if (alike && o->name)
            names_add(mem, &known, kind_is(o->kind, KIND_IS_CALLED) && object_called(o) ? object_called(o) : o->name);
    }
    return text_nearest(&known, note->from);
}

/* A note that does nothing may be done, or have another name than was meant, and what had that is dropped. */
static int note_check(struct ctx *ctx, const struct diff_input *input, const struct list *notes, bool strict,
                      const struct rename *note)
{
    if (is_known(input, notes, note))
        return 0;
    const char *what = rename_what(ctx->mem, note), *meant = meant_by(ctx->mem, input, note);
    if (!strict) {
        emit_warning_at(ctx, note->place, "\"renamed from: %s\": there is no %s of that name, and none \"%s\"%s",
                        note->from, what, note->to,
                        meant ? arena_printf(ctx->mem, "; did you mean \"%s\"?", meant) : "");
        return 0;
    }
    fail(ctx, ERR_FAILED, "\"renamed from: %s\": there is no %s of that name, and none \"%s\"", note->from, what,
         note->to);
    fail_hint(ctx, "%sIf that is new, take the note out.",
              meant ? arena_printf(ctx->mem, "Did you mean \"%s\"? ", meant) : "");
    return fail_at(ctx, note->place.file, note->place.line, note->place.column);
}

static bool is_schema(const struct rename *rename)
{
    return rename->kind && kind_is(rename->kind, KIND_NAMESPACE);
}

/* Of names that change places nobody can tell whether they did. */
static int notes_place(struct ctx *ctx, const struct list *notes, const struct diff_input *input, struct list *renames)
{
    struct list left = {0};
    for (int i = 0; i < notes->n; i++)
        if (!is_said(renames, notes->item[i]) && rename_is_open(ctx, input, notes, false, notes->item[i]))
            list_add(ctx->mem, &left, notes->item[i]);
    for (int before = -1; before != renames->n;) {
        before = renames->n;
        for (int i = 0; i < left.n; i++)
            if (!is_said(renames, left.item[i]) && rename_is_open(ctx, input, renames, true, left.item[i]))
                list_add(ctx->mem, renames, left.item[i]);
    }
    for (int i = 0; i < left.n; i++) {
        if (is_said(renames, left.item[i]))
            continue;
        fail(ctx, ERR_FAILED, "names that change places are not said by notes: %s",
             rename_title(ctx->mem, left.item[i]));
        return fail_hint(ctx,
                         "Nobody could tell afterwards whether it is done. Take the note out, and say it once: %s.",
                         rename_flag(ctx->mem, left.item[i]));
    }
    return 0;
}

/* Schemas first, and at once: what stands in them is found by their new names. */
int notes_take(struct ctx *ctx, const struct list *notes, const struct diff_input *input, bool strict,
               struct list *renames)
{
    struct list schemas = {0}, others = {0};
    for (int i = 0; i < notes->n; i++) {
        TRY(note_check(ctx, input, notes, strict, notes->item[i]));
        list_add(ctx->mem, is_schema(notes->item[i]) ? &schemas : &others, notes->item[i]);
    }
    TRY(notes_place(ctx, &schemas, input, renames));
    TRY(rename_schemas(ctx, input, renames));
    return notes_place(ctx, &others, input, renames);
}

static const char *retype_text(struct arena *mem, const struct rename *rename)
{
    return rename->retype ? arena_printf(mem, " (%s)", rename->retype) : "";
}

/* What a No does to what is neither a table nor a column. */
static const char *object_loss(struct arena *mem, const struct rename *guess)
{
    const char *what = rename_what(mem, guess);
    if (kind_is(guess->kind, KIND_NAMESPACE))
        return arena_printf(mem, "%s %s is dropped with all that is in it, and %s is made anew", what, guess->from,
                            guess->to);
    if (kind_is(guess->kind, KIND_LISTED))
        return arena_printf(mem, "%s %s is dropped, which rows that hold it stop, and %s is added", what, guess->from,
                            guess->to);
    return arena_printf(mem, "%s %s is dropped%s, and %s is made anew", what, guess->from,
                        kind_is(guess->kind, KIND_COUNTER) ? " with its state" : "", guess->to);
}

/* What is at stake is said with the question: a No drops rows or values. */
static const char *question_for_one(struct arena *mem, const struct rename *guess)
{
    const char *title = rename_title(mem, guess), *what = rename_what(mem, guess);
    if (guess->kind)
        return arena_printf(mem,
                            "Possible %s rename: %s (%s)\n"
                            "  If not, %s.\n"
                            "Rename the %s? [y/n]:",
                            what, title,
                            kind_is(guess->kind, KIND_NAMESPACE)
                                ? arena_printf(mem, "%d%% of what is in it has the same names", guess->percent)
                                : "the same but for the name",
                            object_loss(mem, guess), what);
    if (!guess->table)
        return arena_printf(mem,
                            "Possible table rename: %s (%d%% of the columns match)\n"
                            "  If not, %s is dropped with its rows, and %s is created empty.\n"
                            "Rename the table? [y/n]:",
                            title, guess->percent, guess->from, guess->to);
    return arena_printf(mem,
                        "Possible column rename: %s%s\n"
                        "  If not, %s is dropped with its values, and %s is added without any.\n"
                        "Rename the column? [y/n]:",
                        title, retype_text(mem, guess), guess->from, guess->to);
}

static const char *question_for(struct arena *mem, const struct list *guesses)
{
    const struct rename *first = guesses->item[0];
    bool tables = !first->table;
    struct buf out;
    if (guesses->n == 1)
        return question_for_one(mem, first);
    buf_init(&out, mem);
    buf_addf(&out, "Possible %srenames:\n", first->kind ? "" : tables ? "table " : "column ");
    for (int i = 0; i < guesses->n; i++) {
        const struct rename *guess = guesses->item[i];
        const char *what = guess->kind ? arena_printf(mem, "%s ", rename_what(mem, guess)) : "";
        buf_addf(&out, "  [%d] %s%s%s\n", i + 1, what, rename_title(mem, guess), retype_text(mem, guess));
    }
    if (first->kind)
        buf_add(&out, "  What is not renamed is dropped, and made anew under the new name.\n");
    else
        buf_addf(&out, "  What is not renamed is dropped with its %s, and the new %s.\n", tables ? "rows" : "values",
                 tables ? "table is created empty" : "column is added without any");
    buf_add(&out, "Which are renames? [numbers as in 1,2; a for all; n for none]:");
    return out.data;
}

static bool word_in(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (text_equal(word, *words))
            return true;
    return false;
}

static bool numbers_read(struct arena *mem, const char *text, bool *accepted, int n)
{
    struct names numbers = text_split(mem, text_replace(mem, text, " ", ","), ',');
    bool any = false;
    for (int i = 0; i < numbers.n; i++) {
        int64_t number;
        if (!*numbers.item[i])
            continue;
        if (!text_to_int(numbers.item[i], &number) || number < 1 || number > n)
            return false;
        accepted[number - 1] = any = true;
    }
    return any;
}

/* False: that was no clear answer. */
static bool answer_read(struct arena *mem, const char *answer, bool *accepted, int n)
{
    static const char *const all[] = {"a", "all", NULL}, *const yes[] = {"y", "yes", NULL};
    static const char *const no[] = {"n", "no", "none", "s", "skip", NULL};
    const char *word = text_lower(mem, text_trim(mem, answer));
    memset(accepted, 0, sizeof *accepted * (size_t)n);
    if (word_in(word, no))
        return true;
    if (!word_in(word, n == 1 ? yes : all))
        return n > 1 && numbers_read(mem, word, accepted, n);
    memset(accepted, true, sizeof *accepted * (size_t)n);
    return true;
}

int guesses_ask(struct ctx *ctx, const struct list *guesses, struct list *renames)
{
    const char *question = question_for(ctx->mem, guesses);
    bool *accepted = NEW_ARRAY(ctx->mem, bool, guesses->n);
    for (;;) {
        const char *answer = ctx->ask(ctx->sink, question);
        if (!answer || ctx_asked(ctx)) {
            fail(ctx, ERR_CANCELLED, "no answer to the question about renames; nothing was written");
            return fail_hint(ctx, "Without a terminal, say it: %s.", rename_flag(ctx->mem, guesses->item[0]));
        }
        if (answer_read(ctx->mem, answer, accepted, guesses->n))
            break;
        question = guesses->n == 1 ? "Please answer y for yes or n for no:"
                                   : "Please answer with numbers of the list, a for all, or n for none:";
    }
    for (int i = 0; i < guesses->n; i++) {
        struct rename *guess = guesses->item[i];
        if (!accepted[i])
            continue;
        guess->resolved_from = "prompt";
        list_add(ctx->mem, renames, guess);
    }
    return 0;
}

void guesses_warn(struct ctx *ctx, const struct list *guesses)
{
    for (int i = 0; i < guesses->n; i++) {
        const struct rename *guess = guesses->item[i];
        bool table = !guess->table;
        if (guess->kind) {
            emit_warning(ctx, "%s %s may be a rename: unless you say so, %s; use %s", rename_what(ctx->mem, guess),
                         rename_title(ctx->mem, guess), object_loss(ctx->mem, guess), rename_flag(ctx->mem, guess));
            continue;
        }
        emit_warning(ctx, "%s%s may be a rename: unless you say so, %s %s is dropped with its %s; use %s",
                     rename_title(ctx->mem, guess), retype_text(ctx->mem, guess), table ? "table" : "column",
                     guess->from, table ? "rows" : "values", rename_flag(ctx->mem, guess));
    }
}

struct json *guesses_json(struct arena *mem, const struct list *guesses)
{
    struct json *list = json_array(mem);
    for (int i = 0; i < guesses->n; i++) {
        const struct rename *guess = guesses->item[i];
        struct json *json = json_object(mem);
        json_set_text(mem, json, "kind",
                      guess->kind    ? kind_table[guess->kind].name
                      : guess->table ? "column"
                                     : "table");
        json_set_text(mem, json, "schema", guess->schema);
        json_set_text(mem, json, "table", guess->table);
        json_set_text(mem, json, "from", guess->from);
        json_set_text(mem, json, "to", guess->to);
        json_set_text(mem, json, "flag", rename_flag(mem, guess));
        json_add(mem, list, json);
    }
    return list;
}
