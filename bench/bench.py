"""bench.py [PART...]: dbwarden against the floor, as ratios of medians of runs that take turns.

Parts: start apply peers differs fleet slow mysql large catalog diff clickhouse models count service.  A line of build/bench.jsonl for every program measured, one table at the
end.  Nothing here is a test: a machine that is busy with something else only makes the ratios less sure.
"""

import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import service as applications
import workloads

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build" / "bench"
OURS, FLOOR = str(ROOT / "build" / "dbwarden"), str(WORK / "floor")
SERVER, LOG = os.environ["BENCH_POSTGRESQL"], Path(os.environ["BENCH_SERVER_LOG"])
DATABASE = SERVER.rsplit("/", 1)[0] + "/bench"
SOCKETS = {engine: os.environ.get(f"BENCH_{engine.upper()}_SOCKET") for engine in ("mariadb", "mysql")}
RUNS, FULL = int(os.environ.get("BENCH_RUNS", "5")), os.environ.get("BENCH_FULL") == "1"
rows = []
os.environ["XDG_CACHE_HOME"] = str(WORK / "cache")


class Runner:
    """One contender: a command, run in a folder after `prepare`."""

    def __init__(self, name, command, folder, prepare=lambda: None):
        self.name, self.command, self.folder, self.prepare = name, [str(word) for word in command], folder, prepare
        self.runs = []

    def run(self):
        self.prepare()
        line = subprocess.run([WORK / "launch", WORK / "output.txt", *self.command], cwd=self.folder, check=True,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
        *numbers, status = line.split()
        if status != "0":
            sys.exit(f"{' '.join(self.command)}: exit {status}\n{(WORK / 'output.txt').read_text()[-2000:]}")
        self.runs.append([float(number) for number in numbers])

    @property
    def seconds(self):
        return statistics.median(run[0] for run in self.runs)

    @property
    def peak(self):
        return max(run[3] for run in self.runs) / 1024


def compare(what, ours, *others, runs=RUNS, aim=None):
    """Runs all in turn and keeps the medians; the first of the others is what the aim is about."""
    print(f"{what} ...", file=sys.stderr)
    everyone = [ours, *others]
    for _ in range(runs):
        for runner in everyone:
            runner.run()
    with open(ROOT / "build" / "bench.jsonl", "a") as lines:
        for runner in everyone:
            user, system = (statistics.median(run[field] for run in runner.runs) for field in (1, 2))
            print(json.dumps({"at": int(time.time()), "what": what, "who": runner.name, "runs": runs,
                              "seconds": round(runner.seconds, 6), "user": round(user, 6), "system": round(system, 6),
                              "peak_mb": round(runner.peak, 1)}), file=lines)
    rows.append([what, f"{ours.seconds * 1000:.1f}", f"{ours.peak:.1f}"] + [
        f"{runner.name} {runner.seconds * 1000:.1f} ms {runner.peak:.1f} MB: {ours.seconds / runner.seconds:.2f} x"
        for runner in others] + ([f"aim {aim}"] if aim else []))


def fact(what, value, aim=None):
    with open(ROOT / "build" / "bench.jsonl", "a") as lines:
        print(json.dumps({"at": int(time.time()), "what": what, "value": value}), file=lines)
    rows.append([what, str(value), ""] + ([f"aim {aim}"] if aim else []))


def fresh(name):
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def psql(*words, url=DATABASE):
    return subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", url, *words], check=True, text=True,
                          capture_output=True).stdout.strip()


def new_database(template="template1"):
    psql("-c", "DROP DATABASE IF EXISTS bench WITH (FORCE)", "-c", f"CREATE DATABASE bench TEMPLATE {template}",
         url=SERVER)


def remove(*paths):
    for path in paths:
        for one in path.parent.glob(path.name + "*"):
            shutil.rmtree(one) if one.is_dir() else one.unlink()


# ---- parts


def start():
    folder = fresh("start")
    workloads.project(folder, "sqlite:///./app.db")
    runs = 10 * RUNS
    for words, aim in ((["version"], "10 ms, 12 MB"), (["--help"], None), (["status"], None)):
        compare(f"start: {' '.join(words)}", Runner("dbwarden", [OURS, *words], folder),
                Runner("nothing", [str(WORK / "nothing")], folder), Runner("true", ["/bin/true"], folder), runs=runs, aim=aim)


def apply():
    seconds = {}
    for n in (100, 1000) + ((9999,) if FULL else ()):
        for engine in ("sqlite", "postgresql"):
            seconds[engine, n] = apply_one(engine, n)
    for engine in ("sqlite", "postgresql"):
        most = max(n for _, n in seconds)
        fact(f"apply: {engine}, time({most}) / time(100)", round(seconds[engine, most] / seconds[engine, 100], 1),
             "linear" if most == 1000 else "110")


def clean(engine, database, template="template1"):
    return (lambda: remove(database)) if engine == "sqlite" else (lambda: new_database(template))


def migrate(engine, folder, *words):
    """From an empty database, without a snapshot of the run before."""
    def anew():
        clean(engine, folder / "app.db")()
        shutil.rmtree(folder / "dbwarden", ignore_errors=True)
    return Runner("dbwarden", [OURS, "migrate", *words], folder, anew)


def client(engine, database, script):
    if engine == "sqlite":
        return Runner("sqlite3", ["sqlite3", "-bail", database, f".read {script}"], WORK, clean(engine, database))
    return Runner("psql", ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", DATABASE, "-f", script], WORK,
                  clean(engine, database))


def apply_one(engine, n):
    migrations = workloads.trivial(n, engine)
    folder, files = fresh("project"), fresh("files")
    workloads.plain(files, migrations)
    mine, theirs = folder / "app.db", files / "floor.db"
    workloads.project(folder, "sqlite:///./app.db" if engine == "sqlite" else DATABASE, migrations)
    ours = migrate(engine, folder)
    floor = Runner("floor", [FLOOR, engine, theirs if engine == "sqlite" else DATABASE, files], files,
                   clean(engine, theirs))
    compare(f"apply {n}: {engine}", ours, client(engine, theirs, files / "all.txt"), floor, runs=RUNS if n < 5000 else 2,
            aim="1.15 x client")
    compare(f"apply {n} --atomic: {engine}", migrate(engine, folder, "--atomic"),
            floor, runs=RUNS if n < 5000 else 2, aim="0.33 x floor, which commits each" if n == 1000 else None)
    clean(engine, mine)()
    ours.run()  # and what is left to do afterwards: nothing
    sums = Runner("read files", [FLOOR, "sums", folder / "migrations" / "primary"], folder)
    aim = {"sqlite": "30 ms", "postgresql": "50 ms"}[engine] if n == 1000 else None
    compare(f"no-op migrate {n}: {engine}", Runner("dbwarden", [OURS, "migrate"], folder), sums, runs=2 * RUNS, aim=aim)
    compare(f"status {n}: {engine}", Runner("dbwarden", [OURS, "status"], folder), sums, runs=2 * RUNS, aim=aim)
    return statistics.median(run[0] for run in ours.runs)


def slow():
    """A link on which every byte takes a millisecond, each way."""
    migrations, near = workloads.trivial(100, "postgresql"), urlsplit(DATABASE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    far = near._replace(netloc=f"{near.username}@127.0.0.1:{port}").geturl()
    link = subprocess.Popen([WORK / "delay", str(port), "1", str(near.port)])
    try:
        time.sleep(0.3)
        folder, files = fresh("project"), fresh("files")
        workloads.plain(files, migrations)
        workloads.project(folder, far, migrations)
        for words, aim in (([], "1.3 x pipeline"), (["--atomic"], None)):
            compare(" ".join(["apply 100 over 1 ms: postgresql", *words]),
                    Runner("dbwarden", [OURS, "migrate", *words], folder, new_database),
                    Runner("pipeline", [FLOOR, "pipeline", far, files], files, new_database),
                    Runner("one by one", [FLOOR, "postgresql", far, files], files, new_database), aim=aim)
    finally:
        link.kill()
        link.wait()


MYSQLS = ("mariadb", "mysql")


def my_server(engine):
    """The URL of the database of the bench, and the words of its client."""
    server = urlsplit(os.environ[f"BENCH_{engine.upper()}"])
    words = ["mariadb", f"-u{server.username}", f"-p{server.password}", "-h127.0.0.1", f"-P{server.port}", "--skip-ssl"]
    return server._replace(scheme=engine, path="/bench").geturl(), words


def my_fill(engine, text):
    words = my_server(engine)[1]
    subprocess.run([*words, "-e", "DROP DATABASE IF EXISTS bench; CREATE DATABASE bench"], check=True)
    subprocess.run([*words, "bench"], check=True, text=True, input=text)


def mysql():
    for engine in MYSQLS:
        url, words = my_server(engine)
        migrations = workloads.trivial(1000, engine)
        folder, files = fresh("project"), fresh("files")
        workloads.journaled(files / "all.txt", migrations)
        workloads.project(folder, url, migrations)

        def new(engine=engine):
            my_fill(engine, "")

        compare(f"apply 1000: {engine}", Runner("dbwarden", [OURS, "migrate"], folder, new),
                Runner("client", [*words, "bench", "-e", f"source {files / 'all.txt'}"], files, new), runs=min(RUNS, 3),
                aim="1.3 x client, the same commits")


def fleet_script(folder, engine, migrations, n):
    """A project of n targets, and what does the same with the engine's client: one after the other, and two at a time."""
    schemas = [f"tenant_{i:05d}" for i in range(n)]
    workloads.project(folder, "sqlite:///./app.db" if engine == "sqlite" else DATABASE, migrations)
    workloads.plain(folder / "plain", migrations)
    entry = folder / "dbwarden.yaml"
    entry.write_text(entry.read_text() + "    targets: " + (
        "{files: 'data/*.db'}" if engine == "sqlite" else "{schemas: 'tenant_%'}") + "\n")
    one = "sqlite3 -bail data/$1.db '.read plain/all.txt'"
    if engine == "postgresql":
        one = f"PGOPTIONS=-csearch_path=$1 psql -qX -v ON_ERROR_STOP=1 -d {DATABASE} -f plain/all.txt"
    (folder / "names.txt").write_text("".join(f"{name}\n" for name in schemas))
    (folder / "one.sh").write_text(f"{one}\n")

    def anew():
        shutil.rmtree(folder / "data", ignore_errors=True)
        (folder / "data").mkdir()
        if engine == "sqlite":
            for name in schemas:
                (folder / "data" / f"{name}.db").touch()
            return
        new_database()
        psql(*(word for name in schemas for word in ("-c", f"CREATE SCHEMA {name}")))
    return anew


def fleet():
    """Many databases that are alike: the floor is a loop in a shell over the engine's client."""
    for engine, n in (("postgresql", 200), ("sqlite", 2000)):
        folder = fresh("fleet")
        anew = fleet_script(folder, engine, workloads.trivial(20, engine), n)
        runner = {jobs: Runner(f"dbwarden --jobs {jobs}", [OURS, "-q", "migrate", "--jobs", jobs], folder, anew) for jobs in (1, 4)}
        loop = {jobs: Runner(f"shell -P {jobs}", ["sh", "-c", f"xargs -P {jobs} -n 1 sh one.sh <names.txt"], folder, anew)
                for jobs in (1, 4)}
        for jobs in (1, 4):
            compare(f"fleet of {n}, 20 files each, {jobs} at a time: {engine}", runner[jobs], loop[jobs], runs=min(RUNS, 2))
        runner[4].run()
        compare(f"fleet of {n}, nothing to do: {engine}", Runner("dbwarden", [OURS, "-q", "migrate", "--jobs", 4], folder),
                Runner("status", [OURS, "-q", "status", "--jobs", 4], folder), runs=RUNS)


def goose(engine, url, files):
    return [PEERS["goose"], "-dir", files / "goose", {"sqlite": "sqlite3"}.get(engine, "postgres"), url, "up"]


def dbmate(engine, url, files):
    return [PEERS["dbmate"], "--no-dump-schema", "-d", files / "dbmate", "-u", url if engine == "postgresql" else f"sqlite:{url}", "up"]


PEERS = {name: os.path.join(os.environ.get("BENCH_PEERS", ""), path)
         for name, path in (("goose", "bin/goose"), ("dbmate", "node_modules/.bin/dbmate"))}
WORDS = {"goose": goose, "dbmate": dbmate}

# What `alembic check` does, without its own files.
ALEMBIC = """
import sys
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
import models
with create_engine(sys.argv[1]).connect() as connection:
    options = {"compare_type": True, "compare_server_default": True}
    print(compare_metadata(MigrationContext.configure(connection, opts=options), models.Base.metadata))
"""


def peers():
    """Other tools, each with the same statements in files of its own, as far as they are installed."""
    there = [name for name in PEERS if os.access(PEERS[name], os.X_OK)]
    for name in PEERS:
        if name not in there:
            fact(f"peers: {name}", "not installed: see bench/peers.sh")
    for engine in ("sqlite", "postgresql"):
        if there:
            peers_apply(engine, there)
            peers_fleet(engine, 200, there)


def peers_apply(engine, there):
    migrations, folder, files = workloads.trivial(1000, engine), fresh("project"), fresh("files")
    url = DATABASE + "?sslmode=disable" if engine == "postgresql" else files / "theirs.db"
    workloads.project(folder, "sqlite:///./app.db" if engine == "sqlite" else DATABASE, migrations)
    workloads.theirs(files, migrations)
    others = [Runner(name, WORDS[name](engine, url, files), files, clean(engine, files / "theirs.db")) for name in there]
    for words, aim in (([], None), (["--atomic"], "0.33 x")):
        compare(" ".join([f"peers: apply 1000: {engine}", *words]),
                migrate(engine, folder, *words), *others, runs=min(RUNS, 3), aim=aim)


def peers_fleet(engine, n, there):
    """Their own way to many databases is a loop in a shell."""
    folder, migrations = fresh("fleet"), workloads.trivial(20, engine)
    anew = fleet_script(folder, engine, migrations, n)
    workloads.theirs(folder, migrations)
    url = f"{DATABASE}?sslmode=disable&search_path=$1" if engine == "postgresql" else "data/$1.db"
    loops = []
    for name in there:
        line = " ".join(f'"{word}"' for word in WORDS[name](engine, url, Path(".")))
        (folder / f"{name}.sh").write_text(line + "\n")
        loops.append(Runner(f"shell over {name}", ["sh", "-c", f"xargs -n 1 sh {name}.sh <names.txt"], folder, anew))
    compare(f"peers: fleet of {n}, 20 files each: {engine}",
            Runner("dbwarden", [OURS, "-q", "migrate", "--jobs", 4], folder, anew), *loops, runs=1)


def differs(n=300):
    """What finds the difference of two schemas: Alembic from models, Atlas (its library) between databases."""
    new_database()
    folder = fresh("project")
    workloads.project(folder, DATABASE)
    (folder / "models.py").write_text(workloads.models(n))
    python = Path(os.environ.get("DBWARDEN_TEST_CACHE", "/var/tmp/dbwarden-test")) / "venv" / "bin" / "python"
    os.environ["DBWARDEN_PYTHON"] = str(python)
    for words in (["make-migrations", "first"], ["migrate"]):
        subprocess.run([OURS, *words], cwd=folder, check=True, capture_output=True)
    compare(f"differs: models of {n} tables, no change: postgresql", Runner("dbwarden", [OURS, "diff"], folder),
            Runner("Alembic", [python, "-c", ALEMBIC, DATABASE], folder), aim="1 x")
    atlas = Path(os.environ.get("BENCH_PEERS", "")) / "bin" / "atlas"
    if not os.access(atlas, os.X_OK):
        fact("differs: Atlas", "not installed: see bench/peers.sh")
        return
    fill_template(n, 10)
    new_database("tables")
    fill_template(n)
    both = [DATABASE, SERVER.rsplit("/", 1)[0] + "/tables"]
    compare(f"differs: two databases of {n} tables, 10 changes: postgresql",
            Runner("dbwarden", [OURS, "diff", "--from", both[1], "--to", both[0], "--format", "sql"], folder),
            Runner("Atlas", [atlas, *(f"{url}?sslmode=disable" for url in reversed(both))], folder), runs=min(RUNS, 3), aim="1 x")


def large():
    for rows_of, width in ((50000, 20), (100000, 950)):
        for engine in ("sqlite", "postgresql"):
            migrations = workloads.inserts(rows_of, width, engine)
            folder, files = fresh("project"), fresh("files")
            mine, theirs = folder / "app.db", files / "floor.db"
            workloads.plain(files, migrations)
            workloads.project(folder, "sqlite:///./app.db" if engine == "sqlite" else DATABASE, migrations)
            script = next(files.glob("00001*"))
            megabytes = script.stat().st_size / 1e6
            others = [client(engine, theirs, files / "all.txt")]
            if engine == "postgresql":
                others.insert(0, Runner("one message", [FLOOR, "message", DATABASE, script], files,
                                        clean(engine, theirs)))
            dry = Runner("dbwarden", [OURS, "migrate", "--dry-run"], folder)
            clean(engine, mine)()
            if engine == "sqlite" and megabytes > 50:
                compare(f"split {megabytes:.0f} MB (dry run)", dry,
                        Runner("read it", [FLOOR, "sums", files], files), runs=3)
                fact(f"split: MB/s, {megabytes:.0f} MB", round(megabytes / dry.seconds))
            compare(f"one file of {rows_of} INSERTs, {megabytes:.0f} MB: {engine}",
                    migrate(engine, folder), *others, runs=3,
                    aim="1.3 x, memory 1.3 x file" if megabytes > 50 else "1.3 x")


def fill_template(n, changes=0):
    """A database of n tables to copy from; table by table, since one transaction would need too many locks."""
    psql("-c", "DROP DATABASE IF EXISTS tables WITH (FORCE)", "-c", "CREATE DATABASE tables", url=SERVER)
    script = WORK / "tables.sql"
    script.write_text(workloads.many_tables(n, "postgresql", changes))
    psql("-f", str(script), "-c", "VACUUM ANALYZE", url=SERVER.rsplit("/", 1)[0] + "/tables")


def catalog():
    for n in (100, 1000) + ((5000,) if FULL else ()):
        fill_template(n)
        new_database("tables")
        folder = fresh("project")
        workloads.project(folder, DATABASE)
        compare(f"read the catalog of {n} tables: postgresql",
                Runner("dbwarden", [OURS, "check-db", "-o", "json"], folder),
                Runner("five queries", [FLOOR, "catalog", DATABASE], folder), aim="1.5 x")
        for engine in MYSQLS:
            my_fill(engine, workloads.many_tables(n, engine))
            workloads.project(folder, my_server(engine)[0])
            compare(f"read the catalog of {n} tables: {engine}",
                    Runner("dbwarden", [OURS, "check-db", "-o", "json"], folder),
                    Runner("five queries", [FLOOR, "mysql-catalog", SOCKETS[engine], "bench"], folder), aim="1.5 x")


def diff():
    for engine in ("sqlite", "postgresql", *MYSQLS):
        for n in (100, 1000) + ((5000,) if FULL else ()):
            diff_one(engine, n)


def diff_one(engine, n):
    folder = fresh("project")
    schema = workloads.many_tables(n, engine)
    url = {"postgresql": DATABASE, "sqlite": "sqlite:///./app.db"}.get(engine) or my_server(engine)[0]
    workloads.project(folder, url, schema=schema)
    if engine == "postgresql":
        fill_template(n)
        new_database("tables")
    elif engine in MYSQLS:
        my_fill(engine, schema)
    else:
        fill_file(folder, schema)
    read = Runner("read it", [OURS, "check-db", "-o", "json"], folder)
    Runner("dbwarden", [OURS, "diff"], folder).run()  # so that the text is known
    compare(f"diff of {n} tables, no change: {engine}", Runner("dbwarden", [OURS, "diff"], folder), read, aim="2 x")
    changed, texts = workloads.many_tables(n, engine, 10), iter(range(10 ** 6))

    def change():
        """The text without changes is the last that is known, and the one with them no run has seen."""
        (folder / "schema.sql").write_text(schema)
        subprocess.run([OURS, "diff"], cwd=folder, check=True, capture_output=True)
        (folder / "schema.sql").write_text(changed + f"CREATE TABLE probe{next(texts)} (id integer);\n")

    compare(f"diff of {n} tables, 10 changes: {engine}", Runner("dbwarden", [OURS, "diff"], folder, change), read,
            aim="3 x")
    if engine == "sqlite":
        compare(f"diff of {n} tables, a new text: {engine}", anew(n), anew(n // 2), aim="2 x: linear")


def clickhouse():
    """Reading the catalog beside the two questions that it takes, by curl; and a diff without a change."""
    server = os.environ["BENCH_CLICKHOUSE"].replace("default@", "")

    def ask(sql, database="default"):
        with urlopen(f"{server}?database={database}", sql.encode()):
            pass

    ask("CREATE DATABASE bench")
    made = 0
    for n in (100, 1000):
        schema, folder = workloads.clickhouse_tables(n), fresh("project")
        for statement in schema.split(";\n")[made:n]:
            ask(statement, "bench")
        made = n
        workloads.project(folder, server.replace("http", "clickhouse", 1) + "bench", schema=schema)
        address = f"{server}?database=bench"
        bare = ["curl", "-sf", address, "--data-binary", "SELECT name, engine, create_table_query FROM system.tables WHERE database = currentDatabase()",
                "--next", "-sf", address, "--data-binary", "SELECT name, create_query FROM system.functions WHERE origin = 'SQLUserDefined'"]
        read = Runner("read it", [OURS, "check-db", "-o", "json"], folder)
        compare(f"read the catalog of {n} tables: clickhouse", read, Runner("two queries", bare, folder), aim="1.5 x")
        Runner("dbwarden", [OURS, "diff"], folder).run()  # so that the text is known
        compare(f"diff of {n} tables, no change: clickhouse", Runner("dbwarden", [OURS, "diff"], folder), read, aim="2 x")


def fill_file(folder, schema):
    script = folder / "fill.sql"
    script.write_text("BEGIN;\n" + schema + "COMMIT;\n")
    subprocess.run(["sqlite3", "-bail", folder / "app.db", f".read {script}"], check=True)


def anew(n):
    """A diff without a difference, of a text of which nothing is known."""
    folder, schema = fresh(f"anew{n}"), workloads.many_tables(n, "sqlite")
    workloads.project(folder, "sqlite:///./app.db", schema=schema)
    fill_file(folder, schema)
    return Runner(f"{n} tables", [OURS, "diff"], folder, lambda: shutil.rmtree(WORK / "cache", ignore_errors=True))


def models():
    """What is left of a run after the project's own import, and the size of a snapshot beside what 0.8.2 would have written of it."""
    python = Path(os.environ.get("DBWARDEN_TEST_CACHE", "/var/tmp/dbwarden-test")) / "venv" / "bin" / "python"
    os.environ["DBWARDEN_PYTHON"] = str(python)
    folder = fresh("project")
    workloads.project(folder, "sqlite:///./app.db")
    (folder / "models.py").write_text(workloads.models(1000))
    for words in (["make-migrations", "first"], ["migrate"]):
        subprocess.run([OURS, *words], cwd=folder, check=True, capture_output=True)
    ours = Runner("dbwarden", [OURS, "diff"], folder)
    bare = Runner("import models", [python, "-c", "import models"], folder)
    compare("diff of models of 1000 tables, no change", ours, bare)
    generate = Runner("dbwarden", [OURS, "generate-models", "-o", "generated"], folder, lambda: remove(folder / "generated"))
    for _ in range(RUNS):
        generate.run()
    fact("models: ms of our own to generate those of 1000 tables", round(1000 * statistics.median(run[1] + run[2] for run in generate.runs)), "1000")
    fact("models: ms above their import", round((ours.seconds - bare.seconds) * 1000), "300")
    text = next((folder / "dbwarden" / "schemas").glob("*.json")).read_text()
    fact("snapshot: size beside that of 0.8.2", f"{len(text) / text.index(chr(10) + '  ' + chr(34) + 'dbwarden'):.2f} x", "1.3 x")


def count():
    """What one more migration costs in statements, round trips and syncs: the difference of two runs."""
    few, many = (counted(n) for n in (10, 30))
    for key, aim in (("statements", "2 of its own + 4"), ("commits", "1"), ("round trips", "1"), ("fsyncs", "4")):
        each = (many[key] - few[key]) / 20
        fact(f"count: {key} a migration, {'SQLite' if key == 'fsyncs' else 'PostgreSQL'}", round(each, 2), aim)
        fact(f"count: {key} beside them", round(few[key] - 10 * each, 1))


def traced(folder, calls):
    trace = WORK / "trace.txt"
    subprocess.run(["strace", "-f", "-qq", "-s", "0", "-o", trace, "-e", f"trace={calls}", OURS, "migrate"], cwd=folder,
                   check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return re.findall(r"^\d+ +(\w+)\(.*= \d", trace.read_text(), re.M)


def counted(n):
    folder = fresh("project")
    workloads.project(folder, "sqlite:///./app.db", workloads.trivial(n, "sqlite"))
    found = {"fsyncs": len(traced(folder, "fsync,fdatasync"))}
    folder = fresh("project")
    new_database()
    psql("-c", "ALTER DATABASE bench SET log_statement = 'all'")
    workloads.project(folder, DATABASE, workloads.trivial(n, "postgresql"))
    before = LOG.stat().st_size
    calls = traced(folder, "sendto,recvfrom")
    time.sleep(0.3)
    said = LOG.read_bytes()[before:].decode(errors="replace")
    found["statements"] = len(re.findall(r"LOG:  (?:statement|execute)", said))
    found["commits"] = len(re.findall(r"LOG:  (?:statement|execute)[^:]*: COMMIT", said, re.I))
    found["round trips"] = sum(one == "sendto" and after == "recvfrom" for one, after in zip(calls, calls[1:]))
    return found


def service():
    """The Python package: its import, applications beside those with 0.8.2, and load while a migration runs."""
    ours, theirs = (Path(os.environ["BENCH_PACKAGES"]) / name / "bin" / "python" for name in ("ours", "theirs"))
    imported = "import dbwarden"
    mine, bare, old = (Runner(name, [python, "-c", text], WORK) for name, python, text in (
        ("dbwarden", ours, imported), ("python", theirs, "pass"), ("0.8.2", theirs, imported)))
    compare("service: import dbwarden", mine, bare, old, runs=4 * RUNS)
    fact("service: ms of the import above python", round((mine.seconds - bare.seconds) * 1000, 1), "25")
    new_database()
    with tempfile.TemporaryDirectory() as folder:  # a project in a repository is looked for in all of it
        found = [*applications.beside(ours, theirs, OURS, Path(folder) / "beside", RUNS),
                 *applications.measure(ours, Path(folder) / "load", DATABASE)]
    for what, value, aim in found:
        fact(what, value, aim)


PARTS = {"start": start, "apply": apply, "peers": peers, "differs": differs, "fleet": fleet, "slow": slow, "mysql": mysql, "large": large, "catalog": catalog,
         "diff": diff, "clickhouse": clickhouse, "models": models, "count": count, "service": service}


def table():
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    print(f"{'':{widths[0]}}  {'ms':>{widths[1]}}  {'MB':>{widths[2]}}")
    for what, milliseconds, peak, *others in rows:
        print(f"{what:{widths[0]}}  {milliseconds:>{widths[1]}}  {peak:>{widths[2]}}  {'; '.join(others)}")


if __name__ == "__main__":
    unknown = [part for part in sys.argv[1:] if part not in PARTS]
    if unknown:
        sys.exit(f"bench.py: no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
    table()
