/*
 * Does running only what has changed of a schema text give what running all of it gives?  On random schemas and their
 * mutations, and on texts by hand.
 * usage: partial ENGINE RUNS SEED [URL]       prints the seed of every failure, which repeats it alone
 *        partial ENGINE URL|- FILE...         cases: "==== name", then texts, "---- part" or "---- all" between them, which
 *                                             says how the second is read after the first
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "generate.h"
#include "law.h"
#include "run/schema_partial.h"
#include "schema/tree_flat.h"
#include "schema/unmodelled.h"
#include "sql/split.h"

struct reader {
    struct law law;
    const struct url *url;
    int slices;          /* texts that were read so */
    int parts, all;      /* how often a text was read so */
    int run, statements; /* where a part was enough: how many were run, of how many */
    bool merged;         /* the last one could be put into the tree before */
    int drafts;          /* and how often the database itself could be asked */
};

/* One text: its statements, and what a server makes of all of them. */
struct version {
    struct list statements; /* struct classified * */
    struct list said;
    struct tree *tree;
    bool refused;
};

static int pieces_load(struct reader *reader, const struct list *statements, const struct list *pieces,
                       struct tree **tree)
{
    struct law *law = &reader->law;
    const struct scratch_spec spec = {.near = reader->url, .statements = statements};
    struct conn *conn = NULL;
    struct batch batch = {.n = pieces->n, .step = NEW_ARRAY(law->ctx->mem, struct batch_step, pieces->n + 1)};
    for (int i = 0; i < pieces->n; i++) {
        const struct sql_piece *piece = pieces->item[i];
        batch.step[i] = (struct batch_step){piece->text, piece->length, NULL};
    }
    TRY(law->dialect->driver->scratch(law->ctx, &spec, &conn));
    int code = conn_batch(law->ctx, conn, &batch);
    if (code == 0 && law->dialect->driver->scratch_reopen)
        code = law->dialect->driver->scratch_reopen(law->ctx, conn);
    if (code == 0)
        code = law->dialect->load(law->ctx, conn, NULL, tree);
    conn_close(&conn);
    return code;
}

static int text_read(struct reader *reader, const char *text, struct version *version)
{
    struct ctx *ctx = reader->law.ctx;
    const struct dialect *dialect = reader->law.dialect;
    const struct sql_piece whole = {.text = text, .length = strlen(text), .line = 1};
    struct split split;
    struct list pieces = {0};
    *version = (struct version){0};
    TRY(split_section(ctx, dialect->lex, "text", &whole, &split));
    for (int i = 0; i < split.n; i++) {
        struct classified *statement = NEW(ctx->mem, struct classified);
        classify(ctx->mem, dialect->classify, &split.piece[i], statement);
        list_add(ctx->mem, &version->statements, statement);
        list_add(ctx->mem, &pieces, &statement->piece);
    }
    version->said = said_read(ctx, dialect, &version->statements);
    int code = pieces_load(reader, &version->statements, &pieces, &version->tree);
    version->refused = code == ERR_SQL;
    if (version->refused)
        ctx->error = (struct error){0};
    return version->refused ? 0 : code;
}

static int object_order(const void *a, const void *b)
{
    const struct object *left = a, *right = b;
    return left->kind != right->kind ? (int)left->kind - (int)right->kind : strcmp(left->name, right->name);
}

static int text_order(const void *a, const void *b)
{
    return strcmp(a, b);
}

static const char *tree_text(struct reader *reader, const struct tree *tree)
{
    struct arena *mem = reader->law.ctx->mem;
    struct tree *copy = law_settled(&reader->law, tree);
    struct list lines = {0};
    struct buf text;
    for (int i = 0; i < copy->root->children.n; i++)
        list_sort(&((struct object *)copy->root->children.item[i])->children, object_order);
    for (int i = 0; i < copy->unmodelled.n; i++) {
        const struct list one = {.item = copy->unmodelled.item + i, .n = 1};
        list_add(mem, &lines, (void *)json_text(mem, unmodelled_to_json(mem, &one), JSON_PYTHON));
    }
    for (int i = 0; i < tree->dependencies.n; i++) {
        const struct dependency *one = tree->dependencies.item[i];
        list_add(mem, &lines, arena_printf(mem, "%s -> %s", ref_text(mem, &one->from), ref_text(mem, &one->to)));
    }
    for (int i = 0; i < tree->held.n; i++) {
        const struct held *one = tree->held.item[i];
        list_add(
            mem, &lines,
            arena_printf(mem, "%s <- %s%s", ref_text(mem, &one->what), one->by, one->goes_along ? ", goes along" : ""));
    }
    list_sort(&lines, text_order);
    copy->unmodelled = (struct list){0};
    buf_init(&text, mem);
    buf_add(&text, json_text(mem, tree_to_json(mem, copy), JSON_INDENTED));
    for (int i = 0; i < lines.n; i++)
        buf_addf(&text, "\n%s", (const char *)lines.item[i]);
    return text.data;
}

static const char *first_difference(struct arena *mem, const char *a, const char *b)
{
    const struct names left = text_lines(mem, a), right = text_lines(mem, b);
    for (int i = 0; i < left.n || i < right.n; i++)
        if (i >= left.n || i >= right.n || !text_equal(left.item[i], right.item[i]))
            return arena_printf(mem, "line %d: all gives %s, a part %s", i + 1, i < left.n ? left.item[i] : "nothing",
                                i < right.n ? right.item[i] : "nothing");
    return NULL;
}

/* What of `fresh` is put into the tree of the last text must give the tree of this one. */
static int merge_check(struct reader *reader, const struct partial *partial, const struct version *before,
                       const struct version *now, struct tree *fresh)
{
    struct law *law = &reader->law;
    struct arena *mem = law->ctx->mem;
    struct tree *merged = tree_new(mem, before->tree->engine);
    struct flat memory, copy; /* as the cache has it */
    flat_write(&memory, mem);
    tree_flat(&memory, before->tree);
    flat_read(&copy, mem, memory.out.data, memory.out.len);
    tree_flat(&copy, merged);
    if (!flat_ended(&copy))
        return law_broken(law, "what is remembered does not read back");
    reader->merged = partial_merge(partial, fresh, merged);
    if (!reader->merged)
        return 0;
    if (now->refused)
        return law_broken(law, "a part of what the server refuses was read");
    const char *difference = first_difference(mem, tree_text(reader, now->tree), tree_text(reader, merged));
    return difference ? law_broken(law, difference) : 0;
}

/* What the database itself says of the part. */
static int draft_check(struct reader *reader, const struct partial *partial, const struct version *before,
                       const struct version *now)
{
    struct law *law = &reader->law;
    const struct driver *driver = law->dialect->driver;
    struct tree *fresh;
    if (!driver->draft)
        return 0;
    int code = driver->draft(law->ctx, law->conn, &partial->statements, &fresh);
    if (code == ERR_UNSUPPORTED || code == ERR_SQL) {
        law->ctx->error = (struct error){0};
        return 0;
    }
    TRY(code);
    reader->drafts++;
    return merge_check(reader, partial, before, now, fresh);
}

/* From `before` to `now`; *part: only a part had to be run. */
static int step_check(struct reader *reader, const struct version *before, const struct version *now, bool *part)
{
    struct law *law = &reader->law;
    struct partial partial = {.ctx = law->ctx, .dialect = law->dialect};
    struct tree *fresh;
    *part = false;
    if (before->refused || !partial_choose(&partial, &before->said, &now->said))
        return 0;
    int code = pieces_load(reader, &now->statements, &partial.statements, &fresh);
    if (code == ERR_SQL) {
        law->ctx->error = (struct error){0};
        return 0; /* then all is run */
    }
    TRY(code);
    TRY(merge_check(reader, &partial, before, now, fresh));
    *part = reader->merged;
    if (!*part)
        return 0;
    reader->run += partial.statements.n;
    reader->statements += now->statements.n;
    return draft_check(reader, &partial, before, now);
}

/* A new text two objects at a time, where the engine is slow with many. */
static int slices_check(struct reader *reader, const struct version *now)
{
    struct law *law = &reader->law;
    struct partial partial = {.ctx = law->ctx, .dialect = law->dialect, .slice = 2};
    struct tree *fresh, *tree = tree_new(law->ctx->mem, law->dialect->engine);
    if (!law->dialect->create_reads_all || !partial_slices(&partial, &now->said))
        return 0;
    while (partial_slice_next(&partial)) {
        int code = pieces_load(reader, &now->statements, &partial.statements, &fresh);
        bool refused = code == ERR_SQL;
        if (refused)
            law->ctx->error = (struct error){0};
        else
            TRY(code);
        if (refused || !partial_slice_take(&partial, fresh, tree))
            return 0;
    }
    if (!partial_slices_end(&partial, tree))
        return 0;
    if (now->refused)
        return law_broken(law, "slices of what the engine refuses were read");
    reader->slices++;
    const char *difference = first_difference(law->ctx->mem, tree_text(reader, now->tree), tree_text(reader, tree));
    return difference ? law_broken(law, difference) : 0;
}

static const char *tree_sql(struct law *law, const struct tree *tree)
{
    struct changes *changes;
    struct plan *up, *down;
    struct tree *nothing = tree_new(law->ctx->mem, law->dialect->engine);
    nothing->kinds = tree->kinds;
    if (law_changes(law, nothing, tree, &changes) < 0 || law_plans(law, changes, &up, &down) < 0)
        return NULL;
    return plan_text(law->ctx->mem, up);
}

/* A text with a partitioned table is read as a whole. */
static bool has_partitions(const struct tree *tree)
{
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->kind == KIND_TABLE && expr_text(&((const struct table *)o)->partition_by))
            return true;
    return false;
}

/* Every other one is small and in one schema, so that a database can be asked about it. */
static const struct tree *random_one(struct reader *reader, uint64_t seed)
{
    enum { TRIES = 40, STRIDE = 100003 };
    enum engine engine = reader->law.dialect->engine;
    struct arena *mem = reader->law.ctx->mem;
    const struct tree *tree = random_tree(mem, engine, seed, 6);
    for (uint64_t i = 1; i <= TRIES && (has_partitions(tree) || (seed % 2 && tree->root->children.n > 1)); i++)
        tree = random_tree(mem, engine, seed + STRIDE * i, seed % 2 ? 2 : 6);
    return tree;
}

static int random_check(struct reader *reader, uint64_t seed)
{
    struct law *law = &reader->law;
    const struct tree *a = random_one(reader, seed);
    const struct tree *b = random_mutation(law->ctx->mem, a, seed, NULL);
    const char *first = tree_sql(law, a), *second = tree_sql(law, b);
    struct version before, now;
    bool part, back;
    if (!first || !second)
        return (int)law->ctx->error.code;
    TRY(text_read(reader, first, &before));
    TRY(text_read(reader, second, &now));
    law->doing = "slices";
    TRY(slices_check(reader, &now));
    law->doing = "a mutation";
    TRY(step_check(reader, &before, &now, &part));
    law->doing = "back again";
    TRY(step_check(reader, &now, &before, &back));
    reader->parts += part + back;
    reader->all += !part + !back;
    return 0;
}

static int random_run(struct reader *reader, int runs, uint64_t seed)
{
    int failed = 0;
    for (int i = 0; i < runs; i++) {
        struct arena_mark mark = arena_save(reader->law.ctx->mem);
        if (random_check(reader, seed + (uint64_t)i) < 0) {
            printf("seed %llu: %s\n", (unsigned long long)(seed + (uint64_t)i), reader->law.ctx->error.message);
            failed++;
        }
        reader->law.ctx->error = (struct error){0};
        arena_rewind(reader->law.ctx->mem, mark);
    }
    printf("%d failed; %d read in part (%d of %d statements), %d whole; %d in slices, %d in drafts\n", failed,
           reader->parts, reader->run, reader->statements, reader->all, reader->slices, reader->drafts);
    /* few random texts are without any ALTER; those by hand are read in slices too; a share says nothing of a few */
    enum { MANY = 40 };
    bool enough = reader->parts + reader->all < MANY ||
                  (4 * reader->parts > reader->all &&
                   (reader->slices || reader->drafts || !reader->law.dialect->create_reads_all));
    return failed || !enough;
}

struct section {
    const char *name, *expected; /* NULL: nothing stands before it */
    struct buf text;
    struct version version;
};

static int section_check(struct reader *reader, const struct section *before, struct section *now)
{
    bool part;
    reader->law.doing = now->name;
    TRY(text_read(reader, now->text.data, &now->version));
    TRY(slices_check(reader, &now->version));
    if (!now->expected)
        return 0;
    TRY(step_check(reader, &before->version, &now->version, &part));
    if (part != text_equal(now->expected, "part"))
        return law_broken(&reader->law, part ? "only a part was run" : "all was run");
    return 0;
}

static int file_check(struct reader *reader, const char *path)
{
    struct arena *mem = reader->law.ctx->mem;
    struct section before = {0}, now = {0};
    char *text;
    size_t length;
    int failed = 0;
    TRY(file_read(reader->law.ctx, path, 0, &text, &length));
    const struct names lines = text_lines(mem, arena_printf(mem, "%s====\n", text));
    for (int i = 0; i < lines.n; i++) {
        const char *line = lines.item[i];
        bool begins = text_starts(line, "==== ") || text_equal(line, "====");
        if (!begins && !text_starts(line, "---- ")) {
            buf_addf(&now.text, "%s\n", line);
            continue;
        }
        if (now.name && section_check(reader, &before, &now) < 0) {
            printf("%s: %s\n", path, reader->law.ctx->error.message);
            reader->law.ctx->error = (struct error){0};
            failed++;
        }
        before = now;
        now = (struct section){.name = begins ? line + 4 : before.name, .expected = begins ? NULL : line + 5};
        buf_init(&now.text, mem);
    }
    return failed;
}

static int reader_open(struct reader *reader, struct ctx *ctx, const char *engine, const char *address)
{
    reader->law = (struct law){.ctx = ctx, .dialect = dialect_find(engine)};
    if (!reader->law.dialect)
        return fail(ctx, ERR_USAGE, "no engine %s", engine);
    struct url *url = NEW(ctx->mem, struct url);
    if (!text_equal(address, "-")) {
        TRY(url_read(ctx, address, url));
        reader->url = url;
    }
    return law_open(&reader->law, reader->url);
}

int main(int argc, char **argv)
{
    struct ctx ctx;
    struct reader reader = {0};
    int64_t runs, seed;
    if (argc < 4)
        return 2;
    ctx_open(&ctx, 0);
    bool is_random = text_to_int(argv[2], &runs) && text_to_int(argv[3], &seed);
    const char *address = !is_random ? argv[2] : argc > 4 ? argv[4] : "-";
    int failed = reader_open(&reader, &ctx, argv[1], address) < 0;
    if (failed)
        printf("%s\n", ctx.error.message);
    else if (is_random)
        failed = random_run(&reader, (int)runs, (uint64_t)seed);
    for (int i = 3; !failed && !is_random && i < argc; i++)
        failed += file_check(&reader, argv[i]) != 0;
    conn_close(&reader.law.conn);
    ctx_close(&ctx);
    return failed ? 1 : 0;
}
