"""Pairs of models for ClickHouse against the CREATE that they mean, in its own words (`STEP.truth.sql`): up reaches it,
a second diff is empty, down comes back, and rows are kept.  `REFUSED` has what the server itself does not take.
"""

import json
import re
import shutil
import sys

import pytest
from support.project import ROOT
from test_clickhouse import Database, database, project, server  # noqa: F401

CASES = sorted((ROOT / "tests" / "golden" / "schema").glob("clickhouse-*"))
ROWS = "INSERT INTO events (id, ts, region, payload) SELECT number, toDateTime(1e9), concat('r', toString(number)), 'p' FROM numbers(1000)"
SUSPICIOUS = "allow_suspicious_low_cardinality_types"
REFUSED = {  # the command that it ends at, the setting in the URL, and what is said
    "clickhouse-ch-ch-create-meta": [("make-migrations", None, "LowCardinality(DateTime) is prohibited by default"),
                                     ("make-migrations", SUSPICIOUS, "TTL expression result column should have Date")],
    "clickhouse-ch-ch-create-replicated": [("migrate", None, "No macro 'replica' in config")],
}


def structure(database):
    """All that the user has made, as the server spells it, without the name of the database."""
    made = database.ask("SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() AND name NOT LIKE '%dbwarden%'")
    return sorted((name, re.sub(rf"\b{database.name}\.", "", text)) for name, text in made)


def rows(database):
    return {name: database.ask(f"SELECT count(), sum(id), sum(cityHash64(*)) FROM {name}") for name, text in structure(database)
            if text.startswith("CREATE TABLE")}


def wanted(database, text):
    """What the text makes, in a database of its own."""
    other = Database(database.http, database.name + "_truth")
    database.ask(f"CREATE DATABASE {other.name}")
    try:
        other.ask(text)
        return structure(other)
    finally:
        database.ask(f"DROP DATABASE {other.name}")


def make(project, path, case, step):
    (project.folder / "models").mkdir(exist_ok=True)
    shutil.copy(path / f"{step}.py", project.folder / "models" / "models.py")
    return project.run("make-migrations", "-d", "primary", *(case["options"] if step == case["steps"][-1] else []))


def refused(project, path, case):
    """Refused by one sentence and a hint."""
    config = project.folder / "dbwarden.yaml"
    for command, setting, words in REFUSED[path.name]:
        if setting:
            config.write_text(re.sub(r'(_sync: "[^"]*)', rf"\1?{setting}=1", config.read_text()))
        said = make(project, path, case, "after")
        if command == "migrate":
            assert said.status == 0, said
            said = project.run("migrate")
        assert said.status == 1 and words in said.err and "hint:" in said.err, said


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_pair(path, project, database):
    case = json.loads((path / "case.json").read_text())
    project.write("dbwarden.yaml", (project.folder / "dbwarden.yaml").read_text() + "    model_paths: [models]\n")
    project.python = sys.executable
    if path.name in REFUSED:
        refused(project, path, case)
        assert structure(database) == []
        return
    before = structure(database), rows(database)
    states = []
    for step in case["steps"]:
        made = make(project, path, case, step)
        assert made.status == 0, made
        project.ok("migrate")
        assert structure(database) == wanted(database, (path / f"{step}.truth.sql").read_text())
        assert "No new migrations to generate" in project.ok("make-migrations", "-d", "primary").out
        project.ok("diff", "--exit-code", "models")
        if len(project.files()) > len(states):
            states.append(before)
        if step == "before":
            database.ask(ROWS)
        before = structure(database), rows(database)
        assert "before" not in case["steps"] or [count for [(count, *_)] in before[1].values()] == ["1000"]
    for state in reversed(states):
        project.ok("rollback")
        assert (structure(database), rows(database)) == state
