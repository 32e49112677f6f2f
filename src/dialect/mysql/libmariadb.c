/* libmariadb, loaded when a URL asks for it; what is called of it is in libmariadb.def. */
#include "dialect/mysql/parts.h"

#define LIBRARY_CALLS "dialect/mysql/libmariadb.def"
#include "base/library_calls.h"

int my_library_load(struct ctx *ctx)
{
    static struct library library = {
        .file = "libmariadb.so.3",
        .hint =
            "Install it: the package libmariadb3 of Debian and Ubuntu, mariadb-connector-c of Fedora and Alpine, mariadb-libs of Arch.",
        .symbol = symbols,
    };
    return library_load(ctx, &library);
}
