import { Code, Field } from "portico";
import { request } from "portico/requestmapper";
import { received, sent } from "./bytes";
import { decode, encode } from "./percent";

/**
 * The parts of the path that the route names: of "/orders/{id}" the part id. Read from the path as rules have left it,
 * since the gateway reads its path parameters again only when the call has ended.
 */
export namespace path {
  let whole = "";
  let from = 0;
  let to = 0;
  let greedy = false;

  /** The part decoded, null if the route does not name it. */
  export function part(name: string): string | null {
    return find(name) ? decode(whole.substring(from, to), false) : null;
  }

  /**
   * Puts a value in the part's place. Invalid: it would leave its place, being empty or a step such as ".."; NotFound:
   * the route names no such part.
   */
  export function put(name: string, value: string): Code {
    if (!find(name)) return Code.NotFound;
    const segments = greedy ? value.split("/") : [value];
    for (let i = 0; i < segments.length; i++) {
      const s = segments[i];
      if (s == "" || s == "." || s == "..") return Code.Invalid;
      segments[i] = encode(s);
    }
    return request.setPath(sent(whole.substring(0, from) + segments.join("/") + whole.substring(to)));
  }

  /** Finds the bounds of a part, segment by segment beside the route's template. */
  function find(name: string): bool {
    whole = received(request.getBytes(Field.Path));
    const want = template().split("/");
    let at = 1;
    for (let i = 1; i < want.length && at <= whole.length; i++) {
      let end = whole.indexOf("/", at);
      if (end < 0) end = whole.length;
      from = at;
      to = end;
      greedy = want[i] == "{" + name + "+}";
      if (greedy) to = whole.endsWith("/") ? max(at, whole.length - 1) : whole.length;
      if (greedy || want[i] == "{" + name + "}") return to > from;
      at = end + 1;
    }
    return false;
  }

  /** Of REST APIs the resource, of HTTP APIs the route without its method. */
  function template(): string {
    const resource = received(request.getBytes(Field.Resource));
    if (resource.startsWith("/")) return resource;
    const route = received(request.getBytes(Field.Route));
    return route.substring(route.indexOf("/"));
  }
}
