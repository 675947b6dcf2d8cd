import { Edits } from "./edits";
import { begin, blank, escaped, scalar, string } from "./lexis";
import { Mask } from "./mask";
import { Matcher } from "./matcher";
import { unescape } from "./characters";

/** Why a body cannot be masked. */
export const enum Problem {
  None,
  Malformed,
  Deep,
  Large,
  Encoded,
  Partial,
}

/** What is known of one object or array that the reader is in. */
@unmanaged
class Level {
  /** Where the present member or element begins, and the comma before it. */
  from: usize;
  comma: usize;
  /** What closes it. */
  close: u8;
  /** Whether a path can end in it. */
  seen: bool;
  /** Whether a member or element before the present one is kept. */
  kept: bool;
  /** Whether the last edit goes on to where the next member or element begins: there is no comma before it. */
  open: bool;
}

/**
 * Reads a body once, from its first byte to its last, and collects the edits that mask it. It holds all of the body to
 * the grammar, since two readers of what is no JSON may find different things in it.
 */
@final
export class Reader {
  private levels: usize;
  private body: usize = 0;
  private problem: Problem = Problem.None;
  /** The rule for the value that comes next, -1 if it is none's. */
  private rule: i32 = -1;
  private key: usize;

  /** depth is how many objects and arrays may be in each other. */
  constructor(private matcher: Matcher, private masks: Mask[], private edits: Edits, private depth: i32) {
    this.levels = heap.alloc((depth + 1) * offsetof<Level>());
    this.key = heap.alloc(6 * matcher.longest + 1);
  }

  /** The body ends in a byte 0 at size. lines: it holds any number of values. */
  read(body: usize, size: usize, lines: bool): Problem {
    this.body = body;
    this.problem = Problem.None;
    this.edits.clear();
    let p = begin(body);
    do {
      p = this.value(p);
      if (p == 0) return this.problem == Problem.None ? Problem.Malformed : this.problem;
      p = blank(p);
    } while (lines && p < body + size);
    return p == body + size ? Problem.None : Problem.Malformed;
  }

  /** Reads a whole value and returns where it ends, 0 if it does not. */
  private value(p: usize): usize {
    let depth = 0;
    let masked = 0; // depth of the container whose member or element is being masked
    let masking = 0;
    let from: usize = 0;
    this.rule = -1;
    while (true) {
      if (this.rule >= 0 && masked == 0) {
        masked = depth;
        masking = this.rule;
        from = p;
      }
      const c = load<u8>(p);
      if (c == 0x7b || c == 0x5b) {
        if (depth == this.depth) return this.fails(Problem.Deep);
        depth++;
        const level = this.open(depth, c + 2, masked == 0);
        p = blank(p + 1);
        if (load<u8>(p) != level.close) {
          p = this.begin(depth, p);
          if (p == 0) return 0;
          continue;
        }
        p++;
        depth--;
      } else {
        p = c == 0x22 ? string(p) : scalar(p);
        if (p == 0) return 0;
      }
      while (true) { // a value has ended at p
        if (depth == 0) return p;
        const level = this.level(depth);
        if (depth == masked) {
          if (!this.mask(level, this.masks[masking], from, p)) return this.fails(Problem.Large);
          masked = 0;
        } else {
          level.kept = true;
        }
        p = blank(p);
        const c = load<u8>(p);
        if (c == 0x2c) {
          level.comma = p;
          p = this.begin(depth, blank(p + 1));
          if (p == 0) return 0;
          break;
        }
        if (c != level.close) return 0;
        p++;
        depth--;
      }
    }
  }

  /** Opens an object or array. */
  private open(depth: i32, close: u8, look: bool): Level {
    const level = this.level(depth);
    level.close = close;
    level.kept = false;
    level.open = false;
    if (depth == 1) this.matcher.begin();
    level.seen = look && (depth == 1 || (this.level(depth - 1).seen && this.matcher.sees(depth)));
    return level;
  }

  /** Begins a member or element at p, with its rule, and returns where its value begins. */
  private begin(depth: i32, p: usize): usize {
    const level = this.level(depth);
    level.from = p;
    if (level.open) {
      this.edits.extend(<u32>(p - this.body));
      level.open = false;
    }
    if (level.close == 0x5d) {
      this.rule = level.seen ? this.matcher.element(depth) : -1;
      return p;
    }
    if (load<u8>(p) != 0x22) return 0;
    const end = string(p);
    if (end == 0) return 0;
    this.rule = level.seen ? this.named(depth, p + 1, end - 1) : -1;
    p = blank(end);
    return load<u8>(p) == 0x3a ? blank(p + 1) : 0; // :
  }

  /** The rule for a key, which may have any of its characters escaped. */
  private named(depth: i32, from: usize, to: usize): i32 {
    if (!escaped || to - from > 6 * this.matcher.longest) return this.matcher.member(depth, from, to - from);
    return this.matcher.member(depth, this.key, unescape(from, to, this.key));
  }

  /** Masks the member or element whose value is from to to. */
  private mask(level: Level, mask: Mask, from: usize, to: usize): bool {
    if (!mask.drops) {
      level.kept = true;
      return mask.apply(this.edits, this.body, from, to);
    }
    // It goes with the comma before it; if it is the first that is kept, with the one behind it.
    if (level.kept) return this.edits.remove(<u32>(level.comma - this.body), <u32>(to - this.body));
    level.open = true;
    return this.edits.remove(<u32>(level.from - this.body), <u32>(to - this.body));
  }

  private level(depth: i32): Level {
    return changetype<Level>(this.levels + <usize>depth * offsetof<Level>());
  }

  private fails(problem: Problem): usize {
    this.problem = problem;
    return 0;
  }
}
