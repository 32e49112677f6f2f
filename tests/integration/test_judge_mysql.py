"""MySQL and MariaDB as judges: what create_all() makes is what the models say; what they would refuse is said before it runs."""

import os
import re
import sys
import threading

import pytest
from support.engines import EngineProject, created, wait_until
from support.project import Project

HEAD = """
from sqlalchemy import *
from sqlalchemy.orm import declarative_base
Base = declarative_base()
"""

TEXTS = """
Table("t", Base.metadata, Column("id", Integer, primary_key=True), Column("a", Integer), Column("b", Integer),
      Column("name", String(50)), Column("day", Date, server_default=text("(curdate() + interval 1 day)")),
      Column("u", String(36), server_default=text("(lower(concat(uuid(), 'é')))")),
      Column("low", String(60), Computed("substring(lower(trim(name)) from 2 for 3)", persisted=True)),
      Column("s", Integer, Computed("if(cast(a as char) = concat(name, 'é'), mod(a,2), a mod 3) + position('x' in name) + -a + !b")),
      CheckConstraint("a>0 and (b between 1 and 10 or not name like 'x%')", name="ck"),
      CheckConstraint("case when a in (1,2) then name is not null else length(name)<>3 end = 1", name="ck2"),
      CheckConstraint("t.a <=> b or day >= '2020-01-01'", name="ck3"))
"""


class Place:
    def __init__(self, engine, servers, folder, body):
        self.database, self.drop = created(engine, servers, folder)
        self.project = Project(folder / "p", self.database.url, sys.executable, model_paths=["models.py"])
        self.models(body)

    def models(self, body):
        self.project.write("models.py", HEAD + body)
        self.body = body

    def create_all(self):
        space = {}
        exec(compile(HEAD + self.body, "models.py", "exec"), space)
        space["Base"].metadata.create_all(self.database.alchemy)

    def scratches(self):
        with self.database.alchemy.connect() as connection:
            return {row[0] for row in connection.exec_driver_sql("SHOW DATABASES LIKE '%%scratch%%'")}


@pytest.fixture(params=["mariadb", "mysql"])
def place(request, servers, tmp_path):
    there = Place(request.param, servers, tmp_path, TEXTS)
    yield there
    there.drop()


def test_what_create_all_made_is_adopted_and_what_no_server_has_said_is_named(place):
    place.create_all()
    before = place.scratches()
    for mode in ("auto", "server"):
        assert "Models and database agree" in place.project.ok("diff", "models", "--normalise", mode).out
    assert "no server has said" in place.project.ok("diff", "models", "--normalise", "offline").err
    place.models(TEXTS.replace("a mod 3", "a mod 4"))
    assert "column s" in place.project.ok("diff", "models").out
    new = place.scratches() - before  # those of tests at the same time go too
    wait_until(lambda: not new & place.scratches())


def test_what_killed_runs_left_goes_after_a_day(place):
    now = int(place.database.query("SELECT UNIX_TIMESTAMP()")[0][0])
    old, young = (f"dbwarden_scratch_{os.getpid()}_{(now - hours * 3600) * 1000}_0" for hours in (25, 23))
    for name in old, young, old + "_mine":
        place.database.run(f"CREATE DATABASE {name}")
    place.project.ok("diff", "models", "--normalise", "server")
    assert {old, young, old + "_mine"} & place.scratches() == {young, old + "_mine"}
    for name in young, old + "_mine":
        place.database.run(f"DROP DATABASE {name}")


def test_a_definer_who_is_not_there(place):
    """The servers take it with a note, and whoever reads the view gets an error."""
    project = Project(place.project.folder.parent / "q", place.database.url, sys.executable, schema_files=["schema.sql"])
    project.write("schema.sql", "CREATE DEFINER=`nobody`@`nowhere` VIEW v AS SELECT 1 AS one;\n")
    outcome = project.run("make-migrations", "v")
    assert outcome.status == 1 and "nobody could use what this migration makes: view v" in outcome.err, outcome
    assert "'nobody'@'nowhere'" in outcome.err and not list(project.migrations.iterdir())
    project.ok("make-migrations", "v", "--normalise", "offline")
    assert "whoever uses what this statement made gets an error" in project.ok("migrate").err


def test_characters_that_the_server_tells_of_as_question_marks(place):
    """In tables; bodies and queries are told as they are."""
    project = Project(place.project.folder.parent / "q", place.database.url, sys.executable, schema_files=["schema.sql"])
    project.write("schema.sql", "CREATE TABLE t (id int PRIMARY KEY,\n  icon varchar(9) DEFAULT '\U0001F600');\n")
    outcome = project.run("make-migrations", "t")
    assert outcome.status == 1 and "schema.sql:2:28: a character beyond U+FFFF" in outcome.err, outcome
    project.write("schema.sql", "CREATE FUNCTION f() RETURNS varchar(9) DETERMINISTIC RETURN '\U0001F600';\n"
                  "CREATE TABLE t (a varchar(9));\nCREATE VIEW v (b) AS SELECT a FROM t WHERE a <> '\U0001F600' WITH LOCAL CHECK OPTION;\n")
    project.ok("make-migrations", "f")
    assert next(project.migrations.glob("*f.sql")).read_text().count("\U0001F600") == 2
    project.ok("migrate")
    assert project.run("diff", "--exit-code").status == 0


def test_a_server_outside_of_strict_mode_stops_nothing(place):
    project = Project(place.project.folder.parent / "q", place.database.url + "?sql_mode=NO_ENGINE_SUBSTITUTION", sys.executable,
                      schema_files=["schema.sql"])
    project.write("schema.sql", "CREATE TABLE t (id int PRIMARY KEY, a varchar(20));\n")
    assert "strict mode" not in project.ok("make-migrations", "one").err
    project.ok("migrate")
    project.write("schema.sql", "CREATE TABLE t (id int PRIMARY KEY, a varchar(5));\n")
    shown = project.ok("make-migrations", "two").err
    assert "values that do not fit stop it" in shown and "not in strict mode (sql_mode): it changes values" in shown


TABLES = """
Table("p", Base.metadata, Column("n", String(9), primary_key=True), mysql_charset="utf8mb4")
Table("t", Base.metadata, Column("id", Integer, primary_key=True), {}, mysql_charset="utf8mb4")
"""
REFUSED = {
    'Column("n", String(1000), primary_key=True)': "key was too long",
    'Column("n", String(9000)), Column("m", String(9000))': "row size too large",
    'Column("n", String(9, collation="utf8mb4_bin"), ForeignKey("p.n"))': "foreign key",
    'Column("n", Integer), Column("c", Integer, Computed("nn + 1"))': "nn",
}


def test_what_the_server_would_refuse_is_said_before_a_file_is_written(place):
    place.models(TABLES.format('Column("n", Integer)'))
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    files = place.project.files()
    for columns, said in REFUSED.items():
        place.models(TABLES.format(columns))
        found = place.project.run("make-migrations")
        assert found.status == 1 and said in found.err.lower() and "table t" in found.err, found
        assert place.project.files() == files


def test_online_writes_what_the_server_takes_and_says_what_it_does_not(place):
    place.models(TABLES.format('Column("n", Integer)'))
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    place.models(TABLES.format('Column("n", Integer, index=True), Column("m", Integer)'))
    found = place.project.ok("make-migrations", "gentle", "--online")
    assert "online" not in found.err
    text = (place.project.migrations / place.project.files()[-1]).read_text()
    assert "ALTER TABLE t ALGORITHM=INSTANT, ADD COLUMN m INTEGER" in text
    assert re.search("ALTER TABLE t ALGORITHM=(INPLACE|NOCOPY), LOCK=NONE, ADD INDEX", text), text
    place.models(TABLES.format('Column("n", String(9)), Column("m", Integer)'))
    place.project.ok("migrate")
    found = place.project.ok("make-migrations", "copied", "--online")
    assert "table t cannot be changed online" in found.err
    down = (place.project.migrations / place.project.files()[-1]).read_text().split("-- rollback")[1]
    assert re.search(r"ALTER TABLE t MODIFY COLUMN n int(\(11\))?;", down) and "LOCK=NONE, ADD INDEX" in down, down
    for way in (("migrate",), ("rollback",), ("rollback",), ("migrate",)):
        place.project.ok(*way)
    assert "Models and database agree" in place.project.ok("diff", "models").out


WIDE = """
Table("t", Base.metadata, Column("id", Integer, primary_key=True), Column("a", Integer), Column("b", %s), Column("c", %s),
      Column("d", Integer), %s)
"""


def test_a_clause_that_copies_takes_no_other_along_and_the_table_is_copied_once(place):
    place.models(WIDE % ("Integer", "Integer", 'Index("i", "a")'))
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    with place.database.alchemy.connect() as connection:
        connection.exec_driver_sql("INSERT INTO t (a, b, c, d) VALUES (1, 2, 3, 4), (5, 6, 7, 8)")
        connection.commit()
    place.models(WIDE % ("String(9)", "String(9)", 'Column("e", Integer), Column("f", Integer), Index("i", "a", "b"), Index("j", "d")'))
    found = place.project.ok("make-migrations", "both", "--online")
    assert found.err.count("table t cannot be changed online") == 1, found.err
    text = (place.project.migrations / place.project.files()[-1]).read_text()
    up = text.split("-- rollback")[0].replace("\n    ", " ").splitlines()
    up = [line for line in up if line.startswith("ALTER")]
    copied = [line for line in up if "ALGORITHM" not in line]
    assert len(copied) == 1 and "MODIFY COLUMN b" in copied[0] and "MODIFY COLUMN c" in copied[0], text
    assert any("INSTANT, ADD COLUMN" in line and line.count("ADD COLUMN") == 2 for line in up), text
    assert any("LOCK=NONE" in line and "ADD INDEX" in line and "MODIFY" not in line for line in up), text
    assert [line for line in up if "DROP INDEX i" in line] == [line for line in up if "ADD INDEX i " in line], text
    for way in (("migrate",), ("rollback",), ("migrate",)):
        place.project.ok(*way)
    assert "Models and database agree" in place.project.ok("diff", "models").out
    with place.database.alchemy.connect() as connection:
        rows = connection.exec_driver_sql("SELECT a, b, c, d FROM t ORDER BY a").all()
    assert [tuple(row) for row in rows] == [(1, "2", "3", 4), (5, "6", "7", 8)]


CASES = """
Table("%s", Base.metadata, Column("id", Integer, primary_key=True), Column("a", Integer))
Table("kid", Base.metadata, Column("id", Integer, primary_key=True), Column("t", Integer, ForeignKey("%s.id", name="fk")))
"""


def test_a_table_whose_name_changes_only_its_case_is_renamed(place):
    place.models(CASES % ("Shop", "Shop"))
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    with place.database.alchemy.connect() as connection:
        for statement in ("INSERT INTO Shop VALUES (1, 2)", "INSERT INTO kid VALUES (3, 1)", "CREATE VIEW v AS SELECT a FROM Shop"):
            connection.exec_driver_sql(statement)
        connection.commit()
    place.models(CASES % ("shop", "shop"))
    place.project.ok("make-migrations", "--rename-table", "Shop:shop")
    for way, name in (("migrate", "shop"), ("rollback", "Shop"), ("migrate", "shop")):
        place.project.ok(way)
        with place.database.alchemy.connect() as connection:
            assert connection.exec_driver_sql(f"SELECT COUNT(*) FROM {name} JOIN kid ON t = {name}.id JOIN v").scalar() == 1
    assert "Models and database agree" in place.project.ok("diff", "models").out
    place.models(CASES % ("shop", "shop") + 'Table("Shop", Base.metadata, Column("id", Integer, primary_key=True))')
    assert "differ only by case" in place.project.run("make-migrations").err


def test_members_that_rows_hold_do_not_go(place):
    place.models(TABLES.format("Column(\"n\", Enum('a', 'b', 'it''s')), Column(\"m\", Integer)".replace("'it''s'", '"it\'s"')))
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    with place.database.alchemy.connect() as connection:
        connection.exec_driver_sql("INSERT INTO t (n, m) VALUES ('a', 1), ('it''s', 2), ('it''s', 3)")
    files = place.project.files()
    place.models(TABLES.format("Column(\"n\", Enum('b', 'a')), Column(\"m\", Integer)"))
    found = place.project.run("make-migrations")
    assert found.status == 1 and "2 rows hold" in found.err and "it''s" in found.err, found
    assert place.project.files() == files
    with place.database.alchemy.connect() as connection:
        connection.exec_driver_sql("UPDATE t SET n = 'b' WHERE m > 1")
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    with place.database.alchemy.connect() as connection:
        assert [row[0] for row in connection.exec_driver_sql("SELECT n FROM t ORDER BY m")] == ["a", "b", "b"]
    place.project.ok("rollback")


def test_members_that_differ_by_case_stand_beside_each_other_under_a_binary_collation(place):
    place.models("from sqlalchemy.dialects import mysql\n" + TABLES.format(
        'Column("n", mysql.ENUM("a", "A", charset="utf8mb4", collation="utf8mb4_bin")), Column("m", Integer)'))
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    with place.database.alchemy.connect() as connection:
        connection.exec_driver_sql("INSERT INTO t (n) VALUES ('a'), ('A')")
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM t WHERE n = 'A'").scalar() == 1
    assert "Models and database agree" in place.project.ok("diff", "models").out


def test_a_view_over_what_is_gone_is_not_made_again(place):
    place.models(CASES % ("shop", "shop"))
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    with place.database.alchemy.connect() as connection:
        for statement in ("CREATE TABLE gone (x INT)", "CREATE VIEW v AS SELECT a, x FROM shop, gone", "DROP TABLE gone"):
            connection.exec_driver_sql(statement)
    place.models(CASES % ("store", "store"))
    found = place.project.run("make-migrations", "--rename-table", "shop:store")
    assert found.status == 1 and "view v has to be made again and could not be" in found.err, found
    assert len(place.project.files()) == 1


def test_rows_are_counted_under_the_names_from_before_a_rename(place):
    place.models(TABLES.format("Column(\"n\", Enum('a', 'b')), Column(\"m\", Integer)"))
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    with place.database.alchemy.connect() as connection:
        connection.exec_driver_sql("INSERT INTO t (n, m) VALUES ('a', 1)")
        connection.commit()
    place.models(TABLES.replace('"t"', '"u"').format("Column(\"k\", Enum('b')), Column(\"m\", Integer)"))
    found = place.project.run("make-migrations", "--rename-table", "t:u", "--rename", "u.n:k")
    assert found.status == 1 and "loses 'a', which 1 row holds" in found.err, found


def test_a_member_that_changes_only_its_case_is_kept_where_the_collation_knows_it(place):
    place.models(TABLES.format('Column("n", Enum("a", "b")), Column("m", Integer)'))
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    with place.database.alchemy.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t (n, m) VALUES ('a', 1), ('b', 2)")
    place.models(TABLES.format('Column("n", Enum("A", "b")), Column("m", Integer)'))
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    with place.database.alchemy.connect() as connection:
        assert [row[0] for row in connection.exec_driver_sql("SELECT n FROM t ORDER BY m")] == ["A", "b"]


PARTITIONED = """
Table("t", Base.metadata, Column("n", Integer), **{{name + "_partition_by": "RANGE (n) ({})" for name in ("mysql", "mariadb")}})
"""


def test_rows_that_go_with_a_partition_are_counted(place):
    parts = [f"PARTITION p{n} VALUES LESS THAN ({n})" for n in (10, 20, 30)]
    place.models(PARTITIONED.format(", ".join(parts)))
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    with place.database.alchemy.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (5), (25), (26)")
    place.models(PARTITIONED.format(", ".join(parts[:2])))
    found = place.project.ok("make-migrations", "--plan")
    assert "partition p30 goes, and with it 2 rows" in found.err and "are lost" in found.out + found.err, found
    place.models(PARTITIONED.format(", ".join(parts[:2]).replace("p10", "p15").replace("(10)", "(15)")))
    place.project.ok("make-migrations")
    place.project.ok("migrate")  # p15 takes the rows of p10
    with place.database.alchemy.connect() as connection:
        assert [row[0] for row in connection.exec_driver_sql("SELECT n FROM t")] == [5]
    assert "Models and database agree" in place.project.ok("diff", "models").out
    for _ in range(2):
        place.project.ok("rollback")


def test_copies_that_the_server_kept_stop_no_rename(servers, tmp_path):
    """MariaDB has each of them know its table by the name of the query that opened it."""
    database, drop = created("mariadb", servers, tmp_path / "data")
    try:
        database.run("CREATE TABLE t (a bigint, b smallint, c char(8), g bigint AS (a * 2) VIRTUAL, CONSTRAINT k CHECK (a > 0))")
        database.run("INSERT INTO t (a, b, c) VALUES (1, 1, 'x'), (2, 2, 'y')")
        readers = [database.alchemy.connect() for _ in range(5)]
        for _ in range(2):
            threads = [threading.Thread(target=reader.exec_driver_sql, args=(f"SELECT r{i}.a, SLEEP(0.1) FROM t AS r{i}",))
                       for i, reader in enumerate(readers)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        project = EngineProject(tmp_path / "p", database)
        project.migration("0001", "rename", "ALTER TABLE t RENAME COLUMN a TO z;", "ALTER TABLE t CHANGE z a bigint;")
        project.ok("migrate")
        assert "`z` > 0" in database.query("SHOW CREATE TABLE t")[0][1]
        database.query("SELECT r.z FROM t AS r")
        project.ok("rollback")
        for reader in readers:
            reader.close()
    finally:
        drop()


def test_a_zero_date_is_let_be_by_the_mode_that_the_url_asks_for(servers, tmp_path):
    database, drop = created("mysql", servers, tmp_path / "data")
    try:
        with database.together():
            database.run("SET SESSION sql_mode = ''")
            database.run("CREATE TABLE old (id int PRIMARY KEY, made datetime NOT NULL DEFAULT '0000-00-00 00:00:00')")
            database.run("INSERT INTO old (id) VALUES (1)")
        project = EngineProject(tmp_path / "p", database)
        project.migration("0001", "note", "ALTER TABLE old ADD COLUMN note varchar(9);", "ALTER TABLE old DROP COLUMN note;")
        refused = project.run("migrate")
        assert refused.status == 1 and "Invalid default value for 'made'" in refused.err and "?sql_mode=" in refused.err, refused
        taken = project.folder / "dbwarden.yaml"
        taken.write_text(taken.read_text().replace(database.url, database.url + "?sql_mode=NO_ENGINE_SUBSTITUTION"))
        project.ok("migrate")
        project.ok("rollback")
        assert database.value("SELECT COUNT(*) FROM old WHERE made = 0") == 1
    finally:
        drop()
