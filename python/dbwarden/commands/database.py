"""`dbwarden database ...` as functions."""

from dbwarden.commands import command

handle_database_list = command("database list")
handle_database_add = command("database add", "<name> url database_type=type model_paths migrations_dir default")
handle_database_remove = command("database remove", "<name> force")
