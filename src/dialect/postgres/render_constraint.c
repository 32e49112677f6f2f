/*
 * Primary keys, unique and check constraints, exclusions and foreign keys: the clause, the same in CREATE TABLE and
 * in ALTER TABLE, and what adds, drops and renames them.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static void exclude_text(struct buf *out, const struct exclude *exclude)
{
    const char *text = expr_text(&exclude->definition);

    ansi_constraint_name(out, &pg_dialect, &exclude->object);
    if (!text_starts_nocase(text, "EXCLUDE "))
        buf_add(out, "EXCLUDE ");
    buf_add(out, text);
}

void pg_constraint_text(struct buf *out, const struct object *object)
{
    switch (object->kind) {
    case KIND_PRIMARY_KEY: ansi_primary_key(out, &pg_dialect, (const struct primary_key *)object); break;
    case KIND_UNIQUE: ansi_unique(out, &pg_dialect, (const struct unique *)object); break;
    case KIND_CHECK: ansi_check(out, &pg_dialect, (const struct check *)object); break;
    case KIND_EXCLUDE: exclude_text(out, (const struct exclude *)object); break;
    default: ansi_foreign_key(out, &pg_dialect, (const struct foreign_key *)object); break;
    }
}

static bool flag_is(const struct object *object, const char *name)
{
    int field = field_find(object->kind, name);
    return field >= 0 && *(const bool *)object_field(object, field);
}

/* CREATE TABLE takes every constraint for valid, and two keys of the same columns for one: those come after it. */
bool pg_comes_after_table(const struct object *constraint)
{
    if (flag_is(constraint, "not_valid"))
        return true;
    const struct object *table = constraint->parent;
    for (int i = 0; constraint->kind == KIND_UNIQUE && i < table->children.n; i++) {
        const struct object *other = table->children.item[i];
        if (other == constraint)
            return object_only(table, KIND_PRIMARY_KEY) &&
                   pg_same_key((const struct unique *)constraint, object_only(table, KIND_PRIMARY_KEY));
        if (pg_same_key((const struct unique *)constraint, other))
            return true;
    }
    return false;
}

static const int comment_field[KIND_COUNT] = {[KIND_PRIMARY_KEY] = PRIMARY_KEY_comment,
                                              [KIND_UNIQUE] = UNIQUE_comment,
                                              [KIND_CHECK] = CHECK_comment,
                                              [KIND_EXCLUDE] = EXCLUDE_comment,
                                              [KIND_FOREIGN_KEY] = FOREIGN_KEY_comment};

static const char *comment_of(const struct object *constraint)
{
    return *(const char *const *)object_field(constraint, comment_field[constraint->kind]);
}

static void constraint_comment(struct render *render, const struct object *constraint)
{
    struct buf name = pg_begin(render, "");

    pg_ident_add(&name, constraint->name);
    buf_add(&name, constraint->parent->kind == KIND_DOMAIN ? " ON DOMAIN " : " ON ");
    pg_top(&name, constraint->parent);
    pg_comment(render, "CONSTRAINT", &name, comment_of(constraint));
}

/* What is said of the index behind it, and of the table by it. */
void pg_constraint_after(struct render *render, const struct object *constraint)
{
    pg_index_marks(render, NULL, constraint);
    if (comment_of(constraint))
        constraint_comment(render, constraint);
}

/* ---- a unique index that a key takes over ---- */

static bool part_is_plain(const struct object *object, const char *column)
{
    const struct index_part *part = (const struct index_part *)object;
    return text_equal(part->column, column) && !part->opclass && !part->collation && !part->descending &&
           !part->nulls_first;
}

static bool same_columns(const struct index *index, const struct names *columns)
{
    int n = 0;
    for (int i = 0; i < index->object.children.n; i++) {
        const struct object *part = index->object.children.item[i];
        if (n >= columns->n || !part_is_plain(part, columns->item[n++]))
            return false;
    }
    return n == columns->n;
}

/* "users_email_key", or "users_email_key__new" where the old key has that name until then. */
static bool is_named_for(const char *index, const char *key)
{
    return text_starts(index, key) && (!index[strlen(key)] || text_starts(index + strlen(key), "__new"));
}

bool pg_key_fits(const struct object *key, const struct object *object)
{
    const struct index *index = (const struct index *)object;
    int distinct = field_find(key->kind, "nulls_not_distinct");
    const struct names *include = object_field(key, field_find(key->kind, "include"));
    bool goes = object->unmade && object->unmade->op == CHANGE_DROP && !object->peer;
    return goes && index->is_unique && !pg_expr_said(&index->predicate) && text_equal(index->method, "btree") &&
           names_equal(&index->include, include) &&
           (distinct < 0 || index->nulls_not_distinct == *(const bool *)object_field(key, distinct)) &&
           same_columns(index, object_field(key, field_find(key->kind, "columns")));
}

bool pg_key_comes(const struct object *key)
{
    bool is_key = key->kind == KIND_PRIMARY_KEY || key->kind == KIND_UNIQUE;
    return is_key && key->made && key->made->op == CHANGE_CREATE && !flag_is(key, "without_overlaps");
}

static const struct object *index_taken(const struct object *key)
{
    const struct object *table = key->parent->peer;
    if (!table || !key->name || !pg_key_comes(key) || pg_is_partitioned(key->parent))
        return NULL;
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_INDEX && is_named_for(child->name, key->name) && pg_key_fits(key, child))
            return child;
    }
    return NULL;
}

bool pg_index_is_taken(const struct object *index)
{
    const struct object *table = index->parent->peer;
    for (int i = 0; table && i < table->children.n; i++)
        if (index_taken(table->children.item[i]) == index)
            return true;
    return false;
}

void pg_key_take(struct buf *out, const struct object *key, const char *name, const struct object *index)
{
    buf_add(out, "ADD CONSTRAINT ");
    pg_ident_add(out, name);
    buf_add(out, key->kind == KIND_UNIQUE ? " UNIQUE USING INDEX " : " PRIMARY KEY USING INDEX ");
    pg_ident_add(out, index->name);
    buf_add(out, flag_is(key, "deferrable") ? " DEFERRABLE" : "");
    buf_add(out, flag_is(key, "initially_deferred") ? " INITIALLY DEFERRED" : "");
}

int pg_constraint_create(struct render *render, const struct change *change)
{
    const struct object *index = index_taken(change->after);
    if (pg_key_comes(change->after))
        pg_keys_attach(render, change->after);
    struct buf out = pg_alter_top(render, change->after->parent);
    if (index) {
        pg_key_take(&out, change->after, change->after->name, index);
        render_statement(render, &out);
        pg_constraint_after(render, change->after);
        return 0;
    }
    buf_add(&out, "ADD ");
    pg_constraint_text(&out, change->after);
    buf_add(&out, flag_is(change->after, "not_valid") ? " NOT VALID" : "");
    render_statement(render, &out);
    pg_constraint_after(render, change->after);
    return 0;
}

static struct buf alter_constraint(struct render *render, const struct object *constraint, const char *words)
{
    struct buf out = pg_alter_top(render, constraint->parent);
    buf_add(&out, words);
    pg_ident_add(&out, constraint->name);
    return out;
}

static void foreign_key_states(struct render *render, const struct change *change)
{
    const struct foreign_key *key = (const struct foreign_key *)change->after;
    if (change_has(change, FOREIGN_KEY_deferrable) || change_has(change, FOREIGN_KEY_initially_deferred)) {
        struct buf out = alter_constraint(render, change->after, "ALTER CONSTRAINT ");
        buf_add(&out, key->deferrable ? " DEFERRABLE" : " NOT DEFERRABLE");
        if (key->deferrable)
            buf_add(&out, key->initially_deferred ? " INITIALLY DEFERRED" : " INITIALLY IMMEDIATE");
        render_statement(render, &out);
    }
    if (change_has(change, FOREIGN_KEY_not_enforced)) {
        struct buf out = alter_constraint(render, change->after, "ALTER CONSTRAINT ");
        buf_add(&out, key->not_enforced ? " NOT ENFORCED" : " ENFORCED");
        render_statement(render, &out);
    }
}

/* All else of it is replaced. What comes to be enforced is asked of all rows. */
int pg_constraint_alter(struct render *render, const struct change *change)
{
    int not_valid = field_find(change->kind, "not_valid");
    if (change->kind == KIND_FOREIGN_KEY)
        foreign_key_states(render, change);
    if (not_valid >= 0 && change_has(change, not_valid) && !flag_is(change->before, "not_enforced") &&
        !flag_is(change->after, "not_enforced")) {
        struct buf out = alter_constraint(render, change->after, "VALIDATE CONSTRAINT ");
        render_statement(render, &out);
    }
    pg_index_marks(render, change, change->after);
    if (change_has(change, comment_field[change->kind]))
        constraint_comment(render, change->after);
    return 0;
}

/* Of the index behind the key: the rest of a key is replaced. */
int pg_key_alter(struct render *render, const struct change *change)
{
    bool primary = change->kind == KIND_PRIMARY_KEY;
    int options = primary ? PRIMARY_KEY_options : UNIQUE_options;
    int tablespace = primary ? PRIMARY_KEY_tablespace : UNIQUE_tablespace;
    struct buf out = pg_begin(render, "ALTER INDEX ");

    pg_sibling(&out, change->after, change->after->name);
    buf_add_c(&out, ' ');
    if (change_has(change, options))
        pg_options_alter(render, out.data, object_field(change->before, options), object_field(change->after, options));
    if (change_has(change, tablespace))
        pg_tablespace_alter(render, out.data, *(const char *const *)object_field(change->after, tablespace));
    return pg_constraint_alter(render, change);
}

int pg_constraint_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_alter_top(render, change->before->parent);

    buf_add(&out, pg_begin_drop(render, "DROP CONSTRAINT ", change->before).data);
    pg_ident_add(&out, change->before->name);
    render_statement(render, &out);
    pg_index_marks_drop(render, change->before);
    return 0;
}

int pg_constraint_rename(struct render *render, const struct change *change)
{
    struct buf out = pg_alter_top(render, change->after->parent);

    buf_add(&out, "RENAME CONSTRAINT ");
    pg_ident_add(&out, change->before->name);
    buf_add(&out, " TO ");
    pg_ident_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}
