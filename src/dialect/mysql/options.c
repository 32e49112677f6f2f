/*
 * The options of a URL: pymysql, mysqlclient, asyncmy, mysql-connector and the client library name the same things
 * differently.  What only the application's driver knows is passed over.  So is its charset: files are UTF-8 and sent as they
 * are, whatever the application speaks.
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"

/* From FORM_MODE on they say how a connection is encrypted. */
enum form { FORM_NONE, FORM_TEXT, FORM_SQL_MODE, FORM_MODE, FORM_ACCEPT, FORM_TRUTH };

/* MySQL's words for encryption, the weakest first; a URL that asks for several gets the strongest. */
enum mode { MODE_UNSAID, MODE_DISABLED, MODE_PREFERRED, MODE_REQUIRED, MODE_VERIFY_CA, MODE_VERIFY_IDENTITY, MODES };
static const char *const mode_names[MODES] = {
    [MODE_DISABLED] = "DISABLED",
    [MODE_PREFERRED] = "PREFERRED",
    [MODE_REQUIRED] = "REQUIRED",
    [MODE_VERIFY_CA] = "VERIFY_CA",
    [MODE_VERIFY_IDENTITY] = "VERIFY_IDENTITY",
};

/* What clients of other languages say, blanks taken out. */
static const struct {
    const char *key, *value;
    enum mode mode;
} elsewhere[] = {
    {"sslaccept", "strict", MODE_VERIFY_IDENTITY},
    {"sslaccept", "accept_invalid_certs", MODE_REQUIRED},
    {"ssl", "{}", MODE_VERIFY_IDENTITY},
    {"ssl", "{\"rejectUnauthorized\":true}", MODE_VERIFY_IDENTITY},
    {"ssl", "{\"rejectUnauthorized\":false}", MODE_REQUIRED},
};

/* "-" in a name is "_" here; FORM_NONE: read elsewhere, or of no meaning for us. */
static const struct word {
    const char *key;
    enum form form;
    enum mysql_option option;
    enum mode mode[2]; /* of a truth: what false and true ask for */
} words[] = {
    {"ssl_ca", FORM_TEXT, MYSQL_OPT_SSL_CA},
    {"ssl_capath", FORM_TEXT, MYSQL_OPT_SSL_CAPATH},
    {"ssl_cert", FORM_TEXT, MYSQL_OPT_SSL_CERT},
    {"ssl_key", FORM_TEXT, MYSQL_OPT_SSL_KEY},
    {"ssl_cipher", FORM_TEXT, MYSQL_OPT_SSL_CIPHER},
    {"tls_version", FORM_TEXT, MARIADB_OPT_TLS_VERSION},
    {"ssl_mode", FORM_MODE},
    {"sslaccept", FORM_ACCEPT},
    {"ssl", FORM_TRUTH, 0, {MODE_DISABLED, MODE_REQUIRED}},
    {"ssl_disabled", FORM_TRUTH, 0, {MODE_REQUIRED, MODE_DISABLED}},
    {"ssl_verify_cert", FORM_TRUTH, 0, {MODE_UNSAID, MODE_VERIFY_IDENTITY}},
    {"ssl_verify_identity", FORM_TRUTH, 0, {MODE_UNSAID, MODE_VERIFY_IDENTITY}},
    {"ssl_check_hostname", FORM_TRUTH, 0, {MODE_UNSAID, MODE_VERIFY_IDENTITY}},
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

static int mode_named(struct ctx *ctx, const struct word *word, const char *value, enum mode *mode)
{
    for (int i = MODE_DISABLED; i < MODES; i++)
        if (text_equal_nocase(mode_names[i], value)) {
            *mode = (enum mode)i;
            return 0;
        }
    return refuse(ctx, word->key, value, "DISABLED, PREFERRED, REQUIRED, VERIFY_CA and VERIFY_IDENTITY");
}

static int mode_asked(struct ctx *ctx, const struct word *word, const char *value, enum mode *mode)
{
    bool yes;
    const char *bare = text_replace(ctx->mem, value, " ", "");
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        if (text_equal(elsewhere[i].key, word->key) && text_equal(elsewhere[i].value, bare)) {
            *mode = elsewhere[i].mode;
            return 0;
        }
    if (word->form == FORM_MODE)
        return mode_named(ctx, word, value, mode);
    if (word->form == FORM_ACCEPT)
        return refuse(ctx, word->key, value, "strict and accept_invalid_certs");
    if (!text_to_bool(value, &yes))
        return refuse(ctx, word->key, value, "true and false");
    *mode = word->mode[yes];
    return 0;
}

static bool is_authority(const struct word *word)
{
    return text_equal(word->key, "ssl_ca") || text_equal(word->key, "ssl_capath");
}

static int mode_read(struct ctx *ctx, const struct url *url, enum mode *mode)
{
    bool authority = false;
    *mode = MODE_UNSAID;
    for (int i = 0; i < url->keys.n; i++) {
        const struct word *word = word_of(ctx->mem, url->keys.item[i]);
        enum mode asked = MODE_UNSAID;
        authority |= word && is_authority(word);
        if (!word || word->form < FORM_MODE)
            continue;
        TRY(mode_asked(ctx, word, url->values.item[i], &asked));
        *mode = asked > *mode ? asked : *mode;
    }
    if (*mode != MODE_VERIFY_CA || authority)
        return 0;
    /* libmariadb would check nothing; MySQL's programs refuse it. */
    fail(ctx, ERR_CONFIG, "ssl_mode=VERIFY_CA in the database URL says no authority to check against");
    return fail_hint(ctx,
                     "Give ssl_ca (a file) or ssl_capath (a folder), or ssl_mode=VERIFY_IDENTITY for the system's.");
}

static void option_set(struct ctx *ctx, MYSQL *mysql, const struct word *word, const char *value)
{
    if (word->form == FORM_TEXT)
        mysql_options(mysql, word->option, value);
    if (word->form == FORM_SQL_MODE)
        mysql_options(mysql, MYSQL_INIT_COMMAND,
                      arena_printf(ctx->mem, "SET SESSION sql_mode = '%s'", text_replace(ctx->mem, value, "'", "''")));
}

int my_url_apply(struct ctx *ctx, MYSQL *mysql, const struct url *url)
{
    enum mode mode;
    TRY(mode_read(ctx, url, &mode));
    for (int i = 0; i < url->keys.n; i++) {
        const struct word *word = word_of(ctx->mem, url->keys.item[i]);
        if (word)
            option_set(ctx, mysql, word, url->values.item[i]);
    }
    if (mode != MODE_UNSAID) { /* else it is as the library has it */
        mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &(my_bool){mode >= MODE_REQUIRED});
        mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &(my_bool){mode == MODE_VERIFY_IDENTITY});
    }
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    return 0;
}

bool my_url_is_bare(struct ctx *ctx, MYSQL *mysql, const struct url *url)
{
    enum mode mode;
    return mode_read(ctx, url, &mode) == 0 && mode >= MODE_REQUIRED && !mysql_get_ssl_cipher(mysql);
}

/* "loose-": MySQL's programs and MariaDB's have one word each for it. */
int my_url_encryption(struct ctx *ctx, const struct url *url, struct buf *out)
{
    enum mode mode;
    TRY(mode_read(ctx, url, &mode));
    if (mode != MODE_UNSAID)
        buf_addf(out, "loose-ssl-mode=%s\n", mode_names[mode]);
    if (mode >= MODE_REQUIRED)
        buf_add(out, "loose-ssl=1\n");
    if (mode == MODE_VERIFY_IDENTITY)
        buf_add(out, "loose-ssl-verify-server-cert=1\n");
    return 0;
}
