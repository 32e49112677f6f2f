/*
 * DO $$ ... $$: what such a block of PostgreSQL does to the schema is known where it only asks the catalog for names, and where an
 * exception can only be that something is there already.  Its statements are then translated one by one, at their own lines; any
 * other block is not translated as a whole.
 */
#include "translate/parts.h"

#include "base/text.h"

/* What the catalog holds, and by which columns it is asked for a name. */
enum asked {
    ASKED_TABLE,
    ASKED_VIEW,
    ASKED_RELATION,
    ASKED_COLUMN,
    ASKED_CONSTRAINT,
    ASKED_INDEX,
    ASKED_REFERENCE,
    ASKED_TYPE,
    ASKED_SCHEMA
};

static const struct catalog {
    const char *name;
    enum asked asked;
    const char *object, *table; /* the columns that say the name and its table; NULL: none does */
    const char *kind;           /* that says which kind of constraint it is; NULL */
} catalogs[] = {
    {"tables", ASKED_TABLE, "table_name"},
    {"pg_tables", ASKED_TABLE, "tablename"},
    {"views", ASKED_VIEW, "table_name"},
    {"pg_views", ASKED_VIEW, "viewname"},
    {"pg_class", ASKED_RELATION, "relname"},
    {"columns", ASKED_COLUMN, "column_name", "table_name"},
    {"table_constraints", ASKED_CONSTRAINT, "constraint_name", "table_name", "constraint_type"},
    {"pg_constraint", ASKED_CONSTRAINT, "conname", "conrelid", "contype"},
    {"pg_indexes", ASKED_INDEX, "indexname", "tablename"},
    {"pg_type", ASKED_TYPE, "typname"},
    {"pg_namespace", ASKED_SCHEMA, "nspname"},
    {"schemata", ASKED_SCHEMA, "schema_name"},
    {"statistics", ASKED_INDEX, "index_name", "table_name"},
    {"referential_constraints", ASKED_REFERENCE, "constraint_name", "table_name"},
};

static const struct {
    const char *said[2];
    enum kind kind;
} constraint_kinds[] = {
    {{"p", "primary key"}, KIND_PRIMARY_KEY},
    {{"u", "unique"}, KIND_UNIQUE},
    {{"f", "foreign key"}, KIND_FOREIGN_KEY},
    {{"c", "check"}, KIND_CHECK},
};

struct question {
    const struct catalog *catalog;
    const char *name, *table; /* NULL: any */
    const char *schema;       /* NULL: any */
    enum kind kind;           /* of a constraint; KIND_COUNT: any */
};

static int condition_refuse(const struct scan *scan)
{
    return fail(scan->t->ctx, ERR_UNSUPPORTED, "what its condition asks is not known here");
}

/* ---- EXISTS (SELECT 1 FROM catalog WHERE name = '...' AND ...) */

/* 'users'::regclass, 'x': its value without its schema; NULL: it is something else. */
static const char *value_read(struct scan *scan)
{
    const struct token *token = scan_peek(scan, 0);
    const char *value = token->kind == TOKEN_STRING ? scan_string(scan, token) : variable_text(scan, token);
    scan->at++;
    if (value && token_is(scan_peek(scan, 0), "::")) {
        bool names = token_is(scan_peek(scan, 1), "regclass");
        const char *dot = names ? strrchr(value, '.') : NULL;
        scan->at += 2;
        value = text_replace(scan->t->mem, dot ? dot + 1 : value, names ? "\"" : "", "");
    }
    return value;
}

static bool is_schema_column(const char *name)
{
    static const char *const schemas[] = {
        "table_schema",      "schemaname",    "nspname",      "relnamespace", "typnamespace",
        "constraint_schema", "table_catalog", "index_schema", "schema_name",  NULL};
    for (int i = 0; schemas[i]; i++)
        if (text_equal_nocase(name, schemas[i]))
            return true;
    return false;
}

static int kind_asked(const struct scan *scan, const char *value, struct question *question)
{
    for (size_t i = 0; i < sizeof constraint_kinds / sizeof *constraint_kinds; i++)
        for (int said = 0; said < 2; said++)
            if (text_equal_nocase(value, constraint_kinds[i].said[said])) {
                question->kind = constraint_kinds[i].kind;
                return 0;
            }
    return condition_refuse(scan);
}

/* One of "a = 'x' AND b = 'y'": from here to the end of `scan`. Tables of all schemas stand side by side. */
static int comparison_read(struct scan *scan, struct question *question)
{
    const struct catalog *catalog = question->catalog;
    const char *column;
    TRY(scan_qualified(scan, &column));
    if (!scan_accept(scan, "="))
        return condition_refuse(scan);
    if (is_schema_column(column) && catalog->asked != ASKED_SCHEMA) {
        scan->at = scan->n;
        return 0;
    }
    const char *value = value_read(scan);
    if (!value || !scan_at_end(scan))
        return condition_refuse(scan);
    if (text_equal_nocase(column, catalog->object))
        question->name = value;
    else if (catalog->table && text_equal_nocase(column, catalog->table))
        question->table = value;
    else if (catalog->kind && text_equal_nocase(column, catalog->kind))
        return kind_asked(scan, value, question);
    else
        return condition_refuse(scan);
    return 0;
}

static int where_read(struct scan *scan, int from, int to, struct question *question)
{
    struct scan part = *scan;
    part.n = to;
    while (from < to) {
        int and = scan_find(&part, from, "and");
        struct scan one = {.t = scan->t, .token = scan->token, .at = from, .n = and < 0 ? to : and};
        TRY(comparison_read(&one, question));
        from = and < 0 ? to : and+1;
    }
    return 0;
}

/* A JOIN of the schemas says nothing more. */
static int from_read(struct scan *scan, int to, struct question *question)
{
    const char *name, *ignored;
    struct scan part = *scan;
    part.n = to;
    TRY(scan_qualified(&part, &name));
    for (size_t i = 0; i < sizeof catalogs / sizeof *catalogs && !question->catalog; i++)
        if (text_equal_nocase(catalogs[i].name, name))
            question->catalog = &catalogs[i];
    if (!question->catalog)
        return condition_refuse(scan);
    scan_accept(&part, "as");
    if (!scan_is(&part, "join") && !scan_is(&part, "inner") && !scan_at_end(&part))
        TRY(scan_name(&part, &ignored));
    scan_accept(&part, "inner");
    if (!scan_accept(&part, "join"))
        return scan_at_end(&part) ? 0 : condition_refuse(scan);
    TRY(scan_qualified(&part, &name));
    return text_equal(name, "pg_namespace") && scan_find(&part, part.at, "join") < 0 ? 0 : condition_refuse(scan);
}

/* From SELECT to `to`. */
static int question_read(struct scan *scan, int to, struct question *question)
{
    struct scan part = *scan;
    part.n = to;
    int from = scan_find(&part, scan->at, "from"), where = scan_find(&part, scan->at, "where");
    *question = (struct question){.kind = KIND_COUNT};
    if (!scan_is(scan, "select") || from < 0 || where < from)
        return condition_refuse(scan);
    part.at = from + 1;
    TRY(from_read(&part, where, question));
    return where_read(&part, where + 1, to, question);
}

static bool constraint_fits(const struct question *question, const struct object *o)
{
    bool constraint =
        o->kind == KIND_UNIQUE || o->kind == KIND_CHECK || o->kind == KIND_FOREIGN_KEY || o->kind == KIND_PRIMARY_KEY;
    if (!constraint || (question->kind != KIND_COUNT && question->kind != o->kind))
        return false;
    return !question->name || text_equal_nocase(o->name, question->name) ||
           (o->kind == KIND_PRIMARY_KEY && text_ends(question->name, "_pkey"));
}

/* Its name may have had to give way to another's, and MySQL calls a key PRIMARY. */
static bool index_fits(const struct question *question, const struct object *o, const struct object *table)
{
    const char *name = question->name;
    if (o->kind == KIND_PRIMARY_KEY)
        return name && text_equal_nocase(name, "PRIMARY");
    size_t before = table ? strlen(table->name) + 1 : 0;
    return (o->kind == KIND_INDEX || o->kind == KIND_UNIQUE) &&
           (!name || text_equal_nocase(o->name, name) ||
            (question->table && before && strlen(o->name) > before && text_equal_nocase(o->name + before, name)));
}

static bool object_fits(const struct question *question, const struct object *o)
{
    bool named = !question->name || text_equal_nocase(o->name, question->name);
    const struct object *table = object_ancestor(o, KIND_TABLE);
    if (question->table && !(table && table != o && text_equal_nocase(table->name, question->table)))
        return false;
    switch (question->catalog->asked) {
    case ASKED_TABLE: return named && (o->kind == KIND_TABLE || o->kind == KIND_VIEW);
    case ASKED_VIEW: return named && o->kind == KIND_VIEW;
    case ASKED_RELATION:
        return named &&
               (o->kind == KIND_TABLE || o->kind == KIND_VIEW || o->kind == KIND_INDEX || o->kind == KIND_UNIQUE);
    case ASKED_COLUMN: return named && o->kind == KIND_COLUMN;
    case ASKED_CONSTRAINT: return constraint_fits(question, o);
    case ASKED_INDEX: return index_fits(question, o, table);
    case ASKED_REFERENCE: return named && o->kind == KIND_FOREIGN_KEY;
    default: return false;
    }
}

static int answer(struct translator *t, const struct question *question, long *found)
{
    struct tree *tree;
    if (question->catalog->asked == ASKED_TYPE || question->catalog->asked == ASKED_SCHEMA) {
        bool type = question->catalog->asked == ASKED_TYPE;
        if (!question->name)
            return fail(t->ctx, ERR_UNSUPPORTED, "what its condition asks is not known here");
        *found = type ? map_get(&t->types, question->name) != NULL : names_have(&t->schemas, question->name);
        return 0;
    }
    TRY(shadow_tree(t, &tree));
    *found = 0;
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        *found += object_fits(question, o);
    return 0;
}

int catalog_count(struct scan *scan, int to, long *count)
{
    struct question question;
    TRY(question_read(scan, to, &question));
    return answer(scan->t, &question, count);
}

/* [NOT] EXISTS (...), to THEN. */
static int condition_read(struct scan *scan, bool *holds)
{
    int from, to;
    struct question question;
    long found;
    bool wanted = !scan_accept(scan, "not");
    if (!scan_accept(scan, "exists"))
        return condition_refuse(scan);
    TRY(scan_group(scan, &from, &to));
    if (!scan_accept(scan, "then"))
        return condition_refuse(scan);
    struct scan inside = *scan;
    inside.at = from;
    TRY(question_read(&inside, to, &question));
    TRY(answer(scan->t, &question, &found));
    *holds = (found > 0) == wanted;
    return 0;
}

/* ---- what a statement would raise */

static bool has(struct translator *t, enum asked asked, const char *name, const char *table)
{
    const struct catalog catalog = {.asked = asked};
    const struct question question = {.catalog = &catalog, .name = name, .table = table, .kind = KIND_COUNT};
    long found = 0;
    return answer(t, &question, &found) == 0 && found;
}

static int unknown(const struct scan *scan)
{
    return fail(scan->t->ctx, ERR_UNSUPPORTED, "which exceptions a statement of it raises is not known here");
}

static int alter_raises(struct scan *scan, const char **condition)
{
    const char *table, *name;
    struct translator *t = scan->t;
    scan->at += 2;
    scan_accept(scan, "if exists");
    scan_accept(scan, "only");
    TRY(scan_qualified(scan, &table));
    if (scan_find(scan, scan->at, ",") >= 0 || !scan_accept(scan, "add"))
        return unknown(scan);
    if (scan_accept(scan, "constraint")) {
        TRY(scan_name(scan, &name));
        bool index = scan_is(scan, "unique"), key = scan_is(scan, "primary");
        if (key && has(t, ASKED_CONSTRAINT, "_pkey", table))
            *condition = "invalid_table_definition";
        else if (has(t, ASKED_CONSTRAINT, name, table))
            *condition = index ? "duplicate_table" : "duplicate_object";
        return 0;
    }
    bool column = scan_accept(scan, "column");
    if (scan_accept(scan, "if not exists"))
        return 0;
    if (!column &&
        (scan_is(scan, "primary") || scan_is(scan, "unique") || scan_is(scan, "foreign") || scan_is(scan, "check")))
        return unknown(scan);
    TRY(scan_name(scan, &name));
    if (has(t, ASKED_COLUMN, name, table))
        *condition = "duplicate_column";
    return 0;
}

static const struct {
    const char *words; /* as in struct translate_shape; the name follows */
    enum asked asked;
    const char *condition; /* if it is there */
} makers[] = {
    {"CREATE TYPE", ASKED_TYPE, "duplicate_object"},
    {"CREATE DOMAIN", ASKED_TYPE, "duplicate_object"},
    {"CREATE SCHEMA", ASKED_SCHEMA, "duplicate_schema"},
    {"CREATE TABLE", ASKED_RELATION, "duplicate_table"},
    {"CREATE VIEW", ASKED_RELATION, "duplicate_table"},
    {"CREATE INDEX", ASKED_RELATION, "duplicate_table"},
    {"CREATE UNIQUE INDEX", ASKED_RELATION, "duplicate_table"},
};

/* `condition`: what it raises as the schema stands; NULL: nothing. `any`: what rows make it raise counts too. */
static int raises(struct scan scan, bool any, const char **condition)
{
    const char *name;
    const struct translate_shape *shape = shape_find(&scan, scan.t->rules->statements);
    *condition = NULL;
    if (shape)
        return 0; /* it is left out, with or without a warning */
    if (scan_are(&scan, "alter table"))
        return any ? unknown(&scan) : alter_raises(&scan, condition);
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
        if (!shape_fits(&scan, makers[i].words) || (any && makers[i].asked == ASKED_RELATION))
            continue;
        for (const char *space = makers[i].words; space; space = strchr(space + 1, ' '))
            scan.at++;
        if (scan_accept(&scan, "if not exists"))
            return 0;
        TRY(scan_qualified(&scan, &name));
        if (has(scan.t, makers[i].asked, name, NULL))
            *condition = makers[i].condition;
        return 0;
    }
    return unknown(&scan);
}

/* ---- the block */

struct block {
    struct scan scan;
    bool exact;          /* its text is that of the file: lines can be told */
    bool run;            /* else it is only read, to see whether all of it is understood */
    bool catches;        /* an exception handler follows */
    struct names caught; /* by it */
    const char *raised;  /* what the statements raised; NULL */
    int done;            /* statements since BEGIN */
};

static int statements_read(struct block *block);

static int line_of(const struct block *block, const struct sql_piece *whole, const char *text)
{
    int line = whole->line;
    for (const char *c = whole->text; block->exact && c < text; c++)
        line += *c == '\n';
    return line;
}

static bool catches(const struct block *block, const char *condition)
{
    return names_have(&block->caught, condition) || names_have(&block->caught, "others");
}

/* One statement of SQL, `length` bytes of `text`; what it raises ends the statements of its block. */
static int statement_run(struct block *block, const char *text, size_t length)
{
    struct translator *t = block->scan.t;
    const struct sql_piece *whole = t->piece;
    struct sql_piece *piece = NEW(t->mem, struct sql_piece);
    const char *condition = NULL;
    struct scan scan;
    *piece = (struct sql_piece){text, length, line_of(block, whole, text), 1};
    scan_open(&scan, t, text, length);
    if (block->catches)
        TRY(raises(scan, names_have(&block->caught, "others"), &condition));
    if (!block->run)
        return 0;
    if (condition && catches(block, condition)) {
        if (block->done)
            return fail(t->ctx, ERR_UNSUPPORTED, "what stands before an exception would have to be undone");
        block->raised = condition;
        return 0;
    }
    block->done++;
    t->piece = piece;
    int code = statement_try(t);
    t->piece = whole;
    return code;
}

static int if_read(struct block *block)
{
    bool run = block->run, holds = false, done = false;
    do {
        TRY(condition_read(&block->scan, &holds));
        block->run = run && !done && holds && !block->raised;
        TRY(statements_read(block));
        done = done || holds;
    } while (scan_accept(&block->scan, "elsif") || scan_accept(&block->scan, "elseif"));
    if (scan_accept(&block->scan, "else")) {
        block->run = run && !done && !block->raised;
        TRY(statements_read(block));
    }
    block->run = run;
    TRY(scan_expect(&block->scan, "end if"));
    return scan_expect(&block->scan, ";");
}

/* EXCEPTION WHEN a OR b THEN, from `at` on: that something is there already, which alone can be known. */
static int caught_find(struct block *block, int at)
{
    static const char *const known[] = {"duplicate_object",
                                        "duplicate_table",
                                        "duplicate_column",
                                        "duplicate_schema",
                                        "invalid_table_definition",
                                        "others",
                                        "when",
                                        "or",
                                        NULL};
    for (; at < block->scan.n && !token_is(&block->scan.token[at], "then"); at++) {
        if (!token_is_one_of(&block->scan.token[at], known))
            return unknown(&block->scan);
        names_add(block->scan.t->mem, &block->caught, name_of(block->scan.t, &block->scan.token[at]));
    }
    return 0;
}

/* The handler of the block that begins here; -1. */
static int handler_find(const struct scan *scan)
{
    int depth = 1;
    for (int i = scan->at; i < scan->n && depth > 0; i++) {
        bool first = i == 0 || token_is(&scan->token[i - 1], ";") || token_is(&scan->token[i - 1], "begin") ||
                     token_is(&scan->token[i - 1], "then") || token_is(&scan->token[i - 1], "else");
        depth += first && token_is(&scan->token[i], "begin");
        depth -= first && token_is(&scan->token[i], "end") && !token_is(&scan->token[i + 1], "if");
        if (depth == 1 && first && token_is(&scan->token[i], "exception"))
            return i;
    }
    return -1;
}

/* BEGIN ... [EXCEPTION WHEN ... THEN ...] END; */
static int block_read(struct block *outer)
{
    struct block block = {.scan = outer->scan, .exact = outer->exact, .run = outer->run};
    int handler = handler_find(&block.scan);
    block.catches = handler >= 0;
    if (block.catches)
        TRY(caught_find(&block, handler + 1));
    if (outer->catches)
        return unknown(&block.scan);
    TRY(statements_read(&block));
    if (scan_accept(&block.scan, "exception when")) {
        while (!scan_is(&block.scan, "then") && !scan_at_end(&block.scan))
            block.scan.at++;
        TRY(scan_expect(&block.scan, "then"));
        block.run = outer->run && block.raised;
        block.raised = NULL;
        block.catches = false;
        TRY(statements_read(&block));
    }
    TRY(scan_expect(&block.scan, "end"));
    scan_accept(&block.scan, ";");
    outer->scan.at = block.scan.at;
    return 0;
}

/* EXECUTE format('ALTER SEQUENCE %s ...', name); is left out whatever its names are. */
static bool format_left_out(struct block *block)
{
    struct scan *scan = &block->scan, made;
    const struct token *token = scan_peek(scan, 2);
    int end = scan_find(scan, scan->at, ";");
    const char *text = token->kind == TOKEN_STRING ? scan_string(scan, token) : NULL;
    if (!scan_are(scan, "format (") || !text || end < 0)
        return false;
    scan_open(&made, scan->t, text, strlen(text));
    const struct translate_shape *shape = shape_find(&made, scan->t->rules->statements);
    if (!shape || shape->cannot)
        return false;
    if (block->run)
        note(scan->t, NOTE_LEFT_OUT, "%s is left out: %s", text, shape->reason);
    scan->at = end + 1;
    return true;
}

/* EXECUTE 'a statement'; */
static int execute_read(struct block *block)
{
    struct scan *scan = &block->scan;
    const struct token *token = scan_peek(scan, 0);
    const char *text = token->kind == TOKEN_STRING ? scan_string(scan, token) : NULL;
    if (format_left_out(block))
        return 0;
    if (!text || !token_is(scan_peek(scan, 1), ";"))
        return fail(scan->t->ctx, ERR_UNSUPPORTED, "EXECUTE of what is put together cannot be known here");
    scan->at += 2;
    bool exact = block->exact;
    block->exact = false;
    int code = statement_run(block, text, strlen(text));
    block->exact = exact;
    return code;
}

/* RAISE NOTICE says something, and nothing more. */
static int raise_read(struct block *block, int end)
{
    static const char *const harmless[] = {"notice", "info", "debug", "log", "warning", NULL};
    if (!token_is_one_of(scan_peek(&block->scan, 0), harmless))
        return fail(block->scan.t->ctx, ERR_UNSUPPORTED, "exceptions of its own are not known here");
    block->scan.at = end + 1;
    return 0;
}

static int refuse_word(const struct scan *scan)
{
    const struct token *token = scan_peek(scan, 0);
    return fail(
        scan->t->ctx, ERR_UNSUPPORTED,
        "only statements, IF with names of the catalog and exception handlers are known of such a block, and not \"%.*s\"",
        (int)token->length, token->text);
}

/* What is PL/pgSQL's own, and statements that put something into a variable. */
static bool is_program(const struct scan *scan, int end)
{
    static const char *const words[] = {"for",     "foreach", "while", "loop",  "return", "get",
                                        "case",    "open",    "fetch", "close", "exit",   "continue",
                                        "perform", "assert",  "move",  "call",  NULL};
    struct scan part = *scan;
    part.n = end;
    return token_is_one_of(scan_peek(scan, 0), words) || token_is(scan_peek(scan, 1), ":") ||
           token_is(scan_peek(scan, 1), "=") || token_is(scan_peek(scan, 1), ":=") ||
           (scan_is(scan, "select") && scan_find(&part, scan->at, "into") >= 0);
}

static int statement_next(struct block *block)
{
    struct scan *scan = &block->scan;
    if (scan_accept(scan, "begin"))
        return block_read(block);
    if (scan_accept(scan, "if"))
        return if_read(block);
    if (scan_accept(scan, "null ;"))
        return 0;
    int end = scan_find(scan, scan->at, ";");
    if (end < 0)
        return scan_fail(scan);
    if (scan_accept(scan, "execute"))
        return execute_read(block);
    if (scan_accept(scan, "raise"))
        return raise_read(block, end);
    if (is_program(scan, end))
        return refuse_word(scan);
    const struct token *first = scan_peek(scan, 0), *last = &scan->token[end - 1];
    scan->at = end + 1;
    return statement_run(block, first->text, (size_t)(last->text + last->length - first->text));
}

static int statements_read(struct block *block)
{
    static const char *const ends[] = {"end", "else", "elsif", "elseif", "exception", "when", NULL};
    bool run = block->run;
    while (!scan_at_end(&block->scan) && !token_is_one_of(scan_peek(&block->scan, 0), ends)) {
        TRY(statement_next(block));
        block->run = run && !block->raised;
    }
    block->run = run;
    return 0;
}

/* The text between the quotes, as it stands in the file; or its value. */
static const char *body_text(struct scan *scan, const struct token *token, size_t *length, bool *exact)
{
    const char *text = token->text;
    size_t quote = *text == '$' ? (size_t)((const char *)memchr(text + 1, '$', token->length - 1) - text) + 1 : 0;
    *exact = quote != 0;
    if (*exact) {
        *length = token->length - 2 * quote;
        return text + quote;
    }
    const char *value = scan_string(scan, token);
    *length = value ? strlen(value) : 0;
    return value;
}

static int body_read(struct block block, bool run)
{
    block.run = run;
    TRY(scan_expect(&block.scan, "begin"));
    TRY(block_read(&block));
    return scan_end(&block.scan);
}

/* DO [LANGUAGE plpgsql] $$ ... $$ [LANGUAGE plpgsql] */
int block_do(struct scan *scan)
{
    struct translator *t = scan->t;
    struct block block = {0};
    size_t length = 0;
    const char *text = NULL;
    for (int i = 1; i < scan->n; i++) {
        const struct token *token = &scan->token[i];
        if (token_is(token, "language") && !token_is(token + 1, "plpgsql"))
            return fail(t->ctx, ERR_UNSUPPORTED, "its language is not known here");
        if (token->kind == TOKEN_STRING && !text)
            text = body_text(scan, token, &length, &block.exact);
    }
    if (!text)
        return scan_fail(scan);
    scan_open(&block.scan, t, text, length);
    if (scan_is(&block.scan, "declare"))
        return fail(t->ctx, ERR_UNSUPPORTED, "it has variables, and what they hold is not known here");
    TRY(body_read(block, false));
    return body_read(block, true);
}
