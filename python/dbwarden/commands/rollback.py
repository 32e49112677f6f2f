"""`dbwarden rollback` as a function."""

from dbwarden.commands import command

rollback_cmd = command("rollback", "count to_version verbose database")
