"""class Meta: what 0.8.2 projects say beside SQLAlchemy."""

import textwrap

import pytest
from trees import by_name

HEAD = """
from sqlalchemy import *
from sqlalchemy.orm import declarative_base
from dbwarden import TableMeta, PGTableMeta, PGColumnMeta, CHTableMeta, CHColumnMeta, __version__
Base = declarative_base()
"""


def tables(project, body, dialect="postgresql"):
    project.put("models.py", HEAD + textwrap.dedent(body))
    return project.tables(dialect=dialect)


def warned(project):
    return [item["text"] for item in project.answer["warnings"]]


EVERYTHING = """
    class T(Base):
        __tablename__ = "t"
        id = Column(Integer, primary_key=True)
        a = Column(Integer)
        b = Column(String)
        c = Column(Text)
        class Meta(PGTableMeta):
            comment = "people"
            checks = [{"expression": "a > 0"}, {"name": "ck_b", "expression": "b <> ''", "no_inherit": True}]
            uniques = [{"columns": ["a", "b"]}]
            indexes = [{"columns": ["a"]}]
            pg_indexes = [{"name": "ix_b", "columns": ["b", "lower(c)"], "unique": True, "using": "btree",
                           "where": "a > 1", "include": ["c"], "nulls_not_distinct": True,
                           "column_sorting": {"b": "DESC NULLS LAST"}}]
            pg_excludes = [{"name": "ex", "expression": "USING gist (a WITH =)"}]
            pg_fillfactor = 70
            pg_autovacuum_enabled = False
            pg_tablespace = "fast"
            pg_unlogged = True
            pg_inherits = "base_t"
            pg_partition = {"strategy": "range", "columns": ["id"]}
            class a(PGColumnMeta):
                comment = "it's"
                pg_identity = "by_default"
                pg_identity_start = 100
            class c:
                pg_storage = "EXTERNAL"
                pg_compression = "pglz"
                pg_collation = "C"
"""


def test_everything_on_postgresql(project):
    table = tables(project, EVERYTHING)["t"]
    assert table["comment"] == "people"
    assert [(c["name"], c["expr"], c.get("no_inherit")) for c in table["checks"]] == [
        ("ck_t_0", "a > 0", None), ("ck_b", "b <> ''", True)]
    assert table["uniques"] == [{"name": "uq_t_a_b", "columns": ["a", "b"]}]
    indexes = by_name(table["indexes"])
    assert sorted(indexes) == ["ix_b", "ix_t_a"]
    assert indexes["ix_b"]["parts"] == [
        {"column": "b", "expr": None, "nulls_first": False, "descending": True},
        {"column": None, "expr": "lower(c)", "descending": False}]
    assert (indexes["ix_b"]["include"], indexes["ix_b"]["predicate"], indexes["ix_b"]["nulls_not_distinct"]) == (
        ["c"], "a > 1", True)
    assert table["excludes"] == [{"name": "ex", "definition": "USING gist (a WITH =)"}]
    assert table["options"] == ["autovacuum_enabled=false", "fillfactor=70"]
    assert (table["tablespace"], table["unlogged"], table["inherits"]) == ("fast", True, [["", "base_t"]])
    assert table["partition_by"] == "RANGE (id)"
    found = by_name(table["columns"])
    assert (found["a"]["comment"], found["a"]["identity"], found["a"]["identity_start"]) == ("it's", "by default", 100)
    assert not found["a"]["nullable"]
    assert (found["c"]["storage"], found["c"]["compression"], found["c"]["collation"]) == ("external", "pglz", "C")
    assert warned(project) == []


def test_common_attributes_count_on_every_engine_and_others_do_not(project):
    table = tables(project, EVERYTHING, "sqlite")["t"]
    assert [c["name"] for c in table["checks"]] == ["ck_t_0", "ck_b"]
    assert [i["name"] for i in table["indexes"]] == ["ix_t_a"]
    assert by_name(table["columns"])["a"]["nullable"] and "excludes" not in table
    assert "no_inherit" not in table["checks"][1]


def test_identity_takes_the_place_of_serial(project):
    table = tables(project, """
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            w = Column(Integer)
            d = Column(Integer, default=4)
            class Meta:
                class id:
                    pg_identity = "always"
                class d:
                    pg_generated = "w * 2"
    """)["t"]
    found = by_name(table["columns"])
    assert found["id"]["identity"] == "always" and not found["id"]["autoincrement"]
    assert (found["d"]["computed"], found["d"]["computed_stored"], found["d"]["default_value"]) == ("w * 2", True, None)


def test_merging_along_the_classes(project):
    found = tables(project, """
        class Mixin:
            class Meta:
                comment = "from the mixin"
                checks = [{"name": "one", "expression": "id > 1"}]
        class A(Mixin, Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            kind = Column(String)
            __mapper_args__ = {"polymorphic_on": kind}
            class Meta:
                checks = [{"name": "two", "expression": "id > 2"}]
        class Joined(A):
            __tablename__ = "joined"
            id = Column(ForeignKey("a.id"), primary_key=True)
            class Meta:
                comment = "its own"
        class Single(A):
            class Meta:
                checks = [{"name": "three", "expression": "id > 3"}]
    """)
    assert found["a"]["comment"] == "from the mixin"
    assert [c["name"] for c in found["a"]["checks"]] == ["one", "two", "three"]
    assert found["joined"]["comment"] == "its own" and "checks" not in found["joined"]


def test_info_beside_meta_is_refused(project):
    project.put("models.py", HEAD + """
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True, info={"x": 1})
    class Meta:
        comment = "x"
""")
    refusal = project.refusal()
    assert "Column 't.id' has non-empty .info before DBWarden metadata injection" in refusal["message"]
    assert refusal["line"] == 7


def test_info_without_meta_may_hint(project):
    found = by_name(tables(project, """
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            a = Column(Text, info={"dw_comment": "x", "pg_storage": "MAIN", "mine": object()})
    """)["t"]["columns"])
    assert (found["a"]["comment"], found["a"]["storage"]) == ("x", "main")


def test_what_sqlite_has_alone(project):
    found = tables(project, """
        class T(Base):
            __tablename__ = "t"
            id = Column(String, primary_key=True)
            class Meta:
                sq_strict = True
                sq_without_rowid = True
    """, "sqlite")["t"]
    assert found["strict"] is True and found["without_rowid"] is True


def test_what_is_ignored_is_said(project):
    tables(project, """
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            class Meta:
                ch_engine = "MergeTree"
                class nothing:
                    comment = "x"
    """)
    assert warned(project) == ["class Meta of table t speaks of a column nothing, which it does not have"]


@pytest.mark.parametrize("attribute, near", [("pg_fillfaktor = 70", "pg_fillfactor"), ("class id:\n            pg_storrage = 'x'", "pg_storage"),
                                             ("sqlite_strict = True", "sq_strict")])
def test_a_mistyped_attribute_is_refused_with_its_place(project, attribute, near):
    project.put("models.py", HEAD + f"""
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
    class Meta:
        {attribute}
""")
    refusal = project.refusal()
    assert refusal["hint"] == f"Did you mean {near}?" and refusal["line"] in (7, 8), refusal


@pytest.mark.parametrize("attribute, message", [
    ("uniques = [{'name': 'u', 'columns': ['nope']}]", "class Meta of table t: an entry of uniques must list columns"),
    ("pg_indexes = 5", "class Meta of table t: pg_indexes is not a list"),
    ("pg_indexes = [{'columns': ['nope']}]", "class Meta of table t: an entry of pg_indexes names a column nope"),
    ("pg_partition = {'columns': ['nope']}", "class Meta of table t: pg_partition names a column nope"),
    ("pg_partition = {'strategy': 'round'}", "class Meta of table t: pg_partition has a strategy round")])
def test_a_wrong_entry_is_refused_with_its_place(project, attribute, message):
    project.put("models.py", HEAD + f"""
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
    class Meta:
        {attribute}
""")
    refusal = project.refusal()
    assert refusal["message"].startswith(message) and refusal["line"] == 7, refusal
