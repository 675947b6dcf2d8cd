import * as json from "portico/json";

export function parse(op: string, text: string): string {
  if (op == "member") return or(json.member(text, "k"));
  if (op == "items") return json.items(text).join("|");
  if (op == "text") return or(json.text(text));
  if (op == "number") return json.number(text).toString();
  if (op == "truth") return json.truth(text).toString();
  return json.quote(text);
}

function or(s: string | null): string {
  return s === null ? "nothing" : s;
}
