/* Says in plain text what the helpers of portico.h make of a request. */
#include "portico.h"

static char large[64];

static bool enlarge(portico_buffer *b, size_t size) {
    if (size > sizeof large)
        return false;
    b->ptr = large;
    b->cap = sizeof large;
    return true;
}

static bool pretend(portico_buffer *b, size_t size) {
    (void)size;
    b->cap++; /* still too small */
    return true;
}

static void put_result(portico_writer *w, const char *what, size_t what_len, int32_t n, const char *text) {
    portico_put(w, what, what_len);
    portico_put(w, "=", 1);
    if (n < 0) {
        portico_put(w, "-", 1);
        portico_put_decimal(w, (uint64_t)-n);
    } else {
        portico_put(w, text, (size_t)n);
    }
    portico_put(w, "\n", 1);
}

static void put_header(portico_writer *w, bool (*grow)(portico_buffer *, size_t)) {
    char small[4];
    portico_buffer b = {small, sizeof small, grow};
    int32_t n;
    do
        n = portico_get_header(PORTICO_REQUEST, PORTICO_LIT("x-text"), b.ptr, b.cap);
    while (portico_again(&b, &n));
    put_result(w, PORTICO_LIT("header"), n, b.ptr);
}

static void put_pairs(portico_writer *w, portico_str encoded) {
    portico_str name, value;
    for (portico_iter it = portico_iterate(encoded.ptr, (int32_t)encoded.len); portico_next_pair(&it, &name, &value);) {
        portico_put(w, "(", 1);
        portico_put(w, name.ptr, name.len);
        portico_put(w, "=", 1);
        portico_put(w, value.ptr, value.len);
        portico_put(w, ")", 1);
    }
}

static void put_fields(portico_writer *w) {
    static char tlv[512];
    uint32_t id;
    portico_str value;
    int32_t n = portico_context_read(PORTICO_MASK(PORTICO_PATH) | PORTICO_MASK(PORTICO_TIME) |
                                         PORTICO_MASK(PORTICO_QUERY_PARAMS) | PORTICO_MASK(PORTICO_STATUS),
                                     PORTICO_BUF(tlv));
    for (portico_iter it = portico_iterate(tlv, portico_fit(n, sizeof tlv)); portico_next_field(&it, &id, &value);) {
        portico_put_decimal(w, id);
        portico_put(w, ":", 1);
        switch (id) {
        case PORTICO_TIME: portico_put_decimal(w, portico_u64(value.ptr)); break;
        case PORTICO_STATUS: portico_put_decimal(w, portico_u16(value.ptr)); break;
        case PORTICO_QUERY_PARAMS: put_pairs(w, value); break;
        default: portico_put(w, value.ptr, value.len);
        }
        portico_put(w, ";", 1);
    }
    portico_put(w, "\n", 1);
}

static void put_values(portico_writer *w) {
    char list[64];
    portico_str value;
    int32_t n = portico_header_values(PORTICO_REQUEST, PORTICO_LIT("x-text"), PORTICO_BUF(list));
    for (portico_iter it = portico_iterate(list, portico_fit(n, sizeof list)); portico_next(&it, &value);) {
        portico_put(w, "[", 1);
        portico_put(w, value.ptr, value.len);
        portico_put(w, "]", 1);
    }
    portico_put(w, "\n", 1);
}

/* Encodings that end early must end the iteration, whatever their lengths say. */
static void put_broken(portico_writer *w) {
    static const char lying[] = "\x02\0\0\0ab\xff\xff\xff\xff" "cd";
    uint32_t id;
    portico_str value = {NULL, 0}, name;
    portico_iter it = portico_iterate(lying, sizeof lying - 1);
    uint64_t values = 0, fields = 0;
    while (portico_next(&it, &value))
        values++;
    it = portico_iterate(lying, 5);
    while (portico_next_field(&it, &id, &value) || portico_next_pair(&it, &name, &value))
        fields++;
    it = portico_iterate(lying, PORTICO_ENOENT);
    while (portico_next(&it, &value))
        fields++;
    portico_put_decimal(w, values);
    portico_put(w, ",", 1);
    portico_put_decimal(w, fields);
    portico_put(w, "\n", 1);
}

static void put_written(portico_writer *w) {
    char small[20], full[8];
    portico_writer n = portico_write_to(PORTICO_BUF(small)), f = portico_write_to(PORTICO_BUF(full));
    portico_put_decimal(&n, UINT64_MAX);
    portico_put(w, n.ptr, n.len);
    portico_put(&f, PORTICO_LIT("1234567"));
    portico_put(&f, PORTICO_LIT("89"));
    portico_put(&f, PORTICO_LIT("0")); /* would fit, but the 89 is missing */
    portico_put(w, f.ptr, f.len);
    portico_put(w, n.overflow ? "n" : "-", 1);
    portico_put(w, f.overflow ? "f" : "-", 1);
    portico_put(w, "\n", 1);
}

static bool slept(int64_t ms) {
    int64_t from = portico_clock_monotonic_ns();
    portico_sleep(ms);
    return portico_clock_monotonic_ns() - from >= 3000000;
}

int32_t portico_integrate(void) {
    static char text[2048];
    char body[16];
    portico_writer w = portico_write_to(PORTICO_BUF(text));
    int32_t n = portico_read_all(PORTICO_REQUEST, PORTICO_BUF(body));
    put_result(&w, PORTICO_LIT("body"), n, body);
    put_header(&w, enlarge);
    put_header(&w, pretend);
    put_header(&w, NULL);
    put_fields(&w);
    put_values(&w);
    put_broken(&w);
    put_written(&w);
    portico_put_decimal(&w, (uint64_t)portico_header_is(PORTICO_REQUEST, PORTICO_LIT("x-one"), PORTICO_LIT("1")));
    portico_put(&w, slept(3) ? "s" : "-", 1);
    portico_put(&w, slept(-3) ? "s" : "-", 1);
    return portico_respond(200, w.ptr, w.len);
}

/* Counts with a label of its own. */
int32_t portico_map_request(void) {
    char labels[64];
    portico_writer w = portico_write_to(PORTICO_BUF(labels));
    portico_put_pair(&w, PORTICO_LIT("case"), PORTICO_LIT("c"));
    int32_t err = portico_counter_add(PORTICO_LIT("helpers_total"), w.ptr, w.len, 1.5);
    return err < 0 ? err : portico_refuse(429, PORTICO_LIT("slow down\n"));
}
