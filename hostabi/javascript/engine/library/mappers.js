// What mapRequest and mapResponse get: the message itself. Reading asks the host,
// writing changes what is sent on.

const FIELD = fn.get_field, SET_FIELD = fn.set_field, CONTEXT = fn.context_read;
const GET_HEADER = fn.get_header, SET_HEADER = fn.set_header, ADD_HEADER = fn.add_header, REMOVE_HEADER = fn.remove_header;

// MessageHeaders are the headers of the request (0) or the response (1).
class MessageHeaders {
  #message;
  constructor(message) { this.#message = message; }
  get(name) { return maybe("headers.get", host.text(GET_HEADER, this.#message, String(name))); }
  getAll(name) { return check("headers.getAll", host.list(fn.header_values, this.#message, String(name))); }
  getSetCookie() { return this.getAll("set-cookie"); }
  has(name) { return maybe("headers.has", host.call(GET_HEADER, this.#message, String(name))) !== null; }
  set(name, value) { check("headers.set", host.call(SET_HEADER, this.#message, String(name), String(value))); }
  append(name, value) { check("headers.append", host.call(ADD_HEADER, this.#message, String(name), String(value))); }
  delete(name) { check("headers.delete", host.call(REMOVE_HEADER, this.#message, String(name))); }
  entries() { return pairs(check("headers.entries", host.list(fn.headers, this.#message)))[Symbol.iterator](); }
  *keys() { for (const [n] of this.entries()) yield n; }
  *values() { for (const [, v] of this.entries()) yield v; }
  [Symbol.iterator]() { return this.entries(); }
  forEach(callback, self) { for (const [n, v] of this.entries()) callback.call(self, v, n, this); }
  toJSON() { return Object.fromEntries(Array.from(this.keys(), (n) => [n, this.get(n)])); }
}

// Message is what the two have in common.
class Message {
  #message; #bytes = null;
  constructor(message) {
    this.#message = message;
    this.headers = new MessageHeaders(message);
  }
  bytes() {
    if (this.#bytes === null) this.#bytes = new Uint8Array(check("body", host.body(this.#message)));
    return this.#bytes;
  }
  get body() { return host.decode(this.bytes(), false); }
  set body(value) {
    const [bytes] = bodyOf(value);
    if (bytes !== null && (typeof bytes === "string" ? bytes !== "" : bytes.byteLength > 0)) check("body", host.call(fn.stream_write, this.#message, bytes));
    check("body", host.call(fn.stream_close, this.#message));
    this.#bytes = new Uint8Array(bytes === null ? 0 : host.encode(bytes));
  }
  json() { return JSON.parse(this.body); }
}

class RequestEvent extends Message {
  constructor() { super(0); }
  get method() { return host.text(FIELD, 1); }
  set method(v) { check("method", host.call(SET_FIELD, 1, String(v))); }
  get path() { return host.text(FIELD, 2); }
  set path(v) { check("path", host.call(SET_FIELD, 2, String(v))); }
  get query() { return maybe("query", host.text(FIELD, 4)) || ""; }
  set query(v) { check("query", host.call(SET_FIELD, 4, String(v).replace(/^\?/, ""))); }
}

const FIELDS = { rawPath: 3, scheme: 5, host: 6, protocol: 7, sourceIp: 8, userAgent: 9, requestId: 10, api: 12, stage: 13,
  route: 14, resource: 15, methodArn: 16, principalId: 17, accountId: 18, region: 19, domainName: 20 };
for (const [name, id] of Object.entries(FIELDS)) {
  Object.defineProperty(RequestEvent.prototype, name, { get() { return maybe(name, host.text(FIELD, id)); }, configurable: true });
}
Object.defineProperty(RequestEvent.prototype, "time", { get() { return Number(host.text(FIELD, 11)); }, configurable: true });
const LISTS = { queryStringParameters: 33, pathParameters: 34, stageVariables: 35, authorizer: 36 };
for (const [name, id] of Object.entries(LISTS)) {
  Object.defineProperty(RequestEvent.prototype, name, {
    get() { return Object.fromEntries(pairs(check(name, host.list(CONTEXT, 2 ** id)))); }, configurable: true });
}

class ResponseEvent extends Message {
  constructor() { super(1); this.request = new RequestEvent(); }
  get statusCode() { return host.call(fn.get_status); }
  set statusCode(v) { check("statusCode", host.call(fn.set_status, v)); }
}

// setHeaders takes {name: value}, values being strings, lists of them, or null
// for a header that is to go.
function setHeaders(headers, given) {
  const list = typeof given[Symbol.iterator] === "function" ? Array.from(given) : Object.entries(given);
  const seen = new Set();
  for (const [name, value] of list) {
    if (value === null || value === undefined) { headers.delete(name); continue; }
    for (const v of Array.isArray(value) ? value : [value]) {
      if (seen.has(name.toLowerCase())) headers.append(name, v);
      else headers.set(name, v);
      seen.add(name.toLowerCase());
    }
  }
}

// apply makes the changes that a mapper returned.
function apply(event, changes, names) {
  for (const name of Object.keys(changes)) {
    if (!names.includes(name)) throw new TypeError(`a mapper cannot change "${name}": ${names.join(", ")} it can`);
    if (name === "headers") setHeaders(event.headers, changes.headers);
    else if (changes[name] !== undefined) event[name] = changes[name];
  }
}

// respond sets a response: a Response, or what a Lambda function returns.
function respond(r) {
  const response = new Message(1);
  if (r instanceof Response) {
    check("status", host.call(fn.set_status, r.status));
    setHeaders(response.headers, r.headers);
    response.body = takeBody(r);
    return;
  }
  const { statusCode, headers, multiValueHeaders, cookies, body, isBase64Encoded, ...rest } = r;
  for (const name of Object.keys(rest)) throw new TypeError(`a response has no "${name}": statusCode, headers, multiValueHeaders, cookies, body and isBase64Encoded it has`);
  check("statusCode", host.call(fn.set_status, statusCode));
  if (headers) setHeaders(response.headers, headers);
  if (multiValueHeaders) setHeaders(response.headers, multiValueHeaders);
  if (cookies) for (const c of cookies) response.headers.append("Set-Cookie", c);
  response.body = isBase64Encoded ? host.unbase64(body, true) : typeof body === "object" && body !== null && !ArrayBuffer.isView(body) && !(body instanceof ArrayBuffer) ? JSON.stringify(body) : body;
}

// then calls finish with what a function gives, at once if it can.
function then(value, finish) {
  return value && typeof value === "object" && typeof value.then === "function" ? Promise.resolve(value).then(finish) : finish(value);
}

const CONTINUE = 0, RESPOND = 1;

function mapRequest(map) {
  const event = new RequestEvent();
  return then(map(event, context), (r) => {
    if (r === undefined || r === null || r === event) return CONTINUE;
    if (typeof r !== "object") throw new TypeError("mapRequest returns nothing, changes or a response");
    if (r instanceof Response || "statusCode" in r) {
      respond(r);
      return RESPOND;
    }
    apply(event, r, ["method", "path", "query", "headers", "body"]);
    return CONTINUE;
  });
}

function mapResponse(map) {
  const event = new ResponseEvent();
  return then(map(event, context), (r) => {
    if (r === undefined || r === null || r === event) return CONTINUE;
    if (typeof r !== "object") throw new TypeError("mapResponse returns nothing or changes");
    if (r instanceof Response) respond(r);
    else apply(event, r, ["statusCode", "headers", "body"]);
    return CONTINUE;
  });
}
