/*
 * Texts without the passwords and keys in them, for whatever is shown or kept: PASSWORD 'x', settings that are called so, arguments
 * of engines that reach another server, and addresses with a password.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "schema/object.h"

/* Which argument of a call is a secret, where there are at least so many. */
static const struct {
    const char *call;
    int argument, of;
} calls[] = {
    {"S3", 3, 3},
    {"S3Queue", 3, 4},
    {"OSS", 3, 3},
    {"COSN", 3, 3},
    {"GCS", 3, 3},
    {"DeltaLake", 3, 3},
    {"DeltaLakeS3", 3, 3},
    {"Iceberg", 3, 3},
    {"IcebergS3", 3, 3},
    {"Hudi", 3, 3},
    {"PostgreSQL", 5, 5},
    {"MySQL", 5, 5},
    {"MongoDB", 5, 5},
    {"Redis", 3, 3},
    {"MaterializedPostgreSQL", 5, 5},
    {"AzureBlobStorage", 5, 5},
    {"AzureQueue", 5, 5},
    {"ExternalDistributed", 6, 6},
};

/* S3(address, format, compression) says no key. */
static const char *const compressions[] = {"'none'", "'auto'", "'gzip'",   "'gz'",      "'brotli'",
                                           "'br'",   "'xz'",   "'LZMA'",   "'zstd'",    "'zst'",
                                           "'lz4'",  "'bz2'",  "'snappy'", "'deflate'", NULL};

static size_t quoted_length(const char *text)
{
    size_t at = 1;
    while (text[at] && text[at] != '\'')
        at += text[at] == '\\' && text[at + 1] ? 2 : 1;
    return at + (text[at] != '\0');
}

/* "PASSWORD 'x'", "rabbitmq_password = 'x'": the length up to the quote; 0: it is none of these. */
static size_t named_length(const char *at)
{
    static const char *const names[] = {"password",    "secret_access_key", "secret", "token",
                                        "account_key", "sas_token",         NULL};
    for (int i = 0; names[i]; i++) {
        size_t length = text_starts_nocase(at, names[i]) ? strlen(names[i]) : 0;
        bool bare = i == 0, equals = false;
        while (length && (char_is_space((unsigned char)at[length]) || (!equals && at[length] == '='))) {
            equals = equals || at[length] == '=';
            length++;
        }
        if (length && at[length] == '\'' && (equals || bare))
            return length;
    }
    return 0;
}

static bool is_compression(const char *argument, size_t length)
{
    for (int i = 0; compressions[i]; i++)
        if (strlen(compressions[i]) == length && text_starts_nocase(argument, compressions[i]))
            return true;
    return false;
}

/* Where in a call "S3('a', 'b', 'c')" the secret stands; NULL: there is none. `text` is after the parenthesis. */
static const char *argument_find(const char *text, int wanted, int least)
{
    const char *found = NULL;
    int depth = 0, n = 1;
    for (const char *at = text; *at && (depth || *at != ')'); at++) {
        if (!found && n == wanted && *at == '\'')
            found = at;
        if (*at == '\'')
            at += quoted_length(at) - 1;
        else if (*at == ',' && !depth)
            n++;
        else
            depth += (*at == '(') - (*at == ')');
        if (!*at)
            break;
    }
    return n >= least && found && !(n == 3 && is_compression(found, quoted_length(found))) ? found : NULL;
}

/* The secret of the call that begins at `at`; NULL. */
static const char *call_secret(const char *text, const char *at)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls && (at == text || !char_is_word((unsigned char)at[-1])); i++) {
        size_t length = strlen(calls[i].call);
        if (strncmp(at, calls[i].call, length) == 0 && at[length] == '(')
            return argument_find(at + length + 1, calls[i].argument, calls[i].of);
    }
    return NULL;
}

/* "://user:" of an address with a password after it, or "AccountKey=": its length; *secret is that of what follows. */
static size_t address_length(const char *at, size_t *secret)
{
    static const char key[] = "AccountKey=", scheme[] = "://";
    size_t length = strlen(scheme);
    *secret = 0;
    if (text_starts_nocase(at, key)) {
        *secret = strcspn(at + strlen(key), ";'");
        return strlen(key);
    }
    if (!text_starts(at, scheme))
        return 0;
    length += strcspn(at + length, ":/@' ");
    *secret = at[length] == ':' ? strcspn(at + length + 1, "/@' ") : 0;
    return *secret && at[length + 1 + *secret] == '@' ? length + 1 : 0;
}

/* The secret that stands at `at`, or that its words are about: where it begins, and its length; 0: there is none. */
static size_t secret_find(const char *text, const char *at, const char **begin)
{
    size_t length, named = named_length(at), address = address_length(at, &length);
    *begin = call_secret(text, at);
    if (*begin)
        return quoted_length(*begin);
    *begin = at + (named ? named : address);
    return named ? quoted_length(*begin) : address ? length : 0;
}

const char *secrets_hidden(struct arena *mem, const char *text)
{
    struct buf out;
    if (!text)
        return NULL;
    buf_init(&out, mem);
    for (const char *at = text; *at;) {
        const char *begin;
        size_t length = secret_find(text, at, &begin);
        if (!length) {
            buf_add_c(&out, *at++);
            continue;
        }
        buf_add_n(&out, at, (size_t)(begin - at));
        buf_add(&out, *begin == '\'' ? "'" PASSWORD_HIDDEN "'" : PASSWORD_HIDDEN);
        at = begin + length;
    }
    return out.data;
}

struct names names_hidden(struct arena *mem, const struct names *names)
{
    struct names hidden = {0};
    for (int i = 0; i < names->n; i++)
        names_add(mem, &hidden, secrets_hidden(mem, names->item[i]));
    return hidden;
}

const char *passwords_hidden(struct arena *mem, const char *text)
{
    static const char word[] = "PASSWORD";
    struct buf out;
    if (!text)
        return NULL;
    buf_init(&out, mem);
    for (const char *at = text; *at;) {
        size_t length = text_starts_nocase(at, word) ? strlen(word) : 0;
        while (length && char_is_space((unsigned char)at[length]))
            length++;
        if (length && at[length] == '\'') {
            buf_addf(&out, "%.*s'" PASSWORD_HIDDEN "'", (int)length, at);
            at += length + quoted_length(at + length);
        } else {
            buf_add_c(&out, *at++);
        }
    }
    return out.data;
}
