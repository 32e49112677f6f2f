/*
 * One migration file: header, sections, statements, checksums.  Reading never fails over what is written in
 * it: a fault is kept with the side it spoils and told when that side is used, because a file that 0.8.2 has
 * applied long ago may hold anything.  The same goes for warnings.
 * 0.8.2's checksum is taken over what that tool would have seen, which for a marker that it did not know, or
 * after a byte order mark, is nothing at all.
 * Not here: names of files (file_name.c), order and dependencies (folder.c).
 */
#include "migration/parts.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "base/utf8.h"
#include "sql/body.h"
#include "sql/classify.h"

enum { HEAD = 4096 };

enum side { SIDE_NONE, SIDE_UP, SIDE_DOWN };

/* A run of lines between two markers. */
struct section {
    enum side side;
    size_t marker; /* the marker's line */
    size_t from;
    size_t to;
    int line;
    struct split *split; /* NULL: not yet done */
    const struct error *error;
    struct list warnings; /* struct event * */
};

struct line {
    const char *text; /* trimmed */
    size_t length;
    size_t from;
    size_t to; /* after its newline */
    int number;
};

struct reading {
    struct ctx *ctx;
    const struct dialect *dialect;
    struct migration *migration;
    const char *text;
    size_t length;
    size_t start;         /* after a byte order mark */
    struct list sections; /* as we read them */
    struct list legacy;   /* as 0.8.2 did */
    struct line missed;   /* the first that was probably meant to be a marker; number 0: none */
};

const char *migration_type_name(enum migration_type type)
{
    static const char *const name[] = {"versioned", "runs_always", "runs_on_change", "seed"};
    return name[type];
}

const struct error *error_keep(struct ctx *ctx)
{
    struct error *kept = NEW(ctx->mem, struct error);
    *kept = ctx->error;
    ctx->error = (struct error){0};
    return kept;
}

int error_again(struct ctx *ctx, const struct error *error)
{
    ctx->error = *error;
    return error->code;
}

/* An event sink that keeps warnings for later; the sink is a struct keeping. */
struct keeping {
    struct arena *mem;
    struct list *list;
};

static void keep_event(void *sink, const struct event *event)
{
    struct keeping *keeping = sink;
    struct event *copy = NEW(keeping->mem, struct event);
    *copy = *event;
    list_add(keeping->mem, keeping->list, copy);
}

static bool next_line(const struct reading *reading, struct line *line)
{
    if (line->to >= reading->length)
        return false;
    const char *start = reading->text + line->to;
    const char *newline = memchr(start, '\n', reading->length - line->to);
    line->from = line->to;
    line->to = newline ? (size_t)(newline - reading->text) + 1 : reading->length;
    line->number++;
    const char *end = reading->text + line->to;
    while (start < end && char_is_space((unsigned char)*start))
        start++;
    while (end > start && char_is_space((unsigned char)end[-1]))
        end--;
    line->text = start;
    line->length = (size_t)(end - start);
    return true;
}

static bool is_exactly(const struct line *line, const char *text)
{
    return line->length == strlen(text) && !memcmp(line->text, text, line->length);
}

/* The text after "--" and white space if the line is a comment, else NULL. */
static const char *comment_of(const struct line *line, size_t *length)
{
    if (line->length < 2 || line->text[0] != '-' || line->text[1] != '-')
        return NULL;
    const char *at = line->text + 2, *end = line->text + line->length;
    while (at < end && char_is_space((unsigned char)*at))
        at++;
    *length = (size_t)(end - at);
    return at;
}

static enum side marker(const struct line *line)
{
    size_t length;
    const char *word = comment_of(line, &length);
    if (word && length == 7 && !strncasecmp(word, "upgrade", 7))
        return SIDE_UP;
    return word && length == 8 && !strncasecmp(word, "rollback", 8) ? SIDE_DOWN : SIDE_NONE;
}

/*
 * Reads along with the lines, to know which of them stand within a string, a comment, rows of data or a body.  Lines are
 * asked about in order.  What is never closed holds no line: where it should have ended is not known, and the section that
 * it spoils should not be the whole rest of the file.
 */
struct along {
    struct lexer lexer;
    struct token token;         /* the one that was read last */
    int conditional;            /* conditional comments open before it */
    struct statement statement; /* that may have a body; no token of it yet: none */
};

static struct along along_open(const struct reading *reading)
{
    struct along along = {.token = {.kind = TOKEN_SPACE}};
    lex_open(&along.lexer, reading->dialect->lex, reading->text, reading->length);
    along.lexer.offset = reading->start;
    return along;
}

/* Most tokens are of statements without a body, and are not looked at twice. */
static void along_statement(struct along *along)
{
    struct statement *statement = &along->statement;
    const struct token *token = &along->token;
    bool begins = token_is(token, "create") || (along->lexer.rules->delimiter_command && token_is(token, "begin"));
    if (!statement->tokens && !begins)
        return;
    bool inside = statement_in_body(statement);
    if (inside || !token_is(token, ";"))
        statement_take(statement, &along->lexer, token);
    if (!statement_in_body(statement) && (inside || token_is(token, ";")))
        *statement = (struct statement){0};
}

static void along_step(struct along *along)
{
    along->conditional = along->lexer.conditional;
    lex_take(&along->lexer, &along->token);
    if (along->token.kind != TOKEN_SPACE && along->token.kind != TOKEN_COMMENT)
        along_statement(along);
}

/* `along` is a copy. */
static bool body_ends(struct along along)
{
    while (along.token.kind != TOKEN_END && statement_in_body(&along.statement))
        along_step(&along);
    return along.token.kind != TOKEN_END;
}

static bool holds_line(struct along *along, size_t at)
{
    while (along->token.kind != TOKEN_END && along->token.offset + along->token.length <= at)
        along_step(along);
    if (along->token.unfinished && along->token.offset < at) {
        lex_open(&along->lexer, along->lexer.rules, along->lexer.text, along->lexer.length);
        along->lexer.offset = at;
        along->statement = (struct statement){0};
        along_step(along);
    }
    if (along->conditional > 0 || (along->token.offset < at && along->token.kind != TOKEN_SPACE))
        return true;
    if (!statement_in_body(&along->statement))
        return false;
    bool ends = body_ends(*along);
    if (!ends)
        along->statement = (struct statement){0};
    return ends;
}

static enum side legacy_marker(const struct line *line)
{
    if (is_exactly(line, "-- upgrade"))
        return SIDE_UP;
    return is_exactly(line, "-- rollback") ? SIDE_DOWN : SIDE_NONE;
}

static void end_section(struct list *sections, size_t at)
{
    if (sections->n)
        ((struct section *)sections->item[sections->n - 1])->to = at;
}

static void begin_section(const struct reading *reading, struct list *sections, enum side side, const struct line *line)
{
    end_section(sections, line->from);
    struct section *section = NEW(reading->ctx->mem, struct section);
    *section = (struct section){
        .side = side, .marker = line->from, .from = line->to, .to = reading->length, .line = line->number + 1};
    list_add(reading->ctx->mem, sections, section);
}

/* The value after "name:", or NULL; "" for a name alone. */
static char *header_value(struct arena *mem, const struct line *line, const char *name)
{
    size_t length, named = strlen(name);
    const char *at = comment_of(line, &length);
    if (!at || length < named || strncasecmp(at, name, named))
        return NULL;
    char *rest = text_trim(mem, arena_copy(mem, at + named, length - named));
    if (!*rest)
        return rest;
    return *rest == ':' ? text_trim(mem, rest + 1) : NULL;
}

static int read_versions(const struct reading *reading, const struct line *line, const char *name,
                         struct names *versions)
{
    const char *value = header_value(reading->ctx->mem, line, name);
    const struct versions_line of = {reading->migration->path, line->number, "--", name, value};
    return versions_read(reading->ctx, &of, versions);
}

static int read_transaction(const struct reading *reading, const struct line *line, const char *value)
{
    if (text_equal_nocase(value, "none")) {
        reading->migration->no_transaction = true;
        return 0;
    }
    fail(reading->ctx, ERR_SYNTAX, "unknown value of the header \"transaction\": %s", value);
    fail_hint(reading->ctx, "The only value is: -- transaction: none");
    return fail_at(reading->ctx, reading->migration->path, line->number, 1);
}

static int read_batches(const struct reading *reading, const struct line *line, const char *value)
{
    int code = batching_read(reading->ctx, value, &reading->migration->batches);
    return code < 0 ? fail_at(reading->ctx, reading->migration->path, line->number, 1) : 0;
}

/* "-- set NAME = VALUE"; anything else that begins with the word is prose. */
static bool is_set(struct arena *mem, const struct line *line, char **name, char **value)
{
    size_t length;
    const char *at = comment_of(line, &length);
    if (!at || length < 4 || strncasecmp(at, "set", 3) || !char_is_space((unsigned char)at[3]))
        return false;
    char *rest = text_trim(mem, arena_copy(mem, at + 4, length - 4)), *end = rest;
    while (char_is_word((unsigned char)*end))
        end++;
    const char *equals = end + strspn(end, " \t");
    if (end == rest || *equals != '=')
        return false;
    *value = text_trim(mem, equals + 1);
    *name = text_slice(mem, rest, 0, (size_t)(end - rest));
    return true;
}

static int read_set(const struct reading *reading, const struct line *line, const char *name, const char *value)
{
    struct ctx *ctx = reading->ctx;
    struct limits *limits = &reading->migration->limits;
    const struct {
        const char *name;
        double *seconds;
    } known[] = {{"lock_timeout", &limits->lock}, {"statement_timeout", &limits->statement}};
    struct names names = {0};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        names_add(ctx->mem, &names, known[i].name);
        if (!text_equal_nocase(name, known[i].name))
            continue;
        if (text_to_seconds(value, known[i].seconds))
            return 0;
        fail(ctx, ERR_SYNTAX, "%s is \"%s\": it must be a time such as 500ms, 2s, 5min or off", name, value);
        return fail_at(ctx, reading->migration->path, line->number, 1);
    }
    const char *near = text_nearest(&names, name);
    fail(ctx, ERR_SYNTAX, "there is nothing called \"%s\" to set in the header of a file", name);
    if (near)
        fail_hint(ctx, "Did you mean %s?", near);
    else
        fail_hint(ctx, "There are %s; what the server sets stands as SET below \"-- upgrade\".",
                  names_join(ctx->mem, &names, " and "));
    return fail_at(ctx, reading->migration->path, line->number, 1);
}

/* Prose, unless it was meant for us. */
static int read_other(const struct reading *reading, const struct line *line)
{
    size_t length;
    const char *text = comment_of(line, &length);
    const char *meant = text ? directive_meant(reading->ctx->mem, text, length) : NULL;
    if (!meant)
        return 0;
    fail(reading->ctx, ERR_SYNTAX, "this line of the header says nothing: -- %.*s", (int)length, text);
    fail_hint(reading->ctx, "Did you mean %s?", meant);
    return fail_at(reading->ctx, reading->migration->path, line->number, 1);
}

static int read_header_line(const struct reading *reading, const struct line *line)
{
    struct arena *mem = reading->ctx->mem;
    const char *value;
    char *name, *set;
    if (is_set(mem, line, &name, &set))
        return read_set(reading, line, name, set);
    if ((value = header_value(mem, line, "depends_on")) && *value)
        return read_versions(reading, line, "depends_on", &reading->migration->depends_on);
    if ((value = header_value(mem, line, "squashes")) && *value)
        return read_versions(reading, line, "squashes", &reading->migration->squashes);
    if ((value = header_value(mem, line, "transaction")) && *value)
        return read_transaction(reading, line, value);
    if ((value = header_value(mem, line, "batches")) && *value)
        return read_batches(reading, line, value);
    if ((value = header_value(mem, line, "description")) && *value)
        reading->migration->title = value;
    else if ((value = header_value(mem, line, "adopted")) && *value)
        reading->migration->adopted = value;
    else if ((value = header_value(mem, line, "seed")))
        reading->migration->seed = true;
    else
        return read_other(reading, line);
    return 0;
}

/* "-- irreversible: why", as make-migrations writes it below "-- rollback" where there is no way back. */
static void read_irreversible(const struct reading *reading)
{
    struct line line = {.to = reading->start};
    struct along along = along_open(reading);
    const char *value;
    for (int i = 0; i < reading->sections.n; i++) {
        const struct section *section = reading->sections.item[i];
        line.to = section->side == SIDE_DOWN ? section->from : section->to;
        while (line.to < section->to && next_line(reading, &line))
            if (line.length > 2 && line.text[0] == '-' &&
                (value = header_value(reading->ctx->mem, &line, "irreversible")) &&
                !holds_line(&along, (size_t)(line.text - reading->text)) && !reading->migration->irreversible)
                reading->migration->irreversible = value;
    }
}

/* SQL above the first marker belongs to no section: 0.8.2 passed over it without a word. */
static void warn_about_stray_code(const struct reading *reading, size_t end)
{
    struct lexer lexer;
    lex_open(&lexer, reading->dialect->lex, reading->text + reading->start, end - reading->start);
    struct token token = lex_next_code(&lexer);
    if (token.kind != TOKEN_END)
        emit_warning_at(reading->ctx, (struct place){reading->migration->path, token.line, token.column},
                        "what stands above the first \"-- upgrade\" or \"-- rollback\" is not run");
}

static bool is_seed(const struct reading *reading)
{
    return reading->migration->type == MIGRATION_SEED;
}

/* Of a seed, which is a section itself, the comments that it begins with. */
static bool in_header(const struct reading *reading, const struct line *line)
{
    return !is_seed(reading) || !line->length || text_starts(line->text, "--");
}

/* NULL: none of those that are about a whole file.  depends_on is left alone: files of 0.8.2, which never read it, may have it anywhere. */
static const char *misplaced(struct arena *mem, const struct line *line)
{
    size_t length;
    const char *value = header_value(mem, line, "transaction"), *said = comment_of(line, &length);
    if (value && text_equal_nocase(value, "none"))
        return "-- transaction: none";
    const char *meant = said ? directive_meant(mem, said, length) : NULL;
    return meant && text_starts(meant, "-- set ") ? meant : NULL;
}

/* Among the comments that a section begins with, where it looks as if it counted. */
static int check_misplaced(const struct reading *reading, const struct section *section)
{
    struct line line = {.to = section->from, .number = section->line - 1};
    while (line.to < section->to && next_line(reading, &line) && (!line.length || text_starts(line.text, "--"))) {
        const char *header = line.length ? misplaced(reading->ctx->mem, &line) : NULL;
        if (!header)
            continue;
        fail(reading->ctx, ERR_SYNTAX, "\"%s\" says nothing within a section", header);
        fail_hint(reading->ctx, "Put it above \"-- upgrade\": it is about the whole file.");
        return fail_at(reading->ctx, reading->migration->path, line.number, 1);
    }
    return 0;
}

static int read_header(const struct reading *reading)
{
    const struct section *first = reading->sections.n ? reading->sections.item[0] : NULL;
    size_t end = first && !is_seed(reading) ? first->marker : reading->length;
    struct line line = {.to = reading->start};
    struct along along = along_open(reading);
    while (line.to < end && next_line(reading, &line) && in_header(reading, &line))
        if (line.length > 2 && line.text[0] == '-' && !holds_line(&along, (size_t)(line.text - reading->text)))
            TRY(read_header_line(reading, &line));
    if (!is_seed(reading) && first && end > reading->start)
        warn_about_stray_code(reading, end);
    for (int i = 0; !is_seed(reading) && i < reading->sections.n; i++)
        TRY(check_misplaced(reading, reading->sections.item[i]));
    return 0;
}

static bool is_missed(const struct line *line)
{
    size_t length;
    const char *word = comment_of(line, &length);
    return word && marker_meant(word, length);
}

static int fail_missed(const struct reading *reading)
{
    const struct line *line = &reading->missed;
    size_t length;
    const char *word = comment_of(line, &length);
    if (!line->number)
        return 0;
    fail(reading->ctx, ERR_SYNTAX, "\"-- %.*s\" begins no section", (int)length, word);
    fail_hint(reading->ctx, "Did you mean \"-- %s\"? A comment that is one needs a second word.",
              marker_meant(word, length));
    return fail_at(reading->ctx, reading->migration->path, line->number, 1);
}

/* 0.8.2 looked at lines alone, and saw a byte order mark as part of the first one. */
static void mark_legacy(struct reading *reading, const struct line *line)
{
    enum side side = legacy_marker(line);
    if (side != SIDE_NONE && (line->from > reading->start || !reading->start))
        begin_section(reading, &reading->legacy, side, line);
}

/* `along` NULL: no line stands within anything. */
static void mark_sections(struct reading *reading, struct along *along)
{
    struct line line = {.to = reading->start};
    reading->sections = reading->legacy = (struct list){0};
    reading->missed = (struct line){0};
    if (is_seed(reading))
        begin_section(reading, &reading->sections, SIDE_UP, &line);
    while (next_line(reading, &line)) {
        if (line.length < 8 || line.text[0] != '-')
            continue;
        const size_t at = (size_t)(line.text - reading->text);
        enum side side = marker(&line);
        if (side != SIDE_NONE && !(along && holds_line(along, at)))
            begin_section(reading, &reading->sections, side, &line);
        if (side == SIDE_NONE && !reading->missed.number && is_missed(&line) && !(along && holds_line(along, at)))
            reading->missed = line;
        mark_legacy(reading, &line);
    }
}

/* What is wrong in it, and what it warns about, waits until the section is used. */
static int section_split(const struct reading *reading, struct section *section)
{
    struct ctx *ctx = reading->ctx;
    const struct sql_piece text = {
        .text = reading->text + section->from, .length = section->to - section->from, .line = section->line};
    struct keeping keeping = {ctx->mem, &section->warnings};
    event_fn *on_event = ctx->on_event;
    void *sink = ctx->sink;
    section->split = NEW(ctx->mem, struct split);
    ctx->on_event = keep_event;
    ctx->sink = &keeping;
    int code = split_section(ctx, reading->dialect->lex, reading->migration->path, &text, section->split);
    ctx->on_event = on_event;
    ctx->sink = sink;
    if (code < 0 && code != ERR_CANCELLED)
        section->error = error_keep(ctx);
    return code == ERR_CANCELLED ? code : 0;
}

/* A section that ends as whole statements do leaves nothing open that could hold the marker after it. */
static int check_sections(const struct reading *reading, bool *certain)
{
    const struct list *sections = &reading->sections;
    *certain = !reading->missed.number;
    if (*certain && sections->n && !is_seed(reading)) {
        struct along along = along_open(reading);
        *certain = !holds_line(&along, ((const struct section *)sections->item[0])->marker);
    }
    for (int i = 0; *certain && i + 1 < sections->n; i++) {
        struct section *section = sections->item[i];
        TRY(section_split(reading, section));
        *certain = !section->error && !section->split->doubtful;
    }
    return 0;
}

/* A large file is read once for its statements; only where that leaves a doubt it is read for its markers before. */
static int find_sections(struct reading *reading)
{
    bool certain;
    mark_sections(reading, NULL);
    TRY(check_sections(reading, &certain));
    if (certain)
        return 0;
    struct along along = along_open(reading);
    mark_sections(reading, &along);
    return 0;
}

static bool has_side(const struct list *sections, enum side side)
{
    for (int i = 0; i < sections->n; i++)
        if (((struct section *)sections->item[i])->side == side)
            return true;
    return false;
}

static int add_section(const struct reading *reading, struct section *section, struct split *all)
{
    struct ctx *ctx = reading->ctx;
    if (!section->split)
        TRY(section_split(reading, section));
    for (int i = 0; i < section->warnings.n; i++) {
        const struct event *event = section->warnings.item[i];
        emit_warning_at(ctx, event->place, "%s", event->text);
    }
    if (section->error)
        return error_again(ctx, section->error);
    const struct split *part = section->split;
    if (!all->n) {
        *all = *part;
        return 0;
    }
    size_t had = sizeof *all->piece * (size_t)all->n, more = sizeof *part->piece * (size_t)part->n;
    all->piece = arena_grow(ctx->mem, all->piece, had, had + more);
    memcpy(all->piece + all->n, part->piece, more);
    all->n += part->n;
    return 0;
}

static int split_up(const struct reading *reading)
{
    for (int i = 0; i < reading->sections.n; i++) {
        struct section *section = reading->sections.item[i];
        if (section->side == SIDE_UP)
            TRY(add_section(reading, section, &reading->migration->up));
    }
    return 0;
}

/* Of several pairs of sections the last is undone first; what stands between two "-- upgrade" keeps its order. */
static int split_down(const struct reading *reading)
{
    const struct list *sections = &reading->sections;
    for (int last = sections->n; last > 0;) {
        int first = last - 1;
        while (first > 0 && ((struct section *)sections->item[first])->side == SIDE_DOWN)
            first--;
        for (int i = first; i < last; i++) {
            struct section *section = sections->item[i];
            if (section->side == SIDE_DOWN)
                TRY(add_section(reading, section, &reading->migration->down));
        }
        last = first;
    }
    return 0;
}

/* BEGIN or COMMIT without anything that it would make different. */
static bool is_plain(const struct reading *reading, const struct sql_piece *piece, const char *const *verbs)
{
    static const char *const rest[] = {"transaction", "work", "deferred", "immediate", "exclusive", NULL};
    struct lexer lexer;
    lex_open(&lexer, reading->dialect->lex, piece->text, piece->length);
    struct token token = lex_next_bare(&lexer);
    bool plain = token_is_one_of(&token, verbs);
    while (plain && (token = lex_next_bare(&lexer)).kind != TOKEN_END)
        plain = token_is_one_of(&token, rest);
    return plain;
}

static bool is_session(const struct reading *reading, const struct sql_piece *piece)
{
    struct classified what;
    classify(reading->ctx->mem, reading->dialect->classify, piece, &what);
    return what.touches == TOUCHES_SESSION;
}

/*
 * Dumps of SQLite and of many tools stand between BEGIN and COMMIT as a whole, settings of the session aside: that is what a
 * file is here without them.
 */
static void drop_frame(const struct reading *reading, struct split *split)
{
    static const char *const begins[] = {"begin", "start", NULL}, *const ends[] = {"commit", "end", NULL};
    int first = 0, last = split->n - 1;
    while (first < split->n && is_session(reading, &split->piece[first]))
        first++;
    if (first >= split->n || !is_plain(reading, &split->piece[first], begins))
        return;
    while (last > first && is_session(reading, &split->piece[last]))
        last--;
    if (last == first || !is_plain(reading, &split->piece[last], ends))
        return;
    struct sql_piece *piece = split->piece;
    memmove(piece + last, piece + last + 1, sizeof *piece * (size_t)(split->n - last - 1));
    memmove(piece + first, piece + first + 1, sizeof *piece * (size_t)(split->n - first - 2));
    split->n -= 2;
}

/* Runs one reader with its warnings kept, and keeps its failure too, unless that is about us and not about the file. */
static int keep_fault(const struct reading *reading, int (*reader)(const struct reading *), struct list *warnings,
                      const struct error **error)
{
    struct ctx *ctx = reading->ctx;
    event_fn *on_event = ctx->on_event;
    void *sink = ctx->sink;
    struct keeping keeping = {ctx->mem, warnings};
    ctx->on_event = keep_event;
    ctx->sink = &keeping;
    int code = reader(reading);
    ctx->on_event = on_event;
    ctx->sink = sink;
    if (code == ERR_CANCELLED)
        return code;
    if (code < 0 && !*error)
        *error = error_keep(ctx);
    return 0;
}

static char *checksum_of_ups(const struct reading *reading)
{
    struct arena *mem = reading->ctx->mem;
    const struct section *only = NULL;
    struct names all = {0};
    int sections = 0;
    for (int i = 0; i < reading->legacy.n; i++) {
        const struct section *section = reading->legacy.item[i];
        if (section->side != SIDE_UP)
            continue;
        only = section;
        sections++;
    }
    /* A single section, as in nearly all files, is hashed where it stands, however large it is. */
    if (sections == 1)
        return legacy_checksum_of_text(mem, reading->text + only->from, only->to - only->from);
    for (int i = 0; i < reading->legacy.n; i++) {
        const struct section *section = reading->legacy.item[i];
        if (section->side != SIDE_UP)
            continue;
        struct names some = legacy_statements(mem, reading->text + section->from, section->to - section->from);
        for (int j = 0; j < some.n; j++)
            names_add(mem, &all, some.item[j]);
    }
    return legacy_checksum(mem, &all);
}

static int spoiled(const struct reading *reading, size_t at, const char *what)
{
    int line = 1;
    size_t begin = 0;
    for (size_t i = 0; i < at; i++)
        if (reading->text[i] == '\n') {
            line++;
            begin = i + 1;
        }
    fail(reading->ctx, ERR_SYNTAX, "%s", what);
    fail_hint(reading->ctx, reading->dialect->lex->delimiter_command
                                ? "Save the file as UTF-8 text; a dump that holds bytes has to be made with --hex-blob."
                                : "Save the file as UTF-8 text.");
    return fail_at(reading->ctx, reading->migration->path, line, (int)(at - begin) + 1);
}

static int check_bytes(const struct reading *reading)
{
    const char *zero = memchr(reading->text, 0, reading->length);
    size_t at;
    if (zero)
        return spoiled(reading, (size_t)(zero - reading->text), "the file holds a zero byte");
    if (!utf8_valid(reading->text, reading->length, &at))
        return spoiled(reading, at, "the file is not UTF-8");
    return 0;
}

static int no_upgrade(const struct reading *reading)
{
    bool empty = true;
    for (size_t i = reading->start; empty && i < reading->length; i++)
        empty = char_is_space((unsigned char)reading->text[i]);
    fail(reading->ctx, ERR_SYNTAX, empty ? "the file is empty" : "no line says \"-- upgrade\"");
    fail_hint(reading->ctx,
              "Put a line \"-- upgrade\" before the SQL that is to run, and \"-- rollback\" before what undoes it.");
    return fail_at(reading->ctx, reading->migration->path, 1, 1);
}

static int read_text(struct reading *reading)
{
    struct migration *migration = reading->migration;
    TRY(keep_fault(reading, check_bytes, &migration->up_warnings, &migration->up_error));
    TRY(find_sections(reading));
    migration->has_down = has_side(&reading->sections, SIDE_DOWN);
    migration->checksum = is_seed(reading) ? legacy_checksum_of_seed(reading->ctx->mem, reading->text, reading->length)
                                           : checksum_of_ups(reading);
    TRY(keep_fault(reading, fail_missed, &migration->up_warnings, &migration->up_error));
    TRY(keep_fault(reading, read_header, &migration->up_warnings, &migration->up_error));
    migration->down_error = migration->up_error;
    if (!has_side(&reading->sections, SIDE_UP))
        TRY(keep_fault(reading, no_upgrade, &migration->up_warnings, &migration->up_error));
    TRY(keep_fault(reading, split_up, &migration->up_warnings, &migration->up_error));
    TRY(keep_fault(reading, split_down, &migration->down_warnings, &migration->down_error));
    if (migration->has_down && !migration->down.n)
        read_irreversible(reading);
    if (!migration->no_transaction) {
        drop_frame(reading, &migration->up);
        drop_frame(reading, &migration->down);
    }
    return 0;
}

char *migration_tokens(struct arena *mem, const struct migration *migration)
{
    if (migration->script)
        return arena_dup(mem, migration->checksum);
    const struct split *up = migration->written[0] ? migration->written[0] : &migration->up;
    return lex_checksum(mem, migration->lex, up->piece, up->n);
}

/* Of the byte order mark that it begins with. */
static size_t mark_length(const char *text, size_t length)
{
    return length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;
}

static int text_take(struct ctx *ctx, const struct dialect *dialect, struct migration *migration)
{
    if (migration->script)
        return script_fill(ctx, migration);
    struct reading reading = {
        .ctx = ctx, .dialect = dialect, .migration = migration, .text = migration->text, .length = migration->length};
    reading.start = mark_length(reading.text, reading.length);
    return read_text(&reading);
}

static int text_read(struct ctx *ctx, struct migration *migration)
{
    char *text, head[HEAD];
    TRY(file_head(ctx, migration->path, head, sizeof head, &migration->length));
    if (memchr(head, 0, migration->length)) { /* no text, perhaps a large one: nothing else of it is worth reading */
        migration->text = arena_copy(ctx->mem, head, migration->length);
        return 0;
    }
    TRY(mapping_open(ctx, migration->path, &migration->mapping));
    if (migration->mapping) {
        migration->text = migration->mapping->text;
        migration->length = migration->mapping->length;
        return 0;
    }
    TRY(file_read(ctx, migration->path, 0, &text, &migration->length));
    migration->text = text;
    return 0;
}

int migration_fill(struct ctx *ctx, const struct dialect *dialect, struct migration *migration)
{
    TRY(text_read(ctx, migration));
    TRY(text_take(ctx, dialect, migration));
    return migration->mapping ? mapping_check(ctx, migration->mapping) : 0;
}

static int name_read(struct ctx *ctx, const struct dialect *dialect, const char *path, struct migration **migration)
{
    struct file_name name;
    const char *filename = path_name(path);
    if (file_name_read(ctx->mem, filename, &name) != NAME_MIGRATION) {
        fail(ctx, ERR_USAGE, "%s is not named like a migration", path);
        return fail_hint(ctx, "A migration's name is like primary__0001_users.sql.");
    }
    struct migration *new = *migration = NEW(ctx->mem, struct migration);
    *new = (struct migration){.path = arena_dup(ctx->mem, path),
                              .filename = arena_dup(ctx->mem, filename),
                              .lex = dialect->lex,
                              .journal_name = arena_dup(ctx->mem, filename),
                              .type = name.type,
                              .version = name.version,
                              .number = name.number,
                              .description = name.description,
                              .script = name.script,
                              .limits = {-1, -1}};
    return 0;
}

int migration_of_text(struct ctx *ctx, const struct dialect *dialect, const char *path, const struct sql_piece *text,
                      struct migration **migration)
{
    TRY(name_read(ctx, dialect, path, migration));
    (*migration)->text = text->text;
    (*migration)->length = text->length;
    return text_take(ctx, dialect, *migration);
}

static bool begins_by_itself(struct arena *mem, const struct dialect *dialect, const struct split *split)
{
    for (int i = 0; i < split->n; i++) {
        struct classified what;
        classify(mem, dialect->classify, &split->piece[i], &what);
        if (what.verb == VERB_BEGIN)
            return true;
    }
    return false;
}

int migration_whole(struct ctx *ctx, const struct dialect *dialect, struct migration *migration)
{
    const struct reading reading = {
        .ctx = ctx, .dialect = dialect, .migration = migration, .text = migration->text, .length = migration->length};
    const size_t start = mark_length(reading.text, reading.length);
    TRY(check_bytes(&reading));
    const struct sql_piece rest = {
        .line = 1, .column = 1, .text = reading.text + start, .length = reading.length - start};
    TRY(split_section(ctx, dialect->lex, migration->path, &rest, &migration->up));
    migration->no_transaction = begins_by_itself(ctx->mem, dialect, &migration->up);
    return 0;
}

static bool has_sections(const struct sql_piece *text)
{
    static const char mark[] = "-- upgrade";
    for (size_t i = 0; i + sizeof mark <= text->length + 1; i++)
        if (!strncasecmp(text->text + i, mark, sizeof mark - 1))
            return true;
    return false;
}

int migration_of_sql(struct ctx *ctx, const struct dialect *dialect, const char *path, const struct sql_piece *text,
                     struct migration **migration)
{
    struct file_name name;
    bool sections = has_sections(text);
    if (sections && file_name_read(ctx->mem, path_name(path), &name) == NAME_MIGRATION)
        return migration_of_text(ctx, dialect, path, text, migration);
    struct migration *new = *migration = NEW(ctx->mem, struct migration);
    *new = (struct migration){.path = path,
                              .filename = path_name(path),
                              .lex = dialect->lex,
                              .number = -1,
                              .limits = {-1, -1},
                              .text = text->text,
                              .length = text->length};
    return sections ? text_take(ctx, dialect, new) : migration_whole(ctx, dialect, new);
}

int migration_read(struct ctx *ctx, const struct dialect *dialect, const char *path, struct migration **migration)
{
    TRY(name_read(ctx, dialect, path, migration));
    return migration_fill(ctx, dialect, *migration);
}

int migration_check(struct ctx *ctx, const struct migration *migration, bool down)
{
    const struct list *warnings = down ? &migration->down_warnings : &migration->up_warnings;
    const struct error *error = down ? migration->down_error : migration->up_error;
    for (int i = 0; i < warnings->n; i++) {
        const struct event *event = warnings->item[i];
        emit_warning_at(ctx, event->place, "%s", event->text);
    }
    return error ? error_again(ctx, error) : 0;
}
