"""What things were called, as class Meta, info= and the classes of dbwarden.schema say it."""

HEAD = """
from sqlalchemy import *
from sqlalchemy.orm import declarative_base
from dbwarden.schema import Function, View
Base = declarative_base()
"""


def renames(project, body, **more):
    project.put("models.py", HEAD + body)
    answer = project.models(**more)
    assert "error" not in answer, answer
    return [(one["kind"], one.get("schema"), one.get("table"), one["from"], one["to"]) for one in answer.get("renames", [])]


def refused(project, body):
    project.put("models.py", HEAD + body)
    return project.models()["error"]


META = """
class User(Base):
    __tablename__ = "persons"
    __table_args__ = {"schema": "app"}
    id = Column(Integer, primary_key=True)
    email = Column("mail_address", String)
    mood = Column(Enum("low", "ok", name="feeling"))
    class Meta:
        renamed_from = "people"
        class email:
            renamed_from = "mail"
        class mood:
            values_renamed_from = {"low": "sad"}
            type_renamed_from = "mood"
"""
INFO = """
Table("t", Base.metadata, Column("a", Integer, info={"renamed_from": "b"}), Column("c", Integer),
      CheckConstraint("c > 0", name="ck", info={"renamed_from": "old ck"}), Index("ix", "c", info={"renamed_from": "iy"}),
      info={"renamed_from": "was"})
class U(Base):
    __tablename__ = "u"
    __table_args__ = {"info": {"renamed_from": "v"}}
    id = Column(Integer, primary_key=True)
"""


def test_meta(project):
    assert renames(project, META) == [("table", "app", None, "people", "persons"),
                                      ("column", "app", "persons", "mail", "mail_address"),
                                      ("enum", "", None, "mood", "feeling"),
                                      ("enum_value", "", "feeling", "sad", "low")]


def test_info(project):
    assert renames(project, INFO) == [("table", "", None, "was", "t"), ("column", "", "t", "b", "a"),
                                      ("index", "", "t", "iy", "ix"), ("check", "", "t", "old ck", "ck"),
                                      ("table", "", None, "v", "u")]


def test_values_are_text_where_there_are_no_enums(project):
    found = renames(project, META, dialect="sqlite")
    assert [one[0] for one in found] == ["table", "column"]
    assert any("its values are text on sqlite" in one["text"] for one in project.models(dialect="sqlite")["warnings"])


def test_a_value_that_is_none_is_refused(project):
    error = refused(project, META.replace('{"low": "sad"}', '{"lov": "sad"}'))
    assert error["message"] == "persons.mood: values_renamed_from names 'lov', which is not a value of its type"
    assert error["hint"] == "Did you mean low?"
    assert "is not a name" in refused(project, META.replace('"people"', "7"))["message"]


def test_objects(project):
    project.put("models.py", HEAD + 'View("v", "SELECT 1", renamed_from="old v")\nFunction("CREATE FUNCTION f() RETURNS int RETURN 1")\n')
    declared = project.models()["declared"]
    assert declared[0].get("renamed_from") == "old v" and "renamed_from" not in declared[1]
    assert "is not a name" in refused(project, 'View("v", "SELECT 1", renamed_from="")')["message"]
