// The guest for the conformance suite of the ABI, hostabi/tck in the gateway's repository, which documents the
// protocol. It is written over the bindings that the SDK itself stands on.

import * as core from "portico/abi/core";
import { Code } from "portico";
import { Command, Reader } from "./program";
import { call } from "./call";
import { digits, unhex } from "./hex";

export { portico_abi_v1 } from "portico";

// Sizes of the protocol.
const maxProgram = 64 << 10;
const maxConfig = 128 << 10;
const maxBuffer = (1 << 20) + (4 << 10);
const maxReport: usize = 2 << 20;

const program = heap.alloc(maxConfig);
const buffer = heap.alloc(maxBuffer);
const report = heap.alloc(maxReport);

export function portico_authorize(): i32 {
  return run();
}

export function portico_map_request(): i32 {
  return run();
}

export function portico_map_response(): i32 {
  return run();
}

export function portico_integrate(): i32 {
  return run();
}

export function portico_configure(): i32 {
  const n = core.config_read(program, maxConfig);
  if (n < 8 || load<u64>(program) != load<u64>(mark)) return 0;
  const size = unhex(program + 8, n - 8);
  const r = new Reader(program + 8);
  const answer = <i32>r.u32();
  const length = execute(r);
  const text = heap.alloc(4 + 2 * length);
  store<u32>(text, 0x3a6b6374); // tck:
  digits(report, length, text + 4);
  core.config_error(text, 4 + 2 * length);
  heap.free(text);
  return size < 8 ? Code.Invalid : answer;
}

/** What a configuration with a program begins with: {"tck":" */
const mark = memory.data<u8>([0x7b, 0x22, 0x74, 0x63, 0x6b, 0x22, 0x3a, 0x22]);

function run(): i32 {
  if (core.scratch_read(program, maxProgram) < 8) return Code.IO;
  const r = new Reader(program);
  const answer = <i32>r.u32();
  const length = execute(r);
  if (core.scratch_write(report, length) < 0) core.stream_write(1, report, length);
  return answer;
}

/** Runs the commands of a program and gives the length of the report on them. */
function execute(r: Reader): usize {
  let end = report;
  for (let n = r.u32(); n > 0; n--) {
    const c: Command = r.command();
    memory.fill(buffer, 0xa5, c.cap);
    const result = call(c, buffer);
    if (end - report + 12 + c.keep > maxReport) throw new Error("the report is too long");
    store<i64>(end, result);
    store<u32>(end, c.keep, 8);
    memory.copy(end + 12, buffer, c.keep);
    end += 12 + c.keep;
  }
  return end - report;
}
