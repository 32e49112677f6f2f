/*
 * What goes with rows that are deleted: ON DELETE of foreign keys, which the target does not obey while a file runs.  Whoever has lost the
 * row that it refers to had it before, so that is asked afterwards, table by table, and nothing has to be known of what was deleted.
 * ON UPDATE has to know which row had which key, so temporary triggers follow it, which are there for that one statement.
 * A key that still refers to nothing at the end of the file is an error then.
 */
#include "dialect/common.h"
#include "translate/parts.h"

#include "base/text.h"

static const struct object *key_table(const struct foreign_key *key)
{
    return key->object.parent;
}

/* "a = (SELECT 1)" for each column: `joined` between them. */
static void columns_say(struct translator *t, struct buf *out, const struct names *columns, const char *after,
                        const char *between)
{
    for (int i = 0; i < columns->n; i++) {
        buf_add(out, i ? between : "");
        say_name(out, t, columns->item[i]);
        buf_add(out, after);
    }
}

/* Of a row that refers to another: it changes with that. */
static bool is_action(const char *text)
{
    return text_equal_nocase(text, "CASCADE") || text_equal_nocase(text, "SET NULL") ||
           text_equal_nocase(text, "SET DEFAULT");
}

/* The columns that the key refers to: those of the other table's primary key unless it says others. */
static struct names columns_far(const struct foreign_key *key, const struct object *to)
{
    const struct object *primary = object_only(to, KIND_PRIMARY_KEY);
    if (key->ref_columns.n || !primary)
        return key->ref_columns;
    return ((const struct primary_key *)primary)->columns;
}

/* Its columns are set, and no row of the other table has them. */
static int lost_say(struct translator *t, struct buf *out, const struct foreign_key *key, const struct object *to)
{
    struct names far = columns_far(key, to);
    if (far.n != key->columns.n)
        return fail(t->ctx, ERR_UNSUPPORTED, "what %s refers to cannot be told", key_table(key)->name);
    columns_say(t, out, &key->columns, " IS NOT NULL", " AND ");
    buf_add(out, " AND NOT EXISTS (SELECT 1 FROM ");
    say_name(out, t, to->name);
    buf_add(out, " AS kept WHERE ");
    for (int i = 0; i < far.n; i++) {
        buf_add(out, i ? " AND kept." : "kept.");
        say_name(out, t, far.item[i]);
        buf_add(out, " = ");
        say_name(out, t, key_table(key)->name);
        buf_add_c(out, '.');
        say_name(out, t, key->columns.item[i]);
    }
    buf_add(out, ")");
    return 0;
}

/* A table that refers to itself: row after row. */
static int lost_below_say(struct translator *t, struct buf *out, const struct foreign_key *key, const struct object *to)
{
    struct names far = columns_far(key, to);
    if (key->columns.n != 1 || far.n != 1)
        return fail(t->ctx, ERR_UNSUPPORTED, "a key of several columns that refers to its own table is not followed");
    buf_add(out, "rowid IN (WITH RECURSIVE gone AS (SELECT rowid AS n, * FROM ");
    say_name(out, t, to->name);
    buf_add(out, " WHERE ");
    TRY(lost_say(t, out, key, to));
    buf_add(out, " UNION SELECT below.rowid, below.* FROM ");
    say_name(out, t, to->name);
    buf_add(out, " AS below JOIN gone ON below.");
    say_name(out, t, key->columns.item[0]);
    buf_add(out, " = gone.");
    say_name(out, t, far.item[0]);
    buf_add(out, ") SELECT n FROM gone)");
    return 0;
}

static int values_lose(struct translator *t, const struct foreign_key *key, const struct object *to, bool defaults)
{
    struct buf out;
    buf_init(&out, t->mem);
    buf_add(&out, "UPDATE ");
    say_name(&out, t, key_table(key)->name);
    buf_add(&out, " SET ");
    for (int i = 0; i < key->columns.n; i++) {
        const struct column *column = column_find(key_table(key), key->columns.item[i]);
        const char *value = defaults && column ? expr_text(&column->default_value) : NULL;
        buf_add(&out, i ? ", " : "");
        say_name(&out, t, key->columns.item[i]);
        buf_addf(&out, " = %s", value ? value : "NULL");
    }
    buf_add(&out, " WHERE ");
    TRY(lost_say(t, &out, key, to));
    return emit_rows(t, out.data);
}

static int follow(struct translator *t, const struct tree *tree, const char *table, struct names *above);

static int rows_lose(struct translator *t, const struct tree *tree, const struct foreign_key *key,
                     const struct object *to, struct names *above)
{
    struct buf out;
    const char *name = key_table(key)->name;
    bool itself = text_equal_nocase(name, to->name);
    if (!itself && names_have_nocase(above, name))
        return fail(t->ctx, ERR_UNSUPPORTED, "foreign keys of %s and %s that refer to each other are not followed",
                    name, to->name);
    buf_init(&out, t->mem);
    buf_add(&out, "DELETE FROM ");
    say_name(&out, t, name);
    buf_add(&out, " WHERE ");
    TRY(itself ? lost_below_say(t, &out, key, to) : lost_say(t, &out, key, to));
    TRY(emit_rows(t, out.data));
    return itself ? 0 : follow(t, tree, name, above);
}

static int key_follow(struct translator *t, const struct tree *tree, const struct foreign_key *key,
                      const struct object *to, struct names *above)
{
    if (text_equal_nocase(key->on_delete, "CASCADE"))
        return rows_lose(t, tree, key, to, above);
    bool defaults = text_equal_nocase(key->on_delete, "SET DEFAULT");
    if (defaults || text_equal_nocase(key->on_delete, "SET NULL"))
        return values_lose(t, key, to, defaults);
    return 0;
}

/* What its own rows take along comes first. */
static int follow(struct translator *t, const struct tree *tree, const char *table, struct names *above)
{
    const struct object *to = table_find(t, tree, table);
    names_add(t->mem, above, table);
    for (int own = 1; to && own >= 0; own--)
        for (const struct object *o = tree->root; o; o = object_next(tree->root, o)) {
            const struct foreign_key *key = o->kind == KIND_FOREIGN_KEY ? (const struct foreign_key *)o : NULL;
            if (key && text_equal_nocase(key->ref_table.name, table) &&
                text_equal_nocase(o->parent->name, table) == (own == 1))
                TRY(key_follow(t, tree, key, to, above));
        }
    return 0;
}

int deletes_follow(struct translator *t, const char *table)
{
    struct names above = {0};
    struct tree *tree;
    t->with = NULL;
    if (t->unchecked)
        return 0;
    TRY(shadow_tree(t, &tree));
    return follow(t, tree, table, &above);
}

/* Afterwards nobody can tell: a row with the key of the deleted one may be there again. */
int replace_check(struct translator *t, const char *table)
{
    struct tree *tree;
    TRY(shadow_tree(t, &tree));
    for (const struct object *o = tree->root; o && !t->unchecked; o = object_next(tree->root, o)) {
        const struct foreign_key *key = o->kind == KIND_FOREIGN_KEY ? (const struct foreign_key *)o : NULL;
        if (key && text_equal_nocase(key->ref_table.name, table) && is_action(key->on_delete))
            return fail(t->ctx, ERR_UNSUPPORTED,
                        "REPLACE deletes rows of %s first, and what ON DELETE of %s does then is not followed here",
                        table, key_table(key)->name);
    }
    return 0;
}

/* ---- UPDATE of what keys refer to */

enum { FOLLOWED_LIMIT = 64 };

/* The keys that follow, in the order of their triggers. */
struct followed {
    const struct foreign_key *key[FOLLOWED_LIMIT];
    int n;
};

static bool is_followed(const struct followed *followed, const struct foreign_key *key)
{
    for (int i = 0; i < followed->n; i++)
        if (followed->key[i] == key)
            return true;
    return false;
}

/* "a SIGN b" for each pair of columns; `left` and `right` stand before them, as their tables are called. */
static void pairs_say(struct translator *t, struct buf *out, const struct names *const columns[2],
                      const char *const around[3])
{
    for (int i = 0; i < columns[0]->n; i++) {
        buf_add(out, i ? around[2] : "");
        say_name(out, t, columns[0]->item[i]);
        buf_add(out, around[0]);
        buf_add(out, around[1]);
        say_name(out, t, columns[1]->item[i]);
    }
}

static void trigger_name_say(struct buf *out, int n)
{
    buf_addf(out, "dbwarden_follows_%d", n);
}

static void new_values_say(struct translator *t, struct buf *out, const struct foreign_key *key,
                           const struct names *far)
{
    if (text_equal_nocase(key->on_update, "CASCADE")) {
        const struct names *const both[] = {&key->columns, far};
        pairs_say(t, out, both, (const char *const[]){" = ", "NEW.", ", "});
        return;
    }
    bool defaults = text_equal_nocase(key->on_update, "SET DEFAULT");
    for (int i = 0; i < key->columns.n; i++) {
        const struct column *column = column_find(key_table(key), key->columns.item[i]);
        const char *value = defaults && column ? expr_text(&column->default_value) : NULL;
        buf_add(out, i ? ", " : "");
        say_name(out, t, key->columns.item[i]);
        buf_addf(out, " = %s", value ? value : "NULL");
    }
}

/* Only a key that has another value now is followed. */
static int trigger_make(struct translator *t, const struct foreign_key *key, const struct object *to, int n)
{
    const struct names far = columns_far(key, to);
    const struct names *const both[] = {&key->columns, &far};
    struct buf out;
    if (far.n != key->columns.n)
        return fail(t->ctx, ERR_UNSUPPORTED, "what %s refers to cannot be told", key_table(key)->name);
    buf_init(&out, t->mem);
    buf_add(&out, "CREATE TEMPORARY TRIGGER ");
    trigger_name_say(&out, n);
    buf_add(&out, " AFTER UPDATE OF ");
    columns_say(t, &out, &far, "", ", ");
    buf_add(&out, " ON ");
    say_name(&out, t, to->name);
    buf_add(&out, " WHEN ");
    for (int i = 0; i < far.n; i++) {
        buf_add(&out, i ? " OR OLD." : "OLD.");
        say_name(&out, t, far.item[i]);
        buf_add(&out, " IS NOT NEW.");
        say_name(&out, t, far.item[i]);
    }
    buf_add(&out, " BEGIN UPDATE ");
    say_name(&out, t, key_table(key)->name);
    buf_add(&out, " SET ");
    new_values_say(t, &out, key, &far);
    buf_add(&out, " WHERE ");
    pairs_say(t, &out, both, (const char *const[]){" = ", "OLD.", " AND "});
    buf_add(&out, "; END");
    return emit_rows(t, out.data);
}

/* Of each key to the table whose other end is among `set`, and of those to what it sets in turn. */
static int triggers_make(struct translator *t, const struct tree *tree, const char *table, const struct names *set,
                         struct followed *followed)
{
    const struct object *to = table_find(t, tree, table);
    for (const struct object *o = tree->root; to && o; o = object_next(tree->root, o)) {
        const struct foreign_key *key = o->kind == KIND_FOREIGN_KEY ? (const struct foreign_key *)o : NULL;
        if (!key || !text_equal_nocase(key->ref_table.name, table) || !is_action(key->on_update) ||
            is_followed(followed, key))
            continue;
        const struct names far = columns_far(key, to);
        bool any = false;
        for (int i = 0; i < far.n; i++)
            any = any || names_have_nocase(set, far.item[i]);
        if (!any)
            continue;
        if (followed->n == FOLLOWED_LIMIT)
            return fail(t->ctx, ERR_UNSUPPORTED, "more than %d foreign keys follow this", FOLLOWED_LIMIT);
        followed->key[followed->n++] = key;
        TRY(trigger_make(t, key, to, followed->n));
        TRY(triggers_make(t, tree, key_table(key)->name, &key->columns, followed));
    }
    return 0;
}

int update_followed(struct translator *t, const char *table, const struct names *set, const char *sql)
{
    struct followed followed = {0};
    const char *with = t->with;
    struct tree *tree;
    TRY(shadow_tree(t, &tree));
    t->with = NULL;
    if (!t->unchecked)
        TRY(triggers_make(t, tree, table, set, &followed));
    t->with = with;
    TRY(emit_rows(t, sql));
    t->with = NULL;
    for (int i = followed.n; i > 0; i--) {
        struct buf out;
        buf_init(&out, t->mem);
        buf_add(&out, "DROP TRIGGER IF EXISTS temp.");
        trigger_name_say(&out, i);
        TRY(emit_rows(t, out.data));
    }
    return 0;
}

/* ---- TRUNCATE */

static int emptied(struct translator *t, const char *table)
{
    struct buf out;
    buf_init(&out, t->mem);
    buf_add(&out, "DELETE FROM ");
    say_name(&out, t, table);
    return emit_rows(t, out.data);
}

/* With CASCADE, all that refer to one of them, and so on; else nobody else may. */
int tables_empty(struct translator *t, struct names *tables, bool cascade)
{
    struct tree *tree;
    TRY(shadow_tree(t, &tree));
    for (int i = 0; i < tables->n; i++)
        for (const struct object *o = tree->root; o && !t->unchecked; o = object_next(tree->root, o)) {
            const char *to = o->kind == KIND_FOREIGN_KEY ? ((const struct foreign_key *)o)->ref_table.name : NULL;
            if (!text_equal_nocase(to, tables->item[i]) || names_have_nocase(tables, o->parent->name))
                continue;
            if (!cascade)
                return depended_on(t, to,
                                   arena_printf(t->mem, "%s cannot be truncated: a foreign key of %s refers to it", to,
                                                o->parent->name));
            names_add(t->mem, tables, o->parent->name);
        }
    for (int i = 0; i < tables->n; i++)
        TRY(emptied(t, tables->item[i]));
    return 0;
}
