import { Code } from "portico";
import { Action } from "./action";
import { Glob } from "./glob";
import { Place } from "./place";
import { Template } from "./template";

/** Bytes that the values of a place may grow to: more than a header may have. */
const most = 65536;

/** What of a value is replaced. */
export const enum Part {
  /** Every occurrence of a text. */
  Literal,
  /** A text that the value begins with. */
  Prefix,
  /** A text that it ends with. */
  Suffix,
  /** All of it, if it has the form of the pattern. */
  Glob,
}

/** Replaces a part of each value of a place. A value that does not have that part stays as it is. */
@final
export class ReplaceAction extends Action {
  private pattern: Glob;

  constructor(
    private place: Place, private part: Part, private what: string, private by: Template, private otherwise: string,
  ) {
    super();
    this.pattern = new Glob(part == Part.Glob ? what : "");
  }

  run(): Code {
    const values = this.place.values();
    let size = 0;
    let changed = false;
    for (let i = 0; i < values.length; i++) {
      if (!this.applies(values[i])) continue;
      const stars = this.pattern.captures;
      const filled = this.by.fill(stars);
      const text = filled === null ? this.otherwise : filled;
      if (this.size(values[i], text) > most - size) return Code.TooLarge;
      values[i] = this.replaced(values[i], text);
      size += values[i].length;
      changed = true;
    }
    return changed ? this.place.revalue(values) : Code.OK;
  }

  withdraw(): void {
    this.place.put([]);
  }

  private applies(value: string): bool {
    if (this.part == Part.Literal) return value.includes(this.what);
    if (this.part == Part.Prefix) return value.startsWith(this.what);
    if (this.part == Part.Suffix) return value.endsWith(this.what);
    return this.pattern.match(value);
  }

  private replaced(value: string, text: string): string {
    if (this.part == Part.Literal) return value.split(this.what).join(text);
    if (this.part == Part.Prefix) return text + value.substring(this.what.length);
    if (this.part == Part.Suffix) return value.substring(0, value.length - this.what.length) + text;
    return text;
  }

  /** Bytes that replaced gives, known before any memory is taken for it. */
  private size(value: string, text: string): i64 {
    if (this.part == Part.Glob) return text.length;
    let times: i64 = 1;
    if (this.part == Part.Literal) {
      times = 0;
      for (let at = value.indexOf(this.what); at >= 0; at = value.indexOf(this.what, at + this.what.length)) times++;
    }
    return value.length + times * (text.length - this.what.length);
  }
}
