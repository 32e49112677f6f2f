/*
 * Liquibase: one changelog that may include others, in SQL with comments, XML, YAML or JSON; DATABASECHANGELOG has a row for each changeset, by the
 * name of its file, its id and its author, which together are its id here: "file::id::author".  Files are named from the folder of the
 * first changelog; the history may name them from a folder above it.
 */
#include "migration/changelog_parts.h"
#include "migration/format_parts.h"

#include <limits.h>
#include <stdlib.h>

#include "base/text.h"

#define NEW_AUTHOR "dbwarden"
#define NEW_FILE   "changelog.sql"
#define FORMATTED  "liquibase formatted sql"

static const char *const folders[] = {"db/changelog",
                                      "src/main/resources/db/changelog",
                                      "src/main/resources/liquibase",
                                      "changelog",
                                      "liquibase",
                                      ".",
                                      NULL};
static const char *const tables[] = {"DATABASECHANGELOGLOCK", NULL};

struct walk {
    struct format_reading *reading;
    struct change_sql sql;
    const char *top;   /* the folder, without links */
    struct names open; /* files that include the one at hand */
    bool all;          /* of one changelog only its includes are wanted */
    struct names included;
};

/* ---- which files ---- */

/* What a line says to the tool, after "--"; NULL: nothing that it can. */
static const char *comment_of(const char *line)
{
    line += strspn(line, " \t");
    if (!text_starts(line, "--"))
        return NULL;
    return line + 2 + strspn(line + 2, " \t");
}

static bool is_formatted(const char *text)
{
    text += text_starts(text, "\xEF\xBB\xBF") ? 3 : 0;
    const char *said = comment_of(text + strspn(text, " \t\r\n"));
    return said && text_starts_nocase(said, FORMATTED);
}

static bool is_tree(const char *name)
{
    return text_ends(name, ".xml") || text_ends(name, ".yaml") || text_ends(name, ".yml") || text_ends(name, ".json");
}

static bool owns(const char *name, const char *text)
{
    return is_tree(name) ? text_has(text, "databaseChangeLog") : text_ends(name, ".sql") && is_formatted(text);
}

static const char *without_links(struct arena *mem, const char *path)
{
    char *real = realpath(path, NULL);
    const char *kept = arena_dup(mem, real ? real : path);
    free(real);
    return kept;
}

/* As the history names it. */
static int name_of(const struct walk *walk, const char *path, const char **name)
{
    struct ctx *ctx = walk->reading->ctx;
    const char *real = without_links(ctx->mem, path);
    size_t length = strlen(walk->top);
    if (text_starts(real, walk->top) && real[length] == '/') {
        *name = real + length + 1;
        return 0;
    }
    fail(ctx, ERR_UNSUPPORTED, "%s is included, and lies outside of %s", path, walk->reading->folder);
    return fail_hint(ctx, "Name the folder that holds both. Nothing has been written.");
}

static int foreign_add(struct walk *walk, struct foreign *foreign, const char *file, const char *id, const char *author)
{
    struct arena *mem = walk->reading->ctx->mem;
    bool words = false;
    for (const char *at = id; *at; at++)
        words = words || char_is_alpha((unsigned char)*at);
    foreign->id = arena_printf(mem, "%s::%s::%s", file, id, author);
    foreign->title = words ? id : arena_printf(mem, "%s_%s", path_stem(mem, file), id);
    foreign->path = arena_printf(mem, "%s/%s", walk->reading->folder, foreign->id);
    list_add(mem, walk->reading->foreign, foreign);
    return 0;
}

static void warn_condition(const struct walk *walk, const char *file, int line)
{
    if (walk->reading->names_only)
        return;
    emit_warning_at(walk->reading->ctx, (struct place){.file = file, .line = line},
                    "has a precondition, which is not asked any more once it is converted");
}

/* ---- formatted SQL ---- */

struct formatted {
    struct walk *walk;
    const char *path, *name; /* of the file */
    int line;
    const char *id, *author, *file; /* of the changeset at hand; NULL */
    const char *delimiter, *back_delimiter;
    bool left_out, alone;
    struct buf up, down;
    bool back;   /* there is something in `down`, be it nothing */
    bool within; /* a comment that is all way back */
};

static int fail_line(struct formatted *formatted, const char *what)
{
    struct ctx *ctx = formatted->walk->reading->ctx;
    fail(ctx, ERR_UNSUPPORTED, "a changeset cannot be converted: %s", what);
    fail_hint(ctx, "Nothing has been written. Say it in another way there, or take it out.");
    return fail_at(ctx, formatted->path, formatted->line, 0);
}

static int changeset_end(struct formatted *formatted)
{
    struct arena *mem = formatted->walk->reading->ctx->mem;
    struct foreign *foreign = NEW(mem, struct foreign);
    if (!formatted->id)
        return 0;
    *foreign = (struct foreign){.no_transaction = formatted->alone,
                                .up = delimited(mem, formatted->up.data, formatted->delimiter)};
    if (formatted->back)
        foreign->down = delimited(mem, formatted->down.data, formatted->back_delimiter);
    if (!formatted->left_out)
        TRY(foreign_add(formatted->walk, foreign, formatted->file, formatted->id, formatted->author));
    formatted->id = formatted->delimiter = formatted->back_delimiter = NULL;
    formatted->left_out = formatted->alone = formatted->back = false;
    buf_cut(&formatted->up, 0);
    buf_cut(&formatted->down, 0);
    return 0;
}

/* The next word, "a b" without its quotes; NULL at the end. */
static const char *word_next(struct arena *mem, const char **at, const char *stops)
{
    const char *text = *at + strspn(*at, " \t");
    if (!*text)
        return NULL;
    bool quoted = *text == '"';
    size_t n = quoted ? strcspn(text + 1, "\"") : strcspn(text, stops);
    const char *word = arena_copy(mem, text + quoted, n);
    *at = text + quoted + n + (quoted && text[quoted + n] == '"');
    return word;
}

/* Attributes that nothing here depends on, and those that are known with one value. */
static const char attributes_known[] = "splitStatements rollbackSplitStatements stripComments context contextFilter "
                                       "labels runOnChange=false runAlways=false failOnError=true ignore=false";

static int attribute_take(struct formatted *formatted, const char *key, const char *value)
{
    struct walk *walk = formatted->walk;
    if (text_equal_nocase(key, "dbms"))
        formatted->left_out = !change_meant(walk->sql.ctx->mem, walk->sql.dialect, value);
    else if (text_equal_nocase(key, "runInTransaction"))
        formatted->alone = text_equal_nocase(value, "false");
    else if (text_equal_nocase(key, "logicalFilePath"))
        formatted->file = value;
    else if (text_equal_nocase(key, "endDelimiter"))
        formatted->delimiter = text_replace(walk->sql.ctx->mem, value, "\\n", "");
    else if (text_equal_nocase(key, "rollbackEndDelimiter"))
        formatted->back_delimiter = text_replace(walk->sql.ctx->mem, value, "\\n", "");
    else if (text_equal_nocase(key, "ignore") && text_equal_nocase(value, "true"))
        formatted->left_out = true;
    else if (word_allows(walk->sql.ctx->mem, attributes_known, key, value) != 1)
        return fail_line(formatted, arena_printf(walk->sql.ctx->mem, "%s:%s is not known here", key, value));
    return 0;
}

static int attributes_take(struct formatted *formatted, const char *at)
{
    struct arena *mem = formatted->walk->reading->ctx->mem;
    const char *key;
    while ((key = word_next(mem, &at, ": \t"))) {
        const char *value = NULL;
        if (*at == ':') {
            at++;
            value = word_next(mem, &at, " \t");
        }
        TRY(attribute_take(formatted, key, value ? value : ""));
    }
    return 0;
}

static int changeset_begin(struct formatted *formatted, const char *said)
{
    struct arena *mem = formatted->walk->reading->ctx->mem;
    const char *at = said + strlen("changeset");
    TRY(changeset_end(formatted));
    formatted->author = word_next(mem, &at, ":");
    formatted->file = formatted->name;
    if (!formatted->author || *at++ != ':' || !(formatted->id = word_next(mem, &at, " \t")))
        return fail_line(formatted, "it is not called author:id");
    return attributes_take(formatted, at);
}

static int back_take(struct formatted *formatted, const char *said)
{
    const char *text = text_trim(formatted->walk->reading->ctx->mem, said + strlen("rollback"));
    formatted->back = true;
    if (text_starts_nocase(text, "changesetId:"))
        return fail_line(formatted, "its way back is another changeset");
    if (!text_starts_nocase(text, "not required") && !text_equal_nocase(text, "empty"))
        buf_addf(&formatted->down, "%s\n", text);
    return 0;
}

static int comment_take(struct formatted *formatted, const char *said)
{
    if (text_starts_nocase(said, "changeset"))
        return changeset_begin(formatted, said);
    if (text_starts_nocase(said, "rollback"))
        return back_take(formatted, said);
    if (text_starts_nocase(said, "ignoreLines"))
        return fail_line(formatted, "it has lines to be ignored");
    if (text_starts_nocase(said, "logicalFilePath:"))
        formatted->name = text_trim(formatted->walk->reading->ctx->mem, said + strlen("logicalFilePath:"));
    if (text_starts_nocase(said, "preconditions"))
        warn_condition(formatted->walk, formatted->path, formatted->line);
    return 0;
}

static const char *const to_the_tool[] = {
    "changeset",     "rollback ",   "rollback",         "comment:", "preconditions", "precondition-",
    "validCheckSum", "ignoreLines", "logicalFilePath:", FORMATTED,  "property ",     NULL};

static bool is_to_the_tool(const char *said)
{
    bool found = false;
    for (int i = 0; said && to_the_tool[i]; i++)
        found = found || text_starts_nocase(said, to_the_tool[i]);
    return found;
}

static int line_take(struct formatted *formatted, const char *line)
{
    const char *said = comment_of(line), *bare = line + strspn(line, " \t");
    if (formatted->within) {
        formatted->within = !text_starts(bare, "*/");
        if (formatted->within)
            buf_addf(&formatted->down, "%s\n", line);
        return 0;
    }
    if (text_starts(bare, "/*") && text_starts_nocase(bare + 2 + strspn(bare + 2, " \t"), "liquibase rollback")) {
        formatted->within = formatted->back = true;
        return 0;
    }
    if (is_to_the_tool(said))
        return comment_take(formatted, said);
    if (text_has(line, "${"))
        return fail_line(formatted, "it has placeholders, ${...}");
    buf_addf(&formatted->up, "%s\n", line);
    return 0;
}

static int formatted_read(struct walk *walk, const char *path, const char *name, const char *text)
{
    struct arena *mem = walk->reading->ctx->mem;
    struct formatted formatted = {.walk = walk, .path = path, .name = name};
    const struct names lines = text_lines(mem, text);
    buf_init(&formatted.up, mem);
    buf_init(&formatted.down, mem);
    for (int i = 0; i < lines.n; i++) {
        formatted.line = i + 1;
        const char *said = comment_of(lines.item[i]), *at = said ? strcasestr(said, "logicalFilePath:") : NULL;
        if (said && at && text_starts_nocase(said, FORMATTED))
            formatted.name = text_trim(mem, at + strlen("logicalFilePath:"));
        TRY(line_take(&formatted, lines.item[i]));
        if (!formatted.id)
            buf_cut(&formatted.up, 0);
    }
    return changeset_end(&formatted);
}

static int sql_read(struct walk *walk, const char *path, const char *name)
{
    struct ctx *ctx = walk->reading->ctx;
    char *text;
    size_t length;
    TRY(file_read(ctx, path, 0, &text, &length));
    if (is_formatted(text))
        return formatted_read(walk, path, name, text);
    struct foreign *foreign = NEW(ctx->mem, struct foreign);
    foreign->up = text; /* one changeset, to the tool */
    TRY(foreign_add(walk, foreign, name, "raw", "includeAll"));
    foreign->title = path_stem(ctx->mem, name);
    return 0;
}

/* ---- XML, YAML and JSON ---- */

static int walk_file(struct walk *walk, const char *path);

static int back_read(struct walk *walk, const struct node *back, struct change_sql *sql)
{
    for (int i = 0; i < back->key.n; i++) {
        if (!text_equal(back->key.item[i], "sql") && !text_equal(back->key.item[i], "item"))
            return fail_node(walk->reading->ctx, back, "%s is not known in it", back->key.item[i]);
        buf_add(&sql->up, text_trim(walk->reading->ctx->mem, back->value.item[i]));
        statement_end(&sql->up);
    }
    for (int i = 0; i < back->child.n; i++)
        TRY(change_sql_add(sql, back->child.item[i]));
    return 0;
}

/* What somebody wrote as the way back counts; NULL: nobody did. */
static int back_of(struct walk *walk, const struct node *changeset, const char **down)
{
    struct ctx *ctx = walk->reading->ctx;
    struct change_sql sql = walk->sql;
    *down = NULL;
    buf_init(&sql.up, ctx->mem);
    buf_init(&sql.down, ctx->mem);
    for (int i = 0; i < changeset->key.n; i++) {
        if (!text_equal(changeset->key.item[i], "rollback"))
            continue;
        buf_add(&sql.up, text_trim(ctx->mem, changeset->value.item[i]));
        statement_end(&sql.up);
        *down = sql.up.data;
    }
    for (int i = 0; i < changeset->child.n; i++) {
        const struct node *child = changeset->child.item[i];
        if (!text_equal(child->name, "rollback"))
            continue;
        TRY(back_read(walk, child, &sql));
        *down = sql.up.data;
    }
    return 0;
}

static int changes_take(struct walk *walk, const struct node *changeset, struct foreign *foreign)
{
    struct ctx *ctx = walk->reading->ctx;
    struct change_sql *sql = &walk->sql;
    buf_init(&sql->up, ctx->mem);
    buf_init(&sql->down, ctx->mem);
    sql->no_way_back = NULL;
    for (int i = 0; i < changeset->child.n; i++) {
        const struct node *child = changeset->child.item[i];
        if (text_equal(child->name, "preConditions"))
            warn_condition(walk, child->file, child->line);
        else if (!text_equal(child->name, "rollback") && !text_equal(child->name, "validCheckSum"))
            TRY(change_sql_add(sql, child));
    }
    foreign->up = sql->up.data;
    TRY(back_of(walk, changeset, &foreign->down));
    if (foreign->down)
        return 0;
    if (sql->no_way_back)
        foreign->no_way_back = arena_printf(ctx->mem, "Liquibase has no way back from %s", sql->no_way_back);
    else
        foreign->down = sql->down.data;
    return 0;
}

static int changeset_take(struct walk *walk, const struct node *node, const char *name)
{
    struct ctx *ctx = walk->reading->ctx;
    struct foreign *foreign = NEW(ctx->mem, struct foreign);
    const char *id = node_text(node, "id"), *author = node_text(node, "author");
    TRY(known_attributes(
        &walk->sql, node,
        "id author dbms context contextFilter labels runInTransaction runOnChange=false runAlways=false "
        "failOnError=true created logicalFilePath objectQuotingStrategy=LEGACY ignore rollback comment validCheckSum",
        NULL));
    if (!id || !author)
        return fail_node(ctx, node, "it has no id, or no author");
    if (!change_meant(ctx->mem, walk->sql.dialect, node_text(node, "dbms")) || node_says(node, "ignore"))
        return 0;
    foreign->no_transaction = text_equal_nocase(node_text(node, "runInTransaction"), "false");
    TRY(changes_take(walk, node, foreign));
    return foreign_add(walk, foreign, node_text(node, "logicalFilePath") ? node_text(node, "logicalFilePath") : name,
                       id, author);
}

static int walk_folder(struct walk *walk, const char *path)
{
    struct ctx *ctx = walk->reading->ctx;
    struct names names;
    TRY(folder_list(ctx, path, &names));
    for (int i = 0; i < names.n; i++) {
        const char *each = path_join(ctx->mem, path, names.item[i]);
        if (folder_exists(each))
            TRY(walk_folder(walk, each));
        else if (is_tree(each) || text_ends(each, ".sql"))
            TRY(walk_file(walk, each));
    }
    return 0;
}

static int include(struct walk *walk, const struct node *node)
{
    struct ctx *ctx = walk->reading->ctx;
    bool all = text_equal(node->name, "includeAll");
    const char *named = node_text(node, all ? "path" : "file");
    TRY(known_only(&walk->sql, node,
                   "file path relativeToChangelogFile context contextFilter labels errorIfMissingOrEmpty", ""));
    if (!named)
        return fail_node(ctx, node, "it names no file");
    const char *path =
        changelog_file(ctx->mem, path_folder(ctx->mem, node->file), named, node_says(node, "relativeToChangelogFile"));
    if (!all && !file_exists(path))
        return fail_node(ctx, node, "there is no file %s", named);
    if (all && !folder_exists(path))
        return fail_node(ctx, node, "there is no folder %s", named);
    if (all && walk->open.n == 1) {
        const char *home;
        TRY(name_of(walk, path, &home));
        walk->reading->home = arena_printf(ctx->mem, "%s/", home);
    }
    return all ? walk_folder(walk, path) : walk_file(walk, path);
}

static int tree_walk(struct walk *walk, const struct node *root, const char *name)
{
    const char *logical = node_text(root, "logicalFilePath");
    for (int i = 0; i < root->child.n; i++) {
        const struct node *child = root->child.item[i];
        if (text_equal(child->name, "include") || text_equal(child->name, "includeAll"))
            TRY(include(walk, child));
        else if (walk->all || text_equal(child->name, "property")) /* ${...} is refused where it stands */
            continue;
        else if (text_equal(child->name, "preConditions"))
            warn_condition(walk, child->file, child->line);
        else if (text_equal(child->name, "changeSet"))
            TRY(changeset_take(walk, child, logical ? logical : name));
        else
            return fail_node(walk->reading->ctx, child, "it is not known");
    }
    return 0;
}

static int walk_file(struct walk *walk, const char *path)
{
    struct ctx *ctx = walk->reading->ctx;
    const char *name;
    struct node *root;
    TRY(name_of(walk, path, &name));
    if (names_have(&walk->open, name))
        return fail_foreign(ctx, path, "it includes itself, by way of others");
    if (walk->open.n)
        names_add(ctx->mem, &walk->included, name);
    names_add(ctx->mem, &walk->open, name);
    if (!is_tree(path))
        TRY(walk->all ? 0 : sql_read(walk, path, name));
    else {
        TRY(changelog_read(walk->reading, path, &root));
        TRY(tree_walk(walk, root, name));
    }
    walk->open.n--;
    return 0;
}

/* ---- all of it ---- */

static int fail_several(struct ctx *ctx, const char *folder, const struct names *roots)
{
    fail(ctx, ERR_USAGE, "none of the changelogs in %s includes the others: %s", folder,
         names_join(ctx->mem, roots, ", "));
    return fail_hint(
        ctx,
        "Name the folder of the one that Liquibase is given, or write one that includes them. Nothing has been written.");
}

/* The one that no other includes. */
static int root_find(struct walk *walk, const char **root)
{
    struct format_reading *reading = walk->reading;
    struct ctx *ctx = reading->ctx;
    struct names own = {0}, roots = {0};
    walk->all = true;
    for (int i = 0; i < reading->names.n; i++) {
        const char *path = path_join(ctx->mem, reading->folder, reading->names.item[i]);
        bool owned = false;
        TRY(format_owns_file(ctx, &format_liquibase, path, &owned));
        if (owned)
            names_add(ctx->mem, &own, reading->names.item[i]);
    }
    for (int i = 0; i < own.n && own.n > 1; i++)
        TRY(walk_file(walk, path_join(ctx->mem, reading->folder, own.item[i])));
    walk->all = false;
    for (int i = 0; i < own.n; i++)
        if (!names_have(&walk->included, own.item[i]))
            names_add(ctx->mem, &roots, own.item[i]);
    *root = roots.n ? roots.item[0] : NULL;
    return roots.n < 2 ? 0 : fail_several(ctx, reading->folder, &roots);
}

static int read_all(struct format_reading *reading)
{
    struct ctx *ctx = reading->ctx;
    struct walk walk = {.reading = reading, .sql = {.ctx = ctx, .dialect = reading->dialect}};
    const char *root;
    if (spelling_of(reading->dialect) < 0)
        return fail(ctx, ERR_UNSUPPORTED, "changelogs of Liquibase cannot be converted for %s",
                    reading->dialect->title);
    walk.top = without_links(ctx->mem, reading->folder);
    TRY(root_find(&walk, &root));
    reading->home = root;
    return root ? walk_file(&walk, path_join(ctx->mem, reading->folder, root)) : 0;
}

/* ---- written ---- */

static void changeset_add(struct buf *out, const struct ejected *ejected, const char *file)
{
    const struct names part = text_split(out->mem, text_replace(out->mem, ejected->id, "::", "\n"), '\n');
    struct buf back;
    buf_init(&back, out->mem);
    buf_addf(out, "\n--changeset \"%s\":\"%s\"%s", part.item[2], part.item[1],
             ejected->alone ? " runInTransaction:false" : "");
    if (!text_equal(part.item[0], file))
        buf_addf(out, " logicalFilePath:%s", part.item[0]);
    bool bodies = false;
    for (int i = 0; i < ejected->migration->up.n; i++)
        bodies = bodies || memchr(ejected->migration->up.piece[i].text, ';', ejected->migration->up.piece[i].length);
    buf_add(out, bodies ? " endDelimiter:// rollbackEndDelimiter://\n" : "\n");
    for (int side = 0; side < 2; side++) {
        const struct split *split = side ? &ejected->migration->down : &ejected->migration->up;
        for (int i = 0; i < split->n; i++)
            buf_addf(side ? &back : out, "%.*s%s\n", (int)split->piece[i].length, split->piece[i].text,
                     bodies ? "\n//" : ";");
    }
    if (back.len)
        buf_addf(out, "/* liquibase rollback\n%s*/\n", back.data);
}

static const char *text_of(struct ctx *ctx, const struct ejected *ejected, const struct list *files, const char *name)
{
    char *text = NULL;
    size_t length;
    for (int i = files->n - 1; i >= 0; i--)
        if (text_equal(((const struct file_new *)files->item[i])->name, name))
            return ((const struct file_new *)files->item[i])->text;
    const char *path = path_join(ctx->mem, ejected->folder, name);
    return file_exists(path) && !file_read(ctx, path, 0, &text, &length) ? text : "--" FORMATTED "\n";
}

/* The changelog `home` with one more include. */
static int include_add(struct ctx *ctx, const char *home, const char *text, const char *name, struct buf *out)
{
    const char *end = text_ends(home, ".xml") ? strstr(text, "</databaseChangeLog>") : NULL;
    if (end) {
        buf_addf(out, "%.*s  <include file=\"%s\" relativeToChangelogFile=\"true\"/>\n%s", (int)(end - text), text,
                 name, end);
        return 0;
    }
    const char *dash = strstr(text, "\n");
    while (dash && dash[1 + strspn(dash + 1, " ")] != '-')
        dash = strstr(dash + 1, "\n");
    if (!dash || text_ends(home, ".json") || text_ends(home, ".xml"))
        return fail_foreign(ctx, home, "nothing can be added to it");
    int indent = (int)strspn(dash + 1, " ");
    buf_addf(out, "%s%s%*s- include:\n%*s    file: %s\n%*s    relativeToChangelogFile: true\n", text,
             text_ends(text, "\n") ? "" : "\n", indent, "", indent, "", name, indent, "");
    return 0;
}

static int write_one(struct ctx *ctx, struct ejected *ejected, struct list *files)
{
    struct arena *mem = ctx->mem;
    const char *home = ejected->home ? ejected->home : NEW_FILE;
    bool own = !text_ends(home, ".sql"), folder = text_ends(home, "/");
    const char *beside = folder ? home : strchr(home, '/') ? arena_printf(mem, "%s/", path_folder(mem, home)) : "";
    const char *number = ejected->number ? ejected->number : arena_printf(mem, "%04d", files->n + 1);
    const char *file = own ? arena_printf(mem, "%s%s_%s.sql", beside, number, ejected->slug) : home;
    struct buf text;
    buf_init(&text, mem);
    if (ejected->number)
        ejected->id = arena_printf(mem, "%s::%s_%s::" NEW_AUTHOR, file, number, ejected->slug);
    ejected->script = file;
    buf_add(&text, own ? "--" FORMATTED "\n" : text_of(ctx, ejected, files, file));
    changeset_add(&text, ejected, file);
    file_new_put(ctx, files, file, text.data);
    if (!own || folder)
        return 0;
    buf_init(&text, mem);
    TRY(include_add(ctx, home, text_of(ctx, ejected, files, home), path_name(file), &text));
    file_new_put(ctx, files, home, text.data);
    return 0;
}

const struct format format_liquibase = {
    .name = "liquibase",
    .title = "Liquibase",
    .folders = folders,
    .owns = owns,
    .read = read_all,
    .history = HISTORY_ROWS,
    .table = "DATABASECHANGELOG",
    .tables = tables,
    .query = "SELECT FILENAME, CASE WHEN EXECTYPE IN ('FAILED', 'SKIPPED') THEN 0 ELSE 1 END, 0, NULL, ID, AUTHOR "
             "FROM DATABASECHANGELOG ORDER BY DATEEXECUTED, ORDEREXECUTED",
    .insert =
        "INSERT INTO DATABASECHANGELOG (ID, AUTHOR, FILENAME, DATEEXECUTED, ORDEREXECUTED, EXECTYPE, DESCRIPTION, COMMENTS, "
        "LIQUIBASE) VALUES (@part2, @part3, @part1, CURRENT_TIMESTAMP, @rank, 'EXECUTED', 'sql', '', 'dbwarden')",
    .remove = "DELETE FROM DATABASECHANGELOG WHERE ID = @part2 AND AUTHOR = @part3 AND FILENAME = @part1",
    .digits = 4,
    .write = write_one,
};
