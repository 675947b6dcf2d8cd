/*
 * config.h - reads a plugin's configuration, [config] of NAME.toml, into structs
 * of the plugin, in C11.
 *
 * A table of settings says which keys there are and what each may hold. A
 * mistake fails the load with a sentence that names the key:
 *
 *     static struct { portico_str header; int64_t bound; } set;
 *
 *     static const portico_setting settings[] = {
 *         {"header", portico_config_text, offsetof(struct set, header), 1, 64},
 *         {"bound", portico_config_size, offsetof(struct set, bound), 1, 1 << 20},
 *     };
 *
 *     int32_t portico_configure(void) {
 *         static char json[8192], texts[8192];
 *         portico_config c;
 *         int32_t err = portico_config_open(&c, PORTICO_BUF(json), PORTICO_BUF(texts));
 *         return err < 0 ? err : portico_config_table(&c, c.root, PORTICO_SETTINGS(settings), &set);
 *     }
 *
 * What a key does not say stays as it was, so defaults stand there before.
 * portico_configure runs for each instance before its first call, so a static
 * struct may hold what calls need; the buffers must stay as well.
 */
#ifndef PORTICO_CONFIG_H
#define PORTICO_CONFIG_H

#include "json.h"

typedef struct portico_config {
    portico_str root;     /* the configuration as JSON, an object */
    portico_writer texts; /* decoded texts; those of a configuration of n bytes fit n bytes */
    portico_writer key;   /* where the reader is: rules[2].status */
    char path[256];
} portico_config;

/* One key of a table: read puts its value at offset of the struct. min and max
 * bound a number, in its unit, or the length of a text. */
typedef struct portico_setting {
    const char *name;
    int32_t (*read)(portico_config *c, const struct portico_setting *s, portico_str value, void *into);
    size_t offset;
    int64_t min, max;
} portico_setting;

#define PORTICO_SETTINGS(table) (table), (sizeof(table) / sizeof((table)[0]))

static inline size_t portico_config_len(const char *text) {
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

/* portico_config_wrong fails the load: the key where the reader is, and what is
 * wrong with it, three pieces of a sentence. It returns EINVAL. */
static inline int32_t portico_config_wrong(portico_config *c, const char *what, const char *more, const char *end) {
    char text[768];
    portico_writer w = portico_write_to(PORTICO_BUF(text));
    portico_put(&w, c->key.ptr, c->key.len);
    if (c->key.len)
        portico_put(&w, PORTICO_LIT(": "));
    portico_put(&w, what, portico_config_len(what));
    portico_put(&w, more, portico_config_len(more));
    portico_put(&w, end, portico_config_len(end));
    portico_config_error(w.ptr, w.len);
    return PORTICO_EINVAL;
}

/* portico_config_enter goes to a key below, portico_config_enter_index to an
 * element; both give what portico_config_leave takes to come back. A path that
 * becomes too long for its buffer is cut. */
static inline size_t portico_config_enter(portico_config *c, const void *name, size_t len) {
    size_t from = c->key.len;
    if (from)
        portico_put(&c->key, ".", 1);
    portico_put(&c->key, name, len);
    return from;
}

static inline size_t portico_config_enter_index(portico_config *c, uint64_t i) {
    size_t from = c->key.len;
    portico_put(&c->key, "[", 1);
    portico_put_decimal(&c->key, i);
    portico_put(&c->key, "]", 1);
    return from;
}

static inline void portico_config_leave(portico_config *c, size_t from) {
    c->key.len = from;
    c->key.overflow = false;
}

/* portico_config_decode decodes a string and keeps it. */
static inline int32_t portico_config_decode(portico_config *c, portico_str v, portico_str *text) {
    char *at = c->texts.ptr + c->texts.len;
    size_t room = c->texts.cap - c->texts.len;
    int32_t n = portico_fit(portico_json_string(v, at, room), room);
    if (n == PORTICO_E2BIG)
        return portico_config_wrong(c, "does not fit any more; the configuration is too long", "", "");
    if (n < 0)
        return portico_config_wrong(c, "must be a text", "", "");
    text->ptr = at;
    text->len = (size_t)n;
    c->texts.len += (size_t)n;
    return 0;
}

/* portico_config_open reads the configuration into json. Both buffers must stay;
 * as many bytes for the texts always do. */
static inline int32_t portico_config_open(portico_config *c, void *json, size_t json_cap, void *texts,
                                          size_t texts_cap) {
    int32_t n = portico_fit(portico_config_read(json, json_cap), json_cap);
    c->texts = portico_write_to(texts, texts_cap);
    c->key = portico_write_to(PORTICO_BUF(c->path));
    if (n == PORTICO_E2BIG) {
        char most[21];
        portico_writer w = portico_write_to(most, sizeof most - 1);
        portico_put_decimal(&w, json_cap);
        most[w.len] = 0;
        return portico_config_wrong(c, "the configuration is longer as JSON than this plugin takes, ", most, " bytes");
    }
    if (n < 0)
        return n;
    return portico_json_read(json, (size_t)n, &c->root) ? 0 : PORTICO_EINVAL; /* the host gives JSON */
}

/* portico_config_unknown names the keys that there are. */
static inline int32_t portico_config_unknown(portico_config *c, const portico_setting *settings, size_t count) {
    char names[512];
    portico_writer w = portico_write_to(names, sizeof names - 1);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            portico_put(&w, PORTICO_LIT(", "));
        portico_put(&w, settings[i].name, portico_config_len(settings[i].name));
    }
    names[w.len] = 0;
    return portico_config_wrong(c, "there is no such key; there are: ", names, "");
}

/* portico_config_table reads a table into a struct: 0, or a code once the mistake
 * was told. */
static inline int32_t portico_config_table(portico_config *c, portico_str v, const portico_setting *settings,
                                           size_t count, void *into) {
    portico_str name, value;
    if (portico_json_kind_of(v) != PORTICO_JSON_OBJECT)
        return portico_config_wrong(c, "must be a table", "", "");
    for (portico_iter it = portico_json_iterate(v); portico_json_next_member(&it, &name, &value);) {
        size_t i = 0, from;
        int32_t err;
        while (i < count && !portico_json_is(name, settings[i].name, portico_config_len(settings[i].name)))
            i++;
        from = portico_config_enter(c, name.ptr + 1, name.len - 2);
        if (i == count)
            return portico_config_unknown(c, settings, count);
        err = settings[i].read(c, &settings[i], value, (char *)into + settings[i].offset);
        if (err < 0)
            return err;
        portico_config_leave(c, from);
    }
    return 0;
}

/* ---- What a key may hold. Plugins write others of this form. ---- */

/* portico_config_text reads a text, a portico_str. */
static inline int32_t portico_config_text(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    portico_str *text = (portico_str *)into;
    int32_t err = portico_config_decode(c, v, text);
    if (err < 0)
        return err;
    if ((int64_t)text->len < s->min)
        return portico_config_wrong(c, "must not be empty", "", "");
    if ((int64_t)text->len > s->max)
        return portico_config_wrong(c, "is too long", "", "");
    return 0;
}

/* portico_config_is_name reports whether a text can name a header: a token, RFC
 * 9110, section 5.6.2. */
static inline bool portico_config_is_name(portico_str text) {
    for (size_t i = 0; i < text.len; i++) {
        char b = text.ptr[i], lower = (char)(b | 0x20);
        bool is = (b >= '0' && b <= '9') || (lower >= 'a' && lower <= 'z');
        for (const char *other = "!#$%&'*+-.^_`|~"; !is && *other; other++)
            is = b == *other;
        if (!is)
            return false;
    }
    return text.len > 0;
}

/* portico_config_name reads the name of a header, a portico_str. */
static inline int32_t portico_config_name(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    int32_t err = portico_config_text(c, s, v, into);
    if (err < 0 || portico_config_is_name(*(portico_str *)into))
        return err;
    return portico_config_wrong(c, "is not the name of a header", "", "");
}

/* A unit, by its name and what it is worth. */
typedef struct portico_unit {
    const char *name;
    int64_t worth;
} portico_unit;

/* portico_config_put_units says a number in the largest unit that it fits. */
static inline void portico_config_put_units(portico_writer *w, int64_t n, const portico_unit *units, size_t count) {
    while (--count > 0 && (n == 0 || n % units[count].worth != 0))
        ;
    portico_put_decimal(w, (uint64_t)(n / units[count].worth));
    portico_put(w, units[count].name, portico_config_len(units[count].name));
}

static inline int32_t portico_config_range(portico_config *c, const portico_setting *s, const char *what,
                                           const portico_unit *units, size_t count) {
    char text[96];
    portico_writer w = portico_write_to(text, sizeof text - 1);
    portico_config_put_units(&w, s->min, units, count);
    portico_put(&w, PORTICO_LIT(" to "));
    portico_config_put_units(&w, s->max, units, count);
    text[w.len] = 0;
    return portico_config_wrong(c, what, text, "");
}

/* portico_config_units reads digits and a unit, within the setting's bounds. */
static inline int32_t portico_config_units(portico_config *c, const portico_setting *s, portico_str v, int64_t *n,
                                           const char *what, const portico_unit *units, size_t count) {
    char text[24];
    portico_str unit;
    int32_t len = portico_fit(portico_json_string(v, PORTICO_BUF(text)), sizeof text);
    size_t digits = len > 0 ? portico_json_digits(text, (size_t)len, 0) : 0;
    portico_str number = {text, digits};
    int64_t count_of;
    if (digits == 0 || portico_json_int(number, &count_of) < 0)
        return portico_config_range(c, s, what, units, count);
    unit.ptr = text + digits;
    unit.len = (size_t)len - digits;
    for (size_t i = 0; i < count; i++) {
        if (!portico_equal(unit.ptr, unit.len, units[i].name, portico_config_len(units[i].name)))
            continue;
        if (count_of > s->max / units[i].worth || count_of * units[i].worth < s->min)
            break;
        *n = count_of * units[i].worth;
        return 0;
    }
    return portico_config_range(c, s, what, units, count);
}

/* portico_config_duration reads "250ms", "5s", "10m" or "1h": an int64_t in ms. */
static inline int32_t portico_config_duration(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    static const portico_unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    return portico_config_units(c, s, v, (int64_t *)into, "must be a duration such as \"250ms\" or \"5s\", ",
                                PORTICO_SETTINGS(units));
}

/* portico_config_size reads "100B", "64KiB" or "1MiB": an int64_t in bytes. */
static inline int32_t portico_config_size(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    static const portico_unit units[] = {{"B", 1}, {"KiB", 1024}, {"MiB", 1 << 20}};
    return portico_config_units(c, s, v, (int64_t *)into, "must be a size such as \"64KiB\", ",
                                PORTICO_SETTINGS(units));
}

/* portico_config_int reads an integer, an int64_t. */
static inline int32_t portico_config_int(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    static const portico_unit one[] = {{"", 1}};
    int64_t n;
    if (portico_json_int(v, &n) < 0 || n < s->min || n > s->max)
        return portico_config_range(c, s, "must be an integer, ", PORTICO_SETTINGS(one));
    *(int64_t *)into = n;
    return 0;
}

#endif
