#!/usr/bin/env python3
"""Fails on every #include in src/ that the layers do not allow.

A folder may include itself, what stands to the left of it in the pipe, and nothing else.  The engines' folders
dialect/<engine>/ see base, schema, sql, dialect/dialect.h and dialect/common.h; only dialect/dialects.c sees them.
"""

import re
import sys
from pathlib import Path

BELOW = {
    "base": [],
    "schema": ["base"],
    "sql": ["base"],
    "dialect": ["base", "schema", "sql"],
}
LOWER = ["base", "schema", "sql", "dialect"]
MIDDLE = ["diff", "migration", "state", "lint", "models", "config"]
for folder in MIDDLE:
    BELOW[folder] = LOWER + [other for other in MIDDLE if other != folder]
UPPER = LOWER + MIDDLE
for folder in ["run", "command", "api"]:
    BELOW[folder] = list(UPPER)
    UPPER.append(folder)
for folder in ["cli", "server", "python"]:
    BELOW[folder] = list(UPPER)

ENGINE_SEES = {"dialect/dialect.h", "dialect/common.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def engine_of(path):
    """The engine that a path under src/ belongs to, or None."""
    parts = path.split("/")
    return parts[1] if parts[0] == "dialect" and len(parts) > 2 else None


def allowed(includer, included):
    """Whether the file src/includer may include src/included."""
    if "/" not in included:  # the public header, or one that is generated beside
        return True
    source, target = includer.split("/")[0], included.split("/")[0]
    ours, theirs = engine_of(includer), engine_of(included)
    if theirs and theirs != ours:
        return includer == "dialect/dialects.c"
    if ours and target == "dialect":
        return theirs == ours or included in ENGINE_SEES
    return source == target or target in BELOW.get(source, [])


def offences(root):
    """(file, line, text) of every include that is not allowed."""
    for path in sorted(root.rglob("*")):
        if path.suffix not in (".c", ".h", ".def"):
            continue
        name = path.relative_to(root).as_posix()
        if "/" not in name:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if match and not allowed(name, match.group(1)):
                yield path, number, f"src/{name.split('/')[0]}/ may not include {match.group(1)}"


def self_test():
    """That the rules refuse what they have to: (includer, included, allowed)."""
    cases = [
        ("base/buf.c", "base/arena.h", True),
        ("base/buf.c", "schema/tree.h", False),
        ("schema/tree.c", "sql/lex.h", False),
        ("sql/lex.c", "base/buf.h", True),
        ("diff/diff.c", "dialect/dialect.h", True),
        ("diff/diff.c", "dialect/sqlite/sqlite.h", False),
        ("diff/diff.c", "run/run.h", False),
        ("run/migrate.c", "state/state.h", True),
        ("run/migrate.c", "command/command.h", False),
        ("command/migrate.c", "api/api.h", False),
        ("api/api.c", "command/command.h", True),
        ("cli/main.c", "api/api.h", True),
        ("cli/main.c", "server/http.h", False),
        ("dialect/dialects.c", "dialect/sqlite/sqlite.h", True),
        ("dialect/common.c", "dialect/sqlite/sqlite.h", False),
        ("dialect/sqlite/open.c", "dialect/sqlite/sqlite.h", True),
        ("dialect/sqlite/open.c", "dialect/postgres/postgres.h", False),
        ("dialect/sqlite/open.c", "dialect/common.h", True),
        ("dialect/sqlite/open.c", "dialect/dialects.h", False),
        ("dialect/sqlite/open.c", "sql/lex.h", True),
        ("dialect/sqlite/open.c", "diff/diff.h", False),
        ("unheard/of.c", "base/buf.h", False),
        ("api/api.c", "dbwarden.h", True),
    ]
    wrong = [case for case in cases if allowed(case[0], case[1]) != case[2]]
    for case in wrong:
        print(f"layers.py: self-test failed: {case}", file=sys.stderr)
    return not wrong


def main():
    if not self_test():
        return 2
    found = list(offences(Path(__file__).resolve().parent.parent / "src"))
    for path, number, text in found:
        print(f"{path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}:{number}: {text}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
