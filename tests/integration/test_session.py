"""What a file does to its session: it holds to its end, reaches no other file, disturbs no bookkeeping of ours, and is
there again when an interrupted file goes on."""

import signal
import subprocess

import pytest
import sqlalchemy as sa
from support.engines import ended, wait_until

MYSQLS = ["mariadb", "mysql"]


def run_both_ways(project, check, clear):
    """All files in one run, and one file a run: the same database."""
    project.ok("migrate")
    check()
    clear()
    while "0003" not in project.database.versions():
        project.ok("migrate", "--count", "1")
    check()


PG_FILES = {
    "search-path": ("CREATE SCHEMA other;\nSET search_path = other;", "CREATE TABLE t (a int);"),
    "set-config": ("SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.dumped (a int);", "CREATE TABLE t (a int);"),
    "role": ("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'weak_role') THEN CREATE ROLE weak_role; END IF; END $$;\n"
             "GRANT ALL ON SCHEMA public TO weak_role;\nSET ROLE weak_role;\nCREATE TABLE theirs (a int);", "CREATE TABLE t (a int);"),
    "authorization": ("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'weak_role') THEN CREATE ROLE weak_role; END IF; END $$;\n"
                      "GRANT ALL ON SCHEMA public TO weak_role;\nSET SESSION AUTHORIZATION weak_role;\nCREATE TABLE theirs (a int);",
                      "CREATE TABLE t (a int);"),
    "read-only": ("SET default_transaction_read_only = on;", "CREATE TABLE t (a int);"),
    "time-out": ("SET statement_timeout = 1;", "SELECT pg_sleep(0.05);\nCREATE TABLE t (a int);"),
    "temporary": ("CREATE TEMP TABLE t (passing int);", "CREATE TABLE t (a int);"),
}


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
@pytest.mark.parametrize("head", ["", "-- transaction: none\n"])
@pytest.mark.parametrize("case", PG_FILES)
def test_a_postgresql_session_ends_with_its_file(any_project, case, head):
    project, database = any_project, any_project.database
    first, second = PG_FILES[case]
    project.migration("0001", "first", first, "", head=head)
    project.migration("0002", "second", second, "", head=head)
    project.migration("0003", "third", "CREATE TABLE last (a int);", "")

    def check():
        assert database.query("SELECT table_schema FROM information_schema.tables WHERE table_name IN ('t', 'last')") == [("public",)] * 2
        assert database.query("SELECT tableowner FROM pg_tables WHERE tablename = 't'") == [("postgres",)]
        assert database.versions() == ["0001", "0002", "0003"] and database.unfinished() == []

    def clear():
        database.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS other")

    run_both_ways(project, check, clear)


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_settings_hold_within_a_file_of_several_segments(any_project):
    project, database = any_project, any_project.database
    project.migration("0001", "parts", "CREATE SCHEMA other;\nSET search_path = other;\nCREATE TABLE t (a int);\n"
                      "CREATE INDEX CONCURRENTLY i ON t (a);\nCREATE TABLE u (a int);\nSET ROLE pg_monitor;\nRESET ROLE;\nVACUUM t;\n"
                      "CREATE TABLE w (a int);", "")
    project.ok("migrate")
    assert database.query("SELECT table_schema, table_name FROM information_schema.tables WHERE table_name IN ('t', 'u', 'w') ORDER BY 2") == \
        [("other", "t"), ("other", "u"), ("other", "w")]
    assert database.versions() == ["0001"]


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_a_resumed_file_has_its_session_again(any_project):
    project, database = any_project, any_project.database
    project.migration("0001", "parts", "CREATE TABLE seen (a text);\nSET my.var = 'kept';\nSET search_path = public;\n"
                      "CREATE INDEX CONCURRENTLY i ON seen (a);\nSELECT 1/0;\nINSERT INTO seen SELECT current_setting('my.var');", "")
    assert project.run("migrate").status == 1
    project.migration("0001", "parts", "CREATE TABLE seen (a text);\nSET my.var = 'kept';\nSET search_path = public;\n"
                      "CREATE INDEX CONCURRENTLY i ON seen (a);\nINSERT INTO seen SELECT current_setting('my.var');", "")
    project.ok("migrate")
    assert database.query("SELECT a FROM seen") == [("kept",)]


MY_FILES = {
    "use": ("USE {other};\nCREATE TABLE elsewhere (a int);", "CREATE TABLE t (a int);"),
    "lock": ("CREATE TABLE held (a int);\nLOCK TABLES held WRITE;\nINSERT INTO held VALUES (1);\nINSERT INTO held VALUES (2);",
             "CREATE TABLE t (a int);"),
    "sql-mode": ("SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';", 'CREATE TABLE t (a varchar(9) DEFAULT "x");'),
    "variable": ("SET @k = 5;", "CREATE TABLE t AS SELECT 1 AS a;\nINSERT INTO t SELECT @k FROM t WHERE @k IS NOT NULL;"),
    "autocommit": ("SET autocommit = 0;\nCREATE TABLE held (a int);", "CREATE TABLE t (a int);"),
    "temporary": ("CREATE TEMPORARY TABLE t (passing int);", "CREATE TABLE t (a int);"),
    "chain": ("SET completion_type = 'CHAIN';\nCREATE TABLE held (a int);\nINSERT INTO held VALUES (1);", "CREATE TABLE t (a int);"),
    "release": ("SET completion_type = 'RELEASE';\nCREATE TABLE held (a int);\nINSERT INTO held VALUES (1);", "CREATE TABLE t (a int);"),
    "join-size": ("SET max_join_size = 1;", "CREATE TABLE t (a int);"),
    "names": ("SET NAMES latin1;", "CREATE TABLE t (a varchar(9) DEFAULT 'é');"),
    "dump": ("/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\nCREATE TABLE held (a int);\n"
             "LOCK TABLES `held` WRITE;\n/*!40000 ALTER TABLE `held` DISABLE KEYS */;\nINSERT INTO `held` VALUES (1),(2);\n"
             "/*!40000 ALTER TABLE `held` ENABLE KEYS */;\nUNLOCK TABLES;\n/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;",
             "CREATE TABLE t (a int);"),
}


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
@pytest.mark.parametrize("head", ["", "-- transaction: none\n"])
@pytest.mark.parametrize("case", MY_FILES)
def test_a_mysql_session_ends_with_its_file(any_project, case, head):
    project, database = any_project, any_project.database
    here = database.value("SELECT DATABASE()")
    other = here + "_o"
    database.run(f"CREATE DATABASE {other}")
    first, second = MY_FILES[case]
    project.migration("0001", "first", first.format(other=other), "", head=head)
    project.migration("0002", "second", second, "", head=head)
    project.migration("0003", "third", "CREATE TABLE last (a int);\nINSERT INTO last VALUES (1);", "")

    def check():
        assert {"t", "last"} <= set(database.tables())
        assert database.query("SELECT * FROM last") == [(1,)]
        if case == "variable":
            assert database.query("SELECT a FROM t") == [(1,)]
        if case in ("lock", "dump"):
            assert database.query("SELECT a FROM held ORDER BY 1") == [(1,), (2,)]
        if case == "names":
            assert database.value("SELECT CHAR_LENGTH(column_default) FROM information_schema.columns WHERE table_schema = DATABASE() "
                                  "AND table_name = 't'") in (1, 3)
        assert database.versions() == ["0001", "0002", "0003"] and database.unfinished() == []

    def clear():
        with database.alchemy.connect() as connection:
            for statement in (f"DROP DATABASE {here}", f"CREATE DATABASE {here}", f"DROP DATABASE {other}", f"CREATE DATABASE {other}"):
                connection.exec_driver_sql(statement)

    try:
        run_both_ways(project, check, clear)
    finally:
        database.run(f"DROP DATABASE {other}")


FREES = [("postgresql", "SELECT pg_advisory_unlock_all()"), ("postgresql", "DISCARD ALL"), ("mariadb", "DO RELEASE_ALL_LOCKS()"),
         ("mysql", "SELECT 1, release_all_locks()"), ("mysql", "/*!80000 SET @n = RELEASE_ALL_LOCKS() */")]


@pytest.mark.parametrize("any_project, statement", FREES, indirect=["any_project"])
def test_the_lock_on_migrations_is_not_given_away(any_project, statement):
    """Another runner would begin with the same files."""
    project = any_project
    project.migration("0001", "one", f"CREATE TABLE one (t varchar(99));\n{statement};", "")
    shown = project.run("migrate")
    assert shown.status == 1 and "the one on migrations" in shown.err and "0001_one.sql:" in shown.err, shown
    assert project.database.tables() == []
    project.migration("0001", "one", f"CREATE TABLE one (t varchar(99));\nINSERT INTO one VALUES ('{statement}');\nSELECT '{statement}';", "")
    project.ok("migrate")


def in_second_part(project):
    """Killed while the statement after the first part waits for a table that another session holds."""
    database = project.database
    database.run("CREATE TABLE busy (id int)")
    with database.alchemy.connect() as other:
        other.execution_options(isolation_level="REPEATABLE READ").execute(sa.text("SELECT * FROM busy"))
        process = project.start("migrate")
        wait_until(lambda: database.query("SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() "
                                          "AND state LIKE '%metadata lock%'"))
        process.send_signal(signal.SIGINT)
        assert ended(process).status == 130


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
def test_a_resumed_file_has_its_variables_again(any_project):
    project, database = any_project, any_project.database
    project.migration("0001", "parts", "CREATE TABLE seen (a int);\nSET @k = 5;\nCREATE TEMPORARY TABLE own (a int);\n"
                      "ALTER TABLE busy ADD COLUMN x int;\nINSERT INTO seen SELECT @k;\nINSERT INTO seen SELECT COUNT(*) FROM own;", "")
    in_second_part(project)
    project.ok("migrate")
    assert database.query("SELECT a FROM seen") == [(5,), (0,)]


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
@pytest.mark.parametrize("set_it", ["SET @k = (SELECT COUNT(*) FROM seen)", "SELECT COUNT(*) INTO @k FROM seen"])
def test_what_rows_said_is_not_computed_anew(any_project, set_it):
    project, database = any_project, any_project.database
    start = f"CREATE TABLE seen (a int);\n{set_it};\nALTER TABLE busy ADD COLUMN x int;\n"
    project.migration("0001", "parts", start + "INSERT INTO seen SELECT @k;", "")
    in_second_part(project)
    shown = project.run("migrate")
    assert shown.status != 0 and "computed in the session that is gone" in shown.err and "0001_parts.sql:6:" in shown.err, shown
    assert database.query("SELECT a FROM seen") == []
    project.migration("0001", "parts", start + "INSERT INTO seen VALUES (7);", "")
    project.ok("migrate")
    assert database.query("SELECT a FROM seen") == [(7,)]


SANDBOX = "/*M!999999\\- enable the sandbox mode */\n"  # the first line of MariaDB's dumps
SETS = {
    "after-one-never-run": SANDBOX + "SET @k = 5;",
    "after-an-empty-one": "/*! */ SET @k = 5;",
    "within-one": "/*!40101 SET @k = 5 */;",
    "half-within-one": "/*! SET */ @k = 5;",
    "after-those-of-the-other-server": "/*!80000 SET @k = 6 */;\n/*M!100300 SET @k = 6 */;\nSET @k = 5;",
}


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
@pytest.mark.parametrize("case", SETS)
def test_a_resumed_file_sets_what_comments_for_versions_stand_at(any_project, case):
    project, database = any_project, any_project.database
    project.migration("0001", "parts", SETS[case] + "\nINSERT INTO missing VALUES (1);\nCREATE TABLE r AS SELECT @k AS a;", "")
    project.migration("0002", "next", "CREATE TABLE s AS SELECT @k IS NULL AS a;", "")
    assert project.run("migrate").status == 1
    database.run("CREATE TABLE missing (id int)")
    project.ok("migrate")
    assert database.query("SELECT a FROM r") == [(5,)]
    assert database.query("SELECT a FROM s") == [(1,)]


def dump_of(database, table):
    url = sa.engine.make_url(database.url)
    command = ["mariadb-dump", "--no-defaults", "--no-tablespaces", "--skip-ssl", f"-h{url.host}", f"-P{url.port}", f"-u{url.username}", f"-p{url.password}"]
    return subprocess.run([*command, url.database, table], check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
def test_an_interrupted_dump_goes_on(any_project):
    project, database = any_project, any_project.database
    database.run("CREATE TABLE dumped (id int PRIMARY KEY, a varchar(9))")
    database.run("INSERT INTO dumped VALUES (1, 'x'), (2, 'é')")
    dump = dump_of(database, "dumped")
    assert "SET @OLD_CHARACTER_SET_CLIENT" in dump and dump.count("CREATE TABLE") == 1
    database.run("DROP TABLE dumped")
    project.migration("0001", "dump", dump.replace("CREATE TABLE", "INSERT INTO missing VALUES (1);\nCREATE TABLE"), "")
    assert project.run("migrate").status == 1
    database.run("CREATE TABLE missing (id int)")
    project.ok("migrate")
    assert database.query("SELECT id, a FROM dumped ORDER BY 1") == [(1, "x"), (2, "é")]
    assert database.versions() == ["0001"] and database.unfinished() == []


@pytest.mark.parametrize("any_project", [*MYSQLS, "postgresql"], indirect=True)
@pytest.mark.parametrize("rows, lost", [("VALUES (1), (-2), (NULL)", False), ("VALUES (1 + length('a'))", True), ("SELECT 1", True)])
def test_rows_that_a_file_says_are_in_its_temporary_table_again(any_project, rows, lost):
    project, database = any_project, any_project.database
    project.migration("0001", "parts", f"CREATE TEMPORARY TABLE q (x int);\nINSERT INTO q {rows};\nCREATE TABLE r (x int);\n"
                      "INSERT INTO missing VALUES (1);\nINSERT INTO r SELECT x FROM q;", "", head="-- transaction: none\n")
    assert project.run("migrate").status == 1
    database.run("CREATE TABLE missing (id int)")
    shown = project.run("migrate")
    assert (shown.status != 0) == lost and ("computed in the session that is gone" in shown.err) == lost, shown
    assert sorted(database.query("SELECT COALESCE(x, 0) FROM r")) == ([] if lost else [(-2,), (0,), (1,)])


@pytest.mark.parametrize("any_project", [*MYSQLS, "postgresql", "sqlite"], indirect=True)
def test_a_temporary_table_is_changed_again(any_project):
    """Altered, renamed, indexed and dropped, as the statements done have left it; a table of the same name that stays is not touched."""
    project, database = any_project, any_project.database
    project.migration("0001", "parts", "CREATE TABLE keep (x int);\nCREATE TEMPORARY TABLE keep_not (x int);\nCREATE TEMPORARY TABLE q (x int);\n"
                      "ALTER TABLE q ADD COLUMN y int;\nINSERT INTO q VALUES (1, 2);\nCREATE UNIQUE INDEX qi ON q (x);\nALTER TABLE q RENAME TO w;\n"
                      "DROP TABLE keep_not;\nALTER TABLE keep ADD COLUMN z int;\nINSERT INTO missing VALUES (1);\nCREATE TABLE keep_not (x int);\n"
                      "CREATE TABLE r (x int);\nINSERT INTO r SELECT y FROM w;", "", head="-- transaction: none\n")
    failed = project.run("migrate")
    assert failed.status == 1 and "missing" in failed.err, failed
    database.run("CREATE TABLE missing (id int)")
    project.ok("migrate")
    assert database.query("SELECT * FROM r") == [(2,)] and database.has("keep_not") and database.query("SELECT z FROM keep") == []
    assert not database.has("q") and not database.has("w")


@pytest.mark.parametrize("any_project", [*MYSQLS, "postgresql"], indirect=True)
@pytest.mark.parametrize("make", ["CREATE TEMPORARY TABLE q AS SELECT x FROM w;", "SET search_path = public;\nCREATE TEMPORARY TABLE q (x int);"])
def test_a_temporary_table_that_is_not_renamed_again_is_missed(any_project, make):
    """And not the table of that name which stays read in its place."""
    project, database = any_project, any_project.database
    if "search_path" in make and database.engine != "postgresql":
        make = "CREATE TEMPORARY TABLE q (x int DEFAULT (1 + 1));\nBEGIN;\nINSERT INTO q VALUES (1);\nCOMMIT;"
    database.run("CREATE TABLE w (x int)")
    database.run("INSERT INTO w VALUES (9)")
    project.migration("0001", "parts", f"{make}\nALTER TABLE q RENAME TO v;\nINSERT INTO missing VALUES (1);\nCREATE TABLE r (x int);\n"
                      "INSERT INTO r SELECT x FROM v;", "", head="-- transaction: none\n")
    assert project.run("migrate").status == 1
    database.run("CREATE TABLE missing (id int)")
    database.run("CREATE TABLE v (x int)")
    shown = project.run("migrate")
    assert shown.status == 1 and "computed in the session that is gone" in shown.err, shown
    assert not database.has("r") or database.query("SELECT x FROM r") == []


@pytest.mark.parametrize("any_project", MYSQLS, indirect=True)
@pytest.mark.parametrize("between", ["DROP TEMPORARY TABLE q;\nCREATE TABLE q (x int);", "BEGIN;"])
def test_rows_of_a_table_that_may_be_another_are_not_said_twice(any_project, between):
    project, database = any_project, any_project.database
    project.migration("0001", "parts", f"CREATE TEMPORARY TABLE q (x int);\n{between}\nINSERT INTO q VALUES (1);\nCREATE TABLE r (x int);\n"
                      "INSERT INTO missing VALUES (1);", "", head="-- transaction: none\n")
    assert project.run("migrate").status == 1
    database.run("CREATE TABLE missing (id int)")
    project.ok("migrate")
    assert not database.has("q") or database.query("SELECT x FROM q") == [(1,)]


LITE_FILES = {
    "like": ("PRAGMA case_sensitive_like = ON;", "CREATE TABLE t AS SELECT 'a' LIKE 'A' AS a;", 1),
    "temporary": ("CREATE TEMP TABLE t (passing int);", "CREATE TABLE t (a int);\nINSERT INTO main.t VALUES (1);", 1),
    "keys": ("PRAGMA foreign_keys = ON;", "CREATE TABLE p (id INTEGER PRIMARY KEY);\nCREATE TABLE c (p REFERENCES p ON DELETE CASCADE);\n"
             "INSERT INTO p VALUES (1);\nINSERT INTO c VALUES (1);\nCREATE TABLE t AS SELECT 1 AS a;", 1),
    "query-only": ("PRAGMA query_only = OFF;\nPRAGMA ignore_check_constraints = ON;", "CREATE TABLE t (a int CHECK (a > 0));\nINSERT INTO t VALUES (1);", 1),
    "attached": ("ATTACH ':memory:' AS o;\nCREATE TABLE o.t (a int);", "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);", 1),
}


@pytest.mark.parametrize("head", ["", "-- transaction: none\n"])
@pytest.mark.parametrize("case", LITE_FILES)
def test_a_sqlite_session_ends_with_its_file(lite, case, head):
    first, second, value = LITE_FILES[case]
    lite.migration("0001", "first", first, "", head=head)
    lite.migration("0002", "second", second, "", head=head)
    lite.migration("0003", "third", "CREATE TABLE last (a int);", "")

    def check():
        assert lite.database.query("SELECT a FROM t") == [(value,)]
        assert lite.database.versions() == ["0001", "0002", "0003"] and lite.database.unfinished() == []

    def clear():
        for path in lite.folder.glob("app.db*"):
            path.unlink()

    run_both_ways(lite, check, clear)
