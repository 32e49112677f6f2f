/*
 * Database URLs for people to read, without what is secret in them.  Where it is not certain whether
 * something is a password, it is hidden: better a message that says too little than one that says too much.
 */
#include "base/buf.h"
#include "base/text.h"
#include "base/url.h"

#define HIDDEN "***"

/* Parts of the names under which passwords and their like travel. */
static const char *const secret_word[] = {"password", "passwd", "passphrase", "pwd", "secret", "token", "apikey",
                                          "api_key"};
#define SECRET_WORDS (sizeof secret_word / sizeof *secret_word)

/* The length of the secret word at `text`, 0 if none is there. */
static size_t secret_word_at(const char *text)
{
    for (size_t i = 0; i < SECRET_WORDS; i++)
        if (text_starts_nocase(text, secret_word[i]))
            return strlen(secret_word[i]);
    return 0;
}

static bool names_secret(const char *key)
{
    for (; *key; key++)
        if (secret_word_at(key))
            return true;
    return false;
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

static void show_login(struct buf *out, const struct url *url)
{
    if (url->user)
        encode(out, url->user, "-.~ +!$&'()*,;=");
    if (url->password.text)
        buf_add(out, ":" HIDDEN);
    if (url->user || url->password.text)
        buf_add_c(out, '@');
}

static void show_host(struct buf *out, const struct url *url)
{
    if (url->host)
        buf_addf(out, strchr(url->host, ':') ? "[%s]" : "%s", url->host);
    if (url->port)
        buf_addf(out, ":%d", url->port);
}

static void show_options(struct buf *out, const struct url *url)
{
    for (int i = 0; i < url->keys.n; i++) {
        buf_add_c(out, i ? '&' : '?');
        encode(out, url->keys.item[i], "-.~");
        buf_add_c(out, '=');
        if (names_secret(url->keys.item[i]))
            buf_add(out, HIDDEN);
        else
            encode(out, url->values.item[i], "-.~/:,@");
    }
}

char *url_show(struct arena *mem, const struct url *url)
{
    struct buf out;
    buf_init(&out, mem);
    buf_add(&out, url->dialect);
    if (url->driver)
        buf_addf(&out, "+%s", url->driver);
    buf_add(&out, "://");
    show_login(&out, url);
    /* A slash in a password that is not percent-encoded ends the host early; the rest is then in the "database". */
    const char *astray = url->password.text && url->database ? strrchr(url->database, '@') : NULL;
    if (astray) {
        buf_addf(&out, HIDDEN "%s", astray);
    } else {
        show_host(&out, url);
        if (url->database)
            buf_addf(&out, "/%s", url->database);
    }
    show_options(&out, url);
    return out.data;
}

static const char *line_end(const char *text)
{
    return strchrnul(text, '\n');
}

/* Where a word that could be a URL's scheme begins, looking for the first "://" before `end`; `end` if there is none. */
static const char *find_scheme(const char *text, const char *end)
{
    const char *mark = memmem(text, (size_t)(end - text), "://", 3);
    if (!mark)
        return end;
    while (mark > text && (char_is_word((unsigned char)mark[-1]) || mark[-1] == '+'))
        mark--;
    return mark;
}

static const char *last_at_sign(const char *from, const char *end)
{
    return memrchr(from, '@', (size_t)(end - from));
}

/* Up to 5 digits are a port; anything else behind a colon may be a password. */
static bool is_port(const char *at, const char *end)
{
    const char *digit = at;
    while (digit < end && char_is_digit(*digit))
        digit++;
    return digit - at <= 5 && (digit == end || !char_is_word((unsigned char)*digit));
}

/*
 * A URL, or the rest of a line that begins with one: user:password@ loses what is between the first colon and
 * the last "@".  Answers where it stopped copying.
 */
static const char *mask_login(struct buf *out, const char *from, const char *end)
{
    const char *colon = memchr(from, ':', (size_t)(end - from));
    const char *at = last_at_sign(from, end);
    if (!colon || (at && at < colon))
        return from;
    if (!at && (is_port(colon + 1, end) || memchr(from, '/', (size_t)(colon - from))))
        return from;
    const char *behind = at;
    for (behind = at ? at : colon + 1; !at && behind < end && !char_is_space(*behind);)
        behind++;
    buf_add_n(out, from, (size_t)(colon + 1 - from));
    buf_add(out, HIDDEN);
    return behind;
}

static const char *skip_quoted(const char *at, const char *end)
{
    char quote = *at++;
    while (at < end && *at != quote)
        at += *at == '\\' && at + 1 < end ? 2 : 1;
    return at;
}

/* The end of the value behind a secret word, `at` being right behind the word; *value gets its start, NULL if there is none. */
static const char *secret_value(const char *at, const char *end, const char **value)
{
    const char *from = at;
    if (at < end && (*at == '"' || *at == '\''))
        at++;
    while (at < end && char_is_space(*at))
        at++;
    bool assigned = at < end && (*at == '=' || *at == ':');
    if (assigned)
        at++;
    while (at < end && char_is_space(*at))
        at++;
    bool quoted = at < end && (*at == '\'' || *at == '"') && (assigned || char_is_space(at[-1]));
    *value = NULL;
    if (!quoted && !assigned)
        return from;
    *value = quoted ? at + 1 : at;
    if (quoted)
        return skip_quoted(at, end);
    while (at < end && !char_is_space(*at) && !strchr("&,;)}\"'", *at))
        at++;
    return at;
}

static const char *mask_word(struct buf *out, const char *at, const char *end)
{
    size_t length = secret_word_at(at);
    if (!length && text_starts_nocase(at, "identified by"))
        length = strlen("identified by");
    if (!length)
        return at;
    const char *behind_word = at + length, *value;
    const char *behind = secret_value(behind_word, end, &value);
    buf_add_n(out, at, (size_t)((value ? value : behind_word) - at));
    if (value && behind > value)
        buf_add(out, HIDDEN);
    return value ? behind : behind_word;
}

static void mask_words(struct buf *out, const char *at, const char *end)
{
    while (at < end) {
        const char *behind = mask_word(out, at, end);
        if (behind == at)
            buf_add_c(out, *at++);
        at = behind > at ? behind : at;
    }
}

/* Text without "://": user:password@ can still stand in it, as one word. */
static void mask_plain(struct buf *out, const char *at, const char *end)
{
    struct buf words;
    buf_init(&words, out->mem);
    while (at < end) {
        const char *word_end = at;
        while (word_end < end && !char_is_space(*word_end))
            word_end++;
        if (last_at_sign(at, word_end))
            at = mask_login(&words, at, word_end);
        buf_add_n(&words, at, (size_t)(word_end - at));
        if (word_end < end)
            buf_add_c(&words, *word_end++);
        at = word_end;
    }
    mask_words(out, words.data, words.data + words.len);
}

static void mask_line(struct buf *out, const char *at, const char *end)
{
    const char *scheme = find_scheme(at, end);
    mask_plain(out, at, scheme);
    while (scheme < end) {
        const char *from = strstr(scheme, "://") + 3;
        const char *next = find_scheme(from, end);
        struct buf rest;
        buf_init(&rest, out->mem);
        from = mask_login(&rest, from, next);
        buf_add_n(out, scheme, (size_t)(strstr(scheme, "://") + 3 - scheme));
        buf_add_n(&rest, from, (size_t)(next - from));
        mask_words(out, rest.data, rest.data + rest.len);
        scheme = next;
    }
}

char *url_mask(struct arena *mem, const char *text)
{
    struct buf out;
    buf_init(&out, mem);
    while (*text) {
        const char *end = line_end(text);
        mask_line(&out, text, end);
        if (*end)
            buf_add_c(&out, *end++);
        text = end;
    }
    return out.data;
}
