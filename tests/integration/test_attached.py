"""What hangs on tables and views of PostgreSQL, as schema.sql and databases have it, or made by hand: policies, rules."""
import sys

import pytest

from support.described import Described
from support.project import Project
from support.turns import both_servers


NOTES = """CREATE TABLE notes (id integer PRIMARY KEY, owner text NOT NULL, level smallint);
"""
SECURE = NOTES + """ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (owner = CURRENT_USER);
CREATE POLICY quiet ON notes AS RESTRICTIVE FOR SELECT TO pg_monitor USING (level < 3);
COMMENT ON POLICY quiet ON notes IS 'not the loud ones';
"""


@pytest.fixture
def place(tmp_path, postgres):
    return Described(tmp_path / "p", postgres)


def policies(place):
    with place.engine_in.connect() as connection:
        rows = connection.exec_driver_sql("SELECT polname FROM pg_policy ORDER BY 1")
        return [row[0] for row in rows]


def seen(place):
    """What whoever is bound by the policies sees."""
    with place.engine_in.connect() as connection:
        connection.exec_driver_sql("SET ROLE pg_monitor")
        return [row[0] for row in connection.exec_driver_sql("SELECT id FROM notes ORDER BY 1")]


def agrees(place):
    shown = place.run("diff", "models", "--exit-code")
    assert shown.status == 0 and "Models and database agree." in shown.out, shown


@both_servers
def test_there_and_back_with_rows(place):
    place.starts(NOTES, "GRANT SELECT ON notes TO pg_monitor;\n"
                        "INSERT INTO notes VALUES (1, 'pg_monitor', 1), (2, 'pg_monitor', 5), (3, 'bob', 1)")
    assert seen(place) == [1, 2, 3]
    place.write("schema.sql", SECURE)
    place.ok("make-migrations")
    place.ok("migrate")
    assert seen(place) == [1]
    agrees(place)
    place.write("schema.sql", SECURE.replace("level smallint", "level integer").replace("level < 3", "level < 9"))
    place.ok("make-migrations")
    place.ok("migrate")
    assert seen(place) == [1, 2]
    agrees(place)
    place.ok("rollback", "--count", "2")
    assert seen(place) == [1, 2, 3] and policies(place) == []
    place.ok("migrate")
    assert seen(place) == [1, 2]


@both_servers
def test_made_by_hand_is_left_alone_and_comes_back(place):
    place.starts(NOTES, "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n"
                        "CREATE POLICY theirs ON notes FOR DELETE USING (level = 1)")
    shown = place.run("diff", "models", "--json").json
    assert not shown["models"], shown
    place.write("schema.sql", NOTES.replace("smallint", "integer"))
    said = place.ok("make-migrations").err
    assert "policy theirs was not made by this project, and has to make room" in said, said
    place.ok("migrate")
    assert policies(place) == ["theirs"]
    place.ok("rollback")
    assert policies(place) == ["theirs"]
    place.sql("DROP POLICY theirs ON notes")
    place.ok("migrate")  # a database that does not have it gets none
    assert policies(place) == []
    place.write("schema.sql", "CREATE TABLE other (id integer);")
    place.sql("CREATE POLICY theirs ON notes USING (true)")
    place.ok("make-migrations")
    place.ok("migrate")
    assert policies(place) == []


@both_servers
def test_what_is_described_later_is_taken_over(place):
    place.starts(NOTES, SECURE.removeprefix(NOTES))
    place.write("schema.sql", SECURE)
    agrees(place)
    place.ok("make-migrations")
    place.ok("migrate")
    place.write("schema.sql", NOTES)
    place.ok("make-migrations")
    place.ok("migrate")
    assert policies(place) == []


def test_a_policy_for_nobody_is_named(place):
    place.write("schema.sql", NOTES + "CREATE POLICY p ON notes TO nobody_here USING (true);")
    stopped = place.run("make-migrations")
    assert stopped.status == 1 and 'role "nobody_here" does not exist' in stopped.err, stopped


MODELS = """import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("notes", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
         sa.Column("owner", sa.Text, nullable=False), sa.Column("level", sa.{}))
"""


def test_models_leave_it_alone(place, postgres):
    models = Project(place.folder.parent / "m", postgres, sys.executable, model_paths=["models.py"])
    models.write("models.py", MODELS.format("SmallInteger"))
    models.ok("make-migrations")
    models.ok("migrate")
    place.sql(SECURE.removeprefix(NOTES))
    assert not models.run("diff", "models", "--json").json["models"]
    models.write("models.py", MODELS.format("Integer"))
    models.ok("make-migrations")
    models.ok("migrate")
    assert policies(place) == ["own", "quiet"]


VIEW = """CREATE TABLE t (id integer PRIMARY KEY, n smallint);
CREATE VIEW v AS SELECT t.id, t.n FROM t;
"""


def test_rules_come_back_with_a_view_that_is_made_again(place):
    rule = "CREATE RULE kept AS ON INSERT TO v DO INSTEAD (INSERT INTO t (id, n) VALUES (new.id, new.n); NOTIFY v);\n"
    by_hand = "CREATE RULE theirs AS ON DELETE TO v DO INSTEAD DELETE FROM t WHERE t.id = old.id"
    place.starts(VIEW + rule, by_hand)
    place.write("schema.sql", VIEW.replace("smallint", "bigint") + rule)
    said = place.ok("make-migrations").err
    assert "view v / rule theirs was not made by this project, and has to make room" in said, said
    for way in (["migrate"], ["rollback"], ["migrate"]):
        place.ok(*way)
        place.sql("INSERT INTO v VALUES (1, 2);\nDELETE FROM v WHERE id = 1")
    agrees(place)
    place.write("schema.sql", VIEW.replace("smallint", "bigint") + rule.replace("new.n)", "new.n + 1)"))
    place.ok("make-migrations", "again")
    made = (place.migrations / "primary__0003_again.sql").read_text()
    assert "CREATE OR REPLACE RULE kept" in made and "DROP RULE" not in made, made
    place.ok("migrate")
    agrees(place)
