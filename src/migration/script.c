/*
 * Migrations that are programs: NAME.py with the functions upgrade(connection) and rollback(connection), NAME.sh, which
 * NAME.rollback.sh undoes.  Their text is only summed and looked through for what has to be known before they run: is there a way
 * back, what do they depend on.
 * Not here: running them (run/script.c).
 */
#include "migration/parts.h"

#include <regex.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

const struct script_kind script_kinds[SCRIPTS] = {
    [SCRIPT_NONE] = {"sql", "SQL", ".sql"},
    [SCRIPT_PYTHON] = {"python", "Python", ".py"},
    [SCRIPT_SHELL] = {"shell", "shell", ".sh"},
};

/* A function of a module: defined in it, or brought into it by its name. */
static bool has_function(struct arena *mem, const char *text, const char *name)
{
    regex_t regex;
    const char *pattern = arena_printf(
        mem, "^((async[ \t]+)?def[ \t]+%s[ \t]*\\(|%s[ \t]*=|from[ \t].*[ \t,(]%s([ \t,)#]|$))", name, name, name);
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE | REG_NOSUB))
        return false;
    bool found = !regexec(&regex, text, 0, NULL, 0);
    regfree(&regex);
    return found;
}

static const char *header_of(struct arena *mem, const char *line, const char *name)
{
    const char *at = line + strspn(line, "# \t");
    size_t length = strlen(name);
    if (strncasecmp(at, name, length))
        return NULL;
    at += length + strspn(at + length, " \t");
    return *at == ':' ? text_trim(mem, at + 1) : NULL;
}

/* Of the comment that it begins with. */
static int header_read(struct ctx *ctx, struct migration *migration)
{
    const struct names lines = text_lines(ctx->mem, migration->text);
    for (int i = 0; i < lines.n && (*lines.item[i] == '#' || !*lines.item[i]); i++) {
        const char *value;
        if ((value = header_of(ctx->mem, lines.item[i], "depends_on"))) {
            const struct versions_line line = {migration->path, i + 1, "#", "depends_on", value};
            TRY(versions_read(ctx, &line, &migration->depends_on));
        } else if ((value = header_of(ctx->mem, lines.item[i], "description")) && *value)
            migration->title = value;
        else if ((value = header_of(ctx->mem, lines.item[i], "irreversible")) && *value)
            migration->irreversible = value;
        else if ((value = header_of(ctx->mem, lines.item[i], "adopted")) && *value)
            migration->adopted = value;
    }
    return 0;
}

static void keep(struct ctx *ctx, struct migration *migration)
{
    migration->up_error = migration->down_error = error_keep(ctx);
}

static void python_look(struct ctx *ctx, struct migration *migration)
{
    migration->has_down = has_function(ctx->mem, migration->text, "rollback");
    if (has_function(ctx->mem, migration->text, "upgrade"))
        return;
    fail(ctx, ERR_SYNTAX, "there is no function upgrade(connection) in it");
    fail_hint(ctx, "A migration in Python has upgrade(connection), and rollback(connection), which undoes it.");
    fail_at(ctx, migration->path, 0, 0);
    keep(ctx, migration);
}

static void shell_look(struct ctx *ctx, struct migration *migration)
{
    const char *stem = arena_copy(ctx->mem, migration->path, strlen(migration->path) - strlen(".sh"));
    const char *back = arena_printf(ctx->mem, "%s.rollback.sh", stem);
    migration->has_down = file_exists(back);
    migration->back = migration->has_down ? back : NULL;
}

int script_fill(struct ctx *ctx, struct migration *migration)
{
    migration->checksum = migration->token_checksum = hash_sha256(ctx->mem, migration->text, migration->length);
    if (migration->type == MIGRATION_SEED)
        return 0;
    if (memchr(migration->text, 0, migration->length)) {
        fail(ctx, ERR_SYNTAX, "the file holds a zero byte");
        fail_at(ctx, migration->path, 0, 0);
        keep(ctx, migration);
        return 0;
    }
    if (header_read(ctx, migration) < 0) {
        keep(ctx, migration);
        return 0;
    }
    if (migration->script == SCRIPT_PYTHON)
        python_look(ctx, migration);
    else
        shell_look(ctx, migration);
    return 0;
}
