/*
 * The JSON form of a tree, read.  Generic over the descriptors, and strict: an unknown key, a wrong type or a
 * field that the engine does not have is an error that names the source and the place in it
 * (`models: tables[0].columns[2].storage: ...`), because a misspelt field must not quietly be "not said".
 */
#include "base/text.h"
#include "schema/tree_short.h"
#include "schema/unmodelled.h"

/* Where we are, from the inside out; spelt only when something is wrong. */
struct spot {
    const struct spot *outer;
    const char *key;
    int index; /* of an array item; -1: the key alone */
};

struct reader {
    struct ctx *ctx;
    const char *source;
    enum engine engine;
};

static void add_spot(struct buf *out, const struct spot *spot)
{
    if (!spot)
        return;
    add_spot(out, spot->outer);
    if (spot->outer)
        buf_add_c(out, '.');
    buf_add(out, spot->key);
    if (spot->index >= 0)
        buf_addf(out, "[%d]", spot->index);
}

static int refuse(struct reader *reader, const struct spot *spot, const char *what)
{
    struct buf path;
    buf_init(&path, reader->ctx->mem);
    add_spot(&path, spot);
    return fail(reader->ctx, ERR_SYNTAX, "%s: %s%s%s", reader->source, path.data, path.len ? ": " : "", what);
}

static int read_text(struct reader *reader, const struct spot *spot, const struct json *json, const char **text)
{
    if (json->type != JSON_TEXT && json->type != JSON_NULL)
        return refuse(reader, spot, "must be a text or null");
    *text = json->type == JSON_TEXT ? arena_dup(reader->ctx->mem, json->text) : NULL;
    return 0;
}

static int read_names(struct reader *reader, const struct spot *spot, const struct json *json, struct names *names)
{
    if (json->type != JSON_ARRAY)
        return refuse(reader, spot, "must be a list of texts");
    *names = (struct names){0};
    for (int i = 0; i < json->n; i++) {
        struct spot item = {spot->outer, spot->key, i};
        if (json->item[i]->type != JSON_TEXT)
            return refuse(reader, &item, "must be a text");
        names_add(reader->ctx->mem, names, arena_dup(reader->ctx->mem, json->item[i]->text));
    }
    return 0;
}

/*
 * A text is what trees had before references were qualified: a name in the default schema or the one that "ref_schema"
 * says; of an owner "table.column" in the schema of the object, of a list "schema.name" where the schema is another.
 */
static void qualify(struct arena *mem, const struct object *object, const struct field *field, struct ref *ref)
{
    const char *dot = strrchr(ref->name, '.');
    if (field->type == FIELD_REFS)
        *ref = ref_from_text(mem, ref->name);
    else if (field->marks & FIELD_LATER && dot)
        *ref = (struct ref){object->parent->name ? object->parent->name : "",
                            arena_copy(mem, ref->name, (size_t)(dot - ref->name)), dot + 1};
}

static int read_ref(struct reader *reader, const struct spot *spot, const struct json *json, struct ref *ref)
{
    const char *schema = ref->schema; /* by the key "ref_schema" of older trees */
    if (!ref_from_json(reader->ctx->mem, json, ref))
        return refuse(reader, spot, "must be a name, a list of schema and name, or null");
    if (schema)
        ref->schema = schema;
    return 0;
}

static int read_refs(struct reader *reader, const struct spot *spot, const struct json *json, struct refs *refs)
{
    if (json->type != JSON_ARRAY)
        return refuse(reader, spot, "must be a list of references");
    *refs = (struct refs){0};
    for (int i = 0; i < json->n; i++) {
        struct spot item = {spot->outer, spot->key, i};
        struct ref ref = {0};
        TRY(read_ref(reader, &item, json->item[i], &ref));
        refs_add(reader->ctx->mem, refs, &ref);
    }
    return 0;
}

/* The references that are plain texts in the field's `json`. */
static void qualify_texts(struct reader *reader, const struct json *json, struct object *object, int number)
{
    const struct field *field = &kind_table[object->kind].field[number];
    struct refs one = {.item = object_field(object, number), .n = 1};
    struct refs *refs = field->type == FIELD_REFS ? object_field(object, number) : &one;
    for (int i = 0; i < refs->n; i++)
        if ((field->type == FIELD_REFS ? json->item[i] : json)->type == JSON_TEXT)
            qualify(reader->ctx->mem, object, field, &refs->item[i]);
}

static int read_expr(struct reader *reader, const struct spot *spot, const struct json *json, struct expr *expr)
{
    *expr = (struct expr){0};
    if (json->type != JSON_OBJECT) {
        if (json->type != JSON_TEXT && json->type != JSON_NULL)
            return refuse(reader, spot, "must be a text, null or an object with \"written\" and \"printed\"");
        return read_text(reader, spot, json, &expr->written);
    }
    for (int i = 0; i < json->n; i++) {
        struct spot inner = {spot, json->key[i], -1};
        if (text_equal(json->key[i], "written"))
            TRY(read_text(reader, &inner, json->item[i], &expr->written));
        else if (text_equal(json->key[i], "printed"))
            TRY(read_text(reader, &inner, json->item[i], &expr->printed));
        else if (text_equal(json->key[i], "both")) {
            TRY(read_text(reader, &inner, json->item[i], &expr->printed));
            expr->written = expr->printed;
        } else
            return refuse(reader, &inner, "an expression has \"written\" and \"printed\", or \"both\", only");
    }
    return 0;
}

static int read_field(struct reader *reader, const struct spot *spot, const struct json *json, struct object *object,
                      int number)
{
    const struct field *field = &kind_table[object->kind].field[number];
    void *value = object_field(object, number);
    if (!(field->engines & reader->engine))
        return refuse(reader, spot,
                      arena_printf(reader->ctx->mem, "%s has no %s of a %s", engine_name(reader->engine), field->name,
                                   kind_table[object->kind].name));
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_TYPE: TRY(read_text(reader, spot, json, value)); break;
    case FIELD_EXPR: TRY(read_expr(reader, spot, json, value)); break;
    case FIELD_NAMES: TRY(read_names(reader, spot, json, value)); break;
    case FIELD_REF:
        TRY(read_ref(reader, spot, json, value));
        qualify_texts(reader, json, object, number);
        break;
    case FIELD_REFS:
        TRY(read_refs(reader, spot, json, value));
        qualify_texts(reader, json, object, number);
        break;
    case FIELD_FLAG:
        if (json->type != JSON_BOOL)
            return refuse(reader, spot, "must be true or false");
        *(bool *)value = json->truth;
        break;
    case FIELD_INT:
        if (json->type != JSON_INT)
            return refuse(reader, spot, "must be a whole number");
        *(int64_t *)value = json->number;
        break;
    }
    object_say(object, number);
    return 0;
}

/* The kind whose objects `parent` holds under this key, or KIND_COUNT. */
static enum kind child_kind(enum kind parent, const char *key)
{
    enum kind kind = kind_find_plural(key);
    if (kind == KIND_COUNT || !kind_fits(kind, parent) || kind_is(kind, KIND_LISTED))
        return KIND_COUNT;
    return kind;
}

static int refuse_key(struct reader *reader, const struct spot *spot, enum kind kind)
{
    const struct kind_info *info = &kind_table[kind];
    struct names known = {0};
    names_add(reader->ctx->mem, &known, "name");
    for (int i = 0; i < info->fields; i++)
        names_add(reader->ctx->mem, &known, info->field[i].name);
    for (int i = 0; i < KIND_COUNT; i++)
        if (child_kind(kind, kind_table[i].plural) != KIND_COUNT)
            names_add(reader->ctx->mem, &known, kind_table[i].plural);
    const char *key = spot->key;
    refuse(reader, spot, arena_printf(reader->ctx->mem, "a %s has no \"%s\"", info->name, key));
    const char *meant = text_nearest(&known, key);
    if (meant)
        return fail_hint(reader->ctx, "Did you mean \"%s\"?", meant);
    return fail_hint(reader->ctx, "A %s has: %s.", info->name, names_join(reader->ctx->mem, &known, ", "));
}

static int read_children(struct reader *reader, const struct spot *spot, const struct json *json, struct object *parent,
                         enum kind kind);

static int read_member(struct reader *reader, const struct spot *spot, const struct json *json, struct object *object)
{
    if (text_equal(spot->key, "name"))
        return read_text(reader, spot, json, &object->name);
    if (text_equal(spot->key, "name_invented")) {
        if (json->type != JSON_BOOL)
            return refuse(reader, spot, "must be true or false");
        object->name_invented = json->truth;
        return 0;
    }
    if (object->kind == KIND_FOREIGN_KEY && text_equal(spot->key, "ref_schema"))
        return read_text(reader, spot, json, &((struct foreign_key *)object)->ref_table.schema);
    int field = field_find(object->kind, spot->key);
    if (field >= 0)
        return read_field(reader, spot, json, object, field);
    enum kind kind = child_kind(object->kind, spot->key);
    if (kind == KIND_COUNT)
        return refuse_key(reader, spot, object->kind);
    return read_children(reader, spot, json, object, kind);
}

static bool needs_name(enum kind kind)
{
    return !kind_is(kind, KIND_PART | KIND_SINGLE | KIND_CONTENT | KIND_NAME_MADE);
}

static int read_object(struct reader *reader, const struct spot *spot, const struct json *json, struct object *object)
{
    if ((json->type == JSON_TEXT || json->type == JSON_ARRAY) && !needs_name(object->kind))
        return read_field(reader, spot, json, object, 0);
    if (json->type != JSON_OBJECT)
        return refuse(reader, spot, "must be an object");
    for (int i = 0; i < json->n; i++) {
        struct spot inner = {spot, json->key[i], -1};
        TRY(read_member(reader, &inner, json->item[i], object));
    }
    if (!object->name && needs_name(object->kind))
        return refuse(reader, spot, arena_printf(reader->ctx->mem, "a %s needs a name", kind_table[object->kind].name));
    return 0;
}

static int read_children(struct reader *reader, const struct spot *spot, const struct json *json, struct object *parent,
                         enum kind kind)
{
    if (json->type != JSON_ARRAY)
        return refuse(reader, spot, "must be a list");
    for (int i = 0; i < json->n; i++) {
        struct spot item = {spot->outer, spot->key, i};
        TRY(read_object(reader, &item, json->item[i], object_new(reader->ctx->mem, kind, parent, NULL)));
    }
    return 0;
}

static int read_kinds(struct reader *reader, const struct json *json, struct kind_set *kinds)
{
    struct spot spot = {NULL, "kinds", -1};
    struct names names;
    TRY(read_names(reader, &spot, json, &names));
    *kinds = (struct kind_set){0};
    for (int i = 0; i < names.n; i++) {
        enum kind kind = kind_find(names.item[i]);
        spot.index = i;
        if (kind == KIND_COUNT)
            return refuse(reader, &spot,
                          arena_printf(reader->ctx->mem, "there is no kind of object called \"%s\"", names.item[i]));
        kind_set_add(kinds, kind);
    }
    return 0;
}

static int read_engine(struct reader *reader, const struct json *json)
{
    struct spot spot = {NULL, "engine", -1};
    const char *name = json_get_text(json, "engine");
    if (!name)
        return refuse(reader, &spot, "is missing, or no text");
    reader->engine = (enum engine)engine_find(name);
    if (!reader->engine)
        return refuse(reader, &spot, arena_printf(reader->ctx->mem, "there is no engine called \"%s\"", name));
    return 0;
}

static int read_version(struct reader *reader, const struct json *json, int *version)
{
    struct spot spot = {NULL, "version", -1};
    if (json->type != JSON_INT || json->number < 0 || json->number > INT32_MAX)
        return refuse(reader, &spot, "must be a server version as a number, such as 150004");
    *version = (int)json->number;
    return 0;
}

static int read_top(struct reader *reader, const char *key, const struct json *json, struct tree *tree)
{
    if (text_equal(key, "engine") || text_equal(key, "unsaid"))
        return 0;
    if (text_equal(key, "version"))
        return read_version(reader, json, &tree->version);
    if (text_equal(key, "kinds"))
        return read_kinds(reader, json, &tree->kinds);
    if (text_equal(key, "usual_schema")) {
        tree->usual_schema = arena_dup(reader->ctx->mem, json->text);
        return 0;
    }
    if (text_equal(key, "unmodelled")) {
        tree->names_unmodelled = true;
        return unmodelled_from_json(reader->ctx, reader->source, json, &tree->unmodelled);
    }
    struct spot spot = {NULL, key, -1};
    return read_member(reader, &spot, json, tree->root);
}

static int read_short(struct reader *reader, const struct json *json, struct tree *tree)
{
    struct spot spot = {NULL, "unsaid", -1};
    struct tree_short *fields = NEW(reader->ctx->mem, struct tree_short);
    const char *wrong = short_from_json(fields, json);
    if (wrong)
        return refuse(reader, &spot, wrong);
    short_fill_in(fields, tree);
    return 0;
}

int tree_from_json(struct ctx *ctx, const char *name, const struct json *json, struct tree **tree)
{
    struct reader reader = {ctx, name, ENGINE_LITE};
    if (!json || json->type != JSON_OBJECT)
        return refuse(&reader, NULL, "a schema must be a JSON object");
    TRY(read_engine(&reader, json));
    struct tree *made = tree_new(ctx->mem, reader.engine);
    made->kinds = kind_set_all();
    for (int i = 0; i < json->n; i++)
        TRY(read_top(&reader, json->key[i], json->item[i], made));
    const struct json *unsaid = json_get(json, "unsaid");
    if (unsaid)
        TRY(read_short(&reader, unsaid, made));
    *tree = made;
    return 0;
}
