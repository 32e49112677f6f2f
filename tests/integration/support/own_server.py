"""A server that only one test uses, and kills."""

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path

from support.project import ROOT

MEMORY, ROOM = "/dev/shm", 2 << 30  # what a killed process wrote stays there, and syncing costs nothing


def place():
    with contextlib.suppress(OSError):
        free = os.statvfs(MEMORY)
        if free.f_bavail * free.f_frsize > ROOM:
            return MEMORY
    return "/tmp"


def children(process):
    """With all that came from it, itself first."""
    found = [process]
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in path.read_text().split():
                found += children(int(child))
    return found


def alive(process):
    """What waits for its parent to hear of its end is not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


class OwnServer:
    def __init__(self, name, durable):
        self.name, self.folder = name, f"{place()}/ts-{os.getpid()}-{name}"
        self.environment = {**os.environ, "TS_PORT": str(int(os.environ.get("TS_PORT", "21700")) + 16), "TS_DURABLE": str(int(durable))}
        self.urls = self.call("start", name)

    def call(self, word, *names):
        done = subprocess.run([ROOT / "tests" / "servers" / "testservers.sh", word, self.folder, *names], env=self.environment,
                              capture_output=True, text=True)
        assert done.returncode == 0, f"{word}: {done.stderr}"
        return dict(line.split("=", 1) for line in done.stdout.split() if "_" in line.split("=", 1)[0] and "=" in line)

    def kill(self):
        """At once: without a shell that has to start first.  Stopped before, it has no more children than are seen; none is left after."""
        server = int(Path(self.folder, self.name, "pid").read_text())
        os.kill(server, signal.SIGSTOP)
        gone = children(server)
        for process in gone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for process in gone:
            while alive(process):
                time.sleep(0.005)
        for path in Path(self.folder, self.name).glob("s.sock*"):
            path.unlink()

    def restart(self):
        self.call("restart", self.name)


@contextlib.contextmanager
def own_server(name, durable=False):
    """On the second half of the block of ports, which another test may have at the moment."""
    with open(f"/tmp/ts-{os.environ.get('TS_PORT', '21700')}-{name}.lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        server = OwnServer(name, durable)
        try:
            yield server
        finally:
            server.call("stop")
            subprocess.run(["rm", "-rf", server.folder], check=True)
