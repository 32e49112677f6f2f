/*
 * The options of a URL: pymysql, mysqlclient, asyncmy, mysql-connector and the client library name the same things
 * differently.  What only the application's driver knows is passed over.  So is its charset: files are UTF-8 and sent as they
 * are, whatever the application speaks.
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"

enum form { FORM_NONE, FORM_TEXT, FORM_YES, FORM_NO, FORM_TLS, FORM_SQL_MODE };

/* "-" in a name is "_" here; FORM_NONE: read elsewhere, or of no meaning for us. */
static const struct word {
    const char *key;
    enum form form;
    enum mysql_option option;
} words[] = {
    {"ssl_ca", FORM_TEXT, MYSQL_OPT_SSL_CA},
    {"ssl_capath", FORM_TEXT, MYSQL_OPT_SSL_CAPATH},
    {"ssl_cert", FORM_TEXT, MYSQL_OPT_SSL_CERT},
    {"ssl_key", FORM_TEXT, MYSQL_OPT_SSL_KEY},
    {"ssl_cipher", FORM_TEXT, MYSQL_OPT_SSL_CIPHER},
    {"tls_version", FORM_TEXT, MARIADB_OPT_TLS_VERSION},
    {"ssl_mode", FORM_TLS},
    {"ssl", FORM_YES, MYSQL_OPT_SSL_ENFORCE},
    {"ssl_disabled", FORM_NO, MYSQL_OPT_SSL_ENFORCE},
    {"ssl_verify_cert", FORM_YES, MYSQL_OPT_SSL_VERIFY_SERVER_CERT},
    {"ssl_verify_identity", FORM_YES, MYSQL_OPT_SSL_VERIFY_SERVER_CERT},
    {"ssl_check_hostname", FORM_YES, MYSQL_OPT_SSL_VERIFY_SERVER_CERT},
    {"init_command", FORM_TEXT, MYSQL_INIT_COMMAND},
    {"sql_mode", FORM_SQL_MODE},
    {"unix_socket"},
    {"socket"},
    {"connect_timeout"},
    {"connection_timeout"},
    {"read_timeout"},
    {"write_timeout"},
    {"charset"},
    {"collation"},
    {"use_unicode"},
    {"binary_prefix"},
    {"autocommit"},
    {"local_infile"},
    {"compress"},
    {"max_allowed_packet"},
    {"program_name"},
    {"auth_plugin"},
    {"allow_public_key_retrieval"},
    {"raise_on_warnings"},
    {"buffered"},
    {"use_pure"},
    {"pool_name"},
    {"pool_size"},
    {"cursorclass"},
    {"client_flag"},
};
enum { WORDS = sizeof words / sizeof *words };

/* MySQL's values of ssl_mode; without TLS in the URL a connection is made without it. */
static const struct {
    const char *name;
    bool enforce, verify;
} modes[] = {{"DISABLED", false, false},
             {"PREFERRED", false, false},
             {"REQUIRED", true, false},
             {"VERIFY_CA", true, false},
             {"VERIFY_IDENTITY", true, true}};
enum { MODES = sizeof modes / sizeof *modes };

int my_url_options(struct ctx *ctx, struct names *known)
{
    for (int i = 0; i < WORDS; i++) {
        names_add(ctx->mem, known, words[i].key);
        if (strchr(words[i].key, '_'))
            names_add(ctx->mem, known, text_replace(ctx->mem, words[i].key, "_", "-"));
    }
    return 0;
}

static const struct word *word_of(struct arena *mem, const char *key)
{
    const char *name = text_replace(mem, key, "-", "_");
    for (int i = 0; i < WORDS; i++)
        if (text_equal(words[i].key, name))
            return &words[i];
    return NULL;
}

static int refuse(struct ctx *ctx, const char *key, const char *value, const char *hint)
{
    fail(ctx, ERR_CONFIG, "%s=%s in the database URL is not one of its values", key, value);
    return fail_hint(ctx, "It is one of %s.", hint);
}

static void switch_set(MYSQL *mysql, enum mysql_option option, bool on)
{
    mysql_options(mysql, option, &(my_bool){on});
}

static int tls_set(struct ctx *ctx, MYSQL *mysql, const char *key, const char *value)
{
    for (int i = 0; i < MODES; i++) {
        if (!text_equal_nocase(modes[i].name, value))
            continue;
        switch_set(mysql, MYSQL_OPT_SSL_ENFORCE, modes[i].enforce);
        switch_set(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, modes[i].verify);
        return 0;
    }
    return refuse(ctx, key, value, "DISABLED, PREFERRED, REQUIRED, VERIFY_CA and VERIFY_IDENTITY");
}

static int truth_set(struct ctx *ctx, MYSQL *mysql, const struct word *word, const char *value)
{
    bool yes;
    if (!text_to_bool(value, &yes))
        return refuse(ctx, word->key, value, "true and false");
    switch_set(mysql, word->option, yes == (word->form == FORM_YES));
    if (yes && word->option == MYSQL_OPT_SSL_VERIFY_SERVER_CERT)
        switch_set(mysql, MYSQL_OPT_SSL_ENFORCE, true);
    return 0;
}

static int option_set(struct ctx *ctx, MYSQL *mysql, const struct word *word, const char *value)
{
    switch (word->form) {
    case FORM_NONE: return 0;
    case FORM_TEXT: mysql_options(mysql, word->option, value); return 0;
    case FORM_SQL_MODE:
        mysql_options(mysql, MYSQL_INIT_COMMAND,
                      arena_printf(ctx->mem, "SET SESSION sql_mode = '%s'", text_replace(ctx->mem, value, "'", "''")));
        return 0;
    case FORM_TLS: return tls_set(ctx, mysql, word->key, value);
    case FORM_YES:
    case FORM_NO: break;
    }
    return truth_set(ctx, mysql, word, value);
}

int my_url_apply(struct ctx *ctx, MYSQL *mysql, const struct url *url)
{
    for (int i = 0; i < url->keys.n; i++) {
        const struct word *word = word_of(ctx->mem, url->keys.item[i]);
        if (word)
            TRY(option_set(ctx, mysql, word, url->values.item[i]));
    }
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    return 0;
}
