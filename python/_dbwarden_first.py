"""Lets `import dbwarden` mean the package in a folder whose configuration is called dbwarden.py.

The working folder comes first on the path of `python -c`, `python -m` and `uvicorn main:app`, so that the configuration would
hide the package that it imports. Loaded at each start of Python by dbwarden-first.pth, hence nothing is imported here that is
not there already. It is done where folders are searched, so that every importer sees it, pytest's too.

PYTEST_DONT_REWRITE
"""

import sys
from _frozen_importlib_external import FileFinder, _get_supported_file_loaders


class Finder(FileFinder):
    """A folder in which a single file is not the package."""

    def find_spec(self, name, target=None):
        found = super().find_spec(name, target)
        if name == "dbwarden" and found is not None and found.submodule_search_locations is None:
            return None
        return found


sys.path_hooks.insert(0, Finder.path_hook(*_get_supported_file_loaders()))
sys.path_importer_cache.clear()
