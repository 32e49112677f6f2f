/*
 * The flags that decide renames: read, held against both schemas, and written for messages.  A flag without a schema
 * means the one in which the rename makes sense; where several do, it has to say which.
 */
#include "diff/rename.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/rename_object.h"

/* ---- reading ---- */

/* One name, up to a dot or colon; in double quotes it may hold these too. NULL if it is empty or not closed. */
static const char *name_read(struct arena *mem, const char **at)
{
    if (**at != '"') {
        size_t length = strcspn(*at, ".:");
        *at += length;
        return length ? arena_copy(mem, *at - length, length) : NULL;
    }
    struct buf name;
    buf_init(&name, mem);
    for (const char *c = *at + 1; *c; c++) {
        if (*c == '"' && *++c != '"') {
            *at = c;
            return name.len ? name.data : NULL;
        }
        buf_add_c(&name, *c);
    }
    return NULL;
}

/* [schema.][table.]old:new, with at most `most` names on the left. */
static int flag_read(struct arena *mem, const char *flag, int most, struct names *left, const char **right)
{
    const char *at = flag;
    do {
        const char *name = name_read(mem, &at);
        if (!name || left->n == most)
            return ERR_USAGE;
        names_add(mem, left, name);
    } while (*at == '.' && *++at);
    if (*at != ':' || !*++at)
        return ERR_USAGE;
    *right = *at == '"' ? name_read(mem, &at) : at;
    return *right ? 0 : ERR_USAGE;
}

static int rename_add(struct ctx *ctx, struct list *decided, struct rename rename)
{
    struct rename *copy = NEW(ctx->mem, struct rename);
    *copy = rename;
    copy->title = rename.schema;
    copy->resolved_from = "rename_flag";
    list_add(ctx->mem, decided, copy);
    return 0;
}

int rename_read_column(struct ctx *ctx, const char *flag, struct list *decided)
{
    struct names left = {0};
    struct rename rename = {0};
    if (flag_read(ctx->mem, flag, 3, &left, &rename.to) < 0 || left.n < 2) {
        fail(ctx, ERR_USAGE, "Invalid --rename format: '%s'. Expected table.old_name:new_name", flag);
        return fail_hint(ctx,
                         "For example: --rename users.mail:email, or with a schema --rename shop.users.mail:email");
    }
    rename.schema = left.n == 3 ? left.item[0] : NULL;
    rename.table = left.item[left.n - 2];
    rename.from = left.item[left.n - 1];
    return rename_add(ctx, decided, rename);
}

int rename_read_table(struct ctx *ctx, const char *flag, struct list *decided)
{
    struct names left = {0};
    struct rename rename = {0};
    if (flag_read(ctx->mem, flag, 2, &left, &rename.to) < 0) {
        fail(ctx, ERR_USAGE, "Invalid --rename-table format: '%s'. Expected: old_table:new_table", flag);
        return fail_hint(ctx,
                         "For example: --rename-table user:users, or with a schema --rename-table shop.user:users");
    }
    rename.schema = left.n == 2 ? left.item[0] : NULL;
    rename.from = left.item[left.n - 1];
    return rename_add(ctx, decided, rename);
}

int rename_read_object(struct ctx *ctx, const char *flag, struct list *decided)
{
    const char *rest = flag;
    struct names left = {0};
    struct rename rename = {0};
    if (!rename_kind_read(ctx->mem, &rest, &rename.kind)) {
        fail(ctx, ERR_USAGE, "Invalid --rename-object format: '%s'. Expected: KIND old:new", flag);
        return fail_hint(
            ctx, "For example: --rename-object \"view old:new\", or \"index users.old:new\". Kinds are called as in "
                 "docs/kinds.md.");
    }
    if (kind_is(rename.kind, KIND_HOLDS_ROWS))
        return rename_read_table(ctx, rest, decided);
    if (kind_is(rename.kind, KIND_IS_COLUMN))
        return rename_read_column(ctx, rest, decided);
    bool schema = kind_is(rename.kind, KIND_NAMESPACE), top = schema || rename_is_top(rename.kind);
    if (flag_read(ctx->mem, rest, schema ? 1 : top ? 2 : 3, &left, &rename.to) < 0 || left.n < (top ? 1 : 2)) {
        fail(ctx, ERR_USAGE, "Invalid --rename-object format: '%s'. Expected: %s %sold:new", flag,
             rename_word(ctx->mem, rename.kind),
             top                                 ? ""
             : kind_is(rename.kind, KIND_LISTED) ? "type."
                                                 : "table.");
        return fail_hint(ctx, "A name that holds a dot or a colon stands in double quotes.");
    }
    rename.from = left.item[left.n - 1];
    rename.table = top ? NULL : left.item[left.n - 2];
    rename.schema = left.n > (top ? 1 : 2) ? left.item[0] : NULL;
    return rename_add(ctx, decided, rename);
}

/* ---- writing ---- */

static void name_write(struct buf *out, const char *name)
{
    if (*name && !strpbrk(name, ".:\""))
        buf_add(out, name);
    else
        buf_addf(out, "\"%s\"", text_replace(out->mem, name, "\"", "\"\""));
}

static void path_write(struct buf *out, const struct rename *rename)
{
    const char *const parts[] = {rename->title, rename->table, rename->from};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i])
            continue;
        if (out->len)
            buf_add_c(out, '.');
        name_write(out, parts[i]);
    }
}

char *rename_title(struct arena *mem, const struct rename *rename)
{
    struct buf from, to;
    struct rename new = *rename;
    new.from = rename->to;
    buf_init(&from, mem);
    buf_init(&to, mem);
    path_write(&from, rename);
    path_write(&to, &new);
    return arena_printf(mem, "%s → %s", from.data, to.data);
}

/* As a shell takes it. */
char *rename_flag(struct arena *mem, const struct rename *rename)
{
    struct buf out;
    buf_init(&out, mem);
    path_write(&out, rename);
    buf_add_c(&out, ':');
    name_write(&out, rename->to);
    const char *text = rename->kind ? arena_printf(mem, "%s %s", rename_word(mem, rename->kind), out.data) : out.data;
    bool plain = true;
    for (const char *c = text; *c; c++)
        plain = plain && ((unsigned char)*c >= 0x80 || char_is_word(*c) || strchr(".:-", *c));
    const char *option = rename->kind ? "--rename-object" : rename->table ? "--rename" : "--rename-table";
    return plain ? arena_printf(mem, "%s %s", option, text)
                 : arena_printf(mem, "%s '%s'", option, text_replace(mem, text, "'", "'\\''"));
}

/* ---- checking ---- */

static bool is_schema(const struct rename *rename)
{
    return rename->kind && kind_is(rename->kind, KIND_NAMESPACE);
}

struct checker {
    struct ctx *ctx;
    struct arena *mem;
    const struct diff_input *input;
    const struct list *decided;
};

/* Why a rename does not fit a schema. */
struct misfit {
    const char *reason; /* NULL: it fits */
    const char *meant;  /* a name like the one that is not there; NULL */
    bool near;          /* the schema has the table at least */
    bool loose;         /* it fits, but something goes or comes under one of the two names as well */
    bool taken;         /* something else has the new name, and goes nowhere */
};

static const struct object *child_find(const struct checker *checker, const struct object *parent, unsigned class,
                                       const char *name)
{
    for (int i = 0; parent && i < parent->children.n; i++) {
        const struct object *child = parent->children.item[i];
        if (kind_is(child->kind, class) && child->name &&
            compare_name(checker->mem, checker->input->target, child->name, name))
            return child;
    }
    return NULL;
}

__attribute__((format(printf, 3, 4))) static struct misfit misfit(const struct checker *checker, bool near,
                                                                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct misfit misfit = {.reason = arena_vprintf(checker->mem, format, args), .near = near};
    va_end(args);
    return misfit;
}

static struct misfit misfit_near(struct names known, const char *name, struct misfit misfit)
{
    misfit.meant = text_nearest(&known, name);
    return misfit;
}

static bool name_same(const struct checker *checker, const char *a, const char *b)
{
    return compare_name(checker->mem, checker->input->target, a, b);
}

/* Trees call the usual schema ""; a flag may say its name, or none. */
static bool schema_same(const struct checker *checker, const char *said, const char *schema)
{
    return !said || name_same(checker, said, schema) ||
           (!*schema && text_equal(said, target_usual(checker->input->target)));
}

/* Is there a flag for something else of the same schema or table, that has this name now, or gets it? */
static bool is_renamed(const struct checker *checker, const struct rename *like, const char *name, bool now)
{
    for (int i = 0; i < checker->decided->n; i++) {
        const struct rename *other = checker->decided->item[i];
        bool place = other->kind == like->kind && schema_same(checker, other->schema, like->schema) &&
                     !other->table == !like->table && (!like->table || name_same(checker, other->table, like->table));
        if (place && name_same(checker, now ? other->from : other->to, name))
            return true;
    }
    return false;
}

/* The names once the trees have spelled them: chains and swaps fit; what has the new name and goes nowhere is dropped. */
static struct misfit names_fit(const struct checker *checker, const struct object *before, const struct object *after,
                               unsigned class, const struct rename *rename)
{
    const char *what = rename->table ? "column" : "table";
    bool taken = child_find(checker, before, class, rename->to) && !is_renamed(checker, rename, rename->to, true);
    bool kept = child_find(checker, after, class, rename->from) && !is_renamed(checker, rename, rename->from, false);
    if (taken && kept)
        return misfit(checker, true, "both the models and the current schema have a %s \"%s\" and a %s \"%s\"", what,
                      rename->from, what, rename->to);
    return (struct misfit){.loose = taken || kept, .taken = taken};
}

/* On success the names are spelled as the trees have them. */
static struct misfit table_fit(const struct checker *checker, const struct object *before, const struct object *after,
                               struct rename *rename)
{
    const struct object *old = child_find(checker, before, KIND_HOLDS_ROWS, rename->from);
    const struct object *new = child_find(checker, after, KIND_HOLDS_ROWS, rename->to);
    if (!old)
        return misfit_near(rename_names(checker->mem, before, KIND_HOLDS_ROWS, 0), rename->from,
                           misfit(checker, false, "there is no table \"%s\" in the current schema", rename->from));
    if (!new)
        return misfit_near(rename_names(checker->mem, after, KIND_HOLDS_ROWS, 0), rename->to,
                           misfit(checker, true, "the models have no table \"%s\"", rename->to));
    rename->from = old->name;
    rename->to = new->name;
    return names_fit(checker, before, after, KIND_HOLDS_ROWS, rename);
}

/* A column flag may name its table as it is now or as it will be. */
static void table_names(const struct checker *checker, const struct rename *rename, bool now, const char **old,
                        const char **new)
{
    *old = *new = rename->table;
    for (int i = 0; i < checker->decided->n; i++) {
        const struct rename *table = checker->decided->item[i];
        if (!rename_holds(table, rename) || !schema_same(checker, table->schema, rename->schema))
            continue;
        if (now && name_same(checker, table->from, rename->table))
            *new = table->to;
        if (!now && name_same(checker, table->to, rename->table))
            *old = table->from;
    }
}

static struct misfit column_fit(const struct checker *checker, const struct object *before, const struct object *after,
                                struct rename *rename, bool now)
{
    const char *old_name, *new_name;
    table_names(checker, rename, now, &old_name, &new_name);
    const struct object *old = child_find(checker, before, KIND_HOLDS_ROWS, old_name);
    const struct object *new = child_find(checker, after, KIND_HOLDS_ROWS, new_name);
    if (!old)
        return misfit_near(rename_names(checker->mem, before, KIND_HOLDS_ROWS, 0), old_name,
                           misfit(checker, false, "there is no table \"%s\" in the current schema", old_name));
    if (!new)
        return misfit_near(rename_names(checker->mem, after, KIND_HOLDS_ROWS, 0), new_name,
                           misfit(checker, true, "the models have no table \"%s\"", new_name));
    const struct object *from = child_find(checker, old, KIND_IS_COLUMN, rename->from);
    const struct object *to = child_find(checker, new, KIND_IS_COLUMN, rename->to);
    if (!from)
        return misfit_near(rename_names(checker->mem, old, KIND_IS_COLUMN, 0), rename->from,
                           misfit(checker, true, "table \"%s\" has no column \"%s\"", old_name, rename->from));
    if (!to)
        return misfit_near(rename_names(checker->mem, new, KIND_IS_COLUMN, 0), rename->to,
                           misfit(checker, true, "the models have no column \"%s\"", rename->to));
    rename->from = from->name;
    rename->to = to->name;
    struct misfit found = names_fit(checker, old, new, KIND_IS_COLUMN, rename);
    rename->table = new->name;
    return found;
}

static struct object *child_of(const struct checker *checker, struct object *parent, const struct rename *rename,
                               const char *name)
{
    return rename_child(checker->mem, checker->input->target, parent, rename->kind, name);
}

static struct misfit object_names_fit(const struct checker *checker, struct object *before, struct object *after,
                                      const struct rename *rename)
{
    const char *what = rename_word(checker->mem, rename->kind);
    bool taken = child_of(checker, before, rename, rename->to) && !is_renamed(checker, rename, rename->to, true);
    bool kept = child_of(checker, after, rename, rename->from) && !is_renamed(checker, rename, rename->from, false);
    if (taken && kept && !kind_is(rename->kind, KIND_LISTED))
        return misfit(checker, true, "both the models and the current schema have %s \"%s\" and %s \"%s\"", what,
                      rename->from, what, rename->to);
    if (taken && kind_is(rename->kind, KIND_LISTED))
        return misfit(checker, true, "%s has \"%s\" already, and two values do not become one",
                      object_path(checker->mem, before), rename->to);
    if (!rename_takes_same(rename->from, rename->to))
        return misfit(checker, true, "%s and %s do not take the same, so neither can become the other", rename->from,
                      rename->to);
    return (struct misfit){.loose = taken || kept, .taken = taken};
}

/* What hangs on a table or view is looked for there: under the name that it has, or will have. */
static struct misfit object_fit(const struct checker *checker, struct object *before, struct object *after,
                                struct rename *rename)
{
    const char *what = rename_word(checker->mem, rename->kind), *old_name, *new_name;
    const struct object *old_schema = before, *new_schema = after;
    if (rename->table) {
        table_names(checker, rename, true, &old_name, &new_name);
        if (text_equal(old_name, new_name))
            table_names(checker, rename, false, &old_name, &new_name);
        before = rename_holder(checker->mem, checker->input->target, before, rename->kind, old_name);
        after = rename_holder(checker->mem, checker->input->target, after, rename->kind, new_name);
        if (!before || !after)
            return misfit_near(
                rename_names(checker->mem, before ? new_schema : old_schema, KIND_HAS_COLUMNS | KIND_IS_TYPE, 0),
                before ? new_name : old_name,
                misfit(checker, false, "%s \"%s\"", before ? "the models have no" : "the current schema has no",
                       before ? new_name : old_name));
    }
    const struct object *old = child_of(checker, before, rename, rename->from);
    const struct object *new = child_of(checker, after, rename, rename->to);
    if (!old)
        return misfit_near(rename_names(checker->mem, before, 0, rename->kind), rename->from,
                           misfit(checker, false, "there is no %s \"%s\" in the current schema", what, rename->from));
    if (!new)
        return misfit_near(rename_names(checker->mem, after, 0, rename->kind), rename->to,
                           misfit(checker, true, "the models have no %s \"%s\"", what, rename->to));
    rename->from = old->name;
    rename->to = new->name;
    const struct misfit found = object_names_fit(checker, before, after, rename);
    if (rename->table)
        rename->table = after->name;
    return found;
}

static struct misfit rename_fit(const struct checker *checker, struct object *before, struct object *after,
                                struct rename *rename)
{
    if (rename->kind)
        return object_fit(checker, before, after, rename);
    if (!rename->table)
        return table_fit(checker, before, after, rename);
    struct misfit now = column_fit(checker, before, after, rename, true);
    struct misfit later = now.reason ? column_fit(checker, before, after, rename, false) : now;
    return now.reason && later.reason && now.near ? now : later;
}

/* By its name, or by the one that it had. */
static bool schema_meant(const struct checker *checker, const struct rename *rename, const struct object *schema)
{
    if (!kind_is(schema->kind, KIND_NAMESPACE) || schema_same(checker, rename->title, schema->name))
        return kind_is(schema->kind, KIND_NAMESPACE);
    for (int i = 0; i < checker->decided->n; i++) {
        const struct rename *other = checker->decided->item[i];
        if (is_schema(other) && other->done && name_same(checker, other->to, schema->name) &&
            name_same(checker, other->from, rename->title))
            return true;
    }
    return false;
}

static int ambiguous(const struct checker *checker, const struct rename *rename, const struct list *fitting)
{
    struct names flags = {0};
    const char *usual = target_usual(checker->input->target);
    for (int i = 0; i < fitting->n; i++) {
        struct rename one = *(const struct rename *)fitting->item[i];
        one.title = *one.schema ? one.schema : usual;
        names_add(checker->mem, &flags, rename_flag(checker->mem, &one));
    }
    fail(checker->ctx, ERR_USAGE, "%s: several schemas have such a table", rename_flag(checker->mem, rename));
    return fail_hint(checker->ctx, "Say which is meant: %s.", names_join(checker->mem, &flags, " or "));
}

/* It fits no schema; `best` comes nearest to it. */
static int unfit(const struct checker *checker, const struct rename *rename, struct misfit best)
{
    const struct object *root = checker->input->before->root;
    if (!best.reason && rename->title)
        best = misfit_near(rename_names(checker->mem, root, KIND_NAMESPACE, 0), rename->title,
                           misfit(checker, false, "there is no schema \"%s\"", rename->title));
    fail(checker->ctx, ERR_FAILED, "%s: %s", rename_flag(checker->mem, rename),
         best.reason ? best.reason : "the current schema has no tables");
    return best.meant ? fail_hint(checker->ctx, "Did you mean \"%s\"?", best.meant) : ERR_FAILED;
}

/* Finds the one schema in which the rename makes sense. */
static int schema_find(const struct checker *checker, struct rename *rename)
{
    const struct diff_input *input = checker->input;
    const struct object *root = input->before->root;
    struct list fitting = {0}, loose = {0};
    struct misfit best = {0};
    for (int i = 0; i < root->children.n; i++) {
        struct object *before = root->children.item[i];
        if (!schema_meant(checker, rename, before))
            continue;
        struct object *after = object_child(input->after->root, before->kind, before->name);
        struct rename *one = NEW(checker->mem, struct rename);
        *one = *rename;
        one->schema = before->name;
        struct misfit found = rename_fit(checker, before, after, one);
        if (!found.reason)
            list_add(checker->mem, found.loose ? &loose : &fitting, one);
        else if (!best.reason || (found.near && !best.near))
            best = found;
    }
    if (!fitting.n)
        fitting = loose;
    if (fitting.n > 1)
        return ambiguous(checker, rename, &fitting);
    if (!fitting.n)
        return unfit(checker, rename, best);
    *rename = *(const struct rename *)fitting.item[0];
    if (*rename->schema)
        rename->title = rename->schema;
    return 0;
}

static int contradictions_find(const struct checker *checker, const struct rename *rename, int before)
{
    for (int i = 0; i < before; i++) {
        const struct rename *other = checker->decided->item[i];
        if (other->kind == rename->kind && text_equal(other->schema, rename->schema) &&
            text_equal(other->table, rename->table) &&
            (text_equal(other->from, rename->from) || text_equal(other->to, rename->to)))
            return fail(checker->ctx, ERR_USAGE, "%s contradicts %s", rename_flag(checker->mem, rename),
                        rename_flag(checker->mem, other));
    }
    return 0;
}

/* Of entries: that of what lists them. */
static bool engine_has(const struct dialect *dialect, enum kind kind)
{
    const struct kind_info *info = &kind_table[kind_is(kind, KIND_LISTED) ? kind_table[kind].parent[0] : (int)kind];
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].engines & dialect->engine)
            return true;
    return false;
}

/* What models describe as such a kind may be something else there. */
static int kind_check(struct ctx *ctx, const struct dialect *dialect, const struct rename *rename)
{
    if (!rename->kind || engine_has(dialect, rename->kind))
        return 0;
    fail(ctx, ERR_FAILED, "%s: %s has no %s", rename_flag(ctx->mem, rename), dialect->title,
         rename_word(ctx->mem, rename->kind));
    if (!kind_is(rename->kind, KIND_LISTED))
        return ERR_FAILED;
    return fail_hint(ctx,
                     "There it is text in a column: change the rows by hand (\"dbwarden new\", UPDATE ... SET ...); "
                     "a CHECK of the values changes with the models.");
}

/* Names that change places or follow each other are carried out at once; a name that stays where it is is in the way. */
static struct misfit schema_fit(const struct checker *checker, const struct rename *rename)
{
    const struct object *before = checker->input->before->root, *after = checker->input->after->root;
    const char *usual = target_usual(checker->input->target);
    const struct object *old = child_find(checker, before, KIND_NAMESPACE, rename->from);
    bool leaves =
        child_find(checker, before, KIND_NAMESPACE, rename->to) && !is_renamed(checker, rename, rename->to, true);
    if (text_equal(usual, rename->from) || text_equal(usual, rename->to))
        return misfit(checker, true, "names without a schema mean \"%s\", and files would mean another one", usual);
    if (!old)
        return misfit_near(rename_names(checker->mem, before, KIND_NAMESPACE, 0), rename->from,
                           misfit(checker, false, "there is no schema \"%s\" in the current schema", rename->from));
    if (!child_find(checker, after, KIND_NAMESPACE, rename->to))
        return misfit_near(rename_names(checker->mem, after, KIND_NAMESPACE, 0), rename->to,
                           misfit(checker, true, "the models have no schema \"%s\"", rename->to));
    if (leaves)
        return misfit(checker, true, "there is a schema \"%s\" already", rename->to);
    return (struct misfit){0};
}

int rename_schemas(struct ctx *ctx, const struct diff_input *input, const struct list *decided)
{
    const struct checker checker = {ctx, ctx->mem, input, decided};
    struct list renamed = {0};
    for (int i = 0; i < decided->n; i++) {
        struct rename *rename = decided->item[i];
        if (!is_schema(rename) || rename->done)
            continue;
        TRY(kind_check(ctx, input->target->dialect, rename));
        const struct misfit found = schema_fit(&checker, rename);
        if (found.reason)
            return unfit(&checker, rename, found);
        TRY(contradictions_find(&checker, rename, i));
        struct renamed *one = NEW(ctx->mem, struct renamed);
        *one = (struct renamed){object_child(input->before->root, rename->kind, rename->from), rename->to, rename};
        list_add(ctx->mem, &renamed, one);
    }
    for (int i = 0; i < renamed.n; i++)
        ((struct rename *)(uintptr_t)((const struct renamed *)renamed.item[i])->rename)->done = true;
    tree_rename(ctx->mem, input->target, input->before, &renamed);
    return 0;
}

int rename_check(struct ctx *ctx, const struct diff_input *input, struct list *decided)
{
    struct checker checker = {ctx, ctx->mem, input, decided};
    TRY(rename_schemas(ctx, input, decided));
    for (int i = 0; i < decided->n; i++) {
        struct rename *rename = decided->item[i];
        if (is_schema(rename))
            continue;
        if (compare_name(ctx->mem, input->target, rename->from, rename->to)) {
            if (rename->table || input->target->facts.lower_case_table_names != 0) /* else rename_cases() finds it */
                emit_info(ctx, "%s: for %s these are the same name, so there is nothing to rename",
                          rename_flag(ctx->mem, rename), input->target->dialect->title);
            list_remove(decided, i--);
            continue;
        }
        TRY(kind_check(ctx, input->target->dialect, rename));
        TRY(schema_find(&checker, rename));
        TRY(contradictions_find(&checker, rename, i));
        const struct render_kind *render = input->target->dialect->render;
        if (rename->kind && render && !render[rename->kind].rename) {
            emit_info(ctx, "%s: %s has no statement for that, so it is made anew", rename_flag(ctx->mem, rename),
                      input->target->dialect->title);
            list_remove(decided, i--);
        }
    }
    return 0;
}

bool rename_is_open(struct ctx *ctx, const struct diff_input *input, const struct list *beside, bool strict,
                    const struct rename *note)
{
    const struct checker checker = {ctx, ctx->mem, input, beside};
    const struct object *root = input->before->root;
    int open = 0;
    if (is_schema(note))
        return !schema_fit(&checker, note).reason;
    for (int i = 0; i < root->children.n; i++) {
        struct object *before = root->children.item[i];
        struct rename one = *note;
        if (!schema_meant(&checker, note, before))
            continue;
        one.schema = before->name;
        const struct misfit found =
            rename_fit(&checker, before, object_child(input->after->root, before->kind, before->name), &one);
        open += !found.reason && !(strict ? found.taken : found.loose);
    }
    return open == 1;
}

const char *rename_after(const struct list *renames, const struct object *table)
{
    for (int i = 0; renames && i < renames->n; i++) {
        const struct rename *rename = renames->item[i];
        if (!rename->kind && !rename->table && text_equal(rename->from, table->name) &&
            text_equal(rename->schema ? rename->schema : "", table->parent->name))
            return rename->to;
    }
    return table->name;
}

const char *rename_table_before(const struct list *renames, const struct rename *column)
{
    for (int i = 0; i < renames->n; i++) {
        const struct rename *rename = renames->item[i];
        if (rename_holds(rename, column) && text_equal(rename->to, column->table) &&
            text_equal(rename->schema, column->schema))
            return rename->from;
    }
    return column->table;
}
