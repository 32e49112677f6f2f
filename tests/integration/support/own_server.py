"""A server that only one test uses, and kills."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

from support.project import ROOT


def children(process):
    """With all that came from it, itself first."""
    found = [process]
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in path.read_text().split():
                found += children(int(child))
    return found


class OwnServer:
    def __init__(self, name, durable):
        self.name, self.folder = name, f"/tmp/ts-{os.getpid()}-{name}"
        self.environment = {**os.environ, "TS_PORT": str(int(os.environ.get("TS_PORT", "21700")) + 8), "TS_DURABLE": str(int(durable))}
        self.urls = self.call("start", name)

    def call(self, word, *names):
        done = subprocess.run([ROOT / "tests" / "servers" / "testservers.sh", word, self.folder, *names], env=self.environment, check=True,
                              capture_output=True, text=True)
        return dict(line.split("=", 1) for line in done.stdout.split() if "_" in line.split("=", 1)[0] and "=" in line)

    def kill(self):
        """At once: without a shell that has to start first."""
        for process in children(int(Path(self.folder, self.name, "pid").read_text())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.call("kill9", self.name)

    def restart(self):
        self.call("restart", self.name)


@contextlib.contextmanager
def own_server(name, durable=False):
    """On the second half of the block of ports."""
    server = OwnServer(name, durable)
    try:
        yield server
    finally:
        server.call("stop")
        subprocess.run(["rm", "-rf", server.folder], check=True)
