/* The last rows of a terminal, drawn over and over while something runs: one for each database that is worked on, then one for all. */
#ifndef CLI_LIVE_H
#define CLI_LIVE_H

#include "cli/terminal.h"

enum { LIVE_ROWS = 24 };
struct live {
    struct {
        char name[64], text[256];
    } row[LIVE_ROWS]; /* in the order in which they began */
    int rows;
    char last[256]; /* "" if nothing is under way */
    int shown;      /* rows of the terminal that it takes at the moment */
    double drawn;   /* when */
};

void live_set(struct live *live, const char *name, const char *text); /* NULL: it is not worked on any more */
void live_draw(struct live *live, const struct terminal *terminal);   /* also below other lines that came since */
void live_erase(struct live *live, const struct terminal *terminal);  /* so that other lines can follow */

#endif
