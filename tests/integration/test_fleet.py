"""Many databases at once: --all --jobs, and entries with targets.  Under ThreadSanitizer in a soak, where a report of it ends the program with 66."""

import os
import shutil
import signal
import socket
import sqlite3
import time

import pytest
import sqlalchemy as sa
from support.engines import EngineProject, alchemy_base, created, wait_until
from support.trace import traced

JOBS = ("--jobs", "16")
FILES = 5
MANY = 300


def table(number):
    return (f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY, a VARCHAR(20));\nINSERT INTO t{number} VALUES (1, 'x');",
            f"DROP TABLE t{number}")


def named(lite, n, last="SELECT 1"):
    """A project of n databases of SQLite, each with files of its own; the last one has `last` in its second file."""
    entries = []
    for i in range(n):
        name = f"d{i:02}"
        entries.append(f"  {name}:\n    database_type: sqlite\n    database_url_sync: sqlite:///./{name}.db\n"
                       f"    default: {'true' if i == 0 else 'false'}\n")
        for number in range(1, FILES + 1):
            up, down = table(number)
            if i == n - 1 and number == 2:
                up = f"{up}\n{last};"
            lite.write(f"migrations/{name}/{name}__{number:04}_t{number}.sql",
                       f"-- upgrade\n\n{up}\n\n-- rollback\n\n{down};\n")
    lite.write("dbwarden.yaml", "databases:\n" + "".join(entries))
    return [f"d{i:02}" for i in range(n)]


def rows(path):
    """The rows of each of our tables, and what is recorded as applied."""
    with sqlite3.connect(path) as connection:
        names = [name for name, in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 't%' ORDER BY 1")]
        applied = [version for version, in connection.execute("SELECT version FROM _dbwarden_migrations ORDER BY 1")]
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}, applied


WHOLE = ({f"t{number}": 1 for number in range(1, FILES + 1)}, [f"{number:04}" for number in range(1, FILES + 1)])


def test_databases_at_once(lite):
    """As one after the other: the same replies in the order of the configuration, and every file once."""
    names = named(lite, 32)
    shown = lite.ok("migrate", "--all", *JOBS, "--json").json["databases"]
    assert [part["database"] for part in shown] == names
    assert all(len(part["applied"]) == FILES for part in shown)
    assert [rows(lite.folder / f"{name}.db") for name in names] == [WHOLE] * 32
    assert all(part["up_to_date"] for part in lite.ok("migrate", "--all", *JOBS, "--json").json["databases"])
    assert [part["pending"] for part in lite.ok("status", "--all", *JOBS, "--json").json["databases"]] == [0] * 32
    assert lite.ok("rollback", "--all", *JOBS, "--count", "2").out.count("2 migrations reverted") == 32
    history = lite.ok("history", "--all", *JOBS, "--json").json["databases"]
    assert [len(part["migrations"]) for part in history] == [FILES - 2] * 32


def test_text_is_that_of_one_after_the_other(lite):
    named(lite, 6)
    one = lite.ok("migrate", "--all").out
    for path in lite.folder.glob("*.db"):
        path.unlink()
    assert lite.ok("migrate", "--all", *JOBS).out == one


def test_one_fails(lite):
    """The others are done, it is named, and the next run does the rest of it."""
    names = named(lite, 8, last="INSERT INTO nowhere VALUES (1)")
    shown = lite.run("migrate", "--all", *JOBS)
    assert shown.status == 1 and "1 of 8 databases failed: d07" in shown.err
    assert [rows(lite.folder / f"{name}.db") for name in names[:-1]] == [WHOLE] * 7
    named(lite, 8)
    shown = lite.ok("migrate", "--all", *JOBS, "--json").json["databases"]
    assert [len(part["applied"]) for part in shown] == [0] * 7 + [FILES - 1]


def test_exit_status_is_the_worst(lite):
    """What cannot be reached is 5, what is locked 4; with another failure beside it is 1."""
    names = named(lite, 4)
    lite.ok("migrate", "--all")
    (lite.folder / "d02.db").unlink()
    (lite.folder / "d02.db").mkdir()
    assert lite.run("status", "--all", *JOBS).status == 5
    shutil.rmtree(lite.folder / "migrations" / names[1])
    assert lite.run("status", "--all", *JOBS).status == 1


def test_stop_and_go_on(lite):
    """An interruption stops all threads between statements, a kill anywhere; the next run ends where it should."""
    names = named(lite, 24)
    for number in (signal.SIGINT, signal.SIGKILL, signal.SIGTERM):
        process = lite.start("migrate", "--all", *JOBS)
        time.sleep(0.03)
        process.send_signal(number)
        process.communicate(timeout=60)
        assert process.returncode in (0, -number, 130)
    lite.ok("migrate", "--all", *JOBS)
    assert [rows(lite.folder / f"{name}.db") for name in names] == [WHOLE] * 24
    assert not list(lite.folder.glob("dbwarden/schemas/.dbwarden-*"))


# ---- entries with targets

def fleet(lite, targets, settings="    database_type: sqlite\n", files=FILES, broken=None):
    """A configuration with one entry, and its files; `broken`: a version that some targets cannot take."""
    lite.write("dbwarden.yaml", f"databases:\n  tenants:\n    default: true\n{settings}    targets: {targets}\n")
    for number in range(1, files + 1):
        up, down = table(number)
        if number == broken:
            up = f"{up}\nINSERT INTO poison VALUES (1);"
        lite.write(f"migrations/tenants/tenants__{number:04}_t{number}.sql",
                   f"-- upgrade\n\n{up}\n\n-- rollback\n\n{down};\n")


def lite_files(lite, n):
    (lite.folder / "data").mkdir()
    paths = [lite.folder / "data" / f"t{i:03}.db" for i in range(n)]
    for path in paths:
        path.touch()
    return paths


def poisoned(path):
    """Takes no row: whoever writes into it fails."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE poison (id INTEGER CHECK (id > 1))")


def healed(path):
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE poison")
        connection.execute("CREATE TABLE poison (id INTEGER)")


FILES_OF = "{files: data/*.db}"


def test_files_as_targets(lite):
    paths = lite_files(lite, 50)
    fleet(lite, FILES_OF)
    shown = lite.ok("migrate", *JOBS)
    assert "50 targets: 50 up to date." in shown.out and "0005" in shown.out
    assert [rows(path) for path in paths] == [WHOLE] * 50
    assert "tenants:data/t007.db: 5 applied" in shown.err and len(shown.err.splitlines()) == 50
    assert [path.name for path in lite.folder.glob("dbwarden/schemas/*")] == ["tenants__0005_t5.schema.json"]
    again = lite.ok("migrate", *JOBS, "--json").json
    assert again["database"] == "tenants" and again["summary"]["up_to_date"] == 50
    assert [row["target"] for row in again["targets"]] == [f"data/{path.name}" for path in paths]
    assert {row["applied"] for row in again["targets"]} == {0}
    assert lite.ok("rollback", "--all", *JOBS, "--json").json["databases"][0]["summary"]["done"] == 50
    status = lite.ok("status", *JOBS)
    assert "50 targets: 50 behind." in status.out and not status.err
    assert lite.run("status", *JOBS, "--exit-code").status == 3
    history = lite.ok("history", *JOBS, "--json").json["targets"]
    assert {(row["migrations"], row["version"]) for row in history} == {(4, "0004")}


def test_one_target(lite):
    """NAME:TARGET is a database as any other; an entry alone stands for its first target where only one can be meant."""
    paths = lite_files(lite, 3)
    fleet(lite, FILES_OF)
    lite.ok("migrate", "-d", "tenants:data/t001.db")
    assert rows(paths[1]) == WHOLE and paths[0].stat().st_size == 0
    assert lite.ok("status", "-d", "tenants:data/t001.db", "--json").json["pending"] == 0
    assert "0005     1        data/t001.db" in lite.ok("status").out
    wrong = lite.run("status", "-d", "tenants:data/t00.db")
    assert wrong.status == 2 and "tenants has no target data/t00.db" in wrong.err and "Did you mean" in wrong.err
    assert lite.ok("check-db", "--json").json["tables"] == {}
    lite.ok("migrate", "--sandbox", "-d", "tenants:data/t000.db")
    assert paths[0].stat().st_size == 0
    assert lite.run("migrate", "--sandbox").status == 2


def test_stop_at_the_first_failure(lite):
    """Nothing more is begun; what runs is ended; the next run does what is not done, and only that."""
    paths = lite_files(lite, 40)
    fleet(lite, FILES_OF, broken=3)
    for i, path in enumerate(paths):
        if i == 9:
            poisoned(path)
        else:
            sqlite3.connect(path).execute("CREATE TABLE poison (id)")
    shown = lite.run("migrate", "--jobs", "2", "--json")
    summary = shown.json["summary"]
    assert shown.status == 1 and "1 of 40 targets of tenants failed: data/t009.db" in shown.err
    assert summary["failed"] == 1 and 9 <= summary["done"] <= 12 and summary["not_begun"] == 39 - summary["done"]
    assert "CHECK constraint" in shown.json["targets"][9]["error"]
    going = lite.run("migrate", *JOBS, "--keep-going", "--json")
    assert going.status == 1 and going.json["summary"]["done"] == 39
    assert {row["applied"] for row in going.json["targets"][:9]} == {0}
    healed(paths[9])
    last = lite.ok("migrate", *JOBS, "--json").json["targets"]
    assert [row["applied"] for row in last] == [0] * 9 + [3] + [0] * 30


def test_canary_and_waves(lite):
    paths = lite_files(lite, 12)
    fleet(lite, FILES_OF, broken=2)
    for i, path in enumerate(paths):
        if i == 0:
            poisoned(path)
        else:
            sqlite3.connect(path).execute("CREATE TABLE poison (id)")
    shown = lite.run("migrate", *JOBS, "--canary", "1", "--keep-going", "--json")
    assert shown.status == 1 and shown.json["summary"]["not_begun"] == 11
    healed(paths[0])
    sqlite3.connect(paths[5]).execute("DROP TABLE poison")
    shown = lite.run("migrate", *JOBS, "--canary", "1", "--wave", "6", "--json")
    assert [shown.json["summary"][key] for key in ("done", "failed", "not_begun")] == [6, 1, 5]
    shown = lite.run("migrate", *JOBS, "--wave", "4", "--keep-going", "--json")
    assert [shown.json["summary"][key] for key in ("done", "failed", "not_begun")] == [11, 1, 0]


def test_killed_in_the_middle(lite):
    paths = lite_files(lite, 50)
    fleet(lite, FILES_OF)
    for seconds in (0.05, 0.15, 0.3):
        process = lite.start("migrate", *JOBS)
        time.sleep(seconds)
        process.kill()
        process.communicate()
    lite.ok("migrate", *JOBS)
    assert [rows(path) for path in paths] == [WHOLE] * 50


def test_three_of_many_are_down(lite):
    """They are named, the others are done, and the next run touches these three alone."""
    paths = lite_files(lite, MANY)
    fleet(lite, FILES_OF, files=1)
    down = [paths[i] for i in (17, MANY // 2, MANY - 1)]
    for path in down:
        path.write_text("this is not a database\n" * 100)
    said = ", ".join(f"data/{path.name}" for path in down)

    def migrate():
        shown = lite.run("migrate", *JOBS, "--keep-going", "--json")
        assert shown.status == 5 and f"3 of {MANY} targets of tenants failed: {said}" in shown.err, shown.err[-2000:]
        return shown.json

    first = migrate()
    assert first["summary"]["done"] == MANY - 3 and first["summary"]["failed"] == 3
    times = {path: path.stat().st_mtime_ns for path in paths}
    assert migrate()["summary"]["up_to_date"] == MANY - 3
    for path in down:
        path.write_bytes(b"")
    last = lite.ok("migrate", *JOBS, "--json").json
    assert [row["target"] for row in last["targets"] if row["applied"]] == [f"data/{path.name}" for path in down]
    assert all(path.stat().st_mtime_ns == times[path] for path in paths if path not in down)


def test_interrupted(lite):
    """It is said what was not begun, and a second run does it."""
    paths = lite_files(lite, 50)
    fleet(lite, FILES_OF)
    process = lite.start("migrate", "--jobs", "4", "--json")
    wait_until(lambda: any(path.stat().st_size for path in paths[5:]) or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode in (0, 130)
    if process.returncode:
        assert " not begun" in err and '"outcome": "not begun"' in out
    lite.ok("migrate", *JOBS)
    assert [rows(path) for path in paths] == [WHOLE] * 50


@pytest.mark.parametrize("command", [("diff", "migrations"), ("status",), ("history",), ("lock-status",)], ids=" ".join)
def test_interrupted_while_looking(lite, command):
    """What only looks has nothing to go on with."""
    lite_files(lite, 60)
    fleet(lite, FILES_OF)
    lite.ok("migrate", *JOBS)
    calls = traced(lite, None, *command, calls="openat")[1]
    shown, _ = traced(lite, f"signal=INT:when={calls * 3 // 4}", *command, calls="openat")
    assert shown.status == 130 and " not begun" in shown.err and "Nothing was changed" in shown.err, shown
    assert "goes on there" not in shown.err, shown


def test_drift(lite):
    """Each is held against the one snapshot of the entry; models only against the first."""
    paths = lite_files(lite, 6)
    fleet(lite, FILES_OF)
    lite.ok("migrate", *JOBS)
    sqlite3.connect(paths[4]).execute("CREATE INDEX stray ON t1 (a)")
    shown = lite.ok("diff", "migrations", *JOBS)
    assert "Different: data/t004.db" in shown.out and "6 targets: 5 as they should be, 1 different." in shown.out
    shown = lite.run("diff", "migrations", "--all", *JOBS, "--json", "--exit-code")
    assert shown.status == 3
    assert [row["differences"] for row in shown.json["databases"][0]["targets"]] == [0, 0, 0, 0, 1, 0]


def test_development(lite):
    """One development database stands in for all targets."""
    paths = lite_files(lite, 2)
    fleet(lite, FILES_OF, "    database_type: sqlite\n    dev_database_type: sqlite\n    dev_database_url: sqlite:///dev.db\n")
    lite.ok("--dev", "migrate")
    assert rows(lite.folder / "dev.db") == WHOLE and {path.stat().st_size for path in paths} == {0}


def test_rows_as_targets(lite):
    lite_files(lite, 3)
    with sqlite3.connect(lite.folder / "registry.db") as connection:
        connection.execute("CREATE TABLE tenants (file TEXT, url TEXT)")
        connection.executemany("INSERT INTO tenants VALUES (?, ?)", [
            (f"data/t{i:03}.db", f"sqlite:///data/t{i:03}.db") for i in (2, 0)])
    registry = "    database_type: sqlite\n    database_url_sync: sqlite:///registry.db\n"
    fleet(lite, '{query: "SELECT file FROM tenants", of: files}', registry)
    shown = lite.ok("migrate", *JOBS, "--json").json
    assert [row["target"] for row in shown["targets"]] == ["data/t002.db", "data/t000.db"]
    fleet(lite, '{query: "SELECT url FROM tenants", of: urls}', registry)
    assert lite.ok("status", *JOBS, "--json").json["summary"]["up_to_date"] == 2


@pytest.mark.parametrize("make, said", [
    (lambda path: path.symlink_to("t000.db"), "the targets data/t000.db and data/t9.db are the same file"),
    (lambda path: path.hardlink_to(path.parent / "t000.db"), "the targets data/t000.db and data/t9.db are the same file"),
    (lambda path: path.symlink_to("nowhere.db"), "the target data/t9.db is a link that leads nowhere"),
    (lambda path: os.mkfifo(path), "the target data/t9.db is not a plain file"),
    (lambda path: socket.socket(socket.AF_UNIX).bind(str(path)), "the target data/t9.db is not a plain file"),
    (lambda path: path.mkdir(), None),
    (lambda path: (path.parent.parent / "elsewhere.db").touch() or path.symlink_to("../elsewhere.db"), None),
], ids=["link", "hard link", "dangling", "fifo", "socket", "folder", "link elsewhere"])
def test_what_a_pattern_finds(lite, monkeypatch, make, said):
    """A database under two names would be migrated by two at once, and what is no database would be missed in silence."""
    lite_files(lite, 2)
    fleet(lite, FILES_OF)
    monkeypatch.chdir(lite.folder)  # the name of a socket is short
    make((lite.folder / "data" / "t9.db").relative_to(lite.folder))
    shown = lite.run("migrate", *JOBS)
    assert shown.status == (1 if said else 0) and (said or "") in shown.err, shown
    if said and "same file" in said:
        fleet(lite, '{query: "SELECT \'data/t000.db\' UNION SELECT \'data/t9.db\'", of: files}', settings="    database_type: sqlite\n    database_url_sync: sqlite:///./registry.db\n")
        (lite.folder / "registry.db").touch()
        assert said in lite.run("migrate", *JOBS).err


@pytest.mark.parametrize("targets, said", [
    ("{files: nothing/*.db}", "dbwarden.yaml:5: tenants: there is no target like nothing/*.db"),
    ('{query: "SELECT file FROM tenants WHERE file IS NULL AND 0", of: files}', "dbwarden.yaml:5: tenants: the query for"
     " targets gives no row"),
    ('{query: "SELECT \'a.db\' UNION ALL SELECT \'a.db\'", of: files}', "dbwarden.yaml:5: tenants: the target a.db is there"
     " twice"),
    ('{query: "SELECT NULL", of: files}', "row 1 of the query for targets names none"),
    ('{query: "SELECT nonsense", of: files}', "dbwarden.yaml:5: tenants: the targets cannot be found out: no such column"),
    ('{query: "SELECT \'mysql://u:canary@h/d\'", of: urls}', "gives mysql://u:***@h/d, which is not a URL of SQLite"),
    ('{query: "SELECT 1", of: nothing}', 'dbwarden.yaml:5: targets: of is "nothing"'),
    ('{query: "SELECT 1"}', "dbwarden.yaml:5: targets: it is not said of what the query gives the names"),
    ("{schemas: tenant_%}", "dbwarden.yaml:5: tenants: SQLite has no schemas that could be targets"),
    ("{files: a.db, query: SELECT 1}", "dbwarden.yaml:5: targets: a pattern and a query cannot stand beside each other"),
    ("{fils: a.db}", 'dbwarden.yaml:5: targets: there is no key "fils"'),
    ("{files: 7}", "dbwarden.yaml:5: targets: files must be a text that is not empty"),
    ("data/*.db", 'dbwarden.yaml:5: targets is "data/*.db": it must be a mapping such as'),
    ("{}", "dbwarden.yaml:5: targets: there is neither a pattern nor a query"),
])
def test_what_is_wrong(lite, targets, said):
    with sqlite3.connect(lite.folder / "registry.db") as connection:
        connection.execute("CREATE TABLE tenants (file TEXT)")
    text = "    database_type: sqlite\n    database_url_sync: sqlite:///registry.db\n"
    fleet(lite, targets, text)
    settings = (lite.folder / "dbwarden.yaml").read_text().replace("    default: true\n", "")
    lite.write("dbwarden.yaml", f"{settings}    default: true\n")
    shown = lite.run("migrate")
    assert shown.status == 1 and said in shown.err and "canary" not in shown.err, shown


def test_python_configuration(project):
    """The same in dbwarden.py."""
    (project.folder / "data").mkdir()
    for i in range(3):
        (project.folder / "data" / f"t{i}.db").touch()
    project.write("dbwarden.py", "from dbwarden import database_config\n\ndatabase_config(database_name='primary', default=True,"
                  " database_type='sqlite',\n    targets={'files': 'data/*.db'})\n")
    project.migration("0001", "one", "CREATE TABLE one (id INTEGER);", "DROP TABLE one;")
    assert project.ok("migrate", "--json").json["summary"]["up_to_date"] == 3
    project.write("dbwarden.py", (project.folder / "dbwarden.py").read_text().replace("'files'", "'file'"))
    assert 'dbwarden.py:4: targets: there is no key "file"' in project.run("migrate").err


# ---- servers

@pytest.fixture
def pg(tmp_path, servers):
    database, drop = created("postgresql", servers, tmp_path / "project")
    yield EngineProject(tmp_path / "project", database)
    drop()


def schema_fleet(pg, n, targets="{schemas: 'tenant\\_%'}"):
    for i in range(n):
        pg.database.run(f'CREATE SCHEMA "tenant_{i:02}"')
    fleet(pg, targets, f"    database_type: postgresql\n    database_url_sync: \"{pg.database.url}\"\n")
    return [f"tenant_{i:02}" for i in range(n)]


def schema_state(pg, name):
    tables = [table for table, in pg.database.query(f"SELECT tablename FROM pg_tables WHERE schemaname = '{name}' AND"
                                                    " tablename LIKE 't%' ORDER BY 1")]
    versions = [row[0] for row in pg.database.query(f'SELECT version FROM "{name}"._dbwarden_migrations ORDER BY 1')]
    return {table: pg.database.value(f'SELECT count(*) FROM "{name}".{table}') for table in tables}, versions


def test_schemas_as_targets(pg):
    """Each with its own state tables and its own lock; nothing of it in public or in schemas beside."""
    names = schema_fleet(pg, 20)
    pg.database.run("CREATE SCHEMA tenantless")
    assert pg.ok("migrate", *JOBS, "--json").json["summary"]["up_to_date"] == 20
    assert [schema_state(pg, name) for name in names] == [WHOLE] * 20
    assert pg.database.value("SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'tenantless')") == 0
    snapshot = (pg.folder / "dbwarden/schemas/tenants__0005_t5.schema.json").read_text()
    assert "tenant_01" not in snapshot and '"t5"' in snapshot
    pg.database.run('CREATE TABLE tenant_03.stray (id integer)')
    assert "agree" not in pg.run("diff", "migrations", "-d", "tenants:tenant_03").out
    assert "The database is as tenants__0005_t5 left it" in pg.ok("diff", "migrations", "-d", "tenants:tenant_04").out
    assert pg.ok("rollback", *JOBS, "--count", "5", "--json").json["summary"]["done"] == 20
    assert {schema_state(pg, name) == ({}, []) for name in names} == {True}


def test_one_schema_of_many_is_read_alone(pg):
    """What is in schemas beside costs nothing and is not told; what this one needs of them is there."""
    schema_fleet(pg, 3)
    pg.database.run("CREATE TABLE public.shared (id integer PRIMARY KEY)")
    pg.database.run("CREATE TYPE public.mood AS ENUM ('ok')")
    pg.write("migrations/tenants/tenants__0006_of_others.sql",
             "-- upgrade\n\nCREATE TABLE mine (id serial PRIMARY KEY REFERENCES public.shared (id), m public.mood DEFAULT 'ok', n integer);\n"
             "CREATE VIEW seen AS SELECT mine.id, m FROM mine JOIN public.shared USING (id);\n\n-- rollback\n\nDROP TABLE mine CASCADE;\n")
    pg.ok("migrate", *JOBS)
    pg.database.run("INSERT INTO public.shared VALUES (1), (2); INSERT INTO tenant_00.mine (n) VALUES (1), (1)")
    with pytest.raises(sa.exc.IntegrityError):
        pg.database.run("CREATE UNIQUE INDEX CONCURRENTLY stray ON tenant_00.mine (n)")
    shown = pg.ok("diff", "migrations", *JOBS)
    assert "Different: tenant_00" in shown.out and "3 targets: 2 as they should be, 1 different." in shown.out
    assert [line for line in shown.err.splitlines() if '"stray"' in line and "is invalid" in line] == \
        [line for line in shown.err.splitlines() if "is invalid" in line]
    assert shown.err.count("is invalid") == 1


def test_names_that_need_quotes(pg):
    pg.database.run('CREATE SCHEMA "Tenant \\ ""x"" 1"')
    schema_fleet(pg, 0, "{schemas: 'Tenant%'}")
    assert pg.ok("migrate", "--json").json["targets"][0]["version"] == "0005"
    assert pg.database.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'Tenant \\ \"x\" 1'") == 8


def test_runs_side_by_side(pg):
    """Two runners on one fleet: each file once in each schema."""
    names = schema_fleet(pg, 12)
    runners = [pg.start("migrate", *JOBS) for _ in range(3)]
    for runner in runners:
        _, err = runner.communicate(timeout=120)
        assert runner.returncode == 0, err
    assert [schema_state(pg, name) for name in names] == [WHOLE] * 12


def test_killed_on_a_server(pg):
    names = schema_fleet(pg, 12)
    for seconds in (0.1, 0.3):
        process = pg.start("migrate", *JOBS)
        time.sleep(seconds)
        process.kill()
        process.communicate()
    pg.ok("migrate", *JOBS)
    assert [schema_state(pg, name) for name in names] == [WHOLE] * 12


def test_some_are_down(pg):
    """They are named in the end, and the others are done."""
    schema_fleet(pg, 6, "{query: \"SELECT unnest(ARRAY['tenant_00', 'gone', 'tenant_01', 'away', 'tenant_02'])\", of: schemas}")
    shown = pg.run("migrate", *JOBS, "--keep-going")
    assert shown.status == 5 and "2 of 5 targets of tenants failed: gone, away" in shown.err
    assert "gone failed: cannot work in the schema gone" in shown.out and "5 targets: 3 up to date, 2 failed." in shown.out
    assert [schema_state(pg, f"tenant_{i:02}") for i in range(3)] == [WHOLE] * 3


@pytest.mark.parametrize("engine", ["postgresql", "mariadb", "mysql"])
def test_databases_as_targets(tmp_path, servers, engine):
    database, drop = created(engine, servers, tmp_path / "project")
    project = EngineProject(tmp_path / "project", database)
    stem = database.url.rsplit("/", 1)[1]
    others = [f"{stem}_{i}" for i in range(5)]
    admin = sa.create_engine(alchemy_base(engine, servers).format("postgres" if engine == "postgresql" else "test"),
                             poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for name in others:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        fleet(project, f"{{databases: '{stem}\\_%'}}",
              f"    database_type: {engine}\n    database_url_sync: \"{database.url}\"\n")
        shown = project.ok("migrate", *JOBS, "--json").json
        assert [row["target"] for row in shown["targets"]] == others
        assert {(row["outcome"], row["applied"]) for row in shown["targets"]} == {("done", FILES)}
        assert database.tables() == []
        assert project.ok("status", *JOBS, "--json").json["summary"]["up_to_date"] == 5
    finally:
        with admin.connect() as connection:
            for name in others:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
        drop()
