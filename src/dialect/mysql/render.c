/*
 * What the renderers share, and the table of them.  A change of a table is a clause of ALTER TABLE; clauses that stand
 * one after another become one statement, which the server does as a whole or not at all.
 */
#include "dialect/mysql/render.h"

#include "base/text.h"

struct buf my_begin(struct render *render, const char *text)
{
    struct buf out;
    buf_init(&out, render->mem);
    buf_add(&out, text);
    return out;
}

void my_ident_add(struct buf *out, const char *name)
{
    ident_add(out, &my_ident, name);
}

void my_top(struct buf *out, const struct object *object)
{
    ident_add_qualified(out, &my_ident, object_schema(object), object->name);
}

void my_literal_add(const struct render *render, struct buf *out, const char *text)
{
    static const struct ident_rules plain = {.style = QUOTE_BACKTICK};
    const char *modes = render->target->facts.sql_mode;
    literal_add(out, modes && text_has(modes, "NO_BACKSLASH_ESCAPES") ? &plain : &my_ident, text);
}

static bool is_wrapped(const char *text)
{
    struct lexer lexer;
    int depth = 0;
    lex_open(&lexer, &my_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (depth == 0)
            return token_is(&token, ")") && lex_next_code(&lexer).kind == TOKEN_END;
    }
    return false;
}

void my_wrapped(struct buf *out, const char *expr)
{
    buf_addf(out, is_wrapped(expr) ? "%s" : "(%s)", expr);
}

/* MariaDB changes a table that keeps what its rows were only if it may change that too. */
static void history_allow(struct render *render, const struct object *table)
{
    static const char sql[] = "SET SESSION system_versioning_alter_history = KEEP";
    const struct table *sides[] = {(const struct table *)table, (const struct table *)table->peer};
    if (!sides[0]->versioned && !(sides[1] && sides[1]->versioned))
        return;
    for (int i = 0; i < render->out.n; i++)
        if (text_equal(((const struct statement_out *)render->out.item[i])->sql, sql))
            return;
    struct buf out = my_begin(render, sql);
    render_statement(render, &out);
}

void my_clause(struct render *render, const struct object *below, enum clause clause, struct buf *sql)
{
    const struct object *table = object_ancestor(below, KIND_TABLE);
    struct buf head = my_begin(render, "ALTER TABLE ");
    my_top(&head, table);
    buf_add_c(&head, ' ');
    history_allow(render, table);
    render_clause(render, head.data, (unsigned)clause, sql);
}

/* MySQL 9.7 ends when it gets a new column, a primary key, an index and a foreign key in one statement. */
bool my_joins(unsigned clauses, unsigned clause)
{
    if ((clauses | clause) & (CLAUSE_RENAME | CLAUSE_ALONE))
        return false;
    if (clauses & clause & CLAUSE_ADD_FULLTEXT) /* "InnoDB presently supports one FULLTEXT index creation at a time" */
        return false;
    return !((clauses | clause) & CLAUSE_ADD_FOREIGN_KEY) || clauses == clause;
}

/* Only MySQL minds that something names a column that gets another name. */
#define SHARED                                                                                                         \
    [KIND_TABLE] = {.create = my_table_create,                                                                         \
                    .drop = my_table_drop,                                                                             \
                    .alter = my_table_alter,                                                                           \
                    .rename = my_table_rename},                                                                        \
    [KIND_PRIMARY_KEY] = {.create = my_constraint_create, .drop = my_constraint_drop},                                 \
    [KIND_CHECK] = {.create = my_constraint_create, .drop = my_constraint_drop},                                       \
    [KIND_FOREIGN_KEY] = {.create = my_constraint_create, .drop = my_constraint_drop},                                 \
    [KIND_INDEX] = {.create = my_index_create,                                                                         \
                    .drop = my_index_drop,                                                                             \
                    .alter = my_index_alter,                                                                           \
                    .rename = my_index_rename},                                                                        \
    [KIND_PARTITIONING] = {.create = my_partitioning_create,                                                           \
                           .drop = my_partitioning_drop,                                                               \
                           .alter = my_partitioning_alter},                                                            \
    [KIND_PARTITION] = {.create = my_partition_change, .drop = my_partition_change, .alter = my_partition_change},     \
    [KIND_VIEW] = {.create = my_view_create, .drop = my_view_drop, .alter = my_view_alter, .rename = my_table_rename}, \
    [KIND_TRIGGER] = {.create = my_text_create, .drop = my_text_drop},                                                 \
    [KIND_FUNCTION] = {.create = my_text_create, .drop = my_text_drop},                                                \
    [KIND_EVENT] = {.create = my_text_create, .drop = my_text_drop}

const struct render_kind my_render[KIND_COUNT] = {
    SHARED,
    [KIND_COLUMN] = {.create = my_column_create,
                     .drop = my_column_drop,
                     .alter = my_column_alter,
                     .rename = my_column_rename_with},
};

const struct render_kind my_mariadb_render[KIND_COUNT] = {
    SHARED,
    [KIND_SEQUENCE] = {.create = my_sequence_create,
                       .drop = my_sequence_drop,
                       .alter = my_sequence_alter,
                       .rename = my_sequence_rename},
    [KIND_COLUMN] = {.create = my_column_create,
                     .drop = my_column_drop,
                     .alter = my_column_alter,
                     .rename = my_column_rename},
};
