/*
 * Kinds that are one statement each (DEFINED in kinds.def): the server knows no way to change most of them, so another
 * definition is another object under the same name.  What such a kind needs beside its block, its catalog query and its rows in
 * the table of effects is a row here.
 */
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "dialect/postgres/render.h"

/* Their structs begin the same. */
typedef struct aggregate defined;
#define KIND_IS_DEFINED(tag)                                                                                         \
    _Static_assert(sizeof(struct tag) >= sizeof(defined) && offsetof(struct tag, owner) == offsetof(defined, owner), \
                   #tag)
KIND_IS_DEFINED(collation);
KIND_IS_DEFINED(range_type);
KIND_IS_DEFINED(base_type);
KIND_IS_DEFINED(shell_type);
KIND_IS_DEFINED(operation);
KIND_IS_DEFINED(cast);
KIND_IS_DEFINED(operator_family);
KIND_IS_DEFINED(operator_class);
KIND_IS_DEFINED(text_conversion);
KIND_IS_DEFINED(language);
KIND_IS_DEFINED(transform);
KIND_IS_DEFINED(access_method);
KIND_IS_DEFINED(event_trigger);
KIND_IS_DEFINED(publication);
KIND_IS_DEFINED(foreign_data_wrapper);
KIND_IS_DEFINED(server);
KIND_IS_DEFINED(user_mapping);
KIND_IS_DEFINED(text_search_parser);
KIND_IS_DEFINED(text_search_template);
KIND_IS_DEFINED(text_search_dictionary);
KIND_IS_DEFINED(text_search_configuration);

enum form {
    FORM_NAME,     /* app.ci */
    FORM_CALL,     /* app.total(integer), app.total(*) */
    FORM_OPERATOR, /* app.=== (integer, integer) */
    FORM_USING,    /* app.c USING gin */
    FORM_WORDS     /* FOR bob SERVER near, (integer AS app.mood): as it is called, or its name */
};

static const struct row {
    enum form form;
    const char *find; /* gives its oid by its name, or NULL: to_regprocedure; or the catalog that has all of them */
    const char *name; /* as that catalog has it */
    bool home;        /* which has schemas, too */
} rows[KIND_COUNT] = {
    [KIND_AGGREGATE] = {FORM_CALL, "to_regprocedure"},
    [KIND_OPERATOR] = {FORM_OPERATOR, "to_regoperator"},
    [KIND_COLLATION] = {FORM_NAME, "to_regcollation"},
    [KIND_CAST] = {FORM_WORDS, "pg_cast",
                   "concat('(', format_type(castsource, NULL), ' AS ', format_type(casttarget, NULL), ')')"},
    [KIND_FAMILY] = {FORM_USING,
                     "pg_opfamily JOIN pg_am m ON m.oid = opfmethod JOIN pg_namespace n ON n.oid = opfnamespace",
                     "concat(opfname, ' using ', quote_ident(amname))", true},
    [KIND_CLASS] = {FORM_USING,
                    "pg_opclass JOIN pg_am m ON m.oid = opcmethod JOIN pg_namespace n ON n.oid = opcnamespace",
                    "concat(opcname, ' using ', quote_ident(amname))", true},
    [KIND_CONVERSION] = {FORM_NAME, "pg_conversion JOIN pg_namespace n ON n.oid = connamespace", "conname", true},
    [KIND_LANGUAGE] = {FORM_NAME, "pg_language", "lanname"},
    [KIND_TRANSFORM] = {FORM_WORDS, "pg_transform JOIN pg_language l ON l.oid = trflang",
                        "concat('FOR ', format_type(trftype, NULL), ' LANGUAGE ', quote_ident(lanname))"},
    [KIND_METHOD] = {FORM_NAME, "pg_am", "amname"},
    [KIND_RANGE] = {FORM_NAME, "to_regtype"},
    [KIND_BASE] = {FORM_NAME, "to_regtype"},
    [KIND_SHELL] = {FORM_NAME, "pg_type JOIN pg_namespace n ON n.oid = typnamespace", "typname", true},
    [KIND_PUBLICATION] = {FORM_NAME, "pg_publication", "pubname"},
    [KIND_WRAPPER] = {FORM_NAME, "pg_foreign_data_wrapper", "fdwname"},
    [KIND_SERVER] = {FORM_NAME, "pg_foreign_server", "srvname"},
    [KIND_MAPPING] = {FORM_WORDS},
    [KIND_EVENT_TRIGGER] = {FORM_NAME, "pg_event_trigger", "evtname"},
};

static void called_add(struct buf *out, const struct object *object, const char *called, const char *nothing)
{
    const defined *it = (const defined *)object;
    pg_sibling(out, object, called);
    if (rows[object->kind].form == FORM_CALL)
        buf_addf(out, "(%s)", it->arguments.n ? names_join(out->mem, &it->arguments, ", ") : nothing);
}

static void name_add(struct buf *out, const struct object *object, const char *nothing)
{
    const defined *it = (const defined *)object;
    if (rows[object->kind].form == FORM_OPERATOR) {
        pg_operator_name(out, object);
        return;
    }
    if (rows[object->kind].form == FORM_WORDS) {
        buf_add(out, it->called ? it->called : object->name);
        return;
    }
    called_add(out, object, it->called, nothing);
    if (rows[object->kind].form == FORM_USING)
        buf_addf(out, " USING %s", object->name + strlen(it->called) + strlen(" using "));
}

void pg_defined_name(struct buf *out, const struct object *object)
{
    name_add(out, object, "*");
}

const char *pg_defined_presence(struct arena *mem, const struct object *object, bool there)
{
    struct buf name, literal;
    const struct row *row = &rows[object->kind];
    if (!kind_is(object->kind, KIND_IS_DEFINED) || !row->find)
        return NULL;
    buf_init(&name, mem);
    buf_init(&literal, mem);
    if (row->name) {
        pg_literal(&literal, object->name);
        if (row->home && *object_schema(object))
            pg_literal(&name, object_schema(object));
        return arena_printf(mem, "%sEXISTS (SELECT FROM %s WHERE %s = %s%s%s)", there ? "" : "NOT ", row->find,
                            row->name, literal.data, row->home ? " AND nspname = " : "",
                            !row->home               ? ""
                            : *object_schema(object) ? name.data
                                                     : "current_schema()");
    }
    name_add(&name, object, "");
    pg_literal(&literal, name.data);
    return arena_printf(mem, "%s(%s) IS %sNULL", row->find, literal.data, there ? "NOT " : "");
}

void pg_defined_comment(struct render *render, const struct object *object)
{
    struct buf name = pg_begin(render, "");
    pg_defined_name(&name, object);
    pg_comment(render, kind_table[object->kind].sql, &name, ((const defined *)object)->comment);
}

struct buf pg_defined_alter_begin(struct render *render, const struct object *object)
{
    struct buf out = pg_begin(render, "ALTER ");
    buf_addf(&out, "%s ", kind_table[object->kind].sql);
    pg_defined_name(&out, object);
    return out;
}

int pg_defined_create(struct render *render, const struct change *change)
{
    const defined *after = (const defined *)change->after;
    struct buf out = pg_begin(render, text_trim(render->mem, expr_text(&after->definition)));
    render_statement(render, &out);
    if (after->comment)
        pg_defined_comment(render, &after->object);
    return 0;
}

int pg_defined_drop(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "DROP ");
    buf_addf(&out, "%s %s", kind_table[change->kind].sql, change->before->stranger ? "IF EXISTS " : "");
    pg_defined_name(&out, change->before);
    render_statement(render, &out);
    return 0;
}

static const char *bare(const struct render *render, const struct object *object)
{
    bool call = rows[object->kind].form == FORM_CALL;
    return call ? arena_copy(render->mem, object->name, strcspn(object->name, "(")) : object->name;
}

int pg_defined_rename(struct render *render, const struct change *change)
{
    struct buf out = pg_begin(render, "ALTER ");
    buf_addf(&out, "%s ", kind_table[change->kind].sql);
    called_add(&out, change->renamed, bare(render, change->before), "*");
    buf_add(&out, " RENAME TO ");
    pg_ident_add(&out, bare(render, change->after));
    render_statement(render, &out);
    return 0;
}

int pg_defined_alter(struct render *render, const struct change *change)
{
    if (change_has(change, AGGREGATE_comment))
        pg_defined_comment(render, change->after);
    return 0;
}
