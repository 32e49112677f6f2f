/*
 * The judgement: all files are read into acts first, so that a rule can look before and after; then each act is held
 * against the rules for its kind.  The order is that of the files.
 */
#include "lint/lint.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "lint/parts.h"

const char *const severity_names[] = {"off", "info", "warning", "error"};

/* ---- reading ---- */

struct commits {
    int number;      /* of the transaction that is open */
    bool controlled; /* by a BEGIN of the file's own */
};

static void statement_read(struct lint *lint, const struct migration *migration, int at, struct commits *commits)
{
    const struct sql_piece *piece = &migration->up.piece[at];
    struct arena_mark mark = arena_save(lint->mem);
    struct classified what;
    int had = lint->acts.n;
    classify(lint->mem, lint->dialect->classify, piece, &what);
    bool plain = migration->no_transaction || !lint->dialect->transactional_ddl;
    bool alone = !commits->controlled && (plain || what.refuses_transaction);
    commits->number += alone;
    const struct act base = {.statement = at + 1,
                             .transaction = commits->number,
                             .controlled = commits->controlled,
                             .migration = migration,
                             .piece = piece};
    acts_read(lint, &base, &what);
    commits->number += alone || (what.ends_segment && !commits->controlled);
    if (what.verb == VERB_BEGIN)
        commits->controlled = true;
    else if (what.verb == VERB_COMMIT || what.verb == VERB_ROLLBACK) {
        commits->number++;
        commits->controlled = false;
    }
    if (lint->acts.n == had)
        arena_rewind(lint->mem, mark);
}

static int file_read(struct lint *lint, const struct migration *migration, struct commits *commits)
{
    static const struct sql_piece nothing = {.text = "", .line = 1, .column = 1};
    commits->number++;
    commits->controlled = false;
    act_add(lint, &(struct act){.kind = ACT_FILE,
                                .migration = migration,
                                .piece = &nothing,
                                .name = migration->filename,
                                .transaction = commits->number});
    for (int i = 0; i < migration->up.n; i++) {
        TRY(ctx_check(lint->ctx));
        statement_read(lint, migration, i, commits);
    }
    return 0;
}

/* ---- judging ---- */

static const char *number_text(struct arena *mem, double number, double step, const char *const *units)
{
    while (number >= step && units[1]) {
        number /= step;
        units++;
    }
    return arena_printf(mem, number < 10 && number != (double)(int64_t)number ? "%.1f%s" : "%.0f%s", number, *units);
}

static const char *size_text(struct arena *mem, const struct table_size *size)
{
    static const char *const counts[] = {"", " thousand", " M", " G", NULL};
    static const char *const bytes[] = {" bytes", " kB", " MB", " GB", " TB", NULL};
    if (!size || size->rows < 0)
        return NULL;
    return arena_printf(mem, "%s row%s, %s", number_text(mem, (double)size->rows, 1000, counts),
                        size->rows == 1 ? "" : "s", number_text(mem, (double)size->bytes, 1024, bytes));
}

/* What takes no time worth naming, and what takes long enough to be an outage. */
enum { SMALL_ROWS = 10 * 1000, LARGE_ROWS = 10 * 1000 * 1000 };
#define SMALL_BYTES (INT64_C(16) << 20)
#define LARGE_BYTES (INT64_C(10) << 30)

static enum severity scaled(const struct lint_rule *rule, const struct table_size *size, enum severity severity)
{
    if (rule->scale == SCALE_NONE || !size || size->rows < 0 || severity < SEVERITY_WARNING)
        return severity;
    if (size->rows < SMALL_ROWS && size->bytes < SMALL_BYTES)
        return SEVERITY_INFO;
    return size->rows >= LARGE_ROWS || size->bytes >= LARGE_BYTES ? SEVERITY_ERROR : severity;
}

static enum severity severity_of(const struct lint *lint, const struct lint_rule *rule, const struct table_size *size)
{
    const enum severity *given = lint->input->severities ? map_get(lint->input->severities, rule->code) : NULL;
    return given ? *given : scaled(rule, size, rule->severity);
}

enum severity lint_severity(const struct lint_input *input, const struct lint_rule *rule)
{
    const struct lint lint = {.input = input};
    return severity_of(&lint, rule, NULL);
}

struct finding *finding_add(struct lint *lint, const struct lint_rule *rule, const struct migration *migration)
{
    struct finding *finding = NEW(lint->mem, struct finding);
    finding->rule = rule;
    finding->severity = severity_of(lint, rule, NULL);
    finding->file = migration->path;
    finding->line = finding->column_at = 1;
    if (finding->severity != SEVERITY_OFF)
        list_add(lint->mem, lint->found, finding);
    return finding;
}

/* With what it is about in the places of {table} and the like. */
static const char *said(const struct lint *lint, const char *says, const struct act *act)
{
    const struct {
        const char *mark, *text;
    } parts[] = {{"{table}", act->table}, {"{name}", act->name}, {"{other}", act->other}, {"{type}", act->type},
                 {"{columns}", NULL},     {"{text}", act->text}, {"{new}", new_name(act)}};
    const char *text = says;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (text_has(text, parts[i].mark))
            text = text_replace(lint->mem, text, parts[i].mark, parts[i].text ? parts[i].text : "(unnamed)");
    return text;
}

static const char *const scale_texts[] = {
    [SCALE_SCAN] = "reads", [SCALE_BUILD] = "reads", [SCALE_REWRITE] = "rewrites"};

/* Bytes before it on its line that begin no character: people and editors count characters. */
static int bytes_continued(const struct act *act)
{
    const struct migration *file = act->migration;
    const char *first = act->piece->text, *at = first + act->offset;
    int n = 0;
    if (file->text && first >= file->text && first < file->text + file->length)
        first = file->text + (text_starts(file->text, "\xEF\xBB\xBF") ? 3 : 0); /* a byte order mark is no character */
    for (; at > first && at[-1] != '\n'; at--)
        n += ((unsigned char)at[-1] & 0xC0) == 0x80;
    return n;
}

static void judge(struct lint *lint, const struct lint_rule *rule, const struct act *act)
{
    if (!(rule->on >> act->kind & 1) || (rule->test && !rule->test(lint, act)))
        return;
    const struct table_size *size = lint->input->sizes && act->table ? map_get(lint->input->sizes, act->table) : NULL;
    struct finding *finding = NEW(lint->mem, struct finding);
    *finding = (struct finding){.rule = rule,
                                .severity = severity_of(lint, rule, size),
                                .lock = rule_lock(rule, lint->dialect),
                                .message = said(lint, rule->says, act),
                                .table = act->table,
                                .column = act->name,
                                .size = size_text(lint->mem, size),
                                .file = act->migration->path,
                                .statement = act->statement,
                                .offset = act->offset,
                                .in_block = act->in_block};
    piece_place(act->piece, (long)act->offset, &finding->line, &finding->column_at);
    finding->column_at -= bytes_continued(act);
    if (finding->size && rule->scale)
        finding->message =
            arena_printf(lint->mem, "%s: %s %s", finding->message, scale_texts[rule->scale], finding->size);
    if (finding->severity == SEVERITY_OFF || is_allowed(lint, finding))
        return;
    list_add(lint->mem, lint->found, finding);
}

static int place_compare(const void *a, const void *b)
{
    const struct finding *first = a, *second = b;
    int by_line = first->line - second->line, by_column = first->column_at - second->column_at;
    return by_line ? by_line : by_column ? by_column : strcmp(first->rule->code, second->rule->code);
}

/* The acts of one file, from `at`; where those of the next begin. */
static int file_judge(struct lint *lint, int at)
{
    const struct migration *migration = ((const struct act *)lint->acts.item[at])->migration;
    struct list all = {0}, *found = lint->found;
    allows_read(lint, migration);
    lint->found = &all;
    for (; at < lint->acts.n; at++) {
        const struct act *act = lint->acts.item[at];
        if (act->migration != migration)
            break;
        for (const struct lint_rule *rule = rule_table; rule->code; rule++)
            if (rule->engines & lint->dialect->engine)
                judge(lint, rule, act);
    }
    allows_judge(lint);
    list_sort(&all, place_compare);
    lint->found = found;
    for (int i = 0; i < all.n; i++)
        list_add(lint->mem, found, all.item[i]);
    return at;
}

int lint_text(struct ctx *ctx, const struct dialect *dialect, const char *path, const struct sql_piece *text,
              struct migration **migration)
{
    struct migration *made = NEW(ctx->mem, struct migration);
    *made = (struct migration){.path = path,
                               .filename = path,
                               .number = -1,
                               .limits = {-1, -1},
                               .lex = dialect->lex,
                               .text = text->text,
                               .length = text->length};
    *migration = made;
    return split_section(ctx, dialect->lex, path, text, &made->up);
}

int lint_files(struct ctx *ctx, const struct lint_input *input, const struct list *migrations, struct list *findings)
{
    struct lint lint = {.ctx = ctx,
                        .mem = ctx->mem,
                        .input = input,
                        .dialect = input->target->dialect,
                        .usual = target_usual(input->target),
                        .found = findings};
    struct commits commits = {0};
    map_init(&lint.names, ctx->mem);
    for (int i = 0; i < migrations->n; i++)
        TRY(file_read(&lint, migrations->item[i], &commits));
    names_index(&lint);
    for (int at = 0; at < lint.acts.n;) {
        TRY(ctx_check(ctx));
        at = file_judge(&lint, at);
    }
    return 0;
}
