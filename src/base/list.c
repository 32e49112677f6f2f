/* Growing lists: an array of pointers that doubles in its arena. */
#include "base/list.h"

#include "base/buf.h"
#include "base/text.h"

static void *roomier(struct arena *mem, void *item, size_t size, int n, int *room)
{
    if (n < *room)
        return item;
    int wider = *room ? *room * 2 : 2;
    item = arena_grow(mem, item, size * (size_t)n, size * (size_t)wider);
    *room = wider;
    return item;
}

void list_add(struct arena *mem, struct list *list, void *item)
{
    list->item = roomier(mem, list->item, sizeof *list->item, list->n, &list->room);
    list->item[list->n++] = item;
}

void list_insert(struct arena *mem, struct list *list, int at, void *item)
{
    list_add(mem, list, item);
    memmove(list->item + at + 1, list->item + at, sizeof *list->item * (size_t)(list->n - 1 - at));
    list->item[at] = item;
}

void list_remove(struct list *list, int at)
{
    list->n--;
    memmove(list->item + at, list->item + at + 1, sizeof *list->item * (size_t)(list->n - at));
}

typedef int compare_fn(const void *a, const void *b);

static void merge(void **item, int half, int n, void **left, compare_fn *compare)
{
    memcpy(left, item, sizeof *item * (size_t)half);
    int i = 0, j = half, to = 0;
    while (i < half && j < n)
        item[to++] = compare(left[i], item[j]) <= 0 ? left[i++] : item[j++];
    while (i < half)
        item[to++] = left[i++];
}

static void merge_sort(void **item, int n, void **scratch, compare_fn *compare)
{
    if (n < 2)
        return;
    int half = n / 2;
    merge_sort(item, half, scratch, compare);
    merge_sort(item + half, n - half, scratch, compare);
    merge(item, half, n, scratch, compare);
}

bool list_has(const struct list *list, const void *item)
{
    for (int i = 0; i < list->n; i++)
        if (list->item[i] == item)
            return true;
    return false;
}

/* Not qsort(): it is stable in some versions of the C library only, and plans must not depend on that. */
void list_sort(struct list *list, int (*compare)(const void *a, const void *b))
{
    void **scratch = arena_outside(sizeof *scratch * (size_t)list->n);
    merge_sort(list->item, list->n, scratch, compare);
    free(scratch);
}

struct list list_duplicate(struct arena *mem, const struct list *list)
{
    struct list copy = {0};
    for (int i = 0; i < list->n; i++)
        list_add(mem, &copy, list->item[i]);
    return copy;
}

void names_add(struct arena *mem, struct names *names, const char *name)
{
    names->item = roomier(mem, names->item, sizeof *names->item, names->n, &names->room);
    names->item[names->n++] = name;
}

int names_find(const struct names *names, const char *name)
{
    for (int i = 0; i < names->n; i++)
        if (!strcmp(names->item[i], name))
            return i;
    return -1;
}

bool names_have(const struct names *names, const char *name)
{
    return names_find(names, name) >= 0;
}

bool names_have_nocase(const struct names *names, const char *name)
{
    for (int i = 0; i < names->n; i++)
        if (text_equal_nocase(names->item[i], name))
            return true;
    return false;
}

bool names_equal(const struct names *a, const struct names *b)
{
    if (a->n != b->n)
        return false;
    for (int i = 0; i < a->n; i++)
        if (strcmp(a->item[i], b->item[i]))
            return false;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void names_sort(struct names *names)
{
    if (names->n > 1)
        qsort(names->item, (size_t)names->n, sizeof *names->item, compare_names);
}

struct names names_copy(struct arena *mem, const struct names *names)
{
    struct names copy = {0};
    for (int i = 0; i < names->n; i++)
        names_add(mem, &copy, arena_dup(mem, names->item[i]));
    return copy;
}

char *names_join(struct arena *mem, const struct names *names, const char *separator)
{
    struct buf out;
    buf_init(&out, mem);
    for (int i = 0; i < names->n; i++) {
        if (i)
            buf_add(&out, separator);
        buf_add(&out, names->item[i]);
    }
    return out.data;
}
