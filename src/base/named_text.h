// Texts such as "nudge{distance=0.05,steps=3}": a name with option assignments in braces, and lists of such texts.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "awd/error.h"
#include "base/options_io.h"

namespace awd {

/// Parts between separators; those inside braces do not count. "" gives one empty part.
inline std::vector<std::string> split_outside_braces(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : text) {
    depth += int(c == '{') - int(c == '}');
    if (c == separator && depth == 0) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// "NAME{BODY}" taken apart; no braces and empty braces both give an empty body.
struct NamedText {
  std::string name;
  std::string body;  // "option=value,..."
};

/// Throws awd::Error where braces do not pair or something follows them.
inline NamedText split_name(std::string_view text, const std::string& where) {
  const std::size_t open = text.find('{'), close = text.find('}');
  if (open == std::string_view::npos && close == std::string_view::npos) return {std::string(text), ""};
  if (open == std::string_view::npos || close != text.size() - 1 || text.find('{', open + 1) != text.npos) {
    throw Error(where, fmt::format("expected braces as in NAME{{option=value,...}}, got \"{}\"", text));
  }
  return {std::string(text.substr(0, open)), std::string(text.substr(open + 1, close - open - 1))};
}

/// Sets options of a struct from "option=value,...". Throws awd::Error naming the options there are.
template <class Options>
void assign_options(Options& options, std::string_view body, const std::string& where) {
  if (body.empty()) return;
  for (const std::string& assignment : split_outside_braces(body, ',')) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos) {
      throw Error(where, fmt::format("expected option=value between the braces, got \"{}\"", assignment));
    }
    const std::string name = assignment.substr(0, equals);
    if (!set_option(options, name, std::string_view(assignment).substr(equals + 1), where)) {
      const std::string known = option_names<Options>();
      throw Error(where, fmt::format("expected {}, got \"{}\"",
                                     known.empty() ? "no options" : "one of the options " + known, name));
    }
  }
}

/// "NAME{option=value,...}" with the present value of every option; just the name where there are none.
template <class Options>
std::string format_named(std::string_view name, const Options& options) {
  std::vector<std::string> assignments;
  for (const OptionText& option : list_options(options)) {
    assignments.push_back(fmt::format("{}={}", option.name, option.value));
  }
  return assignments.empty() ? std::string(name) : fmt::format("{}{{{}}}", name, fmt::join(assignments, ","));
}

}  // namespace awd
