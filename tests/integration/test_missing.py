"""What a wanted object needs, no kind models, and neither the database has nor a migration makes: said before it is written."""

import sys

import pytest
from support.project import Project
from test_unmodelled import Described

FUNCTION = "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'"
TRIGGER_FUNCTION = "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
DOMAIN = "CREATE DOMAIN posint AS integer CHECK (VALUE > 0)"
COMPOSITE = "CREATE TYPE pair AS (a integer, b integer)"
COLLATION = 'CREATE COLLATION plain (provider = libc, locale = \'C\')'
CHECKING = "CREATE FUNCTION ok(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0'"
OPCLASS = """CREATE OPERATOR CLASS by_cmp FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=,
  OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer)"""

NEEDS = {
    "default": (FUNCTION, "CREATE TABLE t (id integer DEFAULT f())", "table t / column id", "function f()"),
    "collation": (COLLATION, 'CREATE TABLE t (name text COLLATE plain)', "table t / column name", "collation plain"),
    "check": (CHECKING, "CREATE TABLE t (n integer, CHECK (ok(n)))", "table t / check t_n_check",
              "function ok(integer)"),
    "keyword": ("CREATE FUNCTION add(integer, integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT $1 + $2'",
                "CREATE TABLE t (n integer, CHECK (add(n, 1) > 0))", "table t / check t_n_check", "function add(integer, integer)"),
    "generated": (CHECKING, "CREATE TABLE t (n integer, o boolean GENERATED ALWAYS AS (ok(n)) STORED)",
                  "table t / column o", "function ok(integer)"),
    "index": (CHECKING, "CREATE TABLE t (n integer);\nCREATE INDEX i ON t (n) WHERE ok(n)", "table t / index i",
              "function ok(integer)"),
    "part": (CHECKING, "CREATE TABLE t (n integer);\nCREATE INDEX i ON t (ok(n))", "table t / index i",
             "function ok(integer)"),
    "opclass": (OPCLASS, "CREATE TABLE t (n integer);\nCREATE INDEX i ON t (n by_cmp)", "table t / index i",
                "operator class by_cmp using btree"),
    "view": (CHECKING, "CREATE VIEW v AS SELECT ok(1) AS a", "view v", "function ok(integer)"),
    "trigger": (TRIGGER_FUNCTION, "CREATE TABLE t (n integer);\nCREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW "
                                  "EXECUTE FUNCTION g()", "table t / trigger r", "function g()"),
}

# Names that the text itself gives, words that look like calls, and what every database has.
HARMLESS = """CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE t (id serial PRIMARY KEY, n numeric(10, 2) DEFAULT round(1.5, 1), m mood DEFAULT 'a'::mood, s varchar(20)
  COLLATE "C", tags text[] DEFAULT ARRAY['a']::text[], since timestamp(3) with time zone DEFAULT now(),
  CHECK (n IN (1, 2) AND coalesce(s, '') <> ''), CHECK (extract(year FROM since) > 2000), EXCLUDE USING gist (s WITH =));
CREATE TABLE app.u (id integer DEFAULT (2 * (3)), w app_word, r int4range DEFAULT '[1,2)'::int4range, l t);
CREATE INDEX i ON t USING hash (lower(s)) WHERE (NOT (n > 3));
CREATE INDEX j ON t (s text_pattern_ops, n) INCLUDE (id);
CREATE VIEW v AS WITH a(x) AS (SELECT 1), b(y) AS MATERIALIZED (SELECT x FROM a) SELECT y, sum(id) FILTER (WHERE id > 1)
  OVER (PARTITION BY s), u.z, CAST(n AS numeric(5, 1)), g.e, row_number() OVER w AS rn FROM t, b, unnest(tags) AS u(z),
  generate_series(1, 3) g(e), LATERAL (SELECT 1) k(o) WINDOW w AS (ORDER BY id);
CREATE VIEW v2 AS SELECT x.a FROM (VALUES (1), (2)) x(a) JOIN LATERAL (SELECT 3 AS a) z USING (a)
  WHERE EXISTS (SELECT 1) AND (x.a) BETWEEN (1) AND (2) GROUP BY GROUPING SETS ((x.a), ());
CREATE VIEW v3 AS SELECT max(s) AS s, (since AT TIME ZONE ('UTC'))::time(2) AS at, '1'::bit varying (3) AS b,
  '1 s'::interval second (2) AS i, rank() OVER (ORDER BY (id)) AS r FROM t WHERE s LIKE ('a') ESCAPE ('b')
  GROUP BY ROLLUP (id), CUBE (since) ORDER BY (id) FETCH FIRST (1 + 1) ROWS ONLY;
CREATE VIEW v4 AS SELECT id FROM t TABLESAMPLE system (10) REPEATABLE (1);
CREATE RULE r AS ON UPDATE TO app.u DO ALSO (INSERT INTO t (s) VALUES (new.id) ON CONFLICT (id) DO NOTHING; DELETE FROM t WHERE false);
CREATE FUNCTION total(a integer, b integer) RETURNS integer LANGUAGE sql RETURN (a + b)"""


@pytest.fixture
def place(tmp_path, postgres):
    return Described(tmp_path / "p", postgres)


@pytest.mark.parametrize("case", [case for case, need in NEEDS.items() if need[3].startswith(("function", "collation", "operator class"))])
def test_a_function_is_made_before_what_calls_it(place, case):
    makes, needs, _, _ = NEEDS[case]
    place.write("schema.sql", f"{makes};\n{needs};\n")
    for _ in range(2):
        place.ok("make-migrations")
        place.ok("migrate")
        assert place.run("diff", "models", "--exit-code").status == 0
        place.ok("rollback")


@pytest.mark.parametrize("case", [case for case, need in NEEDS.items() if not need[3].startswith(("function", "collation", "operator class"))])
def test_what_is_missing_is_said_with_the_object_and_its_place(place, case):
    makes, needs, who, what = NEEDS[case]
    said = place.stops(f"{makes};\n{needs};\n")
    assert f"{who} needs {what}, which " in said, said
    assert "not managed yet" in said and "hand-written migration first" in said
    line = f"{makes};\n{needs}".count("\n", 0, f"{makes};\n{needs}".rindex("CREATE")) + 1
    assert f"schema.sql:{line}:1" in said, said
    place.migration("0001", "by_hand", makes)  # pending: good enough
    place.ok("make-migrations")
    place.ok("migrate")
    assert place.run("diff", "models", "--exit-code").status == 0
    assert "Nothing" in place.ok("make-migrations").out or "No new" in place.ok("make-migrations").out


def test_an_added_column_and_a_changed_default_need_it_too(place):
    place.starts("CREATE TABLE t (id integer, n integer DEFAULT 1);")
    for table in ("(id integer, n integer DEFAULT f())", "(id integer, n integer DEFAULT 1, m integer DEFAULT f())"):
        place.write("schema.sql", f"{FUNCTION};\nCREATE TABLE t {table};")
        place.ok("make-migrations")
        place.ok("migrate")
    assert place.run("diff", "models", "--exit-code").status == 0


def test_what_looks_like_a_name_is_no_reason_to_stop(place):
    place.sql("CREATE EXTENSION btree_gist")
    place.write("schema.sql", HARMLESS.replace("w app_word, ", "") + ";\n")
    place.ok("make-migrations")
    place.ok("migrate")
    place.ok("rollback")


MODELS = """
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import declarative_base
Base = declarative_base()


class Posint(sa.types.UserDefinedType):
    cache_ok = True

    def get_col_spec(self, **kw):
        return "posint"


class T(Base):
    __tablename__ = "t"
    id = sa.Column(sa.Integer, primary_key=True)
    %s
"""


@pytest.mark.parametrize("column, what, makes", [
    ("n = sa.Column(sa.Integer, server_default=sa.text('f()'))", "function f", FUNCTION),
    ("n = sa.Column(Posint)", "type posint", DOMAIN),
    ("n = sa.Column(sa.Text(collation='plain'))", "collation plain", COLLATION),
    ("n = sa.Column(sa.Integer)\n    __table_args__ = (sa.CheckConstraint('ok(n)'),)", "function ok", CHECKING),
])
def test_models(tmp_path, postgres, column, what, makes):
    place = Project(tmp_path / "p", postgres, sys.executable, model_paths=["models"])
    place.write("models.py", MODELS % column)
    said = place.run("make-migrations")
    assert said.status == 1 and f"needs {what}, which " in said.err, said
    assert "or correct the name" in said.err and not place.files()
    place.write("models.py", MODELS % column +
                f"\nevent.listen(Base.metadata, 'before_create', sa.DDL({makes.replace('%', '%%')!r}))\n")
    place.ok("make-migrations")
    place.ok("migrate")
    place.write("models.py", MODELS % column)  # the database has it now
    assert "needs" not in place.run("make-migrations").err
