/* The two sources that a request names by --from and --to: their projects and sessions opened, and both read. */
#include "command/sides.h"

#include "base/text.h"

void sides_close(struct sides **pointer)
{
    struct sides *sides = *pointer;
    sources_close(&sides->sources);
    for (int i = 0; i < 2; i++) {
        session_close(&sides->session[i]);
        config_close(&sides->own[i]);
    }
    config_close(&sides->project);
    url_close(&sides->sandbox);
}

static int dialect_read(struct ctx *ctx, const char *name, const struct dialect **dialect)
{
    struct names known = {0};
    *dialect = name ? dialect_find(name) : NULL;
    if (!name || *dialect)
        return 0;
    for (int i = 0; dialect_list[i]; i++)
        names_add(ctx->mem, &known, dialect_list[i]->name);
    const char *near = text_nearest(&known, name);
    fail(ctx, ERR_USAGE, "--dialect: %s is not one of %s", name, names_join(ctx->mem, &known, ", "));
    return near ? fail_hint(ctx, "Did you mean %s?", near) : ERR_USAGE;
}

static int url_open(struct sides *sides, int i)
{
    struct ctx *ctx = sides->ctx;
    struct session *session = &sides->session[i];
    struct config_options where = {.folder = sides->request->where->folder, .url = sides->sources.side[i].url};
    TRY(config_open(ctx, &where, &sides->own[i]));
    TRY(session_begin(ctx, sides->request, sides->own[i], NULL, session));
    return database_there(ctx, session);
}

static int project_session(struct sides *sides, int i)
{
    struct ctx *ctx = sides->ctx;
    if (!sides->project)
        TRY(config_open(ctx, sides->request->where, &sides->project));
    TRY(session_begin(ctx, sides->request, sides->project, request_text(sides->request, "database"),
                      &sides->session[i]));
    sides->session[i].offline = request_flag(sides->request, "offline");
    return 0;
}

static int side_open(struct sides *sides, int i)
{
    struct source *source = &sides->sources.side[i];
    bool given = !i && sides->given;
    const char *text = given ? sides->given : request_text(sides->request, i ? "to" : "from");
    TRY(source_parse(sides->ctx, given ? "SRC" : i ? "--to" : "--from", text ? text : "empty", source));
    if (source->url)
        TRY(url_open(sides, i));
    else if (source_needs_project(source))
        TRY(project_session(sides, i));
    else
        return 0;
    source->session = &sides->session[i];
    return 0;
}

/* Two files in the folder of a project are of its engine, unless somebody says otherwise. */
static void dialect_guess(struct sides *sides, const struct dialect **dialect)
{
    struct ctx *ctx = sides->ctx;
    const struct source *side = sides->sources.side;
    bool says = side[0].session || side[1].session || side[0].kind == SOURCE_SNAPSHOT ||
                side[1].kind == SOURCE_SNAPSHOT || *dialect;
    if (says)
        return;
    if (project_session(sides, 0) == 0)
        *dialect = sides->session[0].database->dialect;
    ctx->error = (struct error){0};
}

static void filter_choose(struct sides *sides)
{
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < 2; i++)
            if (sides->session[i].database && (pass || sides->session[i].config == sides->project)) {
                sides->sources.filter = &sides->session[i].database->filter;
                return;
            }
    own_tables_add(sides->ctx->mem, &sides->filter.own);
    sides->sources.filter = &sides->filter;
}

int sides_read(struct ctx *ctx, const struct request *request, struct sides *sides)
{
    sides->ctx = ctx;
    sides->request = request;
    const char *sandbox = request_text(sides->request, "sandbox_url");
    const struct dialect *dialect;
    TRY(dialect_read(ctx, request_text(sides->request, "dialect"), &dialect));
    sides->sources.folder = sides->request->where->folder;
    if (sandbox) {
        TRY(url_read(ctx, sandbox, &sides->sandbox));
        sides->sources.sandbox = &sides->sandbox;
    }
    TRY(side_open(sides, 0));
    TRY(side_open(sides, 1));
    dialect_guess(sides, &dialect);
    filter_choose(sides);
    TRY(sources_match(ctx, &sides->sources, dialect));
    return sources_read(ctx, &sides->sources);
}
