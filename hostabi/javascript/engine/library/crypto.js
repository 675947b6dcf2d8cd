// crypto: random numbers, and of SubtleCrypto (W3C Web Cryptography) digests and
// HMAC. Everything else is refused by name.

const RANDOM = fn.random;

function getRandomValues(view) {
  if (!ArrayBuffer.isView(view) || view instanceof DataView || view instanceof Float32Array || view instanceof Float64Array) {
    throw new TypeError("crypto.getRandomValues takes an integer array");
  }
  check("crypto.getRandomValues", host.call(RANDOM, view));
  return view;
}

function randomUUID() {
  const b = getRandomValues(new Uint8Array(16));
  b[6] = b[6] & 15 | 64;
  b[8] = b[8] & 63 | 128;
  return hex(b).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// nameOf is the name of an algorithm, given as such or as {name}.
function nameOf(algorithm) { return String(typeof algorithm === "object" && algorithm !== null ? algorithm.name : algorithm); }

function digested(algorithm, data) {
  const d = host.digest(nameOf(algorithm), data);
  if (d === undefined) throw new TypeError(`digest ${nameOf(algorithm)} is not there: SHA-1, SHA-256, SHA-384 and SHA-512 are`);
  return d;
}

function coded(algorithm, key, data) {
  const d = host.hmac(nameOf(algorithm), key, data);
  if (d === undefined) throw new TypeError(`hash ${nameOf(algorithm)} is not there: SHA-1, SHA-256, SHA-384 and SHA-512 are`);
  return d;
}

// equal takes the same time whatever the difference is.
function equal(a, b) {
  a = new Uint8Array(a);
  b = ArrayBuffer.isView(b) ? new Uint8Array(b.buffer, b.byteOffset, b.byteLength) : new Uint8Array(b);
  let d = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) d |= a[i] ^ b[i];
  return d === 0;
}

class CryptoKey {
  #bytes;
  constructor(bytes, hash, usages) {
    this.#bytes = bytes;
    this.type = "secret";
    this.extractable = false;
    this.algorithm = { name: "HMAC", hash: { name: hash }, length: bytes.byteLength * 8 };
    this.usages = usages;
    Object.freeze(this);
  }
  static sign(key, usage, data) {
    if (!(key instanceof CryptoKey)) throw new TypeError("the key is no CryptoKey");
    if (!key.usages.includes(usage)) throw new TypeError(`the key is not for "${usage}"`);
    return coded(key.algorithm.hash.name, key.#bytes, data);
  }
}
const signWith = CryptoKey.sign;
delete CryptoKey.sign;

function onlyHMAC(what, algorithm) {
  if (nameOf(algorithm).toUpperCase() !== "HMAC") throw new TypeError(`crypto.subtle.${what}: ${nameOf(algorithm)} is not there, HMAC is`);
}

const subtle = {
  async digest(algorithm, data) { return digested(algorithm, data); },
  async importKey(format, key, algorithm, extractable, usages) {
    onlyHMAC("importKey", algorithm);
    if (format !== "raw") throw new TypeError(`crypto.subtle.importKey: format "${format}" is not there, "raw" is`);
    if (typeof key === "string") throw new TypeError("crypto.subtle.importKey takes bytes");
    const bytes = ArrayBuffer.isView(key) ? key.buffer.slice(key.byteOffset, key.byteOffset + key.byteLength) : key.slice(0);
    const hash = nameOf(algorithm.hash);
    digested(hash, "");
    return new CryptoKey(bytes, hash, Array.from(usages));
  },
  async sign(algorithm, key, data) {
    onlyHMAC("sign", algorithm);
    return signWith(key, "sign", data);
  },
  async verify(algorithm, key, signature, data) {
    onlyHMAC("verify", algorithm);
    return equal(signWith(key, "verify", data), signature);
  },
};
for (const name of ["encrypt", "decrypt", "generateKey", "deriveKey", "deriveBits", "exportKey", "wrapKey", "unwrapKey"]) {
  subtle[name] = async () => { throw new TypeError(`crypto.subtle.${name} is not there: digest, importKey, sign and verify with HMAC are`); };
}

const crypto = { getRandomValues, randomUUID, subtle };
define(globalThis, { crypto, CryptoKey });
