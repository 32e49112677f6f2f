"""`dbwarden config` and `version` as functions."""

from dbwarden.commands import command

config_cmd = command("config")
version_cmd = command("version")
