// The names that places have in the configuration.

import { Field, MutableHeaders } from "portico";
import { bytes, lower } from "./bytes";
import {
  AskedPlace, ContextPlace, CookiePlace, FieldPlace, HeaderPlace, PathPlace, Place, QueryPlace, StagePlace,
} from "./place";

/** What belongs to the gateway: it is in no list, and setting it is refused. */
const owned = ["host", "content-length", "connection", "transfer-encoding", "te", "trailer", "upgrade", "expect",
  "keep-alive", "proxy-connection"];

/** Which message the rules change. */
export const enum Side {
  Request,
  Response,
}

/** Why the last name was no place. */
export let why = "";

/** A place that can be changed, null and why if it cannot. */
export function target(name: string, side: Side): Place | null {
  const kind = before(name);
  if (kind == "header") return header(after(name), side);
  if (side == Side.Request && kind == "query" && after(name) != "") return new QueryPlace(bytes(after(name)));
  if (side == Side.Request && kind == "path" && after(name) != "") return new PathPlace(bytes(after(name)));
  why = side == Side.Request ? "must be header.NAME, query.NAME or path.NAME" : "must be header.NAME";
  return null;
}

/** A place that can be read, null and why if there is none of that name. */
export function source(name: string, side: Side): Place | null {
  const kind = before(name);
  const rest = after(name);
  if (rest != "") {
    if (kind == "header") return header(rest, side);
    if (kind == "request" && before(rest) == "header" && free(after(rest))) return new AskedPlace(after(rest));
    if (kind == "query") return new QueryPlace(bytes(rest));
    if (kind == "path") return new PathPlace(bytes(rest));
    if (kind == "stage") return new StagePlace(rest);
    if (kind == "context") return new ContextPlace(rest);
    if (kind == "cookie") return new CookiePlace(rest);
  }
  const field = fieldOf(name);
  if (field > 0) return new FieldPlace(field);
  why = "is none of header.NAME, request.header.NAME, query.NAME, path.NAME, stage.NAME, context.NAME, cookie.NAME, " +
    "request_id, method, path, host, scheme, source_ip and principal";
  return null;
}

/** Which headers a message has. */
export function headers(side: Side): MutableHeaders {
  return changetype<MutableHeaders>(<usize>side);
}

/** Whether a name can be a header's that plugins may use (RFC 9110, section 5.6.2). */
export function free(name: string): bool {
  if (owned.includes(lower(name))) {
    why = "belongs to the gateway" + (lower(name) == "host" ? "; read it as {host}" : "");
    return false;
  }
  let token = name != "";
  for (let i = 0; i < name.length && token; i++) {
    const c = name.charCodeAt(i);
    token = c > 0x20 && c < 0x7f && !'"(),/:;<=>?@[\\]{}'.includes(name.charAt(i));
  }
  if (!token) why = "does not name a header";
  return token;
}

function header(name: string, side: Side): Place | null {
  if (!free(name)) return null;
  return new HeaderPlace(name, headers(side));
}

function fieldOf(name: string): i32 {
  if (name == "request_id") return Field.RequestID;
  if (name == "method") return Field.Method;
  if (name == "path") return Field.Path;
  if (name == "host") return Field.Host;
  if (name == "scheme") return Field.Scheme;
  if (name == "source_ip") return Field.SourceIP;
  if (name == "principal") return Field.Principal;
  return 0;
}

function before(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? name : name.substring(0, dot);
}

function after(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? "" : name.substring(dot + 1);
}
