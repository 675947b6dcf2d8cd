//! Makes one host call.

use crate::program::Command;
use portico::abi::{self, In, Out, Sum};

/// Calls what the command says, with pointers that it says are at fault.
pub fn call(c: &Command, buffer: &mut [u8]) -> i64 {
    let (ptr, cap) = (buffer.as_mut_ptr(), buffer.len());
    let fault = c.fault as usize as *mut u8;
    let input = |bytes: &[u8], fault_bit: u8, buffer_bit: u8| {
        let (mut at, mut len) = (bytes.as_ptr(), bytes.len());
        if c.bits & buffer_bit != 0 {
            (at, len) = (ptr, cap);
        }
        if c.bits & fault_bit != 0 {
            at = fault;
        }
        // SAFETY: the bytes live until the call has been made, and what is no memory the
        // gateway refuses.
        unsafe { In::from_raw(at, len) }
    };
    let first = input(c.first, 1, 8);
    let second = input(c.second, 2, 16);
    let at = if c.bits & 4 != 0 { fault } else { ptr };
    // SAFETY: nothing else uses the buffer during the call, but where the suite has an
    // input overlap it, and there the gateway only reads.
    let (out, sum, new) = unsafe { (Out::from_raw(at, cap), Sum::from_raw(at), In::from_raw(at, cap)) };
    let (n, mask) = (c.number, c.mask as i64);
    let value = f64::from_bits(c.mask);
    let result = match c.function {
        0 => abi::log(n, first),
        1 => abi::config_read(out),
        2 => abi::config_error(first),
        3 => return abi::clock_unix_ns(),
        4 => return abi::clock_monotonic_ns(),
        5 => return abi::deadline_ms(),
        6 => abi::random(out),
        7 => abi::get_field(n, out),
        8 => abi::set_field(n, first),
        9 => abi::get_param(n, first, out),
        10 => abi::param_values(n, first, out),
        11 => abi::get_header(n, first, out),
        12 => abi::header_values(n, first, out),
        13 => abi::headers(n, out),
        14 => abi::set_header(n, first, second),
        15 => abi::add_header(n, first, second),
        16 => abi::remove_header(n, first),
        17 => abi::get_status(),
        18 => abi::set_status(n),
        19 => abi::set_principal(first),
        20 => abi::set_auth_context(first, n, second),
        21 => abi::context_read(mask, out),
        22 => abi::event_read(out),
        23 => abi::result_write(first),
        24 => abi::scratch_read(out),
        25 => abi::scratch_write(first),
        26 => abi::stream_read(n, out),
        27 => abi::stream_write(n, first),
        28 => abi::stream_flush(n),
        29 => abi::stream_close(n),
        30 => abi::cache_get(first, out),
        31 => abi::cache_put(first, second, mask),
        32 => abi::cache_delete(first),
        33 => return abi::throttle_take(first, second, n),
        34 => abi::secrets_read(first, out),
        35 => abi::secrets_hmac(first, n, second, out),
        36 => abi::counter_add(first, second, value),
        37 => abi::gauge_set(first, second, value),
        38 => abi::histogram_observe(first, second, value),
        39 => abi::kv_get(first, out),
        40 => abi::kv_put(first, second, mask),
        41 => abi::kv_delete(first),
        42 => abi::kv_increment(first, mask, sum),
        43 => abi::kv_compare_and_set(first, second, new, mask, n),
        44 => abi::kv_list(first, second, n, out),
        45 => abi::http_request(first, second, mask, n),
        46 => abi::http_start(first, second, mask, n),
        47 => abi::http_wait(first, mask),
        48 => abi::http_status(n),
        49 => abi::http_headers(n, out),
        50 => abi::http_get_header(n, first, out),
        51 => abi::http_trailers(n, out),
        52 => abi::http_set_trailer(n, first, second),
        53 => abi::http_close(n),
        54 => abi::jwt_verify(first, second, out),
        55 => abi::jwt_reason(out),
        _ => portico::Code::ENOSYS as i32,
    };
    result.into()
}
