import { Code, Writer } from "portico";

/** Edits of one body: more of them than this would take more memory than an instance may have to spare. */
const most = 1 << 19;

/** What goes out at once. */
const piece = new Uint8Array(32768);

/** Pieces of a body that go, in their order, each with the number of a text that comes in its place. */
@final
export class Edits {
  private texts: ArrayBuffer[] = [new ArrayBuffer(0)];
  private list: StaticArray<u32> = new StaticArray<u32>(3 * 64); // from, to, text
  private count: i32 = 0;
  /** Bytes by which the body grows. */
  private growth: i64 = 0;

  /** The number of a text. */
  text(text: string): i32 {
    this.texts.push(String.UTF8.encode(text));
    return this.texts.length - 1;
  }

  clear(): void {
    this.count = 0;
    this.growth = 0;
  }

  get none(): bool {
    return this.count == 0;
  }

  /** Bytes of a body of so many once it is edited. */
  size(before: i32): i64 {
    return this.growth + before;
  }

  /** Puts a text in place of from to to. false: there are too many. */
  replace(from: u32, to: u32, text: i32): bool {
    if (this.count == most) return false;
    const i = this.count++ * 3;
    if (i == this.list.length) this.grow();
    unchecked(this.list[i] = from);
    unchecked(this.list[i + 1] = to);
    unchecked(this.list[i + 2] = text);
    this.growth += <i64>this.texts[text].byteLength + from - to;
    return true;
  }

  /** Takes from to to away, with the last edit if that ends there and does so too. */
  remove(from: u32, to: u32): bool {
    const i = this.count * 3;
    if (i > 0 && this.list[i - 2] == from && this.list[i - 1] == 0) {
      this.extend(to);
      return true;
    }
    return this.replace(from, to, 0);
  }

  /** Lets the last edit go on to to. */
  extend(to: u32): void {
    const i = this.count * 3 - 2;
    this.growth -= to - this.list[i];
    this.list[i] = to;
  }

  /** Writes the body with all edits made. */
  write(body: usize, size: usize, into: Writer): Code {
    let from: usize = 0;
    let used = 0;
    for (let i = 0; i < this.count * 3; i += 3) {
      const text = this.texts[this.list[i + 2]];
      used = put(body + from, <usize>this.list[i] - from, used, into);
      if (used >= 0) used = put(changetype<usize>(text), text.byteLength, used, into);
      if (used < 0) return used;
      from = this.list[i + 1];
    }
    used = put(body + from, size - from, used, into);
    if (used < 0) return used;
    const code = into.write(piece.subarray(0, used));
    return code == Code.OK ? into.close() : code;
  }

  private grow(): void {
    const larger = new StaticArray<u32>(this.list.length * 2);
    memory.copy(changetype<usize>(larger), changetype<usize>(this.list), <usize>this.list.length << 2);
    this.list = larger;
  }
}

/** Appends bytes to the piece, which is written whenever it is full. Returns how much of it is used, or a Code. */
function put(at: usize, size: usize, used: i32, into: Writer): i32 {
  while (size > 0) {
    const n = min<usize>(size, piece.length - used);
    memory.copy(piece.dataStart + used, at, n);
    used += <i32>n;
    at += n;
    size -= n;
    if (used == piece.length) {
      const code = into.write(piece);
      if (code != Code.OK) return code;
      used = 0;
    }
  }
  return used;
}
