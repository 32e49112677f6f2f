"""Module paths of 0.8.2: commands as functions, connections, what the state tables hold, and what is gone and says so."""

import json

import pytest

CONFIG = """
from dbwarden import database_config

database_config(database_name="primary", default=True, database_url_sync="sqlite:///./app.db", dev_database_type="sqlite",
                dev_database_url="sqlite:///./dev.db")
"""


@pytest.fixture
def python(package, tmp_path):
    (tmp_path / "dbwarden.py").write_text(CONFIG)
    migrations = tmp_path / "migrations" / "primary"
    migrations.mkdir(parents=True)
    for version, sql in (("0001", "CREATE TABLE users (name TEXT);"), ("0002", "CREATE TABLE pets (name TEXT);")):
        (migrations / f"primary__{version}_one.sql").write_text(f"-- upgrade\n\n{sql}\n\n-- rollback\n\nDROP TABLE pets;\n")
    return lambda text: package.python(text, folder=tmp_path)


def test_commands_as_functions(python):
    """What the program prints is printed by Python, and what it refuses is raised."""
    assert python("""
        import contextlib, io
        from dbwarden.commands.history import history_cmd
        from dbwarden.commands.make_migrations import new_migration_cmd
        from dbwarden.commands.migrate import migrate_cmd, migrate_single
        from dbwarden.commands.rollback import rollback_cmd
        from dbwarden.commands.settings import handle_settings_database_add
        from dbwarden.config import get_multi_db_config, set_dev_mode
        from dbwarden.engine.lock import is_locked
        from dbwarden.engine.version import get_migrations_directory
        from dbwarden.exceptions import DBWardenError, UsageError
        from dbwarden.repositories import fetch_latest_versioned_migration, get_migrated_versions, get_migration_records
        def versions():
            return get_migrated_versions()
        told, shown = [], io.StringIO()
        migrate_cmd(1)
        told.append(versions())
        migrate_single("primary", to_version="0002")
        migrate_single(database="primary")
        latest = fetch_latest_versioned_migration()
        told += [[record.filename for record in get_migration_records()], latest.version, latest.applied_at.year > 2000]
        rollback_cmd(count=1)
        new_migration_cmd("more pets", database="primary")
        told += [versions(), is_locked(), get_migrations_directory().endswith("/migrations/primary")]
        for call in (lambda: migrate_cmd(count=0), lambda: migrate_cmd(nonsense=1), lambda: history_cmd("nobody")):
            try:
                call()
            except (DBWardenError, TypeError) as error:
                told.append([type(error).__name__, str(error)])
        with contextlib.redirect_stdout(shown):
            history_cmd()
        handle_settings_database_add("logs", "sqlite", "sqlite:///./logs.db", model_paths=["logs.py"])
        told += ["0001" in shown.getvalue(), list(get_multi_db_config().databases)]
        set_dev_mode(True)
        migrate_cmd()
        told.append(len(versions()))
        print(json.dumps(told))
    """) == [
        ["0001"], ["primary__0001_one.sql", "primary__0002_one.sql"], "0002", True, ["0001"], False, True,
        ["UsageError", "--count must be at least 1, not 0"],
        ["TypeError", "got an unexpected keyword argument 'nonsense'"],
        ["DBWardenError", "Database 'nobody' not found in settings config. Available databases: [primary]"],
        True, ["primary", "logs"], 3,
    ]


NOT_OURS = {"settings database-add": {"secure-values"}}  # the program says so


NEW_ALONE = "RANGE"  # of migrate and rollback, for --sql, which 0.8.2 did not have


def test_every_parameter_is_an_option(package):
    """Each function of dbwarden.commands passes on what its command knows."""
    functions, catalogue = package.python("""
        import importlib, pkgutil
        from dbwarden import _core, commands
        found = []
        for module in pkgutil.iter_modules(commands.__path__):
            loaded = importlib.import_module(f"dbwarden.commands.{module.name}")
            for name, value in vars(loaded).items():
                if getattr(value, "__module__", "") == "dbwarden.commands" and name != "command":
                    cells = dict(zip(value.__code__.co_freevars, (cell.cell_contents for cell in value.__closure__)))
                    found.append([f"{module.name}.{name}", cells["words"], cells["option_of"],
                                  sorted(cells["alone"])])
        print(json.dumps([found, json.loads(_core.commands())]))
    """)
    known = {entry["command"]: entry["options"] for entry in catalogue["commands"]}
    everywhere = {option["name"] for option in catalogue["options"]}
    assert len(functions) > 25
    for name, words, options, alone in functions:
        named = {option["name"] for option in known[words] if not option["positional"]} | everywhere
        wanted = {option.replace("_", "-") for parameter, option in options.items() if parameter not in alone}
        assert wanted - named == (NOT_OURS.get(words, set()) & wanted), name
        positional = [option["name"] for option in known[words] if option["positional"] and option["name"] != NEW_ALONE]
        assert len(alone) == len(positional), name


def test_the_application_of_typer_ends_with_its_status(python):
    """An entry point that migrates and then starts a server is still there afterwards."""
    assert python("""
        from dbwarden.cli.main import app
        told = []
        for words in (["migrate"], ["migrate", "--nonsense"], None):
            sys.argv = ["dbwarden", "status"]
            try:
                app(words)
            except SystemExit as ended:
                told.append(ended.code)
        print(json.dumps(told))
    """) == [0, 2, 0]


def test_connections_commit_or_roll_back(python):
    assert python("""
        from dbwarden.commands.migrate import migrate_cmd
        from dbwarden.database.connection import get_db_connection, get_engine
        from dbwarden.fastapi import dispose_engines
        from sqlalchemy import text
        migrate_cmd()
        with get_db_connection() as connection:
            connection.execute(text("INSERT INTO users VALUES ('kept')"))
        try:
            with get_db_connection("primary") as connection:
                connection.execute(text("INSERT INTO users VALUES ('lost')"))
                raise KeyError
        except KeyError:
            pass
        with get_engine().connect() as connection:
            rows = [row[0] for row in connection.execute(text("SELECT name FROM users"))]
        dispose_engines()
        print(json.dumps(rows))
    """) == ["kept"]


def test_what_is_gone_says_where_it_went(package):
    told = package.python("""
        import importlib
        from dbwarden._gone import GONE
        told = {}
        for name in [*GONE, "dbwarden.repositories.run_migration", "dbwarden.engine.version.compare_versions"]:
            try:
                exec(f"from {name.rpartition('.')[0]} import {name.rpartition('.')[2]}")
                told[name] = "is there"
            except ImportError as error:
                told[name] = str(error)
        for name in [name for name in GONE if name.count(".") == 2]:
            try:
                importlib.import_module(name)
                told[name] = "is there"
            except ImportError as error:
                assert str(error) == told[name], name
        told["hasattr"] = hasattr(importlib.import_module("dbwarden.engine"), "__nothing__")
        print(json.dumps(told))
    """)
    assert told.pop("hasattr") is False
    assert len(told) > 15
    for name, text in told.items():
        assert text.startswith(f"{name} of DBWarden 0.8.2 is gone: ") and len(text) > 60, json.dumps([name, text])


def test_what_may_be_shown(package):
    assert package.python("""
        from dbwarden.config import DatabaseConfig, display_value
        database = DatabaseConfig("postgresql")
        urls = ("postgresql://bob:hunter2@h/d?passwrd=x", "clickhouse://bob:p%40@h/d", "mysql+aiomysql://bob@h/d", 5)
        print(json.dumps([display_value(database, "sqlalchemy_url_sync", url) for url in urls]))
    """) == ["postgresql://bob:***@h/d?passwrd=***", "clickhouse://bob:***@h/d", "mysql+aiomysql://bob@h/d", 5]
