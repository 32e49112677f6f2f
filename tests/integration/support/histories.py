"""Other tools for migrations, as they are: installed once into the cache of the tests, and a project of each.

Its one idea: a tool is a class that writes a migration in its layout, runs what waits, and says what its history has.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CACHE = Path(os.environ.get("DBWARDEN_TEST_CACHE", "/var/tmp/dbwarden-test"))
DBMATE = "2.36.0"
YOYO = "9.0.0"
# Tools that are jars: what their command line needs beside them, and the drivers.
JARS = {
    "liquibase": ["org.liquibase:liquibase-core:4.33.0", "info.picocli:picocli:4.7.6"],
    "flyway": ["org.flywaydb:flyway-core:13.12.1", "org.flywaydb:flyway-database-postgresql:13.12.1"],
}
MAIN = {"liquibase": "liquibase.integration.commandline.LiquibaseCommandLine --show-banner=false",
        "flyway": ""}  # a program of ours is its first word
DRIVERS = ["org.xerial:sqlite-jdbc:3.46.1.3", "org.postgresql:postgresql:42.7.4"]
GO_PROGRAMS = {
    "goose": ("github.com/pressly/goose/v3/cmd/goose",
              "no_clickhouse no_mssql no_mysql no_vertica no_ydb no_libsql no_duckdb no_turso no_starrocks no_spanner"),
    "migrate": ("github.com/golang-migrate/migrate/v4/cmd/migrate", "sqlite postgres"),
}
GO = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")


def kept(name, make):
    """A folder of the cache, made by `make` if it is not there yet, by one process only."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = CACHE / name
    with open(CACHE / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            new = CACHE / f"{name}.new"
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir()
            make(new)
            new.rename(folder)
    return folder


def run(*command, folder=None, **env):
    done = subprocess.run([str(word) for word in command], cwd=folder, env={**os.environ, **env}, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=600)
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def npm(package, version):
    def make(folder):
        run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, f"{package}@{version}")
    return kept(f"{package}-{version}", make) / "node_modules" / ".bin" / package


NODE = {"drizzle": ["drizzle-orm@0.45.4", "better-sqlite3@12.11.1", "pg@8.23.1"]}
DRIZZLE_MIGRATE = """const [url, migrationsFolder] = process.argv.slice(2);
if (url.includes('://')) {
  const { default: pg } = await import('pg');
  const { drizzle } = await import('drizzle-orm/node-postgres');
  const { migrate } = await import('drizzle-orm/node-postgres/migrator');
  const pool = new pg.Pool({ connectionString: url });
  await migrate(drizzle(pool), { migrationsFolder });
  await pool.end();
} else {
  const { default: Database } = await import('better-sqlite3');
  const { drizzle } = await import('drizzle-orm/better-sqlite3');
  const { migrate } = await import('drizzle-orm/better-sqlite3/migrator');
  migrate(drizzle(new Database(url)), { migrationsFolder });
}
"""


def node_folder(name):
    return f"{name}-{NODE[name][0].rpartition('@')[2]}"


def node_modules(name):
    return CACHE / node_folder(name) / "node_modules"


def node_install(name):
    def make(folder):
        run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, *NODE[name])
    kept(node_folder(name), make)


DJANGO = "5.2.8"


def django():
    """The interpreter that has it."""
    return CACHE / f"django-{DJANGO}" / "bin" / "python3"


def django_install():
    def make(folder):
        run("/usr/bin/python3", "-m", "venv", folder)
        run(folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", f"Django=={DJANGO}", "psycopg[binary]")
    kept(f"django-{DJANGO}", make)


def yoyo():
    return CACHE / f"yoyo-{YOYO}" / "bin" / "yoyo"


def yoyo_install():
    def make(folder):
        run("/usr/bin/python3", "-m", "venv", folder)
        run(folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", f"yoyo-migrations=={YOYO}", "psycopg2-binary",
            "setuptools<80")
        script = folder / "bin" / "yoyo"  # which names the folder that it was made in
        script.write_text('#!/bin/sh\nexec "$(dirname "$0")/python3" -m yoyo "$@"\n')
    kept(f"yoyo-{YOYO}", make)


def go_folder(program):
    sources = ROOT / "tests" / "histories"
    sums = hashlib.sha256(b"".join((sources / name).read_bytes() for name in ("go.mod", "tools.go"))).hexdigest()[:12]
    return f"{program}-{sums}"


def go_install(program):
    """One of tests/histories, without the drivers that nothing here needs."""
    package, tags = GO_PROGRAMS[program]

    def make(folder):
        work = folder / "sources"
        shutil.copytree(ROOT / "tests" / "histories", work)
        env = {"GOMODCACHE": str(work / "mod"), "GOCACHE": str(work / "made"), "GOFLAGS": "-p=2 -mod=mod -modcacherw"}
        run(GO, "build", "-tags", tags, "-o", folder / program, package, folder=work, **env)
        shutil.rmtree(work)
    kept(go_folder(program), make)


def go(program):
    return CACHE / go_folder(program) / program


def jars(name):
    return CACHE / f"{name}-{JARS[name][0].rpartition(':')[2]}"


def jars_install(name):
    def make(folder):
        dependency = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>"
        (folder / "pom.xml").write_text(
            '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>tests</groupId>'
            "<artifactId>tests</artifactId><version>1</version><dependencies>"
            + "".join(dependency.format(*each.split(":")) for each in JARS[name] + DRIVERS) + "</dependencies></project>")
        run("mvn", "--batch-mode", "--quiet", "dependency:copy-dependencies", f"-DoutputDirectory={folder}", folder=folder)
        (folder / "bin").mkdir()
        script = folder / "bin" / name
        script.write_text(f'#!/bin/sh\nexec java -XX:TieredStopAtLevel=1 -cp "$(dirname "$0")/../*" {MAIN[name]} "$@"\n')
        script.chmod(0o755)
    kept(jars(name).name, make)


def java(name, *args, folder):
    return run(jars(name) / "bin" / name, *args, folder=folder)


class Tool:
    """A project of a tool: `folder` holds its files, `database` is what it works on."""
    name, table = "", ""
    digits = 5

    def __init__(self, folder, database):
        self.folder, self.database = Path(folder), database
        self.engine = database.engine
        self.folder.mkdir(parents=True, exist_ok=True)

    def url(self):
        if self.engine == "sqlite":
            return f"sqlite:{self.path()}"
        return f"{self.database.url.replace('postgresql://', 'postgres://')}?sslmode=disable"

    def path(self):
        return self.database.alchemy.url.database

    def number(self, n):
        return f"{n:0{self.digits}}"

    def put(self, n, name, up, down, alone=False):
        raise NotImplementedError

    def up(self):
        raise NotImplementedError

    def rows(self):
        """What its history says, without times."""
        raise NotImplementedError


class Dbmate(Tool):
    name, table = "dbmate", "schema_migrations"

    def number(self, n):
        return str(20240101000000 + n)

    def put(self, n, name, up, down, alone=False):
        option = " transaction:false" if alone else ""
        (self.folder / f"{self.number(n)}_{name}.sql").write_text(
            f"-- migrate:up{option}\n{up}\n\n-- migrate:down{option}\n{down}\n")

    def up(self):
        run(npm("dbmate", DBMATE), "--no-dump-schema", "-d", self.folder, "up", DATABASE_URL=self.url())

    def rows(self):
        return len(self.database.query("SELECT version FROM schema_migrations"))


class Goose(Tool):
    name, table = "goose", "goose_db_version"

    def put(self, n, name, up, down, alone=False):
        head = "-- +goose NO TRANSACTION\n" if alone else ""
        parts = [f"-- +goose StatementBegin\n{text}\n-- +goose StatementEnd" if text.count(";") > 1 else text for text in (up, down)]
        (self.folder / f"{self.number(n)}_{name}.sql").write_text(f"{head}-- +goose Up\n{parts[0]}\n\n-- +goose Down\n{parts[1]}\n")

    def up(self):
        engine, url = ("sqlite3", self.path()) if self.engine == "sqlite" else ("postgres", self.url())
        run(go("goose"), "-dir", self.folder, engine, url, "up")

    def rows(self):
        return self.database.query("SELECT version_id FROM goose_db_version WHERE version_id > 0 ORDER BY version_id")


class GolangMigrate(Tool):
    name, table, digits = "golang-migrate", "schema_migrations", 6

    def put(self, n, name, up, down, alone=False):
        for side, text in (("up", up), ("down", down)):
            (self.folder / f"{self.number(n)}_{name}.{side}.sql").write_text(text + "\n")

    def up(self):
        url = f"sqlite://{self.path()}" if self.engine == "sqlite" else self.url()
        run(go("migrate"), "-path", self.folder, "-database", url, "up")

    def rows(self):
        return [(row[0], bool(row[1])) for row in self.database.query("SELECT version, dirty FROM schema_migrations")]


class Yoyo(Tool):
    name, table, digits = "yoyo", "_yoyo_migration", 4

    def url(self):
        return f"sqlite:///{self.path()}" if self.engine == "sqlite" else self.database.url

    def put(self, n, name, up, down, alone=False):
        head = "-- transactional: false\n" if alone else ""
        for side, text in ((".sql", up), (".rollback.sql", down)):
            (self.folder / f"{self.number(n)}_{name}{side}").write_text(f"{head}{text}\n")

    def up(self):
        run(yoyo(), "apply", "--batch", "--no-config-file", "--database", self.url(), self.folder)

    def rows(self):
        return self.database.query("SELECT migration_hash, migration_id FROM _yoyo_migration ORDER BY migration_id")


class Liquibase(Tool):
    """One changelog of SQL."""
    name, table = "liquibase", "DATABASECHANGELOG"
    root = "changelog.sql"

    def url(self):
        if self.engine == "sqlite":
            return f"jdbc:sqlite:{self.path()}"
        url = self.database.alchemy.url
        return f"jdbc:postgresql://{url.host}:{url.port}/{url.database}?user={url.username}&password={url.password or ''}"

    def put(self, n, name, up, down, alone=False):
        path = self.folder / self.root
        text = path.read_text() if path.exists() else "--liquibase formatted sql\n"
        path.write_text(text + self.changeset(n, name, up, down, alone))

    def changeset(self, n, name, up, down, alone):
        option = (" runInTransaction:false" if alone else "") + (" splitStatements:false" if self.whole(up) else "")
        return f"\n--changeset me:{n}-{name}{option}\n{up}\n/* liquibase rollback\n{down}\n*/\n"

    def whole(self, up):
        """The tool does not know bodies; several statements go to the server as one text."""
        return "BEGIN" in up

    def command(self, *words):
        return java("liquibase", "--log-level=severe", f"--changelog-file={self.root}", f"--search-path={self.folder}", f"--url={self.url()}", *words, folder=self.folder)

    def up(self):
        self.command("update")

    def rows(self):
        return self.database.query("SELECT exectype, count(*) FROM databasechangelog WHERE md5sum IS NOT NULL GROUP BY 1")


class Flyway(Tool):
    name, table = "flyway", "flyway_schema_history"

    def number(self, n):
        return str(n)

    def url(self):
        return Liquibase.url(self)

    def put(self, n, name, up, down, alone=False):
        (self.folder / f"V{n}__{name}.sql").write_text(up + "\n")

    def up(self):
        java("flyway", Path(__file__).with_name("FlywayMigrate.java"), self.url(), self.folder, folder=self.folder)

    def rows(self):
        return self.database.query("SELECT version, success FROM flyway_schema_history WHERE version IS NOT NULL ORDER BY installed_rank")


class Drizzle(Tool):
    """Its files as drizzle-kit writes them; drizzle-orm runs them, all in one transaction."""
    name, table, digits = "drizzle", "__drizzle_migrations", 4

    def put(self, n, name, up, down, alone=False):
        journal = self.folder / "meta" / "_journal.json"
        said = json.loads(journal.read_text()) if journal.exists() else {"version": "7", "dialect": self.engine, "entries": []}
        at = len(said["entries"])
        last = said["entries"][-1]["when"] if at else 1700000000000
        said["entries"].append({"idx": at, "version": "6", "when": last + 1000, "tag": f"{at:04}_{name}", "breakpoints": True})
        journal.parent.mkdir(exist_ok=True)
        journal.write_text(json.dumps(said, indent=2))
        text = up.replace("CONCURRENTLY ", "")
        if "BEGIN" not in text:
            text = text.replace(";\n", ";--> statement-breakpoint\n")
        (self.folder / f"{at:04}_{name}.sql").write_text(text)

    def up(self):
        script = node_modules("drizzle").parent / "migrate.mjs"
        script.write_text(DRIZZLE_MIGRATE)
        run("node", script, self.path() if self.engine == "sqlite" else self.database.url, self.folder)

    def rows(self):
        table = "__drizzle_migrations" if self.engine == "sqlite" else "drizzle.__drizzle_migrations"
        return len(self.database.query(f"SELECT hash FROM {table}"))


# Building takes minutes: a soak does it (`histories.py install`), and what is there is used.
TOOLS = [Dbmate] + [tool for program, tool in (("goose", Goose), ("migrate", GolangMigrate)) if go(program).exists()] + (
    [Yoyo] if yoyo().exists() else []) + [tool for tool in (Liquibase, Flyway) if jars(tool.name).exists()] + (
        [Drizzle] if node_modules("drizzle").exists() else [])

if __name__ == "__main__" and sys.argv[1:] == ["install"]:
    for each in GO_PROGRAMS:
        go_install(each)
    for each in JARS:
        jars_install(each)
    node_install("drizzle")
    django_install()
    yoyo_install()
