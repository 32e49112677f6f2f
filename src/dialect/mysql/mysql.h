/*
 * MySQL and MariaDB share their client library, their functions and most of their language: two dialects, one folder.
 */
#ifndef DIALECT_MYSQL_MYSQL_H
#define DIALECT_MYSQL_MYSQL_H

#include "dialect/dialect.h"

extern const struct infix my_infix[]; /* infix.c */
extern const struct dialect my_dialect;
extern const struct dialect my_mariadb_dialect;
extern const struct dialect my_tidb_dialect, my_tidb_checked_dialect; /* that keeps no checks, and that does */

bool my_is_tidb(const struct dialect *dialect);

#endif
