"""Classes to inherit an inner ``class Meta`` from: they document the attributes that the model reader knows.

Inheriting is optional; any inner class called Meta with these attributes works.
"""

from __future__ import annotations

from dbwarden.schema.apply import DBWardenMeta, FieldMeta, apply_meta, attach_meta, read_meta

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class TableMeta:
    """Metadata that every engine has."""

    comment: str | None = None
    indexes: Sequence[Any] = ()
    checks: Sequence[Any] = ()
    uniques: Sequence[Any] = ()


class PGTableMeta(TableMeta):
    """Metadata of a PostgreSQL table."""

    pg_fillfactor: int | None = None
    pg_tablespace: str | None = None
    pg_inherits: str | Sequence[str] | None = None
    pg_unlogged: bool = False
    pg_checks: Sequence[Any] = ()
    pg_uniques: Sequence[Any] = ()
    pg_excludes: Sequence[Any] = ()
    pg_indexes: Sequence[Any] = ()
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
    ch_order_by: str | Sequence[str] | None = None
    ch_partition_by: str | Sequence[str] | None = None
    ch_sample_by: str | Sequence[str] | None = None
    ch_ttl: str | None = None
    ch_indexes: Sequence[Any] = ()
    ch_zookeeper_path: str | None = None
    ch_replica_name: str | None = None
    ch_projections: Sequence[Any] = ()


class CHColumnMeta:
    """Metadata of a ClickHouse column."""

    comment: str | None = None
    ch_codec: str | Sequence[str] | None = None
    ch_default_expression: str | None = None
    ch_materialized: str | None = None
    ch_alias: str | None = None
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
