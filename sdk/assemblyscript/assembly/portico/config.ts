import * as core from "./abi/core";
import { answer } from "./answer";
import { first } from "./argument";
import { Code, must } from "./code";

/** The plugin's configuration, a JSON object: {} when the operator gave none. It does not change in an instance's life. */
export function config(): string {
  let n: i32;
  do n = core.config_read(answer.at, answer.cap);
  while (answer.short(n));
  must(n);
  return answer.text(n);
}

/**
 * For `portico_configure`: says what is wrong with the configuration. Return what it returns, and the gateway refuses
 * the plugin with that text and goes on with what it had before.
 */
export function refuse<V>(why: V): i32 {
  core.config_error(first.at(why), first.length);
  return Code.Invalid;
}
