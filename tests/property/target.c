/*
 * What is planned for, as a real server says it and as is known without one.
 * usage: target ENGINE URL; prints a line for each fact that is known, then those of the same target offline.
 */
#include <stdio.h>

#include "base/text.h"
#include "dialect/target.h"

static void say(const char *fact, const char *text)
{
    if (text)
        printf("%s: %s\n", fact, text);
}

static void target_print(const struct target *target)
{
    const struct facts *facts = &target->facts;
    printf("%s %d %s\n", target->dialect->name, target->version, target->version_known ? "known" : "unknown");
    say("usual schema", target_usual(target));
    say("search path", facts->search_path);
    say("time zone", facts->time_zone);
    say("sql mode", facts->sql_mode);
    if (facts->lower_case_table_names >= 0)
        printf("lower case table names: %d\n", facts->lower_case_table_names);
    say("charset", facts->charset);
    say("collation", facts->collation);
}

static int run(struct ctx *ctx, const struct dialect *dialect, const char *text)
{
    __attribute__((cleanup(conn_close))) struct conn *conn = NULL;
    __attribute__((cleanup(url_close))) struct url url = {0};
    struct target target;
    TRY(url_read(ctx, text, &url));
    TRY(conn_open(ctx, dialect, &url, NULL, &conn));
    TRY(target_read(ctx, conn, &target));
    target_print(&target);
    target = target_offline(dialect, NULL);
    target_print(&target);
    return 0;
}

int main(int argc, char **argv)
{
    const struct dialect *dialect = argc == 3 ? dialect_find(argv[1]) : NULL;
    struct ctx ctx;
    if (!dialect) {
        fprintf(stderr, "usage: target ENGINE URL\n");
        return 2;
    }
    ctx_open(&ctx, 0);
    int code = run(&ctx, dialect, argv[2]);
    if (code < 0)
        fprintf(stderr, "%s\n", ctx.error.message);
    ctx_close(&ctx);
    return code < 0;
}
