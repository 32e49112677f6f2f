#!/bin/bash
# packages.sh FOLDER: two Python environments that differ in dbwarden alone: ours as pip installs it, and 0.8.2 beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
wanted=(fastapi==0.165.0 uvicorn==0.54.0 'sqlalchemy==2.0.46' greenlet asyncpg==0.32.0 aiosqlite==0.22.1 psycopg2-binary==2.9.11 prometheus_client==0.26.0)
for name in ours theirs; do
    [[ -x $folder/$name/bin/uvicorn ]] && continue
    /usr/bin/python3 -m venv --clear "$folder/$name"
    "$folder/$name/bin/pip" install -q --disable-pip-version-check "${wanted[@]}"
done
# 0.8.2 asks for schemap, which is for newer Pythons alone and which it works without.
"$folder/theirs/bin/python" -c 'import dbwarden' 2>/dev/null ||
    "$folder/theirs/bin/pip" install -q --disable-pip-version-check attrs cattrs clickhouse-connect packaging pyyaml rich typer
"$folder/theirs/bin/pip" install -q --disable-pip-version-check --no-deps dbwarden==0.8.2
"$folder/ours/bin/pip" install -q --disable-pip-version-check --force-reinstall --no-deps .
