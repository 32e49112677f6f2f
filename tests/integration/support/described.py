"""A project that a schema.sql describes, and our own way into its database."""

import re
import sys

import sqlalchemy as sa

from support.project import Project


class Described(Project):
    def __init__(self, folder, url):
        super().__init__(folder, url, sys.executable, schema_files=["schema.sql"])
        alchemy = url.replace("postgresql://", "postgresql+psycopg2://")
        if url.startswith("sqlite"):
            alchemy = f"sqlite:///{self.folder}/app.db"
        self.engine_in = sa.create_engine(alchemy, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")

    def sql(self, text):
        with self.engine_in.connect() as connection:
            for statement in filter(str.strip, re.split(r";\s*\n", text.strip().removesuffix(";") + "\n")):
                connection.exec_driver_sql(statement.replace("%", "%%"))

    def starts(self, schema, by_hand=""):
        self.write("schema.sql", schema)
        self.ok("make-migrations")
        self.ok("migrate")
        self.sql(by_hand)

    def stops(self, schema):
        """What make-migrations says instead of writing a file."""
        self.write("schema.sql", schema)
        before = sorted(self.migrations.glob("*"))
        outcome = self.run("make-migrations")
        assert outcome.status == 1, outcome
        assert sorted(self.migrations.glob("*")) == before
        return outcome.err
