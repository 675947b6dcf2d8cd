/** Decodes hexadecimal up to a quote in place and gives the number of bytes. */
export function unhex(at: usize, size: usize): usize {
  let n: usize = 0;
  for (let i: usize = 0; i + 1 < size && load<u8>(at + i) != 0x22; i += 2, n++) {
    store<u8>(at + n, value(load<u8>(at + i)) << 4 | value(load<u8>(at + i + 1)));
  }
  return n;
}

/** Writes bytes as hexadecimal. */
export function digits(from: usize, size: usize, to: usize): void {
  for (let i: usize = 0; i < size; i++) {
    const b = load<u8>(from + i);
    store<u8>(to + 2 * i, digit(b >> 4));
    store<u8>(to + 2 * i + 1, digit(b & 15));
  }
}

function value(c: u8): u8 {
  return c <= 0x39 ? c - 0x30 : c - 0x61 + 10;
}

function digit(v: u8): u8 {
  return v < 10 ? 0x30 + v : 0x61 + v - 10;
}
