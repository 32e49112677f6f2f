/*
 * What is used without a name: operators, which texts have only as symbols, and what serves values of its types in silence
 * (casts, operator classes).  Which of those with a symbol is meant only types tell, and they are not worked out: it is any
 * whose argument types come up among what the text names.  An edge too many only fixes an order, but none may close a
 * circle: the function of an operator may well use that symbol for something else.
 */
#include "base/text.h"
#include "diff/graph.h"

struct user {
    struct object *object;
    struct list meets;       /* struct object *: all that it names, and what that names in turn */
    struct names types;      /* types among it, as they are written */
    struct names texts;      /* its own texts */
    const struct list *from; /* operators and servants of the tree */
};

/* The surer one is, the sooner it has its edge: what would close a circle then is more likely not meant. */
enum sureness { NO_USE, SAID, NAMED, USUAL, SILENT, SURENESS_END };

struct use {
    struct object *by, *of;
    int field;
    enum sureness how;
};

struct walker {
    struct arena *mem;
    const struct directory *directory;
    int walk;        /* number of the walk at hand; objects that it has been to have it */
    struct list use; /* struct use *, of all */
};

/* ---- what a text has ---- */

static bool is_symbol(const struct token *token)
{
    return token->length && strchr("+-*/<>=~!@#%^&|`?", *token->text) && token->kind != TOKEN_STRING;
}

static void symbols_of_word(const struct walker *walker, const struct token *token, struct names *symbols)
{
    for (const struct word_operator *one = walker->directory->target->dialect->word_operators; one->word; one++)
        if (token_is(token, one->word) && !names_have(symbols, one->symbol))
            names_add(walker->mem, symbols, one->symbol);
}

/* In a statement of words and names a symbol after a word ("sfunc = f") is not an operator. */
static struct names symbols_of(const struct walker *walker, const char *text, bool defined, struct names *words)
{
    struct names symbols = {0};
    struct lexer lexer;
    struct token before = {.text = ""};
    lex_open(&lexer, walker->directory->target->dialect->lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (is_symbol(&token) && !(defined && before.kind == TOKEN_WORD)) {
            const char *symbol = arena_copy(walker->mem, token.text, token.length);
            names_add(walker->mem, &symbols, text_equal(symbol, "!=") ? "<>" : symbol);
        } else if (!defined && token.kind == TOKEN_WORD)
            symbols_of_word(walker, &token, &symbols);
        if (token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED)
            names_add(walker->mem, words, token_name(walker->mem, &token));
        before = token;
    }
    return symbols;
}

static const char *field_text(const struct object *object, int field)
{
    const struct field *info = &kind_table[object->kind].field[field];
    const struct expr *expr = object_field(object, field);
    if (info->type != FIELD_EXPR || !object_says(object, field))
        return NULL;
    return expr->printed ? expr->printed : expr->written;
}

/* ---- what it may be about ---- */

static void types_note(const struct walker *walker, struct user *user, struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        void *value = object_field(object, i);
        if (info->field[i].type == FIELD_TYPE && *(const char *const *)value)
            names_add(walker->mem, &user->types, *(const char *const *)value);
        for (int k = 0; info->field[i].marks & FIELD_TYPE_REF && k < ((const struct names *)value)->n; k++)
            names_add(walker->mem, &user->types, ((const struct names *)value)->item[k]);
    }
}

static void meet(const struct walker *walker, struct user *user, struct object *object)
{
    if (object->walk == walker->walk)
        return;
    object->walk = walker->walk;
    list_add(walker->mem, &user->meets, object);
    types_note(walker, user, object);
    for (const struct edge *edge = object->needs; edge; edge = edge->next_need)
        if (edge->how != EDGE_USES)
            meet(walker, user, edge->to);
    for (int i = 0; kind_is(object->kind, KIND_IS_TYPE) && i < object->children.n; i++)
        meet(walker, user, object->children.item[i]);
}

static bool has_text(const struct user *user, const char *type)
{
    for (int i = 0; i < user->texts.n; i++)
        if (strstr(user->texts.item[i], type))
            return true;
    return names_have(&user->types, type);
}

static bool is_met(const struct user *user, const struct object *object)
{
    for (int i = 0; i < user->meets.n; i++)
        if (user->meets.item[i] == object)
            return true;
    return false;
}

/* One of its types that the tree has, or else one that is the server's. */
static bool meets_types(const struct walker *walker, const struct user *user, const struct object *of)
{
    const struct names *types = object_field(of, field_find(of->kind, "arguments"));
    bool own = false, any = false;
    for (int i = 0; i < types->n; i++) {
        const struct object *type = mention_type(walker->directory, types->item[i]);
        if (type && is_met(user, type))
            return true;
        own = own || type;
        any = any || text_starts(types->item[i], "any") || (!type && has_text(user, types->item[i]));
    }
    return any && !own;
}

static bool is_usual(const struct walker *walker, const char *symbol)
{
    for (const char *const *one = walker->directory->target->dialect->operators; *one; one++)
        if (text_equal(*one, symbol))
            return true;
    return false;
}

static bool serves(const struct object *of)
{
    int field = field_find(of->kind, "is_default");
    return kind_is(of->kind, KIND_SERVES) && (field < 0 || *(const bool *)object_field(of, field));
}

/* What a text has of it: its symbol, its name ("EXCLUDE USING gist (a app.c WITH =)"), or nothing but values. */
struct text {
    struct names symbols, words;
    bool silent; /* may use what it does not name */
    bool values; /* has values of its types, and not only their names */
};

static enum sureness text_uses(const struct walker *walker, const struct user *user, const struct text *text,
                               const struct object *of)
{
    const char *called = object_called(of);
    if (kind_is(of->kind, KIND_IS_OPERATOR)) {
        if (!names_have(&text->symbols, called))
            return NO_USE;
        if (!is_usual(walker, called))
            return text->silent ? NAMED : SAID;
        return !meets_types(walker, user, of) ? NO_USE : text->silent ? USUAL : SAID;
    }
    if (text->silent && called && names_have(&text->words, called))
        return NAMED;
    return text->silent && text->values && serves(of) && meets_types(walker, user, of) ? SILENT : NO_USE;
}

/* The statement around a body in quotes, which has its own field. */
static bool is_around(const struct object *object, int field)
{
    const struct kind_info *info = &kind_table[object->kind];
    bool found = false;
    for (int i = 0; i < info->fields; i++)
        found = found || (info->field[i].marks & FIELD_UNHELD && field_text(object, i));
    return found && !(info->field[field].marks & FIELD_UNHELD);
}

static void field_uses(struct walker *walker, struct user *user, int field, const char *written)
{
    bool defined = kind_is(user->object->kind, KIND_IS_DEFINED);
    struct text text = {.silent = !defined || kind_is(user->object->kind, KIND_IS_TYPE),
                        .values = !is_around(user->object, field)};
    if (written)
        text.symbols = symbols_of(walker, written, defined, &text.words);
    for (int i = 0; i < user->from->n; i++) {
        struct object *of = user->from->item[i];
        enum sureness how = of == user->object ? NO_USE : text_uses(walker, user, &text, of);
        if (!how)
            continue;
        struct use *use = NEW(walker->mem, struct use);
        *use = (struct use){user->object, of, field, how};
        list_add(walker->mem, &walker->use, use);
    }
}

/* ---- the order that there is ---- */

/* What is made in one step with it. */
static const struct object *step_owner(const struct object *object)
{
    while (object->parent && kind_is(object->kind, KIND_INLINE | KIND_PART))
        object = object->parent;
    return object;
}

static bool waits_for(const struct walker *walker, struct object *object, const struct object *other)
{
    if (object == other)
        return true;
    if (object->walk == walker->walk)
        return false;
    object->walk = walker->walk;
    for (const struct edge *edge = object->needs; edge; edge = edge->next_need)
        if (waits_for(walker, edge->to, other))
            return true;
    for (int i = 0; i < object->children.n; i++) {
        struct object *child = object->children.item[i];
        if (kind_is(child->kind, KIND_INLINE | KIND_PART) && waits_for(walker, child, other))
            return true;
    }
    return object->parent && !kind_is(object->parent->kind, KIND_NAMESPACE) && waits_for(walker, object->parent, other);
}

/* ---- all ---- */

/* "OPERATOR 1 <(mood, mood)" in a list of such. */
static const char *field_names(const struct walker *walker, const struct object *object, int field)
{
    const struct field *info = &kind_table[object->kind].field[field];
    const struct names *names = object_field(object, field);
    bool reads = info->type == FIELD_NAMES && info->marks & FIELD_DEFINED_REF && object_says(object, field);
    return reads && names->n ? names_join(walker->mem, names, ", ") : NULL;
}

/* Columns of a key or an index have values that are sorted or hashed. */
static bool has_values(const struct object *object, int field)
{
    const struct field *info = &kind_table[object->kind].field[field];
    bool key = kind_is(object->kind, KIND_IS_KEY) && info->marks & FIELD_IDENTITY;
    return key || (kind_is(object->kind, KIND_PART) && !field);
}

static void object_uses(struct walker *walker, struct user *user)
{
    struct object *object = user->object;
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++)
        if (field_text(object, i))
            names_add(walker->mem, &user->texts, field_text(object, i));
    walker->walk++;
    meet(walker, user, object);
    for (int i = 0; user->texts.n && kind_is(object->kind, KIND_HOLDS_ROWS) && i < object->children.n; i++)
        if (kind_is(((struct object *)object->children.item[i])->kind, KIND_IS_COLUMN))
            meet(walker, user, object->children.item[i]);
    for (int i = 0; i < info->fields; i++) {
        const char *text = field_text(object, i);
        text = text ? text : field_names(walker, object, i);
        if (text || has_values(object, i))
            field_uses(walker, user, i, text);
    }
}

static void edges_add(struct walker *walker, enum sureness how)
{
    for (int i = 0; i < walker->use.n; i++) {
        const struct use *use = walker->use.item[i];
        if (use->how != how)
            continue;
        walker->walk++;
        if (!waits_for(walker, use->of, step_owner(use->by)))
            edge_add(walker->mem, use->by, use->of, use->field, EDGE_USES);
    }
}

void uses_add(struct arena *mem, const struct directory *directory, const struct tree *tree)
{
    struct walker walker = {.mem = mem, .directory = directory};
    struct list from = {0};
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        o->walk = 0;
        if (kind_is(o->kind, KIND_IS_OPERATOR | KIND_SERVES))
            list_add(mem, &from, o);
    }
    for (struct object *o = tree->root; from.n && o; o = object_next(tree->root, o)) {
        struct user user = {.object = o, .from = &from};
        if (!kind_is(o->kind, KIND_IS_OPERATOR))
            object_uses(&walker, &user);
    }
    for (int how = SAID; how < SURENESS_END; how++)
        edges_add(&walker, (enum sureness)how);
}
