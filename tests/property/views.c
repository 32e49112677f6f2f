/*
 * Random views and triggers, in the shapes whose names are hard to resolve: several relations of several schemas, aliases that
 * are also names of columns, bare and qualified names, other names for columns, subqueries, views over views, triggers that
 * write into other tables.
 */
#include <string.h>

#include "base/text.h"
#include "random.h"

struct source {
    const struct object *relation;
    struct names columns; /* as names, unquoted */
    const char *alias;    /* NULL: none */
};

/* ---- the columns of a relation ---- */

/* What a view's columns are called: the last name of each item of its select list. */
static struct names view_columns(struct dice *dice, const struct view *view)
{
    struct names columns = {0};
    struct lexer lexer;
    const char *text = view->query.written ? view->query.written : view->query.printed, *last = NULL;
    int depth = 0;
    lex_open(&lexer, dialect_of_engine(dice->engine)->lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        bool from = !depth && token_is(&token, "from");
        if (last && (from || (!depth && token_is(&token, ","))))
            names_add(dice->mem, &columns, last);
        if (from)
            break;
        last = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED ? token_name(dice->mem, &token) : NULL;
    }
    return columns;
}

struct names relation_columns(struct dice *dice, const struct object *relation)
{
    struct names columns = {0};
    if (relation->kind == KIND_VIEW)
        return view_columns(dice, (const struct view *)relation);
    for (int i = 0; i < relation->children.n; i++) {
        const struct object *child = relation->children.item[i];
        if (child->kind == KIND_COLUMN)
            names_add(dice->mem, &columns, child->name);
    }
    return columns;
}

static const char *any_of(struct dice *dice, const struct names *names)
{
    return names->item[dice_below(dice, names->n)];
}

static bool random_source(struct dice *dice, struct source *source)
{
    const struct object *view = dice_chance(dice, 35) ? random_of_kind(dice, KIND_VIEW) : NULL;
    *source = (struct source){.relation = view ? view : random_of_kind(dice, KIND_TABLE)};
    if (source->relation)
        source->columns = relation_columns(dice, source->relation);
    return source->columns.n;
}

/* ---- views ---- */

static const char *source_text(struct dice *dice, const struct source *source)
{
    const char *name = qualified(dice, source->relation);
    const char *as = dice_chance(dice, 50) ? " AS " : " ";
    return source->alias ? arena_printf(dice->mem, "%s%s%s", name, as, quoted(dice, source->alias)) : name;
}

static const char *column_text(struct dice *dice, const struct source *source, const char *column, bool alone)
{
    const char *name = quoted(dice, column);
    if (alone && dice_chance(dice, 50))
        return name;
    if (source->alias)
        return arena_printf(dice->mem, "%s.%s", quoted(dice, source->alias), name);
    return arena_printf(dice->mem, "%s.%s", quoted(dice, source->relation->name), name);
}

static const char *select_list(struct dice *dice, const struct source *source, int sources)
{
    struct names shown = {0};
    struct buf out;
    buf_init(&out, dice->mem);
    for (int i = 1 + dice_below(dice, 3); i > 0; i--) {
        const struct source *one = &source[dice_below(dice, sources)];
        const char *column = any_of(dice, &one->columns);
        const char *as = names_have(&shown, column) || dice_chance(dice, 25) ? random_name(dice) : NULL;
        buf_addf(&out, "%s%s", shown.n ? ", " : "", column_text(dice, one, column, sources == 1));
        if (as)
            buf_addf(&out, " AS %s", quoted(dice, as));
        names_add(dice->mem, &shown, as ? as : column);
    }
    const char *call = speaks_mysql(dice) && dice_chance(dice, 20) ? my_random_call(dice) : NULL;
    if (call)
        buf_addf(&out, ", %s AS %s", call, quoted(dice, random_name(dice)));
    return out.data;
}

static const char *random_where(struct dice *dice, const struct source *source, int sources)
{
    const struct source *one = &source[dice_below(dice, sources)];
    const char *column = column_text(dice, one, any_of(dice, &one->columns), sources == 1);
    struct source other;
    const char *condition = NULL;
    switch (dice_below(dice, 4)) {
    case 0: return arena_printf(dice->mem, " WHERE %s IS NOT NULL", column);
    case 1:
        condition = sources == 1 && one->relation->kind == KIND_TABLE ? random_condition(dice, one->relation) : NULL;
        return condition ? arena_printf(dice->mem, " WHERE %s", condition) : "";
    case 2:
        if (!random_source(dice, &other))
            return "";
        other.alias = "inner_one";
        return arena_printf(dice->mem, " WHERE EXISTS (SELECT 1 FROM %s WHERE inner_one.%s IS NULL AND %s IS NULL)",
                            source_text(dice, &other), quoted(dice, any_of(dice, &other.columns)),
                            column_text(dice, one, any_of(dice, &one->columns), false));
    default: return "";
    }
}

static const char *random_query(struct dice *dice)
{
    struct source source[2];
    int sources = dice_chance(dice, 35) ? 2 : 1;
    for (int i = 0; i < sources; i++)
        if (!random_source(dice, &source[i]))
            return NULL;
    source[0].alias = dice_chance(dice, 50) ? any_of(dice, &source[0].columns) : NULL;
    if (sources == 2) { /* names of which neither is the other's */
        source[0].alias = "one";
        source[1].alias = any_of(dice, &source[1].columns);
    }
    const char *items = select_list(dice, source, sources);
    const char *first = source_text(dice, &source[0]), *second = sources == 2 ? source_text(dice, &source[1]) : NULL;
    if (second && dice_chance(dice, 50))
        first = arena_printf(dice->mem, "%s JOIN %s ON one.%s IS NOT NULL", first, second,
                             quoted(dice, any_of(dice, &source[0].columns)));
    else if (second)
        first = arena_printf(dice->mem, "%s, %s", first, second);
    return arena_printf(dice->mem, "SELECT %s FROM %s%s", items, first, random_where(dice, source, sources));
}

struct names view_options(struct dice *dice, const struct view *view)
{
    static const char *const any[] = {"security_barrier=true", "security_barrier=false"};
    static const char *const stored[] = {"fillfactor=70", "autovacuum_enabled=false"};
    struct names chosen = {0};
    names_add(dice->mem, &chosen, (view->materialized ? stored : any)[dice_below(dice, 2)]);
    return chosen;
}

void view_column_change(struct dice *dice, struct view *view)
{
    static const char *const settings[] = {"statistics=50", "n_distinct=7"};
    struct names said = {0}, columns = view_columns(dice, view);
    const char *column = quoted(dice, any_of(dice, &columns));
    if (view->materialized && dice_chance(dice, 50)) {
        names_add(dice->mem, &said, arena_printf(dice->mem, "%s.%s", column, PICK(dice, settings)));
        SAY(view, VIEW, column_settings, view->column_settings.n ? (struct names){0} : said);
    } else {
        names_add(dice->mem, &said, arena_printf(dice->mem, "%s=%s", column, random_comment(dice)));
        SAY(view, VIEW, column_comments, view->column_comments.n ? (struct names){0} : said);
    }
}

struct object *random_view(struct dice *dice)
{
    bool plain = speaks_mysql(dice) && dice_chance(dice, 40);
    const char *query = plain ? my_plain_query(dice) : random_query(dice);
    if (!query)
        return NULL;
    const struct object *beside = random_of_kind(dice, KIND_TABLE);
    struct view *view = (struct view *)object_new(dice->mem, KIND_VIEW, beside->parent,
                                                  random_name_in(dice, KIND_VIEW, beside->parent));
    SAY(view, VIEW, query, written(query));
    if (dice->engine == ENGINE_PG && dice_chance(dice, 25))
        SAY(view, VIEW, materialized, true);
    if (dice->engine == ENGINE_PG && dice_chance(dice, 15))
        SAY(view, VIEW, options, view_options(dice, view));
    if (dice->engine == ENGINE_PG && dice_chance(dice, 20))
        SAY(view, VIEW, comment, random_comment(dice));
    if (dice->engine == ENGINE_PG && dice_chance(dice, 30))
        view_column_change(dice, view);
    if (speaks_mysql(dice))
        my_view_settings(dice, view, plain);
    say_some_absences(dice, &view->object);
    return &view->object;
}

struct object *random_virtual_table(struct dice *dice)
{
    static const char *const modules[] = {"fts5(body, tokenize = 'porter')", "fts5(title, body, prefix='2 3')",
                                          "rtree(id, x0, x1)"};
    struct object *schema = tree_schema(dice->mem, dice->tree, "");
    if (dice->engine != ENGINE_LITE)
        return NULL;
    struct virtual_table *table = (struct virtual_table *)object_new(dice->mem, KIND_VIRTUAL_TABLE, schema,
                                                                     random_name_in(dice, KIND_VIRTUAL_TABLE, schema));
    SAY(table, VIRTUAL_TABLE, module, written(PICK(dice, modules)));
    return &table->object;
}

/* ---- views that change their columns ---- */

/* Does any other text, or an index on the view, have that word? */
static bool is_read(struct dice *dice, const struct view *view, const char *name)
{
    const char *word = quoted(dice, name);
    for (const struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
        for (int i = 0; o != &view->object && i < kind_table[o->kind].fields; i++) {
            const struct expr *expr = object_field(o, i);
            if (kind_table[o->kind].field[i].type == FIELD_EXPR && expr->written && text_has(expr->written, word))
                return true;
        }
    return false;
}

/* Where the last item of the select list begins, and where it ends. */
static bool last_item(struct dice *dice, const char *text, size_t *from, size_t *to)
{
    struct lexer lexer;
    int depth = 0;
    *from = 0;
    lex_open(&lexer, dialect_of_engine(dice->engine)->lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        *to = (size_t)(token.text - text);
        if (!depth && token_is(&token, "from"))
            return true;
        if (!depth && token_is(&token, ","))
            *from = *to;
    }
    return false;
}

bool view_reshape(struct dice *dice, struct view *view)
{
    const char *text = view->query.written;
    size_t from, to;
    struct names columns = view_columns(dice, view);
    if (!text || !last_item(dice, text, &from, &to))
        return false;
    const char *head = text_slice(dice->mem, text, 0, to - 1), *middle = "";
    if (dice_chance(dice, 50))
        middle = arena_printf(dice->mem, ", %d AS %s", dice_below(dice, 9), quoted(dice, random_name(dice)));
    else if (!from || is_read(dice, view, columns.item[columns.n - 1]))
        return false;
    else
        head = text_slice(dice->mem, text, 0, from);
    SAY(view, VIEW, query, written(arena_printf(dice->mem, "%s%s %s", head, middle, text + to)));
    SAY(view, VIEW, column_comments, (struct names){0});
    SAY(view, VIEW, column_settings, (struct names){0});
    return true;
}

/* ---- triggers ---- */

/* Something that it does: into a table of its own choice, with a value of the row at hand and the name of its column as text. */
static const char *random_action(struct dice *dice, const char *row, const struct names *columns)
{
    const struct object *table = random_of_kind(dice, KIND_TABLE);
    const struct column *column = table ? pick_column(dice, table, ~0u, true) : NULL;
    if (!column || dice_chance(dice, 20))
        return "SELECT 1";
    const char *target = quoted(dice, table->name), *name = quoted(dice, column->object.name);
    const char *value = arena_printf(dice->mem, "%s.%s", row, quoted(dice, any_of(dice, columns)));
    switch (dice_below(dice, 3)) {
    case 0:
        return arena_printf(dice->mem, "INSERT INTO %s(%s) VALUES ('%s was ' || %s)", target, name,
                            text_replace(dice->mem, column->object.name, "'", "''"), value);
    case 1: return arena_printf(dice->mem, "UPDATE %s SET %s = %s WHERE %s = %s", target, name, name, name, value);
    default:
        return arena_printf(dice->mem, "SELECT length(%s) FROM %s AS %s WHERE %s.%s = %s", name, target, name, name,
                            name, value);
    }
}

static const char *random_event(struct dice *dice, const struct object *relation, const struct names *columns)
{
    switch (dice_below(dice, 4)) {
    case 0: return "DELETE";
    case 1: return "UPDATE";
    case 2:
        if (relation->kind == KIND_TABLE)
            return arena_printf(dice->mem, "UPDATE OF %s", quoted(dice, any_of(dice, columns)));
    }
    return "INSERT";
}

/* No row is ever updated through a view. */
static const char *pg_trigger_text(struct dice *dice, const struct object *trigger, const struct names *columns)
{
    const char *column = quoted(dice, any_of(dice, columns));
    bool view = trigger->parent->kind == KIND_VIEW;
    const char *of = !view && dice_chance(dice, 40) ? arena_printf(dice->mem, " OF %s", column) : "";
    const char *when =
        !view && dice_chance(dice, 30) ? arena_printf(dice->mem, " WHEN (OLD.%s IS NOT NULL)", column) : "";
    return arena_printf(dice->mem, "CREATE TRIGGER %s %s UPDATE%s ON %s FOR EACH ROW%s EXECUTE FUNCTION %s",
                        quoted(dice, trigger->name), view ? "INSTEAD OF" : "BEFORE", of,
                        qualified(dice, trigger->parent), when, random_trigger_function(dice));
}

static const char *lite_trigger_text(struct dice *dice, const struct object *trigger, const struct names *columns)
{
    const struct object *relation = trigger->parent;
    const char *event = random_event(dice, relation, columns);
    const char *row = text_equal(event, "INSERT") ? "NEW" : "OLD";
    const char *when = "";
    if (dice_chance(dice, 30))
        when = arena_printf(dice->mem, " WHEN %s.%s IS NOT NULL", row, quoted(dice, any_of(dice, columns)));
    /* Rows that go must not leave others in their place. */
    const char *action = text_equal(event, "DELETE") ? "SELECT 1" : random_action(dice, row, columns);
    return arena_printf(dice->mem, "CREATE TRIGGER %s %s %s ON %s%s BEGIN %s; END", quoted(dice, trigger->name),
                        relation->kind == KIND_VIEW ? "INSTEAD OF" : "AFTER", event, quoted(dice, relation->name), when,
                        action);
}

struct object *random_trigger(struct dice *dice, struct object *relation)
{
    static const char *const enabled[] = {"disabled", "replica", "always"};
    struct names columns = relation ? relation_columns(dice, relation) : (struct names){0};
    if (speaks_mysql(dice))
        return my_random_trigger(dice, relation);
    if (!columns.n || (relation->kind == KIND_VIEW && ((const struct view *)relation)->materialized))
        return NULL;
    struct trigger *trigger =
        (struct trigger *)object_new(dice->mem, KIND_TRIGGER, relation, random_name_in(dice, KIND_TRIGGER, relation));
    const char *text = dice->engine == ENGINE_LITE ? lite_trigger_text(dice, &trigger->object, &columns)
                                                   : pg_trigger_text(dice, &trigger->object, &columns);
    SAY(trigger, TRIGGER, definition, written(text));
    if (dice->engine == ENGINE_PG && relation->kind == KIND_TABLE && dice_chance(dice, 30))
        SAY(trigger, TRIGGER, enabled, PICK(dice, enabled));
    if (dice->engine == ENGINE_PG && dice_chance(dice, 20))
        SAY(trigger, TRIGGER, comment, random_comment(dice));
    return &trigger->object;
}

/* ---- rules ---- */

/* Nothing of ours deletes rows, or writes through a view: what it does is never done. */
static const char *rule_action(struct dice *dice)
{
    const struct object *table = random_of_kind(dice, KIND_TABLE);
    const struct column *column = table ? pick_column(dice, table, ~0u, true) : NULL;
    if (!column || dice_chance(dice, 40))
        return "NOTHING";
    return arena_printf(dice->mem, "DELETE FROM %s WHERE %s.%s IS NULL", qualified(dice, table),
                        quoted(dice, table->name), quoted(dice, column->object.name));
}

static struct expr rule_text(struct dice *dice, const struct object *rule)
{
    static const char *const events[] = {"INSERT", "UPDATE", "DELETE"};
    const struct names columns = relation_columns(dice, rule->parent);
    bool table = rule->parent->kind == KIND_TABLE;
    const char *when = "";
    if (table && dice_chance(dice, 40))
        when = arena_printf(dice->mem, " WHERE OLD.%s IS NOT NULL", quoted(dice, any_of(dice, &columns)));
    return written(arena_printf(dice->mem, "CREATE RULE %s AS ON %s TO %s%s DO %s%s", quoted(dice, rule->name),
                                table ? "DELETE" : PICK(dice, events), qualified(dice, rule->parent), when,
                                !table || dice_chance(dice, 50) ? "INSTEAD " : "", rule_action(dice)));
}

struct object *random_rule(struct dice *dice, struct object *relation)
{
    static const char *const enabled[] = {"disabled", "replica", "always"};
    if (dice->engine != ENGINE_PG || !relation || !relation_columns(dice, relation).n ||
        (relation->kind == KIND_VIEW && ((const struct view *)relation)->materialized))
        return NULL;
    struct rule *rule =
        (struct rule *)object_new(dice->mem, KIND_RULE, relation, random_name_in(dice, KIND_RULE, relation));
    SAY(rule, RULE, definition, rule_text(dice, &rule->object));
    if (relation->kind == KIND_TABLE && dice_chance(dice, 30))
        SAY(rule, RULE, enabled, PICK(dice, enabled));
    if (dice_chance(dice, 20))
        SAY(rule, RULE, comment, random_comment(dice));
    return &rule->object;
}

bool change_rule(struct dice *dice, struct object *object)
{
    struct rule *rule = (struct rule *)object;
    if (object->parent->kind == KIND_TABLE && dice_chance(dice, 40))
        SAY(rule, RULE, enabled, rule->enabled ? NULL : "disabled");
    else
        SAY(rule, RULE, definition, rule_text(dice, object));
    return true;
}
