#!/usr/bin/env python3
"""Fails on every #include in src/ that the layers do not allow.

A folder may include itself and what stands on a lower level.  Folders of one level may see each other, but not in a
circle.  The engines' folders dialect/<engine>/ see base, schema, sql, dialect/dialect.h and dialect/common.h; only
dialect/dialects.c sees them.
"""

import re
import sys
from pathlib import Path

LEVELS = [
    ["base"],
    ["schema", "sql"],
    ["dialect"],
    ["diff", "migration", "legacy", "state", "lint", "models", "config"],
    ["run"],
    ["command"],
    ["api"],
    ["cli"],
    ["server"],
    ["python"],
]
LEVEL = {folder: height for height, level in enumerate(LEVELS) for folder in level}
TOP = {"cli", "server", "python"}  # side by side, and do not know each other

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
    if source == target:
        return True
    if source not in LEVEL or target not in LEVEL or target in TOP:
        return False
    return LEVEL[target] <= LEVEL[source]


def includes(root):
    """(path, line number, name under src/, what it includes) of every include in quotes."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix not in (".c", ".h", ".def") or "/" not in name:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if match:
                yield path, number, name, match.group(1)


def circles(edges):
    """The edges (folder, folder) between folders of one level that are part of a circle."""
    def reaches(start, goal):
        seen, open_ones = set(), [start]
        while open_ones:
            folder = open_ones.pop()
            for source, target in edges:
                if source == folder and target not in seen:
                    seen.add(target)
                    open_ones.append(target)
        return goal in seen

    return {(source, target) for source, target in edges if reaches(target, source)}


def offences(found):
    """(path, line number, text) of every include that is not allowed."""
    siblings = set()
    for path, number, name, included in found:
        source, target = name.split("/")[0], included.split("/")[0]
        if not allowed(name, included):
            yield path, number, f"src/{source}/ may not include {included}"
        elif source != target and LEVEL.get(source) == LEVEL.get(target):
            siblings.add((source, target))
    in_circle = circles(siblings)
    for path, number, name, included in found:
        edge = (name.split("/")[0], included.split("/")[0])
        if edge in in_circle:
            yield path, number, f"src/{edge[0]}/ and src/{edge[1]}/ include each other in a circle"


def self_test():
    """That the rules refuse what they have to: (includer, included, allowed)."""
    cases = [
        ("base/buf.c", "base/arena.h", True),
        ("base/buf.c", "schema/tree.h", False),
        ("schema/tree.c", "sql/lex.h", True),
        ("sql/lex.c", "base/buf.h", True),
        ("diff/diff.c", "dialect/dialect.h", True),
        ("diff/diff.c", "dialect/sqlite/sqlite.h", False),
        ("diff/diff.c", "run/run.h", False),
        ("run/migrate.c", "state/state.h", True),
        ("migration/file.c", "legacy/legacy.h", True),
        ("schema/tree.c", "legacy/legacy.h", False),
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
    circle = {("schema", "sql"), ("sql", "schema")}
    if circles(circle | {("diff", "state")}) != circle:
        print("layers.py: self-test failed: circles are not found", file=sys.stderr)
        return False
    return not wrong


def main():
    if not self_test():
        return 2
    root = Path(__file__).resolve().parent.parent
    found = list(offences(list(includes(root / "src"))))
    for path, number, text in found:
        print(f"{path.relative_to(root)}:{number}: {text}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
