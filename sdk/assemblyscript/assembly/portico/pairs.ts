import { first } from "./argument";

/** Names and values on their way to the host, in the encoding *pairs* of the ABI. */
@final
export class Pairs {
  private bytes: ArrayBuffer = new ArrayBuffer(128);
  length: usize = 0;

  get at(): usize {
    return changetype<usize>(this.bytes);
  }

  add<N, V>(name: N, value: V): void {
    this.put(first.at(name), first.length);
    this.put(first.at(value), first.length);
  }

  private put(at: usize, size: usize): void {
    const need = this.length + 4 + size;
    if (need > <usize>this.bytes.byteLength) {
      const larger = new ArrayBuffer(<i32>need * 2);
      memory.copy(changetype<usize>(larger), this.at, this.length);
      this.bytes = larger;
    }
    store<u32>(this.at + this.length, size);
    memory.copy(this.at + this.length + 4, at, size);
    this.length = need;
  }
}
