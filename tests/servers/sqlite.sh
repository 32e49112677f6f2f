#!/bin/bash
# sqlite.sh CACHE: a current SQLite as a shared library, made once from the source that an npm package carries; prints
# the folder to put on LD_LIBRARY_PATH.  Debian 12 has 3.40, and what ALTER TABLE can do has grown since.
set -euo pipefail
package=better-sqlite3@12.11.1 # SQLite 3.53.2
folder=$1/sqlite-3.53
if [ ! -e "$folder/libsqlite3.so.0" ]; then
  command -v npm >/dev/null || apt-get install -y -q --no-install-recommends npm >/dev/null
  rm -rf "$folder.new" && mkdir -p "$folder.new"
  (cd "$folder.new" && npm pack --silent "$package" >/dev/null && tar -xzf better-sqlite3-*.tgz package/deps/sqlite3)
  cc -O1 -shared -fPIC -Wl,-soname,libsqlite3.so.0 -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_FTS5 \
    -DSQLITE_ENABLE_UNLOCK_NOTIFY -DSQLITE_ENABLE_DBSTAT_VTAB -DSQLITE_ENABLE_RTREE \
    "$folder.new/package/deps/sqlite3/sqlite3.c" -o "$folder.new/libsqlite3.so.0" -ldl -lpthread -lm
  rm -rf "$folder.new/package" "$folder.new"/*.tgz "$folder"
  mv -T "$folder.new" "$folder"
fi
echo "$folder"
