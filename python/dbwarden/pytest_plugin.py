"""Fixtures for tests: each gets a migrated database of its own, within milliseconds.

``dbwarden_database`` is that database. All migrations run once per test process, into a template, which is then copied: by
``CREATE DATABASE ... TEMPLATE`` on PostgreSQL, as a file on SQLite. ``dbwarden_agree`` is called to assert that models and
migrations say the same.
"""

from __future__ import annotations

import copy
import os
import shutil
import uuid
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import URL

    Drop = Callable[[], None]


class MigratedDatabase:
    """``url`` is for SQLAlchemy; ``name`` is the database's in the configuration."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url

    def __repr__(self) -> str:
        return f"<migrated database {self.name!r}>"


def _run(command: str, name: str, url: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """A native command for this database of the configuration, at another place."""
    from dbwarden import _address, _native, config

    read = _address.read(url, "the URL")
    plain = read.set(drivername=read.get_backend_name()).render_as_string(hide_password=False)
    options = copy.deepcopy(config.native_options())
    for entry in options["configuration"]["entries"]:
        keys = entry["keys"]
        if keys["database_name"]["value"] == name:
            keys["database_url_sync"] = {"value": plain, "line": entry["line"]}
            keys.pop("database_url_async", None)
    return _native.run(command, {"database": name, **request}, options=options)


def _migrate(name: str, url: str) -> None:
    _run("migrate", name, url, {"no_snapshot": True})


class _Files:
    """SQLite: the template is a file."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.template = str(folder / "template.db")
        _migrate(name, f"sqlite:///{self.template}")

    def new(self) -> tuple[MigratedDatabase, Drop]:
        path = str(self.folder / f"{uuid.uuid4().hex}.db")
        shutil.copyfile(self.template, path)
        return MigratedDatabase(self.name, f"sqlite:///{path}"), lambda: os.unlink(path)

    def end(self) -> None:
        pass


class _Server:
    """PostgreSQL: the template is a database beside the configured one."""

    def __init__(self, name: str, url: URL) -> None:
        from sqlalchemy import create_engine

        self.name, self.url = name, url
        self.admin = create_engine(url, isolation_level="AUTOCOMMIT")
        self.template = self.create()
        _migrate(name, self.text(self.template))

    def create(self, template: str | None = None) -> str:
        database = f"dbwarden_test_{os.getpid()}_{uuid.uuid4().hex[:12]}"
        like = f' TEMPLATE "{template}"' if template else ""
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{database}"{like}')
        return database

    def drop(self, database: str) -> None:
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def text(self, database: str) -> str:
        return self.url.set(database=database).render_as_string(hide_password=False)

    def new(self) -> tuple[MigratedDatabase, Drop]:
        database = self.create(self.template)
        return MigratedDatabase(self.name, self.text(database)), lambda: self.drop(database)

    def end(self) -> None:
        self.drop(self.template)
        self.admin.dispose()


@pytest.fixture(scope="session")
def dbwarden_name() -> str:
    """Which database of the configuration the tests use: the default one, unless a project's own fixture says another."""
    from dbwarden import config

    return config.default_database()


@pytest.fixture(scope="session")
def dbwarden_template(dbwarden_name: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Files | _Server]:
    """What the databases of the tests are copied from."""
    from dbwarden import _address, config

    database = config.get_database(dbwarden_name)
    if database.database_type == "sqlite":
        template: _Files | _Server = _Files(dbwarden_name, tmp_path_factory.mktemp("dbwarden"))
    elif database.database_type == "postgresql":
        template = _Server(dbwarden_name, _address.resolve(database, "sync").url)
    else:
        pytest.fail(f"dbwarden_database: {database.database_type} databases cannot be copied; use sqlite or postgresql")
    yield template
    template.end()


@pytest.fixture
def dbwarden_database(dbwarden_template: _Files | _Server) -> Iterator[MigratedDatabase]:
    """A MigratedDatabase for this test alone; it is gone afterwards."""
    database, drop = dbwarden_template.new()
    yield database
    drop()


@pytest.fixture
def dbwarden_agree(dbwarden_database: MigratedDatabase) -> Callable[[], None]:
    """Call it to assert that the models are what the migrations make."""

    def agree() -> None:
        reply = _run("diff", dbwarden_database.name, dbwarden_database.url, {})
        found = [f"{change['change']} {change['object']} {change['details']}".rstrip() for change in reply["models"] or ()]
        found += [f"not managed yet: {text}" for text in reply["unmodelled"]["wanted"]]
        assert not found, "the models want what no migration makes:\n" + "\n".join(found)

    return agree
