/* What to do about the server's refusals, as a table: its code, what the message has, and a sentence. */
#include "base/text.h"
#include "dialect/clickhouse/parts.h"

static const struct {
    const char *code, *has; /* "": anything */
    const char *hint;
} hints[] = {
    {"36", "prefix of the sorting key",
     "ORDER BY has to begin with the PRIMARY KEY; MODIFY ORDER BY can only add columns at the end that the same ALTER adds."},
    {"81", "", "Create the database first: dbwarden does not. A name with a dot or a quote stands in backticks."},
    {"115", "", "Options of the database URL that are of no driver are settings of the server's."},
    {"159", "", "\"-- set statement_timeout = off\" above \"-- upgrade\" lifts the limit for a file."},
    {"164", "", "The user of the database URL may only read, and set nothing: give one who may change the schema."},
    {"193", "", "Check user and password in the database URL."},
    {"201", "",
     "The quota of the database URL's user is used up: wait for its next interval, or give migrations a user of their own."},
    {"210", "",
     "Something that the statement speaks to, a dictionary's source or a table's other server, cannot be reached."},
    {"241", "uery",
     "Do it in smaller pieces, or raise max_memory_usage: SET in the file, or an option of the database URL."},
    {"279", "",
     "Something that the statement speaks to, a dictionary's source or a table's other server, cannot be reached."},
    {CH_UNFINISHED, "mutation",
     "The server tries it again and again: put its rows in order, or end it with KILL MUTATION, and run the same command again."},
    {"452", "",
     "The profile of the database URL's user forbids this setting: leave it out of the URL and the file, or take another user."},
    {"497", "", "GRANT what it names to the user of the database URL."},
    {"516", "", "Check user and password in the database URL."},
};

const char *ch_hint_for(const struct error *error)
{
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (text_equal(hints[i].code, error->sqlstate) && text_has(error->message, hints[i].has))
            return hints[i].hint;
    return NULL;
}

/* Too many parts, too many queries, no such session for the moment; and no memory, unless it is the query that wants too much. */
bool ch_is_passing(const struct error *error)
{
    static const char *const known[] = {"202", "252", "241", CH_SESSION_IS_LOCKED, "473", "999", NULL};
    for (int i = 0; known[i]; i++)
        if (text_equal(error->sqlstate, known[i]))
            return !text_equal(known[i], "241") || !text_has(error->message, "uery");
    return false;
}
