// Percent-encoding as RFC 3986 has it, section 2, of strings of bytes.

import { build } from "./bytes";

/** Everything but unreserved characters is encoded: "&", "=", "+", "/" and "%" of a value never read as its end. */
export function encode(value: string): string {
  build.begin();
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (unreserved(c)) build.put(c);
    else escape(c);
  }
  return build.end();
}

/** Decodes as the gateway does: what is no escape stays as it is, and "+" is a space where plus is set. */
export function decode(value: string, plus: bool): string {
  if (!value.includes("%") && (!plus || !value.includes("+"))) return value;
  build.begin();
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    const byte = c == 0x25 ? escaped(value, i) : -1;
    if (byte >= 0) i += 2;
    build.put(byte >= 0 ? byte : plus && c == 0x2b ? 0x20 : c);
  }
  return build.end();
}

/**
 * The form of a path in which it is compared: "%61" is "a" there (section 6.2.2.2), so that no client gets around a
 * condition by encoding a letter. Other escapes stay, in capitals.
 */
export function normal(path: string): string {
  if (!path.includes("%")) return path;
  build.begin();
  for (let i = 0; i < path.length; i++) {
    const c = path.charCodeAt(i);
    const byte = c == 0x25 ? escaped(path, i) : -1;
    if (byte >= 0) i += 2;
    if (byte < 0) build.put(c);
    else if (unreserved(byte)) build.put(byte);
    else escape(byte);
  }
  return build.end();
}

/** A query in which what cannot stand in a request line is encoded, and all else as it was. */
export function visible(query: string): string {
  build.begin();
  for (let i = 0; i < query.length; i++) {
    const c = query.charCodeAt(i);
    if (c > 0x20 && c < 0x7f && c != 0x23) build.put(c); // #
    else escape(c);
  }
  return build.end();
}

function escape(c: i32): void {
  build.put(0x25);
  build.put("0123456789ABCDEF".charCodeAt(c >> 4));
  build.put("0123456789ABCDEF".charCodeAt(c & 15));
}

/** The byte of the escape at i, -1 if there is none. */
function escaped(s: string, i: i32): i32 {
  if (i + 2 >= s.length) return -1;
  const high = digit(s.charCodeAt(i + 1));
  const low = digit(s.charCodeAt(i + 2));
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

function digit(c: i32): i32 {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  c |= 0x20;
  return c >= 0x61 && c <= 0x66 ? c - 0x61 + 10 : -1;
}

function unreserved(c: i32): bool {
  const letter = c | 0x20;
  return (c >= 0x30 && c <= 0x39) || (letter >= 0x61 && letter <= 0x7a) || c == 0x2d || c == 0x2e || c == 0x5f || c == 0x7e;
}
