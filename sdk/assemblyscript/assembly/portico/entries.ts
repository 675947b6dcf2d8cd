import { decode } from "./utf8";
import { answer } from "./answer";

/** A header field, a parameter, or whatever has a name and a value. */
@final
export class Entry {
  constructor(readonly name: string, readonly value: string) {}
}

/** The encoding *list* of the ABI: per value a length and its bytes. */
export function list(at: usize, size: usize): string[] {
  const values: string[] = [];
  for (const end = at + size; at < end; at += 4 + load<u32>(at)) values.push(decode(at + 4, load<u32>(at)));
  return values;
}

/** The encoding *pairs*: per pair the name and the value as in a list. */
export function entries(at: usize, size: usize): Entry[] {
  const pairs: Entry[] = [];
  const end = at + size;
  while (at < end) {
    const value = at + 4 + load<u32>(at);
    pairs.push(new Entry(decode(at + 4, load<u32>(at)), decode(value + 4, load<u32>(value))));
    at = value + 4 + load<u32>(value);
  }
  return pairs;
}

/** The answer of n bytes as a list, as one of bytes, as pairs. */
export function listOf(n: i32): string[] {
  return list(answer.at, n);
}

export function bytesOf(n: i32): ArrayBuffer[] {
  const values: ArrayBuffer[] = [];
  for (let at = answer.at, end = at + n; at < end; at += 4 + load<u32>(at)) {
    const value = new ArrayBuffer(load<u32>(at));
    memory.copy(changetype<usize>(value), at + 4, value.byteLength);
    values.push(value);
  }
  return values;
}

export function entriesOf(n: i32): Entry[] {
  return entries(answer.at, n);
}
