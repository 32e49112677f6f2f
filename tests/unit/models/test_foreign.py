"""Views of sqlalchemy-utils and entities of alembic-utils: read from the real packages as declared objects."""

HEAD = """
from sqlalchemy import *
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
    name = Column(String(9))
"""
VIEWS = HEAD + """
from sqlalchemy_utils import create_view, create_materialized_view
v = create_view("v", select(T.id).where(T.name == "it's"), Base.metadata)
class M(Base):
    __table__ = create_materialized_view("m", select(T.id, T.name), Base.metadata, indexes=[Index("m_name", "name")])
"""
ENTITIES = HEAD + """
from alembic_utils.replaceable_entity import register_entities
from alembic_utils.pg_extension import PGExtension
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_grant_table import PGGrantTable, PGGrantTableChoice
from alembic_utils.pg_materialized_view import PGMaterializedView
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView
view = PGView(schema="public", signature="v", definition="SELECT id::bigint, '10%' AS ten FROM t WHERE name <> ':a'")
others = [
    PGFunction("public", "f(a int)", "RETURNS int AS $$ SELECT a + 1 $$ LANGUAGE sql"),
    PGTrigger("public", "touch", "BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION touched()", on_entity="public.t"),
]
register_entities([view, *others, PGExtension("public", "citext"), PGPolicy("public", "own", "USING (true)", on_entity="public.t"),
                   PGMaterializedView("public", "m", "SELECT 1 AS a;", with_data=True),
                   PGGrantTable("public", "t", role="postgres", grant=PGGrantTableChoice.SELECT, columns=["id"])])
"""


def declared(project, text, **more):
    project.put("models.py", text)
    answer = project.models(**more)
    assert "error" not in answer, answer
    project.answer = answer
    return {one["sql"].split(" AS")[0].strip(): one for one in answer["declared"]}


def test_views_of_sqlalchemy_utils_are_views_and_no_tables(project):
    found = declared(project, VIEWS)
    assert [table["name"] for table in project.answer["tree"]["schemas"][0]["tables"]] == ["t"]
    assert project.answer["events"] == [] and project.answer["warnings"] == []
    assert found["CREATE VIEW v"]["sql"].endswith("WHERE t.name = 'it''s'")
    assert found["CREATE MATERIALIZED VIEW m"]["sql"].endswith(";\nCREATE INDEX m_name ON m (name)")
    assert found["CREATE MATERIALIZED VIEW m"]["line"] == VIEWS[:VIEWS.index("class M")].count("\n") + 1


def test_entities_of_alembic_utils(project):
    declared(project, ENTITIES)
    found = {one["class"]: one for one in project.answer["declared"]}
    assert sorted(found) == ["Extension", "Function", "MaterializedView", "PGGrantTable", "Policy", "Trigger", "View"]
    assert len(project.answer["declared"]) == 7
    assert "id::bigint, '10%' AS ten" in found["View"]["sql"] and "':a'" in found["View"]["sql"]
    assert found["View"]["line"] == ENTITIES[:ENTITIES.index("view = ")].count("\n") + 1
    assert found["Trigger"]["line"] == ENTITIES[:ENTITIES.index("others = ")].count("\n") + 1
    assert all(one["file"].endswith("models.py") for one in found.values())


def test_entities_are_of_postgresql(project):
    assert declared(project, ENTITIES, dialect="sqlite") == {}
