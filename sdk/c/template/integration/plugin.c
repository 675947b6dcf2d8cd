/* {{name}} answers requests. */
#include "portico.h"

int32_t portico_integrate(void) {
    char name[128], text[160];
    portico_writer w = portico_write_to(PORTICO_BUF(text));
    int32_t n = portico_fit(portico_get_param(PORTICO_PARAM_QUERY, PORTICO_LIT("name"), PORTICO_BUF(name)), sizeof name);
    if (n == PORTICO_ENOENT)
        return portico_respond(400, PORTICO_LIT("say who you are: ?name=\n"));
    if (n == PORTICO_E2BIG)
        return portico_respond(414, PORTICO_LIT("that is too long for a name\n"));
    if (n < 0)
        return n;
    portico_put(&w, PORTICO_LIT("hello "));
    portico_put(&w, name, (size_t)n);
    portico_put(&w, "\n", 1);
    return portico_respond(200, w.ptr, w.len);
}
