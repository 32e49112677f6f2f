#!/usr/bin/env python3
"""Fails on files and functions of C that have grown too large.

Lines inside an initialiser (`= { ... }`) do not count: a table may be as long as what it lists.  For the same reason a
`case` whose line ends the case (`case A: return "a";`) adds nothing to the complexity; else it is one more than the
number of if, for, while, case, ?, && and ||.  With --summary it prints how long functions are.
"""

import re
import sys
from pathlib import Path

FILE_LINES = 900
FUNCTION_LINES = 80
PARAMETERS = 5
COMPLEXITY = 15
FIXED = {"touch_note", "dbw_call"}  # their parameters are what a library passes, or what our public header promises
FOLDERS = ["include", "src", "python", "tests"]

NOISE = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|^[ \t]*#(?:\\\n|[^\n])*', re.DOTALL | re.MULTILINE
)
TABLE_ROW = re.compile(r"\bcase\b[^:?\n]*:[^\n]*(?:\breturn\b[^\n]*;|\bbreak;)[ \t]*$", re.MULTILINE)
BRANCH = re.compile(r"\b(?:if|for|while|case)\b|\?|&&|\|\|")


def blank(match):
    """Spaces for what is no code, so that lines and columns stay where they are."""
    text = match.group(0)
    keep = '""' if text[0] in "\"'" else ""
    return keep + re.sub(r"[^\n]", " ", text)[len(keep):]


def clean(text):
    return NOISE.sub(blank, text)


def closing(text, start):
    """Where the brace that opens at `start` is closed."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return len(text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def table_lines(text):
    """How many lines are inside an initialiser, its first and last line not among them."""
    lines, end = 0, -1
    for match in re.finditer(r"=\s*\{", text):
        if match.start() > end:
            end = closing(text, match.end() - 1)
            lines += max(0, text.count("\n", match.end(), end) - 1)
    return lines


def parameters(head):
    """How many parameters the function has whose text before the brace is `head`; `...` is none."""
    head = re.sub(r"__attribute__\s*\(\(.*?\)\)", "", head, flags=re.DOTALL).rstrip()
    depth, start = 0, len(head)
    for at in range(len(head) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(head[at], 0)
        if depth == 0:
            start = at
            break
    inside, depth, commas = head[start + 1:-1].strip(), 0, 0
    for char in inside:
        depth += {"(": 1, ")": -1}.get(char, 0)
        commas += char == "," and depth == 0
    if inside in ("", "void"):
        return 0
    return commas + 1 - inside.endswith("...")


class Function:
    def __init__(self, text, head_start, brace, end):
        head = text[head_start:brace]
        body = text[brace:end + 1]
        self.line = line_of(text, head_start + len(head) - len(head.lstrip()))
        name = re.search(r"(\w+)\s*\(", head)
        self.name = name.group(1) if name else "?"
        self.lines = line_of(text, end) - self.line + 1 - table_lines(body)
        self.parameters = parameters(head)
        self.complexity = 1 + len(BRANCH.findall(TABLE_ROW.sub("", body)))


def functions(text):
    """Every function in cleaned text: a brace at the outermost level after a closing parenthesis."""
    found, at, head_start = [], 0, 0
    while at < len(text):
        if text[at] == "{":
            end = closing(text, at)
            before = text[head_start:at].rstrip()
            if before.endswith(")") and "=" not in before:
                found.append(Function(text, head_start, at, end))
            at = end
            if text[at:at + 1] == "}":
                head_start = at + 1
        elif text[at] == ";":
            head_start = at + 1
        at += 1
    return found


def offences(text):
    """(line, text) of everything too large in a file, and its functions."""
    cleaned = clean(text)
    lines = text.count("\n") - table_lines(cleaned)
    found, all_functions = [], functions(cleaned)
    if lines > FILE_LINES:
        found.append((1, f"{lines} lines, {FILE_LINES} are allowed"))
    for function in all_functions:
        for what, value, limit in [
            ("lines", function.lines, FUNCTION_LINES),
            ("parameters", 0 if function.name in FIXED else function.parameters, PARAMETERS),
            ("complexity", function.complexity, COMPLEXITY),
        ]:
            if value > limit:
                found.append((function.line, f"{function.name}(): {what} {value}, {limit} are allowed"))
    return found, all_functions


def self_test():
    """That each limit can fail and that tables are left alone."""
    long_body = "    a();\n" * 78
    table = "int f(void)\n{\n    static int t[] = {\n" + "        1,\n" * 200 + "    };\n    return t[0];\n}\n"
    rows = "".join(f"    case {n}: return {n};\n" for n in range(30))
    cases = [
        ("int f(void)\n{\n" + long_body[:-9] + "}\n", 0),
        ("int f(void)\n{\n" + long_body + "}\n", 1),
        ("static void f(int a, int b, int c, int d, int e)\n{\n}\n", 0),
        ("static void f(int a, int b, int c, int d, int e, int f)\n{\n}\n", 1),
        ("void f(int a, int b, int c, int d, const char *e, ...)\n{\n}\n", 0),
        ("void f(int (*g)(int, int, int, int, int), int b) {\n}\n", 0),
        ("void f(void)\n{\n" + "    if (a && b) c();\n" * 7 + "}\n", 0),
        ("void f(void)\n{\n" + "    if (a && b) c();\n" * 8 + "}\n", 1),
        ("void f(void)\n{\n    /* if if if */ a(\"if if if && || ? ?\", '?');\n" * 1 + "}\n", 0),
        ("void f(void)\n{\n    switch (a) {\n" + rows + "    }\n}\n", 0),
        ("void f(void)\n{\n    switch (a) {\n" + "    case 1:\n        b();\n        break;\n" * 15 + "    }\n}\n", 1),
        (table, 0),
        ("int a;\n" * 900, 0),
        ("int a;\n" * 901, 1),
        ("static const int t[] = {\n" + "    1,\n" * 2000 + "};\n", 0),
        ("#define F(a, b, c, d, e, f) \\\n    { \\\n    }\nstruct s {\n    int a;\n};\n", 0),
        ("#if A\nvoid f(void)\n{\n}\n#endif\nvoid g(int a, int b, int c, int d, int e, int f)\n{\n}\n", 1),
    ]
    passed = True
    for text, expected in cases:
        found, _ = offences(text)
        if len(found) != expected:
            print(f"sizes.py: self-test failed: {found} for\n{text[:300]}", file=sys.stderr)
            passed = False
    return passed


def sources(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.[ch]")):
            yield path


def print_summary(all_functions):
    lengths = sorted(function.lines for function in all_functions)
    if lengths:
        print(f"{len(lengths)} functions: median {lengths[len(lengths) // 2]} lines, "
              f"90th percentile {lengths[len(lengths) * 9 // 10]}, longest {lengths[-1]}")


def main():
    if not self_test():
        return 2
    root = Path(__file__).resolve().parent.parent
    failed, everything = 0, []
    for path in sources(root):
        found, all_functions = offences(path.read_text(encoding="utf-8"))
        for line, text in found:
            print(f"{path.relative_to(root)}:{line}: {text}")
            failed = 1
        if path.is_relative_to(root / "src"):
            everything += all_functions
    if "--summary" in sys.argv[1:]:
        print_summary(everything)
    return failed


if __name__ == "__main__":
    sys.exit(main())
