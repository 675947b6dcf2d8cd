/*
 * A mapper of requests and of responses: the backend's headers that begin with
 * X-Internal- stay inside, and Server-Timing tells the client how long the
 * backend took. The moment the request went by is kept in scratch: the response
 * may meet another instance.
 */
#include "portico.h"

int32_t portico_map_request(void) {
    int64_t now = portico_clock_monotonic_ns();
    int32_t err = portico_scratch_write(&now, sizeof now);
    return err < 0 ? err : PORTICO_CONTINUE;
}

static bool is_internal(portico_str name) {
    static const char prefix[] = "x-internal-";
    if (name.len < sizeof prefix - 1)
        return false;
    for (size_t i = 0; i < sizeof prefix - 1; i++) {
        char c = name.ptr[i];
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != prefix[i])
            return false;
    }
    return true;
}

/* conceal removes what is not for clients. A list is at most 40 KiB and 400
 * fields; a length and a name, a length and a value are 8 bytes more for each. */
static int32_t conceal(void) {
    static char fields[(40 << 10) + 400 * 8];
    portico_str name, value;
    int32_t n = portico_fit(portico_headers(PORTICO_RESPONSE, PORTICO_BUF(fields)), sizeof fields);
    if (n < 0)
        return n;
    for (portico_iter it = portico_iterate(fields, n); portico_next_pair(&it, &name, &value);) {
        int32_t err = is_internal(name) ? portico_remove_header(PORTICO_RESPONSE, name.ptr, name.len) : 0;
        if (err < 0)
            return err;
    }
    return 0;
}

/* timing tells how long the backend took, in whole milliseconds. */
static int32_t timing(void) {
    char text[48];
    int64_t began;
    portico_writer w = portico_write_to(PORTICO_BUF(text));
    if (portico_scratch_read(&began, sizeof began) != sizeof began)
        return 0; /* this response never was a request of ours */
    portico_put(&w, PORTICO_LIT("backend;dur="));
    portico_put_decimal(&w, (uint64_t)(portico_clock_monotonic_ns() - began) / 1000000);
    return portico_add_header(PORTICO_RESPONSE, PORTICO_LIT("server-timing"), w.ptr, w.len);
}

int32_t portico_map_response(void) {
    int32_t err = conceal();
    if (err >= 0)
        err = timing();
    return err < 0 ? err : PORTICO_CONTINUE;
}
