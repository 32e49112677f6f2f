/*
 * What the renderers share, and the table of them.  A change of a table is a clause of ALTER TABLE; clauses that stand one after
 * another become one statement, which the server does as a whole.
 */
#include "dialect/clickhouse/render.h"

#include "base/text.h"
#include "dialect/clickhouse/parse.h"

struct buf ch_begin(struct render *render, const char *text)
{
    struct buf out;
    buf_init(&out, render->mem);
    buf_add(&out, text);
    return out;
}

void ch_ident_add(struct buf *out, const char *name)
{
    ident_add(out, &ch_ident, name);
}

void ch_literal_add(struct buf *out, const char *text)
{
    literal_add(out, &ch_ident, text);
}

void ch_top(struct buf *out, const struct object *object)
{
    ident_add_qualified(out, &ch_ident, object_schema(object), object->name);
}

void ch_key_add(struct buf *out, const char *list)
{
    buf_addf(out, ch_list_parts(out->mem, list).n > 1 ? "(%s)" : "%s", list);
}

void ch_settings_add(struct buf *out, const struct names *settings)
{
    for (int i = 0; i < settings->n; i++) {
        const char *value = strchr(settings->item[i], '=');
        buf_addf(out, "%s%.*s = %s", i ? ", " : "", (int)(value - settings->item[i]), settings->item[i], value + 1);
    }
}

bool ch_settings_have(const struct names *settings, const char *setting)
{
    size_t length = strcspn(setting, "=") + 1;
    for (int i = 0; i < settings->n; i++)
        if (strncmp(settings->item[i], setting, length) == 0)
            return true;
    return false;
}

int ch_secret_check(struct render *render, const struct object *object, const char *text)
{
    if (!ch_has_secret(text))
        return 0;
    fail(render->ctx, ERR_UNSUPPORTED, "%s would have to be made with a password that the server does not tell",
         object_path(render->mem, object));
    return fail_hint(render->ctx, "Use a named collection, or write that statement as a migration of your own.");
}

void ch_clause(struct render *render, const struct object *below, enum clause clause, struct buf *sql)
{
    const struct object *table = object_ancestor(below, KIND_TABLE);
    struct buf head = ch_begin(render, "ALTER TABLE ");
    ch_top(&head, table);
    buf_add_c(&head, ' ');
    render_clause(render, head.data, (unsigned)clause, sql);
}

bool ch_joins(unsigned clauses, unsigned clause)
{
    return !((clauses | clause) & (CLAUSE_RENAME | CLAUSE_ALONE));
}

/* clang-format off */
const struct render_kind ch_render[KIND_COUNT] = {
    [KIND_TABLE] = {.create = ch_table_create, .drop = ch_table_drop, .alter = ch_table_alter, .rename = ch_top_rename, .rebuild = ch_table_rebuild},
    [KIND_COLUMN] = {.create = ch_column_create, .drop = ch_column_drop, .alter = ch_column_alter, .rename = ch_column_rename},
    [KIND_INDEX] = {.create = ch_part_create, .drop = ch_part_drop},
    [KIND_PROJECTION] = {.create = ch_part_create, .drop = ch_part_drop},
    [KIND_CHECK] = {.create = ch_part_create, .drop = ch_part_drop},
    [KIND_VIEW] = {.create = ch_view_create, .drop = ch_view_drop, .alter = ch_view_alter, .rename = ch_top_rename},
    [KIND_KEYED] = {.create = ch_dictionary_create, .drop = ch_dictionary_drop, .alter = ch_dictionary_alter, .rename = ch_top_rename},
    [KIND_COLLECTION] = {.create = ch_collection_create, .drop = ch_access_drop, .alter = ch_collection_alter},
    [KIND_PROFILE] = {.create = ch_access_create, .drop = ch_access_drop, .alter = ch_access_alter, .finish = ch_access_finish},
    [KIND_ROLE] = {.create = ch_access_create, .drop = ch_access_drop, .alter = ch_access_alter, .finish = ch_access_finish},
    [KIND_USER] = {.create = ch_access_create, .drop = ch_access_drop, .alter = ch_access_alter, .finish = ch_access_finish},
    [KIND_QUOTA] = {.create = ch_access_create, .drop = ch_access_drop, .alter = ch_access_alter},
    [KIND_ROW_POLICY] = {.create = ch_access_create, .drop = ch_access_drop, .alter = ch_access_alter},
    [KIND_FUNCTION] = {.create = ch_function_create, .drop = ch_function_drop, .alter = ch_function_alter},
};
/* clang-format on */
