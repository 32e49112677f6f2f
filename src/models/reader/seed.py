"""Mode `seed`: runs seed(connection, session) of a file, or its rollback(), and writes its record, in one transaction.

The record comes first: where another run does the same at the same time, one of the two waits, fails on the record's unique
name and leaves nothing.  Nobody but us may end the transaction, so a seed is there with its record or not at all.  What is said
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
SAVEPOINT = "dbwarden_seed"
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
    known = DRIVERS["mysql" if dialect == "mariadb" else dialect]
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

    def __init__(self, engine):
        from sqlalchemy import event

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
            raise refuse("the seed ends its transaction itself, by commit()",
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
            raise refuse("the seed ends its transaction itself, by %s" % word.group(1).upper(),
                         "Leave it out: rows and record are committed together afterwards.")


def execute(connection, sql, params):
    """A statement of ours, whose placeholders are those of the engine."""
    from sqlalchemy import text

    names = iter("p%d" % n for n in range(1, 100))

    def bound(match):
        if match.group(1):
            return match.group(1).replace(":", "\\:")
        return "\\:" if match.group(0) == ":" else ":" + next(names)

    values = {"p%d" % n: value for n, value in enumerate(params, 1)}
    return connection.execute(text(PLACE.sub(bound, sql)), values)


def record(connection, request):
    return execute(connection, request["record"], request["params"])


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
    return request["down"] and result.rowcount == 0


def kept(connection, transaction, request, guard):
    """After a failure: what of the seed is in the database all the same, as a sentence; None: nothing. Its record is withdrawn."""
    from sqlalchemy import exc

    try:
        if transaction.is_active and works(connection, "ROLLBACK TO SAVEPOINT " + SAVEPOINT):
            return None
        transaction.rollback()
        connection.connection.rollback()  # where SQLAlchemy holds it for ended already
        with connection.begin() as look:
            committed = is_committed(connection, request)
            look.rollback()
        if not committed:
            return None
        if not request["down"]:
            with connection.begin():
                execute(connection, request["withdraw"], [request["version"]])
                guard.ours = True
    except exc.SQLAlchemyError:
        return None
    return ENDED + "what it did until then is kept, and it is not recorded as applied."


def load(path, folder):
    name = "dbwarden_seed_" + re.sub(r"\W", "_", os.path.basename(path))
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def function_of(module, name, path):
    function = getattr(module, name, None)
    if function is None:
        if name == "rollback":
            return None
        raise refuse("there is no function seed(connection, session) in it", None, path)
    if not callable(function):
        raise refuse("%s is not a function" % name, None, path)
    try:
        inspect.signature(function).bind(None, None)
    except TypeError:
        raise refuse("%s has to take two arguments: %s(connection, session)" % (name, name), None, path) from None
    except ValueError:
        pass
    return function


def call(function, connection, session):
    result = function(connection, session)
    if inspect.isawaitable(result):
        async def wait():
            await result

        asyncio.run(wait())
    session.flush()


def hint_for(error):
    if isinstance(error, ModuleNotFoundError):
        return "It ran with %s. If the project lives in another environment, name its interpreter with --python." % sys.executable
    if type(error).__name__ == "ObjectNotExecutableError":
        return "SQL has to be wrapped: from sqlalchemy import text; connection.execute(text(\"...\"))."
    if isinstance(error, TypeError) and "'await'" in str(error):
        return "connection and session are the ordinary ones: leave out \"await\" before their methods."
    return "Nothing of it is kept. Fix it and run the command again."


def explain(error, path, folder):
    """What the user's code raised, as the last line of its traceback would say it."""
    file, line = find.place_of(error, folder, path)
    stays = getattr(error, "kept", None)
    if isinstance(error, Refusal):
        error.file, error.line, error.hint = error.file or file, error.line or line, stays or error.hint
        return error
    if isinstance(error, SystemExit):
        return refuse("the seed calls sys.exit()", stays or "Let it return instead. Nothing of it is kept.", file, line)
    return refuse(find.text_of(error), stays or hint_for(error), file, line)


def check_end(connection, transaction, request):
    """Is the transaction still the one that began with the record?  A warning, where what ended it may have been a DDL statement."""
    if not transaction.is_active:
        raise refuse("the seed ends its transaction itself, by rollback()",
                     "Leave it out, or use a savepoint: connection.begin_nested().")
    if works(connection, "RELEASE SAVEPOINT " + SAVEPOINT):
        return None
    if works(connection, "ROLLBACK TO SAVEPOINT " + SAVEPOINT):
        raise refuse("a statement of the seed failed, and it went on: the server keeps nothing of it",
                     "Put what may fail into a savepoint: with connection.begin_nested().")
    if connection.dialect.name in ("mysql", "mariadb") and is_committed(connection, request):
        return "ended its transaction itself, by DDL or a commit of the driver's: had it failed, a part of it would have been kept"
    raise refuse("the seed ends its transaction itself, behind SQLAlchemy's back",
                 "Leave that out: rows and record are committed together afterwards.")


def run_in(connection, request, function, guard):
    from sqlalchemy import exc
    from sqlalchemy.orm import Session

    transaction = connection.begin()
    guard.watch(connection)
    try:
        record(connection, request)
    except exc.IntegrityError:
        raise refuse("another run has applied it in the meantime", "Nothing was done twice.") from None
    connection.exec_driver_sql("SAVEPOINT " + SAVEPOINT)
    try:
        function = function()
        if function is not None:
            session = Session(bind=connection)
            call(function, connection, session)
            session.expunge_all()
        warning = check_end(connection, transaction, request)
    except BaseException as error:
        error.kept = kept(connection, transaction, request, guard)
        raise
    guard.ours = True
    transaction.commit()
    return {"ran": function is not None, "warning": warning}


def run(request, path, folder):
    engine = engine_for(request["url"], request["secret"])
    guard = Guard(engine)
    with engine.connect() as connection:
        return run_in(connection, request,
                      lambda: function_of(load(path, folder), "rollback" if request["down"] else "seed", path), guard)


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
        raise explain(error, path, folder) from None
