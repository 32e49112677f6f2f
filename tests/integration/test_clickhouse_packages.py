"""Models of clickhouse-sqlalchemy and of clickhouse-connect's dialect: their types, engines and views, read from the real packages."""

import sys

import pytest
from test_clickhouse import database, project, server  # noqa: F401
from test_clickhouse_schema import described

SQLALCHEMY = """from sqlalchemy import Column, MetaData, func, select, text
from clickhouse_sqlalchemy import MaterializedView, Table, engines, get_declarative_base, types

Base = get_declarative_base()

class Event(Base):
    id = Column(types.UInt64, primary_key=True)
    name = Column(types.Nullable(types.String), clickhouse_codec="ZSTD(3)")
    tags = Column(types.Array(types.LowCardinality(types.String)))
    at = Column(types.DateTime64(3, "UTC"), server_default=text("now64(3)"))
    price = Column(types.Decimal(10, 2))
    words = Column(types.Map(types.String, types.UInt32))
    pair = Column(types.Tuple(types.Int8, types.Float64))
    ip = Column(types.IPv4)
    sums = Column(types.AggregateFunction(func.sum(), types.UInt64))
    day = Column(types.Date, clickhouse_materialized=func.toDate(text("at")))
    __table_args__ = (engines.ReplacingMergeTree(version="at", partition_by=func.toYYYYMM(at), order_by=("id", "at"), primary_key="id",
                                                 ttl=func.toDateTime(text("at")) + text("INTERVAL 1 YEAR"), index_granularity=1024), {"comment": "what happened"})

class Total(Base):
    id = Column(types.UInt64, primary_key=True)
    n = Column(types.UInt64)
    __table_args__ = (engines.SummingMergeTree(columns=("n",), order_by="id"),)

class Daily(Base):
    id = Column(types.UInt64, primary_key=True)
    n = Column(types.UInt64)
    __table_args__ = (engines.SummingMergeTree(order_by="id"),)

MaterializedView(Total, select(Event.id.label("id"), func.count().label("n")).group_by(Event.id), use_to=True)
MaterializedView(Daily, select(Event.id.label("id"), func.count().label("n")).where(Event.name == "a' b").group_by(Event.id))
"""
CONNECT = """import sqlalchemy
from sqlalchemy import Column, text
from sqlalchemy.orm import DeclarativeBase
from clickhouse_connect.cc_sqlalchemy.ddl import tableengine as engines
from clickhouse_connect.cc_sqlalchemy.datatypes import sqltypes as types

class Base(DeclarativeBase):
    pass

class Event(Base):
    __tablename__ = "event"
    id = Column(types.UInt64, primary_key=True)
    name = Column(types.Nullable(types.String))
    tags = Column(types.Array(types.LowCardinality(types.String)))
    at = Column(types.DateTime64(3, "UTC"))
    kind = Column(types.Enum8(keys=["a", "b"], values=[1, 2]))
    words = Column(types.Map(types.String, types.UInt32))
    __table_args__ = (engines.ReplacingMergeTree(version="at", partition_by=text("toYYYYMM(at)"), order_by=("id", "at"), primary_key="id",
                                                 settings={"index_granularity": 1024}),)

class Log(Base):
    __tablename__ = "log"
    id = Column(types.UInt64, primary_key=True)
    __table_args__ = (engines.MergeTree(order_by="id"),)
"""


@pytest.mark.parametrize("models", [SQLALCHEMY, CONNECT], ids=["clickhouse-sqlalchemy", "clickhouse-connect"])
def test_models_of_packages(models, project, database):
    python = "--python", sys.executable
    described(project, "model_paths: [models]")
    project.write("models.py", models)
    project.ok("make-migrations", "x", *python)
    project.ok("migrate", *python)
    project.ok("diff", "--exit-code", *python)
    made = dict(database.ask("SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE '%dbwarden%'"))
    for part in ("ENGINE = ReplacingMergeTree(at) PARTITION BY toYYYYMM(at) PRIMARY KEY id ORDER BY (id, at)", "index_granularity = 1024",
                 "`name` Nullable(String)", "`tags` Array(LowCardinality(String))", "`at` DateTime64(3, \\'UTC\\')", "`words` Map(String, UInt32)"):
        assert part in made["event"], (part, made["event"])
    if models is CONNECT:
        assert "`kind` Enum8(\\'a\\' = 1, \\'b\\' = 2)" in made["event"]
        return
    for part in ("CODEC(ZSTD(3))", "`price` Decimal(10, 2)", "`pair` Tuple(Int8, Float64)", "`ip` IPv4", "AggregateFunction(sum, UInt64)",
                 "MATERIALIZED toDate(at)", "TTL toDateTime(at) + toIntervalYear(1)", "COMMENT \\'what happened\\'"):
        assert part in made["event"], (part, made["event"])
    assert "TO " in made["total_mv"] and "SummingMergeTree(n)" in made["total"] and "SummingMergeTree" in made["daily"]
    assert "MATERIALIZED VIEW" in made["daily"]
