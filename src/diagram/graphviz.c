/*
 * Graphviz, loaded when a picture is asked for; what is called of it is in graphviz.def.  Its two plugins are given to it by
 * hand: it would look for them in a file of its own that may be missing, and would take along one that measures texts by the
 * fonts of the machine, so that each machine would draw another picture.  One picture at a time: it is not for threads.
 */
#include <pthread.h>

#include "base/file.h"
#include "diagram/parts.h"

/* As cgraph.h and gvc.h declare it since 2.38. They are not asked for: their package would bring the libraries of a desktop along. */
typedef struct Agraph_s Agraph_t;
typedef struct GVC_s GVC_t;
typedef int agusererrf(char *text);
struct graphviz_plugin {
    const char *name; /* NULL ends the list */
    void *library;
};
enum { AGERR = 1 };

#define LIBRARY_CALLS                     "diagram/graphviz.def"
#define GIVES(result, name, params, args) result name params;
#define DOES(name, params, args)          void name params;
#include LIBRARY_CALLS
#undef GIVES
#undef DOES
#include "base/library_calls.h"

static const char hint[] =
    "Install it: the package libgvc6 of Debian and Ubuntu, graphviz-libs of Fedora, graphviz of Alpine and Arch. "
    "--format mermaid and --format dot need no library.";

static struct library library = {.file = "libgvc.so.6", .hint = hint, .symbol = symbols};

enum { PLUGINS = 2 };
static void *plugin_at[PLUGINS];
static const struct library_symbol plugin_symbols[PLUGINS][2] = {
    {{"gvplugin_dot_layout_LTX_library", &plugin_at[0]}, {NULL, NULL}},
    {{"gvplugin_core_LTX_library", &plugin_at[1]}, {NULL, NULL}},
};
static const char *const plugin_files[PLUGINS] = {"libgvplugin_dot_layout.so.6", "libgvplugin_core.so.6"};

/* They lie in a folder beside the library. */
static int plugins_load(struct ctx *ctx)
{
    static char place[PLUGINS][4096]; /* as long as the library is loaded */
    static struct library plugins[PLUGINS];
    const char *folder = library_folder(ctx->mem, &library);
    for (int i = 0; i < PLUGINS; i++) {
        snprintf(place[i], sizeof place[i], "%s/graphviz/%s", folder ? folder : ".", plugin_files[i]);
        if (!plugins[i].loaded)
            plugins[i] = (struct library){.file = place[i], .hint = hint, .symbol = plugin_symbols[i]};
        TRY(library_load(ctx, &plugins[i]));
    }
    return 0;
}

/* What it says when something is wrong, which it would print. */
static char complaint[200];
static int complain(char *text)
{
    if (!*complaint)
        snprintf(complaint, sizeof complaint, "%s", text);
    return 0;
}

static int fail_draw(struct ctx *ctx)
{
    complaint[strcspn(complaint, "\n")] = 0;
    return fail(ctx, ERR_FAILED, "Graphviz cannot draw this%s%s", *complaint ? ": " : "", complaint);
}

static int draw(struct ctx *ctx, GVC_t *context, Agraph_t *graph, const char **svg)
{
    char *text = NULL;
    unsigned length[2] = {0}; /* newer releases write a size_t */
    if (gvRenderData(context, graph, "svg", &text, length) || !text)
        return fail_draw(ctx);
    *svg = arena_dup(ctx->mem, text);
    gvFreeRenderData(text);
    return 0;
}

static int lay_out(struct ctx *ctx, const char *dot, const char **svg)
{
    const struct graphviz_plugin plugins[PLUGINS + 1] = {{plugin_symbols[0]->name, plugin_at[0]},
                                                         {plugin_symbols[1]->name, plugin_at[1]}};
    *complaint = 0;
    agseterr(AGERR);
    agseterrf(complain);
    GVC_t *context = gvContextPlugins(plugins, 0);
    Agraph_t *graph = agmemread(dot);
    bool done = graph && !gvLayout(context, graph, "dot");
    int code = done ? draw(ctx, context, graph, svg) : fail_draw(ctx);
    if (done)
        gvFreeLayout(context, graph);
    if (graph)
        agclose(graph);
    gvFreeContext(context);
    return code;
}

int graphviz_draw(struct ctx *ctx, const char *dot, const char **svg)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    TRY(library_load(ctx, &library));
    pthread_mutex_lock(&lock);
    int code = plugins_load(ctx);
    if (!code)
        code = lay_out(ctx, dot, svg);
    pthread_mutex_unlock(&lock);
    return code;
}
