//! The functions of the ABI, in the order of ABI.md.

use super::{In, Out, Sum};

functions! {
    /// Writes a line to the log. `level`: 0 debug, 1 info, 2 warn, 3 error.
    "portico_core_v1" "log" fn log(level: u32, text: In) -> i32;
    /// The plugin's configuration, a JSON object.
    "portico_core_v1" "config_read" fn config_read(out: Out) -> i32;
    /// Says why `portico_configure` will fail.
    "portico_core_v1" "config_error" fn config_error(text: In) -> i32;
    /// Wall clock, ns since 1970.
    "portico_core_v1" "clock_unix_ns" fn clock_unix_ns() -> i64;
    /// A clock that never goes back, in ns.
    "portico_core_v1" "clock_monotonic_ns" fn clock_monotonic_ns() -> i64;
    /// ms until this call is stopped.
    "portico_core_v1" "deadline_ms" fn deadline_ms() -> i64;
    /// Fills the buffer, at most 65536 bytes, from a cryptographic source.
    "portico_core_v1" "random" fn random(out: Out) -> i32;

    /// A scalar field by its id.
    "portico_core_v1" "get_field" fn get_field(id: u32, out: Out) -> i32;
    /// Changes method, path or query.
    "portico_core_v1" "set_field" fn set_field(id: u32, value: In) -> i32;
    /// One parameter by name.
    "portico_core_v1" "get_param" fn get_param(source: u32, name: In, out: Out) -> i32;
    /// All values of a parameter, as list.
    "portico_core_v1" "param_values" fn param_values(source: u32, name: In, out: Out) -> i32;
    /// All values of a header, joined.
    "portico_core_v1" "get_header" fn get_header(message: u32, name: In, out: Out) -> i32;
    /// All values of a header, as list.
    "portico_core_v1" "header_values" fn header_values(message: u32, name: In, out: Out) -> i32;
    /// The whole header list, as pairs.
    "portico_core_v1" "headers" fn headers(message: u32, out: Out) -> i32;
    /// Replaces all fields of a name by one.
    "portico_core_v1" "set_header" fn set_header(message: u32, name: In, value: In) -> i32;
    /// Appends a field.
    "portico_core_v1" "add_header" fn add_header(message: u32, name: In, value: In) -> i32;
    /// Removes all fields of a name.
    "portico_core_v1" "remove_header" fn remove_header(message: u32, name: In) -> i32;
    /// The response's status, 0 before there is one.
    "portico_core_v1" "get_status" fn get_status() -> i32;
    /// Sets the response's status.
    "portico_core_v1" "set_status" fn set_status(status: u32) -> i32;
    /// Who the client is.
    "portico_core_v1" "set_principal" fn set_principal(id: In) -> i32;
    /// One entry of the authorizer's context.
    "portico_core_v1" "set_auth_context" fn set_auth_context(key: In, kind: u32, value: In) -> i32;
    /// Several fields at once, as TLV; bits of `mask` are ids.
    "portico_core_v1" "context_read" fn context_read(mask: i64, out: Out) -> i32;
    /// The JSON event that a Lambda function would get.
    "portico_core_v1" "event_read" fn event_read(out: Out) -> i32;
    /// The JSON answer that a Lambda function would give.
    "portico_core_v1" "result_write" fn result_write(json: In) -> i32;
    /// What `scratch_write` stored for this request.
    "portico_core_v1" "scratch_read" fn scratch_read(out: Out) -> i32;
    /// Stores up to 65536 bytes for this request.
    "portico_core_v1" "scratch_write" fn scratch_write(data: In) -> i32;

    /// Reads a body; 0 at its end.
    "portico_core_v1" "stream_read" fn stream_read(handle: u32, out: Out) -> i32;
    /// Writes a body.
    "portico_core_v1" "stream_write" fn stream_write(handle: u32, data: In) -> i32;
    /// Starts sending an integration's response.
    "portico_core_v1" "stream_flush" fn stream_flush(handle: u32) -> i32;
    /// The body is complete.
    "portico_core_v1" "stream_close" fn stream_close(handle: u32) -> i32;

    /// A value of the cache.
    "portico_cache_v1" "get" fn cache_get(key: In, out: Out) -> i32;
    /// Stores a value; `ttl_ms` 0: until it is evicted.
    "portico_cache_v1" "put" fn cache_put(key: In, value: In, ttl_ms: i64) -> i32;
    /// 1 if there was a value.
    "portico_cache_v1" "delete" fn cache_delete(key: In) -> i32;

    /// Takes `n` tokens: 0, or ms until they will be there.
    "portico_throttle_v1" "take" fn throttle_take(bucket: In, key: In, n: u32) -> i64;

    /// A secret.
    "portico_secrets_v1" "read" fn secrets_read(name: In, out: Out) -> i32;
    /// The HMAC of data. `hash`: 1 SHA-1, 2 SHA-256, 3 SHA-512.
    "portico_secrets_v1" "hmac" fn secrets_hmac(name: In, hash: u32, data: In, out: Out) -> i32;

    /// Adds to a counter. Labels are pairs.
    "portico_metrics_v1" "counter_add" fn counter_add(name: In, labels: In, value: f64) -> i32;
    /// Sets a gauge.
    "portico_metrics_v1" "gauge_set" fn gauge_set(name: In, labels: In, value: f64) -> i32;
    /// Puts a value into a histogram.
    "portico_metrics_v1" "histogram_observe" fn histogram_observe(name: In, labels: In, value: f64) -> i32;

    /// A value of the store.
    "portico_kv_v1" "get" fn kv_get(key: In, out: Out) -> i32;
    /// Stores a value; `ttl_ms` 0: for ever.
    "portico_kv_v1" "put" fn kv_put(key: In, value: In, ttl_ms: i64) -> i32;
    /// 1 if there was a value.
    "portico_kv_v1" "delete" fn kv_delete(key: In) -> i32;
    /// Adds to a number.
    "portico_kv_v1" "increment" fn kv_increment(key: In, delta: i64, sum: Sum) -> i32;
    /// Stores a value if the present one is `old`.
    "portico_kv_v1" "compare_and_set" fn kv_compare_and_set(key: In, old: In, new: In, ttl_ms: i64, flags: u32) -> i32;
    /// The first keys with a prefix after another, as list.
    "portico_kv_v1" "list" fn kv_list(prefix: In, after: In, limit: u32, out: Out) -> i32;

    /// Sends a request, given as pairs, and waits for its answer's head; gives a handle.
    "portico_http_v1" "request" fn http_request(request: In, body: In, timeout_ms: i64, flags: u32) -> i32;
    /// Sends a request and gives a handle at once.
    "portico_http_v1" "start" fn http_start(request: In, body: In, timeout_ms: i64, flags: u32) -> i32;
    /// The first of the handles, a list of u32, that has an answer or has failed.
    "portico_http_v1" "wait" fn http_wait(handles: In, timeout_ms: i64) -> i32;
    /// The status of an answer.
    "portico_http_v1" "status" fn http_status(handle: u32) -> i32;
    /// The header list of an answer, as pairs.
    "portico_http_v1" "headers" fn http_headers(handle: u32, out: Out) -> i32;
    /// All values of a header of an answer, joined.
    "portico_http_v1" "get_header" fn http_get_header(handle: u32, name: In, out: Out) -> i32;
    /// The trailers of an answer, as pairs.
    "portico_http_v1" "trailers" fn http_trailers(handle: u32, out: Out) -> i32;
    /// A trailer of a streamed request body.
    "portico_http_v1" "set_trailer" fn http_set_trailer(handle: u32, name: In, value: In) -> i32;
    /// Lets go of a request and its answer.
    "portico_http_v1" "close" fn http_close(handle: u32) -> i32;

    /// Verifies a token and gives its claims as JSON.
    "portico_jwt_v1" "verify" fn jwt_verify(issuer: In, token: In, out: Out) -> i32;
    /// Why the last verify of this call refused the token.
    "portico_jwt_v1" "reason" fn jwt_reason(out: Out) -> i32;
}
