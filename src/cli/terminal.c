/*
 * Drawing reports.  On a terminal libsmartcols draws the tables, as wide as the terminal is; in a pipe columns
 * are aligned with blanks, without any escape sequence and without folding, so that grep and awk can rely on lines.
 */
#include "cli/terminal.h"

#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "base/utf8.h"

static const struct {
    const char *escape; /* for lines */
    const char *color;  /* for libsmartcols */
} tones[] = {
    [TONE_PLAIN] = {"", NULL},        [TONE_GOOD] = {"\033[32m", "green"},    [TONE_WARN] = {"\033[33m", "yellow"},
    [TONE_BAD] = {"\033[31m", "red"}, [TONE_DIM] = {"\033[2m", "halfbright"}, [TONE_TITLE] = {"\033[1m", "bold"},
};

static int terminal_width(int fd)
{
    int64_t columns;
    const char *text = getenv("COLUMNS");
    if (text && text_to_int(text, &columns) && columns >= 20 && columns <= 1000)
        return (int)columns;
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

static int terminal_height(int fd)
{
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

struct terminal terminal_open(FILE *out, bool no_color)
{
    const char *term = getenv("TERM"), *ban = getenv("NO_COLOR");
    struct terminal terminal = {.out = out};
    terminal.tables = isatty(fileno(out)) && term && !text_equal(term, "dumb");
    terminal.colors = terminal.tables && !no_color && !(ban && *ban);
    terminal.width = terminal.tables ? terminal_width(fileno(out)) : 0;
    terminal.height = terminal.tables ? terminal_height(fileno(out)) : 0;
    return terminal;
}

const char *terminal_tone(const struct terminal *terminal, enum tone tone)
{
    return terminal->colors ? tones[tone].escape : "";
}

const char *terminal_reset(const struct terminal *terminal, enum tone tone)
{
    return terminal->colors && *tones[tone].escape ? "\033[0m" : "";
}

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
}

void terminal_write(FILE *out, const char *text)
{
    for (const char *c = text; *c; c++)
        if (is_control(*c))
            fprintf(out, "\\x%02x", (unsigned)*c);
        else
            fputc(*c, out);
}

static void line_draw(const struct terminal *terminal, enum tone tone, const char *text)
{
    fputs(terminal_tone(terminal, tone), terminal->out);
    terminal_write(terminal->out, text);
    fprintf(terminal->out, "%s\n", terminal_reset(terminal, tone));
}

static void raw_draw(const struct terminal *terminal, const char *text)
{
    size_t length = strlen(text);
    fwrite(text, 1, length, terminal->out);
    if (length && text[length - 1] != '\n')
        fputc('\n', terminal->out);
}

static void sql_draw(const struct terminal *terminal, const char *text, size_t left)
{
    const char *stop = text + left;
    do {
        const char *end = memchr(text, '\n', (size_t)(stop - text)), *next = end ? end + 1 : stop;
        size_t length = (size_t)((end ? end : stop) - text);
        if (length && end && end[-1] == '\r')
            length--;
        fputs("    ", terminal->out);
        fwrite(text, 1, length, terminal->out);
        fputs(next < stop ? "\n" : ";\n", terminal->out);
        text = next;
    } while (text < stop);
}

static void statements_draw(const struct terminal *terminal, const struct report_block *block)
{
    for (int i = 0; i < block->count; i++) {
        size_t length;
        const char *text = json_item_text(block->statements, block->first + i, &length);
        sql_draw(terminal, text, length);
    }
}

/* A cell holds one line: a line break in it would break the table. */
static const char *cell_text(struct arena *mem, const char *text)
{
    struct buf line;
    buf_init(&line, mem);
    for (const char *c = text; *c; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t')
            buf_add_n(&line, " ", 1);
        else if (is_control(*c))
            buf_addf(&line, "\\x%02x", (unsigned)*c);
        else
            buf_add_n(&line, c, 1);
    return line.len ? line.data : text;
}

static size_t column_width(struct arena *mem, const struct report_block *table, int column)
{
    size_t width = utf8_count(table->columns.item[column]);
    for (int i = 0; i < table->row.n; i++) {
        const struct report_row *row = table->row.item[i];
        size_t one = utf8_count(cell_text(mem, row->cell[column]));
        width = one > width ? one : width;
    }
    return width;
}

static void plain_row(FILE *out, struct arena *mem, const char *const *cells, const size_t *width, int n)
{
    int last = n - 1;
    while (last > 0 && !*cells[last])
        last--;
    for (int i = 0; i <= last; i++) {
        const char *text = cell_text(mem, cells[i]);
        fputs(text, out);
        for (size_t pad = utf8_count(text); i < last && pad < width[i] + 2; pad++)
            fputc(' ', out);
    }
    fputc('\n', out);
}

static void plain_table(const struct terminal *terminal, struct arena *mem, const struct report_block *table)
{
    size_t *width = NEW_ARRAY(mem, size_t, table->columns.n);
    for (int i = 0; i < table->columns.n; i++)
        width[i] = column_width(mem, table, i);
    plain_row(terminal->out, mem, table->columns.item, width, table->columns.n);
    for (int i = 0; i < table->row.n; i++) {
        const struct report_row *row = table->row.item[i];
        plain_row(terminal->out, mem, row->cell, width, table->columns.n);
    }
}

static void scols_row(struct libscols_table *drawn, struct arena *mem, const struct report_block *table,
                      const struct report_row *row)
{
    struct libscols_line *line = scols_table_new_line(drawn, NULL);
    if (!line)
        return;
    for (int i = 0; i < table->columns.n; i++)
        scols_line_set_data(line, (size_t)i, cell_text(mem, row->cell[i]));
    /* The first cell says what kind of row it is; a whole page of green is no help. */
    if (tones[row->tone].color)
        scols_cell_set_color(scols_line_get_cell(line, 0), tones[row->tone].color);
}

/* Only the widest column is folded where the terminal is too narrow: short ones would become unreadable. */
static void scols_fill(struct libscols_table *drawn, struct arena *mem, const struct report_block *table)
{
    int widest = 0;
    for (int i = 1; i < table->columns.n; i++)
        if (column_width(mem, table, i) > column_width(mem, table, widest))
            widest = i;
    for (int i = 0; i < table->columns.n; i++) {
        int flags = i == widest ? SCOLS_FL_WRAP : 0;
        struct libscols_column *column = scols_table_new_column(drawn, table->columns.item[i], 0, flags);
        if (column)
            scols_cell_set_color(scols_column_get_header(column), "bold");
    }
    for (int i = 0; i < table->row.n; i++)
        scols_row(drawn, mem, table, table->row.item[i]);
}

/* libsmartcols measures in the thread's locale; the process keeps "C", so that numbers are always spelled alike. */
static void drawn_table(const struct terminal *terminal, struct arena *mem, const struct report_block *table)
{
    struct libscols_table *drawn = scols_new_table();
    if (!drawn) {
        plain_table(terminal, mem, table);
        return;
    }
    locale_t wide = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = wide ? uselocale(wide) : (locale_t)0;
    scols_table_set_stream(drawn, terminal->out);
    scols_table_enable_colors(drawn, terminal->colors);
    scols_table_set_termforce(drawn, SCOLS_TERMFORCE_ALWAYS);
    scols_table_set_termwidth(drawn, (size_t)terminal->width);
    scols_table_set_column_separator(drawn, "  ");
    scols_fill(drawn, mem, table);
    scols_print_table(drawn);
    scols_unref_table(drawn);
    if (wide) {
        uselocale(before);
        freelocale(wide);
    }
}

static void table_draw(const struct terminal *terminal, struct arena *mem, const struct report_block *table)
{
    if (table->title && *table->title)
        line_draw(terminal, TONE_TITLE, table->title);
    if (terminal->tables)
        drawn_table(terminal, mem, table);
    else
        plain_table(terminal, mem, table);
}

void terminal_report(const struct terminal *terminal, struct arena *mem, const struct report *report)
{
    for (int i = 0; i < report->block.n; i++) {
        const struct report_block *block = report->block.item[i];
        if (block->type == BLOCK_TABLE)
            table_draw(terminal, mem, block);
        else if (block->type == BLOCK_RAW)
            raw_draw(terminal, block->text);
        else if (block->type == BLOCK_SQL)
            statements_draw(terminal, block);
        else
            line_draw(terminal, block->tone, block->text);
    }
}
