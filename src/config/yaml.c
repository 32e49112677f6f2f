/*
 * The settings in dbwarden.yaml: one mapping `databases`, whose keys are names and whose values have the keys of
 * database_config().  ${NAME} and ${NAME:-otherwise} in a value stand for environment variables.
 * Values become the same JSON that the Python reader gives, so that one table judges both.
 */
#include <yaml.h>

#include "base/file.h"
#include "base/text.h"
#include "config/setting.h"
#include "models/models.h"

#define LARGEST_FILE ((size_t)1 << 20)
#define DEEPEST      4
#define MOST_VALUES  10000

struct yaml_reader {
    struct ctx *ctx;
    const char *source;
    yaml_document_t *document;
    int values; /* so far, an alias counted each time */
};

static int fail_line(struct yaml_reader *reader, int line, const char *message, const char *what)
{
    struct ctx *ctx = reader->ctx;
    fail(ctx, ERR_CONFIG, "%s%s", message, what);
    return fail_at(ctx, reader->source, line, 0);
}

static int node_line(const yaml_node_t *node)
{
    return (int)node->start_mark.line + 1;
}

static const char *scalar_text(struct ctx *ctx, const yaml_node_t *node)
{
    return arena_copy(ctx->mem, (const char *)node->data.scalar.value, node->data.scalar.length);
}

/* One ${...}: `at` is after "${"; gives where it goes on. */
static int add_variable(struct yaml_reader *reader, int line, const char *at, struct buf *out, const char **behind)
{
    struct ctx *ctx = reader->ctx;
    const char *end = strchr(at, '}');
    if (!end)
        return fail_line(reader, line, "a value has ${ without its closing brace", "");
    const char *inside = arena_copy(ctx->mem, at, (size_t)(end - at));
    const char *otherwise = strstr(inside, ":-");
    const char *name = otherwise ? arena_copy(ctx->mem, inside, (size_t)(otherwise - inside)) : inside;
    const char *value = getenv(name);
    *behind = end + 1;
    if (value && (*value || !otherwise)) {
        buf_add(out, value);
        return 0;
    }
    if (otherwise) {
        buf_add(out, otherwise + 2);
        return 0;
    }
    fail_line(reader, line, "the environment variable is not set: ", name);
    return fail_hint(ctx, "Set it, or write ${%s:-value} to give a value that stands in.", name);
}

static int substitute(struct yaml_reader *reader, int line, const char *text, const char **value)
{
    struct buf out;
    buf_init(&out, reader->ctx->mem);
    while (*text) {
        if (text_starts(text, "${"))
            TRY(add_variable(reader, line, text + 2, &out, &text));
        else
            buf_add_c(&out, *text++);
    }
    *value = out.data;
    return 0;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (text_equal(text, *words))
            return true;
    return false;
}

/* YAML's core schema, as far as settings need it: null, true, false, whole numbers; anything else is text. */
static struct json *plain_json(struct arena *mem, const char *text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"true", "True", "TRUE", NULL};
    static const char *const falses[] = {"false", "False", "FALSE", NULL};
    int64_t number;
    if (is_one_of(text, nulls))
        return json_null(mem);
    if (is_one_of(text, trues) || is_one_of(text, falses))
        return json_bool(mem, is_one_of(text, trues));
    return text_to_int(text, &number) ? json_int(mem, number) : json_string(mem, text);
}

static int mapping_json(struct yaml_reader *reader, const yaml_node_t *node, int level, struct json *json);

static int node_json(struct yaml_reader *reader, const yaml_node_t *node, int level, struct json **json)
{
    struct arena *mem = reader->ctx->mem;
    if (++reader->values > MOST_VALUES)
        return fail_line(reader, node_line(node), "more values than a configuration can need", "");
    if (node->type == YAML_SCALAR_NODE) {
        const char *text;
        TRY(substitute(reader, node_line(node), scalar_text(reader->ctx, node), &text));
        bool is_plain = node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        *json = is_plain ? plain_json(mem, text) : json_string(mem, text);
        return 0;
    }
    if (node->type == YAML_SEQUENCE_NODE && level < DEEPEST) {
        *json = json_array(mem);
        for (yaml_node_item_t *item = node->data.sequence.items.start; item < node->data.sequence.items.top; item++) {
            struct json *inner;
            TRY(node_json(reader, yaml_document_get_node(reader->document, *item), level + 1, &inner));
            json_add(mem, *json, inner);
        }
        return 0;
    }
    *json = json_object(mem);
    json_set_text(mem, *json, "type", "mapping");
    return node->type == YAML_MAPPING_NODE && level < DEEPEST ? mapping_json(reader, node, level, *json) : 0;
}

/* Few settings are one; all others refuse it by its type. */
static int mapping_json(struct yaml_reader *reader, const yaml_node_t *node, int level, struct json *json)
{
    struct arena *mem = reader->ctx->mem;
    struct json *keys = json_object(mem);
    for (yaml_node_pair_t *at = node->data.mapping.pairs.start; at < node->data.mapping.pairs.top; at++) {
        const yaml_node_t *key = yaml_document_get_node(reader->document, at->key);
        struct json *inner;
        if (key->type != YAML_SCALAR_NODE)
            return fail_line(reader, node_line(key), "a key must be a word", "");
        const char *word = scalar_text(reader->ctx, key);
        if (json_get(keys, word))
            return fail_line(reader, node_line(key), "the key stands twice: ", word);
        TRY(node_json(reader, yaml_document_get_node(reader->document, at->value), level + 1, &inner));
        json_set(mem, keys, word, inner);
    }
    json_set(mem, json, "keys", keys);
    return 0;
}

static int read_value(struct yaml_reader *reader, struct setting_entry *entry, const yaml_node_pair_t *pair)
{
    struct ctx *ctx = reader->ctx;
    const yaml_node_t *key = yaml_document_get_node(reader->document, pair->key);
    const yaml_node_t *node = yaml_document_get_node(reader->document, pair->value);
    if (key->type != YAML_SCALAR_NODE)
        return fail_line(reader, node_line(key), "a key must be a word", "");
    struct setting_value *value = NEW(ctx->mem, struct setting_value);
    value->key = scalar_text(ctx, key);
    value->line = node_line(key);
    for (int i = 0; i < entry->values.n; i++)
        if (text_equal(((struct setting_value *)entry->values.item[i])->key, value->key))
            return fail_line(reader, value->line, "the key stands twice: ", value->key);
    if (node->type == YAML_SCALAR_NODE)
        value->expression = scalar_text(ctx, node);
    TRY(node_json(reader, node, 0, &value->value));
    list_add(ctx->mem, &entry->values, value);
    return 0;
}

static int read_database(struct yaml_reader *reader, struct setting_file *file, const yaml_node_pair_t *pair)
{
    struct ctx *ctx = reader->ctx;
    const yaml_node_t *key = yaml_document_get_node(reader->document, pair->key);
    const yaml_node_t *node = yaml_document_get_node(reader->document, pair->value);
    if (key->type != YAML_SCALAR_NODE)
        return fail_line(reader, node_line(key), "the name of a database must be a word", "");
    struct setting_entry *entry = NEW(ctx->mem, struct setting_entry);
    struct setting_value *name = NEW(ctx->mem, struct setting_value);
    *name = (struct setting_value){
        .key = "database_name", .value = json_string(ctx->mem, scalar_text(ctx, key)), .line = node_line(key)};
    entry->line = node_line(key);
    entry->source = reader->source;
    list_add(ctx->mem, &entry->values, name);
    list_add(ctx->mem, &file->entries, entry);
    if (node->type != YAML_MAPPING_NODE)
        return fail_line(reader, entry->line, "there must be a mapping of settings under ", scalar_text(ctx, key));
    for (yaml_node_pair_t *at = node->data.mapping.pairs.start; at < node->data.mapping.pairs.top; at++)
        TRY(read_value(reader, entry, at));
    return 0;
}

static int read_root(struct yaml_reader *reader, struct setting_file *file)
{
    struct ctx *ctx = reader->ctx;
    const yaml_node_t *root = yaml_document_get_root_node(reader->document);
    if (!root)
        return 0;
    if (root->type != YAML_MAPPING_NODE)
        return fail_line(reader, node_line(root), "the file must be a mapping with the key ", "databases");
    for (yaml_node_pair_t *at = root->data.mapping.pairs.start; at < root->data.mapping.pairs.top; at++) {
        const yaml_node_t *key = yaml_document_get_node(reader->document, at->key);
        const yaml_node_t *node = yaml_document_get_node(reader->document, at->value);
        const char *word = key->type == YAML_SCALAR_NODE ? scalar_text(ctx, key) : "?";
        if (!text_equal(word, "databases")) {
            fail_line(reader, node_line(key), "unknown key: ", word);
            return fail_hint(ctx,
                             "The file has one key, databases; settings stand below the name of a database there.");
        }
        if (node->type != YAML_MAPPING_NODE)
            return fail_line(reader, node_line(key), "there must be a mapping of names under ", "databases");
        for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++)
            TRY(read_database(reader, file, pair));
    }
    return 0;
}

/* libyaml's copies of the values go away overwritten, since a URL may be among them. */
static void close_document(yaml_document_t *document)
{
    for (yaml_node_t *node = document->nodes.start; node < document->nodes.top; node++)
        if (node->type == YAML_SCALAR_NODE)
            explicit_bzero(node->data.scalar.value, node->data.scalar.length);
    yaml_document_delete(document);
}

static int parse(struct ctx *ctx, const char *source, const char *text, struct setting_file *file)
{
    yaml_parser_t parser;
    yaml_document_t document;
    struct yaml_reader reader = {ctx, source, &document};
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
    int code = 0;
    if (!yaml_parser_load(&parser, &document)) {
        int line = (int)parser.problem_mark.line + 1;
        fail_line(&reader, line, "not valid YAML: ", parser.problem ? parser.problem : "unreadable");
        fail_hint(ctx, "Indent with blanks, put one after every colon, and close brackets and quotes.");
        code = fail_at(ctx, reader.source, line, (int)parser.problem_mark.column + 1);
    } else {
        code = read_root(&reader, file);
        close_document(&document);
    }
    yaml_parser_delete(&parser);
    return code;
}

int yaml_settings(struct ctx *ctx, const struct config_place *place, const char *text, struct setting_file **file)
{
    char *read = NULL;
    size_t length = 0;
    *file = NEW(ctx->mem, struct setting_file);
    (*file)->path = place->path;
    (*file)->source = path_near(ctx, place->path);
    (*file)->folder = place->folder;
    (*file)->call = "databases";
    if (!text) {
        TRY(file_read(ctx, place->path, LARGEST_FILE, &read, &length));
        if (strlen(read) != length)
            return fail(ctx, ERR_CONFIG, "%s holds a zero byte", (*file)->source);
    }
    int code = parse(ctx, (*file)->source, text ? text : read, *file);
    if (read)
        explicit_bzero(read, length);
    return code;
}
