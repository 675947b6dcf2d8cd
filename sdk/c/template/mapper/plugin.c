/* {{name}} changes requests before their integration, and responses before
 * they are sent. */
#include "portico.h"

int32_t portico_map_request(void) {
    char id[128];
    int32_t n = portico_fit(portico_get_field(PORTICO_REQUEST_ID, PORTICO_BUF(id)), sizeof id);
    if (n >= 0)
        n = portico_set_header(PORTICO_REQUEST, PORTICO_LIT("x-request-id"), id, (size_t)n);
    return n < 0 ? n : PORTICO_CONTINUE;
}

int32_t portico_map_response(void) {
    int32_t err = portico_remove_header(PORTICO_RESPONSE, PORTICO_LIT("server"));
    return err < 0 ? err : PORTICO_CONTINUE;
}
