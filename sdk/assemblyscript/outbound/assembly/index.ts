// A plugin that uses every function of http and jwt, as ../test does of the rest.

import { Code, Entry } from "portico";
import * as http from "portico/http";
import { request, response } from "portico/integration";
import * as jwt from "portico/jwt";

export { portico_abi_v1 } from "portico";

export function portico_integrate(): i32 {
  const url = request.query("url")!;
  const op = request.query("op")!;
  if (op == "jwt") return verify(request.query("token")!);
  if (op == "fan") return fan(url);
  if (op == "stream") return stream(url);
  const answer = new http.Request("POST", url)
    .header("X-In", String.UTF8.encode("yes"))
    .timeoutMs(5000)
    .follow()
    .send("the body");
  if (answer.status < 0) return response.write("code " + answer.status.toString());
  say("status", answer.status.toString());
  say("header", or(answer.header("x-asked")) + ", " + or(answer.header("x-in")));
  say("none", or(answer.header("x-none")));
  say("headers", names(answer.headers()));
  say("body", answer.body.readAll().text);
  say("trailers", names(answer.trailers()));
  return answer.close();
}

/** Two requests at once, the answers as they come. */
function fan(url: string): i32 {
  const pending = [new http.Request("GET", url + "?1").start(), new http.Request("GET", url + "?2").start()];
  while (pending.length > 0) {
    const i = http.wait(pending, 5000);
    if (i < 0) return i;
    say("answer", pending[i].body.readAll().text);
    pending.splice(i, 1);
  }
  return Code.OK;
}

/** A body in parts, with a trailer. */
function stream(url: string): i32 {
  const answer = new http.Request("PUT", url).header("Trailer", "X-Sum").stream();
  if (answer.handle < 0) return answer.handle;
  answer.upload.write("one ");
  answer.upload.write("two");
  answer.setTrailer("X-Sum", "2");
  answer.upload.close();
  say("status", answer.status.toString());
  say("sum", or(answer.header("x-sum")));
  return response.write(answer.body.readAll().bytes);
}

function verify(token: string): i32 {
  const claims = jwt.verify("tck", token);
  return response.write(claims.ok ? claims.text : claims.code.toString() + " " + jwt.reason());
}

function say(what: string, value: string): void {
  response.write(what + ": " + value + "\n");
}

function or(s: string | null): string {
  return s === null ? "nothing" : s;
}

function names(list: Entry[]): string {
  return list.map<string>((e) => e.name).join(",");
}
