"""Models and databases over several runs: what the models say must be what `create_all()` makes, and stay settled."""

import sys

import pytest
import sqlalchemy as sa
from support.project import Project

HEAD = """
import random, uuid
from datetime import date, datetime
from time import time
import sqlalchemy as sa
from sqlalchemy import *
from sqlalchemy.orm import declarative_base
Base = declarative_base()
"""


class Place:
    """A project and its database."""

    def __init__(self, folder, url):
        self.project = Project(folder, url, sys.executable, model_paths=["models.py"])
        absolute = url.replace("///.", f"///{folder}").replace("postgresql://", "postgresql+psycopg2://")
        self.engine = sa.create_engine(absolute, poolclass=sa.pool.NullPool)
        self.postgres = not url.startswith("sqlite")

    def models(self, body):
        self.project.write("models.py", HEAD + body)

    def migrate(self):
        made = self.project.ok("make-migrations")
        assert "Created migration file" in made.out, made
        self.project.ok("migrate")
        return made

    def settled(self):
        again = self.project.ok("make-migrations")
        assert "No new migrations to generate" in again.out, again
        return again

    def defaults(self):
        return {column["name"]: column["default"] for column in sa.inspect(self.engine).get_columns("t")}

    def sql(self, *statements):
        with self.engine.begin() as connection:
            return [connection.exec_driver_sql(statement) for statement in statements]

    def newest(self):
        return (self.project.migrations / self.project.files()[-1]).read_text()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    url = "sqlite:///./app.db" if request.param == "sqlite" else request.getfixturevalue("postgres")
    return Place(tmp_path / "p", url)


COMPUTED = """
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
    moment = Column(String(60), default=f"P-{datetime.now()}")
    unique_ = Column(String(60), default=str(uuid.uuid4()))
    number = Column(Integer, default=random.randint(1000, 10 ** 9))
    day = Column(String(60), default="d " + date.today().isoformat())
    stamp = Column(Integer, default=int(time()))
    joined = Column(String(60), default="a" + "b" * 3)
    plain = Column(String(60), default="it's %s")
    size = Column(Integer, default=%d)
"""
LITERAL = {"joined", "plain", "size"}


def has_default(defaults):
    return {name for name, default in defaults.items() if default is not None and "nextval" not in default}


def test_a_default_that_is_computed_at_import_never_reaches_the_database(place):
    place.models(COMPUTED % ("so", 5))
    made = place.migrate()
    for column in ("moment", "unique_", "number", "day", "stamp"):
        assert made.err.count(f"t.{column}: the default of the models is computed when they are imported") == 1, made
    assert made.err.count("computed when they are imported") == 5
    assert has_default(place.defaults()) == LITERAL
    assert "computed" not in place.settled().err
    assert "Models and database agree" in place.project.ok("diff").out

    place.models(COMPUTED % ("other", 50))
    made = place.migrate()
    assert "computed" not in made.err
    defaults = place.defaults()
    assert has_default(defaults) == LITERAL and "other" in defaults["plain"] and "50" in defaults["size"]
    place.settled()


def test_one_that_somebody_else_put_into_the_database_stays(place):
    place.sql("CREATE TABLE t (id INTEGER PRIMARY KEY, moment VARCHAR(60) DEFAULT 'P-1999', size INTEGER DEFAULT 5)")
    place.models("""
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True, autoincrement=False)
    moment = Column(String(60), default=f"P-{datetime.now()}")
    size = Column(Integer, default=6)
""")
    place.migrate()
    assert has_default(place.defaults()) == {"moment", "size"} and "6" in place.defaults()["size"]
    place.settled()


def test_models_that_bear_no_other_date_are_read_without_one(place):
    place.models("if date.today().year > date.fromtimestamp(__import__('os').stat(__file__).st_mtime).year:\n"
                 "    raise RuntimeError('the licence has run out')\n" + COMPUTED % ("so", 5))
    made = place.migrate()
    assert has_default(place.defaults()) == LITERAL | {"day"}
    assert made.err.count("computed when they are imported") == 4
    place.settled()


def test_without_a_doubt_the_models_are_read_once(place):
    place.models("open('reads', 'a').write('x')\n" + """
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
    plain = Column(String(60), default="so")
    size = Column(Integer, default=5)
    part = Column(Float, default=1.5)
    on = Column(Boolean, default=True)
""")
    place.migrate()
    assert (place.project.folder / "reads").read_text() == "x"


def test_a_default_that_only_python_knows_stays_out_of_a_rebuild(place):
    body = """
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True, autoincrement=False)
    size = Column(Integer, default=6)
    name = Column({})
"""
    place.sql("CREATE TABLE t (id INTEGER PRIMARY KEY, size INTEGER, name INTEGER)")
    place.models(body.format("BigInteger"))
    place.migrate()
    assert has_default(place.defaults()) == set()
    place.settled()


TRIGGER = {
    True: """
event.listen(T.__table__, "before_create", DDL('''
    CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.word = NEW.word || '!'; RETURN NEW; END $$'''))
event.listen(T.__table__, "after_create", DDL(
    "CREATE TRIGGER stamped BEFORE INSERT ON %(fullname)s FOR EACH ROW EXECUTE FUNCTION stamp()"))
event.listen(T.__table__, "after_drop", DDL("DROP FUNCTION stamp();"))
""",
    False: """
event.listen(T.__table__, "after_create", DDL('''
    CREATE TRIGGER stamped AFTER INSERT ON %(fullname)s BEGIN UPDATE %(table)s SET word = word || '!' WHERE id = NEW.id; END'''))
""",
}
TABLE = """
from sqlalchemy import event
class T(Base):
    __tablename__ = "{name}"
    id = Column(Integer, primary_key=True)
    word = Column({type})
event.listen(T.__table__, "after_create", DDL("CREATE INDEX ix_by_ddl ON %(fullname)s (word)"))
event.listen(T.__table__, "after_create", DDL("SELECT no_such_thing").execute_if(dialect="mysql"))
class Keep(Base):
    __tablename__ = "keep"
    id = Column(Integer, primary_key=True)
"""
INDEXING = 'event.listen(T.__table__, "after_create", DDL("CREATE INDEX'


def with_events(place, name="t", type="String(20)", more=""):
    place.models(TABLE.format(name=name, type=type) + TRIGGER[place.postgres] + more)


def word(place, key, table="t"):
    place.sql(f"INSERT INTO {table} (id, word) VALUES ({key}, 'a')")
    return value(place, f"SELECT word FROM {table} WHERE id = {key}")


def value(place, query):
    with place.engine.connect() as connection:
        return connection.exec_driver_sql(query).scalar()


def indexes(place, table="t"):
    return [index["name"] for index in sa.inspect(place.engine).get_indexes(table)]


def test_ddl_elements_come_with_their_table_and_stay(place):
    with_events(place)
    place.migrate()
    assert word(place, 1) == "a!" and indexes(place) == ["ix_by_ddl"]
    again = place.settled()
    assert "ix_by_ddl" not in again.err, again
    assert "Models and database agree" in place.project.ok("diff", "--exit-code").out

    with_events(place, type="String(40)")  # an ALTER, or a rebuild
    place.migrate()
    assert "ix_by_ddl" not in place.newest() or not place.postgres
    assert word(place, 2) == "a!" and indexes(place) == ["ix_by_ddl"]
    place.settled()
    place.project.ok("rollback")
    assert word(place, 3) == "a!" and indexes(place) == ["ix_by_ddl"]
    place.project.ok("rollback")
    assert sa.inspect(place.engine).get_table_names().count("t") == 0
    place.project.ok("migrate")
    assert word(place, 1) == "a!"
    place.settled()


def test_what_elements_made_is_in_the_files_that_make_their_table_again(place):
    """The same in a database where all files run at once, and nobody's trigger or index in any."""
    with_events(place)
    place.migrate()
    with_events(place, name="u", type="Text")
    place.project.ok("make-migrations", "--rename-table", "t:u")
    place.project.ok("migrate")
    for type in ("Integer", "BigInteger"):
        with_events(place, name="u", type=type)
        place.project.ok("make-migrations")
    if place.postgres:
        return
    assert "ix_by_ddl" in place.newest() and "TRIGGER stamped" in place.newest()
    shown = place.project.ok("migrate")
    assert "not managed" not in shown.out + shown.err
    (place.project.folder / "app.db").rename(place.project.folder / "other.db")
    place.project.ok("migrate")
    assert indexes(place, "u") == ["ix_by_ddl"]
    assert value(place, "SELECT name FROM sqlite_schema WHERE type = 'trigger'") == "stamped"
    place.settled()


def test_the_order_is_that_of_create_all(place):
    with_events(place, more="""
event.listen(Base.metadata, "before_create", DDL("SELECT 'first'"))
event.listen(Base.metadata, "after_create", DDL("SELECT 'last'"))
""")
    place.project.ok("make-migrations")
    up = place.newest().split("-- rollback")[0]
    at = [up.index(text) for text in ("SELECT 'first'", "CREATE TABLE t", "ix_by_ddl", "TRIGGER stamped", "SELECT 'last'")]
    assert at == sorted(at), up
    assert "no_such_thing" not in up


def test_an_element_that_is_new_on_a_table_that_is_there(place):
    with_events(place)
    place.migrate()
    with_events(place, more="""
event.listen(Keep.__table__, "after_create", DDL("CREATE INDEX ix_keep ON %(fullname)s (id)"))
event.listen(Keep.__table__, "before_drop", DDL("DROP INDEX ix_keep"))
""")
    assert "DDL elements of the models that no migration holds yet: 1" in place.project.ok("diff").out
    assert place.project.run("diff", "--exit-code").status != 0
    place.migrate()
    assert place.project.files()[-1].endswith("_ddl_of_keep.sql")
    assert indexes(place, "keep") == ["ix_keep"]
    place.settled()
    place.project.ok("rollback")
    assert indexes(place, "keep") == []
    place.project.ok("migrate")

    with_events(place)  # it goes, and its own before_drop says how
    place.migrate()
    assert indexes(place, "keep") == []
    place.settled()


def test_an_element_that_is_gone_is_reported_once_and_its_work_stays(place):
    with_events(place)
    place.migrate()
    without = 'id(DDL("CREATE INDEX'
    place.models(TABLE.format(name="t", type="String(20)").replace(INDEXING, without) + TRIGGER[place.postgres])
    again = place.settled()
    assert "nothing there says how to undo it, so what it made stays: CREATE INDEX ix_by_ddl" in again.err
    place.models(TABLE.format(name="t", type="String(30)").replace(INDEXING, without) + TRIGGER[place.postgres])
    place.migrate()
    assert indexes(place) == ["ix_by_ddl"]
    again = place.settled()
    assert "ix_by_ddl" not in again.err
    with_events(place, type="String(30)")  # and back: it is there
    place.settled()


def test_a_table_with_elements_that_goes_and_comes_back(place):
    with_events(place)
    place.migrate()
    place.models("class Keep(Base):\n    __tablename__ = 'keep'\n    id = Column(Integer, primary_key=True)\n")
    made = place.migrate()
    assert "stays" not in made.err
    if place.postgres:
        assert value(place, "SELECT count(*) FROM pg_proc WHERE proname = 'stamp'") == 0
    place.settled()
    place.project.ok("rollback")
    assert word(place, 1) == "a!" and indexes(place) == ["ix_by_ddl"]


def test_a_renamed_table_keeps_its_elements(place):
    with_events(place)
    place.migrate()
    with_events(place, name="people")
    made = place.project.ok("make-migrations", "--rename-table", "t:people")
    assert "TRIGGER stamped" not in place.newest(), made
    place.project.ok("migrate")
    assert word(place, 1, "people") == "a!" and indexes(place, "people") == ["ix_by_ddl"]
    place.settled()
    place.project.ok("rollback")
    assert word(place, 2) == "a!" and indexes(place) == ["ix_by_ddl"]


def test_a_database_that_create_all_made_is_taken_over(place):
    with_events(place)
    script = "import sys; sys.path.insert(0, sys.argv[1]); import models, sqlalchemy as sa\n" \
             "getattr(models.Base.metadata, sys.argv[3])(sa.create_engine(sys.argv[2]))"
    import subprocess

    def ask_metadata(what):
        url = place.engine.url.render_as_string(hide_password=False)
        subprocess.run([sys.executable, "-c", script, str(place.project.folder), url, what], check=True)

    ask_metadata("create_all")
    assert word(place, 1) == "a!"
    place.project.ok("make-migrations", "--baseline")
    assert "TRIGGER stamped" in place.newest() and place.newest().count("ix_by_ddl") == 1
    place.settled()
    assert "was there before dbwarden" in place.project.run("rollback").err
    ask_metadata("drop_all")
    with place.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM _dbwarden_migrations")
    place.project.ok("migrate")
    assert word(place, 1) == "a!" and indexes(place) == ["ix_by_ddl"]


ALTERING = {
    True: """
event.listen(T.__table__, "after_create", DDL("ALTER TABLE %(fullname)s ADD CONSTRAINT ck_ddl CHECK (id > 0), "
                                              "ADD COLUMN extra tsvector GENERATED ALWAYS AS "
                                              "(to_tsvector('english', word::text)) STORED"))
event.listen(T.__table__, "after_create", DDL("CREATE SEQUENCE counting; CREATE VIEW words AS SELECT word FROM %(fullname)s"))
event.listen(T.__table__, "before_drop", DDL("DROP VIEW words; DROP SEQUENCE counting"))
""",
    False: """
event.listen(T.__table__, "after_create", DDL("ALTER TABLE %(fullname)s ADD COLUMN extra INTEGER"))
event.listen(T.__table__, "after_create", DDL("CREATE VIEW words AS SELECT word FROM %(fullname)s"))
event.listen(T.__table__, "before_drop", DDL("DROP VIEW words"))
""",
}


def test_what_else_elements_make_is_not_dropped(place):
    for size in (20, 40):
        place.models(TABLE.format(name="t", type="Integer" if size == 20 else "BigInteger") + ALTERING[place.postgres])
        if size == 20 or not place.postgres:  # PostgreSQL: a view stands in the way of a type
            place.migrate()
        else:
            place.models(TABLE.format(name="t", type="Integer") + ALTERING[True])
        place.settled()
    columns = [column["name"] for column in sa.inspect(place.engine).get_columns("t")]
    assert columns == ["id", "word", "extra"]
    assert sa.inspect(place.engine).get_view_names() == ["words"]
    for _ in place.project.files():
        place.project.ok("rollback")
    place.project.ok("migrate")
    assert sa.inspect(place.engine).get_view_names() == ["words"]
    if place.postgres:
        assert "counting" in sa.inspect(place.engine).get_sequence_names()


VIEWED = """
from sqlalchemy import event
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
    word = Column({type})
"""


def with_views(place, *elements, type="String(20)"):
    listening = (f'event.listen(T.__table__, "{moment}", DDL("{text}"))\n' for moment, text in elements)
    place.models(VIEWED.format(type=type) + "".join(listening))


def view_of(name, what):
    return ("after_create", f"CREATE VIEW {name} AS SELECT {what} FROM %(fullname)s")


def columns_of(place, view):
    return [column["name"] for column in sa.inspect(place.engine).get_columns(view)]


DROPS = [("before_drop", "DROP VIEW words"), ("before_drop", "DROP VIEW others")]


@pytest.mark.parametrize(("drops", "type"), [([], "String(20)"), (DROPS[:1], "Text"), (DROPS, "Text")])
def test_an_element_that_takes_the_place_of_one_under_the_same_name(place, drops, type):
    kept = [view_of("others", "id")] if len(drops) != 1 else []
    with_views(place, view_of("words", "word"), *kept, *drops)
    place.migrate()
    with_views(place, view_of("words", "word AS w, id"), *kept, *drops, type=type)
    made = place.migrate()
    assert "stays" not in made.err and "not made by this project" not in made.err, made
    assert columns_of(place, "words") == ["w", "id"]
    place.settled()
    for _ in range(2):
        place.project.ok("rollback")
        assert columns_of(place, "words") == ["word"]
        assert ("others" in sa.inspect(place.engine).get_view_names()) == bool(kept)
        place.project.ok("migrate")
        assert columns_of(place, "words") == ["w", "id"]
    for _ in place.project.files():
        place.project.ok("rollback")
    assert sa.inspect(place.engine).get_view_names() == []


def test_the_way_back_of_a_new_element_leaves_those_that_were_there(place):
    with_views(place, view_of("words", "word"), DROPS[0])
    place.migrate()
    with_views(place, view_of("words", "word"), view_of("others", "id"), *DROPS)
    place.migrate()
    place.project.ok("rollback")
    assert sa.inspect(place.engine).get_view_names() == ["words"]


def test_an_element_that_the_models_describe_themselves_from_now_on(place):
    with_views(place, ("after_create", "CREATE INDEX ix_word ON %(fullname)s (word)"),
               ("before_drop", "DROP INDEX ix_word"))
    place.migrate()
    described = VIEWED.format(type="String(20)") + "    __table_args__ = (Index('ix_word', 'word'),)\n"
    place.models(described)
    place.migrate()
    assert indexes(place) == ["ix_word"]
    place.settled()
    place.project.ok("rollback")
    assert indexes(place) == ["ix_word"]


def test_one_that_replaces_comes_back_as_it_was(place):
    if not place.postgres:
        return
    function = ("after_create", "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT %d'")
    for number in (1, 2):
        with_views(place, (function[0], function[1].replace("%d", str(number))))
        assert "stays" not in place.migrate().err
        assert value(place, "SELECT f()") == number
    place.project.ok("rollback")
    assert value(place, "SELECT f()") == 1


def test_what_hangs_on_what_an_element_made_is_not_lost_in_silence(place):
    if not place.postgres:
        return
    made = ("CREATE VIEW words WITH (security_barrier) AS SELECT word FROM t", "CREATE VIEW words AS SELECT id FROM t")
    with_views(place, ("after_create", made[0]))
    place.migrate()
    place.sql("GRANT SELECT ON words TO PUBLIC", "ALTER VIEW words SET (check_option = local)")
    place.settled()
    with_views(place, ("after_create", made[1]))
    stopped = place.project.run("make-migrations")
    assert ("view words has to be dropped and created again, as its DDL element has another text, which loses "
            "options check_option=local, grant SELECT to public on view words") in stopped.err, stopped
    assert "loses options" in place.project.ok("make-migrations", "--lose-attached").err
    place.project.ok("migrate")
    with_views(place, ("after_create", made[1].replace("VIEW", "OR REPLACE VIEW").replace("id FROM", "id, word FROM")))
    place.sql("GRANT SELECT ON words TO PUBLIC")
    place.migrate()
    assert columns_of(place, "words") == ["id", "word"]


def test_comments_on_constraints_and_what_a_dba_says_of_a_counter(place):
    if not place.postgres:
        return
    body = """
from sqlalchemy import CheckConstraint
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
    __table_args__ = (CheckConstraint("id > 0", name="ck", comment="%s"),)
"""
    for text in ("first", "second"):
        place.models(body % text)
        place.migrate()
        place.settled()
        assert value(place, "SELECT obj_description(oid) FROM pg_constraint WHERE conname = 'ck'") == text
    place.project.ok("rollback")
    assert value(place, "SELECT obj_description(oid) FROM pg_constraint WHERE conname = 'ck'") == "first"
    place.project.ok("migrate")
    place.sql("COMMENT ON SEQUENCE t_id_seq IS 'by a DBA'", "COMMENT ON CONSTRAINT t_pkey ON t IS 'by a DBA'")
    place.settled()
    assert "Models and database agree" in place.project.ok("diff", "models", "--exit-code").out
