#!/bin/sh
# deps.sh build|test: installs what is missing of the Debian packages that building, or testing too, needs.
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
clang
clang-format
clang-tidy
gcovr
git
libclang-rt-14-dev
procps
sqlite3
strace
"

case ${1:-} in
    build) wanted=$build ;;
    test) wanted="$build $test" ;;
    *) echo "usage: deps.sh build|test" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null; then
    echo "deps.sh: this is no Debian; the packages that are needed are called there:" $wanted >&2
    exit 0
fi

# shellcheck disable=SC2086 # one word per package is meant
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' || true)
missing=
for package in $wanted; do
    echo "$installed" | grep -qxF "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null; then
        echo "deps.sh: these packages are missing and only root can install them:$missing" >&2
        exit 1
    fi
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -o DPkg::Lock::Timeout=600 update -q
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -qy --no-install-recommends $missing
