/*
 * Database URLs, cut as SQLAlchemy's make_url() cuts them, so that what worked there works here.
 * The password goes straight into its secret: no copy of it is made in the arena, and no message
 * repeats any part of the text, since a misspelt URL may have the password where the host should be.
 */
#include "base/url.h"

#include "base/text.h"

/* A piece of the URL's text: from `start` to before `end`. */
struct piece {
    const char *start;
    const char *end;
};

static int hex_value(char c)
{
    if (char_is_digit(c))
        return c - '0';
    int lower = char_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Like Python's unquote(): a percent sign without two hex digits stands for itself. Never longer than the piece. */
static size_t percent_decode(struct piece piece, bool plus_is_space, char *to)
{
    size_t length = 0;
    for (const char *at = piece.start; at < piece.end; at++) {
        bool escape = *at == '%' && piece.end - at > 2 && hex_value(at[1]) >= 0 && hex_value(at[2]) >= 0;
        if (escape) {
            to[length++] = (char)(hex_value(at[1]) * 16 + hex_value(at[2]));
            at += 2;
        } else {
            to[length++] = *at == '+' && plus_is_space ? ' ' : *at;
        }
    }
    return length;
}

static int fail_zero_byte(struct ctx *ctx)
{
    return fail(ctx, ERR_CONFIG, "the database URL contains a zero byte (%%00)");
}

/* NULL for an empty piece. */
static int decode_text(struct ctx *ctx, struct piece piece, bool plus_is_space, const char **text)
{
    char *decoded = arena_alloc(ctx->mem, (size_t)(piece.end - piece.start) + 1);
    size_t length = percent_decode(piece, plus_is_space, decoded);
    if (strlen(decoded) != length)
        return fail_zero_byte(ctx);
    *text = length ? decoded : NULL;
    return 0;
}

static int decode_secret(struct ctx *ctx, struct piece piece, bool plus_is_space, struct secret *secret)
{
    secret_set(secret, piece.start, (size_t)(piece.end - piece.start));
    size_t length = percent_decode(piece, plus_is_space, secret->text);
    explicit_bzero(secret->text + length, secret->length - length);
    secret->length = length;
    return strlen(secret->text) == length ? 0 : fail_zero_byte(ctx);
}

static const char *kept(struct ctx *ctx, struct piece piece)
{
    return piece.end > piece.start ? arena_copy(ctx->mem, piece.start, (size_t)(piece.end - piece.start)) : NULL;
}

/* The first byte of `piece` that is one of `set`, or its end. */
static const char *find_any(struct piece piece, const char *set)
{
    const char *at = piece.start;
    while (at < piece.end && !strchr(set, *at))
        at++;
    return at;
}

static const char *find_last(struct piece piece, char c)
{
    return memrchr(piece.start, c, (size_t)(piece.end - piece.start));
}

static int read_scheme(struct ctx *ctx, struct piece *rest, struct url *url)
{
    const char *at = rest->start;
    while (char_is_word((unsigned char)*at) || *at == '+')
        at++;
    if (at == rest->start || !text_starts(at, "://")) {
        fail(ctx, ERR_CONFIG, "the database URL does not begin with dialect://");
        return fail_hint(ctx, "Write it like postgresql://user:password@host:5432/name or sqlite:///file.db.");
    }
    struct piece scheme = {rest->start, at};
    const char *plus = find_any(scheme, "+");
    url->dialect = kept(ctx, (struct piece){scheme.start, plus});
    url->driver = plus < at ? kept(ctx, (struct piece){plus + 1, at}) : NULL;
    rest->start = at + 3;
    return url->dialect ? 0 : fail(ctx, ERR_CONFIG, "the database URL names no dialect");
}

/*
 * Where the "@" is that ends user and password, or NULL if there are none.  SQLAlchemy wants an "@" in a
 * password to be written %40 and stops at the first one; no host contains one, so the last one before the
 * path is as good a reading and forgives the mistake.
 */
static const char *find_at_sign(struct piece rest)
{
    const char *user_end = find_any(rest, ":/");
    bool has_password = user_end < rest.end && *user_end == ':';
    const char *at = has_password ? find_any((struct piece){user_end, rest.end}, "@") : rest.end;
    if (at == rest.end) /* that colon was a port's: user@host:5432 */
        at = find_last((struct piece){rest.start, user_end}, '@');
    if (!at)
        return NULL;
    struct piece host = {at, find_any((struct piece){at, rest.end}, "/?")};
    return find_last(host, '@');
}

static int read_login(struct ctx *ctx, struct piece *rest, struct url *url)
{
    const char *at = find_at_sign(*rest);
    if (!at)
        return 0;
    struct piece login = {rest->start, at};
    const char *colon = find_any(login, ":");
    TRY(decode_text(ctx, (struct piece){login.start, colon}, false, &url->user));
    if (colon < at)
        TRY(decode_secret(ctx, (struct piece){colon + 1, at}, false, &url->password));
    rest->start = at + 1;
    return 0;
}

static int fail_port(struct ctx *ctx)
{
    fail(ctx, ERR_CONFIG, "the port in the database URL is not a number from 1 to 65535");
    return fail_hint(ctx, "If the password contains / ? # or @, write it percent-encoded.");
}

static int read_port(struct ctx *ctx, struct piece digits, struct url *url)
{
    if (digits.start == digits.end)
        return 0;
    for (const char *at = digits.start; at < digits.end; at++) {
        url->port = url->port * 10 + (*at - '0');
        if (!char_is_digit(*at) || url->port > 65535)
            return fail_port(ctx);
    }
    return url->port ? 0 : fail_port(ctx);
}

/* Several hosts with their ports, as some client libraries take them: kept as one text, in which each port is looked at. */
static int read_hosts(struct ctx *ctx, struct piece hosts, struct url *url)
{
    TRY(decode_text(ctx, hosts, false, &url->host));
    while (hosts.start <= hosts.end) {
        struct piece one = {hosts.start, find_any(hosts, ",")};
        const char *close = one.start < one.end && *one.start == '[' ? find_any(one, "]") : one.start;
        const char *colon = find_any((struct piece){close, one.end}, ":");
        struct url port = {0};
        if (one.start == colon)
            return fail(ctx, ERR_CONFIG, "one of the hosts in the database URL is empty");
        if (colon < one.end)
            TRY(read_port(ctx, (struct piece){colon + 1, one.end}, &port));
        hosts.start = one.end + 1;
    }
    return 0;
}

static int read_host(struct ctx *ctx, struct piece *rest, struct url *url)
{
    const char *end = find_any(*rest, "/?");
    if (find_any((struct piece){rest->start, end}, ",") < end) {
        TRY(read_hosts(ctx, (struct piece){rest->start, end}, url));
        rest->start = end;
        return 0;
    }
    const char *colon = find_any(*rest, ":/?");
    if (rest->start < end && *rest->start == '[') {
        const char *close = find_any((struct piece){rest->start, end}, "]");
        if (close == end)
            return fail(ctx, ERR_CONFIG, "the IPv6 address in the database URL lacks its closing bracket");
        url->host = kept(ctx, (struct piece){rest->start + 1, close});
        colon = close + 1;
    } else {
        url->host = kept(ctx, (struct piece){rest->start, colon});
    }
    if (colon < end && *colon != ':')
        return fail(ctx, ERR_CONFIG, "the database URL has text between the IPv6 address and the port");
    if (colon < end)
        TRY(read_port(ctx, (struct piece){colon + 1, end}, url));
    rest->start = end;
    return 0;
}

static bool names_password(const char *key)
{
    return text_equal_nocase(key, "password") || text_equal_nocase(key, "passwd");
}

static int read_option(struct ctx *ctx, struct piece option, struct url *url)
{
    const char *equals = find_any(option, "=");
    const char *key = NULL, *value = NULL;
    if (equals == option.end || equals + 1 == option.end)
        return 0; /* Python's parse_qsl() drops options without a value */
    TRY(decode_text(ctx, (struct piece){option.start, equals}, true, &key));
    if (key && names_password(key))
        return decode_secret(ctx, (struct piece){equals + 1, option.end}, true, &url->password);
    TRY(decode_text(ctx, (struct piece){equals + 1, option.end}, true, &value));
    names_add(ctx->mem, &url->keys, key ? key : "");
    names_add(ctx->mem, &url->values, value);
    return 0;
}

static int read_options(struct ctx *ctx, struct piece rest, struct url *url)
{
    while (rest.start < rest.end) {
        struct piece option = {rest.start, find_any(rest, "&")};
        TRY(read_option(ctx, option, url));
        rest.start = option.end < rest.end ? option.end + 1 : rest.end;
    }
    return 0;
}

static int stray_password_check(struct ctx *ctx, struct piece rest, const struct url *url)
{
    if (!url_strays(url, rest.start, rest.end))
        return 0;
    fail(ctx, ERR_CONFIG, "the database URL has an @ after its host");
    return fail_hint(
        ctx, "If the password contains / ? # or @, write it percent-encoded; an @ in a name or an option is %%40.");
}

/* What is a password in truth, but stands where messages would show it. */
static int hidden_password_check(struct ctx *ctx, const struct url *url)
{
    if (url->user && strchr(url->user, ':') && !url->password.text) {
        fail(ctx, ERR_CONFIG,
             "the user in the database URL holds a colon that is written %%3A, and there is no password");
        return fail_hint(ctx, "Write user:password@; a user whose name holds a colon goes into ?user=.");
    }
    if (!url_hides_password(url))
        return 0;
    fail(ctx, ERR_CONFIG, "the database URL has a password that is not in its place");
    return fail_hint(ctx, "Write dialect://user:password@host/database, and options after ? with & between them.");
}

static int read_parts(struct ctx *ctx, struct piece rest, struct url *url)
{
    TRY(read_scheme(ctx, &rest, url));
    TRY(read_login(ctx, &rest, url));
    TRY(read_host(ctx, &rest, url));
    TRY(stray_password_check(ctx, rest, url));
    if (rest.start < rest.end && *rest.start == '/') {
        const char *end = find_any(rest, "?");
        TRY(decode_text(ctx, (struct piece){rest.start + 1, end}, false, &url->database));
        rest.start = end;
    }
    if (rest.start < rest.end)
        TRY(read_options(ctx, (struct piece){rest.start + 1, rest.end}, url));
    return hidden_password_check(ctx, url);
}

int url_read(struct ctx *ctx, const char *text, struct url *url)
{
    *url = (struct url){0};
    while (char_is_space(*text))
        text++;
    struct piece all = {text, text + strlen(text)};
    while (all.end > all.start && char_is_space(all.end[-1]))
        all.end--;
    int code = read_parts(ctx, all, url);
    if (code)
        url_close(url);
    return code;
}

void url_copy(struct arena *mem, struct url *to, const struct url *from)
{
    *to = (struct url){.dialect = arena_dup(mem, from->dialect),
                       .driver = arena_dup(mem, from->driver),
                       .user = arena_dup(mem, from->user),
                       .host = arena_dup(mem, from->host),
                       .port = from->port,
                       .database = arena_dup(mem, from->database),
                       .keys = names_copy(mem, &from->keys),
                       .values = names_copy(mem, &from->values)};
    secret_copy(&to->password, &from->password);
}

void url_close(struct url *url)
{
    secret_close(&url->password);
}

const char *url_option(const struct url *url, const char *key)
{
    for (int i = url->keys.n - 1; i >= 0; i--)
        if (!strcmp(url->keys.item[i], key))
            return url->values.item[i];
    return NULL;
}

int url_check_options(struct ctx *ctx, const struct url *url, const struct names *known, const char *engine)
{
    enum { SHORTEST = 4 }; /* of a word that can be told from another one by its letters */
    for (int i = 0; i < url->keys.n; i++) {
        const char *key = url->keys.item[i];
        if (names_have(known, key))
            continue;
        const char *near = strlen(key) > SHORTEST ? text_nearest(known, key) : NULL;
        if (near) {
            fail(ctx, ERR_CONFIG, "%s in the database URL is not an option of %s", key, engine);
            return fail_hint(ctx, "Did you mean %s?", near);
        }
        emit_warning(ctx, "%s in the database URL is not an option of %s, and is passed over", key, engine);
    }
    return 0;
}

int url_check_numbers(struct ctx *ctx, const struct url *url, const char *const *numeric)
{
    for (; *numeric; numeric++) {
        const char *said = url_option(url, *numeric);
        int64_t value;
        if (!said || text_to_int(said, &value))
            continue;
        fail(ctx, ERR_CONFIG, "%s=%s in the database URL is not a whole number", *numeric, said);
        return fail_hint(ctx, "Correct it, or leave it out.");
    }
    return 0;
}
