"""migrate --with-backup and restore: a copy that is whole, and a database that is again what it was."""

import contextlib
import json
import os
import shutil
import signal
import stat
import subprocess
import time
import uuid
from urllib.parse import quote

import pytest
from sqlalchemy.engine import make_url
from support.engines import ended, wait_until
from support.project import PROGRAM
from test_gentle import holding

ROWS = "INSERT INTO keep VALUES (1, 'a''b'), (2, NULL);"


def backups(project):
    return sorted(path for path in (project.folder / "backups").iterdir() if not path.name.endswith(".json"))


def filled(project):
    project.migration("0001", "keep", "CREATE TABLE keep (id integer PRIMARY KEY, note varchar(20));\n" + ROWS,
                      "DROP TABLE keep;")
    project.ok("migrate")
    project.migration("0002", "spoil", "CREATE TABLE extra (id integer PRIMARY KEY);\nCREATE VIEW seen AS SELECT id FROM "
                      "keep;\nDELETE FROM keep;", "DROP VIEW seen;\nDROP TABLE extra;")


def kept(project):
    return sorted(project.database.query("SELECT id, note FROM keep"))


def test_restored_after_a_failed_migration(any_project):
    project = any_project
    filled(project)
    project.migration("0003", "broken", "INSERT INTO nowhere VALUES (1);", "SELECT 1;")
    failed = project.run("migrate", "--with-backup")
    assert failed.status == 1 and "Backup created: " in failed.err, failed
    assert project.database.tables() == ["extra", "keep"] and kept(project) == []
    [backup] = backups(project)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    note = json.loads((backup.parent / (backup.name + ".json")).read_text())
    assert note["database"] == "primary" and note["version"] == "0001"
    restored = project.ok("restore", str(backup), "--yes", "--json").json
    assert restored["version"] == "0001"
    assert project.database.tables() == ["keep"] and kept(project) == [(1, "a'b"), (2, None)]
    assert project.database.versions() == ["0001"]
    (project.migrations / "primary__0003_broken.sql").unlink()
    project.ok("migrate")
    assert project.database.versions() == ["0001", "0002"]


def test_rollback_with_backup(any_project):
    project = any_project
    filled(project)
    project.ok("migrate")
    assert not (project.folder / "backups").exists()
    reply = project.ok("rollback", "--with-backup", "--backup-dir", "safe/here", "--json").json
    assert reply["backup"].startswith("safe/here/backup_primary_")
    assert project.database.tables() == ["keep"]
    project.ok("restore", reply["backup"], "--yes")
    assert project.database.tables() == ["extra", "keep"]
    assert project.ok("migrate", "--with-backup", "--json").json["backup"] is None, "nothing to run, nothing to copy"


@pytest.mark.parametrize("any_project", ["postgresql", "mariadb", "mysql"], indirect=True)
def test_no_password_is_shown(any_project):
    """Not in arguments, environment, messages or files, and one that needs quoting arrives; seen from inside the program."""
    project = any_project
    filled(project)
    user, password = f"u{uuid.uuid4().hex[:8]}", "s3:c\\et \"#'canary%"
    name = project.url.rsplit("/", 1)[1]
    quoted = password.replace("'", "''")
    if project.engine == "postgresql":
        project.database.run(f"CREATE ROLE {user} SUPERUSER LOGIN PASSWORD '{quoted}'")
    else:
        escaped = quoted.replace("\\", "\\\\")
        with project.database.alchemy.connect() as connection:
            connection.exec_driver_sql(f"CREATE USER {user}@'%%' IDENTIFIED BY '{escaped}'".replace("canary%'", "canary%%'"))
            connection.exec_driver_sql(f"GRANT ALL ON *.* TO {user}@'%%'")
    scheme, rest = project.url.split("://")
    url = f"{scheme}://{user}:{quote(password, safe='')}@{rest.split('@')[-1].rsplit('/', 1)[0]}/{name}"
    fake = project.folder / "bin"
    fake.mkdir()
    for program in ("pg_dump", "mariadb-dump", "mysqldump"):
        real = shutil.which(program)
        (fake / program).write_text(f"#!/bin/sh\n(echo $0 $@; env) > {project.folder}/seen\nexec {real} \"$@\"\n")
        (fake / program).chmod(0o755)
    env = {"PATH": f"{fake}:{os.environ['PATH']}", "PGPASSWORD": "canary", "MYSQL_PWD": "canary"}
    run = project.run("--url", url, "--migrations-dir", "migrations/primary", "migrate", "-b", "-v", env=env)
    assert run.status == 0, run
    seen = (project.folder / "seen").read_text() if project.engine != "postgresql" else ""
    for text in (run.out, run.err, seen, *[path.read_text(errors="replace") for path in backups(project)]):
        assert "canary" not in text
    if project.engine == "postgresql":
        project.database.run(f"DROP OWNED BY {user} CASCADE")
        project.database.run(f"DROP ROLE {user}")


@pytest.mark.parametrize("mode, message", [(0o777, "can be written by everybody"), (None, "it is not a folder")])
def test_a_bad_folder_stops_before_anything_runs(lite, mode, message):
    filled(lite)
    folder = lite.folder / "backups"
    if mode:
        folder.mkdir()
        folder.chmod(mode)
    else:
        folder.write_text("")
    failed = lite.run("migrate", "--with-backup")
    assert failed.status == 1 and message in failed.err, failed
    assert lite.database.versions() == ["0001"]


def test_a_full_folder_stops_before_anything_runs(lite):
    filled(lite)
    limited = subprocess.run(["sh", "-c", "ulimit -f 1; trap '' XFSZ; exec \"$0\" migrate --with-backup", PROGRAM], cwd=lite.folder,
                             env=lite.environment(), capture_output=True, text=True)
    assert limited.returncode == 1 and "cannot copy to " in limited.stderr and "backups/" in limited.stderr, limited
    assert lite.database.versions() == ["0001"] and kept(lite) == [(1, "a'b"), (2, None)]
    assert list((lite.folder / "backups").iterdir()) == [], "no half of a backup stays"


@pytest.mark.parametrize("any_project", ["mariadb", "mysql"], indirect=True)
def test_a_missing_program_is_named(any_project):
    """PostgreSQL's are looked for outside of PATH too, and SQLite needs none."""
    project = any_project
    filled(project)
    failed = project.run("migrate", "--with-backup", env={"PATH": "/nonexistent"})
    assert failed.status == 1 and "is not installed here" in failed.err and "apt install" in failed.err, failed
    assert project.database.versions() == ["0001"]


def test_restore_refuses(any_project, tmp_path):
    project = any_project
    filled(project)
    project.ok("migrate", "--with-backup")
    [backup] = backups(project)
    nobody = project.run("restore", str(backup))
    assert nobody.status == 2 and "--yes" in nobody.err, nobody
    note = backup.parent / (backup.name + ".json")
    text = json.loads(note.read_text())
    note.write_text(json.dumps({**text, "target": "another"}))
    other = project.run("restore", str(backup), "--yes")
    assert other.status == 2 and "is a backup of the database 'primary' (another)" in other.err, other
    note.unlink()
    unknown = project.run("restore", str(backup), "--yes")
    assert unknown.status == 2 and "--force" in unknown.err, unknown
    damaged = tmp_path / "damaged"
    damaged.write_bytes(backup.read_bytes()[:-200])
    broken = project.run("restore", str(damaged), "--yes", "--force")
    assert broken.status == 1 and "Nothing was changed." in broken.err, broken
    assert project.database.tables() == ["extra", "keep"] and kept(project) == []
    project.ok("restore", str(backup), "--yes", "--force")
    assert kept(project) == [(1, "a'b"), (2, None)]


def test_everything_of_postgresql_comes_back(pg_project):
    """Schemas, types, functions, an extension in a schema of its own, a publication: as pg_dump sees them."""
    project = pg_project

    def dump():
        text = subprocess.run(["pg_dump", "--exclude-table=_dbwarden_lock", project.url], capture_output=True, text=True, check=True).stdout
        return [line for line in text.splitlines() if "restrict" not in line and "dbwarden" not in line]

    project.migration("0001", "many", """
CREATE SCHEMA ext;
CREATE SCHEMA app;
CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE TYPE app.mood AS ENUM ('a', 'b');
CREATE DOMAIN short AS varchar(3);
CREATE TABLE app.t (id bigserial PRIMARY KEY, m app.mood DEFAULT 'a', s short, txt text);
CREATE INDEX ON app.t USING gin (txt ext.gin_trgm_ops);
CREATE TABLE ext.beside (id int);
CREATE FUNCTION up(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT upper(t)';
CREATE VIEW v AS SELECT up(txt) AS u, id FROM app.t;
CREATE MATERIALIZED VIEW mv AS SELECT * FROM v;
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = pg_catalog.int4eq);
CREATE OPERATOR CLASS own FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 btint4cmp(int, int);
CREATE CAST (point AS text) WITH INOUT;
CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH TEMPLATE tem (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY dic (TEMPLATE = tem);
CREATE FUNCTION handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE LANGUAGE mine HANDLER handler;
CREATE FOREIGN DATA WRAPPER fdw;
CREATE SERVER srv FOREIGN DATA WRAPPER fdw;
CREATE FOREIGN TABLE foreign_t (a int) SERVER srv;
CREATE TRANSFORM FOR int LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE ACCESS METHOD am TYPE TABLE HANDLER heap_tableam_handler;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
INSERT INTO app.t (txt) SELECT 'x' || i FROM generate_series(1, 100) i;
CREATE PUBLICATION pub FOR TABLE app.t;
COMMENT ON TABLE app.t IS 'kept';
GRANT SELECT ON app.t TO PUBLIC;
""", "SELECT 1;")
    project.ok("migrate")
    before = dump()
    project.migration("0002", "wreck", """
DROP PUBLICATION pub;
DROP SCHEMA app CASCADE;
DROP FUNCTION up(text);
CREATE SCHEMA later;
CREATE TABLE later.x (id int);
CREATE TYPE later.y AS (a int);
CREATE TABLE public.z (id int);
CREATE FUNCTION ext.more() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PUBLICATION pub2 FOR TABLE z;
DROP OPERATOR === (int, int);
CREATE CAST (text AS point) WITH INOUT;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
""", "SELECT 1;")
    project.ok("migrate", "-b")
    [backup] = backups(project)
    assert dump() != before
    project.ok("restore", str(backup), "--yes")
    assert dump() == before


ALL_ROWS = [(i, f"row {i} {'x' * 40}") for i in range(1, 20001)]


def numbered_rows(project, first, last):
    rows = [f"({i}, '{text}')" for i, text in ALL_ROWS[first - 1:last]]
    for i in range(0, len(rows), 5000):
        project.database.run("INSERT INTO zz VALUES " + ", ".join(rows[i:i + 5000]))


def with_a_copy(project):
    """`a` and the rows of `zz` are in the copy, `b` came after it."""
    project.migration("0001", "two", "CREATE TABLE a (id integer PRIMARY KEY);\nCREATE TABLE zz (id integer PRIMARY KEY, "
                      "note varchar(100));", "SELECT 1;")
    project.ok("migrate")
    numbered_rows(project, 1, len(ALL_ROWS))
    project.table("0002", "b")
    project.ok("migrate", "--with-backup")
    return backups(project)[0]


def kill_all(process):
    """It, and the programs that it started, which are in groups of their own."""
    process.kill()
    for pid in [int(name) for name in os.listdir("/proc") if name.isdigit()]:
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(pid) == process.pid:
                os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=60)


def stop_in_the_middle(project, backup, stop):
    """The client program gets the first half of the statements, and waits until the restore is stopped."""
    fake = project.folder / "bin"
    fake.mkdir(exist_ok=True)
    loaded = project.folder / "loaded"
    loaded.unlink(missing_ok=True)
    inserts = [i for i, line in enumerate(backup.read_text().splitlines(), 1) if line.startswith("INSERT INTO `zz`")]
    for program in ("mariadb", "mysql"):
        if real := shutil.which(program):
            (fake / program).write_text(f"#!/bin/sh\nhead -n {inserts[0] - 1} | {real} \"$@\"\ntouch {loaded}\nexec sleep 600\n")
            (fake / program).chmod(0o755)
    process = project.start("restore", str(backup), "--yes", env={"PATH": f"{fake}:{os.environ['PATH']}"}, start_new_session=True)
    deadline = time.monotonic() + 60
    while not loaded.exists():
        assert process.poll() is None and time.monotonic() < deadline, process.communicate(timeout=60)
        time.sleep(0.05)
    stop(process)


def interrupt(process):
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "half restored" in err and "begins again" in err, err


@pytest.mark.parametrize("stop", [kill_all, interrupt])
@pytest.mark.parametrize("any_project", ["mariadb", "mysql"], indirect=True)
def test_an_interrupted_restore_is_remembered(any_project, stop):
    """Whatever changes the database, or tells what is applied, refuses until a restore has ended well."""
    project = any_project
    backup = with_a_copy(project)
    project.write("seeds/primary/V0001__rows.sql", "-- upgrade\nINSERT INTO a VALUES (1);\n")
    stop_in_the_middle(project, backup, stop)
    assert project.database.query("SELECT count(*) FROM zz") == [(0,)], "this is the middle"
    sentence = f"a restore of {backup} into this database was interrupted"
    again = f": run `dbwarden restore {backup}` again"
    for words in (["migrate"], ["rollback"], ["downgrade", "--to", "0"], ["seed", "apply"], ["seed", "rollback"],
                  ["migrate", "--baseline", "--to-version", "0001"], ["migrate", "--with-backup"]):
        refused = project.run(*words)
        assert refused.status == 1 and sentence + again in refused.err, (words, refused)
    for words in (["status"], ["migrate", "--dry-run"]):
        refused = project.run(*words)
        assert refused.status == 1 and f"{sentence}, or still runs{again}" in refused.err, (words, refused)
    assert backups(project) == [backup], "nothing was copied of what is half there"
    stop_in_the_middle(project, backup, stop)
    refused = project.run("migrate")
    assert refused.status == 1 and sentence + again in refused.err, refused
    project.ok("restore", str(backup), "--yes")
    assert project.database.query("SELECT * FROM zz ORDER BY id") == ALL_ROWS
    assert project.database.tables() == ["a", "zz"] and not project.database.has("_dbwarden_restore")
    assert project.statuses() == {"0001": "applied", "0002": "pending"}
    project.ok("migrate")
    assert project.database.tables() == ["a", "b", "zz"]


@pytest.mark.parametrize("any_project", ["postgresql"], indirect=True)
def test_an_interrupted_restore_in_one_transaction(any_project):
    project = any_project
    filled(project)
    project.ok("migrate", "--with-backup")
    [backup] = backups(project)
    with project.database.connected() as other:
        other.exec_driver_sql("BEGIN")
        other.exec_driver_sql("SELECT * FROM keep")
        process = project.start("restore", str(backup), "--yes")
        wait_until(lambda: project.database.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'keep'::regclass AND "
                                                  "database = (SELECT oid FROM pg_database WHERE datname = current_database())"))
        report = project.ok("lock-status", "--json").json
        assert report["held"] is True and report["holder"]["file"] == f"restore of {backup}"
        refused = project.run("migrate", "--wait-for-runner", "0")
        assert refused.status == 4 and f"process {process.pid}, since" in refused.err, refused
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "is as it was" in err and f"`dbwarden restore {backup}` begins again" in err, err
    project.ok("migrate")


def foreign_dump(project, path, *words):
    """With our own tables in it, the lock's row as of a holder that was alive then."""
    parts = make_url(project.url)
    with open(path, "w") as out:
        subprocess.run(["mariadb-dump", "-h", parts.host, f"-P{parts.port}", f"-u{parts.username}", f"-p{parts.password}", "--skip-ssl",
                        *words, parts.database], stdout=out, check=True)


@pytest.mark.parametrize("any_project", ["mariadb", "mysql"], indirect=True)
def test_a_foreign_dump_brings_no_lock(any_project):
    project = any_project
    filled(project)
    project.ok("migrate")
    lock = project.database.query("SELECT * FROM _dbwarden_lock")
    project.database.run("UPDATE _dbwarden_lock SET owner = 'of then'")
    foreign_dump(project, project.folder / "foreign.sql")
    assert "`_dbwarden_lock`" in (project.folder / "foreign.sql").read_text()
    project.ok("restore", "foreign.sql", "--yes", "--force")
    assert project.database.query("SELECT * FROM _dbwarden_lock") == lock
    assert project.database.versions() == ["0001", "0002"] and project.database.tables() == ["extra", "keep"]
    foreign_dump(project, project.folder / "foreign.sql", "--databases")
    text = (project.folder / "foreign.sql").read_text()
    project.ok("restore", "foreign.sql", "--yes", "--force")
    name = make_url(project.url).database
    (project.folder / "foreign.sql").write_text(text.replace(f"USE `{name}`", "USE `elsewhere`"))
    refused = project.run("restore", "foreign.sql", "--yes", "--force")
    assert refused.status == 1 and "leaves this database by USE" in refused.err and "Nothing was changed" in refused.err, refused
    assert project.statuses() == {"0001": "applied", "0002": "applied"}


@pytest.mark.parametrize("any_project", ["mariadb", "mysql"], indirect=True)
def test_who_waits_for_a_restore_hears_of_it(any_project):
    project = any_project
    backup = with_a_copy(project)

    def stop(process):
        report = project.ok("lock-status", "--json").json
        assert report["held"] is True and report["holder"]["file"] == f"restore of {backup}"
        refused = project.run("migrate", "--wait-for-runner", "0")
        assert refused.status == 4 and f"process {process.pid}, since" in refused.err and f"(restore of {backup})" in refused.err, refused
        interrupt(process)

    stop_in_the_middle(project, backup, stop)
    project.ok("restore", str(backup), "--yes")


def test_a_backup_that_cannot_be_read(lite):
    """What stands in the way is named, so that nobody looks for a file that is there."""
    filled(lite)
    lite.write("file", "")
    os.symlink("loop", lite.folder / "loop")
    for name, sentence in (("none.db", "no such backup: none.db"), ("file/x.db", "cannot read the backup file/x.db: Not a directory"),
                           ("loop/x.db", "cannot read the backup loop/x.db: Too many levels"), (".", ". is a folder, not an ordinary file")):
        shown = lite.run("restore", name, "--yes")
        assert shown.status == 1 and sentence in shown.err, shown


@pytest.mark.parametrize("any_project", ["mariadb", "mysql"], indirect=True)
def test_a_refused_restore_leaves_no_mark(any_project):
    project = any_project
    filled(project)
    project.ok("migrate", "--with-backup")
    [backup] = backups(project)
    missing = project.run("restore", str(backup), "--yes", env={"PATH": "/nonexistent"})
    assert missing.status == 1 and "is not installed here" in missing.err, missing
    backup.write_bytes(backup.read_bytes()[:-200])
    assert project.run("restore", str(backup), "--yes").status == 1
    project.ok("status")
    project.ok("migrate")


@pytest.mark.parametrize("any_project", ["postgresql", "mariadb"], indirect=True)
def test_a_restore_into_a_database_in_use(any_project):
    """Who holds a table is named, and nothing goes before all tables can."""
    project = any_project
    filled(project)
    project.ok("migrate", "--with-backup")
    [backup] = backups(project)
    with holding(project.database, "SELECT * FROM keep"):
        refused = project.run("restore", str(backup), "--yes", "--retry-for", "1")
        assert refused.status == 1 and "Nothing was changed: others use" in refused.err, refused
        assert f"restore of {backup} waits for process " in refused.err, refused
        assert project.database.tables() == ["extra", "keep"] and project.statuses()["0002"] == "applied"
        process = project.start("restore", str(backup), "--yes")
        time.sleep(1)
    ended(process)
    assert project.database.tables() == ["keep"] and kept(project) == [(1, "a'b"), (2, None)]


@pytest.mark.parametrize("any_project", ["sqlite", "postgresql"], indirect=True)
def test_a_killed_restore_was_all_or_nothing(any_project):
    """So there is nothing to be remembered: wherever it is killed, the database is what it was or what the copy says."""
    project = any_project
    backup = with_a_copy(project)
    project.database.run("DELETE FROM zz WHERE id > 10")
    for pause in (0.01, 0.03, 0.08, 0.2):
        process = project.start("restore", str(backup), "--yes", start_new_session=True)
        time.sleep(pause)
        kill_all(process)
        rows = project.database.query("SELECT * FROM zz ORDER BY id")
        tables = project.database.tables()
        assert (tables, rows) in ((["a", "b", "zz"], ALL_ROWS[:10]), (["a", "zz"], ALL_ROWS)), (pause, tables, len(rows))
    project.ok("restore", str(backup), "--yes")
    assert project.database.query("SELECT * FROM zz ORDER BY id") == ALL_ROWS
    project.ok("migrate")


@pytest.mark.parametrize("name", ["-h", "a 'b' \u00fc%;"])
@pytest.mark.parametrize("any_project", ["postgresql", "mariadb", "mysql"], indirect=True)
def test_odd_names_are_names_to_the_engines_programs(any_project, name):
    project = any_project
    name += uuid.uuid4().hex[:8]
    quoted = f'"{name}"' if project.engine == "postgresql" else f"`{name}`"
    with project.database.connected() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {quoted.replace('%', '%%')}")
    try:
        yaml = project.folder / "dbwarden.yaml"
        url = project.url.rsplit("/", 1)[0] + "/" + quote(name, safe="")
        yaml.write_text(yaml.read_text().replace(project.url, url))
        project.table("0001", "a")
        project.ok("migrate")
        project.table("0002", "b")
        project.ok("migrate", "--with-backup")
        [backup] = backups(project)
        backup.rename(project.folder / "-x")
        (backup.parent / f"{backup.name}.json").rename(project.folder / "-x.json")
        project.ok("restore", "--yes", "--", "-x")
        assert project.statuses() == {"0001": "applied", "0002": "pending"}
        if project.engine != "mysql":
            project.ok("migrate", "--sandbox")
    finally:
        with project.database.connected() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {quoted.replace('%', '%%')}")
