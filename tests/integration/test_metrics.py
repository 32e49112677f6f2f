"""Metrics: 0.8.2's six families in a file that Prometheus' own parser reads, added to from run to run, never half written."""

import os
import stat
import sys

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from support.engines import EngineProject, created
from test_fleet import FILES_OF, fleet, healed, lite_files, poisoned
from test_output import filled

FILE = "out.prom"
BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60)


def expected(registry=None):
    """The families as 0.8.2 declares them."""
    registry = registry or CollectorRegistry()
    return registry, {
        "migrations": Counter("dbwarden_migrations_total", "Total number of migrations applied", ["database", "version", "success"], registry=registry),
        "duration": Histogram("dbwarden_migration_duration_seconds", "Duration of individual migration steps in seconds", ["database", "version"],
                              buckets=BUCKETS, registry=registry),
        "schema": Gauge("dbwarden_schema_version", "Applied schema version per database", ["database"], registry=registry),
        "seed": Gauge("dbwarden_seed_version", "Applied seed version per database", ["database"], registry=registry),
        "pending": Gauge("dbwarden_migrations_pending", "Number of pending migrations per database", ["database"], registry=registry),
        "errors": Counter("dbwarden_migration_errors_total", "Total number of migration failures", ["database"], registry=registry),
    }


def samples(text):
    """Series and values, durations left out; each family is held against its own rules."""
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation and family.type in ("counter", "gauge", "histogram")
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in found and sample.timestamp is None
            found[key] = sample.value
    return found


def read(project, name=FILE):
    return samples((project.folder / name).read_text())


def value(found, name, database="primary", **labels):
    return found.get((f"dbwarden_{name}", tuple(sorted({"database": database, **labels}.items()))))


def test_families(any_project):
    """What 0.8.2 would have shown after the same run, to the letter but for durations."""
    filled(any_project).table("0002", "two")
    any_project.ok("migrate", "--metrics-file", FILE)
    text = (any_project.folder / FILE).read_text()
    registry, families = expected()
    for version in ("0001", "0002"):
        families["migrations"].labels("primary", version, "True").inc()
        families["duration"].labels("primary", version).observe(0)
    families["schema"].labels("primary").set(2)
    families["pending"].labels("primary").set(0)
    families["errors"].labels("primary")
    wanted = generate_latest(registry).decode()
    keep = [line for line in wanted.splitlines() if "_created" not in line and "seed_version" not in line]
    assert [line for line in text.splitlines() if line[0] == "#"] == [line for line in keep if line[0] == "#"]
    found, there = samples(text), samples("\n".join(keep) + "\n")
    assert found.keys() == there.keys()
    for key, number in there.items():
        if key[0].endswith("_sum"):
            assert 0 < found[key] < 60
        elif not key[0].endswith("_bucket"):
            assert found[key] == number, key
    for version in ("0001", "0002"):
        counts = [value(found, "migration_duration_seconds_bucket", version=version, le=le)
                  for le in ("0.01", "0.05", "0.1", "0.5", "1.0", "2.5", "5.0", "10.0", "30.0", "60.0", "+Inf")]
        assert counts == sorted(counts) and counts[-1] == 1
    assert stat.S_IMODE(os.stat(any_project.folder / FILE).st_mode) & 0o044


def test_from_run_to_run(any_project):
    filled(any_project)
    any_project.migration("0002", "bad", "INSERT INTO nowhere VALUES (1);", "SELECT 1;")
    assert any_project.run("migrate", "--metrics-file", FILE).status == 1
    found = read(any_project)
    assert (value(found, "migrations_total", version="0001", success="True"), value(found, "migration_errors_total")) == (1, 1)
    assert (value(found, "schema_version"), value(found, "migrations_pending")) == (1, 1)
    assert not any(key[0] == "dbwarden_migrations_total" and ("version", "0002") in key[1] for key in found)
    any_project.table("0002", "bad")
    any_project.ok("migrate", "--metrics-file", FILE)
    any_project.ok("rollback", "--metrics-file", FILE)
    found = read(any_project)
    assert (value(found, "schema_version"), value(found, "migrations_pending"), value(found, "migration_errors_total")) == (1, 1, 1)
    any_project.ok("migrate", env={"DBWARDEN_METRICS_FILE": FILE})
    found = read(any_project)
    assert value(found, "migrations_total", version="0002", success="True") == 2
    assert value(found, "migration_duration_seconds_count", version="0002") == 2
    assert value(found, "migration_duration_seconds_bucket", version="0002", le="+Inf") == 2
    any_project.ok("downgrade", "--to", "base", "--metrics-file", FILE)
    found = read(any_project)
    assert (value(found, "schema_version"), value(found, "migrations_pending")) == (0, 2)


def test_seeds_and_status(lite):
    filled(lite)
    lite.ok("migrate")
    lite.write("seeds/V0003__x.sql", "INSERT INTO one VALUES (1);\n\n-- rollback\n\nDELETE FROM one;\n")
    lite.ok("seed", "apply", "--metrics-file", FILE)
    assert value(read(lite), "seed_version") == 3
    lite.ok("seed", "rollback", "--metrics-file", FILE)
    assert value(read(lite), "seed_version") == 0
    lite.table("0002", "two")
    lite.ok("status", "--metrics-file", "status.prom")
    found = read(lite, "status.prom")
    assert (value(found, "schema_version"), value(found, "migrations_pending"), value(found, "migration_errors_total")) == (1, 1, 0)
    lite.ok("migrate", "--apply-seeds", "--metrics-file", FILE)
    assert value(read(lite), "seed_version") == 3 and value(read(lite), "schema_version") == 2


@pytest.mark.parametrize("said", ["true", "1", "YES", "0", "off", ""])
def test_asked_for_by_the_environment(lite, said):
    """0.8.2's variable; without a file's name it is one of the project's."""
    filled(lite).ok("migrate", env={"DBWARDEN_METRICS": said})
    path = lite.folder / "dbwarden" / "metrics.prom"
    assert path.exists() == (said.lower() in ("true", "1", "yes"))


@pytest.mark.parametrize("args", [["migrate", "--dry-run"], ["migrate", "--sandbox"], ["migrate", "--count", "x"]], ids=" ".join)
def test_nothing_is_counted(lite, args):
    filled(lite).run(*args, "--metrics-file", FILE)
    assert not (lite.folder / FILE).exists()


def test_baseline_applies_nothing(lite):
    filled(lite).ok("migrate", "--baseline", "--to-version", "0001", "--metrics-file", FILE)
    found = read(lite)
    assert value(found, "schema_version") == 1 and not any(key[0] == "dbwarden_migrations_total" for key in found)


def test_server_that_is_not_there(lite):
    filled(lite)
    args = ["--url", "postgresql://u@127.0.0.1:1/d", "--migrations-dir", "migrations/primary"]
    assert lite.run(*args, "migrate", "--metrics-file", FILE).status == 5
    found = read(lite)
    assert list(found.values()) == [1] and next(iter(found))[0] == "dbwarden_migration_errors_total"
    lite.run(*args, "status", "--metrics-file", FILE)
    assert read(lite) == found, "looking is not a failure"


OURS = "# HELP dbwarden_migrations_total Total\n# TYPE dbwarden_migrations_total counter\n"
DAMAGED = {
    "cut": OURS + 'dbwarden_migrations_total{database="primary",ver', "no value": OURS + 'dbwarden_migrations_total{database="primary"}\n',
    "no number": OURS + "dbwarden_schema_version{} x\n", "negative": OURS + "dbwarden_schema_version{a=\"b\"} -1\n",
    "huge": OURS + "dbwarden_schema_version{a=\"b\"} " + "9" * 400 + "\n", "not utf-8": OURS + "dbwarden_schema_version\xff 1\n",
    "twice": OURS + "dbwarden_schema_version 1\ndbwarden_schema_version 1\n", "another": OURS + "node_load1 1\n", "zero": OURS + "\0\n",
    "infinite": OURS + "dbwarden_schema_version +Inf\n", "open": OURS + 'dbwarden_schema_version{a="\\', "brace": OURS + "dbwarden_schema_version{",
    "long": OURS + "x" * 100_000,
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_damaged_file(lite, text):
    filled(lite)
    (lite.folder / FILE).write_bytes(text.encode("latin-1"))
    shown = lite.ok("migrate", "--metrics-file", FILE)
    assert f"warning: {FILE} was damaged" in shown.err and value(read(lite), "schema_version") == 1


def test_what_is_not_ours_stays(lite):
    filled(lite)
    for text in ("root:x:0:0\n", "# HELP node_load1 x\nnode_load1 1\n"):
        lite.write(FILE, text)
        shown = lite.ok("status", "--metrics-file", FILE)
        assert "warning: metrics are not written" in shown.err and (lite.folder / FILE).read_text() == text
    for name in ("nowhere/out.prom", "migrations"):
        shown = lite.ok("migrate", "--metrics-file", name)
        assert "warning: metrics are not written" in shown.err


def test_at_the_same_time(tmp_path, servers):
    """One file for many runs: nobody's numbers get lost, nothing is left beside it."""
    projects = []
    for i in range(8):
        project = EngineProject(tmp_path / f"p{i}", created("sqlite", servers, tmp_path / f"p{i}")[0])
        text = (project.folder / "dbwarden.yaml").read_text()
        project.write("dbwarden.yaml", text.replace("  primary:", f"  db{i}:"))
        (project.folder / "migrations" / "primary").rename(project.folder / "migrations" / f"db{i}")
        project.name = f"db{i}"
        projects.append(filled(project))
    (tmp_path / "metrics").mkdir()
    running = [project.start("migrate", "--metrics-file", str(tmp_path / "metrics" / "all.prom")) for project in projects]
    assert [process.communicate() and process.returncode for process in running] == [0] * 8
    assert os.listdir(tmp_path / "metrics") == ["all.prom"]
    found = samples((tmp_path / "metrics" / "all.prom").read_text())
    assert [value(found, "schema_version", database=f"db{i}") for i in range(8)] == [1] * 8


def test_all_databases(lite):
    text = (lite.folder / "dbwarden.yaml").read_text()
    lite.write("dbwarden.yaml", text + "  logs:\n    database_type: sqlite\n    database_url_sync: sqlite:///./logs.db\n")
    filled(lite)
    lite.write("migrations/logs/0004_x.sql", "-- upgrade\n\nCREATE TABLE x (id integer);\n\n-- rollback\n\nDROP TABLE x;\n")
    lite.ok("migrate", "--all", "--metrics-file", FILE, env={"DBWARDEN_PYTHON": sys.executable})
    found = read(lite)
    assert (value(found, "schema_version"), value(found, "schema_version", database="logs")) == (1, 4)


def test_many_targets(lite):
    """One series for all of an entry: counters of all together, gauges of the one that is furthest behind."""
    paths = lite_files(lite, 4)
    fleet(lite, FILES_OF, files=2)
    poisoned(paths[3])
    lite.write("migrations/tenants/tenants__0003_last.sql",
               "-- upgrade\n\nCREATE TABLE IF NOT EXISTS poison (id INTEGER);\nINSERT INTO poison VALUES (1);\n\n-- rollback\n\nSELECT 1;\n")
    assert lite.run("migrate", "--jobs", "2", "--keep-going", "--metrics-file", FILE).status == 1
    found, tenants = read(lite), {"database": "tenants"}
    assert [value(found, "migrations_total", version=version, success="True", **tenants) for version in ("0001", "0002", "0003")] == [4, 4, 3]
    assert value(found, "migration_duration_seconds_count", version="0001", **tenants) == 4
    assert (value(found, "schema_version", **tenants), value(found, "migrations_pending", **tenants)) == (2, 1)
    assert value(found, "migration_errors_total", **tenants) == 1
    healed(paths[3])
    lite.ok("migrate", "-d", f"tenants:data/{paths[3].name}", "--metrics-file", FILE)
    found = read(lite)
    assert value(found, "migrations_total", version="0003", success="True", **tenants) == 4
    assert value(found, "schema_version", **tenants) == 2, "one alone does not say how all are"
    lite.ok("status", "--jobs", "2", "--metrics-file", FILE)
    found = read(lite)
    assert (value(found, "schema_version", **tenants), value(found, "migrations_pending", **tenants)) == (3, 0)
    assert value(found, "migration_errors_total", **tenants) == 1
