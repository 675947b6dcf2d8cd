/*
 * json.h - reads JSON in C11 and C++17, for plugins of Portico.
 *
 * A value is a portico_str: the piece of the text that it takes. Nothing is
 * allocated, copied or changed, so the text must stay as it is while its values
 * are used. portico_json_read checks the text once; what the other functions
 * give is a piece of a text so checked. They take an absent value, {NULL, 0},
 * too, and say that it is none of theirs.
 *
 *     portico_str event, id;
 *     if (!portico_json_read(body, len, &event))
 *         return PORTICO_DENY;
 *     if (portico_json_get(event, PORTICO_LIT("id"), &id))
 *         n = portico_json_string(id, PORTICO_BUF(buf));
 *
 * The grammar is RFC 8259; arrays and objects nest up to PORTICO_JSON_DEPTH, and
 * no function recurs. Whether strings are UTF-8 is not checked. The time of each
 * function is linear in the length of its value.
 */
#ifndef PORTICO_JSON_H
#define PORTICO_JSON_H

#include "portico.h"

#ifdef __cplusplus
extern "C" {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#endif

enum portico_json_limit { PORTICO_JSON_DEPTH = 64 };

enum portico_json_kind {
    PORTICO_JSON_ABSENT,
    PORTICO_JSON_NULL,
    PORTICO_JSON_BOOLEAN,
    PORTICO_JSON_NUMBER,
    PORTICO_JSON_STRING,
    PORTICO_JSON_ARRAY,
    PORTICO_JSON_OBJECT
};

/* portico_json_kind_of looks at the first byte, which tells. */
static inline enum portico_json_kind portico_json_kind_of(portico_str v) {
    if (v.len == 0)
        return PORTICO_JSON_ABSENT;
    switch (v.ptr[0]) {
    case '{': return PORTICO_JSON_OBJECT;
    case '[': return PORTICO_JSON_ARRAY;
    case '"': return PORTICO_JSON_STRING;
    case 't':
    case 'f': return PORTICO_JSON_BOOLEAN;
    case 'n': return PORTICO_JSON_NULL;
    default: return PORTICO_JSON_NUMBER;
    }
}

/* ---- The grammar. Each of these takes the n bytes at s and a place i in them,
 * and gives the place behind what it is named after; 0 if that is not there. ---- */

static inline size_t portico_json_blanks(const char *s, size_t n, size_t i) {
    while (i < n && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r'))
        i++;
    return i;
}

static inline size_t portico_json_word(const char *s, size_t n, size_t i, const char *word, size_t len) {
    if (n - i < len)
        return 0;
    for (size_t k = 0; k < len; k++)
        if (s[i + k] != word[k])
            return 0;
    return i + len;
}

static inline size_t portico_json_digits(const char *s, size_t n, size_t i) {
    size_t from = i;
    while (i < n && s[i] >= '0' && s[i] <= '9')
        i++;
    return i > from ? i : 0;
}

static inline size_t portico_json_number(const char *s, size_t n, size_t i) {
    if (s[i] == '-')
        i++;
    if (i < n && s[i] == '0')
        i++;
    else if (!(i = portico_json_digits(s, n, i)))
        return 0;
    if (i < n && s[i] == '.' && !(i = portico_json_digits(s, n, i + 1)))
        return 0;
    if (i < n && (s[i] == 'e' || s[i] == 'E')) {
        i++;
        if (i < n && (s[i] == '+' || s[i] == '-'))
            i++;
        i = portico_json_digits(s, n, i);
    }
    return i;
}

/* portico_json_hex is the value of a hexadecimal digit, -1 if it is none. */
static inline int portico_json_hex(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* An escape begins behind its backslash. */
static inline size_t portico_json_escape(const char *s, size_t n, size_t i) {
    if (i == n)
        return 0;
    switch (s[i]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
        return i + 1;
    case 'u':
        if (n - i < 5)
            return 0;
        for (size_t k = 1; k < 5; k++)
            if (portico_json_hex(s[i + k]) < 0)
                return 0;
        return i + 5;
    default:
        return 0;
    }
}

static inline size_t portico_json_quoted(const char *s, size_t n, size_t i) {
    if (i == n || s[i] != '"')
        return 0;
    for (i++; i < n; i++) {
        if (s[i] == '"')
            return i + 1;
        if ((unsigned char)s[i] < 0x20)
            return 0;
        if (s[i] == '\\') {
            if (!(i = portico_json_escape(s, n, i + 1)))
                return 0;
            i--;
        }
    }
    return 0;
}

/* A key is a string and a colon. */
static inline size_t portico_json_key(const char *s, size_t n, size_t i) {
    if (!(i = portico_json_quoted(s, n, portico_json_blanks(s, n, i))))
        return 0;
    i = portico_json_blanks(s, n, i);
    return i < n && s[i] == ':' ? i + 1 : 0;
}

static inline size_t portico_json_scalar(const char *s, size_t n, size_t i) {
    switch (s[i]) {
    case '"': return portico_json_quoted(s, n, i);
    case 't': return portico_json_word(s, n, i, PORTICO_LIT("true"));
    case 'f': return portico_json_word(s, n, i, PORTICO_LIT("false"));
    case 'n': return portico_json_word(s, n, i, PORTICO_LIT("null"));
    default: return portico_json_number(s, n, i);
    }
}

/* A value, whatever is in it: objects has a bit for each array or object that is
 * open, set for an object, the innermost the lowest. */
static inline size_t portico_json_value(const char *s, size_t n, size_t i) {
    uint64_t objects = 0;
    unsigned depth = 0;
    for (;;) {
        i = portico_json_blanks(s, n, i);
        if (i == n)
            return 0;
        if (s[i] == '{' || s[i] == '[') {
            bool object = s[i] == '{';
            if (depth == PORTICO_JSON_DEPTH)
                return 0;
            i = portico_json_blanks(s, n, i + 1);
            if (i < n && s[i] == (object ? '}' : ']')) {
                i++;
            } else {
                depth++;
                objects = objects << 1 | (object ? 1 : 0);
                if (object && !(i = portico_json_key(s, n, i)))
                    return 0;
                continue;
            }
        } else if (!(i = portico_json_scalar(s, n, i))) {
            return 0;
        }
        for (;;) { /* a value has ended; so may those around it */
            if (depth == 0)
                return i;
            i = portico_json_blanks(s, n, i);
            if (i == n)
                return 0;
            if (s[i] == ',') {
                i++;
                if (objects & 1 && !(i = portico_json_key(s, n, i)))
                    return 0;
                break;
            }
            if (s[i++] != (objects & 1 ? '}' : ']'))
                return 0;
            objects >>= 1;
            depth--;
        }
    }
}

/* ---- Reading ---- */

/* portico_json_read reports whether the text is JSON, one value with nothing but
 * blanks around it, and gives that. */
static inline bool portico_json_read(const void *text, size_t len, portico_str *v) {
    const char *s = (const char *)text;
    size_t from = portico_json_blanks(s, len, 0), to = portico_json_value(s, len, from);
    v->ptr = s + from;
    v->len = to ? to - from : 0;
    return to && portico_json_blanks(s, len, to) == len;
}

/* portico_json_iterate is over the elements of an array or the members of an
 * object; nothing of another value. */
static inline portico_iter portico_json_iterate(portico_str v) {
    portico_iter it;
    bool is = v.len >= 2 && (v.ptr[0] == '[' || v.ptr[0] == '{');
    it.at = is ? v.ptr + 1 : v.ptr;
    it.left = is ? v.len - 2 : 0; /* without the brackets */
    return it;
}

static inline void portico_json_advance(portico_iter *it, size_t n) {
    it->at += n;
    it->left -= n;
}

/* portico_json_next is the next element of an array; false at the end. */
static inline bool portico_json_next(portico_iter *it, portico_str *v) {
    size_t len;
    portico_json_advance(it, portico_json_blanks(it->at, it->left, 0));
    len = it->left ? portico_json_value(it->at, it->left, 0) : 0;
    if (!len)
        return false;
    v->ptr = it->at;
    v->len = len;
    portico_json_advance(it, len);
    portico_json_advance(it, portico_json_blanks(it->at, it->left, 0));
    if (it->left) /* the comma or colon */
        portico_json_advance(it, 1);
    return true;
}

/* portico_json_next_member is the next member of an object; false at the end.
 * The name is a string value, as portico_json_is and portico_json_string take. */
static inline bool portico_json_next_member(portico_iter *it, portico_str *name, portico_str *v) {
    return portico_json_next(it, name) && portico_json_next(it, v);
}

/* portico_json_put_rune writes a character as UTF-8, at most four bytes. */
static inline size_t portico_json_put_rune(char *out, uint32_t r) {
    if (r < 0x80) {
        out[0] = (char)r;
        return 1;
    }
    if (r < 0x800) {
        out[0] = (char)(0xc0 | r >> 6);
        out[1] = (char)(0x80 | (r & 63));
        return 2;
    }
    if (r < 0x10000) {
        out[0] = (char)(0xe0 | r >> 12);
        out[1] = (char)(0x80 | (r >> 6 & 63));
        out[2] = (char)(0x80 | (r & 63));
        return 3;
    }
    out[0] = (char)(0xf0 | r >> 18);
    out[1] = (char)(0x80 | (r >> 12 & 63));
    out[2] = (char)(0x80 | (r >> 6 & 63));
    out[3] = (char)(0x80 | (r & 63));
    return 4;
}

/* portico_json_unit is the number of an escape \uXXXX that begins at s. */
static inline uint32_t portico_json_unit(const char *s) {
    uint32_t u = 0;
    for (size_t i = 2; i < 6; i++)
        u = u << 4 | (uint32_t)portico_json_hex(s[i]);
    return u;
}

/* portico_json_char takes the next piece of a string, a byte or an escape, and
 * writes what it stands for: at most four bytes. Halves of a pair of surrogates
 * without the other half stand for U+FFFD. */
static inline size_t portico_json_char(const char **at, const char *end, char *out) {
    const char *s = *at;
    uint32_t r;
    *at = s + 1;
    if (s[0] != '\\') {
        out[0] = s[0];
        return 1;
    }
    *at = s + 2;
    switch (s[1]) {
    case 'b': out[0] = '\b'; return 1;
    case 'f': out[0] = '\f'; return 1;
    case 'n': out[0] = '\n'; return 1;
    case 'r': out[0] = '\r'; return 1;
    case 't': out[0] = '\t'; return 1;
    case 'u': break;
    default: out[0] = s[1]; return 1;
    }
    *at = s + 6;
    r = portico_json_unit(s);
    if (r >= 0xd800 && r < 0xdc00 && end - s >= 12 && s[6] == '\\' && s[7] == 'u') {
        uint32_t low = portico_json_unit(s + 6);
        if (low >= 0xdc00 && low < 0xe000) {
            *at = s + 12;
            return portico_json_put_rune(out, 0x10000 + ((r - 0xd800) << 10) + (low - 0xdc00));
        }
    }
    return portico_json_put_rune(out, r >= 0xd800 && r < 0xe000 ? 0xfffd : r);
}

/* portico_json_string decodes a string into buf as a function of the gateway
 * does: the full length, and nothing is written if that is more than cap. It
 * may hold any byte, NUL too. EINVAL: it is no string. */
static inline int32_t portico_json_string(portico_str v, void *buf, size_t cap) {
    char piece[4];
    size_t len = 0;
    if (portico_json_kind_of(v) != PORTICO_JSON_STRING)
        return PORTICO_EINVAL;
    for (const char *at = v.ptr + 1, *end = v.ptr + v.len - 1; at < end;)
        len += portico_json_char(&at, end, piece);
    if (len > cap)
        return (int32_t)len;
    len = 0;
    for (const char *at = v.ptr + 1, *end = v.ptr + v.len - 1; at < end;) {
        size_t n = portico_json_char(&at, end, piece);
        for (size_t i = 0; i < n; i++)
            ((char *)buf)[len++] = piece[i];
    }
    return (int32_t)len;
}

/* portico_json_is reports whether v is a string that stands for this text. Its
 * time tells where they differ: it is not for secrets. */
static inline bool portico_json_is(portico_str v, const void *text, size_t len) {
    const char *want = (const char *)text;
    char piece[4];
    size_t at_text = 0;
    if (portico_json_kind_of(v) != PORTICO_JSON_STRING)
        return false;
    for (const char *at = v.ptr + 1, *end = v.ptr + v.len - 1; at < end;) {
        size_t n = portico_json_char(&at, end, piece);
        if (n > len - at_text)
            return false;
        for (size_t i = 0; i < n; i++)
            if (want[at_text++] != piece[i])
                return false;
    }
    return at_text == len;
}

/* portico_json_get looks a member of an object up. Of several with one name it
 * is the last, as in most readers. */
static inline bool portico_json_get(portico_str object, const void *name, size_t len, portico_str *v) {
    bool found = false;
    portico_str key, value;
    if (portico_json_kind_of(object) != PORTICO_JSON_OBJECT)
        return false;
    for (portico_iter it = portico_json_iterate(object); portico_json_next_member(&it, &key, &value);) {
        if (!portico_json_is(key, name, len))
            continue;
        *v = value;
        found = true;
    }
    return found;
}

/* portico_json_int reads a number that is written as an integer: 0, or EINVAL if
 * it is none or beyond 64 bits. */
static inline int32_t portico_json_int(portico_str v, int64_t *number) {
    bool negative = v.len > 0 && v.ptr[0] == '-';
    uint64_t sum = 0, most = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    if (portico_json_kind_of(v) != PORTICO_JSON_NUMBER)
        return PORTICO_EINVAL;
    for (size_t i = negative ? 1 : 0; i < v.len; i++) {
        uint64_t digit = (uint64_t)(v.ptr[i] - '0');
        if (v.ptr[i] < '0' || v.ptr[i] > '9' || sum > (most - digit) / 10)
            return PORTICO_EINVAL;
        sum = sum * 10 + digit;
    }
    *number = (int64_t)(negative ? 0 - sum : sum);
    return 0;
}

/* ---- Writing ---- */

/* portico_json_rune_len is the length of the UTF-8 character at s, 0 if the
 * bytes there are none (RFC 3629, section 4). */
static inline size_t portico_json_rune_len(const unsigned char *s, size_t n) {
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
    if (len > n)
        return 0;
    if (len > 2 && ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
                    (s[0] == 0xf4 && s[1] > 0x8f)))
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

/* portico_put_json appends a text as the inside of a JSON string, without the
 * quotes. Whatever the text is, the result is UTF-8 and safe in HTML, too: bytes
 * that are no UTF-8 become U+FFFD each, and <, > and & are escaped. */
static inline void portico_put_json(portico_writer *w, const void *text, size_t len) {
    const unsigned char *s = (const unsigned char *)text;
    for (size_t i = 0, n; i < len; i += n) {
        char escape[6] = {'\\', 'u', '0', '0', '0', '0'};
        n = portico_json_rune_len(s + i, len - i);
        if (n == 0) {
            n = 1;
            portico_put(w, PORTICO_LIT("\xef\xbf\xbd"));
        } else if (s[i] == '"' || s[i] == '\\') {
            escape[1] = (char)s[i];
            portico_put(w, escape, 2);
        } else if (s[i] < 0x20 || s[i] == 0x7f || s[i] == '<' || s[i] == '>' || s[i] == '&') {
            escape[4] = "0123456789abcdef"[s[i] >> 4];
            escape[5] = "0123456789abcdef"[s[i] & 15];
            portico_put(w, escape, sizeof escape);
        } else {
            portico_put(w, s + i, n);
        }
    }
}

#ifdef __cplusplus
#pragma GCC diagnostic pop
}
#endif

#endif
