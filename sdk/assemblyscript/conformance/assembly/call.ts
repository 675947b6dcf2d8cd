import * as cache from "portico/abi/cache";
import * as core from "portico/abi/core";
import * as http from "portico/abi/http";
import * as jwt from "portico/abi/jwt";
import * as kv from "portico/abi/kv";
import * as metrics from "portico/abi/metrics";
import * as secrets from "portico/abi/secrets";
import * as throttle from "portico/abi/throttle";
import { Code } from "portico";
import { Command } from "./program";

/** Makes the host call of a command, whose function is a place in hostabi.Functions. */
export function call(c: Command, buffer: usize): i64 {
  const a = c.bits & 1 ? c.fault : c.bits & 8 ? buffer : c.first;
  const aLength = c.bits & 8 ? c.cap : c.firstLength;
  const b = c.bits & 2 ? c.fault : c.bits & 16 ? buffer : c.second;
  const bLength = c.bits & 16 ? c.cap : c.secondLength;
  const buf = c.bits & 4 ? c.fault : buffer;
  const n = c.number;
  switch (c.function) {
    case 0:
      return core.log(n, a, aLength);
    case 1:
      return core.config_read(buf, c.cap);
    case 2:
      return core.config_error(a, aLength);
    case 3:
      return core.clock_unix_ns();
    case 4:
      return core.clock_monotonic_ns();
    case 5:
      return core.deadline_ms();
    case 6:
      return core.random(buf, c.cap);
    case 7:
      return core.get_field(n, buf, c.cap);
    case 8:
      return core.set_field(n, a, aLength);
    case 9:
      return core.get_param(n, a, aLength, buf, c.cap);
    case 10:
      return core.param_values(n, a, aLength, buf, c.cap);
    case 11:
      return core.get_header(n, a, aLength, buf, c.cap);
    case 12:
      return core.header_values(n, a, aLength, buf, c.cap);
    case 13:
      return core.headers(n, buf, c.cap);
    case 14:
      return core.set_header(n, a, aLength, b, bLength);
    case 15:
      return core.add_header(n, a, aLength, b, bLength);
    case 16:
      return core.remove_header(n, a, aLength);
    case 17:
      return core.get_status();
    case 18:
      return core.set_status(n);
    case 19:
      return core.set_principal(a, aLength);
    case 20:
      return core.set_auth_context(a, aLength, n, b, bLength);
    case 21:
      return core.context_read(c.mask, buf, c.cap);
    case 22:
      return core.event_read(buf, c.cap);
    case 23:
      return core.result_write(a, aLength);
    case 24:
      return core.scratch_read(buf, c.cap);
    case 25:
      return core.scratch_write(a, aLength);
    case 26:
      return core.stream_read(n, buf, c.cap);
    case 27:
      return core.stream_write(n, a, aLength);
    case 28:
      return core.stream_flush(n);
    case 29:
      return core.stream_close(n);
    case 30:
      return cache.get(a, aLength, buf, c.cap);
    case 31:
      return cache.put(a, aLength, b, bLength, c.mask);
    case 32:
      return cache.remove(a, aLength);
    case 33:
      return throttle.take(a, aLength, b, bLength, n);
    case 34:
      return secrets.read(a, aLength, buf, c.cap);
    case 35:
      return secrets.hmac(a, aLength, n, b, bLength, buf, c.cap);
    case 36:
      return metrics.counter_add(a, aLength, b, bLength, reinterpret<f64>(c.mask));
    case 37:
      return metrics.gauge_set(a, aLength, b, bLength, reinterpret<f64>(c.mask));
    case 38:
      return metrics.histogram_observe(a, aLength, b, bLength, reinterpret<f64>(c.mask));
    case 39:
      return kv.get(a, aLength, buf, c.cap);
    case 40:
      return kv.put(a, aLength, b, bLength, c.mask);
    case 41:
      return kv.remove(a, aLength);
    case 42:
      return kv.increment(a, aLength, c.mask, buf);
    case 43:
      return kv.compare_and_set(a, aLength, b, bLength, buf, c.cap, c.mask, n);
    case 44:
      return kv.list(a, aLength, b, bLength, n, buf, c.cap);
  }
  // FUNCTIONS is how many the host has: a function that a host does not know must not be imported.
  if (FUNCTIONS > 45) {
    switch (c.function) {
      case 45:
        return http.request(a, aLength, b, bLength, c.mask, n);
      case 46:
        return http.start(a, aLength, b, bLength, c.mask, n);
      case 47:
        return http.wait(a, aLength, c.mask);
      case 48:
        return http.status(n);
      case 49:
        return http.headers(n, buf, c.cap);
      case 50:
        return http.get_header(n, a, aLength, buf, c.cap);
      case 51:
        return http.trailers(n, buf, c.cap);
      case 52:
        return http.set_trailer(n, a, aLength, b, bLength);
      case 53:
        return http.close(n);
    }
  }
  if (FUNCTIONS > 54) {
    switch (c.function) {
      case 54:
        return jwt.verify(a, aLength, b, bLength, buf, c.cap);
      case 55:
        return jwt.reason(buf, c.cap);
    }
  }
  return Code.Unsupported;
}
