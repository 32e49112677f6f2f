/*
 * Users, roles, quotas, profiles, row policies and what is granted, and named collections: statements of schema files and of SHOW ACCESS,
 * read by the same rules, so that both come out alike.  A clause is a row of a table; its text is words in capitals with one space between.
 * Passwords, hashes and the values of collections are kept apart (UNTOLD).
 */
#include "base/text.h"
#include "dialect/clickhouse/access.h"

enum how {
    AS_TEXT,
    AS_LIST,   /* items between commas, sorted */
    AS_HOSTS,  /* likewise; one that says no word means the last */
    AS_LIMITS, /* an interval, which may come again */
    AS_EXPR,
    AS_SECRET, /* IDENTIFIED */
    AS_FLAG,   /* is it "RESTRICTIVE"? */
    AS_NOTHING
};

struct access_clause {
    const char *first, *second; /* NULL: one word */
    int field;
    enum how how;
    const char *usual; /* says no more than silence */
};

static const struct access_clause user_clauses[] = {
    {"NOT", "IDENTIFIED", USER_identified, AS_TEXT, NULL},
    {"IDENTIFIED", NULL, USER_identified, AS_SECRET, NULL},
    {"HOST", NULL, USER_hosts, AS_HOSTS, "ANY"},
    {"VALID", "UNTIL", USER_valid_until, AS_TEXT, NULL},
    {"DEFAULT", "ROLE", USER_default_roles, AS_LIST, "ALL"},
    {"DEFAULT", "DATABASE", USER_default_database, AS_TEXT, "NONE"},
    {"GRANTEES", NULL, USER_grantees, AS_LIST, "ANY"},
    {"SETTINGS", NULL, USER_settings, AS_LIST, "NONE"},
    {NULL, NULL, 0, AS_NOTHING, NULL},
};
static const struct access_clause role_clauses[] = {
    {"SETTINGS", NULL, ROLE_settings, AS_LIST, "NONE"},
    {NULL, NULL, 0, AS_NOTHING, NULL},
};
static const struct access_clause profile_clauses[] = {
    {"SETTINGS", NULL, PROFILE_settings, AS_LIST, "NONE"},
    {"TO", NULL, PROFILE_roles, AS_LIST, "NONE"},
    {NULL, NULL, 0, AS_NOTHING, NULL},
};
static const struct access_clause quota_clauses[] = {
    {"KEYED", "BY", QUOTA_keyed_by, AS_TEXT, NULL},
    {"NOT", "KEYED", QUOTA_keyed_by, AS_NOTHING, NULL},
    {"FOR", NULL, QUOTA_limits, AS_LIMITS, NULL},
    {"TO", NULL, QUOTA_roles, AS_LIST, "NONE"},
    {NULL, NULL, 0, AS_NOTHING, NULL},
};
static const struct access_clause policy_clauses[] = {
    {"AS", NULL, ROW_POLICY_restrictive, AS_FLAG, NULL},
    {"FOR", "SELECT", ROW_POLICY_using, AS_NOTHING, NULL},
    {"USING", NULL, ROW_POLICY_using, AS_EXPR, NULL},
    {"TO", NULL, ROW_POLICY_roles, AS_LIST, "NONE"},
    {NULL, NULL, 0, AS_NOTHING, NULL},
};

const struct access_kind ch_access_kinds[] = {
    {KIND_USER, "USER", NULL, user_clauses},
    {KIND_ROLE, "ROLE", NULL, role_clauses},
    {KIND_PROFILE, "SETTINGS", "PROFILE", profile_clauses},
    {KIND_PROFILE, "PROFILE", NULL, profile_clauses},
    {KIND_QUOTA, "QUOTA", NULL, quota_clauses},
    {KIND_ROW_POLICY, "ROW", "POLICY", policy_clauses},
    {KIND_ROW_POLICY, "POLICY", NULL, policy_clauses},
    {KIND_COLLECTION, "NAMED", "COLLECTION", NULL},
    {KIND_COUNT, NULL, NULL, NULL},
};

/* ---- texts that are alike wherever they come from ---- */

static bool needs_space(const struct token *before, const struct token *token)
{
    static const char *const tight[] = {".", ",", ")", "(", "@", "*", NULL}, *const open[] = {"(", ".", "@", NULL};
    return !token_is_one_of(token, tight) && !token_is_one_of(before, open);
}

/* Names as they are, a text where a name stands as a name; "=" after MIN and MAX means nothing. */
static void token_put(struct cursor *p, struct buf *out, int at)
{
    static const char *const words[] = {"MIN",    "MAX",    "CONST", "WRITABLE", "PROFILE",     "INHERIT",
                                        "EXCEPT", "ALL",    "NONE",  "ANY",      "IP",          "NAME",
                                        "LIKE",   "REGEXP", "LOCAL", "WITH",     "NO_PASSWORD", NULL};
    static const char *const profiles[] = {"PROFILE", "INHERIT", NULL};
    const struct token *token = &p->token[at], *before = at > 0 ? &p->token[at - 1] : NULL;
    if (token_is_one_of(token, words))
        buf_add(out, text_upper(p->mem, token_copy(p->mem, token)));
    else if (token_is(token, "READONLY"))
        buf_add(out, "CONST");
    else if (token->kind == TOKEN_QUOTED)
        buf_add(out, ident_text(p->mem, &ch_ident, token_name(p->mem, token)));
    else if (token->kind == TOKEN_STRING && before && token_is_one_of(before, profiles))
        buf_add(out, ident_text(p->mem, &ch_ident, ch_string_value(p->mem, token)));
    else
        buf_add_n(out, token->text, token->length);
}

static const char *said(struct cursor *p, int from, int to)
{
    static const char *const bounds[] = {"MIN", "MAX", NULL};
    struct buf out;
    buf_init(&out, p->mem);
    for (int i = from; i < to; i++) {
        if (i > from && token_is(&p->token[i], "=") && token_is_one_of(&p->token[i - 1], bounds))
            continue;
        if (i > from && needs_space(&p->token[i - 1], &p->token[i]))
            buf_add_c(&out, ' ');
        token_put(p, &out, i);
    }
    return out.data ? out.data : "";
}

/* The place of the next comma outside parentheses, or `to`. */
static int item_end(const struct cursor *p, int from, int to)
{
    int depth = 0;
    for (; from < to && (depth || !token_is(&p->token[from], ",")); from++)
        depth += token_is(&p->token[from], "(") - token_is(&p->token[from], ")");
    return from;
}

static void list_put(struct cursor *p, int from, int to, struct names *list)
{
    for (int end; from < to; from = end + 1) {
        end = item_end(p, from, to);
        names_add(p->mem, list, said(p, from, end));
    }
}

/* The server has a word for these. */
static const char *host_text(const char *host)
{
    static const char *const local[] = {"IP '127.0.0.1'", "IP '::1'", "NAME 'localhost'"};
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        if (text_equal(host, local[i]))
            return "LOCAL";
    return host;
}

/* "IP 'a', 'b'" is two of them. */
static void hosts_put(struct cursor *p, int from, int to, struct names *list)
{
    const char *word = "";
    for (int end; from < to; from = end + 1) {
        end = item_end(p, from, to);
        const char *text = said(p, from, end);
        if (p->token[from].kind == TOKEN_STRING)
            text = arena_printf(p->mem, "%s %s", word, text);
        else
            word = text_upper(p->mem, token_copy(p->mem, &p->token[from]));
        if (!names_have(list, host_text(text)))
            names_add(p->mem, list, host_text(text));
    }
}

/* "60 minute" in the largest unit that it is a whole number of, as the server says it. */
static const char *interval_text(struct cursor *p, int at)
{
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {{"year", 31556952}, {"quarter", 7889238}, {"month", 2629746}, {"week", 604800},
                 {"day", 86400},     {"hour", 3600},       {"minute", 60},     {"second", 1}};
    enum { UNITS = sizeof units / sizeof *units };
    int64_t number = 0;
    if (!text_to_int(token_copy(p->mem, &p->token[at]), &number))
        return said(p, at, at + 2);
    for (int i = 0; i < UNITS; i++)
        if (token_is(&p->token[at + 1], units[i].name)) {
            number *= units[i].seconds;
            break;
        }
    for (int i = 0; i < UNITS; i++)
        if (number && number % units[i].seconds == 0)
            return arena_printf(p->mem, "%lld %s", (long long)(number / units[i].seconds), units[i].name);
    return said(p, at, at + 2);
}

/* "[RANDOMIZED] INTERVAL 1 hour MAX queries = 10, errors = 3" */
static int limits_put(struct cursor *p, int from, int to, struct names *list)
{
    struct names parts = {0};
    struct buf out;
    buf_init(&out, p->mem);
    if (to > from && token_is(&p->token[to - 1], ","))
        to--;
    if (token_is(&p->token[from], "RANDOMIZED"))
        buf_add(&out, "RANDOMIZED "), from++;
    if (to < from + 4 || !token_is(&p->token[from], "INTERVAL"))
        return cursor_fail(p);
    buf_addf(&out, "INTERVAL %s", interval_text(p, from + 1));
    from += 3;
    if (!token_is(&p->token[from], "MAX")) { /* NO LIMITS, TRACKING ONLY */
        buf_addf(&out, " %s", text_upper(p->mem, said(p, from, to)));
    } else {
        for (int end; from < to; from = end + 1) {
            from += token_is(&p->token[from], "MAX");
            end = item_end(p, from, to);
            names_add(p->mem, &parts, text_lower(p->mem, said(p, from, end)));
        }
        names_sort(&parts);
        buf_addf(&out, " MAX %s", names_join(p->mem, &parts, ", "));
    }
    names_add(p->mem, list, out.data);
    return 0;
}

/* "WITH sha256_password" of "WITH sha256_hash BY 'x' SALT 'y'", and bare BY is that. */
static const char *method_text(struct cursor *p, int from, int to)
{
    static const char *const secrets[] = {"BY", "SALT", NULL};
    struct names items = {0};
    for (int end; from < to; from = end + 1) {
        struct buf out;
        buf_init(&out, p->mem);
        end = item_end(p, from, to);
        from += token_is(&p->token[from], "WITH");
        if (token_is(&p->token[from], "BY"))
            buf_add(&out, "sha256_password");
        for (int i = from; i < end; i++) {
            bool secret = token_is_one_of(&p->token[i], secrets) && p->token[i + 1].kind == TOKEN_STRING;
            if (!secret)
                buf_addf(&out, "%s%s", out.len ? " " : "", said(p, i, i + 1));
            i += secret;
        }
        const char *hashed = text_replace(p->mem, text_lower(p->mem, said(p, from, from + 1)), "_hash", "_password");
        bool word = text_ends(hashed, "_password") && !token_is(&p->token[from], "BY");
        names_add(p->mem, &items, word ? hashed : out.data);
    }
    names_sort(&items);
    return names_join(p->mem, &items, ", ");
}

static bool tells_secret(const struct cursor *p, int from, int to)
{
    while (from < to && !token_is(&p->token[from], "BY"))
        from++;
    return from < to;
}

/* ---- clauses ---- */

static const struct access_clause *clause_at(struct cursor *p, const struct access_clause *clauses)
{
    for (; clauses->first; clauses++)
        if (cursor_is(p, clauses->first) && (!clauses->second || token_is(cursor_peek(p, 1), clauses->second)))
            return clauses;
    return NULL;
}

static bool is_usual(const struct names *list, const struct access_clause *clause)
{
    return list->n == 1 && clause->usual && text_equal_nocase(list->item[0], clause->usual);
}

static int field_put(struct cursor *p, struct object *object, const struct access_clause *clause, int from)
{
    void *field = object_field(object, clause->field);
    struct names *list = field;
    int to = p->at;
    switch (clause->how) {
    case AS_TEXT: {
        bool none = clause->usual && token_is(&p->token[from], clause->usual);
        *(const char **)field = clause->second && text_equal(clause->second, "IDENTIFIED") ? "no_password"
                                : none                                                     ? NULL
                                                                                           : said(p, from, to);
        break;
    }
    case AS_LIST: list_put(p, from, to, list); break;
    case AS_HOSTS: hosts_put(p, from, to, list); break;
    case AS_LIMITS: TRY(limits_put(p, from, to, list)); break;
    case AS_EXPR: ((struct expr *)field)->printed = cursor_slice(p, from, to); break;
    case AS_FLAG: *(bool *)field = token_is(&p->token[from], "RESTRICTIVE"); break;
    case AS_SECRET:
        *(const char **)field = method_text(p, from, to);
        if (tells_secret(p, from, to))
            ((struct access_user *)object)->secret = cursor_slice(p, from, to);
        break;
    case AS_NOTHING: break;
    }
    if (clause->how >= AS_LIST && clause->how <= AS_LIMITS) {
        if (is_usual(list, clause))
            *list = (struct names){0};
        names_sort(list);
    }
    return 0;
}

static int clauses_read(struct cursor *p, struct object *object, const struct access_clause *clauses)
{
    while (cursor_peek(p, 0)->kind != TOKEN_END && !cursor_accept(p, ";")) {
        const struct access_clause *clause = clause_at(p, clauses);
        if (!clause)
            return cursor_fail(p);
        p->at += clause->second ? 2 : 1;
        int from = p->at;
        for (int depth = 0; cursor_peek(p, 0)->kind != TOKEN_END && !cursor_is(p, ";"); p->at++) {
            depth += cursor_is(p, "(") - cursor_is(p, ")");
            if (!depth && clause_at(p, clauses))
                break;
        }
        TRY(field_put(p, object, clause, from));
    }
    return 0;
}

/* ---- statements ---- */

static int cluster_skip(struct cursor *p)
{
    const char *cluster;
    return cursor_accept_words(p, "ON", "CLUSTER") ? cursor_name(p, &cluster) : 0;
}

static int statement_end(const struct cursor *p)
{
    int end = p->n;
    while (end > 0 && token_is(&p->token[end - 1], ";"))
        end--;
    return end;
}

/* "database.table", "table" */
static int policy_target_read(struct cursor *p, const char **target)
{
    int from = p->at;
    do
        p->at++;
    while (cursor_accept(p, "."));
    *target = said(p, from, p->at);
    return p->at > p->n ? cursor_fail(p) : 0;
}

/* "a = 'x' NOT OVERRIDABLE, b = 'y'": keys as the server lists them. */
static int collection_read(struct cursor *p, struct named_collection *collection)
{
    if (!cursor_accept(p, "AS"))
        return cursor_fail(p);
    int from = p->at, to = statement_end(p);
    for (int end, at = from; at < to; at = end + 1) {
        end = item_end(p, at, to);
        if (!token_is(&p->token[at + 1], "="))
            return cursor_fail(p);
        const char *key = said(p, at, at + 1);
        bool can = token_is(&p->token[end - 1], "OVERRIDABLE"), not = can && token_is(&p->token[end - 2], "NOT");
        names_add(p->mem, &collection->keys,
                  arena_printf(p->mem, "%s%s", key,
                               not   ? " NOT OVERRIDABLE"
                               : can ? " OVERRIDABLE"
                                     : ""));
    }
    names_sort(&collection->keys);
    SAY(collection, COLLECTION, secret, cursor_slice(p, from, to));
    p->at = p->n;
    return 0;
}

static const struct access_kind *kind_at(struct cursor *p)
{
    for (const struct access_kind *known = ch_access_kinds; known->first; known++)
        if (known->second ? cursor_accept_words(p, known->first, known->second) : cursor_accept(p, known->first))
            return known;
    return NULL;
}

static int create_read(struct cursor *p, struct object *schema, struct object **made)
{
    static const char *const skipped[] = {"OR", "REPLACE", "IF", "NOT", "EXISTS", NULL};
    const char *name, *target = NULL;
    while (cursor_is_one_of(p, skipped))
        p->at++;
    const struct access_kind *kind = kind_at(p);
    if (!kind)
        return 0;
    while (cursor_is_one_of(p, skipped))
        p->at++;
    TRY(cursor_peek(p, 0)->kind == TOKEN_STRING ? ch_string(p, &name) : cursor_name(p, &name));
    TRY(cluster_skip(p));
    if (kind->kind == KIND_ROW_POLICY) {
        TRY(cursor_expect(p, "ON"));
        TRY(policy_target_read(p, &target));
        name = arena_printf(p->mem, "%s ON %s", ident_text(p->mem, &ch_ident, name), target);
    }
    struct object *object = object_new(p->mem, kind->kind, schema, name);
    ch_say_all(object);
    *made = object;
    return kind->kind == KIND_COLLECTION ? collection_read(p, (struct named_collection *)object)
                                         : clauses_read(p, object, kind->clauses);
}

struct names *ch_grants_of(struct object *object)
{
    if (!object || (object->kind != KIND_USER && object->kind != KIND_ROLE))
        return NULL;
    return object->kind == KIND_USER ? &((struct access_user *)object)->grants
                                     : &((struct access_role *)object)->grants;
}

/* Whom schema files or the server call so; NULL. */
static struct object *grantee_find(struct object *schema, const char *name)
{
    struct object *user = object_child(schema, KIND_USER, name);
    return user ? user : object_child(schema, KIND_ROLE, name);
}

/* Where, outside parentheses, the word stands; -1. */
static int word_at(const struct cursor *p, int from, const char *word)
{
    for (int depth = 0; from < p->n; from++) {
        depth += token_is(&p->token[from], "(") - token_is(&p->token[from], ")");
        if (!depth && token_is(&p->token[from], word))
            return from;
    }
    return -1;
}

static const char *privilege_text(struct cursor *p, int from, int to)
{
    struct names columns = {0};
    int open = from;
    while (open < to && !token_is(&p->token[open], "("))
        open++;
    const char *words = text_upper(p->mem, said(p, from, open));
    if (text_equal(words, "ALL PRIVILEGES"))
        words = "ALL";
    if (open == to)
        return words;
    list_put(p, open + 1, to - 1, &columns);
    names_sort(&columns);
    return arena_printf(p->mem, "%s(%s)", words, names_join(p->mem, &columns, ", "));
}

/* "SELECT, INSERT ON a.b, SHOW ON c.*" or "r1, r2", each as one text. */
static void rights_read(struct cursor *p, int from, int to, struct names *rights)
{
    bool roles = word_at(p, from, "ON") < 0 || word_at(p, from, "ON") > to;
    struct names waiting = {0};
    for (int end; from < to; from = end + 1) {
        int on;
        end = item_end(p, from, to);
        for (on = from; on < end && !token_is(&p->token[on], "ON"); on++)
            ;
        names_add(p->mem, &waiting,
                  roles ? arena_printf(p->mem, "ROLE %s", said(p, from, end)) : privilege_text(p, from, on));
        for (int i = 0; (roles || on < end) && i < waiting.n; i++)
            names_add(p->mem, rights,
                      roles ? waiting.item[i]
                            : arena_printf(p->mem, "%s ON %s", waiting.item[i], said(p, on + 1, end)));
        if (roles || on < end)
            waiting = (struct names){0};
    }
}

/* `right` for each of "a, b"; `made` is the last of them, or the first who is not described. */
static void grantees_read(struct cursor *p, struct object *schema, int end, const struct names *rights,
                          struct object **made)
{
    for (int next; p->at < end; p->at = next + 1) {
        const struct token *token = cursor_peek(p, 0);
        next = item_end(p, p->at, end);
        const char *name = token->kind == TOKEN_STRING ? ch_string_value(p->mem, token) : token_name(p->mem, token);
        *made = grantee_find(schema, name);
        if (!*made) {
            *made = object_new(p->mem, KIND_ROLE, NULL, name);
            return;
        }
        for (int i = 0; i < rights->n; i++)
            names_add(p->mem, ch_grants_of(*made), rights->item[i]);
        names_sort(ch_grants_of(*made));
    }
}

/* GRANT ... TO a, b WITH GRANT OPTION; REVOKE ... FROM a is what a wider right leaves out. */
static int grant_read(struct cursor *p, struct object *schema, bool revoke, struct object **made)
{
    struct names rights = {0};
    TRY(cluster_skip(p));
    int to = word_at(p, p->at, revoke ? "FROM" : "TO"), with = word_at(p, p->at, "WITH");
    if (to < 0 || cursor_is(p, "CURRENT") || (with >= 0 && with < to))
        return cursor_fail(p);
    rights_read(p, p->at, to, &rights);
    const char *option = with < 0 ? "" : arena_printf(p->mem, " %s", text_upper(p->mem, said(p, with, with + 3)));
    for (int i = 0; i < rights.n; i++)
        rights.item[i] = arena_printf(p->mem, "%s%s%s", revoke ? "REVOKE " : "", rights.item[i], option);
    p->at = to + 1;
    grantees_read(p, schema, with < 0 ? statement_end(p) : with, &rights, made);
    return 0;
}

int ch_parse_access(struct ctx *ctx, struct object *schema, const struct ch_text *text, struct object **made)
{
    struct cursor p = {0};
    *made = NULL;
    ch_cursor_open(&p, ctx, text);
    if (cursor_accept(&p, "CREATE"))
        return create_read(&p, schema, made);
    if (cursor_accept(&p, "GRANT"))
        return grant_read(&p, schema, false, made);
    return cursor_accept(&p, "REVOKE") ? grant_read(&p, schema, true, made) : 0;
}
