"""`dbwarden settings ...` as functions."""

from dbwarden.commands import command

handle_settings_show = command("settings show", "<database> all_databases=all")
handle_settings_default_set = command("settings default-database", "<name>")
handle_settings_database_add = command(
    "settings database-add",
    "<name> database_type=type url migrations_dir migration_table seed_table model_paths=model_path dev_type dev_url"
    " overlap_models secure_values default",
)
handle_settings_database_remove = command("settings database-remove", "<name>")
handle_settings_database_rename = command("settings database-rename", "<old> <new>")
handle_settings_database_set_dev = command("settings database-set-dev", "<name> dev_type=type dev_url=url")
handle_settings_database_clear_dev = command("settings database-clear-dev", "<name>")
