/* What the readers and writers of formats share. */
#ifndef MIGRATION_FORMAT_PARTS_H
#define MIGRATION_FORMAT_PARTS_H

#include "migration/format.h"

extern const struct format format_alembic, format_dbmate, format_django, format_drizzle, format_fastmigrate,
    format_flyway, format_goose, format_golang_migrate, format_liquibase, format_plain, format_prisma, format_yoyo;

/* Comments that divide a file, or say something about it. */
enum marker { MARKER_NONE, MARKER_UP, MARKER_DOWN, MARKER_LEFT_OUT, MARKER_NO_TRANSACTION, MARKER_REFUSED };
struct marker_row {
    const char *text; /* the line begins with it, in any case */
    enum marker marker;
    const char *with; /* and on the same line stands; NULL: anything */
};

/* "20240101_add_users.sql": digits, then the words up to `suffix`; false: it is not such a name. */
bool numbered_name(struct arena *mem, const char *name, const char *suffix, const char **digits, const char **words);
const char *digits_bare(const char *digits); /* without leading zeros */
int foreign_by_number(const void *a, const void *b);
int foreign_file(const struct format_reading *reading, const char *name, char **text);
bool has_marker(const char *text, const struct marker_row *rows);
/* Every numbered .sql file as `rows` divide it; a file that no marker begins is an error. */
int marked_read(struct format_reading *reading, const struct marker_row *rows, bool bare);
int fail_foreign(struct ctx *ctx, const char *path, const char *what);

/* The statements of a side, each with its ";"; `wrap`: around those that hold one; NULL. */
void statements_add(struct buf *out, const struct split *split, const char *const *wrap);
void file_new_add(struct ctx *ctx, struct list *files, const char *name, const char *text);
void python_sql_add(struct buf *out, const struct sql_piece *piece,
                    bool to_text); /* within three double quotes; for text() */
void file_new_put(struct ctx *ctx, struct list *files, const char *name,
                  const char *text); /* in place of one of that name */
/* A file of one name with both sides. */
int marked_write(struct ctx *ctx, struct ejected *ejected, const char *const *words, struct list *files);
enum { WORD_UP, WORD_UP_ALONE, WORD_DOWN, WORD_DOWN_ALONE, WORD_BEGIN, WORD_END }; /* of marked_write() */

#endif
