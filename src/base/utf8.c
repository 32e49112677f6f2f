/* UTF-8 by the table of RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
#include "base/utf8.h"

/* How many bytes follow this first byte, and between what the second one lies; -1 for a byte that starts nothing. */
static int follow(unsigned char first, unsigned char *low, unsigned char *high)
{
    *low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    *high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (first < 0x80)
        return 0;
    if (first < 0xC2 || first > 0xF4)
        return -1;
    return first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
}

/* The length of the character at the start of `text`, or 0 if it is none. */
static size_t valid_character(const unsigned char *text, size_t left)
{
    unsigned char low, high;
    int more = follow(text[0], &low, &high);
    if (more < 0 || (size_t)more >= left)
        return 0;
    for (int i = 1; i <= more; i++) {
        if (text[i] < low || text[i] > high)
            return 0;
        low = 0x80;
        high = 0xBF;
    }
    return (size_t)more + 1;
}

/* How many bytes from here on are ASCII, in eights: most of any file of SQL. */
static size_t plain_length(const char *text, size_t length)
{
    size_t i = 0;
    for (uint64_t eight; i + sizeof eight <= length; i += sizeof eight) {
        memcpy(&eight, text + i, sizeof eight);
        if (eight & 0x8080808080808080)
            break;
    }
    return i;
}

bool utf8_valid(const char *text, size_t length, size_t *at)
{
    for (size_t i = plain_length(text, length); i < length; i += plain_length(text + i, length - i)) {
        size_t step = valid_character((const unsigned char *)text + i, length - i);
        if (!step) {
            if (at)
                *at = i;
            return false;
        }
        i += step;
    }
    return true;
}

size_t utf8_count(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

size_t utf8_cut(const char *text, size_t length)
{
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    return length;
}
