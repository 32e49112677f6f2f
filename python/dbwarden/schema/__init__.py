"""Classes to inherit an inner ``class Meta`` from: they document the attributes that the model reader knows.

Inheriting is optional; any inner class called Meta with these attributes works.
"""

from dbwarden.schema.apply import DBWardenMeta, FieldMeta, apply_meta, attach_meta, read_meta


class TableMeta:
    """Metadata that every engine has."""

    comment = None
    indexes = ()
    checks = ()
    uniques = ()


class PGTableMeta(TableMeta):
    """Metadata of a PostgreSQL table."""

    pg_fillfactor = None
    pg_tablespace = None
    pg_inherits = None
    pg_unlogged = False
    pg_checks = ()
    pg_uniques = ()
    pg_excludes = ()
    pg_indexes = ()
    pg_partition = None


class PGColumnMeta:
    """Metadata of a PostgreSQL column, as an inner class of Meta called like the column."""

    comment = None
    public = None
    pg_collation = None
    pg_storage = None
    pg_compression = None
    pg_generated = None
    pg_identity = None
    pg_identity_start = None
    pg_identity_increment = None
    pg_identity_min = None
    pg_identity_max = None


class CHTableMeta(TableMeta):
    """Metadata of a ClickHouse table."""

    ch_engine = None
    ch_order_by = None
    ch_partition_by = None
    ch_sample_by = None
    ch_ttl = None
    ch_indexes = ()
    ch_zookeeper_path = None
    ch_replica_name = None
    ch_projections = ()


class CHColumnMeta:
    """Metadata of a ClickHouse column."""

    comment = None
    ch_codec = None
    ch_default_expression = None
    ch_materialized = None
    ch_alias = None
    ch_ttl = None
    ch_low_cardinality = False
    ch_nullable = False


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
