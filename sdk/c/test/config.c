/*
 * Tests config.h, standing in for the gateway:
 *
 *     cc -I. -o config test/config.c && ./config
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

static const char *given;
static char told[1024];

int32_t portico_config_read(void *buf, size_t cap) {
    size_t len = strlen(given);
    if (len <= cap)
        memcpy(buf, given, len);
    return (int32_t)len;
}

int32_t portico_config_error(const void *text, size_t len) {
    memcpy(told, text, len);
    told[len] = 0;
    return 0;
}

struct inner {
    portico_str name;
};

struct set {
    portico_str text;
    int64_t duration, size, number;
    struct inner inner;
};

static int32_t read_inner(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    static const portico_setting keys[] = {{"name", portico_config_name, offsetof(struct inner, name), 1, 8}};
    (void)s;
    return portico_config_table(c, v, PORTICO_SETTINGS(keys), into);
}

static const portico_setting keys[] = {
    {"text", portico_config_text, offsetof(struct set, text), 1, 4},
    {"duration", portico_config_duration, offsetof(struct set, duration), 1500, 3600000},
    {"size", portico_config_size, offsetof(struct set, size), 0, 3 << 20},
    {"number", portico_config_int, offsetof(struct set, number), 1, 9},
    {"inner", read_inner, offsetof(struct set, inner), 0, 0},
};

#define DURATION "duration: must be a duration such as \"250ms\" or \"5s\", 1500ms to 1h"
#define SIZE "size: must be a size such as \"64KiB\", 0B to 3MiB"

static const struct {
    const char *json, *error; /* "" is good */
} table[] = {
    {"{}", ""},
    {"{\"text\":\"a\\u00fc\",\"duration\":\"1500ms\",\"size\":\"3MiB\",\"number\":9,\"inner\":{\"name\":\"X-a_1\"}}", ""},
    {"{\"duration\":\"1h\",\"size\":\"0B\"}", ""},
    {"{\"text\":\"\"}", "text: must not be empty"},
    {"{\"text\":\"12345\"}", "text: is too long"},
    {"{\"text\":1}", "text: must be a text"},
    {"{\"duration\":\"1499ms\"}", DURATION},
    {"{\"duration\":\"3601s\"}", DURATION},
    {"{\"duration\":\"2h\"}", DURATION},
    {"{\"duration\":\"5\"}", DURATION},
    {"{\"duration\":\"5 s\"}", DURATION},
    {"{\"duration\":\"s\"}", DURATION},
    {"{\"duration\":\"-5s\"}", DURATION},
    {"{\"duration\":5}", DURATION},
    {"{\"duration\":\"9223372036854775807h\"}", DURATION},
    {"{\"duration\":\"9223372036854775808ms\"}", DURATION},
    {"{\"duration\":\"00000000000000000000000002s\"}", DURATION},
    {"{\"size\":\"3145729B\"}", SIZE},
    {"{\"size\":\"1KB\"}", SIZE},
    {"{\"number\":0}", "number: must be an integer, 1 to 9"},
    {"{\"number\":1.5}", "number: must be an integer, 1 to 9"},
    {"{\"inner\":{\"name\":\"a b\"}}", "inner.name: is not the name of a header"},
    {"{\"inner\":{\"nam\":1}}", "inner.nam: there is no such key; there are: name"},
    {"{\"inner\":[]}", "inner: must be a table"},
    {"{\"other\":1}", "other: there is no such key; there are: text, duration, size, number, inner"},
    {"{\"text\":\"a\",\"inner\":{\"name\":\"a\"},\"number\":0}", "number: must be an integer, 1 to 9"},
    {"{\"text\":\"...............................................................................................\"}",
     "the configuration is longer as JSON than this plugin takes, 96 bytes"},
};

int main(void) {
    int failed = 0;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char json[96], texts[96];
        struct set set = {.number = 5};
        portico_config c;
        int32_t err;
        told[0] = 0;
        given = table[i].json;
        err = portico_config_open(&c, PORTICO_BUF(json), PORTICO_BUF(texts));
        if (err >= 0)
            err = portico_config_table(&c, c.root, PORTICO_SETTINGS(keys), &set);
        if (!strcmp(told, table[i].error) && (err < 0) == (told[0] != 0))
            continue;
        failed = 1;
        printf("%s gave %d, %s; want %s\n", given, (int)err, told, table[i].error);
    }
    return failed;
}
