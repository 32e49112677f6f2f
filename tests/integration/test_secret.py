"""A password is in the configuration and on the wire, and nowhere else."""

import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from support.engines import Database, EngineProject, alchemy_base, created, ended, slow, wait_line
from support.project import Project

PASSWORD = "ca:na@ry/%7&s"
PIECES = ["na@ry", "ca:na", quote(PASSWORD, safe=""), "ca%3Ana", "%40ry", "ry/%7"]
USER = {
    "postgresql": ["CREATE ROLE {user} LOGIN SUPERUSER PASSWORD '{password}'"],
    "mariadb": ["CREATE USER {user}@'%' IDENTIFIED BY '{password}'", "GRANT ALL ON *.* TO {user}@'%'"],
}
USER["mysql"] = USER["mariadb"]
COMMANDS = [["migrate", "--dry-run", "-v"], ["migrate", "-v"], ["status"], ["history"], ["lock-status"], ["unlock"], ["config"],
            ["settings", "show"], ["settings", "show", "--all"], ["database", "list"], ["check-db"], ["diff"], ["make-migrations"],
            ["snapshot", "one"], ["new", "more"], ["rollback", "-v"], ["downgrade", "--to", "base"], ["version"],
            ["migrate", "--to-version", "99"], ["status", "-d", "nope"], ["migrate", "--all"]]


def assert_clean(text, where):
    for piece in PIECES:
        assert piece not in text, f"{where}: {text}"


def assert_folder_clean(folder):
    """Everything that was written but the configuration itself."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in ("dbwarden.yaml", "dbwarden.py", "dbwarden.py.bak"):
            assert_clean(path.read_bytes().decode(errors="replace"), path)


def assert_state_clean(database):
    for table in ("_dbwarden_migrations", "_dbwarden_journal", "_dbwarden_lock"):
        if database.has(table):
            assert_clean(repr(database.query(f"SELECT * FROM {table}")), table)


@pytest.fixture(params=["postgresql", "mariadb", "mysql"])
def guarded(request, tmp_path, servers):
    """A project whose user has the password."""
    engine = request.param
    database, drop = created(engine, servers, tmp_path / "project")
    name = database.url.rsplit("/", 1)[1]
    user = f"u_{name}"
    for sql in USER[engine]:
        database.run(sql.format(user=user, password=PASSWORD.replace(":", "\\:")))
    place = database.url[database.url.index("@") + 1:]
    yield EngineProject(tmp_path / "project", Database(engine, f"{engine}://{user}:{quote(PASSWORD, safe='')}@{place}",
                                                       alchemy_base(engine, servers).format(name)))
    if engine == "postgresql":
        database.run(f"DROP OWNED BY {user}")
    drop()
    admin = created(engine, servers, tmp_path)
    admin[0].run(f"DROP USER {user}")
    admin[1]()


def test_every_command(guarded):
    guarded.table("0001", "one")
    guarded.table("0002", "two")
    for args in COMMANDS:
        for more, env in (([], {}), (["--json"], {"DBWARDEN_LOG_JSON": "1"})):
            shown = guarded.run(*args, *more, env={"DBWARDEN_PYTHON": sys.executable, **env})
            assert shown.status in (0, 1, 2), shown
            assert_clean(shown.out, args)
            assert_clean(shown.err, args)
        assert_state_clean(guarded.database)
    assert_folder_clean(guarded.folder)


def test_arguments_and_children(guarded):
    """What other users of the machine can see, while it runs."""
    guarded.migration("0001", "slow", f"CREATE TABLE slow (id integer);\n{slow(guarded.engine, 1.5)}", "DROP TABLE slow;")
    process = guarded.start("migrate")
    wait_line(process, "Starting migration")
    time.sleep(0.2)
    for name in ("cmdline", "environ", "comm"):
        assert_clean(Path(f"/proc/{process.pid}/{name}").read_bytes().decode(errors="replace"), name)
    if guarded.engine != "postgresql":
        assert_clean(repr(guarded.database.query("SELECT * FROM information_schema.processlist")), "processlist")
    else:
        assert_clean(repr(guarded.database.query("SELECT * FROM pg_stat_activity")), "pg_stat_activity")
    assert_state_clean(guarded.database)
    assert ended(process).status == 0


FAILED = ["{engine}://u:{secret}@127.0.0.1:1/d", "{engine}://u:{secret}@nowhere.invalid/d", "{engine}://u:{secret}@{server}/nowhere",
          "{engine}://u:{secret}@127.0.0.1:1/d?sslmode=nonsense&connect_timeout=x", "{engine}://u:{secret}@127.0.0.1:port/d",
          "{engine}+nonsense://u:{secret}@h/d", "{engine}://u:{raw}@127.0.0.1:1/d", "nonsense://u:{secret}@h/d",
          "{engine}://u:c@ca%3Ana?ca%3Ana/x@127.0.0.1:1/d", "{engine}://127.0.0.1:1/d;password={secret}", "{engine}://u%3A{secret}@h/d"]


@pytest.mark.parametrize("url", FAILED)
@pytest.mark.parametrize("engine", ["postgresql", "mariadb", "mysql"])
def test_failing_connections(tmp_path, servers, engine, url):
    server = servers[{"postgresql": "PG15_TCP_URL", "mariadb": "MARIADB_URL", "mysql": "MYSQL_URL"}[engine]]
    server = server[server.index("@") + 1:].rsplit("/", 1)[0]
    text = url.format(engine=engine, secret=quote(PASSWORD, safe=""), raw=PASSWORD, server=server)
    project = Project(tmp_path / "project", text, sys.executable, engine=engine)
    (project.folder / "dbwarden.py").unlink()
    project.write("dbwarden.yaml", "databases:\n  primary:\n    default: true\n"
                  f"    database_type: {engine}\n    database_url_sync: '{text}'\n")
    project.migration("0001", "one", "CREATE TABLE one (id integer);", "DROP TABLE one;")
    ways = [["-C", "."], ["--url", text, "--migrations-dir", "migrations/primary"]]
    for way in ways:
        for args in (["status"], ["migrate", "--json"], ["lock-status", "-v"], ["config"]):
            shown = project.run(*way, *args)
            if args != ["config"] or way != ways[0]:
                assert shown.status in (0, 1, 2, 5) and (args == ["config"] or shown.status != 0), shown
            assert_clean(shown.out + shown.err, args)
    assert_folder_clean(project.folder)


SPY = """
import json, os
json.dump([open("/proc/self/cmdline").read(), dict(os.environ)], open("spy.json", "w"))
from dbwarden import database_config
primary = database_config(database_name="primary", default=True, database_type="postgresql", database_url_sync={url!r})
"""


def test_child_environment(tmp_path):
    """The interpreter that reads dbwarden.py and models gets nothing of ours."""
    url = f"postgresql://u:{quote(PASSWORD, safe='')}@127.0.0.1:1/d"
    project = Project(tmp_path / "project", url, sys.executable)
    project.write("dbwarden.py", SPY.format(url=url))
    project.write("models.py", "import json, os\njson.dump([open('/proc/self/cmdline').read(), dict(os.environ)], open('models.json', 'w'))\n"
                  "raise ImportError('stop here')\n")
    for args in (["status"], ["make-migrations"], ["settings", "show"], ["config"]):
        shown = project.run(*args)
        assert_clean(shown.out + shown.err, args)
    assert_clean((project.folder / "spy.json").read_text(), "the interpreter")


def test_error_in_the_configuration(tmp_path):
    """The line that is wrong may be the one with the password."""
    url = f"postgresql://u:{quote(PASSWORD, safe='')}@h/d"
    for text in (f"primary = database_config(database_url_sync={url!r}, nonsense=1, database_name='primary', default=True)",
                 f"primary = database_config(database_url_sync={url!r} + 1)", f"raise ValueError({url!r}[:14])",
                 f"primary = database_config(database_name='primary', default=True, database_type={url!r})"):
        project = Project(tmp_path / "project", url, sys.executable)
        project.write("dbwarden.py", "from dbwarden import database_config\n" + text + "\n")
        shown = project.run("status", "--json")
        assert shown.status == 1
        assert_clean(shown.out + shown.err, text)


def test_logs_metrics_hooks_and_history(guarded):
    """What machines are told: the log, the file of metrics, what hooks get, the history and the journal."""
    keep = guarded.write("keep.sh", "#!/bin/sh\ncat >> \"$(dirname \"$0\")/events.ndjson\"\n")
    keep.chmod(0o755)
    with open(guarded.folder / "dbwarden.yaml", "a") as file:
        for event in ("before_run", "after_run", "before_file", "after_file", "on_failure"):
            file.write(f"    {event}: ./keep.sh\n")
    guarded.table("0001", "one", "CREATE TABLE more (id integer);")
    guarded.migration("0002", "bad", "INSERT INTO nowhere VALUES (1);", "SELECT 1;")
    for args in (["migrate"], ["rollback"], ["migrate"], ["history"], ["lock-status"]):
        more = ["--metrics-file", "out.prom"] if args[0] in ("migrate", "rollback") else []
        shown = guarded.run(*args, *more, "-v", "--json", env={"DBWARDEN_LOG_JSON": "1"})
        assert_clean(shown.out + shown.err, args)
    assert (guarded.folder / "events.ndjson").read_text().count("on_failure") == 2 and (guarded.folder / "out.prom").exists()
    assert_folder_clean(guarded.folder)
    assert_state_clean(guarded.database)
