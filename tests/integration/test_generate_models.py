"""generate-models: what it writes, read back, differs from the database in nothing, and pleases Python and its formatters."""

import subprocess
import sys

import psycopg2
import pytest
from support.engines import EngineProject, created
from support.project import ROOT, Project

ENGINES = ("sqlite", "postgresql")
STYLES = ("mapped", "column", "sqlmodel")
SHARED = """
CREATE TABLE users (
    id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE, "class" TEXT, l INTEGER,
    text TEXT DEFAULT 'a :b', metadata TEXT, registry TEXT, "odd name" TEXT, "it's" TEXT, "größe" TEXT,
    boss INTEGER REFERENCES users (id), score NUMERIC(10, 2) DEFAULT 0 NOT NULL, created DATE, str TEXT, "Meta" TEXT,
    CHECK (length(email) > 3));
CREATE TABLE pair (a INTEGER NOT NULL, b VARCHAR(20) NOT NULL, PRIMARY KEY (b, a));
CREATE TABLE of_pair (
    id INTEGER NOT NULL PRIMARY KEY, a INTEGER, b VARCHAR(20), user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    FOREIGN KEY (b, a) REFERENCES pair (b, a) ON UPDATE CASCADE, UNIQUE (a, b));
CREATE TABLE log (at TIMESTAMP, what TEXT NOT NULL);
CREATE TABLE "order items" (id INTEGER NOT NULL PRIMARY KEY, "class" TEXT);
CREATE TABLE order_items (id INTEGER NOT NULL PRIMARY KEY, Text TEXT);
CREATE TABLE "None" (id INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE base (id INTEGER NOT NULL PRIMARY KEY);
CREATE INDEX ix_users_created ON users (created);
CREATE INDEX users_lower ON users (lower(email));
CREATE UNIQUE INDEX users_turned ON users (score DESC, l) WHERE score > 10;
"""
OWN = {
    "sqlite": """
CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT, plain INT, untyped, odd FOO(3) COLLATE NOCASE, name TEXT COLLATE NOCASE,
    twice INTEGER GENERATED ALWAYS AS (plain * 2) STORED, price DOUBLE DEFAULT 1.5);
CREATE TABLE small (b TEXT, a INT, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE exact (a INTEGER, b ANY, PRIMARY KEY (b DESC)) STRICT;
CREATE TABLE refuse (a INTEGER NOT NULL ON CONFLICT IGNORE, b TEXT UNIQUE ON CONFLICT REPLACE, CONSTRAINT one CHECK (a > 1));
CREATE TABLE far (id INTEGER PRIMARY KEY, one REFERENCES users, two REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED);
CREATE INDEX far_two ON far (two COLLATE NOCASE DESC);
""",
    "postgresql": """
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "fine"');
CREATE TYPE app.size AS ENUM ('s', 'm');
CREATE TABLE app.things (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sized app.size DEFAULT 'm' NOT NULL, moods mood[],
    kept SERIAL, at TIMESTAMPTZ DEFAULT now(), three TIMESTAMP(3), tags TEXT[], doc JSONB DEFAULT '{"a": 1}', u UUID,
    r INT4RANGE, bits BIT(4), more BIT VARYING(7), span INTERVAL, ip INET, x XML, net MACADDR8, p POINT, c "char",
    n NAME COLLATE "C", name VARCHAR(20) COLLATE "C", raw BYTEA, ok BOOLEAN, f DOUBLE PRECISION, g REAL, s SMALLINT,
    whole NUMERIC, t TIME(2) WITH TIME ZONE, doubled INTEGER GENERATED ALWAYS AS (7 * 2) STORED);
CREATE TABLE app.users (id SERIAL PRIMARY KEY, thing BIGINT CONSTRAINT odd_name REFERENCES app.things DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE app.things ADD first_user INTEGER REFERENCES app.users (id);
ALTER TABLE app.things ADD last_user INTEGER, ADD CONSTRAINT doubted FOREIGN KEY (last_user) REFERENCES app.users (id) NOT VALID;
ALTER TABLE app.things ALTER doc SET STORAGE EXTERNAL, ALTER tags SET STATISTICS 200, ALTER s SET (n_distinct = 5);
CREATE UNLOGGED TABLE quick (id INTEGER PRIMARY KEY) WITH (fillfactor = 70, autovacuum_enabled = false);
CREATE TABLE child (extra INTEGER) INHERITS (quick);
CREATE TABLE bare ();
CREATE TABLE split (id INTEGER, at DATE NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE locked (id INTEGER PRIMARY KEY, room INTEGER, during TSRANGE, CONSTRAINT "Named Key" UNIQUE (room),
    EXCLUDE USING gist (during WITH &&), CONSTRAINT more CHECK (room > 0) NO INHERIT);
ALTER TABLE locked ENABLE ROW LEVEL SECURITY;
CREATE INDEX ON app.things USING gin (doc jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX ON app.things (name text_pattern_ops, s DESC NULLS LAST) INCLUDE (g);
CREATE INDEX ON app.things ((name || 'x') COLLATE "C" DESC);
COMMENT ON TABLE locked IS 'closed "for" good';
COMMENT ON COLUMN locked.room IS 'a long comment that does not fit into one line, because it goes on and on for ever';
COMMENT ON CONSTRAINT more ON locked IS 'more';
COMMENT ON INDEX users_lower IS 'lower';
""",
}


BESIDE = """
CREATE VIEW named AS SELECT id, email AS "the name", 'it''s' AS s FROM users;
CREATE VIEW of_named AS SELECT "the name" FROM named;
CREATE TRIGGER noted AFTER UPDATE ON users BEGIN INSERT INTO log (what) VALUES ('a\\b'); END;
CREATE TRIGGER through INSTEAD OF INSERT ON named BEGIN SELECT 1; END;
"""


class Generated:
    def __init__(self, folder, engine, servers):
        self.database, self.drop = created(engine, servers, folder)
        self.project = EngineProject(folder, self.database)
        self.project.python = sys.executable
        self.options = ["--sandbox-url", servers["PG15_TCP_URL"]] if engine == "postgresql" else []

    def fill(self, sql):
        for statement in filter(str.strip, sql.split(";\n")):
            self.database.run(statement.replace(":", "\\:"))
        self.configure("models")

    def configure(self, paths):
        self.project.write("dbwarden.yaml", "databases:\n  primary:\n    default: true\n"
                           f"    database_type: {self.database.engine}\n    database_url_sync: \"{self.database.url}\"\n"
                           f"    model_paths: [{paths}]\n")

    def generate(self, *args, folder="models"):
        outcome = self.project.ok("generate-models", "-o", folder, *args)
        self.configure(folder)
        return outcome

    def agrees(self, *args):
        outcome = self.project.run("diff", "--from", "db", "--to", "models", "--format", "sql", "--exit-code", *self.options,
                                   *args)
        assert outcome.status == 0, outcome

    def is_formatted(self, folder="models"):
        for words in (["check"], ["format", "--check", "--diff"]):
            done = subprocess.run([sys.executable, "-m", "ruff", *words, "--isolated", folder], cwd=self.project.folder,
                                  capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr

    def is_tidy(self, folder="models"):
        self.is_formatted(folder)
        code = f"import sqlalchemy.orm, {folder}; sqlalchemy.orm.configure_mappers()"
        done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=self.project.folder, capture_output=True,
                              text=True, env={"PYTHONDONTWRITEBYTECODE": "1"})
        assert done.returncode == 0, done.stderr


@pytest.fixture(params=ENGINES)
def generated(request, tmp_path, servers):
    made = Generated(tmp_path / "project", request.param, servers)
    made.fill(SHARED + OWN[request.param])
    yield made
    made.drop()


@pytest.mark.parametrize("style", STYLES)
def test_models_read_back_say_the_same(generated, style):
    generated.generate("--style", style)
    generated.agrees()
    generated.is_tidy()


def test_one_file_holds_all_of_them(generated):
    outcome = generated.generate("--single-file", folder="one")
    assert "model(s) in 'one/'" in outcome.out and [path.name for path in (generated.project.folder / "one").iterdir()] == ["models.py"]
    generated.agrees()
    generated.agrees("--normalise", "server")
    generated.is_tidy("one")


def test_what_stands_beside_tables_comes_back(tmp_path, servers):
    made = Generated(tmp_path / "project", "sqlite", servers)
    made.fill(SHARED + OWN["sqlite"] + BESIDE)
    for folder, *args in (("models",), ("one", "--single-file")):
        made.generate(*args, folder=folder)
        made.agrees()
        made.is_formatted(folder)


WHOLE = [(server, ROOT / "tests/golden/roundtrip/postgresql" / f"{name}.sql") for server, name in (
    ("pg15", "shop_one"), ("pg18", "shop_two"), ("pg15", "views"), ("pg18", "new_18"), ("pg18", "newer_18"))]


@pytest.mark.parametrize("postgres, path", WHOLE, indirect=["postgres"], ids=lambda value: getattr(value, "stem", value))
def test_models_of_whole_schemas_differ_from_them_in_nothing(postgres, path, tmp_path):
    project = Project(tmp_path / "project", postgres, sys.executable, model_paths=["models"])
    with psycopg2.connect(postgres) as connection, connection.cursor() as cursor:
        cursor.execute(path.read_text())
    project.ok("generate-models", "-o", "models")
    outcome = project.run("diff", "--from", "db", "--to", "models", "--format", "sql", "--exit-code")
    statements = [line for line in outcome.out.splitlines() if line and not line.startswith("--")]
    assert not statements, outcome  # what is not managed is named in comments


@pytest.mark.parametrize("style", STYLES)
def test_relationships_lead_there_and_back(generated, style):
    generated.generate("--style", style, "--relationships")
    generated.agrees()
    generated.is_tidy()
    code = "import models; u, o = models.Users(), models.OfPair(); o.user = u; assert u.of_pair == [o]; b = models.Users()\n" \
           "u.boss_row = b; assert b.users == [u]; p = models.Pair(); o.pair = p; assert p.of_pair == [o]"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=generated.project.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_attribute_that_nobody_knows_is_an_error(generated):
    prefix = {"sqlite": "sq_", "postgresql": "pg_"}[generated.database.engine]
    for meta, message, hint in (
            ("pg_row_securty = True", "table t: there is no attribute pg_row_securty", "Did you mean pg_row_security?"),
            (f"class id:\n            {prefix}colation = 'x'", f"column t.id: there is no attribute {prefix}colation",
             f"Did you mean {prefix}collation?"),
            ("uniques = [{'columns': ['id'], 'deferable': True}]", "an entry of uniques has no key deferable",
             "Did you mean deferrable?")):
        generated.project.write("models/t.py", "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import declarative_base\n"
                                "Base = declarative_base()\n\nclass T(Base):\n    __tablename__ = 't'\n"
                                f"    id = Column(Integer, primary_key=True)\n    class Meta:\n        {meta}\n")
        generated.configure("models/t.py")
        outcome = generated.project.run("diff", "models")
        assert outcome.status == 1 and message in outcome.err and hint in outcome.err and "t.py:5" in outcome.err, outcome


def test_a_base_of_the_project(generated):
    generated.project.write("app/__init__.py", "")
    generated.project.write("app/db.py", "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Own(DeclarativeBase):\n    pass\n")
    generated.generate("--base", "app.db:Own")
    assert "\n\nfrom app.db import Own\n\n" in (generated.project.folder / "models/users.py").read_text()
    generated.agrees()
    outcome = generated.project.run("generate-models", "--base", "Own")
    assert outcome.status == 2 and '"Own" is not a module and a name' in outcome.err


def test_some_tables_only(generated):
    outcome = generated.generate("--tables", "users,order items,nowhere")
    assert 'there is no table "nowhere"' in outcome.err and "model(s) in 'models/'" in outcome.out
    names = {path.stem for path in (generated.project.folder / "models").iterdir()}
    assert "pair" not in names and {"users", "order_items"} <= names
    generated.generate("--exclude-tables", "users", folder="others")
    names = {path.stem for path in (generated.project.folder / "others").iterdir()}
    assert "pair" in names and "of_pair" in names
    outcome = generated.project.ok("generate-models", "--tables", "nowhere", "-o", "none")
    assert "No tables found matching the given criteria." in outcome.out
    assert not (generated.project.folder / "none").exists()


def test_what_is_there_is_not_replaced_unasked(generated):
    generated.generate()
    generated.generate()
    path = generated.project.folder / "models/users.py"
    path.write_text("# mine\n")
    outcome = generated.project.run("generate-models")
    assert outcome.status == 1 and "users.py is there already" in outcome.err and path.read_text() == "# mine\n"
    generated.generate("--force")
    generated.agrees()


def test_other_sources(generated):
    generated.project.write("one.sql", SHARED)
    generated.project.ok("generate-models", "--from", "one.sql", "--dialect", generated.database.engine, "-o", "from_sql")
    assert "class Users(Base)" in (generated.project.folder / "from_sql/users.py").read_text()
