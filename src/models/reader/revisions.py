"""Mode `revisions`: the revisions of an Alembic project as SQL, one at a time, each through the project's own env.py.

Offline, where no connection is needed.  What cannot be done so (SQLite's batches) is run on a scratch file that has the revision's
ancestors, and its statements are written down.  What reads rows, or has values that SQL does not show, stays Python.  Whatever
env.py connects to, nothing is sent there: the connection is replaced where the context is configured.
"""
import io
import os
import re
import shutil
import sys
import tempfile
import traceback
import warnings

from .protocol import Refusal

ENDS = re.compile(r"(BEGIN|COMMIT)\s*;?\s*\Z", re.I)
READS = re.compile(r"\s*(?:--[^\n]*\n\s*)*(SELECT|SHOW|PRAGMA|WITH)\b", re.I)
CATALOG = re.compile(r"\s*(?:PRAGMA|SHOW)\b|\bsqlite_(?:master|schema|temp_master)\b|\bpg_\w+|\binformation_schema\b"
                     r"|\bSELECT\s+(?:current_schema|version|@@)", re.I)
URLS = {"sqlite": "sqlite://", "postgresql": "postgresql://", "mysql": "mysql+pymysql://", "mariadb": "mysql+pymysql://"}
PYTHON = '''
# What dbwarden calls.
_upgrade, _downgrade = upgrade, downgrade


def _run(connection, function):
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    with Operations.context(MigrationContext.configure(connection)):
        function()


def upgrade(connection):
    _run(connection, _upgrade)


def rollback(connection):
    _run(connection, _downgrade)
'''


def refuse(message, hint=None, file=None, line=0):
    return Refusal(message, hint or "Nothing has been written.", file, line, code="failed")


def place_of(error):
    """The last line of the project in a traceback."""
    here = os.getcwd() + os.sep
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if frame.filename.startswith(here) and "site-packages" not in frame.filename]
    return (frames[-1].filename, frames[-1].lineno) if frames else (None, 0)


def first_line(error):
    return "%s: %s" % (type(error).__name__, (str(error).splitlines() or [""])[0])


def title_of(revision):
    """Its message, unless nobody wrote one."""
    return revision.doc if revision.doc not in (None, "", "empty message") else revision.revision


BEGAN_ELSEWHERE = ("Nothing has been written. If its tables were made before there were revisions, let Alembic bring the database to its "
                   "head, and take that over: \"dbwarden adopt --as-it-stands\".")


class NotSql(Exception):
    """Why a revision stays Python."""


class Project:
    def __init__(self, folder, dialect):
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        self.folder, self.dialect = folder, dialect
        self.table, self.schema = "alembic_version", None
        self.memos = {}  # what one run of all revisions remembers, such as types that it has made; once offline, once not
        ini = os.path.join(folder, "alembic.ini")
        toml = os.path.join(folder, "pyproject.toml")
        self.output = io.StringIO()
        words = {"output_buffer": self.output, "stdout": io.StringIO()}
        try:
            self.config = Config(ini, toml_file=toml, **words)
        except TypeError:  # before Alembic 1.16
            self.config = Config(ini, **words)
        self.config.cmd_opts = type("Options", (), {"x": None})()
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            self.script = ScriptDirectory.from_config(self.config)
            self.revisions = list(reversed(list(self.script.walk_revisions("base", "heads"))))
        for warning in told:
            if "present more than once" in str(warning.message):
                raise refuse("%s of %s" % (str(warning.message).lower(), folder), "Give one of them an id of its own.")

    def versions(self):
        """Where new ones go: the first of the places."""
        return os.path.abspath(self.script._version_locations[0])

    def ordered(self):
        """Each after all that it needs; among these, as Alembic lists them."""
        left, done, order = list(self.revisions), set(), []
        while left:
            ready = next((each for each in left if all(need in done for need in self.needs(each))), None)
            if ready is None:
                raise refuse("revisions need each other in a circle: %s" % ", ".join(each.revision for each in left))
            left.remove(ready)
            done.add(ready.revision)
            order.append(ready)
        return order

    def needs(self, revision):
        return list(revision._all_down_revisions)

    def context(self, step, connection=None):
        """env.py with one step, offline or over `connection`."""
        from alembic.runtime.environment import EnvironmentContext

        environment = EnvironmentContext(self.config, self.script, fn=step, as_sql=connection is None, starting_rev=None,
                                         destination_rev=None)
        theirs = environment.configure

        def configure(*args, **words):
            self.table = words.get("version_table") or self.table
            self.schema = words.get("version_table_schema")
            for name in ("url", "dialect_name", "connection"):
                words.pop(name, None)
            words["transaction_per_migration"] = False
            if connection is None:
                # another style of values doubles each "%" of a text
                words.update(url=URLS[self.dialect], literal_binds=True, dialect_opts={"paramstyle": "named"})
            theirs(connection=connection, **words)

        environment.configure = configure
        return environment

    def step(self, revision, down):
        from alembic.runtime.migration import MigrationStep

        kind = MigrationStep.downgrade_from_script if down else MigrationStep.upgrade_from_script
        return [kind(self.script.revision_map, revision)]

    def run(self, revision, down, connection=None, look=None):
        """`look` sees the context before the step runs."""
        from alembic.runtime.migration import HeadMaintainer, MigrationContext

        kept = HeadMaintainer.update_to_step, MigrationContext.get_current_heads, MigrationContext._ensure_version_table
        HeadMaintainer.update_to_step = lambda maintainer, step: None
        MigrationContext.get_current_heads = lambda context: ("",)
        MigrationContext._ensure_version_table = lambda context, **words: None

        self.began = 0

        def steps(current, context):
            self.began += 1
            if not down:
                context.impl.memo = self.memos.setdefault(connection is None, {})
            if look:
                look(context)
            return self.step(revision, down)

        try:
            with self.context(steps, connection):
                self.script.run_env()
        except Exception as error:
            if not self.began:
                file, line = place_of(error)
                raise refuse("env.py fails before it runs a revision: %s" % first_line(error), None, file, line)
            raise
        finally:
            HeadMaintainer.update_to_step, MigrationContext.get_current_heads, MigrationContext._ensure_version_table = kept
        if self.began != 1:
            raise refuse("env.py of %s runs migrations %d times, and not once" % (self.folder, self.began),
                         "Projects with several databases are not taken over. Nothing has been written.")

    def offline(self, revision, down):
        found = []

        def look(context):
            def take(text):
                if not text.startswith("-- Running"):
                    found.append(text.strip())

            context.impl.static_output = take
            if self.dialect == "postgresql":  # asked of the server where there is one; without it a backslash is doubled
                context.dialect._backslash_escapes = False
            bind = context.connection
            if hasattr(bind, "dump") or hasattr(bind, "_execute_impl"):
                def execute(construct, parameters=None, **words):
                    if parameters or words:
                        raise NotSql("a statement has values of its own")
                    context.impl._exec(construct)
                bind.execute = execute

        self.run(revision, down, look=look)
        found = [text for text in found if text and not ENDS.match(text)]
        for text in found:
            if READS.match(text) and not text.upper().startswith("WITH"):
                raise NotSql("it reads: %s" % " ".join(text.split())[:80])
        return found


class Scratch:
    """A file of SQLite that revisions run on, one after the other."""
    goes_back = True

    def __init__(self, project):
        self.project = project
        self.folder = tempfile.mkdtemp(prefix="dbwarden-")
        self.path = os.path.join(self.folder, "scratch.db")

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def engine(self):
        import sqlalchemy as sa

        return sa.create_engine("sqlite:///" + self.path, poolclass=sa.pool.NullPool)

    def capture(self, revision, down):
        """What it said to the database, the first thing that it read, and whether there were values."""
        import sqlalchemy as sa

        engine = self.engine()
        found, reads, values = [], [], []

        def before(connection, cursor, statement, parameters, context, many):
            if READS.match(statement):
                if not CATALOG.search(statement):
                    reads.append(" ".join(statement.split())[:80])
            elif parameters:
                values.append(statement)
            else:
                doubled = engine.dialect.paramstyle in ("format", "pyformat")
                found.append((statement.replace("%%", "%") if doubled else statement).strip())

        sa.event.listen(engine, "before_cursor_execute", before)
        try:
            with engine.connect() as connection:
                self.project.run(revision, down, connection)
                if connection.in_transaction():
                    connection.commit()
        finally:
            engine.dispose()
        return found, reads, values

    def keep(self):
        if os.path.exists(self.path):
            shutil.copy(self.path, self.path + ".kept")

    def back(self):
        if os.path.exists(self.path + ".kept"):
            shutil.move(self.path + ".kept", self.path)
        elif os.path.exists(self.path):
            os.unlink(self.path)


class ServerScratch(Scratch):
    """A database of its own on a server that was named for that."""
    goes_back = False

    def __init__(self, project, server, password):
        from .program import engine_for

        self.project, self.server, self.password = project, dict(server), password
        self.name = "dbwarden_revisions_%d" % os.getpid()
        self.admin = engine_for(server, password).execution_options(isolation_level="AUTOCOMMIT")
        self.said("CREATE DATABASE %s")

    def said(self, text):
        with self.admin.connect() as connection:
            connection.exec_driver_sql(text % self.name)

    def close(self):
        self.said("DROP DATABASE IF EXISTS %s")
        self.admin.dispose()

    def engine(self):
        from .program import engine_for

        return engine_for(dict(self.server, database=self.name), self.password)


def joined(statements):
    return "".join("%s;\n\n" % text.rstrip().rstrip(";").rstrip() for text in statements)


class Conversion:
    def __init__(self, project, server, password):
        self.project = project
        self.scratch = None
        if project.dialect == "sqlite":
            self.scratch = Scratch(project)
        elif server:
            self.scratch = ServerScratch(project, server, password)

    def up(self, revision):
        """(statements, why it stays Python), where the former are all that is known of it."""
        try:
            offline, why = self.project.offline(revision, False), None
        except Refusal:
            raise
        except Exception as error:
            offline, why = None, first_line(error)
        if self.scratch is None:
            return offline or [], why
        try:
            found, reads, values = self.scratch.capture(revision, False)
        except Refusal:
            raise
        except Exception as error:
            file, line = place_of(error)
            raise refuse("revision %s cannot be run on an empty database: %s" % (revision.revision, first_line(error)),
                         BEGAN_ELSEWHERE, file, line)
        if reads:
            return found, "it reads: %s" % reads[0]
        if offline is not None:
            return offline, None
        return found, "a statement has values of its own" if values else None

    def down(self, revision):
        """(statements, why there are none)."""
        try:
            return self.project.offline(revision, True), None
        except Exception as error:
            why = first_line(error)
        if self.scratch is None or not self.scratch.goes_back:
            return None, why
        self.scratch.keep()
        try:
            found, reads, values = self.scratch.capture(revision, True)
            return (None, "it reads rows") if reads or values else (found, None)
        except Exception:
            return None, why
        finally:
            self.scratch.back()

    def both_ways(self, revision):
        up, why = self.up(revision)
        said = {"up": joined(up), "python": why}
        if not why:
            down, no_way_back = self.down(revision)
            said.update(down=joined(down) if down else None, no_way_back=no_way_back)
        return said

    def all(self):
        try:
            return [self.told_of(revision) for revision in self.project.ordered()]
        finally:
            if self.scratch:
                self.scratch.close()

    def told_of(self, revision):
        said = {"id": revision.revision, "needs": self.project.needs(revision), "path": revision.path,
                "title": title_of(revision)}
        said.update(self.both_ways(revision))
        if said["python"]:
            with open(revision.path, encoding="utf-8") as file:
                said["source"] = file.read().rstrip() + "\n" + PYTHON
        return said


def read(request):
    try:
        if request["tool"] == "django":
            from . import django_project
            return django_project.read(request)
        return read_alembic(request)
    except Refusal:
        raise
    except SystemExit as error:
        raise refuse("the project in %s ended the interpreter (%s)" % (request["revisions"], error))
    except Exception as error:
        file, line = place_of(error)
        raise refuse("the project of %s in %s cannot be read: %s" % (request["tool"].capitalize(), request["revisions"], first_line(error)),
                     "See that the tool's own commands work there, with the same interpreter. Nothing has been written.", file, line)


def read_alembic(request):
    folder = request["revisions"]
    os.chdir(folder)
    if request["dialect"] not in URLS:
        raise refuse("revisions of Alembic cannot be converted for %s" % request["dialect"])
    try:
        import alembic  # noqa: F401
    except ImportError:
        raise refuse("%s has no Alembic" % sys.executable, "Name the interpreter of the project with --python.")
    try:
        project = Project(folder, request["dialect"])
        if request["graph"]:
            said = [{"id": each.revision, "needs": project.needs(each), "path": each.path, "title": title_of(each)}
                    for each in project.ordered()]
            return {"revisions": said, "table": project.table, "schema": project.schema,
                    "versions": project.versions()}
        said = Conversion(project, request["server"], request["secret"]).all()
    except Refusal:
        raise
    except SystemExit as error:
        raise refuse("env.py of %s ended the interpreter (%s)" % (folder, error))
    except Exception as error:
        file, line = place_of(error)
        raise refuse("the Alembic project in %s cannot be read: %s" % (folder, first_line(error)),
                     "See that `alembic history` works there, with the same interpreter. Nothing has been written.", file, line)
    return {"revisions": said, "table": project.table, "schema": project.schema, "versions": project.versions()}
