/*
 * The generator must reach every field of every kind: a field that no random schema says is one that no law looks at.
 * What it cannot reach is listed here with the reason, so that a new field is either generated or excused.
 */
#include <stdio.h>

#include "base/text.h"
#include "generate.h"

static const struct {
    enum kind kind;
    const char *field; /* NULL: the whole kind */
    unsigned engines;
    const char *why;
} excused[] = {
    {KIND_DATABASE, NULL, ENGINE_ALL, "has no fields"},
    {KIND_EXTENSION, NULL, ENGINE_PG, "are those that the server has"},
    {KIND_TABLE, "tablespace", ENGINE_PG, "needs a folder on the server"},
    {KIND_INDEX, "tablespace", ENGINE_PG, "needs a folder on the server"},
    {KIND_PRIMARY_KEY, "tablespace", ENGINE_PG, "needs a folder on the server"},
    {KIND_UNIQUE, "tablespace", ENGINE_PG, "needs a folder on the server"},
    {KIND_VIEW, "tablespace", ENGINE_PG, "needs a folder on the server"},
    {KIND_UNIQUE, "replica_identity", ENGINE_PG, "wants columns that are all NOT NULL, as a primary key has them"},
    {KIND_INDEX, "replica_identity", ENGINE_PG, "wants columns that are all NOT NULL"},
    {KIND_TABLE, "of_type", ENGINE_PG, "ties its columns to those of the type"},
    {KIND_PRIMARY_KEY, "without_overlaps", ENGINE_PG, "came with 18, and what is generated is for all"},
    {KIND_UNIQUE, "without_overlaps", ENGINE_PG, "came with 18"},
    {KIND_FOREIGN_KEY, "period", ENGINE_PG, "came with 18"},
    {KIND_FOREIGN_KEY, "not_enforced", ENGINE_PG, "came with 18"},
    {KIND_CHECK, "not_enforced", ENGINE_PG, "came with 18"},
    {KIND_COLUMN, "not_null_not_valid", ENGINE_PG, "came with 18"},
    {KIND_COLUMN, "not_null_no_inherit", ENGINE_PG, "came with 18"},
    {KIND_COLUMN, "not_null_name", ENGINE_PG, "came with 18"},
    {KIND_TABLE, "partition_copies", ENGINE_PG, "is what only a server says"},
    {KIND_VIEW, "column_defaults", ENGINE_PG, "are of types that only the server knows"},
    {KIND_VIEW, "no_data", ENGINE_PG, "is about how it is made, and then up to whoever refreshes it"},
    {KIND_COLUMN, "default_soft", ENGINE_ALL, "is about where a default came from"},
    {KIND_COLUMN, "sequence", ENGINE_PG, "is what only a server says, after a rename"},
    {KIND_COLUMN, "not_null_apart", ENGINE_PG, "is what only a server says, of a child that was made so"},
    {KIND_COLLATION, "arguments", ENGINE_PG, "tell aggregates apart, and the like"},
    {KIND_RANGE, "arguments", ENGINE_PG, "tell aggregates apart, and the like"},
    {KIND_AGGREGATE, "along", ENGINE_PG, "come with range types"},
    {KIND_COLLATION, "along", ENGINE_PG, "come with range types"},
    {KIND_OPERATOR, "along", ENGINE_PG, "come with range types"},
    {KIND_CAST, "called", ENGINE_PG, "is nothing but its types"},
    {KIND_CAST, "along", ENGINE_PG, "come with range types"},
    {KIND_FAMILY, "arguments", ENGINE_PG, "tell aggregates apart, and the like"},
    {KIND_FAMILY, "along", ENGINE_PG, "come with range types"},
    {KIND_CLASS, "along", ENGINE_PG, "come with range types"},
    {KIND_CLASS, "is_default", ENGINE_PG, "is for types that have no default class, as those of a test have all"},
    {KIND_CONVERSION, "arguments", ENGINE_PG, "tell aggregates apart, and the like"},
    {KIND_CONVERSION, "along", ENGINE_PG, "come with range types"},
    {KIND_LANGUAGE, "arguments", ENGINE_PG, "tell aggregates apart, and the like"},
    {KIND_LANGUAGE, "along", ENGINE_PG, "come with range types"},
    {KIND_METHOD, "arguments", ENGINE_PG, "tell aggregates apart, and the like"},
    {KIND_METHOD, "along", ENGINE_PG, "come with range types"},
    {KIND_WRAPPER, "arguments", ENGINE_PG, "tell aggregates apart, and the like"},
    {KIND_WRAPPER, "along", ENGINE_PG, "come with range types"},
    {KIND_SERVER, "arguments", ENGINE_PG, "tell aggregates apart, and the like"},
    {KIND_SERVER, "along", ENGINE_PG, "come with range types"},
    {KIND_MAPPING, "arguments", ENGINE_PG, "tell aggregates apart, and the like"},
    {KIND_MAPPING, "along", ENGINE_PG, "come with range types"},
    {KIND_TRANSFORM, "called", ENGINE_PG, "is nothing but its type and language"},
    {KIND_TRANSFORM, "along", ENGINE_PG, "come with range types"},
    {KIND_MAPPING, "comment", ENGINE_PG, "is something that the server has no words for"},
    {KIND_BASE, "arguments", ENGINE_PG, "tell aggregates apart, and the like"},
    {KIND_BASE, "along", ENGINE_PG, "come with range types"},
    {KIND_SHELL, "arguments", ENGINE_PG, "tell aggregates apart, and the like"},
    {KIND_SHELL, "along", ENGINE_PG, "come with range types"},
    {KIND_PUBLICATION, NULL, ENGINE_PG,
     "is of the whole database, which the laws share with the trees that they compare"},
    {KIND_TEXT_PARSER, NULL, ENGINE_PG, "is written in C"},
    {KIND_TEXT_TEMPLATE, NULL, ENGINE_PG, "is written in C"},
    {KIND_DICTIONARY, NULL, ENGINE_PG, "takes what its template and files of the server allow"},
    {KIND_CONFIGURATION, NULL, ENGINE_PG, "is made of dictionaries"},
    {KIND_EVENT_TRIGGER, NULL, ENGINE_PG, "is of the whole database, and would meet what the test itself does"},
    {KIND_RANGE, "along", ENGINE_PG, "is what only a server says"},
    {KIND_INDEX, "concurrently", ENGINE_PG, "is about how, not what"},
    {KIND_TABLE, "charset", ENGINE_MY | ENGINE_MARIA, "is a collation once it is settled"},
    {KIND_PARTITIONING, "definition", ENGINE_MY | ENGINE_MARIA, "is taken apart once it is settled"},
    {KIND_VIEW, "columns", ENGINE_MY, "says what AS says in the query"},
    {KIND_SEQUENCE, "type", ENGINE_MARIA, "came with 11.5"},
    {KIND_CHECK, "of_column", ENGINE_MARIA, "is what only a server says"},
    {KIND_INDEX, "options", ENGINE_MARIA, "name a parser, of which the server brings none"},
    {KIND_INDEX_PART, "expr", ENGINE_MARIA, "is not there"},
    {KIND_FUNCTION, NULL, ENGINE_CH, "is of the whole server, which the laws share with the trees that they compare"},
    {KIND_COLLECTION, NULL, ENGINE_CH, "is of the whole server"},
    {KIND_PROFILE, NULL, ENGINE_CH, "is of the whole server"},
    {KIND_ROLE, NULL, ENGINE_CH, "is of the whole server"},
    {KIND_USER, NULL, ENGINE_CH, "is of the whole server"},
    {KIND_QUOTA, NULL, ENGINE_CH, "is of the whole server"},
    {KIND_ROW_POLICY, NULL, ENGINE_CH, "is of the whole server"},
    {KIND_PRIMARY_KEY, NULL, ENGINE_CH, "is what its table is sorted by once it is settled"},
    {KIND_COLUMN, "nullable", ENGINE_CH, "is part of its type"},
    {KIND_INDEX, "is_unique", ENGINE_CH, "is not there"},
    {KIND_INDEX_PART, "descending", ENGINE_CH, "is not there"},
    {KIND_VIEW, "structure", ENGINE_CH, "is what only a server says"},
    {KIND_VIEW, "populate", ENGINE_CH, "is about how, not what"},
};

/* Owner and rights are compared only where the project manages them, and name roles that the server has to have. */
static bool is_access(const struct field *field)
{
    return field->marks & (FIELD_GRANTS | FIELD_OWNER);
}

static bool is_excused(enum kind kind, const char *field, enum engine engine)
{
    for (size_t i = 0; i < sizeof excused / sizeof *excused; i++)
        if (excused[i].kind == kind && excused[i].engines & engine &&
            (!excused[i].field || text_equal(excused[i].field, field)))
            return true;
    return false;
}

static void note(const struct tree *tree, bool said[KIND_COUNT][FIELD_LIMIT])
{
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        for (int i = 0; i < kind_table[o->kind].fields; i++)
            if (object_says(o, i) && !field_is_none(o, i))
                said[o->kind][i] = true;
}

static int report(enum engine engine, bool said[KIND_COUNT][FIELD_LIMIT])
{
    int missing = 0;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        for (int i = 0; i < kind_table[kind].fields; i++) {
            const struct field *field = &kind_table[kind].field[i];
            bool expected =
                field->engines & engine && !is_access(field) && !is_excused((enum kind)kind, field->name, engine);
            if (expected == said[kind][i])
                continue;
            printf("%s: %s of a %s is %s\n", engine_name(engine), field->name, kind_table[kind].name,
                   expected ? "never generated" : "generated, though the engine has none or it is excused");
            missing++;
        }
    return missing;
}

int main(void)
{
    static bool said[5][KIND_COUNT][FIELD_LIMIT];
    static const enum engine engines[] = {ENGINE_LITE, ENGINE_PG, ENGINE_MY, ENGINE_MARIA, ENGINE_CH};
    struct arena *mem = arena_open(0);
    int missing = 0;
    for (int e = 0; e < 5; e++) {
        for (uint64_t seed = 1; seed <= 1000; seed++) {
            struct arena_mark mark = arena_save(mem);
            const struct tree *tree = random_tree(mem, engines[e], seed, 3);
            note(tree, said[e]);
            note(random_mutation(mem, tree, seed, NULL), said[e]);
            arena_rewind(mem, mark);
        }
        missing += report(engines[e], said[e]);
    }
    arena_close(mem);
    return missing ? 1 : 0;
}
