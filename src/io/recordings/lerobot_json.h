// Typed access to the JSON of LeRobot's metadata, with complaints that name file and key. For .cc files only.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "awd/error.h"

namespace awd::internal {

/// Keeps the order of the keys: the cameras are in the order of the features.
using LerobotJson = nlohmann::ordered_json;

/// The value of `key` as an object, array (T = LerobotJson), text, floating-point number or integer that is not
/// negative. `where`: file, or file:line. Throws awd::Error if the key is absent or the value is of another type.
template <class T>
T json_value(const LerobotJson& object, const std::string& key, const std::string& where) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end()) {
    throw Error(where, fmt::format("key \"{}\": expected a value, got none", key));
  }
  const auto check = [&](bool is_right, std::string_view expected) {
    if (is_right) return;
    throw Error(where, fmt::format("key \"{}\": expected {}, got {}", key, expected, found->dump().substr(0, 80)));
  };
  if constexpr (std::same_as<T, LerobotJson>) {
    check(found->is_structured(), "an object or array");
  } else if constexpr (std::same_as<T, std::string>) {
    check(found->is_string(), "text");
  } else if constexpr (std::floating_point<T>) {
    check(found->is_number(), "a number");
  } else {
    check(found->is_number_unsigned() && *found <= std::numeric_limits<T>::max(), "an integer that is not negative");
  }
  return found->template get<T>();
}

}  // namespace awd::internal
