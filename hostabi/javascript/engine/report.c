/* What went wrong, for the host: one line of text and a place in the script. */

static char script_file[300] = "script"; /* NAME.js */
static const uint8_t *script_source;     /* while it is being evaluated */
static uint32_t script_length;

/* need is reserve, with an exception. */
static int need(size_t n)
{
    if (reserve(n) == 0)
        return 0;
    JS_ThrowOutOfMemory(ctx);
    return -1;
}

/* throw_code throws what a host function answered. */
static JSValue throw_code(int code, const char *function)
{
    return JS_ThrowInternalError(ctx, "%s answered code %d", function, code);
}

/* is_unauthorized takes the exception that AWS's guide gives for 401, away:
   Error("Unauthorized"), thrown or given to the callback. */
static BOOL is_unauthorized(void)
{
    JSValue e = rt->current_exception;
    JSValue m = JS_IsObject(e) ? JS_GetProperty(ctx, e, JS_ATOM_message) : JS_DupValue(ctx, e);
    BOOL is = FALSE;
    if (JS_IsString(m)) {
        const char *s = JS_ToCString(ctx, m);
        is = s && !strcmp(s, "Unauthorized");
        JS_FreeCString(ctx, s);
    }
    JS_FreeValue(ctx, m);
    if (is)
        JS_FreeValue(ctx, JS_GetException(ctx));
    return is;
}

typedef struct Report {
    char text[4096];
    size_t n;
    uint32_t line, column;
} Report;

static void put(Report *r, const char *s, size_t n)
{
    if (n > sizeof r->text - r->n)
        n = sizeof r->text - r->n;
    for (size_t i = 0; i < n; i++) /* one line of the log */
        r->text[r->n + i] = s[i] == '\n' || s[i] == '\r' ? ' ' : s[i];
    r->n += n;
}

/* put_stack adds the script's functions, innermost first, in one line. The
   innermost gives the line. */
static void put_stack(Report *r, const char *stack)
{
    size_t file = strlen(script_file);
    int frames = 0;
    for (const char *s = stack; *s;) {
        const char *end = strchr(s, '\n');
        size_t n = end ? (size_t)(end - s) : strlen(s);
        while (n > 0 && *s == ' ')
            s++, n--;
        if (n > 3 && !memcmp(s, "at ", 3))
            s += 3, n -= 3;
        const char *at = n > file ? memmem(s, n, script_file, file) : NULL;
        if (at && at[file] == ':') { /* not of the library, not native */
            if (!r->line)
                r->line = strtoul(at + file + 1, NULL, 10);
            put(r, frames++ ? " < " : " in ", frames > 1 ? 3 : 4);
            put(r, s, n);
        }
        s += n + (end != NULL);
        if (end)
            s = end + 1;
    }
}

/* place_of finds line and column, from 1, of a place in the script. A column
   counts characters, not bytes. */
static void place_of(Report *r, const uint8_t *at)
{
    if (!script_source || at < script_source || at > script_source + script_length)
        return;
    r->line = r->column = 1;
    for (const uint8_t *p = script_source; p < at; p++) {
        if (*p == '\n')
            r->line++, r->column = 1;
        else if ((*p & 0xc0) != 0x80)
            r->column++;
    }
}

static int fail_exit(Report *r)
{
    script_fail(r->line, r->column, r->text, r->n);
    return E_IO;
}

/* fail reports the exception that was thrown. The answer is for the gateway. */
static int fail(void)
{
    static Report r;
    r.n = r.line = r.column = 0;
    JSValue e = JS_GetException(ctx);
    size_t n;
    const char *s = JS_ToCStringLen(ctx, &n, e);
    if (s) {
        put(&r, s, n);
    } else {
        JS_FreeValue(ctx, JS_GetException(ctx));
        put(&r, "an error that cannot be shown", 29);
    }
    JS_FreeCString(ctx, s);
    if (JS_IsError(ctx, e)) {
        JSValue stack = JS_GetProperty(ctx, e, JS_ATOM_stack);
        BOOL parsing = parse_error_at != NULL;
        if (parsing)
            place_of(&r, parse_error_at);
        const char *t = JS_IsString(stack) ? JS_ToCString(ctx, stack) : NULL;
        if (t && !r.column)
            put_stack(&r, t);
        JS_FreeCString(ctx, t);
        JS_FreeValue(ctx, stack);
    }
    JS_FreeValue(ctx, e);
    return fail_exit(&r);
}
