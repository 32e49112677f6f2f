"""Migrations in Python and as shell scripts: done once with their record, undone, and noticed where a run ends in the middle."""

import os
import sys

import pytest
from support.engines import TRANSACTIONAL, killed, wait_until

PYTHON = """# depends_on: ["0001"]
from sqlalchemy import text


def upgrade(connection):
    for row in connection.execute(text("SELECT id, name FROM t")).all():
        connection.execute(text("UPDATE t SET slug = :slug WHERE id = :id"), {"slug": row.name.lower(), "id": row.id})


def rollback(connection):
    connection.execute(text("UPDATE t SET slug = NULL"))
"""


def program(project, version, name, text):
    return project.write(f"migrations/{project.name}/{project.name}__{version}_{name}", text)


@pytest.fixture
def filled(any_project):
    any_project.python = sys.executable
    any_project.migration("0001", "t", "CREATE TABLE t (id integer, name varchar(20), slug varchar(20));\n"
                          "INSERT INTO t VALUES (1, 'Ann', NULL), (2, 'BOB', NULL);", "DROP TABLE t;")
    return any_project


def is_gone(pid):
    """Or dead, and only its parent has not looked yet."""
    try:
        return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def slugs(project):
    return project.database.query("SELECT slug FROM t ORDER BY id")


def applied(project):
    return [row["filename"] for row in project.ok("status", "--json").json["migrations"] if row["status"] == "applied"]


def test_python_runs_once_and_back(filled):
    program(filled, "0002", "slugs.py", PYTHON)
    shown = filled.ok("migrate", "--dry-run").out
    assert 'UPDATE t SET slug = :slug' in shown and "is a program" in shown
    filled.ok("migrate")
    assert slugs(filled) == [("ann",), ("bob",)]
    assert applied(filled) == ["primary__0001_t.sql", "primary__0002_slugs.py"]
    assert "up to date" in filled.ok("migrate").out
    filled.ok("rollback")
    assert slugs(filled) == [(None,), (None,)]
    assert applied(filled) == ["primary__0001_t.sql"]


FAULTS = {
    "raises": ("    raise ValueError('late')\n", ".py:7: ValueError: late"),
    "commits": ("    connection.commit()\n", ".py:7: the migration ends its transaction itself, by commit()"),
    "commits_in_sql": ("    connection.execute(text('COMMIT'))\n", ".py:7: the migration ends its transaction itself, by COMMIT"),
    "exits": ("    raise SystemExit(0)\n", ".py:7: the migration calls sys.exit()"),
    "dies": ("    import os; os._exit(0)\n", "ended with status 0 before it answered"),
    "imports": ("    import nowhere\n", ".py:7: ModuleNotFoundError: No module named 'nowhere'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_of_a_failure_is_kept(filled, fault):
    line, sentence = FAULTS[fault]
    program(filled, "0002", "bad.py", "from sqlalchemy import text\n\n\ndef upgrade(connection):\n"
            "    connection.execute(text(\"UPDATE t SET slug = 'x'\"))\n\n" + line)
    outcome = filled.run("migrate")
    assert outcome.status == 1 and sentence in outcome.err, outcome
    assert slugs(filled) == [(None,), (None,)]
    assert applied(filled) == ["primary__0001_t.sql"]


MODULES = {
    "nothing": ("x = 1\n", "there is no function upgrade(connection) in it"),
    "two": ("def upgrade(connection, session):\n    pass\n", "upgrade has to take one argument: upgrade(connection)"),
    "wrong": ("def upgrade(connection):\n    pass\n    (\n", "SyntaxError: '(' was never closed"),
    "needs": ("# depends_on: 0001\ndef upgrade(connection):\n    pass\n", 'Write it as: # depends_on: ["0002"]'),
}


@pytest.mark.parametrize("module", MODULES)
def test_what_is_wrong_with_a_module(lite, module):
    lite.python = sys.executable
    text, sentence = MODULES[module]
    program(lite, "0001", "bad.py", text)
    outcome = lite.run("migrate")
    assert outcome.status == 1 and sentence in outcome.err, outcome
    assert applied(lite) == []


def test_helpers_are_no_migrations(lite):
    program(lite, "0001", "t.sh", "true\n")
    lite.write("migrations/primary/__init__.py", "")
    lite.write("migrations/primary/tools.py", "")
    lite.write("migrations/primary/deploy.sh", "exit 1\n")
    lite.write("migrations/primary/0002-late.py", "")
    outcome = lite.ok("migrate")
    assert "0002-late.py: is not run, because its name is not one of a migration; primary__0002_late.py would be" in outcome.err
    assert applied(lite) == ["primary__0001_t.sh"]


def test_shell_gets_what_it_needs(filled):
    program(filled, "0002", "told.sh", 'set -eu\necho "$DBWARDEN_DATABASE $DBWARDEN_DIRECTION" > told\n'
            'echo "$DBWARDEN_URL" > url\necho "$#" > count\n[ $# = 0 ] || echo "$1" > file\n'
            'cat "${DBWARDEN_PASSWORD_FILE:-/dev/null}" > password\n')
    program(filled, "0002", "told.rollback.sh", 'echo "$DBWARDEN_DATABASE $DBWARDEN_DIRECTION" > told\n')
    filled.ok("migrate")
    said = {name: (filled.folder / name).read_text().strip() for name in ("told", "url", "count", "password")}
    assert said["told"] == "primary upgrade"
    password = filled.database.alchemy.url.password or ""
    assert said["password"] == password and f":{password}@" not in said["url"]
    if filled.engine == "sqlite":
        assert (filled.folder / "file").read_text().strip() == filled.database.alchemy.url.database
    else:
        assert said["count"] == "0"
    filled.ok("rollback")
    assert (filled.folder / "told").read_text().strip() == "primary rollback"
    assert applied(filled) == ["primary__0001_t.sql"]


def test_a_shell_script_that_says_no(filled):
    path = program(filled, "0002", "no.sh", "echo started\necho 'disk is full' >&2\nexit 3\n")
    outcome = filled.run("migrate")
    assert outcome.status == 1 and "no.sh: the script ended with status 3: disk is full" in outcome.err
    assert "started" in outcome.err
    path.write_text("echo 'nearly full' >&2\n")
    assert "nearly full" in filled.ok("migrate").err
    assert applied(filled)[-1] == "primary__0002_no.sh"
    outcome = filled.run("rollback")
    assert outcome.status == 1 and "has no script beside it that undoes it" in outcome.err


def test_a_time_limit_ends_it(lite):
    program(lite, "0001", "slow.sh", "sleep 60\n")
    outcome = lite.run("migrate", "--time-limit", "1")
    assert outcome.status == 1 and "took longer than 1 s and was ended" in outcome.err


@pytest.mark.parametrize("answer", ["done", "again"])
def test_a_shell_script_ends_with_its_runner(filled, answer):
    """And the next run asks, because nobody knows what it did."""
    text = "echo x >> runs\necho $$ > pid\n[ -e go ] || sleep 60\n"
    program(filled, "0002", "slow.sh", text)
    with filled.start("migrate") as process:
        wait_until(lambda: (filled.folder / "pid").exists() and (filled.folder / "pid").read_text().strip())
        killed(process)
    pid = int((filled.folder / "pid").read_text())
    wait_until(lambda: is_gone(pid))
    (filled.folder / "go").touch()
    outcome = filled.run("migrate")
    assert outcome.status == 1 and "was interrupted while it ran, and nobody can tell how far it came" in outcome.err
    assert applied(filled) == ["primary__0001_t.sql"]
    filled.ok("migrate", "--interrupted", answer)
    assert applied(filled)[-1] == "primary__0002_slow.sh"
    assert len((filled.folder / "runs").read_text().split()) == (2 if answer == "again" else 1)


def test_python_ends_with_its_runner(filled):
    """Where DDL is transactional nothing is left of it, and the next run begins again; elsewhere it asks."""
    waits = PYTHON.replace("\n\ndef rollback", "    import os, time\n    open('pid', 'w').write(str(os.getpid()))\n"
                           "    while not os.path.exists('go'):\n        time.sleep(0.05)\n\n\ndef rollback")
    program(filled, "0002", "slow.py", waits)
    with filled.start("migrate") as process:
        wait_until(lambda: (filled.folder / "pid").exists() and (filled.folder / "pid").read_text())
        killed(process)
    pid = int((filled.folder / "pid").read_text())
    wait_until(lambda: is_gone(pid))
    (filled.folder / "go").touch()
    outcome = filled.run("migrate")
    if filled.engine in TRANSACTIONAL:
        assert outcome.status == 0, outcome
    else:
        assert outcome.status == 1 and "nobody can tell how far it came" in outcome.err
        filled.ok("migrate", "--interrupted", "again")
    assert slugs(filled) == [("ann",), ("bob",)]


@pytest.mark.parametrize("name, option, sentence", [
    ("slugs.sh", "--sandbox", "a script is not run on a copy of the database"),
    ("slugs.py", "--atomic", "cannot be part of one transaction: it is a program")])
def test_a_program_is_not_run_where_it_could_do_harm(lite, name, option, sentence):
    program(lite, "0001", name, "def upgrade(connection):\n    pass\n" if name.endswith("py") else "echo x > ran\n")
    outcome = lite.run("migrate", option)
    assert outcome.status == 1 and sentence in outcome.err
    assert applied(lite) == [] and not (lite.folder / "ran").exists()


def test_an_asynchronous_function(lite):
    lite.python = sys.executable
    program(lite, "0001", "late.py", "import asyncio\nfrom sqlalchemy import text\n\n\nasync def upgrade(connection):\n"
            "    await asyncio.sleep(0)\n    connection.execute(text('CREATE TABLE late (id integer)'))\n")
    lite.ok("migrate")
    assert lite.database.has("late")


def test_python_in_copies(schema_project):
    """A sandbox and scratch databases get their own connection: what is proved there reaches nothing else."""
    project = schema_project
    project.python = sys.executable
    made = "CREATE TABLE t (id integer PRIMARY KEY, name varchar(20), slug varchar(20));"
    project.write("schema.sql", made)
    project.migration("0001", "t", made, "DROP TABLE t;")
    project.ok("migrate")
    project.database.run("INSERT INTO t VALUES (1, 'Ann', NULL)")
    program(project, "0002", "slugs.py", PYTHON)
    said = project.ok("migrate", "--sandbox", *project.options)
    assert "primary__0002_slugs.py" in said.err
    assert project.database.query("SELECT slug FROM t") == [(None,)]
    proved = {each["filename"]: each["rollback"] for each in project.ok("verify", "--json", *project.options).json["rollbacks"]}
    assert proved["primary__0002_slugs.py"] == "holds"
    made = "from sqlalchemy import text\n\n\ndef upgrade(connection):\n    connection.execute(text('CREATE TABLE made (id integer)'))\n"
    program(project, "0003", "made.py", made + "\n\ndef rollback(connection):\n    connection.execute(text('DROP TABLE made'))\n")
    changes = project.ok("diff", "--from", "db", "--to", "migrations", "--format", "json", *project.options).json["changes"]
    assert [change["object"] for change in changes] == ["table made"]


def test_a_copy_of_the_process_ends_with_the_function(filled):
    """It is done first here, and must neither commit nor answer for the one that still works."""
    text = PYTHON.replace("    for row in", "    import os, time\n    if not os.fork():\n        return\n    time.sleep(0.5)\n    for row in")
    program(filled, "0002", "slugs.py", text)
    assert filled.ok("migrate", "--json").json["applied"][-1]["filename"] == "primary__0002_slugs.py"
    assert slugs(filled) == [("ann",), ("bob",)]


def test_a_shell_script_has_nothing_to_read(lite):
    program(lite, "0001", "asks.sh", 'if read answer; then exit 1; fi\n')
    lite.ok("migrate")


@pytest.mark.parametrize("kind", ["python", "shell"])
def test_new(lite, kind):
    lite.python = sys.executable
    path = lite.ok("new", "fill slugs", "--type", kind, "--json").json["path"]
    assert path.endswith({"python": ".py", "shell": ".sh"}[kind])
    lite.ok("migrate")
    assert applied(lite) == [os.path.basename(path)]
