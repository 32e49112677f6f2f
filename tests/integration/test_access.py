"""Who may do what, and whose what is: compared and changed where the configuration says so, else left as each database has it."""

import pytest
from support.described import Described
from test_unmodelled import grants_of

both_servers = pytest.mark.parametrize("postgres", ["pg15", "pg18"], indirect=True)

SCHEMA = """CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('sad', 'fine');
CREATE DOMAIN price AS integer;
CREATE TYPE pair AS (a integer, b integer);
CREATE SEQUENCE numbers;
CREATE TABLE t (a integer, b text, m mood);
CREATE TABLE app."Odd Table" (id integer PRIMARY KEY);
CREATE VIEW v AS SELECT a, b FROM t;
CREATE MATERIALIZED VIEW mat AS SELECT a FROM t;
CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE sql AS 'SELECT x';
CREATE PROCEDURE p(x integer) LANGUAGE sql AS 'SELECT x';
"""
FIRST = """GRANT USAGE ON SCHEMA app TO pg_monitor;
GRANT SELECT, INSERT ON t TO pg_monitor;
GRANT UPDATE (a), SELECT (b) ON t TO pg_signal_backend;
GRANT SELECT (a) ON t TO pg_monitor;
GRANT SELECT ON v TO PUBLIC;
GRANT USAGE ON SEQUENCE numbers TO pg_monitor WITH GRANT OPTION;
REVOKE EXECUTE ON FUNCTION f(integer) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE p(integer) TO pg_monitor;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO pg_monitor;
ALTER TABLE t OWNER TO pg_read_all_data;
ALTER VIEW v OWNER TO pg_read_all_data;
"""
SECOND = """GRANT USAGE, CREATE ON SCHEMA app TO pg_signal_backend;
GRANT INSERT ON t TO pg_monitor WITH GRANT OPTION;
GRANT UPDATE (b), SELECT (b) ON t TO pg_signal_backend;
GRANT SELECT (a) ON t TO pg_monitor;
GRANT SELECT, DELETE ON v TO pg_monitor;
GRANT REFERENCES ON app."Odd Table" TO PUBLIC;
GRANT USAGE ON SEQUENCE numbers TO pg_monitor;
GRANT EXECUTE ON FUNCTION f(integer) TO pg_monitor;
REVOKE EXECUTE ON PROCEDURE p(integer) FROM PUBLIC;
REVOKE USAGE ON TYPE mood FROM PUBLIC;
GRANT USAGE ON DOMAIN price TO pg_monitor WITH GRANT OPTION;
REVOKE USAGE ON TYPE pair FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT INSERT ON TABLES TO pg_monitor;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT EXECUTE ON FUNCTIONS TO pg_monitor WITH GRANT OPTION;
ALTER TABLE t OWNER TO pg_monitor;
ALTER MATERIALIZED VIEW mat OWNER TO pg_read_all_data;
ALTER FUNCTION f(integer) OWNER TO pg_read_all_data;
ALTER TYPE mood OWNER TO pg_monitor;
ALTER DOMAIN price OWNER TO pg_read_all_data;
ALTER TYPE pair OWNER TO pg_monitor;
ALTER SEQUENCE numbers OWNER TO pg_monitor;
ALTER SCHEMA app OWNER TO pg_monitor;
"""


@pytest.fixture
def place(tmp_path, postgres):
    return Described(tmp_path / "p", postgres)


def manage(place, *what):
    config = place.folder / "dbwarden.py"
    config.write_text(config.read_text().replace("schema_files=", f"manage={list(what)!r}, schema_files="))


def agrees(place):
    assert place.run("diff", "models", "--exit-code").status == 0
    assert place.run("diff", "--exit-code").status == 0


@both_servers
def test_rights_and_owners_follow_the_schema_and_go_back(place):
    manage(place, "grants", "ownership")
    place.starts(SCHEMA + FIRST)
    agrees(place)
    first = grants_of(place)
    place.write("schema.sql", SCHEMA + SECOND)
    said = place.ok("make-migrations").err
    for words in ("view v is closed to who uses it now: SELECT TO PUBLIC", "table t belongs to pg_monitor from then on",
                  "view v is opened to others: DELETE TO pg_monitor, SELECT TO pg_monitor"):
        assert words in said, said
    place.ok("migrate")
    agrees(place)
    second = grants_of(place)
    assert second != first
    place.ok("rollback")
    assert grants_of(place) == first
    place.ok("migrate")
    assert grants_of(place) == second


@both_servers
def test_what_is_made_again_has_the_rights_that_are_wanted(place):
    manage(place, "grants", "ownership")
    place.starts(SCHEMA + SECOND)
    place.write("schema.sql", SCHEMA.replace("a integer, b text", "a bigint, b text").replace("'sad', 'fine'", "'fine', 'sad'")
                .replace("FUNCTION f(x integer) RETURNS integer", "FUNCTION f(y integer) RETURNS integer")
                .replace("SELECT x'", "SELECT $1'").replace("PROCEDURE p(x", "PROCEDURE p(y")
                .replace("price AS integer", "price AS bigint") + SECOND.replace("SELECT, DELETE ON v", "DELETE ON v"))
    before = grants_of(place)
    assert "view v is closed to who uses it now: SELECT TO pg_monitor" in place.ok("make-migrations").err
    place.ok("migrate")
    agrees(place)
    assert [row for row in before if row not in grants_of(place)] == [("v", "right", "pg_monitor", "SELECT", False)]
    place.ok("rollback")
    assert grants_of(place) == before


@both_servers
def test_what_only_one_database_gives_stays_when_all_is_made_again(place):
    """The file was made against another database, where nobody gives that."""
    manage(place, "grants", "ownership")
    place.starts(SCHEMA + FIRST)
    place.write("schema.sql", SCHEMA.replace("a integer, b text", "a bigint, b text").replace("price AS integer", "price AS bigint")
                .replace("FUNCTION f(x integer) RETURNS integer", "FUNCTION f(x integer) RETURNS bigint") + FIRST)
    place.ok("make-migrations")
    place.sql("GRANT DELETE ON v TO pg_read_all_stats;\nGRANT EXECUTE ON FUNCTION f(integer) TO pg_read_all_stats;\n"
              "GRANT USAGE ON TYPE price TO pg_read_all_stats WITH GRANT OPTION;\nALTER VIEW v OWNER TO pg_read_all_stats")
    before = grants_of(place)
    place.ok("migrate")
    assert grants_of(place) == before
    place.ok("rollback")
    assert grants_of(place) == before


@both_servers
def test_the_dump_of_what_is_managed_makes_it_again(place, tmp_path, postgres):
    manage(place, "grants", "ownership")
    place.starts(SCHEMA + SECOND)
    dump = place.ok("dump").out
    assert "GRANT SELECT, DELETE ON" not in dump and "GRANT DELETE, SELECT ON TABLE v TO pg_monitor" in dump
    place.write("schema.sql", dump)
    agrees(place)


@both_servers
def test_nothing_is_said_of_rights_unless_somebody_asks(place):
    place.starts(SCHEMA + FIRST)
    assert "GRANT" not in "".join(path.read_text() for path in place.migrations.glob("*.sql"))
    place.sql(SECOND)
    place.write("schema.sql", SCHEMA)
    before = grants_of(place)
    assert "grants" in place.ok("diff", "models", "--exit-code").err
    manage(place, "ownership")
    place.ok("make-migrations")
    file = max(place.migrations.glob("*.sql")).read_text()
    assert "OWNER TO CURRENT_USER" in file and "REVOKE" not in file
    place.ok("migrate")
    assert {row for row in before if row[1] == "right"} - {row for row in grants_of(place)} <= {
        row for row in before if row[1] == "right" and row[2] in ("pg_monitor", "pg_read_all_data", "postgres")}


@both_servers
def test_a_role_that_is_not_there_is_said(place):
    manage(place, "grants")
    place.starts(SCHEMA)
    said = place.stops(SCHEMA + "GRANT SELECT ON t TO nobody_of_that_name;\n")
    assert 'role "nobody_of_that_name" does not exist' in said and "schema.sql" in said


@both_servers
def test_a_snapshot_from_before_is_no_difference(place):
    place.starts(SCHEMA + FIRST)
    place.sql(FIRST)
    manage(place, "grants", "ownership")
    assert place.run("diff", "--exit-code", "--from", "snapshot", "--to", "db").status == 0, place.run("diff", "--from", "snapshot", "--to", "db").out
