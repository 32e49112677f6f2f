"""adopt and eject with a project of Alembic, and with Alembic itself: from where it stands, on, and back."""

import sys

import pytest
from support.alembic_project import AlembicProject, identifier
from support.engines import EngineProject, created
from test_adopt import dump

STATES = ["a1", "a3", "b1", "c1", "b1 c1", "d1", "d2", "d3"]


@pytest.fixture(params=("sqlite", "postgresql"))
def both(request, tmp_path, servers):
    """A project, and one of another database that only Alembic gets to see."""
    database, drop = created(request.param, servers, tmp_path / "project")
    straight, drop_straight = created(request.param, servers, tmp_path / "straight")
    project = EngineProject(tmp_path / "project", database)
    project.migrations.rmdir()
    project.python = sys.executable
    project.options = ["--sandbox-url", servers["PG15_TCP_URL"]] if request.param == "postgresql" else []
    yield project, AlembicProject(tmp_path / "project", database), AlembicProject(tmp_path / "straight", straight)
    drop()
    drop_straight()


def bring(alembic, state):
    for revision in state.split():
        alembic.alembic("upgrade", identifier(revision))
    alembic.database.run("INSERT INTO member (id, mail) VALUES (7, 'seven@x.org')")
    alembic.database.run("INSERT INTO note (id, member_id, title) VALUES (1, 7, 'My First Note')")


@pytest.mark.by_turns("state")
@pytest.mark.parametrize("state", STATES)
def test_from_each_state(both, state):
    project, alembic, straight = both
    bring(straight, state)
    straight.alembic("upgrade", "heads")
    bring(alembic, state)
    taken = project.ok("adopt", "--json", *project.options).json
    python = [each["id"] for each in taken["files"] if each["python"]]
    assert taken["tool"] == "alembic" and taken["differences"] == [] and python == [identifier("d2")]
    project.ok("migrate")
    assert set(project.statuses().values()) == {"applied"} and len(project.statuses()) == 8
    assert dump(project.database) == dump(straight.database)
    assert project.database.query("SELECT slug FROM note") == straight.database.query("SELECT slug FROM note")
    project.ok("eject", ".", "--to", "alembic", "--drop-records")
    assert alembic.heads() == [identifier("d3")]
    alembic.alembic("upgrade", "head")
    alembic.alembic("check")


def test_next_change_and_back(both):
    project, alembic, _ = both
    bring(alembic, "d3")
    project.ok("adopt", *project.options)
    project.migration("0009", "mood", "ALTER TABLE note ADD COLUMN mood varchar(20) DEFAULT 'a:b \\ \"\"\" :c';",
                      "ALTER TABLE note DROP COLUMN mood;")
    project.ok("migrate")
    models = alembic.folder / "models.py"
    models.write_text(models.read_text().replace("    slug = ", "    mood = mapped_column(sa.String(20))\n    slug = "))
    out = project.ok("eject", ".", "--to", "alembic", "--drop-records").out
    assert "8 files were there, 1 are new" in out
    assert len(alembic.heads()) == 1 and alembic.heads() != [identifier("d3")]
    alembic.alembic("upgrade", "head")
    alembic.alembic("check")
    alembic.alembic("downgrade", "-1")
    assert alembic.heads() == [identifier("d3")]
    alembic.alembic("upgrade", "head")
    assert set(project.database.query("SELECT mood FROM note")) == {('a:b \\ """ :c',)}


@pytest.fixture
def lone(lite):
    lite.migrations.rmdir()
    lite.python = sys.executable
    return AlembicProject(lite.folder, lite.database)


def refused(project, *options):
    outcome = project.run("adopt", *options)
    assert outcome.status != 0 and not project.migrations.exists() and project.database.versions() == [], outcome
    return outcome.err


def test_what_is_wrong_with_it(lite, lone):
    bring(lone, "a1")
    lone.database.run("UPDATE alembic_version SET version_num = 'gone'")
    assert "no file in" in (err := refused(lite)) and "gone" in err
    lone.database.run(f"UPDATE alembic_version SET version_num = '{identifier('a1')}'")
    broken = lone.versions / f"{identifier('d3')}_view.py"
    kept = broken.read_text()
    broken.write_text("import nothing_of_that_name\n" + kept)
    assert "nothing_of_that_name" in refused(lite)
    broken.write_text(kept)
    lone.revision("e1", "'e2'", "one", "\n    pass", "\n    pass")
    lone.revision("e2", "'e1'", "two", "\n    pass", "\n    pass")
    assert "cannot be read" in refused(lite)
    (lone.versions / "e2_two.py").unlink()
    assert "e2" in refused(lite)
    (lone.versions / "e1_one.py").unlink()
    env = lone.folder / "alembic" / "env.py"
    text = env.read_text()
    env.write_text(text.replace("print(", "os.environ['SECRET']\nprint("))
    assert "SECRET" in refused(lite)
    env.write_text(text.replace("print(", "raise SystemExit(3)\nprint("))
    assert "ended the interpreter" in refused(lite)


def test_its_own_table(lite, lone):
    """env.py gives the history another name, and connects to wherever it likes."""
    env = lone.folder / "alembic" / "env.py"
    env.write_text(env.read_text().replace("render_as_batch=True", "version_table='our_versions', render_as_batch=True"))
    bring(lone, "a3")
    assert lite.ok("adopt", "--dry-run", "--json").json["applied"] == 3
    lite.ok("adopt")
    assert lone.database.query("SELECT version_num FROM our_versions") == [(identifier("a3"),)]
    assert list(lite.statuses().values())[:3] == ["applied"] * 3


def test_two_bases_and_dependencies(lite, lone):
    """A base of its own whose first revision depends on another branch, in a second folder of versions."""
    (lone.folder / "reports").mkdir()
    ini = lone.folder / "alembic.ini"
    ini.write_text(ini.read_text() + "version_locations = %(here)s/alembic/versions %(here)s/reports\npath_separator = space\n")
    (lone.folder / "reports" / "r1.py").write_text(
        'from alembic import op\nrevision = "r100000"\ndown_revision = None\nbranch_labels = ("reports",)\n'
        f'depends_on = "{identifier("a1")}"\n\n\ndef upgrade():\n    op.execute("CREATE TABLE report (id integer PRIMARY KEY)")\n\n\n'
        'def downgrade():\n    op.drop_table("report")\n')
    lone.alembic("upgrade", "r100000")
    lite.ok("adopt")
    status = lite.statuses()
    assert sorted(status.values()) == ["applied"] * 2 + ["pending"] * 7
    lite.ok("migrate")
    lite.ok("eject", ".", "--to", "alembic")
    assert lone.heads() == sorted(["r100000", identifier("d3")])
    lone.alembic("current", "--check-heads")


@pytest.mark.parametrize("state", ["a1", "b1 c1"])
def test_kept_in_step(both, state):
    """What Alembic's own table says after each of our steps is what Alembic would have written; new files of ours are none of its business."""
    project, alembic, straight = both
    bring(alembic, state)
    project.ok("adopt", *project.options)
    project.write("dbwarden.yaml", "databases:\n  primary:\n    default: true\n    keep_in_step: alembic\n"
                  f"    database_type: {project.engine}\n    database_url_sync: \"{project.database.url}\"\n")
    seen = {}
    while (count := list(project.statuses().values()).count("pending")):
        seen[count] = sorted(alembic.heads())
        project.ok("migrate", "--count", "1")
    project.migration("0009", "mood", "ALTER TABLE note ADD COLUMN mood varchar(20);", "ALTER TABLE note DROP COLUMN mood;")
    project.ok("migrate")
    assert alembic.heads() == [identifier("d3")]
    project.ok("rollback")
    assert alembic.heads() == [identifier("d3")]
    project.ok("rollback")
    assert alembic.heads() == [identifier("d2")]
    project.ok("migrate", "--to-version", "0008")
    assert alembic.heads() == [identifier("d3")]
    project.ok("unstamp", "--to", "0007")
    assert alembic.heads() == [identifier("d2")]
    project.ok("stamp", "0008")
    assert alembic.heads() == [identifier("d3")]
    for count in range(1, len(seen) + 1):
        project.ok("unstamp", "--to", f"{8 - count:04}")
        assert sorted(alembic.heads()) == seen[count]


def test_a_type_is_made_once(both):
    """A run of Alembic remembers the types that it has made; so do revisions that are asked one by one."""
    project, alembic, _ = both
    enum = "sa.Enum('low', 'high', name='level')"
    alembic.revision("e1", repr(identifier("d3")), "levels",
                     f"\n    op.create_table('levels', sa.Column('id', sa.Integer, primary_key=True), sa.Column('level', {enum}))",
                     "\n    op.drop_table('levels')")
    alembic.revision("e2", "'e1'", "more",
                     "\n    if 'more' not in sa.inspect(op.get_bind()).get_table_names():"
                     f"\n        op.create_table('more', sa.Column('id', sa.Integer, primary_key=True), sa.Column('level', {enum}))",
                     "\n    op.drop_table('more')")
    alembic.alembic("upgrade", identifier("d3"))
    taken = project.ok("adopt", "--json", *project.options).json
    assert [each["id"] for each in taken["files"]][-2:] == ["e1", "e2"] and taken["differences"] == []
    project.ok("migrate")
    assert project.database.has("more") and project.database.has("levels")


def test_as_it_stands(both):
    """The first revision alters a table that was made by hand: one file takes the place of all revisions, and Alembic goes on after it."""
    project, alembic, _ = both
    for path in alembic.versions.iterdir():
        path.unlink()
    alembic.revision("e1", "None", "mail", "\n    op.add_column('old', sa.Column('mail', sa.String(20)))", "\n    op.drop_column('old', 'mail')")
    alembic.revision("e2", "'e1'", "more", "\n    op.create_table('more', sa.Column('id', sa.Integer, primary_key=True))", "\n    op.drop_table('more')")
    project.database.run("CREATE TABLE old (id integer PRIMARY KEY, n integer NOT NULL CHECK (n > 1))")
    alembic.alembic("upgrade", "e1")
    first = project.run("adopt", *project.options)
    assert first.status != 0 and "adopt --as-it-stands" in first.err
    assert "e2_more.py has not been run" in project.run("adopt", "--as-it-stands", *project.options).err
    alembic.alembic("upgrade", "e2")
    taken = project.ok("adopt", "--as-it-stands", "--json", *project.options).json
    assert [(each["id"], each["file"]) for each in taken["files"]] == [("e2", "primary__0001_as_it_stands.sql")] and taken["differences"] == []
    project.migration("0002", "next", "ALTER TABLE more ADD COLUMN x integer;", "ALTER TABLE more DROP COLUMN x;")
    project.ok("migrate")
    assert "1 files were there, 1 are new" in project.ok("eject", ".", "--to", "alembic", "--drop-records").out
    alembic.alembic("downgrade", "-1")
    assert alembic.heads() == ["e2"]
    alembic.alembic("upgrade", "head")


def test_mariadb(tmp_path, servers):
    """On a server whose databases have another collation than the one that scratch databases are made beside."""
    database, drop = created("mariadb", servers, tmp_path / "project")
    database.run(f"ALTER DATABASE {database.alchemy.url.database} COLLATE latin1_swedish_ci")
    project = EngineProject(tmp_path / "project", database)
    project.migrations.rmdir()
    project.python = sys.executable
    alembic = AlembicProject(tmp_path / "project", database)
    alembic.alembic("upgrade", identifier("a3"))
    taken = project.ok("adopt", "--json", "--sandbox-url", servers["MARIADB_URL"]).json
    assert taken["applied"] == 3 and taken["differences"] == []
    project.ok("migrate")
    project.ok("eject", ".", "--to", "alembic", "--drop-records")
    assert alembic.heads() == [identifier("d3")]
    alembic.alembic("upgrade", "head")
    alembic.alembic("check")
    drop()
