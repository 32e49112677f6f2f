"""What the reader says of models: every fact of SQLAlchemy in the tree's own words."""

import pytest
import sqlalchemy
from trees import by_name

HEAD = """
import datetime, decimal, enum, uuid
import sqlalchemy as sa
from sqlalchemy import *
from sqlalchemy.orm import declarative_base, relationship
from sqlalchemy.dialects import postgresql as pg
Base = declarative_base()
"""
VERSION = tuple(int(part) for part in sqlalchemy.__version__.split(".")[:2])
needs_2 = pytest.mark.skipif(VERSION < (2, 0), reason="SQLAlchemy 2")


def one(project, body, dialect="postgresql", table="t"):
    import textwrap

    project.put("models.py", HEAD + textwrap.dedent(body))
    return project.tables(dialect=dialect)[table]


def columns(project, body, dialect="postgresql"):
    return by_name(one(project, body, dialect)["columns"])


def test_types_are_spelt_by_the_dialect(project):
    found = columns(project, """
        class Upper(TypeDecorator):
            impl = String(30)
            cache_ok = True
        class Point(sa.types.UserDefinedType):
            cache_ok = True
            def get_col_spec(self, **kw):
                return "POINT"
        class T(Base):
            __tablename__ = "t"
            id = Column(BigInteger, primary_key=True)
            a = Column(Upper)
            b = Column(Point)
            c = Column(Integer().with_variant(Text(), "postgresql"))
            d = Column(pg.ARRAY(Numeric(10, 2)))
            e = Column(DateTime(timezone=True))
            f = Column(String(10, collation="C"))
    """)
    assert found["id"]["type"] == "BIGINT" and found["id"]["autoincrement"]
    assert found["a"]["type"] == "VARCHAR(30)"
    assert found["b"]["type"] == "POINT"
    assert found["c"]["type"] == "TEXT"
    assert found["d"]["type"] == "NUMERIC(10, 2)[]"
    assert found["e"]["type"] == "TIMESTAMP WITH TIME ZONE"
    assert (found["f"]["type"], found["f"]["collation"]) == ("VARCHAR(10)", "C")


def test_server_defaults_as_create_all_writes_them(project):
    body = """
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            a = Column(String(9), server_default="it's 100%")
            b = Column(Integer, server_default=text("1 + 1"))
            c = Column(DateTime, server_default=func.now())
            d = Column(Boolean, server_default=sa.true())
            e = Column(Integer, server_default=FetchedValue())
            f = Column(String, server_default="a\\\\b")
    """
    found = columns(project, body)
    assert found["a"]["default_value"] == "'it''s 100%'"
    assert found["b"]["default_value"] == "1 + 1"
    assert found["c"]["default_value"] == "now()"
    assert found["d"]["default_value"] == "true"
    assert found["e"]["default_value"] is None
    assert found["f"]["default_value"] == "'a\\b'"
    assert "default_soft" not in found["a"]
    assert columns(project, body, "sqlite")["c"]["default_value"] == "CURRENT_TIMESTAMP"
    assert columns(project, body, "sqlite")["b"]["default_value"] == "(1 + 1)"


def test_plain_python_defaults_become_soft_ones(project):
    body = """
        class Color(enum.Enum):
            red = "R"
            blue = "B"
        class Level(enum.IntEnum):
            low = 1
        class Word(str, enum.Enum):
            yes = "y"
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            a = Column(String(10), default="x'y")
            b = Column(Integer, default=5)
            c = Column(Boolean, default=True)
            d = Column(Float, default=1.5)
            e = Column(Enum(Color, name="color"), default=Color.red)
            f = Column(Integer, default=Level.low)
            g = Column(String, default=Word.yes)
            h = Column(Boolean, default=False, server_default=sa.true())
            n1 = Column(Numeric(10, 2), default=decimal.Decimal("1.5"))
            n2 = Column(String, default=lambda: "x")
            n3 = Column(DateTime, default=func.now())
            n4 = Column(Float, default=float("nan"))
            n5 = Column(DateTime, default=datetime.datetime.utcnow)
            n6 = Column(JSON, default=dict)
    """
    found = columns(project, body)
    assert {name: found[name]["default_value"] for name in "abcdefg"} == {
        "a": "'x''y'", "b": "5", "c": "true", "d": "1.5", "e": "'red'", "f": "1", "g": "'y'"}
    assert all(found[name]["default_soft"] for name in "abcdefg")
    assert found["h"]["default_value"] == "true" and "default_soft" not in found["h"]
    assert all(found[name]["default_value"] is None for name in ("n1", "n2", "n3", "n4", "n5", "n6"))
    assert columns(project, body, "sqlite")["c"]["default_value"] == "1"


def test_a_default_that_differs_each_time_is_none(project):
    found = columns(project, """
        class Secret(TypeDecorator):
            impl = String
            cache_ok = True
            def process_bind_param(self, value, dialect):
                return value + uuid.uuid4().hex
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            a = Column(Secret, default="x")
    """)
    assert found["a"]["default_value"] is None


def test_identity_and_computed(project):
    body = """
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, Identity(always=True, start=100, increment=5, minvalue=1, maxvalue=9999, cycle=True,
                                          cache=7), primary_key=True)
            w = Column(Integer)
            a = Column(Integer, Computed("w * 2", persisted=True))
            b = Column(Integer, Computed("w * 3"))
            c = Column(Integer, Identity())
    """
    found = columns(project, body)
    assert found["id"]["identity"] == "always" and not found["id"]["autoincrement"]
    assert [found["id"]["identity_" + name] for name in ("start", "increment", "min", "max", "cache", "cycle")] == [
        100, 5, 1, 9999, 7, True]
    assert found["c"]["identity"] == "by default" and "identity_start" not in found["c"]
    assert (found["a"]["computed"], found["a"]["computed_stored"]) == ("w * 2", True)
    assert found["b"]["computed_stored"]
    lite = columns(project, body, "sqlite")
    assert "identity" not in lite["id"] and lite["b"]["computed_stored"] is False


def test_who_is_numbered_by_the_server(project):
    body = """
        class T(Base):
            __tablename__ = "t"
            id = Column(SmallInteger, primary_key=True)
        class U(Base):
            __tablename__ = "u"
            id = Column(Integer, primary_key=True, autoincrement=False)
        class V(Base):
            __tablename__ = "v"
            id = Column(ForeignKey("t.id"), primary_key=True)
        class W(Base):
            __tablename__ = "w"
            a = Column(Integer, primary_key=True)
            b = Column(Integer, primary_key=True)
        class X(Base):
            __tablename__ = "x"
            __table_args__ = {"sqlite_autoincrement": True}
            id = Column(Integer, primary_key=True)
    """
    project.put("models.py", HEAD + __import__("textwrap").dedent(body))
    tables = project.tables()
    numbered = {name: [c["autoincrement"] for c in table["columns"]] for name, table in tables.items()}
    assert numbered == {"t": [True], "u": [False], "v": [False], "w": [False, False], "x": [True]}
    assert tables["v"]["columns"][0]["type"] == "SMALLINT"
    lite = project.tables(dialect="sqlite")
    assert [lite[name]["columns"][0]["autoincrement"] for name in "tx"] == [False, True]


def test_constraints_with_all_their_options(project):
    body = """
        class A(Base):
            __tablename__ = "a"
            x = Column(Integer, primary_key=True)
            y = Column(Integer, primary_key=True)
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            p = Column(Integer)
            q = Column(Integer, CheckConstraint("q < 9", name="ck_q"), unique=True)
            me = Column(ForeignKey("t.id", name="fk_me", ondelete="set null", onupdate="cascade"))
            __table_args__ = (
                ForeignKeyConstraint(["p", "q"], ["a.x", "a.y"], deferrable=True, initially="deferred", match="full",
                                     use_alter=True, name="fk_a"),
                UniqueConstraint("p", "q", name="uq_pq", deferrable=True),
                CheckConstraint("p > 0", name="ck_p"),
                CheckConstraint(text("q <> 5")),
            )
    """
    table = one(project, body)
    keys = by_name(table["foreign_keys"])
    assert keys["fk_a"] == {"name": "fk_a", "columns": ["p", "q"], "ref_table": ["", "a"],
                            "ref_columns": ["x", "y"], "match": "FULL", "deferrable": True, "initially_deferred": True}
    assert keys["fk_me"]["on_delete"] == "SET NULL" and keys["fk_me"]["on_update"] == "CASCADE"
    assert by_name(table["uniques"]) == {None: {"name": None, "columns": ["q"]},
                                         "uq_pq": {"name": "uq_pq", "columns": ["p", "q"], "deferrable": True}}
    assert [(check["name"], check["expr"]) for check in table["checks"]] == [
        ("ck_q", "q < 9"), ("ck_p", "p > 0"), (None, "q <> 5")]


def test_names_follow_the_conventions_of_the_metadata(project):
    project.put("models.py", """
        from sqlalchemy import *
        metadata = MetaData(naming_convention={
            "ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s", "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"})
        a = Table("a", metadata, Column("id", Integer, primary_key=True))
        t = Table("t", metadata, Column("id", Integer, primary_key=True), Column("n", Integer, unique=True),
                  Column("a", ForeignKey("a.id"), index=True), Column("m", Integer),
                  CheckConstraint("n > 0", name="positive"))
        long = Table("t" * 40, metadata, Column("c" * 40, Integer, index=True), Column("id", Integer, primary_key=True))
    """)
    tables = project.tables()
    table = tables["t"]
    assert table["primary_keys"][0]["name"] == "pk_t"
    assert table["uniques"][0]["name"] == "uq_t_n"
    assert table["checks"][0]["name"] == "ck_t_positive"
    assert table["foreign_keys"][0]["name"] == "fk_t_a_a"
    assert table["indexes"][0]["name"] == "ix_t_a"
    name = tables["t" * 40]["indexes"][0]["name"]
    assert len(name) <= 63 and name.startswith("ix_ttt")


def test_indexes_part_by_part(project):
    table = one(project, """
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            a = Column(String)
            b = Column(Integer, index=True)
            c = Column(pg.JSONB)
            __table_args__ = (
                Index("i1", "a", desc("b"), unique=True),
                Index("i2", func.lower(a), postgresql_where=(b > 3)),
                Index("i3", "c", postgresql_using="GIN", postgresql_ops={"c": "jsonb_path_ops"},
                      postgresql_with={"fastupdate": False}, postgresql_concurrently=True),
                Index("i4", b.desc().nulls_last(), a.collate("C"), postgresql_include=["c"],
                      postgresql_tablespace="fast"),
                Index("i5", text("lower(a) DESC NULLS LAST"), text("a varchar_pattern_ops"), text('"b" desc')),
                Index("i6", "a", postgresql_where="b > 100 AND a <> '50%'"),
            )
    """)
    found = by_name(table["indexes"])
    assert sorted(found) == ["i1", "i2", "i3", "i4", "i5", "i6", "ix_t_b"]
    assert found["i1"]["is_unique"]
    assert found["i1"]["parts"] == [{"column": "a", "expr": None, "descending": False},
                                    {"column": "b", "expr": None, "descending": True}]
    assert found["i2"]["parts"] == [{"column": None, "expr": "lower(a)", "descending": False}]
    assert found["i2"]["predicate"] == "b > 3"
    assert (found["i3"]["method"], found["i3"]["options"], found["i3"]["concurrently"]) == ("gin", ["fastupdate=false"],
                                                                                           True)
    assert found["i3"]["parts"][0]["opclass"] == "jsonb_path_ops"
    assert found["i4"]["parts"][0] == {"column": "b", "expr": None, "descending": True, "nulls_first": False}
    assert found["i4"]["parts"][1]["collation"] == "C" and found["i4"]["parts"][1]["column"] == "a"
    assert (found["i4"]["include"], found["i4"]["tablespace"]) == (["c"], "fast")
    assert found["i5"]["parts"][0] == {"column": None, "expr": "lower(a)", "descending": True, "nulls_first": False}
    assert found["i5"]["parts"][1]["column"] == "a" and found["i5"]["parts"][1]["opclass"] == "varchar_pattern_ops"
    assert found["i5"]["parts"][2]["column"] == "b" and found["i5"]["parts"][2]["descending"]
    assert found["i6"]["predicate"] == "b > 100 AND a <> '50%'"


def test_sqlite_has_its_own_options(project):
    table = one(project, """
        class T(Base):
            __tablename__ = "t"
            __table_args__ = (UniqueConstraint("a", sqlite_on_conflict="REPLACE"),
                              Index("i", "a", sqlite_where=text("a > 1"), postgresql_where=text("a > 2")),
                              {"sqlite_with_rowid": False, "comment": "x"})
            id = Column(Integer, primary_key=True, comment="y")
            a = Column(Integer)
    """, "sqlite")
    assert table["without_rowid"] and "comment" not in table and "unlogged" not in table
    assert table["indexes"][0]["predicate"] == "a > 1" and "include" not in table["indexes"][0]
    assert table["uniques"][0]["on_conflict"] == "REPLACE"
    assert [item["text"] for item in project.answer["warnings"]] == [
        "sqlite keeps no comments: those of the models are left out"]
    assert "enum" not in project.answer["tree"]["kinds"]


def test_enum_types(project):
    project.put("models.py", HEAD + """
class Color(enum.Enum):
    red = 1
    green = 2
shared = Enum("s", "m", name="size", metadata=Base.metadata)
lone = pg.ENUM("x", name="lone", metadata=Base.metadata)
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
    a = Column(Enum(Color, name="color"))
    b = Column(pg.ARRAY(Enum(Color, name="color")))
    c = Column(shared)
    d = Column(Enum("q", "w", native_enum=False, name="n", create_constraint=True))
    e = Column(pg.ENUM("z", name="elsewhere", create_type=False))
    f = Column(Enum("k", name="mood", schema="app"))
    g = Column(Boolean(create_constraint=True, name="g_bool"))
""")
    tables = project.tables()
    schemas = by_name(project.answer["tree"]["schemas"])
    assert {e["name"]: e["labels"] for e in schemas[""]["enums"]} == {"color": ["red", "green"], "size": ["s", "m"],
                                                                     "lone": ["x"]}
    assert [e["name"] for e in schemas["app"]["enums"]] == ["mood"]
    types = {c["name"]: c["type"] for c in tables["t"]["columns"]}
    assert (types["a"], types["b"], types["d"], types["f"]) == ("color", "color[]", "VARCHAR(1)", "app.mood")
    assert [(c["name"], c["expr"]) for c in tables["t"]["checks"]] == [("n", "d IN ('q', 'w')")]


def test_domains(project):
    project.put("models.py", HEAD + """
from sqlalchemy import ARRAY, MetaData, Text, text
if hasattr(pg, "DOMAIN"):
    mail = pg.DOMAIN("mail", Text, check=text("VALUE LIKE '%@%'"), constraint_name="has_at", default="a@b", collation="C")
    lone = pg.DOMAIN("lone", Integer, not_null=True, check="VALUE > 0", constraint_name="n", metadata=Base.metadata)
    class T(Base):
        __tablename__ = "t"
        id = Column(Integer, primary_key=True)
        a = Column(mail)
        b = Column(pg.ARRAY(mail))
        c = Column(pg.DOMAIN("feeling", Enum("sad", "ok", name="mood"), schema="app"))
        d = Column(pg.DOMAIN("theirs", Integer, create_type=False))
""")
    tables = project.tables()
    if not tables:
        return
    schemas = by_name(project.answer["tree"]["schemas"])
    assert by_name(schemas[""]["domains"]) == {
        "mail": {"name": "mail", "type": "TEXT", "nullable": True, "default_value": "'a@b'", "collation": "C",
                 "checks": [{"name": "has_at", "expr": "VALUE LIKE '%@%'"}]},
        "lone": {"name": "lone", "type": "INTEGER", "nullable": False,
                 "checks": [{"name": None, "expr": "VALUE > 0"}]}}
    assert schemas["app"]["domains"] == [{"name": "feeling", "type": "mood", "nullable": True}]
    assert [e["name"] for e in schemas[""]["enums"]] == ["mood"]
    types = {c["name"]: c["type"] for c in tables["t"]["columns"]}
    assert (types["a"], types["b"], types["c"], types["d"]) == ("mail", "mail[]", "app.feeling", "theirs")
    assert "domain" in project.answer["tree"]["kinds"]


def test_checks_of_types_where_the_engine_has_no_such_type(project):
    body = """
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            d = Column(Enum("q", "w", name="n", create_constraint=True))
            g = Column(Boolean(create_constraint=True, name="g_bool"))
    """
    assert [(c["name"], c["expr"]) for c in one(project, body, "sqlite")["checks"]] == [
        ("n", "d IN ('q', 'w')"), ("g_bool", "g IN (0, 1)")]
    assert "checks" not in one(project, body)


def test_a_type_that_an_engine_lacks(project):
    project.put("models.py", HEAD + """
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
    a = Column(pg.ARRAY(Integer))
""")
    refusal = project.refusal(dialect="sqlite")
    assert refusal["message"] == "t.a: sqlite has no type ARRAY" and "with_variant" in refusal["hint"]


def test_sequences(project):
    project.put("models.py", HEAD + """
alone = Sequence("alone", start=5, increment=2, metadata=Base.metadata)
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, Sequence("t_seq"), primary_key=True)
    n = Column(Integer, alone, server_default=alone.next_value())
""")
    tables = project.tables()
    sequences = by_name(project.answer["tree"]["schemas"][0]["sequences"])
    assert sorted(sequences) == ["alone", "t_seq"]
    assert (sequences["alone"]["start"], sequences["alone"]["increment"]) == (5, 2)
    found = by_name(tables["t"]["columns"])
    assert found["id"]["default_value"] is None and not found["id"]["autoincrement"]
    assert found["n"]["default_value"] == "nextval('alone')"


def test_schemas(project):
    project.put("models.py", """
        from sqlalchemy import *
        metadata = MetaData(schema="app")
        a = Table("a", metadata, Column("id", Integer, primary_key=True))
        b = Table("b", metadata, Column("id", Integer, primary_key=True), Column("a", ForeignKey("app.a.id")),
                  schema="public")
    """)
    answer = project.models()
    schemas = by_name(answer["tree"]["schemas"])
    assert [t["name"] for t in schemas["app"]["tables"]] == ["a"]
    assert schemas["public"]["tables"][0]["foreign_keys"][0]["ref_table"][0] == "app"
    lite = project.models(dialect="sqlite")
    assert sorted(t["name"] for t in by_name(lite["tree"]["schemas"])[""]["tables"]) == ["a", "b"]
    assert len([w for w in lite["warnings"] if "no schemas" in w["text"]]) == 2


def test_exclude_and_table_options(project):
    table = one(project, """
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            during = Column(pg.TSRANGE)
            base = Column(Integer)
            __table_args__ = (pg.ExcludeConstraint(("during", "&&"), name="no_overlap", where=text("id > 1")),
                              {"prefixes": ["UNLOGGED"], "postgresql_inherits": "parent",
                               "postgresql_tablespace": "fast", "postgresql_partition_by": "RANGE (id)",
                               "comment": "it's"})
    """)
    assert table["excludes"] == [{"name": "no_overlap",
                                  "definition": "USING gist (during WITH &&) WHERE (id > 1)"}]
    assert (table["unlogged"], table["inherits"], table["tablespace"], table["partition_by"], table["comment"]) == (
        True, [["", "parent"]], "fast", "RANGE (id)", "it's")


def test_long_names_are_cut_as_the_server_cuts_them(project):
    project.put("models.py", "from sqlalchemy import *\nm = MetaData()\nt = Table('%s', m, Column('%s', Integer))" % (
        "x" * 62 + "é" * 3, "c" * 70))
    table = next(iter(project.tables().values()))
    assert table["name"] == "x" * 62 and table["columns"][0]["name"] == "c" * 63


def test_inheritance_mixins_and_imperative_mapping(project):
    project.put("models.py", HEAD + """
from sqlalchemy.orm import registry
class Stamp:
    created = Column(DateTime, nullable=False)
class Abstract(Base):
    __abstract__ = True
    id = Column(Integer, primary_key=True)
class Animal(Stamp, Abstract):
    __tablename__ = "animal"
    kind = Column(String(20))
    __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "animal"}
class Dog(Animal):
    __tablename__ = "dog"
    id = Column(ForeignKey("animal.id"), primary_key=True)
    bark = Column(Text)
    __mapper_args__ = {"polymorphic_identity": "dog"}
class Cat(Animal):
    lives = Column(Integer)
    __mapper_args__ = {"polymorphic_identity": "cat"}
reg = registry()
class Plain: pass
reg.map_imperatively(Plain, Table("plain", reg.metadata, Column("id", Integer, primary_key=True)))
link = Table("link", Base.metadata, Column("a", ForeignKey("animal.id"), primary_key=True),
             Column("d", ForeignKey("dog.id"), primary_key=True))
""")
    tables = project.tables()
    assert {name: sorted(c["name"] for c in t["columns"]) for name, t in tables.items()} == {
        "animal": ["created", "id", "kind", "lives"], "dog": ["bark", "id"], "plain": ["id"], "link": ["a", "d"]}
    assert tables["link"]["primary_keys"][0]["columns"] == ["a", "d"]


@needs_2
def test_mapped_columns(project):
    project.put("models.py", """
        import uuid
        from typing import Optional
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        class Base(DeclarativeBase):
            pass
        class T(Base):
            __tablename__ = "t"
            id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
            a: Mapped[Optional[int]]
            b: Mapped[str]
            c: Mapped[int] = mapped_column(index=True, default=7)
    """)
    found = by_name(project.tables()["t"]["columns"])
    assert [(c["type"], c["nullable"]) for c in found.values()] == [
        ("UUID", False), ("INTEGER", True), ("VARCHAR", False), ("INTEGER", False)]
    assert found["c"]["default_value"] == "7"


def test_sqlmodel(project):
    pytest.importorskip("sqlmodel")
    project.put("models.py", """
        from typing import Optional
        from sqlmodel import Field, SQLModel
        class Hero(SQLModel, table=True):
            id: Optional[int] = Field(default=None, primary_key=True)
            name: str = Field(index=True)
            age: int = 3
    """)
    table = project.tables()["hero"]
    assert [c["type"] for c in table["columns"]] == ["INTEGER", "VARCHAR", "INTEGER"]
    assert [i["name"] for i in table["indexes"]] == ["ix_hero_name"]


def test_a_reference_to_a_table_that_is_not_among_the_models(project):
    key = one(project, """
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            u = Column(Integer, ForeignKey("auth.users.id"))
    """)["foreign_keys"][0]
    assert (key["ref_table"], key["ref_columns"]) == (["auth", "users"], ["id"])


def test_what_cannot_be_spelt_is_refused_with_its_place(project):
    project.put("models.py", HEAD + """
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
    e = Column(Enum("a", "b"))
""")
    refusal = project.refusal()
    assert refusal["message"].lower().startswith("t.e: compileerror: postgresql enum type requires a name")
    assert refusal["file"].endswith("models.py") and refusal["line"] == 9
