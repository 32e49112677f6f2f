/*
 * Values for the rows that are there, where a column comes to be NOT NULL and nothing says what they hold: from --fill,
 * or asked for on a terminal.  Such a value is used once; it does not become the column's default.
 */
#include "command/fill.h"

#include <string.h>

#include "base/text.h"

static bool is_expression(const struct dialect *dialect, const char *text)
{
    struct lexer lexer;
    int tokens = 0;
    lex_open(&lexer, dialect->lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer), tokens++)
        if (token_is(&token, ";"))
            return false;
    return tokens > 0;
}

static void fill_add(struct arena *mem, struct list *fills, const struct object *column, const char *value)
{
    struct fill *fill = NEW(mem, struct fill);
    *fill = (struct fill){column, value};
    list_add(mem, fills, fill);
}

char *fill_name(struct arena *mem, const struct object *column)
{
    const char *schema = object_schema(column);
    return arena_printf(mem, "%s%s%s.%s", schema, *schema ? "." : "", column->parent->name, column->name);
}

static bool is_of_column(struct arena *mem, const struct hazard *hazard, const char *name)
{
    return hazard->column && text_equal(fill_name(mem, hazard->column), name);
}

static int flag_read(struct ctx *ctx, const struct dialect *dialect, const struct plan *plan, const char *flag,
                     struct list *fills)
{
    const char *equals = strchr(flag, '=');
    if (!equals || !is_expression(dialect, equals + 1)) {
        fail(ctx, ERR_USAGE, "--fill %s: expected TABLE.COLUMN=VALUE", flag);
        return fail_hint(ctx, "The value is SQL, for example: --fill \"users.state='new'\"");
    }
    const char *name = text_trim(ctx->mem, text_slice(ctx->mem, flag, 0, (size_t)(equals - flag)));
    for (int i = 0; i < plan->hazards.n; i++) {
        const struct hazard *hazard = plan->hazards.item[i];
        if (!is_of_column(ctx->mem, hazard, name))
            continue;
        fill_add(ctx->mem, fills, hazard->column, equals + 1);
        return 0;
    }
    fail(ctx, ERR_USAGE, "--fill %s: no column of that name comes to be NOT NULL without a value", flag);
    return fail_hint(ctx, "A column is named as in a warning: users.state, or shop.users.state.");
}

static int value_ask(struct ctx *ctx, const struct dialect *dialect, const struct object *column, struct list *fills)
{
    const char *question =
        arena_printf(ctx->mem,
                     "%s is NOT NULL, and nothing says what the rows that are there get.\n"
                     "  Give them a value, as SQL ('new', 0, CURRENT_TIMESTAMP), or nothing to go on "
                     "without:",
                     fill_name(ctx->mem, column));
    for (;;) {
        const char *answer = ctx->ask(ctx->sink, question);
        if (!answer || ctx_asked(ctx))
            return fail(ctx, ERR_CANCELLED, "no answer to the question about a value; nothing was written");
        if (!*text_trim(ctx->mem, answer))
            return 0;
        if (is_expression(dialect, answer)) {
            fill_add(ctx->mem, fills, column, text_trim(ctx->mem, answer));
            return 0;
        }
        question = "Please give one SQL expression, or nothing:";
    }
}

int fills_settle(struct ctx *ctx, const struct request *request, const struct dialect *dialect, const struct plan *plan,
                 struct list *fills)
{
    struct names flags = request_list(ctx->mem, request, "fill");
    for (int i = 0; i < flags.n; i++)
        TRY(flag_read(ctx, dialect, plan, flags.item[i], fills));
    for (int i = 0; ctx->ask && i < plan->hazards.n; i++) {
        const struct hazard *hazard = plan->hazards.item[i];
        if (hazard->column && !fill_of(fills, hazard->column))
            TRY(value_ask(ctx, dialect, hazard->column, fills));
    }
    return 0;
}
