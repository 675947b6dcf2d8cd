import { Code } from "portico";
import { lower, sent } from "./bytes";
import { Glob } from "./glob";
import { Place, QueryPlace } from "./place";
import { headers, Side } from "./places";
import { query } from "./query";
import { Template } from "./template";

/** What a rule does. */
export abstract class Action {
  abstract run(): Code;

  /** For a response, when run was refused: takes away what cannot stand there. */
  withdraw(): void {}
}

@final
export class SetAction extends Action {
  constructor(private place: Place, private value: Template, private otherwise: string | null) {
    super();
  }

  /** With nothing to put there the place is emptied, so that nobody else's value passes for that of the rule. */
  run(): Code {
    const value = this.value.fill([]);
    return this.place.put(value !== null ? [value] : fallback(this.otherwise));
  }

  withdraw(): void {
    this.place.put([]);
  }
}

@final
export class AddAction extends Action {
  constructor(private place: Place, private value: Template, private otherwise: string | null) {
    super();
  }

  run(): Code {
    const value = this.value.fill([]);
    if (value !== null) return this.place.add(value);
    const otherwise = this.otherwise;
    return otherwise !== null ? this.place.add(otherwise) : Code.OK;
  }
}

/** Removes headers or parameters by a pattern of their names, of headers in lower case. */
@final
export class RemoveAction extends Action {
  constructor(private inQuery: bool, private pattern: Glob, private side: Side) {
    super();
  }

  run(): Code {
    if (this.inQuery) {
      query.remove(this.pattern);
      return Code.OK;
    }
    const all = headers(this.side);
    if (this.pattern.stars == 0) return all.delete(sent(this.pattern.text));
    const entries = all.entries();
    for (let i = 0; i < entries.length; i++) {
      if (!this.pattern.match(lower(entries[i].name))) continue;
      const code = all.delete(entries[i].name);
      if (code != Code.OK) return code;
    }
    return Code.OK;
  }
}

/** Copies all values; the source goes if it is moved. */
@final
export class CopyAction extends Action {
  constructor(private from: Place, private to: Place, private otherwise: string | null, private move: bool) {
    super();
  }

  run(): Code {
    const values = this.from.values();
    if (values.length == 0) return this.move ? Code.OK : this.to.put(fallback(this.otherwise));
    if (this.move && this.from instanceof QueryPlace && this.to instanceof QueryPlace) {
      query.rename((<QueryPlace>this.from).name, (<QueryPlace>this.to).name);
      return Code.OK;
    }
    // The source goes first: to rename a header may be to change its capitals.
    if (this.move) this.from.put([]);
    return this.to.put(values);
  }

  withdraw(): void {
    this.to.put([]);
  }
}

function fallback(value: string | null): string[] {
  return value === null ? [] : [value];
}
