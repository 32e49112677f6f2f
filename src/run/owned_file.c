/*
 * What the statements of a file make, for files beside which nothing was noted: written by hand, or by 0.8.2.
 * Just enough is read, by tokens: which tables, columns, constraints and settings a statement names as made, renamed or
 * dropped.  A constraint without a name is known by its content, and by the name that a server gives it.
 */
#include "run/parts.h"

#include "base/text.h"

struct reader {
    struct owned *owned;
    struct arena *mem;
    struct lexer lexer;
    struct token token;
    struct owned_top *top; /* what the statement is about */
    const char *table;     /* its name */
};

static void step(struct reader *reader)
{
    reader->token = lex_next_bare(&reader->lexer);
}

static bool at(const struct reader *reader, const char *word)
{
    return token_is(&reader->token, word);
}

static bool at_end(const struct reader *reader)
{
    return reader->token.kind == TOKEN_END;
}

static bool accept(struct reader *reader, const char *word)
{
    bool found = at(reader, word);
    if (found)
        step(reader);
    return found;
}

static const char *take_name(struct reader *reader)
{
    const struct token token = reader->token;
    if (token.kind != TOKEN_WORD && token.kind != TOKEN_QUOTED && token.kind != TOKEN_STRING)
        return NULL;
    const char *name = token_name(reader->mem, &token);
    step(reader);
    return token.kind == TOKEN_WORD && reader->owned->target->dialect->classify->folds_names
               ? text_lower(reader->mem, name)
               : name;
}

static void skip_existence(struct reader *reader)
{
    if (accept(reader, "if")) {
        accept(reader, "not");
        accept(reader, "exists");
    }
}

/* At an opening parenthesis: to after its end. What is between comes as a text, and every word, or the first of each
 * element, as a name. */
static const char *take_group(struct reader *reader, struct names *words, bool every)
{
    const char *start = reader->token.text + 1, *end = start;
    int depth = 0;
    do {
        depth += at(reader, "(") - at(reader, ")");
        end = reader->token.text;
        bool first = depth == 1 && (at(reader, "(") || at(reader, ","));
        step(reader);
        bool word = reader->token.kind == TOKEN_WORD || reader->token.kind == TOKEN_QUOTED;
        struct reader ahead = *reader;
        if (words && word && depth > 0 && (every || first))
            names_add(reader->mem, words, take_name(&ahead));
    } while (depth > 0 && !at_end(reader));
    return end > start ? text_trim(reader->mem, arena_copy(reader->mem, start, (size_t)(end - start))) : "";
}

/* To the next comma outside parentheses, or to the parenthesis that closes the list. */
static void skip_element(struct reader *reader)
{
    int depth = 0;
    while (!at_end(reader) && (depth > 0 || (!at(reader, ",") && !at(reader, ")")))) {
        depth += at(reader, "(") - at(reader, ")");
        step(reader);
    }
}

/* ---- records ---- */

static void key_set(const struct reader *reader, const char *key, bool is)
{
    owned_part(reader->owned, reader->top, key, is);
}

static void name_set(const struct reader *reader, enum kind kind, const char *name, bool is)
{
    key_set(reader, managed_name_key(reader->mem, &reader->owned->forms, kind, name), is);
}

static void setting_set(const struct reader *reader, const char *key, const char *setting, bool is)
{
    key_set(reader, arena_printf(reader->mem, "%s#%s", key, setting), is);
}

static char *column_key(const struct reader *reader, const char *name)
{
    return managed_name_key(reader->mem, &reader->owned->forms, KIND_COLUMN, name);
}

/* A part with its settings under another key, or under none. */
static void key_move(struct reader *reader, const char *from, const char *to)
{
    size_t length = strlen(from);
    struct map *parts = &reader->top->parts;
    for (int i = 0, n = parts->n; i < n; i++) {
        const char *key = parts->entry[i].key;
        if (!parts->entry[i].value || strncmp(key, from, length) != 0 || (key[length] && key[length] != '#'))
            continue;
        parts->entry[i].value = NULL;
        if (to)
            key_set(reader, arena_printf(reader->mem, "%s%s", to, key + length), true);
    }
}

/* ---- constraints ---- */

struct constraint_word {
    const char *word;
    enum kind kind;
    const char *ending; /* of the name that a server gives it */
};

static const struct constraint_word constraint_words[] = {
    {"primary", KIND_PRIMARY_KEY, "pkey"},
    {"unique", KIND_UNIQUE, "key"},
    {"check", KIND_CHECK, "check"},
    {"foreign", KIND_FOREIGN_KEY, "fkey"},
    {"references", KIND_FOREIGN_KEY, "fkey"},
    {"exclude", KIND_EXCLUDE, "excl"},
    {NULL, KIND_COUNT, NULL},
};

static const struct constraint_word *constraint_at(const struct reader *reader)
{
    const struct constraint_word *word = constraint_words;
    while (word->word && !at(reader, word->word))
        word++;
    return word->word ? word : NULL;
}

static void check_add(struct reader *reader, const struct names *words, const char *text)
{
    struct arena *mem = reader->mem;
    key_set(reader, managed_expr_key(mem, &reader->owned->forms, KIND_CHECK, text), true);
    name_set(reader, KIND_CHECK, arena_printf(mem, "%s_check", reader->table), true);
    for (int i = 0; i < words->n; i++)
        name_set(reader, KIND_CHECK, arena_printf(mem, "%s_%s_check", reader->table, words->item[i]), true);
}

/* From its first word on; `column` is the one that it stands at, or NULL. */
static void constraint_add(struct reader *reader, const struct constraint_word *word, const char *name,
                           const char *column)
{
    struct arena *mem = reader->mem;
    struct names columns = {0};
    const char *text = "";
    bool grouped = word->kind == KIND_CHECK || !column;
    if (column && word->kind != KIND_CHECK)
        names_add(mem, &columns, column);
    while (grouped && !at_end(reader) && !at(reader, "(") && !at(reader, ",") && !at(reader, ")"))
        step(reader);
    if (!grouped)
        step(reader);
    else if (at(reader, "("))
        text = take_group(reader, &columns, word->kind == KIND_CHECK);
    if (name || word->kind == KIND_PRIMARY_KEY) {
        name_set(reader, word->kind, name ? name : "", true);
    } else if (word->kind == KIND_CHECK) {
        check_add(reader, &columns, text);
    } else {
        key_set(reader, managed_columns_key(mem, &reader->owned->forms, word->kind, &columns), true);
        name_set(reader, word->kind,
                 arena_printf(mem, "%s_%s_%s", reader->table, names_join(mem, &columns, "_"), word->ending), true);
    }
}

/* ---- columns and settings ---- */

/* name = value, ... in parentheses */
static void options_set(struct reader *reader, const char *key, bool is)
{
    if (!accept(reader, "("))
        return;
    while (!at_end(reader) && !at(reader, ")")) {
        const char *name = take_name(reader);
        while (name && accept(reader, "."))
            name = arena_printf(reader->mem, "%s.%s", name, take_name(reader));
        if (name)
            setting_set(reader, key, arena_printf(reader->mem, "options.%s", name), is);
        skip_element(reader);
        accept(reader, ",");
    }
    accept(reader, ")");
}

static bool setting_of_word(struct reader *reader, const char *key, bool is)
{
    static const char *const words[][2] = {{"default", "default_value"}, {"comment", "comment"},
                                           {"storage", "storage"},       {"compression", "compression"},
                                           {"tablespace", "tablespace"}, {"statistics", "statistics_target"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (accept(reader, words[i][0])) {
            setting_set(reader, key, words[i][1], is);
            return true;
        }
    return false;
}

/* Name, type and what follows, to the end of the element. */
static void column_add(struct reader *reader)
{
    const char *name = take_name(reader), *constraint = NULL;
    if (!name)
        return;
    const char *key = column_key(reader, name);
    key_set(reader, key, true);
    while (!at_end(reader) && !at(reader, ",") && !at(reader, ")")) {
        const struct constraint_word *word = constraint_at(reader);
        if (accept(reader, "constraint")) {
            constraint = take_name(reader);
        } else if (word) {
            constraint_add(reader, word, constraint, name);
            constraint = NULL;
        } else if (at(reader, "(")) {
            take_group(reader, NULL, false);
        } else if (accept(reader, "set")) {
            step(reader); /* ON DELETE SET DEFAULT */
        } else if (!setting_of_word(reader, key, true)) {
            step(reader);
        }
    }
}

/* A column or constraint of a table. */
static void element_add(struct reader *reader)
{
    bool named = accept(reader, "constraint");
    const char *name = named ? take_name(reader) : NULL;
    const struct constraint_word *word = constraint_at(reader);
    if (word)
        constraint_add(reader, word, name, NULL);
    else if (!named && !at(reader, "like"))
        column_add(reader);
    skip_element(reader);
}

/* What stands after the name: WITH (...), TABLESPACE x. */
static void tail_read(struct reader *reader, const char *key)
{
    while (!at_end(reader))
        if (accept(reader, "with"))
            options_set(reader, key, true);
        else if (at(reader, "("))
            take_group(reader, NULL, false);
        else if (at(reader, "tablespace"))
            setting_of_word(reader, key, true);
        else
            step(reader);
}

/* WITH (...) before the query, WITH [LOCAL | CASCADED] CHECK OPTION after it. */
static void create_view_read(struct reader *reader)
{
    while (!at_end(reader) && !at(reader, "as"))
        if (accept(reader, "with"))
            options_set(reader, "", true);
        else
            step(reader);
    while (!at_end(reader)) {
        bool with = accept(reader, "with");
        if (with && !accept(reader, "local"))
            accept(reader, "cascaded");
        if (with && accept(reader, "check") && at(reader, "option"))
            setting_set(reader, "", "options.check_option", true);
        else if (!with)
            step(reader);
    }
}

static void create_table_read(struct reader *reader)
{
    while (!at_end(reader) && !at(reader, "(") && !at(reader, "as") && !at(reader, "with"))
        step(reader);
    if (accept(reader, "("))
        while (!at_end(reader) && !at(reader, ")")) {
            element_add(reader);
            accept(reader, ",");
        }
    tail_read(reader, "");
}

/* ---- ALTER TABLE ---- */

/* ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY */
static bool security_alter(struct reader *reader)
{
    bool is = at(reader, "enable") || at(reader, "force"), force = at(reader, "force") || at(reader, "no");
    if (!is && !at(reader, "disable") && !force)
        return false;
    step(reader);
    accept(reader, "force");
    if (accept(reader, "row"))
        setting_set(reader, "", force ? "force_row_security" : "row_security", is);
    return true;
}

static void column_alter(struct reader *reader)
{
    accept(reader, "column");
    const char *name = take_name(reader);
    bool set = accept(reader, "set");
    if (name && (set || accept(reader, "drop")))
        setting_of_word(reader, column_key(reader, name), set);
}

/* A column or a constraint of whatever kind, under another name or dropped. */
static void part_move(struct reader *reader, bool constraint, const char *from, const char *to)
{
    for (enum kind kind = 0; kind < KIND_COUNT; kind++)
        if (kind_is(kind, KIND_OWNED) && !kind_is(kind, KIND_PART | KIND_SINGLE) && (kind == KIND_COLUMN) != constraint)
            key_move(reader, managed_name_key(reader->mem, &reader->owned->forms, kind, from),
                     to ? managed_name_key(reader->mem, &reader->owned->forms, kind, to) : NULL);
}

static void action_rename(struct reader *reader)
{
    bool constraint = accept(reader, "constraint");
    if (!constraint)
        accept(reader, "column");
    const char *from = take_name(reader);
    const char *to = from && accept(reader, "to") ? take_name(reader) : NULL;
    if (to)
        part_move(reader, constraint, from, to);
}

static void action_drop(struct reader *reader)
{
    bool constraint = accept(reader, "constraint");
    if (!constraint)
        accept(reader, "column");
    skip_existence(reader);
    const char *name = take_name(reader);
    if (name)
        part_move(reader, constraint, name, NULL);
}

static void action_read(struct reader *reader, enum owned_words words)
{
    if (accept(reader, "add")) {
        accept(reader, "column");
        skip_existence(reader);
        element_add(reader);
    } else if (accept(reader, "set") || accept(reader, "reset")) {
        if (at(reader, "("))
            options_set(reader, "", true);
        else
            setting_of_word(reader, "", true);
    } else if (security_alter(reader)) {
        return;
    } else if (accept(reader, "alter")) {
        column_alter(reader);
    } else if (words == OWNED_ALL && !at(reader, "to") && accept(reader, "rename")) {
        if (!at(reader, "to"))
            action_rename(reader);
    } else if (words == OWNED_ALL && accept(reader, "drop")) {
        action_drop(reader);
    }
}

static void alter_table_read(struct reader *reader, enum owned_words words)
{
    while (!at_end(reader)) {
        action_read(reader, words);
        skip_element(reader);
        if (!accept(reader, ",") && !at_end(reader))
            step(reader);
    }
}

/* ---- statements ---- */

/* The default schema has no name in a tree, but a file may spell it out. */
static const char *schema_of(const struct owned *owned, const char *schema)
{
    for (int i = 0; schema && i < owned->tree->root->children.n; i++) {
        const struct object *child = owned->tree->root->children.item[i];
        if (kind_is(child->kind, KIND_NAMESPACE) && text_equal(child->name, schema))
            return schema;
    }
    return "";
}

static const char *top_key(const struct owned *owned, enum kind kind, const char *schema, const char *name)
{
    return managed_top_key_of(owned->ctx->mem, &owned->forms, kind, schema_of(owned, schema), name);
}

/* What an index or trigger hangs on, by its name: a table, unless a view of that name is known. */
static struct owned_top *holder_of(struct owned *owned, const struct classified *what)
{
    const char *view = top_key(owned, KIND_VIEW, what->schema, what->table);
    return owned_top(owned, map_get(&owned->tops, view) ? view : top_key(owned, KIND_TABLE, what->schema, what->table));
}

static bool hangs(enum kind kind)
{
    return kind < KIND_COUNT && kind_fits(kind, KIND_TABLE) && !kind_is(kind, KIND_OWNED);
}

/* What it hangs on: as is said, or for an index what has one of that name in its schema; NULL if that is not known. */
static struct owned_top *hanging_top(struct owned *owned, const struct classified *what, const char *key)
{
    if (what->table)
        return holder_of(owned, what);
    const char *start = arena_printf(owned->ctx->mem, "%s.", schema_of(owned, what->schema));
    for (int i = 0; i < owned->tops.n; i++) {
        struct owned_top *top = owned->tops.entry[i].value;
        if (top && map_get(&top->parts, key) && text_starts(strchr(owned->tops.entry[i].key, ':') + 1, start))
            return top;
    }
    return NULL;
}

/* DROP INDEX x, ALTER INDEX x RENAME TO y */
static void hanging_move(struct reader *reader, const struct classified *what)
{
    const struct key_forms *forms = &reader->owned->forms;
    const char *from = managed_name_key(reader->mem, forms, what->kind, what->name);
    reader->top = hanging_top(reader->owned, what, from);
    if (reader->top)
        key_move(reader, from,
                 what->new_name ? managed_name_key(reader->mem, forms, what->kind, what->new_name) : NULL);
}

/*
 * A schema text may use these without describing them (catalog/borrow.sql), so one that a file makes need not be the text's: it is
 * the project's only where that described it.
 */
static bool may_be_borrowed(enum kind kind)
{
    return kind == KIND_DOMAIN || kind == KIND_COMPOSITE || kind == KIND_FUNCTION;
}

static void create_read(struct reader *reader, const struct classified *what)
{
    struct owned *owned = reader->owned;
    if (hangs(what->kind)) {
        if (!what->table)
            return;
        const char *key = managed_name_key(reader->mem, &owned->forms, what->kind, what->name);
        reader->top = holder_of(owned, what);
        key_set(reader, key, true);
        if (what->kind == KIND_INDEX)
            tail_read(reader, key);
        return;
    }
    if (may_be_borrowed(what->kind))
        return;
    reader->top = owned_top(owned, what->kind == KIND_SCHEMA
                                       ? managed_top_key_of(reader->mem, &owned->forms, what->kind, NULL, what->name)
                                       : top_key(owned, what->kind, what->schema, what->name));
    reader->top->itself = true;
    reader->table = what->name;
    if (what->kind == KIND_TABLE)
        create_table_read(reader);
    else if (what->kind == KIND_VIEW)
        create_view_read(reader);
}

static void drop_read(struct reader *reader, const struct classified *what)
{
    const char *key = top_key(reader->owned, what->kind, what->schema, what->name);
    if (hangs(what->kind))
        hanging_move(reader, what);
    else if (map_get(&reader->owned->tops, key))
        map_set(&reader->owned->tops, key, NULL);
}

/* ALTER VIEW v SET (...), ALTER INDEX i RESET (...) */
static void settings_read(struct reader *reader, const struct classified *what)
{
    const char *key = "";
    if (hangs(what->kind))
        key = managed_name_key(reader->mem, &reader->owned->forms, what->kind, what->name);
    reader->top = hangs(what->kind)
                      ? hanging_top(reader->owned, what, key)
                      : owned_top(reader->owned, top_key(reader->owned, what->kind, what->schema, what->name));
    while (reader->top && !at_end(reader)) {
        bool sets = accept(reader, "set") || accept(reader, "reset");
        if (sets && at(reader, "("))
            options_set(reader, key, true);
        else if (!sets || !setting_of_word(reader, key, true))
            step(reader);
    }
}

static void alter_read(struct reader *reader, const struct classified *what, enum owned_words words)
{
    if (what->kind == KIND_VIEW || what->kind == KIND_INDEX || what->kind == KIND_STATISTICS)
        settings_read(reader, what);
    if (what->kind != KIND_TABLE)
        return;
    const char *key = top_key(reader->owned, what->kind, what->schema, what->name);
    reader->top = owned_top(reader->owned, key);
    reader->table = what->name;
    accept(reader, "alter");
    accept(reader, "table");
    skip_existence(reader);
    accept(reader, "only");
    while (!at_end(reader) && take_name(reader) && accept(reader, "."))
        continue;
    accept(reader, "*");
    alter_table_read(reader, words);
}

static void rename_read(struct reader *reader, const struct classified *what)
{
    struct owned *owned = reader->owned;
    if (hangs(what->kind))
        hanging_move(reader, what);
    else
        owned_rename(owned, top_key(owned, what->kind, what->schema, what->name),
                     top_key(owned, what->kind, what->schema, what->new_name));
}

static void comment_read(struct reader *reader, const struct classified *what)
{
    struct owned *owned = reader->owned;
    const char *key = "";
    if (what->kind == KIND_COLUMN || hangs(what->kind)) {
        key = managed_name_key(reader->mem, &owned->forms, what->kind, what->name);
        reader->top = hanging_top(owned, what, key);
    } else {
        reader->top = owned_top(owned, top_key(owned, what->kind, what->schema, what->name));
    }
    if (reader->top)
        setting_set(reader, key, "comment", true);
}

/* DROP TYPE may be about any of several kinds: the one that is known by that name. */
static enum kind kind_known(const struct owned *owned, const struct classified *what)
{
    for (int kind = 0; kind_is(what->kind, KIND_IS_TYPE) && kind < KIND_COUNT; kind++)
        if (kind_is((enum kind)kind, KIND_IS_TYPE) && text_equal(kind_table[kind].sql, kind_table[what->kind].sql) &&
            map_get(&owned->tops, top_key(owned, (enum kind)kind, what->schema, what->name)))
            return (enum kind)kind;
    return what->kind;
}

static void statement_read(struct owned *owned, const struct classified *said, enum owned_words words)
{
    struct classified named = *said;
    const struct classified *what = &named;
    named.kind = said->verb == VERB_CREATE ? said->kind : kind_known(owned, said);
    struct reader reader = {.owned = owned, .mem = owned->ctx->mem};
    lex_open(&reader.lexer, owned->target->dialect->lex, what->piece.text, what->piece.length);
    step(&reader);
    if (what->verb == VERB_CREATE)
        create_read(&reader, what);
    else if (what->verb == VERB_ALTER)
        alter_read(&reader, what, words);
    else if (what->verb == VERB_COMMENT)
        comment_read(&reader, what);
    else if (words == OWNED_ALL && what->verb == VERB_DROP)
        drop_read(&reader, what);
    else if (words == OWNED_ALL && what->verb == VERB_RENAME && what->new_name)
        rename_read(&reader, what);
}

/* A table that a statement makes again under another name first, as our own rebuilds do, is under both names not news. */
static void rebuilt_note(const struct owned *owned, const struct classified *what, struct names *rebuilt)
{
    struct arena *mem = owned->ctx->mem;
    const struct dialect *dialect = owned->target->dialect;
    bool makes = dialect->rebuilt && what->verb == VERB_CREATE && what->kind == KIND_TABLE && what->name;
    const char *table = makes ? dialect->rebuilt(mem, &what->piece) : NULL;
    if (!table)
        return;
    names_add(mem, rebuilt, text_lower(mem, table));
    names_add(mem, rebuilt, text_lower(mem, what->name));
}

static bool is_about(struct arena *mem, const struct classified *what, const struct names *rebuilt)
{
    const char *table = what->table ? what->table : what->kind == KIND_TABLE ? what->name : NULL;
    return table && names_have(rebuilt, text_lower(mem, table));
}

/* Those that may make or name something; rows of data are most of a large file, and say nothing. */
static void telling_statements(struct owned *owned, const struct migration *migration, struct list *telling)
{
    struct arena *mem = owned->ctx->mem;
    const unsigned char *marks = migration->marks[false];
    for (int i = 0; i < migration->up.n; i++) {
        if (marks && marks[i] & STATEMENT_DATA)
            continue;
        struct classified *what = NEW(mem, struct classified);
        classify(mem, owned->target->dialect->classify, &migration->up.piece[i], what);
        list_add(mem, telling, what);
    }
}

void owned_file(struct owned *owned, const struct migration *migration, enum owned_words words)
{
    struct arena *mem = owned->ctx->mem;
    struct list telling = {0};
    struct names rebuilt = {0};
    telling_statements(owned, migration, &telling);
    for (int i = 0; i < telling.n; i++)
        rebuilt_note(owned, telling.item[i], &rebuilt);
    for (int i = 0; i < telling.n; i++) {
        const struct classified *what = telling.item[i];
        bool schema = what->verb == VERB_CREATE && what->kind == KIND_SCHEMA;
        if (!what->name || what->kind >= KIND_COUNT || (words == OWNED_SCHEMAS && !schema) ||
            (owned->only && !kind_set_has(owned->only, what->kind)) || is_about(mem, what, &rebuilt))
            continue;
        statement_read(owned, what, words);
    }
}
