// What the glue calls.

// poll ends something that is waited for: an answer of fetch, a timer. It is
// false when there is nothing. poll(null) drops all of it.
function poll(drop) {
  if (drop === null) {
    if (timers.length) timers = [];
    if (waiting.size) {
      for (const handle of waiting.keys()) host.call(fn["http.close"], handle);
      waiting.clear();
    }
    return false;
  }
  const timer = nextTimer();
  const ms = timer ? timer.at - nowMs() : 0;
  if (timer && ms <= 0) runTimer(timer);
  else if (waiting.size) awaitFetch(timer ? Math.ceil(ms) : 0);
  else if (timer) host.sleep(ms);
  else return false;
  return true;
}

// start is called for each instance, before its script is evaluated.
function start(config, capabilities, name) {
  granted = capabilities;
  functionName = name;
  portico.config = config;
  for (const [key, value] of Object.entries(config)) {
    if (typeof value !== "object") env[key] = String(value);
  }
  Object.freeze(portico);
}

// harden is called when the script is ready. From then on nothing can be added to
// what all objects inherit from: names in a request such as "__proto__" that a
// script walks along would otherwise change what later requests see.
function harden() {
  const prototypes = [Object, Function, Array, String, Number, Boolean, Symbol, BigInt, Date, RegExp, Promise, Map, Set,
    WeakMap, WeakSet, ArrayBuffer, TypedArray, DataView, Error, Uint8Array].map((c) => c.prototype);
  for (const p of prototypes) Object.preventExtensions(p);
  const all = Object.prototype;
  for (const name of Object.getOwnPropertyNames(all)) {
    const d = Object.getOwnPropertyDescriptor(all, name);
    if (!d.configurable || !("value" in d)) continue;
    const { value } = d;
    Object.defineProperty(all, name, {
      // An object of its own may have another, as if the property were writable.
      get() { return value; },
      set(v) {
        if (this === all) throw new TypeError(`Object.prototype.${name} cannot be changed while requests are served`);
        Object.defineProperty(this, name, { value: v, writable: true, enumerable: true, configurable: true });
      },
      enumerable: false, configurable: false,
    });
  }
}

return { start, poll, wrap: (thenable) => Promise.resolve(thenable), result, callback, context, mapRequest, mapResponse, harden, warn: console.warn };
