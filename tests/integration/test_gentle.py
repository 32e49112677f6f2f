"""Waiting for other sessions' locks: never long, tried again, told, and once only."""

import contextlib
import signal
import socket
import threading
import time

import pytest
import sqlalchemy as sa
from support.engines import created, EngineProject, ended, wait_line, wait_until

SERVERS = ["postgresql", "mariadb", "mysql"]


@contextlib.contextmanager
def holding(database, *statements):
    """A session of the application's that holds locks until the end of the block."""
    with database.alchemy.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            for statement in statements:
                connection.execute(sa.text(statement))
            yield connection


def let_go_after(project, seconds, *args, statements=("SELECT * FROM held",)):
    """The program beside a session that lets go after some seconds."""
    with holding(project.database, *statements):
        process = project.start(*args)
        time.sleep(seconds)
    return ended(process)


def held_project(project, up, head="-- set lock_timeout = 1s\n", down="SELECT 1"):
    project.migration("0001", "held", "CREATE TABLE held (id integer PRIMARY KEY, a integer);\nINSERT INTO held VALUES (1, 1);", "")
    project.ok("migrate")
    project.migration("0002", "ddl", up, down, head=head)
    return project


@pytest.mark.parametrize("any_project", SERVERS, indirect=True)
@pytest.mark.parametrize("head", ["", "-- transaction: none\n"])
def test_what_a_lock_stood_in_the_way_of_is_tried_again(any_project, head):
    held_project(any_project, "CREATE TABLE early (id integer);\nALTER TABLE held ADD COLUMN b integer;\nCREATE TABLE late (id integer);",
                 head="-- set lock_timeout = 1s\n" + head)
    shown = let_go_after(any_project, 2.5, "migrate")
    assert shown.status == 0 and "; try 2 in " in shown.err and "statement 2 of " in shown.err, shown
    assert any_project.database.tables() == ["early", "held", "late"]
    assert any_project.database.versions() == ["0001", "0002"] and any_project.database.unfinished() == []


def test_a_busy_file_is_tried_again(lite):
    held_project(lite, "ALTER TABLE held ADD COLUMN b integer;")
    with lite.database.alchemy.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        process = lite.start("migrate")
        time.sleep(7)
        connection.exec_driver_sql("ROLLBACK")
    shown = ended(process)
    assert shown.status == 0 and "database is locked; try 2 in " in shown.err, shown
    assert lite.database.versions() == ["0001", "0002"]


@pytest.mark.parametrize("any_project", SERVERS, indirect=True)
def test_trying_ends(any_project):
    """Nothing is half done then, and the next run goes on."""
    held_project(any_project, "ALTER TABLE held ADD COLUMN b integer;")
    with holding(any_project.database, "SELECT * FROM held"):
        began = time.monotonic()
        shown = any_project.run("migrate", "--retry-for", "1")
        assert time.monotonic() - began < 15
        assert shown.status == 1 and "--retry-for" in shown.err and shown.err.count("dbwarden: error:") == 1, shown
    any_project.ok("migrate")
    assert any_project.database.versions() == ["0001", "0002"]


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_an_index_that_waited_in_vain_leaves_nothing(any_project):
    """CREATE INDEX CONCURRENTLY leaves an invalid index when it gives up; it is built once."""
    held_project(any_project, "CREATE INDEX CONCURRENTLY held_a ON held (a);")
    with any_project.database.alchemy.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        transaction = connection.begin()
        connection.execute(sa.text("UPDATE held SET a = 2"))
        process = any_project.start("migrate")
        time.sleep(2.5)
        transaction.commit()
    shown = ended(process)
    assert shown.status == 0 and "try 2 in" in shown.err, shown
    assert any_project.database.query("SELECT indisvalid FROM pg_index WHERE indrelid = 'held'::regclass ORDER BY 1") == [(True,), (True,)]
    assert any_project.database.query("SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'held'::regclass ORDER BY 1") == \
        [("held_a",), ("held_pkey",)]


@pytest.mark.parametrize("any_project", ["mariadb", "mysql"], indirect=True)
def test_a_table_that_may_not_be_looked_at_is_not_taken_for_absent(any_project):
    """Another session's DDL holds it even against SHOW CREATE: nothing is run before it is known what was there, because
    what is there afterwards would prove the statement done that only waited."""
    project, database = held_project(any_project, "ALTER TABLE held ADD COLUMN b integer;"), any_project.database
    database.run("CREATE TABLE other (id integer)")
    running = f"SELECT info FROM information_schema.processlist WHERE db = '{database.value('SELECT DATABASE()')}' AND info LIKE '{{}}%'"
    with database.alchemy.connect() as renaming:
        ring = threading.Thread(target=renaming.exec_driver_sql, args=("RENAME TABLE held TO held2, other TO other2, held2 TO held",))
        with holding(database, "SELECT * FROM other"):
            ring.start()
            wait_until(lambda: database.query(running.format("RENAME")))
            process = project.start("migrate")
            for _ in range(100):
                assert not database.query(running.format("ALTER"))
                time.sleep(0.05)
        ring.join()
    shown = ended(process)
    assert shown.status == 0 and "; try 2 in " in shown.err, shown
    assert "b" in [column["name"] for column in sa.inspect(database.alchemy).get_columns("held")]
    assert database.versions() == ["0001", "0002"]


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_a_deadlock_is_tried_again(any_project):
    project, database = any_project, any_project.database
    project.migration("0001", "two", "CREATE TABLE one (a integer);\nCREATE TABLE two (a integer);\nINSERT INTO one VALUES (0);\n"
                      "INSERT INTO two VALUES (0);", "")
    project.ok("migrate")
    project.migration("0002", "cross", "UPDATE one SET a = a + 1;\nSELECT pg_sleep(1.5);\nUPDATE two SET a = a + 1;", "",
                      head="-- set lock_timeout = 30s\n")
    with database.alchemy.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        transaction = connection.begin()
        connection.execute(sa.text("SET deadlock_timeout = '10s'"))
        connection.execute(sa.text("UPDATE two SET a = a + 10"))
        process = project.start("migrate")
        time.sleep(0.8)
        connection.execute(sa.text("UPDATE one SET a = a + 10"))
        transaction.commit()
    shown = ended(process)
    assert shown.status == 0 and "deadlock detected; try 2 in" in shown.err, shown
    assert database.value("SELECT a FROM one") == 11 and database.value("SELECT a FROM two") == 11


@pytest.mark.parametrize("any_project", SERVERS, indirect=True)
def test_limits_of_the_configuration_and_of_a_file(any_project):
    """The file's go first, end with it, and are not lost with the file's session."""
    project, database = any_project, any_project.database
    project.write("dbwarden.yaml", (project.folder / "dbwarden.yaml").read_text() + "    lock_timeout: 3s\n    statement_timeout: 1min\n")
    show = {"postgresql": "SELECT current_setting('lock_timeout') || ' ' || current_setting('statement_timeout')",
            "mariadb": "SELECT CONCAT(@@lock_wait_timeout, ' ', @@innodb_lock_wait_timeout, ' ', @@max_statement_time)",
            "mysql": "SELECT CONCAT(@@lock_wait_timeout, ' ', @@innodb_lock_wait_timeout)"}[project.engine]
    insert = f"INSERT INTO seen {show};"
    project.migration("0001", "first", f"CREATE TABLE seen (a varchar(99));\n{insert}", "")
    change = {"postgresql": "SET search_path = public;\nRESET ALL;"}.get(project.engine, "SET @a = 1;")
    project.migration("0002", "own", f"{insert}\n{change}", "", head="-- set lock_timeout = 5s\n-- set statement_timeout = off\n")
    project.migration("0003", "alone", f"{insert}\n{change}\n{insert}", "", head="-- set lock_timeout = 7s\n-- transaction: none\n")
    project.migration("0004", "last", insert, "")
    project.ok("migrate")
    usual, own, alone = {"postgresql": ("3s 1min", "5s 0", "7s 1min"), "mariadb": ("3 3 60.000000", "5 5 0.000000", "7 7 60.000000"),
                         "mysql": ("3 3", "5 5", "7 7")}[project.engine]
    assert sorted(row[0] for row in database.query("SELECT a FROM seen")) == sorted([usual, own, alone, alone, usual])


@pytest.mark.parametrize("head, seconds", [("-- set statement_timeout = 300ms\n", 20), ("-- set statement_timeout = 1\n-- transaction: none\n", 20)])
def test_a_statement_that_takes_too_long(any_project, head, seconds):
    from support.engines import slow
    any_project.migration("0001", "slow", f"CREATE TABLE slow (id bigint);\n{slow(any_project.engine, seconds)}", "", head=head)
    began = time.monotonic()
    shown = any_project.run("migrate")
    assert shown.status == 1 and "statement_timeout" in shown.err, shown
    assert time.monotonic() - began < seconds * 0.8


@pytest.mark.parametrize("line, message", [
    ("-- set lock_timeuot = 2s", ':1:1: there is nothing called "lock_timeuot" to set'), ("-- set lock_timeout = soon", ':1:1: lock_timeout is "soon"'),
    ("-- set lock_timeout = -1", "lock_timeout is"), ("-- set statement_timeout=", "statement_timeout is")])
def test_a_directive_with_a_slip(lite, line, message):
    lite.migration("0001", "one", "CREATE TABLE one (id integer);", "", head=line + "\n")
    shown = lite.run("migrate")
    assert shown.status == 1 and message in shown.err and "0001_one.sql:1:1" in shown.err, shown
    lite.migration("0001", "one", "CREATE TABLE one (id integer);", "", head="-- set up the tables = a start\n-- Set of tables\n")
    lite.ok("migrate")


@pytest.mark.parametrize("line", ["-- set lock_timeout = 2s", "-- set statement_timeout: 1min", "-- transaction: none"])
def test_a_directive_below_its_place(lite, line):
    """Within a section it would be passed over in silence."""
    lite.migration("0001", "one", f"{line}\nCREATE TABLE one (id integer);", "")
    shown = lite.run("migrate")
    assert shown.status == 1 and "says nothing within a section" in shown.err and 'above "-- upgrade"' in shown.err, shown
    assert lite.database.tables() == []


def test_settings(lite):
    text = (lite.folder / "dbwarden.yaml").read_text()
    lite.write("dbwarden.yaml", text + "    lock_timeout: soon\n")
    shown = lite.run("status")
    assert shown.status == 1 and 'lock_timeout is "soon"' in shown.err and "dbwarden.yaml:6" in shown.err, shown
    lite.write("dbwarden.yaml", text + "    retry_for: 0.5\n    wait_for_runner: 1min\n    wait_for_db: 5\n")
    lite.ok("status")
    assert lite.run("status", "--lock-timeout", "-1").status == 2
    lite.ok("status", "--lock-timeout", "3", "--wait-for-runner", "4")


# ---- who is in the way

@pytest.mark.parametrize("any_project", SERVERS, indirect=True)
def test_who_blocks_is_told_without_asking(any_project):
    """Process, user, age and statement, its literals masked; not again and again."""
    held_project(any_project, "ALTER TABLE held ADD COLUMN b integer;", head="-- set lock_timeout = 3s\n")
    secret = "SELECT a FROM held WHERE 'canary' <> 'canary2'"
    pid = {"postgresql": "SELECT pg_backend_pid()"}.get(any_project.engine, "SELECT CONNECTION_ID()")
    with holding(any_project.database, secret) as connection:
        number = connection.execute(sa.text(pid)).scalar()
        connection.execute(sa.text(secret))
        process = any_project.start("migrate")
        time.sleep(2.2)
    shown = ended(process)
    told = [line for line in shown.err.splitlines() if "waits for process" in line]
    assert shown.status == 0 and len(told) == 1, shown
    assert told[0].startswith("statement") and f"waits for process {number} (" in told[0] and " s): " in told[0], told
    assert "canary" not in shown.err
    if any_project.engine == "postgresql":
        assert "(postgres, " in told[0] and "idle in transaction" in told[0] and "SELECT a FROM held WHERE '***' <> '***'" in told[0], told


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_who_blocks_is_asked_where_the_statement_runs(any_project):
    """Of several hosts the one that was reached, even if an earlier one is there again."""
    here = sa.make_url(any_project.database.url)
    with socket.socket() as first:
        first.bind(("127.0.0.1", 0))
        hosts = f"host=127.0.0.1:{first.getsockname()[1]}&host={here.host}:{here.port}"
        config = any_project.folder / "dbwarden.yaml"
        config.write_text(config.read_text().replace(any_project.database.url, f"postgresql://{here.username}@/{here.database}?{hosts}"))
        held_project(any_project, "ALTER TABLE held ADD COLUMN b integer;", head="-- set lock_timeout = 3s\n")
        with holding(any_project.database, "SELECT a FROM held"):
            process = any_project.start("migrate")
            wait_until(lambda: any_project.database.value("SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
                                                          "WHERE datname = current_database() AND NOT granted"))
            first.listen()
            time.sleep(2.2)
        shown = ended(process)
        assert shown.status == 0 and "waits for process" in shown.err, shown
        first.setblocking(False)
        with pytest.raises(BlockingIOError):
            first.accept()


# ---- signals

@pytest.mark.parametrize("any_project", SERVERS, indirect=True)
def test_the_first_signal_lets_a_short_statement_end(any_project):
    """What ended by itself is kept, the rest is not begun, and both are said."""
    from support.engines import slow
    any_project.migration("0001", "slow", f"CREATE TABLE slow (id bigint);\n{slow(any_project.engine, 2)}\nCREATE TABLE late (id integer);", "",
                          head="-- transaction: none\n")
    process = any_project.start("migrate")
    wait_until(lambda: any_project.database.has("slow"))
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    shown = ended(process, 20)
    assert shown.status == 130 and "interrupted: 2 of 3 statements of primary__0001_slow.sql are kept" in shown.err, shown
    assert "`dbwarden migrate` goes on at statement 3." in shown.err
    assert any_project.database.value("SELECT count(*) FROM slow") == 1 and not any_project.database.has("late")
    any_project.ok("migrate")
    assert any_project.database.value("SELECT count(*) FROM slow") == 1 and any_project.database.has("late")


@pytest.mark.parametrize("any_project", ["sqlite", *SERVERS], indirect=True)
def test_the_second_signal_cancels_the_statement(any_project):
    from support.engines import slow
    any_project.table("0001", "one")
    any_project.migration("0002", "slow", f"CREATE TABLE slow (id bigint);\n{slow(any_project.engine, 60)}", "")
    process = any_project.start("migrate")
    wait_line(process, "Starting migration: primary__0002")
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    shown = ended(process, 20)
    assert shown.status == 130 and time.monotonic() - began < 4, shown
    kept = "nothing of" if any_project.engine in ("sqlite", "postgresql") else "1 of 2 statements of"
    assert f"interrupted: 1 file done before, {kept} primary__0002_slow.sql" in shown.err, shown


# ---- containers that start together

def test_wait_for_db(tmp_path, servers):
    from support.engines import Database
    database = Database("postgresql", f"postgresql://postgres@127.0.0.1:9/nowhere", "sqlite://")
    project = EngineProject(tmp_path / "project", database)
    project.table("0001", "one")
    began = time.monotonic()
    shown = project.run("migrate", "--wait-for-db", "2")
    assert shown.status == 5 and "waiting for the database" in shown.err and time.monotonic() - began >= 2, shown
    assert project.run("status", "--offline").status == 2
    began = time.monotonic()
    assert project.run("migrate").status == 5 and time.monotonic() - began < 2


@pytest.mark.parametrize("any_project", SERVERS, indirect=True)
def test_what_waiting_does_not_cure_is_told_at_once(any_project):
    any_project.table("0001", "one")
    bad = any_project.database.url.rsplit("/", 1)[0] + "/is_not_there"
    began = time.monotonic()
    shown = any_project.run("migrate", "--url", bad, "--wait-for-db", "20")
    assert shown.status == 5 and time.monotonic() - began < 10 and "waiting" not in shown.err, shown
