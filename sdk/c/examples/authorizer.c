/*
 * An authorizer for signed tokens: Authorization: Bearer USER.SIGNATURE, where
 * the signature is the HMAC-SHA256 of USER in hexadecimal. The plugin checks it
 * with a secret that it never sees. NAME.toml grants it:
 *
 *     capabilities = ["secrets"]
 *
 *     [secrets]
 *     signing = "use"
 */
#include "portico.h"

static bool begins(const char *text, size_t len, const char *prefix, size_t prefix_len) {
    return len >= prefix_len && portico_equal(text, prefix_len, prefix, prefix_len);
}

static void put_hex(portico_writer *w, const unsigned char *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) {
        portico_put(w, &"0123456789abcdef"[bytes[i] >> 4], 1);
        portico_put(w, &"0123456789abcdef"[bytes[i] & 15], 1);
    }
}

/* allow says who the client is. */
static int32_t allow(const char *user, size_t len) {
    int32_t err = portico_set_principal(user, len);
    if (err >= 0)
        err = portico_set_auth_context(PORTICO_LIT("user"), PORTICO_STRING, user, len);
    return err < 0 ? err : PORTICO_ALLOW;
}

int32_t portico_authorize(void) {
    char token[512], hex[64];
    unsigned char mac[32];
    portico_writer signature = portico_write_to(PORTICO_BUF(hex));
    const char *user = token + sizeof "Bearer " - 1;
    size_t len, dot;
    int32_t n = portico_fit(portico_get_header(PORTICO_REQUEST, PORTICO_LIT("authorization"), PORTICO_BUF(token)),
                            sizeof token);
    if (n == PORTICO_ENOENT)
        return PORTICO_UNAUTHORIZED;
    if (n == PORTICO_E2BIG)
        return PORTICO_DENY; /* no token of ours is as long */
    if (n < 0)
        return n;
    if (!begins(token, (size_t)n, PORTICO_LIT("Bearer ")))
        return PORTICO_UNAUTHORIZED;
    len = (size_t)(token + n - user);
    for (dot = len; dot > 0 && user[dot - 1] != '.'; dot--)
        ;
    if (dot < 2)
        return PORTICO_DENY;
    n = portico_secrets_hmac(PORTICO_LIT("signing"), PORTICO_SHA256, user, dot - 1, PORTICO_BUF(mac));
    if (n != sizeof mac)
        return n < 0 ? n : PORTICO_EIO;
    put_hex(&signature, mac, sizeof mac);
    if (!portico_equal(user + dot, len - dot, hex, signature.len))
        return PORTICO_DENY;
    return allow(user, dot - 1);
}
