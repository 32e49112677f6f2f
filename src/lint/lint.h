/*
 * What a person should know of SQL before it runs: which locks it takes, what it rewrites, what it loses, what it breaks.
 * One table of rules (rules.def) judges whatever has statements: what make-migrations plans and what people write.
 * Nothing here asks a database: what is known of one (its schema, sizes of its tables) comes with the question.
 */
#ifndef LINT_LINT_H
#define LINT_LINT_H

#include "base/map.h"
#include "dialect/target.h"
#include "migration/migration.h"

enum severity { SEVERITY_OFF, SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };
extern const char *const severity_names[]; /* as settings and options spell them: "off", "info", ... */

struct lint;
struct act;

/* What of a rule grows with its table. */
enum scale { SCALE_NONE, SCALE_SCAN, SCALE_BUILD, SCALE_REWRITE };

struct lint_rule {
    const char *code; /* "PG101" */
    const char *name; /* "index-blocking" */
    enum severity severity;
    unsigned engines;                                             /* enum engine, or'ed */
    uint64_t on;                                                  /* kinds of acts (parts.h), as bits */
    bool (*test)(const struct lint *lint, const struct act *act); /* NULL: each of them */
    const char *lock; /* mode that it takes on a table; NULL: does not matter */
    enum scale scale;
    const char *says; /* one clause; {table}, {name}, {other}, {type}, {columns} stand for what it is about */
    const char *why;  /* what happens */
    const char *safe; /* what to do instead */
};
extern const struct lint_rule rule_table[];          /* up to one without a code */
const struct lint_rule *rule_find(const char *word); /* by code or by name, in any case; NULL */

/* Which rule a hazard of a plan (diff/hazard.c) is about; `change` is its own, NULL where that is not known. NULL: none. */
const struct lint_rule *rule_of_hazard(const char *hazard, const struct change *change);

const char *rule_lock(const struct lint_rule *rule,
                      const struct dialect *dialect); /* NULL where locks have other names */
bool rule_has_hazard(const struct lint_rule *rule, const char *hazard);

struct finding {
    const struct lint_rule *rule; /* NULL: a change that no rule has anything to say of */
    enum severity severity;
    const char *lock; /* NULL */
    const char *message;
    const char *table;       /* path; NULL */
    const char *column;      /* or what else it is about; NULL */
    const char *change_type; /* as 0.8.2 calls it; NULL: the rule's name */
    const char *sql;         /* NULL */
    const char *size;        /* "38 M rows, 12 GB"; NULL: unknown */
    const char *file;        /* NULL: the pending change */
    int line, column_at;
    int statement; /* from 1; 0: the file */
    size_t offset; /* of the clause, within the statement */
    bool in_block; /* that is one within the DO block which `statement` counts */
};

/* What is known of a table in a database. */
struct table_size {
    int64_t rows, bytes;
};

struct lint_input {
    const struct target *target;
    const struct tree *tree;      /* the schema before all that is judged; NULL: unknown */
    const struct map *sizes;      /* path -> struct table_size *; NULL: unknown */
    const struct map *severities; /* code -> enum severity * of the project; NULL: as the table has it */
    const struct list *naming;    /* struct naming *, as the project spells names; NULL: as it likes */
    bool waits_for_locks;         /* nothing limits how long a statement waits for a lock */
    bool runs_without_limit;      /* nothing limits how long a statement runs */
    bool writer_is_alone;         /* who writes keeps out who reads, as without SQLite's WAL */
};

/*
 * The setting check_names, {what: POSIX extended regular expression}: *naming gets what the names of things have to match.
 * ERR_CONFIG for a thing or an expression that is none.  naming_close() frees them.
 */
int naming_open(struct ctx *ctx, const struct json *given, struct list *naming);
void naming_close(const struct list *naming);

/* How much a rule counts in the project, where nothing is known of sizes. */
enum severity lint_severity(const struct lint_input *input, const struct lint_rule *rule);

/* SQL without "-- upgrade", as a file of which all runs. */
int lint_text(struct ctx *ctx, const struct dialect *dialect, const char *path, const struct sql_piece *text,
              struct migration **migration);

/*
 * The files of one deployment, in their order: what one of them makes is new to those after it.  *findings gets
 * struct finding *, by file and place.
 */
int lint_files(struct ctx *ctx, const struct lint_input *input, const struct list *migrations, struct list *findings);

#endif
