// Requests of the plugin's own. Capability "http" in the plugin's NAME.toml, and the hosts in its [http].

import * as core from "./abi/core";
import * as host from "./abi/http";
import { answer } from "./answer";
import { first, second } from "./argument";
import { Reader, Writer } from "./body";
import { Code, codeOf, found } from "./code";
import { entriesOf, Entry } from "./entries";
import { Pairs } from "./pairs";

const enum Flag {
  Stream = 1,
  Follow = 2,
}

/**
 * A request to be sent:
 *
 *     const answer = new http.Request("POST", "https://api.example.com/orders")
 *       .header("Authorization", "Bearer {secret:orders}") // the gateway puts the secret in
 *       .send("{}");
 */
@final
export class Request {
  private head: Pairs = new Pairs();
  private flags: u32 = 0;
  private timeout: i64 = 0;

  /** The URL is absolute, http or https. */
  constructor(method: string, url: string) {
    this.head.add(method, url);
  }

  header<N, V>(name: N, value: V): this {
    this.head.add(name, value);
    return this;
  }

  /** Bounds the time to the answer's head; without it the operator's timeout does. */
  timeoutMs(ms: i64): this {
    this.timeout = ms;
    return this;
  }

  /** Follows redirects, as far as the operator allows; without it a 3xx is the answer. */
  follow(): this {
    this.flags |= Flag.Follow;
    return this;
  }

  /** Sends it and waits for the answer's head. */
  send<B = string>(body: B = changetype<B>("")): Response {
    const at = second.at(body);
    return new Response(host.request(this.head.at, this.head.length, at, second.length, this.timeout, this.flags));
  }

  /** Sends it and returns at once, so that several are under way: see wait. */
  start<B = string>(body: B = changetype<B>("")): Response {
    const at = second.at(body);
    return new Response(host.start(this.head.at, this.head.length, at, second.length, this.timeout, this.flags));
  }

  /** Starts a request whose body is then written to the answer's `upload`, and closed there. */
  stream(): Response {
    return new Response(
      host.start(this.head.at, this.head.length, 0, 0, this.timeout, this.flags | Flag.Stream));
  }
}

/** An answer, or one to come: its methods wait for its head. */
@final
export class Response {
  /** @param handle of the request, or the Code of one that could not be sent */
  constructor(readonly handle: i32) {}

  /** The status, or a Code: why there is none. */
  get status(): i32 {
    return this.handle < 0 ? this.handle : host.status(this.handle);
  }

  /** All values of a header, joined by ", "; null if there is none, or no answer. */
  header<N>(name: N): string | null {
    if (this.handle < 0) return null;
    const at = first.at(name);
    let n: i32;
    do n = host.get_header(this.handle, at, first.length, answer.at, answer.cap);
    while (answer.short(n));
    return n < 0 ? null : answer.text(n);
  }

  /** All fields in order; none if there is no answer. */
  headers(): Entry[] {
    if (this.handle < 0) return [];
    let n: i32;
    do n = host.headers(this.handle, answer.at, answer.cap);
    while (answer.short(n));
    return n < 0 ? [] : entriesOf(n);
  }

  /** The fields after the body; none before it was read to its end. */
  trailers(): Entry[] {
    if (this.handle < 0) return [];
    let n: i32;
    do n = host.trailers(this.handle, answer.at, answer.cap);
    while (answer.short(n));
    return n < 0 ? [] : entriesOf(n);
  }

  get body(): Reader {
    return changetype<Reader>(<usize>this.handle);
  }

  /** The request's body, after Request.stream. */
  get upload(): Writer {
    return changetype<Writer>(<usize>this.handle);
  }

  /** Sets a trailer of the request's body, which its header Trailer must have declared, before upload is closed. */
  setTrailer<N, V>(name: N, value: V): Code {
    if (this.handle < 0) return this.handle;
    return codeOf(host.set_trailer(this.handle, first.at(name), first.length, second.at(value), second.length));
  }

  /** Lets go of the request and its answer, at any time. The end of the call does so too. */
  close(): Code {
    return this.handle < 0 ? Code.OK : codeOf(host.close(this.handle));
  }
}

/**
 * Waits for the first of several, at most 64, whose head has come or which has failed, and gives its place in the
 * list; or a Code: TimedOut after timeoutMs, 0 being the call's deadline. One that could not be sent has failed.
 */
export function wait(responses: Response[], timeoutMs: i64 = 0): i32 {
  const handles = new StaticArray<u32>(responses.length);
  for (let i = 0; i < responses.length; i++) {
    if (responses[i].handle < 0) return i;
    handles[i] = responses[i].handle;
  }
  const n = host.wait(changetype<usize>(handles), handles.length << 2, timeoutMs);
  if (n < 0) return n;
  for (let i = 0; i < responses.length; i++) if (responses[i].handle == n) return i;
  return Code.IO;
}
