/* Sources of schemas as options name them: --from and --to, --dialect, --sandbox-url. */
#ifndef COMMAND_SIDES_H
#define COMMAND_SIDES_H

#include "command/commands.h"
#include "run/source.h"

struct sides {
    struct ctx *ctx;
    const struct request *request;
    const char *given;      /* the first source, where the request has it not as --from; NULL */
    struct config *project; /* NULL: nobody needs it */
    struct config *own[2];  /* of URLs */
    struct session session[2];
    struct url sandbox;
    struct filter filter;
    struct sources sources;
};

/* Settled trees in sources.side[]. A request without --to has nothing on that side. */
int sides_read(struct ctx *ctx, const struct request *request, struct sides *sides);
void sides_close(struct sides **sides); /* for cleanup */

#endif
