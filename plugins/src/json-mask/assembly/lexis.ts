// The words of JSON (RFC 8259). What is read ends in a byte 0, which stands in no word, so that nothing looks further.
// A function that is given where a word begins returns where it ends, or 0 if it is none.

/** Bytes that must be readable behind the byte 0: a string is read by eight. */
export const slack = 8;

/** Whether the last string had an escape. */
export let escaped = false;

/** Where a text begins: behind its byte order mark, which many readers pass over, and blanks. */
export function begin(p: usize): usize {
  return blank((load<u32>(p) & 0xffffff) == 0xbfbbef ? p + 3 : p);
}

/** Where blanks end. */
export function blank(p: usize): usize {
  while (true) {
    const c = load<u8>(p);
    if (c > 0x20 || (c != 0x20 && c != 0x0a && c != 0x0d && c != 0x09)) return p;
    p++;
  }
}

/** A string, whose end is behind its second quote. */
export function string(p: usize): usize {
  escaped = false;
  p++;
  while (true) {
    p += plain(load<u64>(p));
    const c = load<u8>(p);
    if (c == 0x22) return p + 1; // "
    if (c == 0x5c) { // \
      escaped = true;
      p = escape(p);
    } else if (c >= 0x80) {
      p = sequence(p);
    } else if (c < 0x20) {
      return 0;
    } else {
      continue; // none of the eight was another than plain
    }
    if (p == 0) return 0;
  }
}

/** How many of eight characters are neither a quote, a backslash, a control character nor beyond ASCII. */
// @ts-ignore: decorator
@inline
function plain(eight: u64): usize {
  const ones: u64 = 0x0101010101010101;
  const quote = eight ^ ones * 0x22;
  const slash = eight ^ ones * 0x5c;
  // The lowest bit that is set is right: a borrow only goes to bytes above it.
  const other = (quote - ones & ~quote | slash - ones & ~slash | eight - ones * 0x20 & ~eight | eight) & ones * 0x80;
  return other == 0 ? 8 : <usize>ctz(other) >> 3;
}

function escape(p: usize): usize {
  switch (load<u8>(p, 1)) {
    case 0x22: case 0x5c: case 0x2f: case 0x62: case 0x66: case 0x6e: case 0x72: case 0x74: return p + 2;
    case 0x75: return unit(p) < 0 ? 0 : p + 6; // u
  }
  return 0;
}

/** The number of an escape such as \u00e9, -1 if it is none. */
export function unit(p: usize): i32 {
  if (load<u16>(p) != 0x755c) return -1; // \u
  let n = 0;
  for (let i: usize = 2; i < 6; i++) {
    let c = <i32>load<u8>(p + i);
    if (c >= 0x30 && c <= 0x39) {
      c -= 0x30;
    } else {
      c = (c | 0x20) - 0x57;
      if (c < 10 || c > 15) return -1;
    }
    n = n << 4 | c;
  }
  return n;
}

/** A character beyond ASCII (RFC 3629, section 4). Overlong ones are none: they would hide a name from the paths. */
function sequence(p: usize): usize {
  const a = load<u8>(p);
  const b = load<u8>(p, 1);
  if (a < 0xc2 || a > 0xf4) return 0;
  if (a < 0xe0) return follows(b) ? p + 2 : 0;
  if (!follows(b) || !follows(load<u8>(p, 2))) return 0;
  if (a < 0xf0) return (a == 0xe0 && b < 0xa0) || (a == 0xed && b > 0x9f) ? 0 : p + 3;
  return (a == 0xf0 && b < 0x90) || (a == 0xf4 && b > 0x8f) || !follows(load<u8>(p, 3)) ? 0 : p + 4;
}

// @ts-ignore: decorator
@inline
function follows(c: u8): bool {
  return (c & 0xc0) == 0x80;
}

/** A number, true, false or null. */
export function scalar(p: usize): usize {
  const c = load<u8>(p);
  if (c == 0x74) return load<u32>(p) == 0x65757274 ? p + 4 : 0; // true
  if (c == 0x66) return load<u32>(p, 1) == 0x65736c61 ? p + 5 : 0; // false
  if (c == 0x6e) return load<u32>(p) == 0x6c6c756e ? p + 4 : 0; // null
  if (c == 0x2d) p++; // -
  p = load<u8>(p) == 0x30 ? p + 1 : digits(p);
  if (p != 0 && load<u8>(p) == 0x2e) p = digits(p + 1); // .
  if (p != 0 && (load<u8>(p) | 0x20) == 0x65) { // e
    const sign = load<u8>(p, 1);
    p = digits(sign == 0x2b || sign == 0x2d ? p + 2 : p + 1);
  }
  return p;
}

function digits(p: usize): usize {
  const from = p;
  while (load<u8>(p) >= 0x30 && load<u8>(p) <= 0x39) p++;
  return p == from ? 0 : p;
}
