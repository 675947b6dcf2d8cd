import * as core from "./abi/core";
import { must } from "./code";

/** The wall clock in nanoseconds since 1970. */
export function now(): i64 {
  return core.clock_unix_ns();
}

/** A clock that never goes back, in nanoseconds since some moment. */
export function monotonic(): i64 {
  return core.clock_monotonic_ns();
}

/** Milliseconds until the call is stopped, 0 when its time is up. */
export function remaining(): i64 {
  return core.deadline_ms();
}

/** Random bytes from the gateway's cryptographic source. */
export function random(size: i32): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let done = 0; done < size; ) {
    const n = min(size - done, 65536); // the most that the gateway gives at once
    must(core.random(bytes.dataStart + done, n));
    done += n;
  }
  return bytes;
}

/** The seed of Math.random, by `--use seed=~lib/portico/clock/seed`. */
export function seed(): f64 {
  must(core.random(changetype<usize>(buffer), 8));
  return reinterpret<f64>(load<u64>(buffer) >> 2); // positive and finite
}

const buffer = memory.data(8);
