#!/usr/bin/env python3
"""python_api.py: docs/python.md out of the package's signatures and docstrings, which are read and not imported.

tests/integration/test_docs.py holds the page against it.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1] / "python"
# In the order of the page: what projects import first, and what they look up in tests and scripts last.
MODULES = ("dbwarden", "dbwarden.db_handle", "dbwarden.fastapi", "dbwarden.safir", "dbwarden.exceptions", "dbwarden.metrics", "dbwarden.logging",
           "dbwarden.config", "dbwarden.config_registry", "dbwarden.schema", "dbwarden.pytest_plugin", "dbwarden.database.connection",
           "dbwarden.repositories")
HEAD = """# Python reference

What the package `dbwarden` offers, made from its docstrings. [An application with FastAPI](fastapi.md) shows how it is used, and [configuration](configuration.md) says
what the keys of `database_config()` mean.
"""
# What our own modules share with each other, and nobody else needs.
OURS = ("flags", "native_options", "project_name", "Entry", "generation", "type_of", "note_run", "note_status", "dbwarden_template")
# What a decorator makes of a function, in front of its name.
MADE = {"asynccontextmanager": "async with ", "contextmanager": "with ", "fixture": "fixture ", "property": "property ",
        "cached_property": "property "}
WIDTH = 110


def parse(module):
    path = ROOT.joinpath(*module.split("."))
    return ast.parse((path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text())


def public(module):
    """name: node of what a module defines, or names in __all__ and has from another of ours."""
    tree = parse(module)
    found = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
             and not node.name.startswith("_")}
    listed = next((ast.literal_eval(node.value) for node in tree.body
                   if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"), [])
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dbwarden."):
            theirs = {alias.name for alias in node.names} & set(listed)
            if theirs:
                found.update((name, other) for name, other in public(node.module).items() if name in theirs)
    return found


def prose(node):
    """A docstring as Markdown: its literals and its indented examples."""
    return re.sub(r"``(.+?)``", r"`\1`", ast.get_docstring(node) or "").replace("::\n", ":\n")


def made(node):
    names = [ast.unparse(one).partition("(")[0].rpartition(".")[2] for one in node.decorator_list]
    return next((MADE[name] for name in names if name in MADE), "")


def signature(node, indent=""):
    """On one line, or a line for each argument."""
    arguments = ast.unparse(node.args).replace(": object", "")
    parts = [spaced(part) for part in split(arguments) if part != "self"]
    words = "" if made(node) in ("property ", "fixture ") else f"({', '.join(parts)})"
    word = "async def " if isinstance(node, ast.AsyncFunctionDef) and not made(node) else made(node)
    returns = f" -> {ast.unparse(node.returns)}" if node.returns and not made(node).endswith("with ") else ""
    line = f"{indent}{word}{node.name}{words}{returns}".replace('"', "'")
    if len(line) <= WIDTH:
        return line
    each = "".join(f"{indent}    {part},\n" for part in parts).replace('"', "'")
    return f"{indent}{word}{node.name}(\n{each}{indent}){returns}"


def spaced(part):
    return part.replace("=", " = ", 1) if ":" in part.partition("=")[0] else part


def split(arguments):
    """At the commas that stand in no bracket."""
    parts, depth, at = [], 0, 0
    for i, c in enumerate(arguments + ","):
        depth += (c in "[(") - (c in "])")
        if c == "," and depth == 0:
            parts.append(arguments[at:i].strip())
            at = i + 1
    return parts


def class_body(node):
    lines = []
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and not ast.unparse(part.target).startswith("_"):
            lines.append("    " + ast.unparse(part).replace('"', "'"))
        elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and (part.name == "__init__" or not part.name.startswith("_")):
            said = prose(part).partition("\n")[0]
            lines += [signature(part, "    ")] + ([f"        # {said}"] if said else [])
    return lines


def entry(name, node):
    if isinstance(node, ast.ClassDef):
        bases = [ast.unparse(base) for base in node.bases if not ast.unparse(base).startswith("Generic")]
        shown = "\n".join([f"class {name}" + (f"({', '.join(bases)}):" if bases else ":"), *class_body(node)])
    else:
        shown = signature(node)
    return f"\n### {name}\n\n```python\n{shown}\n```\n\n{prose(node)}".rstrip() + "\n"


def page():
    seen, text = set(), HEAD
    for module in MODULES:
        text += f"\n## {module}\n\n{prose(parse(module))}\n"
        for name, node in public(module).items():
            if (name, node.lineno) not in seen and name not in OURS:
                seen.add((name, node.lineno))
                text += entry(name, node)
    return text


if __name__ == "__main__":
    print(page(), end="")
