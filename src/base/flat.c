/* A number is in bytes of seven bits, small ones in one; a text is its length and one, or 0 for NULL, and then its bytes with a zero. */
#include "base/flat.h"

enum { SEVEN = 7, MORE = 1 << SEVEN };

void flat_write(struct flat *flat, struct arena *mem)
{
    *flat = (struct flat){.mem = mem};
    buf_init(&flat->out, mem);
}

void flat_read(struct flat *flat, struct arena *mem, const char *data, size_t length)
{
    *flat = (struct flat){.mem = mem, .reads = true, .at = data, .end = data + length};
}

bool flat_ended(const struct flat *flat)
{
    return !flat->broken && flat->at == flat->end;
}

void flat_break(struct flat *flat)
{
    flat->broken = true;
    flat->at = flat->end;
}

static uint64_t read_bits(struct flat *flat)
{
    uint64_t bits = 0;
    for (int shift = 0; flat->at < flat->end && shift < 64; shift += SEVEN) {
        const unsigned char byte = (unsigned char)*flat->at++;
        bits |= (uint64_t)(byte % MORE) << shift;
        if (byte < MORE)
            return bits;
    }
    flat_break(flat);
    return 0;
}

static void write_bits(struct flat *flat, uint64_t bits)
{
    for (; bits >= MORE; bits /= MORE)
        buf_add_c(&flat->out, (char)(bits % MORE + MORE));
    buf_add_c(&flat->out, (char)bits);
}

/* Small ones below zero are short too: 0, -1, 1, -2 are 0, 1, 2, 3. */
void flat_number(struct flat *flat, int64_t *number)
{
    if (!flat->reads) {
        write_bits(flat, (uint64_t)*number << 1 ^ (*number < 0 ? UINT64_MAX : 0));
        return;
    }
    const uint64_t bits = read_bits(flat);
    *number = (int64_t)(bits >> 1 ^ (bits & 1 ? UINT64_MAX : 0));
}

void flat_flag(struct flat *flat, bool *flag)
{
    int64_t number = *flag;
    flat_number(flat, &number);
    *flag = number != 0;
}

static void text_read(struct flat *flat, const char **text)
{
    const uint64_t length = read_bits(flat), left = (uint64_t)(flat->end - flat->at);
    *text = NULL;
    if (!length)
        return;
    if (length > left || flat->at[length - 1] || strlen(flat->at) != length - 1) {
        flat_break(flat);
        return;
    }
    *text = flat->at;
    flat->at += length;
}

void flat_text(struct flat *flat, const char **text)
{
    const size_t length = *text && !flat->reads ? strlen(*text) + 1 : 0;
    if (flat->reads) {
        text_read(flat, text);
        return;
    }
    write_bits(flat, length);
    buf_add_n(&flat->out, *text, length);
}

int flat_count(struct flat *flat, int n)
{
    if (!flat->reads) {
        write_bits(flat, (uint64_t)n);
        return n;
    }
    const uint64_t count = read_bits(flat);
    if (count <= (uint64_t)(flat->end - flat->at) && count <= INT32_MAX)
        return (int)count;
    flat_break(flat);
    return 0;
}

void flat_names(struct flat *flat, struct names *names)
{
    const int n = flat_count(flat, names->n);
    for (int i = 0; i < n; i++) {
        const char *name = flat->reads ? NULL : names->item[i];
        flat_text(flat, &name);
        if (flat->reads && !name)
            flat_break(flat);
        else if (flat->reads)
            names_add(flat->mem, names, name);
    }
}

void *flat_item(struct flat *flat, struct list *list, int i, size_t size)
{
    if (!flat->reads)
        return list->item[i];
    void *item = arena_alloc(flat->mem, size);
    list_add(flat->mem, list, item);
    return item;
}
