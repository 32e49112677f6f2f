/* The picture as SVG: what Graphviz draws of the text for it, without a word about who drew it, and with colors for the dark. */
#include "base/text.h"
#include "diagram/parts.h"

enum { MANY = 1500 };

int svg_text(struct ctx *ctx, const struct diagram *diagram, bool links, const char **text)
{
    const char *drawn;
    if (diagram->boxes.n > MANY)
        emit_info(ctx, "drawing %d objects may take minutes; --tables draws fewer", diagram->boxes.n);
    TRY(graphviz_draw(ctx, dot_text(ctx, diagram, links), &drawn));
    const char *begin = strstr(drawn, "<svg");
    if (!begin)
        return fail(ctx, ERR_FAILED, "Graphviz drew something that is not SVG");
    *text = text_replace(ctx->mem, begin, arena_printf(ctx->mem, " font-size=\"%d.00\"", DOT_FONT),
                         arena_printf(ctx->mem, " font-size=\"%d.00\"", SVG_FONT));
    return ctx_check(ctx);
}

int svg_render(struct ctx *ctx, const struct diagram *diagram, const char **text)
{
    const char *drawn;
    struct buf out;
    TRY(svg_text(ctx, diagram, false, &drawn));
    const char *inside = strchr(drawn, '>');
    if (!inside)
        return fail(ctx, ERR_FAILED, "Graphviz drew something that is not SVG");
    buf_init(&out, ctx->mem);
    buf_add(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_add_n(&out, drawn, (size_t)(inside + 1 - drawn));
    buf_add(&out, "\n<style>@media (prefers-color-scheme: dark) {\n");
    palette_dark(&out, "", false);
    buf_add(&out, "}</style>");
    buf_add(&out, inside + 1);
    *text = out.data;
    return ctx_check(ctx);
}
