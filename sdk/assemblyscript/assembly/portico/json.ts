// As much of JSON as a configuration needs, on its text. For more there are packages, such as json-as.
// charCodeAt is -1 beyond the end, so that what ends early is no JSON.

/**
 * The value of an object's member as JSON, the last one of a repeated key. null if there is none, or if json is no
 * object: `json.text(json.member(config(), "header"))`.
 */
export function member(json: string | null, key: string): string | null {
  if (json === null) return null;
  let value: string | null = null;
  let i = blank(json, 0);
  if (json.charCodeAt(i) != 0x7b) return null; // {
  i = blank(json, i + 1);
  if (json.charCodeAt(i) == 0x7d) return null; // }
  while (true) {
    const begin = i;
    i = json.charCodeAt(i) == 0x22 ? end(json, i) : -1; // "
    if (i < 0) return null;
    const name = text(json.substring(begin, i));
    i = blank(json, i);
    if (json.charCodeAt(i) != 0x3a) return null; // :
    const from = blank(json, i + 1);
    const to = end(json, from);
    if (to < 0) return null;
    if (name !== null && name == key) value = json.substring(from, to);
    i = blank(json, to);
    if (json.charCodeAt(i) == 0x7d) return value;
    if (json.charCodeAt(i) != 0x2c) return null; // ,
    i = blank(json, i + 1);
  }
}

/** The keys of an object in their order, none if json is no object. */
export function keys(json: string | null): string[] {
  const names: string[] = [];
  if (json === null) return names;
  let i = blank(json, 0);
  if (json.charCodeAt(i) != 0x7b) return names; // {
  i = blank(json, i + 1);
  while (json.charCodeAt(i) == 0x22) { // "
    const to = end(json, i);
    if (to < 0) return [];
    const name = text(json.substring(i, to));
    if (name === null) return [];
    names.push(name);
    i = blank(json, to);
    if (json.charCodeAt(i) != 0x3a) return []; // :
    i = end(json, blank(json, i + 1));
    if (i < 0) return [];
    i = blank(json, i);
    if (json.charCodeAt(i) == 0x2c) i = blank(json, i + 1); // ,
  }
  return names;
}

/** The elements of an array as JSON, none if json is no array. */
export function items(json: string | null): string[] {
  const values: string[] = [];
  if (json === null) return values;
  let i = blank(json, 0);
  if (json.charCodeAt(i) != 0x5b) return values; // [
  i = blank(json, i + 1);
  while (json.charCodeAt(i) != 0x5d) { // ]
    const to = end(json, i);
    if (to < 0) return [];
    values.push(json.substring(i, to));
    i = blank(json, to);
    if (json.charCodeAt(i) == 0x5d) break;
    if (json.charCodeAt(i) != 0x2c) return [];
    i = blank(json, i + 1);
  }
  return values;
}

/** The text of a JSON string, null if json is none. */
export function text(json: string | null): string | null {
  if (json === null || json.length < 2 || json.charCodeAt(0) != 0x22) return null;
  const last = json.length - 1;
  if (json.indexOf("\\") < 0) return json.substring(1, last);
  let s = "";
  for (let i = 1; i < last; i++) {
    let c = json.charCodeAt(i);
    if (c == 0x5c) { // \
      c = json.charCodeAt(++i);
      if (c == 0x75) { // u
        if (i + 4 >= last) return null;
        c = 0;
        for (let n = 0; n < 4; n++) {
          const digit = hex(json.charCodeAt(++i));
          if (digit < 0) return null;
          c = c << 4 | digit;
        }
      } else {
        c = i < last ? unescaped(c) : -1;
        if (c < 0) return null;
      }
    }
    s += String.fromCharCode(c);
  }
  return s;
}

/** A JSON number, NaN if json is none. */
export function number(json: string | null): f64 {
  if (json === null || json.length == 0) return NaN;
  const c = json.charCodeAt(0);
  return c == 0x2d || (c >= 0x30 && c <= 0x39) ? parseFloat(json) : NaN;
}

/** Whether json is true. */
export function truth(json: string | null): bool {
  return json !== null && json == "true";
}

/** s as a JSON string, quotes included. */
export function quote(s: string): string {
  let quoted = '"';
  let from = 0;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c >= 0x20 && c != 0x22 && c != 0x5c) continue;
    quoted += s.substring(from, i) + (c < 0x20 ? "\\u00" + "0123456789abcdef".charAt(c >> 4) + "0123456789abcdef".charAt(c & 15)
      : "\\" + String.fromCharCode(c));
    from = i + 1;
  }
  return quoted + s.substring(from) + '"';
}

/** Where blanks end. */
function blank(json: string, i: i32): i32 {
  for (; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (c != 0x20 && c != 0x0a && c != 0x0d && c != 0x09) break;
  }
  return i;
}

/** Where the value that begins at i ends, -1 if it does not. It looks no further into objects and arrays than needed. */
function end(json: string, i: i32): i32 {
  for (let depth = 0; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (c == 0x22) {
      for (i++; json.charCodeAt(i) != 0x22; i++) {
        if (i >= json.length) return -1;
        if (json.charCodeAt(i) == 0x5c) i++;
      }
      if (depth == 0) return i + 1;
    } else if (c == 0x7b || c == 0x5b) {
      depth++;
    } else if (c == 0x7d || c == 0x5d) {
      if (--depth == 0) return i + 1;
      if (depth < 0) return -1;
    } else if (depth == 0) {
      const from = i;
      while (scalar(json.charCodeAt(i))) i++;
      return i == from ? -1 : i;
    }
  }
  return -1;
}

/** Whether a character may stand in a number, true, false or null. */
function scalar(c: i32): bool {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x7a) || c == 0x2b || c == 0x2d || c == 0x2e || c == 0x45;
}

function hex(c: i32): i32 {
  if (c >= 0x30 && c <= 0x39) return c - 0x30;
  c |= 0x20;
  return c >= 0x61 && c <= 0x66 ? c - 0x61 + 10 : -1;
}

function unescaped(c: i32): i32 {
  switch (c) {
    case 0x22: case 0x5c: case 0x2f: return c;
    case 0x62: return 0x08; // b
    case 0x66: return 0x0c; // f
    case 0x6e: return 0x0a; // n
    case 0x72: return 0x0d; // r
    case 0x74: return 0x09; // t
  }
  return -1;
}
