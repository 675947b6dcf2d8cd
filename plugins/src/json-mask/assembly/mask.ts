import { Settings } from "portico/settings";
import * as json from "portico/json";
import { Edits } from "./edits";
import { last } from "./characters";

/** How a value is masked. */
const enum Style {
  Drop,
  Text,
  Last,
}

/** What becomes of the values that a rule's paths name. */
@final
export class Mask {
  private style: Style;
  private keep: i32 = 0;
  /** Number of the text that takes the value's place. */
  private whole: i32 = 0;
  /** What stands before the last characters that are kept, and the quote behind those of a number. */
  private head: i32 = 0;
  private quote: i32 = 0;

  constructor(settings: Settings, edits: Edits) {
    const style = settings.text("mask");
    const known = ["fields", "mask"];
    if (style == "drop") {
      this.style = Style.Drop;
    } else if (style == "null") {
      this.style = Style.Text;
      this.whole = edits.text("null");
    } else if (style == "text") {
      this.style = Style.Text;
      this.whole = edits.text(json.quote(text(settings, "***")));
      known.push("text");
    } else {
      this.style = Style.Last;
      this.keep = settings.integer("keep", 4, 1, 64);
      const quoted = json.quote(text(settings, "****"));
      this.whole = edits.text(quoted);
      this.head = edits.text(quoted.substring(0, quoted.length - 1));
      this.quote = edits.text('"');
      known.push("text");
      known.push("keep");
      if (style != "last" && settings.has("mask")) settings.wrong("mask", 'must be "drop", "null", "text" or "last"');
    }
    settings.only(known);
  }

  get drops(): bool {
    return this.style == Style.Drop;
  }

  /** Puts what stands for a value in its place. body is where the offsets count from. */
  apply(edits: Edits, body: usize, from: usize, to: usize): bool {
    const first = load<u8>(from);
    const text = first == 0x22;
    if (this.style == Style.Last && (text || first == 0x2d || (first >= 0x30 && first <= 0x39))) {
      const end = text ? to - 1 : to;
      const tail = last(text ? from + 1 : from, end, this.keep);
      if (tail != 0) {
        return edits.replace(<u32>(from - body), <u32>(tail - body), this.head) &&
          (text || edits.replace(<u32>(to - body), <u32>(to - body), this.quote));
      }
    }
    return edits.replace(<u32>(from - body), <u32>(to - body), this.whole);
  }
}

function text(settings: Settings, without: string): string {
  const text = settings.text("text", without);
  if (String.UTF8.byteLength(text) > 256) settings.wrong("text", "is longer than 256 bytes");
  return text;
}
