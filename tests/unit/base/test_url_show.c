/* What is shown of URLs, and that no password gets through, in URLs and in any other text. */
#include "unit.h"

#include "base/buf.h"
#include "base/text.h"
#include "base/url.h"

static void assert_shown(struct ctx *ctx, const char *text, const char *expected)
{
    struct url url;
    assert_works(ctx, url_read(ctx, text, &url));
    assert_string_equal(url_show(ctx->mem, &url), expected);
    url_close(&url);
}

static void shows_all_but_the_password(void **state)
{
    struct ctx *ctx = *state;
    assert_shown(ctx, "postgresql+asyncpg://bob:p%40s@h:5432/db?sslmode=require",
                 "postgresql+asyncpg://bob:***@h:5432/db?sslmode=require");
    assert_shown(ctx, "postgresql://us%40er:@[::1]:1/db", "postgresql://us%40er:***@[::1]:1/db");
    assert_shown(ctx, "postgresql://u@/db?host=/run/pg&port=5", "postgresql://u@/db?host=/run/pg&port=5");
    assert_shown(ctx, "sqlite:////abs/x.db", "sqlite:////abs/x.db");
    assert_shown(ctx, "sqlite:///./a@b:c.db", "sqlite:///./a@b:c.db");
    assert_shown(ctx, "sqlite://", "sqlite://");
}

static void hides_secret_options(void **state)
{
    struct ctx *ctx = *state;
    assert_shown(ctx, "postgresql://h/d?sslpassword=canary&sslkey=k&access_token=canary",
                 "postgresql://h/d?sslpassword=***&sslkey=***&access_token=***");
    assert_shown(ctx, "postgresql://h/d?password=canary&sslmode=b", "postgresql://:***@h/d?sslmode=b");
    assert_shown(ctx, "postgresql://h/d?passwrd=canary&options=canary", "postgresql://h/d?passwrd=***&options=***");
}

static void masks_urls(void **state)
{
    struct ctx *ctx = *state;
    const char *pair[][2] = {
        {"postgresql://u:canary@h:5432/db", "postgresql://u:***@h:5432/db"},
        {"postgresql://u:can@ary@h/db", "postgresql://u:***@h/db"},
        {"postgresql://u:can:ary@h/db", "postgresql://u:***@h/db"},
        {"postgresql://u%3Acanary@h/db", "postgresql://u%3A***@h/db"},
        {"postgresql://u:c/a?n#ary@h/db", "postgresql://u:***@h/db"},
        {"postgresql://u:canary x@h/db", "postgresql://u:***@h/db"},
        {"postgresql://u:a://canary@h/db", "postgresql://u:***@h/db"},
        {"postgresql://u:'\"canary@h/db", "postgresql://u:***@h/db"},
        {"postgresql://user:canary", "postgresql://user:***"},
        {"postgresql://user:canary/db", "postgresql://user:***"},
        {"postgresql://user:!canary", "postgresql://user:***"},
        {"postgresql://user:5432canary", "postgresql://user:***"},
        {"postgresql://user:543210", "postgresql://user:***"},
        {"postgresql://h:54321, said the server", "postgresql://h:54321, said the server"},
        {"postgresql://h:5432/db", "postgresql://h:5432/db"},
        {"postgresql://h/db", "postgresql://h/db"},
        {"postgresql://u@h/db", "postgresql://u@h/db"},
        {"postgresql://h/d?password=canary&sslmode=b", "postgresql://h/d?password=***&sslmode=b"},
        {"postgresql://u@h:1,h2:2/d?options=-c%20x.y%3Dcanary&port=5", "postgresql://u@h:1,h2:2/d?options=***&port=5"},
        {"sqlite:///C:/a@b.db", "sqlite:///C:/a@b.db"},
        {"sqlite:////home/x:y@z/a.db", "sqlite:////home/x:y@z/a.db"},
        {"http://localhost:8123/?query=1", "http://localhost:8123/?query=***"},
    };
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        assert_string_equal(url_mask(ctx->mem, pair[i][0]), pair[i][1]);
}

static void masks_several_urls_in_a_text(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(
        url_mask(ctx->mem, "from mysql://a:canary@h1/x to \"mysql://b:canary@h2/y\"\n(mysql://c:canary@h3/z)"),
        "from mysql://a:***@h1/x to \"mysql://b:***@h2/y\"\n(mysql://c:***@h3/z)");
    assert_string_equal(url_mask(ctx->mem, "mysql://h:3306/x or mysql://b:canary@h/y"),
                        "mysql://h:3306/x or mysql://b:***@h/y");
    assert_string_equal(url_mask(ctx->mem, "mysql://h:54321/x or mysql://b:canary@h/y"),
                        "mysql://h:54321/x or mysql://b:***@h/y");
}

static void masks_passwords_outside_urls(void **state)
{
    struct ctx *ctx = *state;
    const char *pair[][2] = {
        {"host=h password=canary dbname=d", "host=h password=*** dbname=d"},
        {"password = 'can ary' user=x", "password = '***' user=x"},
        {"password='can\\'ary' user=x", "password='***' user=x"},
        {"password='can''ary' user=x", "password='***' user=x"},
        {"password=can\\ ary user=x", "password=*** user=x"},
        {"PASSWORD=can&ary;x", "PASSWORD=***"},
        {"PGPASSWORD=canary psql", "PGPASSWORD=*** psql"},
        {"{\"password\": \"can\\\"ary\", \"user\": \"x\"}", "{\"password\": \"***\", \"user\": \"x\"}"},
        {"{'passwd': 'canary'}", "{'passwd': '***'}"},
        {"password: correct canary\nuser: x", "password: ***\nuser: x"},
        {"ALTER ROLE x PASSWORD 'canary'", "ALTER ROLE x PASSWORD '***'"},
        {"SET PASSWORD = PASSWORD('canary')", "SET PASSWORD = ***"},
        {"CREATE USER x IDENTIFIED BY 'canary';", "CREATE USER x IDENTIFIED BY '***';"},
        {"IDENTIFIED WITH sha256_password BY 'canary'", "IDENTIFIED WITH sha256_password BY '***'"},
        {"api_key=canary", "api_key=***"},
        {"token => 'canary'", "token => '***'"},
        {"root:canary@tcp(h:3306)/db", "root:***@tcp(h:3306)/db"},
        {"postgresql:/u:canary@h/db", "postgresql:***@h/db"},
        {"password='canary", "password='***"},
    };
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        assert_string_equal(url_mask(ctx->mem, pair[i][0]), pair[i][1]);
}

static void leaves_other_texts_alone(void **state)
{
    struct ctx *ctx = *state;
    const char *text[] = {"",
                          "\n",
                          "password authentication failed for user \"bob\"",
                          "unexpected token ';' at 12:30",
                          "column \"password_hash\" = 5",
                          "SELECT a FROM t ORDER BY \"b\", x::text",
                          "mail bob@example.com",
                          "ends in password",
                          "the keys 'user', 'password', 'host'"};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        assert_string_equal(url_mask(ctx->mem, text[i]), text[i]);
}

/* Every printable password in every spelling that holds it must disappear. */
static void no_password_gets_through(void **state)
{
    struct ctx *ctx = *state;
    const char *spelling[] = {"postgresql://u:%s@host/db?a=b", "error in mysql+pymysql://u:%s@host:3306/db: no",
                              "u:%s@tcp(h)/d"};
    unsigned seed = 1;
    for (int round = 0; round < 3000; round++) {
        struct arena_mark mark = arena_save(ctx->mem);
        char password[24] = "cana";
        for (int i = 4; i < 20; i++) {
            seed = seed * 1103515245 + 12345;
            password[i] = (char)('!' + seed / 65536 % 94);
        }
        struct buf text;
        buf_init(&text, ctx->mem);
        const char *form = spelling[round % 3];
        const char *hole = strstr(form, "%s");
        buf_add_n(&text, form, (size_t)(hole - form));
        buf_add(&text, password);
        buf_add(&text, hole + 2);
        const char *masked = url_mask(ctx->mem, text.data);
        assert_false(text_has(masked, "cana"));
        assert_false(text_has(masked, password + 16));
        arena_rewind(ctx->mem, mark);
    }
}

UNIT_TESTS(UNIT(shows_all_but_the_password), UNIT(hides_secret_options), UNIT(masks_urls),
           UNIT(masks_several_urls_in_a_text), UNIT(masks_passwords_outside_urls), UNIT(leaves_other_texts_alone),
           UNIT(no_password_gets_through))
