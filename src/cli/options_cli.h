// Command-line options and JSON from an option struct's visit(): names, units, ranges and --help text are written once.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/options_io.h"

namespace awd::cli {

/// "--max-steps" for the field "max_steps".
inline std::string flag_name(std::string_view field_name) {
  std::string flag = "--" + std::string(field_name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

/// Adds one option per field of `options`, which must outlive `app`; a bool becomes --x and --no-x. Fields named in
/// `except` are left out. A text that does not fit makes parsing throw awd::Error.
template <class Options>
void add_options(CLI::App& app, Options& options, std::initializer_list<std::string_view> except = {}) {
  options.visit([&](const Field& field, auto& value) {
    if (std::find(except.begin(), except.end(), field.name) != except.end()) return;
    using T = std::remove_reference_t<decltype(value)>;
    const std::string flag = flag_name(field.name);
    const std::string help(field.help);
    if constexpr (std::is_same_v<T, bool>) {
      app.add_flag(flag + ",!--no-" + flag.substr(2), value, fmt::format("{} (default: {})", help, value));
    } else {
      const auto assign = [&value, bounds = field](const std::string& text) {
        internal::parse_value("command line", bounds, text, value);
      };
      const std::string kind = !field.unit.empty()       ? std::string(field.unit)
                               : std::is_arithmetic_v<T> ? "NUMBER"
                               : std::is_enum_v<T>       ? "WORD"
                                                         : "TEXT";
      const std::string present = internal::format_value(value);
      const std::string note = present.empty() ? "" : fmt::format(" (default: {})", present);
      app.add_option_function<std::string>(flag, assign, help + note)->type_name(kind);
    }
  });
}

/// The options with their present values: numbers and flags as such, enums as words.
template <class Options>
nlohmann::ordered_json options_json(const Options& options) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  Options copy = options;  // visit() is written once, for mutable structs
  copy.visit([&](const Field& field, auto& value) {
    if constexpr (std::is_enum_v<std::remove_reference_t<decltype(value)>>) {
      json[std::string(field.name)] = std::string(word_of(value));
    } else {
      json[std::string(field.name)] = value;
    }
  });
  return json;
}

/// Sets every field of `options` that options_json() wrote. Throws awd::Error on a missing key or a value that does not
/// fit.
template <class Options>
void options_from_json(const nlohmann::ordered_json& json, Options& options, const std::string& where) {
  options.visit([&](const Field& field, auto& value) {
    const auto found = json.find(std::string(field.name));
    if (found == json.end()) throw Error(where, fmt::format("key \"{}\": expected a value, got none", field.name));
    const std::string text = found->is_string() ? found->template get<std::string>() : found->dump();
    internal::parse_value(where, field, text, value);
  });
}

}  // namespace awd::cli
