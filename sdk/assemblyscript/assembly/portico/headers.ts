import * as core from "./abi/core";
import { answer } from "./answer";
import { first, second } from "./argument";
import { Code, codeOf, found, must } from "./code";
import { bytesOf, entriesOf, Entry, listOf } from "./entries";

/**
 * The header of a message. Names are compared without regard to case. It holds nothing: each method asks the gateway.
 * Where a name or a value is wanted, a string, an ArrayBuffer or a Uint8Array will do.
 */
@unmanaged
export class Headers {
  /** The values of a header, joined by ", " when there are several; null if there is none. */
  get<N>(name: N): string | null {
    const n = this.read(name);
    return found(n) ? answer.text(n) : null;
  }

  /** What get gives, as bytes. */
  getBytes<N>(name: N): ArrayBuffer | null {
    const n = this.read(name);
    return found(n) ? answer.bytes(n) : null;
  }

  has<N>(name: N): bool {
    return found(core.get_header(message(this), first.at(name), first.length, 0, 0));
  }

  /**
   * Whether get would give exactly value. It makes no string, and takes as long wherever the two differ, so that it
   * is also how to compare tokens.
   */
  is<N, V>(name: N, value: V): bool {
    const n = this.read(name);
    return found(n) && answer.is(n, second.at(value), second.length);
  }

  /** The values one by one, none if there is no such header. */
  values<N>(name: N): string[] {
    const n = this.list(name);
    return found(n) ? listOf(n) : [];
  }

  /** What values gives, as bytes. */
  valuesBytes<N>(name: N): ArrayBuffer[] {
    const n = this.list(name);
    return found(n) ? bytesOf(n) : [];
  }

  /** All fields in order, with their names as they were written. */
  entries(): Entry[] {
    let n: i32;
    do n = core.headers(message(this), answer.at, answer.cap);
    while (answer.short(n));
    must(n);
    return entriesOf(n);
  }

  private read<N>(name: N): i32 {
    const at = first.at(name);
    let n: i32;
    do n = core.get_header(message(this), at, first.length, answer.at, answer.cap);
    while (answer.short(n));
    return n;
  }

  private list<N>(name: N): i32 {
    const at = first.at(name);
    let n: i32;
    do n = core.header_values(message(this), at, first.length, answer.at, answer.cap);
    while (answer.short(n));
    return n;
  }
}

/** A header that may be changed, or only be changed: what cannot be read yet ends the call. */
@unmanaged
export class MutableHeaders extends Headers {
  /** Replaces all fields of a name by one. */
  set<N, V>(name: N, value: V): Code {
    return codeOf(core.set_header(message(this), first.at(name), first.length, second.at(value), second.length));
  }

  append<N, V>(name: N, value: V): Code {
    return codeOf(core.add_header(message(this), first.at(name), first.length, second.at(value), second.length));
  }

  delete<N>(name: N): Code {
    return codeOf(core.remove_header(message(this), first.at(name), first.length));
  }
}

/** The pointer of such an object is the number of its message, as of other objects without fields: nothing lies there. */
// @ts-ignore: decorator
@inline
function message(h: Headers): u32 {
  return <u32>changetype<usize>(h);
}
