"""The server as judge: what create_all() makes is what the models say, however the server spells it."""

import sys

import pytest
import sqlalchemy as sa
from support.project import Project
from support.scratch import left_over
from support.turns import both_servers

MODELS = """
import sqlalchemy as sa
from sqlalchemy import *
from sqlalchemy.dialects.postgresql import *
from sqlalchemy.orm import declarative_base
Base = declarative_base()
metadata = Base.metadata


def t(name, *parts, **more):
    Table(name, metadata, Column("id", Integer, primary_key=True), *parts, **more)


def d(type_, text):
    return Column("c%d" % next(numbers), type_, server_default=sa.literal_column(text))


import itertools
numbers = itertools.count()
"""

DEFAULTS = """
t("t", d(INET, "'10.0.0.1/32'"), d(CIDR, "'10.0.0.0/8'::cidr"), d(ARRAY(Integer), "'{1, 2}'"), d(JSONB, "'{\\"a\\":1}'"),
  d(ARRAY(Text), "'{ \\"a b\\", c}'"), d(ARRAY(Integer), "ARRAY[1,2]"), d(ARRAY(Integer), "'{}'"), d(JSON, "'{\\"a\\":1}'"),
  d(Float, "'1e3'"), d(Float, "1e3"), d(Date, "'2020-1-1'"), d(Date, "'Jan 2 2020'"),
  d(DateTime, "'2020-1-1 1:2'"), d(DateTime(timezone=True), "'2020-01-01 00:00:00+00'"), d(Time, "'1:2'"),
  d(INTERVAL, "'1 day 2 hours'"), d(INTERVAL, "'P1D'::interval"), d(INTERVAL, "'90 minutes'"),
  d(INT4RANGE, "'[1,3]'"), d(TSRANGE, "'[2020-1-1, 2020-1-2)'"), d(DATERANGE, "'empty'"),
  d(Numeric(10, 2), "1.5"), d(Numeric(10, 2), "'1.500'"), d(Numeric, "1e2"), d(Numeric(6, 3), "-0.50"),
  d(UUID, "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"), d(MACADDR, "'08-00-2B-01-02-03'"), d(MONEY, "'1.2'"),
  d(BIT(3), "B'101'"), d(BYTEA, "'\\\\x4A'"), d(Boolean, "'yes'"), d(BigInteger, "'  7 '"),
  d(String(5), "'a'::text"), d(Text, "upper('a') || 'b'"), d(DateTime, "(now() at time zone 'utc')"),
  d(DateTime, "now() + interval '1 day'"), d(Integer, "(random()*10)::int"), d(Text, "coalesce(current_setting('a.b', true), '')"),
  d(Text, "md5(random()::text)"), d(Integer, "cast(extract(epoch from now()) as integer)"), d(Text, "CURRENT_USER"),
  d(TSVECTOR, "to_tsvector('english', 'a b')"), d(TSVECTOR, "'a b'"), d(OID, "'12'"),
  d(Enum("ok", "no", name="mood"), "'ok'"), d(Enum("a", "b", name="kind2"), "CAST('a' AS kind2)"),
  d(ARRAY(Enum("x", "y", name="xy")), "ARRAY['x']::xy[]"))
"""

CHECKS = """
t("s", Column("p", JSONB), Column("since", DateTime), Column("till", DateTime), Column("n", Numeric(8, 2)), Column("name", String(20)),
  Column("tags", ARRAY(Text)), Column("r", INT4RANGE),
  CheckConstraint("till - since < interval '90 minutes'", name="a"),
  CheckConstraint("p @? '$.a[*] ? (@ > 1)'", name="b"),
  CheckConstraint("s.n > 0", name="c"),
  CheckConstraint("CAST(p ->> 'p' AS VARCHAR) <> ''"),
  CheckConstraint("since > '2020-1-1'", name="e"), CheckConstraint("n between 1.0 and 1e3", name="f"),
  CheckConstraint("name ~ '^[a-z]+$' and length(name) in (1,2,3)", name="g"),
  CheckConstraint("not (name is null or n != 3)"), CheckConstraint("tags && array['a','b']", name="h"),
  CheckConstraint("r <@ '[1,10]'", name="i"), CheckConstraint("(p->'a')::int > 0 or p ? 'b'", name="j"),
  CheckConstraint("case when n > 1 then name is not null else true end", name="k"),
  CheckConstraint("extract(year from since) >= 2000", name="l"), CheckConstraint("name like 'a%' or name similar to 'b_'", name="m"),
  CheckConstraint("till is distinct from since and coalesce(n, 0) >= 0", name="o"),
  CheckConstraint("(since, till) overlaps (since, till)", name="q"), CheckConstraint("name::text collate \\"C\\" > 'a'", name="u"),
  CheckConstraint("num_nonnulls(n, name) = 1", name="v"),
  CheckConstraint("jsonb_typeof(p) = any(array['object','array'])", name="w"),
  Index("ix1", sa.text("lower(name)"), postgresql_where=sa.text("since > '2020-1-1' and name is not null")),
  Index("ix2", sa.text("(p ->> 'a')"), sa.text("coalesce(n,0) desc")),
  Index("ix3", sa.text("(till - interval '90 minutes')")),
  Index("ix4", "p", postgresql_using="gin"), Index("ix5", sa.text("date_trunc('day', since)"), unique=True),
  ExcludeConstraint(("r", "&&"), where=sa.text("n > 1.0"), name="ex"))
t("g", Column("a", Integer), Column("b", Numeric(5, 1), Computed("a * 1.5")), Column("c", Text, Computed("cast(a as text) || 'x'")),
  Column("e", INTERVAL, Computed("a * interval '90 minutes'")))
"""


class Place:
    def __init__(self, folder, url, body):
        self.project = Project(folder, url, sys.executable, model_paths=["models.py"])
        self.project.write("models.py", MODELS + body)
        self.engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.pool.NullPool)
        self.body = body

    def create_all(self):
        space = {}
        exec(compile(MODELS + self.body, "models.py", "exec"), space)
        space["metadata"].create_all(self.engine)

    def sql(self, *statements):
        with self.engine.begin() as connection:
            return [connection.exec_driver_sql(statement) for statement in statements]

    def rows(self, statement):
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def agrees(self, *more):
        found = self.project.ok("diff", "models", *more)
        assert "Models and database agree" in found.out, found
        return found

    def nothing_is_left(self):
        assert not self.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dbwarden%%'")
        assert not self.rows("SELECT 1 FROM pg_locks WHERE pid <> pg_backend_pid() AND database = "
                             "(SELECT oid FROM pg_database WHERE datname = current_database())")
        assert not left_over(self.project.url)


@both_servers
@pytest.mark.parametrize("body", [DEFAULTS, CHECKS], ids=["defaults", "checks"])
def test_what_create_all_made_is_adopted_without_a_difference(tmp_path, postgres, body):
    place = Place(tmp_path / "p", postgres, body)
    place.create_all()
    for mode in ("auto", "server"):
        place.agrees("--normalise", mode)
    assert not place.project.files()
    place.nothing_is_left()


RELATED = """
t("orders", Column("state", Enum("new", "done", name="state")), Column("total", Numeric(8, 2)), Column("at", DateTime),
  Column("mail", DOMAIN("mail", Text, create_type=False), server_default=sa.text("'A@b'")),
  CheckConstraint("state in ('new', 'done')", name="known"), CheckConstraint("mail <> 'x@y' and total > 1.0", name="much"),
  Index("open", "at", postgresql_where=sa.text("state = 'new' and at > '2020-1-1'")), schema="app")
t("orders", Column("total", Numeric(8, 2)), CheckConstraint("orders.total < 1e3"), CheckConstraint("total > 1.5e0"))
"""


@both_servers
def test_tables_of_one_name_in_two_schemas_domains_and_enums(tmp_path, postgres):
    place = Place(tmp_path / "p", postgres, RELATED)
    place.sql("CREATE SCHEMA app", "CREATE DOMAIN mail AS text CHECK (value <> '')")
    place.create_all()
    place.agrees()
    place.sql("ALTER TABLE orders DROP CONSTRAINT orders_total_check1, ADD CHECK (total > 1.6)")
    changed = place.project.ok("make-migrations")
    assert "1.5e0" in changed.out or "1.5e0" in (place.project.migrations / place.project.files()[0]).read_text()
    assert (place.project.migrations / place.project.files()[0]).read_text().count("ADD CONSTRAINT") <= 2
    place.project.ok("migrate")
    place.agrees()
    place.nothing_is_left()


LABELLED = """
t("t", Column("role", ROLE), CheckConstraint("role <> 'b'", name="known"),
  Index("some", "id", postgresql_where=sa.text("role = 'a'")), Index("sorted", sa.text("(CASE WHEN role = 'a' THEN 1 END)")))
"""


@pytest.mark.parametrize("offline", [(), ("--offline",)], ids=["live", "offline"])
@pytest.mark.parametrize("postgres", ["pg15"], indirect=True)
def test_an_enum_becomes_a_text_under_what_compares_with_its_labels(tmp_path, postgres, offline):
    """The server prints 'a'::role beside the index; the models, from which it is made again, do not say the type."""
    place = Place(tmp_path / "p", postgres, LABELLED.replace("ROLE", 'Enum("a", "b", name="role")'))
    place.project.ok("make-migrations")
    place.project.ok("migrate")
    place.project.write("models.py", MODELS + LABELLED.replace("ROLE", "String(10)"))
    place.project.ok("make-migrations", *offline)
    for way in ("migrate", "rollback", "migrate"):
        place.project.ok(way)
    place.agrees()
    assert not place.rows("SELECT 1 FROM pg_type WHERE typname = 'role'")


@pytest.mark.parametrize("postgres", ["pg15"], indirect=True)
def test_what_offline_cannot_prove_is_named_and_a_column_is_not_replaced_silently(tmp_path, postgres):
    place = Place(tmp_path / "p", postgres, CHECKS)
    place.create_all()
    found = place.project.ok("diff", "models", "--normalise", "offline")
    assert "no server has said" in found.err and "table g / column e" in found.err and "table s / check b" in found.err
    assert "no server has said" not in place.agrees().err


@both_servers
def test_what_the_server_refuses_is_an_error_with_the_object(tmp_path, postgres):
    place = Place(tmp_path / "p", postgres, 't("t", Column("n", Integer, server_default=sa.text("\'1\'")), '
                                            'CheckConstraint("n > 0", name="positive"))')
    place.create_all()
    place.project.write("models.py", MODELS + 't("t", Column("n", Integer, server_default=sa.text("\'one\'")), '
                                              'CheckConstraint("m > 0", name="positive"))')
    refused = place.project.run("make-migrations")
    assert refused.status == 1 and "the server refuses table t / " in refused.err, refused
    assert not place.project.files()
    place.nothing_is_left()


@both_servers
def test_a_user_who_may_not_create_schemas_gets_the_answer_of_a_scratch_database(tmp_path, postgres):
    place = Place(tmp_path / "p", postgres, CHECKS)
    role = "judged_" + postgres.rsplit("_", 1)[1]
    place.sql(f"CREATE ROLE {role} LOGIN")
    place.create_all()
    user = Project(tmp_path / "user", postgres.replace("postgres@", f"{role}@"), sys.executable, model_paths=["models.py"])
    user.write("models.py", MODELS + CHECKS)
    try:
        found = user.ok("diff", "models")
        assert "Models and database agree" in found.out and "a scratch database is asked" in found.err, found
        place.nothing_is_left()
    finally:
        place.sql(f"DROP ROLE {role}")


@both_servers
def test_tables_are_not_locked_and_a_lock_of_others_does_not_hold_it_up(tmp_path, postgres):
    place = Place(tmp_path / "p", postgres, CHECKS)
    place.create_all()
    with place.engine.begin() as other:
        other.exec_driver_sql("LOCK TABLE s, g IN ROW EXCLUSIVE MODE")
        place.agrees()


@both_servers
def test_a_view_of_a_file_is_the_one_that_is_there(tmp_path, postgres):
    body = "CREATE TABLE a (id int PRIMARY KEY, n text DEFAULT '2020-1-1', at date DEFAULT '2020-1-1');\n" \
           "CREATE VIEW v AS SELECT * FROM a WHERE at > '2020-1-1' GROUP BY a.id;\n" \
           "CREATE MATERIALIZED VIEW m AS SELECT v.id, lower(n) AS low FROM v WHERE v.n IN ('a', 'b');\n"
    project = Project(tmp_path / "p", postgres, sys.executable, schema_files=["schema.sql"])
    project.write("schema.sql", body)
    engine = sa.create_engine(postgres.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(body)
    for mode in ("auto", "server"):
        found = project.ok("diff", "models", "--normalise", mode)
        assert "Models and database agree" in found.out, found


@both_servers
def test_expressions_of_a_materialised_views_index_are_put_to_the_server_without_filling_the_view(tmp_path, postgres):
    body = "CREATE TABLE a (id int PRIMARY KEY, n text, at date);\n" \
           "CREATE MATERIALIZED VIEW m AS SELECT id, n, at, 1 / (id - id) AS never FROM a;\n" \
           "CREATE INDEX i ON m ((n || 'x')) WHERE at > '2020-1-1' AND n IN ('a', 'b');\n"
    project = Project(tmp_path / "p", postgres, sys.executable, schema_files=["schema.sql"], normalise="server")
    project.write("schema.sql", body)
    engine = sa.create_engine(postgres.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(body)
    for more in ([], ["--normalise", "auto"], ["--normalise", "offline"]):
        found = project.ok("diff", "models", *more)
        assert "Models and database agree" in found.out, found
    project.write("schema.sql", body.replace("'2020-1-1'", "'one'"))
    assert project.run("diff").status == 1


@both_servers
def test_a_triggers_condition_is_put_to_the_server_on_a_copy_of_its_table(tmp_path, postgres):
    function = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN new; END$$;\n"
    body = "CREATE SCHEMA app;\nCREATE TABLE t (id int, n text);\nCREATE TABLE app.t (id int, n text, at date);\n" \
           "CREATE VIEW v AS SELECT id FROM t;\n" \
           "CREATE TRIGGER one AFTER UPDATE OF n, id ON t FOR EACH ROW WHEN (old.n IN ('a', 'b') or new.id>1.5) " \
           "EXECUTE FUNCTION f();\n" \
           "CREATE TRIGGER \"On\" BEFORE INSERT ON app.t FOR EACH ROW WHEN (new.at > '2020-1-1') EXECUTE FUNCTION f();\n" \
           "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON app.t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION f();\n" \
           "CREATE TRIGGER of_view INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION f();\n" \
           "ALTER TABLE t DISABLE TRIGGER one;\n"
    project = Project(tmp_path / "p", postgres, sys.executable, schema_files=["schema.sql"], normalise="server")
    project.write("schema.sql", function + body)
    engine = sa.create_engine(postgres.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql((function + body).replace("%", "%%"))
    with engine.begin() as other:
        other.exec_driver_sql("LOCK TABLE t, app.t IN SHARE ROW EXCLUSIVE MODE")
        for more in ([], ["--normalise", "auto"], ["--normalise", "offline"]):
            found = project.ok("diff", "models", *more)
            assert "Models and database agree" in found.out, found
    project.write("schema.sql", (function + body).replace("'2020-1-1'", "'2021-1-1'"))
    found = project.ok("make-migrations")
    file = (project.migrations / project.files()[0]).read_text()
    assert file.count("CREATE TRIGGER") == 2 and "ON app.t " in file and "'2021-01-01'" in file, file
    project.ok("migrate")
    assert "Models and database agree" in project.ok("diff", "models").out


@both_servers
def test_the_key_of_a_partitioned_table_is_put_to_the_server_and_follows_a_renamed_column(tmp_path, postgres):
    body = """
t("by_day", Column("at", DateTime), postgresql_partition_by="range (date_trunc('day', at), (id+1))")
t("by_hash", Column("name", Text), Column("k", Text), postgresql_partition_by="HASH (lower(name), k)")
""".replace("t(", "Table(").replace('", Column', '", metadata, Column("id", Integer), Column', 2)
    place = Place(tmp_path / "p", postgres, body)
    place.create_all()
    for mode in ("auto", "server"):
        place.agrees("--normalise", mode)
    place.nothing_is_left()
    place.project.write("models.py", MODELS + body.replace('"k"', '"key"').replace(", k)", ", key)"))
    place.project.ok("make-migrations", "--rename", "by_hash.k:key")
    place.project.ok("migrate")
    place.agrees()
    place.project.write("models.py", MODELS + body.replace('"k"', '"key"').replace(", k)", ")"))
    refused = place.project.run("make-migrations")
    assert refused.status == 1 and "its partitioning cannot be changed in place" in refused.err, refused


@pytest.mark.parametrize("postgres", ["pg15"], indirect=True)
def test_the_setting_says_who_is_asked_where_no_option_does(tmp_path, postgres):
    place = Place(tmp_path / "p", postgres, CHECKS)
    place.create_all()
    place.project = Project(tmp_path / "q", postgres, sys.executable, model_paths=["models.py"], normalise="offline")
    place.project.write("models.py", MODELS + CHECKS)
    assert "no server has said" in place.project.ok("diff", "models").err
    assert "no server has said" not in place.agrees("--normalise", "auto").err
