"""Servers, interpreters and projects for the integration tests.  Servers are real and start once per run."""

import contextlib
import os
import random
import sys
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

sys.path.insert(0, os.path.dirname(__file__))

from support.engines import ENGINES, EngineProject, created, server_urls  # noqa: E402
from support.package import installed  # noqa: E402
from support.project import PROGRAM, SEED, Project  # noqa: E402
from support.turns import EVERYWHERE, one_of_each  # noqa: E402
from support.warm import warm  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "by_turns(parameter): one of its values is enough, see support/turns.py")
    client = Path(PROGRAM).parent / "tests" / "property" / "warm_python"
    if not hasattr(config, "workerinput") and client.exists():  # one for all processes of a run
        kept = contextlib.ExitStack()
        kept.enter_context(warm(str(client)))
        config.add_cleanup(kept.close)


def pytest_collection_modifyitems(config, items):
    if not EVERYWHERE:
        items[:], left = one_of_each(items)
        config.hook.pytest_deselected(items=left)


@pytest.fixture
def dice(request):
    """What is random in a test: its own, so that neither the order of tests nor their number changes it."""
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture(scope="session")
def servers():
    return server_urls()


@pytest.fixture
def postgres(servers, request):
    """The URL of a new database on the server that the test asks for by `server`, PostgreSQL 15 otherwise."""
    name = getattr(request, "param", "pg15")
    url = servers[f"{name.upper()}_TCP_URL"]
    database = f"t_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {database}")
    yield url.rsplit("/", 1)[0] + f"/{database}"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    admin.dispose()


@pytest.fixture(scope="session")
def package():
    """The environment with the Python package."""
    return installed()


@pytest.fixture
def project(tmp_path):
    """A new SQLite project."""
    return Project(tmp_path / "project", "sqlite:///./app.db", sys.executable)


@pytest.fixture
def pg_project(tmp_path, postgres):
    return Project(tmp_path / "project", postgres, sys.executable)


@pytest.fixture(params=ENGINES)
def any_project(request, tmp_path, servers):
    """A project with a new database, once for each engine."""
    database, drop = created(request.param, servers, tmp_path / "project")
    yield EngineProject(tmp_path / "project", database)
    drop()


@pytest.fixture(params=("sqlite", "postgresql"))
def schema_project(request, tmp_path, servers):
    """The same with a schema file, on engines whose migrations can be replayed; `options` say where."""
    database, drop = created(request.param, servers, tmp_path / "project")
    project = EngineProject(tmp_path / "project", database)
    project.options = ["--sandbox-url", servers["PG15_TCP_URL"]] if request.param == "postgresql" else []
    project.write("dbwarden.yaml", "databases:\n  primary:\n    default: true\n    schema_files: [schema.sql]\n"
                  f"    database_type: {database.engine}\n    database_url_sync: \"{database.url}\"\n")
    yield project
    drop()


@pytest.fixture
def lite(tmp_path, servers):
    return EngineProject(tmp_path / "project", created("sqlite", servers, tmp_path / "project")[0])
