"""`dbwarden downgrade` as a function."""

from dbwarden.commands import command

downgrade_cmd = command("downgrade", "to_version=to verbose database")
