import * as core from "./abi/core";
import { first } from "./argument";
import { Code } from "./code";

export const enum Level {
  Debug = 0,
  Info = 1,
  Warn = 2,
  Error = 3,
}

/** Writes a line to the gateway's log, which takes 32 of up to 4096 bytes in a request and drops what is more. */
export function log<V>(level: Level, text: V): void {
  core.log(level, first.at(text), first.length);
}

/** Logs why a call fails and gives an answer of any kind that fails it: `return fail("no upstream")`. */
export function fail<V>(why: V, code: Code = Code.IO): i32 {
  log(Level.Error, why);
  return code;
}

/** In place of AssemblyScript's own, whose import no gateway has, by `--use trace=~lib/portico/log/trace`. */
export function trace(
  message: string, n: i32 = 0, a0: f64 = 0, a1: f64 = 0, a2: f64 = 0, a3: f64 = 0, a4: f64 = 0,
): void {
  if (n > 0) message += " " + a0.toString();
  if (n > 1) message += " " + a1.toString();
  if (n > 2) message += " " + a2.toString();
  if (n > 3) message += " " + a3.toString();
  if (n > 4) message += " " + a4.toString();
  log(Level.Debug, message);
}
