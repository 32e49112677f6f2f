"""`dbwarden migrate` as functions."""

from dbwarden.commands import command

_MORE = "baseline with_backup backup_dir dry_run sandbox"
migrate_cmd = command("migrate", f"count to_version verbose database all_databases=all {_MORE}")
# Called db_name in its code, but database in its pages.
migrate_single = command("migrate", f"db_name=database count to_version verbose {_MORE} database")
