/* libmariadb, loaded when a URL asks for it: each function of libmariadb.def as a pointer, as a call through it, and by its name. */
#include "base/library.h"
#include "dialect/mysql/parts.h"

#define GIVES(result, name, params, args) static result(*at_##name) params;
#define DOES(name, params, args)          static void(*at_##name) params;
#include "dialect/mysql/libmariadb.def"
#undef GIVES
#undef DOES

#define GIVES(result, name, params, args) \
    result name params                    \
    {                                     \
        return at_##name args;            \
    }
#define DOES(name, params, args) \
    void name params             \
    {                            \
        at_##name args;          \
    }
#include "dialect/mysql/libmariadb.def"
#undef GIVES
#undef DOES

#define GIVES(result, name, params, args) {#name, &at_##name},
#define DOES(name, params, args)          {#name, &at_##name},
static const struct library_symbol symbols[] = {
#include "dialect/mysql/libmariadb.def"
    {NULL, NULL},
};

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
