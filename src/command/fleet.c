/*
 * Many targets of one entry, for people and for programs.  They are alike, so what is worth reading is how many stand at
 * which version, and the few that are not as the others.
 */
#include "command/fleet.h"

#include "base/map.h"
#include "base/text.h"

enum { MOST_NAMED = 5, MOST_FAILURES = 20 };

static const char *const outcome_word[] = {
    [NOT_BEGUN] = "not begun", [DONE] = "done", [FAILED] = "failed", [STOPPED] = "stopped"};

struct json *fleet_row(struct arena *mem, const char *target, const struct json *reply, const char *version,
                       const struct error *error)
{
    static const char *const left_out[] = {"database", "snapshot", "version", NULL};
    struct json *row = json_object(mem);
    json_set_text(mem, row, "target", arena_dup(mem, target));
    json_set_text(mem, row, "outcome", NULL); /* its place */
    json_set_text(mem, row, "version", arena_dup(mem, version));
    for (int i = 0; i < reply->n; i++) {
        const struct json *item = reply->item[i];
        const char *key = reply->key[i];
        bool skip = item->type == JSON_OBJECT || item->type == JSON_NULL;
        for (int k = 0; left_out[k]; k++)
            skip = skip || text_equal(left_out[k], key);
        if (item->type == JSON_ARRAY)
            json_set_int(mem, row, arena_dup(mem, key), item->n);
        else if (!skip)
            json_set(mem, row, arena_dup(mem, key), json_clone(mem, item));
    }
    if (error->code) {
        json_set_text(mem, row, "error", arena_dup(mem, error->message));
        json_set_text(mem, row, "code", err_name(error->code));
    }
    return row;
}

const char *fleet_line(struct arena *mem, const struct json *row)
{
    static const struct {
        const char *key, *word;
    } told[] = {
        {"applied", "applied"}, {"repeatables", "repeatable"}, {"reverted", "reverted"}, {"pending", "pending"}};
    const char *error = json_get_text(row, "error");
    struct names words = {0};
    if (error)
        return arena_printf(mem, "failed: %s", error);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        int64_t n = json_get_int(row, told[i].key, 0);
        if (n)
            names_add(mem, &words, arena_printf(mem, "%" PRId64 " %s", n, told[i].word));
    }
    return words.n ? names_join(mem, &words, ", ") : "nothing to do";
}

/* What says of a target that it is not as it should be, and how both are called. */
static const struct fleet_judgement {
    const char *key[4]; /* any of them; the first is always there */
    const char *good, *bad;
    const char *title; /* of a list of the bad ones, which their version does not show; NULL */
    bool no_versions;  /* nobody asked for them */
} judgements[] = {{{"pending", "broken", "unfinished"}, "up_to_date", "behind", NULL, false},
                  {{"differences"}, "alike", "different", "Different", false},
                  {{"held"}, "free", "locked", "Locked", true}};
enum { JUDGEMENTS = sizeof judgements / sizeof *judgements };

/* "tenant_1, tenant_2 and 7 more" */
static const char *some(struct arena *mem, const struct names *names, int n)
{
    struct names first = *names;
    if (n <= MOST_NAMED)
        return names_join(mem, names, ", ");
    first.n = names->n < MOST_NAMED ? names->n : MOST_NAMED;
    return arena_printf(mem, "%s and %d more", names_join(mem, &first, ", "), n - first.n);
}

struct standing {
    const char *version;
    struct names some; /* MOST_NAMED of them at most */
    int n;
};

static int by_version(const void *a, const void *b)
{
    return strcmp(((const struct standing *)a)->version, ((const struct standing *)b)->version);
}

/* How many stand where. */
static void versions_show(const struct target_places *places, struct json *const *row, struct report *report)
{
    static const char *const columns[] = {"Version", "Targets", "Which", NULL};
    struct arena *mem = report->mem;
    struct list standings = {0};
    struct map found;
    map_init(&found, mem);
    for (int i = 0; i < places->item.n; i++) {
        const char *version = row[i] ? json_get_text(row[i], "version") : NULL;
        if (!row[i] || json_get(row[i], "error"))
            continue;
        version = version ? version : "none";
        struct standing *standing = map_get(&found, version);
        if (!standing) {
            standing = NEW(mem, struct standing);
            standing->version = version;
            map_set(&found, version, standing);
            list_add(mem, &standings, standing);
        }
        if (standing->n++ < MOST_NAMED)
            names_add(mem, &standing->some, ((const struct target_place *)places->item.item[i])->label);
    }
    list_sort(&standings, by_version);
    struct report_block *table = standings.n ? report_table(report, NULL, columns) : NULL;
    for (int i = 0; i < standings.n; i++) {
        const struct standing *standing = standings.item[i];
        const char *cells[] = {standing->version, arena_printf(mem, "%d", standing->n),
                               some(mem, &standing->some, standing->n)};
        report_row(report, table, TONE_PLAIN, cells);
    }
}

static void failures_show(const struct target_places *places, struct json *const *row, int failed,
                          struct report *report)
{
    int shown = 0;
    for (int i = 0; i < places->item.n && shown < MOST_FAILURES; i++) {
        const char *error = row[i] ? json_get_text(row[i], "error") : NULL;
        if (!error)
            continue;
        report_line(report, TONE_BAD, "%s failed: %s", ((const struct target_place *)places->item.item[i])->label,
                    error);
        shown++;
    }
    if (failed > shown)
        report_line(report, TONE_DIM, "and %d more, which --json names", failed - shown);
}

static bool is_bad(const struct json *row, const struct fleet_judgement *judged)
{
    for (int i = 0; judged->key[i]; i++)
        if (json_get_int(row, judged->key[i], 0) > 0 || json_get_bool(row, judged->key[i], false))
            return true;
    return false;
}

static void bad_show(const struct target_places *places, struct json *const *row, const struct fleet_judgement *judged,
                     struct report *report)
{
    struct names names = {0};
    int n = 0;
    for (int i = 0; i < places->item.n; i++)
        if (row[i] && is_bad(row[i], judged) && n++ < MOST_FAILURES)
            names_add(report->mem, &names, ((const struct target_place *)places->item.item[i])->label);
    if (n)
        report_line(report, TONE_WARN, "%s: %s%s", judged->title, names_join(report->mem, &names, ", "),
                    n > names.n ? arena_printf(report->mem, " and %d more", n - names.n) : "");
}

static struct json *summary_json(struct arena *mem, const int *n, int bad, const struct fleet_judgement *judged)
{
    int all = n[DONE] + n[FAILED] + n[STOPPED] + n[NOT_BEGUN];
    struct json *json = json_object(mem);
    json_set_int(mem, json, "targets", all);
    json_set_int(mem, json, "done", n[DONE]);
    if (judged) {
        json_set_int(mem, json, judged->good, n[DONE] - bad);
        json_set_int(mem, json, judged->bad, bad);
    }
    json_set_int(mem, json, "failed", n[FAILED]);
    json_set_int(mem, json, "stopped", n[STOPPED]);
    json_set_int(mem, json, "not_begun", n[NOT_BEGUN]);
    return json;
}

static const char *summary_text(struct arena *mem, const struct json *summary, bool judged)
{
    static const struct {
        const char *key, *word;
    } counts[] = {{"up_to_date", "up to date"},
                  {"behind", "behind"},
                  {"alike", "as they should be"},
                  {"different", "different"},
                  {"free", "free"},
                  {"locked", "locked"},
                  {"done", "done"},
                  {"failed", "failed"},
                  {"stopped", "interrupted"},
                  {"not_begun", "not begun"}};
    struct names words = {0};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t n = json_get_int(summary, counts[i].key, 0);
        if (n && !(judged && text_equal(counts[i].key, "done")))
            names_add(mem, &words, arena_printf(mem, "%" PRId64 " %s", n, counts[i].word));
    }
    int64_t all = json_get_int(summary, "targets", 0);
    return arena_printf(mem, "%" PRId64 " target%s: %s.", all, all == 1 ? "" : "s", names_join(mem, &words, ", "));
}

static const struct fleet_judgement *judgement_find(struct json *const *row, int n)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; row[i] && j < JUDGEMENTS; j++)
            if (json_get(row[i], judgements[j].key[0]))
                return &judgements[j];
    return NULL;
}

void fleet_show(const char *database, const struct target_places *places, struct json *const *row,
                const enum outcome *outcome, struct reply *reply)
{
    struct arena *mem = reply->report.mem;
    struct json *targets = json_array(mem);
    int n[4] = {0}, bad = 0;
    const struct fleet_judgement *judged = judgement_find(row, places->item.n);
    json_set_text(mem, reply->json, "database", database);
    for (int i = 0; i < places->item.n; i++) {
        const struct target_place *place = places->item.item[i];
        struct json *each = row[i] ? row[i] : json_object(mem);
        n[outcome[i]]++;
        bad += judged && outcome[i] == DONE && is_bad(each, judged);
        json_set_text(mem, each, "target", arena_dup(mem, place->label));
        json_set_text(mem, each, "outcome", outcome_word[outcome[i]]);
        json_add(mem, targets, each);
    }
    struct json *summary = summary_json(mem, n, bad, judged);
    json_set(mem, reply->json, "targets", targets);
    json_set(mem, reply->json, "summary", summary);
    if (!judged || !judged->no_versions)
        versions_show(places, row, &reply->report);
    if (judged && judged->title)
        bad_show(places, row, judged, &reply->report);
    failures_show(places, row, n[FAILED], &reply->report);
    report_line(&reply->report, n[DONE] == places->item.n ? TONE_GOOD : TONE_WARN, "%s",
                summary_text(mem, summary, judged));
}
