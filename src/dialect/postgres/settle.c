/*
 * Making PostgreSQL's own defaults said, so that the diff need not know them: what a source left unsaid is what the
 * server would have chosen, and the several ways of asking for the same thing become one (SERIAL, the usual schema
 * by its name, storage that is the type's own, upper-case actions).
 *
 * Types and expressions keep their spelling: those are compared in normal form, and rendered as written.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static void say_int(struct object *object, int field, int64_t *member, int64_t value)
{
    if (object_says(object, field))
        return;
    *member = value;
    object_say(object, field);
}

static void settle_identity(struct arena *mem, struct column *column)
{
    struct pg_counter counter, usual;
    struct object *object = &column->object;

    column->identity = text_lower(mem, text_replace(mem, column->identity, "_", " "));
    say_int(object, COLUMN_identity_increment, &column->identity_increment, 1);
    counter = pg_counter_of_column(column);
    usual = pg_counter_usual(mem, column->type, &counter);
    say_int(object, COLUMN_identity_cache, &column->identity_cache, usual.cache);
    settle_flag(object, COLUMN_identity_cycle, false);
    say_int(object, COLUMN_identity_min, &column->identity_min, usual.min);
    say_int(object, COLUMN_identity_max, &column->identity_max, usual.max);
    counter = pg_counter_of_column(column);
    say_int(object, COLUMN_identity_start, &column->identity_start,
            pg_counter_usual(mem, column->type, &counter).start);
    SAY(column, COLUMN, nullable, false);
}

static bool expr_said(const struct expr *expr)
{
    return expr->written || expr->printed;
}

/* Before what is unsaid: a serial column is NOT NULL where an ordinary one accepts NULL. */
static void settle_serial(struct arena *mem, struct column *column)
{
    const char *integer = pg_serial_type(mem, column->type);

    if (!integer)
        return;
    SAY(column, COLUMN, type, text_upper(mem, integer));
    SAY(column, COLUMN, autoincrement, true);
    settle_flag(&column->object, COLUMN_nullable, false);
}

/* Before what is unsaid: a domain of a domain has the default of that one unless it says another. */
static void settle_domain_default(struct arena *mem, const struct tree *tree, struct domain *domain)
{
    enum { DEEPEST = 100 };
    const struct domain *under = domain;
    struct pg_type read;
    for (int i = 0; i < DEEPEST && under && !object_says(&domain->object, DOMAIN_default_value); i++) {
        bool named = under->type && pg_type_read(mem, under->type, &read) && !read.known && !read.array;
        under = named ? (const struct domain *)tree_find(tree, KIND_DOMAIN, read.schema, read.name) : NULL;
        if (under && object_says(&under->object, DOMAIN_default_value))
            SAY(domain, DOMAIN, default_value, under->default_value);
    }
}

static bool in_primary_key(const struct column *column)
{
    const struct object *table = column->object.parent;
    const struct object *key = table ? object_only(table, KIND_PRIMARY_KEY) : NULL;

    return key && names_have(&((const struct primary_key *)key)->columns, column->object.name);
}

static void settle_domain(struct domain *domain)
{
    if (text_equal_nocase(domain->collation, "default"))
        domain->collation = NULL;
}

/* "Fillfactor = 70" as fillfactor=70, sorted. */
static void settle_options(struct arena *mem, struct names *options)
{
    struct names tidy = {0};

    for (int i = 0; i < options->n; i++) {
        struct names sides = text_split(mem, options->item[i], '=');
        if (sides.n == 2)
            names_add(mem, &tidy,
                      arena_printf(mem, "%s=%s", text_lower(mem, text_trim(mem, sides.item[0])),
                                   text_trim(mem, sides.item[1])));
        else
            names_add(mem, &tidy, text_trim(mem, options->item[i]));
    }
    names_sort(&tidy);
    *options = tidy;
}

static void settle_target(const char **target)
{
    if (*target && text_equal(*target, "-1"))
        *target = NULL;
}

static void settle_column(struct arena *mem, struct column *column)
{
    if (in_primary_key(column))
        SAY(column, COLUMN, nullable, false);
    if (column->identity && column->identity[0] != '\0')
        settle_identity(mem, column);
    if (expr_said(&column->computed))
        settle_flag(&column->object, COLUMN_computed_stored, true);
    if (text_equal_nocase(column->collation, "default"))
        column->collation = NULL;
    if (column->storage) {
        const char *own = column->type ? pg_type_storage(mem, column->type) : NULL;
        column->storage = text_lower(mem, column->storage);
        if (text_equal(column->storage, own) || text_equal(column->storage, "default"))
            column->storage = NULL;
    }
    if (column->nullable)
        column->not_null_no_inherit = false;
    settle_target(&column->statistics_target);
    settle_options(mem, &column->options);
    if (column->compression) {
        column->compression = text_lower(mem, column->compression);
        if (text_equal(column->compression, "default"))
            column->compression = NULL;
    }
}

/* "range ( a , b )" as the server prints it: RANGE (a, b). */
static const char *partition_text(struct arena *mem, const char *text)
{
    if (!text)
        return NULL;
    size_t word = strcspn(text, " (\t\n");
    char *strategy = text_upper(mem, text_slice(mem, text, 0, word));
    const char *key = text_trim(mem, text + word);

    return arena_printf(mem, "%s %s", strategy, normal_space(mem, &pg_normal, key));
}

/* The catalog names no tablespace where it is the database's own, which is this one unless somebody said otherwise. */
static void settle_tablespace(const char **tablespace)
{
    if (*tablespace && text_equal(*tablespace, "pg_default"))
        *tablespace = NULL;
}

static void settle_table(struct arena *mem, struct table *table)
{
    table->replica_identity = table->replica_identity ? text_lower(mem, table->replica_identity) : NULL;
    if (text_equal(table->replica_identity, "default"))
        table->replica_identity = NULL;
    settle_tablespace(&table->tablespace);
    settle_options(mem, &table->options);
    table->partition_by.written = partition_text(mem, table->partition_by.written);
    table->partition_by.printed = partition_text(mem, table->partition_by.printed);
}

static void settle_sequence(struct arena *mem, struct sequence *sequence)
{
    struct object *object = &sequence->object;
    struct pg_counter counter, usual;

    sequence->type = pg_type_plain(mem, sequence->type ? sequence->type : "bigint");
    counter = pg_counter_of_sequence(sequence);
    usual = pg_counter_usual(mem, sequence->type, &counter);
    say_int(object, SEQUENCE_cache, &sequence->cache, usual.cache);
    say_int(object, SEQUENCE_min, &sequence->min, usual.min);
    say_int(object, SEQUENCE_max, &sequence->max, usual.max);
    counter = pg_counter_of_sequence(sequence);
    say_int(object, SEQUENCE_start, &sequence->start, pg_counter_usual(mem, sequence->type, &counter).start);
}

/* "set null (a)": names of columns stay as they are. */
static const char *action_text(struct arena *mem, const char *action)
{
    const char *text = action ? text_trim(mem, action) : "NO ACTION";
    size_t words = strcspn(text, "(");
    return arena_printf(mem, "%s%s", text_upper(mem, text_slice(mem, text, 0, words)), text + words);
}

static void settle_foreign_key(struct arena *mem, struct foreign_key *key, const struct tree *tree)
{
    const struct object *table;

    SAY(key, FOREIGN_KEY, on_delete, action_text(mem, key->on_delete));
    SAY(key, FOREIGN_KEY, on_update, action_text(mem, key->on_update));
    SAY(key, FOREIGN_KEY, match, !key->match ? "SIMPLE" : text_upper(mem, key->match));
    if (key->initially_deferred)
        SAY(key, FOREIGN_KEY, deferrable, true);
    if (key->not_enforced)
        SAY(key, FOREIGN_KEY, not_valid, false);
    if (key->ref_columns.n > 0)
        return;
    table = tree_find_ref(tree, KIND_TABLE, &key->ref_table);
    table = table ? object_only(table, KIND_PRIMARY_KEY) : NULL;
    if (table)
        SAY(key, FOREIGN_KEY, ref_columns, ((const struct primary_key *)table)->columns);
}

static void settle_check(struct check *check)
{
    if (check->not_enforced)
        SAY(check, CHECK, not_valid, false);
}

static void settle_primary_key(struct arena *mem, struct primary_key *key)
{
    if (key->initially_deferred)
        SAY(key, PRIMARY_KEY, deferrable, true);
    settle_options(mem, &key->options);
    settle_tablespace(&key->tablespace);
}

static void settle_unique(struct arena *mem, struct unique *unique)
{
    if (unique->initially_deferred)
        SAY(unique, UNIQUE, deferrable, true);
    settle_options(mem, &unique->options);
    settle_tablespace(&unique->tablespace);
}

static void settle_index(struct arena *mem, struct index *index)
{
    index->method = !index->method ? "btree" : text_lower(mem, index->method);
    names_sort(&index->statistics_targets);
    settle_options(mem, &index->options);
    settle_tablespace(&index->tablespace);
}

/* A collation that is the column's own need not be said. */
static void settle_part_collation(struct index_part *part)
{
    const struct object *table = part->object.parent->parent, *column;
    const char *own = NULL;

    if (!part->collation || !part->column)
        return;
    column = object_child(table, KIND_COLUMN, part->column);
    if (column)
        own = ((const struct column *)column)->collation;
    if (text_equal(part->collation, own ? own : "default"))
        part->collation = NULL;
}

static void settle_part(struct index_part *part)
{
    const struct index *index = (const struct index *)part->object.parent;

    settle_part_collation(part);
    if (part->opclass && pg_opclass_is_default(index->method, part->opclass))
        part->opclass = NULL;
    settle_flag(&part->object, INDEX_PART_nulls_first, part->descending);
}

/* PUBLIC is everybody, whoever stands beside it. */
static void settle_policy(struct arena *mem, struct policy *policy)
{
    policy->command = !policy->command ? "ALL" : text_upper(mem, policy->command);
    if (names_have(&policy->roles, "public"))
        policy->roles = (struct names){0};
    names_sort(&policy->roles);
}

static void settle_statistics(struct statistics *statistics)
{
    enum { KINDS = 3 }; /* all that there are */
    if (statistics->kinds.n == KINDS)
        statistics->kinds = (struct names){0};
    names_sort(&statistics->kinds);
    names_sort(&statistics->columns);
    settle_target(&statistics->statistics_target);
}

static void settle_view(struct arena *mem, struct view *view)
{
    settle_options(mem, &view->options);
    settle_tablespace(&view->tablespace);
    pg_view_columns_settle(mem, &view->column_comments);
    pg_view_columns_settle(mem, &view->column_settings);
}

/* Before what is unsaid: since 15 the server makes the sequences of an unlogged table so, too. */
static void settle_owned(const struct target *target, const struct tree *tree, struct sequence *sequence)
{
    const struct object *owner = sequence->owned_by.name ? tree_find_ref(tree, KIND_TABLE, &sequence->owned_by) : NULL;
    while (owner && owner->kind != KIND_TABLE)
        owner = owner->parent;
    if (owner && !object_says(&sequence->object, SEQUENCE_unlogged) && target->version >= 150000)
        SAY(sequence, SEQUENCE, unlogged, ((const struct table *)owner)->unlogged);
}

static void settle_object(struct arena *mem, struct object *object, const struct tree *tree)
{
    switch (object->kind) {
    case KIND_COLUMN: settle_column(mem, (struct column *)object); break;
    case KIND_DOMAIN: settle_domain((struct domain *)object); break;
    case KIND_TABLE: settle_table(mem, (struct table *)object); break;
    case KIND_SEQUENCE: settle_sequence(mem, (struct sequence *)object); break;
    case KIND_FOREIGN_KEY: settle_foreign_key(mem, (struct foreign_key *)object, tree); break;
    case KIND_CHECK: settle_check((struct check *)object); break;
    case KIND_PRIMARY_KEY: settle_primary_key(mem, (struct primary_key *)object); break;
    case KIND_UNIQUE: settle_unique(mem, (struct unique *)object); break;
    case KIND_INDEX: settle_index(mem, (struct index *)object); break;
    case KIND_STATISTICS: settle_statistics((struct statistics *)object); break;
    case KIND_POLICY: settle_policy(mem, (struct policy *)object); break;
    case KIND_VIEW: settle_view(mem, (struct view *)object); break;
    case KIND_INDEX_PART: settle_part((struct index_part *)object); break;
    default: break;
    }
}

void pg_settle(struct arena *mem, const struct target *target, struct tree *tree)
{
    pg_older_take(mem, tree);
    if (target_usual(target))
        tree_fold_schema(mem, tree, target_usual(target));
    for (struct object *object = tree->root; object; object = object_next(tree->root, object))
        if (object->kind == KIND_COLUMN)
            settle_serial(mem, (struct column *)object);
        else if (object->kind == KIND_SEQUENCE)
            settle_owned(target, tree, (struct sequence *)object);
        else if (object->kind == KIND_DOMAIN)
            settle_domain_default(mem, tree, (struct domain *)object);
    settle_unsaid(tree);
    for (struct object *object = tree->root; object; object = object_next(tree->root, object))
        settle_object(mem, object, tree);
    pg_inherit(mem, tree);
    pg_name_unnamed(mem, tree);
}
