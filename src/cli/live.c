/*
 * What runs, in place.  Only as many rows as the terminal has are drawn: the cursor cannot go back to what has left it.
 */
#include "cli/live.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static int find(const struct live *live, const char *name)
{
    int at = 0;
    while (at < live->rows && strncmp(live->row[at].name, name, sizeof live->row[at].name - 1) != 0)
        at++;
    return at;
}

void live_set(struct live *live, const char *name, const char *text)
{
    int at = find(live, name);
    if (!text && at < live->rows)
        memmove(&live->row[at], &live->row[at + 1], sizeof *live->row * (size_t)(--live->rows - at));
    if (!text || at == LIVE_ROWS)
        return;
    live->rows += at == live->rows;
    snprintf(live->row[at].name, sizeof live->row[at].name, "%s", name);
    snprintf(live->row[at].text, sizeof live->row[at].text, "%s", text);
}

static void row_draw(const struct terminal *terminal, const char *text, const char *end)
{
    int room = terminal->width - 1;
    fprintf(terminal->out, "%.*s%s", room > 0 ? room : 0, text, end);
}

void live_draw(struct live *live, const struct terminal *terminal)
{
    int rows = live->rows < terminal->height - 2 ? live->rows : terminal->height - 2;
    if (!*live->last && !live->rows)
        return;
    live_erase(live, terminal);
    fputs("\r\033[K", terminal->out);
    for (int i = 0; i < rows; i++) {
        char text[sizeof live->row[i]];
        snprintf(text, sizeof text, "%s  %s", live->row[i].name, live->row[i].text);
        row_draw(terminal, text, "\n");
    }
    row_draw(terminal, live->last, "");
    fflush(terminal->out);
    live->shown = (rows > 0 ? rows : 0) + 1;
    live->drawn = clock_monotonic();
}

void live_erase(struct live *live, const struct terminal *terminal)
{
    if (live->shown > 1)
        fprintf(terminal->out, "\033[%dA\r\033[J", live->shown - 1);
    else if (live->shown)
        fputs("\r\033[K", terminal->out);
    live->shown = 0;
}
