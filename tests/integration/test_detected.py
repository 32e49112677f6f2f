"""What a comparison of models and database sees: every change that a model can say, found by the one line that a test runs.

All changes are made at once, each in a table of its own, so that one file and one comparison answer for all of them.
"""

import json
import re
import sys

import pytest
import sqlalchemy as sa
from support.engines import created
from support.project import Project

HEAD = """
import sqlalchemy as sa
from sqlalchemy import (BigInteger, Boolean, CheckConstraint, Column, Computed, DateTime, Enum, Float, ForeignKey, Identity, Index, Integer, JSON,
                        MetaData, Numeric, PrimaryKeyConstraint, SmallInteger, String, Table, Text, UniqueConstraint, text)
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import DeclarativeBase
from dbwarden.schema import TableMeta
metadata = MetaData()
class Base(DeclarativeBase):
    metadata = metadata
ID = lambda: Column("id", Integer, primary_key=True)
A = lambda *args, **named: Column("a", *(args or (Integer,)), **named)
B = lambda *args, **named: Column("b", *(args or (Integer,)), **named)
p = Table("p", metadata, ID())
q = Table("q", metadata, ID())
"""
UNIQUE = 'ID(), A(), B(), UniqueConstraint("a", name="{t}_uq"{0})'
KEY = 'ID(), Column("r", Integer, ForeignKey("{0}.id", name="{t}_{1}"{2}))'
ENUM = "Column('a', Enum({0}, name='{t}_{1}'{2}))"
CONSTRAINED = ", native_enum=False, create_constraint=True"
# What is changed: the table's parts before and after, and the engines, if not both. {t} is the table.
CASES = {
    "column added": ("ID()", "ID(), A()"),
    "column removed": ("ID(), A()", "ID()"),
    "column renamed": ("ID(), A()", "ID(), B(String)"),
    "integer to text": ("ID(), A()", "ID(), A(Text)"),
    "longer": ("ID(), A(String(20))", "ID(), A(String(40))"),
    "unlimited": ("ID(), A(String(20))", "ID(), A(Text)"),
    "digits": ("ID(), A(Numeric(10, 2))", "ID(), A(Numeric(12, 2))"),
    "bigger": ("ID(), A()", "ID(), A(BigInteger)"),
    "smaller": ("ID(), A()", "ID(), A(SmallInteger)"),
    "time zone": ("ID(), A(DateTime)", "ID(), A(DateTime(timezone=True))", "postgresql"),
    "truth to number": ("ID(), A(Boolean)", "ID(), A()"),
    "document to text": ("ID(), A(JSON)", "ID(), A(Text)"),
    "elements": ("ID(), A(ARRAY(Integer))", "ID(), A(ARRAY(Text))", "postgresql"),
    "collation": ("ID(), A(String(20))", "ID(), A(String(20, collation={collation}))"),
    "not null": ("ID(), A()", "ID(), A(nullable=False)"),
    "null": ("ID(), A(nullable=False)", "ID(), A()"),
    "default added": ("ID(), A()", "ID(), A(server_default='1')"),
    "default changed": ("ID(), A(server_default='1')", "ID(), A(server_default='2')"),
    "default removed": ("ID(), A(server_default='1')", "ID(), A()"),
    "index added": ("ID(), A()", "ID(), A(), Index('{t}_ix', 'a')"),
    "index removed": ("ID(), A(), Index('{t}_ix', 'a')", "ID(), A()"),
    "index columns": ("ID(), A(), B(), Index('{t}_ix', 'a')", "ID(), A(), B(), Index('{t}_ix', 'a', 'b')"),
    "index unique": ("ID(), A(), Index('{t}_ix', 'a')", "ID(), A(), Index('{t}_ix', 'a', unique=True)"),
    "index renamed": ("ID(), A(), Index('{t}_ix', 'a')", "ID(), A(), Index('{t}_ix2', 'a')"),
    "index expression added": ("ID(), A(Text)", "ID(), A(Text), Index('{t}_ix', text('lower(a)'))"),
    "index expression": ("ID(), A(Text), Index('{t}_ix', text('lower(a)'))", "ID(), A(Text), Index('{t}_ix', text('upper(a)'))"),
    "index where": ("ID(), A(), Index('{t}_ix', 'a', {where}=text('a > 1'))", "ID(), A(), Index('{t}_ix', 'a', {where}=text('a > 2'))"),
    "index method": ("ID(), A(), Index('{t}_ix', 'a')", "ID(), A(), Index('{t}_ix', 'a', postgresql_using='hash')", "postgresql"),
    "index include": ("ID(), A(), B(), Index('{t}_ix', 'a')", "ID(), A(), B(), Index('{t}_ix', 'a', postgresql_include=['b'])", "postgresql"),
    "index order": ("ID(), A(), Index('{t}_ix', 'a')", "ID(), A(), Index('{t}_ix', text('a DESC'))"),
    "index class": ("ID(), A(Text), Index('{t}_ix', 'a')",
                    "ID(), A(Text), Index('{t}_ix', 'a', postgresql_ops={{'a': 'text_pattern_ops'}})", "postgresql"),
    "nulls": ("ID(), A(), Index('{t}_ix', 'a', unique=True)",
              "ID(), A(), Index('{t}_ix', 'a', unique=True, postgresql_nulls_not_distinct=True)", "postgresql"),
    "unique added": ("ID(), A(), B()", UNIQUE.replace("{0}", "")),
    "unique removed": (UNIQUE.replace("{0}", ""), "ID(), A(), B()"),
    "unique without a name": ("ID(), A()", "ID(), A(unique=True)"),
    "unique columns": (UNIQUE.replace("{0}", ""), UNIQUE.replace('"a"', '"a", "b"').replace("{0}", "")),
    "unique deferrable": (UNIQUE.replace("{0}", ""), UNIQUE.replace("{0}", ", deferrable=True"), "postgresql"),
    "key added": ("ID(), Column('r', Integer)", KEY.format("p", "fk", "", t="{t}")),
    "key removed": (KEY.format("p", "fk", "", t="{t}"), "ID(), Column('r', Integer)"),
    "key target": (KEY.format("p", "fk", "", t="{t}"), KEY.format("q", "fk", "", t="{t}")),
    "key action": (KEY.format("p", "fk", "", t="{t}"), KEY.format("p", "fk", ", ondelete='CASCADE'", t="{t}")),
    "key deferrable": (KEY.format("p", "fk", "", t="{t}"), KEY.format("p", "fk", ", deferrable=True, initially='DEFERRED'", t="{t}")),
    "key renamed": (KEY.format("p", "fk", "", t="{t}"), KEY.format("p", "fk2", "", t="{t}")),
    "check added": ("ID(), A()", "ID(), A(), CheckConstraint('a > 0', name='{t}_ck')"),
    "check removed": ("ID(), A(), CheckConstraint('a > 0', name='{t}_ck')", "ID(), A()"),
    "check text": ("ID(), A(), CheckConstraint('a > 0', name='{t}_ck')", "ID(), A(), CheckConstraint('a > 5', name='{t}_ck')"),
    "check renamed": ("ID(), A(), CheckConstraint('a > 0', name='{t}_ck')", "ID(), A(), CheckConstraint('a > 0', name='{t}_ck2')"),
    "member added": ("ID(), " + ENUM.format("'x', 'y'", "e", "", t="{t}"), "ID(), " + ENUM.format("'x', 'y', 'z'", "e", "", t="{t}"), "postgresql"),
    "member removed": ("ID(), " + ENUM.format("'x', 'y'", "e", "", t="{t}"), "ID(), " + ENUM.format("'x'", "e", "", t="{t}"), "postgresql"),
    "longer member": ("ID(), " + ENUM.format("'x', 'y'", "e", "", t="{t}"), "ID(), " + ENUM.format("'x', 'yyyy'", "e", "", t="{t}")),
    "enum renamed": ("ID(), " + ENUM.format("'x'", "e", "", t="{t}"), "ID(), " + ENUM.format("'x'", "e2", "", t="{t}"), "postgresql"),
    "member of a check": ("ID(), " + ENUM.format("'x', 'y'", "e", CONSTRAINED, t="{t}"), "ID(), " + ENUM.format("'x', 'z'", "e", CONSTRAINED, t="{t}")),
    "enum on a new column": ("ID()", "ID(), " + ENUM.format("'x'", "e", "", t="{t}")),
    "enum dropped": ("ID(), " + ENUM.format("'x'", "e", "", t="{t}"), "ID()"),
    "column comment added": ("ID(), A()", "ID(), A(comment='x')", "postgresql"),
    "column comment": ("ID(), A(comment='x')", "ID(), A(comment='y')", "postgresql"),
    "table comment": ("ID(), comment='x'", "ID(), comment='y'", "postgresql"),
    "constraint comment": (UNIQUE.replace("{0}", ""), UNIQUE.replace("{0}", ", comment='x'"), "postgresql"),
    "computed added": ("ID(), A()", "ID(), A(), B(Integer, Computed('a + 1', persisted={persisted}))"),
    "computed": ("ID(), A(), B(Integer, Computed('a + 1', persisted=True))", "ID(), A(), B(Integer, Computed('a + 2', persisted=True))"),
    "to computed": ("ID(), A(), B()", "ID(), A(), B(Integer, Computed('a + 1', persisted=True))"),
    "from computed": ("ID(), A(), B(Integer, Computed('a + 1', persisted=True))", "ID(), A(), B()"),
    "identity added": ("ID(), A(nullable=False)", "ID(), A(Integer, Identity(), nullable=False)", "postgresql"),
    "identity options": ("ID(), A(Integer, Identity(start=1))", "ID(), A(Integer, Identity(start=10, increment=5))", "postgresql"),
    "identity always": ("ID(), A(Integer, Identity())", "ID(), A(Integer, Identity(always=True))", "postgresql"),
    "identity removed": ("ID(), A(Integer, Identity())", "ID(), A(nullable=False)", "postgresql"),
    "serial to identity": ("ID()", "Column('id', Integer, Identity(), primary_key=True)", "postgresql"),
    "no counter": ("ID()", "Column('id', Integer, primary_key=True, autoincrement=False)", "postgresql"),
    "primary key columns": ("ID(), A(nullable=False)", "ID(), A(primary_key=True)"),
    "primary key added": ("A(nullable=False)", "A(primary_key=True)"),
    "primary key removed": ("A(primary_key=True, autoincrement=False)", "A(nullable=False)"),
    "primary key renamed": ("A(nullable=False), PrimaryKeyConstraint('a', name='{t}_pk')", "A(nullable=False), PrimaryKeyConstraint('a', name='{t}_pk2')"),
    "exclusion": ("ID(), A()", "ID(), A(), ExcludeConstraint(('a', '='), name='{t}_ex', using='btree')", "postgresql"),
    "unlogged": ("ID(), A()", "ID(), A(), prefixes=['UNLOGGED']", "postgresql"),
    "strict": ("ID(), A()", "ID(), A(), sqlite_strict=True", "sqlite"),
    "without rowid": ("ID(), A()", "ID(), A(), sqlite_with_rowid=False", "sqlite"),
    "table added": (None, "ID()"),
    "table removed": ("ID()", None),
}
# What the class Meta of a model says.
META = {
    "storage option": ("pg_fillfactor = 50", "pg_fillfactor = 60"),
    "partitioned": ("pg_fillfactor = None", "pg_partition = {'strategy': 'hash', 'columns': ['id']}"),
}
# Declared beside the models: what goes is seen too.
DECLARED = {
    "view": ("View('CREATE VIEW {t} AS SELECT id FROM p')", "View('CREATE VIEW {t} AS SELECT id FROM p WHERE id > 1')"),
    "view removed": ("View('CREATE VIEW {t} AS SELECT id FROM p')", None),
    "trigger": ({"sqlite": "Trigger('CREATE TRIGGER {t} AFTER INSERT ON p BEGIN SELECT 1; END')",
                 "postgresql": "Function('CREATE FUNCTION {t}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$')"}, None),
    "trigger changed": ({"sqlite": "Trigger('CREATE TRIGGER {t} AFTER INSERT ON p BEGIN SELECT 1; END')",
                         "postgresql": "Sequence('CREATE SEQUENCE {t}')"},
                        {"sqlite": "Trigger('CREATE TRIGGER {t} AFTER INSERT ON p BEGIN SELECT 2; END')",
                         "postgresql": "Sequence('CREATE SEQUENCE {t} INCREMENT 5')"}),
    "row security": ({"postgresql": "Policy('CREATE POLICY {t} ON p USING (id > 1)')"}, {"postgresql": "Policy('CREATE POLICY {t} ON p USING (id > 2)')"}),
    "sequence removed": ({"postgresql": "Sequence('CREATE SEQUENCE {t}')"}, None),
    "grants": ({"postgresql": "View('CREATE VIEW {t} AS SELECT id FROM p')"},
               {"postgresql": "View('CREATE VIEW {t} AS SELECT id FROM p; GRANT SELECT ON {t} TO PUBLIC')"}),
    "unused enum": (None, {"postgresql": "EnumType(\"CREATE TYPE {t} AS ENUM ('x')\")"}),
}


def name_of(case):
    return "t_" + case.replace(" ", "_")


def models(engine, side):
    words = {"where": f"{engine}_where", "collation": "'NOCASE'" if engine == "sqlite" else "'C'", "persisted": engine == "postgresql"}
    lines = [HEAD, "from dbwarden.schema import EnumType, Function, Policy, Sequence, Trigger, View"]
    for case, (*sides, only) in ((case, (*pair, None) if len(pair) == 2 else pair) for case, pair in CASES.items()):
        if only in (None, engine) and sides[side]:
            lines.append(f"Table({name_of(case)!r}, metadata, {sides[side].format(t=name_of(case), **words)})")
    for case, sides in META.items() if engine == "postgresql" else ():
        lines.append(f"class M_{name_of(case)}(Base):\n    __tablename__ = {name_of(case)!r}\n    id = Column(Integer, primary_key=True)\n"
                     f"    class Meta(TableMeta):\n        {sides[side]}")
    for case, sides in DECLARED.items():
        text = sides[side].get(engine) if isinstance(sides[side], dict) else sides[side]
        if text:
            lines.append(f"x_{name_of(case)} = " + text.replace("{t}", name_of(case)))
    lines.append("always = View('CREATE VIEW always AS SELECT id FROM q')")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_is_missed(engine, tmp_path, servers):
    database, drop = created(engine, servers, tmp_path / "project")
    try:
        project = Project(tmp_path / "project", database.url, sys.executable, engine=engine, model_paths=["models"],
                          **({"manage": ["grants"]} if engine == "postgresql" else {}))
        project.write("models.py", models(engine, 0))
        project.ok("make-migrations", "before")
        project.ok("migrate")
        project.ok("diff", "models", "--exit-code")
        project.write("models.py", models(engine, 1))
        found = json.dumps(project.ok("diff", "models", "--json").json["models"])
        wanted = [case for case, pair in CASES.items() if len(pair) == 2 or pair[2] == engine]
        wanted += META if engine == "postgresql" else []
        wanted += [case for case, sides in DECLARED.items() if any(not isinstance(side, dict) or engine in side for side in sides if side)]
        missed = [case for case in wanted if not re.search(rf"\b{name_of(case)}(_e)?\b", found)]
        assert not missed, found
        assert sa.inspect(database.alchemy).has_table(name_of("table removed"))
    finally:
        drop()
