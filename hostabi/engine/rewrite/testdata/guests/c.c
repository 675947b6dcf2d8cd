// A C guest: reads a JSON object by hand, finds a member, hashes its value.
//
//	clang --target=wasm32 -O2 -nostdlib -Wl,--no-entry -Wl,-z,stack-size=16384 -o c.wasm c.c
#define EXPORT(n) __attribute__((export_name(n)))
typedef unsigned int u32;
typedef unsigned char u8;

static const char event[] =
	"{\"version\":\"2.0\",\"routeKey\":\"GET /orders/{id}\",\"rawPath\":\"/orders/17\","
	"\"headers\":{\"accept\":\"*/*\",\"host\":\"api.example.com\",\"x-forwarded-for\":\"203.0.113.9\","
	"\"user-agent\":\"curl/8.5.0\",\"authorization\":\"Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl\"},"
	"\"requestContext\":{\"stage\":\"prod\",\"requestId\":\"f3a1\",\"http\":{\"method\":\"GET\"}},"
	"\"isBase64Encoded\":false}";

static u32 len(const char *s) { u32 n = 0; while (s[n]) n++; return n; }

static int same(const char *a, const char *b, u32 n) {
	for (u32 i = 0; i < n; i++)
		if (a[i] != b[i]) return 0;
	return 1;
}

static const char *space(const char *p, const char *e) {
	while (p < e && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')) p++;
	return p;
}

static const char *string(const char *p, const char *e, u32 *n) {
	const char *s = p;
	while (p < e && *p != '"') p += *p == '\\' ? 2 : 1;
	*n = (u32)(p - s);
	return p + 1;
}

// value skips a value; members named key, at any depth, go to out.
static const char *value(const char *p, const char *e, const char *key, u32 klen, const char **out, u32 *olen) {
	u32 n;
	p = space(p, e);
	if (p >= e) return e;
	switch (*p) {
	case '"':
		return string(p + 1, e, &n);
	case '{':
		p = space(p + 1, e);
		while (p < e && *p == '"') {
			const char *k = p + 1;
			p = space(string(k, e, &n), e) + 1;
			int hit = n == klen && same(k, key, n);
			const char *v = space(p, e);
			p = value(p, e, key, klen, out, olen);
			if (hit) { *out = v; *olen = (u32)(p - v); }
			p = space(p, e);
			if (p < e && *p == ',') p = space(p + 1, e);
		}
		return p + 1;
	case '[':
		p = space(p + 1, e);
		while (p < e && *p != ']') {
			p = space(value(p, e, key, klen, out, olen), e);
			if (p < e && *p == ',') p++;
		}
		return p + 1;
	}
	while (p < e && *p != ',' && *p != '}' && *p != ']') p++;
	return p;
}

static u8 copy[512];

EXPORT("run") u32 run(u32 rounds) {
	u32 h = 2166136261u, n = len(event);
	for (u32 r = 0; r < rounds; r++) {
		const char *v = 0;
		u32 vlen = 0;
		value(event, event + n, "authorization", 13, &v, &vlen);
		__builtin_memcpy(copy, v, vlen);
		for (u32 i = 0; i < vlen; i++) h = (h ^ copy[i]) * 16777619u;
	}
	return h;
}

void *memcpy(void *d, const void *s, unsigned long n) {
	u8 *a = d;
	const u8 *b = s;
	while (n--) *a++ = *b++;
	return d;
}
