"""Classes to inherit an inner ``class Meta`` from: they document the attributes that the model reader knows.

Inheriting is optional; any inner class called Meta with these attributes works.
"""

from __future__ import annotations

from dbwarden.schema.apply import DBWardenMeta, FieldMeta, apply_meta, attach_meta, read_meta
from dbwarden.schema.objects import AccessMethod as AccessMethod
from dbwarden.schema.objects import Aggregate as Aggregate
from dbwarden.schema.objects import BaseType as BaseType
from dbwarden.schema.objects import Cast as Cast
from dbwarden.schema.objects import Collation as Collation
from dbwarden.schema.objects import CompositeType as CompositeType
from dbwarden.schema.objects import Conversion as Conversion
from dbwarden.schema.objects import DatabaseObject as DatabaseObject
from dbwarden.schema.objects import Dictionary as Dictionary
from dbwarden.schema.objects import Domain as Domain
from dbwarden.schema.objects import EnumType as EnumType
from dbwarden.schema.objects import Event as Event
from dbwarden.schema.objects import EventTrigger as EventTrigger
from dbwarden.schema.objects import Extension as Extension
from dbwarden.schema.objects import ForeignDataWrapper as ForeignDataWrapper
from dbwarden.schema.objects import ForeignTable as ForeignTable
from dbwarden.schema.objects import Function as Function
from dbwarden.schema.objects import Language as Language
from dbwarden.schema.objects import MaterializedView as MaterializedView
from dbwarden.schema.objects import Operator as Operator
from dbwarden.schema.objects import OperatorClass as OperatorClass
from dbwarden.schema.objects import OperatorFamily as OperatorFamily
from dbwarden.schema.objects import Policy as Policy
from dbwarden.schema.objects import Publication as Publication
from dbwarden.schema.objects import RangeType as RangeType
from dbwarden.schema.objects import Rule as Rule
from dbwarden.schema.objects import Schema as Schema
from dbwarden.schema.objects import Sequence as Sequence
from dbwarden.schema.objects import Server as Server
from dbwarden.schema.objects import ShellType as ShellType
from dbwarden.schema.objects import Statistics as Statistics
from dbwarden.schema.objects import TextSearchConfiguration as TextSearchConfiguration
from dbwarden.schema.objects import TextSearchDictionary as TextSearchDictionary
from dbwarden.schema.objects import TextSearchParser as TextSearchParser
from dbwarden.schema.objects import TextSearchTemplate as TextSearchTemplate
from dbwarden.schema.objects import Transform as Transform
from dbwarden.schema.objects import Trigger as Trigger
from dbwarden.schema.objects import UserMapping as UserMapping
from dbwarden.schema.objects import View as View
from dbwarden.schema.objects import VirtualTable as VirtualTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import abc
    from typing import Any


class TableMeta:
    """Metadata that every engine has."""

    comment: str | None = None
    indexes: abc.Sequence[Any] = ()
    checks: abc.Sequence[Any] = ()
    uniques: abc.Sequence[Any] = ()


class PGTableMeta(TableMeta):
    """Metadata of a PostgreSQL table."""

    pg_fillfactor: int | None = None
    pg_tablespace: str | None = None
    pg_inherits: str | abc.Sequence[str] | None = None
    pg_unlogged: bool = False
    pg_checks: abc.Sequence[Any] = ()
    pg_uniques: abc.Sequence[Any] = ()
    pg_excludes: abc.Sequence[Any] = ()
    pg_indexes: abc.Sequence[Any] = ()
    pg_partition: Any = None


class PGColumnMeta:
    """Metadata of a PostgreSQL column, as an inner class of Meta called like the column."""

    comment: str | None = None
    public: bool | None = None
    pg_collation: str | None = None
    pg_storage: str | None = None
    pg_compression: str | None = None
    pg_generated: str | None = None
    pg_identity: str | bool | None = None
    pg_identity_start: int | None = None
    pg_identity_increment: int | None = None
    pg_identity_min: int | None = None
    pg_identity_max: int | None = None


class CHTableMeta(TableMeta):
    """Metadata of a ClickHouse table."""

    ch_engine: Any = None
    ch_order_by: str | abc.Sequence[str] | None = None
    ch_primary_key: str | abc.Sequence[str] | None = None
    ch_partition_by: str | abc.Sequence[str] | None = None
    ch_sample_by: str | abc.Sequence[str] | None = None
    ch_ttl: str | abc.Sequence[str] | None = None
    ch_settings: abc.Mapping[str, Any] | None = None
    ch_constraints: abc.Sequence[Any] = ()
    ch_indexes: abc.Sequence[Any] = ()
    ch_zookeeper_path: str | None = None
    ch_replica_name: str | None = None
    ch_projections: abc.Sequence[Any] = ()


class CHColumnMeta:
    """Metadata of a ClickHouse column."""

    comment: str | None = None
    ch_type: str | None = None
    ch_codec: str | abc.Sequence[str] | None = None
    ch_default_expression: str | None = None
    ch_materialized: str | None = None
    ch_alias: str | None = None
    ch_ephemeral: str | bool | None = None
    ch_statistics: str | None = None
    ch_ttl: str | None = None
    ch_low_cardinality: bool = False
    ch_nullable: bool = False


__all__ = [
    "apply_meta",
    "attach_meta",
    "CHColumnMeta",
    "CHTableMeta",
    "DBWardenMeta",
    "FieldMeta",
    "PGColumnMeta",
    "PGTableMeta",
    "read_meta",
    "TableMeta",
]
