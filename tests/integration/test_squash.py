"""squash: one file for many, with the same schema and rows; databases that had the many count the one as applied."""

import pytest
from support.engines import created


@pytest.fixture
def project(schema_project):
    return schema_project


def names(project):
    return sorted(path.name for path in (project.folder / "migrations/primary").glob("*__0*.sql"))


def beside(project, servers, folder):
    """Another database of the same engine, how it is named on the command line, and how it goes."""
    database, drop = created(project.engine, servers, folder)
    url = f"sqlite:///{folder}/app.db" if project.engine == "sqlite" else database.url
    return database, ["--url", url, "--migrations-dir", "migrations/primary"], drop


def filled(project):
    """Three files whose rows depend on each other, on a counter and on an UPDATE."""
    counter = "integer PRIMARY KEY AUTOINCREMENT" if project.engine == "sqlite" else "serial PRIMARY KEY"
    project.write("schema.sql", f"CREATE TABLE a (id {counter}, n integer, note varchar(20));\n"
                  "CREATE TABLE b (id integer PRIMARY KEY, a_id integer NOT NULL REFERENCES a (id));\nCREATE INDEX ix ON b (a_id);\n")
    project.migration("0001", "a", f"CREATE TABLE a (id {counter}, n integer);\nINSERT INTO a (n) VALUES (5), (NULL);", "DROP TABLE a;")
    project.migration("0002", "note", "ALTER TABLE a ADD COLUMN note varchar(20);\nUPDATE a SET note = 'it''s; \\ -- rollback';",
                      "ALTER TABLE a DROP COLUMN note;")
    project.migration("0003", "b", "CREATE TABLE b (id integer PRIMARY KEY, a_id integer NOT NULL REFERENCES a (id));\n"
                      "INSERT INTO b SELECT id, id FROM a;\nCREATE INDEX ix ON b (a_id);", "DROP TABLE b;")


ROWS = [(1, 5, "it's; \\ -- rollback"), (2, None, "it's; \\ -- rollback")]


def runs_again(project):
    """A file that is no part of what is squashed, whatever it does to what those make."""
    grants = "GRANT SELECT ON a TO PUBLIC;\n" if project.engine == "postgresql" else ""
    project.write("migrations/primary/primary__ROC__again.sql",
                  f"-- upgrade\nDROP VIEW IF EXISTS again;\nCREATE VIEW again AS SELECT 1 AS n;\n{grants}")
    project.write("schema.sql", (project.folder / "schema.sql").read_text() + "CREATE VIEW again AS SELECT 1 AS n;\n")


def test_one_for_three(project, tmp_path, servers):
    filled(project)
    runs_again(project)
    other, to_other, drop = beside(project, servers, tmp_path / "other")
    fresh, to_fresh, drop_fresh = beside(project, servers, tmp_path / "fresh")
    project.ok("migrate")
    project.ok("migrate", *to_other)
    outcome = project.ok("squash", "first year", "--json", *project.options)
    assert outcome.json["squashed"] == 3 and outcome.json["tables_with_rows"] == ["table a", "table b"]
    assert names(project) == ["primary__0003_first_year.sql"]
    assert "again" not in (project.folder / "migrations/primary/primary__0003_first_year.sql").read_text()
    assert len(list((project.folder / "migrations/primary/squashed").glob("*.sql"))) == 3
    assert project.statuses() == {"0003": "applied"} and project.database.versions() == ["0003"]
    assert project.ok("migrate", "--json").json["up_to_date"] is True
    assert "agree" in project.ok("diff", "models").out
    for database, way, ran in ((other, to_other, 0), (fresh, to_fresh, 1)):
        reply = project.ok("migrate", *way, "--json").json
        assert len(reply["applied"]) == ran and database.versions() == ["0003"]
        with database.alchemy.connect() as connection:
            assert connection.exec_driver_sql("SELECT id, n, note FROM a ORDER BY id").all() == ROWS
            connection.exec_driver_sql("INSERT INTO a (n) VALUES (9)")
            assert connection.exec_driver_sql("SELECT max(id) FROM a").scalar() == 3, "the counter goes on"
    assert project.run("verify", *project.options).status == 0
    project.ok("rollback")
    assert project.database.tables() == [] and project.database.versions() == []
    project.ok("migrate")
    drop()
    drop_fresh()


def test_later_files_stay(project):
    filled(project)
    project.write("migrations/primary/primary__0004_d.sql",
                  '-- depends_on: ["0002"]\n-- upgrade\nCREATE TABLE d (id integer PRIMARY KEY);\n-- rollback\nDROP TABLE d;\n')
    project.ok("migrate")
    project.ok("squash", "--to", "0003", *project.options)
    assert names(project) == ["primary__0003_squashed.sql", "primary__0004_d.sql"]
    assert project.database.versions() == ["0003", "0004"]
    assert project.statuses() == {"0003": "applied", "0004": "applied"}
    project.ok("rollback")
    assert project.database.versions() == ["0003"] and project.ok("migrate", "--json").json["applied"][0]["version"] == "0004"


def test_only_some_were_applied(project, tmp_path, servers):
    """A database that stands between the old files gets no half of the new one."""
    filled(project)
    other, to_other, drop = beside(project, servers, tmp_path / "other")
    project.ok("migrate", *to_other, "--to-version", "0002")
    project.ok("migrate")
    project.ok("squash", *project.options)
    refused = project.run("migrate", *to_other)
    assert refused.status == 1 and "stands for 3 migrations, of which this database has only 2" in refused.err, refused
    assert other.versions() == ["0001", "0002"]
    drop()


def test_left_over_files(project):
    """Old files beside the new one, as a kill or a merge leaves them, are nobody's."""
    filled(project)
    project.ok("migrate")
    project.ok("squash", *project.options)
    for path in (project.folder / "migrations/primary/squashed").glob("*.sql"):
        path.rename(path.parent.parent / path.name)
    assert project.statuses() == {"0003": "applied"}
    outcome = project.ok("migrate", "--json")
    assert outcome.json["up_to_date"] is True and "is passed over, because primary__0003_squashed.sql stands for it" in outcome.err


def test_refused(project):
    project.migration("0001", "a", "CREATE TABLE a (id integer PRIMARY KEY);", "DROP TABLE a;")
    project.ok("migrate")
    outcome = project.run("squash", *project.options)
    assert outcome.status == 1 and "not two applied" in outcome.err
    project.migration("0002", "b", "CREATE TABLE b (id integer PRIMARY KEY);", "DROP TABLE b;")
    project.ok("migrate")
    project.migration("0003", "c", "CREATE TABLE c (id integer PRIMARY KEY);", "DROP TABLE c;")
    outcome = project.run("squash", "--to", "0003", *project.options)
    assert outcome.status == 1 and "0003_c.sql is not applied yet" in outcome.err
    assert project.run("squash", "--to", "0009", *project.options).status == 2
    project.migration("0002", "b", "CREATE TABLE bb (id integer PRIMARY KEY);", "DROP TABLE bb;")
    outcome = project.run("squash", *project.options)
    assert outcome.status == 1 and "0002_b.sql was changed after it was applied" in outcome.err
    assert len(names(project)) == 3 and project.database.versions() == ["0001", "0002"]


@pytest.mark.parametrize("schema_project", ["postgresql"], indirect=True)
def test_what_cannot_be_one(project):
    """What no kind models would be lost: it is named, and nothing is written."""
    made, named = "CREATE FOREIGN DATA WRAPPER w OPTIONS (password 'x');", "foreign data wrapper w with secrets does not come back"
    project.migration("0001", "a", "CREATE TABLE a (id integer PRIMARY KEY);", "DROP TABLE a;")
    project.migration("0002", "b", made, "")
    project.ok("migrate")
    outcome = project.run("squash", *project.options)
    assert outcome.status == 1 and "one file cannot stand for these migrations" in outcome.err and named in outcome.err, outcome
    assert len(names(project)) == 2 and project.database.versions() == ["0001", "0002"]
