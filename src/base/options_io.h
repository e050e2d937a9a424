// Text in and out for option structs, driven by their visit(): "key=value" assignment with range checks, listing.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "awd/error.h"
#include "awd/options.h"

namespace awd {

/// All words of an enum, comma-separated, for messages.
template <class E>
std::string words_of() {
  return fmt::format("{}", fmt::join(std::begin(kEnumWords<E>), std::end(kEnumWords<E>), ", "));
}

/// Sets `value` to the enum value of that word. False if there is none.
template <class E>
[[nodiscard]] bool parse_word(std::string_view text, E& value) {
  int index = 0;
  for (const std::string_view word : kEnumWords<E>) {
    if (word == text) {
      value = static_cast<E>(index);
      return true;
    }
    ++index;
  }
  return false;
}

namespace internal {

template <class T>
void parse_number(const std::string& where, const Field& field, std::string_view text, T& value) {
  T parsed{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  const bool in_range = double(parsed) >= field.min && double(parsed) <= field.max;
  if (code != std::errc{} || end != text.data() + text.size() || !in_range) {
    throw Error(where, fmt::format("option {}: expected a number in [{}, {}]{}{}, got \"{}\"", field.name, field.min,
                                   field.max, field.unit.empty() ? "" : " ", field.unit, text));
  }
  value = parsed;
}

template <class T>
void parse_value(const std::string& where, const Field& field, std::string_view text, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    const bool is_true = text == "true" || text == "1" || text == "on";
    if (!is_true && text != "false" && text != "0" && text != "off") {
      throw Error(where, fmt::format("option {}: expected true or false, got \"{}\"", field.name, text));
    }
    value = is_true;
  } else if constexpr (std::is_enum_v<T>) {
    if (!parse_word(text, value)) {
      throw Error(where, fmt::format("option {}: expected one of {}, got \"{}\"", field.name, words_of<T>(), text));
    }
  } else if constexpr (std::is_arithmetic_v<T>) {
    parse_number(where, field, text, value);
  } else {
    value = T(text);
  }
}

template <class T>
std::string format_value(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return std::string(word_of(value));
  } else {
    return fmt::format("{}", value);
  }
}

}  // namespace internal

/// Sets option `name` from text. False if the struct has no such option; awd::Error if the text does not fit it.
template <class Options>
[[nodiscard]] bool set_option(Options& options, std::string_view name, std::string_view text,
                              const std::string& where) {
  bool found = false;
  options.visit([&](const Field& field, auto& value) {
    if (field.name != name) return;
    found = true;
    internal::parse_value(where, field, text, value);
  });
  return found;
}

/// One option as text, for manifests and messages.
struct OptionText {
  std::string name;
  std::string value;
  std::string unit;
  std::string help;
};

/// All options of a struct with their present values, in visit() order.
template <class Options>
std::vector<OptionText> list_options(const Options& options) {
  std::vector<OptionText> out;
  Options copy = options;  // visit() is written once, for mutable structs
  copy.visit([&](const Field& field, auto& value) {
    out.push_back(
        {std::string(field.name), internal::format_value(value), std::string(field.unit), std::string(field.help)});
  });
  return out;
}

/// Names of all options of a struct, comma-separated, for error messages.
template <class Options>
std::string option_names() {
  std::string names;
  for (const OptionText& option : list_options(Options{})) names += (names.empty() ? "" : ", ") + option.name;
  return names;
}

}  // namespace awd
