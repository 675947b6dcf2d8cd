// A mapper in C++ that makes queries alike: it drops the parameters that only
// trackers read, and sorts the others, so that one answer in a cache serves all.
#include "portico.hpp"

#include <algorithm>
#include <array>

using std::string_view;

namespace {

string_view name_of(string_view parameter) { return parameter.substr(0, parameter.find('=')); }

bool tracks(string_view parameter) {
    string_view name = name_of(parameter);
    return name.substr(0, 4) == "utm_" || name == "gclid" || name == "fbclid";
}

// By name; those of one name keep their order, which may mean something. Both
// are views of one query.
bool before(string_view a, string_view b) {
    int order = name_of(a).compare(name_of(b));
    return order < 0 || (order == 0 && a.data() < b.data());
}

// Split cuts a query at its ampersands; more than it can hold is left alone.
struct Split {
    std::array<string_view, 64> parts;
    size_t count = 0;
    bool fits = true;

    explicit Split(string_view query) {
        while (!query.empty()) {
            string_view part = query.substr(0, query.find('&'));
            query.remove_prefix(std::min(part.size() + 1, query.size()));
            if (part.empty() || tracks(part))
                continue;
            if (count == parts.size()) {
                fits = false;
                return;
            }
            parts[count++] = part;
        }
    }
};

} // namespace

int32_t portico_map_request() {
    auto query = portico::get_field<4096>(PORTICO_QUERY);
    if (query.code() == PORTICO_ENOENT || query.code() == PORTICO_E2BIG)
        return PORTICO_CONTINUE;
    if (!query)
        return query.code();
    Split split(*query);
    if (!split.fits)
        return PORTICO_CONTINUE;
    auto begin = split.parts.begin(), end = begin + static_cast<std::ptrdiff_t>(split.count);
    std::sort(begin, end, before);
    char out[4096];
    portico_writer w = portico_write_to(PORTICO_BUF(out));
    for (auto p = begin; p != end; ++p) {
        if (p != begin)
            portico_put(&w, "&", 1);
        portico_put(&w, p->data(), p->size());
    }
    int32_t err = portico::set_field(PORTICO_QUERY, {w.ptr, w.len});
    return err < 0 ? err : PORTICO_CONTINUE;
}
