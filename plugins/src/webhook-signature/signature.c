#include "signature.h"

size_t mac_len(int64_t algorithm) { return algorithm == PORTICO_SHA1 ? 20 : algorithm == PORTICO_SHA256 ? 32 : 64; }

bool cut(portico_str text, const char *piece, size_t len, portico_str *before, portico_str *after) {
    *before = text;
    for (size_t i = 0; i + len <= text.len; i++) {
        if (!portico_equal(text.ptr + i, len, piece, len))
            continue;
        before->len = i;
        after->ptr = text.ptr + i + len;
        after->len = text.len - i - len;
        return true;
    }
    return false;
}

static bool decode_hex(portico_str text, unsigned char *out, size_t len) {
    if (text.len != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = portico_json_hex(text.ptr[2 * i]), low = portico_json_hex(text.ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static int sextet(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648, section 4, with its padding and no other bits. */
static bool decode_base64(portico_str text, unsigned char *out, size_t len) {
    uint32_t bits = 0, have = 0;
    size_t n = 0, digits = (len * 8 + 5) / 6;
    if (text.len != (len + 2) / 3 * 4)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int v = sextet(text.ptr[i]);
        if (i >= digits) {
            if (text.ptr[i] != '=')
                return false;
            continue;
        }
        if (v < 0)
            return false;
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (unsigned char)(bits >> have);
            bits &= (1u << have) - 1;
        }
    }
    return bits == 0;
}

bool claim_plain(portico_str header, const struct form *f, struct claim *claim) {
    portico_str text = {header.ptr + f->prefix.len, header.len - f->prefix.len};
    size_t len = mac_len(f->algorithm);
    if (header.len < f->prefix.len || !portico_equal(header.ptr, f->prefix.len, f->prefix.ptr, f->prefix.len))
        return false;
    claim->count = 1;
    return f->encoding == HEX ? decode_hex(text, claim->macs[0], len) : decode_base64(text, claim->macs[0], len);
}

/* Names that are not known are left out, as Stripe's scheme asks for; two times
 * are none, since it could be argued which one was signed. */
bool claim_stripe(portico_str header, const struct form *f, struct claim *claim) {
    portico_str rest = header, element, name, value;
    for (bool more = true; more;) {
        more = cut(rest, ",", 1, &element, &rest);
        if (!cut(element, "=", 1, &name, &value))
            return false;
        if (portico_equal(name.ptr, name.len, "t", 1)) {
            if (claim->timestamp.ptr)
                return false;
            claim->timestamp = value;
        } else if (portico_equal(name.ptr, name.len, "v1", 2)) {
            if (claim->count == CLAIMS_MAX || !decode_hex(value, claim->macs[claim->count], mac_len(f->algorithm)))
                return false;
            claim->count++;
        }
    }
    return claim->count > 0 && claim->timestamp.ptr;
}

int64_t claim_seconds(portico_str text) {
    int64_t seconds = 0;
    if (text.len == 0 || text.len > 12)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return -1;
        seconds = seconds * 10 + (text.ptr[i] - '0');
    }
    return seconds;
}
