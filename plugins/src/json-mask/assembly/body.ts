import { Code, Reader } from "portico";
import { begin, slack } from "./lexis";

/** Most that is read at once, to begin with. */
const least = 16384;

/** The body of the present call, in memory that the next call uses again. */
export namespace body {
  let room = 0;
  /** Pointer to the bytes, which a byte 0 follows. */
  export let at: usize = 0;
  export let size = 0;

  /** Reads the first bytes: 0 if there are none, or a Code. */
  export function first(from: Reader): i32 {
    size = 0;
    if (room == 0) grow(least);
    return more(from);
  }

  /** Reads the rest. TooLarge: it is longer than limit, or than the gateway keeps. */
  export function rest(from: Reader, limit: i32): Code {
    while (size <= limit) {
      if (size == room) grow(room * 2);
      const n = more(from);
      if (n < 0) return n;
      if (n > 0) continue;
      store<u8>(at + size, 0);
      return Code.OK;
    }
    return Code.TooLarge;
  }

  /** Whether what was read so far may begin an object or array. */
  export function bracketed(): bool {
    store<u8>(at + size, 0);
    const from = begin(at);
    const c = load<u8>(from);
    return c == 0x7b || c == 0x5b || from == at + size;
  }

  function more(from: Reader): i32 {
    const n = from.readInto(at + size, room - size);
    if (n > 0) size += n;
    return n;
  }

  function grow(to: i32): void {
    const larger = heap.alloc(to + 1 + slack);
    memory.copy(larger, at, size);
    if (room > 0) heap.free(at);
    at = larger;
    room = to;
  }
}
