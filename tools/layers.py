#!/usr/bin/env python3
"""Fails on every #include in src/ that the layers do not allow, and on every name that stands in the wrong folder.

A folder may include itself and what stands on a lower level.  Folders of one level may see each other, but not in a
circle.  The engines' folders dialect/<engine>/ see base, schema, sql and what ENGINE_SEES of dialect/; only
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
    ["translate", "diagram"],
    ["run"],
    ["command"],
    ["api"],
    ["cli"],
    ["server"],
    ["python"],
]
LEVEL = {folder: height for height, level in enumerate(LEVELS) for folder in level}
TOP = {"cli", "server", "python"}  # side by side, and do not know each other

ENGINE_SEES = {"dialect/client_program.h", "dialect/dialect.h", "dialect/common.h", "dialect/python.h", "dialect/rows_sql.h", "dialect/sample.h", "dialect/scratch_server.h", "dialect/target.h",
               "dialect/translation.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')

ENGINE_NAME = re.compile(r'\bENGINE_[A-Z]+\b|"(?:postgresql|postgres|sqlite|mysql|mariadb|clickhouse)"')
ENGINE_HOMES = ("dialect/", "schema/", "config/settings.c", "lint/rules.c", "migration/changelog_type.c")
KIND_LINE = re.compile(r"^\s*KIND\(\s*(\w+)", re.MULTILINE)

# What still names an engine or a kind where it should not, and how often: may only shrink, down to nothing.
ALLOWANCE = {
    "base/url_show.c": 2,
    "diff/compare.c": 2,
    "legacy/snapshot_read.c": 24,
    "legacy/snapshot_write.c": 7,
    "legacy/type_spelling.c": 8,
}


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


def names_of_kinds(root):
    """The pattern of all kinds in kinds.def: KIND_TABLE, KIND_COLUMN, ..."""
    kinds = KIND_LINE.findall((root / "schema/kinds.def").read_text())
    return re.compile(rf"\bKIND_(?:{'|'.join(kinds)})\b")


def without_comments(text):
    return re.sub(r"/\*.*?\*/", lambda comment: "\n" * comment.group().count("\n"), text, flags=re.DOTALL)


def names_in(name, text, kind_name):
    """The offsets in the text of src/name at which an engine or a kind is named that should not be."""
    patterns = []
    if not name.startswith(ENGINE_HOMES):
        patterns.append(ENGINE_NAME)
    if name.startswith("diff/"):
        patterns.append(kind_name)
    return sorted(match.start() for pattern in patterns for match in pattern.finditer(text))


def misplaced_names(root):
    """(path, line number, text) of every name in the wrong folder beyond what is allowed."""
    kind_name = names_of_kinds(root)
    left = dict(ALLOWANCE)
    for path in sorted(root.rglob("*.[ch]")):
        name = path.relative_to(root).as_posix()
        text = without_comments(path.read_text())
        found, allowance = names_in(name, text, kind_name), left.pop(name, 0)
        if len(found) < allowance:
            yield path, 1, f"has {len(found)} names now: lower its allowance in tools/layers.py from {allowance}"
        for at in found if len(found) > allowance else []:
            yield path, text.count("\n", 0, at) + 1, f"names an engine or a kind ({len(found)}, allowed: {allowance})"
    for name in left:
        yield root / name, 1, "is gone: take it out of the allowance in tools/layers.py"


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
    kind_name = re.compile(r"\bKIND_(?:TABLE)\b")
    named = [
        ("run/x.c", "ENGINE_PG", 1),
        ("run/x.c", 'text_equal(a, "mysql")', 1),
        ("run/x.c", "KIND_TABLE", 0),
        ("diff/x.c", "KIND_TABLE | KIND_TABLES", 1),
        ("schema/x.c", 'ENGINE_PG "sqlite"', 0),
        ("dialect/x.c", "ENGINE_PG", 0),
    ]
    for name, text, expected in named:
        if len(names_in(name, text, kind_name)) != expected:
            print(f"layers.py: self-test failed: names in {name}: {text}", file=sys.stderr)
            return False
    circle = {("schema", "sql"), ("sql", "schema")}
    if circles(circle | {("diff", "state")}) != circle:
        print("layers.py: self-test failed: circles are not found", file=sys.stderr)
        return False
    return not wrong


def main():
    if not self_test():
        return 2
    root = Path(__file__).resolve().parent.parent
    found = list(offences(list(includes(root / "src")))) + list(misplaced_names(root / "src"))
    for path, number, text in found:
        print(f"{path.relative_to(root)}:{number}: {text}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
