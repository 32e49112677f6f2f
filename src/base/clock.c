/* Time as numbers, and as ISO 8601 in UTC; local time is nobody's business below the terminal. */
#include "base/clock.h"

double clock_monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int64_t clock_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Without the zone, as both spellings need it; *rest gets the milliseconds. */
static char *iso_seconds(struct arena *mem, int64_t ms, int *rest)
{
    *rest = (int)(((ms % 1000) + 1000) % 1000);
    time_t seconds = (time_t)((ms - *rest) / 1000);
    struct tm tm = {0};
    gmtime_r(&seconds, &tm);
    return arena_printf(mem, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                        tm.tm_min, tm.tm_sec);
}

char *clock_iso(struct arena *mem, int64_t ms)
{
    int rest;
    return arena_printf(mem, "%sZ", iso_seconds(mem, ms, &rest));
}

char *clock_iso_ms(struct arena *mem, int64_t ms)
{
    int rest;
    char *seconds = iso_seconds(mem, ms, &rest);
    return arena_printf(mem, "%s.%03dZ", seconds, rest);
}

void clock_sleep(double seconds)
{
    if (seconds <= 0)
        return;
    struct timespec pause = {.tv_sec = (time_t)seconds};
    pause.tv_nsec = (long)((seconds - (double)pause.tv_sec) * 1e9);
    nanosleep(&pause, NULL);
}
