/*
 * The small things that every PostgreSQL renderer needs: names, comments, version checks, invented names.
 */
#include "dialect/postgres/render.h"

#include "base/map.h"
#include "base/text.h"

struct buf pg_begin(struct render *render, const char *text)
{
    struct buf out;

    buf_init(&out, render->mem);
    buf_add(&out, text);
    return out;
}

struct buf pg_begin_drop(struct render *render, const char *text, const struct object *object)
{
    struct buf out = pg_begin(render, text);
    buf_add(&out, object->stranger ? "IF EXISTS " : "");
    return out;
}

void pg_ident_add(struct buf *out, const char *name)
{
    ident_add(out, &pg_ident, name);
}

void pg_collation_add(struct buf *out, const char *collation)
{
    if (*collation == '"')
        buf_add(out, collation);
    else
        pg_ident_add(out, collation);
}

static const char *schema_of(const struct object *object)
{
    const struct object *schema = object_ancestor(object, KIND_SCHEMA);

    return schema && schema->name && schema->name[0] != '\0' ? schema->name : NULL;
}

void pg_sibling(struct buf *out, const struct object *below, const char *name)
{
    ident_add_qualified(out, &pg_ident, schema_of(below), name);
}

void pg_top(struct buf *out, const struct object *object)
{
    pg_sibling(out, object, object->name);
}

void pg_table(struct buf *out, const struct object *below)
{
    pg_top(out, object_top(below));
}

struct buf pg_name_on(struct render *render, const struct object *object)
{
    struct buf out = pg_begin(render, "");
    pg_ident_add(&out, object->name);
    buf_add(&out, " ON ");
    pg_table(&out, object);
    return out;
}

void pg_alter_table(struct buf *out, const struct object *below)
{
    buf_add(out, object_is_foreign(object_top(below)) ? "ALTER FOREIGN TABLE " : "ALTER TABLE ");
    pg_table(out, below);
    buf_add_c(out, ' ');
}

void pg_literal(struct buf *out, const char *text)
{
    literal_add(out, &pg_ident, text);
}

void pg_ref(struct buf *out, const struct ref *ref)
{
    ansi_ref(out, &pg_dialect, ref);
}

/* Does the parenthesis that opens the text close only at its end? */
static bool is_wrapped(const char *expr)
{
    struct lexer lexer;
    int depth = 0;
    bool any = false;

    lex_open(&lexer, &pg_lex, expr, strlen(expr));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (any && depth == 0)
            return false;
        depth += token_is(&token, "(") - token_is(&token, ")");
        any = true;
    }
    return any && expr[strspn(expr, " \t\n")] == '(';
}

void pg_wrapped(struct buf *out, const char *expr)
{
    buf_addf(out, is_wrapped(expr) ? "%s" : "(%s)", expr);
}

void pg_comment(struct render *render, const char *what, const struct buf *name, const char *comment)
{
    struct buf out = pg_begin(render, "COMMENT ON ");

    buf_addf(&out, "%s %s IS ", what, name->data);
    if (comment && comment[0] != '\0')
        pg_literal(&out, comment);
    else
        buf_add(&out, "NULL");
    render_statement(render, &out);
}

int pg_rename_top(struct render *render, const struct change *change, const char *what)
{
    struct buf out = pg_begin(render, "ALTER ");

    buf_addf(&out, "%s ", what);
    pg_top(&out, change->before);
    buf_add(&out, " RENAME TO ");
    pg_ident_add(&out, change->after->name);
    render_statement(render, &out);
    return 0;
}

bool pg_expr_said(const struct expr *expr)
{
    return expr->written || expr->printed;
}

/* The object of the tree that is, in the same schema, that already has this name; NULL. */
static const struct object *holder_of(const struct tree *tree, const struct object *like, const char *name)
{
    const struct object *schema = object_ancestor(like, KIND_SCHEMA);
    const struct object *there = object_child(tree->root, KIND_SCHEMA, schema->name);

    for (const struct object *object = there; object; object = object_next(there, object))
        if (object->kind != KIND_COLUMN && object->kind != KIND_ATTRIBUTE && object->kind != KIND_SCHEMA &&
            !pg_is_bare_type(object->kind) && text_equal(object->name, name))
            return object;
    return NULL;
}

/* A base and the number after it: the next free one in both trees. */
static char *next_name(struct arena *mem, const struct changes *changes, const struct object *object)
{
    const char *base = pg_default_name(mem, object);
    char *name = arena_dup(mem, base);
    for (int number = 1; holder_of(changes->before, object, name) || holder_of(changes->after, object, name); number++)
        name = arena_printf(mem, "%s%d", base, number);
    return name;
}

static bool goes_away(const struct object *object)
{
    while (object && !object->unmade)
        object = object->parent;
    return object && object->unmade->op == CHANGE_DROP;
}

/*
 * A name of ours is left to the server only if the server will choose the same.  Where a surviving object has it
 * already, another is taken, and kept in the tree, so that the rollback drops what the upgrade made.
 */
void pg_choose_name(struct arena *mem, const struct changes *changes, struct object *object)
{
    if (object->named || !object->name || !object->name_invented)
        return;
    object->named = !text_equal(object->name, pg_default_name(mem, object));
    if (!object->parent->peer)
        return; /* inside a new table's CREATE: the numbers are counted as the server does */
    const struct object *holder = holder_of(changes->before, object, object->name);
    if (!holder)
        return;
    object->named = true;
    if (!goes_away(holder))
        object->name = next_name(mem, changes, object);
}

static const char *option_name(struct arena *mem, const char *option)
{
    return text_slice(mem, option, 0, strcspn(option, "="));
}

static bool has_option(struct arena *mem, const struct names *options, const char *name)
{
    for (int i = 0; i < options->n; i++)
        if (text_equal(option_name(mem, options->item[i]), name))
            return true;
    return false;
}

static void options_statement(struct render *render, const char *alter, const char *verb, const struct names *options)
{
    struct buf out = pg_begin(render, alter);
    buf_addf(&out, "%s (%s)", verb, names_join(render->mem, options, ", "));
    if (options->n)
        render_statement(render, &out);
}

void pg_options_alter(struct render *render, const char *alter, const struct names *before, const struct names *after)
{
    struct names set = {0}, reset = {0};
    for (int i = 0; i < after->n; i++)
        if (!names_have(before, after->item[i]))
            names_add(render->mem, &set, after->item[i]);
    for (int i = 0; i < before->n; i++) {
        const char *name = option_name(render->mem, before->item[i]);
        if (!has_option(render->mem, after, name))
            names_add(render->mem, &reset, name);
    }
    options_statement(render, alter, "RESET", &reset);
    options_statement(render, alter, "SET", &set);
}

void pg_tablespace_alter(struct render *render, const char *alter, const char *tablespace)
{
    struct buf out = pg_begin(render, alter);
    buf_add(&out, "SET TABLESPACE ");
    pg_ident_add(&out, tablespace ? tablespace : "pg_default");
    render_statement(render, &out);
}
