/**
 * A pattern in which "*" stands for any bytes, none included, and everything else for itself. Each star takes as little
 * as it can, from the left. One match compares at most the length of the value times that of the pattern.
 */
@final
export class Glob {
  private parts: string[];
  /** What the stars of the last match stood for. */
  captures: string[] = [];

  constructor(readonly text: string) {
    this.parts = text.split("*");
  }

  get stars(): i32 {
    return this.parts.length - 1;
  }

  match(value: string): bool {
    const parts = this.parts;
    const stars = this.stars;
    if (stars == 0) return value == parts[0];
    if (!value.startsWith(parts[0])) return false;
    const captures: string[] = [];
    let at = parts[0].length;
    for (let i = 1; i < stars; i++) {
      const found = value.indexOf(parts[i], at);
      if (found < 0) return false;
      captures.push(value.substring(at, found));
      at = found + parts[i].length;
    }
    const last = parts[stars];
    if (value.length - last.length < at || !value.endsWith(last)) return false;
    captures.push(value.substring(at, value.length - last.length));
    this.captures = captures;
    return true;
  }
}

/** Whether one of the patterns matches. */
export function some(patterns: Glob[], value: string): bool {
  for (let i = 0; i < patterns.length; i++) if (patterns[i].match(value)) return true;
  return false;
}

export function globs(patterns: string[]): Glob[] {
  const list: Glob[] = [];
  for (let i = 0; i < patterns.length; i++) list.push(new Glob(patterns[i]));
  return list;
}
