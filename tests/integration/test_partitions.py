"""Partitions: what the sources do not speak of stays, and what the server will refuse is said before."""

import json
import sys

import pytest
import sqlalchemy as sa
from support.described import Described
from support.project import Project
from support.turns import both_servers

PARENT = "CREATE TABLE p (a integer PRIMARY KEY, b text) PARTITION BY RANGE (a);\n"
PARTS = """CREATE TABLE c1 PARTITION OF p FOR VALUES FROM (1) TO (10);
CREATE TABLE c2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (a);
CREATE TABLE c2x PARTITION OF c2 FOR VALUES IN (15);
"""
MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class P(Base):
    __tablename__ = "p"
    __table_args__ = {"postgresql_partition_by": "RANGE (a)"}
    a: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    b: Mapped[str | None] = mapped_column(sa.Text)
"""



@pytest.fixture
def place(tmp_path, postgres):
    return Described(tmp_path / "p", postgres)


def rows(place, table):
    with place.engine_in.connect() as connection:
        return list(connection.execute(sa.text(f"SELECT a FROM {table} ORDER BY a")).scalars())


@both_servers
def test_of_a_hand_written_file_stay(place):
    """Also when their table changes, in a replay of the files, without a server, and when it gets another name."""
    place.migration("0001", "by_hand", PARENT + PARTS, "DROP TABLE p;")
    place.ok("migrate")
    place.sql("INSERT INTO p VALUES (5, 'x'), (15, 'x')")
    place.write("schema.sql", PARENT)
    said = place.ok("make-migrations")
    assert "No new migrations" in said.out and "left alone: table c1; table c2; table c2x" in said.out + said.err
    assert place.run("diff", "--exit-code").status == 0
    assert place.run("diff", "--exit-code", "--from", "db", "--to", "models").status == 0
    assert place.run("diff", "--exit-code", "--from", "models", "--to", "db").status == 0
    assert place.run("verify").status == 0

    place.write("schema.sql", PARENT.replace("b text", "b text, d integer DEFAULT 4"))
    place.ok("make-migrations", "wider")
    place.ok("migrate")
    assert place.run("diff", "--exit-code").status == 0 and rows(place, "c2x") == [15]
    assert "No new migrations" in place.ok("make-migrations", "--offline").out
    place.ok("rollback")
    place.ok("migrate")
    assert place.run("verify").status == 0

    place.write("schema.sql", PARENT.replace("TABLE p ", "TABLE q ").replace("b text", "b text, d integer DEFAULT 4"))
    place.ok("make-migrations", "named", "--rename-table", "p:q")
    place.ok("migrate")
    assert place.run("diff", "--exit-code").status == 0 and rows(place, "q") == [5, 15]


@both_servers
def test_that_are_described_are_compared(place):
    place.migration("0001", "by_hand", PARENT + PARTS, "DROP TABLE p;")
    place.ok("migrate")
    place.write("schema.sql", PARENT + PARTS)
    assert "No new migrations" in place.ok("make-migrations").out
    place.write("schema.sql", PARENT + PARTS.splitlines()[0])
    said = place.ok("make-migrations", "fewer")
    assert "the rows of table c2 are lost" in said.out + said.err
    place.ok("migrate")
    assert place.run("diff", "--exit-code").status == 0


@both_servers
def test_models_do_not_speak_of_them(place):
    place.write("schema.sql", PARENT)
    place.ok("make-migrations")
    place.migration("0002", "by_hand", PARTS, "DROP TABLE c1, c2;")
    place.ok("migrate")
    assert "No new migrations" in place.ok("make-migrations").out
    place.write("app_models.py", MODELS)
    modelled = Project(place.folder, place.url, sys.executable, model_paths=["app_models"])
    assert "No new migrations" in modelled.ok("make-migrations").out


@both_servers
def test_rows_of_the_default_are_told_of(place):
    rest = PARENT + "CREATE TABLE rest PARTITION OF p DEFAULT;\n"
    place.starts(rest, "INSERT INTO p VALUES (5, 'x')")
    place.write("schema.sql", rest + PARTS.splitlines()[0])
    said = place.ok("make-migrations", "one more")
    assert "rows of table rest that belong into table c1 stop it" in said.out + said.err
    failed = place.run("migrate")
    assert failed.status == 1 and "rest" in failed.err and rows(place, "p") == [5]
    place.sql("CREATE TABLE apart AS SELECT * FROM rest WHERE a < 10;\nDELETE FROM rest WHERE a < 10")
    place.ok("migrate")
    place.sql("INSERT INTO p SELECT * FROM apart")
    assert rows(place, "c1") == [5]


@both_servers
def test_rows_that_refer_to_a_partition_are_told_of(place):
    schema = PARENT + PARTS.splitlines()[0] + "\nCREATE TABLE r (x integer CONSTRAINT r_x REFERENCES p);\n"
    place.starts(schema, "INSERT INTO p VALUES (5, 'x');\nINSERT INTO r VALUES (5)")
    place.write("schema.sql", schema.replace("(10)", "(30)"))
    said = place.ok("make-migrations", "moved")
    assert "rows that refer to those in table c1 stop it: drop table r / foreign key r_x before" in said.out + said.err
    assert place.run("migrate").status == 1 and rows(place, "c1") == [5]
    place.sql("ALTER TABLE r DROP CONSTRAINT r_x")
    place.ok("migrate")
    place.sql("ALTER TABLE r ADD CONSTRAINT r_x FOREIGN KEY (x) REFERENCES p")
    assert place.run("migrate").status == 0 and rows(place, "c1") == [5]


def aged(place):
    """The snapshot as it was written before partitions were managed: a name, and a sum of the rest."""
    path = sorted((place.folder / "dbwarden/schemas").glob("*.json"))[-1]
    document = json.loads(path.read_text())
    tree = document["dbwarden"]["tree"]
    (schema,) = tree["schemas"]
    tree["unmodelled"] = []
    for table in [table for table in schema["tables"] if table.get("partition_bound")]:
        schema["tables"].remove(table)
        tree["unmodelled"].append({"kind": "partition", "schema": "", "name": table["name"], "on_kind": "table", "on": "p",
                                   "definition": "sha256:0"})
        tree["unmodelled"] += [{"kind": "index", "schema": "", "name": index["name"], "on_kind": "partition",
                                "on": table["name"], "definition": "sha256:0"} for index in table.get("indexes", [])]
    del document["checksum"]
    path.write_text(json.dumps(document))


@both_servers
def test_an_older_snapshot_only_names_them(place):
    """Without a server they are taken to be as wanted; nothing is made twice, nothing dropped, and nothing is drift."""
    schema = PARENT + PARTS.splitlines()[0] + "\nCREATE TABLE theirs PARTITION OF p DEFAULT;\nCREATE INDEX c1_own ON c1 (b);\n"
    place.starts(schema, "INSERT INTO p VALUES (5, 'x')")
    aged(place)
    assert place.run("diff", "migrations", "--exit-code").status == 0
    less = schema.replace("CREATE TABLE theirs PARTITION OF p DEFAULT;\n", "")
    for text in (schema, less):
        place.write("schema.sql", text)
        said = place.ok("make-migrations", "--offline", "--plan")
        assert "taken to be as wanted: table c1" in said.err and said.json["operations"] == []
    place.write("schema.sql", "CREATE TABLE x (b text);\n")
    assert "table p cannot be dropped" in place.run("make-migrations", "--offline").err
