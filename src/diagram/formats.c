/* The formats, as a table. */
#include "base/text.h"
#include "diagram/parts.h"

const struct diagram_format diagram_formats[] = {
    {"svg", ".svg", svg_render},
    {"mermaid", ".mmd .mermaid", mermaid_render},
    {"dot", ".dot .gv", dot_render},
    {"html", ".html .htm", html_render},
    {0},
};

const struct diagram_format *diagram_format_find(const char *name)
{
    for (const struct diagram_format *format = diagram_formats; format->name; format++)
        if (text_equal(format->name, name))
            return format;
    return NULL;
}

const struct diagram_format *diagram_format_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (const struct diagram_format *format = diagram_formats; dot && format->name; format++)
        for (const char *ends = format->ends; *ends; ends += strspn(ends, " ")) {
            size_t length = strcspn(ends, " ");
            if (strlen(dot) == length && !strncasecmp(dot, ends, length))
                return format;
            ends += length;
        }
    return NULL;
}
