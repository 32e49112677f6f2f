/* libcurl, loaded when a URL asks for it; what is called of it is in libcurl.def. */
#include "dialect/clickhouse/parts.h"

#include <pthread.h>

#define LIBRARY_CALLS "dialect/clickhouse/libcurl.def"
#include "base/library_calls.h"

static struct library library = {
    .file = "libcurl.so.4",
    .hint = "Install it: the package libcurl4 of Debian and Ubuntu, libcurl of Fedora and Alpine, curl of Arch.",
    .symbol = symbols,
};

static void begin(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

int ch_library_load(struct ctx *ctx)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    TRY(library_load(ctx, &library));
    pthread_once(&once, begin);
    return 0;
}

void ch_set_text(CURL *easy, CURLoption option, const char *text)
{
    at_curl_easy_setopt(easy, option, text);
}

void ch_set_number(CURL *easy, CURLoption option, long number)
{
    at_curl_easy_setopt(easy, option, number);
}

void ch_set_pointer(CURL *easy, CURLoption option, void *pointer)
{
    at_curl_easy_setopt(easy, option, pointer);
}

void ch_set_call(CURL *easy, CURLoption option, size_t (*call)(char *text, size_t size, size_t n, void *sink))
{
    at_curl_easy_setopt(easy, option, call);
}

long ch_status(CURL *easy)
{
    long status = 0;
    at_curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
