/*
 * What a database cannot tell.  A server prints an expression in its own words; that this is what the models mean by
 * theirs is known only from the moment when one became the other, so it is remembered from snapshot to snapshot.
 * Who owns an object is remembered in the same way: described by the models once, or created by a migration.
 * A spelling is taken over only where the printed text is still the one that it belongs to, or where a plan was just
 * applied unchanged and nothing since has touched the table.
 * Not here: reading and writing snapshot files (snapshots.c) and what plans say (plan_note.c).
 */
#include "run/parts.h"

#include "base/map.h"
#include "base/text.h"

int64_t snapshot_number(const struct snapshot *snapshot)
{
    const char *at = snapshot->migration_id;
    int64_t number = 0;
    bool found = false;
    for (; at && *at; at++) {
        bool starts = at == snapshot->migration_id || at[-1] == '_' || at[-1] == '-';
        if (!starts || !char_is_digit((unsigned char)*at))
            continue;
        for (number = 0; char_is_digit((unsigned char)*at) && number < INT64_MAX / 10 - 9; at++)
            number = number * 10 + (*at - '0');
        found = true;
        break;
    }
    return found ? number : -1;
}

/* ---- spellings ---- */

struct carrying {
    struct arena *mem;
    bool trusted;              /* a printed text may be new */
    const struct names *only;  /* of a trusted one: tables and views that it is about; lower case */
    const struct names *never; /* ... but not these */
};

static bool has_expr(const struct object *object, int field)
{
    return kind_table[object->kind].field[field].type == FIELD_EXPR && object_says(object, field);
}

static void carry_fields(const struct carrying *carrying, struct object *to, const struct object *from)
{
    for (int i = 0; i < kind_table[to->kind].fields; i++) {
        if (!has_expr(to, i) || !has_expr(from, i))
            continue;
        struct expr *mine = object_field(to, i);
        const struct expr *theirs = object_field(from, i);
        if (mine->written || !mine->printed || !theirs->written)
            continue;
        if (text_equal(mine->printed, theirs->printed) || (carrying->trusted && !theirs->printed))
            mine->written = theirs->written;
    }
}

/* Do both hold the same printed expression in some field? */
static bool printed_alike(const struct object *a, const struct object *b)
{
    for (int i = 0; i < kind_table[a->kind].fields; i++) {
        if (!has_expr(a, i) || !has_expr(b, i))
            continue;
        const struct expr *x = object_field(a, i), *y = object_field(b, i);
        if (x->printed && text_equal(x->printed, y->printed))
            return true;
    }
    return false;
}

static int rank_of(const struct object *object)
{
    int rank = 0;
    const struct list *siblings = &object->parent->children;
    for (int i = 0; i < siblings->n && siblings->item[i] != object; i++)
        rank += ((const struct object *)siblings->item[i])->kind == object->kind;
    return rank;
}

static const struct object *child_at(const struct object *parent, enum kind kind, int rank)
{
    for (int i = 0; i < parent->children.n; i++) {
        const struct object *child = parent->children.item[i];
        if (child->kind == kind && rank-- == 0)
            return child;
    }
    return NULL;
}

/* The only child of a kind that has no name of its own, if the other side has one nameless or foreign object too. */
static const struct object *only_unnamed(const struct object *parent, const struct object *wanted)
{
    const struct object *found = NULL;
    int here = 0, there = 0;
    for (int i = 0; i < parent->children.n; i++) {
        const struct object *child = parent->children.item[i];
        if (child->kind != wanted->kind || (child->name && !child->name_invented))
            continue;
        found = child;
        here++;
    }
    for (int i = 0; i < wanted->parent->children.n; i++) {
        const struct object *sibling = wanted->parent->children.item[i];
        there +=
            sibling->kind == wanted->kind && (!sibling->name || !object_child(parent, sibling->kind, sibling->name));
    }
    return here == 1 && there == 1 ? found : NULL;
}

static const struct object *match_of(const struct object *wanted, const struct object *parent)
{
    unsigned marks = kind_table[wanted->kind].marks;
    if (marks & KIND_PART)
        return child_at(parent, wanted->kind, rank_of(wanted));
    const struct object *named = wanted->name ? object_child(parent, wanted->kind, wanted->name) : NULL;
    if (named || !(marks & KIND_CONTENT))
        return named;
    for (int i = 0; i < parent->children.n; i++) {
        const struct object *child = parent->children.item[i];
        if (child->kind == wanted->kind && printed_alike(child, wanted))
            return child;
    }
    return only_unnamed(parent, wanted);
}

/* Tables and views are what a plan is about; what hangs on them follows. */
static bool is_left_out(const struct carrying *carrying, const struct object *object)
{
    if (!carrying->trusted || !object->name || object->kind == KIND_SCHEMA || object->parent->kind != KIND_SCHEMA)
        return false;
    const char *name = text_lower(carrying->mem, object->name);
    return !names_have(carrying->only, name) || names_have(carrying->never, name);
}

static void carry_object(const struct carrying *carrying, struct object *to, const struct object *from)
{
    if (is_left_out(carrying, to))
        return;
    carry_fields(carrying, to, from);
    for (int i = 0; i < to->children.n; i++) {
        struct object *child = to->children.item[i];
        const struct object *match = match_of(child, from);
        if (match)
            carry_object(carrying, child, match);
    }
}

void memory_carry(struct arena *mem, struct tree *to, const struct tree *from)
{
    struct carrying carrying = {.mem = mem};
    carry_object(&carrying, to->root, from->root);
}

/* ---- what files do ---- */

/* Was it run after the snapshot of version `since`, as far as can be told? */
static bool is_later(const struct session *session, const struct migration *migration, int64_t since)
{
    for (int i = 0; i < session->ran.n; i++)
        if (session->ran.item[i] == migration)
            return true;
    return migration->number > since && applied_version(&session->applied, migration->number);
}

/* Adds what a file may have changed; false if it may have changed anything. */
static bool add_touched(struct ctx *ctx, const struct session *session, const struct migration *migration,
                        struct names *touched)
{
    const struct dialect *dialect = session->database->dialect;
    for (int i = 0; i < migration->up.n; i++) {
        const struct sql_piece *piece = &migration->up.piece[i];
        struct classified what;
        classify(ctx->mem, dialect->classify, piece, &what);
        if (what.data_only || what.verb == VERB_COMMENT || what.verb == VERB_SET || what.verb == VERB_PRAGMA)
            continue;
        if (!what.name || (what.kind == KIND_INDEX && !what.table && what.verb != VERB_DROP))
            return false;
        const char *names[] = {what.name, what.table, what.new_name};
        for (int n = 0; n < 3; n++)
            if (names[n])
                names_add(ctx->mem, touched, text_lower(ctx->mem, names[n]));
    }
    return true;
}

struct later {
    const struct migration *migration;
    struct plan_note *note; /* NULL: written by hand, or edited since */
};

/* What was run after version `since`, newest first. */
static int find_later(struct ctx *ctx, const struct session *session, int64_t since, struct list *found)
{
    for (int i = session->folder->versioned.n - 1; i >= 0; i--) {
        const struct migration *migration = session->folder->versioned.item[i];
        struct plan_note *note = NULL;
        if (!is_later(session, migration, since))
            continue;
        TRY(plan_note_read(ctx, migration, &note));
        struct later *later = NEW(ctx->mem, struct later);
        *later = (struct later){migration, note && note->trusted && note->written ? note : NULL};
        list_add(ctx->mem, found, later);
    }
    return 0;
}

/*
 * What files without a plan have touched: there, a plan's text and the server's may belong to different expressions.
 * False if that may be anything.
 */
static bool touched_by_hand(struct ctx *ctx, const struct session *session, const struct list *all,
                            struct names *touched)
{
    const struct list *repeatables[] = {&session->folder->always, &session->folder->on_change};
    bool known = true;
    for (int l = 0; l < 2; l++)
        for (int i = 0; i < repeatables[l]->n; i++)
            known = known && add_touched(ctx, session, repeatables[l]->item[i], touched);
    for (int i = 0; i < all->n; i++) {
        const struct later *later = all->item[i];
        known = known && (later->note || add_touched(ctx, session, later->migration, touched));
    }
    return known;
}

int memory_of_plans(struct ctx *ctx, struct session *session, int64_t since, struct tree *tree)
{
    struct list all = {0};
    struct names never = {0};
    TRY(find_later(ctx, session, since, &all));
    if (!touched_by_hand(ctx, session, &all, &never))
        return 0;
    for (int i = 0; i < all.n; i++) {
        const struct later *later = all.item[i];
        struct names only = {0};
        if (!later->note || !add_touched(ctx, session, later->migration, &only))
            continue;
        struct carrying carrying = {.mem = ctx->mem, .trusted = true, .only = &only, .never = &never};
        carry_object(&carrying, tree->root, later->note->written->root);
        /* An older plan's text for the same table is out of date. */
        for (int n = 0; n < only.n; n++)
            names_add(ctx->mem, &never, only.item[n]);
    }
    return 0;
}

/* ---- ownership ---- */

/*
 * Paths of objects as files create, rename and drop them, in the form of managed_path().  Names are compared as the
 * engine would: folded where it folds.
 */
struct owning {
    struct ctx *ctx;
    const struct dialect *dialect;
    const struct tree *tree;
    struct names paths;
};

static const char *fold(const struct owning *owning, const char *text)
{
    return owning->dialect->name_fold ? owning->dialect->name_fold(owning->ctx->mem, text) : text;
}

/* The default schema has no name in a tree, but a file may spell it out. */
static const char *schema_of(const struct owning *owning, const char *schema)
{
    if (!schema)
        return "";
    for (int i = 0; i < owning->tree->root->children.n; i++) {
        const struct object *child = owning->tree->root->children.item[i];
        if (child->kind == KIND_SCHEMA && text_equal(child->name, schema))
            return schema;
    }
    return "";
}

static const char *path_of(const struct owning *owning, const struct classified *what, const char *name)
{
    struct arena *mem = owning->ctx->mem;
    const char *schema = schema_of(owning, what->schema), *kind = kind_table[what->kind].name;
    if (what->kind == KIND_SCHEMA)
        return arena_printf(mem, "%s:%s", kind, name);
    if (kind_fits(what->kind, KIND_TABLE))
        return arena_printf(mem, "%s:%s.%s.%s", kind, schema, what->table ? what->table : "", name);
    return arena_printf(mem, "%s:%s.%s", kind, schema, name);
}

static void forget(struct owning *owning, int at)
{
    owning->paths.n--;
    memmove(owning->paths.item + at, owning->paths.item + at + 1,
            sizeof *owning->paths.item * (size_t)(owning->paths.n - at));
}

/* What hangs on a table has it in the middle of its path: "index:.users.ix_email". */
static bool hangs_on(const struct owning *owning, const char *path, const char *schema, const char *table)
{
    const char *colon = strchr(path, ':');
    const char *start = arena_printf(owning->ctx->mem, "%s.%s.", schema, table);
    return colon && text_starts(fold(owning, colon + 1), fold(owning, start));
}

static void drop_path(struct owning *owning, const struct classified *what)
{
    const char *schema = schema_of(owning, what->schema);
    const char *own = fold(owning, path_of(owning, what, what->name));
    bool by_name = kind_fits(what->kind, KIND_TABLE) && !what->table; /* DROP INDEX x */
    const char *end = fold(owning, arena_printf(owning->ctx->mem, ".%s", what->name));
    const char *kind = arena_printf(owning->ctx->mem, "%s:", kind_table[what->kind].name);
    for (int i = owning->paths.n - 1; i >= 0; i--) {
        const char *path = owning->paths.item[i], *folded = fold(owning, path);
        bool same = by_name ? text_starts(path, kind) && text_ends(folded, end) : text_equal(folded, own);
        if (same || (what->kind == KIND_TABLE && hangs_on(owning, path, schema, what->name)))
            forget(owning, i);
    }
}

static void rename_path(struct owning *owning, const struct classified *what)
{
    struct arena *mem = owning->ctx->mem;
    const char *schema = schema_of(owning, what->schema);
    const char *own = fold(owning, path_of(owning, what, what->name));
    for (int i = 0; i < owning->paths.n; i++) {
        const char *path = owning->paths.item[i];
        size_t kind = strcspn(path, ":") + 1, old = strlen(schema) + 1 + strlen(what->name);
        if (text_equal(fold(owning, path), own))
            owning->paths.item[i] = path_of(owning, what, what->new_name);
        else if (what->kind == KIND_TABLE && hangs_on(owning, path, schema, what->name))
            owning->paths.item[i] =
                arena_printf(mem, "%.*s%s.%s%s", (int)kind, path, schema, what->new_name, path + kind + old);
    }
}

static void own_file(struct owning *owning, const struct migration *migration)
{
    for (int i = 0; i < migration->up.n; i++) {
        const struct sql_piece *piece = &migration->up.piece[i];
        struct classified what;
        classify(owning->ctx->mem, owning->dialect->classify, piece, &what);
        if (!what.name || what.kind >= KIND_COUNT || kind_table[what.kind].marks & KIND_OWNED)
            continue;
        if (what.verb == VERB_CREATE)
            names_add(owning->ctx->mem, &owning->paths, path_of(owning, &what, what.name));
        else if (what.verb == VERB_DROP)
            drop_path(owning, &what);
        else if (what.verb == VERB_RENAME && what.new_name)
            rename_path(owning, &what);
    }
}

/* Only what is there is managed: the rest of `paths` is gone, or filtered out. */
static void keep_present(const struct owning *owning, struct managed *managed)
{
    struct arena *mem = owning->ctx->mem;
    struct map known;
    map_init(&known, mem);
    for (int i = 0; i < owning->paths.n; i++)
        map_set(&known, fold(owning, owning->paths.item[i]), &known);
    const struct object *root = owning->tree->root;
    for (const struct object *o = object_next(root, root); o; o = object_next(root, o)) {
        if (kind_table[o->kind].marks & (KIND_OWNED | KIND_PART) || !o->name)
            continue;
        if (map_get(&known, fold(owning, managed_path(mem, o))))
            managed_add(mem, managed, o);
    }
}

void managed_merge(struct arena *mem, struct managed *managed, const struct names *paths, const struct tree *tree)
{
    struct map known;
    map_init(&known, mem);
    for (int i = 0; i < paths->n; i++)
        map_set(&known, paths->item[i], &known);
    for (const struct object *o = object_next(tree->root, tree->root); o; o = object_next(tree->root, o))
        if (!(kind_table[o->kind].marks & (KIND_OWNED | KIND_PART)) && o->name && map_get(&known, managed_path(mem, o)))
            managed_add(mem, managed, o);
}

/* What the plan of a file says beyond its statements: tables that were there before are described by it. */
static int own_plan(struct owning *owning, const struct migration *migration)
{
    struct plan_note *note = NULL;
    TRY(plan_note_read(owning->ctx, migration, &note));
    for (int n = 0; note && n < note->managed.n; n++)
        names_add(owning->ctx->mem, &owning->paths, note->managed.item[n]);
    return 0;
}

int memory_managed(struct ctx *ctx, struct session *session, const struct snapshot *before, const struct tree *tree,
                   struct managed *managed)
{
    struct owning owning = {.ctx = ctx, .dialect = session->database->dialect, .tree = tree};
    const struct folder *folder = session->folder;
    bool known = before && !before->legacy;
    if (known)
        owning.paths = names_copy(ctx->mem, &before->managed.paths);
    for (int i = 0; i < folder->versioned.n; i++) {
        const struct migration *migration = folder->versioned.item[i];
        if (!applied_version(&session->applied, migration->number))
            continue;
        own_file(&owning, migration);
        if (is_later(session, migration, known ? snapshot_number(before) : -1))
            TRY(own_plan(&owning, migration));
    }
    for (int i = 0; i < folder->always.n; i++)
        own_file(&owning, folder->always.item[i]);
    for (int i = 0; i < folder->on_change.n; i++)
        own_file(&owning, folder->on_change.item[i]);
    keep_present(&owning, managed);
    return 0;
}

/* ---- words ---- */

static void words_add(struct arena *mem, struct map *words, const struct dialect *dialect, const struct split *split)
{
    for (int i = 0; i < split->n; i++) {
        struct lexer lexer;
        lex_open(&lexer, dialect->lex, split->piece[i].text, split->piece[i].length);
        struct token token = lex_next_code(&lexer);
        if (!token_is(&token, "create") && !token_is(&token, "alter"))
            continue;
        for (; token.kind != TOKEN_END; token = lex_next_code(&lexer))
            if (token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED)
                map_set(words, text_lower(mem, token_name(mem, &token)), words);
    }
}

struct map *memory_words(struct arena *mem, const struct session *session)
{
    const struct folder *folder = session->folder;
    const struct list *lists[] = {&folder->versioned, &folder->always, &folder->on_change};
    struct map *words = NEW(mem, struct map);
    map_init(words, mem);
    for (int l = 0; l < 3; l++)
        for (int i = 0; i < lists[l]->n; i++) {
            const struct migration *migration = lists[l]->item[i];
            words_add(mem, words, session->database->dialect, &migration->up);
            words_add(mem, words, session->database->dialect, &migration->down);
        }
    return words;
}
