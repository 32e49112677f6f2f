/* Tests of rules about the design of tables: what is regretted later. */
#include <string.h>

#include "base/text.h"
#include "lint/rules.h"

static bool has(const struct act *act, unsigned marks)
{
    return act->marks & marks;
}

/* The first word of a type, and whether a length follows. */
static bool type_is(const struct act *act, const char *const *words)
{
    for (; act->type && *words; words++) {
        size_t length = strlen(*words);
        if (text_starts_nocase(act->type, *words) && !char_is_word((unsigned char)act->type[length]))
            return true;
    }
    return false;
}

bool is_padded_type(const struct lint *lint, const struct act *act)
{
    static const char *const types[] = {"char", "character", "bpchar", NULL};
    return type_is(act, types) && !text_starts_nocase(act->type, "character varying");
}

bool is_limited_text(const struct lint *lint, const struct act *act)
{
    static const char *const types[] = {"varchar", "character varying", NULL};
    return type_is(act, types) && strchr(act->type, '(');
}

bool is_zoneless(const struct lint *lint, const struct act *act)
{
    static const char *const types[] = {"timestamp", NULL};
    return type_is(act, types) && !text_has_word(act->type, "with");
}

bool is_plain_json(const struct lint *lint, const struct act *act)
{
    static const char *const types[] = {"json", NULL};
    return type_is(act, types);
}

bool is_money(const struct lint *lint, const struct act *act)
{
    static const char *const types[] = {"money", NULL};
    return type_is(act, types);
}

bool is_inexact(const struct lint *lint, const struct act *act)
{
    static const char *const types[] = {"float", "float4", "float8", "real", "double", NULL};
    return type_is(act, types);
}

bool is_serial_column(const struct lint *lint, const struct act *act)
{
    return has(act, MARK_SERIAL);
}

static const struct act *column_act(const struct lint *lint, const char *table, const char *name)
{
    const struct list *acts = acts_of(lint, table);
    for (int i = 0; i < acts->n; i++) {
        const struct act *act = acts->item[i];
        if ((act->kind == ACT_COLUMN || act->kind == ACT_ADD_COLUMN) && text_equal(act->name, name))
            return act;
    }
    return NULL;
}

static bool is_small_number(const struct act *act)
{
    static const char *const types[] = {"int",     "integer", "int4",        "smallint",  "int2",    "serial",
                                        "serial4", "serial2", "smallserial", "mediumint", "tinyint", NULL};
    return act && type_is(act, types);
}

/* Of a SQLite table the integer key has 64 bits whatever it is called. */
bool is_small_key(const struct lint *lint, const struct act *act)
{
    if (act->kind != ACT_CONSTRAINT)
        return has(act, MARK_PRIMARY) && is_small_number(act);
    return has(act, MARK_PRIMARY) && act->columns.n == 1 &&
           is_small_number(column_act(lint, act->table, act->columns.item[0]));
}

bool has_no_key(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->table);
    if (has(act, MARK_AS | MARK_TEMPORARY | MARK_VIRTUAL))
        return false;
    for (int i = 0; i < acts->n; i++)
        if (has(acts->item[i], MARK_PRIMARY))
            return false;
    return true;
}

bool is_unnamed(const struct lint *lint, const struct act *act)
{
    return !act->name && !has(act, MARK_PRIMARY | MARK_NOT_NULL);
}

bool is_wide_index(const struct lint *lint, const struct act *act)
{
    return act->columns.n > 3 && !has(act, MARK_UNIQUE | MARK_FULL);
}

/* ---- indexes ---- */

static bool begins_with(const struct names *longer, const struct names *shorter)
{
    for (int i = 0; i < shorter->n; i++)
        if (i >= longer->n || !shorter->item[i] || !text_equal(shorter->item[i], longer->item[i]))
            return false;
    return shorter->n;
}

static bool is_plain_index(const struct act *act)
{
    bool unique = act->kind == ACT_CONSTRAINT && has(act, MARK_UNIQUE | MARK_PRIMARY);
    return (act->kind == ACT_CREATE_INDEX || unique) && !has(act, MARK_WHERE | MARK_COMPUTED_KEY | MARK_FULL) &&
           (!act->other || text_equal_nocase(act->other, "btree") || unique);
}

struct names known_keys(struct arena *mem, const struct object *object)
{
    struct names keys = {0};
    if (object->kind == KIND_PRIMARY_KEY)
        return ((const struct primary_key *)object)->columns;
    if (object->kind == KIND_UNIQUE)
        return ((const struct unique *)object)->columns;
    if (object->kind != KIND_INDEX || expr_text(&((const struct index *)object)->predicate))
        return keys;
    for (int i = 0; i < object->children.n; i++) {
        const struct object *part = object->children.item[i];
        if (part->kind == KIND_INDEX_PART)
            names_add(mem, &keys, ((const struct index_part *)part)->column);
    }
    return keys;
}

/* Does something that stays begin with these columns? */
static bool is_indexed(const struct lint *lint, const struct act *act, const struct names *columns)
{
    const struct list *acts = acts_of(lint, act->table);
    const struct table *known = known_table(lint, act->table);
    for (int i = 0; i < acts->n; i++) {
        const struct act *other = acts->item[i];
        if (other != act && is_plain_index(other) && begins_with(&other->columns, columns))
            return true;
    }
    for (int i = 0; known && i < known->object.children.n; i++) {
        const struct object *child = known->object.children.item[i];
        const struct names keys = known_keys(lint->mem, child);
        bool gone = child->name && acts_of(lint, child->name)->n;
        if (!gone && begins_with(&keys, columns))
            return true;
    }
    return false;
}

bool is_duplicate_index(const struct lint *lint, const struct act *act)
{
    return is_plain_index(act) && !has(act, MARK_UNIQUE) && is_indexed(lint, act, &act->columns);
}

bool is_unindexed_reference(const struct lint *lint, const struct act *act)
{
    struct names columns = act->columns;
    if (!has(act, MARK_REFERENCES))
        return false;
    if (act->kind != ACT_CONSTRAINT) {
        if (has(act, MARK_PRIMARY | MARK_UNIQUE))
            return false;
        columns = (struct names){0};
        names_add(lint->mem, &columns, act->name);
    }
    if (columns.n == 1) {
        const struct act *column = column_act(lint, act->table, columns.item[0]);
        if (column && has(column, MARK_PRIMARY | MARK_UNIQUE))
            return false;
    }
    return !is_indexed(lint, act, &columns);
}

/* ---- partitions ---- */

static bool has_partition_keys(const struct names *keys, const struct names *columns)
{
    for (int i = 0; i < keys->n; i++)
        if (!keys->item[i] || !names_have(columns, keys->item[i]))
            return false;
    return true;
}

/* Rows are only told apart within a partition, so that what tells them apart has to say which one. */
bool is_key_without_partition(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->table);
    struct names columns = act->columns;
    if (!has(act, MARK_PRIMARY | MARK_UNIQUE) || has(act, MARK_USING_INDEX))
        return false;
    if (act->kind == ACT_COLUMN)
        names_add(lint->mem, &columns, act->name);
    for (int i = acts->n - 1; i >= 0; i--) {
        const struct act *made = acts->item[i];
        if (made->kind == ACT_CREATE_TABLE && made->index < act->index)
            return has(made, MARK_PARTITIONED) && !has_partition_keys(&made->columns, &columns);
    }
    return false;
}

/* ---- vacuum ---- */

/* Is it switched off (or on) by these words? */
static bool switches_vacuum(const struct lint *lint, const char *text, bool off)
{
    static const char *const no[] = {"false", "off", "0", "no", NULL};
    struct lexer lexer;
    struct token token, before = {0};
    bool said = false;
    if (!text_has_word(text, "autovacuum_enabled"))
        return false;
    lex_open(&lexer, lint->dialect->lex, text, strlen(text));
    for (lex_take_code(&lexer, &token); token.kind != TOKEN_END; lex_take_code(&lexer, &token)) {
        if (said && token_is(&before, "="))
            return off == (token_is_one_of(&token, no) ||
                           (token.kind == TOKEN_STRING && token.length > 2 && strchr("fFoO0nN", token.text[1]) &&
                            !text_starts_nocase(token.text + 1, "on")));
        said = said || token_is(&token, "autovacuum_enabled");
        before = token;
    }
    return !off; /* RESET, or without a value: on */
}

bool is_vacuum_off(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->table);
    if (!switches_vacuum(lint, act->text, true))
        return false;
    for (int i = 0; i < acts->n; i++) {
        const struct act *after = acts->item[i];
        if (after->index > act->index && after->kind == ACT_ALTER_TABLE && switches_vacuum(lint, after->text, false))
            return false;
    }
    return true;
}

/* ---- other kinds ---- */

bool is_small_sequence(const struct lint *lint, const struct act *act)
{
    return text_has_word(act->text, "integer") || text_has_word(act->text, "int") ||
           text_has_word(act->text, "smallint");
}

bool is_enum(const struct lint *lint, const struct act *act)
{
    return text_equal(act->other, "enum");
}

/* ---- space ---- */

/* Bytes of a value, which are also what its place is a multiple of. */
static int fixed_size(const struct act *act)
{
    static const char *const types[][12] = {
        [1] = {"boolean", "bool", NULL},
        [2] = {"smallint", "int2", "smallserial", "serial2", NULL},
        [4] = {"integer", "int", "int4", "serial", "serial4", "real", "float4", "date", "oid", NULL},
        [8] = {"bigint", "int8", "bigserial", "serial8", "timestamp", "timestamptz", "double", "float8", "money",
               "time", NULL},
    };
    for (int size = 8; size; size /= 2)
        if (type_is(act, types[size]) && !strchr(act->type, '['))
            return size == 8 && text_has_word(act->type, "time") && text_has_word(act->type, "with") ? 0 : size;
    return 0;
}

/* After a value of no fixed size the gap depends on the row: it is not counted.  A row ends at a multiple of 8. */
bool is_badly_packed(const struct lint *lint, const struct act *act)
{
    const struct list *acts = acts_of(lint, act->table);
    int at = 0, gaps = 0, sum = 0;
    bool fixed = true;
    for (int i = 0; i < acts->n; i++) {
        const struct act *column = acts->item[i];
        if (column->kind != ACT_COLUMN || column->statement != act->statement || column->migration != act->migration)
            continue;
        int size = fixed_size(column), gap = size ? -at & (size - 1) : 0;
        gaps += gap;
        sum += size;
        fixed = fixed && size;
        at = size ? at + gap + size : 0;
    }
    return gaps >= 8 || (fixed && ((at + 7) & ~7) > ((sum + 7) & ~7));
}

/* ---- names ---- */

bool is_too_long(const struct lint *lint, const struct act *act)
{
    const char *name = new_name(act);
    return name && lint->dialect->name_bytes && strlen(name) > lint->dialect->name_bytes;
}

bool is_reserved(const struct lint *lint, const struct act *act)
{
    const struct ident_rules *rules = lint->dialect->ident;
    const char *name = new_name(act);
    for (int i = 0; name && i < rules->n_reserved; i++)
        if (text_equal_nocase(name, rules->reserved[i]))
            return true;
    return false;
}

/* Paths leave the usual schema out; the words may have it. */
static bool is_written_with_schema(const struct lint *lint, const struct act *act)
{
    struct lexer lexer;
    struct token token, before = {0}, first = {0};
    lex_open(&lexer, lint->dialect->lex, act->piece->text, act->piece->length);
    for (lex_take_code(&lexer, &token); token.kind != TOKEN_END; lex_take_code(&lexer, &token)) {
        if (token_is(&before, ".") && text_equal_nocase(token_name(lint->mem, &first), lint->usual) &&
            text_equal_nocase(token_name(lint->mem, &token), act->table))
            return true;
        first = before;
        before = token;
    }
    return false;
}

bool is_unqualified(const struct lint *lint, const struct act *act)
{
    return lint->usual && act->table && !strchr(act->table, '.') && !has(act, MARK_TEMPORARY) &&
           !is_written_with_schema(lint, act);
}
