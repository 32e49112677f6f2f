/*
 * Database URLs as SQLAlchemy spells them: dialect+driver://user:password@host:port/database?key=value.
 * All but scheme and host is percent-decoded; sqlite:///relative, sqlite:////absolute, :memory:.  An IPv6 host stands
 * in brackets.  The password is split off at once into a secret, also one that is given as the option password=.
 */
#ifndef BASE_URL_H
#define BASE_URL_H

#include "base/ctx.h"
#include "base/list.h"
#include "base/secret.h"

struct url {
    const char *dialect;  /* before "+": "postgresql" */
    const char *driver;   /* after it: "asyncpg"; NULL */
    const char *user;     /* NULL if absent, also the rest */
    const char *host;     /* or several, "a:1,b:2", each with its port */
    int port;             /* 0 if absent */
    const char *database; /* for sqlite the path; NULL or ":memory:" is in memory */
    struct names keys;    /* query options in order, repeated ones too */
    struct names values;
    struct secret password;
};

/* ERR_CONFIG with what is wrong in it; the message never holds the text of the URL's password. */
int url_read(struct ctx *ctx, const char *text, struct url *url);
void url_copy(struct arena *mem, struct url *to, const struct url *from); /* to be closed as the other one */
void url_close(struct url *url);
const char *url_option(const struct url *url, const char *key); /* last one wins; NULL */
/* ERR_CONFIG if an option that is one of `numeric` is not a whole number: client libraries pass over some of those. */
int url_check_numbers(struct ctx *ctx, const struct url *url, const char *const *numeric);
/* ERR_CONFIG for an option that is nearly one of `known`; a warning for any other that is not. */
int url_check_options(struct ctx *ctx, const struct url *url, const struct names *known, const char *engine);
bool url_strays(const struct url *url, const char *rest,
                const char *end);                         /* `rest`: after the host, as it is written */
bool url_hides_password(const struct url *url);           /* one that was written as other tools have it: ;password=x */
char *url_show(struct arena *mem, const struct url *url); /* password as *** */
/* To be used: without the password, and without options that may be secret. */
char *url_bare(struct arena *mem, const struct url *url);
/* `text` may be no URL at all: everything that could be a password in it is replaced by ***. */
char *url_mask(struct arena *mem, const char *text);

#endif
