// console: one line of the gateway's log for each call.

function shown(v) {
  if (typeof v === "string") return v;
  if (v instanceof Error) return v.stack ? `${v}\n${v.stack}`.trimEnd() : String(v);
  if (typeof v === "function") return `[function ${v.name || "anonymous"}]`;
  if (typeof v !== "object" || v === null) return typeof v === "bigint" ? v + "n" : String(v);
  const open = [];
  try {
    return JSON.stringify(v, function (key, value) {
      while (open.length && open[open.length - 1] !== this) open.pop();
      if (typeof value === "bigint") return value + "n";
      if (value instanceof Error) return String(value);
      if (value instanceof Map) value = Object.fromEntries(value);
      if (value instanceof Set) value = Array.from(value);
      if (typeof value === "object" && value !== null) {
        if (open.includes(value)) return "[circular]";
        open.push(value);
      }
      return value;
    }) || String(v);
  } catch (e) {
    return `[${e}]`;
  }
}

const LOG = fn.log;

function logger(level) {
  return (...values) => { host.call(LOG, level, values.map(shown).join(" ")); };
}

const console = { debug: logger(0), trace: logger(0), log: logger(1), info: logger(1), warn: logger(2), error: logger(3) };
console.assert = (ok, ...values) => { if (!ok) console.error("assertion failed", ...values); };
define(globalThis, { console });
