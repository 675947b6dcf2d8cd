// portico.hpp - portico.h in the manner of C++17: std::string_view goes in and
// comes out, pairs and lists work with range-for. It allocates nothing and needs
// neither exceptions nor RTTI, but a standard library for <string_view>.
//
// Names are those of portico.h without portico_, in the namespace portico. What
// is not here is good C++ already: call it by its C name.
#ifndef PORTICO_HPP
#define PORTICO_HPP

#include "portico.h"

#include <string_view>

namespace portico {

using std::string_view;

// A read of up to N bytes: a text, or the code that stands in its place. A text
// that is longer is E2BIG. Views of it end with it.
template <size_t N> class Read {
public:
    template <class Call> explicit Read(Call call) { n_ = portico_fit(call(bytes_, N), N); }

    explicit operator bool() const { return n_ >= 0; }
    int32_t code() const { return n_ < 0 ? n_ : 0; }
    string_view operator*() const { return {bytes_, n_ < 0 ? 0 : static_cast<size_t>(n_)}; }

private:
    char bytes_[N];
    int32_t n_;
};

template <size_t N = 256> Read<N> get_field(portico_field field) {
    return Read<N>([=](char *buf, size_t cap) { return portico_get_field(field, buf, cap); });
}

template <size_t N = 256> Read<N> get_param(portico_source source, string_view name) {
    return Read<N>([=](char *buf, size_t cap) { return portico_get_param(source, name.data(), name.size(), buf, cap); });
}

template <size_t N = 1024> Read<N> get_header(portico_message message, string_view name) {
    return Read<N>([=](char *buf, size_t cap) { return portico_get_header(message, name.data(), name.size(), buf, cap); });
}

// A list; see Values.
template <size_t N = 4096> Read<N> header_values(portico_message message, string_view name) {
    return Read<N>([=](char *buf, size_t cap) { return portico_header_values(message, name.data(), name.size(), buf, cap); });
}

// Pairs; see Pairs.
template <size_t N = 8192> Read<N> headers(portico_message message) {
    return Read<N>([=](char *buf, size_t cap) { return portico_headers(message, buf, cap); });
}

template <size_t N = 4096> Read<N> config() {
    return Read<N>([](char *buf, size_t cap) { return portico_config_read(buf, cap); });
}

template <size_t N = 1024> Read<N> scratch() {
    return Read<N>([](char *buf, size_t cap) { return portico_scratch_read(buf, cap); });
}

inline int32_t set_scratch(string_view data) { return portico_scratch_write(data.data(), data.size()); }
inline int32_t log(portico_level level, string_view text) { return portico_log(level, text.data(), text.size()); }
inline int32_t config_error(string_view text) { return portico_config_error(text.data(), text.size()); }
inline int32_t set_field(portico_field field, string_view v) { return portico_set_field(field, v.data(), v.size()); }
inline int32_t set_principal(string_view id) { return portico_set_principal(id.data(), id.size()); }
inline int32_t result_write(string_view json) { return portico_result_write(json.data(), json.size()); }

inline int32_t set_auth_context(string_view key, string_view value, portico_kind kind = PORTICO_STRING) {
    return portico_set_auth_context(key.data(), key.size(), kind, value.data(), value.size());
}

inline int32_t set_header(portico_message message, string_view name, string_view value) {
    return portico_set_header(message, name.data(), name.size(), value.data(), value.size());
}

inline int32_t add_header(portico_message message, string_view name, string_view value) {
    return portico_add_header(message, name.data(), name.size(), value.data(), value.size());
}

inline int32_t remove_header(portico_message message, string_view name) {
    return portico_remove_header(message, name.data(), name.size());
}

inline int32_t write(string_view data) { return portico_stream_write(PORTICO_RESPONSE, data.data(), data.size()); }
inline int32_t respond(uint32_t status, string_view text) { return portico_respond(status, text.data(), text.size()); }
inline int32_t refuse(uint32_t status, string_view text) { return portico_refuse(status, text.data(), text.size()); }

// Compares in a time that depends on the lengths alone.
inline bool equal(string_view a, string_view b) { return portico_equal(a.data(), a.size(), b.data(), b.size()); }

// Capabilities.

template <size_t N = 1024> Read<N> cache_get(string_view key) {
    return Read<N>([=](char *buf, size_t cap) { return portico_cache_get(key.data(), key.size(), buf, cap); });
}

inline int32_t cache_put(string_view key, string_view value, int64_t ttl_ms) {
    return portico_cache_put(key.data(), key.size(), value.data(), value.size(), ttl_ms);
}

template <size_t N = 1024> Read<N> kv_get(string_view key) {
    return Read<N>([=](char *buf, size_t cap) { return portico_kv_get(key.data(), key.size(), buf, cap); });
}

inline int32_t kv_put(string_view key, string_view value, int64_t ttl_ms) {
    return portico_kv_put(key.data(), key.size(), value.data(), value.size(), ttl_ms);
}

template <size_t N = 1024> Read<N> secret(string_view name) {
    return Read<N>([=](char *buf, size_t cap) { return portico_secrets_read(name.data(), name.size(), buf, cap); });
}

inline int64_t take(string_view bucket, string_view key, uint32_t n = 1) {
    return portico_throttle_take(bucket.data(), bucket.size(), key.data(), key.size(), n);
}

inline int32_t counter_add(string_view name, double value = 1, string_view labels = {}) {
    return portico_counter_add(name.data(), name.size(), labels.data(), labels.size(), value);
}

// Ranges over what a function gave: for (auto [name, value] : Pairs(*headers)).

struct Pair {
    string_view name, value;
};

// The end of both ranges.
struct End {};

class Pairs {
public:
    explicit Pairs(string_view encoded) : rest_{encoded.data(), encoded.size()} { ++*this; }
    Pairs begin() const { return *this; }
    End end() const { return {}; }
    bool operator!=(End) const { return more_; }
    Pair operator*() const { return pair_; }
    Pairs &operator++() {
        portico_str name{}, value{};
        more_ = portico_next_pair(&rest_, &name, &value);
        pair_ = {{name.ptr, name.len}, {value.ptr, value.len}};
        return *this;
    }

private:
    portico_iter rest_;
    Pair pair_{};
    bool more_ = false;
};

class Values {
public:
    explicit Values(string_view encoded) : rest_{encoded.data(), encoded.size()} { ++*this; }
    Values begin() const { return *this; }
    End end() const { return {}; }
    bool operator!=(End) const { return more_; }
    string_view operator*() const { return value_; }
    Values &operator++() {
        portico_str value{};
        more_ = portico_next(&rest_, &value);
        value_ = {value.ptr, value.len};
        return *this;
    }

private:
    portico_iter rest_;
    string_view value_{};
    bool more_ = false;
};

} // namespace portico

#endif
