/*
 * What a statement does, read from its first words with a cursor over its code tokens.  Three tables say what the
 * words mean: verbs, words before the kind of object, and kinds; the few statements with a shape of their own have a
 * function each.  Nothing here fails: what is not understood is VERB_OTHER, or has no name.
 */
#include "sql/classify.h"

#include "base/text.h"

struct cursor {
    struct lexer lexer;
    struct token token; /* the one at hand */
    const char *past;   /* the end of the one before it */
    struct arena *mem;
    const struct classify_rules *rules;
};

static void step(struct cursor *cursor)
{
    cursor->past = cursor->token.text + cursor->token.length;
    lex_take_bare(&cursor->lexer, &cursor->token);
}

static bool at(const struct cursor *cursor, const char *word)
{
    return token_is(&cursor->token, word);
}

static bool at_end(const struct cursor *cursor)
{
    return cursor->token.kind == TOKEN_END;
}

static bool accept(struct cursor *cursor, const char *word)
{
    bool found = at(cursor, word);
    if (found)
        step(cursor);
    return found;
}

static bool at_one_of(const struct cursor *cursor, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (at(cursor, words[i]))
            return true;
    return false;
}

/* Moves to the word outside parentheses; false, and at the end, if there is none. */
static bool seek(struct cursor *cursor, const char *word)
{
    int depth = 0;
    for (; !at_end(cursor); step(cursor)) {
        depth += at(cursor, "(") - at(cursor, ")");
        if (depth == 0 && at(cursor, word))
            return true;
    }
    return false;
}

static bool at_name(const struct cursor *cursor)
{
    enum token_kind kind = cursor->token.kind;
    return kind == TOKEN_WORD || kind == TOKEN_QUOTED || kind == TOKEN_STRING;
}

static const char *take_name(struct cursor *cursor)
{
    if (!at_name(cursor))
        return NULL;
    const char *name = token_name(cursor->mem, &cursor->token);
    if (cursor->rules->folds_names && cursor->token.kind == TOKEN_WORD)
        name = text_lower(cursor->mem, name);
    step(cursor);
    return name;
}

/* a.b.c: the last part is the name, what stands before it comes in `before`, nearest first. */
static const char *take_qualified(struct cursor *cursor, const char *before[2])
{
    const char *name = take_name(cursor);
    before[0] = before[1] = NULL;
    while (name && at(cursor, ".")) {
        step(cursor);
        before[1] = before[0];
        before[0] = name;
        name = take_name(cursor);
    }
    return name;
}

static void take_object_name(struct cursor *cursor, struct classified *result)
{
    const char *before[2];
    result->name = take_qualified(cursor, before);
    result->schema = before[0];
}

static void skip_existence(struct cursor *cursor)
{
    if (!accept(cursor, "if"))
        return;
    accept(cursor, "not");
    accept(cursor, "exists");
}

struct kind_word {
    const char *word;
    enum kind kind;
};

static const struct kind_word kind_words[] = {
    {"table", KIND_TABLE},       {"index", KIND_INDEX},         {"view", KIND_VIEW},
    {"sequence", KIND_SEQUENCE}, {"trigger", KIND_TRIGGER},     {"type", KIND_ENUM},
    {"schema", KIND_SCHEMA},     {"database", KIND_DATABASE},   {"column", KIND_COLUMN},
    {"constraint", KIND_COUNT},  {"function", KIND_COUNT},      {"procedure", KIND_COUNT},
    {"event", KIND_COUNT},       {"extension", KIND_EXTENSION}, {"domain", KIND_DOMAIN},
    {"policy", KIND_POLICY},     {"role", KIND_COUNT},          {"user", KIND_COUNT},
    {"rule", KIND_RULE},         {"tablespace", KIND_COUNT},    {"server", KIND_COUNT},
    {"publication", KIND_COUNT}, {"subscription", KIND_COUNT},  {"statistics", KIND_STATISTICS},
    {"collation", KIND_COUNT},   {"aggregate", KIND_COUNT},     {"system", KIND_COUNT},
    {"dictionary", KIND_COUNT},  {"language", KIND_COUNT},      {NULL, KIND_COUNT},
};

/* Takes the word if it is that kind's, and not the first half of CONSTRAINT TRIGGER or EVENT TRIGGER. */
static bool is_kind(struct cursor *cursor, const struct kind_word *kind, enum verb verb)
{
    if (!at(cursor, kind->word) || (verb == VERB_CREATE && at(cursor, "constraint")))
        return false;
    step(cursor);
    if (!strcmp(kind->word, "event"))
        accept(cursor, "trigger");
    return true;
}

/* Moves past the word for the kind of object; NULL if none is near. */
static const struct kind_word *take_kind(struct cursor *cursor, enum verb verb)
{
    enum { WORDS_BEFORE = 24 }; /* OR REPLACE ALGORITHM = x DEFINER = 'a'@'b' SQL SECURITY y ... */
    for (int n = 0; n < WORDS_BEFORE && !at_end(cursor); n++) {
        bool value = accept(cursor, "=");
        for (const struct kind_word *kind = kind_words; kind->word && !value; kind++)
            if (is_kind(cursor, kind, verb))
                return kind;
        if (at(cursor, "for") || (accept(cursor, "(") && !at(cursor, ")")))
            return NULL; /* CREATE OPERATOR CLASS x FOR TYPE y, CREATE CAST (...): what follows is not the object */
        step(cursor);
    }
    return NULL;
}

static enum kind settle_kind(const struct cursor *cursor, enum kind kind)
{
    return kind == KIND_SCHEMA && cursor->rules->schema_is_database ? KIND_DATABASE : kind;
}

static bool accept_concurrently(struct cursor *cursor, enum kind kind)
{
    return kind == KIND_INDEX && cursor->rules->indexes_concurrently && accept(cursor, "concurrently");
}

/* CONSTRAINT c ON DOMAIN d: but a table may be called domain. */
static void skip_domain_word(struct cursor *cursor)
{
    struct cursor ahead = *cursor;
    if (accept(&ahead, "domain") && at_name(&ahead) && !at(&ahead, "is"))
        step(cursor);
}

static void take_table_after(struct cursor *cursor, const char *word, struct classified *result)
{
    const char *before[2];
    if (!seek(cursor, word))
        return;
    step(cursor);
    accept(cursor, "only");
    skip_domain_word(cursor);
    const char *begin = cursor->token.text;
    result->table = take_qualified(cursor, before);
    if (result->table)
        result->on = (struct sql_piece){.text = begin, .length = (size_t)(cursor->past - begin)};
    if (!result->schema)
        result->schema = before[0];
}

static void take_on_table(struct cursor *cursor, struct classified *result)
{
    take_table_after(cursor, "on", result);
}

/* CREATE TYPE name ... */
static enum kind kind_of_type(struct cursor *cursor)
{
    if (!accept(cursor, "as"))
        return KIND_COUNT;
    return at(cursor, "enum") ? KIND_ENUM : at(cursor, "(") ? KIND_COMPOSITE : KIND_COUNT;
}

static void classify_create(struct cursor *cursor, struct classified *result)
{
    const struct kind_word *kind = take_kind(cursor, VERB_CREATE);
    if (!kind)
        return;
    result->kind = settle_kind(cursor, kind->kind);
    result->word = kind->word;
    result->concurrently = accept_concurrently(cursor, kind->kind);
    skip_existence(cursor);
    if (!at(cursor, "on") && !at(cursor, "authorization"))
        take_object_name(cursor, result);
    if (accept(cursor, "authorization") && !result->name)
        result->name = take_name(cursor);
    if (result->kind == KIND_INDEX || result->kind == KIND_TRIGGER || result->kind == KIND_POLICY)
        take_on_table(cursor, result);
    if (result->kind == KIND_RULE) /* AS ON INSERT TO t */
        take_table_after(cursor, "to", result);
    if (result->kind == KIND_STATISTICS) /* ON a, b FROM t */
        take_table_after(cursor, "from", result);
    if (result->kind == KIND_ENUM)
        result->kind = kind_of_type(cursor);
}

static void destroy(struct cursor *cursor, struct classified *result, enum destroys destroys, const char *name)
{
    result->destroys = destroys;
    if (name)
        names_add(cursor->mem, &result->destroyed, name);
}

const char *classified_path(struct arena *mem, const char *schema, const char *name)
{
    return schema && name ? arena_printf(mem, "%s.%s", schema, name) : name;
}

static void destroy_object(struct cursor *cursor, struct classified *result, enum destroys destroys)
{
    destroy(cursor, result, destroys, classified_path(cursor->mem, result->schema, result->name));
}

/* The rest of a, b, c. */
static void destroy_more(struct cursor *cursor, struct classified *result)
{
    const char *before[2];
    while (accept(cursor, ",")) {
        accept(cursor, "only");
        const char *name = take_qualified(cursor, before);
        destroy(cursor, result, result->destroys, classified_path(cursor->mem, before[0], name));
        accept(cursor, "*");
    }
}

static void classify_drop(struct cursor *cursor, struct classified *result)
{
    const struct kind_word *kind = take_kind(cursor, VERB_DROP);
    if (!kind)
        return;
    result->kind = settle_kind(cursor, kind->kind);
    result->word = kind->word;
    result->concurrently = accept_concurrently(cursor, kind->kind);
    skip_existence(cursor);
    take_object_name(cursor, result);
    if (kind->kind == KIND_TABLE || kind->kind == KIND_SCHEMA || kind->kind == KIND_DATABASE) {
        destroy_object(cursor, result, kind->kind == KIND_TABLE ? DESTROYS_TABLE : DESTROYS_SPACE);
        destroy_more(cursor, result);
    }
    if (at(cursor, "on"))
        take_on_table(cursor, result);
}

/* After RENAME: "TO new" renames the object; "COLUMN a TO b" and PostgreSQL's "a TO b" something in it. */
static void take_rename(struct cursor *cursor, struct classified *result)
{
    static const char *const inner[] = {"column", "constraint", "index", "key", "value", "attribute", NULL};
    const char *before[2];
    bool bare = cursor->rules->renames_bare;
    bool to = accept(cursor, "to") || (bare && (accept(cursor, "as") || accept(cursor, "=")));
    if (!to && (!bare || at_one_of(cursor, inner)))
        return;
    result->new_name = take_qualified(cursor, before);
    result->verb = VERB_RENAME;
}

/* After DROP within ALTER TABLE: a column, unless a word says what else; PERIOD, SYSTEM VERSIONING and the like hold no rows. */
static void take_drop(struct cursor *cursor, struct classified *result)
{
    static const char *const others[] = {"constraint", "index",  "key",    "primary",  "foreign",    "check",
                                         "unique",     "period", "system", "identity", "expression", NULL};
    bool partition = accept(cursor, "partition");
    if (!partition && !accept(cursor, "column") && at_one_of(cursor, others))
        return;
    skip_existence(cursor);
    const char *name = take_name(cursor);
    if (name)
        destroy(cursor, result, partition ? DESTROYS_PARTITION : DESTROYS_COLUMN,
                arena_printf(cursor->mem, "%s.%s", classified_path(cursor->mem, result->schema, result->name), name));
}

/* The actions of ALTER, separated by commas outside parentheses. */
static void take_actions(struct cursor *cursor, struct classified *result)
{
    for (bool more = true; more; more = seek(cursor, ",") && accept(cursor, ",")) {
        if (accept(cursor, "rename")) {
            take_rename(cursor, result);
        } else if (result->kind == KIND_TABLE && accept(cursor, "drop")) {
            take_drop(cursor, result);
        } else if (result->kind == KIND_TABLE && accept(cursor, "truncate")) {
            destroy_object(cursor, result, DESTROYS_ROWS);
        } else if (accept(cursor, "add") && result->kind == KIND_ENUM && at(cursor, "value")) {
            result->ends_segment = true;
        } else if (accept(cursor, "detach")) {
            result->concurrently = seek(cursor, "concurrently");
        }
    }
}

static void classify_alter(struct cursor *cursor, struct classified *result)
{
    const struct kind_word *kind = take_kind(cursor, VERB_ALTER);
    if (!kind)
        return;
    result->kind = settle_kind(cursor, kind->kind);
    result->word = kind->word;
    if (!strcmp(kind->word, "system"))
        return;
    skip_existence(cursor);
    accept(cursor, "only");
    take_object_name(cursor, result);
    accept(cursor, "*");
    if (at(cursor, "on"))
        take_on_table(cursor, result);
    take_actions(cursor, result);
}

static void classify_rename(struct cursor *cursor, struct classified *result)
{
    const char *before[2];
    if (!accept(cursor, "table") && !accept(cursor, "tables"))
        return;
    result->kind = KIND_TABLE;
    skip_existence(cursor);
    take_object_name(cursor, result);
    if (accept(cursor, "to"))
        result->new_name = take_qualified(cursor, before);
}

static void classify_comment(struct cursor *cursor, struct classified *result)
{
    const char *before[2];
    const struct kind_word *kind = take_kind(cursor, VERB_COMMENT);
    if (!kind)
        return;
    result->kind = kind->kind;
    result->name = take_qualified(cursor, before);
    result->schema = before[0];
    if (kind->kind == KIND_COLUMN) {
        result->table = before[0];
        result->schema = before[1];
    }
    if (at(cursor, "on"))
        take_on_table(cursor, result);
}

static void classify_data(struct cursor *cursor, struct classified *result)
{
    static const char *const before[] = {"or",   "rollback",     "abort",   "replace",       "fail",  "ignore", "into",
                                         "from", "low_priority", "delayed", "high_priority", "quick", "only",   "table",
                                         NULL};
    while (at_one_of(cursor, before))
        step(cursor);
    result->kind = KIND_TABLE;
    take_object_name(cursor, result);
}

/* To some of the rows; another table that is joined limits them as well. */
static bool is_limited(struct cursor ahead)
{
    static const char *const words[] = {"where", "limit", "join", "using", "from", NULL};
    int depth = 0;
    for (; !at_end(&ahead); step(&ahead)) {
        depth += at(&ahead, "(") - at(&ahead, ")");
        if (depth == 0 && at_one_of(&ahead, words))
            return true;
    }
    return false;
}

static void classify_rows(struct cursor *cursor, struct classified *result)
{
    classify_data(cursor, result);
    if (!at(cursor, ",") && !is_limited(*cursor))
        destroy_object(cursor, result, result->verb == VERB_DELETE ? DESTROYS_ROWS : OVERWRITES_ROWS);
}

static void classify_truncate(struct cursor *cursor, struct classified *result)
{
    accept(cursor, "table");
    accept(cursor, "only");
    result->kind = KIND_TABLE;
    take_object_name(cursor, result);
    accept(cursor, "*");
    destroy_object(cursor, result, DESTROYS_ROWS);
    destroy_more(cursor, result);
}

struct verb_word {
    const char *word;
    enum verb verb;
    enum touches touches;
    void (*classify)(struct cursor *cursor, struct classified *result);
};

static const struct verb_word verb_words[] = {
    {"create", VERB_CREATE, TOUCHES_CATALOG, classify_create},
    {"alter", VERB_ALTER, TOUCHES_CATALOG, classify_alter},
    {"drop", VERB_DROP, TOUCHES_CATALOG, classify_drop},
    {"rename", VERB_RENAME, TOUCHES_CATALOG, classify_rename},
    {"comment", VERB_COMMENT, TOUCHES_CATALOG, classify_comment},
    {"insert", VERB_INSERT, TOUCHES_ROWS, classify_data},
    {"replace", VERB_INSERT, TOUCHES_ROWS, classify_data},
    {"copy", VERB_INSERT, TOUCHES_ROWS, classify_data},
    {"update", VERB_UPDATE, TOUCHES_ROWS, classify_rows},
    {"delete", VERB_DELETE, TOUCHES_ROWS, classify_rows},
    {"truncate", VERB_TRUNCATE, TOUCHES_ANYTHING, classify_truncate},
    {"select", VERB_SELECT, TOUCHES_ROWS, NULL},
    {"values", VERB_SELECT, TOUCHES_ROWS, NULL},
    {"begin", VERB_BEGIN, TOUCHES_TRANSACTION, NULL},
    {"start", VERB_BEGIN, TOUCHES_TRANSACTION, NULL},
    {"commit", VERB_COMMIT, TOUCHES_TRANSACTION, NULL},
    {"end", VERB_COMMIT, TOUCHES_TRANSACTION, NULL},
    {"rollback", VERB_ROLLBACK, TOUCHES_TRANSACTION, NULL},
    {"abort", VERB_ROLLBACK, TOUCHES_TRANSACTION, NULL},
    {"savepoint", VERB_SAVEPOINT, TOUCHES_TRANSACTION, NULL},
    {"release", VERB_RELEASE, TOUCHES_TRANSACTION, NULL},
    {"set", VERB_SET, TOUCHES_SESSION, NULL},
    {"reset", VERB_SET, TOUCHES_SESSION, NULL},
    {"pragma", VERB_PRAGMA, TOUCHES_SESSION, NULL},
    {"vacuum", VERB_VACUUM, TOUCHES_NOTHING, NULL},
    {NULL, VERB_OTHER, TOUCHES_ANYTHING, NULL},
};

/* WITH a AS (...) and then a verb. */
static void skip_common_tables(struct cursor *cursor)
{
    static const char *const verbs[] = {"select", "insert", "update", "delete", "values", "replace", NULL};
    int depth = 0;
    for (; !at_end(cursor) && (depth > 0 || !at_one_of(cursor, verbs)); step(cursor))
        depth += at(cursor, "(") - at(cursor, ")");
}

static const struct verb_word *take_verb(struct cursor *cursor)
{
    const struct verb_word *verb = verb_words;
    while (at(cursor, "("))
        step(cursor);
    if (at(cursor, "with"))
        skip_common_tables(cursor);
    while (verb->word && !at(cursor, verb->word))
        verb++;
    step(cursor);
    return verb;
}

/* First words that say another verb than the first one alone. */
static enum verb settle_verb(const struct cursor *cursor, const struct verb_word *verb)
{
    if (verb->verb == VERB_ROLLBACK && (at(cursor, "to") || at(cursor, "work")))
        return at(cursor, "to") ? VERB_SAVEPOINT : VERB_ROLLBACK;
    if (verb->verb == VERB_BEGIN && at(cursor, "not")) /* MariaDB's BEGIN NOT ATOMIC is a block */
        return VERB_OTHER;
    if (verb->word && !strcmp(verb->word, "start") && !at(cursor, "transaction"))
        return VERB_OTHER;
    return verb->verb;
}

static bool has_later(struct cursor ahead, const char *word)
{
    while (!at_end(&ahead) && !at(&ahead, word))
        step(&ahead);
    return !at_end(&ahead);
}

static bool is_refused(struct cursor ahead, const struct refusal *refusal)
{
    if (!accept(&ahead, refusal->first) || (refusal->second && !accept(&ahead, refusal->second)))
        return false;
    if (refusal->whole && !at_end(&ahead))
        return false;
    return !refusal->later || has_later(ahead, refusal->later);
}

static bool is_refused_pragma(struct cursor ahead)
{
    const char *before[2];
    const char *const *names = ahead.rules->refused_pragmas;
    const char *name = names && accept(&ahead, "pragma") ? take_qualified(&ahead, before) : NULL;
    for (int i = 0; name && names[i]; i++)
        if (text_equal_nocase(name, names[i]))
            return true;
    return false;
}

static bool refuses_transaction(const struct cursor *cursor)
{
    for (const struct refusal *refusal = cursor->rules->refusals; refusal && refusal->first; refusal++)
        if (is_refused(*cursor, refusal))
            return true;
    return is_refused_pragma(*cursor);
}

/* Also after "schema.". */
static bool at_second(struct cursor ahead, const char *word)
{
    if (at(&ahead, word))
        return true;
    step(&ahead);
    return accept(&ahead, ".") && at(&ahead, word);
}

/* The engine's own words first: they are more exact. */
static enum touches settle_touches(struct cursor ahead, const struct verb_word *verb, enum verb settled)
{
    for (const struct touch_words *words = ahead.rules->touches; words && words->first; words++) {
        struct cursor cursor = ahead;
        if (accept(&cursor, words->first) && (!words->second || at_second(cursor, words->second)))
            return words->touches;
    }
    return settled == VERB_OTHER ? TOUCHES_ANYTHING : verb->touches;
}

void classify(struct arena *mem, const struct classify_rules *rules, const struct sql_piece *piece,
              struct classified *result)
{
    struct cursor cursor = {.token = {.text = piece->text}, .mem = mem, .rules = rules};
    lex_open(&cursor.lexer, rules->lex, piece->text, piece->length);
    step(&cursor);
    *result =
        (struct classified){.piece = *piece, .kind = KIND_COUNT, .refuses_transaction = refuses_transaction(&cursor)};
    const struct cursor start = cursor;
    const struct verb_word *verb = take_verb(&cursor);
    result->verb = settle_verb(&cursor, verb);
    result->touches = settle_touches(start, verb, result->verb);
    result->data_only = verb->touches == TOUCHES_ROWS;
    if (verb->classify)
        verb->classify(&cursor, result);
    if (result->concurrently)
        result->refuses_transaction = true;
}
