import { Names } from "./names";
import { Path, Step } from "./path";

/**
 * All paths at once. Each step of each path is a bit, and one more where the path is at its end; a set of bits says how
 * far the paths have come, for each of the containers that the reader is in. Going to a member or element moves bits up
 * by one: the shift-and automaton, whose work for a key does not depend on the number of paths that wait for it, but for
 * 64 steps a word.
 */
@final
export class Matcher {
  private words: usize;
  private names: Names;
  // Sets of steps, each of so many words.
  private named: StaticArray<u64>; // by number of the name
  private members: StaticArray<u64>;
  private elements: StaticArray<u64>;
  private deep: StaticArray<u64>;
  private ends: StaticArray<u64>;
  private first: StaticArray<u64>;
  /** For each bit the rule that its path belongs to. */
  private rules: StaticArray<i32>;
  /** For each depth the set of a container, one more than the depth. */
  private sets: StaticArray<u64>;

  /** Bytes of the longest name. */
  get longest(): usize {
    return this.names.longest;
  }

  /** rules has the number of the rule for each path. depth is how many containers may be in each other. */
  constructor(paths: Path[], rules: i32[], depth: i32) {
    let bits = 0;
    for (let i = 0; i < paths.length; i++) bits += paths[i].steps.length + 1;
    const words = (bits + 63) / 64;
    this.words = words;
    this.names = new Names(bits);
    this.named = new StaticArray<u64>(bits * words);
    this.members = new StaticArray<u64>(words);
    this.elements = new StaticArray<u64>(words);
    this.deep = new StaticArray<u64>(words);
    this.ends = new StaticArray<u64>(words);
    this.first = new StaticArray<u64>(words);
    this.rules = new StaticArray<i32>(words * 64);
    this.sets = new StaticArray<u64>((depth + 2) * words);
    for (let i = 0, bit = 0; i < paths.length; i++) {
      put(this.first, 0, bit);
      if (paths[i].steps[0] == Step.Deep) put(this.first, 0, bit + 1);
      bit = this.add(paths[i], bit);
      this.rules[bit - 1] = rules[i];
    }
  }

  private add(path: Path, bit: i32): i32 {
    for (let i = 0; i < path.steps.length; i++, bit++) {
      const step = path.steps[i];
      if (step == Step.Name) put(this.named, this.names.add(path.names[i]) * <i32>this.words, bit);
      else put(step == Step.Member ? this.members : step == Step.Element ? this.elements : this.deep, 0, bit);
    }
    put(this.ends, 0, bit);
    return bit + 1;
  }

  /** The outermost container begins, at depth 1. */
  begin(): void {
    memory.copy(this.set(1), changetype<usize>(this.first), this.words << 3);
  }

  /** Whether a path can still go on from the container at this depth. */
  sees(depth: i32): bool {
    const set = this.set(depth);
    for (let w: usize = 0; w < this.words; w++) if (load<u64>(set + (w << 3))) return true;
    return false;
  }

  /** Goes from the container at a depth to its member of a key: the first rule that masks it, -1 if none does. */
  member(depth: i32, key: usize, size: usize): i32 {
    const name = this.names.find(key, size);
    const named: usize = name < 0 ? 0 : changetype<usize>(this.named) + (<usize>name * this.words << 3);
    return this.step(depth, changetype<usize>(this.members), named);
  }

  /** Goes to an element. */
  element(depth: i32): i32 {
    return this.step(depth, changetype<usize>(this.elements), 0);
  }

  private step(depth: i32, any: usize, named: usize): i32 {
    const from = this.set(depth);
    const to = this.set(depth + 1);
    let moved: u64 = 0; // the bits that go over to the next word
    let passed: u64 = 0;
    let rule = -1;
    for (let w: usize = 0; w < this.words; w++) {
      const at = w << 3;
      const set = load<u64>(from + at);
      const deep = load<u64>(changetype<usize>(this.deep) + at);
      const move = set & (load<u64>(any + at) | (named ? load<u64>(named + at) : 0));
      let next = move << 1 | moved | set & deep;
      moved = move >> 63;
      const pass = next & deep; // "**" may also be nothing
      next |= pass << 1 | passed;
      passed = pass >> 63;
      store<u64>(to + at, next);
      const end = next & load<u64>(changetype<usize>(this.ends) + at);
      if (end && rule < 0) rule = unchecked(this.rules[<i32>(w << 6 | <usize>ctz(end))]);
    }
    return rule;
  }

  private set(depth: i32): usize {
    return changetype<usize>(this.sets) + (<usize>depth * this.words << 3);
  }
}

function put(set: StaticArray<u64>, from: i32, bit: i32): void {
  set[from + (bit >> 6)] |= <u64>1 << (bit & 63);
}
