// Says in plain text what portico.hpp makes of a request.
#include "portico.hpp"

using std::string_view;

namespace {

class Text {
public:
    Text() : w_(portico_write_to(text_, sizeof text_)) {}
    Text &operator<<(string_view s) {
        portico_put(&w_, s.data(), s.size());
        return *this;
    }
    Text &operator<<(int32_t n) {
        if (n < 0)
            *this << "-";
        portico_put_decimal(&w_, static_cast<uint64_t>(n < 0 ? -n : n));
        return *this;
    }
    string_view view() const { return {w_.ptr, w_.len}; }

private:
    char text_[2048];
    portico_writer w_;
};

template <size_t N> void put(Text &t, const portico::Read<N> &r) {
    if (r)
        t << *r << "\n";
    else
        t << r.code() << *r << "\n";
}

} // namespace

int32_t portico_integrate() {
    Text t;
    put(t, portico::get_field(PORTICO_PATH));
    put(t, portico::get_param(PORTICO_PARAM_QUERY, "q"));
    put(t, portico::get_header(PORTICO_REQUEST, "x-text"));
    put(t, portico::get_header<4>(PORTICO_REQUEST, "x-text"));
    put(t, portico::get_header(PORTICO_REQUEST, "x-none"));
    put(t, portico::config());
    put(t, portico::scratch());
    put(t, portico::secret("readable"));
    for (auto value : portico::Values(*portico::header_values(PORTICO_REQUEST, "x-text")))
        t << "[" << value << "]";
    for (auto [name, value] : portico::Pairs(*portico::headers(PORTICO_REQUEST)))
        t << "(" << name << "=" << value << ")";
    for (auto [name, value] : portico::Pairs(*portico::headers<1>(PORTICO_REQUEST)))
        t << "never" << name << value;
    t << "\n" << portico::cache_put("k", "cached", 0) << portico::kv_put("k", "kept", 0) << " ";
    put(t, portico::cache_get("k"));
    put(t, portico::kv_get("k"));
    t << static_cast<int32_t>(portico::take("tck", "k")) << portico::counter_add("tck_total") << "\n";
    t << portico::equal("abc", "abc") << portico::equal("abc", "abd") << portico::equal("abc", "abcd") << "\n";
    portico::log(PORTICO_INFO, "logged");
    if (int32_t err = portico::add_header(PORTICO_RESPONSE, "x-gone", "1"); err < 0)
        return err;
    portico::remove_header(PORTICO_RESPONSE, "x-gone");
    portico::set_header(PORTICO_RESPONSE, "x-set", "1");
    if (int32_t err = portico::respond(200, t.view()); err < 0)
        return err;
    return portico::write("more\n") < 0 ? PORTICO_EIO : PORTICO_DONE;
}

int32_t portico_map_request() {
    portico::set_field(PORTICO_PATH, "/moved");
    portico::set_scratch("kept");
    return portico::refuse(403, "no\n");
}

int32_t portico_authorize() {
    portico::set_principal("alice");
    portico::set_auth_context("tier", "7", PORTICO_NUMBER);
    return portico::result_write(R"({"isAuthorized":true})") < 0 ? PORTICO_EIO : PORTICO_RESULT;
}

int32_t portico_configure() {
    if (*portico::config() == "{}")
        return PORTICO_DONE;
    portico::config_error("not empty");
    return PORTICO_EINVAL;
}
