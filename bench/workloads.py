"""What the bench runs: projects of dbwarden, the same statements as plain files, schemas of many tables."""

COLUMNS = [("name", "varchar(80) NOT NULL"), ("email", "varchar(200)"), ("status", "varchar(20) NOT NULL"),
           ("quantity", "integer NOT NULL"), ("price", "numeric(12,2)"), ("active", "boolean NOT NULL"), ("note", "text"),
           ("created_at", "timestamp NOT NULL"), ("updated_at", "timestamp"), ("reference", "varchar(40)")]


def key_type(engine):
    return "integer" if engine == "sqlite" else "bigint"


def spelled(text, engine):
    """A timestamp of MySQL and MariaDB changes by itself."""
    return text.replace(" timestamp", " datetime") if engine in ("mariadb", "mysql") else text


def trivial(n, engine):
    """(name, up, down): a table and an index each."""
    return [(f"t{i:05d}", spelled(
             f"CREATE TABLE t{i:05d} (id {key_type(engine)} PRIMARY KEY, name varchar(80) NOT NULL, made timestamp);\n", engine) +
             f"CREATE INDEX t{i:05d}_name ON t{i:05d} (name);\n",
             f"DROP TABLE t{i:05d};\n") for i in range(1, n + 1)]


def inserts(rows, width, engine):
    """One migration of many INSERTs, with what splitting must not stumble over in each."""
    text = ("it''s; -- no comment " * (width // 20 + 1))[:width].rstrip("'") or "it''s; x"
    return [("bulk", f"CREATE TABLE bulk (id {key_type(engine)} PRIMARY KEY, name text, v integer);\n" + "".join(
        f"INSERT INTO bulk (id, name, v) VALUES ({i}, '{text}', {i % 97});\n" for i in range(1, rows + 1)),
        "DROP TABLE bulk;\n")]


def many_tables(n, engine, changes=0):
    """A schema.sql: twelve columns, three indexes and a foreign key a table; `changes` of them differ."""
    step, text = max(1, n // changes) if changes else 0, []
    for i in range(1, n + 1):
        kind = (i // step - 1) % 4 if changes and i % step == 0 and i // step <= changes else None
        columns = [(name, "varchar(120) NOT NULL" if kind == 2 and name == "name" else kept) for name, kept in COLUMNS
                   if kind != 3 or name != "note"]
        columns += [("extra", "integer")] if kind == 0 else []
        table = f"tab{i:05d}"
        text.append(f"CREATE TABLE {table} (\n  id {key_type(engine)} NOT NULL,\n  parent_id {key_type(engine)},\n" +
                    "".join(f"  {name} {kept},\n" for name, kept in columns) +
                    f"  CONSTRAINT {table}_pkey PRIMARY KEY (id),\n"
                    f"  CONSTRAINT {table}_parent_fk FOREIGN KEY (parent_id) REFERENCES tab{max(1, i - 1):05d} (id)\n);\n"
                    f"CREATE INDEX {table}_name ON {table} (name);\n"
                    f"CREATE INDEX {table}_status ON {table} (status, created_at);\n"
                    f"CREATE UNIQUE INDEX {table}_reference ON {table} (reference);\n" +
                    (f"CREATE INDEX {table}_quantity ON {table} (quantity);\n" if kind == 1 else ""))
    return spelled("".join(text), engine)


def models(n):
    """The like as SQLAlchemy models."""
    columns = "".join(f"    {name} = Column({kind})\n" for name, kind in (
        ("name", "String(100), nullable=False, index=True"), ("status", "String(20), server_default='new'"),
        ("quantity", "Integer, nullable=False"), ("price", "Numeric(10, 2)"), ("created_at", "DateTime, server_default=func.now()"),
        ("updated_at", "DateTime"), ("note", "Text"), ("flag", "Boolean, default=False"),
        ("reference", "String(40), unique=True"), ("data", "JSON")))
    return "from sqlalchemy import *\nfrom sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n" + "".join(
        f"\n\nclass Tab{i}(Base):\n    __tablename__ = 'tab{i:05d}'\n    id = Column(Integer, primary_key=True)\n{columns}"
        f"    parent_id = Column(ForeignKey('tab{max(1, i - 1):05d}.id'))\n"
        f"    __table_args__ = (Index('ix_{i}', 'status', 'created_at'),)\n" for i in range(1, n + 1))


def plain(folder, migrations):
    """One .sql file each, and all.txt for the engines' own clients, with the same commits and a row of state each."""
    folder.mkdir(parents=True, exist_ok=True)
    text = ["CREATE TABLE state (version text PRIMARY KEY, name text, sum text);\n"]
    for i, (name, up, _) in enumerate(migrations, 1):
        (folder / f"{i:05d}_{name}.sql").write_text(up)
        text.append(f"BEGIN;\n{up}INSERT INTO state (version, name, sum) VALUES ('{i:05d}', '{name}', 'x');\nCOMMIT;\n")
    (folder / "all.txt").write_text("".join(text))


def theirs(folder, migrations):
    """The same in the form of other tools."""
    for tool, up_mark, down_mark in (("goose", "-- +goose Up", "-- +goose Down"), ("dbmate", "-- migrate:up", "-- migrate:down")):
        (folder / tool).mkdir(parents=True, exist_ok=True)
        for i, (name, up, down) in enumerate(migrations, 1):
            (folder / tool / f"{i:05d}_{name}.sql").write_text(f"{up_mark}\n{up}\n{down_mark}\n{down}")


def journaled(path, migrations):
    """For a client of MySQL: the statements of `migrations` with the commits that a journal around each of them takes."""
    text = ["CREATE TABLE state (version varchar(20) PRIMARY KEY, name text, sum text);\n"
            "CREATE TABLE journal (name varchar(200) PRIMARY KEY, done integer, sum varchar(64), evidence text);\n"]
    for i, (name, up, _) in enumerate(migrations, 1):
        text.append(f"REPLACE INTO journal VALUES ('{name}', 0, '', NULL);\n")
        for done, statement in enumerate(up.split(";\n")[:-1], 1):
            text.append(f"UPDATE journal SET evidence = '{'e' * 80}' WHERE name = '{name}';\n{statement};\n"
                        f"UPDATE journal SET done = {done}, sum = '{'s' * 64}', evidence = NULL WHERE name = '{name}';\n")
        text.append(f"START TRANSACTION;\nINSERT INTO state VALUES ('{i:05d}', '{name}', 'x');\n"
                    f"UPDATE journal SET sum = '{'t' * 64}' WHERE name = '{name}';\nCOMMIT;\n")
    path.write_text("".join(text))


def project(folder, url, migrations=(), schema=None):
    """A project without Python."""
    versions = folder / "migrations" / "primary"
    versions.mkdir(parents=True, exist_ok=True)
    files = "" if schema is None else "    schema_files: [schema.sql]\n"
    (folder / "dbwarden.yaml").write_text(
        f"databases:\n  primary:\n    default: true\n    database_type: {url.split(':')[0]}\n"
        f"    database_url_sync: \"{url}\"\n{files}")
    if schema is not None:
        (folder / "schema.sql").write_text(schema)
    for i, (name, up, down) in enumerate(migrations, 1):
        (versions / f"primary__{i:04d}_{name}.sql").write_text(f"-- upgrade\n\n{up}\n-- rollback\n\n{down}")


def clickhouse_tables(n):
    """A schema.sql of ClickHouse: twelve columns, a skip index and a projection a table."""
    columns = ("id UInt64, parent_id Nullable(UInt64), name String, status LowCardinality(String) DEFAULT 'new', quantity Int32, price Decimal(10, 2), "
               "created_at DateTime DEFAULT now(), updated_at Nullable(DateTime), note String CODEC(ZSTD(3)), flag Bool, reference String, "
               "data Map(String, String)")
    return "".join(f"CREATE TABLE tab{i:05d} ({columns}, INDEX i name TYPE bloom_filter(0.01) GRANULARITY 1, PROJECTION p (SELECT status, count() "
                   "GROUP BY status)) ENGINE = MergeTree PARTITION BY toYYYYMM(created_at) ORDER BY (id, created_at) TTL created_at + INTERVAL 5 YEAR;\n"
                   for i in range(1, n + 1))
