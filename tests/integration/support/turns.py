"""What shows the same in several places is shown in one of them, by turns; in each of them where there is time (`make soak`).

`by_turns("server")` on a test says that of the values of its parameter `server` one is enough: each test takes the one
that its name and the seed point to, so that all of them together see every value.
"""

import os
import zlib

import pytest
from support.project import SEED

EVERYWHERE = "DBWARDEN_TEST_TURNS" not in os.environ


def by_turns(parameter):
    return pytest.mark.by_turns(parameter)


def both_servers(test):
    """On PostgreSQL 15 or 18, whose database is the test's `postgres`."""
    return by_turns("postgres")(pytest.mark.parametrize("postgres", ["pg15", "pg18"], indirect=True)(test))


def one_of_each(items):
    """The tests that are run, and those whose turn it is not."""
    alike = {}
    for item in items:
        mark = item.get_closest_marker("by_turns")
        if mark:
            others = [(key, getattr(value, "name", str(value))) for key, value in sorted(item.callspec.params.items()) if key != mark.args[0]]
            alike.setdefault(f"{item.path.name} {item.originalname} {others}", []).append(item)
    left = [item for name, group in alike.items() for at, item in enumerate(group)
            if at != (zlib.crc32(name.encode()) + SEED) % len(group)]
    skipped = set(left)
    return [item for item in items if item not in skipped], left
