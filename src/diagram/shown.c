/* Texts as all formats show them, and what the colors are. */
#include "base/text.h"
#include "base/utf8.h"
#include "diagram/parts.h"

/* ---- texts ---- */

/* The length of the character at `at`; *fit: it is one, and one that XML takes. */
static size_t character_length(const char *at, bool *fit)
{
    size_t length = 1, wrong = 0;
    while (length < 4 && ((unsigned char)at[length] & 0xC0) == 0x80)
        length++;
    *fit = utf8_valid(at, length, &wrong) || wrong;
    if (wrong)
        length = wrong;
    if (length == 3 && !memcmp(at, "\xEF\xBF", 2) && (unsigned char)at[2] >= 0xBE)
        *fit = false;
    return *fit || length == 3 ? length : 1;
}

const char *text_shown(struct arena *mem, const char *text, bool lines)
{
    struct buf out;
    buf_init(&out, mem);
    for (const char *at = text ? text : ""; *at;) {
        unsigned char c = (unsigned char)*at;
        bool fit;
        size_t length = character_length(at, &fit);
        if (!fit)
            buf_add(&out, "\xEF\xBF\xBD");
        else if ((c >= 0x20 && c != 0x7F) || (lines && (c == '\n' || c == '\t')))
            buf_add_n(&out, at, length);
        else
            buf_addf(&out, "\xE2\x90%c", c == 0x7F ? 0xA1 : 0x80 + c);
        at += length;
    }
    return out.data;
}

const char *name_shown(struct arena *mem, const char *name)
{
    if (!*text_trim(mem, name ? name : ""))
        return arena_printf(mem, "\"%s\"", text_shown(mem, name, false));
    return text_shown(mem, name, false);
}

const char *text_short(struct arena *mem, const char *text, size_t limit)
{
    if (utf8_count(text) <= limit)
        return text;
    const char *end = text;
    bool fit;
    for (size_t i = 0; i + 1 < limit; i++)
        end += character_length(end, &fit);
    return arena_printf(mem, "%.*s…", (int)(end - text), text);
}

const char *field_shown(struct arena *mem, const struct object *object, int field)
{
    const struct field *info = &kind_table[object->kind].field[field];
    if (!object_says(object, field) || field_is_none(object, field))
        return NULL;
    const char *text = object_value(mem, object, field);
    return text_equal(text, info->unsaid) ? NULL : text;
}

void xml_add(struct buf *out, const char *text)
{
    static const struct {
        char is;
        const char *with;
    } escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    for (; *text; text++) {
        const char *with = NULL;
        for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
            if (escapes[i].is == *text)
                with = escapes[i].with;
        if (with)
            buf_add(out, with);
        else
            buf_add_c(out, *text);
    }
}

/* ---- signs and colors ---- */

const char *const shade_sign[SHADES] = {"", "+ ", "~ ", "− "};
const char *const shade_word[SHADES] = {"", "added", "changed", "removed"};

const struct palette palette[COLORS] = {
    [PAPER] = {"paper", "#ffffff", "#15181c"},
    [INK] = {"ink", "#1b1f24", "#e6e8ea"},
    [QUIET] = {"quiet", "#5b6470", "#9aa4af"},
    [EDGE] = {"edge", "#8a94a0", "#6b7580"},
    [TABLE_HEAD] = {"table", "#dfe8f5", "#26374d"},
    [VIEW_HEAD] = {"view", "#efe6f7", "#3a2d4a"},
    [TYPE_HEAD] = {"type", "#f3efdf", "#3d3826"},
    [ADDED] = {"added", "#c9f0d0", "#1d4a2a"},
    [CHANGED] = {"changed", "#ffe8b0", "#57451a"},
    [REMOVED] = {"removed", "#ffd2d2", "#5c2427"},
    [ADDED_EDGE] = {"added-edge", "#1a7f37", "#3fb950"},
    [CHANGED_EDGE] = {"changed-edge", "#9a6700", "#d29922"},
    [REMOVED_EDGE] = {"removed-edge", "#cf222e", "#f85149"},
};

enum color row_color(enum shade shade)
{
    static const enum color colors[SHADES] = {PAPER, ADDED, CHANGED, REMOVED};
    return colors[shade];
}

enum color edge_color(enum shade shade)
{
    static const enum color colors[SHADES] = {EDGE, ADDED_EDGE, CHANGED_EDGE, REMOVED_EDGE};
    return colors[shade];
}

enum color head_color(const struct box *box)
{
    if (box->shade != SHADE_SAME)
        return row_color(box->shade);
    return box->object->kind == KIND_TABLE ? TABLE_HEAD : box->object->kind == KIND_VIEW ? VIEW_HEAD : TYPE_HEAD;
}

static bool is_edge(enum color color)
{
    return color == EDGE || color >= ADDED_EDGE;
}

/* A rule of CSS is stronger than an attribute of SVG, so the picture itself need not know of the dark. */
void palette_dark(struct buf *out, const char *within, bool variables)
{
    static const char *const attributes[] = {"fill", "stroke"};
    for (enum color color = 0; color < COLORS; color++)
        for (int i = 0; i <= is_edge(color); i++) {
            const char *dark =
                variables ? arena_printf(out->mem, "var(--%s)", palette[color].name) : palette[color].dark;
            buf_addf(out, "%s[%s=\"%s\"]{%s:%s}\n", within, attributes[i], palette[color].light, attributes[i], dark);
        }
}
