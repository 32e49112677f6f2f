"""Names in texts: what a rename changes in them, what a change of a column drags along, and what would be left dangling."""

import sys
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from support.project import Project


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    return request.param


@pytest.fixture
def place(tmp_path, engine, request):
    """A project on a schema.sql, and a way into its database that is not ours."""
    if engine == "sqlite":
        url, path = "sqlite:///./app.db", f"sqlite:///{tmp_path}/project/app.db"
    else:
        url = request.getfixturevalue("postgres")
        path = url.replace("postgresql://", "postgresql+psycopg2://")
    project = Project(tmp_path / "project", url, sys.executable, schema_files=["schema.sql"])
    alchemy = sa.create_engine(path, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")

    def sql(text):
        with alchemy.connect() as connection:
            result = connection.exec_driver_sql(text)
            return [tuple(row) for row in result] if result.returns_rows else None

    def step(schema, *options):
        project.write("schema.sql", schema)
        made = project.ok("make-migrations", *options)
        project.ok("migrate")
        newest = sorted(project.migrations.glob("*.sql"))[-1].read_text()
        return SimpleNamespace(err=made.err, up=newest.split("-- rollback")[0], down=newest.split("-- rollback")[1])

    return SimpleNamespace(project=project, sql=sql, step=step)


def agrees(place):
    shown = place.project.run("diff", "models", "--exit-code")
    assert shown.status == 0, shown


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_rename_changes_names_and_nothing_else_in_a_trigger(place):
    log = "CREATE TABLE log (id integer PRIMARY KEY, name text);"
    place.step("CREATE TABLE person (id integer PRIMARY KEY, name text);" + log)
    place.sql("CREATE TRIGGER noted AFTER UPDATE ON person BEGIN "
              "INSERT INTO log(name) VALUES ('name was ' || OLD.name); END")
    place.step("CREATE TABLE person (id integer PRIMARY KEY, full_name varchar(40));" + log,
               "--rename", "person.name:full_name")
    place.sql("INSERT INTO person VALUES (1, 'Ada')")
    place.sql("UPDATE person SET full_name = 'Bea'")
    assert place.sql("SELECT name FROM log") == [("name was Ada",)]
    place.project.ok("rollback")
    place.sql("UPDATE person SET name = 'Cleo'")
    assert place.sql("SELECT name FROM log ORDER BY id") == [("name was Ada",), ("name was Bea",)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_views_on_views_keep_their_columns_through_a_rename(place):
    place.step("CREATE TABLE t (id integer PRIMARY KEY, a integer);")
    place.sql("CREATE VIEW v AS SELECT a FROM t")
    place.sql("CREATE VIEW w AS SELECT a + 1 AS b FROM v")
    place.step("CREATE TABLE t (id integer PRIMARY KEY, z integer);", "--rename", "t.a:z")
    place.sql("INSERT INTO t VALUES (1, 41)")
    assert place.sql("SELECT b FROM w") == [(42,)]
    place.project.ok("rollback")
    assert place.sql("SELECT b FROM w") == [(42,)]


def test_a_table_and_a_column_of_one_name(place):
    other = "CREATE TABLE job (id integer PRIMARY KEY, status varchar(10), CHECK (status <> ''));"
    place.step("CREATE TABLE status (id integer PRIMARY KEY, status varchar(10));" + other +
               "CREATE VIEW open_jobs AS SELECT status FROM job WHERE status = 'open';")
    made = place.step("CREATE TABLE states (id integer PRIMARY KEY, status varchar(10));" + other +
                      "CREATE VIEW open_jobs AS SELECT status FROM job WHERE status = 'open';",
                      "--rename-table", "status:states")
    assert "open_jobs" not in made.up and "job" not in made.up, made.up
    agrees(place)
    place.project.ok("rollback")


def test_a_function_of_the_columns_name(place):
    table = "CREATE TABLE t (id integer PRIMARY KEY, {0} varchar(10), CONSTRAINT long CHECK (length({0}) > 2));"
    place.step(table.format("length"))
    made = place.step(table.format("len"), "--rename", "t.length:len")
    assert made.up.count("ALTER TABLE") == 1, made.up
    agrees(place)
    place.project.ok("rollback")


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_view_over_a_renamed_column_stays(place):
    place.step("CREATE TABLE users (id integer PRIMARY KEY, email text);"
               "CREATE VIEW mails AS SELECT email FROM users;")
    made = place.step("CREATE TABLE users (id integer PRIMARY KEY, mail text);"
                      "CREATE VIEW mails AS SELECT mail AS email FROM users;", "--rename", "users.email:mail")
    assert "VIEW" not in made.up and "VIEW" not in made.down, made
    agrees(place)
    place.project.ok("rollback")
    assert place.sql("SELECT email FROM mails") == []


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_rename_with_another_type_under_a_view(place):
    place.step("CREATE TABLE t (id integer PRIMARY KEY, n integer); CREATE VIEW v AS SELECT n FROM t;")
    place.sql("INSERT INTO t VALUES (1, 7)")
    place.step("CREATE TABLE t (id integer PRIMARY KEY, amount bigint); CREATE VIEW v AS SELECT amount AS n FROM t;",
               "--rename", "t.n:amount")
    agrees(place)
    assert place.sql("SELECT n FROM v") == [(7,)]
    place.project.ok("rollback")
    assert place.sql("SELECT n FROM v") == [(7,)]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_schemas_with_tables_of_one_name(place):
    schema = ("CREATE SCHEMA one; CREATE SCHEMA two; CREATE TABLE one.u (id integer PRIMARY KEY, {0} integer UNIQUE);"
              "CREATE TABLE two.u (id integer PRIMARY KEY, k integer UNIQUE);"
              "CREATE TABLE two.p (k integer REFERENCES two.u (k));")
    place.step(schema.format("k"))
    made = place.step(schema.format("kk"), "--rename", "one.u.k:kk")
    assert "two" not in made.up + made.down, made
    agrees(place)
    place.project.ok("rollback")


def test_what_stays_and_names_what_goes_is_said(place, engine):
    place.step("CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer);")
    place.sql("CREATE VIEW v AS SELECT b FROM t")
    place.sql("CREATE VIEW w AS SELECT b FROM v")
    place.sql("CREATE INDEX by_hand ON t (b)")
    place.project.write("schema.sql", "CREATE TABLE t (id integer PRIMARY KEY, a integer);")
    refused = place.project.run("make-migrations")
    assert refused.status == 1 and "view v still names table t / column b" in refused.err, refused
    assert "by_hand still names" in refused.err and "--drop-dependents" in refused.err
    assert len(list(place.project.migrations.glob("*.sql"))) == 1
    assert "view v still names" in place.project.run("diff", "models").err
    place.project.ok("make-migrations", "--drop-dependents")
    place.project.ok("migrate")
    assert place.sql("SELECT * FROM t") == []
    place.project.ok("rollback")
    assert place.sql("SELECT * FROM w") == []


def test_what_stops_naming_it_is_no_obstacle(place):
    table = "CREATE TABLE t (id integer PRIMARY KEY, a integer{0});"
    place.step(table.format(", b integer") + "CREATE VIEW v AS SELECT id, b FROM t;")
    place.step(table.format("") + "CREATE VIEW v AS SELECT id, a FROM t;")
    agrees(place)
    place.project.ok("rollback")
    assert place.sql("SELECT b FROM v") == []


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_view_that_makes_room_keeps_what_hangs_on_it(place):
    schema = ("CREATE TABLE t (id integer PRIMARY KEY, n {0});"
              "CREATE MATERIALIZED VIEW m AS SELECT id, n FROM t; CREATE UNIQUE INDEX m_id ON m (id);"
              "COMMENT ON MATERIALIZED VIEW m IS 'sums';")
    place.step(schema.format("integer"))
    made = place.step(schema.format("bigint"))
    assert "CREATE UNIQUE INDEX m_id ON m (id)" in made.up and "'sums'" in made.up
    agrees(place)
    place.sql("GRANT SELECT ON m TO PUBLIC")
    place.step(schema.format("numeric"))
    granted = "SELECT 1 FROM pg_class, aclexplode(relacl) held WHERE relname = 'm' AND grantee = 0 AND privilege_type = 'SELECT'"
    assert place.sql(granted) == [(1,)]
    place.project.ok("rollback")
    assert place.sql(granted) == [(1,)]
