/* The host as JavaScript sees it: every function of the table, and what would be
   slow or long in JavaScript. */

/* Bytes is an argument that is read or filled where it lies. */
typedef struct Bytes {
    uint8_t *p;
    uint32_t n;
    const char *string; /* to be freed */
} Bytes;

static JSValue throw_bytes(void)
{
    return JS_ThrowTypeError(ctx, "a string, ArrayBuffer or view of one is needed");
}

/* well_formed puts U+FFFD in place of lone surrogates, which have three bytes
   each as well. */
static void well_formed(uint8_t *p, size_t n)
{
    for (size_t i = 0; i + 2 < n; i++)
        if (p[i] == 0xed && p[i + 1] >= 0xa0)
            p[i] = 0xef, p[i + 1] = 0xbf, p[i + 2] = 0xbd;
}

/* bytes_of looks at a string, ArrayBuffer or typed array. The buffer must not
   be detached while Bytes is in use. */
static int bytes_of(JSValueConst v, Bytes *b)
{
    size_t n = 0, offset = 0, length = 0;
    b->string = NULL;
    b->p = NULL;
    b->n = 0;
    if (JS_IsUndefined(v) || JS_IsNull(v))
        return 0;
    if (JS_IsString(v)) {
        b->string = JS_ToCStringLen(ctx, &n, v);
        if (!b->string)
            return -1;
        b->p = (uint8_t *)b->string;
        b->n = n;
        if (n > 2 && JS_VALUE_GET_STRING(v)->is_wide_char)
            well_formed(b->p, n);
        return 0;
    }
    if (!JS_IsObject(v)) {
        throw_bytes();
        return -1;
    }
    uint32_t class = JS_VALUE_GET_OBJ(v)->class_id;
    if (class == JS_CLASS_ARRAY_BUFFER) {
        b->p = JS_GetArrayBuffer(ctx, &n, v);
        b->n = n;
        return 0;
    }
    if (class < JS_CLASS_UINT8C_ARRAY || class > JS_CLASS_DATAVIEW) {
        throw_bytes();
        return -1;
    }
    JSTypedArray *ta = JS_VALUE_GET_OBJ(v)->u.typed_array;
    JSArrayBuffer *ab = ta->buffer->u.array_buffer;
    offset = ta->offset, length = ta->length;
    if (ab->detached) {
        JS_ThrowTypeErrorDetachedArrayBuffer(ctx);
        return -1;
    }
    b->p = ab->data + offset;
    b->n = length;
    return 0;
}

static void bytes_free(Bytes *b)
{
    JS_FreeCString(ctx, b->string);
}

/* What becomes of an answer. */
enum { CODE, TEXT, BYTES, LIST };

static JSValue answer_list(const uint8_t *p, uint32_t n)
{
    JSValue list = JS_NewArray(ctx);
    for (uint32_t i = 0; n >= 4; i++) {
        uint32_t len;
        memcpy(&len, p, 4);
        if (len > n - 4)
            break;
        JS_DefinePropertyValueUint32(ctx, list, i, JS_NewStringLen(ctx, (const char *)p + 4, len), JS_PROP_C_W_E);
        p += 4 + len;
        n -= 4 + len;
    }
    return list;
}

static JSValue answer_of(const HostFunc *f, int mode, int64_t r)
{
    if (f->result == 'l')
        return JS_NewBigInt64(ctx, r);
    if (r < 0 || mode == CODE)
        return JS_NewInt32(ctx, r);
    switch (mode) {
    case TEXT:
        return JS_NewStringLen(ctx, (char *)buffer, r);
    case BYTES:
        return JS_NewArrayBufferCopy(ctx, buffer, r);
    }
    const int head = !strcmp(f->name, "context_read") ? 6 : 0; /* id and length of the one field */
    return r > head ? answer_list(buffer + head, r - head) : JS_NewArray(ctx);
}

/* call_host makes a call. In mode CODE JavaScript gives the buffer; otherwise it
   is ours and as large as the answer. */
static JSValue call_host(int index, int mode, int argc, JSValueConst *argv)
{
    if (index < 0 || index >= host_func_count)
        return JS_NewInt32(ctx, -11); /* ENOSYS */
    const HostFunc *f = &host_funcs[index];
    int64_t a[10];
    Bytes bytes[4];
    int n = 0, used = 0, arg = 0, out = -1, bad = 0;
    for (const char *s = f->signature; *s && !bad; s++) {
        if (*s == 'o' && mode != CODE) {
            out = n;
            n += 2;
            continue;
        }
        JSValueConst v = arg < argc ? argv[arg] : JS_UNDEFINED;
        arg++;
        int32_t i;
        double d;
        switch (*s) {
        case 'i':
            bad = JS_ToInt32(ctx, &i, v);
            a[n++] = i;
            break;
        case 'l':
            bad = JS_ToInt64Ext(ctx, &a[n++], v);
            break;
        case 'd':
            bad = JS_ToFloat64(ctx, &d, v);
            memcpy(&a[n++], &d, sizeof d);
            break;
        default:
            bad = bytes_of(v, &bytes[used]);
            if (bad)
                break;
            a[n++] = (uintptr_t)bytes[used].p;
            if (*s != 'p')
                a[n++] = bytes[used].n;
            else if (bytes[used].n < 8) /* the host writes an i64 */
                JS_ThrowRangeError(ctx, "the buffer has less than 8 bytes"), bad = 1;
            used++;
        }
    }
    JSValue answer = JS_EXCEPTION;
    if (!bad) {
        int64_t r;
        do {
            if (out >= 0)
                a[out] = (uintptr_t)buffer, a[out + 1] = buffer_size;
            r = f->call(a);
        } while (out >= 0 && r > buffer_size && !(bad = need(r)));
        if (!bad)
            answer = answer_of(f, mode, r);
    }
    while (used > 0)
        bytes_free(&bytes[--used]);
    return answer;
}

#define JS_FUNC(name) static JSValue name(JSContext *c, JSValueConst this, int argc, JSValueConst *argv)

/* call(index, …), text(index, …), bytes(index, …), list(index, …) */
static JSValue js_call(JSContext *c, JSValueConst this, int argc, JSValueConst *argv, int mode)
{
    int32_t index;
    if (JS_ToInt32(ctx, &index, argv[0]))
        return JS_EXCEPTION;
    return call_host(index, mode, argc - 1, argv + 1);
}

/* A function of portico.abi. */
static JSValue js_abi(JSContext *c, JSValueConst this, int argc, JSValueConst *argv, int index)
{
    return call_host(index, CODE, argc, argv);
}

/* body(handle): all of a stream, or a code. */
JS_FUNC(js_body)
{
    int32_t handle;
    if (JS_ToInt32(ctx, &handle, argv[0]))
        return JS_EXCEPTION;
    const HostFunc *read = NULL;
    for (int i = 0; i < host_func_count; i++)
        if (!strcmp(host_funcs[i].name, "stream_read"))
            read = &host_funcs[i];
    DynBuf all;
    js_dbuf_init(ctx, &all);
    for (;;) {
        int64_t a[3] = {handle, (uintptr_t)buffer, buffer_size};
        int64_t r = read->call(a);
        if (r <= 0 || dbuf_put(&all, buffer, r)) {
            JSValue v = r < 0 ? JS_NewInt32(ctx, r) : r > 0 ? JS_ThrowOutOfMemory(ctx) : JS_NewArrayBufferCopy(ctx, all.buf, all.size);
            dbuf_free(&all);
            return v;
        }
    }
}

/* pack(strings): the encoding "list" of the ABI. */
JS_FUNC(js_pack)
{
    DynBuf b;
    js_dbuf_init(ctx, &b);
    int64_t n;
    JSValue length = JS_GetPropertyStr(ctx, argv[0], "length");
    if (JS_ToInt64Free(ctx, &n, length))
        return JS_EXCEPTION;
    for (int64_t i = 0; i < n; i++) {
        Bytes s;
        JSValue v = JS_GetPropertyUint32(ctx, argv[0], i);
        if (JS_IsException(v) || bytes_of(v, &s)) {
            JS_FreeValue(ctx, v);
            dbuf_free(&b);
            return JS_EXCEPTION;
        }
        dbuf_put_u32(&b, s.n);
        dbuf_put(&b, s.p, s.n);
        bytes_free(&s);
        JS_FreeValue(ctx, v);
    }
    JSValue r = dbuf_error(&b) ? JS_ThrowOutOfMemory(ctx) : JS_NewArrayBufferCopy(ctx, b.buf, b.size);
    dbuf_free(&b);
    return r;
}

/* encode(string): its UTF-8. */
JS_FUNC(js_encode)
{
    Bytes b;
    if (bytes_of(argv[0], &b))
        return JS_EXCEPTION;
    JSValue v = JS_NewArrayBufferCopy(ctx, b.p, b.n);
    bytes_free(&b);
    return v;
}

/* is_utf8 is strict: no overlong forms, surrogates or values beyond Unicode. */
static BOOL is_utf8(const uint8_t *p, size_t n)
{
    const uint8_t *end = p + n;
    while (p < end) {
        uint8_t c = *p++;
        if (c < 0x80)
            continue;
        int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        if (c < 0xc2 || c > 0xf4 || end - p < more)
            return FALSE;
        if ((c == 0xe0 && *p < 0xa0) || (c == 0xed && *p > 0x9f) || (c == 0xf0 && *p < 0x90) || (c == 0xf4 && *p > 0x8f))
            return FALSE;
        for (; more > 0; more--)
            if ((*p++ & 0xc0) != 0x80)
                return FALSE;
    }
    return TRUE;
}

/* decode(bytes, fatal): a string; null if fatal and it is no UTF-8. */
JS_FUNC(js_decode)
{
    Bytes b;
    if (bytes_of(argv[0], &b))
        return JS_EXCEPTION;
    JSValue v = JS_ToBool(ctx, argv[1]) && !is_utf8(b.p, b.n) ? JS_NULL : JS_NewStringLen(ctx, (char *)b.p, b.n);
    bytes_free(&b);
    return v;
}

/* digest(name, bytes) and hmac(name, key, bytes); undefined for a name that is
   not there. */
static JSValue js_digest(JSContext *c, JSValueConst this, int argc, JSValueConst *argv, int keyed)
{
    uint8_t out[DIGEST_MAX];
    Bytes key, data;
    if (bytes_of(argv[1], &key))
        return JS_EXCEPTION;
    if (bytes_of(argv[2], &data)) {
        bytes_free(&key);
        return JS_EXCEPTION;
    }
    const char *name = JS_ToCString(ctx, argv[0]);
    int n = 0;
    if (name)
        n = keyed ? hmac(name, key.p, key.n, data.p, data.n, out) : digest(name, key.p, key.n, data.p, data.n, out);
    JSValue v = !name ? JS_EXCEPTION : n ? JS_NewArrayBufferCopy(ctx, out, n) : JS_UNDEFINED;
    JS_FreeCString(ctx, name);
    bytes_free(&key);
    bytes_free(&data);
    return v;
}

/* base64(bytes, url) */
JS_FUNC(js_base64)
{
    static const char digits[2][65] = {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};
    Bytes b;
    if (bytes_of(argv[0], &b))
        return JS_EXCEPTION;
    int url = JS_ToBool(ctx, argv[1]) != 0;
    const char *d = digits[url];
    char *out = js_malloc(ctx, (b.n + 2) / 3 * 4 + 1);
    if (!out) {
        bytes_free(&b);
        return JS_EXCEPTION;
    }
    size_t n = 0;
    for (uint32_t i = 0; i < b.n; i += 3) {
        uint32_t left = b.n - i, v = b.p[i] << 16 | (left > 1 ? b.p[i + 1] << 8 : 0) | (left > 2 ? b.p[i + 2] : 0);
        out[n++] = d[v >> 18];
        out[n++] = d[v >> 12 & 63];
        if (left > 1 || !url)
            out[n++] = left > 1 ? d[v >> 6 & 63] : '=';
        if (left > 2 || !url)
            out[n++] = left > 2 ? d[v & 63] : '=';
    }
    JSValue v = JS_NewStringLen(ctx, out, n);
    js_free(ctx, out);
    bytes_free(&b);
    return v;
}

static int digit64(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* unbase64(string, lenient): bytes; null for what is no base64. Both alphabets
   are taken, white space is skipped; lenient skips the rest too, as Node does. */
JS_FUNC(js_unbase64)
{
    Bytes b;
    if (bytes_of(argv[0], &b))
        return JS_EXCEPTION;
    int lenient = JS_ToBool(ctx, argv[1]);
    uint8_t *out = js_malloc(ctx, b.n / 4 * 3 + 4);
    uint32_t v = 0, digits = 0, pads = 0, bad = !out;
    size_t n = 0;
    for (uint32_t i = 0; i < b.n && !bad; i++) {
        uint8_t c = b.p[i];
        int d = digit64(c);
        if (c == '=') {
            pads++;
            if (lenient)
                break;
        } else if (d < 0) {
            bad = !lenient && c != ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f';
        } else {
            bad = pads > 0;
            v = v << 6 | d;
            if (++digits % 4 == 0)
                out[n++] = v >> 16, out[n++] = v >> 8, out[n++] = v;
        }
    }
    uint32_t rest = digits % 4;
    bad = bad || (!lenient && (rest == 1 || (pads && rest + pads != 4)));
    if (!bad && rest > 1)
        out[n++] = rest == 2 ? v >> 4 : v >> 10;
    if (!bad && rest > 2)
        out[n++] = v >> 2;
    JSValue r = bad ? (out ? JS_NULL : JS_EXCEPTION) : JS_NewArrayBufferCopy(ctx, out, n);
    js_free(ctx, out);
    bytes_free(&b);
    return r;
}

/* sleep(ms) */
JS_FUNC(js_sleep)
{
    double ms;
    if (JS_ToFloat64(ctx, &ms, argv[0]))
        return JS_EXCEPTION;
    if (ms > 0) {
        struct timespec t = {ms / 1000, (long)(ms * 1e6) % 1000000000};
        nanosleep(&t, NULL);
    }
    return JS_UNDEFINED;
}

/* new_host is the object that the library is called with. */
static JSValue new_host(void)
{
    static const JSCFunctionListEntry functions[] = {
        JS_CFUNC_MAGIC_DEF("call", 1, js_call, CODE),
        JS_CFUNC_MAGIC_DEF("text", 1, js_call, TEXT),
        JS_CFUNC_MAGIC_DEF("bytes", 1, js_call, BYTES),
        JS_CFUNC_MAGIC_DEF("list", 1, js_call, LIST),
        JS_CFUNC_MAGIC_DEF("digest", 3, js_digest, 0),
        JS_CFUNC_MAGIC_DEF("hmac", 3, js_digest, 1),
        JS_CFUNC_DEF("body", 1, js_body),
        JS_CFUNC_DEF("pack", 1, js_pack),
        JS_CFUNC_DEF("encode", 1, js_encode),
        JS_CFUNC_DEF("decode", 2, js_decode),
        JS_CFUNC_DEF("base64", 2, js_base64),
        JS_CFUNC_DEF("unbase64", 2, js_unbase64),
        JS_CFUNC_DEF("sleep", 1, js_sleep),
    };
    JSValue host = JS_NewObject(ctx), abi = JS_NewArray(ctx);
    JS_SetPropertyFunctionList(ctx, host, functions, countof(functions));
    for (int i = 0; i < host_func_count; i++) {
        JSValue f = JS_NewCFunctionMagic(ctx, js_abi, host_funcs[i].name, strlen(host_funcs[i].signature), JS_CFUNC_generic_magic, i);
        JS_SetPropertyUint32(ctx, abi, i, f);
    }
    JS_SetPropertyStr(ctx, host, "functions", abi);
    return host;
}
