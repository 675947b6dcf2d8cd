import * as json from "portico/json";
import { Settings } from "portico/settings";

export function parse(op: string, text: string): string {
  if (op == "member") return or(json.member(text, "k"));
  if (op == "keys") return json.keys(text).join("|");
  if (op == "settings") return settings();
  if (op == "items") return json.items(text).join("|");
  if (op == "text") return or(json.text(text));
  if (op == "number") return json.number(text).toString();
  if (op == "truth") return json.truth(text).toString();
  return json.quote(text);
}

/** Reads a configuration that may have each mistake, and says what it was. */
function settings(): string {
  const top = Settings.read();
  const rules = top.tables("rules");
  let said = [top.text("name", "nobody"), top.integer("size", 7, 1, 10).toString(), top.size("room", 9, 2, 1 << 21).toString(), top.texts("list").join("+")].join("|");
  for (let i = 0; i < rules.length; i++) said += "|" + rules[i].text("set") + rules[i].table("when").text("path", "");
  top.only(["name", "size", "room", "list", "rules"]);
  return top.problem == "" ? said : top.problem;
}

function or(s: string | null): string {
  return s === null ? "nothing" : s;
}
