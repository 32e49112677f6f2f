/* CREATE TABLE and CREATE INDEX. */
#include "dialect/common.h"
#include "translate/parts.h"

#include "base/text.h"

int table_known(struct translator *t, struct tree *tree, const char *name, struct object **table)
{
    *table = table_find(t, tree, name);
    return *table ? 0 : absent(t, name, arena_printf(t->mem, "there is no table %s", name));
}

static const struct primary_key *key_of(const struct object *table)
{
    return (const struct primary_key *)object_only(table, KIND_PRIMARY_KEY);
}

/* A column that numbers itself can only be the whole key; and what is in a key is not NULL. */
void table_finish(struct translator *t, struct object *table)
{
    const struct primary_key *key = key_of(table);
    for (int i = 0; key && i < key->columns.n; i++) {
        struct column *column = column_find(table, key->columns.item[i]);
        if (column)
            SAY(column, COLUMN, nullable, false);
    }
    for (int i = 0; i < table->children.n; i++) {
        struct column *column = table->children.item[i];
        if (column->object.kind != KIND_COLUMN || !column->autoincrement ||
            object_says(&column->object, COLUMN_autoincrement))
            continue;
        bool alone = key && key->columns.n == 1 && text_equal_nocase(key->columns.item[0], column->object.name);
        column->autoincrement = false;
        if (alone) {
            SAY(column, COLUMN, type, t->rules->numbered);
            continue;
        }
        bool keyed = key && names_have_nocase(&key->columns, column->object.name);
        if (!keyed)
            SAY(column, COLUMN, nullable, true);
        note(t, NOTE_CANNOT, "%s.%s does not number itself%s: only the one column of a primary key does here",
             table->name, column->object.name, keyed ? "" : ", and is NULL where no number is said");
    }
}

static struct tree *tree_alone(struct translator *t)
{
    struct tree *tree = tree_new(t->mem, t->target->dialect->engine);
    tree->kinds = kind_set_all();
    return tree;
}

static int body_read(struct table_scan *ts)
{
    TRY(scan_expect(ts->scan, "("));
    while (!scan_accept(ts->scan, ")")) {
        bool constraint;
        TRY(constraint_read(ts, &constraint));
        if (!constraint)
            TRY(column_read(ts));
        if (!scan_accept(ts->scan, ",") && !scan_is(ts->scan, ")"))
            return scan_fail(ts->scan);
    }
    return 0;
}

/* The columns of a parent come first; its rows do not come along. */
static int inherits_read(struct table_scan *ts)
{
    struct translator *t = ts->scan->t;
    struct tree *tree;
    struct list own = ts->table->children;
    struct names parents = {0};
    TRY(scan_expect(ts->scan, "("));
    ts->table->children = (struct list){0};
    TRY(shadow_tree(t, &tree));
    do {
        const char *name;
        struct object *parent;
        TRY(scan_qualified(ts->scan, &name));
        TRY(table_known(t, tree, name, &parent));
        names_add(t->mem, &parents, name);
        for (int i = 0; i < parent->children.n; i++) {
            const struct object *child = parent->children.item[i];
            if (child->kind == KIND_COLUMN && !column_find(ts->table, child->name))
                column_copy(t, child, ts->table);
        }
    } while (scan_accept(ts->scan, ","));
    for (int i = 0; i < own.n; i++) {
        struct object *child = own.item[i];
        struct column *twin = child->kind == KIND_COLUMN ? column_find(ts->table, child->name) : NULL;
        if (twin)
            object_remove(&twin->object);
        list_add(t->mem, &ts->table->children, child);
    }
    note(t, NOTE_CANNOT, "%s does not inherit from %s: it gets the columns, but its rows are not among the others",
         ts->table->name, names_join(t->mem, &parents, ", "));
    return scan_expect(ts->scan, ")");
}

/* Of the table: of its columns that say none. */
static int collation_read(struct table_scan *ts)
{
    struct translator *t = ts->scan->t;
    const char *text;
    int collate = scan_find(ts->scan, ts->scan->at, "collate");
    if (collate < 0)
        return 0;
    struct scan value = *ts->scan;
    value.at = collate + 1;
    scan_accept(&value, "=");
    struct token one[3] = {value.token[collate], value.token[value.at], {.kind = TOKEN_END, .text = ""}};
    struct scan clause = {.t = t, .token = one, .n = 2};
    TRY(text_translate(&clause, 0, 2, &text));
    for (int i = 0; i < ts->table->children.n && text_ends(text, t->rules->exact); i++) {
        struct column *column = ts->table->children.item[i];
        if (column->object.kind == KIND_COLUMN && !names_have(&ts->collated, column->object.name))
            SAY(column, COLUMN, collation, NULL);
    }
    return 0;
}

/* What follows the body says how it is stored. */
static int options_skip(struct table_scan *ts)
{
    struct translator *t = ts->scan->t;
    TRY(collation_read(ts));
    if (scan_accept(ts->scan, "inherits"))
        TRY(inherits_read(ts));
    if (scan_at_end(ts->scan))
        return 0;
    if (scan_find(ts->scan, ts->scan->at, "select") >= 0)
        return fail(t->ctx, ERR_UNSUPPORTED, "columns and a query in one CREATE TABLE cannot be said here");
    if (scan_find(ts->scan, ts->scan->at, "auto_increment") >= 0)
        note(t, NOTE_LEFT_OUT, "AUTO_INCREMENT of %s is left out: the next number is one more than the highest",
             ts->table->name);
    if (scan_find(ts->scan, ts->scan->at, "partition by") >= 0)
        note_once(t, NOTE_LEFT_OUT, "partitioning is left out: the table itself holds all rows here");
    else
        note_once(t, NOTE_LEFT_OUT, "options of tables are left out: %s stores them in its own way",
                  t->target->dialect->title);
    ts->scan->at = ts->scan->n;
    return 0;
}

static int emit_one(struct translator *t, struct tree *tree, struct object *object)
{
    struct change change = {.op = CHANGE_CREATE, .kind = object->kind, .after = object};
    struct render render = {
        .ctx = t->ctx, .mem = t->mem, .target = t->target, .before = tree, .after = tree, .change = &change};
    TRY(t->target->dialect->render[object->kind].create(&render, &change));
    for (int i = 0; i < render.out.n; i++)
        TRY(emit(t, ((const struct statement_out *)render.out.item[i])->sql));
    return 0;
}

static int emit_table(struct translator *t, struct tree *tree, struct object *table)
{
    table_finish(t, table);
    tree_settle(t->mem, t->target, tree);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        o->named = o->name && !o->name_invented;
    TRY(emit_one(t, tree, table));
    for (int i = 0; i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        if (child->kind == KIND_INDEX)
            TRY(emit_one(t, tree, child));
    }
    return 0;
}

/* Columns that a query takes over under their names. */
static int documents_take(struct scan *scan, const char *name)
{
    struct tree *tree;
    TRY(shadow_tree(scan->t, &tree));
    const struct object *table = table_find(scan->t, tree, name);
    for (int i = 0; table && i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_COLUMN)
            document_set(scan->t, name, child->name, holds_document(scan, child->name));
    }
    return 0;
}

/* CREATE TABLE a AS SELECT ... */
static int create_as(struct scan *scan, const char *name, const char *how)
{
    struct buf out;
    buf_init(&out, scan->t->mem);
    buf_addf(&out, "CREATE %sTABLE ", how);
    say_name(&out, scan->t, name);
    buf_add(&out, " AS ");
    int data = scan_find(scan, scan->at, "with no data"),
        end = data < 0 ? scan_find(scan, scan->at, "with data") : data;
    TRY(text_add(scan, scan->at, end < 0 ? scan->n : end, &out));
    if (data >= 0)
        buf_add(&out, " LIMIT 0");
    TRY(emit(scan->t, out.data));
    note(scan->t, NOTE_CHANGED, "the columns of %s take any value here: those of a query have no types to check", name);
    return documents_take(scan, name);
}

static int create_like(struct scan *scan, const char *name)
{
    struct translator *t = scan->t;
    struct tree *known, *tree = tree_alone(t);
    struct object *other;
    const char *from;
    TRY(scan_qualified(scan, &from));
    TRY(shadow_tree(t, &known));
    TRY(table_known(t, known, from, &other));
    struct object *table = object_copy(t->mem, other, tree_schema(t->mem, tree, ""));
    table->name = name;
    documents_copy(t, from, name);
    for (int i = 0; i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        if (child->kind == KIND_INDEX)
            child->name = arena_printf(t->mem, "%s_%s", name, child->name);
    }
    return emit_table(t, tree, table);
}

bool exists_already(struct translator *t, const char *name, int *code)
{
    struct tree *tree;
    *code = shadow_tree(t, &tree);
    if (*code < 0)
        return false;
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        if ((o->kind == KIND_TABLE || o->kind == KIND_VIEW || o->kind == KIND_INDEX) &&
            text_equal_nocase(o->name, name))
            return true;
    return false;
}

static int already(struct translator *t, const char *name)
{
    note(t, NOTE_LEFT_OUT, "%s is there already", name);
    return 0;
}

int table_create(struct scan *scan)
{
    struct translator *t = scan->t;
    const char *name;
    int code = 0;
    scan->at++;
    bool temporary = scan_accept(scan, "global") || scan_accept(scan, "local");
    temporary = scan_accept(scan, "temp") || scan_accept(scan, "temporary") || temporary;
    scan_accept(scan, "unlogged");
    TRY(scan_expect(scan, "table"));
    bool careful = scan_accept(scan, "if not exists");
    TRY(scan_qualified(scan, &name));
    if (careful && exists_already(t, name, &code))
        return already(t, name);
    TRY(code);
    if (scan_accept(scan, "partition of")) {
        note(t, NOTE_LEFT_OUT, "the partition %s is left out: the table itself holds all rows here", name);
        return 0;
    }
    if (scan_accept(scan, "as") || scan_is(scan, "select"))
        return create_as(scan, name, temporary ? "TEMPORARY " : "");
    if (scan_accept(scan, "like"))
        return create_like(scan, name);
    if (temporary)
        return fail(t->ctx, ERR_UNSUPPORTED, "temporary tables are not translated");
    struct tree *tree = tree_alone(t);
    struct table_scan ts = {.scan = scan, .table = object_new(t->mem, KIND_TABLE, tree_schema(t->mem, tree, ""), name)};
    TRY(body_read(&ts));
    TRY(options_skip(&ts));
    for (int i = 0; i < ts.table->children.n; i++) {
        struct object *child = ts.table->children.item[i];
        if (child->kind == KIND_INDEX && exists_already(t, child->name, &code))
            child->name = arena_printf(t->mem, "%s_%s", name, child->name);
        TRY(code);
    }
    return emit_table(t, tree, ts.table);
}

/* ---- indexes */

static int part_end(struct scan *scan)
{
    while (!scan_is(scan, ",") && !scan_is(scan, ")")) {
        if (scan_at_end(scan))
            return scan_fail(scan);
        if (scan_is(scan, "("))
            TRY(scan_skip_group(scan));
        else
            scan->at++;
    }
    return 0;
}

/* name(10): as much of it is indexed; no call has a single number like that. */
static bool is_prefix_length(const struct scan *scan)
{
    return token_is(scan_peek(scan, 1), "(") && scan_peek(scan, 2)->kind == TOKEN_NUMBER &&
           token_is(scan_peek(scan, 3), ")");
}

static int part_value(struct scan *scan, struct index_part *part)
{
    const char *text;
    int from = scan->at;
    if (scan_at_name(scan) && (is_prefix_length(scan) || !token_is(scan_peek(scan, 1), "("))) {
        TRY(scan_name(scan, &text));
        SAY(part, INDEX_PART, column, text);
        return scan_is(scan, "(") ? scan_skip_group(scan) : 0;
    }
    if (scan_at_name(scan))
        scan->at++;
    TRY(scan_skip_group(scan));
    TRY(text_translate(scan, from, scan->at, &text));
    SAY(part, INDEX_PART, expr, ((struct expr){.written = text}));
    return 0;
}

/* COLLATE, operator class, order: what of it counts here. */
static int part_options(struct scan *scan, struct index_part *part, int end)
{
    while (scan->at < end) {
        if (scan_accept(scan, "desc"))
            SAY(part, INDEX_PART, descending, true);
        else if (scan_accept(scan, "nulls"))
            scan->at++;
        else if (scan_is(scan, "collate")) {
            const char *name, *text;
            int from = scan->at++;
            TRY(scan_qualified(scan, &name));
            TRY(text_translate(scan, from, scan->at, &text));
            if (text_starts(text, "COLLATE "))
                SAY(part, INDEX_PART, collation, text + strlen("COLLATE "));
        } else if (scan_is(scan, "("))
            TRY(scan_skip_group(scan));
        else
            scan->at++;
    }
    return 0;
}

static int part_read(struct scan *scan, struct object *index)
{
    struct index_part *part = (struct index_part *)object_new(scan->t->mem, KIND_INDEX_PART, index, NULL);
    int begin = scan->at;
    TRY(part_end(scan));
    int end = scan->at;
    scan->at = begin;
    TRY(part_value(scan, part));
    return part_options(scan, part, end);
}

int index_parts(struct scan *scan, struct object *index)
{
    TRY(scan_expect(scan, "("));
    do {
        TRY(part_read(scan, index));
    } while (scan_accept(scan, ","));
    return scan_expect(scan, ")");
}

static int predicate_read(struct scan *scan, struct index *index)
{
    const char *text;
    while (!scan_at_end(scan) && !scan_is(scan, "where")) {
        if (scan_accept(scan, "include"))
            note_once(scan->t, NOTE_LEFT_OUT, "INCLUDE of keys and indexes is left out");
        else if (index->is_unique && scan_accept(scan, "nulls not distinct"))
            note(scan->t, NOTE_CANNOT, "NULLS NOT DISTINCT cannot be said: NULLs are distinct here");
        else
            scan->at++;
    }
    if (!scan_accept(scan, "where"))
        return 0;
    TRY(text_translate(scan, scan->at, scan->n, &text));
    SAY(index, INDEX, predicate, ((struct expr){.written = text}));
    scan->at = scan->n;
    return 0;
}

/* The column or function at hand, or in parentheses there; NULL: neither. */
static const char *called(struct scan *part)
{
    while (part->at + 2 < part->n && token_is(scan_peek(part, 1), "."))
        part->at += 2;
    const struct token *token = scan_peek(part, 0);
    part->at++;
    if (scan_is(part, "(") && scan_skip_group(part) < 0)
        return NULL;
    const char *name = name_of(part->t, token);
    return token->kind == TOKEN_WORD ? text_lower(part->t->mem, name) : name;
}

/* What an expression is called in the name of an index: as the column or function that it is, casts aside. */
static const char *expression_name(const struct scan *scan, int from, int to)
{
    struct scan part = *scan;
    const char *name = NULL;
    int inside, end;
    part.at = from;
    part.n = to;
    if (scan_is(&part, "case"))
        return "case";
    if (scan_is(&part, "("))
        name = scan_group(&part, &inside, &end) < 0 ? NULL : expression_name(scan, inside, end);
    else if (scan_at_name(&part))
        name = called(&part);
    bool alone = scan_at_end(&part) || scan_is(&part, "::") || scan_is(&part, "collate");
    return name && alone ? name : "expr";
}

/* The comma or parenthesis after an element of a list. */
static int element_end(const struct scan *scan, int at)
{
    int comma = scan_find(scan, at, ",");
    for (int depth = 0; at < scan->n && at != comma && (depth || !token_is(&scan->token[at], ")")); at++)
        depth += token_is(&scan->token[at], "(") - token_is(&scan->token[at], ")");
    return at;
}

/* Of the elements in the parentheses at `from`. */
static struct names parts_names(const struct scan *scan, int from, const struct object *index)
{
    struct arena *mem = scan->t->mem;
    struct names names = {0};
    int at = from + 1;
    for (int i = 0; i < index->children.n; i++) {
        const struct index_part *part = index->children.item[i];
        int end = element_end(scan, at);
        const char *base = part->column ? part->column : expression_name(scan, at, end), *name = base;
        for (int number = 1; names_have(&names, name); number++)
            name = arena_printf(mem, "%s%d", base, number);
        names_add(mem, &names, name);
        at = end + 1;
    }
    return names;
}

static const char *index_name(struct translator *t, const struct object *table, const char *said,
                              const struct names *columns)
{
    int code;
    const char *name = said ? said : constraint_name(t, table, KIND_INDEX, columns);
    return exists_already(t, name, &code) ? arena_printf(t->mem, "%s_%s", table->name, name) : name;
}

static bool orders_rows(const char *method)
{
    return !method || text_equal_nocase(method, "btree") || text_equal_nocase(method, "hash");
}

/* Before ON: its name, and how careful it is. */
static int index_head(struct scan *scan, const char **name, bool *careful)
{
    *name = NULL;
    scan_accept(scan, "concurrently");
    *careful = scan_accept(scan, "if not exists");
    if (!scan_is(scan, "on") && !scan_are(scan, "using"))
        TRY(scan_qualified(scan, name));
    if (scan_accept(scan, "using"))
        scan->at++;
    return scan_expect(scan, "on");
}

static int index_body(struct scan *scan, struct object *table, const char *name, bool unique)
{
    struct translator *t = scan->t;
    const char *method = NULL;
    if (scan_accept(scan, "using"))
        TRY(scan_name(scan, &method));
    if (!orders_rows(method)) {
        note(t, NOTE_LEFT_OUT, "the index%s%s is left out: there is no method %s", name ? " " : "", name ? name : "",
             method);
        return 0;
    }
    struct tree *tree = tree_alone(t);
    struct object *copy = object_copy(t->mem, table, tree_schema(t->mem, tree, ""));
    struct object *index = object_new(t->mem, KIND_INDEX, copy, NULL);
    SAY((struct index *)index, INDEX, is_unique, unique);
    int from = scan->at;
    TRY(index_parts(scan, index));
    const struct names columns = parts_names(scan, from, index);
    TRY(predicate_read(scan, (struct index *)index));
    index->name = index_name(t, table, name, &columns);
    tree_settle(t->mem, t->target, tree);
    return emit_one(t, tree, index);
}

int index_create(struct scan *scan)
{
    struct translator *t = scan->t;
    struct tree *tree;
    struct object *table;
    const char *name, *table_name;
    bool careful;
    int code = 0;
    scan->at++;
    bool unique = scan_accept(scan, "unique");
    if (scan_accept(scan, "fulltext") || scan_accept(scan, "spatial")) {
        note_once(t, NOTE_LEFT_OUT, "full-text and spatial indexes are left out");
        return 0;
    }
    TRY(scan_expect(scan, "index"));
    TRY(index_head(scan, &name, &careful));
    if (careful && name && exists_already(t, name, &code))
        return already(t, name);
    TRY(code);
    scan_accept(scan, "only");
    TRY(scan_qualified(scan, &table_name));
    TRY(shadow_tree(t, &tree));
    if (!table_find(t, tree, table_name) && exists_already(t, table_name, &code)) {
        note(t, NOTE_LEFT_OUT, "the index%s%s is left out: a view has none here", name ? " " : "", name ? name : "");
        return 0;
    }
    TRY(code);
    TRY(table_known(t, tree, table_name, &table));
    for (int i = 0; name && i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if ((child->kind == KIND_INDEX || child->kind == KIND_UNIQUE) && text_equal_nocase(child->name, name))
            return present(t, name, arena_printf(t->mem, "table %s has an index %s already", table_name, name));
    }
    return index_body(scan, table, name, unique);
}
