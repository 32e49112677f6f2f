"""The crash law: whatever is killed at whatever moment, the next plain command ends as an undisturbed run does, and each statement is
effective exactly once: up and down, for files in every mode, for one that the server had refused before, and for seeds.

Shapes of statements are in support/shapes.py.  The program is killed at each system call that writes or sends, the server at each message or a moment after it,
the connection cut at each message.
`make test` tries a share of these that DBWARDEN_TEST_SEED chooses; DBWARDEN_TEST_CRASHES says how often they strike on each engine
in a soak.
"""

import os
import random
import shutil
import time
from urllib.parse import urlsplit

import pytest
from support.cutter import cutter
from support.engines import ENGINES, SERVER, TRANSACTIONAL, Database, EngineProject, alchemy_base, created, ended
from support.own_server import own_server
from support.picture import picture, remade
from support.project import SEED
from support.shapes import BEFORE, LOST, REFUSED, SHAPES, modes, texts
from support.trace import traced

CRASHES = int(os.environ.get("DBWARDEN_TEST_CRASHES", "0"))
SHARE, SERVER_SHARE, CUT_SHARE = 10, 2, 8  # of `make test`, for each engine: cases, and strikes
# Other ways to run a file: as a seed, with files that follow it in the same run, with these in one transaction.
COMMANDS = {"seed": (("seed", "apply"), ("seed", "rollback")), "many": (("migrate",), ("downgrade", "--to", "base")),
            "atomic": (("migrate", "--atomic"), ("downgrade", "--to", "base"))}
FOLLOWING = 5


def cases(engine):
    """(shape, mode): all of them in a soak."""
    known = [(shape, mode) for shape in SHAPES[engine] for mode in [*modes(engine, shape), "mended"]]
    others = [mode for mode in COMMANDS if mode != "atomic" or engine in TRANSACTIONAL]
    known += [(shape, mode) for shape in ("insert-select", "update", "create-as") for mode in others]
    return known if CRASHES else random.Random(f"{SEED} {engine}").sample(known, SHARE)


def commands(mode):
    return COMMANDS.get(mode, (("migrate",), ("rollback",)))


def forget_files(project):
    for path in [*project.migrations.glob("*"), *project.folder.glob("seeds/*")]:
        path.unlink()


def write_file(project, shape, mode):
    head, up, down = texts(project.engine, shape, mode)
    if mode == "seed":
        project.write("seeds/V0001__shape.sql", f"{up}\n-- rollback\n{down}")
    else:
        project.migration("0001", "shape", up, down, head=head)
    for number in range(FOLLOWING if mode in ("many", "atomic") else 0):
        project.migration(f"{number + 2:04d}", f"more{number}", f"UPDATE log SET n = n + 1 WHERE who = 'up';\nCREATE TABLE more{number} (id int);",
                          f"DROP TABLE more{number};\nUPDATE log SET n = n + 1 WHERE who = 'down';")


def fail_first(project, shape, mode, command):
    """A run that the server ends with a no, where the shape is to be; then the file as it should have been."""
    if mode != "mended" or command != ("migrate",):
        return
    up = SHAPES[project.engine][shape][0]
    for path in project.migrations.glob("*.sql"):
        right = path.read_text()
        path.write_text(right.replace(up, f"{REFUSED};\n" if up.endswith("\n") else REFUSED))
        shown = project.run(*command)
        assert shown.status == 1 and "nowhere" in shown.err, shown
        path.write_text(right)


def start_anew(project):
    """The database and what lies beside it as before the first command."""
    if project.engine == "sqlite":
        for path in project.folder.glob("app.db*"):
            path.unlink()
    shutil.rmtree(project.folder / "dbwarden", ignore_errors=True)
    remade(project.database, BEFORE[project.engine])


def result(project):
    """What an undisturbed run has to leave as well; the times in a snapshot are its own."""
    database = project.database
    with database.together():
        seeds = database.value("SELECT count(*) FROM _dbwarden_seeds") if database.has("_dbwarden_seeds") else 0
        held = [picture(database), database.versions(), seeds, database.unfinished()]
    files = [sorted(path.name for path in project.folder.glob(f"dbwarden/schemas/{which}")) for which in ("*", ".*")]
    return held + files + [project.ok("lock-status", "--json").json["held"]]


def undisturbed(project, shape, mode, measure):
    """Of each command how long it is, which `measure` says that runs it, and what it leaves."""
    forget_files(project)
    write_file(project, shape, mode)
    start_anew(project)
    known = []
    for command in commands(mode):
        fail_first(project, shape, mode, command)
        known.append((measure(command), result(project)))
    return known


def assert_same(project, wanted, what):
    found = result(project)
    assert found == wanted, f"{what}: {[(a, b) for a, b in zip(found, wanted) if a != b]}"


def assert_lost(shown, what):
    """The connection was lost, or all was done by then."""
    assert shown.status == 0 or (shown.status == 5 and shown.err.count("dbwarden: error:") == 1 and "hint:" in shown.err), (what, shown)


def run_again(project, shape, command):
    """The plain command; where the docs say that it may stop, what it tells to do is done."""
    shown = project.run(*command)
    if shape in LOST and "computed in the session that is gone" in shown.err:
        for path in project.migrations.glob("*.sql"):
            path.write_text(path.read_text().replace(*LOST[shape]))
        shown = project.run(*command)
    assert shown.status == 0, shown


def disturbed(project, shape, mode, known, disturb):
    """Up and down, each cut off by `disturb`, which is told how long it is, and then run once more."""
    start_anew(project)
    write_file(project, shape, mode)
    for command, (length, wanted) in zip(commands(mode), known):
        fail_first(project, shape, mode, command)
        what = f"{command} of {shape}, {mode}, {disturb(command, length)}"
        print(what)
        run_again(project, shape, command)
        assert_same(project, wanted, what)


def shared(known, strikes):
    """Of each case how often up and down are disturbed, so that there are that many strikes at least."""
    each, more = divmod(-(-strikes // 2), len(known))
    return [(case, each + (number < more)) for number, case in enumerate(known) if each or number < more]


# ---- the program

@pytest.mark.parametrize("any_project, shape, mode", [(engine, *case) for engine in ENGINES for case in cases(engine)], indirect=["any_project"])
def test_program_killed(any_project, shape, mode, dice):
    project = any_project

    def count(command):
        shown, calls = traced(project, None, *command)
        assert shown.status == 0, shown
        return calls

    def kill(command, calls):
        at = dice.randint(1, calls)
        traced(project, f"signal=KILL:when={at}", *command)
        return f"killed at system call {at} of {calls}"

    known = undisturbed(project, shape, mode, count)
    for _ in range(max(1, -(-CRASHES // (2 * len(cases(project.engine)))))):
        disturbed(project, shape, mode, known, kill)


# ---- the connection

@pytest.mark.parametrize("engine", ENGINES[1:])
def test_connection_cut(tmp_path, servers, engine, dice):
    """At each message, COMMIT among them: lost before it arrives, or its answer lost."""
    database, drop = created(engine, servers, tmp_path)
    parts = urlsplit(database.url)
    with cutter(parts.hostname, parts.port) as network:
        database.url = database.url.replace(f":{parts.port}/", f":{network.port}/")
        project = EngineProject(tmp_path / "project", database)

        def count(command):
            network.cut_at(0)
            project.ok(*command)
            return network.sent

        def cut(command, messages):
            at, arrives = dice.randint(1, messages), dice.random() < 0.5
            network.cut_at(at, arrives)
            shown = project.run(*command)
            network.cut_at(0)
            what = f"cut {'after' if arrives else 'before'} message {at} of {messages}: {shown.status}"
            assert_lost(shown, what)
            return what

        for (shape, mode), often in shared(dice.sample(cases(engine), len(cases(engine))), max(CUT_SHARE, CRASHES)):
            known = undisturbed(project, shape, mode, count)
            for _ in range(often):
                disturbed(project, shape, mode, known, cut)
    drop()


# ---- the server

@pytest.mark.parametrize("engine, name", [("postgresql", "pg15"), ("mariadb", "mariadb"), ("mysql", "mysql")])
def test_server_killed(tmp_path, engine, name, dice):
    """On a server that syncs, because what it said was committed has to be there."""
    with own_server(name, durable=True) as server:
        place = alchemy_base(engine, server.urls).format("postgres" if engine == "postgresql" else "test")
        database = Database(engine, server.urls[SERVER[engine]], place)
        parts = urlsplit(database.url)
        with cutter(parts.hostname, parts.port) as network:
            database.url = database.url.replace(f":{parts.port}/", f":{network.port}/")
            project = EngineProject(tmp_path / "project", database)

            def count(command):
                network.cut_at(0)
                project.ok(*command)
                return network.sent

            def kill(command, messages):
                at, pause = dice.randint(1, messages), dice.choice((None, 0, dice.uniform(0, 0.03)))
                network.cut_at(at, pause is not None, server.kill, pause or 0)
                shown = project.run(*command)
                while network.struck and network.at:  # the program may see its end before all of the server is gone
                    time.sleep(0.005)
                if network.struck:
                    server.restart()
                network.cut_at(0)
                what = f"the server killed {'before it has' if pause is None else f'{pause:.3f} s after'} message {at} of {messages}: {shown.status}"
                assert_lost(shown, what)
                return what

            for (shape, mode), often in shared(dice.sample(cases(engine), len(cases(engine))), max(SERVER_SHARE, CRASHES)):
                known = undisturbed(project, shape, mode, count)
                for _ in range(often):
                    disturbed(project, shape, mode, known, kill)
