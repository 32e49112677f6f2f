/*
 * "-- dbwarden: allow CODE reason": above a statement or in it, it is about that statement; above "-- upgrade", about
 * the file.  Without a reason it allows nothing, and one that allows nothing is told, so that none outlives its cause.
 */
#include <string.h>

#include "base/text.h"
#include "lint/parts.h"

static const char *directive_of(struct arena *mem, const struct token *token)
{
    const char *text = arena_copy(mem, token->text, token->length);
    text += strspn(text, "-#/* \t");
    if (!text_starts_nocase(text, "dbwarden:"))
        return NULL;
    char *rest = text_trim(mem, text + strlen("dbwarden:"));
    size_t length = strlen(rest);
    if (length > 1 && text_ends(rest, "*/"))
        rest = text_trim(mem, arena_copy(mem, rest, length - 2));
    return text_starts_nocase(rest, "allow") ? text_trim(mem, rest + strlen("allow")) : NULL;
}

/* The one that it stands in, that ends before it on its line (`a; b; -- dbwarden: allow ...` is about b), or the next. */
static int statement_at(const struct migration *migration, const struct token *token)
{
    int before = 0; /* that ends on its line */
    for (int i = 0; i < migration->up.n; i++) {
        const struct sql_piece *piece = &migration->up.piece[i];
        int line, column;
        piece_place(piece, (long)piece->length, &line, &column);
        bool ends = line < token->line || (line == token->line && column <= token->column);
        bool follows = piece->line > token->line;
        if (!ends)
            return follows && before ? before : i + 1;
        before = line == token->line ? i + 1 : 0;
    }
    return before ? before : migration->up.n + 1;
}

static void allow_read(struct lint *lint, const struct token *token, bool of_file)
{
    const char *text = directive_of(lint->mem, token);
    if (!text)
        return;
    struct allow *allow = NEW(lint->mem, struct allow);
    size_t length = strcspn(text, " \t:");
    const char *reason = text_trim(lint->mem, text + length + strspn(text + length, " \t:"));
    allow->code = arena_copy(lint->mem, text, length);
    allow->reason = *reason ? reason : NULL;
    allow->statement = of_file ? 0 : statement_at(lint->migration, token);
    allow->line = token->line;
    allow->column = token->column;
    list_add(lint->mem, &lint->allows, allow);
}

static bool is_marker(struct arena *mem, const struct token *token)
{
    const char *text = arena_copy(mem, token->text, token->length);
    return text_equal_nocase(text_trim(mem, text + strspn(text, "-")), "upgrade");
}

void allows_read(struct lint *lint, const struct migration *migration)
{
    struct lexer lexer;
    struct token token;
    int header = 0;
    lint->migration = migration;
    lint->allows = (struct list){0};
    if (!migration->text || !memmem(migration->text, migration->length, "dbwarden:", strlen("dbwarden:")))
        return;
    for (int pass = 0; pass < 2; pass++) {
        lex_open(&lexer, migration->lex, migration->text, migration->length);
        for (token = lex_next(&lexer); token.kind != TOKEN_END; token = lex_next(&lexer)) {
            struct arena_mark mark = arena_save(lint->mem);
            if (token.kind != TOKEN_COMMENT)
                continue;
            if (pass)
                allow_read(lint, &token, token.line < header);
            else if (!header && is_marker(lint->mem, &token))
                header = token.line;
            if (!pass)
                arena_rewind(lint->mem, mark);
        }
    }
}

static bool is_about(const struct allow *allow, const struct lint_rule *rule)
{
    return rule_find(allow->code) == rule;
}

bool is_allowed(struct lint *lint, const struct finding *finding)
{
    bool allowed = false;
    for (int i = 0; i < lint->allows.n; i++) {
        struct allow *allow = lint->allows.item[i];
        if (!is_about(allow, finding->rule) || (allow->statement && allow->statement != finding->statement))
            continue;
        allow->used = true;
        allowed = allowed || allow->reason;
    }
    return allowed;
}

static void allow_judge(struct lint *lint, const struct allow *allow)
{
    const struct lint_rule *known = rule_find(allow->code);
    const char *code = !known ? "AL103" : !allow->reason ? "AL101" : !allow->used ? "AL102" : NULL;
    if (!code)
        return;
    struct finding *finding = finding_add(lint, rule_find(code), lint->migration);
    finding->line = allow->line;
    finding->column_at = allow->column;
    finding->message =
        text_replace(lint->mem, finding->rule->says, "{name}", *allow->code ? allow->code : "(none is named)");
}

void allows_judge(struct lint *lint)
{
    for (int i = 0; i < lint->allows.n; i++)
        allow_judge(lint, lint->allows.item[i]);
}
