"""`dbwarden check-db` as a function."""

from dbwarden.commands import command

check_db_cmd = command("check-db", "output_format=out database")
