/* UTF-8: is a text valid, and how wide is it on a terminal. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* True if all `length` bytes are valid UTF-8 (RFC 3629); else *at is the offset of the first wrong byte. */
bool utf8_valid(const char *text, size_t length, size_t *at);
size_t utf8_count(const char *text); /* code points */
/* The longest beginning of at most `length` bytes that ends no character in its middle; `length` is within the text. */
size_t utf8_cut(const char *text, size_t length);

#endif
