/*
 * The diff does not see what a hand-written migration that waits leads to, so it would make again what that file makes, and its
 * way back would drop it.  Only whole objects are looked for, by kind and name: what a file does to a table is for its author.
 */
#include "run/twice.h"

#include "base/text.h"
#include "diff/compare.h"
#include "sql/classify.h"

struct search {
    struct arena *mem;
    const struct session *session;
    const struct object *object;
};

static bool is_about(const struct search *search, const struct classified *what)
{
    const struct object *object = search->object;
    const struct target *target = search->session->target;
    const char *schema = *object_schema(object) ? object_schema(object) : target_usual(target);
    const char *name = object->name;
    bool same = what->kind == object->kind;
    if (kind_is(object->kind, KIND_IS_CALLED)) { /* the types of arguments are not read from texts */
        name = object_called(object);
        same = text_equal(what->word, "function") || text_equal(what->word, "procedure");
    }
    return same && what->name && compare_name(search->mem, target, what->name, name) &&
           (!what->schema || !schema || compare_name(search->mem, target, what->schema, schema));
}

/* The last word counts: what is dropped or renamed after it was made is not there. */
static const struct migration *maker(const struct search *search, const struct list *unseen)
{
    const struct migration *found = NULL;
    for (int i = 0; i < unseen->n; i++) {
        const struct migration *migration = unseen->item[i];
        for (int k = 0; k < migration->up.n; k++) {
            struct classified what;
            classify(search->mem, search->session->database->source->classify, &migration->up.piece[k], &what);
            if (is_about(search, &what))
                found = what.verb == VERB_CREATE ? migration : what.verb == VERB_DROP || what.new_name ? NULL : found;
        }
    }
    return found;
}

int twice_check(struct ctx *ctx, const struct session *session, const struct list *unseen,
                const struct changes *changes)
{
    for (int i = 0; unseen->n && i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        if (change->op != CHANGE_CREATE || !kind_is(change->after->parent->kind, KIND_NAMESPACE))
            continue;
        const struct search search = {.mem = ctx->mem, .session = session, .object = change->after};
        const struct migration *first = maker(&search, unseen);
        if (!first)
            continue;
        fail(ctx, ERR_UNSUPPORTED, "%s is made by %s already%s", object_path(ctx->mem, change->after), first->filename,
             session->conn ? ", which is not applied yet" : "");
        return fail_hint(ctx, session->conn
                                  ? "Apply that first (`dbwarden migrate`), then run make-migrations again."
                                  : "What a hand-written file leads to is known only where it is applied: run "
                                    "make-migrations with that database.");
    }
    return 0;
}
