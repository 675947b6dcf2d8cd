// URLSearchParams and URL (WHATWG URL), for schemes with an authority. Hosts are
// ASCII; other names are to be given in Punycode.

const plainQuery = /^[A-Za-z0-9*\-._]$/;

function percent(byte) { return "%" + (byte < 16 ? "0" : "") + byte.toString(16).toUpperCase(); }

// escaped encodes what test, or any byte beyond ASCII, names.
function escaped(text, test) {
  let out = "";
  for (const c of text) {
    if (c.codePointAt(0) > 0x20 && c.codePointAt(0) < 0x7f && !test.test(c)) out += c;
    else for (const b of new Uint8Array(host.encode(c))) out += percent(b);
  }
  return out;
}

function formEncode(text) {
  let out = "";
  for (const c of String(text)) {
    if (plainQuery.test(c)) out += c;
    else if (c === " ") out += "+";
    else for (const b of new Uint8Array(host.encode(c))) out += percent(b);
  }
  return out;
}

function unescapeBytes(text) {
  if (!text.includes("%")) return text;
  const from = new Uint8Array(host.encode(text)), to = new Uint8Array(from.length);
  let n = 0;
  for (let i = 0; i < from.length; i++) {
    const digits = from[i] === 37 ? String.fromCharCode(from[i + 1], from[i + 2]) : "";
    if (/^[0-9a-fA-F]{2}$/.test(digits)) {
      to[n++] = parseInt(digits, 16);
      i += 2;
    } else {
      to[n++] = from[i];
    }
  }
  return host.decode(to.subarray(0, n), false);
}

function formDecode(text) { return unescapeBytes(text.replace(/\+/g, " ")); }

class URLSearchParams {
  #list = [];
  #changed = null;
  constructor(init = "", changed = null) {
    this.#changed = changed;
    if (typeof init === "object" && init !== null) {
      const pairs = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
      for (const [k, v] of pairs) this.#list.push([String(k), String(v)]);
      return;
    }
    this.#parse(String(init));
  }
  #parse(text) {
    this.#list = [];
    for (const part of text.replace(/^\?/, "").split("&")) {
      if (part === "") continue;
      const eq = part.indexOf("=");
      this.#list.push(eq < 0 ? [formDecode(part), ""] : [formDecode(part.slice(0, eq)), formDecode(part.slice(eq + 1))]);
    }
  }
  #note() { if (this.#changed) this.#changed(this.toString()); }
  get size() { return this.#list.length; }
  get(name) { const f = this.#list.find(([k]) => k === String(name)); return f ? f[1] : null; }
  getAll(name) { return this.#list.filter(([k]) => k === String(name)).map(([, v]) => v); }
  has(name) { return this.#list.some(([k]) => k === String(name)); }
  append(name, value) { this.#list.push([String(name), String(value)]); this.#note(); }
  delete(name) { this.#list = this.#list.filter(([k]) => k !== String(name)); this.#note(); }
  set(name, value) {
    const i = this.#list.findIndex(([k]) => k === String(name));
    if (i < 0) return this.append(name, value);
    this.#list[i][1] = String(value);
    this.#list = this.#list.filter(([k], j) => j <= i || k !== String(name));
    this.#note();
  }
  sort() { this.#list.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)); this.#note(); }
  forEach(callback, self) { for (const [k, v] of this.#list) callback.call(self, v, k, this); }
  *entries() { for (const [k, v] of this.#list) yield [k, v]; }
  *keys() { for (const [k] of this.#list) yield k; }
  *values() { for (const [, v] of this.#list) yield v; }
  [Symbol.iterator]() { return this.entries(); }
  toString() { return this.#list.map(([k, v]) => formEncode(k) + "=" + formEncode(v)).join("&"); }
}

const PORTS = { "http:": "80", "https:": "443", "ws:": "80", "wss:": "443", "ftp:": "21" };

// dotted resolves "." and ".." in the path of a URL.
function dotted(path) {
  const out = [];
  const parts = path.split("/").slice(1);
  parts.forEach((p, i) => {
    const plain = p.replace(/%2e/gi, ".");
    if (plain === "..") out.pop();
    else if (plain !== ".") return void out.push(p);
    if (i === parts.length - 1) out.push("");
  });
  return "/" + out.join("/");
}

// ipv4 gives the usual form of an address in numbers, null for a name. A host
// that ends in a number is an address or nothing.
function ipv4(name) {
  const parts = name.split(".");
  if (parts[parts.length - 1] === "" && parts.length > 1) parts.pop();
  const number = /^(0x[0-9a-f]*|[0-9]+)$/i;
  if (!number.test(parts[parts.length - 1])) return null;
  const value = (p) => (/^0x/i.test(p) ? (p.length === 2 ? 0 : parseInt(p, 16)) : p.length > 1 && p[0] === "0" ? (/^[0-7]+$/.test(p) ? parseInt(p, 8) : NaN) : Number(p));
  const n = parts.map((p) => (number.test(p) ? value(p) : NaN));
  let address = n.pop();
  if (n.length > 3 || n.some((v) => !(v < 256)) || !(address < 256 ** (4 - n.length))) throw 0;
  n.forEach((v, i) => { address += v * 256 ** (3 - i); });
  return [24, 16, 8, 0].map((s) => Math.floor(address / 2 ** s) % 256).join(".");
}

// ipv6 gives the usual form (RFC 5952) of what stands between the brackets.
function ipv6(text) {
  const v4 = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (v4) {
    const b = v4.slice(2).map(Number);
    if (b.some((v) => v > 255)) throw 0;
    text = v4[1] + (b[0] * 256 + b[1]).toString(16) + ":" + (b[2] * 256 + b[3]).toString(16);
  }
  const halves = text.split("::");
  if (halves.length > 2) throw 0;
  const groups = halves.map((h) => (h === "" ? [] : h.split(":")));
  const given = groups.reduce((n, g) => n + g.length, 0);
  if (halves.length === 2 ? given > 7 : given !== 8) throw 0;
  const all = halves.length === 2 ? [...groups[0], ...new Array(8 - given).fill("0"), ...groups[1]] : groups[0];
  const n = all.map((g) => { if (!/^[0-9a-f]{1,4}$/i.test(g)) throw 0; return parseInt(g, 16); });
  let best = -1, length = 1;
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && n[j] === 0) j++;
    if (j - i > length) { best = i; length = j - i; }
  }
  const show = (part) => part.map((v) => v.toString(16)).join(":");
  return best < 0 ? show(n) : show(n.slice(0, best)) + "::" + show(n.slice(best + length));
}

function hostName(text, special) {
  if (text.startsWith("[")) {
    if (!text.endsWith("]")) throw 0;
    return "[" + ipv6(text.slice(1, -1)) + "]";
  }
  if (!special) {
    if (/[\0\t\n\r #/:<>?@[\\\]^|]/.test(text)) throw 0;
    return escaped(text, /[^\x20-\x7e]/);
  }
  const name = unescapeBytes(text).toLowerCase();
  if (name === "" || /[^\x21-\x7e]|[#%/:<>?@[\\\]^|]/.test(name)) throw 0;
  return ipv4(name) || name;
}

const inPath = /["#<>?`{}^]/, inQuery = /["#<>']/, inPlainQuery = /["#<>]/, inFragment = /["<>`]/, inUser = /["#<>?`{}/:;=@[\\\]^|]/;

class URL {
  #scheme; #user = ""; #password = ""; #host = ""; #port = ""; #path = ""; #query = ""; #fragment = ""; #authority = true;
  #params = null;

  constructor(text, base) {
    text = String(text);
    try {
      this.#parse(text.replace(/^[\0-\x20]+|[\0-\x20]+$/g, "").replace(/[\t\n\r]/g, ""), base === undefined ? null : new URL(base));
    } catch (e) {
      if (e !== 0) throw e;
      throw new TypeError(`Invalid URL: ${text}`);
    }
  }
  static canParse(text, base) { try { return !!new URL(text, base); } catch (e) { return false; } }
  static parse(text, base) { try { return new URL(text, base); } catch (e) { return null; } }

  get #special() { return this.#scheme in PORTS; }

  #parse(text, base) {
    let rest = text;
    const fragment = rest.indexOf("#");
    if (fragment >= 0) {
      this.#fragment = "#" + escaped(rest.slice(fragment + 1), inFragment);
      rest = rest.slice(0, fragment);
    }
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(rest);
    if (!scheme || (base && base.#scheme === scheme[0].toLowerCase() && base.#special && !/^[/\\]{2}/.test(rest.slice(scheme[0].length)))) {
      if (!base) throw 0;
      return this.#relative(scheme ? rest.slice(scheme[0].length) : rest, base, fragment >= 0);
    }
    this.#scheme = scheme[0].toLowerCase();
    rest = rest.slice(scheme[0].length);
    if (this.#special) {
      rest = rest.replace(/^[/\\]*/, "//");
    } else if (!rest.startsWith("//")) {
      this.#authority = false;
      const q = rest.indexOf("?");
      if (q >= 0) this.#query = "?" + escaped(rest.slice(q + 1), inPlainQuery);
      rest = q < 0 ? rest : rest.slice(0, q);
      this.#path = rest.startsWith("/") ? dotted(escaped(rest, inPath)) : escaped(rest, /[^\x20-\x7e]/);
      return;
    }
    this.#locate(rest.slice(2));
  }

  #relative(rest, base, hasFragment) {
    if (!base.#authority && !(rest === "" && hasFragment)) throw 0;
    this.#scheme = base.#scheme;
    this.#authority = base.#authority;
    const slash = this.#special ? /^[/\\]/ : /^\//;
    if (slash.test(rest) && slash.test(rest.slice(1))) return this.#locate(rest.slice(2));
    this.#user = base.#user; this.#password = base.#password; this.#host = base.#host; this.#port = base.#port;
    if (rest === "") { this.#path = base.#path; this.#query = base.#query; return; }
    if (rest[0] === "?") { this.#path = base.#path; return this.#tail(rest, true); }
    if (!slash.test(rest)) rest = base.#path.slice(0, base.#path.lastIndexOf("/") + 1) + rest;
    this.#tail(rest, false);
  }

  // locate reads what follows the two slashes.
  #locate(rest) {
    const end = rest.search(this.#special ? /[/\\?]/ : /[/?]/);
    let authority = end < 0 ? rest : rest.slice(0, end);
    const at = authority.lastIndexOf("@");
    if (at >= 0) {
      const colon = authority.slice(0, at).indexOf(":");
      this.#user = escaped(authority.slice(0, colon >= 0 ? colon : at), inUser);
      this.#password = colon >= 0 ? escaped(authority.slice(colon + 1, at), inUser) : "";
      authority = authority.slice(at + 1);
    }
    const port = /:([0-9]*)$/.exec(authority);
    if (port) {
      authority = authority.slice(0, port.index);
      if (Number(port[1]) > 65535) throw 0;
      this.#port = port[1] === "" || String(Number(port[1])) === PORTS[this.#scheme] ? "" : String(Number(port[1]));
    }
    if (authority === "" && (this.#special || port || at >= 0)) throw 0;
    this.#host = authority === "" ? "" : hostName(authority, this.#special);
    this.#tail(end < 0 ? "" : rest.slice(end), false);
  }

  #tail(rest, queryOnly) {
    const q = rest.indexOf("?");
    if (q >= 0) this.#query = q === rest.length - 1 ? "" : "?" + escaped(rest.slice(q + 1), this.#special ? inQuery : inPlainQuery);
    if (queryOnly) return;
    let path = q < 0 ? rest : rest.slice(0, q);
    if (this.#special) path = path.replace(/\\/g, "/");
    if (path === "" && !this.#special) return;
    this.#path = dotted(escaped(path.startsWith("/") ? path : "/" + path, inPath));
  }

  get href() {
    const user = this.#user || this.#password ? this.#user + (this.#password ? ":" + this.#password : "") + "@" : "";
    return this.#scheme + (this.#authority ? "//" + user + this.host : "") + this.#path + this.#query + (this.#fragment === "#" ? "" : this.#fragment);
  }
  get origin() { return this.#special ? this.#scheme + "//" + this.host : "null"; }
  get protocol() { return this.#scheme; }
  get username() { return this.#user; }
  get password() { return this.#password; }
  get host() { return this.#host + (this.#port === "" ? "" : ":" + this.#port); }
  get hostname() { return this.#host; }
  get port() { return this.#port; }
  get pathname() { return this.#path; }
  get search() { return this.#query; }
  get hash() { return this.#fragment === "#" ? "" : this.#fragment; }
  get searchParams() {
    return this.#params || (this.#params = new URLSearchParams(this.#query, (text) => { this.#query = text === "" ? "" : "?" + text; }));
  }
  set href(v) {
    const u = new URL(v);
    this.#scheme = u.#scheme; this.#user = u.#user; this.#password = u.#password; this.#host = u.#host; this.#port = u.#port;
    this.#path = u.#path; this.#query = u.#query; this.#fragment = u.#fragment; this.#authority = u.#authority; this.#params = null;
  }
  set pathname(v) { if (this.#authority) this.#path = dotted(escaped(("/" + v).replace(/^\/[/\\]/, "/"), inPath)); }
  set search(v) {
    const text = String(v).replace(/^\?/, "");
    this.#query = text === "" ? "" : "?" + escaped(text, this.#special ? inQuery : inPlainQuery);
    this.#params = null;
  }
  set hash(v) {
    const text = String(v).replace(/^#/, "");
    this.#fragment = text === "" ? "" : "#" + escaped(text, inFragment);
  }
  set hostname(v) { try { this.#host = hostName(String(v), this.#special); } catch (e) { if (e !== 0) throw e; } }
  set port(v) { if (/^[0-9]{0,5}$/.test(v) && Number(v) < 65536) this.#port = v === "" || String(Number(v)) === PORTS[this.#scheme] ? "" : String(Number(v)); }
  set host(v) {
    const m = /^(.*?)(?::([0-9]+))?$/.exec(String(v));
    this.hostname = m[1];
    if (m[2]) this.port = m[2];
  }
  set protocol(v) { const p = String(v).replace(/:.*/, "").toLowerCase() + ":"; if (p in PORTS && this.#special) { this.#scheme = p; if (PORTS[p] === this.#port) this.#port = ""; } }
  set username(v) { this.#user = escaped(String(v), inUser); }
  set password(v) { this.#password = escaped(String(v), inUser); }
  toString() { return this.href; }
  toJSON() { return this.href; }
}

define(globalThis, { URLSearchParams, URL });
