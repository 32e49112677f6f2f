/*
 * Partitions as both servers have them: PARTITION BY of a table with its partitions below it.  Sources say all of it as one text,
 * models as SQLAlchemy has it and servers put together by the catalog query; here that is taken apart, and written again.
 *
 * What of a partition only SHOW CREATE tells (MAX_ROWS, DATA DIRECTORY) is read by show.c.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

struct taker {
    struct arena *mem;
    bool printed; /* a server said it */
    struct lexer lexer;
    struct token token; /* the one at hand */
};

static void step(struct taker *taker)
{
    taker->token = lex_next_code(&taker->lexer);
}

static bool at(const struct taker *taker, const char *word)
{
    return token_is(&taker->token, word);
}

static bool accept(struct taker *taker, const char *word)
{
    bool found = at(taker, word);
    if (found)
        step(taker);
    return found;
}

static bool is_over(const struct taker *taker)
{
    return taker->token.kind == TOKEN_END;
}

/* What stands between the parentheses that begin here; NULL: none do. */
static char *inside_take(struct taker *taker)
{
    int depth = 0;
    const char *from = taker->token.text + taker->token.length, *to = from;
    if (!at(taker, "("))
        return NULL;
    do {
        depth += at(taker, "(") - at(taker, ")");
        to = taker->token.text;
        step(taker);
    } while (depth && !is_over(taker));
    return text_trim(taker->mem, arena_copy(taker->mem, from, (size_t)(to > from ? to - from : 0)));
}

static int64_t number_take(struct taker *taker)
{
    int64_t number = 0;
    if (text_to_int(token_copy(taker->mem, &taker->token), &number))
        step(taker);
    return number;
}

/* "LINEAR HASH", "RANGE COLUMNS", "KEY ALGORITHM = 2": the algorithm is that of every server since 5.5. */
static const char *method_take(struct taker *taker)
{
    struct buf out;
    buf_init(&out, taker->mem);
    while (!at(taker, "(") && !is_over(taker) && !text_equal(out.data, "SYSTEM_TIME")) {
        if (accept(taker, "algorithm")) {
            accept(taker, "=");
            number_take(taker);
            continue;
        }
        buf_add(&out, out.len ? " " : "");
        buf_add(&out, text_upper(taker->mem, token_copy(taker->mem, &taker->token)));
        step(taker);
    }
    return out.data;
}

/* ---- by system time (MariaDB) ---- */

static bool is_by_time(const char *method)
{
    return text_equal(method, "SYSTEM_TIME");
}

/* As servers print it: "1 WEEK" is 7 DAY. */
static const char *interval_plain(struct arena *mem, const char *text)
{
    static const struct {
        const char *unit;
        int number;
        const char *plain;
    } units[] = {{"WEEK", 7, "DAY"}, {"QUARTER", 3, "MONTH"}};
    const char *last = strrchr(text, ' ');
    int64_t number;
    if (!last)
        return text;
    const char *unit = text_upper(mem, last + 1),
               *length = text_trim(mem, text_slice(mem, text, 0, (size_t)(last - text)));
    if (*length == '\'' && text_to_int(text_slice(mem, length, 1, strlen(length) - 1), &number))
        length = arena_printf(mem, "%lld", (long long)number);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text_equal(unit, units[i].unit) && text_to_int(length, &number))
            return arena_printf(mem, "%lld %s", (long long)number * units[i].number, units[i].plain);
    return arena_printf(mem, "%s %s", length, unit);
}

/* Up to what comes after it; parentheses belong to it, but for those around partitions. */
static const char *time_take(struct taker *taker)
{
    static const char *const ends[] = {"starts", "auto", "partitions", "subpartition", NULL};
    const char *from = taker->token.text;
    while (!is_over(taker) && !token_is_one_of(&taker->token, ends)) {
        struct lexer ahead = taker->lexer;
        struct token next = lex_next_code(&ahead);
        if (at(taker, "(") && token_is(&next, "partition"))
            break;
        if (!inside_take(taker))
            step(taker);
    }
    return text_trim(taker->mem, arena_copy(taker->mem, from, (size_t)(taker->token.text - from)));
}

static struct expr expr_of(const struct taker *taker, const char *text)
{
    return taker->printed ? (struct expr){.printed = text} : (struct expr){.written = text};
}

/* "INTERVAL 1 MONTH STARTS TIMESTAMP'2026-01-01' AUTO", "LIMIT 1000", or nothing. */
static void rotation_take(struct taker *taker, struct partitioning *partitioning)
{
    struct arena *mem = taker->mem;
    const char *text = NULL;
    if (accept(taker, "interval"))
        text = arena_printf(mem, "INTERVAL %s", interval_plain(mem, time_take(taker)));
    else if (accept(taker, "limit"))
        text = arena_printf(mem, "LIMIT %lld", (long long)number_take(taker));
    if (accept(taker, "starts"))
        SAY(partitioning, PARTITIONING, starts, expr_of(taker, time_take(taker)));
    if (accept(taker, "auto"))
        text = arena_printf(mem, "%s AUTO", text ? text : "");
    SAY(partitioning, PARTITIONING, expr, expr_of(taker, text));
}

bool my_is_rotated(const struct partitioning *partitioning)
{
    const char *text = expr_text(&partitioning->expr);
    return is_by_time(partitioning->method) && text && text_ends(text, " AUTO");
}

/* ---- texts in one form ---- */

static bool takes_columns(const char *method)
{
    return text_ends(method, "COLUMNS") || text_ends(method, "KEY");
}

/* "`a`,b" as "a, b" */
static const char *columns_plain(struct arena *mem, const char *text)
{
    struct names columns = {0};
    struct lexer lexer;
    lex_open(&lexer, &my_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED)
            names_add(mem, &columns, ident_text(mem, &my_ident, token_name(mem, &token)));
    return names_join(mem, &columns, ", ");
}

static bool digits_take(struct arena *mem, const char *text, size_t from, size_t to, int *number)
{
    int64_t value;
    bool digits = text_to_int(text_slice(mem, text, from, to), &value) && char_is_digit(text[from]);
    *number = digits ? (int)value : 0;
    return digits;
}

/* The days since year 0 of '2024-01-31', as TO_DAYS() counts them; 0: it is not a date. */
static int64_t days_of(struct arena *mem, const char *text)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int year, month, day;
    bool shaped = strlen(text) == strlen("'2024-01-31'") && text[5] == '-' && text[8] == '-';
    if (!shaped || !digits_take(mem, text, 1, 5, &year) || !digits_take(mem, text, 6, 8, &month) ||
        !digits_take(mem, text, 9, 11, &day) || month < 1 || month > 12)
        return 0;
    int years = month <= 2 ? year - 1 : year; /* whose 29th of February is over */
    return 365LL * year + before[month - 1] + day + years / 4 - years / 100 + years / 400;
}

/* The servers keep a number: that of a date can be told. */
static const char *value_plain(struct arena *mem, const char *value)
{
    static const char *const words[] = {"MAXVALUE", "DEFAULT", "NULL"};
    struct taker taker = {.mem = mem};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal_nocase(value, words[i]))
            return words[i];
    lex_open(&taker.lexer, &my_lex, value, strlen(value));
    step(&taker);
    const char *inside = accept(&taker, "to_days") ? inside_take(&taker) : NULL;
    int64_t days = inside && is_over(&taker) ? days_of(mem, inside) : 0;
    return days ? arena_printf(mem, "%lld", (long long)days) : normal_expr(mem, &my_normal, value);
}

struct names my_bound_values(struct arena *mem, const char *bound)
{
    struct names values = {0};
    struct lexer lexer;
    int depth = 0;
    size_t from = 0, length = strlen(bound);
    lex_open(&lexer, &my_lex, bound, length);
    for (struct token token = lex_next_code(&lexer);; token = lex_next_code(&lexer)) {
        bool end = token.kind == TOKEN_END;
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (!end && (depth || !token_is(&token, ",")))
            continue;
        size_t to = end ? length : token.offset;
        char *value = text_trim(mem, text_slice(mem, bound, from, to));
        if (*value)
            names_add(mem, &values, value_plain(mem, value));
        if (end)
            return values;
        from = to + 1;
    }
}

/* Values of a list in any order are the same. */
static const char *bound_plain(struct arena *mem, const char *bound, bool list)
{
    struct names values = my_bound_values(mem, bound);
    if (list)
        names_sort(&values);
    return names_join(mem, &values, ", ");
}

/* ---- taking apart ---- */

static const char *values_take(struct taker *taker)
{
    static const char *const words[] = {"DEFAULT", "HISTORY", "CURRENT"};
    const char *inside;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (at(taker, words[i])) {
            step(taker);
            return words[i];
        }
    if (!accept(taker, "values"))
        return NULL;
    bool list = accept(taker, "in");
    if (!list && accept(taker, "less"))
        accept(taker, "than");
    if (accept(taker, "maxvalue"))
        return "MAXVALUE";
    inside = inside_take(taker);
    return inside ? bound_plain(taker->mem, inside, list) : NULL;
}

/* Of 'it''s' and 'it\\'s'; SHOW CREATE has "\\n" for the end of a line. */
static const char *text_of(struct arena *mem, const struct token *token)
{
    static const char letters[] = "nrt", meant[] = "\n\r\t";
    const char *end = token->text + token->length - 1;
    struct buf out;
    buf_init(&out, mem);
    for (const char *from = token->text + 1; from < end; from++) {
        bool escapes = *from == '\\';
        if ((escapes || *from == *end) && from + 1 < end)
            from++;
        const char *letter = escapes ? strchr(letters, *from) : NULL;
        buf_add_c(&out, letter && *letter ? meant[letter - letters] : *from);
    }
    return out.data;
}

/* Its words, up to "=": "DATA DIRECTORY". */
static const char *setting_name(struct taker *taker)
{
    struct buf out;
    buf_init(&out, taker->mem);
    for (; taker->token.kind == TOKEN_WORD; step(taker)) {
        buf_addf(&out, "%s%s", out.len ? " " : "", text_upper(taker->mem, token_copy(taker->mem, &taker->token)));
        if (text_ends(out.data, "ENGINE")) { /* whose value is a word, too */
            step(taker);
            break;
        }
    }
    return out.data;
}

/* "MAX_ROWS = 5", "COMMENT 'x'"; the engine is the table's. */
static void setting_take(struct taker *taker, struct partition *partition)
{
    const char *name = setting_name(taker);
    if (at(taker, "="))
        step(taker);
    if (text_equal(name, "COMMENT"))
        SAY(partition, PARTITION, comment, text_of(taker->mem, &taker->token));
    else if (!text_ends(name, "ENGINE")) {
        names_add(taker->mem, &partition->settings,
                  arena_printf(taker->mem, "%s = %s", name, token_copy(taker->mem, &taker->token)));
        names_sort(&partition->settings);
        object_say(&partition->object, PARTITION_settings);
    }
    step(taker);
}

/* What servers print for each of its subpartitions was said of the partition. */
static void settings_share(struct arena *mem, struct partition *partition, const struct partition *shared)
{
    if (shared->comment)
        SAY(partition, PARTITION, comment, shared->comment);
    if (shared->settings.n)
        SAY(partition, PARTITION, settings, names_copy(mem, &shared->settings));
}

/* "SUBPARTITION a, SUBPARTITION b": names that are not the server's own. */
static void subpartitions_read(struct arena *mem, struct partition *partition, const char *text, int *number)
{
    struct taker taker = {.mem = mem};
    struct partition shared = {0};
    bool told = true;
    *number = 0;
    lex_open(&taker.lexer, &my_lex, text, strlen(text));
    for (step(&taker); !is_over(&taker);) {
        if (!accept(&taker, "subpartition")) {
            step(&taker);
            continue;
        }
        const char *name = token_name(mem, &taker.token);
        told = told && text_equal_nocase(name, arena_printf(mem, "%ssp%d", partition->object.name, *number));
        names_add(mem, &partition->subpartitions, name);
        struct partition sub = {.object.kind = KIND_PARTITION};
        for (step(&taker); !is_over(&taker) && !at(&taker, ",");)
            setting_take(&taker, &sub);
        bool same = text_equal(shared.comment, sub.comment) && names_equal(&shared.settings, &sub.settings);
        shared = (*number)++ == 0 ? sub : same ? shared : (struct partition){0};
    }
    settings_share(mem, partition, &shared);
    if (told)
        partition->subpartitions = (struct names){0};
    object_say(&partition->object, PARTITION_subpartitions);
}

static void partition_take(struct taker *taker, struct partitioning *partitioning)
{
    struct arena *mem = taker->mem;
    struct partition *partition;
    int number = 0;
    partition =
        (struct partition *)object_new(mem, KIND_PARTITION, &partitioning->object, token_name(mem, &taker->token));
    partition->object.stranger = partitioning->object.stranger;
    step(taker);
    const char *bound = values_take(taker);
    SAY(partition, PARTITION, bound, expr_of(taker, bound));
    while (!is_over(taker) && !at(taker, ",") && !at(taker, "("))
        setting_take(taker, partition);
    const char *inside = inside_take(taker);
    if (!inside)
        return;
    subpartitions_read(mem, partition, inside, &number);
    SAY(partitioning, PARTITIONING, sub_number, number);
}

static void partitions_read(const struct taker *around, struct partitioning *partitioning, const char *text)
{
    struct taker taker = {.mem = around->mem, .printed = around->printed};
    lex_open(&taker.lexer, &my_lex, text, strlen(text));
    for (step(&taker); !is_over(&taker);)
        if (accept(&taker, "partition"))
            partition_take(&taker, partitioning);
        else
            step(&taker);
}

static const char *name_usual(struct arena *mem, const struct partitioning *partitioning, int at)
{
    bool current = is_by_time(partitioning->method) && at == partitioning->object.children.n - 1;
    return current ? "pn" : arena_printf(mem, "p%d", at);
}

/* Those of HASH, KEY and system time that are called p0, p1 ... (and the last pn) and have nothing of their own are a number. */
static void partitions_count(struct arena *mem, struct partitioning *partitioning)
{
    struct list *children = &partitioning->object.children;
    bool by_time = is_by_time(partitioning->method);
    if (!by_time && !text_ends(partitioning->method, "HASH") && !text_ends(partitioning->method, "KEY"))
        return;
    for (int i = 0; i < children->n; i++) {
        const struct partition *partition = children->item[i];
        if (partition->comment || partition->settings.n || partition->subpartitions.n ||
            !text_equal_nocase(partition->object.name, name_usual(mem, partitioning, i)))
            return;
    }
    if (children->n)
        SAY(partitioning, PARTITIONING, number, children->n);
    if (!object_says(&partitioning->object, PARTITIONING_number))
        SAY(partitioning, PARTITIONING, number, by_time ? 2 : 1);
    children->n = 0;
}

static struct expr plain_expr(const struct taker *taker, const char *method, const char *text)
{
    return expr_of(taker, text && takes_columns(method) ? columns_plain(taker->mem, text) : text);
}

static void partitioning_take(struct arena *mem, struct partitioning *partitioning)
{
    const char *text = expr_text(&partitioning->definition);
    struct taker taker = {.mem = mem, .printed = partitioning->definition.printed};
    if (!text)
        return;
    lex_open(&taker.lexer, &my_lex, text, strlen(text));
    step(&taker);
    SAY(partitioning, PARTITIONING, method, method_take(&taker));
    if (is_by_time(partitioning->method))
        rotation_take(&taker, partitioning);
    else
        SAY(partitioning, PARTITIONING, expr, plain_expr(&taker, partitioning->method, inside_take(&taker)));
    if (accept(&taker, "partitions"))
        SAY(partitioning, PARTITIONING, number, number_take(&taker));
    if (accept(&taker, "subpartition") && accept(&taker, "by")) {
        SAY(partitioning, PARTITIONING, sub_method, method_take(&taker));
        SAY(partitioning, PARTITIONING, sub_expr, plain_expr(&taker, partitioning->sub_method, inside_take(&taker)));
        SAY(partitioning, PARTITIONING, sub_number, accept(&taker, "subpartitions") ? number_take(&taker) : 1);
    }
    const char *inside = inside_take(&taker);
    if (inside)
        partitions_read(&taker, partitioning, inside);
    partitions_count(mem, partitioning);
    partitioning->definition = (struct expr){0};
    object_unsay(&partitioning->object, PARTITIONING_definition);
}

void my_partitioning_take(struct arena *mem, struct partitioning *partitioning, const char *printed)
{
    partitioning->object.children.n = 0;
    object_unsay(&partitioning->object, PARTITIONING_number);
    partitioning->definition = (struct expr){.printed = printed};
    partitioning_take(mem, partitioning);
}

void my_settle_partitions(struct arena *mem, const struct tree *tree)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->kind == KIND_PARTITIONING)
            partitioning_take(mem, (struct partitioning *)o);
}

/* ---- the order of ranges ---- */

static const char *bound_of(const struct partition *partition)
{
    const char *text = expr_text(&partition->bound);
    return text ? text : "";
}

static int value_compare(const char *a, const char *b)
{
    int64_t x, y;
    bool most = text_equal(a, "MAXVALUE"), other = text_equal(b, "MAXVALUE");
    if (most || other)
        return most - other;
    if (text_to_int(a, &x) && text_to_int(b, &y))
        return (x > y) - (x < y);
    return *a == '\'' && *b == '\'' ? strcmp(a, b) : 0;
}

int my_bound_compare(struct arena *mem, const struct partition *a, const struct partition *b)
{
    struct names x = my_bound_values(mem, bound_of(a)), y = my_bound_values(mem, bound_of(b));
    for (int i = 0; i < x.n && i < y.n; i++) {
        int order = value_compare(x.item[i], y.item[i]);
        if (order)
            return order;
    }
    return 0;
}

struct list my_partitions_sorted(struct arena *mem, const struct partitioning *partitioning)
{
    struct list list = list_duplicate(mem, &partitioning->object.children);
    for (int i = 1; i < list.n && text_starts(partitioning->method, "RANGE"); i++)
        for (int k = i; k && my_bound_compare(mem, list.item[k - 1], list.item[k]) > 0; k--) {
            void *item = list.item[k];
            list.item[k] = list.item[k - 1];
            list.item[k - 1] = item;
        }
    return list;
}

/* ---- writing ---- */

void my_partition_text(struct buf *out, const struct partition *partition)
{
    const struct partitioning *partitioning = (const struct partitioning *)partition->object.parent;
    const char *bound = expr_text(&partition->bound);
    bool list = text_starts(partitioning->method, "LIST");
    buf_add(out, "PARTITION ");
    ident_add(out, &my_ident, partition->object.name);
    if (is_by_time(partitioning->method) || (list && text_equal(bound, "DEFAULT")))
        buf_addf(out, " %s", bound);
    else if (text_equal(bound, "MAXVALUE") && !takes_columns(partitioning->method))
        buf_add(out, " VALUES LESS THAN MAXVALUE");
    else if (bound)
        buf_addf(out, " VALUES %s (%s)", list ? "IN" : "LESS THAN", bound);
    for (int i = 0; i < partition->settings.n; i++)
        buf_addf(out, " %s", partition->settings.item[i]);
    if (partition->comment) {
        buf_add(out, " COMMENT = ");
        literal_add(out, &my_ident, partition->comment);
    }
    for (int i = 0; i < partition->subpartitions.n; i++) {
        buf_add(out, i ? ", SUBPARTITION " : " (SUBPARTITION ");
        ident_add(out, &my_ident, partition->subpartitions.item[i]);
    }
    buf_add(out, partition->subpartitions.n ? ")" : "");
}

static bool names_subpartitions(const struct partitioning *partitioning)
{
    const struct partition *first = (const struct partition *)object_only(&partitioning->object, KIND_PARTITION);
    return first && first->subpartitions.n;
}

static void scheme_text(struct buf *out, const struct partitioning *partitioning)
{
    const char *expr = expr_text(&partitioning->expr), *starts = expr_text(&partitioning->starts);
    bool rotated = my_is_rotated(partitioning);
    if (!is_by_time(partitioning->method)) {
        buf_addf(out, "%s (%s)", partitioning->method, expr ? expr : "");
        return;
    }
    buf_add(out, partitioning->method);
    if (expr)
        buf_addf(out, " %.*s", (int)(strlen(expr) - (rotated ? strlen(" AUTO") : 0)), expr);
    if (starts && expr && text_starts_nocase(expr, "INTERVAL")) /* one that is kept from before says nothing of LIMIT */
        buf_addf(out, " STARTS %s", starts);
    buf_add(out, rotated ? " AUTO" : "");
}

void my_partitioning_text(struct buf *out, const struct partitioning *partitioning, const char *separator)
{
    const char *sub = expr_text(&partitioning->sub_expr);
    const struct list children = my_partitions_sorted(out->mem, partitioning);
    scheme_text(out, partitioning);
    if (!children.n && partitioning->number)
        buf_addf(out, " PARTITIONS %lld", (long long)partitioning->number);
    if (partitioning->sub_method)
        buf_addf(out, " SUBPARTITION BY %s (%s)", partitioning->sub_method, sub ? sub : "");
    if (partitioning->sub_method && partitioning->sub_number && !names_subpartitions(partitioning))
        buf_addf(out, " SUBPARTITIONS %lld", (long long)partitioning->sub_number);
    for (int i = 0; i < children.n; i++) {
        buf_addf(out, "%s%s", i ? "," : " (", *separator || !i ? separator : " ");
        my_partition_text(out, children.item[i]);
    }
    buf_add(out, children.n ? ")" : "");
}
