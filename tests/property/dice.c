/*
 * Dice and names.  The generator is splitmix64, so that a seed means the same schema everywhere.
 */
#include <string.h>

#include "base/text.h"
#include "random.h"
#include "sql/ident.h"

uint64_t dice_next(struct dice *dice)
{
    dice->state += 0x9E3779B97F4A7C15u;
    uint64_t z = dice->state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

int dice_below(struct dice *dice, int n)
{
    return n > 0 ? (int)(dice_next(dice) % (uint64_t)n) : 0;
}

bool dice_chance(struct dice *dice, int percent)
{
    return dice_below(dice, 100) < percent;
}

const char *random_name(struct dice *dice)
{
    static const char *const plain[] = {"users", "email", "amount", "created", "team", "note", "kind", "parent"};
    static const char *const odd[] = {"userName", "größe", "two words", "we\"ird", "it's", "Order", "a-b", "select"};
    const char *word = dice_chance(dice, 15) ? PICK(dice, odd) : PICK(dice, plain);
    return arena_printf(dice->mem, "%s%d", word, ++dice->serial);
}

static bool share_space(const char *a, const char *b, bool same_parent)
{
    for (; a && b && *a; a++)
        if (strchr(b, *a) && (same_parent || *a < 'A' || *a > 'Z'))
            return true;
    return false;
}

static bool is_child(const struct object *child, const struct object *parent)
{
    const struct ref ref = ref_to(parent);
    return child->kind == KIND_TABLE && refs_have(&((const struct table *)child)->inherits, &ref);
}

/* Parents and children share the names of columns and checks, and so do the parents of one child. */
static struct list line_of(const struct dice *dice, const struct object *object)
{
    struct list line = {0};
    list_add(dice->mem, &line, (void *)(uintptr_t)object);
    for (int i = 0; i < line.n && object->kind == KIND_TABLE; i++)
        for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
            if (o->kind == KIND_TABLE && (is_child(o, line.item[i]) || is_child(line.item[i], o)) &&
                !list_has(&line, o))
                list_add(dice->mem, &line, o);
    return line;
}

bool name_is_free(const struct dice *dice, enum kind kind, const struct object *parent, const char *name)
{
    const char *const *spaces = dialect_of_engine(dice->engine)->name_spaces;
    const struct list line = line_of(dice, parent);
    for (const struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o)) {
        bool beside = text_equal_nocase(o->name, name) && list_has(&line, o->parent);
        if ((beside && kind_is(o->kind, KIND_INLINE) && kind_is(kind, KIND_INLINE)) ||
            (text_equal_nocase(o->name, name) && (beside || text_equal(object_schema(o), object_schema(parent))) &&
             share_space(spaces[kind], spaces[o->kind], beside)))
            return false;
    }
    return true;
}

/* Two columns or constraints of one name, which a child of both would have to merge. */
bool lines_share_names(const struct dice *dice, const struct object *a, const struct object *b)
{
    const struct list one = line_of(dice, a), other = line_of(dice, b);
    for (int i = 0; i < one.n; i++) {
        const struct object *table = one.item[i];
        for (int k = 0; k < table->children.n && !list_has(&other, table); k++) {
            const struct object *child = table->children.item[k];
            for (int j = 0; j < other.n; j++)
                if (child->name && object_child(other.item[j], child->kind, child->name))
                    return true;
        }
    }
    return false;
}

static bool is_plain(const char *name)
{
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789")] == '\0';
}

const char *random_name_in(struct dice *dice, enum kind kind, const struct object *parent)
{
    const char *found = NULL;
    bool alike = dice_chance(dice, 50); /* a thing of the same kind, or anything; now, or before */
    const struct tree *tree = dice->old && dice_chance(dice, 50) ? dice->old : dice->tree;
    int seen = 0;
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (o->name && o->parent && o->parent->parent && (!alike || o->kind == kind) && !dice_below(dice, ++seen))
            found = o->name;
    bool fits = found && (is_plain(found) || !kind_is(kind, KIND_IS_TYPE));
    return fits && dice_chance(dice, 50) && name_is_free(dice, kind, parent, found) ? found : random_name(dice);
}

struct object *random_with_field(struct dice *dice, const char *name, int *field)
{
    struct object *found = NULL;
    int seen = 0;
    for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o)) {
        int at = field_find(o->kind, name);
        if (at < 0 || !(kind_table[o->kind].field[at].engines & dice->engine) || dice_below(dice, ++seen))
            continue;
        found = o;
        *field = at;
    }
    return found;
}

const char *qualified(struct dice *dice, const struct object *object)
{
    const char *schema = object_schema(object);
    return *schema ? arena_printf(dice->mem, "%s.%s", quoted(dice, schema), quoted(dice, object->name))
                   : quoted(dice, object->name);
}

/* Names end in a number, so none is a reserved word. */
bool speaks_mysql(const struct dice *dice)
{
    return dice->engine & (ENGINE_MY | ENGINE_MARIA);
}

const char *quoted(struct dice *dice, const char *name)
{
    static const struct ident_rules rules = {.style = QUOTE_DOUBLE, .upper_needs_quotes = true};
    static const struct ident_rules backticks = {.style = QUOTE_BACKTICK, .upper_needs_quotes = true};
    return ident_text(dice->mem, speaks_mysql(dice) || dice->engine == ENGINE_CH ? &backticks : &rules, name);
}

const char *random_comment(struct dice *dice)
{
    static const char *const comments[] = {"what it is", "it's \"quoted\"", "ein Maß für Größe", "50% of; it -- all",
                                           "two\nlines"};
    return PICK(dice, comments);
}

struct expr written(const char *text)
{
    return (struct expr){text, NULL};
}

struct names one_name(struct arena *mem, const char *name)
{
    struct names names = {0};
    names_add(mem, &names, name);
    return names;
}

/* Fields whose absence is not a default but a hole. */
static bool needs_value(enum kind kind, const char *field)
{
    static const struct {
        enum kind kind;
        const char *field;
    } needed[] = {
        {KIND_COLUMN, "nullable"},
        {KIND_ENUM, "labels"},
        {KIND_DOMAIN, "nullable"},
        {KIND_CHECK, "expr"},
        {KIND_EXCLUDE, "definition"},
        {KIND_INDEX, "method"},
        {KIND_VIEW, "query"},
        {KIND_TRIGGER, "definition"},
        {KIND_RULE, "definition"},
        {KIND_FOREIGN_KEY, "ref_columns"},
        {KIND_FOREIGN_KEY, "ref_table"},
        {KIND_COLUMN, "computed_stored"},
        {KIND_SEQUENCE, "type"},
    };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (needed[i].kind == kind && text_equal(needed[i].field, field))
            return true;
    return false;
}

/* Settings that have a value or nothing; roles would have to be there for owner and rights. */
static bool can_be_absent(enum kind kind, const struct field *field)
{
    return field->type != FIELD_INT && field->type != FIELD_TYPE && !(field->marks & (FIELD_GRANTS | FIELD_OWNER)) &&
           !needs_value(kind, field->name);
}

void say_some_absences(struct dice *dice, struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        const struct field *field = &info->field[i];
        bool can = can_be_absent(object->kind, field);
        bool own = speaks_mysql(dice) && !field->unsaid; /* a table always has one */
        if (can && !own && field->engines & dice->engine && !object_says(object, i) && dice_chance(dice, 40))
            object_say(object, i);
    }
}
