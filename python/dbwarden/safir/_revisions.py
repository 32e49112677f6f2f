"""The revisions of an Alembic project, read from its files without running them."""

from __future__ import annotations

import ast
import configparser
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("revision", "down_revision", "depends_on", "branch_labels")


class AlembicConfigError(Exception):
    """The configuration or a version file of Alembic is missing or wrong."""


@dataclass
class Revision:
    id: str
    parents: tuple[str, ...]
    needs: tuple[str, ...]  # revisions or labels
    labels: tuple[str, ...]
    path: Path


@dataclass
class Revisions:
    """``table`` and ``schema``: where the project keeps which of them are applied."""

    by_id: dict[str, Revision] = field(default_factory=dict)
    table: str = "alembic_version"
    schema: str | None = None

    def ancestors(self, revisions: set[str]) -> set[str]:
        """All that must have been applied before, dependencies included, and not these themselves unless one needs another."""
        found: set[str] = set()
        waiting = list(revisions)
        while waiting:
            for name in self._before(waiting.pop()):
                if name not in found:
                    found.add(name)
                    waiting.append(name)
        return found

    def _before(self, name: str) -> list[str]:
        revision = self.by_id[name]
        return [*revision.parents, *(self._named(need, revision.path) for need in revision.needs)]

    def _named(self, text: str, path: Path) -> str:
        if text in self.by_id:
            return text
        found = [one.id for one in self.by_id.values() if text in one.labels or (len(text) > 3 and one.id.startswith(text))]
        if len(found) != 1:
            raise AlembicConfigError(f"{path}: there is no revision {text}")
        return found[0]

    def heads(self) -> set[str]:
        """Those that no other one follows."""
        return set(self.by_id) - {parent for revision in self.by_id.values() for parent in revision.parents}

    def rows(self) -> set[str]:
        """What the version table holds when all are applied: heads that another one depends on have no row."""
        return self.heads() - self.ancestors(self.heads())


def _words(value: object, name: str, path: Path) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (tuple, list, set, frozenset)) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise AlembicConfigError(f"{path}: {name} is neither None, a text nor a tuple of texts")


def _assigned(tree: ast.Module) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and value is not None:
                found[target.id] = value
    return found


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError) as error:
        raise AlembicConfigError(f"{path} cannot be read: {error}") from error


def _read_revision(path: Path) -> Revision | None:
    said: dict[str, Any] = {}
    assigned = _assigned(_parsed(path))
    for name in NAMES:
        if name not in assigned:
            continue
        try:
            said[name] = ast.literal_eval(assigned[name])
        except ValueError:
            raise AlembicConfigError(f"{path}: {name} is computed; write its value itself there") from None
    if "revision" not in said:
        return None
    if not isinstance(said["revision"], str):
        raise AlembicConfigError(f"{path}: revision is not a text")
    return Revision(
        said["revision"],
        _words(said.get("down_revision"), "down_revision", path),
        _words(said.get("depends_on"), "depends_on", path),
        _words(said.get("branch_labels"), "branch_labels", path),
        path,
    )


KEYS = ("script_location", "version_locations", "path_separator", "version_path_separator", "recursive_version_locations")


def _toml(text: str) -> dict[str, Any]:
    import importlib

    try:
        module = importlib.import_module("tomllib")
    except ImportError:  # Python 3.10
        module = importlib.import_module("tomli")
    read: dict[str, Any] = module.loads(text).get("tool", {}).get("alembic", {})
    return read


def _settings(config_path: Path) -> dict[str, Any]:
    """Section [alembic] of an ini file, or tool.alembic of a pyproject.toml."""
    here = str(config_path.resolve().parent)
    try:
        text = config_path.read_text(encoding="utf-8")
        if config_path.suffix == ".toml":
            return _toml(text)
        parser = configparser.ConfigParser({"here": here})
        parser.read_string(text)
        return {key: parser.get("alembic", key, fallback=None) for key in KEYS}
    except (OSError, ValueError, configparser.Error) as error:
        raise AlembicConfigError(f"{config_path} cannot be read: {error}") from error


def is_project(config_path: Path) -> bool:
    """Whether that file is there and says something of Alembic."""
    return config_path.is_file() and config_path.suffix in (".ini", ".cfg", ".toml") and bool(_settings(config_path))


SEPARATORS = {"os": os.pathsep, ":": ":", ";": ";", "space": " ", "newline": "\n"}


def _locations(settings: dict[str, Any], script: Path, config_path: Path) -> list[Path]:
    said = settings.get("version_locations")
    if not said:
        return [script / "versions"]
    if not isinstance(said, list):
        separator = settings.get("path_separator") or settings.get("version_path_separator")
        if separator and separator not in SEPARATORS:
            raise AlembicConfigError(f"{config_path}: path_separator is {separator}; it must be one of {', '.join(SEPARATORS)}")
        said = said.split(SEPARATORS[separator]) if separator else re.split(r", *|[ \n]+", said)
    return [_place(part.strip(), config_path) for part in said if part.strip()]


def _place(text: str, config_path: Path) -> Path:
    """A folder, or "package:folder"."""
    text = text.replace("%(here)s", str(config_path.resolve().parent))
    package, colon, rest = text.partition(":")
    if colon and not os.path.isabs(text) and package.isidentifier():
        import importlib.util

        spec = importlib.util.find_spec(package)
        if spec and spec.submodule_search_locations:
            return Path(next(iter(spec.submodule_search_locations)), rest)
    return Path(text)


def _version_table(script: Path) -> tuple[str, str | None]:
    """What env.py says of the version table, as far as its text says it."""
    env = script / "env.py"
    found: dict[str, str] = {}
    if not env.is_file():
        return "alembic_version", None
    tree = _parsed(env)
    constants = _assigned(tree)
    words = [node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg]
    for word in words:
        value = constants.get(word.value.id, word.value) if isinstance(word.value, ast.Name) else word.value
        said = value.value if isinstance(value, ast.Constant) else None
        if word.arg and word.arg.startswith("version_table") and isinstance(said, str):
            found[word.arg] = said
    return found.get("version_table", "alembic_version"), found.get("version_table_schema")


def read(config_path: Path) -> Revisions:
    """The whole graph, checked: every parent is there, and none is its own ancestor."""
    settings = _settings(config_path)
    location = settings.get("script_location")
    if not location:
        raise AlembicConfigError(f"No 'script_location' key found in {config_path}")
    script = _place(str(location), config_path)
    if not script.is_dir():
        raise AlembicConfigError(f"{config_path}: there is no folder {script} (script_location)")
    table, schema = _version_table(script)
    revisions = Revisions(table=table, schema=schema)
    recursive = str(settings.get("recursive_version_locations", "")).lower() in ("true", "1", "yes", "on")
    for folder in _locations(settings, script, config_path):
        for path in sorted(folder.rglob("*.py") if recursive else folder.glob("*.py")):
            if path.name.startswith((".#", "__init__")):
                continue
            revision = _read_revision(path)
            if revision and revision.id in revisions.by_id:
                raise AlembicConfigError(f"{path} and {revisions.by_id[revision.id].path} are both revision {revision.id}")
            if revision:
                revisions.by_id[revision.id] = revision
    _check(revisions)
    return revisions


def _check(revisions: Revisions) -> None:
    for revision in revisions.by_id.values():
        for parent in revision.parents:
            if parent not in revisions.by_id:
                raise AlembicConfigError(f"{revision.path}: there is no revision {parent}, which is its down_revision")
        if revision.id in revisions.ancestors({revision.id}):
            raise AlembicConfigError(f"{revision.path}: revision {revision.id} comes before itself")
