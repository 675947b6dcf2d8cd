/* The JavaScript engine as a native guest: QuickJS, its standard library for
   plugins (the *.js beside this file) and the exports of hostabi/ABI.md.

   Built by build.sh. One translation unit with QuickJS, since the state of a
   promise, the entries of a module and the place of a syntax error are private
   to it. */

#include <stdint.h>

/* Where the parser was when it gave up; quickjs.patch sets it. */
static const uint8_t *parse_error_at;

#include "memory.c"

#include "quickjs.c"

#include "digest.h"
#include "host.h"

#define EXPORT(name) __attribute__((export_name(#name)))

enum { CONFIGURE, AUTHORIZE, MAP_REQUEST, MAP_RESPONSE, INTEGRATE, KINDS };
enum { ANSWER_DENY, ANSWER_ALLOW, ANSWER_UNAUTHORIZED, ANSWER_RESULT };
enum { ANSWER_CONTINUE };

/* Stack is what JavaScript may use of the stack in linear memory; build.sh
   reserves 64 KiB more for what does not look: memory below it is the guest's
   data. */
#define STACK (320 << 10)

static JSRuntime *rt;
static JSContext *ctx;

/* The functions of the script by kind, and what the library does for the glue. */
static JSValue exported[KINDS];
static BOOL raw[KINDS]; /* they are the functions of the native ABI themselves */
static JSValue lib_start, lib_poll, lib_wrap, lib_result, lib_callback, lib_context, lib_map_request, lib_map_response,
    lib_harden, lib_warn;

#include "report.c"
#include "bind.c"

/* Promises. */

static BOOL has_then(JSValueConst v)
{
    if (!JS_IsObject(v))
        return FALSE;
    JSValue then = JS_GetProperty(ctx, v, JS_ATOM_then);
    BOOL callable = JS_IsFunction(ctx, then);
    JS_FreeValue(ctx, then);
    return callable;
}

/* run_jobs runs what is queued; what a job throws is in its promise. */
static void run_jobs(void)
{
    JSContext *c;
    while (JS_ExecutePendingJob(rt, &c) != 0)
        ;
}

/* The promise that was rejected last and that nobody has looked at, and why. */
static JSValue rejected_promise = JS_UNDEFINED, rejected_reason = JS_UNDEFINED;

static void looked_at(void)
{
    JS_FreeValue(ctx, rejected_promise);
    JS_FreeValue(ctx, rejected_reason);
    rejected_promise = rejected_reason = JS_UNDEFINED;
}

static BOOL is_rejected(JSValueConst promise)
{
    return JS_IsObject(rejected_promise) && JS_VALUE_GET_PTR(promise) == JS_VALUE_GET_PTR(rejected_promise);
}

static void track_rejection(JSContext *c, JSValueConst promise, JSValueConst reason, JS_BOOL handled, void *opaque)
{
    if (handled ? is_rejected(promise) : TRUE)
        looked_at();
    if (handled)
        return;
    rejected_promise = JS_DupValue(ctx, promise);
    rejected_reason = JS_DupValue(ctx, reason);
}

/* report_rejection logs what nobody looked at. */
static void report_rejection(void)
{
    if (!JS_IsObject(rejected_promise))
        return;
    JSValue text = JS_ToString(ctx, rejected_reason), prefix = JS_NewString(ctx, "a promise was rejected and nothing awaits it:");
    JSValueConst args[2] = {prefix, text};
    if (JS_IsException(text))
        JS_FreeValue(ctx, JS_GetException(ctx));
    else
        JS_FreeValue(ctx, JS_Call(ctx, lib_warn, JS_UNDEFINED, 2, args));
    JS_FreeValue(ctx, text);
    JS_FreeValue(ctx, prefix);
    looked_at();
}

/* progress has the library end something that is waited for: an answer of
   fetch, a timer. 0: there is nothing; -1: an exception. */
static int progress(void)
{
    JSValue v = JS_Call(ctx, lib_poll, JS_UNDEFINED, 0, NULL);
    if (JS_IsException(v))
        return -1;
    int more = JS_ToBool(ctx, v);
    JS_FreeValue(ctx, v);
    return more;
}

/* settle gives the value of what an async function returned, which it frees. A
   promise that nothing can settle any more is an error at once. */
static JSValue settle(JSValue v)
{
    if (JS_IsException(v))
        return v;
    if (has_then(v) && !JS_GetOpaque(v, JS_CLASS_PROMISE)) {
        JSValue p = JS_Call(ctx, lib_wrap, JS_UNDEFINED, 1, (JSValueConst *)&v);
        JS_FreeValue(ctx, v);
        if (JS_IsException(p))
            return p;
        v = p;
    }
    run_jobs();
    JSPromiseData *p = JS_GetOpaque(v, JS_CLASS_PROMISE);
    if (!p)
        return v;
    while (p->promise_state == JS_PROMISE_PENDING) {
        int more = progress();
        if (more <= 0) {
            JS_FreeValue(ctx, v);
            return more < 0 ? JS_EXCEPTION : JS_ThrowTypeError(ctx, "the promise that was returned never settles: nothing is left that it could wait for");
        }
        run_jobs();
    }
    BOOL rejected = p->promise_state == JS_PROMISE_REJECTED;
    if (is_rejected(v))
        looked_at();
    JSValue result = JS_DupValue(ctx, p->promise_result);
    JS_FreeValue(ctx, v);
    return rejected ? JS_Throw(ctx, result) : result;
}

/* Calls. */

static void enter(void)
{
    JS_UpdateStackTop(rt);
}

/* leave ends a call: what is still waited for is dropped. */
static int leave(int answer)
{
    report_rejection();
    JSValue none = JS_NULL;
    JS_FreeValue(ctx, JS_Call(ctx, lib_poll, JS_UNDEFINED, 1, (JSValueConst *)&none));
    run_jobs();
    shrink();
    return answer;
}

static JSValue read_event(void)
{
    int32_t n = core_event_read(buffer, buffer_size - 1);
    if (n >= (int32_t)buffer_size) {
        if (need((size_t)n + 1) < 0)
            return JS_EXCEPTION;
        n = core_event_read(buffer, buffer_size - 1);
    }
    if (n < 0)
        return throw_code(n, "event_read");
    buffer[n] = 0; /* the parser looks at one byte more */
    return JS_ParseJSON(ctx, (char *)buffer, n, "event");
}

static int write_result(JSValueConst v)
{
    JSValue json = JS_JSONStringify(ctx, v, JS_UNDEFINED, JS_UNDEFINED);
    if (JS_IsException(json))
        return fail();
    if (JS_IsUndefined(json)) { /* undefined, or a function */
        JS_FreeValue(ctx, json);
        int r = core_result_write("null", 4);
        return r < 0 ? r : ANSWER_RESULT;
    }
    size_t n;
    const char *s = JS_ToCStringLen(ctx, &n, json);
    JS_FreeValue(ctx, json);
    if (!s)
        return fail();
    int r = core_result_write(s, n);
    JS_FreeCString(ctx, s);
    if (r < 0) {
        throw_code(r, "result_write");
        return fail();
    }
    return ANSWER_RESULT;
}

/* call_lambda calls a function the way Lambda does: event, context, and for one
   that takes three arguments a callback. */
static JSValue call_lambda(JSValueConst fn)
{
    JSValue event = read_event();
    if (JS_IsException(event))
        return event;
    JSValue length = JS_GetProperty(ctx, fn, JS_ATOM_length), r;
    JSValueConst args[3] = {event, lib_context, fn};
    if (JS_VALUE_GET_TAG(length) == JS_TAG_INT && JS_VALUE_GET_INT(length) > 2)
        r = JS_Call(ctx, lib_callback, JS_UNDEFINED, 3, args);
    else
        r = JS_Call(ctx, fn, JS_UNDEFINED, 2, args);
    JS_FreeValue(ctx, event);
    return settle(r);
}

/* plain reports whether stringify takes v as the script gave it. */
static BOOL plain(JSValueConst v)
{
    return !JS_IsObject(v) || JS_VALUE_GET_OBJ(v)->shape->proto == JS_VALUE_GET_OBJ(ctx->class_proto[JS_CLASS_OBJECT]);
}

static int write_object(JSValue v)
{
    if (!plain(v)) { /* perhaps a Response */
        JSValue r = JS_Call(ctx, lib_result, JS_UNDEFINED, 1, (JSValueConst *)&v);
        JS_FreeValue(ctx, v);
        if (JS_IsException(r))
            return fail();
        if (JS_IsBool(r)) /* a Response, which is written */
            return ANSWER_CONTINUE;
        v = r;
    }
    int answer = write_result(v);
    JS_FreeValue(ctx, v);
    return answer;
}

/* call_raw calls a function that answers as the native ABI says. */
static int call_raw(int kind)
{
    int32_t answer;
    JSValue v = settle(JS_Call(ctx, exported[kind], JS_UNDEFINED, 0, NULL));
    if (JS_IsException(v) || JS_ToInt32(ctx, &answer, v))
        answer = fail();
    JS_FreeValue(ctx, v);
    return answer;
}

EXPORT(portico_authorize) int portico_authorize(void)
{
    enter();
    if (raw[AUTHORIZE])
        return leave(call_raw(AUTHORIZE));
    JSValue v = call_lambda(exported[AUTHORIZE]);
    int answer;
    if (JS_IsException(v)) {
        answer = is_unauthorized() ? ANSWER_UNAUTHORIZED : fail();
    } else if (JS_IsBool(v)) {
        answer = JS_VALUE_GET_BOOL(v) ? ANSWER_ALLOW : ANSWER_DENY;
    } else if (JS_IsObject(v)) {
        answer = write_object(v);
    } else {
        JS_FreeValue(ctx, v);
        JS_ThrowTypeError(ctx, "an authorizer returns a policy, {isAuthorized}, true or false");
        answer = fail();
    }
    return leave(answer);
}

EXPORT(portico_integrate) int portico_integrate(void)
{
    enter();
    if (raw[INTEGRATE])
        return leave(call_raw(INTEGRATE));
    JSValue v = call_lambda(exported[INTEGRATE]);
    return leave(JS_IsException(v) ? fail() : write_object(v));
}

static int map(JSValueConst lib, int kind)
{
    enter();
    if (raw[kind])
        return leave(call_raw(kind));
    int32_t answer;
    JSValue v = settle(JS_Call(ctx, lib, JS_UNDEFINED, 1, (JSValueConst *)&exported[kind]));
    if (JS_IsException(v) || JS_ToInt32(ctx, &answer, v))
        answer = fail();
    JS_FreeValue(ctx, v);
    return leave(answer);
}

EXPORT(portico_map_request) int portico_map_request(void)
{
    return map(lib_map_request, MAP_REQUEST);
}

EXPORT(portico_map_response) int portico_map_response(void)
{
    return map(lib_map_response, MAP_RESPONSE);
}

#include "load.c"
