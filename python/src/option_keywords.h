// Option structs as Python keywords: values, signatures for the stubs and documentation, all from their visit().
#pragma once

#include <fmt/format.h>
#include <nanobind/nanobind.h>

#include <cmath>
#include <iterator>
#include <string>
#include <type_traits>

#include "awd/error.h"
#include "base/options_io.h"

namespace awd::python {

namespace nb = nanobind;

/// A keyword's value as the text that set_option() reads: True is "true", 0.4 is "0.4".
inline std::string option_text(nb::handle value, std::string_view name, const std::string& where) {
  std::string text = nb::cast<std::string>(nb::str(value));
  if (text == "True") return "true";
  if (text == "False") return "false";
  if (value.is_none()) throw Error(where, fmt::format("option {}: expected a value, got None", name));
  return text;
}

namespace internal {

template <class T>
std::string type_text() {
  if constexpr (std::is_same_v<T, bool>) {
    return "bool";
  } else if constexpr (std::is_enum_v<T>) {
    return fmt::format("typing.Literal['{}']", fmt::join(std::begin(kEnumWords<T>), std::end(kEnumWords<T>), "', '"));
  } else if constexpr (std::is_integral_v<T>) {
    return "int";
  } else if constexpr (std::is_floating_point_v<T>) {
    return "float";
  } else {
    return "str";
  }
}

inline std::string range_text(const Field& field) {
  const bool has_min = std::isfinite(field.min), has_max = std::isfinite(field.max);
  if (has_min && has_max) return fmt::format(", {} to {}", field.min, field.max);
  if (has_min) return fmt::format(", at least {}", field.min);
  return has_max ? fmt::format(", at most {}", field.max) : "";
}

}  // namespace internal

/// ", name: type = ..., ..." for every option.
template <class Options>
std::string keyword_signature() {
  std::string text;
  Options{}.visit([&]<class T>(const Field& field, T&) {
    text += fmt::format(", {}: {} = ...", field.name, internal::type_text<T>());
  });
  return text;
}

/// One line per option: name, meaning, unit, range, default.
template <class Options>
std::string keyword_doc() {
  std::string text;
  Options{}.visit([&]<class T>(const Field& field, T& value) {
    const std::string range = std::is_arithmetic_v<T> && !std::is_same_v<T, bool> ? internal::range_text(field) : "";
    const std::string standard = awd::internal::format_value(value);
    text += fmt::format("    {}: {}{}{}{}; default {}\n", field.name, field.help, field.unit.empty() ? "" : ", in ",
                        field.unit, range, standard.empty() ? "empty" : standard);
  });
  return text;
}

}  // namespace awd::python
