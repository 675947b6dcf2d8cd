import * as core from "./abi/core";
import { answer } from "./answer";
import { first } from "./argument";
import { codeOf } from "./code";
import { take, Value } from "./value";

/** The JSON event that a Lambda function in this place would get. */
export function event(): Value {
  let n: i32;
  do n = core.event_read(answer.at, answer.cap);
  while (answer.short(n));
  return take(n);
}

/** Gives the JSON answer that a Lambda function would give: returns 3, the number that says so, or a Code. */
export function result<V>(json: V): i32 {
  const code = codeOf(core.result_write(first.at(json), first.length));
  return code < 0 ? code : 3;
}
