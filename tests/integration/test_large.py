"""Files that are not read whole: larger than memory may be, changed while they run, wrong somewhere in the middle."""

import resource

import pytest
from support.engines import TRANSACTIONAL
from support.project import PLAIN, Project

TABLE = "CREATE TABLE big (id integer PRIMARY KEY, note text);\n"
WIDE = "it''s; -- no comment /* nor " * 400
FILE = "primary__0001_big.sql"


def inserts(megabytes, start=1):
    """So many of about ten kilobytes."""
    return "".join(f"INSERT INTO big (id, note) VALUES ({i}, '{WIDE}');\n" for i in range(start, start + megabytes * 90))


def rows(project):
    return project.database.value("SELECT count(*) FROM big") if project.database.has("big") else None


def hook_once(project, command):
    """Before the file runs, when it has been read and checked, and only the first time."""
    path = project.write("once.sh", f"#!/bin/sh\n[ -e done ] && exit\ntouch done\nfile=migrations/primary/{FILE}\n{command}\n")
    path.chmod(0o755)
    with open(project.folder / "dbwarden.yaml", "a") as file:
        file.write('    before_file: "./once.sh"\n')


@pytest.mark.parametrize("seed", [False, True], ids=["migration", "seed"])
def test_larger_than_memory(any_project, seed):
    """The limit is on what is not a file's: pages of a file are given back when somebody else needs memory."""
    megabytes, limit = (200, 24 << 20) if any_project.engine == "sqlite" else (40, 32 << 20)
    if seed:
        any_project.migration("0001", "big", TABLE, "DROP TABLE big;")
        any_project.ok("migrate")
        any_project.write("seeds/V0001__rows.sql", inserts(megabytes))
    else:
        any_project.migration("0001", "big", TABLE + inserts(megabytes), "DROP TABLE big;")
    command = ("seed", "apply") if seed else ("migrate",)
    with any_project.start(*command, program=PLAIN, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert rows(any_project) == megabytes * 90


@pytest.mark.parametrize("option", [(), ("--json",)], ids=["text", "json"])
def test_shown_although_larger_than_memory(lite, option):
    """What --dry-run shows goes out as it is made, the statements from where they stand."""
    lite.migration("0001", "big", TABLE + inserts(60), "DROP TABLE big;")
    limit = 16 << 20
    with lite.start("migrate", "--dry-run", *option, program=PLAIN, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out.count("INSERT INTO big (id, note) VALUES (") == 60 * 90 and WIDE in out and len(out) > 50 << 20


def changed_before_it_ran(project, change):
    project.migration("0001", "big", TABLE + inserts(17), "DROP TABLE big;")
    text = (project.migrations / FILE).read_bytes()
    hook_once(project, change)
    failed = project.run("migrate")
    assert failed.status == 1 and f"{FILE} was changed while it was read" in failed.err, str(failed)
    assert project.database.versions() == []
    if project.engine in TRANSACTIONAL:
        assert rows(project) is None
    (project.migrations / FILE).write_bytes(text)
    project.ok("migrate")
    assert rows(project) == 17 * 90


def test_changed_before_it_ran(any_project):
    changed_before_it_ran(any_project, "printf x | dd of=$file bs=1 seek=15000000 conv=notrunc status=none")


def test_cut_off_before_it_ran(lite):
    changed_before_it_ran(lite, "truncate -s 14M $file")


def test_one_statement_that_is_changed_while_it_runs(lite):
    """Too large to be copied first: it is looked at again afterwards, before anything of it stays."""
    lite.migration("0001", "big", f"INSERT INTO big VALUES (1, '{'x' * (70 << 20)}');", "DELETE FROM big;")
    lite.database.run(TABLE)
    hook_once(lite, "printf y | dd of=$file bs=1 seek=40000000 conv=notrunc status=none")
    failed = lite.run("migrate", program=PLAIN)
    assert failed.status == 1 and f"{FILE} was changed while it was read" in failed.err, str(failed)
    assert rows(lite) == 0 and lite.database.versions() == []
    lite.ok("migrate", program=PLAIN)
    assert lite.database.value("SELECT length(note) FROM big") == 70 << 20


def test_wrong_in_the_middle(any_project):
    path = any_project.migration("0001", "big", TABLE + inserts(9) + "INSERT INTO big VALUES (oops);\n" + inserts(9, 2000),
                                 "DROP TABLE big;")
    failed = any_project.run("migrate")
    assert failed.status == 1 and f"{FILE}:{3 + 1 + 9 * 90}:" in failed.err, str(failed)
    if any_project.engine in TRANSACTIONAL:
        assert rows(any_project) is None and "Nothing of this file is recorded as done." in failed.err
    path.write_text(path.read_text().replace("VALUES (oops)", "VALUES (0, '')"))
    any_project.ok("migrate")
    assert rows(any_project) == 18 * 90 + 1
    any_project.ok("rollback")
    assert not any_project.database.has("big")


def test_way_back(lite):
    lite.migration("0001", "table", TABLE, "DROP TABLE big;")
    lite.migration("0002", "big", "INSERT INTO big VALUES (1, ''), (2, '');",
                   "".join(f"DELETE FROM big WHERE id = 1 AND note <> '{WIDE}';\n" for _ in range(17 * 90)))
    lite.ok("migrate")
    lite.ok("rollback")
    assert lite.database.query("SELECT id FROM big") == [(2,)]


def test_all_in_one_transaction(any_project):
    if any_project.engine not in TRANSACTIONAL:
        return
    any_project.migration("0001", "big", TABLE + inserts(17), "DROP TABLE big;")
    any_project.migration("0002", "wrong", "INSERT INTO big VALUES (1, '');")
    assert any_project.run("migrate", "--atomic").status == 1
    assert rows(any_project) is None
    any_project.migration("0002", "wrong", "INSERT INTO big VALUES (0, '');")
    any_project.ok("migrate", "--atomic")
    assert rows(any_project) == 17 * 90 + 1


def test_rows_without_a_parent(lite):
    parent = "CREATE TABLE parent (id integer PRIMARY KEY);\nCREATE TABLE child (id integer REFERENCES parent (id));\n"
    path = lite.migration("0001", "big", TABLE + parent + inserts(17) + "INSERT INTO child VALUES (7);\n", "DROP TABLE big;")
    failed = lite.run("migrate")
    assert failed.status == 1 and "foreign key violated" in failed.err and rows(lite) is None, str(failed)
    path.write_text(path.read_text().replace("child VALUES (7)", "child VALUES (NULL)"))
    lite.ok("migrate")
    assert rows(lite) == 17 * 90


def test_copied_rows(pg_project: Project):
    """Rows that are larger than what is copied at once go to the server from where they stand."""
    lines = "".join(f"{i}\t{'x' * 10000}\n" for i in range(7000))
    pg_project.migration("0001", "big", f"{TABLE}COPY big (id, note) FROM stdin;\n{lines}\\.\n", "DROP TABLE big;")
    outcome = pg_project.ok("migrate", program=PLAIN)
    assert "1 migration applied" in outcome.out + outcome.err
    pg_project.migration("0002", "count", "DO $$ BEGIN ASSERT (SELECT count(*) FROM big) = 7000; END $$;")
    pg_project.ok("migrate")
