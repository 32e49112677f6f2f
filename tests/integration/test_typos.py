"""Comments that were meant for dbwarden and missed are named; prose is left alone."""

import pytest

FILE = "migrations/primary/primary__0001_one.sql"
UP, DOWN = "-- upgrade\n\nCREATE TABLE one (id integer);\n", "\n-- rollback\n\nDROP TABLE one;\n"
WRONG = {
    "transaction": ("-- transacton: none\n" + UP + DOWN, 1, "-- transaction: none"), "colon": ("-- transaction none\n" + UP + DOWN, 1, "-- transaction: none"),
    "equals": ("\n-- transaction = none\n" + UP + DOWN, 2, "-- transaction: none"), "plural": ("-- Transactions: NONE\n" + UP + DOWN, 1, "-- transaction: NONE"),
    "depends": ('-- depends: ["0007"]\n' + UP + DOWN, 1, '-- depends_on: ["0007"]'), "dash": ('-- depends-on: ["0007"]\n' + UP + DOWN, 1, "depends_on"),
    "set": ("-- sett lock_timeout=2s\n" + UP + DOWN, 1, "-- set lock_timeout = 2s"), "no set": ("-- lock_timeout = 2s\n" + UP + DOWN, 1, "-- set lock_timeout = 2s"),
    "set colon": ("-- set lock_timeout: 2s\n" + UP + DOWN, 1, "-- set lock_timeout = 2s"), "se": ("-- se statement_timeout = 1min\n" + UP + DOWN, 1, "-- set statement_timeout"),
    "name too": ("-- st lock_timeuot = 5s\n" + UP + DOWN, 1, "-- set lock_timeout = 5s"),
    "rolback": (UP + DOWN.replace("rollback", "rolback"), 5, '"-- rollback"'), "upgrde": (UP.replace("upgrade", "upgrde") + DOWN, 1, '"-- upgrade"'),
    "turned": (UP + DOWN.replace("rollback", "ROLBLACK"), 5, '"-- rollback"'), "tight": (UP + DOWN.replace("-- rollback", "--rollbck"), 5, '"-- rollback"'),
}
PROSE = ["-- Transactions are short here", "-- transactional: yes", "-- depends on 0001",
         "-- depends: see the ticket [1] for more", "-- set up the tables", "-- sets: 5", "-- set", "-- upgrades", "-- upgraded", "-- Upgrade of the shop", "-- rollbacks",
         "-- roll back with care", "-- rollback:", "-- seeds", "-- description", "-- lock_timeout is set by the server", "-- lock_timeout", "-- note: none",
         "-- author: [a, b]", "-- Name: users; Type: TABLE", "--", "-- ------------", "-- update", "-- update: none", "-- background", "-- statement", "-- setting: 5s",
         "-- timeout = 5s", "-- action: none", "-- grade", "-- fallback", "-- x" * 5000, "-- ünïcode: none"]


@pytest.mark.parametrize("text, line, meant", WRONG.values(), ids=WRONG)
def test_typos(lite, text, line, meant):
    lite.write(FILE, text)
    shown = lite.run("migrate")
    assert shown.status == 1 and f"{FILE}:{line}:1: " in shown.err and "Did you mean" in shown.err and meant in shown.err, shown
    assert lite.database.tables() == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_prose(lite, place):
    parts = [UP, DOWN]
    parts.insert(place, "\n".join(PROSE) + "\n")
    lite.write(FILE, "".join(parts))
    lite.ok("migrate")
    lite.ok("rollback")


def test_within_texts(lite):
    lite.write(FILE, UP + "INSERT INTO one VALUES ('\n-- rolback\n-- transacton: none\n');\n/*\n-- rolback\n*/\n" + DOWN)
    lite.ok("migrate")


def test_applied_long_ago(lite):
    """What was applied with it is not disturbed."""
    lite.write(FILE, UP + DOWN)
    lite.ok("migrate")
    lite.write(FILE, "-- transacton: none\n" + UP + DOWN)
    lite.table("0002", "two")
    lite.ok("migrate")
    assert lite.database.versions() == ["0001", "0002"]
