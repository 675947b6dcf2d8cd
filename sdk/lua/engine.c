/*
 * Lua 5.4 as a Portico plugin. The script is built in: it defines functions named
 * after the kinds, authorize, map_request, map_response or integrate, and may
 * use the table portico. build.sh says which of them there are.
 */
#include "portico.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

static const char script[] = {
#embed SCRIPT
};

static lua_State *state; /* of this instance, made by portico_configure */

/* ---- The table portico: a code of the gateway becomes an error of Lua. ---- */

static int fail(lua_State *L, const char *what, int32_t code) {
    return luaL_error(L, "%s: the gateway answered %d", what, (int)code);
}

static int done(lua_State *L, const char *what, int32_t code) { return code < 0 ? fail(L, what, code) : 0; }

/* A read into a buffer of Lua's: grow is called when the first one is too small. */
typedef struct reader {
    uint32_t from; /* message, source or field */
    const char *name;
    size_t len;
} reader;

typedef int32_t (*reading)(const reader *r, void *buf, size_t cap);

/* push reads a text, nil where there is none. */
static int push(lua_State *L, const char *what, reading read, const reader *r) {
    luaL_Buffer b;
    size_t cap = 512;
    char *buf = luaL_buffinitsize(L, &b, cap);
    int32_t n = read(r, buf, cap);
    while (n > 0 && (size_t)n > cap) {
        cap = (size_t)n;
        buf = luaL_prepbuffsize(&b, cap);
        n = read(r, buf, cap);
    }
    luaL_pushresultsize(&b, n > 0 ? (size_t)n : 0);
    if (n == PORTICO_ENOENT)
        lua_pushnil(L);
    else if (n < 0)
        return fail(L, what, n);
    return 1;
}

static int32_t read_header(const reader *r, void *buf, size_t cap) {
    return portico_get_header(r->from, r->name, r->len, buf, cap);
}

static int32_t read_param(const reader *r, void *buf, size_t cap) {
    return portico_get_param(r->from, r->name, r->len, buf, cap);
}

static int32_t read_field(const reader *r, void *buf, size_t cap) { return portico_get_field(r->from, buf, cap); }

static int32_t read_config(const reader *r, void *buf, size_t cap) {
    (void)r;
    return portico_config_read(buf, cap);
}

static const char *const messages[] = {"request", "response", NULL};

static int l_header(lua_State *L) {
    reader r;
    r.name = luaL_checklstring(L, 1, &r.len);
    r.from = (uint32_t)luaL_checkoption(L, 2, "request", messages);
    return push(L, "header", read_header, &r);
}

static int l_set_header(lua_State *L) {
    size_t name_len, value_len = 0;
    const char *name = luaL_checklstring(L, 1, &name_len), *value = luaL_optlstring(L, 2, NULL, &value_len);
    uint32_t message = (uint32_t)luaL_checkoption(L, 3, "request", messages);
    if (!value)
        return done(L, "set_header", portico_remove_header(message, name, name_len));
    return done(L, "set_header", portico_set_header(message, name, name_len, value, value_len));
}

static int l_param(lua_State *L) {
    static const char *const sources[] = {"path", "query", "stage", "authorizer", "cookie", NULL};
    reader r;
    r.from = (uint32_t)luaL_checkoption(L, 1, NULL, sources) + PORTICO_PARAM_PATH;
    r.name = luaL_checklstring(L, 2, &r.len);
    return push(L, "param", read_param, &r);
}

static int l_field(lua_State *L) {
    static const char *const fields[] = {
        "method", "path",  "raw_path", "query",    "scheme",     "host",      "protocol", "source_ip", "user_agent",  "request_id", "time",
        "api",    "stage", "route",    "resource", "method_arn", "principal", "account",  "region",    "domain_name", "token",      NULL};
    reader r = {(uint32_t)luaL_checkoption(L, 1, NULL, fields) + PORTICO_METHOD, NULL, 0};
    return push(L, "field", read_field, &r);
}

static int l_config(lua_State *L) {
    reader r = {0, NULL, 0};
    return push(L, "config", read_config, &r);
}

static int l_context(lua_State *L) {
    size_t key_len, value_len;
    const char *key = luaL_checklstring(L, 1, &key_len), *value = luaL_checklstring(L, 2, &value_len);
    return done(L, "context", portico_set_auth_context(key, key_len, PORTICO_STRING, value, value_len));
}

static int l_respond(lua_State *L) {
    size_t len;
    uint32_t status = (uint32_t)luaL_checkinteger(L, 1);
    const char *text = luaL_optlstring(L, 2, "", &len);
    return done(L, "respond", portico_respond(status, text, len));
}

static int l_equal(lua_State *L) {
    size_t a_len, b_len;
    const char *a = luaL_checklstring(L, 1, &a_len), *b = luaL_checklstring(L, 2, &b_len);
    lua_pushboolean(L, portico_equal(a, a_len, b, b_len));
    return 1;
}

static int l_log(lua_State *L) {
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    portico_log(PORTICO_INFO, text, len);
    return 0;
}

static const luaL_Reg functions[] = {
    {"config", l_config},   {"context", l_context}, {"equal", l_equal},           {"field", l_field}, {"header", l_header},
    {"log", l_log},         {"param", l_param},     {"respond", l_respond},       {"set_header", l_set_header},
    {NULL, NULL}};

/* ---- The state ---- */

/* The libraries of Lua that reach nothing outside. */
static void open_libraries(lua_State *L) {
    static const luaL_Reg libraries[] = {{LUA_GNAME, luaopen_base},          {LUA_COLIBNAME, luaopen_coroutine},
                                         {LUA_TABLIBNAME, luaopen_table},    {LUA_STRLIBNAME, luaopen_string},
                                         {LUA_MATHLIBNAME, luaopen_math},    {LUA_UTF8LIBNAME, luaopen_utf8}};
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        luaL_requiref(L, libraries[i].name, libraries[i].func, 1);
        lua_pop(L, 1);
    }
    lua_pushnil(L);
    lua_setglobal(L, "dofile");
    lua_pushnil(L);
    lua_setglobal(L, "loadfile");
    luaL_newlib(L, functions);
    lua_setglobal(L, "portico");
}

/* trace is the handler of errors: the message with where it came from. */
static int trace(lua_State *L) {
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

/* start runs the script, which defines its functions. */
static int start(lua_State *L) {
    open_libraries(L);
    if (luaL_loadbufferx(L, script, sizeof script, "@" SCRIPT_NAME, "t") != LUA_OK)
        return lua_error(L);
    lua_call(L, 0, 0);
    return 0;
}

/* portico_configure fails the load where the script does not run. */
int32_t portico_configure(void) {
    size_t len;
    const char *text;
    state = luaL_newstate();
    if (!state)
        return PORTICO_EIO;
    lua_pushcfunction(state, trace);
    lua_pushcfunction(state, start);
    if (lua_pcall(state, 0, 0, 1) == LUA_OK)
        return PORTICO_DONE; /* trace stays at 1 for the calls */
    text = lua_tolstring(state, -1, &len);
    portico_config_error(text, len);
    return PORTICO_EINVAL;
}

/* call calls a function of the script, whose results are left on the stack from
 * 2 on; false if there was an error, which is in the log. */
static bool call(const char *name, int results) {
    size_t len;
    const char *text;
    lua_settop(state, 1);
    lua_getglobal(state, name);
    if (lua_pcall(state, 0, results, 1) == LUA_OK)
        return true;
    text = lua_tolstring(state, -1, &len);
    portico_log(PORTICO_ERROR, text, len);
    lua_settop(state, 1);
    return false;
}

/* ---- The kinds ---- */

#ifdef HAS_authorize
/* authorize returns "allow", "deny" or "unauthorized", and who the client is. */
int32_t portico_authorize(void) {
    static const char *const answers[] = {"deny", "allow", "unauthorized"};
    const char *answer, *principal;
    size_t len;
    if (!call("authorize", 2))
        return PORTICO_EIO;
    principal = lua_tolstring(state, 3, &len);
    if (principal) {
        int32_t err = portico_set_principal(principal, len);
        if (err < 0)
            return err;
    }
    answer = lua_tostring(state, 2);
    for (int32_t i = 0; answer && i < 3; i++)
        if (!strcmp(answer, answers[i]))
            return i;
    portico_log(PORTICO_ERROR, PORTICO_LIT("authorize returned neither \"allow\" nor \"deny\" nor \"unauthorized\""));
    return PORTICO_EINVAL;
}
#endif

#ifdef HAS_map_request
/* map_request returns true to have the response sent that it set. */
int32_t portico_map_request(void) {
    if (!call("map_request", 1))
        return PORTICO_EIO;
    return lua_toboolean(state, 2) ? PORTICO_RESPOND : PORTICO_CONTINUE;
}
#endif

#ifdef HAS_map_response
int32_t portico_map_response(void) { return call("map_response", 0) ? PORTICO_CONTINUE : PORTICO_EIO; }
#endif

#ifdef HAS_integrate
int32_t portico_integrate(void) { return call("integrate", 0) ? PORTICO_DONE : PORTICO_EIO; }
#endif
