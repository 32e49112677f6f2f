"""An interruption at a statement that commits by itself: it is done once, whatever it is, however the run ended.

Here are the interruptions that need somebody else's help; killing at every call is test_crash_law.py.
"""

import contextlib
import signal
import time
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from support.cutter import cutter
from support.engines import ended, killed, wait_until
from support.picture import picture, remade
from support.shapes import BEFORE, NONE, texts
from support.trace import traced

MYSQLS = ["mariadb", "mysql"]


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
@pytest.mark.parametrize("shape", ["drop-foreign-key", "index-of-a-name-that-is-elsewhere", "rename-ring", "replace-view", "change"])
def test_cancelled_while_another_session_holds_the_table(any_project, shape):
    project, database = any_project, any_project.database
    head, up, down = texts(project.engine, shape, "whole")
    project.migration("0001", "shape", up, down, head=head)
    remade(database, BEFORE[project.engine])
    project.ok("migrate")
    wanted = picture(database)
    remade(database, BEFORE[project.engine])
    with database.alchemy.connect() as other:
        held = other.execution_options(isolation_level="REPEATABLE READ")
        for table in ("a", "b", "one", "v"):
            held.execute(sa.text(f"SELECT * FROM {table}"))
        process = project.start("migrate")
        wait_until(lambda: database.query("SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() "
                                          "AND state LIKE '%metadata lock%'"))
        process.send_signal(signal.SIGINT)
        assert ended(process).status == 130
    assert database.versions() == []
    project.ok("migrate")
    assert picture(database) == wanted


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
@pytest.mark.parametrize("statement, meanwhile", [
    ("ALTER TABLE a ADD COLUMN n int, ALGORITHM=INPLACE", "ALTER TABLE a ADD COLUMN other int"),
    ("CREATE INDEX i ON a (y)", "ALTER TABLE a COMMENT = 'said', DROP COLUMN x"),
    ("ALTER TABLE a DROP FOREIGN KEY fk1", "CREATE INDEX other ON a (y)"),
    ("CREATE OR REPLACE VIEW v AS SELECT id, x FROM a", "ALTER TABLE a MODIFY y bigint"),
    ("ALTER TABLE a MODIFY x bigint NOT NULL", "ALTER TABLE a MODIFY x bigint COMMENT 'theirs'"),
    ("ALTER TABLE a ALTER COLUMN x SET DEFAULT 7", "ALTER TABLE a MODIFY x bigint"),
    ("ALTER TABLE a ADD COLUMN n int AFTER x", "ALTER TABLE a MODIFY x bigint"),
    ("ALTER TABLE a ADD COLUMN n int AFTER x, MODIFY y bigint", "ALTER TABLE a ADD KEY ny (y)"),
    ("ALTER TABLE a ADD UNIQUE (y)", "CREATE INDEX other ON a (y)"),
    ("ALTER TABLE a ADD CHECK (y > 0)", "ALTER TABLE a MODIFY y bigint"),
    ("ALTER TABLE a DROP INDEX ix", "ALTER TABLE a DROP INDEX ix, ADD INDEX ix (x, y)"),
    ("ALTER TABLE a RENAME COLUMN y TO z", "ALTER TABLE a MODIFY y bigint"),
    ("ALTER TABLE a COMMENT = 'said', ROW_FORMAT = COMPACT", "ALTER TABLE a ADD COLUMN other int"),
    ("ALTER TABLE a DROP PRIMARY KEY", "ALTER TABLE a MODIFY y bigint"),
    ("ALTER TABLE two ADD PRIMARY KEY (id)", "ALTER TABLE two ADD COLUMN y bigint"),
    ("ALTER TABLE two PARTITION BY HASH (id) PARTITIONS 2", "ALTER TABLE two ADD COLUMN y bigint"),
    ("RENAME TABLE a TO tmp", "ALTER TABLE a MODIFY y bigint, FORCE"),
    ("ALTER TABLE a RENAME tmp", "ALTER TABLE a ADD COLUMN other int"),
    ("RENAME TABLE a TO tmp, b TO a, tmp TO b", "ALTER TABLE a MODIFY y bigint, FORCE"),
])
def test_what_others_did_meanwhile_proves_nothing(any_project, statement, meanwhile):
    project, database = any_project, any_project.database
    project.migration("0001", "shape", f"{statement};", "")
    remade(database, BEFORE[project.engine])
    database.run(meanwhile)
    project.ok("migrate")
    wanted = picture(database)
    remade(database, BEFORE[project.engine])
    with database.alchemy.connect() as other:
        held = other.execution_options(isolation_level="REPEATABLE READ")
        for table in ("a", "v", "two"):
            held.execute(sa.text(f"SELECT * FROM {table}"))
        process = project.start("migrate", "--lock-timeout", "60")
        wait_until(lambda: database.query("SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() "
                                          "AND state LIKE '%metadata lock%'"))
        killed(process)
        for (number,) in database.query("SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE '%metadata lock%'"):
            with contextlib.suppress(sa.exc.OperationalError):  # MariaDB may have noticed by itself
                database.run(f"KILL {number}")
    database.run(meanwhile)
    project.ok("migrate")
    assert picture(database) == wanted


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
def test_killed_in_a_procedure_that_commits(any_project):
    """Nobody can tell how far it came: both possibilities are named, and the user decides."""
    project = any_project
    project.migration("0001", "p", "CREATE TABLE log (n int) ENGINE = InnoDB;\nDELIMITER //\nCREATE PROCEDURE p()\nBEGIN\n"
                      "  INSERT INTO log VALUES (1);\n  COMMIT;\n  DO SLEEP(2);\n  INSERT INTO log VALUES (2);\nEND//\nDELIMITER ;\n", "")
    project.ok("migrate")
    project.migration("0002", "call", "CALL p();\nCREATE TABLE after (id int);", "")
    for answer, rows in (("again", [1, 1, 2]), ("done", [1])):
        process = project.start("migrate")
        wait_until(lambda: project.database.query("SELECT 1 FROM log"))
        killed(process)
        # The server notices, or ends the call first.
        wait_until(lambda: not project.database.query("SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() "
                                                      "AND id <> CONNECTION_ID() AND command <> 'Sleep'"))
        shown = project.run("migrate")
        assert shown.status != 0 and "was done or not" in shown.err and "0002_call.sql:" in shown.err, shown
        assert "--interrupted done" in shown.err and "--interrupted again" in shown.err
        found = [n for (n,) in project.database.query("SELECT n FROM log ORDER BY n")]
        project.ok("migrate", "--interrupted", answer)
        expected = found if answer == "done" else sorted(found + [1, 2])
        assert [n for (n,) in project.database.query("SELECT n FROM log ORDER BY n")] == expected
        assert project.database.versions() == ["0001", "0002"]
        project.database.run("DELETE FROM _dbwarden_migrations WHERE version = '0002'")
        project.database.run("DELETE FROM _dbwarden_journal WHERE filename LIKE '%0002%'")
        project.database.run("DROP TABLE after")
        project.database.run("DELETE FROM log")


# What a second run of it would be refused for: (before it, the statement, its effect is there), with {own} for a name of its own.
SEEN_ELSEWHERE = [
    ("", "CREATE SCHEMA {own}", "SELECT 1 FROM information_schema.schemata WHERE schema_name = '{own}'"),
    ("CREATE SCHEMA {own}", "DROP SCHEMA {own}", "SELECT 1 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM information_schema.schemata "
     "WHERE schema_name = '{own}')"),
    ("", "CREATE ROLE {own}", "SELECT 1 FROM mysql.user WHERE user = '{own}'"),
    ("CREATE ROLE {own};CREATE ROLE {own}_2;GRANT {own} TO {own}_2", "REVOKE {own} FROM {own}_2", None),
    ("CREATE PROCEDURE {own}() SELECT 1;CREATE USER {own}@localhost;GRANT EXECUTE ON PROCEDURE {own} TO {own}@localhost",
     "REVOKE EXECUTE ON PROCEDURE {own} FROM {own}@localhost", None),
]


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
@pytest.mark.parametrize("before, statement, there", SEEN_ELSEWHERE, ids=lambda text: text and text[:12])
def test_what_tables_do_not_show_is_done_once(any_project, before, statement, there):
    """The message with the statement arrives, its answer does not."""
    project, database = any_project, any_project.database
    own = f"own_{database.value('SELECT DATABASE()')}"
    with database.alchemy.connect() as connection:
        for text in filter(None, before.split(";")):
            connection.exec_driver_sql(text.format(own=own))
    project.migration("0001", "first", "CREATE TABLE first (id int);", "")
    project.ok("migrate")
    project.migration("0002", "more", f"{statement.format(own=own)};\nCREATE TABLE after (id int);", "")
    parts = urlsplit(database.url)
    with cutter(parts.hostname, parts.port) as network:
        project.write("dbwarden.yaml", (project.folder / "dbwarden.yaml").read_text().replace(f":{parts.port}/", f":{network.port}/"))
        network.cut_at(0, arrives=True, pause=0.5, text=statement.format(own=own).encode())
        assert project.run("migrate").status == 5
        assert network.struck
        project.ok("migrate")
    assert database.has("after") and database.versions() == ["0001", "0002"]
    assert there is None or database.query(there.format(own=own))


MYISAM = ("CREATE TABLE t (n int) ENGINE = MyISAM;\nCREATE TABLE held (n int);\nINSERT INTO t VALUES (1);\nINSERT INTO held SELECT n FROM t;\n"
          "UPDATE t SET n = n + 1;\nLOCK TABLES t WRITE;\nINSERT INTO t VALUES (7), (8);\nUNLOCK TABLES;\n")


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
@pytest.mark.parametrize("head", ["", NONE])
def test_rows_that_no_transaction_holds_are_written_once(any_project, head):
    """After the server's no, too: what is undone there is not undone here."""
    project, database = any_project, any_project.database
    project.migration("0001", "old", f"{MYISAM}INSERT INTO t VALUES (9);\nINSERT INTO nowhere VALUES (1);", "", head=head)
    assert project.run("migrate").status == 1
    project.migration("0001", "old", f"{MYISAM}INSERT INTO t VALUES (9);\nINSERT INTO held VALUES (3);", "", head=head)
    project.ok("migrate")
    assert database.query("SELECT n FROM t ORDER BY n") == [(2,), (7,), (8,), (9,)]
    assert database.query("SELECT n FROM held ORDER BY n") == [(1,), (3,)]


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
@pytest.mark.parametrize("statement", ["INSERT INTO t VALUES (1), (SLEEP(2))", "UPDATE t SET n = n + 1 + SLEEP(1)"])
def test_killed_while_rows_are_written_that_no_transaction_holds(any_project, statement):
    """Nobody can tell how far it came, if it came anywhere."""
    project, database = any_project, any_project.database
    project.migration("0001", "old", "CREATE TABLE t (n int) ENGINE = MyISAM;\nINSERT INTO t VALUES (4), (5);", "")
    project.ok("migrate")
    project.migration("0002", "more", f"{statement};\nCREATE TABLE after (id int);", "")
    process = project.start("migrate")
    wait_until(lambda: database.query("SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND state = 'User sleep'"))
    killed(process)
    wait_until(lambda: not database.query("SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() "
                                          "AND id <> CONNECTION_ID() AND command <> 'Sleep'"))
    found = database.query("SELECT n FROM t ORDER BY n")
    shown = project.run("migrate")
    assert shown.status == 1 and "was done or not" in shown.err and "--interrupted again" in shown.err, shown
    project.ok("migrate", "--interrupted", "done")
    assert database.query("SELECT n FROM t ORDER BY n") == found and database.has("after")


# ---- PostgreSQL and SQLite: statements outside transactions

@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
@pytest.mark.parametrize("statement", ["CALL p()", "DO $$ BEGIN INSERT INTO n VALUES (1); COMMIT; PERFORM pg_sleep(2); INSERT INTO n VALUES (2); END $$"])
@pytest.mark.parametrize("refused", [False, True], ids=["at once", "after the server's no"])
def test_killed_in_what_commits_by_itself(any_project, statement, refused):
    """What it has committed is there, and nobody can tell how far it came, whatever ended the run before."""
    project, database = any_project, any_project.database
    database.run("CREATE TABLE n (n int); CREATE PROCEDURE p() LANGUAGE plpgsql AS "
                 "$$ BEGIN INSERT INTO n VALUES (1); COMMIT; PERFORM pg_sleep(2); INSERT INTO n VALUES (2); END $$")
    before = "CREATE TABLE before (id int);\n"
    if refused:
        project.migration("0001", "call", f"{before}CALL nowhere();", "", head=NONE)
        assert project.run("migrate").status == 1 and len(database.unfinished()) == 1
    project.migration("0001", "call", f"{before}{statement};\nCREATE TABLE after (id int);", "", head=NONE)
    process = project.start("migrate")
    wait_until(lambda: database.query("SELECT 1 FROM n"))
    killed(process)
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'dbwarden%'"
                 " AND datname = current_database()")
    shown = project.run("migrate")
    assert shown.status == 1 and "was done or not" in shown.err and shown.err.count("dbwarden: error:") == 1, shown
    assert "--interrupted done" in shown.err and "--interrupted again" in shown.err
    project.ok("migrate", "--interrupted", "done")
    assert database.query("SELECT n FROM n") == [(1,)] and database.has("after")
    assert database.versions() == ["0001"] and database.unfinished() == []


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_a_detach_that_was_cut_off_is_finished(any_project):
    project, database = any_project, any_project.database
    database.run("CREATE TABLE whole (a int) PARTITION BY RANGE (a); "
                 "CREATE TABLE part PARTITION OF whole FOR VALUES FROM (1) TO (2)")
    project.migration("0001", "detach", "ALTER TABLE whole DETACH PARTITION part CONCURRENTLY;", "")
    with database.alchemy.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ").execute(sa.text("SELECT * FROM whole"))
        process = project.start("migrate")
        wait_until(lambda: database.query("SELECT 1 FROM pg_inherits WHERE inhdetachpending"))
        killed(process)
        database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'dbwarden%'"
                     " AND datname = current_database()")
    project.ok("migrate")
    assert database.query("SELECT 1 FROM pg_inherits") == [] and database.versions() == ["0001"]


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_a_procedure_that_commits_needs_no_transaction(any_project):
    project, database = any_project, any_project.database
    database.run("CREATE TABLE n (n int); CREATE PROCEDURE p() LANGUAGE plpgsql AS "
                 "$$ BEGIN INSERT INTO n VALUES (1); COMMIT; INSERT INTO n VALUES (2); END $$")
    project.migration("0001", "call", "CALL p();", "")
    shown = project.run("migrate")
    assert shown.status == 1 and "invalid transaction termination" in shown.err and "transaction: none" in shown.err, shown
    assert database.query("SELECT * FROM n") == []
    project.migration("0001", "call", "CALL p();", "", head="-- transaction: none\n")
    project.ok("migrate")
    assert database.query("SELECT n FROM n ORDER BY n") == [(1,), (2,)]


@pytest.mark.parametrize("begin, commit", [("BEGIN", "COMMIT"), ("BEGIN IMMEDIATE", "END TRANSACTION"), ("SAVEPOINT s", "RELEASE s"),
                                           ("SAVEPOINT s;\nSAVEPOINT inner_s", "RELEASE inner_s;\nRELEASE SAVEPOINT s")])
def test_killed_at_the_commit_of_the_users_own(lite, begin, commit):
    """SQLite: the journal's row is inside the transaction, so it tells.  A commit is there once its file beside the database is not."""
    lite.migration("0001", "own", f"CREATE TABLE t (n int);\n{begin};\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\n{commit};\n"
                   "INSERT INTO t VALUES (3);\nVACUUM;", "DROP TABLE t;", head="-- transaction: none\n")
    calls = traced(lite, None, "migrate", calls="unlink")[1]
    assert calls > 5
    for at in range(1, calls + 1):
        for path in lite.folder.glob("app.db*"):
            path.unlink()
        traced(lite, f"signal=KILL:when={at}", "migrate", calls="unlink")
        lite.ok("migrate")
        assert lite.database.query("SELECT n FROM t ORDER BY n") == [(1,), (2,), (3,)], f"killed at {at} of {calls}"
        assert lite.database.versions() == ["0001"]


def test_killed_while_a_copy_is_written(lite):
    """VACUUM INTO writes a file, which is there afterwards or is not: both are named."""
    lite.migration("0001", "copy", "VACUUM INTO 'copy.db';\nCREATE TABLE t (n int);", "")
    calls = traced(lite, None, "migrate", calls="unlink,fdatasync")[1]
    said = 0
    for at in range(1, calls + 1):
        for path in [*lite.folder.glob("app.db*"), *lite.folder.glob("copy.db*")]:
            path.unlink()
        traced(lite, f"signal=KILL:when={at}", "migrate", calls="unlink,fdatasync")
        shown = lite.run("migrate")
        if shown.status:
            assert "was done or not" in shown.err, shown
            said += 1
            lite.ok("migrate", "--interrupted", "done")
        assert lite.database.tables() == ["t"] and lite.database.versions() == ["0001"]
    assert said


@pytest.mark.parametrize("any_project, head", [("mariadb", ""), ("mysql", ""), ("postgresql", NONE), ("sqlite", NONE)], indirect=["any_project"])
def test_a_rollback_that_was_refused_at_once_has_not_begun(any_project, head):
    """The version is applied as it was: `migrate` does not go on undoing it."""
    project, database = any_project, any_project.database
    project.migration("0001", "one", "CREATE TABLE one (id int);", "DROP TABLE nowhere;\nDROP TABLE one;", head=head)
    project.ok("migrate")
    shown = project.run("rollback")
    assert shown.status == 1 and "Nothing of this file" in shown.err, shown
    assert project.statuses() == {"0001": "applied"}
    project.ok("migrate")
    assert database.versions() == ["0001"] and database.has("one")
    project.migration("0001", "one", "CREATE TABLE one (id int);", "DROP TABLE one;", head=head)
    project.ok("rollback")
    assert database.versions() == [] and not database.has("one")


# ---- a statement that was changed meanwhile

@pytest.mark.parametrize("any_project", ["mariadb"], indirect=True)
def test_a_statement_in_doubt_may_not_be_changed(any_project):
    project, database = any_project, any_project.database
    project.migration("0001", "one", "CREATE TABLE one (id int);\nALTER TABLE one ADD COLUMN x int;", "")
    with_lock = database.alchemy.connect()
    database.run("CREATE TABLE one_holder (id int)")
    project.migration("0001", "one", "CREATE TABLE one (id int);\nALTER TABLE one_holder ADD COLUMN x int;", "")
    with_lock.execution_options(isolation_level="REPEATABLE READ").execute(sa.text("SELECT * FROM one_holder"))
    process = project.start("migrate")
    wait_until(lambda: database.query("SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() "
                                      "AND state LIKE '%metadata lock%'"))
    killed(process)
    with_lock.close()
    time.sleep(0.5)
    project.migration("0001", "one", "CREATE TABLE one (id int);\nALTER TABLE one_holder ADD COLUMN z int;", "")
    shown = project.run("migrate")
    assert shown.status != 0 and "changed since" in shown.err
    project.migration("0001", "one", "CREATE TABLE one (id int);\nALTER TABLE one_holder ADD COLUMN x int;", "")
    project.ok("migrate")
    assert "x" in [column["name"] for column in sa.inspect(database.alchemy).get_columns("one_holder")]


@pytest.mark.parametrize("any_project, head", [("mariadb", ""), ("mysql", ""), ("postgresql", NONE), ("sqlite", NONE)], indirect=["any_project"])
def test_what_follows_may_become_more_and_less(any_project, head):
    """However many statements there are after each correction, the row of the journal makes sense, and the next run goes on."""
    project, database = any_project, any_project.database
    one, more = "CREATE TABLE one (id int);\n", "CREATE TABLE two (id int);\nCREATE TABLE three (id int);\n"
    for text in (one + "NONSENSE;", one + more + "NONSENSE;\nSELECT 1;", one + more + "NONSENSE;"):
        project.migration("0001", "many", text, "", head=head)
        assert project.run("migrate").status == 1
        assert project.statuses() == {"0001": "unfinished"}
    project.migration("0001", "many", one + more, "", head=head)
    project.ok("migrate")
    assert database.versions() == ["0001"] and database.unfinished() == []
    assert database.query("SELECT done, total FROM _dbwarden_journal") == [(3, 3)]


# ---- a file that has another name by now

def renamed(project, version, old, new):
    folder = project.migrations
    (folder / f"{project.name}__{version}_{old}.sql").rename(folder / f"{project.name}__{version}_{new}.sql")


RENAMED = [("mariadb", "", "DO SLEEP(3)"), ("postgresql", NONE, "SELECT pg_sleep(3)")]


@pytest.mark.parametrize("any_project, head, sleep", RENAMED, indirect=["any_project"])
def test_renamed_after_a_kill(any_project, head, sleep):
    """Done statements are not run again, up or down, and the journal keeps nothing under the old name."""
    project, database = any_project, any_project.database
    database.run("CREATE TABLE a (id int)")
    text = f"INSERT INTO a VALUES (1);\n{sleep};\nINSERT INTO a VALUES (2);"
    back = f"INSERT INTO a VALUES (3);\n{sleep};\nINSERT INTO a VALUES (4);"
    project.migration("0001", "x", text, back, head=head)
    process = project.start("migrate")
    wait_until(lambda: database.query("SELECT 1 FROM a"))
    killed(process)
    renamed(project, "0001", "x", "y")
    assert project.statuses() == {"0001": "unfinished"}
    project.ok("migrate")
    assert database.query("SELECT id FROM a ORDER BY id") == [(1,), (2,)]
    assert database.query("SELECT filename, done FROM _dbwarden_journal") == [(f"{project.name}__0001_y.sql", 3)]
    process = project.start("rollback")
    wait_until(lambda: database.query("SELECT 1 FROM a WHERE id = 3"))
    killed(process)
    renamed(project, "0001", "y", "z")
    assert project.statuses() == {"0001": "unfinished"}
    project.ok("rollback")
    assert database.query("SELECT id FROM a ORDER BY id") == [(1,), (2,), (3,), (4,)]
    assert database.query("SELECT filename, direction, done FROM _dbwarden_journal") == [(f"{project.name}__0001_z.sql", "down", 3)]
    assert database.versions() == [] and database.unfinished() == []


@pytest.mark.parametrize("any_project, head, sleep", RENAMED, indirect=["any_project"])
def test_what_an_interrupted_file_made_is_no_reason_for_a_baseline(any_project, head, sleep):
    """Its file is gone: nothing runs past it, and nobody is told to mark as applied what is half done."""
    project, database = any_project, any_project.database
    project.migration("0001", "x", "CREATE TABLE a (id int);\nNONSENSE;", "", head=head)
    assert project.run("migrate").status == 1
    renamed(project, "0001", "x", "away")
    away = project.migrations / f"{project.name}__0001_away.sql"
    text = away.read_text()
    away.unlink()
    project.migration("0002", "y", "CREATE TABLE a (id int);", "", head=head)
    assert project.statuses() == {"0001": "unfinished", "0002": "pending"}
    shown = project.run("migrate")
    assert shown.status == 1 and "0001_x.sql was interrupted after statement 1 of 2, and its file is gone" in shown.err, shown
    assert "Restore the file" in shown.err and "--baseline" not in shown.err and database.versions() == []
    away.write_text(text.replace("NONSENSE", "INSERT INTO a VALUES (1)"))
    shown = project.run("migrate")
    assert shown.status == 1 and "exists" in shown.err and database.versions() == ["0001"], shown
    assert database.query("SELECT id FROM a") == [(1,)]


def test_a_file_that_failed_at_once_is_in_nobodys_way(any_project):
    """Nothing of it is done, so that the one before it may go back."""
    project, database = any_project, any_project.database
    project.migration("0001", "x", "CREATE TABLE a (id int);", "DROP TABLE a;")
    project.migration("0002", "y", "ALTER TABLE a ADD COLUMN id int;", "ALTER TABLE a DROP COLUMN id;")
    assert project.run("migrate").status == 1
    project.ok("rollback")
    assert database.tables() == [] and database.versions() == []


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_what_fails_after_a_value_came_into_an_enum_takes_nothing_along(any_project):
    """Its COMMIT comes before anything is dropped that is to be made again."""
    project, database = any_project, any_project.database
    project.write("dbwarden.yaml", (project.folder / "dbwarden.yaml").read_text() + "    schema_files: [schema.sql]\n")
    text = "CREATE TYPE st AS ENUM ('a'{});\nCREATE TABLE t (s st, n {});\nCREATE VIEW v AS SELECT n FROM t;\n"
    project.write("schema.sql", text.format("", "int"))
    project.ok("make-migrations", "one")
    project.ok("migrate")
    database.run("INSERT INTO t VALUES ('a', 500)")
    database.run("COMMENT ON VIEW v IS 'by hand'")
    project.write("schema.sql", text.format(", 'b'", "bigint, s2 st DEFAULT 'b', CHECK (n < 100)"))
    project.ok("make-migrations", "two")
    assert project.run("migrate").status == 1
    assert database.value("SELECT obj_description('v'::regclass)") == "by hand"
    database.run("UPDATE t SET n = 5")
    project.ok("migrate")
    assert database.value("SELECT obj_description('v'::regclass)") == "by hand"
    assert project.run("diff", "--exit-code").status == 0
