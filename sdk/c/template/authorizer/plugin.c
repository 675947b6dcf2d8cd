/* {{name}} decides whether a request may pass. */
#include "portico.h"

int32_t portico_authorize(void) {
    switch (portico_header_is(PORTICO_REQUEST, PORTICO_LIT("authorization"), PORTICO_LIT("Bearer letmein"))) {
    case 1:
        portico_set_principal(PORTICO_LIT("guest"));
        return PORTICO_ALLOW;
    case PORTICO_ENOENT:
        return PORTICO_UNAUTHORIZED; /* 401 */
    default:
        return PORTICO_DENY; /* 403 */
    }
}
