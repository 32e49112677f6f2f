/*
 * The engines, in the order in which lists show them.  The only file that names one; everybody else finds it
 * by name, scheme or bit.  An engine is a folder beside this file and a line below.
 */
#include "dialect/clickhouse/clickhouse.h"
#include "dialect/dialect.h"
#include "dialect/mysql/mysql.h"
#include "dialect/postgres/pg.h"
#include "dialect/sqlite/sqlite.h"

const struct dialect *const dialect_list[] = {
    &lite_dialect, &pg_dialect, &my_dialect, &my_mariadb_dialect, &ch_dialect, NULL,
};

void dialects_own_process(void)
{
    lite_own_process();
}
