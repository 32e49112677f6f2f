/*
 * Views and materialised views, and what is said of their columns: comments, defaults for what is inserted through a view, and
 * how a materialised view stores and measures its columns.
 *
 * Such a setting is a text that begins with its column as SQL spells it: "a=comment", "a.statistics=100", "a = 1". One that
 * nobody of the project spoke of is brought back only where the column is there.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static const char *view_word(const struct view *view)
{
    return view->materialized ? "MATERIALIZED VIEW" : "VIEW";
}

static void view_text(struct buf *out, const struct view *view, bool replace)
{
    buf_addf(out, "CREATE %s%s ", replace ? "OR REPLACE " : "", view_word(view));
    pg_top(out, &view->object);
    if (view->options.n)
        buf_addf(out, " WITH (%s)", names_join(out->mem, &view->options, ", "));
    if (view->materialized && view->tablespace) {
        buf_add(out, " TABLESPACE ");
        pg_ident_add(out, view->tablespace);
    }
    buf_addf(out, " AS\n%s", text_trim(out->mem, expr_text(&view->query)));
    if (view->materialized && view->no_data)
        buf_add(out, "\nWITH NO DATA");
}

static void view_comment(struct render *render, const struct view *view)
{
    struct buf name = pg_begin(render, "");

    pg_top(&name, &view->object);
    pg_comment(render, view_word(view), &name, view->comment);
}

/* ---- columns ---- */

struct setting {
    const char *column; /* in quotes if it has to be */
    const char *name;   /* without */
    const char *word;   /* what is set of it; "" of a comment or default */
    const char *key;    /* both */
    const char *value;
};

static size_t column_length(const char *text)
{
    size_t at = 1;
    if (*text != '"')
        return strcspn(text, ".= ");
    while (text[at] && (text[at] != '"' || text[at + 1] == '"'))
        at += text[at] == '"' ? 2 : 1;
    return text[at] ? at + 1 : at;
}

static struct setting setting_read(struct arena *mem, const char *text)
{
    size_t column = column_length(text), key = column + strcspn(text + column, "=");
    bool word = text[column] == '.', quoted = *text == '"';
    const char *inner = quoted ? text_replace(mem, arena_copy(mem, text + 1, column - 2), "\"\"", "\"") : NULL;
    return (struct setting){.column = arena_copy(mem, text, column),
                            .name = quoted ? inner : arena_copy(mem, text, column),
                            .word = word ? arena_copy(mem, text + column + 1, key - column - 1) : "",
                            .key = arena_copy(mem, text, key),
                            .value = text[key] ? text + key + 1 : ""};
}

/* What is quoted only because it is a word of one version. */
void pg_view_columns_settle(struct arena *mem, struct names *settings)
{
    struct names tidy = {0};
    for (int i = 0; i < settings->n; i++) {
        const char *text = settings->item[i];
        size_t length = column_length(text);
        const char *name = setting_read(mem, text).name;
        struct buf out;
        buf_init(&out, mem);
        pg_ident_add(&out, name);
        buf_add(&out, text + length);
        names_add(mem, &tidy, out.data);
    }
    names_sort(&tidy);
    *settings = tidy;
}

static bool has_key(struct arena *mem, const struct names *settings, const char *key)
{
    for (int i = 0; i < settings->n; i++)
        if (text_equal(setting_read(mem, settings->item[i]).key, key))
            return true;
    return false;
}

/* Another query may have no such column. */
static void setting_run(struct render *render, const struct view *view, const struct setting *setting, const char *path,
                        struct buf *sql)
{
    struct buf name = pg_begin(render, ""), there = pg_begin(render, "");
    if (!names_have(&view->object.unspoken, path)) {
        render_statement(render, sql);
        return;
    }
    pg_top(&name, &view->object);
    buf_add(&there, "EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(");
    pg_literal(&there, name.data);
    buf_add(&there, ") AND attname = ");
    pg_literal(&there, setting->name);
    buf_add_c(&there, ')');
    struct buf block = pg_begin(render, pg_where(render->mem, there.data, sql->data));
    render_statement(render, &block);
}

static void column_comment(struct render *render, const struct view *view, const struct setting *setting,
                           const char *comment)
{
    struct buf out = pg_begin(render, "COMMENT ON COLUMN ");
    pg_top(&out, &view->object);
    buf_addf(&out, ".%s IS ", setting->column);
    if (comment)
        pg_literal(&out, comment);
    else
        buf_add(&out, "NULL");
    setting_run(render, view, setting, arena_printf(render->mem, "column_comments.%s", setting->key), &out);
}

static void comments_alter(struct render *render, const struct names *before, const struct view *view)
{
    for (int i = 0; i < before->n; i++) {
        const struct setting setting = setting_read(render->mem, before->item[i]);
        if (!has_key(render->mem, &view->column_comments, setting.key))
            column_comment(render, view, &setting, NULL);
    }
    for (int i = 0; i < view->column_comments.n; i++) {
        const struct setting setting = setting_read(render->mem, view->column_comments.item[i]);
        if (!names_have(before, view->column_comments.item[i]))
            column_comment(render, view, &setting, setting.value);
    }
}

static const struct {
    const char *word;
    const char *set;   /* before the value */
    const char *reset; /* what is as usual; NULL: there are no words for it before 16 */
} column_words[] = {
    {"statistics", "SET STATISTICS ", "SET STATISTICS -1"},
    {"storage", "SET STORAGE ", "SET STORAGE DEFAULT"},
    {"compression", "SET COMPRESSION ", "SET COMPRESSION default"},
};

/* `value` NULL: it is as usual again. */
static void column_set(struct render *render, const struct view *view, const struct setting *setting, const char *value)
{
    struct buf out = pg_begin(render, "");
    size_t row = 0, rows = sizeof column_words / sizeof *column_words;
    buf_addf(&out, "%sALTER COLUMN %s ", pg_alter_top(render, &view->object).data, setting->column);
    while (row < rows && !text_equal(column_words[row].word, setting->word))
        row++;
    if (row == rows && value)
        buf_addf(&out, "SET (%s=%s)", setting->word, value);
    else if (row == rows)
        buf_addf(&out, "RESET (%s)", setting->word);
    else if (value)
        buf_addf(&out, "%s%s", column_words[row].set, value);
    else
        buf_add(&out, column_words[row].reset);
    setting_run(render, view, setting, arena_printf(render->mem, "column_settings.%s", setting->key), &out);
}

static void settings_alter(struct render *render, const struct names *before, const struct view *view)
{
    for (int i = 0; i < before->n; i++) {
        const struct setting setting = setting_read(render->mem, before->item[i]);
        if (!has_key(render->mem, &view->column_settings, setting.key))
            column_set(render, view, &setting, NULL);
    }
    for (int i = 0; i < view->column_settings.n; i++) {
        const struct setting setting = setting_read(render->mem, view->column_settings.item[i]);
        if (!names_have(before, view->column_settings.item[i]))
            column_set(render, view, &setting, setting.value);
    }
}

/* Each of "a = 1, b = f(2, 3)". */
static struct names defaults_of(struct arena *mem, const struct expr *expr)
{
    const char *text = expr_text(expr);
    struct names found = {0};
    struct lexer lexer;
    int depth = 0;
    size_t from = 0;
    if (!text)
        return found;
    lex_open(&lexer, &pg_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") + token_is(&token, "[") - token_is(&token, ")") - token_is(&token, "]");
        if (depth || !token_is(&token, ","))
            continue;
        names_add(mem, &found, text_trim(mem, text_slice(mem, text, from, (size_t)(token.text - text))));
        from = (size_t)(token.text - text) + token.length;
    }
    names_add(mem, &found, text_trim(mem, text + from));
    return found;
}

static void column_default(struct render *render, const struct view *view, const struct setting *setting, bool set)
{
    struct buf out = pg_begin(render, "");
    buf_addf(&out, "%sALTER COLUMN %s ", pg_alter_top(render, &view->object).data, setting->column);
    buf_addf(&out, set ? "SET DEFAULT %s" : "DROP DEFAULT", text_trim(render->mem, setting->value));
    setting_run(render, view, setting, "column_defaults", &out);
}

static void defaults_alter(struct render *render, const struct expr *was, const struct view *view)
{
    const struct names before = defaults_of(render->mem, was), after = defaults_of(render->mem, &view->column_defaults);
    for (int i = 0; i < before.n; i++) {
        const struct setting setting = setting_read(render->mem, before.item[i]);
        if (!has_key(render->mem, &after, setting.key))
            column_default(render, view, &setting, false);
    }
    for (int i = 0; i < after.n; i++) {
        const struct setting setting = setting_read(render->mem, after.item[i]);
        if (!names_have(&before, after.item[i]))
            column_default(render, view, &setting, true);
    }
}

/* Before 16 there are no words for the storage that is usual for a type. */
bool pg_view_is_remade(const struct effect_case *effect)
{
    const struct view *before = (const struct view *)effect->change->before;
    const struct view *after = (const struct view *)effect->change->after;
    for (int i = 0; i < before->column_settings.n && effect->target->version < 160000; i++) {
        const struct setting setting = setting_read(effect->mem, before->column_settings.item[i]);
        if (text_equal(setting.word, "storage") && !has_key(effect->mem, &after->column_settings, setting.key))
            return true;
    }
    return false;
}

/* ---- statements ---- */

int pg_view_create(struct render *render, const struct change *change)
{
    const struct view *view = (const struct view *)change->after;
    static const struct names none;
    struct buf out = pg_begin(render, "");

    view_text(&out, view, false);
    render_statement(render, &out);
    if (view->comment)
        view_comment(render, view);
    defaults_alter(render, &(struct expr){0}, view);
    settings_alter(render, &none, view);
    comments_alter(render, &none, view);
    return 0;
}

int pg_view_drop(struct render *render, const struct change *change)
{
    const char *word = view_word((const struct view *)change->before);
    struct buf out = pg_begin_drop(render, arena_printf(render->mem, "DROP %s ", word), change->before);

    pg_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}

/* OR REPLACE sets the options that it names, and resets all others. */
int pg_view_alter(struct render *render, const struct change *change)
{
    const struct view *before = (const struct view *)change->before, *view = (const struct view *)change->after;
    struct buf out = pg_begin(render, "");

    if (change_has(change, VIEW_query)) {
        view_text(&out, view, true);
        render_statement(render, &out);
    } else if (change_has(change, VIEW_options)) {
        const struct buf alter = pg_alter_top(render, change->after);
        pg_options_alter(render, alter.data, &before->options, &view->options);
    }
    if (change_has(change, VIEW_tablespace))
        pg_tablespace_alter(render, pg_alter_top(render, change->after).data, view->tablespace);
    if (change_has(change, VIEW_column_defaults))
        defaults_alter(render, &before->column_defaults, view);
    if (change_has(change, VIEW_column_settings))
        settings_alter(render, &before->column_settings, view);
    if (change_has(change, VIEW_comment))
        view_comment(render, view);
    if (change_has(change, VIEW_column_comments))
        comments_alter(render, &before->column_comments, view);
    return 0;
}

int pg_view_rename(struct render *render, const struct change *change)
{
    return pg_rename_top(render, change, view_word((const struct view *)change->renamed));
}
