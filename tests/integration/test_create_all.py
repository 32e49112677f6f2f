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


def test_one_that_is_in_the_database_goes_once(place):
    place.sql("CREATE TABLE t (id INTEGER PRIMARY KEY, moment VARCHAR(60) DEFAULT 'P-1999', size INTEGER DEFAULT 5)")
    place.models("""
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True, autoincrement=False)
    moment = Column(String(60), default=f"P-{datetime.now()}")
    size = Column(Integer, default=6)
""")
    place.migrate()
    assert has_default(place.defaults()) == {"size"} and "6" in place.defaults()["size"]
    place.settled()


def test_models_that_bear_no_other_date_are_read_without_one(place):
    place.models("if date.today().year > date.fromtimestamp(__import__('os').stat(__file__).st_mtime).year:\n"
                 "    raise RuntimeError('the licence has run out')\n" + COMPUTED % ("so", 5))
    made = place.migrate()
    assert has_default(place.defaults()) - {"stamp"} == LITERAL | {"day"}
    assert made.err.count("computed when they are imported") >= 3
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
