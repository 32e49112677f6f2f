"""Objects of dbwarden.schema: their SQL and their places; what is not one is said."""

import pathlib
import re

import pytest

KINDS = pathlib.Path(__file__).resolve().parents[3] / "src" / "schema" / "kinds.def"
HEAD = """
from sqlalchemy import *
from sqlalchemy.orm import declarative_base
from dbwarden.schema import *
from dbwarden.schema import Function, MaterializedView, View
Base = declarative_base()
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
    name = Column("label", String(9))
"""
LINE = HEAD.count("\n") + 1


def declared(project, body, **more):
    project.put("models.py", HEAD + body)
    answer = project.models(**more)
    assert "error" not in answer, answer
    return [(one["class"], one["sql"], one["line"] - LINE) for one in answer["declared"]]


@pytest.mark.parametrize("body, sql", [
    ('View("v", select(T.id).where(T.name == "it\'s"))', "CREATE VIEW v AS\nSELECT t.id \nFROM t \nWHERE t.label = 'it''s'"),
    ('View("Odd name", "SELECT 1", schema="app")', 'CREATE VIEW app."Odd name" AS\nSELECT 1'),
    ('MaterializedView("m", query=" SELECT 1 ")', "CREATE MATERIALIZED VIEW m AS\nSELECT 1"),
    ('View("CREATE VIEW v AS SELECT 1")', "CREATE VIEW v AS SELECT 1"),
    ('Function(sql="CREATE FUNCTION f() RETURNS int RETURN 1")', "CREATE FUNCTION f() RETURNS int RETURN 1"),
])
def test_each_is_its_sql(project, body, sql):
    assert declared(project, "\n" + body) == [(body.split("(")[0], sql, 1)]


def test_what_is_one_statement_has_a_class_by_the_name_of_its_kind(project):
    kinds = re.findall(r'^KIND\(\w+, \w+, "(\w+)",[^)]*PARENTS\(SCHEMA\), IS_DEFINED', KINDS.read_text(), re.M)
    names = ["".join(word.title() for word in kind.split("_")) for kind in kinds]
    lines = "".join(f'\n{name}("CREATE x")' for name in names)
    project.put("models.py", f"from dbwarden.schema import {', '.join(names)}{lines}\n")
    answer = project.models()
    assert names and [one["class"] for one in answer.get("declared", [])] == names, answer


def test_where_tables_stand_is_said_only_where_it_matters(project):
    project.put("models.py", HEAD)
    assert "places" not in project.models()
    declared(project, 'View("v", "SELECT 1")')
    assert project.models()["places"] == {"t": [str(project.folder / "models.py"), 7]}


def test_models_may_be_nothing_but_objects(project):
    project.put("models.py", 'from dbwarden.schema import View\nView("v", "SELECT 1")\n')
    answer = project.models()
    assert len(answer["declared"]) == 1 and "tables" not in answer["tree"]["schemas"][0]


def test_with_several_databases_a_module_counts_for_those_that_name_it(project):
    project.put("other.py", 'from dbwarden.schema import View\nView("o", "SELECT 1")\n')
    project.put("models.py", HEAD + "import other\n")
    assert [one["sql"] for one in project.models(paths=["models.py"])["declared"]] == ["CREATE VIEW o AS\nSELECT 1"]
    request = {"folder": str(project.folder), "dialect": "postgresql", "version": 0, "paths": ["models.py"],
               "databases": ["one", "two"], "name": "one", "database": "one"}
    assert project.run("models", request)["declared"] == []


@pytest.mark.parametrize("body, words", [
    ('View("v")', "the View v has no query"), ('View("")', "a View: its SQL is empty"), ("Function(5)", "a Function: its SQL is not a text"),
    ("Function()", "not enough values"), ('View("v", "SELECT 1", nothing=1)', "unexpected keyword"),
])
def test_what_cannot_be_read_is_an_error_with_its_place(project, body, words):
    project.put("models.py", HEAD + body)
    error = project.models()["error"]
    assert words in error["message"] and error["line"] == LINE and error["file"].endswith("models.py")


def test_an_unknown_class_is_left_out_with_a_warning(project):
    assert declared(project, "from dbwarden.schema import Vieuw\nVieuw('x')\n") == []
    assert project.models()["warnings"][0]["text"] == "left out: dbwarden.schema has no class Vieuw; did you mean View?"
