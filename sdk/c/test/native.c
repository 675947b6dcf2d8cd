/* Tests template/authorizer/plugin.c without WebAssembly, standing in for the
 * gateway:
 *
 *     cc -I. -o native test/native.c template/authorizer/plugin.c && ./native
 */
#include "portico.h"

#include <assert.h>
#include <string.h>

static const char *header; /* NULL: the request has none */
static char principal[16];

int32_t portico_get_header(uint32_t message, const void *name, size_t name_len, void *buf, size_t cap) {
    assert(message == PORTICO_REQUEST && portico_equal(name, name_len, PORTICO_LIT("authorization")));
    if (!header)
        return PORTICO_ENOENT;
    if (strlen(header) <= cap)
        memcpy(buf, header, strlen(header));
    return (int32_t)strlen(header);
}

int32_t portico_set_principal(const void *id, size_t len) {
    assert(len < sizeof principal);
    memcpy(principal, id, len);
    return 0;
}

int main(void) {
    assert(portico_authorize() == PORTICO_UNAUTHORIZED);
    header = "Bearer guess";
    assert(portico_authorize() == PORTICO_DENY && !*principal);
    header = "Bearer letmein";
    assert(portico_authorize() == PORTICO_ALLOW && !strcmp(principal, "guest"));
    return 0;
}
