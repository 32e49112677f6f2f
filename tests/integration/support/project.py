"""A project of a user in a temporary folder, and the program run in it."""

import json
import os
import pty
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SEED = int(os.environ.get("DBWARDEN_TEST_SEED", "1"))  # of all that is random
PROGRAM = os.environ.get("DBWARDEN_PROGRAM", str(ROOT / "build" / "dbwarden"))
PLAIN = os.environ.get("DBWARDEN_PLAIN_PROGRAM", PROGRAM)  # without sanitizers, which need memory of their own


def fork_on_terminal():
    try:
        return pty.fork()
    except OSError as error:
        pytest.fail(f"this test needs a pseudo-terminal and the system gives none ({error}): is /dev/pts mounted"
                    " (mount -t devpts devpts /dev/pts), and is /dev/ptmx there?")


@dataclass
class Outcome:
    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"exit {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class Project:
    def __init__(self, folder, url, python, name="primary", engine=None, **settings):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.url, self.python, self.name = url, python, name
        engine = engine or url.split(":")[0].split("+")[0]
        self.engine = engine
        pairs = {"database_name": name, "default": True, "database_type": engine, "database_url_sync": url, **settings}
        text = ", ".join(f"{key}={value!r}" for key, value in pairs.items())
        self.write("dbwarden.py", f"from dbwarden import database_config\n\n{name} = database_config({text})\n")
        (self.migrations).mkdir(parents=True, exist_ok=True)

    @property
    def migrations(self):
        return self.folder / "migrations" / self.name

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def migration(self, version, name, up, down="SELECT 1", head=""):
        text = f"{head}-- upgrade\n\n{up}\n\n-- rollback\n\n{down}\n"
        return self.write(f"migrations/{self.name}/{self.name}__{version}_{name}.sql", text)

    def environment(self, extra=None):
        kept = {key: value for key, value in os.environ.items() if not key.startswith("DBWARDEN_")}
        kept.pop("DATABASE_URL", None)
        kept.pop("VIRTUAL_ENV", None)
        if "DBWARDEN_TEST_LIBRARIES" in os.environ:  # another SQLite than the system's
            kept["LD_LIBRARY_PATH"] = os.environ["DBWARDEN_TEST_LIBRARIES"]
        kept["XDG_CACHE_HOME"] = str(self.folder.parent / "cache")
        python = os.environ.get("WARM_CLIENT", self.python) if self.python == sys.executable else self.python
        return {**kept, "DBWARDEN_PYTHON": str(python), "PYTHONDONTWRITEBYTECODE": "1", **(extra or {})}

    def start(self, *args, env=None, program=PROGRAM, **options):
        """The running program, for tests that interrupt it."""
        return subprocess.Popen([program, *args], cwd=self.folder, env=self.environment(env), text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def run(self, *args, env=None, timeout=120, program=PROGRAM):
        with self.start(*args, env=env, program=program) as process:
            try:
                out, err = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        assert "AddressSanitizer" not in err and "runtime error:" not in err, err
        return Outcome(process.returncode, out, err)

    def ok(self, *args, **options):
        outcome = self.run(*args, **options)
        assert outcome.status == 0, f"dbwarden {' '.join(args)}: {outcome}"
        return outcome

    def answer(self, args, answers):
        """Runs on a terminal and types the answers, one at each question."""
        pid, terminal = fork_on_terminal()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(PROGRAM, [PROGRAM, *args], self.environment({"TERM": "dumb"}))
        shown, left = b"", list(answers)
        while True:
            ready, _, _ = select.select([terminal], [], [], 60)
            assert ready, f"no answer from the program: {shown!r}"
            try:
                chunk = os.read(terminal, 65536)
            except OSError:
                break
            if not chunk:
                break
            shown += chunk
            if left and shown.rstrip(b" ").endswith(b":") and shown.endswith(b": "):
                os.write(terminal, left.pop(0).encode() + b"\n")
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        return Outcome(os.waitstatus_to_exitcode(status), shown.decode(errors="replace"), "")

    def files(self):
        return sorted(path.name for path in self.migrations.glob("*.sql"))
