/*
 * Filling in what is planned for.  Without a server the facts are unknown, but for the name of the usual schema, which a
 * tree has to remember with its names: struct tree is the one place that keeps it between runs.
 */
#include "dialect/target.h"
#include "dialect/common.h"

static const struct facts unknown = {.lower_case_table_names = -1};

int target_read(struct ctx *ctx, struct conn *conn, struct target *target)
{
    *target =
        (struct target){.dialect = conn->dialect, .version = conn->version, .version_known = true, .facts = unknown};
    return conn->dialect->facts ? conn->dialect->facts(ctx, conn, &target->facts) : 0;
}

struct target target_offline(const struct dialect *dialect, const struct tree *tree)
{
    struct target target = {.dialect = dialect, .version = dialect->minimum_version, .facts = unknown};
    if (tree && tree->version) {
        target.version = tree->version;
        target.version_known = true;
    }
    if (tree)
        target.facts.usual_schema = tree->usual_schema;
    return target;
}

const char *target_usual(const struct target *target)
{
    const char *usual = target->facts.usual_schema ? target->facts.usual_schema : target->dialect->usual_name;
    return usual && *usual ? usual : NULL;
}

char *type_normal(struct arena *mem, const struct target *target, const char *type)
{
    return target->dialect->type_normal(mem, target, type);
}

char *expr_normal(struct arena *mem, const struct target *target, const char *expr)
{
    return target->dialect->expr_normal(mem, target, expr);
}

const char *name_fold(struct arena *mem, const struct target *target, const char *name)
{
    return name && target->dialect->name_fold ? target->dialect->name_fold(mem, target, name) : name;
}

bool name_tells_case(const struct target *target, enum kind kind)
{
    return target->facts.lower_case_table_names == 0 && kind_is(kind, KIND_HAS_COLUMNS);
}

void tree_settle(struct arena *mem, const struct target *target, struct tree *tree)
{
    target->dialect->settle(mem, target, tree);
}

/* With nothing said of it: a comment of the other side is a difference. */
static void schema_add(struct arena *mem, struct tree *tree, const char *name)
{
    struct object *schema = tree_schema(mem, tree, name);
    for (int i = 0; i < kind_table[schema->kind].fields; i++)
        if (kind_table[schema->kind].field[i].engines & tree->engine)
            settle_none(schema, i);
}

/* A new database has that schema, whatever comes first on the search path. */
struct tree *tree_of_nothing(struct arena *mem, const struct dialect *dialect, const struct tree *like)
{
    struct tree *tree = tree_new(mem, dialect->engine);
    tree->kinds = kind_set_all();
    tree->names_unmodelled = true;
    tree->version = like ? like->version : 0;
    schema_add(mem, tree, "");
    if (dialect->usual_name && like && object_child(like->root, KIND_SCHEMA, dialect->usual_name))
        schema_add(mem, tree, dialect->usual_name);
    return tree;
}

struct key_forms key_forms_of(const struct target *target)
{
    const struct dialect *dialect = target->dialect;
    return (struct key_forms){
        .target = target, .name = dialect->name_fold, .expr = dialect->expr_normal, .type = dialect->type_normal};
}

bool target_lacks(const struct target *target, int version)
{
    return version == SINCE_NEVER || (target->version_known && target->version < version);
}

char *version_text(struct arena *mem, const struct dialect *dialect, int version)
{
    if (dialect->majors_only)
        return arena_printf(mem, "%d", version / 10000);
    return arena_printf(mem, "%d.%d.%d", version / 10000, version / 100 % 100, version % 100);
}
