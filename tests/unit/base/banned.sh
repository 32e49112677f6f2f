#!/bin/sh
# banned.sh COMPILER HEADER: what is banned does not compile, and what looks like it does.
compiler=$1 header=$2 failed=0

compiles() { printf '%s\n' "$1" | $compiler -D_GNU_SOURCE -O2 -w -include "$header" -x c -fsyntax-only - 2>/dev/null; }

refused() {
    if compiles "void f(char *a, char *b) { $1 }"; then
        echo "compiles although it is banned: $1"
        failed=1
    fi
}

accepted() {
    if ! compiles "$1"; then
        echo "does not compile although it is not banned: $1"
        failed=1
    fi
}

refused 'strcpy(a, b);'
refused 'strcat(a, b);'
refused 'sprintf(a, b);'
refused 'strtok(a, b);'
refused 'gets(a);'
refused 'atoi(a);'
refused 'atol(a);'
refused 'atof(a);'
refused 'strtod(a, &b);'
refused 'setlocale(LC_ALL, a);'
refused 'system(a);'
refused 'popen(a, b);'
refused 'isdigit(*a);'
refused 'isspace(*a);'
refused 'tolower(*a);'
refused 'int (*copy)(int) = toupper;'
accepted 'double f(const char *digits) { return read_back_double(digits); }'
accepted 'struct s { int system; }; int f(struct s *s) { return s->system; }'
accepted '#include <ctype.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>'
exit $failed
