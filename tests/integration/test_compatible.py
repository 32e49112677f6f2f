"""Servers that speak MySQL's protocol and are another maker's: TiDB and Vitess, as far as they are here (`testservers.sh install` builds
them once).

Without TiDB only what is known of it by table is tried, and a warning says so.
"""

import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
from support.engines import Database, EngineProject, created, ended, killed, started, wait_line, wait_until
from support.project import PROGRAM, Project

TIDB = pytest.mark.parametrize("tidb", started("tidb"), indirect=True)
VITESS = pytest.mark.parametrize("vitess", started("vitess"), indirect=True)


@pytest.fixture
def tidb(request, servers, tmp_path):
    database, drop = created(request.param, servers, tmp_path / "project")
    yield EngineProject(tmp_path / "project", database)
    drop()


@pytest.fixture
def vitess(request, servers, tmp_path):
    """Its one keyspace, emptied: no database can be made in it."""
    url = servers[f"{request.param.upper()}_URL"]
    database = Database("mysql", url, url.replace("mysql://", "mysql+pymysql://"))
    for table in sorted((row[0] for row in database.query("SHOW TABLES")), reverse=True):
        database.run(f"DROP TABLE {table}")
    return database


def test_what_is_known_by_table():
    if not started("tidb"):
        warnings.warn("TiDB is not here: only its tables are tried", stacklevel=1)
    subprocess.run([Path(PROGRAM).parent / "tests" / "unit" / "dialect_test_mysql_render"], check=True, capture_output=True)


BEFORE = """CREATE TABLE a (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'it''s', b varbinary(9) DEFAULT 'x',
  price decimal(9,2) DEFAULT 1.5, bits bit(3) DEFAULT b'101', made datetime(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  day date DEFAULT (CURRENT_DATE), code varchar(36) DEFAULT (uuid()), up int, INDEX a_name (name(5)), INDEX a_lower ((lower(name))),
  UNIQUE a_code (code) COMMENT 'once', INDEX a_unseen (price) INVISIBLE, CONSTRAINT a_up FOREIGN KEY (up) REFERENCES a (id),
  CONSTRAINT a_price CHECK (price > 0 AND price <> 5)) COMMENT 'the first';
CREATE TABLE b (id bigint NOT NULL PRIMARY KEY, a_id int, j json, e enum('x','y') DEFAULT 'x', g int AS (id + 1) STORED,
  CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE);
CREATE TABLE p (id int NOT NULL PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION pm VALUES LESS THAN MAXVALUE);
CREATE VIEW v AS SELECT a.id, b.e FROM a JOIN b ON b.a_id = a.id WHERE b.e <> 'x';
"""
AFTER = (BEFORE.replace("up int,", "up int, extra varchar(9) NOT NULL DEFAULT 'n', more int,").replace("price decimal(9,2) DEFAULT 1.5", "price decimal(11,2)")
         .replace("INDEX a_name (name(5))", "INDEX a_name (name, price)").replace("enum('x','y')", "enum('x','y','z')")
         .replace(" ON DELETE CASCADE", "").replace("price <> 5", "price <> 6").replace("'the first'", "'the second'")
         .replace("a.id, b.e FROM", "a.id, b.e, a.extra FROM") + "CREATE TABLE c (id int NOT NULL PRIMARY KEY);\n")


def agree(project):
    assert project.run("diff", "--exit-code").status == 0, project.run("diff")


@TIDB
def test_schema_up_and_back(tidb):
    tidb.write("dbwarden.yaml", (tidb.folder / "dbwarden.yaml").read_text() + "    schema_files: [schema.sql]\n")
    for text in (BEFORE, AFTER):
        tidb.write("schema.sql", text)
        tidb.ok("make-migrations")
        tidb.ok("migrate")
        agree(tidb)
        tidb.database.run("INSERT INTO p VALUES (3)" if text is BEFORE else "INSERT INTO c VALUES (1)")
    change = (tidb.migrations / tidb.files()[-1]).read_text()
    assert all(part.count(" COLUMN ") + part.count("ADD INDEX") + part.count("DROP INDEX") < 2 for part in change.split(";") if "ALTER TABLE" in part), change
    tidb.write("schema.sql", BEFORE)
    tidb.ok("rollback")
    agree(tidb)
    assert tidb.database.query("SELECT id FROM p") == [(3,)]
    tidb.ok("downgrade", "--to", "0")
    assert tidb.database.tables() == []


@TIDB
@pytest.mark.parametrize("text, said", [
    ("CREATE TABLE t (id int PRIMARY KEY, w text, FULLTEXT (w));", "TiDB takes this and does not do all of it: The used table type doesn't support FULLTEXT indexes"),
    ("CREATE TABLE t (id int PRIMARY KEY);\nCREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.id = 1;", "TRIGGER"),
])
def test_what_it_lacks(tidb, text, said):
    """Never taken without a word."""
    tidb.write("dbwarden.yaml", (tidb.folder / "dbwarden.yaml").read_text() + "    schema_files: [schema.sql]\n")
    tidb.write("schema.sql", text)
    shown = tidb.run("make-migrations")
    assert shown.status == 1 and said in shown.err and tidb.files() == [], shown


@TIDB
def test_statement_that_it_lacks(tidb):
    tidb.migration("0001", "p", "CREATE TABLE t (id int);\nCREATE PROCEDURE p() SELECT 1;", "DROP PROCEDURE p;\nDROP TABLE t;")
    shown = tidb.run("migrate")
    assert shown.status == 1 and "has no functions and procedures" in shown.err, shown
    assert tidb.database.unfinished() == [("primary__0001_p.sql", 1)]


@TIDB
def test_statement_that_it_takes_in_part(tidb):
    tidb.migration("0001", "t", "CREATE TABLE t (id int PRIMARY KEY, w text, FULLTEXT (w));", "DROP TABLE t;")
    shown = tidb.ok("migrate")
    assert "warning: TiDB took a statement and did not do all of it: The used table type doesn't support FULLTEXT indexes" in shown.err, shown


def two_run(project):
    """The second waits for the first, whom lock-status names, and does nothing again."""
    project.migration("0001", "t", "CREATE TABLE t (id int);\nINSERT INTO t SELECT 1 FROM (SELECT SLEEP(3)) AS s;", "DROP TABLE t;")
    first = project.start("migrate")
    wait_line(first, "Starting migration")
    assert project.ok("lock-status", "--json").json["held"]
    second = project.start("migrate")
    for process in first, second:
        outcome = ended(process)
        assert outcome.status == 0 and "lease" not in outcome.err, outcome
    assert project.database.query("SELECT id FROM t") == [(1,)]
    assert project.ok("lock-status", "--json").json["held"] is False


@TIDB
def test_two_runners(tidb):
    two_run(tidb)


@TIDB
def test_killed_in_add_index(tidb):
    """The server goes on with what it has begun; the next command waits for that, or does it, and the index is there once."""
    tidb.migration("0001", "t", "CREATE TABLE t (id bigint AUTO_RANDOM PRIMARY KEY, n int, text varchar(200));\n"
                   "INSERT INTO t (n, text) VALUES (1, REPEAT('x', 150));\n" + "INSERT INTO t (n, text) SELECT n + 1, text FROM t;\n" * 15, "DROP TABLE t;")
    tidb.ok("migrate")
    tidb.migration("0002", "i", "ALTER TABLE t ADD INDEX i (n, text);\nCREATE TABLE after_it (id int);", "DROP TABLE after_it;\nALTER TABLE t DROP INDEX i;")
    process = tidb.start("migrate")
    wait_until(lambda: [row for row in tidb.database.query("ADMIN SHOW DDL JOBS 1") if "add index" in str(row) and "running" in str(row)])
    killed(process)
    time.sleep(0.2)
    tidb.ok("migrate")
    assert tidb.database.query("SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_name = 'i'") == [(2,)]
    assert tidb.database.versions() == ["0001", "0002"] and tidb.database.unfinished() == []
    tidb.database.run("ADMIN CHECK TABLE t")
    tidb.ok("rollback")
    assert not tidb.database.has("after_it")


MODELS = """
from sqlalchemy import *
from sqlalchemy.orm import declarative_base
Base = declarative_base()

class A(Base):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)
    name = Column(String(20), nullable=False, server_default="it's")
    price = Column(Numeric(9, 2), server_default="1.5")
    up = Column(ForeignKey("a.id"))
    __table_args__ = (Index("a_name", "name", mysql_length={"name": 5}), CheckConstraint("price > 0", name="a_price"))

class B(Base):
    __tablename__ = "b"
    id = Column(BigInteger, primary_key=True, autoincrement=False)
    a_id = Column(ForeignKey("a.id"))
    e = Column(Enum("x", "y"), server_default="x")
    g = Column(BigInteger, Computed("id + 1", persisted=True))
"""
CHANGED = (MODELS.replace('Numeric(9, 2), server_default="1.5"', "Numeric(11, 2)").replace('Enum("x", "y")', 'Enum("x", "y", "z")')
           .replace('"name", mysql_length={"name": 5}', '"name", "up"').replace("price > 0", "price > 1")
           .replace('a_id = Column(ForeignKey("a.id"))', 'a_id = Column(ForeignKey("a.id", ondelete="CASCADE"))'))


@VITESS
def test_models_on_vitess(vitess, tmp_path):
    """Up, changed with rows in it, and back; nothing can be tried there beforehand, and it is said."""
    project = Project(tmp_path / "project", vitess.url, sys.executable, model_paths=["models.py"])
    for text in MODELS, CHANGED:
        project.write("models.py", text)
        project.ok("make-migrations", "models")
        project.ok("migrate")
        agree(project)
        vitess.run("INSERT INTO a (name) VALUES ('x')" if text is MODELS else "INSERT INTO b (id, a_id) VALUES (1, 1)")
    project.ok("rollback")
    project.write("models.py", MODELS)
    agree(project)
    assert vitess.query("SELECT id, name, price FROM a") == [(1, "x", 1.5)] and vitess.query("SELECT id, g FROM b") == [(1, 2)]
    project.ok("downgrade", "--to", "0")
    assert vitess.tables() == []


@VITESS
def test_two_runners_on_vitess(vitess, tmp_path):
    two_run(EngineProject(tmp_path / "project", vitess))


@VITESS
def test_killed_in_add_index_on_vitess(vitess, tmp_path):
    project = EngineProject(tmp_path / "project", vitess)
    project.migration("0001", "t", "CREATE TABLE t (n int, text varchar(200));\nINSERT INTO t VALUES (1, REPEAT('x', 150));\n"
                      + "INSERT INTO t SELECT n + 1, text FROM t;\n" * 16, "DROP TABLE t;")
    project.ok("migrate")
    project.migration("0002", "i", "ALTER TABLE t ADD INDEX i (n, text);\nCREATE TABLE after_it (id int);", "DROP TABLE after_it;\nALTER TABLE t DROP INDEX i;")
    process = project.start("migrate")
    wait_until(lambda: [row for row in vitess.query("SHOW PROCESSLIST") if "alter table" in str(row).lower()])
    killed(process)
    project.ok("migrate")
    assert [row[4] for row in vitess.query("SHOW INDEX FROM t")] == ["n", "text"]
    assert vitess.versions() == ["0001", "0002"] and vitess.unfinished() == []
    project.ok("rollback")
    assert not vitess.has("after_it")
