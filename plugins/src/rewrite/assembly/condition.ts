import { Field } from "portico";
import { Settings } from "portico/settings";
import { request } from "portico/requestmapper";
import { response } from "portico/responsemapper";
import { bytes, received } from "./bytes";
import { Glob, globs, some } from "./glob";
import { normal } from "./percent";
import { Place } from "./place";
import { Side, source, why } from "./places";

/** One value of a place has to match one of the patterns. */
class Test {
  constructor(readonly place: Place, readonly patterns: Glob[]) {}

  holds(): bool {
    const values = this.place.values();
    for (let i = 0; i < values.length; i++) if (some(this.patterns, values[i])) return true;
    return false;
  }
}

/** The table `when` or `unless` of a rule: everything in it has to hold. */
@final
export class Condition {
  private methods: string[];
  private paths: Glob[];
  private status: string[] = [];
  private tests: Test[] = [];

  constructor(settings: Settings, side: Side) {
    this.methods = settings.texts("method");
    this.paths = patterns(settings, "path");
    this.header(settings.table("header"), "header.", side);
    this.header(settings.table("query"), "query.", side);
    const known = ["method", "path", "header", "query"];
    if (side == Side.Response) {
      this.header(settings.table("request_header"), "request.header.", side);
      this.status = classes(settings);
      known.push("request_header");
      known.push("status");
    }
    settings.only(known);
  }

  holds(): bool {
    if (this.methods.length > 0 && !this.asked()) return false;
    if (this.paths.length > 0 && !some(this.paths, normal(received(request.getBytes(Field.Path))))) return false;
    if (this.status.length > 0 && !this.answered()) return false;
    for (let i = 0; i < this.tests.length; i++) if (!this.tests[i].holds()) return false;
    return true;
  }

  private asked(): bool {
    for (let i = 0; i < this.methods.length; i++) if (request.is(Field.Method, this.methods[i])) return true;
    return false;
  }

  private answered(): bool {
    const status = response.status.toString();
    for (let i = 0; i < this.status.length; i++) {
      const want = this.status[i];
      if (want == status || (want.endsWith("xx") && want.charCodeAt(0) == status.charCodeAt(0))) return true;
    }
    return false;
  }

  private header(table: Settings, prefix: string, side: Side): void {
    const names = table.keys;
    for (let i = 0; i < names.length; i++) {
      const place = source(prefix + names[i], side);
      if (place === null) table.wrong(names[i], why);
      else this.tests.push(new Test(place, patterns(table, names[i])));
    }
  }
}

/** The patterns of a key, at most as long as bounds the work of a match. */
export function patterns(settings: Settings, key: string): Glob[] {
  const texts = settings.texts(key);
  for (let i = 0; i < texts.length; i++) {
    texts[i] = bytes(texts[i]);
    if (texts[i].length > longest) settings.wrong(key, "is longer than 256 bytes");
  }
  if (texts.length == 0 && settings.has(key)) settings.wrong(key, "is empty");
  return globs(texts);
}

/** Bytes of a pattern; a value has some 40000 at most, so that a match takes milliseconds at worst. */
export const longest = 256;

function classes(settings: Settings): string[] {
  const list = settings.texts("status");
  for (let i = 0; i < list.length; i++) {
    const s = list[i];
    const first = s.length == 3 ? s.charCodeAt(0) : 0;
    if (first < 0x32 || first > 0x35 || (!s.endsWith("xx") && !(digit(s, 1) && digit(s, 2)))) {
      settings.wrong("status", 'must be such as "404" or "5xx"');
    }
  }
  if (list.length == 0 && settings.has("status")) settings.wrong("status", "is empty");
  return list;
}

function digit(s: string, i: i32): bool {
  const c = s.charCodeAt(i);
  return c >= 0x30 && c <= 0x39;
}
