"""Scratch databases that nobody uses any more.  Tests beside this one make and drop their own at the same time."""

import time

import psycopg2

UNUSED = """SELECT datname FROM pg_database d WHERE datname LIKE 'dbwarden\\_scratch%' AND NOT EXISTS (
    SELECT FROM pg_stat_activity a WHERE a.datid = d.oid OR a.pid = split_part(d.datname, '_', 3)::int)"""


def left_over(url, seconds=10):
    """Those that stay for so long; most are gone at the second look."""
    found, until = None, time.monotonic() + seconds
    while found is None or (found and time.monotonic() < until):
        with psycopg2.connect(url) as connection, connection.cursor() as cursor:
            cursor.execute(UNUSED)
            now = {name for (name,) in cursor.fetchall()}
        found = now if found is None else found & now
        time.sleep(0.1 if found else 0)
    return found
