// fetch, Headers, Request and Response (WHATWG Fetch, the part that a plugin
// needs) over the capability http. Requests run at the same time; their bodies
// are read when they are asked for.

class Headers {
  #list = [];
  constructor(init) {
    if (init === undefined || init === null) return;
    const pairs = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
    for (const [name, value] of pairs) this.append(name, value);
  }
  append(name, value) { this.#list.push([String(name).toLowerCase(), String(value).trim()]); }
  delete(name) { name = String(name).toLowerCase(); this.#list = this.#list.filter(([n]) => n !== name); }
  set(name, value) {
    name = String(name).toLowerCase();
    const i = this.#list.findIndex(([n]) => n === name);
    if (i < 0) return this.append(name, value);
    this.#list[i][1] = String(value).trim();
    this.#list = this.#list.filter(([n], j) => j <= i || n !== name);
  }
  get(name) {
    name = String(name).toLowerCase();
    const values = this.#list.filter(([n]) => n === name).map(([, v]) => v);
    return values.length ? values.join(", ") : null;
  }
  has(name) { name = String(name).toLowerCase(); return this.#list.some(([n]) => n === name); }
  getSetCookie() { return this.#list.filter(([n]) => n === "set-cookie").map(([, v]) => v); }
  *entries() {
    const names = Array.from(new Set(this.#list.map(([n]) => n))).sort();
    for (const name of names) {
      if (name === "set-cookie") for (const v of this.getSetCookie()) yield [name, v];
      else yield [name, this.get(name)];
    }
  }
  *keys() { for (const [n] of this.entries()) yield n; }
  *values() { for (const [, v] of this.entries()) yield v; }
  [Symbol.iterator]() { return this.entries(); }
  forEach(callback, self) { for (const [n, v] of this.entries()) callback.call(self, v, n, this); }
}

// bodyOf gives what is sent, and the type that it has by itself.
function bodyOf(body) {
  if (body === undefined || body === null) return [null, null];
  if (body instanceof URLSearchParams) return [body.toString(), "application/x-www-form-urlencoded;charset=UTF-8"];
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return [body, null];
  return [String(body), "text/plain;charset=UTF-8"];
}

// Body is what Request and Response have in common. take gives the bytes once.
class Body {
  #take; #used = false; #name;
  constructor(name, take) { this.#name = name; this.#take = take; }
  get bodyUsed() { return this.#used; }
  get body() { throw new TypeError(`${this.#name}.body is not there; text(), json(), arrayBuffer() and bytes() are`); }
  static take(b) {
    if (b.#used) throw new TypeError(`the body of the ${b.#name} was read before`);
    b.#used = true;
    return b.#take();
  }
  async arrayBuffer() { return takeBody(this); }
  async bytes() { return new Uint8Array(takeBody(this)); }
  async text() { return host.decode(takeBody(this), false).replace(/^\ufeff/, ""); }
  async json() { return JSON.parse(host.decode(takeBody(this), false)); }
}
const takeBody = Body.take;
delete Body.take;

class Request extends Body {
  constructor(input, init = {}) {
    const from = input instanceof Request ? input : null;
    const [body, type] = bodyOf(init.body);
    super("Request", () => (body !== null ? host.encode(body) : from ? takeBody(from) : new ArrayBuffer(0)));
    const url = new URL(from ? from.url : input);
    url.hash = "";
    this.url = url.href;
    this.method = String(init.method || (from ? from.method : "GET")).toUpperCase();
    this.headers = new Headers(init.headers || (from ? from.headers : undefined));
    this.redirect = init.redirect || (from ? from.redirect : "follow");
    this.timeoutMs = init.timeoutMs || 0;
    if (init.signal) throw new TypeError("fetch: signal is not there; timeoutMs is");
    if (body !== null && (this.method === "GET" || this.method === "HEAD")) throw new TypeError(`a ${this.method} request has no body`);
    if (type && !this.headers.has("content-type")) this.headers.set("content-type", type);
  }
}

class Response extends Body {
  constructor(body, init = {}) {
    const handle = typeof init.handle === "function" ? init.handle : null;
    const [bytes, type] = bodyOf(body);
    super("Response", handle || (() => (bytes === null ? new ArrayBuffer(0) : host.encode(bytes))));
    this.status = init.status === undefined ? 200 : init.status;
    if (!(this.status >= 200 && this.status <= 599) && !handle) throw new RangeError("a Response has a status of 200 to 599");
    this.statusText = init.statusText || "";
    this.headers = new Headers(init.headers);
    this.url = init.url || "";
    this.redirected = false;
    if (type && !this.headers.has("content-type")) this.headers.set("content-type", type);
  }
  get ok() { return this.status >= 200 && this.status < 300; }
  static json(value, init = {}) {
    const headers = new Headers(init.headers);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    return new Response(JSON.stringify(value), Object.assign({}, init, { headers }));
  }
  static redirect(url, status = 302) { return new Response(null, { status, headers: { location: new URL(url).href } }); }
}

const FOLLOW = 2;
const waiting = new Map(); // handle to {request, resolve, reject}

// failed is the error of a request that had no answer.
function failed(request, code) {
  const e = new PorticoError(`fetch ${request.method} ${request.url}`, code);
  return Object.assign(new TypeError(e.message), { code: e.code });
}

function pairs(list) {
  const out = [];
  for (let i = 0; i + 1 < list.length; i += 2) out.push([list[i], list[i + 1]]);
  return out;
}

// answered makes the Response of a request whose head has come.
function answered(handle, request) {
  const status = host.call(fn["http.status"], handle);
  if (status < 0) {
    host.call(fn["http.close"], handle);
    return [status, null];
  }
  const headers = pairs(check("fetch", host.list(fn["http.headers"], handle)));
  if (request.redirect === "error" && status >= 300 && status < 400 && headers.some(([n]) => n.toLowerCase() === "location")) {
    host.call(fn["http.close"], handle);
    throw new TypeError(`fetch ${request.method} ${request.url}: it was redirected`);
  }
  const read = () => {
    const body = host.body(handle);
    host.call(fn["http.close"], handle);
    if (typeof body === "number") throw failed(request, body);
    return body;
  };
  return [0, new Response(null, { status, headers, url: request.url, handle: read })];
}

function fetch(input, init) {
  return new Promise((resolve, reject) => {
    need("http");
    const request = new Request(input, init);
    const head = [request.method, request.url];
    for (const [name, value] of request.headers) head.push(name, value);
    const handle = host.call(fn["http.start"], host.pack(head), takeBody(request), request.timeoutMs, request.redirect === "follow" ? FOLLOW : 0);
    if (handle < 0) throw failed(request, handle);
    waiting.set(handle, { request, resolve, reject });
  });
}

// awaitFetch waits for one answer, at most ms, 0 for as long as it takes.
function awaitFetch(ms) {
  const handles = new Uint32Array(Array.from(waiting.keys()).slice(0, 64));
  const handle = host.call(fn["http.wait"], handles, ms);
  if (handle === ETIMEDOUT && ms > 0) return;
  check("fetch", handle);
  const { request, resolve, reject } = waiting.get(handle);
  waiting.delete(handle);
  try {
    const [code, response] = answered(handle, request);
    if (response) resolve(response);
    else reject(failed(request, code));
  } catch (e) {
    reject(e);
  }
}

define(globalThis, { Headers, Request, Response, fetch });
