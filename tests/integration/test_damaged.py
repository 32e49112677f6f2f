"""Rows and files that were damaged: one sentence that names them, or they are thrown away and made again; nothing else happens."""

import json

import pytest

COLUMNS = "version, description, filename, migration_type, checksum"
HUGE = "9" * 200
ROWS = {  # what is put into the table, what is said of it (NULL: it decides nothing)
    "negative": (("-5", "x", "f.sql", "versioned", "c"), ["f.sql", "version", '"-5"']),
    "word": (("abc", "x", "f.sql", "versioned", "c"), ["f.sql", '"abc"']),
    "empty": (("", "x", "f.sql", "versioned", "c"), ["f.sql", '""']),
    "huge": ((HUGE, "x", "f.sql", "versioned", "c"), ["f.sql", "999..."]),
    "control": (("\x1b[1m", "x", "f.sql", "versioned", "c"), ["f.sql", '"?[1m"']),
    "no file": ((None, None, None, None, None), ["no file", "filename is NULL"]),
    "empty file": ((None, None, "", None, None), ['row of ""', "filename is"]),
    "nulls": (("0007", None, None, None, None), ["no file", "filename is NULL"]),
    "type": (("0007", "x", "f.sql", "\u00fc?\x07", "x" * 100), None),
}
COMMANDS = [["status"], ["history"], ["migrate", "--dry-run"], ["migrate"], ["rollback"], ["lock-status"], ["unlock"]]

def refused(shown, wanted):
    assert shown.status == 1 and shown.err.count("dbwarden: error:") == 1 and "hint:" in shown.err, shown
    assert "\x1b" not in shown.err and "(null)" not in shown.err, shown
    for text in wanted:
        assert text in shown.err, shown

def insert(project, table, row):
    with project.database.alchemy.connect() as connection:
        columns = COLUMNS.replace("migration_type", "seed_type") if table.endswith("seeds") else COLUMNS
        mark = "?" if project.database.engine == "sqlite" else "%s"
        connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) VALUES ({', '.join([mark] * 5)})", row)

@pytest.mark.parametrize("row, wanted", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("table", ["_dbwarden_migrations", "_dbwarden_seeds"])
def test_rows(any_project, table, row, wanted):
    any_project.table("0001", "one")
    any_project.write("seeds/V0001__x.sql", "INSERT INTO one VALUES (1);\n\n-- rollback\n\nDELETE FROM one;\n")
    any_project.ok("migrate", "--apply-seeds")
    insert(any_project, table, row)
    seeds = table.endswith("seeds")
    for args in ([["seed", "list"], ["seed", "apply"], ["status"]] if seeds else [["status"], ["history"], ["migrate"], ["rollback"]]):
        shown = any_project.run(*args)
        if wanted:
            refused(shown, [table, *wanted])
        else:
            assert shown.status in (0, 1) and "(null)" not in shown.out + shown.err and "damaged" not in shown.err, shown
    any_project.ok("lock-status")

@pytest.mark.parametrize("values", ["0, NULL, NULL, NULL", "1, '', '-5', 'x'", f"1, '{'o' * 250}', '{HUGE[:20]}', '1/1 '"], ids=["nulls", "empty", "long"])
def test_lock_rows(lite, values):
    """They are for show."""
    lite.table("0001", "one")
    lite.ok("migrate")
    lite.database.run("DROP TABLE IF EXISTS _dbwarden_lock")
    lite.database.run("CREATE TABLE _dbwarden_lock (id, owner, pid, statement, host, since, version)")
    lite.database.run(f"INSERT INTO _dbwarden_lock (id, owner, pid, statement) VALUES ({values})")
    assert lite.ok("lock-status", "--json").json["held"] is False
    lite.ok("lock-status")
    lite.ok("migrate")

def test_types_of_sqlite(lite):
    """Its columns take anything, bytes that are no text too."""
    lite.table("0001", "one")
    lite.ok("migrate")
    with lite.database.alchemy.connect() as connection:
        connection.exec_driver_sql("UPDATE _dbwarden_migrations SET description = ?, checksum = 1.5, applied_at = x'ff00ff'", (b"\xff\xfe\x00x",))
    for args in COMMANDS:
        process = lite.start(*args, "--json")
        out = process.stdout.buffer.read()
        process.stderr.buffer.read()
        assert process.wait(60) in (0, 1)
        json.loads(out.decode("utf-8"))

PLANS = ["", "{", "[]", "null", "7", '{"dbwarden": 7}', '{"dbwarden": {"format": 99}}', '{"dbwarden": {"format": 2, "written": []}}',
         '{"dbwarden": {"format": 2, "gone": [{}]}}', '{"checksum": null, "operations": {}}', "\x00", "\xff", "[" * 100_000]
SNAPSHOTS = ["", "{", "[]", "null", '{"tables": 7}', '{"dbwarden": {}}', "\x00", "\xff", "{" * 1000, '{"a": ' * 3000, "<<<<<<< HEAD\n{}\n"]

@pytest.fixture
def described(lite):
    """A project with a schema file, a generated migration, its plan and its snapshot."""
    with open(lite.folder / "dbwarden.yaml", "a") as file:
        file.write("    schema_files: [schema.sql]\n")
    lite.write("schema.sql", "CREATE TABLE one (id INTEGER PRIMARY KEY, name TEXT);\n")
    lite.ok("make-migrations", "one")
    lite.ok("migrate")
    return lite

def settled(project, name):
    """The commands that read such a file: done, or one sentence with its name."""
    for args in (["status"], ["diff"], ["migrate"], ["make-migrations", "more", "--plan"], ["make-migrations", "more", "--offline", "--plan"]):
        shown = project.run(*args)
        assert shown.status in (0, 1, 2) and shown.err.count("dbwarden: error:") == (shown.status != 0), shown
        assert shown.status == 0 or name in shown.err, shown

@pytest.mark.parametrize("text", PLANS, ids=lambda text: text[:20])
def test_plans(described, text):
    path = next(described.migrations.glob("*.plan.json"))
    path.write_bytes(text.encode("latin-1"))
    settled(described, path.name)

@pytest.mark.parametrize("text", SNAPSHOTS, ids=lambda text: text[:20])
def test_snapshots(described, text):
    path = next((described.folder / "dbwarden" / "schemas").glob("*.schema.json"))
    path.write_bytes(text.encode("latin-1"))
    settled(described, path.name)

@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"tree": 7}', "\xff\x00", "x" * 100_000])
def test_caches(described, text):
    """Thrown away, and made again."""
    folder = described.folder.parent / "cache" / "dbwarden"
    files = list(folder.glob("schema-*")) + list(folder.glob("last-*"))
    assert files
    for path in files:
        path.write_bytes(text.encode("latin-1"))
    assert "No " in described.ok("diff").out or described.ok("diff").status == 0
    assert all(path.read_bytes() != text.encode("latin-1") for path in folder.glob("schema-*"))
