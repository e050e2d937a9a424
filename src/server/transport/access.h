// Who may do what: the API key, and browsers' pages of other sites. Pure.
#pragma once

#include <string>
#include <string_view>

namespace awd::server {

/// "/live" of "/live?key=1".
std::string_view path_of(std::string_view target);

/// True if `key` is empty, or the header `authorization` is "Api-Key KEY", or the target's query has "key=KEY", which
/// is for browsers: they cannot add a header. The time taken does not tell how much of the key was right.
bool has_key(std::string_view authorization, std::string_view target, std::string_view key);

/// False if a browser's page of another site asks: the header Origin is there and names another host than Host.
bool is_own_origin(std::string_view origin, std::string_view host);

}  // namespace awd::server
