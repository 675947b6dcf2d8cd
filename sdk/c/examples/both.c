/*
 * An integration that asks two backends at the same time and answers with what
 * both say, as {"stock": ..., "price": ...}. NAME.toml grants it:
 *
 *     capabilities = ["http"]
 *
 *     [http]
 *     hosts = ["http://stock.internal:8080", "http://price.internal:8080"]
 */
#include "portico.h"

/* start asks for a document and returns at once: a handle, or a code. */
static int32_t start(const char *url, size_t len) {
    char request[512];
    portico_writer w = portico_write_to(PORTICO_BUF(request));
    portico_put_pair(&w, PORTICO_LIT("GET"), url, len); /* first method and URL, */
    portico_put_pair(&w, PORTICO_LIT("accept"), PORTICO_LIT("application/json")); /* then headers */
    return w.overflow ? PORTICO_E2BIG : portico_http_start(w.ptr, w.len, NULL, 0, 2000, 0);
}

/* put_answer waits for an answer and appends its body, null if there is none. */
static void put_answer(portico_writer *w, int32_t handle) {
    static char body[16384];
    int32_t n = handle;
    if (n >= 0)
        n = portico_http_status((uint32_t)handle);
    if (n == 200)
        n = portico_read_all((uint32_t)handle, PORTICO_BUF(body));
    else
        n = PORTICO_ENOENT;
    if (n < 0)
        portico_put(w, PORTICO_LIT("null"));
    else
        portico_put(w, body, (size_t)n);
}

int32_t portico_integrate(void) {
    static char json[40000];
    portico_writer w = portico_write_to(PORTICO_BUF(json));
    int32_t stock = start(PORTICO_LIT("http://stock.internal:8080/tea"));
    int32_t price = start(PORTICO_LIT("http://price.internal:8080/tea"));
    int32_t err = portico_set_header(PORTICO_RESPONSE, PORTICO_LIT("content-type"), PORTICO_LIT("application/json"));
    if (err < 0)
        return err;
    portico_put(&w, PORTICO_LIT("{\"stock\":"));
    put_answer(&w, stock);
    portico_put(&w, PORTICO_LIT(",\"price\":"));
    put_answer(&w, price);
    portico_put(&w, PORTICO_LIT("}\n"));
    err = w.overflow ? PORTICO_E2BIG : portico_stream_write(PORTICO_RESPONSE, w.ptr, w.len);
    return err < 0 ? err : PORTICO_DONE;
}
