/* Secrets in memory of their own, overwritten before it is given back. */
#include "base/secret.h"

#include "base/arena.h"

void secret_set(struct secret *secret, const char *text, size_t length)
{
    char *copy = arena_outside(length + 1);
    if (length)
        memcpy(copy, text, length);
    secret_close(secret);
    secret->text = copy;
    secret->length = length;
}

void secret_copy(struct secret *to, const struct secret *from)
{
    if (to == from)
        return;
    if (from->text)
        secret_set(to, from->text, from->length);
    else
        secret_close(to);
}

void secret_close(struct secret *secret)
{
    if (secret->text) {
        explicit_bzero(secret->text, secret->length);
        free(secret->text);
    }
    *secret = (struct secret){0};
}
