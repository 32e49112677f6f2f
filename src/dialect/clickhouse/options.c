/*
 * The options of a URL: clickhouse-sqlalchemy, clickhouse-connect and clickhouse-driver name the same things differently.
 * We speak HTTP, so a URL of the native protocol leads to the port that HTTP has beside it.  An option that is of no driver
 * is a setting of the server's, as all drivers have it.
 */
#include <string.h>

#include "base/text.h"
#include "dialect/clickhouse/parts.h"

enum { PLAIN_PORT = 8123, SECURE_PORT = 8443, NATIVE_PORT = 9000, NATIVE_SECURE_PORT = 9440, CONNECT_SECONDS = 10 };

/* Read below, or of no meaning for us. */
static const char *const words[] = {
    "secure",
    "protocol",
    "verify",
    "ca_cert",
    "ca_certs",
    "client_cert",
    "client_cert_key",
    "connect_timeout",
    "compress",
    "compression",
    "timeout",
    "ssl",
    "send_receive_timeout",
    "endpoint",
    "engine",
    "cluster",
    "backup_disk",
    "charset",
    "client_name",
    "sync_request_timeout",
    "pool_mgr",
    "http_proxy",
    "https_proxy",
    "alt_hosts",
    "use_numpy",
    "autogenerate_session_id",
    "query_limit",
    "query_retries",
    "server_host_name",
    "interface",
    "session_id",
};
enum { WORDS = sizeof words / sizeof *words };

static bool is_word(const char *key)
{
    for (int i = 0; i < WORDS; i++)
        if (text_equal(words[i], key))
            return true;
    return false;
}

static int truth(struct ctx *ctx, const struct url *url, const char *key, bool *value)
{
    const char *said = url_option(url, key);
    if (!said || text_to_bool(said, value))
        return 0;
    return fail(ctx, ERR_CONFIG, "%s=%s in the database URL is neither true nor false", key, said);
}

static int secure_read(struct ctx *ctx, const struct url *url, bool *secure)
{
    const char *protocol = url_option(url, "protocol");
    *secure = text_equal(url->dialect, "clickhouses") || text_equal(url->driver, "https") ||
              text_equal(protocol, "https") || url->port == SECURE_PORT || url->port == NATIVE_SECURE_PORT;
    TRY(truth(ctx, url, "ssl", secure));
    return truth(ctx, url, "secure", secure);
}

static int port_of(const struct url *url, bool secure)
{
    if (!url->port || url->port == NATIVE_PORT || url->port == NATIVE_SECURE_PORT)
        return secure ? SECURE_PORT : PLAIN_PORT;
    return url->port;
}

static void setting_add(struct buf *out, CURL *easy, const char *key, const char *value)
{
    char *name = curl_easy_escape(easy, key, 0), *text = curl_easy_escape(easy, value, (int)strlen(value));
    buf_addf(out, "&%s=%s", name ? name : "", text ? text : "");
    curl_free(name);
    curl_free(text);
}

int ch_url_apply(struct ctx *ctx, struct ch_conn *ch)
{
    const struct url *url = &ch->url;
    bool secure, verify = true;
    struct buf settings, database;
    TRY(secure_read(ctx, url, &secure));
    TRY(truth(ctx, url, "verify", &verify));
    const char *host = url->host && *url->host ? url->host : "localhost", *bracket = strchr(host, ':') ? "[" : "";
    ch->base = arena_printf(ch->mem, "%s://%s%s%s:%d/", secure ? "https" : "http", bracket, host, *bracket ? "]" : "",
                            port_of(url, secure));
    buf_init(&settings, ch->mem);
    buf_init(&database, ch->mem);
    if (url->database)
        setting_add(&database, ch->easy, "database", url->database);
    for (int i = 0; i < url->keys.n; i++)
        if (!is_word(url->keys.item[i]))
            setting_add(&settings, ch->easy, url->keys.item[i], url->values.item[i]);
    ch->database = database.data;
    ch->settings = settings.data;
    return 0;
}

void ch_url_handle(const struct ch_conn *ch, CURL *easy)
{
    static const struct {
        const char *key;
        CURLoption option;
    } files[] = {{"ca_cert", CURLOPT_CAINFO},
                 {"ca_certs", CURLOPT_CAINFO},
                 {"client_cert", CURLOPT_SSLCERT},
                 {"client_cert_key", CURLOPT_SSLKEY}};
    const struct url *url = &ch->url;
    const char *seconds = url_option(url, "connect_timeout"), *verify = url_option(url, "verify");
    int64_t given = CONNECT_SECONDS;
    bool checked = true;
    if (!seconds || !text_to_int(seconds, &given) || given <= 0)
        given = CONNECT_SECONDS;
    ch_set_number(easy, CURLOPT_CONNECTTIMEOUT, (long)given);
    ch_set_number(easy, CURLOPT_NOSIGNAL, 1);
    ch_set_number(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    ch_set_text(easy, CURLOPT_USERNAME, url->user ? url->user : "default");
    ch_set_text(easy, CURLOPT_PASSWORD, url->password.text ? url->password.text : "");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (url_option(url, files[i].key))
            ch_set_text(easy, files[i].option, url_option(url, files[i].key));
    if (verify && text_to_bool(verify, &checked) && !checked) {
        ch_set_number(easy, CURLOPT_SSL_VERIFYPEER, 0);
        ch_set_number(easy, CURLOPT_SSL_VERIFYHOST, 0);
    }
}
