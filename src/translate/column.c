/*
 * A column as CREATE TABLE and ALTER TABLE write it, and the constraints beside it: into objects of the target's tree, whose
 * types and expressions are already the target's.  Constraints get the names that the source would give them, because later
 * statements call them so.
 */
#include "dialect/common.h"
#include "translate/parts.h"

#include "base/text.h"

struct object *table_find(struct translator *t, const struct tree *tree, const char *name)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->kind == KIND_TABLE && text_equal_nocase(o->name, name))
            return o;
    return NULL;
}

struct column *column_find(const struct object *table, const char *name)
{
    for (int i = 0; table && i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        if (child->kind == KIND_COLUMN && text_equal_nocase(child->name, name))
            return (struct column *)child;
    }
    return NULL;
}

/* ---- names */

static bool is_taken(const struct object *table, const char *name)
{
    const struct object *root = table;
    while (root->parent)
        root = root->parent;
    for (const struct object *o = root; o; o = object_next(root, o)) {
        bool index = o->kind == KIND_INDEX || o->kind == KIND_TABLE;
        if ((index || object_ancestor(o, KIND_TABLE) == table) && o->kind != KIND_COLUMN &&
            text_equal_nocase(o->name, name))
            return true;
    }
    return false;
}

static const char *name_pattern(const struct translator *t, enum kind kind)
{
    for (const struct translate_name *row = t->rules->names; row->engines; row++)
        if (row->kind == kind && (row->engines & t->source->engine))
            return row->name;
    return "$t_$c";
}

static const char *name_filled(struct arena *mem, const char *pattern, const char *table, const char *columns,
                               int number)
{
    const char *name = text_replace(mem, pattern, "$t", table);
    if (!*columns)
        name = text_replace(mem, name, "$c_", "");
    name = text_replace(mem, name, "$c", columns);
    return text_replace(mem, name, "$n", arena_printf(mem, "%d", number));
}

const char *constraint_name(struct translator *t, const struct object *table, enum kind kind,
                            const struct names *columns)
{
    const char *pattern = name_pattern(t, kind), *joined = columns ? names_join(t->mem, columns, "_") : "";
    bool numbered = text_has(pattern, "$n");
    for (int i = 1;; i++) {
        const char *name = name_filled(t->mem, pattern, table->name, joined, i);
        if (!numbered && i > 1)
            name = arena_printf(t->mem, "%s%d", name, i - 1);
        if (!is_taken(table, name))
            return name;
    }
}

static const char *name_take(struct table_scan *ts, enum kind kind, const struct names *columns)
{
    const char *name = ts->name ? ts->name : constraint_name(ts->scan->t, ts->table, kind, columns);
    ts->name = NULL;
    return name;
}

static void type_take(struct table_scan *ts)
{
    struct translator *t = ts->scan->t;
    struct column *column = ts->column;
    SAY(column, COLUMN, type, ts->type.name);
    type_checks_add(t, ts->table, column->object.name, &ts->type);
    if (ts->type.marks & TRANSLATE_NO_CASE)
        SAY(column, COLUMN, collation, t->rules->nocase);
    if (ts->type.marks & TRANSLATE_SERIAL)
        SAY(column, COLUMN, nullable, false);
    document_set(t, ts->table->name, column->object.name, ts->type.marks & TRANSLATE_DOCUMENT);
    type_tell(t, &ts->type);
}

/* ---- clauses of a column */

static bool ends_default(const struct scan *scan);

static int expression_end(struct scan *scan)
{
    scan->at++; /* DEFAULT NULL */
    if (token_is(scan_peek(scan, -1), "("))
        scan->at--;
    while (!scan_at_end(scan) && !ends_default(scan) && !scan_is(scan, ")")) {
        if (scan_is(scan, "("))
            TRY(scan_skip_group(scan));
        else
            scan->at++;
    }
    return 0;
}

/* A default that cannot be said is left out: rows are inserted without it, or are refused. */
static int default_clause(struct table_scan *ts)
{
    struct translator *t = ts->scan->t;
    struct scan *scan = ts->scan;
    int from = scan->at;
    struct buf value;
    TRY(expression_end(scan));
    bool counter = token_is(&scan->token[from], "nextval");
    if (counter) {
        note_once(t, NOTE_LEFT_OUT, "defaults by nextval() are left out: a primary key numbers itself");
        return 0;
    }
    buf_init(&value, t->mem);
    if (assigned_add(scan, from, scan->at, ts->column, &value) < 0) {
        if (t->ctx->error.code != ERR_UNSUPPORTED)
            return t->ctx->error.code;
        t->ctx->error = (struct error){0};
        note(t, NOTE_CANNOT, "Default expression '%s' is not supported by %s and was removed.",
             scan_text(scan, from, scan->at), t->target->dialect->title);
        return 0;
    }
    SAY(ts->column, COLUMN, default_value, ((struct expr){.written = value.data}));
    return 0;
}

static int not_null_clause(struct table_scan *ts)
{
    SAY(ts->column, COLUMN, nullable, false);
    ts->name = NULL;
    return 0;
}

static int null_clause(struct table_scan *ts)
{
    ts->name = NULL;
    return 0;
}

static struct names one_name(struct table_scan *ts)
{
    struct names names = {0};
    names_add(ts->scan->t->mem, &names, ts->column->object.name);
    return names;
}

static void primary_key_new(struct table_scan *ts, struct names columns)
{
    struct primary_key *key = (struct primary_key *)object_new(ts->scan->t->mem, KIND_PRIMARY_KEY, ts->table, ts->name);
    SAY(key, PRIMARY_KEY, columns, columns);
    ts->name = NULL;
}

static int primary_key_clause(struct table_scan *ts)
{
    primary_key_new(ts, one_name(ts));
    return 0;
}

static void unique_new(struct table_scan *ts, struct names columns)
{
    struct translator *t = ts->scan->t;
    struct unique *unique =
        (struct unique *)object_new(t->mem, KIND_UNIQUE, ts->table, name_take(ts, KIND_UNIQUE, &columns));
    SAY(unique, UNIQUE, columns, columns);
}

static int nulls_clause(struct table_scan *ts)
{
    if (scan_accept(ts->scan, "nulls not distinct"))
        note(ts->scan->t, NOTE_CANNOT, "NULLS NOT DISTINCT cannot be said: NULLs are distinct here");
    else
        scan_accept(ts->scan, "nulls distinct");
    return 0;
}

static int unique_clause(struct table_scan *ts)
{
    scan_accept(ts->scan, "key");
    TRY(nulls_clause(ts));
    unique_new(ts, one_name(ts));
    return 0;
}

/* What cannot be checked here is not. */
static int check_new(struct table_scan *ts, const struct names *columns)
{
    struct translator *t = ts->scan->t;
    struct scan *scan = ts->scan;
    const char *text;
    int from, to, begin = scan->at;
    TRY(scan_group(scan, &from, &to));
    scan_accept(scan, "no inherit");
    if (!scan_accept(scan, "enforced") && scan_accept(scan, "not enforced")) {
        ts->name = NULL;
        return 0;
    }
    if (text_translate(scan, from, to, &text) < 0) {
        if (t->ctx->error.code != ERR_UNSUPPORTED)
            return t->ctx->error.code;
        note(t, NOTE_CANNOT, "CHECK %s is left out: %s", scan_text(scan, begin, to + 1), t->ctx->error.message);
        t->ctx->error = (struct error){0};
        ts->name = NULL;
        return 0;
    }
    struct check *check = (struct check *)object_new(t->mem, KIND_CHECK, ts->table, name_take(ts, KIND_CHECK, columns));
    SAY(check, CHECK, expr, ((struct expr){.written = text}));
    return 0;
}

static int check_clause(struct table_scan *ts)
{
    struct names columns = one_name(ts);
    return check_new(ts, &columns);
}

/* ---- foreign keys */

static int action_read(struct scan *scan, const char **action)
{
    static const char *const actions[] = {"SET NULL", "SET DEFAULT", "NO ACTION", "CASCADE", "RESTRICT", NULL};
    for (int i = 0; actions[i]; i++) {
        if (!scan_accept(scan, actions[i]))
            continue;
        *action = actions[i];
        if (!scan_is(scan, "("))
            return 0;
        note(scan->t, NOTE_CANNOT, "%s sets all columns of the key here", actions[i]);
        return scan_skip_group(scan);
    }
    return scan_fail(scan);
}

static bool deferrable_read(struct scan *scan, struct foreign_key *key)
{
    if (scan_accept(scan, "not deferrable"))
        return true;
    if (scan_accept(scan, "deferrable"))
        SAY(key, FOREIGN_KEY, deferrable, true);
    else if (scan_accept(scan, "initially deferred"))
        SAY(key, FOREIGN_KEY, initially_deferred, true);
    else
        return scan_accept(scan, "initially immediate") || scan_accept(scan, "not valid") ||
               scan_accept(scan, "enforced");
    return true;
}

static int references_read(struct table_scan *ts, struct names columns)
{
    struct scan *scan = ts->scan;
    struct foreign_key *key = (struct foreign_key *)object_new(scan->t->mem, KIND_FOREIGN_KEY, ts->table,
                                                               name_take(ts, KIND_FOREIGN_KEY, &columns));
    struct ref to = {.schema = ""};
    struct names far = {0};
    const char *action, *ignored;
    TRY(scan_qualified(scan, &to.name));
    reference_note(scan->t, to.name);
    SAY(key, FOREIGN_KEY, columns, columns);
    SAY(key, FOREIGN_KEY, ref_table, to);
    if (scan_is(scan, "("))
        TRY(scan_names(scan, &far));
    SAY(key, FOREIGN_KEY, ref_columns, far);
    for (;;) {
        if (scan_accept(scan, "on delete")) {
            TRY(action_read(scan, &action));
            SAY(key, FOREIGN_KEY, on_delete, action);
        } else if (scan_accept(scan, "on update")) {
            TRY(action_read(scan, &action));
            SAY(key, FOREIGN_KEY, on_update, action);
        } else if (scan_accept(scan, "match")) {
            TRY(scan_name(scan, &ignored));
        } else if (!deferrable_read(scan, key)) {
            return 0;
        }
    }
}

static int references_clause(struct table_scan *ts)
{
    return references_read(ts, one_name(ts));
}

static int foreign_key_constraint(struct table_scan *ts)
{
    struct names columns = {0};
    const char *index;
    if (!scan_is(ts->scan, "("))
        TRY(scan_name(ts->scan, &index));
    TRY(scan_names(ts->scan, &columns));
    TRY(scan_expect(ts->scan, "references"));
    return references_read(ts, columns);
}

/* ---- more clauses */

static int collate_clause(struct table_scan *ts)
{
    const char *text;
    int from = ts->scan->at - 1;
    const char *ignored;
    TRY(scan_qualified(ts->scan, &ignored));
    TRY(text_translate(ts->scan, from, ts->scan->at, &text));
    names_add(ts->scan->t->mem, &ts->collated, ts->column->object.name);
    if (!*text || text_ends(text, ts->scan->t->rules->exact))
        SAY(ts->column, COLUMN, collation, NULL);
    else if (text_starts(text, "COLLATE "))
        SAY(ts->column, COLUMN, collation, text + strlen("COLLATE "));
    return 0;
}

static int identity_clause(struct table_scan *ts)
{
    SAY(ts->column, COLUMN, nullable, false);
    ts->type.marks |= TRANSLATE_SERIAL;
    if (scan_is(ts->scan, "("))
        note(ts->scan->t, NOTE_LEFT_OUT, "how %s.%s counts is left out: the next number is one more than the highest",
             ts->table->name, ts->column->object.name);
    return scan_is(ts->scan, "(") ? scan_skip_group(ts->scan) : 0;
}

static int generated_clause(struct table_scan *ts)
{
    const char *text;
    int from, to;
    TRY(scan_group(ts->scan, &from, &to));
    TRY(text_translate(ts->scan, from, to, &text));
    TRY(assignment_cast(ts->scan, from, to, ts->column->type, &text));
    SAY(ts->column, COLUMN, computed, ((struct expr){.written = text}));
    bool stored = scan_accept(ts->scan, "stored") || scan_accept(ts->scan, "persistent");
    scan_accept(ts->scan, "virtual");
    SAY(ts->column, COLUMN, computed_stored, stored);
    return 0;
}

static int number_clause(struct table_scan *ts)
{
    ts->type.marks |= TRANSLATE_SERIAL;
    return 0;
}

static int comment_clause(struct table_scan *ts)
{
    ts->scan->at++;
    note_once(ts->scan->t, NOTE_LEFT_OUT, "comments are left out: they are not kept here");
    return 0;
}

static int skip_word(struct table_scan *ts)
{
    ts->scan->at++;
    return 0;
}

static int skip_nothing(struct table_scan *ts)
{
    return 0;
}

static int after_clause(struct table_scan *ts)
{
    ts->moved = true;
    return scan_name(ts->scan, &ts->follows);
}

static int first_clause(struct table_scan *ts)
{
    ts->moved = true;
    return 0;
}

static int on_update_clause(struct table_scan *ts)
{
    TRY(expression_end(ts->scan));
    note(ts->scan->t, NOTE_CANNOT, "ON UPDATE of %s is left out: only a trigger could do that here",
         ts->column->object.name);
    return 0;
}

/* REFERENCES reads its own. */
static int deferrable_clause(struct table_scan *ts)
{
    note_once(ts->scan->t, NOTE_CANNOT, "only foreign keys can be deferred here");
    return 0;
}

static int constraint_name_read(struct table_scan *ts)
{
    return scan_name(ts->scan, &ts->name);
}

typedef int clause_fn(struct table_scan *ts);
struct clause {
    const char *words;
    clause_fn *read;
};

static int clauses_try(struct table_scan *ts, const struct clause *clauses, bool *found)
{
    *found = false;
    for (const struct clause *clause = clauses; clause->words; clause++) {
        if (!scan_accept(ts->scan, clause->words))
            continue;
        *found = true;
        return clause->read(ts);
    }
    return 0;
}

static const struct clause column_table[] = {
    {"constraint", constraint_name_read},
    {"not null", not_null_clause},
    {"null", null_clause},
    {"default", default_clause},
    {"primary key", primary_key_clause},
    {"unique", unique_clause},
    {"check", check_clause},
    {"references", references_clause},
    {"collate", collate_clause},
    {"generated always as identity", identity_clause},
    {"generated by default as identity", identity_clause},
    {"generated by default on null as identity", identity_clause},
    {"generated always as", generated_clause},
    {"as", generated_clause},
    {"auto_increment", number_clause},
    {"comment", comment_clause},
    {"on update", on_update_clause},
    {"character set", skip_word},
    {"charset", skip_word},
    {"storage", skip_word},
    {"compression", skip_word},
    {"column_format", skip_word},
    {"after", after_clause},
    {"first", first_clause},
    {"invisible", skip_nothing},
    {"visible", skip_nothing},
    {"key", primary_key_clause},
    {"deferrable", deferrable_clause},
    {"not deferrable", skip_nothing},
    {"initially deferred", skip_nothing},
    {"initially immediate", skip_nothing},
    {NULL, NULL},
};

/* At the next clause or column. */
static bool ends_default(const struct scan *scan)
{
    const struct token *token = scan_peek(scan, 0);
    if (token_is(scan_peek(scan, -1), "::")) /* a type, which "character varying" is */
        return false;
    for (const struct clause *clause = column_table; clause->words && token->kind == TOKEN_WORD; clause++) {
        size_t length = strcspn(clause->words, " ");
        if (token->length == length && !strncasecmp(token->text, clause->words, length))
            return true;
    }
    return token_is(token, ",");
}

/* After the name of the column: its type and clauses. */
int column_clauses(struct table_scan *ts, const char *name)
{
    struct translator *t = ts->scan->t;
    bool found = true;
    TRY(type_read(ts->scan, &ts->type));
    ts->column = (struct column *)object_new(t->mem, KIND_COLUMN, ts->table, name);
    ts->name = ts->follows = NULL;
    ts->moved = false;
    type_take(ts);
    while (found)
        TRY(clauses_try(ts, column_table, &found));
    if (ts->type.marks & TRANSLATE_SERIAL) {
        ts->column->autoincrement = true; /* for table_finish() */
        type_checks_drop(t, ts->table, name);
        SAY(ts->column, COLUMN, nullable, false);
    }
    ts->column = NULL;
    return 0;
}

int column_read(struct table_scan *ts)
{
    const char *name;
    TRY(scan_name(ts->scan, &name));
    return column_clauses(ts, name);
}

/* ---- constraints of the table */

static int using_skip(struct scan *scan)
{
    const char *ignored;
    for (;;) {
        if (scan_accept(scan, "using")) {
            if (scan_accept(scan, "index tablespace"))
                scan->at++;
            else
                TRY(scan_name(scan, &ignored));
        } else if (scan_accept(scan, "include")) {
            note_once(scan->t, NOTE_LEFT_OUT, "INCLUDE of keys and indexes is left out");
            TRY(scan_skip_group(scan));
        } else if (scan_accept(scan, "with")) {
            TRY(scan_skip_group(scan));
        } else if (scan_accept(scan, "comment") || scan_accept(scan, "key_block_size")) {
            scan_accept(scan, "=");
            scan->at++;
        } else
            return 0;
    }
}

static int deferrable_skip(struct table_scan *ts)
{
    struct foreign_key ignored = {0};
    bool any = false;
    while (deferrable_read(ts->scan, &ignored))
        any = true;
    if (any && (ignored.deferrable || ignored.initially_deferred))
        note_once(ts->scan->t, NOTE_CANNOT, "only foreign keys can be deferred here");
    return 0;
}

static int using_index_refuse(struct table_scan *ts)
{
    if (!scan_are(ts->scan, "using index") || scan_are(ts->scan, "using index tablespace"))
        return 0;
    return fail(ts->scan->t->ctx, ERR_UNSUPPORTED, "a constraint cannot take over an index here");
}

static int primary_key_constraint(struct table_scan *ts)
{
    struct names columns = {0};
    TRY(using_index_refuse(ts));
    TRY(using_skip(ts->scan));
    TRY(scan_names(ts->scan, &columns));
    primary_key_new(ts, columns);
    TRY(using_skip(ts->scan));
    return deferrable_skip(ts);
}

static int unique_constraint(struct table_scan *ts)
{
    struct names columns = {0};
    const char *name = NULL;
    if (!scan_accept(ts->scan, "key"))
        scan_accept(ts->scan, "index");
    TRY(nulls_clause(ts));
    TRY(using_index_refuse(ts));
    if (!scan_is(ts->scan, "(") && !scan_are(ts->scan, "using"))
        TRY(scan_name(ts->scan, &name));
    TRY(using_skip(ts->scan));
    TRY(scan_names(ts->scan, &columns));
    if (name)
        ts->name = name;
    unique_new(ts, columns);
    TRY(using_skip(ts->scan));
    return deferrable_skip(ts);
}

static int check_constraint(struct table_scan *ts)
{
    int at = ts->scan->at, n = 0;
    struct names columns = {0};
    TRY(scan_skip_group(ts->scan));
    for (int i = at; i < ts->scan->at; i++) {
        const struct token *token = &ts->scan->token[i];
        bool name = token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
        const struct column *column = name ? column_find(ts->table, name_of(ts->scan->t, token)) : NULL;
        if (!column || names_have(&columns, column->object.name))
            continue;
        names_add(ts->scan->t->mem, &columns, column->object.name);
        n++;
    }
    ts->scan->at = at;
    TRY(check_new(ts, n == 1 ? &columns : NULL)); /* of one column it bears that one's name */
    ts->not_valid = scan_accept(ts->scan, "not valid") || ts->not_valid;
    return 0;
}

static int exclude_constraint(struct table_scan *ts)
{
    while (!scan_at_end(ts->scan) && !scan_is(ts->scan, ",") && !scan_is(ts->scan, ")")) {
        if (scan_is(ts->scan, "("))
            TRY(scan_skip_group(ts->scan));
        else
            ts->scan->at++;
    }
    note(ts->scan->t, NOTE_CANNOT, "the exclusion constraint%s%s is left out: there are none here", ts->name ? " " : "",
         ts->name ? ts->name : "");
    ts->name = NULL;
    return 0;
}

static int plain_index(struct table_scan *ts)
{
    struct translator *t = ts->scan->t;
    const char *name = NULL;
    if (!scan_is(ts->scan, "(") && !scan_are(ts->scan, "using"))
        TRY(scan_name(ts->scan, &name));
    TRY(using_skip(ts->scan));
    struct object *index = object_new(t->mem, KIND_INDEX, ts->table, name);
    TRY(index_parts(ts->scan, index));
    struct names columns = {0};
    for (int i = 0; i < index->children.n; i++) {
        const struct index_part *part = index->children.item[i];
        if (part->column)
            names_add(t->mem, &columns, part->column);
    }
    if (!name)
        index->name = constraint_name(t, ts->table, KIND_INDEX, &columns);
    return using_skip(ts->scan);
}

static int special_index(struct table_scan *ts)
{
    const char *name;
    if (!scan_accept(ts->scan, "key"))
        scan_accept(ts->scan, "index");
    if (!scan_is(ts->scan, "("))
        TRY(scan_name(ts->scan, &name));
    TRY(scan_skip_group(ts->scan));
    note_once(ts->scan->t, NOTE_LEFT_OUT, "full-text and spatial indexes are left out");
    return using_skip(ts->scan);
}

static int like_clause(struct table_scan *ts)
{
    struct translator *t = ts->scan->t;
    struct tree *tree;
    struct object *other;
    const char *name;
    bool defaults = false, keys = false;
    TRY(scan_qualified(ts->scan, &name));
    while (scan_is(ts->scan, "including") || scan_is(ts->scan, "excluding")) {
        static const char *const every[] = {"all", NULL}, *const key[] = {"all", "indexes", "constraints", NULL};
        bool including = scan_is(ts->scan, "including");
        const struct token *what = scan_peek(ts->scan, 1);
        if (token_is_one_of(what, every) || token_is(what, "defaults"))
            defaults = including;
        if (token_is_one_of(what, key))
            keys = including;
        ts->scan->at += 2;
    }
    TRY(shadow_tree(t, &tree));
    TRY(table_known(t, tree, name, &other));
    for (int i = 0; i < other->children.n; i++) {
        const struct object *child = other->children.item[i];
        if (child->kind != KIND_COLUMN)
            continue;
        struct column *column = column_copy(t, child, ts->table);
        if (!defaults)
            SAY(column, COLUMN, default_value, ((struct expr){0}));
    }
    if (keys)
        note(t, NOTE_CANNOT, "%s gets the columns of %s, but not its keys, checks and indexes", ts->table->name, name);
    return 0;
}

static const struct clause constraint_table[] = {
    {"constraint", constraint_name_read},
    {"primary key", primary_key_constraint},
    {"unique", unique_constraint},
    {"check", check_constraint},
    {"foreign key", foreign_key_constraint},
    {"exclude", exclude_constraint},
    {"fulltext", special_index},
    {"spatial", special_index},
    {"key", plain_index},
    {"index", plain_index},
    {"like", like_clause},
    {NULL, NULL},
};

/* CONSTRAINT may stand before UNIQUE KEY without a name: MySQL. */
static bool at_constraint(const struct scan *scan)
{
    const struct token *next = scan_peek(scan, 1);
    if (scan_peek(scan, 0)->kind != TOKEN_WORD)
        return false;
    if (scan_is(scan, "key") || scan_is(scan, "index")) /* or a column of that name */
        return token_is(next, "(") || token_is(scan_peek(scan, 2), "(") || token_is(next, "using") ||
               token_is(scan_peek(scan, 2), "using");
    for (const struct clause *clause = constraint_table; clause->words; clause++)
        if (scan_are(scan, clause->words))
            return true;
    return false;
}

int constraint_read(struct table_scan *ts, bool *found)
{
    *found = at_constraint(ts->scan);
    if (!*found)
        return 0;
    do {
        bool known;
        if (scan_are(ts->scan, "constraint primary key") || scan_are(ts->scan, "constraint unique") ||
            scan_are(ts->scan, "constraint foreign key") || scan_are(ts->scan, "constraint check"))
            ts->scan->at++;
        TRY(clauses_try(ts, constraint_table, &known));
        if (!known)
            return scan_fail(ts->scan);
    } while (ts->name);
    return 0;
}
