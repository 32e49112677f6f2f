/* ClickHouse, spoken to over HTTP. */
#ifndef DIALECT_CLICKHOUSE_CLICKHOUSE_H
#define DIALECT_CLICKHOUSE_CLICKHOUSE_H

#include "dialect/dialect.h"

extern const struct dialect ch_dialect;

#endif
