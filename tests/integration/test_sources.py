"""diff --from --to: any two schemas held against each other, and the SQL between them; dump: one that makes the same again."""

import itertools
import sys

import pytest
from support.engines import EngineProject, created

MODELS = """
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()

class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String(80), nullable=False, unique=True)
    name = Column(String(40), server_default="nobody")
    __table_args__ = (CheckConstraint("length(name) > 0", name="ck_users_name"),)

class Post(Base):
    __tablename__ = "posts"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"), nullable=False)
    title = Column(String(200))
    __table_args__ = (Index("ix_posts_title", "title"),)
"""
LATEST = ("models", "db", "url", "snapshot", "snapshot file", "migrations", "sql")
POSTS = ["table posts", "table posts / foreign key (user_id)", "table posts / index ix_posts_title"]
ALL = ["table users", *POSTS]
ENGINES = ("sqlite", "postgresql")


class Sources:
    """A project in which everything says the same: models, files, database, snapshot and a file of SQL."""

    def __init__(self, folder, database, servers):
        self.project = EngineProject(folder, database)
        self.engine, self.database = database.engine, database
        self.options = ["--sandbox-url", servers["PG15_TCP_URL"]] if self.engine == "postgresql" else []
        self.project.python = sys.executable
        self.project.write("dbwarden.yaml", "databases:\n  primary:\n    default: true\n    model_paths: [models.py]\n"
                           f"    database_type: {database.engine}\n    database_url_sync: \"{database.url}\"\n")
        for name, text in ("users", MODELS.split("class Post")[0]), ("posts", MODELS):
            self.project.write("models.py", text)
            self.project.ok("make-migrations", name)
            self.project.ok("migrate")
        self.project.write("schema.sql", self.run("--from", "empty", "--to", "db", "--format", "sql").out)
        first, last = sorted(path.name for path in (self.project.folder / "dbwarden/schemas").glob("*.json"))
        self.words = {"url": database.url, "sql": "schema.sql", "first": "migrations@0001", "last": "migrations@0002",
                      "snapshot file": f"dbwarden/schemas/{last}", "first snapshot": f"dbwarden/schemas/{first}"}

    def run(self, *args, **options):
        return self.project.run("diff", *args, *self.options, **options)

    def between(self, a, b, *args):
        """The changes from one to the other, and the whole document."""
        words = ["--from", self.words.get(a, a), "--to", self.words.get(b, b)]
        outcome = self.run(*words, "--json", "--exit-code", *args)
        assert outcome.status in (0, 3), f"{a} to {b}: {outcome}"
        assert (outcome.status == 3) == (outcome.json["differences"] > 0), outcome
        return [f"{change['change']} {change['object']}" for change in outcome.json["changes"]], outcome.json

    def refused(self, *args, status=1):
        outcome = self.run(*args)
        assert outcome.status == status and not outcome.out, outcome
        return outcome.err


@pytest.fixture(scope="module", params=ENGINES)
def same(request, servers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("same") / "project"
    database, drop = created(request.param, servers, folder)
    yield Sources(folder, database, servers)
    drop()


@pytest.mark.parametrize("a, b", itertools.combinations(LATEST, 2))
def test_what_says_the_same_agrees(same, a, b):
    assert same.between(a, b)[0] == []


@pytest.mark.parametrize("a", LATEST)
def test_each_against_nothing(same, a):
    created, document = same.between("empty", a)
    assert sorted(created) == ["create table posts", "create table posts / index ix_posts_title", "create table users"]
    assert document["hazards"] == [] and "CREATE TABLE posts" in document["upgrade"] and "DROP TABLE users" in document["rollback"]
    dropped, document = same.between(a, "empty")
    assert {"drop table users", "drop table posts"} <= set(dropped)
    assert {hazard["code"] for hazard in document["hazards"]} == {"drops-data"}


@pytest.mark.parametrize("a, b", [("first", "models"), ("first snapshot", "db"), ("first", "sql"), ("first", "url")])
def test_an_earlier_version(same, a, b):
    posts = ["table posts", "table posts / index ix_posts_title"]
    assert sorted(same.between(a, b)[0]) == [f"create {path}" for path in posts]
    assert {f"drop {path}" for path in posts} >= set(same.between(b, a)[0]) >= {"drop table posts"}
    assert same.between("first", "first snapshot")[0] == []


def test_nothing_is_changed(same):
    """Neither the database nor the project: no state table, no snapshot, no file, no schema left behind."""
    def picture():
        files = {path: path.stat().st_mtime_ns for path in same.project.folder.rglob("*") if "__pycache__" not in str(path)}
        if same.engine == "sqlite":
            return files
        return files, same.database.query("SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1"), \
            same.database.query("SELECT relname, relfilenode FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1")

    before = picture()
    for a, b in ("db", "models"), ("models", "migrations"), ("sql", "db"), ("empty", "db"), ("snapshot", "migrations"):
        same.between(a, b)
    assert picture() == before


def test_the_sql_leads_from_one_to_the_other(same):
    """Up and down, run by somebody else: then both agree."""
    other = same.project.write("other.sql", """
CREATE TABLE users (id INTEGER PRIMARY KEY, email varchar(80) NOT NULL, nick varchar(40) DEFAULT 'nobody', age integer);
CREATE TABLE tags (id integer PRIMARY KEY, name varchar(20) NOT NULL);
CREATE VIEW named AS SELECT id, email FROM users;
CREATE UNIQUE INDEX ux_users_email ON users (email);
""")
    flags = ["--rename", "users.name:nick"]
    up = same.run("--from", "migrations", "--to", "other.sql", "--format", "sql", *flags).out
    down = same.run("--from", "migrations", "--to", "other.sql", "--format", "sql", "--reverse", *flags).out
    assert "-- warning: the rows of table posts are lost" in up and up.startswith("-- from migrations to other.sql\n")
    assert down.startswith("-- from other.sql to migrations\n")
    both = same.project.write("both.sql", same.project.folder.joinpath("schema.sql").read_text() + "\n" + up)
    assert same.between("both.sql", "other.sql")[0] == []
    both.write_text(both.read_text() + "\n" + down)
    assert same.between("both.sql", "migrations")[0] == []
    other.unlink()
    both.unlink()


def test_words_for_people(same):
    outcome = same.run("--from", "migrations@0001", "--to", "db")
    assert outcome.status == 0 and "From migrations@0001 to " in outcome.out and "create  table posts" in outcome.out
    outcome = same.run("--from", "db", "--to", "migrations@0001")
    assert "the rows of table posts are lost" in outcome.err
    assert " agree." in same.run("--from", "db", "--to", "models", "--exit-code").out
    assert same.run("--from", "db", "--to", "models", "--format", "sql").out.endswith("-- nothing to do\n")
    possible = same.project.write("renamed.sql", same.project.folder.joinpath("schema.sql").read_text().replace(" title", " headline").replace("(title", "(headline"))
    outcome = same.run("--from", "db", "--to", "renamed.sql")
    assert "may be a rename" in outcome.err and "--rename posts.title:headline" in outcome.err
    changes = same.between("db", "renamed.sql", "--rename", "posts.title:headline")[0]
    assert "rename table posts / column headline" in changes and not [change for change in changes if "drop" in change], changes
    possible.unlink()


# ---- what cannot be

BAD = {
    "a word that is no source": (["modles", "empty"], 2, "Did you mean models?"),
    "a file that is not there": (["nothing.sql", "empty"], 1, "cannot read nothing.sql"),
    "a snapshot that is not there": (["nothing.json", "empty"], 1, "cannot read nothing.json"),
    "a version that is not there": (["migrations@0007", "empty"], 2, "0007"),
    "a version that is no number": (["migrations@x", "empty"], 2, "x"),
    "no version": (["migrations@", "empty"], 2, "needs a version"),
    "a file that is no snapshot": (["config.json", "empty"], 1, "is not a snapshot"),
    "another engine said": (["db", "empty", "--dialect", "mysql"], 1, "not of MySQL as --dialect says"),
    "an engine that nobody knows": (["db", "empty", "--dialect", "sqlit"], 2, "Did you mean sqlite?"),
    "only one side": (["db", None], 2, "--from and --to go together"),
    "a server that does not answer": (["postgresql://me:geheim@127.0.0.1:1/shop", "postgresql://me:geheim@127.0.0.1:1/shop"], 5, "cannot connect to shop"),
    "a file that is no database": (["sqlite:///models.py", "sqlite:///models.py"], 5, "not an SQLite database"),
    "a database that is not there": (["sqlite:///nothing.db", "sqlite:///nothing.db"], 1, "there is no database nothing.db"),
    "all databases": (["db", "models", "--all"], 2, "--all cannot be given"),
    "the way back of a table": (["db", "models", "--reverse"], 2, "--reverse goes with --format sql"),
    "a URL without its beginning": (["postgresql:me:geheim@shop/x", "empty"], 2, "there is no source"),
    "a file of a migration": (["migrations/primary/FIRST", "empty"], 1, "is a migration: its rollback would undo"),
    "a URL that is none": (["nothing://x", "empty"], 1, ""),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(same, case):
    (a, b, *more), status, text = BAD[case]
    a = a.replace("FIRST", same.project.files()[0])
    same.project.write("config.json", "{}")
    before = sorted(same.project.folder.rglob("*"))
    err = same.refused("--from", a, *(["--to", b] if b else []), *more, status=status)
    assert text in err and "geheim" not in err, err
    assert sorted(same.project.folder.rglob("*")) == before


def test_engines_that_differ(same):
    """Models, a snapshot or a database against something of another engine: both are named."""
    other = "postgresql" if same.engine == "sqlite" else "sqlite"
    url = "sqlite:///other.db" if other == "sqlite" else "postgresql://me:geheim@127.0.0.1:1/x"
    same.project.write("other.db", "")
    same.project.write("other.schema.json", '{"format_version": 1, "migration_id": "x", "database_type": "%s", "tables": {}}' % other)
    for source in "models", "db", "snapshot", "migrations", same.words["snapshot file"]:
        for strange in url, "other.schema.json":
            err = same.refused("--from", source, "--to", strange)
            assert "is of SQLite" in err and "is of PostgreSQL" in err and "geheim" not in err, err
    assert f"--dialect {other} reads the models" in same.refused("--from", "models", "--to", url)


@pytest.mark.parametrize("kind", ["sql", "migration"])
def test_sql_that_the_server_refuses(same, kind):
    """Our file, and the line and column of the mistake as far as the server says it, else of the statement."""
    text = "CREATE TABLE fine (id integer);\n\nCREATE TABLE wrong (\n    id integer REFERENCES,\n    x integer\n);\n"
    if kind == "sql":
        same.project.write("wrong.sql", text)
        err = same.refused("--from", "empty", "--to", "wrong.sql")
        place = "wrong.sql:4:26" if same.engine == "postgresql" else "wrong.sql:4:"
    else:
        path = same.project.migration("0003", "wrong", text)
        err = same.refused("--from", "migrations", "--to", "empty")
        path.unlink()
        place = "primary__0003_wrong.sql:6:26" if same.engine == "postgresql" else "primary__0003_wrong.sql:6:"
        assert "scratch database" in err
    assert place in err and "syntax error" in err, err


def test_models_for_another_engine(same):
    """Read for the engine that is asked for; files of SQL are of one engine."""
    other = "postgresql" if same.engine == "sqlite" else "sqlite"
    out = same.run("--from", "empty", "--to", "models", "--dialect", other, "--format", "sql").out
    assert ("SERIAL" in out) == (other == "postgresql") and "CREATE TABLE posts" in out


# ---- dump

ODD = {
    "sqlite": """
CREATE TABLE "we ird;" ("a ""q" int DEFAULT 'x;y', [b] REFERENCES users, "C" text DEFAULT (date('now')), "c d" blob);
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, mail TEXT COLLATE NOCASE UNIQUE ON CONFLICT IGNORE, n int CHECK (n > 0),
    g int GENERATED ALWAYS AS (n * 2) STORED, CONSTRAINT pos CHECK (n < 100));
CREATE TABLE "order" (a, b, "select" int, PRIMARY KEY (b DESC, a)) WITHOUT ROWID;
CREATE TABLE strict_one (a int, b any) STRICT;
CREATE UNIQUE INDEX "ü" ON users (lower(mail)) WHERE n > 5;
CREATE VIEW "vi ew" AS SELECT a, "select" FROM "order";
CREATE TRIGGER tr AFTER INSERT ON users BEGIN UPDATE users SET n = 1 WHERE mail = 'a;b'; END;
CREATE TRIGGER it INSTEAD OF INSERT ON "vi ew" BEGIN SELECT 1; END;
CREATE VIRTUAL TABLE "f t" USING fts5(x, tokenize = "porter");
""",
    "postgresql": """
COMMENT ON SCHEMA public IS 'it''s ours; -- really';
CREATE SCHEMA "My Schema";
CREATE EXTENSION citext SCHEMA "My Schema";
CREATE TYPE "My Schema"."Mood" AS ENUM ('it''s', 'a;b', 'Ünicode', '');
CREATE SEQUENCE "seq uence" START 7 INCREMENT BY 3 CYCLE MAXVALUE 99;
CREATE TABLE users (id serial PRIMARY KEY, "Mail" "My Schema".citext COLLATE "C" UNIQUE, m "My Schema"."Mood" DEFAULT 'a;b',
    n integer DEFAULT nextval('"seq uence"'), i bigint GENERATED ALWAYS AS IDENTITY (START 5), g integer GENERATED ALWAYS AS (n * 2) STORED,
    CONSTRAINT "odd ""name" CHECK (n > 0 AND "Mail" <> 'x''y'));
CREATE TABLE "My Schema"."order" ("select" integer REFERENCES users ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, span int4range,
    EXCLUDE USING gist (span WITH &&), UNIQUE NULLS NOT DISTINCT ("select"));
ALTER TABLE "My Schema"."order" RENAME TO orders;
CREATE TABLE child (extra text) INHERITS (users);
ALTER TABLE child ALTER COLUMN m DROP DEFAULT;
CREATE UNLOGGED TABLE fast (a integer) WITH (fillfactor = 70);
CREATE INDEX "I x" ON users (lower("Mail"::text) DESC NULLS LAST, n) INCLUDE (i) WHERE n > 5;
CREATE VIEW b AS SELECT u.id, u."Mail" FROM users u JOIN "My Schema".orders o ON o."select" = u.id;
CREATE VIEW a WITH (security_barrier) AS SELECT * FROM b WHERE id > 0 WITH LOCAL CHECK OPTION;
CREATE MATERIALIZED VIEW kept AS SELECT count(*) AS n FROM a;
CREATE UNIQUE INDEX kept_ix ON kept (n);
COMMENT ON COLUMN users.n IS 'line
break';
""",
}
UNMANAGED = "CREATE FOREIGN DATA WRAPPER host OPTIONS (password 'x');"


@pytest.fixture(params=ENGINES)
def pair(request, servers, tmp_path):
    """Two projects with databases of their own; the second one's is empty."""
    made = [created(request.param, servers, tmp_path / name) for name in ("one", "two")]
    yield [EngineProject(tmp_path / name, database) for name, (database, _) in zip(("one", "two"), made)]
    for _, drop in made:
        drop()


def execute(project, sql):
    """As somebody else would: the whole text at once."""
    raw = project.database.alchemy.raw_connection()
    try:
        if project.engine == "sqlite":
            raw.driver_connection.executescript(sql)
        else:
            raw.driver_connection.autocommit = True
            raw.cursor().execute(sql)
    finally:
        raw.close()


def address(project):
    return project.url if project.engine == "postgresql" else f"sqlite:///{project.folder}/app.db"


def test_dump_makes_the_same_again(pair):
    """From it an empty database is made that differs in nothing, and a second dump in no letter."""
    one, two = pair
    execute(one, ODD[one.engine])
    assert one.ok("dump", "-o", "all.sql").out.startswith("Wrote the schema of ")
    text = (one.folder / "all.sql").read_text()
    assert one.ok("dump").out == text == one.ok("check-db", "-o", "sql").out
    execute(two, text)
    outcome = one.ok("diff", "--from", "db", "--to", address(two), "--exit-code", "--json")
    assert outcome.json["differences"] == 0
    assert two.ok("dump").out.split("\n")[1:] == text.split("\n")[1:]
    assert one.ok("diff", "--from", "all.sql", "--to", "db", "--exit-code", "--json").json["changes"] == []


@pytest.mark.parametrize("pair", ["postgresql"], indirect=True)
def test_dump_names_what_it_leaves_out(pair):
    """In comments of the file, a warning, the document, and check-db."""
    one, _ = pair
    execute(one, ODD[one.engine] + UNMANAGED)
    outcome = one.ok("dump", "--json")
    named = "foreign data wrapper host with secrets"
    assert named in outcome.json["unmodelled"] and f"-- not managed yet, so not in here: {named}\n" in outcome.json["sql"]
    assert "not in the SQL, because it is not managed yet: 1 " in outcome.err
    assert f"Not managed yet: {named}" in one.ok("check-db").out


def test_dump_of_another_search_path(postgres, servers, tmp_path):
    """What names without a schema mean goes with the file."""
    database, drop = created("postgresql", servers, tmp_path / "two")
    one = EngineProject(tmp_path / "one", type(database)("postgresql", postgres, postgres.replace("postgresql://", "postgresql+psycopg2://")))
    execute(one, "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('a'); CREATE TABLE app.t (id integer PRIMARY KEY, m app.mood DEFAULT 'a');"
            " CREATE VIEW app.v AS SELECT id FROM app.t; CREATE TABLE public.p (id integer REFERENCES app.t);")
    path = "?options=-csearch_path%3Dapp"
    text = one.ok("--url", postgres + path, "dump").out
    assert "CREATE SCHEMA IF NOT EXISTS app;" in text and "SET search_path TO app" in text and "CREATE SCHEMA public" not in text
    execute(EngineProject(tmp_path / "two", database), text)
    assert one.ok("diff", "--from", postgres, "--to", database.url, "--json").json["changes"] == []
    drop()


def test_dump_of_nothing(pair):
    one, two = pair
    if one.engine == "sqlite":
        refused = one.run("dump", "-o", "schema.sql")
        assert refused.status == 1 and "there is no database" in refused.err and not (one.folder / "schema.sql").exists()
    execute(one, "CREATE TABLE t (a int); DROP TABLE t;")
    text = one.ok("dump").out
    assert text.count("\n") == 1 and text.startswith("-- schema of ")
    assert one.run("dump", "-o", "no/such/folder/x.sql").status == 1
    two.ok("diff", "--from", address(one), "--to", "empty", "--exit-code")


def test_check_db_shows_more_than_0_8_2(pair):
    """Its keys and lines are there; constraints and what is no table come after them."""
    one, _ = pair
    execute(one, ODD[one.engine])
    document = one.ok("check-db", "--json").json
    users = document["tables"]["users"]
    assert {"columns", "indexes", "foreign_keys"} <= set(users) and len(users["checks"]) >= 1 and len(users["uniques"]) == 1
    assert document["schema"]["engine"] == one.engine and document["unmodelled"] == []
    out = one.ok("check-db").out
    assert "  Primary key (id)\n" in out and "Also: view " in out


@pytest.mark.parametrize("engine", ["mariadb", "mysql"])
def test_default_collations_of_two_databases(engine, servers, tmp_path):
    """Nobody changes them, and they do not agree: a new table of which nothing is said takes another one."""
    one, drop_one = created(engine, servers, tmp_path)
    other, drop_other = created(engine, servers, tmp_path)
    project = EngineProject(tmp_path / "project", one)
    between = ("diff", "--from", one.url, "--to", other.url, "--exit-code")
    assert "agree." in project.run(*between).out
    other.run(f"ALTER DATABASE {other.url.rsplit('/', 1)[1]} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    outcome = project.run(*between)
    assert outcome.status == 3 and "default collation utf8mb4_bin of the database" in outcome.err, outcome
    assert "-- not managed yet, so not made here: default collation utf8mb4_bin" in project.run(*between, "--format", "sql").out
    drop_one()
    drop_other()


def test_notes_of_renames_on_the_line_of_a_column(tmp_path):
    """Of the definition that the note stands after, wherever that begins."""
    project = EngineProject(tmp_path / "project", created("sqlite", {}, tmp_path / "project")[0])
    project.write("a.sql", "CREATE TABLE t (id int PRIMARY KEY, mail text, price numeric(10,2));\n")
    project.write("b.sql", "CREATE TABLE t (id int PRIMARY KEY, email text, -- renamed from: mail\n cost numeric(10,\n   2) DEFAULT (1) -- renamed from: price\n);\n")
    between = ("diff", "--from", "a.sql", "--to", "b.sql", "--dialect", "sqlite", "--json")
    changes = [f"{change['change']} {change['object']}" for change in project.ok(*between).json["changes"]]
    assert changes == ["rename table t / column email", "rename table t / column cost", "alter table t / column cost"]
    project.write("b.sql", "CREATE TABLE t ( -- renamed from: old\n id int PRIMARY KEY, mail text, price numeric(10,2));\n")
    outcome = project.run(*between)
    assert outcome.status == 1 and "b.sql:1:18" in outcome.err and "about nothing that can be renamed" in outcome.err, outcome


def test_a_foreign_key_that_refers_to_another_table(servers, tmp_path):
    """Both tables call their key the same, and one of them goes."""
    database, drop = created("postgresql", servers, tmp_path)
    project = EngineProject(tmp_path / "project", database)
    project.write("dbwarden.yaml", (project.folder / "dbwarden.yaml").read_text() + "    schema_files: [schema.sql]\n")
    project.write("schema.sql", "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY, other int REFERENCES a);\n")
    project.ok("make-migrations", "one")
    project.ok("migrate")
    project.write("schema.sql", "CREATE TABLE c (id int PRIMARY KEY, n int);\nCREATE TABLE b (id int PRIMARY KEY, other int REFERENCES c);\n")
    assert "still names" not in project.ok("make-migrations", "two").err
    project.ok("migrate")
    assert project.run("diff", "--exit-code").status == 0
    project.ok("rollback")
    drop()
