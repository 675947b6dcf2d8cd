#include "template.h"

struct rules rules;

/* read_pair reads a text, or false where absent may be. */
static int32_t read_pair(portico_config *c, portico_str name, portico_str v, bool may_be_absent) {
    struct pair *p;
    int32_t err;
    if (rules.pair_count == PAIRS_MAX)
        return portico_config_wrong(c, "is one too many; all rules together may have 512 conditions and headers", "",
                                    "");
    p = &rules.pairs[rules.pair_count++];
    p->absent = may_be_absent && portico_json_kind_of(v) == PORTICO_JSON_BOOLEAN && v.ptr[0] == 'f';
    err = portico_config_decode(c, name, &p->name);
    if (err < 0 || p->absent)
        return err;
    if (may_be_absent && portico_json_kind_of(v) != PORTICO_JSON_STRING)
        return portico_config_wrong(c, "must be a text, or false where there must be none", "", "");
    return portico_config_decode(c, v, &p->value);
}

/* check_pattern allows one star, so that no path takes long to compare. */
static int32_t check_pattern(portico_config *c, portico_str text) {
    size_t stars = 0;
    for (size_t i = 0; i < text.len; i++)
        stars += text.ptr[i] == '*';
    return stars < 2 ? 0 : portico_config_wrong(c, "may hold one *, which stands for any text", "", "");
}

static int32_t read_pattern(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    int32_t err = portico_config_text(c, s, v, into);
    return err < 0 ? err : check_pattern(c, *(portico_str *)into);
}

static int32_t read_method(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    int32_t err = portico_config_text(c, s, v, into);
    if (err < 0 || portico_config_is_name(*(portico_str *)into))
        return err;
    return portico_config_wrong(c, "is not a method", "", "");
}

static int32_t read_path(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    int32_t err = read_pattern(c, s, v, into);
    if (err >= 0 && *((portico_str *)into)->ptr != '/' && *((portico_str *)into)->ptr != '*')
        return portico_config_wrong(c, "must begin with /", "", "");
    return err;
}

/* read_conditions reads a table of patterns; false: there must be none. */
static int32_t read_conditions(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    struct span *span = into;
    portico_str name, value;
    span->from = rules.pair_count;
    if (portico_json_kind_of(v) != PORTICO_JSON_OBJECT)
        return portico_config_wrong(c, "must be a table of names and patterns", "", "");
    for (portico_iter it = portico_json_iterate(v); portico_json_next_member(&it, &name, &value);) {
        size_t from = portico_config_enter(c, name.ptr + 1, name.len - 2);
        int32_t err = read_pair(c, name, value, true);
        if (err >= 0)
            err = check_pattern(c, rules.pairs[rules.pair_count - 1].value);
        if (err >= 0 && s->max && !portico_config_is_name(rules.pairs[rules.pair_count - 1].name))
            err = portico_config_wrong(c, "is not the name of a header", "", "");
        if (err < 0)
            return err;
        portico_config_leave(c, from);
    }
    span->count = rules.pair_count - span->from;
    return 0;
}

/* check_header refuses what set_header would. */
static int32_t check_header(portico_config *c, const struct pair *p) {
    static const char *const host[] = {"host",    "content-length", "connection", "transfer-encoding",
                                       "te",      "trailer",        "upgrade",    "expect",
                                       "keep-alive", "proxy-connection"};
    if (!portico_config_is_name(p->name))
        return portico_config_wrong(c, "is not the name of a header", "", "");
    for (size_t i = 0; i < sizeof host / sizeof host[0]; i++)
        if (same_name(p->name, host[i]))
            return portico_config_wrong(c, "belongs to the gateway; remove it", "", "");
    for (size_t i = 0; i < p->value.len; i++)
        if (((unsigned char)p->value.ptr[i] < 0x20 && p->value.ptr[i] != '\t') || p->value.ptr[i] == 0x7f)
            return portico_config_wrong(c, "holds a byte that no header may", "", "");
    return 0;
}

static int32_t read_header(portico_config *c, portico_str name, portico_str v) {
    int32_t err = read_pair(c, name, v, false);
    return err < 0 ? err : check_header(c, &rules.pairs[rules.pair_count - 1]);
}

/* read_headers reads a table of headers, each with a value or a list of them. */
static int32_t read_headers(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    struct span *span = into;
    portico_str name, value, element;
    size_t texts = c->texts.len;
    (void)s;
    span->from = rules.pair_count;
    if (portico_json_kind_of(v) != PORTICO_JSON_OBJECT)
        return portico_config_wrong(c, "must be a table of headers", "", "");
    for (portico_iter it = portico_json_iterate(v); portico_json_next_member(&it, &name, &value);) {
        size_t from = portico_config_enter(c, name.ptr + 1, name.len - 2);
        int32_t err = 0;
        if (portico_json_kind_of(value) != PORTICO_JSON_ARRAY)
            err = read_header(c, name, value);
        else
            for (portico_iter list = portico_json_iterate(value); err >= 0 && portico_json_next(&list, &element);)
                err = read_header(c, name, element);
        if (err < 0)
            return err;
        portico_config_leave(c, from);
    }
    span->count = rules.pair_count - span->from;
    if (span->count > HEADERS_MAX || c->texts.len - texts > HEADERS_MAX_BYTES)
        return portico_config_wrong(c, "is more than 200 headers or 32 KiB", "", "");
    return 0;
}

/* read_range reads a duration, or a list of the least and the most. */
static int32_t read_range(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    struct range *r = into;
    portico_iter it = portico_json_iterate(v);
    portico_str least, most, more;
    int32_t err;
    if (portico_json_kind_of(v) == PORTICO_JSON_STRING) {
        err = portico_config_duration(c, s, v, &r->least);
        r->most = r->least;
        return err;
    }
    if (portico_json_kind_of(v) != PORTICO_JSON_ARRAY || !portico_json_next(&it, &least) ||
        !portico_json_next(&it, &most) || portico_json_next(&it, &more))
        return portico_config_wrong(c, "must be a duration, or two as in [\"50ms\", \"200ms\"]", "", "");
    err = portico_config_duration(c, s, least, &r->least);
    if (err >= 0)
        err = portico_config_duration(c, s, most, &r->most);
    if (err >= 0 && r->least > r->most)
        return portico_config_wrong(c, "the first duration must not be above the second", "", "");
    return err;
}

static int32_t read_chunks(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    struct span *span = into;
    portico_str element;
    (void)s;
    span->from = rules.chunk_count;
    if (portico_json_kind_of(v) != PORTICO_JSON_ARRAY)
        return portico_config_wrong(c, "must be a list of texts", "", "");
    for (portico_iter it = portico_json_iterate(v); portico_json_next(&it, &element); span->count++) {
        size_t from = portico_config_enter_index(c, span->count);
        int32_t err;
        if (rules.chunk_count == CHUNKS_MAX)
            return portico_config_wrong(c, "is one too many; all rules together may have 512", "", "");
        err = portico_config_decode(c, element, &rules.chunks[rules.chunk_count++]);
        if (err < 0)
            return err;
        portico_config_leave(c, from);
    }
    return span->count ? 0 : portico_config_wrong(c, "must not be empty", "", "");
}

static int32_t read_json(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    (void)s;
    *(portico_str *)into = v;
    if (template_check(v))
        return 0;
    return portico_config_wrong(c, "{path.NAME} and {query.NAME} take a name of letters, digits, _ and -", "", "");
}

#define AT(key) offsetof(struct rule, key)
#define ANSWER(at)                                              \
    {"status", portico_config_int, AT(at.status), 200, 599},    \
    {"headers", read_headers, AT(at.headers), 0, 0},            \
    {"body", portico_config_text, AT(at.body), 0, CONFIG_MAX},  \
    {"json", read_json, AT(at.json), 0, 0},                     \
    {"delay", read_range, AT(at.delay), 0, 15 * 60 * 1000}

static int32_t read_when(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    static const portico_setting keys[] = {
        {"method", read_method, AT(method), 1, 32},
        {"path", read_path, AT(path), 1, 1024},
        {"query", read_conditions, AT(query), 0, 0},
        {"headers", read_conditions, AT(headers), 0, 1}, /* 1: the names are those of headers */
    };
    (void)s;
    return portico_config_table(c, v, PORTICO_SETTINGS(keys), into);
}

static int32_t read_fail(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    static const portico_setting keys[] = {{"every", portico_config_int, AT(every), 1, 1000000}, ANSWER(fail)};
    struct rule *r = into;
    int32_t err;
    (void)s;
    r->fail.status = 500;
    err = portico_config_table(c, v, PORTICO_SETTINGS(keys), into);
    if (err >= 0 && r->every == 0)
        return portico_config_wrong(c, "every is missing; every = 5 makes each fifth answer this one", "", "");
    return err;
}

/* check_body refuses two bodies, and one that HTTP does not have. */
static int32_t check_body(portico_config *c, const struct answer *a, bool chunks) {
    if ((a->body.ptr != NULL) + (a->json.ptr != NULL) + chunks > 1)
        return portico_config_wrong(c, "has two of body, json and chunks; keep one", "", "");
    if ((a->status == 204 || a->status == 304) && (a->body.len || a->json.len || chunks))
        return portico_config_wrong(c, "has a body, which a response of status 204 or 304 has not", "", "");
    return 0;
}

static int32_t read_rule(portico_config *c, portico_str v, struct rule *r) {
    static const portico_setting keys[] = {
        {"when", read_when, 0, 0, 0},
        ANSWER(answer),
        {"chunks", read_chunks, AT(chunks), 0, 0},
        {"pause", read_range, AT(pause), 0, 15 * 60 * 1000},
        {"repeat", portico_config_int, AT(repeat), 1, 1000000},
        {"fail", read_fail, 0, 0, 0},
    };
    int32_t err;
    r->answer.status = 200;
    err = portico_config_table(c, v, PORTICO_SETTINGS(keys), r);
    if (err >= 0)
        err = check_body(c, &r->answer, r->chunks.count > 0);
    if (err >= 0 && r->chunks.count == 0 && (r->pause.most || r->repeat))
        return portico_config_wrong(c, "pause and repeat belong to chunks, and there are none", "", "");
    if (err >= 0 && r->every) {
        portico_config_enter(c, PORTICO_LIT("fail"));
        err = check_body(c, &r->fail, false);
    }
    return err;
}

static int32_t read_rules(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    portico_str element;
    (void)s;
    (void)into;
    if (portico_json_kind_of(v) != PORTICO_JSON_ARRAY)
        return portico_config_wrong(c, "must be a list of tables, [[config.rules]]", "", "");
    for (portico_iter it = portico_json_iterate(v); portico_json_next(&it, &element); rules.count++) {
        size_t from = portico_config_enter_index(c, rules.count);
        int32_t err;
        if (rules.count == RULES_MAX)
            return portico_config_wrong(c, "is one too many; there may be 64", "", "");
        err = read_rule(c, element, &rules.list[rules.count]);
        if (err < 0)
            return err;
        portico_config_leave(c, from);
    }
    return 0;
}

int32_t portico_configure(void) {
    static char json[CONFIG_MAX], texts[CONFIG_MAX];
    static const portico_setting keys[] = {{"rules", read_rules, 0, 0, 0}};
    portico_config c;
    int32_t err = portico_config_open(&c, PORTICO_BUF(json), PORTICO_BUF(texts));
    if (err >= 0)
        err = portico_config_table(&c, c.root, PORTICO_SETTINGS(keys), &rules);
    if (err >= 0 && rules.count == 0)
        return portico_config_wrong(&c, "rules: is missing; without [[config.rules]] there is nothing to answer", "",
                                    "");
    return err;
}
