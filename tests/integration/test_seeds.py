"""Seeds: their rows are there once with their record or not at all, whoever ends the run; and what is wrong with one is said."""

import os
import signal
import sys
import time

import pytest
from support.engines import TRANSACTIONAL, ended, killed, wait_until
from support.trace import python_struck, rounds, traced

SQL = """-- three rows
INSERT INTO t VALUES (1, 'a;b');
INSERT INTO t VALUES (2, '-- no comment');
INSERT INTO t VALUES (3, NULL);

-- rollback

DELETE FROM t WHERE id <= 3;
"""
PYTHON = """from sqlalchemy import text


def seed(connection, session):
    connection.execute(text("INSERT INTO t VALUES (11, 'x')"))
    session.execute(text("INSERT INTO t VALUES (12, 'y')"))


def rollback(connection, session):
    connection.execute(text("DELETE FROM t WHERE id > 10"))
"""


def seeded(project, **seeds):
    project.python = sys.executable
    project.database.run("CREATE TABLE t (id integer, name varchar(20))")
    for name, text in seeds.items():
        project.write(f"seeds/{name}.{'py' if 'def ' in text else 'sql'}", text)
    return project


def rows(project):
    return project.database.query("SELECT id FROM t ORDER BY id")


def test_applied_once_and_undone(any_project):
    project = seeded(any_project, V0001__three=SQL, V0002__two=PYTHON)
    assert [seed["type"] for seed in project.ok("seed", "apply", "--json").json["applied"]] == ["sql", "python"]
    assert rows(project) == [(1,), (2,), (3,), (11,), (12,)]
    assert project.ok("seed", "apply", "--json").json["applied"] == []
    assert project.ok("status", "--json").json["seed_counts"]["applied"] == 2
    assert [seed["version"] for seed in project.ok("history", "--json").json["seeds"]] == ["0001", "0002"]
    project.ok("seed", "rollback", "--count", "2")
    assert rows(project) == []
    project.ok("migrate", "--apply-seeds")
    assert rows(project) == [(1,), (2,), (3,), (11,), (12,)]


def recorded(project):
    """The seeds that are recorded as done."""
    seeds = project.database.has("_dbwarden_seeds")
    return project.database.value("SELECT count(*) FROM _dbwarden_seeds") if seeds else 0


def test_killed_anywhere(any_project, dice):
    project = seeded(any_project, V0001__killed=SQL)
    _, calls = traced(project, None, "seed", "apply")
    wanted = rows(project)
    assert wanted
    for _ in range(rounds(6)):
        project.ok("seed", "rollback")
        assert (rows(project), recorded(project)) == ([], 0)
        traced(project, f"signal=KILL:when={dice.randrange(1, calls + 1)}", "seed", "apply")
        project.ok("seed", "apply")
        assert (rows(project), recorded(project)) == (wanted, 1)


def test_killed_with_python(any_project, dice):
    """The program and the interpreter, in turn; a run that is killed goes on after one that was. Rows and record come together."""
    project = seeded(any_project, V0001__killed=PYTHON)
    wanted = [(11,), (12,)]

    def forgotten():
        for table in ("t", "_dbwarden_seeds", "_dbwarden_journal"):
            project.database.run(f"DELETE FROM {table}")

    _, calls = traced(project, None, "seed", "apply")
    forgotten()
    talks = python_struck(project, sys.executable, 0, "seed", "apply")
    for turn in range(rounds(6)):
        if rows(project):
            forgotten()
        if turn % 2:
            python_struck(project, sys.executable, dice.randrange(1, talks + 1), "seed", "apply")
        else:
            traced(project, f"signal=KILL:when={dice.randrange(1, calls + 1)}", "seed", "apply")
        assert (rows(project), recorded(project)) in (([], 0), (wanted, 1))
    project.ok("seed", "apply")
    assert (rows(project), recorded(project)) == (wanted, 1)


def test_a_seed_ends_with_the_program(any_project):
    """Nobody holds the lock any more, so it must not go on."""
    waits = PYTHON.replace("    session", "    print('there')\n    open('there', 'w')\n    import time; time.sleep(30)\n    session")
    project = seeded(any_project, V0001__waits=waits)
    process = project.start("seed", "apply")
    wait_until((project.folder / "there").exists)
    killed(process)
    project.write("seeds/V0001__waits.py", PYTHON)
    began = time.monotonic()
    project.ok("seed", "apply")
    assert time.monotonic() - began < 20
    assert rows(project) == [(11,), (12,)]


@pytest.mark.parametrize("group", [False, True])
def test_interrupted(lite, group):
    """The first signal ends a seed in Python, whose transaction keeps nothing; what is kept and what comes next is said."""
    waits = PYTHON.replace("    session", "    open('there', 'w')\n    import time; time.sleep(60)\n    session")
    project = seeded(lite, V0001__three=SQL, V0002__waits=waits)
    process = project.start("seed", "apply", start_new_session=True)
    wait_until((project.folder / "there").exists)
    (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
    shown = ended(process)
    assert shown.status == 130 and "interrupted: 1 file done before, nothing of V0002__waits.py is kept" in shown.err, shown
    assert "`dbwarden seed apply` begins with that file" in shown.err, shown
    assert rows(project) == [(1,), (2,), (3,)]
    project.write("seeds/V0002__waits.py", PYTHON)
    project.ok("seed", "apply")
    assert rows(project) == [(1,), (2,), (3,), (11,), (12,)]


def test_two_at_once(any_project):
    project = seeded(any_project, V0001__three=SQL, V0002__two=PYTHON)
    both = [project.start("seed", "apply") for _ in range(2)]
    for process in both:
        process.communicate(timeout=60)
    assert [process.returncode for process in both] == [0, 0]
    assert rows(project) == [(1,), (2,), (3,), (11,), (12,)]


def test_a_failing_statement(any_project):
    project = seeded(any_project, V0001__three=SQL.replace("(3, NULL)", "(3, NULL, 4)"))
    outcome = project.run("seed", "apply")
    assert outcome.status == 1 and "V0001__three.sql:4" in outcome.err and "seed apply again" in outcome.err
    if project.engine in TRANSACTIONAL:
        assert rows(project) == []
    project.write("seeds/V0001__three.sql", SQL)
    project.ok("seed", "apply")
    assert rows(project) == [(1,), (2,), (3,)]


@pytest.mark.parametrize("any_project", ["mariadb"], indirect=True)
def test_an_interrupted_seed_may_be_renamed(any_project):
    """Its version says which one it is; where none has it, nothing runs past it."""
    text = "INSERT INTO t VALUES (1, 'a');\nDO 1;\nNONSENSE;\n"
    project = seeded(any_project, V0001__x=text)
    assert project.run("seed", "apply").status == 1
    (project.folder / "seeds/V0001__x.sql").unlink()
    project.write("seeds/V0002__two.sql", "INSERT INTO t VALUES (2, 'b');\n")
    assert project.ok("seed", "list", "--json").json["seed_counts"]["unfinished"] == 1
    shown = project.run("seed", "apply")
    assert shown.status == 1 and "V0001__x.sql was interrupted after statement 2 of 3, and its file is gone" in shown.err, shown
    project.write("seeds/V0001__y.sql", text.replace("NONSENSE", "INSERT INTO t VALUES (3, 'c')"))
    project.ok("seed", "apply")
    assert rows(project) == [(1,), (2,), (3,)]
    names = project.database.query("SELECT filename FROM _dbwarden_journal ORDER BY filename")
    assert names == [("seeds/V0001__y.sql",), ("seeds/V0002__two.sql",)]


HEAD = "from sqlalchemy import text\n\n\ndef seed(connection, session):\n    connection.execute(text(\"INSERT INTO t VALUES (1, 'a')\"))\n"
WRONG = {
    "raises": ("    raise ValueError('bad price')\n", "V0001__s.py:6: ValueError: bad price"),
    "imports": ("    import there_is_none\n", "ModuleNotFoundError: No module named 'there_is_none'"),
    "exits": ("    import sys\n    sys.exit(0)\n", "the seed calls sys.exit()"),
    "vanishes": ("    import os\n    os._exit(0)\n", "ended with status 0 before it answered"),
    "commits": ("    connection.commit()\n", "ends its transaction itself, by commit()"),
    "commits_in_sql": ("    connection.execute(text('COMMIT'))\n", "ends its transaction itself, by COMMIT"),
    "commits_by_the_proxy": ("    connection.connection.commit()\n", "V0001__s.py:6: the seed ends its transaction itself, by commit()"),
    "rolls_back": ("    connection.rollback()\n", "ends its transaction itself, by rollback()"),
    "raw": ("    connection.execute('SELECT 1')\n", "SQL has to be wrapped"),
    "syntax": ("    x = = 1\n", "V0001__s.py:6: SyntaxError"),
    "endless": ("    while True: pass\n", "did not answer within 3 s while it ran the seed"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_nothing_is_kept_of_a_wrong_one(lite, kind):
    text, message = WRONG[kind]
    project = seeded(lite, V0001__s=HEAD + text)
    outcome = project.run("seed", "apply", "--time-limit", "3")
    assert outcome.status == 1 and message in outcome.err, outcome
    assert rows(project) == []
    assert project.ok("seed", "list", "--json").json["seed_counts"]["pending"] == 1


AFTER = "    connection.execute(text(\"INSERT INTO t VALUES (2, 'b')\"))\n"


@pytest.mark.parametrize("ending", ["", "    raise ValueError('late')\n"], ids=["to its end", "raises later"])
def test_a_commit_that_only_the_driver_sees(any_project, ending):
    """What cannot be prevented is proved by our savepoint, and never counts as a seed that was applied and is not there."""
    project = seeded(any_project, V0001__s=HEAD + "    connection.connection.driver_connection.commit()\n" + AFTER + ending)
    shown = project.run("seed", "apply")
    pending = project.ok("seed", "list", "--json").json["seed_counts"]["pending"]
    if project.engine in ("mysql", "mariadb") and not ending:
        assert shown.status == 0 and "ended its transaction itself, by DDL or a commit" in shown.err, shown
        assert rows(project) == [(1,), (2,)] and pending == 0
    else:
        sentence = "ValueError: late" if ending else "the seed ends its transaction itself, behind SQLAlchemy's back"
        assert shown.status == 1 and sentence in shown.err, shown
        assert "what it did until then is kept, and it is not recorded as applied" in shown.err, shown
        assert rows(project)[0] == (1,) and pending == 1


@pytest.mark.parametrize("any_project", ["postgresql", "sqlite"], indirect=True)
def test_a_rollback_that_only_the_driver_sees_commit(any_project):
    """On the way back the record is what goes."""
    project = seeded(any_project, V0001__s=HEAD + "\n\ndef rollback(connection, session):\n    connection.execute(text('DELETE FROM t'))\n"
                     "    connection.connection.driver_connection.commit()\n    raise ValueError('late')\n")
    project.ok("seed", "apply")
    shown = project.run("seed", "rollback")
    assert shown.status == 1 and "ValueError: late" in shown.err and "what it did until then is kept" in shown.err, shown
    assert rows(project) == [] and project.ok("seed", "list", "--json").json["seed_counts"]["pending"] == 1


def test_a_failed_statement_that_is_passed_over(any_project):
    """PostgreSQL keeps nothing of such a transaction, and says so to nobody: COMMIT is then a ROLLBACK."""
    project = seeded(any_project, V0001__s=HEAD + "    try:\n        connection.execute(text('SELECT nonsense FROM nowhere'))\n"
                     "    except Exception:\n        pass\n")
    shown = project.run("seed", "apply")
    if project.engine == "postgresql":
        assert shown.status == 1 and "the server keeps nothing of it" in shown.err and "not recorded" not in shown.err, shown
        assert rows(project) == []
    else:
        assert shown.status == 0 and rows(project) == [(1,)], shown
    assert project.ok("seed", "list", "--json").json["seed_counts"]["pending"] == (project.engine == "postgresql")


@pytest.mark.parametrize("any_project", ["mariadb", "mysql"], indirect=True)
def test_a_transaction_that_the_server_ended_is_no_commit(any_project):
    """As after a deadlock."""
    project = seeded(any_project, V0001__s=HEAD + "    connection.connection.driver_connection.rollback()\n    raise ValueError('deadlock')\n")
    shown = project.run("seed", "apply")
    assert shown.status == 1 and "ValueError: deadlock" in shown.err and "Nothing of it is kept" in shown.err, shown
    assert rows(project) == [] and project.ok("seed", "list", "--json").json["seed_counts"]["pending"] == 1


def test_prints_leave_the_answer_alone(lite):
    project = seeded(lite, V0001__s=HEAD + "    print('{\"noise\": 1}')\n")
    outcome = project.ok("seed", "apply", "--json")
    assert len(outcome.json["applied"]) == 1


def test_awaited_and_flushed(lite):
    project = seeded(lite)
    project.write("shop/models.py", "from sqlalchemy import Column, Integer, String\nfrom sqlalchemy.orm import declarative_base\n"
                  "Base = declarative_base()\n\n\nclass T(Base):\n    __tablename__ = 't'\n"
                  "    id = Column(Integer, primary_key=True)\n    name = Column(String)\n")
    project.write("shop/__init__.py", "")
    project.write("seeds/V0001__s.py", "import asyncio\nfrom shop.models import T\n\n\nasync def seed(connection, session):\n"
                  "    await asyncio.sleep(0)\n    session.add(T(id=5, name='five'))\n")
    project.ok("seed", "apply")
    assert rows(project) == [(5,)]


def test_edited_ones_are_told(lite):
    project = seeded(lite, V0001__three=SQL)
    project.ok("seed", "apply")
    project.write("seeds/V0001__three.sql", SQL.replace("three rows", "another comment"))
    assert project.ok("seed", "list", "--json").json["seeds"][0]["status"] == "applied"
    project.write("seeds/V0001__three.sql", SQL.replace("a;b", "c"))
    assert project.ok("seed", "list", "--json").json["seeds"][0]["status"] == "edited"
    assert "was changed after it was applied" in project.ok("seed", "apply").err
    assert rows(project) == [(1,), (2,), (3,)]


def test_a_folder_for_one_database(lite):
    project = seeded(lite, V0002__shared="INSERT INTO t VALUES (2, 'shared');")
    project.write("dbwarden/primary/seeds/001_own.sql", "INSERT INTO t VALUES (1, 'own');")
    project.write("dbwarden/other/seeds/003_theirs.sql", "INSERT INTO t VALUES (3, 'theirs');")
    project.ok("seed", "apply")
    assert rows(project) == [(1,), (2,)]
    assert project.ok("seed", "create", "third", "--json").json["path"] == "dbwarden/primary/seeds/V0003__third.sql"
    project.write("seeds/V0001__again.sql", "SELECT 1;")
    assert "two files have version" in project.run("seed", "list").err
    assert "two files have version" in project.ok("status").err
