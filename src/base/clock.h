/* Time, and the few hashes and identities that are not SQL's. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/arena.h"

double clock_monotonic(void);                      /* seconds, for durations */
int64_t clock_now_ms(void);                        /* UTC, milliseconds since 1970 */
char *clock_iso(struct arena *mem, int64_t ms);    /* 2026-11-21T03:25:33Z */
char *clock_iso_ms(struct arena *mem, int64_t ms); /* 2026-11-21T03:25:33.123Z */
void clock_sleep(double seconds);                  /* returns early on a signal */

#endif
