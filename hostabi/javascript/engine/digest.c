#include "digest.h"

#include <string.h>

/* The constants are the first bits of the fractional parts of cube roots of the
   first primes; those of SHA-256 are the upper halves of SHA-512's. */
static const uint64_t K[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
    0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
    0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
    0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
    0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
    0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static uint32_t rotl(uint32_t x, int n) { return x << n | x >> (32 - n); }
static uint32_t rotr(uint32_t x, int n) { return x >> n | x << (32 - n); }
static uint64_t rotr64(uint64_t x, int n) { return x >> n | x << (64 - n); }

static uint64_t be(const uint8_t *p, int n)
{
    uint64_t v = 0;
    while (n-- > 0)
        v = v << 8 | *p++;
    return v;
}

/* Each block function takes the state as eight words of 64 bits. */
static void block1(uint64_t *s, const uint8_t *p)
{
    uint32_t w[80], a = s[0], b = s[1], c = s[2], d = s[3], e = s[4];
    for (int i = 0; i < 16; i++)
        w[i] = be(p + 4 * i, 4);
    for (int i = 16; i < 80; i++)
        w[i] = rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (int i = 0; i < 80; i++) {
        uint32_t f, k;
        if (i < 20)
            f = (b & c) | (~b & d), k = 0x5a827999;
        else if (i < 40)
            f = b ^ c ^ d, k = 0x6ed9eba1;
        else if (i < 60)
            f = (b & c) | (b & d) | (c & d), k = 0x8f1bbcdc;
        else
            f = b ^ c ^ d, k = 0xca62c1d6;
        uint32_t t = rotl(a, 5) + f + e + k + w[i];
        e = d, d = c, c = rotl(b, 30), b = a, a = t;
    }
    uint32_t add[5] = {a, b, c, d, e};
    for (int i = 0; i < 5; i++)
        s[i] = (uint32_t)(s[i] + add[i]);
}

static void block256(uint64_t *s, const uint8_t *p)
{
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++)
        w[i] = be(p + 4 * i, 4);
    for (int i = 16; i < 64; i++) {
        uint32_t x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + (rotr(x, 7) ^ rotr(x, 18) ^ x >> 3) + w[i - 7] + (rotr(y, 17) ^ rotr(y, 19) ^ y >> 10);
    }
    for (int i = 0; i < 8; i++)
        v[i] = s[i];
    for (int i = 0; i < 64; i++) {
        uint32_t e = v[4], a = v[0];
        uint32_t t1 = v[7] + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + (uint32_t)(K[i] >> 32) + w[i];
        uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        s[i] = (uint32_t)(s[i] + v[i]);
}

static void block512(uint64_t *s, const uint8_t *p)
{
    uint64_t w[80], v[8];
    for (int i = 0; i < 16; i++)
        w[i] = be(p + 8 * i, 8);
    for (int i = 16; i < 80; i++) {
        uint64_t x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + (rotr64(x, 1) ^ rotr64(x, 8) ^ x >> 7) + w[i - 7] + (rotr64(y, 19) ^ rotr64(y, 61) ^ y >> 6);
    }
    memcpy(v, s, sizeof v);
    for (int i = 0; i < 80; i++) {
        uint64_t e = v[4], a = v[0];
        uint64_t t1 = v[7] + (rotr64(e, 14) ^ rotr64(e, 18) ^ rotr64(e, 41)) + ((e & v[5]) ^ (~e & v[6])) + K[i] + w[i];
        uint64_t t2 = (rotr64(a, 28) ^ rotr64(a, 34) ^ rotr64(a, 39)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        s[i] += v[i];
}

typedef struct Algorithm {
    const char *name; /* in capitals, without - */
    int size, word, block;
    void (*mix)(uint64_t *state, const uint8_t *block);
    uint64_t start[8];
} Algorithm;

static const Algorithm algorithms[] = {
    {"SHA1", 20, 4, 64, block1, {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}},
    {"SHA256", 32, 4, 64, block256, {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}},
    {"SHA384", 48, 8, 128, block512, {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
        0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4}},
    {"SHA512", 64, 8, 128, block512, {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179}},
};

static const Algorithm *find(const char *name)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        const char *a = algorithms[i].name, *b = name;
        for (; *b; b++) {
            if (*b == '-')
                continue;
            char c = *b >= 'a' && *b <= 'z' ? *b - 32 : *b;
            if (c != *a)
                break;
            a++;
        }
        if (!*a && !*b)
            return &algorithms[i];
    }
    return NULL;
}

int digest_size(const char *name)
{
    const Algorithm *a = find(name);
    return a ? a->size : 0;
}

typedef struct State {
    const Algorithm *algorithm;
    uint64_t s[8], total;
    uint8_t block[128];
    int used;
} State;

static void begin(State *t, const Algorithm *a)
{
    t->algorithm = a;
    t->total = t->used = 0;
    memcpy(t->s, a->start, sizeof t->s);
}

static void add(State *t, const uint8_t *p, size_t n)
{
    int size = t->algorithm->block;
    t->total += n;
    while (n > 0) {
        if (t->used == 0 && n >= (size_t)size) {
            t->algorithm->mix(t->s, p);
            p += size, n -= size;
            continue;
        }
        size_t k = size - t->used < n ? size - t->used : n;
        memcpy(t->block + t->used, p, k);
        p += k, n -= k;
        if ((t->used += k) == size) {
            t->algorithm->mix(t->s, t->block);
            t->used = 0;
        }
    }
}

static int finish(State *t, uint8_t *out)
{
    const Algorithm *a = t->algorithm;
    uint64_t bits = t->total * 8;
    static const uint8_t pad[128] = {0x80};
    int last = a->block - 2 * a->word; /* where the length begins */
    add(t, pad, (last > t->used ? last : last + a->block) - t->used);
    uint8_t length[16] = {0};
    for (int i = 0; i < 8; i++)
        length[2 * a->word - 1 - i] = bits >> 8 * i;
    add(t, length, 2 * a->word);
    for (int i = 0; i < a->size; i++)
        out[i] = t->s[i / a->word] >> 8 * (a->word - 1 - i % a->word);
    return a->size;
}

int digest(const char *name, const uint8_t *a, size_t alen, const uint8_t *b, size_t blen, uint8_t *out)
{
    State t;
    const Algorithm *algorithm = find(name);
    if (!algorithm)
        return 0;
    begin(&t, algorithm);
    add(&t, a, alen);
    add(&t, b, blen);
    return finish(&t, out);
}

int hmac(const char *name, const uint8_t *key, size_t klen, const uint8_t *data, size_t len, uint8_t *out)
{
    const Algorithm *a = find(name);
    uint8_t pad[128] = {0}, inner[DIGEST_MAX];
    if (!a)
        return 0;
    if (klen > (size_t)a->block)
        digest(name, key, klen, NULL, 0, pad);
    else
        memcpy(pad, key, klen);
    for (int i = 0; i < a->block; i++)
        pad[i] ^= 0x36;
    digest(name, pad, a->block, data, len, inner);
    for (int i = 0; i < a->block; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    return digest(name, pad, a->block, inner, a->size, out);
}
