// Timers. They live within a call: what is still to come when its answer is
// there is dropped.

const MONOTONIC = fn.clock_monotonic_ns;

function nowMs() { return Number(host.call(MONOTONIC)) / 1e6; }

let timers = [];
let lastTimer = 0;

function addTimer(callback, delay, repeat, args) {
  if (typeof callback !== "function") throw new TypeError("a timer takes a function");
  delay = Math.max(0, Number(delay) || 0);
  timers.push({ id: ++lastTimer, at: nowMs() + delay, repeat: repeat ? Math.max(1, delay) : 0, callback, args });
  return lastTimer;
}

function clearTimer(id) { timers = timers.filter((t) => t.id !== id); }

// nextTimer is the one that is due first, undefined without any.
function nextTimer() { return timers.reduce((a, b) => (a && a.at <= b.at ? a : b), undefined); }

function runTimer(t) {
  if (t.repeat) t.at = nowMs() + t.repeat;
  else clearTimer(t.id);
  t.callback(...t.args);
}

define(globalThis, {
  setTimeout(callback, delay, ...args) { return addTimer(callback, delay, false, args); },
  setInterval(callback, delay, ...args) { return addTimer(callback, delay, true, args); },
  setImmediate(callback, ...args) { return addTimer(callback, 0, false, args); },
  clearTimeout: clearTimer,
  clearInterval: clearTimer,
  clearImmediate: clearTimer,
});
define(globalThis, { performance: { now: nowMs } });
