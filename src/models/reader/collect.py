"""Imports what model_paths names and gathers the MetaData that can be reached from there.

An entry is a file, a folder, a dotted module or `module:name`; without entries the usual places are looked at,
inside the project only.  Every module is imported once; the first exception ends the reading, because a model
that is missing would look like a table to drop.
"""
import importlib
import importlib.util
import os
import pkgutil
import re
import sys

from . import busy, find, foreign, recorder
from .protocol import Refusal

USUAL = ("models", "model", "models.py", "model.py")


class Models:
    """What was found: modules, their MetaData, and the classes that are mapped to a table."""

    def __init__(self, folder, database=None):
        self.folder = folder
        self.database = database
        self.modules = []   # that the entries name
        self.metadata = []
        self.named = []     # those that an entry names itself
        self.origins = {}   # MetaData -> (rank, "module:name") of what led to it
        self.mapped = {}    # table -> classes, base classes first
        self.views = []     # tables that stand for views
        self.lines = {}

    def add_module(self, module):
        if module not in self.modules:
            self.modules.append(module)

    def add_metadata(self, metadata, rank, origin):
        if not any(metadata is known for known in self.metadata):
            self.metadata.append(metadata)
        self.origins[metadata] = min(self.origins.get(metadata, (rank, origin)), (rank, origin), key=lambda one: one[0])

    def bind(self, table):
        """Flask-SQLAlchemy's name of the database that a table belongs to; None for the default one."""
        named = any(table.metadata is one for one in self.named)
        return table.info.get("bind_key") or (None if named else table.metadata.info.get("bind_key"))

    def own_bind(self):
        """A bind of the database's own name, else the default one."""
        keys = {self.bind(table) for metadata in self.metadata for table in metadata.tables.values()}
        keys.update(metadata.info.get("bind_key") for metadata in self.metadata)
        return self.database if self.database in keys else None

    def own_metadata(self):
        """The MetaData whose sequences, types and listeners are meant for this database."""
        own = self.own_bind()
        return [one for one in self.metadata
                if any(one is named for named in self.named) or one.info.get("bind_key") == own
                or any(self.bind(table) == own for table in one.tables.values())]

    def other_binds(self):
        """{bind: names of its tables} of what belongs to other databases."""
        own, found = self.own_bind(), {}
        for metadata in self.metadata:
            for table in metadata.tables.values():
                if self.bind(table) != own:
                    found.setdefault(self.bind(table), []).append(table.name)
        return found

    def tables(self):
        """Every table once, in the order in which they were described."""
        own, found = self.own_bind(), {}
        for metadata in self.metadata:
            for table in list(metadata.tables.values()):
                if self.bind(table) != own or any(table is view for view in self.views):
                    continue
                other = found.setdefault((table.schema, table.name), table)
                if other is not table:
                    raise self.described_twice(table, other)
        return list(found.values())

    def described_twice(self, table, other):
        file, line = self.place(table)
        places = [self.origins[one.metadata][1] for one in (other, table)]
        classes = [self.mapped.get(one, [None])[0] for one in (other, table)]
        shown = ["%s.%s of %s" % (one.__module__, one.__qualname__, place) if one is not None else place
                 for one, place in zip(classes, places)]
        hint = "It is described by %s. Name the MetaData that belongs to this database: model_paths=[\"%s\"]." \
               % (" and by ".join(shown), places[0])
        return Refusal('table "%s" is described twice, in %s and in %s' % (table.name, *places), hint, file, line)

    def place(self, table):
        """(file, line) of the class that describes the table, if one does."""
        classes = self.mapped.get(table)
        return self.class_place(classes[0]) if classes else (None, 0)

    def class_place(self, one):
        file = getattr(sys.modules.get(one.__module__), "__file__", None)
        if not file:
            return None, 0
        if file not in self.lines:
            try:
                with open(file, encoding="utf-8", errors="replace") as source:
                    self.lines[file] = source.read().split("\n")
            except OSError:
                self.lines[file] = []
        pattern = re.compile(r"\s*class\s+%s\b" % re.escape(one.__name__))
        for number, text in enumerate(self.lines[file], 1):
            if pattern.match(text):
                return os.path.abspath(file), number
        return os.path.abspath(file), 0


def folder_files(folder):
    """The Python files below a folder, sorted; of those that begin with "_" only __init__.py.  Tests and migrations
    only where the folder itself is one of theirs."""
    found, outright = [], find.is_aside(folder)
    for base, folders, names in os.walk(folder):
        wanted = [name for name in sorted(names) if name.endswith(".py") and (name[0] != "_" or name == "__init__.py")]
        folders[:] = sorted(name for name in folders if name not in find.SKIPPED_FOLDERS and name[0] != ".")
        if not outright:
            wanted = [name for name in wanted if not find.is_aside(os.path.join(base, name))]
            folders[:] = [name for name in folders if not find.is_aside(os.path.join(base, name))]
        found += [os.path.join(base, name) for name in wanted]
    return found


def discover(folder):
    """The places where models usually lie, in the folder and one level below."""
    places = [folder]
    for base in (folder, os.path.join(folder, "src")):
        if os.path.isdir(base):
            places += [os.path.join(base, name) for name in sorted(os.listdir(base))
                       if name not in find.SKIPPED_FOLDERS and name[0] != "."]
    found = [os.path.join(place, name) for place in places for name in USUAL]
    return [path for path in found if os.path.exists(path) and os.path.isdir(path) != path.endswith(".py")]


def imported(action, what, folder, otherwise=None):
    try:
        with busy.importing(what):
            return action()
    except Refusal:
        raise
    except (Exception, SystemExit) as error:
        refusal = find.import_refusal(error, what, folder, otherwise)
        twice = re.search(r"Table '(?:[^']*)' is already defined", refusal.message)
        refusal.hint = (twice_hint(refusal.file) if twice else None) or refusal.hint
        raise refusal from None


def twice_hint(file):
    """A table that is already defined mostly means that its file is imported a second time, under another name."""
    module = find.loaded_from(file) if file else None
    if module is None:
        return None
    return "%s was imported before, as %s. Name it in model_paths as the project's own code imports it." % \
           (os.path.basename(file), module.__name__)


def show(path, folder):
    return os.path.relpath(path, folder) if path.startswith(folder + os.sep) else path


def import_path(models, path):
    files = folder_files(path) if os.path.isdir(path) else [path]
    for file in files:
        what = show(file, models.folder)
        module = imported(lambda: find.import_file(file, models.folder), what, models.folder, file)
        models.add_module(module)


def import_dotted(models, name, outright=False):
    """A module; of a package also everything in it, but tests and migrations only of one that is named itself."""
    module = imported(lambda: importlib.import_module(name), name, models.folder)
    models.add_module(module)
    paths = list(getattr(module, "__path__", []))
    outright = outright or any(find.is_aside(path) for path in paths)
    for part in pkgutil.iter_modules(paths):
        path = os.path.join(getattr(part.module_finder, "path", ""), part.name + ("" if part.ispkg else ".py"))
        if part.name[0] != "_" and (outright or not find.is_aside(path)):
            import_dotted(models, name + "." + part.name, outright)


def existing_path(entry, folder):
    """What the entry is on disk, with or without .py; None if nothing."""
    path = os.path.normpath(os.path.join(folder, entry))
    for candidate in (path, path + ".py"):
        if os.path.isfile(candidate) and candidate.endswith(".py") or candidate == path and os.path.isdir(path):
            return candidate
    return None


def missing_entry(entry, folder):
    hint = "An entry is a file or folder below %s, a module such as app.models, or app.models:Base." % folder
    return Refusal('model_paths names "%s", which is neither a file, nor a folder, nor a module' % entry, hint)


def dotted_exists(name):
    """Is there such a module?  Its parents are imported to find out."""
    if not re.match(r"[^\W\d]\w*(\.[^\W\d]\w*)*$", name):
        return False
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            return False
        raise


def import_entry(models, entry):
    path = existing_path(entry, models.folder)
    if path:
        import_path(models, path)
    elif imported(lambda: dotted_exists(entry), entry, models.folder):
        import_dotted(models, entry)
    else:
        raise missing_entry(entry, models.folder)


def metadata_of(value):
    """The MetaData that a value is or has: a base class, a registry, a table, a mapped class; several where
    Flask-SQLAlchemy has one for each bind."""
    from sqlalchemy import MetaData

    candidates = [value, getattr(value, "metadata", None)]
    several = getattr(value, "metadatas", None)
    candidates += several.values() if isinstance(several, dict) else []
    found = []
    for candidate in candidates:
        if isinstance(candidate, MetaData) and not any(candidate is known for known in found):
            found.append(candidate)
    return found


def origin_rank(value, module):
    """How well a value names its MetaData: the MetaData or base itself where it was made, then anywhere, then the rest."""
    if isinstance(value, type):
        return (0 if value.__module__ == module.__name__ else 1) if "metadata" in vars(value) else 2
    from sqlalchemy import Table

    return 2 if isinstance(value, Table) else 1


def import_named(models, entry):
    """`module:name` stands for that metadata alone."""
    module_name, _, name = entry.partition(":")
    path = existing_path(module_name, models.folder)
    if path and path.endswith(".py"):
        module = imported(lambda: find.import_file(path, models.folder), module_name, models.folder, path)
    elif imported(lambda: dotted_exists(module_name), module_name, models.folder):
        module = imported(lambda: importlib.import_module(module_name), module_name, models.folder)
    else:
        raise missing_entry(entry, models.folder)
    value = module
    for part in name.split("."):
        value = getattr(value, part, None)
    found = metadata_of(value)
    if not found:
        raise Refusal('model_paths names "%s": %s has no metadata called %s' % (entry, module_name, name),
                      "It must be a MetaData, a declarative base, a registry or a table.",
                      getattr(module, "__file__", None))
    models.modules.append(module)
    models.named += found if len(found) == 1 else []
    for metadata in found:
        models.add_metadata(metadata, -1, entry)


def is_ours(value, models):
    """A class counts where it was written: one that is only imported for use does not bring its tables along.
    The bases that declarative_base() makes say that SQLAlchemy wrote them."""
    name = getattr(value, "__module__", None)
    if not isinstance(value, type) or not isinstance(name, str) or name.startswith("sqlalchemy."):
        return True
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    return module in models.modules or name == "dbwarden" or file is None or find.in_project(file, models.folder)


def gather_metadata(models, modules):
    for module in modules:
        for name, value in list(vars(module).items()):
            try:
                found = metadata_of(value) if is_ours(value, models) else []
            except Exception:  # an object of the user's whose attributes raise
                found = []
            for metadata in found:
                models.add_metadata(metadata, origin_rank(value, module), "%s:%s" % (module.__name__, name))


def gather_classes(models):
    """Every mapped class of the process by its table; base classes first."""
    from sqlalchemy.orm import mapperlib

    for registry in list(getattr(mapperlib, "_mapper_registries", ())):
        for mapper in registry.mappers:
            if mapper.local_table is not None:
                models.mapped.setdefault(mapper.local_table, []).append(mapper.class_)
    for classes in models.mapped.values():
        classes.sort(key=lambda one: (len(one.__mro__), one.__module__, one.__qualname__))


def collect(entries, folder, database=None):
    models = Models(folder, database)
    if entries is None:
        entries = [show(path, folder) for path in discover(folder)]
        if not entries:
            raise Refusal("No SQLAlchemy models found",
                          "Put them into models/ or models.py, or name them in model_paths of the configuration.")
    for entry in entries:
        if ":" in entry:
            import_named(models, entry)
        else:
            before = list(models.modules)
            import_entry(models, entry)
            gather_metadata(models, [module for module in models.modules if module not in before])
    gather_classes(models)
    models.views = foreign.view_tables(models.metadata)
    if not models.tables() and not recorder.declared and not foreign.entities(models, True):
        others = ", ".join(str(bind) for bind in models.other_binds())
        hint = "Looked at: %s." % ", ".join(module.__name__ for module in models.modules)
        raise Refusal("No tables found in the specified model paths",
                      hint + (" Their tables belong to other binds: %s." % others if others else ""))
    return models
