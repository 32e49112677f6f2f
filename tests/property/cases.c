/*
 * Text cases: what a change of schema becomes.  A case file has the sections current, desired (DDL of the engine), up,
 * down and hazards (those of the way down after "back: "), each under a line "== name".  The DDL is run in databases of
 * its own and read back; what comes out is compared with the file, or written into it with --update; then up and down are
 * run and must lead there and back.
 * A section needs says from which version of the server on there is what a case has: on an older one it is left out, with a line.
 * On another version than that from which the texts are, only what they do is looked at: servers print texts in their own ways.
 * A section flags before them has the flags of make-migrations: those that decide renames, and --concurrent; one a line.
 * What a server read back is kept beside the case (--update, NAME.json): with --recorded the texts are compared without one.
 * usage: cases ENGINE [--update | --recorded] [--url URL] FILE...
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "diff/rename.h"
#include "law.h"
#include "sql/split.h"

static const char *const section_names[] = {"needs", "flags", "current", "desired", "up", "down", "hazards"};
enum { NEEDS, FLAGS, CURRENT, DESIRED, UP, DOWN, HAZARDS, SECTIONS };

struct text_case {
    const char *path;
    const char *head; /* lines before the first section */
    const char *section[SECTIONS];
};

static int case_read(struct ctx *ctx, const char *path, struct text_case *text_case)
{
    char *text;
    size_t length;
    struct buf part;
    int at = -1;
    TRY(file_read(ctx, path, 0, &text, &length));
    *text_case = (struct text_case){.path = path, .section = {"", "", "", "", "", "", ""}};
    buf_init(&part, ctx->mem);
    struct names lines = text_lines(ctx->mem, text);
    for (int i = 0; i <= lines.n; i++) {
        const char *line = i < lines.n ? lines.item[i] : "== end";
        if (!text_starts(line, "== ")) {
            buf_addf(&part, "%s\n", line);
            continue;
        }
        *(at < 0 ? &text_case->head : &text_case->section[at]) =
            at < 0 ? arena_dup(ctx->mem, part.data) : text_trim(ctx->mem, part.data);
        buf_cut(&part, 0);
        for (at = 0; at < SECTIONS && !text_equal(section_names[at], line + 3);)
            at++;
        if (at == SECTIONS && i < lines.n)
            return fail(ctx, ERR_SYNTAX, "unknown section \"%s\"", line + 3);
    }
    return 0;
}

static int ddl_run(struct law *law, const char *text)
{
    struct split split;
    const struct sql_piece section = {.text = text, .length = strlen(text), .line = 1};
    TRY(split_section(law->ctx, law->dialect->lex, "case", &section, &split));
    for (int i = 0; i < split.n; i++)
        TRY(conn_exec(law->ctx, law->conn, arena_copy(law->ctx->mem, split.piece[i].text, split.piece[i].length)));
    return 0;
}

/* What the DDL makes, in a database of its own. */
static int tree_of(struct law *law, const struct url *url, const char *ddl, struct tree **tree)
{
    struct law other = *law;
    TRY(law_open(&other, url));
    int code = ddl_run(&other, ddl);
    if (code == 0)
        code = law_load(&other, tree);
    conn_close(&other.conn);
    return code;
}

static void hazards_add(struct buf *out, const struct plan *plan, const char *prefix)
{
    for (int i = 0; i < plan->hazards.n; i++) {
        const struct hazard *hazard = plan->hazards.item[i];
        if (!hazard->expected)
            buf_addf(out, "%s%s%s%s: %s", out->len ? "\n" : "", prefix, hazard->code,
                     hazard->irreversible ? " (irreversible)" : "", hazard->text);
    }
}

static const char *hazards_text(struct arena *mem, const struct plan *up, const struct plan *down)
{
    struct buf out;
    buf_init(&out, mem);
    hazards_add(&out, up, "");
    hazards_add(&out, down, "back: ");
    return out.data;
}

static int case_write(struct ctx *ctx, const struct text_case *text_case)
{
    struct buf out;
    buf_init(&out, ctx->mem);
    buf_add(&out, text_case->head);
    for (int i = 0; i < SECTIONS; i++)
        if (i >= CURRENT || *text_case->section[i])
            buf_addf(&out, "== %s\n%s%s", section_names[i], text_case->section[i], *text_case->section[i] ? "\n" : "");
    return file_write(ctx, text_case->path, out.data, out.len, 0644);
}

static int texts_agree(struct law *law, struct text_case *text_case, const struct plan *up, const struct plan *down,
                       bool update)
{
    struct arena *mem = law->ctx->mem;
    const char *got[] = {plan_text(mem, up), plan_text(mem, down), hazards_text(mem, up, down)};
    law->doing = "texts";
    for (int i = UP; i < SECTIONS; i++) {
        if (text_equal(text_case->section[i], got[i - UP]))
            continue;
        if (!update)
            return law_broken(law, arena_printf(mem, "%s is not as written but\n%s", section_names[i], got[i - UP]));
        text_case->section[i] = got[i - UP];
    }
    return update ? case_write(law->ctx, text_case) : 0;
}

/* ---- what a server read back ---- */

static const char *recorded_path(struct arena *mem, const char *path)
{
    return arena_printf(mem, "%s.json", text_slice(mem, path, 0, strlen(path) - strlen(".txt")));
}

static int trees_record(struct ctx *ctx, const char *path, const struct tree *current, const struct tree *desired)
{
    struct json *json = json_object(ctx->mem);
    json_set(ctx->mem, json, "current", tree_to_json_short(ctx->mem, current));
    json_set(ctx->mem, json, "desired", tree_to_json_short(ctx->mem, desired));
    const char *text = arena_printf(ctx->mem, "%s\n", json_text(ctx->mem, json, JSON_INDENTED));
    return file_write(ctx, recorded_path(ctx->mem, path), text, strlen(text), 0644);
}

static int trees_recorded(struct law *law, const char *path, struct tree **current, struct tree **desired)
{
    struct ctx *ctx = law->ctx;
    struct json *json;
    char *text;
    size_t length;
    const char *name = recorded_path(ctx->mem, path);
    if (!file_exists(name))
        return fail(ctx, ERR_FILE, "%s is not there: `cases ENGINE --update --url URL` writes it", name);
    TRY(file_read(ctx, name, 0, &text, &length));
    TRY(json_read(ctx, name, text, length, &json));
    TRY(tree_from_json(ctx, name, json_get(json, "current"), current));
    TRY(tree_from_json(ctx, name, json_get(json, "desired"), desired));
    law->target = target_offline(law->dialect, *current);
    return 0;
}

static int changes_find(struct law *law, const struct text_case *text_case, struct tree *current, struct tree *desired,
                        struct changes **changes)
{
    struct ctx *ctx = law->ctx;
    struct list renames = {0};
    struct tree *before = tree_copy(ctx->mem, current); /* schemas are renamed in it */
    const struct diff_input input = {.target = &law->target, .before = before, .after = desired};
    struct names flags = text_lines(ctx->mem, text_case->section[FLAGS]);
    law->concurrently = false;
    for (int i = 0; i < flags.n; i++) {
        const char *flag = flags.item[i], *value = strchr(flag, ' ');
        law->concurrently = law->concurrently || text_equal(flag, "--concurrent");
        int (*read)(struct ctx *, const char *, struct list *) =
            text_starts(flag, "--rename-table ")    ? rename_read_table
            : text_starts(flag, "--rename-object ") ? rename_read_object
                                                    : rename_read_column;
        if (value)
            TRY(read(ctx, value + 1, &renames));
    }
    TRY(rename_check(ctx, &input, &renames));
    law->renames = &renames;
    int code = law_changes(law, before, desired, changes);
    law->renames = NULL;
    return code;
}

static int recorded_run(struct law *law, const char *path)
{
    struct text_case text_case;
    struct tree *current, *desired;
    struct changes *changes;
    struct plan *up, *down;
    law->doing = "reading";
    TRY(case_read(law->ctx, path, &text_case));
    TRY(trees_recorded(law, path, &current, &desired));
    TRY(changes_find(law, &text_case, current, desired, &changes));
    TRY(law_plans(law, changes, &up, &down));
    return texts_agree(law, &text_case, up, down, false);
}

/* ---- a case ---- */

static int major(const struct dialect *dialect, int version)
{
    return dialect->majors_only ? version / 10000 : version;
}

static int texts_are_of(struct law *law, const char *path, bool *this_version)
{
    struct tree *current, *desired;
    struct target target = law->target;
    *this_version = true;
    if (!law->dialect->majors_only)
        return 0;
    TRY(trees_recorded(law, path, &current, &desired));
    law->target = target;
    *this_version = major(law->dialect, current->version) == major(law->dialect, law->conn->version);
    return 0;
}

static bool is_lacking(const struct law *law, const struct text_case *text_case)
{
    int64_t needs = 0;
    return text_to_int(text_case->section[NEEDS], &needs) && major(law->dialect, law->conn->version) < needs;
}

static int case_run(struct law *law, const struct url *url, const char *path, bool update)
{
    struct text_case text_case;
    struct tree *current, *desired, *live;
    struct changes *changes;
    struct plan *up, *down;
    law->doing = "reading";
    bool alike = true;
    TRY(case_read(law->ctx, path, &text_case));
    if (is_lacking(law, &text_case)) {
        printf("%s needs %s\n", path, text_case.section[NEEDS]);
        return 0;
    }
    if (!update)
        TRY(texts_are_of(law, path, &alike));
    TRY(ddl_run(law, text_case.section[CURRENT]));
    TRY(law_load(law, &current));
    TRY(tree_of(law, url, text_case.section[DESIRED], &desired));
    if (update && url)
        TRY(trees_record(law->ctx, path, current, desired));
    TRY(changes_find(law, &text_case, current, desired, &changes));
    TRY(law_plans(law, changes, &up, &down));
    if (alike)
        TRY(texts_agree(law, &text_case, up, down, update));
    law->doing = "up";
    TRY(law_run(law, up));
    TRY(law_load(law, &live));
    TRY(law_agree(law, live, desired));
    law->doing = "down";
    TRY(law_run(law, down));
    TRY(law_load(law, &live));
    return law_agree(law, live, current);
}

enum mode { MODE_CHECK, MODE_UPDATE, MODE_RECORDED };

static bool file_run(struct law *law, const struct url *url, const char *path, enum mode mode)
{
    struct ctx ctx;
    ctx_open(&ctx, 0);
    law->ctx = &ctx;
    law->conn = NULL;
    int code = mode == MODE_RECORDED ? recorded_run(law, path) : law_open(law, url);
    if (code == 0 && mode != MODE_RECORDED)
        code = case_run(law, url, path, mode == MODE_UPDATE);
    if (code < 0)
        fprintf(stderr, "%s: %s\n", path, ctx.error.message);
    conn_close(&law->conn);
    ctx_close(&ctx);
    return code == 0;
}

int main(int argc, char **argv)
{
    struct law law = {.dialect = argc > 1 ? dialect_find(argv[1]) : NULL};
    struct url url = {0};
    struct ctx ctx;
    enum mode mode = MODE_CHECK;
    bool with_url = false;
    int good = 0, bad = 0;
    if (!law.dialect) {
        fprintf(stderr, "usage: cases ENGINE [--update | --recorded] [--url URL] FILE...\n");
        return 2;
    }
    ctx_open(&ctx, 0);
    for (int i = 2; i < argc; i++) {
        if (text_equal(argv[i], "--update"))
            mode = MODE_UPDATE;
        else if (text_equal(argv[i], "--recorded"))
            mode = MODE_RECORDED;
        else if (text_equal(argv[i], "--url") && i + 1 < argc)
            with_url = url_read(&ctx, argv[++i], &url) == 0;
        else if (file_run(&law, with_url ? &url : NULL, argv[i], mode))
            good++;
        else
            bad++;
    }
    printf("cases: %s: %d passed, %d failed\n", law.dialect->name, good, bad);
    url_close(&url);
    ctx_close(&ctx);
    return bad || !good ? 1 : 0;
}
