"""What the servers say of themselves, and what hangs on it: names without a schema mean what they mean in that database."""

import subprocess
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.project import PROGRAM, Project

TARGET = Path(PROGRAM).parent / "tests" / "property" / "target"
PATH = "?options=-csearch_path%3D"


def facts(engine, url):
    """(of the server, offline), each with its first line under "target"."""
    done = subprocess.run([TARGET, engine, url], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found = []
    for line in done.stdout.splitlines():
        name, colon, value = line.partition(": ")
        if colon:
            found[-1][name] = value
        else:
            found.append({"target": line})
    return found


def ask(url, sql, driver):
    engine = sa.create_engine(sa.engine.make_url(url).set(drivername=driver), poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        return connection.execute(sa.text(sql)).one()


@pytest.mark.parametrize("server", ["PG15", "PG18"])
def test_postgresql_says_its_facts(servers, server):
    url = servers[f"{server}_TCP_URL"]
    live, offline = facts("postgresql", url + PATH + "%22%24user%22%2Cpg_catalog -cTimeZone=Asia/Tokyo".replace(" ", "%20"))
    number = ask(url, "SHOW server_version_num", "postgresql+psycopg2")[0]
    assert live["target"] == f"postgresql {number} known"
    assert live["search path"] == '"$user",pg_catalog'
    assert live["usual schema"] == "pg_catalog"
    assert live["time zone"] == "Asia/Tokyo"
    assert (live["charset"], live["collation"]) == tuple(
        ask(url, "SELECT current_setting('server_encoding'), datcollate FROM pg_database "
                 "WHERE datname = current_database()", "postgresql+psycopg2"))
    assert "usual schema" not in facts("postgresql", url + PATH + "nowhere")[0]
    assert offline == {"target": "postgresql 120000 unknown", "usual schema": "public"}


@pytest.mark.parametrize("engine", ["mariadb", "mysql"])
def test_mysql_and_mariadb_say_their_facts(servers, engine):
    url = servers[f"{engine.upper()}_URL"]
    live, offline = facts(engine, url)
    version, mode, fold, charset, collation, name = ask(
        url, "SELECT VERSION(), @@sql_mode, @@lower_case_table_names, @@character_set_database, @@collation_database, "
             "DATABASE()", "mysql+pymysql")
    major, minor, patch = (int(part) for part in version.split("-")[0].split("."))
    assert live["target"] == f"{engine} {major * 10000 + minor * 100 + patch} known"
    assert live["usual schema"] == name
    assert live["sql mode"] == mode
    assert live["lower case table names"] == str(fold)
    assert (live["charset"], live["collation"]) == (charset, collation)
    assert live["time zone"]
    assert offline["target"].endswith(" unknown") and len(offline) == 1


def test_sqlite_has_a_version_and_a_name_for_its_schema(tmp_path):
    live, offline = facts("sqlite", f"sqlite:///{tmp_path}/a.db")
    assert live["target"].endswith(" known")
    assert live["usual schema"] == offline["usual schema"] == "main"
