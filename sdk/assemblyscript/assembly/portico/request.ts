import * as core from "./abi/core";
import { answer } from "./answer";
import { first } from "./argument";
import { Code, codeOf, found, must } from "./code";
import { listOf } from "./entries";
import { Field } from "./field";
import { Headers } from "./headers";
import { take, Value } from "./value";

const enum Source {
  Path = 1,
  Query = 2,
  StageVariable = 3,
  AuthContext = 4,
  Cookie = 5,
}

/**
 * The request that a call is about, but for its header, which some kinds may change. It holds nothing: each method asks
 * the gateway. Of a class without memory no method can be overridden, since there is nothing to tell the classes by.
 */
@unmanaged
export class Incoming {
  /** A field, "" when the request does not have it. */
  get(field: Field): string {
    const n = read(field);
    return found(n) ? answer.text(n) : "";
  }

  /** What get gives, as bytes. */
  getBytes(field: Field): ArrayBuffer {
    const n = read(field);
    return answer.bytes(found(n) ? n : 0);
  }

  /** Whether a field is exactly value, without making a string of it. */
  is<V>(field: Field, value: V): bool {
    const n = read(field);
    return found(n) && answer.is(n, first.at(value), first.length);
  }

  get method(): string {
    return this.get(Field.Method);
  }

  /** Below the stage or base path, percent-encoded as sent. */
  get path(): string {
    return this.get(Field.Path);
  }

  /** The client's address, behind trusted proxies. */
  get sourceIP(): string {
    return this.get(Field.SourceIP);
  }

  /** When the request came, in milliseconds since 1970. */
  get time(): i64 {
    const n = read(Field.Time);
    let ms: i64 = 0;
    for (let i = 0; i < n; i++) ms = ms * 10 + load<u8>(answer.at + i) - 48;
    return ms;
  }

  /** A query parameter, decoded: the last one of that name. null if there is none. */
  query<N>(name: N): string | null {
    return parameter(Source.Query, name);
  }

  /** All values of a query parameter. */
  queryAll<N>(name: N): string[] {
    return parameters(Source.Query, name);
  }

  /** A path parameter, decoded. */
  param<N>(name: N): string | null {
    return parameter(Source.Path, name);
  }

  /** What param gives, as bytes: a client may have encoded any. */
  paramBytes<N>(name: N): ArrayBuffer | null {
    const n = ask(Source.Path, name);
    return found(n) ? answer.bytes(n) : null;
  }

  stageVariable<N>(name: N): string | null {
    return parameter(Source.StageVariable, name);
  }

  /** What the authorizer put into its context. */
  authContext<N>(key: N): string | null {
    return parameter(Source.AuthContext, key);
  }

  /** A cookie: the first one of that name. */
  cookie<N>(name: N): string | null {
    return parameter(Source.Cookie, name);
  }

  cookies<N>(name: N): string[] {
    return parameters(Source.Cookie, name);
  }

  /** What this plugin stored for this request in an earlier call; empty if nothing. */
  get scratch(): Value {
    let n: i32;
    do n = core.scratch_read(answer.at, answer.cap);
    while (answer.short(n));
    must(n);
    return take(n);
  }

  /** Stores up to 64 KiB for later calls about this request. */
  setScratch<V>(value: V): Code {
    return codeOf(core.scratch_write(first.at(value), first.length));
  }
}

/** A request that can only be read. */
@unmanaged
export class Request extends Incoming {
  get headers(): Headers {
    return changetype<Headers>(0);
  }
}

function read(field: Field): i32 {
  let n: i32;
  do n = core.get_field(field, answer.at, answer.cap);
  while (answer.short(n));
  return n;
}

function ask<N>(source: Source, name: N): i32 {
  const at = first.at(name);
  let n: i32;
  do n = core.get_param(source, at, first.length, answer.at, answer.cap);
  while (answer.short(n));
  return n;
}

function parameter<N>(source: Source, name: N): string | null {
  const n = ask(source, name);
  return found(n) ? answer.text(n) : null;
}

function parameters<N>(source: Source, name: N): string[] {
  const at = first.at(name);
  let n: i32;
  do n = core.param_values(source, at, first.length, answer.at, answer.cap);
  while (answer.short(n));
  return found(n) ? listOf(n) : [];
}
