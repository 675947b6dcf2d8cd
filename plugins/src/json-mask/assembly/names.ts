/**
 * The names that paths have, found by their bytes: a table with open addressing, at most half full. Keys of bodies are
 * only looked up in it, so that nobody outside can make its chains longer.
 */
@final
export class Names {
  private list: ArrayBuffer[] = [];
  private slots: StaticArray<i32>;
  /** Bytes of the longest. */
  longest: usize = 0;

  constructor(most: i32) {
    let size = 8;
    while (size < most * 2) size *= 2;
    this.slots = new StaticArray<i32>(size); // index + 1, 0 is free
  }

  /** The number of a name, from 0 on, which it gets if it has none yet. */
  add(name: ArrayBuffer): i32 {
    const at = changetype<usize>(name);
    const size = <usize>name.byteLength;
    const slot = this.slot(at, size);
    if (this.slots[slot] == 0) {
      this.list.push(name);
      this.slots[slot] = this.list.length;
      if (size > this.longest) this.longest = size;
    }
    return this.slots[slot] - 1;
  }

  /** The number of a name, -1 if it has none. */
  find(at: usize, size: usize): i32 {
    return size > this.longest ? -1 : unchecked(this.slots[this.slot(at, size)]) - 1;
  }

  /** Where a name is, or would be. */
  private slot(at: usize, size: usize): i32 {
    const mask = this.slots.length - 1;
    let hash: u32 = 0x811c9dc5; // FNV-1a
    for (let i: usize = 0; i < size; i++) hash = (hash ^ load<u8>(at + i)) * 0x01000193;
    let slot = <i32>(hash ^ hash >> 15) & mask;
    while (true) {
      const n = unchecked(this.slots[slot]);
      if (n == 0) return slot;
      const name = unchecked(this.list[n - 1]);
      if (<usize>name.byteLength == size && memory.compare(changetype<usize>(name), at, size) == 0) return slot;
      slot = slot + 1 & mask;
    }
  }
}
