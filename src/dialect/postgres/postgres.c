/*
 * PostgreSQL as a dialect: the table that the rest of the program sees, and the sparse table of renderers.
 */
#include "dialect/postgres/render.h"
#include "dialect/rows_sql.h"
#include "dialect/sample.h"

static const char *const schemes[] = {"postgresql", "postgres", NULL};

#define CONSTRAINT                                                                                \
    {                                                                                             \
        .create = pg_constraint_create, .drop = pg_constraint_drop, .alter = pg_constraint_alter, \
        .rename = pg_constraint_rename                                                            \
    }
#define KEY                                                                                \
    {                                                                                      \
        .create = pg_constraint_create, .drop = pg_constraint_drop, .alter = pg_key_alter, \
        .rename = pg_constraint_rename                                                     \
    }
#define TYPE .drop = pg_type_drop, .rename = pg_type_rename, .finish = pg_type_finish

#define ATTACHED                                                                            \
    {                                                                                       \
        .create = pg_attached_create, .drop = pg_attached_drop, .alter = pg_attached_alter, \
        .rename = pg_attached_rename                                                        \
    }

#define DEFINED                                                                                                      \
    {                                                                                                                \
        .create = pg_defined_create, .drop = pg_defined_drop, .alter = pg_defined_alter, .rename = pg_defined_rename \
    }

/* The server has no other name for it, or the name is not all that it is called by. */
#define DEFINED_NAMED                                                                   \
    {                                                                                   \
        .create = pg_defined_create, .drop = pg_defined_drop, .alter = pg_defined_alter \
    }

const struct render_kind pg_render[KIND_COUNT] = {
    [KIND_SCHEMA] = {.create = pg_schema_create,
                     .drop = pg_schema_drop,
                     .alter = pg_schema_alter,
                     .rename = pg_schema_rename,
                     .finish = pg_schema_finish},
    [KIND_EXTENSION] = {.create = pg_extension_create, .drop = pg_extension_drop, .alter = pg_extension_alter},
    [KIND_ENUM] = {.create = pg_enum_create, .alter = pg_enum_alter, TYPE},
    [KIND_LABEL] = {.rename = pg_label_rename},
    [KIND_COMPOSITE] = {.create = pg_composite_create, .alter = pg_composite_alter, TYPE},
    [KIND_ATTRIBUTE] = {.create = pg_attribute_create,
                        .drop = pg_attribute_drop,
                        .alter = pg_attribute_alter,
                        .rename = pg_attribute_rename},
    [KIND_DOMAIN] = {.create = pg_domain_create, .alter = pg_domain_alter, TYPE},
    [KIND_FUNCTION] = {.create = pg_function_create,
                       .drop = pg_function_drop,
                       .alter = pg_function_alter,
                       .rename = pg_function_rename,
                       .finish = pg_function_finish},
    [KIND_COLLATION] = DEFINED,
    [KIND_RANGE] = {.create = pg_promised_create,
                    .drop = pg_promised_drop,
                    .alter = pg_defined_alter,
                    .rename = pg_defined_rename,
                    .finish = pg_promised_finish},
    [KIND_BASE] = {.create = pg_promised_create,
                   .drop = pg_promised_drop,
                   .alter = pg_base_alter,
                   .rename = pg_defined_rename,
                   .finish = pg_promised_finish},
    [KIND_SHELL] = {.create = pg_defined_create, .drop = pg_defined_drop, .alter = pg_defined_alter},
    [KIND_TEXT_PARSER] = DEFINED,
    [KIND_TEXT_TEMPLATE] = DEFINED,
    [KIND_DICTIONARY] = {.create = pg_dictionary_create,
                         .drop = pg_defined_drop,
                         .alter = pg_dictionary_alter,
                         .rename = pg_defined_rename},
    [KIND_CONFIGURATION] = {.create = pg_configuration_create,
                            .drop = pg_defined_drop,
                            .alter = pg_configuration_alter,
                            .rename = pg_defined_rename},
    [KIND_WRAPPER] = {.create = pg_server_create,
                      .drop = pg_defined_drop,
                      .alter = pg_server_alter,
                      .rename = pg_defined_rename},
    [KIND_SERVER] = {.create = pg_server_create,
                     .drop = pg_defined_drop,
                     .alter = pg_server_alter,
                     .rename = pg_defined_rename},
    [KIND_MAPPING] = {.create = pg_server_create, .drop = pg_defined_drop, .alter = pg_server_alter},
    [KIND_PUBLICATION] = {.create = pg_publication_create,
                          .drop = pg_defined_drop,
                          .alter = pg_publication_alter,
                          .rename = pg_defined_rename},
    [KIND_EVENT_TRIGGER] = {.create = pg_event_trigger_create,
                            .drop = pg_defined_drop,
                            .alter = pg_event_trigger_alter,
                            .rename = pg_defined_rename},
    [KIND_AGGREGATE] = DEFINED,
    [KIND_CAST] = DEFINED_NAMED,
    [KIND_FAMILY] = {.create = pg_family_create, .drop = pg_defined_drop, .alter = pg_family_alter},
    [KIND_CLASS] = DEFINED_NAMED,
    [KIND_CONVERSION] = DEFINED,
    [KIND_LANGUAGE] = {.create = pg_defined_create, .drop = pg_defined_drop, .alter = pg_language_alter},
    [KIND_TRANSFORM] = DEFINED_NAMED,
    [KIND_METHOD] = DEFINED_NAMED,
    [KIND_OPERATOR] = {.create = pg_operator_create, .drop = pg_defined_drop, .alter = pg_operator_alter},
    [KIND_SEQUENCE] = {.create = pg_sequence_create,
                       .drop = pg_sequence_drop,
                       .alter = pg_sequence_alter,
                       .rename = pg_sequence_rename,
                       .finish = pg_sequence_finish},
    [KIND_TABLE] = {.create = pg_table_create,
                    .drop = pg_table_drop,
                    .alter = pg_table_alter,
                    .rename = pg_table_rename,
                    .finish = pg_table_finish},
    [KIND_COLUMN] = {.create = pg_column_create,
                     .drop = pg_column_drop,
                     .alter = pg_column_alter,
                     .rename = pg_column_rename},
    [KIND_PRIMARY_KEY] = KEY,
    [KIND_UNIQUE] = KEY,
    [KIND_CHECK] = CONSTRAINT,
    [KIND_EXCLUDE] = CONSTRAINT,
    [KIND_FOREIGN_KEY] = CONSTRAINT,
    [KIND_INDEX] = {.create = pg_index_create,
                    .drop = pg_index_drop,
                    .alter = pg_index_alter,
                    .rename = pg_index_rename},
    [KIND_TRIGGER] = ATTACHED,
    [KIND_RULE] = ATTACHED,
    [KIND_POLICY] = {.create = pg_policy_create,
                     .drop = pg_policy_drop,
                     .alter = pg_policy_alter,
                     .rename = pg_policy_rename},
    [KIND_STATISTICS] = {.create = pg_statistics_create,
                         .drop = pg_statistics_drop,
                         .alter = pg_statistics_alter,
                         .rename = pg_statistics_rename},
    [KIND_VIEW] = {.create = pg_view_create, .drop = pg_view_drop, .alter = pg_view_alter, .rename = pg_view_rename},
};

/* duplicate_table (and what shares its names), duplicate_object, _column, _schema, _function */
static const char *const exists[] = {"42P07", "42710", "42701", "42P06", "42723", NULL};

/* "cannot run inside a transaction block"; COMMIT in a procedure or a DO block that is called within one. */
static const char *const pg_outside_only[] = {"25001", "2D000", NULL};

static const char *const database_words[] = {"database", NULL};

static const struct sample_rules sample_rules = {
    .begin = "SET session_replication_role = replica",
    .end = "RESET session_replication_role",
    .overriding = " OVERRIDING SYSTEM VALUE",
    .fits = "SELECT CAST($1::text AS ",
    .fits_end = ")::text",
};

static const struct rows_sql rows_sql = {
    .literal = "pg_catalog.quote_nullable((",
    .literal_end = ")::text)",
    .overriding = " OVERRIDING SYSTEM VALUE",
    .counter = "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence(@table, @name), "
               "(SELECT pg_catalog.max(@column) FROM @rows))",
};

static const struct said_words frees_locks[] = {{"discard", "all"}, {"select", "pg_advisory_unlock_all"}, {NULL, NULL}};

static const char *const read_only[] = {"default_transaction_read_only", "transaction_read_only", NULL};
static const char *const for_later[] = {"default_transaction_read_only", "characteristics", NULL};
static const struct session_words session_words = {.read_only = read_only, .for_later = for_later};

static const struct offline_words offline_words = {
    .begin = "BEGIN",
    .reset = "DISCARD ALL",
    .lock = "SET lock_timeout = @ms",
    .statement = "SET statement_timeout = @ms",
    .limits_back = "RESET lock_timeout;\n\nRESET statement_timeout",
};

const struct dialect pg_dialect = {
    .sample = &sample_rules,
    .rows_sql = &rows_sql,
    .engine = ENGINE_PG,
    .name = "postgresql",
    .title = "PostgreSQL",
    .usual_name = "public",
    .outside_only = pg_outside_only,
    .schemes = schemes,
    .minimum_version = 120000,
    .lock_seconds = 2,
    .name_bytes = PG_NAME_BYTES,
    .majors_only = true,
    .transactional_ddl = true,
    .schemas_like = "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname LIKE $1 AND nspname NOT LIKE 'pg\\_%' "
                    "AND nspname <> 'information_schema' ORDER BY 1",
    .database_words = database_words,
    .whole_dump = "-C (--create)",
    .databases_like = "SELECT datname FROM pg_catalog.pg_database WHERE datname LIKE $1 AND datallowconn "
                      "AND NOT datistemplate ORDER BY 1",
    .table_sizes =
        "SELECT n.nspname, c.relname, greatest(c.reltuples, -1)::pg_catalog.int8, c.relpages::pg_catalog.int8 * "
        "pg_catalog.current_setting('block_size')::pg_catalog.int8 FROM pg_catalog.pg_class c "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm', 'p') "
        "AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'",
    .views_keep_names = true,
    .drops_trigger_on_table = true,
    .exists = exists,
    .python = &pg_python,
    .lex = &pg_lex,
    .ident = &pg_ident,
    .normal = &pg_normal,
    .classify = &pg_classify,
    .types = &pg_types,
    .driver = &pg_driver,
    .state = &pg_state_sql,
    .offline = &offline_words,
    .load = pg_load,
    .settle = pg_settle,
    .scratch_facts = pg_scratch_facts,
    .facts = pg_facts,
    .enter = pg_enter,
    .judge = pg_judge,
    .missing = pg_missing,
    .type_normal = pg_type_normal,
    .expr_normal = pg_expr_normal,
    .default_same = pg_default_same,
    .reconcile = pg_reconcile,
    .effects = pg_effects,
    .since = pg_since,
    .name_spaces = pg_name_spaces,
    .operators = pg_operators,
    .word_operators = pg_word_operators,
    .implied = pg_implied,
    .guarded = pg_guarded,
    .access = pg_access,
    .keeps = pg_keeps,
    .keep = pg_keep,
    .gradual = &pg_gradual,
    .batch_key = pg_batch_key,
    .choose_name = pg_choose_name,
    .render = pg_render,
    .reaches_beyond = pg_reaches_beyond,
    .ends_with_transaction = pg_ends_with_transaction,
    .within_transaction = pg_within_transaction,
    .blockers = pg_blockers,
    .progress = pg_progress,
    .frees_locks = frees_locks,
    .session_words = &session_words,
    .statement_evidence = pg_statement_evidence,
    .statement_doubt = pg_statement_doubt,
};
