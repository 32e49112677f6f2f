"""A busy table, the application that works on it all the time, and how long the longest of its queries waited for a lock.

Where the server says how long a lock is waited for, its word is taken; where it only says who waits, it is asked every few milliseconds
and the time between the first and the last answer counts; SQLite says nothing, and there what the machine itself was late by is taken off.
"""

import contextlib
import sqlite3
import subprocess
import sys
import threading
import time

import sqlalchemy as sa

PAUSE = 0.005

# ---- PostgreSQL

POSTGRES_BEFORE = [
    "CREATE TABLE busy (id integer PRIMARY KEY, a integer, b text, p integer)", "CREATE TABLE parent (id integer PRIMARY KEY)",
    "CREATE INDEX busy_b ON busy (b)", "CREATE VIEW shown AS SELECT id FROM busy",
    "CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE TRIGGER old_touch BEFORE INSERT ON busy FOR EACH ROW EXECUTE FUNCTION touched()",
    "ALTER TABLE busy ADD CONSTRAINT known CHECK (a > -1) NOT VALID", "INSERT INTO parent VALUES (1)",
    "INSERT INTO busy SELECT i, i, 'x', 1 FROM generate_series(1, 200) i"]
POSTGRES = [
    "ALTER TABLE busy ADD COLUMN c integer", "ALTER TABLE busy ADD COLUMN c integer DEFAULT 5", "ALTER TABLE busy DROP COLUMN b",
    "ALTER TABLE busy RENAME COLUMN b TO z", "ALTER TABLE busy RENAME TO busier; ALTER TABLE busier RENAME TO busy",
    "ALTER TABLE busy ALTER COLUMN a TYPE bigint", "ALTER TABLE busy ALTER COLUMN a SET NOT NULL", "ALTER TABLE busy ALTER COLUMN b SET DEFAULT 'y'",
    "ALTER TABLE busy ADD CONSTRAINT positive CHECK (a > 0)", "ALTER TABLE busy ADD CONSTRAINT positive CHECK (a > 0) NOT VALID",
    "ALTER TABLE busy VALIDATE CONSTRAINT known", "ALTER TABLE busy DROP CONSTRAINT known", "ALTER TABLE busy ADD UNIQUE (a)",
    "ALTER TABLE busy ADD FOREIGN KEY (p) REFERENCES parent (id)", "ALTER TABLE busy ADD FOREIGN KEY (p) REFERENCES parent (id) NOT VALID",
    "CREATE INDEX busy_a ON busy (a)", "CREATE INDEX CONCURRENTLY busy_a ON busy (a)", "DROP INDEX busy_b", "DROP INDEX CONCURRENTLY busy_b",
    "ALTER INDEX busy_b RENAME TO busy_bb", "REINDEX INDEX busy_b", "REINDEX INDEX CONCURRENTLY busy_b",
    "CREATE TRIGGER touch BEFORE UPDATE ON busy FOR EACH ROW EXECUTE FUNCTION touched()", "DROP TRIGGER old_touch ON busy",
    "CREATE OR REPLACE VIEW shown AS SELECT id, a FROM busy", "ALTER TABLE busy ENABLE ROW LEVEL SECURITY", "ALTER TABLE busy SET (fillfactor = 70)",
    "ALTER TABLE busy CLUSTER ON busy_pkey", "COMMENT ON TABLE busy IS 'busy'", "CREATE TABLE child (id integer REFERENCES busy (id))",
    "VACUUM busy", "ALTER TABLE busy REPLICA IDENTITY FULL",
]

# ---- MySQL and MariaDB

MYSQL_BEFORE = [
    "CREATE TABLE parent (id integer PRIMARY KEY)", "INSERT INTO parent VALUES (1)",
    "CREATE TABLE busy (id integer PRIMARY KEY, a integer, b varchar(20), p integer, o integer, KEY busy_b (b), KEY busy_o (o), "
    "CONSTRAINT busy_known CHECK (a > -1), CONSTRAINT busy_old FOREIGN KEY (o) REFERENCES parent (id))",
    "CREATE VIEW shown AS SELECT id FROM busy", "CREATE TRIGGER old_touch BEFORE INSERT ON busy FOR EACH ROW SET NEW.b = NEW.b",
    "INSERT INTO busy WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT i, i, 'x', 1, 1 FROM n"]
MYSQL = [
    "ALTER TABLE busy ADD COLUMN c integer", "ALTER TABLE busy ADD COLUMN c integer NOT NULL DEFAULT 5 FIRST", "ALTER TABLE busy DROP COLUMN b",
    "ALTER TABLE busy RENAME COLUMN b TO z", "ALTER TABLE busy CHANGE b z varchar(40)", "RENAME TABLE busy TO busier; RENAME TABLE busier TO busy",
    "ALTER TABLE busy MODIFY a bigint", "ALTER TABLE busy MODIFY a integer NOT NULL", "ALTER TABLE busy ALTER COLUMN b SET DEFAULT 'y'",
    "ALTER TABLE busy ADD CONSTRAINT positive CHECK (a > 0)", "ALTER TABLE busy DROP CONSTRAINT busy_known", "ALTER TABLE busy ADD UNIQUE KEY busy_a (a)",
    "ALTER TABLE busy ADD FOREIGN KEY (p) REFERENCES parent (id)", "ALTER TABLE busy DROP FOREIGN KEY busy_old", "CREATE INDEX busy_a ON busy (a)",
    "CREATE INDEX busy_ab ON busy (a, b) ALGORITHM = INPLACE LOCK = NONE", "DROP INDEX busy_b ON busy", "ALTER TABLE busy RENAME INDEX busy_b TO busy_bb",
    "CREATE TRIGGER touch BEFORE UPDATE ON busy FOR EACH ROW SET NEW.b = NEW.b", "DROP TRIGGER old_touch", "CREATE OR REPLACE VIEW shown AS SELECT id, a FROM busy",
    "ALTER TABLE busy COMMENT = 'busy'", "ALTER TABLE busy ENGINE = InnoDB", "ALTER TABLE busy ROW_FORMAT = COMPACT", "OPTIMIZE TABLE busy",
    "ANALYZE TABLE busy", "ALTER TABLE busy CONVERT TO CHARACTER SET latin1", "CREATE TABLE child (id integer, FOREIGN KEY (id) REFERENCES busy (id))",
    "CREATE TABLE copied AS SELECT * FROM busy", "UPDATE busy SET b = 'z' ORDER BY id DESC", "INSERT INTO busy (id, a) VALUES (1, 1) ON DUPLICATE KEY UPDATE a = 2",
    "LOCK TABLES busy WRITE; UPDATE busy SET b = 'z'; UNLOCK TABLES",
]

# ---- SQLite

SQLITE_BEFORE = [
    "CREATE TABLE parent (id integer PRIMARY KEY)", "INSERT INTO parent VALUES (1)", "CREATE TABLE busy (id integer PRIMARY KEY, a integer, b text, p integer)",
    "CREATE INDEX busy_b ON busy (b)", "CREATE VIEW shown AS SELECT id FROM busy",
    "CREATE TRIGGER old_touch AFTER INSERT ON busy BEGIN UPDATE parent SET id = id; END",
    "INSERT INTO busy WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT i, i, 'x', 1 FROM n"]
SQLITE = [
    "ALTER TABLE busy ADD COLUMN c integer", "ALTER TABLE busy ADD COLUMN c integer NOT NULL DEFAULT 5", "ALTER TABLE busy ADD COLUMN c integer AS (a * 2)",
    "DROP INDEX busy_b; ALTER TABLE busy DROP COLUMN b", "ALTER TABLE busy RENAME COLUMN b TO z", "ALTER TABLE busy RENAME TO busier; ALTER TABLE busier RENAME TO busy",
    "CREATE INDEX busy_a ON busy (a)", "CREATE UNIQUE INDEX busy_a ON busy (a)", "CREATE INDEX busy_a ON busy (a) WHERE a > 5",
    "CREATE INDEX busy_a ON busy (lower(b))", "DROP INDEX busy_b", "DROP INDEX busy_b; CREATE INDEX busy_b ON busy (b, a)", "REINDEX busy", "REINDEX",
    "ANALYZE busy", "ANALYZE", "CREATE TRIGGER touch AFTER UPDATE ON parent BEGIN SELECT 1; END", "DROP TRIGGER old_touch",
    "DROP VIEW shown; CREATE VIEW shown AS SELECT id, a FROM busy", "CREATE TABLE child (id integer REFERENCES busy (id))", "CREATE TABLE copied AS SELECT * FROM busy",
    "DROP VIEW shown; CREATE TABLE new_busy (id integer PRIMARY KEY, a integer NOT NULL, b text, p integer); INSERT INTO new_busy SELECT * FROM busy; "
    "DROP TABLE busy; ALTER TABLE new_busy RENAME TO busy; CREATE VIEW shown AS SELECT id FROM busy", "DROP TABLE parent; CREATE TABLE parent (id integer)", "UPDATE busy SET b = 'z'", "DELETE FROM busy WHERE id > 100",
    "INSERT INTO busy SELECT id + 1000, a, b, p FROM busy", "CREATE VIRTUAL TABLE words USING fts5(word)", "CREATE TABLE strict (id integer) STRICT",
    "PRAGMA user_version = 7", "VACUUM", "CREATE TEMPORARY TABLE t AS SELECT 1; CREATE TABLE k (k int)",
]

BEFORE = {"postgresql": POSTGRES_BEFORE, "mariadb": MYSQL_BEFORE, "mysql": MYSQL_BEFORE, "sqlite": SQLITE_BEFORE}
SHAPES = {"postgresql": POSTGRES, "mariadb": MYSQL, "mysql": MYSQL, "sqlite": SQLITE}
READ, WRITE = "SELECT count(*) FROM busy", "UPDATE busy SET p = 1 WHERE id = 7"


class Application:
    """Its sessions: `longest` is what one of its queries waited for a lock, `done` how many there were."""

    def __init__(self, database):
        self.database, self.over, self.longest, self.done = database, threading.Event(), 0.0, 0
        self.threads = [threading.Thread(target=self.work, args=(sql,)) for sql in self.queries()] + [threading.Thread(target=self.look)]

    def queries(self):
        return [READ, READ, WRITE]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


class PostgresApplication(Application):
    WAITED = ("SELECT COALESCE(max(extract(epoch FROM clock_timestamp() - l.waitstart)), 0)::float8 FROM pg_locks l "
              "JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted AND a.application_name = 'app' AND a.datname = current_database()")

    def work(self, sql):
        with self.database.alchemy.connect() as connection:
            connection.exec_driver_sql("SET application_name = 'app'")
            while not self.over.is_set():
                with contextlib.suppress(sa.exc.ProgrammingError):
                    connection.exec_driver_sql(sql)
                self.done += 1
                time.sleep(PAUSE)

    def look(self):
        with self.database.alchemy.connect() as connection:
            while not self.over.is_set():
                self.longest = max(self.longest, connection.exec_driver_sql(self.WAITED).scalar())
                time.sleep(0.01)


class MysqlApplication(Application):
    WAITING = ("SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE 'Waiting for%%lock' "
               "UNION SELECT trx_mysql_thread_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")

    def __init__(self, database):
        self.query = {}  # of each session: which of its queries it is at
        super().__init__(database)

    def work(self, sql):
        with self.database.alchemy.connect() as connection:
            number = connection.exec_driver_sql("SELECT CONNECTION_ID()").scalar()
            while not self.over.is_set():
                self.query[number] = self.query.get(number, 0) + 1
                with contextlib.suppress(sa.exc.ProgrammingError, sa.exc.OperationalError):
                    connection.exec_driver_sql(sql)
                self.done += 1
                time.sleep(PAUSE)

    def look(self):
        since = {}
        with self.database.alchemy.connect() as connection:
            while not self.over.is_set():
                before, at = time.monotonic(), dict(self.query)
                for (number,) in connection.exec_driver_sql(self.WAITING):
                    if number in at:
                        first = since.setdefault((number, at[number]), time.monotonic())
                        self.longest = max(self.longest, before - first)
                time.sleep(0.01)


class LiteApplication(Application):
    """Readers only, because the blocker itself keeps writers out."""

    def __init__(self, database):
        self.path, self.late = database.alchemy.url.database, 0.0
        super().__init__(database)

    def queries(self):
        return [READ, READ, READ]

    def work(self, sql):
        connection = sqlite3.connect(self.path, timeout=0, isolation_level=None)
        while not self.over.is_set():
            began = time.monotonic()
            while self.locked(connection, sql) and not self.over.is_set():
                time.sleep(0.002)
            self.longest = max(self.longest, time.monotonic() - began - self.late)
            self.done += 1
            time.sleep(PAUSE)
        connection.close()

    @staticmethod
    def locked(connection, sql):
        try:
            connection.execute(sql).fetchall()
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        return False

    def look(self):
        """How late the machine is for what waits for nothing."""
        control = sqlite3.connect(":memory:", isolation_level=None)
        while not self.over.is_set():
            began = time.monotonic()
            control.execute("SELECT 1").fetchall()
            time.sleep(PAUSE)
            self.late = max(self.late, time.monotonic() - began - PAUSE)
        control.close()


HOLD = f"""
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
connection.execute("BEGIN")
print(connection.execute("{READ}").fetchall(), flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def lite_blocker(path):
    """A process of its own: within one, SQLite lets a reader in where there is another already."""
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield


@contextlib.contextmanager
def blocker(database):
    """A session that is in the way: of a row and its table; on SQLite of whoever wants to commit."""
    if database.engine == "sqlite":
        with lite_blocker(database.alchemy.url.database):
            yield
        return
    with database.alchemy.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            connection.exec_driver_sql("UPDATE busy SET p = 1 WHERE id = 1")
            yield


def application(database):
    return {"postgresql": PostgresApplication, "sqlite": LiteApplication}.get(database.engine, MysqlApplication)(database)
