"""Mode `config`: executes the file that calls database_config(), once, and reports what was passed.

Nothing is judged here: the program checks every key by its own table.  For each key comes its value, its line,
and its source text (shown instead of the value where secure_values is set).
"""
import ast
import enum
import importlib
import importlib.util
import math
import os
import sys

from . import find, recorder
from .protocol import Refusal


def plain(value):
    """The value as JSON can say it; what it cannot is named by its type."""
    if isinstance(value, enum.Enum):
        value = value.value
    if value is None or isinstance(value, (bool, str)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, int):
        return int(value) if abs(value) < 2 ** 63 else {"type": "int"}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"type": "float"}
    if hasattr(value, "render_as_string"):  # SQLAlchemy's URL, a tuple too
        return value.render_as_string(hide_password=False)
    if hasattr(value, "unicode_string"):  # a URL of pydantic, which hides no password either
        return value.unicode_string()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {"type": type(value).__name__, "keys": {key: plain(item) for key, item in value.items()}}
    return {"type": type(value).__name__}


def is_call(node):
    """A call of database_config by its bare name."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "database_config"


def calls_in(tree):
    """Every database_config(...) of a file, also one reached through a module."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            if name == "database_config":
                found.append(node)
    return found


def call_at(calls, line):
    """The innermost call that covers this line."""
    covering = [call for call in calls if call.lineno <= line <= call.end_lineno]
    return max(covering, key=lambda call: call.lineno) if covering else None


def entry_json(keywords, positional, line, call, text):
    keys = {}
    nodes = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg} if call else {}
    for key, value in keywords.items():
        node = nodes.get(key)
        keys[key] = {
            "value": plain(value),
            "line": node.lineno if node else line,
            "source": ast.get_source_segment(text, node) if node else None,
        }
    return {"line": call.lineno if call else line, "positional": positional, "keys": keys}


def entries_json():
    """The recorded calls; their files are parsed again for lines and source texts."""
    parsed = {}
    entries = []
    for keywords, positional, file, line in recorder.calls:
        if file not in parsed:
            text = read_text(file) if file not in texts else texts[file]
            parsed[file] = (text, calls_in(ast.parse(text)) if text is not None else [])
        text, calls = parsed[file]
        entry = entry_json(keywords, positional, line, call_at(calls, line), text)
        entry["file"] = os.path.abspath(file)
        entries.append(entry)
    return entries


texts = {}  # source texts that were executed instead of what the file holds


def read_text(path):
    try:
        import tokenize

        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeDecodeError):
        return None


def execute(path, folder, text):
    """Runs the file under a module name: dbwarden.py under one of ours, since `dbwarden` is the recorder."""
    name = None if os.path.basename(path) == "dbwarden.py" else find.module_name(path, folder)[0]
    if name and "." in name:
        importlib.import_module(name.rpartition(".")[0])
    name = name or "dbwarden_project_config"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with open(path, "rb") as file:
        source = text if text is not None else file.read()
    if text is not None:
        texts[path] = text
    exec(compile(source, path, "exec"), module.__dict__)


def load_failure(error, path, folder):
    file, line = find.place_of(error, folder, path)
    hint = None
    if isinstance(error, ModuleNotFoundError):
        hint = "It was executed with %s. If the project lives in another environment, name its interpreter with " \
               "--python." % sys.executable
    message = "failed to load config from %s: %s" % (os.path.basename(path), find.text_of(error))
    return Refusal(message, hint, file, line, "config")


def run_file(path, folder, text=None):
    try:
        execute(path, folder, text)
    except (Exception, SystemExit) as error:
        raise load_failure(error, path, folder) from None


def holds_call(path):
    text = read_text(path)
    try:
        return text is not None and any(is_call(node) for node in ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError):
        return False


def choose(candidates, root):
    """The one file among the candidates that calls database_config() by its bare name, or None."""
    found = [path for path in candidates if holds_call(path)]
    if len(found) > 1:
        names = ", ".join(os.path.relpath(path, root) for path in found)
        raise Refusal("Multiple database_config(...) call sites found: " + names,
                      "Keep exactly one, or name the file with --config.", code="config")
    return found[0] if found else None


def run_module(name, folder):
    try:
        module = importlib.import_module(name)
    except (Exception, SystemExit) as error:
        file, line = find.place_of(error, folder)
        raise Refusal("cannot import %s, which DBWARDEN_CONFIG_MODULE names: %s" % (name, find.text_of(error)), None,
                      file, line, "config") from None
    return os.path.abspath(getattr(module, "__file__", None) or name)


def project_folder(path, root):
    """The working folder of a file that was found below the root: the root, as its commands were run there,
    unless the migrations lie beside the file."""
    beside = os.path.dirname(path)
    has = [os.path.isdir(os.path.join(folder, "migrations")) for folder in (beside, root)]
    return beside if has == [True, False] else root


def enter(folder, path):
    os.chdir(folder)
    find.use_project(folder)
    beside = os.path.dirname(path) if path else folder
    if beside not in sys.path and not os.path.exists(os.path.join(beside, "__init__.py")):
        sys.path.insert(1, beside)
    recorder.install()


def read(request):
    root = request["root"]
    path = request.get("file") or choose(request.get("candidates") or [], root)
    module = request.get("module")
    if path is None and not module:
        return {"source": None}
    folder = request.get("folder") or (project_folder(path, root) if path else root)
    enter(folder, path)
    if path:
        run_file(path, folder, request.get("text"))
    else:
        path = run_module(module, folder)
    return {"source": path, "folder": folder, "entries": entries_json()}
