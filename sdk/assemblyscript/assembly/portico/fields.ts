import * as core from "./abi/core";
import { must } from "./code";
import { Field } from "./field";
import { entries, Entry, list } from "./entries";
import { decode } from "./utf8";

/**
 * Several fields of a request, read in one call: cheaper than one by one from three fields on. Make it once, outside
 * of the function that is called, and read anew in each call.
 *
 *     const fields = new Fields([Field.Method, Field.Path, Field.Headers]);
 */
@final
export class Fields {
  private mask: u64 = 0;
  private tlv: ArrayBuffer = new ArrayBuffer(2048);
  private size: usize = 0;

  constructor(fields: Field[]) {
    for (let i = 0; i < fields.length; i++) this.mask |= <u64>1 << fields[i];
  }

  /** Reads the fields of the request that the present call is about. */
  read(): void {
    while (true) {
      const n = core.context_read(this.mask, changetype<usize>(this.tlv), this.tlv.byteLength);
      must(n);
      if (n <= this.tlv.byteLength) {
        this.size = n;
        return;
      }
      this.tlv = new ArrayBuffer(n);
    }
  }

  /** A field's text, null if the request does not have it. */
  text(field: Field): string | null {
    const at = this.find(field);
    return at == 0 ? null : decode(at + 4, load<u32>(at));
  }

  /** A list of pairs, such as Field.Headers. */
  entries(field: Field): Entry[] {
    const at = this.find(field);
    return at == 0 ? [] : entries(at + 4, load<u32>(at));
  }

  /** The values of Field.Identity. */
  list(field: Field): string[] {
    const at = this.find(field);
    return at == 0 ? [] : list(at + 4, load<u32>(at));
  }

  /** Field.Time in milliseconds since 1970, 0 without it. */
  get time(): i64 {
    const at = this.find(Field.Time);
    return at == 0 ? 0 : load<i64>(at + 4);
  }

  /** Field.Status, 0 without it. */
  get status(): i32 {
    const at = this.find(Field.Status);
    return at == 0 ? 0 : <i32>load<u16>(at + 4);
  }

  /** Pointer to a field's length, which its bytes follow; 0 if it is not there. */
  private find(field: Field): usize {
    let at = changetype<usize>(this.tlv);
    for (const end = at + this.size; at < end; at += 6 + load<u32>(at, 2)) {
      if (<i32>load<u16>(at) == <i32>field) return at + 2;
    }
    return 0;
  }
}
