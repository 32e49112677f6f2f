/*
 * Functions that must not be used anywhere: they overflow, cannot say that they failed, depend on the
 * locale, or start a shell.  Forced into every file by the build.  The headers that declare them come
 * first, because a poisoned name may not even be declared again.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <ctype.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <wchar.h>

/*
 * The one use that is allowed: to see whether digits read back as the same number.  They are written without a
 * decimal separator, which is what the locale could change.
 */
#define read_back_double(digits) strtod((digits), NULL)

#undef isalnum
#undef isalpha
#undef isblank
#undef iscntrl
#undef isdigit
#undef isgraph
#undef islower
#undef isprint
#undef ispunct
#undef isspace
#undef isupper
#undef isxdigit
#undef tolower
#undef toupper

#undef sprintf
#undef vsprintf

#pragma GCC poison strcat stpcpy strncat sprintf vsprintf gets strtok strtok_r
#pragma GCC poison atoi atol atoll atof strtod strtof setlocale popen
#pragma GCC poison isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct isspace isupper isxdigit
#pragma GCC poison tolower toupper

/*
 * Not poisoned, because mysql.h has one in a macro and the other is a good name for a field; calls of
 * them do not compile either.
 */
#undef strcpy
#undef system
#define strcpy(to, from) strcpy_may_overflow_and_is_banned
#define system(command)  system_starts_a_shell_and_is_banned

#endif
