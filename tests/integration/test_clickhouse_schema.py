"""Schemas of ClickHouse: read, compared and changed, both ways, from a file and from models."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.project import PROGRAM, ROOT, SEED
from test_clickhouse import database, project, server  # noqa: F401

PROPERTY = Path(PROGRAM).parent / "tests" / "property"

FIRST = """CREATE TABLE src (id UInt64, v String) ENGINE = MergeTree ORDER BY id;
CREATE TABLE t (id UInt64, a String DEFAULT concat('x', 'y') CODEC(ZSTD(3)), at DateTime DEFAULT now(), n Nested(a UInt8, b String),
    until DateTime TTL until + INTERVAL 1 DAY, INDEX i lower(a) TYPE bloom_filter(0.01), PROJECTION p (SELECT at, count() GROUP BY at),
    CONSTRAINT c CHECK id > 0) ENGINE = ReplacingMergeTree(at) PARTITION BY toYYYYMM(at) ORDER BY id
    TTL at + INTERVAL 1 YEAR SETTINGS deduplicate_merge_projection_mode = 'drop' COMMENT 'the table';
CREATE MATERIALIZED VIEW mv TO src AS SELECT id, a AS v FROM t WHERE id > 1;
CREATE DICTIONARY d (id UInt64, v String DEFAULT 'q') PRIMARY KEY id SOURCE(CLICKHOUSE(TABLE 'src')) LAYOUT(FLAT()) LIFETIME(300);
CREATE FUNCTION {function} AS (x) -> x + 1;
"""
SECOND = (FIRST.replace("'y') CODEC(ZSTD(3))", "'z') COMMENT 'of it' CODEC(LZ4)").replace("ORDER BY id\n", "ORDER BY (id, new)\n")
          .replace("at DateTime DEFAULT", "new UInt8, at DateTime DEFAULT").replace("1 YEAR", "2 YEAR").replace("id > 1", "id > 2")
          .replace("FLAT()", "HASHED()").replace("x + 1", "x + 2").replace("COMMENT 'the table'", "COMMENT 'another'"))


def described(project, source):
    text = (project.folder / "dbwarden.yaml").read_text()
    project.write("dbwarden.yaml", text.replace("    default: true\n", f"    default: true\n    {source}\n"))
    return project


def test_both_ways(project, database):
    function = f"f_{database.name}"
    project = described(project, "schema_files: [schema.sql]")
    try:
        for text, comment in ((FIRST, "the table"), (SECOND, "another")):
            project.write("schema.sql", text.format(function=function))
            project.ok("make-migrations", "x")
            project.ok("migrate")
            assert "agree" in project.ok("diff", "--exit-code").out
            database.ask("INSERT INTO t (id, at, until) VALUES (7, now(), now())")
            assert database.ask("SELECT comment FROM system.tables WHERE database = currentDatabase() AND name = 't'") == [(comment,)]
        assert database.ask(f"SELECT {function}(1)") == [("3",)]
        project.ok("rollback")
        project.write("schema.sql", FIRST.format(function=function))
        project.ok("diff", "--exit-code")
        assert database.ask("SELECT count() FROM t") == [("2",)]
        project.ok("rollback")
        assert database.ask("SELECT count() FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE '%dbwarden%'") == [("0",)]
    finally:
        database.ask(f"DROP FUNCTION IF EXISTS {function}")


def test_texts_that_a_type_cannot_read_stop_the_plan(project, database):
    project = described(project, "schema_files: [schema.sql]")
    text = "CREATE TABLE t (id UInt64, v {}) ENGINE = MergeTree ORDER BY id;\n"
    project.write("schema.sql", text.format("String"))
    project.ok("make-migrations", "x")
    project.ok("migrate")
    database.ask("INSERT INTO t VALUES (1, '7'), (2, 'abc')")
    for type_, says in (("UInt8", "values that do not fit into UInt8"), ("Nullable(UInt8)", "values that do not fit"), ("Enum8('7' = 1)", "values that do not fit"),
                        ("Tuple(UInt8, String)", "would stop the change halfway"), ("Array(String)", "would stop the change halfway")):
        project.write("schema.sql", text.format(type_))
        shown = project.run("make-migrations", "y")
        assert shown.status and says in shown.out + shown.err and "t" in shown.err, (type_, shown)
    database.ask("ALTER TABLE t DELETE WHERE id = 2 SETTINGS mutations_sync = 2")
    project.write("schema.sql", text.format("Enum8('7' = 1)"))
    project.ok("make-migrations", "z")
    project.ok("migrate")
    assert database.ask("SELECT v FROM t") == [("7",)]


def test_rows_that_a_new_ttl_lets_go_at_once_are_counted(project, database):
    project = described(project, "schema_files: [schema.sql]")
    text = "CREATE TABLE t (id UInt64, k UInt8, at DateTime) ENGINE = MergeTree ORDER BY id{};\n"
    project.write("schema.sql", text.format(""))
    project.ok("make-migrations", "x")
    project.ok("migrate")
    database.ask("INSERT INTO t VALUES (1, 0, now()), (2, 1, now() - INTERVAL 40 DAY), (3, 2, now() - INTERVAL 50 DAY)")
    for ttl, says in (("at + INTERVAL 30 DAY", "2 rows go at once by its new TTL"), ("at + INTERVAL 30 DAY DELETE WHERE k = 1", "1 row goes at once by its new TTL"),
                      ("at + INTERVAL 1 DAY RECOMPRESS CODEC(ZSTD(9))", None)):
        project.write("schema.sql", text.format(f" TTL {ttl}"))
        shown = project.ok("make-migrations", "y")
        assert says in shown.err if says else "at once" not in shown.err, (ttl, shown)
        for path in (project.folder / "migrations" / "primary").glob("*_y.*"):
            path.unlink()


def test_a_view_that_would_outgrow_its_storage_is_refused(project, database):
    project = described(project, "schema_files: [schema.sql]")
    text = ("CREATE TABLE src (id UInt64, v String, w UInt8) ENGINE = MergeTree ORDER BY id;\n"
            "CREATE MATERIALIZED VIEW mv ENGINE = MergeTree ORDER BY id AS SELECT {} FROM src;\n")
    project.write("schema.sql", text.format("id, v"))
    project.ok("make-migrations", "x")
    project.ok("migrate")
    for query in ("id, v, w", "id", "id, toUInt8(3) AS v"):
        project.write("schema.sql", text.format(query))
        shown = project.run("make-migrations", "y")
        assert shown.status == 1 and "view mv" in shown.err and "other columns than its own storage has" in shown.err, shown
    project.write("schema.sql", text.format("id, concat(v, 'x') AS v"))
    project.ok("make-migrations", "z")
    project.ok("migrate")
    project.ok("diff", "--exit-code")


def test_what_cannot_change_is_refused(project, database):
    project = described(project, "schema_files: [schema.sql]")
    table = "CREATE TABLE t (id UInt64, k UInt8) ENGINE = {} PARTITION BY {} ORDER BY {};"
    project.write("schema.sql", table.format("MergeTree", "k", "id"))
    project.ok("make-migrations", "x")
    project.ok("migrate")
    for words, says in ((("ReplacingMergeTree", "k", "id"), "the engine of a table cannot change"),
                        (("MergeTree", "id", "id"), "partitioned by cannot change"), (("MergeTree", "k", "(id, k)"), "sorted by can only get new")):
        project.write("schema.sql", table.format(*words))
        shown = project.run("make-migrations", "y")
        assert shown.status == 1 and says in shown.err, shown


@pytest.mark.parametrize("before,after,flags,says", [
    ("(a UInt64, v UInt8) ENGINE = MergeTree ORDER BY a", "(a Int64, v UInt8) ENGINE = MergeTree ORDER BY a", (), "so its type cannot change"),
    ("(a UInt64, v UInt8) ENGINE = MergeTree ORDER BY a % 7", "(b UInt64, v UInt8) ENGINE = MergeTree ORDER BY b % 7", ("--rename", "t.a:b"), "cannot get another name"),
    ("(a UInt64, v UInt8) ENGINE = ReplacingMergeTree(v) ORDER BY a", "(a UInt64, w UInt8) ENGINE = ReplacingMergeTree(w) ORDER BY a", ("--rename", "t.v:w"), "cannot get another name"),
    ("(a UInt64) ENGINE = Log", "(a UInt64, v UInt8) ENGINE = Log", (), "columns of a table of this engine cannot change"),
    ("(a UInt64) ENGINE = Null", "(b UInt64) ENGINE = Null", ("--rename", "t.a:b"), "columns of this engine cannot get another name"),
])
def test_what_only_the_server_refused_is_refused_offline(before, after, flags, says, project):
    project = described(project, "schema_files: [schema.sql]")
    project.write("schema.sql", f"CREATE TABLE t {before};")
    project.ok("make-migrations", "x")
    project.ok("migrate")
    project.write("schema.sql", f"CREATE TABLE t {after};")
    shown = project.run("make-migrations", "y", "--normalise", "offline", *flags)
    assert shown.status == 1 and says in shown.err and "hint:" in shown.err, shown


MODELS = """from sqlalchemy import *
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase):
    pass

class Event(Base):
    __tablename__ = "event"
    __table_args__ = {"clickhouse_engine": ("ReplacingMergeTree", "ts"), "clickhouse_order_by": ["id", "ts"], "clickhouse_primary_key": "id",
                      "clickhouse_settings": {"index_granularity": 1024}, "comment": "what happened"}
    id = Column(BigInteger, primary_key=True, info={"clickhouse_type": "UInt64"})
    ts = Column(DateTime, nullable=False, server_default=text("now()"))
    price = Column(Numeric(10, 2))
    ok = Column(Boolean, default=True)
    name = Column(String(20), info={"clickhouse_nullable": True, "clickhouse_codec": "ZSTD(1)"})
    day = Column(Date, info={"clickhouse_materialized": "toDate(ts)"})
    parent = Column(Integer, ForeignKey("other.id"))
    body = Column(JSON)

class Other(Base):
    __tablename__ = "other"
    id = Column(Integer, primary_key=True)
    at = Column(DateTime)
    class Meta:
        ch_ttl = ["at + INTERVAL 1 DAY"]
        ch_indexes = [{"name": "i", "columns": ["at"], "type": "minmax", "granularity": 3}]
        ch_projections = [{"name": "p", "query": "SELECT at ORDER BY at"}]

class Sums(Base):
    __tablename__ = "sums"
    __table_args__ = {"clickhouse_mv": True, "clickhouse_mv_query": "SELECT id, count() AS c FROM event GROUP BY id",
                      "clickhouse_mv_engine": "SummingMergeTree()", "clickhouse_mv_order_by": ["id"]}
    id = Column(Integer, primary_key=True)

class Named(Base):
    __tablename__ = "named"
    __table_args__ = {"clickhouse_dictionary": True, "clickhouse_dict_layout": "FLAT()", "clickhouse_dict_source": "CLICKHOUSE(TABLE 'other')",
                      "clickhouse_dict_lifetime": 300, "clickhouse_dict_primary_key": "id"}
    id = Column(Integer, primary_key=True, info={"clickhouse_type": "UInt64"})
    at = Column(DateTime)
"""


def test_models(project, database):
    project = described(project, "model_paths: [models]")
    python = "--python", sys.executable
    project.write("models.py", MODELS)
    made = project.ok("make-migrations", "x", *python)
    assert "neither foreign keys nor unique constraints" in made.err
    project.ok("migrate", *python)
    project.ok("diff", "--exit-code", *python)
    database.ask("INSERT INTO event (id) VALUES (1)")
    assert database.ask("SELECT ok, name FROM event") == [("true", r"\N")]
    project.write("models.py", MODELS.replace("ZSTD(1)", "LZ4").replace("1 DAY", "2 DAY").replace("FLAT()", "HASHED()").replace("count()", "sum(1)"))
    project.ok("make-migrations", "y", *python)
    project.ok("migrate", *python)
    project.ok("diff", "--exit-code", *python)
    project.ok("rollback", "-c", "2")
    assert database.ask("SELECT count() FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE '%dbwarden%'") == [("0",)]


def test_models_of_a_database(project, database):
    for statement in FIRST.split(";\n"):
        if statement.strip() and "FUNCTION" not in statement:
            database.ask(statement)
    database.ask("CREATE TABLE keyless (a Nullable(UInt8), b Array(String) CODEC(NONE), INDEX i a TYPE set(9) GRANULARITY 2) ENGINE = MergeTree ORDER BY tuple()")
    project.ok("generate-models", "--single-file", "--clickhouse-engines", "-o", "made")
    project = described(project, "model_paths: [made]")
    made = (project.folder / "made" / "models.py").read_text()
    assert "clickhouse_engine" in made and "ch_projections" in made and "Dictionary(" in made and "MaterializedView(" in made
    project.ok("diff", "--exit-code", "--from", "models", "--to", "db", "--python", sys.executable)


def test_values_that_do_not_fit_stop_the_plan(project, database):
    project = described(project, "schema_files: [schema.sql]")
    for type_ in "Int64", "Int8":
        project.write("schema.sql", f"CREATE TABLE t (id UInt64, v {type_}) ENGINE = MergeTree ORDER BY id;")
        shown = project.run("make-migrations", "x")
        if type_ == "Int64":
            project.ok("migrate")
            database.ask("INSERT INTO t VALUES (1, 300), (2, 3)")
    assert shown.status == 1 and "values that do not fit into Int8, which 1 row holds" in shown.err, shown


OLD = """CREATE TABLE src (id UInt64, v String) ENGINE = MergeTree ORDER BY id;
CREATE TABLE t (id UInt64, s String DEFAULT concat('a', 'b'), ts DateTime, d Date MATERIALIZED toDate(ts), n Nested(a UInt8, b String),
    price Decimal(10, 2), lc Nullable(String)) ENGINE = ReplacingMergeTree(ts) PARTITION BY toYYYYMM(ts) PRIMARY KEY id ORDER BY (id, ts);
CREATE MATERIALIZED VIEW mv ENGINE = SummingMergeTree ORDER BY id AS SELECT id, count() AS c FROM src GROUP BY id;
CREATE VIEW v AS SELECT id FROM src WHERE id BETWEEN 1 AND 3;
"""
OLD_CHANGED = (OLD.replace("v String", "v String, w UInt8 DEFAULT 3").replace("1 AND 3", "1 AND 4").replace("concat('a', 'b')", "concat('a', 'c')")
               .replace("10, 2", "12, 2").replace("lc Nullable(String)", "lc Nullable(String), z UInt8").replace("ORDER BY (id, ts)", "ORDER BY (id, ts, z)"))


@pytest.mark.parametrize("server", ["clickhouse18"], indirect=True)
def test_an_old_server(project, database):
    project = described(project, "schema_files: [schema.sql]")
    for text in OLD, OLD_CHANGED:
        project.write("schema.sql", text)
        project.ok("make-migrations", "x")
        project.ok("migrate")
        project.ok("diff", "--exit-code")
    project.ok("rollback")
    project.write("schema.sql", OLD)
    project.ok("diff", "--exit-code")
    project.write("schema.sql", OLD + "CREATE TABLE late (a UInt8, b DateTime) ENGINE = MergeTree ORDER BY a TTL b + INTERVAL 1 DAY;")
    shown = project.run("make-migrations", "y")
    assert shown.status == 1 and "schema.sql" in shown.err, shown


def test_begun_from_its_description_and_forgotten(project, database):
    project = described(project, "schema_files: [schema.sql]")
    project.write("schema.sql", "CREATE TABLE t (id UInt64) ENGINE = MergeTree ORDER BY id;\nCREATE VIEW v AS SELECT id FROM t;")
    project.ok("make-migrations", "x")
    project.write("migrations/primary/ROC__rows.sql", "-- upgrade\nINSERT INTO t VALUES (1);\n")
    project.ok("init-db")
    assert database.ask("SELECT id FROM v") == [("1",)] and "(current)" in project.ok("current", "--check").out
    project.ok("unstamp", "--to", "0")
    assert "nothing applied (1 pending)" in project.ok("current").out
    project.ok("stamp")
    project.ok("init-db", "--reset", "--yes")
    assert database.ask("SELECT id FROM v") == [("1",)] and "(current)" in project.ok("current", "--check").out
    project.ok("unstamp")
    assert database.ask("SELECT count() FROM _dbwarden_migrations") == [("0",)]


def property_of(*args):
    done = subprocess.run([str(arg) for arg in args], capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stdout + done.stderr


def test_laws(server):
    """Random schemas with rows: built, read, changed and changed back; what no ALTER does is refused."""
    property_of(PROPERTY / "laws", "clickhouse", os.environ.get("DBWARDEN_TEST_LAWS", "12"), SEED, f"{server}default")


def test_text_cases(server):
    property_of(PROPERTY / "cases", "clickhouse", "--url", f"{server}default", *sorted((ROOT / "tests/golden/diff/clickhouse").glob("*.txt")))


def test_a_refresh_that_replaces_rows_is_told(project, database):
    project = described(project, "schema_files: [schema.sql]")
    tables = "CREATE TABLE s (id UInt64) ENGINE = MergeTree ORDER BY id;\nCREATE TABLE t (id UInt64) ENGINE = MergeTree ORDER BY id;\n"
    project.write("schema.sql", tables)
    project.ok("make-migrations", "x")
    project.ok("migrate")
    database.ask("INSERT INTO t VALUES (1), (2)")
    view = "CREATE MATERIALIZED VIEW m REFRESH EVERY 1 YEAR{} TO t AS SELECT id FROM s;"
    project.write("schema.sql", tables + view.format(""))
    shown = project.run("make-migrations", "y")
    assert shown.status == 1 and "view m replaces all that table t holds at its first refresh: 2 rows" in shown.err, shown
    project.write("schema.sql", tables + view.format(" APPEND"))
    project.ok("make-migrations", "y")
    project.ok("migrate")
    assert database.ask("SELECT count() FROM t") == [("2",)]


def test_verify(project, database):
    """Schema and rows of ways back, in a database of its own that is gone afterwards."""
    project = described(project, "schema_files: [schema.sql]")
    project.write("schema.sql", "CREATE TABLE t (id UInt64, e Enum8('a' = 1), m Map(String, UInt8), n String) ENGINE = MergeTree ORDER BY id;")
    project.migration("0001", "t", "CREATE TABLE t (id UInt64, e Enum8('a' = 1), m Map(String, UInt8)) ENGINE = MergeTree ORDER BY id", "DROP TABLE t")
    project.migration("0002", "n", "ALTER TABLE t ADD COLUMN n String", "ALTER TABLE t DELETE WHERE n = '';\nALTER TABLE t DROP COLUMN n")
    shown = project.run("verify", "--json")
    assert shown.status == 3, shown
    assert [(file["rollback"], file["details"]) for file in shown.json["rollbacks"]] == [
        ("holds", []), ("differs", ["rows of table t are not what they were: all are gone"])]
    project.migration("0002", "n", "ALTER TABLE t ADD COLUMN n String", "ALTER TABLE t DROP COLUMN n")
    assert "Migrations and models agree" in project.ok("verify").out
    assert database.ask("SELECT count() FROM system.databases WHERE name LIKE 'dbwarden_scratch%'") == [("0",)]
    assert database.ask("SELECT count() FROM system.tables WHERE database = currentDatabase()") == [("0",)]


def test_what_a_killed_run_left_goes_with_the_next(project, database):
    project = described(project, "schema_files: [schema.sql]")
    project.write("schema.sql", "CREATE TABLE t (id UInt64) ENGINE = MergeTree ORDER BY id;")
    hours = [f"dbwarden_scratch_1_{int(time.time() - 3600 * ago) * 1000}_0" for ago in (1, 25)]
    for name in hours:
        database.ask(f"CREATE DATABASE {name}")
        database.ask(f"CREATE TABLE {name}.t (a UInt8) ENGINE = MergeTree ORDER BY a")
    project.ok("make-migrations", "x")
    assert database.ask("SELECT name FROM system.databases WHERE name LIKE 'dbwarden_scratch%'") == [(hours[0],)]
    database.ask(f"DROP DATABASE {hours[0]}")


def test_words_that_nobody_knows(project, database):
    project = described(project, "model_paths: [models]")
    python = "--python", sys.executable
    for wrong, says in (("ch_ttll = 1", "models.py:21: class Meta of table other: there is no attribute ch_ttll"),
                        ("class at:\n            ch_codecs = 'LZ4'", "class Meta of column other.at: there is no attribute ch_codecs")):
        project.write("models.py", MODELS.replace('ch_ttl = ["at + INTERVAL 1 DAY"]', wrong))
        shown = project.run("make-migrations", "x", *python)
        assert shown.status == 1 and says.split(": ", 1)[-1] in shown.err and "models.py:" in shown.err and "Did you mean ch_" in shown.err, shown
    project.write("models.py", MODELS.replace('"clickhouse_settings"', '"clickhouse_setings": {}, "clickhouse_settings"'))
    shown = project.run("make-migrations", "x", *python)  # an error of SQLAlchemy's where clickhouse-sqlalchemy is installed
    assert "clickhouse_setings" in shown.err and "models.py:" in shown.err, shown
    project.write("models.py", MODELS.replace("clickhouse_codec", "clickhouse_codek"))
    assert "column event.name: there is no option clickhouse_codek" in project.ok("make-migrations", "x", *python).err


SECRETS = """CREATE TABLE s (id UInt64) ENGINE = S3('http://127.0.0.1:1/bucket/key', 'key', 'canary1', 'CSV');
CREATE TABLE p (id UInt64) ENGINE = PostgreSQL('127.0.0.1:1', 'd', 't', 'u', 'canary2');
CREATE TABLE m (id UInt64) ENGINE = MySQL('127.0.0.1:1', 'd', 't', 'u', 'canary3');
CREATE TABLE u (id UInt64) ENGINE = URL('http://bob:canary4@127.0.0.1:1/x', 'CSV');
"""


def test_keys_of_engines_stand_in_the_migration_alone(project, database):
    project = described(project, "schema_files: [schema.sql]")
    project.write("schema.sql", SECRETS)
    project.ok("make-migrations", "x")
    shown = project.ok("migrate")
    folder = project.folder / "migrations" / "primary"
    assert "canary" not in shown.out + shown.err and next(folder.glob("*.sql")).read_text().count("canary") == 4
    kept = [path for path in project.folder.rglob("*") if path.is_file() and path.suffix != ".sql"]
    assert [path.name for path in kept if b"canary" in path.read_bytes()] == []
    assert project.ok("diff", "--exit-code").status == 0
    project.ok("diff", "--exit-code", "--offline")
    project.write("schema.sql", SECRETS.replace("'CSV');\nCREATE TABLE p", "'TSV');\nCREATE TABLE p"))
    shown = project.run("diff", "--offline", "--json")
    assert "canary" not in shown.out + shown.err and json.loads(shown.out)["models"][0]["fields"] == ["engine"], shown.out
