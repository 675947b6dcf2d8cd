import { fail } from "./abort";

/** What the gateway answers when it did not do what it was asked; 0 when it did. */
export const enum Code {
  OK = 0,
  /** There is none of that name. */
  NotFound = -1,
  /** Not a value that the function takes, such as a header with a line break. */
  Invalid = -2,
  /** Pointer and length reach outside of memory: a mistake in this SDK. */
  Fault = -3,
  /** Not granted by the operator, or a header that belongs to the gateway. */
  Permission = -4,
  /** Not in this kind of call, or no longer, as a header after a flush. */
  Phase = -5,
  /** The body or the handle is closed. */
  Closed = -6,
  /** This call has made as many such calls as it may. */
  Exhausted = -7,
  TimedOut = -8,
  /** The other side of a body or a connection failed. */
  Connection = -9,
  TooLarge = -10,
  /** This gateway is older than the function. */
  Unsupported = -11,
  /** The deadline has passed or the client has gone: return soon. */
  Aborted = -12,
  /** The gateway could not do it; its log says why. */
  IO = -13,
  /** kv holds another value than the one to be replaced. */
  Exists = -14,
}

/** The code of a result whose value, if it has one, does not matter. */
// @ts-ignore: decorator
@inline
export function codeOf(result: i32): Code {
  return result < 0 ? result : Code.OK;
}

/** Tells what is there from what is not. Any other error ends the call, which no client can mistake for an answer. */
export function found(result: i32): bool {
  if (result >= 0) return true;
  if (result != Code.NotFound) fail("portico: the gateway refused to read", result);
  return false;
}

/** For what must be there. */
export function must(result: i32): void {
  if (result < 0) fail("portico: the gateway refused to read", result);
}
