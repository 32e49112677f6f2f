/* How a project spells names: for each kind of thing a regular expression that they match. */
#include <regex.h>

#include "base/text.h"
#include "lint/rules.h"

static const struct thing {
    const char *what;
    uint64_t on;
    unsigned marks; /* one of which it has; 0: any */
} things[] = {
    {"table", ACT_BIT(CREATE_TABLE) | ACT_BIT(RENAME_TABLE), 0},
    {"column", ACT_BIT(COLUMN) | ACT_BIT(ADD_COLUMN) | ACT_BIT(RENAME_COLUMN), 0},
    {"index", ACT_BIT(CREATE_INDEX), 0},
    {"constraint", ACT_BIT(CONSTRAINT) | ACT_BIT(RENAME_CONSTRAINT), 0},
    {"primary_key", ACT_BIT(CONSTRAINT), MARK_PRIMARY},
    {"unique", ACT_BIT(CONSTRAINT), MARK_UNIQUE},
    {"foreign_key", ACT_BIT(CONSTRAINT), MARK_REFERENCES},
    {"check", ACT_BIT(CONSTRAINT), MARK_CHECK},
    {"view", ACT_BIT(VIEW), 0},
    {"trigger", ACT_BIT(TRIGGER), 0},
    {"type", ACT_BIT(CREATE_TYPE) | ACT_BIT(CREATE_DOMAIN), 0},
};
enum { THINGS = sizeof things / sizeof *things };

struct naming {
    const struct thing *thing;
    regex_t pattern;
};

static int refuse_thing(struct ctx *ctx, const char *what)
{
    struct names known = {0};
    for (int i = 0; i < THINGS; i++)
        names_add(ctx->mem, &known, things[i].what);
    fail(ctx, ERR_CONFIG, "check_names: names of \"%s\" are not judged", what);
    return fail_hint(ctx, "There are: %s.", names_join(ctx->mem, &known, ", "));
}

static int one_open(struct ctx *ctx, const char *what, const char *pattern, struct list *naming)
{
    int at = 0;
    while (at < THINGS && !text_equal(things[at].what, what))
        at++;
    if (at == THINGS)
        return refuse_thing(ctx, what);
    struct naming *made = NEW(ctx->mem, struct naming);
    made->thing = &things[at];
    int code = regcomp(&made->pattern, pattern, REG_EXTENDED | REG_NOSUB);
    if (code) {
        char why[128];
        regerror(code, &made->pattern, why, sizeof why);
        return fail(ctx, ERR_CONFIG, "check_names: %s: \"%s\" is not a regular expression: %s", what, pattern, why);
    }
    list_add(ctx->mem, naming, made);
    return 0;
}

int naming_open(struct ctx *ctx, const struct json *given, struct list *naming)
{
    for (int i = 0; given && i < given->n; i++)
        TRY(one_open(ctx, given->key[i], given->item[i]->text, naming));
    return 0;
}

void naming_close(const struct list *naming)
{
    for (int i = 0; i < naming->n; i++)
        regfree(&((struct naming *)naming->item[i])->pattern);
}

bool is_named_otherwise(const struct lint *lint, const struct act *act)
{
    const struct list *naming = lint->input->naming;
    const char *name = new_name(act);
    for (int i = 0; naming && name && i < naming->n; i++) {
        const struct naming *rule = naming->item[i];
        bool meant = rule->thing->on >> act->kind & 1 && (!rule->thing->marks || act->marks & rule->thing->marks);
        if (meant && regexec(&rule->pattern, name, 0, NULL, 0) != 0)
            return true;
    }
    return false;
}
