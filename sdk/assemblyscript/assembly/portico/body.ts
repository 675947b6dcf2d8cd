import * as core from "./abi/core";
import { first } from "./argument";
import { Code, codeOf } from "./code";
import { Value } from "./value";

/** A body to be read, from its start in each call of a kind. */
@unmanaged
export class Reader {
  /** Reads into a buffer and returns how many bytes it got, 0 at the end, or a Code. The buffer must have some length. */
  read(into: Uint8Array): i32 {
    return core.stream_read(handle(this), into.dataStart, into.byteLength);
  }

  /** What read does, into memory that is not an object's, from heap.alloc. */
  readInto(at: usize, room: i32): i32 {
    return core.stream_read(handle(this), at, room);
  }

  /** Reads what is left, whose code is TooLarge if that is more than limit bytes. */
  readAll(limit: i32 = 1 << 20): Value {
    let buffer = new ArrayBuffer(4096);
    let size = 0;
    while (true) {
      if (size == buffer.byteLength) {
        const larger = new ArrayBuffer(size * 2);
        memory.copy(changetype<usize>(larger), changetype<usize>(buffer), size);
        buffer = larger;
      }
      const n = core.stream_read(handle(this), changetype<usize>(buffer) + size, buffer.byteLength - size);
      if (n == 0) return new Value(Code.OK, buffer.slice(0, size));
      if (n < 0) return new Value(n, new ArrayBuffer(0));
      size += n;
      if (size > limit) return new Value(Code.TooLarge, new ArrayBuffer(0));
    }
  }
}

/** A body to be written. The first write of a call drops the body that was there. */
@unmanaged
export class Writer {
  write<V>(data: V): Code {
    return codeOf(core.stream_write(handle(this), first.at(data), first.length));
  }

  /** Says that the body is complete. Returning does so too. */
  close(): Code {
    return codeOf(core.stream_close(handle(this)));
  }
}

/** As of Headers, the pointer is the number. */
// @ts-ignore: decorator
@inline
function handle<T>(body: T): u32 {
  return <u32>changetype<usize>(body);
}
