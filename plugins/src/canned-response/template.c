#include "template.h"

bool same_name(portico_str name, const char *other) {
    for (size_t i = 0; i < name.len; i++) {
        char a = name.ptr[i];
        if (a >= 'A' && a <= 'Z')
            a = (char)(a | 0x20);
        if (!other[i] || a != other[i])
            return false;
    }
    return !other[name.len];
}

/* A place for a parameter. */
struct place {
    uint32_t source;
    portico_str name;
};

static bool starts(const char *s, size_t n, const char *word, size_t len) {
    return n >= len && portico_equal(s, len, word, len);
}

/* read_place gives the length of a place at s, 0 if there is none; well is false
 * if it begins as one and is not. */
static size_t read_place(const char *s, size_t n, struct place *p, bool *well) {
    size_t from, to;
    *well = true;
    if (starts(s, n, PORTICO_LIT("{path."))) {
        p->source = PORTICO_PARAM_PATH;
        from = sizeof "{path." - 1;
    } else if (starts(s, n, PORTICO_LIT("{query."))) {
        p->source = PORTICO_PARAM_QUERY;
        from = sizeof "{query." - 1;
    } else {
        return 0;
    }
    for (to = from; to < n; to++) {
        char c = s[to], lower = (char)(c | 0x20);
        if (!(c >= '0' && c <= '9') && !(lower >= 'a' && lower <= 'z') && c != '_' && c != '-')
            break;
    }
    *well = to > from && to < n && s[to] == '}';
    p->name.ptr = s + from;
    p->name.len = to - from;
    return *well ? to + 1 : 0;
}

bool template_check(portico_str json) {
    for (size_t i = 0; i < json.len; i++) {
        struct place p;
        bool well;
        read_place(json.ptr + i, json.len - i, &p, &well);
        if (!well)
            return false;
    }
    return true;
}

static int32_t put_place(portico_writer *w, const struct place *p) {
    static char value[8192];
    int32_t n = portico_fit(portico_get_param(p->source, p->name.ptr, p->name.len, PORTICO_BUF(value)), sizeof value);
    if (n == PORTICO_ENOENT)
        return 0;
    if (n > 0)
        portico_put_json(w, value, (size_t)n);
    return n;
}

int32_t template_render(portico_writer *w, portico_str json) {
    size_t done = 0, i = 0;
    while (i < json.len) {
        struct place p;
        bool well;
        size_t len = json.ptr[i] == '{' ? read_place(json.ptr + i, json.len - i, &p, &well) : 0;
        int32_t err;
        if (len == 0) {
            i++;
            continue;
        }
        portico_put(w, json.ptr + done, i - done);
        err = put_place(w, &p);
        if (err < 0)
            return err;
        done = i += len;
    }
    portico_put(w, json.ptr + done, i - done);
    return w->overflow ? PORTICO_E2BIG : 0;
}
