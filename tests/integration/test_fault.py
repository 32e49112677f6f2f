"""Nothing is lost: killed, interrupted, two at once, no room, no rights, no server; the next plain migrate ends right.

The places to fail at are chosen by DBWARDEN_TEST_SEED, and are the same without one; DBWARDEN_TEST_FAULTS says how many of
them per test, for a soak.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa
from support.engines import (SERVER, TRANSACTIONAL, Database, EngineProject, alchemy_base, ended, killed, slow, wait_line,
                             wait_until)
from support.own_server import own_server
from support.trace import rounds, traced

SIGNALS = [signal.SIGINT, signal.SIGTERM]
HEADS = ["", "-- transaction: none\n"]
SERVERS = ["postgresql", "mariadb", "mysql"]


def slow_file(project, seconds):
    up = f"CREATE TABLE slow (id integer);\n{slow(project.engine, seconds)}\nCREATE TABLE after (id integer);"
    project.migration("0002", "slow", up, "DROP TABLE after;\nDROP TABLE slow;")


def slow_project(project, seconds):
    project.table("0001", "one")
    slow_file(project, seconds)
    return project


def in_slow(project, *args, **options):
    """A runner in the middle of the slow statement."""
    process = project.start("migrate", *args, **options)
    wait_line(process, "Starting migration: primary__0002_slow.sql")
    if project.engine not in TRANSACTIONAL:
        wait_until(lambda: project.database.has("slow"))
    time.sleep(0.3)
    assert process.poll() is None, process.communicate()
    return process


def assert_whole(project):
    database = project.database
    assert database.tables() == ["after", "one", "slow"]
    assert database.value("SELECT count(*) FROM slow") == 1
    assert database.versions() == ["0001", "0002"] and database.unfinished() == []
    assert project.ok("lock-status", "--json").json["held"] is False


# ---- killed

def test_killed(any_project):
    slow_project(any_project, 1.5)
    killed(in_slow(any_project))
    assert any_project.database.versions() in (["0001"], ["0001", "0002"]), "a version is whole or absent"
    any_project.ok("migrate")
    assert_whole(any_project)


@pytest.mark.parametrize("any_project", ["mariadb", "mysql"], indirect=True)
def test_killed_goes_on_at_the_right_statement(any_project):
    slow_project(any_project, 1.5)
    killed(in_slow(any_project))
    assert any_project.database.unfinished() == [("primary__0002_slow.sql", 1)]
    assert any_project.statuses()["0002"] == "unfinished"
    assert "it goes on after statement 1 of 3" in any_project.ok("migrate").err
    assert_whole(any_project)


def many(project, head):
    """Twenty statements: ten tables with a row each."""
    up = "".join(f"CREATE TABLE t{i} (id integer PRIMARY KEY);\nINSERT INTO t{i} VALUES ({i});\n" for i in range(10))
    down = "".join(f"DELETE FROM t{i};\nDROP TABLE t{i};\n" for i in reversed(range(10)))
    project.migration("0001", "many", up, down, head=head)


def assert_many(project):
    assert project.database.tables() == [f"t{i}" for i in range(10)]
    for i in range(10):
        assert project.database.query(f"SELECT id FROM t{i}") == [(i,)]
    assert project.database.versions() == ["0001"] and project.database.unfinished() == []


def assert_nothing(project):
    assert project.database.tables() == [] and project.database.versions() == [] and project.database.unfinished() == []


@pytest.mark.parametrize("head", HEADS)
def test_killed_anywhere(any_project, dice, head):
    many(any_project, head)
    ups = traced(any_project, None, "migrate")[1]
    assert_many(any_project)
    downs = traced(any_project, None, "downgrade", "--to", "base")[1]
    assert_nothing(any_project)
    for _ in range(rounds(4)):
        up, down = dice.randint(1, ups), dice.randint(1, downs)
        print(f"killed at system call {up} of {ups}, and {down} of {downs} on the way back")
        traced(any_project, f"signal=KILL:when={up}", "migrate")
        any_project.ok("migrate")
        assert_many(any_project)
        traced(any_project, f"signal=KILL:when={down}", "downgrade", "--to", "base")
        any_project.ok("downgrade", "--to", "base")
        assert_nothing(any_project)


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_killed_while_an_index_waits(any_project):
    """A concurrent index that was cut off is invalid: the next run takes it away and builds it."""
    project, database = any_project, any_project.database
    project.table("0001", "one")
    project.ok("migrate")
    project.migration("0002", "index", "CREATE INDEX CONCURRENTLY one_id ON one (id);", "DROP INDEX one_id;")
    with database.alchemy.connect() as connection:
        connection.execution_options(isolation_level="READ COMMITTED").execute(sa.text("INSERT INTO one VALUES (1)"))
        process = project.start("migrate")
        wait_until(lambda: database.query("SELECT 1 FROM pg_index WHERE NOT indisvalid"))
        killed(process)
        database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'dbwarden%'"
                     " AND datname = current_database()")
        connection.commit()
    assert database.versions() == ["0001"]
    project.ok("migrate")
    assert database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 'one_id'::regclass") == [(True,)]
    assert database.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
    assert database.versions() == ["0001", "0002"]


REBUILT = ("CREATE TABLE wide (id integer PRIMARY KEY, note text, n integer); CREATE INDEX wide_n ON wide (n);"
           "CREATE TABLE whole (n integer PRIMARY KEY) PARTITION BY RANGE (n); CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (9);")
LEFT = "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE NOT indisvalid ORDER BY 1"


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
@pytest.mark.parametrize("what, busy", [("INDEX CONCURRENTLY wide_n", "wide"), ("(VERBOSE) TABLE CONCURRENTLY Wide", "wide"), ("(CONCURRENTLY) TABLE whole", "part"),
                                        ("SCHEMA CONCURRENTLY public", "wide")])
def test_killed_while_an_index_is_rebuilt(any_project, what, busy):
    """What REINDEX CONCURRENTLY leaves is taken away, on what is stored out of line too, but not what was there before."""
    project, database = any_project, any_project.database
    project.migration("0001", "rebuilt", REBUILT, "DROP TABLE wide, whole;")
    project.ok("migrate")
    database.run("INSERT INTO wide VALUES (1, 'a', 1), (2, 'a', 1)")
    with pytest.raises(sa.exc.IntegrityError):
        database.run("CREATE UNIQUE INDEX CONCURRENTLY theirs_ccnew ON wide (n)")
    assert database.query(LEFT) == [("theirs_ccnew",)]
    project.migration("0002", "rebuild", f"SELECT 1;\nREINDEX {what};", "SELECT 1;")
    with database.alchemy.connect() as connection:
        level, statement = ("REPEATABLE READ", "SELECT n FROM part") if busy == "part" else ("READ COMMITTED", "INSERT INTO wide VALUES (3)")
        connection.execution_options(isolation_level=level).execute(sa.text(statement))
        process = project.start("migrate")
        wait_until(lambda: any(name.startswith(busy) for name, in database.query(LEFT)))
        killed(process)
        database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'dbwarden%'"
                     " AND datname = current_database()")
        connection.commit()
    assert any(name.startswith(busy) for name, in database.query(LEFT))
    shown = project.ok("migrate")
    assert database.query(LEFT) == [("theirs_ccnew",)], shown
    assert "removing the invalid index" in shown.err and database.versions() == ["0001", "0002"]


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_an_index_that_is_rebuilt_gives_way_and_leaves_nothing(any_project):
    project, database = any_project, any_project.database
    configuration = project.folder / "dbwarden.yaml"
    configuration.write_text(configuration.read_text() + "    lock_timeout: 200ms\n")
    project.migration("0001", "rebuilt", REBUILT, "DROP TABLE wide, whole;")
    project.ok("migrate")
    project.migration("0002", "rebuild", "REINDEX TABLE CONCURRENTLY wide;", "SELECT 1;")
    with database.alchemy.connect() as connection:
        connection.execution_options(isolation_level="READ COMMITTED").execute(sa.text("INSERT INTO wide VALUES (3)"))
        process = project.start("migrate")
        time.sleep(1.5)
        connection.commit()
    shown = ended(process, 60)
    assert shown.status == 0 and "; try 2 in " in shown.err, shown
    assert database.query(LEFT) == [] and database.versions() == ["0001", "0002"]


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_failed_concurrent_index(any_project):
    project, database = any_project, any_project.database
    project.migration("0001", "one", "CREATE TABLE one (id integer);", "DROP TABLE one;")
    project.ok("migrate")
    database.run("INSERT INTO one VALUES (1), (1)")
    project.migration("0002", "index", "CREATE UNIQUE INDEX CONCURRENTLY one_id ON one (id);", "DROP INDEX one_id;")
    shown = project.run("migrate")
    assert shown.status == 1 and "primary__0002_index.sql:3:" in shown.err and "could not create unique index" in shown.err
    assert project.run("migrate").status == 1, "again, and for the same reason"
    assert database.value("SELECT count(*) FROM pg_class WHERE relname LIKE 'one_id%'") <= 1
    database.run("DELETE FROM one WHERE ctid = (SELECT min(ctid) FROM one)")
    project.ok("migrate")
    assert database.query("SELECT relname, indisvalid, indisunique FROM pg_index JOIN pg_class ON oid = indexrelid"
                          " WHERE indrelid = 'one'::regclass") == [("one_id", True, True)]


@pytest.mark.parametrize("head", HEADS)
def test_refused_is_not_done(any_project, head):
    """What a refused statement would make may be there already, made by somebody else: it stays refused."""
    any_project.database.run("CREATE TABLE taken (other integer)")
    any_project.migration("0001", "taken", "CREATE TABLE one (id integer);\nCREATE TABLE taken (id integer);",
                          "DROP TABLE taken;\nDROP TABLE one;", head=head)
    for _ in range(3):
        shown = any_project.run("migrate")
        assert shown.status == 1 and "exists" in shown.err, shown
    assert any_project.database.versions() == []
    any_project.database.run("DROP TABLE taken")
    any_project.ok("migrate")
    any_project.database.run("INSERT INTO taken (id) VALUES (1)")
    assert any_project.database.versions() == ["0001"] and any_project.database.unfinished() == []


# ---- two at once

def test_second_runner_waits(any_project):
    slow_project(any_project, 1.5)
    first = in_slow(any_project)
    second = ended(any_project.start("migrate"))
    assert second.status == 0 and "waiting for the migration lock" in second.err and f"process {first.pid}" in second.err
    assert "up to date" in second.out
    assert ended(first).status == 0
    assert_whole(any_project)


@pytest.mark.parametrize("command", [["migrate"], ["rollback"], ["downgrade", "--to", "base"], ["unlock"],
                                     ["migrate", "--baseline", "--to-version", "2"]])
@pytest.mark.parametrize("timeout", [0, 1])
def test_lock_timeout(lite, command, timeout):
    first = in_slow(slow_project(lite, 30))
    try:
        began = time.monotonic()
        shown = lite.run(*command, *(["--lock-timeout", str(timeout)] if command != ["unlock"] else []))
        assert shown.status == 4 and "is held by" in shown.err and f"process {first.pid}" in shown.err, shown
        assert shown.err.count("dbwarden: error:") == 1 and "hint:" in shown.err
        assert command == ["unlock"] or time.monotonic() - began >= timeout
        assert "ACTIVE" in lite.ok("lock-status").out and str(first.pid) in lite.ok("lock-status").out
    finally:
        killed(first)


def test_lock_is_seen(any_project):
    first = in_slow(slow_project(any_project, 3))
    assert any_project.run("migrate", "--lock-timeout", "0").status == 4
    report = any_project.ok("lock-status", "--json").json
    assert report["held"] is True and report["holder"]["pid"] == str(first.pid)
    assert ended(first).status == 0
    assert any_project.ok("lock-status", "--json").json["held"] is False


def test_unlock_clears_what_a_killed_runner_left(any_project):
    killed(in_slow(slow_project(any_project, 1)))
    row = "SELECT count(*) FROM _dbwarden_lock WHERE owner IS NOT NULL"
    assert any_project.database.value(row) == 1
    wait_until(lambda: any_project.ok("lock-status", "--json").json["held"] is False)
    assert "without saying goodbye" in any_project.ok("lock-status").out
    assert any_project.ok("unlock", "--json").json["cleared"] is True
    assert any_project.database.value(row) == 0
    assert "Migration lock: INACTIVE" in any_project.ok("lock-status").out
    assert any_project.ok("unlock", "--json").json["cleared"] is False


# ---- interrupted

@pytest.mark.parametrize("number", SIGNALS)
def test_interrupted(any_project, number):
    """At once, with 130, nothing half done, the lock free; what is left to do may be fixed and goes on."""
    process = in_slow(slow_project(any_project, 60))
    process.send_signal(number)
    shown = ended(process, 20)
    assert shown.status == 130 and shown.err.count("dbwarden: error:") == 1, shown
    assert any_project.database.versions() == ["0001"]
    assert any_project.ok("lock-status", "--json").json["held"] is False
    if any_project.engine in TRANSACTIONAL:
        assert any_project.database.tables() == ["one"]
    else:
        assert any_project.statuses()["0002"] == "unfinished"
    slow_file(any_project, 0.01)
    any_project.ok("migrate")
    assert_whole(any_project)


def test_interrupted_while_waiting_for_the_lock(any_project):
    first = in_slow(slow_project(any_project, 3))
    second = any_project.start("migrate")
    wait_line(second, "waiting for the migration lock")
    second.send_signal(signal.SIGTERM)
    assert ended(second, 10).status == 130
    assert ended(first).status == 0
    assert_whole(any_project)


# ---- no room

@contextlib.contextmanager
def disk(folder, size):
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def lite_at(folder):
    return EngineProject(folder, Database("sqlite", "sqlite:///./app.db", f"sqlite:///{folder}/app.db"))


def fill_up(folder):
    with open(folder / "filler", "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)


def test_disk_full(tmp_path):
    with disk(tmp_path / "disk", "2m") as folder:
        project = lite_at(folder / "project")
        project.table("0001", "one")
        project.ok("migrate")
        project.migration("0002", "big", "CREATE TABLE big (b blob);\nINSERT INTO big VALUES (zeroblob(4000000));", "DROP TABLE big;")
        shown = project.run("migrate")
        assert shown.status == 1 and "full" in shown.err and "hint:" in shown.err and shown.err.count("dbwarden: error:") == 1
        assert project.database.tables() == ["one"] and project.database.versions() == ["0001"]
        subprocess.run(["mount", "-o", "remount,size=20m", folder], check=True)
        project.ok("migrate")
        assert project.database.value("SELECT length(b) FROM big") == 4000000
        assert project.database.value("PRAGMA integrity_check") == "ok"


def test_disk_full_for_files(tmp_path):
    """A file is written whole or not at all, and nothing of the try is left behind."""
    with disk(tmp_path / "disk", "2m") as folder:
        project = lite_at(folder / "project")
        project.table("0001", "one")
        project.ok("migrate")
        fill_up(folder)
        before = sorted(path.name for path in folder.rglob("*"))
        shown = project.run("new", "more")
        assert shown.status == 1 and "No space left" in shown.err and shown.err.count("dbwarden: error:") == 1
        assert sorted(path.name for path in folder.rglob("*")) == before
        project.write("dbwarden.yaml.txt", "")
        (folder / "filler").unlink()
        project.ok("new", "more")


def test_result_cannot_be_written(lite):
    lite.table("0001", "one")
    with open("/dev/full", "w") as full, lite.start("migrate", "--json") as process:
        process.communicate()
        assert process.returncode == 0
        done = subprocess.run([process.args[0], "status"], cwd=lite.folder, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "the result cannot be written: No space left on device" in done.stderr


# ---- no rights

def test_read_only_disk(tmp_path):
    with disk(tmp_path / "disk", "2m") as folder:
        project = lite_at(folder / "project")
        project.table("0001", "one")
        project.ok("migrate")
        project.table("0002", "two")
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        shown = project.run("migrate")
        assert shown.status in (1, 5) and shown.err.count("dbwarden: error:") == 1 and "hint:" in shown.err, shown
        assert "ead-only" in shown.err or "readonly" in shown.err
        assert project.statuses() == {"0001": "applied", "0002": "pending"}
        project.ok("history")
        project.ok("lock-status")


RIGHTS = {
    "postgresql": ["CREATE ROLE {user} LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {user}"],
    "mariadb": ["CREATE USER {user}@'%' IDENTIFIED BY 'test'", "GRANT SELECT ON {database}.* TO {user}@'%'"],
}
RIGHTS["mysql"] = RIGHTS["mariadb"]


@pytest.mark.parametrize("any_project", SERVERS, indirect=True)
def test_read_only_user(any_project):
    project, database = any_project, any_project.database
    project.table("0001", "one")
    project.ok("migrate")
    project.table("0002", "two")
    name = database.url.rsplit("/", 1)[1]
    user = f"ro_{name}"
    for sql in RIGHTS[project.engine]:
        database.run(sql.format(user=user, database=name))
    at = database.url.index("@")
    login = f"{user}:test" if project.engine != "postgresql" else user
    url = f"{project.engine}://{login}{database.url[at:]}"
    try:
        looked = project.ok("--url", url, "--migrations-dir", "migrations/primary", "status", "--json").json
        assert [row["status"] for row in looked["migrations"]] == ["applied", "pending"]
        shown = project.run("--url", url, "--migrations-dir", "migrations/primary", "migrate")
        assert shown.status == 1 and "denied" in shown.err and shown.err.count("dbwarden: error:") == 1, shown
        assert database.versions() == ["0001"] and not database.has("two")
        assert project.ok("lock-status", "--json").json["held"] is False
    finally:
        if project.engine == "postgresql":
            database.run(f"DROP OWNED BY {user}")
        database.run(f"DROP USER {user}")
    project.ok("migrate")


# ---- no server

@pytest.mark.parametrize("any_project", SERVERS, indirect=True)
def test_session_ended_by_the_server(any_project):
    project, database = any_project, any_project.database
    process = in_slow(slow_project(project, 30))
    if project.engine == "postgresql":
        database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                     " AND datname = current_database()")
    else:
        for (number,) in database.query("SELECT id FROM information_schema.processlist WHERE db = database() AND info LIKE '%SLEEP%'"
                                        " AND id <> connection_id()"):
            database.run(f"KILL {number}")
    shown = ended(process, 30)
    assert shown.status == 5 and shown.err.count("dbwarden: error:") == 1 and "hint:" in shown.err, shown
    assert database.versions() == ["0001"]
    slow_file(project, 0.01)
    project.ok("migrate")
    assert_whole(project)


@pytest.mark.parametrize("engine, name", [("postgresql", "pg15"), ("mariadb", "mariadb"), ("mysql", "mysql")])
def test_server_killed(tmp_path, engine, name):
    with own_server(name) as server:
        place = alchemy_base(engine, server.urls).format("postgres" if engine == "postgresql" else "test")
        project = EngineProject(tmp_path / "project", Database(engine, server.urls[SERVER[engine]], place))
        process = in_slow(slow_project(project, 30))
        server.kill()
        shown = ended(process, 30)
        assert shown.status == 5 and shown.err.count("dbwarden: error:") == 1 and "hint:" in shown.err, shown
        shown = project.run("migrate")
        assert shown.status == 5 and "cannot connect" in shown.err and "hint:" in shown.err, shown
        server.restart()
        slow_file(project, 0.01)
        project.ok("migrate")
        assert_whole(project)


# ---- failing system calls

FAILING = ["pwrite64:error=ENOSPC", "pwrite64:error=EIO", "fsync,fdatasync:error=EIO", "fsync,fdatasync:error=ENOSPC",
           "write:error=ENOSPC", "openat:error=EMFILE", "pread64:error=EIO"]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("fault", FAILING)
def test_failing_call(lite, dice, fault, head):
    """One call fails: it is said, nothing is half recorded, and the next run ends right."""
    calls, error = fault.split(":")
    many(lite, head)
    count = traced(lite, None, "migrate", calls=calls)[1]
    lite.ok("downgrade", "--to", "base")
    for _ in range(rounds(3)):
        when = dice.randint(1, max(count, 1))
        print(f"{fault} at call {when} of {count}")
        shown, _ = traced(lite, f"{error}:when={when}", "migrate", calls=calls)
        assert shown.status in (0, 1, 5, 127), shown
        told = shown.err.count("dbwarden: error:")
        assert shown.status in (0, 127) or told == 1 or (calls == "write" and told == 0), shown
        assert lite.database.value("PRAGMA integrity_check") == "ok"
        assert head or lite.database.versions() != ["0001"] or len(lite.database.tables()) == 10
        lite.ok("migrate")
        assert_many(lite)
        lite.ok("downgrade", "--to", "base")
        assert_nothing(lite)


# ---- what a killed run left in files

def test_a_snapshot_that_a_killed_run_did_not_write(lite, dice):
    """The run after it writes it, and takes away the file that was half written."""
    lite.table("0001", "one")
    calls = traced(lite, None, "migrate", calls="write,pwrite64,fsync,fdatasync,rename,openat,unlink")[1]
    snapshot = lite.folder / "dbwarden" / "schemas" / "primary__0001_one.schema.json"
    wanted = [json_line for json_line in snapshot.read_text().splitlines() if "applied_at" not in json_line and "checksum" not in json_line]
    for _ in range(rounds(15)):
        at = dice.randint(calls * 3 // 4, calls)
        for path in [*lite.folder.glob("app.db*"), *snapshot.parent.glob("*"), *snapshot.parent.glob(".*.tmp")]:
            path.unlink()
        traced(lite, f"signal=KILL:when={at}", "migrate", calls="write,pwrite64,fsync,fdatasync,rename,openat,unlink")
        lite.ok("migrate")
        assert sorted(path.name for path in snapshot.parent.iterdir()) == [snapshot.name], f"killed at {at} of {calls}"
        assert [line for line in snapshot.read_text().splitlines() if "applied_at" not in line and "checksum" not in line] == wanted


def test_looking_at_the_lock_takes_nothing(any_project):
    """lock-status beside a runner that does not wait."""
    any_project.table("0001", "one")
    any_project.ok("migrate")
    looking = [any_project.start("lock-status") for _ in range(8)]
    for _ in range(6):
        any_project.ok("migrate", "--lock-timeout", "0")
    assert all(ended(process).status == 0 for process in looking)


KILLED_WRITER = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for sql in ("PRAGMA cache_size = 2", "BEGIN", "DELETE FROM many", "DROP TABLE one"):
    connection.execute(sql)
os.kill(os.getpid(), 9)
"""


def test_who_only_looks_undoes_what_a_killed_writer_left(lite):
    """As every reader of SQLite does; where the URL forbids writing, that is said."""
    lite.table("0001", "one")
    lite.ok("migrate")
    lite.database.run("CREATE TABLE many AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT i, hex(randomblob(60)) FROM n")
    path, journal = lite.folder / "app.db", lite.folder / "app.db-journal"
    subprocess.run([sys.executable, "-c", KILLED_WRITER, str(path)])
    assert journal.exists() and journal.stat().st_size
    url = (lite.folder / "dbwarden.yaml").read_text()
    lite.write("dbwarden.yaml", url.replace("app.db", "app.db?mode=ro", 1))
    refused = lite.run("status")
    assert refused.status == 5 and "a program was ended while it wrote" in refused.err and "mode=ro" in refused.err, refused
    lite.write("dbwarden.yaml", url)
    assert "0001" in lite.ok("status").out and not journal.exists()
    assert lite.database.value("SELECT count(*) FROM many") == 3000 and lite.database.has("one")
