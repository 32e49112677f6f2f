"""The program under strace: killed, or its system calls made to fail, at a place that can be counted."""

import os
import re
import subprocess
from collections import Counter

from support.project import PROGRAM, Outcome

WRITES = "pwrite64,fsync,fdatasync,ftruncate,unlink"
TALKS = "sendto,write,recvfrom,recvmsg,poll"
PLACES = {}  # of an undisturbed run: for each call its name, and which of that name it was


def places(log):
    seen, found = Counter(), []
    for process, name in re.findall(r"^(\d+) +(\w+)\(", log, re.M):
        seen[process, name] += 1
        found.append((name, seen[process, name]))
    return found


def at_place(known, calls, inject):
    """strace counts each call under its own name, we count all of them."""
    what, _, when = inject.rpartition(":when=")
    if not what or not 0 < int(when) <= len(known):
        return calls, inject
    name, number = known[int(when) - 1]
    return name, f"{what}:when={number}"


def traced(project, inject, *args, calls=None):
    """`inject` as strace has it, without the calls; the outcome, and how many of the calls there were."""
    calls = calls or (WRITES if project.engine == "sqlite" else TALKS)
    log = project.folder.parent / "strace.log"
    run = (str(project.folder), args, calls)
    command = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={calls}"]
    if inject:
        command += ["-e", "inject={}:{}".format(*at_place(PLACES.get(run, []), calls, inject))]
    # Leaks are looked for by tracing too, and a process has one tracer.
    environment = project.environment({"ASAN_OPTIONS": "detect_leaks=0"})
    done = subprocess.run([*command, PROGRAM, *args], cwd=project.folder, env=environment, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120)
    assert "AddressSanitizer" not in done.stderr and "runtime error:" not in done.stderr, done.stderr
    found = places(log.read_text())
    if not inject:
        PLACES[run] = found
    return Outcome(done.returncode, done.stdout, done.stderr), len(found)


def python_struck(project, python, when, *args):
    """The command, while the interpreter that it starts is killed at a call: 0 for none. How many calls that made."""
    calls = WRITES if project.engine == "sqlite" else TALKS
    log, wrapper = project.folder.parent / "python.log", project.folder.parent / "python"
    run = (str(project.folder), args, "python")
    strike = "-e inject={}:{}".format(*at_place(PLACES[run], calls, f"signal=KILL:when={when}")) if when else ""
    wrapper.write_text(f'#!/bin/sh\nexec strace -f -qq -o {log} -e trace={calls} {strike} {python} "$@"\n')
    wrapper.chmod(0o755)
    project.python = wrapper
    project.run(*args)
    project.python = python
    found = places(log.read_text())
    if not when:
        PLACES[run] = found
    return len(found)


def rounds(few):
    """How many places are tried; a soak tries more."""
    return int(os.environ.get("DBWARDEN_TEST_FAULTS", few))
