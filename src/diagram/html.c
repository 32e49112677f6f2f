/*
 * The picture and all that is known of its objects on one page that asks for nothing else: no network, no other file.  It can
 * be read without its script, which adds the search, the zoom and the choice between light and dark.
 */
#include "base/text.h"
#include "diagram/parts.h"
#include "diagram_page.h"

enum { STYLE, SCRIPT }; /* of embedded[] */
enum { DRAWN = 1000 };  /* with more a picture is of no use on a page */

struct page {
    struct ctx *ctx;
    struct arena *mem;
    const struct diagram *diagram;
    struct buf out;
};

/* ---- texts ---- */

static void add(struct page *page, const char *markup)
{
    buf_add(&page->out, markup);
}

static void show(struct page *page, const char *text)
{
    xml_add(&page->out, text_shown(page->mem, text, true));
}

static void class_open(struct page *page, const char *tag, enum shade shade)
{
    buf_addf(&page->out, shade ? "<%s class=\"%s\">" : "<%s>", tag, shade_word[shade]);
}

static void cell(struct page *page, const char *text)
{
    add(page, "<td>");
    show(page, text);
    add(page, "</td>");
}

static void small(struct page *page, const char *text)
{
    if (!*text)
        return;
    add(page, " <small>");
    show(page, text);
    add(page, "</small>");
}

static void name_add(struct page *page, const char *name, enum shade shade)
{
    show(page, shade_sign[shade]);
    show(page, name_shown(page->mem, name));
}

/* ---- objects by their descriptors ---- */

static const char *field_words(struct arena *mem, const struct object *object, int field)
{
    const struct field *info = &kind_table[object->kind].field[field];
    const char *value = field_shown(mem, object, field), *name = text_replace(mem, info->name, "_", " ");
    if (!value)
        return NULL;
    return info->type == FIELD_FLAG ? name : arena_printf(mem, "%s %s", name, value);
}

/* All that it says but the fields of these names ("comment definition"), as words. */
static struct names words_of(struct arena *mem, const struct object *object, const char *but)
{
    struct names found = {0};
    const struct names names = text_split(mem, but, ' ');
    for (int i = 0; i < kind_table[object->kind].fields; i++) {
        const struct field *info = &kind_table[object->kind].field[i];
        const char *words =
            info->marks & FIELD_SILENT || names_have(&names, info->name) ? NULL : field_words(mem, object, i);
        if (words)
            names_add(mem, &found, words);
    }
    return found;
}

static const char *value_of(struct arena *mem, const struct object *object, const char *field)
{
    int at = field_find(object->kind, field);
    const char *value = at < 0 ? NULL : field_shown(mem, object, at);
    return value ? value : "";
}

static const char *parts_text(struct arena *mem, const struct object *object)
{
    struct names found = {0};
    for (int i = 0; i < object->children.n; i++) {
        const struct object *part = object->children.item[i];
        if (!kind_is(part->kind, KIND_PART))
            continue;
        const char *column = value_of(mem, part, "column"), *what = *column ? column : value_of(mem, part, "expr");
        struct names words = words_of(mem, part, "column expr");
        names_add(mem, &found, text_trim(mem, arena_printf(mem, "%s %s", what, names_join(mem, &words, " "))));
    }
    return names_join(mem, &found, ", ");
}

/* "(team_id) → teams (id), on delete CASCADE" */
static const char *summary_of(struct arena *mem, const struct object *object)
{
    const char *columns = value_of(mem, object, "columns"), *table = value_of(mem, object, "ref_table");
    const char *far = value_of(mem, object, "ref_columns"), *parts = parts_text(mem, object);
    struct names words = words_of(mem, object, "comment columns ref_table ref_columns");
    struct names found = {0};
    if (*table)
        names_add(mem, &found,
                  arena_printf(mem, "(%s) → %s%s", columns, table, *far ? arena_printf(mem, " (%s)", far) : ""));
    else if (*columns || *parts)
        names_add(mem, &found, arena_printf(mem, "(%s)", *columns ? columns : parts));
    for (int i = 0; i < words.n; i++)
        names_add(mem, &found, words.item[i]);
    return names_join(mem, &found, ", ");
}

/* ---- sections ---- */

static void column_add(struct page *page, const struct row *row)
{
    struct arena *mem = page->mem;
    const struct object *object = row->object;
    struct names more = words_of(mem, object, "type nullable default_value comment");
    class_open(page, "tr", row->shade);
    add(page, "<td>");
    name_add(page, object->name, row->shade);
    small(page, row->details);
    add(page, "</td>");
    cell(page, row->type);
    cell(page, row->nullable ? "yes" : "no");
    add(page, "<td><code>");
    show(page, value_of(mem, object, "default_value"));
    add(page, "</code></td>");
    cell(page, row->keys);
    cell(page, value_of(mem, object, "comment"));
    cell(page, names_join(mem, &more, ", "));
    add(page, "</tr>\n");
}

static void columns_add(struct page *page, const struct box *box)
{
    bool any = false;
    for (int i = 0; i < box->rows.n; i++) {
        const struct row *row = box->rows.item[i];
        if (!row->object)
            continue;
        if (!any)
            add(page, "<div class=\"wide\"><table><thead><tr><th>Column</th><th>Type</th><th>Null</th><th>Default</th>"
                      "<th>Keys</th><th>Comment</th><th>More</th></tr></thead><tbody>\n");
        any = true;
        column_add(page, row);
    }
    if (any)
        add(page, "</tbody></table></div>\n");
}

static void child_add(struct page *page, const struct object *object)
{
    enum shade shade = shade_of(page->diagram, object);
    class_open(page, "tr", shade);
    cell(page, text_replace(page->mem, kind_table[object->kind].name, "_", " "));
    add(page, "<td>");
    if (object->name)
        name_add(page, object->name, shade);
    else
        show(page, shade_sign[shade]);
    small(page, details_of(page->mem, page->diagram, object));
    add(page, "</td><td><code>");
    show(page, summary_of(page->mem, object));
    add(page, "</code></td>");
    cell(page, value_of(page->mem, object, "comment"));
    add(page, "</tr>\n");
}

static void children_add(struct page *page, const struct list *objects)
{
    bool any = false;
    for (int i = 0; i < objects->n; i++) {
        const struct object *object = objects->item[i];
        if (object->kind == KIND_COLUMN)
            continue;
        if (!any)
            add(page,
                "<div class=\"wide\"><table><thead><tr><th>Kind</th><th>Name</th><th>What</th><th>Comment</th></tr></thead><tbody>\n");
        any = true;
        child_add(page, object);
    }
    if (any)
        add(page, "</tbody></table></div>\n");
}

/* What the object itself says: a view's query, options, labels. */
static void fields_add(struct page *page, const struct object *object)
{
    bool any = false;
    for (int i = 0; i < kind_table[object->kind].fields; i++) {
        const struct field *info = &kind_table[object->kind].field[i];
        const char *value = field_shown(page->mem, object, i);
        if (!value || info->marks & FIELD_SILENT || text_equal(info->name, "comment"))
            continue;
        add(page, any ? "<dt>" : "<dl><dt>");
        any = true;
        show(page, text_replace(page->mem, info->name, "_", " "));
        add(page, "</dt><dd><pre>");
        show(page, value);
        add(page, "</pre></dd>\n");
    }
    if (any)
        add(page, "</dl>\n");
}

static void box_add(struct page *page, const struct box *box)
{
    const struct object *object = box->object;
    const char *class = object->kind == KIND_TABLE ? "" : object->kind == KIND_VIEW ? " view" : " type";
    const char *comment = value_of(page->mem, object, "comment");
    const struct list children = children_of(page->mem, page->diagram, object);
    buf_addf(&page->out, "<section id=\"t%d\" class=\"object%s%s%s\">\n<h2>", box->number, class, box->shade ? " " : "",
             shade_word[box->shade]);
    show(page, shade_sign[box->shade]);
    show(page, box->title);
    small(page, *box->details ? arena_printf(page->mem, "%s, %s", box->word, box->details) : box->word);
    add(page, "</h2>\n");
    if (*comment) {
        add(page, "<p class=\"comment\">");
        show(page, comment);
        add(page, "</p>\n");
    }
    columns_add(page, box);
    children_add(page, &children);
    fields_add(page, object);
    add(page, "</section>\n");
}

static void others_add(struct page *page)
{
    const struct list *others = &page->diagram->others;
    const struct names *tables = page->diagram->input->tables;
    if (!others->n || (tables && tables->n))
        return;
    add(page, "<section id=\"others\" class=\"object\">\n<h2>Other objects</h2>\n");
    children_add(page, others);
    add(page, "</section>\n");
}

static void history_add(struct page *page)
{
    const struct list *history = page->diagram->input->history;
    if (!history || !history->n)
        return;
    add(page,
        "<section id=\"history\">\n<h2>Migrations</h2>\n<div class=\"wide\"><table><thead><tr><th>Version</th><th>Description</th>"
        "<th>File</th><th>State</th><th>Applied</th></tr></thead><tbody>\n");
    for (int i = 0; i < history->n; i++) {
        const struct diagram_migration *one = history->item[i];
        add(page, "<tr>");
        cell(page, one->version);
        cell(page, one->description);
        cell(page, one->filename);
        cell(page, one->state);
        cell(page, one->applied_at);
        add(page, "</tr>\n");
    }
    add(page, "</tbody></table></div>\n</section>\n");
}

/* ---- the picture ---- */

static void picture_absent(struct page *page, const char *why)
{
    emit_warning(page->ctx, "the page has no picture: %s", why);
    add(page, "<p>There is no picture: ");
    show(page, why);
    add(page, "</p>\n");
}

/* The page is of use without it: it says why there is none. */
static int picture_add(struct page *page)
{
    struct ctx *ctx = page->ctx;
    const char *svg;
    add(page, "<section id=\"picture\">\n");
    if (page->diagram->boxes.n > DRAWN)
        picture_absent(page, arena_printf(page->mem, "%d objects are too many for one; --tables draws some of them",
                                          page->diagram->boxes.n));
    else {
        int code = svg_text(ctx, page->diagram, true, &svg);
        if (code < 0 && code != ERR_UNSUPPORTED)
            return code;
        if (code < 0) {
            picture_absent(page, arena_printf(page->mem, "%s. %s", ctx->error.message, ctx->error.hint));
            ctx->error = (struct error){0};
        } else {
            add(page,
                "<div class=\"tools\"><button id=\"smaller\" title=\"smaller (-)\">−</button> "
                "<button id=\"larger\" title=\"larger (+)\">+</button> <button id=\"fit\" title=\"as wide as the page (0)\">Fit</button>"
                "</div>\n<div class=\"picture\" tabindex=\"0\" aria-label=\"Picture of the schema\">\n");
            add(page, svg);
            add(page, "</div>\n");
        }
    }
    add(page, "</section>\n");
    return 0;
}

/* ---- the page ---- */

static void colors_add(struct page *page)
{
    static const char *const rules[] = {
        ":root{color-scheme:light;",
        "@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;",
        ":root[data-theme=dark]{color-scheme:dark;"};
    for (int rule = 0; rule < 3; rule++) {
        add(page, rules[rule]);
        for (int i = 0; i < COLORS; i++)
            buf_addf(&page->out, "--%s:%s;", palette[i].name, rule ? palette[i].dark : palette[i].light);
        add(page, rule == 1 ? "}}\n" : "}\n");
    }
    palette_dark(&page->out, "svg ", true);
}

static void head_add(struct page *page)
{
    add(page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
        "<title>");
    show(page, page->diagram->input->title);
    add(page, "</title>\n<style>\n");
    colors_add(page);
    add(page, embedded[STYLE].text);
    add(page, "</style>\n</head>\n<body>\n");
}

static void facts_add(struct page *page)
{
    int shades[SHADES] = {0};
    const struct list *boxes = &page->diagram->boxes;
    struct names facts = {0};
    for (int i = 0; i < boxes->n; i++)
        shades[((const struct box *)boxes->item[i])->shade]++;
    names_add(page->mem, &facts, arena_printf(page->mem, "%d objects", boxes->n));
    for (enum shade shade = SHADE_ADDED; shade < SHADES; shade++)
        if (shades[shade])
            names_add(page->mem, &facts, arena_printf(page->mem, "%d %s", shades[shade], shade_word[shade]));
    add(page, "<p class=\"facts\">");
    show(page, names_join(page->mem, &facts, ", "));
    add(page, " <span id=\"found\" role=\"status\"></span></p>\n");
}

static void link_add(struct page *page, const char *id, const char *title, enum shade shade)
{
    buf_addf(&page->out, "<li><a href=\"#%s\" class=\"%s\">", id, shade_word[shade]);
    show(page, shade_sign[shade]);
    show(page, title);
    add(page, "</a></li>\n");
}

static void header_add(struct page *page)
{
    const struct diagram *diagram = page->diagram;
    add(page, "<header><h1>");
    show(page, diagram->input->title);
    add(page,
        "</h1>\n<input id=\"search\" type=\"search\" placeholder=\"Search (/)\" aria-label=\"Search\" autocomplete=\"off\">\n");
    facts_add(page);
    add(page,
        "<button id=\"theme\">Light or dark</button></header>\n<div class=\"page\">\n<nav aria-label=\"Objects\"><ul>\n");
    for (int i = 0; i < diagram->boxes.n; i++) {
        const struct box *box = diagram->boxes.item[i];
        link_add(page, arena_printf(page->mem, "t%d", box->number), box->title, box->shade);
    }
    if (diagram->input->history && diagram->input->history->n)
        link_add(page, "history", "Migrations", SHADE_SAME);
    add(page, "</ul></nav>\n<main>\n");
}

int html_render(struct ctx *ctx, const struct diagram *diagram, const char **text)
{
    struct page page = {.ctx = ctx, .mem = ctx->mem, .diagram = diagram};
    buf_init(&page.out, ctx->mem);
    head_add(&page);
    header_add(&page);
    TRY(picture_add(&page));
    for (int i = 0; i < diagram->boxes.n; i++)
        box_add(&page, diagram->boxes.item[i]);
    others_add(&page);
    history_add(&page);
    add(&page, "</main>\n</div>\n<script>\n");
    add(&page, embedded[SCRIPT].text);
    add(&page, "</script>\n</body>\n</html>\n");
    *text = page.out.data;
    return ctx_check(ctx);
}
