import { Code, Headers, Reader as Body, Writer } from "portico";
import { Settings } from "portico/settings";
import { body } from "./body";
import { Edits } from "./edits";
import { Mask } from "./mask";
import { Matcher } from "./matcher";
import { encoded, Media, media } from "./media";
import { Path } from "./path";
import { Problem, Reader } from "./reader";

/** Steps of all paths together, which bounds the work for a key. */
const steps = 1024;

/** Bytes that the gateway takes as a body. */
const largest = 10 << 20;

/** What came of a body. */
export const enum Outcome {
  /** There is nothing to mask in it. */
  Same,
  /** It is of JSON, and there is none of it: the answer to HEAD, for one. */
  Empty,
  Masked,
  /** It cannot be masked; Side.problem says why. */
  Refused,
  /** It could not be read or written: the call has failed. */
  Failed,
}

/** The rules for one message, request or response. */
@final
export class Side {
  private edits: Edits;
  private reader: Reader;
  private rules: i32;
  problem: Problem = Problem.None;
  code: Code = Code.OK;

  constructor(settings: Settings, key: string, private limit: i32, depth: i32) {
    const edits = new Edits();
    const tables = settings.tables(key);
    const masks: Mask[] = [];
    const paths: Path[] = [];
    const rules: i32[] = [];
    let size = 0;
    for (let i = 0; i < tables.length; i++) {
      masks.push(new Mask(tables[i], edits));
      const fields = tables[i].texts("fields");
      if (fields.length == 0) tables[i].wrong("fields", "is missing or empty");
      for (let n = 0; n < fields.length; n++) {
        const path = new Path(fields[n]);
        if (path.problem != "") {
          tables[i].wrong("fields", "has '" + fields[n] + "', which " + path.problem);
          continue;
        }
        paths.push(path);
        rules.push(i);
        size += path.steps.length + 1;
      }
    }
    if (size > steps) settings.wrong(key, "has paths of more than " + steps.toString() + " steps and ends");
    this.rules = tables.length;
    this.edits = edits;
    this.reader = new Reader(new Matcher(paths, rules, depth), masks, edits, depth);
  }

  get idle(): bool {
    return this.rules == 0;
  }

  /** Masks a body. partial: it is a piece of one. */
  run(headers: Headers, from: Body, into: Writer, partial: bool): Outcome {
    const kind = media(headers);
    if (this.rules == 0 || kind == Media.Other) return Outcome.Same;
    const n = body.first(from);
    if (n == 0) return Outcome.Empty;
    if (n < 0) return this.failed(n);
    if (encoded(headers)) return this.refused(Problem.Encoded);
    if (kind == Media.Unsaid && !body.bracketed()) return Outcome.Same;
    if (partial) return this.refused(Problem.Partial);
    const code = body.rest(from, this.limit);
    if (code != Code.OK) return this.failed(code);
    const problem = this.reader.read(body.at, body.size, kind == Media.Lines);
    if (problem != Problem.None) return this.refused(problem);
    if (this.edits.none) return Outcome.Same;
    if (this.edits.size(body.size) > largest) return this.refused(Problem.Large);
    this.code = this.edits.write(body.at, body.size, into);
    return this.code == Code.OK ? Outcome.Masked : Outcome.Failed;
  }

  private refused(problem: Problem): Outcome {
    this.problem = problem;
    return Outcome.Refused;
  }

  private failed(code: Code): Outcome {
    if (code == Code.TooLarge) return this.refused(Problem.Large);
    this.code = code;
    return Outcome.Failed;
  }
}
