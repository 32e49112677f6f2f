/* Where results go: a terminal gets tables and colors, anything else plain aligned columns that are never folded. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdio.h>

#include "command/report.h"

struct terminal {
    FILE *out;
    bool tables; /* a person looks at it: draw tables */
    bool colors;
    int width, height; /* of a terminal; 0 otherwise */
};

/* Looks at what `out` is, at TERM, NO_COLOR and COLUMNS. */
struct terminal terminal_open(FILE *out, bool no_color);
void terminal_report(const struct terminal *terminal, struct arena *mem, const struct report *report);
const char *terminal_tone(const struct terminal *terminal, enum tone tone); /* escape sequence; "" without colors */
/* What a name or a server says is shown, and never obeyed: control characters but new lines and tabs as "\x1b". */
void terminal_write(FILE *out, const char *text);
const char *terminal_reset(const struct terminal *terminal, enum tone tone); /* what ends it */

#endif
