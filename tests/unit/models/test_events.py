"""Listeners of create_all(): DDL elements are taken over, Python functions are named."""

HEAD = """
import functools
from sqlalchemy import *
from sqlalchemy import event
from sqlalchemy.orm import declarative_base
from sqlalchemy.schema import AddConstraint, CreateSchema
Base = declarative_base()
class T(Base):
    __tablename__ = "Te st"
    id = Column(Integer, primary_key=True)
    __table_args__ = {"schema": "s"}
class U(Base):
    __tablename__ = "u"
    id = Column(Integer, primary_key=True)
    state = Column(Enum("a", "b", name="state"))
table, other = T.__table__, U.__table__
"""


def read(project, body, dialect="postgresql"):
    import textwrap

    project.put("models.py", HEAD + textwrap.dedent(body))
    answer = project.models(dialect=dialect)
    assert "error" not in answer, answer
    project.answer = answer
    return [(item["schema"], item["table"], item["moment"], item["definition"]) for item in answer["events"]]


def warnings(project):
    return [warning["text"] for warning in project.answer["warnings"]]


def test_texts_are_filled_in(project):
    body = """
        event.listen(table, "after_create", DDL("CREATE TRIGGER r ON %(fullname)s -- %(table)s, %(schema)s, 100%%, %(x)s",
                                                context={"x": "y"}))
        event.listen(other, "before_create", DDL("SELECT 1 FROM %(fullname)s;"))
        event.listen(other, "before_drop", DDL("DROP TRIGGER r"))
        event.listen(Base.metadata, "before_create", DDL("CREATE EXTENSION IF NOT EXISTS citext"))
        event.listen(Base.metadata, "after_create", DDL("SELECT 2"))
    """
    assert read(project, body) == [
        ("", None, "before_create", "CREATE EXTENSION IF NOT EXISTS citext"),
        ("s", "Te st", "after_create", 'CREATE TRIGGER r ON s."Te st" -- "Te st", s, 100%, y\n'),
        ("", "u", "before_create", "SELECT 1 FROM u"),
        ("", "u", "before_drop", "DROP TRIGGER r"),
        ("", None, "after_create", "SELECT 2")]
    assert warnings(project) == []
    assert read(project, body, "sqlite")[1][3] == 'CREATE TRIGGER r ON "Te st" -- "Te st", , 100%, y\n'


def test_conditions(project):
    body = """
        event.listen(other, "after_create", DDL("pg").execute_if(dialect="postgresql"))
        event.listen(other, "after_create", DDL("lite").execute_if(dialect=("sqlite", "mysql")))
        event.listen(other, "after_create",
                     DDL("asked").execute_if(callable_=lambda ddl, target, bind, state=None, **kw:
                                             bind.dialect.name == state and target is other, state="sqlite"))
        event.listen(other, "after_create",
                     DDL("deep").execute_if(callable_=lambda ddl, target, bind, **kw: bind.execute(text("SELECT 1"))))
    """
    assert [item[3] for item in read(project, body)] == ["pg"]
    assert len(warnings(project)) == 1 and "(after_create of table u): its condition cannot be answered" in warnings(project)[0]
    assert [item[3] for item in read(project, body, "sqlite")] == ["lite", "asked"]
    assert [item[3] for item in read(project, body, "mariadb")] == ["lite"]


def test_elements_that_are_objects(project):
    found = read(project, """
        event.listen(Base.metadata, "before_create", CreateSchema("apart"))
        check = CheckConstraint("id > 0", name="ck")
        other.append_constraint(check)
        event.listen(other, "after_create", AddConstraint(check))
    """)
    assert found == [("", "u", "after_create", "ALTER TABLE u ADD CONSTRAINT ck CHECK (id > 0)")]
    schemas = {schema["name"]: schema for schema in project.answer["tree"]["schemas"]}
    assert sorted(schemas) == ["", "apart", "s"]
    assert [table.get("checks") for table in schemas[""]["tables"]] == [None]


def test_functions_are_named(project):
    found = read(project, """
        @event.listens_for(other, "after_create")
        def fill(target, connection, **kw):
            pass
        class Filler:
            def run(self, target, connection, more=None, **kw):
                pass
        for one in (table, other):
            event.listen(one, "before_drop", functools.partial(Filler().run, more=1))
        event.listen(Base.metadata, "after_create", DDL("SELECT 1"))
    """)
    assert [item[3] for item in found] == ["SELECT 1"]
    end = "what it does is not part of the migrations; DDL(...) would be"
    assert warnings(project) == [
        f"models.Filler.run() listens to before_drop of table Te st, table u: {end}",
        f"models.fill() listens to after_create of table u: {end}"]


def test_a_text_that_cannot_be_filled_in(project):
    project.put("models.py", HEAD + 'event.listen(other, "after_create", DDL("SELECT %(nothing)s"))\n')
    refusal = project.refusal()
    assert refusal["message"] == "a DDL element (after_create of table u): KeyError: 'nothing'"
    assert refusal["line"] == 12
