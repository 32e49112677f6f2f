"""Projects and commands recorded with 0.8.2: the same state rows and tables wherever it was right.

Where it was wrong, the step stands in DIFFERENT with the reason, and what must come out instead in ours.json
(rewritten with DBWARDEN_TEST_UPDATE=1, then read before it is committed).
"""

import json
import os
import sys

import pytest
import sqlalchemy as sa
from engine_differences import DIFFERENT
from support import legacy
from support.project import ROOT, Project

CASES = ROOT / "tests" / "golden" / "engine"
OURS = CASES / "ours.json"
UPDATE = bool(os.environ.get("DBWARDEN_TEST_UPDATE"))
HIDDEN = ("_dbwarden_lock", "_dbwarden_journal", "dbwarden_lock")


def cases():
    return [pytest.param(path, id=path.stem) for path in sorted(CASES.glob("*.json")) if path != OURS]


class Recorded:
    """A recorded project laid out in a folder, its database, and its steps."""

    def __init__(self, case, folder, url):
        self.case, self.folder = case, folder
        self.project = Project.__new__(Project)
        self.project.folder, self.project.python = folder, sys.executable
        for name, text in case["files"].items():
            self.put(name, text.replace(case["url"], url))
        if case["migrations"]:
            (folder / case["migrations"]).mkdir(parents=True, exist_ok=True)
        alchemy = url.replace("postgresql://", "postgresql+psycopg2://")
        self.engine = sa.create_engine(
            f"sqlite:///{folder}/app.db" if url.startswith("sqlite") else alchemy, poolclass=sa.pool.NullPool)

    def put(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def prepare(self, step):
        for name, text in step.get("write", {}).items():
            self.put(name, text)
        for name in step.get("rm", []):
            (self.folder / name).unlink()
        with self.engine.begin() as connection:
            for sql in step.get("sql", []):
                if "dbwarden_lock" in sql:
                    connection.exec_driver_sql(legacy.LOCK)
                connection.exec_driver_sql(sql)

    def outcome(self, status):
        state, tables = {}, {}
        inspector = sa.inspect(self.engine)
        with self.engine.connect() as connection:
            for table in inspector.get_table_names():
                columns = [column["name"] for column in inspector.get_columns(table)]
                rows = connection.execute(sa.text(f'SELECT * FROM "{table}"')).mappings().fetchall()
                kind = next((key for key in ("migration_type", "seed_type") if key in columns), None)
                if kind:
                    keys = ("version", "description", "filename", kind, "checksum")
                    state[table] = sorted(([row[key] for key in keys] for row in rows), key=str)
                elif table not in HIDDEN:
                    tables[table] = [columns, sorted([None if v is None else str(v) for v in row.values()] for row in rows)]
        return {"rc": status, "state": state, "tables": tables}


def recorded_outcome(step):
    state = {table: sorted(rows, key=str) for table, rows in step["state"].items()}
    tables = {table: [columns, sorted(rows, key=str)] for table, (columns, rows) in step["tables"].items()}
    return {"rc": step.get("rc", 0), "state": state, "tables": tables}


def plain(outcome):
    return json.loads(json.dumps({**outcome, "tables": {name: [columns, sorted(rows, key=str)]
                                                        for name, (columns, rows) in outcome["tables"].items()}}))


@pytest.mark.parametrize("path", cases())
def test_recorded(path, tmp_path, request):
    case = json.loads(path.read_text())
    folder = tmp_path / "project"
    folder.mkdir()
    url = case["url"] if case["engine"] == "sqlite" else request.getfixturevalue("postgres")
    recorded = Recorded(case, folder, url)
    ours = json.loads(OURS.read_text()) if OURS.exists() else {}
    expected_of_ours = ours.get(path.stem, {})
    reasons = DIFFERENT.get(path.stem, {})
    wrong = []
    for at, step in enumerate(case["steps"]):
        recorded.prepare(step)
        if step.get("later"):
            continue
        status, shown = 0, ""
        if step["cmd"]:
            shown = recorded.project.run(*step["cmd"], env=step.get("env"))
            status = shown.status
        got, theirs = plain(recorded.outcome(status)), plain(recorded_outcome(step))
        key = str(at)
        if UPDATE:
            expected_of_ours.pop(key, None)
            if got != theirs:
                expected_of_ours[key] = got
        wanted = expected_of_ours.get(key, theirs)
        if got != wanted or ((got != theirs) != (at in reasons)):
            wrong.append(f"step {at} {step['cmd']}: reason {reasons.get(at)}\n wanted {wanted}\n got    {got}\n"
                         f" 0.8.2  {theirs}\n{shown}")
    if UPDATE:
        ours.pop(path.stem, None)
        if expected_of_ours:
            ours[path.stem] = expected_of_ours
        OURS.write_text(json.dumps(ours, indent=1, sort_keys=True) + "\n")
    recorded.engine.dispose()
    assert not wrong, "\n".join(wrong)
