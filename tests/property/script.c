#include "script.h"

#include "base/file.h"
#include "base/text.h"

static bool is_head(const char *const *marks, const char *line)
{
    for (; *marks; marks++)
        if (text_starts(line, *marks))
            return true;
    return false;
}

/* The lines from *at on to the next head. */
static const char *body_read(struct arena *mem, const char *const *marks, const struct names *lines, int *at)
{
    struct buf body;
    buf_init(&body, mem);
    while (*at < lines->n && !is_head(marks, lines->item[*at]))
        buf_addf(&body, "%s\n", lines->item[(*at)++]);
    return arena_printf(mem, "%s\n", text_trim(mem, body.data));
}

int script_read(struct ctx *ctx, const char *path, const char *const *marks, struct script *script)
{
    char *text;
    size_t length;
    int at = 0;
    TRY(file_read(ctx, path, 0, &text, &length));
    const struct names lines = text_lines(ctx->mem, text);
    *script = (struct script){.path = path};
    buf_init(&script->made, ctx->mem);
    buf_addf(&script->made, "%s\n", body_read(ctx->mem, marks, &lines, &at));
    while (at < lines.n) {
        struct script_part *part = NEW(ctx->mem, struct script_part);
        part->head = lines.item[at++];
        part->body = body_read(ctx->mem, marks, &lines, &at);
        list_add(ctx->mem, &script->parts, part);
    }
    return 0;
}

void script_add(struct script *script, const char *head, const char *body)
{
    buf_addf(&script->made, "%s\n%s\n", head, body);
}

int script_write(struct ctx *ctx, const struct script *script)
{
    return file_write(ctx, script->path, script->made.data, script->made.len - 1, 0644);
}
