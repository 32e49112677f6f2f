/*
 * What the changes of a changelog do, as SQL.  Most are a row of a table: a text for each engine, with the attributes of the change in
 * braces, {tableName}.  An attribute that the text does not know is an error, so nothing that somebody said is lost.
 *
 *   {name}     a name, quoted where it has to be       {.name}    the same after its schema
 *   {,names}   names between commas                    {=text}    as it stands
 *   {'text}    a literal                               {#type}    a type
 *   {columns}  the columns that the change lists       {default}  a value
 *   {?key:...} only where the attribute is there       {!key:...} only where it is true
 */
#include "migration/changelog_parts.h"

#include "base/text.h"

struct change_row {
    const char *name;
    const char *sql[SPELLINGS];  /* NULL: the tool cannot do it there; "" does nothing */
    const char *back[SPELLINGS]; /* NULL: there is none */
    const char *also;            /* attributes that change nothing here; "key=value": only with that value */
    const char *children;
};

#define ALL(text)              \
    {                          \
        text, text, text, text \
    }
#define SERVERS(pg, mysql)     \
    {                          \
        pg, mysql, mysql, NULL \
    }
#define PG(text)               \
    {                          \
        text, NULL, NULL, NULL \
    }
#define TABLE "ALTER TABLE {.tableName} "
#define BASE  "ALTER TABLE {.baseTableName} "
#define NAMED "{?constraintName:CONSTRAINT {constraintName} }"
#define DEFER "{!deferrable: DEFERRABLE}{!initiallyDeferred: INITIALLY DEFERRED}"
#define FILL \
    "{?defaultNullValue:UPDATE {.tableName} SET {columnName} = {'defaultNullValue} WHERE {columnName} IS NULL;\n}"

static const struct change_row rows[] = {
    {"dropTable",
     {"DROP TABLE {.tableName}{!cascadeConstraints: CASCADE}", "DROP TABLE {.tableName}", "DROP TABLE {.tableName}",
      "DROP TABLE {.tableName}"},
     {NULL},
     "cascadeConstraints",
     ""},
    {"renameTable", ALL("ALTER TABLE {.oldTableName} RENAME TO {newTableName}"),
     ALL("ALTER TABLE {.newTableName} RENAME TO {oldTableName}"), "", ""},
    {"renameColumn", ALL(TABLE "RENAME COLUMN {oldColumnName} TO {newColumnName}"),
     ALL(TABLE "RENAME COLUMN {newColumnName} TO {oldColumnName}"), "columnDataType remarks", ""},
    {"addPrimaryKey",
     SERVERS(TABLE "ADD " NAMED "PRIMARY KEY ({,columnNames})", TABLE "ADD PRIMARY KEY ({,columnNames})"),
     SERVERS(TABLE "DROP CONSTRAINT {constraintName}", TABLE "DROP PRIMARY KEY"), "constraintName validate=true", ""},
    {"dropPrimaryKey",
     SERVERS(TABLE "DROP CONSTRAINT {constraintName}", TABLE "DROP PRIMARY KEY"),
     {NULL},
     "constraintName dropIndex=true",
     ""},
    {"addUniqueConstraint",
     SERVERS(TABLE "ADD " NAMED "UNIQUE ({,columnNames})" DEFER, TABLE "ADD " NAMED "UNIQUE ({,columnNames})"),
     SERVERS(TABLE "DROP CONSTRAINT {constraintName}", TABLE "DROP KEY {constraintName}"),
     "validate=true disabled=false deferrable=false initiallyDeferred=false", ""},
    {"dropUniqueConstraint",
     SERVERS(TABLE "DROP CONSTRAINT {constraintName}", TABLE "DROP KEY {constraintName}"),
     {NULL},
     "uniqueColumns",
     ""},
    {"addForeignKeyConstraint",
     SERVERS(BASE
             "ADD CONSTRAINT {constraintName} FOREIGN KEY ({,baseColumnNames}) REFERENCES {.referencedTableName} "
             "({,referencedColumnNames}){?onUpdate: ON UPDATE {=onUpdate}}{?onDelete: ON DELETE {=onDelete}}" DEFER,
             BASE "ADD CONSTRAINT {constraintName} FOREIGN KEY ({,baseColumnNames}) REFERENCES {.referencedTableName} "
                  "({,referencedColumnNames}){?onUpdate: ON UPDATE {=onUpdate}}{?onDelete: ON DELETE {=onDelete}}"),
     SERVERS(BASE "DROP CONSTRAINT {constraintName}", BASE "DROP FOREIGN KEY {constraintName}"),
     "validate=true deferrable=false initiallyDeferred=false referencesUniqueColumn=false", ""},
    {"dropForeignKeyConstraint",
     SERVERS(BASE "DROP CONSTRAINT {constraintName}", BASE "DROP FOREIGN KEY {constraintName}"),
     {NULL},
     "",
     ""},
    {"addNotNullConstraint",
     SERVERS(FILL TABLE "ALTER COLUMN {columnName} SET NOT NULL",
             FILL TABLE "MODIFY {columnName} {#columnDataType} NOT NULL"),
     SERVERS(TABLE "ALTER COLUMN {columnName} DROP NOT NULL", TABLE "MODIFY {columnName} {#columnDataType} NULL"),
     "columnDataType validate=true", ""},
    {"dropNotNullConstraint",
     SERVERS(TABLE "ALTER COLUMN {columnName} DROP NOT NULL", TABLE "MODIFY {columnName} {#columnDataType} NULL"),
     SERVERS(TABLE "ALTER COLUMN {columnName} SET NOT NULL", TABLE "MODIFY {columnName} {#columnDataType} NOT NULL"),
     "columnDataType", ""},
    {"addDefaultValue",
     SERVERS(TABLE "ALTER COLUMN {columnName} SET DEFAULT {default}",
             TABLE "ALTER COLUMN {columnName} SET DEFAULT {default}"),
     SERVERS(TABLE "ALTER COLUMN {columnName} DROP DEFAULT", TABLE "ALTER COLUMN {columnName} DROP DEFAULT"),
     "columnDataType defaultValue defaultValueNumeric defaultValueBoolean defaultValueDate defaultValueComputed", ""},
    {"dropDefaultValue",
     SERVERS(TABLE "ALTER COLUMN {columnName} DROP DEFAULT", TABLE "ALTER COLUMN {columnName} DROP DEFAULT"),
     {NULL},
     "columnDataType",
     ""},
    {"modifyDataType",
     SERVERS(TABLE "ALTER COLUMN {columnName} TYPE {#newDataType} USING ({columnName}::{#newDataType})",
             TABLE "MODIFY {columnName} {#newDataType}"),
     {NULL},
     "",
     ""},
    {"createIndex",
     ALL("CREATE {!unique:UNIQUE }INDEX {indexName} ON {.tableName} ({columns})"),
     {"DROP INDEX {.indexName}", "DROP INDEX {indexName} ON {.tableName}", "DROP INDEX {indexName} ON {.tableName}",
      "DROP INDEX {.indexName}"},
     "associatedWith= clustered=false unique=false",
     "column"},
    {"dropIndex",
     {"DROP INDEX {.indexName}", "DROP INDEX {indexName} ON {.tableName}", "DROP INDEX {indexName} ON {.tableName}",
      "DROP INDEX {.indexName}"},
     {NULL},
     "tableName associatedWith=",
     ""},
    {"createView",
     {"CREATE {!replaceIfExists:OR REPLACE }VIEW {.viewName} AS {=selectQuery}",
      "CREATE {!replaceIfExists:OR REPLACE }VIEW {.viewName} AS {=selectQuery}",
      "CREATE {!replaceIfExists:OR REPLACE }VIEW {.viewName} AS {=selectQuery}",
      "{!replaceIfExists:DROP VIEW IF EXISTS {.viewName};\n}CREATE VIEW {.viewName} AS {=selectQuery}"},
     ALL("DROP VIEW {.viewName}"),
     "fullDefinition=false replaceIfExists=false",
     ""},
    {"dropView", ALL("DROP VIEW {!ifExists:IF EXISTS }{.viewName}"), {NULL}, "ifExists=false", ""},
    {"renameView",
     SERVERS("ALTER TABLE {.oldViewName} RENAME TO {newViewName}", "RENAME TABLE {oldViewName} TO {newViewName}"),
     SERVERS("ALTER TABLE {.newViewName} RENAME TO {oldViewName}", "RENAME TABLE {newViewName} TO {oldViewName}"), "",
     ""},
    {"createSequence",
     PG("CREATE SEQUENCE {.sequenceName}{?startValue: START WITH {=startValue}}{?incrementBy: INCREMENT BY {=incrementBy}}"),
     PG("DROP SEQUENCE {.sequenceName}"), "", ""},
    {"dropSequence", PG("DROP SEQUENCE {.sequenceName}"), {NULL}, "", ""},
    {"setTableRemarks", PG("COMMENT ON TABLE {.tableName} IS {'remarks}"), {NULL}, "", ""},
    {"setColumnRemarks", PG("COMMENT ON COLUMN {.tableName}.{columnName} IS {'remarks}"), {NULL}, "columnDataType", ""},
    {"createProcedure", SERVERS("{=procedureText}", "{=procedureText}"), {NULL}, "", ""},
    {"delete", ALL("DELETE FROM {.tableName}{?where: WHERE {=where}}"), {NULL}, "", ""},
    {"tagDatabase", ALL(""), ALL(""), "tag keepTagOnRollback", ""},
    {"empty", ALL(""), ALL(""), "", ""},
    {"output", ALL(""), ALL(""), "message target", ""},
    {0},
};

static const struct {
    const char *name;
    int (*add)(struct change_sql *sql, const struct node *change);
} own[] = {{"createTable", change_create_table},
           {"addColumn", change_add_column},
           {"dropColumn", change_drop_column},
           {"insert", change_insert},
           {"update", change_update},
           {NULL, NULL}};

/* ---- what is known ---- */

int word_allows(struct arena *mem, const char *list, const char *key, const char *value)
{
    const struct names words = text_split(mem, list, ' ');
    int found = -1;
    for (int i = 0; i < words.n && found < 1; i++) {
        const char *equals = strchr(words.item[i], '='), *word = words.item[i];
        if (equals)
            word = arena_copy(mem, word, (size_t)(equals - word));
        if (text_equal(word, key))
            found = !equals || text_equal_nocase(equals + 1, value);
    }
    return found;
}

static bool template_has(const struct change_sql *sql, const char *text, const char *key)
{
    const char *const marks[] = {"", ".", ",", "=", "'", "#", "?", "!"};
    for (int i = 0; text && i < (int)(sizeof marks / sizeof *marks); i++)
        for (int end = 0; end < 2; end++)
            if (text_has(text, arena_printf(sql->ctx->mem, "{%s%s%c", marks[i], key, end ? ':' : '}')))
                return true;
    return false;
}

/* `text` is the template that says the rest; NULL. */
int known_attributes(struct change_sql *sql, const struct node *node, const char *list, const char *text)
{
    for (int i = 0; i < node->key.n; i++) {
        const char *key = node->key.item[i], *value = node->value.item[i];
        if (text_has(value, "${"))
            return fail_node(sql->ctx, node, "its %s has placeholders, ${...}", key);
        if (text_equal(key, "schemaName") || template_has(sql, text, key) ||
            word_allows(sql->ctx->mem, list, key, value) == 1)
            continue;
        return fail_node(sql->ctx, node, "%s=\"%s\" is not known here", key, value);
    }
    return 0;
}

static int known_children(struct change_sql *sql, const struct node *node, const char *list)
{
    for (int i = 0; i < node->child.n; i++) {
        const struct node *child = node->child.item[i];
        if (word_allows(sql->ctx->mem, list, child->name, "") < 0)
            return fail_node(sql->ctx, node, "%s is not known in it", child->name);
    }
    return 0;
}

int known_only(struct change_sql *sql, const struct node *node, const char *attributes, const char *children)
{
    TRY(known_attributes(sql, node, attributes, NULL));
    return known_children(sql, node, children);
}

/* ---- texts ---- */

void statement_end(struct buf *out)
{
    while (out->len && (char_is_space((unsigned char)out->data[out->len - 1]) || out->data[out->len - 1] == ';'))
        buf_cut(out, out->len - 1);
    if (out->len)
        buf_add(out, ";\n");
}

static void names_list(struct change_sql *sql, const char *text, struct buf *out)
{
    const struct names names = text_split(sql->ctx->mem, text, ',');
    for (int i = 0; i < names.n; i++) {
        buf_add(out, i ? ", " : "");
        ident_add(out, sql->dialect->ident, text_trim(sql->ctx->mem, names.item[i]));
    }
}

static int columns_list(struct change_sql *sql, const struct node *change, struct buf *out)
{
    if (!change->child.n)
        return fail_node(sql->ctx, change, "it lists no columns");
    for (int i = 0; i < change->child.n; i++) {
        const struct node *column = change->child.item[i];
        const char *name = node_text(column, "name");
        TRY(known_only(sql, column, "name computed descending", ""));
        if (!name)
            return fail_node(sql->ctx, change, "a column of it has no name");
        buf_add(out, i ? ", " : "");
        if (node_says(column, "computed"))
            buf_add(out, name);
        else
            ident_add(out, sql->dialect->ident, name);
        buf_add(out, node_says(column, "descending") ? " DESC" : "");
    }
    return 0;
}

static int word_add(struct change_sql *sql, const struct node *node, const char *word, struct buf *out)
{
    const struct ident_rules *rules = sql->dialect->ident;
    if (text_equal(word, "columns"))
        return columns_list(sql, node, out);
    if (text_equal(word, "default")) {
        const char *type = node_text(node, "columnDataType");
        const char *value =
            value_spelled(sql, node, "defaultValue", type_spelled(sql->ctx->mem, sql->dialect, type ? type : ""));
        buf_add(out, value);
        return value ? 0 : fail_node(sql->ctx, node, "it has no value");
    }
    const char *key = word + (strchr(".,='#", *word) != NULL), *text = node_text(node, key);
    if (!text)
        return fail_node(sql->ctx, node, "it has no %s", key);
    switch (*word) {
    case '.': ident_add_qualified(out, rules, node_text(node, "schemaName"), text); break;
    case ',': names_list(sql, text, out); break;
    case '=': buf_add(out, text_trim(sql->ctx->mem, text)); break;
    case '\'': literal_add(out, rules, text); break;
    case '#': buf_add(out, type_spelled(sql->ctx->mem, sql->dialect, text)); break;
    default: ident_add(out, rules, text);
    }
    return 0;
}

static const char *brace_end(const char *open)
{
    int depth = 0;
    for (; *open; open++) {
        depth += (*open == '{') - (*open == '}');
        if (!depth)
            break;
    }
    return open;
}

static int template_add(struct change_sql *sql, const struct node *node, const char *text, struct buf *out)
{
    struct arena *mem = sql->ctx->mem;
    for (const char *end; *text; text = end) {
        if (*text != '{') {
            end = text + strcspn(text, "{");
            buf_add_n(out, text, (size_t)(end - text));
            continue;
        }
        end = brace_end(text) + 1;
        const char *word = arena_copy(mem, text + 1, (size_t)(end - text - 2));
        if (*word != '?' && *word != '!') {
            TRY(word_add(sql, node, word, out));
            continue;
        }
        const char *colon = strchr(word, ':'), *key = arena_copy(mem, word + 1, (size_t)(colon - word - 1));
        if (*word == '?' ? node_text(node, key) != NULL : node_says(node, key))
            TRY(template_add(sql, node, colon + 1, out));
    }
    return 0;
}

/* ---- one change ---- */

void back_add(struct change_sql *sql, const char *text)
{
    const char *before = arena_dup(sql->ctx->mem, sql->down.data);
    buf_cut(&sql->down, 0);
    buf_add(&sql->down, text);
    statement_end(&sql->down);
    buf_add(&sql->down, before);
}

static int row_add(struct change_sql *sql, const struct node *change, const struct change_row *row)
{
    int spelling = spelling_of(sql->dialect);
    const char *text = row->sql[spelling], *back = row->back[spelling];
    struct buf undone;
    if (!text)
        return fail_node(sql->ctx, change, "the tool cannot do it on %s", sql->dialect->title);
    TRY(known_attributes(sql, change, row->also, text));
    TRY(known_children(sql, change, row->children));
    TRY(template_add(sql, change, text, &sql->up));
    statement_end(&sql->up);
    if (!back) {
        sql->no_way_back = row->name;
        return 0;
    }
    buf_init(&undone, sql->ctx->mem);
    if (text_has(back, "{constraintName}") && !node_text(change, "constraintName"))
        sql->no_way_back = row->name; /* nobody knows its name */
    else {
        TRY(template_add(sql, change, back, &undone));
        back_add(sql, undone.data);
    }
    return 0;
}

bool change_meant(struct arena *mem, const struct dialect *dialect, const char *dbms)
{
    const struct names words = text_split(mem, dbms ? dbms : "", ',');
    bool named = false, all_but = true;
    for (int i = 0; i < words.n; i++) {
        const char *word = text_trim(mem, words.item[i]);
        all_but = all_but && (!*word || *word == '!');
        named = named || text_equal_nocase(word, "all") || text_equal_nocase(word + (*word == '!'), dialect->name);
    }
    return named != all_but;
}

const char *delimited(struct arena *mem, const char *sql, const char *delimiter)
{
    const struct names lines = text_lines(mem, sql);
    struct buf out;
    buf_init(&out, mem);
    if (!delimiter || text_equal(delimiter, ";"))
        return arena_dup(mem, sql);
    for (int i = 0; i < lines.n; i++) {
        const char *line = text_trim(mem, lines.item[i]);
        if (!text_equal_nocase(line, delimiter)) {
            if (text_ends(line, delimiter)) /* at the end of the last line, as well */
                buf_addf(&out, "%.*s;\n", (int)(strlen(line) - strlen(delimiter)), line);
            else
                buf_addf(&out, "%s\n", lines.item[i]);
            continue;
        }
        statement_end(&out);
    }
    return out.data;
}

/* <sql> and <sqlFile> */
static int text_change_add(struct change_sql *sql, const struct node *change, const char *text)
{
    if (text_has(text, "${"))
        return fail_node(sql->ctx, change, "it has placeholders, ${...}");
    if (!change_meant(sql->ctx->mem, sql->dialect, node_text(change, "dbms")))
        return 0;
    buf_add(&sql->up, text_trim(sql->ctx->mem, delimited(sql->ctx->mem, text, node_text(change, "endDelimiter"))));
    statement_end(&sql->up);
    sql->no_way_back = change->name;
    return 0;
}

static int file_change_add(struct change_sql *sql, const struct node *change)
{
    const char *named = node_text(change, "path");
    char *text;
    size_t length;
    TRY(known_only(sql, change,
                   "path relativeToChangelogFile dbms endDelimiter splitStatements stripComments encoding=UTF-8", ""));
    if (!named)
        return fail_node(sql->ctx, change, "it has no path");
    const char *path = changelog_file(sql->ctx->mem, path_folder(sql->ctx->mem, change->file), named,
                                      node_says(change, "relativeToChangelogFile"));
    if (!file_exists(path))
        return fail_node(sql->ctx, change, "there is no file %s", named);
    TRY(file_read(sql->ctx, path, 0, &text, &length));
    return text_change_add(sql, change, text);
}

int change_sql_add(struct change_sql *sql, const struct node *change)
{
    if (text_equal(change->name, "sqlFile"))
        return file_change_add(sql, change);
    if (text_equal(change->name, "sql")) {
        TRY(known_only(sql, change, "sql dbms endDelimiter splitStatements stripComments comment", ""));
        return text_change_add(sql, change, node_text(change, "sql") ? node_text(change, "sql") : "");
    }
    for (int i = 0; own[i].name; i++)
        if (text_equal(own[i].name, change->name))
            return own[i].add(sql, change);
    for (int i = 0; rows[i].name; i++)
        if (text_equal(rows[i].name, change->name))
            return row_add(sql, change, &rows[i]);
    return fail_node(sql->ctx, change, "this change is not known");
}
