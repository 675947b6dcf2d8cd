// What plugins of all kinds share. Each kind and each capability has a file of its own beside this one.

import "./console"; // for --use, which finds only what some file imports

export { Code } from "./code";
export { config, refuse } from "./config";
export { Entry } from "./entries";
export { Field } from "./field";
export { Fields } from "./fields";
export { Headers, MutableHeaders } from "./headers";
export { fail, Level, log } from "./log";
export { monotonic, now, random, remaining } from "./clock";
export { Reader, Writer } from "./body";
export { Request } from "./request";
export { Response } from "./response";
export { Value } from "./value";

/** The mark of a plugin of the ABI's version 1. Every plugin passes it on: `export { portico_abi_v1 } from "portico"`. */
export function portico_abi_v1(): void {}
