"""A server that keeps GET_LOCK when its holder is killed (OceanBase's seekdb): a lease decides then, and nobody waits for ever."""

import os
import signal
import subprocess
import sys
import time

import pytest
from support.engines import Database, EngineProject, ended, killed, wait_until

SHORT = {"DBWARDEN_LEASE_SECONDS": "2"}
SERVE = ("import pylibseekdb, sys, time; i = pylibseekdb.open(sys.argv[1]); print(i.connection_options()['unix_socket'], flush=True);"
         " sys.stdin.read(); i.close()")


@pytest.fixture(scope="module")
def socket(tmp_path_factory):
    """Ends with its standard input, and so with the test."""
    folder = tmp_path_factory.mktemp("seekdb")
    with subprocess.Popen([sys.executable, "-c", SERVE, folder / "data"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, cwd=folder, text=True) as server:
        lines = iter(server.stdout.readline, "")
        yield next(line.strip() for line in lines if line.startswith("/"))
        server.stdin.close()
        server.wait(60)


@pytest.fixture
def project(tmp_path, socket, request):
    name = f"t_{abs(hash(request.node.name)) % 10 ** 9}"
    driver = "mysql+pymysql://root@/{}?unix_socket=" + socket
    admin = Database("mysql", "", driver.format("test"))
    admin.run(f"CREATE DATABASE {name}")
    made = EngineProject(tmp_path / "app", Database("mysql", f"mysql://root@localhost/{name}?unix_socket={socket}", driver.format(name)))
    made.table("0001", "one")
    made.migration("0002", "two", "CREATE TABLE two (n integer);\nSELECT SLEEP(6);\nINSERT INTO two VALUES (1);", "DROP TABLE two;")
    made.table("0003", "three")
    yield made
    admin.run(f"DROP DATABASE {name}")


def running(project, text):
    return project.database.value(f"SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '{text}%'")


def in_slow(project, env=None):
    process = project.start("migrate", env=env)
    wait_until(lambda: running(project, "SELECT SLEEP("))
    return process


def lock_holder(project):
    """The connection that holds GET_LOCK, whether it is still there or not."""
    return project.database.value("SELECT IS_USED_LOCK(CONCAT('dbwarden.', LEFT(SHA2(DATABASE(), 256), 40)))")


def whole(project):
    return project.database.tables() == ["one", "three", "two"] and project.database.versions() == ["0001", "0002", "0003"] \
        and project.database.value("SELECT COUNT(*) FROM two") == 1 and project.database.unfinished() == []


def kill_first(project):
    killed(in_slow(project))
    time.sleep(0.5)
    assert lock_holder(project), "this server gives the lock back, and shows nothing here"


def test_the_next_run_goes_on_at_once(project):
    kill_first(project)
    shown = project.ok("lock-status", "--json").json
    assert shown["held"] is False
    project.ok("migrate", "--wait-for-runner", "0")
    assert whole(project) and lock_holder(project)
    assert "up to date" in project.ok("migrate").out


def test_the_lease_holds_off_others_and_says_why(project):
    kill_first(project)
    process = in_slow(project, SHORT)
    waiting = project.start("migrate")
    time.sleep(2.5)
    report = project.ok("lock-status", "--json").json
    assert report["held"] is True and report["holder"]["pid"] == str(process.pid)
    refused = project.run("migrate", "--wait-for-runner", "0")
    assert refused.status == 4 and f"process {process.pid}" in refused.err
    waiting = ended(waiting)
    assert waiting.status == 0 and "lease, because the server keeps the lock of connection" in waiting.err and "up to date" in waiting.out
    assert ended(process).status == 0 and whole(project)
    assert project.ok("lock-status", "--json").json["held"] is False


def test_a_killed_lease_runs_out(project):
    kill_first(project)
    killed(in_slow(project, SHORT))
    project.ok("migrate", env=SHORT)
    assert whole(project)


def test_a_holder_that_slept_too_long_notices(project):
    """It is stopped between two statements, while another takes over; then it is told that its lease is gone."""
    kill_first(project)
    project.ok("migrate")
    project.ok("rollback", "--count", "2")
    project.database.run("CREATE TABLE gate (n integer)")
    project.database.run("INSERT INTO gate VALUES (1)")
    project.migration("0002", "two", "CREATE TABLE two (n integer);\nDROP TABLE gate;\nINSERT INTO two VALUES (1);",
                      "DROP TABLE two;")
    with project.database.alchemy.connect() as connection:
        blocker = connection.connection.cursor()
        blocker.execute("BEGIN")
        blocker.execute("UPDATE gate SET n = 2")
        process = project.start("migrate", env=SHORT)
        wait_until(lambda: project.database.has("two"))
        time.sleep(0.5)
        os.kill(process.pid, signal.SIGSTOP)
        assert project.database.has("gate")
        blocker.execute("ROLLBACK")
        wait_until(lambda: not project.database.has("gate"))
        time.sleep(2.5)
        project.ok("migrate", env=SHORT)
    os.kill(process.pid, signal.SIGCONT)
    late = ended(process)
    assert late.status == 4 and "was lost" in late.err, str(late)
    assert whole(project)
    assert "up to date" in project.ok("migrate").out


FOREIGN = """DROP TABLE IF EXISTS `_dbwarden_lock`;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `_dbwarden_lock` (
  `id` int NOT NULL
) ENGINE=InnoDB;
LOCK TABLES `_dbwarden_lock` WRITE;
/*!40000 ALTER TABLE `_dbwarden_lock` DISABLE KEYS */;
INSERT INTO `_dbwarden_lock` VALUES
(1);
UNLOCK TABLES;
CREATE TABLE `four` (`id` int PRIMARY KEY);
SELECT SLEEP(7);
INSERT INTO `four` VALUES (1);
-- Dump completed on 2026-01-01
"""


def test_a_restore_holds_the_lease_until_it_has_ended(project):
    """Whatever the dump says of a lease, and as long as the client program is at work."""
    kill_first(project)
    project.ok("migrate")
    project.write("foreign.sql", FOREIGN)
    process = project.start("restore", "foreign.sql", "--yes", "--force", env=SHORT)
    wait_until(lambda: running(project, "SELECT SLEEP("))
    time.sleep(3)
    report = project.ok("lock-status", "--json").json
    assert report["held"] is True and report["holder"]["file"] == "restore of foreign.sql"
    refused = project.run("migrate", "--wait-for-runner", "0")
    assert refused.status == 4 and f"process {process.pid}" in refused.err and "(restore of foreign.sql)" in refused.err, refused
    assert ended(process).status == 0
    assert project.ok("lock-status", "--json").json["held"] is False
    assert project.database.value("SELECT COUNT(*) FROM four") == 1 and project.database.tables() == ["four"]
    project.ok("migrate", "--wait-for-runner", "0")
