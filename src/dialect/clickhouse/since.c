/* What came with which version of the server: a plan that asks an older one for it is refused with a sentence. */
#include "dialect/clickhouse/schema.h"

const struct since ch_since[] = {
    {190100, KIND_COLUMN, COLUMN_codec, "codecs of columns", NULL, NULL, NULL},
    {190600, KIND_COLUMN, COLUMN_ttl, "TTL of columns", NULL, NULL, NULL},
    {190600, KIND_TABLE, TABLE_ttl, "TTL of tables", NULL, NULL, NULL},
    {190600, KIND_INDEX, INDEX_method, "skip indexes", NULL, NULL, NULL},
    {191400, KIND_CHECK, CHECK_expr, "constraints", NULL, NULL, NULL},
    {191600, KIND_KEYED, KEYED_structure, "dictionaries that SQL makes", NULL, NULL, NULL},
    {200500, KIND_ROW_POLICY, ROW_POLICY_using, "row policies", NULL, NULL, NULL},
    {200500, KIND_ROLE, ROLE_settings, "roles", NULL, NULL, NULL},
    {200500, KIND_USER, USER_identified, "users that SQL makes", NULL, NULL, NULL},
    {200500, KIND_QUOTA, QUOTA_limits, "quotas that SQL makes", NULL, NULL, NULL},
    {200500, KIND_PROFILE, PROFILE_settings, "settings profiles that SQL makes", NULL, NULL, NULL},
    {210600, KIND_PROJECTION, PROJECTION_query, "projections", NULL, NULL, NULL},
    {211000, KIND_FUNCTION, FUNCTION_definition, "functions that SQL makes", NULL, NULL, NULL},
    {221200, KIND_COLLECTION, COLLECTION_keys, "named collections that SQL makes", NULL, NULL, NULL},
    {240100, KIND_COLUMN, COLUMN_statistics, "statistics of columns", NULL, NULL, NULL},
    {0},
};
