"""The laws on random schemas and the text cases, on PostgreSQL servers; SQLite's share runs with the unit tests."""

import os
import subprocess
from pathlib import Path

import pytest
from support.engines import created, started
from support.project import PROGRAM, ROOT, SEED

BUILD = Path(PROGRAM).parent / "tests" / "property"
RUNS = os.environ.get("DBWARDEN_TEST_LAWS", "25")
CASES = sorted((ROOT / "tests" / "golden" / "diff" / "postgresql").glob("*.txt"))
REFUSED_BY_18 = ["inherits-own-two"]  # another type while a child has a NOT NULL of its own
ALL_VERSIONS = os.environ.get("DBWARDEN_TEST_VERSIONS") == "all"


def run(*args):
    done = subprocess.run([str(arg) for arg in args], capture_output=True, text=True, timeout=900)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("server", ["PG15", "PG18"])
def test_laws(server, servers):
    run(BUILD / "laws", "postgresql", RUNS, SEED, servers[f"{server}_TCP_URL"])


def test_changes_in_steps(servers):
    """They lead where the direct change does, and back."""
    run(BUILD / "gradual", "postgresql", int(RUNS) // 2, SEED, servers["PG18_TCP_URL"])


def test_text_cases(servers):
    run(BUILD / "cases", "postgresql", "--url", servers["PG15_TCP_URL"], *CASES)


def test_text_cases_of_newer_servers(servers):
    """What only 18 has; a soak takes all there."""
    files = [file for file in CASES if "\n== needs\n18" in file.read_text() or ALL_VERSIONS and file.stem not in REFUSED_BY_18]
    run(BUILD / "cases", "postgresql", "--url", servers["PG18_TCP_URL"], *files)


@pytest.mark.parametrize("server", ["PG13", "PG14"])
def test_older_servers(server, servers):
    """A small share of all that newer ones are asked, for they take long to make a database; a soak takes all."""
    url = servers[f"{server}_TCP_URL"]
    run(BUILD / "laws", "postgresql", RUNS if ALL_VERSIONS else 2, SEED, url)
    run(BUILD / "cases", "postgresql", "--url", url, *(CASES if ALL_VERSIONS else CASES[SEED % 40 :: 40]))
    schemas = ["views", "shop_one", "shop_two"] if ALL_VERSIONS and server == "PG14" else ["views"]  # shops have COMPRESSION
    run(BUILD / "roundtrip", "postgresql", url, *(ROOT / f"tests/golden/roundtrip/postgresql/{name}.sql" for name in schemas))


def address(servers, server):
    """The engine of a server, and the URL that says it."""
    engine = server.rstrip("0123456789")
    return engine, servers[f"{server.upper()}_URL"].replace("mysql://", f"{engine}://")


@pytest.mark.parametrize("server", ["mysql", "mariadb"])
def test_laws_of(servers, server):
    engine, url = address(servers, server)
    run(BUILD / "laws", engine, int(RUNS) // 3, 1, url)


@pytest.mark.parametrize("server", ["mysql", "mariadb", *started("mariadb114")])
def test_text_cases_of(servers, server):
    engine, url = address(servers, server)
    run(BUILD / "cases", engine, "--url", url, *sorted((ROOT / "tests" / "golden" / "diff" / engine).glob("*.txt")))


@pytest.mark.parametrize("server", ["PG15", "PG18"])
def test_hand_written_schemas(servers, server):
    """From nothing to each, from each to each, and back."""
    files = sorted((ROOT / "tests" / "golden" / "roundtrip" / "postgresql").glob("*.sql"))
    if server != "PG18":
        files = [file for file in files if not file.stem.endswith("_18")]
    run(BUILD / "roundtrip", "postgresql", servers[f"{server}_TCP_URL"], *files)


@pytest.mark.parametrize("server", ["PG15", "PG18"])
def test_parts_of_schema_texts(servers, server):
    """What has changed of a text, run alone, gives what all of it gives: random schemas, and texts by hand."""
    url = servers[f"{server}_TCP_URL"]
    run(BUILD / "partial", "postgresql", max(1, int(RUNS) // 4), SEED, url)
    if server == "PG15":
        run(BUILD / "partial", "postgresql", url, ROOT / "tests" / "golden" / "partial" / "postgresql.txt")


ANSWERS = ROOT / "tests" / "golden" / "answers"


def test_answers_of_postgresql(servers):
    """What is recorded of the engine is what it answers."""
    run(BUILD / "answers", "postgresql", "--url", servers["PG15_TCP_URL"], ANSWERS / "postgresql.txt")


def test_answers_of_mariadb(servers, tmp_path):
    database, drop = created("mariadb", servers, tmp_path)
    try:
        run(BUILD / "answers", "mariadb", "--url", database.url, ANSWERS / "mariadb.txt")
    finally:
        drop()


def test_private_server():
    """Without a server that may be used, one of our own is started, and is gone afterwards."""
    files = sorted((ROOT / "tests" / "golden" / "roundtrip" / "postgresql").glob("shop_one.sql"))
    run(BUILD / "roundtrip", "postgresql", "-", *files)
