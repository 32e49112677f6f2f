#include "postgres.h"

/* "key=value ..." as libpq gets them, without what never changes. */
static const char *keywords_of(struct ctx *ctx, const char *text)
{
    struct pg_keywords keywords;
    struct url url;
    struct buf out;
    buf_init(&out, ctx->mem);
    assert_works(ctx, pg_library_load(ctx));
    assert_works(ctx, url_read(ctx, text, &url));
    pg_address(ctx, &url, &keywords);
    for (int i = 0; i < keywords.n; i++)
        if (!text_equal(keywords.key[i], "client_encoding"))
            buf_addf(&out, "%s%s=%s", out.len > 0 ? " " : "", keywords.key[i], keywords.value[i]);
    url_close(&url);
    return out.data;
}

#define OURS "application_name=dbwarden connect_timeout=10 "

static void parts_of_a_url_become_keywords(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(keywords_of(ctx, "postgresql+asyncpg://bob:p%40w@h:5433/db"),
                        OURS "host=h port=5433 user=bob dbname=db password=p@w");
    assert_string_equal(keywords_of(ctx, "postgresql://bob@/db?host=/run/pg&application_name=x"),
                        "application_name=x connect_timeout=10 user=bob dbname=db host=/run/pg");
    assert_string_equal(keywords_of(ctx, "postgresql://bob@/db?host=a:1&host=b:2&target_session_attrs=any"),
                        OURS "user=bob dbname=db host=a,b port=1,2 target_session_attrs=any");
    assert_string_equal(keywords_of(ctx, "postgresql://bob:pw@a:1,b,[::1]:3/db?target_session_attrs=read-write"),
                        OURS "host=a,b,::1 user=bob dbname=db port=1,,3 target_session_attrs=read-write password=pw");
    assert_string_equal(keywords_of(ctx, "postgresql://%2Frun%2Fpg,b/db"), OURS "host=/run/pg,b dbname=db");
}

static void options_of_other_drivers_do_no_harm(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(keywords_of(ctx, "postgresql+asyncpg://h/db?ssl=true&prepared_statement_cache_size=0&foo=1"),
                        OURS "host=h dbname=db sslmode=require");
    assert_string_equal(keywords_of(ctx, "postgresql+asyncpg://h/db?ssl=verify-full&timeout=3"),
                        "application_name=dbwarden connect_timeout=3 host=h dbname=db sslmode=verify-full");
}

static void a_target_shows_no_secret(void **state)
{
    struct ctx *ctx = *state;
    struct url url;
    assert_works(ctx, url_read(ctx, "postgresql://bob:canary@h/shop?password=canary", &url));
    assert_string_equal(pg_target(ctx->mem, &url), "shop on h");
    url_close(&url);
}

static void what_should_be_a_number_is_one(void **state)
{
    struct ctx *ctx = *state;
    struct pg_keywords keywords;
    struct url url;
    assert_works(ctx, url_read(ctx, "postgresql://h/db?connect_timeout=soon", &url));
    assert_fails(ctx, pg_address(ctx, &url, &keywords), ERR_CONFIG,
                 "connect_timeout=soon in the database URL is not a whole number");
    url_close(&url);
}

UNIT_TESTS(UNIT(parts_of_a_url_become_keywords), UNIT(options_of_other_drivers_do_no_harm),
           UNIT(what_should_be_a_number_is_one), UNIT(a_target_shows_no_secret))
