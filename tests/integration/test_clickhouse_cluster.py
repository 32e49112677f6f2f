"""A cluster of ClickHouse: two shards of two real (old) servers each, and ZooKeeper. What is killed comes back, and all four are alike at the end."""

import contextlib
import os
import random
import signal
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import pytest
from support.engines import wait_until
from support.own_server import alive, own_server
from support.project import ROOT, SEED, Project

STRIKES = int(os.environ.get("DBWARDEN_TEST_CRASHES", "1"))
WORD = "ENGINE = ReplicatedMergeTree('/clickhouse/tables/{base}/{{shard}}/{name}', '{{replica}}') ORDER BY id"


class Cluster:
    def __init__(self, server):
        self.server = server
        self.http = [server.urls[f"CHCLUSTER{n}_URL"].replace("default@", "") for n in (1, 2, 3, 4)]

    def ask(self, n, sql, base=""):
        try:
            with urllib.request.urlopen(f"{self.http[n]}?database={base}&wait_end_of_query=1", sql.encode(), timeout=60) as answer:
                return [tuple(line.split("\t")) for line in answer.read().decode().splitlines()]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None

    def kill(self, n):
        process = int(Path(self.server.folder, "chcluster", f"n{n + 1}", "pid").read_text())
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        while alive(process):
            time.sleep(0.005)

    def restart(self):
        self.server.restart()
        wait_until(lambda: all(self.writable(n) for n in range(4)), seconds=30)

    def writable(self, n):
        with contextlib.suppress(OSError):
            return self.ask(n, "SELECT count() FROM system.replicas WHERE is_readonly OR is_session_expired") == [("0",)]
        return False


@pytest.fixture(scope="module")
def cluster():
    subprocess.run([ROOT / "tests" / "servers" / "testservers.sh", "install", "chcluster"], check=True, capture_output=True)
    with own_server("chcluster") as started:
        yield Cluster(started)


class Base(Project):
    def aim(self, n):
        self.write("dbwarden.yaml", "databases:\n  primary:\n    default: true\n    database_type: clickhouse\n    cluster: c1\n    database_url_sync: "
                   f"\"{self.cluster.http[n].replace('http', 'clickhouse')}{self.base}?distributed_ddl_task_timeout=8\"\n")

    def environment(self, extra=None):
        return super().environment({"DBWARDEN_LEASE_SECONDS": "3", **(extra or {})})

    def table(self, number, name, more="", back=""):
        engine = WORD.format(base=self.base, name=name)
        self.migration(number, name, f"CREATE TABLE {name} ON CLUSTER c1 (id UInt64) {engine};\n{more}", f"{back}DROP TABLE {name} ON CLUSTER c1;")

    def alike(self):
        """What each of the four has, which is the same; and what each says is applied, once it has the last rows."""
        for n in range(4):
            for table in ("migrations", "journal"):
                self.cluster.ask(n, f"SYSTEM SYNC REPLICA {self.base}._dbwarden_{table}")
        seen = [(self.cluster.ask(n, "SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE "
                                  "'%dbwarden%' ORDER BY name", self.base),
                 self.cluster.ask(n, "SELECT version FROM _dbwarden_migrations FINAL WHERE gone = 0 ORDER BY version", self.base),
                 self.cluster.ask(n, "SELECT filename, done, outcome FROM _dbwarden_journal FINAL WHERE gone = 0 ORDER BY filename", self.base))
                for n in range(4)]
        assert seen[0] == seen[1] == seen[2] == seen[3]
        return [name for name, _ in seen[0][0]], [version for version, in seen[0][1]]

    def journal(self):
        return self.cluster.ask(0, "SELECT filename, outcome FROM _dbwarden_journal FINAL", self.base)

    def marks(self):
        return [n for n in range(4) for _ in self.cluster.ask(n, "SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name LIKE "
                                                              "'%dbwarden_lock_%'", self.base)]


@pytest.fixture
def project(tmp_path, cluster):
    made = Base(tmp_path / "project", "clickhouse://127.0.0.1/x", "/nonexistent/python", engine="clickhouse")
    (made.folder / "dbwarden.py").unlink()
    made.cluster, made.base = cluster, f"t_{uuid.uuid4().hex[:12]}"
    cluster.restart()
    cluster.ask(0, f"CREATE DATABASE {made.base} ON CLUSTER c1")
    made.aim(0)
    return made


def test_any_server_tells_the_same(project):
    project.table("0001", "users", "INSERT INTO users VALUES (1);")
    project.migration("0002", "age", "ALTER TABLE users ON CLUSTER c1 ADD COLUMN age UInt8;", "ALTER TABLE users ON CLUSTER c1 DROP COLUMN age;")
    project.write("migrations/primary/primary__ROC__names.sql", "-- upgrade\n\nCREATE VIEW IF NOT EXISTS names ON CLUSTER c1 AS SELECT 1;\n")
    project.ok("migrate")
    assert project.alike() == (["names", "users"], ["", "0001", "0002"])
    for n in (1, 2, 3):
        project.aim(n)
        assert "up to date" in project.ok("migrate").out
        assert project.ok("status", "--json").json["applied"] == 2
    project.ok("rollback")
    project.aim(1)
    assert project.ok("status", "--json").json["pending"] == 1
    project.ok("migrate")
    project.ok("rollback", "--count", "2")
    assert project.alike() == (["names"], [""]) and project.marks() == []


def test_runners_on_each_server_at_once(project):
    for number in (1, 2):
        project.table(f"{number:04d}", f"t{number}", f"INSERT INTO t{number} VALUES (1);")
    running = []
    for n in (0, 1, 2, 3):
        project.aim(n)
        running.append(project.start("migrate", "--wait-for-runner", "60"))
        time.sleep(0.05)
    ended = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0] * 4, ended
    assert project.alike() == (["t1", "t2"], ["0001", "0002"]) and project.marks() == []


def test_what_is_down_is_named_before_anything_is_begun(project):
    project.table("0001", "a")
    project.ok("migrate")
    project.table("0002", "b")
    project.cluster.kill(3)
    shown = project.run("migrate")
    name = project.cluster.http[3].rsplit(":", 1)[1].rstrip("/")
    assert shown.status == 5 and f"127.0.0.1:{int(name) + 1} (Connection refused" in shown.err and "nothing was begun" in shown.err, shown
    assert "does not answer" in project.ok("status").err
    project.cluster.restart()
    project.ok("migrate")
    assert project.alike() == (["a", "b"], ["0001", "0002"])


def strike(project, victim, after):
    """Kills a server while a file of three statements runs by way of another one, brings it back and goes on."""
    project.table("0001", "a", "ALTER TABLE a ON CLUSTER c1 ADD COLUMN x UInt8;\nCREATE TABLE b ON CLUSTER c1 (id UInt8) ENGINE = Memory;",
                  "DROP TABLE b ON CLUSTER c1;\nALTER TABLE a ON CLUSTER c1 DROP COLUMN x;\n")
    ways = [("migrate", (["a", "b"], ["0001"])), ("rollback", ([], []))]
    for command, wanted in ways[:1] if STRIKES == 1 else ways:
        project.aim(0)
        running = project.start(command)
        time.sleep(after)
        project.cluster.kill(victim)
        running.communicate(timeout=120)
        project.cluster.restart()
        for _ in range(3):  # a server that came back may not answer yet, or answer too late for the lease
            shown = project.run(command, "--wait-for-runner", "30")
            if shown.status not in (4, 5):
                break
        assert shown.status == 0 or (command == "rollback" and "nothing" in (shown.out + shown.err).lower()), (victim, after, command, shown)
        assert project.alike() == wanted, (victim, after, command)


@pytest.mark.parametrize("strike_number", range(STRIKES))
def test_a_server_is_killed_at_any_time(strike_number, project):
    dice = random.Random(f"{SEED} cluster {strike_number}")
    strike(project, dice.randrange(4), dice.random() * 1.5)


def test_a_holder_whose_server_is_gone_is_taken_over_from(project):
    project.table("0001", "a")
    project.ok("migrate")
    project.table("0002", "b", "SELECT sleep(3);")
    running = project.start("migrate")
    wait_until(lambda: project.cluster.ask(1, "SELECT 1 FROM system.tables WHERE database = currentDatabase() AND name = 'b'", project.base))
    running.kill()
    running.wait()
    project.cluster.kill(0)
    project.aim(2)
    held = project.run("migrate", "--wait-for-runner", "0")
    assert held.status == 4 and "its lease runs out in" in held.err, held
    project.cluster.restart()
    assert "1 migration applied" in project.ok("migrate", "--wait-for-runner", "30").out
    assert project.alike() == (["a", "b"], ["0001", "0002"])


def test_what_only_some_have_done(project):
    project.table("0001", "a")
    project.ok("migrate")
    project.cluster.ask(2, "CREATE TABLE b (id UInt8) ENGINE = Memory", project.base)
    assert "alone has b" in project.ok("status").err
    project.migration("0002", "b", "CREATE TABLE b ON CLUSTER c1 (id UInt8) ENGINE = Memory;", "DROP TABLE b ON CLUSTER c1;")
    failed = project.run("migrate")
    assert failed.status == 1 and "already exists" in failed.err and "was done on" in failed.err and "--interrupted done" in failed.err, failed
    project.ok("migrate", "--interrupted", "done")
    assert project.alike() == (["a", "b"], ["0001", "0002"])
    path = project.migration("0003", "c", "CREATE TABLE a ON CLUSTER c1 (id UInt8) ENGINE = Memory;", "DROP TABLE c ON CLUSTER c1;")
    failed = project.run("migrate")
    assert failed.status == 1 and "of the cluster: Table" in failed.err and "running" not in str(project.journal()), failed
    path = next(project.migrations.glob("*0003*"))
    path.write_text(path.read_text().replace("TABLE a", "TABLE c"))
    project.ok("migrate")
    assert project.alike()[0] == ["a", "b", "c"] and project.ok("status", "--json").json["replicas_differ"] == []


def test_a_copy_has_no_replicas(project):
    engine = WORD.format(base=project.base, name="a")
    project.cluster.ask(0, f"CREATE TABLE a (id UInt64) {engine}", project.base)
    project.cluster.ask(0, "INSERT INTO a VALUES (7)", project.base)
    project.write("dbwarden.yaml", (project.folder / "dbwarden.yaml").read_text().replace("    cluster: c1\n", ""))
    project.migration("0001", "a", "ALTER TABLE a ADD COLUMN x UInt8;\nCREATE TABLE b ENGINE = MergeTree ORDER BY id AS SELECT id FROM a;\nDROP TABLE a;")
    assert "1 migration applied" in project.ok("migrate", "--sandbox").out
    assert project.cluster.ask(0, "SELECT * FROM a", project.base) == [("7",)]
    assert project.cluster.ask(0, "SELECT name FROM system.databases WHERE name LIKE 'dbwarden_sandbox%'") == []


def test_a_cluster_that_is_none(project):
    text = (project.folder / "dbwarden.yaml").read_text()
    project.write("dbwarden.yaml", text.replace("cluster: c1", "cluster: c2"))
    shown = project.run("status")
    assert shown.status == 1 and "knows no cluster c2" in shown.err and "There are: c1, s1." in shown.err, shown


def test_generated_migrations_are_for_all_servers(project):
    described = (project.folder / "dbwarden.yaml").read_text().replace("    cluster: c1\n", "    cluster: c1\n    schema_files: [schema.sql]\n")
    project.write("dbwarden.yaml", described)
    table = f"CREATE TABLE t (id UInt64, v String) {WORD.format(base=project.base, name='t')};\n"
    for text in table, table.replace("v String", "v String, w UInt8 DEFAULT 3"):
        project.write("schema.sql", text)
        project.ok("make-migrations", "x")
        project.ok("migrate")
        project.ok("diff", "--exit-code")
    assert project.alike() == (["t"], ["0001", "0002"])
    assert all(project.cluster.ask(n, "SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 't'", project.base) == [("3",)]
               for n in range(4))
    project.ok("rollback", "-c", "2")
    assert project.alike() == ([], [])


REBUILT = "CREATE TABLE t (id UInt64, k UInt64) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{base}/{{shard}}/{path}', '{{replica}}') ORDER BY {key};\n"


def begun_again(project, cluster):
    """A migration that makes a table with rows again is there to be run."""
    project.aim(0)
    project.write("dbwarden.yaml", (project.folder / "dbwarden.yaml").read_text().replace("cluster: c1\n", f"cluster: {cluster}\n    schema_files: [schema.sql]\n"))
    project.write("schema.sql", REBUILT.format(base=project.base, path="one", key="id"))
    project.ok("make-migrations", "x")
    project.ok("migrate")
    project.cluster.ask(0, "INSERT INTO t SELECT number, number % 7 FROM numbers(1000)", project.base)
    project.write("schema.sql", REBUILT.format(base=project.base, path="two", key="(k, id)"))
    project.ok("make-migrations", "y", "--rebuild")


def rows_of(project, n, table="t"):
    project.cluster.ask(n, f"SYSTEM SYNC REPLICA {project.base}.{table}")
    return project.cluster.ask(n, f"SELECT count(), sum(id), sum(k) FROM {table}", project.base)


def test_a_table_of_several_shards_is_not_made_again_from_here(project):
    begun_again(project, "c1")
    shown = project.run("migrate")
    assert shown.status == 1 and "of these servers by hand (the INSERT of this file)" in shown.err, shown
    assert [rows_of(project, n) for n in (0, 1)] == [[("1000", "499500", "2997")]] * 2


@pytest.mark.parametrize("strike_number", range(STRIKES))
def test_a_table_is_made_again_while_a_replica_is_killed(strike_number, project):
    begun_again(project, "s1")
    dice = random.Random(f"{SEED} rebuild {strike_number}")
    running = project.start("migrate")
    time.sleep(dice.random() * 1.5)
    project.cluster.kill(dice.randrange(2))
    time.sleep(dice.random() * 3)
    project.cluster.restart()  # half of two is no quorum, so who writes waits for it
    running.communicate(timeout=150)
    for _ in range(4):
        shown = project.run("migrate", "--wait-for-runner", "30")
        if shown.status not in (4, 5):
            break
    assert shown.status == 0, shown
    for table in ("t", "_dbwarden_old_t"):
        assert [rows_of(project, n, table) for n in (0, 1)] == [[("1000", "499500", "2997")]] * 2, table
    assert "ORDER BY (k, id)" in project.cluster.ask(1, "SHOW CREATE TABLE t", project.base)[0][0]
    project.ok("diff", "--exit-code")
