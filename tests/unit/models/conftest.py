"""Runs the reader as the program does: its one text on standard input, the answer on a pipe of its own."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BOOT = (
    "import sys\n"
    "if sys.path[:1] == ['']: del sys.path[0]\n"
    "exec(compile(sys.stdin.buffer.read(int(sys.argv[2])), '<dbwarden reader>', 'exec'))"
)


@pytest.fixture(scope="session")
def reader_text(tmp_path_factory):
    path = tmp_path_factory.mktemp("reader") / "reader.py"
    subprocess.run([sys.executable, ROOT / "src/models/embed.py", "--text", path], check=True)
    return path.read_bytes()


class Project:
    """A folder with files in it, and the reader run there."""

    def __init__(self, folder, text):
        self.folder = folder
        self.text = text
        self.prints = ""
        self.told = []

    def write(self, **files):
        """Keyword `models__user` stands for models/user.py."""
        for name, content in files.items():
            path = self.folder / (name.replace("__", "/") + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(content))
        return self

    def put(self, path, content=""):
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(content))
        return self

    def run(self, mode, request, **environment):
        reading, writing = os.pipe()
        program = f"import os, sys; os.dup2({writing}, 3); os.execv(sys.executable, [sys.executable, '-c'] + sys.argv[1:])"
        child = subprocess.Popen(
            [sys.executable, "-c", program, BOOT, mode, str(len(self.text))],
            cwd=self.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            pass_fds=[writing], env={**os.environ, **environment},
        )
        os.close(writing)
        child.stdin.write(self.text + json.dumps(request).encode())
        child.stdin.close()
        with open(reading, "rb") as reply:
            answer = reply.read()
        self.prints = child.stderr.read().decode()
        assert child.stdout.read() == b"", "the user's prints belong to standard error"
        child.wait()
        *told, answer = answer.split(b"\n")
        self.told = [line.decode() for line in told]
        return json.loads(answer)

    def models(self, paths=None, dialect="postgresql", version=150004, **environment):
        request = {"folder": str(self.folder), "dialect": dialect, "version": version, "paths": paths}
        return self.run("models", request, **environment)

    def tables(self, paths=None, dialect="postgresql", **keywords):
        """Tables of the default schema by name."""
        answer = self.models(paths, dialect, **keywords)
        assert "error" not in answer, answer
        self.answer = answer
        return {table["name"]: table for table in answer["tree"]["schemas"][0].get("tables", [])}

    def refusal(self, paths=None, dialect="postgresql", **environment):
        answer = self.models(paths, dialect, **environment)
        assert "error" in answer, answer
        return answer["error"]

    def config(self, file="dbwarden.py", **request):
        request = {"root": str(self.folder), "folder": str(self.folder), "candidates": [], **request}
        request["file"] = str(self.folder / file) if file else None
        return self.run("config", request)

    def edit(self, edit, values, file="dbwarden.py"):
        return self.run("edit", {"file": str(self.folder / file), "edit": edit, "values": values})


@pytest.fixture
def project(tmp_path, reader_text):
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder, reader_text)
