import { Code, Field, Headers, MutableHeaders } from "portico";
import { request } from "portico/requestmapper";
import { bytes, received, sent } from "./bytes";
import { path } from "./path";
import { query } from "./query";

/** Where values of a message come from, and where rules may put them. */
export abstract class Place {
  /** The values in their order, none if there is nothing. */
  abstract values(): string[];

  /** What a template has for it: the last value, null if there is none. */
  text(): string | null {
    const all = this.values();
    return all.length == 0 ? null : all[all.length - 1];
  }

  /** Puts these in place of what is there; none removes it. */
  put(values: string[]): Code {
    return Code.Permission;
  }

  /** Puts one more. */
  add(value: string): Code {
    return Code.Permission;
  }

  /** Puts new ones in place of as many values, of which some are the same. */
  revalue(values: string[]): Code {
    return this.put(values);
  }
}

@final
export class HeaderPlace extends Place {
  constructor(readonly name: string, private headers: MutableHeaders) {
    super();
  }

  values(): string[] {
    return strings(this.headers.valuesBytes(this.name));
  }

  /** Several are joined as in a header of one line (RFC 9110, section 5.3). */
  text(): string | null {
    return optional(this.headers.getBytes(this.name));
  }

  put(values: string[]): Code {
    if (values.length == 0) return this.headers.delete(this.name);
    let code = this.headers.set(this.name, sent(values[0]));
    for (let i = 1; i < values.length && code == Code.OK; i++) code = this.add(values[i]);
    return code;
  }

  add(value: string): Code {
    return this.headers.append(this.name, sent(value));
  }
}

@final
export class QueryPlace extends Place {
  constructor(readonly name: string) {
    super();
  }

  values(): string[] {
    return query.values(this.name);
  }

  put(values: string[]): Code {
    query.put(this.name, values);
    return Code.OK;
  }

  add(value: string): Code {
    query.add(this.name, value);
    return Code.OK;
  }

  revalue(values: string[]): Code {
    query.revalue(this.name, values);
    return Code.OK;
  }
}

/** A place of one value at most. */
abstract class Single extends Place {
  values(): string[] {
    const value = this.text();
    return value === null ? [] : [value];
  }

  abstract text(): string | null;
}

@final
export class PathPlace extends Single {
  constructor(readonly name: string) {
    super();
  }

  text(): string | null {
    return path.part(this.name);
  }

  put(values: string[]): Code {
    return values.length == 0 ? Code.Invalid : path.put(this.name, values[values.length - 1]);
  }
}

/** A header of the request while the response is rewritten. */
@final
export class AskedPlace extends Place {
  constructor(private name: string) {
    super();
  }

  values(): string[] {
    return strings(changetype<Headers>(0).valuesBytes(this.name));
  }

  text(): string | null {
    return optional(changetype<Headers>(0).getBytes(this.name));
  }
}

@final
export class StagePlace extends Single {
  constructor(private name: string) {
    super();
  }

  text(): string | null {
    return encoded(request.stageVariable(this.name));
  }
}

@final
export class ContextPlace extends Single {
  constructor(private name: string) {
    super();
  }

  text(): string | null {
    return encoded(request.authContext(this.name));
  }
}

@final
export class CookiePlace extends Single {
  constructor(private name: string) {
    super();
  }

  text(): string | null {
    return encoded(request.cookie(this.name));
  }
}

@final
export class FieldPlace extends Single {
  constructor(private field: Field) {
    super();
  }

  /** A field that is empty counts as none. */
  text(): string | null {
    const value = received(request.getBytes(this.field));
    return value == "" ? null : value;
  }
}

function strings(values: ArrayBuffer[]): string[] {
  const list: string[] = [];
  for (let i = 0; i < values.length; i++) list.push(received(values[i]));
  return list;
}

function optional(value: ArrayBuffer | null): string | null {
  return value === null ? null : received(value);
}

function encoded(text: string | null): string | null {
  return text === null ? null : bytes(text);
}
