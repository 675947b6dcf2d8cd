import { Code } from "portico";
import { Settings } from "portico/settings";
import { Action, AddAction, CopyAction, RemoveAction, SetAction } from "./action";
import { bytes, lower } from "./bytes";
import { Condition, longest } from "./condition";
import { Glob } from "./glob";
import { Place } from "./place";
import { free, Side, source, target, why } from "./places";
import { Part, ReplaceAction } from "./replace";
import { Template } from "./template";

/** One table of the configuration's lists request and response. */
@final
export class Rule {
  private constructor(
    /** As errors name it: "request[0]". */
    readonly name: string,
    private action: Action | null, private when: Condition | null, private unless: Condition | null,
  ) {}

  static read(settings: Settings, side: Side): Rule {
    return new Rule(settings.path, action(settings, side), condition(settings, "when", side), condition(settings, "unless", side));
  }

  holds(): bool {
    const when = this.when;
    const unless = this.unless;
    return (when === null || when.holds()) && (unless === null || !unless.holds());
  }

  run(): Code {
    return this.action!.run();
  }

  withdraw(): void {
    this.action!.withdraw();
  }
}

const verbs = ["set", "add", "remove", "rename", "copy", "replace"];

/** null only where the settings have a problem. */
function action(settings: Settings, side: Side): Action | null {
  let verb = "";
  for (let i = 0; i < verbs.length; i++) {
    if (!settings.has(verbs[i])) continue;
    if (verb != "") settings.wrong(verbs[i], "stands beside " + verb + "; a rule does one thing");
    verb = verbs[i];
  }
  if (verb == "remove") return remove(settings, side);
  if (verb == "copy" || verb == "rename") return copy(settings, side, verb == "rename");
  if (verb == "replace") return replace(settings, side);
  if (verb == "set" || verb == "add") return put(settings, side, verb == "add");
  settings.wrong("set", "is missing, as are " + verbs.slice(1).join(", ") + "; a rule has one of them");
  return null;
}

function put(settings: Settings, side: Side, more: bool): Action | null {
  const verb = more ? "add" : "set";
  const place = placeOf(settings, verb, side, true);
  const value = template(settings, "value", side, 0);
  const otherwise = literal(settings);
  settings.only([verb, "value", "default", "when", "unless"]);
  if (place === null) return null;
  if (more && settings.text(verb).startsWith("path.")) settings.wrong(verb, "is a part of the path, which has one value");
  return more ? new AddAction(place, value, otherwise) : new SetAction(place, value, otherwise);
}

function remove(settings: Settings, side: Side): Action | null {
  const name = settings.text("remove");
  settings.only(["remove", "when", "unless"]);
  const dot = name.indexOf(".") + 1;
  const inQuery = side == Side.Request && name.startsWith("query.");
  if (name.length == dot || (!inQuery && !name.startsWith("header."))) {
    settings.wrong("remove", side == Side.Request ? "must be header.NAME or query.NAME" : "must be header.NAME");
    return null;
  }
  const pattern = name.substring(dot);
  if (!inQuery && !free(pattern)) settings.wrong("remove", why);
  if (pattern.length > longest) settings.wrong("remove", "is longer than 256 bytes");
  return new RemoveAction(inQuery, new Glob(inQuery ? bytes(pattern) : lower(pattern)), side);
}

function copy(settings: Settings, side: Side, move: bool): Action | null {
  const verb = move ? "rename" : "copy";
  const from = placeOf(settings, verb, side, move);
  const to = placeOf(settings, "to", side, true);
  const otherwise = literal(settings);
  settings.only(move ? [verb, "to", "when", "unless"] : [verb, "to", "default", "when", "unless"]);
  if (from === null || to === null) return null;
  if (move && settings.text(verb).startsWith("path.")) settings.wrong(verb, "is a part of the path, which cannot go; copy it");
  return new CopyAction(from, to, otherwise, move);
}

function replace(settings: Settings, side: Side): Action | null {
  const place = placeOf(settings, "replace", side, true);
  const keys = ["literal", "prefix", "suffix", "glob"];
  let part = -1;
  for (let i = 0; i < keys.length; i++) {
    if (!settings.has(keys[i])) continue;
    if (part >= 0) settings.wrong(keys[i], "stands beside " + keys[part] + "; a rule replaces one thing");
    part = i;
  }
  if (part < 0) {
    settings.wrong("literal", "is missing, as are prefix, suffix, glob; a replace has one of them");
    return null;
  }
  const what = bytes(settings.text(keys[part]));
  if (what == "" || what.length > longest) settings.wrong(keys[part], "must have 1 to 256 bytes");
  const by = template(settings, "with", side, part == Part.Glob ? new Glob(what).stars : 0);
  const otherwise = literal(settings);
  settings.only(["replace", keys[part], "with", "default", "when", "unless"]);
  if (place === null) return null;
  return new ReplaceAction(place, part, what, by, otherwise === null ? "" : otherwise);
}

function placeOf(settings: Settings, key: string, side: Side, changed: bool): Place | null {
  const name = settings.text(key);
  const place = changed ? target(name, side) : source(name, side);
  if (place === null) settings.wrong(key, why);
  return place;
}

function template(settings: Settings, key: string, side: Side, stars: i32): Template {
  const t = new Template(settings.text(key), side, stars);
  if (t.problem != "") settings.wrong(key, t.problem);
  return t;
}

function literal(settings: Settings): string | null {
  return settings.has("default") ? bytes(settings.text("default")) : null;
}

function condition(settings: Settings, key: string, side: Side): Condition | null {
  return settings.has(key) ? new Condition(settings.table(key), side) : null;
}
