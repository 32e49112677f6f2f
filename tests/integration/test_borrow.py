"""What only the database has, made by a hand-written migration say: a schema.sql may use it, and says nothing about it."""

import pytest
from test_missing import CHECKING, COLLATION, COMPOSITE, DOMAIN, FUNCTION, NEEDS, OPCLASS, TRIGGER_FUNCTION
from test_unmodelled import Described

OPERATOR = f"{CHECKING};\nCREATE FUNCTION eq(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2';\n" \
           "CREATE OPERATOR === (FUNCTION = eq, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = ===)"
AGGREGATE = "CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0')"
RANGE = "CREATE TYPE span AS RANGE (SUBTYPE = double precision, SUBTYPE_DIFF = float8mi)"
BASE = """CREATE SCHEMA lib;
CREATE TYPE lib."Word";
CREATE FUNCTION lib.word_in(cstring) RETURNS lib."Word" LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION lib.word_out(lib."Word") RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE lib."Word" (INPUT = lib.word_in, OUTPUT = lib.word_out, LIKE = text, CATEGORY = 'S', DEFAULT = 'it''s');
CREATE FUNCTION lib.length(lib."Word") RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'textlen'"""
CANONICAL = """CREATE TYPE nights;
CREATE FUNCTION nights_canonical(nights) RETURNS nights LANGUAGE internal IMMUTABLE STRICT AS 'int4range_canonical';
CREATE TYPE nights AS RANGE (SUBTYPE = integer, CANONICAL = nights_canonical)"""
SEARCH = """CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple, stopwords = 'english');
CREATE TEXT SEARCH CONFIGURATION words (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION words ADD MAPPING FOR asciiword, word WITH plain, simple"""
CAST = """CREATE TYPE pair AS (a integer, b integer);
CREATE FUNCTION to_pair(integer) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT ($1, $1)::pair';
CREATE CAST (integer AS pair) WITH FUNCTION to_pair(integer) AS ASSIGNMENT"""
CHAIN = f"""CREATE SCHEMA lib;
CREATE DOMAIN lib."Good" AS integer CHECK (VALUE > 0);
CREATE FUNCTION lib.inner_one(lib."Good") RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
CREATE FUNCTION outer_one(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT lib.inner_one($1)';
CREATE FUNCTION unused() RETURNS integer LANGUAGE sql AS 'SELECT 1'"""

USES = {
    "domain": (DOMAIN, "CREATE TABLE t (id integer, n posint)"),
    "composite": (COMPOSITE, "CREATE TABLE t (p pair[])"),
    "cast": (DOMAIN, "CREATE VIEW v AS SELECT 1::posint AS a"),
    **{name: (makes, needs) for name, (makes, needs, _, _) in NEEDS.items()},
    "operator": (OPERATOR, "CREATE TABLE t (n integer, CHECK (n === 3))"),
    "aggregate": (AGGREGATE, "CREATE VIEW v AS SELECT total(g) AS n FROM generate_series(1, 3) AS g"),
    "base type": (BASE, "CREATE TABLE t (w lib.\"Word\" DEFAULT 'a', CHECK (lib.length(w) > 0))"),
    "canonical range": (CANONICAL, "CREATE TABLE t (n nights DEFAULT nights(1, 2))"),
    "range": (RANGE, "CREATE TABLE t (s span DEFAULT span(1, 2))"),
    "search": (SEARCH, "CREATE TABLE t (a text);\nCREATE INDEX i ON t USING gin (to_tsvector('words', a))"),
    "cast": (CAST, "CREATE TABLE t (p pair DEFAULT 3)"),
    "chain": (CHAIN, "CREATE TABLE t (n integer, CHECK (outer_one(n) > 2));\nCREATE INDEX i ON t (lib.inner_one(n))"),
    "in a transaction": (FUNCTION, "BEGIN;\nCREATE TABLE s (id integer);\nCREATE TABLE t (id integer DEFAULT f());\nCOMMIT"),
    "under a search path": (f"CREATE SCHEMA lib;\nSET search_path = lib;\n{FUNCTION};\nSET search_path = public",
                            "SET search_path = lib;\nCREATE TABLE public.t (id integer DEFAULT f())"),
    "collation with rules": ("CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
                             "CREATE TABLE t (a text COLLATE ci)"),
}
# What they make of the text's own.
OWN = {
    "enum": ("CREATE TYPE mood AS ENUM ('a', 'b')", "CREATE FUNCTION first_mood() RETURNS mood LANGUAGE sql AS $$SELECT 'a'::mood$$",
             "CREATE TABLE t (m mood DEFAULT first_mood())"),
    "table": ("CREATE TABLE s (id integer)", "CREATE FUNCTION one(s) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1.id'",
              "CREATE VIEW v AS SELECT one(s) AS n FROM s"),
    "schema": ("CREATE SCHEMA lib", "CREATE FUNCTION lib.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
               "CREATE TABLE lib.t (id integer DEFAULT lib.f())"),
}


@pytest.fixture
def place(tmp_path, postgres):
    return Described(tmp_path / "p", postgres)


def settles(place):
    place.ok("make-migrations")
    place.ok("migrate")
    for again in range(2):  # with what is remembered, and without
        left = place.run("diff", "--exit-code", env={"DBWARDEN_CACHE": "off"} if again else None)
        assert left.status == 0, left
    return (place.migrations / place.files()[-1]).read_text().split("-- rollback")[0]


@pytest.mark.parametrize("case", USES)
def test_what_the_database_has_can_be_used(place, case):
    makes, needs = USES[case]
    place.sql(makes)
    place.write("schema.sql", f"{needs};\n")
    written = settles(place)
    assert "CREATE SCHEMA" not in written and "DROP" not in written, written
    place.write("schema.sql", "")
    settles(place)


def test_what_a_migration_made_by_hand_is_not_dropped_for_silence(place):
    place.migration("0001", "by_hand", f"{FUNCTION};\n{DOMAIN};\n{COMPOSITE};")
    place.ok("migrate")
    place.write("schema.sql", "CREATE TABLE t (id integer DEFAULT f(), n posint, p pair);\n")
    assert "DROP" not in settles(place)
    place.write("schema.sql", "CREATE TABLE t (id integer);\n")
    assert "DROP DOMAIN" not in settles(place)


@pytest.mark.parametrize("case", OWN)
def test_what_the_database_has_may_rest_on_what_the_text_makes(place, case):
    own, makes, needs = OWN[case]
    place.write("schema.sql", f"{own};\n")
    settles(place)
    place.sql(makes)
    place.write("schema.sql", f"{own};\n{needs};\n")
    settles(place)


def test_what_the_text_makes_itself_is_its_own(place):
    place.sql(FUNCTION)
    place.sql(DOMAIN)
    changed = FUNCTION.replace("SELECT 1", "SELECT 2")
    place.write("schema.sql", f"{DOMAIN};\n{changed};\nCREATE TABLE t (id posint DEFAULT f(), c text COLLATE plain);\n")
    place.sql(COLLATION)
    said = place.run("diff", "--exit-code")
    assert said.status == 3 and "alter   function f()" in said.out, said
    assert "domain" not in said.err and "left alone: collation plain" in said.err, said


def test_a_changed_domain_is_asked_again(place):
    place.sql("CREATE DOMAIN d AS varchar(5) DEFAULT 'a'")
    place.write("schema.sql", "CREATE TABLE t (a d);\nCREATE VIEW v AS SELECT a || 'x' AS b FROM t;\n")
    settles(place)
    place.sql("DROP VIEW v; DROP TABLE t; DROP DOMAIN d; CREATE DOMAIN d AS integer; CREATE TABLE t (a d)")
    said = place.run("diff")
    assert "CREATE" in said.out or "view v" in said.out + said.err, said


def test_what_nobody_has_is_still_an_error(place):
    place.sql(FUNCTION)
    place.write("schema.sql", "CREATE TABLE t (id integer DEFAULT f(), n nowhere);\n")
    said = place.run("make-migrations")
    assert said.status == 1 and 'type "nowhere" does not exist' in said.err and "schema.sql:1:" in said.err, said


def test_a_collation_outside_of_the_search_path_is_named_with_its_schema(place):
    place.sql("CREATE SCHEMA lib; CREATE COLLATION lib.plain (provider = libc, locale = 'C');"
              "CREATE COLLATION plain (provider = libc, locale = 'POSIX'); CREATE COLLATION lib.\"en.x\" FROM lib.plain")
    place.write("schema.sql", "CREATE TABLE t (a text COLLATE lib.plain, b text COLLATE plain, c text);\n"
                              "CREATE INDEX i ON t (c COLLATE lib.plain, b COLLATE lib.\"en.x\", a);\n")
    written = settles(place)
    assert 'a text COLLATE "lib"."plain"' in written and "b text COLLATE plain" in written, written
    assert 'c COLLATE "lib"."plain", b COLLATE "lib"."en.x", a)' in written, written
    place.write("schema.sql", "CREATE TABLE t (a text COLLATE plain, b text COLLATE lib.plain, c text);\n"
                              "CREATE INDEX i ON t (c COLLATE plain, b, a);\n")
    settles(place)
    place.ok("rollback")
    place.sql("DROP TABLE t; DROP COLLATION lib.plain, lib.\"en.x\"")
