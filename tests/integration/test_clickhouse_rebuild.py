"""Tables of ClickHouse that are made again with their rows: `make-migrations --rebuild`."""

import random
import threading

import pytest
from support.project import SEED
from support.trace import traced
from test_clickhouse import STRIKES, TALKS, database, old_and_new, project, server  # noqa: F401
from test_clickhouse_schema import described

TABLE = "CREATE TABLE t (id UInt64, k UInt8, s Nullable(String), at DateTime, sign Int8 DEFAULT 1) ENGINE = {};\n"
VIEWS = """CREATE TABLE dst (id UInt64) ENGINE = MergeTree ORDER BY id;
CREATE MATERIALIZED VIEW mv TO dst AS SELECT id FROM t;
CREATE MATERIALIZED VIEW own ENGINE = MergeTree ORDER BY id AS SELECT id, k FROM t;
CREATE VIEW v AS SELECT id FROM t;
"""
FIRST = "MergeTree PARTITION BY k ORDER BY id"
ROWS = ("INSERT INTO t (id, k, s, at) SELECT number, number % 5, if(number % 3 = 0, NULL, toString(number)), toDateTime(1000000000 + number) "
        "FROM numbers(100)")


def begun(project, database, engine=FIRST, table=TABLE, views=VIEWS, rows=ROWS):
    described(project, "schema_files: [schema.sql]")
    project.write("schema.sql", table.format(engine) + views)
    project.ok("make-migrations", "x")
    project.ok("migrate")
    database.ask(rows)
    return project


def rebuilt(project, text):
    project.write("schema.sql", text)
    return project.ok("make-migrations", "y", "--rebuild")


def rows(database, of="t"):
    return sorted(database.ask(f"SELECT * FROM {of}"))


@old_and_new
def test_both_ways_with_rows_and_views(project, database):
    begun(project, database)
    before = rows(database)
    made = rebuilt(project, TABLE.format("ReplacingMergeTree(at) PARTITION BY toYYYYMM(at) ORDER BY (k, id)") + VIEWS)
    assert "kept as _dbwarden_old_t" in made.err and "stop what writes to it" in made.err
    project.ok("migrate")
    assert rows(database) == before == rows(database, "_dbwarden_old_t")
    project.ok("diff", "--exit-code")
    database.ask("INSERT INTO t (id, k) VALUES (5000, 1)")
    assert database.ask("SELECT (SELECT count() FROM dst), (SELECT count() FROM own), (SELECT count() FROM v)") == [("101", "101", "101")]
    project.ok("rollback")
    assert rows(database) == sorted([*before, ("5000", "1", r"\N", database.ask("SELECT toDateTime(0)")[0][0], "1")])
    assert "PARTITION BY k ORDER BY id" in database.ask("SELECT create_table_query FROM system.tables WHERE name = 't' AND database = currentDatabase()")[0][0]
    database.ask("INSERT INTO t (id, k) VALUES (5001, 1)")
    assert database.ask("SELECT (SELECT count() FROM dst), (SELECT count() FROM own)") == [("102", "102")]
    project.ok("migrate")
    assert database.ask("SELECT count() FROM t") == [("102",)]


ENGINES = [
    ("CollapsingMergeTree(sign) ORDER BY id", "MergeTree ORDER BY id"), ("MergeTree ORDER BY id", "CollapsingMergeTree(sign) ORDER BY (id, k)"),
    ("SummingMergeTree ORDER BY (k, id)", "AggregatingMergeTree ORDER BY (id, k)"), ("ReplacingMergeTree ORDER BY id", "CollapsingMergeTree(sign) ORDER BY id"),
    ("Log", "MergeTree ORDER BY tuple()"), ("MergeTree ORDER BY (id, k)", "MergeTree PRIMARY KEY id ORDER BY (id, k) SAMPLE BY id"),
]


@pytest.mark.parametrize("engines", ENGINES if STRIKES > 1 else random.Random(SEED).sample(ENGINES, 3))
def test_engines(engines, project, database):
    begun(project, database, engines[0], views="")
    before = rows(database)
    rebuilt(project, TABLE.format(engines[1]))
    project.ok("migrate")
    assert rows(database) == before
    project.ok("diff", "--exit-code")
    project.ok("rollback")
    assert rows(database) == before


@pytest.mark.parametrize("garbage", [False, True])
def test_a_part_that_stops_and_goes_on(garbage, project, database):
    """The type of a key column: a value that does not fit stops the copy at its partition, and what is done stays done."""
    table = "CREATE TABLE t (id {}, k UInt8) ENGINE = MergeTree PARTITION BY k ORDER BY id;\n"
    begun(project, database, "String", table, "", "INSERT INTO t SELECT toString(number), number % 5 FROM numbers(50) WHERE number != 7")
    rebuilt(project, table.format("UInt64"))
    database.ask("INSERT INTO t VALUES ('x', 2)")  # after the plan, which counts such values
    stopped = project.run("migrate")
    assert stopped.status == 1 and "goes on here" in stopped.err and "'x'" in stopped.err, stopped
    database.ask("ALTER TABLE t DELETE WHERE id = 'x' SETTINGS mutations_sync = 2")
    if garbage:
        database.ask("INSERT INTO _dbwarden_new_t VALUES (99, 9)")
    told = project.ok("migrate", "-v")
    assert f"part {5 if garbage else 3} of {5 if garbage else 3} is copied" in told.out + told.err
    assert rows(database) == sorted((str(n), str(n % 5)) for n in range(50) if n != 7)


def test_rows_that_come_in_meanwhile_stop_it(project, database):
    begun(project, database, views="", rows=ROWS.replace("% 5", "% 20"))
    rebuilt(project, TABLE.format("MergeTree ORDER BY (k, id)"))
    stop = threading.Event()

    def writes():
        while not stop.wait(0.02):
            database.ask("INSERT INTO t (id, k) VALUES (7, 7)")

    writer = threading.Thread(target=writes)
    writer.start()
    try:
        stopped = project.run("migrate")
    finally:
        stop.set()
        writer.join()
    assert stopped.status == 1 and "rows of t changed while they were copied" in stopped.err and "copies them anew" in stopped.err, stopped
    before = rows(database)
    project.ok("migrate")
    assert rows(database) == before


def test_what_was_copied_is_compared(project, database):
    begun(project, database, views="")
    rebuilt(project, TABLE.format("MergeTree ORDER BY (k, id)"))
    file = next((project.folder / "migrations" / "primary").glob("*0002*.sql"))
    file.write_text(file.read_text().replace("SELECT throwIf", "INSERT INTO t (id) VALUES (7);\nSELECT throwIf", 1))
    stopped = project.run("migrate")
    assert stopped.status == 1 and "the rows of t are not those of its copy" in stopped.err, stopped
    assert database.ask("SELECT count() FROM t") == [("101",)]


@pytest.mark.parametrize("words, says", [
    (("ReplicatedMergeTree('/a/t', '{replica}') ORDER BY id", "ReplicatedMergeTree('/a/t', '{replica}') ORDER BY k"), "under the path '/a/t' in ZooKeeper"),
    (("URL('http://a/', 'CSV')", "URL('http://b/', 'CSV')"), "the engine of a table cannot change"),
])
def test_what_cannot_be_made_again(words, says, project):
    """Offline, because no server of the tests has ZooKeeper by itself."""
    described(project, "schema_files: [schema.sql]")
    project.write("schema.sql", TABLE.format(words[0]))
    project.ok("make-migrations", "x", "--offline")
    project.write("schema.sql", TABLE.format(words[1]))
    shown = project.run("make-migrations", "y", "--offline", "--rebuild")
    assert shown.status == 1 and says in shown.err, shown


def test_every_server_of_a_cluster_does_it(project, database):
    described(project, "schema_files: [schema.sql]\n    cluster: main")
    project.write("schema.sql", TABLE.format("MergeTree ORDER BY id") + VIEWS)
    project.ok("make-migrations", "x", "--offline")
    project.write("schema.sql", TABLE.format("MergeTree ORDER BY k") + VIEWS)
    project.ok("make-migrations", "y", "--offline", "--rebuild")
    text = next((project.folder / "migrations" / "primary").glob("*0002*.sql")).read_text()
    statements = [line for part in text.split("-- rollback") for line in part.split(";\n") if line.strip()]
    for statement in statements:
        sql = "\n".join(line for line in statement.splitlines() if not line.startswith("--")).strip()
        assert ("ON CLUSTER main" in sql) is not sql.startswith(("INSERT", "SELECT")), sql
        database.ask(f"EXPLAIN AST {sql}")


@pytest.mark.parametrize("command", ["migrate", "rollback"] if STRIKES > 1 else [random.Random(SEED).choice(["migrate", "rollback"])])
def test_killed_at_any_request(command, project, database):
    project.lease = "2"
    begun(project, database)
    before = rows(database)
    rebuilt(project, TABLE.format("MergeTree PARTITION BY k % 2 ORDER BY (k, id)") + VIEWS)
    if command == "rollback":
        project.ok("migrate")
    steps = traced(project, None, command, calls=TALKS)[1]
    project.ok("rollback" if command == "migrate" else "migrate")
    dice = random.Random(f"{SEED} rebuild {command}")
    for _ in range(STRIKES):
        traced(project, f"signal=KILL:when={dice.randrange(1, steps + 1)}", command, calls=TALKS)
        after = project.run(command, "--wait-for-runner", "20")
        while after.status == 4 and "lease" in after.err:
            after = project.run(command, "--wait-for-runner", "20")
        assert after.status == 0 or "no migrations" in after.out.lower(), after
        assert rows(database) == before == rows(database, "_dbwarden_old_t")
        assert database.ask("SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'MaterializedView' ORDER BY name") == [("mv",), ("own",)]
        assert project.ok("status", "--json").json["unfinished"] == 0
        project.ok("rollback" if command == "migrate" else "migrate")
