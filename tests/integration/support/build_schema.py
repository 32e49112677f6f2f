"""Run by an application's own interpreter: create_all of its models on a database. usage: build_schema.py MODULE:BASE URL"""

import importlib
import sys

import sqlalchemy as sa

module, _, base = sys.argv[1].partition(":")
metadata = getattr(importlib.import_module(module), base).metadata
engine = sa.create_engine(sys.argv[2])
metadata.create_all(engine)
soft = [(table.name, column.name) for table in metadata.tables.values() for column in table.columns
        if column.default is not None and column.default.is_scalar]
print(repr(soft))
