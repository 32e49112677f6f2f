/*
 * Names for new migration files, as 0.8.2 made them: a slug from a description, or a summary of the changes
 * ("add_columns_users_a_b_and_2_more"), at most 72 characters.
 * The one idea: changes of one kind are a clause, clauses are strung together while they fit, and what is left is
 * counted under its own kind.  Words are never cut.
 */
#include "base/text.h"
#include "migration/migration.h"

enum { NAME_LONGEST = 72 };

char *name_slug(struct arena *mem, const char *description)
{
    char *slug = arena_dup(mem, description), *to = slug;
    for (const char *from = description; *from; from++) {
        int c = char_lower((unsigned char)*from);
        if (!char_is_word(c))
            c = '_';
        if (c != '_' || (to > slug && to[-1] != '_'))
            *to++ = (char)c;
    }
    if (to > slug && to[-1] == '_')
        to--;
    *to = 0;
    return slug;
}

int64_t name_next(const struct folder *folder)
{
    int64_t highest = 0;
    for (int i = 0; i < folder->versioned.n; i++) {
        int64_t number = ((const struct migration *)folder->versioned.item[i])->number;
        if (number > highest)
            highest = number;
    }
    return highest + 1;
}

char *name_file(struct arena *mem, const char *database, int64_t number, const char *slug)
{
    return arena_printf(mem, "%s__%04lld_%s.sql", database, (long long)number, slug);
}

/* The changes of one word, and of one table where they are within tables. */
struct clause {
    const char *word;   /* "add_column" */
    const char *table;  /* NULL: `names` are what stands alone (tables, views) */
    const char *suffix; /* of its first change */
    struct names names; /* those that have one */
    int n;
};

/* What we do not tell apart in names: alter_pg_column_meta is "alter_column", alter_pg_table_x "alter_table". */
static const char *plain_word(const char *word)
{
    if (text_starts(word, "alter_pg_column"))
        return "alter_column";
    return text_starts(word, "alter_pg_table") || text_starts(word, "alter_table_") ? "alter_table" : word;
}

static const char *noun_of(const char *word)
{
    const char *after = strchr(word, '_');
    return after ? after + 1 : "object";
}

static const char *plural(struct arena *mem, const char *word)
{
    if (text_ends(word, "index"))
        return arena_printf(mem, "%ses", word);
    return arena_printf(mem, text_ends(word, "s") || text_ends(word, "nullable") ? "%s" : "%ss", word);
}

static struct clause *clause_of(struct arena *mem, struct list *clauses, const struct legacy_operation *change)
{
    const char *word = plain_word(change->word), *table = change->target ? change->table : NULL;
    for (int i = 0; i < clauses->n; i++) {
        struct clause *clause = clauses->item[i];
        if (text_equal(clause->word, word) && text_equal(clause->table, table))
            return clause;
    }
    struct clause *clause = NEW(mem, struct clause);
    *clause = (struct clause){.word = word, .table = table, .suffix = change->suffix};
    list_add(mem, clauses, clause);
    return clause;
}

static void clause_add(struct arena *mem, struct list *clauses, const struct legacy_operation *change)
{
    struct clause *clause = clause_of(mem, clauses, change);
    const char *name = change->target ? change->target : change->table;
    if (*name && names_have(&clause->names, name))
        return; /* two fields of one column */
    clause->n++;
    if (*name)
        names_add(mem, &clause->names, name);
}

/* "_a", "_a_b", "_a_b_and_3_more"; of tables "_a_and_3_more_tables". */
static void add_names(struct buf *out, const struct clause *clause, int shown)
{
    if (shown > clause->names.n)
        shown = clause->names.n;
    for (int i = 0; i < shown; i++)
        buf_addf(out, "_%s", clause->names.item[i]);
    if (clause->n > shown && shown)
        buf_addf(out, "_and_%d_more", clause->n - shown);
    if (clause->n > shown && !clause->table)
        buf_addf(out, "_%s", plural(out->mem, noun_of(clause->word)));
}

static char *clause_text(struct arena *mem, const struct clause *clause, int shown)
{
    struct buf out;
    buf_init(&out, mem);
    buf_add(&out, clause->n > 1 ? plural(mem, clause->word) : clause->word);
    if (clause->table)
        buf_addf(&out, "_%s", clause->table);
    add_names(&out, clause, shown);
    if (clause->n == 1 && clause->table && clause->suffix)
        buf_addf(&out, "_%s", clause->suffix);
    return name_slug(mem, out.data);
}

/* As much of a clause as fits: two names, one, none. */
static char *clause_fit(struct arena *mem, const struct clause *clause, size_t room)
{
    int most = clause->table || clause->n == 2 ? 2 : 1;
    char *text = NULL;
    for (int shown = most; shown >= 0; shown--) {
        text = clause_text(mem, clause, shown);
        if (strlen(text) <= room)
            break;
    }
    return text;
}

static int left_after(const struct list *clauses, int from)
{
    int left = 0;
    for (int i = from; i < clauses->n; i++)
        left += ((const struct clause *)clauses->item[i])->n;
    return left;
}

/* "_and_2_more_columns", or of several kinds "_and_2_more_changes". */
static char *tail_text(struct arena *mem, const struct list *clauses, int from)
{
    int left = left_after(clauses, from);
    if (!left)
        return arena_dup(mem, "");
    const char *noun = noun_of(((const struct clause *)clauses->item[from])->word);
    for (int i = from; i < clauses->n; i++)
        if (!text_equal(noun, noun_of(((const struct clause *)clauses->item[i])->word)))
            noun = "change";
    return arena_printf(mem, "_and_%d_more_%s", left, left > 1 ? plural(mem, noun) : noun);
}

static const char *table_of_all(const struct list *clauses)
{
    const struct clause *first = clauses->item[0];
    for (int i = 1; i < clauses->n && first->table; i++)
        if (!text_equal(((const struct clause *)clauses->item[i])->table, first->table))
            return NULL;
    return first->table;
}

static const char *verb_of(struct arena *mem, const struct clause *clause)
{
    return text_slice(mem, clause->word, 0, strcspn(clause->word, "_"));
}

/* Has a clause before it said the same of the same columns? */
static bool is_said(struct arena *mem, const struct list *clauses, int at)
{
    const struct clause *clause = clauses->item[at];
    for (int i = 0; i < at; i++) {
        const struct clause *before = clauses->item[i];
        bool same = text_equal(verb_of(mem, before), verb_of(mem, clause)) && clause->names.n;
        for (int k = 0; same && k < clause->names.n; k++)
            same = names_have(&before->names, clause->names.item[k]);
        if (same)
            return true;
    }
    return false;
}

/* Several things with one table: "alter_users_add_a_drop_b". */
static char *one_table_text(struct arena *mem, const struct list *clauses, int shown)
{
    struct buf out;
    buf_init(&out, mem);
    buf_addf(&out, "alter_%s", table_of_all(clauses));
    for (int i = 0; i < clauses->n; i++) {
        const struct clause *clause = clauses->item[i];
        if (is_said(mem, clauses, i))
            continue;
        buf_addf(&out, "_%s", verb_of(mem, clause));
        add_names(&out, clause, shown);
    }
    return name_slug(mem, out.data);
}

static char *clauses_text(struct arena *mem, const struct list *clauses)
{
    struct buf out;
    buf_init(&out, mem);
    for (int i = 0; i < clauses->n; i++) {
        const char *tail = tail_text(mem, clauses, i + 1);
        size_t used = out.len + (out.len > 0) + strlen(tail);
        const char *text = clause_fit(mem, clauses->item[i], used < NAME_LONGEST ? NAME_LONGEST - used : 0);
        if (i && used + strlen(text) > NAME_LONGEST) {
            buf_add(&out, tail_text(mem, clauses, i));
            break;
        }
        buf_addf(&out, "%s%s", out.len ? "_" : "", text);
    }
    return out.data;
}

/* Only a single name of more than 60 letters leads here. */
static char *shorten(struct arena *mem, const char *name)
{
    size_t end = NAME_LONGEST;
    if (strlen(name) <= NAME_LONGEST)
        return arena_dup(mem, name);
    while (end && name[end] != '_')
        end--;
    return arena_copy(mem, name, end ? end : NAME_LONGEST);
}

char *name_auto(struct arena *mem, const struct list *changes)
{
    struct list clauses = {0};
    for (int i = 0; i < changes->n; i++)
        clause_add(mem, &clauses, changes->item[i]);
    if (!clauses.n)
        return arena_dup(mem, "auto_generated");
    for (int shown = 2; clauses.n > 1 && table_of_all(&clauses) && shown > 0; shown--) {
        char *name = one_table_text(mem, &clauses, shown);
        if (strlen(name) <= NAME_LONGEST)
            return name;
    }
    return shorten(mem, clauses_text(mem, &clauses));
}
