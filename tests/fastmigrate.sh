#!/bin/bash
# fastmigrate.sh CACHE: the original's own tests against our package of its name, unmodified, as its source archive has them.  Left out are
# those whose folders of migrations the archive does not hold.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
package=$1/package/bin version=0.5.3
work=$(mktemp -d /tmp/dbwarden-fastmigrate.XXXXXX)
trap 'rm -rf "$work"' EXIT
"$package/pip" download -q --disable-pip-version-check --no-deps --no-binary :all: -d "$work" "fastmigrate==$version"
tar -xzf "$work/fastmigrate-$version.tar.gz" -C "$work"
cp -r "$here/../python/fastmigrate" "$work/sources"
"$package/pip" install -q --disable-pip-version-check --no-deps --target "$work/site" "$work/sources" pytest-mock
sed -i "1s|^#!.*|#!$package/python|" "$work"/site/bin/fastmigrate_*
export PYTHONPATH=$work/site PATH=$work/site/bin:$package:$PATH PYTHONDONTWRITEBYTECODE=1
cd "$work/fastmigrate-$version"
"$package/python" -m pytest -q -p no:cacheprovider tests --deselect tests/test_cli.py::test_cli_with_testsuite_a \
  --deselect tests/test_failures.py::test_sql_failure --deselect tests/test_failures.py::test_cli_sql_failure \
  --deselect tests/test_failures.py::test_testsuite_failure_cli --deselect tests/test_migrations.py::test_testsuite_a \
  --deselect tests/test_selective_migrations.py::test_selective_migrations_core \
  --deselect tests/test_selective_migrations.py::test_selective_migrations_with_gaps
