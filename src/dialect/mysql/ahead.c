/*
 * Queries that are sent in one message: the server works on the next one while we take in what it has said already, and a far
 * server costs one round trip.  my_query() then takes the answers in the order in which they were sent.
 */
#include <string.h>

#include "dialect/mysql/parts.h"

int my_ahead_send(struct ctx *ctx, struct my_conn *my, const struct names *queries)
{
    if (mysql_set_server_option(my->mysql, MYSQL_OPTION_MULTI_STATEMENTS_ON) != 0)
        return 0; /* something between us and the server takes one at a time */
    const char *all = names_join(ctx->mem, queries, ";");
    int code = my_send_text(ctx, my, all, strlen(all));
    my->ahead = true;
    my->answered = 0;
    return code;
}

static int result_next(struct ctx *ctx, struct my_conn *my, MYSQL_RES **result)
{
    int none = 0;
    struct my_sent sent = my_sent_now();
    if (my->answered++ > 0) {
        int wanted = mysql_next_result_start(&none, my->mysql);
        while (wanted)
            wanted = mysql_next_result_cont(&none, my->mysql, my_wait(ctx, my, wanted, &sent));
    }
    if (none < 0)
        return fail(ctx, ERR_FAILED, "the server answered fewer questions than it was asked");
    *result = NULL;
    int wanted = none ? 0 : mysql_store_result_start(result, my->mysql);
    while (wanted)
        wanted = mysql_store_result_cont(result, my->mysql, my_wait(ctx, my, wanted, &sent));
    return *result ? 0 : my_fail(ctx, my->mysql, ERR_SQL);
}

int my_ahead_take(struct ctx *ctx, struct my_conn *my, struct rows *rows)
{
    MYSQL_RES *result;
    TRY(result_next(ctx, my, &result));
    my_rows_take(ctx, result, rows);
    return 0;
}

void my_ahead_end(struct my_conn *my)
{
    if (!my->ahead)
        return;
    my->ahead = false;
    mysql_free_result(mysql_store_result(my->mysql));
    while (mysql_next_result(my->mysql) == 0)
        mysql_free_result(mysql_store_result(my->mysql));
    mysql_set_server_option(my->mysql, MYSQL_OPTION_MULTI_STATEMENTS_OFF);
}
