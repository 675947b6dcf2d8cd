// portico: what the host has for plugins.

const bytesOf = (buffer) => (buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : buffer);

function ttlOf(options) {
  if (options === undefined) return 0;
  const { ttlMs = 0, ...rest } = options;
  for (const name of Object.keys(rest)) throw new TypeError(`there is no option "${name}", only ttlMs`);
  return ttlMs;
}

// store is what cache and kv have in common.
function store(capability) {
  const GET = fn[capability + ".get"], PUT = fn[capability + ".put"], DELETE = fn[capability + ".delete"];
  return {
    get(key) { need(capability); return maybe(capability + ".get", host.text(GET, key)); },
    getBytes(key) { need(capability); return bytesOf(maybe(capability + ".get", host.bytes(GET, key))); },
    put(key, value, options) { need(capability); check(capability + ".put", host.call(PUT, key, value, ttlOf(options))); },
    delete(key) { need(capability); return check(capability + ".delete", host.call(DELETE, key)) > 0; },
  };
}

const sum = new BigInt64Array(1);
const kv = Object.assign(store("kv"), {
  increment(key, delta = 1) {
    need("kv");
    check("kv.increment", host.call(fn["kv.increment"], key, delta, sum));
    const n = Number(sum[0]);
    return Number.isSafeInteger(n) ? n : sum[0];
  },
  compareAndSet(key, old, next, options) {
    need("kv");
    const r = host.call(fn["kv.compare_and_set"], key, old, next, ttlOf(options), old === null || old === undefined ? 1 : 0);
    if (r === EEXIST) return false;
    check("kv.compareAndSet", r);
    return true;
  },
  list({ prefix = "", after = "", limit = 1000 } = {}) {
    need("kv");
    return check("kv.list", host.list(fn["kv.list"], prefix, after, limit));
  },
});

const throttle = {
  take(bucket, key, n = 1) {
    need("throttle");
    return check("throttle.take", Number(host.call(fn["throttle.take"], bucket, key, n)));
  },
};

const HASHES = { sha1: 1, sha256: 2, sha512: 3 };

const secrets = {
  read(name) { need("secrets"); return check("secrets.read", host.text(fn["secrets.read"], name)); },
  hmac(name, hash, data) {
    need("secrets");
    const h = HASHES[String(hash).toLowerCase().replace("-", "")];
    if (!h) throw new TypeError(`secrets.hmac: hash ${hash} is not there: SHA-1, SHA-256 and SHA-512 are`);
    return bytesOf(check("secrets.hmac", host.bytes(fn["secrets.hmac"], name, h, data)));
  },
};

function metric(method, name) {
  return (metricName, value, labels = {}) => {
    need("metrics");
    check("metrics." + method, host.call(fn[name], metricName, host.pack([].concat(...Object.entries(labels).map(([k, v]) => [k, String(v)]))), value));
  };
}

const metrics = {
  add: metric("add", "metrics.counter_add"),
  set: metric("set", "metrics.gauge_set"),
  observe: metric("observe", "metrics.histogram_observe"),
};

const jwt = {
  verify(issuer, token) {
    need("jwt");
    const claims = host.text(fn["jwt.verify"], issuer, token);
    if (claims === EINVAL || claims === EPERM) {
      const e = new PorticoError("jwt.verify", claims, host.text(fn["jwt.reason"]));
      e.reason = host.text(fn["jwt.reason"]);
      throw e;
    }
    return JSON.parse(check("jwt.verify", claims));
  },
};

const scratch = {
  get() { return check("scratch.get", host.text(fn.scratch_read)); },
  getBytes() { return bytesOf(check("scratch.get", host.bytes(fn.scratch_read))); },
  set(value) { check("scratch.set", host.call(fn.scratch_write, value)); },
};

const abi = {};
for (const f of host.functions) {
  const [module, name] = f.name.includes(".") ? f.name.split(".") : ["core", f.name];
  (abi[module] || (abi[module] = {}))[name] = f;
}
Object.values(abi).forEach(Object.freeze);

const portico = {
  engine: "QuickJS 2021-03-27",
  config: {},
  kv, cache: store("cache"), throttle, secrets, metrics, jwt, scratch,
  digest(algorithm, data) { return bytesOf(digested(algorithm, data)); },
  hmac(algorithm, key, data) { return bytesOf(coded(algorithm, key, data)); },
  deadlineMs() { return Number(host.call(fn.deadline_ms)); },
  PorticoError,
  abi: Object.freeze(abi),
};
for (const part of [kv, portico.cache, throttle, secrets, metrics, jwt, scratch]) Object.freeze(part);
define(globalThis, { portico });
