"""The crash law for what make-migrations writes: a plan of twenty changes between two releases of models, killed at a random moment, the
program or the server, up or down.  The next plain command ends as an undisturbed run does: the models agree, the rows are there.

`make test` strikes a few times, a soak DBWARDEN_TEST_CRASHES times up to 100.
"""

import os
import sys
import time
from urllib.parse import urlsplit

import pytest
from support.cutter import cutter
from support.engines import SERVER, Database, EngineProject, alchemy_base
from support.own_server import own_server
from support.picture import picture
from support.trace import traced
from test_crash_law import assert_lost, assert_same, result

STRIKES = min(100, int(os.environ.get("DBWARDEN_TEST_CRASHES", "0"))) or 1
UP, DOWN = ("migrate",), ("downgrade", "--to", "0001")
HEAD = """
import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Computed, Date, DateTime, Enum, ForeignKey, Index, Integer, SmallInteger, String, Text
from sqlalchemy.orm import declarative_base

Base = declarative_base()
"""
BEFORE = HEAD + """
class Team(Base):
    __tablename__ = "team"
    id = Column(Integer, primary_key=True)
    name = Column(String(40), nullable=False)
    city = Column(String(30))


class Person(Base):
    __tablename__ = "person"
    __table_args__ = (CheckConstraint("age > 0", name="person_age"),)
    id = Column(Integer, primary_key=True)
    team_id = Column(Integer, ForeignKey("team.id", name="person_team"))
    mail = Column(String(80), unique=True)
    nick = Column(String(20))
    age = Column(SmallInteger)
    state = Column(Enum("new", "old", name="state"), nullable=False)


class Visit(Base):
    __tablename__ = "visit"
    id = Column(Integer, primary_key=True)
    person_id = Column(Integer, ForeignKey("person.id", name="visit_person"), nullable=False)
    day = Column(Date)
    note = Column(String(50))


class Tag(Base):
    __tablename__ = "tag"
    id = Column(Integer, primary_key=True)
    word = Column(String(30), index=True)


class Gone(Base):
    __tablename__ = "gone"
    id = Column(Integer, primary_key=True)
"""
AFTER = HEAD + """
class Team(Base):
    __tablename__ = "team"
    __table_args__ = {"comment": "who works together"}
    id = Column(Integer, primary_key=True)
    name = Column(String(60), nullable=False, unique=True)
    city = Column(String(30), nullable=False, server_default="here", comment="where")
    motto = Column(Text)


class Role(Base):
    __tablename__ = "role"
    id = Column(Integer, primary_key=True)
    name = Column(String(40))


class Person(Base):
    __tablename__ = "person"
    __table_args__ = (CheckConstraint("age >= 0", name="person_age"), Index("person_age_ix", "age"))
    id = Column(Integer, primary_key=True)
    team_id = Column(Integer, ForeignKey("team.id", name="person_team", ondelete="SET NULL"))
    role_id = Column(Integer, ForeignKey("role.id", name="person_role"))
    mail = Column(String(80), unique=True)
    alias = Column(String(20))
    age = Column(Integer)
    twice = Column(Integer, Computed("age * 2"))
    state = Column(Enum("new", "old", "gone", name="state"), nullable=False, server_default="new")


class Visit(Base):
    __tablename__ = "visit"
    __table_args__ = (Index("visit_day", "day"),)
    id = Column(Integer, primary_key=True)
    person_id = Column(Integer, ForeignKey("person.id", name="visit_person"), nullable=False)
    day = Column(DateTime)
    note = Column(Text)
    kind = Column(SmallInteger, nullable=False, server_default="1")


class Label(Base):
    __tablename__ = "label"
    id = Column(Integer, primary_key=True)
    word = Column(String(30))


class Held(Base):
    __tablename__ = "held"
    person_id = Column(Integer, ForeignKey("person.id", name="held_person"), primary_key=True)
    label_id = Column(Integer, ForeignKey("label.id", name="held_label"), primary_key=True)
"""
RENAMES = ("--rename-table", "tag:label", "--rename", "person.nick:alias")
ROWS = """
INSERT INTO team VALUES (1, 'red', 'there'), (2, 'blue', 'near')
INSERT INTO person VALUES (1, 1, 'a@x', 'ann', 30, 'new'), (2, NULL, 'b@x', NULL, 40, 'old')
INSERT INTO visit VALUES (1, 1, '2026-01-02', 'it''s'), (2, 2, NULL, NULL)
INSERT INTO tag VALUES (1, 'one'), (2, NULL)
"""


def generated(project):
    """A project at its first release, with rows, and the file that leads to the second one.  The table that goes has none."""
    project.python = sys.executable
    yaml = project.folder / "dbwarden.yaml"
    yaml.write_text(yaml.read_text() + "    model_paths: [models.py]\n")
    project.write("models.py", BEFORE)
    project.ok("make-migrations", "first")
    project.ok("migrate")
    for statement in ROWS.strip().splitlines():
        project.database.run(statement)
    project.write("models.py", AFTER)
    project.ok("make-migrations", "second", *RENAMES)


@pytest.mark.parametrize("engine", ["mariadb", "mysql"])
def test_twenty_generated_changes(tmp_path, engine, dice):
    with own_server(engine, durable=True) as server:
        database = Database(engine, server.urls[SERVER[engine]], alchemy_base(engine, server.urls).format("test"))
        parts = urlsplit(database.url)
        with cutter(parts.hostname, parts.port) as network:
            database.url = database.url.replace(f":{parts.port}/", f":{network.port}/")
            project = EngineProject(tmp_path / "project", database)
            generated(project)

            def measure(command):
                """Its system calls, its messages, and what it leaves."""
                network.cut_at(0)
                shown, calls = traced(project, None, *command)
                assert shown.status == 0, shown
                return calls, network.sent, result(project)

            def strike(command, calls, messages):
                if dice.random() < 0.5:
                    at = dice.randint(1, calls)
                    traced(project, f"signal=KILL:when={at}", *command)
                    return f"{command} killed at system call {at} of {calls}"
                at, pause = dice.randint(1, messages), dice.choice((None, 0, dice.uniform(0, 0.03)))
                network.cut_at(at, pause is not None, server.kill, pause or 0)
                shown = project.run(*command)
                while network.struck and network.at:
                    time.sleep(0.005)
                if network.struck:
                    server.restart()
                network.cut_at(0)
                assert_lost(shown, command)
                return f"{command}: the server killed at message {at} of {messages}"

            before = picture(project.database)
            up = measure(UP)
            assert "agree" in project.ok("diff").out
            down = measure(DOWN)
            assert picture(project.database) == before
            for _ in range(STRIKES):
                for command, (calls, messages, wanted) in ((UP, up), (DOWN, down)):
                    what = strike(command, calls, messages)
                    print(what)
                    project.ok(*command)
                    assert_same(project, wanted, what)
