#include "settings.h"

struct settings settings;

#define TEXT(literal) {literal, sizeof(literal) - 1}

static const struct form github = {
    .header = TEXT("x-hub-signature-256"), .prefix = TEXT("sha256="), .encoding = HEX, .algorithm = PORTICO_SHA256,
    .id_header = TEXT("x-github-delivery"), .event_header = TEXT("x-github-event")};

static const struct form stripe = {.header = TEXT("stripe-signature"), .encoding = HEX, .algorithm = PORTICO_SHA256};

static const struct form generic = {.encoding = HEX, .algorithm = PORTICO_SHA256};

/* A name of a key's value, and what it stands for. */
struct choice {
    const char *name;
    int64_t value;
};

static int32_t choose(portico_config *c, portico_str v, int64_t *into, const struct choice *choices, size_t count,
                      const char *wrong) {
    for (size_t i = 0; i < count; i++)
        if (portico_json_is(v, choices[i].name, portico_config_len(choices[i].name))) {
            *into = choices[i].value;
            return 0;
        }
    return portico_config_wrong(c, wrong, "", "");
}

static int32_t read_style(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    static const struct choice styles[] = {{"github", GITHUB}, {"stripe", STRIPE}, {"generic", GENERIC}};
    (void)s;
    return choose(c, v, into, PORTICO_SETTINGS(styles), "must be \"github\", \"stripe\" or \"generic\"");
}

static int32_t read_encoding(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    static const struct choice encodings[] = {{"hex", HEX}, {"base64", BASE64}};
    (void)s;
    return choose(c, v, into, PORTICO_SETTINGS(encodings), "must be \"hex\" or \"base64\"");
}

static int32_t read_algorithm(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    static const struct choice algorithms[] = {
        {"sha1", PORTICO_SHA1}, {"sha256", PORTICO_SHA256}, {"sha512", PORTICO_SHA512}};
    (void)s;
    return choose(c, v, into, PORTICO_SETTINGS(algorithms), "must be \"sha1\", \"sha256\" or \"sha512\"");
}

static int32_t read_secrets(portico_config *c, const portico_setting *s, portico_str v, void *into) {
    static const portico_setting name = {"", portico_config_text, 0, 1, 128};
    portico_str *names = into, element;
    size_t n = 0;
    (void)s;
    if (portico_json_kind_of(v) != PORTICO_JSON_ARRAY)
        return portico_config_wrong(c, "must be a list of names, such as [\"webhook\"]", "", "");
    for (portico_iter it = portico_json_iterate(v); portico_json_next(&it, &element); n++) {
        size_t from = portico_config_enter_index(c, n);
        int32_t err;
        if (n == SECRETS_MAX)
            return portico_config_wrong(c, "is one too many; there may be 8", "", "");
        err = portico_config_text(c, &name, element, &names[n]);
        if (err < 0)
            return err;
        portico_config_leave(c, from);
    }
    settings.secret_count = n;
    return 0;
}

static int32_t read_form(portico_config *c, const portico_setting *s, portico_str v, void *into) {
#define AT(key) offsetof(struct form, key)
    static const portico_setting keys[] = {
        {"header", portico_config_name, AT(header), 1, 64},
        {"prefix", portico_config_text, AT(prefix), 0, 64},
        {"encoding", read_encoding, AT(encoding), 0, 0},
        {"algorithm", read_algorithm, AT(algorithm), 0, 0},
        {"timestamp_header", portico_config_name, AT(timestamp_header), 1, 64},
        {"signed_prefix", portico_config_text, AT(signed_prefix), 1, 64},
        {"id_header", portico_config_name, AT(id_header), 1, 64},
        {"event_header", portico_config_name, AT(event_header), 1, 64},
    };
#undef AT
    (void)s;
    settings.has_generic = true;
    return portico_config_table(c, v, PORTICO_SETTINGS(keys), into);
}

/* wrong is a mistake of a key that a table does not see by itself. */
static int32_t wrong(portico_config *c, const char *key, const char *what) {
    portico_config_enter(c, key, portico_config_len(key));
    return portico_config_wrong(c, what, "", "");
}

/* settle looks at how the keys go together and fills in what they leave open. */
static int32_t settle(portico_config *c) {
    static const portico_str principals[] = {TEXT("github"), TEXT("stripe"), TEXT("webhook")};
    struct form *f = &settings.form;
    portico_str before, after;
    if (settings.secret_count == 0)
        return wrong(c, "secrets", "must name at least one secret, which [secrets] of this file grants as \"use\"");
    if (settings.style < 0)
        return wrong(c, "style", "is missing; it must be \"github\", \"stripe\" or \"generic\"");
    if (settings.style == GENERIC && !f->header.ptr)
        return wrong(c, "generic.header", "is missing; it names the header with the signature");
    if (settings.style != GENERIC && settings.has_generic)
        return wrong(c, "generic", "only style = \"generic\" has it; remove it, or choose that style");
    if (!f->timestamp_header.ptr != !f->signed_prefix.ptr)
        return wrong(c, "generic", "timestamp_header and signed_prefix go together; give both or none");
    if (f->signed_prefix.ptr && !cut(f->signed_prefix, PORTICO_LIT(TIMESTAMP), &before, &after))
        return wrong(c, "generic.signed_prefix", "must hold " TIMESTAMP ", as in \"v0:" TIMESTAMP ":\"");
    if (settings.style == GITHUB)
        *f = github;
    if (settings.style == STRIPE)
        *f = stripe;
    if (settings.tolerance && settings.style != STRIPE && !f->timestamp_header.ptr)
        return wrong(c, "tolerance", "nothing says when such a delivery was signed; remove it");
    if (settings.tolerance == 0)
        settings.tolerance = 300000;
    if (!settings.principal.ptr)
        settings.principal = principals[settings.style];
    return 0;
}

int32_t portico_configure(void) {
    static char json[8192], texts[8192];
#define AT(key) offsetof(struct settings, key)
    static const portico_setting keys[] = {
        {"style", read_style, AT(style), 0, 0},
        {"secrets", read_secrets, AT(secrets), 0, 0},
        {"max_body", portico_config_size, AT(max_body), 1, BODY_MAX},
        {"tolerance", portico_config_duration, AT(tolerance), 1000, 24 * 3600 * 1000},
        {"principal", portico_config_text, AT(principal), 1, 128},
        {"generic", read_form, AT(form), 0, 0},
    };
#undef AT
    portico_config c;
    int32_t err = portico_config_open(&c, PORTICO_BUF(json), PORTICO_BUF(texts));
    settings.style = -1;
    settings.form = generic;
    settings.max_body = 256 << 10;
    if (err >= 0)
        err = portico_config_table(&c, c.root, PORTICO_SETTINGS(keys), &settings);
    return err < 0 ? err : settle(&c);
}
