"""--dev with a development database of another engine: what was made for PostgreSQL, on SQLite.

The truth of the golden cases is a PostgreSQL schema; here it is translated by a second opinion, a few lines of Python that know
nothing of dbwarden's tables.
"""

import ast
import json
import os
import re
import shutil
import sys

import pytest
import sqlalchemy as sa
from support import oracle
from support.project import ROOT, Project

CASES = ROOT / "tests" / "golden" / "schema"
NOWHERE = "postgresql://nobody@127.0.0.1:1/production"

KEPT = ("INTEGER", "SMALLINT", "BIGINT", "VARCHAR", "CHAR", "TEXT", "BOOLEAN", "REAL", "DOUBLE PRECISION", "DATE", "TIMESTAMP", "FLOAT")
CHANGED = {"NUMERIC": "NUMERIC", "BYTEA": "BLOB", "DATETIME": "TIMESTAMP"}


def cases(*modes):
    found = []
    for path in sorted(CASES.glob("postgresql-*")):
        case = json.loads((path / "case.json").read_text())
        if case["mode"] in modes:
            found.append(pytest.param(path, case, id=path.name))
    return found


class Dev(Project):
    """A project whose production database cannot be reached, and its development database."""

    def __init__(self, folder, url=NOWHERE, **settings):
        super().__init__(folder, url, sys.executable)
        (self.folder / "dbwarden.py").unlink()
        values = {"default": True, "database_type": url.split(":")[0], "database_url_sync": url, "migrations_dir": "migrations/primary",
                  "dev_database_type": "sqlite", "dev_database_url": "sqlite:///./dev.db", **settings}
        lines = "".join(f"    {key}: {json.dumps(value)}\n" for key, value in values.items())
        self.write("dbwarden.yaml", f"databases:\n  primary:\n{lines}")  # read without Python, so runs are quick
        self.engine = sa.create_engine(f"sqlite:///{self.folder}/dev.db", poolclass=sa.pool.NullPool)

    def dev(self, *args):
        return self.ok("--dev", *args)

    def rows(self, sql):
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]

    def change(self, sql):
        with self.engine.begin() as connection:
            connection.exec_driver_sql(sql)

    def sql(self, table):
        return self.rows(f"SELECT sql FROM sqlite_master WHERE name = '{table}'")[0][0]


@pytest.fixture
def project(tmp_path):
    made = Dev(tmp_path / "project")
    yield made
    made.engine.dispose()


# ---- the golden cases


def models_put(project, path, step):
    target = project.folder / "models"
    shutil.rmtree(target, ignore_errors=True)
    if (path / f"{step}.py").exists():
        target.mkdir()
        shutil.copy(path / f"{step}.py", target / "models.py")
    else:
        shutil.copytree(path / step, target)


def type_here(column, enums):
    """What a type of the truth is on SQLite, without arguments."""
    name = column["type"].split("(")[0].strip().upper()
    if name in CHANGED:
        return CHANGED[name]
    return name if name in KEPT else "TEXT"


def translated(truth):
    out = {}
    for where, table in truth.items():
        if where == "__enums__":
            continue
        columns = {name: (type_here(column, truth["__enums__"]), column["nullable"])
                   for name, column in table["columns"].items()}
        out[where.split(".")[-1]] = {
            "columns": columns, "pk": table["pk"], "fks": len(table["fks"]),
            "uniques": sorted(str(unique if isinstance(unique, list) else ast.literal_eval(unique)) for unique in table["uniques"])}
    return out


def reached(engine):
    inspector = sa.inspect(engine)
    out = {}
    for table in inspector.get_table_names():
        if table.startswith(oracle.OURS):
            continue
        columns = {}
        for column in inspector.get_columns(table):
            name = re.sub(r"\(.*\)", "", str(column["type"])).strip()
            columns[column["name"]] = ({"DATETIME": "TIMESTAMP"}.get(name, name), column["nullable"])
        out[table] = {
            "columns": columns, "pk": inspector.get_pk_constraint(table)["constrained_columns"],
            "uniques": sorted(str(key["column_names"]) for key in inspector.get_unique_constraints(table)),
            "fks": len(inspector.get_foreign_keys(table))}
    return out


def make(project, case, last):
    options = case["options"] if last else []
    args = ["--dev", "make-migrations", *([] if case["mode"] == "nod" else ["-d", "primary"]), *options]
    return project.answer(args, case["answers"]) if case["answers"] and last else project.run(*args)


@pytest.mark.parametrize("path,case", cases("diff", "flow", "nod", "dev"))
def test_golden(path, case, tmp_path):
    """Every case made and run on SQLite alone: the translated truth, and back to nothing."""
    project = Dev(tmp_path / "project", model_paths=["models"])
    floor = "0"
    if (path / "before.sql").exists():
        floor = "0001"
        project.migration(floor, "before", (path / "before.sql").read_text())
        project.dev("migrate")
    extra = reached(project.engine)
    steps = (["before"] if case["mode"] == "diff" else []) + case["steps"]
    for at, step in enumerate(steps):
        models_put(project, path, step)
        made = make(project, case, at == len(steps) - 1)
        if "non-empty .info" in made.err:
            return
        assert made.status == 0, made
        migrated = project.dev("migrate")
        assert "is skipped" not in migrated.err, migrated
    again = project.dev("make-migrations", "-d", "primary")
    assert "No new migrations to generate" in again.out, again
    truth = json.loads((path / f"{steps[-1]}.truth.json").read_text()) if (path / f"{steps[-1]}.truth.json").exists() else None
    if truth:
        assert not oracle.differences(reached(project.engine), {**extra, **translated(truth)}), migrated
    down = project.run("--dev", "downgrade", "--to", floor)
    if down.status == 0:
        assert "is skipped" not in down.err, down
        assert reached(project.engine) == extra
        project.dev("migrate")
        if truth:
            assert not oracle.differences(reached(project.engine), {**extra, **translated(truth)})
    project.engine.dispose()


# ---- by hand


def run(project, up, down="SELECT 1", version="0001"):
    project.migration(version, "step", up, down)
    return project.dev("migrate")


def test_types_defaults_and_rows(project):
    done = run(project, """
        CREATE EXTENSION IF NOT EXISTS pgcrypto;
        CREATE SCHEMA app;
        CREATE TABLE app.users (
            id BIGSERIAL PRIMARY KEY, uid uuid NOT NULL DEFAULT gen_random_uuid(), email character varying(255) NOT NULL UNIQUE,
            data jsonb DEFAULT '{}'::jsonb, at timestamptz DEFAULT now(), price numeric(10,2) CHECK (price > 0::numeric),
            kind varchar(3) CONSTRAINT k CHECK (kind = ANY (ARRAY['a'::varchar, 'b'::varchar])), raw bytea, ok boolean DEFAULT true);
        CREATE TABLE posts (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
            user_id bigint REFERENCES app.users (id) ON DELETE CASCADE, title text COLLATE "C");
        CREATE INDEX CONCURRENTLY ON posts (user_id, lower(title) text_pattern_ops DESC NULLS LAST) WHERE title IS NOT NULL;
        INSERT INTO app.users (email, raw, at) VALUES ('a@b', '\\xff00', DEFAULT), ('c@d', NULL, '2026-01-01'::timestamptz) RETURNING id;
        INSERT INTO app.users (email) VALUES ('a@b') ON CONFLICT ON CONSTRAINT users_email_key DO UPDATE SET kind = 'a'::text;
        INSERT INTO posts (user_id, title) SELECT id, email || E'\\n\\'x' FROM app.users WHERE email ILIKE 'A%';
        UPDATE ONLY app.users SET price = greatest(1, 2.5) WHERE email::text = 'c@d';
        GRANT SELECT ON posts TO bob;""")
    assert "warning" not in done.err
    assert project.rows("SELECT id, email, length(uid), data, kind, price, raw, ok FROM users ORDER BY id") == [
        (1, "a@b", 36, "{}", "a", None, b"\xff\x00", 1), (2, "c@d", 36, "{}", None, 2.5, None, 1)]
    assert project.rows("SELECT at > '2026' FROM users") == [(1,), (1,)]
    assert project.rows("SELECT id, user_id, title FROM posts") == [(1, 1, "a@b\n'x")]
    for wrong in ("INSERT INTO users (email, kind) VALUES ('x', 'c')", "INSERT INTO users (email) VALUES ('a@b')"):
        with pytest.raises(sa.exc.IntegrityError):
            project.change(wrong)


def test_alter_table(project):
    run(project, """
        CREATE TABLE a (id integer PRIMARY KEY, n text, old integer UNIQUE, CONSTRAINT a_n CHECK (n <> ''));
        CREATE TABLE b (id integer PRIMARY KEY, a_id integer);
        CREATE VIEW v AS SELECT a.n FROM a;
        INSERT INTO a VALUES (1, '10', 5), (2, '20', 6); INSERT INTO b VALUES (1, 2);""")
    run(project, """
        ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id) NOT VALID, ALTER COLUMN a_id SET NOT NULL;
        ALTER TABLE a ALTER COLUMN n TYPE integer USING n::integer, ALTER n SET DEFAULT 7, DROP CONSTRAINT a_n;
        ALTER TABLE a DROP CONSTRAINT a_old_key, ADD COLUMN more text NOT NULL DEFAULT 'x', OWNER TO bob;
        ALTER TABLE a RENAME COLUMN n TO number;
        ALTER TABLE a RENAME TO aa;
        ALTER TABLE aa ALTER COLUMN number TYPE text USING 'n' || number, ADD UNIQUE (number);""",
        """ALTER TABLE aa DROP CONSTRAINT aa_number_key; ALTER TABLE aa RENAME number TO n; ALTER TABLE aa RENAME TO a;
        ALTER TABLE a ALTER n TYPE text, DROP COLUMN more; ALTER TABLE b DROP CONSTRAINT b_a;""", version="0002")
    assert project.rows("SELECT * FROM aa") == [(1, "n10", 5, "x"), (2, "n20", 6, "x")]
    assert project.rows("SELECT * FROM v") == [("n10",), ("n20",)]
    assert "FOREIGN KEY (a_id) REFERENCES" in project.sql("b") and "a_id INTEGER NOT NULL" in project.sql("b")
    project.dev("rollback")
    assert project.rows("SELECT id, n, old FROM a") == [(1, "n10", 5), (2, "n20", 6)]


def test_enum_types_live_on(project):
    """The type is in an earlier file, and in no table of SQLite."""
    run(project, "CREATE TYPE mood AS ENUM ('sad', 'ok')")
    run(project, "CREATE TABLE p (id serial PRIMARY KEY, m mood DEFAULT 'ok'::mood); INSERT INTO p (m) VALUES ('sad'), (DEFAULT)", version="0002")
    run(project, "ALTER TYPE mood ADD VALUE 'glad' AFTER 'sad'", version="0003")
    project.change("INSERT INTO p (m) VALUES ('glad')")
    run(project, "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'; ALTER TYPE mood RENAME TO state", version="0004")
    assert project.rows("SELECT m FROM p") == [("blue",), ("ok",), ("glad",)]
    run(project, "ALTER TABLE p RENAME COLUMN m TO s; ALTER TYPE state ADD VALUE 'new'", version="0005")
    project.change("INSERT INTO p (s) VALUES ('new')")
    with pytest.raises(sa.exc.IntegrityError):
        project.change("INSERT INTO p (s) VALUES ('sad')")
    run(project, "ALTER TABLE p ALTER COLUMN s TYPE text USING s::text; DROP TYPE state", version="0006")
    project.change("INSERT INTO p (s) VALUES ('anything')")


MYSQL = """
CREATE TABLE `users` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `email` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  `kind` enum('a','b\\'c') NOT NULL DEFAULT 'a' COMMENT 'what it is',
  `flags` set('x','y') DEFAULT NULL,
  `on` tinyint(1) NOT NULL DEFAULT '1',
  `at` datetime(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  PRIMARY KEY (`id`), UNIQUE KEY `email` (`email`), KEY `by_kind` (`kind`,`email`(10))
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COMMENT='people';
CREATE TABLE posts (id bigint AUTO_INCREMENT PRIMARY KEY, user_id int unsigned, body longtext, KEY by_kind (user_id),
  CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL) ENGINE=InnoDB;
/*!40101 SET NAMES utf8 */;
LOCK TABLES users WRITE;
INSERT IGNORE INTO users (email, kind) VALUES ("a@b", 'b\\'c'), ('A@B', 'a');
INSERT INTO users SET email = 'c@d', `on` = false ON DUPLICATE KEY UPDATE `on` = VALUES(`on`);
INSERT INTO users (email) VALUES ('c@d') ON DUPLICATE KEY UPDATE email = concat(VALUES(email), '!'), at = now();
INSERT INTO posts (user_id, body) SELECT id, if(`on`, 'yes', concat('no', ifnull(flags, '?'))) FROM users;
UNLOCK TABLES;
ALTER TABLE posts MODIFY COLUMN body text NOT NULL AFTER id, DROP FOREIGN KEY fk, ADD INDEX more (body(20)), ENGINE=InnoDB;
ALTER TABLE users CHANGE COLUMN `kind` sort enum('a','b\\'c','d') NOT NULL DEFAULT 'd', DROP INDEX by_kind, ADD COLUMN n mediumint UNSIGNED FIRST;
RENAME TABLE posts TO notes;
DROP INDEX more ON notes;
"""


def test_mysql(tmp_path):
    project = Dev(tmp_path / "project", "mysql://nobody@127.0.0.1:1/production")
    done = run(project, MYSQL, "DROP TABLE notes, users;")
    assert [line for line in done.err.splitlines() if line.startswith("warning")] == [
        "warning: migrations/primary/primary__0001_step.sql:4:1: Type 'SET('x','y')' is not supported by SQLite. Falling back to TEXT.",
        "warning: migrations/primary/primary__0001_step.sql:4:1: ON UPDATE of at is left out: only a trigger could do that here"]
    assert project.rows('SELECT id, email, sort, "on" FROM users ORDER BY id') == [
        (1, "a@b", "b'c", 1), (2, "c@d!", "a", 0)]
    assert project.rows("SELECT user_id, body FROM notes ORDER BY id") == [(1, "yes"), (2, "no?")]
    assert "FOREIGN KEY" not in project.sql("notes")
    project.change("INSERT INTO users (email) VALUES ('x')")
    assert project.rows("SELECT sort FROM users WHERE email = 'x'") == [("d",)]
    with pytest.raises(sa.exc.IntegrityError):
        project.change("INSERT INTO users (email, sort) VALUES ('y', 'z')")
    project.dev("rollback")
    assert reached(project.engine) == {}
    project.engine.dispose()


def test_a_dump(project):
    run(project, r"""
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.t (
    id integer NOT NULL,
    name text,
    ok boolean
);
ALTER TABLE public.t OWNER TO postgres;
CREATE SEQUENCE public.t_id_seq AS integer START WITH 1;
ALTER SEQUENCE public.t_id_seq OWNED BY public.t.id;
ALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass);
COPY public.t (id, name, ok) FROM stdin;
1	a\tb	t
2	\N	f
\.
SELECT pg_catalog.setval('public.t_id_seq', 2, true);
ALTER TABLE ONLY public.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (id);
CREATE INDEX t_name ON public.t USING btree (name);
""")
    assert project.rows("SELECT * FROM t") == [(1, "a\tb", 1), (2, None, 0)]
    project.change("INSERT INTO t (name) VALUES ('new')")
    assert project.rows("SELECT max(id) FROM t") == [(3,)]


NOT_SAID = [
    ("CREATE TABLE t (id integer PRIMARY KEY, a inet)", "Type 'INET' is not supported by SQLite. Falling back to TEXT."),
    ("CREATE TABLE t (id integer PRIMARY KEY, a text DEFAULT current_user)", "Default expression 'current_user' is not supported by SQLite and was removed."),
    ("CREATE TABLE t (id integer PRIMARY KEY, a text CHECK (a ~ '^x'))", "is not there"),
    ("CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (my_function(1))", "SQLite has no function like my_function()"),
    ("CREATE TABLE t (id integer PRIMARY KEY); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$", "SQLite has no functions or procedures of its own"),
    ("CREATE TABLE t (id integer PRIMARY KEY); DO $$ BEGIN PERFORM 1; END $$", 'and not "PERFORM"'),
    ("CREATE TABLE t (id integer PRIMARY KEY, n serial)", "t.n does not number itself"),
    ("CREATE TABLE t (id integer PRIMARY KEY, r integer, EXCLUDE USING gist (r WITH &&))", "the exclusion constraint is left out"),
    ("CREATE TABLE t (id integer PRIMARY KEY); UPDATE t SET id = 1 WHERE now() > now() - interval '1 day'", "interval cannot be said here"),
]


@pytest.mark.parametrize("sql,reason", NOT_SAID, ids=range(len(NOT_SAID)))
def test_what_cannot_be_said(sql, reason, project):
    """A warning and a summary; with --strict-translation an error before anything runs."""
    project.migration("0001", "step", sql)
    strict = project.run("--dev", "--strict-translation", "migrate")
    assert strict.status == 1 and reason in strict.err and "primary__0001_step.sql:3:" in strict.err, strict
    assert reached(project.engine) == {}
    done = project.dev("migrate", "--json")
    assert reason in done.err and "not translated" in done.err, done
    assert reason in done.json["translation"]["not_translated"][0]["text"]
    assert "t" in reached(project.engine)


MISTAKES = [
    ("INSERT INTO usres (name) VALUES ('x')", "usres"),
    ("UPDATE users u SET nmae = 'x'", "nmae"),
    ("DELETE FROM users u WHERE u.nmae = 'x'", "nmae"),
    ("ALTER TABLE usres ADD COLUMN age int", "usres"),
    ("DROP TABLE usres", "usres"),
    ("COMMENT ON TABLE usres IS 'x'", "usres"),
    ("INSERT INTO users (name) VALUES (1, 2)", "2 values"),
    ("ALTER TABLE users ADD COLUMN name text", "name"),
    ("CREATE TABLE users (a int)", "users"),
    ("CREATE VIEW v AS SELECT a.name FROM users a, users b WHERE name = 'x'", "ambiguous"),
    ("COMMENT ON COLUMN public.users.nmae IS 'x'", "nmae"),
    ("DO $$ BEGIN ALTER TABLE usres ADD COLUMN age int; EXCEPTION WHEN duplicate_column THEN NULL; END $$", "usres"),
]


@pytest.mark.parametrize("sql,name", MISTAKES, ids=range(len(MISTAKES)))
@pytest.mark.parametrize("together", [True, False])
def test_a_mistake_is_no_translation(sql, name, together, project):
    """A name that would not be there on the source either is an error of the file's, whichever run made the table."""
    project.migration("0001", "users", "CREATE TABLE users (id serial PRIMARY KEY, name text)")
    if not together:
        project.dev("migrate")
    path = project.migration("0002", "step", f"INSERT INTO users (name) VALUES ('y');\n{sql}", down="DELETE FROM users")
    for options in (["migrate"], ["migrate", "--dry-run"]):
        wrong = project.run("--dev", *options)
        assert wrong.status not in (0, 5) and f"{path.name}:4:1" in wrong.err and name in wrong.err, wrong
        assert "Nothing was run" in wrong.err, wrong
    assert ("users" in reached(project.engine)) != together
    path.write_text(path.read_text().replace(sql, "SELECT 1"))
    project.dev("migrate")
    assert project.rows("SELECT name FROM users") == [("y",)]


def test_what_rests_on_what_is_left_out(project):
    """The same name, but of what an earlier statement would have made: it goes with it, and says so, in this run and the next."""
    project.migration("0001", "users", "CREATE TABLE users (id serial PRIMARY KEY, name text);\nCREATE VIEW odd AS SELECT id FROM users WHERE name ~ 'x'",
                      down="DROP VIEW odd;\nDROP TABLE users")
    project.migration("0002", "more", "INSERT INTO users (id) SELECT id FROM odd")
    for done in (project.dev("migrate", "--count", "1", "--json"), project.dev("migrate", "--json")):
        assert len(done.json["translation"]["not_translated"]) == 1, done
    assert "primary__0001_users.sql:4, which may have made it, is left out" in done.err, done
    project.dev("rollback", "--count", "2")
    assert reached(project.engine) == {}
    project.write("migrations/primary/primary__ROC__view.sql", "-- upgrade\n\nCREATE OR REPLACE VIEW again AS SELECT 1 AS id WHERE 'a' ~ 'x'\n")
    project.dev("migrate")
    project.migration("0003", "rests", "INSERT INTO users (id) SELECT id FROM again")
    assert "which may have made it, is left out" in project.dev("migrate").err


def test_aggregates_in_order(project):
    project.migration("0001", "all", """
CREATE TABLE t (id serial PRIMARY KEY, a text);
CREATE VIEW v AS SELECT string_agg(a, ',' ORDER BY a DESC) AS s, array_agg(id ORDER BY id DESC) AS l FROM t;
INSERT INTO t (a) VALUES ('x'), ('y');""")
    done = project.dev("--strict-translation", "migrate")
    (row,) = project.rows("SELECT s, l FROM v")
    assert sorted(row[0].split(",")) == ["x", "y"] and sorted(json.loads(row[1])) == [1, 2], row
    assert "the order of the rows within" in done.err or row == ("y,x", "[2,1]"), done


def test_nothing_is_silent(project):
    up = "GRANT ALL ON SCHEMA public TO x;\nCOMMENT ON SCHEMA public IS 'x';\nSET search_path = app;\nVACUUM;\nCREATE TABLE t (a int);"
    project.migration("0001", "step", up, head="-- transaction: none\n")
    done = project.dev("migrate", "--json")
    assert [entry["line"] for entry in done.json["translation"]["left_out"]] == [4, 5, 6, 7]
    assert project.dev("--strict-translation", "status")


def test_development_and_production_do_not_mix(tmp_path, postgres):
    """Journal, state, snapshots, plans and checksums: each database has its own, of the same files."""
    project = Dev(tmp_path / "project", postgres)
    production = sa.create_engine(postgres.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.pool.NullPool)
    project.migration("0001", "a", "CREATE TABLE a (id serial PRIMARY KEY, j jsonb DEFAULT '{}'::jsonb);", "DROP TABLE a;")
    project.dev("migrate")
    with production.connect() as connection:
        assert not sa.inspect(connection).get_table_names()
    schemas = project.folder / "dbwarden" / "schemas"
    assert [path.relative_to(schemas).as_posix() for path in schemas.rglob("*.json")] == ["dev/primary__0001_a.schema.json"]
    assert "pending" in project.ok("status", "--json").out
    project.ok("migrate")
    sums = "SELECT version, filename, checksum FROM _dbwarden_migrations"
    tokens = "SELECT filename, checksum FROM _dbwarden_journal"
    with production.connect() as connection:
        assert project.rows(sums) == [tuple(row) for row in connection.exec_driver_sql(sums)]
        assert project.rows(tokens) == [tuple(row) for row in connection.exec_driver_sql(tokens)]
    types = [json.loads((schemas / name).read_text())["database_type"]
             for name in ("dev/primary__0001_a.schema.json", "primary__0001_a.schema.json")]
    assert types == ["sqlite", "postgresql"]
    assert project.ok("migrate").out == project.dev("migrate").out  # up to date, both
    project.dev("rollback")
    assert project.ok("status", "--exit-code").status == 0
    project.dev("migrate")
    project.migration("0001", "a", "CREATE TABLE a (id serial PRIMARY KEY);", "DROP TABLE a;")
    edited = project.run("--dev", "migrate")
    assert edited.status == 1 and "was changed after it was applied" in edited.err
    production.dispose()
    project.engine.dispose()


def test_the_same_engine_needs_no_translation(tmp_path):
    project = Dev(tmp_path / "project", "sqlite:///./app.db")
    project.migration("0001", "a", "CREATE TABLE a (id INTEGER PRIMARY KEY, b JSONB);")
    assert "ranslated" not in project.dev("migrate").err
    assert "JSONB" in project.sql("a")
    project.engine.dispose()


def test_seeds(project):
    project.write("seeds/V0001__x.sql", "INSERT INTO t (at, tags) VALUES (now(), ARRAY['a', 'b']::text[]);\nANALYZE t;\nCOMMENT ON TABLE t IS 'x';\n")
    run(project, "CREATE TABLE t (id serial PRIMARY KEY, at timestamptz, tags text[])")
    shown = project.dev("seed", "apply")
    assert "Translated from PostgreSQL: 2 left out without loss, 0 said in another way, 0 not translated\n" in shown.err, shown
    assert project.rows("SELECT id, tags, at IS NOT NULL FROM t") == [(1, '["a","b"]', 1)]


# ---- schema files


@pytest.mark.parametrize("engine", ["postgresql", "mariadb"])
def test_schema_files_are_read_by_a_private_server(engine, tmp_path):
    """The production database, which cannot be reached here, is not asked what they mean."""
    url = NOWHERE.replace("postgresql", engine.replace("mariadb", "mysql"))
    project = Dev(tmp_path / "project", url, database_type=engine, schema_files=["schema.sql"])
    project.write("schema.sql", "CREATE TABLE t (id integer PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x');\n")
    project.dev("make-migrations", "first")
    project.dev("migrate")
    assert "agree" in project.dev("diff", "models").out
    assert project.rows("SELECT name FROM pragma_table_info('t')") == [("id",), ("name",)]
    project.engine.dispose()


# ---- the page


MARK = "DBWARDEN_TEST_UPDATE=1 rewrites it -->\n"
ENGINES = {"ANY": "all", "PG": "PostgreSQL", "MYSQL": "MySQL, MariaDB"}


def rows_of(text, table):
    body = re.search(rf"translate_\w+ {table}\[\] = \{{(.*?)\n\}};", text, re.DOTALL).group(1)
    return re.findall(r'\{(\w+), "([^"]+)", (true|false), (\w+|"[^"]*")\}', body)


def page_list():
    """Every row of statements and actions, as the page shows it."""
    text = (ROOT / "src/dialect/sqlite/translation.c").read_text()
    reasons = dict(re.findall(r'(\w+)\[\] = "([^"]+)"', text))
    lines = []
    for title, table in (("statement", "statements"), ("action of `ALTER TABLE`", "actions")):
        lines += [f"| {title} | of | why |", "|---|---|---|"]
        for engine, words, cannot, reason in rows_of(text, table):
            shown = "`" + words.replace("|", "\\|").replace("?", "") + "`"
            why = reason[1:-1] if reason.startswith('"') else reasons[reason]
            lines.append(f"| {'**' + shown + '**' if cannot == 'true' else shown} | {ENGINES[engine]} | {why} |")
        lines.append("")
    return "\n".join(lines)


def test_the_page_names_what_is_left_out():
    page = ROOT / "docs" / "dev-mode.md"
    text = page.read_text()
    head = text[: text.index(MARK) + len(MARK)]
    if os.environ.get("DBWARDEN_TEST_UPDATE"):
        page.write_text(head + "\n" + page_list())
    assert page.read_text() == head + "\n" + page_list()
