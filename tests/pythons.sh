#!/bin/bash
# pythons.sh: the wheel in every Python from 3.10 on that this machine has (on PATH or from pyenv), each with the newest FastAPI and SQLAlchemy
# and with those that 0.8.2 was locked to: an application migrates, answers and measures.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d /var/tmp/dbwarden-pythons.XXXXXX)
trap 'rm -rf "$folder"' EXIT
make -s wheel
wheel=$(realpath dist/dbwarden-*.whl)
newest=(fastapi sqlalchemy pydantic starlette)
locked=(fastapi==0.136.1 sqlalchemy==2.0.46 pydantic==2.13.3 starlette==1.0.0)
mkdir -p "$folder/app/migrations/primary"
printf -- '-- upgrade\n\nCREATE TABLE a (id INTEGER);\n\n-- rollback\n\nDROP TABLE a;\n' >"$folder/app/migrations/primary/primary__0001_a.sql"
cat >"$folder/app/dbwarden.py" <<'END_OF_FILE'
from dbwarden import database_config

primary = database_config(
    database_name="primary", default=True, database_type="sqlite", database_url_sync="sqlite:///./app.db", model_paths=["models"]
)
END_OF_FILE
cat >"$folder/app/check.py" <<'END_OF_FILE'
import asyncio
import sys
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

import dbwarden
from dbwarden import primary
from dbwarden.fastapi import DBWardenHealthRouter, DBWardenRouter, MetricsMiddleware, MetricsRouter, dbwarden_lifespan

app = FastAPI(lifespan=dbwarden_lifespan(mode="migrate"))
app.include_router(DBWardenHealthRouter(), prefix="/health")
app.include_router(DBWardenRouter(auth_mode="open"), prefix="/db")
app.include_router(MetricsRouter())
app.add_middleware(MetricsMiddleware)


@app.get("/sync")
def through_sync(session: primary.sync_session):
    return session.execute(text("SELECT count(*) FROM a")).scalar_one()


@app.get("/async")
async def through_async(session=primary.async_session):
    return (await session.execute(text("SELECT count(*) FROM a"))).scalar_one()


with TestClient(app) as client:
    for path in ("/health/", "/db/status", "/sync", "/async", "/metrics", "/openapi.json"):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text)
    assert 'route="/sync"' in client.get("/metrics").text
print(sys.version.split()[0], dbwarden.__version__, *(f"{name} {version(name)}" for name in ("fastapi", "sqlalchemy", "pydantic", "starlette")))
END_OF_FILE

pythons() { # one path for each version from 3.10 on
  local python version
  for python in $(compgen -c python3. | sort -u | xargs -r which -a 2>/dev/null) "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python /usr/bin/python3; do
    version=$("$python" -c 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2]) if sys.version_info >= (3, 10) else 0' 2>/dev/null) || continue
    [ -z "$version" ] || [ -n "${seen[$version]:-}" ] || { seen[$version]=$python; }
  done
}
declare -A seen=()
pythons
[ ${#seen[@]} -gt 0 ] || { echo "no Python from 3.10 on"; exit 1; }
for version in "${!seen[@]}"; do
  for libraries in newest locked; do
    declare -n wanted=$libraries
    venv=$folder/$version-$libraries
    "${seen[$version]}" -m venv "$venv"
    "$venv/bin/pip" install -q --disable-pip-version-check "$wheel" "${wanted[@]}" aiosqlite greenlet httpx prometheus_client
    rm -f "$folder/app/app.db"
    (cd "$folder/app" && "$venv/bin/dbwarden" status && DBWARDEN_METRICS=true "$venv/bin/python" check.py) >"$folder/log" 2>&1 ||
      { tail -20 "$folder/log"; echo "$version, $libraries: failed"; exit 1; }
    tail -1 "$folder/log"
    rm -rf "$venv"
  done
done
