// Rewrites headers and the query by rules; see ../README.md. In the folder above, with AssemblyScript 0.28.20:
//
//     asc

import { Code, fail, Level, log, refuse } from "portico";
import { Next, response } from "portico/requestmapper";
import { Settings } from "portico/settings";
import { Side } from "./places";
import { query } from "./query";
import { Rule } from "./rule";

export { portico_abi_v1 } from "portico";

let requests: Rule[] = [];
let responses: Rule[] = [];

export function portico_configure(): i32 {
  const settings = Settings.read();
  requests = read(settings, "request", Side.Request);
  responses = read(settings, "response", Side.Response);
  settings.only(["request", "response"]);
  if (requests.length + responses.length == 0) settings.wrong("request", "and response have no rule; write [[config.request]]");
  return settings.problem == "" ? 0 : refuse(settings.problem);
}

function read(settings: Settings, key: string, side: Side): Rule[] {
  const tables = settings.tables(key);
  const rules: Rule[] = [];
  for (let i = 0; i < tables.length; i++) rules.push(Rule.read(tables[i], side));
  return rules;
}

export function portico_map_request(): Next {
  query.forget();
  for (let i = 0; i < requests.length; i++) {
    const rule = requests[i];
    if (!rule.holds()) continue;
    const code = rule.run();
    if (code != Code.OK) return refused(code, rule.name);
  }
  const code = query.write();
  return code == Code.OK ? Next.Continue : refused(code, "the query");
}

/**
 * A value that cannot stand where a rule puts it came from the client, which is told so. It is no failure of the plugin:
 * enough of those would make the gateway leave it alone.
 */
function refused(code: Code, what: string): Next {
  if (code != Code.Invalid && code != Code.TooLarge) return <Next>fail(what + " cannot be done here", code);
  log(Level.Warn, what + (code == Code.Invalid ? ": the value cannot stand there" : ": the value is too large"));
  response.setStatus(code == Code.Invalid ? 400 : 431);
  response.headers.set("Content-Type", "application/json");
  response.write(code == Code.Invalid ? '{"message":"Bad Request"}' : '{"message":"Request Header Fields Too Large"}');
  return Next.Respond;
}

/** A value that cannot stand in the response is left out of it: its request has been served. */
export function portico_map_response(): i32 {
  query.forget();
  for (let i = 0; i < responses.length; i++) {
    const rule = responses[i];
    if (!rule.holds()) continue;
    const code = rule.run();
    if (code == Code.OK) continue;
    if (code != Code.Invalid && code != Code.TooLarge) return fail(rule.name + " cannot be done here", code);
    log(Level.Warn, rule.name + ": the value cannot stand there, the header is left out");
    rule.withdraw();
  }
  return 0;
}
