/* What the configuration says; settings.c reads it before the first call. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "config.h"

/* Body and what is signed before it are together what secrets.hmac takes. */
enum {
    SECRETS_MAX = 8,
    FRONT_MAX = 1024,
    BODY_MAX = PORTICO_VALUE_MAX - FRONT_MAX
};

enum style { GITHUB, STRIPE, GENERIC };
enum encoding { HEX, BASE64 };

/* Where the signature stands and how it is made; that of Stripe has a header of
 * its own form, stripe.c. */
struct form {
    portico_str header, prefix;
    int64_t encoding, algorithm; /* enum encoding, enum portico_hash */
    portico_str timestamp_header, signed_prefix; /* empty: the body alone is signed */
    portico_str id_header, event_header;         /* empty: none */
};

struct settings {
    int64_t style;
    bool has_generic; /* the table is there */
    struct form form;
    portico_str secrets[SECRETS_MAX];
    size_t secret_count;
    portico_str principal;
    int64_t tolerance; /* ms; 0: nothing says when it was signed */
    int64_t max_body;  /* bytes */
};

extern struct settings settings;

#define TIMESTAMP "{timestamp}" /* what stands for the header's value in signed_prefix */

/* cut splits a text at the first place of a piece; without one all of it is
 * before, and false is returned. */
bool cut(portico_str text, const char *piece, size_t len, portico_str *before, portico_str *after);

#endif
