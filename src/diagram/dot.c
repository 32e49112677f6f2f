/*
 * The picture for Graphviz.  Nodes have names of our own, whatever the tables are called, and all that users named stands in
 * labels of Graphviz's HTML, where only what XML escapes has a meaning.
 */
#include "base/text.h"
#include "diagram/parts.h"

enum { NAME_LIMIT = 60, TYPE_LIMIT = 40, DETAILS_LIMIT = 60 };

static const struct {
    const char *style, *head, *tail;
} ends[] = {
    [LINE_KEY] = {"solid", "tee", "crow"},          [LINE_BASE] = {"dashed", "vee", "none"},
    [LINE_INHERITS] = {"solid", "onormal", "none"}, [LINE_PARTITION] = {"dashed", "onormal", "none"},
    [LINE_TYPE] = {"dotted", "none", "none"},
};

/* Graphviz reads \N and the like everywhere, after what XML escapes: a backslash is only safe as two. */
static void escaped_add(struct buf *out, const char *text)
{
    xml_add(out, text_replace(out->mem, text, "\\", "\\\\"));
}

static void text_add(struct buf *out, const char *text, size_t limit)
{
    escaped_add(out, text_short(out->mem, text, limit));
}

static void quoted_add(struct buf *out, const char *text)
{
    buf_add_c(out, '"');
    escaped_add(out, text);
    buf_add_c(out, '"');
}

static void quiet_add(struct buf *out, const char *text, size_t limit)
{
    buf_addf(out, "<FONT COLOR=\"%s\">", palette[QUIET].light);
    text_add(out, text, limit);
    buf_add(out, "</FONT>");
}

/* On a line of its own: two texts side by side would touch where a font is wider than Graphviz believes. */
static void details_add(struct buf *out, const char *details)
{
    if (!*details)
        return;
    buf_add(out, "<BR/>");
    quiet_add(out, details, DETAILS_LIMIT);
}

/* Lines leave a row at its right end, and come to its left one. */
static void row_add(struct buf *out, const struct row *row, int number)
{
    struct arena *mem = out->mem;
    const char *paper = palette[row_color(row->shade)].light;
    const char *marks = text_trim(mem, arena_printf(mem, "%s %s", row->keys, row->nullable ? "null" : ""));
    buf_addf(out, "<TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\" PORT=\"l%d\" BGCOLOR=\"%s\">%s", number, paper,
             shade_sign[row->shade]);
    text_add(out, row->name, NAME_LIMIT);
    details_add(out, row->details);
    buf_addf(out, "</TD><TD ALIGN=\"LEFT\" BGCOLOR=\"%s\">", paper);
    text_add(out, row->type, TYPE_LIMIT);
    buf_addf(out, "</TD><TD ALIGN=\"LEFT\" PORT=\"r%d\" BGCOLOR=\"%s\">", number, paper);
    if (*marks)
        quiet_add(out, marks, NAME_LIMIT);
    buf_add(out, "</TD></TR>\n");
}

/* A label, or a domain's type. */
static void only_add(struct buf *out, const struct row *row)
{
    buf_addf(out, "<TR><TD ALIGN=\"LEFT\" COLSPAN=\"3\" BGCOLOR=\"%s\">%s", palette[row_color(row->shade)].light,
             shade_sign[row->shade]);
    text_add(out, row->name, NAME_LIMIT);
    buf_add(out, "</TD></TR>\n");
}

static void box_add(struct buf *out, const struct box *box, bool links)
{
    buf_addf(out, "  t%d [", box->number);
    if (links)
        buf_addf(out, "URL=\"#t%d\", ", box->number);
    buf_add(out, "tooltip=");
    quoted_add(out, arena_printf(out->mem, "%s %s", box->word, box->title));
    buf_addf(out, ", label=<<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"4\" COLOR=\"%s\">\n",
             palette[edge_color(box->shade)].light);
    buf_addf(out, "<TR><TD COLSPAN=\"3\" PORT=\"h\" BGCOLOR=\"%s\"><B>%s", palette[head_color(box)].light,
             shade_sign[box->shade]);
    text_add(out, box->title, NAME_LIMIT);
    buf_add(out, "</B>");
    if (box->object->kind != KIND_TABLE || object_is_partition(box->object))
        details_add(out, box->word);
    details_add(out, box->details);
    buf_add(out, "</TD></TR>\n");
    for (int i = 0; i < box->rows.n; i++) {
        const struct row *row = box->rows.item[i];
        if (row->object)
            row_add(out, row, i + 1);
        else
            only_add(out, row);
    }
    buf_add(out, "</TABLE>>]\n");
}

static void end_add(struct buf *out, const struct box *box, int row, bool right)
{
    if (row < 0)
        buf_addf(out, "t%d:h:%c", box->number, right ? 'e' : 'w');
    else
        buf_addf(out, "t%d:%c%d:%c", box->number, right ? 'r' : 'l', row + 1, right ? 'e' : 'w');
}

static void line_add(struct buf *out, const struct line *line)
{
    const char *head = ends[line->how].head, *tail = ends[line->how].tail;
    if (line->how == LINE_KEY) {
        head = line->optional ? "teeodot" : head;
        tail = line->one ? "tee" : tail;
    }
    buf_add(out, "  ");
    end_add(out, line->from, line->from_row, true);
    buf_add(out, " -> ");
    end_add(out, line->to, line->to_row, line->to == line->from);
    buf_addf(out, " [color=\"%s\", style=\"%s\", arrowhead=\"%s\", arrowtail=\"%s\", tooltip=",
             palette[edge_color(line->shade)].light, ends[line->how].style, head, tail);
    const char *what = line->how == LINE_KEY ? "foreign key " : "";
    const char *shade = line->shade ? arena_printf(out->mem, " (%s)", shade_word[line->shade]) : "";
    quoted_add(out, arena_printf(out->mem, "%s: %s%s%s", line->from->title, what, line->label, shade));
    buf_add(out, "]\n");
}

const char *dot_text(struct ctx *ctx, const struct diagram *diagram, bool links)
{
    static const char font[] = "fontname=\"Helvetica,Arial,sans-serif\"";
    const char *ink = palette[INK].light;
    struct buf out;
    buf_init(&out, ctx->mem);
    buf_add(&out, "digraph ");
    quoted_add(&out, text_shown(ctx->mem, diagram->input->title, false));
    buf_addf(&out, " {\n  graph [rankdir=\"LR\", bgcolor=\"%s\", nodesep=\"0.3\", ranksep=\"0.9\", %s]\n",
             palette[PAPER].light, font);
    buf_addf(&out, "  node [shape=\"plain\", fontsize=\"%d\", fontcolor=\"%s\", %s]\n", DOT_FONT, ink, font);
    buf_addf(&out, "  edge [dir=\"both\", arrowsize=\"0.8\", fontcolor=\"%s\", %s]\n", ink, font);
    if (!diagram->boxes.n)
        buf_addf(&out, "  nothing [label=\"no tables\"]\n");
    for (int i = 0; i < diagram->boxes.n; i++)
        box_add(&out, diagram->boxes.item[i], links);
    for (int i = 0; i < diagram->lines.n; i++)
        line_add(&out, diagram->lines.item[i]);
    buf_add(&out, "}\n");
    return out.data;
}

int dot_render(struct ctx *ctx, const struct diagram *diagram, const char **text)
{
    *text = dot_text(ctx, diagram, false);
    return ctx_check(ctx);
}
