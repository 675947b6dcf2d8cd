import { config } from "./config";
import * as json from "./json";

/** The first mistake that was met since the configuration was read. */
let mistake = "";

/**
 * A table of the configuration, for `portico_configure`. What is asked for and is not as it has to be is remembered, the
 * first one counts, and a value of its type is given in its place, so that one look at the end is enough:
 *
 *     const settings = Settings.read();
 *     header = settings.text("header");
 *     settings.only(["header"]);
 *     if (settings.problem != "") return refuse(settings.problem);
 */
@final
export class Settings {
  private constructor(
    /** Path of the table, as the operator reads it: "" or "rules[0]". */
    readonly path: string,
    private source: string | null,
  ) {}

  /** The whole configuration. Earlier mistakes are forgotten. */
  static read(): Settings {
    mistake = "";
    return new Settings("", config());
  }

  /** What the first mistake is, "" if there is none. */
  get problem(): string {
    return mistake;
  }

  /** Says that a value of this table is not as it has to be. */
  wrong(key: string, why: string): void {
    if (mistake == "") mistake = this.name(key) + " " + why;
  }

  /** The keys of the table in their order. */
  get keys(): string[] {
    return json.keys(this.source);
  }

  has(key: string): bool {
    return json.member(this.source, key) !== null;
  }

  /** A string, or what stands for it; a string that must be there if that is null. */
  text(key: string, without: string | null = null): string {
    const value = json.member(this.source, key);
    if (value === null) {
      if (without === null) this.wrong(key, "is missing");
      return without === null ? "" : without;
    }
    const text = json.text(value);
    if (text === null) this.wrong(key, "must be a string");
    return text === null ? "" : text;
  }

  /** A string or a list of strings, none without the key. */
  texts(key: string): string[] {
    const value = json.member(this.source, key);
    if (value === null) return [];
    const one = json.text(value);
    if (one !== null) return [one];
    const texts: string[] = [];
    const items = json.items(value);
    for (let i = 0; i < items.length; i++) {
      const text = json.text(items[i]);
      if (text !== null) texts.push(text);
    }
    if (texts.length != items.length || !value.startsWith("[")) this.wrong(key, "must be a string or a list of strings");
    return texts;
  }

  /** A whole number within bounds, or what stands for it. */
  integer(key: string, without: i32, least: i32, most: i32): i32 {
    const value = json.member(this.source, key);
    if (value === null) return without;
    const n = json.number(value);
    if (n >= least && n <= most && Math.floor(n) == n) return <i32>n;
    this.wrong(key, "must be a whole number from " + least.toString() + " to " + most.toString());
    return without;
  }

  /** A size in bytes within bounds, written with the unit B, KiB or MiB, or what stands for it. */
  size(key: string, without: i32, least: i32, most: i32): i32 {
    const value = json.member(this.source, key);
    if (value === null) return without;
    const text = json.text(value);
    const n = text === null ? -1 : bytes(text);
    if (n >= least && n <= most) return <i32>n;
    this.wrong(key, 'must be a size such as "64KiB", from ' + least.toString() + "B to " + most.toString() + "B");
    return without;
  }

  /** A table below this one, an empty one without the key. */
  table(key: string): Settings {
    const value = json.member(this.source, key);
    if (value !== null && !value.startsWith("{")) this.wrong(key, "must be a table");
    return new Settings(this.name(key), value);
  }

  /** The tables of a list, none without the key. */
  tables(key: string): Settings[] {
    const value = json.member(this.source, key);
    const tables: Settings[] = [];
    if (value === null) return tables;
    const items = json.items(value);
    for (let i = 0; i < items.length; i++) {
      tables.push(new Settings(this.name(key) + "[" + i.toString() + "]", items[i]));
      if (!items[i].startsWith("{")) this.wrong(key, "must be a list of tables");
    }
    if (!value.startsWith("[")) this.wrong(key, "must be a list of tables");
    return tables;
  }

  /** Takes every other key for a mistake: most of them are misspelled. */
  only(keys: string[]): void {
    const have = this.keys;
    for (let i = 0; i < have.length; i++) {
      if (!keys.includes(have[i])) this.wrong(have[i], "is unknown; known are " + keys.join(", "));
    }
  }

  private name(key: string): string {
    return this.path == "" ? key : this.path + "." + key;
  }
}

/** The bytes of "64KiB", -1 of what is no size. */
function bytes(text: string): i64 {
  let n: i64 = 0;
  let i = 0;
  for (; i < text.length && i < 10; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) break;
    n = n * 10 + digit;
  }
  const unit = text.substring(i);
  if (i == 0) return -1;
  if (unit == "B") return n;
  if (unit == "KiB") return n << 10;
  return unit == "MiB" ? n << 20 : -1;
}
