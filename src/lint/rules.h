/* The tests of the rules, by the files that they stand in; private to lint/. */
#ifndef LINT_RULES_H
#define LINT_RULES_H

#include "lint/parts.h"

typedef bool rule_test(const struct lint *lint, const struct act *act);

/* judge_lock.c */
rule_test is_blocking_index, is_partitioned_index, is_blocking_index_drop, is_concurrent_in_transaction,
    is_concurrent_if_absent, is_not_concurrent, is_blocking_detach, is_scanning_attach, is_blocking_unique,
    is_blocking_key, is_exclusion, is_validating_reference, is_validating_check, is_validated_at_once,
    is_checked_domain, is_domain_with_check, is_scanning_not_null, is_required_column, is_volatile_default,
    is_stored_column, is_counted_column, is_column_with_constraint, is_rewriting_type, is_type_under_view, is_narrowing,
    is_full_vacuum, is_on_old_table, is_key_over_null, is_all_triggers_off, is_strong_mode;
/* judge_rows.c */
rule_test is_dropped_for_good, is_dropped_partition, is_old_column, is_unbounded, is_cascade, is_needed_index,
    is_dropped_constraint, is_unique_on_rows, is_not_null_on_rows, is_live_rename, is_likely_rename, is_refused_column,
    is_used_column, is_rebuild_with_keys, is_losing_rebuild, is_rebuilt_not_null, is_dropped_object, is_renamed_object,
    is_met_by_old_programs;
/* judge_design.c */
rule_test is_padded_type, is_limited_text, is_zoneless, is_plain_json, is_money, is_inexact, is_serial_column,
    is_small_key, has_no_key, is_unnamed, is_wide_index, is_duplicate_index, is_unindexed_reference, is_too_long,
    is_reserved, is_unqualified, is_badly_packed, is_key_without_partition, is_vacuum_off, is_small_sequence, is_enum;
/* judge_file.c */
rule_test is_waiting_forever, is_second_lock, is_data_under_lock, is_open_begin, is_lone_commit, is_label_used_at_once,
    is_unplaced, has_no_policy, is_access_change, is_untracked_body, has_secret, has_no_way_back, is_program,
    loses_what_it_filled, is_mixed_file, is_seed_among_schema, is_not_repeatable, is_assigned_twice, is_unlimited_scan,
    is_long_write, is_schema_in_block, is_unread_execute, is_second_alter;
/* judge_mysql.c */
rule_test is_copied, is_word_index, is_column_in_the_middle, is_new_primary_key, is_filled_column, is_computed_default,
    is_list_reordered, is_ignored_reference, is_key_on_old_table, is_outdated_type, is_without_transactions;
/* judge_clickhouse.c */
rule_test is_mutation, is_new_ttl, is_new_order, is_populated, is_without_replicas;
rule_test is_new_query, is_unfilled, is_dropped_projection, is_replaced_dictionary, is_exchange, is_named_column;
/* naming.c */
rule_test is_named_otherwise;

#endif
