"""`dbwarden status` as functions."""

from dbwarden.commands import command

status_cmd = command("status", "database all_databases=all")
status_single = command("status", "database")
