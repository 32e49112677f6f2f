"""What may stand where a migration file is expected, and what several databases with files of one name need."""

import os
import stat
import time

import pytest
from support.project import Project

CANARY = "canary7"


def yaml_of(databases):
    return "databases:\n" + "".join(
        f"  {name}:\n    default: {str(i == 0).lower()}\n    database_type: sqlite\n    database_url_sync: sqlite:///./{name}.db\n"
        for i, name in enumerate(databases))


def refused_at_once(project, *args, status=1):
    start = time.monotonic()
    shown = project.run(*args, timeout=20)
    assert shown.status == status, shown
    assert time.monotonic() - start < 5
    return shown.err


def test_what_is_no_file_is_named(lite):
    lite.table("0001", "one")
    (lite.migrations / "primary__0002_folder.sql").mkdir()
    assert "primary__0002_folder.sql: is a folder, and is passed over" in lite.ok("migrate").err
    pipe = lite.migrations / "primary__0003_pipe.sql"
    os.mkfifo(pipe)
    assert "primary__0003_pipe.sql is a pipe, not an ordinary file" in refused_at_once(lite, "migrate")
    pipe.unlink()
    os.mknod(pipe, stat.S_IFSOCK | 0o600)
    assert "is a socket, not an ordinary file" in refused_at_once(lite, "migrate")
    pipe.unlink()
    pipe.symlink_to("/dev/zero")
    assert "is a device, not an ordinary file" in refused_at_once(lite, "migrate")
    assert lite.database.tables() == ["one"]


def test_zeros_are_no_migration(lite):
    with open(lite.migrations / "primary__0001_zeros.sql", "wb") as file:
        file.truncate(500 << 20)
    error = refused_at_once(lite, "migrate")
    assert "primary__0001_zeros.sql:1:1" in error and "the file holds a zero byte" in error


def test_a_bomb_in_yaml_is_refused(lite):
    lines = ["bomb0: &b0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"bomb{i}: &b{i} [{', '.join([f'*b{i - 1}'] * 10)}]" for i in range(1, 12)]
    lite.write("dbwarden.yaml", "\n".join(lines) + "\n" + yaml_of(["primary"]))
    refused_at_once(lite, "status")
    lite.write("dbwarden.yaml", yaml_of(["primary"]) + "    model_paths: &b0 [" + ", ".join(["x"] * 200) + "]\n    include: &b1 [" +
               ", ".join(["*b0"] * 200) + "]\n    exclude: [" + ", ".join(["*b1"] * 200) + "]\n")
    assert "more values than a configuration can need" in refused_at_once(lite, "status")


def test_files_of_one_name_have_snapshots_of_their_own(lite):
    """Without model_paths: SQL by hand is all that there is."""
    lite.write("dbwarden.yaml", yaml_of(["primary", "second"]))
    lite.write("migrations/primary/0001_x.sql", "-- upgrade\nCREATE TABLE a (id INTEGER PRIMARY KEY);\n-- rollback\nDROP TABLE a;\n")
    lite.write("migrations/second/0001_x.sql", "-- upgrade\nCREATE TABLE b (id INTEGER PRIMARY KEY);\n-- rollback\nDROP TABLE b;\n")
    lite.ok("migrate", "--all")
    schemas = lite.folder / "dbwarden" / "schemas"
    assert sorted(path.name for path in schemas.iterdir()) == ["primary__0001_x.schema.json", "second__0001_x.schema.json"]
    for name in ("primary", "second"):
        assert "as 0001_x left it" in lite.ok("diff", "migrations", "-d", name).out
    assert "model_paths is required" in lite.run("make-migrations", "-d", "second", env={"DBWARDEN_PYTHON": "/usr/bin/python3"}).err
    # As older versions wrote it: one name, and whoever came last.
    (schemas / "primary__0001_x.schema.json").unlink()
    (schemas / "second__0001_x.schema.json").rename(schemas / "0001_x.schema.json")
    assert "as 0001_x left it" in lite.ok("diff", "migrations", "-d", "second").out
    assert "no snapshot yet" in lite.ok("diff", "migrations", "-d", "primary").out
    lite.ok("migrate", "-d", "primary")
    assert (schemas / "primary__0001_x.schema.json").exists()


URLS = [CANARY, f"{CANARY}@host/db", f"postgres//u:{CANARY}@h/d", f"sqlite:///./no/a.db?key={CANARY}", f"sqlite:///a.db?uri=true&hexkey={CANARY}",
        f"mysql://u@127.0.0.1:1/d?ssl_key=/{CANARY}.pem&connect_timeout=1", f"postgresql://u@127.0.0.1:1/d?sslkey={CANARY}"]


@pytest.mark.parametrize("url", URLS)
def test_keys_and_what_is_no_url_are_not_shown(tmp_path, url):
    (tmp_path / "migrations").mkdir()
    project = Project(tmp_path, "sqlite:///x.db", "/nonexistent/python")
    (tmp_path / "dbwarden.py").unlink()
    for args in (["status"], ["config"], ["migrate"], ["check-db"], ["diff"], ["settings", "show", "--all"]):
        for given, env in ((["--url", url], {}), ([], {"DATABASE_URL": url})):
            shown = project.run(*given, "--migrations-dir", "migrations", *args, env=env)
            assert CANARY not in shown.out + shown.err, (args, shown)
    project.write("dbwarden.yaml", f"databases:\n  primary:\n    default: true\n    database_url_sync: '{url}'\n")
    for args in (["status"], ["config"], ["settings", "show", "--all"]):
        shown = project.run(*args)
        assert CANARY not in shown.out + shown.err, (args, shown)


def test_rollback_says_what_is_not_as_it_was(any_project):
    any_project.table("0002", "two")
    any_project.ok("migrate")
    time.sleep(1.1)  # some engines note seconds only
    any_project.table("0001", "one")
    any_project.ok("migrate")
    any_project.table("0002", "two", "CREATE TABLE three (id integer PRIMARY KEY);")
    shown = any_project.ok("rollback")
    assert "version 0001 was applied last, but it comes before 0002" in shown.err
    assert "primary__0002_two.sql: was changed after it was applied; its rollback section is run as it stands now" in shown.err
    assert any_project.database.tables() == ["one"]


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_without_server_and_snapshot_nothing_is_written(any_project):
    project = any_project
    there = (project.folder / "dbwarden.yaml").read_text() + "    schema_files: [schema.sql]\n"
    away = there.replace(there.split("database_url_sync:")[1].split("\n")[0], ' "postgresql://u@127.0.0.1:1/d"')
    project.write("schema.sql", "CREATE TABLE t (id int PRIMARY KEY);\n")
    project.write("dbwarden.yaml", away)
    shown = project.run("make-migrations", "first")
    assert shown.status == 5 and "cannot connect" in shown.err and "--offline" in shown.err, shown
    assert project.run("diff").status == 5 and list(project.migrations.iterdir()) == []
    # The files say what is there.
    project.ok("make-migrations", "first", "--offline")
    project.write("schema.sql", "CREATE TABLE t (id int PRIMARY KEY, note text);\n")
    assert project.run("make-migrations", "second").status == 5
    assert "note" in project.ok("diff", "--offline").out
    project.ok("make-migrations", "second", "--offline")
    text = next(project.migrations.glob("*0002_second.sql")).read_text()
    assert "ADD COLUMN note text" in text and "CREATE TABLE" not in text
    assert project.run("make-migrations", "--baseline", "--offline").status == 2
    # The server is back; then it is away again, and there is a snapshot.
    project.write("dbwarden.yaml", there)
    project.ok("migrate")
    project.write("dbwarden.yaml", away)
    shown = project.ok("make-migrations", "third")
    assert "comparing with the snapshot" in shown.err and "No new migrations" in shown.out


@pytest.mark.parametrize("any_project", ["sqlite", "postgresql"], indirect=True)
def test_markers_in_what_make_migrations_writes(any_project):
    """A default, and where there are some a comment, that hold lines like markers: written, read back, run, undone."""
    project, value = any_project, "a\n-- rollback\nDROP TABLE keep;\n-- upgrade\nb"
    project.write("dbwarden.yaml", (project.folder / "dbwarden.yaml").read_text() + "    schema_files: [schema.sql]\n")
    text = f"CREATE TABLE keep (id integer PRIMARY KEY);\nCREATE TABLE t (id integer PRIMARY KEY, v text DEFAULT '{value}');\n"
    if project.engine == "postgresql":
        text += f"COMMENT ON TABLE t IS '{value}';\n"
    project.write("schema.sql", text)
    project.ok("make-migrations", "a")
    project.ok("migrate")
    assert project.run("diff", "--exit-code").status == 0
    project.database.run("INSERT INTO t (id) VALUES (1)")
    assert project.database.value("SELECT v FROM t") == value
    project.ok("rollback")
    assert project.database.tables() == []


def test_init_makes_no_second_configuration(tmp_path):
    """A configuration may have any name; a dbwarden.py beside it would hide it."""
    project = Project(tmp_path / "project", "sqlite:///./app.db", "/usr/bin/python3")
    made, other = project.folder / "dbwarden.py", project.folder / "config.py"
    made.rename(other)
    assert "config.py is already there and was left as it is" in project.ok("init").out
    assert project.ok("init", "--json").json["config_created"] is False
    other.write_text("import no_such_module\n" + other.read_text())
    assert "no_such_module" in project.run("init").err
    assert not made.exists()
    other.write_text("WORD = 'database_config'\n")
    assert "Created dbwarden.py" in project.ok("init").out
