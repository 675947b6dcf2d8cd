/*
 * webhook-signature lets webhooks pass that are signed as GitHub, Stripe and
 * others sign them. README.md says how it is configured.
 *
 * From the top of the repository:
 *
 *     clang --target=wasm32 -std=c11 -O2 -ffreestanding -mbulk-memory -nostdlib -Wl,--no-entry \
 *         -Wl,-z,stack-size=65536 -Wl,--stack-first -Wl,--strip-all -I sdk/c \
 *         -o plugins/webhook-signature.wasm plugins/src/webhook-signature/[a-z]*.c
 */
#include "signature.h"

/* The body, with room before it for what is signed first. */
static char message[FRONT_MAX + BODY_MAX];
static const char *const body = message + FRONT_MAX;

/* refuse says to the operator alone why the client gets 403. Nothing that the
 * client sent is in the text. */
#define refuse(reason) (portico_log(PORTICO_INFO, PORTICO_LIT("refused: " reason)), (int32_t)PORTICO_DENY)

/* read_claim is ALLOW if there is something to compare, else what to answer. */
static int32_t read_claim(struct claim *claim) {
    static char header[2048], timestamp[32];
    const struct form *f = &settings.form;
    int32_t n = portico_get_header(PORTICO_REQUEST, f->header.ptr, f->header.len, PORTICO_BUF(header));
    portico_str text = {header, (size_t)n};
    if (n == PORTICO_ENOENT)
        return PORTICO_UNAUTHORIZED;
    if (n < 0)
        return n;
    if ((size_t)n > sizeof header)
        return refuse("the header with the signature is too long");
    if (!(settings.style == STRIPE ? claim_stripe : claim_plain)(text, f, claim))
        return refuse("the header with the signature does not have the form of one");
    if (!f->timestamp_header.ptr)
        return PORTICO_ALLOW;
    n = portico_get_header(PORTICO_REQUEST, f->timestamp_header.ptr, f->timestamp_header.len, PORTICO_BUF(timestamp));
    if (n == PORTICO_ENOENT)
        return PORTICO_UNAUTHORIZED;
    if (n < 0)
        return n;
    if ((size_t)n > sizeof timestamp)
        return refuse("the time is none");
    claim->timestamp.ptr = timestamp;
    claim->timestamp.len = (size_t)n;
    return PORTICO_ALLOW;
}

/* check_time is ALLOW for a delivery without a time, too. */
static int32_t check_time(portico_str timestamp) {
    int64_t seconds, age;
    if (!timestamp.ptr)
        return PORTICO_ALLOW;
    seconds = claim_seconds(timestamp);
    if (seconds < 0)
        return refuse("the time is none");
    age = portico_clock_unix_ns() / 1000000 - seconds * 1000;
    if (age > settings.tolerance)
        return refuse("it was signed too long ago");
    if (age < -settings.tolerance)
        return refuse("it was signed in the future");
    return PORTICO_ALLOW;
}

/* put_front puts what is signed before the body right before it, and gives how
 * long that is. */
static size_t put_front(portico_str timestamp) {
    char front[FRONT_MAX];
    portico_writer w = portico_write_to(PORTICO_BUF(front));
    portico_str rest = settings.form.signed_prefix, text = {NULL, 0};
    if (settings.style == STRIPE) {
        portico_put(&w, timestamp.ptr, timestamp.len);
        portico_put(&w, ".", 1);
    }
    while (cut(rest, PORTICO_LIT(TIMESTAMP), &text, &rest)) {
        portico_put(&w, text.ptr, text.len);
        portico_put(&w, timestamp.ptr, timestamp.len);
    }
    portico_put(&w, rest.ptr, rest.len);
    for (size_t i = 0; i < w.len; i++)
        message[FRONT_MAX - w.len + i] = front[i];
    return w.len;
}

/* signer is the place of the secret that signed the message; -1 if it is none of
 * them, or a code below. All secrets are tried, so that the time does not tell which. */
static int32_t signer(const struct claim *claim, const char *data, size_t size, int32_t *code) {
    unsigned char mac[MAC_MAX];
    size_t len = mac_len(settings.form.algorithm);
    int32_t found = -1;
    for (size_t s = 0; s < settings.secret_count; s++) {
        const portico_str *name = &settings.secrets[s];
        int32_t n = portico_secrets_hmac(name->ptr, name->len, (uint32_t)settings.form.algorithm, data, size,
                                         PORTICO_BUF(mac));
        if (n != (int32_t)len) {
            *code = n < 0 ? n : PORTICO_EIO;
            return -1;
        }
        for (size_t i = 0; i < claim->count; i++)
            if (portico_equal(mac, len, claim->macs[i], len))
                found = (int32_t)s;
    }
    return found;
}

/* put_context gives what is printable ASCII, so that it can stand in a header. */
static int32_t put_context(const char *key, portico_str value) {
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] < ' ' || value.ptr[i] > '~')
            return 0;
    return portico_set_auth_context(key, portico_config_len(key), PORTICO_STRING, value.ptr, value.len);
}

/* put_header gives the value of a header; an absent one or a long one is left out. */
static int32_t put_header(const char *key, portico_str name) {
    char value[256];
    int32_t n = name.ptr ? portico_get_header(PORTICO_REQUEST, name.ptr, name.len, PORTICO_BUF(value)) : -1;
    return n < 0 || (size_t)n > sizeof value ? 0 : put_context(key, (portico_str){value, (size_t)n});
}

/* put_member gives a text of the event that Stripe sends. */
static int32_t put_member(const char *key, portico_str event, const char *name) {
    char value[256];
    portico_str member = {NULL, 0};
    int32_t n = -1;
    if (portico_json_get(event, name, portico_config_len(name), &member))
        n = portico_json_string(member, PORTICO_BUF(value));
    return n < 0 || (size_t)n > sizeof value ? 0 : put_context(key, (portico_str){value, (size_t)n});
}

/* allow says who has sent what, and with which secret. */
static int32_t allow(portico_str secret, size_t body_len) {
    portico_str event;
    int32_t err = portico_set_principal(settings.principal.ptr, settings.principal.len);
    if (err >= 0)
        err = put_context("secret", secret);
    if (err >= 0)
        err = put_header("id", settings.form.id_header);
    if (err >= 0)
        err = put_header("event", settings.form.event_header);
    if (settings.style == STRIPE && portico_json_read(body, body_len, &event)) {
        if (err >= 0)
            err = put_member("id", event, "id");
        if (err >= 0)
            err = put_member("event", event, "type");
    }
    return err < 0 ? err : PORTICO_ALLOW;
}

/* portico_authorize does first what costs least: no body is read for a request
 * that cannot pass. */
int32_t portico_authorize(void) {
    struct claim claim = {.count = 0};
    int32_t answer = read_claim(&claim), n, code = 0;
    size_t front;
    if (answer == PORTICO_ALLOW)
        answer = check_time(claim.timestamp);
    if (answer != PORTICO_ALLOW)
        return answer;
    n = portico_read_all(PORTICO_REQUEST, message + FRONT_MAX, (size_t)settings.max_body);
    if (n == PORTICO_E2BIG)
        return refuse("the body is longer than max_body");
    if (n < 0) /* a client must not make the plugin fail by breaking its body off */
        return refuse("the body did not come whole");
    front = put_front(claim.timestamp);
    answer = signer(&claim, body - front, front + (size_t)n, &code);
    if (code == PORTICO_ENOENT)
        portico_log(PORTICO_ERROR, PORTICO_LIT("a name in config.secrets has no grant; write into [secrets] of the "
                                               "plugin's file: NAME = \"use\""));
    if (code < 0)
        return code;
    return answer < 0 ? refuse("no secret gives this signature") : allow(settings.secrets[answer], (size_t)n);
}
