/*
 * The tree of a changelog.  YAML is read by libyaml; XML, by the XML reader of the project's interpreter, comes as the same tree in JSON
 * (format_reading.tree).
 */
#include "migration/changelog.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"

enum { DEEPEST = 20 };

/* Lists that stand for themselves in YAML, and are no element in XML. */
static const char *const plain_lists[] = {"databaseChangeLog", "columns", "changes", NULL};
/* Elements of XML that are no more than a text of the element around them. */
static const char *const text_elements[] = {"where", "comment", "rollback", "validCheckSum", NULL};
/* What the text within an element is called. */
static const struct {
    const char *element, *key;
} texts[] = {
    {"sql", "sql"},           {"rollback", "sql"}, {"createView", "selectQuery"}, {"createProcedure", "procedureText"},
    {"validCheckSum", "any"}, {NULL, "text"}};

static bool is_one(const char *const *list, const char *name)
{
    while (*list && !text_equal(*list, name))
        list++;
    return *list;
}

const char *node_text(const struct node *node, const char *key)
{
    int at = names_find(&node->key, key);
    return at < 0 ? NULL : node->value.item[at];
}

bool node_says(const struct node *node, const char *key)
{
    const char *text = node_text(node, key);
    return text && text_equal_nocase(text, "true");
}

int fail_node(struct ctx *ctx, const struct node *node, const char *format, ...)
{
    char *said = NULL;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&said, format, args);
    va_end(args);
    fail(ctx, ERR_UNSUPPORTED, "%s cannot be converted: %s", node->name, n < 0 ? "" : said);
    if (n >= 0)
        free(said);
    fail_hint(ctx, "Nothing has been written. Say it as SQL there, or in a way that is known.");
    return fail_at(ctx, node->file, node->line, 0);
}

static struct node *node_new(struct arena *mem, const char *name, const char *file, int line)
{
    struct node *node = NEW(mem, struct node);
    *node = (struct node){.name = name, .file = file, .line = line};
    return node;
}

static void attribute_add(struct arena *mem, struct node *node, const char *key, const char *value)
{
    names_add(mem, &node->key, key);
    names_add(mem, &node->value, value);
}

/* ---- YAML and JSON, which is a part of it ---- */

struct yaml_tree {
    struct ctx *ctx;
    const char *file;
    yaml_document_t *document;
};

static int yaml_value(struct yaml_tree *tree, struct node *node, const char *key, const yaml_node_t *value, int depth);

static const char *yaml_scalar(struct yaml_tree *tree, const yaml_node_t *node)
{
    return arena_copy(tree->ctx->mem, (const char *)node->data.scalar.value, node->data.scalar.length);
}

static int fail_shape(struct yaml_tree *tree, const yaml_node_t *node, const char *what)
{
    fail(tree->ctx, ERR_SYNTAX, "%s", what);
    return fail_at(tree->ctx, tree->file, (int)node->start_mark.line + 1, 0);
}

static int yaml_pairs(struct yaml_tree *tree, struct node *node, const yaml_node_t *mapping, int depth)
{
    for (yaml_node_pair_t *at = mapping->data.mapping.pairs.start; at < mapping->data.mapping.pairs.top; at++) {
        const yaml_node_t *key = yaml_document_get_node(tree->document, at->key);
        if (key->type != YAML_SCALAR_NODE)
            return fail_shape(tree, key, "a key of a changelog is not a word");
        TRY(yaml_value(tree, node, yaml_scalar(tree, key), yaml_document_get_node(tree->document, at->value), depth));
    }
    return 0;
}

static int yaml_items(struct yaml_tree *tree, struct node *node, const yaml_node_t *sequence, int depth)
{
    for (yaml_node_item_t *at = sequence->data.sequence.items.start; at < sequence->data.sequence.items.top; at++) {
        const yaml_node_t *item = yaml_document_get_node(tree->document, *at);
        if (item->type == YAML_SCALAR_NODE)
            attribute_add(tree->ctx->mem, node, "item", yaml_scalar(tree, item));
        else if (item->type == YAML_MAPPING_NODE)
            TRY(yaml_pairs(tree, node, item, depth));
        else
            return fail_shape(tree, item, "a list stands within a list of a changelog");
    }
    return 0;
}

static int yaml_value(struct yaml_tree *tree, struct node *node, const char *key, const yaml_node_t *value, int depth)
{
    if (depth > DEEPEST)
        return fail_shape(tree, value, "a changelog goes too deep");
    if (value->type == YAML_SCALAR_NODE) {
        const char *text = yaml_scalar(tree, value);
        bool nothing = value->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                       (text_equal(text, "null") || text_equal(text, "~") || !*text);
        if (!nothing || is_one(text_elements, key))
            attribute_add(tree->ctx->mem, node, key, nothing ? "" : text);
        return 0;
    }
    struct node *into = node;
    if (value->type == YAML_MAPPING_NODE || !is_one(plain_lists, key)) {
        into = node_new(tree->ctx->mem, key, tree->file, (int)value->start_mark.line + 1);
        list_add(tree->ctx->mem, &node->child, into);
    }
    return value->type == YAML_MAPPING_NODE ? yaml_pairs(tree, into, value, depth + 1)
                                            : yaml_items(tree, into, value, depth + 1);
}

static int document_take(struct yaml_tree *tree, struct node *root)
{
    const yaml_node_t *top = yaml_document_get_root_node(tree->document);
    if (!top || top->type != YAML_MAPPING_NODE) {
        fail(tree->ctx, ERR_SYNTAX, "there is no databaseChangeLog in it");
        return fail_at(tree->ctx, tree->file, 1, 0);
    }
    return yaml_pairs(tree, root, top, 0);
}

static int yaml_read(struct ctx *ctx, const char *path, const char *text, size_t length, struct node *root)
{
    yaml_parser_t parser;
    yaml_document_t document;
    if (!yaml_parser_initialize(&parser))
        return fail(ctx, ERR_LIMIT, "no memory is left to read %s", path);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    int code;
    if (yaml_parser_load(&parser, &document)) {
        struct yaml_tree tree = {ctx, path, &document};
        code = document_take(&tree, root);
        yaml_document_delete(&document);
    } else {
        fail(ctx, ERR_SYNTAX, "%s", parser.problem ? parser.problem : "it is not YAML");
        code = fail_at(ctx, path, (int)parser.problem_mark.line + 1, 0);
    }
    yaml_parser_delete(&parser);
    return code;
}

/* ---- XML ---- */

static const char *text_key(const char *element)
{
    int i = 0;
    while (texts[i].element && !text_equal(texts[i].element, element))
        i++;
    return texts[i].key;
}

static void element_take(struct arena *mem, struct node *node, const struct json *said)
{
    const struct json *attributes = json_get(said, "attributes"), *children = json_get(said, "children");
    const char *text = json_get_text(said, "text");
    for (int i = 0; i < attributes->n; i++)
        attribute_add(mem, node, attributes->key[i], attributes->item[i]->text);
    if (*text_trim(mem, text))
        attribute_add(mem, node, text_key(node->name), text);
    for (int i = 0; i < children->n; i++) {
        const struct json *each = children->item[i];
        const char *name = json_get_text(each, "name");
        struct node *child = node_new(mem, name, node->file, (int)json_get_int(each, "line", 0));
        element_take(mem, child, each);
        if (is_one(text_elements, name) && !child->child.n && !json_get(each, "attributes")->n)
            attribute_add(mem, node, name, child->value.n ? child->value.item[0] : "");
        else
            list_add(mem, &node->child, child);
    }
}

/* ---- */

int changelog_read(const struct format_reading *reading, const char *path, struct node **root)
{
    struct ctx *ctx = reading->ctx;
    *root = node_new(ctx->mem, "databaseChangeLog", path, 1);
    if (text_ends(path, ".xml")) {
        struct json *said;
        TRY(reading->tree(ctx, reading->sink, path, &said));
        element_take(ctx->mem, *root, said);
        return 0;
    }
    char *text;
    size_t length;
    TRY(file_read(ctx, path, 0, &text, &length));
    return yaml_read(ctx, path, text, length, *root);
}

const char *changelog_file(struct arena *mem, const char *folder, const char *named, bool beside)
{
    if (text_starts(named, "classpath:"))
        named += strlen("classpath:");
    named += strspn(named, "/");
    const char *path = path_join(mem, folder, named);
    while (!beside && !file_exists(path) && !folder_exists(path) && *folder && !text_equal(folder, "/") &&
           !text_equal(folder, ".")) {
        folder = path_folder(mem, folder);
        path = path_join(mem, folder, named);
    }
    return path;
}
