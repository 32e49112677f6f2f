/*
 * Database URLs for people to read, without what is secret in them.  Where it is not certain whether
 * something is a password, it is hidden: better a message that says too little than one that says too much.
 */
#include "base/buf.h"
#include "base/text.h"
#include "base/url.h"

#define HIDDEN "***"

/* Parts of the names under which passwords and their like travel; `quoted`: in SQL a quoted text may follow at once. */
static const struct secret_word {
    const char *word;
    bool quoted;
} secret_words[] = {{"password", true}, {"passwd", true}, {"passphrase", true}, {"pwd", false},
                    {"secret", false},  {"token", false}, {"apikey", false},    {"api_key", false}};

/* The secret word that `text` begins with, or NULL. */
static const struct secret_word *secret_word_at(const char *text)
{
    for (size_t i = 0; i < sizeof secret_words / sizeof *secret_words; i++)
        if (text_starts_nocase(text, secret_words[i].word))
            return &secret_words[i];
    return NULL;
}

/* Options of a URL whose values anybody may read. Of all others it is not known: a mistyped "passwrd" is one of them. */
static const char open_options[] =
    "host hostaddr port user dbname service socket unix_socket application_name charset client_encoding "
    "timeout connect_timeout read_timeout write_timeout tcp_user_timeout keepalives keepalives_idle "
    "target_session_attrs load_balance_hosts channel_binding gssencmode ssl sslmode ssl_mode sslrootcert "
    "sslcert ssl_ca ssl_capath ssl_cert ssl_cipher ssl_disabled ssl_verify_cert ssl_verify_identity "
    "ssl_check_hostname tls_version mode cache immutable nolock uri vfs ";

static bool is_one_of(const char *options, const char *key, size_t length)
{
    for (const char *at = options; *at; at += strcspn(at, " ") + 1)
        if (strcspn(at, " ") == length && strncasecmp(at, key, length) == 0)
            return true;
    return false;
}

static bool is_open_option(const char *key, size_t length)
{
    return is_one_of(open_options, key, length);
}

static const char *find_or_end(const char *from, const char *end, char c)
{
    const char *found = memchr(from, c, (size_t)(end - from));
    return found ? found : end;
}

/* The length of the option's name that begins at `at`, if its value is not to be shown; else 0. */
static size_t secret_option(const char *at)
{
    size_t length = 0;
    while (char_is_word((unsigned char)at[length]) || at[length] == '-')
        length++;
    return at[length] == '=' && !is_open_option(at, length) ? length : 0;
}

static void encode(struct buf *out, const char *text, const char *plain)
{
    for (; *text; text++) {
        if (char_is_word((unsigned char)*text) || strchr(plain, *text) || (unsigned char)*text >= 0x80)
            buf_add_c(out, *text);
        else
            buf_addf(out, "%%%02X", (unsigned)*text);
    }
}

static void show_login(struct buf *out, const struct url *url, bool hints)
{
    const char *password = url->password.text && hints ? ":" HIDDEN : "";
    if (url->user)
        encode(out, url->user, "-.~ +");
    buf_add(out, password);
    if (url->user || *password)
        buf_add_c(out, '@');
}

static void show_host(struct buf *out, const struct url *url)
{
    if (url->host)
        buf_addf(out, strchr(url->host, ':') && !strchr(url->host, ',') ? "[%s]" : "%s", url->host);
    if (url->port)
        buf_addf(out, ":%d", url->port);
}

static void show_options(struct buf *out, const struct url *url, bool hints)
{
    char before = '?';
    for (int i = 0; i < url->keys.n; i++) {
        bool open = is_open_option(url->keys.item[i], strlen(url->keys.item[i]));
        if (!open && !hints)
            continue;
        buf_add_c(out, before);
        before = '&';
        encode(out, url->keys.item[i], "-.~");
        buf_add_c(out, '=');
        if (!open)
            buf_add(out, HIDDEN);
        else
            encode(out, url->values.item[i], "-.~/:,@");
    }
}

/* Options in whose values an @ is written as it is: names and paths. */
static const char at_options[] =
    "host user dbname service socket unix_socket application_name options init_command passfile sslrootcert "
    "sslcert sslkey sslcrl ssl_ca ssl_capath ssl_cert ssl_key ";

static bool may_hold_at(const char *option, const char *end)
{
    const char *equals = memchr(option, '=', (size_t)(end - option));
    return equals && !memchr(option, '@', (size_t)(equals - option)) &&
           is_one_of(at_options, option, (size_t)(equals - option));
}

/*
 * In u:p@ss/word@h/db, u:p@ss?word@h and //u:p@h/db, what was read as host, database and options is the rest of a
 * password, which no message may name.
 */
bool url_strays(const struct url *url, const char *rest, const char *end)
{
    if (text_starts_nocase(url->dialect, "sqlite") && !url->host && !url->password.text)
        return false;
    const char *query = find_or_end(rest, end, '?');
    const char *at = memrchr(rest, '@', (size_t)(query - rest));
    if (at)
        return url->password.text || memchr(rest, ':', (size_t)(at - rest));
    if (!url->password.text && (url->user || !memchr(rest, ':', (size_t)(end - rest))))
        return false;
    for (const char *option = query; option < end;) {
        const char *after = find_or_end(++option, end, '&');
        if (memchr(option, '@', (size_t)(after - option)) && (query == rest || !may_hold_at(option, after)))
            return true;
        option = after;
    }
    return false;
}

/* In h/d;password=x, as other tools have it, what follows the ";" is not a part of the name that it stands in. */
static bool holds_secret_option(const char *text)
{
    for (const char *at = text ? strpbrk(text, ";&") : NULL; at && *at; at++) {
        const struct secret_word *word = secret_word_at(at);
        size_t length = word ? strlen(word->word) : 0;
        while (word && char_is_word((unsigned char)at[length]))
            length++;
        if (word && at[length + strspn(at + length, " ")] == '=')
            return true;
    }
    return false;
}

bool url_hides_password(const struct url *url)
{
    bool hides = holds_secret_option(url->user) || holds_secret_option(url->host) || holds_secret_option(url->database);
    for (int i = 0; i < url->keys.n; i++)
        hides = hides || holds_secret_option(url->values.item[i]);
    return hides;
}

/* `hints`: what is left out is shown as that. */
static char *show(struct arena *mem, const struct url *url, bool hints)
{
    struct buf out;
    buf_init(&out, mem);
    buf_add(&out, url->dialect);
    if (url->driver)
        buf_addf(&out, "+%s", url->driver);
    buf_add(&out, "://");
    show_login(&out, url, hints);
    show_host(&out, url);
    if (url->database)
        buf_addf(&out, "/%s", url->database);
    show_options(&out, url, hints);
    return out.data;
}

char *url_show(struct arena *mem, const struct url *url)
{
    return show(mem, url, true);
}

char *url_bare(struct arena *mem, const struct url *url)
{
    return show(mem, url, false);
}

static const char *find_in(const char *from, const char *end, char c)
{
    return memchr(from, c, (size_t)(end - from));
}

/* Where a word before "://" begins that is the scheme of a URL; `end` if there is none. */
static const char *find_scheme(const char *from, const char *end)
{
    const char *mark = memmem(from, (size_t)(end - from), "://", 3);
    if (!mark)
        return end;
    while (mark > from && (char_is_word((unsigned char)mark[-1]) || mark[-1] == '+'))
        mark--;
    return mark;
}

/* Up to 5 digits are a port; anything else after a colon may be a password. */
static bool is_port(const char *from, const char *end)
{
    const char *at = from;
    while (at < end && char_is_digit(*at))
        at++;
    return at > from && at - from <= 5 && (at == end || !char_is_word((unsigned char)*at));
}

/* The last byte of a "%3A", or NULL. */
static const char *find_encoded_colon(const char *from, const char *end)
{
    for (; end - from >= 3; from++)
        if (text_starts_nocase(from, "%3a"))
            return from + 2;
    return NULL;
}

/*
 * The text between the first colon and the last "@", or as long as there is no "@" what follows the colon and is
 * no port: NULL if there is neither, else where it begins, *behind being where it ends.
 */
static const char *find_password(const char *from, const char *end, const char **behind)
{
    const char *colon = find_in(from, end, ':');
    const char *at = memrchr(from, '@', (size_t)(end - from));
    if (at && (!colon || at < colon)) /* a login that was percent-encoded as a whole */
        colon = find_encoded_colon(from, at);
    if (!colon || (at && at < colon))
        return NULL;
    if (!at && (is_port(colon + 1, end) || find_in(from, colon, '/')))
        return NULL;
    for (*behind = colon + 1; !at && *behind < end && !char_is_space((unsigned char)**behind);)
        ++*behind;
    if (at)
        *behind = at;
    return colon + 1;
}

static void mask_login(struct buf *out, const char *from, const char *end)
{
    const char *behind = NULL;
    const char *password = find_password(from, end, &behind);
    if (password) {
        buf_add_n(out, from, (size_t)(password - from));
        buf_add(out, HIDDEN);
        from = behind;
    }
    buf_add_n(out, from, (size_t)(end - from));
}

/* Outside a URL user:password@ can still stand as one word. */
static void mask_words_with_login(struct buf *out, const char *from, const char *end)
{
    while (from < end) {
        const char *word_end = from;
        while (word_end < end && !char_is_space((unsigned char)*word_end))
            word_end++;
        if (find_in(from, word_end, '@'))
            mask_login(out, from, word_end);
        else
            buf_add_n(out, from, (size_t)(word_end - from));
        if (word_end < end)
            buf_add_c(out, *word_end++);
        from = word_end;
    }
}

/* Where the URL whose login begins at `from` ends at the latest: another one begins, or the line ends. */
static const char *find_url_end(const char *from, const char *end)
{
    const char *next = find_scheme(from, end);
    const char *behind;
    while (next < end) {
        bool begins_word = next > from && strchr(" \t\"'<(", next[-1]);
        bool unfinished = find_password(from, next, &behind) && !find_in(from, next, '@');
        if (begins_word && !unfinished)
            return next;
        next = find_scheme(strstr(next, "://") + 3, end);
    }
    return end;
}

static void mask_line_logins(struct buf *out, const char *line, const char *end)
{
    const char *scheme = find_scheme(line, end);
    mask_words_with_login(out, line, scheme);
    while (scheme < end) {
        const char *from = strstr(scheme, "://") + 3;
        const char *next = find_url_end(from, end);
        bool is_path = *from == '/' && text_starts_nocase(scheme, "sqlite");
        buf_add_n(out, scheme, (size_t)(from - scheme));
        if (is_path)
            buf_add_n(out, from, (size_t)(next - from));
        else
            mask_login(out, from, next);
        scheme = next;
    }
}

static void mask_logins(struct buf *out, const char *text)
{
    while (*text) {
        const char *end = strchrnul(text, '\n');
        mask_line_logins(out, text, end);
        if (*end)
            buf_add_c(out, *end++);
        text = end;
    }
}

/* Both spellings of a quote within quotes are seen: doubled and after a backslash. */
static const char *quoted_end(const char *at)
{
    char quote = *at++;
    for (; *at; at++) {
        bool escaped = (*at == '\\' && at[1]) || (*at == quote && at[1] == quote);
        if (!escaped && *at == quote)
            break;
        at += escaped;
    }
    return at;
}

static const char *bare_end(const char *at, char assignment, bool in_query)
{
    if (assignment == ':') /* YAML, where a value without quotes may hold spaces */
        return strchrnul(at, '\n');
    while (*at && !char_is_space((unsigned char)*at) && !(in_query && *at == '&'))
        at += *at == '\\' && at[1] ? 2 : 1;
    return at;
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

/* Behind "=", ":" or "=>" and blanks, *assignment being what was there; without one only the blanks are skipped. */
static const char *skip_assignment(const char *at, char *assignment)
{
    at = skip_blanks(at);
    *assignment = *at == '=' || *at == ':' ? *at : 0;
    if (!*assignment)
        return at;
    return skip_blanks(at + (at[1] == '>' ? 2 : 1));
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

/*
 * The value that follows a secret word which ends at `at`: password=x, "password": "x", PASSWORD 'x',
 * PASSWORD('x').  NULL if none follows, else where it begins, *behind being where it ends.
 */
static const char *find_value(const char *at, bool may_be_quoted, bool in_query, const char **behind)
{
    const char *word_end = at;
    char assignment;
    at = skip_assignment(at + is_quote(*at), &assignment);
    if (may_be_quoted && *at == '(')
        at++;
    if (is_quote(*at) && (assignment || (may_be_quoted && at > word_end))) {
        *behind = quoted_end(at);
        return at + 1;
    }
    *behind = assignment ? bare_end(at, assignment, in_query) : at;
    return assignment ? at : NULL;
}

/* IDENTIFIED BY 'x', IDENTIFIED WITH plugin BY 'x' */
static bool is_by(const char *text, const char *at)
{
    bool begins = at == text || !char_is_word((unsigned char)at[-1]);
    return begins && text_starts_nocase(at, "by") && *skip_blanks(at + 2) == '\'';
}

/* Where the value ends that follows a secret word at `at`, after it was copied with the value hidden; else `at`. */
static const char *mask_value(struct buf *out, const char *text, const char *at)
{
    const struct secret_word *word = secret_word_at(at);
    bool by = !word && is_by(text, at);
    bool in_query = at > text && (at[-1] == '?' || at[-1] == '&');
    size_t option = !word && in_query ? secret_option(at) : 0;
    if (!word && !by && !option)
        return at;
    const char *behind;
    size_t length = word ? strlen(word->word) : option ? option : 2;
    const char *value = find_value(at + length, by || (word && word->quoted), in_query, &behind);
    if (!value)
        return at;
    buf_add_n(out, at, (size_t)(value - at));
    if (behind > value)
        buf_add(out, HIDDEN);
    return behind;
}

char *url_mask(struct arena *mem, const char *text)
{
    struct buf logins, out;
    buf_init(&logins, mem);
    buf_init(&out, mem);
    mask_logins(&logins, text);
    for (const char *at = logins.data; *at;) {
        const char *behind = mask_value(&out, logins.data, at);
        if (behind == at)
            buf_add_c(&out, *at++);
        else
            at = behind;
    }
    return out.data;
}
