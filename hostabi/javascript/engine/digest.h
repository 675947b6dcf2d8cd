/* SHA-1 and SHA-2 (FIPS 180-4) over a whole message, and HMAC (RFC 2104). */
#ifndef DIGEST_H
#define DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_MAX 64

/* digest_size is the length of a digest by its name ("SHA-256", "sha256"), 0 for
   one that is not there. */
int digest_size(const char *name);

/* digest writes the digest of a followed by b, and returns its length or 0. */
int digest(const char *name, const uint8_t *a, size_t alen, const uint8_t *b, size_t blen, uint8_t *out);

/* hmac writes the code of data under key, and returns its length or 0. */
int hmac(const char *name, const uint8_t *key, size_t klen, const uint8_t *data, size_t len, uint8_t *out);

#endif
