// Names with numbers in the order in which people count: demo_2 before demo_10.
#pragma once

#include <algorithm>
#include <string_view>

namespace awd {

/// Whether `a` comes before `b`; runs of digits are compared as numbers, of any length.
inline bool natural_less(std::string_view a, std::string_view b) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto take_number = [&](std::string_view& text) {
    const std::size_t end = std::find_if_not(text.begin(), text.end(), is_digit) - text.begin();
    std::string_view digits = text.substr(0, end);
    text.remove_prefix(end);
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
  };
  std::string_view rest_a = a, rest_b = b;
  while (!rest_a.empty() && !rest_b.empty()) {
    if (is_digit(rest_a[0]) && is_digit(rest_b[0])) {
      const std::string_view x = take_number(rest_a), y = take_number(rest_b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      continue;
    }
    if (rest_a[0] != rest_b[0]) return rest_a[0] < rest_b[0];
    rest_a.remove_prefix(1);
    rest_b.remove_prefix(1);
  }
  if (rest_a.empty() != rest_b.empty()) return rest_a.empty();
  return a < b;  // equal but for leading zeros
}

}  // namespace awd
