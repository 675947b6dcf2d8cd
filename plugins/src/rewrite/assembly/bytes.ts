// Header values and parameters are bytes. Here they are strings whose every character is one byte, 0 to 255, so that
// nothing that a client sent is lost by a decoding, and the methods of strings work on them.

/** The bytes of a text of the configuration. */
export function bytes(text: string): string {
  let ascii = true;
  for (let i = 0; i < text.length && ascii; i++) ascii = text.charCodeAt(i) < 0x80;
  return ascii ? text : received(String.UTF8.encode(text));
}

/** What the gateway gave. */
export function received(from: ArrayBuffer): string {
  const size = from.byteLength;
  const s = changetype<string>(__new(<usize>size << 1, idof<string>()));
  for (let i: usize = 0; i < <usize>size; i++) {
    store<u16>(changetype<usize>(s) + (i << 1), load<u8>(changetype<usize>(from) + i));
  }
  return s;
}

/** What the gateway is to get. */
export function sent(s: string): ArrayBuffer {
  const to = new ArrayBuffer(s.length);
  for (let i: usize = 0; i < <usize>s.length; i++) {
    store<u8>(changetype<usize>(to) + i, load<u16>(changetype<usize>(s) + (i << 1)));
  }
  return to;
}

/** A name of a header in the one form in which it is compared. */
export function lower(name: string): string {
  build.begin();
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    build.put(c >= 0x41 && c <= 0x5a ? c | 0x20 : c);
  }
  return build.end();
}

/** A string that grows by characters, which "+" would copy each time. One at a time. */
export namespace build {
  let room = new StaticArray<u16>(1024);
  let size = 0;

  export function begin(): void {
    size = 0;
  }

  export function put(c: i32): void {
    if (size == room.length) {
      const larger = new StaticArray<u16>(size * 2);
      memory.copy(changetype<usize>(larger), changetype<usize>(room), <usize>size << 1);
      room = larger;
    }
    unchecked(room[size++] = <u16>c);
  }

  export function add(s: string): void {
    for (let i = 0; i < s.length; i++) put(load<u16>(changetype<usize>(s) + (<usize>i << 1)));
  }

  export function end(): string {
    const s = changetype<string>(__new(<usize>size << 1, idof<string>()));
    memory.copy(changetype<usize>(s), changetype<usize>(room), <usize>size << 1);
    return s;
  }
}
