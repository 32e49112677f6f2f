"""check: the locks that rules name are those that PostgreSQL takes; and its documents are what other programs read."""

import json
import re
import sys
import threading
import time
from contextlib import closing

import psycopg2
from support.project import ROOT, Project
from support.turns import both_servers

GOLDEN = ROOT / "tests" / "golden" / "lint"
STRENGTH = ["AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
            "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]
ONLY_18 = ["VIRTUAL", "customers_email_set NOT NULL"]
# A lock of a domain's constraint is that on the tables which use it.
LOCKS = """
    SELECT l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE l.pid = %s AND c.relkind IN ('r', 'p', 'm') AND n.nspname NOT LIKE 'pg_%%' AND n.nspname <> 'information_schema'
"""


def examples():
    """(title, SQL, rules that speak of it) of each bad example that PostgreSQL can run."""
    for part in re.split(r"^== ", (GOLDEN / "postgresql.txt").read_text(), flags=re.M)[1:]:
        head, rest = part.split("\n", 1)
        sql, said = rest.split("~~\n")
        yield head, sql, {line.split()[1] for line in said.splitlines()}


def rules():
    """Code and lock of the rules that name one, from the page that is printed from the table."""
    rows = re.findall(r"^\| ([A-Z]+\d+) \| [\w-]+ \| \w+ \| ([A-Z ]+) \|$", (ROOT / "docs" / "rules.md").read_text(), re.M)
    return dict(rows)


RULES = rules()
BAD = [(head, sql, head.split()[0]) for head, sql, said in examples()
       if " bad" in head.split(":")[0] and head.split()[0] in RULES and " sized" not in head.split(":")[0]
       and "parcels" not in sql]


def connected(url):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection


def strongest(modes):
    return max(modes, key=STRENGTH.index) if modes else None


def modes_of(watcher, pid):
    with watcher.cursor() as look:
        look.execute(LOCKS, (pid,))
        return [mode for mode, in look.fetchall()]


def lock_within(url, sql):
    """The strongest lock on a table while the transaction that has run it is open."""
    with closing(connected(url)) as watcher, closing(psycopg2.connect(url)) as connection:
        connection.cursor().execute(sql)
        modes = modes_of(watcher, connection.info.backend_pid)
        connection.rollback()
    return strongest(modes)


def lock_awaited(url, sql, table):
    """Of what refuses a transaction: the lock that it waits for while somebody reads the table."""
    with (closing(psycopg2.connect(url)) as reader, closing(connected(url)) as runner,
          closing(connected(url)) as watcher):
        reader.cursor().execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE")
        runs = threading.Thread(target=runner.cursor().execute, args=(sql,))
        runs.start()
        modes = []
        for _ in range(200):
            modes = modes_of(watcher, runner.info.backend_pid)
            if modes:
                break
            time.sleep(0.05)
        reader.rollback()
        runs.join()
    return strongest(modes)


def mode_of(lock):
    return "".join(word.capitalize() for word in lock.split()) + "Lock"


@both_servers
def test_locks_are_those_that_are_named(postgres):
    """Each bad example of a rule that names a lock is run, and the lock read before it commits."""
    with closing(connected(postgres)) as connection:
        connection.cursor().execute("DROP ROLE IF EXISTS lint_reader")
        connection.cursor().execute((GOLDEN / "postgresql.sql").read_text())
        version = connection.info.server_version
    assert {code for _, _, code in BAD} == set(RULES)
    wrong = []
    for head, sql, code in BAD:
        if version < 180000 and any(words in sql for words in ONLY_18):
            continue
        try:
            taken = (lock_awaited(postgres, sql, "orders") if sql.startswith("VACUUM") else lock_within(postgres, sql))
        except psycopg2.Error as error:
            taken = str(error)
        if taken != mode_of(RULES[code]):
            wrong.append(f"{head}: {taken}, not {mode_of(RULES[code])}")
    assert not wrong, "\n".join(wrong)


def test_sizes_are_said_and_count(pg_project):
    with closing(connected(pg_project.url)) as connection:
        connection.cursor().execute("CREATE TABLE orders (id bigint PRIMARY KEY, state text);"
                       "INSERT INTO orders SELECT n, 'x' FROM generate_series(1, 20000) n; ANALYZE orders;"
                       "CREATE TABLE few (id bigint PRIMARY KEY, state text); ANALYZE few")
    pg_project.write("migrations/primary/primary__0001_a.sql",
                     "-- upgrade\n\nCREATE INDEX a ON orders (state);\nCREATE INDEX b ON few (state);\n\n"
                     "-- rollback\n\nDROP INDEX a;\nDROP INDEX b;\n")
    found = {one["column_name"]: one for one in json.loads(pg_project.run("check", "-o", "json").out)
             if one["code"] == "PG101"}
    assert found["a"]["severity"] == "WARNING" and "reads 20 thousand rows" in found["a"]["message"], found
    assert found["b"]["severity"] == "INFO" and "reads 0 rows" in found["b"]["message"], found


def test_sarif_has_what_the_schema_requires(project):
    project.write("a.sql", "DROP TABLE users;\nDELETE FROM posts;\n")
    log = json.loads(project.run("check", "a.sql", "-o", "sarif").out)
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    run, = log["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert run["tool"]["driver"]["name"] == "dbwarden"
    assert all(rule["shortDescription"]["text"] and rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
               for rule in rules.values())
    assert [result["ruleId"] for result in run["results"]] == ["DS102", "DS105"]
    for line, result in enumerate(run["results"], 1):
        assert result["level"] == "warning" and result["message"]["text"] and result["ruleId"] in rules
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "a.sql" and place["region"]["startLine"] == line
        assert place["region"]["startColumn"] >= 1


def test_exit_status_is_that_of_0_8_2(project):
    project.write("warns.sql", "DROP TABLE users;\n")
    project.write("fails.sql", "UPDATE users SET a = 1, a = 2 WHERE id = 1;\n")
    project.write("good.sql", "CREATE TABLE t (id INTEGER PRIMARY KEY);\n")
    assert project.run("check", "good.sql").status == 0
    warned = project.run("check", "warns.sql")
    assert warned.status == 1 and "Safety check failed: warning-level changes require --force." in warned.err
    assert project.run("check", "warns.sql", "--force").status == 0
    failed = project.run("check", "fails.sql", "--force")
    assert failed.status == 1 and "Safety check failed: blocking changes detected." in failed.err


def test_a_project_may_have_another_level(tmp_path):
    project = Project(tmp_path / "p", "sqlite:///./app.db", sys.executable, check_severity={"DS102": "info"})
    project.write("a.sql", "DROP TABLE users;\n")
    assert project.run("check", "a.sql").status == 0
    other = Project(tmp_path / "q", "sqlite:///./app.db", sys.executable, check_severity={"DS999": "info"})
    other.write("a.sql", "DROP TABLE users;\n")
    assert "there is no rule DS999" in other.run("check", "a.sql").err


SAFE_UP = """-- upgrade

CREATE INDEX CONCURRENTLY new ON orders ("Customer"); -- first
ALTER TABLE orders ADD CONSTRAINT "Fk" FOREIGN KEY ("Customer") REFERENCES customers (id) NOT VALID,
  ADD CONSTRAINT ck CHECK (state <> 'a,b') NOT VALID;
DROP INDEX CONCURRENTLY old;
CREATE UNIQUE INDEX CONCURRENTLY "Uq" ON public.orders (state, "Customer") INCLUDE (id);
ALTER TABLE public.orders ADD CONSTRAINT "Uq" UNIQUE USING INDEX "Uq" DEFERRABLE;
CREATE UNIQUE INDEX CONCURRENTLY pk ON keyless ("Id");
ALTER TABLE keyless ADD CONSTRAINT pk PRIMARY KEY USING INDEX pk;
ALTER TABLE orders ADD CONSTRAINT orders_state_is_set CHECK (state IS NOT NULL) NOT VALID, ALTER state SET DEFAULT 'new';

-- rollback

ALTER TABLE orders DROP CONSTRAINT orders_state_is_set;
"""
DOWN = """ALTER TABLE orders ALTER state DROP NOT NULL, ALTER state DROP DEFAULT, DROP CONSTRAINT "Uq", DROP CONSTRAINT ck, DROP CONSTRAINT "Fk";
ALTER TABLE keyless DROP CONSTRAINT pk, ALTER "Id" SET NOT NULL;
CREATE INDEX old ON orders (state);
DROP INDEX new;
"""
SAFE_LATER = """-- upgrade

ALTER TABLE orders VALIDATE CONSTRAINT "Fk";
ALTER TABLE orders VALIDATE CONSTRAINT ck;
ALTER TABLE orders VALIDATE CONSTRAINT orders_state_is_set;
ALTER TABLE orders ALTER COLUMN state SET NOT NULL, DROP CONSTRAINT orders_state_is_set;

-- rollback

ALTER TABLE orders ALTER COLUMN state DROP NOT NULL, ADD CONSTRAINT orders_state_is_set CHECK (state IS NOT NULL) NOT VALID;
ALTER TABLE orders DROP CONSTRAINT ck, ADD CONSTRAINT ck CHECK (state <> 'a,b') NOT VALID;
ALTER TABLE orders DROP CONSTRAINT "Fk", ADD CONSTRAINT "Fk" FOREIGN KEY ("Customer") REFERENCES customers (id) NOT VALID;
"""


def test_safe_forms_are_written(pg_project):
    """What waits is written so that it does not: the files lead where the hand-written one does, and back."""
    with closing(connected(pg_project.url)) as connection:
        connection.cursor().execute("CREATE TABLE customers (id bigint PRIMARY KEY);"
                                    "CREATE TABLE orders (id bigint PRIMARY KEY, \"Customer\" bigint, state text);"
                                    "CREATE TABLE keyless (\"Id\" bigint NOT NULL, note text);"
                                    "CREATE TABLE parts (id bigint, n bigint NOT NULL) PARTITION BY RANGE (n);"
                                    "INSERT INTO customers VALUES (7); INSERT INTO orders VALUES (1, 7, 'a'), (2, NULL, 'b');"
                                    "CREATE INDEX old ON orders (state)")
    name = "migrations/primary/primary__0001_a.sql"
    pg_project.write(name, "-- upgrade\n\nCREATE INDEX new ON orders (\"Customer\"); -- first\n"
                           "ALTER TABLE orders ADD CONSTRAINT \"Fk\" FOREIGN KEY (\"Customer\") REFERENCES customers (id),\n"
                           "  ADD CONSTRAINT ck CHECK (state <> 'a,b');\nDROP INDEX old;\n"
                           "ALTER TABLE public.orders ADD CONSTRAINT \"Uq\" UNIQUE (state, \"Customer\") INCLUDE (id) DEFERRABLE;\n"
                           "ALTER TABLE keyless ADD CONSTRAINT pk PRIMARY KEY (\"Id\");\n"
                           f"ALTER TABLE orders ALTER COLUMN state SET NOT NULL, ALTER state SET DEFAULT 'new';\n\n-- rollback\n\n{DOWN}")
    before = pg_project.ok("check-db", "-o", "sql").out
    pg_project.ok("migrate")
    direct = pg_project.ok("check-db", "-o", "sql").out
    pg_project.ok("rollback")
    assert pg_project.ok("check-db", "-o", "sql").out == before
    fixed = pg_project.run("check", "--fix", "--force")
    assert fixed.status == 0, fixed
    assert (pg_project.folder / name).read_text() == SAFE_UP + DOWN
    assert (pg_project.migrations / "primary__0002_validate_constraints.sql").read_text() == SAFE_LATER
    pg_project.ok("migrate")
    assert pg_project.ok("check-db", "-o", "sql").out == direct
    pg_project.ok("rollback", "--count", "2")
    assert pg_project.ok("check-db", "-o", "sql").out == before
    pg_project.ok("migrate")
    assert pg_project.run("check", "--fix", "--force", "0001").status == 0
    assert (pg_project.folder / name).read_text() == SAFE_UP + DOWN


def test_what_has_no_safe_form_stays(pg_project):
    """Keys of partitioned tables, a key over columns that may be NULL, constraints without a name."""
    with closing(connected(pg_project.url)) as connection:
        connection.cursor().execute("CREATE TABLE customers (id bigint PRIMARY KEY); CREATE TABLE t (id bigint, c bigint);"
                                    "CREATE TABLE parts (id bigint, n bigint NOT NULL) PARTITION BY RANGE (n)")
    name = "migrations/primary/primary__0001_a.sql"
    text = ("-- upgrade\n\nALTER TABLE parts ADD CONSTRAINT u UNIQUE (n);\n"
            "ALTER TABLE parts ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES customers (id);\n"
            "ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY (id);\nALTER TABLE t ADD UNIQUE (c);\n"
            "ALTER TABLE t ADD CONSTRAINT w UNIQUE (c) WITH (fillfactor = 70);\n\n-- rollback\n\nSELECT 1;\n")
    pg_project.write(name, text)
    assert pg_project.run("check", "--fix", "--force").status == 0
    assert (pg_project.folder / name).read_text() == text


def test_applied_files_stay(pg_project):
    pg_project.write("migrations/primary/primary__0001_a.sql",
                     "-- upgrade\n\nCREATE TABLE t (id bigint PRIMARY KEY, n text);\n\n-- rollback\n\nDROP TABLE t;\n")
    name = "migrations/primary/primary__0002_b.sql"
    pg_project.write(name, "-- upgrade\n\nCREATE INDEX i ON t (n);\n\n-- rollback\n\nDROP INDEX i;\n")
    pg_project.ok("migrate")
    outcome = pg_project.run("check", "0002", "--fix", "--force")
    assert "stays as it is: it is applied" in outcome.err, outcome
    assert "CONCURRENTLY" not in (pg_project.folder / name).read_text()


def test_a_ceiling_stops_before_anything_runs(pg_project):
    pg_project.write("migrations/primary/primary__0001_a.sql",
                     "-- upgrade\n\nCREATE TABLE t (id bigint PRIMARY KEY);\n\n-- rollback\n\nDROP TABLE t;\n")
    pg_project.write("migrations/primary/primary__0002_b.sql",
                     "-- upgrade\n\nTRUNCATE other;\n\n-- rollback\n\nSELECT 1;\n")
    stopped = pg_project.run("migrate", "--max-severity", "info")
    assert stopped.status == 1 and "DS104" in stopped.err and "0002_b.sql:3:" in stopped.err, stopped
    assert pg_project.run("status", "--json").json["applied"] == 0
