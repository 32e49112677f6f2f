/*
 * The picture as an entity relationship diagram of Mermaid, which many pages draw by themselves.  Its words are few: names of
 * attributes and types are letters, digits and underscores, so where a name had to be changed the true one stands beside it.
 * All other texts are in quotes, with everything in them escaped that Mermaid or Markdown might read.
 */
#include "base/text.h"
#include "diagram/parts.h"

enum { NAME_LIMIT = 60, NOTE_LIMIT = 100, USUAL_LIMIT = 50000 };

/* ---- names and texts ---- */

/* The code points that it takes in words: letters for sure, and no spaces among them. */
static size_t word_length(const char *at)
{
    const unsigned char *c = (const unsigned char *)at;
    if (char_is_word(*c))
        return 1;
    if ((*c == 0xC3 && c[1] != 0x97 && c[1] != 0xB7) || (*c > 0xC3 && *c < 0xDF)) /* but the signs of * and / */
        return 2;
    return (*c == 0xE3 && c[1] >= 0x81) || (*c > 0xE3 && *c < 0xED) ? 3 : 0; /* from Hiragana to Hangul */
}

static bool is_key_word(const char *name)
{
    static const char *const words[] = {"PK", "FK", "UK"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_starts_nocase(name, words[i]) && !char_is_word((unsigned char)name[2]))
            return true;
    return false;
}

/* `brackets`: a type, that may have them. */
static const char *word_of(struct arena *mem, const char *text, bool brackets)
{
    struct buf out;
    buf_init(&out, mem);
    if (!*text || char_is_digit((unsigned char)*text) || is_key_word(text) || (brackets && strchr("()[]", *text)))
        buf_add_c(&out, '_');
    while (*text) {
        size_t length = brackets && strchr("()[]", *text) ? 1 : word_length(text);
        if (length)
            buf_add_n(&out, text, length);
        else
            buf_add_c(&out, '_');
        text += length ? length : 1;
        while (!length && ((unsigned char)*text & 0xC0) == 0x80)
            text++;
    }
    return out.data;
}

/* An underscore within a word is none of Markdown's. */
static bool is_plain(const char *text, const char *at)
{
    bool within = at > text && char_is_word((unsigned char)at[-1]) && at[-1] != '_' &&
                  char_is_word((unsigned char)at[1]) && at[1] != '_';
    if (*at == '_')
        return within;
    return char_is_word((unsigned char)*at) || strchr(" ,.()+:", *at) || (unsigned char)*at >= 0x80;
}

/* `sign` is ours. */
static void quoted_add(struct buf *out, const char *sign, const char *text)
{
    buf_addf(out, "\"%s", sign);
    for (const char *at = text; *at; at++)
        if (is_plain(text, at))
            buf_add_c(out, *at);
        else
            buf_addf(out, "#%d;", *at);
    buf_add_c(out, '"');
}

/* ---- boxes ---- */

static void note(struct arena *mem, struct names *notes, const char *text)
{
    if (*text)
        names_add(mem, notes, text);
}

static const char *type_words(struct arena *mem, const char *type)
{
    return word_of(mem, *type ? type : "_", true);
}

static void row_add(struct buf *out, const struct row *row)
{
    struct arena *mem = out->mem;
    const char *name = word_of(mem, row->name, false), *type = type_words(mem, row->type);
    if (!row->object && !text_equal(name, row->name))
        name = "_"; /* a text, not a name */
    const char *keys = text_replace(mem, text_replace(mem, row->keys, " ", ", "), "U", "UK");
    struct names notes = {0};
    note(mem, &notes, shade_word[row->shade]);
    note(mem, &notes, row->details);
    note(mem, &notes, text_equal(name, row->name) ? "" : row->name);
    note(mem, &notes, text_equal(type, text_replace(mem, row->type, " ", "_")) || !*row->type ? "" : row->type);
    note(mem, &notes, row->nullable ? "null" : "");
    buf_addf(out, "        %s %s", type, name);
    if (*keys)
        buf_addf(out, " %s", keys);
    if (notes.n) {
        buf_add_c(out, ' ');
        quoted_add(out, "", text_short(mem, names_join(mem, &notes, ", "), NOTE_LIMIT));
    }
    buf_add_c(out, '\n');
}

static void box_add(struct buf *out, const struct box *box)
{
    struct arena *mem = out->mem;
    struct names notes = {0};
    note(mem, &notes, box->object->kind == KIND_TABLE && !object_is_partition(box->object) ? "" : box->word);
    note(mem, &notes, box->details);
    const char *more = notes.n ? arena_printf(mem, " (%s)", names_join(mem, &notes, ", ")) : "";
    buf_addf(out, "    t%d[", box->number);
    quoted_add(out, shade_sign[box->shade],
               arena_printf(mem, "%s%s", text_short(mem, box->title, NAME_LIMIT), text_short(mem, more, NOTE_LIMIT)));
    buf_addf(out, "]%s%s", box->shade ? ":::" : "", shade_word[box->shade]);
    if (box->rows.n)
        buf_add(out, " {\n");
    for (int i = 0; i < box->rows.n; i++)
        row_add(out, box->rows.item[i]);
    buf_add(out, box->rows.n ? "    }\n" : "\n");
}

/* ---- lines ---- */

static void line_add(struct buf *out, const struct line *line)
{
    struct arena *mem = out->mem;
    const char *left = line->one ? "|o" : "}o", *right = line->optional ? "o|" : "||";
    if (line->how != LINE_KEY) {
        left = "}o";
        right = "||";
    }
    buf_addf(out, "    t%d %s%s%s t%d : ", line->from->number, left, line->how == LINE_KEY ? "--" : "..", right,
             line->to->number);
    quoted_add(out, shade_sign[line->shade], text_short(mem, line->label, NAME_LIMIT));
    buf_add_c(out, '\n');
}

static void colors_add(struct buf *out)
{
    for (enum shade shade = SHADE_ADDED; shade < SHADES; shade++)
        buf_addf(out, "    classDef %s fill:%s,stroke:%s,color:%s\n", shade_word[shade],
                 palette[row_color(shade)].light, palette[edge_color(shade)].light, palette[INK].light);
}

int mermaid_render(struct ctx *ctx, const struct diagram *diagram, const char **text)
{
    struct buf out;
    buf_init(&out, ctx->mem);
    buf_add(&out, "erDiagram\n");
    for (int i = 0; i < diagram->boxes.n; i++)
        box_add(&out, diagram->boxes.item[i]);
    for (int i = 0; i < diagram->lines.n; i++)
        if (((const struct line *)diagram->lines.item[i])->first)
            line_add(&out, diagram->lines.item[i]);
    if (diagram->input->changes)
        colors_add(&out);
    if (out.len > USUAL_LIMIT)
        emit_info(ctx, "the diagram has %zu characters: Mermaid draws %d unless its maxTextSize says more", out.len,
                  (int)USUAL_LIMIT);
    *text = out.data;
    return ctx_check(ctx);
}
