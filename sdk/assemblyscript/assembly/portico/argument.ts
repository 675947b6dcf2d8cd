import { bound, encode } from "./utf8";

/**
 * Bytes that the host is to read: those of an ArrayBuffer or Uint8Array where they lie, those of a string encoded into
 * memory of the slot's own, without an allocation once that has grown.
 */
@unmanaged
class Slot {
  private memory: usize;
  private room: usize;
  /** Length in bytes of what at was given last. */
  length: usize;

  /** Pointer to the bytes of v. */
  at<T>(v: T): usize {
    if (isNullable<T>()) ERROR("portico: bytes are missing; test for null first");
    if (isString<T>()) {
      const s = changetype<string>(v);
      if (bound(s) > this.room) this.grow(bound(s));
      this.length = encode(s, this.memory);
      return this.memory;
    }
    if (v instanceof ArrayBuffer) {
      this.length = (<ArrayBuffer>v).byteLength;
      return changetype<usize>(v);
    }
    if (v instanceof Uint8Array) {
      this.length = (<Uint8Array>v).byteLength;
      return (<Uint8Array>v).dataStart;
    }
    if (v instanceof StaticArray<u8>) {
      this.length = (<StaticArray<u8>>v).length;
      return changetype<usize>(v);
    }
    ERROR("portico: bytes are a string, an ArrayBuffer, a Uint8Array or a StaticArray<u8>");
    return 0;
  }

  private grow(n: usize): void {
    if (this.room) heap.free(this.memory);
    this.room = (n + 255) & ~255;
    this.memory = heap.alloc(this.room);
  }
}

// As many as one call has arguments of bytes.
export const first = changetype<Slot>(memory.data(12));
export const second = changetype<Slot>(memory.data(12));
export const third = changetype<Slot>(memory.data(12));
