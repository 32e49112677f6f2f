/* On which server a scratch database is made: what the user named, else a private one, else the project's own. */
#include "run/scratch_place.h"

const struct url *scratch_place_own(const struct session *session)
{
    return session && session->database->url.host ? &session->database->url : NULL;
}

int scratch_place_try(struct ctx *ctx, const struct url **server, const struct url *own, scratch_use *use, void *sink)
{
    int code = use(ctx, *server, sink);
    if (code != ERR_UNSUPPORTED || *server || !own)
        return code;
    ctx->error = (struct error){0};
    *server = own;
    return use(ctx, own, sink);
}

int scratch_place_use(struct ctx *ctx, struct session *session, scratch_use *use, void *sink)
{
    if (session->scratch_given)
        return scratch_place_try(ctx, &session->scratch_server, scratch_place_own(session), use, sink);
    return use(ctx, session->offline ? NULL : &session->database->url, sink);
}
