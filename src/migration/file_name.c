/*
 * Names of migration files.  A name is read from both ends, because 0.8.2's pattern is greedy: of
 * "a__0001_b__0002_c.sql" the last number is the version.  Beyond that tool's names, the prefix may be absent
 * and a version may have more than four digits.  A name that comes close is answered with the right one.
 * Not here: making names for new files (name.c).
 */
#include "migration/parts.h"

#include "base/text.h"

/* More digits do not fit a number; no real scheme (a timestamp has 14) needs them. */
enum { DIGITS_LEAST = 4, DIGITS_MOST = 18 };

static bool all_word(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!char_is_word((unsigned char)text[i]))
            return false;
    return length > 0;
}

static int digits_at(const char *text)
{
    int n = 0;
    while (char_is_digit((unsigned char)text[n]))
        n++;
    return n;
}

/* "0001_x": digits, underscore, something. */
static bool versioned_at(const char *text)
{
    int n = digits_at(text);
    return n >= DIGITS_LEAST && n <= DIGITS_MOST && text[n] == '_' && text[n + 1];
}

/* Where the version stands in `stem`, or NULL. */
static const char *find_version(const char *stem)
{
    if (versioned_at(stem))
        return stem;
    for (size_t at = strlen(stem); at-- > 1;)
        if (stem[at] == '_' && stem[at + 1] == '_' && versioned_at(stem + at + 2) && all_word(stem, at))
            return stem + at + 2;
    return NULL;
}

/* Is `stem` a repeatable of that mark ("RA__")? */
static bool repeatable(const char *stem, const char *mark)
{
    size_t length = strlen(mark);
    if (text_starts(stem, mark))
        return stem[length] != 0;
    for (const char *at = stem + 1; *stem && (at = strstr(at, "__")); at++)
        if (text_starts(at + 2, mark) && at[2 + length] && all_word(stem, (size_t)(at - stem)))
            return true;
    return false;
}

/* As 0.8.2 records it: what follows the first "__", underscores as spaces; all of it if there is no prefix. */
static char *describe(struct arena *mem, const char *stem)
{
    const char *at = strstr(stem, "__");
    bool prefixed =
        at && at != stem && !versioned_at(stem) && !text_starts(stem, "RA__") && !text_starts(stem, "ROC__");
    char *text = arena_dup(mem, prefixed ? at + 2 : stem);
    for (char *c = text; *c; c++)
        if (*c == '_')
            *c = ' ';
    return text;
}

enum script script_of_name(const char *name)
{
    size_t length = strlen(name);
    enum script kind = SCRIPT_NONE;
    for (; kind < SCRIPTS; kind++) {
        size_t suffix = strlen(script_kinds[kind].suffix);
        if (length > suffix && text_equal_nocase(name + length - suffix, script_kinds[kind].suffix))
            break;
    }
    return kind;
}

/* A module that migrations import, or a tool of the project's, says nothing that looks like a version. */
static bool is_helper(enum script kind, const char *stem)
{
    return kind != SCRIPT_NONE && !char_is_digit((unsigned char)stem[*stem == 'V']);
}

enum name_verdict file_name_read(struct arena *mem, const char *name, struct file_name *result)
{
    enum script kind = script_of_name(name);
    if (*name == '.' || kind == SCRIPTS || text_ends(name, ".rollback.sql") || text_ends(name, ".rollback.sh"))
        return NAME_OTHER;
    char *stem = arena_copy(mem, name, strlen(name) - strlen(script_kinds[kind].suffix));
    if (!text_ends(name, script_kinds[kind].suffix))
        return is_helper(kind, stem) ? NAME_OTHER : NAME_MISTAKEN;
    *result = (struct file_name){.number = -1, .description = describe(mem, stem), .script = kind};
    const char *version = find_version(stem);
    if (repeatable(stem, "RA__"))
        result->type = MIGRATION_RUNS_ALWAYS;
    else if (repeatable(stem, "ROC__"))
        result->type = MIGRATION_RUNS_ON_CHANGE;
    else if (!version)
        return is_helper(kind, stem) ? NAME_OTHER : NAME_MISTAKEN;
    else {
        result->version = arena_copy(mem, version, (size_t)digits_at(version));
        text_to_int(result->version, &result->number);
    }
    return NAME_MIGRATION;
}

/* The word characters of `text`, others as underscores, without underscores at the ends. */
static char *clean(struct arena *mem, const char *text, size_t length)
{
    while (length && !char_is_word((unsigned char)text[length - 1]))
        length--;
    char *word = arena_copy(mem, text, length);
    for (char *c = word; *c; c++)
        if (!char_is_word((unsigned char)*c))
            *c = '_';
    while (*word == '_')
        word++;
    for (size_t n = strlen(word); n && word[n - 1] == '_';)
        word[--n] = 0;
    return word;
}

/* Digits that stand for a version: at the start, after a "V", or after "__" or one "_". NULL if there are none. */
static const char *find_digits(const char *stem)
{
    size_t skip = *stem == 'V' || *stem == 'v';
    if (char_is_digit((unsigned char)stem[skip]))
        return stem + skip;
    for (const char *at = stem; (at = strchr(at, '_')); at++)
        if (char_is_digit((unsigned char)at[1]))
            return at + 1;
    return NULL;
}

static char *suggest_repeatable(struct arena *mem, const char *stem, const char *suffix)
{
    static const char *const marks[] = {"RA__", "ROC__"};
    for (int i = 0; i < 2; i++) {
        const char *found = text_lower(mem, stem);
        const char *mark = strstr(found, text_lower(mem, marks[i]));
        if (!mark || (mark != found && mark[-1] != '_'))
            continue;
        const char *prefix = clean(mem, stem, (size_t)(mark - found));
        const char *rest = clean(mem, stem + (mark - found) + strlen(marks[i]), strlen(mark) - strlen(marks[i]));
        return arena_printf(mem, "%s%s%s%s%s", prefix, *prefix ? "__" : "", marks[i], *rest ? rest : "change", suffix);
    }
    return NULL;
}

char *file_name_suggest(struct arena *mem, const char *name, const char *prefix, int64_t spare)
{
    const char *suffix = script_kinds[script_of_name(name)].suffix;
    char *stem = arena_copy(mem, name, strlen(name) - strlen(suffix));
    char *repeat = suggest_repeatable(mem, stem, suffix);
    if (repeat)
        return repeat;
    const char *digits = find_digits(stem);
    int n = digits ? digits_at(digits) : 0;
    int64_t number = spare;
    if (n > DIGITS_MOST) {
        digits = NULL;
        n = 0;
    }
    if (digits)
        text_to_int(arena_copy(mem, digits, (size_t)n), &number);
    const char *rest = digits ? clean(mem, digits + n, strlen(digits + n)) : clean(mem, stem, strlen(stem));
    const char *own = digits && digits > stem + 1 ? clean(mem, stem, (size_t)(digits - stem)) : prefix;
    if (!*own)
        own = prefix;
    return arena_printf(mem, "%s%s%0*lld_%s%s", own, *own ? "__" : "", n > 4 ? n : 4, (long long)number,
                        *rest ? rest : "change", suffix);
}

bool file_name_is_ours(const char *name)
{
    struct arena *mem = arena_open(0);
    struct file_name read;
    bool ours = file_name_read(mem, name, &read) == NAME_MIGRATION;
    arena_close(mem);
    return ours;
}
