//! HMAC (RFC 2104) for the double: SHA-1, SHA-256 and SHA-512 (FIPS 180-4), written for
//! short messages and clarity. The gateway has its own.

use std::vec::Vec;

type Sum = fn(&[u8]) -> Vec<u8>;

/// The HMAC by the number of a hash, `None` for a number that is none.
pub(super) fn hmac(hash: u32, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let (sum, block): (Sum, usize) = match hash {
        1 => (sha1, 64),
        2 => (sha256, 64),
        3 => (sha512, 128),
        _ => return None,
    };
    let mut key = if key.len() > block { sum(key) } else { key.to_vec() };
    key.resize(block, 0);
    let with = |pad: u8, data: &[u8]| {
        let mut message: Vec<u8> = key.iter().map(|b| b ^ pad).collect();
        message.extend_from_slice(data);
        sum(&message)
    };
    Some(with(0x5c, &with(0x36, data)))
}

/// The message with its padding, whose length field has `size` bytes.
fn padded(data: &[u8], block: usize, size: usize) -> Vec<u8> {
    let mut message = data.to_vec();
    message.push(0x80);
    while message.len() % block != block - size {
        message.push(0);
    }
    message.resize(message.len() + size - 8, 0);
    message.extend_from_slice(&(data.len() as u64 * 8).to_be_bytes());
    message
}

fn sha1(data: &[u8]) -> Vec<u8> {
    let mut h: [u32; 5] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
    for block in padded(data, 64, 8).chunks(64) {
        let mut w: Vec<u32> = block.chunks(4).map(|c| u32::from_be_bytes(c.try_into().unwrap())).collect();
        for t in 16..80 {
            w.push((w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16]).rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = h;
        for (t, w) in w.iter().enumerate() {
            let (f, k) = match t {
                0..=19 => (b & c | !b & d, 0x5a827999),
                20..=39 => (b ^ c ^ d, 0x6ed9eba1),
                40..=59 => (b & c | b & d | c & d, 0x8f1bbcdc),
                _ => (b ^ c ^ d, 0xca62c1d6),
            };
            let next = a.rotate_left(5).wrapping_add(f).wrapping_add(e).wrapping_add(k).wrapping_add(*w);
            (a, b, c, d, e) = (next, a, b.rotate_left(30), c, d);
        }
        for (h, v) in h.iter_mut().zip([a, b, c, d, e]) {
            *h = h.wrapping_add(v);
        }
    }
    h.iter().flat_map(|h| h.to_be_bytes()).collect()
}

/// FIPS 180-4, section 4.2.3. The constants of SHA-256 are the upper halves of the first 64.
#[rustfmt::skip]
const K: [u64; 80] = [
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
];

/// FIPS 180-4, section 5.3.5. Those of SHA-256 are the upper halves.
#[rustfmt::skip]
const START: [u64; 8] = [
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
];

/// SHA-2 in words of one size: FIPS 180-4, sections 6.2 and 6.4.
macro_rules! sha2 {
    ($name:ident, $word:ty, $block:expr, $length:expr, $rounds:expr, $shift:expr,
     $big0:expr, $big1:expr, $small0:expr, $small1:expr) => {
        fn $name(data: &[u8]) -> Vec<u8> {
            const SIZE: usize = core::mem::size_of::<$word>();
            let big = |x: $word, r: [u32; 3]| x.rotate_right(r[0]) ^ x.rotate_right(r[1]) ^ x.rotate_right(r[2]);
            let small = |x: $word, r: [u32; 3]| x.rotate_right(r[0]) ^ x.rotate_right(r[1]) ^ x >> r[2];
            let mut h = START.map(|x| (x >> $shift) as $word);
            for block in padded(data, $block, $length).chunks($block) {
                let words = block.chunks(SIZE).map(|c| <$word>::from_be_bytes(c.try_into().unwrap()));
                let mut w: Vec<$word> = words.collect();
                for t in 16..$rounds {
                    let next = small(w[t - 2], $small1).wrapping_add(w[t - 7]);
                    w.push(next.wrapping_add(small(w[t - 15], $small0)).wrapping_add(w[t - 16]));
                }
                let mut v = h;
                for t in 0..$rounds {
                    let [a, b, c, d, e, f, g, last] = v;
                    let k = (K[t] >> $shift) as $word;
                    let one = last.wrapping_add(big(e, $big1)).wrapping_add(e & f ^ !e & g);
                    let one = one.wrapping_add(k).wrapping_add(w[t]);
                    let two = big(a, $big0).wrapping_add(a & b ^ a & c ^ b & c);
                    v = [one.wrapping_add(two), a, b, c, d.wrapping_add(one), e, f, g];
                }
                for (h, v) in h.iter_mut().zip(v) {
                    *h = h.wrapping_add(v);
                }
            }
            h.iter().flat_map(|h| h.to_be_bytes()).collect()
        }
    };
}

sha2!(sha256, u32, 64, 8, 64, 32, [2, 13, 22], [6, 11, 25], [7, 18, 3], [17, 19, 10]);
sha2!(sha512, u64, 128, 16, 80, 0, [28, 34, 39], [14, 18, 41], [1, 8, 7], [19, 61, 6]);

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2202 and RFC 4231, test case 2, and with a key of 131 bytes case 6.
    #[test]
    fn it_agrees_with_the_rfcs() {
        let hex = |b: Vec<u8>| b.iter().map(|b| std::format!("{b:02x}")).collect::<std::string::String>();
        let data = b"what do ya want for nothing?";
        let long = b"Test Using Larger Than Block-Size Key - Hash Key First";
        for (hash, key, data, want) in [
            (1, &b"Jefe"[..], &data[..], "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (2, b"Jefe", data, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (3, b"Jefe", data, "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"),
            (2, &[0xaa; 131], long, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
            (3, &[0xaa; 131], long, "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"),
        ] {
            assert_eq!(hex(hmac(hash, key, data).unwrap()), want, "{hash}");
        }
        assert_eq!(hmac(4, b"", b""), None);
    }
}
