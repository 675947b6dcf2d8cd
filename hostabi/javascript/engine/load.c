/* Making an instance: once when the engine is built, with the library, and once
   for each instance, with the script. */

static JSModuleDef *no_modules(JSContext *c, const char *name, void *opaque)
{
    JS_ThrowReferenceError(c, "cannot import \"%s\": a plugin is one file and there are no modules to import; "
                              "bundle what it needs into it (for example: esbuild --bundle --format=esm)", name);
    return NULL;
}

static void keep(JSValueConst library, const char *name, JSValue *v)
{
    *v = JS_GetPropertyStr(ctx, library, name);
    if (!JS_IsObject(*v))
        abort();
}

/* read_script gives a new string that ends with a zero, as the parser wants. */
static char *read_script(uint32_t *length)
{
    int32_t n = script_read(NULL, 0);
    char *s = n < 0 ? NULL : bytes_new((size_t)n + 1);
    if (!s)
        return NULL;
    script_read(s, n);
    s[n] = 0;
    *length = n;
    return s;
}

/* portico_freeze is called when the engine is built: what it leaves in memory
   is what every instance begins with. The script is the library then. */
EXPORT(portico_freeze) int portico_freeze(void)
{
    rt = JS_NewRuntime2(&mem_functions, NULL);
    ctx = JS_NewContext(rt);
    JS_AddIntrinsicBigInt(ctx);
    JS_SetMaxStackSize(rt, STACK);
    JS_SetModuleLoaderFunc(rt, NULL, no_modules, NULL);
    JS_SetHostPromiseRejectionTracker(rt, track_rejection, NULL);
    for (int k = 0; k < KINDS; k++)
        exported[k] = JS_UNDEFINED;
    reserve(BUFFER_KEPT);
    uint32_t length;
    char *source = read_script(&length);
    JSValue library = JS_Eval(ctx, source, length, "portico", JS_EVAL_TYPE_GLOBAL);
    bytes_drop(source);
    if (JS_IsException(library))
        return fail();
    JSValue host = new_host();
    JSValue l = JS_Call(ctx, library, JS_UNDEFINED, 1, (JSValueConst *)&host);
    JS_FreeValue(ctx, host);
    JS_FreeValue(ctx, library);
    if (JS_IsException(l))
        return fail();
    keep(l, "start", &lib_start);
    keep(l, "poll", &lib_poll);
    keep(l, "wrap", &lib_wrap);
    keep(l, "result", &lib_result);
    keep(l, "callback", &lib_callback);
    keep(l, "context", &lib_context);
    keep(l, "mapRequest", &lib_map_request);
    keep(l, "mapResponse", &lib_map_response);
    keep(l, "harden", &lib_harden);
    keep(l, "warn", &lib_warn);
    JS_FreeValue(ctx, l);
    JS_RunGC(rt);
    return 0;
}

/* compile gives a module or a script. A file with import or export is a module;
   one without is a script, as Node takes it, with exports and module. */
static JSValue compile(const char *source, uint32_t length, BOOL *module)
{
    const int only = JS_EVAL_FLAG_COMPILE_ONLY;
    *module = FALSE;
    if (strstr(source, "export") || strstr(source, "import")) {
        JSValue v = JS_Eval(ctx, source, length, script_file, JS_EVAL_TYPE_MODULE | only);
        if (JS_IsException(v)) {
            JSValue e = JS_GetException(ctx);
            const uint8_t *at = parse_error_at;
            parse_error_at = NULL;
            v = JS_Eval(ctx, source, length, script_file, JS_EVAL_TYPE_GLOBAL | only);
            if (!JS_IsException(v)) {
                JS_FreeValue(ctx, e);
                return v;
            }
            /* Of the two errors the one further on is about more than the
               word export. */
            if (at && parse_error_at > at) {
                JS_FreeValue(ctx, e);
                return v;
            }
            parse_error_at = at;
            return JS_Throw(ctx, e);
        }
        JSModuleDef *m = JS_VALUE_GET_PTR(v);
        if (m->export_entries_count + m->star_export_entries_count + m->req_module_entries_count > 0) {
            *module = TRUE;
            return v;
        }
    }
    return JS_Eval(ctx, source, length, script_file, JS_EVAL_TYPE_GLOBAL | only);
}

/* evaluate runs the script and gives what it exports. */
static JSValue evaluate(const char *source, uint32_t length)
{
    BOOL module;
    JSValue code = compile(source, length, &module);
    if (JS_IsException(code))
        return code;
    parse_error_at = NULL;
    JSModuleDef *m = module ? JS_VALUE_GET_PTR(code) : NULL;
    JSValue v = settle(JS_EvalFunction(ctx, code));
    if (JS_IsException(v))
        return v;
    JS_FreeValue(ctx, v);
    if (module)
        return js_get_module_ns(ctx, m);
    JSValue global = JS_GetGlobalObject(ctx);
    JSValue mod = JS_GetPropertyStr(ctx, global, "module");
    JS_FreeValue(ctx, global);
    v = JS_GetPropertyStr(ctx, mod, "exports");
    JS_FreeValue(ctx, mod);
    return v;
}

/* find looks for a function among what the script exports. */
static int find(JSValueConst exports, const char *name, int kind)
{
    JSValue f = JS_IsObject(exports) ? JS_GetPropertyStr(ctx, exports, name) : JS_UNDEFINED;
    if (JS_IsException(f))
        return -1;
    if (JS_IsUndefined(f) || !JS_IsUndefined(exported[kind])) {
        JS_FreeValue(ctx, f);
        return 0;
    }
    if (!JS_IsFunction(ctx, f)) {
        JS_FreeValue(ctx, f);
        JS_ThrowTypeError(ctx, "the export \"%s\" is no function", name);
        return -1;
    }
    exported[kind] = f;
    return 0;
}

/* find_raw looks for the functions of the native ABI. */
static int find_raw(JSValueConst exports)
{
    static const char *const names[KINDS] = {"portico_configure", "portico_authorize", "portico_map_request",
        "portico_map_response", "portico_integrate"};
    for (int k = 0; k < KINDS; k++) {
        if (find(exports, names[k], k))
            return -1;
        raw[k] = !JS_IsUndefined(exported[k]);
    }
    return 0;
}

static int find_all(JSValueConst exports)
{
    if (find_raw(exports))
        return -1;
    if (find(exports, "configure", CONFIGURE) || find(exports, "authorize", AUTHORIZE) ||
        find(exports, "mapRequest", MAP_REQUEST) || find(exports, "mapResponse", MAP_RESPONSE) ||
        find(exports, "handler", INTEGRATE) || find(exports, "handler", AUTHORIZE))
        return -1;
    uint32_t kinds = 0;
    for (int k = AUTHORIZE; k < KINDS; k++)
        if (!JS_IsUndefined(exported[k]))
            kinds |= 1u << k;
    if (!kinds) {
        JS_ThrowTypeError(ctx, "it exports none of authorize, mapRequest, mapResponse and handler: write "
                               "\"export function authorize(event) { … }\" or \"exports.handler = …\"");
        return -1;
    }
    script_has(kinds);
    return 0;
}

/* start hands the configuration to the library and gives it as an object. */
static JSValue start(void)
{
    int32_t n = core_config_read(buffer, buffer_size - 1);
    if (n >= (int32_t)buffer_size) {
        if (need((size_t)n + 1) < 0)
            return JS_EXCEPTION;
        n = core_config_read(buffer, buffer_size - 1);
    }
    if (n < 0)
        return throw_code(n, "config_read");
    buffer[n] = 0;
    JSValue config = JS_ParseJSON(ctx, (char *)buffer, n, "configuration");
    if (JS_IsException(config))
        return config;
    size_t stem = strlen(script_file);
    if (stem > 3 && !strcmp(script_file + stem - 3, ".js"))
        stem -= 3;
    JSValue args[3] = {config, JS_NewInt32(ctx, script_granted()), JS_NewStringLen(ctx, script_file, stem)};
    JSValue v = JS_Call(ctx, lib_start, JS_UNDEFINED, 3, (JSValueConst *)args);
    JS_FreeValue(ctx, args[2]);
    if (JS_IsException(v)) {
        JS_FreeValue(ctx, config);
        return v;
    }
    JS_FreeValue(ctx, v);
    return config;
}

static int configure(JSValueConst config)
{
    JSValue v = JS_UNDEFINED;
    if (raw[CONFIGURE]) {
        int answer = call_raw(CONFIGURE);
        if (answer != 0)
            return answer;
    } else if (!JS_IsUndefined(exported[CONFIGURE])) {
        v = settle(JS_Call(ctx, exported[CONFIGURE], JS_UNDEFINED, 1, &config));
    }
    if (!JS_IsException(v)) {
        JS_FreeValue(ctx, v);
        v = JS_Call(ctx, lib_harden, JS_UNDEFINED, 0, NULL);
    }
    if (JS_IsException(v))
        return fail();
    JS_FreeValue(ctx, v);
    return 0;
}

EXPORT(portico_configure) int portico_configure(void)
{
    enter();
    uint64_t seed;
    core_random(&seed, sizeof seed);
    ctx->random_state = seed | 1;
    int32_t n = script_name(script_file, sizeof script_file - 1);
    script_file[n > 0 && n < (int32_t)sizeof script_file ? n : 0] = 0;

    JSValue config = start();
    if (JS_IsException(config))
        return fail();
    uint32_t length;
    char *source = read_script(&length);
    if (!source) {
        JS_FreeValue(ctx, config);
        JS_ThrowOutOfMemory(ctx);
        return fail();
    }
    script_source = (uint8_t *)source;
    script_length = length;
    parse_error_at = NULL;
    JSValue exports = evaluate(source, length);
    int answer = JS_IsException(exports) || find_all(exports) < 0 ? fail() : 0;
    JS_FreeValue(ctx, exports);
    script_source = NULL;
    parse_error_at = NULL;
    bytes_drop(source);
    if (answer == 0 && !script_probe())
        answer = configure(config);
    JS_FreeValue(ctx, config);
    return leave(answer);
}

EXPORT(portico_abi_v1) void portico_abi_v1(void)
{
}
