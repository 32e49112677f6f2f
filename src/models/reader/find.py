"""Files and module names: under which dotted name a file is imported, and where on sys.path that name begins.

A file must be imported once, under the name by which the rest of the project imports it; otherwise its tables
are described twice.  The name follows the __init__.py chain; where there is none, the folder on sys.path.
"""
import importlib
import importlib.util
import os
import re
import sys

from .protocol import Refusal

SKIPPED_FOLDERS = {".venv", "venv", "env", "ENV", "node_modules", "__pycache__", ".git", ".hg", ".svn", "build", "dist",
                   ".tox", ".nox", ".cache", "coverage", ".pytest_cache", ".mypy_cache", "site-packages", "Lib",
                   "Scripts", "bin", "include", "site", "alembic", "migrations"}

# Beside the models of a package: what tests it, and what changes its database.
ASIDE_FOLDERS = {"alembic", "migrations", "tests"}
TESTS = re.compile(r"^\s*(async\s+)?def test|^\s*(import|from)\s+(pytest|unittest)\b", re.M)
TABLES = re.compile(r"\b(__tablename__|mapped_column|Column|Table)\b|\btable\s*=\s*True\b")
REVISION = re.compile(r"^down_revision\b", re.M)


def text_of_file(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def is_alembic(folder):
    """An Alembic environment under any name, or a folder of its revisions."""
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    if "script.py.mako" in names or {"env.py", "versions"}.issubset(names):
        return True
    return os.path.basename(folder) == "versions" and any(
        REVISION.search(text_of_file(os.path.join(folder, name))) for name in names if name.endswith(".py"))


def is_aside(path):
    """Is it part of a project's tests or migrations?  A model may be called test_result.py, so what describes
    tables and tests nothing is none."""
    name = os.path.basename(path)
    if os.path.isdir(path):
        return name in ASIDE_FOLDERS or is_alembic(path)
    if name.startswith("test_") and name.endswith(".py"):
        text = text_of_file(path)
        return TESTS.search(text) is not None or TABLES.search(text) is None
    return name == "conftest.py"


def use_project(folder):
    """The project's folder and its src/ first, its parent last (a neighbour must not hide an installed package)."""
    first = [folder]
    source = os.path.join(folder, "src")
    if os.path.isdir(source) and not os.path.exists(os.path.join(source, "__init__.py")):
        first.append(source)
    sys.path[:0] = [path for path in first if path not in sys.path]
    parent = os.path.dirname(folder)
    if parent not in sys.path:
        sys.path.append(parent)
    importlib.invalidate_caches()


def in_project(path, folder):
    """Does this file belong to the project, and not to an environment inside its folder?"""
    if not path or path.startswith("<"):
        return False
    path, folder = os.path.realpath(path), os.path.realpath(folder)
    if not path.startswith(folder + os.sep):
        return False
    inside = path[len(folder) + 1:].split(os.sep)
    return not {"site-packages", "dist-packages"}.intersection(inside)


def package_root(path):
    """The folder above the outermost package that holds `path`; None where no __init__.py is beside it."""
    folder = os.path.dirname(path)
    if not os.path.exists(os.path.join(folder, "__init__.py")):
        return None
    while os.path.exists(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


def dotted(path, root):
    """`path` below `root` as a module name; None if that is not a name."""
    parts = os.path.relpath(path, root)[:-3].split(os.sep)
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts) if parts and all(part.isidentifier() for part in parts) else None


def says_source_folder(path):
    """Does the file import from `src.`?  Then the project's folder is its root, not src/."""
    return re.search(r"^\s*(from|import)\s+src[.\s]", text_of_file(path), re.M) is not None


def module_name(path, folder):
    """(name, root) of a file; the name is None if it cannot be imported by one."""
    root = package_root(path)
    if root is not None:
        return dotted(path, root), root
    source = os.path.join(folder, "src")
    roots = [source, folder] if source in sys.path and not says_source_folder(path) else [folder]
    for root in roots:
        if path.startswith(root + os.sep):
            return dotted(path, root), root
    return dotted(path, os.path.dirname(path)), os.path.dirname(path)


def loaded_from(path):
    """The module that was already imported from this file, under whatever name."""
    real = os.path.realpath(path)
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and os.path.realpath(file) == real:
            return module
    return None


def import_nameless(path):
    """A file whose name is not a module name."""
    name = "dbwarden_file_" + re.sub(r"\W", "_", path)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def import_file(path, folder):
    module = loaded_from(path)
    if module is not None:
        return module
    name, root = module_name(path, folder)
    if name is None:
        return import_nameless(path)
    if root not in sys.path:
        sys.path.insert(0, root)
        importlib.invalidate_caches()
    module = importlib.import_module(name)
    file = getattr(module, "__file__", None)
    if file is None or os.path.realpath(file) != os.path.realpath(path):
        return import_nameless(path)  # the name means something else: an installed package, say
    return module


def text_of(error):
    text = str(error).strip().split("\n")[0]
    return "%s: %s" % (type(error).__name__, text) if text else type(error).__name__


def place_of(error, folder, otherwise=None):
    """(file, line) in the project where an exception arose: its last frame there."""
    if isinstance(error, SyntaxError) and error.filename and not error.filename.startswith("<"):
        return os.path.abspath(error.filename), error.lineno or 0
    place = (otherwise, 0)
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if in_project(file, folder) or (otherwise and file == otherwise):
            place = (os.path.abspath(file), trace.tb_lineno)
        trace = trace.tb_next
    return place


def import_refusal(error, what, folder, otherwise=None):
    """The refusal for an exception that the user's code raised while `what` was imported."""
    file, line = place_of(error, folder, otherwise)
    hint = None
    if isinstance(error, ModuleNotFoundError):
        hint = "This was read with %s. If the project lives in another environment, name its interpreter with " \
               "--python." % sys.executable
    return Refusal("cannot import %s: %s" % (what, text_of(error)), hint, file, line)
