/* libpq, loaded when a URL asks for it: each function of libpq.def as a pointer, as a call through it, and by its name. */
#include "base/library.h"
#include "dialect/postgres/pg.h"

#define GIVES(result, name, params, args) static result(*at_##name) params;
#define DOES(name, params, args)          static void(*at_##name) params;
#include "dialect/postgres/libpq.def"
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
#include "dialect/postgres/libpq.def"
#undef GIVES
#undef DOES

#define GIVES(result, name, params, args) {#name, &at_##name},
#define DOES(name, params, args)          {#name, &at_##name},
static const struct library_symbol symbols[] = {
#include "dialect/postgres/libpq.def"
    {NULL, NULL},
};

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
