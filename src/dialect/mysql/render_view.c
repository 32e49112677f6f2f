/* Views: CREATE, which OR REPLACE makes an ALTER, with what is said before the query and after it. */
#include "base/text.h"
#include "dialect/mysql/render.h"

/* user@host as `user`@`host` */
static void definer_add(struct buf *out, const char *definer)
{
    const char *at = strrchr(definer, '@');
    size_t length = at ? (size_t)(at - definer) : strlen(definer);
    buf_addf(out, "DEFINER=`%s`", text_replace(out->mem, text_slice(out->mem, definer, 0, length), "`", "``"));
    if (at)
        buf_addf(out, "@`%s`", text_replace(out->mem, at + 1, "`", "``"));
    buf_add_c(out, ' ');
}

static void view_statement(struct render *render, const struct view *view, const char *begin)
{
    struct arena *mem = render->mem;
    struct buf out = my_begin(render, begin);
    const char *algorithm = view_option(mem, view, "algorithm"), *definer = view_option(mem, view, "definer");
    const char *security = view_option(mem, view, "security"), *check = view_option(mem, view, "check_option");
    if (algorithm)
        buf_addf(&out, "ALGORITHM=%s ", text_upper(mem, algorithm));
    if (definer)
        definer_add(&out, definer);
    if (security)
        buf_addf(&out, "SQL SECURITY %s ", text_upper(mem, security));
    buf_add(&out, "VIEW ");
    my_top(&out, &view->object);
    if (view->columns.n) {
        buf_add(&out, " (");
        ident_add_names(&out, &my_ident, &view->columns);
        buf_add_c(&out, ')');
    }
    buf_addf(&out, " AS %s", expr_text(&view->query));
    if (check)
        buf_addf(&out, " WITH %s CHECK OPTION", text_upper(mem, check));
    render_statement(render, &out);
}

int my_view_create(struct render *render, const struct change *change)
{
    view_statement(render, (const struct view *)change->after, "CREATE ");
    return 0;
}

int my_view_alter(struct render *render, const struct change *change)
{
    view_statement(render, (const struct view *)change->after, "CREATE OR REPLACE ");
    return 0;
}

int my_view_drop(struct render *render, const struct change *change)
{
    struct buf out = my_begin(render, "DROP VIEW ");
    my_top(&out, change->before);
    render_statement(render, &out);
    return 0;
}
