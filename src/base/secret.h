/*
 * A secret: a password that never enters the arena, an error, an event, JSON or a child's environment.
 * It has an owner, is held in memory of its own and is overwritten when closed.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

struct secret {
    char *text; /* NULL: there is none */
    size_t length;
};

void secret_set(struct secret *secret, const char *text, size_t length); /* replaces */
void secret_copy(struct secret *to, const struct secret *from);
void secret_close(struct secret *secret); /* overwrites; accepts an empty one */

#endif
