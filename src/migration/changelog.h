/*
 * Changelogs of Liquibase that are not SQL: XML, YAML and JSON become one tree, and a tree becomes the SQL that the tool would send.
 * Not here: which files there are, and formatted SQL (format_liquibase.c).
 */
#ifndef MIGRATION_CHANGELOG_H
#define MIGRATION_CHANGELOG_H

#include "migration/format.h"

/* What XML has as an element and YAML as a mapping; texts of either are attributes of one name in both. */
struct node {
    const char *name;
    const char *file;
    int line; /* 0: not known */
    struct names key;
    struct names value; /* parallel to it */
    struct list child;  /* struct node * */
};

/* The root, whose name is databaseChangeLog; which sort of file it is, its name says. */
int changelog_read(const struct format_reading *reading, const char *path, struct node **root);
const char *node_text(const struct node *node, const char *key); /* NULL: it has none of that name */
bool node_says(const struct node *node, const char *key);        /* "true" */
int fail_node(struct ctx *ctx, const struct node *node, const char *format, ...) __attribute__((format(printf, 3, 4)));

struct change_sql {
    struct ctx *ctx;
    const struct dialect *dialect;
    struct buf up;
    struct buf down;         /* in the order in which it runs */
    const char *no_way_back; /* the change that has none; NULL */
};
/* Adds what a change does; ERR_UNSUPPORTED, with the place, for what is not known. */
int change_sql_add(struct change_sql *sql, const struct node *change);
/* Is it meant for this engine? "postgresql, !mysql"; NULL: for all. */
bool change_meant(struct arena *mem, const struct dialect *dialect, const char *dbms);
/* SQL whose statements end with another delimiter, at the end of a line, with ";" in its place; NULL: they end with ";". */
const char *delimited(struct arena *mem, const char *sql, const char *delimiter);
/* The file that `named` means to a file in `folder`: beside it, or below a folder above it. */
const char *changelog_file(struct arena *mem, const char *folder, const char *named, bool beside);

#endif
