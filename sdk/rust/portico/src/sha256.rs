//! SHA-256 (FIPS 180-4), for digests of bodies and entity tags. What proves that somebody
//! knows a secret is an HMAC, which [`secrets`](crate::secrets) makes.

use alloc::string::String;

/// The digest of data in pieces.
///
/// ```
/// use portico::sha256::{hex, sum, Sha256};
/// let mut digest = Sha256::new();
/// digest.update("hello ");
/// digest.update("world");
/// assert_eq!(digest.finish(), sum("hello world"));
/// assert!(hex(&sum("hello world")).starts_with("b94d27b9"));
/// ```
#[derive(Clone, Debug)]
pub struct Sha256 {
    state: [u32; 8],
    block: [u8; BLOCK],
    length: u64,
}

/// Bytes that are digested at once.
const BLOCK: usize = 64;

/// FIPS 180-4, section 4.2.2.
#[rustfmt::skip]
const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/// FIPS 180-4, section 5.3.3.
#[rustfmt::skip]
const START: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

impl Default for Sha256 {
    fn default() -> Sha256 {
        Sha256::new()
    }
}

impl Sha256 {
    /// The digest of nothing yet.
    pub const fn new() -> Sha256 {
        Sha256 { state: START, block: [0; BLOCK], length: 0 }
    }

    /// Adds a piece.
    pub fn update(&mut self, data: impl AsRef<[u8]>) {
        self.add(data.as_ref());
    }

    fn add(&mut self, mut data: &[u8]) {
        let filled = self.filled();
        self.length += data.len() as u64;
        if filled > 0 {
            let (head, rest) = data.split_at(data.len().min(BLOCK - filled));
            self.block[filled..filled + head.len()].copy_from_slice(head);
            if filled + head.len() < BLOCK {
                return;
            }
            compress(&mut self.state, &self.block);
            data = rest;
        }
        let mut blocks = data.chunks_exact(BLOCK);
        for block in &mut blocks {
            compress(&mut self.state, block);
        }
        let rest = blocks.remainder();
        self.block[..rest.len()].copy_from_slice(rest);
    }

    /// How much of the block waits to be digested.
    fn filled(&self) -> usize {
        (self.length % BLOCK as u64) as usize
    }

    /// The digest of all pieces.
    pub fn finish(mut self) -> [u8; 32] {
        let bits = self.length.wrapping_mul(8);
        self.add(&[0x80]);
        let zeros = (2 * BLOCK - 8 - self.filled()) % BLOCK;
        self.add(&[0; BLOCK][..zeros]);
        self.add(&bits.to_be_bytes());
        let mut digest = [0; 32];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        digest
    }
}

/// FIPS 180-4, section 6.2.2, with the schedule of messages made on the way.
fn compress(state: &mut [u32; 8], block: &[u8]) {
    let mut w = [0; 16];
    for (word, bytes) in w.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for (t, k) in K.iter().enumerate() {
        if t >= 16 {
            let (x, y) = (w[(t + 1) & 15], w[(t + 14) & 15]);
            let x = x.rotate_right(7) ^ x.rotate_right(18) ^ x >> 3;
            let y = y.rotate_right(17) ^ y.rotate_right(19) ^ y >> 10;
            w[t & 15] = w[t & 15].wrapping_add(x).wrapping_add(w[(t + 9) & 15]).wrapping_add(y);
        }
        let one = h.wrapping_add(e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25));
        let one = one.wrapping_add(e & f ^ !e & g).wrapping_add(*k).wrapping_add(w[t & 15]);
        let two = (a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22)).wrapping_add(a & b ^ a & c ^ b & c);
        (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(one), c, b, a, one.wrapping_add(two));
    }
    for (s, v) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *s = s.wrapping_add(v);
    }
}

/// The digest of data that is there as a whole.
pub fn sum(data: impl AsRef<[u8]>) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(data);
    digest.finish()
}

/// Bytes in hexadecimal digits, small letters.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| b"0123456789abcdef"[usize::from(d)] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// FIPS 180-4's examples, and a million letters of its long one.
    #[test]
    fn it_agrees_with_fips_180() {
        for (data, want) in [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
            (&"a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ] {
            assert_eq!(hex(&sum(data)), want, "{} bytes", data.len());
        }
    }

    #[test]
    fn pieces_of_any_size_give_what_the_whole_gives() {
        let data: Vec<u8> = (0..300u32).map(|n| n as u8).collect();
        for length in 0..data.len() {
            let whole = sum(&data[..length]);
            for piece in [1, 3, 63, 64, 65, 128] {
                let mut digest = Sha256::new();
                data[..length].chunks(piece).for_each(|p| digest.update(p));
                assert_eq!(digest.finish(), whole, "{length} bytes in pieces of {piece}");
            }
        }
    }
}
