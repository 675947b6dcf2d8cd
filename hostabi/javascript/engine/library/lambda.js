// What a Lambda function has around it: context, callback, process.env.

let functionName = "plugin";

const context = {
  get awsRequestId() { return maybe("awsRequestId", host.text(FIELD, 10)) || ""; },
  get functionName() { return functionName; },
  functionVersion: "$LATEST",
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis() { return portico.deadlineMs(); },
};

// callback calls a handler that answers by its third argument.
function callback(event, context, handler) {
  return new Promise((resolve, reject) => {
    const done = (error, value) => {
      if (error) reject(error instanceof Error ? error : new Error(String(error)));
      else resolve(value);
    };
    const r = handler(event, context, done);
    if (r && typeof r.then === "function") r.then(resolve, reject);
  });
}

// result writes the answer that is a Response by itself: false. Others are to be
// written as JSON.
function result(value) {
  if (!(value instanceof Response)) return value;
  respond(value);
  return false;
}

const env = {};

function require(name) {
  throw new ReferenceError(`require("${name}"): there are no modules; a plugin is one file, bundle what it needs into it (for example: esbuild --bundle --format=cjs)`);
}

const module = { exports: {} };
define(globalThis, { process: { env }, global: globalThis, require, module });
Object.defineProperty(globalThis, "exports", { value: module.exports, writable: true, configurable: true });
