"""`pip install .` into a real virtual environment, Python that runs there, and applications that are served from it."""

import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import textwrap
from pathlib import Path

from support.engines import wait_until
from support.project import ROOT

CACHE = Path(os.environ.get("DBWARDEN_TEST_CACHE", "/var/tmp/dbwarden-test"))
BASE = "/usr/bin/python3"
# DBWARDEN_TEST_PACKAGE=asan: program and extension with AddressSanitizer, which Python itself has to be started with.  Leaks are another
# matter: interpreters keep what they have.
ASAN = os.environ.get("DBWARDEN_TEST_PACKAGE") == "asan"
FLAGS = "-fsanitize=address,undefined -fno-sanitize-recover=all"
# What is compared with, of which a part is imported: without all that the rest of it needs.
BESIDE = ("safir==9.3.0", "safir-logging==9.3.0", "structlog==26.1.0")
FOLDER = "package-asan" if ASAN else "package"


def sanitized():
    library = subprocess.run(["gcc", "-print-file-name=libasan.so"], check=True, capture_output=True, text=True).stdout.strip()
    return {"LD_PRELOAD": os.path.realpath(library), "ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "halt_on_error=1"}


class Package:
    """An environment that the package is installed in."""

    def __init__(self, folder):
        self.bin = folder / "bin"

    def environment(self, **more):
        kept = {key: value for key, value in os.environ.items()
                if not key.startswith(("DBWARDEN_", "PYTHON")) and key not in ("ENVIRONMENT", "DATABASE_URL")}
        return {**kept, **(sanitized() if ASAN else {}), "PATH": f"{self.bin}:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", **more}

    def run(self, *command, folder=None, status=0, **more):
        done = subprocess.run([str(word) for word in command], cwd=folder, env=self.environment(**more), capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=600)
        assert done.returncode == status, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def python(self, text, folder=None, **more):
        """What the lines print last, as JSON."""
        lines = "import json, sys\n" + textwrap.dedent(text)
        return json.loads(self.run(self.bin / "python", "-c", lines, folder=folder, **more).splitlines()[-1])


def install(folder):
    wanted = (ROOT / "tests/requirements.txt").read_text().split() + (ROOT / "tests/requirements-package.txt").read_text().split()
    kept = [line for line in wanted if not line.startswith(("pylibseekdb", "sqlmodel"))]
    subprocess.run([BASE, "-m", "venv", "--clear", folder], check=True)
    pip = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
    flags = {"CFLAGS": FLAGS, "LDFLAGS": FLAGS, "ASAN_OPTIONS": "detect_leaks=0"} if ASAN else {}
    subprocess.run([*pip, *kept, f"{ROOT}[fastapi,redis,metrics]"], check=True, timeout=900, env={**os.environ, **flags})
    subprocess.run([*pip, "--no-deps", *BESIDE], check=True, timeout=300)


def installed():
    """Once per test run; the runner's processes wait for the first of them."""
    folder = CACHE / FOLDER
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{FOLDER}.lock", "a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        if lock.read() != run or not (folder / "bin" / "dbwarden").exists():
            install(folder)
            lock.truncate(0)
            lock.write(run)
    return Package(folder)


class Answer:
    def __init__(self, status, text):
        self.status, self.text = status, text

    @property
    def json(self):
        return json.loads(self.text)

    def __repr__(self):
        return f"{self.status} {self.text}"


class App:
    """`uvicorn main:app` in a folder, as a user starts it."""

    def __init__(self, package, folder, log="app.log", **environment):
        self.log = folder / log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [package.bin / "python", "-m", "uvicorn", "main:app", "--port", str(self.port)]
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command, cwd=folder, env=package.environment(**environment), stdout=log, stderr=log)
        wait_until(lambda: self.process.poll() is not None or "Uvicorn running" in self.said())

    def __enter__(self):
        assert self.process.poll() is None, self.said()
        return self

    def __exit__(self, *error):
        self.stop()

    def said(self):
        return self.log.read_text()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def ask(self, method, path, body=None, key=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/json", **({"X-API-Key": key} if key else {})}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        result = Answer(answer.status, answer.read().decode())
        connection.close()
        return result

    def get(self, path, **options):
        return self.ask("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.ask("POST", path, body, **options)
