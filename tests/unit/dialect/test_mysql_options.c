/* What a URL asks of encryption, as MySQL's and MariaDB's programs are told it: the strongest of all that it says. */
#include "unit.h"

#include "dialect/mysql/parts.h"

static void the_strongest_is_told(void **state)
{
    static const char required[] = "loose-ssl-mode=REQUIRED\nloose-ssl=1\n";
    static const char identity[] = "loose-ssl-mode=VERIFY_IDENTITY\nloose-ssl=1\nloose-ssl-verify-server-cert=1\n";
    static const struct {
        const char *options, *told;
    } cases[] = {
        {"", ""},
        {"?charset=utf8&ssl_verify_cert=false", ""},
        {"?ssl=false", "loose-ssl-mode=DISABLED\n"},
        {"?ssl_mode=preferred", "loose-ssl-mode=PREFERRED\n"},
        {"?ssl=true", required},
        {"?ssl_disabled=0", required},
        {"?ssl_mode=REQUIRED&ssl=false", required},
        {"?ssl-mode=verify_ca&ssl=yes&ssl-ca=ca.pem", "loose-ssl-mode=VERIFY_CA\nloose-ssl=1\n"},
        {"?ssl_mode=VERIFY_IDENTITY", identity},
        {"?ssl_check_hostname=true", identity},
        {"?sslaccept=strict", identity},
        {"?sslaccept=accept_invalid_certs", required},
        {"?ssl={\"rejectUnauthorized\":true}", identity},
        {"?ssl=%7B%22rejectUnauthorized%22%3A%20false%7D&connection_limit=5", required},
        {"?ssl={}", identity},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct url url;
        struct buf told;
        buf_init(&told, ctx->mem);
        assert_works(ctx, url_read(ctx, arena_printf(ctx->mem, "mysql://u@h/d%s", cases[i].options), &url));
        assert_works(ctx, my_url_encryption(ctx, &url, &told));
        assert_string_equal(told.data, cases[i].told);
        url_close(&url);
    }
}

static void an_authority_is_asked_for(void **state)
{
    struct ctx *ctx = *state;
    struct url url;
    struct buf told;
    buf_init(&told, ctx->mem);
    assert_works(ctx, url_read(ctx, "mysql://u@h/d?ssl_mode=VERIFY_CA", &url));
    assert_int_equal(my_url_encryption(ctx, &url, &told), ERR_CONFIG);
    url_close(&url);
}

UNIT_TESTS(UNIT(the_strongest_is_told), UNIT(an_authority_is_asked_for))
