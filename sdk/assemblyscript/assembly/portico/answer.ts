import { decode } from "./utf8";

/**
 * Where what the host gives lands. It grows with the largest answer and is the instance's, as one call runs at a time:
 * what is in it holds until the next call of a function of this SDK.
 */
export namespace answer {
  export let at: usize = memory.data(1024);
  export let cap: usize = 1024;

  /** Whether an answer of n bytes did not fit; there is room for it now, so ask again. */
  export function short(n: i32): bool {
    if (n <= <i32>cap) return false;
    grow(<usize>n);
    return true;
  }

  export function text(n: i32): string {
    return decode(at, n);
  }

  export function bytes(n: i32): ArrayBuffer {
    const b = new ArrayBuffer(n);
    memory.copy(changetype<usize>(b), at, n);
    return b;
  }

  /** Whether the n bytes are those. It takes as long whatever they are: they may be a secret. */
  export function is(n: usize, other: usize, otherLength: usize): bool {
    if (n != otherLength) return false;
    let different: u64 = 0;
    let i: usize = 0;
    for (; i + 8 <= n; i += 8) different |= load<u64>(at + i) ^ load<u64>(other + i);
    for (; i < n; i++) different |= <u64>(load<u8>(at + i) ^ load<u8>(other + i));
    return different == 0;
  }

  function grow(n: usize): void {
    if (cap > 1024) heap.free(at);
    cap = (n + 4095) & ~4095;
    at = heap.alloc(cap);
  }
}
