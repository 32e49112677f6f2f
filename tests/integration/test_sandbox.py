"""migrate --sandbox: an ordinary run on a copy, after which nothing is changed."""

import contextlib
import os
import signal
import sqlite3
import threading
import time

import pytest
import sqlalchemy as sa
from support.engines import ended, slow, wait_line
from support.trace import traced


def files(project):
    return {path: path.stat().st_mtime_ns for path in project.folder.rglob("*") if path.is_file()}


def sandboxed(project, servers, *more):
    given = ["--sandbox-url", project.url] if project.engine in ("mysql", "mariadb") else []
    return project.run("migrate", "--sandbox", *given, *more)


def filled(project):
    project.migration("0001", "keep", "CREATE TABLE keep (id integer PRIMARY KEY, note varchar(20));\n"
                      "INSERT INTO keep VALUES (1, 'a'), (2, NULL);", "DROP TABLE keep;")
    project.ok("migrate")


def test_what_would_happen(any_project, servers):
    project = any_project
    filled(project)
    project.migration("0002", "more", "CREATE TABLE more (id integer PRIMARY KEY);\nDELETE FROM keep;", "DROP TABLE more;")
    before = files(project)
    outcome = sandboxed(project, servers, "--json")
    assert outcome.status == 0, outcome
    reply = outcome.json
    assert [row["version"] for row in reply["applied"]] == ["0002"], "applied ones are not run again"
    assert reply["sandbox"]["rows"] is True and reply["sandbox"]["kept"] is False
    assert files(project) == before, "no snapshot"
    assert project.database.tables() == ["keep"] and project.database.value("SELECT count(*) FROM keep") == 2
    assert project.database.versions() == ["0001"]


def test_rows_make_it_fail(any_project, servers):
    """What only the rows that are there can tell; the exit status is migrate's."""
    project = any_project
    filled(project)
    project.migration("0002", "more", "CREATE TABLE n AS SELECT note FROM keep;\nINSERT INTO keep SELECT id, 'x' FROM keep;", "")
    failed = sandboxed(project, servers)
    assert failed.status == 1 and "0002_more.sql:4" in failed.err, failed
    assert project.database.tables() == ["keep"] and project.database.unfinished() == []
    assert project.statuses() == {"0001": "applied", "0002": "pending"}


def test_nothing_there_yet(any_project, servers):
    project = any_project
    project.table("0001", "a")
    assert sandboxed(project, servers).status == 0
    assert project.database.tables() == [] and not project.database.has("_dbwarden_migrations")


def databases(project):
    """Those of sandboxes; scratch databases are left_over()'s affair."""
    with project.database.alchemy.connect() as connection:
        sql = "SELECT datname FROM pg_database" if project.engine == "postgresql" else "SHOW DATABASES"
        return {row[0] for row in connection.execute(sa.text(sql)) if row[0].startswith("dbwarden_sandbox")}


def stayed(project, before, seconds=10):
    """New ones that do not go by themselves: tests beside this one make and drop their own."""
    found, until = databases(project) - before, time.monotonic() + seconds
    while found and time.monotonic() < until:
        time.sleep(0.2)
        found &= databases(project)
    return found


def test_kept(any_project, servers):
    project = any_project
    filled(project)
    project.table("0002", "more")
    before = databases(project) if project.engine != "sqlite" else set()
    assert sandboxed(project, servers).status == 0
    if project.engine == "sqlite":
        place = project.ok("migrate", "--sandbox", "--keep", "--json").json["sandbox"]["place"]
        assert sqlite3.connect(place).execute("SELECT count(*) FROM more").fetchone() == (0,)
        return
    assert not stayed(project, before), "gone with the run"
    outcome = sandboxed(project, servers, "--keep", "--json")
    assert outcome.status == 0, outcome
    place = outcome.json["sandbox"]["place"]
    [name] = stayed(project, before)
    assert name in place
    assert sandboxed(project, servers).status == 0, "and the next run leaves it alone"
    assert stayed(project, before) == {name}
    project.database.run(f"DROP DATABASE {name}")


LEFT_OVER = ("SELECT datname FROM pg_database d WHERE datname ~ '^dbwarden_scratch_[0-9]{1,9}_' AND NOT EXISTS (SELECT FROM "
             "pg_stat_activity a WHERE a.datid = d.oid OR a.pid = CAST(split_part(d.datname, '_', 3) AS int))")


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_kept_beside_a_sweep(any_project):
    """Other runs drop what a killed one left: a copy that is about to get its lasting name is not theirs."""
    project = any_project
    filled(project)
    before, ended_run = databases(project), threading.Event()

    def sweep():
        with project.database.alchemy.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not ended_run.is_set():
                for (name,) in connection.execute(sa.text(LEFT_OVER)).all():
                    with contextlib.suppress(sa.exc.DBAPIError):
                        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}"))

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        outcome, _ = traced(project, "delay_enter=20000", "migrate", "--sandbox", "--keep", calls="sendto")
    finally:
        ended_run.set()
        sweeper.join()
    assert outcome.status == 0, outcome
    [name] = databases(project) - before
    project.database.run(f"DROP DATABASE {name}")


def test_postgresql_session(pg_project):
    """The search path of the database, and what a file sets."""
    project = pg_project
    engine = sa.create_engine(project.url.replace("postgresql://", "postgresql+psycopg2://"), isolation_level="AUTOCOMMIT")
    name = project.url.rsplit("/", 1)[1]
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE SCHEMA app")
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET search_path = app, public")
    engine.dispose()
    project.migration("0001", "a", "CREATE TABLE a (id int);\nSET search_path = public;\nCREATE TABLE b (id int);", "")
    project.ok("migrate")
    project.migration("0002", "c", "SET search_path = public;\nCREATE TABLE c (id int);", "")
    project.migration("0003", "d", "CREATE TABLE d (id int);\nALTER TABLE app.d ADD x int;\nALTER TABLE a ADD y int;", "")
    project.ok("migrate", "--sandbox")


def test_roles_need_a_private_server(pg_project):
    """A role would be made on the server that is in use; its own server takes it, and cannot be kept."""
    project = pg_project
    project.migration("0001", "a", "CREATE TABLE a (id int);\nCREATE ROLE sandbox_only;\nGRANT SELECT ON a TO sandbox_only;", "")
    outcome = project.ok("migrate", "--sandbox")
    assert "a private PostgreSQL server" in outcome.err
    again = project.ok("migrate", "--sandbox")
    assert again.status == 0
    kept = project.run("migrate", "--sandbox", "--keep")
    assert kept.status == 1 and "cannot be kept" in kept.err, kept


@pytest.mark.parametrize("any_project", ["mariadb"], indirect=True)
def test_private_mariadb(any_project):
    """From local binaries, under the name that the database has: files may name it."""
    project = any_project
    filled(project)
    name = project.url.rsplit("/", 1)[1]
    project.migration("0002", "more", f"CREATE TABLE {name}.more (id integer PRIMARY KEY);\nDELETE FROM {name}.keep;\n"
                      "CREATE PROCEDURE p() SELECT 1;", f"DROP TABLE {name}.more;")
    outcome = project.run("migrate", "--sandbox")
    assert outcome.status == 0 and "a private MariaDB server" in outcome.err, outcome
    assert project.database.tables() == ["keep"] and project.database.value("SELECT count(*) FROM keep") == 2
    given = project.run("migrate", "--sandbox", "--sandbox-url", project.url)
    assert given.status == 1 and f"names the database {name}" in given.err, given


@pytest.mark.parametrize("any_project", ["mysql", "mariadb"], indirect=True)
def test_given_server_runs_nothing_beyond(any_project):
    project = any_project
    project.migration("0001", "a", "CREATE TABLE user (id int);\nCREATE TABLE role (id int);", "")
    assert project.run("migrate", "--sandbox", "--sandbox-url", project.url).status == 0, "names of tables are no matter"
    project.migration("0002", "b", "CREATE USER sandbox_only;", "")
    refused = project.run("migrate", "--sandbox", "--sandbox-url", project.url)
    assert refused.status == 1 and "a file has CREATE USER" in refused.err, refused


def test_interrupted(any_project, servers):
    """On every engine: the status of a signal, what is left, and what to do; no copy stays."""
    project = any_project
    project.table("0001", "a")
    project.migration("0002", "slow", f"CREATE TABLE slow (id bigint);\n{slow(project.engine, 60)}")
    given = ["--sandbox-url", project.url] if project.engine in ("mysql", "mariadb") else []
    process = project.start("migrate", "--sandbox", *given)
    wait_line(process, "Starting migration: primary__0002_slow.sql")
    for _ in range(2):
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
    shown = ended(process)
    assert shown.status == 130, shown
    assert "interrupted in the sandbox: primary itself is as it was" in shown.err and "`dbwarden migrate --sandbox` begins again" in shown.err, shown
    assert not project.database.has("a") and not project.database.has("_dbwarden_migrations")


def test_usage(lite):
    assert "go with --sandbox" in lite.run("migrate", "--keep").err
    lite.table("0001", "a")
    text = lite.ok("migrate", "--sandbox").out
    assert "This was a sandbox: primary itself is as it was." in text


@pytest.mark.parametrize("any_project", ["mysql"], indirect=True)
def test_another_server_under_the_name(any_project):
    """Debian installs a link called mysqld with MariaDB."""
    project = any_project
    filled(project)
    program = project.write("bin/mysqld", "#!/bin/sh\necho \"$0  Ver 10.11.6-MariaDB for Linux\"\n")
    program.chmod(0o755)
    outcome = project.run("migrate", "--sandbox", env={"PATH": f"{program.parent}:{os.environ['PATH']}"})
    assert outcome.status == 1 and f"no MySQL server is installed here: {program} is \"Ver 10.11.6-MariaDB for Linux\"" in outcome.err, outcome
    assert "apt install mysql-server" in outcome.err and "--sandbox-url" in outcome.err
