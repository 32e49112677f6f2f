/*
 * PostgreSQL's words for a change that is made in several migrations (run/gradual.h): a trigger that keeps two columns equal, the
 * fill, and what proves them equal.  Values are assigned, as ALTER COLUMN ... TYPE does it, where an assignment leads from one
 * type to the other, because an explicit cast would cut a text that is too long in silence.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

#define PLACE "dbwarden_value"

/* The rights of an aclexplode() called x, each as the record `said`. */
#define EACH_GRANT                                                                                    \
    "    FOR said IN SELECT x.privilege_type, x.is_grantable, CASE WHEN x.grantee = 0 THEN 'PUBLIC' " \
    "ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS grantee\n"

struct conversion {
    const struct target *target;
    const char *from, *to;
};

/* What the value becomes in the other type; a cast written out where only a comparison needs one. */
static const char *converted(struct arena *mem, const struct conversion *conversion, const char *value, bool cast)
{
    const char *text = pg_using(mem, conversion->target, PLACE, conversion->from, conversion->to);
    if (!text)
        text = cast ? arena_printf(mem, "%s::%s", PLACE, conversion->to) : PLACE;
    return text_replace(mem, text, PLACE, value);
}

static const char *table_of(struct arena *mem, const struct column *column)
{
    struct buf out;
    buf_init(&out, mem);
    pg_table(&out, &column->object);
    return out.data;
}

static const char *quoted(struct arena *mem, const char *name)
{
    return ident_text(mem, &pg_ident, name);
}

static const char *literal(struct arena *mem, const char *text)
{
    struct buf out;
    buf_init(&out, mem);
    pg_literal(&out, text);
    return out.data;
}

static void sync_add(struct arena *mem, const struct conversion *there, const struct gradual_copy *copy,
                     struct gradual_texts *texts)
{
    const char *table = table_of(mem, copy->before), *name = quoted(mem, copy->sync);
    struct buf function;
    buf_init(&function, mem);
    pg_sibling(&function, &copy->before->object, copy->sync);
    const char *value = arena_printf(mem, "NEW.%s", quoted(mem, copy->after->object.name));
    names_add(
        mem, &texts->sync,
        arena_printf(mem,
                     "CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $sync$\n"
                     "BEGIN\n    NEW.%s := %s;\n    RETURN NEW;\nEND\n$sync$",
                     function.data, quoted(mem, copy->new), converted(mem, there, value, false)));
    names_add(mem, &texts->sync,
              arena_printf(mem, "CREATE TRIGGER %s BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION %s()",
                           name, table, function.data));
    names_add(mem, &texts->sync, arena_printf(mem, "ALTER TABLE %s ENABLE ALWAYS TRIGGER %s", table, name));
    names_add(mem, &texts->unsync, arena_printf(mem, "DROP TRIGGER %s ON %s", name, table));
    names_add(mem, &texts->unsync, arena_printf(mem, "DROP FUNCTION %s()", function.data));
}

/* As texts: not every type has an operator to compare its values. */
static const char *differs(struct arena *mem, const char *column, const char *as)
{
    return arena_printf(mem, "%s::text IS DISTINCT FROM (%s)::text", column, as);
}

static void verify_add(struct arena *mem, const struct conversion *there, const struct gradual_copy *copy,
                       struct gradual_texts *texts)
{
    const char *table = table_of(mem, copy->before), *name = copy->after->object.name;
    const char *as = converted(mem, there, quoted(mem, name), true);
    const char *message = arena_printf(mem, "column %s of %s is not equal to %s in every row", copy->new, table, name);
    names_add(mem, &texts->verify,
              arena_printf(mem,
                           "DO $verify$\nBEGIN\n    IF EXISTS (SELECT FROM %s WHERE %s) THEN\n"
                           "        RAISE EXCEPTION USING MESSAGE = %s;\n    END IF;\nEND\n$verify$",
                           table, differs(mem, quoted(mem, copy->new), as), literal(mem, message)));
    names_add(mem, &texts->verify, arena_printf(mem, "ANALYZE %s (%s)", table, quoted(mem, copy->new)));
}

/* Who may do what with a column is not in any tree. */
static const char *grants_text(struct arena *mem, const char *table, const char *from, const char *to)
{
    return arena_printf(
        mem,
        "DO $grants$\nDECLARE\n    said record;\nBEGIN\n" EACH_GRANT
        "        FROM pg_attribute a, aclexplode(a.attacl) x WHERE a.attrelid = %s::regclass AND "
        "a.attname = %s LOOP\n"
        "        EXECUTE format('GRANT %%s (%%I) ON %%s TO %%s%%s', said.privilege_type, %s, %s::regclass, "
        "said.grantee, CASE WHEN said.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);\n"
        "    END LOOP;\nEND\n$grants$",
        literal(mem, table), literal(mem, from), literal(mem, to), literal(mem, table));
}

/* The one counter goes with its column, and another comes: nobody may notice that. */
static void counter_add(struct arena *mem, const struct gradual_copy *copy, struct gradual_texts *texts)
{
    const char *table = literal(mem, table_of(mem, copy->before)), *name = literal(mem, copy->after->object.name);
    texts->count_kept = arena_printf(
        mem,
        "DO $counter$\nDECLARE\n    counter text := pg_get_serial_sequence(%s, %s);\n    state text;\nBEGIN\n"
        "    EXECUTE format('SELECT concat_ws('' '', last_value, is_called) FROM %%s', counter) INTO state;\n"
        "    PERFORM set_config('dbwarden.counter_%d', state, true), set_config('dbwarden.counter_name_%d', relname, true),\n"
        "        set_config('dbwarden.counter_users_%d', coalesce(relacl::text, ''), true)\n"
        "        FROM pg_class WHERE oid = counter::regclass;\nEND\n$counter$",
        table, name, copy->counter, copy->counter, copy->counter);
    texts->count_set = arena_printf(
        mem,
        "DO $counter$\nDECLARE\n    counter text := pg_get_serial_sequence(%s, %s);\n"
        "    state text := current_setting('dbwarden.counter_%d');\n"
        "    name text := current_setting('dbwarden.counter_name_%d');\n    said record;\nBEGIN\n"
        "    PERFORM setval(counter, split_part(state, ' ', 1)::bigint, split_part(state, ' ', 2)::boolean);\n" EACH_GRANT
        "        FROM aclexplode(nullif(current_setting('dbwarden.counter_users_%d'), '')::aclitem[]) x LOOP\n"
        "        EXECUTE format('GRANT %%s ON SEQUENCE %%s TO %%s%%s', said.privilege_type, counter, said.grantee, "
        "CASE WHEN said.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);\n    END LOOP;\n"
        "    IF NOT EXISTS (SELECT FROM pg_class c JOIN pg_class s USING (relnamespace) WHERE s.oid = counter::regclass AND "
        "c.relname = name) THEN\n"
        "        EXECUTE format('ALTER SEQUENCE %%s RENAME TO %%I', counter, name);\n    END IF;\nEND\n$counter$",
        table, name, copy->counter, copy->counter, copy->counter);
}

/* On the way back an identity comes while the column still has the other name. */
static const char *named_text(struct arena *mem, const struct gradual_copy *copy)
{
    return arena_printf(
        mem,
        "DO $counter$\nDECLARE\n    counter regclass := pg_get_serial_sequence(%s, %s)::regclass;\n"
        "    name text := %s;\nBEGIN\n"
        "    IF NOT EXISTS (SELECT FROM pg_class c JOIN pg_class s USING (relnamespace) WHERE s.oid = counter AND "
        "c.relname = name) THEN\n"
        "        EXECUTE format('ALTER SEQUENCE %%s RENAME TO %%I', counter, name);\n    END IF;\nEND\n$counter$",
        literal(mem, table_of(mem, copy->before)), literal(mem, copy->after->object.name),
        literal(mem, pg_sequence_name(mem, copy->before)));
}

static void texts_make(struct arena *mem, const struct target *target, const struct gradual_copy *copy,
                       struct gradual_texts *texts)
{
    const char *table = table_of(mem, copy->before), *name = quoted(mem, copy->after->object.name);
    const struct conversion there = {target, copy->before->type, copy->after->type};
    const struct conversion back = {target, copy->after->type, copy->before->type};
    sync_add(mem, &there, copy, texts);
    verify_add(mem, &there, copy, texts);
    texts->grants = grants_text(mem, table, copy->after->object.name, copy->new);
    texts->grants_back = grants_text(mem, table, copy->after->object.name, copy->old);
    if (copy->counter)
        counter_add(mem, copy, texts);
    else if (copy->before->identity)
        texts->count_named = named_text(mem, copy);
    texts->fill =
        arena_printf(mem, "UPDATE %s SET %s = %s WHERE %s IS NULL AND %s IS NOT NULL", table, quoted(mem, copy->new),
                     converted(mem, &there, name, false), quoted(mem, copy->new), name);
    texts->refill = arena_printf(mem, "UPDATE %s SET %s = %s WHERE %s", table, quoted(mem, copy->old),
                                 converted(mem, &back, name, false),
                                 differs(mem, quoted(mem, copy->old), converted(mem, &back, name, true)));
}

static const char *no_late_reference(const struct target *target)
{
    return target->version >= 180000 ? NULL
                                     : "its table is partitioned, where NOT VALID foreign keys come with PostgreSQL 18";
}

static const char *fill_make(struct arena *mem, const struct object *column, const char *value)
{
    const char *name = quoted(mem, column->name);
    return arena_printf(mem, "UPDATE %s SET %s = %s WHERE %s IS NULL", table_of(mem, (const struct column *)column),
                        name, value, name);
}

/* The primary key, else another one that each row has, at once and for good; NOT NULL may be NOT VALID since 18. */
const char pg_batch_key[] =
    "SELECT a.attname AS name, c.reltuples::bigint AS rows FROM pg_catalog.pg_class c "
    "CROSS JOIN LATERAL (SELECT x.* FROM pg_catalog.pg_index x WHERE x.indrelid = c.oid AND (x.indisprimary OR "
    "(x.indisunique AND x.indisvalid AND x.indimmediate AND x.indpred IS NULL AND NOT EXISTS ("
    "SELECT FROM pg_catalog.unnest(x.indkey::smallint[]) WITH ORDINALITY AS k (number, place) "
    "LEFT JOIN pg_catalog.pg_attribute n ON n.attrelid = c.oid AND n.attnum = k.number AND n.attnotnull AND NOT EXISTS ("
    "SELECT FROM pg_catalog.pg_constraint d WHERE d.conrelid = c.oid AND d.contype = 'n' AND NOT d.convalidated AND "
    "d.conkey = ARRAY[k.number]) WHERE k.place <= x.indnkeyatts AND n.attnum IS NULL))) "
    "ORDER BY x.indisprimary DESC, x.indnkeyatts, x.indexrelid LIMIT 1) i "
    "CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place) "
    "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number "
    "WHERE c.oid = pg_catalog.to_regclass($1) AND k.place <= i.indnkeyatts ORDER BY k.place";

const struct gradual_words pg_gradual = {.settled = "SET CONSTRAINTS ALL IMMEDIATE",
                                         .batches = "batches: 5000 rows, pause 50ms",
                                         .no_late_reference = no_late_reference,
                                         .fill = fill_make,
                                         .may_refer = pg_same_family,
                                         .texts = texts_make};
