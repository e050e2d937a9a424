// How option structs describe themselves. Each struct has a member
//   template <class V> void visit(V&& v) { v(Field{...}, member); ... }
// and that single list feeds command line, JSON, Python keywords, --help and the run manifest (src/base/options_io.h).
#pragma once

#include <limits>
#include <string_view>

namespace awd {

/// Name, unit and meaning of one option; `min`/`max` bound numbers (inclusive) and are ignored for other types.
struct Field {
  std::string_view name;
  std::string_view unit;  // "" for pure numbers and words
  std::string_view help;  // says what 0 means and when the field is ignored
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};

/// Words of an enum in the order of its values, for text in and out. Specialise beside the enum:
///   template <> inline constexpr std::string_view kEnumWords<Kind>[] = {"a", "b"};
template <class E>
inline constexpr std::string_view kEnumWords[] = {""};

/// The word of an enum value.
template <class E>
constexpr std::string_view word_of(E value) {
  return kEnumWords<E>[static_cast<int>(value)];
}

}  // namespace awd
