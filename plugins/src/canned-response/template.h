/* Answers in JSON with places for parameters, {path.NAME} and {query.NAME}. A
 * template is a JSON value as it stands in the configuration, so such a place is
 * always within a string, where a value that is escaped cannot get out. */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include "rules.h"

/* same_name compares without regard to ASCII case. */
bool same_name(portico_str name, const char *other);

/* template_check reports whether all places have the form of one. */
bool template_check(portico_str json);

/* template_render appends the template with the request's parameters, empty
 * where there are none. E2BIG: it does not fit, or a parameter is too long. */
int32_t template_render(portico_writer *w, portico_str json);

#endif
