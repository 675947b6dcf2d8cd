/*
 * canned-response answers requests as its configuration says. README.md says how.
 *
 * From the top of the repository:
 *
 *     clang --target=wasm32 -std=c11 -O2 -ffreestanding -mbulk-memory -nostdlib -Wl,--no-entry \
 *         -Wl,-z,stack-size=65536 -Wl,--stack-first -Wl,--strip-all -I sdk/c \
 *         -o plugins/canned-response.wasm plugins/src/canned-response/[a-z]*.c
 */
#include "match.h"
#include "template.h"

/* wait_for sleeps for a time within the range. */
static void wait_for(struct range r) {
    uint64_t width = (uint64_t)(r.most - r.least) + 1, drawn;
    if (width > 1 && portico_random(&drawn, sizeof drawn) >= 0)
        r.least += (int64_t)(drawn % width);
    portico_sleep(r.least);
}

/* set_head sets status and headers; a Content-Type of the rule replaces the one
 * of its kind of body. */
static int32_t set_head(const struct answer *a, const char *type) {
    const struct pair *p = &rules.pairs[a->headers.from];
    int32_t err = portico_set_status((uint32_t)a->status);
    if (err >= 0 && type)
        err = portico_set_header(PORTICO_RESPONSE, PORTICO_LIT("content-type"), type, portico_config_len(type));
    for (size_t i = 0; err >= 0 && i < a->headers.count; i++) {
        bool again = i > 0 && portico_equal(p[i].name.ptr, p[i].name.len, p[i - 1].name.ptr, p[i - 1].name.len);
        err = (again ? portico_add_header : portico_set_header)(PORTICO_RESPONSE, p[i].name.ptr, p[i].name.len,
                                                                p[i].value.ptr, p[i].value.len);
    }
    return err;
}

/* send sends an answer whole. A request that asks for more than fits is refused
 * and fails nothing. */
static int32_t send(const struct answer *a) {
    static char text[2 * CONFIG_MAX];
    portico_writer w = portico_write_to(PORTICO_BUF(text));
    int32_t err = 0;
    if (a->json.ptr)
        err = template_render(&w, a->json);
    if (err == PORTICO_E2BIG)
        return portico_respond(414, PORTICO_LIT("a parameter is too long to be repeated\n"));
    wait_for(a->delay);
    if (err >= 0)
        err = set_head(a, a->json.ptr ? "application/json" : a->body.len ? "text/plain; charset=utf-8" : NULL);
    if (err >= 0 && a->json.ptr)
        err = portico_stream_write(PORTICO_RESPONSE, w.ptr, w.len);
    if (err >= 0 && a->body.len)
        err = portico_stream_write(PORTICO_RESPONSE, a->body.ptr, a->body.len);
    return err < 0 ? err : 0;
}

/* stream sends the chunks of a rule, each when its time has come. */
static int32_t stream(const struct rule *r) {
    int32_t err;
    wait_for(r->answer.delay);
    err = set_head(&r->answer, "text/event-stream");
    if (err >= 0)
        err = portico_stream_flush(PORTICO_RESPONSE);
    for (int64_t round = 0; err >= 0 && (round == 0 || round < r->repeat); round++)
        for (size_t i = 0; err >= 0 && i < r->chunks.count; i++) {
            const portico_str *chunk = &rules.chunks[r->chunks.from + i];
            if (round > 0 || i > 0)
                wait_for(r->pause);
            err = portico_stream_write(PORTICO_RESPONSE, chunk->ptr, chunk->len);
        }
    return err < 0 ? err : 0;
}

/* fails counts the answers of a rule, and reports whether this is one to fail. */
static bool fails(struct rule *r) { return r->every && ++r->calls % r->every == 0; }

int32_t portico_integrate(void) {
    struct rule *r = match();
    if (!r)
        return portico_respond(404, PORTICO_LIT("no rule fits\n"));
    if (fails(r))
        return send(&r->fail);
    return r->chunks.count ? stream(r) : send(&r->answer);
}

int32_t portico_map_request(void) {
    struct rule *r = match();
    int32_t err;
    if (!r)
        return PORTICO_CONTINUE;
    if (r->chunks.count) {
        portico_log(PORTICO_ERROR, PORTICO_LIT("a mapper cannot send chunks one by one; name the plugin as the route's "
                                               "integration"));
        return PORTICO_EPHASE;
    }
    err = send(fails(r) ? &r->fail : &r->answer);
    return err < 0 ? err : PORTICO_RESPOND;
}
