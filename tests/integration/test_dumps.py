"""What the engines' own programs dump is a migration: run into a new database, and dumped again, it is the same text."""

import os
import re
import subprocess
from urllib.parse import urlsplit

import pytest
from support.engines import created

MYSQL = os.environ.get("TS_CACHE", "/var/tmp/testservers") + "/mysql-sid/usr"
LOADER = f"{MYSQL}/lib/x86_64-linux-gnu"
DUMP = {
    "postgresql": ["pg_dump", "--exclude-table=_dbwarden*", "{url}"],
    "mariadb": ["mariadb-dump", "--no-defaults", "-S{socket}", "-utest", "-ptest", "--hex-blob", "--routines", "--events",
                "{name}"],
    "mysql": [f"{LOADER}/ld-linux-x86-64.so.2", "--library-path", LOADER, f"{MYSQL}/bin/mysqldump", "--no-defaults", "-S{socket}", "-utest", "-ptest",
              "--no-tablespaces", "--hex-blob", "--routines", "--events", "{name}"],
    "sqlite": ["sqlite3", "{folder}/app.db", ".dump"],
}
OURS = ("_dbwarden_migrations", "_dbwarden_journal", "_dbwarden_lock")

PG_SOURCE = r"""
CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
CREATE TABLE person (id serial PRIMARY KEY, name text NOT NULL DEFAULT 'it''s', note text, mood mood);
INSERT INTO person (name, note, mood) VALUES ('a''b', E'x\n-- rollback\ny', 'sad'), (E'back\\slash', E'semi;\ttab $$', 'it''s ok'), ('\.', NULL, NULL);
CREATE TABLE pet (id int PRIMARY KEY REFERENCES person, v numeric);
INSERT INTO pet SELECT id, 1.5 FROM person;
CREATE TABLE empty (a int);
CREATE VIEW pv AS SELECT id, name FROM person;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
-- rollback
  NEW.note := 'it''s';
  RETURN NEW;
END $$;
CREATE FUNCTION g(x int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT x + 1; SELECT x; END;
CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1; SELECT 2';
CREATE TRIGGER tr BEFORE UPDATE ON person FOR EACH ROW EXECUTE FUNCTION f();
COMMENT ON TABLE person IS E'several\n-- upgrade\nlines';
CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS n FROM person
"""
MY_SOURCE = [
    "CREATE TABLE person (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40) NOT NULL DEFAULT 'it''s', note TEXT, b BLOB) COMMENT='a;b'",
    "INSERT INTO person (name, note, b) VALUES ('a''b', 'x\\n-- rollback\\ny', x'00ff'), ('back\\\\slash', 'semi; `tick` # no', NULL)",
    "CREATE TABLE pet (id INT PRIMARY KEY, person INT, v DECIMAL(10,2), FOREIGN KEY (person) REFERENCES person(id))",
    "INSERT INTO pet SELECT id, id, 1.5 FROM person",
    "CREATE VIEW pv AS SELECT id, name FROM person",
    "CREATE VIEW pw AS SELECT pv.id FROM pv JOIN pet ON pet.id = pv.id",
    "CREATE TRIGGER tr BEFORE INSERT ON pet FOR EACH ROW BEGIN\n-- rollback\nSET NEW.v = NEW.v + 1; -- it's\nEND",
    "CREATE PROCEDURE p(IN x INT) BEGIN DECLARE i INT DEFAULT 0; WHILE i < x DO SET i = i + 1; END WHILE;\n-- rollback\nSELECT 'a;b'; END",
    "CREATE FUNCTION f(x INT) RETURNS INT DETERMINISTIC BEGIN IF x > 1 THEN RETURN 1; END IF; RETURN 2; END",
    "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM pet; DELETE FROM person; END",
]
LITE_SOURCE = """
CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'it''s', note TEXT, b BLOB);
INSERT INTO person (name, note, b) VALUES ('a''b', 'x
-- rollback
y', x'00ff'), ('semi; ', char(9) || 'x' || char(27) || 'y', NULL);
CREATE TABLE pet (id INTEGER PRIMARY KEY AUTOINCREMENT, person REFERENCES person(id));
INSERT INTO pet (person) SELECT id FROM person;
CREATE VIEW pv AS SELECT id FROM person;
CREATE TRIGGER tr AFTER INSERT ON pet BEGIN
-- rollback
UPDATE person SET note = 'x;'; END;
CREATE INDEX i ON person (name);
CREATE VIRTUAL TABLE words USING fts5(a);
INSERT INTO words VALUES ('word');
"""


def fill(database, folder):
    if database.engine == "sqlite":
        subprocess.run(["sqlite3", folder / "app.db"], input=LITE_SOURCE, text=True, check=True)
    elif database.engine == "postgresql":
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", database.url], input=PG_SOURCE, text=True, check=True)
    else:
        with database.alchemy.connect() as connection:
            for sql in MY_SOURCE:
                connection.exec_driver_sql(sql.replace("%", "%%"))


def dump(database, servers, folder):
    """Without what differs each time, and without our own tables."""
    name = urlsplit(database.url).path[1:]
    socket = servers.get(database.engine.upper() + "_SOCKET")
    words = [word.format(url=database.url, socket=socket, name=name, folder=folder) for word in DUMP[database.engine]]
    if database.engine in ("mariadb", "mysql"):
        words[-1:-1] = [f"--ignore-table={name}.{table}" for table in OURS]
    text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    text = re.sub(r"(?m)^(\\(un)?restrict .*|-- (Host|Dump completed|Dumping .* for database).*)$", "", text)
    return re.sub(r"(?m)^(CREATE TABLE|INSERT INTO) _dbwarden.*\n", "", text)


def test_a_dump_is_a_migration(any_project, servers, tmp_path):
    project = any_project
    source, drop = created(project.engine, servers, tmp_path / "source")
    try:
        fill(source, tmp_path / "source")
        name = urlsplit(source.url).path[1:]
        text = dump(source, servers, tmp_path / "source")
        project.migration("0001", "dump", text, "SELECT 1;")
        project.ok("migrate")
        assert dump(project.database, servers, project.folder).replace(urlsplit(project.url).path[1:], name) == text
        assert project.database.versions() == ["0001"] and project.database.unfinished() == []
    finally:
        drop()


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
@pytest.mark.parametrize("head", ["", "-- transaction: none\n"])
def test_rows_of_copy_are_loaded(any_project, head):
    """First, last, many, beside a long run of other statements; a wrong one is named by its line in the file."""
    project, database = any_project, any_project.database
    rows = "".join(f"{i}\tit's; $$ {i}\n" for i in range(50_000))
    many = "INSERT INTO t VALUES (-1, '');\n" * 300
    project.migration("0001", "table", "CREATE TABLE t (a int, b text);", "DROP TABLE t;")
    project.migration("0002", "rows", f"COPY t FROM stdin;\n{rows}\\.\n{many}COPY t (a, b) FROM STDIN WITH (FORMAT csv);\n-2,\"x\n-- rollback\ny\"\n\\.\n",
                      "DELETE FROM t;", head=head)
    project.ok("migrate")
    assert database.query("SELECT count(*), count(DISTINCT a), max(b) FILTER (WHERE a = -2) FROM t") == [(50_301, 50_002, "x\n-- rollback\ny")]
    project.migration("0003", "wrong", "COPY t FROM stdin;\n1\tx\nno\ty\n\\.\n", head=head)
    outcome = project.run("migrate")
    assert outcome.status == 1 and "primary__0003_wrong.sql:" + ("6:1" if head else "5:1") in outcome.err and '"no"' in outcome.err
    project.migration("0003", "wrong", "COPY t FROM stdin;\n1\tx\n", head=head)
    assert "the rows of this COPY have no end" in project.run("migrate").err
    assert database.value("SELECT count(*) FROM t") == 50_301


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_a_dump_with_rows_is_a_schema_file(any_project, servers, tmp_path):
    project = any_project
    source, drop = created("postgresql", servers, tmp_path / "source")
    try:
        source.run("CREATE TABLE person (id int PRIMARY KEY, name text)")
        source.run("INSERT INTO person VALUES (1, 'it''s')")
        project.write("schema.sql", dump(source, servers, tmp_path))
    finally:
        drop()
    project.write("dbwarden.yaml", (project.folder / "dbwarden.yaml").read_text() + "    schema_files: [schema.sql]\n")
    project.ok("make-migrations", "all")
    project.ok("migrate")
    assert project.database.tables() == ["person"] and project.database.query("SELECT * FROM person") == []
    assert "No changes" in project.ok("diff").out or project.ok("diff").status == 0


WHOLE = {
    "postgresql": ("SET statement_timeout = 0;\nCREATE DATABASE {other} WITH TEMPLATE = template0 ENCODING = 'UTF8';\nALTER DATABASE {other} OWNER TO "
                   "postgres;\n\\connect {other}\nCREATE TABLE public.t (a integer);\n", "\\connect in line 7", "-C (--create)"),
    "mysql": ("SET NAMES utf8mb4;\nCREATE DATABASE /*!32312 IF NOT EXISTS*/ `{other}` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;\n\nUSE `{other}`;\nCREATE "
              "TABLE t (a integer);\n", "USE in line 7", "--databases"),
}
WHOLE["mariadb"] = WHOLE["mysql"]


@pytest.mark.parametrize("any_project", WHOLE, indirect=True)
def test_the_dump_of_a_whole_database_makes_none(any_project):
    project, database = any_project, any_project.database
    other = urlsplit(project.url).path[1:] + "_other"
    text, entered, option = (part.format(other=other) for part in WHOLE[project.engine])
    for down in (False, True):
        project.migration("0001", "dump", "SELECT 1;" if down else text, text if down else "SELECT 1;", head="-- transaction: none\n")
        for words in ([["rollback"]] if down else [["migrate", "--dry-run"], ["migrate"]]):
            refused = project.run(*words)
            assert refused.status == 1 and f"CREATE DATABASE {other}" in refused.err and option in refused.err, refused
            assert down or entered in refused.err and "primary__0001_dump.sql:5:1" in refused.err, refused
        project.migration("0001", "dump", "SELECT 1;")
        project.ok("migrate")
    project.migration("0002", "alone", f"CREATE DATABASE {other};", f"DROP DATABASE {other};", head="-- transaction: none\n")
    made = project.ok("migrate")
    assert f"creates the database {other}, beside the one that is migrated" in made.err and "primary__0002_alone.sql:4" in made.err, made
    project.ok("rollback")
    own = urlsplit(project.url).path[1:]
    if project.engine == "postgresql":
        project.migration("0003", "own", f"CREATE TABLE before (a int);\nCREATE DATABASE {own};", "SELECT 1;", head="-- transaction: none\n")
        refused = project.run("migrate")
        assert refused.status == 1 and f"CREATE DATABASE {own}" in refused.err and "Nothing was run" in refused.err, refused
        assert not database.has("before")
    else:
        (project.migrations / "primary__0002_alone.sql").unlink()
        project.migration("0003", "drop", f"DROP DATABASE IF EXISTS `{own}`;")
        refused = project.run("migrate")
        assert refused.status == 1 and f"DROP of {own}, the database that is migrated" in refused.err, refused
        project.migration("0003", "drop", f"CREATE DATABASE IF NOT EXISTS `{own}`;\nUSE `{own}`;\nCREATE TABLE t (a integer);")
        project.ok("migrate")
        assert "t" in database.tables()
