/* libmariadb, loaded when a URL asks for it; what is called of it is in libmariadb.def. */
#include "dialect/mysql/parts.h"

#include "base/file.h"

#define LIBRARY_CALLS "dialect/mysql/libmariadb.def"
#include "base/library_calls.h"

static struct library library = {
    .file = "libmariadb.so.3",
    .hint =
        "Install it: the package libmariadb3 of Debian and Ubuntu, mariadb-connector-c of Fedora and Alpine, mariadb-libs of Arch.",
    .symbol = symbols,
};

int my_library_load(struct ctx *ctx)
{
    return library_load(ctx, &library);
}

const char *my_plugin_folder(struct arena *mem)
{
    const char *folder = library_folder(mem, &library);
    const char *plugins = folder ? path_join(mem, folder, "libmariadb3/plugin") : NULL;
    return plugins && folder_exists(plugins) ? plugins : NULL;
}
