"""What the server alone can know of a plan (operators, labels, operator classes) is said before its file is written."""

import pytest
from support.described import Described
from support.turns import both_servers


MOODS = "CREATE TYPE mood AS ENUM ({});\n"
REFUSED = {
    "a check and a text that becomes an enum": (
        "CREATE TABLE t (b text);", "ALTER TABLE t ADD CONSTRAINT hand CHECK (b IN ('x', 'y'))",
        MOODS.format("'x', 'y'") + "CREATE TABLE t (b mood);", "table t / check hand: operator does not exist"),
    "a condition and a text that becomes an enum": (
        "CREATE TABLE t (b text);", "CREATE INDEX hand ON t (b) WHERE b = lower('X')",
        MOODS.format("'x', 'y'") + "CREATE TABLE t (b mood);", "operator does not exist: mood = text"),
    "a check and a label that goes": (
        MOODS.format("'x', 'y'") + "CREATE TABLE t (b mood);", "ALTER TABLE t ADD CONSTRAINT hand CHECK (b <> 'y')",
        MOODS.format("'x'") + "CREATE TABLE t (b mood);", 'table t / check hand: invalid input value for enum mood: "y"'),
    "an index and a label that goes": (
        MOODS.format("'x', 'y'") + "CREATE TABLE t (b mood);", "CREATE INDEX hand ON t (b) WHERE b = 'y'",
        MOODS.format("'x'") + "CREATE TABLE t (b mood);", 'invalid input value for enum mood: "y"'),
    "an operator class": (
        "CREATE TABLE t (b varchar(40)); CREATE INDEX i ON t (b);", "CREATE INDEX hand ON t (b varchar_pattern_ops)",
        "CREATE TABLE t (b uuid); CREATE INDEX i ON t (b);",
        'operator class "varchar_pattern_ops" does not accept data type uuid'),
}


@both_servers
@pytest.mark.parametrize("case", REFUSED)
def test_what_the_server_would_refuse_is_said_before(tmp_path, postgres, case):
    before, by_hand, after, says = REFUSED[case]
    place = Described(tmp_path / "p", postgres)
    place.starts(before, by_hand)
    said = place.stops(after)
    assert "the server would refuse this migration: " in said and says in said, said
    assert "It may be for what was made by hand: table t / " in said and " hand" in said
    place.ok("make-migrations", "--normalise", "offline")
    assert says.split(": ", 1)[-1] in place.run("migrate").err  # so it was right


def test_nothing_stays_and_nothing_is_locked(tmp_path, postgres):
    place = Described(tmp_path / "p", postgres)
    schema = ("CREATE TABLE a (id integer PRIMARY KEY);\nCREATE TABLE t (id serial PRIMARY KEY, a integer REFERENCES a, b text);\n"
              "CREATE VIEW v AS SELECT b, a.id FROM t JOIN a ON a.id = t.a;\nCREATE INDEX i ON t (b);\n")
    place.starts(schema, "INSERT INTO a VALUES (1);\nINSERT INTO t (a, b) VALUES (1, 'x')")
    place.write("schema.sql", schema.replace("b text", "b varchar(9)").replace("id integer", "id bigint")
                .replace("a integer", "a bigint"))
    with place.engine_in.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SELECT count(*) FROM t, a, v")  # whoever wants to alter them has to wait
        place.ok("make-migrations")
        connection.exec_driver_sql("ROLLBACK")
        schemas = connection.exec_driver_sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dbwarden%%'").all()
    assert schemas == []
    place.ok("migrate")
    place.ok("rollback")
    assert place.run("diff", "migrations", "--exit-code").status == 0
