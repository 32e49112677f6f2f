/*
 * Reading a text for names, in two passes over its tokens.  The first finds the scopes (one for each SELECT, INSERT, UPDATE
 * and DELETE), the relations that each reads, their aliases and the names of CTEs; the second resolves what is left, from
 * the innermost scope outwards.  What cannot be resolved (an output name, a column of a subquery) is not a mention.
 */
#include "diff/mention.h"

#include <string.h>

#include "base/text.h"
#include "diff/compare.h"

enum { DEEPEST = 100, NO_SCOPE = -1 };

struct source {
    const char *alias; /* or the relation's own name */
    struct object *relation;
    bool aliased;
};

struct scope {
    int outer;
    bool outermost; /* gives a view its columns */
    bool inserts;
    struct list source;
};

/* What a token has turned out to be in the first pass. */
enum use { USE_OPEN, USE_DONE };

struct reader {
    struct arena *mem;
    const struct directory *directory;
    const struct object *own; /* the relation whose columns stand bare; NULL: none */
    const char *text;
    struct token *token;
    int *scope; /* of each token */
    enum use *use;
    int n;
    struct list scopes; /* struct scope * */
    struct names ctes;
    struct list *found;
};

/* ---- tokens ---- */

static bool is_name(const struct reader *reader, int at)
{
    return at >= 0 && at < reader->n &&
           (reader->token[at].kind == TOKEN_WORD || reader->token[at].kind == TOKEN_QUOTED);
}

static bool is(const struct reader *reader, int at, const char *word)
{
    return at >= 0 && at < reader->n && token_is(&reader->token[at], word);
}

static bool is_any(const struct reader *reader, int at, const char *const *words)
{
    for (; *words; words++)
        if (is(reader, at, *words))
            return true;
    return false;
}

static bool is_operator(const struct reader *reader, int at, const char *text)
{
    return at >= 0 && at < reader->n && reader->token[at].kind == TOKEN_OPERATOR &&
           reader->token[at].length == strlen(text) && !memcmp(reader->token[at].text, text, strlen(text));
}

/* As the engine takes it: a bare word is folded where bare words are. */
static const char *name_at(const struct reader *reader, int at)
{
    const char *name = token_name(reader->mem, &reader->token[at]);
    bool folds = reader->token[at].kind == TOKEN_WORD && reader->directory->target->dialect->ident->upper_needs_quotes;
    return folds ? text_lower(reader->mem, name) : name;
}

static bool same_name(const struct reader *reader, const char *a, const char *b)
{
    return compare_name(reader->mem, reader->directory->target, a, b);
}

/* Names joined by dots from `at` on: how many; the last one is at `at + 2 * (n - 1)`. */
static int chain_length(const struct reader *reader, int at)
{
    int n = 1;
    while (is(reader, at + 2 * n - 1, ".") && is_name(reader, at + 2 * n))
        n++;
    return n;
}

static void mention_add(struct reader *reader, struct object *to, int at, bool shown)
{
    struct mention *mention = NEW(reader->mem, struct mention);
    const struct token *token = &reader->token[at];
    *mention = (struct mention){
        .to = to, .offset = (size_t)(token->text - reader->text), .length = token->length, .shown = shown};
    list_add(reader->mem, reader->found, mention);
}

static void tokens_read(struct reader *reader, const char *text)
{
    struct lexer lexer;
    int room = 0;
    reader->text = text;
    lex_open(&lexer, reader->directory->target->dialect->lex, text, strlen(text));
    while (lex_next_code(&lexer).kind != TOKEN_END)
        room++;
    reader->token = NEW_ARRAY(reader->mem, struct token, room + 1);
    reader->scope = NEW_ARRAY(reader->mem, int, room + 1);
    reader->use = NEW_ARRAY(reader->mem, enum use, room + 1);
    lex_open(&lexer, reader->directory->target->dialect->lex, text, strlen(text));
    while (reader->n < room)
        reader->token[reader->n++] = lex_next_code(&lexer);
}

/* ---- types, and relations named in strings ---- */

static void type_mention(struct reader *reader, int at)
{
    int n = chain_length(reader, at), last = at + 2 * (n - 1);
    const char *schema = n > 1 ? name_at(reader, last - 2) : NULL;
    struct object *type = n <= 2 ? directory_type(reader->directory, schema, name_at(reader, last)) : NULL;
    if (type)
        mention_add(reader, type, last, false);
    for (int i = at; i <= last; i++)
        reader->use[i] = USE_DONE;
}

/* COLLATE name */
static void collation_mention(struct reader *reader, int at)
{
    int n = chain_length(reader, at), last = at + 2 * (n - 1);
    const char *schema = n > 1 ? name_at(reader, last - 2) : NULL;
    struct object *to = n <= 2 ? directory_collation(reader->directory, schema, name_at(reader, last)) : NULL;
    if (!to)
        return;
    mention_add(reader, to, last, false);
    for (int i = at; i <= last; i++)
        reader->use[i] = USE_DONE;
}

/* All of that name, whatever they are: a dictionary, a server, a language. */
static void any_defined_mention(struct reader *reader, int at)
{
    int n = chain_length(reader, at), last = at + 2 * (n - 1);
    const char *schema = n > 1 ? name_at(reader, last - 2) : NULL;
    const struct list *all = n <= 2 ? directory_defined(reader->directory, schema, name_at(reader, last)) : NULL;
    for (int k = 0; all && k < all->n; k++)
        mention_add(reader, all->item[k], last, false);
}

/* CLICKHOUSE(TABLE 'orders'), where a dictionary's values come from: the text is a bare name. */
static void source_mention(struct reader *reader, int at)
{
    const struct token *token = &reader->token[at];
    size_t inside = token->length > 2 ? token->length - 2 : 0;
    const char *name = text_replace(reader->mem, arena_copy(reader->mem, token->text + 1, inside), "''", "'");
    struct object *to = directory_relation(reader->directory, NULL, name);
    for (int i = 0; i < reader->n; i++)
        if (is(reader, i, "db") || is(reader, i, "host")) /* it is somewhere else */
            return;
    if (!to)
        return;
    struct mention *mention = NEW(reader->mem, struct mention);
    *mention = (struct mention){
        .to = to, .offset = (size_t)(token->text - reader->text), .length = token->length, .literal = true};
    list_add(reader->mem, reader->found, mention);
}

/* nextval('orders_id_seq'), 'orders_id_seq'::regclass: the text in quotes is itself a name. */
static void string_mention(struct reader *reader, int at)
{
    static const char *const counters[] = {"nextval", "currval", "setval", "pg_get_serial_sequence", NULL};
    static const char *const searched[] = {"regconfig", "regdictionary", NULL};
    bool called = is(reader, at - 1, "(") && is_any(reader, at - 2, counters);
    bool cast = is_operator(reader, at + 1, "::"), search = cast && is_any(reader, at + 2, searched);
    if (!called && !search && !(cast && is(reader, at + 2, "regclass")))
        return;
    const struct token *token = &reader->token[at];
    if (token->length < 2 || token->text[0] != '\'')
        return;
    struct list inside = {0};
    struct reader inner = {.mem = reader->mem, .directory = reader->directory, .found = &inside};
    tokens_read(&inner, arena_copy(reader->mem, token->text + 1, token->length - 2));
    if (!is_name(&inner, 0))
        return;
    int n = chain_length(&inner, 0);
    const char *schema = n > 1 ? name_at(&inner, 2 * (n - 2)) : NULL;
    const char *bare = name_at(&inner, 2 * (n - 1));
    const struct list *defined = search ? directory_defined(reader->directory, schema, bare) : NULL;
    struct object *to = defined  ? defined->item[0]
                        : search ? NULL
                                 : directory_relation(reader->directory, schema, bare);
    if (!to)
        return;
    struct mention *mention = NEW(reader->mem, struct mention);
    const struct token *name = &inner.token[2 * (n - 1)];
    size_t offset = (size_t)(token->text - reader->text) + 1 + (size_t)(name->text - inner.text);
    *mention = (struct mention){.to = to, .offset = offset, .length = name->length, .shown = false};
    list_add(reader->mem, reader->found, mention);
}

/* nextval(s), NEXT VALUE FOR s, as MariaDB has them: the name is that of what counts. */
static void counter_mention(struct reader *reader, int at)
{
    static const char *const calls[] = {"nextval", "lastval", "setval", NULL};
    bool named = (is(reader, at - 1, "(") && is_any(reader, at - 2, calls)) ||
                 (is(reader, at - 1, "for") && is(reader, at - 2, "value"));
    if (!named)
        return;
    int n = chain_length(reader, at), last = at + 2 * (n - 1);
    struct object *to =
        directory_relation(reader->directory, n > 1 ? name_at(reader, last - 2) : NULL, name_at(reader, last));
    if (!to || !kind_is(to->kind, KIND_COUNTER))
        return;
    mention_add(reader, to, last, false);
    for (int i = at; i <= last; i++)
        reader->use[i] = USE_DONE;
}

/* CAST(x AS type) */
static void casts_mention(struct reader *reader)
{
    for (int i = 0; i < reader->n; i++) {
        int depth = 0;
        if (!is(reader, i, "cast") || !is(reader, i + 1, "("))
            continue;
        for (int k = i + 1; k < reader->n; k++) {
            depth += is(reader, k, "(") - is(reader, k, ")");
            if (depth == 1 && is(reader, k, "as") && is_name(reader, k + 1))
                type_mention(reader, k + 1);
            if (!depth)
                break;
        }
    }
}

/* CAST(x AS type), x::type, strings that are names, and what counts. */
static void constants_mention(struct reader *reader)
{
    for (int i = 0; i < reader->n; i++) {
        if (reader->token[i].kind == TOKEN_STRING)
            (is(reader, i - 1, "table") ? source_mention : string_mention)(reader, i);
        else if (is_operator(reader, i, "::") && is_name(reader, i + 1))
            type_mention(reader, i + 1);
        else if (is(reader, i, "collate") && is_name(reader, i + 1))
            collation_mention(reader, i + 1);
    }
    for (int i = 0; i < reader->n; i++)
        if (is_name(reader, i))
            counter_mention(reader, i);
    casts_mention(reader);
}

/* The first that one of these finds in a text that is nothing else. */
static struct object *mention_only(const struct directory *directory, const char *text,
                                   void (*find)(struct reader *reader, int at))
{
    struct list found = {0};
    struct arena_mark mark = arena_save(directory->mem);
    struct reader reader = {.mem = directory->mem, .directory = directory, .found = &found};
    tokens_read(&reader, text);
    if (is_name(&reader, 0))
        find(&reader, 0);
    struct object *to = found.n ? ((const struct mention *)found.item[0])->to : NULL;
    arena_rewind(directory->mem, mark);
    return to;
}

struct object *mention_collation(const struct directory *directory, const char *text)
{
    if (*text == '"')
        return mention_only(directory, text, collation_mention);
    return directory_collation(directory, NULL, text);
}

struct object *mention_type(const struct directory *directory, const char *text)
{
    return mention_only(directory, text, type_mention);
}

/* ---- calls, and the head of what is called ---- */

/* All that may be meant: which overload it is, only the types of its arguments tell. */
static void calls_mention(struct reader *reader, int from)
{
    for (int i = from; i < reader->n; i++) {
        if (!is_name(reader, i))
            continue;
        int n = chain_length(reader, i), last = i + 2 * (n - 1);
        const char *schema = n > 1 ? name_at(reader, last - 2) : NULL;
        const struct list *all = n <= 2 && is(reader, last + 1, "(")
                                     ? directory_called(reader->directory, schema, name_at(reader, last))
                                     : NULL;
        for (int k = 0; all && k < all->n; k++)
            mention_add(reader, all->item[k], last, false);
        i = last;
    }
}

/* Where the name of what a CREATE FUNCTION or PROCEDURE makes stands; 0: it is another text. */
static int called_at(const struct reader *reader)
{
    static const char *const words[] = {"function", "procedure", NULL};
    int at = 1 + 2 * is(reader, 1, "or");
    return is(reader, 0, "create") && is_any(reader, at, words) ? at + 1 : 0;
}

/* "a orders", "OUT orders", "SETOF orders": a name before another is that of an argument, or a mode. */
static bool is_type_in_head(const struct reader *reader, int at, int last)
{
    return !is_name(reader, last + 1) || is(reader, last + 1, "default") || is(reader, last + 1, "as") ||
           is(reader, at - 1, "setof") || is(reader, at - 1, "returns");
}

/* Within a default: up to the comma before the next argument, or the end of all. */
static bool is_given(const struct reader *reader, int at, int depth, bool given)
{
    return (given || is(reader, at, "default")) && depth && !(depth == 1 && is(reader, at, ","));
}

/* Types of arguments and of the result.  Gives the first token of what it does: its body, if that is not in quotes. */
static int called_read(struct reader *reader, int at)
{
    static const char *const ends[] = {"language", "as", "begin", "return", NULL};
    int depth = 0;
    bool given = false; /* within a default */
    at += 2 * chain_length(reader, at) - 1;
    for (; at < reader->n && (depth || !is_any(reader, at, ends)); at++) {
        depth += is(reader, at, "(") - is(reader, at, ")");
        given = is_given(reader, at, depth, given);
        int last = is_name(reader, at) ? at + 2 * (chain_length(reader, at) - 1) : at;
        if (!given && is_name(reader, at) && is_type_in_head(reader, at, last))
            type_mention(reader, at);
        at = last;
    }
    while (at < reader->n && !is(reader, at, "begin") && !is(reader, at, "return"))
        at++;
    for (int i = 0; i < at; i++)
        reader->use[i] = USE_DONE;
    return at;
}

/* ---- statements of words and names: CREATE AGGREGATE total(mood) (sfunc = add, stype = mood) ---- */

static void called_mention(struct reader *reader, int at)
{
    int n = chain_length(reader, at), last = at + 2 * (n - 1);
    const char *schema = n > 1 ? name_at(reader, last - 2) : NULL;
    const struct list *all = n <= 2 ? directory_called(reader->directory, schema, name_at(reader, last)) : NULL;
    for (int k = 0; all && k < all->n; k++)
        mention_add(reader, all->item[k], last, false);
}

/* The words of its kind, and its own name. */
static int defined_head(const struct reader *reader, const struct object *object)
{
    int at = 2;
    for (const char *word = kind_table[object->kind].sql; (word = strchr(word, ' ')); word++)
        at++;
    return is_name(reader, at) ? at + 2 * chain_length(reader, at) - 1 : at;
}

void mentions_of_defined(const struct directory *directory, const char *text, struct list *found)
{
    struct reader reader = {.mem = directory->mem, .directory = directory, .found = found};
    int depth = 0;
    tokens_read(&reader, text);
    for (int i = 0; i < reader.n; i++) {
        depth += is(&reader, i, "(") - is(&reader, i, ")");
        if (!is_name(&reader, i))
            continue;
        int last = i + 2 * (chain_length(&reader, i) - 1);
        any_defined_mention(&reader, i);
        if (is(&reader, last + 1, "("))
            called_mention(&reader, i);
        else if (depth)
            type_mention(&reader, i);
        i = last;
    }
}

/* "TYPE mood", "USING gin", "HANDLER h": the word before it says that a name is one. */
static void defined_mention(struct reader *reader, const struct object *object)
{
    static const char *const giving[] = {"=",    "handler", "validator", "inline", "wrapper", "server", "storage",
                                         "type", "by",      "language",  "from",   "using",   "family", NULL};
    /* After these stands the name of such a thing, and no type. */
    static const char *const others[] = {"wrapper", "server", "language", "handler", "validator", "inline", NULL};
    int depth = 0;
    for (int i = defined_head(reader, object); i < reader->n; i++) {
        depth += is(reader, i, "(") - is(reader, i, ")");
        if (!is_name(reader, i))
            continue;
        bool given = is_any(reader, i - 1, giving);
        int last = i + 2 * (chain_length(reader, i) - 1);
        if (given || is(reader, last + 1, "("))
            called_mention(reader, i);
        if (given) {
            collation_mention(reader, i);
            any_defined_mention(reader, i);
        }
        bool typed = given && !is_any(reader, i - 1, others);
        if (typed || (depth && !is(reader, last + 1, "=") && is_type_in_head(reader, i, last)))
            type_mention(reader, i);
        i = last;
    }
}

/* "TABLE app.t (id, n) WHERE ((n > 0)), other, TABLES IN SCHEMA app": relations, and in parentheses their columns. */
static void members_mention(struct reader *reader)
{
    const struct object *relation = NULL;
    int depth = 0;
    for (int i = 0; i < reader->n && !is(reader, i, "tables"); i++) {
        depth += is(reader, i, "(") - is(reader, i, ")");
        if (!is_name(reader, i) ||
            (!depth && (is(reader, i, "table") || is(reader, i, "only") || is(reader, i, "where"))))
            continue;
        int n = chain_length(reader, i), last = i + 2 * (n - 1);
        struct object *to = NULL;
        if (!depth)
            relation = to =
                directory_relation(reader->directory, n > 1 ? name_at(reader, last - 2) : NULL, name_at(reader, last));
        else if (relation && !is(reader, last + 1, "("))
            to = directory_column(reader->directory, relation, name_at(reader, last));
        if (to)
            mention_add(reader, to, last, false);
        i = last;
    }
    calls_mention(reader, 0);
}

/* ---- first pass: scopes and what they read ---- */

struct depth {
    int scope;
    int outer;  /* the scope around this pair of parentheses */
    int insert; /* the scope of the INSERT at hand, to which one comes back after its VALUES or SELECT */
    bool reads; /* within FROM, or at another place where relations stand */
    bool next;  /* the next name is one */
};

struct scanner {
    struct reader *reader;
    struct depth level[DEEPEST];
    int depth;
};

static int scope_new(struct reader *reader, int outer, bool outermost)
{
    struct scope *scope = NEW(reader->mem, struct scope);
    scope->outer = outer;
    scope->outermost = outermost;
    list_add(reader->mem, &reader->scopes, scope);
    return reader->scopes.n - 1;
}

/* UPDATE, INSERT and DELETE as the begin of a statement, not as events of a trigger or parts of another clause. */
static bool begins_statement(const struct reader *reader, int at)
{
    static const char *const starts[] = {"select", "insert", "update", "delete", "values", NULL};
    static const char *const before[] = {"or", "for", "after", "before", "of",    "on",
                                         "no", "do",  "key",   ",",      "grant", NULL};
    if (!is_any(reader, at, starts))
        return false;
    if (is(reader, at, "select") || is(reader, at, "values"))
        return !is(reader, at, "values") || !is(reader, at + 1, ".");
    if (is(reader, at, "insert") && !is(reader, at + 1, "into") && !is(reader, at + 1, "or"))
        return false;
    if (is(reader, at, "delete") && !is(reader, at + 1, "from"))
        return false;
    bool event = is_any(reader, at - 1, before) || is(reader, at + 1, "of") || is(reader, at + 1, "on");
    return !event || is(reader, at - 1, "do");
}

static bool ends_sources(const struct reader *reader, int at)
{
    static const char *const words[] = {"where",  "group",  "order",     "having", "limit",  "union", "except",
                                        "set",    "values", "intersect", "window", "offset", "fetch", "returning",
                                        "select", "for",    ";",         "on",     "using",  NULL};
    return is_any(reader, at, words);
}

/* A word that may stand after a relation and is not an alias of it. */
static bool is_alias(const struct reader *reader, int at)
{
    static const char *const words[] = {
        "where",   "group",  "order",  "having",      "limit",     "union", "except",    "set",    "values",  "on",
        "using",   "join",   "left",   "right",       "inner",     "outer", "intersect", "window", "cross",   "full",
        "natural", "select", "offset", "fetch",       "returning", "for",   "default",   "not",    "indexed", "do",
        "when",    "begin",  "end",    "tablesample", "execute",   "from",  "with",      "as",     NULL};
    return is_name(reader, at) && (reader->token[at].kind == TOKEN_QUOTED || !is_any(reader, at, words));
}

/* The relation that stands at `at`, with its alias: noted in the scope. Gives the last token that belongs to it. */
static int source_read(struct scanner *scanner, int at)
{
    struct reader *reader = scanner->reader;
    int n = chain_length(reader, at), last = at + 2 * (n - 1), alias = last + 1;
    const char *name = name_at(reader, last), *schema = n > 1 ? name_at(reader, last - 2) : NULL;
    struct object *relation =
        n == 1 && names_have(&reader->ctes, name) ? NULL : directory_relation(reader->directory, schema, name);
    alias += is(reader, alias, "as");
    struct source *source = NEW(reader->mem, struct source);
    *source = (struct source){.alias = name, .relation = relation};
    for (int i = at; i <= last; i++)
        reader->use[i] = USE_DONE;
    if (relation)
        mention_add(reader, relation, last, false);
    if (is_alias(reader, alias)) {
        source->alias = name_at(reader, alias);
        source->aliased = true;
        reader->use[alias] = USE_DONE;
        last = alias;
    }
    struct depth *level = &scanner->level[scanner->depth];
    if (level->scope != NO_SCOPE)
        list_add(reader->mem, &((struct scope *)reader->scopes.item[level->scope])->source, source);
    return last;
}

/* WITH a AS (...), b (x) AS (...): names that are no relations of the tree. */
static void cte_note(struct reader *reader, int at)
{
    int name = at + 1 + is(reader, at + 1, "recursive");
    for (; is_name(reader, name); name++) {
        int depth = 0;
        names_add(reader->mem, &reader->ctes, name_at(reader, name));
        reader->use[name] = USE_DONE;
        do {
            name++;
            depth += is(reader, name, "(") - is(reader, name, ")");
        } while (name < reader->n && (depth || !is(reader, name, ",")) && !(!depth && is(reader, name, "select")));
        if (!is(reader, name, ","))
            return;
    }
}

static void parenthesis_open(struct scanner *scanner, int at)
{
    const struct depth *around = &scanner->level[scanner->depth];
    bool call = is_name(scanner->reader, at - 1) && !around->next;
    if (scanner->depth + 1 == DEEPEST)
        return;
    scanner->depth++;
    scanner->level[scanner->depth] = (struct depth){.scope = around->scope,
                                                    .outer = around->scope,
                                                    .insert = NO_SCOPE,
                                                    .reads = around->next && !call,
                                                    .next = around->next && !call};
}

static void statement_begin(struct scanner *scanner, int at)
{
    struct reader *reader = scanner->reader;
    struct depth *level = &scanner->level[scanner->depth];
    bool first = !scanner->depth && is(reader, at, "select") && !reader->scopes.n;
    level->scope = scope_new(reader, level->outer, first);
    if (is(reader, at, "insert")) {
        ((struct scope *)reader->scopes.item[level->scope])->inserts = true;
        level->insert = level->scope;
    }
    level->reads = false;
    level->next = is(reader, at, "update");
}

/* FROM of a query, not of extract(year FROM x) and not of IS DISTINCT FROM. */
static bool is_from(const struct scanner *scanner, int at)
{
    const struct depth *level = &scanner->level[scanner->depth];
    bool distinct = is(scanner->reader, at - 1, "distinct") &&
                    (is(scanner->reader, at - 2, "is") || is(scanner->reader, at - 2, "not"));
    return is(scanner->reader, at, "from") && !distinct && (level->scope != level->outer || !scanner->depth);
}

/* ON CONFLICT (...) DO UPDATE SET ... WHERE ... RETURNING ... of an INSERT is about its table. */
static bool ends_insert(const struct reader *reader, int at)
{
    return (is(reader, at, "on") && is(reader, at + 1, "conflict")) || is(reader, at, "returning") ||
           (is(reader, at, "update") && is(reader, at - 1, "do"));
}

static void keyword_read(struct scanner *scanner, int at)
{
    struct reader *reader = scanner->reader;
    struct depth *level = &scanner->level[scanner->depth];
    if (level->insert != NO_SCOPE && ends_insert(reader, at)) {
        level->scope = level->insert;
        level->reads = level->next = false;
    } else if (begins_statement(reader, at))
        statement_begin(scanner, at);
    else if (is(reader, at, "with"))
        cte_note(reader, at);
    else if (is_from(scanner, at) || (is(reader, at, "join") && level->reads) || is(reader, at, "into"))
        level->reads = level->next = true;
    else if (is(reader, at, ",") && level->reads)
        level->next = true;
    else if (ends_sources(reader, at)) {
        level->next = false;
        level->reads = level->reads && (is(reader, at, "on") || is(reader, at, "using"));
    }
}

/* ON INSERT TO t of a rule, ON t of a trigger: the place of that name. */
static bool ends_head(const struct reader *reader, int at, bool rule)
{
    return rule ? is(reader, at, "to") : is(reader, at, "on") && is_name(reader, at + 1);
}

/* FOR EACH ROW FOLLOWS name: another trigger, which a table may be called like. */
static int place_read(const struct reader *reader, int at)
{
    bool other = is(reader, at, "for") && (is(reader, at + 3, "follows") || is(reader, at + 3, "precedes"));
    int end = other && is_name(reader, at + 4) ? at + 5 : at;
    for (; at < end; at++)
        reader->use[at] = USE_DONE;
    return at;
}

/*
 * CREATE TRIGGER name AFTER UPDATE OF a ON t, CREATE RULE name AS ON UPDATE TO t: of the head only the columns after OF and
 * the table are names of objects.  Gives the first token after it.
 */
static int head_read(struct reader *reader)
{
    int at = 0;
    bool columns = false, rule = is(reader, is(reader, 1, "or") ? 3 : 1, "rule"); /* CREATE OR REPLACE RULE */
    if (!is(reader, 0, "create"))
        return 0;
    for (; at < reader->n && !ends_head(reader, at, rule); at++) {
        columns = columns || (is(reader, at, "of") && is(reader, at - 1, "update"));
        reader->use[at] = columns && !is(reader, at, "of") ? USE_OPEN : USE_DONE;
    }
    if (!is_name(reader, at + 1))
        return at;
    int n = chain_length(reader, at + 1), last = at + 1 + 2 * (n - 1);
    struct object *table =
        directory_relation(reader->directory, n > 1 ? name_at(reader, last - 2) : NULL, name_at(reader, last));
    if (table)
        mention_add(reader, table, last, false);
    for (; at <= last; at++)
        reader->use[at] = USE_DONE;
    return place_read(reader, at);
}

static void scan(struct scanner *scanner)
{
    static const char *const skipped[] = {"only",    "lateral", "or",     "rollback", "abort",
                                          "replace", "fail",    "ignore", NULL};
    struct reader *reader = scanner->reader;
    int called = called_at(reader);
    for (int i = called ? called_read(reader, called) : head_read(reader); i < reader->n; i++) {
        struct depth *level = &scanner->level[scanner->depth];
        if (is(reader, i, ";") && !scanner->depth)
            *level = (struct depth){.scope = NO_SCOPE, .outer = NO_SCOPE, .insert = NO_SCOPE};
        if (is(reader, i, "("))
            parenthesis_open(scanner, i);
        else if (is(reader, i, ")") && scanner->depth)
            scanner->level[--scanner->depth].next = false;
        else if (level->next && is_name(reader, i) && !is_any(reader, i, skipped) && !begins_statement(reader, i)) {
            int last = source_read(scanner, i);
            for (; i < last; i++)
                reader->scope[i] = level->scope;
            level->next = false;
        } else
            keyword_read(scanner, i);
        reader->scope[i] = scanner->level[scanner->depth].scope;
    }
}

/* ---- second pass: columns ---- */

static struct object *column_of_source(const struct reader *reader, const struct source *source, const char *name)
{
    return source->relation ? directory_column(reader->directory, source->relation, name) : NULL;
}

/* x of FROM x, in this scope or one around it; a trigger's OLD and NEW are its table, EXCLUDED is that of the INSERT. */
static const struct object *qualifier_find(const struct reader *reader, int scope, const char *name, bool *aliased)
{
    for (; scope != NO_SCOPE; scope = ((const struct scope *)reader->scopes.item[scope])->outer) {
        const struct list *sources = &((const struct scope *)reader->scopes.item[scope])->source;
        for (int i = 0; i < sources->n; i++) {
            const struct source *source = sources->item[i];
            bool inserts = ((const struct scope *)reader->scopes.item[scope])->inserts;
            if (same_name(reader, source->alias, name) || (inserts && text_equal_nocase(name, "excluded"))) {
                *aliased = source->aliased;
                return source->relation;
            }
        }
    }
    bool row = text_equal_nocase(name, "old") || text_equal_nocase(name, "new");
    bool own = reader->own && reader->own->name && same_name(reader, reader->own->name, name);
    return row || own ? reader->own : NULL;
}

/* All of the innermost scope that has such a column: JOIN ... USING means several. */
static void bare_column_mention(struct reader *reader, int at, bool shown)
{
    const char *name = name_at(reader, at);
    for (int s = reader->scope[at]; s != NO_SCOPE; s = ((const struct scope *)reader->scopes.item[s])->outer) {
        const struct list *sources = &((const struct scope *)reader->scopes.item[s])->source;
        int before = reader->found->n;
        for (int i = 0; i < sources->n; i++) {
            struct object *column = column_of_source(reader, sources->item[i], name);
            if (column)
                mention_add(reader, column, at, shown);
        }
        if (reader->found->n > before)
            return;
    }
    struct object *column =
        reader->own && reader->scope[at] == NO_SCOPE ? directory_column(reader->directory, reader->own, name) : NULL;
    if (column)
        mention_add(reader, column, at, false);
}

/* schema.relation.column, relation.column and alias.column. */
static void qualified_mention(struct reader *reader, int at, int n, bool shown)
{
    int last = at + 2 * (n - 1);
    const char *qualifier = name_at(reader, last - 2);
    bool aliased = false;
    const struct object *relation = n == 2
                                        ? qualifier_find(reader, reader->scope[at], qualifier, &aliased)
                                        : directory_relation(reader->directory, name_at(reader, last - 4), qualifier);
    if (!relation)
        return;
    struct object *column = directory_column(reader->directory, relation, name_at(reader, last));
    if (column)
        mention_add(reader, column, last, shown);
    /* The table's own name before the dot is a name of it too; an alias is not. */
    if (!aliased && relation->name && same_name(reader, relation->name, qualifier)) {
        struct object *named = directory_relation(reader->directory, relation->parent->name, relation->name);
        if (named)
            mention_add(reader, named, last - 2, false);
    }
}

/* "users" or "users.*" where FROM reads it under its own name: whole rows. */
static void row_mention(struct reader *reader, int at)
{
    bool aliased = false;
    const char *name = name_at(reader, at);
    const struct object *relation = qualifier_find(reader, reader->scope[at], name, &aliased);
    if (!relation || aliased || !relation->name || !same_name(reader, relation->name, name))
        return;
    struct object *named = directory_relation(reader->directory, relation->parent->name, relation->name);
    if (named)
        mention_add(reader, named, at, false);
}

/* An item of the outermost select list that is nothing but this name. */
static bool is_shown(const struct reader *reader, int at, int last)
{
    static const char *const before[] = {"select", "distinct", "all", ",", NULL};
    int scope = reader->scope[at];
    return scope != NO_SCOPE && ((const struct scope *)reader->scopes.item[scope])->outermost &&
           is_any(reader, at - 1, before) &&
           (last + 1 == reader->n || is(reader, last + 1, ",") || is(reader, last + 1, "from"));
}

static void columns_mention(struct reader *reader)
{
    for (int i = 0; i < reader->n; i++) {
        if (!is_name(reader, i) || reader->use[i] == USE_DONE || is(reader, i - 1, "as"))
            continue;
        int n = chain_length(reader, i), last = i + 2 * (n - 1);
        bool shown = is_shown(reader, i, last);
        if (n > 1)
            qualified_mention(reader, i, n, shown);
        else if (!is(reader, last + 1, "(")) {
            int before = reader->found->n;
            bare_column_mention(reader, i, shown);
            if (reader->found->n == before)
                row_mention(reader, i);
        }
        i = last;
    }
}

void mentions_find(const struct directory *directory, const struct object *object, bool constant, const char *text,
                   struct list *found)
{
    bool statement = kind_table[object->kind].marks & KIND_IS_TEXT;
    struct reader reader = {.mem = directory->mem, .directory = directory, .found = found};
    tokens_read(&reader, text);
    if (kind_table[object->kind].marks & KIND_IS_DEFINED) {
        if (is(&reader, 0, "create"))
            defined_mention(&reader, object);
        else {
            constants_mention(&reader);
            members_mention(&reader);
        }
        return;
    }
    constants_mention(&reader);
    int called = called_at(&reader);
    for (int i = 0; called && i < reader.n; i++)
        if (is(&reader, i, "language") && is_name(&reader, i + 1))
            any_defined_mention(&reader, i + 1);
    calls_mention(&reader, called ? called + 2 * chain_length(&reader, called) - 1 : 0);
    if (constant)
        return;
    reader.own = object_relation(statement ? object->parent : object);
    struct scanner scanner = {.reader = &reader};
    scanner.level[0] = (struct depth){.scope = NO_SCOPE, .outer = NO_SCOPE, .insert = NO_SCOPE};
    for (int i = 0; i < reader.n; i++)
        reader.scope[i] = NO_SCOPE;
    if (statement)
        scan(&scanner);
    columns_mention(&reader);
}

bool reads_nothing(const struct target *target, enum kind kind, int field)
{
    unsigned marks = kind_table[kind].field[field].marks;
    return marks & FIELD_CONSTANT || (marks & FIELD_VALUE && !target->dialect->defaults_read_columns);
}
