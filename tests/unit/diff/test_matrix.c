/*
 * Kinds x engines: what each dialect can do with each kind that it has. A cell that is missing has to be in the list of gaps,
 * and a gap that is filled has to leave it: the list only gets shorter.
 */
#include "unit.h"

#include "base/text.h"
#include "dialect/dialect.h"

static const char *const gaps[] = {
    NULL,
};

static bool has_kind(const struct dialect *dialect, const struct kind_info *info)
{
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].engines & dialect->engine)
            return !(info->marks & KIND_PART);
    return false;
}

/* Without ALTER every difference drops and creates, which a kind that holds rows or values cannot bear. */
static bool needs_alter(const struct dialect *dialect, const struct kind_info *info)
{
    if (!(info->marks & (KIND_HOLDS_ROWS | KIND_IS_COLUMN | KIND_COUNTER)))
        return false;
    for (const struct effect_row *row = dialect->effects; row->on; row++)
        if (row->kind == info->kind && row->on & ON(ALTER) && row->dependent == ITSELF && row->effect == EFFECT_REBUILD)
            return false;
    return true;
}

static void cell(struct ctx *ctx, struct names *missing, bool there, const char *what)
{
    if (!there)
        names_add(ctx->mem, missing, what);
}

static void cells_of(struct ctx *ctx, struct names *missing, const struct dialect *dialect,
                     const struct kind_info *info)
{
    const struct render_kind *render = &dialect->render[info->kind];
    const char *head = arena_printf(ctx->mem, "%s %s", dialect->name, info->name);
    bool rebuilt = false;
    for (const struct effect_row *row = dialect->effects; row->on; row++)
        rebuilt = rebuilt || (row->kind == info->kind && row->dependent == ITSELF && row->effect == EFFECT_REBUILD);
    cell(ctx, missing, render->create || rebuilt, arena_printf(ctx->mem, "%s: create", head));
    cell(ctx, missing, render->drop || rebuilt, arena_printf(ctx->mem, "%s: drop", head));
    cell(ctx, missing, render->alter || !needs_alter(dialect, info), arena_printf(ctx->mem, "%s: alter", head));
    cell(ctx, missing, render->rename || !(info->marks & (KIND_HOLDS_ROWS | KIND_IS_COLUMN)),
         arena_printf(ctx->mem, "%s: rename", head));
}

static void every_cell_is_filled_or_a_known_gap(void **state)
{
    struct ctx *ctx = *state;
    struct names missing = {0}, known = {0};
    for (const struct dialect *const *dialect = dialect_list; *dialect; dialect++)
        for (int kind = 0; (*dialect)->render && kind < KIND_COUNT; kind++)
            if (has_kind(*dialect, &kind_table[kind]))
                cells_of(ctx, &missing, *dialect, &kind_table[kind]);
    for (int i = 0; gaps[i]; i++)
        names_add(ctx->mem, &known, gaps[i]);
    assert_string_equal(names_join(ctx->mem, &missing, "\n"), names_join(ctx->mem, &known, "\n"));
}

UNIT_TESTS(UNIT(every_cell_is_filled_or_a_known_gap))
