/*
 * A section of a file into statements: by tokens and ";", per engine, and at the blank lines at which 0.8.2's
 * own files end statements (design section 5, Splitting).  The pieces point into the source.
 */
#ifndef SQL_SPLIT_H
#define SQL_SPLIT_H

#include "base/ctx.h"
#include "sql/lex.h"

struct split {
    struct sql_piece *piece; /* trimmed of white space and of comments around it; without the ";" */
    int n;
    bool doubtful; /* whether a body ends in it is not certain: a DELIMITER, a CREATE within another statement */
    int connects;  /* the line of the last \connect that was passed over; 0: none */
};

/*
 * `file` and the line of `section` place messages. Warns (emit_warning_at) for each statement that a blank line ended.
 * ERR_SYNTAX for an unfinished string, comment, dollar quote or body, at its beginning.
 */
int split_section(struct ctx *ctx, const struct lex_rules *rules, const char *file, const struct sql_piece *section,
                  struct split *split);

/* Where the byte at `position` of a piece stands in its source; 0 or less: its beginning. */
void piece_place(const struct sql_piece *piece, long position, int *line, int *column);

#endif
