"""Says what is being imported while an import takes long: a model that waits for a database, say.

A thread looks at where the importing one stands; each of its lines goes before the answer.
"""
import contextlib
import os
import sys
import threading
import time

from . import find
from .protocol import tell

PATIENCE = 3.0  # seconds of one import before the first line; each further line takes twice as long

current = None  # (what, started)


@contextlib.contextmanager
def importing(what):
    global current
    current = (what, time.monotonic())
    try:
        yield
    finally:
        current = None


def place_now(thread, folder):
    """Where the project's code stands: the innermost line of it."""
    frame = sys._current_frames().get(thread)
    while frame is not None:
        if find.in_project(frame.f_code.co_filename, folder):
            return ", now at %s:%d" % (os.path.relpath(frame.f_code.co_filename, folder), frame.f_lineno)
        frame = frame.f_back
    return ""


def watch(thread, folder):
    told, patience = None, PATIENCE
    while True:
        time.sleep(0.2)
        running = current
        if running is None:
            continue
        if running is not told:
            patience = PATIENCE
        if time.monotonic() - running[1] >= patience:
            tell("importing %s has taken %.0f s so far%s" % (running[0], patience, place_now(thread, folder)))
            told, patience = running, 2 * patience


def start(folder):
    threading.Thread(target=watch, args=(threading.get_ident(), folder), daemon=True).start()
