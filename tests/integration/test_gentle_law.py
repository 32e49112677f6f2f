"""The gentle law: whatever a migration does to a busy table, no query of the application waits for it longer than lock_timeout.

The application works all the time (support/busy.py), and a session that is in the way comes in between.  `make test` takes a share of the
shapes and asks whether the migration gave way and came again; how long the application waited is judged in a soak, with all of them and a
blocker of ten seconds (DBWARDEN_TEST_GENTLE).
"""

import os
import time

import pytest
from support.busy import BEFORE, SHAPES, application, blocker
from support.engines import ended
from support.picture import remade

SOAK = float(os.environ.get("DBWARDEN_TEST_GENTLE", "0"))  # seconds that the blocker holds
SHARE = 3
# MySQL and MariaDB know whole seconds.
LIMIT = {"postgresql": 0.5, "sqlite": 0.5, "mariadb": 1.0, "mysql": 1.0}
MARGIN = 0.1


def start_anew(project):
    """State tables are there: what makes them is not the law's."""
    for path in [*project.folder.glob("app.db*"), *project.migrations.glob("*.sql")]:
        path.unlink()
    remade(project.database, ";\n".join(BEFORE[project.engine]))
    project.table("0001", "early")
    project.ok("migrate")


def test_no_query_waits_longer_than_the_limit(any_project, dice):
    project, database, limit = any_project, any_project.database, LIMIT[any_project.engine]
    known = SHAPES[project.engine]
    shapes = known if SOAK else [known[0], *dice.sample(known[1:], SHARE - 1)]
    hold = SOAK or 2.5 * limit
    configuration = project.folder / "dbwarden.yaml"
    configuration.write_text(configuration.read_text() + f"    lock_timeout: {int(limit * 1000)}ms\n")
    waited, again = {}, 0
    for shape in shapes:
        start_anew(project)
        project.migration("0002", "shape", shape + ";", "")
        with application(database) as clients:
            with blocker(database):
                process = project.start("migrate")
                time.sleep(hold)
            shown = ended(process, 120)
        assert shown.status == 0, (shape, shown)
        assert clients.done > 20, shape
        print(f"{clients.longest:.3f} s: {shape}")
        waited[shape], again = clients.longest, again + ("; try 2 in " in shown.err)
        assert database.versions() == ["0001", "0002"] and database.unfinished() == [], shape
    assert again, "nothing ever stood in the way: the law was not put to the test"
    if SOAK:
        assert {shape: seconds for shape, seconds in waited.items() if seconds > limit + MARGIN} == {}
        assert max(waited.values()) > limit / 4, "nobody ever queued up"
