"""Modes `seed` and `migration`: runs a function of a file and writes its record, in one transaction.

The record comes first: where another run does the same at the same time, one of the two waits, fails on the record's unique
name and leaves nothing.  Nobody but us may end the transaction, so what it does is there with its record or not at all.  Where DDL
commits by itself, a migration's record comes last, and the journal says meanwhile that it runs.  What is said
to the driver behind SQLAlchemy's back cannot be prevented: a savepoint of ours that is gone afterwards proves it.
"""
import asyncio
import importlib
import importlib.util
import inspect
import os
import re
import select
import sys
import threading

from . import find, recorder
from .models import need_sqlalchemy
from .protocol import REPLY, Refusal

# Asynchronous ones cannot serve the connection of a seed.
DRIVERS = {
    "sqlite": {"pysqlite": "sqlite3"},
    "postgresql": {"psycopg2": "psycopg2", "psycopg": "psycopg", "pg8000": "pg8000", "psycopg2cffi": "psycopg2cffi"},
    "mysql": {"pymysql": "pymysql", "mysqldb": "MySQLdb", "mysqlconnector": "mysql.connector",
              "mariadbconnector": "mariadb"},
}
ENDS = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(COMMIT|ROLLBACK(?!\s+TO)|BEGIN|START\s+TRANSACTION|END)\b(?!\s+TO\b)",
                  re.I | re.S)
SAVEPOINT = "dbwarden_program"
COMMITTED = "What it did before a statement that commits by itself, DDL mostly, is kept: see to it that it can run again."
ENDED = "It ended its transaction itself, by a commit that nobody could see: "
PLACE = re.compile(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`)|[$?]\d*|:")


def refuse(message, hint=None, file=None, line=0):
    return Refusal(message, hint, file, line, code="failed")


def end_with_parent():
    """When the program that started us is gone, nobody holds the lock any more."""
    poll = select.poll()
    poll.register(REPLY, 0)

    def wait():
        poll.poll()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def found(module):
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def driver_of(dialect, wanted):
    """The driver that the URL names, if it is not an asynchronous one; else one that is installed."""
    known = DRIVERS.get("mysql" if dialect == "mariadb" else dialect)
    if known is None:
        raise refuse("files in Python cannot be run on %s yet" % dialect, "Write it in SQL, or as a shell script.")
    if wanted in known:
        return wanted
    for driver, module in known.items():
        if found(module):
            return driver
    raise refuse("%s has no driver for %s" % (sys.executable, dialect),
                 "Install one of %s there, or name the project's own interpreter with --python." % ", ".join(known))


def engine_for(url, password):
    from sqlalchemy import create_engine
    from sqlalchemy.engine import URL
    from sqlalchemy.pool import NullPool

    dialect = "postgresql" if url["dialect"] == "postgres" else url["dialect"]
    name = "%s+%s" % (dialect, driver_of(dialect, url["driver"]))
    address = URL.create(name, url["user"], password, url["host"], url["port"], url["database"], url["options"])
    return create_engine(address, poolclass=NullPool)


class Guard:
    """The transaction is ours to begin and to end."""

    def __init__(self, engine, what):
        from sqlalchemy import event

        self.what = what
        self.ours = False
        if engine.dialect.name == "sqlite":  # the driver would begin later, and end before DDL
            event.listen(engine, "connect", self.leave_transactions)
            event.listen(engine, "begin", self.begin)
        event.listen(engine, "commit", self.commit)
        event.listen(engine, "before_cursor_execute", self.execute)

    @staticmethod
    def leave_transactions(connection, record):
        connection.isolation_level = None

    @staticmethod
    def begin(connection):
        connection.connection.execute("BEGIN IMMEDIATE")

    def commit(self, connection):
        if not self.ours:
            raise refuse("the %s ends its transaction itself, by commit()" % self.what,
                         "Leave commit() out: rows and record are committed together afterwards.")

    def watch(self, connection):
        """Also commit() of the driver's connection, as SQLAlchemy hands it out, which its own commit() calls."""
        fairy = connection.connection

        def commit():
            self.commit(connection)
            fairy.dbapi_connection.commit()

        fairy.commit = commit

    def execute(self, connection, cursor, statement, *rest):
        word = ENDS.match(statement)
        if word and not self.ours:
            raise refuse("the %s ends its transaction itself, by %s" % (self.what, word.group(1).upper()),
                         "Leave it out: rows and record are committed together afterwards.")


def execute(connection, step):
    """A statement of ours, whose placeholders are those of the engine."""
    from sqlalchemy import text

    names = iter("p%d" % n for n in range(1, 100))

    def bound(match):
        if match.group(1):
            return match.group(1).replace(":", "\\:")
        if match.group(0) == ":":
            return "\\:"
        return ":p" + match.group(0)[1:] if match.group(0)[1:] else ":" + next(names)

    values = {"p%d" % n: value for n, value in enumerate(step["params"] or (), 1)}
    return connection.execute(text(PLACE.sub(bound, step["sql"])), values)


def record(connection, request):
    """The result of the statement that says whether it is applied."""
    return [execute(connection, step) for step in request["record"]][0]


def works(connection, sql):
    from sqlalchemy import exc

    try:
        connection.exec_driver_sql(sql)
    except exc.SQLAlchemyError:
        return False
    return True


def is_committed(connection, request):
    """Is the record there, or gone on the way back, although we have not committed it?"""
    from sqlalchemy import exc

    try:
        result = record(connection, request)
    except exc.IntegrityError:
        return True
    return not request["withdraw"] and result.rowcount == 0


def kept(connection, transaction, request, guard):
    """After a failure: what of the seed is in the database all the same, as a sentence; None: nothing. Its record is withdrawn."""
    from sqlalchemy import exc

    try:
        if transaction.is_active and works(connection, "ROLLBACK TO SAVEPOINT " + SAVEPOINT):
            return None
        transaction.rollback()
        connection.connection.rollback()  # where SQLAlchemy holds it for ended already
        if request["record_last"]:
            return COMMITTED
        with connection.begin() as look:
            committed = is_committed(connection, request)
            look.rollback()
        if not committed:
            return None
        if request["withdraw"]:
            with connection.begin():
                execute(connection, request["withdraw"])
                guard.ours = True
    except exc.SQLAlchemyError:
        return None
    return ENDED + "what it did until then is kept, and it is not recorded as applied."


def load(path, folder):
    name = "dbwarden_program_" + re.sub(r"\W", "_", os.path.basename(path))
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


ARGUMENTS = {1: ("one argument", "connection"), 2: ("two arguments", "connection, session")}


def function_of(module, request, path):
    name = request["function"]
    number, names = ARGUMENTS[request["arguments"]]
    function = getattr(module, name, None)
    if function is None:
        if request["optional"]:
            return None
        raise refuse("there is no function %s(%s) in it" % (name, names), None, path)
    if not callable(function):
        raise refuse("%s is not a function" % name, None, path)
    try:
        inspect.signature(function).bind(*[None] * request["arguments"])
    except TypeError:
        raise refuse("%s has to take %s: %s(%s)" % (name, number, name, names), None, path) from None
    except ValueError:
        pass
    return function


def call(function, *given):
    """A copy of the process that the function makes ends with it: there is one transaction to commit, and one answer."""
    home = os.getpid()
    try:
        call_here(function, *given)
    finally:
        if os.getpid() != home:
            os._exit(0)


def call_here(function, *given):
    result = function(*given)
    if inspect.isawaitable(result):
        async def wait():
            await result

        asyncio.run(wait())


def hint_for(error):
    if isinstance(error, ModuleNotFoundError):
        return "It ran with %s. If the project lives in another environment, name its interpreter with --python." % sys.executable
    if type(error).__name__ == "ObjectNotExecutableError":
        return "SQL has to be wrapped: from sqlalchemy import text; connection.execute(text(\"...\"))."
    if isinstance(error, TypeError) and "'await'" in str(error):
        return "connection and session are the ordinary ones: leave out \"await\" before their methods."
    return "Nothing of it is kept. Fix it and run the command again."


def explain(error, path, folder, what):
    """What the user's code raised, as the last line of its traceback would say it."""
    file, line = find.place_of(error, folder, path)
    stays = getattr(error, "kept", None)
    if isinstance(error, Refusal):
        error.file, error.line, error.hint = error.file or file, error.line or line, stays or error.hint
        return error
    if isinstance(error, SystemExit):
        return refuse("the %s calls sys.exit()" % what, stays or "Let it return instead. Nothing of it is kept.", file, line)
    return refuse(find.text_of(error), stays or hint_for(error), file, line)


def check_end(connection, transaction, request):
    """Is the transaction still the one that began with the record?  A warning, where what ended it may have been a DDL statement."""
    if not transaction.is_active:
        raise refuse("the %s ends its transaction itself, by rollback()" % request["what"],
                     "Leave it out, or use a savepoint: connection.begin_nested().")
    if works(connection, "RELEASE SAVEPOINT " + SAVEPOINT):
        return None
    if works(connection, "ROLLBACK TO SAVEPOINT " + SAVEPOINT):
        raise refuse("a statement of the %s failed, and it went on: the server keeps nothing of it" % request["what"],
                     "Put what may fail into a savepoint: with connection.begin_nested().")
    if request["record_last"]:
        return None
    if connection.dialect.name in ("mysql", "mariadb") and is_committed(connection, request):
        return "ended its transaction itself, by DDL or a commit of the driver's: had it failed, a part of it would have been kept"
    raise refuse("the %s ends its transaction itself, behind SQLAlchemy's back" % request["what"],
                 "Leave that out: rows and record are committed together afterwards.")


# How long a statement may wait, and run, for each engine that has such limits; seconds, as the program's own statements have them.
LIMITS = {
    "postgresql": {"lock_timeout": ("SET lock_timeout = %d", 1000), "statement_timeout": ("SET statement_timeout = %d", 1000)},
    "mysql": {"lock_timeout": ("SET SESSION lock_wait_timeout = %d", 1)},
    "mariadb": {"lock_timeout": ("SET SESSION lock_wait_timeout = %d", 1),
                "statement_timeout": ("SET SESSION max_statement_time = %d", 1)},
    "sqlite": {"lock_timeout": ("PRAGMA busy_timeout = %d", 1000)},
}


def limit(connection, request):
    for name, (sql, unit) in LIMITS.get(connection.dialect.name, {}).items():
        if request[name] > 0:
            connection.exec_driver_sql(sql % max(1, round(request[name] * unit))).close()


def record_once(connection, request):
    from sqlalchemy import exc

    try:
        record(connection, request)
    except exc.IntegrityError:
        raise refuse("another run has applied it in the meantime", "Nothing was done twice.") from None


def call_with(function, connection, arguments):
    from sqlalchemy.orm import Session

    if arguments == 1:
        call(function, connection)
        return
    session = Session(bind=connection)
    call(function, connection, session)
    session.flush()
    session.expunge_all()


def run_in(connection, request, function, guard):
    transaction = connection.begin()
    guard.watch(connection)
    limit(connection, request)
    if not request["record_last"]:
        record_once(connection, request)
    connection.exec_driver_sql("SAVEPOINT " + SAVEPOINT)
    try:
        function = function()
        if function is not None:
            call_with(function, connection, request["arguments"])
        warning = check_end(connection, transaction, request)
        if request["record_last"]:
            record_once(connection, request)
    except BaseException as error:
        error.kept = kept(connection, transaction, request, guard)
        raise
    guard.ours = True
    transaction.commit()
    return {"ran": function is not None, "warning": warning}


def run(request, path, folder):
    engine = engine_for(request["url"], request["secret"])
    guard = Guard(engine, request["what"])
    with engine.connect() as connection:
        return run_in(connection, request, lambda: function_of(load(path, folder), request, path), guard)


def read(request):
    folder, path = request["folder"], request["path"]
    os.chdir(folder)
    find.use_project(folder)
    recorder.install()
    end_with_parent()
    try:
        need_sqlalchemy(folder)
        return run(request, path, folder)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise explain(error, path, folder, request["what"]) from None
