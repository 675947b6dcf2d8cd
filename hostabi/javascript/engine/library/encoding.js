// TextEncoder, TextDecoder, atob, btoa (WHATWG Encoding, HTML) and the part of
// Node's Buffer that handlers use.

class TextEncoder {
  get encoding() { return "utf-8"; }
  encode(text = "") { return new Uint8Array(host.encode(String(text))); }
}

class TextDecoder {
  constructor(label = "utf-8", options = {}) {
    if (!/^\s*(utf-?8|unicode-1-1-utf-8)\s*$/i.test(label)) throw new RangeError(`TextDecoder: ${label} is not there, utf-8 alone is`);
    this.encoding = "utf-8";
    this.fatal = !!options.fatal;
    this.ignoreBOM = !!options.ignoreBOM;
  }
  decode(bytes, options) {
    if (options && options.stream) throw new TypeError("TextDecoder: stream is not there");
    const text = host.decode(bytes, this.fatal);
    if (text === null) throw new TypeError("TextDecoder: the bytes are not UTF-8");
    return !this.ignoreBOM && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
}

function latin1(text, what) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c > 255 && what) throw new RangeError(what + ": a character is beyond U+00FF");
    bytes[i] = c;
  }
  return bytes;
}

function fromLatin1(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode.apply(null, bytes.subarray(i, i + 4096));
  return text;
}

function btoa(text) { return host.base64(latin1(String(text), "btoa")); }

function atob(text) {
  text = String(text);
  const bytes = /[-_]/.test(text) ? null : host.unbase64(text);
  if (bytes === null) throw new RangeError("atob: the text is no base64");
  return fromLatin1(new Uint8Array(bytes));
}

function unhex(text) {
  const bytes = new Uint8Array(text.length >> 1);
  for (let i = 0; i < bytes.length; i++) {
    const v = parseInt(text.substr(2 * i, 2), 16);
    if (!(v >= 0) || !/^[0-9a-f]{2}$/i.test(text.substr(2 * i, 2))) return bytes.slice(0, i);
    bytes[i] = v;
  }
  return bytes;
}

function hex(bytes) {
  let text = "";
  for (const b of bytes) text += (b < 16 ? "0" : "") + b.toString(16);
  return text;
}

function encoded(text, encoding = "utf8") {
  switch (String(encoding).toLowerCase()) {
    case "utf8": case "utf-8": return host.encode(text);
    case "base64": case "base64url": return host.unbase64(text, true);
    case "hex": return unhex(text).buffer;
    case "latin1": case "binary": case "ascii": return latin1(text).buffer;
  }
  throw new TypeError(`Buffer: encoding ${encoding} is not there`);
}

class Buffer extends Uint8Array {
  static from(value, encoding, length) {
    if (typeof value === "string") return new Buffer(encoded(value, encoding));
    if (value instanceof ArrayBuffer) return new Buffer(value, encoding, length);
    if (value && value.type === "Buffer" && Array.isArray(value.data)) value = value.data;
    const b = new Buffer(value.length);
    b.set(value);
    return b;
  }
  static alloc(size, fill = 0) { return new Buffer(size).fill(fill); }
  static isBuffer(value) { return value instanceof Buffer; }
  static byteLength(value, encoding) { return typeof value === "string" ? encoded(value, encoding).byteLength : value.byteLength; }
  static concat(list, length = list.reduce((n, b) => n + b.length, 0)) {
    const all = new Buffer(length);
    let at = 0;
    for (const b of list) {
      const part = b.subarray(0, Math.max(0, length - at));
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
  toString(encoding = "utf8", start = 0, end = this.length) {
    const part = this.subarray(start, end);
    switch (String(encoding).toLowerCase()) {
      case "utf8": case "utf-8": return host.decode(part, false);
      case "base64": return host.base64(part);
      case "base64url": return host.base64(part, true);
      case "hex": return hex(part);
      case "latin1": case "binary": return fromLatin1(part);
      case "ascii": return fromLatin1(part.map((c) => c & 127));
    }
    throw new TypeError(`Buffer: encoding ${encoding} is not there`);
  }
  toJSON() { return { type: "Buffer", data: Array.from(this) }; }
  equals(other) { return this.length === other.length && this.every((b, i) => b === other[i]); }
}

define(globalThis, { TextEncoder, TextDecoder, btoa, atob, Buffer });
