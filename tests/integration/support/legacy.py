"""A database and project as 0.8.2 leaves them, written from its specification."""

import hashlib

import sqlalchemy as sa

MIGRATIONS = """CREATE TABLE IF NOT EXISTS {table} (version VARCHAR(255){unique}, description VARCHAR(500),
 filename VARCHAR(500) UNIQUE, migration_type VARCHAR(50), applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, checksum VARCHAR(128))"""
LOCK = """CREATE TABLE IF NOT EXISTS dbwarden_lock (id INTEGER PRIMARY KEY CHECK (id = 1), locked BOOLEAN DEFAULT FALSE,
 acquired_at TIMESTAMP)"""


def statements(text):
    """0.8.2's statements of an upgrade section: ended by blank lines, comment lines dropped."""
    found, current, inside = [], [], False
    for line in text.splitlines():
        word = line.strip()
        if word in ("-- upgrade", "-- rollback") or not word:
            if current:
                found.append("\n".join(current).strip())
            current = []
            inside = word == "-- upgrade" if word else inside
        elif inside and not word.startswith("--"):
            current.append(line)
    return found + (["\n".join(current).strip()] if current else [])


def checksum(text):
    return hashlib.sha256(";".join(statements(text)).encode()).hexdigest()


def prepare(engine, table="_dbwarden_migrations"):
    unique = " UNIQUE" if engine.dialect.name == "postgresql" else ""
    with engine.begin() as connection:
        connection.exec_driver_sql(MIGRATIONS.format(table=table, unique=unique))
        connection.exec_driver_sql(LOCK)


def record(engine, path, table="_dbwarden_migrations"):
    """The row that 0.8.2 writes for a migration file that it has applied."""
    prepare(engine, table)
    stem = path.stem
    with engine.begin() as connection:
        connection.execute(sa.text(
            f"INSERT INTO {table} (version, description, filename, migration_type, checksum) VALUES (:v, :d, :f, 'versioned', :c)"
        ), {"v": stem.split("__")[1][:4], "d": stem.split("__", 1)[1].replace("_", " "), "f": path.name,
            "c": checksum(path.read_text())})
