"""`dbwarden snapshot` as a function."""

from dbwarden.commands import command

snapshot_cmd = command("snapshot", "<table_name> database")
