/* Prometheus' text exposition format, version 0.0.4, without timestamps: a node exporter's collector refuses those. */
#include "command/exposition.h"

#include "base/text.h"

#define LARGEST 9e18 /* that is a whole number of 64 bits */

void exposition_open(struct exposition *exposition, struct arena *mem, const struct family *family)
{
    int n = 0;
    while (family[n].name)
        n++;
    *exposition = (struct exposition){mem, family, NEW_ARRAY(mem, struct map, n)};
    for (int i = 0; i < n; i++)
        map_init(&exposition->sample[i], mem);
}

static double *sample_at(struct exposition *exposition, int family, const char *series)
{
    struct map *map = &exposition->sample[family];
    double *value = map_get(map, series);
    if (!value)
        map_set(map, series, value = NEW(exposition->mem, double));
    return value;
}

static void add_label_value(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\\' || *text == '"')
            buf_add_c(out, '\\');
        buf_add(out, *text == '\n' ? "\\n" : (char[]){*text, 0});
    }
}

double *exposition_at(struct exposition *exposition, int family, const char *ending, const char *const *label)
{
    struct arena_mark mark = arena_save(exposition->mem);
    struct buf series;
    buf_init(&series, exposition->mem);
    buf_addf(&series, "%s%s", exposition->family[family].name, ending);
    for (int i = 0; label[i]; i += 2) {
        buf_addf(&series, "%c%s=\"", i ? ',' : '{', label[i]);
        add_label_value(&series, label[i + 1]);
        buf_add_c(&series, '"');
    }
    buf_add(&series, *label ? "}" : "");
    double *value = map_get(&exposition->sample[family], series.data);
    if (!value)
        return sample_at(exposition, family, series.data);
    arena_rewind(exposition->mem, mark);
    return value;
}

void exposition_add(struct exposition *to, const struct exposition *from)
{
    for (int family = 0; from->family[family].name; family++) {
        const struct map *map = &from->sample[family];
        for (int i = 0; i < map->n; i++)
            *sample_at(to, family, map->entry[i].key) += *(const double *)map->entry[i].value;
    }
}

/* ---- reading */

static const char *skip_word(const char *at)
{
    while (char_is_word(*at) || *at == ':')
        at++;
    return at;
}

/* After the closing quote; NULL if there is none. */
static const char *skip_value(const char *at)
{
    if (*at++ != '"')
        return NULL;
    while (*at && *at != '"')
        at += *at == '\\' && at[1] ? 2 : 1;
    return *at ? at + 1 : NULL;
}

/* After the closing brace; NULL if it is not one. */
static const char *skip_labels(const char *at)
{
    do {
        const char *name = ++at;
        at = skip_word(at);
        if (at == name || *at != '=')
            return NULL;
        at = skip_value(at + 1);
    } while (at && *at == ',');
    return at && *at == '}' ? at + 1 : NULL;
}

static int family_of(const struct exposition *exposition, const char *name)
{
    static const char *const parts[] = {"_bucket", "_sum", "_count"};
    for (int i = 0; exposition->family[i].name; i++) {
        const struct family *family = &exposition->family[i];
        if (text_equal(name, family->name))
            return text_equal(family->type, "histogram") ? -1 : i;
        if (!text_equal(family->type, "histogram") || !text_starts(name, family->name))
            continue;
        for (int k = 0; k < 3; k++)
            if (text_equal(name + strlen(family->name), parts[k]))
                return i;
    }
    return -1;
}

/* Digits, and up to six more after a point, whatever the locale has for one: as write_number() leaves them. */
static bool number_read(struct arena *mem, const char *text, double *value)
{
    static const double tenth[] = {1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6};
    const char *digits = "0123456789", *point = text + strspn(text, digits);
    size_t places = *point == '.' ? strspn(point + 1, digits) : 0;
    int64_t whole, rest = 0;
    if (places > 6 || (*point == '.' && (!places || point[1 + places])) || (*point && *point != '.'))
        return false;
    if (!text_to_int(text_slice(mem, text, 0, (size_t)(point - text)), &whole) ||
        (places && !text_to_int(point + 1, &rest)))
        return false;
    *value = (double)whole + (double)rest * tenth[places];
    return *value <= LARGEST;
}

static bool line_read(struct exposition *exposition, const char *line)
{
    const char *name_end = skip_word(line), *end = *name_end == '{' ? skip_labels(name_end) : name_end;
    double value;
    if (!end || *end != ' ' || !number_read(exposition->mem, end + 1, &value))
        return false;
    int family = family_of(exposition, text_slice(exposition->mem, line, 0, (size_t)(name_end - line)));
    const char *series = text_slice(exposition->mem, line, 0, (size_t)(end - line));
    if (family < 0 || map_get(&exposition->sample[family], series))
        return false;
    *sample_at(exposition, family, series) = value;
    return true;
}

bool exposition_read(struct exposition *exposition, const char *text)
{
    struct names lines = text_lines(exposition->mem, text);
    for (int i = 0; i < lines.n; i++) {
        const char *line = lines.item[i];
        if (!*line || *line == '#' || line_read(exposition, line))
            continue;
        exposition_open(exposition, exposition->mem, exposition->family);
        return false;
    }
    return true;
}

/* ---- writing */

static void write_number(struct buf *out, double value)
{
    value = value < LARGEST ? value : LARGEST;
    int64_t whole = (int64_t)value, rest = (int64_t)((value - (double)whole) * 1e6 + 0.5);
    whole += rest / 1000000;
    rest %= 1000000;
    buf_addf(out, "%" PRId64, whole);
    if (rest)
        buf_addf(out, ".%06" PRId64, rest);
}

void exposition_write(const struct exposition *exposition, struct buf *out)
{
    for (int i = 0; exposition->family[i].name; i++) {
        const struct family *family = &exposition->family[i];
        const struct map *map = &exposition->sample[i];
        if (map->n)
            buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help, family->name, family->type);
        for (int k = 0; k < map->n; k++) {
            buf_addf(out, "%s ", map->entry[k].key);
            write_number(out, *(const double *)map->entry[k].value);
            buf_add_c(out, '\n');
        }
    }
}
