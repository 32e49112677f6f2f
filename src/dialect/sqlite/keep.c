/*
 * A file is written for every database of a project, so what one of them alone has beyond it (a column, a constraint, an index or a
 * trigger made by hand) is not in its rebuilds.  In that database a rebuild is completed while it runs: the new table gets it
 * too, its values are copied along, its indexes and triggers are made again.
 * Whose is what was decided before (conn->strangers); how it looks is read at that moment, because the file may have renamed
 * things by then.
 */
#include "dialect/sqlite/parse.h"

#include "base/text.h"

struct keeper {
    struct ctx *ctx;
    struct arena *mem;
    struct lite_conn *lite;
    const char *name;           /* of the table that is made again */
    const struct object *known; /* that table before the run, with its strangers marked */
    struct object *now;         /* as the database has it by now */
    struct object *wanted;      /* as the file makes it */
};

static const char *new_name(const struct keeper *keeper)
{
    return arena_printf(keeper->mem, LITE_REBUILD "%s", keeper->name);
}

static void step_open(struct cursor *parser, struct ctx *ctx, const struct batch_step *step)
{
    const struct lite_text text = {.sql = arena_copy(ctx->mem, step->sql, step->length), .tokens = ctx->mem};
    lite_cursor_open(parser, ctx, &text, "a rebuild");
}

/* The table that is made again by the statement, if it begins with CREATE TABLE, INSERT INTO or ALTER TABLE and the new name. */
static const char *rebuilt_by(struct arena *mem, const char *text, size_t length)
{
    enum { HEAD = 6 };
    struct lexer lexer;
    lex_open(&lexer, &lite_lex, text, length);
    for (int i = 0; i < HEAD; i++) {
        struct token token = lex_next_code(&lexer);
        const char *name = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED ? token_name(mem, &token) : "";
        if (text_starts(name, LITE_REBUILD))
            return name + sizeof LITE_REBUILD - 1;
    }
    return NULL;
}

static bool begins_with(const char *text, size_t length, const char *word)
{
    struct lexer lexer;
    lex_open(&lexer, &lite_lex, text, length);
    struct token token = lex_next_code(&lexer);
    return token_is(&token, word);
}

const char *lite_rebuilt(struct arena *mem, const struct sql_piece *piece)
{
    return begins_with(piece->text, piece->length, "CREATE") ? rebuilt_by(mem, piece->text, piece->length) : NULL;
}

static struct object *known_table(const struct tree *tree, const char *name)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->kind == KIND_TABLE && text_equal_nocase(o->name, name))
            return o;
    return NULL;
}

static bool has_strangers(const struct object *table)
{
    for (int i = 0; table && i < table->children.n; i++)
        if (((const struct object *)table->children.item[i])->stranger)
            return true;
    return false;
}

/* ---- what there is by now ---- */

static int table_read(struct keeper *keeper, const char *name, const char *sql, struct object **table)
{
    struct tree *tree = tree_new(keeper->mem, ENGINE_LITE);
    const struct lite_text text = {name, sql, keeper->mem};
    struct object *schema = tree_schema(keeper->mem, tree, "");
    TRY(lite_parse_table(keeper->ctx, schema, &text));
    *table = schema->children.item[schema->children.n - 1];
    return 0;
}

static int table_look(struct keeper *keeper, const char *name, struct object **table)
{
    struct rows rows;
    struct names params = {0};
    names_add(keeper->mem, &params, name);
    TRY(lite_query(keeper->ctx, &keeper->lite->conn,
                   "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE", &params, &rows));
    *table = NULL;
    return rows.row.n ? table_read(keeper, name, *(const char *const *)rows.row.item[0], table) : 0;
}

static const char *constraint_text(struct keeper *keeper, const struct object *constraint)
{
    struct buf out;
    buf_init(&out, keeper->mem);
    lite_constraint_add(&out, constraint);
    return out.data;
}

static struct object *same_constraint(struct keeper *keeper, const struct object *table,
                                      const struct object *constraint)
{
    for (int i = 0; i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        if (child->kind == constraint->kind &&
            text_equal(constraint_text(keeper, child), constraint_text(keeper, constraint)))
            return child;
    }
    return NULL;
}

/* Constraints of a kind that read differently in the other table. */
static struct list changed_constraints(struct keeper *keeper, const struct object *table, const struct object *other,
                                       enum kind kind)
{
    struct list changed = {0};
    for (int i = 0; i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        if (child->kind == kind && !same_constraint(keeper, other, child))
            list_add(keeper->mem, &changed, child);
    }
    return changed;
}

/* The one that reads the same, or, where something in it has another name by now, the one at its place among such. */
static int constraint_now(struct keeper *keeper, const struct object *stranger, struct object **found)
{
    *found = same_constraint(keeper, keeper->now, stranger);
    if (*found)
        return 0;
    struct list was = changed_constraints(keeper, keeper->known, keeper->now, stranger->kind);
    struct list is = changed_constraints(keeper, keeper->now, keeper->known, stranger->kind);
    for (int i = 0; i < was.n && was.n == is.n; i++)
        if (was.item[i] == stranger)
            *found = is.item[i];
    if (*found)
        return 0;
    fail(keeper->ctx, ERR_UNSUPPORTED,
         "%s is not managed by this project and cannot be kept while its table is made again",
         object_path(keeper->mem, stranger));
    return fail_hint(keeper->ctx, "What runs before it changes constraints of that table: apply that first, with "
                                  "--count or --to-version.");
}

/* NULL: it is gone by now, by a statement that says so. */
static int stranger_now(struct keeper *keeper, const struct object *stranger, struct object **found)
{
    *found = NULL;
    if (stranger->kind == KIND_COLUMN)
        *found = (struct object *)lite_column(keeper->now, stranger->name);
    else if (stranger->kind != KIND_INDEX && stranger->kind != KIND_TRIGGER)
        return constraint_now(keeper, stranger, found);
    return 0;
}

/* ---- the new table ---- */

static int parts_add(struct keeper *keeper)
{
    for (int i = 0; i < keeper->known->children.n; i++) {
        const struct object *stranger = keeper->known->children.item[i];
        struct object *now;
        if (!stranger->stranger)
            continue;
        TRY(stranger_now(keeper, stranger, &now));
        bool there = now && now->kind == KIND_COLUMN && lite_column(keeper->wanted, now->name);
        if (now && !there)
            object_copy(keeper->mem, now, keeper->wanted)->stranger = true;
    }
    for (int i = 0; i < keeper->wanted->children.n; i++) {
        struct object *child = keeper->wanted->children.item[i];
        child->named = child->name;
    }
    return 0;
}

static bool knows_stranger(const struct keeper *keeper, const char *name)
{
    for (int i = 0; i < keeper->known->children.n; i++) {
        const struct object *child = keeper->known->children.item[i];
        if ((child->kind == KIND_INDEX || child->kind == KIND_TRIGGER) && text_equal_nocase(child->name, name))
            return child->stranger;
    }
    return false;
}

/* In memory of the connection, because the end of the rebuild may come in another batch. */
static int belongings_note(struct keeper *keeper)
{
    struct rows rows;
    struct names params = {0};
    names_add(keeper->mem, &params, keeper->name);
    TRY(lite_query(keeper->ctx, &keeper->lite->conn,
                   "SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL "
                   "AND tbl_name = ? COLLATE NOCASE ORDER BY type, rowid",
                   &params, &rows));
    keeper->lite->belongings = (struct names){0};
    for (int i = 0; i < rows.row.n; i++) {
        const char *const *cell = rows.row.item[i];
        if (knows_stranger(keeper, cell[0]))
            names_add(keeper->lite->mem, &keeper->lite->belongings, arena_dup(keeper->lite->mem, cell[1]));
    }
    return 0;
}

static int create_complete(struct keeper *keeper, struct batch_step *step)
{
    struct buf out;
    const char *name = new_name(keeper);
    TRY(table_look(keeper, keeper->name, &keeper->now));
    if (!keeper->now)
        return 0;
    TRY(table_read(keeper, name, arena_copy(keeper->mem, step->sql, step->length), &keeper->wanted));
    TRY(parts_add(keeper));
    TRY(belongings_note(keeper));
    keeper->lite->remade = object_copy(keeper->lite->mem, keeper->wanted, NULL);
    buf_init(&out, keeper->mem);
    buf_add(&out, "CREATE TABLE ");
    ident_add(&out, &lite_ident, name);
    buf_add(&out, " ");
    lite_table_body(&out, keeper->wanted);
    *step = (struct batch_step){.sql = out.data, .length = out.len};
    return 0;
}

/* ---- its rows ---- */

/* Where the list of columns ends and where FROM stands, of "INSERT INTO t (...) SELECT ... FROM". */
struct copy {
    struct cursor parser;
    struct names listed;
    int end, from;
};

static bool copy_read(struct copy *copy)
{
    struct cursor *p = &copy->parser;
    while (p->at < p->n && !cursor_is(p, "("))
        p->at++;
    for (p->at++; p->at < p->n && !cursor_is(p, ")"); p->at++)
        if (!cursor_is(p, ","))
            names_add(p->mem, &copy->listed, text_lower(p->mem, token_name(p->mem, cursor_peek(p, 0))));
    copy->end = p->at++;
    if (!cursor_accept(p, "SELECT"))
        return false;
    while (p->at < p->n && !cursor_is(p, "FROM"))
        if (!cursor_is(p, "(") || cursor_skip_group(p) < 0)
            p->at++;
    copy->from = p->at;
    return p->at < p->n;
}

static bool is_selected(struct copy *copy, const char *name)
{
    const char *list = cursor_slice(&copy->parser, copy->end + 2, copy->from);
    return lite_names_word(copy->parser.mem, list, name);
}

static int columns_choose(struct keeper *keeper, struct copy *copy, struct names *chosen)
{
    for (int i = 0; i < keeper->known->children.n; i++) {
        const struct object *stranger = keeper->known->children.item[i];
        if (!stranger->stranger || stranger->kind != KIND_COLUMN)
            continue;
        const struct column *now = lite_column(keeper->now, stranger->name);
        if (!now || !lite_column(keeper->wanted, stranger->name) || expr_text(&now->computed))
            continue;
        bool listed = names_have(&copy->listed, text_lower(keeper->mem, stranger->name));
        if (listed && is_selected(copy, stranger->name))
            continue;
        if (listed) {
            fail(keeper->ctx, ERR_UNSUPPORTED, "the database has %s already, with values that the migration would lose",
                 object_path(keeper->mem, stranger));
            return fail_hint(keeper->ctx, "It was made by hand. Rename it, or write the copy so that it keeps them.");
        }
        names_add(keeper->mem, chosen, now->object.name);
    }
    return 0;
}

static int copy_complete(struct keeper *keeper, struct batch_step *step)
{
    struct copy copy = {0};
    struct names columns = {0};
    TRY(table_look(keeper, keeper->name, &keeper->now));
    TRY(table_look(keeper, new_name(keeper), &keeper->wanted));
    if (!keeper->now || !keeper->wanted)
        return 0;
    step_open(&copy.parser, keeper->ctx, step);
    if (!copy_read(&copy)) {
        fail(keeper->ctx, ERR_UNSUPPORTED,
             "what copies the rows of %s cannot be completed by what this database alone has", keeper->name);
        return fail_hint(keeper->ctx,
                         "Write it as make-migrations does: INSERT INTO ... (columns) SELECT ... FROM ...");
    }
    TRY(columns_choose(keeper, &copy, &columns));
    if (!columns.n)
        return 0;
    struct buf out;
    const struct token *token = copy.parser.token;
    buf_init(&out, keeper->mem);
    buf_add_n(&out, copy.parser.text, token[copy.end].offset);
    for (int i = 0; i < columns.n; i++) {
        buf_add(&out, ", ");
        ident_add(&out, &lite_ident, columns.item[i]);
    }
    buf_add_n(&out, copy.parser.text + token[copy.end].offset, token[copy.from].offset - token[copy.end].offset);
    for (int i = 0; i < columns.n; i++) {
        buf_add(&out, ", ");
        ident_add(&out, &lite_ident, keeper->name);
        buf_add(&out, ".");
        ident_add(&out, &lite_ident, columns.item[i]);
    }
    buf_addf(&out, "\n%s", copy.parser.text + token[copy.from].offset);
    *step = (struct batch_step){.sql = out.data, .length = out.len};
    return 0;
}

/* ---- around a statement ---- */

int lite_keep_before(struct ctx *ctx, struct lite_conn *lite, struct batch_step *step)
{
    const struct tree *tree = lite->conn.strangers;
    const char *name = tree && !step->params ? rebuilt_by(ctx->mem, step->sql, step->length) : NULL;
    struct keeper keeper = {.ctx = ctx, .mem = ctx->mem, .lite = lite, .name = name};
    keeper.known = name ? known_table(tree, name) : NULL;
    if (!has_strangers(keeper.known))
        return 0;
    if (begins_with(step->sql, step->length, "CREATE"))
        return create_complete(&keeper, step);
    return begins_with(step->sql, step->length, "INSERT") ? copy_complete(&keeper, step) : 0;
}

static int belongings_make(struct ctx *ctx, struct lite_conn *lite)
{
    for (int i = 0; i < lite->belongings.n; i++) {
        const char *sql = lite->belongings.item[i];
        if (lite_exec(ctx, &lite->conn, sql) == 0)
            continue;
        return fail_hint(ctx, "This project does not manage it, and it does not fit the table any more: %s", sql);
    }
    lite->belongings = (struct names){0};
    return 0;
}

/* What comes after sees its parts where they are now, and those that the file has taken over as the project's. */
static void remade_know(struct lite_conn *lite, struct object *table)
{
    struct list parts = table->children;
    table->children = (struct list){0};
    for (int i = 0; i < lite->remade->children.n; i++)
        object_copy(lite->mem, lite->remade->children.item[i], table);
    for (int i = 0; i < parts.n; i++) {
        struct object *part = parts.item[i];
        if (part->kind == KIND_INDEX || part->kind == KIND_TRIGGER)
            list_add(lite->mem, &table->children, part);
    }
    lite->remade = NULL;
}

static int rebuild_end(struct ctx *ctx, struct lite_conn *lite, const char *name)
{
    struct object *table = known_table(lite->conn.strangers, name);
    if (table && lite->remade && text_equal_nocase(lite->remade->name + sizeof LITE_REBUILD - 1, name))
        remade_know(lite, table);
    return belongings_make(ctx, lite);
}

/* A table that gets another name keeps its strangers; lite_keep_undo() takes that back. */
int lite_keep_after(struct ctx *ctx, struct lite_conn *lite, const struct batch_step *step)
{
    const char *from, *to;
    struct cursor parser;
    if (!lite->conn.strangers || step->params || !begins_with(step->sql, step->length, "ALTER"))
        return 0;
    step_open(&parser, ctx, step);
    if (!cursor_accept_words(&parser, "ALTER", "TABLE") || cursor_name(&parser, &from) < 0 ||
        !cursor_accept_words(&parser, "RENAME", "TO") || cursor_name(&parser, &to) < 0)
        return 0;
    if (text_starts(from, LITE_REBUILD))
        return text_equal_nocase(from + sizeof LITE_REBUILD - 1, to) ? rebuild_end(ctx, lite, to) : 0;
    struct object *table = known_table(lite->conn.strangers, from);
    if (table)
        table->name = arena_dup(lite->mem, to);
    return 0;
}

void lite_keep_begin(struct lite_conn *lite)
{
    const struct tree *tree = lite->conn.strangers;
    lite->known = (struct list){0};
    for (struct object *o = tree ? tree->root : NULL; o; o = object_next(tree->root, o)) {
        struct lite_known *known = o->kind == KIND_TABLE ? NEW(lite->mem, struct lite_known) : NULL;
        if (!known)
            continue;
        *known = (struct lite_known){.table = o, .name = o->name, .children = o->children};
        list_add(lite->mem, &lite->known, known);
    }
}

void lite_keep_undo(struct lite_conn *lite)
{
    for (int i = 0; lite->conn.strangers && i < lite->known.n; i++) {
        const struct lite_known *known = lite->known.item[i];
        known->table->name = known->name;
        known->table->children = known->children;
    }
    lite->belongings = (struct names){0};
    lite->remade = NULL;
}
