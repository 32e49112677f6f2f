# The head of the reader: what the project's Python executes first.  SOURCES, FIELDS and PLURALS were written above
# by embed.py; every module of the package is compiled only when it is imported, so that `config` never pays for
# what only `models` needs.  Up to the version check it must be readable by any Python.
import os
import sys

PACKAGE = "dbwarden_reader"


def refuse_old_python():
    text = '{"error": {"code": "config", "message": "%s is Python %d.%d, and 3.8 or newer is needed", "hint": "%s"}}'
    text = text % (sys.executable, sys.version_info[0], sys.version_info[1], "Name another one with --python.")
    os.write(3, text.encode("utf-8"))
    os._exit(0)


if sys.version_info < (3, 8):
    refuse_old_python()

import importlib.machinery


class Embedded:
    """Finds the modules of the reader in SOURCES."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == PACKAGE:
            return importlib.machinery.ModuleSpec(name, cls, is_package=True)
        if name.startswith(PACKAGE + ".") and name[len(PACKAGE) + 1:] in SOURCES:
            return importlib.machinery.ModuleSpec(name, cls)
        return None

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        part = module.__name__[len(PACKAGE) + 1:]
        if part:
            exec(compile(SOURCES[part], "<dbwarden reader %s>" % part, "exec"), module.__dict__)
        else:
            module.FIELDS, module.PLURALS = FIELDS, PLURALS


sys.meta_path.insert(0, Embedded)
from dbwarden_reader.protocol import serve

serve(sys.argv[1])
