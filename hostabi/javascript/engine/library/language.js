// Library functions of ECMAScript 2021 to 2024 that the engine, of ECMAScript
// 2020, does not have. What is syntax cannot be added.

function added(object, properties) {
  const missing = {};
  for (const name of Object.keys(properties)) if (!(name in object)) missing[name] = properties[name];
  define(object, missing);
}

function relative(length, index) {
  index = Math.trunc(index) || 0;
  return index < 0 ? length + index : index;
}

const sequence = {
  at(index) { return this[relative(this.length, index)]; },
};

const last = {
  findLast(test, self) {
    for (let i = this.length - 1; i >= 0; i--) if (test.call(self, this[i], i, this)) return this[i];
  },
  findLastIndex(test, self) {
    for (let i = this.length - 1; i >= 0; i--) if (test.call(self, this[i], i, this)) return i;
    return -1;
  },
};

added(String.prototype, {
  at(index) {
    const s = String(this), i = relative(s.length, index);
    return i < 0 || i >= s.length ? undefined : s[i];
  },
  isWellFormed() { return !/[\ud800-\udfff]/u.test(this); },
  toWellFormed() { return String(this).replace(/[\ud800-\udfff]/gu, "\ufffd"); },
});
added(Array.prototype, sequence);
added(Array.prototype, last);
added(Array.prototype, {
  toReversed() { return Array.from(this).reverse(); },
  toSorted(compare) {
    if (compare !== undefined && typeof compare !== "function") throw new TypeError("the comparison is no function");
    return Array.from(this).sort(compare);
  },
  toSpliced(...args) {
    const a = Array.from(this);
    a.splice(...args);
    return a;
  },
  with(index, value) {
    const a = Array.from(this), i = relative(a.length, index);
    if (i < 0 || i >= a.length) throw new RangeError("index is outside of the array");
    a[i] = value;
    return a;
  },
});
const TypedArray = Object.getPrototypeOf(Uint8Array);
added(TypedArray.prototype, sequence);
added(TypedArray.prototype, last);

added(Object, {
  hasOwn(object, name) { return Object.prototype.hasOwnProperty.call(object, name); },
  groupBy(items, key) {
    const groups = Object.create(null);
    let i = 0;
    for (const item of items) {
      const k = key(item, i++);
      (groups[k] || (groups[k] = [])).push(item);
    }
    return groups;
  },
});
added(Map, {
  groupBy(items, key) {
    const groups = new Map();
    let i = 0;
    for (const item of items) {
      const k = key(item, i++);
      if (groups.has(k)) groups.get(k).push(item);
      else groups.set(k, [item]);
    }
    return groups;
  },
});
added(Promise, {
  withResolvers() {
    let resolve, reject;
    const promise = new this((a, b) => { resolve = a; reject = b; });
    return { promise, resolve, reject };
  },
});

// What the engine has beyond the standard.
for (const name of ["BigFloat", "BigDecimal", "Operators", "BigFloatEnv"]) delete globalThis[name];

function structuredClone(value) {
  const seen = new Map();
  const refuse = (what) => { throw new TypeError("structuredClone: " + what + " cannot be cloned"); };
  const clone = (v) => {
    if (typeof v === "function" || typeof v === "symbol") refuse("a " + typeof v);
    if (typeof v !== "object" || v === null) return v;
    if (seen.has(v)) return seen.get(v);
    const keep = (c) => { seen.set(v, c); return c; };
    if (v instanceof Date) return keep(new Date(v.getTime()));
    if (v instanceof RegExp) return keep(new RegExp(v.source, v.flags));
    if (v instanceof ArrayBuffer) return keep(v.slice(0));
    if (ArrayBuffer.isView(v)) {
      const buffer = clone(v.buffer);
      return keep(v instanceof DataView ? new DataView(buffer, v.byteOffset, v.byteLength) : new v.constructor(buffer, v.byteOffset, v.length));
    }
    if (v instanceof Map) {
      const m = keep(new Map());
      for (const [a, b] of v) m.set(clone(a), clone(b));
      return m;
    }
    if (v instanceof Set) {
      const s = keep(new Set());
      for (const a of v) s.add(clone(a));
      return s;
    }
    if (v instanceof Promise || v instanceof WeakMap || v instanceof WeakSet) refuse("a " + v.constructor.name);
    if (v instanceof Error) {
      const e = keep(new v.constructor(v.message));
      e.stack = v.stack;
      return e;
    }
    const o = keep(Array.isArray(v) ? new Array(v.length) : {});
    for (const k of Object.keys(v)) Object.defineProperty(o, k, { value: clone(v[k]), writable: true, enumerable: true, configurable: true });
    return o;
  };
  return clone(value);
}

define(globalThis, {
  structuredClone,
  queueMicrotask(callback) {
    if (typeof callback !== "function") throw new TypeError("queueMicrotask takes a function");
    Promise.resolve().then(callback);
  },
});
