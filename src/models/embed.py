#!/usr/bin/env python3
"""Builds the reader's one text from its modules and kinds.def, as a C array or as it is.

    embed.py [--text] OUTPUT [DEPFILE]

What the kinds are called and which engine has which field is taken from schema/kinds.def, so that the reader has no
list of its own.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
KINDS = HERE.parent / "schema" / "kinds.def"
ENGINES = {"LITE": ["sqlite"], "PG": ["postgresql"], "MY": ["mysql"], "MARIA": ["mariadb"], "CH": ["clickhouse"],
           "OLTP": ["sqlite", "postgresql", "mysql", "mariadb"],
           "ALL": ["sqlite", "postgresql", "mysql", "mariadb", "clickhouse"]}


def blocks():
    """kinds.def, with the fields of DEFINED where it stands"""
    text = KINDS.read_text(encoding="utf-8")
    defined = re.search(r"^#define DEFINED\(constant\)((?:.*\\\n)+.*\n)", text, re.M)[1].replace("\\\n", "\n")
    return re.sub(r"^  DEFINED\((\w+)\)$", lambda use: defined.replace("(constant,", "(%s," % use[1]), text, flags=re.M)


def kinds():
    """({kind: {field: [engine, ...]}}, {plural: kind})"""
    text = blocks()
    fields, plurals = {}, {}
    for constant, name, plural in re.findall(r'^KIND\((\w+), \w+, "(\w+)", "(\w+)",', text, re.M):
        plurals[plural] = name
        own = fields[name] = {}
        for member, engines in re.findall(r"^  FIELD\(%s, (\w+),\s*\w+,\s*([A-Z| ]+)," % constant, text, re.M):
            own[member] = sorted(engine for word in engines.split("|") for engine in ENGINES[word.strip()])
    return fields, plurals


def text():
    modules = {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "reader").glob("*.py"))}
    start = modules.pop("start")
    lines = ["SOURCES = {"] + ["    %r: %r," % item for item in modules.items()] + ["}"]
    return "\n".join(lines) + "\nFIELDS, PLURALS = %r\n\n" % (kinds(),) + start


def c_array(data):
    rows = []
    for at in range(0, len(data), 20):
        rows.append("    " + ", ".join(str(byte) for byte in data[at:at + 20]) + ",")
    return ("/* Made by embed.py from models/reader/. */\n#include \"models/reader.h\"\n\n"
            "const unsigned char reader_text[] = {\n%s\n};\nconst size_t reader_length = sizeof reader_text;\n"
            % "\n".join(rows))


def main(arguments):
    as_text = arguments[0] == "--text"
    output, *depfile = arguments[as_text:]
    made = text() if as_text else c_array(text().encode("utf-8"))
    pathlib.Path(output).write_text(made, encoding="utf-8")
    for path in depfile:
        sources = sorted(HERE.glob("reader/*.py")) + [KINDS]
        pathlib.Path(path).write_text("%s: %s\n" % (output, " ".join(map(str, sources))), encoding="utf-8")


main(sys.argv[1:])
