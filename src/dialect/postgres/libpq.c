/* libpq, loaded when a URL asks for it; what is called of it is in libpq.def. */
#include "dialect/postgres/pg.h"

#define LIBRARY_CALLS "dialect/postgres/libpq.def"
#include "base/library_calls.h"

int pg_library_load(struct ctx *ctx)
{
    static struct library library = {
        .file = "libpq.so.5",
        .hint =
            "Install it: the package libpq5 of Debian and Ubuntu, libpq of Fedora and Alpine, postgresql-libs of Arch.",
        .symbol = symbols,
    };
    return library_load(ctx, &library);
}
