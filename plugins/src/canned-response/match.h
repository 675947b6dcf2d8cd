#ifndef MATCH_H
#define MATCH_H

#include "rules.h"

/* match is the first rule that fits the request; NULL: none does. */
struct rule *match(void);

#endif
