/*
 * Questions about texts, for ASCII only and independent of the locale.  Everything that answers with a
 * text puts it in the arena given.  Numbers are read here too, because the C library's readers take a locale
 * or cannot say that they failed.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>

#include "base/list.h"

bool text_equal(const char *a, const char *b); /* both may be NULL; NULL equals NULL only */
bool text_equal_nocase(const char *a, const char *b);
int text_compare(const void *a, const void *b); /* by bytes, for list_sort() of texts */
bool text_starts(const char *text, const char *prefix);
bool text_starts_nocase(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);
bool text_has_word(const char *text, const char *word); /* in any case, and not as a part of a longer one */
bool text_has(const char *text, const char *part);

bool char_is_space(int c); /* space, \t \n \v \f \r */
bool char_is_digit(int c);
bool char_is_alpha(int c);
bool char_is_word(int c); /* letter, digit, underscore */
int char_lower(int c);
int char_upper(int c);

char *text_lower(struct arena *mem, const char *text);
char *text_upper(struct arena *mem, const char *text);
char *text_trim(struct arena *mem, const char *text);
char *text_slice(struct arena *mem, const char *text, size_t from, size_t to);
char *text_replace(struct arena *mem, const char *text, const char *what, const char *with); /* every occurrence */
struct names text_split(struct arena *mem, const char *text, char separator); /* "" gives one empty piece */
struct names text_lines(struct arena *mem, const char *text);                 /* ends \n or \r\n, not kept */

bool text_to_int(const char *text, int64_t *value);      /* whole text, base 10, sign allowed */
bool text_to_bool(const char *text, bool *value);        /* true, yes, on, 1 and their opposites, in any case */
bool text_says_yes(const char *text);                    /* true, yes, on or 1; NULL says nothing */
bool text_to_seconds(const char *text, double *seconds); /* "500ms", "2s", "1.5 min", "1h", "2"; "off" is 0 */

/* The name in `known` that `word` was probably meant to be (edit distance <= 2 or a third of it), or NULL. */
const char *text_nearest(const struct names *known, const char *word);
/* How alike two names are, in per cent: by edit distance, and at least 75 where one is a word of the other. */
int text_likeness(const char *a, const char *b);

#endif
