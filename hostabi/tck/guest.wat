;; The conformance guest. Protocol: doc.go.
(module
  (import "portico_core_v1" "log" (func $log (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "config_read" (func $config_read (param i32 i32) (result i32)))
  (import "portico_core_v1" "config_error" (func $config_error (param i32 i32) (result i32)))
  (import "portico_core_v1" "clock_unix_ns" (func $clock_unix_ns (result i64)))
  (import "portico_core_v1" "clock_monotonic_ns" (func $clock_monotonic_ns (result i64)))
  (import "portico_core_v1" "deadline_ms" (func $deadline_ms (result i64)))
  (import "portico_core_v1" "random" (func $random (param i32 i32) (result i32)))
  (import "portico_core_v1" "get_field" (func $get_field (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "set_field" (func $set_field (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "get_param" (func $get_param (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "param_values" (func $param_values (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "get_header" (func $get_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "header_values" (func $header_values (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "headers" (func $headers (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "set_header" (func $set_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "add_header" (func $add_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "remove_header" (func $remove_header (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "get_status" (func $get_status (result i32)))
  (import "portico_core_v1" "set_status" (func $set_status (param i32) (result i32)))
  (import "portico_core_v1" "set_principal" (func $set_principal (param i32 i32) (result i32)))
  (import "portico_core_v1" "set_auth_context" (func $set_auth_context (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_core_v1" "context_read" (func $context_read (param i64 i32 i32) (result i32)))
  (import "portico_core_v1" "event_read" (func $event_read (param i32 i32) (result i32)))
  (import "portico_core_v1" "result_write" (func $result_write (param i32 i32) (result i32)))
  (import "portico_core_v1" "scratch_read" (func $scratch_read (param i32 i32) (result i32)))
  (import "portico_core_v1" "scratch_write" (func $scratch_write (param i32 i32) (result i32)))
  (import "portico_core_v1" "stream_read" (func $stream_read (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "stream_write" (func $stream_write (param i32 i32 i32) (result i32)))
  (import "portico_core_v1" "stream_flush" (func $stream_flush (param i32) (result i32)))
  (import "portico_core_v1" "stream_close" (func $stream_close (param i32) (result i32)))
  (import "portico_cache_v1" "get" (func $cache_get (param i32 i32 i32 i32) (result i32)))
  (import "portico_cache_v1" "put" (func $cache_put (param i32 i32 i32 i32 i64) (result i32)))
  (import "portico_cache_v1" "delete" (func $cache_delete (param i32 i32) (result i32)))
  (import "portico_throttle_v1" "take" (func $throttle_take (param i32 i32 i32 i32 i32) (result i64)))
  (import "portico_secrets_v1" "read" (func $secrets_read (param i32 i32 i32 i32) (result i32)))
  (import "portico_secrets_v1" "hmac" (func $secrets_hmac (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "portico_metrics_v1" "counter_add" (func $metrics_counter_add (param i32 i32 i32 i32 f64) (result i32)))
  (import "portico_metrics_v1" "gauge_set" (func $metrics_gauge_set (param i32 i32 i32 i32 f64) (result i32)))
  (import "portico_metrics_v1" "histogram_observe" (func $metrics_histogram_observe (param i32 i32 i32 i32 f64) (result i32)))
  (import "portico_kv_v1" "get" (func $kv_get (param i32 i32 i32 i32) (result i32)))
  (import "portico_kv_v1" "put" (func $kv_put (param i32 i32 i32 i32 i64) (result i32)))
  (import "portico_kv_v1" "delete" (func $kv_delete (param i32 i32) (result i32)))
  (import "portico_kv_v1" "increment" (func $kv_increment (param i32 i32 i64 i32) (result i32)))
  (import "portico_kv_v1" "compare_and_set" (func $kv_compare_and_set (param i32 i32 i32 i32 i32 i32 i64 i32) (result i32)))
  (import "portico_kv_v1" "list" (func $kv_list (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "portico_http_v1" "request" (func $http_request (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "portico_http_v1" "start" (func $http_start (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "portico_http_v1" "wait" (func $http_wait (param i32 i32 i64) (result i32)))
  (import "portico_http_v1" "status" (func $http_status (param i32) (result i32)))
  (import "portico_http_v1" "headers" (func $http_headers (param i32 i32 i32) (result i32)))
  (import "portico_http_v1" "get_header" (func $http_get_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_http_v1" "trailers" (func $http_trailers (param i32 i32 i32) (result i32)))
  (import "portico_http_v1" "set_trailer" (func $http_set_trailer (param i32 i32 i32 i32 i32) (result i32)))
  (import "portico_http_v1" "close" (func $http_close (param i32) (result i32)))
  (import "portico_jwt_v1" "verify" (func $jwt_verify (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "portico_jwt_v1" "reason" (func $jwt_reason (param i32 i32) (result i32)))

  ;; 0x10000 program, 0x20000 report, 0x60000 configuration, 0x80000 buffer
  (memory (export "memory") 25)

  (global $at     (mut i32) (i32.const 0)) ;; next byte of the program
  (global $out    (mut i32) (i32.const 0)) ;; next byte of the report
  (global $number (mut i64) (i64.const 0))
  (global $mask   (mut i64) (i64.const 0))
  (global $pbuf (mut i64) (i64.const 0))
  (global $cap (mut i64) (i64.const 0))
  (global $p1 (mut i64) (i64.const 0))
  (global $n1 (mut i64) (i64.const 0))
  (global $p2 (mut i64) (i64.const 0))
  (global $n2 (mut i64) (i64.const 0))

  ;; One wrapper for each function, by its place in hostabi.Functions.
  (type $wrapper (func (result i64)))
  (table funcref (elem
    $do_log
    $do_config_read
    $do_config_error
    $do_clock_unix_ns
    $do_clock_monotonic_ns
    $do_deadline_ms
    $do_random
    $do_get_field
    $do_set_field
    $do_get_param
    $do_param_values
    $do_get_header
    $do_header_values
    $do_headers
    $do_set_header
    $do_add_header
    $do_remove_header
    $do_get_status
    $do_set_status
    $do_set_principal
    $do_set_auth_context
    $do_context_read
    $do_event_read
    $do_result_write
    $do_scratch_read
    $do_scratch_write
    $do_stream_read
    $do_stream_write
    $do_stream_flush
    $do_stream_close
    $do_cache_get
    $do_cache_put
    $do_cache_delete
    $do_throttle_take
    $do_secrets_read
    $do_secrets_hmac
    $do_metrics_counter_add
    $do_metrics_gauge_set
    $do_metrics_histogram_observe
    $do_kv_get
    $do_kv_put
    $do_kv_delete
    $do_kv_increment
    $do_kv_compare_and_set
    $do_kv_list
    $do_http_request
    $do_http_start
    $do_http_wait
    $do_http_status
    $do_http_headers
    $do_http_get_header
    $do_http_trailers
    $do_http_set_trailer
    $do_http_close
    $do_jwt_verify
    $do_jwt_reason))
  (func $do_log (type $wrapper)
    (i64.extend_i32_s (call $log (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)))))
  (func $do_config_read (type $wrapper)
    (i64.extend_i32_s (call $config_read (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_config_error (type $wrapper)
    (i64.extend_i32_s (call $config_error (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)))))
  (func $do_clock_unix_ns (type $wrapper) (call $clock_unix_ns))
  (func $do_clock_monotonic_ns (type $wrapper) (call $clock_monotonic_ns))
  (func $do_deadline_ms (type $wrapper) (call $deadline_ms))
  (func $do_random (type $wrapper)
    (i64.extend_i32_s (call $random (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_get_field (type $wrapper)
    (i64.extend_i32_s (call $get_field (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_set_field (type $wrapper)
    (i64.extend_i32_s (call $set_field (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)))))
  (func $do_get_param (type $wrapper)
    (i64.extend_i32_s (call $get_param (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_param_values (type $wrapper)
    (i64.extend_i32_s (call $param_values (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_get_header (type $wrapper)
    (i64.extend_i32_s (call $get_header (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_header_values (type $wrapper)
    (i64.extend_i32_s (call $header_values (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_headers (type $wrapper)
    (i64.extend_i32_s (call $headers (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_set_header (type $wrapper)
    (i64.extend_i32_s (call $set_header (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)))))
  (func $do_add_header (type $wrapper)
    (i64.extend_i32_s (call $add_header (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)))))
  (func $do_remove_header (type $wrapper)
    (i64.extend_i32_s (call $remove_header (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)))))
  (func $do_get_status (type $wrapper)
    (i64.extend_i32_s (call $get_status)))
  (func $do_set_status (type $wrapper)
    (i64.extend_i32_s (call $set_status (i32.wrap_i64 (global.get $number)))))
  (func $do_set_principal (type $wrapper)
    (i64.extend_i32_s (call $set_principal (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)))))
  (func $do_set_auth_context (type $wrapper)
    (i64.extend_i32_s (call $set_auth_context (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)))))
  (func $do_context_read (type $wrapper)
    (i64.extend_i32_s (call $context_read (global.get $mask) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_event_read (type $wrapper)
    (i64.extend_i32_s (call $event_read (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_result_write (type $wrapper)
    (i64.extend_i32_s (call $result_write (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)))))
  (func $do_scratch_read (type $wrapper)
    (i64.extend_i32_s (call $scratch_read (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_scratch_write (type $wrapper)
    (i64.extend_i32_s (call $scratch_write (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)))))
  (func $do_stream_read (type $wrapper)
    (i64.extend_i32_s (call $stream_read (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_stream_write (type $wrapper)
    (i64.extend_i32_s (call $stream_write (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)))))
  (func $do_stream_flush (type $wrapper)
    (i64.extend_i32_s (call $stream_flush (i32.wrap_i64 (global.get $number)))))
  (func $do_stream_close (type $wrapper)
    (i64.extend_i32_s (call $stream_close (i32.wrap_i64 (global.get $number)))))
  (func $do_cache_get (type $wrapper)
    (i64.extend_i32_s (call $cache_get (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_cache_put (type $wrapper)
    (i64.extend_i32_s (call $cache_put (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)) (global.get $mask))))
  (func $do_cache_delete (type $wrapper)
    (i64.extend_i32_s (call $cache_delete (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)))))
  (func $do_throttle_take (type $wrapper)
    (call $throttle_take (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)) (i32.wrap_i64 (global.get $number))))
  (func $do_secrets_read (type $wrapper)
    (i64.extend_i32_s (call $secrets_read (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_secrets_hmac (type $wrapper)
    (i64.extend_i32_s (call $secrets_hmac (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_metrics_counter_add (type $wrapper)
    (i64.extend_i32_s (call $metrics_counter_add (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)) (f64.reinterpret_i64 (global.get $mask)))))
  (func $do_metrics_gauge_set (type $wrapper)
    (i64.extend_i32_s (call $metrics_gauge_set (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)) (f64.reinterpret_i64 (global.get $mask)))))
  (func $do_metrics_histogram_observe (type $wrapper)
    (i64.extend_i32_s (call $metrics_histogram_observe (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)) (f64.reinterpret_i64 (global.get $mask)))))
  (func $do_kv_get (type $wrapper)
    (i64.extend_i32_s (call $kv_get (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_kv_put (type $wrapper)
    (i64.extend_i32_s (call $kv_put (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)) (global.get $mask))))
  (func $do_kv_delete (type $wrapper)
    (i64.extend_i32_s (call $kv_delete (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)))))
  (func $do_kv_increment (type $wrapper)
    (i64.extend_i32_s (call $kv_increment (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (global.get $mask) (i32.wrap_i64 (global.get $pbuf)))))
  (func $do_kv_compare_and_set (type $wrapper)
    (i64.extend_i32_s (call $kv_compare_and_set (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)) (global.get $mask) (i32.wrap_i64 (global.get $number)))))
  (func $do_kv_list (type $wrapper)
    (i64.extend_i32_s (call $kv_list (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)) (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_http_request (type $wrapper)
    (i64.extend_i32_s (call $http_request (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)) (global.get $mask) (i32.wrap_i64 (global.get $number)))))
  (func $do_http_start (type $wrapper)
    (i64.extend_i32_s (call $http_start (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)) (global.get $mask) (i32.wrap_i64 (global.get $number)))))
  (func $do_http_wait (type $wrapper)
    (i64.extend_i32_s (call $http_wait (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (global.get $mask))))
  (func $do_http_status (type $wrapper)
    (i64.extend_i32_s (call $http_status (i32.wrap_i64 (global.get $number)))))
  (func $do_http_headers (type $wrapper)
    (i64.extend_i32_s (call $http_headers (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_http_get_header (type $wrapper)
    (i64.extend_i32_s (call $http_get_header (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_http_trailers (type $wrapper)
    (i64.extend_i32_s (call $http_trailers (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_http_set_trailer (type $wrapper)
    (i64.extend_i32_s (call $http_set_trailer (i32.wrap_i64 (global.get $number)) (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)))))
  (func $do_http_close (type $wrapper)
    (i64.extend_i32_s (call $http_close (i32.wrap_i64 (global.get $number)))))
  (func $do_jwt_verify (type $wrapper)
    (i64.extend_i32_s (call $jwt_verify (i32.wrap_i64 (global.get $p1)) (i32.wrap_i64 (global.get $n1)) (i32.wrap_i64 (global.get $p2)) (i32.wrap_i64 (global.get $n2)) (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))
  (func $do_jwt_reason (type $wrapper)
    (i64.extend_i32_s (call $jwt_reason (i32.wrap_i64 (global.get $pbuf)) (i32.wrap_i64 (global.get $cap)))))

  (func $u8 (result i32)
    (global.set $at (i32.add (global.get $at) (i32.const 1)))
    (i32.load8_u (i32.sub (global.get $at) (i32.const 1))))

  (func $u32 (result i32)
    (global.set $at (i32.add (global.get $at) (i32.const 4)))
    (i32.load (i32.sub (global.get $at) (i32.const 4))))

  ;; A number as it may lie in a register: with dirt above its 32 bits, which
  ;; wrapping does not clear and the host has to.
  (func $dirty (param $v i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get $v)) (i64.const 0x5a5a5a5a00000000)))

  ;; One command: read it, make the call, report.
  (func $command
    (local $func i32) (local $bits i32) (local $fault i32) (local $cap i32) (local $keep i32) (local $n i32)
    (local.set $func (call $u8))
    (local.set $bits (call $u8))
    (global.set $number (call $dirty (call $u32)))
    (global.set $mask (i64.load (global.get $at)))
    (global.set $at (i32.add (global.get $at) (i32.const 8)))
    (local.set $fault (call $u32))
    (local.set $cap (call $u32))
    (global.set $cap (call $dirty (local.get $cap)))
    (local.set $keep (call $u32))
    (local.set $n (call $u32))
    (global.set $n1 (call $dirty (local.get $n)))
    (global.set $p1 (call $dirty (global.get $at)))
    (global.set $at (i32.add (global.get $at) (local.get $n)))
    (local.set $n (call $u32))
    (global.set $n2 (call $dirty (local.get $n)))
    (global.set $p2 (call $dirty (global.get $at)))
    (global.set $at (i32.add (global.get $at) (local.get $n)))
    (global.set $pbuf (call $dirty (i32.const 0x80000)))
    (memory.fill (i32.const 0x80000) (i32.const 0xa5) (local.get $cap))
    (if (i32.and (local.get $bits) (i32.const 8))
      (then
        (global.set $p1 (global.get $pbuf))
        (global.set $n1 (global.get $cap))))
    (if (i32.and (local.get $bits) (i32.const 16))
      (then
        (global.set $p2 (global.get $pbuf))
        (global.set $n2 (global.get $cap))))
    (if (i32.and (local.get $bits) (i32.const 1))
      (then (global.set $p1 (call $dirty (local.get $fault)))))
    (if (i32.and (local.get $bits) (i32.const 2))
      (then (global.set $p2 (call $dirty (local.get $fault)))))
    (if (i32.and (local.get $bits) (i32.const 4))
      (then (global.set $pbuf (call $dirty (local.get $fault)))))
    (i64.store (global.get $out) (call_indirect (type $wrapper) (local.get $func)))
    (i32.store offset=8 (global.get $out) (local.get $keep))
    (memory.copy (i32.add (global.get $out) (i32.const 12)) (i32.const 0x80000) (local.get $keep))
    (global.set $out (i32.add (global.get $out) (i32.add (local.get $keep) (i32.const 12)))))

  ;; The program: gives its answer.
  (func $program (result i32)
    (local $answer i32) (local $count i32)
    (global.set $at (i32.const 0x10000))
    (global.set $out (i32.const 0x20000))
    (local.set $answer (call $u32))
    (local.set $count (call $u32))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (call $command)
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (local.get $answer))

  (func $report_size (result i32)
    (i32.sub (global.get $out) (i32.const 0x20000)))

  (func $run (result i32)
    (local $answer i32)
    (if (i32.lt_s (call $scratch_read (i32.const 0x10000) (i32.const 0x10000)) (i32.const 8))
      (then (return (i32.const -13))))
    (local.set $answer (call $program))
    (if (i32.lt_s (call $scratch_write (i32.const 0x20000) (call $report_size)) (i32.const 0))
      (then (drop (call $stream_write (i32.const 1) (i32.const 0x20000) (call $report_size)))))
    (local.get $answer))

  (func (export "portico_abi_v1"))
  (func (export "portico_authorize") (result i32) (call $run))
  (func (export "portico_map_request") (result i32) (call $run))
  (func (export "portico_map_response") (result i32) (call $run))
  (func (export "portico_integrate") (result i32) (call $run))

  ;; Value of a hexadecimal digit.
  (func $unhex (param $c i32) (result i32)
    (select
      (i32.sub (local.get $c) (i32.const 48))
      (i32.sub (local.get $c) (i32.const 87))
      (i32.lt_u (local.get $c) (i32.const 58))))

  ;; Digit of a value.
  (func $hex (param $v i32) (result i32)
    (select
      (i32.add (local.get $v) (i32.const 48))
      (i32.add (local.get $v) (i32.const 87))
      (i32.lt_u (local.get $v) (i32.const 10))))

  (func (export "portico_configure") (result i32)
    (local $from i32) (local $to i32) (local $answer i32)
    (if (i32.lt_s (call $config_read (i32.const 0x60000) (i32.const 0x20000)) (i32.const 8))
      (then (return (i32.const 0))))
    (if (i64.ne (i64.load (i32.const 0x60000)) (i64.const 0x223a226b6374227b)) ;; {"tck":"
      (then (return (i32.const 0))))
    (local.set $from (i32.const 0x60008))
    (local.set $to (i32.const 0x10000))
    (block $done
      (loop $next
        (br_if $done (i32.eq (i32.load8_u (local.get $from)) (i32.const 34)))
        (i32.store8 (local.get $to)
          (i32.or
            (i32.shl (call $unhex (i32.load8_u (local.get $from))) (i32.const 4))
            (call $unhex (i32.load8_u offset=1 (local.get $from)))))
        (local.set $from (i32.add (local.get $from) (i32.const 2)))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (br $next)))
    (local.set $answer (call $program))
    (i32.store (i32.const 0x60000) (i32.const 0x3a6b6374)) ;; tck:
    (local.set $from (i32.const 0x20000))
    (local.set $to (i32.const 0x60004))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $from) (global.get $out)))
        (i32.store8 (local.get $to)
          (call $hex (i32.shr_u (i32.load8_u (local.get $from)) (i32.const 4))))
        (i32.store8 offset=1 (local.get $to)
          (call $hex (i32.and (i32.load8_u (local.get $from)) (i32.const 15))))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (local.set $to (i32.add (local.get $to) (i32.const 2)))
        (br $next)))
    (drop (call $config_error (i32.const 0x60000) (i32.sub (local.get $to) (i32.const 0x60000))))
    (local.get $answer)))
