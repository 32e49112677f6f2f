"""Behind a pooler: who holds the lock is in a row, a holder that died loses it after a while, and one that comes back too late notices."""

import os
import signal
import subprocess
import time

import psycopg2
import pytest
import sqlalchemy as sa
from support.engines import ended, killed, slow, wait_until
from test_two import advisory_locks, pooled

SHORT = {"DBWARDEN_LEASE_SECONDS": "2"}


def slow_files(project, seconds, head=""):
    project.table("0001", "one")
    project.migration("0002", "two", f"CREATE TABLE two (n integer);\n{slow('postgresql', seconds, 'two')}", "DROP TABLE two;", head)
    project.table("0003", "three")


def in_slow(project):
    process = project.start("migrate", env=SHORT)
    wait_until(lambda: project.database.value(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND datname = current_database() AND pid <> pg_backend_pid()"))
    return process


@pytest.fixture
def both(tmp_path, postgres):
    with pooled(tmp_path, postgres) as projects:
        yield projects


def whole(project):
    return project.database.tables() == ["one", "three", "two"] and project.database.versions() == ["0001", "0002", "0003"] \
        and project.database.value("SELECT count(*) FROM two") == 1 and project.database.unfinished() == []


@pytest.mark.parametrize("head", ["", "-- transaction: none\n\n"], ids=["transaction", "none"])
@pytest.mark.parametrize("first, second", [(0, 0), (0, 1), (1, 0)], ids=["both pooled", "second direct", "first direct"])
def test_the_second_waits_for_longer_than_a_lease(both, first, second, head):
    slow_files(both[0], 5, head)
    process = in_slow(both[first])
    time.sleep(2.5)
    report = both[second].ok("lock-status", "--json").json
    assert report["held"] is True and report["holder"]["pid"] == str(process.pid)
    shown = both[second].run("migrate", "--wait-for-runner", "0")
    assert shown.status == 4 and f"process {process.pid}" in shown.err
    assert both[second].run("unlock").status == 4
    waiting = ended(both[second].start("migrate"))
    assert waiting.status == 0 and "waiting for the migration lock" in waiting.err and "up to date" in waiting.out
    assert ("lease, because a pooler" in waiting.err) == (second == 0)
    assert ended(process).status == 0 and whole(both[0])
    assert both[second].ok("lock-status", "--json").json["held"] is False
    wait_until(lambda: advisory_locks(both[0]) == 0)  # the pooler ends a transaction after its client has gone


@pytest.mark.parametrize("next_one", [0, 1], ids=["pooled", "direct"])
def test_a_killed_holder_loses_it_after_a_while(both, next_one):
    slow_files(both[0], 4)
    killed(in_slow(both[0]))
    assert both[next_one].run("migrate", "--wait-for-runner", "0").status == 4
    time.sleep(2.5)
    assert both[next_one].run("migrate", "--wait-for-runner", "0").status == 4, "the server is still at its statement"
    both[next_one].ok("migrate")
    assert whole(both[0])


@pytest.mark.parametrize("next_one", [0, 1], ids=["pooled", "direct"])
@pytest.mark.parametrize("head", ["", "-- transaction: none\n\n"], ids=["transaction", "none"])
def test_a_holder_that_slept_too_long_notices(both, head, next_one):
    """It is stopped between two files, while others take over; then it goes on."""
    both[0].database.run("CREATE TABLE gate (n integer)")
    slow_files(both[0], 0.01, head)
    with both[0].database.alchemy.connect() as connection:
        blocker = connection.connection.cursor()
        blocker.execute("BEGIN")
        blocker.execute("LOCK TABLE gate")
        both[0].migration("0002", "two", "CREATE TABLE two (n integer);\nINSERT INTO two SELECT 1;\nINSERT INTO gate VALUES (1);",
                          "DROP TABLE two;", head)
        process = both[0].start("migrate", env=SHORT)
        wait_until(lambda: both[0].database.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'gate'::regclass"))
        os.kill(process.pid, signal.SIGSTOP)
        blocker.execute("ROLLBACK")
        time.sleep(2.5 if head else 4.5)
        both[next_one].ok("migrate")
    os.kill(process.pid, signal.SIGCONT)
    late = ended(process)
    assert late.status == 4 and "was lost" in late.err and late.err.count("dbwarden: error:") == 1, str(late)
    assert both[0].database.tables() == ["gate", "one", "three", "two"] and both[0].database.versions() == ["0001", "0002", "0003"]
    assert both[0].database.value("SELECT count(*) FROM two") == 1 and both[0].database.unfinished() == []
    assert both[0].ok("lock-status", "--json").json["held"] is False
    assert "up to date" in both[0].ok("migrate").out


def test_a_table_of_an_earlier_version_gets_its_columns(both):
    both[0].database.run("CREATE TABLE _dbwarden_lock (id integer PRIMARY KEY CHECK (id = 1), owner varchar(255), host varchar(255),"
                         " pid varchar(20), since timestamp DEFAULT CURRENT_TIMESTAMP, version varchar(255), statement text)")
    both[0].table("0001", "one")
    both[1].ok("lock-status")
    both[0].ok("migrate")
    assert both[0].database.tables() == ["one"]


@pytest.mark.parametrize("statement", [
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "RESET ALL", "CREATE TEMP TABLE x (n int)", "PREPARE p AS SELECT 1", "LISTEN x", "DECLARE c CURSOR WITH HOLD FOR SELECT 1"])
def test_what_needs_a_session_is_refused(both, statement):
    through, direct = both
    through.table("0001", "one")
    through.migration("0002", "two", f"CREATE TABLE two (id integer);\n{statement};")
    shown = through.run("migrate")
    assert shown.status == 1 and "changes the session" in shown.err and "0002_two.sql:4:1" in shown.err and "SET LOCAL" in shown.err, shown
    assert through.database.tables() == [], "before the first statement"
    direct.ok("migrate")


SETS = ("SET search_path = other;\nSET SESSION statement_timeout = 9999;\nSET TIME ZONE 'PST8PDT';\nSET ROLE pg_monitor;\nSET ROLE NONE;\n"
        "SELECT pg_catalog.set_config('work_mem', '1234kB', false);\n")


def test_what_a_file_sets_ends_with_it(both):
    """As at the head of every pg_dump: the file is one transaction, and nothing of it reaches whoever gets the backend next.
    Nor does what is set to read what schema files may need."""
    through, direct = both
    through.database.run("CREATE SCHEMA other")
    through.migration("0001", "one", f"{SETS}CREATE TABLE one AS SELECT current_setting('work_mem') AS m, current_setting('TimeZone') AS z;",
                      "SET search_path = other;\nDROP TABLE one;")
    through.migration("0002", "two", "CREATE TABLE two (id integer);", "DROP TABLE two;")
    through.ok("migrate")
    assert through.database.query("SELECT m, z FROM other.one") == [("1234kB", "PST8PDT")]
    assert through.database.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename = 'two'") == 1
    through.write("schema.sql", "CREATE TABLE one (m text);")
    configuration = (through.folder / "dbwarden.yaml").read_text()
    through.write("dbwarden.yaml", configuration.rstrip("\n") + "\n    schema_files: [schema.sql]\n")
    through.ok("diff")
    for _ in range(8):
        with psycopg2.connect(through.url) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('search_path'), current_setting('work_mem'), current_setting('statement_timeout')")
            assert cursor.fetchall() == [('"$user", public', "4MB", "0")]
    through.ok("downgrade", "--to", "base")
    assert through.database.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'other'") == 0


def test_a_dump_through_a_pooler(both):
    through, direct = both
    direct.database.run("CREATE TABLE person (id serial PRIMARY KEY, name text); INSERT INTO person (name) VALUES ('a;b'), (NULL)")
    dump = subprocess.run(["pg_dump", direct.url], capture_output=True, text=True, check=True).stdout
    direct.database.run("DROP TABLE person")
    through.migration("0001", "dump", dump, "DROP TABLE public.person;")
    through.ok("migrate")
    assert through.database.query("SELECT id, name FROM person ORDER BY id") == [(1, "a;b"), (2, None)]
    through.ok("rollback")


@pytest.mark.parametrize("head, more", [("-- transaction: none\n", ""), ("", "CREATE INDEX CONCURRENTLY i ON one (id);\n")])
def test_what_a_file_of_several_transactions_sets_is_refused(both, head, more):
    through, direct = both
    through.migration("0001", "one", f"CREATE TABLE one (id integer);\n{more}SET search_path = public;", head=head)
    shown = through.run("migrate")
    assert shown.status == 1 and "changes the session" in shown.err and through.database.tables() == [], shown
    direct.ok("migrate")


def test_what_ends_with_its_transaction_works(both):
    through = both[0]
    through.database.run("CREATE SCHEMA other")
    through.migration("0001", "one", "SET LOCAL search_path = other;\nSET LOCAL ROLE pg_monitor;\nSET LOCAL ROLE NONE;\n"
                      "SELECT set_config('statement_timeout', '9999', true);\nCREATE TABLE one (id integer);\n"
                      "CREATE TEMP TABLE x (n int) ON COMMIT DROP;\nDECLARE c CURSOR FOR SELECT 1;\nCLOSE c;\nSET CONSTRAINTS ALL DEFERRED;\n")
    through.ok("migrate")
    assert through.database.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'other' AND tablename = 'one'") == 1


def test_session_mode_is_believed_once_it_is_proven(tmp_path, postgres):
    with pooled(tmp_path, postgres, "session") as (through, _):
        through.migration("0001", "one", "SET search_path = public;\nCREATE TABLE one (id integer);")
        assert "lease" not in through.ok("-v", "migrate").err
        assert through.database.value("SELECT count(*) FROM _dbwarden_lock") == 0


@pytest.mark.parametrize("turns, size", [(False, 1), (False, 4), (True, 1), (True, 2), (True, 3), (True, 8)])
def test_transaction_mode_is_never_taken_for_a_session(tmp_path, postgres, turns, size):
    with pooled(tmp_path, postgres, turns=turns, size=size) as (through, _):
        through.table("0001", "one")
        assert "the lock is a lease, because a pooler" in through.ok("-v", "migrate").err
        assert advisory_locks(through) == 0


def test_statement_mode_is_refused(tmp_path, postgres):
    with pooled(tmp_path, postgres, "statement") as (through, _):
        through.table("0001", "one")
        shown = through.run("migrate")
        assert shown.status == 1 and "allows no transactions" in shown.err and "hint:" in shown.err
        assert through.database.tables() == [] and advisory_locks(through) == 0


def test_a_double_run_undoes_itself(pg_project):
    """What no lock can prevent: somebody else recorded the version meanwhile."""
    pg_project.migration("0001", "one", "CREATE TABLE one (id integer);\n"
                         "INSERT INTO _dbwarden_migrations (version, filename) VALUES ('0001', 'primary__0001_one.sql');")
    refused = pg_project.run("migrate")
    assert refused.status == 1 and "duplicate key" in refused.err, refused
    database = sa.create_engine(pg_project.url.replace("postgresql://", "postgresql+psycopg2://"))
    assert not sa.inspect(database).has_table("one")
    with database.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM _dbwarden_migrations").scalar() == 0
    database.dispose()


def test_a_killed_holder_whose_index_is_still_being_built(both):
    """The server goes on with it, and nobody is there to hear that: the next runner waits, and builds no second one."""
    through = both[0]
    through.migration("0001", "one", "CREATE TABLE one (n integer);")
    through.ok("migrate")
    through.migration("0002", "two", "CREATE INDEX CONCURRENTLY ix ON one (n);", "DROP INDEX ix;")
    with through.database.alchemy.connect() as connection:
        blocker = connection.connection.cursor()
        blocker.execute("BEGIN")
        blocker.execute("INSERT INTO one VALUES (1)")
        process = through.start("migrate", env=SHORT)
        wait_until(lambda: through.database.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid"))
        killed(process)
        time.sleep(2.5)
        following = through.start("migrate", env=SHORT)
        time.sleep(3)
        blocker.execute("COMMIT")
    assert ended(following).status == 0
    assert through.database.query("SELECT indisvalid FROM pg_index WHERE indrelid = 'one'::regclass") == [(True,)]
    assert through.database.versions() == ["0001", "0002"] and through.database.unfinished() == []


def test_an_interrupted_holder_gives_it_back_at_once(both):
    slow_files(both[0], 60)
    process = in_slow(both[0])
    process.send_signal(signal.SIGINT)
    assert ended(process, 20).status == 130
    slow_files(both[0], 0.01)
    both[1].ok("migrate", "--wait-for-runner", "0")
    assert whole(both[0])
    wait_until(lambda: advisory_locks(both[0]) == 0)


def test_a_holder_whose_connection_is_cut_gives_it_back(both):
    """By the server, as when it is about to restart: the lease is released over another connection."""
    slow_files(both[0], 60)
    process = in_slow(both[0])
    wait_until(lambda: both[0].database.value(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active'"
        " AND datname = current_database() AND pid <> pg_backend_pid()"))
    assert ended(process, 20).status != 0
    slow_files(both[0], 0.01)
    both[0].ok("migrate", "--wait-for-runner", "0")
    assert whole(both[0])


@pytest.mark.parametrize("by_hand", [False, True], ids=["our copy", "pg_dump"])
@pytest.mark.parametrize("home", ["public", "own"])
@pytest.mark.parametrize("second", [0, 1], ids=["pooled", "direct"])
def test_a_restore_holds_the_lease_until_it_has_ended(both, second, home, by_hand, tmp_path):
    """Whatever the copy says of a lease, and as long as the engine's programs are at work."""
    through = both[0]
    through.database.run(f"""CREATE SCHEMA own; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = {home}, public', current_database()); END $$;
                             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()""")
    through.ok("migrate", "--wait-for-db", "10")  # the pooler notices by and by
    through.table("0001", "one")
    through.table("0002", "two")
    through.ok("migrate", "--count", "1")
    both[1].ok("migrate", "--with-backup")
    [copy] = [path for path in (both[1].folder / "backups").iterdir() if path.suffix != ".json"]
    if by_hand:
        through.database.run(f"UPDATE {home}._dbwarden_lock SET token = 'of then', expires = clock_timestamp() + interval '1 hour'")
        copy = tmp_path / "by hand.dump"
        subprocess.run(["pg_dump", "-Fc", "-f", str(copy), both[1].url], check=True)
        through.database.run(f"UPDATE {home}._dbwarden_lock SET token = NULL, expires = NULL")
    with through.database.alchemy.connect() as connection:
        blocker = connection.connection.cursor()
        blocker.execute("BEGIN")
        blocker.execute(f"SELECT * FROM {home}.one")
        process = through.start("restore", str(copy), "--yes", "--force", env=SHORT)
        wait_until(lambda: through.database.value(f"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{home}.one'::regclass"))
        time.sleep(2.5)
        assert both[second].ok("lock-status", "--json").json["held"] is True
        shown = both[second].run("migrate", "--wait-for-runner", "0")
        assert shown.status == 4 and f"process {process.pid}" in shown.err, shown
        blocker.execute("ROLLBACK")
    assert ended(process).status == 0
    assert both[second].ok("lock-status", "--json").json["held"] is False
    assert through.database.query("SELECT nspname || '.' || relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                                  " WHERE relkind = 'r' AND relname IN ('one', 'two', '_dbwarden_lock') ORDER BY 1") == \
        [(f"{home}.{table}",) for table in (["_dbwarden_lock", "one"] + ["two"] * by_hand)]
    for _ in range(8):
        with psycopg2.connect(through.url) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW search_path")
            assert cursor.fetchone() == (f"{home}, public",)
    both[second].ok("migrate", "--wait-for-runner", "0")


@pytest.mark.parametrize("words", [["--with-backup"], ["--sandbox"]])
def test_no_copy_is_taken_through_a_pooler(both, words):
    """pg_dump says set_config('search_path', '', false) outside of a transaction, and whoever gets that backend next finds no table."""
    both[0].table("0001", "one")
    shown = both[0].run("migrate", *words)
    assert shown.status == 1 and "through a pooler: pg_dump would leave" in shown.err and "leads to the server itself" in shown.err, shown
    assert both[0].database.tables() == []
    both[1].ok("migrate", *words)


CONCURRENTLY = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%INDEX CONCURRENTLY%' " \
    "AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()"


@pytest.mark.parametrize("statement", ["DROP INDEX CONCURRENTLY k", "CREATE INDEX CONCURRENTLY i ON a (y)", "CREATE INDEX CONCURRENTLY ON a (y)"])
def test_the_server_goes_on_for_a_runner_that_was_killed(both, statement):
    """The pooler ends the connection, and the backend does not notice: what it does in the end is not done by the next run as well."""
    project, database = both[0], both[1].database
    database.run("CREATE TABLE a (x integer, y integer); CREATE INDEX k ON a (x)")
    project.migration("0001", "ghost", f"{statement};\nCREATE TABLE after (n integer);", "", "-- transaction: none\n\n")
    with database.alchemy.connect() as blocker, blocker.execution_options(isolation_level="READ COMMITTED").begin():
        blocker.execute(sa.text("LOCK TABLE a IN ROW EXCLUSIVE MODE"))
        process = project.start("migrate", "--lock-timeout", "60", env=SHORT)
        wait_until(lambda: database.value(CONCURRENTLY) == 1)
        killed(process)
        process = project.start("migrate", "--lock-timeout", "60", env=SHORT)
        wait_until(lambda: database.value(CONCURRENTLY) == 2)
    shown = ended(process)
    assert shown.status == 0 and database.has("after") and database.unfinished() == [], shown
    assert database.value("SELECT count(*) FROM pg_index WHERE indrelid = 'a'::regclass AND indisvalid") == (0 if "DROP" in statement else 2)
    assert database.value("SELECT count(*) FROM pg_index WHERE indrelid = 'a'::regclass AND NOT indisvalid") == 0


@pytest.mark.parametrize("settings, said", [({"size": 2, "query_wait_timeout": 1}, "the pooler had no connection to the server to give"),
                                            ({"max_client_conn": 2}, "the pooler takes no more clients")])
def test_what_the_pooler_says_of_itself(tmp_path, postgres, settings, said):
    """It is not the server, and not a lost connection of which nobody knows what became."""
    with pooled(tmp_path, postgres, **settings) as (project, _):
        project.table("0001", "one")
        held = [psycopg2.connect(project.url) for _ in range(2)]
        for connection in held:
            connection.cursor().execute("SELECT 1")
        shown = project.run("migrate")
        assert shown.status == 5 and said in shown.err and "hint: " in shown.err and "lost" not in shown.err, shown
        for connection in held:
            connection.close()
        project.ok("migrate")
        assert project.database.tables() == ["one"]
