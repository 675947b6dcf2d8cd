/*
 * Reads texts, each a u32 length and as many bytes, and writes a line for each:
 * what json.h makes of it, written anew, or "refused".
 *
 *     cc -I. -o json test/json.c && ./json < texts
 */
#include "json.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_value(portico_writer *w, portico_str v);

static void put_string(portico_writer *w, portico_str v) {
    int32_t n = portico_json_string(v, NULL, 0);
    char *text = malloc((size_t)n + 1);
    assert(portico_json_string(v, text, (size_t)n) == n);
    assert(portico_json_is(v, text, (size_t)n) && !portico_json_is(v, text, (size_t)n + 1));
    assert(n == 0 || !portico_json_is(v, text, (size_t)n - 1));
    portico_put(w, "\"", 1);
    portico_put_json(w, text, (size_t)n);
    portico_put(w, "\"", 1);
    free(text);
}

static void put_array(portico_writer *w, portico_str v) {
    portico_str element;
    const char *before = "[";
    for (portico_iter it = portico_json_iterate(v); portico_json_next(&it, &element); before = ",") {
        portico_put(w, before, 1);
        put_value(w, element);
    }
    portico_put(w, *before == '[' ? "[]" : "]", *before == '[' ? 2 : 1);
}

static void put_object(portico_writer *w, portico_str v) {
    portico_str name, value;
    const char *before = "{";
    for (portico_iter it = portico_json_iterate(v); portico_json_next_member(&it, &name, &value); before = ",") {
        portico_put(w, before, 1);
        put_string(w, name);
        portico_put(w, ":", 1);
        put_value(w, value);
    }
    portico_put(w, *before == '{' ? "{}" : "}", *before == '{' ? 2 : 1);
}

static void put_value(portico_writer *w, portico_str v) {
    switch (portico_json_kind_of(v)) {
    case PORTICO_JSON_STRING: put_string(w, v); break;
    case PORTICO_JSON_ARRAY: put_array(w, v); break;
    case PORTICO_JSON_OBJECT: put_object(w, v); break;
    default: portico_put(w, v.ptr, v.len);
    }
}

/* A reader of JSON takes what read takes; the rest is tried here. */
static void check_numbers(void) {
    static const struct {
        const char *text;
        int64_t want;
        int32_t code;
    } table[] = {{"0", 0, 0},
                 {"-0", 0, 0},
                 {"42", 42, 0},
                 {"-42", -42, 0},
                 {"9223372036854775807", INT64_MAX, 0},
                 {"9223372036854775808", 7, PORTICO_EINVAL},
                 {"-9223372036854775808", INT64_MIN, 0},
                 {"-9223372036854775809", 7, PORTICO_EINVAL},
                 {"99999999999999999999999", 7, PORTICO_EINVAL},
                 {"1.0", 7, PORTICO_EINVAL},
                 {"1e3", 7, PORTICO_EINVAL},
                 {"\"1\"", 7, PORTICO_EINVAL},
                 {"true", 7, PORTICO_EINVAL}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        int64_t n = 7;
        portico_str v;
        assert(portico_json_read(table[i].text, strlen(table[i].text), &v));
        assert(portico_json_int(v, &n) == table[i].code && n == table[i].want);
    }
}

static void check_members(void) {
    static const char text[] = " { \"a\" : 1 , \"\\u0061b\" : [ { \"a\" : 2 } ] , \"a\" : 3 } ";
    char buf[2] = "..";
    int64_t n = 0;
    portico_str root, v = {NULL, 0}, none = {NULL, 0};
    assert(portico_json_read(text, sizeof text - 1, &root));
    assert(portico_json_get(root, PORTICO_LIT("a"), &v) && !portico_json_int(v, &n) && n == 3); /* the last */
    assert(portico_json_get(root, PORTICO_LIT("ab"), &v) && portico_json_kind_of(v) == PORTICO_JSON_ARRAY);
    assert(!portico_json_get(root, PORTICO_LIT("b"), &v) && !portico_json_get(v, PORTICO_LIT("a"), &v));
    assert(!portico_json_get(none, PORTICO_LIT("a"), &v) && portico_json_kind_of(none) == PORTICO_JSON_ABSENT);
    assert(portico_json_string(none, PORTICO_BUF(buf)) == PORTICO_EINVAL && portico_json_int(none, &n) == PORTICO_EINVAL);
    assert(portico_json_read(PORTICO_LIT("\"abc\""), &v) && portico_json_string(v, PORTICO_BUF(buf)) == 3);
    assert(buf[0] == '.' && buf[1] == '.'); /* longer than the buffer: nothing is written */
}

int main(void) {
    unsigned char size[4];
    check_numbers();
    check_members();
    while (fread(size, 1, sizeof size, stdin) == sizeof size) {
        size_t len = portico_u32(size), cap = 6 * len + 16;
        char *text = malloc(len ? len : 1), *out = malloc(cap); /* exact, so that reading beyond shows */
        portico_writer w = portico_write_to(out, cap);
        portico_str v;
        assert(fread(text, 1, len, stdin) == len);
        if (portico_json_read(text, len, &v))
            put_value(&w, v);
        else
            portico_put(&w, PORTICO_LIT("refused"));
        portico_put(&w, "\n", 1);
        assert(!w.overflow);
        fwrite(out, 1, w.len, stdout);
        free(text);
        free(out);
    }
    return 0;
}
