"""`dbwarden seed ...` as functions."""

from dbwarden.commands import command

seed_create_cmd = command("seed create", "<description> seed_type=type database verbose")
seed_apply_cmd = command("seed apply", "version dry_run database all_databases=all verbose")
seed_list_cmd = command("seed list", "database all_databases=all verbose")
seed_rollback_cmd = command("seed rollback", "count to_version database verbose")
