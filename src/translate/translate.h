/*
 * SQL of one engine run on another that stands in for it: --dev with a development database of another kind.  Statement by
 * statement, by the rows of dialect/translation.h; every outcome is tried on an empty copy of the schema, so that what the other
 * engine would refuse is known before the first statement runs.
 * What has no meaning there is left out, what cannot be said is skipped and told; nothing is lost silently.
 */
#ifndef TRANSLATE_TRANSLATE_H
#define TRANSLATE_TRANSLATE_H

#include "dialect/target.h"
#include "sql/split.h"

enum note_kind {
    NOTE_CHANGED,  /* said in another way, with less */
    NOTE_LEFT_OUT, /* has no meaning here */
    NOTE_CANNOT    /* is missing from here on */
};

struct translation_note {
    enum note_kind kind;
    struct place place;
    const char *text;
};

struct translator;

/* `like`: the schema as it is now, which is copied; of the target's engine. Closed by translator_close(). */
int translator_open(struct ctx *ctx, const struct dialect *source, const struct target *target, const struct tree *like,
                    struct translator **translator);
void translator_close(struct translator **translator); /* accepts NULL */

/* What statements that were run before say of types and schemas; nothing is translated. */
int translator_follow(struct translator *translator, const char *path, const struct split *split);

/* `path` places notes. ERR_SQL for a table or column that is not there, and would not be on the source. The pieces of `out` bear the places of those that they come from. */
int translate_split(struct translator *translator, const char *path, const struct split *split, struct split *out);

/* struct translation_note *, in the order of the statements. */
const struct list *translator_notes(const struct translator *translator);

/* Is there a way from the one to the other? The same engine, or near relatives, need none. */
bool translate_needed(const struct dialect *source, const struct dialect *target);

#endif
