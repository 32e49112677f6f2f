"""What somebody made by hand in one database: a file runs in others too, and gives them what models describe by now."""

import shutil
from contextlib import contextmanager

import pytest
from support.described import Described
from support.turns import both_servers

BEFORE = "CREATE TABLE t (id integer);\n"
AFTER = ("CREATE TABLE t (id integer, note {} DEFAULT 'x', CONSTRAINT c CHECK (id > 0));\nCREATE INDEX i ON t (note);\n"
         "CREATE TABLE u (a integer PRIMARY KEY, b serial);\nCREATE VIEW v AS SELECT id FROM t;\n"
         "CREATE SCHEMA s;\nCREATE TYPE s.mood AS ENUM ('x', 'y');\nCREATE TYPE mood AS ENUM ('x', 'y');\n"
         "COMMENT ON TYPE mood IS 'how';\nCREATE TABLE s.m (m s.mood, n mood DEFAULT 'x');\n")
BY_HAND = ("ALTER TABLE t ADD note text DEFAULT 'x', ADD CONSTRAINT c CHECK (id > 0);\nCREATE INDEX i ON t (note);\n"
           "CREATE TABLE u (a integer PRIMARY KEY, b serial);\nCREATE VIEW v AS SELECT id FROM t;\n"
           "CREATE SCHEMA s;\nCREATE TYPE s.mood AS ENUM ('x', 'y');\nCREATE TYPE mood AS ENUM ('x', 'y');\n"
           "COMMENT ON TYPE mood IS 'how';\nCREATE TABLE s.m (m s.mood, n mood DEFAULT 'x');\n"
           "CREATE TABLE s.mine (a integer);\nALTER TABLE u ADD mine text;\nCREATE INDEX mine ON u (mine);\n"
           "INSERT INTO t VALUES (1, 'kept')")


@pytest.fixture
def place(tmp_path, postgres):
    return Described(tmp_path / "p", postgres)


@contextmanager
def another_database(place):
    """With the same files, and nothing in it."""
    name = place.url.rsplit("/", 1)[1] + "_2"
    place.sql(f"CREATE DATABASE {name}")
    other = Described(place.folder.parent / "other", place.url + "_2")
    shutil.copytree(place.migrations, other.migrations, dirs_exist_ok=True)
    shutil.copy(place.folder / "schema.sql", other.folder)
    try:
        yield other
    finally:
        place.sql(f"DROP DATABASE {name}")


def rows(place, query):
    with place.engine_in.connect() as connection:
        return connection.exec_driver_sql(query).all()


@both_servers
@pytest.mark.parametrize("type", ["text", "varchar(50)"])
def test_what_is_adopted_comes_to_other_databases_too(place, type):
    place.starts(BEFORE, BY_HAND)
    place.write("schema.sql", AFTER.format(type))
    told = place.ok("make-migrations").err
    assert ("made by hand so far, and made by this file where it is not there: enum mood; table t / column note; "
            "table t / check c; table t / index i; table u; view v; schema s; enum s.mood; table s.m\n") in told, told
    assert "no migration makes it" not in told, told
    assert "mine" not in (place.migrations / max(f.name for f in place.migrations.glob("*.sql"))).read_text()
    for _ in range(2):
        assert "No new migrations" in place.ok("make-migrations").out
        place.ok("migrate")
        place.ok("diff", "--exit-code")
        place.ok("rollback")
        assert rows(place, "SELECT id, note FROM t") == [(1, "kept")]
        place.ok("migrate")
    with another_database(place) as other:
        other.ok("migrate")
        other.ok("diff", "--exit-code")
        assert "No new migrations" in other.ok("make-migrations").out
        other.ok("rollback")
        other.ok("migrate")
        other.ok("diff", "--exit-code")


def test_what_stays_by_hand_is_in_no_other_database(place):
    place.starts("CREATE TYPE mood AS ENUM ('x', 'y');\nCREATE TABLE t (id integer, n integer, m mood);",
                 "CREATE TABLE ht (x integer, m mood DEFAULT 'x');\nALTER TABLE t ADD hm mood DEFAULT 'y';\n"
                 "ALTER TABLE t ADD g integer GENERATED ALWAYS AS (n * 2) STORED;\n"
                 "CREATE VIEW hv AS SELECT t.n, ht.x, 'two\nlines $$' AS e FROM t, ht;\nCOMMENT ON VIEW hv IS 'it''s';\n"
                 "CREATE FUNCTION hf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';\n"
                 "CREATE TRIGGER hg BEFORE UPDATE OF n ON t FOR EACH ROW EXECUTE FUNCTION hf();\n"
                 "CREATE INDEX hi ON t (id) WHERE n::text <> ''")
    place.write("schema.sql", "CREATE TYPE mood AS ENUM ('y', 'x');\nCREATE TABLE t (id integer, n bigint, m mood);")
    place.ok("make-migrations")
    ours = ("SELECT attname, format_type(atttypid, -1) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
            "WHERE relname IN ('t', 'ht', 'hv', 'hi') AND attnum > 0 AND NOT attisdropped ORDER BY relname, attname")
    triggers = "SELECT tgname FROM pg_trigger WHERE tgrelid = 't'::regclass"
    was = rows(place, ours)
    place.ok("migrate")
    assert rows(place, triggers) == [("hg",)] and len(rows(place, ours)) == len(was)
    assert rows(place, "SELECT obj_description('hv'::regclass), pg_get_viewdef('hv') LIKE '%%two\nlines $$%%'") == [("it's", True)]
    with another_database(place) as other:
        other.ok("migrate")
        assert rows(other, ours) == [("id", "integer"), ("m", "mood"), ("n", "bigint")]
        other.ok("rollback")
        other.ok("migrate")
    place.ok("rollback")
    assert rows(place, ours) == was and rows(place, triggers) == [("hg",)]


def test_what_a_parent_has_is_not_adopted_from_a_child(place):
    place.migration("0001", "by_hand", "CREATE TABLE p (a integer);\nCREATE TABLE c (b integer) INHERITS (p);",
                    "DROP TABLE c;\nDROP TABLE p;")
    place.ok("migrate")
    place.write("schema.sql", "CREATE TABLE p (a integer);\nCREATE TABLE c (b integer) INHERITS (p);")
    assert "No new migrations" in place.ok("make-migrations").out


def test_what_has_the_name_of_it_elsewhere_is_not_taken_for_it(place):
    place.starts("CREATE TABLE t (id integer, n varchar(9));\nCREATE TABLE \"o'x\" (id integer);",
                 "CREATE VIEW \"h'v\" AS SELECT id, n FROM t WHERE n IN ('a', 'b');\nCREATE INDEX hi ON t ((n || 'x'))")
    place.write("schema.sql", "CREATE TABLE t (id bigint, n text);\nCREATE TABLE \"o'x\" (id integer);")
    place.ok("make-migrations")
    place.ok("migrate")
    place.ok("rollback")  # and is printed in other words from now on
    place.ok("migrate")
    with another_database(place) as other:
        other.ok("migrate", "--to-version", "0001")
        other.sql("CREATE VIEW \"h'v\" AS SELECT id FROM t WHERE n = 'a'")
        assert "view h'v is another one here than where this file was written" in other.run("migrate").err
        assert rows(other, "SELECT pg_get_viewdef('\"h''v\"'::regclass) LIKE '%% = ''a''%%'") == [(True,)]
        other.sql("DROP VIEW \"h'v\"")
        other.sql("CREATE TABLE \"h'v\" (a integer)")
        other.sql("CREATE INDEX hi ON \"o'x\" (id)")
        other.ok("migrate")
        other.ok("rollback")
        assert rows(other, "SELECT tablename FROM pg_indexes WHERE indexname = 'hi'") == [("o'x",)]
        assert rows(other, "SELECT relkind::text FROM pg_class WHERE relname = 'h''v'") == [("r",)]


def test_what_gets_another_name_at_once_is_told(place):
    place.starts(BEFORE, "ALTER TABLE t ADD note text;\nCREATE INDEX i ON t (note)")
    place.write("schema.sql", "CREATE TABLE tt (id integer, note text);\nCREATE INDEX i ON tt (note);\n")
    told = place.ok("make-migrations", "--rename-table", "t:tt").err
    assert "no migration makes it, so another database will not have it: table tt / column note; table tt / index i;" in told
