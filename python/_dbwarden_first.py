"""Lets `import dbwarden` mean the package in a folder whose configuration is called dbwarden.py.

The working folder comes first on the path of `python -c`, `python -m` and `uvicorn main:app`, so that the configuration would
hide the package that it imports. Loaded at each start of Python by dbwarden-first.pth, hence nothing is imported here that is
not there already.
"""

import sys
from _frozen_importlib_external import PathFinder


class First:
    """Answers for the name `dbwarden` alone, and only where a single file would be found."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "dbwarden" or path is not None:
            return None
        found = PathFinder.find_spec(name)
        if found is None or found.submodule_search_locations is not None:
            return found
        return PathFinder.find_spec(name, [__file__.rpartition("/")[0]]) or found


sys.meta_path.insert(0, First)
