/** One host call that the guest is to make. */
@final
export class Command {
  function: u8 = 0;
  bits: u8 = 0;
  number: u32 = 0;
  mask: u64 = 0;
  fault: usize = 0;
  cap: usize = 0;
  keep: usize = 0;
  first: usize = 0;
  firstLength: usize = 0;
  second: usize = 0;
  secondLength: usize = 0;
}

/** Reads a program. */
@final
export class Reader {
  constructor(private at: usize) {}

  u32(): u32 {
    const v = load<u32>(this.at);
    this.at += 4;
    return v;
  }

  command(): Command {
    const c = new Command();
    c.function = load<u8>(this.at);
    c.bits = load<u8>(this.at, 1);
    c.number = load<u32>(this.at, 2);
    c.mask = load<u64>(this.at, 6);
    c.fault = load<u32>(this.at, 14);
    c.cap = load<u32>(this.at, 18);
    c.keep = load<u32>(this.at, 22);
    this.at += 26;
    c.firstLength = this.u32();
    c.first = this.at;
    this.at += c.firstLength;
    c.secondLength = this.u32();
    c.second = this.at;
    this.at += c.secondLength;
    return c;
  }
}
