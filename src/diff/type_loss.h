/* What a change of type may do to values. Private to diff/. */
#ifndef DIFF_TYPE_LOSS_H
#define DIFF_TYPE_LOSS_H

#include "dialect/target.h"

enum loss { LOSS_NONE, LOSS_STOPS, LOSS_ROUNDS, LOSS_WRAPS };

/* Types are given as type_normal() spells them, after type_unwrap(). */
void type_unwrap(struct arena *mem, const struct type_rules *rules, const char **from, const char **to);
enum loss type_loss(struct arena *mem, const struct type_rules *rules, const char *from, const char *to);
/* Without its numbers: "timestamp with time zone" of "timestamp(3) with time zone". */
const char *type_base(struct arena *mem, const struct type_rules *rules, const char *type);
/* Of two such; NULL: none. */
const struct type_caution *type_caution_of(const struct type_rules *rules, const char *from, const char *to);

#endif
