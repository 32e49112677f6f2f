"""What a user relies on when migrations run, on every engine: what is applied, what is refused, and what is said."""

import pytest


def three(project):
    for number, name in enumerate(("one", "two", "three"), 1):
        project.table(f"000{number}", name)


def test_there_and_back(any_project):
    three(any_project)
    assert "3 migrations applied" in any_project.ok("migrate").out
    assert any_project.database.tables() == ["one", "three", "two"]
    assert any_project.database.versions() == ["0001", "0002", "0003"]
    assert set(any_project.statuses().values()) == {"applied"}
    assert "up to date" in any_project.ok("migrate").out

    assert "1 migration reverted" in any_project.ok("rollback").out
    assert any_project.database.tables() == ["one", "two"]
    assert any_project.statuses()["0003"] == "pending"
    any_project.ok("downgrade", "--to", "1")
    assert any_project.database.tables() == ["one"]
    any_project.ok("downgrade", "--to", "base")
    assert any_project.database.tables() == [] and any_project.database.versions() == []
    assert "Nothing to rollback." in any_project.ok("rollback").out
    any_project.ok("migrate")
    any_project.ok("rollback", "--count", "2")
    assert any_project.database.tables() == ["one"]
    any_project.ok("migrate")
    any_project.ok("rollback", "--to-version", "2")
    assert any_project.database.versions() == ["0001", "0002"]


def test_count_and_version(any_project):
    three(any_project)
    shown = any_project.ok("migrate", "--count", "1")
    assert "2 migrations are still pending" in shown.out
    any_project.ok("migrate", "--count", "1")
    assert any_project.database.versions() == ["0001", "0002"], "--count counts pending ones"
    any_project.ok("downgrade", "--to", "0")
    report = any_project.ok("migrate", "--to-version", "2", "--json").json
    assert [row["version"] for row in report["applied"]] == ["0001", "0002"]
    assert [row["version"] for row in report["pending"]] == ["0003"]


@pytest.mark.parametrize("args", [["migrate", "--to-version", "7"], ["rollback", "--to-version", "7"], ["downgrade", "--to", "7"]])
def test_unknown_version(any_project, args):
    three(any_project)
    any_project.ok("migrate", "--count", "2")
    shown = any_project.run(*args)
    assert shown.status == 2 and "there is no version 7" in shown.err and "hint:" in shown.err
    assert any_project.database.versions() == ["0001", "0002"]


def test_baseline_takes_over_a_filled_database(any_project):
    """The tables are there already, with rows: marking runs nothing, and what comes later runs."""
    database = any_project.database
    for name in ("one", "two"):
        database.run(f"CREATE TABLE {name} (id integer PRIMARY KEY)")
        database.run(f"INSERT INTO {name} VALUES (1)")
    three(any_project)
    assert "Baseline set at version: 2" in any_project.ok("migrate", "--baseline", "--to-version", "2").out
    assert database.versions() == ["0001", "0002"] and database.tables() == ["one", "two"]
    any_project.ok("migrate")
    assert database.tables() == ["one", "three", "two"]
    assert database.value("SELECT count(*) FROM one") == 1


def test_dry_run_changes_nothing(any_project):
    three(any_project)
    shown = any_project.ok("migrate", "--dry-run")
    assert "CREATE TABLE two" in shown.out and "3 versioned" in shown.out
    assert any_project.database.tables() == []
    assert any_project.database.versions() == []
    any_project.ok("migrate", "--count", "2")
    pending = any_project.ok("migrate", "--dry-run", "--json").json["pending"]
    assert [row["version"] for row in pending] == ["0003"]


def test_looking_makes_no_tables(any_project):
    three(any_project)
    assert any_project.statuses() == {"0001": "pending", "0002": "pending", "0003": "pending"}
    any_project.ok("history")
    any_project.ok("lock-status")
    assert not any_project.database.has("_dbwarden_migrations") and not any_project.database.has("_dbwarden_lock")


def test_history(any_project):
    three(any_project)
    any_project.ok("migrate")
    rows = any_project.ok("history", "--json").json["migrations"]
    assert [row["version"] for row in rows] == ["0001", "0002", "0003"]
    shown = any_project.ok("history").out
    assert "0002 two" in shown and "Total migrations applied: 3" in shown


def test_edited_after_it_was_applied(any_project):
    three(any_project)
    any_project.ok("migrate", "--count", "2")
    any_project.migration("0001", "one", "-- only a comment\nCREATE  TABLE one (id integer PRIMARY KEY)", "DROP TABLE one")
    assert any_project.statuses()["0001"] == "applied", "white space and comments are no edit"
    any_project.migration("0001", "one", "CREATE TABLE one (id integer PRIMARY KEY, more text);", "DROP TABLE one;")
    assert any_project.statuses()["0001"] == "edited"
    shown = any_project.run("migrate")
    assert shown.status == 1 and "primary__0001_one.sql was changed after it was applied" in shown.err
    assert "hint: Restore it" in shown.err
    assert any_project.database.tables() == ["one", "two"], "nothing else runs"


def test_renumbered(any_project):
    three(any_project)
    any_project.ok("migrate")
    (any_project.migrations / "primary__0002_two.sql").rename(any_project.migrations / "primary__0004_two.sql")
    shown = any_project.run("migrate")
    assert shown.status == 1 and "holds the same SQL as version 0002" in shown.err and "hint: If the file was renumbered" in shown.err
    assert any_project.database.versions() == ["0001", "0002", "0003"]


def test_same_sql_twice_runs_twice(any_project):
    any_project.table("0001", "one")
    any_project.migration("0002", "drop", "DROP TABLE one;", "CREATE TABLE one (id integer);")
    any_project.table("0003", "one")
    any_project.ok("migrate")
    assert any_project.database.tables() == ["one"] and any_project.database.versions() == ["0001", "0002", "0003"]


def test_file_gone(any_project):
    three(any_project)
    any_project.ok("migrate")
    (any_project.migrations / "primary__0003_three.sql").unlink()
    assert any_project.statuses()["0003"] == "missing"
    assert "the file is gone: primary__0003_three.sql" in any_project.ok("migrate").err
    shown = any_project.run("rollback")
    assert shown.status == 1 and "the file of version 0003 is gone" in shown.err
    assert any_project.database.tables() == ["one", "three", "two"]


def test_failing_file(any_project):
    """What ran before it stays; where it failed is said; fixed, it goes on."""
    any_project.table("0001", "one")
    any_project.migration("0002", "bad", "CREATE TABLE two (id integer);\n\nINSERT INTO nowhere VALUES (1);", "DROP TABLE two;")
    any_project.table("0003", "three")
    shown = any_project.run("migrate")
    assert shown.status == 1 and "primary__0002_bad.sql:5:" in shown.err and "nowhere" in shown.err and "hint:" in shown.err
    assert any_project.database.versions() == ["0001"]
    assert not any_project.database.has("three")
    any_project.migration("0002", "bad", "CREATE TABLE two (id integer);\n\nINSERT INTO two VALUES (1);", "DROP TABLE two;")
    any_project.ok("migrate")
    assert any_project.database.versions() == ["0001", "0002", "0003"]
    assert any_project.database.query("SELECT id FROM two") == [(1,)]


def test_unfinished_string(any_project):
    """Every file is read before the first one runs."""
    any_project.table("0001", "one")
    any_project.migration("0002", "open", "INSERT INTO one VALUES ('never ends);")
    shown = any_project.run("migrate")
    assert shown.status == 1 and "primary__0002_open.sql:3:" in shown.err
    assert any_project.database.tables() == []


def test_duplicate_versions(any_project):
    any_project.table("0001", "one")
    any_project.table("0001", "other")
    shown = any_project.run("migrate")
    assert shown.status == 1 and "two files have version 0001" in shown.err and "0002" in shown.err
    assert any_project.database.tables() == []


@pytest.mark.parametrize("name, better", [("001_x.sql", "primary__0001_x.sql"), ("primary_0001_x.sql", "primary__0001_x.sql"),
                                          ("primary__0001_x.SQL", "primary__0001_x.sql"), ("my-app__0001_x.sql", "__0001_x.sql"),
                                          ("x.sql", "primary__0001_x.sql")])
def test_misnamed(lite, name, better):
    lite.write(f"migrations/primary/{name}", "-- upgrade\n\nCREATE TABLE x (id integer);\n\n-- rollback\n\nDROP TABLE x;\n")
    shown = lite.ok("migrate")
    assert f"{name}: is not run" in shown.err and better in shown.err
    assert lite.database.tables() == []


def test_depends_on(any_project):
    any_project.migration("0001", "late", "INSERT INTO base VALUES (1);", "DELETE FROM base;", head='-- depends_on: ["0002"]\n')
    any_project.table("0002", "base")
    any_project.ok("migrate")
    assert any_project.database.query("SELECT id FROM base") == [(1,)]
    any_project.ok("rollback")
    assert any_project.database.versions() == ["0002"], "what depends on another goes first"
    any_project.ok("rollback")
    assert any_project.database.tables() == []


@pytest.mark.parametrize("first, second, wanted", [("0009", None, "depends on 0009, which is not there"),
                                                   ("0002", "0001", "which depends on this file")])
def test_depends_on_wrong(any_project, first, second, wanted):
    any_project.migration("0001", "one", "CREATE TABLE one (id integer);", "DROP TABLE one;", head=f'-- depends_on: ["{first}"]\n')
    head = f'-- depends_on: ["{second}"]\n' if second else ""
    any_project.migration("0002", "two", "CREATE TABLE two (id integer);", "DROP TABLE two;", head=head)
    shown = any_project.run("migrate")
    assert shown.status == 1 and wanted in shown.err and "hint:" in shown.err
    assert any_project.database.tables() == []


def test_repeatables(any_project):
    any_project.table("0001", "log")
    folder = "migrations/primary/"
    text = "-- upgrade\n\nINSERT INTO log SELECT count(*) + {} FROM log;\n"
    any_project.write(folder + "primary__RA__count.sql", text.format(1))
    any_project.write(folder + "primary__ROC__note.sql", text.format(100))
    rows = lambda: [row[0] for row in any_project.database.query("SELECT id FROM log ORDER BY id")]
    any_project.ok("migrate")
    assert rows() == [1, 101], "always, then on change, behind the versions"
    any_project.ok("migrate")
    assert rows() == [1, 3, 101]
    any_project.write(folder + "primary__ROC__note.sql", text.format(200))
    any_project.ok("migrate")
    assert rows() == [1, 3, 4, 101, 204]
    states = any_project.database.query("SELECT filename, migration_type FROM _dbwarden_migrations WHERE version IS NULL ORDER BY 1")
    assert states == [("primary__RA__count.sql", "runs_always"), ("primary__ROC__note.sql", "runs_on_change")]


def test_long_versions(any_project):
    any_project.table("9999", "four")
    any_project.table("10000", "five")
    any_project.table("20260102030405", "fourteen")
    any_project.ok("migrate")
    assert [row["version"] for row in any_project.ok("history", "--json").json["migrations"]] == ["9999", "10000", "20260102030405"]
    any_project.ok("downgrade", "--to", "9999")
    assert any_project.database.tables() == ["four"], "ordered as numbers"


def test_out_of_order(any_project):
    any_project.table("0002", "two")
    any_project.ok("migrate")
    any_project.table("0001", "one")
    assert "out of order" in any_project.ok("migrate").err
    assert any_project.database.tables() == ["one", "two"]


def test_own_transaction(any_project):
    any_project.migration("0001", "own", "CREATE TABLE own (id integer);\nBEGIN;\nCREATE TABLE two (id integer);\nCOMMIT;", "DROP TABLE own;")
    shown = any_project.run("migrate")
    assert shown.status == 1 and "-- transaction: none" in shown.err and "primary__0001_own.sql:4:" in shown.err
    assert any_project.database.tables() == []
    any_project.migration("0001", "own", "CREATE TABLE own (id integer);\nBEGIN;\nINSERT INTO own VALUES (1);\nCOMMIT;",
                          "DROP TABLE own;", head="-- transaction: none\n")
    any_project.ok("migrate")
    assert any_project.database.query("SELECT id FROM own") == [(1,)]


def test_own_transaction_holds_together(any_project):
    """What its ROLLBACK undoes is undone; a failure in it leaves nothing of it, says so, and the next run begins at its BEGIN."""
    project, rows = any_project, "SELECT id FROM own ORDER BY id"
    begin = "CREATE TABLE own (id integer PRIMARY KEY);\nINSERT INTO own VALUES (1);\nBEGIN;\n"
    project.migration("0001", "undone", f"{begin}DELETE FROM own;\nROLLBACK;\nINSERT INTO own VALUES (2);", "", head="-- transaction: none\n")
    project.ok("migrate")
    assert project.database.query(rows) == [(1,), (2,)]
    for end, told in (("INSERT INTO own VALUES (1);\nCOMMIT;", "The statements before it (1) are done."), ("", "leaves a transaction open")):
        project.migration("0002", "failed", f"INSERT INTO own VALUES (3);\nBEGIN;\nINSERT INTO own VALUES (4);\n{end}", "", head="-- transaction: none\n")
        shown = project.run("migrate")
        assert shown.status == 1 and told in shown.err, shown
        assert project.database.query(rows) == [(1,), (2,), (3,)] and project.database.unfinished()[0][1] == 1
    project.migration("0002", "failed", "INSERT INTO own VALUES (3);\nBEGIN;\nINSERT INTO own VALUES (4);\nCOMMIT;", "", head="-- transaction: none\n")
    project.ok("migrate")
    assert project.database.query(rows) == [(1,), (2,), (3,), (4,)]
    project.migration("0003", "each", "SET autocommit = 0;\nINSERT INTO own VALUES (5);\nCOMMIT;\nINSERT INTO own VALUES (6);", "", head="-- transaction: none\n")
    if project.engine in ("mariadb", "mysql"):
        project.ok("migrate")
        assert project.database.query(rows) == [(n,) for n in range(1, 7)]


def test_no_way_back(any_project):
    any_project.table("0001", "one")
    any_project.migration("0002", "two", "CREATE TABLE two (id integer);", "")
    any_project.ok("migrate")
    shown = any_project.run("downgrade", "--to", "base")
    assert shown.status == 1 and "primary__0002_two.sql" in shown.err and "Nothing has been rolled back" in shown.err
    assert any_project.database.tables() == ["one", "two"]


def test_all_databases(any_project):
    """One fails: the other one still runs, and the status says so."""
    two = "databases:\n  bad:\n    database_type: sqlite\n    database_url_sync: sqlite:///./bad.db\n    model_paths: [a.py]\n"
    entry = (any_project.folder / "dbwarden.yaml").read_text().split("databases:\n")[1]
    any_project.write("dbwarden.yaml", two + entry + "    model_paths: [b.py]\n")
    any_project.write("migrations/bad/bad__0001_x.sql", "-- upgrade\n\nINSERT INTO nowhere VALUES (1);\n")
    any_project.table("0001", "one")
    shown = any_project.run("migrate", "--all")
    assert shown.status == 1 and "1 of 2 databases failed: bad" in shown.err
    assert any_project.database.tables() == ["one"]
    parts = any_project.run("migrate", "--all", "--json").json["databases"]
    assert [bool(part.get("error")) for part in parts] == [True, False]


DELIMITED = """DELIMITER //
CREATE PROCEDURE fill() BEGIN INSERT INTO one VALUES (1); INSERT INTO one VALUES (2); END//
CREATE TRIGGER more BEFORE INSERT ON one FOR EACH ROW BEGIN SET NEW.id = NEW.id + 10; END//
DELIMITER ;
CALL fill();"""


@pytest.mark.parametrize("any_project", ["mariadb", "mysql"], indirect=True)
def test_delimiter(any_project):
    any_project.table("0001", "one", DELIMITED)
    any_project.ok("migrate")
    assert any_project.database.query("SELECT id FROM one ORDER BY id") == [(11,), (12,)]


@pytest.mark.parametrize("any_project", ["mariadb", "mysql"], indirect=True)
def test_tables_whose_names_differ_only_by_case(any_project):
    any_project.table("0001", "one", "CREATE TABLE Users (id INT PRIMARY KEY); CREATE TABLE users (id INT PRIMARY KEY);")
    shown = any_project.run("migrate")
    assert shown.status == 0 and "the schema snapshot was not written" in shown.err, shown
    shown = any_project.run("diff", "--from", "empty", "--to", "db")
    assert shown.status == 1 and "have names that differ only by case" in shown.err and "exclude" in shown.err, shown


@pytest.mark.parametrize("any_project", ["mariadb", "mysql"], indirect=True)
def test_each_clause_of_one_statement_has_its_warning(any_project):
    any_project.table("0001", "one", "CREATE TABLE t (id INT PRIMARY KEY, a BIGINT, b BIGINT, c INT);")
    any_project.ok("migrate")
    entry = any_project.folder / "dbwarden.yaml"
    entry.write_text(entry.read_text().rstrip() + "\n    schema_files: [schema.sql]\n")
    any_project.write("schema.sql", "CREATE TABLE one (id INT PRIMARY KEY);\nCREATE TABLE t (id INT PRIMARY KEY, a INT, b INT);\n")
    any_project.ok("make-migrations", "narrower")
    up = (any_project.migrations / any_project.files()[-1]).read_text().split("-- rollback")[0]
    assert up.count("ALTER TABLE t ") == 1 and up.count("MODIFY COLUMN") == 2, up
    for column in ("column a changes", "column b changes", "column c are lost"):
        assert f"{column}" in up, up


OWN = {"postgresql": ["DROP SCHEMA public CASCADE", "DROP TABLE _dbwarden_journal", "DROP TABLE _dbwarden_migrations"],
       "sqlite": ["DROP TABLE _dbwarden_migrations"], "mysql": ["DROP TABLE _dbwarden_migrations"]}
OWN["mariadb"] = OWN["mysql"]


def test_a_file_that_drops_our_own_tables(any_project):
    project = any_project
    project.table("0001", "one")
    project.ok("migrate")
    for sql in OWN[project.engine]:
        project.migration("0002", "two", sql + ";", "SELECT 1;")
        shown = project.run("migrate")
        assert shown.status == 1 and "the file takes away dbwarden's own tables, so nothing can be recorded: " in shown.err, shown
        assert "Leave the tables _dbwarden_migrations" in shown.err, shown
        if project.engine in ("postgresql", "sqlite"):
            assert project.statuses() == {"0001": "applied", "0002": "pending"} and project.database.tables() == ["one"]


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_a_schema_that_was_dropped(any_project):
    """Nothing is applied then only because nobody knows of it any more: that is said, and what to do."""
    project = any_project
    project.table("0001", "one")
    project.ok("migrate")
    project.database.run("DROP SCHEMA public CASCADE")
    for words in ("status", "migrate", "migrate --dry-run", "rollback", "history", "lock-status", "check-db"):
        shown = project.run(*words.split())
        assert shown.status == 1 and 'no schema of search_path ("$user", public) is there in ' in shown.err and "CREATE SCHEMA public;" in shown.err, (words, shown)
    project.database.run("CREATE SCHEMA public")
    project.ok("migrate")
    assert project.database.tables() == ["one"]
