#!/bin/bash
# peers.sh FOLDER: other migration tools to be measured beside ours, as far as what installs them (npm, go) is there; nothing else needs them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) folder=$1
mkdir -p "$folder"
cd "$folder"
if [[ ! -x node_modules/.bin/dbmate ]] && command -v npm >/dev/null; then
    npm install --silent --no-audit --no-fund dbmate >/dev/null || echo "dbmate cannot be installed" >&2
fi
if [[ ! -x bin/goose ]] && command -v go >/dev/null; then
    GOBIN=$folder/bin go install -tags 'no_mysql no_clickhouse no_mssql no_vertica no_ydb no_libsql no_turso' \
        github.com/pressly/goose/v3/cmd/goose@latest 2>/dev/null || echo "goose cannot be installed" >&2
fi
# Atlas as its library: the module of its program is not on the proxy.
if [[ ! -x bin/atlas ]] && command -v go >/dev/null; then
    mkdir -p atlas bin
    cp "$here/atlas.go" atlas/main.go
    (cd atlas && { [[ -f go.mod ]] || go mod init atlas; } && go mod tidy && go build -o ../bin/atlas .) 2>/dev/null ||
        echo "Atlas cannot be built" >&2
fi
