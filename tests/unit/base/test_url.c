/* URLs cut as SQLAlchemy's make_url() cuts them; the expected parts are what it answers, unless a comment says so. */
#include "unit.h"

#include "base/url.h"

/* "dialect driver user password host port database key=value...", "-" for what is absent. */
static const char *parts_of(struct ctx *ctx, const char *text)
{
    struct url url;
    assert_works(ctx, url_read(ctx, text, &url));
    const char *part[] = {url.dialect,       url.driver, url.user,
                          url.password.text, url.host,   url.port ? arena_printf(ctx->mem, "%d", url.port) : NULL,
                          url.database};
    struct names parts = {0};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        names_add(ctx->mem, &parts, part[i] ? arena_dup(ctx->mem, part[i]) : "-");
    for (int i = 0; i < url.keys.n; i++)
        names_add(ctx->mem, &parts, arena_printf(ctx->mem, "%s=%s", url.keys.item[i], url.values.item[i]));
    url_close(&url);
    return names_join(ctx->mem, &parts, " ");
}

#define assert_parts(text, expected) assert_string_equal(parts_of(*state, text), expected)

static void reads_every_part(void **state)
{
    assert_parts("postgresql+asyncpg://bob:pw@h:5432/db?sslmode=require",
                 "postgresql asyncpg bob pw h 5432 db sslmode=require");
    assert_parts(" postgresql://h/db\n", "postgresql - - - h - db");
}

static void parts_may_be_absent(void **state)
{
    assert_parts("postgresql://", "postgresql - - - - - -");
    assert_parts("postgresql://h", "postgresql - - - h - -");
    assert_parts("postgresql:///db", "postgresql - - - - - db");
    assert_parts("postgresql://u@/db", "postgresql - u - - - db");
    assert_parts("postgresql://:pw@h/d", "postgresql - - pw h - d");
    assert_parts("postgresql://u:p,w@a:1,b/db?x=y", "postgresql - u p,w a:1,b - db x=y"); /* as libpq has it */
    assert_parts("postgresql://u:pw@h:/db", "postgresql - u pw h - db"); /* SQLAlchemy fails on an empty port */
    assert_parts("postgresql://:5433", "postgresql - - - - 5433 -");
    assert_parts("clickhouse+native://default:@localhost:9000/default",
                 "clickhouse native default  localhost 9000 default");
}

static void reads_sqlite_paths(void **state)
{
    assert_parts("sqlite://", "sqlite - - - - - -");
    assert_parts("sqlite:///", "sqlite - - - - - -");
    assert_parts("sqlite:///:memory:", "sqlite - - - - - :memory:");
    assert_parts("sqlite:///./x.db", "sqlite - - - - - ./x.db");
    assert_parts("sqlite+aiosqlite:///../a b.db", "sqlite aiosqlite - - - - ../a b.db");
    assert_parts("sqlite:////abs/a@b:c.db", "sqlite - - - - - /abs/a@b:c.db");
    assert_parts("sqlite:///file:x.db?mode=ro&uri=true", "sqlite - - - - - file:x.db mode=ro uri=true");
}

static void decodes_percent_escapes(void **state)
{
    assert_parts("postgresql://b%40b:p%40s%2Fs%3a%25@h/a%20b", "postgresql - b@b p@s/s:% h - a b");
    assert_parts("mysql://u:100%@h/d", "mysql - u 100% h - d");
    assert_parts("mysql://u:%zz%4@h/d", "mysql - u %zz%4 h - d");
    assert_parts("mysql://u:p+q@h/d", "mysql - u p+q h - d");
    assert_parts("mysql://u:%C3%A9@h/d", "mysql - u \xC3\xA9 h - d");
}

static void finds_the_end_of_the_password(void **state)
{
    assert_parts("postgresql://u:p@ss@h/db", "postgresql - u p@ss h - db"); /* SQLAlchemy: password p, host ss@h */
    assert_parts("postgresql://user@corp@h/d", "postgresql - user@corp - h - d");
    assert_parts("postgresql://user@h:5432/d", "postgresql - user - h 5432 d");
    assert_parts("postgresql://u:p/w?x#@h/db", "postgresql - u p/w?x# h - db");
    assert_parts("postgresql://u:a:b@h/db", "postgresql - u a:b h - db");
    assert_parts("postgresql://u:p@h/d?user=a@b", "postgresql - u p h - d user=a@b");
    assert_parts("postgresql://h/db@x", "postgresql - - - h - db@x");
}

static void reads_hosts(void **state)
{
    assert_parts("postgresql://[::1]:5433/db", "postgresql - - - ::1 5433 db");
    assert_parts("postgresql://u:p@[fe80::1%25eth0]", "postgresql - u p fe80::1%25eth0 - -");
    assert_parts("postgresql://u@/db?host=/var/run/postgresql&port=5433",
                 "postgresql - u - - - db host=/var/run/postgresql port=5433");
    assert_parts("postgresql://h:65535/db", "postgresql - - - h 65535 db");
}

static void reads_options_as_python(void **state)
{
    assert_parts("mysql+pymysql://root@localhost/app?charset=utf8mb4&a=1&a=2&empty=&flag&sp=a+b%20c%2B&e%3D=x=y",
                 "mysql pymysql root - localhost - app charset=utf8mb4 a=1 a=2 sp=a b c+ e==x=y");
    assert_parts("postgresql://h?a=1", "postgresql - - - h - - a=1");
    assert_parts("postgresql://h/d?", "postgresql - - - h - d");
    assert_parts("postgresql://h/d?&&a=1&", "postgresql - - - h - d a=1");
}

static void the_last_of_repeated_options_counts(void **state)
{
    struct ctx *ctx = *state;
    struct url url;
    assert_works(ctx, url_read(ctx, "postgresql://h/d?a=1&b=2&a=3", &url));
    assert_string_equal(url_option(&url, "a"), "3");
    assert_null(url_option(&url, "c"));
    url_close(&url);
}

static void a_password_among_the_options_becomes_the_secret(void **state)
{
    assert_parts("postgresql://u@/db?host=h&password=p%40w&port=1", "postgresql - u p@w - - db host=h port=1");
    assert_parts("mysql://u@h/db?passwd=x", "mysql - u x h - db");
}

static void the_password_is_nowhere_in_the_arena(void **state)
{
    struct ctx *ctx = *state;
    struct url url;
    size_t used = arena_used(ctx->mem);
    char *text = malloc(9000);
    assert_non_null(text);
    int length = snprintf(text, 9000, "mysql://u:%08000d@h/d", 7);
    assert_true(length > 8000);
    assert_works(ctx, url_read(ctx, text, &url));
    free(text);
    assert_true(arena_used(ctx->mem) - used < 1000);
    assert_int_equal(url.password.length, 8000);
    url_close(&url);
}

static void assert_refused(struct ctx *ctx, const char *text, const char *message)
{
    struct url url;
    assert_fails(ctx, url_read(ctx, text, &url), ERR_CONFIG, message);
    assert_null(url.password.text);
}

static void refuses_what_is_no_url(void **state)
{
    const char *message = "the database URL does not begin with dialect://";
    assert_refused(*state, "", message);
    assert_refused(*state, "x.db", message);
    assert_refused(*state, "://h/d", message);
    assert_refused(*state, "post gresql://h", message);
    assert_refused(*state, "postgresql:/h", message);
    assert_refused(*state, "+asyncpg://h", "the database URL names no dialect");
}

static void refuses_wrong_hosts_and_ports(void **state)
{
    const char *message = "the port in the database URL is not a number from 1 to 65535";
    assert_refused(*state, "postgresql://a:1,b:canary/db", message);
    assert_refused(*state, "postgresql://a,,b/db", "one of the hosts in the database URL is empty");
    assert_refused(*state, "postgresql://user:canary", message);
    assert_refused(*state, "postgresql://u:canary@h:65536/d", message);
    assert_refused(*state, "postgresql://u:canary@h:0/d", message);
    assert_refused(*state, "postgresql://u:c@nary/canary@h/d", "the database URL has an @ after its host");
    assert_refused(*state, "postgresql:///u:canary@h/db", "the database URL has an @ after its host");
    assert_parts("postgresql://u:p@h/d%40x", "postgresql - u p h - d@x");
    assert_refused(*state, "postgresql://h:99999999999999999999/d", message);
    assert_refused(*state, "postgresql://[::1/d", "the IPv6 address in the database URL lacks its closing bracket");
    assert_refused(*state, "postgresql://[::1]x:5/d",
                   "the database URL has text between the IPv6 address and the port");
}

static void refuses_what_may_be_the_rest_of_a_password(void **state)
{
    const char *message = "the database URL has an @ after its host";
    assert_refused(*state, "postgresql://u:c@na?ry/x@h", message);
    assert_refused(*state, "postgresql://u:c@na?ry@h:1/d", message);
    assert_refused(*state, "postgresql://u:c@na/ry?x@h", message);
    assert_refused(*state, "mysql://u:c/a@na?ry@h:1/d", message);
    assert_refused(*state, "mysql://u:c@na=r?y=x&z@h/d", message);
    assert_refused(*state, "mysql://u:c@na,ry?z@h/d", message);
    assert_refused(*state, "mariadb://u:c@na?user=ry/x@h:1", message);
    assert_refused(*state, "mariadb://u:c@na/d?connect_timeout=ry@h", message);
    assert_refused(*state, "sqlite://u:c@na?ry/x@h", message);
    assert_refused(*state, "postgresql://u/c?na:ry@h", message);
    assert_parts("postgresql://u:p@h/d?a=1&sslrootcert=/home/a@b/c",
                 "postgresql - u p h - d a=1 sslrootcert=/home/a@b/c");
    assert_parts("postgresql://u:p@h/d?a=b%40c", "postgresql - u p h - d a=b@c");
    assert_parts("postgresql:///d?user=a@b", "postgresql - - - - - d user=a@b");
    assert_parts("mysql://u:p@h/d?init_command=SET%20@x=1", "mysql - u p h - d init_command=SET @x=1");
    assert_parts("mysql://u@h/d?x=SET%20@x", "mysql - u - h - d x=SET @x");
}

static void refuses_a_password_that_is_not_in_its_place(void **state)
{
    const char *message = "the database URL has a password that is not in its place";
    assert_refused(*state, "postgresql://h/d;password=canary", message);
    assert_refused(*state, "postgresql://h;User=u;Password = canary;Database=d", message);
    assert_refused(*state, "mysql://h/d?user=u;pwd=canary", message);
    assert_refused(*state, "mysql://h/d?user=u%26passwd=canary", message);
    assert_refused(*state, "sqlite:///x.db;password=canary", message);
    assert_parts("sqlite:///a;b=1.db", "sqlite - - - - - a;b=1.db");
    assert_refused(*state, "postgresql://u%3Acanary@h/d",
                   "the user in the database URL holds a colon that is written %3A, and there is no password");
    assert_parts("postgresql://a%3Ab:p@h/d", "postgresql - a:b p h - d");
}

static void refuses_zero_bytes(void **state)
{
    const char *message = "the database URL contains a zero byte (%00)";
    assert_refused(*state, "mysql://u:p%00x@h/d", message);
    assert_refused(*state, "mysql://u%00:p@h/d", message);
    assert_refused(*state, "mysql://u:p@h/d?a=%00", message);
    assert_refused(*state, "mysql://u:p@h/d%00", message);
}

UNIT_TESTS(UNIT(reads_every_part), UNIT(parts_may_be_absent), UNIT(reads_sqlite_paths), UNIT(decodes_percent_escapes),
           UNIT(finds_the_end_of_the_password), UNIT(reads_hosts), UNIT(reads_options_as_python),
           UNIT(the_last_of_repeated_options_counts), UNIT(a_password_among_the_options_becomes_the_secret),
           UNIT(the_password_is_nowhere_in_the_arena), UNIT(refuses_what_is_no_url),
           UNIT(refuses_wrong_hosts_and_ports), UNIT(refuses_what_may_be_the_rest_of_a_password),
           UNIT(refuses_a_password_that_is_not_in_its_place), UNIT(refuses_zero_bytes))
