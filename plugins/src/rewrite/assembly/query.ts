import { Code, Field } from "portico";
import { request } from "portico/requestmapper";
import { build, received, sent } from "./bytes";
import { Glob } from "./glob";
import { decode, encode, visible } from "./percent";

/** Bytes that the rules may let a query grow to. */
const most = 65536;

/** A parameter: its name and value decoded, and as it stands in the query. */
class Parameter {
  constructor(public name: string, public value: string, public written: string) {}
}

/** The query of the present call's request. Parameters that no rule touches stay as the client wrote them. */
export namespace query {
  let parameters: Parameter[] = [];
  let parsed = false;
  let changed = false;

  /** Another call begins. */
  export function forget(): void {
    parsed = false;
    changed = false;
  }

  export function values(name: string): string[] {
    const all = read();
    const list: string[] = [];
    for (let i = 0; i < all.length; i++) if (all[i].name == name) list.push(all[i].value);
    return list;
  }

  /** Puts values where the first of the name was, or to the end; the others go. */
  export function put(name: string, values: string[]): void {
    const all = read();
    const kept: Parameter[] = [];
    let done = false;
    for (let i = 0; i < all.length; i++) {
      if (all[i].name != name) {
        kept.push(all[i]);
      } else if (!done) {
        fill(kept, name, values);
        done = true;
      }
    }
    if (!done) fill(kept, name, values);
    parameters = kept;
    changed = true;
  }

  export function add(name: string, value: string): void {
    read().push(made(name, value));
    changed = true;
  }

  /** Removes the parameters whose names match. */
  export function remove(names: Glob): void {
    const all = read();
    const kept: Parameter[] = [];
    for (let i = 0; i < all.length; i++) if (!names.match(all[i].name)) kept.push(all[i]);
    if (kept.length == all.length) return;
    parameters = kept;
    changed = true;
  }

  /** Gives the parameters of a name another one, with values and places as they were. Those that had it go. */
  export function rename(name: string, to: string): void {
    const all = read();
    const kept: Parameter[] = [];
    for (let i = 0; i < all.length; i++) {
      if (all[i].name == name) kept.push(renamed(all[i], to));
      else if (all[i].name != to) kept.push(all[i]);
    }
    parameters = kept;
    changed = true;
  }

  /** Gives each parameter of a name its value of a list as long as they are many. */
  export function revalue(name: string, values: string[]): void {
    const all = read();
    for (let i = 0, n = 0; i < all.length; i++) {
      if (all[i].name != name) continue;
      const value = values[n++];
      if (value == all[i].value) continue;
      all[i] = made(name, value);
      changed = true;
    }
  }

  /** Hands the query on, if a rule has changed it. */
  export function write(): Code {
    if (!changed) return Code.OK;
    build.begin();
    for (let i = 0, size = 0; i < parameters.length; i++) {
      const p = parameters[i];
      size += p.written.length + 1;
      if (size > most) return Code.TooLarge;
      if (i > 0) build.put(0x26); // &
      build.add(p.written);
    }
    return request.setQuery(sent(visible(build.end())));
  }

  function fill(list: Parameter[], name: string, values: string[]): void {
    for (let i = 0; i < values.length; i++) list.push(made(name, values[i]));
  }

  function read(): Parameter[] {
    if (!parsed) {
      parameters = parse(received(request.getBytes(Field.Query)));
      parsed = true;
    }
    return parameters;
  }
}

function made(name: string, value: string): Parameter {
  return new Parameter(name, value, encode(name) + "=" + encode(value));
}

/** The value is not decoded and encoded again: it may be one that only its reader understands. */
function renamed(p: Parameter, name: string): Parameter {
  const equals = p.written.indexOf("=");
  return new Parameter(name, p.value, encode(name) + (equals < 0 ? "" : p.written.substring(equals)));
}

function parse(raw: string): Parameter[] {
  const list: Parameter[] = [];
  if (raw == "") return list;
  const pieces = raw.split("&");
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i];
    if (piece == "") continue;
    const equals = piece.indexOf("=");
    const name = equals < 0 ? piece : piece.substring(0, equals);
    const value = equals < 0 ? "" : piece.substring(equals + 1);
    list.push(new Parameter(decode(name, true), decode(value, true), piece));
  }
  return list;
}
