#!/usr/bin/env python3
"""Makes a C header of text files, so that they can be read and run as they are and still be part of the program.

    embed.py OUTPUT FILE...

Each FILE, say catalog/foreign_key.sql, becomes `static const char foreign_key_sql[]`, a string literal per line; and the
table `embedded[]` has all of them by name ("foreign_key"), in the order in which they were given.
"""
import pathlib
import sys

# C99 promises no string longer than 4095; every compiler of today takes one of any length.
OPENING = "/* Made by tools/embed.py. */\n\n#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n\n"
ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n"})


def array(path):
    """The C array that holds the text of the file at `path`."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    literals = "\n".join('    "%s"' % line.translate(ESCAPES) for line in lines)
    return "static const char %s[] =\n%s;\n" % (path.name.replace(".", "_"), literals)


def main(output, *files):
    paths = [pathlib.Path(file) for file in files]
    rows = "".join('    {"%s", %s},\n' % (path.stem, path.name.replace(".", "_")) for path in paths)
    table = "\nstatic const struct {\n    const char *name;\n    const char *text;\n} embedded[] = {\n%s};\n" % rows
    pathlib.Path(output).write_text(OPENING + "\n".join(map(array, paths)) + table, encoding="utf-8")


main(*sys.argv[1:])
