import { answer } from "./answer";
import { Code } from "./code";
import { decode } from "./utf8";

/** Bytes that a function gave, or the reason why it did not. */
@final
export class Value {
  constructor(
    /** OK, or why there are no bytes. */
    readonly code: Code,
    /** The bytes, none unless code is OK. */
    readonly bytes: ArrayBuffer,
  ) {}

  get ok(): bool {
    return this.code == Code.OK;
  }

  /** The bytes as text, "" if there are none. */
  get text(): string {
    return decode(changetype<usize>(this.bytes), this.bytes.byteLength);
  }
}

/** Takes an answer of n bytes, or its code. */
export function take(n: i32): Value {
  return n < 0 ? new Value(n, new ArrayBuffer(0)) : new Value(Code.OK, answer.bytes(n));
}
