"""Schemas of ClickHouse: read, compared and changed, both ways, from a file and from models."""

from test_clickhouse import database, project, server  # noqa: F401

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


def test_what_cannot_change_is_refused(project, database):
    project = described(project, "schema_files: [schema.sql]")
    table = "CREATE TABLE t (id UInt64, k UInt8) ENGINE = {} PARTITION BY {} ORDER BY {};"
    project.write("schema.sql", table.format("MergeTree", "k", "id"))
    project.ok("make-migrations", "x")
    project.ok("migrate")
    for words, says in ((("Log", "k", "id"), None), (("ReplacingMergeTree", "k", "id"), "the engine of a table cannot change"),
                        (("MergeTree", "id", "id"), "partitioned by cannot change"), (("MergeTree", "k", "(id, k)"), "sorted by can only get new")):
        project.write("schema.sql", table.format(*words))
        shown = project.run("make-migrations", "y")
        assert shown.status == 1 and (says is None or says in shown.err), shown
