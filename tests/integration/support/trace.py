"""The program under strace: killed, or its system calls made to fail, at a place that can be counted."""

import os
import re
import subprocess

from support.project import PROGRAM, Outcome

WRITES = "pwrite64,fsync,fdatasync,ftruncate,unlink"
TALKS = "sendto,write,recvfrom,recvmsg,poll"


def traced(project, inject, *args, calls=None):
    """`inject` as strace has it, without the calls; the outcome, and how many of the calls there were."""
    calls = calls or (WRITES if project.engine == "sqlite" else TALKS)
    log = project.folder.parent / "strace.log"
    command = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={calls}"]
    if inject:
        command += ["-e", f"inject={calls}:{inject}"]
    # Leaks are looked for by tracing too, and a process has one tracer.
    environment = project.environment({"ASAN_OPTIONS": "detect_leaks=0"})
    done = subprocess.run([*command, PROGRAM, *args], cwd=project.folder, env=environment, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120)
    assert "AddressSanitizer" not in done.stderr and "runtime error:" not in done.stderr, done.stderr
    count = len(re.findall(r"^\d+ +\w+\(", log.read_text(), re.M))
    return Outcome(done.returncode, done.stdout, done.stderr), count


def rounds(few):
    """How many places are tried; a soak tries more."""
    return int(os.environ.get("DBWARDEN_TEST_FAULTS", few))
