/*
 * The guest of the conformance suite, over portico.h; hostabi/tck/doc.go has the
 * protocol. FUNCTIONS says how many functions the host has, since a guest that
 * imports one more is not loaded.
 */
#include "portico.h"

#ifndef FUNCTIONS
#define FUNCTIONS 56
#endif

enum {
    MAX_PROGRAM = 64 << 10,
    MAX_CONFIG = 128 << 10,
    MAX_BUFFER = (1 << 20) + (4 << 10),
    MAX_REPORT = 512 << 10,
    FILLER = 0xa5
};

static char program[MAX_PROGRAM];
static char config[MAX_CONFIG];
static char buffer[MAX_BUFFER];
static char report[MAX_REPORT];
static char text[2 * MAX_REPORT];

/* One host call to be made. */
typedef struct command {
    uint32_t function, bits, number;
    uint64_t mask;
    uint32_t cap, keep;
    portico_str first, second;
    char *buf;
} command;

/* A pointer that the host has to refuse. */
static char *elsewhere(uint32_t at) { return (char *)(uintptr_t)at; }

static double as_double(uint64_t bits) {
    union {
        uint64_t bits;
        double value;
    } u;
    u.bits = bits;
    return u.value;
}

static int64_t call_core(const command *c) {
    const char *a = c->first.ptr, *b = c->second.ptr;
    size_t alen = c->first.len, blen = c->second.len;
    switch (c->function) {
    case 0: return portico_log(c->number, a, alen);
    case 1: return portico_config_read(c->buf, c->cap);
    case 2: return portico_config_error(a, alen);
    case 3: return portico_clock_unix_ns();
    case 4: return portico_clock_monotonic_ns();
    case 5: return portico_deadline_ms();
    case 6: return portico_random(c->buf, c->cap);
    case 7: return portico_get_field(c->number, c->buf, c->cap);
    case 8: return portico_set_field(c->number, a, alen);
    case 9: return portico_get_param(c->number, a, alen, c->buf, c->cap);
    case 10: return portico_param_values(c->number, a, alen, c->buf, c->cap);
    case 11: return portico_get_header(c->number, a, alen, c->buf, c->cap);
    case 12: return portico_header_values(c->number, a, alen, c->buf, c->cap);
    case 13: return portico_headers(c->number, c->buf, c->cap);
    case 14: return portico_set_header(c->number, a, alen, b, blen);
    case 15: return portico_add_header(c->number, a, alen, b, blen);
    case 16: return portico_remove_header(c->number, a, alen);
    case 17: return portico_get_status();
    case 18: return portico_set_status(c->number);
    case 19: return portico_set_principal(a, alen);
    case 20: return portico_set_auth_context(a, alen, c->number, b, blen);
    case 21: return portico_context_read(c->mask, c->buf, c->cap);
    case 22: return portico_event_read(c->buf, c->cap);
    case 23: return portico_result_write(a, alen);
    case 24: return portico_scratch_read(c->buf, c->cap);
    case 25: return portico_scratch_write(a, alen);
    case 26: return portico_stream_read(c->number, c->buf, c->cap);
    case 27: return portico_stream_write(c->number, a, alen);
    case 28: return portico_stream_flush(c->number);
    case 29: return portico_stream_close(c->number);
    default: return PORTICO_ENOSYS;
    }
}

static int64_t call_state(const command *c) {
    const char *a = c->first.ptr, *b = c->second.ptr;
    size_t alen = c->first.len, blen = c->second.len;
    int64_t mask = (int64_t)c->mask;
    switch (c->function) {
    case 30: return portico_cache_get(a, alen, c->buf, c->cap);
    case 31: return portico_cache_put(a, alen, b, blen, mask);
    case 32: return portico_cache_delete(a, alen);
    case 33: return portico_throttle_take(a, alen, b, blen, c->number);
    case 34: return portico_secrets_read(a, alen, c->buf, c->cap);
    case 35: return portico_secrets_hmac(a, alen, c->number, b, blen, c->buf, c->cap);
    case 36: return portico_counter_add(a, alen, b, blen, as_double(c->mask));
    case 37: return portico_gauge_set(a, alen, b, blen, as_double(c->mask));
    case 38: return portico_histogram_observe(a, alen, b, blen, as_double(c->mask));
    case 39: return portico_kv_get(a, alen, c->buf, c->cap);
    case 40: return portico_kv_put(a, alen, b, blen, mask);
    case 41: return portico_kv_delete(a, alen);
    case 42: return portico_kv_increment(a, alen, mask, (int64_t *)(uintptr_t)c->buf);
    case 43: return portico_kv_compare_and_set(a, alen, b, blen, c->buf, c->cap, mask, c->number);
    case 44: return portico_kv_list(a, alen, b, blen, c->number, c->buf, c->cap);
    default: return PORTICO_ENOSYS;
    }
}

static int64_t call_outside(const command *c) {
    const char *a = c->first.ptr, *b = c->second.ptr;
    size_t alen = c->first.len, blen = c->second.len;
    int64_t mask = (int64_t)c->mask;
    (void)a, (void)b, (void)alen, (void)blen, (void)mask;
    switch (c->function) {
#if FUNCTIONS > 45
    case 45: return portico_http_request(a, alen, b, blen, mask, c->number);
    case 46: return portico_http_start(a, alen, b, blen, mask, c->number);
    case 47: return portico_http_wait((const uint32_t *)(uintptr_t)a, alen, mask);
    case 48: return portico_http_status(c->number);
    case 49: return portico_http_headers(c->number, c->buf, c->cap);
    case 50: return portico_http_get_header(c->number, a, alen, c->buf, c->cap);
    case 51: return portico_http_trailers(c->number, c->buf, c->cap);
    case 52: return portico_http_set_trailer(c->number, a, alen, b, blen);
    case 53: return portico_http_close(c->number);
#endif
#if FUNCTIONS > 54
    case 54: return portico_jwt_verify(a, alen, b, blen, c->buf, c->cap);
    case 55: return portico_jwt_reason(c->buf, c->cap);
#endif
    default: return PORTICO_ENOSYS;
    }
}

static int64_t call(const command *c) {
    if (c->function < 30)
        return call_core(c);
    return c->function < 45 ? call_state(c) : call_outside(c);
}

/* portico_str of a length and bytes at *at, which moves behind them. */
static portico_str input(const char **at) {
    portico_str s;
    s.len = portico_u32(*at);
    s.ptr = *at + 4;
    *at += 4 + s.len;
    return s;
}

/* The command at *at, which moves behind it. */
static command next(const char **at) {
    const char *p = *at;
    uint32_t fault = portico_u32(p + 14);
    command c;
    c.function = (unsigned char)p[0];
    c.bits = (unsigned char)p[1];
    c.number = portico_u32(p + 2);
    c.mask = portico_u64(p + 6);
    c.cap = portico_u32(p + 18);
    c.keep = portico_u32(p + 22);
    c.buf = buffer;
    *at += 26;
    c.first = input(at);
    c.second = input(at);
    if (c.bits & 8)
        c.first.ptr = buffer, c.first.len = c.cap;
    if (c.bits & 16)
        c.second.ptr = buffer, c.second.len = c.cap;
    if (c.bits & 1)
        c.first.ptr = elsewhere(fault);
    if (c.bits & 2)
        c.second.ptr = elsewhere(fault);
    if (c.bits & 4)
        c.buf = elsewhere(fault);
    return c;
}

static void put_number(portico_writer *w, uint64_t v, size_t size) {
    char b[8];
    for (size_t i = 0; i < size; i++)
        b[i] = (char)(v >> 8 * i);
    portico_put(w, b, size);
}

/* execute runs the program and gives its answer. */
static int32_t execute(portico_writer *w) {
    const char *at = program + 8;
    for (uint32_t left = portico_u32(program + 4); left > 0; left--) {
        command c = next(&at);
        for (uint32_t i = 0; i < c.cap; i++)
            buffer[i] = (char)FILLER;
        put_number(w, (uint64_t)call(&c), 8);
        put_number(w, c.keep, 4);
        portico_put(w, buffer, c.keep);
    }
    return (int32_t)portico_u32(program);
}

static int32_t run(void) {
    portico_writer w = portico_write_to(PORTICO_BUF(report));
    int32_t answer, n = portico_fit(portico_scratch_read(PORTICO_BUF(program)), sizeof program);
    if (n < 8)
        return PORTICO_EIO;
    answer = execute(&w);
    if (w.overflow)
        return PORTICO_E2BIG;
    if (portico_scratch_write(w.ptr, w.len) < 0)
        portico_stream_write(PORTICO_RESPONSE, w.ptr, w.len);
    return answer;
}

int32_t portico_authorize(void) { return run(); }
int32_t portico_map_request(void) { return run(); }
int32_t portico_map_response(void) { return run(); }
int32_t portico_integrate(void) { return run(); }

static char nibble(char digit) { return (char)(digit <= '9' ? digit - '0' : digit - 'a' + 10); }

int32_t portico_configure(void) {
    static const char prefix[] = "{\"tck\":\"";
    static const char digits[] = "0123456789abcdef";
    portico_writer w = portico_write_to(PORTICO_BUF(report)), hex = portico_write_to(PORTICO_BUF(text));
    const size_t head = sizeof prefix - 1;
    size_t size = 0;
    int32_t answer, n = portico_fit(portico_config_read(PORTICO_BUF(config)), sizeof config);
    if (n < (int32_t)head || !portico_equal(config, head, prefix, head))
        return PORTICO_DONE;
    for (const char *p = config + head; *p != '"' && size < sizeof program; p += 2)
        program[size++] = (char)(nibble(p[0]) << 4 | nibble(p[1]));
    answer = execute(&w);
    portico_put(&hex, PORTICO_LIT("tck:"));
    for (size_t i = 0; i < w.len; i++) {
        unsigned char c = (unsigned char)report[i];
        portico_put(&hex, &digits[c >> 4], 1);
        portico_put(&hex, &digits[c & 15], 1);
    }
    portico_config_error(hex.ptr, hex.len);
    return answer;
}
