/* What a request claims: when it was signed, and with which signatures. */
#ifndef SIGNATURE_H
#define SIGNATURE_H

#include "settings.h"

enum { CLAIMS_MAX = 8, MAC_MAX = 64 };

struct claim {
    portico_str timestamp; /* as sent; empty: none */
    unsigned char macs[CLAIMS_MAX][MAC_MAX];
    size_t count;
};

/* mac_len is the length of the signatures of an algorithm. */
size_t mac_len(int64_t algorithm);

/* claim_plain reads a header that holds one signature behind a prefix. */
bool claim_plain(portico_str header, const struct form *f, struct claim *claim);

/* claim_stripe reads the form t=TIME,v1=SIGNATURE,v1=SIGNATURE; more than eight
 * signatures are none. */
bool claim_stripe(portico_str header, const struct form *f, struct claim *claim);

/* claim_seconds reads a time, seconds since 1970 in digits; -1 if it is none. */
int64_t claim_seconds(portico_str text);

#endif
