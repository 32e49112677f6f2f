"""`dbwarden init` as a function."""

from dbwarden.commands import command

init_cmd = command("init", "database")
