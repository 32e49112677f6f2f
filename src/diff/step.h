/* The stages of planning between diff and rendering; private to diff/. */
#ifndef DIFF_STEP_H
#define DIFF_STEP_H

#include "dialect/effect.h"
#include "diff/plan.h"

enum { STEP_GONE = -1 }; /* as phase: another step does it */

struct planner {
    struct ctx *ctx;
    struct arena *mem;
    const struct target *target;
    const struct changes *source;
    const struct list *fills;
    bool concurrently;   /* indexes may be built, and dropped, by statements that refuse a transaction */
    bool rebuild;        /* tables may be made again with their rows */
    struct changes *out; /* the steps; objects point to theirs by `made` and `unmade` */
};

/*
 * Fills planner->out: the changes, and what they bring along by the engine's table of effects.  Needs the graphs of both trees.
 * ERR_UNSUPPORTED where a row refuses.
 */
int effects_apply(struct planner *planner);
/* The row for a change of `kind`'s `field` itself (dependent ITSELF), or NULL. */
const struct effect_row *effect_of_field(const struct planner *planner, const struct change *change, int field);
const struct effect_row *effect_on(const struct planner *planner, const struct change *change, const struct edge *edge);

/* ERR_UNSUPPORTED where the server is known to be too old for what a step makes. Needs the steps. */
int since_check(const struct planner *planner);

/*
 * Sorts planner->out: one topological order of all steps, phases where nothing else decides; cycles are broken.
 * ERR_UNSUPPORTED with the steps of one that nothing breaks.
 */
int steps_order(struct planner *planner);

/* quoted.c. On the way back, the renames that a step of a body in quotes comes after (struct change *); none: it waits for none. */
struct list quoted_awaits(const struct planner *planner, const struct change *step);
/* What it makes is said by the names that these give back. */
void quoted_turn_back(const struct planner *planner, struct change *step, const struct list *renames);

/* The step that brings `object` of the desired tree about, or takes `object` of the current one away; NULL: none does. */
struct change *step_making(const struct object *object);
struct change *step_unmaking(const struct object *object);

/* The object of a RENAME as it stands in the current tree, under its new name. */
const struct object *step_renamed(const struct planner *planner, const struct change *step);

/* ERR_UNSUPPORTED with names, if something that no kind models needs what a step drops or makes again. */
int held_check(struct ctx *ctx, const struct changes *steps);

/* Does the dialect bring back something of it that no kind models? */
bool keeps_attached(struct arena *mem, const struct target *target, const struct changes *changes,
                    const struct object *object);

/* What a person should know before running it: the steps, and the differences that they are made of. */
void hazards_find(struct arena *mem, const struct target *target, const struct changes *changes,
                  const struct changes *source, struct list *hazards);
void hazards_quoted(struct arena *mem, const struct target *target, const struct changes *changes,
                    struct list *hazards); /* hazard_quoted.c */

#endif
