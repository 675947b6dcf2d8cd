/** A step of a path: from an object or array to what is in it. */
export const enum Step {
  /** The member of a name. */
  Name,
  /** Any member: "*". */
  Member,
  /** Any element: "[*]". */
  Element,
  /** Any number of members and elements, none included: "**". */
  Deep,
}

/** A path such as `cards[*].number`, read from left to right. */
@final
export class Path {
  readonly steps: Step[] = [];
  /** Of a step by name the name in UTF-8, of others nothing. */
  readonly names: ArrayBuffer[] = [];
  /** What is wrong with the path, "" if nothing. */
  problem: string = "";

  constructor(text: string) {
    let i = 0;
    while (i < text.length && this.problem == "") {
      if (text.charAt(i) == "[") {
        i = this.bracket(text, i);
      } else {
        if (i > 0) {
          if (text.charAt(i) != ".") this.problem = 'needs a "." behind "]"';
          i++;
        }
        i = this.member(text, i);
      }
    }
    if (this.steps.length == 0 && this.problem == "") this.problem = "is empty";
    if (this.problem == "" && this.steps[this.steps.length - 1] == Step.Deep) {
      this.problem = 'ends in "**", which is everything; name what is masked';
    }
  }

  /** Reads "[*]" or `["a name"]` and returns where it ends. */
  private bracket(text: string, i: i32): i32 {
    if (text.startsWith("[*]", i)) {
      this.add(Step.Element, "");
      return i + 3;
    }
    const end = text.startsWith('["', i) ? text.indexOf('"]', i + 2) : -1;
    if (end < 0) {
      this.problem = 'has a "[" that begins neither [*] nor ["a name"]';
      return i;
    }
    this.add(Step.Name, text.substring(i + 2, end));
    return end + 2;
  }

  /** Reads a name, "*" or "**". */
  private member(text: string, i: i32): i32 {
    let end = i;
    while (end < text.length && !".[]".includes(text.charAt(end))) end++;
    const name = text.substring(i, end);
    if (name == "" || text.charAt(end) == "]") this.problem = "has an empty step or a lone \"]\"";
    else if (name == "*") this.add(Step.Member, "");
    else if (name == "**") this.deep();
    else if (name.includes("*")) this.problem = 'has a "*" within a name; put such a name in ["…"]';
    else this.add(Step.Name, name);
    return end;
  }

  /** Two in a row are one. */
  private deep(): void {
    if (this.steps.length == 0 || this.steps[this.steps.length - 1] != Step.Deep) this.add(Step.Deep, "");
  }

  private add(step: Step, name: string): void {
    this.steps.push(step);
    this.names.push(String.UTF8.encode(name));
  }
}
