/*
 * portico.h - plugins for the Portico API gateway in C11 and C++17.
 *
 * The whole SDK is this file. It needs clang with a WebAssembly target and no
 * library: copy it beside your source. It is a thin cover of the gateway's ABI,
 * hostabi/ABI.md, which is the reference for what each function does, may
 * answer and in which kind of call it may be called.
 *
 * Names are those of the ABI with portico_ before them, portico_get_header, and
 * with the capability where there is one, portico_kv_put. A function that
 * nobody calls is not imported, so a plugin needs only the grants that it uses.
 *
 * Texts are bytes with a length and no NUL at the end. PORTICO_LIT("text")
 * stands for pointer and length of a literal, PORTICO_BUF(array) for pointer
 * and size of an array.
 *
 * A result of 0 or more is success, a negative one is a code. A function that
 * gives bytes takes (buf, cap) and returns the full length; it writes all or, if
 * that is more than cap, nothing.
 */
#ifndef PORTICO_H
#define PORTICO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast" /* this is C, too */
#endif

/* Without WebAssembly the functions are plain externs, so that a test on your
 * own machine can stand in for the gateway. */
#ifdef __wasm__
#define PORTICO_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define PORTICO_EXPORT(name) __attribute__((export_name(name)))
#else
#define PORTICO_IMPORT(module, name)
#define PORTICO_EXPORT(name)
#endif

#define PORTICO_CORE(name) PORTICO_IMPORT("portico_core_v1", name)
#define PORTICO_CACHE(name) PORTICO_IMPORT("portico_cache_v1", name)
#define PORTICO_THROTTLE(name) PORTICO_IMPORT("portico_throttle_v1", name)
#define PORTICO_SECRETS(name) PORTICO_IMPORT("portico_secrets_v1", name)
#define PORTICO_METRICS(name) PORTICO_IMPORT("portico_metrics_v1", name)
#define PORTICO_KV(name) PORTICO_IMPORT("portico_kv_v1", name)
#define PORTICO_HTTP(name) PORTICO_IMPORT("portico_http_v1", name)
#define PORTICO_JWT(name) PORTICO_IMPORT("portico_jwt_v1", name)

/* Pointer and length, for two parameters at once. */
#define PORTICO_LIT(text) ("" text ""), (sizeof(text) - 1)
#define PORTICO_BUF(array) (array), sizeof(array)

/* ---- What a plugin exports: define those that it is to be. ---- */

/* What the kinds return: one of these, or a code if they fail: the client then
 * gets 500 or 502, and the log the code's name. */
enum portico_result {
    PORTICO_DENY = 0,         /* authorize: 403 */
    PORTICO_ALLOW = 1,        /* authorize */
    PORTICO_UNAUTHORIZED = 2, /* authorize: 401 */
    PORTICO_RESULT = 3,       /* authorize, integrate: portico_result_write has it */
    PORTICO_CONTINUE = 0,     /* the mappers: go on */
    PORTICO_RESPOND = 1,      /* map_request: send the response that is set */
    PORTICO_DONE = 0,         /* integrate: the response is set; configure: it is good */

    /* Codes: what functions answer that did not succeed. */
    PORTICO_ENOENT = -1,    /* there is none; an empty one gives 0 */
    PORTICO_EINVAL = -2,    /* an argument is not one that the function takes */
    PORTICO_EFAULT = -3,    /* pointer and length reach outside of memory */
    PORTICO_EPERM = -4,     /* not granted, or it belongs to the host */
    PORTICO_EPHASE = -5,    /* not in this kind of call, or no longer */
    PORTICO_EBADF = -6,     /* no such stream, or it is closed */
    PORTICO_EAGAIN = -7,    /* a limit per time or per call is used up */
    PORTICO_ETIMEDOUT = -8, /* what was waited for did not come in its time */
    PORTICO_ECONN = -9,     /* the other side of a stream or connection failed */
    PORTICO_E2BIG = -10,    /* over a limit of size */
    PORTICO_ENOSYS = -11,   /* not in this version of the gateway */
    PORTICO_EABORT = -12,   /* the deadline has passed or the client has gone: return */
    PORTICO_EIO = -13,      /* the host could not do it; its log says why */
    PORTICO_EEXIST = -14    /* compare-and-set found something else */
};

PORTICO_EXPORT("portico_authorize") int32_t portico_authorize(void);
PORTICO_EXPORT("portico_map_request") int32_t portico_map_request(void);
PORTICO_EXPORT("portico_map_response") int32_t portico_map_response(void);
PORTICO_EXPORT("portico_integrate") int32_t portico_integrate(void);
PORTICO_EXPORT("portico_configure") int32_t portico_configure(void);

/* The marker. It is weak so that several sources may include this file. */
PORTICO_EXPORT("portico_abi_v1") __attribute__((weak)) void portico_abi_v1(void);
__attribute__((weak)) void portico_abi_v1(void) {}

/* ---- Messages, fields and other numbers ---- */

/* Messages, which are also the handles of their bodies. */
enum portico_message { PORTICO_REQUEST = 0, PORTICO_RESPONSE = 1 };

enum portico_level { PORTICO_DEBUG = 0, PORTICO_INFO = 1, PORTICO_WARN = 2, PORTICO_ERROR = 3 };

/* Fields 1 to 21 are for get_field and context_read, those from 32 on for
 * context_read alone. set_field takes method, path and query. */
enum portico_field {
    PORTICO_METHOD = 1,
    PORTICO_PATH = 2,
    PORTICO_RAW_PATH = 3,
    PORTICO_QUERY = 4,
    PORTICO_SCHEME = 5,
    PORTICO_HOST = 6,
    PORTICO_PROTOCOL = 7,
    PORTICO_SOURCE_IP = 8,
    PORTICO_USER_AGENT = 9,
    PORTICO_REQUEST_ID = 10,
    PORTICO_TIME = 11, /* ms since 1970; context_read: i64, see portico_u64 */
    PORTICO_API = 12,
    PORTICO_STAGE = 13,
    PORTICO_ROUTE = 14,
    PORTICO_RESOURCE = 15,
    PORTICO_METHOD_ARN = 16,
    PORTICO_PRINCIPAL = 17,
    PORTICO_ACCOUNT = 18,
    PORTICO_REGION = 19,
    PORTICO_DOMAIN_NAME = 20,
    PORTICO_TOKEN = 21,            /* authorize only */
    PORTICO_HEADERS = 32,          /* pairs */
    PORTICO_QUERY_PARAMS = 33,     /* pairs */
    PORTICO_PATH_PARAMS = 34,      /* pairs */
    PORTICO_STAGE_VARIABLES = 35,  /* pairs */
    PORTICO_AUTH_CONTEXT = 36,     /* pairs */
    PORTICO_IDENTITY = 37,         /* list; authorize only */
    PORTICO_RESPONSE_HEADERS = 38, /* pairs; map_response and integrate only */
    PORTICO_STATUS = 39            /* u16, see portico_u16; as the one before */
};

/* The bit of a field in context_read's mask. */
#define PORTICO_MASK(field) ((uint64_t)1 << (field))

/* Where get_param and param_values look. */
enum portico_source {
    PORTICO_PARAM_PATH = 1,
    PORTICO_PARAM_QUERY = 2,
    PORTICO_PARAM_STAGE = 3,
    PORTICO_PARAM_AUTH = 4,
    PORTICO_PARAM_COOKIE = 5
};

/* JSON types of set_auth_context's value. */
enum portico_kind { PORTICO_STRING = 0, PORTICO_NUMBER = 1, PORTICO_BOOLEAN = 2, PORTICO_JSON = 3 };

enum portico_hash { PORTICO_SHA1 = 1, PORTICO_SHA256 = 2, PORTICO_SHA512 = 3 };

enum portico_limit {
    PORTICO_KEY_MAX = 512,       /* bytes of a key of cache, throttle and kv */
    PORTICO_VALUE_MAX = 1 << 20, /* bytes of a value of cache and kv */
    PORTICO_SCRATCH_MAX = 65536  /* bytes of scratch */
};

/* ---- portico_core_v1: every plugin may call these ---- */

PORTICO_CORE("log") int32_t portico_log(uint32_t level, const void *text, size_t len);
PORTICO_CORE("config_read") int32_t portico_config_read(void *buf, size_t cap);
PORTICO_CORE("config_error") int32_t portico_config_error(const void *text, size_t len);
PORTICO_CORE("clock_unix_ns") int64_t portico_clock_unix_ns(void);
PORTICO_CORE("clock_monotonic_ns") int64_t portico_clock_monotonic_ns(void);
PORTICO_CORE("deadline_ms") int64_t portico_deadline_ms(void);
PORTICO_CORE("random") int32_t portico_random(void *buf, size_t len);

PORTICO_CORE("get_field") int32_t portico_get_field(uint32_t field, void *buf, size_t cap);
PORTICO_CORE("set_field") int32_t portico_set_field(uint32_t field, const void *value, size_t len);
PORTICO_CORE("get_param")
int32_t portico_get_param(uint32_t source, const void *name, size_t name_len, void *buf, size_t cap);
PORTICO_CORE("param_values") /* gives a list */
int32_t portico_param_values(uint32_t source, const void *name, size_t name_len, void *buf, size_t cap);

PORTICO_CORE("get_header")
int32_t portico_get_header(uint32_t message, const void *name, size_t name_len, void *buf, size_t cap);
PORTICO_CORE("header_values") /* gives a list */
int32_t portico_header_values(uint32_t message, const void *name, size_t name_len, void *buf, size_t cap);
PORTICO_CORE("headers") /* gives pairs */
int32_t portico_headers(uint32_t message, void *buf, size_t cap);
PORTICO_CORE("set_header")
int32_t portico_set_header(uint32_t message, const void *name, size_t name_len, const void *value, size_t value_len);
PORTICO_CORE("add_header")
int32_t portico_add_header(uint32_t message, const void *name, size_t name_len, const void *value, size_t value_len);
PORTICO_CORE("remove_header")
int32_t portico_remove_header(uint32_t message, const void *name, size_t name_len);
PORTICO_CORE("get_status") int32_t portico_get_status(void);
PORTICO_CORE("set_status") int32_t portico_set_status(uint32_t status);

PORTICO_CORE("set_principal") int32_t portico_set_principal(const void *id, size_t len);
PORTICO_CORE("set_auth_context") /* kind: enum portico_kind */
int32_t portico_set_auth_context(const void *key, size_t key_len, uint32_t kind, const void *value, size_t value_len);
PORTICO_CORE("context_read") /* gives TLV: portico_next_field */
int32_t portico_context_read(uint64_t mask, void *buf, size_t cap);
PORTICO_CORE("event_read") int32_t portico_event_read(void *buf, size_t cap);
PORTICO_CORE("result_write") int32_t portico_result_write(const void *json, size_t len);
PORTICO_CORE("scratch_read") int32_t portico_scratch_read(void *buf, size_t cap);
PORTICO_CORE("scratch_write") int32_t portico_scratch_write(const void *data, size_t len);

PORTICO_CORE("stream_read") /* 1 to cap bytes, 0 at the end */
int32_t portico_stream_read(uint32_t handle, void *buf, size_t cap);
PORTICO_CORE("stream_write") int32_t portico_stream_write(uint32_t handle, const void *data, size_t len);
PORTICO_CORE("stream_flush") int32_t portico_stream_flush(uint32_t handle);
PORTICO_CORE("stream_close") int32_t portico_stream_close(uint32_t handle);

/* ---- Capabilities: each needs a grant, capabilities = ["cache", ...] ----
 *
 * ttl_ms 0 keeps a value for ever, or in the cache until it is evicted. */

PORTICO_CACHE("get") int32_t portico_cache_get(const void *key, size_t key_len, void *buf, size_t cap);
PORTICO_CACHE("put")
int32_t portico_cache_put(const void *key, size_t key_len, const void *value, size_t value_len, int64_t ttl_ms);
PORTICO_CACHE("delete") int32_t portico_cache_delete(const void *key, size_t key_len);

/* 0: n tokens were taken; more: none were, ms until they will be there. */
PORTICO_THROTTLE("take")
int64_t portico_throttle_take(const void *bucket, size_t bucket_len, const void *key, size_t key_len, uint32_t n);

PORTICO_SECRETS("read") int32_t portico_secrets_read(const void *name, size_t name_len, void *buf, size_t cap);
PORTICO_SECRETS("hmac")
int32_t portico_secrets_hmac(const void *name, size_t name_len, uint32_t hash, const void *data, size_t data_len,
                             void *buf, size_t cap);

/* labels are pairs, made by portico_put_pair; NULL and 0 for none. */
PORTICO_METRICS("counter_add")
int32_t portico_counter_add(const void *name, size_t name_len, const void *labels, size_t labels_len, double value);
PORTICO_METRICS("gauge_set")
int32_t portico_gauge_set(const void *name, size_t name_len, const void *labels, size_t labels_len, double value);
PORTICO_METRICS("histogram_observe")
int32_t portico_histogram_observe(const void *name, size_t name_len, const void *labels, size_t labels_len,
                                  double value);

/* Flag of compare_and_set: only if there is none; old does not count. */
enum portico_kv_flag { PORTICO_KV_ABSENT = 1 };

PORTICO_KV("get") int32_t portico_kv_get(const void *key, size_t key_len, void *buf, size_t cap);
PORTICO_KV("put")
int32_t portico_kv_put(const void *key, size_t key_len, const void *value, size_t value_len, int64_t ttl_ms);
PORTICO_KV("delete") int32_t portico_kv_delete(const void *key, size_t key_len);
PORTICO_KV("increment") int32_t portico_kv_increment(const void *key, size_t key_len, int64_t delta, int64_t *sum);
PORTICO_KV("compare_and_set")
int32_t portico_kv_compare_and_set(const void *key, size_t key_len, const void *old_value, size_t old_len,
                                   const void *new_value, size_t new_len, int64_t ttl_ms, uint32_t flags);
PORTICO_KV("list") /* gives a list */
int32_t portico_kv_list(const void *prefix, size_t prefix_len, const void *after, size_t after_len, uint32_t limit,
                        void *buf, size_t cap);

/* A request is pairs, made by portico_put_pair: method and URL, then headers.
 * request and start give a handle, which stream_read takes for the answer's
 * body. timeout_ms 0 means the operator's. */
enum portico_http_flag {
    PORTICO_HTTP_STREAM = 1,  /* the body comes by stream_write and stream_close */
    PORTICO_HTTP_REDIRECT = 2 /* follow redirects as far as the operator allows */
};

PORTICO_HTTP("request") /* returns when the head of the answer has come */
int32_t portico_http_request(const void *request, size_t request_len, const void *body, size_t body_len,
                             int64_t timeout_ms, uint32_t flags);
PORTICO_HTTP("start") /* returns at once */
int32_t portico_http_start(const void *request, size_t request_len, const void *body, size_t body_len,
                           int64_t timeout_ms, uint32_t flags);
PORTICO_HTTP("wait") /* gives the first handle of those that is ready; size in bytes */
int32_t portico_http_wait(const uint32_t *handles, size_t size, int64_t timeout_ms);
PORTICO_HTTP("status") int32_t portico_http_status(uint32_t handle);
PORTICO_HTTP("headers") /* gives pairs */
int32_t portico_http_headers(uint32_t handle, void *buf, size_t cap);
PORTICO_HTTP("get_header")
int32_t portico_http_get_header(uint32_t handle, const void *name, size_t name_len, void *buf, size_t cap);
PORTICO_HTTP("trailers") /* gives pairs */
int32_t portico_http_trailers(uint32_t handle, void *buf, size_t cap);
PORTICO_HTTP("set_trailer")
int32_t portico_http_set_trailer(uint32_t handle, const void *name, size_t name_len, const void *value,
                                 size_t value_len);
PORTICO_HTTP("close") int32_t portico_http_close(uint32_t handle);

PORTICO_JWT("verify") /* gives the claims as JSON */
int32_t portico_jwt_verify(const void *issuer, size_t issuer_len, const void *token, size_t token_len, void *buf,
                           size_t cap);
PORTICO_JWT("reason") /* gives why the last verify refused: one word */
int32_t portico_jwt_reason(void *buf, size_t cap);

/* ---- Helpers. None of them needs an allocator or a libc. ---- */

/* A text somewhere in memory, without NUL. */
typedef struct portico_str {
    const char *ptr;
    size_t len;
} portico_str;

/* portico_fit turns "longer than cap" into E2BIG: after it n is a code or the
 * length of what is in the buffer. */
static inline int32_t portico_fit(int32_t n, size_t cap) {
    return n > 0 && (size_t)n > cap ? (int32_t)PORTICO_E2BIG : n;
}

/* portico_equal compares in a time that depends on the lengths alone, so that
 * nobody can guess a secret byte by byte. */
static inline bool portico_equal(const void *a, size_t a_len, const void *b, size_t b_len) {
    const unsigned char *x = (const unsigned char *)a;
    const unsigned char *y = (const unsigned char *)b;
    unsigned difference = 0;
    if (a_len != b_len)
        return false;
    for (size_t i = 0; i < a_len; i++) {
        difference |= (unsigned)(x[i] ^ y[i]);
        __asm__("" : "+r"(difference)); /* the compiler must not leave early */
    }
    return difference == 0;
}

/* portico_header_is compares a header with a value by portico_equal: 1 it is
 * the same, 0 it is not, or a code, ENOENT where there is no such header. The
 * value has at most 1024 bytes, else E2BIG. */
static inline int32_t portico_header_is(uint32_t message, const void *name, size_t name_len, const void *value,
                                        size_t value_len) {
    char buf[1024];
    int32_t n;
    if (value_len > sizeof buf)
        return PORTICO_E2BIG;
    n = portico_get_header(message, name, name_len, PORTICO_BUF(buf));
    if (n < 0)
        return n;
    return (size_t)n == value_len && portico_equal(buf, value_len, value, value_len);
}

/* portico_respond sets the response whole, as plain text: 0 or a code. */
static inline int32_t portico_respond(uint32_t status, const void *text, size_t len) {
    int32_t err = portico_set_status(status);
    if (err >= 0)
        err = portico_set_header(PORTICO_RESPONSE, PORTICO_LIT("content-type"),
                                 PORTICO_LIT("text/plain; charset=utf-8"));
    if (err >= 0)
        err = portico_stream_write(PORTICO_RESPONSE, text, len);
    return err < 0 ? err : 0;
}

/* portico_refuse is what map_request returns to answer in the integration's
 * place: RESPOND, or a code. */
static inline int32_t portico_refuse(uint32_t status, const void *text, size_t len) {
    int32_t err = portico_respond(status, text, len);
    return err < 0 ? err : (int32_t)PORTICO_RESPOND;
}

/* portico_read_all reads the rest of a body: its length, or a code, E2BIG if it
 * is longer than cap. */
static inline int32_t portico_read_all(uint32_t handle, void *buf, size_t cap) {
    size_t len = 0;
    for (;;) {
        char beyond;
        bool full = len == cap;
        int32_t n = portico_stream_read(handle, full ? &beyond : (char *)buf + len, full ? 1 : cap - len);
        if (n < 0)
            return n;
        if (n == 0)
            return (int32_t)len;
        if (full)
            return PORTICO_E2BIG;
        len += (size_t)n;
    }
}

/* Of WASI, which needs no grant: what portico_sleep waits with. */
PORTICO_IMPORT("wasi_snapshot_preview1", "poll_oneoff")
int32_t portico_poll_oneoff(const void *subscriptions, void *events, size_t count, uint32_t *ready);

/* portico_sleep waits for so many ms, none if that is not positive. A call that
 * sleeps keeps its instance, and is stopped at its deadline. */
static inline void portico_sleep(int64_t ms) {
    struct {
        uint64_t userdata;
        uint64_t tag; /* 0: a clock */
        uint32_t clock, padding;
        uint64_t timeout_ns, precision_ns, flags; /* 0: from now on */
    } subscription = {0, 0, 1, 0, 0, 0, 0}; /* 1: the monotonic clock */
    uint64_t event[4];
    uint32_t ready;
    if (ms <= 0)
        return;
    subscription.timeout_ns = (uint64_t)(ms < INT64_MAX / 1000000 ? ms : INT64_MAX / 1000000) * 1000000;
    portico_poll_oneoff(&subscription, event, 1, &ready);
}

/* A buffer that a read may outgrow. grow puts another one of at least size
 * bytes into it, or returns false; NULL never grows. What the old one held need
 * not be kept. */
typedef struct portico_buffer {
    char *ptr;
    size_t cap;
    bool (*grow)(struct portico_buffer *b, size_t size);
} portico_buffer;

/* portico_again reports whether a read must be made again, since b was too small
 * and has grown. In the end n is a code or the length of what is in b:
 *
 *     do
 *         n = portico_event_read(b.ptr, b.cap);
 *     while (portico_again(&b, &n));
 */
static inline bool portico_again(portico_buffer *b, int32_t *n) {
    if (*n <= 0 || (size_t)*n <= b->cap)
        return false;
    if (b->grow && b->grow(b, (size_t)*n) && (size_t)*n <= b->cap)
        return true;
    *n = PORTICO_E2BIG;
    return false;
}

/* Numbers of encodings: bytes in any alignment, the least significant first. */
static inline uint32_t portico_u16(const void *ptr) {
    const unsigned char *b = (const unsigned char *)ptr;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8;
}

static inline uint32_t portico_u32(const void *ptr) {
    const unsigned char *b = (const unsigned char *)ptr;
    return portico_u16(b) | portico_u16(b + 2) << 16;
}

static inline uint64_t portico_u64(const void *ptr) {
    const unsigned char *b = (const unsigned char *)ptr;
    return portico_u32(b) | (uint64_t)portico_u32(b + 4) << 32;
}

/* What is left of a list, pairs or TLV. It begins as the buffer that a function
 * filled, and the length that it returned. */
typedef struct portico_iter {
    const char *at;
    size_t left;
} portico_iter;

/* portico_iterate is over what a function put into buf, nothing if n is a code. */
static inline portico_iter portico_iterate(const void *buf, int32_t n) {
    portico_iter it;
    it.at = (const char *)buf;
    it.left = n > 0 ? (size_t)n : 0;
    return it;
}

/* portico_next is the next value of a list; false at the end. */
static inline bool portico_next(portico_iter *it, portico_str *value) {
    size_t len;
    if (it->left < 4)
        return false;
    len = portico_u32(it->at);
    if (len > it->left - 4)
        return false;
    value->ptr = it->at + 4;
    value->len = len;
    it->at += 4 + len;
    it->left -= 4 + len;
    return true;
}

/* portico_next_pair is the next of pairs; false at the end. */
static inline bool portico_next_pair(portico_iter *it, portico_str *name, portico_str *value) {
    return portico_next(it, name) && portico_next(it, value);
}

/* portico_next_field is the next field of context_read; false at the end. Skip
 * the ids that you do not know. */
static inline bool portico_next_field(portico_iter *it, uint32_t *id, portico_str *value) {
    portico_iter rest = *it;
    if (rest.left < 2)
        return false;
    *id = portico_u16(rest.at);
    rest.at += 2;
    rest.left -= 2;
    if (!portico_next(&rest, value))
        return false;
    *it = rest;
    return true;
}

/* A writer puts texts together in a caller's buffer; portico_write_to makes one. */
typedef struct portico_writer {
    char *ptr;
    size_t cap;
    size_t len;    /* of what is there */
    bool overflow; /* something did not fit; nothing is written from then on */
} portico_writer;

static inline portico_writer portico_write_to(void *buf, size_t cap) {
    portico_writer w;
    w.ptr = (char *)buf;
    w.cap = cap;
    w.len = 0;
    w.overflow = false;
    return w;
}

/* portico_put appends bytes whole, or sets overflow. */
static inline void portico_put(portico_writer *w, const void *data, size_t len) {
    const char *from = (const char *)data;
    if (w->overflow || len > w->cap - w->len) {
        w->overflow = true;
        return;
    }
    for (size_t i = 0; i < len; i++)
        w->ptr[w->len + i] = from[i];
    w->len += len;
}

/* portico_put_decimal appends a number in decimal digits. */
static inline void portico_put_decimal(portico_writer *w, uint64_t v) {
    char digits[20];
    size_t i = sizeof digits;
    do
        digits[--i] = (char)('0' + v % 10);
    while (v /= 10);
    portico_put(w, digits + i, sizeof digits - i);
}

/* portico_put_item appends a length and a text: an entry of a list. */
static inline void portico_put_item(portico_writer *w, const void *data, size_t len) {
    char size[4];
    for (size_t i = 0; i < sizeof size; i++)
        size[i] = (char)(len >> 8 * i);
    portico_put(w, size, sizeof size);
    portico_put(w, data, len);
}

/* portico_put_pair appends a pair: a label, or a header of a request. */
static inline void portico_put_pair(portico_writer *w, const void *name, size_t name_len, const void *value,
                                    size_t value_len) {
    portico_put_item(w, name, name_len);
    portico_put_item(w, value, value_len);
}

#ifdef __cplusplus
#pragma GCC diagnostic pop
}
#endif

#endif
