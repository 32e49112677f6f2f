#!/bin/bash
# venv.sh CACHE: the Python that the tests run in, made once: pinned, so that a new release breaks nothing by surprise.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=$1/venv
mkdir -p "$1" && chmod a+rx "$1"
if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
  rm -rf "$venv"
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/requirements.txt"
fi
