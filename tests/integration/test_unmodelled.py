"""What no kind models is named, on both sides, and never dropped, lost or written as something else."""

import pytest
import sqlalchemy as sa
from support.described import Described
from support.project import ROOT
from support.turns import both_servers

EVERYTHING = (ROOT / "tests" / "integration" / "support" / "everything.sql").read_text()
NAMED = """access method heap2 on table am
comment of index t_pkey on table t
comment on extension plpgsql
comment on type u
default privileges on tables
foreign data wrapper wsecret with secrets
foreign table fsecret with secrets
grant SELECT to public on foreign table fsecret
grant SELECT to public on table am
grant SELECT to public on table ft
grant SELECT to public on table t
grant UPDATE to public on column t.name
grant USAGE to public on schema other
revoke EXECUTE from public on function f()
server ssecret with secrets
user mapping public on s with secrets""".splitlines()

# That no kind models: a foreign table with a secret, which is read from nowhere, and rights on what is to be made.
HOST = "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER host FOREIGN DATA WRAPPER w;\n"
SECRET = "CREATE FOREIGN TABLE f (a integer) SERVER host OPTIONS (password 'x')"
DEFAULTS = "ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO PUBLIC"

only_18 = pytest.mark.parametrize("postgres", ["pg18"], indirect=True)


@pytest.fixture
def place(tmp_path, postgres):
    return Described(tmp_path / "p", postgres)


@pytest.fixture
def lite_place(tmp_path):
    return Described(tmp_path / "p", "sqlite:///./app.db")


def rows(place, table):
    with place.engine_in.connect() as connection:
        return list(connection.execute(sa.text(f"SELECT a FROM {table} ORDER BY a")).scalars())


def wanted(place):
    return place.run("diff", "models", "--json").json["unmodelled"]["wanted"]


@both_servers
def test_everything_is_modelled_or_named(place):
    place.write("schema.sql", "")
    place.sql(EVERYTHING)
    shown = place.run("diff", "models", "--json").json
    assert sorted(shown["unmodelled"]["left_alone"]) == sorted(NAMED)
    brief = place.ok("diff", "models").err
    assert "1 access method" in brief and "1 user mapping" in brief
    one = "default privileges on tables"
    assert one not in brief and one in place.ok("diff", "models", "-v").err

    place.write("schema.sql", EVERYTHING)
    agreed = place.run("diff", "models", "--exit-code")
    assert agreed.status == 0 and "Models and database agree." in agreed.out, agreed
    assert "already has everything" in place.ok("make-migrations").out


@both_servers
def test_wanted_and_not_managed_is_a_difference(place):
    tables = HOST + "CREATE TABLE t (id integer);\nCREATE MATERIALIZED VIEW m AS SELECT id FROM t;\n"
    rest = f"""{SECRET};
GRANT SELECT ON t TO PUBLIC;
"""
    place.starts(tables)
    place.write("schema.sql", tables + rest)
    made = place.ok("make-migrations")
    said = "foreign table f with secrets, grant SELECT to public on table t"
    assert made.err.count(said) == 1 and f"wanted but not managed yet: {said}" in made.err
    assert "all models already covered" not in made.out
    shown = place.run("diff", "models", "--exit-code")
    assert shown.status == 3 and f"agree in everything that is compared; not compared: {said}" in shown.out, shown

    place.sql(rest)
    shown = place.run("diff", "models", "--exit-code")
    assert shown.status == 0 and "Models and database agree." in shown.out, shown
    place.sql(DEFAULTS)
    place.write("schema.sql", tables + rest + DEFAULTS.replace("USAGE", "SELECT") + ";")
    assert wanted(place) == ["default privileges on sequences (another definition)"]


@both_servers
def test_a_pending_migration_does_not_make_what_it_cannot(place):
    place.write("schema.sql", f"{HOST}CREATE TABLE t (id integer); {SECRET};")
    assert "foreign table f with secrets" in place.ok("make-migrations").err
    assert "foreign table f with secrets" in place.ok("make-migrations").err
    place.ok("migrate")
    assert wanted(place) == ["foreign table f with secrets"]


@both_servers
def test_what_somebody_took_away_is_told_as_drift(place):
    place.starts(HOST + "CREATE TABLE t (id integer);")
    place.migration("0002", "by_hand", f"{SECRET};")
    place.ok("migrate")
    assert "The database is as primary__0002_by_hand left it." in place.ok("diff", "migrations").out
    place.sql("DROP FOREIGN TABLE f;\nGRANT SELECT ON t TO PUBLIC;")
    shown = place.run("diff", "migrations", "--exit-code")
    assert shown.status == 0 and "gone or changed since: foreign table f with secrets\n" in shown.out, shown
    assert "new since: 1 grant\n" in shown.out and "left it in everything that is managed." in shown.out
    drift = place.run("diff", "migrations", "--json").json["unmodelled_drift"]
    assert drift == {"gone": ["foreign table f with secrets"], "new": ["grant SELECT to public on table t"]}


def test_rows_of_a_schema_file_are_named(lite_place):
    lite_place.write("schema.sql", "CREATE TABLE t (a text);\nINSERT INTO t VALUES ('a');\nDELETE FROM t;\n")
    assert "schema.sql: rows are not compared: 2 statements, the first in line 2\n" in lite_place.ok("make-migrations").err


CHANGES_KIND = {
    "table": ("CREATE TABLE c (a integer)", HOST + SECRET.replace(" f", " c"), "table c", "foreign table c with secrets"),
    "view": ("CREATE VIEW v AS SELECT 1 AS a", HOST + SECRET.replace(" f", " v"), "view v", "foreign table v with secrets"),
    "enum": ("CREATE TYPE e AS ENUM ('a')", HOST + SECRET.replace(" f", " e"), "enum e", "foreign table e with secrets"),
}


@both_servers
@pytest.mark.parametrize("case", CHANGES_KIND)
def test_what_changes_kind_is_not_dropped(place, case):
    before, after, old, new = CHANGES_KIND[case]
    place.starts(before)
    said = place.stops(after)
    assert old in said and "would be dropped" in said and f"it is wanted as {new}" in said


@both_servers
def test_partitions_keep_their_rows(place):
    parent = "CREATE TABLE p (a integer PRIMARY KEY, b text) PARTITION BY RANGE (a);\n"
    part = "CREATE TABLE c PARTITION OF p FOR VALUES FROM (1) TO (10);\n"
    place.starts(parent + part, "INSERT INTO p VALUES (5, 'x')")
    alone = parent + "CREATE TABLE c (a integer NOT NULL, b text);\n"
    nearer = parent + part.replace("(10)", "(6)")
    for number, schema in enumerate((alone, parent + part, nearer, nearer.replace("b text", "b text, d integer"))):
        place.write("schema.sql", schema)
        place.ok("make-migrations", f"move {number}")
        place.ok("migrate")
        assert place.run("diff", "--exit-code").status == 0
        assert rows(place, "c") == [5]
    for _ in range(4):
        place.ok("rollback")
        assert rows(place, "c") == [5]

    place.write("schema.sql", parent + part.replace("(10)", "(3)"))
    made = place.ok("make-migrations", "too near")
    assert "table c gets another partition bound: rows that do not fit stop it" in made.out + made.err
    assert place.run("migrate").status == 1 and rows(place, "p") == [5]


@both_servers
def test_partitions_made_by_hand_stay(place):
    parent = "CREATE TABLE p (a integer PRIMARY KEY, b text) PARTITION BY RANGE (a);\nCREATE INDEX p_b ON p (b);\n"
    place.starts(parent, "CREATE TABLE c PARTITION OF p FOR VALUES FROM (1) TO (10);\nINSERT INTO p VALUES (5, 'x')")
    assert "No new migrations" in place.ok("make-migrations").out
    place.write("schema.sql", parent.replace("b text", "b text, d integer"))
    place.ok("make-migrations", "wider")
    place.ok("migrate")
    assert place.run("diff", "--exit-code").status == 0
    assert "table c still names table p, which is dropped" in place.stops("CREATE TABLE x (b text);")
    assert rows(place, "c") == [5]


def test_an_unlogged_partitioned_table_settles(place):  # 18 refuses the word
    logged = "CREATE TABLE p (a integer) PARTITION BY RANGE (a);"
    place.starts(logged)
    place.write("schema.sql", logged.replace("CREATE", "CREATE UNLOGGED"))
    assert "No new migrations" in place.ok("make-migrations").out


STATES_18 = {
    "named": ("CREATE TABLE b (id integer)", "; ALTER TABLE b ADD CONSTRAINT nn NOT NULL id"),
    "renamed": ("CREATE TABLE b (id integer NOT NULL)", "; ALTER TABLE b RENAME CONSTRAINT b_id_not_null TO nn"),
    "named column": ("CREATE TABLE b (id integer)", "; ALTER TABLE b ADD x integer CONSTRAINT nn NOT NULL"),
    "not valid": ("CREATE TABLE b (id integer)", "; ALTER TABLE b ADD CONSTRAINT nn NOT NULL id NOT VALID"),
    "no inherit": ("CREATE TABLE b (id integer)", "; ALTER TABLE b ADD CONSTRAINT nn NOT NULL id NO INHERIT;"
                   "CREATE TABLE c (x integer NOT NULL NO INHERIT)"),
    "valid": ("CREATE TABLE b (id integer); ALTER TABLE b ADD CONSTRAINT nn NOT NULL id NOT VALID",
              "; ALTER TABLE b VALIDATE CONSTRAINT nn"),
    "unique overlaps": ("CREATE TABLE b (id int4range, at tsrange)",
                        "; ALTER TABLE b ADD CONSTRAINT u UNIQUE (id, at WITHOUT OVERLAPS)"),
    "not enforced": ("CREATE TABLE b (id integer)", "; ALTER TABLE b ADD CONSTRAINT c CHECK (id > 0) NOT ENFORCED"),
    "enforced": ("CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer CONSTRAINT f REFERENCES a NOT ENFORCED)",
                 "; ALTER TABLE b ALTER CONSTRAINT f ENFORCED"),
    "overlaps": ("CREATE TABLE b (id integer)",
                 "; CREATE TABLE o (id int4range, at tsrange, PRIMARY KEY (id, at WITHOUT OVERLAPS));"
                 "CREATE TABLE q (id int4range, at tsrange, FOREIGN KEY (id, PERIOD at) REFERENCES o (id, PERIOD at))"),
}


OTHER_FORM = {
    "check": ("CREATE TABLE b (id integer, CONSTRAINT c CHECK (id > 0))",
              "CREATE TABLE b (id integer); ALTER TABLE b ADD CONSTRAINT c CHECK (id > 0) NOT VALID"),
    "foreign key": ("CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer CONSTRAINT f REFERENCES a)",
                    "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer);"
                    "ALTER TABLE b ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES a NOT VALID"),
    "typed": ("CREATE TABLE t (a integer)", "CREATE TYPE ty AS (a integer); CREATE TABLE t OF ty"),
    "exclude": ("CREATE TABLE e (r int4range, CONSTRAINT x EXCLUDE USING gist (r WITH &&))",
                "CREATE TABLE e (r int4range, CONSTRAINT x EXCLUDE USING gist (r WITH &&) WITH (fillfactor = 70))"),
}


@both_servers
@pytest.mark.parametrize("case", OTHER_FORM)
def test_another_form_of_the_same_is_named_and_drops_nothing(place, case):
    before, after = OTHER_FORM[case]
    place.starts(before)
    place.write("schema.sql", after)
    outcome = place.run("make-migrations", "form")
    written = "".join(path.read_text() for path in place.migrations.glob("*_form.sql"))
    assert "DROP TABLE" not in written and ("DROP CONSTRAINT" not in written or "ADD CONSTRAINT" in written)
    assert written or "not managed yet" in outcome.err
    for way in ("migrate", "rollback") if written else ():
        place.ok(way)


@only_18
@pytest.mark.parametrize("case", STATES_18)
def test_states_of_18_come_and_go(place, case):
    before, more = STATES_18[case]
    place.starts(before)
    place.write("schema.sql", before + more)
    place.ok("make-migrations", "state")
    for way in ("migrate", "rollback", "migrate"):
        place.ok(way)
    assert place.run("diff", "models", "--exit-code").status == 0


GRANTS = """WITH o AS (
    SELECT relname::text AS name, relowner AS owner, COALESCE(relacl, acldefault('r', relowner)) AS acl, relnamespace AS n FROM pg_class
    WHERE relkind IN ('r', 'v', 'm')
    UNION ALL SELECT proname, proowner, COALESCE(proacl, acldefault('f', proowner)), pronamespace FROM pg_proc
    UNION ALL SELECT typname, typowner, COALESCE(typacl, acldefault('T', typowner)), typnamespace FROM pg_type WHERE typtype IN ('e', 'd')
    UNION ALL SELECT concat(c.relname, '.', a.attname), c.relowner, a.attacl, c.relnamespace FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v', 'm') WHERE a.attnum > 0 AND NOT a.attisdropped
), p AS (SELECT o.name, (aclexplode(o.acl)).* FROM o WHERE n = current_schema()::regnamespace)
SELECT name, 'owner', owner::regrole::text, NULL, NULL FROM o WHERE n = current_schema()::regnamespace
UNION ALL SELECT name, 'right', grantee::regrole::text, privilege_type, is_grantable FROM p
UNION ALL SELECT c.relname, a.attname, col_description(c.oid, a.attnum), (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
    WHERE d.adrelid = c.oid AND d.adnum = a.attnum AND c.relkind = 'v'), NULL
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relnamespace = current_schema()::regnamespace
    AND NOT a.attisdropped"""


def grants_of(place):
    """Whose everything is, who may do what with it, what columns are said to be."""
    with place.engine_in.connect() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql(GRANTS) if "dbwarden" not in row[0]]
    return sorted(rows, key=repr)


KEPT_SCHEMA = """CREATE TYPE mood AS ENUM ('sad', 'fine');
CREATE DOMAIN price AS integer;
CREATE TABLE t (a integer, m mood, p price, n integer, g integer GENERATED ALWAYS AS (n) STORED);
CREATE VIEW "odd 'na%me$$" AS SELECT a, n FROM t;
CREATE MATERIALIZED VIEW mat AS SELECT a FROM t;
CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE sql AS 'SELECT x';
CREATE PROCEDURE p(x integer) LANGUAGE sql AS 'SELECT x';
"""
KEPT = """GRANT SELECT, UPDATE ON "odd 'na%me$$" TO pg_monitor WITH GRANT OPTION;
GRANT SELECT ON "odd 'na%me$$" TO PUBLIC;
GRANT UPDATE (a), INSERT (a), SELECT (n) ON "odd 'na%me$$" TO pg_signal_backend;
REVOKE DELETE ON "odd 'na%me$$" FROM pg_read_all_data;
COMMENT ON COLUMN "odd 'na%me$$".a IS 'it''s';
ALTER VIEW "odd 'na%me$$" ALTER COLUMN n SET DEFAULT 7;
ALTER VIEW "odd 'na%me$$" OWNER TO pg_read_all_data;
REVOKE TRUNCATE ON "odd 'na%me$$" FROM pg_read_all_data;
ALTER MATERIALIZED VIEW mat OWNER TO pg_monitor;
REVOKE EXECUTE ON FUNCTION f(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION f(integer) TO pg_monitor;
ALTER FUNCTION f(integer) OWNER TO pg_signal_backend;
REVOKE ALL ON PROCEDURE p(integer) FROM PUBLIC;
REVOKE USAGE ON TYPE mood FROM PUBLIC;
ALTER TYPE mood OWNER TO pg_monitor;
GRANT USAGE ON DOMAIN price TO pg_monitor WITH GRANT OPTION;
GRANT SELECT (g) ON t TO pg_monitor"""
KEPT_WIDER = (KEPT_SCHEMA.replace("a integer", "a bigint").replace("'sad', 'fine'", "'fine', 'sad'")
              .replace("price AS integer", "price AS bigint").replace("n integer, g integer", "n bigint, g bigint")
              .replace("FUNCTION f(x integer) RETURNS integer", "FUNCTION f(y integer) RETURNS integer")
              .replace("SELECT x'", "SELECT $1'").replace("PROCEDURE p(x", "PROCEDURE p(y"))


@both_servers
def test_what_is_made_again_keeps_its_owner_and_who_may_use_it(place):
    place.starts(KEPT_SCHEMA, KEPT)
    before = grants_of(place)
    place.write("schema.sql", KEPT_WIDER)
    assert "lose" not in place.ok("make-migrations").err
    # Rights that others have in another database are not those of the one that the file was written for.
    place.sql("GRANT INSERT ON \"odd 'na%me$$\" TO pg_read_all_stats;\nALTER DEFAULT PRIVILEGES GRANT DELETE ON TABLES TO "
              "pg_read_all_settings")
    place.sql("ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO pg_read_all_settings")
    before = grants_of(place)
    place.ok("migrate")
    assert grants_of(place) == before
    assert place.run("diff", "--exit-code").status == 0
    place.ok("rollback")
    assert grants_of(place) == before


@both_servers
def test_a_right_on_a_column_of_a_view_goes_with_the_column(place):
    schema = "CREATE TABLE t (a integer, b integer); CREATE VIEW v AS SELECT a, b FROM t;"
    place.starts(schema, "GRANT SELECT (a), SELECT (b) ON v TO PUBLIC;\nCOMMENT ON COLUMN v.b IS 'x'")
    place.write("schema.sql", schema.replace("SELECT a, b", "SELECT a"))
    place.ok("make-migrations")
    place.ok("migrate")
    assert [row for row in grants_of(place) if row[0].startswith("v.")] == [("v.a", "owner", "postgres", None, None),
                                                                            ("v.a", "right", "-", "SELECT", False)]


@both_servers
def test_statistics_made_by_hand_do_not_go_with_a_column_in_silence(place):
    table = "CREATE TABLE t (id int, k int, n int, g int GENERATED ALWAYS AS (n * 2) STORED)"
    place.starts(table, "CREATE STATISTICS st ON id, g FROM t;\nCREATE STATISTICS st2 ON id, k FROM t")
    assert "table t / statistics st2 still names table t / column k, which is dropped" in place.stops(
        table.replace("k int, ", ""))
    place.write("schema.sql", table.replace("n int", "n bigint").replace("g int", "g bigint"))
    said = place.ok("make-migrations").err
    assert "statistics st was not made by this project, and has to make room" in said, said
    place.ok("migrate")
    place.ok("rollback")
    assert sorted(place.run("diff", "models", "--json").json["unmanaged"]) == ["table t / statistics st", "table t / statistics st2"]


@both_servers
def test_what_goes_with_a_drop_is_named(place):
    place.starts("CREATE TABLE x (b integer); CREATE TABLE t (a integer, b integer);", "GRANT SELECT (b) ON t TO PUBLIC")
    place.write("schema.sql", "CREATE TABLE x (b integer); CREATE TABLE t (a integer);")
    gone = "is dropped, and the rollback does not bring back grant SELECT to public on column t.b"
    assert f"table t / column b {gone}" in place.ok("make-migrations", "--plan").err
    place.write("schema.sql", "CREATE TABLE x (b integer);")
    assert f"table t {gone}" in place.ok("make-migrations", "--plan").err


@both_servers
def test_a_schema_is_not_dropped_with_what_nobody_manages(place):
    place.starts(HOST + "CREATE SCHEMA s; CREATE TABLE t (a integer);",
                 SECRET.replace(" f", " s.f"))
    said = place.stops(HOST + "CREATE TABLE t (a integer);")
    assert "schema s cannot be dropped: foreign table s.f with secrets would go with it, and is not managed yet" in said


@both_servers
def test_partitions_are_not_replaced_with_their_parent(place):
    place.starts("CREATE TABLE p (a integer, b integer) PARTITION BY RANGE (a);",
                 "CREATE TABLE c PARTITION OF p FOR VALUES FROM (1) TO (10)")
    said = place.stops("CREATE TABLE p (a integer, b integer) PARTITION BY RANGE (b);")
    assert "table p: its partitioning cannot be changed in place" in said


@both_servers
def test_a_baseline_names_what_it_does_not_hold(place):
    schema = f"{HOST}CREATE TABLE t (a integer);\n{SECRET};\n"
    place.sql(schema)
    place.write("schema.sql", schema)
    assert "not managed yet: foreign table f with secrets" in place.ok("make-migrations", "--baseline").err


@both_servers
def test_a_rename_takes_along_what_hangs_on_it(place):
    rest = """CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE INSERT ON {0} FOR EACH ROW EXECUTE FUNCTION trg();
GRANT SELECT ({1}) ON {0} TO PUBLIC;
"""
    place.starts("CREATE TABLE users (mail text);", rest.format("users", "mail"))
    place.write("schema.sql", "CREATE TABLE people (email text);\n" + rest.format("people", "email"))
    made = place.ok("make-migrations", "--rename-table", "users:people", "--rename", "people.mail:email")
    assert "not managed yet" not in made.err, made
    place.ok("migrate")
    assert place.run("diff", "models", "--exit-code").status == 0


@both_servers
def test_patterns_are_about_what_hangs_on_a_table_too(place):
    place.starts(HOST + "CREATE TABLE t (id integer);", f"""CREATE SCHEMA audit;
CREATE TABLE audit.log (id integer);
{SECRET.replace(" f", " audit.f")};
GRANT SELECT ON audit.log TO PUBLIC""")
    assert "1 foreign table with secrets, 1 grant" in place.ok("diff", "models").err
    text = (place.folder / "dbwarden.py").read_text()
    place.write("dbwarden.py", text.replace("schema_files", "exclude=['audit.*'], schema_files"))
    assert "not managed yet" not in place.ok("diff", "models").err


def test_virtual_tables_of_sqlite(lite_place):
    """One that is there is described by now, and nobody else gets its name, or that of a shadow table."""
    place = lite_place
    virtual = "CREATE VIRTUAL TABLE docs USING fts5(body);"
    place.starts("CREATE TABLE t (a text);")
    place.sql(virtual)
    assert "left alone: virtual table docs\n" in place.ok("make-migrations").err
    assert "its name as virtual table docs" in place.stops("CREATE TABLE t (a text); CREATE TABLE Docs (body text);")
    assert "shadow table docs_data of virtual" in place.stops("CREATE TABLE t (a text); CREATE TABLE docs_data (x);")
    place.write("schema.sql", "CREATE TABLE t (a text);" + virtual)
    assert place.run("diff", "models", "--exit-code").status == 0
    assert "a new one would be empty" in place.stops("CREATE TABLE t (a text);" + virtual.replace("body", "body, title"))


HELD = """CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE t (id integer, m mood, n integer);
"""
HOLDERS = {
    "foreign table ft": "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE ft (m mood) SERVER s OPTIONS (password 'x')",
}


@both_servers
@pytest.mark.parametrize("holder, labels", zip(HOLDERS, ["'a'", "'b', 'a'"]))
def test_a_type_is_not_made_anew_under_what_nobody_manages(place, holder, labels):
    place.starts(HELD, HOLDERS[holder])
    said = place.stops(HELD.replace("'a', 'b'", labels))
    assert f"cannot be made again, as this change needs: {holder} needs it as it is" in said, said
    assert "CASCADE" not in said
    place.write("schema.sql", HELD.replace("'a', 'b'", "'a', 'b', 'c'"))  # that is done in place, one way only
    place.ok("make-migrations", "more")
    text = (place.migrations / "primary__0002_more.sql").read_text()
    assert f"-- irreversible: enum mood cannot be made again, as this change needs: {holder} needs it" in text, text
    place.ok("migrate")


@both_servers
def test_functions_made_by_hand_make_room_for_what_they_take(place):
    schema = "CREATE TABLE t (id integer, n integer);\nCREATE VIEW v AS SELECT id FROM t;\n"
    place.starts(schema, "CREATE FUNCTION f(v) RETURNS integer LANGUAGE sql AS 'SELECT 1'")
    place.write("schema.sql", schema.replace("SELECT id", "SELECT n"))
    assert "function f(v) was not made by this project, and has to make room" in place.ok("make-migrations").err
    place.ok("migrate")
    place.sql("SELECT f(v) FROM v")
    place.ok("rollback")
    place.sql("SELECT f(v) FROM v")


COUNTERS = "CREATE TABLE t (a integer GENERATED BY DEFAULT AS IDENTITY, b serial, c integer GENERATED ALWAYS AS IDENTITY{});"


@both_servers
def test_what_hangs_on_a_counter_is_not_lost_in_silence(place):
    grants = "".join(f"GRANT USAGE ON SEQUENCE t_{name}_seq TO PUBLIC;\n" for name in "abc")
    place.starts(COUNTERS.format(", n integer"), grants)
    lost = "loses grant USAGE to public on sequence t_{}_seq"
    assert lost.format("a") in place.stops("CREATE TABLE t (a serial, b serial, c serial, n integer);")
    assert lost.format("b") in place.stops(COUNTERS.format(", n integer").replace("b serial", "b integer "
                                                                                 "GENERATED ALWAYS AS IDENTITY"))
    place.write("schema.sql", "CREATE TABLE t (a integer NOT NULL, b integer NOT NULL, n bigint);")
    said = place.ok("make-migrations").err
    back = "the rollback does not bring back grant USAGE to public on sequence t_{}_seq"
    assert all(back.format(name) in said for name in "abc"), said
    place.write("schema.sql", COUNTERS.format(", n bigint").replace("BY DEFAULT", "ALWAYS"))
    for path in list(place.migrations.glob("*0002*")):
        path.unlink()
    assert "grant" not in place.ok("make-migrations").err.split("left alone: 3 grants")[1]


def test_what_somebody_said_of_the_columns_of_a_view_stays(place):
    """Also where the view has to be created again, and where it has that column no more."""
    schema = "CREATE TABLE t (id integer, b text, c text); CREATE MATERIALIZED VIEW m AS SELECT id, b, c FROM t;"
    by_hand = ("ALTER MATERIALIZED VIEW m ALTER b SET STORAGE EXTERNAL;\nALTER MATERIALIZED VIEW m ALTER c SET STATISTICS 7;"
               "\nCOMMENT ON COLUMN m.b IS 'by hand';\nCREATE INDEX mi ON m (id)")
    place.starts(schema, by_hand)
    place.write("schema.sql", schema.replace("id integer", "id bigint").replace("id, b, c", "id, b"))
    said = place.ok("make-migrations").err
    assert "view m / index mi was not made by this project, and has to make room" in said
    place.ok("migrate")
    with place.engine_in.connect() as connection:
        shown = connection.exec_driver_sql("SELECT attstorage::text, col_description(attrelid, attnum) FROM pg_attribute "
                                           "WHERE attrelid = 'm'::regclass AND attname = 'b'").all()
    assert shown == [("e", "by hand")]
    place.ok("diff", "--exit-code")
    place.ok("rollback")


@both_servers
def test_a_type_of_whole_rows_keeps_its_columns(place):
    place.starts("CREATE TABLE b (x text, n integer); CREATE TABLE a (id integer, r b, s b[])")
    said = place.stops("CREATE TABLE b (x varchar(9), n integer); CREATE TABLE a (id integer, r b, s b[])")
    assert "table b / column x: its type cannot change while a column has the type of whole rows" in said


@pytest.mark.parametrize("postgres", ["pg18"], indirect=True)
def test_a_childs_own_not_null_keeps_its_type(place):
    schema = ("CREATE TABLE p (id integer PRIMARY KEY, n integer NOT NULL);\n"
              "CREATE TABLE c (PRIMARY KEY (id)) INHERITS (p);\nCREATE TABLE g () INHERITS (c);\n")
    place.starts(schema)
    assert "while a child has a NOT NULL of its own beside it" in place.stops(schema.replace("id integer", "id bigint"))
    place.write("schema.sql", schema.replace("n integer", "n bigint"))
    place.ok("make-migrations")
    place.ok("migrate")


@pytest.mark.parametrize("change", [("n integer", "n bigint"), ('x text', 'x text COLLATE "C"')])
def test_a_partition_key_keeps_its_type(place, change):
    schema = "CREATE TABLE t (n integer, x text, integer bigint) PARTITION BY RANGE (lower(x), n)"
    place.starts(schema)
    assert "the server refuses another type for a column by which its table is partitioned" in place.stops(
        schema.replace(*change))
    place.write("schema.sql", schema.replace("integer bigint", "integer text"))
    place.ok("make-migrations")
    place.ok("migrate")


@both_servers
def test_values_go_over_to_another_type(place):
    """Their defaults name the old type only by its cast, which goes with it."""
    place.starts("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE p (m mood DEFAULT 'ok', n mood[] DEFAULT '{}')",
                 "INSERT INTO p DEFAULT VALUES")
    place.write("schema.sql", "CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('sad', 'ok');"
                              "CREATE TABLE p (m s.mood DEFAULT 'ok', n text[] DEFAULT '{}')")
    place.ok("make-migrations")
    place.ok("migrate")
    place.ok("diff", "--exit-code")
    place.ok("rollback")
    with place.engine_in.connect() as connection:
        assert connection.exec_driver_sql("SELECT m::text, n::text FROM p").all() == [("ok", "{}")]
