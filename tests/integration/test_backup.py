"""migrate --with-backup and restore: a copy that is whole, and a database that is again what it was."""

import json
import os
import shutil
import stat
import subprocess
import uuid
from urllib.parse import quote

import pytest
from support.project import PROGRAM

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
    assert limited.returncode == 1 and "cannot copy" in limited.stderr, limited
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
        text = subprocess.run(["pg_dump", project.url], capture_output=True, text=True, check=True).stdout
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
""", "SELECT 1;")
    project.ok("migrate", "-b")
    [backup] = backups(project)
    assert dump() != before
    project.ok("restore", str(backup), "--yes")
    assert dump() == before
