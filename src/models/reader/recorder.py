"""Stands in for the package `dbwarden` while the user's files are executed.

`database_config()` is recorded; everything else of the package is accepted and does nothing.  It stands in
even when the real package is installed, because reading must neither connect nor depend on a version.
"""
import importlib.machinery
import sys
import types

calls = []  # (keywords, positional count, file, line) of every database_config()


class Anything:
    """Accepts every use that a module-level statement may make of a handle."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("async_session", "sync_session", "session"):
            return session_annotation()
        return Anything()

    def __call__(self, *args, **keywords):
        if len(args) == 1 and not keywords and isinstance(args[0], (types.FunctionType, type)):
            return args[0]  # used as a decorator
        return Anything()

    def __getitem__(self, key):
        return Anything()

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __bool__(self):
        return True

    def __or__(self, other):
        return self

    __ror__ = __or__

    def __mro_entries__(self, bases):
        return ()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        return False

    def __deepcopy__(self, memo):
        return self

    def __repr__(self):
        return "<dbwarden handle>"


def session_annotation():
    """What FastAPI accepts both as an annotation and as a default value."""
    fastapi = sys.modules.get("fastapi")
    if fastapi is None:
        return Anything()
    try:
        from typing import Annotated, Any

        return Annotated[Any, fastapi.Depends(lambda: None)]
    except (ImportError, AttributeError):
        return Anything()


def make_router(*args, **keywords):
    fastapi = sys.modules.get("fastapi")
    return fastapi.APIRouter() if fastapi is not None else Anything()


def database_config(*args, **keywords):
    frame = sys._getframe(1)
    calls.append((keywords, len(args), frame.f_code.co_filename, frame.f_lineno))
    return Anything()


declared = []  # (class, arguments, keywords, file, line) of every object of dbwarden.schema


def declaring_class(name):
    """A class of dbwarden.schema whose instances say what a database holds beside tables."""
    def remember(self, *args, **keywords):
        frame = sys._getframe(1)
        declared.append((name, args, keywords, frame.f_code.co_filename, frame.f_lineno))

    def refuse(cls, **keywords):
        raise TypeError("class %s: a %s is declared by calling it, %s(\"...\"), not by a class of its own" % (cls.__name__, name, name))

    return type(name, (), {"__module__": "dbwarden.schema", "__init__": remember, "__init_subclass__": refuse})


def plain_class(name, *bases):
    return type(name, bases, {"__module__": "dbwarden"})


TableMeta = plain_class("TableMeta")
CLASSES = {
    "TableMeta": TableMeta,
    "PGTableMeta": plain_class("PGTableMeta", TableMeta),
    "CHTableMeta": plain_class("CHTableMeta", TableMeta),
    "PGColumnMeta": plain_class("PGColumnMeta"),
    "CHColumnMeta": plain_class("CHColumnMeta"),
    "DBWardenMeta": plain_class("DBWardenMeta"),
    "FieldMeta": plain_class("FieldMeta"),
}


def make_base():
    try:
        from sqlalchemy.orm import DeclarativeBase

        return types.new_class("Base", (DeclarativeBase,), {}, lambda body: body.update(__module__="dbwarden"))
    except ImportError:
        from sqlalchemy.orm import declarative_base

        return declarative_base()


class Package(types.ModuleType):
    """`dbwarden` and every module below it."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = self.stand_in(name)
        setattr(self, name, value)
        return value

    def stand_in(self, name):
        if name == "database_config":
            return database_config
        if name in CLASSES:
            return CLASSES[name]
        if self.__name__.startswith("dbwarden.schema") and name[0].isupper() and not name.endswith("Error"):
            return declaring_class(name)
        if name == "auto_schema":
            return None
        if name == "Base":
            return make_base()
        if name.endswith("Error") or self.__name__ == "dbwarden.exceptions":
            return plain_class(name, Exception)
        return make_router if name.endswith("Router") else Anything()


class Finder:
    """Gives `import dbwarden` and `import dbwarden.anything` the stand-in."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == "dbwarden" or name.startswith("dbwarden."):
            return importlib.machinery.ModuleSpec(name, cls, is_package=True)
        return None

    @staticmethod
    def create_module(spec):
        return Package(spec.name)

    @staticmethod
    def exec_module(module):
        module.__version__ = "1.0.0"
        module.__all__ = ["__version__", "database_config", "TableMeta", "PGTableMeta", "PGColumnMeta", "CHTableMeta",
                          "CHColumnMeta"]


def install():
    for name in [name for name in sys.modules if name == "dbwarden" or name.startswith("dbwarden.")]:
        del sys.modules[name]
    sys.meta_path.insert(0, Finder)
