/* Loading client libraries: all functions of one at once, so that none is found missing in the middle of something. */
#include "base/library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "base/file.h"

static int fail_load(struct ctx *ctx, const struct library *library, const char *what)
{
    const char *why = dlerror();
    fail(ctx, ERR_UNSUPPORTED, "the client library %s %s: %s", library->file, what, why ? why : "no reason is given");
    return fail_hint(ctx, "%s", library->hint);
}

static int load(struct ctx *ctx, struct library *library)
{
    void *handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return fail_load(ctx, library, "cannot be loaded");
    for (const struct library_symbol *symbol = library->symbol; symbol->name; symbol++) {
        void *found = dlsym(handle, symbol->name);
        if (!found)
            return fail_load(ctx, library, "is too old");
        memcpy(symbol->at, &found, sizeof found); /* ISO C knows no cast from an object's address to a function's */
    }
    library->loaded = true;
    return 0;
}

int library_load(struct ctx *ctx, struct library *library)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    int code = library->loaded ? 0 : load(ctx, library);
    pthread_mutex_unlock(&lock);
    return code;
}

char *library_folder(struct arena *mem, const struct library *library)
{
    Dl_info info;
    void *function;
    memcpy(&function, library->symbol->at, sizeof function);
    return dladdr(function, &info) && info.dli_fname ? path_folder(mem, info.dli_fname) : NULL;
}
