"""`dbwarden make-rollback` as a function."""

from dbwarden.commands import command

make_rollback_cmd = command("make-rollback", "<migration_file>")
