"""migrate --sql and rollback --sql: what the engine's own client makes of the text is what a run makes."""

import subprocess

import pytest
from support.engines import ENGINES, EngineProject, created

USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, mail VARCHAR(100) NOT NULL);\nINSERT INTO users VALUES (1, 'it''s; \"x\" $1 ?');"
POSTS = ("CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER, FOREIGN KEY (author) REFERENCES users (id));\n"
         "INSERT INTO posts VALUES (1, 1);\n-- why; not\nUPDATE posts SET id = 2;")
TRIGGER = {
    "sqlite": "CREATE TRIGGER tr AFTER INSERT ON posts BEGIN UPDATE users SET mail = 'a;b'; DELETE FROM posts WHERE id < 0; END;",
    "postgresql": "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := 1; RETURN NEW; END $$;\n"
                  "CREATE TRIGGER tr BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION f();",
    "mysql": "CREATE TRIGGER tr BEFORE INSERT ON posts FOR EACH ROW BEGIN SET NEW.id = 1; SET NEW.author = 1; END;",
}
DROP_TRIGGER = {"sqlite": "DROP TRIGGER tr;", "postgresql": "DROP TRIGGER tr ON posts;\nDROP FUNCTION f();", "mysql": "DROP TRIGGER tr;"}
OWN = {  # what has a transaction of its own, or changes the session
    "sqlite": ("-- transaction: none\n", "BEGIN;\nCREATE TABLE own (id INTEGER);\nCOMMIT;"),
    "postgresql": ("", "SET search_path = elsewhere, public;\nCREATE INDEX CONCURRENTLY ix ON users (mail);\nCREATE TABLE own (id int);\n"
                       "COPY own FROM stdin;\n1\n2\n\\.\nSELECT 1;"),
    "mysql": ("", "ALTER TABLE users ADD note TEXT;\nINSERT INTO users VALUES (2, 'two', NULL);\nCREATE TABLE own (id INTEGER);"),
}
DROP_OWN = {"sqlite": "DROP TABLE own;", "postgresql": "DROP TABLE own;\nDROP INDEX ix;",
            "mysql": "DROP TABLE own;\nALTER TABLE users DROP note;\nDELETE FROM users WHERE id = 2;"}


def family(engine):
    return "mysql" if engine in ("mariadb", "mysql") else engine


def fill(project):
    kind = family(project.engine)
    project.migration("0001", "users", USERS, "DROP TABLE users;")
    project.migration("0002", "posts", POSTS, "DROP TABLE posts;")
    project.migration("0003", "trigger", TRIGGER[kind], DROP_TRIGGER[kind])
    head, text = OWN[kind]
    project.migration("0004", "own", text, DROP_OWN[kind], head=head)
    project.migration("0005", "empty", "-- nothing yet", "", head="-- set lock_timeout = 2s\n")
    project.write("migrations/primary/ROC__names.sql", "-- upgrade\nCREATE TABLE IF NOT EXISTS names (id INTEGER);\n")
    return project


@pytest.fixture(params=ENGINES)
def pair(request, tmp_path, servers):
    """Two projects of the same files, each over an empty database."""
    made = [created(request.param, servers, tmp_path / name) for name in ("straight", "fed")]
    yield [fill(EngineProject(tmp_path / name, database)) for name, (database, _) in zip(("straight", "fed"), made, strict=True)]
    for _, drop in made:
        drop()


def feed(project, sql):
    url = project.database.alchemy.url
    program = {
        "sqlite": ["sqlite3", "-bail", str(project.folder / "app.db")],
        "postgresql": ["psql", "-qX", "-v", "ON_ERROR_STOP=1", project.url],
        "mysql": ["mariadb", "--skip-ssl", f"-u{url.username}", f"-p{url.password}", url.database],
    }[family(project.engine)]
    if "unix_socket" in url.query:
        program[1:1] = ["-S", url.query["unix_socket"]]
    elif program[0] == "mariadb":
        program[1:1] = ["-h", url.host, "-P", str(url.port)]
    return subprocess.run(program, input=sql, text=True, capture_output=True)


def picture(project):
    """The schema, all rows, and what is recorded."""
    ask = project.database.query
    rows = {table: ask(f"SELECT * FROM {table} ORDER BY 1") for table in project.database.tables()}
    recorded = ask("SELECT version, description, filename, migration_type, checksum FROM _dbwarden_migrations ORDER BY filename")
    journal = ask("SELECT filename, direction, checksum, version, total, done, outcome, evidence FROM _dbwarden_journal ORDER BY filename")
    return project.ok("dump").out.partition("\n")[2], rows, recorded, journal


def test_a_client_makes_the_same_of_it(pair):
    straight, fed = pair
    straight.ok("migrate")
    outcome = fed.ok("migrate", "--sql")
    assert outcome.out.lstrip().startswith(("CREATE TABLE", "PRAGMA"))
    done = feed(fed, outcome.out)
    assert done.returncode == 0, done.stderr
    assert picture(fed) == picture(straight)
    assert fed.run("current", "--check").out == "primary: 0005 (current)\n"
    for project in pair:
        (project.migrations / "ROC__names.sql").unlink()
    straight.ok("rollback", "--to-version", "0002")
    done = feed(fed, fed.ok("rollback", "--sql", "0005:0002").out)
    assert done.returncode == 0, done.stderr
    assert picture(fed) == picture(straight)
    straight.ok("migrate")
    for part in ("0002:0003", "3:"):
        done = feed(fed, fed.ok("migrate", "--sql", part).out)
        assert done.returncode == 0, done.stderr
    assert picture(fed) == picture(straight)


def test_a_failure_leaves_what_a_run_goes_on_from(pair):
    _, fed = pair
    path = fed.migrations / "primary__0002_posts.sql"
    whole = path.read_text()
    path.write_text(whole.replace("UPDATE posts", "UPDATE nowhere"))
    assert feed(fed, fed.ok("migrate", "--sql").out).returncode != 0
    assert fed.database.versions() == ["0001"]
    path.write_text(whole)
    fed.ok("migrate")
    assert fed.run("current", "--check").status == 0


def test_what_is_asked_for_is_checked(lite):
    fill(lite)
    lite.migration("0006", "rows", "UPDATE users SET mail = 'x';", head="-- batches: 100 rows\n")
    for args, status, said in (
        (["migrate", "--sql", "0009"], 2, "there is no version 0009"),
        (["migrate", "--sql", "3:1"], 2, "3 comes after 1"),
        (["rollback", "--sql"], 2, "needs FROM:TO"),
        (["rollback", "--sql", "1:3"], 2, "3 comes after 1"),
        (["migrate", "1:3"], 2, "Add --sql"),
        (["migrate", "--sql", "--dry-run"], 2, "--dry-run cannot be given with it"),
        (["--url", "postgresql:///nowhere", "--migrations-dir", "migrations/primary", "migrate", "--sql", "5:6"], 1, "runs in batches of rows"),
    ):
        outcome = lite.run(*args)
        assert outcome.status == status and said in outcome.err and not outcome.out, outcome
    assert not (lite.folder / "app.db").exists()


def test_rows_without_a_parent_stop_it(lite):
    lite.migration("0001", "users", USERS)
    lite.migration("0002", "posts", POSTS.replace("(1, 1)", "(1, 7)"))
    done = feed(lite, lite.ok("migrate", "--sql").out)
    assert done.returncode != 0 and "now <= was" in done.stderr
    assert lite.database.versions() == ["0001"]


def test_a_program_is_not_sql(lite):
    lite.write("migrations/primary/primary__0001_x.sh", "echo hello\n")
    lite.migration("0002", "users", USERS)
    outcome = lite.run("migrate", "--sql")
    assert outcome.status == 1 and "primary__0001_x.sh is code, so it cannot be printed" in outcome.err and not outcome.out
    assert "CREATE TABLE users" in lite.ok("migrate", "--sql", "1:").out
    lite.ok("stamp", "1")
    assert lite.ok("current").out == "primary: 0001 (1 pending)\n"
