/*
 * Reports: what a command shows a person, collected as lines, tables and raw text.  Nothing is drawn
 * here; the command line's terminal or whoever else asked does that.
 */
#include "command/report.h"

static struct report_block *block_new(struct report *report)
{
    struct report_block *block = NEW(report->mem, struct report_block);
    list_add(report->mem, &report->block, block);
    return block;
}

void report_line(struct report *report, enum tone tone, const char *format, ...)
{
    struct report_block *block = block_new(report);
    va_list args;
    va_start(args, format);
    block->text = arena_vprintf(report->mem, format, args);
    va_end(args);
    block->type = BLOCK_LINE;
    block->tone = tone;
}

void report_raw(struct report *report, const char *text)
{
    struct report_block *block = block_new(report);
    block->type = BLOCK_RAW;
    block->text = arena_dup(report->mem, text);
}

void report_statements(struct report *report, const struct json *statements, int first, int n)
{
    struct report_block *block = block_new(report);
    block->type = BLOCK_SQL;
    block->statements = statements;
    block->first = first;
    block->count = n;
}

struct report_block *report_table(struct report *report, const char *title, const char *const *columns)
{
    struct report_block *block = block_new(report);
    block->type = BLOCK_TABLE;
    block->title = arena_dup(report->mem, title);
    for (int i = 0; columns[i]; i++)
        names_add(report->mem, &block->columns, columns[i]);
    return block;
}

void report_row(struct report *report, struct report_block *table, enum tone tone, const char *const *cells)
{
    struct report_row *row = NEW(report->mem, struct report_row);
    row->tone = tone;
    row->cell = NEW_ARRAY(report->mem, const char *, table->columns.n);
    for (int i = 0; i < table->columns.n; i++)
        row->cell[i] = arena_dup(report->mem, cells[i] ? cells[i] : "");
    list_add(report->mem, &table->row, row);
}

static struct report_row *row_copy(struct arena *mem, const struct report_row *row, int columns)
{
    struct report_row *copy = NEW(mem, struct report_row);
    copy->tone = row->tone;
    copy->cell = NEW_ARRAY(mem, const char *, columns);
    for (int i = 0; i < columns; i++)
        copy->cell[i] = arena_dup(mem, row->cell[i]);
    return copy;
}

static struct json *statements_copy(struct arena *mem, const struct report_block *block)
{
    struct json *copy = json_array(mem);
    for (int i = 0; i < block->count; i++) {
        size_t length;
        const char *text = json_item_text(block->statements, block->first + i, &length);
        json_add(mem, copy, json_string(mem, arena_copy(mem, text, length)));
    }
    return copy;
}

void report_add(struct report *report, const struct report *more)
{
    struct arena *mem = report->mem;
    for (int i = 0; i < more->block.n; i++) {
        const struct report_block *block = more->block.item[i];
        struct report_block *copy = block_new(report);
        *copy = *block;
        copy->text = arena_dup(mem, block->text);
        copy->title = arena_dup(mem, block->title);
        copy->columns = names_copy(mem, &block->columns);
        copy->row = (struct list){0};
        copy->first = 0;
        if (block->statements)
            copy->statements = statements_copy(mem, block);
        for (int row = 0; row < block->row.n; row++)
            list_add(mem, &copy->row, row_copy(mem, block->row.item[row], block->columns.n));
    }
}
