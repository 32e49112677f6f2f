"""`pip install .` into a real virtual environment: what lands there, the native handle, what dbwarden.py and models import."""

import json
import textwrap

import pytest

DATABASE = """
    from dbwarden import database_config

    primary = database_config(database_name="primary", default=True, database_url_sync="sqlite:///./app.db")
"""
SLOW = (
    "CREATE TABLE {name} AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000)"
    " SELECT count(*) AS total FROM n;"
)


@pytest.fixture
def slow_project(tmp_path):
    """Three pending migrations that take a moment each."""
    migrations = tmp_path / "migrations" / "primary"
    migrations.mkdir(parents=True)
    (tmp_path / "dbwarden.py").write_text(textwrap.dedent(DATABASE))
    for number in range(1, 4):
        name = f"t{number}"
        (migrations / f"primary__000{number}_{name}.sql").write_text(
            f"-- upgrade\n\n{SLOW.format(name=name)}\n\n-- rollback\n\nDROP TABLE {name};\n")
    return tmp_path


def test_wheel_holds_the_program_and_the_package_only(package):
    files = package.python("""
        from importlib.metadata import distribution
        print(json.dumps([str(file) for file in distribution("dbwarden").files]))
    """)
    kept = {file for file in files if "dist-info" not in file and not file.endswith(".pyc")}
    assert {file for file in kept if not file.startswith("dbwarden/") or not file.endswith(".py")} == {
        "../../../bin/dbwarden", "../../../share/man/man1/dbwarden.1", "../../../share/bash-completion/completions/dbwarden.bash",
        "../../../share/zsh/site-functions/_dbwarden", "../../../share/fish/vendor_completions.d/dbwarden.fish",
        "dbwarden/_core.abi3.so", "dbwarden/_core.pyi", "dbwarden/py.typed", "_dbwarden_first.py", "dbwarden-first.pth"}


def test_dbwarden_on_path_is_the_native_program(package):
    assert (package.bin / "dbwarden").read_bytes()[:4] == b"\x7fELF"
    version = package.python("import dbwarden; print(json.dumps(dbwarden.__version__))")
    assert version in package.run("dbwarden", "version")
    metadata = package.python("""
        from importlib.metadata import version
        print(json.dumps(version("dbwarden")))
    """)
    assert metadata == version


def test_called_by_its_path_it_reads_models_with_the_python_beside_it(package, tmp_path):
    """As cron and systemd call it: no environment is active, and the python3 on PATH has no SQLAlchemy."""
    (tmp_path / "dbwarden.py").write_text(textwrap.dedent(DATABASE))
    (tmp_path / "link").symlink_to(package.bin / "dbwarden")
    kept = {key: "" for key in ("VIRTUAL_ENV", "DBWARDEN_PYTHON")}
    for program in (package.bin / "dbwarden", tmp_path / "link"):
        told = json.loads(package.run(program, "config", "--json", folder=tmp_path, PATH="/usr/bin:/bin", **kept))
        assert told["python"] == str(package.bin / "python")


def test_the_program_and_the_package_take_the_same_configuration(package, tmp_path):
    """URL objects of SQLAlchemy, which are tuples too, and of pydantic, a type that only the URL says, and an enum."""
    (tmp_path / "settings.py").write_text(textwrap.dedent("""
        import enum
        from dbwarden import database_config
        from pydantic import PostgresDsn, TypeAdapter
        from sqlalchemy import URL
        database_config(database_name="c", database_url_sync=TypeAdapter(PostgresDsn).validate_python("postgresql://bob@h:1/c"))
        database_config(database_name="a", default=True,
                        database_url_sync=URL.create("mariadb", "bob", host="localhost", database="app"))
        database_config(database_name="b", database_url_sync="postgresql://localhost/b", snapshots=enum.Enum("S", {"E": "each"}).E)
    """))
    told = package.python("""
        from dbwarden import config
        found = config.get_multi_db_config().databases.values()
        print(json.dumps([[database.database_type, database.sqlalchemy_url] for database in found]))
    """, folder=tmp_path)
    assert told == [["postgresql", "postgresql://bob@h:1/c"], ["mariadb", "mariadb://bob@localhost/app"],
                    ["postgresql", "postgresql://localhost/b"]]
    said = package.run("dbwarden", "config", folder=tmp_path)
    for kind, url in told:
        assert f"database_type: {kind}\n    database_url_sync: {url}\n" in said


def test_a_configuration_that_projects_share_is_used_where_the_work_is(package, tmp_path):
    """In an installed package, or in a folder without migrations: the application opens what the command line migrates."""
    service = tmp_path / "service"
    (service / "migrations" / "primary").mkdir(parents=True)
    for number, library in enumerate((tmp_path / "lib" / "site-packages", tmp_path / "common")):
        (library / "company").mkdir(parents=True)
        (library / "company" / "databases.py").write_text(textwrap.dedent(DATABASE).replace("app.db", f"app{number}.db"))
        more = {"PYTHONPATH": str(library), "DBWARDEN_CONFIG_MODULE": "company.databases"}
        package.run("dbwarden", "migrate", folder=service, **more)
        assert (service / f"app{number}.db").exists()
        assert package.python("""
            from company.databases import primary
            from dbwarden.database.connection import get_engine
            from dbwarden.fastapi import check_schema_on_startup
            print(json.dumps([check_schema_on_startup()[0].status, get_engine().url.database]))
        """, folder=service, **more) == ["ok", str(service / f"app{number}.db")]


def test_half_a_configuration_is_none(package, tmp_path):
    """The file raises each time that it is asked for, not only the first."""
    (tmp_path / "settings.py").write_text(textwrap.dedent("""
        import sys
        from dbwarden import database_config
        database_config(database_name="a", default=True, database_url_sync="sqlite:///a.db")
        database_config(database_name="b", database_url_sync=f"sqlite:///{1 / getattr(sys, 'divisor', 1)}.db")
    """))
    assert package.python("""
        from dbwarden import config
        told, sys.divisor = [], 0
        for _ in range(2):
            try:
                told.append(config.list_databases())
            except ZeroDivisionError as error:
                told.append(str(error))
        print(json.dumps(told))
    """, folder=tmp_path) == ["division by zero"] * 2


def test_names_that_projects_import(package):
    assert package.python("""
        from dbwarden import database_config, TableMeta, PGTableMeta, PGColumnMeta, CHTableMeta, CHColumnMeta, __version__
        from dbwarden.schema import (apply_meta, attach_meta, CHColumnMeta, CHTableMeta, DBWardenMeta, FieldMeta,
                                     PGColumnMeta, PGTableMeta, read_meta, TableMeta)
        from dbwarden.exceptions import ConfigurationError, DBWardenConfigError, DBWardenError, LockError
        import sys
        early = "sqlalchemy" in sys.modules
        from dbwarden import *
        late = "sqlalchemy" in sys.modules
        from dbwarden import Base
        from sqlalchemy.orm import DeclarativeBase
        import dbwarden
        print(json.dumps([early, late, issubclass(Base, DeclarativeBase), Base is dbwarden.Base, hasattr(Base, "metadata"),
                          issubclass(DBWardenConfigError, ConfigurationError)]))
    """) == [False, False, True, True, True, True]


def test_configuration_errors_name_the_key(package):
    errors = package.python("""
        from dbwarden import database_config
        from dbwarden.exceptions import ConfigurationError
        errors = []
        for keys in ({"database_name": "a"}, {"database_name": "a-b", "database_url_sync": "sqlite://"},
                     {"database_name": "a", "database_url_sync": "sqlite://", "database_type": "oracle"},
                     {"database_name": "a", "database_url_sync": "sqlite://", "model_paths": "models.py"}):
            try:
                database_config(**keys)
            except ConfigurationError as error:
                errors.append(str(error))
        try:
            database_config(database_name="a", database_url_sync="sqlite://", colour="red")
        except TypeError as error:
            errors.append(str(error))
        print(json.dumps(errors))
    """)
    words = ["database_url_sync or database_url_async", "database_name is 'a-b'", "database_type is 'oracle'",
             "['models.py']", "colour"]
    assert [word in error for word, error in zip(words, errors)] == [True] * 5


def test_registry_can_be_read_and_reset(package):
    assert package.python("""
        from dbwarden.config_registry import database_config, registered_entries, reset_registry
        handle = database_config(database_name="one", database_url_sync="sqlite:///x.db")
        names = [entry["database_name"] for entry in registered_entries()]
        reset_registry()
        print(json.dumps([names, len(registered_entries()), repr(handle)]))
    """) == [["one"], 0, "DatabaseHandle('one', 'sqlite')"]


def test_meta_is_merged_along_ancestors_and_written_to_columns(package):
    assert package.python("""
        from dbwarden import PGColumnMeta, PGTableMeta
        from dbwarden.schema import apply_meta, read_meta
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            pass

        class Stamped:
            class Meta:
                comment = "stamped"
                pg_indexes = [{"name": "a", "columns": ["id"]}]

        class User(Stamped, Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            email: Mapped[str]

            class Meta(PGTableMeta):
                comment = "people"
                pg_indexes = [{"name": "b", "columns": ["email"]}]

                class email(PGColumnMeta):
                    comment = "where to write"
                    pg_storage = "external"
                    public = False

        plain = read_meta(Base)
        assert apply_meta(User) is User and apply_meta(User) is User
        meta = User.__dbwarden_meta__
        print(json.dumps([plain, meta.comment, [index["name"] for index in meta.pg_indexes], meta.pg_fillfactor,
                          meta.fields["email"].pg_storage, dict(User.__table__.c.email.info),
                          "pg_indexes" in vars(Stamped.Meta) and len(Stamped.Meta.pg_indexes)]))
    """) == [None, "people", ["a", "b"], None, "external", {"dw_comment": "where to write", "pg_storage": "external"}, 1]


def test_meta_of_a_child_with_its_own_table_is_its_own(package):
    assert package.python("""
        from dbwarden.schema import apply_meta
        from sqlalchemy import ForeignKey
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            pass

        class Person(Base):
            __tablename__ = "people"
            id: Mapped[int] = mapped_column(primary_key=True)
            class Meta:
                comment = "people"
                uniques = [{"name": "u", "columns": ["id"]}]

        class Worker(Person):
            __tablename__ = "workers"
            id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
            class Meta:
                comment = "workers"

        apply_meta(Person), apply_meta(Worker)
        print(json.dumps([Person.__dbwarden_meta__.comment, Worker.__dbwarden_meta__.comment,
                          Worker.__dbwarden_meta__.uniques]))
    """) == ["people", "workers", None]


def test_meta_beside_info_is_refused(package):
    assert "User.email' has non-empty .info".lower() in package.python("""
        from dbwarden.exceptions import DBWardenConfigError
        from dbwarden.schema import apply_meta
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            pass

        class User(Base):
            __tablename__ = "user"
            id: Mapped[int] = mapped_column(primary_key=True)
            email: Mapped[str] = mapped_column(info={"x": 1})
            class Meta:
                comment = "people"

        try:
            apply_meta(User)
        except DBWardenConfigError as error:
            print(json.dumps(str(error)))
    """).lower()


def test_a_project_of_the_package_migrates(package, tmp_path):
    (tmp_path / "dbwarden.py").write_text(textwrap.dedent(DATABASE).replace(
        "app.db\"", "app.db\", model_paths=[\"models.py\"]"))
    (tmp_path / "models.py").write_text(textwrap.dedent("""
        from dbwarden import Base, PGTableMeta
        from sqlalchemy.orm import Mapped, mapped_column

        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)

            class Meta(PGTableMeta):
                checks = [{"name": "positive", "expression": "id > 0"}]
    """))
    (tmp_path / "migrations" / "primary").mkdir(parents=True)
    package.run("dbwarden", "make-migrations", "first", folder=tmp_path)
    package.run("dbwarden", "migrate", folder=tmp_path)
    assert package.python("""
        import sqlite3
        print(json.dumps(sqlite3.connect("app.db").execute("SELECT sql FROM sqlite_master WHERE name = 'users'").fetchone()))
    """, folder=tmp_path)[0].count("positive") == 1


def test_handle_answers_and_tells_what_failed(package):
    status, reply, none, unknown, error, closed = package.python("""
        from dbwarden import _core
        handle = _core.Handle()
        status, reply = handle.call("version")
        none = handle.last_error()
        unknown, _ = handle.call("migrte")
        error = json.loads(handle.last_error())
        handle.close()
        handle.close()
        try:
            handle.call("version")
        except ValueError as refused:
            closed = str(refused)
        print(json.dumps([status, json.loads(reply), none, unknown, error, closed]))
    """)
    assert (status, none, unknown, closed) == (0, None, 2, "the handle is closed")
    assert reply["version"] and "migrate" in error["hint"]
    assert package.python("from dbwarden import _core; print(json.dumps(json.loads(_core.commands())))")


def test_other_threads_run_during_a_call(package, slow_project):
    """They would stand still if the call kept the interpreter to itself."""
    status, ticks = package.python("""
        import threading, time
        from dbwarden import _core
        handle, ticks, running = _core.Handle(), [], True
        def tick():
            while running:
                ticks.append(time.monotonic())
                time.sleep(0.005)
        thread = threading.Thread(target=tick)
        thread.start()
        before = time.monotonic()
        status, _ = handle.call("migrate")
        after = time.monotonic()
        running = False
        thread.join()
        print(json.dumps([status, sum(before < at < after for at in ticks)]))
    """, folder=slow_project)
    assert status == 0 and ticks > 5


def test_drivers_and_cryptography_beside_it_in_one_process(package, tmp_path, postgres):
    """psycopg, psycopg2 and cryptography bring libpq and OpenSSL of their own, Python its SQLite: each must meet its own."""
    (tmp_path / "migrations").mkdir()
    told = package.python("""
        import datetime, os, sqlite3, ssl, tempfile
        from concurrent.futures import ThreadPoolExecutor
        import psycopg, psycopg2
        from cryptography import x509
        from cryptography.fernet import Fernet
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from dbwarden import _core
        URL = os.environ["SERVER"]

        def dbwarden():
            for url in (URL, "sqlite:///./app.db"):
                handle = _core.Handle(json.dumps({"url": url, "migrations_dir": "migrations"}))
                assert handle.call("status")[0] == 0, handle.last_error()
                handle.close()

        def query(module):
            connection = module.connect(URL)
            cursor = connection.cursor()
            cursor.execute("SELECT %s::text", ("text",))
            assert cursor.fetchone() == ("text",)
            connection.close()

        key, today = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        made = made.not_valid_before(today - datetime.timedelta(1)).not_valid_after(today + datetime.timedelta(1))
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("here")]), False).sign(key, hashes.SHA256())
        pem = made.public_bytes(serialization.Encoding.PEM)
        with tempfile.NamedTemporaryFile() as file:
            file.write(pem + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
            file.flush()
            server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server_context.load_cert_chain(file.name)

        def handshake():
            there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
            client = ssl.create_default_context(cadata=pem.decode()).wrap_bio(back, there, server_hostname="here")
            server = server_context.wrap_bio(there, back, server_side=True)
            for side in (client, server) * 4:
                try:
                    side.do_handshake()
                except ssl.SSLWantReadError:
                    pass
            client.write(b"secret")
            assert server.read() == b"secret"

        def encrypt():
            box = Fernet(Fernet.generate_key())
            assert box.decrypt(box.encrypt(b"secret")) == b"secret"

        def sqlite():
            assert sqlite3.connect(":memory:").execute("SELECT 1").fetchone() == (1,)

        works = (dbwarden, lambda: query(psycopg), lambda: query(psycopg2), handshake, encrypt, sqlite)
        def repeat(work):
            for _ in range(20):
                work()
            return True
        with ThreadPoolExecutor(len(works)) as pool:
            print(json.dumps(list(pool.map(repeat, works))))
    """, folder=tmp_path, SERVER=postgres)
    assert told == [True] * 6


def test_a_handle_is_used_by_one_thread_at_a_time(package, slow_project):
    assert package.python("""
        import threading
        from dbwarden import _core
        handle, refused = _core.Handle(), []
        inside = threading.Event()
        done = threading.Event()
        def listen(event):
            inside.set()
            done.wait(30)
        thread = threading.Thread(target=handle.call, args=("migrate", None, listen))
        thread.start()
        inside.wait(30)
        for act in (lambda: handle.call("version"), handle.close, handle.last_error):
            try:
                act()
            except RuntimeError as error:
                refused.append(str(error))
        done.set()
        thread.join()
        print(json.dumps([refused, handle.call("version")[0]]))
    """, folder=slow_project) == [["the handle is in use: one call at a time"] * 3, 0]


def test_events_arrive_as_json_in_the_calling_thread(package, slow_project):
    status, kinds, own_thread = package.python("""
        import threading
        from dbwarden import _core
        events, threads = [], set()
        def listen(event):
            events.append(json.loads(event))
            threads.add(threading.get_ident())
        status, _ = _core.Handle().call("migrate", json.dumps({"count": 2}), listen)
        print(json.dumps([status, sorted({event["kind"] for event in events}), threads == {threading.get_ident()}]))
    """, folder=slow_project)
    assert status == 0 and own_thread and kinds


def test_what_the_listener_raises_stops_the_call_and_comes_out(package, slow_project):
    raised, status = package.python("""
        from dbwarden import _core
        class Enough(Exception):
            pass
        def listen(event):
            raise Enough("enough")
        handle = _core.Handle()
        try:
            handle.call("migrate", None, listen)
            raised = None
        except Enough as error:
            raised = str(error)
        print(json.dumps([raised, handle.call("migrate")[0]]))
    """, folder=slow_project)
    assert (raised, status) == ("enough", 0)


def test_cancel_from_another_thread_stops_between_statements(package, slow_project):
    status, pending = package.python("""
        import threading, time
        from dbwarden import _core
        handle = _core.Handle()
        timer = threading.Timer(0.1, handle.cancel)
        timer.start()
        status, _ = handle.call("migrate")
        timer.cancel()
        print(json.dumps([status, json.loads(handle.call("status")[1])]))
    """, folder=slow_project)
    assert status == 130
    package.run("dbwarden", "migrate", folder=slow_project)


def test_an_interrupt_ends_the_call(package, slow_project):
    assert package.python("""
        import os, signal, threading
        from dbwarden import _core
        try:
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
            _core.Handle().call("migrate")
            print(json.dumps("finished"))
        except KeyboardInterrupt:
            print(json.dumps("interrupted"))
    """, folder=slow_project) == "interrupted"


def test_the_module_works_in_a_second_interpreter(package, slow_project):
    """Events go back to the interpreter that called."""
    assert package.python("""
        import _xxsubinterpreters as interpreters
        from dbwarden import _core
        other = interpreters.create()
        interpreters.run_string(other, '''
        import sys
        sys.path = [part for part in sys.path if part]
        from dbwarden import _core
        events = []
        status, reply = _core.Handle().call("migrate", None, events.append)
        open("other.txt", "w").write(f"{status} {bool(events)}")
        '''.replace("        ", ""))
        interpreters.destroy(other)
        print(json.dumps([open("other.txt").read(), _core.Handle().call("version")[0]]))
    """, folder=slow_project) == ["0 True", 0]
