/*
 * What another tool's files hold, where these are code: the reader asks the project's own interpreter (models/reader/revisions.py).
 */
#include "run/takeover.h"

#include "base/text.h"

static void names_take(struct arena *mem, const struct json *array, struct names *names)
{
    for (int i = 0; array && i < array->n; i++)
        names_add(mem, names, array->item[i]->text);
}

static struct foreign *revision_take(struct ctx *ctx, const struct json *said)
{
    struct foreign *foreign = NEW(ctx->mem, struct foreign);
    *foreign = (struct foreign){
        .id = json_get_text(said, "id"),
        .path = json_get_text(said, "path"),
        .title = json_get_text(said, "title"),
        .up = json_get_text(said, "up"),
        .down = json_get_text(said, "down"),
        .source = json_get_text(said, "source"),
        .why = json_get_text(said, "python"),
        .no_way_back = json_get_text(said, "no_way_back"),
        .only_run = json_get_text(said, "only_run"),
        .no_transaction = json_get_bool(said, "alone", false),
    };
    if (foreign->source && (!foreign->up || !*foreign->up))
        foreign->up = "SELECT 1;\n"; /* in the trial */
    names_take(ctx->mem, json_get(said, "needs"), &foreign->needs);
    return foreign;
}

/* The history may have another name than the usual one, or be in a schema. */
static const struct format *format_named(struct arena *mem, const struct format *format, const char *schema,
                                         const char *table)
{
    if (text_equal(schema, format->schema) && text_equal(table, format->table) && !schema)
        return format;
    struct format *own = NEW(mem, struct format);
    const char *full = schema ? arena_printf(mem, "%s.%s", schema, table) : table;
    *own = *format;
    own->schema = schema;
    own->table = table;
    own->query = text_replace(mem, format->query, format->table, full);
    own->create = format->create ? text_replace(mem, format->create, format->table, full) : NULL;
    own->insert = text_replace(mem, format->insert, format->table, full);
    own->remove = text_replace(mem, format->remove, format->table, full);
    return own;
}

struct xml_reader {
    const struct session *session;
    const char *python;
};

static int xml_read(struct ctx *ctx, void *sink, const char *path, struct json **root)
{
    struct xml_reader *reader = sink;
    if (!reader->python)
        TRY(config_python(ctx, reader->session->config, &reader->python));
    return models_xml(ctx, reader->python, path_absolute(ctx, path), root);
}

static int files_read(struct ctx *ctx, const struct session *session, struct foreign_source *source,
                      struct list *foreign)
{
    struct xml_reader reader = {.session = session};
    struct format_reading reading = {.ctx = ctx,
                                     .folder = source->folder,
                                     .dialect = session->database->dialect,
                                     .tree = xml_read,
                                     .sink = &reader,
                                     .names_only = source->graph,
                                     .foreign = foreign};
    TRY(format_read(&reading, source->format));
    source->home = reading.home;
    source->format =
        format_named(ctx->mem, source->format, session->database->dialect->schemas_like ? source->format->schema : NULL,
                     source->format->table);
    return 0;
}

int foreign_read(struct ctx *ctx, const struct session *session, struct foreign_source *source, struct list *foreign)
{
    struct json *reply;
    if (source->format->read)
        return files_read(ctx, session, source, foreign);
    struct revisions_source asked = {.folder = path_absolute(ctx, source->folder),
                                     .tool = source->format->name,
                                     .dialect = session->database->dialect->name,
                                     .graph = source->graph,
                                     .server = source->server};
    TRY(config_python(ctx, session->config, &asked.python));
    TRY(models_revisions(ctx, &asked, &reply));
    const struct json *revisions = json_get(reply, "revisions");
    for (int i = 0; i < revisions->n; i++)
        list_add(ctx->mem, foreign, revision_take(ctx, revisions->item[i]));
    source->format =
        format_named(ctx->mem, source->format, json_get_text(reply, "schema"), json_get_text(reply, "table"));
    source->written = json_get_text(reply, "versions");
    return 0;
}
