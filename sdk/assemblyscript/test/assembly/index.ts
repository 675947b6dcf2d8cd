// A plugin that uses every function of the SDK. hostabi/native/assemblyscript_test.go of the gateway loads it and
// compares what it says.

import { Code, fail, Field, Fields, Level, log, monotonic, now, random, remaining } from "portico";
import * as authorizer from "portico/authorizer";
import * as integration from "portico/integration";
import * as requests from "portico/requestmapper";
import * as responses from "portico/responsemapper";
import { parse } from "./parse";
import { report, say } from "./report";
import { state } from "./state";

export { portico_abi_v1 } from "portico";

const fields = new Fields([
  Field.Method, Field.Time, Field.Headers, Field.QueryParams, Field.Identity, Field.Status, Field.ResponseHeaders,
]);

export function portico_authorize(): authorizer.Decision {
  const request = authorizer.request;
  say("token", request.token);
  say("identity", request.identity.join("|"));
  say("body", request.body.readAll().text);
  say("bytes", String.UTF8.decode(request.headers.getBytes(String.UTF8.encode("accept"))!));
  authorizer.setContext("s", "té");
  authorizer.setContextNumber("n", 42);
  authorizer.setContextNumber("f", 1.5);
  authorizer.setContextBool("b", true);
  if (authorizer.setContextJSON("j", "{}") != Code.OK) say("json", "refused");
  authorizer.setPrincipal(Uint8Array.wrap(String.UTF8.encode("alice")));
  request.setScratch(report());
  if (request.headers.is("x-policy", "yes")) return authorizer.decide(request.event.bytes);
  return authorizer.Decision.Allow;
}

export function portico_map_request(): requests.Next {
  const request = requests.request;
  if (request.headers.is("x-state", "yes")) {
    request.setScratch(state());
    return requests.Next.Continue;
  }
  if (request.headers.is("x-respond", "yes")) {
    requests.response.setStatus(418);
    requests.response.headers.append("X-Pot", "tea");
    requests.response.write("short and stout");
    requests.response.close();
    return requests.Next.Respond;
  }
  if (request.headers.is("x-fail", "yes")) return <requests.Next>fail("no luck", Code.Connection);
  if (request.headers.is("x-throw", "yes")) throw new Error("thrown, not caught: é");
  say("method", request.method);
  say("path", request.path);
  say("source", request.sourceIP);
  say("time", request.time.toString());
  say("get host is", (request.get(Field.Host) == "api.example" && request.is(Field.Host, "api.example")).toString());
  say("absent field", request.get(Field.Token));
  const all = request.headers.entries();
  for (let i = 0; i < all.length; i++) say("header " + all[i].name, all[i].value);
  say("values", request.headers.values("x-many").join("|"));
  const bytes = request.headers.valuesBytes("x-many");
  say("bytes", [String.UTF8.decode(bytes[1]), String.UTF8.decode(request.getBytes(Field.Path)),
    String.UTF8.decode(request.paramBytes("id")!), (request.paramBytes("none") === null).toString(),
    (request.headers.valuesBytes("x-none").length + request.getBytes(Field.Token).byteLength).toString()].join("|"));
  say("absent", (request.headers.get("x-none") === null && !request.headers.has("x-none")).toString());
  say("empty", (request.headers.get("x-empty")! == "" && request.headers.has("x-empty")).toString());
  say("is", [request.headers.is("accept", "text/html"), request.headers.is("accept", "text/htmL"),
    request.headers.is("accept", "text"), request.headers.is("x-none", "")].join("|"));
  say("long", request.headers.get("x-long")!.length.toString());
  say("query", request.query("q")! + "|" + request.queryAll("q").join("|"));
  say("param", request.param("id")!);
  say("variable", request.stageVariable("v")!);
  say("context", request.authContext("k")!);
  say("cookie", request.cookie("c")! + "|" + request.cookies("c").join("|"));
  fields.read();
  say("fields", fields.text(Field.Method)! + "|" + fields.time.toString() + "|" + fields.entries(Field.QueryParams)[0].value);
  say("missing fields", (fields.text(Field.Token) === null && fields.status == 0 && fields.list(Field.Identity).length == 0).toString());
  say("body", request.body.readAll().text);
  say("second reading", request.body.readAll().bytes.byteLength.toString()); // a body is read once in a call
  say("scratch", request.scratch.text);
  request.setMethod("PUT");
  request.setPath("/changed");
  request.setQuery("a=b");
  request.headers.set("X-Set", "1");
  request.headers.delete("accept");
  say("forbidden", request.headers.set("host", "x").toString());
  request.newBody.write("new body");
  request.newBody.close();
  log(Level.Info, "mapped");
  console.warn("é");
  const random8 = random(70000);
  let zeros = 0;
  for (let i = 0; i < random8.length; i++) zeros += i32(random8[i] == 0);
  say("random", (zeros < 1000).toString());
  say("clocks", (now() > 1_500_000_000_000_000_000 && monotonic() <= monotonic() && remaining() > 0).toString());
  say("Math.random", (Math.random() != Math.random()).toString());
  trace("traced", 2, 1, 2);
  request.setScratch(report());
  return requests.Next.Continue;
}

export function portico_map_response(): i32 {
  const response = responses.response;
  say("request", responses.request.method);
  say("status", response.status.toString());
  say("type", response.headers.get("content-type")!);
  fields.read();
  say("fields", fields.status.toString() + "|" + fields.entries(Field.ResponseHeaders)[0].name);
  const piece = new Uint8Array(4);
  const n = response.body.read(piece);
  say("piece", String.UTF8.decode(piece.buffer.slice(0, n)));
  const memory = heap.alloc(4);
  say("more", String.UTF8.decodeUnsafe(memory, response.body.readInto(memory, 4)));
  response.setStatus(202);
  response.headers.append("X-Seen", responses.request.scratch.text);
  response.write(StaticArray.fromArray<u8>([0x6f, 0x6b]));
  responses.request.setScratch(report());
  return 0;
}

export function portico_integrate(): i32 {
  const request = integration.request;
  const response = integration.response;
  const op = request.query("op")!;
  if (op == "event") return integration.respond('{"statusCode":201,"body":"' + request.event.bytes.byteLength.toString() + '"}');
  if (op == "echo") return response.write(request.body.readAll(8 << 20).bytes);
  if (op == "utf8") return response.write(request.query("v")!);
  if (op == "status") {
    say("before", response.status.toString());
    response.setStatus(299);
    say("after", response.status.toString());
    response.headers.set("Y", "1");
    say("late", response.flush().toString() + "|" + response.headers.set("Z", "1").toString());
    return response.write(report());
  }
  return response.write(parse(op, request.body.readAll().text));
}
