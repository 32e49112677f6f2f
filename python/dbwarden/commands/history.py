"""`dbwarden history` as a function."""

from dbwarden.commands import command

history_cmd = command("history", "database")
