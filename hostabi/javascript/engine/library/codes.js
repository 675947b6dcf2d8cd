// Host functions by name, and their codes as errors.

const fn = {};
host.functions.forEach((f, i) => { fn[f.name] = i; });

const CODES = ["", "ENOENT", "EINVAL", "EFAULT", "EPERM", "EPHASE", "EBADF", "EAGAIN", "ETIMEDOUT", "ECONN", "E2BIG",
  "ENOSYS", "EABORT", "EIO", "EEXIST"];
const ENOENT = -1, EINVAL = -2, EPERM = -4, ETIMEDOUT = -8, EEXIST = -14;

const MEANING = {
  ENOENT: "there is none of that name", EINVAL: "an argument is not one that it takes",
  EPERM: "the operator has not granted it, or it belongs to the host", EPHASE: "not in this kind of call, or no longer",
  EBADF: "it is closed", EAGAIN: "a limit per time or per call is used up", ETIMEDOUT: "it did not come in its time",
  ECONN: "the other side failed", E2BIG: "over a limit of size", ENOSYS: "it needs a later Portico",
  EABORT: "the call's time is up or the client has gone", EIO: "the host could not do it; its log says why",
  EEXIST: "it has another value",
};

class PorticoError extends Error {
  constructor(name, code, detail) {
    const word = CODES[-code] || "EIO";
    super(name + ": " + word + ": " + (detail || MEANING[word] || "failed"));
    this.code = word;
  }
}
Object.defineProperty(PorticoError.prototype, "name", { value: "PorticoError", writable: true, configurable: true });

// check gives what is no code, and throws a code.
function check(name, answer) {
  if (typeof answer === "number" && answer < 0) throw new PorticoError(name, answer);
  return answer;
}

// maybe is check with null for what is not there.
function maybe(name, answer) {
  return answer === ENOENT ? null : check(name, answer);
}

// In the order of hostabi.Capability.
const CAPABILITIES = ["cache", "throttle", "secrets", "metrics", "kv", "http", "jwt"];
let granted = 0;

// need throws where the operator has not granted a capability, with the line to
// write.
function need(capability) {
  const bit = 1 << CAPABILITIES.indexOf(capability);
  if (granted & bit) return;
  const list = CAPABILITIES.filter((c, i) => granted & 1 << i).concat(capability).map((c) => JSON.stringify(c)).join(", ");
  throw new PorticoError(capability, EPERM, `capability "${capability}" is not granted; to grant it, write into NAME.toml: capabilities = [${list}]`);
}

// define adds globals or methods the way the language's own are: not enumerable.
function define(object, properties) {
  for (const name of Object.keys(properties)) {
    const d = Object.getOwnPropertyDescriptor(properties, name);
    d.enumerable = false;
    Object.defineProperty(object, name, d);
  }
}
