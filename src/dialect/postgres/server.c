/*
 * How a private PostgreSQL server is made of local binaries (dialect/scratch_server.h): on a Unix socket in its folder.
 */
#include <signal.h>

#include "dialect/postgres/pg.h"

static const char *const programs[] = {"initdb", "postgres", NULL};
static const char *const environment[] = {"LC_ALL=C.UTF-8", NULL};

const struct scratch_server_spec pg_server_spec = {
    .title = "PostgreSQL",
    .folder = "/tmp/dbwarden-pg-XXXXXX", /* not TMPDIR: its user must be able to enter, and a socket's path is short */
    .programs = programs,
    .versions = "/usr/lib/postgresql",
    .ask = "pg_config --bindir",
    .version_unit = 10000,
    .initialise =
        "{bin}/initdb -D {folder}/data -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions",
    .run =
        "{bin}/postgres -D {folder}/data -k {folder} -p 5432 -c listen_addresses= -c fsync=off "
        "-c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c shared_buffers=16MB -c max_connections=10",
    .add_env = environment,
    .drop_env = "PG", /* what would lead libpq's relatives astray */
    .stop = SIGQUIT,  /* at once, without a checkpoint */
    .ready_file = "data/postmaster.pid",
    .ready_text = "\nready",
    .hint = "Install one (Debian: apt install postgresql), or give a URL whose user may create databases.",
};
