"""ClickHouse: hand-written migrations, the journal, the lock and the session, against its engine behind tests/servers/chshim.py,
which says what of the rest is not the server's, and against a real server, which is an old one."""

import contextlib
import os
import random
import signal
import socket
import ssl
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid

import pytest
from support.engines import wait_until
from support.own_server import own_server
from support.project import ROOT, SEED, Project
from support.trace import traced

STRIKES = int(os.environ.get("DBWARDEN_TEST_CRASHES", "1"))
TALKS = "sendto,recvfrom"


class Database:
    engine = "clickhouse"

    def __init__(self, url, name):
        self.http, self.name = url, name
        self.url = url.replace("http://", "clickhouse://") + name

    def ask(self, sql):
        with urllib.request.urlopen(f"{self.http}?database={self.name}", sql.encode(), timeout=60) as answer:
            return [tuple(line.split("\t")) for line in answer.read().decode().splitlines()]

    def picture(self):
        """Tables, views, dictionaries and functions of the user, and all rows."""
        made = self.ask("SELECT name, create_table_query, engine FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE "
                        "'%dbwarden%' ORDER BY name")
        rows = {name: sorted(self.ask(f"SELECT * FROM {name}")) for name, _, engine in made if engine == "MergeTree"}
        return made, rows, self.ask("SELECT version, filename FROM _dbwarden_migrations ORDER BY version")

    def locks(self):
        return self.ask("SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE '%dbwarden_lock%'")


class Here(Project):
    lease = "60"

    def environment(self, extra=None):
        return super().environment({"DBWARDEN_LEASE_SECONDS": self.lease, **(extra or {})})


@pytest.fixture(scope="module")
def server(request):
    name = getattr(request, "param", "clickhouse")
    subprocess.run([ROOT / "tests" / "servers" / "testservers.sh", "install", name], check=True, capture_output=True)
    with own_server(name) as started:
        yield started.urls[f"{name.upper()}_URL"].replace("default@", "")


old_and_new = pytest.mark.parametrize("server", ["clickhouse", "clickhouse18"], indirect=True)


@pytest.fixture
def database(server):
    name = f"t_{uuid.uuid4().hex[:12]}"
    with urllib.request.urlopen(server, f"CREATE DATABASE {name}".encode(), timeout=60):
        pass
    yield Database(server, name)
    with urllib.request.urlopen(server, f"DROP DATABASE {name}".encode(), timeout=60):
        pass


@pytest.fixture
def project(tmp_path, database):
    made = Here(tmp_path / "project", database.url, "/nonexistent/python", engine="clickhouse")
    (made.folder / "dbwarden.py").unlink()
    made.write("dbwarden.yaml", "databases:\n  primary:\n    default: true\n    database_type: clickhouse\n"
               f"    database_url_sync: \"{database.url}\"\n")
    return made


USERS = ("CREATE TABLE users (id UInt64, name String) ENGINE = MergeTree ORDER BY id;\n"
         "INSERT INTO users VALUES (1, 'a;b'), (2, 'it''s -- fine');", "DROP TABLE users;")
AGE = ("ALTER TABLE users ADD COLUMN age Nullable(UInt8);\nALTER TABLE users UPDATE age = 3 WHERE id = 1;",
       "ALTER TABLE users DROP COLUMN age;")


@old_and_new
def test_up_and_down(project, database):
    project.migration("0001", "users", *USERS)
    project.migration("0002", "age", *AGE)
    assert "2 migrations applied" in project.ok("migrate").out
    made, rows, versions = database.picture()
    assert rows == {"users": [("1", "a;b", "3"), ("2", "it\\'s -- fine", "\\N")]}
    assert versions == [("0001", "primary__0001_users.sql"), ("0002", "primary__0002_age.sql")]
    assert [row["version"] for row in project.ok("history", "--json").json["migrations"]] == ["0001", "0002"]
    project.ok("rollback")
    assert database.picture()[1] == {"users": [("1", "a;b"), ("2", "it\\'s -- fine")]}
    project.ok("migrate")
    project.ok("rollback", "--count", "2")
    assert database.picture() == ([], {}, [])
    assert database.locks() == []


def test_tables_of_0_8_2_are_gone_on_with(project, database):
    database.ask("CREATE TABLE _dbwarden_migrations (version String, description String, filename String, migration_type String, "
                 "applied_at DateTime DEFAULT now(), checksum String) ENGINE = MergeTree() ORDER BY filename")
    project.migration("0001", "users", *USERS)
    project.migration("0002", "age", *AGE)
    first = next(project.migrations.glob("*0001*"))
    project.ok("migrate", "--baseline", "--to-version", "0001")
    assert database.ask("SELECT version, filename FROM _dbwarden_migrations") == [("0001", first.name)]
    database.ask("CREATE TABLE users (id UInt64, name String) ENGINE = MergeTree ORDER BY id")
    assert "1 migration applied" in project.ok("migrate").out


def test_repeatables_and_seeds(project, database):
    project.migration("0001", "users", *USERS)
    view = project.write("migrations/primary/primary__ROC__names.sql", "-- upgrade\n\nCREATE OR REPLACE VIEW names AS SELECT name FROM users;\n")
    project.write("seeds/V0001__more.sql", "INSERT INTO users VALUES (3, 'c');\n-- rollback\nALTER TABLE users DELETE WHERE id = 3;\n")
    project.ok("migrate")
    for text in ("id", "id, name", "name, id"):
        view.write_text(f"-- upgrade\n\nCREATE OR REPLACE VIEW names AS SELECT {text} FROM users;\n")
        assert "1 repeatable migration run" in project.ok("migrate").out
        assert "up to date" in project.ok("migrate").out
    project.ok("seed", "apply")
    assert len(database.ask("SELECT * FROM users")) == 3
    project.ok("seed", "rollback")
    assert len(database.ask("SELECT * FROM users")) == 2


def test_a_mistake_is_placed_and_the_file_goes_on_from_there(project, database):
    project.migration("0001", "users", USERS[0] + "\nALTER TABL users DROP COLUMN x;", USERS[1])
    failed = project.run("migrate")
    assert failed.status == 1 and "primary__0001_users.sql:5:7: Syntax error" in failed.err, failed
    assert "The statements before it (2) are done" in failed.err
    path = next(project.migrations.glob("*0001*"))
    path.write_text(path.read_text().replace("TABL users DROP COLUMN x", "TABLE users ADD COLUMN x Int8"))
    assert "goes on after statement 2 of 3" in project.ok("migrate").err
    assert len(database.ask("SELECT x FROM users")) == 2


def test_a_session_lasts_for_its_file_alone(project, database):
    project.migration("0001", "own", "SET max_threads = 1;\nCREATE TEMPORARY TABLE kept (n UInt8);\nINSERT INTO kept VALUES (7);\n"
                      "CREATE TABLE seen ENGINE = MergeTree ORDER BY n AS SELECT n, getSetting('max_threads') AS threads FROM kept;\n"
                      "USE system;", "DROP TABLE seen;")
    project.migration("0002", "next", "CREATE TABLE later ENGINE = MergeTree ORDER BY name AS SELECT currentDatabase() AS name;",
                      "DROP TABLE later;")
    project.ok("migrate")
    assert database.ask("SELECT * FROM seen") == [("7", "1")]
    assert database.ask("SELECT * FROM later") == [(database.name,)]


@old_and_new
def test_eight_runners_at_once(project, database):
    for number in range(1, 4):
        project.migration(f"{number:04d}", f"t{number}", f"CREATE TABLE t{number} (id UInt8) ENGINE = MergeTree ORDER BY id;\n"
                          f"INSERT INTO t{number} VALUES (1);", f"DROP TABLE t{number};")
    running = [project.start("migrate", "--wait-for-runner", "60") for _ in range(8)]
    ended = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0] * 8, ended
    made, rows, versions = database.picture()
    assert rows == {f"t{number}": [("1",)] for number in range(1, 4)} and len(versions) == 3
    assert database.locks() == []


def test_a_killed_holder_is_waited_for_until_its_lease_runs_out(project, database):
    project.lease = "4"
    project.migration("0001", "slow", "CREATE TABLE a (id UInt8) ENGINE = MergeTree ORDER BY id;\nSELECT sleepEachRow(1) FROM numbers(3);",
                      "DROP TABLE a;")
    process = project.start("migrate")
    wait_until(lambda: database.ask("SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'a'"))
    process.kill()
    process.wait()
    held = project.run("migrate", "--wait-for-runner", "0")
    assert held.status == 4 and "its lease runs out in" in held.err, held
    time.sleep(0.5)
    assert "1 migration applied" in project.ok("migrate", "--wait-for-runner", "30").out
    assert project.ok("status", "--json").json["migrations"][0]["status"] == "applied"


# What comes before, the statement, and what undoes it.
T = "CREATE TABLE t (id UInt64, n Int32) ENGINE = MergeTree ORDER BY id"
U = "CREATE TABLE u (id UInt64) ENGINE = MergeTree ORDER BY id"
SHAPES = {
    "create": ([], U, "DROP TABLE u"),
    "create-as": ([T], "CREATE TABLE u ENGINE = MergeTree ORDER BY id AS SELECT id FROM t", "DROP TABLE u"),
    "drop": ([T, U], "DROP TABLE u", U),
    "add": ([T], "ALTER TABLE t ADD COLUMN c String DEFAULT 'x', ADD INDEX i n TYPE minmax GRANULARITY 1",
            "ALTER TABLE t DROP INDEX i, DROP COLUMN c"),
    "rename-column": ([T], "ALTER TABLE t RENAME COLUMN n TO m", "ALTER TABLE t RENAME COLUMN m TO n"),
    "type": ([T], "ALTER TABLE t MODIFY COLUMN n Int64", "ALTER TABLE t MODIFY COLUMN n Int32"),
    "update": ([T], "ALTER TABLE t UPDATE n = n + 1 WHERE id > 1", "ALTER TABLE t UPDATE n = n - 1 WHERE id > 1"),
    "delete": ([T, U], "ALTER TABLE t DELETE WHERE id = 1", "SELECT 1"),
    "insert": ([T], "INSERT INTO t VALUES (9, 9)", "ALTER TABLE t DELETE WHERE id = 9"),
    "insert-select": ([T, U], "INSERT INTO u SELECT id FROM t", "ALTER TABLE u DELETE WHERE 1"),
    "rename": ([T, U], "RENAME TABLE u TO v", "RENAME TABLE v TO u"),
    "exchange": ([T, U], "EXCHANGE TABLES t AND u", "EXCHANGE TABLES t AND u"),
    "view": ([T], "CREATE VIEW v AS SELECT id FROM t", "DROP VIEW v"),
    "replace": ([T, "CREATE VIEW v AS SELECT id FROM t"], "CREATE OR REPLACE VIEW v AS SELECT n FROM t", "CREATE OR REPLACE VIEW v AS SELECT id FROM t"),
    "materialised": ([T, U], "CREATE MATERIALIZED VIEW m TO u AS SELECT id FROM t", "DROP VIEW m"),
    "dictionary": ([T], "CREATE DICTIONARY d (id UInt64, n Int32) PRIMARY KEY id SOURCE(CLICKHOUSE(TABLE 't')) LAYOUT(FLAT()) LIFETIME(0)",
                   "DROP DICTIONARY d"),
    "order": ([T], "ALTER TABLE t ADD COLUMN k UInt8, MODIFY ORDER BY (id, k)", "SELECT 1"),
    "ttl": ([T], "ALTER TABLE t MODIFY TTL toDateTime(id) + INTERVAL 100 YEAR", "ALTER TABLE t REMOVE TTL"),
    "projection": ([T], "ALTER TABLE t ADD PROJECTION p (SELECT n ORDER BY n)", "ALTER TABLE t DROP PROJECTION p"),
    "truncate": ([T, U], "TRUNCATE TABLE u", "SELECT 1"),
}
# Rows that came may be its own or somebody else's: nobody can tell, which the sentence says.
OPEN = ("insert", "insert-select")


def prepare(database, before):
    for (name,) in database.ask("SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY engine = 'MaterializedView' DESC, "
                                "engine IN ('View', 'Dictionary') DESC"):
        database.ask(f"DROP TABLE IF EXISTS {name} SYNC" if name != "d" else "DROP DICTIONARY IF EXISTS d SYNC")
    for sql in before:
        database.ask(sql)
    if T in before:
        database.ask("INSERT INTO t VALUES (1, 10), (2, 20)")


@pytest.mark.parametrize("shape", SHAPES if STRIKES > 1 else random.Random(f"{SEED} clickhouse").sample(list(SHAPES), 3))
def test_killed_at_any_request(shape, project, database):
    before, up, down = SHAPES[shape]
    project.migration("0001", "shape", f"CREATE TABLE first (id UInt8) ENGINE = MergeTree ORDER BY id;\n{up};\nCREATE VIEW last AS SELECT 1;",
                      f"DROP VIEW last;\n{down};\nDROP TABLE first;")
    wanted, steps = {}, {}
    prepare(database, before)
    for command in ("migrate", "rollback"):
        outcome, steps[command] = traced(project, None, command, calls=TALKS)
        assert outcome.status == 0, outcome
        wanted[command] = database.picture()
    dice = random.Random(f"{SEED} {shape}")
    for _ in range(STRIKES):
        prepare(database, before)
        for command in ("migrate", "rollback"):
            when = dice.randrange(1, steps[command] + 1)
            traced(project, f"signal=KILL:when={when}", command, calls=TALKS)
            database.ask("DROP TABLE IF EXISTS _dbwarden_lock SYNC")  # its lease, which is longer than any load, ran out
            after = project.run(command)
            if after.status and shape in OPEN:
                assert "interrupted" in after.err and up in after.err + up, after
                break
            assert after.status == 0, (shape, command, when, after)
            assert database.picture() == wanted[command], (shape, command, when)
            assert project.ok("status", "--json").json["unfinished"] == 0


URLS = {
    "password": ("clickhouse://default:wrong@{at}/default", 5, "Authentication failed", "Check user and password"),
    "database": ("clickhouse://default@{at}/nowhere", 5, "Database nowhere does not exist", "Create the database first"),
    "nobody": ("clickhouse://default@127.0.0.1:1/default", 5, "cannot connect to default on 127.0.0.1", "Is the server running"),
    "tls": ("clickhouse://default@{at}/default?secure=true", 5, "SSL connect error", "no port for TLS"),
    "setting": ("clickhouse://default@{at}/default?max_theads=1", 5, "Unknown setting 'max_theads'", "settings of the server"),
    "secure": ("clickhouse://default@{at}/default?secure=maybe", 1, "secure=maybe in the database URL is neither true nor false", ""),
    "native": ("clickhouse+native://default@127.0.0.1:9000/default", 5, "cannot connect", "Is the server running"),
}


@pytest.mark.parametrize("case", URLS)
def test_a_url_that_leads_nowhere(case, project, server):
    url, status, said, hint = URLS[case]
    shown = project.run("--url", url.format(at=server.split("//")[1].rstrip("/")), "--migrations-dir", "migrations/primary", "status")
    assert shown.status == status and said in shown.err and hint in shown.err and "wrong" not in shown.err, shown


def test_plain_words_to_a_port_for_tls(project):
    """Which resets the connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        def reset():
            for _ in range(2):
                talk, _ = listening.accept()
                talk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                talk.recv(1)
                talk.close()

        threading.Thread(target=reset, daemon=True).start()
        shown = project.run("--url", f"clickhouse://127.0.0.1:{listening.getsockname()[1]}/x", "--migrations-dir", "migrations/primary", "status")
    assert shown.status == 5 and "HTTPS at 8443 (?secure=true)" in shown.err, shown


# What comes before it, the statement, what is said, and the hint.
REFUSED = {
    "order": ([], "CREATE TABLE o (a UInt8, b UInt8) ENGINE = MergeTree ORDER BY (a, b) PRIMARY KEY b", "prefix of the sorting key",
              "ORDER BY has to begin with the PRIMARY KEY"),
    "memory": ([], "SET max_memory_usage = 10000000;\nSELECT groupArray(number) FROM numbers(10000000)", "emory limit", "in smaller pieces"),
    "parts": (["CREATE TABLE p (id UInt64) ENGINE = MergeTree ORDER BY id SETTINGS parts_to_throw_insert = 1, parts_to_delay_insert = 1",
               "SYSTEM STOP MERGES p", "INSERT INTO p VALUES (1)"], "INSERT INTO p VALUES (2)", "Too many parts (1", "--retry-for"),
    "dictionary": (["CREATE DICTIONARY d (id UInt64, v String) PRIMARY KEY id SOURCE(MYSQL(HOST '127.0.0.1' PORT 1 USER 'u' PASSWORD 'hidden' DB 'd' "
                    "TABLE 't')) LAYOUT(FLAT()) LIFETIME(10)"], "SELECT dictGet('d', 'v', toUInt64(1))", "Can't connect to server", "a dictionary's source"),
    "dot": ([], "CREATE TABLE a.b (id UInt8) ENGINE = Memory", "Database a does not exist", "stands in backticks"),
    "quote": ([], "CREATE TABLE x'y (id UInt8) ENGINE = Memory", "this string is never closed", "Close it"),
    "mutation": (["CREATE TABLE t (id UInt64, s String) ENGINE = MergeTree ORDER BY id", "INSERT INTO t VALUES (1, 'x')"],
                 "ALTER TABLE t UPDATE s = toString(toInt32(s)) WHERE 1", "Cannot parse string 'x' as Int32", "KILL MUTATION"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_server_refuses(case, project, database):
    before, sql, said, hint = REFUSED[case]
    for text in before:
        database.ask(text)
    project.migration("0001", "bad", sql + ";")
    shown = project.run("migrate", "--retry-for", "0")
    assert shown.status == 1 and said in shown.err and hint in shown.err and "hidden" not in shown.err, shown
    assert len([line for line in shown.err.splitlines() if "error:" in line or "hint:" in line]) == 2 and "\n0. " not in shown.err, shown


def test_a_mutation_that_fails_is_not_begun_twice(project, database):
    project.migration("0001", "bad", REFUSED["mutation"][0][0] + ";\n" + REFUSED["mutation"][0][1] + ";\n" + REFUSED["mutation"][1] + ";")
    project.run("migrate")
    again = project.run("migrate")
    assert again.status == 1 and "a mutation of t" in again.err and "Cannot parse string" in again.err, again
    assert len(database.ask("SELECT mutation_id FROM system.mutations WHERE database = currentDatabase()")) == 1
    database.ask("KILL MUTATION WHERE database = currentDatabase()")
    path = next(project.migrations.glob("*0001*"))
    database.ask("ALTER TABLE t UPDATE s = '7' WHERE 1 SETTINGS mutations_sync = 2")
    assert path and project.run("migrate", "--interrupted", "again").status == 0
    assert database.ask("SELECT s FROM t") == [("7",)]


def test_rows_of_a_table_that_counts_none_are_never_written_twice(project, database):
    project.lease = "2"
    project.migration("0001", "null", "CREATE TABLE kept (n UInt8) ENGINE = MergeTree ORDER BY n;\nCREATE TABLE through (n UInt8) ENGINE = Null;\n"
                      "CREATE MATERIALIZED VIEW m TO kept AS SELECT n FROM through;\n"
                      "INSERT INTO through SELECT number + sleep(1.5) FROM numbers(1);\nSELECT 1;")
    process = project.start("migrate")
    wait_until(lambda: database.ask("SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'm'"))
    wait_until(lambda: database.ask("SELECT evidence FROM _dbwarden_journal FINAL WHERE done = 3 AND evidence IS NOT NULL"))
    process.kill()
    process.wait()
    shown = project.run("migrate", "--wait-for-runner", "20")
    assert shown.status == 1 and "cannot tell whether that was done" in shown.err, shown
    project.ok("migrate", "--interrupted", "done")


def test_an_insert_costs_few_questions(project):
    """Each asks for the lease, notes what was there, and says that it is done."""
    def asked(rows):
        project.migration(f"{rows:04d}", "rows", f"CREATE TABLE r{rows} (n UInt8) ENGINE = MergeTree ORDER BY n;\n" + f"INSERT INTO r{rows} VALUES (1);\n" * rows)
        outcome, _ = traced(project, None, "migrate", calls="sendto")
        assert outcome.status == 0, outcome
        return _

    few, many = asked(2), asked(12)
    assert (many - few) / 10 <= 7.5, (few, many)


def test_sandbox(project, database):
    database.ask("CREATE TABLE outside (n UInt8) ENGINE = URL('http://127.0.0.1:1/', 'TSV')")
    project.migration("0001", "users", USERS[0] + "\nCREATE VIEW b AS SELECT name FROM users;\nCREATE VIEW a AS SELECT name FROM b;", "DROP TABLE users;")
    project.ok("migrate")
    before = database.picture()
    project.migration("0002", "age", AGE[0] + "\nINSERT INTO outside VALUES (1);\nCREATE TABLE seen ENGINE = MergeTree ORDER BY name AS SELECT name FROM a;", AGE[1])
    shown = project.ok("migrate", "--sandbox")
    assert "rows included, in dbwarden_sandbox_" in shown.err and "1 migration applied" in shown.out, shown
    assert database.picture() == before and database.ask("SELECT name FROM system.databases WHERE name LIKE 'dbwarden_sandbox%'") == []
    assert project.ok("status", "--json").json["pending"] == 1
    project.migration("0003", "far", f"DROP TABLE {database.name}.users;")
    shown = project.run("migrate", "--sandbox")
    assert shown.status == 1 and f"names the database {database.name}" in shown.err, shown


def test_names_with_a_dot_and_a_quote(project, database):
    project.migration("0001", "odd", "CREATE TABLE `a.b` (`c'd` UInt8, `e``f` UInt8) ENGINE = MergeTree ORDER BY `c'd`;\nINSERT INTO `a.b` VALUES (1, 2);\n"
                      "ALTER TABLE `a.b` DELETE WHERE `c'd` = 1;", "DROP TABLE `a.b`;")
    project.ok("migrate")
    assert database.ask("SELECT count() FROM `a.b`") == [("0",)]
    project.ok("rollback")


def test_who_may_only_read(project, database, server):
    project.migration("0001", "users", *USERS)
    project.ok("migrate")
    project.migration("0002", "age", *AGE)
    text = (project.folder / "dbwarden.yaml").read_text()
    project.write("dbwarden.yaml", text.replace(database.name, f"{database.name}?readonly=1"))
    assert project.ok("status", "--json").json["pending"] == 1
    shown = project.run("migrate")
    assert shown.status == 1 and "readonly mode" in shown.err and "may only read" in shown.err, shown


@pytest.mark.parametrize("server", ["clickhouse18"], indirect=True)
def test_the_port_of_the_other_protocol(project, server):
    http, port = server.rstrip("/").rsplit(":", 1)
    shown = project.run("--url", f"clickhouse://default@{http.split('//')[1]}:{int(port) + 1}/default", "--migrations-dir", "migrations/primary", "status")
    assert shown.status == 5 and "the port of ClickHouse's own protocol" in shown.err and "8123" in shown.err, shown


@pytest.mark.parametrize("server", ["clickhouse18"], indirect=True)
def test_a_quota_that_is_used_up(project, database):
    """In the middle of a file: who comes later goes on there."""
    project.migration("0001", "users", *USERS)
    text = (project.folder / "dbwarden.yaml").read_text()
    project.write("dbwarden.yaml", text.replace("//", "//few@"))
    shown = project.run("migrate", "--retry-for", "0")
    assert shown.status == 1 and "Quota for user 'few'" in shown.err and "The quota of the database URL's user is used up" in shown.err, shown
    project.write("dbwarden.yaml", text)
    database.ask("DROP TABLE IF EXISTS _dbwarden_lock")
    project.ok("migrate")
    assert database.picture()[1]["users"] == [("1", "a;b"), ("2", "it\\'s -- fine")]


def test_a_setting_of_the_url_comes_once(project, database):
    text = (project.folder / "dbwarden.yaml").read_text()
    project.write("dbwarden.yaml", text.replace(database.name, f"{database.name}?mutations_sync=1&max_execution_time=50"))
    project.migration("0001", "seen", "CREATE TABLE seen ENGINE = MergeTree ORDER BY a AS SELECT getSetting('mutations_sync') AS a, "
                      "getSetting('max_execution_time') AS b;", "DROP TABLE seen;", head="-- set statement_timeout = 70\n")
    project.ok("migrate")
    assert database.ask("SELECT a, b FROM seen") == [("1", "50")]


@old_and_new
def test_backup_by_freezing(project, database):
    project.migration("0001", "users", *USERS)
    project.ok("migrate")
    project.migration("0002", "age", *AGE)
    project.ok("migrate", "--with-backup")
    (path,) = (project.folder / "backups").glob("*.sql")
    assert "shadow/dbwarden_" in path.read_text() and "CREATE TABLE" in path.read_text()
    shown = project.run("restore", path, "--yes")
    assert shown.status == 1 and "It comes back by: ALTER TABLE" in shown.err, shown
    assert "up to date" in project.ok("migrate").out


def test_backup_to_a_disk(project, database):
    text = (project.folder / "dbwarden.yaml").read_text()
    project.write("dbwarden.yaml", text.replace(database.name, f"{database.name}?backup_disk=kept"))
    project.migration("0001", "users", *USERS)
    project.ok("migrate", "--with-backup")
    (path,) = (project.folder / "backups").glob("*.sql")
    back = path.read_text().splitlines()[0].split(": ", 1)[1].split(", once")[0]
    assert f"It comes back by: {back}" in project.run("restore", path, "--yes").err
    assert database.ask("SELECT status FROM system.backups ORDER BY start_time DESC LIMIT 1") == [("BACKUP_CREATED",)]


@pytest.mark.parametrize("server", ["clickhouse18"], indirect=True)
def test_what_is_interrupted_is_killed_on_the_server(project, database):
    project.migration("0001", "slow", "SELECT sleepEachRow(1) FROM (SELECT number FROM system.numbers LIMIT 100) SETTINGS max_block_size = 1;")
    seen = "SELECT query_id FROM system.processes WHERE query LIKE 'SELECT sleepEachRow%'"
    process = project.start("migrate")
    wait_until(lambda: database.ask(seen))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode not in (0, 1), (process.returncode, out, err)
    wait_until(lambda: not database.ask(seen))


class Tls:
    """What stands before a server that speaks HTTP and takes TLS: bytes go both ways as they are."""

    def __init__(self, folder, port):
        self.certificate, key, self.target, self.taken = folder / "ca.pem", folder / "key.pem", port, 0
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", self.certificate, "-days", "2",
                        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.certificate, key)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.answer, args=(self.socket.accept()[0],), daemon=True).start()

    def answer(self, plain):
        with contextlib.suppress(OSError), self.context.wrap_socket(plain, server_side=True) as client, \
             socket.create_connection(("127.0.0.1", self.target)) as there:
            self.taken += 1
            back = threading.Thread(target=self.copy, args=(there, client), daemon=True)
            back.start()
            self.copy(client, there)
            back.join(10)

    @staticmethod
    def copy(source, sink):
        with contextlib.suppress(OSError, ValueError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def test_tls(project, database, tmp_path):
    """Through a certificate that is known; one that is not is refused in one sentence, and `verify=false` takes it."""
    port = int(database.http.rsplit(":", 1)[1].strip("/"))
    tls = Tls(tmp_path, port)
    project.migration("0001", "users", *USERS)
    config = project.folder / "dbwarden.yaml"
    plain = config.read_text()

    def aim(options):
        config.write_text(plain.replace(f":{port}/{database.name}", f":{tls.port}/{database.name}?secure=true{options}"))

    aim("")
    refused = project.run("migrate")
    assert refused.status == 5 and "certificate" in refused.err and tls.taken == 0, refused
    aim(f"&ca_cert={tls.certificate}")
    project.ok("migrate")
    assert tls.taken and database.picture()[1] == {"users": [("1", "a;b"), ("2", "it\\'s -- fine")]}
    aim("&verify=false")
    project.ok("rollback")
    tls.socket.close()
