#!/bin/bash
# debug_python.sh CORE: the extension (_core.abi3.so) in a debug build of Python, which checks what the interpreter is handed: it loads, and calls
# leave neither objects nor references.  Debian's build is unpacked in a temporary folder, so nothing is installed.
set -euo pipefail
core=$(realpath "$1")
folder=$(mktemp -d) && chmod 755 "$folder"
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/dbwarden" && cp "$core" "$folder/dbwarden/" && touch "$folder/dbwarden/__init__.py"
(cd "$folder" && apt-get download -qq python3.11-dbg libpython3.11-dbg 2>/dev/null && for file in *.deb; do dpkg-deb -x "$file" .; done)
cd "$folder"
"$folder/usr/bin/python3.11-dbg" - <<'PY'
import gc
import sys

from dbwarden import _core


def stopped(text):
    raise KeyError(text)


def calls():
    handle = _core.Handle('{"url": "sqlite:///app.db", "migrations_dir": "migrations"}')
    handle.call("version")
    handle.call("init", "{}", lambda text: None)
    try:
        handle.call("init", "{}", stopped)
    except KeyError:
        pass
    try:
        handle.call("version", 5)
    except TypeError:
        pass
    handle.last_error()
    handle.cancel()
    handle.close()
    _core.mask("postgresql://bob:hunter2@h/d")
    _core.commands()


def counted():
    """Not sys.gettotalrefcount(), which knows nothing of what an extension for every Python counts itself."""
    gc.collect()
    return sys.getallocatedblocks(), sys.getrefcount(None), sys.getrefcount(_core.Handle), sys.getrefcount(stopped)


for _ in range(20):
    calls()
before = counted()
for _ in range(500):
    calls()
left = [after - count for after, count in zip(counted(), before)]
print(f"debug build of Python {sys.version.split()[0]}: after 500 rounds {left} more objects and references")
sys.exit(any(abs(count) > 50 for count in left) or not hasattr(sys, "gettotalrefcount"))
PY
