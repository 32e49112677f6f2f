/*
 * CREATE TABLE as SQLite accepts it: constraints of a column in any order, types of any number of words or none,
 * commas between table constraints that may be missing, names in four kinds of quotes.
 * Column constraints become the same objects as table constraints, because they mean the same.
 */
#include "dialect/sqlite/parse.h"

#include "base/text.h"

/* A table that is being read, with the constraint that is being read. */
struct table_parser {
    struct cursor p;
    struct object *table;
    struct column *column;   /* NULL in the table constraints */
    struct foreign_key *key; /* the last one of this column: [NOT] DEFERRABLE belongs to it */
    const char *name;        /* of the constraint; NULL */
};

static const char *name_take(struct table_parser *t)
{
    const char *name = t->name;
    t->name = NULL;
    return name;
}

static struct object *constraint_new(struct table_parser *t, enum kind kind)
{
    struct object *object = object_new(t->p.mem, kind, t->table, name_take(t));
    lite_say_all(object);
    return object;
}

/* ON CONFLICT word, or nothing. ABORT is what happens anyway. */
static int conflict_read(struct table_parser *t, const char **action)
{
    const char *word;
    *action = NULL;
    if (!cursor_accept_words(&t->p, "ON", "CONFLICT"))
        return 0;
    TRY(cursor_name(&t->p, &word));
    if (!text_equal_nocase(word, "ABORT"))
        *action = text_upper(t->p.mem, word);
    return 0;
}

/* [COLLATE name] [ASC | DESC] after a key column, in one spelling; "" if there is nothing. */
static int order_read(struct table_parser *t, const char **order)
{
    const char *collation = NULL;
    if (cursor_accept(&t->p, "COLLATE"))
        TRY(cursor_name(&t->p, &collation));
    bool descending = cursor_accept(&t->p, "DESC");
    if (!descending)
        cursor_accept(&t->p, "ASC");
    if (collation)
        *order = arena_printf(t->p.mem, "COLLATE %s%s", ident_text(t->p.mem, &lite_ident, collation),
                              descending ? " DESC" : "");
    else
        *order = descending ? "DESC" : "";
    return 0;
}

static bool orders_say(const struct names *orders)
{
    for (int i = 0; i < orders->n; i++)
        if (orders->item[i][0] != '\0')
            return true;
    return false;
}

/*
 * ( column [COLLATE x] [DESC], ... [AUTOINCREMENT] ).  A single column's DESC says nothing here: unlike at the column it does
 * not keep INTEGER from being the rowid.
 */
static int key_columns(struct table_parser *t, struct names *columns, struct names *orders, bool *autoincrement)
{
    *autoincrement = false;
    TRY(cursor_expect(&t->p, "("));
    do {
        const char *column, *order;
        int parentheses = 0;
        while (cursor_accept(&t->p, "("))
            parentheses++;
        TRY(cursor_name(&t->p, &column));
        while (parentheses-- > 0)
            TRY(cursor_expect(&t->p, ")"));
        TRY(order_read(t, &order));
        names_add(t->p.mem, columns, column);
        names_add(t->p.mem, orders, order);
    } while (cursor_accept(&t->p, ","));
    *autoincrement = cursor_accept(&t->p, "AUTOINCREMENT");
    if (!orders_say(orders) || (orders->n == 1 && text_equal(orders->item[0], "DESC")))
        *orders = (struct names){0};
    return cursor_expect(&t->p, ")");
}

static int plain_columns(struct table_parser *t, struct names *columns)
{
    struct names orders = {0};
    bool autoincrement;
    return key_columns(t, columns, &orders, &autoincrement);
}

static int primary_key_read(struct table_parser *t)
{
    struct primary_key *key = (struct primary_key *)constraint_new(t, KIND_PRIMARY_KEY);
    bool autoincrement = false;
    if (!t->column) {
        TRY(key_columns(t, &key->columns, &key->orders, &autoincrement));
        TRY(conflict_read(t, &key->on_conflict));
    } else {
        const char *order;
        TRY(order_read(t, &order));
        names_add(t->p.mem, &key->columns, t->column->object.name);
        if (*order != '\0')
            names_add(t->p.mem, &key->orders, order);
        TRY(conflict_read(t, &key->on_conflict));
        autoincrement = cursor_accept(&t->p, "AUTOINCREMENT");
    }
    struct column *column = lite_column(t->table, key->columns.item[0]);
    if (autoincrement && column)
        column->autoincrement = true;
    return 0;
}

static int unique_read(struct table_parser *t)
{
    struct unique *unique = (struct unique *)constraint_new(t, KIND_UNIQUE);
    bool autoincrement;
    if (!t->column)
        TRY(key_columns(t, &unique->columns, &unique->orders, &autoincrement));
    else
        names_add(t->p.mem, &unique->columns, t->column->object.name);
    return conflict_read(t, &unique->on_conflict);
}

static int check_read(struct table_parser *t)
{
    struct check *check = (struct check *)constraint_new(t, KIND_CHECK);
    const char *ignored; /* SQLite parses a conflict clause here and never uses it */
    TRY(cursor_group(&t->p, &check->expr.printed));
    return conflict_read(t, &ignored);
}

static int action_read(struct table_parser *t, const char **action)
{
    static const struct {
        const char *first, *second, *action;
    } known[] = {
        {"SET", "NULL", "SET NULL"},  {"SET", "DEFAULT", "SET DEFAULT"}, {"NO", "ACTION", "NO ACTION"},
        {"CASCADE", NULL, "CASCADE"}, {"RESTRICT", NULL, "RESTRICT"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        bool found = known[i].second ? cursor_accept_words(&t->p, known[i].first, known[i].second)
                                     : cursor_accept(&t->p, known[i].first);
        if (!found)
            continue;
        *action = known[i].action;
        return 0;
    }
    return cursor_fail(&t->p);
}

static bool deferrable_read(struct table_parser *t, struct foreign_key *key)
{
    bool denied = cursor_is(&t->p, "NOT");
    if (!token_is(cursor_peek(&t->p, denied), "DEFERRABLE"))
        return false;
    t->p.at += denied + 1;
    bool deferred = cursor_accept_words(&t->p, "INITIALLY", "DEFERRED");
    if (!deferred)
        cursor_accept_words(&t->p, "INITIALLY", "IMMEDIATE");
    if (key) {
        key->deferrable = !denied;
        key->initially_deferred = deferred && !denied;
    }
    return true;
}

/* Behind REFERENCES. */
static int references_read(struct table_parser *t, struct foreign_key *key)
{
    key->ref_table.schema = "";
    TRY(cursor_name(&t->p, &key->ref_table.name));
    key->on_delete = key->on_update = "NO ACTION";
    key->match = "SIMPLE";
    if (cursor_is(&t->p, "("))
        TRY(plain_columns(t, &key->ref_columns));
    for (;;) {
        const char *ignored;
        if (cursor_accept_words(&t->p, "ON", "DELETE"))
            TRY(action_read(t, &key->on_delete));
        else if (cursor_accept_words(&t->p, "ON", "UPDATE"))
            TRY(action_read(t, &key->on_update));
        else if (cursor_accept_words(&t->p, "ON", "INSERT"))
            TRY(action_read(t, &ignored));
        else if (cursor_accept(&t->p, "MATCH")) {
            TRY(cursor_name(&t->p, &key->match));
            key->match = text_upper(t->p.mem, key->match);
        } else if (!deferrable_read(t, key))
            return 0;
    }
}

static int foreign_key_read(struct table_parser *t)
{
    struct foreign_key *key = (struct foreign_key *)constraint_new(t, KIND_FOREIGN_KEY);
    if (t->column) {
        names_add(t->p.mem, &key->columns, t->column->object.name);
        t->key = key;
    } else {
        TRY(cursor_expect(&t->p, "KEY"));
        TRY(plain_columns(t, &key->columns));
        TRY(cursor_expect(&t->p, "REFERENCES"));
    }
    return references_read(t, key);
}

/* A bare word as default is a text to SQLite; only these mean something else. */
static const char *default_word(struct table_parser *t, const struct token *token)
{
    static const char *const values[] = {"NULL", "TRUE", "FALSE", "CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP",
                                         NULL};
    struct buf out;
    for (int i = 0; values[i]; i++)
        if (token_is(token, values[i]))
            return values[i];
    buf_init(&out, t->p.mem);
    literal_add(&out, &lite_ident, token_name(t->p.mem, token));
    return out.data;
}

static int default_read(struct table_parser *t)
{
    int from = t->p.at;
    const char **value = &t->column->default_value.printed;
    t->column->default_name = name_take(t);
    if (cursor_is(&t->p, "("))
        return cursor_group(&t->p, value);
    if (cursor_is(&t->p, "+") || cursor_is(&t->p, "-"))
        t->p.at++;
    const struct token *token = cursor_peek(&t->p, 0);
    if (token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED)
        *value = default_word(t, token);
    else if (token->kind == TOKEN_NUMBER || token->kind == TOKEN_STRING)
        *value = cursor_slice(&t->p, from, t->p.at + 1);
    else
        return cursor_fail(&t->p);
    t->p.at++;
    return 0;
}

static int generated_read(struct table_parser *t)
{
    t->column->computed_name = name_take(t);
    TRY(cursor_group(&t->p, &t->column->computed.printed));
    t->column->computed_stored = cursor_accept(&t->p, "STORED");
    if (!t->column->computed_stored)
        cursor_accept(&t->p, "VIRTUAL");
    return 0;
}

/* NULL only says that there is no NOT NULL here; one elsewhere in the column stands. */
static int null_read(struct table_parser *t, bool nullable)
{
    const char *conflict, *name = name_take(t);
    TRY(conflict_read(t, &conflict));
    if (nullable)
        return 0;
    t->column->nullable = false;
    t->column->not_null_name = name;
    t->column->not_null_conflict = conflict;
    return 0;
}

static int collate_read(struct table_parser *t)
{
    t->column->collation_name = name_take(t);
    TRY(cursor_name(&t->p, &t->column->collation));
    if (text_equal_nocase(t->column->collation, "BINARY"))
        t->column->collation = t->column->collation_name = NULL;
    return 0;
}

/* One constraint of a column; *more turns false where the column ends. */
static int column_constraint(struct table_parser *t, bool *more)
{
    struct cursor *p = &t->p;
    if (cursor_accept(p, "CONSTRAINT"))
        return cursor_name(p, &t->name);
    if (deferrable_read(t, t->key))
        return 0;
    if (cursor_accept_words(p, "NOT", "NULL"))
        return null_read(t, false);
    if (cursor_accept(p, "NULL"))
        return null_read(t, true);
    if (cursor_accept_words(p, "PRIMARY", "KEY"))
        return primary_key_read(t);
    if (cursor_accept(p, "UNIQUE"))
        return unique_read(t);
    if (cursor_accept(p, "CHECK"))
        return check_read(t);
    if (cursor_accept(p, "DEFAULT"))
        return default_read(t);
    if (cursor_accept(p, "COLLATE"))
        return collate_read(t);
    if (cursor_accept(p, "REFERENCES"))
        return foreign_key_read(t);
    if (cursor_accept_words(p, "GENERATED", "ALWAYS"))
        return cursor_accept(p, "AS") ? generated_read(t) : cursor_fail(p);
    if (cursor_accept(p, "AS"))
        return generated_read(t);
    *more = false;
    return 0;
}

static bool type_ends(struct cursor *p)
{
    static const char *const enders[] = {"CONSTRAINT", "PRIMARY", "NOT",        "NULL", "UNIQUE",     "CHECK",
                                         "DEFAULT",    "COLLATE", "REFERENCES", "AS",   "DEFERRABLE", NULL};
    const struct token *token = cursor_peek(p, 0);
    if (token->kind != TOKEN_WORD && token->kind != TOKEN_QUOTED && token->kind != TOKEN_STRING)
        return true;
    for (int i = 0; enders[i]; i++)
        if (token_is(token, enders[i]))
            return true;
    return token_is(token, "GENERATED") && token_is(cursor_peek(p, 1), "ALWAYS");
}

/* Words, then perhaps (1) or (1, -2); none at all is a type too. */
static int type_read(struct table_parser *t)
{
    int from = t->p.at;
    while (!type_ends(&t->p))
        t->p.at++;
    if (t->p.at > from && cursor_is(&t->p, "("))
        TRY(cursor_skip_group(&t->p));
    if (t->p.at == from + 1 && cursor_peek(&t->p, -1)->kind != TOKEN_WORD) {
        t->p.at--;
        return cursor_name(&t->p, &t->column->type);
    }
    t->column->type = t->p.at > from ? cursor_slice(&t->p, from, t->p.at) : NULL;
    return 0;
}

static int column_read(struct table_parser *t)
{
    const char *name;
    bool more = true;
    TRY(cursor_name(&t->p, &name));
    t->column = (struct column *)object_new(t->p.mem, KIND_COLUMN, t->table, name);
    lite_say_all(&t->column->object);
    t->column->nullable = true;
    t->key = NULL;
    t->name = NULL;
    TRY(type_read(t));
    while (more)
        TRY(column_constraint(t, &more));
    t->column = NULL;
    return 0;
}

static int table_constraint(struct table_parser *t)
{
    struct cursor *p = &t->p;
    if (cursor_accept(p, "CONSTRAINT"))
        return cursor_name(p, &t->name);
    if (cursor_accept_words(p, "PRIMARY", "KEY"))
        return primary_key_read(t);
    if (cursor_accept(p, "UNIQUE"))
        return unique_read(t);
    if (cursor_accept(p, "CHECK"))
        return check_read(t);
    if (cursor_accept(p, "FOREIGN"))
        return foreign_key_read(t);
    return cursor_fail(p);
}

static bool at_table_constraint(struct cursor *p)
{
    return cursor_is(p, "CONSTRAINT") || cursor_is(p, "PRIMARY") || cursor_is(p, "UNIQUE") || cursor_is(p, "CHECK") ||
           cursor_is(p, "FOREIGN");
}

static int body_read(struct table_parser *t)
{
    bool constraints = false;
    TRY(cursor_expect(&t->p, "("));
    while (!cursor_accept(&t->p, ")")) {
        constraints = constraints || at_table_constraint(&t->p);
        TRY(constraints ? table_constraint(t) : column_read(t));
        if (cursor_accept(&t->p, ","))
            t->name = NULL;
        else if (!constraints && !cursor_is(&t->p, ")"))
            return cursor_fail(&t->p);
    }
    return 0;
}

static int options_read(struct table_parser *t)
{
    struct table *table = (struct table *)t->table;
    while (cursor_peek(&t->p, 0)->kind != TOKEN_END) {
        if (cursor_accept_words(&t->p, "WITHOUT", "ROWID"))
            table->without_rowid = true;
        else if (cursor_accept(&t->p, "STRICT"))
            table->strict = true;
        else if (!cursor_accept(&t->p, ",") && !cursor_accept(&t->p, ";"))
            return cursor_fail(&t->p);
    }
    return 0;
}

/* The name comes from sqlite_master: the text may still have an older spelling of it. */
static int head_read(struct cursor *p)
{
    const char *ignored;
    TRY(cursor_expect(p, "CREATE"));
    if (!cursor_accept(p, "TEMP"))
        cursor_accept(p, "TEMPORARY");
    TRY(cursor_expect(p, "TABLE"));
    if (cursor_accept_words(p, "IF", "NOT"))
        TRY(cursor_expect(p, "EXISTS"));
    TRY(cursor_name(p, &ignored));
    return cursor_accept(p, ".") ? cursor_name(p, &ignored) : 0;
}

int lite_parse_table(struct ctx *ctx, struct object *schema, const struct lite_text *text)
{
    struct table_parser t = {0};
    lite_cursor_open(&t.p, ctx, text, "table");
    TRY(head_read(&t.p));
    t.table = object_new(ctx->mem, KIND_TABLE, schema, text->name);
    lite_say_all(t.table);
    TRY(body_read(&t));
    return options_read(&t);
}
