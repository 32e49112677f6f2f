#!/bin/bash
# wheel.sh URL...: builds the wheel and runs it in a bare Debian where neither a compiler nor our libraries are: on SQLite, and on the server of
# each URL.  The root comes from debootstrap, so it needs root and a package mirror.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$(mktemp -d /var/tmp/dbwarden-bare.XXXXXX)
clean() { mountpoint -q "$root/proc" && umount "$root/proc"; rm -rf "$root"; }
trap clean EXIT
command -v debootstrap >/dev/null || apt-get install -y -qq debootstrap >/dev/null
mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list.d | head -1 || true)
debootstrap --no-check-gpg --variant=minbase --include=python3-venv,ca-certificates bookworm "$root" ${mirror:+"$mirror"} >"$root.log" 2>&1 ||
  { tail -3 "$root.log"; rm -f "$root.log"; exit 1; }
rm -f "$root.log"
make -s wheel
cp dist/dbwarden-*.whl "$root/tmp/"
mkdir -p "$root/srv/migrations/primary"
printf 'databases:\n  primary:\n    default: true\n    database_type: sqlite\n    database_url_sync: sqlite:///./app.db\n' >"$root/srv/dbwarden.yaml"
printf -- '-- upgrade\n\nCREATE TABLE a (id INTEGER);\n\n-- rollback\n\nDROP TABLE a;\n' >"$root/srv/migrations/primary/primary__0001_a.sql"
cat >"$root/srv/check.sh" <<'END'
set -euo pipefail
! command -v cc
python3 -m venv /srv/venv && /srv/venv/bin/pip install -q --no-index /tmp/*.whl
cd /srv && PATH=/srv/venv/bin:$PATH
dbwarden --version
dbwarden migrate
python3 -c "import dbwarden; from dbwarden import _core; assert _core.Handle().call('status')[0] == 0"
for url; do dbwarden --url "$url" status >/dev/null; done
END
mount --bind /proc "$root/proc"
chroot "$root" bash /srv/check.sh "$@"
