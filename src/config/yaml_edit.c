/*
 * Changes dbwarden.yaml line by line: libyaml tells on which lines the keys stand, and everything else of the file,
 * comments and layout included, stays as its author wrote it.  It does not touch a mapping in flow style ({...}),
 * because there a setting has no line of its own.
 */
#include <yaml.h>

#include "base/text.h"
#include "config/setting.h"

/* One setting or one database: where its key begins and on which line its value ends; lines from 0. */
struct span {
    const char *name;
    int first;
    int last;
    int column;        /* of the key, in bytes since keys are ASCII */
    bool is_true;      /* its value is true */
    struct list inner; /* struct span * of a database's settings */
};

struct editor {
    struct ctx *ctx;
    const char *source;
    yaml_document_t *document;
    struct names lines;
    struct list databases; /* struct span * */
    int end;               /* line after the last database */
    int column;            /* of the databases' names */
};

static int refuse(struct editor *editor, int line, const char *message, const char *hint)
{
    fail(editor->ctx, ERR_CONFIG, "%s", message);
    fail_at(editor->ctx, editor->source, line, 0);
    return hint ? fail_hint(editor->ctx, "%s", hint) : ERR_CONFIG;
}

/* The last line that a node's text stands on; the end of a block lies after comments, so leaves are asked. */
static int last_line(struct editor *editor, const yaml_node_t *node, int level)
{
    int last = (int)node->start_mark.line;
    bool is_flow = node->type == YAML_SCALAR_NODE ||
                   (node->type == YAML_SEQUENCE_NODE && node->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE) ||
                   (node->type == YAML_MAPPING_NODE && node->data.mapping.style == YAML_FLOW_MAPPING_STYLE);
    if (is_flow || level > 8)
        return (int)node->end_mark.line - (node->end_mark.column == 0 && (int)node->end_mark.line > last);
    if (node->type == YAML_SEQUENCE_NODE)
        for (yaml_node_item_t *at = node->data.sequence.items.start; at < node->data.sequence.items.top; at++) {
            int line = last_line(editor, yaml_document_get_node(editor->document, *at), level + 1);
            last = line > last ? line : last;
        }
    else
        for (yaml_node_pair_t *at = node->data.mapping.pairs.start; at < node->data.mapping.pairs.top; at++) {
            int line = last_line(editor, yaml_document_get_node(editor->document, at->value), level + 1);
            last = line > last ? line : last;
        }
    return last;
}

static bool is_block(const yaml_node_t *node)
{
    return node->type == YAML_MAPPING_NODE && node->data.mapping.style != YAML_FLOW_MAPPING_STYLE;
}

static struct span *span_of(struct editor *editor, const yaml_node_pair_t *pair)
{
    struct arena *mem = editor->ctx->mem;
    const yaml_node_t *key = yaml_document_get_node(editor->document, pair->key);
    const yaml_node_t *value = yaml_document_get_node(editor->document, pair->value);
    struct span *span = NEW(mem, struct span);
    span->name = key->type == YAML_SCALAR_NODE
                     ? arena_copy(mem, (const char *)key->data.scalar.value, key->data.scalar.length)
                     : "?";
    span->first = (int)key->start_mark.line;
    span->last = last_line(editor, value, 0);
    span->column = (int)key->start_mark.column;
    span->is_true = value->type == YAML_SCALAR_NODE && text_equal_nocase((char *)value->data.scalar.value, "true");
    return span;
}

static int read_databases(struct editor *editor, const yaml_node_t *node)
{
    for (yaml_node_pair_t *at = node->data.mapping.pairs.start; at < node->data.mapping.pairs.top; at++) {
        const yaml_node_t *value = yaml_document_get_node(editor->document, at->value);
        struct span *database = span_of(editor, at);
        if (!is_block(value))
            return refuse(editor, database->first + 1, "the settings of a database stand on one line in { }",
                          "Write each on a line of its own, or change the file by hand.");
        for (yaml_node_pair_t *in = value->data.mapping.pairs.start; in < value->data.mapping.pairs.top; in++)
            list_add(editor->ctx->mem, &database->inner, span_of(editor, in));
        list_add(editor->ctx->mem, &editor->databases, database);
        editor->column = database->column;
        editor->end = database->last + 1;
    }
    return 0;
}

static int read_root(struct editor *editor)
{
    const yaml_node_t *root = yaml_document_get_root_node(editor->document);
    if (!root || !is_block(root))
        return refuse(editor, 0, "the file has no mapping with the key databases", NULL);
    for (yaml_node_pair_t *at = root->data.mapping.pairs.start; at < root->data.mapping.pairs.top; at++) {
        const yaml_node_t *value = yaml_document_get_node(editor->document, at->value);
        if (!text_equal(span_of(editor, at)->name, "databases"))
            continue;
        if (!is_block(value))
            return refuse(editor, 0, "databases is not a mapping with one line for each setting", NULL);
        return read_databases(editor, value);
    }
    return refuse(editor, 0, "the file has no mapping with the key databases", NULL);
}

static int parse(struct editor *editor, const char *text)
{
    yaml_parser_t parser;
    yaml_document_t document;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
    int code;
    if (!yaml_parser_load(&parser, &document)) {
        code = refuse(editor, (int)parser.problem_mark.line + 1, "the file is not valid YAML", NULL);
    } else {
        editor->document = &document;
        code = read_root(editor);
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return code;
}

static struct span *find(const struct list *spans, const char *name)
{
    for (int i = 0; i < spans->n; i++)
        if (text_equal(((struct span *)spans->item[i])->name, name))
            return spans->item[i];
    return NULL;
}

static int find_database(struct editor *editor, const char *name, struct span **database)
{
    *database = find(&editor->databases, name);
    if (*database)
        return 0;
    return refuse(editor, 0, arena_printf(editor->ctx->mem, "Database '%s' not found.", name), NULL);
}

/* Lines are replaced and never moved until the end: a line may then hold several, or be gone (NULL). */
static void line_remove(struct editor *editor, int first, int last)
{
    for (int i = first; i <= last && i < editor->lines.n; i++)
        editor->lines.item[i] = NULL;
}

static void line_after(struct editor *editor, int line, const char *text)
{
    const char *before = editor->lines.item[line];
    editor->lines.item[line] = before ? arena_printf(editor->ctx->mem, "%s\n%s", before, text) : text;
}

static const char *setting_line(struct editor *editor, int column, const char *key, const struct json *value)
{
    return arena_printf(editor->ctx->mem, "%*s%s: %s", column, "", key,
                        json_text(editor->ctx->mem, value, JSON_PYTHON));
}

static void clear(struct editor *editor, struct span *database, const char *key)
{
    struct span *span = find(&database->inner, key);
    if (span)
        line_remove(editor, span->first, span->last);
}

static void set(struct editor *editor, struct span *database, const char *key, const struct json *value)
{
    struct span *span = find(&database->inner, key);
    struct span *first = database->inner.n ? database->inner.item[0] : NULL;
    int column = first ? first->column : database->column + 2;
    const char *text = setting_line(editor, column, key, value);
    if (!span) {
        line_after(editor, database->first, text);
        return;
    }
    line_remove(editor, span->first, span->last);
    editor->lines.item[span->first] = text;
}

static void make_default(struct editor *editor, struct span *chosen)
{
    for (int i = 0; i < editor->databases.n; i++)
        if (editor->databases.item[i] != chosen)
            clear(editor, editor->databases.item[i], "default");
    if (chosen)
        set(editor, chosen, "default", json_bool(editor->ctx->mem, true));
}

static bool is_none(const struct json *value)
{
    return value->type == JSON_NULL || (value->type == JSON_BOOL && !value->truth) ||
           (value->type == JSON_ARRAY && !value->n);
}

static int add(struct editor *editor, const struct json *values)
{
    struct arena *mem = editor->ctx->mem;
    const char *name = json_get_text(values, "database_name");
    if (find(&editor->databases, name))
        return refuse(editor, 0, arena_printf(mem, "Database '%s' already exists.", name), NULL);
    if (json_get_bool(values, "default", false))
        make_default(editor, NULL);
    struct buf text;
    buf_init(&text, mem);
    buf_addf(&text, "%*s%s:", editor->column, "", name);
    for (int i = 0; i < values->n; i++)
        if (!is_none(values->item[i]) && !text_equal(values->key[i], "database_name"))
            buf_addf(&text, "\n%s", setting_line(editor, editor->column + 2, values->key[i], values->item[i]));
    line_after(editor, editor->end - 1, text.data);
    return 0;
}

static int remove_database(struct editor *editor, struct span *database)
{
    if (editor->databases.n < 2)
        return refuse(editor, database->first + 1,
                      arena_printf(editor->ctx->mem, "Cannot remove the last database '%s'.", database->name),
                      "A configuration needs at least one.");
    struct span *is_default = find(&database->inner, "default");
    if (is_default && is_default->is_true)
        make_default(editor, editor->databases.item[editor->databases.item[0] == database]);
    line_remove(editor, database->first, database->last);
    return 0;
}

static int rename_database(struct editor *editor, struct span *database, const struct json *values)
{
    struct arena *mem = editor->ctx->mem;
    const char *name = json_get_text(values, "new_name");
    const char *line = editor->lines.item[database->first];
    if (find(&editor->databases, name))
        return refuse(editor, 0, arena_printf(mem, "Database '%s' already exists.", name), NULL);
    const char *colon = strchr(line + database->column, ':');
    editor->lines.item[database->first] =
        arena_printf(mem, "%.*s%s%s", database->column, line, name, colon ? colon : ":");
    if (!find(&database->inner, "migrations_dir")) /* its files stay where they are */
        set(editor, database, "migrations_dir", json_string(mem, arena_printf(mem, "migrations/%s", database->name)));
    return 0;
}

static void set_dev(struct editor *editor, struct span *database, const struct json *values)
{
    static const char *const keys[] = {"dev_database_url", "dev_database_type"};
    for (int i = 0; i < 2; i++) {
        const struct json *value = json_get(values, keys[i]);
        if (value && !is_none(value))
            set(editor, database, keys[i], value);
    }
}

static int apply(struct editor *editor, enum setting_edit edit, const struct json *values)
{
    struct span *database = NULL;
    if (edit == EDIT_DATABASE_ADD)
        return add(editor, values);
    TRY(find_database(editor, json_get_text(values, "database_name"), &database));
    switch (edit) {
    case EDIT_DATABASE_REMOVE: return remove_database(editor, database);
    case EDIT_DATABASE_RENAME: return rename_database(editor, database, values);
    case EDIT_DEFAULT: make_default(editor, database); break;
    case EDIT_DEV_SET: set_dev(editor, database, values); break;
    case EDIT_DEV_CLEAR:
        clear(editor, database, "dev_database_type");
        clear(editor, database, "dev_database_url");
        break;
    case EDIT_DATABASE_ADD: break;
    }
    return 0;
}

int yaml_edit(struct ctx *ctx, const char *source, const char *text, const struct setting_change *change,
              char **changed)
{
    struct editor editor = {.ctx = ctx, .source = source, .lines = text_lines(ctx->mem, text)};
    TRY(parse(&editor, text));
    TRY(apply(&editor, change->edit, change->values));
    struct buf out;
    buf_init(&out, ctx->mem);
    int last = editor.lines.n;
    while (last && (!editor.lines.item[last - 1] || !*editor.lines.item[last - 1]))
        last--;
    for (int i = 0; i < last; i++)
        if (editor.lines.item[i])
            buf_addf(&out, "%s\n", editor.lines.item[i]);
    *changed = out.data;
    return 0;
}
