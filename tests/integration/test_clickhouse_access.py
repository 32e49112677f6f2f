"""Users, roles, quotas, profiles, row policies and rights of ClickHouse, in front of an engine that parses all of them and keeps none
(support/rights.py), and named collections, which it keeps."""

import pytest
from support.rights import Rights
from test_clickhouse import Here, database, server  # noqa: F401

SCHEMA = """CREATE TABLE t (id UInt64, owner String) ENGINE = MergeTree ORDER BY id;
CREATE ROLE r1 SETTINGS max_threads = 4 MIN = 1 MAX 8 READONLY, PROFILE 'sp';
CREATE ROLE r2;
CREATE SETTINGS PROFILE sp SETTINGS max_memory_usage = 10000000 TO bob;
CREATE USER bob IDENTIFIED WITH sha256_password BY 'canary-8' HOST IP '10.0.0.0/8', NAME 'a.example' DEFAULT ROLE r1;
CREATE QUOTA q KEYED BY user_name FOR INTERVAL 60 minute MAX queries = 10, errors = 3 TO bob, r1;
CREATE ROW POLICY p ON t USING owner = currentUser() AND id > 0 TO r1;
GRANT SELECT(owner, id), INSERT ON t TO r1, bob WITH GRANT OPTION;
GRANT SELECT ON {name}.* TO r2;
REVOKE SELECT ON {name}.secret FROM r2;
GRANT r2 TO r1;
"""
COLLECTION = "CREATE NAMED COLLECTION {} AS url = 'http://x', password = 'canary-7' NOT OVERRIDABLE;\n"


@pytest.fixture
def rights(server, database):  # noqa: F811
    made = Rights(server, database.name)
    made.made["USER", "config_user"] = "CREATE USER config_user IDENTIFIED WITH no_password"
    yield made
    made.stop()


@pytest.fixture
def project(tmp_path, rights, database):  # noqa: F811
    url = rights.url.replace("http://", "clickhouse://") + database.name
    made = Here(tmp_path / "project", url, "/nonexistent/python", engine="clickhouse")
    (made.folder / "dbwarden.py").unlink()
    made.write("dbwarden.yaml", "databases:\n  primary:\n    default: true\n    database_type: clickhouse\n    schema_files: [schema.sql]\n"
               f"    manage: [grants]\n    database_url_sync: \"{url}\"\n")
    return made


def last_file(project):
    return sorted((project.folder / "migrations" / "primary").glob("*.sql"))[-1].read_text()


def test_what_is_made_is_read_back_to_no_difference(project, rights, database):  # noqa: F811
    schema = SCHEMA.format(name=database.name)
    project.write("schema.sql", schema)
    project.ok("make-migrations", "x")
    project.ok("migrate")
    assert [kind for kind, _ in rights.made] == ["USER", "SETTINGS PROFILE", "ROLE", "ROLE", "USER", "ROW POLICY", "QUOTA"]
    shown = project.ok("diff", "--exit-code")
    assert "agree" in shown.out and "config_user" not in shown.out + shown.err
    told = "".join(path.read_text() for path in project.folder.rglob("*.json"))
    assert "canary" not in told
    changed = (schema.replace("MAX 8", "MAX 9").replace("queries = 10", "queries = 20").replace("id > 0", "id > 1").replace("TO bob;", "TO bob, r2;", 1)
               .replace("INSERT ON t TO r1, bob WITH GRANT OPTION", "INSERT ON t TO r1, bob").replace("GRANT r2 TO r1;", "")
               .replace("DEFAULT ROLE r1", "DEFAULT ROLE r1 VALID UNTIL '2030-01-01'").replace("10.0.0.0/8", "10.1.0.0/16"))
    project.write("schema.sql", changed)
    project.ok("make-migrations", "y")
    up, down = last_file(project).split("-- rollback")
    for text in ("ALTER ROLE r1 SETTINGS PROFILE sp, max_threads = 4 MIN 1 MAX 9 CONST;", "ALTER SETTINGS PROFILE sp TO bob, r2;",
                 "ALTER QUOTA q FOR INTERVAL 1 hour MAX errors = 3, queries = 20;", "ALTER ROW POLICY p ON t USING owner = currentUser() AND id > 1;",
                 "REVOKE INSERT ON t FROM bob;\n\nREVOKE SELECT(id, owner) ON t FROM bob;\n\nGRANT INSERT ON t TO bob;", "REVOKE r2 FROM r1;",
                 "ALTER USER bob HOST IP '10.1.0.0/16', NAME 'a.example' VALID UNTIL '2030-01-01';"):
        assert text in up, up
    assert "GRANT r2 TO r1;" in down and "VALID UNTIL 'infinity'" in down
    project.ok("migrate")
    project.ok("rollback", "--count", "2")
    assert list(rights.made) == [("USER", "config_user")] and rights.granted == []


def test_a_password_that_nobody_tells_stops_the_way_back(project, rights, database):  # noqa: F811
    project.write("schema.sql", SCHEMA.format(name=database.name))
    project.ok("make-migrations", "x")
    project.ok("migrate")
    lines = [line.replace("r1, bob WITH", "r1 WITH").replace("TO bob, r1", "TO r1").replace(" TO bob;", ";")
             for line in SCHEMA.format(name=database.name).splitlines(keepends=True) if not line.startswith("CREATE USER")]
    project.write("schema.sql", "".join(lines))
    project.ok("make-migrations", "y")
    assert "-- irreversible: user bob would have to be made with a password that nobody tells" in last_file(project), last_file(project)


def test_rights_are_left_alone_where_nobody_says_so(project, rights, database):  # noqa: F811
    project.write("dbwarden.yaml", (project.folder / "dbwarden.yaml").read_text().replace("    manage: [grants]\n", ""))
    project.write("schema.sql", SCHEMA.format(name=database.name))
    shown = project.ok("make-migrations", "x")
    assert "schema.sql:2:1" in shown.err and "because the setting manage does not name grants: CREATE ROLE r1" in shown.err, shown
    assert "ROLE" not in last_file(project) and "canary" not in shown.out + shown.err
    project.write("dbwarden.yaml", (project.folder / "dbwarden.yaml").read_text().replace("    default: true\n", "    default: true\n    manage: [grants]\n"))
    project.write("schema.sql", "GRANT SELECT ON t TO carol;\n")
    shown = project.run("make-migrations", "y")
    assert shown.status and "schema.sql:1:1" in shown.err and "nothing before this says who carol is" in shown.err, shown


def test_rights_that_the_server_does_not_tell(project, rights, database):  # noqa: F811
    project.write("schema.sql", SCHEMA.format(name=database.name).replace("GRANT r2 TO r1;", "GRANT ALL ON {0}.* TO r1;".format(database.name)))
    project.ok("make-migrations", "x")
    project.ok("migrate")
    rights.granted = [line.replace("GRANT ALL ON", "GRANT CHECK, SHOW, SELECT, INSERT, ALTER, CREATE, DROP, TRUNCATE, OPTIMIZE ON") for line in rights.granted]
    project.ok("diff", "--exit-code")
    rights.made["MASKING", "m"] = "CREATE MASKING POLICY m ON t UPDATE owner = 'x' TO bob"
    assert "1 masking policy" in project.run("diff").out


def test_named_collections(project, database):  # noqa: F811
    name = f"nc_{database.name}"
    try:
        for text in (COLLECTION.format(name), COLLECTION.format(name).replace("NOT OVERRIDABLE", "OVERRIDABLE, user = 'u'")):
            project.write("schema.sql", text)
            shown = project.ok("make-migrations", "x")
            project.ok("migrate")
            assert "agree" in project.ok("diff", "--exit-code").out and "canary" not in shown.out + shown.err
            assert "values of named collections are not compared: of 1 object" in shown.out + shown.err
            assert "canary" not in "".join(path.read_text() for path in project.folder.rglob("*.json"))
        assert f"ALTER NAMED COLLECTION {name} SET url" in last_file(project)
        assert database.ask(f"SELECT length(collection) FROM system.named_collections WHERE name = '{name}'") == [("3",)]
        project.write("schema.sql", "")
        project.ok("make-migrations", "gone")
        assert f"-- irreversible: named collection {name} would have to be made with values that nobody tells" in last_file(project)
        project.ok("migrate")
        assert database.ask(f"SELECT count() FROM system.named_collections WHERE name = '{name}'") == [("0",)]
    finally:
        database.ask(f"DROP NAMED COLLECTION IF EXISTS {name}")
