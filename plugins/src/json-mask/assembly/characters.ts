// The characters of strings that are known to be right.

import { unit } from "./lexis";

/** Where the character at p ends: an escape is one, a pair of surrogates too. */
export function next(p: usize): usize {
  const c = load<u8>(p);
  if (c == 0x5c) {
    const n = unit(p);
    if (n < 0) return p + 2;
    return pair(n, p) ? p + 12 : p + 6;
  }
  if (c < 0x80) return p + 1;
  return c < 0xe0 ? p + 2 : c < 0xf0 ? p + 3 : p + 4;
}

/** Where the last n characters begin, 0 if there are fewer than twice as many: those would show too much of the value. */
export function last(from: usize, to: usize, n: i32): usize {
  let count = 0;
  for (let p = from; p < to; p = next(p)) count++;
  if (count < 2 * n) return 0;
  let p = from;
  for (; count > n; count--) p = next(p);
  return p;
}

/** Writes characters without escapes, as UTF-8, which is never longer. Returns the number of bytes. */
export function unescape(from: usize, to: usize, into: usize): usize {
  let out = into;
  for (let p = from; p < to; ) {
    const end = next(p);
    if (load<u8>(p) != 0x5c) {
      for (; p < end; p++) store<u8>(out++, load<u8>(p));
      continue;
    }
    const n = unit(p);
    if (n < 0) store<u8>(out++, control(load<u8>(p, 1)));
    else out = put(out, end - p == 12 ? 0x10000 + ((n & 0x3ff) << 10 | unit(p + 6) & 0x3ff) : n);
    p = end;
  }
  return out - into;
}

/** Whether the escape at p, whose number is n, and the one behind it are a pair of surrogates. */
function pair(n: i32, p: usize): bool {
  return (n & 0xfc00) == 0xd800 && (unit(p + 6) & 0xfc00) == 0xdc00;
}

function control(c: u8): u8 {
  switch (c) {
    case 0x62: return 0x08;
    case 0x66: return 0x0c;
    case 0x6e: return 0x0a;
    case 0x72: return 0x0d;
    case 0x74: return 0x09;
  }
  return c;
}

/** A lone surrogate comes out as three bytes that are no character, which no name has. */
function put(out: usize, c: i32): usize {
  if (c < 0x80) {
    store<u8>(out, c);
    return out + 1;
  }
  let more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  store<u8>(out++, 0xff00 >> (more + 1) | c >> 6 * more);
  while (more-- > 0) store<u8>(out++, 0x80 | c >> 6 * more & 0x3f);
  return out;
}
