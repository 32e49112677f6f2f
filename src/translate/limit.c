/*
 * What a type takes beside values of its kind, the labels of an enum or the bounds of a number or a text, is a check of the column here,
 * where types take anything.  The check bears the type's name, by which it is found when the column gets another one.
 */
#include "dialect/common.h"
#include "translate/parts.h"

#include "base/text.h"

/* ---- labels */

const char *labels_name(struct translator *t, const char *column, const char *type)
{
    return arena_printf(t->mem, "%s_is_%s", column, type);
}

static void check_add(struct translator *t, struct object *table, const char *name, const char *expr)
{
    struct check *check = (struct check *)object_new(t->mem, KIND_CHECK, table, name);
    SAY(check, CHECK, expr, ((struct expr){.written = expr}));
}

void labels_check(struct translator *t, struct object *table, const char *column, const char *type,
                  const struct names *labels)
{
    struct buf out;
    buf_init(&out, t->mem);
    say_name(&out, t, column);
    buf_add(&out, " IN (");
    for (int i = 0; i < labels->n; i++) {
        buf_add(&out, i ? ", " : "");
        literal_add(&out, t->target->dialect->ident, labels->item[i]);
    }
    buf_add(&out, ")");
    check_add(t, table, labels_name(t, column, type), out.data);
}

/* Does the engine have types whose name is their labels? */
static bool has_inline_labels(const struct translator *t, const char *type)
{
    for (const struct translate_type *row = t->rules->types; row->from; row++)
        if ((row->engines & t->source->engine) && (row->marks & TRANSLATE_LABELS) && text_equal_nocase(row->from, type))
            return true;
    return false;
}

/* After "_is_" stands a type that has labels: a user's own check may be called so too. */
static bool is_named_labels(struct translator *t, const char *name)
{
    static const char is[] = "_is_";
    for (const char *at = strstr(name, is); at; at = strstr(at + 1, is)) {
        const struct made_type *made = map_get(&t->types, at + strlen(is));
        if ((made && made->labels.n) || has_inline_labels(t, at + strlen(is)))
            return true;
    }
    return false;
}

/* name IN ('a', 'b'); NULL: it is something else. */
static const char *listed_column(struct translator *t, const struct check *check)
{
    struct lexer lexer;
    const char *text = expr_text(&check->expr);
    lex_open(&lexer, t->target->dialect->lex, text, strlen(text));
    struct token column = lex_next_code(&lexer), token = lex_next_code(&lexer);
    bool listed = token_is(&token, "in");
    for (token = lex_next_code(&lexer); token.kind != TOKEN_END && listed; token = lex_next_code(&lexer))
        listed = token.kind == TOKEN_STRING || token_is(&token, "(") || token_is(&token, ",") || token_is(&token, ")");
    return listed ? token_name(t->mem, &column) : NULL;
}

/* A renamed column is another one in the check, while the check's name stays. */
const char *labels_column(struct translator *t, const struct object *check)
{
    bool labels = check->kind == KIND_CHECK && check->name && is_named_labels(t, check->name);
    return labels ? listed_column(t, (const struct check *)check) : NULL;
}

struct object *labels_check_of(struct translator *t, const struct object *table, const char *column)
{
    for (int i = 0; i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        const char *listed = labels_column(t, child);
        if (listed && text_equal_nocase(listed, column))
            return child;
    }
    return NULL;
}

/* ---- bounds */

static const char fits[] = "_fits_", without_sign[] = "_unsigned";

/* Is it one of "A|B|C"? */
bool is_choice(const char *choices, const char *name)
{
    size_t length = strlen(name);
    for (const char *choice = choices; choice; choice = strchr(choice, '|')) {
        choice += *choice == '|';
        if (strcspn(choice, "|") == length && !strncasecmp(choice, name, length))
            return true;
    }
    return false;
}

static const struct translate_limit *limit_find(const struct translator *t, const char *type, int arguments,
                                                bool without)
{
    for (const struct translate_limit *row = t->rules->limits; row->types; row++)
        if ((row->engines & t->source->engine) && row->without_sign == without && is_choice(row->types, type) &&
            (arguments < 0 || row->arguments < 0 || row->arguments == arguments))
            return row;
    return NULL;
}

void limit_read(struct translator *t, const char *name, const char *arguments, bool without, struct read_type *type)
{
    struct names values = {0}, filled = {0};
    if (arguments)
        type_split(t->mem, arguments, &values);
    const struct translate_limit *row = limit_find(t, name, values.n, without);
    if (!row)
        return;
    const char *first = values.n ? values.item[0] : "0", *second = values.n > 1 ? values.item[1] : "0";
    names_add(t->mem, &filled, "$1");
    names_add(t->mem, &filled, first);
    names_add(t->mem, &filled, second);
    names_add(t->mem, &filled, arena_printf(t->mem, "%ld", strtol(first, NULL, 10) - strtol(second, NULL, 10)));
    type->fits = fill_in(t->mem, row->check, &filled);
    type->limit = arena_printf(t->mem, "%s%s", text_replace(t->mem, text_lower(t->mem, name), " ", "_"),
                               without ? without_sign : "");
}

static bool is_limit(struct translator *t, const char *name)
{
    const char *type = name ? strstr(name, fits) : NULL;
    for (const char *next = type; next; next = strstr(next + 1, fits))
        type = next;
    if (!type)
        return false;
    const char *bare = text_replace(t->mem, type + strlen(fits), without_sign, "");
    return limit_find(t, text_replace(t->mem, bare, "_", " "), -1, text_ends(type, without_sign)) != NULL;
}

static struct object *limit_of(struct translator *t, const struct object *table, const char *column)
{
    for (int i = 0; i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        if (child->kind == KIND_CHECK && is_limit(t, child->name) &&
            translate_names(t, expr_text(&((const struct check *)child)->expr), column))
            return child;
    }
    return NULL;
}

/* The type whose bounds a column has, with its one argument: "BINARY(4)"; NULL. */
const char *limit_type(struct translator *t, const struct column *column)
{
    const struct object *limit = limit_of(t, column->object.parent, column->object.name);
    const char *expr = limit ? expr_text(&((const struct check *)limit)->expr) : NULL;
    const char *argument = expr ? strrchr(expr, ' ') : NULL;
    if (!argument)
        return NULL;
    const char *name = text_upper(t->mem, strstr(limit->name, fits) + strlen(fits));
    return arena_printf(t->mem, "%s(%s)", name, argument + 1);
}

/* Does a literal that goes into the column hold to its limit? Asked of the target, once. */
int limit_check(struct translator *t, const struct column *column, const char *literal)
{
    struct rows rows;
    const struct object *table = column->object.parent;
    char *key = arena_printf(t->mem, "%s.%s takes %s", table->name, column->object.name, literal);
    if (map_get(&t->constants, key))
        return 0;
    const struct object *limit = limit_of(t, table, column->object.name);
    if (limit) {
        struct buf query;
        buf_init(&query, t->mem);
        buf_addf(&query, "SELECT 1 FROM (SELECT %s AS ", literal);
        say_name(&query, t, column->object.name);
        buf_addf(&query, ") WHERE NOT (%s)", expr_text(&((const struct check *)limit)->expr));
        TRY(conn_query(t->ctx, t->shadow, query.data, NULL, &rows));
        if (rows.row.n)
            return fail(t->ctx, ERR_UNSUPPORTED, "%s is not within the bounds of %s", literal, column->object.name);
    }
    map_set(&t->constants, key, key);
    return 0;
}

/* ---- both */

void type_checks_add(struct translator *t, struct object *table, const char *column, const struct read_type *type)
{
    struct names one = {0};
    struct buf name;
    if (type->labels.n)
        labels_check(t, table, column, type->made ? type->made->name : "enum", &type->labels);
    if (!type->fits)
        return;
    buf_init(&name, t->mem);
    say_name(&name, t, column);
    names_add(t->mem, &one, name.data);
    check_add(t, table, arena_printf(t->mem, "%s%s%s", column, fits, type->limit), fill_in(t->mem, type->fits, &one));
}

bool type_checks_drop(struct translator *t, const struct object *table, const char *column)
{
    struct object *const checks[] = {labels_check_of(t, table, column), limit_of(t, table, column)};
    for (int i = 0; i < 2; i++)
        if (checks[i])
            object_remove(checks[i]);
    return checks[0] || checks[1];
}

bool type_is_checked(struct translator *t, const struct object *table, const char *column)
{
    return labels_check_of(t, table, column) || limit_of(t, table, column);
}

struct column *column_copy(struct translator *t, const struct object *column, struct object *table)
{
    struct object *const checks[] = {labels_check_of(t, column->parent, column->name),
                                     limit_of(t, column->parent, column->name)};
    struct object *copy = object_copy(t->mem, column, table);
    for (int i = 0; i < 2; i++)
        if (checks[i])
            object_copy(t->mem, checks[i], table);
    return (struct column *)copy;
}
