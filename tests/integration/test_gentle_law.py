"""The gentle law: whatever a migration does to a busy table, no query of the application waits for it longer than lock_timeout.

Two readers and a writer of the application work all the time, and one session that holds the table comes in between.  How long
the application waits is taken from the server's own view of its locks, so that a slow machine is no slow query.
"""

import contextlib
import threading
import time

import pytest
import sqlalchemy as sa
from support.engines import ended
from support.trace import rounds

LIMIT = 0.5
MARGIN = 0.1
BEFORE = ("CREATE TABLE busy (id integer PRIMARY KEY, a integer, b text, p integer);\nCREATE TABLE parent (id integer PRIMARY KEY);\n"
          "CREATE INDEX busy_b ON busy (b);\nCREATE VIEW shown AS SELECT id FROM busy;\n"
          "CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n"
          "CREATE TRIGGER old_touch BEFORE INSERT ON busy FOR EACH ROW EXECUTE FUNCTION touched();\n"
          "ALTER TABLE busy ADD CONSTRAINT known CHECK (a > -1) NOT VALID;\nINSERT INTO parent VALUES (1);\n"
          "INSERT INTO busy SELECT i, i, 'x', 1 FROM generate_series(1, 200) i;")
SHAPES = [
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
WAITED = ("SELECT COALESCE(max(extract(epoch FROM clock_timestamp() - l.waitstart)), 0)::float8 FROM pg_locks l "
          "JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted AND a.application_name = 'app' AND a.datname = current_database()")


class Application:
    """Its sessions, and how long the longest of them waited for a lock."""

    def __init__(self, database):
        self.database, self.over, self.longest, self.done = database, threading.Event(), 0.0, 0
        jobs = [lambda c: c.exec_driver_sql("SELECT count(*) FROM busy")] * 2 + [lambda c: c.exec_driver_sql("UPDATE busy SET p = 1 WHERE id = 7")]
        self.threads = [threading.Thread(target=self.work, args=(job,)) for job in jobs] + [threading.Thread(target=self.look)]

    def work(self, job):
        with self.database.alchemy.connect() as connection:
            connection.exec_driver_sql("SET application_name = 'app'")
            while not self.over.is_set():
                with contextlib.suppress(sa.exc.ProgrammingError):
                    job(connection)
                self.done += 1
                time.sleep(0.005)

    def look(self):
        with self.database.alchemy.connect() as connection:
            while not self.over.is_set():
                self.longest = max(self.longest, connection.exec_driver_sql(WAITED).scalar())
                time.sleep(0.01)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_no_query_waits_longer_than_the_limit(any_project, dice):
    """A share of the shapes each time, all of them in a soak; there the blocker holds for ten seconds."""
    project, database = any_project, any_project.database
    shapes = list(dict.fromkeys([SHAPES[0], *dice.sample(SHAPES, min(len(SHAPES), rounds(5)))]))
    hold = 1.6 if len(shapes) < len(SHAPES) else 10
    longest = 0
    for shape in shapes:
        database.run("DROP SCHEMA public CASCADE")
        database.run("CREATE SCHEMA public")
        for path in project.migrations.glob("*.sql"):
            path.unlink()
        project.migration("0001", "before", BEFORE, "")
        project.ok("migrate")
        project.migration("0002", "shape", shape + ";", "", head=f"-- set lock_timeout = {int(LIMIT * 1000)}ms\n")
        with Application(database) as application:
            with database.alchemy.connect() as blocker:
                blocker = blocker.execution_options(isolation_level="REPEATABLE READ")
                with blocker.begin():
                    blocker.exec_driver_sql("UPDATE busy SET p = 1 WHERE id = 1")
                    process = project.start("migrate")
                    time.sleep(hold)
            shown = ended(process, 120)
        assert shown.status == 0, (shape, shown)
        assert application.longest <= LIMIT + MARGIN, (shape, application.longest)
        assert application.done > 50, shape
        longest = max(longest, application.longest)
        print(f"{application.longest:.3f} s: {shape}")
        assert database.versions() == ["0001", "0002"] and database.unfinished() == [], shape
    assert longest > LIMIT / 4, "nobody ever queued up: the law was not put to the test"
