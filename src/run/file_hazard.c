/*
 * What a file that waits would take away, for those who look before they run it.  Of a file that make-migrations wrote
 * its plan says it, as long as the file is as it was planned; any other is judged by the words of its statements alone:
 * rows that go with what holds them, and statements about every row.
 */
#include "run/parts.h"

#include "base/text.h"
#include "diff/plan.h"

static const struct {
    const char *code, *before, *after;
} costs[] = {
    [DESTROYS_TABLE] = {"drops-data", "the rows of table ", " are lost"},
    [DESTROYS_SPACE] = {"drops-data", "everything in ", " is lost"},
    [DESTROYS_COLUMN] = {"drops-data", "the values of column ", " are lost"},
    [DESTROYS_PARTITION] = {"drops-data", "the rows of partition ", " are lost"},
    [DESTROYS_ROWS] = {"drops-data", "every row of table ", " is deleted"},
    [OVERWRITES_ROWS] = {"changes-data", "every row of table ", " is changed"},
};

/* The statements of a file. */
struct file_words {
    struct arena *mem;
    const struct classified *what;
    int n;
};

/* Made by this file, so that nobody has put anything into it. */
static bool is_new(const struct file_words *words, int before, const char *path)
{
    for (int i = 0; i < before; i++)
        if (words->what[i].verb == VERB_CREATE && words->what[i].kind == KIND_TABLE &&
            text_equal(classified_path(words->mem, words->what[i].schema, words->what[i].name), path))
            return true;
    return false;
}

/* What takes the place of a table that was dropped, as in a rebuild; NULL. */
static const char *replacement(const struct file_words *words, int after, const char *path)
{
    for (int i = after + 1; i < words->n; i++) {
        const struct classified *what = &words->what[i];
        if (what->verb == VERB_RENAME && what->kind == KIND_TABLE &&
            (text_equal(what->new_name, path) ||
             text_equal(classified_path(words->mem, what->schema, what->new_name), path)))
            return classified_path(words->mem, what->schema, what->name);
    }
    return NULL;
}

static const char *cost_text(const struct file_words *words, int statement, const char *path)
{
    enum destroys destroys = words->what[statement].destroys;
    const char *instead = destroys == DESTROYS_TABLE ? replacement(words, statement, path) : NULL;
    if (instead)
        return arena_printf(words->mem, "%s takes the place of %s: what was not copied into it is lost", instead, path);
    return arena_printf(words->mem, "%s%s%s", costs[destroys].before, path, costs[destroys].after);
}

static void statement_judge(const struct file_words *words, int statement, struct json *list)
{
    const struct classified *what = &words->what[statement];
    for (int i = 0; i < what->destroyed.n; i++) {
        const char *path = what->destroyed.item[i];
        if (what->touches == TOUCHES_SESSION || is_new(words, statement, path))
            continue;
        const struct hazard hazard = {
            .code = costs[what->destroys].code, .text = cost_text(words, statement, path), .irreversible = true};
        struct json *json = hazard_json(words->mem, &hazard);
        json_set_int(words->mem, json, "statement", statement + 1);
        json_add(words->mem, list, json);
    }
}

int file_hazards(struct ctx *ctx, const struct session *session, const struct migration *migration, struct json **list)
{
    const struct classify_rules *rules = session->database->dialect->classify;
    struct plan_note *note;
    TRY(plan_note_read(ctx, migration, &note));
    if (note && note->trusted && note->hazards) {
        *list = json_clone(ctx->mem, note->hazards);
        return 0;
    }
    struct classified *what = NEW_ARRAY(ctx->mem, struct classified, migration->up.n);
    const struct file_words words = {.mem = ctx->mem, .what = what, .n = migration->up.n};
    *list = json_array(ctx->mem);
    for (int i = 0; i < words.n; i++)
        classify(ctx->mem, rules, &migration->up.piece[i], &what[i]);
    for (int i = 0; i < words.n; i++)
        statement_judge(&words, i, *list);
    return 0;
}
