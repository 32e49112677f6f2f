#!/usr/bin/env python3
"""mutants.py: are random faults in src/ noticed?  Makes one-token changes in a copy of the sources, one at a time, builds each and runs the tests that
need no server and execute the changed line, until one fails.  A change that does not compile, or compiles to the same object code, does not count.

The sample comes from the seed alone, so two runs on the same tree agree.  What survives is printed as a diff: it becomes a test, or simpler code.
Exit status: 0, or 1 if fewer than --limit % were noticed.  Tests run in process and mount namespaces of their own, because a changed kill() might
hit anybody."""
import argparse
import collections
import difflib
import filecmp
import hashlib
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build-mutants"
TREE, BUILD, COVER, EXECUTED = WORK / "tree", WORK / "build", WORK / "cover", WORK / "executed.json"
TEST_SECONDS, TEST_FACTOR, CPU_FACTOR = 10, 10, 4
MEMORY = 4 << 30

SWAPS = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&", "true": "false", "false": "true",
         "+=": "-=", "-=": "+=", "++": "--", "--": "++", "+": "-", "-": "+", "!": ""}
WEIGHTS = {"comparison": 4, "logic": 3, "constant": 3, "statement": 4, "negation": 2, "boolean": 1, "arithmetic": 2}
KINDS = {"comparison": "== != < <= > >=", "logic": "&& ||", "boolean": "true false", "arithmetic": "+= -= ++ -- + -", "negation": "!"}
KIND_OF = {token: kind for kind, tokens in KINDS.items() for token in tokens.split()}
TOKEN = re.compile(r"""(?P<skip>/\*(?:.|\n)*?\*/ | //[^\n]* | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | ^[ \t]*\#(?:[^\n]*\\\n)*[^\n]* )
                   | (?P<number>(?<![\w.])\d+(?![\w.])) | (?P<word>[A-Za-z_]\w*)
                   | (?P<sign><<=|>>=|->|\+\+|--|<<|>>|[<>=!+\-*/%&|^]=|&&|\|\||[-+*/%&|^!<>=()\[\]{},;.?:~])""", re.M | re.X)
STATEMENT = re.compile(r"^ +((?:TRY\()?[a-z_][\w.\[\]>-]*(?:\(.*\)| [-+|&]?= .*);)$", re.M)
NOT_STATEMENT = re.compile(r"(return|break|continue|goto|sizeof|if|while|for|switch|else|case|default)\b")
AFTER = (";", "{", "}", ":", ")", "*/", "else")
# The sizes of arrays and first rooms: another number is as good.
SIZES = re.compile(r"^\s*(enum \{ [A-Z_]+ = |(static |const |unsigned |struct )*\w+ \*?\w+\[\d+\]|.*\bNEW_ARRAY\()")

Mutant = collections.namedtuple("Mutant", "file kind line at length new")


def line_at(text, at):
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text[start:end if end >= 0 else len(text)]


def token_changes(text):
    before = ""
    for match in TOKEN.finditer(text):
        token, what = match.group(), match.lastgroup
        if what == "number" and not SIZES.match(line_at(text, match.start())):
            yield "constant", match.start(), len(token), str(int(token, 8 if re.match("0[0-7]", token) else 10) + 1)
        elif what in ("word", "sign") and token in SWAPS:
            unary = token in "+-" and not re.match(r"[\w)\]]", before[-1:])
            if not unary:
                yield KIND_OF[token], match.start(), len(token), SWAPS[token]
        if what != "skip":
            before = token


def statement_changes(text):
    for match in STATEMENT.finditer(text):
        above = text[:match.start()].rstrip()
        whole = match.group(1)
        if above.endswith(AFTER) and not NOT_STATEMENT.match(whole) and whole.count("(") == whole.count(")"):
            yield "statement", match.start(1), len(whole), ";"


def mutants_of(file):
    text = (TREE / file).read_text()
    for changes in (token_changes, statement_changes):
        for kind, at, length, new in changes(text):
            yield Mutant(file, kind, text.count("\n", 0, at) + 1, at, length, new)


def is_wanted(mutant, paths):
    place = f"{mutant.file}:{mutant.line}"
    return not paths or any(place == path or mutant.file == path or mutant.file.startswith(path.rstrip("/") + "/") for path in paths)


def sample(files, options):
    """Mutants in random order, the kinds by their weights."""
    rng = random.Random(options.seed)
    left = collections.defaultdict(list)
    for file in files:
        for mutant in mutants_of(file):
            if is_wanted(mutant, options.paths) and not (options.without and is_wanted(mutant, options.without)):
                left[mutant.kind].append(mutant)
    for kind in WEIGHTS:
        rng.shuffle(left[kind])
    while any(left.values()):
        kinds = [kind for kind in WEIGHTS if left[kind]]
        yield left[rng.choices(kinds, [WEIGHTS[kind] for kind in kinds])[0]].pop()


def copy_tree():
    """The working tree as it is, into build-mutants/tree; unchanged files keep their time, so that little is built again."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for name in names:
        source, target = ROOT / name, TREE / name
        if not target.exists() or not filecmp.cmp(source, target, shallow=False):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    for path in TREE.rglob("*"):
        if path.is_file() and str(path.relative_to(TREE)) not in names:
            path.unlink()
    return sorted(name for name in names if name.startswith("src/") and name.endswith(".c"))


def ninja(*targets):
    return subprocess.run(["ninja", "-C", str(BUILD), *targets], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def set_up(folder, *options):
    """As a shared library, so that a change costs one link, and without debug information, so that the same code is the same file."""
    if not (folder / "build.ninja").exists():
        subprocess.run(["meson", "setup", str(folder), str(TREE), "-Dbuildtype=plain", "-Dcore=shared_library", *options], check=True,
                       stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", str(folder), "--quiet"], check=True, stdout=subprocess.DEVNULL)


def limits(seconds):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def run_alone(command, seconds, env=None, cpu=None):
    """Whether the command ends well in time, of the processor too; it and all its children are gone afterwards."""
    alone = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--pid", "--fork", "--kill-child", "--mount-proc"]
    try:
        return subprocess.run([*alone, *command], timeout=seconds, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=(lambda: limits(cpu)) if cpu else None).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def read_tests(folder):
    """The programs that need no server; not the checks of sources."""
    listed = json.loads(subprocess.run(["meson", "introspect", str(folder), "--tests"], check=True, capture_output=True, text=True).stdout)
    return [test for test in listed if test["cmd"][0].startswith(str(folder))]


def executed_lines(files):
    """The lines of each file that count as code and whether the program that just ran came there, and where functions begin and end."""
    data = sorted(COVER.glob("src/**/*.gcda"))
    shown = subprocess.run(["gcov", "--json-format", "--stdout", *map(str, data)], cwd=COVER, check=True, capture_output=True, text=True).stdout
    for about in map(json.loads, shown.splitlines()):
        for file in about["files"]:
            name = os.path.relpath((COVER / file["file"]).resolve(), TREE)
            if name in files:
                yield name, file["lines"], file["functions"]
    for path in COVER.rglob("*.gcda"):
        path.unlink()


def observe(files):
    """Of each line which tests execute it, as bits, and how long each takes: cached for this very tree."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(TREE.rglob("*")) if path.is_file())).hexdigest()
    if EXECUTED.exists() and (known := json.loads(EXECUTED.read_text()))["tree"] == digest:
        return known
    set_up(COVER, "-Db_coverage=true")
    known = {"tree": digest, "seconds": [], "lines": {}, "functions": {}}
    for bit, (test, plain) in enumerate(zip(read_tests(COVER), read_tests(BUILD))):
        since = time.monotonic()
        # What gcov prints may be all that is wrong.
        if not run_alone(test["cmd"], 300, test["env"]) and not run_alone(plain["cmd"], 300, plain["env"]):
            sys.exit(f"mutants.py: {test['name']} fails without any change: " + " ".join(test["cmd"]))
        known["seconds"].append(time.monotonic() - since)
        for name, lines, functions in executed_lines(files):
            known["functions"][name] = sorted({(each["start_line"], each["end_line"]) for each in functions})
            masks = known["lines"].setdefault(name, {})
            for line in lines:
                number = str(line["line_number"])
                masks[number] = masks.get(number, 0) | (line["count"] > 0) << bit
    EXECUTED.write_text(json.dumps(known))
    return known


def tests_for(mutant, tests, known):
    """Those that execute the line; of what is no code the function, of data all.  Those of its folder first, then the fastest."""
    masks, line = known["lines"].get(mutant.file, {}), mutant.line
    if str(line) not in masks:
        line = next((start for start, end in known["functions"].get(mutant.file, []) if start <= line <= end), 0)
    mask = masks.get(str(line), -1)
    suite = "dbwarden:" + mutant.file.split("/")[1]
    pairs = [pair for bit, pair in enumerate(zip(tests, known["seconds"])) if mask >> bit & 1]
    return sorted(pairs, key=lambda pair: (suite not in pair[0]["suite"], pair[1]))


def fails(test, seconds):
    """Twice: what fails once only was short of time on a busy machine."""
    return not any(run_alone(test["cmd"], TEST_SECONDS + TEST_FACTOR * seconds, test["env"], cpu=round(TEST_SECONDS + CPU_FACTOR * seconds))
                   for _ in range(2))


def programs_of(tests):
    """What has to be built for them: they themselves, and the program that they run."""
    paths = {os.path.normpath(word) for test in tests for word in test["cmd"]}
    return [os.path.relpath(path, BUILD) for path in sorted(paths) if path.startswith(f"{BUILD}/")]


def notices(mutant, tests, known):
    """The name of the first test that fails, or None."""
    if not ninja(*programs_of(tests)):
        return "the build"
    return next((test["name"] for test, seconds in tests_for(mutant, tests, known) if fails(test, seconds)), None)


def notices_with_servers():
    """All the rest: pytest with the servers that tests/run.sh uses, which the caller has started."""
    cache = os.environ.get("DBWARDEN_TEST_CACHE", "/var/tmp/dbwarden-test")
    if not ninja("dbwarden"):
        return "the build"
    command = [f"{cache}/venv/bin/python", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", str(ROOT / "tests/integration")]
    env = {"DBWARDEN_PROGRAM": str(BUILD / "dbwarden"), "DBWARDEN_TEST_CACHE": cache}
    return None if run_alone(command, 1800, env) else "integration tests"


def outputs():
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    found = {}
    for command in commands:
        found.setdefault(os.path.relpath((BUILD / command["file"]).resolve(), TREE), command["output"])
    return found


def try_mutant(mutant, output, tests, known, options):
    """What noticed it, None for a survivor, False if it does not count."""
    path = TREE / mutant.file
    text, same = path.read_text(), (BUILD / output).read_bytes()
    path.write_text(text[:mutant.at] + mutant.new + text[mutant.at + mutant.length:])
    try:
        if not ninja(output) or (BUILD / output).read_bytes() == same:
            return False
        return notices(mutant, tests, known) or (notices_with_servers() if options.all else None)
    finally:
        path.write_text(text)
        ninja(output)


def show(mutant):
    text = (TREE / mutant.file).read_text()
    changed = text[:mutant.at] + mutant.new + text[mutant.at + mutant.length:]
    lines = list(difflib.unified_diff(text.split("\n"), changed.split("\n"), lineterm="", n=0))[3:]
    return "\n".join([f"{mutant.file}:{mutant.line}: {mutant.kind}", *lines])


def run(files, options):
    """How many of each folder were noticed and not, and the survivors; Ctrl-C ends it early."""
    tests, known, found = read_tests(BUILD), observe(files), outputs()
    if not ninja(*programs_of(tests)):
        sys.exit("mutants.py: the tests cannot be built")
    counts, survivors = collections.defaultdict(lambda: [0, 0]), []
    try:
        for mutant in sample(files, options):
            if sum(map(sum, counts.values())) == options.count:
                break
            noticed_by = try_mutant(mutant, found[mutant.file], tests, known, options)
            if noticed_by is False:
                continue
            counts[mutant.file.rsplit("/", 1)[0]][noticed_by is None] += 1
            print(f"{mutant.file}:{mutant.line}: {mutant.kind}: " + (f"noticed by {noticed_by}" if noticed_by else "SURVIVED"), flush=True)
            if not noticed_by:
                survivors.append(mutant)
    except KeyboardInterrupt:
        pass
    return counts, survivors


def report(counts, survivors, options):
    noticed, survived = (sum(pair[i] for pair in counts.values()) for i in (0, 1))
    if survivors:
        print("\n---- survivors\n\n" + "\n\n".join(show(mutant) for mutant in sorted(survivors)))
    print(f"\n{'folder':<28} noticed survived")
    for folder, pair in sorted(counts.items()):
        print(f"{folder:<28} {pair[0]:>7} {pair[1]:>8}")
    percent = 100 * noticed / max(1, noticed + survived)
    print(f"seed {options.seed}: {noticed} of {noticed + survived} noticed ({percent:.0f} %)")
    return 0 if percent >= options.limit else 1


def main():
    parser = argparse.ArgumentParser(description="Are random faults in src/ noticed by the tests?")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only these: src/schema, src/sql/lex.c, src/sql/lex.c:120")
    parser.add_argument("--without", action="append", metavar="PATH", help="not these")
    parser.add_argument("--count", type=int, default=70, help="how many that count (%(default)s)")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("DBWARDEN_TEST_SEED", "1")), help="of the sample (%(default)s)")
    parser.add_argument("--limit", type=int, default=85, help="least per cent noticed (%(default)s)")
    parser.add_argument("--all", action="store_true", help="try survivors on the integration tests too; DBWARDEN_TEST_SERVERS names running servers")
    options = parser.parse_args()
    files = copy_tree()
    linker = ["-Dc_link_args=-fuse-ld=gold"] if shutil.which("ld.gold") else []
    set_up(BUILD, "-Doptimization=1", *linker)
    sys.exit(report(*run(files, options), options))


main()
