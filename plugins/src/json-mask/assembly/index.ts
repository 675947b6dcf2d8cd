// Masks fields of JSON bodies; see ../README.md. In the folder above, with AssemblyScript 0.28.20:
//
//     asc

import { Code, fail, Level, log, MutableHeaders, refuse } from "portico";
import * as requests from "portico/requestmapper";
import * as responses from "portico/responsemapper";
import { Settings } from "portico/settings";
import { digests } from "./media";
import { Problem } from "./reader";
import { Outcome, Side } from "./side";

export { portico_abi_v1 } from "portico";

let ofRequest: Side | null = null;
let ofResponse: Side | null = null;
let pass = false;

export function portico_configure(): i32 {
  const settings = Settings.read();
  const on_error = settings.text("on_error", "refuse");
  if (on_error != "refuse" && on_error != "pass") settings.wrong("on_error", 'must be "refuse" or "pass"');
  pass = on_error == "pass";
  const limit = settings.size("max_body", 1 << 20, 1 << 10, 4 << 20);
  const depth = settings.integer("max_depth", 64, 1, 1024);
  const request = new Side(settings, "request", limit, depth);
  const response = new Side(settings, "response", limit, depth);
  settings.only(["on_error", "max_body", "max_depth", "request", "response"]);
  if (request.idle && response.idle) settings.wrong("response", "and request have no rule; write [[config.response]]");
  ofRequest = request;
  ofResponse = response;
  return settings.problem == "" ? 0 : refuse(settings.problem);
}

export function portico_map_request(): requests.Next {
  const request = requests.request;
  const headers = request.headers;
  const side = ofRequest!;
  switch (side.run(headers, request.body, request.newBody, headers.has("content-range"))) {
    case Outcome.Failed: return <requests.Next>fail("the body was not masked", side.code);
    case Outcome.Masked: strip(headers); break;
    case Outcome.Refused:
      log(Level.Warn, "the request's body " + why(side.problem));
      if (!pass) return answer(side.problem);
  }
  if (!ofResponse!.idle) ask(headers);
  return requests.Next.Continue;
}

/** Asks the backend for an answer that can be masked: whole, and not compressed. */
function ask(headers: MutableHeaders): void {
  headers.set("Accept-Encoding", "identity");
  headers.delete("Range");
  headers.delete("If-Range");
}

/** Tells the client that its body cannot be taken. It is no failure of the plugin, which many of would switch off. */
function answer(problem: Problem): requests.Next {
  const large = problem == Problem.Large;
  const encoded = problem == Problem.Encoded;
  const response = requests.response;
  response.setStatus(large ? 413 : encoded ? 415 : 400);
  response.headers.set("Content-Type", "application/json");
  response.write(large ? '{"message":"Content Too Large"}' : encoded ? '{"message":"Unsupported Media Type"}'
    : '{"message":"Bad Request"}');
  return requests.Next.Respond;
}

export function portico_map_response(): i32 {
  const response = responses.response;
  const side = ofResponse!;
  switch (side.run(response.headers, response.body, response, response.status == 206)) {
    case Outcome.Failed: return fail("the body was not masked", side.code);
    case Outcome.Masked: case Outcome.Empty: strip(response.headers); break;
    case Outcome.Refused:
      log(Level.Warn, "the response's body " + why(side.problem));
      if (!pass) return withhold();
  }
  return 0;
}

/**
 * Puts a 502 in place of the whole response, with no header of it: what it says of caches and cookies was said of
 * another body. To fail the call would be 500, would pass everything under failure = "open", and many failures make the
 * gateway leave a plugin alone.
 */
function withhold(): i32 {
  const response = responses.response;
  const fields = response.headers.entries();
  for (let i = 0; i < fields.length; i++) response.headers.delete(fields[i].name);
  response.setStatus(502);
  response.headers.set("Content-Type", "application/json");
  const code = response.write('{"message":"Internal server error"}');
  return code == Code.OK ? 0 : fail("the body was not withheld", code);
}

function strip(headers: MutableHeaders): void {
  for (let i = 0; i < digests.length; i++) headers.delete(digests[i]);
}

function why(problem: Problem): string {
  switch (problem) {
    case Problem.Malformed: return "is not JSON";
    case Problem.Deep: return "is deeper than max_depth";
    case Problem.Large: return "is larger than max_body, or would be larger than the gateway takes";
    case Problem.Encoded: return "is encoded";
  }
  return "is only a part";
}
