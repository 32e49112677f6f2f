/*
 * What a file that waits would take away, for those who look before they run it.  Of a file that make-migrations wrote
 * its plan says it, as long as the file is as it was planned; any other is judged by the words of its statements alone:
 * rows that go with what holds them, and statements about every row.
 */
#include "run/parts.h"

#include "base/map.h"
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
    const char **instead; /* what takes the place of each table that it drops, as in a rebuild; NULL */
};
/* The statements of a file that say something about a whole table: of a million rows nothing is kept. */
struct file_words {
    struct arena *mem;
    struct list word; /* struct word * */
    struct map made;  /* paths of tables that the file has made so far, so that nobody has put anything into them */
};

static bool is_of_table(const struct classified *what, enum verb verb)
{
    return what->verb == verb && what->kind == KIND_TABLE;
}

/* From the last statement to the first: `from` is then what the next rename after a statement gives a name to. */
static void instead_find(struct file_words *words)
{
    struct map from;
    map_init(&from, words->mem);
    for (int i = words->word.n - 1; i >= 0; i--) {
        struct word *word = words->word.item[i];
        const struct classified *what = &word->what;
        word->instead = NEW_ARRAY(words->mem, const char *, what->destroyed.n + 1);
        for (int k = 0; k < what->destroyed.n && what->destroys == DESTROYS_TABLE; k++)
            word->instead[k] = map_get(&from, what->destroyed.item[k]);
        if (!is_of_table(what, VERB_RENAME) || !what->name || !what->new_name)
            continue;
        char *path = arena_dup(words->mem, classified_path(words->mem, what->schema, what->name));
        map_set(&from, what->new_name, path);
        map_set(&from, classified_path(words->mem, what->schema, what->new_name), path);
    }
}

static const char *cost_text(const struct file_words *words, const struct word *word, int at)
{
    enum destroys destroys = word->what.destroys;
    const char *path = word->what.destroyed.item[at], *instead = word->instead[at];
    if (instead)
        return arena_printf(words->mem, "%s takes the place of %s: what was not copied into it is lost", instead, path);
    return arena_printf(words->mem, "%s%s%s", costs[destroys].before, path, costs[destroys].after);
}

static void statement_judge(struct file_words *words, const struct word *word, struct json *list)
{
    const struct classified *what = &word->what;
    for (int i = 0; i < what->destroyed.n; i++) {
        if (what->touches == TOUCHES_SESSION || map_get(&words->made, what->destroyed.item[i]))
            continue;
        const struct hazard hazard = {
            .code = costs[what->destroys].code, .text = cost_text(words, word, i), .irreversible = true};
        struct json *json = hazard_json(words->mem, &hazard);
        json_set_int(words->mem, json, "statement", word->number);
        json_add(words->mem, list, json);
    }
    if (is_of_table(what, VERB_CREATE) && what->name)
        map_set(&words->made, arena_dup(words->mem, classified_path(words->mem, what->schema, what->name)), words);
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

static struct json *program_json(struct arena *mem, const struct migration *migration)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "code", "program");
    json_set_text(
        mem, json, "text",
        arena_printf(mem, "%s is a program: what it takes away is not known before it runs", migration->filename));
    json_set_bool(mem, json, "irreversible", !migration->has_down);
    return json;
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
    map_init(&words.made, ctx->mem);
    *list = json_array(ctx->mem);
    if (migration->script)
        json_add(ctx->mem, *list, program_json(ctx->mem, migration));
    for (int i = 0; i < migration->up.n; i++)
        word_add(&words, rules, &migration->up.piece[i], i + 1);
    instead_find(&words);
    for (int i = 0; i < words.word.n; i++)
        statement_judge(&words, words.word.item[i], *list);
    return 0;
}
