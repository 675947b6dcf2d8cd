/*
 * An integration that counts: POST /count/{name} adds one to a number that
 * survives restarts, and answers with it as JSON. NAME.toml grants it:
 *
 *     capabilities = ["kv"]
 */
#include "portico.h"

/* put_json appends a text as a JSON string. */
static void put_json(portico_writer *w, const char *text, size_t len) {
    portico_put(w, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            portico_put(w, "\\", 1);
        if (c >= ' ') {
            portico_put(w, text + i, 1);
            continue;
        }
        portico_put(w, "\\u00", 4);
        portico_put(w, &"0123456789abcdef"[c >> 4], 1);
        portico_put(w, &"0123456789abcdef"[c & 15], 1);
    }
    portico_put(w, "\"", 1);
}

/* count adds one to the number of a name. */
static int32_t count(const char *name, size_t len, int64_t *sum) {
    char key[PORTICO_KEY_MAX];
    portico_writer w = portico_write_to(PORTICO_BUF(key));
    portico_put(&w, PORTICO_LIT("count/"));
    portico_put(&w, name, len);
    return w.overflow ? PORTICO_E2BIG : portico_kv_increment(w.ptr, w.len, 1, sum);
}

static int32_t answer(const char *name, size_t len, int64_t sum) {
    char json[2048];
    portico_writer w = portico_write_to(PORTICO_BUF(json));
    int32_t err = portico_set_header(PORTICO_RESPONSE, PORTICO_LIT("content-type"), PORTICO_LIT("application/json"));
    if (err < 0)
        return err;
    portico_put(&w, PORTICO_LIT("{\"name\":"));
    put_json(&w, name, len);
    portico_put(&w, PORTICO_LIT(",\"count\":"));
    portico_put_decimal(&w, (uint64_t)sum);
    portico_put(&w, PORTICO_LIT("}\n"));
    err = w.overflow ? PORTICO_E2BIG : portico_stream_write(PORTICO_RESPONSE, w.ptr, w.len);
    return err < 0 ? err : PORTICO_DONE;
}

int32_t portico_integrate(void) {
    char name[256];
    int64_t sum;
    int32_t n = portico_fit(portico_get_param(PORTICO_PARAM_PATH, PORTICO_LIT("name"), PORTICO_BUF(name)), sizeof name);
    if (n == PORTICO_E2BIG)
        return portico_respond(414, PORTICO_LIT("the name is too long\n"));
    if (n < 0)
        return n;
    int32_t err = count(name, (size_t)n, &sum);
    return err < 0 ? err : answer(name, (size_t)n, sum);
}
