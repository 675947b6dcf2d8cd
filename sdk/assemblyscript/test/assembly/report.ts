let lines = "";

export function say(what: string, value: string): void {
  lines += what + ": " + value + "\n";
}

/** What was said since the last report. */
export function report(): string {
  const r = lines;
  lines = "";
  return r;
}
