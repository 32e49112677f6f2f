"""An interruption at a statement that commits by itself: it is done once, whatever it is, however the run ended.

Each shape is a statement with what must be there before it, and a question about the catalog that tells how often it was
done.  It is killed at system calls all along, and the next plain migrate ends as an undisturbed run does.
"""

import signal
import time

import pytest
import sqlalchemy as sa
from support.engines import ended, killed, wait_until
from support.trace import rounds, traced

MYSQLS = ["mariadb", "mysql"]
BEFORE = ("CREATE TABLE a (id int PRIMARY KEY, x int, y int, p int, KEY ix (x), KEY iy (y));\n"
          "CREATE TABLE b (id int PRIMARY KEY, x int);\n"
          "ALTER TABLE a ADD CONSTRAINT fk1 FOREIGN KEY (p) REFERENCES b (id);\n"
          "CREATE VIEW v AS SELECT id FROM a;\n"
          "CREATE PROCEDURE old_p() SELECT 1;\n"
          "CREATE TABLE log (n int);\nINSERT INTO log VALUES (0);\n")
SHAPES = {
    "drop-foreign-key": "ALTER TABLE a DROP FOREIGN KEY fk1",
    "add-foreign-key": "ALTER TABLE a ADD CONSTRAINT fk2 FOREIGN KEY (y) REFERENCES b (id)",
    "add-foreign-key-unnamed": "ALTER TABLE a ADD FOREIGN KEY (y) REFERENCES b (id)",
    "index-of-a-name-that-is-elsewhere": "CREATE INDEX ix ON b (x)",
    "index-unnamed": "ALTER TABLE b ADD INDEX (x)",
    "rename-index": "ALTER TABLE a RENAME INDEX ix TO ix2",
    "drop-index": "DROP INDEX ix ON a",
    "unique-key": "ALTER TABLE a ADD UNIQUE KEY u (y)",
    "check": "ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0)",
    "add-two-columns": "ALTER TABLE a ADD COLUMN n1 int, ADD COLUMN n2 int",
    "rename-column": "ALTER TABLE a RENAME COLUMN x TO z",
    "change": "ALTER TABLE a CHANGE x z bigint",
    "modify": "ALTER TABLE a MODIFY x bigint NOT NULL DEFAULT 5",
    "default": "ALTER TABLE a ALTER COLUMN x SET DEFAULT 7",
    "drop-column": "ALTER TABLE b DROP COLUMN x",
    "replace-view": "CREATE OR REPLACE VIEW v AS SELECT id, x FROM a",
    "create-procedure": "CREATE PROCEDURE p() SELECT 2",
    "drop-procedure": "DROP PROCEDURE old_p",
    "create-function": "CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1",
    "create-event": "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM log WHERE n < 0",
    "create-trigger": "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = 1",
    "rename-table": "RENAME TABLE b TO b2",
    "rename-ring": "RENAME TABLE a TO tmp, log TO a, tmp TO log",
    "rename-twins": "RENAME TABLE one TO tmp, two TO one, tmp TO two",
    "create-as": "CREATE TABLE made AS SELECT id FROM a",
    "drop-table": "DROP TABLE log",
    "comment": "ALTER TABLE a COMMENT = 'said'",
    "engine": "ALTER TABLE log ENGINE = InnoDB",
    "truncate": "TRUNCATE TABLE log",
    "call": "CALL bump()",
    "update": "UPDATE log SET n = n + 1",
    "create-user": None,
}
MORE = {
    "rename-twins": "CREATE TABLE one (id int);\nCREATE TABLE two (id int);\nINSERT INTO one VALUES (1);\n",
    "call": "CREATE PROCEDURE bump() UPDATE log SET n = n + 1;\n",
}
SHAPES.pop("create-user")


def state(database):
    """All that the shapes touch, as the server shows it."""
    shown = []
    for (name, kind) in database.query("SELECT table_name, table_type FROM information_schema.tables "
                                       "WHERE table_schema = DATABASE() AND table_name NOT LIKE '\\_dbwarden%' ORDER BY 1"):
        shown.append(database.query(f"SHOW CREATE TABLE `{name}`")[0][1])
        if kind == "BASE TABLE":
            shown.append(sorted(map(repr, database.query(f"SELECT * FROM `{name}`"))))
    shown += database.query("SELECT routine_name, routine_definition FROM information_schema.routines "
                            "WHERE routine_schema = DATABASE() ORDER BY 1")
    shown += database.query("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()")
    shown += database.query("SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE()")
    return shown


def project_with(project, shape):
    project.migration("0001", "before", BEFORE + MORE.get(shape, ""), "")
    project.ok("migrate")
    project.migration("0002", "shape", f"{SHAPES[shape]};\nCREATE TABLE after (id int);", "")
    return project


def undo(project):
    """Back to before 0002, by hand."""
    database = project.database
    name = database.value("SELECT DATABASE()")
    with database.alchemy.connect() as connection:
        for statement in ("DROP DATABASE", "CREATE DATABASE"):
            connection.exec_driver_sql(f"{statement} `{name}`")
    # The file of the shape comes later again.
    later = next(project.migrations.glob("*0002*"))
    text = later.read_text()
    later.unlink()
    project.ok("migrate")
    later.write_text(text)


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
@pytest.mark.parametrize("shape", SHAPES)
def test_killed_around_a_statement(any_project, dice, shape):
    project = project_with(any_project, shape)
    calls = traced(project, None, "migrate")[1]
    wanted = state(project.database)
    for _ in range(rounds(3)):
        undo(project)
        at = dice.randint(calls // 3, calls)
        print(f"killed at system call {at} of {calls}")
        traced(project, f"signal=KILL:when={at}", "migrate")
        project.ok("migrate")
        assert state(project.database) == wanted
        assert project.database.versions() == ["0001", "0002"] and project.database.unfinished() == []


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
@pytest.mark.parametrize("shape", ["drop-foreign-key", "index-of-a-name-that-is-elsewhere", "rename-ring", "replace-view", "change"])
def test_cancelled_while_another_session_holds_the_table(any_project, shape):
    project = project_with(any_project, shape)
    database = project.database
    project.ok("migrate")
    wanted = state(database)
    undo(project)
    with database.alchemy.connect() as other:
        held = other.execution_options(isolation_level="REPEATABLE READ")
        for table in ("a", "b", "log", "v"):
            held.execute(sa.text(f"SELECT * FROM {table}"))
        process = project.start("migrate")
        wait_until(lambda: database.query("SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() "
                                          "AND state LIKE '%metadata lock%'"))
        process.send_signal(signal.SIGINT)
        assert ended(process).status == 130
    assert database.versions() == ["0001"]
    project.ok("migrate")
    assert state(database) == wanted


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


# ---- PostgreSQL and SQLite: statements outside transactions

OUTSIDE = {
    "index": ("CREATE INDEX CONCURRENTLY i ON t (a)", "SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass"),
    "index-unnamed": ("CREATE INDEX CONCURRENTLY ON t (a)", "SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass"),
    "drop-index": ("DROP INDEX CONCURRENTLY there", "SELECT count(*) FROM pg_class WHERE relname = 'there'"),
    "reindex": ("REINDEX TABLE CONCURRENTLY t", "SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass"),
    "detach": ("ALTER TABLE whole DETACH PARTITION part CONCURRENTLY", "SELECT count(*) FROM pg_inherits WHERE inhparent = 'whole'::regclass"),
    "replace-view": ("CREATE OR REPLACE VIEW v AS SELECT a, 2 AS two FROM t", "SELECT count(*) FROM pg_attribute WHERE attrelid = 'v'::regclass"),
    "rename-value": ("ALTER TYPE e RENAME VALUE 'x' TO 'y'", "SELECT enumlabel FROM pg_enum"),
    "add-value": ("ALTER TYPE e ADD VALUE 'z'", "SELECT count(*) FROM pg_enum"),
    "do": ("DO $$ BEGIN UPDATE n SET n = n + 1; END $$", "SELECT n FROM n"),
    "update": ("UPDATE n SET n = n + 1", "SELECT n FROM n"),
    "vacuum": ("VACUUM t", "SELECT 1"),
}


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
@pytest.mark.parametrize("head", ["", "-- transaction: none\n"])
@pytest.mark.parametrize("shape", OUTSIDE)
def test_killed_around_a_statement_outside_a_transaction(any_project, dice, shape, head):
    project, (statement, question) = any_project, OUTSIDE[shape]
    before = ("CREATE TABLE t (a int, b int); CREATE INDEX there ON t (b); CREATE TYPE e AS ENUM ('x'); CREATE TABLE n (n int);"
              "INSERT INTO n VALUES (0); CREATE VIEW v AS SELECT a FROM t;"
              "CREATE TABLE whole (a int) PARTITION BY RANGE (a); CREATE TABLE part PARTITION OF whole FOR VALUES FROM (1) TO (2)")
    clear = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
    project.migration("0001", "shape", f"{statement};\nCREATE TABLE after (id int);", "", head=head)
    project.database.run(before)
    calls = traced(project, None, "migrate")[1]
    wanted = project.database.query(question)
    for _ in range(rounds(3)):
        project.database.run(clear + before)
        at = dice.randint(calls // 3, calls)
        print(f"killed at system call {at} of {calls}")
        traced(project, f"signal=KILL:when={at}", "migrate")
        project.ok("migrate")
        assert project.database.query(question) == wanted
        assert project.database.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
        assert project.database.versions() == ["0001"] and project.database.unfinished() == []


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


def test_killed_at_the_commit_of_the_users_own(lite, dice):
    """SQLite: the journal's row is inside the transaction, so it tells."""
    lite.migration("0001", "own", "CREATE TABLE t (n int);\nBEGIN;\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\nCOMMIT;\n"
                   "INSERT INTO t VALUES (3);\nVACUUM;", "DROP TABLE t;", head="-- transaction: none\n")
    calls = traced(lite, None, "migrate")[1]
    for _ in range(rounds(12)):
        for path in lite.folder.glob("app.db*"):
            path.unlink()
        at = dice.randint(1, calls)
        traced(lite, f"signal=KILL:when={at}", "migrate")
        lite.ok("migrate")
        assert lite.database.query("SELECT n FROM t ORDER BY n") == [(1,), (2,), (3,)], f"killed at {at} of {calls}"
        assert lite.database.versions() == ["0001"]


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
