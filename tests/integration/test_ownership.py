"""What a project does not manage is reported once and left alone; what it made may be dropped by it."""

import json

import pytest
import sqlalchemy as sa
from support.project import Project

MODELS = """
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(String(50){options})
    {more}
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    import sys
    if request.param == "sqlite":
        project = Project(tmp_path / "p", "sqlite:///./app.db", sys.executable, model_paths=["models.py"])
        return project, sa.create_engine(f"sqlite:///{project.folder}/app.db", poolclass=sa.pool.NullPool)
    url = request.getfixturevalue("postgres")
    project = Project(tmp_path / "p", url, sys.executable, model_paths=["models.py"])
    return project, sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.pool.NullPool)


def models(project, more="", options=""):
    project.write("models.py", MODELS.format(more=more, options=options))


def sql(engine, *statements):
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def columns(engine, table="users"):
    return [column["name"] for column in sa.inspect(engine).get_columns(table)]


def test_what_somebody_else_added_stays(place):
    project, engine = place
    models(project, "phone = Column(String(20))")
    project.ok("make-migrations")
    project.ok("migrate")
    sql(engine, "ALTER TABLE users ADD COLUMN added_by_hand INTEGER", "CREATE TABLE zz (id INTEGER)",
        "CREATE INDEX ix_by_hand ON users (name)", "INSERT INTO users (id, name, added_by_hand) VALUES (1, 'a', 7)")
    shown = project.ok("make-migrations")
    assert "No new migrations" in shown.out
    assert "added_by_hand" in shown.err and "zz" in shown.err and "ix_by_hand" in shown.err

    models(project, "", ", nullable=False")  # phone goes; on SQLite the table is rebuilt
    project.ok("make-migrations")
    project.ok("migrate")
    assert columns(engine) == ["id", "name", "added_by_hand"]
    assert "zz" in sa.inspect(engine).get_table_names()
    assert [index["name"] for index in sa.inspect(engine).get_indexes("users")] == ["ix_by_hand"]
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, name, added_by_hand FROM users").fetchall() == [(1, "a", 7)]
    project.ok("rollback")
    assert sorted(columns(engine)) == ["added_by_hand", "id", "name", "phone"]


def test_patterns_leave_tables_out(place):
    project, engine = place
    models(project)
    project.ok("make-migrations")
    project.ok("migrate")
    text = (project.folder / "dbwarden.py").read_text()
    project.write("dbwarden.py", text.replace("model_paths", "exclude=['users'], model_paths"))
    models(project, "age = Column(Integer)")
    assert "No new migrations" in project.ok("make-migrations").out


# ---- what is recorded ----

SETTLED = "No new migrations"


def schema(project, text):
    """The project describes its schema in SQL from here on."""
    project.write("schema.sql", text)
    config = (project.folder / "dbwarden.py").read_text()
    if "schema_files" not in config:
        project.write("dbwarden.py", config.replace("model_paths=['models.py']", "schema_files=['schema.sql']"))


def step(project, *flags):
    shown = project.ok("make-migrations", *flags)
    project.ok("migrate")
    return shown


def settles(project):
    shown = project.ok("make-migrations")
    assert SETTLED in shown.out, shown.out
    return shown.err


def is_sqlite(engine):
    return engine.dialect.name == "sqlite"


def checks(engine, table):
    if is_sqlite(engine):
        with engine.connect() as connection:
            text = connection.exec_driver_sql(f"SELECT sql FROM sqlite_schema WHERE name = '{table}'").scalar()
        return text.upper().count("CHECK")
    return len(sa.inspect(engine).get_check_constraints(table))


def test_a_rebuild_takes_nothing_over(place):
    """A column that somebody added is in no file, and stays."""
    project, engine = place
    schema(project, "create table t (id integer primary key, size integer);")
    step(project)
    sql(engine, "ALTER TABLE t ADD COLUMN note text", "INSERT INTO t VALUES (1, 2, 'x')",
        "CREATE INDEX ix_hand ON t (note)")
    schema(project, "create table t (id integer primary key, size bigint);")
    assert "note" in step(project).err
    for _ in range(2):
        left = settles(project)
        assert "note" in left and "ix_hand" in left
    schema(project, "create table t (id integer primary key, size bigint, more text);")
    step(project)
    assert set(columns(engine, "t")) == {"id", "size", "note", "more"}
    project.ok("rollback")
    project.ok("rollback")
    assert set(columns(engine, "t")) == {"id", "size", "note"}
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT note FROM t").fetchall() == [("x",)]


@pytest.mark.parametrize("name", ["text", "key", "created_at", "title"])
def test_a_column_by_hand_stays_whatever_its_name(place, name):
    project, engine = place
    other = "create table other (id integer primary key, title text, created_at timestamp);"
    schema(project, other + "create table t (id integer primary key, size integer);")
    step(project)
    sql(engine, f'ALTER TABLE t ADD COLUMN "{name}" text')
    assert name in settles(project)
    schema(project, other + "create table t (id integer primary key, size integer, n integer);")
    step(project)
    assert name in columns(engine, "t")
    assert name in settles(project)


def test_constraints_by_hand_stay(place):
    project, engine = place
    text = "create table o (id integer primary key); create table t (id integer primary key, a integer, b integer, {0}{1});"
    schema(project, text.format("c integer, ", "constraint ck_own check (a > 0)"))
    step(project)
    if is_sqlite(engine):
        hand = ["CREATE TABLE x (id integer primary key, a integer, b integer REFERENCES o (id), c integer, "
                "constraint ck_own check (a > 0), CHECK (b < 100), CONSTRAINT ck_hand CHECK (b > 0), UNIQUE (a, b))",
                "DROP TABLE t", "ALTER TABLE x RENAME TO t"]
    else:
        hand = ["ALTER TABLE t ADD CHECK (b < 100)", "ALTER TABLE t ADD CONSTRAINT ck_hand CHECK (b > 0)",
                "ALTER TABLE t ADD UNIQUE (a, b)", "ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES o (id)"]
    sql(engine, *hand)

    def hands():
        inspector = sa.inspect(engine)
        return (checks(engine, "t"), len(inspector.get_unique_constraints("t")), len(inspector.get_foreign_keys("t")))

    assert hands() == (3, 1, 1)
    left = settles(project)
    assert "ck_hand" in left and "unique" in left and "foreign key" in left
    schema(project, text.format("", "constraint ck_own check (a > 1)"))  # its own check changes, c goes
    step(project)
    assert hands() == (3, 1, 1)
    assert "ck_hand" in settles(project)
    project.ok("rollback")
    assert hands() == (3, 1, 1) and "c" in columns(engine, "t")
    schema(project, text.format("c integer, ", "check (c > 0)"))
    step(project)
    schema(project, text.format("c integer", ""))  # and the project's own, without a name, goes
    step(project)
    assert hands() == (2, 1, 1)
    assert "ck_hand" in settles(project)


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_usual_name_that_somebody_else_has_is_left_to_them(place):
    project, engine = place
    models(project)
    step(project)
    sql(engine, "ALTER TABLE users ADD CHECK (id < 1000)")
    models(project, '__table_args__ = (__import__("sqlalchemy").CheckConstraint("id > 0"),)')
    step(project)
    assert {check["name"] for check in sa.inspect(engine).get_check_constraints("users")} == {"users_id_check", "users_id_check1"}
    assert "users_id_check" in settles(project)
    models(project)
    step(project)
    (left,) = sa.inspect(engine).get_check_constraints("users")
    assert left["name"] == "users_id_check" and "1000" in left["sqltext"]


def test_what_is_renamed_stays_its_own(place):
    """Index, check and column of a renamed table are the project's still, and can be dropped."""
    project, engine = place
    text = ("create table {0} (id integer primary key, name text, extra text, constraint ck_name check (name <> ''));"
            "create index ix_extra on {0} (extra);")
    schema(project, text.format("users"))
    step(project)
    sql(engine, "ALTER TABLE users ADD COLUMN hand text")
    schema(project, text.format("people"))
    left = step(project, "--rename-table", "users:people").err
    assert "hand" in left and "ix_extra" not in left and "ck_name" not in left
    left = settles(project)
    assert "hand" in left and "ix_extra" not in left
    schema(project, "create table people (id integer primary key, title text);")
    step(project, "--rename", "people.name:title")
    assert set(columns(engine, "people")) == {"id", "title", "hand"}
    assert checks(engine, "people") == 0 and not sa.inspect(engine).get_indexes("people")
    schema(project, "create table people (id integer primary key);")
    step(project)
    assert set(columns(engine, "people")) == {"id", "hand"}
    settles(project)
    for _ in range(3):
        project.ok("rollback")
    assert set(columns(engine, "users")) == {"id", "name", "extra", "hand"}


def test_a_trigger_by_hand_survives_a_rebuild(place):
    project, engine = place
    schema(project, "create table t (id integer primary key, size integer); create table log (n integer);")
    step(project)
    if is_sqlite(engine):
        sql(engine, "CREATE TRIGGER hand AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.id); END")
    else:
        sql(engine, "CREATE FUNCTION log_it() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN INSERT INTO log VALUES (NEW.id); RETURN NEW; END'",
            "CREATE TRIGGER hand AFTER INSERT OR UPDATE OF size ON t FOR EACH ROW EXECUTE FUNCTION log_it()")
    schema(project, "create table t (id integer primary key, size bigint); create table log (n integer);")
    step(project)
    assert "hand" in settles(project)
    sql(engine, "INSERT INTO t VALUES (5, 6)")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM log").fetchall() == [(5,)]


def test_what_hangs_on_a_table_follows_the_renames_of_files_that_wait(place):
    project, engine = place
    schema(project, "create table t (id integer primary key, a text, d text, size integer); create table log (n integer);")
    step(project)
    if is_sqlite(engine):
        sql(engine, "CREATE TRIGGER hand AFTER UPDATE OF a ON t BEGIN INSERT INTO log VALUES (length(NEW.a)); END")
    else:
        sql(engine, "CREATE FUNCTION log_it() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN INSERT INTO log VALUES (NEW.size); RETURN NEW; END'",
            "CREATE TRIGGER hand AFTER UPDATE OF a ON t FOR EACH ROW WHEN (NEW.a <> 'a') EXECUTE FUNCTION log_it()")
    sql(engine, "CREATE VIEW v AS SELECT a AS shown FROM t WHERE size > 0", "CREATE INDEX two ON t (a, d)",
        "CREATE INDEX one ON t (a) WHERE size > 2", "INSERT INTO t VALUES (1, 'A', 'd', 3)")
    schema(project, "create table u (id integer primary key, b text, d text, size integer); create table log (n integer);")
    project.ok("make-migrations", "--rename-table", "t:u", "--rename", "u.a:b")
    schema(project, "create table u (id integer primary key, b text, size integer); create table log (n integer);")
    project.ok("make-migrations", "--drop-dependents")
    schema(project, "create table u (id integer primary key, b varchar(9), size bigint); create table log (n integer);")
    assert "two" not in project.ok("make-migrations").err
    for ways in (("migrate",), ("rollback", "--count", "3"), ("migrate",)):
        project.ok(*ways)
        table, column = ("t", "a") if "rollback" in ways else ("u", "b")
        sql(engine, "DELETE FROM log", f"UPDATE {table} SET {column} = 'bcd'")
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT n FROM log").fetchall() == [(3,)]
            assert connection.exec_driver_sql("SELECT shown FROM v").fetchall() == [("bcd",)]
        indexes = {"one", "two"} if table == "t" else {"one"}
        assert {index["name"] for index in sa.inspect(engine).get_indexes(table)} == indexes


# ---- settings ----

def default_of(engine, table, column):
    return next(c["default"] for c in sa.inspect(engine).get_columns(table) if c["name"] == column)


def test_a_default_that_nobody_spoke_of_stays(place):
    project, engine = place
    text = "create table t (id integer primary key, a integer{0}, b integer, c {1});"
    schema(project, text.format(" default 3", "integer"))
    step(project)
    if is_sqlite(engine):
        sql(engine, "CREATE TABLE x (id integer primary key, a integer default 3, b integer default 5, c integer)",
            "DROP TABLE t", "ALTER TABLE x RENAME TO t")
    else:
        sql(engine, "ALTER TABLE t ALTER COLUMN b SET DEFAULT 5")
    assert "column b / default value" in settles(project)
    schema(project, text.format("", "bigint"))  # its own goes; on SQLite the table is rebuilt
    step(project)
    assert default_of(engine, "t", "a") is None and default_of(engine, "t", "b") == "5"
    assert "column b / default value" in settles(project)
    project.ok("rollback")
    assert default_of(engine, "t", "a") == "3" and default_of(engine, "t", "b") == "5"


PG_SETTINGS = """
SELECT (SELECT coalesce(array_to_string(reloptions, ','), '') FROM pg_class WHERE relname = 't'),
       (SELECT coalesce(array_to_string(reloptions, ','), '') FROM pg_class WHERE relname = 'ix_a'),
       obj_description('t'::regclass), col_description('t'::regclass, 2),
       (SELECT attstorage::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'a')
"""


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
@pytest.mark.parametrize("becomes", ["integer generated always as identity", "serial", "integer generated always as (1) stored"])
def test_a_default_that_has_to_go_is_named(place, becomes):
    project, engine = place
    schema(project, "create table t (id integer not null);")
    step(project)
    sql(engine, "ALTER TABLE t ALTER id SET DEFAULT 7")
    schema(project, f"create table t (id {becomes} not null);")
    said = project.ok("make-migrations").err
    assert "table t / column id loses its default 7, which nobody of this project set" in said
    project.ok("migrate")


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_settings_of_a_keys_index_stay_until_the_project_speaks_of_them(place):
    project, engine = place
    def settings():
        with engine.connect() as connection:
            return list(connection.exec_driver_sql("SELECT array_to_string(reloptions, ',') FROM pg_class "
                                                   "WHERE relname IN ('t_pkey', 't_a_key') ORDER BY relname").scalars())

    text = "create table t (id integer primary key{0}, a text unique{1});"
    schema(project, text.format("", ""))
    step(project)
    sql(engine, "ALTER INDEX t_pkey SET (fillfactor = 60)", "ALTER INDEX t_a_key SET (fillfactor = 60)")
    settles(project)
    assert settings() == ["fillfactor=60", "fillfactor=60"]
    schema(project, text.format("", " with (fillfactor = 70)"))
    step(project)
    assert settings() == ["fillfactor=70", "fillfactor=60"]
    settles(project)
    project.ok("rollback")
    assert settings() == ["fillfactor=60", "fillfactor=60"]
    project.ok("migrate")
    schema(project, text.format("", "") + "create table u (id integer);")
    step(project)
    assert settings() == [None, "fillfactor=60"]
    settles(project)


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_settings_that_nobody_spoke_of_stay(place):
    project, engine = place
    def settings():
        with engine.connect() as connection:
            return tuple(connection.exec_driver_sql(PG_SETTINGS).one())

    text = "create table t (id integer primary key, a text{2}){0}; create index ix_a on t (a){1};"
    schema(project, text.format("", "", ""))
    step(project)
    sql(engine, "ALTER TABLE t SET (fillfactor = 70, autovacuum_enabled = false)", "ALTER INDEX ix_a SET (fillfactor = 60)",
        "COMMENT ON TABLE t IS 'hand'", "COMMENT ON COLUMN t.a IS 'hand'", "ALTER TABLE t ALTER a SET STORAGE EXTERNAL")
    by_hand = ("fillfactor=70,autovacuum_enabled=false", "fillfactor=60", "hand", "hand", "e")
    assert settings() == by_hand
    left = settles(project)
    assert "option fillfactor" in left and "comment" in left and "storage" in left
    # One option is spoken of, and the other stays; then it is not any more.
    schema(project, text.format(" with (fillfactor = 80)", "", "") + "comment on table t is 'ours';")
    step(project)
    assert "fillfactor=80" in settings()[0] and "autovacuum_enabled=false" in settings()[0]
    assert settings()[1:] == ("fillfactor=60", "ours", "hand", "e")
    settles(project)
    project.ok("rollback")
    assert sorted(settings()[0].split(",")) == sorted(by_hand[0].split(",")) and settings()[1:] == by_hand[1:]
    project.ok("migrate")
    schema(project, text.format("", "", ", n integer"))
    step(project)
    assert settings() == ("autovacuum_enabled=false", "fillfactor=60", None, "hand", "e")
    settles(project)


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_the_usual_tablespace_is_none(place):
    project, engine = place
    schema(project, "create table t (id integer primary key) tablespace pg_default;")
    step(project)
    settles(project)
    assert SETTLED in project.ok("make-migrations").out


# ---- files without records ----

def test_files_say_what_they_make(place):
    """No plan lies beside a file that was written by hand: what it creates by name is the project's."""
    project, engine = place
    schema(project, "create table t (id integer primary key);")
    step(project)
    first = next(project.folder.rglob("*0001*.sql"))
    first.with_name(first.name.replace("0001", "0002").split(".")[0] + ".sql").write_text(
        "-- upgrade\n\nCREATE TABLE own (id integer PRIMARY KEY, a integer DEFAULT 4 CHECK (a > 0), b integer UNIQUE, "
        "CONSTRAINT ck CHECK (b > 0));\nALTER TABLE t ADD COLUMN added integer;\n\n-- rollback\n\nDROP TABLE own;\n")
    project.ok("migrate")
    sql(engine, "ALTER TABLE own ADD COLUMN hand text", "ALTER TABLE t ADD COLUMN hand text")
    schema(project, "create table t (id integer primary key); create table own (id integer primary key, a integer);")
    left = step(project).err
    assert "hand" in left and "ck" not in left
    assert set(columns(engine, "own")) == {"id", "a", "hand"} and set(columns(engine, "t")) == {"id", "hand"}
    assert checks(engine, "own") == 0 and default_of(engine, "own", "a") is None
    settles(project)
    schema(project, "create table t (id integer primary key);")
    step(project)
    assert "own" not in sa.inspect(engine).get_table_names()


def test_what_stands_on_a_dropped_column_is_named(place):
    """Somebody else's index would go with the column, or break: that is not done in silence."""
    project, engine = place
    schema(project, "create table t (id integer primary key, a integer, b integer);")
    step(project)
    sql(engine, "CREATE INDEX ix_hand ON t (b)")
    schema(project, "create table t (id integer primary key, a integer);")
    stopped = project.run("make-migrations")
    assert stopped.status == 1 and "ix_hand" in stopped.err and "column b" in stopped.err


def test_snapshots_from_before_records_per_part(place):
    """Where the snapshot names whole objects only, what the project's files explain is its own, and nothing else."""
    project, engine = place
    schema(project, "create table t (id integer primary key, a integer default 3, b integer, constraint ck check (a > 0));"
                    "create index ix on t (a);")
    step(project)
    sql(engine, "ALTER TABLE t ADD COLUMN hand text", "CREATE INDEX ix_hand ON t (hand)")
    for path in project.folder.rglob("*.schema.json"):
        snapshot = json.loads(path.read_text())
        del snapshot["checksum"], snapshot["dbwarden"]["left_alone"]
        snapshot["dbwarden"]["unmanaged"] = []
        path.write_text(json.dumps(snapshot))
    for path in project.folder.rglob("*.plan.json"):
        plan = json.loads(path.read_text())
        del plan["dbwarden"]["owned"]
        plan["dbwarden"]["managed"] = ["index:.t.ix", "table:.t"]
        path.write_text(json.dumps(plan))
    schema(project, "create table t (id integer primary key, a integer);")
    left = step(project).err
    assert "hand" in left and "ix_hand" in left
    assert set(columns(engine, "t")) == {"id", "a", "hand"}
    assert checks(engine, "t") == 0 and default_of(engine, "t", "a") is None
    assert [index["name"] for index in sa.inspect(engine).get_indexes("t")] == ["ix_hand"]
    settles(project)


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_the_usual_tablespace_of_models_is_none(place):
    project, engine = place
    models(project, '__table_args__ = (sa.Index("ix_name", "name", postgresql_tablespace="pg_default"),)')
    project.write("models.py", "import sqlalchemy as sa\n" + (project.folder / "models.py").read_text())
    step(project)
    settles(project)


# ---- other databases of the project ----

def elsewhere(project, engine, *, back=0):
    """The files on a database that nobody touched by hand: all of them, and the last `back` of them undone and done again."""
    if is_sqlite(engine):
        (project.folder / "app.db").rename(project.folder / "touched.db")
    else:
        sql(engine, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    project.ok("migrate")
    if back:
        project.ok("rollback", "--count", str(back))
        project.ok("migrate")


def made_again(project, engine):
    """Schema and rows, once `size` became another type and `old` went, with all that somebody made by hand before."""
    schema(project, "create table t (id integer primary key, size integer, old text, check (size > 0));")
    step(project)
    sql(engine, "INSERT INTO t VALUES (1, 2, 'x')")


BY_HAND = {
    "column": ("ALTER TABLE t ADD COLUMN note text", "UPDATE t SET note = 'kept'"),
    "column with a check": ("ALTER TABLE t ADD COLUMN note text DEFAULT 'kept' CHECK (note <> '') NOT NULL",),
    "generated column": ("ALTER TABLE t ADD COLUMN note text AS ('kept')",),
    "index": ("ALTER TABLE t ADD COLUMN note text DEFAULT 'kept'", "CREATE UNIQUE INDEX hand ON t (note)"),
    "trigger": ("ALTER TABLE t ADD COLUMN note text DEFAULT 'kept'",
                "CREATE TRIGGER hand AFTER INSERT ON t BEGIN UPDATE t SET note = 'new' WHERE id = NEW.id; END"),
}


@pytest.fixture
def lite(tmp_path):
    import sys
    project = Project(tmp_path / "p", "sqlite:///./app.db", sys.executable, model_paths=["models.py"])
    return project, sa.create_engine(f"sqlite:///{project.folder}/app.db", poolclass=sa.pool.NullPool)


def catalog(engine):
    with engine.connect() as connection:
        return connection.exec_driver_sql("SELECT type, name FROM sqlite_schema WHERE tbl_name = 't' ORDER BY 1, 2").fetchall()


@pytest.mark.parametrize("what", BY_HAND)
@pytest.mark.parametrize("order", ["known", "unknown"])
def test_a_rebuild_is_for_every_database(lite, what, order):
    """Made by hand before the migration is written, or in another database than that of its author: the same file does for all."""
    project, engine = lite
    made_again(project, engine)
    after = "create table t (id integer primary key, size bigint, check (size > 0));"
    if order == "known":
        sql(engine, *BY_HAND[what])
    schema(project, after)
    project.ok("make-migrations")
    if order == "unknown":
        sql(engine, *BY_HAND[what])
    before = catalog(engine)
    shown = project.ok("migrate")
    assert "kept while its table is made again: table t / column note" in shown.err
    for way in ((), ("rollback",), ("migrate",)):
        if way:
            project.ok(*way)
        assert catalog(engine) == before
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT id, size, note FROM t").fetchall() == [(1, 2, "kept")]
    assert "note" in settles(project)
    elsewhere(project, engine, back=2)
    assert columns(engine, "t") == ["id", "size"]


@pytest.mark.parametrize("flags", [(), ("--atomic",)])
@pytest.mark.parametrize("what", BY_HAND)
def test_what_a_generated_file_was_given_by_hand_stays_in_the_same_run_too(lite, what, flags):
    project, engine = lite
    schema(project, "create table t (id integer primary key, size integer, check (size > 0));")
    project.ok("make-migrations", "first")
    [first] = (project.folder / "migrations").rglob("*first.sql")
    by_hand = ";\n".join((*BY_HAND[what], "INSERT INTO t (id, size) VALUES (1, 2)"))
    first.write_text(first.read_text().replace("-- rollback", f"{by_hand};\n\n-- rollback", 1))
    project.ok("migrate")
    before = catalog(engine)
    schema(project, "create table t (id integer primary key, size bigint, check (size > 0));")
    project.ok("make-migrations", "second")
    (project.folder / "app.db").unlink()
    shown = project.ok("migrate", *flags)  # a new database: both files in one run
    assert "kept while its table is made again: table t / column note" in shown.err
    for way in ((), ("rollback", "--count", "1")):
        if way:
            project.ok(*way)
        assert catalog(engine) == before and "note" in columns(engine, "t")
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT id, size FROM t").fetchall() == [(1, 2)]


def test_strangers_follow_the_names_of_their_table_and_of_its_columns(lite):
    project, engine = lite
    schema(project, "create table t (id integer primary key, size integer, check (id > 0));")
    step(project)
    sql(engine, "INSERT INTO t VALUES (1, 2)", "ALTER TABLE t ADD COLUMN note text CHECK (note <> 'size')",
        "CREATE INDEX hand ON t (size, note)", "UPDATE t SET note = 'kept'")
    schema(project, "create table u (id integer primary key, mass bigint not null, check (id > 0));")
    step(project, "--rename-table", "t:u", "--rename", "u.size:mass")
    for way in ((), ("rollback",), ("migrate",)):
        if way:
            project.ok(*way)
        table = "t" if way == ("rollback",) else "u"
        with engine.connect() as connection:
            assert connection.exec_driver_sql(f"SELECT note FROM {table}").fetchall() == [("kept",)]
        assert [index["name"] for index in sa.inspect(engine).get_indexes(table)] == ["hand"]
        assert checks(engine, table) == 2
    elsewhere(project, engine, back=1)
    assert columns(engine, "u") == ["id", "mass"]


def references(engine, table):
    return [(key["constrained_columns"], key["options"]) for key in sa.inspect(engine).get_foreign_keys(table)]


def test_constraints_stay_their_own_over_several_files_of_a_run(lite):
    """The first of them puts the one by hand after the project's."""
    project, engine = lite
    table = "create table {} (id integer primary key, size {}{});"
    more = ", r integer references {}(id), check (r <> {})"
    schema(project, table.format("t", "integer", ""))
    step(project)
    sql(engine, "INSERT INTO t VALUES (1, 2)",
        "ALTER TABLE t ADD COLUMN owner integer CHECK (owner <> size) REFERENCES t(id) ON DELETE CASCADE",
        "UPDATE t SET owner = 1")
    schema(project, "create table t (id integer primary key, size integer" + more.split(", check")[0].format("t") + ");")
    step(project)
    for name, column, type, flags in (("t", "size", "bigint", ()), ("t", "mass", "bigint", ("--rename", "t.size:mass")),
                                      ("u", "mass", "text", ("--rename-table", "t:u"))):
        schema(project, table.format(name, type, more.format(name, column)).replace("size", column))
        project.ok("make-migrations", *flags)
    for way in (("migrate",), ("rollback", "--count", "3"), ("migrate", "--atomic")):
        project.ok(*way)
        table, column = ("t", "size") if way[0] == "rollback" else ("u", "mass")
        assert sorted(references(engine, table)) == [(["owner"], {"ondelete": "CASCADE"}), (["r"], {})], way
        texts = sorted(check["sqltext"] for check in sa.inspect(engine).get_check_constraints(table))
        assert texts == [f"owner <> {column}"] + [f"r <> {column}"] * (table == "u"), way
    assert "foreign key (owner)" in settles(project)


def test_a_column_that_both_made_is_copied_or_refused(lite):
    project, engine = lite
    made_again(project, engine)
    schema(project, "create table t (id integer primary key, size bigint, note text, check (size > 0));")
    project.ok("make-migrations")
    sql(engine, *BY_HAND["column"])
    project.ok("migrate")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, size, note FROM t").fetchall() == [(1, 2, "kept")]


def test_what_no_longer_fits_stops_the_migration(lite):
    project, engine = lite
    made_again(project, engine)
    schema(project, "create table t (id integer primary key, size bigint, check (size > 0));")
    project.ok("make-migrations")
    sql(engine, "CREATE INDEX hand ON t (old)")
    shown = project.run("migrate")
    assert shown.status and "no such column: old" in shown.err and "CREATE INDEX hand ON t (old)" in shown.err
    assert ("index", "hand") in catalog(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, size, old FROM t").fetchall() == [(1, 2, "x")]


@pytest.mark.parametrize("made, message", {
    "view": (["CREATE VIEW hand AS SELECT old FROM t"], "reading view hand"),
    "trigger": (["CREATE TRIGGER hand AFTER INSERT ON t BEGIN UPDATE t SET size = 1 WHERE NEW.old = 'x'; END"],
                "INSERT into t"),
    "trigger of another table": (["CREATE TABLE o (x)",
                                  "CREATE TRIGGER hand AFTER UPDATE OF x ON o BEGIN UPDATE t SET old = 1; END"],
                                 "UPDATE of o"),
}.values())
@pytest.mark.parametrize("flags", [(), ("--atomic",)])
def test_what_would_fail_from_then_on_stops_the_migration(lite, made, message, flags):
    """SQLite keeps a view or trigger that reads a column which is gone, and then fails whoever uses its table."""
    project, engine = lite
    made_again(project, engine)
    schema(project, "create table t (id integer primary key, size bigint, check (size > 0));")
    project.ok("make-migrations")
    sql(engine, *made, "CREATE VIEW wrong_before AS SELECT missing FROM t")
    shown = project.run("migrate", *flags)
    assert shown.status and message + " would fail from then on" in shown.err and "old" in shown.err, shown.err
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, size, old FROM t").fetchall() == [(1, 2, "x")]
    sql(engine, "DROP VIEW hand" if "VIEW" in made[0] else "DROP TRIGGER hand")
    project.ok("migrate", *flags)
    assert columns(engine, "t") == ["id", "size"]
