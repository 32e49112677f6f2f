#!/bin/sh
# deps.sh install|missing build|test: the Debian packages that building, or testing too, needs.
#   install  installs those that are missing (as root, or with sudo)
#   missing  changes nothing: names them, and fails if there are any
set -eu

build="
gcc
libc6-dev
make
pkg-config
meson
ninja-build
libpq-dev
libmariadb-dev
libcurl4-openssl-dev
libsqlite3-dev
libjansson-dev
libyaml-dev
libmd-dev
libsmartcols-dev
libcmocka-dev
libpg-query-dev
python3
python3-venv
python3-dev
"
test="
libgvc6
chromium-headless-shell
clang
clang-format
clang-tidy
gcovr
git
libclang-rt-14-dev
mariadb-client
pgbouncer
procps
sqlite3
strace
"

command -v npm >/dev/null || test="${test}npm" # Node.js of another source has it without the package

case "${1:-} ${2:-}" in
    "install build" | "missing build") wanted=$build ;;
    "install test" | "missing test") wanted="$build $test" ;;
    *) echo "usage: deps.sh install|missing build|test" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null; then
    echo "deps.sh: this is not a Debian; the packages that are needed are called there:" $wanted >&2
    exit 0
fi

# shellcheck disable=SC2086 # one word per package is meant
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' || true)
missing=
for package in $wanted; do
    echo "$installed" | grep -qxF "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$1" = missing ]; then
    echo "these Debian packages are missing:$missing" >&2
    echo "\`make deps\` installs what building needs, \`make deps FOR=test\` what testing needs." >&2
    exit 1
fi

as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null; then
        echo "deps.sh: these packages are missing and only root can install them:$missing" >&2
        exit 1
    fi
fi
echo "installing Debian packages that are missing:$missing"
$as_root apt-get -o DPkg::Lock::Timeout=600 update -q
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -qy --no-install-recommends $missing
