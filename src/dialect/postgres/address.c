/*
 * From a URL to libpq's connection keywords.
 *
 * What libpq knows is passed on, under its own names; what only a Python driver knows is mapped where it means the same
 * and else ignored with a debug event, so that one URL serves the application and us.  The password goes from the
 * secret straight to libpq and is in no message.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

/* Options of other drivers under libpq's names; NULL: known, and of no meaning here. */
static const struct {
    const char *option;
    const char *keyword;
} drivers_own[] = {
    {"ssl", "sslmode"},
    {"unix_sock", "host"},
    {"timeout", "connect_timeout"},
    {"database", "dbname"},
    {"username", "user"},
    {"async_fallback", NULL},
    {"command_timeout", NULL},
    {"max_cacheable_statement_size", NULL},
    {"max_cached_statement_lifetime", NULL},
    {"prepared_statement_cache_size", NULL},
    {"prepared_statement_name_func", NULL},
    {"prepare_threshold", NULL},
    {"server_settings", NULL},
    {"statement_cache_size", NULL},
};

void pg_keyword_set(struct pg_keywords *keywords, const char *key, const char *value)
{
    for (int i = 0; i < keywords->n; i++)
        if (text_equal(keywords->key[i], key)) {
            keywords->value[i] = value;
            return;
        }
    if (keywords->n >= (int)(sizeof keywords->key / sizeof *keywords->key) - 1)
        return;
    keywords->key[keywords->n] = key;
    keywords->value[keywords->n++] = value;
}

static bool libpq_knows(const char *key)
{
    PQconninfoOption *all = PQconndefaults();
    bool known = false;

    for (const PQconninfoOption *option = all; option && option->keyword && !known; option++)
        known = text_equal(option->keyword, key);
    PQconninfoFree(all);
    return known;
}

int pg_url_options(struct ctx *ctx, struct names *known)
{
    TRY(pg_library_load(ctx));
    PQconninfoOption *all = PQconndefaults();
    for (const PQconninfoOption *option = all; option && option->keyword; option++)
        names_add(ctx->mem, known, arena_dup(ctx->mem, option->keyword));
    PQconninfoFree(all);
    for (size_t i = 0; i < sizeof drivers_own / sizeof *drivers_own; i++)
        names_add(ctx->mem, known, drivers_own[i].option);
    return 0;
}

/* asyncpg and pg8000 say ssl=true, False, require ... */
static const char *sslmode_of(const char *value)
{
    bool yes;
    if (!text_to_bool(value, &yes))
        return value;
    return yes ? "require" : "disable";
}

static void option_add(struct ctx *ctx, struct pg_keywords *keywords, const char *key, const char *value)
{
    const char *keyword = key;
    bool ours = false;

    for (size_t i = 0; i < sizeof drivers_own / sizeof *drivers_own; i++)
        if (text_equal(key, drivers_own[i].option)) {
            keyword = drivers_own[i].keyword;
            ours = true;
        }
    if (!keyword || (!ours && !libpq_knows(keyword))) {
        emit_debug(ctx, "the connection option \"%s\" is for another driver and is ignored", key);
        return;
    }
    if (text_equal(keyword, "sslmode"))
        value = sslmode_of(value);
    pg_keyword_set(keywords, keyword, value);
}

/* a:1, [::1]:2, a bare IPv6 address, the folder of a socket. Where ":port" begins; NULL: it says none. */
static const char *port_of(const char *host)
{
    const char *close = *host == '[' ? strchr(host, ']') : NULL, *colon = strchr(close ? close : host, ':');
    return *host == '/' || (colon && strchr(colon + 1, ':')) ? NULL : colon;
}

static void host_add(struct buf *hosts, struct buf *ports, const char *host)
{
    const char *colon = port_of(host), *end = colon ? colon : host + strlen(host), *comma = hosts->len ? "," : "";
    if (*host == '[' && end[-1] == ']') {
        host++;
        end--;
    }
    buf_addf(ports, "%s%s", comma, colon ? colon + 1 : "");
    buf_addf(hosts, "%s%.*s", comma, (int)(end - host), host);
}

/* a:1,b:2 as the host, host=a:1&host=b:2 and host=a,b: libpq wants two lists. */
static void hosts_add(struct ctx *ctx, struct pg_keywords *keywords, const struct url *url)
{
    struct buf hosts, ports;
    buf_init(&hosts, ctx->mem);
    buf_init(&ports, ctx->mem);
    if (url->host && strchr(url->host, ',')) {
        struct names several = text_split(ctx->mem, url->host, ',');
        for (int i = 0; i < several.n; i++)
            host_add(&hosts, &ports, several.item[i]);
    }
    for (int i = 0; i < url->keys.n; i++)
        if (text_equal(url->keys.item[i], "host"))
            host_add(&hosts, &ports, url->values.item[i]);
    if (!hosts.len)
        return;
    pg_keyword_set(keywords, "host", hosts.data);
    if (strspn(ports.data, ",") < ports.len)
        pg_keyword_set(keywords, "port", ports.data);
}

int pg_address(struct ctx *ctx, const struct url *url, struct pg_keywords *keywords)
{
    static const char *const numeric[] = {
        "connect_timeout",     "timeout",          "keepalives",       "keepalives_idle",
        "keepalives_interval", "keepalives_count", "tcp_user_timeout", NULL};
    TRY(url_check_numbers(ctx, url, numeric));
    *keywords = (struct pg_keywords){.n = 0};
    pg_keyword_set(keywords, "application_name", "dbwarden");
    pg_keyword_set(keywords, "connect_timeout", "10");
    if (url->host)
        pg_keyword_set(keywords, "host", url->host);
    if (url->port != 0)
        pg_keyword_set(keywords, "port", arena_printf(ctx->mem, "%d", url->port));
    if (url->user)
        pg_keyword_set(keywords, "user", url->user);
    if (url->database)
        pg_keyword_set(keywords, "dbname", url->database);
    hosts_add(ctx, keywords, url);
    for (int i = 0; i < url->keys.n; i++)
        if (!text_equal(url->keys.item[i], "host"))
            option_add(ctx, keywords, url->keys.item[i], url->values.item[i]);
    if (url->password.text)
        pg_keyword_set(keywords, "password", url->password.text);
    pg_keyword_set(keywords, "client_encoding", "UTF8");
    return 0;
}

char *pg_target(struct arena *mem, const struct url *url)
{
    const char *host = url->host ? url->host : url_option(url, "host");
    const char *database = url->database ? url->database : url_option(url, "dbname");

    if (!database)
        database = url->user ? url->user : "postgres";
    if (!host || host[0] == '\0' || host[0] == '/')
        return arena_printf(mem, "%s on this machine", database);
    return arena_printf(mem, "%s on %s", database, host);
}
