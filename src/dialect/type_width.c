/*
 * What a change of type costs where values are stored alike and only a limit or a name differs: then the catalog changes, and
 * no row is written anew.  The names are PostgreSQL's; no other engine says which changes are so.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dialect/common.h"

static int type_numbers(const char *type, int64_t number[2])
{
    const char *at = strchr(type, '(');
    int n = 0;
    while (at && n < 2 && (*at == '(' || *at == ',')) {
        number[n++] = strtoll(at + 1 + strspn(at + 1, " "), NULL, 10);
        at += strcspn(at + 1, ",)") + 1;
    }
    return n;
}

const char *type_without_numbers(struct arena *mem, const char *type)
{
    const char *open = strchr(type, '('), *close = open ? strchr(open, ')') : NULL;
    if (!close)
        return text_lower(mem, type);
    return text_lower(mem, text_trim(mem, arena_printf(mem, "%.*s%s", (int)(open - type), type, close + 1)));
}

/* Types whose values are stored alike, so that only the catalog changes: a limit that grows, or goes. */
bool type_is_wider(const char *from, const char *to)
{
    int64_t a[2] = {0}, b[2] = {0};
    int n = type_numbers(from, a), m = type_numbers(to, b);
    if (!m)
        return true;
    return n && b[0] >= a[0] && (n < 2 || m < 2 ? n == m : a[1] == b[1]);
}

bool types_stored_alike(struct arena *mem, const char *from, const char *to)
{
    static const char *const limited[] = {"character varying",
                                          "varchar",
                                          "numeric",
                                          "bit varying",
                                          "interval",
                                          "timestamp without time zone",
                                          "timestamp",
                                          "timestamp with time zone",
                                          "timestamptz",
                                          "time without time zone",
                                          "time",
                                          "time with time zone",
                                          NULL};
    static const char *const alike[][2] = {/* the second without a limit */
                                           {"character varying", "text"},
                                           {"varchar", "text"},
                                           {"cidr", "inet"},
                                           {"text", "character varying"},
                                           {"text", "varchar"},
                                           {"text", "citext"},
                                           {"citext", "text"},
                                           {"xml", "text"},
                                           {"xml", "character varying"},
                                           {"bit", "bit varying"},
                                           {"integer", "oid"},
                                           {"oid", "integer"},
                                           {"integer", "regclass"},
                                           {"regclass", "integer"},
                                           {"oid", "regclass"},
                                           {"regclass", "oid"},
                                           {"character varying", "citext"}};
    const char *a = type_without_numbers(mem, from), *b = type_without_numbers(mem, to);
    bool unlimited = !strchr(to, '(');
    if (text_equal(a, b))
        for (int i = 0; limited[i]; i++)
            if (text_equal(a, limited[i]))
                return type_is_wider(from, to);
    for (size_t i = 0; unlimited && i < sizeof alike / sizeof *alike; i++)
        if (text_equal(a, alike[i][0]) && text_equal(b, alike[i][1]))
            return true;
    return text_equal(text_lower(mem, from), text_lower(mem, to));
}
