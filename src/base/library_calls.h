/*
 * Makes of a list of functions what lets them be called as if the library were linked: a pointer for each, a function of
 * its name that calls through it (hidden, since the library itself would call it too), and `symbols` for struct library.  LIBRARY_CALLS names the list, a .def file of
 * GIVES(result, name, parameters, arguments) and, without a result, DOES(name, parameters, arguments).  A call with "..." among its
 * parameters cannot be passed on: VARIES(result, name, parameters) makes the pointer at_name alone.
 * To be included once, by the one file that owns the library; no guard, because it is code.
 */
#include "base/library.h"

#define GIVES(result, name, params, args) static result(*at_##name) params;
#define DOES(name, params, args)          static void(*at_##name) params;
#define VARIES(result, name, params)      static result(*at_##name) params;
#include LIBRARY_CALLS
#undef GIVES
#undef DOES
#undef VARIES

#define GIVES(result, name, params, args)                    \
    __attribute__((visibility("hidden"))) result name params \
    {                                                        \
        return at_##name args;                               \
    }
#define DOES(name, params, args)                           \
    __attribute__((visibility("hidden"))) void name params \
    {                                                      \
        at_##name args;                                    \
    }
#define VARIES(result, name, params)
#include LIBRARY_CALLS
#undef GIVES
#undef DOES
#undef VARIES

#define GIVES(result, name, params, args) {#name, &at_##name},
#define DOES(name, params, args)          {#name, &at_##name},
#define VARIES(result, name, params)      {#name, &at_##name},
static const struct library_symbol symbols[] = {
#include LIBRARY_CALLS
    {NULL, NULL},
};
#undef GIVES
#undef DOES
#undef VARIES
