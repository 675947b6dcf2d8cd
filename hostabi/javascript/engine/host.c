#include "host.h"

#include <string.h>

/* P is a parameter that is a pointer, N any other. */
#define P(n) ((void *)(uintptr_t)(uint32_t)a[n])
#define N(n) ((uint32_t)a[n])

typedef void *ptr;
typedef uint32_t u32;

static double bits(int64_t v)
{
    double d;
    memcpy(&d, &v, sizeof d);
    return d;
}

CORE(log) int32_t core_log(u32, ptr, u32);
CORE(config_error) int32_t core_config_error(ptr, u32);
CORE(clock_unix_ns) int64_t core_clock_unix_ns(void);
CORE(clock_monotonic_ns) int64_t core_clock_monotonic_ns(void);
CORE(deadline_ms) int64_t core_deadline_ms(void);
CORE(get_field) int32_t core_get_field(u32, ptr, u32);
CORE(set_field) int32_t core_set_field(u32, ptr, u32);
CORE(get_param) int32_t core_get_param(u32, ptr, u32, ptr, u32);
CORE(param_values) int32_t core_param_values(u32, ptr, u32, ptr, u32);
CORE(get_header) int32_t core_get_header(u32, ptr, u32, ptr, u32);
CORE(header_values) int32_t core_header_values(u32, ptr, u32, ptr, u32);
CORE(headers) int32_t core_headers(u32, ptr, u32);
CORE(set_header) int32_t core_set_header(u32, ptr, u32, ptr, u32);
CORE(add_header) int32_t core_add_header(u32, ptr, u32, ptr, u32);
CORE(remove_header) int32_t core_remove_header(u32, ptr, u32);
CORE(get_status) int32_t core_get_status(void);
CORE(set_status) int32_t core_set_status(u32);
CORE(set_principal) int32_t core_set_principal(ptr, u32);
CORE(set_auth_context) int32_t core_set_auth_context(ptr, u32, u32, ptr, u32);
CORE(context_read) int32_t core_context_read(int64_t, ptr, u32);
CORE(scratch_read) int32_t core_scratch_read(ptr, u32);
CORE(scratch_write) int32_t core_scratch_write(ptr, u32);
CORE(stream_read) int32_t core_stream_read(u32, ptr, u32);
CORE(stream_write) int32_t core_stream_write(u32, ptr, u32);
CORE(stream_flush) int32_t core_stream_flush(u32);
CORE(stream_close) int32_t core_stream_close(u32);

#define CACHE(fn) IMPORT("portico_cache_v1", #fn)
#define THROTTLE(fn) IMPORT("portico_throttle_v1", #fn)
#define SECRETS(fn) IMPORT("portico_secrets_v1", #fn)
#define METRICS(fn) IMPORT("portico_metrics_v1", #fn)
#define KV(fn) IMPORT("portico_kv_v1", #fn)
#define HTTP(fn) IMPORT("portico_http_v1", #fn)
#define JWT(fn) IMPORT("portico_jwt_v1", #fn)

CACHE(get) int32_t cache_get(ptr, u32, ptr, u32);
CACHE(put) int32_t cache_put(ptr, u32, ptr, u32, int64_t);
CACHE(delete) int32_t cache_delete(ptr, u32);
THROTTLE(take) int64_t throttle_take(ptr, u32, ptr, u32, u32);
SECRETS(read) int32_t secrets_read(ptr, u32, ptr, u32);
SECRETS(hmac) int32_t secrets_hmac(ptr, u32, u32, ptr, u32, ptr, u32);
METRICS(counter_add) int32_t metrics_counter_add(ptr, u32, ptr, u32, double);
METRICS(gauge_set) int32_t metrics_gauge_set(ptr, u32, ptr, u32, double);
METRICS(histogram_observe) int32_t metrics_histogram_observe(ptr, u32, ptr, u32, double);
KV(get) int32_t kv_get(ptr, u32, ptr, u32);
KV(put) int32_t kv_put(ptr, u32, ptr, u32, int64_t);
KV(delete) int32_t kv_delete(ptr, u32);
KV(increment) int32_t kv_increment(ptr, u32, int64_t, ptr);
KV(compare_and_set) int32_t kv_compare_and_set(ptr, u32, ptr, u32, ptr, u32, int64_t, u32);
KV(list) int32_t kv_list(ptr, u32, ptr, u32, u32, ptr, u32);
HTTP(request) int32_t http_request(ptr, u32, ptr, u32, int64_t, u32);
HTTP(start) int32_t http_start(ptr, u32, ptr, u32, int64_t, u32);
HTTP(wait) int32_t http_wait(ptr, u32, int64_t);
HTTP(status) int32_t http_status(u32);
HTTP(headers) int32_t http_headers(u32, ptr, u32);
HTTP(get_header) int32_t http_get_header(u32, ptr, u32, ptr, u32);
HTTP(trailers) int32_t http_trailers(u32, ptr, u32);
HTTP(set_trailer) int32_t http_set_trailer(u32, ptr, u32, ptr, u32);
HTTP(close) int32_t http_close(u32);
JWT(verify) int32_t jwt_verify(ptr, u32, ptr, u32, ptr, u32);
JWT(reason) int32_t jwt_reason(ptr, u32);

/* Every function behind one type. */
#define F(fn, ...) static int64_t do_##fn(const int64_t *a) { (void)a; return fn(__VA_ARGS__); }

F(core_log, N(0), P(1), N(2))
F(core_config_read, P(0), N(1))
F(core_config_error, P(0), N(1))
F(core_clock_unix_ns)
F(core_clock_monotonic_ns)
F(core_deadline_ms)
F(core_random, P(0), N(1))
F(core_get_field, N(0), P(1), N(2))
F(core_set_field, N(0), P(1), N(2))
F(core_get_param, N(0), P(1), N(2), P(3), N(4))
F(core_param_values, N(0), P(1), N(2), P(3), N(4))
F(core_get_header, N(0), P(1), N(2), P(3), N(4))
F(core_header_values, N(0), P(1), N(2), P(3), N(4))
F(core_headers, N(0), P(1), N(2))
F(core_set_header, N(0), P(1), N(2), P(3), N(4))
F(core_add_header, N(0), P(1), N(2), P(3), N(4))
F(core_remove_header, N(0), P(1), N(2))
F(core_get_status)
F(core_set_status, N(0))
F(core_set_principal, P(0), N(1))
F(core_set_auth_context, P(0), N(1), N(2), P(3), N(4))
F(core_context_read, a[0], P(1), N(2))
F(core_event_read, P(0), N(1))
F(core_result_write, P(0), N(1))
F(core_scratch_read, P(0), N(1))
F(core_scratch_write, P(0), N(1))
F(core_stream_read, N(0), P(1), N(2))
F(core_stream_write, N(0), P(1), N(2))
F(core_stream_flush, N(0))
F(core_stream_close, N(0))
F(cache_get, P(0), N(1), P(2), N(3))
F(cache_put, P(0), N(1), P(2), N(3), a[4])
F(cache_delete, P(0), N(1))
F(throttle_take, P(0), N(1), P(2), N(3), N(4))
F(secrets_read, P(0), N(1), P(2), N(3))
F(secrets_hmac, P(0), N(1), N(2), P(3), N(4), P(5), N(6))
F(metrics_counter_add, P(0), N(1), P(2), N(3), bits(a[4]))
F(metrics_gauge_set, P(0), N(1), P(2), N(3), bits(a[4]))
F(metrics_histogram_observe, P(0), N(1), P(2), N(3), bits(a[4]))
F(kv_get, P(0), N(1), P(2), N(3))
F(kv_put, P(0), N(1), P(2), N(3), a[4])
F(kv_delete, P(0), N(1))
F(kv_increment, P(0), N(1), a[2], P(3))
F(kv_compare_and_set, P(0), N(1), P(2), N(3), P(4), N(5), a[6], N(7))
F(kv_list, P(0), N(1), P(2), N(3), N(4), P(5), N(6))
F(http_request, P(0), N(1), P(2), N(3), a[4], N(5))
F(http_start, P(0), N(1), P(2), N(3), a[4], N(5))
F(http_wait, P(0), N(1), a[2])
F(http_status, N(0))
F(http_headers, N(0), P(1), N(2))
F(http_get_header, N(0), P(1), N(2), P(3), N(4))
F(http_trailers, N(0), P(1), N(2))
F(http_set_trailer, N(0), P(1), N(2), P(3), N(4))
F(http_close, N(0))
F(jwt_verify, P(0), N(1), P(2), N(3), P(4), N(5))
F(jwt_reason, P(0), N(1))

const HostFunc host_funcs[] = {
    {"log", "is", do_core_log, 'i'},
    {"config_read", "o", do_core_config_read, 'i'},
    {"config_error", "s", do_core_config_error, 'i'},
    {"clock_unix_ns", "", do_core_clock_unix_ns, 'l'},
    {"clock_monotonic_ns", "", do_core_clock_monotonic_ns, 'l'},
    {"deadline_ms", "", do_core_deadline_ms, 'l'},
    {"random", "o", do_core_random, 'i'},
    {"get_field", "io", do_core_get_field, 'i'},
    {"set_field", "is", do_core_set_field, 'i'},
    {"get_param", "iso", do_core_get_param, 'i'},
    {"param_values", "iso", do_core_param_values, 'i'},
    {"get_header", "iso", do_core_get_header, 'i'},
    {"header_values", "iso", do_core_header_values, 'i'},
    {"headers", "io", do_core_headers, 'i'},
    {"set_header", "iss", do_core_set_header, 'i'},
    {"add_header", "iss", do_core_add_header, 'i'},
    {"remove_header", "is", do_core_remove_header, 'i'},
    {"get_status", "", do_core_get_status, 'i'},
    {"set_status", "i", do_core_set_status, 'i'},
    {"set_principal", "s", do_core_set_principal, 'i'},
    {"set_auth_context", "sis", do_core_set_auth_context, 'i'},
    {"context_read", "lo", do_core_context_read, 'i'},
    {"event_read", "o", do_core_event_read, 'i'},
    {"result_write", "s", do_core_result_write, 'i'},
    {"scratch_read", "o", do_core_scratch_read, 'i'},
    {"scratch_write", "s", do_core_scratch_write, 'i'},
    {"stream_read", "io", do_core_stream_read, 'i'},
    {"stream_write", "is", do_core_stream_write, 'i'},
    {"stream_flush", "i", do_core_stream_flush, 'i'},
    {"stream_close", "i", do_core_stream_close, 'i'},
    {"cache.get", "so", do_cache_get, 'i'},
    {"cache.put", "ssl", do_cache_put, 'i'},
    {"cache.delete", "s", do_cache_delete, 'i'},
    {"throttle.take", "ssi", do_throttle_take, 'l'},
    {"secrets.read", "so", do_secrets_read, 'i'},
    {"secrets.hmac", "siso", do_secrets_hmac, 'i'},
    {"metrics.counter_add", "ssd", do_metrics_counter_add, 'i'},
    {"metrics.gauge_set", "ssd", do_metrics_gauge_set, 'i'},
    {"metrics.histogram_observe", "ssd", do_metrics_histogram_observe, 'i'},
    {"kv.get", "so", do_kv_get, 'i'},
    {"kv.put", "ssl", do_kv_put, 'i'},
    {"kv.delete", "s", do_kv_delete, 'i'},
    {"kv.increment", "slp", do_kv_increment, 'i'},
    {"kv.compare_and_set", "sssli", do_kv_compare_and_set, 'i'},
    {"kv.list", "ssio", do_kv_list, 'i'},
    {"http.request", "ssli", do_http_request, 'i'},
    {"http.start", "ssli", do_http_start, 'i'},
    {"http.wait", "sl", do_http_wait, 'i'},
    {"http.status", "i", do_http_status, 'i'},
    {"http.headers", "io", do_http_headers, 'i'},
    {"http.get_header", "iso", do_http_get_header, 'i'},
    {"http.trailers", "io", do_http_trailers, 'i'},
    {"http.set_trailer", "iss", do_http_set_trailer, 'i'},
    {"http.close", "i", do_http_close, 'i'},
    {"jwt.verify", "sso", do_jwt_verify, 'i'},
    {"jwt.reason", "o", do_jwt_reason, 'i'},
};

const int host_func_count = sizeof host_funcs / sizeof *host_funcs;
