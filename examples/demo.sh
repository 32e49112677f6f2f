#!/bin/bash
# demo.sh [sqlite|postgresql]: the main job on the shop, command by command, in a folder that is made anew.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
engine=${1:-sqlite}
work=$here/build/demo
export PATH="$here/build:$PATH" DBWARDEN_PYTHON="$work/venv/bin/python" PYTHONDONTWRITEBYTECODE=1
[ -x "$DBWARDEN_PYTHON" ] || python3 -m venv "$work/venv"
"$DBWARDEN_PYTHON" -c 'import sqlalchemy' 2>/dev/null || "$work/venv/bin/pip" install --quiet 'sqlalchemy>=2.0,<2.2'
rm -rf "$work/shop" && cp -r "$here/examples/shop" "$work/shop" && cd "$work/shop"

run() { printf '\n$ dbwarden %s\n' "$*"; dbwarden "$@"; }
note() { printf '\n# %s\n' "$*"; }

case $engine in
  sqlite) unset SHOP_DATABASE_URL;;
  postgresql)
    "$here/tests/servers/testservers.sh" install pg15
    trap '"$here/tests/servers/testservers.sh" stop "$servers"; rm -rf "$servers"' EXIT
    servers=$(mktemp -d /tmp/dbwarden-demo.XXXXXX) && chmod 755 "$servers"
    export TS_PORT=${TS_PORT:-21840}
    SHOP_DATABASE_URL=$("$here/tests/servers/testservers.sh" start "$servers" pg15 2>/dev/null | sed -n 's/^PG15_TCP_URL=//p')
    export SHOP_DATABASE_URL;;
  *) echo "demo.sh: no demo for '$engine': sqlite or postgresql" >&2; exit 2;;
esac

note "The models of the first release become a migration, and the migration a schema."
run init -d shop
run make-migrations
run migrate
run status
note "The next release: a rename, a NOT NULL column with a default, a wider type, an enum value, an index, a foreign key."
cp next/models.py app/models.py
run make-migrations "next release" --rename customers.mail:email
sed -n '1,200p' migrations/shop/shop__0002_next_release.sql
run migrate
note "Back, and forward again."
run rollback
run migrate
run history
run make-migrations
