import { OBJECT, TOTAL_OVERHEAD } from "rt/common";

/** Bytes that encode may need for a string. */
// @ts-ignore: decorator
@inline
export function bound(s: string): usize {
  return <usize>s.length * 3;
}

/** Writes s as UTF-8, a lone surrogate as U+FFFD, and returns the number of bytes. There must be room for bound(s). */
export function encode(s: string, at: usize): usize {
  let from = changetype<usize>(s);
  const end = from + (<usize>s.length << 1);
  let to = at;
  for (; from < end; from += 2, to++) { // names and most values end here
    const c = load<u16>(from);
    if (c >= 128) break;
    store<u8>(to, c);
  }
  if (from == end) return to - at;
  return to - at + String.UTF8.encodeUnsafe(from, <i32>(end - from) >> 1, to, false, String.UTF8.ErrorMode.REPLACE);
}

/**
 * The string of UTF-8 bytes. What is no UTF-8 becomes U+FFFD, as in browsers: clients may send any bytes, and a lax
 * reading would take an overlong sequence for the character that it imitates.
 */
export function decode(at: usize, size: usize): string {
  const end = at + size;
  const s = changetype<string>(__new(size << 1, idof<string>()));
  let to = changetype<usize>(s);
  while (at < end) {
    let c: u32 = load<u8>(at++);
    if (c >= 0x80) {
      const more = follow(c);
      let least: u32 = more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000;
      c &= 0x3f >> more;
      let i = more;
      for (; i > 0 && at < end; i--, at++) {
        const next: u32 = load<u8>(at);
        if ((next & 0xc0) != 0x80) break;
        // The first byte that follows may already rule out what comes; then it is no part of this character.
        if (i == more && more > 1 && !begins(more, c, next)) break;
        c = c << 6 | (next & 0x3f);
      }
      if (more == 0 || i > 0 || c < least) c = 0xfffd;
      if (c > 0xffff) {
        c -= 0x10000;
        store<u32>(to, 0xd800 | c >> 10 | (0xdc00 | (c & 0x3ff)) << 16);
        to += 4;
        continue;
      }
    }
    store<u16>(to, c);
    to += 2;
  }
  const used = to - changetype<usize>(s);
  // Fewer characters than bytes: the length is in the object's header.
  if (used < size << 1) changetype<OBJECT>(changetype<usize>(s) - TOTAL_OVERHEAD).rtSize = <u32>used;
  return s;
}

/** How many bytes follow a first byte, 0 if it is none. */
function follow(first: u32): u32 {
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 1;
  if (first < 0xf0) return 2;
  return first < 0xf5 ? 3 : 0;
}

/** Whether a second byte goes with the first one's bits: no overlong form, no surrogate, nothing above U+10FFFF. */
function begins(more: u32, bits: u32, second: u32): bool {
  if (more == 2) return bits == 0 ? second >= 0xa0 : bits == 0xd ? second < 0xa0 : true;
  return bits == 0 ? second >= 0x90 : bits == 4 ? second < 0x90 : true;
}
