/* The host functions of the native ABI (hostabi/ABI.md) and of the adapter's
   own module, as a table that JavaScript can call. */
#ifndef HOST_H
#define HOST_H

#include <stdint.h>

#define IMPORT(mod, fn) __attribute__((import_module(mod), import_name(fn)))
#define CORE(fn) IMPORT("portico_core_v1", #fn)
#define SCRIPT(fn) IMPORT("portico_script", #fn)

/* The adapter's own: what to run, and what came of it. */
SCRIPT(read) int32_t script_read(void *ptr, uint32_t cap);
SCRIPT(name) int32_t script_name(void *ptr, uint32_t cap);
SCRIPT(granted) int32_t script_granted(void);
SCRIPT(has) int32_t script_has(uint32_t kinds);
SCRIPT(probe) int32_t script_probe(void);
SCRIPT(fail) int32_t script_fail(uint32_t line, uint32_t column, const void *ptr, uint32_t len);

/* What the glue itself calls; the others are in host.c alone. */
CORE(event_read) int32_t core_event_read(void *ptr, uint32_t cap);
CORE(result_write) int32_t core_result_write(const void *ptr, uint32_t len);
CORE(config_read) int32_t core_config_read(void *ptr, uint32_t cap);
CORE(random) int32_t core_random(void *ptr, uint32_t len);

enum { E_NOENT = -1, E_INVAL = -2, E_IO = -13 };

/* HostFunc is one function of the ABI. signature has a letter for each argument
   that JavaScript gives: i an i32, l an i64, d an f64, s bytes that are read
   (two parameters), o a buffer that is filled (two), p one of known size (one).
   call takes the parameters in order, an f64 by its bits. */
typedef struct HostFunc {
    const char *name;
    const char *signature;
    int64_t (*call)(const int64_t *a);
    char result; /* i or l */
} HostFunc;

/* In the order of hostabi.Functions, which the conformance protocol counts. */
extern const HostFunc host_funcs[];
extern const int host_func_count;

#endif
