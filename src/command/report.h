/*
 * What a command shows a person, as data: lines and tables in order.  A terminal, a pipe or a page draws it;
 * the same facts are in the JSON reply.
 */
#ifndef COMMAND_REPORT_H
#define COMMAND_REPORT_H

#include "base/json.h"

enum tone { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_DIM, TONE_TITLE };

struct report_row {
    const char **cell;
    enum tone tone;
};
struct report_block {
    enum { BLOCK_LINE, BLOCK_TABLE, BLOCK_RAW, BLOCK_SQL } type;
    enum tone tone;
    const char *text;              /* of a line or raw text */
    const char *title;             /* of a table */
    struct names columns;          /* of a table */
    struct list row;               /* struct report_row * */
    const struct json *statements; /* of SQL: `count` of them from `first` on */
    int first, count;
};
struct report {
    struct arena *mem;
    struct list block; /* struct report_block * */
};

void report_line(struct report *report, enum tone tone, const char *format, ...) __attribute__((format(printf, 3, 4)));
void report_raw(struct report *report, const char *text); /* as it is, for SQL, JSON, YAML */
/* n of those of the reply (JSON_TEXTS), each on lines of its own, with ";". Not copied: there may be a hundred megabytes of them. */
void report_statements(struct report *report, const struct json *statements, int first, int n);
struct report_block *report_table(struct report *report, const char *title,
                                  const char *const *columns); /* NULL-terminated */
void report_row(struct report *report, struct report_block *table, enum tone tone, const char *const *cells);
void report_add(struct report *report, const struct report *more); /* copies; they may be in other memory */

#endif
