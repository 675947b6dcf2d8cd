#include "match.h"

/* What a request line and a header list may hold unless the operator wants more;
 * a longer value fits no pattern. */
static char method[64], path[10240], value[40960];

static bool fits(portico_str pattern, const char *text, size_t len) {
    size_t star = 0, rest;
    while (star < pattern.len && pattern.ptr[star] != '*')
        star++;
    if (star == pattern.len)
        return portico_equal(pattern.ptr, pattern.len, text, len);
    rest = pattern.len - star - 1;
    return len >= star + rest && portico_equal(pattern.ptr, star, text, star) &&
           portico_equal(pattern.ptr + star + 1, rest, text + len - rest, rest);
}

static bool pair_fits(const struct pair *p, int32_t n) {
    if (n == PORTICO_ENOENT || p->absent)
        return n == PORTICO_ENOENT && p->absent;
    return n >= 0 && (size_t)n <= sizeof value && fits(p->value, value, (size_t)n);
}

/* text_fits takes what get_field gave; a pattern that is not there fits all. */
static bool text_fits(portico_str pattern, const char *text, int32_t n) {
    return !pattern.ptr || (n >= 0 && fits(pattern, text, (size_t)n));
}

static bool rule_fits(const struct rule *r, int32_t method_len, int32_t path_len) {
    if (!text_fits(r->method, method, method_len) || !text_fits(r->path, path, path_len))
        return false;
    for (size_t i = 0; i < r->query.count; i++) {
        const struct pair *p = &rules.pairs[r->query.from + i];
        if (!pair_fits(p, portico_get_param(PORTICO_PARAM_QUERY, p->name.ptr, p->name.len, PORTICO_BUF(value))))
            return false;
    }
    for (size_t i = 0; i < r->headers.count; i++) {
        const struct pair *p = &rules.pairs[r->headers.from + i];
        if (!pair_fits(p, portico_get_header(PORTICO_REQUEST, p->name.ptr, p->name.len, PORTICO_BUF(value))))
            return false;
    }
    return true;
}

struct rule *match(void) {
    int32_t method_len = portico_fit(portico_get_field(PORTICO_METHOD, PORTICO_BUF(method)), sizeof method);
    int32_t path_len = portico_fit(portico_get_field(PORTICO_PATH, PORTICO_BUF(path)), sizeof path);
    for (size_t i = 0; i < rules.count; i++)
        if (rule_fits(&rules.list[i], method_len, path_len))
            return &rules.list[i];
    return NULL;
}
