/*
 * The DROP that undoes a CREATE, worked out from its text alone.
 */
#include "run/inverse.h"

static bool has_word(const struct dialect *dialect, const struct sql_piece *piece, const char *word, int among)
{
    struct lexer lexer;
    lex_open(&lexer, dialect->lex, piece->text, piece->length);
    for (int i = 0; i < among; i++) {
        struct token token = lex_next_bare(&lexer);
        if (token.kind == TOKEN_END)
            return false;
        if (token_is(&token, word))
            return true;
    }
    return false;
}

bool create_replaces(const struct dialect *dialect, const struct sql_piece *piece)
{
    return has_word(dialect, piece, "REPLACE", 3);
}

bool create_tolerates(const struct dialect *dialect, const struct sql_piece *piece)
{
    return has_word(dialect, piece, "IF", 5);
}

/* Named within its table. */
static bool is_in_table(const struct dialect *dialect, enum kind kind)
{
    return kind == KIND_POLICY || kind == KIND_RULE || (kind == KIND_TRIGGER && dialect->drops_trigger_on_table);
}

static void on_add(const struct dialect *dialect, const struct classified *what, struct buf *out)
{
    bool names_table = (what->kind == KIND_INDEX && dialect->drops_index_on_table) || is_in_table(dialect, what->kind);
    if (!what->table || !names_table)
        return;
    buf_add(out, " ON ");
    buf_add_n(out, what->on.text, what->on.length);
}

bool create_invert(struct arena *mem, const struct dialect *dialect, const struct sql_piece *piece, struct buf *out)
{
    struct classified what;
    classify(mem, dialect->classify, piece, &what);
    bool alone = what.kind < KIND_COUNT && what.kind != KIND_DATABASE && !kind_is(what.kind, KIND_OWNED);
    if (what.verb != VERB_CREATE || !what.name || !alone)
        return false;
    bool materialized = what.kind == KIND_VIEW && has_word(dialect, piece, "MATERIALIZED", 4);
    bool bare = what.kind == KIND_INDEX && dialect->drops_index_bare;
    bool in_table = is_in_table(dialect, what.kind);
    buf_addf(out, "DROP %s%s %s%s", materialized ? "MATERIALIZED " : "", kind_table[what.kind].sql,
             what.concurrently ? "CONCURRENTLY " : "", bare ? "" : "IF EXISTS ");
    ident_add_qualified(out, dialect->ident, in_table ? NULL : what.schema, what.name);
    on_add(dialect, &what, out);
    return true;
}
