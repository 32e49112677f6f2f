/*
 * Types whose functions name them before they are there: base types, whose values a library in C reads and writes, and ranges with
 * a canonical function. Such a type is promised first (a shell) and made when they stand; it goes together with them.
 *
 * Nothing of it can change but the functions and the storage of a base type that ALTER TYPE ... SET knows.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static const char *text_of(struct arena *mem, const struct object *type)
{
    return text_trim(mem, expr_text(&((const struct base_type *)type)->definition));
}

/* "input = f" and the like, which stand in parentheses. */
static struct names clauses_of(struct arena *mem, const struct object *type)
{
    const char *text = text_of(mem, type), *open = NULL;
    struct names found = {0};
    struct lexer lexer;
    size_t from = 0;
    int depth = 0;
    lex_open(&lexer, &pg_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        size_t at = (size_t)(token.text - text);
        bool ends = depth == 1 && (token_is(&token, ",") || token_is(&token, ")"));
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (!open && depth)
            open = token.text;
        else if (!ends)
            continue;
        if (ends)
            names_add(mem, &found, text_trim(mem, text_slice(mem, text, from, at)));
        from = at + token.length;
    }
    return found;
}

static const char *key_of(struct arena *mem, const char *setting)
{
    return text_lower(mem, text_trim(mem, arena_copy(mem, setting, strcspn(setting, "="))));
}

static const char *find(struct arena *mem, const struct names *settings, const char *key)
{
    for (int i = 0; i < settings->n; i++)
        if (text_equal(key_of(mem, settings->item[i]), key))
            return settings->item[i];
    return NULL;
}

/* Those that SET knows, and what it says where there is none; NULL: it has no word for that. */
static const struct {
    const char *key, *none;
    int since;
} settable[] = {{"receive", "receive = NONE", 130000},
                {"send", "send = NONE", 130000},
                {"typmod_in", "typmod_in = NONE", 130000},
                {"typmod_out", "typmod_out = NONE", 130000},
                {"analyze", "analyze = NONE", 130000},
                {"subscript", "subscript = NONE", 140000},
                {"storage", NULL, 130000}};

static bool can_set(const struct effect_case *effect, const char *key, const char *value)
{
    for (size_t i = 0; i < sizeof settable / sizeof *settable; i++)
        if (text_equal(settable[i].key, key))
            return !target_lacks(effect->target, settable[i].since) && (value || settable[i].none);
    return false;
}

/* Those of `some` that `others` have otherwise, or not at all, as they are wanted. */
static bool all_can_be_set(const struct effect_case *effect, const struct names *some, const struct names *others,
                           const struct names *wanted)
{
    for (int i = 0; i < some->n; i++) {
        const char *key = key_of(effect->mem, some->item[i]);
        if (!text_equal(find(effect->mem, others, key), some->item[i]) &&
            !can_set(effect, key, find(effect->mem, wanted, key)))
            return false;
    }
    return true;
}

bool pg_base_is_another(const struct effect_case *effect)
{
    const struct names before = clauses_of(effect->mem, effect->change->before);
    const struct names after = clauses_of(effect->mem, effect->change->after);
    return !all_can_be_set(effect, &after, &before, &after) || !all_can_be_set(effect, &before, &after, &after);
}

int pg_promised_create(struct render *render, const struct change *change)
{
    if (!change->finish)
        return pg_defined_create(render, change);
    struct buf out = pg_begin(render, "CREATE TYPE ");
    pg_top(&out, change->after);
    render_statement(render, &out);
    return 0;
}

int pg_promised_finish(struct render *render, const struct change *change)
{
    return pg_defined_create(render, change);
}

static void settings_alter(struct render *render, const struct change *change)
{
    const struct names before = clauses_of(render->mem, change->before);
    const struct names after = clauses_of(render->mem, change->after);
    struct names set = {0};
    for (int i = 0; i < after.n; i++)
        if (!names_have(&before, after.item[i]))
            names_add(render->mem, &set, after.item[i]);
    for (size_t i = 0; i < sizeof settable / sizeof *settable; i++)
        if (find(render->mem, &before, settable[i].key) && !find(render->mem, &after, settable[i].key))
            names_add(render->mem, &set, settable[i].none);
    struct buf out = pg_alter_top(render, change->after);
    buf_addf(&out, "SET (%s)", names_join(render->mem, &set, ", "));
    if (set.n)
        render_statement(render, &out);
}

static bool holds_values(const struct render *render, const struct tree *tree, const struct object *column,
                         const struct object *type)
{
    struct pg_type read;
    const char *under = pg_type_under(render->mem, tree, ((const struct column *)column)->type);
    return under && pg_type_read(render->mem, under, &read) && !read.array && !read.known &&
           text_equal(read.name, type->name) && text_equal(read.schema ? read.schema : "", object_schema(type));
}

/* Columns that are there keep the storage that they came with, so those that say nothing of it follow. */
static void storage_follows(struct render *render, const struct change *change)
{
    const struct names before = clauses_of(render->mem, change->before), after = clauses_of(render->mem, change->after);
    const char *was = find(render->mem, &before, "storage"), *is = find(render->mem, &after, "storage");
    if (text_equal(was, is))
        return;
    for (const struct object *o = render->after->root; o; o = object_next(render->after->root, o)) {
        if (o->kind != KIND_COLUMN || !o->peer || ((const struct column *)o)->storage ||
            !holds_values(render, render->after, o, change->after) ||
            !holds_values(render, render->before, o->peer, change->before))
            continue;
        struct buf out = pg_begin(render, "");
        pg_alter_table(&out, o);
        buf_add(&out, "ALTER COLUMN ");
        pg_ident_add(&out, o->name);
        buf_addf(&out, " SET STORAGE %s",
                 is ? text_upper(render->mem, text_trim(render->mem, strchr(is, '=') + 1)) : "PLAIN");
        render_statement(render, &out);
    }
}

int pg_base_alter(struct render *render, const struct change *change)
{
    if (change_has(change, BASE_definition)) {
        settings_alter(render, change);
        storage_follows(render, change);
    }
    if (change_has(change, BASE_comment))
        pg_defined_comment(render, change->after);
    return 0;
}

bool pg_goes_with_type(const struct object *function)
{
    const struct object *type = object_promise(function);
    return type && type->unmade && type->unmade->op == CHANGE_DROP;
}

bool pg_has_parts(const struct object *type)
{
    for (const struct edge *edge = type->needs; edge; edge = edge->next_need)
        if (object_promise(edge->to) == type)
            return true;
    return false;
}

/* The server knows no way to drop a type and its functions but CASCADE: what else would go with them is asked before. */
int pg_promised_drop(struct render *render, const struct change *change)
{
    if (!pg_has_parts(change->before))
        return pg_defined_drop(render, change);
    struct buf name = pg_begin(render, ""), literal = pg_begin(render, ""), out = pg_begin(render, "");
    pg_top(&name, change->before);
    pg_literal(&literal, name.data);
    buf_addf(
        &out,
        "DECLARE others text;\nBEGIN\n"
        "WITH RECURSIVE own AS (\n"
        "    SELECT 'pg_type'::regclass::oid AS class, to_regtype(%s)::oid AS oid\n"
        "    UNION SELECT d.classid, d.objid FROM own JOIN pg_depend d ON d.refclassid = class AND d.refobjid = oid\n"
        "    WHERE d.deptype = 'i' OR (d.classid = 'pg_proc'::regclass AND EXISTS (SELECT FROM pg_depend back\n"
        "        WHERE back.classid = class AND back.objid = oid AND back.refclassid = d.classid AND back.refobjid = d.objid))\n"
        ")\n"
        "SELECT string_agg(DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid), ', ') INTO others\n"
        "FROM own JOIN pg_depend d ON d.refclassid = class AND d.refobjid = oid\n"
        "WHERE NOT EXISTS (SELECT FROM own o WHERE o.class = d.classid AND o.oid = d.objid);\n"
        "IF others IS NOT NULL THEN\n"
        "RAISE EXCEPTION USING ERRCODE = '2BP01', MESSAGE = 'it cannot be dropped: it is needed by ' || others;\n"
        "END IF;\n"
        "DROP TYPE %s CASCADE;\nEND",
        literal.data, name.data);
    struct buf block = pg_begin(render, pg_do(render->mem, out.data));
    render_statement(render, &block);
    return 0;
}
