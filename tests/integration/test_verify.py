"""verify: migrations make what models describe, and every way back leads back, in scratch databases."""

import pytest
from support.engines import EngineProject, created


@pytest.fixture
def project(schema_project):
    return schema_project


def verified(project, *args, status):
    outcome = project.run("verify", "--json", *project.options, *args)
    assert outcome.status == status, outcome
    return outcome.json


def rollbacks(reply):
    return {row["version"]: row["rollback"] for row in reply["rollbacks"]}


def details(reply, version):
    return next(row["details"] for row in reply["rollbacks"] if row["version"] == version)


def test_whole(project):
    """What make-migrations writes holds, and the database itself is not touched."""
    texts = ["CREATE TABLE a (id integer PRIMARY KEY, n integer NOT NULL, note varchar(20));\nCREATE INDEX ix ON a (n);\n",
             "CREATE TABLE a (id integer PRIMARY KEY, n integer, label varchar(30) DEFAULT 'x');\n"
             "CREATE TABLE b (id integer PRIMARY KEY, a_id integer NOT NULL REFERENCES a (id));\n"
             "CREATE VIEW v AS SELECT id FROM a;\n"]
    for number, text in enumerate(texts):
        project.write("schema.sql", text)
        project.ok("make-migrations", f"step {number}")
    reply = verified(project, status=0)
    assert rollbacks(reply) == {"0001": "holds", "0002": "holds"}
    assert reply["models"] == [] and reply["differences"] == 0 and reply["migrations"] == 2
    assert project.database.tables() == []
    project.write("schema.sql", texts[1] + "CREATE TABLE late (id integer PRIMARY KEY);\n")
    reply = verified(project, status=3)
    assert ("create", "table late") in [(change["change"], change["object"]) for change in reply["models"]]
    assert reply["rollback_faults"] == 0 and reply["differences"] >= 1


def test_faults_of_rollbacks(project):
    project.write("schema.sql", "CREATE TABLE a (id integer PRIMARY KEY, x integer);\nCREATE TABLE c (id integer PRIMARY KEY);\n")
    project.migration("0001", "a", "CREATE TABLE a (id integer PRIMARY KEY);", "DROP TABLE a;")
    project.migration("0002", "forgets", "ALTER TABLE a ADD COLUMN x integer;\nCREATE INDEX ix ON a (x);", "DROP INDEX ix;")
    project.migration("0003", "fails", "CREATE TABLE c (id integer PRIMARY KEY);\nDROP INDEX ix;", "DROP TABLE d;")
    project.migration("0004", "none", "INSERT INTO c VALUES (1);", "")
    project.migration("0005", "right", "CREATE TABLE e (id integer PRIMARY KEY);", "DROP TABLE e;")
    project.migration("0006", "said", "DROP TABLE e;", "-- irreversible: rows are gone")
    reply = verified(project, status=3)
    assert rollbacks(reply) == {"0001": "holds", "0002": "differs", "0003": "fails", "0004": "none", "0005": "holds",
                                "0006": "irreversible"}
    assert details(reply, "0002") == ["table a / column x was not there before"]
    assert "line 8" in details(reply, "0003")[0] and "d" in details(reply, "0003")[0]
    assert details(reply, "0006") == ["rows are gone"]
    assert reply["rollback_faults"] == 2 and reply["models"] == []
    only = verified(project, "--since", "0004", status=0)
    assert set(rollbacks(only)) == {"0004", "0005", "0006"}
    assert verified(project, "--no-rollbacks", status=0)["rollbacks"] == []
    assert project.run("verify", "--since", "0009").status == 2


def test_rows(project):
    """Rows are in the tables while a file goes back: what loses them, or cannot be undone with them, is found."""
    project.write("schema.sql", "CREATE TABLE b (id integer PRIMARY KEY, n integer NOT NULL, s varchar(3));\n")
    project.migration("0001", "a", "CREATE TABLE a (id integer PRIMARY KEY, n integer NOT NULL, s varchar(3));",
                      "DROP TABLE a;")
    project.migration("0002", "empties", "ALTER TABLE a RENAME TO b;",
                      "DROP TABLE b;\nCREATE TABLE a (id integer PRIMARY KEY, n integer NOT NULL, s varchar(3));")
    project.migration("0003", "refuses", "ALTER TABLE b DROP COLUMN n;", "ALTER TABLE b ADD COLUMN n integer NOT NULL;")
    project.migration("0004", "drops", "ALTER TABLE b ADD COLUMN n integer NOT NULL DEFAULT 5;", "ALTER TABLE b DROP COLUMN n;")
    project.migration("0005", "keeps", "ALTER TABLE b DROP COLUMN s;", "ALTER TABLE b ADD COLUMN s varchar(3);")
    project.migration("0006", "needs none", "ALTER TABLE b ADD COLUMN s varchar(3) NOT NULL;" if project.engine != "sqlite" else
                      "ALTER TABLE b ADD COLUMN s varchar(3) NOT NULL DEFAULT 'x';", "ALTER TABLE b DROP COLUMN s;")
    reply = verified(project, status=3)
    assert rollbacks(reply) == {"0001": "holds", "0002": "differs", "0003": "fails", "0004": "holds", "0005": "holds",
                                "0006": "holds"}
    assert details(reply, "0002") == ["rows of table a are not what they were: all are gone"]
    assert details(reply, "0003")[0].startswith("with rows in the tables: line 7: ")
    rows = {row["version"]: row["rows"] for row in reply["rollbacks"]}
    if project.engine == "postgresql":
        assert rows["0006"].startswith("with rows in the tables it cannot be run: ")
    assert rows["0005"] is None


def test_every_kind_of_key(project):
    """Made-up rows refer to each other, counters do not move, and triggers do nothing."""
    project.write("schema.sql", "CREATE TABLE p (id integer PRIMARY KEY);\n")
    types = {"postgresql": "id bigserial PRIMARY KEY, u uuid NOT NULL UNIQUE, d timestamptz NOT NULL, j jsonb NOT NULL, "
             "m mood NOT NULL, l int[] NOT NULL, c char(1) NOT NULL, b boolean NOT NULL, r int4range NOT NULL, "
             "g int GENERATED ALWAYS AS IDENTITY",
             "sqlite": "id integer PRIMARY KEY, u text NOT NULL UNIQUE, d timestamp NOT NULL"}[project.engine]
    enum = "CREATE TYPE mood AS ENUM ('sad', 'ok');\n" if project.engine == "postgresql" else ""
    project.migration("0001", "a", f"{enum}CREATE TABLE p ({types});\n"
                      "CREATE TABLE q (id integer PRIMARY KEY, p_id integer NOT NULL REFERENCES p (id), self integer REFERENCES q (id));",
                      "DROP TABLE q;\nDROP TABLE p;" + ("\nDROP TYPE mood;" if enum else ""))
    project.migration("0002", "empties", "ALTER TABLE q ADD COLUMN x integer;",
                      "ALTER TABLE q DROP COLUMN x;\nDELETE FROM q;\nDELETE FROM p;")
    project.migration("0003", "counts", "INSERT INTO q (id, p_id) SELECT id, id FROM p;\nCREATE TABLE z AS SELECT count(*) AS n FROM p;",
                      "DROP TABLE z;")
    reply = verified(project, status=3)
    assert rollbacks(reply) == {"0001": "holds", "0002": "differs", "0003": "holds"}
    assert details(reply, "0002") == ["rows of table p are not what they were: all are gone",
                                      "rows of table q are not what they were: all are gone"]


def test_refused(project):
    project.write("schema.sql", "CREATE TABLE a (id integer PRIMARY KEY);\n")
    project.migration("0001", "a", "CREATE TABLE a (id integer PRIMARY KEY);\nINSERT INTO nowhere VALUES (1);", "DROP TABLE a;")
    outcome = project.run("verify", *project.options)
    assert outcome.status == 1 and "0001_a.sql:4" in outcome.err and "scratch database" in outcome.err, outcome
    assert project.database.tables() == []


def test_prove(project):
    """The file that was just written, without a word about those before it."""
    project.write("schema.sql", "CREATE TABLE a (id integer PRIMARY KEY);\n")
    project.migration("0001", "a", "CREATE TABLE a (id integer PRIMARY KEY);", "DROP TABLE b;")
    project.ok("migrate")
    project.write("schema.sql", "CREATE TABLE a (id integer PRIMARY KEY, x integer);\n")
    outcome = project.run("make-migrations", "more", "--prove", "--json")
    assert outcome.status == 0, outcome
    assert rollbacks(outcome.json["proof"]) == {"0002": "holds"} and outcome.json["proof"]["differences"] == 0
    project.ok("migrate")
    project.write("schema.sql", "CREATE TABLE a (id integer PRIMARY KEY, x integer);\nCREATE TABLE c (id integer PRIMARY KEY);\n")
    project.migration("0003", "late", "CREATE TABLE late (id integer PRIMARY KEY);", "DROP TABLE late;")
    outcome = project.run("make-migrations", "last", "--prove", "--json")
    assert outcome.status == 3 and rollbacks(outcome.json["proof"]) == {"0004": "holds"}, outcome
    assert [change["object"] for change in outcome.json["proof"]["models"]][0] == "table late"


def test_rows_need_a_superuser(tmp_path, servers):
    """On a server where triggers cannot be switched off, schemas are proved and rows are not, and it says so."""
    database, drop = created("postgresql", servers, tmp_path / "project")
    project = EngineProject(tmp_path / "project", database)
    project.migration("0001", "a", "CREATE TABLE a (id integer PRIMARY KEY);", "DROP TABLE a;")
    project.migration("0002", "b", "ALTER TABLE a ADD COLUMN n integer;", "ALTER TABLE a DROP COLUMN n;")
    role = database.url.rsplit("/", 1)[1] + "_maker"
    database.run(f"CREATE ROLE {role} LOGIN CREATEDB")
    url = servers["PG15_TCP_URL"].replace("postgres@", f"{role}@")
    outcome = project.run("verify", "--json", "--sandbox-url", url)
    database.run(f"DROP ROLE {role}")
    drop()
    assert outcome.status == 0 and rollbacks(outcome.json) == {"0001": "holds", "0002": "holds"}, outcome
    assert outcome.json["rollbacks"][1]["rows"].startswith("none can be made up: permission denied")
