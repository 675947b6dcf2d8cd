import { log } from "./abi/core";

/** One line of the log while it is written; longer ones are cut. It needs no free memory, which may be what failed. */
const line = memory.data(1024);
const room: usize = 1024;

/**
 * What `throw`, `assert` and a failed check of the runtime come to: a line in the gateway's log, then a trap, which
 * fails the call. The option `--use abort=~lib/portico/abort/abort` puts it in place of an import that no gateway has.
 */
export function abort(message: string | null, file: string | null, row: u32, column: u32): void {
  let n = text(0, message === null ? "abort" : message);
  if (file !== null) {
    n = text(n, " at ");
    n = text(n, file);
    n = text(n, ":");
    n = decimal(n, row);
    n = text(n, ":");
    n = decimal(n, column);
  }
  log(3, line, n);
  unreachable();
}

/** Ends the call as `throw` does, with a text and a number. */
export function fail(message: string, code: i32): void {
  let n = text(0, message);
  n = text(n, code < 0 ? ": code -" : ": code ");
  log(3, line, decimal(n, code < 0 ? -code : code));
  unreachable();
}

/** Appends s to the line; a character beyond ASCII becomes a question mark. */
function text(n: usize, s: string): usize {
  for (let i = 0; i < s.length && n < room; i++, n++) {
    const c = s.charCodeAt(i);
    store<u8>(line + n, c < 128 ? c : 63);
  }
  return n;
}

function decimal(n: usize, value: u32): usize {
  let digits: usize = 1;
  for (let v = value; v >= 10; v /= 10) digits++;
  if (n + digits > room) return n;
  for (let i = digits; i > 0; i--, value /= 10) store<u8>(line + n + i - 1, 48 + value % 10);
  return n + digits;
}
