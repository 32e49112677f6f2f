"""`dbwarden make-migrations` and `new` as functions."""

from dbwarden.commands import command

make_migrations_cmd = command(
    "make-migrations",
    "<description> verbose database output_plan=plan rename_flags=rename safe_type_change"
    " rename_table_flags=rename_table concurrent",
)
new_migration_cmd = command("new", "<description> version database")
