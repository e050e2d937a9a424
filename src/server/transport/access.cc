// String work on headers and targets.
#include "server/transport/access.h"

namespace awd::server {
namespace {

bool equal_in_constant_time(std::string_view given, std::string_view key) {
  unsigned difference = given.size() == key.size() ? 0u : 1u;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char other = i < given.size() ? given[i] : '\0';
    difference |= static_cast<unsigned char>(key[i]) ^ static_cast<unsigned char>(other);
  }
  return difference == 0;
}

/// The value of `name` in the query of a target; "" where it is not there.
std::string_view query_value(std::string_view target, std::string_view name) {
  const std::size_t mark = target.find('?');
  std::string_view rest = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(pair.size() < rest.size() ? pair.size() + 1 : pair.size());
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) return pair.substr(name.size() + 1);
  }
  return {};
}

}  // namespace

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

bool has_key(std::string_view authorization, std::string_view target, std::string_view key) {
  if (key.empty()) return true;
  constexpr std::string_view kScheme = "Api-Key ";
  const bool in_header =
      authorization.starts_with(kScheme) && equal_in_constant_time(authorization.substr(kScheme.size()), key);
  return in_header || equal_in_constant_time(query_value(target, "key"), key);
}

bool is_own_origin(std::string_view origin, std::string_view host) {
  if (origin.empty()) return true;
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && origin.substr(scheme + 3) == host;
}

}  // namespace awd::server
