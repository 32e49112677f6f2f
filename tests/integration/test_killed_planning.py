"""Planning is killed anywhere, while the server is asked, a scratch database filled or a file written: nothing of it stays, and the
next run comes to what an undisturbed one does."""

import shutil

import pytest
from support.engines import wait_until
from support.scratch import left_over
from support.trace import rounds, traced

CALLS = {"postgresql": "sendto,recvfrom,poll,openat,write,fsync,rename,unlink",
         "sqlite": "pread64,pwrite64,fcntl,openat,write,fsync,rename,unlink"}
BEFORE = """
CREATE TABLE t (id integer PRIMARY KEY, n numeric(8, 2), a text DEFAULT 'x', CHECK (n > 0));
CREATE INDEX i ON t (lower(a)) WHERE n > 1;
CREATE VIEW v AS SELECT id, a FROM t WHERE a IN ('a', 'b');
"""
AFTER = BEFORE.replace("n > 1", "n > 2").replace("'x'", "'y'") + "CREATE TABLE more (id integer PRIMARY KEY, at timestamp);\n"
CATALOG = {
    "sqlite": "SELECT name, sql FROM sqlite_schema ORDER BY 1",
    "postgresql": "SELECT nspname::text, coalesce(relname::text, ''), coalesce(relfilenode, 0) FROM pg_namespace n"
                  " LEFT JOIN pg_class c ON relnamespace = n.oid WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
                  " ORDER BY 1, 2",
}
SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
# In a scratch database that belongs to a session which is gone.
ORPHANS = r"""SELECT count(*) FROM pg_stat_activity a WHERE datname LIKE 'dbwarden\_scratch%' AND NOT EXISTS (
    SELECT FROM pg_stat_activity o WHERE o.pid = split_part(a.datname, '_', 3)::int)"""


class Planning:
    """A project that is one step behind its schema.sql; each time as if nothing had been remembered."""

    def __init__(self, project):
        self.project, self.database = project, project.database
        yaml = project.folder / "dbwarden.yaml"
        yaml.write_text(yaml.read_text() + "    schema_files: [schema.sql]\n    normalise: server\n")
        project.write("schema.sql", BEFORE)
        project.ok("make-migrations", "first")
        project.ok("migrate")
        project.write("schema.sql", AFTER)
        self.first, self.catalog = self.files(), self.database.query(CATALOG[project.engine])

    def files(self):
        folders = (self.project.migrations, self.project.folder / "dbwarden")
        return {path: path.read_text() for folder in folders for path in folder.rglob("*") if path.is_file()}

    def again(self):
        shutil.rmtree(self.project.folder.parent / "cache", ignore_errors=True)
        for path in self.files().keys() - self.first.keys():
            path.unlink()

    def settled(self):
        if self.project.engine == "postgresql":
            wait_until(lambda: self.database.value(SESSIONS) + self.database.value(ORPHANS) == 0)

    def traced(self, inject, *args):
        self.again()
        outcome, calls = traced(self.project, inject, *args, calls=CALLS[self.project.engine])
        self.settled()
        assert self.database.query(CATALOG[self.project.engine]) == self.catalog, "nothing stays in the database itself"
        return outcome, calls

    def nothing_is_left(self):
        assert self.project.engine != "postgresql" or not left_over(self.database.url)


@pytest.fixture
def planning(any_project):
    return Planning(any_project)


@pytest.mark.parametrize("any_project", ["postgresql", "sqlite"], indirect=True)
def test_make_migrations_killed_anywhere(planning, dice):
    project = planning.project
    calls = planning.traced(None, "make-migrations", "second")[1]
    whole = planning.files()
    for _ in range(rounds(4)):
        call = dice.randint(1, calls)
        print(f"killed at system call {call} of {calls}")
        assert planning.traced(f"signal=KILL:when={call}", "make-migrations", "second")[0].status in (-9, 0)
        shown = {path: text for path, text in planning.files().items() if path.suffix in (".sql", ".json")}
        assert shown.items() <= whole.items(), "each file is whole or absent"
        project.ok("make-migrations", "second")
        assert planning.files() == whole
        planning.nothing_is_left()
    project.ok("migrate")
    assert project.run("diff", "--exit-code").status == 0


@pytest.mark.parametrize("any_project", ["postgresql", "sqlite"], indirect=True)
def test_diff_killed_anywhere(planning, dice):
    project = planning.project
    calls = planning.traced(None, "diff", "--json")[1]
    whole = project.ok("diff", "--json").json
    for _ in range(rounds(4)):
        call = dice.randint(1, calls)
        print(f"killed at system call {call} of {calls}")
        assert planning.traced(f"signal=KILL:when={call}", "diff", "--json")[0].status in (-9, 0)
        assert planning.files() == planning.first
        assert project.ok("diff", "--json").json == whole
        planning.nothing_is_left()


@pytest.mark.parametrize("any_project", ["postgresql", "sqlite"], indirect=True)
@pytest.mark.parametrize("words, left", [(["make-migrations", "second"], "no file was written"), (["diff"], "nothing was changed")])
def test_a_stop_says_what_it_left(planning, words, left, dice):
    calls = planning.traced(None, *words)[1]
    for _ in range(rounds(3)):
        call = dice.randint(1, calls)
        shown = planning.traced(f"signal=INT:when={call}", *words)[0]
        assert shown.status in (0, 130, -2), (call, calls, shown)  # -2: before it listens to signals
        if shown.status == 130:
            assert shown.err.splitlines()[-1] == f"dbwarden: error: interrupted: {left}" or "interrupted before anything was run" in shown.err, shown
            assert planning.files() == planning.first
        planning.nothing_is_left()
