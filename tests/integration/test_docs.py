"""The commands that README and docs/ show, run again: what they print is what the page says.

A page is one session in a new folder.  `<!-- file: NAME -->` before a code block writes the block to that file; a block
marked `console` holds `$ command` lines and what they printed.  DBWARDEN_TEST_UPDATE=1 writes what was printed into the
page.  Times, durations and folders of one machine are masked on both sides.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.histories import DBMATE, jars, npm
from support.project import PROGRAM, ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
INSTALLED = {"fastapi.md", "safir.md"}  # pages whose commands need the Python package
# Pages that show another tool, and where that is; what only a soak installs may be absent.
TOOLS = {"from-other-tools.md": lambda: npm("dbmate", DBMATE).parent, "from-liquibase.md": lambda: jars("liquibase") / "bin"}
SERVED = {"gradual.md"}  # pages about PostgreSQL: ${DATABASE_URL} is a new database
BLOCK = re.compile(r"(?P<head>(?:<!-- file: (?P<file>\S+) -->\n)?```(?P<kind>\w*)\n)(?P<body>.*?)(?P<tail>```\n)", re.DOTALL)
MASKS = [
    (re.compile(r'"(time|timestamp)": "[0-9T:.-]*Z"'), r'"\1": "2026-11-21T12:00:00.123Z"'),
    (re.compile(r"(?<!\"timestamp\": \")(?<!\"time\": \")\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?"), "2026-11-21 12:00:00"),
    (re.compile(r"\b\d+\.\d\ds\b"), "0.01s"),
    (re.compile(r"\b\d+(\.\d+)? ms\b"), "1 ms"),
    (re.compile(r'"seconds": \d+(\.\d+)?'), '"seconds": 0.012'),
    (re.compile(r"(_seconds_sum{.*}) [0-9.]+"), r"\1 0.012345"),
    (re.compile(r"_\d{8}_\d{6}\b"), "_20261121_120000"),
    (re.compile(r"\b\d+ bytes\b"), "20480 bytes"),
    (re.compile(r"\bpid \d+"), "pid 4711"),
]


def masked(text, folder):
    text = text.replace(sys.executable, "/home/you/project/.venv/bin/python").replace(str(folder), "/home/you/project")
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def commands(body):
    """The `$` lines of a block with their continuation lines, and what stands below each."""
    found = []
    for line in body.splitlines():
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif found and found[-1][0].endswith("\\") and not found[-1][1]:
            found[-1][0] += "\n" + line
        elif found:
            found[-1][1].append(line)
    return found


def jobs(body):
    """What a job of CI or of a cluster runs."""
    listed = re.findall(r"^ *- (dbwarden .*)$", body, re.MULTILINE)
    return listed + [" ".join(re.split(r"[\s,\"]+", words)) for words in re.findall(r"command: \[(dbwarden.*)\]", body)]


def run(command, folder, package, url=None):
    programs = package.bin if package else f"{Path(PROGRAM).parent}:{Path(sys.executable).parent}"
    path = f"{programs}:{os.environ['PATH']}"
    env = {key: value for key, value in os.environ.items() if not key.startswith(("DBWARDEN_", "DATABASE_URL"))}
    env.update(PATH=path, DBWARDEN_PYTHON=sys.executable, LC_ALL="C.UTF-8", PYTHONDONTWRITEBYTECODE="1")
    if url:
        env["DATABASE_URL"] = url
    if package:
        env["DBWARDEN_PYTHON"] = str(package.bin / "python")
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
    return done.stdout


def block_run(match, folder, package, wrong, url):
    body = match["body"]
    if match["file"]:
        path = folder / match["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    if match["kind"] == "yaml":
        for command in jobs(body):
            printed = run(f"{command} && echo done", folder, package)
            if not printed.endswith("done\n"):
                wrong.append(f"{command}\n--- it printed\n{printed}")
    if match["kind"] != "console":
        return match[0]
    out = []
    for command, expected in commands(body):
        printed = masked(run(command, folder, package, url), folder)
        if printed != masked("\n".join(expected), folder):
            wrong.append(f"$ {command}\n--- the page says\n" + "\n".join(expected) + f"\n--- it printed\n{printed}")
        out.append(f"$ {command}\n" + (printed + "\n" if printed else ""))
    return match["head"] + "".join(out) + match["tail"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page(page, tmp_path, request, monkeypatch):
    wrong = []
    if page.name in TOOLS:
        there = TOOLS[page.name]()
        if not there.exists():
            pytest.skip(f"{there} is not there: a soak fetches it, which takes minutes")
        monkeypatch.setenv("PATH", f"{there}:{os.environ['PATH']}")
    text = page.read_text()
    package = request.getfixturevalue("package") if page.name in INSTALLED else None
    url = request.getfixturevalue("postgres") if page.name in SERVED else None
    again = BLOCK.sub(lambda match: block_run(match, tmp_path, package, wrong, url), text)
    if os.environ.get("DBWARDEN_TEST_UPDATE"):
        page.write_text(again)
    else:
        assert not wrong, "\n".join(wrong)


def test_python_reference():
    """docs/python.md is what the docstrings say."""
    page = ROOT / "docs" / "python.md"
    printed = subprocess.run([sys.executable, ROOT / "tools" / "python_api.py"], stdout=subprocess.PIPE, text=True, check=True).stdout
    if os.environ.get("DBWARDEN_TEST_UPDATE"):
        page.write_text(printed)
    assert page.read_text() == printed, "run this test with DBWARDEN_TEST_UPDATE=1"


def test_commands():
    """docs/commands.md is what the table of commands says."""
    page = ROOT / "docs" / "commands.md"
    printed = subprocess.run([PROGRAM, "help", "--markdown"], stdout=subprocess.PIPE, text=True, check=True).stdout
    if os.environ.get("DBWARDEN_TEST_UPDATE"):
        page.write_text(printed)
    assert page.read_text() == printed, "run this test with DBWARDEN_TEST_UPDATE=1"
