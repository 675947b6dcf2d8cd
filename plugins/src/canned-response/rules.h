/* What the configuration says: rules, each with conditions and an answer.
 * settings.c reads them before the first call. */
#ifndef RULES_H
#define RULES_H

#include "config.h"

enum {
    RULES_MAX = 64,
    PAIRS_MAX = 512,  /* conditions and headers of all rules */
    CHUNKS_MAX = 512, /* of all rules */
    CONFIG_MAX = 65536,

    /* Of one answer: half of what a response takes, so mappers can add theirs. */
    HEADERS_MAX = 200,
    HEADERS_MAX_BYTES = 32768
};

/* A name with a value: a pattern of a condition, or a header. */
struct pair {
    portico_str name, value;
    bool absent; /* the condition is that there is none */
};

/* A piece of one of the lists below. */
struct span {
    size_t from, count;
};

/* ms, drawn anew each time; 0 to 0 is none. */
struct range {
    int64_t least, most;
};

struct answer {
    int64_t status;
    struct span headers;  /* of pairs */
    portico_str body;     /* sent as it is */
    portico_str json;     /* JSON with places for parameters, see template.h */
    struct range delay;
};

struct rule {
    portico_str method; /* empty: any */
    portico_str path;   /* a pattern; empty: any */
    struct span query, headers; /* of pairs */
    struct answer answer;
    struct span chunks; /* of chunks; the body, in place of that of the answer */
    struct range pause;
    int64_t repeat;
    int64_t every; /* the every-th answer is fail; 0: none */
    struct answer fail;
    int64_t calls; /* of this instance */
};

struct rules {
    struct rule list[RULES_MAX];
    size_t count;
    struct pair pairs[PAIRS_MAX];
    size_t pair_count;
    portico_str chunks[CHUNKS_MAX];
    size_t chunk_count;
};

extern struct rules rules;

#endif
