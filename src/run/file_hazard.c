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

struct word {
    int number; /* of the statement, from 1 */
    struct classified what;
};
/* The statements of a file that say something about a whole table: of a million rows nothing is kept. */
struct file_words {
    struct arena *mem;
    struct list word; /* struct word * */
};

static const struct classified *word_at(const struct file_words *words, int i)
{
    return &((const struct word *)words->word.item[i])->what;
}

/* Made by this file, so that nobody has put anything into it. */
static bool is_new(const struct file_words *words, int before, const char *path)
{
    for (int i = 0; i < before; i++) {
        const struct classified *what = word_at(words, i);
        if (what->verb == VERB_CREATE && what->kind == KIND_TABLE &&
            text_equal(classified_path(words->mem, what->schema, what->name), path))
            return true;
    }
    return false;
}

/* What takes the place of a table that was dropped, as in a rebuild; NULL. */
static const char *replacement(const struct file_words *words, int after, const char *path)
{
    for (int i = after + 1; i < words->word.n; i++) {
        const struct classified *what = word_at(words, i);
        if (what->verb == VERB_RENAME && what->kind == KIND_TABLE &&
            (text_equal(what->new_name, path) ||
             text_equal(classified_path(words->mem, what->schema, what->new_name), path)))
            return classified_path(words->mem, what->schema, what->name);
    }
    return NULL;
}

static const char *cost_text(const struct file_words *words, int at, const char *path)
{
    enum destroys destroys = word_at(words, at)->destroys;
    const char *instead = destroys == DESTROYS_TABLE ? replacement(words, at, path) : NULL;
    if (instead)
        return arena_printf(words->mem, "%s takes the place of %s: what was not copied into it is lost", instead, path);
    return arena_printf(words->mem, "%s%s%s", costs[destroys].before, path, costs[destroys].after);
}

static void statement_judge(const struct file_words *words, int at, struct json *list)
{
    const struct word *word = words->word.item[at];
    const struct classified *what = &word->what;
    for (int i = 0; i < what->destroyed.n; i++) {
        const char *path = what->destroyed.item[i];
        if (what->touches == TOUCHES_SESSION || is_new(words, at, path))
            continue;
        const struct hazard hazard = {
            .code = costs[what->destroys].code, .text = cost_text(words, at, path), .irreversible = true};
        struct json *json = hazard_json(words->mem, &hazard);
        json_set_int(words->mem, json, "statement", word->number);
        json_add(words->mem, list, json);
    }
}

static void word_add(struct file_words *words, const struct classify_rules *rules, const struct sql_piece *piece,
                     int number)
{
    struct arena_mark mark = arena_save(words->mem);
    struct word *word = NEW(words->mem, struct word);
    classify(words->mem, rules, piece, &word->what);
    word->number = number;
    bool table = word->what.kind == KIND_TABLE && (word->what.verb == VERB_CREATE || word->what.verb == VERB_RENAME);
    if (table || word->what.destroyed.n)
        list_add(words->mem, &words->word, word);
    else
        arena_rewind(words->mem, mark);
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
    struct file_words words = {.mem = ctx->mem};
    *list = json_array(ctx->mem);
    for (int i = 0; i < migration->up.n; i++)
        word_add(&words, rules, &migration->up.piece[i], i + 1);
    for (int i = 0; i < words.word.n; i++)
        statement_judge(&words, i, *list);
    return 0;
}
