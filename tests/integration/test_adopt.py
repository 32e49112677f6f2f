"""adopt and eject, with the other tools themselves: their files and their history, what we do next, and back."""

import hashlib
import json
import subprocess
import zlib

import pytest
from support.engines import EngineProject, created
from support.histories import TOOLS, Goose

TOOL_TABLES = ("schema_migrations", "goose_db_version", "alembic_version", "_yoyo", "yoyo_lock", "_dbwarden", "databasechangelog", "DATABASECHANGELOG",
               "flyway_schema_history", "__drizzle", "drizzle.")


def steps(engine):
    """(name, up, down, whether it refuses a transaction): twenty migrations of all sorts, one statement or several."""
    trigger = ("CREATE TRIGGER stamp AFTER INSERT ON post BEGIN\n  UPDATE post SET title = upper(title); SELECT 1;\nEND;",
               "DROP TRIGGER stamp;")
    if engine == "postgresql":
        trigger = ("CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := upper(NEW.title); RETURN NEW; END $$;\n"
                   "CREATE TRIGGER stamp BEFORE INSERT ON post FOR EACH ROW EXECUTE FUNCTION stamp();",
                   "DROP TRIGGER stamp ON post;\nDROP FUNCTION stamp();")
    alone = "CONCURRENTLY " if engine == "postgresql" else ""
    made = [
        ("account", "CREATE TABLE account (id integer PRIMARY KEY, email varchar(100) NOT NULL UNIQUE);", "DROP TABLE account;", False),
        ("post", "CREATE TABLE post (id integer PRIMARY KEY, account_id integer NOT NULL REFERENCES account (id), title varchar(80));",
         "DROP TABLE post;", False),
        ("rows", "INSERT INTO account VALUES (1, 'a;b@x.org'), (2, 'it''s -- me');", "DELETE FROM account;", False),
        ("nick", "ALTER TABLE account ADD COLUMN nick varchar(20) DEFAULT 'none' NOT NULL;", "ALTER TABLE account DROP COLUMN nick;", False),
        ("trigger", *trigger, False),
        ("index", f"CREATE INDEX {alone}post_account ON post (account_id);", "DROP INDEX post_account;", True),
        ("view", "CREATE VIEW quiet AS SELECT id, email FROM account WHERE nick = 'none';", "DROP VIEW quiet;", False),
        ("more_rows", "INSERT INTO post VALUES (1, 1, 'first');\nUPDATE account SET nick = 'x' WHERE id = 2;", "DELETE FROM post;", False),
    ]
    for n in range(len(made), 20):
        made.append((f"extra_{n}", f"CREATE TABLE extra_{n} (id integer PRIMARY KEY, n integer CHECK (n > {n}));\n"
                     f"INSERT INTO extra_{n} VALUES (1, {n + 1});", f"DROP TABLE extra_{n};", False))
    return made


def dump(database):
    """Schema and rows, but for what tools note of themselves."""
    if database.engine == "postgresql":
        left = [f"--exclude-table={name}*" for name in TOOL_TABLES]
        text = subprocess.run(["pg_dump", *left, database.url], capture_output=True, text=True, check=True).stdout
        return [line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]
    shape = [(name, table, " ".join(sql.split())) for name, table, sql in database.query("SELECT name, tbl_name, sql FROM sqlite_master")
             if sql and not table.startswith((*TOOL_TABLES, "sqlite_"))]
    rows = [(name, sorted(map(repr, database.query(f'SELECT * FROM "{name}"')))) for name, table, sql in shape if sql.startswith("CREATE TABLE")]
    return sorted(shape) + sorted(rows)


@pytest.fixture(params=("sqlite", "postgresql"))
def both(request, tmp_path, servers):
    """A project, and a database that only the tool gets to see."""
    database, drop = created(request.param, servers, tmp_path / "project")
    straight, drop_straight = created(request.param, servers, tmp_path / "straight")
    project = EngineProject(tmp_path / "project", database)
    project.migrations.rmdir()
    project.options = ["--sandbox-url", servers["PG15_TCP_URL"]] if request.param == "postgresql" else []
    yield project, straight
    drop()
    drop_straight()


def fill(tool, made, first, last):
    for n in range(first, last + 1):
        tool.put(n, *made[n - 1])


@pytest.mark.parametrize("kind", TOOLS, ids=lambda kind: kind.name)
def test_there_and_back(both, tmp_path, kind):
    project, straight = both
    made = steps(project.engine)
    tool, alone = kind(project.folder / "theirs", project.database), kind(tmp_path / "straight" / "files", straight)
    fill(alone, made, 1, 20)
    alone.up()
    fill(tool, made, 1, 10)
    tool.up()
    fill(tool, made, 11, 11)  # waits
    tried = project.ok("adopt", "theirs", "--dry-run", "--json", *project.options).json
    assert (tried["tool"], tried["applied"], tried["differences"]) == (kind.name, 10, []) and not project.migrations.exists()
    taken = project.ok("adopt", "theirs", *project.options)
    assert "10 of them are recorded as applied, and nothing was run" in taken.out
    assert list(project.statuses().values()) == ["applied"] * 10 + ["pending"]
    again = project.run("adopt", "theirs", *project.options)
    assert again.status == 1 and "has a history of dbwarden's already" in again.err
    for n in range(12, 16):
        name, up, down, _ = made[n - 1]
        project.migration(f"{n:04}", name, up, down)
    project.ok("migrate")
    out = project.ok("eject", "theirs", "--to", kind.name)
    assert "11 files were there" in out.out
    if kind.name == "dbmate":
        last = max(int(path.name[:14]) for path in tool.folder.iterdir())  # what follows was given the time of day as its number
        tool.number = lambda n: str(last + n)
    fill(tool, made, 16, 20)
    tool.up()
    assert dump(project.database) == dump(straight)
    assert tool.rows() == alone.rows()


# What contradicts itself is told, and nothing is written.  The history is that of a real run, changed by hand.

@pytest.fixture
def goose(lite):
    lite.migrations.rmdir()
    return Goose(lite.folder / "theirs", lite.database)


def refused(project, *args, options=()):
    outcome = project.run("adopt", *(args or ("theirs",)), *options)
    assert outcome.status != 0 and not project.migrations.exists(), outcome
    assert not project.migrations.with_name("primary.adopting").exists()
    assert project.database.versions() == []
    return outcome.err


HISTORY = ("CREATE TABLE goose_db_version (id integer PRIMARY KEY AUTOINCREMENT, version_id integer NOT NULL, is_applied integer NOT NULL,"
           " tstamp timestamp)")


def by_hand(lite, goose, applied, last=3):
    """The state that goose leaves, without its program: a table for each version."""
    for n in range(1, last + 1):
        goose.put(n, f"t{n}", f"CREATE TABLE t{n} (id integer PRIMARY KEY);", f"DROP TABLE t{n};")
    lite.database.run(HISTORY)
    for n in applied:
        lite.database.run(f"INSERT INTO goose_db_version (version_id, is_applied) VALUES ({n}, 1)")
        if n <= last:
            lite.database.run(f"CREATE TABLE t{n} (id integer PRIMARY KEY)")


def test_row_without_file(lite, goose):
    by_hand(lite, goose, [1, 2, 7])
    assert "versions for which there is no file" in (err := refused(lite)) and ": 7" in err


def test_file_without_row_in_the_middle(lite, goose):
    by_hand(lite, goose, [1, 3])
    assert "00002_t2.sql has not been run" in refused(lite)


def test_undone_row_counts_as_pending(lite, goose):
    by_hand(lite, goose, [1, 2])
    lite.database.run("INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, 0)")
    lite.database.run("DROP TABLE t2")
    lite.ok("adopt", "theirs")
    assert lite.statuses() == {"0001": "applied", "0002": "pending", "0003": "pending"}


def test_database_of_another_project(lite, goose):
    by_hand(lite, goose, [1])
    lite.database.run("DROP TABLE t1")
    lite.database.run("CREATE TABLE stranger (id integer)")
    err = refused(lite)
    assert "table t1 is not in the database" in err and "table stranger comes from no file" in err
    lite.ok("adopt", "theirs", "--force")
    assert lite.statuses()["0001"] == "applied"


def test_file_that_cannot_run(lite, goose):
    by_hand(lite, goose, [1])
    goose.put(3, "t3", "CREATE TABLE t3 (id integer REFERENCES);", "")
    assert "scratch database" in refused(lite)


def test_words_that_cannot_be_converted(lite, goose):
    by_hand(lite, goose, [1])
    (goose.folder / "00003_t3.sql").write_text("-- +goose ENVSUB ON\n-- +goose Up\nSELECT '${X}';\n")
    assert "ENVSUB ON" in refused(lite)
    (goose.folder / "00003_t3.sql").write_text("-- +goose Up\nSELECT 1;\n-- rollback\nSELECT 2;\n")
    assert "would be read as something else" in refused(lite)
    (goose.folder / "00003_t3.sql").write_text("SELECT 1;\n")
    assert 'no line "-- +goose up"' in refused(lite)
    (goose.folder / "00003_t3.sql").unlink()
    (goose.folder / "00004_code.go").write_text("package migrations\n")
    assert "it is Go" in refused(lite)


def test_second_database(lite, goose, tmp_path):
    by_hand(lite, goose, [1, 2, 3])
    lite.ok("adopt", "theirs")
    other, _ = created("sqlite", {}, tmp_path / "other")
    other.run(HISTORY)
    other.run("INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, 1)")
    other.run("CREATE TABLE t1 (id integer PRIMARY KEY)")
    there = ["--url", f"sqlite:///{tmp_path}/other/app.db", "--migrations-dir", "migrations/primary"]
    lite.ok("adopt", "theirs", *there)
    assert other.versions() == ["0001"]
    lite.ok("migrate", *there)
    goose.put(2, "t2", "CREATE TABLE t2 (id integer);", "DROP TABLE t2;")
    third = ["--url", f"sqlite:///{tmp_path}/third.db", "--migrations-dir", "migrations/primary"]
    (tmp_path / "third.db").touch()
    assert "does not come from" in lite.run("adopt", "theirs", *third).err


def test_files_without_history(lite):
    lite.migrations.rmdir()
    for n in (1, 2, 3):
        lite.write(f"sql/{n:03}_t{n}.sql", f"BEGIN;\nCREATE TABLE t{n} (id integer PRIMARY KEY);\nCOMMIT;\n")
    lite.write("sql/004_rows.sql", "INSERT INTO t1 VALUES (1);")
    for n in (1, 2):
        lite.database.run(f"CREATE TABLE t{n} (id integer PRIMARY KEY)")
    lite.ok("adopt")
    assert list(lite.statuses().values()) == ["applied"] * 2 + ["pending"] * 2
    lite.ok("migrate")
    lite.ok("new", "more")
    lite.ok("eject", "sql", "--to", "plain", "--dry-run")


def test_what_the_schema_cannot_tell(lite):
    lite.migrations.rmdir()
    lite.write("sql/001_t.sql", "CREATE TABLE t (id integer PRIMARY KEY);")
    lite.write("sql/002_rows.sql", "INSERT INTO t VALUES (1);")
    lite.database.run("CREATE TABLE t (id integer PRIMARY KEY)")
    assert "cannot be seen in its schema" in refused(lite, "sql")
    assert "no file of version 9" in refused(lite, "sql", "--to-version", "9")
    lite.ok("adopt", "sql", "--to-version", "2")
    assert lite.statuses() == {"0001": "applied", "0002": "applied"}


def test_prisma(lite):
    lite.migrations.rmdir()
    texts = {f"2024010100000{n}_t{n}": f"CREATE TABLE t{n} (id integer PRIMARY KEY);\n" for n in (1, 2, 3)}
    for name, text in texts.items():
        lite.write(f"prisma/migrations/{name}/migration.sql", text)
    lite.write("prisma/migrations/migration_lock.toml", 'provider = "sqlite"\n')
    lite.database.run("CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY NOT NULL, checksum TEXT NOT NULL, finished_at DATETIME,"
                      " migration_name TEXT NOT NULL, logs TEXT, rolled_back_at DATETIME, started_at DATETIME NOT NULL DEFAULT"
                      " current_timestamp, applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0)")
    for at, name in enumerate(sorted(texts)[:2]):
        checksum = hashlib.sha256(texts[name].encode()).hexdigest()
        lite.database.run(f"INSERT INTO _prisma_migrations VALUES ('{at}', '{checksum}', {at}, '{name}', NULL, NULL, {at}, 1)")
    lite.database.run(texts["20240101000001_t1"])
    lite.database.run(texts["20240101000002_t2"])
    lite.write("prisma/migrations/20240101000001_t1/migration.sql", texts["20240101000001_t1"] + "-- changed")
    assert "was changed after Prisma had run it" in refused(lite, "prisma/migrations")
    lite.write("prisma/migrations/20240101000001_t1/migration.sql", texts["20240101000001_t1"])
    lite.ok("adopt")
    assert list(lite.statuses().values()) == ["applied", "applied", "pending"]
    lite.migration("0004", "t4", "CREATE TABLE t4 (id integer PRIMARY KEY);", "DROP TABLE t4;")
    lite.ok("migrate")
    lite.ok("eject", "prisma/migrations", "--to", "prisma")
    rows = dict(lite.database.query("SELECT migration_name, checksum FROM _prisma_migrations"))
    folders = sorted(path.name for path in (lite.folder / "prisma/migrations").iterdir() if path.is_dir())
    assert sorted(rows) == folders and len(folders) == 4 and folders[3].endswith("_t4")
    assert all(hashlib.sha256((lite.folder / "prisma/migrations" / name / "migration.sql").read_bytes()).hexdigest() == rows[name] for name in rows)


def test_flyway(lite):
    lite.migrations.rmdir()
    texts = {"V1__t1.sql": "CREATE TABLE t1 (id integer PRIMARY KEY);\r\n-- Gr\u00fc\u00dfe\r\n", "V1.9__t2.sql": "CREATE TABLE t2 (id integer);",
             "V1.10__t3.sql": "CREATE TABLE t3 (id integer);\n"}
    for name, text in texts.items():
        lite.write(f"sql/{name}", "").write_bytes(text.encode())
    lite.database.run("CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50), description"
                      " VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INT, installed_by"
                      " VARCHAR(100) NOT NULL, installed_on TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H\\:%M\\:%f','now')),"
                      " execution_time INT NOT NULL, success BOOLEAN NOT NULL)")
    for rank, (name, version) in enumerate([("V1__t1.sql", "1"), ("V1.9__t2.sql", "1.9")], 1):
        lines = texts[name].encode().replace(b"\r", b"").replace(b"\n", b"")
        checksum = (zlib.crc32(lines) ^ 0x80000000) - 0x80000000
        lite.database.run("INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by,"
                          f" execution_time, success) VALUES ({rank}, '{version}', 't', 'SQL', '{name}', {checksum}, 'me', 1, 1)")
        lite.database.run(f"CREATE TABLE t{rank} (id integer{' PRIMARY KEY' if rank == 1 else ''})")
    lite.write("sql/R__views.sql", "SELECT 1;")
    assert "it runs again and again" in refused(lite, "sql")
    (lite.folder / "sql/R__views.sql").unlink()
    lite.ok("adopt", "sql")
    assert list(lite.statuses().values()) == ["applied", "applied", "pending"]
    lite.migration("0004", "t4", "CREATE TABLE t4 (id integer PRIMARY KEY);", "DROP TABLE t4;")
    lite.ok("migrate")
    lite.ok("eject", "sql", "--to", "flyway")
    made = (lite.folder / "sql/V2__t4.sql").read_bytes().replace(b"\n", b"")
    assert lite.database.query("SELECT version, checksum, success FROM flyway_schema_history ORDER BY installed_rank")[2:] == [
        ("1.10", (zlib.crc32(texts["V1.10__t3.sql"].strip().encode()) ^ 0x80000000) - 0x80000000, 1),
        ("2", (zlib.crc32(made) ^ 0x80000000) - 0x80000000, 1)]


def test_drizzle(lite):
    """Written by hand as drizzle-kit 0.31 and drizzle-orm 0.45 write them."""
    lite.migrations.rmdir()
    texts = ["CREATE TABLE `t0` (\n\t`id` integer PRIMARY KEY NOT NULL\n);\n--> statement-breakpoint\nCREATE UNIQUE INDEX `u0` ON `t0` (`id`);",
             "CREATE TABLE `t1` (\n\t`id` integer PRIMARY KEY NOT NULL\n)", "ALTER TABLE `t1` ADD `x` integer;"]
    entries = [{"idx": at, "version": "6", "when": 1700000000000 + at, "tag": f"{at:04}_calm_fox_{at}", "breakpoints": True} for at in range(3)]
    journal = lite.write("drizzle/meta/_journal.json", json.dumps({"version": "7", "dialect": "sqlite", "entries": entries}))
    for entry, text in zip(entries, texts, strict=True):
        lite.write(f"drizzle/{entry['tag']}.sql", text)
    lite.database.run("CREATE TABLE \"__drizzle_migrations\" (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)")
    for entry, text in zip(entries[:2], texts, strict=False):
        lite.database.run(f"INSERT INTO \"__drizzle_migrations\" (hash, created_at) VALUES ('{hashlib.sha256(text.encode()).hexdigest()}', {entry['when']})")
    for statement in "".join(texts[:1]).split("--> statement-breakpoint") + texts[1:2]:
        lite.database.run(statement)
    second = lite.write("drizzle/0001_calm_fox_1.sql", texts[1] + ";")
    assert "was changed after Drizzle had run it" in refused(lite, "drizzle")
    second.write_text(texts[1])
    lite.ok("adopt")
    assert list(lite.statuses().values()) == ["applied", "applied", "pending"]
    lite.migration("0004", "t4", "CREATE TABLE t4 (id integer PRIMARY KEY);\nCREATE INDEX i4 ON t4 (id);", "DROP TABLE t4;")
    lite.ok("migrate")
    lite.ok("eject", "drizzle", "--to", "drizzle")
    said = json.loads(journal.read_text())["entries"]
    assert said[:3] == entries and (said[3]["idx"], said[3]["tag"]) == (3, "0003_t4")
    made = (lite.folder / "drizzle/0003_t4.sql").read_text()
    assert made == "CREATE TABLE t4 (id integer PRIMARY KEY);--> statement-breakpoint\nCREATE INDEX i4 ON t4 (id);"
    rows = lite.database.query("SELECT hash, created_at FROM __drizzle_migrations ORDER BY created_at")
    assert rows[3] == (hashlib.sha256(made.encode()).hexdigest(), said[3]["when"]) and len(rows) == 4
    assert "there is no project of Drizzle" in lite.run("eject", "fresh", "--to", "drizzle").err
    (lite.folder / "drizzle/0003_t4.sql").unlink()
    assert "which is not there" in lite.run("eject", "drizzle", "--to", "drizzle").err


def test_what_is_not_there(lite, goose):
    lite.database.run("CREATE TABLE t (id integer)")
    assert "no migrations of a known tool" in refused(lite, "theirs")
    assert "no tool called gose" in refused(lite, "theirs", "--from", "gose")
    by_hand(lite, goose, [1])
    assert "no migrations of dbmate" in refused(lite, "theirs", "--from", "dbmate")
    lite.write("db/migrations/1_x.sql", "SELECT 1;")
    lite.write("migrations/1_x.sql", "SELECT 1;")
    assert "db/migrations and in" in refused(lite, "--from", "plain")


def test_eject_says_what_it_cannot(lite, goose):
    by_hand(lite, goose, [1, 2, 3])
    lite.ok("adopt", "theirs")
    lite.ok("rollback")
    lite.ok("eject", "theirs", "--to", "goose")
    assert goose.rows() == [(1,), (2,)]
    other = lite.run("eject", "fresh", "--to", "goose-like")
    assert other.status == 2 and "no tool called goose-like" in other.err
    lite.ok("eject", "fresh", "--to", "dbmate")
    assert len(list((lite.folder / "fresh").iterdir())) == 3
    goose.put(9, "t9", "SELECT 1;", "")
    assert "is not one of the migrations in" in lite.run("eject", "theirs", "--to", "goose").err
    lite.write("migrations/primary/primary__RA__again.sql", "-- upgrade\nSELECT 1;\n")
    assert "no words for primary__RA__again.sql" in lite.run("eject", "fresh", "--to", "dbmate").err
